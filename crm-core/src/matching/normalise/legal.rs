//! Legal forms and branches at the ends, the beginning and in the middle of company names.

use super::legal_table::{
    EAST_ASIAN, EAST_ASIAN_BRANCHES, EAST_ASIAN_LEAD, EAST_ASIAN_PARTS, EAST_ASIAN_STRONG, LATIN, LATIN_BRANCHES,
    LATIN_LEAD, LATIN_SURE_BRANCHES,
};
use super::region;
use super::text::{self, Token};
use std::collections::HashMap;
use std::sync::LazyLock;

macro_rules! legal_forms {
    ($($(#[$doc:meta])* $name:ident = $id:literal,)+) => {
        /// A legal form, one over all the ways and languages to write it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub(crate) enum LegalForm {
            $($(#[$doc])* $name,)+
        }

        impl LegalForm {
            /// Every form.
            pub(crate) const ALL: &[LegalForm] = &[$(LegalForm::$name,)+];

            /// The stable name of the form.
            pub(crate) fn id(self) -> &'static str {
                match self {
                    $(LegalForm::$name => $id,)+
                }
            }
        }
    };
}

legal_forms! {
    /// 有限公司, 有限责任公司, Ltd, Limited.
    Limited = "limited",
    /// Co., Ltd.: what both Chinese limited and joint-stock companies call themselves in English.
    CoLtd = "coltd",
    /// 股份有限公司.
    JointStock = "joint_stock",
    /// 集团有限公司.
    GroupLimited = "group_limited",
    /// 集团股份有限公司.
    GroupStock = "group_stock",
    /// 集团, group.
    Group = "group",
    /// 公司, company, without saying which.
    Company = "company",
    /// 合伙企业, partnership.
    Partnership = "partnership",
    /// 个人独资, 个体工商户, sole trader.
    Sole = "sole",
    /// 合作社, cooperative.
    Cooperative = "cooperative",
    /// 厂, factory.
    Factory = "factory",
    /// 研究院, 研究所, institute.
    Institute = "institute",
    /// 商行, 经营部, shop.
    Shop = "shop",
    /// Germany, Austria, Switzerland.
    Gmbh = "gmbh",
    /// GmbH & Co. KG, KGaA.
    GmbhKg = "gmbh_kg",
    /// Aktiengesellschaft.
    Ag = "ag",
    /// Societas Europaea.
    Se = "se",
    /// Unternehmergesellschaft.
    Ug = "ug",
    /// KG, OHG and other partnerships of Germany.
    Kg = "kg",
    /// Eingetragener Kaufmann.
    Ek = "ek",
    /// Incorporated.
    Inc = "inc",
    /// Corporation.
    Corp = "corp",
    /// Limited liability company.
    Llc = "llc",
    /// Limited partnership.
    Lp = "lp",
    /// Public limited company.
    Plc = "plc",
    /// Singapore.
    Pte = "pte",
    /// India.
    Pvt = "pvt",
    /// Malaysia.
    SdnBhd = "sdn_bhd",
    /// Société anonyme, sociedad anónima.
    Sa = "sa",
    /// Société par actions simplifiée.
    Sas = "sas",
    /// Société à responsabilité limitée.
    Sarl = "sarl",
    /// Società per azioni.
    Spa = "spa",
    /// Società a responsabilità limitata.
    Srl = "srl",
    /// Italian partnerships.
    Snc = "snc",
    /// Sociedad limitada.
    Sl = "sl",
    /// Portuguese limited.
    Lda = "lda",
    /// Besloten vennootschap.
    Bv = "bv",
    /// Naamloze vennootschap.
    Nv = "nv",
    /// Dutch and Belgian partnerships.
    Vof = "vof",
    /// Aktiebolag.
    Ab = "ab",
    /// Swedish partnerships.
    Hb = "hb",
    /// Osakeyhtiö.
    Oy = "oy",
    /// Aksjeselskap, aktieselskab, anonim şirketi.
    As = "as",
    /// Anpartsselskab.
    Aps = "aps",
    /// Iceland.
    Ehf = "ehf",
    /// Hungarian limited.
    Kft = "kft",
    /// Hungarian stock company.
    Zrt = "zrt",
    /// Czech and Slovak limited.
    Sro = "sro",
    /// Czech and Slovak stock company.
    CzAs = "cz_as",
    /// Limited in Slovenia, Croatia, Serbia.
    Doo = "doo",
    /// Stock company in Slovenia, Croatia, Serbia, Bulgaria.
    Dd = "dd",
    /// Polish limited.
    Spzoo = "spzoo",
    /// Polish stock company and partnerships.
    PlSa = "pl_sa",
    /// Limited in Russia and near.
    Ooo = "ooo",
    /// Stock company in Russia and near.
    Jsc = "jsc",
    /// Baltic forms.
    Uab = "uab",
    /// Indonesia.
    Tbk = "tbk",
    /// 株式会社, 주식회사.
    Kk = "kk",
    /// 有限会社, 유한회사.
    Yk = "yk",
    /// 合同会社.
    Gk = "gk",
}

impl LegalForm {
    /// The form of a stable name.
    pub(crate) fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|form| form.id() == id)
    }

    /// Whether two names with these forms may be of one legal entity, as a translation or a shorter writing.
    pub(crate) fn compatible(self, other: Self) -> bool {
        self == other || self.classes() & other.classes() != 0
    }

    /// Bits: limited 1, stock 2, partnership 4, sole 8, cooperative 16, factory 32, institute 64, shop 128.
    fn classes(self) -> u8 {
        use LegalForm as F;
        match self {
            F::Limited
            | F::Gmbh
            | F::Ug
            | F::Llc
            | F::Pte
            | F::Pvt
            | F::Sarl
            | F::Srl
            | F::Sl
            | F::Lda
            | F::Bv
            | F::Aps => 1,
            F::Ehf | F::Kft | F::Sro | F::Doo | F::Spzoo | F::Ooo | F::Yk | F::Gk | F::GroupLimited => 1,
            F::JointStock
            | F::Ag
            | F::Se
            | F::Inc
            | F::Corp
            | F::Plc
            | F::Sa
            | F::Sas
            | F::Spa
            | F::Nv
            | F::Ab
            | F::Oy => 2,
            F::As | F::Zrt | F::CzAs | F::Dd | F::PlSa | F::Jsc | F::Kk | F::Tbk | F::GroupStock => 2,
            F::CoLtd | F::Uab | F::SdnBhd | F::Group => 1 | 2,
            F::Company => u8::MAX,
            F::Partnership | F::GmbhKg | F::Kg | F::Lp | F::Snc | F::Vof | F::Hb => 4,
            F::Sole | F::Ek => 8,
            F::Cooperative => 16,
            F::Factory => 32,
            F::Institute => 64,
            F::Shop => 8 | 128,
        }
    }
}

/// A name parted into what is before, the legal form, and the branch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Split {
    /// The name without legal form and branch; never empty when the name has a letter.
    pub(crate) core: String,
    /// The legal form.
    pub(crate) form: Option<LegalForm>,
    /// The branch: its place or number where one is told, else the word for it.
    pub(crate) branch: Option<String>,
}

/// Parts a folded name in any script.
pub(crate) fn split(folded: &str) -> Split {
    if folded.chars().any(text::is_east_asian) {
        return split_east_asian(folded);
    }
    let parts = split_tokens(text::tokens(folded));
    Split { core: render(&parts.core), form: parts.form, branch: parts.branch }
}

/// Like [`Split`], of words.
pub(super) struct TokenSplit {
    pub(super) core: Vec<Token>,
    pub(super) form: Option<LegalForm>,
    pub(super) branch: Option<String>,
}

pub(super) fn render(tokens: &[Token]) -> String {
    let mut out = String::new();
    let mut inside = false;
    for token in tokens {
        if inside && !token.bracketed {
            out.push(')');
        }
        if !out.is_empty() {
            out.push(' ');
        }
        if token.bracketed && !inside {
            out.push('(');
        }
        inside = token.bracketed;
        out.push_str(&token.key);
    }
    if inside {
        out.push(')');
    }
    out
}

// --- East Asian scripts ---

struct Written {
    text: &'static str,
    form: LegalForm,
}

fn written(table: &'static str) -> Vec<Written> {
    let mut all: Vec<Written> = Vec::new();
    for group in table.split(';') {
        let mut words = group.split_whitespace();
        let Some(form) = words.next().and_then(LegalForm::from_id) else { continue };
        all.extend(words.map(|text| Written { text, form }));
    }
    // The longest comes first.
    all.sort_by_key(|written| std::cmp::Reverse(written.text.chars().count()));
    all
}

/// Forms that end a name, by their last character.
static ENDS: LazyLock<HashMap<char, Vec<Written>>> = LazyLock::new(|| {
    let mut by_last: HashMap<char, Vec<Written>> = HashMap::new();
    for form in written(EAST_ASIAN) {
        if let Some(last) = form.text.chars().last() {
            by_last.entry(last).or_default().push(form);
        }
    }
    by_last
});
static LEADS: LazyLock<Vec<Written>> = LazyLock::new(|| written(EAST_ASIAN_LEAD));

fn split_east_asian(folded: &str) -> Split {
    let name = close_up(folded);
    let name = name.trim_matches(is_edge);
    if let Some((body, branch)) = named_branch(name) {
        let inner = without_branch(body);
        return Split { branch: Some(branch), ..inner };
    }
    without_branch(name)
}

/// Parts a name that has no branch word at its end.
fn without_branch(name: &str) -> Split {
    if let Some((core, form)) = lead_form(name) {
        return Split { core: core.to_owned(), form: Some(form), branch: None };
    }
    if let Some(split) = middle_form(name) {
        return split;
    }
    if let Some((core, form)) = end_form(name) {
        return Split { core: core.to_owned(), form: Some(form), branch: None };
    }
    if name.chars().next_back().is_some_and(|c| c.is_ascii_alphabetic() || c == '.' || c == ')')
        && let Some(split) = latin_end(name)
    {
        return split;
    }
    Split { core: name.to_owned(), form: None, branch: None }
}

/// A form before the name: 株式会社安川电机.
fn lead_form(name: &str) -> Option<(&str, LegalForm)> {
    let lead = LEADS.iter().find(|lead| name.starts_with(lead.text))?;
    let rest = name.get(lead.text.len()..)?.trim_matches(is_edge);
    has_letter(rest).then_some((rest, lead.form))
}

/// A form at the end of the name.
fn end_form(name: &str) -> Option<(&str, LegalForm)> {
    let last = name.chars().next_back()?;
    let forms = ENDS.get(&last)?;
    forms.iter().find_map(|form| {
        let core = name.strip_suffix(form.text)?.trim_end_matches(is_edge);
        has_letter(core).then_some((core, form.form))
    })
}

/// A form with something after it: a place, a part of the company, the same name in Latin letters.
fn middle_form(name: &str) -> Option<Split> {
    let end = strong_end(name)?;
    let (head, tail) = name.split_at_checked(end).filter(|(_, tail)| has_letter(tail))?;
    let (core, form) = end_form(head)?;
    let bare = text::compact(tail);
    let mut split = Split { core: core.to_owned(), form: Some(form), branch: None };
    if bare.is_empty() || core.contains(&bare) || !bare.chars().any(text::is_east_asian) {
        return Some(split);
    }
    if region::whole(&bare).is_some() {
        split.core.push('(');
        split.core.push_str(&bare);
        split.core.push(')');
        return Some(split);
    }
    let part = EAST_ASIAN_PARTS.iter().find_map(|part| bare.strip_suffix(part)).filter(|place| region::is_place(place));
    split.branch = Some(part.map_or(bare.clone(), place_of));
    Some(split)
}

/// Where the last sure legal form of the name ends.
fn strong_end(name: &str) -> Option<usize> {
    EAST_ASIAN_STRONG.iter().filter_map(|form| name.rfind(form).map(|at| at + form.len())).max()
}

/// A branch at the end: the name without it, and its place.
fn named_branch(name: &str) -> Option<(&str, String)> {
    let (word, head) = EAST_ASIAN_BRANCHES.iter().find_map(|word| {
        let bracketed = name.strip_suffix(')').and_then(|open| open.strip_suffix(word));
        name.strip_suffix(word).or(bracketed).map(|head| (*word, head))
    })?;
    let head = head.trim_end_matches(is_edge);
    if !has_letter(head) {
        return None;
    }
    if let Some((body, inner)) = strong_end(head).and_then(|end| head.split_at_checked(end)) {
        let inner = text::compact(inner);
        return Some((body, if inner.is_empty() { word.to_owned() } else { place_of(&inner) }));
    }
    // 东方集团苏州分公司, 上海机床厂苏州分厂: the last form that is no part of a word.
    let starts: Vec<usize> = head.char_indices().map(|(at, _)| at).rev().take(12).collect();
    for at in starts.iter().rev() {
        let Some((body, inner)) = head.split_at_checked(*at) else { continue };
        let inner = inner.trim_matches(is_edge);
        let numbered = inner.chars().all(|c| "第一二三四五六七八九十".contains(c) || c.is_ascii_digit());
        if has_letter(body) && !inner.is_empty() && (numbered || region::is_place(inner)) {
            return Some((body.trim_end_matches(is_edge), place_of(inner)));
        }
    }
    Some((head, word.to_owned()))
}

/// The place of a branch in its short form: 苏州市 is 苏州.
fn place_of(inner: &str) -> String {
    let inner = inner.strip_prefix('驻').filter(|place| region::is_place(place)).unwrap_or(inner);
    region::whole(inner).map_or_else(|| inner.to_owned(), |_| region::short_name(inner).to_owned())
}

/// A legal form in Latin letters after a name with East Asian ones: 上海ABC Co., Ltd.
fn latin_end(name: &str) -> Option<Split> {
    let cut = name.char_indices().rev().find(|(_, c)| text::is_east_asian(*c)).map(|(at, c)| at + c.len_utf8())?;
    let (core, tail) = name.split_at_checked(cut)?;
    let tail = text::tokens(tail);
    let (start, form) = (0..tail.len()).find_map(|start| {
        let (form, _) = LATIN_FORMS.get(join(tail.get(start..)?).as_str())?;
        Some((start, *form))
    })?;
    let core = format!("{core}{}", join(tail.get(..start)?));
    Some(Split { core, form: Some(form), branch: None })
}

/// Takes the spaces between East Asian characters and others away; they carry nothing there.
fn close_up(folded: &str) -> String {
    let mut out = String::with_capacity(folded.len());
    let mut chars = folded.chars().peekable();
    let mut before = ' ';
    while let Some(c) = chars.next() {
        let closes = |c: char| text::is_han(c) || text::is_kana(c) || c == '(' || c == ')';
        if c == ' ' && (closes(before) || chars.peek().is_some_and(|next| closes(*next))) {
            continue;
        }
        out.push(c);
        before = c;
    }
    out
}

fn is_edge(c: char) -> bool {
    !c.is_alphanumeric() && c != '(' && c != ')'
}

fn has_letter(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

// --- Scripts with spaces ---

/// Forms by their words; whether they are sure in the middle of a name.
static LATIN_FORMS: LazyLock<HashMap<&'static str, (LegalForm, bool)>> = LazyLock::new(|| {
    let mut forms = HashMap::new();
    for group in LATIN.split(';') {
        let Some((id, words)) = group.split_once(' ') else { continue };
        let Some(form) = LegalForm::from_id(id) else { continue };
        for words in words.split('|') {
            let (words, sure) = words.strip_prefix('!').map_or((words, false), |words| (words, true));
            forms.insert(words, (form, sure));
        }
    }
    forms
});

const LONGEST_FORM: usize = 6;

fn join(tokens: &[Token]) -> String {
    let mut out = String::with_capacity(tokens.len() * 6);
    for token in tokens {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&token.key);
    }
    out
}

/// Parts a name given as words.
pub(super) fn split_tokens(mut tokens: Vec<Token>) -> TokenSplit {
    let mut branch = None;
    let mut form = None;
    if let Some((start, end, found)) = last_sure_form(&tokens) {
        let mut tail = tokens.split_off(end);
        // What stands in brackets after the form is another name of the same, unless it is a place.
        let places = |token: &Token| !token.bracketed || region::of_words(&token.key).is_some();
        if tail.iter().all(|token| token.bracketed) && !tail.iter().all(places) && !tail.iter().any(is_branch_word) {
            tail.clear();
        }
        tokens.truncate(start);
        form = Some(found);
        let (kept, named) = part_tail(tail);
        branch = named;
        tokens.extend(kept);
    } else if let Some(named) = take_branch(&mut tokens) {
        branch = Some(named);
    }
    while let Some((length, found)) = end_of(&tokens) {
        tokens.truncate(tokens.len() - length);
        form = Some(form.map_or(found, |known| joined(found, known)));
    }
    if let Some(lead) = tokens.first().and_then(|first| LATIN_LEAD.iter().find(|(word, _)| *word == first.key))
        && tokens.len() > 1
    {
        form = form.or(LegalForm::from_id(lead.1));
        tokens.remove(0);
    }
    if tokens.len() > 1 && tokens.first().is_some_and(|first| first.key == "the") {
        tokens.remove(0);
    }
    TokenSplit { core: tokens, form, branch }
}

/// The form of a name that ends on two: a group that is a limited company.
fn joined(inner: LegalForm, outer: LegalForm) -> LegalForm {
    match (inner, outer) {
        (LegalForm::Group, LegalForm::Limited | LegalForm::CoLtd) => LegalForm::GroupLimited,
        (LegalForm::Factory | LegalForm::Institute, LegalForm::Company) => inner,
        _ => outer,
    }
}

/// The last form in the name that is one for sure, the longest there.
fn last_sure_form(tokens: &[Token]) -> Option<(usize, usize, LegalForm)> {
    for start in (1..tokens.len()).rev() {
        for length in (1..=LONGEST_FORM.min(tokens.len() - start)).rev() {
            let Some(words) = tokens.get(start..start + length) else { continue };
            let Some((form, true)) = LATIN_FORMS.get(join(words).as_str()).copied() else { continue };
            return Some(longest_back(tokens, start, start + length, form));
        }
    }
    None
}

/// Grows a form to the left: `gmbh` of `gmbh & co kg` was found by its end.
fn longest_back(tokens: &[Token], start: usize, end: usize, form: LegalForm) -> (usize, usize, LegalForm) {
    let from = end.saturating_sub(LONGEST_FORM).max(1);
    (from..start)
        .find_map(|earlier| {
            let (longer, _) = LATIN_FORMS.get(join(tokens.get(earlier..end)?).as_str())?;
            Some((earlier, end, *longer))
        })
        .unwrap_or((start, end, form))
}

fn end_of(tokens: &[Token]) -> Option<(usize, LegalForm)> {
    let longest = LONGEST_FORM.min(tokens.len().saturating_sub(1));
    (1..=longest).rev().find_map(|length| {
        let words = tokens.get(tokens.len() - length..)?;
        LATIN_FORMS.get(join(words).as_str()).map(|(form, _)| (length, *form))
    })
}

fn is_branch_word(token: &Token) -> bool {
    LATIN_BRANCHES.contains(&token.key.as_str())
}

/// What follows a legal form: words that belong to the name, and the branch.
fn part_tail(tail: Vec<Token>) -> (Vec<Token>, Option<String>) {
    if tail.is_empty() {
        return (tail, None);
    }
    for length in (1..=2).rev() {
        for start in 0..=tail.len().saturating_sub(length) {
            let Some(words) = tail.get(start..start + length) else { continue };
            if LATIN_BRANCHES.contains(&join(words).as_str()) {
                let word = join(words);
                let mut place = tail;
                place.drain(start..start + length);
                return (Vec::new(), Some(if place.is_empty() { word } else { join(&place) }));
            }
        }
    }
    (tail, None)
}

/// A branch in a name without a sure legal form: `Siemens Shanghai Branch`, `Bosch AG Niederlassung Wien`.
fn take_branch(tokens: &mut Vec<Token>) -> Option<String> {
    for length in (1..=2).rev() {
        for start in (1..=tokens.len().checked_sub(length)?).rev() {
            let word = join(tokens.get(start..start + length)?);
            if !LATIN_SURE_BRANCHES.contains(&word.as_str()) {
                continue;
            }
            let after = tokens.split_off(start).split_off(length);
            if !after.is_empty() {
                return Some(join(&after));
            }
            let places = (1..=3usize.min(tokens.len() - 1)).rev();
            let place = places
                .map(|words| tokens.len() - words)
                .find(|at| tokens.get(*at..).is_some_and(|words| region::of_words(&join(words)).is_some()));
            return Some(place.map_or(word, |at| join(&tokens.split_off(at))));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(name: &str) -> (String, Option<&'static str>, Option<String>) {
        let split = split(&text::fold(name));
        (split.core, split.form.map(LegalForm::id), split.branch)
    }

    fn check(name: &str, core: &str, form: &str, branch: &str) {
        let (c, f, b) = parts(name);
        assert_eq!((c.as_str(), f.unwrap_or(""), b.as_deref().unwrap_or("")), (core, form, branch), "{name}");
    }

    #[test]
    fn chinese_forms_end_a_name() {
        check("苏州汇川技术有限公司", "苏州汇川技术", "limited", "");
        check("宝山钢铁股份有限公司", "宝山钢铁", "joint_stock", "");
        check("上海汽车集团股份有限公司", "上海汽车", "group_stock", "");
        check("上海电气（集团）总公司", "上海电气", "group", "");
        check("浙江吉利控股集团有限公司", "浙江吉利控股", "group_limited", "");
        check("沈阳第一机床厂", "沈阳第一机床", "factory", "");
        check("机械科学研究总院", "机械科学", "institute", "");
        check("苏州工业园区华力精密五金经营部", "苏州工业园区华力精密五金", "shop", "");
        check("上海隆元投资中心（有限合伙）", "上海隆元投资中心", "partnership", "");
        check("東莞 精密 機械 有限 公司", "东莞精密机械", "limited", "");
        check("西门子(中国)有限公司", "西门子(中国)", "limited", "");
        check("上海ABC Co., Ltd.", "上海abc", "coltd", "");
        check("中石油", "中石油", "", "");
        check("有限公司", "有限", "company", "");
    }

    #[test]
    fn japanese_and_korean_forms_stand_before_or_after() {
        check("株式会社安川電機", "安川电机", "kk", "");
        check("㈱日立製作所", "日立制作所", "kk", "");
        check("キーエンス株式会社", "キーエンス", "kk", "");
        check("삼성전자 주식회사", "삼성전자", "kk", "");
        check("㈜두산", "두산", "kk", "");
    }

    #[test]
    fn a_branch_is_kept_with_its_place() {
        check("三一重工股份有限公司北京分公司", "三一重工", "joint_stock", "北京");
        check("东方重工集团苏州市分公司", "东方重工", "group", "苏州");
        check("东方重工苏州分厂", "东方重工", "", "苏州");
        check("上海电气集团股份有限公司驻北京办事处", "上海电气", "group_stock", "北京");
        check("中车株洲电机有限公司轨道交通事业部", "中车株洲电机", "limited", "轨道交通");
        check("汇川技术有限公司分公司", "汇川技术", "limited", "分公司");
        check("沈阳机床厂第二分厂", "沈阳机床", "factory", "第二");
        check("汇川技术有限公司（苏州工厂）", "汇川技术", "limited", "苏州");
        check("汇川技术有限公司（苏州）", "汇川技术(苏州)", "limited", "");
        check("苏州汇川技术有限公司(汇川)", "苏州汇川技术", "limited", "");
        check("キーエンス株式会社大阪支店", "キーエンス", "kk", "大阪");
    }

    #[test]
    fn latin_forms_end_begin_or_part_a_name() {
        check("Siemens AG", "siemens", "ag", "");
        check("Siemens Aktiengesellschaft", "siemens", "ag", "");
        check("TRUMPF GmbH + Co. KG", "trumpf", "gmbh_kg", "");
        check("Acme GmbH & Co. KG", "acme", "gmbh_kg", "");
        check("Festo SE & Co. KG", "festo", "gmbh_kg", "");
        check("Sandvik AB", "sandvik", "ab", "");
        check("AB SKF", "skf", "ab", "");
        check("Danfoss A/S", "danfoss", "as", "");
        check("Bonfiglioli Riduttori S.p.A.", "bonfiglioli riduttori", "spa", "");
        check("Fanuc Polska Sp. z o.o.", "fanuc polska", "spzoo", "");
        check("PT Foo Tbk", "foo", "tbk", "");
        check("ООО Уралмаш", "uralmash", "ooo", "");
        check("Suzhou Inovance Technology Co.,Ltd.", "suzhou inovance technology", "coltd", "");
        check("Weichai Holding Group Co., Ltd.", "weichai holding", "group_limited", "");
        check("Tata Motors Pvt. Ltd.", "tata motors", "pvt", "");
        check("Škoda s.r.o.", "skoda", "sro", "");
        check("Ford Motor Company", "ford motor", "company", "");
        check("Siemens (China) Ltd.", "siemens (china)", "limited", "");
    }

    #[test]
    fn a_latin_branch_is_kept_with_its_place() {
        check("X Co., Ltd. Shanghai Branch", "x", "coltd", "shanghai");
        check("Bosch Rexroth GmbH Niederlassung Wien", "bosch rexroth", "gmbh", "wien");
        check("Siemens Shanghai Branch", "siemens", "", "shanghai");
        check("Bosch AG, Filiale", "bosch", "ag", "filiale");
    }

    #[test]
    fn every_form_written_in_a_table_is_known_and_ids_are_unique() {
        for group in EAST_ASIAN.split(';').chain(EAST_ASIAN_LEAD.split(';')).chain(LATIN.split(';')) {
            let id = group.split_whitespace().next().unwrap_or("");
            assert!(LegalForm::from_id(id).is_some(), "{id}");
        }
        assert!(LATIN_LEAD.iter().all(|(_, id)| LegalForm::from_id(id).is_some()));
        let ids: std::collections::HashSet<_> = LegalForm::ALL.iter().map(|form| form.id()).collect();
        assert_eq!(ids.len(), LegalForm::ALL.len());
    }

    #[test]
    fn forms_that_translate_each_other_are_compatible() {
        assert!(LegalForm::Limited.compatible(LegalForm::CoLtd));
        assert!(LegalForm::JointStock.compatible(LegalForm::CoLtd));
        assert!(LegalForm::Company.compatible(LegalForm::Limited));
        assert!(!LegalForm::Factory.compatible(LegalForm::Limited));
        assert!(!LegalForm::Ag.compatible(LegalForm::Gmbh));
    }
}
