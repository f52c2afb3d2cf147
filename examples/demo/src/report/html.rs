//! The smallest parts of the page: escaped text, figures, tables.

use crm_core::value::{Decimal, Rounding};

use super::Money;

/// Characters of a value that a table cell shows.
const MAX_CELL_CHARS: usize = 160;

/// The head of the page up to the open body.
pub fn head(title: &str) -> String {
    format!(
        concat!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
            "<meta name=\"color-scheme\" content=\"light dark\">\n",
            "<meta http-equiv=\"Content-Security-Policy\" ",
            "content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n",
            "<title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n"
        ),
        escape(title),
        include_str!("style.css")
    )
}

/// Text that means nothing but itself, in an element and in a quoted attribute. Control characters become U+FFFD.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\n' | '\t' => safe.push(c),
            c if c.is_control() => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

/// Escaped text that says in which language it is, if it is written in Chinese or Japanese characters: they look
/// different in the two, and browsers choose the font by the language.
pub fn words(text: &str) -> String {
    let escaped = escape(text);
    language(text).map_or_else(|| escaped.clone(), |language| format!("<span lang=\"{language}\">{escaped}</span>"))
}

/// Japanese by its syllables or its words for a company, Chinese by the characters alone.
fn language(text: &str) -> Option<&'static str> {
    let has = |first: char, last: char| text.chars().any(|c| (first..=last).contains(&c));
    let company = ["株式会社", "有限会社", "合同会社"].iter().any(|word| text.contains(word));
    if company || has('\u{3041}', '\u{30ff}') {
        Some("ja")
    } else {
        (has('\u{3400}', '\u{9fff}') || has('\u{20000}', '\u{323af}')).then_some("zh-Hans")
    }
}

/// Escaped text, cut when it is too long for a cell; a value that looks empty is made visible.
pub fn cell_text(text: &str) -> String {
    if text.trim().is_empty() {
        return "<span class=\"muted\">empty</span>".to_owned();
    }
    let short: String = text.chars().take(MAX_CELL_CHARS).collect();
    let dots = if short.len() < text.len() { "…" } else { "" };
    format!("{}{dots}", words(&short))
}

/// A number with thousands separators, rounded to whole units.
pub fn whole(amount: Decimal) -> String {
    grouped(&amount.round(0, Rounding::HalfUp).to_fixed(0))
}

/// Digits in groups of three; a sign and decimals stay as they are.
pub fn grouped(number: &str) -> String {
    let (sign, rest) = number.strip_prefix('-').map_or(("", number), |rest| ("−", rest));
    let (digits, decimals) = rest.split_once('.').map_or((rest, String::new()), |(d, f)| (d, format!(".{f}")));
    let mut text = sign.to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text.push_str(&decimals);
    text
}

/// An amount in three or four digits: `128.4 M`, `950 K`, `12`.
pub fn compact(amount: Decimal) -> String {
    let steps = [(1_000_000_000_i128, "B"), (1_000_000, "M"), (1_000, "K")];
    for (unit, letter) in steps {
        let Ok(divisor) = Decimal::new(unit, 0) else { continue };
        if amount.abs() < divisor {
            continue;
        }
        let Ok(exact) = amount.checked_div(divisor, 6, Rounding::HalfUp) else { continue };
        let is_small = Decimal::new(100, 0).is_ok_and(|hundred| exact.abs() < hundred);
        let scale = u32::from(is_small);
        let text = exact.round(scale, Rounding::HalfUp).to_fixed(scale);
        return format!("{}\u{a0}{letter}", grouped(&text));
    }
    whole(amount)
}

/// A round amount on an axis, without needless decimals: `10 M`.
pub fn tick(amount: Decimal) -> String {
    compact(amount).replace(".0\u{a0}", "\u{a0}")
}

/// The currency and the shortened amount.
pub fn compact_money(money: &Money) -> String {
    match money.currency.as_str() {
        "" => compact(money.amount),
        currency => format!("{}\u{a0}{}", escape(currency), compact(money.amount)),
    }
}

/// An amount in whole units, the exact one in the markup; a dash when there is none.
pub fn amount_cell(money: &Money) -> String {
    if money.amount == Decimal::default() {
        return "<span class=\"muted\">–</span>".to_owned();
    }
    format!("<data value=\"{}\">{}</data>", money.amount, whole(money.amount))
}

/// The share of a part in a whole in ten-thousandths, 0 to 10,000.
pub fn share(part: Decimal, whole: Decimal) -> u32 {
    let scaled = Decimal::new(10_000, 0).and_then(|unit| part.checked_mul(unit));
    let quotient = scaled.and_then(|part| part.checked_div(whole, 0, Rounding::HalfUp));
    let number = quotient.ok().and_then(|share| share.to_scaled(0)).unwrap_or(0);
    u32::try_from(number.clamp(0, 10_000)).unwrap_or(0)
}

/// Thousandths as a percentage with one decimal: `38.5 %`.
pub fn percent(permille: u32) -> String {
    format!("{}.{}\u{a0}%", permille / 10, permille % 10)
}

/// A number of things with their name: `1 row`, `2,000 rows`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(&number.to_string()), if number == 1 { one } else { many })
}

/// A column of a table.
#[derive(Debug, Clone)]
pub struct Column {
    /// The header, not yet escaped.
    pub name: String,
    /// Whether it holds figures, which stand at the right.
    pub figures: bool,
    /// Whether a narrow page leaves it out.
    pub minor: bool,
}

impl Column {
    /// The same column, left out on a narrow page.
    pub fn minor(self) -> Self {
        Self { minor: true, ..self }
    }

    /// The class of its cells.
    fn class(&self) -> &'static str {
        match (self.figures, self.minor) {
            (false, false) => "",
            (true, false) => " class=\"n\"",
            (false, true) => " class=\"minor\"",
            (true, true) => " class=\"n minor\"",
        }
    }
}

/// A column of text.
pub fn text(name: &str) -> Column {
    Column { name: name.to_owned(), figures: false, minor: false }
}

/// A column of figures; the unit stands in the header.
pub fn figures(name: &str, unit: &str) -> Column {
    let name = if unit.is_empty() { name.to_owned() } else { format!("{name}, {unit}") };
    Column { name, figures: true, minor: false }
}

/// A table that scrolls in its own frame when it is wider than the page. Cells are markup; the first of a row is its
/// header.
pub fn table(caption: &str, columns: &[Column], rows: &[Vec<String>]) -> String {
    // Few columns stand close together: the eye must find the way from one to the next.
    let slim = if columns.len() <= 3 { " class=\"slim\"" } else { "" };
    let mut out = format!(
        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{0}\">\n<table{slim}>\n<caption>{0}</caption>\n<thead><tr>",
        escape(caption)
    );
    for column in columns {
        let class = column.class();
        out.push_str(&format!("<th scope=\"col\"{class}>{}</th>", escape(&column.name)));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        out.push_str("<tr>");
        for (at, (cell, column)) in row.iter().zip(columns).enumerate() {
            let class = column.class();
            let (open, close) = if at == 0 { ("th scope=\"row\"", "th") } else { ("td", "td") };
            out.push_str(&format!("<{open}{class}>{cell}</{close}>"));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
    out
}

/// Text that is folded away until it is asked for; on paper it is unfolded.
pub fn details(summary: &str, body: &str) -> String {
    format!("<details>\n<summary>{}</summary>\n{body}</details>\n", escape(summary))
}

/// Text that is folded away, on paper too: there the line that says so has to do.
pub fn brief_details(summary: &str, body: &str) -> String {
    format!("<details class=\"brief\">\n<summary>{}</summary>\n{body}</details>\n", escape(summary))
}

/// A list that may be long: folded away unless `open`, and left out on paper.
pub fn long_details(summary: &str, body: &str, open: bool) -> String {
    let open = if open { " open" } else { "" };
    format!("<details class=\"long\"{open}>\n<summary>{}</summary>\n{body}</details>\n", escape(summary))
}
