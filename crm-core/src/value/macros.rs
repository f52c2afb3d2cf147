//! `value_struct!` and `value_enum!`: one definition of a value for every language.
//!
//! A macro by example, not an attribute macro of our own: it only writes down plain `cfg_attr` derives, so that
//! nobody has to repeat eight of them on each of some hundred types.

/// Defines a struct that crosses every boundary: Rust, JSON, JSON Schema, Python, Kotlin.
///
/// Fields under `required` must be given (positional in Python, without default in Kotlin); fields under
/// `optional` need `Default` and may be left out everywhere.
macro_rules! value_struct {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $(required { $( $(#[$rmeta:meta])* pub $rfield:ident : $rty:ty ),* $(,)? })?
            $(optional { $( $(#[$ometa:meta])* pub $ofield:ident : $oty:ty ),* $(,)? })?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields)]
        #[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
        #[cfg_attr(feature = "python", pyo3::pyclass(module = "crm_core", frozen, get_all, eq, from_py_object))]
        pub struct $name {
            $($( $(#[$rmeta])* pub $rfield: $rty, )*)?
            $($(
                $(#[$ometa])*
                #[serde(default)]
                #[cfg_attr(feature = "uniffi", uniffi(default))]
                pub $ofield: $oty,
            )*)?
        }

        #[cfg(feature = "python")]
        #[pyo3::pymethods]
        impl $name {
            #[new]
            #[pyo3(signature = ($($($rfield,)*)? $($($ofield = None,)*)?))]
            #[expect(clippy::too_many_arguments, clippy::allow_attributes, reason = "keyword arguments in Python")]
            fn py_new($($($rfield: $rty,)*)? $($($ofield: Option<$oty>,)*)?) -> Self {
                Self { $($($rfield,)*)? $($($ofield: $ofield.unwrap_or_default(),)*)? }
            }

            fn __repr__(&self) -> String {
                $crate::value::json::to_canonical(self).map_or_else(
                    |_| stringify!($name).to_owned(),
                    |json| format!(concat!(stringify!($name), "({})"), json),
                )
            }
        }
    };
}

/// Defines a closed list of named choices, written in snake case in JSON and in the database.
macro_rules! value_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$vmeta:meta])* $variant:ident = $text:literal ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
        #[cfg_attr(feature = "python", pyo3::pyclass(module = "crm_core", frozen, eq, hash, ord, from_py_object, rename_all = "SCREAMING_SNAKE_CASE"))]
        pub enum $name {
            $( $(#[$vmeta])* #[serde(rename = $text)] $variant ),*
        }

        impl $name {
            /// Every choice, in the order of its definition.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// The written form of every choice, in the same order.
            pub const NAMES: &'static [&'static str] = &[$($text),*];

            /// The written form, as it stands in JSON and in the database.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            /// Reads the written form; `None` for anything else.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        #[cfg(feature = "python")]
        #[pyo3::pymethods]
        impl $name {
            /// The written form, as it stands in JSON and in the database.
            #[getter]
            fn value(&self) -> &'static str {
                self.as_str()
            }

            fn __str__(&self) -> &'static str {
                self.as_str()
            }
        }
    };
}

/// Defines an enum whose variants carry named fields, for every language. In JSON it is `{"variant_name": {...}}`.
macro_rules! value_union {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $(
                $(#[$vmeta:meta])*
                $variant:ident { $( $(#[$fmeta:meta])* $field:ident : $ty:ty ),* $(,)? }
            ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(rename_all = "snake_case", deny_unknown_fields)]
        #[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
        #[cfg_attr(feature = "python", pyo3::pyclass(module = "crm_core", frozen, get_all, eq, from_py_object))]
        pub enum $name {
            $( $(#[$vmeta])* $variant { $( $(#[$fmeta])* $field: $ty ),* } ),*
        }
    };
}
