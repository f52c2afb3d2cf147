//! Conditions on technical values inside a list, across units and with tolerances.

use std::ops::Bound;

use super::condition::Condition;
use super::fingerprint;
use crate::schema::{Ends, FieldRef, SpanTest};
use crate::value::{Decimal, Error, ErrorCode, Ratio, Result, UnitTable};

/// The most values of [`ParameterComparison::OneOf`].
pub const MAX_ALTERNATIVES: usize = 200;
/// A longer word is found by its beginning and a fingerprint.
const MAX_WORD_CHARS: usize = 100;

value_enum! {
    /// How a technical value is compared with what is asked for.
    ///
    /// A figure is compared exactly, in the base unit of what it measures: 0.5 kV is 500 V. A value that is a range stands
    /// for every figure in it, and a parameter with several values for each of them: one that fulfils the comparison is
    /// enough. The tolerance of a value counts for `within` and `covers` only.
    pub enum ParameterComparison {
        /// The figure, the word or the truth is the same, a word in whatever case. A range contains the figure. With a
        /// tolerance in percent the figure lies so far from the one that is asked for at the most.
        Equal = "equal",
        /// There are values to compare, and none of them is equal.
        NotEqual = "not_equal",
        /// The figure, or the lower end of the range, is less.
        Less = "less",
        /// The figure, or the lower end of the range, is less or equal.
        LessOrEqual = "less_or_equal",
        /// The figure, or the upper end of the range, is greater.
        Greater = "greater",
        /// The figure, or the upper end of the range, is greater or equal.
        GreaterOrEqual = "greater_or_equal",
        /// The figure with its tolerance, the range as a whole, lies between `number` and `number_to`.
        Within = "within",
        /// The figure with its tolerance, the range, reaches from `number` to `number_to`: what works from -40 to 85 °C
        /// covers 25 °C, and 24 V with a tolerance of 10 % on both sides covers 21.6 to 26.4 V.
        Covers = "covers",
        /// Equal to one of `numbers` or `texts`.
        OneOf = "one_of",
        /// There is a value, whatever it is.
        Present = "present",
    }
}

value_struct! {
    /// A condition on the values of a technical parameter.
    pub struct ParameterCondition {
        required {
            /// The code of the parameter.
            pub parameter: String,
            /// How its values are compared.
            pub comparison: ParameterComparison,
        }
        optional {
            /// The figure.
            pub number: Option<Decimal>,
            /// The upper end of a range that is asked for.
            pub number_to: Option<Decimal>,
            /// The unit of the figures, by code or symbol. Without one, plain numbers are looked for.
            pub unit: Option<String>,
            /// Widens what is asked for by so many percent of the figure on both sides, for `equal`, `within`, `covers`.
            pub tolerance_percent: Option<Decimal>,
            /// The text, or the code of a choice.
            pub text: Option<String>,
            /// The truth.
            pub truth: Option<bool>,
            /// Figures of which one is to be found.
            pub numbers: Vec<Decimal>,
            /// Texts or codes of choices of which one is to be found.
            pub texts: Vec<String>,
        }
    }
}

/// Within which figures are compared: what the unit measures, or the unit itself where the table does not know it.
pub(crate) fn number_tag(unit: Option<&str>) -> String {
    match unit.map(|unit| (unit, UnitTable::standard().unit(unit))) {
        None => "number".to_owned(),
        Some((_, Ok(unit))) => unit.dimension().as_str().to_owned(),
        Some((unit, Err(_))) => format!("unit {unit}"),
    }
}

/// The key of a text or of a choice.
pub(crate) fn word_key(word: &str) -> Vec<u8> {
    let word = word.trim().to_lowercase();
    let mut key: String = word.chars().take(MAX_WORD_CHARS).collect();
    if key.len() < word.len() {
        key.push('\u{1f}');
        key.push_str(&fingerprint(&[&word]));
    }
    key.into_bytes()
}

/// The key of a truth.
pub(crate) const fn truth_key(truth: bool) -> [u8; 1] {
    [if truth { 1 } else { 0 }]
}

const ANY: Ends = (Bound::Unbounded, Bound::Unbounded);

fn at_least(key: &[u8]) -> Ends {
    (Bound::Included(key.to_vec()), Bound::Unbounded)
}

fn at_most(key: &[u8]) -> Ends {
    (Bound::Unbounded, Bound::Included(key.to_vec()))
}

impl ParameterCondition {
    /// A comparison with a figure.
    #[must_use]
    pub fn number(parameter: &str, comparison: ParameterComparison, number: Decimal, unit: Option<&str>) -> Self {
        let unit = unit.map(str::to_owned);
        Self { number: Some(number), unit, ..Self::present(parameter).with(comparison) }
    }

    /// A comparison with all figures from one to another.
    #[must_use]
    pub fn range(
        parameter: &str,
        comparison: ParameterComparison,
        (from, to): (Decimal, Decimal),
        unit: Option<&str>,
    ) -> Self {
        Self { number_to: Some(to), ..Self::number(parameter, comparison, from, unit) }
    }

    /// The same word.
    #[must_use]
    pub fn text(parameter: &str, text: &str) -> Self {
        Self { text: Some(text.into()), ..Self::present(parameter).with(ParameterComparison::Equal) }
    }

    /// The same truth.
    #[must_use]
    pub fn truth(parameter: &str, truth: bool) -> Self {
        Self { truth: Some(truth), ..Self::present(parameter).with(ParameterComparison::Equal) }
    }

    /// Any value.
    #[must_use]
    pub fn present(parameter: &str) -> Self {
        Self {
            parameter: parameter.into(),
            comparison: ParameterComparison::Present,
            number: None,
            number_to: None,
            unit: None,
            tolerance_percent: None,
            text: None,
            truth: None,
            numbers: Vec::new(),
            texts: Vec::new(),
        }
    }

    fn with(self, comparison: ParameterComparison) -> Self {
        Self { comparison, ..self }
    }

    /// Whether it compares figures.
    pub(crate) fn asks_figures(&self) -> bool {
        self.number.is_some() || !self.numbers.is_empty()
    }

    /// The condition on a field.
    ///
    /// # Errors
    /// `Required` for what the comparison needs, `NotAllowed` for what it does not have, `OutOfRange`, `TooMany`,
    /// `Overflow`.
    pub(crate) fn resolve(&self, field: &FieldRef) -> Result<Condition> {
        self.check()?;
        let test = |test: SpanTest| Condition::Span(field.clone(), test);
        Ok(match self.comparison {
            ParameterComparison::Present => test(self.test(None, ANY, ANY)),
            ParameterComparison::OneOf => Condition::Any(self.alternatives()?.into_iter().map(test).collect()),
            ParameterComparison::NotEqual => {
                let equal = self.equal()?;
                let comparable = SpanTest { low: ANY, high: ANY, ..equal.clone() };
                Condition::All(vec![test(comparable), Condition::NoneOf(vec![test(equal)])])
            }
            ParameterComparison::Equal => test(self.equal()?),
            _ => test(self.ordered()?),
        })
    }

    fn test(&self, tag: Option<String>, low: Ends, high: Ends) -> SpanTest {
        SpanTest { code: self.parameter.trim().to_owned(), tag, whole: false, low, high }
    }

    /// What is given must be what the comparison needs.
    ///
    /// # Errors
    /// As [`ParameterCondition::resolve`].
    pub(crate) fn check(&self) -> Result<()> {
        use ParameterComparison as By;
        let refuse = |code, field: &str, message: &str| Err(Error::invalid(code, field, message));
        if self.parameter.trim().is_empty() {
            return refuse(ErrorCode::Required, "parameter", "the code of the parameter is empty");
        }
        let several = self.comparison == By::OneOf;
        let is_equality = matches!(self.comparison, By::Equal | By::NotEqual);
        let has_span = matches!(self.comparison, By::Within | By::Covers);
        let is_present = self.comparison == By::Present;
        let allowed = [
            ("number", self.number.is_some(), !several && !is_present),
            ("number_to", self.number_to.is_some(), has_span),
            ("unit", self.unit.is_some(), self.asks_figures()),
            ("tolerance_percent", self.tolerance_percent.is_some(), (is_equality || has_span) && self.number.is_some()),
            ("text", self.text.is_some(), is_equality && self.number.is_none()),
            ("truth", self.truth.is_some(), is_equality && self.number.is_none() && self.text.is_none()),
            ("numbers", !self.numbers.is_empty(), several),
            ("texts", !self.texts.is_empty(), several && self.numbers.is_empty()),
        ];
        if let Some((field, ..)) = allowed.iter().find(|(_, given, allowed)| *given && !*allowed) {
            return refuse(ErrorCode::NotAllowed, field, "the comparison has no use for it");
        }
        let is_given = |name: &str| allowed.iter().any(|(field, given, _)| *field == name && *given);
        let needed: &[&str] = match self.comparison {
            By::Present => &[],
            By::OneOf => &["numbers", "texts"],
            By::Equal | By::NotEqual => &["number", "text", "truth"],
            _ => &["number"],
        };
        if let Some(first) = needed.first().filter(|_| !needed.iter().any(|name| is_given(name))) {
            return refuse(ErrorCode::Required, first, "there is nothing to compare with");
        }
        if self.comparison == By::Within && self.number_to.is_none() {
            return refuse(ErrorCode::Required, "number_to", "the upper end is missing");
        }
        if self.number_to.is_some_and(|to| self.number.is_some_and(|from| to < from)) {
            return refuse(ErrorCode::OutOfRange, "number_to", "a range ends after it begins");
        }
        if self.tolerance_percent.is_some_and(Decimal::is_negative) {
            return refuse(ErrorCode::OutOfRange, "tolerance_percent", "a tolerance is not below zero");
        }
        if self.numbers.len().max(self.texts.len()) > MAX_ALTERNATIVES {
            return refuse(ErrorCode::TooMany, "numbers", "too many values are compared with");
        }
        Ok(())
    }

    /// A value that is the same.
    fn equal(&self) -> Result<SpanTest> {
        if let Some(text) = &self.text {
            return Ok(self.same("text", &word_key(text)));
        }
        if let Some(truth) = self.truth {
            return Ok(self.same("truth", &truth_key(truth)));
        }
        let (from, to) = self.asked(self.number.unwrap_or_default())?;
        let tag = Some(number_tag(self.unit.as_deref()));
        Ok(self.test(tag, at_most(&to.ordered_key()), at_least(&from.ordered_key())))
    }

    fn same(&self, tag: &str, key: &[u8]) -> SpanTest {
        let only = || (Bound::Included(key.to_vec()), Bound::Included(key.to_vec()));
        self.test(Some(tag.to_owned()), only(), only())
    }

    fn alternatives(&self) -> Result<Vec<SpanTest>> {
        if self.numbers.is_empty() {
            return Ok(self.texts.iter().map(|text| self.same("text", &word_key(text))).collect());
        }
        let one = |number: &Decimal| Self { number: Some(*number), ..self.clone() }.equal();
        self.numbers.iter().map(one).collect()
    }

    /// A comparison of sizes.
    fn ordered(&self) -> Result<SpanTest> {
        let (from, to) = self.asked(self.number.unwrap_or_default())?;
        let (from, to) = (from.ordered_key(), to.ordered_key());
        let (whole, low, high) = match self.comparison {
            ParameterComparison::Less => (false, (Bound::Unbounded, Bound::Excluded(from)), ANY),
            ParameterComparison::LessOrEqual => (false, at_most(&from), ANY),
            ParameterComparison::Greater => (false, ANY, (Bound::Excluded(from), Bound::Unbounded)),
            ParameterComparison::GreaterOrEqual => (false, ANY, at_least(&from)),
            ParameterComparison::Within => (true, at_least(&from), at_most(&to)),
            _ => (true, at_most(&from), at_least(&to)),
        };
        Ok(SpanTest { whole, ..self.test(Some(number_tag(self.unit.as_deref())), low, high) })
    }

    /// What is asked for with its tolerance, in the base unit.
    fn asked(&self, number: Decimal) -> Result<(Ratio, Ratio)> {
        let to = self.number_to.unwrap_or(number);
        let percent = self.tolerance_percent.unwrap_or_default();
        let share = |figure: Decimal| figure.abs().checked_mul(percent)?.checked_mul(Decimal::new(1, 2)?);
        let (low, high) = (number.checked_sub(share(number)?)?, to.checked_add(share(to)?)?);
        let base = |figure| base_figure(figure, self.unit.as_deref());
        base(low).and_then(|low| Ok((low, base(high)?))).map_err(|error| error.under("number"))
    }
}

/// A figure in the base unit of what it measures; a plain number, or one of a unit that the table does not know, as it is.
///
/// # Errors
/// `Overflow`.
pub(crate) fn base_figure(figure: Decimal, unit: Option<&str>) -> Result<Ratio> {
    let Some(unit) = unit.and_then(|unit| UnitTable::standard().unit(unit).ok()) else { return Ok(figure.into()) };
    Ratio::from(figure).checked_mul(unit.factor())?.checked_add(unit.offset())
}
