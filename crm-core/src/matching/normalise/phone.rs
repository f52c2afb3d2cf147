//! Telephone numbers: one form (E.164) for one line, whether written as in its own country or from abroad.

use super::bounds::{ascii_digit, fold, is_cut, is_dash};
use super::country;
use plans::Plan;

mod chinese;
mod plans;

#[cfg(test)]
mod tests;

/// How many numbers are read in one field.
const MAX_PHONES: usize = 16;
/// The most digits of an extension.
const MAX_EXTENSION: usize = 6;
/// The fewest and the most digits of a number; E.164 allows fifteen.
const DIGITS: std::ops::RangeInclusive<usize> = 5..=15;
/// The most digits of the second of two numbers that replace the last ones of the first: "88886666/67".
const MAX_ALTERNATIVE: usize = 4;

/// A telephone number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Phone {
    /// The number in the form of E.164, "+8651288886666"; its digits without a `+` if its country is not known.
    pub(crate) e164: String,
    /// The extension behind the number.
    pub(crate) extension: Option<String>,
    /// Whether it is a mobile number, as far as the numbering plan shows it.
    pub(crate) mobile: bool,
    /// The area code of a Chinese landline with its zero, "0512".
    pub(crate) area: Option<String>,
}

/// The numbers of a field, each once, in the order in which they stand there.
///
/// Without a country, and without a `+` or `00`, a number that looks Chinese is Chinese; another keeps its digits.
/// What cannot be a number (fewer than five digits, one digit repeated, 12345678) is left out.
pub(crate) fn parse(raw: &str, country: Option<&str>) -> Vec<Phone> {
    let text = fold(raw);
    let mut groups = groups(&text);
    if is_cut(raw) && text.ends_with(|c| ascii_digit(c).is_some()) {
        groups.pop();
    }
    let home = country.and_then(country::code);
    let mut phones: Vec<Phone> = Vec::new();
    for run in runs(groups, home) {
        let read = match run.last() {
            Some(Group { digits, gap: Gap::Alternative, .. }) => alternative(phones.last(), digits),
            _ => read(&run, home, phones.last()),
        };
        for phone in read {
            if !phones.contains(&phone) && phones.len() < MAX_PHONES {
                phones.push(phone);
            }
        }
    }
    phones
}

/// What stands before a group of digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gap {
    /// A blank, dot or bracket.
    Soft,
    Dash,
    /// A slash or 、 that may divide two numbers, or an area code and its number.
    Slash,
    /// The number before it may be dialled with these last digits, too.
    Alternative,
    /// A word or sign for an extension.
    Extension,
    /// Another number begins.
    Split,
}

/// Digits without anything between them.
#[derive(Clone, Debug)]
struct Group {
    gap: Gap,
    /// Whether a `+` stands before it.
    plus: bool,
    digits: String,
}

fn groups(text: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut between = String::new();
    let mut in_digits = false;
    for character in text.chars() {
        let Some(digit) = ascii_digit(character) else {
            in_digits = false;
            between.push(character);
            continue;
        };
        if !in_digits {
            // The zero in "+49 (0) 89" is dialled within the country only.
            if between.starts_with(')') && groups.last().is_some_and(|group| group.digits == "0") && groups.len() > 1 {
                groups.pop();
            }
            let gap = if groups.is_empty() { Gap::Split } else { gap(&between) };
            groups.push(Group { gap, plus: is_plus(&between), digits: String::new() });
            between.clear();
            in_digits = true;
        }
        if let Some(group) = groups.last_mut() {
            group.digits.push(digit);
        }
    }
    groups
}

fn is_plus(between: &str) -> bool {
    between.trim_end_matches(|c: char| c == '(' || c.is_whitespace()).ends_with('+')
}

fn gap(between: &str) -> Gap {
    const EXTENSION: [&str; 17] = [
        "转",
        "轉",
        "转分机",
        "分机",
        "分機",
        "分机号",
        "內線",
        "内线",
        "內线",
        "ext",
        "extn",
        "extension",
        "x",
        "durchwahl",
        "dw",
        "poste",
        "int",
    ];
    let letters: String = between.chars().filter(|c| c.is_alphabetic()).collect();
    if EXTENSION.contains(&letters.as_str()) || (letters.is_empty() && between.contains('#')) {
        return Gap::Extension;
    }
    if !letters.is_empty() || is_plus(between) || between.contains([';', ',', '|', '\n', '\r', '\t', '&']) {
        return Gap::Split;
    }
    if between.contains(['/', '、', '\\']) {
        return Gap::Slash;
    }
    if between.contains(is_dash) { Gap::Dash } else { Gap::Soft }
}

/// The groups of each number.
fn runs(groups: Vec<Group>, home: Option<&str>) -> Vec<Vec<Group>> {
    let mut runs: Vec<Vec<Group>> = Vec::new();
    for mut group in groups {
        if group.gap == Gap::Slash {
            group.gap = match runs.last() {
                Some(run) if is_area_code(run, home) => Gap::Soft,
                Some(_) if group.digits.len() <= MAX_ALTERNATIVE => Gap::Alternative,
                _ => Gap::Split,
            };
        }
        match runs.last_mut() {
            Some(run) if !matches!(group.gap, Gap::Split | Gap::Alternative) => run.push(group),
            _ => runs.push(vec![group]),
        }
    }
    runs
}

/// Whether the digits so far are too few for a number, so that a slash behind them does not end it: "089/1234567".
fn is_area_code(run: &[Group], home: Option<&str>) -> bool {
    let digits = joined(run);
    let international = run.first().is_some_and(|group| group.plus);
    let rest = if international { Some(digits.as_str()) } else { digits.strip_prefix("00") };
    let own = rest.and_then(plans::of_number).map(|(_, number)| number);
    let national = own.unwrap_or(&digits).trim_start_matches('0');
    let most = if home == Some("CN") { 3 } else { 5 };
    national.len() <= most
}

fn joined(groups: &[Group]) -> String {
    groups.iter().map(|group| group.digits.as_str()).collect()
}

/// "0512-88886666/67": the number before it with other last digits.
fn alternative(before: Option<&Phone>, digits: &str) -> Vec<Phone> {
    let other = before.and_then(|phone| {
        // 转8001/8002: the number with another extension.
        if phone.extension.is_some() {
            return Some(Phone { extension: Some(digits.to_owned()), ..phone.clone() });
        }
        let kept = phone.e164.len().checked_sub(digits.len()).and_then(|end| phone.e164.get(..end))?;
        Some(Phone { e164: format!("{kept}{digits}"), extension: None, ..phone.clone() })
    });
    other.into_iter().collect()
}

fn read(run: &[Group], home: Option<&'static str>, before: Option<&Phone>) -> Vec<Phone> {
    if matches!(home, None | Some("CN")) || is_to_china(run) {
        let area = before.and_then(|phone| phone.area.as_deref());
        let found = chinese::read(run, home.is_some(), area);
        if !found.is_empty() {
            return found;
        }
    }
    general(run, home).into_iter().collect()
}

fn is_to_china(run: &[Group]) -> bool {
    let plus = run.first().is_some_and(|group| group.plus);
    let digits = joined(run.get(..run.len().min(2)).unwrap_or_default());
    digits.starts_with("0086") || (plus && digits.starts_with("86"))
}

/// A number of any country, and the extension behind it.
fn general(run: &[Group], home: Option<&'static str>) -> Option<Phone> {
    let end = run.iter().position(|group| group.gap == Gap::Extension).unwrap_or(run.len());
    let (number, behind) = run.split_at_checked(end)?;
    let extension = behind.first().map(|group| group.digits.clone()).filter(|digits| digits.len() <= MAX_EXTENSION);
    let digits = joined(number);
    let plus = number.first().is_some_and(|group| group.plus);
    if digits.len() > *DIGITS.end() + 5 {
        return None;
    }
    let international = if plus { Some(digits.as_str()) } else { behind_exit_code(&digits, home) };
    let phone = match international {
        Some(digits) => from_abroad(digits.trim_start_matches('0')),
        None if home.is_none() && is_north_american(number) => from_abroad(&format!("1{}", tail_of(&digits, 10))),
        None => match home.and_then(plans::of_country) {
            // What is Chinese has been read before.
            Some(plan) if plan.country != "CN" => at_home(&digits, plan),
            _ => unknown(&digits),
        },
    };
    phone.map(|phone| Phone { extension, ..phone })
}

/// The digits behind what is dialled before a country code; `None` if the number does not begin so.
fn behind_exit_code<'d>(digits: &'d str, home: Option<&str>) -> Option<&'d str> {
    let own = match home {
        Some("US" | "CA" | "PR" | "DO" | "JM" | "TT") => "011",
        Some("AU") => "0011",
        Some("JP") => "010",
        Some("RU" | "KZ" | "BY") => "810",
        _ => "00",
    };
    let known = |rest: &&str| {
        plans::of_number(rest).is_some_and(|(plan, number)| plan.fits(number.trim_start_matches('0').len()))
    };
    digits.strip_prefix(own).filter(known).or_else(|| digits.strip_prefix("00"))
}

/// Grouped as in North America: three, three and four digits, perhaps with a 1 before them.
fn is_north_american(number: &[Group]) -> bool {
    let lengths: Vec<usize> = number.iter().map(|group| group.digits.len()).collect();
    let first = number.first().map(|group| group.digits.as_str()).unwrap_or_default();
    let area =
        if lengths.len() == 4 { number.get(1).map(|group| group.digits.as_str()).unwrap_or_default() } else { first };
    (lengths == [3, 3, 4] || (lengths == [1, 3, 3, 4] && first == "1")) && !area.starts_with(['0', '1'])
}

/// An international number without its `+`.
fn from_abroad(digits: &str) -> Option<Phone> {
    let Some((plan, number)) = plans::of_number(digits) else {
        return written(&format!("+{digits}"), digits, false);
    };
    with_code(plan, significant(number, plan))
}

/// The digits behind the country code, without what is dialled within the country only.
fn significant<'d>(number: &'d str, plan: &Plan) -> &'d str {
    let without = match plan.country {
        // A prefix for mobile numbers that Mexico gave up in 2019.
        "MX" if number.len() == 11 => number.strip_prefix('1'),
        // Numbers of North America never begin with a 1, Russian ones never with an 8 behind the +7 but for free calls.
        "RU" | "KZ" if number.len() <= 10 => None,
        _ if plan.trunk.is_empty() => None,
        _ => number
            .strip_prefix(plan.trunk)
            .or_else(|| number.strip_prefix('0'))
            .map(|rest| rest.trim_start_matches('0')),
    };
    without.unwrap_or(number)
}

/// A number as it is dialled in the country of the plan.
fn at_home(digits: &str, plan: &'static Plan) -> Option<Phone> {
    let with_trunk = national_prefixes(plan).find_map(|trunk| digits.strip_prefix(trunk));
    if let Some(number) = with_trunk.filter(|number| plan.fits(number.len())) {
        return with_code(plan, number);
    }
    let behind_code = digits.strip_prefix(plan.code).map(|number| significant(number, plan));
    let complete = plan.fits(digits.len()) && !digits.starts_with('0');
    let whole = complete && (plan.is_closed() || plan.trunk.is_empty());
    if let Some(number) = behind_code.filter(|number| !whole && plan.fits(number.len()) && number.len() >= 7) {
        return with_code(plan, number);
    }
    // So long a number has its area code, though it was written without what is dialled before it.
    let long = plan.least >= 9 || digits.len() * 2 > plan.least + plan.most;
    let zero = plan.trunk.is_empty() && plan.fits(digits.len());
    if whole || zero || (complete && long) { with_code(plan, digits) } else { unknown(digits) }
}

/// What may stand before an area code within the country.
fn national_prefixes(plan: &Plan) -> impl Iterator<Item = &'static str> + use<> {
    let others: &[&str] = match plan.country {
        "MX" => &["044", "045"],
        "LT" => &["8"],
        "HU" | "MC" | "MN" => &["0"],
        "BY" => &["8", "0"],
        _ => &[],
    };
    std::iter::once(plan.trunk).chain(others.iter().copied()).filter(|trunk| !trunk.is_empty())
}

fn with_code(plan: &Plan, number: &str) -> Option<Phone> {
    // Numbers of North America share a code; which country it is does not matter to the form.
    let mobile = plan.is_mobile(number) || (plan.country == "BR" && number.len() == 11);
    written(&format!("+{}{number}", plan.code), number, mobile)
}

fn unknown(digits: &str) -> Option<Phone> {
    // 0512-12345678 fills a field; so do the eight digits alone.
    let number = if digits.starts_with('0') { tail_of(digits, 8) } else { digits };
    if is_junk(number) { None } else { written(digits, digits, false) }
}

fn written(e164: &str, number: &str, mobile: bool) -> Option<Phone> {
    let length = e164.trim_start_matches('+').len();
    let fits = DIGITS.contains(&length) && number.len() >= 4 && !is_junk(number);
    fits.then(|| Phone { e164: e164.to_owned(), mobile, ..Phone::default() })
}

/// What is typed to fill a field: one digit repeated, digits that count up or down, or seven noughts at the end.
fn is_junk(digits: &str) -> bool {
    let by = |step: u8| {
        let mut pairs = digits.bytes().zip(digits.bytes().skip(1));
        pairs.all(|(left, right)| (left.wrapping_sub(b'0').wrapping_add(step)) % 10 == right.wrapping_sub(b'0'))
    };
    by(0) || by(1) || by(9) || digits.ends_with("0000000")
}

fn tail_of(digits: &str, length: usize) -> &str {
    digits.len().checked_sub(length).and_then(|start| digits.get(start..)).unwrap_or(digits)
}
