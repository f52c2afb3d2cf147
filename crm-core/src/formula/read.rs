//! From text to signs: numbers, names, texts, operators.

use super::types::MAX_FORMULA_CHARS;
use crate::value::{Decimal, Error, ErrorCode, Problem, Result, error::excerpt};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Sign {
    Number(Decimal),
    Text(String),
    Word(String),
    /// An operator, a parenthesis, a comma.
    Mark(&'static str),
}

/// The marks; longer ones first.
const MARKS: [&str; 17] = ["<=", ">=", "!=", "==", "<>", "<", ">", "=", "+", "-", "*", "/", "(", ")", "[", "]", ","];

/// An error at a place of the text, counted in characters from 1.
pub(super) fn wrong(code: ErrorCode, at: usize, message: impl Into<String>) -> Error {
    Problem::new(code, message).with("position", at.saturating_add(1)).into_invalid()
}

/// The signs of a text, each with its place.
pub(super) fn read(text: &str) -> Result<Vec<(usize, Sign)>> {
    if text.chars().count() > MAX_FORMULA_CHARS {
        let problem = Problem::new(ErrorCode::TooLong, format!("a formula has at most {MAX_FORMULA_CHARS} characters"));
        return Err(problem.with("max", MAX_FORMULA_CHARS).into_invalid());
    }
    let characters: Vec<char> = text.chars().collect();
    let mut signs = Vec::new();
    let mut at = 0_usize;
    while let Some(character) = characters.get(at).copied() {
        let rest = characters.get(at..).unwrap_or_default();
        let length = |test: fn(char) -> bool| rest.iter().take_while(|c| test(**c)).count();
        let (sign, taken) = match character {
            ' ' | '\t' | '\n' | '\r' => {
                at = at.saturating_add(1);
                continue;
            }
            '0'..='9' => {
                let taken = length(|c| c.is_ascii_digit() || c == '.');
                let written: String = rest.iter().take(taken).collect();
                let number = written
                    .parse()
                    .map_err(|_| wrong(ErrorCode::BadFormat, at, format!("`{}` is no number", excerpt(&written))))?;
                (Sign::Number(number), taken)
            }
            '\'' | '"' => {
                let inner: String = rest.iter().skip(1).take_while(|c| **c != character).collect();
                let taken = inner.chars().count().saturating_add(2);
                if rest.len() < taken {
                    return Err(wrong(ErrorCode::BadFormat, at, "the text has no end"));
                }
                (Sign::Text(inner), taken)
            }
            c if c.is_ascii_alphabetic() || c == '_' => {
                let taken = length(|c| c.is_ascii_alphanumeric() || c == '_');
                (Sign::Word(rest.iter().take(taken).collect()), taken)
            }
            _ => {
                let begins =
                    |mark: &&&str| mark.chars().zip(rest).all(|(one, other)| one == *other) && mark.len() <= rest.len();
                let Some(mark) = MARKS.iter().find(begins) else {
                    return Err(wrong(ErrorCode::BadFormat, at, format!("`{character}` has no meaning here")));
                };
                (Sign::Mark(mark), mark.len())
            }
        };
        signs.push((at, sign));
        at = at.saturating_add(taken);
    }
    Ok(signs)
}
