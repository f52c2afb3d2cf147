//! Addresses: street, number and detail apart, and city, region and country in one form.

use super::bounds::{MAX_CHARS, fold, head, is_han};
use super::country;

mod chinese;
mod western;

#[cfg(test)]
mod tests;

/// An address in its parts; a part that is not known is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Address {
    /// The name of the street without its number: "星湖街", "musterstr", "high st".
    pub(crate) street: String,
    /// The number in the street, compact: "328", "12a", "12-3" for 12弄3号.
    pub(crate) number: Option<String>,
    /// Building, floor and room.
    pub(crate) detail: String,
    /// The district, county or town below the city (Chinese addresses), without its ending.
    pub(crate) district: String,
    /// The city, without 市.
    pub(crate) city: String,
    /// The region, without 省.
    pub(crate) region: String,
    /// The postcode: capitals and digits only.
    pub(crate) postcode: String,
    /// The country, a code of ISO 3166-1.
    pub(crate) country: Option<String>,
}

/// The parts of an address. `address` is the whole in one text; what stands in a field of its own goes before what is
/// found in a text.
pub(crate) fn parse(
    address: Option<&str>,
    street: Option<&str>,
    city: Option<&str>,
    region: Option<&str>,
    postcode: Option<&str>,
    country: Option<&str>,
) -> Address {
    let filled = |text: Option<&str>| text.map(|text| head(text).trim().to_owned()).filter(|text| !text.is_empty());
    let (street, address) = (filled(street), filled(address));
    let in_chinese = |text: &str| text.chars().any(is_han);
    let text = street.as_deref().or(address.as_deref()).unwrap_or_default();
    let given = Given {
        city: filled(city).map(|city| place(&city)).unwrap_or_default(),
        region: filled(region).map(|region| place(&region)).unwrap_or_default(),
        postcode: filled(postcode).map(|code| compact_postcode(&code)).unwrap_or_default(),
        country: filled(country).and_then(|country| country::code(&country)).map(str::to_owned),
    };
    let mut read = if in_chinese(text) {
        chinese::read(&fold(text))
    } else if street.is_some() {
        western::street_only(&fold_lines(text))
    } else {
        western::whole(&fold_lines(text), given.country.as_deref())
    };
    given.put_into(&mut read);
    read
}

/// What stands in fields of its own.
struct Given {
    city: String,
    region: String,
    postcode: String,
    country: Option<String>,
}

impl Given {
    fn put_into(self, address: &mut Address) {
        let prefer = |field: &mut String, given: String| {
            if !given.is_empty() {
                *field = given;
            }
        };
        // A county-level city in the field keeps its place below the prefecture of the text: 苏州市昆山市.
        if address.district == self.city && !address.city.is_empty() && !self.city.is_empty() {
            address.city.clone_from(&self.city);
        }
        prefer(&mut address.city, self.city);
        prefer(&mut address.region, self.region);
        prefer(&mut address.postcode, self.postcode);
        if self.country.is_some() {
            address.country = self.country;
        }
    }
}

/// The one form of a city or region: folded, without the Chinese endings, its words divided by one blank.
pub(crate) fn place(text: &str) -> String {
    let folded = fold(text);
    if folded.chars().any(is_han) {
        let compact: String = folded.chars().filter(|c| c.is_alphanumeric()).collect();
        return chinese::without_ending(&compact).to_owned();
    }
    words(&folded)
}

/// The words of a text, divided by one blank, without punctuation.
fn words(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    for word in
        text.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| word.contains(char::is_alphanumeric))
    {
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.extend(word.chars().filter(|c| *c != '\''));
    }
    joined
}

/// A folded text whose lines are divided by commas.
fn fold_lines(text: &str) -> String {
    fold(text).replace(['\n', '\r', ';', '|', '，', '、'], ",")
}

/// Capitals and digits of a postcode, without a country in front ("D-80331") and the last four digits of the USA.
pub(crate) fn compact_postcode(text: &str) -> String {
    let text = fold(text);
    let text = text.trim();
    let behind = text.split_once('-').filter(|(country, rest)| {
        (1..=2).contains(&country.len())
            && country.bytes().all(|b| b.is_ascii_alphabetic())
            && rest.starts_with(|c: char| c.is_ascii_digit())
    });
    let text = behind.map_or(text, |(_, rest)| rest);
    let text =
        text.split_once('-').filter(|(zip, four)| is_digits(zip, 5) && is_digits(four, 4)).map_or(text, |(zip, _)| zip);
    let short: String =
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).take(MAX_CHARS).collect();
    short
}

fn is_digits(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())
}
