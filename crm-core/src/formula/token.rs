//! Cuts a text into words, numbers, texts and symbols.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Number,
    /// With its quotes.
    Text,
    Name,
    /// A word of the language.
    Keyword,
    Symbol,
    End,
}

/// One token and the byte at which it begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'t> {
    pub(super) form: Form,
    pub(super) word: &'t str,
    pub(super) at: usize,
}

/// Why a text cannot be cut into tokens.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fault {
    OpenText,
    Percent,
    Number,
    Stray,
}

const KEYWORDS: [&str; 8] = ["and", "or", "not", "in", "between", "true", "false", "if"];
/// Longer symbols stand first.
const SYMBOLS: [&str; 16] = ["==", "!=", "<=", ">=", "=", "<", ">", "+", "-", "*", "/", "(", ")", "[", "]", ","];

/// Whether a text is a name and no word of the language.
pub(super) fn is_name(text: &str) -> bool {
    name_length(text) == text.len() && !text.is_empty() && !KEYWORDS.contains(&text)
}

/// The bytes of the name at the beginning of a text.
fn name_length(text: &str) -> usize {
    let mut end = 0_usize;
    let mut at_start = true;
    for (place, letter) in text.char_indices() {
        match letter {
            '.' if !at_start => at_start = true,
            _ if letter.is_alphabetic() || (!at_start && (letter.is_alphanumeric() || letter == '_')) => {
                at_start = false;
                end = place.saturating_add(letter.len_utf8());
            }
            _ => break,
        }
    }
    end
}

/// The bytes of the text literal at the beginning of a text, with its quotes; a doubled quote stands for one.
fn text_length(text: &str, quote: char) -> Option<usize> {
    let mut letters = text.char_indices().skip(1).peekable();
    while let Some((place, letter)) = letters.next() {
        if letter == quote && letters.next_if(|(_, next)| *next == quote).is_none() {
            return Some(place.saturating_add(1));
        }
    }
    None
}

fn number_length(text: &str) -> Option<usize> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(text);
    let rest = text.get(whole..)?;
    let Some(behind) = rest.strip_prefix('.') else {
        return if name_length(rest) > 0 { None } else { Some(whole) };
    };
    let fraction = digits(behind);
    let after = behind.get(fraction..)?;
    let is_whole = fraction > 0 && name_length(after) == 0 && !after.starts_with(['.', '_']);
    is_whole.then(|| whole.saturating_add(fraction).saturating_add(1))
}

/// The form and the length of the token at the beginning of a text that is not empty.
fn first(text: &str, letter: char) -> Result<(Form, usize), Fault> {
    if letter == '\'' || letter == '"' {
        return text_length(text, letter).map(|length| (Form::Text, length)).ok_or(Fault::OpenText);
    }
    if letter.is_ascii_digit() {
        return number_length(text).map(|length| (Form::Number, length)).ok_or(Fault::Number);
    }
    let length = name_length(text);
    if length > 0 {
        let is_keyword = text.get(..length).is_some_and(|word| KEYWORDS.contains(&word));
        return Ok((if is_keyword { Form::Keyword } else { Form::Name }, length));
    }
    let symbol = SYMBOLS.iter().find(|symbol| text.starts_with(**symbol));
    let fault = if letter == '%' { Fault::Percent } else { Fault::Stray };
    symbol.map(|symbol| (Form::Symbol, symbol.len())).ok_or(fault)
}

/// All tokens of a text, and one of form `End` behind them.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, (Fault, usize)> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    loop {
        let at = text.len().saturating_sub(rest.len());
        let Some(letter) = rest.chars().next() else {
            found.push(Token { form: Form::End, word: "", at });
            return Ok(found);
        };
        let (form, length) = first(rest, letter).map_err(|fault| (fault, at))?;
        let (word, behind) = rest.split_at_checked(length).ok_or((Fault::Stray, at))?;
        found.push(Token { form, word, at });
        rest = behind.trim_start();
    }
}

/// What a text literal says.
pub(super) fn unquoted(word: &str) -> String {
    let Some(quote) = word.chars().next() else { return String::new() };
    let inner = word.strip_prefix(quote).and_then(|word| word.strip_suffix(quote)).unwrap_or_default();
    let (one, two) = (quote.to_string(), quote.to_string().repeat(2));
    inner.replace(&two, &one)
}
