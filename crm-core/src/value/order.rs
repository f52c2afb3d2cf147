//! The order of field values, the same in memory and in every store.

use std::cmp::Ordering;

use super::FieldValue;

impl FieldValue {
    /// The order that sorting and comparing use: no value first, then by type; text by code points, decimals by size.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Boolean(a), Self::Boolean(b)) => a.cmp(b),
            (Self::Integer(a), Self::Integer(b)) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) | (Self::Json(a), Self::Json(b)) => a.cmp(b),
            (Self::Decimal(a), Self::Decimal(b)) => a.cmp(b),
            (Self::Date(a), Self::Date(b)) => a.cmp(b),
            (Self::Timestamp(a), Self::Timestamp(b)) => a.cmp(b),
            (Self::Reference(a), Self::Reference(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    const fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Boolean(_) => 1,
            Self::Integer(_) => 2,
            Self::Decimal(_) => 3,
            Self::Text(_) => 4,
            Self::Date(_) => 5,
            Self::Timestamp(_) => 6,
            Self::Reference(_) => 7,
            Self::Json(_) => 8,
        }
    }

    /// The text by which a unique value is kept.
    #[must_use]
    pub fn to_key(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Boolean(value) => value.to_string(),
            Self::Integer(value) => value.to_string(),
            Self::Text(value) | Self::Json(value) => value.clone(),
            Self::Decimal(value) => value.to_string(),
            Self::Date(value) => value.to_string(),
            Self::Timestamp(value) => value.to_string(),
            Self::Reference(value) => value.to_string(),
        }
    }
}
