//! `value_struct!` and `value_enum!`: one definition of a value for every language.
//!
//! A macro by example, not an attribute macro of our own: it only writes down plain `cfg_attr` derives, so that
//! nobody has to repeat eight of them on each of some hundred types.

/// Defines a struct that crosses every boundary: Rust, JSON, JSON Schema, Python, Kotlin.
///
/// Fields under `required` must be given (positional in Python, without default in Kotlin); fields under
/// `optional` need `Default` and may be left out everywhere. A function named under `repr` says how Python shows it;
/// functions under `python` become methods in Python.
macro_rules! value_struct {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $(required { $( $(#[$rmeta:meta])* pub $rfield:ident : $rty:ty ),* $(,)? })?
            $(optional { $( $(#[$ometa:meta])* pub $ofield:ident : $oty:ty ),* $(,)? })?
        }
        $(repr $repr:path;)?
        $(python { $($methods:tt)* })?
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
                #[cfg_attr(feature = "uniffi", doc = "@optional")]
                pub $ofield: $oty,
            )*)?
        }

        // `expect` alone would fail for a struct of few fields, and an `allow` is to be justified.
        #[cfg(feature = "python")]
        #[expect(clippy::allow_attributes, reason = "the number of fields is not known here")]
        #[pyo3::pymethods]
        impl $name {
            #[new]
            #[allow(clippy::too_many_arguments, reason = "they are keyword arguments in Python")]
            #[pyo3(signature = ($($($rfield,)*)? $(*, $($ofield = $crate::value::python::Given::default(),)*)?))]
            fn py_new(
                $($($rfield: $crate::value::python::Given<$rty>,)*)?
                $($($ofield: $crate::value::python::Given<$oty>,)*)?
            ) -> pyo3::PyResult<Self> {
                Ok(Self {
                    $($($rfield: $rfield.under(stringify!($rfield))?,)*)?
                    $($($ofield: $ofield.under(stringify!($ofield))?,)*)?
                })
            }

            /// The fields by name, for a data frame; nested values stay what they are.
            #[pyo3(name = "to_dict")]
            fn py_fields<'py>(&self, py: pyo3::Python<'py>) -> pyo3::PyResult<$crate::value::python::Fields<'py>> {
                let mut fields = $crate::value::python::Fields::new(py);
                $($( fields.set(stringify!($rfield), self.$rfield.clone())?; )*)?
                $($( fields.set(stringify!($ofield), self.$ofield.clone())?; )*)?
                Ok(fields)
            }

            /// The canonical JSON text: keys sorted, no white space.
            #[pyo3(name = "to_json")]
            fn py_json(&self) -> pyo3::PyResult<String> {
                Ok($crate::value::json::to_canonical(self)?)
            }

            /// Reads JSON text; an unknown field is refused.
            #[staticmethod]
            #[pyo3(name = "from_json")]
            fn py_from_json(text: $crate::value::python::Argument<String>) -> pyo3::PyResult<Self> {
                Ok($crate::value::json::from_text(&text)?)
            }

            /// A copy with other values in the named fields.
            #[pyo3(name = "replace", signature = (**changes: "object"))]
            fn py_replace<'py>(
                &self,
                py: pyo3::Python<'py>,
                changes: Option<&pyo3::Bound<'py, pyo3::types::PyDict>>,
            ) -> pyo3::PyResult<Self> {
                self.py_fields(py)?.replaced(changes)
            }

            fn __getnewargs_ex__<'py>(
                &self,
                py: pyo3::Python<'py>,
            ) -> pyo3::PyResult<((), $crate::value::python::Fields<'py>)> {
                Ok(((), self.py_fields(py)?))
            }

            fn __repr__(&self) -> String {
                value_repr!(self, $name $(, $repr)?)
            }

            $($($methods)*)?
        }

        #[cfg(feature = "python")]
        $crate::value::python::take_by_extraction!($name);

        foreign_json! { $name }
    };
}

/// How Python shows a value: its JSON, or what a function says of it.
#[cfg(feature = "python")]
macro_rules! value_repr {
    ($value:expr, $name:ident) => {
        $crate::value::python::shown(stringify!($name), $value)
    };
    ($value:expr, $name:ident, $repr:path) => {
        $repr($value)
    };
}

/// Defines a closed list of named choices, written in snake case in JSON and in the database.
macro_rules! value_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[doc = $doc:literal])* $(#[default $($is_default:tt)?])? $variant:ident = $text:literal ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, schemars::JsonSchema)]
        #[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
        #[cfg_attr(feature = "python", pyo3::pyclass(module = "crm_core", frozen, eq, hash, from_py_object, rename_all = "SCREAMING_SNAKE_CASE"))]
        pub enum $name {
            $(
                $(#[doc = $doc])*
                $( $($is_default)? #[default] #[cfg_attr(feature = "uniffi", doc = "@default")] )?
                #[serde(rename = $text)]
                $variant
            ),*
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

        // Written out: the derived one tells a wrong choice and a wrong type as unknown fields and broken JSON.
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Self::parse(&text).ok_or_else(|| $crate::value::json::not_a_choice(&text, Self::NAMES))
            }
        }

        #[cfg(feature = "python")]
        #[pyo3::pymethods]
        impl $name {
            #[new]
            fn py_new(value: $crate::value::python::Argument<String>) -> pyo3::PyResult<Self> {
                Ok(Self::parse(&value).ok_or_else(|| $crate::value::python::not_a_choice(&value, Self::NAMES))?)
            }

            /// Every choice, in the order of its definition.
            #[staticmethod]
            #[pyo3(name = "all")]
            fn py_all() -> Vec<Self> {
                Self::ALL.to_vec()
            }

            /// The written form, as it stands in JSON and in the database.
            #[getter(value)]
            fn py_value(&self) -> &'static str {
                self.as_str()
            }

            fn __getnewargs__(&self) -> (&'static str,) {
                (self.as_str(),)
            }

            fn __str__(&self) -> &'static str {
                self.as_str()
            }
        }

        #[cfg(feature = "python")]
        $crate::value::python::take_by_extraction!($name);
    };
}

/// Defines an enum whose variants carry named fields, for every language. In JSON it is `{"variant_name": {...}}`.
///
/// Functions under `python` become methods in Python; operators, for example.
macro_rules! value_union {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $(
                $(#[$vmeta:meta])*
                $variant:ident { $( $(#[$fmeta:meta])* $field:ident : $ty:ty ),* $(,)? }
            ),* $(,)?
        }
        $(python { $($methods:tt)* })?
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(rename_all = "snake_case", deny_unknown_fields)]
        #[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
        #[cfg_attr(feature = "python", pyo3::pyclass(module = "crm_core", frozen, get_all, eq, from_py_object))]
        pub enum $name {
            $( $(#[$vmeta])* $variant { $( $(#[$fmeta])* $field: $ty ),* } ),*
        }

        python_json! {
            $name {
                /// How a copy is made: the variant with the same fields.
                fn __reduce__<'py>(
                    &self,
                    py: pyo3::Python<'py>,
                ) -> pyo3::PyResult<$crate::value::python::Copying<'py>> {
                    match self {
                        $( Self::$variant { $($field),* } => {
                            let made = $crate::value::python::Copying::of::<Self>(py, stringify!($variant))?;
                            $( let made = made.with($field.clone())?; )*
                            Ok(made)
                        } )*
                    }
                }

                $($($methods)*)?
            }
        }

        foreign_json! { $name }
    };
}

/// The JSON text of a value for Kotlin and Swift.
macro_rules! foreign_json {
    ($name:ident) => {
        #[cfg(feature = "uniffi")]
        #[uniffi::export]
        impl $name {
            /// The canonical JSON text: keys sorted, no white space.
            ///
            /// # Errors
            /// `BadJson` for nested JSON text that is none.
            pub fn to_json(&self) -> $crate::value::Result<String> {
                $crate::value::json::to_canonical(self)
            }
        }
    };
}

/// Text as the only form of a type in JSON: it is written by `Display` and read by `FromStr`, whose error keeps its code.
macro_rules! text_serde {
    ($type:ident, $schema:tt) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(|error| $crate::value::json::carried(&error))
            }
        }

        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!($schema)
            }
        }
    };
}

/// JSON and a readable form for a Python class that cannot be taken apart into fields, and more methods.
macro_rules! python_json {
    ($name:ident { $($methods:tt)* }) => {
        #[cfg(feature = "python")]
        #[pyo3::pymethods]
        impl $name {
            /// The canonical JSON text: keys sorted, no white space.
            #[pyo3(name = "to_json")]
            fn py_json(&self) -> pyo3::PyResult<String> {
                Ok($crate::value::json::to_canonical(self)?)
            }

            /// Reads JSON text; an unknown field is refused.
            #[staticmethod]
            #[pyo3(name = "from_json")]
            fn py_from_json(text: $crate::value::python::Argument<String>) -> pyo3::PyResult<Self> {
                Ok($crate::value::json::from_text(&text)?)
            }

            fn __repr__(&self) -> String {
                $crate::value::python::shown(stringify!($name), self)
            }

            $($methods)*
        }

        #[cfg(feature = "python")]
        $crate::value::python::take_by_extraction!($name);
    };
}
