//! Which changes of a quote are material (实质性变更): a declared set of fields, each with the direction that is worse for
//! the seller.

use std::cmp::Ordering;

use serde_json::Value;

use super::{Quote, QuoteLine};
use crate::query::Query;
use crate::room::{
    Change, Decision, Reader, View, check_count, check_distinct, records_for_rule, refuse, tidy, with_record,
};
use crate::schema::{Entity as _, Row, enum_field};
use crate::value::error::unknown_field;
use crate::value::{Date, Decimal, Id, Problem, Result, json};

/// The most fields of a policy.
pub const MAX_MATERIAL_FIELDS: usize = 200;

value_enum! {
    /// In which direction a change is worse for the seller.
    #[derive(Default)]
    pub enum MaterialDirection {
        /// Whichever way it goes.
        #[default]
        Any = "any",
        /// Where the later figure or date is lower: a price.
        Lower = "lower",
        /// Where the later figure or date is higher: a discount, a validity, a term of payment.
        Higher = "higher",
    }
}

enum_field!(MaterialDirection);

value_struct! {
    /// A field whose change is material.
    pub struct MaterialField {
        required {
            /// The field: `valid_until`, a custom field by its name, `lines[*].unit_price` for that of every line or
            /// `lines[20].unit_price` for that of one, `lines[*]` for a line that is added or removed.
            pub path: String,
        }
        optional {
            /// When it is worse for the seller; any change if nothing is said.
            pub direction: Option<MaterialDirection>,
        }
    }
}

entity! {
    /// Which changes of a quote are material, and when they need a new approval.
    pub struct QuotePolicy("quote_policy", QuotePolicyPage, Public) {
        required {
            /// What people read; unique.
            pub name: String => text(100).unique().searchable(),
        }
        optional {
            /// The fields, at most [`MAX_MATERIAL_FIELDS`].
            pub material_fields: Vec<MaterialField> => nested(),
            /// Whether it holds where none is named; one at most does.
            pub is_default: bool => boolean().indexed(),
        }
    }
}

impl QuotePolicy {
    /// The policy that holds where a tenant has none: every commercial term of quote and lines, with lower prices and
    /// totals, higher discounts, larger price units and longer validity being worse.
    ///
    /// ```
    /// use crm_core::quote::{MaterialDirection, QuotePolicy};
    /// let policy = QuotePolicy::standard();
    /// let price = policy.material_fields.iter().find(|field| field.path == "lines[*].unit_price").unwrap();
    /// assert_eq!(price.direction, Some(MaterialDirection::Lower));
    /// ```
    #[must_use]
    pub fn standard() -> Self {
        use MaterialDirection::{Any, Higher, Lower};
        let of = |(path, direction): (&str, _)| MaterialField { path: path.to_owned(), direction: Some(direction) };
        let fields = [
            ("account", Any),
            ("currency", Any),
            ("prices_include_tax", Any),
            ("rounding", Any),
            ("valid_until", Higher),
            ("total", Lower),
            ("lines[*]", Any),
            ("lines[*].kind", Any),
            ("lines[*].alternative_to", Any),
            ("lines[*].product", Any),
            ("lines[*].quantity", Any),
            ("lines[*].unit", Any),
            ("lines[*].unit_price", Lower),
            ("lines[*].per_quantity", Higher),
            ("lines[*].discount_percent", Higher),
            ("lines[*].tax_percent", Any),
        ];
        let material_fields = fields.into_iter().map(of).collect();
        Self { name: "standard".to_owned(), material_fields, is_default: true, ..Self::default() }
    }

    /// The field of the policy that a path means, if it is material.
    pub(super) fn field(&self, path: &str) -> Option<&MaterialField> {
        self.material_fields.iter().find(|field| covers(&field.path, path))
    }
}

/// Whether a declared path means the path of a change.
fn covers(declared: &str, path: &str) -> bool {
    let ends = declared.split_once("[*]");
    let Some((before, after)) = ends else { return declared == path };
    let inner = path.strip_prefix(before).and_then(|rest| rest.strip_prefix('['));
    inner.and_then(|rest| rest.split_once(']')).is_some_and(|(_, rest)| rest == after)
}

impl MaterialDirection {
    /// Whether going from one value to another is worse for the seller. What is missing counts as what it stands for: no
    /// discount, a price of one unit, no end of the validity. Where two values cannot be compared it is worse.
    ///
    /// ```
    /// use crm_core::quote::MaterialDirection;
    /// let worsens = |earlier, later| MaterialDirection::Higher.worsens("discount_percent", earlier, later);
    /// assert!(worsens(Some("\"3\""), Some("\"5.5\"")) && worsens(None, Some("\"1\"")));
    /// assert!(!worsens(Some("\"5\""), None));
    /// ```
    #[must_use]
    pub fn worsens(self, field: &str, earlier: Option<&str>, later: Option<&str>) -> bool {
        let wanted = match self {
            Self::Any => return true,
            Self::Lower => Ordering::Less,
            Self::Higher => Ordering::Greater,
        };
        match (Measure::of(field, earlier), Measure::of(field, later)) {
            (Some(earlier), Some(later)) => later.order(earlier).is_none_or(|order| order == wanted),
            _ => true,
        }
    }
}

/// A value that can be compared.
#[derive(Clone, Copy)]
enum Measure {
    Number(Decimal),
    Date(Date),
    /// Later than every date.
    Never,
}

impl Measure {
    /// What the JSON text of a value stands for; nothing for what has no order.
    fn of(field: &str, text: Option<&str>) -> Option<Self> {
        let Some(text) = text else {
            return match field {
                "discount_percent" | "tax_percent" => Some(Self::Number(Decimal::ZERO)),
                "per_quantity" => Some(Self::Number(Decimal::ONE)),
                "valid_until" => Some(Self::Never),
                _ => None,
            };
        };
        match json::from_text(text).ok()? {
            Value::Number(number) => number.to_string().parse().ok().map(Self::Number),
            Value::Bool(is_true) => Some(Self::Number(Decimal::from(i64::from(is_true)))),
            Value::String(text) => text.parse().map(Self::Number).or_else(|_| text.parse().map(Self::Date)).ok(),
            _ => None,
        }
    }

    fn order(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(one), Self::Number(other)) => Some(one.cmp(&other)),
            (Self::Date(one), Self::Date(other)) => Some(one.cmp(&other)),
            (Self::Never, Self::Never) => Some(Ordering::Equal),
            (Self::Never, Self::Date(_)) => Some(Ordering::Greater),
            (Self::Date(_), Self::Never) => Some(Ordering::Less),
            _ => None,
        }
    }
}

/// The policy by which the reader's question is answered: the named one, else the default one, else the standard. Who
/// may not see what a policy says is answered by the standard.
pub(super) fn policy_for(reading: &mut impl Reader, named: Option<Id>) -> Result<QuotePolicy> {
    if let Some(id) = named {
        return QuotePolicy::from_stored(reading.get(QuotePolicy::NAME, id)?);
    }
    let sees = |field| reading.can_read(QuotePolicy::NAME, field);
    if !(reading.may_read(QuotePolicy::NAME) && sees("is_default") && sees("material_fields")) {
        return Ok(QuotePolicy::standard());
    }
    let found = reading.all(QuotePolicy::NAME, &Query::matching(&[("is_default", true.into())]))?;
    match found.into_iter().next() {
        Some(row) => QuotePolicy::from_stored(row),
        None => Ok(QuotePolicy::standard()),
    }
}

/// Checks the paths; another default policy steps back.
pub(super) fn policy_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    with_record::<QuotePolicy>(before, after, |before, policy| {
        for field in &mut policy.material_fields {
            tidy(&mut field.path);
        }
        check_fields(view, &policy.material_fields)?;
        let was_default = before.is_some_and(|before| before.is_default);
        if !policy.is_default || was_default {
            return Ok(Decision::default());
        }
        let others = defaults(view, policy.id)?.into_iter();
        Ok(others.fold(Decision::default(), |decision, other| decision.and_rule(steps_back(other))))
    })
}

/// A policy that comes back is not the default one if another is by now.
pub(super) fn policy_restored(view: &mut dyn View, row: &Row) -> Result<Decision> {
    let policy = QuotePolicy::from_row(row.clone())?;
    if !policy.is_default || defaults(view, policy.id)?.is_empty() {
        return Ok(Decision::default());
    }
    Ok(Decision::default().and_rule(steps_back(policy.id)))
}

/// The other policies that hold where none is named.
fn defaults(view: &mut dyn View, but: Id) -> Result<Vec<Id>> {
    let found = records_for_rule::<QuotePolicy>(view, &Query::matching(&[("is_default", true.into())]))?;
    Ok(found.into_iter().map(|policy| policy.id).filter(|id| *id != but).collect())
}

fn steps_back(id: Id) -> Change {
    Change::update::<QuotePolicy>(id, vec![("is_default", false.into())])
}

fn check_fields(view: &dyn View, fields: &[MaterialField]) -> Result<()> {
    let mut problems = Vec::new();
    check_count("material_fields", fields.len(), MAX_MATERIAL_FIELDS, &mut problems);
    let path = |place: usize| format!("material_fields[{place}].path");
    for (place, field) in fields.iter().enumerate() {
        if !is_known(view, &field.path)? {
            problems.push(Problem { field: Some(path(place)), ..unknown_field(&field.path) });
        }
    }
    problems.extend(check_distinct(fields, path, |field| Some(field.path.clone())));
    refuse(problems)
}

/// Whether a path means a field of a quote or of its lines.
fn is_known(view: &dyn View, path: &str) -> Result<bool> {
    let Some(inner) = path.strip_prefix("lines[") else {
        let quote = view.schema().entity(Quote::NAME)?;
        return Ok(path != "lines" && super::diff::is_content(path) && view.schema().field(quote, path).is_some());
    };
    let Some((place, field)) = inner.split_once(']') else { return Ok(false) };
    let is_place = place == "*" || place.parse::<i64>().is_ok();
    let Some(field) = field.strip_prefix('.') else { return Ok(is_place && field.is_empty()) };
    let line = json::to_value(&QuoteLine::written("", Decimal::ONE, Decimal::ZERO))?;
    Ok(is_place && line.get(field).is_some())
}
