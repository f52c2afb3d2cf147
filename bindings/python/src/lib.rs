//! Python bindings of `crm-core`. A function or a method here forwards to the engine, nothing else.
//!
//! A value type is defined in `crm-core` by `value_struct!` or `value_enum!`; the list below is all that it takes to
//! show it to Python. The exceptions and the type aliases are Python files beside the extension module.

/// The compiled part of the package `crm_core`; import from there.
#[pyo3::pymodule]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crm_core::value::{ErrorCode, Problem, Rounding};

    use crm_core::value::FieldValue;

    /// The version of the engine.
    #[pyfunction]
    fn engine_version() -> &'static str {
        crm_core::VERSION
    }

    /// Reads a field value as every field of the engine is read, and gives it back as the engine keeps it.
    ///
    /// Raises `InvalidError` for a binary float, a naive datetime, or a figure that would have to be rounded.
    #[pyfunction]
    fn check_value(value: FieldValue) -> PyResult<FieldValue> {
        Ok(value.checked()?)
    }
}
