//! What holds for every request, whichever way it comes in.

use super::{SpecialPriceRequest, SpecialPriceStatus};
use crate::pricing::UsageLimit;
use crate::room::{Author, Decision, RecordRule, View, check_given, illegal, kept, refuse, tidy_part, with_record};
use crate::schema::{Entity as _, Row};
use crate::value::{Date, Decimal, Error, ErrorCode, Problem, Result, Rounding};

/// Digits behind the point of percentages.
pub(super) const PERCENT_SCALE: u32 = 4;
/// All of something, in percent.
pub(super) fn whole() -> Decimal {
    Decimal::from(100)
}

/// The rule of an entity.
pub(crate) fn rule_of(entity: &str) -> Option<RecordRule> {
    match entity {
        SpecialPriceRequest::NAME => Some(request_rule),
        _ => None,
    }
}

fn request_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    check_given::<SpecialPriceRequest>(after)?;
    with_record::<SpecialPriceRequest>(before, after, |before, request| {
        match before {
            None if view.author().is_undo() => {}
            None => begin(view, request)?,
            Some(before) if before.status.unwrap_or_default() != SpecialPriceStatus::Draft => {
                return check_frozen(view.author(), &before, request).map(|()| Decision::default());
            }
            Some(_) => {}
        }
        complete(view, request)?;
        Ok(Decision::default())
    })
}

/// Makes a draft with a number; what decisions say of it is empty.
fn begin(view: &mut dyn View, request: &mut SpecialPriceRequest) -> Result<()> {
    if request.number.is_none() {
        let number = view.next_number(SpecialPriceRequest::NAME)?;
        let date = view.today().to_string();
        let year = date.split('-').next().unwrap_or_default();
        request.number = Some(format!("SPR-{year}-{number:06}"));
    }
    request.status = Some(SpecialPriceStatus::Draft);
    (request.submitted_on, request.decided_on, request.decided_by) = (None, None, None);
    (request.decision_note, request.condition, request.below_floor) = (None, None, false);
    (request.granted_price, request.granted_discount_percent) = (None, None);
    Ok(())
}

/// What was submitted stays as it was. For whom and for what, a rule may change, because records are merged.
fn check_frozen(author: Author, before: &SpecialPriceRequest, request: &SpecialPriceRequest) -> Result<()> {
    let bare = |of: &SpecialPriceRequest| SpecialPriceRequest {
        version: 0,
        owner: None,
        updated_at: None,
        updated_by: None,
        custom: [].into(),
        ..of.clone()
    };
    if author == Author::Caller && bare(before) != bare(request) {
        return Err(illegal("status", "only a draft can be changed"));
    }
    Ok(())
}

/// Checks a draft and computes its margin.
fn complete(view: &mut dyn View, request: &mut SpecialPriceRequest) -> Result<()> {
    tidy_part(&mut request.competitor);
    tidy_part(&mut request.unit);
    refuse(contradictions(request))?;
    let has_price = [request.price, request.competitor_price, request.floor_price, request.cost];
    if has_price.iter().any(Option::is_some) && request.currency.is_none() {
        request.currency = Some(view.base_currency());
    }
    request.margin_percent = margin(request)?;
    Ok(())
}

/// What cannot be together in one request.
fn contradictions(request: &SpecialPriceRequest) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut told = |code, field: &str, message: &str| problems.push(Problem::of_field(code, field, message));
    if request.product.is_some() && request.product_class.is_some() {
        told(ErrorCode::NotAllowed, "product_class", "a request is for a product or for a class, not for both");
    }
    if request.includes_below && request.account.is_none() {
        told(ErrorCode::NotAllowed, "includes_below", "there is nothing below without a customer");
    }
    if request.price.is_some() && request.discount_percent.is_some() {
        told(ErrorCode::NotAllowed, "discount_percent", "a price or a discount is asked for, not both");
    }
    if request.discount_percent.is_some() && request.floor_price.is_some() {
        told(ErrorCode::NotAllowed, "floor_price", "a discount is held against no floor: ask for a price");
    }
    for (field, figure) in [("price", request.price), ("per", request.per), ("quantity_to", request.quantity_to)] {
        if figure.is_some_and(|figure| figure <= Decimal::ZERO) {
            told(ErrorCode::OutOfRange, field, "the figure must be above zero");
        }
    }
    if request.discount_percent.is_some_and(|percent| !is_discount(percent)) {
        told(ErrorCode::OutOfRange, "discount_percent", "a discount is above 0 and at most 100 percent");
    }
    if let (Some(from), Some(to)) = (request.quantity_from, request.quantity_to)
        && to < from
    {
        told(ErrorCode::OutOfRange, "quantity_to", "the band ends before it begins");
    }
    if let Err(problem) = check_span(request.valid_from, request.valid_until) {
        problems.push(problem);
    }
    problems.extend(request.limit.as_ref().and_then(wrong_limit));
    problems
}

pub(super) fn is_discount(percent: Decimal) -> bool {
    percent > Decimal::ZERO && percent <= whole()
}

/// Refuses a span without a date in it.
pub(super) fn check_span(from: Option<Date>, until: Option<Date>) -> std::result::Result<(), Problem> {
    match (from, until) {
        (Some(from), Some(until)) if until <= from => {
            let problem = Problem::of_field(ErrorCode::OutOfRange, "valid_until", "the span of validity is empty");
            Err(problem.with("valid_from", from).with("valid_until", until))
        }
        _ => Ok(()),
    }
}

/// What is wrong with a limit.
pub(super) fn wrong_limit(limit: &UsageLimit) -> Option<Problem> {
    let figures = [("quantity", limit.quantity), ("value", limit.value), ("uses", limit.uses.map(Decimal::from))];
    let wrong = figures.into_iter().find(|(_, figure)| figure.is_some_and(|figure| figure <= Decimal::ZERO));
    wrong.map(|(name, _)| {
        Problem::of_field(ErrorCode::OutOfRange, format!("limit.{name}"), "the figure must be above zero")
    })
}

/// `(price - cost) / price` in percent, rounded once.
fn margin(request: &SpecialPriceRequest) -> Result<Option<Decimal>> {
    let (Some(price), Some(cost)) = (request.price, request.cost) else { return Ok(None) };
    let gain = price.checked_sub(cost)?.checked_mul(whole())?;
    let percent = gain.checked_div(price, PERCENT_SCALE, Rounding::HalfUp)?;
    kept("margin_percent", percent, PERCENT_SCALE).map(Some)
}

/// Refuses a request that does not say for whom, for what and until when.
pub(super) fn check_complete(request: &SpecialPriceRequest) -> Result<()> {
    let mut problems = Vec::new();
    let mut missing =
        |field: &str, message: &str| problems.push(Problem::of_field(ErrorCode::Required, field, message));
    if scope(request).is_empty() {
        missing("account", "a request is for a customer, a project, a product or a class of products");
    }
    if request.price.is_none() && request.discount_percent.is_none() {
        missing("price", "a price or a discount is asked for");
    }
    if request.valid_until.is_none() {
        missing("valid_until", "a special price ends on a date");
    }
    refuse(problems)
}

/// The fields of the scope that the request gives.
pub(super) fn scope(request: &SpecialPriceRequest) -> Vec<&'static str> {
    let given = [
        ("account", request.account),
        ("opportunity", request.opportunity),
        ("product", request.product),
        ("product_class", request.product_class),
    ];
    given.into_iter().filter_map(|(field, id)| id.map(|_| field)).collect()
}

/// Refuses a step that the state does not allow.
pub(super) fn check_step(request: &SpecialPriceRequest, to: SpecialPriceStatus) -> Result<()> {
    let from = request.status.unwrap_or_default();
    if from.may_become(to) {
        return Ok(());
    }
    let problem = Problem::of_field(ErrorCode::IllegalTransition, "status", "the request cannot go there from here");
    Err(Error::conflict(problem.with("from", from).with("to", to)))
}
