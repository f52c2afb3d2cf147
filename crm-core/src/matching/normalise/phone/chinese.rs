//! Chinese numbers, by hand: they are most of the numbers, and are written without a `+` and with short extensions.
//!
//! Source: 公用电信网编号计划 (the numbering plan of the Ministry of Industry and Information Technology): mobile numbers are
//! eleven digits from 13 to 19; area codes are 010, 02x and 03xx to 09xx; a landline has seven or eight digits, none
//! of which begins with 0, 1 or 9; 400 and 800 are followed by seven digits.

use super::{Gap, Group, MAX_EXTENSION, Phone, is_junk};

/// The most groups of digits that make up one number.
const MAX_GROUPS: usize = 6;

/// A complete number.
struct Complete {
    /// The digits behind +86.
    national: String,
    area: Option<String>,
    mobile: bool,
}

/// The numbers of a run of groups; none if the first is not Chinese.
///
/// `at_home`: the country was said to be China, so that a landline may stand without an area code; `area` is that of the
/// number before it, which it then shares.
pub(super) fn read(run: &[Group], at_home: bool, area: Option<&str>) -> Vec<Phone> {
    let mut phones = Vec::new();
    let mut rest = run;
    while !rest.is_empty() {
        let Some((phone, used)) = one(rest, at_home, area) else {
            break;
        };
        let (extension, behind) = extension(rest.get(used..).unwrap_or_default());
        phones.push(Phone { extension, ..phone });
        rest = behind;
    }
    phones
}

/// The extension that the next group is, and what stands behind it.
fn extension(rest: &[Group]) -> (Option<String>, &[Group]) {
    match rest.split_first() {
        Some((group, behind))
            if matches!(group.gap, Gap::Extension | Gap::Dash) && group.digits.len() <= MAX_EXTENSION =>
        {
            (Some(group.digits.clone()), behind)
        }
        _ => (None, rest),
    }
}

/// The number at the beginning of the groups, and how many of them it takes.
fn one(groups: &[Group], at_home: bool, area: Option<&str>) -> Option<(Phone, usize)> {
    let (from_abroad, skipped, first) = without_country(groups)?;
    // Who keeps numbers as numbers loses the zero in front.
    let without_zero = from_abroad || at_home;
    let mut digits = first.clone();
    let mut found = None;
    let mut used = skipped + 1;
    loop {
        let next = groups.get(used);
        let whole = used == skipped + 1;
        let complete =
            complete(&digits, without_zero).filter(|complete| whole || is_grouped(complete, without_zero, &first));
        if let Some(complete) = complete {
            found = Some((complete, used));
            // Behind a complete number a dash comes before an extension: 0512-8888666-1.
            if next.is_some_and(|group| group.gap == Gap::Dash) {
                break;
            }
        }
        match next {
            Some(group) if used < MAX_GROUPS && matches!(group.gap, Gap::Soft | Gap::Dash) && !group.plus => {
                digits.push_str(&group.digits);
            }
            _ => break,
        }
        used += 1;
    }
    match found {
        Some((complete, used)) => written(complete).map(|phone| (phone, used)),
        None => local(groups, at_home, area),
    }
}

/// Whether the number is from abroad, how many groups the country code alone takes, and the first group behind it.
fn without_country(groups: &[Group]) -> Option<(bool, usize, String)> {
    let (first, behind) = groups.split_first()?;
    let digits = first.digits.as_str();
    if let (true, Some(next)) = (matches!(digits, "86" | "086" | "0086"), behind.first()) {
        return Some((true, 1, next.digits.clone()));
    }
    let cut =
        digits.strip_prefix("0086").or_else(|| digits.strip_prefix("86").filter(|_| first.plus || digits.len() > 10));
    Some(match cut {
        Some(rest) => (true, 0, rest.to_owned()),
        None if first.plus => return None,
        None => (false, 0, digits.to_owned()),
    })
}

fn complete(digits: &str, zero_may_lack: bool) -> Option<Complete> {
    let service = |digits: &str| digits.len() == 10 && (digits.starts_with("400") || digits.starts_with("800"));
    if service(digits) {
        return Some(Complete { national: digits.to_owned(), area: None, mobile: false });
    }
    let without_zero = digits.strip_prefix('0');
    let mobile = without_zero.unwrap_or(digits);
    if is_mobile(mobile) {
        return Some(Complete { national: mobile.to_owned(), area: None, mobile: true });
    }
    let national = match without_zero {
        Some(national) => national,
        None if zero_may_lack => digits,
        None => return None,
    };
    let code = area_length(national)?;
    let (area, number) = national.split_at_checked(code)?;
    let lengths = if code == 3 { 7..=8 } else { 8..=8 };
    let fits = lengths.contains(&number.len()) && is_subscriber(number);
    fits.then(|| Complete { national: national.to_owned(), area: Some(format!("0{area}")), mobile: false })
}

fn is_mobile(digits: &str) -> bool {
    digits.len() == 11
        && digits.starts_with('1')
        && digits.get(1..2).is_some_and(|second| ("3"..="9").contains(&second))
}

/// The digits of the area code without its zero.
fn area_length(national: &str) -> Option<usize> {
    let mut digits = national.chars();
    match (digits.next()?, digits.next()?) {
        ('1', '0') | ('2', _) => Some(2),
        ('3'..='9', _) => Some(3),
        _ => None,
    }
}

fn is_subscriber(number: &str) -> bool {
    number.starts_with(['2', '3', '4', '5', '6', '7', '8'])
}

/// Whether blanks and dashes stand where they do in China, and not as in 089 12345678 or 1 415 555 2671.
fn is_grouped(complete: &Complete, zero_may_lack: bool, first: &str) -> bool {
    let area = complete.area.as_ref().map(|area| area.len());
    match area {
        Some(area) => first.len() >= area || (zero_may_lack && (first.len() + 1 == area || first == "0")),
        None => first.len() > 1 || zero_may_lack,
    }
}

/// A landline without its area code.
fn local(groups: &[Group], at_home: bool, area: Option<&str>) -> Option<(Phone, usize)> {
    if !at_home && area.is_none() {
        return None;
    }
    let mut used = 1;
    let mut digits = groups.first().filter(|group| !group.plus)?.digits.clone();
    // 8888 6666 and 8888-6666.
    if let Some(next) = groups.get(1).filter(|next| digits.len() < 7 && digits.len() + next.digits.len() <= 8) {
        digits.push_str(&next.digits);
        used = 2;
    }
    if !(7..=8).contains(&digits.len()) || !is_subscriber(&digits) || is_junk(&digits) {
        return None;
    }
    let phone = match area {
        Some(area) => {
            let code = area.strip_prefix('0').unwrap_or(area);
            Phone { e164: format!("+86{code}{digits}"), area: Some(area.to_owned()), ..Phone::default() }
        }
        None => Phone { e164: digits, ..Phone::default() },
    };
    Some((phone, used))
}

fn written(complete: Complete) -> Option<Phone> {
    let Complete { national, area, mobile } = complete;
    let code = area.as_ref().map_or(0, |area| area.len().saturating_sub(1));
    let number = national.get(code..).unwrap_or_default();
    let phone = Phone { e164: format!("+86{national}"), extension: None, mobile, area };
    (!is_junk(number)).then_some(phone)
}
