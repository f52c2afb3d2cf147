//! Contacts from vCards and to vCards.

use std::collections::HashMap;

use super::import::{ImportIssue, ImportReport};
use super::vcard::{VCard, VCardAddress, VCardEmail, VCardPhone, VCardUrl, VCardVersion, read_vcards, write_vcards};
use crate::access::Action;
use crate::customer::{Account, Channel, ChannelKind, Contact, content_hash};
use crate::engine::{RowResult, RowWork, Session, put_rows};
use crate::query::Query;
use crate::room::{ExternalId, external_kind};
use crate::schema::{Entity as _, FieldCodec as _};
use crate::value::{ErrorCode, FieldValue, Id, Problem, Result, json};

/// The system under which the identifiers of vCards are kept.
const SYSTEM: &str = "vcard";

impl Session {
    /// Imports the contacts of a vCard file (2.1, 3.0, 4.0). A card is known again by its `UID`, or by its content if it
    /// has none; a channel of a known contact that the card does not have stays, and so does what a person said of it. The
    /// company is looked up among the visible accounts by its name; if it is not there, the contact is
    /// kept without account and the company is listed in the notices. What a contact has no field for is named there too.
    ///
    /// # Errors
    /// If the store fails; what is wrong with a card stands in the report, with the number of the card as its row.
    pub fn import_vcards(&self, bytes: &[u8], dry_run: bool) -> Result<ImportReport> {
        let file = read_vcards(bytes);
        let mut report = ImportReport { dry_run, ..ImportReport::default() };
        report.rejects = file.rejects.iter().map(|finding| issue(finding.line, &finding.problem)).collect();
        report.rejected = count(file.rejects.len());
        report.notices = file.warnings.iter().map(|finding| issue(finding.line, &finding.problem)).collect();
        report.rows = count(file.cards.len()) + report.rejected;
        let companies = self.companies()?;
        let mut work = Vec::with_capacity(file.cards.len());
        for (card, row) in file.cards.iter().zip(1..) {
            work.push(work_of(card, row, &companies, &mut report.notices)?);
        }
        for (result, row) in put_rows(self, "exchange.import", &work, dry_run)?.into_iter().zip(1..) {
            match result {
                RowResult::Created => report.created += 1,
                RowResult::Updated => report.updated += 1,
                RowResult::Unchanged => report.unchanged += 1,
                RowResult::Failed(error) => {
                    report.rejected += 1;
                    report.rejects.extend(error.problems().iter().map(|problem| issue(row, problem)));
                }
            }
        }
        Ok(report)
    }

    /// The visible contacts that a query finds, as vCards. Channels on which somebody does not want to be reached, and
    /// those that do not work, are left out; of a person who does not want to be reached at all, every one.
    ///
    /// # Errors
    /// What is wrong with the query; `Denied` without the rights to read and to export contacts.
    pub fn export_vcards(&self, query: &Query, version: VCardVersion) -> Result<String> {
        self.reading(|reading| reading.entity(Contact::NAME)?.1.require(Action::Export))?;
        let contacts = self.list_all::<Contact>(query)?;
        let names: HashMap<Id, String> =
            self.companies()?.into_iter().filter_map(|(name, id)| Some((id?, name))).collect();
        let cards: Vec<VCard> = contacts.iter().map(|contact| card_of(contact, &names)).collect();
        write_vcards(&cards, version)
    }

    /// Names of visible accounts; two accounts of one name are none.
    fn companies(&self) -> Result<HashMap<String, Option<Id>>> {
        let mut names = HashMap::new();
        for account in self.list_all::<Account>(&Query::default())? {
            names.entry(account.name).and_modify(|known| *known = None).or_insert(Some(account.id));
        }
        Ok(names)
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

fn issue(row: u64, problem: &Problem) -> ImportIssue {
    ImportIssue {
        row,
        code: problem.code,
        reason: problem.message.clone(),
        column: problem.field.clone(),
        field: problem.field.clone(),
        value: None,
        proposal: None,
    }
}

fn work_of(
    card: &VCard,
    row: u64,
    companies: &HashMap<String, Option<Id>>,
    notices: &mut Vec<ImportIssue>,
) -> Result<RowWork> {
    let key = match &card.uid {
        Some(uid) => uid.clone(),
        None => content_hash(json::to_canonical(card)?.as_bytes()),
    };
    let mut fields: HashMap<String, FieldValue> = HashMap::new();
    let mut set = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
            fields.insert(name.to_owned(), FieldValue::Text(value));
        }
    };
    set("full_name", name_of(card));
    set("family_name", card.family_name.clone());
    set("given_name", card.given_name.clone());
    set("job_title", card.title.clone().or_else(|| card.role.clone()));
    set("department", card.organization_units.first().cloned());
    set("description", card.note.clone());
    if let Some(birthday) = card.birthday {
        fields.insert("birthday".to_owned(), FieldValue::Date(birthday));
    }
    if let Some(company) = &card.organization {
        match companies.get(company) {
            Some(Some(account)) => {
                fields.insert("account".to_owned(), FieldValue::Reference(*account));
            }
            _ => notices.push(unknown_company(row, company)),
        }
    }
    notices.extend(left_out(card, row));
    fields.insert("channels".to_owned(), channels(card).to_field());
    fields
        .insert("external_ids".to_owned(), vec![ExternalId { system: SYSTEM.to_owned(), key: key.clone() }].to_field());
    Ok(RowWork::Put { entity: "contact".to_owned(), key: Some((external_kind(SYSTEM), key)), fields })
}

fn unknown_company(row: u64, company: &str) -> ImportIssue {
    let problem = Problem::of_field(ErrorCode::UnknownReference, "ORG", "no account, or more than one, has this name");
    ImportIssue { value: Some(company.to_owned()), field: Some("account".to_owned()), ..issue(row, &problem) }
}

/// The properties that a contact has no field for.
fn left_out(card: &VCard, row: u64) -> Option<ImportIssue> {
    let mut names: Vec<&str> = card.extra.iter().map(|property| property.name.as_str()).collect();
    for (name, given) in [
        ("NICKNAME", !card.nicknames.is_empty()),
        ("CATEGORIES", !card.categories.is_empty()),
        ("BDAY", card.birthday.is_none() && card.birthday_text.is_some()),
        ("ROLE", card.title.is_some() && card.role.is_some()),
    ] {
        if given {
            names.push(name);
        }
    }
    names.sort_unstable();
    names.dedup();
    let message = format!("a contact has no field for {}", names.join(", "));
    (!names.is_empty()).then(|| issue(row, &Problem::new(ErrorCode::UnknownField, message)))
}

/// The formatted name, or what comes nearest to it.
fn name_of(card: &VCard) -> Option<String> {
    let parts: Vec<&str> = [&card.given_name, &card.family_name].into_iter().flatten().map(String::as_str).collect();
    let joined = (!parts.is_empty()).then(|| parts.join(" "));
    let full = card.full_name.clone().filter(|name| !name.trim().is_empty());
    full.or(joined)
        .or_else(|| card.organization.clone())
        .or_else(|| card.emails.first().map(|email| email.value.clone()))
}

fn channels(card: &VCard) -> Vec<Channel> {
    let mut found = Vec::new();
    for phone in &card.phones {
        let is = |kind: &str| phone.types.iter().any(|name| name.eq_ignore_ascii_case(kind));
        let kind = if is("fax") {
            ChannelKind::Fax
        } else if is("cell") {
            ChannelKind::Mobile
        } else {
            ChannelKind::Phone
        };
        let value =
            phone.extension.as_ref().map_or_else(|| phone.value.clone(), |ext| format!("{} ext {ext}", phone.value));
        push(&mut found, kind, value, &phone.types, phone.preferred);
    }
    for VCardEmail { value, types, preferred, .. } in &card.emails {
        push(&mut found, ChannelKind::Email, value.clone(), types, *preferred);
    }
    for VCardUrl { value, types, preferred, .. } in &card.urls {
        push(&mut found, ChannelKind::Website, value.clone(), types, *preferred);
    }
    for address in &card.addresses {
        push_address(&mut found, address);
    }
    found
}

/// Adds a channel once; of each kind one at most is the preferred one.
fn push(found: &mut Vec<Channel>, kind: ChannelKind, value: String, types: &[String], preferred: bool) {
    if value.trim().is_empty() || found.iter().any(|channel| channel.kind == kind && channel.value == value) {
        return;
    }
    let preferred = preferred && !found.iter().any(|channel| channel.kind == kind && channel.preferred);
    let label = (!types.is_empty()).then(|| types.join(" ").to_lowercase());
    found.push(Channel { kind, value, label, preferred, ..Channel::default() });
}

fn push_address(found: &mut Vec<Channel>, address: &VCardAddress) {
    let street: Vec<&str> =
        [&address.po_box, &address.extended, &address.street].into_iter().flatten().map(String::as_str).collect();
    let street = (!street.is_empty()).then(|| street.join(", "));
    let parts = [&street, &address.postcode, &address.city, &address.region, &address.country];
    let value = parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(", ");
    let before = found.len();
    push(found, ChannelKind::Address, value, &address.types, address.preferred);
    if let Some(channel) = found.get_mut(before) {
        channel.street = street;
        channel.city = address.city.clone();
        channel.region = address.region.clone();
        channel.postcode = address.postcode.clone();
        channel.country = address.country.clone();
    }
}

fn card_of(contact: &Contact, companies: &HashMap<Id, String>) -> VCard {
    let key = contact.external_ids.iter().find(|id| id.system == SYSTEM).map(|id| id.key.clone());
    let mut card = VCard {
        uid: Some(key.unwrap_or_else(|| format!("urn:uuid:{}", contact.id))),
        full_name: Some(contact.full_name.clone()),
        family_name: contact.family_name.clone(),
        given_name: contact.given_name.clone(),
        title: contact.job_title.clone(),
        organization: contact.account.and_then(|account| companies.get(&account).cloned()),
        organization_units: contact.department.clone().into_iter().collect(),
        birthday: contact.birthday,
        note: contact.description.clone(),
        ..VCard::default()
    };
    // A card has no word for "does not want to be reached": what must not be used is left out.
    let usable = |channel: &&Channel| !(contact.do_not_contact || channel.opt_out || channel.invalid);
    for channel in contact.channels.iter().filter(usable) {
        add_channel(&mut card, channel);
    }
    card
}

fn add_channel(card: &mut VCard, channel: &Channel) {
    let (value, preferred) = (channel.value.clone(), channel.preferred);
    let phone = |kind: &str| VCardPhone {
        value: value.clone(),
        types: vec![kind.to_owned()],
        preferred,
        ..VCardPhone::default()
    };
    match channel.kind {
        ChannelKind::Phone => card.phones.push(phone("voice")),
        ChannelKind::Mobile => card.phones.push(phone("cell")),
        ChannelKind::Fax => card.phones.push(phone("fax")),
        ChannelKind::Email => card.emails.push(VCardEmail { value, preferred, ..VCardEmail::default() }),
        ChannelKind::Website => card.urls.push(VCardUrl { value, preferred, ..VCardUrl::default() }),
        ChannelKind::Address => card.addresses.push(VCardAddress {
            street: channel.street.clone().or(Some(value)),
            city: channel.city.clone(),
            region: channel.region.clone(),
            postcode: channel.postcode.clone(),
            country: channel.country.clone(),
            preferred,
            ..VCardAddress::default()
        }),
        ChannelKind::Wechat | ChannelKind::Other => {
            let name = if channel.kind == ChannelKind::Wechat { "X-WECHAT" } else { "X-CHANNEL" };
            card.extra.push(super::vcard::VCardProperty {
                name: name.to_owned(),
                value,
                group: None,
                params: Vec::new(),
            });
        }
    }
}
