//! Escapes, lists and structures inside a value, and quoted-printable.

/// How the text of a value is escaped.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::exchange) enum Dialect {
    /// vCard 2.1: `\;` `\,` `\:` `\\`; every other backslash is a backslash, and a comma separates nothing.
    Old,
    /// vCard 3.0 and 4.0: `\n` too.
    New,
}

/// The text that a value stands for. A backslash before any other letter is a backslash.
pub(in crate::exchange) fn unescape(value: &str, dialect: Dialect) -> String {
    let mut text = String::with_capacity(value.len());
    let mut rest = value.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        let mut ahead = rest.clone();
        match ahead.next() {
            Some('n' | 'N') if dialect == Dialect::New => text.push('\n'),
            Some(escaped @ ('\\' | ',' | ';' | ':' | '"')) => text.push(escaped),
            _ => {
                text.push('\\');
                continue;
            }
        }
        rest = ahead;
    }
    text
}

/// The reverse of [`unescape`], for both newer versions.
pub(in crate::exchange) fn escape(text: &str) -> String {
    escaped(text, &['\\', ',', ';'])
}

/// Web addresses keep their commas and semicolons.
pub(super) fn escape_uri(text: &str) -> String {
    escaped(text, &['\\'])
}

fn escaped(text: &str, marked: &[char]) -> String {
    let mut value = String::with_capacity(text.len());
    for c in normal_breaks(text).chars() {
        if c == '\n' {
            value.push_str("\\n");
        } else {
            if marked.contains(&c) {
                value.push('\\');
            }
            value.push(c);
        }
    }
    value
}

/// The value of a property that is kept as it is, in the escapes of the newer versions.
pub(super) fn verbatim(value: &str, dialect: Dialect) -> String {
    let value = normal_breaks(value);
    if dialect == Dialect::New {
        return value.replace('\n', "\\n");
    }
    let mut kept = String::with_capacity(value.len());
    let mut rest = value.chars();
    while let Some(c) = rest.next() {
        kept.push(c);
        if c == '\\' {
            match rest.clone().next() {
                Some(escaped @ ('\\' | ',' | ';' | ':' | '"')) => {
                    kept.push(escaped);
                    rest.next();
                }
                _ => kept.push('\\'),
            }
        }
    }
    kept.replace('\n', "\\n")
}

/// CRLF and CR as LF.
pub(super) fn normal_breaks(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// Cuts a value at a character that has no backslash before it.
pub(super) fn split(value: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut start, mut escaped) = (Vec::new(), 0, false);
    for (place, c) in value.char_indices() {
        if c == separator && !escaped {
            parts.push(value.get(start..place).unwrap_or_default());
            start = place.saturating_add(c.len_utf8());
        }
        escaped = c == '\\' && !escaped;
    }
    parts.push(value.get(start..).unwrap_or_default());
    parts
}

/// The bytes of quoted-printable text. An `=` that is not followed by two hexadecimal digits stands for itself, but
/// for the last one: that is a soft line break without a line behind it.
pub(super) fn quoted_printable(value: &[u8]) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.strip_suffix(b"=").unwrap_or(value);
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if let (b'=', [high, low, behind @ ..]) = (first, tail)
            && let (Some(high), Some(low)) = (digit(*high), digit(*low))
        {
            bytes.push(high << 4 | low);
            rest = behind;
        } else {
            bytes.push(first);
        }
    }
    bytes
}

/// RFC 6868: a line break, a quote and a caret in the value of a parameter.
pub(super) fn decode_caret(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut rest = value.chars();
    while let Some(c) = rest.next() {
        let mut ahead = rest.clone();
        let decoded = match (c, ahead.next()) {
            ('^', Some('n')) => '\n',
            ('^', Some('\'')) => '"',
            ('^', Some('^')) => '^',
            _ => {
                text.push(c);
                continue;
            }
        };
        text.push(decoded);
        rest = ahead;
    }
    text
}

/// The reverse of [`decode_caret`].
pub(super) fn encode_caret(text: &str) -> String {
    normal_breaks(text).replace('^', "^^").replace('\n', "^n").replace('"', "^'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_read_by_their_version() {
        assert_eq!(unescape(r#"a\, b\; c\nd\\e \"f\" http\://x \t"#, Dialect::New), "a, b; c\nd\\e \"f\" http://x \\t");
        assert_eq!(unescape(r"C:\new\;x\", Dialect::Old), r"C:\new;x\");
        assert_eq!(escape("a,b;c\\d\r\ne"), r"a\,b\;c\\d\ne");
        assert_eq!(verbatim("C:\\new\\;x\r\ny\\", Dialect::Old), r"C:\\new\;x\ny\\");
    }

    #[test]
    fn values_are_cut_where_no_backslash_stands() {
        assert_eq!(split(r"a\;b;c\\;;d", ';'), [r"a\;b", r"c\\", "", "d"]);
    }

    #[test]
    fn quoted_printable_is_decoded_and_damage_is_kept() {
        assert_eq!(quoted_printable(b"=C3=91=c3=91 1=2 =Z9="), b"\xC3\x91\xC3\x91 1=2 =Z9");
    }

    #[test]
    fn carets_stand_for_what_a_parameter_cannot_hold() {
        assert_eq!(decode_caret("a^^nb^n^'c^x^"), "a^nb\n\"c^x^");
        assert_eq!(decode_caret(&encode_caret("^n\"\n^^'")), "^n\"\n^^'");
    }
}
