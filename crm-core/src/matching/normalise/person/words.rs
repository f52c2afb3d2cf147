//! Titles, degrees and particles of names, and the family names of China in Latin letters.
//!
//! Source: general knowledge of the languages; Hanyu Pinyin (ISO 7098) of the most frequent family names.

/// Titles and degrees without their dots.
const HONOURS: &[&str] = &[
    "mr",
    "mrs",
    "ms",
    "miss",
    "mister",
    "madam",
    "mme",
    "mlle",
    "monsieur",
    "madame",
    "sir",
    "dr",
    "prof",
    "professor",
    "doctor",
    "herr",
    "herrn",
    "frau",
    "hr",
    "fr",
    "dipl",
    "dipl-ing",
    "dipling",
    "dipl-kfm",
    "diplkfm",
    "dipl-wirt-ing",
    "dipl-phys",
    "dipl-inf",
    "dipl-chem",
    "ing",
    "dr-ing",
    "dring",
    "mag",
    "msc",
    "bsc",
    "meng",
    "beng",
    "mba",
    "phd",
    "dphil",
    "md",
    "jr",
    "sr",
    "ii",
    "iii",
    "iv",
    "esq",
    "eng",
    "engr",
    "sra",
    "srta",
    "señor",
    "señora",
    "dott",
    "dottssa",
    "signor",
    "signora",
    "mgr",
    "bc",
    "rndr",
    "judr",
    "mudr",
    "san",
    "sama",
    "hc",
    "mult",
];
/// Parts of a German doctor's degree; words of their own elsewhere.
const BEHIND_DOCTOR: [&str; 14] =
    ["rer", "nat", "pol", "med", "phil", "jur", "iur", "habil", "hc", "oec", "techn", "h", "c", "agr"];
/// Titles that are also names, and so need a dot: "Eng.", "Sr.", "Ing.", "San".
const WITH_DOT_ONLY: [&str; 9] = ["fr", "hr", "sr", "ing", "eng", "mag", "san", "bc", "md"];

/// What a family name may begin with.
const PARTICLES: [&str; 32] = [
    "von", "vom", "van", "de", "del", "della", "di", "da", "dos", "das", "do", "du", "der", "den", "ten", "ter", "zu",
    "zum", "zur", "la", "le", "lo", "bin", "ibn", "bint", "ben", "al", "el", "af", "av", "st", "y",
];

/// Family names in Pinyin, the two hundred most frequent ones that are written in distinct ways.
const PINYIN: &str = "wang li zhang liu chen yang zhao huang zhou wu xu sun hu zhu gao lin he guo ma luo liang song zheng xie han tang \
    feng yu dong xiao cheng cao yuan deng fu shen zeng peng lu su jiang cai jia ding wei xue ye yan pan du dai xia zhong tian ren fan fang \
    shi yao tan liao zou xiong jin hao kong bai cui kang mao qiu qin gu hou shao meng long wan duan lei qian yin yi chang qiao lai gong \
    wen pang lan ning qi nie qu zhuang tong niu mo ji xing tao ouyang situ zhuge shangguan sima xiahou huangfu ge zuo an bao bi bian \
    chai che chu cong fei geng guan gui hang hua huo jing kuang leng lang ling lou man mei mi miao mu ni ou pei pi ping pu qiang rao rong \
    ruan sha shan shang shu si sheng tu wo xi xian xiang xin xu yue zang zha zhan zhen zhi zi zong zu";

/// Whether a word is a title or degree. `doctor`: the word before it was one, too.
pub(super) fn is_honour(key: &str, dotted: bool, doctor: bool) -> bool {
    if WITH_DOT_ONLY.contains(&key) {
        return dotted || doctor;
    }
    HONOURS.contains(&key) || (doctor && BEHIND_DOCTOR.contains(&key))
}

pub(super) fn is_particle(word: &str) -> bool {
    PARTICLES.contains(&word)
}

/// Whether the words are a Chinese name in Pinyin with the family name in front: "Zhang Wei", "Li Xiaoming".
///
/// Where both ends may be the family name the order is that of the West: "Wei Zhang".
pub(super) fn is_pinyin_order(words: &[&str]) -> bool {
    let family = |word: &str| PINYIN.split_ascii_whitespace().any(|name| name.eq_ignore_ascii_case(word));
    let (Some(first), Some(last)) = (words.first(), words.last()) else {
        return false;
    };
    words.len() <= 3 && words.iter().all(|word| is_pinyin(word)) && family(first) && (words.len() == 3 || !family(last))
}

/// Whether a word is made of one to three syllables of Pinyin.
fn is_pinyin(word: &str) -> bool {
    let lower = word.to_lowercase();
    let mut rest = lower.as_str();
    for _ in 0..3 {
        let Some(behind) = syllable(rest) else {
            return false;
        };
        rest = behind.trim_start_matches(['-', '\'', '’']);
        if rest.is_empty() {
            return true;
        }
    }
    false
}

/// What stands behind the first syllable. A consonant that may end it or begin the next one begins the next one if a
/// vowel follows.
fn syllable(text: &str) -> Option<&str> {
    const VOWELS: [char; 6] = ['a', 'e', 'i', 'o', 'u', 'ü'];
    const INITIALS: [&str; 23] = [
        "zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "r", "z", "c", "s",
        "y", "w",
    ];
    let begins_with_vowel = |text: &str| text.starts_with(VOWELS);
    let behind = INITIALS.iter().find_map(|initial| text.strip_prefix(initial)).unwrap_or(text);
    let rest = behind.trim_start_matches(VOWELS);
    let vowels = behind.len().saturating_sub(rest.len());
    if vowels == 0 || vowels > 4 {
        return None;
    }
    let ends = ["ng", "n"].iter().filter_map(|end| rest.strip_prefix(end));
    let closed = ends.into_iter().find(|behind| !begins_with_vowel(behind));
    Some(closed.unwrap_or(rest))
}
