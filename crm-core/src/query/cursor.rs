//! Page cursors: opaque text that holds the sort values of the last record and the fingerprint of its question.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::value::{Error, ErrorCode, FieldValue, Id, Problem, Result, json};

/// A short fingerprint of a question and its reader, so that a cursor serves nobody else.
pub(crate) fn fingerprint(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part.as_bytes());
    }
    let digest = hash.finalize();
    URL_SAFE_NO_PAD.encode(digest.get(..9).unwrap_or_default())
}

pub(crate) fn encode(fingerprint: &str, values: &[FieldValue], id: Id) -> Result<String> {
    let text = json::to_canonical(&(fingerprint, values, id))?;
    Ok(URL_SAFE_NO_PAD.encode(text))
}

/// The sort values and the identifier where the next page starts.
///
/// # Errors
/// `BadCursor` if the cursor is damaged or belongs to another question.
pub(crate) fn decode(cursor: &str, fingerprint: &str) -> Result<(Vec<FieldValue>, Id)> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| bad_cursor())?;
    let text = std::str::from_utf8(&bytes).map_err(|_| bad_cursor())?;
    let (found, values, id): (String, Vec<FieldValue>, Id) = json::from_text(text).map_err(|_| bad_cursor())?;
    if found == fingerprint { Ok((values, id)) } else { Err(bad_cursor()) }
}

/// The cursor cannot be used.
pub(crate) fn bad_cursor() -> Error {
    let message = "the cursor belongs to another question or another reader";
    Problem::of_field(ErrorCode::BadCursor, "cursor", message).into_invalid()
}
