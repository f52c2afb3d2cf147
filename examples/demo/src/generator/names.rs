//! Puts names, addresses and numbers of companies together from the word lists.

use super::rng::Rng;
use super::tax;
use super::words::{self, Country, ForeignCity};

/// The distinctive part of a company's name.
#[derive(Debug, Clone)]
pub struct Stem {
    /// As it is written.
    pub text: String,
    /// In lower-case Latin letters, for domains.
    pub latin: String,
}

/// Where a company sits.
#[derive(Debug, Clone)]
pub struct Site {
    /// State or province.
    pub state: String,
    /// City.
    pub city: String,
    /// Street and number; in China with the district.
    pub street: String,
    /// Postcode.
    pub postcode: String,
    /// Dialling code of the city.
    pub area_code: String,
    /// Six digits of the Chinese district; empty abroad.
    pub district_code: &'static str,
    /// The manufacturer's sales region.
    pub sales_region: &'static str,
}

/// What a name must say about its company.
#[derive(Debug, Clone, Copy)]
pub struct NameKind {
    /// Kind of account.
    pub kind: &'static str,
    /// Depth in the group.
    pub level: usize,
    /// Whether it is the head of a Chinese group.
    pub holding: bool,
    /// Place in the list of trades.
    pub industry: usize,
}

/// Draws a trade.
pub fn industry(rng: &mut Rng) -> usize {
    rng.index(words::INDUSTRIES.len())
}

/// The code of a trade.
pub fn industry_code(at: usize) -> &'static str {
    words::INDUSTRIES.get(at).map_or("", |words| words.0)
}

/// Draws a stem.
pub fn stem(rng: &mut Rng, country: Country) -> Stem {
    match country {
        Country::China => with_reading(rng, words::STEM_FIRST, words::STEM_SECOND),
        Country::Japan => with_reading(rng, words::JAPANESE_STEM_FIRST, words::JAPANESE_STEM_SECOND),
        Country::Germany => joined(rng, words::GERMAN_STEM_FIRST, words::GERMAN_STEM_SECOND),
        Country::Italy => joined(rng, words::ITALIAN_STEM_FIRST, words::ITALIAN_STEM_SECOND),
        Country::UnitedStates => joined(rng, words::AMERICAN_STEM_FIRST, words::AMERICAN_STEM_SECOND),
    }
}

fn with_reading(
    rng: &mut Rng,
    first: &[(&'static str, &'static str)],
    second: &[(&'static str, &'static str)],
) -> Stem {
    let (a, b) = (rng.pick(first), rng.pick(second));
    Stem { text: format!("{}{}", a.0, b.0), latin: format!("{}{}", a.1, b.1) }
}

fn joined(rng: &mut Rng, first: &[&'static str], second: &[&'static str]) -> Stem {
    let text = format!("{}{}", rng.pick(first), rng.pick(second));
    let latin = super::people::latin(&text);
    Stem { text, latin }
}

/// The registered name of a company.
pub fn company(rng: &mut Rng, country: Country, stem: &Stem, site: &Site, kind: NameKind) -> String {
    let (_, chinese, german, english, japanese, italian) =
        words::INDUSTRIES.get(kind.industry).copied().unwrap_or_default();
    let stem = &stem.text;
    if country == Country::China {
        return chinese_company(rng, stem, site, kind, chinese);
    }
    let dealer = kind.kind == "dealer";
    let branch = if kind.level > 0 { format!(" {}", site.city) } else { String::new() };
    match (country, dealer) {
        (Country::Germany, true) => format!("{stem} Antriebstechnik Vertriebs-GmbH"),
        (Country::Germany, false) => format!("{stem} {german}{branch} {}", rng.pick(&["GmbH", "GmbH & Co. KG", "AG"])),
        (Country::Italy, true) => format!("{stem} Automazione Distribuzione S.r.l."),
        (Country::Italy, false) => format!("{stem} {italian}{branch} {}", rng.pick(&["S.p.A.", "S.r.l."])),
        (Country::Japan, true) => format!("{stem}商事株式会社"),
        (Country::Japan, false) => {
            format!("株式会社{stem}{japanese}{}", if kind.level > 0 { site.city.as_str() } else { "" })
        }
        (_, true) => format!("{stem} Motion Supply, LLC"),
        (_, false) => format!("{stem} {english}{branch}{}", rng.pick(&[", Inc.", ", LLC", " Corp."])),
    }
}

fn chinese_company(rng: &mut Rng, stem: &str, site: &Site, kind: NameKind, trade: &str) -> String {
    let city = site.city.trim_end_matches('市');
    let state = site.state.trim_end_matches(['省', '市']);
    match (kind.kind, kind.level) {
        ("dealer", _) => {
            format!("{city}{stem}{}有限公司", rng.pick(&["自动化设备", "机电设备", "传动科技", "工控技术"]))
        }
        ("design_institute", _) => {
            format!("{state}{stem}{}设计研究院有限公司", rng.pick(&["工业", "机械工程", "水务工程", "冶金工程"]))
        }
        ("contractor", _) => format!("{stem}{}工程有限公司", rng.pick(&["机电安装", "建设", "环保", "智能装备"])),
        (_, 0) if kind.holding => format!("{stem}{trade}集团有限公司"),
        (_, 0) if rng.chance(300) => format!("{stem}{trade}股份有限公司"),
        (_, 0) => format!("{city}{stem}{trade}有限公司"),
        (_, 1) => format!("{stem}{trade}（{state}）有限公司"),
        _ => format!(
            "{city}{stem}{}有限公司",
            rng.pick(&["精密部件", "智能制造", "动力科技", "成套设备", "铸造", "电气"])
        ),
    }
}

/// A company name as another colleague would type it.
pub fn rewritten(name: &str) -> String {
    if let Some(short) = name.strip_suffix("股份有限公司") {
        return format!("{short}有限公司");
    }
    if let Some(short) = name.strip_suffix("有限公司") {
        return format!("{short} 有限责任公司");
    }
    if name.contains("株式会社") {
        return name.replace("株式会社", "（株）");
    }
    name.trim_end_matches([',', '.']).to_uppercase()
}

/// Draws an address.
pub fn site(rng: &mut Rng, country: Country) -> Site {
    let street = rng.pick(words::streets(country));
    let number = rng.within(1..=388);
    if country == Country::China {
        let (state, city, district, district_code, area_code, postcode, sales_region) = rng.pick(words::CHINESE_CITIES);
        return Site {
            state: state.to_owned(),
            city: city.to_owned(),
            street: format!("{district}{street}{number}号"),
            postcode: format!("{postcode}{}00", rng.below(10)),
            area_code: area_code.to_owned(),
            district_code,
            sales_region,
        };
    }
    let (state, city, area_code, postcode) = rng.pick(foreign_cities(country));
    let street = match country {
        Country::UnitedStates => format!("{} {street}", number * 10),
        Country::Italy => format!("{street}, {number}"),
        _ => format!("{street} {number}"),
    };
    Site {
        state: state.to_owned(),
        city: city.to_owned(),
        street,
        postcode: filled(rng, postcode),
        area_code: area_code.to_owned(),
        district_code: "",
        sales_region: match country {
            Country::UnitedStates => "AMERICAS",
            Country::Japan => "JAPAN",
            _ => "EMEA",
        },
    }
}

fn foreign_cities(country: Country) -> &'static [ForeignCity] {
    match country {
        Country::Germany => words::GERMAN_CITIES,
        Country::Italy => words::ITALIAN_CITIES,
        Country::Japan => words::JAPANESE_CITIES,
        Country::China | Country::UnitedStates => words::AMERICAN_CITIES,
    }
}

fn filled(rng: &mut Rng, pattern: &str) -> String {
    pattern.chars().map(|c| if c == '#' { rng.digits(1) } else { c.to_string() }).collect()
}

/// A switchboard number, written in one of the ways people write it.
pub fn phone(rng: &mut Rng, country: Country, area_code: &str) -> String {
    match country {
        Country::China => {
            let local = format!("{}{}", rng.within(5..=8), rng.digits(7));
            match rng.below(3) {
                0 => format!("+86 {} {local}", area_code.trim_start_matches('0')),
                1 => format!("{area_code}-{local}"),
                _ => format!("({area_code}) {local}"),
            }
        }
        Country::Germany => format!("+49 {area_code} {}-{}", rng.digits(5), rng.within(0..=89)),
        Country::Italy => format!("+39 {area_code} {}", rng.digits(7)),
        Country::UnitedStates => format!("+1 ({area_code}) 555-01{}", rng.digits(2)),
        Country::Japan => format!("+81 {area_code}-{}-{}", rng.digits(3), rng.digits(4)),
    }
}

/// A tax identifier of the country.
pub fn tax_id(rng: &mut Rng, country: Country, site: &Site) -> String {
    match country {
        Country::China => tax::china(rng, site.district_code),
        Country::Germany => tax::germany(rng),
        Country::Italy => tax::italy(rng),
        Country::UnitedStates => tax::america(rng),
        Country::Japan => tax::japan(rng),
    }
}
