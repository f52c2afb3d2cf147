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

impl MatchField {
    pub(crate) const fn place(self) -> usize {
        self as usize
    }
}

/// The normal forms of one record, as bytes: of every part the number of its values, then each with its length.
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
        View::read(bytes).map(|_| Self(bytes.into()))
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
        View::read(&self.0).unwrap_or_default()
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

    pub(crate) fn first(&self, field: MatchField) -> Option<&str> {
        self.values.get(field.place())?.first().map(String::as_str)
    }

    pub(crate) fn build(mut self) -> Features {
        let mut bytes = Vec::with_capacity(160);
        for values in &mut self.values {
            values.sort_unstable();
            bytes.push(short(values.len()));
            for value in values.iter() {
                bytes.push(short(value.len()));
                bytes.extend_from_slice(value.as_bytes());
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
    count: u8,
    bytes: &'a [u8],
}

impl<'a> Values<'a> {
    pub(crate) const fn is_empty(self) -> bool {
        self.count == 0
    }

    pub(crate) const fn len(self) -> usize {
        self.count as usize
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = &'a str> {
        let mut rest = self.bytes;
        (0..self.count).map_while(move |_| {
            let (value, after) = take(rest)?;
            rest = after;
            Some(value)
        })
    }

    pub(crate) fn first(self) -> Option<&'a str> {
        self.iter().next()
    }

    /// Whether a value stands in both.
    pub(crate) fn meets(self, other: Self) -> bool {
        self.common(other).is_some()
    }

    /// The first value that stands in both.
    pub(crate) fn common(self, other: Self) -> Option<&'a str> {
        if self.count == 1 && other.count == 1 {
            return (self.bytes == other.bytes).then(|| self.first()).flatten();
        }
        self.iter().find(|value| other.iter().any(|one| one == *value))
    }
}

fn take(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let (length, rest) = bytes.split_first()?;
    let (value, rest) = rest.split_at_checked(usize::from(*length))?;
    Some((std::str::from_utf8(value).ok()?, rest))
}

/// The parts of a record, borrowed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    fields: [Values<'a>; FIELDS],
}

impl Default for View<'_> {
    fn default() -> Self {
        Self { fields: [Values::default(); FIELDS] }
    }
}

impl<'a> View<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self> {
        Self::parse(bytes).ok_or_else(|| Error::corrupt(ErrorCode::Store, "features of a record cannot be read"))
    }

    fn parse(bytes: &'a [u8]) -> Option<Self> {
        let mut view = Self::default();
        let mut rest = bytes;
        for values in &mut view.fields {
            let (count, after) = rest.split_first()?;
            let mut end = after;
            for _ in 0..*count {
                end = take(end)?.1;
            }
            *values = Values { count: *count, bytes: after.get(..after.len() - end.len())? };
            rest = end;
        }
        rest.is_empty().then_some(view)
    }

    pub(crate) fn get(&self, field: MatchField) -> Values<'a> {
        self.fields.get(field.place()).copied().unwrap_or_default()
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
