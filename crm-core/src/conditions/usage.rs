//! Counters: what documents set aside, use, and give back. A command changes counter and usage in one step, so that a
//! counter is the sum of its usages however many write at once.

use std::collections::BTreeMap;

use super::{ConditionCounter, ConditionUsage, PriceCondition, UsageStatus};
use crate::pricing::CounterUsage;
use crate::query::{Filter, Query};
use crate::room::{Change, Decision, View, check_chars, records_for_rule, refuse};
use crate::value::{Currency, Decimal, Error, ErrorCode, FieldValue, Problem, Result};

/// The most counters that a document uses.
const MAX_COUNTERS: usize = 10_000;
/// The longest name of a document or counter.
const MAX_NAME_CHARS: usize = 120;

/// How much: quantity, value, items.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Amount {
    quantity: Decimal,
    value: Decimal,
    uses: i64,
}

impl Amount {
    fn plus(self, other: Self) -> Result<Self> {
        Ok(Self {
            quantity: self.quantity.checked_add(other.quantity)?,
            value: self.value.checked_add(other.value)?,
            uses: self.uses.saturating_add(other.uses),
        })
    }

    fn minus(self, other: Self) -> Result<Self> {
        Ok(Self {
            quantity: self.quantity.checked_sub(other.quantity)?,
            value: self.value.checked_sub(other.value)?,
            uses: self.uses.saturating_sub(other.uses),
        })
    }

    fn of_usage(usage: &ConditionUsage) -> Self {
        Self {
            quantity: usage.quantity.unwrap_or(Decimal::ZERO),
            value: usage.value.unwrap_or(Decimal::ZERO),
            uses: usage.uses.unwrap_or(0),
        }
    }
}

/// A counter in work: what is reserved and committed of it.
struct Working {
    is: ConditionCounter,
    is_new: bool,
    reserved: Amount,
    committed: Amount,
}

impl Working {
    fn of(view: &mut dyn View, name: &str) -> Result<Self> {
        let known = records_for_rule::<ConditionCounter>(view, &Query::matching(&[("counter", name.into())]))?;
        let (is, is_new) = match known.into_iter().next() {
            Some(counter) => (counter, false),
            None => {
                (ConditionCounter { counter: name.to_owned(), id: view.new_id(), ..ConditionCounter::default() }, true)
            }
        };
        let amount = |quantity: Option<Decimal>, value: Option<Decimal>, uses: Option<i64>| Amount {
            quantity: quantity.unwrap_or(Decimal::ZERO),
            value: value.unwrap_or(Decimal::ZERO),
            uses: uses.unwrap_or(0),
        };
        let reserved = amount(is.reserved_quantity, is.reserved_value, is.reserved_uses);
        let committed = amount(is.committed_quantity, is.committed_value, is.committed_uses);
        Ok(Self { is, is_new, reserved, committed })
    }

    /// The change that keeps what was worked out.
    fn change(&self) -> Change {
        let figures = vec![
            ("currency", self.is.currency.map_or(FieldValue::Null, |currency| currency.as_str().into())),
            ("reserved_quantity", self.reserved.quantity.into()),
            ("reserved_value", self.reserved.value.into()),
            ("reserved_uses", self.reserved.uses.into()),
            ("committed_quantity", self.committed.quantity.into()),
            ("committed_value", self.committed.value.into()),
            ("committed_uses", self.committed.uses.into()),
        ];
        if !self.is_new {
            return Change::update::<ConditionCounter>(self.is.id, figures);
        }
        Change::create(&ConditionCounter {
            reserved_quantity: Some(self.reserved.quantity),
            reserved_value: Some(self.reserved.value),
            reserved_uses: Some(self.reserved.uses),
            committed_quantity: Some(self.committed.quantity),
            committed_value: Some(self.committed.value),
            committed_uses: Some(self.committed.uses),
            ..self.is.clone()
        })
    }
}

fn check_names(document: &str, usage: &[CounterUsage]) -> Result<()> {
    let mut problems = Vec::new();
    if document.trim().is_empty() {
        problems.push(Problem::of_field(ErrorCode::Required, "document", "the document must be named"));
    }
    problems.extend(check_chars(document, MAX_NAME_CHARS).map(|problem| problem.under("document")));
    crate::room::check_count("usage", usage.len(), MAX_COUNTERS, &mut problems);
    for (place, used) in usage.iter().enumerate().take(MAX_COUNTERS) {
        let field = format!("usage[{place}].counter");
        if used.counter.trim().is_empty() {
            problems.push(Problem::of_field(ErrorCode::Required, &field, "the counter must be named"));
        }
        problems.extend(check_chars(&used.counter, MAX_NAME_CHARS).map(|problem| problem.under(&field)));
    }
    refuse(problems)
}

/// The usages of a document that were not given back.
fn usages_of(view: &mut dyn View, document: &str) -> Result<Vec<ConditionUsage>> {
    let mut query = Query::matching(&[("document", document.into())]);
    let held = [UsageStatus::Reserved, UsageStatus::Committed].map(|status| status.as_str().into());
    let held = Filter::In { field: "status".to_owned(), values: held.to_vec() };
    query.filter = query.filter.map(|filter| filter.and(held));
    records_for_rule(view, &query)
}

/// The counters that a decision is about, by name: always in the same order.
#[derive(Default)]
struct Counters(BTreeMap<String, Working>);

impl Counters {
    fn get(&mut self, view: &mut dyn View, name: &str) -> Result<&mut Working> {
        match self.0.entry(name.to_owned()) {
            std::collections::btree_map::Entry::Occupied(known) => Ok(known.into_mut()),
            std::collections::btree_map::Entry::Vacant(free) => Ok(free.insert(Working::of(view, name)?)),
        }
    }

    fn decision(&self, usages: Vec<Change>) -> Decision {
        let counters = self.0.values().map(Working::change);
        counters.chain(usages).fold(Decision::default(), Decision::and_rule)
    }
}

fn moved(usage: &ConditionUsage, status: UsageStatus) -> Change {
    Change::update::<ConditionUsage>(usage.id, vec![("status", status.as_str().into())])
}

/// Sets aside what a document uses, or counts it as used, in place of what was set aside for it before.
pub(crate) fn count(
    view: &mut dyn View,
    document: &str,
    currency: Currency,
    usage: &[CounterUsage],
    status: UsageStatus,
) -> Result<Decision> {
    check_names(document, usage)?;
    let mut counters = Counters::default();
    let mut changes = Vec::new();
    for before in usages_of(view, document)? {
        if before.status == Some(UsageStatus::Committed) {
            let message = "the document used its reservation already: release it first";
            return Err(crate::room::illegal("document", message));
        }
        let counter = counters.get(view, &before.counter)?;
        counter.reserved = counter.reserved.minus(Amount::of_usage(&before))?;
        changes.push(moved(&before, UsageStatus::Released));
    }
    for (place, used) in usage.iter().enumerate() {
        let at = |error: Error| error.under(&format!("usage[{place}]"));
        let amount = Amount {
            quantity: used.quantity.unwrap_or(Decimal::ZERO),
            value: used.value.unwrap_or(Decimal::ZERO),
            uses: used.uses.unwrap_or(0),
        };
        let counter = counters.get(view, &used.counter).map_err(at)?;
        let known = *counter.is.currency.get_or_insert(currency);
        if known != currency && !amount.value.is_zero() {
            let problem = Problem::of_field(ErrorCode::CurrencyMismatch, "value", "the counter is in another currency");
            return Err(at(problem.with("counter", known).with("document", currency).into_invalid()));
        }
        let held = if status == UsageStatus::Committed { &mut counter.committed } else { &mut counter.reserved };
        *held = held.plus(amount).map_err(at)?;
        let new = ConditionUsage {
            id: view.new_id(),
            document: document.to_owned(),
            counter: used.counter.clone(),
            status: Some(status),
            currency: Some(currency),
            quantity: Some(amount.quantity),
            value: Some(amount.value),
            uses: Some(amount.uses),
            ..ConditionUsage::default()
        };
        changes.push(Change::create(&new));
    }
    for (place, used) in usage.iter().enumerate() {
        let counter = counters.get(view, &used.counter)?;
        let total = counter.reserved.plus(counter.committed)?;
        check_limits(view, &used.counter, total).map_err(|error| error.under(&format!("usage[{place}]")))?;
    }
    Ok(counters.decision(changes))
}

/// Refuses what would pass the limit of every record that counts in a counter.
fn check_limits(view: &mut dyn View, counter: &str, total: Amount) -> Result<()> {
    let records = records_for_rule::<PriceCondition>(view, &Query::matching(&[("counter", counter.into())]))?;
    let limits: Vec<_> = records.iter().filter_map(|record| record.limit.as_ref()).collect();
    let whole = |figures: Vec<Option<Decimal>>| figures.into_iter().collect::<Option<Vec<_>>>()?.into_iter().max();
    let figures = [
        ("quantity", total.quantity, whole(limits.iter().map(|limit| limit.quantity).collect())),
        ("value", total.value, whole(limits.iter().map(|limit| limit.value).collect())),
        ("uses", total.uses.into(), whole(limits.iter().map(|limit| limit.uses.map(Decimal::from)).collect())),
    ];
    for (field, asked, limit) in figures {
        let Some(limit) = limit.filter(|limit| asked > *limit) else { continue };
        let problem = Problem::of_field(ErrorCode::LimitExceeded, field, "more is asked for than is left of the limit");
        return Err(Error::conflict(problem.with("counter", counter).with("asked", asked).with("limit", limit)));
    }
    Ok(())
}

/// A document uses what was set aside for it.
pub(crate) fn use_up(view: &mut dyn View, document: &str) -> Result<Decision> {
    check_names(document, &[])?;
    let mut counters = Counters::default();
    let mut changes = Vec::new();
    for usage in usages_of(view, document)? {
        if usage.status != Some(UsageStatus::Reserved) {
            continue;
        }
        let (amount, counter) = (Amount::of_usage(&usage), counters.get(view, &usage.counter)?);
        counter.reserved = counter.reserved.minus(amount)?;
        counter.committed = counter.committed.plus(amount)?;
        changes.push(moved(&usage, UsageStatus::Committed));
    }
    Ok(counters.decision(changes))
}

/// A document gives back what was set aside for it or used by it.
pub(crate) fn give_back(view: &mut dyn View, document: &str) -> Result<Decision> {
    check_names(document, &[])?;
    let mut counters = Counters::default();
    let mut changes = Vec::new();
    for usage in usages_of(view, document)? {
        let (amount, counter) = (Amount::of_usage(&usage), counters.get(view, &usage.counter)?);
        match usage.status {
            Some(UsageStatus::Committed) => counter.committed = counter.committed.minus(amount)?,
            _ => counter.reserved = counter.reserved.minus(amount)?,
        }
        changes.push(moved(&usage, UsageStatus::Released));
    }
    Ok(counters.decision(changes))
}
