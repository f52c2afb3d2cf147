//! What a host asks.

use super::ParameterCondition;
use crate::value::FieldValue;

/// The most records on one page.
pub const MAX_PAGE: usize = 500;
/// The deepest nesting of a filter.
pub const MAX_DEPTH: usize = 32;
/// The most comparisons in a filter.
pub const MAX_TERMS: usize = 200;
/// The most values in one `In`.
pub const MAX_IN_VALUES: usize = 10_000;
/// The most sort keys of one question.
pub const MAX_SORT_KEYS: usize = 16;
/// The most fields that one question groups by.
pub const MAX_GROUP_KEYS: usize = 16;
/// The most figures of one question.
pub const MAX_MEASURES: usize = 64;
/// The most groups that an aggregate returns.
pub const MAX_GROUPS: usize = 10_000;
/// The most records that a text search looks at: the newest visible ones that match.
pub const SEARCH_CANDIDATES: usize = 2_000;

value_enum! {
    /// How a field is compared with a value. A comparison with an empty field is false.
    pub enum Comparison {
        /// Equal.
        Equal = "equal",
        /// Not equal; false for an empty field.
        NotEqual = "not_equal",
        /// Less, or earlier.
        Less = "less",
        /// Less or equal.
        LessOrEqual = "less_or_equal",
        /// Greater, or later.
        Greater = "greater",
        /// Greater or equal.
        GreaterOrEqual = "greater_or_equal",
    }
}

value_union! {
    /// A condition on the fields of a record.
    pub enum Filter {
        /// Every one of the conditions holds; so it does for an empty list.
        All {
            /// The conditions.
            filters: Vec<Filter>,
        },
        /// At least one of the conditions holds.
        Any {
            /// The conditions.
            filters: Vec<Filter>,
        },
        /// None of the conditions holds.
        NoneOf {
            /// The conditions.
            filters: Vec<Filter>,
        },
        /// A field compared with a value.
        Compare {
            /// The field.
            field: String,
            /// How.
            comparison: Comparison,
            /// The value; text is read as the type of the field.
            value: FieldValue,
        },
        /// A field has one of several values.
        In {
            /// The field.
            field: String,
            /// The values.
            values: Vec<FieldValue>,
        },
        /// A text begins with these characters, upper and lower case told apart.
        Prefix {
            /// The field.
            field: String,
            /// The beginning.
            prefix: String,
        },
        /// A field has no value.
        IsEmpty {
            /// The field.
            field: String,
        },
        /// A list of the record has an entry of a kind with a value: `channels` with an e-mail address, `identifiers` with
        /// a VAT number. Both are compared in their one written form; a telephone number without its extension, its
        /// country code as it was given.
        Holds {
            /// The list.
            field: String,
            /// The kind of the entry, as it stands in JSON. The kinds of telephone numbers are one.
            kind: String,
            /// The value.
            value: String,
        },
        /// A list of technical values has one that fulfils a condition: `parameters` of a product with a rated voltage of
        /// at least 0.5 kV.
        Parameter {
            /// The list.
            field: String,
            /// What is asked of the value.
            condition: ParameterCondition,
        },
    }
    python {
        fn __and__(&self, other: Self) -> Self {
            self.clone().and(other)
        }

        fn __rand__(&self, other: Self) -> Self {
            other.and(self.clone())
        }

        fn __or__(&self, other: Self) -> Self {
            self.clone().or(other)
        }

        fn __ror__(&self, other: Self) -> Self {
            other.or(self.clone())
        }

        fn __invert__(&self) -> Self {
            self.clone().negated()
        }

        /// `and`, `or`, `not` and `0 < F("x") < 9` ask for the truth of a condition, and would drop one of two.
        fn __bool__(&self) -> crate::value::python::PyResult<bool> {
            Err(crate::value::python::type_error("join conditions with &, | and ~"))
        }
    }
}

impl Filter {
    /// The fields that it asks for, as they are named; some more than once.
    #[must_use]
    pub fn fields(&self) -> Vec<&str> {
        match self {
            Self::All { filters } | Self::Any { filters } | Self::NoneOf { filters } => {
                filters.iter().flat_map(Self::fields).collect()
            }
            Self::Compare { field, .. }
            | Self::In { field, .. }
            | Self::Prefix { field, .. }
            | Self::IsEmpty { field }
            | Self::Holds { field, .. }
            | Self::Parameter { field, .. } => vec![field.as_str()],
        }
    }

    /// Both conditions hold. A list of conditions that must all hold grows and does not nest.
    ///
    /// ```
    /// use crm_core::query::Filter;
    /// let empty = |field: &str| Filter::IsEmpty { field: field.into() };
    /// let both = empty("city").and(empty("region")).and(empty("grade"));
    /// assert_eq!(both, Filter::All { filters: vec![empty("city"), empty("region"), empty("grade")] });
    /// ```
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match self {
            Self::All { mut filters } => {
                filters.push(other);
                Self::All { filters }
            }
            first => Self::All { filters: vec![first, other] },
        }
    }

    /// At least one of the conditions holds. A list of such conditions grows and does not nest.
    ///
    /// ```
    /// use crm_core::query::Filter;
    /// let empty = |field: &str| Filter::IsEmpty { field: field.into() };
    /// assert_eq!(empty("city").or(empty("grade")), Filter::Any { filters: vec![empty("city"), empty("grade")] });
    /// ```
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match self {
            Self::Any { mut filters } => {
                filters.push(other);
                Self::Any { filters }
            }
            first => Self::Any { filters: vec![first, other] },
        }
    }

    /// The condition does not hold.
    ///
    /// ```
    /// use crm_core::query::Filter;
    /// let empty = Filter::IsEmpty { field: "city".into() };
    /// assert_eq!(empty.clone().negated(), Filter::NoneOf { filters: vec![empty] });
    /// ```
    #[must_use]
    pub fn negated(self) -> Self {
        Self::NoneOf { filters: vec![self] }
    }
}

value_struct! {
    /// One sort key. Empty values come first in ascending order.
    pub struct Sort {
        required {
            /// The field.
            pub field: String,
        }
        optional {
            /// From large to small.
            pub descending: bool,
        }
    }
}

value_struct! {
    /// A question for a list of records.
    #[derive(Default)]
    pub struct Query {
        optional {
            /// The condition; every visible record if there is none.
            pub filter: Option<Filter>,
            /// Words or characters to look for in the searchable fields; two Chinese characters are enough. Of the records
            /// that match, the newest [`SEARCH_CANDIDATES`] are looked at, and filter, order and pages come after that: where
            /// more match, an older one is not found by a filter either.
            pub search: Option<String>,
            /// The order; the identifier breaks ties and is the order if nothing is said.
            pub sort: Vec<Sort>,
            /// Records on a page, 1 to [`MAX_PAGE`]; 50 if nothing is said.
            pub limit: Option<i64>,
            /// Where the page starts: `next_cursor` of the page before.
            pub cursor: Option<String>,
        }
    }
}

impl Query {
    /// Every record whose fields have these values.
    pub(crate) fn matching(pairs: &[(&str, FieldValue)]) -> Self {
        let equal = |(field, value): &(&str, FieldValue)| Filter::Compare {
            field: (*field).to_owned(),
            comparison: Comparison::Equal,
            value: value.clone(),
        };
        Self { filter: Some(Filter::All { filters: pairs.iter().map(equal).collect() }), ..Self::default() }
    }
}

value_enum! {
    /// What a measure computes.
    pub enum MeasureFunction {
        /// How many records, or how many with a value if a field is named.
        Count = "count",
        /// The exact sum. Amounts of money must be grouped by their currency, or filtered to one.
        Sum = "sum",
        /// The smallest value.
        Minimum = "minimum",
        /// The largest value.
        Maximum = "maximum",
    }
}

value_enum! {
    /// The span of time that a date is grouped by.
    pub enum Bucket {
        /// `2026-03-31`.
        Day = "day",
        /// `2026-03`.
        Month = "month",
        /// `2026-Q1`.
        Quarter = "quarter",
        /// `2026`.
        Year = "year",
    }
}

value_struct! {
    /// A field that records are grouped by.
    pub struct GroupBy {
        required {
            /// The field.
            pub field: String,
        }
        optional {
            /// For dates: the span of time. The key is then a text.
            pub bucket: Option<Bucket>,
        }
    }
}

value_struct! {
    /// One figure per group.
    pub struct Measure {
        required {
            /// What is computed.
            pub function: MeasureFunction,
        }
        optional {
            /// Over which field.
            pub field: Option<String>,
        }
    }
}

value_struct! {
    /// A question for figures over the visible records.
    #[derive(Default)]
    pub struct AggregateQuery {
        required {
            /// The figures.
            pub measures: Vec<Measure>,
        }
        optional {
            /// The groups; one group of everything if nothing is said.
            pub group_by: Vec<GroupBy>,
            /// The condition.
            pub filter: Option<Filter>,
            /// As in [`Query`]; `TooMany` if more than [`SEARCH_CANDIDATES`] records match, because figures over some of
            /// them would be wrong.
            pub search: Option<String>,
        }
    }
}

value_struct! {
    /// One group with its figures, in the order of the group keys.
    pub struct AggregateRow {
        required {
            /// The group keys, in the order of `group_by`.
            pub keys: Vec<FieldValue>,
            /// The figures, in the order of `measures`.
            pub values: Vec<FieldValue>,
        }
    }
}
