//! What products are to each other: substitutes, accessories, spare parts (替代, 配件, 备件).

use std::collections::HashMap;

use super::rules::check_span;
use crate::merging::{Days, left_over};
use crate::query::Query;
use crate::room::{Decision, Fate, Merging, View, check_given, records_for_rule, with_record};
use crate::schema::{Entity, Row, enum_field};
use crate::value::{Date, Decimal, Error, ErrorCode, FieldValue, Id, Problem, Result};

value_enum! {
    /// What the other product is to the product.
    #[derive(Default)]
    pub enum ProductRelationKind {
        /// It may be delivered in its place (替代).
        #[default]
        Substitute = "substitute",
        /// It came after it: the product that is sold by now (后继).
        Successor = "successor",
        /// It goes with it (配件).
        Accessory = "accessory",
        /// The product does not work without it.
        Mandatory = "mandatory",
        /// It is a spare part for it (备件).
        SparePart = "spare_part",
        /// It is used up by it (耗材).
        Consumable = "consumable",
        /// It is a part of it.
        Part = "part",
        /// It is much like it.
        Similar = "similar",
        /// It is the basic form of which the product is a variant.
        BaseProduct = "base_product",
        /// Something else; the note says what.
        Other = "other",
    }
}

enum_field!(ProductRelationKind);

entity! {
    /// "`other` is a substitute, an accessory, a spare part ... of `product`", for a half-open span of dates.
    pub struct ProductRelation("product_relation", ProductRelationPage, Public) {
        required {
            /// The product.
            pub product: Id => reference("product", MergePolicy::Repoint).indexed().once(),
            /// The other one: what a spare part belongs to is found by it.
            pub other: Id => reference("product", MergePolicy::Repoint).indexed().once(),
            /// What the other one is to the product.
            pub kind: ProductRelationKind => picklist(ProductRelationKind::NAMES).indexed().once(),
        }
        optional {
            /// How many of the other one go with one product.
            pub quantity: Option<Decimal> => decimal(6),
            /// Which comes first among several: the lowest.
            pub priority: Option<i64> => integer(),
            /// The first date on which it holds; since ever if nothing is said.
            pub valid_from: Option<Date> => date(),
            /// The first date on which it no longer holds; without end if nothing is said.
            pub valid_until: Option<Date> => date(),
            /// A note.
            pub note: Option<String> => text(1_000),
        }
    }
}

impl ProductRelation {
    /// Whether the relation holds on a date: from `valid_from`, before `valid_until`.
    #[must_use]
    pub fn is_valid_on(&self, date: Date) -> bool {
        super::types::covers(self.valid_from, self.valid_until, date)
    }
}

pub(super) fn relation_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    check_given::<ProductRelation>(after)?;
    with_record::<ProductRelation>(before, after, |_, relation| {
        check_span(relation.valid_from, relation.valid_until)?;
        check_other(relation)?;
        if relation.quantity.is_some_and(|quantity| quantity <= Decimal::ZERO) {
            return Err(Error::invalid(ErrorCode::OutOfRange, "quantity", "the quantity must be above zero"));
        }
        check_double(view, relation).map(|()| Decision::default())
    })
}

/// A relation that comes back must not stand beside the same one that was made since, nor join what became one product.
pub(super) fn relation_restored(view: &mut dyn View, row: &Row) -> Result<Decision> {
    let relation = ProductRelation::from_row(row.clone())?;
    check_other(&relation)?;
    check_double(view, &relation).map(|()| Decision::default())
}

fn check_other(relation: &ProductRelation) -> Result<()> {
    if relation.product != relation.other {
        return Ok(());
    }
    let problem = Problem::of_field(ErrorCode::Cycle, "other", "a product has no relation to itself");
    Err(problem.with("product", relation.product).into_invalid())
}

/// The same relation does not hold twice on one date.
fn check_double(view: &mut dyn View, relation: &ProductRelation) -> Result<()> {
    let same = [
        ("product", FieldValue::Reference(relation.product)),
        ("other", FieldValue::Reference(relation.other)),
        ("kind", relation.kind.as_str().into()),
    ];
    let begins_before = |from: Option<Date>, until: Option<Date>| match (from, until) {
        (Some(from), Some(until)) => from < until,
        _ => true,
    };
    let others = records_for_rule::<ProductRelation>(view, &Query::matching(&same))?;
    let overlaps = |other: &&ProductRelation| {
        other.id != relation.id
            && begins_before(other.valid_from, relation.valid_until)
            && begins_before(relation.valid_from, other.valid_until)
    };
    match others.iter().find(overlaps) {
        None => Ok(()),
        Some(other) => {
            let message = "the same relation of the two products holds in the same span of time";
            let problem = Problem::of_field(ErrorCode::Overlap, "valid_from", message);
            Err(Error::conflict(problem.with("id", relation.id).with("other_id", other.id)))
        }
    }
}

/// What becomes a relation to itself goes; of the same relation on one date that of the surviving product holds.
pub(super) fn join_relations(view: &mut dyn View, merging: &Merging<'_>, rows: &[Row]) -> Result<Vec<Fate>> {
    let today = view.today();
    let relations = rows.iter().map(|row| ProductRelation::from_stored(row.clone()).map(|relation| (row, relation)));
    let mut relations: Vec<(&Row, ProductRelation)> = relations.collect::<Result<_>>()?;
    let rank = |relation: &ProductRelation| merging.rank(relation.product).or_else(|| merging.rank(relation.other));
    relations.sort_by_key(|(_, relation)| (rank(relation), relation.valid_from, relation.id));
    let follow = |id: Id| if merging.rank(id).is_some() { merging.survivor } else { id };
    let mut held: HashMap<(Id, Id, ProductRelationKind), Vec<Days>> = HashMap::new();
    let mut fates = Vec::with_capacity(relations.len());
    for (row, relation) in relations {
        let (product, other) = (follow(relation.product), follow(relation.other));
        if product == other {
            fates.push(Fate::Dropped(relation.id));
            continue;
        }
        let taken = held.entry((product, other, relation.kind)).or_default();
        let Some(days) = left_over(Days::new(relation.valid_from, relation.valid_until), taken, today) else {
            fates.push(Fate::Dropped(relation.id));
            continue;
        };
        taken.push(days);
        let follows = ProductRelation { product, other, valid_from: days.from, valid_until: days.until, ..relation };
        fates.push(Fate::Kept(Row { values: follows.to_row().values, ..row.clone() }));
    }
    Ok(fates)
}
