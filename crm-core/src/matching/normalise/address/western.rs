//! Addresses of Europe, America and their like, from the small to the large; and Chinese ones in Latin letters.

use super::{Address, compact_postcode, is_digits, words};
use crate::matching::normalise::country;

/// Codes of American states and Canadian provinces, many of which are codes of countries, too.
const STATES: &str = "al ak az ar ca co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm ny nc nd oh ok or pa \
    ri sc sd tn tx ut vt va wa wv wi wy dc ab bc mb nb nl ns on pe qc sk";

/// Words of streets, and the one form of each.
const STREET_WORDS: [(&str, &str); 44] = [
    ("street", "st"),
    ("str", "str"),
    ("strasse", "str"),
    ("straße", "str"),
    ("road", "rd"),
    ("avenue", "ave"),
    ("av", "ave"),
    ("aven", "ave"),
    ("boulevard", "blvd"),
    ("boul", "blvd"),
    ("bd", "blvd"),
    ("drive", "dr"),
    ("drv", "dr"),
    ("lane", "ln"),
    ("court", "ct"),
    ("place", "pl"),
    ("square", "sq"),
    ("highway", "hwy"),
    ("parkway", "pkwy"),
    ("pky", "pkwy"),
    ("terrace", "ter"),
    ("terr", "ter"),
    ("circle", "cir"),
    ("crescent", "cres"),
    ("close", "cl"),
    ("trail", "trl"),
    ("expressway", "expy"),
    ("freeway", "fwy"),
    ("way", "way"),
    ("north", "n"),
    ("south", "s"),
    ("east", "e"),
    ("west", "w"),
    ("northeast", "ne"),
    ("northwest", "nw"),
    ("southeast", "se"),
    ("southwest", "sw"),
    ("saint", "st"),
    ("sankt", "st"),
    ("mount", "mt"),
    ("rue", "rue"),
    ("chaussee", "ch"),
    ("industriestrasse", "industriestr"),
    ("industriestraße", "industriestr"),
];

/// Words before or behind the number of a building, floor or room, and the one form of each.
const DETAIL_WORDS: [(&str, &str); 32] = [
    ("building", "bldg"),
    ("bldg", "bldg"),
    ("block", "bldg"),
    ("blk", "bldg"),
    ("gebäude", "bldg"),
    ("geb", "bldg"),
    ("tower", "bldg"),
    ("haus", "haus"),
    ("floor", "fl"),
    ("fl", "fl"),
    ("flr", "fl"),
    ("etage", "fl"),
    ("og", "og"),
    ("eg", "eg"),
    ("stock", "fl"),
    ("f", "fl"),
    ("room", "rm"),
    ("rm", "rm"),
    ("zimmer", "rm"),
    ("raum", "rm"),
    ("suite", "ste"),
    ("ste", "ste"),
    ("unit", "unit"),
    ("apartment", "apt"),
    ("apt", "apt"),
    ("flat", "apt"),
    ("office", "off"),
    ("hall", "hall"),
    ("halle", "hall"),
    ("level", "fl"),
    ("dept", "dept"),
    ("abteilung", "dept"),
];

/// A text that is a street with its number, and perhaps a building or room.
pub(super) fn street_only(text: &str) -> Address {
    let mut address = Address::default();
    let parts: Vec<&str> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    let at = street_part(&parts);
    for (place, part) in parts.iter().enumerate() {
        if Some(place) == at { street(part, &mut address) } else { add_detail(part, &mut address) }
    }
    address
}

/// A whole address in one text, its parts divided by commas or lines.
pub(super) fn whole(text: &str, home: Option<&str>) -> Address {
    let mut address = Address::default();
    let text = with_joined_number(text);
    let mut parts: Vec<&str> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    if let Some(code) = parts.last().filter(|_| parts.len() > 1).and_then(|last| country::code(last)) {
        // "Springfield, IL": the last part is a state where nothing says that it is a country.
        if parts.last().is_some_and(|last| last.len() > 2 || !STATES.contains(last)) || home == Some(code) {
            address.country = Some(code.to_owned());
            parts.pop();
        }
    }
    let postcode = parts
        .iter()
        .rposition(|part| postcode(part).is_some())
        .filter(|at| *at > 0 || parts.len() == 1 || is_town(&parts));
    if let [one] = parts.as_slice()
        && postcode.is_none()
        && !one.contains(|c: char| c.is_ascii_digit())
        && !has_street_word(one)
    {
        address.city = place_name(one);
        return address;
    }
    let at = match postcode {
        // The street stands behind the town: "80331 München, Musterstr. 12".
        Some(0) => street_part(parts.get(1..).unwrap_or_default()).map(|at| at.saturating_add(1)),
        _ => {
            let before = postcode.unwrap_or_else(|| parts.len().saturating_sub(usize::from(parts.len() > 1)));
            street_part(parts.get(..before).unwrap_or_default())
        }
    };
    let mut places: Vec<&str> = Vec::new();
    for (place, part) in parts.iter().enumerate() {
        match () {
            () if Some(place) == postcode => town(part, !places.is_empty(), &mut address),
            () if Some(place) == at => street(part, &mut address),
            () if at.is_none_or(|at| place > at) && !is_detail(part) => places.push(part),
            () => add_detail(part, &mut address),
        }
    }
    put_places(&places, &mut address);
    address
}

/// "No. 168, Zhen'an Road" without the comma behind the number.
fn with_joined_number(text: &str) -> String {
    let is_number = |part: &str| {
        let bare = words(part);
        let bare = bare.strip_prefix("no ").or_else(|| bare.strip_prefix("nr ")).unwrap_or(&bare);
        (1..=5).contains(&bare.len()) && bare.starts_with(|c: char| c.is_ascii_digit())
    };
    match text.split_once(',') {
        Some((first, behind)) if is_number(first.trim()) => format!("{} {}", first.trim(), behind.trim_start()),
        _ => text.to_owned(),
    }
}

/// The name of a city or region without what it is: "dongguan city", "guangdong province".
fn place_name(text: &str) -> String {
    let name = words(text);
    let short = [" city", " province", " prefecture"].iter().find_map(|ending| name.strip_suffix(ending));
    short.map_or_else(|| name.clone(), str::to_owned)
}

fn is_district(name: &str) -> bool {
    ["district", "town", "township", "county", "ku"]
        .iter()
        .any(|kind| name.strip_suffix(kind).is_some_and(|rest| rest.ends_with(' ')))
}

/// Whether the first part is a town with its postcode: "80331 München, Musterstr. 1".
fn is_town(parts: &[&str]) -> bool {
    parts.len() > 1
        && parts
            .first()
            .and_then(|part| postcode(part))
            .is_some_and(|(_, rest)| !rest.is_empty() && !has_street_word(&rest))
}

fn has_street_word(text: &str) -> bool {
    words(text)
        .split(' ')
        .any(|word| word != "st" && STREET_WORDS.iter().any(|(known, short)| word == *known || word == *short))
}

/// City and region among the parts behind the street.
fn put_places(places: &[&str], address: &mut Address) {
    let mut names: Vec<String> = places.iter().map(|place| place_name(place)).filter(|name| !name.is_empty()).collect();
    let districts: Vec<String> = names.extract_if(.., |name| is_district(name)).collect();
    if address.city.is_empty() && address.region.is_empty() && names.len() > 1 {
        address.region = names.pop().unwrap_or_default();
    }
    if address.city.is_empty() {
        address.city = names.pop().unwrap_or_default();
    } else if address.region.is_empty() {
        address.region = names.pop().unwrap_or_default();
    }
    address.district = names.into_iter().chain(districts).collect::<Vec<_>>().join(" ");
}

/// The part that is the street: the first with a number that is no building or room, or else the first.
fn street_part(parts: &[&str]) -> Option<usize> {
    let numbered = |part: &&str| part.contains(|c: char| c.is_ascii_digit());
    let street = parts.iter().position(|part| numbered(part) && !is_detail(part));
    let named = || parts.iter().position(|part| !is_detail(part) && has_street_word(part));
    street.or_else(named).or_else(|| (!parts.is_empty()).then_some(0))
}

/// Whether the part begins with a word for a building, floor or room, or is one: "Building 5", "3/F", "3rd floor".
fn is_detail(part: &str) -> bool {
    let words = words(part);
    let mut words = words.split(' ');
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let number = first.starts_with(|c: char| c.is_ascii_digit());
    first == "c"
        || first == "attn"
        || part.starts_with('#')
        || detail_word(first).is_some_and(|_| first.len() > 1)
        || (number && detail_word(second).is_some())
}

fn detail_word(word: &str) -> Option<&'static str> {
    DETAIL_WORDS.iter().find(|(known, _)| *known == word).map(|(_, short)| *short)
}

fn add_detail(part: &str, address: &mut Address) {
    for word in words(part).split(' ').filter(|word| !word.is_empty()) {
        if !address.detail.is_empty() {
            address.detail.push(' ');
        }
        address.detail.push_str(detail_word(word).unwrap_or(word));
    }
}

/// A postcode in the part, and the words around it.
fn postcode(part: &str) -> Option<(String, String)> {
    let list: Vec<&str> = part.split_whitespace().collect();
    for (at, word) in list.iter().enumerate() {
        let without = |used: usize| {
            let others = list.iter().enumerate().filter(|(place, _)| *place < at || *place >= at.saturating_add(used));
            words(&others.map(|(_, word)| *word).collect::<Vec<_>>().join(" "))
        };
        // The two halves of British, Canadian, Dutch, Swedish and Greek codes.
        if let Some(next) = list.get(at.saturating_add(1)).filter(|next| is_pair(word, next)) {
            return Some((compact_postcode(&format!("{word}{next}")), without(2)));
        }
        let code = compact_postcode(word);
        let fits = (4..=6).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_digit());
        // A number behind a street is the number of the house, unless a town may follow or go before.
        let placed = at == 0 || at.saturating_add(1) == list.len();
        let country = word.contains('-') || word.starts_with('〒');
        // 2525 George Street.
        if at == 0 && has_street_word(&without(1)) {
            continue;
        }
        if (fits && placed) || (country && is_digits(&code, 7)) {
            return Some((code, without(1)));
        }
    }
    None
}

/// Two words that are one postcode: "SW1A 1AA", "K1A 0B1", "1017 AB", "114 55".
fn is_pair(first: &str, second: &str) -> bool {
    let form = |text: &str| -> String {
        text.chars()
            .map(|c| {
                if c.is_ascii_digit() {
                    '9'
                } else if c.is_ascii_alphabetic() {
                    'a'
                } else {
                    '?'
                }
            })
            .collect()
    };
    let (first, second) = (form(first), form(second));
    let british = matches!(first.as_str(), "a9" | "a99" | "aa9" | "aa99" | "a9a" | "aa9a") && second == "9aa";
    let canadian = first == "a9a" && second == "9a9";
    let dutch = first == "9999" && second == "aa";
    let swedish = first == "999" && second == "99";
    british || canadian || dutch || swedish
}

/// Postcode and city in one part. In America and in China the region stands before the code, and the city in the part
/// before it (`place_before`).
fn town(part: &str, place_before: bool, address: &mut Address) {
    let Some((code, rest)) = postcode(part) else {
        return;
    };
    let letters = rest.len() == 2 && rest.bytes().all(|byte| byte.is_ascii_lowercase());
    let code_last = part.rsplit(' ').next().is_some_and(|last| compact_postcode(last) == code);
    address.postcode = code;
    let rest = place_name(&rest);
    let municipal = matches!(rest.as_str(), "shanghai" | "beijing" | "tianjin" | "chongqing");
    if let Some(code) = country::code(&rest).filter(|_| rest.len() > 2) {
        address.country.get_or_insert_with(|| code.to_owned());
    } else if letters || (place_before && code_last && !municipal) {
        address.region = rest;
    } else {
        address.city = rest;
    }
}

/// The name and the number of a street; what stands behind a word for a building or room is the detail.
fn street(part: &str, address: &mut Address) {
    let spaced = part.replace('#', " # ");
    let list: Vec<&str> = spaced.split_whitespace().collect();
    let (kept, detail) = split_detail(&list);
    if !detail.is_empty() {
        add_detail(&detail.join(" "), address);
    }
    if let Some(number) = post_box(&kept) {
        "pobox".clone_into(&mut address.street);
        address.number = Some(number);
        return;
    }
    let (number, name) = number_and_name(&kept);
    address.number = number;
    address.street = street_name(&name);
}

/// Divides the words of a street from "Suite 400", "3rd floor" and "# 12" in front of or behind it.
fn split_detail<'w>(list: &[&'w str]) -> (Vec<&'w str>, Vec<&'w str>) {
    let bare = |word: &str| words(word);
    let numbered = |word: Option<&&str>| {
        word.is_some_and(|word| word.chars().any(|c| c.is_ascii_digit()) || bare(word).len() == 1)
    };
    for (at, word) in list.iter().enumerate().skip(1) {
        let known = detail_word(&bare(word)).is_some() && bare(word).len() > 1;
        let before = at.saturating_sub(1);
        // "12 High Street 3rd floor": the number before the word is part of the detail, where a street is left then.
        if (*word == "#" || known) && numbered(list.get(at.saturating_add(1))) {
            return (list.get(..at).unwrap_or_default().to_vec(), list.get(at..).unwrap_or_default().to_vec());
        }
        if known && at > 2 && numbered(list.get(before)) {
            return (list.get(..before).unwrap_or_default().to_vec(), list.get(before..).unwrap_or_default().to_vec());
        }
    }
    (list.to_vec(), Vec::new())
}

/// The number of a post box: "P.O. Box 123", "Postfach 123".
fn post_box(list: &[&str]) -> Option<String> {
    let text = words(&list.join(" "));
    let rest = ["p o box ", "po box ", "pobox ", "postfach ", "bp "].iter().find_map(|word| text.strip_prefix(word))?;
    let number: String = rest.chars().filter(char::is_ascii_digit).collect();
    (!number.is_empty()).then_some(number)
}

/// The number in front ("12 High Street", "No. 328 Xinghu Street") or behind ("Musterstr. 12 a").
fn number_and_name(list: &[&str]) -> (Option<String>, String) {
    let is_number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit()) && !is_ordinal(word);
    let list: Vec<&str> = list
        .iter()
        .copied()
        .filter(|word| {
            !matches!(words(word).as_str(), "no" | "nr" | "number" | "ul") && !matches!(*word, "№" | "n°" | "nº")
        })
        .filter(|word| word.contains(char::is_alphanumeric) || *word == "-" || *word == "–")
        .collect();
    let glued = |word: &str| {
        word.strip_prefix("no.").or_else(|| word.strip_prefix("nr.")).filter(|rest| is_number(rest)).map(str::to_owned)
    };
    let list: Vec<String> = list.into_iter().map(|word| glued(word).unwrap_or_else(|| word.to_owned())).collect();
    let join = |words: &[String]| words.join(" ");
    match list.as_slice() {
        [first, rest @ ..] if is_number(first) && !rest.is_empty() => (Some(compact_number(first)), join(rest)),
        // "12 a" and "12 - 14" behind the name.
        [name @ .., number, letter] if is_number(number) && words(letter).len() == 1 && !name.is_empty() => {
            (Some(compact_number(&format!("{number}{letter}"))), join(name))
        }
        [name @ .., from, dash, to]
            if is_number(from) && is_number(to) && words(dash).is_empty() && !name.is_empty() =>
        {
            (Some(compact_number(&format!("{from}-{to}"))), join(name))
        }
        [name @ .., number] if is_number(number) && !name.is_empty() => (Some(compact_number(number)), join(name)),
        // "Musterstr.12": the number sticks to the name.
        [name @ .., last] => {
            let stem = last.trim_end_matches(|c: char| c.is_ascii_digit());
            let digits = last.strip_prefix(stem).unwrap_or_default();
            let sticks = stem.ends_with('.') && !digits.is_empty();
            if sticks { (Some(digits.to_owned()), format!("{} {stem}", join(name))) } else { (None, join(&list)) }
        }
        [] => (None, String::new()),
    }
}

/// 5th Avenue and 17. Juni are names, not numbers.
fn is_ordinal(word: &str) -> bool {
    ["st", "nd", "rd", "th"]
        .iter()
        .any(|end| word.strip_suffix(end).is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit())))
}

fn compact_number(number: &str) -> String {
    number
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, '-' | '/'))
        .map(|c| if c == '/' { '-' } else { c })
        .collect()
}

/// The words of a street in their short forms; the German "str" sticks to the word before it.
fn street_name(name: &str) -> String {
    let mut street = String::with_capacity(name.len());
    for word in words(name).split(' ').filter(|word| !word.is_empty()) {
        let short = STREET_WORDS.iter().find(|(known, _)| *known == word).map(|(_, short)| *short);
        let stem =
            ["straße", "strasse"].iter().find_map(|ending| word.strip_suffix(ending)).filter(|stem| !stem.is_empty());
        match (short, stem) {
            (Some("str"), _) if !street.is_empty() => street.push_str("str"),
            (_, Some(stem)) => push_word(&mut street, &format!("{stem}str")),
            (short, None) => push_word(&mut street, short.unwrap_or(word)),
        }
    }
    street
}

fn push_word(text: &mut String, word: &str) {
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(word);
}
