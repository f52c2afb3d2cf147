//! Identifiers that others gave to a company, with their check digits: a mistyped one is refused, never stored.
//!
//! ```
//! use crm_core::value::{ErrorCode, IdentifierKind, identifier};
//! let code = identifier::normalize(IdentifierKind::UnifiedSocialCreditCode, "91350100-M000100Y-43")?;
//! assert_eq!(code, "91350100M000100Y43");
//! let wrong = identifier::normalize(IdentifierKind::Vat, "DE 136 695 967");
//! assert_eq!(wrong.unwrap_err().code(), ErrorCode::CheckDigit);
//! # Ok::<(), crm_core::value::Error>(())
//! ```

use unicode_normalization::UnicodeNormalization;

use super::{ErrorCode, Problem, Result};

mod vat;

#[cfg(test)]
mod tests;

/// The longest ERP code, in characters.
pub const MAX_ERP_CODE_CHARS: usize = 64;
/// The longest identifier of the kind "other", in characters.
pub const MAX_OTHER_CHARS: usize = 200;
/// The longest text that is read as a coded identifier, in bytes, separators included.
const MAX_CODED_BYTES: usize = 128;

value_enum! {
    /// Who gave the identifier, and so what form and check digits it has.
    pub enum IdentifierKind {
        /// China's unified social credit code (统一社会信用代码, GB 32100-2015): 18 characters, modulo 31.
        UnifiedSocialCreditCode = "unified_social_credit_code",
        /// A value added tax number with its country, in the EU, Northern Ireland (`XI`), the United Kingdom, Switzerland,
        /// Norway and Turkey with its check digits; of other countries with such a tax its form only.
        Vat = "vat",
        /// A Global Location Number of GS1: 13 digits, modulo 10.
        Gln = "gln",
        /// A D-U-N-S number (邓白氏编码): nine digits. Numbers given today carry no check digit.
        Duns = "duns",
        /// A Legal Entity Identifier (ISO 17442): 20 characters, modulo 97.
        Lei = "lei",
        /// The customer's or supplier's code in an ERP system: any text, as it stands there.
        ErpCode = "erp_code",
        /// Any other text.
        Other = "other",
    }
}

impl IdentifierKind {
    const fn title(self) -> &'static str {
        match self {
            Self::UnifiedSocialCreditCode => "unified social credit code",
            Self::Vat => "vat number",
            Self::Gln => "global location number",
            Self::Duns => "d-u-n-s number",
            Self::Lei => "legal entity identifier",
            Self::ErpCode => "erp code",
            Self::Other => "identifier",
        }
    }
}

/// The outcome of a check: `BadFormat` or `CheckDigit`.
type Check<T = ()> = std::result::Result<T, ErrorCode>;

/// The one written form of an identifier, if it is well formed and its check digits fit.
///
/// Full-width characters become half-width (NFKC), letters become capitals, spaces, dots, dashes and slashes go. A
/// VAT number needs its country; Greece is written `EL`, and a Belgian number of nine digits gets its leading zero; the word
/// for the tax behind a Swiss or Norwegian number goes. An ERP code and other identifiers are only trimmed.
///
/// ```
/// use crm_core::value::{IdentifierKind, identifier::normalize};
/// assert_eq!(normalize(IdentifierKind::Vat, "be 403.019.261")?, "BE0403019261");
/// assert_eq!(normalize(IdentifierKind::Gln, "４０００００１０００００５")?, "4000001000005");
/// assert_eq!(normalize(IdentifierKind::ErpCode, " K-0815/a ")?, "K-0815/a");
/// # Ok::<(), crm_core::value::Error>(())
/// ```
///
/// # Errors
/// `Required` for an empty text, `BadFormat` for a wrong length, character or country, `CheckDigit` if the check
/// digits do not fit, `TooLong` for an ERP code above [`MAX_ERP_CODE_CHARS`] or another identifier above
/// [`MAX_OTHER_CHARS`]. The message does not repeat the identifier.
pub fn normalize(kind: IdentifierKind, text: &str) -> Result<String> {
    match kind {
        IdentifierKind::ErpCode => free_text(kind, text, MAX_ERP_CODE_CHARS),
        IdentifierKind::Other => free_text(kind, text, MAX_OTHER_CHARS),
        _ => coded(kind.title(), text, |code| check(kind, code)),
    }
    .map_err(|problem| problem.with("kind", kind).into_invalid())
}

fn check(kind: IdentifierKind, code: String) -> Check<String> {
    match kind {
        IdentifierKind::UnifiedSocialCreditCode => social_credit(&code)?,
        IdentifierKind::Vat => return vat::normalize(code),
        IdentifierKind::Gln => gs1(&code, &[13])?,
        IdentifierKind::Duns => digits(&code, 9..=9).map(drop)?,
        IdentifierKind::Lei => legal_entity(&code)?,
        IdentifierKind::ErpCode | IdentifierKind::Other => {}
    }
    Ok(code)
}

/// The one written form of a Global Trade Item Number of GS1: 8, 12, 13 or 14 digits, modulo 10.
///
/// ```
/// use crm_core::value::identifier::normalize_gtin;
/// assert_eq!(normalize_gtin("4 006381 333931")?, "4006381333931");
/// # Ok::<(), crm_core::value::Error>(())
/// ```
///
/// # Errors
/// As [`normalize`].
pub fn normalize_gtin(text: &str) -> Result<String> {
    let check = |code: String| gs1(&code, &[8, 12, 13, 14]).map(|()| code);
    coded("global trade item number", text, check).map_err(Problem::into_invalid)
}

/// The one written form of an International Bank Account Number (ISO 13616): country, two check digits (modulo 97)
/// and up to 30 letters and digits. The national form of the account number is not checked.
///
/// ```
/// use crm_core::value::identifier::normalize_iban;
/// assert_eq!(normalize_iban("GB29 NWBK 6016 1331 9268 19")?, "GB29NWBK60161331926819");
/// # Ok::<(), crm_core::value::Error>(())
/// ```
///
/// # Errors
/// As [`normalize`].
pub fn normalize_iban(text: &str) -> Result<String> {
    coded("international bank account number", text, |code| bank_account(&code).map(|()| code))
        .map_err(Problem::into_invalid)
}

fn coded(title: &str, text: &str, check: impl FnOnce(String) -> Check<String>) -> std::result::Result<String, Problem> {
    if text.trim().is_empty() {
        return Err(Problem::new(ErrorCode::Required, format!("the {title} is empty")));
    }
    let code = if text.len() > MAX_CODED_BYTES { Err(ErrorCode::BadFormat) } else { check(compact(text)) };
    code.map_err(|code| {
        let message = match code {
            ErrorCode::CheckDigit => format!("the check digits of the {title} do not fit"),
            _ => format!("the text has not the form of a {title}"),
        };
        Problem::new(code, message)
    })
}

/// Half-width capitals without separators.
fn compact(text: &str) -> String {
    let separator = |c: &char| {
        c.is_whitespace() || matches!(c, '-' | '.' | '/' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{B7}')
    };
    text.nfkc().filter(|c| !separator(c)).flat_map(char::to_uppercase).collect()
}

fn free_text(kind: IdentifierKind, text: &str, limit: usize) -> std::result::Result<String, Problem> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Problem::new(ErrorCode::Required, format!("the {} is empty", kind.title())));
    }
    if text.chars().any(char::is_control) {
        let message = format!("the {} has a control character", kind.title());
        return Err(Problem::new(ErrorCode::BadFormat, message));
    }
    if text.chars().count() > limit {
        let message = format!("the {} is longer than {limit} characters", kind.title());
        return Err(Problem::new(ErrorCode::TooLong, message).with("limit", limit));
    }
    Ok(text.to_owned())
}

/// GB 32100-2015: two characters for registrar and class, six digits of the place, nine characters of the body
/// (GB 11714), one check character; the weights are powers of three modulo 31.
fn social_credit(code: &str) -> Check {
    const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let place = |c: char| ALPHABET.find(c).and_then(|place| u32::try_from(place).ok());
    let values: Vec<u32> = code.chars().map(place).collect::<Option<_>>().ok_or(ErrorCode::BadFormat)?;
    ensure_form(values.len() == 18 && values.iter().skip(2).take(6).all(|value| *value < 10))?;
    let weights = std::iter::successors(Some(1_u32), |weight| Some(weight * 3 % 31));
    let sum: u32 = values.iter().zip(weights.take(17)).map(|(value, weight)| value * weight).sum();
    ensure_check(values.last() == Some(&((31 - sum % 31) % 31)))
}

/// GS1 General Specifications, section 7.9: weights 3 and 1 from the right, modulo 10.
fn gs1(code: &str, lengths: &[usize]) -> Check {
    let digits = digits(code, 1..=14)?;
    ensure_form(lengths.contains(&digits.len()))?;
    let sum: u32 = digits.iter().rev().zip([1, 3].into_iter().cycle()).map(|(digit, weight)| digit * weight).sum();
    ensure_check(sum.is_multiple_of(10))
}

/// ISO 17442: 18 letters and digits, two check digits by ISO 7064 modulo 97-10.
fn legal_entity(code: &str) -> Check {
    ensure_form(code.len() == 20)?;
    digits(code.get(18..).unwrap_or_default(), 2..=2)?;
    ensure_check(modulo_97(code)? == 1)
}

/// ISO 13616: the first four characters move to the end, then ISO 7064 modulo 97-10.
fn bank_account(code: &str) -> Check {
    let (head, account) = code.split_at_checked(4).ok_or(ErrorCode::BadFormat)?;
    let (country, check) = head.split_at_checked(2).ok_or(ErrorCode::BadFormat)?;
    ensure_form(country.bytes().all(|byte| byte.is_ascii_uppercase()) && (11..=30).contains(&account.len()))?;
    digits(check, 2..=2)?;
    ensure_check(modulo_97(&format!("{account}{head}"))? == 1)
}

fn ensure_form(fits: bool) -> Check {
    if fits { Ok(()) } else { Err(ErrorCode::BadFormat) }
}

fn ensure_check(fits: bool) -> Check {
    if fits { Ok(()) } else { Err(ErrorCode::CheckDigit) }
}

/// The digits of a text that has nothing else and is of a length in `length`.
fn digits(text: &str, length: std::ops::RangeInclusive<usize>) -> Check<Vec<u32>> {
    let ascii = |c: char| if c.is_ascii_digit() { c.to_digit(10) } else { None };
    let digits: Vec<u32> = text.chars().map(ascii).collect::<Option<_>>().ok_or(ErrorCode::BadFormat)?;
    ensure_form(length.contains(&digits.len()))?;
    Ok(digits)
}

/// The rest of the number that arises when letters are written as 10 to 35 (ISO 7064 modulo 97-10).
fn modulo_97(code: &str) -> Check<u32> {
    code.chars().try_fold(0, |rest, c| match c {
        '0'..='9' => Ok((rest * 10 + c.to_digit(36).unwrap_or(0)) % 97),
        'A'..='Z' => Ok((rest * 100 + c.to_digit(36).unwrap_or(0)) % 97),
        _ => Err(ErrorCode::BadFormat),
    })
}
