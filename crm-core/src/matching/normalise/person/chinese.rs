//! Chinese and Korean names: the family name is the first character, or the first two of a compound one.
//!
//! Source: 百家姓 (the Hundred Family Surnames) for the compound names; forms of address as they are used in business.

use super::PersonName;
use crate::matching::normalise::bounds::is_han;

/// Family names of two characters; in traditional characters where they differ.
const COMPOUND: &str = "欧阳 歐陽 太史 端木 上官 司马 司馬 东方 東方 独孤 獨孤 南宫 南宮 万俟 闻人 聞人 夏侯 诸葛 諸葛 尉迟 尉遲 公羊 赫连 赫連 澹台 皇甫 \
    宗政 濮阳 濮陽 公冶 太叔 申屠 公孙 公孫 慕容 仲孙 仲孫 钟离 鍾離 长孙 長孫 宇文 司徒 鲜于 鮮于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 \
    谷梁 拓跋 夹谷 轩辕 軒轅 令狐 段干 百里 呼延 东郭 南门 羊舌 微生 梁丘 左丘 东门 西门 西門 第五 完颜 纳兰 叶赫 耶律 那拉";

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

/// Splits a name in Chinese characters; a dot in it stands between the given and the family name of a foreigner.
pub(super) fn split(text: &str) -> PersonName {
    let text = text.trim_matches(|c: char| !is_han(c));
    if let Some((given, family)) = text.rsplit_once(['·', '・', '.']) {
        return PersonName::of(compact(&without_title(&compact(family))), compact(given));
    }
    let name = without_title(&compact(text));
    let letters = name.chars().count();
    let length = if letters >= 2 && is_compound(&name) { 2 } else { 1 };
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
