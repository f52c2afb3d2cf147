//! How the ground floor's values cross into Kotlin, Swift and Python. The only place that says so.

#[cfg(feature = "uniffi")]
mod foreign {
    use crate::value::{Date, Decimal, ErrorCode, Id, Problem, Timestamp};

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
        try_lift: |micros| exact(micros),
    });

    /// Refuses what [`Timestamp::from_micros`] would hold at the border.
    fn exact(micros: i64) -> uniffi::Result<Timestamp> {
        let at = Timestamp::from_micros(micros);
        if at.micros() == micros {
            return Ok(at);
        }
        let message = "the instant lies outside the years 1 to 9999";
        Err(Problem::new(ErrorCode::OutOfRange, message).into_invalid().into())
    }
}

#[cfg(feature = "python")]
pub(crate) mod python;
