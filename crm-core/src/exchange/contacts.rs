//! Contacts from vCards and to vCards.

use std::collections::{HashMap, HashSet};

use super::import::{self, ImportIssue, ImportReport};
use super::vcard::{
    Dialect, VCard, VCardAddress, VCardEmail, VCardFile, VCardFinding, VCardParameter, VCardPhone, VCardProperty,
    VCardUrl, VCardVersion, escape, parameter, read_vcards, unescape, write_vcards,
};
use crate::access::Action;
use crate::customer::{Account, Channel, ChannelKind, Contact, content_hash};
use crate::engine::{RowKey, RowResult, RowWork, Session, put_rows};
use crate::query::Query;
use crate::room::{ExternalId, external_kind};
use crate::schema::{Entity as _, FieldCodec as _};
use crate::value::{Error, ErrorCode, FieldValue, Id, Problem, Result, json};

/// The system under which the identifiers of vCards are kept.
const SYSTEM: &str = "vcard";

/// What stands before our own identifiers.
const OWN_UID: &str = "urn:uuid:";

/// The words that say what kind of channel it is, beside what it is for.
const KIND_WORDS: [&str; 4] = ["voice", "cell", "fax", "internet"];

/// The parameter that keeps a label which is no list of types.
const LABEL: &str = "X-LABEL";

/// The parameter that keeps the text of an address which is not made of its parts.
const ADDRESS_TEXT: &str = "LABEL";

/// The properties of channels that vCards do not know.
const OTHER_CHANNELS: [(&str, ChannelKind); 2] = [("X-WECHAT", ChannelKind::Wechat), ("X-CHANNEL", ChannelKind::Other)];

impl Session {
    /// Imports the contacts of a vCard file (2.1, 3.0, 4.0). A card is known again by its `UID`, or by its content if it
    /// has none; a card that was exported from here is the contact that it was. A channel of a known contact that the
    /// card does not have stays, and so does what a person said of it. The company is looked up among the visible
    /// accounts by its name; if it is not there, the contact is kept without account and the company is listed in the
    /// notices. What a contact has no field for is named there too.
    ///
    /// # Errors
    /// If the store fails; what is wrong with a card stands in the report, with the number of the card as its row and the
    /// line of the file.
    pub fn import_vcards(&self, bytes: &[u8], dry_run: bool) -> Result<ImportReport> {
        let file = read_vcards(bytes);
        let mut report = ImportReport { dry_run, ..ImportReport::default() };
        report.rejects = file.rejects.iter().map(|finding| found(&file, finding)).collect();
        report.rejected = count(file.rejects.len());
        report.notices = file.warnings.iter().map(|finding| found(&file, finding)).collect();
        report.rows = count(file.cards.len()) + report.rejected;
        let companies = Companies::read(self)?;
        let places = places_of_cards(&file);
        let mut work = Vec::with_capacity(file.cards.len());
        for (card, place) in file.cards.iter().zip(&places) {
            let known = self.known(card)?;
            work.push(work_of(card, *place, known.as_ref(), &companies, &mut report.notices)?);
        }
        let mut put: HashMap<String, Place> = HashMap::new();
        for ((done, work), place) in
            put_rows(self, "exchange.import", &work, dry_run)?.into_iter().zip(&work).zip(&places)
        {
            let identity = identity_of(work);
            match done.result {
                RowResult::Created => report.created += 1,
                RowResult::Updated => report.updated += 1,
                RowResult::Unchanged => report.unchanged += 1,
                RowResult::Repeated => {
                    report.rejected += 1;
                    report.rejects.push(repeated(*place, put.get(&identity)));
                    continue;
                }
                RowResult::Failed(error) => {
                    report.rejected += 1;
                    report.rejects.extend(error.problems().iter().map(|problem| issue(*place, problem)));
                    continue;
                }
            }
            report.notices.extend(done.warnings.iter().map(|problem| issue(*place, problem)));
            put.entry(identity).or_insert(*place);
        }
        report.rejects.sort_by_key(|issue| issue.row);
        report.notices.sort_by_key(|issue| issue.row);
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
        let companies = Companies::read(self)?;
        let cards: Vec<VCard> = contacts.iter().map(|contact| card_of(contact, &companies)).collect();
        write_vcards(&cards, version)
    }

    /// The visible contact that a card was made from.
    fn known(&self, card: &VCard) -> Result<Option<Contact>> {
        let id = card.uid.as_deref().and_then(|uid| uid.strip_prefix(OWN_UID)).and_then(|id| id.parse::<Id>().ok());
        match id.map(|id| self.get::<Contact>(id)) {
            Some(Ok(contact)) => Ok(Some(contact)),
            Some(Err(error)) if !matches!(error, Error::NotFound { .. }) => Err(error),
            _ => Ok(None),
        }
    }
}

/// The names of the visible accounts.
struct Companies {
    by_id: HashMap<Id, String>,
    /// Two accounts of one name are none.
    by_name: HashMap<String, Option<Id>>,
}

impl Companies {
    fn read(session: &Session) -> Result<Self> {
        let (mut by_id, mut by_name) = (HashMap::new(), HashMap::new());
        for account in session.list_all::<Account>(&Query::default())? {
            by_name.entry(account.name.clone()).and_modify(|known| *known = None).or_insert(Some(account.id));
            by_id.insert(account.id, account.name);
        }
        Ok(Self { by_id, by_name })
    }

    /// The account that a name stands for; that of the contact if it has this name.
    fn find(&self, name: &str, contact: Option<&Contact>) -> Option<Id> {
        let present = contact.and_then(|contact| contact.account);
        let same = present.filter(|account| self.by_id.get(account).is_some_and(|known| known == name));
        same.or_else(|| self.by_name.get(name).copied().flatten())
    }
}

/// Where a card stands in its file.
#[derive(Clone, Copy)]
struct Place {
    /// Its number, counted from 1.
    card: u64,
    line: u64,
}

/// The places of the cards that could be read.
fn places_of_cards(file: &VCardFile) -> Vec<Place> {
    let rejected: HashSet<u64> = file.rejects.iter().map(|finding| file.card_at(finding.line)).collect();
    let places = (1..).zip(&file.begins).map(|(card, line)| Place { card, line: *line });
    places.filter(|place| !rejected.contains(&place.card)).collect()
}

fn identity_of(work: &RowWork) -> String {
    match work {
        RowWork::Put { key: Some(key), .. } => key.identity(),
        _ => String::new(),
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

fn issue(place: Place, problem: &Problem) -> ImportIssue {
    ImportIssue {
        line: Some(place.line),
        column: problem.field.clone(),
        field: problem.field.clone(),
        ..import::issue(place.card, problem)
    }
}

/// What the reader found at a line.
fn found(file: &VCardFile, finding: &VCardFinding) -> ImportIssue {
    let place = Place { card: file.card_at(finding.line), line: finding.line };
    ImportIssue { value: finding.value.clone(), ..issue(place, &finding.problem) }
}

fn repeated(place: Place, first: Option<&Place>) -> ImportIssue {
    let first = first.map_or(0, |first| first.card);
    let message = format!("card {first} of the file has the same key");
    issue(place, &Problem::of_field(ErrorCode::DuplicateKey, "UID", message))
}

fn work_of(
    card: &VCard,
    place: Place,
    known: Option<&Contact>,
    companies: &Companies,
    notices: &mut Vec<ImportIssue>,
) -> Result<RowWork> {
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
        match companies.find(company, known) {
            Some(account) => drop(fields.insert("account".to_owned(), FieldValue::Reference(account))),
            None => notices.push(unknown_company(place, company)),
        }
    }
    notices.extend(left_out(card, place));
    let present = known.map(|contact| contact.channels.as_slice()).unwrap_or_default();
    fields.insert("channels".to_owned(), in_present_order(channels(card), present).to_field());
    let key = match known {
        Some(contact) => RowKey::Id(contact.id),
        None => {
            let key = match &card.uid {
                Some(uid) => uid.clone(),
                None => content_hash(json::to_canonical(card)?.as_bytes()),
            };
            let ids = vec![ExternalId { system: SYSTEM.to_owned(), key: key.clone() }];
            fields.insert("external_ids".to_owned(), ids.to_field());
            RowKey::Unique { kind: external_kind(SYSTEM), key }
        }
    };
    Ok(RowWork::Put { entity: "contact".to_owned(), key: Some(key), fields })
}

/// The channels of a card in the order in which the contact has them, with what a card cannot say.
fn in_present_order(mut read: Vec<Channel>, present: &[Channel]) -> Vec<Channel> {
    let mut ordered = Vec::with_capacity(read.len());
    for known in present {
        let same = |channel: &Channel| channel.kind == known.kind && channel.value == known.value;
        let Some(at) = read.iter().position(same) else { continue };
        let Channel { label, preferred, street, city, region, postcode, country, .. } = read.remove(at);
        let mut channel = Channel { label, preferred, ..known.clone() };
        let parts = [&known.street, &known.city, &known.region, &known.postcode, &known.country];
        if parts.iter().any(|part| part.is_some()) {
            channel = Channel { street, city, region, postcode, country, ..channel };
        }
        ordered.push(channel);
    }
    ordered.extend(read);
    ordered
}

fn unknown_company(place: Place, company: &str) -> ImportIssue {
    let problem = Problem::of_field(ErrorCode::UnknownReference, "ORG", "no account, or more than one, has this name");
    ImportIssue { value: Some(company.to_owned()), field: Some("account".to_owned()), ..issue(place, &problem) }
}

/// The properties that a contact has no field for.
fn left_out(card: &VCard, place: Place) -> Option<ImportIssue> {
    let extra = card.extra.iter().filter(|property| other_channel(property).is_none());
    let mut names: Vec<&str> = extra.map(|property| property.name.as_str()).collect();
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
    (!names.is_empty()).then(|| issue(place, &Problem::new(ErrorCode::UnknownField, message)))
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
        push(&mut found, kind, value, label_of(&phone.types, &phone.params), phone.preferred);
    }
    for VCardEmail { value, types, preferred, params, .. } in &card.emails {
        push(&mut found, ChannelKind::Email, value.clone(), label_of(types, params), *preferred);
    }
    for VCardUrl { value, types, preferred, params, .. } in &card.urls {
        push(&mut found, ChannelKind::Website, value.clone(), label_of(types, params), *preferred);
    }
    for address in &card.addresses {
        push_address(&mut found, address);
    }
    for property in &card.extra {
        if let Some(kind) = other_channel(property) {
            let types = property.params.iter().filter(|param| param.name == "TYPE").flat_map(|param| &param.values);
            let label = label_of(&types.cloned().collect::<Vec<_>>(), &property.params);
            let preferred = first(&property.params, "PREF") == Some("1");
            push(&mut found, kind, unescape(&property.value, Dialect::New), label, preferred);
        }
    }
    found
}

/// The kind of a channel that vCards do not know, but we write.
fn other_channel(property: &VCardProperty) -> Option<ChannelKind> {
    let known = OTHER_CHANNELS.iter().find(|(name, _)| property.name.eq_ignore_ascii_case(name));
    known.map(|(_, kind)| *kind)
}

/// The first value of a parameter.
fn first<'p>(params: &'p [VCardParameter], name: &str) -> Option<&'p str> {
    params.iter().find(|param| param.name == name)?.values.first().map(String::as_str)
}

/// What a channel is for: our own label, or the types that do not say what kind of channel it is.
fn label_of(types: &[String], params: &[VCardParameter]) -> Option<String> {
    if let Some(label) = first(params, LABEL) {
        return Some(label.to_owned());
    }
    let types: Vec<String> = types.iter().map(|name| name.to_lowercase()).collect();
    let words: Vec<&str> = types.iter().map(String::as_str).filter(|word| !KIND_WORDS.contains(word)).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// The reverse of [`label_of`]: types, if the label is a list of them, or else a parameter of our own.
fn types_of(label: Option<&str>, kind: Option<&str>) -> (Vec<String>, Vec<VCardParameter>) {
    let kind = kind.map(ToOwned::to_owned);
    let Some(label) = label else { return (kind.into_iter().collect(), Vec::new()) };
    let words: Vec<&str> = label.split(' ').collect();
    let is_plain = |word: &&str| {
        let letters = word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        letters && !word.is_empty() && !KIND_WORDS.contains(word) && *word != "pref"
    };
    let differ = words.iter().collect::<HashSet<_>>().len() == words.len();
    if differ && words.iter().all(is_plain) {
        return (words.into_iter().map(ToOwned::to_owned).chain(kind).collect(), Vec::new());
    }
    (kind.into_iter().collect(), vec![parameter(LABEL, label)])
}

/// Adds a channel once; of each kind one at most is the preferred one.
fn push(found: &mut Vec<Channel>, kind: ChannelKind, value: String, label: Option<String>, preferred: bool) {
    if value.trim().is_empty() || found.iter().any(|channel| channel.kind == kind && channel.value == value) {
        return;
    }
    let preferred = preferred && !found.iter().any(|channel| channel.kind == kind && channel.preferred);
    found.push(Channel { kind, value, label, preferred, ..Channel::default() });
}

fn push_address(found: &mut Vec<Channel>, address: &VCardAddress) {
    let street: Vec<&str> =
        [&address.po_box, &address.extended, &address.street].into_iter().flatten().map(String::as_str).collect();
    let street = (!street.is_empty()).then(|| street.join(", "));
    let parts = [&street, &address.postcode, &address.city, &address.region, &address.country];
    let value = first(&address.params, ADDRESS_TEXT).map_or_else(|| joined(parts), ToOwned::to_owned);
    let before = found.len();
    push(found, ChannelKind::Address, value, label_of(&address.types, &address.params), address.preferred);
    if let Some(channel) = found.get_mut(before) {
        channel.street = street;
        channel.city = address.city.clone();
        channel.region = address.region.clone();
        channel.postcode = address.postcode.clone();
        channel.country = address.country.clone();
    }
}

/// The parts of an address in one text.
fn joined(parts: [&Option<String>; 5]) -> String {
    parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(", ")
}

fn card_of(contact: &Contact, companies: &Companies) -> VCard {
    let key = contact.external_ids.iter().find(|id| id.system == SYSTEM).map(|id| id.key.clone());
    let mut card = VCard {
        uid: Some(key.unwrap_or_else(|| format!("{OWN_UID}{}", contact.id))),
        full_name: Some(contact.full_name.clone()),
        family_name: contact.family_name.clone(),
        given_name: contact.given_name.clone(),
        title: contact.job_title.clone(),
        organization: contact.account.and_then(|account| companies.by_id.get(&account).cloned()),
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
    let word = match channel.kind {
        ChannelKind::Phone => Some("voice"),
        ChannelKind::Mobile => Some("cell"),
        ChannelKind::Fax => Some("fax"),
        _ => None,
    };
    let (types, params) = types_of(channel.label.as_deref(), word);
    match channel.kind {
        ChannelKind::Phone | ChannelKind::Mobile | ChannelKind::Fax => {
            card.phones.push(VCardPhone { value, types, preferred, params, ..VCardPhone::default() });
        }
        ChannelKind::Email => {
            card.emails.push(VCardEmail { value, types, preferred, params, ..VCardEmail::default() });
        }
        ChannelKind::Website => card.urls.push(VCardUrl { value, types, preferred, params, ..VCardUrl::default() }),
        ChannelKind::Address => card.addresses.push(address_of(channel, types, params)),
        ChannelKind::Wechat | ChannelKind::Other => {
            let name =
                OTHER_CHANNELS.iter().find(|(_, kind)| *kind == channel.kind).map_or("X-CHANNEL", |(name, _)| name);
            let types = (!types.is_empty()).then(|| VCardParameter { name: "TYPE".to_owned(), values: types });
            let pref = preferred.then(|| parameter("PREF", "1"));
            let params = types.into_iter().chain(pref).chain(params).collect();
            card.extra.push(VCardProperty { name: name.to_owned(), value: escape(&value), group: None, params });
        }
    }
}

fn address_of(channel: &Channel, types: Vec<String>, mut params: Vec<VCardParameter>) -> VCardAddress {
    let Channel { value, street, city, region, postcode, country, preferred, .. } = channel.clone();
    let text = joined([&street, &postcode, &city, &region, &country]);
    let street = if text.is_empty() { Some(value.clone()) } else { street };
    if !text.is_empty() && text != value {
        params.push(parameter(ADDRESS_TEXT, value));
    }
    VCardAddress { street, city, region, postcode, country, types, preferred, params, ..VCardAddress::default() }
}
