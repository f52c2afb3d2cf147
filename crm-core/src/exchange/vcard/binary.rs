//! Pictures, sounds and keys: base64 with a `TYPE` in vCard 2.1 and 3.0, a `data:` address in 4.0 and here.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::property::{parameter, remove};
use super::{VCardParameter, VCardProperty};

/// Reads base64 without padding and with odd last bits too; writes the canonical form.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

const UNKNOWN_MEDIA: &str = "application/octet-stream";

pub(super) fn decode(value: &[u8]) -> Option<Vec<u8>> {
    let dense: Vec<u8> = value.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    BASE64.decode(dense).ok()
}

pub(super) fn encode(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

/// The `data:` address of a value. The first `TYPE` names the medium and goes into it.
pub(super) fn to_data_uri(name: &str, params: &mut Vec<VCardParameter>, bytes: &[u8]) -> String {
    remove(params, "ENCODING");
    params.retain(|param| param.name != "VALUE" || !is_one(param, "binary"));
    let mut media = UNKNOWN_MEDIA.to_owned();
    if let Some(types) = params.iter_mut().find(|param| param.name == "TYPE")
        && let Some(first) = types.values.first().filter(|first| is_token(first))
    {
        media = media_of(name, first);
        types.values.remove(0);
    }
    params.retain(|param| param.name != "TYPE" || !param.values.is_empty());
    format!("data:{media};base64,{}", encode(bytes))
}

/// The `data:` address of text that cannot be read in its encoding.
pub(super) fn text_uri(charset: &str, bytes: &[u8]) -> String {
    let media = if is_token(charset) { format!("text/plain;charset={charset}") } else { UNKNOWN_MEDIA.to_owned() };
    format!("data:{media};base64,{}", encode(bytes))
}

/// The parameters and value with which vCard 3.0 writes a `data:` address; `None` if it could not be read back as it is.
pub(super) fn from_data_uri(property: &VCardProperty) -> Option<(Vec<VCardParameter>, String)> {
    let (media, value) = property.value.strip_prefix("data:")?.split_once(";base64,")?;
    let bytes = decode(value.as_bytes())?;
    if property.params.iter().any(|param| param.name == "VALUE" || param.name == "ENCODING") {
        return None;
    }
    let mut params = property.params.clone();
    let place = params.iter().position(|param| param.name == "TYPE");
    let short = type_of(&property.name, media);
    match place.and_then(|place| params.get_mut(place)) {
        Some(types) => types.values.insert(0, short),
        None if media == UNKNOWN_MEDIA => {}
        None => params.push(parameter("TYPE", short)),
    }
    let mut back = params.clone();
    let same = to_data_uri(&property.name, &mut back, &bytes) == property.value && back == property.params;
    params.insert(0, parameter("ENCODING", "b"));
    same.then(|| (params, value.to_owned()))
}

fn is_one(param: &VCardParameter, value: &str) -> bool {
    matches!(param.values.as_slice(), [only] if only.eq_ignore_ascii_case(value))
}

fn is_token(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+' | b'-' | b'.' | b'_'))
}

/// The family of media that a property holds.
fn family(name: &str) -> &'static str {
    match name.to_ascii_uppercase().as_str() {
        "PHOTO" | "LOGO" => "image",
        "SOUND" => "audio",
        _ => "application",
    }
}

fn media_of(name: &str, kind: &str) -> String {
    match kind.to_ascii_lowercase().as_str() {
        _ if kind.contains('/') => kind.to_owned(),
        "x509" if name.eq_ignore_ascii_case("KEY") => "application/pkix-cert".to_owned(),
        "pgp" if name.eq_ignore_ascii_case("KEY") => "application/pgp-keys".to_owned(),
        kind => format!("{}/{kind}", family(name)),
    }
}

fn type_of(name: &str, media: &str) -> String {
    match (media, media.split_once('/')) {
        ("application/pkix-cert", _) if name.eq_ignore_ascii_case("KEY") => "X509".to_owned(),
        ("application/pgp-keys", _) if name.eq_ignore_ascii_case("KEY") => "PGP".to_owned(),
        (_, Some((group, kind))) if group == family(name) && group != "application" => kind.to_ascii_uppercase(),
        _ => media.to_owned(),
    }
}
