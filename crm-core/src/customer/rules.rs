//! What holds for every account, contact and attachment, whichever command or import brings it.

use std::fmt::Write as _;

use sha2::Digest as _;

use super::activities::account_became_known;
use super::lists::channel_key;
use super::{
    Account, AccountLink, Attachment, Channel, ChannelKind, Contact, Identifier, LifeCycle, Subject, SubjectEntity,
    equal,
};
use crate::query::{Filter, Query};
use crate::room::{
    Change, Decision, MAX_PART_CHARS, View, check_chars, check_count, check_distinct, check_external_ids, records,
    records_for_rule, refuse, tidy, tidy_part, with_record,
};
use crate::schema::{Entity as _, Row};
use crate::value::{Error, ErrorCode, FieldValue, Id, IdentifierKind, Problem, Result, identifier};

/// The most channels of an account or a contact.
pub const MAX_CHANNELS: usize = 50;
/// The most identifiers of an account.
pub const MAX_IDENTIFIERS: usize = 50;
/// The longest value of a channel, in characters.
const MAX_CHANNEL_CHARS: usize = 500;
/// The longest e-mail address (RFC 5321, section 4.5.3.1.3, without the angle brackets), in bytes.
const MAX_EMAIL_BYTES: usize = 254;

/// The hash under which the host keeps the bytes of an attachment: SHA-256 in 64 hexadecimal digits.
///
/// ```
/// use crm_core::customer::content_hash;
/// assert_eq!(content_hash(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
/// ```
#[must_use]
pub fn content_hash(bytes: &[u8]) -> String {
    sha2::Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Completes and checks an account; its links follow it to a new owner.
pub(super) fn account_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    let given = after.owner;
    let handed_over = before.is_some_and(|before| before.owner != given);
    with_record::<Account>(before, after, |before, account| {
        let known = before.as_ref().map(|before| before.identifiers.clone()).unwrap_or_default();
        let mut problems = Vec::new();
        tidy(&mut account.name);
        check_channels(&mut account.channels, &mut problems);
        check_identifiers(&mut account.identifiers, &mut problems);
        check_external_ids(&mut account.external_ids, &mut problems);
        refuse(problems)?;
        let past = before.and_then(|before| before.life_cycle);
        account.life_cycle = account.life_cycle.or(past).or(Some(LifeCycle::Prospect));
        if account.annual_revenue.is_some() && account.revenue_currency.is_none() {
            account.revenue_currency = Some(view.base_currency());
        }
        account.code = Some(code(view, account.code.take())?);
        let decision = if handed_over { links_follow(view, account.id, given)? } else { Decision::default() };
        Ok(twins(view, account, &known)?.into_iter().fold(decision, Decision::warn))
    })
}

/// A warning for each new identifier that another account has which the caller may see: perhaps it is the same company
/// (查重). An ERP code says something only together with its system.
fn twins(view: &mut dyn View, account: &Account, known: &[Identifier]) -> Result<Vec<Problem>> {
    let mut warnings = Vec::new();
    for (place, item) in account.identifiers.iter().enumerate().filter(|(_, item)| !known.contains(item)) {
        let field = "identifiers".to_owned();
        let asked = Filter::Holds { field, kind: item.kind.to_string(), value: item.value.clone() };
        let found = match records::<Account>(view, &Query { filter: Some(asked), ..Query::default() }) {
            Ok(found) => found,
            // Who may not see accounts or their identifiers learns nothing of others.
            Err(Error::Invalid { .. } | Error::Denied { .. }) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let by_issuer = matches!(item.kind, IdentifierKind::ErpCode | IdentifierKind::Other);
        let is_twin = |other: &&Account| other.id != account.id && (!by_issuer || other.identifiers.contains(item));
        if let Some(other) = found.iter().find(is_twin) {
            let field = format!("identifiers[{place}].value");
            let problem = Problem::of_field(ErrorCode::DuplicateKey, field, "another account has the same identifier");
            warnings.push(problem.with("id", other.id));
        }
    }
    Ok(warnings)
}

/// The code that was given, or the next free one.
fn code(view: &mut dyn View, given: Option<String>) -> Result<String> {
    if let Some(code) = given.map(|code| code.trim().to_owned()).filter(|code| !code.is_empty()) {
        return Ok(code);
    }
    loop {
        let code = format!("C-{:06}", view.next_number(Account::NAME)?);
        if view.find_unique(Account::NAME, "code", &code)?.is_none() {
            return Ok(code);
        }
    }
}

fn links_follow(view: &mut dyn View, account: Id, owner: Option<Id>) -> Result<Decision> {
    let asked = Query { filter: Some(equal("child", account)), ..Query::default() };
    let links = records_for_rule::<AccountLink>(view, &asked)?;
    let follow = |link: &AccountLink| Change::update::<AccountLink>(link.id, vec![("owner", FieldValue::from(owner))]);
    Ok(links.iter().map(follow).fold(Decision::default(), Decision::and_rule))
}

/// Completes and checks a contact.
pub(super) fn contact_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    with_record::<Contact>(before, after, |before, contact| {
        let mut problems = Vec::new();
        tidy(&mut contact.full_name);
        if contact.full_name.is_empty() {
            contact.full_name = whole_name(contact.family_name.as_deref(), contact.given_name.as_deref());
        }
        check_channels(&mut contact.channels, &mut problems);
        check_external_ids(&mut contact.external_ids, &mut problems);
        refuse(problems)?;
        let Some(before) = before else { return Ok(Decision::default()) };
        let subject = Subject { entity: SubjectEntity::Contact, id: contact.id };
        account_became_known(view, subject, before.account, contact.account)
    })
}

/// Family and given name in the order of their script: 王伟, Anna Gruber.
fn whole_name(family: Option<&str>, given: Option<&str>) -> String {
    let (family, given) = (family.unwrap_or_default().trim(), given.unwrap_or_default().trim());
    let east_asian = |c: char| matches!(c, '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}' | '\u{3040}'..='\u{30FF}');
    if family.chars().any(east_asian) {
        return format!("{family}{given}");
    }
    format!("{given} {family}").trim().to_owned()
}

/// Checks an attachment.
pub(super) fn attachment_rule(_: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    with_record::<Attachment>(before, after, |_, attachment| {
        let mut problems = Vec::new();
        attachment.content_hash.make_ascii_lowercase();
        let hash = &attachment.content_hash;
        if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let message = "a content hash is 64 hexadecimal digits (sha-256)";
            problems.push(Problem::of_field(ErrorCode::BadFormat, "content_hash", message));
        }
        tidy(&mut attachment.file_name);
        if attachment.file_name.contains(['/', '\\']) || attachment.file_name.chars().any(char::is_control) {
            let message = "a file name has no folders and no control characters";
            problems.push(Problem::of_field(ErrorCode::BadFormat, "file_name", message));
        }
        if attachment.subject_count() != 1 {
            let code = if attachment.subject_count() == 0 { ErrorCode::Required } else { ErrorCode::TooMany };
            problems.push(Problem::new(code, "an attachment belongs to exactly one record"));
        }
        refuse(problems)?;
        Ok(Decision::default())
    })
}

/// Brings channels into their written form and notes what is wrong with them.
fn check_channels(channels: &mut [Channel], problems: &mut Vec<Problem>) {
    check_count("channels", channels.len(), MAX_CHANNELS, problems);
    for (place, channel) in channels.iter_mut().enumerate() {
        let found = tidy_channel(channel);
        problems.extend(found.into_iter().map(|problem| problem.under(&format!("channels[{place}]"))));
    }
    let key = |channel: &Channel| Some(format!("{} {}", channel.kind, channel_key(channel)));
    problems.extend(check_distinct(channels, |place| format!("channels[{place}].value"), key));
    let preferred = |channel: &Channel| channel.preferred.then(|| channel.kind.to_string());
    problems.extend(check_distinct(channels, |place| format!("channels[{place}].preferred"), preferred));
}

/// Whether a channel has the form of its kind, so that an account or a contact can have it.
pub(crate) fn is_well_formed(channel: &Channel) -> bool {
    tidy_channel(&mut channel.clone()).is_empty()
}

/// Brings a channel into its written form and says what is wrong with it.
pub(super) fn tidy_channel(channel: &mut Channel) -> Vec<Problem> {
    tidy(&mut channel.value);
    let parts = [
        ("label", &mut channel.label),
        ("street", &mut channel.street),
        ("city", &mut channel.city),
        ("region", &mut channel.region),
        ("postcode", &mut channel.postcode),
        ("country", &mut channel.country),
    ];
    let mut problems = Vec::new();
    for (name, part) in parts {
        tidy_part(part);
        let problem = part.as_deref().and_then(|text| check_chars(text, MAX_PART_CHARS));
        problems.extend(problem.map(|problem| problem.under(name)));
    }
    if channel.kind == ChannelKind::Address && channel.value.is_empty() {
        channel.value = written_address(channel);
    }
    let problem = match channel.kind {
        _ if channel.value.is_empty() => Some(Problem::new(ErrorCode::Required, "the channel is empty")),
        ChannelKind::Email => check_email(&mut channel.value),
        ChannelKind::Phone | ChannelKind::Mobile | ChannelKind::Fax => check_phone(&mut channel.value),
        ChannelKind::Website if channel.value.contains(char::is_whitespace) => {
            Some(Problem::new(ErrorCode::BadFormat, "a website has no white space"))
        }
        _ => None,
    };
    let problem = problem.or_else(|| check_chars(&channel.value, MAX_CHANNEL_CHARS));
    problems.extend(problem.map(|problem| problem.under("value")));
    problems
}

/// The parts of an address in one text, from the small to the large.
fn written_address(channel: &Channel) -> String {
    let place = [&channel.postcode, &channel.city].into_iter().flatten().cloned().collect::<Vec<_>>().join(" ");
    let place = Some(place).filter(|place| !place.is_empty());
    let parts = [&channel.street, &place, &channel.region, &channel.country];
    parts.into_iter().flatten().cloned().collect::<Vec<_>>().join(", ")
}

/// The simple form of RFC 5321: a local part without quotes, and a domain of at least two labels, letters of any script
/// allowed (RFC 6531). The domain is written small.
fn check_email(value: &mut String) -> Option<Problem> {
    let bad = || Some(Problem::new(ErrorCode::BadFormat, "the text has not the form of an e-mail address"));
    let Some((local, domain)) = value.rsplit_once('@') else { return bad() };
    let local_fits = (1..=64).contains(&local.len())
        && local.split('.').all(|atom| !atom.is_empty())
        && local.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c));
    let label_fits = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if !local_fits || value.len() > MAX_EMAIL_BYTES || !domain.contains('.') || !domain.split('.').all(label_fits) {
        return bad();
    }
    *value = format!("{local}@{}", domain.to_lowercase());
    None
}

/// Digits with the usual signs, and an extension behind `x`, `ext.` or 转. Full-width digits become half-width, every
/// kind of dash the plain one; a plus stands before the digits, in brackets too.
fn check_phone(value: &mut String) -> Option<Problem> {
    use unicode_normalization::UnicodeNormalization as _;
    let dash = |c: char| matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}');
    *value = value.nfkc().map(|c| if dash(c) { '-' } else { c }).collect();
    let plain = value.to_lowercase().replace("ext", "x").replace(['转', '轉'], "x");
    let fits = plain.chars().all(|c| c.is_ascii_digit() || "+-()./ x#*,;".contains(c));
    let digits = plain.chars().filter(char::is_ascii_digit).count();
    let behind = plain.trim_start_matches(|c: char| "( ".contains(c));
    let behind = behind.strip_prefix('+').unwrap_or(behind);
    if fits && (3..=30).contains(&digits) && !behind.contains('+') {
        return None;
    }
    Some(Problem::new(ErrorCode::BadFormat, "the text has not the form of a telephone number"))
}

/// Brings identifiers into their one written form and notes what is wrong with them.
fn check_identifiers(identifiers: &mut [Identifier], problems: &mut Vec<Problem>) {
    check_count("identifiers", identifiers.len(), MAX_IDENTIFIERS, problems);
    for (place, item) in identifiers.iter_mut().enumerate() {
        let path = format!("identifiers[{place}]");
        tidy_part(&mut item.issuer);
        let issuer = item.issuer.as_deref().and_then(|text| check_chars(text, MAX_PART_CHARS));
        problems.extend(issuer.map(|problem| problem.under("issuer").under(&path)));
        match identifier::normalize(item.kind, &item.value) {
            Ok(value) => item.value = value,
            Err(error) => problems.extend_from_slice(error.under("value").under(&path).problems()),
        }
    }
    let key = |item: &Identifier| Some(format!("{} {:?} {}", item.kind, item.issuer, item.value));
    problems.extend(check_distinct(identifiers, |place| format!("identifiers[{place}].value"), key));
}
