//! Identifiers: UUIDv7, made by the client from an injected source.

use std::fmt;
use std::str::FromStr;
use std::sync::Mutex;

use super::error::excerpt;
use super::{Clock, Error, ErrorCode, Problem, Result, SystemClock, Timestamp};

/// The identifier of a record: a UUID version 7, so that identifiers sort by the time of their making.
///
/// The nil identifier stands for "not assigned yet"; its text is empty.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Id([u8; 16]);

impl Id {
    /// Not assigned yet.
    pub const NIL: Self = Self([0; 16]);

    /// From its sixteen bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Its sixteen bytes, big-endian.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Whether it is not assigned yet.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        *self == Self::NIL
    }

    /// UUIDv7 (RFC 9562, section 5.7) from milliseconds since 1970 and 74 random bits.
    #[must_use]
    pub fn v7(at: Timestamp, random: [u8; 10]) -> Self {
        let millis = u64::try_from(at.micros().div_euclid(1000)).unwrap_or(0);
        Self(*uuid::Builder::from_unix_timestamp_millis(millis, &random).as_uuid().as_bytes())
    }
}

impl FromStr for Id {
    type Err = Error;

    /// Reads the usual text of a UUID; the empty text is the nil identifier.
    fn from_str(text: &str) -> Result<Self> {
        if text.is_empty() {
            return Ok(Self::NIL);
        }
        uuid::Uuid::parse_str(text).map(|uuid| Self(*uuid.as_bytes())).map_err(|_| {
            let message = format!("`{}` is not an identifier (UUID)", excerpt(text));
            Problem::new(ErrorCode::BadFormat, message).into_invalid()
        })
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_nil() {
            return Ok(());
        }
        fmt::Display::fmt(&uuid::Uuid::from_bytes(self.0).hyphenated(), f)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

text_serde!(Id, {
    "description": "A UUID (version 7 when the engine makes it); empty means not assigned yet.",
    "type": "string",
    "anyOf": [{ "format": "uuid" }, { "maxLength": 0 }]
});

/// Where identifiers come from. The engine asks its source; nothing else makes one.
pub trait IdSource: Send + Sync {
    /// The next identifier, larger than all before it from this source.
    fn next_id(&self) -> Id;
}

/// Identifiers from the clock and the operating system's random numbers, strictly growing within one source.
#[derive(Debug, Default)]
pub struct RandomIds {
    last: Mutex<(i64, u32)>,
}

impl IdSource for RandomIds {
    fn next_id(&self) -> Id {
        let mut random = [0_u8; 10];
        // A machine without random numbers still gets distinct identifiers from time and counter.
        let _ = getrandom::fill(&mut random);
        let mut last = self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *last = following(*last, SystemClock.now());
        counted(last.0, last.1, random)
    }
}

/// The millisecond and the counter of the next identifier. A clock that went back does not take the order with it, and
/// a counter that is full moves the millisecond on.
fn following(last: (i64, u32), now: Timestamp) -> (i64, u32) {
    let millis = now.micros().div_euclid(1000);
    if millis > last.0 {
        (millis, 0)
    } else if last.1 < MAX_COUNTER {
        (last.0, last.1.saturating_add(1))
    } else {
        (last.0.saturating_add(1), 0)
    }
}

/// The largest count that [`counted`] has room for.
const MAX_COUNTER: u32 = (1 << 28) - 1;

/// Identifiers that a test can repeat: counted from a seed.
#[derive(Debug)]
pub struct SeededIds {
    state: Mutex<(i64, u64)>,
}

impl SeededIds {
    /// Starts at `at`; every identifier moves one millisecond on.
    #[must_use]
    pub const fn new(seed: u64, at: Timestamp) -> Self {
        Self { state: Mutex::new((at.micros().div_euclid(1000), seed)) }
    }
}

impl IdSource for SeededIds {
    fn next_id(&self) -> Id {
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        state.0 = state.0.saturating_add(1);
        // SplitMix64 (Steele, Lea, Flood 2014): a full-period sequence from any seed.
        state.1 = state.1.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = state.1;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        let mut random = [0_u8; 10];
        for (place, byte) in random.iter_mut().zip(mixed.to_be_bytes()) {
            *place = byte;
        }
        Id::v7(Timestamp::from_micros(state.0.saturating_mul(1000)), random)
    }
}

/// The counter fills the twelve bits behind the time, and sixteen of the bits behind the variant, so that
/// identifiers of one millisecond grow too (RFC 9562, section 6.2, method 1).
fn counted(millis: i64, counter: u32, mut random: [u8; 10]) -> Id {
    let [high, middle, low, last] = counter.to_be_bytes();
    let top = (u16::from(high) << 8 | u16::from(middle)) & 0x0FFF;
    let [first, second] = top.to_be_bytes();
    let counters = [first, second, low >> 2, (low << 6) | (last >> 2), last << 6];
    for (place, byte) in random.iter_mut().zip(counters) {
        *place = byte;
    }
    Id::v7(Timestamp::from_micros(millis.saturating_mul(1000)), random)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// The example of RFC 9562, appendix A.6.
    #[test]
    fn an_identifier_is_a_uuid_of_version_seven() {
        let random = [0x0C, 0xC3, 0x18, 0xC4, 0xDC, 0x0C, 0x0C, 0x07, 0x39, 0x8F];
        let id = Id::v7(at("2022-02-22T14:22:22-05:00"), random);
        assert_eq!(id.to_string(), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
        for id in [RandomIds::default().next_id(), Id::v7(Timestamp::from_micros(-1), [0xFF; 10])] {
            assert_eq!((id.as_bytes()[6] >> 4, id.as_bytes()[8] >> 6), (7, 0b10), "version and variant of {id}");
        }
        assert_eq!(id.to_string().parse::<Id>().unwrap(), id);
        assert_eq!(("".parse::<Id>().unwrap(), Id::NIL.to_string()), (Id::NIL, String::new()));
        assert_eq!("017f22e2".parse::<Id>().unwrap_err().code(), ErrorCode::BadFormat);
    }

    #[test]
    fn identifiers_of_one_source_grow() {
        let (random, seeded) = (RandomIds::default(), SeededIds::new(7, at("2026-03-31T08:00:00Z")));
        for source in [&random as &dyn IdSource, &seeded] {
            let ids: Vec<Id> = (0..20_000).map(|_| source.next_id()).collect();
            assert!(ids.is_sorted_by(|a, b| a < b));
        }
        let again = SeededIds::new(7, at("2026-03-31T08:00:00Z"));
        let first = SeededIds::new(7, at("2026-03-31T08:00:00Z")).next_id();
        assert_eq!(again.next_id(), first);
        assert_ne!(SeededIds::new(8, at("2026-03-31T08:00:00Z")).next_id(), first);
    }

    #[test]
    fn identifiers_grow_when_the_clock_goes_back_and_when_the_counter_is_full() {
        let (noon, before) = (at("2026-03-31T12:00:00Z"), at("2026-03-31T08:00:00Z"));
        let steps = [noon, noon, before, before, noon.add_micros(1_000), before];
        let (mut last, mut ids) = ((0, 0), Vec::new());
        for now in steps {
            last = following(last, now);
            ids.push(counted(last.0, last.1, [0xA5; 10]));
        }
        let full = (last.0, MAX_COUNTER);
        ids.push(counted(full.0, full.1, [0xFF; 10]));
        last = following(full, before);
        assert_eq!(last, (full.0 + 1, 0));
        ids.push(counted(last.0, last.1, [0; 10]));
        assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
    }

    #[test]
    fn every_bit_of_the_counter_counts() {
        let ids: Vec<Id> = (0..28).map(|bit| counted(1, 1 << bit, [0; 10])).collect();
        assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
        assert!(counted(1, MAX_COUNTER, [0; 10]) > ids[27] && counted(1, 0, [0xFF; 10]) < ids[0]);
    }
}
