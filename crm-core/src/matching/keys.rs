//! Blocking: which records are compared at all. Two records meet if they have a key in common; a key that too many share
//! is asked together with one more part, so that nobody is dropped in silence and nothing grows without bound.

use std::collections::BTreeSet;

use super::compare::is_cjk;
use super::features::{Features, MatchField, View, town_of};
use super::model::MatchKind;
use crate::value::Fnv;
use crate::value::Result;

/// The most keys of one record.
pub(crate) const MAX_KEYS: usize = 64;

/// A key of a record: a hash of some of its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MatchKey {
    /// The key.
    pub hash: i64,
    /// The key together with one more part, for keys that many share. A key may stand in the list with several of them;
    /// one made of several parts has none.
    pub refined: Option<i64>,
}

impl Features {
    /// The keys by which a record of a kind is found, in rising order.
    #[must_use]
    pub fn keys(&self, kind: MatchKind) -> Vec<MatchKey> {
        let view = self.view();
        let mut keys = Keys { found: Vec::with_capacity(32) };
        match kind {
            MatchKind::Organisation => organisation(&mut keys, &view),
            MatchKind::Person => person(&mut keys, &view),
            MatchKind::Product => product(&mut keys, &view),
        }
        keys.found.sort_unstable();
        keys.found.dedup();
        keys.found.truncate(MAX_KEYS);
        keys.found
    }
}

/// The places of the records that share a key, in rising order, and whether some of them were passed over. A key that more than
/// `per_key` share is asked together with one more part; the rarest keys come first, up to `most` records. `ask` gives for each
/// hash the places of at most `per_key + 1` records.
///
/// # Errors
/// Those of `ask`.
pub(crate) fn places(
    keys: &[MatchKey],
    per_key: usize,
    most: usize,
    mut ask: impl FnMut(&[i64]) -> Result<Vec<Vec<i64>>>,
) -> Result<(Vec<i64>, bool)> {
    let mut hashes: Vec<i64> = keys.iter().map(|key| key.hash).collect();
    hashes.sort_unstable();
    hashes.dedup();
    let (mut lists, mut refined) = (Vec::new(), Vec::new());
    for (hash, list) in hashes.iter().zip(ask(&hashes)?) {
        let finer = || keys.iter().filter(|key| key.hash == *hash).filter_map(|key| key.refined);
        if list.len() > per_key && finer().next().is_some() {
            refined.extend(finer());
        } else {
            lists.push(list);
        }
    }
    refined.sort_unstable();
    refined.dedup();
    lists.extend(ask(&refined)?);
    let mut limited = false;
    for list in &mut lists {
        limited |= list.len() > per_key;
        list.truncate(per_key);
    }
    lists.sort_by_key(Vec::len);
    let mut places = BTreeSet::new();
    for place in lists.into_iter().flatten() {
        if places.len() < most {
            places.insert(place);
        } else {
            limited |= !places.contains(&place);
        }
    }
    Ok((places.into_iter().collect(), limited))
}

struct Keys {
    found: Vec<MatchKey>,
}

impl Keys {
    /// A key of the parts, and the same refined by each part that is there.
    fn add(&mut self, kind: &str, parts: &[&str], refinements: &[&str]) {
        let hash = parts.iter().fold(Fnv::new(kind), |hash, part| hash.with(part));
        let key = hash.finish().cast_signed();
        let mut refined = false;
        for refinement in refinements.iter().filter(|refinement| !refinement.is_empty()) {
            let refined_key = hash.with("+").with(refinement).finish().cast_signed();
            self.found.push(MatchKey { hash: key, refined: Some(refined_key) });
            refined = true;
        }
        if !refined {
            self.found.push(MatchKey { hash: key, refined: None });
        }
    }

    /// A key of parts that must all be there.
    fn join(&mut self, kind: &str, parts: &[&str]) {
        if parts.iter().all(|part| !part.is_empty()) {
            self.add(kind, parts, &[]);
        }
    }
}

fn first<'a>(view: &View<'a>, field: MatchField) -> &'a str {
    view.get(field).first().unwrap_or_default()
}

/// The first so many characters.
fn start(text: &str, count: usize) -> &str {
    text.char_indices().nth(count).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// The last character.
fn end(text: &str) -> &str {
    text.char_indices().next_back().and_then(|(at, _)| text.get(at..)).unwrap_or_default()
}

/// The town by its code, else as it is written.
fn town<'a>(view: &View<'a>) -> &'a str {
    town_of(first(view, MatchField::Region)).unwrap_or_else(|| first(view, MatchField::City))
}

/// The last eight digits: national and international forms of a number have them in common.
fn number_of(phone: &str) -> &str {
    let number = phone.split('x').next().unwrap_or(phone);
    number.len().checked_sub(8).and_then(|from| number.get(from..)).unwrap_or(number)
}

fn person_key(contact: &str) -> &str {
    contact.split_once('|').map_or(contact, |(_, key)| key)
}

/// The first letter and the consonants, each once in a row: what is left when vowels are mistyped.
pub(crate) fn skeleton(text: &str) -> String {
    let mut kept = String::new();
    let mut last = None;
    for letter in text.chars().filter(|letter| letter.is_alphanumeric()) {
        let vowel = matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'h' | 'w');
        if (kept.is_empty() || !vowel) && last != Some(letter) {
            kept.push(letter);
        }
        last = Some(letter);
        if kept.len() >= 16 {
            break;
        }
    }
    kept
}

fn organisation(keys: &mut Keys, view: &View<'_>) {
    let (town, brand) = (town(view), first(view, MatchField::Brand));
    let reading = view.get(MatchField::Reading).first().unwrap_or(brand);
    let begin = start(reading, 3);
    for tax in view.get(MatchField::TaxId).iter() {
        keys.add("tax", &[tax.trim_start_matches('!')], &[begin]);
    }
    for phone in view.get(MatchField::Phone).iter() {
        keys.add("phone", &[number_of(phone)], &[begin]);
    }
    for email in view.get(MatchField::Email).iter() {
        keys.add("email", &[email], &[begin]);
    }
    for domain in view.get(MatchField::Domain).iter() {
        keys.add("domain", &[domain], &[town, begin]);
    }
    for street in view.get(MatchField::Street).iter() {
        keys.add("street", &[street, town], &[begin]);
    }
    for name in view.get(MatchField::Name).iter() {
        keys.add("core", &[name], &[town, start(number_of(first(view, MatchField::Phone)), 16)]);
    }
    for core in view.get(MatchField::Core).iter() {
        keys.add("core", &[core], &[town]);
    }
    for contact in view.get(MatchField::Contact).iter() {
        let person = person_key(contact);
        keys.join("contact", &[person, town, begin]);
        keys.join("contact", &[person, first(view, MatchField::Domain)]);
        keys.join("contact", &[person, town, first(view, MatchField::Industry)]);
    }
    keys.join("postcode", &[first(view, MatchField::Postcode), begin]);
    brands(keys, view, town);
}

/// The brand as it is read and written, its pairs of characters, and what is left of it when a character is mistyped.
fn brands(keys: &mut Keys, view: &View<'_>, town: &str) {
    let industry = first(view, MatchField::Industry);
    // A part of a brand is common: it is refined by town and trade at once.
    let close = if town.is_empty() || industry.is_empty() { String::new() } else { format!("{town} {industry}") };
    for reading in view.get(MatchField::Reading).iter() {
        keys.add("brand", &[reading], &[town, industry]);
    }
    for brand in view.get(MatchField::Brand).iter() {
        if brand.chars().any(is_cjk) {
            let letters: Vec<char> = brand.chars().take(8).collect();
            for pair in letters.windows(2) {
                let pair: String = pair.iter().collect();
                keys.add("pair", &[&pair], &[&close]);
            }
            keys.join("ends", &[start(brand, 1), industry, town]);
            keys.join("ends", &[end(brand), industry, town]);
        } else {
            let whole: String = brand.split(' ').collect();
            keys.add("brand", &[&whole], &[town, industry]);
            for word in brand.split(' ').filter(|word| word.len() > 2).take(6) {
                keys.add("word", &[word], &[&close]);
            }
            let bones = skeleton(&whole);
            if bones.len() > 2 {
                keys.add("bones", &[&bones], &[town]);
            }
            keys.join("bones", &[start(&whole, 4), town, industry]);
        }
    }
}

fn person(keys: &mut Keys, view: &View<'_>) {
    let (family, given) = (first(view, MatchField::FamilyName), first(view, MatchField::GivenName));
    let (birth, post) = (first(view, MatchField::BirthDate), first(view, MatchField::Postcode));
    let (city, street) = (first(view, MatchField::City), first(view, MatchField::Street));
    let (family_start, given_start) = (start(family, 2), start(given, 2));
    for tax in view.get(MatchField::TaxId).iter() {
        keys.add("tax", &[tax.trim_start_matches('!')], &[family_start, given_start]);
    }
    for phone in view.get(MatchField::Phone).iter() {
        keys.add("phone", &[number_of(phone)], &[given_start]);
    }
    for email in view.get(MatchField::Email).iter() {
        keys.add("email", &[email], &[given_start]);
    }
    if !birth.is_empty() {
        keys.add("birth", &[birth], &[family_start, given_start]);
        let mut digits: Vec<char> = birth.chars().skip(4).collect();
        digits.sort_unstable();
        let digits: String = digits.into_iter().collect();
        keys.join("swapped", &[start(birth, 4), &digits, start(given, 1)]);
        keys.join("month", &[start(birth, 6), &skeleton(family)]);
        keys.join("month", &[start(birth, 6), &skeleton(given), start(family, 1)]);
        keys.join("day", &[birth.get(4..).unwrap_or_default(), given, start(family, 1)]);
        keys.join("day", &[birth.get(4..).unwrap_or_default(), family, start(given, 1)]);
    }
    names(keys, view);
    for street in view.get(MatchField::Street).iter() {
        keys.add("street", &[street], &[given_start, family_start]);
    }
    for (one, name) in [("given", given), ("family", family)] {
        keys.join(one, &[name, post]);
        keys.join(one, &[name, street]);
    }
    keys.join("town", &[city, family, start(given, 1)]);
    keys.join("town", &[city, given, start(family, 1)]);
    keys.join("town", &[city, start(birth, 4), given_start]);
    keys.join("town", &[post, start(birth, 4), family_start]);
}

/// Both names, in whichever order, as written, as read and without vowels.
fn names(keys: &mut Keys, view: &View<'_>) {
    let birth = first(view, MatchField::BirthDate);
    let more = [start(birth, 4), first(view, MatchField::City)];
    for family in view.get(MatchField::FamilyName).iter() {
        for given in view.get(MatchField::GivenName).iter() {
            let (one, other) = if family <= given { (family, given) } else { (given, family) };
            keys.add("names", &[one, other], &more);
            let (one, other) = (skeleton(one), skeleton(other));
            keys.add("bones", &[&one, &other], &more);
        }
    }
    for reading in view.get(MatchField::Reading).iter() {
        keys.add("read", &[reading], &more);
    }
}

fn product(keys: &mut Keys, view: &View<'_>) {
    let name = first(view, MatchField::Name);
    for number in view.get(MatchField::PartNumber).iter() {
        keys.add("part", &[number], &[start(name, 3)]);
        let letters: Vec<char> = number.chars().take(40).collect();
        // One letter left out: two numbers that differ in one place meet.
        for gap in 0..letters.len().min(16) {
            let rest: String =
                letters.iter().enumerate().filter(|(at, _)| *at != gap).map(|(_, letter)| *letter).collect();
            if rest.len() > 3 {
                keys.add("gap", &[&rest], &[start(name, 3)]);
            }
        }
    }
    for name in view.get(MatchField::Name).iter() {
        keys.add("name", &[name], &[first(view, MatchField::PartNumber)]);
    }
}
