//! What is compared of a record: every part of it in one normal form, as bytes that a store keeps and a comparison reads
//! without copying.

use crate::value::{Error, ErrorCode, Result};

/// The version of the normal forms. Features of an older version are made anew by the re-key job.
pub const FEATURES_VERSION: u32 = 1;
/// The most values of one part that are kept, for example telephone numbers.
pub(crate) const MAX_VALUES: usize = 8;
/// The longest value that is kept, in bytes; a longer one is cut at a character.
pub(crate) const MAX_VALUE_BYTES: usize = 240;

value_enum! {
    /// A part of a record that is compared by itself.
    pub enum MatchField {
        /// The whole name without punctuation.
        Name = "name",
        /// The name without legal form and branch.
        Core = "core",
        /// What sets the name apart from others (字号).
        Brand = "brand",
        /// The line of business in the name (行业).
        Industry = "industry",
        /// The legal form, in one written form for all languages (组织形式).
        LegalForm = "legal_form",
        /// The branch office (分公司); it is a place of business of its own.
        Branch = "branch",
        /// Where it is: an administrative code, from the fields, the address, the name, the telephone or the tax number.
        Region = "region",
        /// The town as it is written.
        City = "city",
        /// How the brand or the family name is read (拼音).
        Reading = "reading",
        /// The family name (姓).
        FamilyName = "family_name",
        /// The given name (名).
        GivenName = "given_name",
        /// Family and given name together. It has no values of its own.
        FullName = "full_name",
        /// The date of birth, eight digits.
        BirthDate = "birth_date",
        /// Telephone numbers with country and extension.
        Phone = "phone",
        /// E-mail addresses without sub-address.
        Email = "email",
        /// Domains of the company; those of free mail are left out.
        Domain = "domain",
        /// Street and number.
        Street = "street",
        /// Building, floor and room, or the second line of an address.
        Unit = "unit",
        /// The postcode.
        Postcode = "postcode",
        /// Where it is as a whole: street, postcode, town and region together. It has no values of its own.
        Place = "place",
        /// The person to whom one speaks.
        Contact = "contact",
        /// Tax and register numbers: `!` before a number whose check digits fit, then kind, colon, value.
        TaxId = "tax_id",
        /// The part number (型号, 料号).
        PartNumber = "part_number",
    }
}

/// How many parts there are.
pub(crate) const FIELDS: usize = MatchField::ALL.len();

/// Where the parts begin: behind their ends, two bytes each.
const HEADER: usize = 2 * FIELDS;

impl MatchField {
    pub(crate) const fn place(self) -> usize {
        self as usize
    }
}

/// The normal forms of one record, as bytes: where each part ends, then the parts, every value with its length before it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Features(Box<[u8]>);

impl Features {
    /// The bytes as a store keeps them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Reads kept bytes.
    ///
    /// # Errors
    /// `Corrupt` if they are not what [`Features::as_bytes`] gave in this version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let whole = View { bytes }.is_whole();
        whole
            .then(|| Self(bytes.into()))
            .ok_or_else(|| Error::corrupt(ErrorCode::Store, "features of a record cannot be read"))
    }

    /// The parts that have values, with these in rising order. A tax number whose check digits fit begins with `!`.
    #[must_use]
    pub fn parts(&self) -> Vec<(MatchField, Vec<String>)> {
        let view = self.view();
        let values = |field: &MatchField| (*field, view.get(*field).iter().map(str::to_owned).collect::<Vec<_>>());
        MatchField::ALL.iter().map(values).filter(|(_, values)| !values.is_empty()).collect()
    }

    /// Looks into the parts.
    pub(crate) fn view(&self) -> View<'_> {
        View { bytes: &self.0 }
    }
}

/// Collects the values of a record's parts.
#[derive(Debug, Clone)]
pub(crate) struct Builder {
    values: [Vec<String>; FIELDS],
}

impl Default for Builder {
    fn default() -> Self {
        Self { values: std::array::from_fn(|_| Vec::new()) }
    }
}

impl Builder {
    /// Adds a value unless it is empty or there already; what is beyond the limits is left out.
    pub(crate) fn add(&mut self, field: MatchField, value: &str) {
        let value = cut(value, MAX_VALUE_BYTES);
        let Some(values) = self.values.get_mut(field.place()) else { return };
        if !value.is_empty() && values.len() < MAX_VALUES && !values.iter().any(|known| known == value) {
            values.push(value.to_owned());
        }
    }

    pub(crate) fn build(mut self) -> Features {
        let mut bytes = vec![0; HEADER];
        for (place, values) in self.values.iter_mut().enumerate() {
            values.sort_unstable();
            for value in values.iter() {
                bytes.push(short(value.len()));
                bytes.extend_from_slice(value.as_bytes());
            }
            let end = u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_le_bytes();
            if let Some(kept) = bytes.get_mut(2 * place..2 * place + 2) {
                kept.copy_from_slice(&end);
            }
        }
        Features(bytes.into())
    }
}

/// A length within the limits above as one byte.
fn short(length: usize) -> u8 {
    u8::try_from(length).unwrap_or(u8::MAX)
}

/// The text up to so many bytes, cut at a character.
pub(crate) fn cut(text: &str, max: usize) -> &str {
    if text.len() <= max {
        return text;
    }
    let end = (0..=max).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

/// The values of one part, in rising order.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Values<'a> {
    bytes: &'a [u8],
}

impl<'a> Values<'a> {
    pub(crate) const fn is_empty(self) -> bool {
        self.bytes.is_empty()
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = &'a str> {
        let mut rest = self.bytes;
        std::iter::from_fn(move || {
            let (value, after) = take(rest)?;
            rest = after;
            Some(value)
        })
    }

    pub(crate) fn first(self) -> Option<&'a str> {
        self.iter().next()
    }

    /// Whether there is one value and no more.
    fn is_single(self) -> bool {
        self.bytes.first().is_some_and(|length| usize::from(*length) + 1 == self.bytes.len())
    }

    /// Whether a value stands in both.
    pub(crate) fn meets(self, other: Self) -> bool {
        if self.is_single() && other.is_single() {
            return self.bytes == other.bytes;
        }
        self.common(other).is_some()
    }

    /// The first value that stands in both.
    pub(crate) fn common(self, other: Self) -> Option<&'a str> {
        self.iter().find(|value| other.iter().any(|one| one == *value))
    }
}

fn take(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let (length, rest) = bytes.split_first()?;
    let (value, rest) = rest.split_at_checked(usize::from(*length))?;
    Some((std::str::from_utf8(value).ok()?, rest))
}

/// The parts of a record, borrowed.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct View<'a> {
    bytes: &'a [u8],
}

impl<'a> View<'a> {
    /// Where a part ends.
    fn end(&self, place: usize) -> Option<usize> {
        let bytes = self.bytes.get(2 * place..2 * place + 2)?;
        Some(usize::from(u16::from_le_bytes(bytes.try_into().ok()?)))
    }

    fn part(&self, place: usize) -> Option<Values<'a>> {
        let start = match place.checked_sub(1) {
            Some(before) => self.end(before)?,
            None => HEADER,
        };
        Some(Values { bytes: self.bytes.get(start..self.end(place)?)? })
    }

    pub(crate) fn get(&self, field: MatchField) -> Values<'a> {
        self.part(field.place()).unwrap_or_default()
    }

    /// Whether all parts can be read and there is nothing else.
    fn is_whole(&self) -> bool {
        let readable = |place: usize| {
            self.part(place).is_some_and(|values| {
                let read: usize = values.iter().map(|value| value.len() + 1).sum();
                read == values.bytes.len()
            })
        };
        self.end(FIELDS - 1) == Some(self.bytes.len()) && (0..FIELDS).all(readable)
    }
}

/// The town in the text of a region: four digits in China, nine after the `w` of other countries.
pub(crate) fn town_of(region: &str) -> Option<&str> {
    if region.starts_with('w') { region.get(..10) } else { region.get(..4) }
}

/// The province, state or land in the text of a region.
pub(crate) fn province_of(region: &str) -> Option<&str> {
    if region.starts_with('w') { region.get(..8).filter(|state| !state.ends_with("00")) } else { region.get(..2) }
}
