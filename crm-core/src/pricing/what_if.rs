//! What documents of the past would come to by another catalogue (假设分析).

use std::collections::{BTreeMap, HashMap};

use super::document::{PriceDocument, PriceItem};
use super::price::Pricer;
use super::result::{PriceResult, PricedItem};
use crate::value::{Decimal, ErrorCode, FieldValue, Result};

value_struct! {
    /// A step of an item whose value differs.
    pub struct WhatIfStep {
        required {
            /// The number of the step.
            pub step: i64,
            /// What its active conditions are worth by the present catalogue.
            pub before: Decimal,
            /// What they are worth by the draft.
            pub after: Decimal,
        }
        optional {
            /// The condition type.
            pub condition_type: Option<String>,
        }
    }
}

value_struct! {
    /// An item whose figures differ, or that has no price by one of the two.
    pub struct WhatIfLine {
        required {
            /// The place of the document in the list, from 0.
            pub place: i64,
            /// The item.
            pub item: String,
        }
        optional {
            /// What the document is called.
            pub document: Option<String>,
            /// The product.
            pub product: Option<String>,
            /// The value of the field by which the sums are grouped.
            pub group: Option<String>,
            /// The net by the present catalogue; nothing if the document has no price.
            pub net_before: Option<Decimal>,
            /// The net by the draft; nothing if the document has no price.
            pub net_after: Option<Decimal>,
            /// The margin by the present catalogue.
            pub margin_before: Option<Decimal>,
            /// The margin by the draft.
            pub margin_after: Option<Decimal>,
            /// The steps whose values differ.
            pub steps: Vec<WhatIfStep>,
            /// Why the document has no price by the present catalogue.
            pub error_before: Option<ErrorCode>,
            /// Why the document has no price by the draft.
            pub error_after: Option<ErrorCode>,
        }
    }
}

value_struct! {
    /// What the items of a product, or of a group, come to.
    pub struct WhatIfSum {
        required {
            /// The product or the group; empty for items without one.
            pub key: String,
            /// How many items have a price by both.
            pub items: i64,
            /// How many of them differ.
            pub changed: i64,
            /// Their net by the present catalogue.
            pub net_before: Decimal,
            /// Their net by the draft.
            pub net_after: Decimal,
        }
        optional {
            /// The margin by the present catalogue, of the items that have one by both.
            pub margin_before: Option<Decimal>,
            /// The margin by the draft, of the same items.
            pub margin_after: Option<Decimal>,
        }
    }
}

value_struct! {
    /// What another catalogue would make of documents.
    pub struct WhatIf {
        required {
            /// How many documents were priced by both.
            pub documents: i64,
            /// All items.
            pub total: WhatIfSum,
        }
        optional {
            /// The items that differ, in the order of the documents.
            pub lines: Vec<WhatIfLine>,
            /// The sums by product.
            pub products: Vec<WhatIfSum>,
            /// The sums by the field that was asked for.
            pub groups: Vec<WhatIfSum>,
        }
    }
}

impl WhatIfSum {
    fn of(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            items: 0,
            changed: 0,
            net_before: Decimal::ZERO,
            net_after: Decimal::ZERO,
            margin_before: None,
            margin_after: None,
        }
    }

    fn add(&mut self, before: &PricedItem, after: &PricedItem, changed: bool) -> Result<()> {
        self.items = self.items.saturating_add(1);
        self.changed = self.changed.saturating_add(i64::from(changed));
        self.net_before = self.net_before.checked_add(before.net)?;
        self.net_after = self.net_after.checked_add(after.net)?;
        if let (Some(one), Some(other)) = (before.margin, after.margin) {
            self.margin_before = Some(self.margin_before.unwrap_or(Decimal::ZERO).checked_add(one)?);
            self.margin_after = Some(self.margin_after.unwrap_or(Decimal::ZERO).checked_add(other)?);
        }
        Ok(())
    }
}

impl Pricer {
    /// Prices documents by this catalogue and by a draft, and tells every item whose figures differ, with sums by product and
    /// by a field of the documents, for example `customer`. A document without a price by one of the two is told with the reason;
    /// it stops nothing. Free goods and items that only one of the two has are compared by their id.
    ///
    /// # Errors
    /// `OutOfRange` for a number of threads outside of 1 to 256, `Overflow` if sums do not fit.
    pub fn what_if(
        &self,
        draft: &Self,
        documents: &[PriceDocument],
        group_by: Option<&str>,
        threads: usize,
    ) -> Result<WhatIf> {
        let plain: Vec<PriceDocument> =
            documents.iter().map(|document| PriceDocument { trace: Some(false), ..document.clone() }).collect();
        let (before, after) = (self.each(&plain, threads)?, draft.each(&plain, threads)?);
        compare(plain.iter().zip(before.iter().zip(&after)), group_by)
    }
}

/// Compares the prices of documents before and after: every item that differs, and sums.
///
/// # Errors
/// `Overflow` if sums do not fit.
pub(crate) fn compare<'a>(
    priced: impl Iterator<Item = (&'a PriceDocument, (&'a Result<PriceResult>, &'a Result<PriceResult>))>,
    group_by: Option<&str>,
) -> Result<WhatIf> {
    let mut found =
        WhatIf { documents: 0, total: WhatIfSum::of(""), lines: Vec::new(), products: Vec::new(), groups: Vec::new() };
    let (mut products, mut groups) = (BTreeMap::new(), BTreeMap::new());
    for (place, (document, pair)) in (0_i64..).zip(priced) {
        let (Ok(before), Ok(after)) = pair else {
            found.lines.extend(without_price(place, document, group_by, pair));
            continue;
        };
        found.documents = found.documents.saturating_add(1);
        for line in compared(place, document, group_by, before, after)? {
            let Compared { line, before, after, changed } = line;
            found.total.add(&before, &after, changed)?;
            let sum = |sums: &mut BTreeMap<String, WhatIfSum>, key: Option<&String>| {
                let key = key.cloned().unwrap_or_default();
                sums.entry(key.clone()).or_insert_with(|| WhatIfSum::of(&key)).add(&before, &after, changed)
            };
            sum(&mut products, line.product.as_ref())?;
            if group_by.is_some() {
                sum(&mut groups, line.group.as_ref())?;
            }
            if changed {
                found.lines.push(line);
            }
        }
    }
    found.products = products.into_values().collect();
    found.groups = groups.into_values().collect();
    Ok(found)
}

/// An item by both catalogues.
struct Compared {
    line: WhatIfLine,
    before: PricedItem,
    after: PricedItem,
    changed: bool,
}

fn group_of(document: &PriceDocument, item: Option<&PriceItem>, group_by: Option<&str>) -> Option<String> {
    let field = group_by?;
    let own = item.and_then(|known| known.fields.get(field));
    match own.or_else(|| document.fields.get(field))? {
        FieldValue::Text(text) => Some(text.clone()),
        FieldValue::Integer(number) => Some(number.to_string()),
        FieldValue::Json(text) => Some(text.clone()),
        _ => None,
    }
}

/// A line without figures; `item` is nothing for free goods, which the document does not name.
fn line_of(
    place: i64,
    document: &PriceDocument,
    id: &str,
    item: Option<&PriceItem>,
    group_by: Option<&str>,
) -> WhatIfLine {
    WhatIfLine {
        place,
        item: id.to_owned(),
        document: document.id.clone(),
        product: item.and_then(|known| known.product.clone()),
        group: group_of(document, item, group_by),
        net_before: None,
        net_after: None,
        margin_before: None,
        margin_after: None,
        steps: Vec::new(),
        error_before: None,
        error_after: None,
    }
}

fn without_price(
    place: i64,
    document: &PriceDocument,
    group_by: Option<&str>,
    (before, after): (&Result<PriceResult>, &Result<PriceResult>),
) -> Vec<WhatIfLine> {
    let net = |result: &Result<PriceResult>, id: &str| {
        result.as_ref().ok()?.items.iter().find(|item| item.id == id).map(|item| (item.net, item.margin))
    };
    let line = |item: &PriceItem| {
        let (one, other) = (net(before, &item.id), net(after, &item.id));
        WhatIfLine {
            net_before: one.map(|(net, _)| net),
            net_after: other.map(|(net, _)| net),
            margin_before: one.and_then(|(_, margin)| margin),
            margin_after: other.and_then(|(_, margin)| margin),
            error_before: before.as_ref().err().map(crate::value::Error::code),
            error_after: after.as_ref().err().map(crate::value::Error::code),
            ..line_of(place, document, &item.id, Some(item), group_by)
        }
    };
    document.items.iter().map(line).collect()
}

fn compared(
    place: i64,
    document: &PriceDocument,
    group_by: Option<&str>,
    before: &PriceResult,
    after: &PriceResult,
) -> Result<Vec<Compared>> {
    let mut items = Vec::new();
    let by_id = |result: &'_ PriceResult| -> HashMap<String, PricedItem> {
        result.items.iter().map(|item| (item.id.clone(), item.clone())).collect()
    };
    let (mut ones, mut others) = (by_id(before), by_id(after));
    let sources: HashMap<&str, &PriceItem> = document.items.iter().map(|item| (item.id.as_str(), item)).collect();
    let new = after.items.iter().filter(|item| !ones.contains_key(&item.id)).map(|item| item.id.clone());
    let ids: Vec<String> = before.items.iter().map(|item| item.id.clone()).chain(new).collect();
    for id in &ids {
        let (one, other) = (ones.remove(id), others.remove(id));
        let nothing = |of: &PricedItem| PricedItem {
            rows: Vec::new(),
            net: Decimal::ZERO,
            net_price: None,
            margin: None,
            cost: None,
            ..of.clone()
        };
        let (before, after) = match (one, other) {
            (Some(before), Some(after)) => (before, after),
            (Some(before), None) => (before.clone(), nothing(&before)),
            (None, Some(after)) => (nothing(&after), after),
            (None, None) => continue,
        };
        let steps = differing(&before, &after)?;
        let changed = before.net != after.net || before.margin != after.margin || !steps.is_empty();
        let line = WhatIfLine {
            product: before.product.clone(),
            net_before: Some(before.net),
            net_after: Some(after.net),
            margin_before: before.margin,
            margin_after: after.margin,
            steps,
            ..line_of(place, document, id, sources.get(id.as_str()).copied(), group_by)
        };
        items.push(Compared { line, before, after, changed });
    }
    Ok(items)
}

/// The steps whose active conditions are worth something else.
fn differing(before: &PricedItem, after: &PricedItem) -> Result<Vec<WhatIfStep>> {
    let mut steps: BTreeMap<(i64, Option<String>), (Decimal, Decimal)> = BTreeMap::new();
    for (item, is_after) in [(before, false), (after, true)] {
        for row in item.rows.iter().filter(|row| row.inactive.is_none() && row.condition_type.is_some()) {
            let known = steps.entry((row.step, row.condition_type.clone())).or_default();
            let sum = if is_after { &mut known.1 } else { &mut known.0 };
            *sum = sum.checked_add(row.value)?;
        }
    }
    let differs = steps.into_iter().filter(|(_, (before, after))| before != after);
    Ok(differs
        .map(|((step, condition_type), (before, after))| WhatIfStep { step, before, after, condition_type })
        .collect())
}
