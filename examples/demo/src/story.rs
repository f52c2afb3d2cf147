//! The journal of the deal as the report tells it.

use std::collections::HashMap;

use crm_core::access::User;
use crm_core::engine::Session;
use crm_core::journal::JournalEntry;
use crm_core::product::{PriceList, Product};
use crm_core::query::Query;
use crm_core::quote::{Quote, QuoteLine};
use crm_core::sales::Pipeline;
use crm_core::value::{FieldValue, Id};

use crate::deal::Deal;
use crate::failure::Result;
use crate::moments::Moments;
use crate::report::{DealStep, DealStory, FieldChange, grouped};

/// Fields that say nothing to a reader.
const HIDDEN: &[&str] = &["rounding", "probability_overridden", "revises", "pipeline", "price_list"];

/// Reads the journal of the lead, the opportunity, the quotes and what belongs to them, and joins it by time.
///
/// # Errors
/// What the engine gives.
pub fn tell(session: &Session, moments: Moments, deal: &Deal) -> Result<DealStory> {
    let mut records = vec![("lead", deal.lead.id)];
    records.extend(deal.lead.converted_account.map(|id| ("account", id)));
    records.extend(deal.lead.converted_contact.map(|id| ("contact", id)));
    records.push(("opportunity", deal.opportunity.id));
    records.extend(deal.quotes.iter().map(|quote| ("quote", quote.id)));
    records.extend(deal.activities.iter().map(|id| ("activity", *id)));
    let mut entries = Vec::new();
    for (entity, id) in records {
        entries.extend(session.history(entity, id)?);
    }
    entries.sort_by_key(|entry| entry.sequence);
    let words = words(session, moments, deal)?;
    let mut steps: Vec<(Id, DealStep)> = Vec::new();
    for entry in &entries {
        match steps.last_mut().filter(|(operation, _)| *operation == entry.op_id) {
            Some((_, step)) => step.changes.extend(changes(entry, &words, true)),
            None => steps.push((entry.op_id, step(entry, &words))),
        }
    }
    let steps: Vec<DealStep> = steps.into_iter().map(|(_, step)| step).collect();
    Ok(DealStory { title: deal.opportunity.name.clone(), summary: summary(moments, deal, steps.len())?, steps })
}

fn summary(moments: Moments, deal: &Deal, steps: usize) -> Result<String> {
    let first = deal.lead.received_at.map_or(Ok(moments.as_of), |at| moments.day(at))?;
    let last = deal.opportunity.closed_on.unwrap_or(first);
    let amount = deal.opportunity.amount.unwrap_or_default();
    let currency = deal.opportunity.currency.unwrap_or_default();
    let number = deal.quotes.last().and_then(|quote| quote.number.clone()).unwrap_or_default();
    Ok(format!(
        "From a web form on {first} to the accepted quote {number} over {currency} {} on {last}: {} days and {steps} \
         commands, walked through the engine after the import.",
        grouped(&amount.to_fixed(currency.exponent())),
        last.days_since(first),
    ))
}

/// What identifiers and instants are for people.
struct Words {
    names: HashMap<Id, String>,
    moments: Moments,
}

/// Reads what identifiers stand for.
fn words(session: &Session, moments: Moments, deal: &Deal) -> Result<Words> {
    let all = Query::default();
    let mut names: HashMap<Id, String> = HashMap::new();
    names.extend(session.list_all::<User>(&all)?.into_iter().map(|user| (user.id, user.name)));
    names.extend(session.list_all::<Product>(&all)?.into_iter().map(|product| (product.id, product.code)));
    names.extend(session.list_all::<PriceList>(&all)?.into_iter().map(|list| (list.id, list.name)));
    names.extend(session.list_all::<Pipeline>(&all)?.into_iter().map(|pipeline| (pipeline.id, pipeline.name)));
    names.insert(deal.lead.id, deal.lead.name.clone());
    names.insert(deal.opportunity.id, deal.opportunity.name.clone());
    let number = |quote: &Quote| (quote.id, quote.number.clone().unwrap_or_default());
    names.extend(deal.quotes.iter().map(number));
    if let Some(id) = deal.lead.converted_account {
        names.insert(id, session.customers().account(id)?.name);
    }
    if let Some(id) = deal.lead.converted_contact {
        names.insert(id, session.customers().contact(id)?.full_name);
    }
    Ok(Words { names, moments })
}

fn step(entry: &JournalEntry, words: &Words) -> DealStep {
    DealStep {
        at: words.moments.shown(entry.at),
        actor: words.names.get(&entry.actor).cloned().unwrap_or_default(),
        command: entry.command.clone(),
        note: note(entry).to_owned(),
        changes: changes(entry, words, entry.command == "sales.convert_lead"),
    }
}

/// What a command means, in words.
fn note(entry: &JournalEntry) -> &'static str {
    match entry.command.as_str() {
        "sales.capture_lead" => "The form on the website becomes a lead; the website may make leads but see none.",
        "sales.assign_lead" => "The sales desk names who answers for it.",
        "sales.move_lead" => "The sales person moves the lead on.",
        "customer.log_activity" => "A call or a visit is logged.",
        "sales.convert_lead" => "The lead becomes a customer, a contact and an opportunity, in one transaction.",
        "sales.advance_stage" => "The opportunity enters its next stage.",
        "quote.create_quote" => "An offer is made; the prices come from the price list.",
        "quote.send_quote" => "The offer is sent; from now on it cannot be changed.",
        "quote.revise_quote" => "The customer asks for a better price: a revision takes the place of the offer.",
        "quote.update_quote" => "The draft gets a discount.",
        "quote.accept_quote" => "The customer accepts; the same transaction wins the opportunity.",
        _ => "",
    }
}

/// The changed fields; with the name of the entity where one step changes several records.
fn changes(entry: &JournalEntry, words: &Words, with_entity: bool) -> Vec<FieldChange> {
    let told = entry.changes.iter().filter(|change| !HIDDEN.contains(&change.field.as_str()));
    let told = told.map(|change| FieldChange {
        field: if with_entity { format!("{}.{}", entry.entity, change.field) } else { change.field.clone() },
        before: shown(&change.before, words),
        after: shown(&change.after, words),
    });
    told.filter(|change| change.before != change.after).collect()
}

/// A value for people; nothing for none.
fn shown(value: &FieldValue, words: &Words) -> Option<String> {
    match value {
        FieldValue::Null | FieldValue::Boolean(false) => None,
        FieldValue::Boolean(true) => Some("yes".to_owned()),
        FieldValue::Reference(id) => Some(words.names.get(id).cloned().unwrap_or_else(|| "a record".to_owned())),
        FieldValue::Json(text) => nested(text, words),
        FieldValue::Timestamp(at) => Some(words.moments.shown(*at)),
        other => Some(other.to_key()),
    }
}

/// A list in short: the lines of a quote as people read them, other lists by their values.
fn nested(text: &str, words: &Words) -> Option<String> {
    if let Ok(lines) = serde_json::from_str::<Vec<QuoteLine>>(text)
        && !lines.is_empty()
    {
        return Some(lines.iter().map(line).collect::<Vec<_>>().join("; "));
    }
    let elements: Vec<serde_json::Map<String, serde_json::Value>> = serde_json::from_str(text).ok()?;
    let word = |value: &serde_json::Value| {
        let text = value.as_str()?;
        let named = text.parse::<Id>().ok().and_then(|id| words.names.get(&id).cloned());
        Some(named.unwrap_or_else(|| text.to_owned()))
    };
    let element =
        |map: &serde_json::Map<String, serde_json::Value>| map.values().filter_map(word).collect::<Vec<_>>().join(" ");
    let told = elements.iter().map(element).collect::<Vec<_>>().join("; ");
    (!told.is_empty()).then_some(told)
}

fn line(line: &QuoteLine) -> String {
    let code = line.product_code.as_deref().or(line.description.as_deref()).unwrap_or_default();
    let price = line.unit_price.map_or_else(String::new, |price| format!(" at {price}"));
    let discount = line.discount_percent.map_or_else(String::new, |percent| format!(" less {percent} %"));
    let net = line.net_amount.map_or_else(String::new, |net| format!(" = {net}"));
    format!("{} × {code}{price}{discount}{net}", line.quantity)
}
