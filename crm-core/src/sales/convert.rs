//! What becomes of a lead: account, contact and opportunity, filled field by field as the tenant has them, custom fields
//! too. What finds no place, or is not well formed, is named in a warning and stays in the lead. What the caller may
//! not see of the lead stays there unnamed.

use std::collections::BTreeSet;

use super::lead::check_step;
use super::{Lead, LeadConversion, LeadStatus, Opportunity};
use crate::customer::{
    Account, Channel, ChannelKind, Contact, Subject, SubjectEntity, account_became_known, is_well_formed,
};
use crate::room::{Change, Decision, View, record, record_for_change};
use crate::schema::{Entity as _, EntityType, FieldCodec as _, Row, TenantSchema};
use crate::value::{Error, ErrorCode, FieldValue, Id, Problem, Result};

/// Decides the records that come out of a lead.
pub(super) fn convert(view: &mut dyn View, wish: &LeadConversion) -> Result<Decision> {
    let stored = record_for_change::<Lead>(view, wish.lead, wish.expected_version, &["status"])?;
    check_step(&stored, LeadStatus::Converted)?;
    // As the caller sees it: what is hidden in the lead must not come to light in what it becomes.
    let lead = record::<Lead>(view, wish.lead)?;
    let mut out = Offspring { lead: &lead, left: left_over(&lead), changes: Vec::new() };
    let account = match one_of("account", wish.account, wish.create_account)? {
        Some(id) => Some(id),
        None if wish.create_account => Some(out.account(view, !wish.create_contact)?),
        None => None,
    };
    let contact = match one_of("contact", wish.contact, wish.create_contact)? {
        Some(id) => Some(id),
        None if wish.create_contact => Some(out.contact(view, account)?),
        None => None,
    };
    let opportunity =
        if wish.without_opportunity { None } else { Some(out.opportunity(view, wish, account, contact)?) };
    let set = vec![
        ("status", LeadStatus::Converted.as_str().into()),
        ("converted_account", account.into()),
        ("converted_contact", contact.into()),
        ("converted_opportunity", opportunity.into()),
        ("converted_at", view.now().into()),
    ];
    let left: Vec<String> = out.left.into_iter().collect();
    let made = out.changes.into_iter().fold(Decision::default(), Decision::and);
    let made = made.and_rule(Change::update::<Lead>(lead.id, set));
    let subject = Subject { entity: SubjectEntity::Lead, id: lead.id };
    let made = made.join(account_became_known(view, subject, lead.converted_account, account)?);
    Ok(if left.is_empty() { made } else { made.warn(kept_in_lead(&left)) })
}

fn kept_in_lead(fields: &[String]) -> Problem {
    let message = "these fields of the lead have no place in what it became: the lead keeps them";
    Problem::of_field(ErrorCode::UnknownField, "custom", message).with("fields", fields.join(","))
}

/// An existing record or a new one, not both.
fn one_of(field: &str, existing: Option<Id>, create: bool) -> Result<Option<Id>> {
    let existing = existing.filter(|id| !id.is_nil());
    if existing.is_some() && create {
        let message = format!("either an existing {field} is named or one is made");
        return Err(Error::invalid(ErrorCode::OutOfRange, field, message));
    }
    Ok(existing)
}

/// The fields of a lead that somebody filled and that must not get lost.
fn left_over(lead: &Lead) -> BTreeSet<String> {
    let declared = [
        ("company", lead.company.is_some()),
        ("contact_name", lead.contact_name.is_some()),
        ("phone", lead.phone.is_some()),
        ("email", lead.email.is_some()),
        ("need", lead.need.is_some()),
        ("source", lead.source.is_some()),
    ];
    let filled = declared.into_iter().filter(|(_, filled)| *filled).map(|(name, _)| name.to_owned());
    filled.chain(lead.custom.keys().cloned()).collect()
}

/// What comes out of the lead.
struct Offspring<'a> {
    lead: &'a Lead,
    /// Fields of the lead that found no place yet.
    left: BTreeSet<String>,
    changes: Vec<Change>,
}

/// A value for a field, and the fields of the lead that it carries.
type Carried = (&'static str, FieldValue, Vec<&'static str>);

/// Telephone number and e-mail address as the ways to reach somebody, as far as they are well formed.
fn channels(lead: &Lead) -> Carried {
    let given = [("phone", ChannelKind::Phone, &lead.phone), ("email", ChannelKind::Email, &lead.email)];
    let channel = |(origin, kind, value): (&'static str, ChannelKind, &Option<String>)| {
        let channel = Channel { kind, value: value.clone()?, ..Channel::default() };
        is_well_formed(&channel).then_some((origin, channel))
    };
    let (origins, channels): (Vec<_>, Vec<_>) = given.into_iter().filter_map(channel).unzip();
    ("channels", channels.to_field(), origins)
}

impl Offspring<'_> {
    /// The ways to reach somebody belong to the contact, if there is one.
    fn account(&mut self, view: &mut dyn View, with_channels: bool) -> Result<Id> {
        let lead = self.lead;
        let name = lead.company.clone().unwrap_or_else(|| lead.name.clone());
        let mut values: Vec<Carried> = vec![("name", name.into(), vec!["company"])];
        if with_channels {
            values.push(channels(lead));
        }
        self.make(view, Account::NAME, values)
    }

    fn contact(&mut self, view: &mut dyn View, account: Option<Id>) -> Result<Id> {
        let lead = self.lead;
        let name = lead.contact_name.clone().unwrap_or_else(|| lead.name.clone());
        let name: Carried = ("full_name", name.into(), vec!["contact_name"]);
        self.make(view, Contact::NAME, vec![name, ("account", account.into(), Vec::new()), channels(lead)])
    }

    fn opportunity(
        &mut self,
        view: &mut dyn View,
        wish: &LeadConversion,
        account: Option<Id>,
        contact: Option<Id>,
    ) -> Result<Id> {
        let lead = self.lead;
        let name = wish.opportunity_name.clone().unwrap_or_else(|| lead.name.clone());
        let values: Vec<Carried> = vec![
            ("name", name.into(), Vec::new()),
            ("account", account.into(), Vec::new()),
            ("contact", contact.into(), Vec::new()),
            ("pipeline", wish.pipeline.into(), Vec::new()),
            ("amount", wish.amount.into(), Vec::new()),
            ("currency", wish.currency.map(|currency| currency.to_string()).into(), Vec::new()),
            ("close_date", wish.close_date.into(), Vec::new()),
            ("source", lead.source.clone().into(), vec!["source"]),
            ("description", lead.need.clone().into(), vec!["need"]),
        ];
        self.make(view, Opportunity::NAME, values)
    }

    /// Makes a record. What it would carry from the lead is left out where the record has no such custom field, where
    /// it does not fit, and where the caller may not set the field.
    fn make(&mut self, view: &mut dyn View, entity: &'static str, values: Vec<Carried>) -> Result<Id> {
        let id = view.new_id();
        let schema = view.schema();
        let entity = schema.entity(entity)?;
        let blank = vec![FieldValue::Null; entity.fields.len()];
        let mut row = Row { id, owner: self.lead.owner, values: blank, ..Row::default() };
        for (name, value, origins) in values {
            let is_required = schema.field(entity, name).is_some_and(|field| field.spec.required);
            if !origins.is_empty() && !is_required && !view.may_set(entity.name, name) {
                continue;
            }
            if put(schema, entity, &mut row, name, value)? {
                self.left.retain(|field| !origins.contains(&field.as_str()));
            }
        }
        for (name, value) in &self.lead.custom {
            let has_place = view.may_set(entity.name, name);
            if has_place && put(schema, entity, &mut row, name, value.clone()).unwrap_or(false) {
                self.left.remove(name);
            }
        }
        self.changes.push(Change::Create { entity: entity.name, row });
        Ok(id)
    }
}

/// Puts a value into a field, if the entity has it; says whether something was put.
fn put(schema: &TenantSchema, entity: &EntityType, row: &mut Row, name: &str, value: FieldValue) -> Result<bool> {
    let Some(field) = schema.field(entity, name) else { return Ok(false) };
    let value = field.spec.coerce(value)?;
    let filled = value != FieldValue::Null;
    field.set(row, value);
    Ok(filled)
}
