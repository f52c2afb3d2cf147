//! Text for search: one normal form, tokens for an index, and phrases for a question.
//!
//! Chinese, Japanese and Korean have no spaces between words, so a run of their characters is indexed by its
//! overlapping pairs (bigrams), and any part of a name of two characters or more is found without a dictionary. Other
//! scripts are indexed by word and found by the beginning of a word.
//!
//! The rules are the same in memory ([`matches`]) and in an SQLite FTS5 table with `tokenize = "ascii"` that stores
//! the tokens joined by single spaces ([`index_text`], [`fts5_query`]).
//!
//! ```
//! use crm_core::value::{index_tokens, matches, query_phrases};
//! let tokens = index_tokens("上海铁龙股份有限公司 GTX500")?;
//! assert!(matches(&tokens, &query_phrases("铁龙")?));
//! assert!(matches(&tokens, &query_phrases("gtx 上海")?));
//! assert!(!matches(&tokens, &query_phrases("龙铁")?));
//! # Ok::<(), crm_core::value::Error>(())
//! ```

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::{Error, ErrorCode, Problem, Result};

#[cfg(test)]
mod tests;

/// The longest text that is indexed, in bytes of UTF-8.
pub const MAX_TEXT_BYTES: usize = 64 * 1024;
/// The longest question, in bytes of UTF-8.
pub const MAX_QUERY_BYTES: usize = 4 * 1024;
/// The most phrases in one question.
pub const MAX_PHRASES: usize = 64;
/// A word is cut to so many characters, in the index and in a question alike.
pub const MAX_TOKEN_CHARS: usize = 128;

/// The normal form for comparing text: NFKC (so full-width letters become half-width and `①` becomes `1`), then
/// lower case letter by letter, then NFKC again.
///
/// A final `ς` becomes `σ`, so that the beginning of a Greek word is found in any longer word. Spaces and punctuation
/// stay.
///
/// ```
/// use crm_core::value::normalize_text;
/// assert_eq!(normalize_text("ＧＴＸ－５００ Müller"), "gtx-500 müller");
/// assert_eq!(normalize_text("ｶﾀｶﾅ"), "カタカナ");
/// ```
#[must_use]
pub fn normalize_text(text: &str) -> String {
    let folded = text.nfkc().flat_map(char::to_lowercase).map(|letter| if letter == 'ς' { 'σ' } else { letter });
    folded.nfkc().collect()
}

/// The tokens of `text` for a search index, in their order.
///
/// A run of Han, kana or Hangul characters gives its overlapping pairs and then its last character alone, so that
/// every character begins a token; a run of other letters and digits gives one token; everything else separates.
/// Accents that cannot be composed, joiners and soft hyphens are left out. A token has letters and digits only.
///
/// ```
/// use crm_core::value::index_tokens;
/// assert_eq!(index_tokens("德国西门子 (Siemens AG)")?, ["德国", "国西", "西门", "门子", "子", "siemens", "ag"]);
/// # Ok::<(), crm_core::value::Error>(())
/// ```
///
/// # Errors
/// `TooLong` above [`MAX_TEXT_BYTES`].
pub fn index_tokens(text: &str) -> Result<Vec<String>> {
    within(text, MAX_TEXT_BYTES)?;
    let mut tokens = Vec::new();
    for run in runs(text) {
        match run {
            Run::Word(word) => tokens.push(word),
            Run::Cjk(characters) => {
                tokens.extend(pairs(&characters));
                tokens.extend(characters.last().map(|last| last.to_string()));
            }
        }
    }
    Ok(tokens)
}

/// The tokens of `text` joined by single spaces: what an FTS5 table with `tokenize = "ascii"` is given.
///
/// ```
/// use crm_core::value::index_text;
/// assert_eq!(index_text("铁龙,GTX-500")?, "铁龙 龙 gtx 500");
/// # Ok::<(), crm_core::value::Error>(())
/// ```
///
/// # Errors
/// `TooLong` above [`MAX_TEXT_BYTES`].
pub fn index_text(text: &str) -> Result<String> {
    Ok(index_tokens(text)?.join(" "))
}

/// One part of a question: tokens that must follow each other, the last of them perhaps only begun.
///
/// ```
/// use crm_core::value::query_phrases;
/// let phrases = query_phrases("上海铁 gtx")?;
/// assert_eq!(phrases[0].fts5(), r#""上海 海铁""#);
/// assert_eq!(phrases[1].fts5(), r#""gtx"*"#);
/// # Ok::<(), crm_core::value::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Phrase {
    tokens: Vec<String>,
    prefix: bool,
}

impl Phrase {
    /// The tokens that must stand side by side; never empty, letters and digits only.
    ///
    /// ```
    /// # use crm_core::value::query_phrases;
    /// assert_eq!(query_phrases("有限公司")?[0].tokens(), ["有限", "限公", "公司"]);
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub fn tokens(&self) -> &[String] {
        &self.tokens
    }

    /// Whether the last token may go on: true for a word and for a single character.
    ///
    /// ```
    /// # use crm_core::value::query_phrases;
    /// let prefixes: Vec<bool> = query_phrases("gtx 铁 铁龙")?.iter().map(|phrase| phrase.is_prefix()).collect();
    /// assert_eq!(prefixes, [true, true, false]);
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub fn is_prefix(&self) -> bool {
        self.prefix
    }

    /// The phrase as an FTS5 expression: in double quotes, with `*` behind it if the last token may go on.
    ///
    /// Tokens hold no quotes, so the text can be joined with other expressions safely.
    ///
    /// ```
    /// # use crm_core::value::query_phrases;
    /// assert_eq!(query_phrases(r#"a" OR b*"#)?[1].fts5(), r#""or"*"#);
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub fn fts5(&self) -> String {
        format!("\"{}\"{}", self.tokens.join(" "), if self.prefix { "*" } else { "" })
    }

    /// Whether the phrase stands somewhere in `tokens`.
    ///
    /// ```
    /// # use crm_core::value::{index_tokens, query_phrases};
    /// assert!(query_phrases("柴油")?[0].is_in(&index_tokens("3000kW柴油发电机组")?));
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub fn is_in(&self, tokens: &[String]) -> bool {
        tokens.windows(self.tokens.len().max(1)).any(|window| self.fits(window))
    }

    fn fits(&self, window: &[String]) -> bool {
        let Some((last, before)) = self.tokens.split_last() else {
            return false;
        };
        let Some((end, start)) = window.split_last() else {
            return false;
        };
        (if self.prefix { end.starts_with(last.as_str()) } else { end == last }) && start == before
    }
}

/// The phrases of a question, all of which must be found.
///
/// A run of two or more Han, kana or Hangul characters must stand in the text as it is; a single one may stand
/// anywhere; a word or number must begin a word. A question without letters and digits has no phrases.
///
/// ```
/// use crm_core::value::query_phrases;
/// assert_eq!(query_phrases("ABB 电机!")?.len(), 2);
/// assert!(query_phrases("?!")?.is_empty());
/// # Ok::<(), crm_core::value::Error>(())
/// ```
///
/// # Errors
/// `TooLong` above [`MAX_QUERY_BYTES`], `TooMany` above [`MAX_PHRASES`].
pub fn query_phrases(text: &str) -> Result<Vec<Phrase>> {
    within(text, MAX_QUERY_BYTES)?;
    let phrases: Vec<Phrase> = runs(text).into_iter().map(Run::into_phrase).collect();
    if phrases.len() > MAX_PHRASES {
        let problem = Problem::new(ErrorCode::TooMany, format!("the question has more than {MAX_PHRASES} words"));
        return Err(problem.with("limit", MAX_PHRASES).with("count", phrases.len()).into_invalid());
    }
    Ok(phrases)
}

/// Whether every phrase stands in `tokens`; true if there are no phrases.
///
/// ```
/// use crm_core::value::{index_tokens, matches, query_phrases};
/// let tokens = index_tokens("Bosch Rexroth AG, Lohr am Main")?;
/// assert!(matches(&tokens, &query_phrases("rex lohr")?));
/// assert!(!matches(&tokens, &query_phrases("rex köln")?));
/// # Ok::<(), crm_core::value::Error>(())
/// ```
#[must_use]
pub fn matches(tokens: &[String], phrases: &[Phrase]) -> bool {
    phrases.iter().all(|phrase| phrase.is_in(tokens))
}

/// All phrases as one FTS5 expression; `None` if there are none, since FTS5 has no expression for "everything".
///
/// ```
/// use crm_core::value::{fts5_query, query_phrases};
/// assert_eq!(fts5_query(&query_phrases("铁龙 gtx")?).as_deref(), Some(r#""铁龙" AND "gtx"*"#));
/// assert_eq!(fts5_query(&[]), None);
/// # Ok::<(), crm_core::value::Error>(())
/// ```
#[must_use]
pub fn fts5_query(phrases: &[Phrase]) -> Option<String> {
    (!phrases.is_empty()).then(|| phrases.iter().map(Phrase::fts5).collect::<Vec<_>>().join(" AND "))
}

/// A stretch of text between separators.
enum Run {
    /// Han, kana and Hangul characters.
    Cjk(Vec<char>),
    /// Other letters and digits.
    Word(String),
}

impl Run {
    fn into_phrase(self) -> Phrase {
        match self {
            Self::Word(word) => Phrase { tokens: vec![word], prefix: true },
            Self::Cjk(characters) if characters.len() == 1 => {
                Phrase { tokens: vec![characters.into_iter().collect()], prefix: true }
            }
            Self::Cjk(characters) => Phrase { tokens: pairs(&characters).collect(), prefix: false },
        }
    }
}

fn runs(text: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut open = None;
    for character in normalize_text(text).chars() {
        if is_ignored(character) {
            continue;
        }
        if !character.is_alphanumeric() {
            runs.extend(open.take());
            continue;
        }
        open = Some(match (open.take(), is_cjk(character)) {
            (Some(Run::Cjk(mut characters)), true) => {
                characters.push(character);
                Run::Cjk(characters)
            }
            (Some(Run::Word(mut word)), false) => {
                word.push(character);
                Run::Word(word)
            }
            (done, cjk) => {
                runs.extend(done);
                if cjk { Run::Cjk(vec![character]) } else { Run::Word(character.to_string()) }
            }
        });
    }
    runs.extend(open);
    runs.into_iter().map(shortened).collect()
}

/// FTS5 cuts tokens at 32 KiB by itself; ours are cut long before, so that both sides see the same ones.
fn shortened(run: Run) -> Run {
    match run {
        Run::Word(word) => Run::Word(match word.char_indices().nth(MAX_TOKEN_CHARS) {
            Some((end, _)) => word.get(..end).unwrap_or_default().to_owned(),
            None => word,
        }),
        Run::Cjk(_) => run,
    }
}

fn pairs(characters: &[char]) -> impl Iterator<Item = String> + '_ {
    characters.windows(2).map(|pair| pair.iter().collect())
}

/// Marks and invisible characters that do not end a word: accents that have no composed letter, soft hyphen, joiners.
fn is_ignored(character: char) -> bool {
    (is_combining_mark(character) && !character.is_alphanumeric())
        || matches!(character, '\u{AD}' | '\u{200C}' | '\u{200D}' | '\u{2060}' | '\u{FEFF}')
}

/// Han, Hiragana, Katakana and Hangul, by the blocks of Unicode 16.
fn is_cjk(character: char) -> bool {
    matches!(u32::from(character),
        0x1100..=0x11FF // Hangul Jamo
        | 0x2E80..=0x2FDF // radicals
        | 0x3005..=0x3007 | 0x3021..=0x3029 | 0x3031..=0x3035 | 0x3038..=0x303C // iteration marks, numerals
        | 0x3040..=0x30FF // Hiragana, Katakana
        | 0x3130..=0x318F // Hangul Compatibility Jamo
        | 0x31F0..=0x31FF // Katakana extensions
        | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF // Han
        | 0xA960..=0xA97F | 0xAC00..=0xD7FF // Hangul
        | 0xFF66..=0xFFDC // half-width kana and Hangul
        | 0x1AFF0..=0x1B16F // kana supplements
        | 0x20000..=0x3FFFF) // Han extensions
}

fn within(text: &str, limit: usize) -> Result<()> {
    if text.len() <= limit {
        return Ok(());
    }
    let problem = Problem::new(ErrorCode::TooLong, format!("the text is longer than {limit} bytes"));
    Err(Error::Invalid { problems: vec![problem.with("limit", limit).with("length", text.len())] })
}
