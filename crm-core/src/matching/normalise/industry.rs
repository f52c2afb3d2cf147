//! Words for lines of business at the end of names, one word over languages.

use super::industry_table::{EAST_ASIAN, LATIN};
use super::text;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The canonical word for what says nothing of the business: group, international, development.
pub(crate) const GENERAL: &str = "general";
/// The canonical word for schools, hospitals and offices, which have all their words in their name.
pub(crate) const INSTITUTION: &str = "institution";
/// The longest word of the East Asian table, in characters.
const LONGEST: usize = 7;
/// How many words are looked at in one name.
const MOST_FOUND: usize = 32;

static WORDS: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let mut words = HashMap::with_capacity(2_000);
    for group in EAST_ASIAN.split(';').chain(LATIN.split(';')) {
        let mut parts = group.split_whitespace();
        let Some(canonical) = parts.next() else { continue };
        for word in parts {
            words.entry(word).or_insert(canonical);
        }
    }
    words
});

/// The canonical word of a word of business: `technology` for 科技, `tech` and `technologies`.
pub(crate) fn canonical(word: &str) -> Option<&'static str> {
    WORDS.get(word).copied()
}

/// Words that many names begin with and that are no brand alone.
const WEAK: &[&str] = &[
    "第一",
    "第二",
    "第三",
    "第四",
    "第五",
    "第六",
    "通用",
    "中国",
    "中华",
    "全国",
    "美国",
    "general",
    "united",
    "union",
    "national",
    "american",
    "first",
    "standard",
    "universal",
    "advanced",
    "new",
];

/// Whether the word is no brand alone: 第一, general.
pub(super) fn is_weak(word: &str) -> bool {
    WEAK.contains(&word)
}

/// A brand, with the first word that tells the business when it says nothing alone: 第一机床.
pub(super) fn telling_brand(brand: &str, words: &[&str]) -> String {
    let telling =
        words.iter().find(|word| canonical(word).is_some_and(|tag| tag != GENERAL)).filter(|_| is_weak(brand));
    format!("{brand}{}", telling.copied().unwrap_or(""))
}

/// Parts a folded name without its legal form into the brand and what the firm does, in canonical words, in order, each
/// once. Nothing but words of business is a brand as a whole, with those words as well.
pub(crate) fn split(core: &str) -> (String, String) {
    if core.chars().any(text::is_east_asian) {
        let core = core.trim_matches(is_mark);
        let (brand, words) = split_run(core);
        let brand = if brand.is_empty() { core.to_owned() } else { telling_brand(brand, &words) };
        return (brand, listed(words.iter().map(|word| canonical(word))));
    }
    let tokens = text::tokens(core);
    let (business, brand): (Vec<_>, Vec<_>) = tokens.iter().partition(|token| canonical(&token.key).is_some());
    let kept = if brand.is_empty() { tokens.iter().collect() } else { brand };
    let words: Vec<&str> = kept.iter().map(|token| token.key.as_str()).collect();
    (words.join(" "), listed(business.iter().map(|token| canonical(&token.key))))
}

/// A word of business found from the end of a name backwards.
struct Found {
    start: usize,
    end: usize,
    /// The place of the word after it.
    next: usize,
}

/// The longest run of words of business at the end of a text in an East Asian script: what stands before, and the words.
/// Of several runs the longest that does not leave a single character, then the one of the fewest words.
pub(super) fn split_run(core: &str) -> (&str, Vec<&str>) {
    let mut found = vec![Found { start: core.len(), end: core.len(), next: 0 }];
    let mut at = 0;
    while let Some(start) = found.get(at).map(|word| word.start).filter(|_| found.len() < MOST_FOUND) {
        let end = core.get(..start).unwrap_or("").trim_end_matches(is_mark).len();
        let before = core.get(..end).unwrap_or("");
        for (start, _) in before.char_indices().rev().take(LONGEST) {
            let known = before.get(start..).is_some_and(|word| WORDS.contains_key(word));
            if known && found.iter().all(|word| word.start != start) {
                found.push(Found { start, end, next: at });
            }
        }
        at += 1;
    }
    let left = |word: &Found| core.get(..word.start).unwrap_or("").trim_end_matches(is_mark);
    let single = |word: &Found| left(word).chars().filter(|c| text::is_east_asian(*c)).count() == 1;
    let Some(mut place) = (0..found.len()).min_by_key(|at| found.get(*at).map(|word| (single(word), word.start)))
    else {
        return (core, Vec::new());
    };
    let brand = found.get(place).map_or(core, left);
    let mut words = Vec::new();
    while let Some(word) = found.get(place).filter(|_| place > 0) {
        words.extend(core.get(word.start..word.end));
        place = word.next;
    }
    (brand, words)
}

fn is_mark(c: char) -> bool {
    !c.is_alphanumeric()
}

/// Canonical words, each once, without the general ones when there are others.
pub(super) fn listed<'a>(words: impl Iterator<Item = Option<&'a str>>) -> String {
    let mut out: Vec<&str> = Vec::new();
    for word in words.flatten() {
        if !out.contains(&word) {
            out.push(word);
        }
    }
    if out.iter().any(|word| *word != GENERAL) {
        out.retain(|word| *word != GENERAL);
    }
    out.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(core: &str) -> (String, String) {
        split(&text::fold(core))
    }

    #[test]
    fn the_run_of_business_words_at_the_end_is_taken_off() {
        assert_eq!(parts("汇川技术"), ("汇川".into(), "technology".into()));
        assert_eq!(parts("三一重工"), ("三一".into(), "heavy".into()));
        assert_eq!(parts("恒力精密机械设备"), ("恒力".into(), "precision machinery equipment".into()));
        assert_eq!(parts("华力机电科技"), ("华力".into(), "electromechanical technology".into()));
        assert_eq!(parts("东方电气国际"), ("东方".into(), "electric".into()));
        assert_eq!(parts("安川電機"), ("安川".into(), "electromechanical".into()));
        assert_eq!(parts("삼성전자"), ("삼성".into(), "electronics".into()));
        assert_eq!(parts("中石油"), ("中石油".into(), String::new()));
    }

    #[test]
    fn nothing_but_business_words_is_the_brand() {
        assert_eq!(parts("通用机械").0, "通用机械");
        assert_eq!(parts("精密机械"), ("精密机械".into(), "precision machinery".into()));
        assert_eq!(parts("Precision Machinery"), ("precision machinery".into(), "precision machinery".into()));
    }

    #[test]
    fn one_word_stands_for_its_synonyms_in_every_language() {
        assert_eq!(canonical("科技"), Some("technology"));
        for word in ["tech", "technologies", "technologie"] {
            assert_eq!(canonical(word), canonical("技术"));
        }
        assert_eq!(canonical("maschinen"), canonical("machines"));
        assert_eq!(canonical("eng"), canonical("engineering"));
        assert_eq!(parts("Inovance Technology"), ("inovance".into(), "technology".into()));
        assert_eq!(parts("Müller Maschinenbau").0, "muller");
    }

    #[test]
    fn the_tables_hold_folded_words_no_longer_than_looked_for() {
        let count = |table: &str| table.split(';').map(|group| group.split_whitespace().count() - 1).sum::<usize>();
        assert!(count(EAST_ASIAN) > 550 && count(LATIN) > 450);
        for word in WORDS.keys() {
            assert_eq!(text::fold(word), *word);
            assert!(!word.chars().any(text::is_east_asian) || word.chars().count() <= LONGEST, "{word}");
        }
    }
}
