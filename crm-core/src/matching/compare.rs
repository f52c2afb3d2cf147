//! Comparing two records part by part: which level of agreement a part reaches.

use super::features::{MatchField, Values, View, province_of, town_of};
use super::model::{MatchComparison, MatchLevel, MatchTest};
use super::normalise::legal::LegalForm;

/// The most comparisons of a model: a level takes four bits of a word.
pub(crate) const MAX_COMPARISONS: usize = 16;
/// The most levels of a comparison; the last number says that the part is missing.
pub(crate) const MAX_LEVELS: usize = 15;
/// The level of a part that one side lacks.
pub(crate) const MISSING: u8 = 15;
/// How many values of a part are compared for likeness; for equality all are.
const LIKELY: usize = 4;
/// Names of towns that are alike by so much are one town mistyped.
const LIKE_TOWNS: f64 = 0.88;
/// A name in letters that begins the reading of another has at least so many.
const SHORTEST_READING: usize = 5;
/// Longer values are not compared letter by letter.
const MAX_CHARS: usize = 80;

/// The levels that all comparisons of a model reach, four bits each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct Pattern(u64);

impl Pattern {
    pub(crate) fn of(comparisons: &[MatchComparison], left: &View<'_>, right: &View<'_>) -> Self {
        let mut bits = 0;
        for (place, comparison) in comparisons.iter().enumerate().take(MAX_COMPARISONS) {
            bits |= u64::from(level(comparison, left, right)) << (4 * place);
        }
        Self(bits)
    }

    /// The level of the comparison at a place.
    pub(crate) fn level(self, place: usize) -> u8 {
        u8::try_from((self.0 >> (4 * place)) & 15).unwrap_or(MISSING)
    }

    /// The same without what a comparison says.
    pub(crate) fn without(self, place: usize) -> Self {
        Self(self.0 | (15 << (4 * place)))
    }
}

/// The first level whose test holds; `MISSING` if one side has nothing to compare.
pub(crate) fn level(comparison: &MatchComparison, left: &View<'_>, right: &View<'_>) -> u8 {
    let pair = Pair::new(comparison.field, left, right);
    match comparison.field {
        MatchField::Place => return place_level(comparison, left, right),
        MatchField::FullName => return name_level(comparison, left, right),
        _ => {}
    }
    let emails = Pair::new(MatchField::Email, left, right);
    if comparison.field == MatchField::Domain && emails.equal() {
        let same = comparison.levels.iter().position(|level| level.test == MatchTest::SameEmail);
        if let Some(place) = same.and_then(|place| u8::try_from(place).ok()) {
            return place;
        }
    }
    if pair.left.is_empty() || pair.right.is_empty() {
        let told = comparison.levels.iter().position(|level| pair.told_by_absence(level.test));
        return told.and_then(|place| u8::try_from(place).ok()).unwrap_or(MISSING);
    }
    let place = comparison.levels.iter().take(MAX_LEVELS).position(|level| pair.passes(level));
    place.and_then(|place| u8::try_from(place).ok()).unwrap_or(MISSING)
}

/// Where two records are, as far as both tell it. Street, postcode, town and region hang together, so they are one comparison.
fn place_level(comparison: &MatchComparison, left: &View<'_>, right: &View<'_>) -> u8 {
    let pair = |field| Pair::new(field, left, right);
    let both = |field| !left.get(field).is_empty() && !right.get(field).is_empty();
    let (street, postcode) = (pair(MatchField::Street), pair(MatchField::Postcode));
    let (region, city) = (pair(MatchField::Region), pair(MatchField::City));
    let streets = both(MatchField::Street);
    let postcodes = both(MatchField::Postcode);
    if !streets && !postcodes && !both(MatchField::Region) && !both(MatchField::City) {
        return MISSING;
    }
    let towns = region.any(same_town) || city.equal() || city.likeness() >= LIKE_TOWNS;
    let within = region.any(within_place);
    // A street of the same name in another town is another street.
    let elsewhere = !towns && !within && (both(MatchField::Region) || both(MatchField::City));
    let known = |level: &MatchLevel| match level.test {
        MatchTest::SameStreet => streets && street.equal() && !elsewhere,
        MatchTest::LikeStreet => streets && street.likeness() >= level.limit && !elsewhere,
        MatchTest::SamePostcode => postcodes && postcode.equal(),
        MatchTest::TownAlone => towns && !streets,
        MatchTest::SameTown => towns,
        MatchTest::WithinPlace => within,
        MatchTest::SameProvince => region.any(same_province),
        MatchTest::Anything => true,
        _ => false,
    };
    let place = comparison.levels.iter().take(MAX_LEVELS).position(known);
    place.and_then(|place| u8::try_from(place).ok()).unwrap_or(MISSING)
}

/// Family and given name hang together: who is read alike in one is so in the other.
fn name_level(comparison: &MatchComparison, left: &View<'_>, right: &View<'_>) -> u8 {
    let pair = |field| Pair::new(field, left, right);
    let (family, given) = (pair(MatchField::FamilyName), pair(MatchField::GivenName));
    let none = |pair: &Pair<'_, '_>| pair.left.is_empty() || pair.right.is_empty();
    if none(&family) && none(&given) {
        return MISSING;
    }
    let alike = |pair: &Pair<'_, '_>, limit: f64| pair.equal() || (limit > 0.0 && pair.likeness() >= limit);
    let known = |level: &MatchLevel| match level.test {
        MatchTest::NamesEqual => family.equal() && given.equal(),
        MatchTest::Swapped => family.swapped(),
        MatchTest::SameReading => pair(MatchField::Reading).equal(),
        MatchTest::NamesAlike => alike(&family, level.limit) && alike(&given, level.limit),
        MatchTest::NameInitial => family.equal() && (none(&given) || given.any(initial)),
        MatchTest::FamilyAlone => alike(&family, level.limit),
        MatchTest::GivenAlone => alike(&given, level.limit),
        MatchTest::Similar => pair(MatchField::Reading).likeness() >= level.limit,
        MatchTest::Anything => true,
        _ => false,
    };
    let place = comparison.levels.iter().take(MAX_LEVELS).position(known);
    place.and_then(|place| u8::try_from(place).ok()).unwrap_or(MISSING)
}

/// One part of two records.
struct Pair<'a, 'b> {
    field: MatchField,
    left: Values<'a>,
    right: Values<'a>,
    views: (&'b View<'a>, &'b View<'a>),
    /// The greatest likeness, once it is needed.
    likeness: std::cell::OnceCell<f64>,
}

impl<'a, 'b> Pair<'a, 'b> {
    fn new(field: MatchField, left: &'b View<'a>, right: &'b View<'a>) -> Self {
        let (one, other) = (left.get(field), right.get(field));
        Self { field, left: one, right: other, views: (left, right), likeness: std::cell::OnceCell::new() }
    }

    /// A branch that one side lacks says something; any other missing part says nothing.
    fn told_by_absence(&self, test: MatchTest) -> bool {
        match test {
            MatchTest::BothLack => self.left.is_empty() && self.right.is_empty(),
            MatchTest::OneLacks => self.left.is_empty() != self.right.is_empty(),
            _ => false,
        }
    }

    fn passes(&self, level: &MatchLevel) -> bool {
        match level.test {
            MatchTest::Equal => self.equal(),
            MatchTest::EqualChecked => self.equal_checked(),
            MatchTest::Compatible => self.any(compatible),
            MatchTest::SameReading => self.same_reading(),
            MatchTest::Abbreviates => self.abbreviates(),
            MatchTest::Similar => self.likeness() >= level.limit,
            MatchTest::Edits => self.any(|one, other| within_edits(one, other, level.limit)),
            MatchTest::Prefix => self.any(|one, other| same_prefix(one, other, level.limit)),
            MatchTest::SameTown => self.any(same_town),
            MatchTest::SameProvince => self.any(same_province),
            MatchTest::SameTail => self.any(|one, other| same_tail(one, other, level.limit)),
            MatchTest::NamesEqual
            | MatchTest::NamesAlike
            | MatchTest::NameInitial
            | MatchTest::FamilyAlone
            | MatchTest::GivenAlone
            | MatchTest::SameStreet
            | MatchTest::LikeStreet
            | MatchTest::SamePostcode
            | MatchTest::TownAlone
            | MatchTest::SameEmail => false,
            MatchTest::WithinPlace => self.any(within_place),
            MatchTest::Swapped => self.swapped(),
            MatchTest::Initial => self.any(initial),
            MatchTest::SharesWord => self.any(shares_word),
            MatchTest::SameSite => self.any(same_site),
            MatchTest::SameDigits => self.any(same_digits),
            MatchTest::BothChecked => checked(self.left) && checked(self.right),
            MatchTest::BothLack | MatchTest::OneLacks => false,
            MatchTest::Anything => true,
        }
    }

    fn any(&self, test: impl Fn(&str, &str) -> bool) -> bool {
        self.left.iter().take(LIKELY).any(|one| self.right.iter().take(LIKELY).any(|other| test(one, other)))
    }

    /// The same value; a brand also if the whole names without legal form are the same, and a part with a unit (a
    /// street) if it is the other side's unit.
    fn equal(&self) -> bool {
        self.left.meets(self.right)
            || (matches!(self.field, MatchField::Brand | MatchField::Industry) && self.parts(MatchField::Core))
    }

    fn equal_checked(&self) -> bool {
        self.left
            .iter()
            .filter(|value| value.starts_with('!'))
            .any(|value| self.right.iter().any(|other| other == value))
    }

    fn parts(&self, field: MatchField) -> bool {
        self.views.0.get(field).meets(self.views.1.get(field))
    }

    /// Read alike in one of the readings, or one side is written as the other is read.
    fn same_reading(&self) -> bool {
        let (left, right) = self.views;
        let (one, other) = (left.get(MatchField::Reading), right.get(MatchField::Reading));
        match self.field {
            MatchField::Contact => self.any(read_alike),
            _ => one.meets(other) || one.meets(self.right) || other.meets(self.left),
        }
    }

    /// One side is a short form of the other.
    fn abbreviates(&self) -> bool {
        let (left, right) = self.views;
        let short = |values: Values<'a>, view: &View<'a>| {
            values.iter().take(LIKELY).any(|value| view.get(MatchField::Core).iter().any(|core| covers(core, value)))
        };
        // One side in letters, the other in characters and with more words: 雅友过滤 and Yayou.
        let read = |values: Values<'_>, view: &View<'_>| {
            let reading = view.get(MatchField::Reading).first().unwrap_or_default();
            values.iter().any(|value| value.len() >= SHORTEST_READING && reading.starts_with(value))
        };
        short(self.left, right) || short(self.right, left) || read(self.left, right) || read(self.right, left)
    }

    fn swapped(&self) -> bool {
        let (left, right) = self.views;
        let crossed = |one: MatchField, other: MatchField| left.get(one).meets(right.get(other));
        crossed(MatchField::FamilyName, MatchField::GivenName) && crossed(MatchField::GivenName, MatchField::FamilyName)
    }

    fn likeness(&self) -> f64 {
        *self.likeness.get_or_init(|| {
            let mut best: f64 = 0.0;
            for one in self.left.iter().take(LIKELY) {
                for other in self.right.iter().take(LIKELY) {
                    best = best.max(similarity(one, other));
                }
            }
            best
        })
    }
}

/// Jaro-Winkler, whichever side comes first.
pub(crate) fn similarity(one: &str, other: &str) -> f64 {
    if one == other {
        return 1.0;
    }
    if too_long(one) || too_long(other) {
        return 0.0;
    }
    let (first, second) = if one <= other { (one, other) } else { (other, one) };
    strsim::jaro_winkler(first, second)
}

fn too_long(text: &str) -> bool {
    text.len() > MAX_CHARS && text.chars().nth(MAX_CHARS).is_some()
}

fn within_edits(one: &str, other: &str, limit: f64) -> bool {
    let apart = one.len().abs_diff(other.len());
    if too_long(one) || too_long(other) || apart > 12 {
        return false;
    }
    let edits = strsim::osa_distance(one, other);
    u32::try_from(edits).is_ok_and(|edits| f64::from(edits) <= limit)
}

/// The first so many characters are the same, and there are as many.
fn same_prefix(one: &str, other: &str, limit: f64) -> bool {
    let mut count = 0.0;
    for (left, right) in one.chars().zip(other.chars()) {
        if left != right {
            return false;
        }
        count += 1.0;
        if count >= limit {
            return true;
        }
    }
    false
}

fn compatible(one: &str, other: &str) -> bool {
    let form = LegalForm::from_id;
    form(one).is_some_and(|one| form(other).is_some_and(|other| one.compatible(other)))
}

fn same_town(one: &str, other: &str) -> bool {
    town_of(one).is_some_and(|town| town_of(other) == Some(town))
}

fn same_province(one: &str, other: &str) -> bool {
    province_of(one).is_some_and(|province| province_of(other) == Some(province))
}

/// The same last digits, in numbers that are long enough.
fn same_tail(one: &str, other: &str, limit: f64) -> bool {
    let digits = |number: &str| number.split('x').next().unwrap_or_default().trim_start_matches('+').to_owned();
    let (one, other) = (digits(one), digits(other));
    let mut same = 0.0;
    for (left, right) in one.bytes().rev().zip(other.bytes().rev()) {
        if left != right {
            return false;
        }
        same += 1.0;
        if same >= limit {
            return true;
        }
    }
    false
}

/// One place lies in the other: its code begins with the other's.
fn within_place(one: &str, other: &str) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

/// A one-letter name that begins the other.
fn initial(one: &str, other: &str) -> bool {
    let begins = |short: &str, long: &str| short.chars().nth(1).is_none() && long.starts_with(short);
    begins(one, other) || begins(other, one)
}

/// A word stands in both; in Chinese, two characters side by side.
fn shares_word(one: &str, other: &str) -> bool {
    let words = one.split(' ').filter(|word| word.len() > 1);
    let mut pairs = one.chars().zip(one.chars().skip(1)).filter(|(first, _)| is_cjk(*first));
    words.clone().any(|word| other.split(' ').any(|known| known == word))
        || pairs.any(|(first, second)| other.chars().zip(other.chars().skip(1)).any(|pair| pair == (first, second)))
}

pub(crate) fn is_cjk(letter: char) -> bool {
    matches!(letter, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// The short form's characters stand in the long one in their order, beginning with its first; or it is made of the
/// first letters of its words.
fn covers(long: &str, short: &str) -> bool {
    let count = short.chars().count();
    if count < 2 || long.len() < short.len() {
        return false;
    }
    let cjk = short.chars().any(is_cjk);
    if !cjk {
        let whole = |word: &str| long.split(' ').any(|known| known == word);
        let initials: String = long.split(' ').filter_map(|word| word.chars().next()).collect();
        return short.split(' ').all(whole) || (count >= 3 && initials == short);
    }
    let mut letters = long.chars();
    short.chars().all(|wanted| letters.any(|letter| letter == wanted)) && common_start(long, short)
}

/// A short form takes its first character from the first two of the long one.
fn common_start(long: &str, short: &str) -> bool {
    let first = short.chars().next();
    long.chars().take(2).any(|letter| Some(letter) == first)
}

/// Numbers of one switchboard: all but the last three digits are the same.
fn same_site(one: &str, other: &str) -> bool {
    let stem = |number: &str| {
        let digits = number.split('x').next().unwrap_or_default();
        digits
            .len()
            .checked_sub(3)
            .filter(|length| *length >= 7)
            .and_then(|length| digits.get(..length))
            .map(str::to_owned)
    };
    stem(one).is_some_and(|left| stem(other).is_some_and(|right| left == right))
}

/// The same digits in another order, as day and month or two neighbours that were swapped.
fn same_digits(one: &str, other: &str) -> bool {
    if one.len() != 8 || other.len() != 8 || one.get(..4) != other.get(..4) {
        return false;
    }
    one.get(4..6) == other.get(6..8) && one.get(6..8) == other.get(4..6)
}

/// A value whose check digits fit.
fn checked(values: Values<'_>) -> bool {
    values.iter().any(|value| value.starts_with('!'))
}

/// Two names of persons of which one is written in letters: the readings of the other are among them.
fn read_alike(one: &str, other: &str) -> bool {
    let (Some((_, left)), Some((_, right))) = (one.split_once('|'), other.split_once('|')) else { return false };
    !left.is_empty() && left == right
}
