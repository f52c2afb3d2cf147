//! When two channels or identifiers are the same, and how an import joins its own with those that are there.

use super::rules::tidy_channel;
use super::{Channel, ChannelKind, Identifier};
use crate::room::join_lists;
use crate::value::{IdentifierKind, identifier};

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

/// Joins the channels of an import with the present ones: what the other side allowed (opt-out, 退订), what was tried,
/// what is preferred and what people call a channel is not the business of a source that only brings numbers.
pub(super) fn join_channels(present: &str, given: &str) -> Option<String> {
    let there: Vec<Channel> = crate::value::json::from_text(present).ok()?;
    let tidy = |given: &Channel| {
        let mut given = given.clone();
        tidy_channel(&mut given);
        given
    };
    let same =
        |there: &Channel, given: &Channel| there.kind == given.kind && channel_key(there) == channel_key(&tidy(given));
    let brought: Vec<Channel> = crate::value::json::from_text(given).ok()?;
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
