//! What is known of a company, a person or a product, as it was written, and its parts in normal form.

use super::features::{Builder, Features, MatchField};
use super::model::MatchKind;

value_struct! {
    /// A record of a list in which duplicates are looked for. Several telephone numbers or e-mail addresses may stand in one
    /// text, set apart by `;`.
    #[derive(Default)]
    pub struct MatchRecord {
        required {
            /// What the record is called in the answer; unique in a list.
            pub id: String,
        }
        optional {
            /// The name of the company or the product; of a person the whole name, if it is not given in parts.
            pub name: Option<String>,
            /// The given name of a person.
            pub given_name: Option<String>,
            /// The family name of a person.
            pub family_name: Option<String>,
            /// The date of birth, best as `2001-02-28`.
            pub birth_date: Option<String>,
            /// The person to whom one speaks at a company.
            pub contact: Option<String>,
            /// The address in one text; beside a street it is read as building, floor and room.
            pub address: Option<String>,
            /// Street and house number.
            pub street: Option<String>,
            /// The town.
            pub city: Option<String>,
            /// The province, state or region.
            pub region: Option<String>,
            /// The postcode.
            pub postcode: Option<String>,
            /// The country, by name or two letters.
            pub country: Option<String>,
            /// Telephone numbers.
            pub phone: Option<String>,
            /// E-mail addresses.
            pub email: Option<String>,
            /// The website.
            pub website: Option<String>,
            /// A tax or register number of a company, an identity number of a person.
            pub tax_id: Option<String>,
            /// The part number of a product.
            pub part_number: Option<String>,
        }
    }
}

/// An address as it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PartyAddress {
    /// In one text.
    pub address: Option<String>,
    /// Street and house number.
    pub street: Option<String>,
    /// The town.
    pub city: Option<String>,
    /// The province, state or region.
    pub region: Option<String>,
    /// The postcode.
    pub postcode: Option<String>,
    /// The country, by name or two letters.
    pub country: Option<String>,
}

/// What is known of a company, a person or a product, as it was written; any number of each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Party {
    /// Names of the company or product: the full one first, then others; of a person the whole name.
    pub names: Vec<String>,
    /// The given name of a person.
    pub given_name: Option<String>,
    /// The family name of a person.
    pub family_name: Option<String>,
    /// The date of birth.
    pub birth_date: Option<String>,
    /// People to whom one speaks at a company.
    pub contacts: Vec<String>,
    /// Addresses.
    pub addresses: Vec<PartyAddress>,
    /// Telephone numbers.
    pub phones: Vec<String>,
    /// E-mail addresses.
    pub emails: Vec<String>,
    /// Websites.
    pub websites: Vec<String>,
    /// Tax and register numbers.
    pub tax_ids: Vec<String>,
    /// Part numbers of a product.
    pub part_numbers: Vec<String>,
}

impl From<&MatchRecord> for Party {
    fn from(record: &MatchRecord) -> Self {
        let list = |value: &Option<String>| value.iter().cloned().collect();
        let address = PartyAddress {
            address: record.address.clone(),
            street: record.street.clone(),
            city: record.city.clone(),
            region: record.region.clone(),
            postcode: record.postcode.clone(),
            country: record.country.clone(),
        };
        let addresses = if address == PartyAddress::default() { Vec::new() } else { vec![address] };
        Self {
            names: list(&record.name),
            given_name: record.given_name.clone(),
            family_name: record.family_name.clone(),
            birth_date: record.birth_date.clone(),
            contacts: list(&record.contact),
            addresses,
            phones: list(&record.phone),
            emails: list(&record.email),
            websites: list(&record.website),
            tax_ids: list(&record.tax_id),
            part_numbers: list(&record.part_number),
        }
    }
}

/// PLACEHOLDER until the normaliser is merged: letters and digits in lower case.
fn fold(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    text.nfkc()
        .flat_map(char::to_lowercase)
        .filter(|letter| letter.is_alphanumeric() || *letter == '@' || *letter == '.')
        .collect()
}

impl Features {
    /// What is compared of a party.
    #[must_use]
    pub fn of(_kind: MatchKind, party: &Party) -> Self {
        let mut builder = Builder::default();
        for name in &party.names {
            let name = fold(name);
            for field in [MatchField::Name, MatchField::Core, MatchField::Brand, MatchField::Reading] {
                builder.add(field, &name);
            }
        }
        for (field, value) in [
            (MatchField::GivenName, &party.given_name),
            (MatchField::FamilyName, &party.family_name),
            (MatchField::BirthDate, &party.birth_date),
        ] {
            builder.add(field, &fold(value.as_deref().unwrap_or_default()));
        }
        let digits = |text: &String| text.chars().filter(char::is_ascii_digit).collect::<String>();
        party.phones.iter().for_each(|phone| builder.add(MatchField::Phone, &digits(phone)));
        party.emails.iter().for_each(|email| builder.add(MatchField::Email, &fold(email)));
        party.tax_ids.iter().for_each(|tax| builder.add(MatchField::TaxId, &format!("!{}", fold(tax))));
        party
            .part_numbers
            .iter()
            .for_each(|number| builder.add(MatchField::PartNumber, &fold(number).replace('.', "")));
        party.addresses.iter().for_each(|address| {
            builder.add(MatchField::City, &fold(address.city.as_deref().unwrap_or_default()));
            builder.add(MatchField::Street, &fold(address.street.as_deref().unwrap_or_default()));
        });
        builder.build()
    }
}
