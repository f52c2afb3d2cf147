//! Regions: China's administrative divisions, countries, and places of the world, found in text, codes and numbers.

use super::region_table::{AREA_CODES, CHINA, CHINA_LATIN, COUNTRIES, PLACES};
use super::text;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The first code that is not one of China's divisions.
const WORLD: u32 = 10_000_000;
const PER_COUNTRY: u32 = 10_000;
/// China as a country.
pub(crate) const CHINA_CODE: u32 = WORLD + 156 * PER_COUNTRY;
/// How many links a chain of regions may have: country, province, prefecture, county.
const LONGEST_CHAIN: usize = 4;
/// How many characters or words of an address are looked at.
const SEARCHED: usize = 96;

/// A region. China's divisions have their code of six digits (province 320000, prefecture 320500, county 320583);
/// others count from ten millions: the number of ISO 3166-1 times ten thousand, then two digits for the state and two
/// for the city.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Region {
    /// The code.
    pub(crate) code: u32,
}

impl Region {
    /// The region of a code, when the code is known.
    pub(crate) fn from_code(code: u32) -> Option<Self> {
        CODES.binary_search(&code).is_ok().then_some(Self { code })
    }

    /// Whether it is China or a part of it.
    pub(crate) fn is_china(self) -> bool {
        self.code < WORLD || self.code == CHINA_CODE
    }

    /// The country.
    pub(crate) fn country(self) -> Self {
        if self.is_china() {
            return Self { code: CHINA_CODE };
        }
        Self { code: self.code / PER_COUNTRY * PER_COUNTRY }
    }

    /// The province of China or the state of another country, when the region is that or smaller.
    pub(crate) fn province(self) -> Option<Self> {
        if self.code < WORLD {
            return Some(Self { code: self.code / 10_000 * 10_000 });
        }
        let state = self.code / 100 * 100;
        (!state.is_multiple_of(PER_COUNTRY)).then_some(Self { code: state })
    }

    /// The prefecture or municipality of China or the city elsewhere, when the region is that or smaller. A county
    /// that its province governs directly is its own.
    pub(crate) fn city(self) -> Option<Self> {
        if self.code >= WORLD {
            return (!self.code.is_multiple_of(100)).then_some(self);
        }
        let prefecture = self.code / 100 * 100;
        match self.code / 10_000 {
            11 | 12 | 31 | 50 | 81 | 82 => self.province(),
            _ if self.code % 10_000 / 1_000 == 9 => Some(self),
            _ if prefecture.is_multiple_of(10_000) => None,
            _ => Some(Self { code: prefecture }),
        }
    }

    /// Whether the other region is this one or lies in it.
    pub(crate) fn contains(self, other: Self) -> bool {
        if self == other {
            return true;
        }
        if self == self.country() {
            return other.country() == self;
        }
        let size = match self.code {
            code if code >= WORLD => 100,
            code if code.is_multiple_of(10_000) => 10_000,
            _ => 100,
        };
        self.code.is_multiple_of(size) && self.code / size == other.code / size
    }
}

/// When a name may be taken for a region.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    /// Wherever it stands.
    Always,
    /// Right after the name of a region that it lies in.
    Near,
    /// There too, but only where districts are looked for.
    Deep,
}

struct Entry {
    name: &'static str,
    region: Region,
    when: When,
}

#[derive(Default)]
struct Gazetteer {
    /// Names in East Asian scripts by their first two characters, the longest first, then the greater region.
    by_start: HashMap<(char, char), Vec<Entry>>,
    /// Names in Latin letters, lower case, single spaces.
    latin: HashMap<String, Vec<Region>>,
    /// Countries by two and three letters.
    iso: HashMap<String, Region>,
    codes: Vec<u32>,
}

static GAZETTEER: LazyLock<Gazetteer> = LazyLock::new(Gazetteer::build);
static CODES: LazyLock<&'static [u32]> = LazyLock::new(|| &GAZETTEER.codes);
static BY_AREA_CODE: LazyLock<HashMap<&'static str, Region>> = LazyLock::new(|| {
    let pairs = AREA_CODES.split(' ').filter_map(|pair| pair.split_once(':'));
    pairs.filter_map(|(area, code)| Some((area, padded(code)?))).collect()
});

/// Cities of counties that are also common words in names, and so count only after their province.
const AMBIGUOUS: &[&str] = &[
    "东方",
    "新民",
    "永安",
    "安达",
    "大安",
    "高安",
    "江山",
    "海林",
    "东兴",
    "福安",
    "新乐",
    "安国",
    "安宁",
    "兴平",
    "华阴",
    "华亭",
    "福清",
    "永济",
    "万源",
    "新星",
    "北安",
    "同江",
    "宁安",
    "东宁",
    "开原",
    "海阳",
    "瑞金",
    "丰城",
    "德兴",
    "兴宁",
    "高平",
    "永城",
    "新密",
    "禹城",
    "平度",
    "龙井",
    "可克达拉",
    "双河",
    "天门",
    "当阳",
    "海城",
    "东港",
    "大通",
    "龙泉",
    "五常",
    "尚志",
    "富锦",
    "集安",
    "华容",
    "合作",
    "安丘",
    "昌邑",
    "胡杨河",
];

/// Districts and counties whose name without its suffix is commonly used for the place.
const KNOWN_WITHOUT_SUFFIX: &[(&str, u32)] = &[
    ("顺德", 440606),
    ("番禺", 440113),
    ("浦东", 310115),
    ("萧山", 330109),
    ("余杭", 330110),
    ("吴江", 320509),
    ("武进", 320412),
    ("江宁", 320115),
    ("宝安", 440306),
    ("鄞州", 330212),
    ("镇海", 330206),
    ("北仑", 330206),
    ("柯桥", 330603),
    ("上虞", 330604),
    ("黄岩", 331003),
    ("即墨", 370215),
    ("章丘", 370114),
    ("江都", 321012),
    ("嘉善", 330421),
    ("松江", 310117),
    ("嘉定", 310114),
    ("闵行", 310112),
    ("临安", 330112),
    ("富阳", 330111),
    ("绍兴县", 330603),
];

/// Kinds of zone that follow the name of a region and belong to it.
const ZONES: &[&str] = &[
    "高新技术产业开发区",
    "经济技术开发区",
    "高新技术开发区",
    "经济开发区",
    "自由贸易试验区",
    "自贸试验区",
    "工业园区",
    "高新区",
    "经开区",
    "开发区",
    "保税区",
    "自贸区",
    "工业园",
    "产业园",
];

const PEOPLES: &[&str] = &[
    "维吾尔",
    "壮族",
    "回族",
    "藏族",
    "蒙古族",
    "蒙古",
    "苗族",
    "彝族",
    "布依族",
    "朝鲜族",
    "满族",
    "侗族",
    "瑶族",
    "白族",
    "土家族",
    "哈尼族",
    "哈萨克族",
    "哈萨克",
    "傣族",
    "黎族",
    "傈僳族",
    "景颇族",
    "柯尔克孜族",
    "柯尔克孜",
    "羌族",
    "畲族",
    "拉祜族",
    "佤族",
    "水族",
    "纳西族",
    "仡佬族",
    "各族",
    "达斡尔族",
    "撒拉族",
    "塔吉克",
    "锡伯",
    "仫佬族",
    "毛南族",
    "布朗族",
    "独龙族",
    "怒族",
    "普米族",
    "保安族",
    "东乡族",
    "裕固族",
    "土族",
];

/// The digits of a code with the zeros that were left out.
fn padded(digits: &str) -> Option<Region> {
    let code: u32 = digits.parse().ok()?;
    let code = match digits.len() {
        2 => code * 10_000,
        4 => code * 100,
        _ => code,
    };
    Some(Region { code })
}

/// The name without the word for its kind: 江苏省, 苏州市, 延边朝鲜族自治州.
fn without_kind(name: &str) -> Option<&str> {
    for kind in [
        "特别行政区",
        "自治区",
        "自治州",
        "自治县",
        "自治旗",
        "地区",
        "林区",
        "特区",
        "新区",
        "省",
        "市",
        "盟",
        "县",
        "区",
        "旗",
    ] {
        let Some(mut stem) = name.strip_suffix(kind) else { continue };
        if kind.starts_with("自治") {
            while let Some(shorter) = PEOPLES.iter().find_map(|people| stem.strip_suffix(people)) {
                if shorter.chars().count() < 2 {
                    break;
                }
                stem = shorter;
            }
        }
        return (stem.chars().count() >= 2).then_some(stem);
    }
    None
}

impl Gazetteer {
    fn build() -> Self {
        let mut gazetteer = Self::default();
        gazetteer.add_china();
        gazetteer.add_latin_china();
        gazetteer.add_world();
        for (name, code) in KNOWN_WITHOUT_SUFFIX {
            gazetteer.put(name, Region { code: *code }, When::Always);
        }
        for entries in gazetteer.by_start.values_mut() {
            entries.sort_by_key(|entry| (std::cmp::Reverse(entry.name.len()), level(entry.region), entry.region));
        }
        gazetteer.codes.sort_unstable();
        gazetteer.codes.dedup();
        gazetteer
    }

    fn put(&mut self, name: &'static str, region: Region, when: When) {
        let mut chars = name.chars();
        if let (Some(first), Some(second)) = (chars.next(), chars.next()) {
            self.by_start.entry((first, second)).or_default().push(Entry { name, region, when });
        }
    }

    fn add_china(&mut self) {
        let mut prefecture = 0;
        for item in CHINA.split(' ') {
            let bare = item.strip_prefix('+').unwrap_or(item);
            let Some(at) = bare.find(|c: char| !c.is_ascii_digit()).or(Some(bare.len())) else { continue };
            let (digits, name) = bare.split_at(at);
            let Ok(number) = digits.parse::<u32>() else { continue };
            let code = match digits.len() {
                2 if item.starts_with('+') => number * 10_000,
                4 => {
                    prefecture = number * 100;
                    prefecture
                }
                _ => prefecture + number,
            };
            if name.is_empty() {
                continue;
            }
            let region = Region { code };
            self.codes.push(code);
            self.put(name, region, When::Always);
            if let Some(short) = without_kind(name) {
                let when = match name.ends_with('市') {
                    _ if code.is_multiple_of(100) => When::Always,
                    true if AMBIGUOUS.contains(&short) => When::Near,
                    true => When::Always,
                    false => When::Deep,
                };
                self.put(short, region, when);
            }
        }
    }

    fn add_latin_china(&mut self) {
        for (name, code) in CHINA_LATIN.split(' ').filter_map(|pair| pair.split_once(':')) {
            if let Some(region) = padded(code) {
                self.latin.entry(name.replace('_', " ")).or_default().push(region);
            }
        }
        for (iso, code) in
            [("hk", 810_000), ("hkg", 810_000), ("mo", 820_000), ("mac", 820_000), ("tw", 710_000), ("twn", 710_000)]
        {
            self.iso.insert(iso.to_owned(), Region { code });
        }
    }

    fn name(&mut self, name: &'static str, region: Region) {
        if name.chars().any(text::is_east_asian) {
            self.put(name, region, When::Always);
        } else {
            self.latin.entry(name.to_owned()).or_default().push(region);
        }
        self.codes.push(region.code);
    }

    fn add_world(&mut self) {
        for line in COUNTRIES.split(';') {
            let mut parts = line.splitn(4, ' ');
            let (Some(two), Some(three), Some(number), Some(names)) =
                (parts.next(), parts.next(), parts.next(), parts.next())
            else {
                continue;
            };
            let Ok(number) = number.parse::<u32>() else { continue };
            let region = Region { code: WORLD + number * PER_COUNTRY };
            self.iso.insert(two.to_lowercase(), region);
            self.iso.insert(three.to_lowercase(), region);
            names.split('|').for_each(|name| self.name(name, region));
        }
        let mut states: HashMap<&str, u32> = HashMap::new();
        for line in PLACES.split(';') {
            let Some((country, rest)) = line.split_once(' ') else { continue };
            let Some((state, cities)) = rest.split_once(':') else { continue };
            let Some(base) = self.iso.get(&country.to_lowercase()).map(|region| region.code) else { continue };
            let mut code = base;
            if state != "-" {
                let number = states.entry(country).or_default();
                *number += 1;
                code += *number * 100;
                state.split('/').for_each(|name| self.name(name, Region { code }));
            }
            for (city, number) in cities.split(',').filter(|city| !city.is_empty()).zip(1u32..) {
                city.split('/').for_each(|name| self.name(name, Region { code: code + number }));
            }
        }
    }
}

/// 0 for a country, 1 for a province, 2 for a prefecture or city, 3 for a county.
fn level(region: Region) -> u8 {
    match region.code {
        code if code >= WORLD && code % PER_COUNTRY == 0 => 0,
        code if code >= WORLD => {
            if code.is_multiple_of(100) {
                1
            } else {
                2
            }
        }
        code if code.is_multiple_of(10_000) => 1,
        code if code.is_multiple_of(100) => 2,
        _ => 3,
    }
}

/// The region whose name begins the text, and how many bytes the name has.
fn one_at(text: &str, parent: Option<Region>, deep: bool) -> Option<(Region, usize)> {
    let mut chars = text.chars();
    let entries = GAZETTEER.by_start.get(&(chars.next()?, chars.next()?))?;
    let fits = |entry: &Entry| match parent {
        None => entry.when == When::Always,
        Some(parent) => {
            let near = parent.code < WORLD && (deep || entry.when != When::Deep);
            parent != entry.region && parent.contains(entry.region) && (near || entry.when == When::Always)
        }
    };
    let mut found: Option<&Entry> = None;
    for entry in entries.iter().filter(|entry| text.starts_with(entry.name) && fits(entry)) {
        match found {
            None => found = Some(entry),
            Some(before) if before.name.len() > entry.name.len() => break,
            // Two counties of one name: none of them, unless a greater region has the name too.
            Some(before) if level(before.region) == 3 && before.region != entry.region => return None,
            Some(_) => {}
        }
    }
    found.map(|entry| (entry.region, entry.name.len()))
}

/// Words that make the name of a place before them the name of a street.
const STREETS: &[&str] = &[
    "路", "街", "大道", "大街", "东路", "西路", "南路", "北路", "中路", "一路", "二路", "东街", "西街", "南街", "北街",
    "胡同", "巷", "弄",
];
const LATIN_STREETS: &[&str] = &[
    "road",
    "rd",
    "street",
    "st",
    "avenue",
    "ave",
    "lu",
    "jie",
    "dajie",
    "dadao",
    "boulevard",
    "blvd",
    "lane",
    "drive",
    "str",
    "strasse",
    "east",
    "west",
    "middle",
    "platz",
    "allee",
];

/// Whether the place that begins a text is part of the name of a street: 南京路, 北京东路.
fn names_street(text: &str, length: usize) -> bool {
    let Some((name, rest)) = text.split_at_checked(length) else { return false };
    let named = STREETS.iter().filter_map(|word| rest.strip_prefix(word));
    // A number follows, or nothing: 重庆路桥 is no street.
    without_kind(name).is_none() && named.into_iter().any(|after| !after.starts_with(char::is_alphabetic))
}

/// A run of region names at the start of a text.
pub(super) struct Chain<'a> {
    /// The smallest region of the run.
    pub(super) region: Region,
    /// The run as it stands.
    pub(super) text: &'a str,
    /// The last name of the run.
    pub(super) last: &'a str,
    /// What follows.
    pub(super) rest: &'a str,
}

/// The region names that begin a folded text in an East Asian script, each within the one before. When `deep`, names of
/// districts and counties count without their suffix too, after a region that they lie in.
pub(super) fn chain(text: &str, deep: bool) -> Option<Chain<'_>> {
    let (mut region, mut end) = one_at(text, None, deep)?;
    let mut start = 0;
    if names_street(text, end) {
        return None;
    }
    for _ in 1..LONGEST_CHAIN {
        let rest = text.get(end..)?;
        let next = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
        let Some((inner, length)) = one_at(next, Some(region), deep) else { break };
        if names_street(next, length) {
            break;
        }
        region = inner;
        start = text.len() - next.len();
        end = start + length;
    }
    let (run, mut rest) = text.split_at_checked(end)?;
    let last = run.get(start..)?;
    let mut run = run;
    if let Some(zone) = ZONES.iter().find(|zone| rest.starts_with(**zone)) {
        (run, rest) = text.split_at_checked(end + zone.len())?;
    }
    Some(Chain { region, text: run, last, rest: rest.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '(') })
}

/// The region that is the whole of a folded text in an East Asian script.
pub(crate) fn whole(text: &str) -> Option<Region> {
    chain(text, true).filter(|chain| chain.rest.is_empty()).map(|chain| chain.region)
}

/// Whether the folded text is the name of some region, be it one of several or a district without its suffix.
pub(super) fn is_place(text: &str) -> bool {
    let mut chars = text.chars();
    let start = chars.next().zip(chars.next());
    let named =
        start.and_then(|start| GAZETTEER.by_start.get(&start)).is_some_and(|all| all.iter().any(|e| e.name == text));
    named || whole(text).is_some()
}

/// The name without the word for its kind, when it stays the name of a region: 苏州市 is 苏州, 江苏省苏州市 too.
pub(crate) fn short_name(text: &str) -> &str {
    let Some(chain) = chain(text, true) else { return text };
    without_kind(chain.last).filter(|short| one_at(short, None, false).is_some()).unwrap_or(chain.last)
}

/// The region of folded words in Latin letters, when they are the name of one and nothing else.
pub(crate) fn of_words(words: &str) -> Option<Region> {
    GAZETTEER.latin.get(words).and_then(|regions| regions.first()).copied()
}

/// The region that begins words in Latin letters, and how many words its name has.
pub(super) fn words_at_start<'a>(words: impl Iterator<Item = &'a str>) -> Option<(Region, usize)> {
    let mut joined = String::new();
    let mut found = None;
    for (count, word) in words.take(4).enumerate() {
        if count > 0 {
            joined.push(' ');
        }
        joined.push_str(word);
        if let Some(region) = of_words(&joined) {
            found = Some((region, count + 1));
        }
    }
    found
}

/// The region of a field or an address in any language: the smallest that is named. In Chinese the first names count,
/// in Latin script the last, as the addresses go. A field may also hold the code of a country or of a division.
pub(crate) fn of_text(text: &str) -> Option<Region> {
    let folded = text::fold_first(text, 512);
    if folded.is_empty() {
        return None;
    }
    if let Some(region) = GAZETTEER.iso.get(folded.as_str()) {
        return Some(*region);
    }
    if folded.len() == 6 && folded.bytes().all(|byte| byte.is_ascii_digit()) {
        return Region::from_code(folded.parse().ok()?);
    }
    if folded.chars().any(text::is_east_asian) {
        let starts = folded.char_indices().filter(|(_, c)| text::is_east_asian(*c)).take(SEARCHED);
        let found = starts.filter_map(|(at, _)| folded.get(at..)).find_map(|rest| chain(rest, true));
        if let Some(chain) = found {
            return Some(chain.region);
        }
    }
    of_latin_text(&folded)
}

fn of_latin_text(folded: &str) -> Option<Region> {
    let tokens = text::tokens(folded);
    let words: Vec<&str> = tokens.iter().map(|token| token.key.as_str()).collect();
    let mut found: Option<Region> = None;
    let mut end = words.len();
    let first = end.saturating_sub(SEARCHED);
    while end > first {
        if words.get(end).is_some_and(|word| LATIN_STREETS.contains(word)) {
            end -= 1;
            continue;
        }
        let longest = (end.saturating_sub(4).max(first)..end)
            .find_map(|start| GAZETTEER.latin.get(&words.get(start..end)?.join(" ")).map(|regions| (start, regions)));
        let Some((start, regions)) = longest else {
            end -= 1;
            continue;
        };
        found = match found {
            None => regions.first().copied(),
            Some(known) => regions.iter().copied().find(|region| known.contains(*region)).or(found),
        };
        end = start;
    }
    found
}

/// The region of a Chinese dialling code, with or without its leading zero.
pub(crate) fn of_area_code(code: &str) -> Option<Region> {
    BY_AREA_CODE.get(code.trim_start_matches('0')).copied()
}

/// The region in the third to eighth place of a unified social credit code: the division where the company was
/// registered. Zones and withdrawn divisions have codes of their own there; they count as their prefecture.
pub(crate) fn of_credit_code(code: &str) -> Option<Region> {
    let digits = code.get(2..8).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    let number: u32 = digits.parse().ok()?;
    let prefecture = number / 100 * 100;
    let municipality = matches!(number / 10_000, 11 | 12 | 31 | 50).then_some(number / 10_000 * 10_000);
    Region::from_code(number).or_else(|| Region::from_code(prefecture)).or_else(|| Region::from_code(municipality?))
}

/// The province of a Chinese postcode of six digits.
pub(crate) fn of_postcode(postcode: &str) -> Option<Region> {
    if postcode.len() != 6 || !postcode.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let province = match postcode.get(..2)?.parse::<u32>().ok()? {
        10 => 11,
        30 => 12,
        5..=7 => 13,
        3 | 4 => 14,
        1 | 2 => 15,
        11 | 12 => 21,
        13 => 22,
        15 | 16 => 23,
        20 => 31,
        21 | 22 => 32,
        31 | 32 => 33,
        23 | 24 => 34,
        35 | 36 => 35,
        33 | 34 => 36,
        25..=27 => 37,
        45..=47 => 41,
        43 | 44 => 42,
        41 | 42 => 43,
        51 | 52 => 44,
        53 | 54 => 45,
        57 => 46,
        40 => 50,
        61..=64 => 51,
        55 | 56 => 52,
        65..=67 => 53,
        85 => 54,
        71 | 72 => 61,
        73 | 74 => 62,
        81 => 63,
        75 => 64,
        83 | 84 => 65,
        _ => return None,
    };
    Some(Region { code: province * 10_000 })
}

#[cfg(test)]
mod tests;
