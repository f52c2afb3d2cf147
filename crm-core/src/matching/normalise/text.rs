//! Normal forms of text in any script.

use super::han;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// How many characters of a text are looked at; the rest is left out.
pub(crate) const MAX_CHARS: usize = 4096;

/// Whether the character is a Chinese character.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}' | '々' | '〇')
}

/// Whether the character is hiragana or katakana.
pub(crate) fn is_kana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{309f}' | '\u{30a1}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}')
}

/// Whether the character is a Korean letter or syllable.
pub(crate) fn is_hangul(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{ac00}'..='\u{d7a3}')
}

/// Whether the character is of Chinese, Japanese or Korean.
pub(crate) fn is_east_asian(c: char) -> bool {
    is_han(c) || is_kana(c) || is_hangul(c)
}

/// Folds a text for comparison: NFKC, lower case, simplified characters, one kind of each punctuation mark, single
/// spaces, and neither controls nor marks of direction or of no width.
pub(crate) fn fold(text: &str) -> String {
    fold_first(text, MAX_CHARS)
}

/// Folds the first `limit` characters of a text.
pub(crate) fn fold_first(text: &str, limit: usize) -> String {
    let lower = text
        .chars()
        .take(limit)
        .filter(|c| !is_invisible(*c))
        .nfkc()
        .filter(|c| !is_invisible(*c))
        .flat_map(char::to_lowercase)
        .nfkc()
        .take(limit.saturating_mul(4));
    let mut out = String::with_capacity(text.len().min(limit.saturating_mul(3)));
    let mut space = false;
    for c in lower {
        if c.is_whitespace() {
            space = !out.is_empty();
            continue;
        }
        if c.is_control() {
            continue;
        }
        if space {
            out.push(' ');
            space = false;
        }
        out.push(han::to_simplified(unify(c)));
    }
    out
}

/// Letters and digits of a text; everything else is left out.
pub(crate) fn compact(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// A text in plain Latin letters as far as it is Latin, Cyrillic or Greek: accents away, letters transliterated.
/// Chinese characters, kana and hangul stay. Expects folded text.
pub(crate) fn latin_key(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        push_latin(c, &mut out);
    }
    out
}

/// One key for `müller`, `mueller` and `muller`: [`latin_key`] with `ae`, `oe`, `ue` and `ss` made short.
/// It also makes other words shorter, so it serves as a key and not as a text to show.
pub(crate) fn umlaut_key(text: &str) -> String {
    let plain = latin_key(text);
    let mut out = String::with_capacity(plain.len());
    let mut before = ' ';
    for c in plain.chars() {
        let short = matches!((before, c), ('a' | 'o' | 'u', 'e') | ('s', 's'));
        if short {
            before = ' ';
            continue;
        }
        out.push(c);
        before = c;
    }
    out
}

/// A word of a text in a script with spaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// The word in plain Latin letters where it can be written so.
    pub(crate) key: String,
    /// Whether the word stands in brackets.
    pub(crate) bracketed: bool,
}

/// The words of a folded text, in plain letters. Dots within abbreviations go (`s.p.a.` is one word), and so does the
/// apostrophe; a stroke joins single letters only (`a/s`); any other mark parts words.
pub(crate) fn tokens(folded: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut word = String::new();
    let mut depth = 0usize;
    let mut chars = folded.chars().peekable();
    let mut letters = 0usize;
    while let Some(c) = chars.next() {
        if c.is_alphanumeric() || (is_combining_mark(c) && !word.is_empty()) {
            push_latin(c, &mut word);
            letters += 1;
            continue;
        }
        let joins = match c {
            '\'' => !word.is_empty() && chars.peek().is_some_and(|next| next.is_alphanumeric()),
            '.' | '/' if letters > 0 => {
                let mut ahead = chars.clone();
                let first = ahead.next().is_some_and(char::is_alphabetic);
                let single = !ahead.next().is_some_and(char::is_alphanumeric);
                first && ((letters == 1 && c == '.') || (single && (c == '.' || letters == 1)))
            }
            _ => false,
        };
        if joins {
            letters = 1;
            continue;
        }
        flush(&mut word, depth > 0, &mut out);
        letters = 0;
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    flush(&mut word, depth > 0, &mut out);
    out
}

fn flush(word: &mut String, bracketed: bool, out: &mut Vec<Token>) {
    if !word.is_empty() {
        out.push(Token { key: std::mem::take(word), bracketed });
    }
}

/// Characters that show nothing: of no width, of direction, variation selectors, tags.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffd}' | '\u{e0000}'..='\u{e0fff}')
}

fn unify(c: char) -> char {
    match c {
        '“' | '”' | '„' | '‟' | '«' | '»' | '「' | '」' | '『' | '』' | '《' | '》' | '〈' | '〉' | '〝' | '〞'
        | '〟' | '″' => '"',
        '‘' | '’' | '‚' | '‛' | '`' | '´' | 'ʼ' | '′' | '‹' | '›' => '\'',
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '﹣' => '-',
        '【' | '〔' | '〖' | '〘' | '[' | '{' => '(',
        '】' | '〕' | '〗' | '〙' | ']' | '}' => ')',
        '、' => ',',
        '。' => '.',
        '・' | '•' | '‧' | '∙' | '⋅' => '·',
        'ς' => 'σ',
        c => c,
    }
}

fn push_latin(c: char, out: &mut String) {
    if c.is_ascii() {
        out.push(c);
        return;
    }
    if let Some(plain) = plain_letters(c) {
        out.push_str(plain);
        return;
    }
    match c {
        '\u{300}'..='\u{36f}' => {}
        '\u{a0}'..='\u{24f}' | '\u{370}'..='\u{52f}' | '\u{1e00}'..='\u{1fff}' => decompose_canonical(c, |part| {
            if is_combining_mark(part) {
                return;
            }
            match plain_letters(part) {
                Some(plain) => out.push_str(plain),
                None => out.push(part),
            }
        }),
        c => out.push(c),
    }
}

/// Letters without a canonical decomposition into Latin ones, and Cyrillic and Greek as they are commonly romanised.
fn plain_letters(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ı' => "i",
        'ħ' => "h",
        'ŋ' => "n",
        'ŧ' => "t",
        'ĸ' => "k",
        'ə' => "a",
        'а' | 'α' => "a",
        'б' => "b",
        'в' | 'β' => "v",
        'г' | 'ґ' | 'γ' => "g",
        'д' | 'δ' => "d",
        'е' | 'ё' | 'э' | 'ε' => "e",
        'є' => "ye",
        'ж' => "zh",
        'з' | 'ζ' => "z",
        'и' | 'і' | 'ї' | 'η' | 'ι' => "i",
        'й' | 'ы' | 'υ' => "y",
        'к' | 'κ' => "k",
        'л' | 'λ' => "l",
        'м' | 'μ' => "m",
        'н' | 'ν' => "n",
        'о' | 'ο' | 'ω' => "o",
        'п' | 'π' => "p",
        'р' | 'ρ' => "r",
        'с' | 'σ' => "s",
        'т' | 'τ' => "t",
        'у' | 'ў' => "u",
        'ф' | 'φ' => "f",
        'х' => "kh",
        'ц' => "ts",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "shch",
        'ъ' | 'ь' => "",
        'ю' => "yu",
        'я' => "ya",
        'θ' => "th",
        'ξ' => "x",
        'χ' => "ch",
        'ψ' => "ps",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_text_is_folded_over_width_case_script_and_space() {
        assert_eq!(fold("  ＡＢＢ（中國）\u{3000}有限公司\t\n"), "abb(中国) 有限公司");
        assert_eq!(fold("上海\u{200b}電氣\u{202e}機械"), "上海电气机械");
        assert_eq!(fold("㈱安川電機"), "(株)安川电机");
        assert_eq!(fold("„Müller“ – Söhne"), "\"müller\" - söhne");
        assert_eq!(compact("a-b (上海) №1"), "ab上海1");
    }

    #[test]
    fn accents_go_and_east_asian_scripts_stay() {
        assert_eq!(latin_key("müller straße łódź"), "muller strasse lodz");
        assert_eq!(umlaut_key("müller"), umlaut_key("mueller"));
        assert_eq!(umlaut_key("straße"), umlaut_key("strasse"));
        assert_eq!(latin_key("уралмаш"), "uralmash");
        assert_eq!(latin_key("ガス 삼성 机械"), "ガス 삼성 机械");
    }

    #[test]
    fn words_keep_abbreviations_together() {
        let keys = |text: &str| tokens(text).into_iter().map(|token| token.key).collect::<Vec<_>>();
        assert_eq!(keys("bonfiglioli s.p.a."), ["bonfiglioli", "spa"]);
        assert_eq!(keys("danfoss a/s"), ["danfoss", "as"]);
        assert_eq!(keys("acme co.,ltd."), ["acme", "co", "ltd"]);
        assert_eq!(keys("acme co.ltd"), ["acme", "co", "ltd"]);
        assert_eq!(keys("abb/siemens o'neill"), ["abb", "siemens", "oneill"]);
        assert_eq!(keys("fanuc sp. z o.o."), ["fanuc", "sp", "z", "oo"]);
        assert!(tokens("siemens (china)")[1].bracketed);
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing_more(text in "\\PC{0,60}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
