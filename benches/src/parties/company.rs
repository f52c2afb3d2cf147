//! Companies as they are: families of them, with sites, people, numbers and domains. What records say of them is made
//! by [`super::noise`].

use std::collections::HashSet;

use super::random::Random;
use super::tax;
use super::words::{City, Word, Words};

/// Where a company is, which tells how it writes its name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Land {
    /// Names without spaces, region first.
    China,
    /// Germany, Austria, Switzerland.
    German,
    /// Great Britain.
    Britain,
    /// The United States.
    America,
    /// Names with 株式会社.
    Japan,
    /// Names with 주식회사.
    Korea,
}

/// How the region stands in an official Chinese name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Prefix {
    /// Not at all.
    None,
    /// 苏州
    City,
    /// 苏州市
    FullCity,
    /// 江苏
    Province,
    /// 江苏省
    FullProvince,
    /// 江苏苏州
    Both,
    /// (苏州) after the brand.
    Bracket,
}

/// The parts of a name.
#[derive(Clone)]
pub struct Name {
    /// How the region stands in it.
    pub prefix: Prefix,
    /// What it is known by.
    pub brand: String,
    /// The brand in Latin script.
    pub brand_latin: String,
    /// The line of business.
    pub trade: String,
    /// The line of business in English.
    pub trade_latin: String,
    /// The legal form.
    pub legal: String,
    /// What a branch adds; empty for a company.
    pub branch: String,
    /// The same in English.
    pub branch_latin: String,
}

/// A place of work.
#[derive(Clone)]
pub struct Site<'w> {
    /// Its city.
    pub city: &'w City,
    /// Its district; may be empty.
    pub district: &'w str,
    /// Street and number.
    pub street: String,
    /// The postcode.
    pub postcode: String,
}

/// Somebody who works there.
#[derive(Clone)]
pub struct Person {
    /// The name in the script of the country, family name first where that is the custom.
    pub name: String,
    /// Given and family name in Latin script.
    pub latin: [String; 2],
    /// The number of digits of a mobile telephone.
    pub mobile: String,
    /// What stands before the @.
    pub local: String,
    /// The free mail service, or empty: then it is the company's domain.
    pub mail: &'static str,
}

/// One company or branch.
#[derive(Clone)]
pub struct Company<'w> {
    /// Which entity it is.
    pub entity: usize,
    /// Which group it belongs to.
    pub family: usize,
    /// Its country.
    pub land: Land,
    /// The city that its name tells: a branch has the name of its company.
    pub home: &'w City,
    /// Its name.
    pub name: Name,
    /// The legal form before or after, if it changed.
    pub other_legal: Option<String>,
    /// Its own tax identifier.
    pub tax_id: String,
    /// Its sites, the main one first.
    pub sites: Vec<Site<'w>>,
    /// Local numbers of its switchboards.
    pub landlines: Vec<String>,
    /// Its people.
    pub people: Vec<Person>,
    /// Its domains, the main one first.
    pub domains: Vec<String>,
}

impl Company<'_> {
    /// The main site's city.
    pub fn city(&self) -> Option<&City> {
        self.sites.first().map(|site| site.city)
    }

    /// The code of its country.
    pub fn country(&self) -> &'static str {
        match self.land {
            Land::China => "CN",
            Land::German => self.city().map_or("DE", |city| city.code),
            Land::Britain => "GB",
            Land::America => "US",
            Land::Japan => "JP",
            Land::Korea => "KR",
        }
    }
}

struct Brand {
    land: Land,
    city: &'static str,
    name: String,
    latin: String,
}

/// Makes companies, one family after the other.
pub struct Makers<'w> {
    words: &'w Words,
    domains: HashSet<String>,
    brands: Vec<Brand>,
    names: HashSet<String>,
    entities: usize,
    families: usize,
}

const FREE_CHINA: &[&str] = &["163.com", "qq.com", "126.com", "sina.com", "foxmail.com", "139.com"];
const FREE_WEST: &[&str] = &["gmail.com", "outlook.com", "yahoo.com", "hotmail.com"];
const FREE_GERMAN: &[&str] = &["gmx.de", "web.de", "t-online.de", "gmail.com"];

/// How often a company takes a brand that another family has already, in thousandths.
const HOMONYMS: usize = 60;
/// How often that happens in the same city.
const HOMONYMS_AT_HOME: usize = 250;

impl<'w> Makers<'w> {
    /// Starts with nothing.
    pub fn new(words: &'w Words) -> Self {
        Self { words, domains: HashSet::new(), brands: Vec::new(), names: HashSet::new(), entities: 0, families: 0 }
    }

    /// The next family: one company alone, a group, or a company with branches.
    pub fn family(&mut self, random: &mut Random) -> Vec<Company<'w>> {
        self.families += 1;
        let Some(first) = self.company(random) else { return Vec::new() };
        let kind = random.below(1_000);
        let (siblings, branches) = match kind {
            0..720 => (0, 0),
            720..910 => (1 + random.early(5), 0),
            910..970 => (0, 1 + random.early(3)),
            _ => (1 + random.early(3), 1),
        };
        let mut all = vec![first.clone()];
        for _ in 0..siblings {
            all.extend(self.sibling(&first, random));
        }
        if matches!(first.land, Land::China | Land::German | Land::Japan) {
            for _ in 0..branches {
                all.extend(self.branch(&first, random));
            }
        }
        all
    }

    fn cities(&self, land: Land) -> &'w [City] {
        match land {
            Land::China => &self.words.china,
            Land::German => &self.words.german,
            Land::Britain => &self.words.british,
            Land::America => &self.words.american,
            Land::Japan => &self.words.japanese,
            Land::Korea => &self.words.korean,
        }
    }

    fn company(&mut self, random: &mut Random) -> Option<Company<'w>> {
        let lands = [Land::China, Land::German, Land::Britain, Land::America, Land::Japan, Land::Korea];
        let land = *lands.get(random.weighted([760, 90, 40, 70, 20, 20].into_iter()))?;
        let mut city = self.some_city(land, random)?;
        let known = random.chance(HOMONYMS).then(|| random.one(&self.brands)).flatten().filter(|one| one.land == land);
        let (brand, latin) = match known {
            Some(known) => {
                if random.chance(HOMONYMS_AT_HOME) {
                    city = self.cities(land).iter().find(|city| city.name == known.city).unwrap_or(city);
                }
                (known.name.clone(), known.latin.clone())
            }
            None => self.brand(land, random),
        };
        self.brands.push(Brand { land, city: city.name, name: brand.clone(), latin: latin.clone() });
        let mut name = self.name(land, brand, latin, random);
        for _ in 0..20 {
            // No registrar enters the same name twice in a city.
            if self.names.insert(format!("{} {} {}", city.name, name.brand, name.trade)) {
                break;
            }
            (name.trade, name.trade_latin) = self.trade(land, random);
        }
        self.entities += 1;
        let mut company = Company {
            entity: self.entities,
            family: self.families,
            land,
            home: city,
            other_legal: random.chance(100).then(|| legal(land, random)),
            name,
            tax_id: String::new(),
            sites: self.sites(land, city, random),
            landlines: (0..random.between(1, 2)).map(|_| landline(city, random)).collect(),
            people: Vec::new(),
            domains: Vec::new(),
        };
        company.tax_id = tax::identifier(company.country(), city.code, random);
        company.domains = (0..=usize::from(random.chance(170))).map(|_| self.domain(&company, random)).collect();
        company.people = (0..=random.early(4)).map(|_| self.person(land, random)).collect();
        Some(company)
    }

    /// A company of the same group: its brand, another city or line of business, its own tax identifier.
    fn sibling(&mut self, first: &Company<'w>, random: &mut Random) -> Option<Company<'w>> {
        let mut other = first.clone();
        self.entities += 1;
        other.entity = self.entities;
        let (home, retraded) = match random.below(100) {
            0..50 => (false, false),
            50..82 => (false, true),
            _ => (true, true),
        };
        let city = if home { first.sites.first()?.city } else { self.some_city(first.land, random)? };
        for _ in 0..20 {
            if retraded {
                (other.name.trade, other.name.trade_latin) = self.trade(first.land, random);
            }
            if self.names.insert(format!("{} {} {}", city.name, other.name.brand, other.name.trade)) {
                break;
            }
            (other.name.trade, other.name.trade_latin) = self.trade(first.land, random);
        }
        if other.name.prefix == Prefix::None || random.chance(300) {
            other.name.prefix = prefix(random);
        }
        other.home = city;
        other.name.legal = legal(first.land, random);
        other.other_legal = random.chance(100).then(|| legal(first.land, random));
        other.tax_id = tax::identifier(first.country(), city.code, random);
        let same_site = home && random.chance(220);
        if !same_site {
            other.sites = self.sites(first.land, city, random);
        }
        if !home || random.chance(if same_site { 350 } else { 750 }) {
            other.landlines = vec![landline(city, random)];
        }
        if random.chance(if home { 450 } else { 250 }) {
            other.domains = vec![self.domain(&other, random)];
        }
        other.people = (0..=random.early(3)).map(|_| self.person(first.land, random)).collect();
        if random.chance(120) {
            other.people.extend(first.people.first().cloned());
        }
        Some(other)
    }

    /// A branch: the name of its company and more, its own address and people, the domain of the company.
    fn branch(&mut self, first: &Company<'w>, random: &mut Random) -> Option<Company<'w>> {
        let mut other = first.clone();
        self.entities += 1;
        other.entity = self.entities;
        let city = self.some_city(first.land, random)?;
        if first.sites.first()?.city.name == city.name {
            return None;
        }
        let (form, latin) = match first.land {
            Land::China => *random.one(&[("分公司", "Branch"), ("办事处", "Office"), ("分厂", "Plant")])?,
            Land::Japan => *random.one(&[("支店", "Branch"), ("営業所", "Sales Office")])?,
            _ => *random.one(&[("Niederlassung", "Branch"), ("Zweigniederlassung", "Branch")])?,
        };
        other.name.branch = match first.land {
            Land::German => format!("{form} {}", city.name),
            _ => format!("{}{form}", city.name),
        };
        other.name.branch_latin = format!("{} {latin}", city.latin);
        other.tax_id = tax::identifier(first.country(), city.code, random);
        other.sites = vec![self.site(first.land, city, random)];
        other.landlines = vec![landline(city, random)];
        other.people = (0..=random.early(3)).map(|_| self.person(first.land, random)).collect();
        Some(other)
    }

    fn sites(&self, land: Land, city: &'w City, random: &mut Random) -> Vec<Site<'w>> {
        let mut sites = vec![self.site(land, city, random)];
        if random.chance(350) {
            let elsewhere = random.chance(70).then(|| self.some_city(land, random)).flatten();
            sites.push(self.site(land, elsewhere.unwrap_or(city), random));
        }
        sites
    }

    /// A city of the country, the large ones more often.
    pub fn some_city(&self, land: Land, random: &mut Random) -> Option<&'w City> {
        self.words.city(self.cities(land), random)
    }

    /// A place in the city.
    pub fn site(&self, land: Land, city: &'w City, random: &mut Random) -> Site<'w> {
        let district = random.one(&city.districts).copied().unwrap_or_default();
        let number = 1 + random.early(900);
        let (street, postcode) = match land {
            Land::China => {
                let road: String =
                    (0..2).filter_map(|_| random.one(&self.words.brand)).map(|(sign, _)| *sign).collect();
                let kind = random.text(&["路", "路", "路", "街", "大道", "东路", "西路", "工业区"]);
                let unit = match random.below(6) {
                    0 => format!("{}幢", random.between(1, 12)),
                    1 => format!("{}栋{}楼", random.between(1, 9), random.between(1, 6)),
                    2 => format!("{}号楼{}室", random.between(1, 9), random.between(101, 899)),
                    _ => String::new(),
                };
                (format!("{road}{kind}{number}号{unit}"), format!("{}{}", city.postcode, random.digits(3)))
            }
            Land::German => {
                let name = random.text(&self.words.german_families);
                let kind = random.text(&["straße", "straße", "straße", "weg", "allee", "ring", "gasse"]);
                let digits = 5_usize.saturating_sub(city.postcode.len() + usize::from(city.code != "DE"));
                (
                    format!("{name}{kind} {}", 1 + random.early(200)),
                    format!("{}{}", city.postcode, random.digits(digits)),
                )
            }
            Land::Britain => {
                let name = random.text(&self.words.english_families);
                let kind = random.text(&["Road", "Street", "Lane", "Way", "Industrial Estate"]);
                let letters = random.text(&["AB", "DL", "HT", "NP", "RW", "XY"]);
                let code = format!("{}{} {}{letters}", city.postcode, random.between(1, 30), random.between(1, 9));
                (format!("{} {name} {kind}", 1 + random.early(300)), code)
            }
            Land::America => {
                let name = random.text(&self.words.english_families);
                let kind = random.text(&["Street", "Avenue", "Drive", "Road", "Parkway", "Boulevard"]);
                (
                    format!("{} {name} {kind}", random.between(10, 9_900)),
                    format!("{}{}", city.postcode, random.digits(2)),
                )
            }
            Land::Japan => {
                let name = random.one(&self.words.japanese_brands).map_or("", |word| word.name);
                let street =
                    format!("{name}町{}-{}-{}", random.between(1, 9), random.between(1, 30), random.between(1, 30));
                (street, format!("{}-{}", city.postcode, random.digits(4)))
            }
            Land::Korea => {
                let name = random.one(&self.words.korean_brands).map_or("", |word| word.name);
                (format!("{name}로 {number}"), format!("{}{}", city.postcode, random.digits(3)))
            }
        };
        Site { city, district, street, postcode }
    }

    fn brand(&self, land: Land, random: &mut Random) -> (String, String) {
        let words = self.words;
        match land {
            Land::China => {
                let length = match random.below(100) {
                    0..78 => 2,
                    78..93 => 3,
                    _ => 4,
                };
                let (mut name, mut latin) = (String::new(), String::new());
                for _ in 0..length {
                    let place = if random.chance(350) {
                        random.early(words.brand.len())
                    } else {
                        random.below(words.brand.len())
                    };
                    if let Some((sign, sound)) = words.brand.get(place) {
                        name.push(*sign);
                        latin.push_str(sound);
                    }
                }
                (name, capital(&latin))
            }
            Land::Japan => {
                let mark = [("", ""), ("", ""), ("新", "Shin "), ("東", "Higashi "), ("大", "O"), ("丸", "Maru ")];
                let (sign, sound) = random.one(&mark).copied().unwrap_or_default();
                let word = random.one(&words.japanese_brands);
                word.map_or_else(Default::default, |word| {
                    (format!("{sign}{}", word.name), format!("{sound}{}", word.latin))
                })
            }
            Land::Korea => {
                let word = random.one(&words.korean_brands);
                let mark = [("", ""), ("", ""), ("신", "Shin "), ("동", "Dong "), ("한", "Han ")];
                let (sign, sound) = random.one(&mark).copied().unwrap_or_default();
                word.map_or_else(Default::default, |word| {
                    (format!("{sign}{}", word.name), format!("{sound}{}", word.latin))
                })
            }
            Land::German | Land::Britain | Land::America => {
                let families = if land == Land::German { &words.german_families } else { &words.english_families };
                let given = if land == Land::German { &words.german_given } else { &words.english_given };
                let name = match random.below(100) {
                    0..35 => random.text(families).to_owned(),
                    35..47 => format!("{} & {}", random.text(families), random.text(families)),
                    47..55 => format!("{} {}", random.text(given), random.text(families)),
                    55..94 => {
                        let parts = random.between(2, 3);
                        capital(&(0..parts).map(|_| random.text(&words.coined)).collect::<String>())
                    }
                    _ => (0..3)
                        .map(|_| random.one(b"ABCDEFGHIKLMNPRSTVWZ").map_or('X', |byte| char::from(*byte)))
                        .collect(),
                };
                (name.clone(), name)
            }
        }
    }

    fn trade(&self, land: Land, random: &mut Random) -> (String, String) {
        let pair = |list: &[Word], random: &mut Random| {
            random.one(list).map_or_else(Default::default, |word| (word.name.to_owned(), word.latin.to_owned()))
        };
        let same = |text: &str| (text.to_owned(), text.to_owned());
        match land {
            Land::China => pair(&self.words.trades, random),
            Land::Japan => pair(&self.words.japanese_trades, random),
            Land::Korea => pair(&self.words.korean_trades, random),
            Land::German => same(random.text(&self.words.german_trades)),
            Land::Britain | Land::America => same(random.text(&self.words.english_trades)),
        }
    }

    fn name(&self, land: Land, brand: String, brand_latin: String, random: &mut Random) -> Name {
        let (trade, trade_latin) = self.trade(land, random);
        let (branch, branch_latin) = Default::default();
        let (prefix, legal) = (prefix(random), legal(land, random));
        Name { prefix, brand, brand_latin, trade, trade_latin, legal, branch, branch_latin }
    }

    /// Somebody, with a telephone and an address of their own.
    pub fn person(&self, land: Land, random: &mut Random) -> Person {
        let words = self.words;
        let (name, latin, free) = match land {
            Land::China => {
                let place = random.early(words.families.len());
                let (family, sound) = words.families.get(place).copied().unwrap_or(('王', "wang"));
                let given: Vec<_> = (0..random.between(1, 2)).filter_map(|_| random.one(&words.given)).collect();
                let signs: String = std::iter::once(family).chain(given.iter().map(|(sign, _)| *sign)).collect();
                let sounds: String = given.iter().map(|(_, sound)| *sound).collect();
                (signs, [capital(&sounds), capital(sound)], FREE_CHINA)
            }
            Land::Japan | Land::Korea => {
                let families = if land == Land::Japan { &words.japanese_brands } else { &words.korean_families };
                let given = if land == Land::Japan { &words.japanese_brands } else { &words.korean_given };
                let word = |list: &[Word], random: &mut Random| {
                    random.one(list).map_or(("", ""), |word| (word.name, word.latin))
                };
                let (family, given) = (word(families, random), word(given, random));
                (format!("{}{}", family.0, given.0), [given.1.to_owned(), family.1.to_owned()], FREE_WEST)
            }
            Land::German => west(&words.german_given, &words.german_families, FREE_GERMAN, random),
            Land::Britain | Land::America => west(&words.english_given, &words.english_families, FREE_WEST, random),
        };
        let mobile = match land {
            Land::China => format!("1{}{}", random.text(&["3", "5", "7", "8", "9"]), random.digits(9)),
            Land::German => format!("01{}{}", random.text(&["51", "60", "70", "72", "75"]), random.digits(7)),
            Land::Britain => format!("07{}", random.digits(9)),
            Land::America => format!("{}{}", random.text(&["313", "216", "312", "713"]), random.digits(7)),
            Land::Japan => format!("090{}", random.digits(8)),
            Land::Korea => format!("010{}", random.digits(8)),
        };
        let [given, family] = latin.each_ref().map(|part| ascii(part));
        let initial: String = given.chars().take(1).collect();
        let mail = if random.chance(280) { random.text(free) } else { "" };
        let local = match random.below(6) {
            0 => format!("{given}.{family}"),
            1 => format!("{initial}.{family}"),
            2 => format!("{family}{given}"),
            3 => format!("{family}{initial}"),
            4 => format!("{given}{family}"),
            _ => format!("{family}.{given}"),
        };
        let local = if mail.is_empty() { local } else { format!("{local}{}", random.digits(random_length(&family))) };
        Person { name, latin, mobile, local, mail }
    }

    fn domain(&mut self, company: &Company<'_>, random: &mut Random) -> String {
        let brand = ascii(&company.name.brand_latin);
        let trade: String = ascii(&company.name.trade_latin).chars().take(4).collect();
        let city = company.city().map(|city| ascii(city.latin)).unwrap_or_default();
        let end = match company.land {
            Land::China => random.text(&[".com", ".com", ".cn", ".com.cn"]),
            Land::German => match company.country() {
                "AT" => ".at",
                "CH" => ".ch",
                _ => random.text(&[".de", ".de", ".com"]),
            },
            Land::Britain => random.text(&[".co.uk", ".com"]),
            Land::America => ".com",
            Land::Japan => random.text(&[".co.jp", ".jp"]),
            Land::Korea => random.text(&[".co.kr", ".com"]),
        };
        let shapes = [
            format!("{brand}{end}"),
            format!("{brand}-{trade}{end}"),
            format!("{}{brand}{end}", city.chars().take(2).collect::<String>()),
            format!("{brand}{trade}{end}"),
            format!("{city}-{brand}{end}"),
        ];
        let mut domain = random.one(&shapes).cloned().unwrap_or_default();
        let mut number = 1;
        while !self.domains.insert(domain.clone()) {
            number += 1;
            domain = format!("{brand}{trade}{number}{end}");
        }
        domain
    }
}

fn prefix(random: &mut Random) -> Prefix {
    match random.below(100) {
        0..18 => Prefix::None,
        18..62 => Prefix::City,
        62..76 => Prefix::FullCity,
        76..84 => Prefix::Province,
        84..87 => Prefix::FullProvince,
        87..91 => Prefix::Both,
        _ => Prefix::Bracket,
    }
}

fn legal(land: Land, random: &mut Random) -> String {
    let (forms, weights): (&[&str], &[usize]) = match land {
        Land::China => (
            &[
                "有限公司",
                "股份有限公司",
                "有限责任公司",
                "集团有限公司",
                "厂",
                "(集团)股份有限公司",
                "研究院",
                "合伙企业(有限合伙)",
            ],
            &[730, 90, 80, 30, 40, 10, 10, 10],
        ),
        Land::German => (&["GmbH", "GmbH & Co. KG", "AG", "KG", "e.K.", "OHG", "SE"], &[620, 220, 60, 40, 30, 15, 15]),
        Land::Britain => (&["Ltd", "Limited", "PLC", "LLP"], &[550, 300, 80, 70]),
        Land::America => (&["Inc.", "LLC", "Corp.", "Corporation", "Company", "Co."], &[420, 260, 130, 70, 70, 50]),
        Land::Japan => (&["株式会社", "有限会社", "合同会社"], &[800, 140, 60]),
        Land::Korea => (&["주식회사", "(주)", "유한회사"], &[550, 380, 70]),
    };
    forms.get(random.weighted(weights.iter().copied())).copied().unwrap_or_default().to_owned()
}

fn landline(city: &City, random: &mut Random) -> String {
    let length = match city.code {
        "GB" | "DE" | "AT" | "CH" => 10_usize.saturating_sub(city.area.len()),
        "US" => 7,
        "KR" => 7,
        "JP" => 10_usize.saturating_sub(city.area.len()),
        _ => 8,
    };
    random.digits(length.max(5))
}

/// The first letter large.
pub fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

/// Small letters without accents, and digits.
pub fn ascii(text: &str) -> String {
    let mut plain = String::new();
    for character in text.chars().flat_map(char::to_lowercase) {
        match character {
            'ä' => plain.push_str("ae"),
            'ö' => plain.push_str("oe"),
            'ü' => plain.push_str("ue"),
            'ß' => plain.push_str("ss"),
            known if known.is_ascii_alphanumeric() => plain.push(known),
            _ => (),
        }
    }
    plain
}

fn random_length(text: &str) -> usize {
    2 + text.len() % 3
}

type Named = (String, [String; 2], &'static [&'static str]);

fn west(given: &[&str], families: &[&str], free: &'static [&'static str], random: &mut Random) -> Named {
    let (given, family) = (random.text(given), random.text(families));
    (format!("{given} {family}"), [given.to_owned(), family.to_owned()], free)
}
