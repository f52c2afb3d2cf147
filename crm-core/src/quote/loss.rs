//! Why quotes are lost, to whom and at which price (丢单原因, 竞争对手价格).

use std::collections::BTreeMap;

use super::{Quote, QuoteStatus};
use crate::query::{Comparison, Filter, Query};
use crate::room::Reader;
use crate::schema::{Entity as _, enum_field};
use crate::value::{Currency, Date, Decimal, ErrorCode, Id, Problem, Result, Rounding};

/// Digits behind the point of a gap in percent.
const GAP_SCALE: u32 = 4;
/// Digits behind the point of the price of a competitor.
const PRICE_SCALE: u32 = 4;

value_enum! {
    /// Why a customer did not take a quote.
    pub enum LostReason {
        /// Somebody was cheaper.
        Price = "price",
        /// Somebody delivers earlier.
        Delivery = "delivery",
        /// What was offered does not do what is needed.
        Technical = "technical",
        /// Somebody knows the customer better.
        Relationship = "relationship",
        /// Somebody gives better terms of payment, or the customer found no money.
        Financing = "financing",
        /// The customer does not do it.
        ProjectStopped = "project_stopped",
        /// The customer does not decide.
        NoDecision = "no_decision",
        /// Anything else.
        Other = "other",
    }
}

enum_field!(LostReason);

value_struct! {
    /// What is known of a quote that was lost.
    #[derive(Default)]
    pub struct QuoteLoss {
        optional {
            /// Why.
            pub reason: Option<LostReason>,
            /// Who won, by name; that of the account if nothing is said and one is named.
            pub competitor: Option<String>,
            /// Who won, if the company is an account.
            pub competitor_account: Option<Id>,
            /// The price of the competitor for what was offered, without tax.
            pub competitor_price: Option<Decimal>,
            /// Its currency; that of the quote if nothing is said.
            pub competitor_currency: Option<Currency>,
        }
    }
}

value_struct! {
    /// Which lost quotes are summed.
    #[derive(Default)]
    pub struct LostQuoteOptions {
        optional {
            /// Rejected on this date or later.
            pub rejected_from: Option<Date>,
            /// Rejected before this date.
            pub rejected_until: Option<Date>,
            /// Only quotes of this owner.
            pub owner: Option<Id>,
        }
    }
}

value_struct! {
    /// Lost quotes in one currency.
    pub struct LostTotal {
        required {
            /// The currency.
            pub currency: Currency,
            /// Quotes with a total in it.
            pub count: i64,
            /// The sum of their totals, without tax.
            pub total: Decimal,
            /// Of those the quotes for which a price of the competitor in the same currency is known.
            pub compared: i64,
        }
        optional {
            /// How far the competitor was below us, in percent of our price: the sum of our totals less that of the
            /// competitor's prices, by the sum of our totals, times 100; so each quote weighs by its price. Computed
            /// exactly, then rounded half up to 4 digits; below zero if the competitor was dearer.
            pub mean_gap_percent: Option<Decimal>,
        }
    }
}

value_struct! {
    /// Lost quotes of one reason and one competitor.
    pub struct LostQuotes {
        required {
            /// How many.
            pub count: i64,
            /// The sums, in the order of the currency codes.
            pub totals: Vec<LostTotal>,
        }
        optional {
            /// Why they were lost; nothing for those of which it is not known.
            pub reason: Option<LostReason>,
            /// Who won; nothing for those of which it is not known.
            pub competitor: Option<String>,
        }
    }
}

/// Sums of one currency.
#[derive(Default)]
struct Sum {
    count: i64,
    total: Decimal,
    compared: i64,
    ours: Decimal,
    theirs: Decimal,
}

/// Sums rejected quotes by reason and competitor, in that order; what is not known comes first. A quote that was revised
/// after it was rejected is not lost.
///
/// ```
/// use crm_core::quote::{LostReason, Quote, QuoteStatus, lost_quotes};
/// let lost = |total: &str, price: &str| -> Result<Quote, crm_core::value::Error> {
///     Ok(Quote {
///         status: Some(QuoteStatus::Rejected),
///         lost_reason: Some(LostReason::Price),
///         currency: Some("EUR".parse()?),
///         total: Some(total.parse()?),
///         competitor_currency: Some("EUR".parse()?),
///         competitor_price: Some(price.parse()?),
///         ..Quote::default()
///     })
/// };
/// let rows = lost_quotes(&[lost("1000", "900")?, lost("2000", "1900")?])?;
/// // 200 of 3000.
/// assert_eq!(rows[0].totals[0].mean_gap_percent, Some("6.6667".parse()?));
/// # Ok::<(), crm_core::value::Error>(())
/// ```
///
/// # Errors
/// `Overflow`.
pub fn lost_quotes(quotes: &[Quote]) -> Result<Vec<LostQuotes>> {
    type Key = (Option<LostReason>, Option<String>);
    let mut groups: BTreeMap<Key, (i64, BTreeMap<Currency, Sum>)> = BTreeMap::new();
    for quote in quotes.iter().filter(|quote| quote.status == Some(QuoteStatus::Rejected)) {
        let key = (quote.lost_reason, quote.competitor.clone());
        let (count, sums) = groups.entry(key).or_default();
        *count = count.saturating_add(1);
        let (Some(currency), Some(total)) = (quote.currency, quote.total) else { continue };
        add(sums.entry(currency).or_default(), quote, total)?;
    }
    let row = |((reason, competitor), (count, sums)): (Key, (i64, BTreeMap<Currency, Sum>))| {
        let totals = sums.into_iter().map(|(currency, sum)| sum.told(currency)).collect::<Result<_>>()?;
        Ok(LostQuotes { count, totals, reason, competitor })
    };
    groups.into_iter().map(row).collect()
}

fn add(sum: &mut Sum, quote: &Quote, total: Decimal) -> Result<()> {
    sum.count = sum.count.saturating_add(1);
    sum.total = sum.total.checked_add(total)?;
    if let Some(price) = quote.competitor_price.filter(|_| quote.competitor_currency == quote.currency) {
        sum.compared = sum.compared.saturating_add(1);
        sum.ours = sum.ours.checked_add(total)?;
        sum.theirs = sum.theirs.checked_add(price)?;
    }
    Ok(())
}

impl Sum {
    fn told(self, currency: Currency) -> Result<LostTotal> {
        let Self { count, total, compared, ours, theirs } = self;
        let mean_gap_percent = if ours > Decimal::ZERO {
            let gap = ours.checked_sub(theirs)?.checked_mul(Decimal::from(100))?;
            Some(gap.checked_div(ours, GAP_SCALE, Rounding::HalfUp)?)
        } else {
            None
        };
        Ok(LostTotal { currency, count, total, compared, mean_gap_percent })
    }
}

/// Sums the rejected quotes that the reader sees.
pub(crate) fn lost(reading: &mut impl Reader, options: &LostQuoteOptions) -> Result<Vec<LostQuotes>> {
    let compare = |field: &str, comparison, value| Filter::Compare { field: field.to_owned(), comparison, value };
    let mut filters = vec![compare("status", Comparison::Equal, QuoteStatus::Rejected.as_str().into())];
    let dates = [(options.rejected_from, Comparison::GreaterOrEqual), (options.rejected_until, Comparison::Less)];
    for (date, comparison) in dates {
        filters.extend(date.map(|date| compare("decided_on", comparison, date.into())));
    }
    filters.extend(options.owner.map(|owner| compare("owner", Comparison::Equal, owner.into())));
    let query = Query { filter: Some(Filter::All { filters }), ..Query::default() };
    let found = reading.all(Quote::NAME, &query)?.into_iter().map(Quote::from_stored);
    let mut found = found.collect::<Result<Vec<_>>>()?;
    // Prices in unknown currencies cannot be compared.
    if !(reading.can_read(Quote::NAME, "competitor_currency") && reading.can_read(Quote::NAME, "currency")) {
        found.iter_mut().for_each(|quote| quote.competitor_price = None);
    }
    lost_quotes(&found)
}

/// Refuses a price that says nothing.
pub(super) fn check_loss(loss: &QuoteLoss) -> Result<()> {
    let Some(price) = loss.competitor_price else { return Ok(()) };
    let refused = |code, message: &str| {
        Err(Problem::of_field(code, "loss.competitor_price", message).with("scale", PRICE_SCALE).into_invalid())
    };
    if price.is_negative() {
        return refused(ErrorCode::OutOfRange, "the price must not be below zero");
    }
    if price.scale() > PRICE_SCALE {
        return refused(ErrorCode::DecimalDigits, "too many digits behind the point");
    }
    Ok(())
}
