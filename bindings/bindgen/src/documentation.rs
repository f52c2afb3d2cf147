//! Documentation as a Kotlin programmer reads it: links and names that were written for Rust become those of Kotlin, and
//! examples in Rust are left out.

use std::collections::HashSet;

/// The kinds of errors, which are classes in Kotlin.
const KINDS: [&str; 8] =
    ["Invalid", "NotFound", "Denied", "Conflict", "Unknown", "Unavailable", "Corrupt", "InsufficientHistory"];

/// The text with its comments rewritten.
pub(crate) fn translate(text: &str) -> String {
    let codes = codes(text);
    let mut adapted = String::with_capacity(text.len());
    let mut in_example = false;
    for line in text.lines() {
        let said = line.trim_start().strip_prefix('*');
        if said.is_some_and(|said| said.trim_start().starts_with("```")) {
            in_example = !in_example;
            continue;
        }
        match said {
            Some(_) if in_example => continue,
            Some(_) => adapted.push_str(&translated(line, &codes)),
            None => adapted.push_str(line),
        }
        adapted.push('\n');
    }
    adapted
}

/// The choices of `ErrorCode`.
fn codes(text: &str) -> HashSet<&str> {
    let body = text.split_once("enum class ErrorCode").and_then(|(_, rest)| rest.split_once("companion object"));
    let lines = body.map(|(body, _)| body).unwrap_or_default().lines().map(str::trim);
    lines.filter(|line| !line.starts_with(['*', '/'])).filter_map(|line| line.split([',', ';', '(']).next()).collect()
}

/// One line, word by word in backticks.
fn translated(line: &str, codes: &HashSet<&str>) -> String {
    let parts: Vec<&str> = line.split('`').collect();
    let mut adapted = String::with_capacity(line.len());
    let mut linked = false;
    for (place, part) in parts.iter().enumerate() {
        // The target of a link, a path in Rust, is not part of the text.
        let part = match part.strip_prefix("](crate::").and_then(|path| path.split_once(')')) {
            Some((_, behind)) if linked => format!("]{behind}"),
            _ => (*part).to_owned(),
        };
        let quoted = place % 2 == 1 && place + 1 < parts.len();
        linked = quoted && adapted.ends_with('[') && parts.get(place + 1).is_some_and(|next| next.starts_with(']'));
        if linked {
            adapted.push_str(&path(&part));
        } else if quoted {
            adapted.push_str(&format!("`{}`", word(&part, codes)));
        } else if place > 0 && place % 2 == 1 {
            adapted.push_str(&format!("`{part}"));
        } else {
            adapted.push_str(&part);
        }
    }
    adapted
}

/// `Customers.accountAsOf` for `Customers::account_as_of`.
fn path(rust: &str) -> String {
    rust.split("::").map(camel).collect::<Vec<_>>().join(".")
}

fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let mut letters = word.chars();
        let head: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
        name + &head + letters.as_str()
    })
}

/// The name of an error as Kotlin writes it; any other word as it is.
fn word(name: &str, codes: &HashSet<&str>) -> String {
    if KINDS.contains(&name) {
        return format!("CrmException.{name}");
    }
    let mut written = String::new();
    for (place, letter) in name.char_indices() {
        if place > 0 && letter.is_ascii_uppercase() {
            written.push('_');
        }
        written.push(letter.to_ascii_uppercase());
    }
    if name.starts_with(|first: char| first.is_ascii_uppercase()) && codes.contains(written.as_str()) {
        written
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_codes_are_those_of_kotlin() {
        let text = "\
enum class ErrorCode {
    /**
     * It changed.
     */
    STALE_VERSION,
    NO_RIGHT;
    companion object
}
/**
 * As [`Customers::account_as_of`]; `StaleVersion` at `lines[2].unit_price`, `NotFound`.
 */
val `StaleVersion` = 1
";
        let translated = translate(text);
        let line = " * As [Customers.accountAsOf]; `STALE_VERSION` at `lines[2].unit_price`, `CrmException.NotFound`.";
        assert!(translated.lines().any(|found| found == line), "{translated}");
        assert!(translated.contains("val `StaleVersion` = 1"));
    }

    #[test]
    fn targets_of_links_and_examples_in_rust_are_left_out() {
        assert_eq!(
            translate(" * See [`content_hash`](crate::customer::content_hash) too.\n"),
            " * See [contentHash] too.\n"
        );
        let example = "/**\n * Adds.\n *\n * ```\n * let a = 1;\n * ```\n */\nval a = 1\n";
        assert_eq!(translate(example), "/**\n * Adds.\n *\n */\nval a = 1\n");
    }

    #[test]
    fn an_open_backtick_is_left_alone() {
        assert_eq!(translate(" * a ` alone\n"), " * a ` alone\n");
    }
}
