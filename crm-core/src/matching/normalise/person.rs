//! Names of people: family and given name, whichever stands first, without titles.

use super::bounds::{fold, head, is_han};
use super::han::to_simplified;

mod chinese;
mod words;

#[cfg(test)]
mod tests;

use words::{is_honour, is_particle};

/// The most words of a name that are read.
const MAX_WORDS: usize = 12;

/// A person's name in its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PersonName {
    /// The family name, lower case, its words divided by one blank.
    pub(crate) family: String,
    /// The given names, in the same way; empty if only a family name is known (王总).
    pub(crate) given: String,
    /// Family and given name together without blanks.
    pub(crate) full: String,
    /// The first letters of the given names and then of the family name; empty for a name in Chinese characters.
    pub(crate) initials: String,
    /// Whether the name is in Chinese characters.
    pub(crate) script_han: bool,
}

impl PersonName {
    /// All words of the name in the order of the alphabet, without blanks: one text, whichever name stood first.
    pub(crate) fn sorted(&self) -> String {
        let mut words: Vec<&str> = self.family.split(' ').chain(self.given.split(' ')).collect();
        words.sort_unstable();
        words.concat()
    }

    fn of(family: String, given: String) -> Self {
        let full = family.chars().chain(given.chars()).filter(|c| *c != ' ').collect::<String>();
        let script_han = full.chars().next().is_some_and(is_han) && !full.chars().any(is_kana);
        let firsts =
            || given.split([' ', '-']).chain(family.split(' ').next_back()).filter_map(|word| word.chars().next());
        let initials = if script_han { String::new() } else { firsts().filter(|c| c.is_alphabetic()).collect() };
        Self { family, given, full, initials, script_han }
    }
}

/// The name of a person out of a whole name, a given and a family name, or what of them there is.
///
/// A whole name may be "Given Family", "Family, Given", a Chinese name, or a contact text with a title, a function or a
/// telephone number around the name. Where only one of the two parts is filled and holds a whole name, it is split.
pub(crate) fn parse(name: Option<&str>, given: Option<&str>, family: Option<&str>) -> PersonName {
    let filled = |text: Option<&str>| text.map(|text| head(text).trim().to_owned()).filter(|text| !text.is_empty());
    match (filled(name), filled(given), filled(family)) {
        (_, Some(given), Some(family)) => parts(&given, &family),
        (Some(name), ..) => whole(&name),
        (None, None, Some(family)) => whole(&family),
        (None, Some(given), None) => {
            let read = whole(&given);
            // One word alone is what the field says it is.
            if read.given.is_empty() && !read.script_han { PersonName::of(String::new(), read.family) } else { read }
        }
        (None, None, None) => PersonName::default(),
    }
}

/// A name whose parts stand in two fields.
fn parts(given: &str, family: &str) -> PersonName {
    let (given, family) = (clean(given), clean(family));
    let han = |text: &str| text.chars().any(is_han) && !text.chars().any(is_kana);
    if han(&family) || han(&given) {
        let joined = format!("{}{}", chinese::compact(&family), chinese::compact(&given));
        // Some write the whole name in both fields, or a title in the second: 王 + 王伟, 王 + 经理.
        if !family.is_empty()
            && chinese::compact(&given).starts_with(&chinese::compact(&family))
            && given.chars().count() > 1
        {
            return chinese::split(&chinese::compact(&given));
        }
        if chinese::is_title(&chinese::compact(&given)) {
            return PersonName::of(chinese::compact(&family), String::new());
        }
        if chinese::compact(&family).chars().count() <= 2 {
            return PersonName::of(chinese::compact(&family), chinese::compact(&given));
        }
        return chinese::split(&joined);
    }
    let words = |text: &str| words_of(text).iter().map(|word| fold(word)).collect::<Vec<_>>().join(" ");
    PersonName::of(words(&family), words(&given))
}

/// A name in one text.
fn whole(text: &str) -> PersonName {
    let text = clean(text);
    let han = text.chars().filter(|c| is_han(*c)).count();
    let kana = text.chars().any(is_kana);
    if han > 0 && !kana {
        let latin: String = text.chars().map(|c| if is_han(c) { ' ' } else { c }).collect();
        let words = words_of(&latin);
        let name = chinese::read(&text);
        // "David 张" and "张 David": one character is the family name, the words are the given one.
        if name.given.is_empty() && !words.is_empty() && name.family.chars().count() <= 2 {
            return PersonName::of(name.family, words.iter().map(|word| fold(word)).collect::<Vec<_>>().join(" "));
        }
        return name;
    }
    if let Some(name) = chinese::korean(&text) {
        return name;
    }
    if kana {
        let words = words_of(&text);
        let (family, given) = words
            .split_first()
            .map_or((String::new(), String::new()), |(first, rest)| (fold(first), fold(&rest.concat())));
        return PersonName::of(family, given);
    }
    western(&text)
}

/// The part of a contact text that is the name: what stands in brackets, labels, numbers and addresses go.
fn clean(text: &str) -> String {
    const LABELS: [&str; 14] = [
        "联系人",
        "联络人",
        "负责人",
        "收件人",
        "姓名",
        "contact",
        "contact person",
        "attn",
        "attention",
        "name",
        "ansprechpartner",
        "z.hd",
        "zhd",
        "kontakt",
    ];
    let half_width: String =
        text.chars().map(|c| if matches!(c, '\u{FF01}'..='\u{FF5E}') { half(c) } else { c }).collect();
    let mut rest = half_width.trim();
    if let Some((label, behind)) = rest.split_once(':') {
        let label = fold(label.trim()).trim_end_matches('.').to_owned();
        if LABELS.contains(&label.as_str()) {
            rest = behind.trim();
        }
    }
    let mut clean = String::with_capacity(rest.len());
    let mut depth = 0_u32;
    for character in rest.chars() {
        match character {
            '(' | '[' | '【' | '<' | '{' => depth = depth.saturating_add(1),
            ')' | ']' | '】' | '>' | '}' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            ';' | '/' | '、' | '|' | '\n' | '&' if !clean.trim().is_empty() => break,
            '0'..='9' | '@' | '+' | ':' if !clean.trim().is_empty() => break,
            '0'..='9' | '+' | '"' | '“' | '”' | '#' | '*' => clean.push(' '),
            '’' | '‘' | '`' | '´' => clean.push('\''),
            _ => clean.push(to_simplified(character)),
        }
    }
    clean.trim().to_owned()
}

fn half(character: char) -> char {
    u32::from(character).checked_sub(0xFEE0).and_then(char::from_u32).unwrap_or(character)
}

fn is_kana(character: char) -> bool {
    matches!(character, '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}')
}

/// The words of a name as they are written, without titles and degrees.
fn words_of(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut doctor = false;
    for word in text.split(|c: char| c.is_whitespace() || c == '_').take(MAX_WORDS) {
        for word in split_initials(word) {
            let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
            let key: String = fold(bare).chars().filter(|c| *c != '.').collect();
            // Jr. is a title, J.R. are two initials.
            let initials = matches!(key.as_str(), "jr" | "sr") && word.matches('.').count() > 1;
            let honour = !initials && is_honour(&key, word.contains('.') || word.contains('-'), doctor);
            doctor = honour && (doctor || key.starts_with("dr") || matches!(key.as_str(), "prof" | "dipl"));
            if !honour && !bare.is_empty() {
                words.push(bare);
            }
        }
    }
    words
}

/// "J.R.Smith" is three words, "M.Sc." and "Dr.Ing" stay to be known as titles.
fn split_initials(word: &str) -> Vec<&str> {
    let key: String = fold(word).chars().filter(|c| *c != '.').collect();
    if is_honour(&key, true, false) && !matches!(key.as_str(), "jr" | "sr") {
        vec![word]
    } else {
        word.split_inclusive('.').collect()
    }
}

fn western(text: &str) -> PersonName {
    if let Some((first, behind)) = text.split_once(',') {
        let (family, given) = (words_of(first), words_of(behind.split(',').next().unwrap_or(behind)));
        // "Smith, PhD" has a title behind its comma, not a given name.
        if !given.is_empty() && !family.is_empty() {
            return named(&family, &given);
        }
        return in_order(&family);
    }
    in_order(&words_of(text))
}

fn named(family: &[&str], given: &[&str]) -> PersonName {
    let join = |words: &[&str]| words.iter().map(|word| fold(word)).collect::<Vec<_>>().join(" ");
    PersonName::of(join(family), join(given))
}

/// A name without a comma: which of its words are the family name?
fn in_order(words: &[&str]) -> PersonName {
    let Some((last, before)) = words.split_last() else {
        return PersonName::default();
    };
    if before.is_empty() {
        return named(&[last], &[]);
    }
    if let Some(end) = capitals_in_front(words) {
        let (family, given) = words.split_at(end);
        return named(family, given);
    }
    // "Wang X. M." has its family name in front: one letter is none.
    let letters = |words: &[&str]| words.iter().all(|word| word.chars().count() == 1);
    if words.split_first().is_some_and(|(first, rest)| first.chars().count() > 1 && letters(rest)) {
        let (family, given) = words.split_at(1);
        return named(family, given);
    }
    if words::is_pinyin_order(words) {
        let (family, given) = words.split_at(1);
        return named(family, given);
    }
    // The family name begins with its particles: van der Berg.
    let start = words.iter().position(|word| is_particle(&fold(word))).unwrap_or(before.len()).min(before.len());
    let (given, family) = words.split_at(start);
    named(family, given)
}

/// How many words in front are the family name, because they alone are in capitals: "ZHANG Wei".
fn capitals_in_front(words: &[&str]) -> Option<usize> {
    let capitals =
        |word: &&str| word.chars().count() > 1 && word.chars().all(|c| c.is_uppercase() || !c.is_alphabetic());
    let end = words.iter().take_while(|word| capitals(word)).count();
    let rest = words.get(end..)?;
    (end > 0 && !rest.is_empty() && !rest.iter().any(capitals)).then_some(end)
}
