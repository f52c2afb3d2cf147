//! Tax identifiers with valid check digits. The numbers are drawn, so none belongs to a known company.

use super::rng::Rng;

/// The 31 characters of a unified social credit code (统一社会信用代码, GB 32100-2015): no I, O, S, V, Z.
const CREDIT_ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// Weights of the organisation code (GB 11714).
const ORGANISATION_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// A unified social credit code: department 9 (market regulation), category 1 (company), the six digits of the
/// district, a nine-character organisation code with its own check character, and the check character modulo 31.
pub fn china(rng: &mut Rng, district: &str) -> String {
    let body = rng.digits(8);
    let organisation = format!("{body}{}", organisation_check(&body));
    let head = format!("91{district}{organisation}");
    let check = china_check(&head).unwrap_or('0');
    format!("{head}{check}")
}

fn organisation_check(body: &str) -> char {
    let sum: u32 = body.chars().filter_map(|c| c.to_digit(10)).zip(ORGANISATION_WEIGHTS).map(|(d, w)| d * w).sum();
    match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from_digit(digit, 10).unwrap_or('0'),
    }
}

/// The 18th character of a unified social credit code, from its first 17; nothing when a character is not allowed.
pub fn china_check(head: &str) -> Option<char> {
    let mut weight = 1_usize;
    let mut sum = 0_usize;
    for byte in head.bytes() {
        let value = CREDIT_ALPHABET.iter().position(|allowed| *allowed == byte)?;
        sum = (sum + value * weight) % 31;
        weight = weight * 3 % 31;
    }
    CREDIT_ALPHABET.get((31 - sum) % 31).map(|byte| char::from(*byte))
}

/// A German VAT number: `DE` and nine digits, the last by ISO 7064 MOD 11,10.
pub fn germany(rng: &mut Rng) -> String {
    let body = format!("{}{}", rng.within(1..=9), rng.digits(7));
    format!("DE{body}{}", mod_11_10(&body))
}

/// The ISO 7064 MOD 11,10 check digit of a run of digits.
pub fn mod_11_10(body: &str) -> u32 {
    let product = body.chars().filter_map(|c| c.to_digit(10)).fold(10, |product, digit| {
        let sum = (digit + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10
}

/// An Italian VAT number: `IT` and eleven digits (seven of the company, three of the office, one by Luhn's formula).
pub fn italy(rng: &mut Rng) -> String {
    let body = format!("0{}{:03}", rng.digits(6), rng.within(1..=100));
    format!("IT{body}{}", luhn(&body))
}

/// The Luhn check digit of a run of digits.
pub fn luhn(body: &str) -> u32 {
    let sum: u32 = body
        .chars()
        .rev()
        .filter_map(|c| c.to_digit(10))
        .enumerate()
        .map(|(at, digit)| match (at % 2 == 0, digit * 2) {
            (true, doubled) if doubled > 9 => doubled - 9,
            (true, doubled) => doubled,
            (false, _) => digit,
        })
        .sum();
    (10 - sum % 10) % 10
}

/// A Japanese qualified-invoice number: `T`, the check digit, twelve digits.
pub fn japan(rng: &mut Rng) -> String {
    let body = rng.digits(12);
    format!("T{}{body}", japan_check(&body))
}

/// The leading check digit of a Japanese corporate number, from its other twelve digits.
pub fn japan_check(body: &str) -> u32 {
    let sum: u32 = body
        .chars()
        .rev()
        .filter_map(|c| c.to_digit(10))
        .enumerate()
        .map(|(at, digit)| if at % 2 == 0 { digit } else { digit * 2 })
        .sum();
    9 - sum % 9
}

/// An American employer number, which has a format but no check digit.
pub fn america(rng: &mut Rng) -> String {
    format!("{:02}-{}", rng.within(20..=88), rng.digits(7))
}
