//! When two channels or identifiers are the same, how records are found by them, and how an import joins its own with
//! those that are there.

use unicode_normalization::UnicodeNormalization as _;

use super::rules::tidy_channel;
use super::{Channel, ChannelKind, Identifier};
use crate::room::join_lists;
use crate::schema::{Entries, masked_text};
use crate::value::{Error, ErrorCode, IdentifierKind, Problem, identifier, json};

/// What makes two channels of one kind the same.
pub(super) fn channel_key(channel: &Channel) -> String {
    match channel.kind {
        ChannelKind::Phone | ChannelKind::Mobile | ChannelKind::Fax => {
            channel.value.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '+').collect()
        }
        ChannelKind::Email | ChannelKind::Website => channel.value.to_lowercase(),
        _ => channel.value.clone(),
    }
}

/// How accounts and contacts are found by a channel.
pub(super) const CHANNEL_ENTRIES: Entries = Entries {
    keys: |json| {
        let list: Vec<Channel> = json::from_text(json).unwrap_or_default();
        list.iter().filter_map(|channel| channel_entry(channel.kind, &channel.value)).collect()
    },
    wanted: |kind, value| {
        let known = ChannelKind::parse(kind).filter(|kind| *kind != ChannelKind::Address);
        let known = known.ok_or_else(|| no_kind(ChannelKind::NAMES.iter().filter(|name| **name != "address")))?;
        channel_entry(known, value)
            .ok_or_else(|| Error::invalid(ErrorCode::Required, "value", "there is nothing to look for"))
    },
};

/// How accounts are found by an identifier.
pub(super) const IDENTIFIER_ENTRIES: Entries = Entries {
    keys: |json| {
        let list: Vec<Identifier> = json::from_text(json).unwrap_or_default();
        list.into_iter().map(|item| (item.kind.to_string(), item.value)).collect()
    },
    wanted: |kind, value| {
        let kind = IdentifierKind::parse(kind).ok_or_else(|| no_kind(IdentifierKind::NAMES.iter()))?;
        let value = identifier::normalize(kind, value).map_err(|error| error.under("value"))?;
        Ok((kind.to_string(), value))
    },
};

/// What is told of channels to who sees them in part: of each the end of its value, and nothing of a postal address.
pub(super) fn mask_channels(json: &str) -> Option<String> {
    let list: Vec<Channel> = json::from_text(json).ok()?;
    let mask = |channel: Channel| Channel {
        value: masked_text(&channel.value),
        label: None,
        street: None,
        city: None,
        region: None,
        postcode: None,
        country: None,
        ..channel
    };
    json::to_canonical(&list.into_iter().map(mask).collect::<Vec<_>>()).ok()
}

/// What is told of identifiers to who sees them in part: of each the end of its value.
pub(super) fn mask_identifiers(json: &str) -> Option<String> {
    let list: Vec<Identifier> = json::from_text(json).ok()?;
    let mask = |item: Identifier| Identifier { value: masked_text(&item.value), ..item };
    json::to_canonical(&list.into_iter().map(mask).collect::<Vec<_>>()).ok()
}

fn no_kind<'n>(choices: impl Iterator<Item = &'n &'static str>) -> Error {
    let choices: Vec<&str> = choices.copied().collect();
    let problem = Problem::of_field(ErrorCode::NotInPicklist, "kind", "no entry of this kind can be looked for");
    problem.with("choices", choices.join(",")).into_invalid()
}

/// Kind and key under which a channel is found; a postal address is no key.
fn channel_entry(kind: ChannelKind, value: &str) -> Option<(String, String)> {
    let (kind, key) = match kind {
        ChannelKind::Phone | ChannelKind::Mobile | ChannelKind::Fax => (ChannelKind::Phone, phone_key(value)),
        ChannelKind::Email => (kind, value.trim().to_lowercase()),
        ChannelKind::Website => (kind, website_key(value)),
        ChannelKind::Wechat | ChannelKind::Other => (kind, value.trim().to_owned()),
        ChannelKind::Address => return None,
    };
    (!key.is_empty()).then(|| (kind.to_string(), key))
}

/// The digits of a telephone number without its extension; `00` before a country code is a plus, and the zero in
/// `+49 (0)711` is not dialled.
fn phone_key(value: &str) -> String {
    let text: String = value.nfkc().flat_map(char::to_lowercase).collect();
    let number = text.split(['x', 'e', '转', '轉', '#', ',', ';']).next().unwrap_or_default();
    let signs = |text: &str| text.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect::<String>();
    let plain = signs(number);
    let is_international = plain.starts_with('+') || plain.starts_with("00");
    let dialled = if is_international { signs(&number.replacen("(0)", "", 1)) } else { plain };
    match dialled.strip_prefix("00") {
        Some(rest) => format!("+{rest}"),
        None => dialled,
    }
}

/// A website without what a browser adds.
fn website_key(value: &str) -> String {
    let text = value.trim().to_lowercase();
    let text = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or(&text);
    text.strip_prefix("www.").unwrap_or(text).trim_end_matches('/').to_owned()
}

/// Joins the channels of an import with the present ones: what the other side allowed (opt-out, 退订), what was tried,
/// what is preferred and what people call a channel is not the business of a source that only brings numbers.
pub(super) fn join_channels(present: &str, given: &str) -> Option<String> {
    let there: Vec<Channel> = json::from_text(present).ok()?;
    let tidy = |given: &Channel| {
        let mut given = given.clone();
        tidy_channel(&mut given);
        given
    };
    let same =
        |there: &Channel, given: &Channel| there.kind == given.kind && channel_key(there) == channel_key(&tidy(given));
    let brought: Vec<Channel> = json::from_text(given).ok()?;
    let has_preferred = |kind: ChannelKind| there.iter().any(|there| there.kind == kind && there.preferred);
    let brought: Vec<Channel> = brought
        .into_iter()
        .map(|channel| Channel { preferred: channel.preferred && !has_preferred(channel.kind), ..channel })
        .collect();
    let given = serde_json::to_string(&brought).ok()?;
    join_lists(present, &given, same, |there, given| Channel {
        kind: there.kind,
        value: there.value.clone(),
        label: there.label.clone().or(given.label),
        preferred: there.preferred || given.preferred,
        opt_out: there.opt_out || given.opt_out,
        invalid: there.invalid || given.invalid,
        street: given.street.or_else(|| there.street.clone()),
        city: given.city.or_else(|| there.city.clone()),
        region: given.region.or_else(|| there.region.clone()),
        postcode: given.postcode.or_else(|| there.postcode.clone()),
        country: given.country.or_else(|| there.country.clone()),
    })
}

/// Joins the identifiers of an import with the present ones: one of the same kind, issuer and, for a VAT number, country
/// takes the place of the old one.
pub(super) fn join_identifiers(present: &str, given: &str) -> Option<String> {
    let written =
        |item: &Identifier| identifier::normalize(item.kind, &item.value).unwrap_or_else(|_| item.value.clone());
    let country = |item: &Identifier| match item.kind {
        IdentifierKind::Vat => written(item).chars().take(2).collect::<String>(),
        _ => String::new(),
    };
    let place = |item: &Identifier| {
        let issuer = item.issuer.as_deref().map(str::trim).filter(|issuer| !issuer.is_empty()).map(str::to_owned);
        (item.kind, issuer, country(item))
    };
    let same = |there: &Identifier, given: &Identifier| place(there) == place(given);
    join_lists(
        present,
        given,
        same,
        |there: &Identifier, given: Identifier| {
            if written(&given) == there.value { there.clone() } else { given }
        },
    )
}

/// Joins the identifiers of a merged account with those of the surviving one: of two that cannot both be, its own stands.
pub(super) fn unite_identifiers(own: &str, other: &str) -> Option<String> {
    join_identifiers(other, own)
}
