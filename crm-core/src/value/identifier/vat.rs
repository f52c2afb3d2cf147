//! Value added tax numbers: form and check digits of every country of the EU, Northern Ireland, the United Kingdom,
//! Switzerland, Norway and Turkey. Of other countries that levy such a tax the form is taken as it is.
//!
//! Source of the rules: the European Commission's list of number formats (VIES, "VAT identification numbers") and its
//! paper "VIES-VAT validation algorithms"; for the Netherlands since 2020 also ISO 7064 modulo 97-10; eCH-0097 for
//! Switzerland, Brønnøysundregistrene for Norway, Gelir İdaresi Başkanlığı for Turkey.

use super::{Check, ErrorCode, digits, ensure_check, ensure_form, modulo_97};

/// The letters of Spanish personal numbers, by the number modulo 23.
const SPANISH_LETTERS: &str = "TRWAGMYFPDXBNJZSQVHLCKE";
/// The letters of Irish numbers, by the sum modulo 23.
const IRISH_LETTERS: &str = "WABCDEFGHIJKLMNOPQRSTUV";
/// Digits and letters of French keys; I and O are not used.
const FRENCH_KEY: &str = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// Other countries with a value added or a goods and services tax, whose numbers are kept without a check.
const OTHERS: &str = "AE AL AM AR AU AZ BA BD BH BO BR BY CA CL CN CO CR DO EC EG GE GT ID IL IN IS JP KE KH KR KZ LA LB \
    LI LK MA MC MD ME MK MM MN MU MX MY MZ NG NI NP NZ OM PA PE PH PK PY QA RS RU SA SG SM SN SV TH TJ TM TN TW TZ UA UG \
    UY UZ VE VN XK ZA ZM ZW";

/// Checks a compact number with its country and gives its one written form.
pub(super) fn normalize(code: String) -> Check<String> {
    let (country, body) = code.split_at_checked(2).ok_or(ErrorCode::BadFormat)?;
    match country {
        "GR" => check("EL", body).map(|()| format!("EL{body}")),
        "BE" if body.len() == 9 => check("BE", &format!("0{body}")).map(|()| format!("BE0{body}")),
        "CH" => without_words(body, &["MWST", "TVA", "IVA", "VAT"], switzerland).map(|body| format!("CH{body}")),
        "NO" => without_words(body, &["MVA"], norway).map(|body| format!("NO{body}")),
        _ => check(country, body).map(|()| code),
    }
}

/// A number behind which the word for the tax may stand; it is no part of it.
fn without_words<'b>(body: &'b str, words: &[&str], check: fn(&str) -> Check) -> Check<&'b str> {
    let number = words.iter().find_map(|word| body.strip_suffix(word)).unwrap_or(body);
    check(number).map(|()| number)
}

fn check(country: &str, body: &str) -> Check {
    match country {
        "AT" => austria(body),
        "BE" => belgium(body),
        "BG" => bulgaria(body),
        "CY" => cyprus(body),
        "CZ" => czechia(body),
        "DE" => modulo_11_10(body, 9, true),
        "DK" => weighted_zero(body, &[2, 7, 6, 5, 4, 3, 2, 1], 11, true),
        "EE" => weighted_zero(body, &[3, 7, 1, 3, 7, 1, 3, 7, 1], 10, false),
        "EL" => greece(body),
        "ES" => spain(body),
        "FI" => weighted_zero(body, &[7, 9, 10, 5, 8, 4, 2, 1], 11, false),
        "FR" => france(body),
        "GB" | "XI" => united_kingdom(body),
        "HR" => modulo_11_10(body, 11, false),
        "HU" => weighted_zero(body, &[9, 7, 3, 1, 9, 7, 3, 1], 10, false),
        "IE" => ireland(body),
        "IT" => italy(body),
        "LT" => lithuania(body),
        "LU" => luxembourg(body),
        "LV" => latvia(body),
        "MT" => weighted_zero(body, &[3, 4, 6, 7, 8, 9, 10, 1], 37, true),
        "NL" => netherlands(body),
        "PL" => poland(body),
        "PT" => portugal(body),
        "RO" => romania(body),
        "SE" => sweden(body),
        "SI" => slovenia(body),
        "SK" => slovakia(body),
        "TR" => turkey(body),
        _ if OTHERS.split_whitespace().any(|other| other == country) => other_country(body),
        _ => Err(ErrorCode::BadFormat),
    }
}

/// The sum of digits times weights, as far as both go.
fn weighted(digits: &[u32], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum()
}

/// The digits as one number.
fn number(digits: &[u32]) -> u64 {
    digits.iter().fold(0, |number, digit| number * 10 + u64::from(*digit))
}

/// The digits and the last of them.
fn with_last(body: &str, length: usize) -> Check<(Vec<u32>, u32)> {
    let mut digits = digits(body, length..=length)?;
    let last = digits.pop().ok_or(ErrorCode::BadFormat)?;
    Ok((digits, last))
}

/// Digits whose weighted sum is a multiple of `modulus`.
fn weighted_zero(body: &str, weights: &[u32], modulus: u32, no_leading_zero: bool) -> Check {
    let digits = digits(body, weights.len()..=weights.len())?;
    ensure_form(!(no_leading_zero && digits.first() == Some(&0)))?;
    ensure_check(weighted(&digits, weights).is_multiple_of(modulus))
}

/// ISO 7064 modulo 11,10: Germany, Croatia.
fn modulo_11_10(body: &str, length: usize, no_leading_zero: bool) -> Check {
    let (digits, last) = with_last(body, length)?;
    ensure_form(!(no_leading_zero && digits.first() == Some(&0)))?;
    let product = digits.iter().fold(10, |product, digit| match (product + digit) % 10 {
        0 => 20 % 11,
        sum => sum * 2 % 11,
    });
    ensure_check((product + last) % 10 == 1)
}

/// Luhn's sum (ISO/IEC 7812): from the right, every second digit doubled and its digits added.
fn luhn(digits: &[u32]) -> u32 {
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let value = |(place, digit): (usize, &u32)| if place % 2 == 1 { doubled(*digit) } else { *digit };
    digits.iter().rev().enumerate().map(value).sum()
}

fn austria(body: &str) -> Check {
    let (digits, last) = with_last(body.strip_prefix('U').ok_or(ErrorCode::BadFormat)?, 8)?;
    ensure_check((luhn(&digits) + 4 + last).is_multiple_of(10))
}

fn belgium(body: &str) -> Check {
    let digits = digits(body, 10..=10)?;
    ensure_form(digits.first().is_some_and(|first| *first < 2))?;
    let (head, key) = (number(&digits) / 100, number(&digits) % 100);
    ensure_check(97 - head % 97 == key)
}

/// Eight digits and a letter: the digits at even places and what stands for those at odd places, modulo 26.
fn cyprus(body: &str) -> Check {
    const ODD: [u32; 10] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
    let (head, letter) = body.split_at_checked(8).ok_or(ErrorCode::BadFormat)?;
    let [letter @ b'A'..=b'Z'] = letter.as_bytes() else { return Err(ErrorCode::BadFormat) };
    let digits = digits(head, 8..=8)?;
    ensure_form(!head.starts_with("12"))?;
    let odd = |digit: u32| ODD.get(usize::try_from(digit).unwrap_or(usize::MAX)).copied().unwrap_or(0);
    let value = |(place, digit): (usize, &u32)| if place % 2 == 0 { odd(*digit) } else { *digit };
    let sum: u32 = digits.iter().enumerate().map(value).sum();
    ensure_check(sum % 26 == u32::from(letter - b'A'))
}

/// Nine digits are a company; ten a person, a foreigner or another body, each with weights of its own.
fn bulgaria(body: &str) -> Check {
    let mut digits = digits(body, 9..=10)?;
    let last = digits.pop().ok_or(ErrorCode::BadFormat)?;
    if digits.len() == 8 {
        return ensure_check(again(&digits, &[1, 2, 3, 4, 5, 6, 7, 8], &[3, 4, 5, 6, 7, 8, 9, 10]) == last);
    }
    let person = weighted(&digits, &[2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10;
    let foreigner = weighted(&digits, &[21, 19, 17, 13, 11, 9, 7, 3, 1]) % 10;
    let other = (11 - weighted(&digits, &[4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    ensure_check([person, foreigner, other].contains(&last))
}

/// The sum modulo 11; where that is ten, with other weights; where that is ten too, zero.
fn again(digits: &[u32], first: &[u32], second: &[u32]) -> u32 {
    match weighted(digits, first) % 11 {
        10 => weighted(digits, second) % 11 % 10,
        rest => rest,
    }
}

/// Eight digits are a company, nine a person born before 1954 (no check digit) or, behind a six, a special case, ten a
/// person since.
fn czechia(body: &str) -> Check {
    const WEIGHTS: [u32; 7] = [8, 7, 6, 5, 4, 3, 2];
    let digits = digits(body, 8..=10)?;
    match digits.as_slice() {
        [head @ .., last] if head.len() == 7 => {
            ensure_form(head.first() != Some(&9))?;
            ensure_check((11 - weighted(head, &WEIGHTS) % 11) % 10 == *last)
        }
        [6, head @ .., last] if head.len() == 7 => ensure_check((weighted(head, &WEIGHTS) % 11 + 8) % 10 == *last),
        [head @ .., last] if head.len() == 9 => {
            birthday(head)?;
            ensure_check(number(head) % 11 % 10 == u64::from(*last))
        }
        person => birthday(person),
    }
}

/// Month and day of birth behind the year; the month plus 50 for women, plus 20 when the day's numbers are used up.
fn birthday(digits: &[u32]) -> Check {
    let (month, day) = (digits.get(2..4).map_or(0, number), digits.get(4..6).map_or(0, number));
    ensure_form((1..=12).contains(&(month % 50 % 20)) && (1..=31).contains(&day))
}

fn greece(body: &str) -> Check {
    let (digits, last) = with_last(body, 9)?;
    ensure_check(weighted(&digits, &[256, 128, 64, 32, 16, 8, 4, 2]) % 11 % 10 == last)
}

fn spain(body: &str) -> Check {
    ensure_form(body.len() == 9 && body.is_ascii())?;
    let (first, rest) = body.split_at_checked(1).ok_or(ErrorCode::BadFormat)?;
    let (middle, control) = rest.split_at_checked(7).ok_or(ErrorCode::BadFormat)?;
    let middle = digits(middle, 7..=7)?;
    let personal = |lead: u64| {
        let place = (lead * 10_000_000 + number(&middle)) % 23;
        let letter = SPANISH_LETTERS.chars().nth(usize::try_from(place).unwrap_or(usize::MAX));
        ensure_form(control.bytes().all(|byte| byte.is_ascii_uppercase()))?;
        ensure_check(letter.is_some_and(|letter| control.starts_with(letter)))
    };
    match first {
        "X" | "K" | "L" | "M" => personal(0),
        "Y" => personal(1),
        "Z" => personal(2),
        _ if first.bytes().all(|byte| byte.is_ascii_digit()) => personal(first.parse().unwrap_or(0)),
        _ => spanish_company(first, &middle, control),
    }
}

/// The control is Luhn's digit, or the letter in its place, by the kind of body that the first letter tells.
fn spanish_company(kind: &str, middle: &[u32], control: &str) -> Check {
    let mut with_zero = middle.to_vec();
    with_zero.push(0);
    let digit = (10 - luhn(&with_zero) % 10) % 10;
    let letter = "JABCDEFGHI".chars().nth(usize::try_from(digit).unwrap_or(usize::MAX));
    let is_digit = char::from_digit(digit, 10).is_some_and(|c| control.starts_with(c));
    let is_letter = letter.is_some_and(|c| control.starts_with(c));
    match kind {
        "P" | "Q" | "S" => ensure_check(is_letter),
        // A body from abroad has the letter where a Spanish one has the digit.
        "A" | "B" | "C" | "D" | "E" | "F" | "G" | "H" | "J" | "N" | "R" | "U" | "V" | "W" => {
            ensure_check(is_digit || is_letter)
        }
        _ => Err(ErrorCode::BadFormat),
    }
}

/// Two characters of key and the nine digits of the SIREN, which has Luhn's digit itself (but not in Monaco, `000`).
fn france(body: &str) -> Check {
    let (key, siren) = body.split_at_checked(2).ok_or(ErrorCode::BadFormat)?;
    let digits = digits(siren, 9..=9)?;
    let place = |c: char| FRENCH_KEY.find(c).and_then(|place| u64::try_from(place).ok());
    let key: Vec<u64> = key.chars().map(place).collect::<Option<_>>().ok_or(ErrorCode::BadFormat)?;
    let [first, second] = *key.as_slice() else {
        return Err(ErrorCode::BadFormat);
    };
    ensure_check(siren.starts_with("000") || luhn(&digits).is_multiple_of(10))?;
    let siren = number(&digits);
    if first < 10 && second < 10 {
        return ensure_check((siren * 100 + 12) % 97 == first * 10 + second);
    }
    let base = if first < 10 { first * 24 + second - 10 } else { first * 34 + second - 100 };
    ensure_check((siren + 1 + base / 11) % 11 == base % 11)
}

/// Nine digits, or twelve with the branch; `GD` and `HA` for government and health bodies.
fn united_kingdom(body: &str) -> Check {
    if let Some(number) = body.strip_prefix("GD") {
        return ensure_form(digits(number, 3..=3).is_ok() && number < "500");
    }
    if let Some(number) = body.strip_prefix("HA") {
        return ensure_form(digits(number, 3..=3).is_ok() && number >= "500");
    }
    let digits = digits(body, 9..=12)?;
    ensure_form(matches!(digits.len(), 9 | 12))?;
    let rest = weighted(&digits, &[8, 7, 6, 5, 4, 3, 2, 10, 1]) % 97;
    // Numbers given since 2010 are moved by 55; they begin at 100 0000.
    let moved = digits.first() != Some(&0) && (rest + 55).is_multiple_of(97);
    ensure_check(rest == 0 || moved)
}

/// Seven digits, a check letter and perhaps a second letter; or the form before 2013 with a second character that is no
/// digit.
fn ireland(body: &str) -> Check {
    let (head, tail) = body.split_at_checked(7).ok_or(ErrorCode::BadFormat)?;
    let mut tail = tail.chars();
    let (check, extra) = (tail.next(), tail.next());
    ensure_form(tail.next().is_none() && check.is_some_and(|letter| IRISH_LETTERS.contains(letter)))?;
    let mut second = head.chars().skip(1);
    let old = second.next().is_some_and(|c| matches!(c, 'A'..='Z' | '+' | '*'));
    let digits = if old {
        ensure_form(extra.is_none())?;
        let first = head.get(..1).unwrap_or_default();
        digits(&format!("0{}{first}", second.collect::<String>()), 7..=7)?
    } else {
        digits(head, 7..=7)?
    };
    let value = |letter| IRISH_LETTERS.find(letter).and_then(|place| u32::try_from(place).ok());
    let extra = extra.map_or(Some(0), value).ok_or(ErrorCode::BadFormat)?;
    let sum = weighted(&digits, &[8, 7, 6, 5, 4, 3, 2]) + extra * 9;
    ensure_check(check.and_then(value) == Some(sum % 23))
}

/// Seven digits of the body, three of the province's office, Luhn's digit.
fn italy(body: &str) -> Check {
    let digits = digits(body, 11..=11)?;
    let office = digits.get(7..10).map_or(0, number);
    ensure_form(digits.iter().take(7).any(|digit| *digit > 0))?;
    ensure_form(matches!(office, 1..=100 | 120 | 121 | 888 | 999))?;
    ensure_check(luhn(&digits).is_multiple_of(10))
}

/// Nine digits are a company, twelve one that is registered for a time; the last but one is a one.
fn lithuania(body: &str) -> Check {
    let mut digits = digits(body, 9..=12)?;
    let last = digits.pop().ok_or(ErrorCode::BadFormat)?;
    ensure_form(matches!(digits.len(), 8 | 11) && digits.last() == Some(&1))?;
    let weights = |start: u32| (0..11).map(|place| (start + place - 1) % 9 + 1).collect::<Vec<u32>>();
    ensure_check(again(&digits, &weights(1), &weights(3)) == last)
}

/// Eleven digits: above three in front a company; else a person, with the day of birth in front until 2017, `32` since.
fn latvia(body: &str) -> Check {
    let (digits, last) = with_last(body, 11)?;
    if digits.first().is_some_and(|first| *first > 3) {
        return ensure_check((weighted(&digits, &[9, 1, 4, 8, 3, 10, 2, 5, 7, 6]) + last) % 11 == 3);
    }
    if body.starts_with("32") {
        return Ok(());
    }
    let (day, month) = (digits.get(..2).map_or(0, number), digits.get(2..4).map_or(0, number));
    ensure_form((1..=31).contains(&day) && (1..=12).contains(&month))?;
    ensure_check((1 + weighted(&digits, &[10, 5, 8, 4, 2, 1, 6, 3, 7, 9])) % 11 % 10 == last)
}

fn luxembourg(body: &str) -> Check {
    let value = number(&digits(body, 8..=8)?);
    ensure_check(value / 100 % 89 == value % 100)
}

/// Nine digits, `B`, two digits. The nine have a check digit of their own (modulo 11), or, for one-man firms since 2020,
/// the whole number is checked by modulo 97.
fn netherlands(body: &str) -> Check {
    let (head, branch) = body.split_once('B').ok_or(ErrorCode::BadFormat)?;
    let (digits_before, last) = with_last(head, 9)?;
    ensure_form(number(&digits(branch, 2..=2)?) > 0)?;
    let old = weighted(&digits_before, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11 == last;
    ensure_check(old || modulo_97(&format!("NL{body}"))? == 1)
}

fn poland(body: &str) -> Check {
    let (digits, last) = with_last(body, 10)?;
    ensure_check(weighted(&digits, &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == last)
}

fn portugal(body: &str) -> Check {
    let (digits, last) = with_last(body, 9)?;
    ensure_form(digits.first() != Some(&0))?;
    ensure_check((11 - weighted(&digits, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11 % 10 == last)
}

/// Two to ten digits; the weights are set from the right.
fn romania(body: &str) -> Check {
    let mut digits = digits(body, 2..=10)?;
    ensure_form(digits.first() != Some(&0))?;
    let last = digits.pop().ok_or(ErrorCode::BadFormat)?;
    digits.reverse();
    ensure_check(weighted(&digits, &[2, 3, 5, 7, 1, 2, 3, 5, 7]) * 10 % 11 % 10 == last)
}

/// The ten digits of the organisation with Luhn's digit, then the number of the registration, 01 to 94.
fn sweden(body: &str) -> Check {
    let digits = digits(body, 12..=12)?;
    let (organisation, registration) = digits.split_at_checked(10).ok_or(ErrorCode::BadFormat)?;
    ensure_form((1..=94).contains(&number(registration)))?;
    ensure_check(luhn(organisation).is_multiple_of(10))
}

fn slovenia(body: &str) -> Check {
    let (digits, last) = with_last(body, 8)?;
    ensure_form(digits.first() != Some(&0))?;
    let check = 11 - weighted(&digits, &[8, 7, 6, 5, 4, 3, 2]) % 11;
    ensure_check(check == last || (check == 10 && last == 0))
}

fn slovakia(body: &str) -> Check {
    let digits = digits(body, 10..=10)?;
    ensure_form(digits.first() != Some(&0) && digits.get(2).is_some_and(|third| matches!(third, 2..=4 | 7..=9)))?;
    ensure_check(number(&digits).is_multiple_of(11))
}

/// `E` and nine digits, the last of which checks the others (modulo 11; a ten is not given).
fn switzerland(body: &str) -> Check {
    modulo_11_complement(body.strip_prefix('E').ok_or(ErrorCode::BadFormat)?, &[5, 4, 3, 2, 7, 6, 5, 4])
}

/// The nine digits of the organisation, the first of which is eight or nine.
fn norway(body: &str) -> Check {
    ensure_form(body.starts_with(['8', '9']))?;
    modulo_11_complement(body, &[3, 2, 7, 6, 5, 4, 3, 2])
}

/// The last digit fills the weighted sum up to a multiple of eleven.
fn modulo_11_complement(body: &str, weights: &[u32]) -> Check {
    let (digits, last) = with_last(body, weights.len() + 1)?;
    ensure_check((weighted(&digits, weights) + last).is_multiple_of(11))
}

/// Ten digits of a company (vergi kimlik numarası), or eleven of a person (T.C. kimlik numarası).
fn turkey(body: &str) -> Check {
    let mut digits = digits(body, 10..=11)?;
    let last = digits.pop().ok_or(ErrorCode::BadFormat)?;
    if digits.len() == 10 {
        ensure_form(digits.first() != Some(&0))?;
        let next_to_last = weighted(&digits, &[7, 9, 7, 9, 7, 9, 7, 9, 7]) % 10;
        ensure_check(digits.last() == Some(&next_to_last))?;
        return ensure_check(digits.iter().sum::<u32>() % 10 == last);
    }
    let value = |(place, digit): (u32, &u32)| match (digit + place) % 10 {
        0 => 0,
        moved => (moved * 2_u32.pow(place) - 1) % 9 + 1,
    };
    let sum: u32 = (1..).zip(digits.iter().rev()).map(value).sum();
    ensure_check((sum + last).is_multiple_of(10))
}

/// Five to twenty letters and digits, four of them digits.
fn other_country(body: &str) -> Check {
    let digits = body.bytes().filter(u8::is_ascii_digit).count();
    let plain = body.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    ensure_form(plain && (5..=20).contains(&body.len()) && digits >= 4)
}
