//! What became of requests, and how far they lie from the prices of competitors.

use std::collections::{BTreeMap, HashMap};

use super::rules::{PERCENT_SCALE, whole};
use super::{SpecialPriceRequest, SpecialPriceStatus};
use crate::sales::StageCategory;
use crate::value::{Date, Decimal, Id, Result, Rounding};

/// Digits behind the point of the gap of one request.
const GAP_SCALE: u32 = 6;

value_struct! {
    /// Which requests are evaluated.
    #[derive(Default)]
    pub struct SpecialPriceOptions {
        optional {
            /// Submitted on this date or later.
            pub submitted_from: Option<Date>,
            /// Submitted before this date.
            pub submitted_until: Option<Date>,
            /// Only requests of this owner.
            pub owner: Option<Id>,
        }
    }
}

value_struct! {
    /// The requests of one status against one competitor.
    pub struct SpecialPriceRow {
        required {
            /// Where they stand.
            pub status: SpecialPriceStatus,
            /// How many there are.
            pub count: i64,
            /// How many of their projects were won.
            pub won: i64,
            /// How many of their projects were lost.
            pub lost: i64,
            /// How many have a price and one of the competitor.
            pub compared: i64,
        }
        optional {
            /// The competitor; nothing for requests that name none.
            pub competitor: Option<String>,
            /// The mean of `(price - competitor price) / competitor price` in percent over those that are compared: each is
            /// rounded half up to 6 digits, the mean to 4. Below zero where ours is the lower one. The price is the granted
            /// one where one was granted, the one that was asked for elsewhere.
            pub mean_gap_percent: Option<Decimal>,
        }
    }
}

value_struct! {
    /// An evaluation of requests for special prices (赢丢单与竞品价差).
    #[derive(Default)]
    pub struct SpecialPriceReport {
        required {
            /// The rows, by status in the order of its choices, then by competitor.
            pub rows: Vec<SpecialPriceRow>,
        }
    }
}

#[derive(Default)]
struct Sums {
    count: i64,
    won: i64,
    lost: i64,
    compared: i64,
    gaps: Decimal,
}

/// Sums requests by status and competitor; `outcomes` says how projects ended that the reader may know of.
///
/// # Errors
/// `Overflow` if a sum cannot be kept exactly.
pub(crate) fn report(
    requests: &[SpecialPriceRequest],
    outcomes: &HashMap<Id, StageCategory>,
) -> Result<SpecialPriceReport> {
    let place = |status: SpecialPriceStatus| SpecialPriceStatus::ALL.iter().position(|known| *known == status);
    let mut sums: BTreeMap<(Option<usize>, Option<&str>), Sums> = BTreeMap::new();
    for request in requests {
        let Some(status) = request.status else { continue };
        let sum = sums.entry((place(status), request.competitor.as_deref())).or_default();
        sum.count = sum.count.saturating_add(1);
        match request.opportunity.and_then(|project| outcomes.get(&project)) {
            Some(StageCategory::Won) => sum.won = sum.won.saturating_add(1),
            Some(StageCategory::Lost) => sum.lost = sum.lost.saturating_add(1),
            _ => {}
        }
        if let Some(gap) = gap(request)? {
            sum.compared = sum.compared.saturating_add(1);
            sum.gaps = sum.gaps.checked_add(gap)?;
        }
    }
    let row = |((status, competitor), sum): ((Option<usize>, Option<&str>), Sums)| {
        let mean = match sum.compared {
            0 => None,
            compared => Some(sum.gaps.checked_div(compared.into(), PERCENT_SCALE, Rounding::HalfUp)?),
        };
        Ok(SpecialPriceRow {
            status: status.and_then(|place| SpecialPriceStatus::ALL.get(place)).copied().unwrap_or_default(),
            count: sum.count,
            won: sum.won,
            lost: sum.lost,
            compared: sum.compared,
            competitor: competitor.map(ToOwned::to_owned),
            mean_gap_percent: mean,
        })
    };
    Ok(SpecialPriceReport { rows: sums.into_iter().map(row).collect::<Result<_>>()? })
}

/// How far the price lies from that of the competitor, in percent of the latter.
fn gap(request: &SpecialPriceRequest) -> Result<Option<Decimal>> {
    let price = request.granted_price.or(request.price);
    let (Some(price), Some(other)) = (price, request.competitor_price.filter(|price| !price.is_zero())) else {
        return Ok(None);
    };
    price.checked_sub(other)?.checked_mul(whole())?.checked_div(other, GAP_SCALE, Rounding::HalfUp).map(Some)
}
