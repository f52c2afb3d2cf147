//! Identifiers: UUIDv7, made by the client from an injected source.

use std::fmt;
use std::str::FromStr;
use std::sync::Mutex;

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
            let shown: String = text.chars().take(40).collect();
            Problem::new(ErrorCode::BadFormat, format!("`{shown}` is not an identifier (UUID)")).into_invalid()
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

impl serde::Serialize for Id {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Id {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(|error: Error| serde::de::Error::custom(super::json::tagged(&error)))
    }
}

impl schemars::JsonSchema for Id {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Id".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A UUID (version 7 when the engine makes it); empty means not assigned yet.",
            "type": "string",
            "anyOf": [{ "format": "uuid" }, { "maxLength": 0 }]
        })
    }
}

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
        let millis = SystemClock.now().micros().div_euclid(1000).max(last.0);
        let counter = if millis == last.0 { last.1.saturating_add(1) } else { 0 };
        *last = (millis, counter);
        counted(millis, counter, random)
    }
}

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

/// The counter fills the twelve bits behind the time, and eighteen of the bits behind the variant, so that
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
