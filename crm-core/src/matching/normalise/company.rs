//! The parts of a company's name: region, brand, line of business, legal form, branch.

use super::industry;
use super::legal::{self, LegalForm};
use super::region::{self, Region};
use super::text::{self, Token};
use super::{han, industry::canonical};

/// How many characters of a name are looked at.
const MAX_NAME: usize = 512;
/// How many readings of a brand are kept.
const MAX_READINGS: usize = 4;
/// A text within brackets longer than this is no region.
const MAX_BRACKET: usize = 48;

/// A company's name in its parts, all folded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CompanyName {
    /// The whole name.
    pub(crate) folded: String,
    /// Letters and digits of the whole name, in plain letters.
    pub(crate) compact: String,
    /// The name without legal form, branch and brackets: region, brand and business.
    pub(crate) core: String,
    /// The region named in the name, or else the place of the branch.
    pub(crate) region: Option<Region>,
    /// The region as the name has it; empty when only the branch tells one.
    pub(crate) region_text: String,
    /// What tells the company from others: in East Asian scripts one word, in others words parted by spaces.
    pub(crate) brand: String,
    /// The line of business in canonical words, see [`industry`].
    pub(crate) industry: String,
    /// The legal form.
    pub(crate) legal: Option<LegalForm>,
    /// The branch that the name is of: its place, or else the word for it.
    pub(crate) branch: Option<String>,
    /// The brand in pinyin, by each way to read it; empty for a brand without Chinese characters or with kana.
    pub(crate) readings: Vec<String>,
    /// The Latin words of the brand.
    pub(crate) tokens: Vec<String>,
    /// Whether the brand holds the region since the name says nothing else: 上海机场.
    pub(crate) brand_is_region: bool,
}

/// Parts a name in any language; never fails, and looks at the first 512 characters.
pub(crate) fn parse(raw: &str) -> CompanyName {
    let folded = text::fold_first(raw, MAX_NAME);
    let mut name = CompanyName { compact: text::compact(&text::latin_key(&folded)), ..CompanyName::default() };
    if folded.chars().any(text::is_east_asian) {
        east_asian(&mut name, &folded);
    } else {
        spaced(&mut name, &folded);
    }
    if name.region.is_none()
        && let Some(branch) = &name.branch
    {
        let in_words = || region::words_at_start(branch.split(' ')).map(|(region, _)| region);
        name.region = region::chain(branch, true).map(|chain| chain.region).or_else(in_words);
    }
    name.tokens = text::tokens(&name.brand).into_iter().flat_map(|token| latin_parts(&token.key)).collect();
    name.folded = folded;
    name
}

/// The runs of a word that have no East Asian characters.
fn latin_parts(word: &str) -> Vec<String> {
    word.split(text::is_east_asian).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

// --- East Asian scripts ---

fn east_asian(name: &mut CompanyName, folded: &str) {
    let parts = legal::split(folded);
    name.legal = parts.form;
    name.branch = parts.branch;
    let (core, bracketed) = take_brackets(&parts.core);
    name.core = core;
    let core = name.core.clone();
    let found = part(&core);
    name.brand = found.brand;
    name.industry = found.industry;
    name.region = found.region;
    name.region_text = found.region_text;
    name.brand_is_region = found.brand_is_region;
    if let Some((region, written)) = bracketed {
        let finer = name.region.is_none_or(|known| known == region || known.contains(region));
        if finer {
            name.region = Some(region);
            name.region_text = written;
        }
    }
    if !name.brand.chars().any(|c| text::is_kana(c) || text::is_hangul(c)) {
        name.readings = han::common_readings(&name.brand, MAX_READINGS);
    }
}

/// What was found in a core.
#[derive(Default)]
struct Found {
    region: Option<Region>,
    region_text: String,
    brand: String,
    industry: String,
    brand_is_region: bool,
}

fn part(core: &str) -> Found {
    // The districts are tried first: 上海宝山钢管 has none left for a brand then, 上海松江华力机械 has.
    for deep in [true, false] {
        let Some(chain) = region::chain(core, deep) else { break };
        let rest = chain.rest;
        let rest = after_town(rest, chain.region);
        let (brand, words) = industry::split_run(rest);
        if brand.chars().filter(|c| c.is_alphanumeric()).count() < 2 {
            continue;
        }
        let written = core.get(..core.len() - rest.len()).unwrap_or(chain.text);
        return Found {
            region: Some(chain.region),
            region_text: written.trim_end_matches(|c: char| !c.is_alphanumeric()).to_owned(),
            brand: tidy(&industry::telling_brand(brand, &words)),
            industry: industry::listed(words.iter().map(|word| canonical(word))),
            brand_is_region: false,
        };
    }
    let Some(chain) = region::chain(core, false) else {
        let (brand, industry) = industry::split(core);
        let inner = region_at_brand_end(&brand);
        let region_text = inner.map(|(_, text)| text.to_owned()).unwrap_or_default();
        return Found {
            region: inner.map(|(region, _)| region),
            region_text,
            brand: tidy(&brand),
            industry,
            brand_is_region: false,
        };
    };
    let (left, words) = industry::split_run(chain.rest);
    let school = words.iter().any(|word| canonical(word) == Some(industry::INSTITUTION));
    let brand = if left.is_empty() && school {
        // 北京大学 and 北京工业大学 are two.
        format!("{}{}", region::short_name(chain.text), chain.rest)
    } else if left.is_empty() {
        // The first word that says something: 上海国际机场 is known as 上海机场.
        let telling = words.iter().find(|word| canonical(word).is_some_and(|tag| tag != industry::GENERAL));
        format!("{}{}", region::short_name(chain.text), telling.or(words.first()).copied().unwrap_or(""))
    } else {
        format!("{}{left}", chain.text)
    };
    Found {
        region: Some(chain.region),
        region_text: chain.text.to_owned(),
        brand: tidy(&brand),
        industry: industry::listed(words.iter().map(|word| canonical(word))),
        brand_is_region: true,
    }
}

/// What follows a town that the name gives after its county: 昆山市玉山镇恒达 is 恒达.
fn after_town(rest: &str, region: Region) -> &str {
    if region.city().is_none() {
        return rest;
    }
    for kind in ["镇", "乡", "街道"] {
        let town = rest.find(kind).filter(|at| (2..=3).contains(&rest.get(..*at).unwrap_or("").chars().count()));
        let after = town.and_then(|at| rest.get(at + kind.len()..)).filter(|after| after.chars().count() >= 2);
        if let Some(after) = after {
            return after;
        }
    }
    rest
}

/// A region that ends a brand after at least two characters: 中车株洲. The brand keeps it.
fn region_at_brand_end(brand: &str) -> Option<(Region, &str)> {
    brand.char_indices().skip(2).find_map(|(at, _)| {
        let end = brand.get(at..).filter(|end| end.chars().nth(1).is_some())?;
        region::whole(end).map(|region| (region, end))
    })
}

/// A brand without the marks at its ends and without those within when it has East Asian characters.
fn tidy(brand: &str) -> String {
    if brand.is_ascii() {
        let words: Vec<String> = text::tokens(brand).into_iter().map(|token| token.key).collect();
        return words.join(" ");
    }
    text::compact(brand)
}

/// Takes the bracketed parts out of a name: the region that one of them is, and the name with the others' marks away.
fn take_brackets(core: &str) -> (String, Option<(Region, String)>) {
    let mut out = String::with_capacity(core.len());
    let mut found = None;
    let mut rest = core;
    while let Some((before, after)) = rest.split_once('(') {
        out.push_str(before);
        let Some((inner, following)) = after.split_once(')') else {
            rest = after;
            continue;
        };
        let region =
            (inner.len() <= MAX_BRACKET).then(|| region::whole(inner).or_else(|| region::of_words(inner))).flatten();
        match region {
            Some(region) if found.is_none() && !(out.is_empty() && following.is_empty()) => {
                found = Some((region, inner.to_owned()))
            }
            _ => out.push_str(inner),
        }
        rest = following;
    }
    out.push_str(rest);
    let kept: String = out.chars().filter(|c| !matches!(c, '(' | ')' | '"' | '·')).collect();
    (kept.trim_matches(|c: char| !c.is_alphanumeric()).to_owned(), found)
}

// --- Scripts with spaces ---

fn spaced(name: &mut CompanyName, folded: &str) {
    let parts = legal::split_tokens(text::tokens(folded));
    name.legal = parts.form;
    name.branch = parts.branch;
    let mut core = parts.core;
    take_bracketed_region(name, &mut core);
    name.core = core.iter().map(|token| token.key.as_str()).collect::<Vec<_>>().join(" ");
    let mut rest: &[Token] = &core;
    let mut outer = None;
    if name.region.is_none() {
        let at_start = region::words_at_start(words(rest)).filter(|(region, count)| {
            // Firms are called after cities of the world that they are not in; after Chinese ones hardly.
            let plain = region.is_china() || *region == region.country();
            plain || rest.iter().skip(*count).all(|token| canonical(&token.key).is_some())
        });
        if let Some((region, count)) = at_start {
            outer = Some((region, 0, count));
        } else if let Some((region, start)) = region_at_end(rest) {
            outer = Some((region, start, rest.len()));
        }
    }
    let without: Vec<Token>;
    if let Some((region, start, end)) = outer {
        name.region = Some(region);
        name.region_text =
            rest.get(start..end).map(|part| words(part).collect::<Vec<_>>().join(" ")).unwrap_or_default();
        let (before, after) = (rest.get(..start).unwrap_or(&[]), rest.get(end..).unwrap_or(&[]));
        without = before.iter().chain(after).cloned().collect();
        rest = &without;
    }
    let (business, brand): (Vec<&Token>, Vec<&Token>) = rest.iter().partition(|token| canonical(&token.key).is_some());
    name.industry = industry::listed(business.iter().map(|token| canonical(&token.key)));
    name.brand_is_region = outer.is_some() && brand.is_empty();
    let telling = || {
        let telling = business.iter().find(|token| canonical(&token.key).is_some_and(|tag| tag != industry::GENERAL));
        telling.or(business.first()).map(|token| token.key.as_str())
    };
    let kept: Vec<&str> = match (brand.is_empty(), name.brand_is_region) {
        (false, _) if brand.iter().all(|token| industry::is_weak(&token.key)) => {
            words_of(&brand).chain(telling()).collect()
        }
        (false, _) => words_of(&brand).collect(),
        (true, false) => words(rest).collect(),
        (true, true) => std::iter::once(name.region_text.as_str()).chain(telling()).collect(),
    };
    name.brand = kept.join(" ");
}

fn words_of<'a>(tokens: &[&'a Token]) -> impl Iterator<Item = &'a str> {
    tokens.iter().map(|token| token.key.as_str())
}

fn words(tokens: &[Token]) -> impl Iterator<Item = &str> {
    tokens.iter().map(|token| token.key.as_str())
}

/// Takes a region in brackets out of the words: `siemens (china)`.
fn take_bracketed_region(name: &mut CompanyName, core: &mut Vec<Token>) {
    let Some(start) = core.iter().position(|token| token.bracketed) else { return };
    let length = core.iter().skip(start).take_while(|token| token.bracketed).count();
    if length == core.len() || length > 4 {
        return;
    }
    let inner: Vec<&str> = core.iter().skip(start).take(length).map(|token| token.key.as_str()).collect();
    let inner = inner.join(" ");
    if let Some(region) = region::of_words(&inner) {
        name.region = Some(region);
        name.region_text = inner;
        core.drain(start..start + length);
    }
}

/// A region at the end of the words, where something stands before it: `abb india`.
fn region_at_end(tokens: &[Token]) -> Option<(Region, usize)> {
    (tokens.len().saturating_sub(3).max(1)..tokens.len()).find_map(|start| {
        let joined = words(tokens.get(start..)?).collect::<Vec<_>>().join(" ");
        region::of_words(&joined).map(|region| (region, start))
    })
}

#[cfg(test)]
mod tests {
    use super::super::region::CHINA_CODE;
    use super::*;
    use proptest::prelude::*;

    /// region code, brand, industry, legal form, branch, whether the brand is the region.
    type Expected<'a> = (u32, &'a str, &'a str, &'a str, &'a str, bool);

    fn check(raw: &str, expected: Expected<'_>) {
        let name = parse(raw);
        let found = (
            name.region.map_or(0, |region| region.code),
            name.brand.as_str(),
            name.industry.as_str(),
            name.legal.map_or("", LegalForm::id),
            name.branch.as_deref().unwrap_or(""),
            name.brand_is_region,
        );
        assert_eq!(found, expected, "{raw}");
    }

    #[test]
    fn a_chinese_name_is_parted() {
        check("苏州汇川技术有限公司", (320500, "汇川", "technology", "limited", "", false));
        check("深圳市汇川技术股份有限公司", (440300, "汇川", "technology", "joint_stock", "", false));
        check("三一重工股份有限公司北京分公司", (110000, "三一", "heavy", "joint_stock", "北京", false));
        check("汇川技术", (0, "汇川", "technology", "", "", false));
        check("北京第一机床厂", (110000, "第一机床", "machine_tools", "factory", "", false));
        check("昆山市玉山镇恒达精密模具厂", (320583, "恒达", "precision moulds", "factory", "", false));
        check("中车株洲电力机车有限公司", (430200, "中车株洲", "power rail", "limited", "", false));
        check("苏州汇川技术有限公司-吴中工厂", (320500, "汇川", "technology", "limited", "吴中", false));
        check("中国东方航空股份有限公司", (CHINA_CODE, "东方", "aviation", "joint_stock", "", false));
        check("DMG森精機株式会社", (0, "dmg森精机", "", "kk", "", false));
        check("中石油", (0, "中石油", "", "", "", false));
        check("宁德时代新能源科技股份有限公司", (350900, "时代", "power technology", "joint_stock", "", false));
        check("浙江三花智能控制股份有限公司", (330000, "三花", "robot automation", "joint_stock", "", false));
        check("江苏恒立液压股份有限公司", (320000, "恒立", "hydraulics", "joint_stock", "", false));
        check("上海松江华力机械厂", (310117, "华力", "machinery", "factory", "", false));
        check("廣東順德恒力精密機械有限公司", (440606, "恒力", "precision machinery", "limited", "", false));
    }

    #[test]
    fn the_region_is_the_brand_where_nothing_else_is_left() {
        check("上海国际机场股份有限公司", (310000, "上海机场", "logistics", "joint_stock", "", true));
        check("上海机场", (310000, "上海机场", "logistics", "", "", true));
        check("上海汽车集团股份有限公司", (310000, "上海汽车", "automotive", "group_stock", "", true));
        check("北京城建投资发展股份有限公司", (110000, "北京城建", "construction finance", "joint_stock", "", true));
        check("重庆啤酒股份有限公司", (500000, "重庆啤酒", "food", "joint_stock", "", true));
        check("中国石油天然气股份有限公司", (CHINA_CODE, "中国石油", "petroleum", "joint_stock", "", true));
        check("北京工业大学", (110000, "北京工业大学", "institution", "", "", true));
        check("上海宝山钢管厂", (310000, "宝山", "steel", "factory", "", false));
        check(
            "Shanghai Electric Group Co., Ltd.",
            (310000, "shanghai electric", "electric", "group_limited", "", true),
        );
    }

    #[test]
    fn a_region_in_brackets_is_taken_out() {
        check("西门子(中国)有限公司", (CHINA_CODE, "西门子", "", "limited", "", false));
        check("西门子（中国）有限公司上海分公司", (CHINA_CODE, "西门子", "", "limited", "上海", false));
        check("SEW-传动设备（苏州）有限公司", (320500, "sew", "gears equipment", "limited", "", false));
        check("ABB(中国)有限公司", (CHINA_CODE, "abb", "", "limited", "", false));
        check("Siemens (China) Ltd.", (CHINA_CODE, "siemens", "", "limited", "", false));
        check("中国（上海）华力机械有限公司", (310000, "华力", "machinery", "limited", "", false));
    }

    #[test]
    fn names_of_other_languages_are_parted() {
        check("Siemens AG", (0, "siemens", "", "ag", "", false));
        check("TRUMPF GmbH + Co. KG", (0, "trumpf", "", "gmbh_kg", "", false));
        check("Sandvik AB", (0, "sandvik", "", "ab", "", false));
        check("株式会社安川電機", (0, "安川", "electromechanical", "kk", "", false));
        check("삼성전자 주식회사", (0, "삼성", "electronics", "kk", "", false));
        check("Suzhou Inovance Technology Co., Ltd.", (320500, "inovance", "technology", "coltd", "", false));
        check("ABB India Limited", (13_560_000, "abb", "", "limited", "", false));
        check("Texas Instruments Incorporated", (18_404_300, "texas instruments", "instruments", "inc", "", true));
        check("General Electric Company", (0, "general electric", "electric", "company", "", false));
        check("Phoenix Contact GmbH & Co. KG", (0, "phoenix contact", "", "gmbh_kg", "", false));
        check(
            "Zahnradfabrik Friedrichshafen AG",
            (12_760_113, "friedrichshafen zahnradfabrik", "gears", "ag", "", true),
        );
        check("Shanghai Zhenhua Heavy Industries Co., Ltd. (ZPMC)", (310000, "zhenhua", "heavy", "coltd", "", false));
        check("Müller Maschinenbau GmbH", (0, "muller", "machinery", "gmbh", "", false));
        check("東京エレクトロン株式会社", (13_920_001, "エレクトロン", "", "kk", "", false));
    }

    #[test]
    fn one_company_written_in_several_ways_has_one_brand() {
        for same in [
            "苏州汇川技术有限公司",
            "蘇州匯川技術有限公司",
            "汇川技术",
            "苏州汇川技术有限公司 Suzhou Inovance Technology Co., Ltd.",
            "苏州汇川技术有限公司（汇川）",
        ] {
            assert_eq!(parse(same).brand, "汇川", "{same}");
        }
        assert_eq!(parse("苏州汇川技术有限公司").readings, ["huichuan"]);
        assert_eq!(parse("重力机械").readings.len(), 2);
        assert_eq!(parse("SEW-传动设备（苏州）有限公司").tokens, ["sew"]);
        assert_eq!(parse("Rolls-Royce plc").tokens, ["rolls", "royce"]);
    }

    #[test]
    fn strange_input_gives_a_name_and_takes_no_time() {
        for raw in [
            "",
            " ",
            "()",
            "有限公司",
            "(中国)",
            "分公司",
            "😀😀",
            "\u{202e}\u{200b}",
            "GmbH",
            "((((",
            "a\u{301}\u{301}\u{301}",
            "شركة",
        ] {
            let name = parse(raw);
            assert!(name.compact.is_empty() || !name.brand.is_empty(), "{raw}: {name:?}");
        }
        let started = std::time::Instant::now();
        for unit in ["上海", "(", "有限公司", "a ", "gmbh & co kg ", "a\u{301}\u{302}", "\u{fdfa}", "分公司", "😀"]
        {
            let long: String = unit.repeat(64 * 1024 / unit.len());
            assert!(parse(&long).folded.chars().count() <= MAX_NAME * 18);
        }
        assert!(started.elapsed().as_secs() < 5);
    }

    /// Names of pieces that mean something, in any order.
    fn pieces() -> impl Strategy<Value = String> {
        let all = [
            "上海",
            "苏州市",
            "江苏",
            "中国",
            "东方",
            "汇川",
            "机械",
            "精密",
            "国际",
            "有限公司",
            "股份",
            "集团",
            "厂",
            "分公司",
            "分厂",
            "办事处",
            "(",
            ")",
            "第一",
            "镇",
            "株式会社",
            "주식회사",
            "삼성",
            "カ",
            "abb",
            " gmbh",
            " & co. kg",
            " co., ltd",
            " branch",
            " shanghai",
            " china",
            " the",
            " and",
            "-",
            " ",
            ".",
            "s.p.a.",
            "\u{1037}",
            "é",
        ];
        proptest::collection::vec(proptest::sample::select(all.to_vec()), 0..9).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn any_order_of_known_pieces_leaves_a_brand(raw in pieces()) {
            let name = parse(&raw);
            prop_assert!(name.compact.is_empty() || !text::compact(&name.brand).is_empty(), "{:?}", name);
            prop_assert!(name.compact.is_empty() || !text::compact(&name.core).is_empty(), "{:?}", name);
            prop_assert_eq!(name.region.is_none_or(|region| Region::from_code(region.code).is_some()), true);
        }

        #[test]
        fn any_text_is_parted_without_loss_of_the_brand(raw in "[a-z上海苏州汇川技术机械有限公司分厂集团中国()（）株式会社 .&-]{0,24}|\\PC{0,40}") {
            let name = parse(&raw);
            prop_assert_eq!(&parse(&raw), &name);
            prop_assert!(name.readings.len() <= MAX_READINGS);
            prop_assert!(name.compact.is_empty() || !text::compact(&name.brand).is_empty(), "{:?}", name);
        }
    }
}
