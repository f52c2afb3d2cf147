//! Chinese and Korean names: the family name is the first character, or the first two of a compound one.
//!
//! Source: 百家姓 (the Hundred Family Surnames) for the compound names; forms of address as they are used in business.

use super::PersonName;
use crate::matching::normalise::bounds::is_han;

/// Family names of two characters; in traditional characters where they differ.
const COMPOUND: &str = "欧阳 歐陽 太史 端木 上官 司马 司馬 东方 東方 独孤 獨孤 南宫 南宮 万俟 闻人 聞人 夏侯 诸葛 諸葛 尉迟 尉遲 公羊 赫连 赫連 澹台 皇甫 \
    宗政 濮阳 濮陽 公冶 太叔 申屠 公孙 公孫 慕容 仲孙 仲孫 钟离 鍾離 长孙 長孫 宇文 司徒 鲜于 鮮于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 \
    谷梁 拓跋 夹谷 轩辕 軒轅 令狐 段干 百里 呼延 东郭 南门 羊舌 微生 梁丘 左丘 东门 西门 西門 第五 完颜 纳兰 叶赫 耶律 那拉";

/// The most frequent family names of one character, in both scripts.
const FAMILIES: &str = "王李张張刘劉陈陳杨楊赵趙黄黃周吴吳徐孙孫胡朱高林何郭马馬罗羅梁宋郑鄭谢謝韩韓唐冯馮于董萧蕭肖程曹袁邓鄧许許傅沈曾彭吕呂苏蘇卢盧蒋蔣蔡贾賈丁魏薛叶葉阎閻余潘杜戴夏钟鍾汪田任姜范範方石姚\
    谭譚廖邹鄒熊金陆陸郝孔白崔康毛邱秦江史顾顧侯邵孟龙龍万萬段雷钱錢汤湯尹黎易常武乔喬贺賀赖賴龚龔文庞龐樊兰蘭殷施陶洪翟安颜顏倪严嚴牛温溫芦季俞章鲁魯葛伍韦韋申尤毕畢聂聶丛焦向柳邢路岳齐齊梅莫庄莊\
    辛管祝左涂谷祁时時舒耿牟卜詹关關苗凌费費纪紀靳盛童欧歐甄项項曲成游阳陽裴席卫衛查屈鲍鮑位覃霍翁隋植甘景薄单單包司柏宁寧柯阮桂闵闵解强強丘华華车車冉房边邊辜吉饶饒刁瞿戚";

/// Forms of address and functions behind a name, longer ones first.
const TITLES: [&str; 61] = [
    "总工程师",
    "副总经理",
    "总经理",
    "董事长",
    "副经理",
    "工程师",
    "负责人",
    "业务员",
    "采购员",
    "销售员",
    "技术员",
    "办公室",
    "先生",
    "女士",
    "小姐",
    "太太",
    "夫人",
    "同志",
    "老师",
    "教授",
    "博士",
    "经理",
    "總經理",
    "經理",
    "总监",
    "總監",
    "主任",
    "厂长",
    "廠長",
    "部长",
    "科长",
    "处长",
    "局长",
    "所长",
    "院长",
    "校长",
    "店长",
    "组长",
    "班长",
    "站长",
    "队长",
    "会长",
    "主席",
    "书记",
    "秘书",
    "助理",
    "会计",
    "出纳",
    "主管",
    "采购",
    "销售",
    "师傅",
    "老板",
    "老總",
    "董事",
    "总裁",
    "律师",
    "医生",
    "顾问",
    "业务",
    "财务",
];
/// Short forms behind a family name alone: 王总, 李工.
const SHORT_TITLES: [char; 12] = ['总', '總', '工', '董', '局', '哥', '姐', '处', '科', '院', '厂', '姨'];
/// What stands before a family name alone: 老王, 小李.
const BEFORE: [char; 2] = ['老', '小'];

/// The characters of a name without blanks and dots.
pub(super) fn compact(text: &str) -> String {
    text.chars().filter(|c| is_han(*c)).collect()
}

pub(super) fn is_title(text: &str) -> bool {
    TITLES.contains(&text)
        || (text.chars().count() == 1 && text.chars().all(|c| matches!(c, '总' | '總' | '工' | '董')))
}

/// The name in a text: what stands apart behind a whole name is another person, and a department is none.
pub(super) fn read(text: &str) -> PersonName {
    let separates = |c: char| !is_han(c) && !matches!(c, '·' | '・' | '.');
    let pieces: Vec<&str> = text.split(separates).map(without_department).filter(|piece| !piece.is_empty()).collect();
    let (Some(first), second) = (pieces.first(), pieces.get(1)) else {
        return PersonName::default();
    };
    let length = |piece: &str| piece.chars().count();
    let family = length(first) == 1 || (length(first) == 2 && is_compound(first));
    match second {
        // 张 三 and 欧阳 修 are one name, each with more blanks than others write.
        Some(_) if family => split(&pieces.concat()),
        // 山田 太郎: what is behind begins with no family name and is no title.
        Some(second)
            if length(first) == 2 && !is_title(second) && !begins_with_family(first) && !begins_with_family(second) =>
        {
            PersonName::of(compact(first), compact(&without_title(&compact(second))))
        }
        _ => split(first),
    }
}

/// The rest of a text that begins with a department: 采购部王经理.
fn without_department(text: &str) -> &str {
    const DEPARTMENTS: [&str; 32] = [
        "采购", "採購", "销售", "銷售", "设备", "設備", "财务", "財務", "技术", "技術", "工程", "生产", "生產", "品质",
        "品保", "质量", "质检", "行政", "人事", "市场", "业务", "業務", "研发", "研發", "仓库", "物流", "售后", "维修",
        "电气", "机械", "外贸", "项目",
    ];
    let Some(behind) = DEPARTMENTS.iter().find_map(|department| text.strip_prefix(department)) else {
        return text;
    };
    ["部门", "中心", "车间", "部", "科", "处", "室", "组", "课"]
        .iter()
        .find_map(|kind| behind.strip_prefix(kind))
        .unwrap_or(text)
}

fn begins_with_family(name: &str) -> bool {
    name.chars().next().is_some_and(|first| FAMILIES.contains(first)) || is_compound(name)
}

/// Splits a name in Chinese characters; a dot in it stands between the given and the family name of a foreigner.
pub(super) fn split(text: &str) -> PersonName {
    let text = text.trim_matches(|c: char| !is_han(c));
    if let Some((given, family)) = text.rsplit_once(['·', '・', '.']) {
        return PersonName::of(compact(&without_title(&compact(family))), compact(given));
    }
    let name = without_title(&compact(text));
    let letters = name.chars().count();
    // 山田太郎: four characters without a Chinese family name in front are a Japanese name.
    let japanese = letters == 4 && !begins_with_family(&name);
    let length = if (letters >= 2 && is_compound(&name)) || japanese { 2 } else { 1 };
    let (end, _) = name.char_indices().nth(length).unwrap_or((name.len(), ' '));
    let (family, given) = name.split_at_checked(end).unwrap_or((&name, ""));
    PersonName::of(family.to_owned(), given.to_owned())
}

fn is_compound(name: &str) -> bool {
    COMPOUND.split_ascii_whitespace().any(|compound| name.starts_with(compound))
}

fn without_title(name: &str) -> String {
    let mut name = name;
    // 王总经理先生 has two; a title alone stays.
    for _ in 0..3 {
        let Some(rest) = TITLES.iter().find_map(|title| name.strip_suffix(title)).filter(|rest| !rest.is_empty())
        else {
            break;
        };
        name = rest;
    }
    let letters = name.chars().count();
    if let Some(rest) = SHORT_TITLES.iter().find_map(|title| name.strip_suffix(*title)) {
        // 李建工 is a name, 李工 is Mr Li; 王小明总 is one letter too long for a name.
        let alone = letters == 2 || (letters == 3 && is_compound(rest));
        if alone || (letters == 4 && !is_compound(name)) || letters > 4 {
            return rest.to_owned();
        }
    }
    let nickname = BEFORE.iter().find_map(|before| name.strip_prefix(*before)).filter(|_| letters == 2);
    nickname.unwrap_or(name).to_owned()
}

/// A name in Hangul; `None` if the text is none.
pub(super) fn korean(text: &str) -> Option<PersonName> {
    const COMPOUND: [&str; 6] = ["남궁", "황보", "제갈", "사공", "선우", "독고"];
    let is_hangul = |c: char| matches!(c, '\u{AC00}'..='\u{D7A3}');
    let letters: String = text.chars().filter(|c| is_hangul(*c)).collect();
    if letters.is_empty() {
        return None;
    }
    let name =
        ["님", "씨"].iter().find_map(|title| letters.strip_suffix(title)).filter(|rest| rest.chars().count() >= 2);
    let name = name.unwrap_or(&letters);
    let compound = name.chars().count() > 2 && COMPOUND.iter().any(|compound| name.starts_with(compound));
    let end = name.char_indices().nth(if compound { 2 } else { 1 }).map_or(name.len(), |(end, _)| end);
    let (family, given) = name.split_at_checked(end)?;
    Some(PersonName::of(family.to_owned(), given.to_owned()))
}
