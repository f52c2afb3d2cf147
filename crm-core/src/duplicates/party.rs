//! What of a record is matched.

use crate::customer::{Account, Channel, ChannelKind, Contact};
use crate::matching::{Features, MatchKind, Party, PartyAddress};
use crate::product::Product;
use crate::sales::{Lead, LeadStatus};
use crate::schema::{Entity, EntityType, Row};
use crate::value::{FieldValue, IdentifierKind, Result};

/// The records of an entity in one of the ways in which they are matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Matched {
    /// The number under which a store keeps it; it never changes.
    pub(crate) number: i64,
    pub(crate) entity: &'static str,
    pub(crate) kind: MatchKind,
}

const ACCOUNTS: Matched = Matched { number: 1, entity: Account::NAME, kind: MatchKind::Organisation };
const CONTACTS: Matched = Matched { number: 2, entity: Contact::NAME, kind: MatchKind::Person };
const LEAD_COMPANIES: Matched = Matched { number: 3, entity: Lead::NAME, kind: MatchKind::Organisation };
const LEAD_PEOPLE: Matched = Matched { number: 4, entity: Lead::NAME, kind: MatchKind::Person };
const PRODUCTS: Matched = Matched { number: 5, entity: Product::NAME, kind: MatchKind::Product };

/// Every way in which records are matched.
pub(crate) const MATCHED: [Matched; 5] = [ACCOUNTS, CONTACTS, LEAD_COMPANIES, LEAD_PEOPLE, PRODUCTS];

/// The ways in which records of an entity are matched; nothing for an entity that is not.
pub(crate) fn matched_as(entity: &str) -> impl Iterator<Item = Matched> {
    MATCHED.into_iter().filter(move |matched| matched.entity == entity)
}

/// Whether duplicates of an entity are looked for.
pub(crate) fn is_matched(entity: &str) -> bool {
    MATCHED.iter().any(|matched| matched.entity == entity)
}

/// Where duplicates of a record are looked for. A lead may be a customer that is known already, or somebody there; two
/// leads of one company are not the same as long as they name people.
pub(crate) fn sought(entity: &str, row: &Row, fields: &EntityType) -> Vec<Matched> {
    match entity {
        Account::NAME => vec![ACCOUNTS],
        Contact::NAME => vec![CONTACTS],
        Product::NAME => vec![PRODUCTS],
        Lead::NAME if is_empty(fields, row, "contact_name") => vec![ACCOUNTS, CONTACTS, LEAD_COMPANIES, LEAD_PEOPLE],
        Lead::NAME => vec![ACCOUNTS, CONTACTS, LEAD_PEOPLE],
        _ => Vec::new(),
    }
}

fn is_empty(entity: &EntityType, row: &Row, field: &str) -> bool {
    match entity.field(field).map(|field| field.value(row)) {
        Some(FieldValue::Text(text)) => text.trim().is_empty(),
        _ => true,
    }
}

/// The fields by which records of an entity are matched.
pub(crate) const fn fields_of(entity: &str) -> &'static [&'static str] {
    match entity.as_bytes() {
        b"account" => &["name", "short_name", "channels", "identifiers", "country", "region", "city"],
        b"contact" => &["full_name", "family_name", "given_name", "channels", "birthday"],
        b"lead" => &["company", "contact_name", "phone", "email", "status"],
        b"product" => &["code", "name"],
        _ => &[],
    }
}

/// The field that people read.
pub(crate) fn label_of(entity: &str) -> &'static str {
    if entity == Contact::NAME { "full_name" } else { "name" }
}

/// Whether two states of a record differ in what it is matched by.
pub(crate) fn differs(entity: &EntityType, before: &Row, after: &Row) -> bool {
    let column = |name: &str| entity.fields.iter().position(|field| field.name == name);
    let mut columns = fields_of(entity.name).iter().filter_map(|name| column(name));
    before.deleted != after.deleted || columns.any(|column| before.value(column) != after.value(column))
}

/// What a record is matched by in one way; nothing if it is not matched in it: a lead that names no company, one that
/// became a customer.
///
/// # Errors
/// If the row does not fit its type.
pub(crate) fn features_of(matched: Matched, row: &Row) -> Result<Option<Features>> {
    if row.deleted {
        return Ok(None);
    }
    let party = match matched.entity {
        Account::NAME => Some(of_account(&Account::from_row(row.clone())?)),
        Contact::NAME => Some(of_contact(&Contact::from_row(row.clone())?)),
        Lead::NAME => of_lead(matched.kind, &Lead::from_row(row.clone())?),
        Product::NAME => Some(of_product(&Product::from_row(row.clone())?)),
        _ => None,
    };
    Ok(party.map(|party| Features::of(matched.kind, &party)))
}

/// What a record is looked up by among others of a kind, whether or not it is matched itself.
///
/// # Errors
/// If the row does not fit its type.
pub(crate) fn asked_as(entity: &str, kind: MatchKind, row: &Row) -> Result<Option<Features>> {
    let living = Row { deleted: false, ..row.clone() };
    matched_as(entity).find(|matched| matched.kind == kind).map_or(Ok(None), |matched| features_of(matched, &living))
}

fn given(values: impl IntoIterator<Item = Option<String>>) -> Vec<String> {
    values.into_iter().flatten().filter(|value| !value.trim().is_empty()).collect()
}

fn of_account(account: &Account) -> Party {
    let mut party = Party {
        names: given([Some(account.name.clone()), account.short_name.clone()]),
        tax_ids: account
            .identifiers
            .iter()
            .filter(|identifier| !matches!(identifier.kind, IdentifierKind::ErpCode | IdentifierKind::Other))
            .map(|identifier| identifier.value.clone())
            .collect(),
        ..Party::default()
    };
    add_channels(&mut party, &account.channels);
    let place = PartyAddress {
        city: account.city.clone(),
        region: account.region.clone(),
        country: account.country.clone(),
        ..PartyAddress::default()
    };
    if place != PartyAddress::default() {
        party.addresses.push(place);
    }
    party
}

fn of_contact(contact: &Contact) -> Party {
    let mut party = Party {
        names: given([Some(contact.full_name.clone())]),
        given_name: contact.given_name.clone(),
        family_name: contact.family_name.clone(),
        birth_date: contact.birthday.map(|date| date.to_string()),
        ..Party::default()
    };
    add_channels(&mut party, &contact.channels);
    party
}

/// A lead is the company that it names, and the person.
fn of_lead(kind: MatchKind, lead: &Lead) -> Option<Party> {
    if lead.status == Some(LeadStatus::Converted) {
        return None;
    }
    let mut party =
        Party { phones: given([lead.phone.clone()]), emails: given([lead.email.clone()]), ..Party::default() };
    match kind {
        MatchKind::Organisation => {
            party.names = given([lead.company.clone()]);
            party.contacts = given([lead.contact_name.clone()]);
        }
        _ => party.names = given([lead.contact_name.clone()]),
    }
    let says_nothing = party.names.is_empty() && party.phones.is_empty() && party.emails.is_empty();
    (!says_nothing).then_some(party)
}

fn of_product(product: &Product) -> Party {
    Party {
        names: given([Some(product.name.clone())]),
        part_numbers: given([Some(product.code.clone())]),
        ..Party::default()
    }
}

fn add_channels(party: &mut Party, channels: &[Channel]) {
    for channel in channels {
        let value = channel.value.clone();
        match channel.kind {
            ChannelKind::Phone | ChannelKind::Mobile => party.phones.push(value),
            ChannelKind::Email => party.emails.push(value),
            ChannelKind::Website => party.websites.push(value),
            ChannelKind::Address => party.addresses.push(PartyAddress {
                address: Some(value).filter(|value| channel.street.is_none() && !value.trim().is_empty()),
                street: channel.street.clone(),
                city: channel.city.clone(),
                region: channel.region.clone(),
                postcode: channel.postcode.clone(),
                country: channel.country.clone(),
            }),
            ChannelKind::Fax | ChannelKind::Wechat | ChannelKind::Other => {}
        }
    }
}
