//! From bytes to text: which encoding a file is in, and where its bytes cannot be read.

use std::borrow::Cow;

use encoding_rs::{DecoderResult, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::value::{ErrorCode, Problem, Result};

use super::shown;

/// A file with more unreadable places than this is refused as a whole: the encoding is wrong, or it is no text.
pub const MAX_UNDECODABLE: usize = 10_000;

/// How many bytes are looked at for UTF-16 without a byte order mark.
const UTF16_SAMPLE_BYTES: usize = 4_096;

/// The text of a file, and the places where its bytes could not be read.
pub(super) struct Decoded<'a> {
    pub text: Cow<'a, str>,
    pub encoding: &'static Encoding,
    /// Neither a byte order mark nor the caller named the encoding.
    pub guessed: bool,
    pub bad: Vec<BadBytes>,
}

/// Bytes that could not be read: U+FFFD stands at `at` (a byte offset into the text) in their stead.
pub(super) struct BadBytes {
    pub at: usize,
    pub hex: String,
}

/// The encoding of a WHATWG label such as `utf-8`, `gbk`, `windows-1252` or `shift_jis`.
pub(super) fn by_label(label: &str) -> Result<&'static Encoding> {
    Encoding::for_label_no_replacement(label.as_bytes()).ok_or_else(|| {
        let message = format!("{} is not a known encoding", shown(label));
        Problem::of_field(ErrorCode::NotInPicklist, "encoding", message).into_invalid()
    })
}

/// Decodes a whole file. A byte order mark wins over `label`; without either the encoding is guessed, and zero bytes in
/// the text are refused: then it is UTF-16 that the guess did not find, or no text.
pub(super) fn decode<'a>(bytes: &'a [u8], label: Option<&str>) -> Result<Decoded<'a>> {
    let named = label.map(by_label).transpose()?;
    let mark = Encoding::for_bom(bytes);
    let (encoding, body) = match mark {
        Some((encoding, length)) => (encoding, bytes.get(length..).unwrap_or_default()),
        None => (named.unwrap_or_else(|| guess(bytes)), bytes),
    };
    let guessed = mark.is_none() && named.is_none();
    let (text, bad) = match std::str::from_utf8(body) {
        Ok(text) if encoding == UTF_8 => (Cow::Borrowed(text), Vec::new()),
        _ => {
            let (text, bad) = decode_marking(body, encoding);
            (Cow::Owned(text), bad)
        }
    };
    if bad.len() > MAX_UNDECODABLE {
        let message = format!("more than {MAX_UNDECODABLE} places cannot be read as {}", encoding.name());
        return Err(Problem::new(ErrorCode::Undecodable, message).with("encoding", encoding.name()).into_invalid());
    }
    if guessed && text.contains('\0') {
        let message = "the text has zero bytes: if it is UTF-16 without a byte order mark, name the encoding";
        return Err(Problem::of_field(ErrorCode::Undecodable, "encoding", message).into_invalid());
    }
    Ok(Decoded { text, encoding, guessed, bad })
}

fn decode_marking(bytes: &[u8], encoding: &'static Encoding) -> (String, Vec<BadBytes>) {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(bytes.len().saturating_add(16));
    let (mut bad, mut done) = (Vec::new(), 0_usize);
    while bad.len() <= MAX_UNDECODABLE {
        let rest = bytes.get(done..).unwrap_or_default();
        let (result, read) = decoder.decode_to_string_without_replacement(rest, &mut text, true);
        done = done.saturating_add(read);
        match result {
            DecoderResult::InputEmpty => break,
            DecoderResult::OutputFull => text.reserve(rest.len().saturating_add(16)),
            DecoderResult::Malformed(length, after) => {
                let end = done.saturating_sub(usize::from(after));
                let malformed = bytes.get(end.saturating_sub(usize::from(length))..end).unwrap_or_default();
                bad.push(BadBytes { at: text.len(), hex: hex(malformed) });
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
    }
    (text, bad)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

/// Guesses the encoding of bytes without a byte order mark.
pub(super) fn guess(bytes: &[u8]) -> &'static Encoding {
    if let Some(encoding) = utf16_by_zeros(bytes) {
        return encoding;
    }
    if std::str::from_utf8(bytes).is_ok() || is_damaged_utf8(bytes) {
        return UTF_8;
    }
    if is_gb18030(bytes) { GB18030 } else { WINDOWS_1252 }
}

/// Western text in UTF-16 has a zero in every second byte; no other text has.
fn utf16_by_zeros(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = bytes.get(..UTF16_SAMPLE_BYTES).unwrap_or(bytes);
    let zeros = |offset: usize| sample.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), sample.len() / 2);
    let mostly = |zeros: usize| zeros >= 4 && zeros.saturating_mul(10) > half.saturating_mul(7);
    let hardly = |zeros: usize| zeros.saturating_mul(20) <= half;
    match () {
        () if mostly(odd) && hardly(even) => Some(UTF_16LE),
        () if mostly(even) && hardly(odd) => Some(UTF_16BE),
        () => None,
    }
}

/// UTF-8 with a few broken places: at least four good multi-byte characters for each bad place.
fn is_damaged_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        good = good.saturating_add(chunk.valid().chars().filter(|c| !c.is_ascii()).count());
        bad = bad.saturating_add(usize::from(!chunk.invalid().is_empty()));
    }
    good >= bad.saturating_mul(4)
}

/// Chinese text is mostly pairs from the common part of GB 2312 (lead A1-A3 or B0-D7, second byte from A1), which
/// hardly ever stand together in Western text; there an accented letter is followed by a plain one.
fn is_gb18030(bytes: &[u8]) -> bool {
    let (mut common, mut against) = (0_usize, 0_usize);
    let mut rest = bytes;
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first.is_ascii() {
            continue;
        }
        match (first, tail.first().copied()) {
            (0xA1..=0xA3 | 0xB0..=0xD7, Some(0xA1..=0xFE)) => common = common.saturating_add(1),
            (0x81..=0xFE, Some(0x80..=0xFE | 0x30..=0x39)) => {}
            _ => against = against.saturating_add(1),
        }
        rest = tail.get(1..).unwrap_or_default();
    }
    common > against.saturating_mul(4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_gbk(text: &str) -> Vec<u8> {
        GB18030.encode(text).0.into_owned()
    }

    fn in_1252(text: &str) -> Vec<u8> {
        WINDOWS_1252.encode(text).0.into_owned()
    }

    #[test]
    fn encodings_are_guessed_from_the_bytes() {
        assert_eq!(guess("Müller,上海".as_bytes()), UTF_8);
        assert_eq!(guess(b"plain"), UTF_8);
        assert_eq!(guess(&in_gbk("客户名称,城市\n上海泵业有限公司,上海\n")), GB18030);
        for german in ["Größe,Länge\nFüße,Straße\n", "Größe\n", "Crédito Inmobiliario", "Nº 77, Péb éo"] {
            assert_eq!(guess(&in_1252(german)), WINDOWS_1252, "{german}");
        }
        let wide: Vec<u8> = "name,city\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(guess(&wide), UTF_16LE);
        let wide: Vec<u8> = "name,city\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(guess(&wide), UTF_16BE);
    }

    #[test]
    fn a_byte_order_mark_wins_and_is_taken_off() {
        let decoded = decode(b"\xEF\xBB\xBFa", Some("gbk")).unwrap();
        assert_eq!((decoded.text.as_ref(), decoded.encoding), ("a", UTF_8));
    }

    #[test]
    fn unreadable_bytes_are_marked_with_their_place() {
        let mut bytes = "上海泵业".as_bytes().to_vec();
        bytes.push(0xFF);
        bytes.extend("有限".as_bytes());
        let decoded = decode(&bytes, None).unwrap();
        assert_eq!(decoded.encoding, UTF_8);
        let bad: Vec<_> = decoded.bad.iter().map(|bad| (bad.at, bad.hex.as_str())).collect();
        assert_eq!(bad, [(12, "ff")]);
        assert!(decode(&[0xFF; 20_000], Some("utf-8")).is_err_and(|e| e.code() == ErrorCode::Undecodable));
    }

    #[test]
    fn text_with_zero_bytes_is_refused_unless_its_encoding_is_named() {
        let wide: Vec<u8> = "客户,城市\n上海泵业有限公司,上海\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let error = decode(&wide, None).err().unwrap();
        assert_eq!((error.code(), error.field()), (ErrorCode::Undecodable, Some("encoding")));
        let decoded = decode(&wide, Some("utf-16le")).unwrap();
        assert_eq!((decoded.text.lines().count(), decoded.guessed), (2, false));
    }

    #[test]
    fn an_unknown_label_is_refused() {
        let error = decode(b"", Some("klingon")).err().unwrap();
        assert_eq!(error.to_string(), "encoding: `klingon` is not a known encoding");
    }
}
