//! What people make of a company when they write it down: the errors of a record, and what has changed since the last
//! one.

use super::company::{Company, Land, Name, Person, Prefix, Site};
use super::random::Random;
use super::record::Record;
use super::words::{City, Words};

/// Writes records of companies down.
pub struct Writer<'w> {
    words: &'w Words,
}

impl<'w> Writer<'w> {
    /// A writer who knows these words.
    pub const fn new(words: &'w Words) -> Self {
        Self { words }
    }

    /// A record of the company. Nothing in it need be right, but most is.
    pub fn record(&self, company: &Company<'_>, random: &mut Random) -> Record {
        let foreign = company.land == Land::China && random.chance(60) || is_asian(company.land) && random.chance(200);
        let name = match company.land {
            _ if foreign => self.english(company, random),
            Land::China => self.chinese(company, random),
            Land::Japan | Land::Korea => self.eastern(company, random),
            Land::German | Land::Britain | Land::America => self.western(company, random),
        };
        let site = other_or_first(&company.sites, 740, random);
        let person = other_or_first(&company.people, 520, random);
        let domain = other_or_first(&company.domains, 700, random);
        let mut record = Record {
            entity: format!("e{}", company.entity),
            family: format!("f{}", company.family),
            name: Some(name),
            contact: person.and_then(|person| keep(850, random).then(|| self.contact(company.land, person, random))),
            country: keep(900, random).then(|| country(company.country(), random)),
            phone: keep(700, random).then(|| phone(company, site, person, random)),
            email: keep(510, random).then(|| email(person, domain.map_or("", String::as_str), random)),
            website: domain.and_then(|domain| keep(380, random).then(|| website(domain, random))),
            tax_id: keep(620, random).then(|| tax_id(&company.tax_id, random)),
            ..Record::default()
        };
        if let Some(site) = site {
            self.place(company.land, site, foreign, &mut record, random);
        }
        record
    }

    /// Where it is, in the fields meant for it or in one line.
    pub fn place(&self, land: Land, site: &Site<'_>, foreign: bool, record: &mut Record, random: &mut Random) {
        let city = site.city;
        let street = self.street(land, &site.street, random);
        if random.chance(220) {
            let line = if land == Land::China || is_asian(land) {
                let district = if random.chance(700) { site.district } else { "" };
                let region =
                    if random.chance(550) && city.region != city.name { full_region(city) } else { String::new() };
                let town = if random.chance(850) { full_city(land, city) } else { String::new() };
                format!("{region}{town}{district}{street}")
            } else {
                format!("{street}, {} {}", site.postcode, city.name)
            };
            record.address = Some(line);
            record.city = keep(500, random).then(|| city_name(land, city, foreign, random));
        } else {
            record.street = keep(800, random).then(|| {
                if random.chance(300) && !site.district.is_empty() && !foreign && land != Land::German {
                    format!("{}{street}", site.district)
                } else {
                    street
                }
            });
            record.city = keep(800, random).then(|| city_name(land, city, foreign, random));
            record.region = keep(550, random).then(|| region_name(city, foreign, random));
        }
        record.postcode = keep(560, random).then(|| site.postcode.clone());
    }

    fn street(&self, land: Land, street: &str, random: &mut Random) -> String {
        let mut text = street.to_owned();
        match land {
            Land::China => {
                // The building is what is left out first.
                if random.chance(250)
                    && let Some((start, _)) = text.split_once('号')
                {
                    text = format!("{start}号");
                }
                if random.chance(60) {
                    text = text.replace('号', random.text(&["", "-1号", "#", "弄"]));
                }
                if random.chance(50) {
                    text = self.misspelt(&text, random);
                }
            }
            Land::German => {
                if random.chance(400) {
                    text = text.replace("straße", random.text(&["str.", "strasse", " Straße", "str"]));
                }
                if random.chance(60) {
                    text = typo(&text, random);
                }
            }
            Land::Britain | Land::America => {
                if random.chance(400) {
                    for (long, short) in
                        [("Street", "St"), ("Avenue", "Ave."), ("Road", "Rd"), ("Drive", "Dr."), ("Boulevard", "Blvd")]
                    {
                        text = text.replace(long, short);
                    }
                }
                if random.chance(60) {
                    text = typo(&text, random);
                }
            }
            Land::Japan | Land::Korea => (),
        }
        text
    }

    fn contact(&self, land: Land, person: &Person, random: &mut Random) -> String {
        let [given, family] = person.latin.each_ref().map(String::as_str);
        match land {
            Land::China => match random.below(100) {
                0..80 => person.name.clone(),
                80..88 => {
                    let first: String = person.name.chars().take(1).collect();
                    format!("{first}{}", random.text(&["经理", "工", "总", "先生", "女士"]))
                }
                88..93 => format!("{given} {family}"),
                93..97 => self.misspelt(&person.name, random),
                _ => self.words.traditional(&person.name),
            },
            Land::Japan | Land::Korea if random.chance(750) => person.name.clone(),
            _ => match random.below(100) {
                0..78 => format!("{given} {family}"),
                78..86 => format!("{family}, {given}"),
                86..92 => format!("{} {family}", random.text(&["Mr.", "Mrs.", "Dr.", "Ms"])),
                92..96 => format!("{}. {family}", given.chars().take(1).collect::<String>()),
                _ => typo(&format!("{given} {family}"), random),
            },
        }
    }

    /// One character for another of the same sound, where we know one.
    pub fn misspelt(&self, text: &str, random: &mut Random) -> String {
        let count = text.chars().count();
        for _ in 0..6 {
            let place = random.below(count);
            if let Some(other) = text.chars().nth(place).and_then(|sign| self.words.homophone(sign, random)) {
                return text.chars().enumerate().map(|(at, sign)| if at == place { other } else { sign }).collect();
            }
        }
        text.to_owned()
    }

    /// The text in traditional characters.
    pub fn traditional(&self, text: &str) -> String {
        self.words.traditional(text)
    }

    fn chinese(&self, company: &Company<'_>, random: &mut Random) -> String {
        let city = company.home;
        let mut name = company.name.clone();
        drift(&mut name, company, random);
        if random.chance(90) {
            name.brand = self.misspelt(&name.brand, random);
        }
        if random.chance(110) {
            let others = [Prefix::None, Prefix::None, Prefix::City, Prefix::FullCity, Prefix::Both, Prefix::Bracket];
            name.prefix = random.one(&others).copied().unwrap_or(Prefix::None);
        }
        if random.chance(30) {
            name.trade = another_trade(&name.trade, random);
        }
        let text = if random.chance(165) { short(&name, city, random) } else { whole(&name, city, random) };
        decorate(&text, self.words, random)
    }

    fn eastern(&self, company: &Company<'_>, random: &mut Random) -> String {
        let mut name = company.name.clone();
        drift(&mut name, company, random);
        if random.chance(80) {
            name.legal = random.text(&["", "", if company.land == Land::Japan { "(株)" } else { "㈜" }]).to_owned();
        }
        let core = format!("{}{}", name.brand, name.trade);
        let front = !ascii_sum(&company.name.brand).is_multiple_of(3);
        let gap = if random.chance(200) { " " } else { "" };
        let text = if front { format!("{}{gap}{core}", name.legal) } else { format!("{core}{gap}{}", name.legal) };
        let text = text.trim().to_owned();
        let text = if name.branch.is_empty() { text } else { format!("{text} {}", name.branch) };
        if random.chance(60) { text.chars().filter(|sign| *sign != '社').collect() } else { text }
    }

    /// The English name of a company in the east.
    fn english(&self, company: &Company<'_>, random: &mut Random) -> String {
        let name = &company.name;
        let city = company.home.latin;
        let end = match company.land {
            Land::China => random.text(&["Co., Ltd.", "Co.,Ltd", "Co., Ltd", "Company Limited", "CO., LTD.", ""]),
            Land::Korea => random.text(&["Co., Ltd.", "Inc.", "Corp.", ""]),
            _ => random.text(&["Co., Ltd.", "K.K.", "Corporation", ""]),
        };
        let town =
            if name.prefix == Prefix::None || company.land != Land::China || random.chance(150) { "" } else { city };
        let core = format!("{town} {} {} {end} {}", name.brand_latin, name.trade_latin, name.branch_latin);
        let mut text = core.split_whitespace().collect::<Vec<_>>().join(" ");
        if random.chance(70) {
            text = typo(&text, random);
        }
        if random.chance(150) { text.to_uppercase() } else { text }
    }

    fn western(&self, company: &Company<'_>, random: &mut Random) -> String {
        let mut name = company.name.clone();
        drift(&mut name, company, random);
        if random.chance(200) {
            name.legal = western_legal(&name.legal, random);
        }
        if random.chance(60) {
            let text = if random.chance(700) { &mut name.brand } else { &mut name.trade };
            *text = typo(text, random);
        }
        if random.chance(45) {
            name.trade = shortened(&name.trade, random);
        }
        let mut text = match random.below(100) {
            0..88 => format!("{} {} {}", name.brand, name.trade, name.legal),
            88..91 => format!("{} {} {}", name.trade, name.brand, name.legal),
            91..96 => format!("{} {}", name.brand, name.trade),
            96..98 => format!("{} {}", name.brand, name.legal),
            _ => name.brand.clone(),
        };
        if !name.branch.is_empty() {
            text = format!("{text} {}", name.branch);
        }
        if random.chance(220) {
            let and = if company.land == Land::German { "und" } else { "and" };
            text = text.replacen('&', random.text(&[and, "+", "&"]), 1);
        }
        if random.chance(250) {
            text = plain(&text, random.chance(750));
        }
        if random.chance(70) {
            text = text.to_uppercase();
        }
        text.trim().to_owned()
    }
}

/// The new legal form, for a company that has one.
fn drift(name: &mut Name, company: &Company<'_>, random: &mut Random) {
    if let Some(other) = &company.other_legal
        && random.chance(400)
    {
        name.legal.clone_from(other);
    }
    if company.land == Land::China && random.chance(140) {
        name.legal = match name.legal.as_str() {
            "有限公司" => random.text(&["", "有限责任公司", "公司", ""]).to_owned(),
            "有限责任公司" => random.text(&["有限公司", "有限公司", ""]).to_owned(),
            "股份有限公司" => random.text(&["股份公司", "有限公司", "股份"]).to_owned(),
            "集团有限公司" | "(集团)股份有限公司" => {
                random.text(&["集团", "集团公司", "(集团)有限公司"]).to_owned()
            }
            _ => name.legal.clone(),
        };
    }
}

const fn is_asian(land: Land) -> bool {
    matches!(land, Land::Japan | Land::Korea)
}

fn keep(thousandths: usize, random: &mut Random) -> bool {
    random.chance(thousandths)
}

/// The first of the list, in `thousandths` of the cases; else one of the others, if there are any.
fn other_or_first<'a, T>(list: &'a [T], thousandths: usize, random: &mut Random) -> Option<&'a T> {
    let (first, others) = list.split_first()?;
    let other = if random.chance(thousandths) { None } else { random.one(others) };
    Some(other.unwrap_or(first))
}

fn ascii_sum(text: &str) -> usize {
    text.bytes().map(usize::from).sum()
}

/// The region as it stands before a name, and what stands in brackets after the brand.
fn region(prefix: Prefix, city: &City) -> (String, String) {
    let none = String::new();
    match prefix {
        Prefix::None => (none.clone(), none),
        Prefix::City => (city.name.to_owned(), none),
        Prefix::FullCity => (format!("{}市", city.name), none),
        Prefix::Province => (city.region.to_owned(), none),
        Prefix::FullProvince => (full_region(city), none),
        Prefix::Both if city.region == city.name => (city.name.to_owned(), none),
        Prefix::Both => (format!("{}{}", city.region, city.name), none),
        Prefix::Bracket => (none, format!("({})", city.name)),
    }
}

fn whole(name: &Name, city: &City, random: &mut Random) -> String {
    let (front, bracket) = region(name.prefix, city);
    let Name { brand, trade, legal, branch, .. } = name;
    if random.chance(18) {
        return format!("{brand}{trade}({}){legal}{branch}", city.name);
    }
    format!("{front}{brand}{bracket}{trade}{legal}{branch}")
}

/// How colleagues call the company.
fn short(name: &Name, city: &City, random: &mut Random) -> String {
    let trade: String = name.trade.chars().take(2).collect();
    let branch = &name.branch;
    match random.below(10) {
        0..3 => format!("{}{trade}{branch}", name.brand),
        3..6 => format!("{}{}{trade}{branch}", city.name, name.brand),
        6..8 => format!("{}{}{branch}", city.name, name.brand),
        8 => format!("{}{}{branch}", name.brand, name.trade),
        _ => format!("{}{branch}", name.brand),
    }
}

fn another_trade(trade: &str, random: &mut Random) -> String {
    for end in ["科技", "技术", "设备", "制造", "机械"] {
        if let Some(start) = trade.strip_suffix(end).filter(|start| !start.is_empty()) {
            return format!("{start}{}", random.text(&["", "科技", "设备"]));
        }
    }
    format!("{trade}{}", random.text(&["科技", "设备", "制造", "工业"]))
}

/// Other characters for the same text, and slips of the hand.
fn decorate(text: &str, words: &Words, random: &mut Random) -> String {
    let mut text = match random.below(100) {
        0..3 => words.traditional(text),
        3..6 => wide(text),
        6..8 => {
            let place = random.below(text.chars().count());
            text.chars()
                .enumerate()
                .flat_map(|(at, sign)| (at == place).then_some(' ').into_iter().chain([sign]))
                .collect()
        }
        8 => {
            let place = random.below(text.chars().count());
            text.chars().enumerate().filter(|(at, _)| *at != place).map(|(_, sign)| sign).collect()
        }
        _ => text.to_owned(),
    };
    if text.contains('(') && random.chance(450) {
        text = text.replace('(', "（").replace(')', "）");
    }
    text.trim().to_owned()
}

/// ASCII in full width.
pub fn wide(text: &str) -> String {
    let wide = |sign: char| match sign {
        '!'..='~' => char::from_u32(u32::from(sign) + 0xFEE0).unwrap_or(sign),
        ' ' => '\u{3000}',
        other => other,
    };
    text.chars().map(wide).collect()
}

/// Without umlauts: with the e that belongs there, or as a foreigner leaves the dots out.
pub fn plain(text: &str, right: bool) -> String {
    let mut plain = String::new();
    for sign in text.chars() {
        match sign {
            'ä' => plain.push_str(if right { "ae" } else { "a" }),
            'ö' => plain.push_str(if right { "oe" } else { "o" }),
            'ü' => plain.push_str(if right { "ue" } else { "u" }),
            'Ä' => plain.push_str(if right { "Ae" } else { "A" }),
            'Ö' => plain.push_str(if right { "Oe" } else { "O" }),
            'Ü' => plain.push_str(if right { "Ue" } else { "U" }),
            'ß' => plain.push_str("ss"),
            other => plain.push(other),
        }
    }
    plain
}

/// One slip: a letter lost, doubled, changed, or two in the wrong order.
pub fn typo(text: &str, random: &mut Random) -> String {
    let mut signs: Vec<char> = text.chars().collect();
    if signs.len() < 4 {
        return text.to_owned();
    }
    let place = random.between(1, signs.len() - 2);
    match random.below(4) {
        0 => drop(signs.remove(place)),
        1 => signs.swap(place, place + 1),
        2 => {
            if let Some(sign) = signs.get(place).copied() {
                signs.insert(place, sign);
            }
        }
        _ => {
            let letter = random.one(b"aeionrstl").map_or('e', |byte| char::from(*byte));
            if let Some(sign) = signs.get_mut(place) {
                *sign = letter;
            }
        }
    }
    signs.into_iter().collect()
}

fn western_legal(legal: &str, random: &mut Random) -> String {
    let others: &[&str] = match legal {
        "GmbH" => &["", "Gmbh", "G.m.b.H.", "mbH", ""],
        "GmbH & Co. KG" => &["GmbH", "GmbH & Co.KG", "GmbH + Co. KG", "KG", ""],
        "AG" => &["", "Aktiengesellschaft"],
        "Ltd" | "Limited" => &["", "Ltd.", "Limited", "Ltd", "Company Limited"],
        "Inc." => &["", "Inc", "Incorporated", ", Inc."],
        "LLC" => &["", "L.L.C.", ", LLC"],
        "Corp." | "Corporation" => &["", "Corp", "Corporation", "Corp."],
        "Company" | "Co." => &["", "Co", "Company", "Co."],
        _ => &[""],
    };
    random.text(others).to_owned()
}

fn shortened(trade: &str, random: &mut Random) -> String {
    let pairs = [
        ("technik", "tech."),
        ("maschinen", "masch."),
        ("Maschinenbau", "Masch.-Bau"),
        ("Engineering", "Eng."),
        ("Manufacturing", "Mfg."),
        ("Industries", "Ind."),
        ("Products", "Prod."),
        ("Machinery", "Mach."),
    ];
    pairs.iter().find(|(long, _)| trade.contains(long)).map_or_else(
        || if random.chance(500) { String::new() } else { trade.to_owned() },
        |(long, short)| trade.replace(long, short),
    )
}

fn full_region(city: &City) -> String {
    match city.region {
        "上海" | "北京" | "天津" | "重庆" => format!("{}市", city.region),
        region if city.area.starts_with('0') && is_chinese(city) => format!("{region}省"),
        region => region.to_owned(),
    }
}

fn is_chinese(city: &City) -> bool {
    city.code.bytes().all(|byte| byte.is_ascii_digit())
}

fn full_city(land: Land, city: &City) -> String {
    if land == Land::China { format!("{}市", city.name) } else { city.name.to_owned() }
}

fn city_name(land: Land, city: &City, foreign: bool, random: &mut Random) -> String {
    match land {
        _ if foreign || random.chance(25) => city.latin.to_owned(),
        Land::China if random.chance(400) => format!("{}市", city.name),
        Land::German if random.chance(60) => plain(city.name, true),
        Land::Japan if random.chance(300) => city.name.trim_end_matches('市').to_owned(),
        _ if random.chance(15) => typo(city.name, random),
        _ => city.name.to_owned(),
    }
}

fn region_name(city: &City, foreign: bool, random: &mut Random) -> String {
    match random.below(100) {
        _ if foreign => city.region_latin.to_owned(),
        0..55 => full_region(city),
        55..93 => city.region.to_owned(),
        _ => city.region_latin.to_owned(),
    }
}

/// The country as somebody writes it.
pub fn country(code: &str, random: &mut Random) -> String {
    let names: &[&str] = match code {
        "CN" => &["CN", "CN", "CN", "中国", "China"],
        "DE" => &["DE", "DE", "Deutschland", "Germany", "D"],
        "AT" => &["AT", "AT", "Österreich", "Austria"],
        "CH" => &["CH", "CH", "Schweiz", "Switzerland"],
        "GB" => &["GB", "GB", "UK", "United Kingdom"],
        "US" => &["US", "US", "USA", "United States"],
        "JP" => &["JP", "JP", "Japan", "日本"],
        _ => &["KR", "KR", "Korea", "대한민국"],
    };
    random.text(names).to_owned()
}

/// The dialling code of a country.
pub fn dialling(country: &str) -> &'static str {
    match country {
        "CN" => "86",
        "DE" => "49",
        "AT" => "43",
        "CH" => "41",
        "GB" => "44",
        "JP" => "81",
        "KR" => "82",
        _ => "1",
    }
}

fn phone(company: &Company<'_>, site: Option<&Site<'_>>, person: Option<&Person>, random: &mut Random) -> String {
    let code = dialling(company.country());
    if let Some(person) = person.filter(|_| random.chance(420)) {
        return mobile(code, &person.mobile, random);
    }
    let area = site.map_or("", |site| site.city.area);
    let number = other_or_first(&company.landlines, 600, random).map_or("", String::as_str);
    let international = area.strip_prefix('0').unwrap_or(area);
    let middle = number.len() / 2;
    let (left, right) = number.split_at(middle);
    let mut text = match random.below(9) {
        0..3 => format!("{area}-{number}"),
        3 => format!("+{code} {international} {number}"),
        4 => format!("+{code}-{international}-{number}"),
        5 => format!("({area}){number}"),
        6 => format!("{area}{number}"),
        7 => format!("00{code} {international} {left} {right}"),
        _ => format!("{area} {left} {right}"),
    };
    if random.chance(120) {
        let extension = random.between(8_001, 8_030);
        text = format!("{text}{}{extension}", random.text(&["-", "转", " ext. ", "x"]));
    }
    slip(&text, random)
}

/// A mobile number as somebody writes it; `number` is national.
pub fn mobile(code: &str, number: &str, random: &mut Random) -> String {
    let bare = number.strip_prefix('0').unwrap_or(number);
    let (start, rest) = number.split_at(number.len().min(3));
    let (middle, end) = rest.split_at(rest.len() / 2);
    let text = match random.below(8) {
        0..3 => number.to_owned(),
        3 => format!("{start}-{middle}-{end}"),
        4 => format!("{start} {middle} {end}"),
        5 => format!("+{code} {bare}"),
        6 => format!("+{code}{bare}"),
        _ => format!("{code}-{bare}"),
    };
    slip(&text, random)
}

/// Sometimes in full width, sometimes with a wrong digit.
fn slip(text: &str, random: &mut Random) -> String {
    match random.below(100) {
        0..2 => wide(text),
        2..4 => {
            let place = random.between(4, text.chars().count().max(5) - 1);
            let wrong = super::random::digit(random.below(10));
            let change = |(at, sign): (usize, char)| if at == place && sign.is_ascii_digit() { wrong } else { sign };
            text.chars().enumerate().map(change).collect()
        }
        _ => text.to_owned(),
    }
}

fn email(person: Option<&Person>, domain: &str, random: &mut Random) -> String {
    let mail = person.map_or("", |person| person.mail);
    let text = match person {
        Some(person) if !mail.is_empty() => format!("{}@{mail}", person.local),
        Some(person) if random.chance(720) => format!("{}@{domain}", person.local),
        _ => format!("{}@{domain}", random.text(&["info", "sales", "office", "kontakt", "export"])),
    };
    match random.below(100) {
        0..5 => text.to_uppercase(),
        5..7 => typo(&text, random),
        _ => text,
    }
}

fn website(domain: &str, random: &mut Random) -> String {
    match random.below(7) {
        0..2 => format!("www.{domain}"),
        2 => format!("http://www.{domain}"),
        3 => format!("https://www.{domain}/"),
        4 => domain.to_owned(),
        5 => format!("http://{domain}/{}", random.text(&["cn", "index.html", "en", "de"])),
        _ => format!("WWW.{}", ascii_upper(domain)),
    }
}

fn ascii_upper(text: &str) -> String {
    text.chars().map(|sign| sign.to_ascii_uppercase()).collect()
}

fn tax_id(truth: &str, random: &mut Random) -> String {
    match random.below(100) {
        0..3 => {
            // A digit is wrong: then the check digit tells it, most times.
            let place = random.between(3, truth.len().max(5) - 2);
            let wrong = super::random::digit(random.below(10));
            truth
                .chars()
                .enumerate()
                .map(|(at, sign)| if at == place && sign.is_ascii_digit() { wrong } else { sign })
                .collect()
        }
        3..6 => truth.to_lowercase(),
        6..9 => {
            let (start, end) = truth.split_at(truth.len() / 2);
            format!("{start} {end}")
        }
        9 => wide(truth),
        _ => truth.to_owned(),
    }
}
