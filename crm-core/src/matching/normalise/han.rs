//! Chinese characters: simplified forms and readings.

use super::han_table::{FURTHER_READINGS, RARE_READINGS, READINGS, SECOND_READINGS, SIMPLIFIED};
use super::text::is_han;
use std::collections::HashMap;
use std::sync::LazyLock;

const FIRST: u32 = 0x4e00;
const LAST: u32 = 0x9fff;
/// How many characters of a text are read.
const LONGEST_READ: usize = 64;

/// The simplified form at the place of each character of the main block, or zero.
static TO_SIMPLIFIED: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let mut table = vec![0u16; (LAST - FIRST + 1) as usize];
    for group in SIMPLIFIED.split(' ') {
        let mut chars = group.chars();
        let Some(target) = chars.next().and_then(|c| u16::try_from(u32::from(c)).ok()) else { continue };
        for source in chars {
            if let Some(place) = place(source).and_then(|place| table.get_mut(place)) {
                *place = target;
            }
        }
    }
    table
});

/// The cost of a reading of single words and of family names; those in common use cost less.
pub(crate) const RARE: u32 = 3;

/// The readings of each character with their costs, the usual one first.
static READINGS_OF: LazyLock<HashMap<char, Vec<(&'static str, u32)>>> = LazyLock::new(|| {
    let mut table: HashMap<char, Vec<(&'static str, u32)>> = HashMap::with_capacity(8_200);
    for (level, cost) in [READINGS, SECOND_READINGS, FURTHER_READINGS, RARE_READINGS].into_iter().zip(0..) {
        for group in level.split(' ') {
            let Some(start) = group.find(is_han) else { continue };
            let (reading, chars) = group.split_at(start);
            for c in chars.chars() {
                table.entry(c).or_default().push((reading, cost));
            }
        }
    }
    table
});

fn place(c: char) -> Option<usize> {
    let code = u32::from(c);
    (FIRST..=LAST).contains(&code).then(|| (code - FIRST) as usize)
}

/// The simplified form of a traditional, variant or Japanese character; any other character itself.
pub(crate) fn to_simplified(c: char) -> char {
    let simplified = place(c).and_then(|place| TO_SIMPLIFIED.get(place)).copied().unwrap_or(0);
    if simplified == 0 { c } else { char::from_u32(u32::from(simplified)).unwrap_or(c) }
}

/// The readings of one simplified character in pinyin without tones, with their costs, the usual one first; `v` stands
/// for u with dots.
pub(crate) fn readings_of(c: char) -> &'static [(&'static str, u32)] {
    READINGS_OF.get(&c).map_or(&[], Vec::as_slice)
}

/// The readings of a text in pinyin without tones, rare ones too, at most `max`, the most usual first. Latin letters and
/// digits stand for themselves, other characters are left out. A text without any known Chinese character has none.
pub(crate) fn readings(text: &str, max: usize) -> Vec<String> {
    readings_below(text, max, u32::MAX)
}

/// The readings of a text without those that are [`RARE`].
pub(crate) fn common_readings(text: &str, max: usize) -> Vec<String> {
    readings_below(text, max, RARE)
}

fn readings_below(text: &str, max: usize, limit: u32) -> Vec<String> {
    let mut out = vec![(0u32, String::new())];
    let mut known = false;
    for c in text.chars().take(LONGEST_READ) {
        let of = readings_of(c);
        known |= !of.is_empty();
        match of {
            [] if c.is_ascii_alphanumeric() => out.iter_mut().for_each(|(_, text)| text.push(c.to_ascii_lowercase())),
            [] => {}
            [(only, _)] => out.iter_mut().for_each(|(_, text)| text.push_str(only)),
            several => {
                let used = several.iter().filter(|(_, cost)| *cost < limit);
                let mut next: Vec<(u32, String)> = used
                    .flat_map(|(reading, cost)| {
                        out.iter().map(move |(so_far, text)| (so_far + cost, format!("{text}{reading}")))
                    })
                    .collect();
                next.sort_by_key(|(cost, _)| *cost);
                next.truncate(max);
                out = next;
            }
        }
    }
    out.truncate(if known { max } else { 0 });
    out.into_iter().map(|(_, text)| text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn simple(text: &str) -> String {
        text.chars().map(to_simplified).collect()
    }

    #[test]
    fn traditional_variant_and_japanese_forms_become_simplified() {
        assert_eq!(simple("東莞機電設備製造廠"), "东莞机电设备制造厂");
        assert_eq!(simple("臺灣鴻海精密工業"), "台湾鸿海精密工业");
        assert_eq!(simple("株式会社安川電機"), "株式会社安川电机");
        assert_eq!(simple("豊田自動織機"), "丰田自动织机");
        assert_eq!(simple("鉄 気 圧 検 渋沢"), "铁 气 压 检 涩泽");
    }

    #[test]
    fn a_standard_simplified_character_stands_for_itself() {
        for c in "后里台干乾于着著余余万与云丰术只系征制卷胡表".chars() {
            assert_eq!(to_simplified(c), c);
        }
        assert!(READINGS_OF.keys().all(|c| to_simplified(*c) == *c));
    }

    #[test]
    fn readings_come_with_the_usual_one_first_and_no_more_than_asked() {
        assert_eq!(readings("汇川", 4), ["huichuan"]);
        assert_eq!(readings("重庆", 4), ["zhongqing", "chongqing"]);
        assert_eq!(readings("绿洲", 4), ["lvzhou", "luzhou"]);
        assert_eq!(readings("三一重工", 1), ["sanyizhonggong"]);
        assert_eq!(readings("单", 9), ["dan", "shan", "chan"]);
        assert_eq!(common_readings("石单", 9), ["shidan", "shishan"]);
        assert_eq!(readings("长乐重行", 4).len(), 4);
        assert!(readings("siemens", 4).is_empty());
        assert!(readings("", 4).is_empty());
    }

    #[test]
    fn a_great_part_of_the_characters_in_use_can_be_read() {
        assert!(READINGS_OF.len() > 7_800);
        assert!(TO_SIMPLIFIED.iter().filter(|code| **code != 0).count() > 3_000);
        assert_eq!(readings_of('吕'), [("lv", 0)]);
    }
}
