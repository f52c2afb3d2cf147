//! Days of birth, in the forms in which people and systems write them.

use super::bounds::{ascii_digit, fold};

/// The years that a living or lately living person may be born in.
const YEARS: std::ops::RangeInclusive<u32> = 1850..=2100;

/// The names of the months in English and German, by their first letters.
const MONTHS: [&[&str]; 12] = [
    &["jan", "jän"],
    &["feb"],
    &["mar", "mär", "mrz"],
    &["apr"],
    &["may", "mai"],
    &["jun"],
    &["jul"],
    &["aug"],
    &["sep"],
    &["oct", "okt"],
    &["nov"],
    &["dec", "dez"],
];

/// What a day is written with.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// Up to eight digits: their value, and how many there are.
    Number(u32, usize),
    /// The number of a month that is written in letters.
    Month(u32),
}

/// Year, month and day of birth; `None` if the text is no such day, or could be two.
///
/// Read are 1980-03-12 (also with a time behind it), 19800312, 1980年3月12日, 12.03.1980, 12 March 1980 and March 12,
/// 1980. Of 03/12/1980 and 03-12-1980 nobody knows which is the month; 25/12/1980 and 12/25/1980 are one day.
pub(crate) fn birth(raw: &str) -> Option<(i32, u32, u32)> {
    let text = fold(raw);
    let text = text.trim();
    // A time behind the day is no part of it.
    let day =
        text.split_once('t').filter(|(day, _)| day.len() >= 8 && day.bytes().all(|b| b.is_ascii_digit() || b == b'-'));
    let text = day.map_or(text, |(day, _)| day);
    let parts = parts(text)?;
    match parts.as_slice() {
        [Part::Number(number, 8)] => valid(number / 10_000, number / 100 % 100, number % 100),
        [Part::Number(year, 4), Part::Number(month, 1..=2), Part::Number(day, 1..=2), ..] => valid(*year, *month, *day),
        [Part::Number(day, 1..=2), Part::Month(month), Part::Number(year, 4)]
        | [Part::Month(month), Part::Number(day, 1..=2), Part::Number(year, 4)]
        | [Part::Number(year, 4), Part::Month(month), Part::Number(day, 1..=2)] => valid(*year, *month, *day),
        [Part::Number(first, 1..=2), Part::Number(second, 1..=2), Part::Number(year, 4), rest @ ..]
            if is_time(rest) =>
        {
            // Dots are written with the day first, wherever dots are written.
            if text.contains('.') { valid(*year, *second, *first) } else { unambiguous(*year, *first, *second) }
        }
        _ => None,
    }
}

/// The digits of a day that cannot be read, for the comparison of texts.
pub(crate) fn loose(raw: &str) -> String {
    fold(raw).chars().filter_map(ascii_digit).collect()
}

fn parts(text: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end_of = |kind: fn(char) -> bool| rest.find(|c: char| !kind(c)).unwrap_or(rest.len());
        let end = if first.is_ascii_digit() {
            let end = end_of(|c| c.is_ascii_digit());
            let digits = rest.get(..end)?;
            parts.push(Part::Number(digits.parse().ok().filter(|_| end <= 8)?, end));
            end
        } else if first.is_alphabetic() {
            let end = end_of(char::is_alphabetic);
            let word = rest.get(..end)?;
            let month = MONTHS.iter().zip(1..).find(|(names, _)| names.iter().any(|name| word.starts_with(name)));
            match month {
                Some((_, month)) => parts.push(Part::Month(month)),
                // Also the endings of 1st, 2nd, 3rd and 4th.
                None if matches!(word, "年" | "月" | "日" | "号" | "st" | "nd" | "rd" | "th" | "of") => {}
                None => return None,
            }
            end
        } else {
            first.len_utf8()
        };
        rest = rest.get(end..)?;
    }
    (parts.len() <= 7).then_some(parts)
}

fn is_time(parts: &[Part]) -> bool {
    parts.iter().all(|part| matches!(part, Part::Number(0..=60, 1..=2)))
}

fn unambiguous(year: u32, first: u32, second: u32) -> Option<(i32, u32, u32)> {
    let (one, other) = (valid(year, first, second), valid(year, second, first));
    match (one, other) {
        (Some(one), Some(other)) => (one == other).then_some(one),
        _ => one.or(other),
    }
}

fn valid(year: u32, month: u32, day: u32) -> Option<(i32, u32, u32)> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return None,
    };
    let fits = YEARS.contains(&year) && (1..=days).contains(&day);
    fits.then(|| i32::try_from(year).ok().map(|year| (year, month, day))).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_in_every_form_that_means_one_day_only() {
        for text in [
            "1980-03-12",
            "1980-03-12T00:00:00Z",
            "1980-03-12 00:00:00",
            "19800312",
            "1980/3/12",
            "1980.03.12",
            "1980年3月12日",
            "1980年03月12号",
            "１９８０年３月１２日",
            "12.03.1980",
            "12.3.1980",
            " 12. März 1980",
            "12 March 1980",
            "March 12, 1980",
            "Mar 12th, 1980",
            "1980 Mar 12",
            "12-Mar-1980",
        ] {
            assert_eq!(birth(text), Some((1980, 3, 12)), "{text}");
        }
        assert_eq!(birth("12/25/1980"), Some((1980, 12, 25)));
        assert_eq!(birth("25/12/1980"), Some((1980, 12, 25)));
        assert_eq!(birth("03/03/1980"), Some((1980, 3, 3)));
        assert_eq!(birth("13.12.1980"), Some((1980, 12, 13)));
    }

    #[test]
    fn a_day_that_could_be_two_or_none_is_not_read() {
        for text in [
            "03/12/1980",
            "3-12-1980",
            "",
            "1980",
            "12.03.80",
            "1980-13-01",
            "1981-02-29",
            "31.04.1980",
            "00000000",
            "99999999",
            "1700-01-01",
            "unknown",
            "1980-03",
            "🎂",
            "1980-03-12-07-08-09-10-11",
            "ٱ",
            "19800312123456",
        ] {
            assert_eq!(birth(text), None, "{text}");
        }
        assert_eq!(birth("29.02.2000"), Some((2000, 2, 29)));
        assert_eq!(birth("29.02.1900"), None);
        assert_eq!(birth(&"1980-03-12 ".repeat(6_000)), None);
    }

    #[test]
    fn the_digits_are_left_of_a_day_that_cannot_be_read() {
        assert_eq!(loose("03/12/1980"), "03121980");
        assert_eq!(loose("１２月"), "12");
        assert_eq!(loose("unknown"), "");
    }
}
