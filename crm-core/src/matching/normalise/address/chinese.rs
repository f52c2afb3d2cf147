//! Chinese addresses, from the large to the small: 省, 市, 区, 镇, 路, 号, 幢, 楼, 室.
//!
//! Source: GB/T 2260 for the regions of the first level; the endings are those of 地名 in general use.

use super::{Address, is_digits, words};
use crate::matching::normalise::bounds::{is_dash, is_han};

/// The short names of the regions of the first level, and whether the region is a city itself.
const REGIONS: [(&str, bool); 34] = [
    ("北京", true),
    ("天津", true),
    ("上海", true),
    ("重庆", true),
    ("河北", false),
    ("山西", false),
    ("内蒙古", false),
    ("辽宁", false),
    ("吉林", false),
    ("黑龙江", false),
    ("江苏", false),
    ("浙江", false),
    ("安徽", false),
    ("福建", false),
    ("江西", false),
    ("山东", false),
    ("河南", false),
    ("湖北", false),
    ("湖南", false),
    ("广东", false),
    ("广西", false),
    ("海南", false),
    ("四川", false),
    ("贵州", false),
    ("云南", false),
    ("西藏", false),
    ("陕西", false),
    ("甘肃", false),
    ("青海", false),
    ("宁夏", false),
    ("新疆", false),
    ("台湾", false),
    ("香港", true),
    ("澳门", true),
];

/// What may stand behind a region of the first level.
const REGION_ENDINGS: [&str; 8] = ["特别行政区", "维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "省", "市", ""];
/// How the name of a city of the second level ends, longer ones first.
const CITY_ENDINGS: [&str; 4] = ["自治州", "地区", "市", "盟"];
/// How the name of a district or town ends, longer ones first.
const DISTRICT_ENDINGS: [&str; 19] = [
    "经济技术开发区",
    "高新技术产业开发区",
    "经济开发区",
    "高新技术开发区",
    "高新区",
    "开发区",
    "工业园区",
    "新区",
    "自治县",
    "自治旗",
    "街道办事处",
    "社区",
    "街道",
    "园区",
    "区",
    "县",
    "镇",
    "乡",
    "市",
];
/// The endings of zones that are called by the name of their city.
const ZONE_ENDINGS: [&str; 7] =
    ["经济技术开发区", "高新技术产业开发区", "经济开发区", "高新技术开发区", "高新区", "工业园区", "开发区"];
/// Zones without a name of their own, and how they are called for short.
const ZONES: [(&str, &str); 9] = [
    ("高新技术产业开发区", "高新"),
    ("高新技术开发区", "高新"),
    ("高新区", "高新"),
    ("经济技术开发区", "经开"),
    ("经济开发区", "经开"),
    ("经开区", "经开"),
    ("工业园区", "工业园"),
    ("开发区", "开发"),
    ("区", ""),
];
/// How the name of a street ends, longer ones first.
const STREET_ENDINGS: [&str; 12] = ["大道", "大街", "公路", "胡同", "马路", "路", "街", "道", "巷", "弄", "里", "线"];
/// How a number in the street ends.
const NUMBER_ENDINGS: [char; 3] = ['号', '號', '弄'];
/// The longest name of a district, in characters: what is longer is another thing that ends so.
const MAX_PLACE: usize = 12;

/// The parts of a folded Chinese address.
pub(super) fn read(text: &str) -> Address {
    let (text, postcode) = without_postcode(text);
    let compact: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, ',' | '，' | '。' | '、' | ';' | '(' | ')'))
        .collect();
    let mut rest = compact.as_str();
    let mut address = Address { postcode, ..Address::default() };
    for prefix in ["地址:", "地址", "中华人民共和国", "中国", "中國"] {
        if let Some(behind) = rest.strip_prefix(prefix) {
            rest = behind;
            address.country = if prefix.starts_with('中') { Some("CN".to_owned()) } else { address.country };
        }
    }
    rest = region(rest, &mut address);
    rest = places(rest, &mut address);
    street(rest, &mut address);
    address
}

/// The name of a city or region without what it is; a name of one character keeps it.
pub(super) fn without_ending(name: &str) -> &str {
    for (region, _) in REGIONS {
        if let Some(ending) = name.strip_prefix(region).filter(|ending| REGION_ENDINGS.contains(ending)) {
            return name.strip_suffix(ending).unwrap_or(name);
        }
    }
    let short = CITY_ENDINGS.iter().find_map(|ending| name.strip_suffix(ending));
    short.filter(|short| short.chars().count() > 1).unwrap_or(name)
}

/// Takes a postcode of six digits off that stands apart: at the beginning, at the end or behind 邮编.
fn without_postcode(text: &str) -> (String, String) {
    let label = ["邮政编码", "邮编", "邮政编号"].iter().find_map(|label| text.split_once(label));
    if let Some((before, behind)) = label {
        let behind = behind.trim_start_matches([':', '：', ' ']);
        let end = behind.find(|c: char| !c.is_ascii_digit()).unwrap_or(behind.len());
        if let Some((code, rest)) = behind.split_at_checked(end).filter(|(code, _)| is_digits(code, 6)) {
            let before = before.trim_end_matches(['(', '（', ' ', ',']);
            return (format!("{before} {}", rest.trim_start_matches([')', '）'])), code.to_owned());
        }
    }
    let trimmed = text.trim();
    let first = trimmed.find(|c: char| !c.is_ascii_digit()).and_then(|end| trimmed.split_at_checked(end));
    if let Some((code, rest)) = first.filter(|(code, _)| is_digits(code, 6)) {
        return (rest.to_owned(), code.to_owned());
    }
    let last = trimmed.trim_end_matches([')', ']']).rsplit_once(|c: char| !c.is_ascii_digit());
    match last.map(|(_, code)| code).filter(|code| is_digits(code, 6)) {
        Some(code) => {
            let rest = trimmed.trim_end_matches([')', ']']).strip_suffix(code).unwrap_or(trimmed);
            (rest.trim_end_matches(['(', '[', ' ']).to_owned(), code.to_owned())
        }
        None => (trimmed.to_owned(), String::new()),
    }
}

/// Takes the region off, with its ending or without: 江苏省苏州市 and 江苏苏州市.
fn region<'t>(text: &'t str, address: &mut Address) -> &'t str {
    let Some((name, is_city)) = REGIONS.iter().find(|(name, _)| text.starts_with(name)) else {
        return text;
    };
    let behind = text.strip_prefix(name).unwrap_or(text);
    // 上海路 and 南京东路 are streets of another city.
    if is_street_at_once(behind) {
        return text;
    }
    let rest = REGION_ENDINGS.iter().find_map(|ending| behind.strip_prefix(ending)).unwrap_or(behind);
    address.region = (*name).to_owned();
    if *is_city {
        address.city = (*name).to_owned();
    }
    if !matches!(*name, "台湾" | "香港" | "澳门") {
        address.country.get_or_insert_with(|| "CN".to_owned());
    }
    // 上海上海市 and 北京市市辖区 say it twice.
    let rest =
        if *is_city { rest.strip_prefix(name).and_then(|rest| rest.strip_prefix('市')).unwrap_or(rest) } else { rest };
    rest.strip_prefix("市辖区").unwrap_or(rest)
}

fn is_street_at_once(behind: &str) -> bool {
    let side = behind.strip_prefix(['东', '西', '南', '北', '中']).unwrap_or(behind);
    STREET_ENDINGS.iter().any(|ending| side.starts_with(ending)) && !side.starts_with("街道") && !side.starts_with("里")
}

/// Takes city, district and town off.
fn places<'t>(text: &'t str, address: &mut Address) -> &'t str {
    let mut rest = text;
    for _ in 0..4 {
        if address.city.is_empty()
            && let Some((name, behind)) = cut(rest, &CITY_ENDINGS)
        {
            address.city = name.to_owned();
            rest = behind;
            continue;
        }
        if let Some((name, behind)) = zone(rest) {
            address.district.push_str(name);
            rest = behind;
            continue;
        }
        let Some((name, behind)) = cut(rest, &DISTRICT_ENDINGS) else {
            break;
        };
        // 苏州工业园区 names its city, 工业园区 alone does not.
        let ending = rest.get(name.len()..).and_then(|rest| rest.strip_suffix(behind)).unwrap_or_default();
        if address.city.is_empty() && ZONE_ENDINGS.contains(&ending) && name.chars().count() <= 3 {
            address.city = name.to_owned();
        } else {
            address.district.push_str(name);
        }
        rest = behind;
    }
    rest
}

/// A zone without a name of its own, in its short form, and what stands behind it.
fn zone(text: &str) -> Option<(&'static str, &str)> {
    let zone = ZONES.iter().find_map(|(zone, short)| text.strip_prefix(zone).map(|behind| (*short, behind)))?;
    // 开发区路 is a street.
    (!is_street_at_once(zone.1)).then_some(zone)
}

/// The name in front whose ending comes first, and what stands behind the ending.
fn cut<'t>(text: &'t str, endings: &[&str]) -> Option<(&'t str, &'t str)> {
    for (count, (at, character)) in text.char_indices().enumerate() {
        // A number or a street ends the part of the address in which districts are.
        if count > MAX_PLACE || !is_han(character) || is_street(text, at, count) {
            return None;
        }
        let here = text.get(at..)?;
        if count > 0
            && let Some(behind) = endings.iter().find_map(|ending| here.strip_prefix(ending))
        {
            // 新市区 and 周市镇 are names, too.
            if here.starts_with('市') && behind.starts_with(['区', '镇', '乡']) && !endings.contains(&"地区") {
                continue;
            }
            // 上海市场路: the ending is the beginning of a word.
            let word = ["场", "政", "民", "委", "北", "南", "东路", "西路"];
            if here.starts_with('市') && word.iter().any(|next| behind.starts_with(next)) && !has_ending(behind) {
                return None;
            }
            return Some((text.get(..at)?, behind));
        }
    }
    None
}

/// Whether a district or town stands at the beginning of what is left.
fn has_ending(text: &str) -> bool {
    let part: String = text.chars().take(MAX_PLACE).take_while(|c| is_han(*c)).collect();
    DISTRICT_ENDINGS.iter().any(|ending| part.contains(ending))
}

/// Whether the name of a street ends here; a 街道 is a part of a city, and 里 and 线 stand in many names.
fn is_street(text: &str, at: usize, count: usize) -> bool {
    let here = text.get(at..).unwrap_or_default();
    let ends = STREET_ENDINGS.iter().any(|ending| !matches!(*ending, "里" | "线" | "道") && here.starts_with(ending));
    count > 0 && ends && !here.starts_with("街道")
}

/// The street, its number, and what is behind it.
fn street(text: &str, address: &mut Address) {
    let street_end = street_end(text).map(|end| end.saturating_add(section(text.get(end..).unwrap_or_default())));
    let (name, rest) = text.split_at_checked(street_end.unwrap_or(0)).unwrap_or(("", text));
    if name.is_empty() {
        // No street: 创意产业园5号. The name goes up to the number.
        let digit = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let (name, rest) = rest.split_at_checked(digit).unwrap_or((rest, ""));
        address.street = words(name).replace(' ', "");
        let (number, detail) = number(rest);
        address.number = number;
        address.detail = detail_of(detail);
        return;
    }
    address.street = words(name).replace(' ', "");
    let (number, detail) = number(rest);
    address.number = number;
    address.detail = detail_of(detail);
}

/// The bytes of the section of a long street: 信义路五段.
fn section(behind: &str) -> usize {
    let counted = behind.trim_start_matches(|c: char| c.is_ascii_digit() || "一二三四五六七八九十".contains(c));
    let length = behind.len().saturating_sub(counted.len());
    if length > 0 && counted.starts_with('段') { length.saturating_add('段'.len_utf8()) } else { 0 }
}

/// Where the name of the street ends: behind its first ending that a number or nothing follows, or else its first.
fn street_end(text: &str) -> Option<usize> {
    let mut first = None;
    for (count, (at, character)) in text.char_indices().enumerate() {
        if character.is_ascii_digit() && first.is_some() {
            break;
        }
        let here = text.get(at..).unwrap_or_default();
        let Some(ending) = STREET_ENDINGS.iter().find(|ending| here.starts_with(**ending)).filter(|_| count > 0) else {
            continue;
        };
        let behind = here.strip_prefix(ending).unwrap_or_default();
        let followed = behind.is_empty() || behind.starts_with(|c: char| c.is_ascii_digit());
        let end = at.saturating_add(ending.len());
        if followed {
            return Some(end);
        }
        // 里, 线 and 道 end a street only where a number follows.
        if first.is_none() && !matches!(*ending, "里" | "线" | "道") && !here.starts_with("街道") {
            first = Some(end);
        }
    }
    first
}

/// The number in front: 328号, 328-1号, 12弄3号, 1088号之2; and what stands behind it.
fn number(text: &str) -> (Option<String>, &str) {
    let mut parts: Vec<String> = Vec::new();
    let mut rest = text.strip_prefix(['第', '#']).unwrap_or(text);
    let mut follows = false;
    while parts.len() < 3 {
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || is_dash(c))).unwrap_or(rest.len());
        let Some((digits, behind)) =
            rest.split_at_checked(end).filter(|(digits, _)| digits.starts_with(|c: char| c.is_ascii_digit()))
        else {
            break;
        };
        // 5幢 and 3楼 are no numbers of a street.
        let marked = behind.strip_prefix(NUMBER_ENDINGS);
        if marked.is_none() && !(behind.is_empty() && (parts.is_empty() || follows)) {
            break;
        }
        // 3号楼 is a building.
        if behind.starts_with("号楼") || behind.starts_with("号厂房") || behind.starts_with("号库") {
            break;
        }
        let digits: String = digits.chars().map(|c| if is_dash(c) { '-' } else { c }).collect();
        parts.push(digits.trim_matches('-').to_owned());
        rest = marked.unwrap_or(behind);
        follows = rest.starts_with('之');
        rest = rest.strip_prefix('之').unwrap_or(rest);
    }
    let number = parts.join("-");
    ((!number.is_empty()).then_some(number), rest)
}

fn detail_of(text: &str) -> String {
    let text: String = text.chars().filter(|c| c.is_alphanumeric() || is_dash(*c)).collect();
    text.replace(['栋', '座', '棟'], "幢")
        .replace('层', "楼")
        .replace('房', "室")
        .replace(is_dash, "-")
        .trim_matches('-')
        .to_owned()
}
