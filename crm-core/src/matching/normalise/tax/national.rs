//! National numbers with their check digits.
//!
//! Sources: GB 32100-2015 and GB 11714-1997 (China), GB 11643-1999 (resident identity card), IRS (EIN), Receita Federal
//! (CNPJ, also with letters since 2026, and CPF), GSTN (GSTIN), 국세청 (Korea), 国税庁 (法人番号, Japan), ФНС (ИНН), Australian
//! Business Register (ABN) and ASIC (ACN), 財政部 (統一編號, Taiwan), Canada Revenue Agency (BN), INSEE (SIREN, SIRET),
//! Companies House (United Kingdom).

use super::{Number, TaxId, vat_of};
use crate::value::{IdentifierKind, identifier};

/// A Chinese number: credit code, organisation code, identity card.
pub(super) fn china(number: &Number<'_>, home: Option<&str>) -> Option<TaxId> {
    if !matches!(home, None | Some("CN")) {
        return None;
    }
    let code = number.code;
    let letters = |from: usize| code.get(from..).is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_alphanumeric()));
    match code.len() {
        18 if is_identity_card(code) => Some(TaxId::new("cn_id", code, true)),
        18 if is_place(code, 2) => {
            let valid = identifier::normalize(IdentifierKind::UnifiedSocialCreditCode, code).is_ok();
            Some(TaxId::new("uscc", code, valid))
        }
        18 if home.is_some() && all_digits(code.get(..17).unwrap_or_default()) => {
            Some(TaxId::new("cn_id", code, false))
        }
        // Until 2015: the district and the organisation code.
        15 if home.is_some() && is_place(code, 0) && letters(6) => {
            let valid = code.get(6..).is_some_and(is_organisation_code);
            Some(TaxId::new("cn_tax", code, valid))
        }
        9 if home.is_some() || is_dashed(number.written, &[8, 1]) => {
            let valid = is_organisation_code(code);
            (valid || home.is_some()).then(|| TaxId::new("cn_org", code, valid))
        }
        _ => None,
    }
}

/// A national number of a country that has another kind than a value added tax number.
pub(super) fn of_country(country: &str, number: &Number<'_>) -> Option<TaxId> {
    let code = number.code;
    let digits = all_digits(code);
    match (country, code.len()) {
        ("US", 9) if digits => Some(TaxId::new("ein", code, false)),
        ("BR", 14) if all_digits(code.get(12..).unwrap_or_default()) => {
            Some(TaxId::new("br_cnpj", code, is_cnpj(code)))
        }
        ("BR", 11) if digits => Some(TaxId::new("br_cpf", code, is_cpf(code))),
        ("IN", 15) if is_gstin_form(code) => Some(TaxId::new("in_gstin", code, is_gstin(code))),
        ("KR", 10) if digits => Some(TaxId::new("kr_brn", code, is_korean(code))),
        ("JP", 13) if digits => Some(TaxId::new("jp_cn", code, is_japanese(code))),
        ("JP", 14) if code.starts_with('T') => japanese_invoice(code),
        ("RU", 10 | 12) if digits => Some(TaxId::new("ru_inn", code, is_inn(code))),
        ("AU", 11) if digits => Some(TaxId::new("au_abn", code, is_abn(code))),
        ("AU", 9) if digits => Some(TaxId::new("au_acn", code, is_acn(code))),
        ("TW", 8) if digits => Some(TaxId::new("tw_ubn", code, is_taiwanese(code))),
        ("CA", 9) if digits => Some(TaxId::new("ca_bn", code, is_luhn(code))),
        ("CA", 15) => canadian_account(code),
        ("FR", 9 | 14) if digits => siren(code),
        ("GB", 8) if is_company_number(code) => Some(TaxId::new("gb_crn", code, false)),
        _ => None,
    }
}

/// A national number whose country stands in front of it.
pub(super) fn with_prefix(prefix: &str, body: &str) -> Option<TaxId> {
    if !matches!(prefix, "BR" | "KR" | "JP" | "RU" | "AU" | "TW" | "CA" | "IN") {
        return None;
    }
    of_country(prefix, &Number { written: body, code: body }).filter(|read| read.valid)
}

/// A number of unknown country that its form gives away: punctuation or check digits that no other kind has.
pub(super) fn by_form(number: &Number<'_>) -> Option<TaxId> {
    let Number { written, code } = *number;
    let valid = |country: &str| of_country(country, number).filter(|read| read.valid);
    match code.len() {
        15 => valid("IN"),
        14 if code.starts_with('T') => valid("JP"),
        14 => valid("BR"),
        11 if is_dashed(written, &[9, 2]) || is_dashed(written, &[3, 3, 3, 2]) => valid("BR"),
        10 if is_dashed(written, &[3, 2, 5]) => valid("KR"),
        9 if is_dashed(written, &[2, 7]) => Some(TaxId::new("ein", code, false)),
        _ => None,
    }
}

fn all_digits(code: &str) -> bool {
    !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the text has groups of so many characters, divided by dots, dashes and slashes.
fn is_dashed(written: &str, lengths: &[usize]) -> bool {
    written.trim().split(['-', '.', '/']).map(|group| group.chars().count()).eq(lengths.iter().copied())
}

/// The values of digits and letters, A being 10.
fn values(code: &str) -> Vec<u32> {
    code.chars().filter_map(|c| c.to_digit(36)).collect()
}

/// The sum of the values, each times its weight.
fn weighted(values: &[u32], weights: &[u32]) -> u32 {
    values.iter().zip(weights).map(|(value, weight)| value * weight).sum()
}

/// Six digits of a Chinese district: the region of the first level is 11 to 82.
fn is_place(code: &str, from: usize) -> bool {
    code.get(from..from + 6).is_some_and(|place| all_digits(place) && ("11".."84").contains(&place))
}

/// GB 11714: eight characters and one check character; the weights modulo 11, ten is X.
fn is_organisation_code(code: &str) -> bool {
    let Some((body, check)) = code.split_at_checked(8).filter(|(_, check)| check.len() == 1) else {
        return false;
    };
    let expected = match 11 - weighted(&values(body), &[3, 7, 9, 10, 5, 8, 4, 2]) % 11 {
        10 => Some('X'),
        11 => Some('0'),
        digit => char::from_digit(digit, 10),
    };
    check.chars().next() == expected
}

/// GB 11643: district, day of birth, serial number and a check character by ISO 7064 modulo 11-2.
fn is_identity_card(code: &str) -> bool {
    let Some((body, check)) = code.split_at_checked(17).filter(|(body, _)| all_digits(body) && is_place(body, 0))
    else {
        return false;
    };
    let born = code.get(6..14).is_some_and(|day| crate::matching::normalise::date::birth(day).is_some());
    let sum = weighted(&values(body), &[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
    let expected = "10X98765432".chars().nth(usize::try_from(sum % 11).unwrap_or_default());
    born && check.chars().next() == expected
}

/// Two check digits modulo 11; letters stand for their place behind the digits in ASCII (A is 17).
fn is_cnpj(code: &str) -> bool {
    const WEIGHTS: [u32; 13] = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];
    let values: Vec<u32> = code.bytes().map(|byte| u32::from(byte).saturating_sub(48)).collect();
    check_digits(&values, |body| weighted(body, WEIGHTS.get(13_usize.saturating_sub(body.len())..).unwrap_or_default()))
}

fn is_cpf(code: &str) -> bool {
    check_digits(&values(code), |body| {
        let weights: Vec<u32> = (2..=11).rev().skip(10_usize.saturating_sub(body.len())).collect();
        weighted(body, &weights)
    })
}

/// Two check digits at the end, each from all digits before it: 11 less the rest modulo 11, or zero.
fn check_digits(values: &[u32], sum: impl Fn(&[u32]) -> u32) -> bool {
    let [head @ .., first, second] = values else {
        return false;
    };
    let digit = |body: &[u32]| match sum(body) % 11 {
        0 | 1 => 0,
        rest => 11 - rest,
    };
    let with_first: Vec<u32> = head.iter().chain([first]).copied().collect();
    digit(head) == *first && digit(&with_first) == *second
}

/// State, permanent account number, entity, Z, check character.
fn is_gstin_form(code: &str) -> bool {
    let form: String = code.chars().map(|c| if c.is_ascii_digit() { '9' } else { 'A' }).collect();
    form.starts_with("99AAAAA9999A") && code.get(13..14).is_some_and(|z| z.bytes().all(|b| b.is_ascii_alphabetic()))
}

/// Modulo 36: every second value doubled, quotient and rest by 36 added.
fn is_gstin(code: &str) -> bool {
    let values = values(code);
    let Some((check, body)) = values.split_last().filter(|(_, body)| body.len() == 14) else {
        return false;
    };
    let sum: u32 = body
        .iter()
        .zip([1, 2].into_iter().cycle())
        .map(|(value, factor)| value * factor / 36 + value * factor % 36)
        .sum();
    (36 - sum % 36) % 36 == *check
}

/// Weights modulo 10; the tens of the ninth product count, too.
fn is_korean(code: &str) -> bool {
    let values = values(code);
    let sum = weighted(&values, &[1, 3, 7, 1, 3, 7, 1, 3, 5]) + values.get(8).map_or(0, |ninth| ninth * 5 / 10);
    values.get(9) == Some(&((10 - sum % 10) % 10))
}

/// The first digit checks the twelve behind it, from the right with the weights 1 and 2, modulo 9.
fn is_japanese(code: &str) -> bool {
    let values = values(code);
    let Some((check, body)) = values.split_first() else {
        return false;
    };
    let sum: u32 = body.iter().rev().zip([1, 2].into_iter().cycle()).map(|(value, weight)| value * weight).sum();
    9 - sum % 9 == *check
}

/// The number of a qualified invoice is T and the corporate number.
fn japanese_invoice(code: &str) -> Option<TaxId> {
    let number = code.strip_prefix('T').filter(|number| all_digits(number))?;
    Some(TaxId::new("jp_cn", number, is_japanese(number)))
}

fn is_inn(code: &str) -> bool {
    let values = values(code);
    let check = |weights: &[u32]| weighted(&values, weights) % 11 % 10;
    match values.len() {
        10 => values.get(9) == Some(&check(&[2, 4, 10, 3, 5, 9, 4, 6, 8])),
        12 => {
            values.get(10) == Some(&check(&[7, 2, 4, 10, 3, 5, 9, 4, 6, 8]))
                && values.get(11) == Some(&check(&[3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]))
        }
        _ => false,
    }
}

/// One less in the first digit, weights modulo 89.
fn is_abn(code: &str) -> bool {
    let mut values = values(code);
    let Some(first) = values.first_mut().filter(|first| **first > 0) else {
        return false;
    };
    *first -= 1;
    weighted(&values, &[10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]).is_multiple_of(89)
}

fn is_acn(code: &str) -> bool {
    let values = values(code);
    let sum = weighted(&values, &[8, 7, 6, 5, 4, 3, 2, 1]);
    values.get(8) == Some(&((10 - sum % 10) % 10))
}

/// The digits of the products summed, modulo 5 since 2023; a 7 in the seventh place may count one more.
fn is_taiwanese(code: &str) -> bool {
    let values = values(code);
    let products = values.iter().zip([1, 2, 1, 2, 1, 2, 4, 1]).map(|(value, weight)| value * weight);
    let sum: u32 = products.map(|product| product / 10 + product % 10).sum();
    sum.is_multiple_of(5) || (values.get(6) == Some(&7) && (sum + 1).is_multiple_of(5))
}

fn is_luhn(code: &str) -> bool {
    let doubled = |value: u32| if value > 4 { value * 2 - 9 } else { value * 2 };
    let sum: u32 = values(code)
        .iter()
        .rev()
        .zip([false, true].into_iter().cycle())
        .map(|(value, twice)| if twice { doubled(*value) } else { *value })
        .sum();
    sum.is_multiple_of(10)
}

/// A business number with the account behind it: 123456789RT0001.
fn canadian_account(code: &str) -> Option<TaxId> {
    let (number, account) = code.split_at_checked(9).filter(|(number, _)| all_digits(number))?;
    let fits = ["RT", "RP", "RC", "RM", "RZ"].iter().any(|kind| account.strip_prefix(kind).is_some_and(all_digits));
    fits.then(|| TaxId::new("ca_bn", number, is_luhn(number)))
}

/// A French company's number (SIREN) or that of one of its places (SIRET, the first nine digits of which it is) is the
/// body of its value added tax number, whose key is made of it.
fn siren(code: &str) -> Option<TaxId> {
    let number = code.get(..9)?;
    let key = (number.parse::<u64>().ok()? % 97 * 3 + 12) % 97;
    Some(vat_of(&format!("FR{key:02}{number}"), is_luhn(number)))
}

/// Eight digits, or two letters for the part of the kingdom and six digits.
fn is_company_number(code: &str) -> bool {
    let letters = |prefix: &str| prefix.bytes().all(|byte| byte.is_ascii_uppercase());
    all_digits(code) || code.split_at_checked(2).is_some_and(|(prefix, rest)| letters(prefix) && all_digits(rest))
}
