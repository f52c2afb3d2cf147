//! Tax and register numbers of companies and people: what kind a number is, its one form, and whether its check digits fit.

use super::bounds::fold;
use super::country;
use crate::value::{ErrorCode, IdentifierKind, identifier};

mod national;

#[cfg(test)]
mod tests;

/// The fewest and the most characters of a number.
const LENGTH: std::ops::RangeInclusive<usize> = 5..=24;

/// The countries whose value added tax numbers have check digits that are known here.
const CHECKED_VAT: &str =
    "AT BE BG CH CY CZ DE DK EE EL ES FI FR GB HR HU IE IT LT LU LV MT NL NO PL PT RO SE SI SK TR XI";

/// A number with its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TaxId {
    /// "uscc" (统一社会信用代码), "vat:DE", "ein", "br_cnpj" and so on; "other" if the form says nothing.
    pub(crate) kind: String,
    /// The number: capitals and digits, with its country where that is part of it ("DE136695976").
    pub(crate) value: String,
    /// Whether the kind has check digits and they fit. A number that is not valid may be any number.
    pub(crate) valid: bool,
}

impl TaxId {
    fn new(kind: &str, value: &str, valid: bool) -> Self {
        Self { kind: kind.to_owned(), value: value.to_owned(), valid }
    }
}

/// The number in a field; `None` if there is none: no digit, too short or too long, one character repeated.
///
/// With its country a national number is read as what it is there; the same number with the country in front (a VAT
/// number) has the same value. O and 0, I and 1 are not repaired: a wrong number stays wrong.
pub(crate) fn parse(raw: &str, country: Option<&str>) -> Option<TaxId> {
    let text = fold(raw);
    let written = without_label(text.trim());
    let code: String = written.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    if !code.is_ascii() || !LENGTH.contains(&code.len()) || is_filler(&code) {
        return None;
    }
    let home = country.and_then(country::code);
    let number = Number { written, code: &code };
    let read = national::china(&number, home)
        .or_else(|| with_prefix(&code))
        .or_else(|| home.and_then(|home| national::of_country(home, &number)))
        .or_else(|| home.and_then(|home| vat(home, &code)))
        .or_else(|| if home.is_none() { national::by_form(&number) } else { None });
    Some(read.unwrap_or_else(|| TaxId::new("other", &code, false)))
}

/// A number as it is written, in lower case, and its letters and digits alone, in capitals.
struct Number<'t> {
    written: &'t str,
    code: &'t str,
}

/// The number behind a label: "USt-IdNr.: DE136695976", "税号：9132…", "ABN 51 824 753 556".
fn without_label(text: &str) -> &str {
    const LABELS: [&str; 30] = [
        "统一社会信用代码",
        "纳税人识别号",
        "组织机构代码",
        "税号",
        "信用代码",
        "ust-idnr.",
        "ust-idnr",
        "ust-id-nr.",
        "ust-id.",
        "ust-id",
        "ustid",
        "ust.-idnr.",
        "vat no.",
        "vat no",
        "vat number",
        "vat id",
        "vat reg. no.",
        "vat",
        "tax id",
        "tax no.",
        "steuernummer",
        "gstin",
        "cnpj",
        "cpf",
        "abn",
        "acn",
        "ein",
        "инн",
        "uid",
        "crn",
    ];
    let number = |text: &str| text.chars().filter(char::is_ascii_digit).count() >= 4;
    let text =
        text.rsplit_once([':', '：']).map(|(_, behind)| behind.trim()).filter(|behind| number(behind)).unwrap_or(text);
    let behind = LABELS.iter().find_map(|label| text.strip_prefix(label));
    behind
        .map(|behind| behind.trim_start_matches(|c: char| !c.is_alphanumeric()))
        .filter(|behind| number(behind))
        .unwrap_or(text)
}

/// What fills a field: no digits, one character repeated, digits that count up.
fn is_filler(code: &str) -> bool {
    let digits: Vec<u8> = code.bytes().filter(u8::is_ascii_digit).collect();
    let repeated = |bytes: &[u8]| bytes.iter().all(|byte| bytes.first() == Some(byte));
    let counting = digits.len() == code.len()
        && digits.iter().zip(digits.iter().skip(1)).all(|(left, right)| (left - b'0' + 1) % 10 == right - b'0');
    digits.len() < 2 || repeated(code.as_bytes()) || repeated(&digits) || counting
}

/// A number with the two letters of its country in front.
fn with_prefix(code: &str) -> Option<TaxId> {
    let (prefix, body) =
        code.split_at_checked(2).filter(|(prefix, _)| prefix.bytes().all(|b| b.is_ascii_uppercase()))?;
    if let Some(read) = national::with_prefix(prefix, body) {
        return Some(read);
    }
    let checked = is_checked(prefix) || prefix == "GR";
    match identifier::normalize(IdentifierKind::Vat, code) {
        Ok(value) => Some(vat_of(&value, checked)),
        Err(error) if error.code() == ErrorCode::CheckDigit => Some(vat_of(code, false)),
        Err(_) => None,
    }
}

/// A value added tax number without its country, where the country is known.
fn vat(home: &str, code: &str) -> Option<TaxId> {
    let prefix = if home == "GR" { "EL" } else { home };
    // The letters that belong to the number and are left out where the country is.
    let between = match prefix {
        "AT" => "U",
        "CH" => "E",
        _ => "",
    };
    let whole = if code.starts_with(between) { format!("{prefix}{code}") } else { format!("{prefix}{between}{code}") };
    // A Swedish company writes its number without the 01 of its tax number.
    let whole = if prefix == "SE" && code.len() == 10 { format!("{whole}01") } else { whole };
    if !is_checked(prefix) {
        return None;
    }
    match identifier::normalize(IdentifierKind::Vat, &whole) {
        Ok(value) => Some(vat_of(&value, true)),
        Err(error) if error.code() == ErrorCode::CheckDigit => Some(vat_of(&whole, false)),
        Err(_) => None,
    }
}

fn is_checked(prefix: &str) -> bool {
    CHECKED_VAT.split_ascii_whitespace().any(|country| country == prefix)
}

fn vat_of(value: &str, valid: bool) -> TaxId {
    TaxId::new(&format!("vat:{}", value.get(..2).unwrap_or_default()), value, valid)
}
