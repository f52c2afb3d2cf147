//! How the ground floor's values cross into Kotlin, Swift and Python. The only place that says so.

#[cfg(feature = "uniffi")]
mod foreign {
    use crate::value::{Date, Decimal, Id, Timestamp};

    uniffi::custom_type!(Id, String, {
        lower: |id| id.to_string(),
        try_lift: |text| Ok(text.parse::<Id>()?),
    });
    uniffi::custom_type!(Decimal, String, {
        lower: |decimal| decimal.to_string(),
        try_lift: |text| Ok(text.parse::<Decimal>()?),
    });
    uniffi::custom_type!(Date, String, {
        lower: |date| date.to_string(),
        try_lift: |text| Ok(text.parse::<Date>()?),
    });
    uniffi::custom_type!(Timestamp, i64, {
        lower: |at| at.micros(),
        try_lift: |micros| Ok(Timestamp::from_micros(micros)),
    });
}

#[cfg(feature = "python")]
pub(crate) mod python;
