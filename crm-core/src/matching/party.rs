//! What is known of a company, a person or a product, as it was written, and its parts in normal form.

use super::features::{Builder, Features, MatchField, cut, town_of};
use super::model::MatchKind;
use super::normalise::{address, company, date, email, han, part_number, person, phone, region, tax, text};
use super::parallel::map_chunks;

/// Of a name so many bytes are looked at.
const MAX_NAME_BYTES: usize = 1_024;
/// Of any other text so many bytes are looked at.
const MAX_TEXT_BYTES: usize = 512;

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

impl MatchRecord {
    /// The names of the fields that [`MatchRecord::set`] knows: all but the id.
    pub const FIELDS: &'static [&'static str] = &[
        "name",
        "given_name",
        "family_name",
        "birth_date",
        "contact",
        "address",
        "street",
        "city",
        "region",
        "postcode",
        "country",
        "phone",
        "email",
        "website",
        "tax_id",
        "part_number",
    ];

    /// Sets a field by its name; gives back whether there is such a field. The id is not set in this way.
    pub fn set(&mut self, field: &str, value: Option<String>) -> bool {
        let place = match field {
            "name" => &mut self.name,
            "given_name" => &mut self.given_name,
            "family_name" => &mut self.family_name,
            "birth_date" => &mut self.birth_date,
            "contact" => &mut self.contact,
            "address" => &mut self.address,
            "street" => &mut self.street,
            "city" => &mut self.city,
            "region" => &mut self.region,
            "postcode" => &mut self.postcode,
            "country" => &mut self.country,
            "phone" => &mut self.phone,
            "email" => &mut self.email,
            "website" => &mut self.website,
            "tax_id" => &mut self.tax_id,
            "part_number" => &mut self.part_number,
            _ => return false,
        };
        *place = value;
        true
    }

    /// What is compared of it.
    #[must_use]
    pub fn features(&self, kind: MatchKind) -> Features {
        Features::of(kind, &Party::from(self))
    }
}

/// What is compared of each record of a list, with its id, in the order of the list.
#[must_use]
pub fn features_of(kind: MatchKind, records: &[MatchRecord], threads: usize) -> Vec<(String, Features)> {
    let each = |record: &MatchRecord| (record.id.clone(), record.features(kind));
    map_chunks(records, threads, |_, chunk| chunk.iter().map(each).collect::<Vec<_>>()).concat()
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

impl Features {
    /// The normal forms of all that is known of a record. Bad or empty values are left out; long ones are cut.
    #[must_use]
    pub fn of(kind: MatchKind, party: &Party) -> Self {
        let mut parts = Builder::default();
        match kind {
            MatchKind::Organisation => organisation(&mut parts, party),
            MatchKind::Person => human(&mut parts, party),
            MatchKind::Product => product(&mut parts, party),
        }
        parts.build()
    }
}

fn short(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(|text| cut(text, MAX_TEXT_BYTES)).filter(|text| !text.trim().is_empty())
}

fn organisation(parts: &mut Builder, party: &Party) {
    let names: Vec<_> = party.names.iter().map(|name| company::parse(cut(name, MAX_NAME_BYTES))).collect();
    for name in &names {
        parts.add(MatchField::Name, &name.compact);
        parts.add(MatchField::Core, &name.core);
        parts.add(MatchField::Brand, &name.brand);
        parts.add(MatchField::Industry, &name.industry);
        parts.add(MatchField::Branch, name.branch.as_deref().unwrap_or_default());
        if let Some(form) = &name.legal {
            parts.add(MatchField::LegalForm, form.id());
        }
        for reading in &name.readings {
            parts.add(MatchField::Reading, reading);
        }
        if name.readings.is_empty() {
            parts.add(MatchField::Reading, &text::umlaut_key(&name.brand).replace(' ', ""));
        }
    }
    for contact in &party.contacts {
        let person = person::parse(Some(cut(contact, MAX_TEXT_BYTES)), None, None);
        if !person.full.is_empty() {
            let reading = person_readings(&person).into_iter().next().unwrap_or_default();
            parts.add(MatchField::Contact, &format!("{}|{reading}", person.full));
        }
    }
    let places = addresses(parts, party);
    let area = channels(parts, party);
    let numbers = taxes(parts, party);
    let named = names.iter().filter_map(|name| name.region);
    let codes = numbers.iter().filter_map(|number| region::of_credit_code(number));
    let areas = area.iter().filter_map(|area| region::of_area_code(area));
    let found: Vec<String> = places.into_iter().chain(named).chain(areas).chain(codes).map(place).collect();
    // The first that names a town; a province only if nothing does.
    let best = found.iter().find(|code| town_of(code).is_some()).or_else(|| found.first());
    parts.add(MatchField::Region, best.map_or("", String::as_str));
}

/// A region as text that begins with what it lies in: two digits a province, four a prefecture, six a county. Other countries
/// begin with `w`: five digits the country, two the state, two the town. Of a city that is a province of its own all
/// districts lie in one town.
fn place(region: region::Region) -> String {
    let code = region.code.to_string();
    if code.len() > 6 {
        let known = code.strip_suffix("0000").or_else(|| code.strip_suffix("00")).unwrap_or(&code);
        return format!("w{known}");
    }
    let province = cut(&code, 2);
    if matches!(province, "11" | "12" | "31" | "50" | "81" | "82") {
        let district = code.get(4..).filter(|district| *district != "00").unwrap_or_default();
        return format!("{province}01{district}");
    }
    let known = code.strip_suffix("0000").or_else(|| code.strip_suffix("00"));
    known.unwrap_or(&code).to_owned()
}

/// Adds streets, towns and postcodes; gives the regions that they name.
fn addresses(parts: &mut Builder, party: &Party) -> Vec<region::Region> {
    let mut regions = Vec::new();
    for given in &party.addresses {
        let known = address::parse(
            short(&given.address),
            short(&given.street),
            short(&given.city),
            short(&given.region),
            short(&given.postcode),
            short(&given.country),
        );
        let street = [known.street.as_str(), known.number.as_deref().unwrap_or_default()];
        parts.add(MatchField::Street, street.join(" ").trim());
        parts.add(MatchField::Unit, &known.detail);
        parts.add(MatchField::City, &known.city);
        parts.add(MatchField::Postcode, &known.postcode);
        let country = known.country.as_deref();
        let texts = [short(&given.city), short(&given.address), short(&given.street)];
        let state = short(&given.region).and_then(|state| state_of(state, country));
        let places = texts.into_iter().flatten().filter_map(region::of_text).chain(state);
        // Not the Cambridge of another country.
        let home = country.and_then(region::of_text);
        regions.extend(places.filter(|place| home.is_none_or(|home| place.country() == home)));
        regions.extend(region::of_postcode(&known.postcode).filter(|_| home.is_none_or(region::Region::is_china)));
    }
    regions
}

/// The region of a field for it. Two letters are a state of the United States, if that is the country, and else say nothing:
/// CA is California and Canada.
fn state_of(text: &str, country: Option<&str>) -> Option<region::Region> {
    let letters = text.trim();
    if letters.len() > 2 || !letters.is_ascii() {
        return region::of_text(letters);
    }
    let state = letters.to_ascii_uppercase();
    let place = US_STATES.binary_search_by_key(&state.as_str(), |(code, _)| code).ok()?;
    let name = US_STATES.get(place).filter(|_| country == Some("US"))?.1;
    region::of_text(name)
}

/// The states of the United States by their postal abbreviations (USPS Publication 28), in rising order.
const US_STATES: &[(&str, &str)] = &[
    ("AK", "Alaska"),
    ("AL", "Alabama"),
    ("AR", "Arkansas"),
    ("AZ", "Arizona"),
    ("CA", "California"),
    ("CO", "Colorado"),
    ("CT", "Connecticut"),
    ("DE", "Delaware"),
    ("FL", "Florida"),
    ("GA", "Georgia"),
    ("HI", "Hawaii"),
    ("IA", "Iowa"),
    ("ID", "Idaho"),
    ("IL", "Illinois"),
    ("IN", "Indiana"),
    ("KS", "Kansas"),
    ("KY", "Kentucky"),
    ("LA", "Louisiana"),
    ("MA", "Massachusetts"),
    ("MD", "Maryland"),
    ("ME", "Maine"),
    ("MI", "Michigan"),
    ("MN", "Minnesota"),
    ("MO", "Missouri"),
    ("MS", "Mississippi"),
    ("MT", "Montana"),
    ("NC", "North Carolina"),
    ("ND", "North Dakota"),
    ("NE", "Nebraska"),
    ("NH", "New Hampshire"),
    ("NJ", "New Jersey"),
    ("NM", "New Mexico"),
    ("NV", "Nevada"),
    ("NY", "New York"),
    ("OH", "Ohio"),
    ("OK", "Oklahoma"),
    ("OR", "Oregon"),
    ("PA", "Pennsylvania"),
    ("RI", "Rhode Island"),
    ("SC", "South Carolina"),
    ("SD", "South Dakota"),
    ("TN", "Tennessee"),
    ("TX", "Texas"),
    ("UT", "Utah"),
    ("VA", "Virginia"),
    ("VT", "Vermont"),
    ("WA", "Washington"),
    ("WI", "Wisconsin"),
    ("WV", "West Virginia"),
    ("WY", "Wyoming"),
];

/// Adds telephone numbers, e-mail addresses and domains; gives the Chinese area codes.
fn channels(parts: &mut Builder, party: &Party) -> Vec<String> {
    let country = party.addresses.iter().find_map(|address| short(&address.country));
    let mut areas = Vec::new();
    for given in &party.phones {
        for phone in phone::parse(cut(given, MAX_TEXT_BYTES), country) {
            let extension = phone.extension.as_deref().map(|extension| format!("x{extension}")).unwrap_or_default();
            parts.add(MatchField::Phone, &format!("{}{extension}", phone.e164));
            areas.extend(phone.area);
        }
    }
    for given in &party.emails {
        for email in email::parse(cut(given, MAX_TEXT_BYTES)) {
            parts.add(MatchField::Email, &email.address);
            if !email.free {
                let domain = email::registrable_domain(&email.domain).unwrap_or(email.domain);
                parts.add(MatchField::Domain, &domain);
            }
        }
    }
    for given in &party.websites {
        if let Some(domain) = email::website_domain(cut(given, MAX_TEXT_BYTES)) {
            parts.add(MatchField::Domain, &domain);
        }
    }
    areas
}

/// Adds tax numbers; gives the unified social credit codes, which tell a region.
fn taxes(parts: &mut Builder, party: &Party) -> Vec<String> {
    let country = party.addresses.iter().find_map(|address| short(&address.country));
    let mut codes = Vec::new();
    for given in &party.tax_ids {
        if let Some(number) = tax::parse(cut(given, MAX_TEXT_BYTES), country) {
            let mark = if number.valid { "!" } else { "" };
            parts.add(MatchField::TaxId, &format!("{mark}{}:{}", number.kind, number.value));
            if number.kind == "uscc" {
                codes.push(number.value);
            }
        }
    }
    codes
}

fn human(parts: &mut Builder, party: &Party) {
    let whole = party.names.first().map(|name| cut(name, MAX_NAME_BYTES));
    let name = person::parse(whole, short(&party.given_name), short(&party.family_name));
    parts.add(MatchField::FamilyName, &name.family);
    parts.add(MatchField::GivenName, &name.given);
    for reading in person_readings(&name) {
        parts.add(MatchField::Reading, &reading);
    }
    if let Some(birth) = short(&party.birth_date) {
        match date::birth(birth) {
            Some((year, month, day)) => parts.add(MatchField::BirthDate, &format!("{year:04}{month:02}{day:02}")),
            None => parts.add(MatchField::BirthDate, &date::loose(birth)),
        }
    }
    let places = addresses(parts, party);
    let area = channels(parts, party);
    taxes(parts, party);
    let areas = area.iter().filter_map(|area| region::of_area_code(area));
    let best = places.into_iter().chain(areas).next();
    parts.add(MatchField::Region, &best.map(place).unwrap_or_default());
}

/// How a name of a person is read, whichever part comes first: the words in rising order, for each reading of the family name.
fn person_readings(name: &person::PersonName) -> Vec<String> {
    if !name.script_han {
        return vec![text::umlaut_key(&name.sorted())];
    }
    let given = han::common_readings(&name.given, 1).into_iter().next().unwrap_or_default();
    let read = |family: String| {
        let mut words = [family, given.clone()];
        words.sort_unstable();
        words.concat()
    };
    han::readings(&name.family, 3).into_iter().map(read).collect()
}

fn product(parts: &mut Builder, party: &Party) {
    for number in &party.part_numbers {
        parts.add(MatchField::PartNumber, &part_number::fold(cut(number, MAX_TEXT_BYTES)));
    }
    for name in &party.names {
        parts.add(MatchField::Name, &text::fold(cut(name, MAX_NAME_BYTES)));
    }
}
