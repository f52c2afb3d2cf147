//! Quotes that are priced by conditions: every price, discount and tax of a line follows from the stored catalogue.
//!
//! A quote keeps the version of the catalogue, all that it was priced by, and the figures with their trace. Saving a draft
//! prices it again by the same version; another version is taken only when somebody asks for it.

use std::collections::{HashMap, HashSet};

use super::figures::AMOUNT_SCALE;
use super::{PricedBy, Quote, QuoteLine, QuoteTax, QuoteTotals, chosen_lines};
use crate::conditions::{ForRule, PriceCase, PriceContext, UsageStatus, case_of, replay, usage};
use crate::customer::Account;
use crate::pricing::{
    ConditionKind, PriceDocument, PriceItem, PriceResult, PriceRow, PriceTax, PricedItem, Reprice, RowOrigin, price,
};
use crate::product::PriceList;
use crate::room::{Author, Decision, View, kept};
use crate::schema::Entity as _;
use crate::value::{Currency, Decimal, Error, ErrorCode, Problem, Result};

/// The most lines of a quote whose figures are kept with every search that was made. A larger one is traced by pricing it
/// again.
pub const MAX_TRACED_LINES: usize = 1_000;

impl Quote {
    /// Whether its prices follow from conditions.
    #[must_use]
    pub fn is_priced_by_conditions(&self) -> bool {
        self.priced_by == Some(PricedBy::Conditions)
    }
}

/// Prices a draft by the version that it has, or by the present one if it has none.
pub(super) fn price_quote(
    view: &mut dyn View,
    earlier: Option<&Quote>,
    quote: &mut Quote,
    currency: Currency,
) -> Result<()> {
    refuse_figures(earlier, quote)?;
    require_seen(view, earlier, quote)?;
    let document = document_of(view, earlier, quote, currency);
    let context = PriceContext {
        account: quote.account,
        contact: quote.contact,
        opportunity: quote.opportunity,
        price_list: quote.price_list,
        document: Some(quote.id.to_string()).filter(|_| !quote.id.is_nil()),
        version: quote.catalog_version,
    };
    let (case, input) =
        case_of(&mut ForRule(view), document, &context).map_err(|error| told_of_lines(quote, &error))?;
    let result = price(&case.catalog, &case.document).map_err(|error| told_of_lines(quote, &error))?;
    fill(quote, &result)?;
    quote.catalog_version = Some(case.version);
    (quote.price_result, quote.price_input) = (Some(result), Some(input));
    Ok(())
}

/// The lines, as prices know them.
fn document_of(view: &dyn View, earlier: Option<&Quote>, quote: &mut Quote, currency: Currency) -> PriceDocument {
    let item = |line: &QuoteLine| PriceItem {
        id: line.position.unwrap_or_default().to_string(),
        quantity: line.quantity,
        product: line.product.map(|id| id.to_string()),
        unit: line.unit.clone(),
        fields: line.price_fields.clone(),
        conditions: line.conditions.clone(),
        pricing_date: None,
        gross_weight: None,
        net_weight: None,
        volume: None,
        is_alternative: !line.is_item(),
    };
    let previous = earlier.and_then(|earlier| earlier.price_result.clone());
    let reprice = quote.reprice_mode.zip(previous).map(|(mode, previous)| {
        let items = previous.items.into_iter().map(|item| PricedItem { accesses: Vec::new(), ..item });
        Reprice { mode, previous: PriceResult { items: items.collect(), ..previous } }
    });
    PriceDocument {
        currency,
        pricing_date: *quote.pricing_date.get_or_insert_with(|| view.today()),
        id: quote.number.clone(),
        procedure: quote.procedure.clone(),
        fields: quote.price_fields.clone(),
        conditions: quote.conditions.clone(),
        items: quote.lines.iter().map(item).collect(),
        usage: Vec::new(),
        prepaid: None,
        payable_rounding: None,
        reprice,
        trace: Some(quote.lines.len() <= MAX_TRACED_LINES),
    }
}

/// Keys are true ones: whoever names a customer or a list that he does not see gets no price by it.
fn require_seen(view: &mut dyn View, earlier: Option<&Quote>, quote: &Quote) -> Result<()> {
    if view.author() != Author::Caller {
        return Ok(());
    }
    let named = [
        (Account::NAME, quote.account, earlier.and_then(|earlier| earlier.account)),
        (PriceList::NAME, quote.price_list, earlier.and_then(|earlier| earlier.price_list)),
    ];
    for (entity, id, before) in named {
        let Some(id) = id.filter(|id| Some(*id) != before) else { continue };
        if view.get(entity, id).is_err() {
            return Err(Error::invalid(
                ErrorCode::UnknownReference,
                entity,
                format!("`{entity}` points to no {entity}"),
            ));
        }
    }
    Ok(())
}

/// Figures that conditions make are not set by hand: what somebody gives must not be lost without a word.
fn refuse_figures(earlier: Option<&Quote>, quote: &Quote) -> Result<()> {
    let known: HashMap<Option<i64>, &QuoteLine> =
        earlier.iter().flat_map(|earlier| &earlier.lines).map(|line| (line.position, line)).collect();
    let mut problems = Vec::new();
    for (place, line) in quote.lines.iter().enumerate() {
        let old = known.get(&line.position);
        let figures = |line: &QuoteLine| {
            [
                ("unit_price", line.unit_price),
                ("discount_percent", line.discount_percent),
                ("tax_percent", line.tax_percent),
            ]
        };
        let olds = old.map_or([None; 3], |old| figures(old).map(|(_, figure)| figure));
        for ((field, figure), old) in figures(line).into_iter().zip(olds) {
            if figure.is_some() && figure != old {
                let message = "the figure follows from conditions: give a condition by hand";
                problems.push(Problem::of_field(ErrorCode::NotAllowed, format!("lines[{place}].{field}"), message));
            }
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid { problems }) }
}

/// Names the lines of the quote, where prices name the items of their document.
fn told_of_lines(quote: &Quote, error: &Error) -> Error {
    let place_of = |id: &str| quote.lines.iter().position(|line| line.position.unwrap_or_default().to_string() == id);
    error.clone().each(|mut problem| {
        problem.field = match problem.field.as_deref() {
            Some(field) if field.starts_with("items[") => Some(field.replacen("items[", "lines[", 1)),
            None => problem.data.get("item").and_then(|id| place_of(id)).map(|place| format!("lines[{place}]")),
            field => field.map(ToOwned::to_owned),
        };
        problem
    })
}

const fn counts(row: &PriceRow) -> bool {
    row.inactive.is_none() && !row.is_statistical && !matches!(row.origin, RowOrigin::Subtotal)
}

/// The active rows of a kind.
fn of_kind(item: &PricedItem, kind: ConditionKind) -> impl Iterator<Item = &PriceRow> {
    item.rows.iter().filter(move |row| counts(row) && row.kind == Some(kind))
}

/// Puts the figures into lines and sums.
fn fill(quote: &mut Quote, result: &PriceResult) -> Result<()> {
    let items: HashMap<&str, &PricedItem> = result.items.iter().map(|item| (item.id.as_str(), item)).collect();
    let mut subtotal = Decimal::ZERO;
    for (place, line) in quote.lines.iter_mut().enumerate() {
        let id = line.position.unwrap_or_default().to_string();
        let Some(item) = items.get(id.as_str()) else { continue };
        let gross =
            of_kind(item, ConditionKind::Price).try_fold(Decimal::ZERO, |sum, row| sum.checked_add(row.value))?;
        let path = |name: &str| format!("lines[{place}].{name}");
        line.gross_amount = Some(kept(&path("gross_amount"), gross, AMOUNT_SCALE)?);
        line.net_amount = Some(kept(&path("net_amount"), item.net, AMOUNT_SCALE)?);
        (line.unit_price, line.per_quantity) = unit_price(item, result.currency);
        (line.discount_percent, line.list_price) = (None, None);
        line.tax_percent = single(of_kind(item, ConditionKind::Tax)).and_then(|row| row.rate);
        if !item.is_alternative {
            subtotal = subtotal.checked_add(gross)?;
        }
    }
    let totals = totals_of(result, subtotal)?;
    quote.prices_include_tax = result.policies.prices_include_tax;
    quote.subtotal = Some(totals.subtotal);
    quote.total = Some(totals.total);
    // Surcharges may be more than all discounts.
    quote.discount_total = Some(totals.discount_total).filter(|off| !off.is_negative());
    (quote.taxes, quote.tax_total) = (totals.taxes, totals.tax_total);
    quote.total_with_tax = totals.total_with_tax;
    Ok(())
}

/// The sums of a result; `subtotal` is what its prices come to.
fn totals_of(result: &PriceResult, subtotal: Decimal) -> Result<QuoteTotals> {
    let amount = |field, figure| kept(field, figure, AMOUNT_SCALE);
    let tax = |tax: &PriceTax| {
        let percent = tax.percent.unwrap_or(Decimal::ZERO);
        QuoteTax { percent, base: tax.base, tax: tax.tax }
    };
    let whole = if result.policies.prices_include_tax { result.gross } else { result.net };
    let taxed = !result.taxes.is_empty();
    Ok(QuoteTotals {
        subtotal: amount("subtotal", subtotal)?,
        discount_total: amount("discount_total", subtotal.checked_sub(whole)?)?,
        total: amount("total", result.net)?,
        taxes: result.taxes.iter().map(tax).collect(),
        tax_total: Some(amount("tax_total", result.tax)?).filter(|_| taxed),
        total_with_tax: Some(amount("total_with_tax", result.gross)?).filter(|_| taxed),
    })
}

/// The only one of some.
fn single<'a>(mut rows: impl Iterator<Item = &'a PriceRow>) -> Option<&'a PriceRow> {
    rows.next().filter(|_| rows.next().is_none())
}

/// The price and its unit, if one price in the currency and unit of the line says it all.
fn unit_price(item: &PricedItem, currency: Currency) -> (Option<Decimal>, Option<Decimal>) {
    let plain = |row: &&PriceRow| {
        row.slices.is_empty()
            && row.flat.is_none()
            && row.factor.is_none()
            && row.exchange.is_none()
            && row.currency.is_none_or(|known| known == currency)
            && row
                .rate
                .is_some_and(|rate| !rate.is_negative() && rate.to_scaled(super::figures::FIGURE_SCALE).is_some())
    };
    match single(of_kind(item, ConditionKind::Price)).filter(plain) {
        Some(row) => (row.rate, Some(row.per.unwrap_or(Decimal::ONE))),
        None => (None, None),
    }
}

/// A quote that is sent sets aside what it uses of counters.
pub(super) fn set_aside(view: &mut dyn View, quote: &Quote) -> Result<Decision> {
    match &quote.price_result {
        Some(result) if !result.usage.is_empty() => {
            usage::count(view, &quote.id.to_string(), result.currency, &result.usage, UsageStatus::Reserved)
        }
        _ => Ok(Decision::default()),
    }
}

/// What the chosen content of an accepted quote comes to, priced as the quote was, and what it uses of counters.
pub(super) fn accepted_by_conditions(
    view: &mut dyn View,
    quote: &Quote,
    chosen: &[i64],
) -> Result<(QuoteTotals, Decision)> {
    let ordered = chosen_lines(&quote.lines, chosen)?;
    let mut case = case_of_quote(&mut ForRule(view), quote)?;
    let ids: HashSet<String> = ordered.iter().map(|line| line.position.unwrap_or_default().to_string()).collect();
    case.document.items.retain(|item| ids.contains(&item.id));
    for item in &mut case.document.items {
        item.is_alternative = false;
    }
    let result = price(&case.catalog, &case.document).map_err(|error| told_of_lines(quote, &error))?;
    let priced = result.items.iter().filter(|item| ids.contains(&item.id));
    let subtotal = priced
        .flat_map(|item| of_kind(item, ConditionKind::Price))
        .try_fold(Decimal::ZERO, |sum, row| sum.checked_add(row.value))?;
    let used = usage::count(view, &quote.id.to_string(), result.currency, &result.usage, UsageStatus::Committed)?;
    Ok((totals_of(&result, subtotal)?, used))
}

/// A quote that comes to nothing gives back what was set aside for it.
pub(super) fn give_back(view: &mut dyn View, quote: &Quote) -> Result<Decision> {
    if quote.is_priced_by_conditions() {
        usage::give_back(view, &quote.id.to_string())
    } else {
        Ok(Decision::default())
    }
}

/// What a quote was priced by, as it was then: whoever prices it gets the figures that stand in the quote.
pub(crate) fn case_of_quote(records: &mut dyn crate::conditions::Records, quote: &Quote) -> Result<PriceCase> {
    let (Some(input), Some(version)) = (&quote.price_input, quote.catalog_version) else {
        let message = "the quote is not priced by conditions";
        return Err(Error::invalid(ErrorCode::NotAllowed, "priced_by", message).with("id", quote.id));
    };
    replay(records, input.clone(), version)
}
