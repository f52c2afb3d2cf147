//! Figures over opportunities and their intervals: pure functions with exact definitions.
//!
//! Sums of money are exact per currency; nothing is rounded but the reported figure. A figure as of an instant uses
//! nothing that happened after it.

use std::collections::BTreeMap;

use super::rules::{in_order, weighted};
use super::{Opportunity, Pipeline, Stage, StageCategory, StageInterval};
use crate::value::{Currency, Date, Decimal, Error, ErrorCode, Id, Result, Rounding, Timestamp};

/// Microseconds of a day.
const DAY_MICROS: i64 = 86_400_000_000;
/// Digits behind the point of days and rates.
const SCALE: u32 = 6;

value_struct! {
    /// Of which opportunities a funnel is asked, and when.
    #[derive(Default)]
    pub struct FunnelOptions {
        optional {
            /// The pipeline; the default one if nothing is said.
            pub pipeline: Option<Id>,
            /// Only opportunities of this owner.
            pub owner: Option<Id>,
            /// As the records stood at this instant; now if nothing is said.
            pub as_of: Option<Timestamp>,
            /// With `as_of`: counts by the intervals of the stages and not by the journal. So a history that was
            /// imported later is there too, and the answer comes from one reading. Amounts and probabilities are
            /// those with which the opportunities entered the stages, owners those of today, and opportunities that
            /// were deleted since are left out.
            pub by_intervals: bool,
        }
    }
}

value_struct! {
    /// Sums of one currency.
    pub struct FunnelTotal {
        required {
            /// The currency.
            pub currency: Currency,
            /// Opportunities with an amount in it.
            pub count: i64,
            /// The sum of the amounts, exact.
            pub amount: Decimal,
            /// The sum of amount times probability, exact, then rounded half up once.
            pub weighted: Decimal,
        }
    }
}

value_struct! {
    /// One stage of a snapshot funnel: the opportunities that stand in it at one instant (销售漏斗快照).
    pub struct FunnelRow {
        required {
            /// The key of the stage.
            pub stage: String,
            /// What people read.
            pub name: String,
            /// What the stage means.
            pub category: StageCategory,
            /// Opportunities in it, with an amount or without.
            pub count: i64,
            /// The sums, in the order of the currency codes.
            pub totals: Vec<FunnelTotal>,
        }
    }
}

value_struct! {
    /// Which closed opportunities a win rate is asked of.
    #[derive(Default)]
    pub struct WinRateOptions {
        optional {
            /// Only opportunities of this pipeline.
            pub pipeline: Option<Id>,
            /// Only opportunities of this owner.
            pub owner: Option<Id>,
            /// Closed on this date or later.
            pub closed_from: Option<Date>,
            /// Closed before this date.
            pub closed_until: Option<Date>,
        }
    }
}

value_struct! {
    /// The win rate by value of one currency.
    pub struct WinRateValue {
        required {
            /// The currency.
            pub currency: Currency,
            /// The sum of the amounts won.
            pub won: Decimal,
            /// The sum of the amounts lost.
            pub lost: Decimal,
            /// `won / (won + lost)`, 6 digits; nothing if that sum is not above zero.
            pub rate: Option<Decimal>,
        }
    }
}

value_struct! {
    /// How many of the closed opportunities were won (赢单率). Open ones do not count.
    pub struct WinRate {
        required {
            /// Opportunities won.
            pub won: i64,
            /// Opportunities lost.
            pub lost: i64,
            /// `won / (won + lost)`, between 0 and 1 with 6 digits; nothing without closed opportunities.
            pub rate: Option<Decimal>,
            /// The same by value, in the order of the currency codes.
            pub values: Vec<WinRateValue>,
        }
    }
}

value_struct! {
    /// The time that an opportunity spent in a stage.
    pub struct StageTime {
        required {
            /// The key of the stage.
            pub stage: String,
            /// How often it entered.
            pub visits: i64,
            /// The time, exact.
            pub duration_micros: i64,
            /// The time in days of 24 hours, rounded half up to 6 digits.
            pub days: Decimal,
        }
    }
}

value_struct! {
    /// How an opportunity went through its stages.
    pub struct StageReport {
        required {
            /// The stages in the order in which it first entered them; their times sum to the cycle.
            pub stages: Vec<StageTime>,
            /// From the first entry to the closing, or to the instant that was asked for; exact.
            pub cycle_micros: i64,
            /// The same in days, rounded half up to 6 digits.
            pub cycle_days: Decimal,
            /// Moves back to an earlier stage, by the order that the pipeline had then.
            pub regressions: i64,
        }
    }
}

fn days(micros: i64) -> Result<Decimal> {
    Decimal::from(micros).checked_div(Decimal::from(DAY_MICROS), SCALE, Rounding::HalfUp)
}

/// The times in the stages, the cycle and the moves back, as of an instant.
///
/// `days_in_stage(s)` is the sum over the intervals of `s` of `(left ?? as_of) - entered`. A closed stage takes no time
/// until the opportunity is reopened. What happened after `as_of` does not count.
///
/// # Errors
/// `Overflow` for times that no calendar knows.
pub fn stage_report(intervals: &[StageInterval], as_of: Timestamp) -> Result<StageReport> {
    let mut known: Vec<StageInterval> =
        intervals.iter().filter(|interval| interval.entered_at <= as_of).cloned().collect();
    in_order(&mut known);
    let mut stages: Vec<StageTime> = Vec::new();
    let mut cycle_micros = 0_i64;
    for interval in &known {
        let micros = end(interval, as_of).micros().saturating_sub(interval.entered_at.micros());
        cycle_micros = cycle_micros.saturating_add(micros);
        match stages.iter_mut().find(|stage| stage.stage == interval.stage) {
            Some(stage) => {
                stage.visits = stage.visits.saturating_add(1);
                stage.duration_micros = stage.duration_micros.saturating_add(micros);
            }
            None => stages.push(StageTime {
                stage: interval.stage.clone(),
                visits: 1,
                duration_micros: micros,
                days: Decimal::ZERO,
            }),
        }
    }
    for stage in &mut stages {
        stage.days = days(stage.duration_micros)?;
    }
    let regressions = known.iter().filter(|interval| interval.moved_back).count();
    let regressions = i64::try_from(regressions).unwrap_or(i64::MAX);
    Ok(StageReport { stages, cycle_micros, cycle_days: days(cycle_micros)?, regressions })
}

/// The end of an interval as it was known at `as_of`: a closed stage is over at once, until a reopening is known.
fn end(interval: &StageInterval, as_of: Timestamp) -> Timestamp {
    match interval.left_at {
        Some(left) if left <= as_of => left,
        _ if interval.category.is_closed() => interval.entered_at,
        _ => as_of,
    }
}

/// An opportunity as its intervals tell that it stood at an instant: in the stage that it entered last, with the
/// figures of the entry; nothing if it was not there yet. The intervals are those of this opportunity, in any order.
#[must_use]
pub fn as_entered(opportunity: &Opportunity, intervals: &[StageInterval], as_of: Timestamp) -> Option<Opportunity> {
    let known = intervals.iter().filter(|interval| interval.entered_at <= as_of);
    let last = known.max_by_key(|interval| (interval.entered_at, interval.id))?;
    Some(Opportunity {
        stage: Some(last.stage.clone()),
        stage_category: Some(last.category),
        amount: last.amount_at_entry,
        currency: last.currency_at_entry,
        probability: last.probability_at_entry,
        ..opportunity.clone()
    })
}

/// Whether a stay is longer than the stage allows, as of an instant.
#[must_use]
pub fn is_overdue(stage: &Stage, interval: &StageInterval, as_of: Timestamp) -> bool {
    let micros = end(interval, as_of).micros().saturating_sub(interval.entered_at.micros());
    stage.max_days.is_some_and(|days| micros > days.saturating_mul(DAY_MICROS))
}

#[derive(Default)]
struct Sums {
    count: i64,
    amount: Decimal,
    /// The sum of amount times percent.
    percents: Decimal,
}

/// The snapshot funnel: for each stage of the pipeline the opportunities that stand in it, counted and summed by
/// currency. A stage that the pipeline no longer has comes at the end. An opportunity without an amount is counted and
/// not summed.
///
/// # Errors
/// `Overflow` if a sum cannot be kept exactly.
pub fn funnel(pipeline: &Pipeline, opportunities: &[Opportunity]) -> Result<Vec<FunnelRow>> {
    let mut rows: Vec<(FunnelRow, BTreeMap<Currency, Sums>)> = pipeline.stages.iter().map(empty_row).collect();
    for opportunity in opportunities {
        let Some(key) = &opportunity.stage else { continue };
        let place = rows.iter().position(|(row, _)| row.stage == *key).unwrap_or_else(|| {
            rows.push(unknown_row(key, opportunity.stage_category.unwrap_or_default()));
            rows.len().saturating_sub(1)
        });
        if let Some((row, sums)) = rows.get_mut(place) {
            row.count = row.count.saturating_add(1);
            add(sums, opportunity)?;
        }
    }
    rows.into_iter().map(|(row, sums)| Ok(FunnelRow { totals: totals(sums)?, ..row })).collect()
}

fn empty_row(stage: &Stage) -> (FunnelRow, BTreeMap<Currency, Sums>) {
    let (name, category) = (stage.name.clone(), stage.category);
    (FunnelRow { stage: stage.key.clone(), name, category, count: 0, totals: Vec::new() }, BTreeMap::new())
}

fn unknown_row(key: &str, category: StageCategory) -> (FunnelRow, BTreeMap<Currency, Sums>) {
    let row = FunnelRow { stage: key.to_owned(), name: key.to_owned(), category, count: 0, totals: Vec::new() };
    (row, BTreeMap::new())
}

fn add(sums: &mut BTreeMap<Currency, Sums>, opportunity: &Opportunity) -> Result<()> {
    let Some(amount) = opportunity.amount else { return Ok(()) };
    let sum = sums.entry(opportunity.currency.unwrap_or_default()).or_default();
    sum.count = sum.count.saturating_add(1);
    sum.amount = sum.amount.checked_add(amount)?;
    let percent = opportunity.probability.unwrap_or(Decimal::ZERO);
    sum.percents = sum.percents.checked_add(amount.checked_mul(percent)?)?;
    Ok(())
}

fn totals(sums: BTreeMap<Currency, Sums>) -> Result<Vec<FunnelTotal>> {
    let total = |(currency, sum): (Currency, Sums)| {
        let weighted = weighted(sum.percents, currency)?;
        Ok(FunnelTotal { currency, count: sum.count, amount: sum.amount, weighted })
    };
    sums.into_iter().map(total).collect()
}

/// The win rate by count and by value: `won / (won + lost)`, open opportunities left out. One without an amount is
/// counted and not summed.
///
/// # Errors
/// `Overflow` if a sum cannot be kept exactly.
pub fn win_rate(opportunities: &[Opportunity]) -> Result<WinRate> {
    let (mut won, mut lost) = (0_i64, 0_i64);
    let mut sums: BTreeMap<Currency, (Decimal, Decimal)> = BTreeMap::new();
    for opportunity in opportunities {
        let is_won = match opportunity.stage_category {
            Some(StageCategory::Won) => true,
            Some(StageCategory::Lost) => false,
            _ => continue,
        };
        let count = if is_won { &mut won } else { &mut lost };
        *count = count.saturating_add(1);
        let Some(amount) = opportunity.amount else { continue };
        let sums = sums.entry(opportunity.currency.unwrap_or_default()).or_default();
        let sum = if is_won { &mut sums.0 } else { &mut sums.1 };
        *sum = sum.checked_add(amount)?;
    }
    let values = sums
        .into_iter()
        .map(|(currency, (won, lost))| Ok(WinRateValue { currency, won, lost, rate: share(won, lost)? }));
    let rate = share(Decimal::from(won), Decimal::from(lost))?;
    Ok(WinRate { won, lost, rate, values: values.collect::<Result<_>>()? })
}

/// `part / (part + rest)`; nothing if the whole is not above zero.
fn share(part: Decimal, rest: Decimal) -> Result<Option<Decimal>> {
    let whole = part.checked_add(rest)?;
    if whole <= Decimal::ZERO {
        return Ok(None);
    }
    part.checked_div(whole, SCALE, Rounding::HalfUp).map(Some)
}

/// Sales velocity (销售速度) per day: `count * average amount * win rate / cycle in days`, rounded half up to `scale`
/// digits. `win_rate` is a share between 0 and 1 of the closed ones, [`WinRate::rate`]; there are tools that divide by
/// the active ones instead.
///
/// ```
/// use crm_core::sales::metrics::velocity;
/// let share = "0.25".parse()?;
/// let per_day = velocity(50, 10_000.into(), share, 45.into(), 2)?;
/// assert_eq!(per_day.to_string(), "2777.78");
/// # Ok::<(), crm_core::value::Error>(())
/// ```
///
/// # Errors
/// `OutOfRange` for a cycle that is not above zero, `Overflow`.
pub fn velocity(
    count: i64,
    average_amount: Decimal,
    win_rate: Decimal,
    cycle_days: Decimal,
    scale: u32,
) -> Result<Decimal> {
    if cycle_days <= Decimal::ZERO {
        return Err(Error::invalid(ErrorCode::OutOfRange, "cycle_days", "the cycle must be above zero"));
    }
    let product = Decimal::from(count).checked_mul(average_amount)?.checked_mul(win_rate)?;
    product.checked_div(cycle_days, scale, Rounding::HalfUp)
}
