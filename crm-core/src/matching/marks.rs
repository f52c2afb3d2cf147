//! What may not be one record: two different tax numbers whose check digits fit, or two towns without a number in common.

use super::compare::similarity;
use super::features::{MatchField, View, town_of};
use super::model::MatchKind;

/// What a record or a cluster brings that must not meet something else.
#[derive(Debug, Clone, Default)]
pub(crate) struct Marks {
    taxes: Vec<String>,
    towns: Vec<String>,
}

impl Marks {
    /// The marks of a record; of people the town says nothing. Tax numbers can be left out.
    pub(crate) fn of(kind: MatchKind, view: &View<'_>, taxed: bool) -> Self {
        let numbers = view.get(MatchField::TaxId).iter().filter(|value| taxed && value.starts_with('!'));
        let towns = if kind == MatchKind::Organisation { towns(view) } else { Vec::new() };
        Self { taxes: numbers.map(str::to_owned).collect(), towns }
    }

    /// Whether records with these marks may be one.
    pub(crate) fn together(&self, other: &Self) -> bool {
        if self.taxes.iter().any(|tax| other.taxes.contains(tax)) {
            return true;
        }
        let clash = self.taxes.iter().any(|tax| other.taxes.iter().any(|known| kind_of(known) == kind_of(tax)));
        let meet = |town: &String| other.towns.iter().any(|known| same_town(town, known));
        !clash && (self.towns.is_empty() || other.towns.is_empty() || self.towns.iter().any(meet))
    }

    /// The marks of both.
    pub(crate) fn join(&self, other: &Self) -> Self {
        let joined = |one: &[String], other: &[String]| {
            let mut all = [one, other].concat();
            all.sort_unstable();
            all.dedup();
            all
        };
        Self { taxes: joined(&self.taxes, &other.taxes), towns: joined(&self.towns, &other.towns) }
    }
}

fn kind_of(tax: &str) -> &str {
    tax.split_once(':').map_or(tax, |(kind, _)| kind)
}

/// The towns of a record: by code, else as written.
fn towns(view: &View<'_>) -> Vec<String> {
    let coded: Vec<String> = view.get(MatchField::Region).iter().filter_map(town_of).map(str::to_owned).collect();
    if coded.is_empty() { view.get(MatchField::City).iter().map(str::to_owned).collect() } else { coded }
}

/// Whether two may be the same town: where it is mistyped too, and where one is known by its code and the other is not.
fn same_town(one: &str, other: &str) -> bool {
    let coded = |town: &str| town.ends_with(|letter: char| letter.is_ascii_digit());
    match (coded(one), coded(other)) {
        (true, true) => one == other,
        (false, false) => similarity(one, other) >= 0.8,
        _ => true,
    }
}
