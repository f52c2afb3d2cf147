//! How much of a text is read, and how its characters are folded.

use super::han::to_simplified;
use crate::value::normalize_text;

/// How many characters of a field are read; what stands behind them is no channel, name or number any more.
pub(super) const MAX_CHARS: usize = 256;

/// The beginning of a text, [`MAX_CHARS`] long at most.
pub(super) fn head(text: &str) -> &str {
    if text.len() <= MAX_CHARS {
        return text;
    }
    text.char_indices().nth(MAX_CHARS).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// Whether a text is longer than what is read of it, so that its last number or address may be a part of one.
pub(super) fn is_cut(text: &str) -> bool {
    head(text).len() < text.len()
}

/// The beginning of a text in its folded form: half-width, lower case, simplified characters. Plain ASCII takes a short cut.
pub(super) fn fold(text: &str) -> String {
    let text = head(text);
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    // What folds into many characters (U+FDFA gives eighteen) is cut again.
    head(&normalize_text(text)).chars().map(to_simplified).collect()
}

/// Whether the character is a Chinese one (also in Japanese and Korean texts).
pub(super) const fn is_han(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}' | '\u{3007}')
}

/// Whether the character is a dash of any kind.
pub(super) const fn is_dash(character: char) -> bool {
    matches!(
        character,
        '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}' | '~' | '\u{301C}'
    )
}

/// The digit of Europe, the Arab world or Persia, as an ASCII one.
pub(super) fn ascii_digit(character: char) -> Option<char> {
    let zero = match character {
        '0'..='9' => return Some(character),
        '\u{0660}'..='\u{0669}' => 0x0660,
        '\u{06F0}'..='\u{06F9}' => 0x06F0,
        _ => return None,
    };
    char::from_digit(u32::from(character).wrapping_sub(zero), 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_at_a_character() {
        assert_eq!(head(&"字".repeat(20_000)).chars().count(), MAX_CHARS);
        assert_eq!(fold(&"\u{FDFA}".repeat(20_000)).chars().count(), MAX_CHARS);
        assert_eq!(head("short"), "short");
    }

    #[test]
    fn full_width_and_capitals_are_folded() {
        assert_eq!(fold("ＡＢＣ－１２３"), "abc-123");
        assert_eq!(fold("ÄRGER"), "ärger");
        assert_eq!(fold("馮慶雯"), "冯庆雯");
        assert_eq!(ascii_digit('٣'), Some('3'));
        assert_eq!(ascii_digit('۹'), Some('9'));
        assert_eq!(ascii_digit('x'), None);
    }
}
