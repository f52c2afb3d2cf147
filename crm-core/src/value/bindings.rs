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
pub mod python;

// Currency: the three letters as text in every language.

#[cfg(feature = "uniffi")]
mod foreign_currency {
    use crate::value::Currency;

    uniffi::custom_type!(Currency, String, {
        lower: |currency| currency.to_string(),
        try_lift: |code| Ok(Currency::parse(&code)?),
    });
}

#[cfg(feature = "python")]
mod python_currency {
    #[cfg(feature = "inspect")]
    use pyo3::inspect::PyStaticExpr;
    use pyo3::prelude::*;
    #[cfg(feature = "inspect")]
    use pyo3::type_hint_identifier;
    use pyo3::types::PyString;

    use crate::value::Currency;
    use crate::value::python::Take;

    impl<'py> IntoPyObject<'py> for Currency {
        type Target = PyString;
        type Output = Bound<'py, PyString>;
        type Error = std::convert::Infallible;

        #[cfg(feature = "inspect")]
        const OUTPUT_TYPE: PyStaticExpr = type_hint_identifier!("builtins", "str");

        fn into_pyobject(self, py: Python<'py>) -> Result<Self::Output, Self::Error> {
            Ok(PyString::new(py, self.as_str()))
        }
    }

    impl<'py> IntoPyObject<'py> for &Currency {
        type Target = PyString;
        type Output = Bound<'py, PyString>;
        type Error = std::convert::Infallible;

        #[cfg(feature = "inspect")]
        const OUTPUT_TYPE: PyStaticExpr = type_hint_identifier!("builtins", "str");

        fn into_pyobject(self, py: Python<'py>) -> Result<Self::Output, Self::Error> {
            (*self).into_pyobject(py)
        }
    }

    impl<'py> FromPyObject<'_, 'py> for Currency {
        type Error = PyErr;

        #[cfg(feature = "inspect")]
        const INPUT_TYPE: PyStaticExpr = type_hint_identifier!("builtins", "str");

        fn extract(object: Borrowed<'_, 'py, PyAny>) -> Result<Self, Self::Error> {
            Ok(Self::parse(&String::take(&object)?)?)
        }
    }
}
