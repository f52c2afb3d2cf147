//! What is different between two quotes (版本差异): field by field, line by line, with the money that it makes.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Map, Value};

use super::policy::policy_for;
use super::{Quote, QuoteLine, QuotePolicy};
use crate::room::Reader;
use crate::schema::Entity as _;
use crate::value::{Currency, Decimal, Id, Result, json};

/// What of a quote is its way and not its content.
const NOT_CONTENT: &[&str] = &[
    "accepted_tax_total",
    "accepted_total",
    "accepted_total_with_tax",
    "chain",
    "chosen",
    "competitor",
    "competitor_account",
    "competitor_currency",
    "competitor_price",
    "content_hash",
    "created_at",
    "created_by",
    "custom",
    "decided_on",
    "external_ids",
    "id",
    "is_current",
    "lines",
    "lost_reason",
    "number",
    "owner",
    "reject_reason",
    "revises",
    "revision",
    "sent_on",
    "status",
    "updated_at",
    "updated_by",
    "version",
];

value_enum! {
    /// What happened to a field or a line.
    pub enum QuoteChangeKind {
        /// It is new.
        Added = "added",
        /// It is gone.
        Removed = "removed",
        /// It is another one.
        Changed = "changed",
    }
}

value_struct! {
    /// One difference between two quotes.
    pub struct QuoteChange {
        required {
            /// The field: `valid_until`, `x_project` for a custom one, `lines[20]` for the line at position 20 as a
            /// whole, `lines[20].quantity` for a field of it. A line that moved is named by the smaller of its two
            /// positions.
            pub path: String,
            /// What happened to it.
            pub kind: QuoteChangeKind,
            /// Whether the policy names the field.
            pub is_material: bool,
            /// Whether it is material and goes in the direction that is worse for the seller.
            pub is_worse: bool,
        }
        optional {
            /// The earlier value as canonical JSON; nothing if there was none.
            pub earlier: Option<String>,
            /// The later value as canonical JSON; nothing if there is none.
            pub later: Option<String>,
        }
    }
}

value_struct! {
    /// Every difference between two quotes, as far as the reader may see it.
    pub struct QuoteDiff {
        required {
            /// The quote that is looked back at.
            pub earlier: Id,
            /// The quote that is compared with it.
            pub later: Id,
            /// Fields of the quote in the order of their names, then lines in the order of their positions.
            pub changes: Vec<QuoteChange>,
            /// Whether a material field changed.
            pub is_material: bool,
            /// Whether a material field got worse for the seller: then, and only then, a new approval is asked for.
            pub needs_new_approval: bool,
        }
        optional {
            /// The stored policy that says what is material; nothing if the standard one holds.
            pub policy: Option<Id>,
            /// The currency of the earlier quote.
            pub earlier_currency: Option<Currency>,
            /// The total of the earlier quote, without tax.
            pub earlier_total: Option<Decimal>,
            /// The currency of the later quote.
            pub later_currency: Option<Currency>,
            /// The total of the later quote, without tax.
            pub later_total: Option<Decimal>,
            /// The later total less the earlier one; nothing if they are in two currencies.
            pub total_difference: Option<Decimal>,
        }
    }
}

/// Whether a field of a quote belongs to what it offers.
pub(super) fn is_content(field: &str) -> bool {
    !NOT_CONTENT.contains(&field)
}

/// Compares two quotes as they are given: what the reader does not see of them is empty in both, and no difference.
/// Lines with the same position are one line; of the others those of the same product are, in the order of their
/// positions. The differences from `later` to `earlier` are the same with the two sides exchanged.
///
/// ```
/// use crm_core::quote::{Quote, QuoteLine, QuotePolicy, diff_quotes};
/// let of = |price: &str| -> Result<Quote, crm_core::value::Error> {
///     let line = QuoteLine { position: Some(10), ..QuoteLine::written("Assembly", 3.into(), price.parse()?) };
///     Ok(Quote { name: "Press line".into(), lines: vec![line], ..Quote::default() })
/// };
/// let diff = diff_quotes(&of("135.50")?, &of("129")?, &QuotePolicy::standard())?;
/// let change = &diff.changes[0];
/// assert_eq!((change.path.as_str(), change.later.as_deref()), ("lines[10].unit_price", Some("\"129\"")));
/// assert!(diff.is_material && diff.needs_new_approval, "the price fell");
/// assert!(!diff_quotes(&of("129")?, &of("135.50")?, &QuotePolicy::standard())?.needs_new_approval, "it rose");
/// # Ok::<(), crm_core::value::Error>(())
/// ```
///
/// # Errors
/// `BadJson` for a value that has no JSON form, `Overflow`.
pub fn diff_quotes(earlier: &Quote, later: &Quote, policy: &QuotePolicy) -> Result<QuoteDiff> {
    let mut changes = Changes { policy, found: Vec::new() };
    changes.compare("", &content(earlier)?, &content(later)?)?;
    compare_lines(&mut changes, &placed(&earlier.lines), &placed(&later.lines))?;
    let changes = changes.found;
    let total_difference = match (earlier.total, later.total) {
        (Some(before), Some(after)) if earlier.currency == later.currency => Some(after.checked_sub(before)?),
        _ => None,
    };
    Ok(QuoteDiff {
        earlier: earlier.id,
        later: later.id,
        is_material: is_material(&changes),
        needs_new_approval: needs_new_approval(&changes),
        changes,
        policy: Some(policy.id).filter(|id| !id.is_nil()),
        earlier_currency: earlier.currency,
        earlier_total: earlier.total,
        later_currency: later.currency,
        later_total: later.total,
        total_difference,
    })
}

/// Whether a material field changed.
#[must_use]
pub fn is_material(changes: &[QuoteChange]) -> bool {
    changes.iter().any(|change| change.is_material)
}

/// Whether a material field got worse for the seller.
#[must_use]
pub fn needs_new_approval(changes: &[QuoteChange]) -> bool {
    changes.iter().any(|change| change.is_worse)
}

/// The differences between two quotes that the reader sees, as far as he sees their fields.
pub(crate) fn diff(reading: &mut impl Reader, earlier: Id, later: Id, policy: Option<Id>) -> Result<QuoteDiff> {
    let mut read = |id, field| {
        let row = reading.get(Quote::NAME, id).map_err(|error| error.under(field))?;
        Quote::from_stored(row)
    };
    let (earlier, later) = (read(earlier, "earlier")?, read(later, "later")?);
    let policy = policy_for(reading, policy).map_err(|error| error.under("policy"))?;
    diff_quotes(&earlier, &later, &policy)
}

/// The fields of a quote that belong to what it offers, custom ones among them.
fn content(quote: &Quote) -> Result<Map<String, Value>> {
    let head = Quote { lines: Vec::new(), ..quote.clone() };
    let Value::Object(mut fields) = json::to_value(&head)? else { return Ok(Map::new()) };
    let custom = fields.remove("custom");
    fields.retain(|name, _| is_content(name));
    if let Some(Value::Object(custom)) = custom {
        fields.extend(custom);
    }
    Ok(fields)
}

/// The lines with their positions; one that has none yet gets that which it will have.
fn placed(lines: &[QuoteLine]) -> Vec<QuoteLine> {
    let mut lines = lines.to_vec();
    super::lines::number(&mut lines);
    lines
}

/// Differences as they are found.
struct Changes<'a> {
    policy: &'a QuotePolicy,
    found: Vec<QuoteChange>,
}

impl Changes<'_> {
    /// Compares the fields of two objects, whose paths begin alike.
    fn compare(&mut self, begin: &str, earlier: &Map<String, Value>, later: &Map<String, Value>) -> Result<()> {
        let names: BTreeMap<&String, ()> = earlier.keys().chain(later.keys()).map(|name| (name, ())).collect();
        for name in names.into_keys() {
            self.note(format!("{begin}{name}"), name, earlier.get(name), later.get(name))?;
        }
        Ok(())
    }

    /// Notes a difference between two values, if it is one.
    fn note(&mut self, path: String, field: &str, earlier: Option<&Value>, later: Option<&Value>) -> Result<()> {
        let text = |value: Option<&Value>| value.filter(|value| !value.is_null()).map(json::to_canonical).transpose();
        let (earlier, later) = (text(earlier)?, text(later)?);
        if earlier == later {
            return Ok(());
        }
        let kind = match (&earlier, &later) {
            (None, _) => QuoteChangeKind::Added,
            (_, None) => QuoteChangeKind::Removed,
            _ => QuoteChangeKind::Changed,
        };
        let declared = self.policy.field(&path);
        let worsens =
            |direction: super::MaterialDirection| direction.worsens(field, earlier.as_deref(), later.as_deref());
        let is_worse = declared.is_some_and(|declared| worsens(declared.direction.unwrap_or_default()));
        let is_material = declared.is_some();
        self.found.push(QuoteChange { path, kind, is_material, is_worse, earlier, later });
        Ok(())
    }
}

/// The places of lines that may be the same, earlier and later.
type Places = (VecDeque<usize>, VecDeque<usize>);

/// Pairs of lines, and the lines that stand alone, in the order of their positions.
fn compare_lines(changes: &mut Changes<'_>, earlier: &[QuoteLine], later: &[QuoteLine]) -> Result<()> {
    let position = |line: Option<&QuoteLine>| line.and_then(|line| line.position);
    let mut pairs = matched(earlier, later);
    let first = |(one, other): &(Option<usize>, Option<usize>)| {
        let one = position(one.and_then(|place| earlier.get(place)));
        let other = position(other.and_then(|place| later.get(place)));
        one.into_iter().chain(other).min()
    };
    pairs.sort_by_key(first);
    for pair in &pairs {
        let path = format!("lines[{}]", first(pair).unwrap_or_default());
        let object = |line: Option<&QuoteLine>| line.map(json::to_value).transpose();
        let before = object(pair.0.and_then(|place| earlier.get(place)))?;
        let after = object(pair.1.and_then(|place| later.get(place)))?;
        match (&before, &after) {
            (Some(Value::Object(before)), Some(Value::Object(after))) => {
                changes.compare(&format!("{path}."), before, after)?;
            }
            _ => changes.note(path, "", before.as_ref(), after.as_ref())?,
        }
    }
    Ok(())
}

/// Which earlier line is which later one: by position, then by product.
fn matched(earlier: &[QuoteLine], later: &[QuoteLine]) -> Vec<(Option<usize>, Option<usize>)> {
    let mut by_position: BTreeMap<Option<i64>, Places> = BTreeMap::new();
    for (place, line) in earlier.iter().enumerate() {
        by_position.entry(line.position).or_default().0.push_back(place);
    }
    for (place, line) in later.iter().enumerate() {
        by_position.entry(line.position).or_default().1.push_back(place);
    }
    let mut pairs = Vec::new();
    let mut by_product: BTreeMap<Option<Id>, Places> = BTreeMap::new();
    for (mut before, mut after) in by_position.into_values() {
        pair_up(&mut pairs, &mut before, &mut after);
        for place in before {
            let product = earlier.get(place).and_then(|line| line.product);
            by_product.entry(product).or_default().0.push_back(place);
        }
        for place in after {
            let product = later.get(place).and_then(|line| line.product);
            by_product.entry(product).or_default().1.push_back(place);
        }
    }
    for (product, (mut before, mut after)) in by_product {
        if product.is_some() {
            pair_up(&mut pairs, &mut before, &mut after);
        }
        pairs.extend(before.into_iter().map(|place| (Some(place), None)));
        pairs.extend(after.into_iter().map(|place| (None, Some(place))));
    }
    pairs
}

/// Takes pairs from the front of both as long as both have something.
fn pair_up(pairs: &mut Vec<(Option<usize>, Option<usize>)>, before: &mut VecDeque<usize>, after: &mut VecDeque<usize>) {
    while let (Some(one), Some(other)) = (before.front().copied(), after.front().copied()) {
        before.pop_front();
        after.pop_front();
        pairs.push((Some(one), Some(other)));
    }
}
