//! The commands of the room.

use super::rules::{check_complete, check_span, check_step, is_discount, scope, wrong_limit};
use super::{SpecialPriceRequest, SpecialPriceStatus};
use crate::conditions::{PriceCondition, SpecialScope, VERSIONS, special_place};
use crate::pricing::{ScaleLevel, UsageLimit};
use crate::query::Query;
use crate::room::{Change, Decision, TraceStep, View, record_for_change, record_for_rule, records_for_rule};
use crate::value::{Date, Decimal, Error, ErrorCode, FieldValue, Id, Problem, Result};

value_struct! {
    /// What is granted, where it differs from what was asked for.
    #[derive(Default)]
    pub struct SpecialPriceGrant {
        optional {
            /// The price; the one that was asked for if nothing is said.
            pub price: Option<Decimal>,
            /// The discount in percent; the one that was asked for if nothing is said.
            pub discount_percent: Option<Decimal>,
            /// The first date on which it no longer holds.
            pub valid_until: Option<Date>,
            /// How much it may be used.
            pub limit: Option<UsageLimit>,
            /// A price below the floor is granted; it needs a note.
            pub below_floor: bool,
            /// Why it was decided so.
            pub note: Option<String>,
        }
    }
}

value_union! {
    /// Requests for special prices.
    pub enum SpecialPriceCommand {
        /// Makes a draft.
        CreateRequest {
            /// The request.
            request: SpecialPriceRequest,
        },
        /// Saves a draft that was read and changed.
        UpdateRequest {
            /// The request with the version that was read.
            request: SpecialPriceRequest,
        },
        /// The draft waits for a decision from now on.
        SubmitRequest {
            /// The request.
            request: Id,
            /// The version that was read.
            expected_version: i64,
        },
        /// Grants the price: exactly one condition record with the scope of the request is made.
        ApproveRequest {
            /// The request.
            request: Id,
            /// The version that was read.
            expected_version: i64,
            /// What is granted; what was asked for if nothing is said.
            grant: Option<SpecialPriceGrant>,
        },
        /// Does not grant the price.
        RejectRequest {
            /// The request.
            request: Id,
            /// The version that was read.
            expected_version: i64,
            /// Why.
            reason: String,
        },
        /// Whoever asked no longer asks.
        WithdrawRequest {
            /// The request.
            request: Id,
            /// The version that was read.
            expected_version: i64,
        },
        /// Takes a granted price back: its condition record is retired.
        RevokeRequest {
            /// The request.
            request: Id,
            /// The version that was read.
            expected_version: i64,
            /// Why.
            reason: String,
        },
    }
}

impl SpecialPriceCommand {
    /// The name in the journal.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::CreateRequest { .. } => "special_price.create_request",
            Self::UpdateRequest { .. } => "special_price.update_request",
            Self::SubmitRequest { .. } => "special_price.submit_request",
            Self::ApproveRequest { .. } => "special_price.approve_request",
            Self::RejectRequest { .. } => "special_price.reject_request",
            Self::WithdrawRequest { .. } => "special_price.withdraw_request",
            Self::RevokeRequest { .. } => "special_price.revoke_request",
        }
    }

    /// Decides what the command changes.
    pub(crate) fn decide(&self, view: &mut dyn View) -> Result<Decision> {
        match self {
            Self::CreateRequest { request } => Ok(Decision::of(Change::create(request))),
            Self::UpdateRequest { request } => Ok(Decision::of(Change::save(request))),
            Self::SubmitRequest { request, expected_version } => submit(view, *request, *expected_version),
            Self::ApproveRequest { request, expected_version, grant } => {
                approve(view, *request, *expected_version, &grant.clone().unwrap_or_default())
            }
            Self::RejectRequest { request, expected_version, reason } => {
                reject(view, *request, *expected_version, reason)
            }
            Self::WithdrawRequest { request, expected_version } => withdraw(view, *request, *expected_version),
            Self::RevokeRequest { request, expected_version, reason } => {
                revoke(view, *request, *expected_version, reason)
            }
        }
    }
}

type Set = Vec<(&'static str, FieldValue)>;

/// The request, if the caller may change the field by which rights are given, and the step is allowed.
fn step(
    view: &mut dyn View,
    (id, version): (Id, i64),
    right: &str,
    to: SpecialPriceStatus,
) -> Result<SpecialPriceRequest> {
    let request = record_for_change::<SpecialPriceRequest>(view, id, Some(version), &[right])?;
    check_step(&request, to)?;
    Ok(request)
}

fn moved(id: Id, to: SpecialPriceStatus, more: Set) -> Change {
    let set = [("status", to.as_str().into())].into_iter().chain(more);
    Change::update::<SpecialPriceRequest>(id, set.collect())
}

/// What is kept of a decision.
fn decided(view: &dyn View, note: Option<&str>) -> Set {
    let note = note.map_or(FieldValue::Null, FieldValue::from);
    vec![("decided_on", view.today().into()), ("decided_by", view.user().into()), ("decision_note", note)]
}

/// A reason that says something.
fn given(field: &str, reason: &str) -> Result<()> {
    if reason.trim().is_empty() {
        return Err(Error::invalid(ErrorCode::Required, field, "a reason must be given"));
    }
    Ok(())
}

fn submit(view: &mut dyn View, id: Id, version: i64) -> Result<Decision> {
    let request = step(view, (id, version), "status", SpecialPriceStatus::Submitted)?;
    check_complete(&request)?;
    check_ahead(view, request.valid_until)?;
    let on = vec![("submitted_on", view.today().into())];
    Ok(Decision::default().and_rule(moved(id, SpecialPriceStatus::Submitted, on)))
}

/// Refuses a price that would be over before it begins.
fn check_ahead(view: &dyn View, until: Option<Date>) -> Result<()> {
    match until {
        Some(until) if until <= view.today() => {
            let message = "the last date on which it holds has passed";
            let problem = Problem::of_field(ErrorCode::OutOfRange, "valid_until", message);
            Err(problem.with("valid_until", until).into_invalid())
        }
        _ => Ok(()),
    }
}

fn reject(view: &mut dyn View, id: Id, version: i64, reason: &str) -> Result<Decision> {
    step(view, (id, version), "decided_by", SpecialPriceStatus::Rejected)?;
    given("reason", reason)?;
    let set = decided(view, Some(reason));
    Ok(Decision::default().and_rule(moved(id, SpecialPriceStatus::Rejected, set)))
}

fn withdraw(view: &mut dyn View, id: Id, version: i64) -> Result<Decision> {
    step(view, (id, version), "status", SpecialPriceStatus::Withdrawn)?;
    let set = vec![("decided_on", view.today().into())];
    Ok(Decision::default().and_rule(moved(id, SpecialPriceStatus::Withdrawn, set)))
}

/// What is granted of a request.
struct Granted {
    request: SpecialPriceRequest,
    /// The price or the discount, and whether it is a discount.
    rate: Decimal,
    is_discount: bool,
    valid_from: Date,
    valid_until: Option<Date>,
    limit: Option<UsageLimit>,
}

/// What is granted, if it can be.
fn granted(view: &dyn View, request: SpecialPriceRequest, grant: &SpecialPriceGrant) -> Result<Granted> {
    check_complete(&request)?;
    let at = |problem: Problem| problem.under("grant").into_invalid();
    let is_discount_asked = request.discount_percent.is_some();
    let (other, field) =
        if is_discount_asked { (grant.price, "price") } else { (grant.discount_percent, "discount_percent") };
    if other.is_some() {
        let message = "what was asked for is granted: a price for a price, a discount for a discount";
        return Err(at(Problem::of_field(ErrorCode::NotAllowed, field, message)));
    }
    let (asked, granted, field) = if is_discount_asked {
        (request.discount_percent, grant.discount_percent, "discount_percent")
    } else {
        (request.price, grant.price, "price")
    };
    let rate = granted.or(asked).unwrap_or_default();
    let fits = if is_discount_asked { is_discount(rate) } else { rate > Decimal::ZERO };
    if !fits {
        return Err(at(Problem::of_field(ErrorCode::OutOfRange, field, "the figure is too small or too large")));
    }
    check_floor(&request, rate, grant)?;
    let valid_from = request.valid_from.unwrap_or_else(|| view.today());
    let valid_until = grant.valid_until.or(request.valid_until);
    check_span(Some(valid_from), valid_until).map_err(at)?;
    check_ahead(view, valid_until).map_err(|error| error.under("grant"))?;
    let limit = grant.limit.clone().or_else(|| request.limit.clone());
    limit.as_ref().and_then(wrong_limit).map_or(Ok(()), |problem| Err(at(problem)))?;
    Ok(Granted { request, rate, is_discount: is_discount_asked, valid_from, valid_until, limit })
}

/// Refuses a price below the floor that nobody stands for.
fn check_floor(request: &SpecialPriceRequest, rate: Decimal, grant: &SpecialPriceGrant) -> Result<()> {
    let is_below = request.floor_price.is_some_and(|floor| rate < floor);
    if !is_below {
        return Ok(());
    }
    if !grant.below_floor {
        let message = "the price is below the floor: say that it shall be, and why";
        return Err(Error::invalid(ErrorCode::NotAllowed, "grant.below_floor", message));
    }
    given("grant.note", grant.note.as_deref().unwrap_or_default())
}

fn approve(view: &mut dyn View, id: Id, version: i64, grant: &SpecialPriceGrant) -> Result<Decision> {
    let request = step(view, (id, version), "decided_by", SpecialPriceStatus::Approved)?;
    let granted = granted(view, request, grant)?;
    let condition = condition(view, &granted)?;
    let mut set = decided(view, grant.note.as_deref());
    let is_below = granted.request.floor_price.is_some_and(|floor| granted.rate < floor);
    let rate = if granted.is_discount { "granted_discount_percent" } else { "granted_price" };
    set.extend([
        (rate, granted.rate.into()),
        ("below_floor", is_below.into()),
        ("condition", FieldValue::Reference(condition.id)),
    ]);
    let number = granted.request.number.clone().unwrap_or_default();
    let because = TraceStep::new("special_price_granted").with("request", number).with("condition", condition.id);
    let decision = Decision::default().and_rule(Change::create(&condition));
    Ok(decision.and_rule(moved(id, SpecialPriceStatus::Approved, set)).because(because))
}

/// The condition record with exactly the scope of the request.
fn condition(view: &mut dyn View, granted: &Granted) -> Result<PriceCondition> {
    let request = &granted.request;
    let wanted = SpecialScope {
        is_discount: granted.is_discount,
        fields: scope(request),
        includes_below: request.includes_below,
        has_band: request.quantity_from.is_some() || request.quantity_to.is_some(),
    };
    let (condition_type, condition_table) = special_place(view, &wanted)?;
    let lower = request.quantity_from.or(Some(Decimal::ZERO));
    let level = ScaleLevel { rate: granted.rate, lower, upper: request.quantity_to, flat: None };
    let (rate, scale) = if wanted.has_band { (None, vec![level]) } else { (Some(granted.rate), Vec::new()) };
    let project = request.opportunity.map(|project| ("opportunity".to_owned(), project.to_string()));
    Ok(PriceCondition {
        id: view.new_id(),
        condition_type,
        condition_table,
        key_values: project.into_iter().collect(),
        account: request.account,
        product: request.product,
        product_class: request.product_class,
        rate,
        scale,
        per: request.per.filter(|_| !granted.is_discount),
        unit: request.unit.clone(),
        currency: request.currency.filter(|_| !granted.is_discount),
        valid_from: Some(granted.valid_from),
        valid_until: granted.valid_until,
        limit: granted.limit.clone(),
        source: request.number.clone(),
        ..PriceCondition::default()
    })
}

fn revoke(view: &mut dyn View, id: Id, version: i64, reason: &str) -> Result<Decision> {
    let request = step(view, (id, version), "decided_by", SpecialPriceStatus::Revoked)?;
    given("reason", reason)?;
    let set = decided(view, Some(reason));
    let decision = Decision::default().and_rule(moved(id, SpecialPriceStatus::Revoked, set));
    let Some(condition) = request.condition else { return Ok(decision) };
    let mut last = record_for_rule::<PriceCondition>(view, condition)?;
    // A record may have been replaced since: the one that stands now is retired.
    while last.until_version.is_some() {
        let next = Query::matching(&[("replaces", FieldValue::Reference(last.id))]);
        match records_for_rule::<PriceCondition>(view, &next)?.into_iter().next() {
            Some(next) => last = next,
            None => return Ok(decision),
        }
    }
    let number = view.next_number(VERSIONS)?;
    Ok(decision.and_rule(Change::update::<PriceCondition>(last.id, vec![("until_version", number.into())])))
}
