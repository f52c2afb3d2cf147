//! Prices as tables: a dict from the name of each column to the list of its values, which a data frame takes as it is.

use crm_core::pricing::{PriceResult, PriceRow, PricedItem, WaterfallBar, WhatIf, WhatIfLine, WhatIfStep, WhatIfSum};
use crm_core::value::python::Argument;
use crm_core::value::{Decimal, ErrorCode, Problem, Result};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::pricing_values::{ResultInput, Table, WhatIfInput};

/// The columns of some rows, each with what its cell is in a row.
macro_rules! table {
    ($py:expr, $rows:expr, $row:ident => { $($name:literal: $cell:expr),* $(,)? }) => {{
        let columns = PyDict::new($py);
        $( columns.set_item($name, PyList::new($py, $rows.iter().map(|$row| $cell))?)?; )*
        Ok(Table::of(columns))
    }};
}

/// A row of an item, or of the head.
struct RowOf<'r> {
    item: Option<&'r PricedItem>,
    row: &'r PriceRow,
}

/// The rows of the price of a document as columns, one entry for each condition and subtotal: a `PriceResult`, JSON text, or a
/// dict. `pandas.DataFrame(price_table(result))` makes a data frame of it.
///
/// The columns: `item`, `product`, `item_quantity`, `item_unit` (`None` for conditions that stay in the head), then `step`,
/// `origin`, `condition_type`, `kind`, `name`, `record`, `access`, `base`, `base_unit`, `rate`, `per`, `unit`, `currency`,
/// `scale_base`, `value` (in the currency of the document, rounded), `raw` (text: the exact value where it was rounded),
/// `inactive`, `is_statistical`, `tax_category`, `tax_percent`, `subtotal`. Figures are `decimal.Decimal`, choices are text,
/// what is missing is `None`.
///
/// Raises `InvalidError` for what cannot be read, with its path.
#[pyfunction]
pub fn price_table<'py>(py: Python<'py>, result: ResultInput) -> PyResult<Table<'py>> {
    let result = py.detach(|| result.0.read())?;
    let of_item = |item| move |row| RowOf { item, row };
    let of_items = result.items.iter().flat_map(|item| item.rows.iter().map(of_item(Some(item))));
    let rows: Vec<RowOf<'_>> = of_items.chain(result.rows.iter().map(of_item(None))).collect();
    table!(py, rows, row => {
        "item": row.item.map(|item| item.id.as_str()),
        "product": row.item.and_then(|item| item.product.as_deref()),
        "item_quantity": row.item.map(|item| item.quantity),
        "item_unit": row.item.and_then(|item| item.unit.as_deref()),
        "step": row.row.step,
        "origin": row.row.origin.as_str(),
        "condition_type": row.row.condition_type.as_deref(),
        "kind": row.row.kind.map(|kind| kind.as_str()),
        "name": row.row.name.as_deref(),
        "record": row.row.record.as_deref(),
        "access": row.row.access,
        "base": row.row.base,
        "base_unit": row.row.base_unit.as_deref(),
        "rate": row.row.rate,
        "per": row.row.per,
        "unit": row.row.unit.as_deref(),
        "currency": row.row.currency.map(|currency| currency.to_string()),
        "scale_base": row.row.scale_base,
        "value": row.row.value,
        "raw": row.row.raw.as_deref(),
        "inactive": row.row.inactive.map(|reason| reason.as_str()),
        "is_statistical": row.row.is_statistical,
        "tax_category": row.row.tax_category.as_deref(),
        "tax_percent": row.row.tax_percent,
        "subtotal": row.row.subtotal.as_deref(),
    })
}

/// A bar of an item.
struct BarOf<'r> {
    item: &'r PricedItem,
    bar: &'r WaterfallBar,
}

/// The waterfalls of all items of a result as columns, one entry for each bar: a `PriceResult`, JSON text, or a dict.
///
/// The columns: `item`, `product`, `step`, `label`, `start`, `change`, `end` (`decimal.Decimal`, in the currency of the
/// document), `condition_type`, `record`, `inactive`; the last bar of an item is its net.
///
/// Raises `InvalidError` for what cannot be read, with its path; `OVERFLOW` if the figures do not fit.
#[pyfunction]
pub fn waterfall_table<'py>(py: Python<'py>, result: ResultInput) -> PyResult<Table<'py>> {
    let (result, bars) = py.detach(|| waterfalls(result))?;
    let of_item = |item| move |bar| BarOf { item, bar };
    let rows: Vec<BarOf<'_>> =
        result.items.iter().zip(&bars).flat_map(|(item, bars)| bars.iter().map(of_item(item))).collect();
    table!(py, rows, row => {
        "item": row.item.id.as_str(),
        "product": row.item.product.as_deref(),
        "step": row.bar.step,
        "label": row.bar.label.as_str(),
        "start": row.bar.start,
        "change": row.bar.change,
        "end": row.bar.end,
        "condition_type": row.bar.condition_type.as_deref(),
        "record": row.bar.record.as_deref(),
        "inactive": row.bar.inactive.map(|reason| reason.as_str()),
    })
}

fn waterfalls(result: ResultInput) -> Result<(PriceResult, Vec<Vec<WaterfallBar>>)> {
    let result = result.0.read()?;
    let bars = result.items.iter().map(PricedItem::waterfall).collect::<Result<_>>()?;
    Ok((result, bars))
}

/// The tables of a comparison of two catalogues.
const WHAT_IF_TABLES: [&str; 4] = ["lines", "steps", "products", "groups"];

/// A table of what another catalogue would make of documents, as columns: a `WhatIf`, JSON text, or a dict.
///
/// `table` is one of
///
/// - `lines`, the items that differ: `place` (of the document, from 0), `document`, `item`, `product`, `group`, `net_before`,
///   `net_after`, `net_change`, `margin_before`, `margin_after`, `error_before`, `error_after` (text: why there is no price);
/// - `steps`, the steps of these items that differ: `place`, `document`, `item`, `step`, `condition_type`, `before`, `after`,
///   `change`;
/// - `products` and `groups`, the sums: `key`, `items`, `changed` (how many of them differ), `net_before`, `net_after`,
///   `net_change`, `margin_before`, `margin_after`.
///
/// Amounts are `decimal.Decimal` in the currency of the documents; what is missing is `None`.
///
/// Raises `InvalidError`: `NOT_IN_PICKLIST` for another table; what cannot be read, with its path; `OVERFLOW`.
#[pyfunction]
#[pyo3(signature = (what_if, table=None))]
pub fn what_if_table<'py>(
    py: Python<'py>,
    what_if: WhatIfInput,
    table: Option<Argument<String>>,
) -> PyResult<Table<'py>> {
    let found = py.detach(|| what_if.0.read())?;
    match table.as_deref().map_or("lines", String::as_str) {
        "lines" => lines(py, &found),
        "steps" => steps(py, &found),
        "products" => sums(py, &found.products),
        "groups" => sums(py, &found.groups),
        _ => {
            let problem = Problem::of_field(ErrorCode::NotInPicklist, "table", "there is no such table");
            Err(problem.with("choices", WHAT_IF_TABLES.join(", ")).into_invalid().into())
        }
    }
}

/// An item that differs, and by how much.
struct LineRow<'r> {
    line: &'r WhatIfLine,
    change: Option<Decimal>,
}

fn net_change(line: &WhatIfLine) -> Result<Option<Decimal>> {
    match (line.net_before, line.net_after) {
        (Some(before), Some(after)) => after.checked_sub(before).map(Some),
        _ => Ok(None),
    }
}

fn lines<'py>(py: Python<'py>, found: &WhatIf) -> PyResult<Table<'py>> {
    let row = |line| Ok(LineRow { line, change: net_change(line)? });
    let rows: Vec<LineRow<'_>> = found.lines.iter().map(row).collect::<Result<_>>()?;
    table!(py, rows, row => {
        "place": row.line.place,
        "document": row.line.document.as_deref(),
        "item": row.line.item.as_str(),
        "product": row.line.product.as_deref(),
        "group": row.line.group.as_deref(),
        "net_before": row.line.net_before,
        "net_after": row.line.net_after,
        "net_change": row.change,
        "margin_before": row.line.margin_before,
        "margin_after": row.line.margin_after,
        "error_before": row.line.error_before.map(|code| code.as_str()),
        "error_after": row.line.error_after.map(|code| code.as_str()),
    })
}

/// A step that differs, and by how much.
struct StepRow<'r> {
    line: &'r WhatIfLine,
    step: &'r WhatIfStep,
    change: Decimal,
}

fn steps<'py, 'f>(py: Python<'py>, found: &'f WhatIf) -> PyResult<Table<'py>> {
    let of_lines = found.lines.iter().flat_map(|line| line.steps.iter().map(move |step| (line, step)));
    let row =
        |(line, step): (_, &'f WhatIfStep)| Ok(StepRow { line, step, change: step.after.checked_sub(step.before)? });
    let rows: Vec<StepRow<'_>> = of_lines.map(row).collect::<Result<_>>()?;
    table!(py, rows, row => {
        "place": row.line.place,
        "document": row.line.document.as_deref(),
        "item": row.line.item.as_str(),
        "step": row.step.step,
        "condition_type": row.step.condition_type.as_deref(),
        "before": row.step.before,
        "after": row.step.after,
        "change": row.change,
    })
}

/// What a product or a group comes to, and by how much it differs.
struct SumRow<'r> {
    sum: &'r WhatIfSum,
    change: Decimal,
}

fn sums<'py, 's>(py: Python<'py>, sums: &'s [WhatIfSum]) -> PyResult<Table<'py>> {
    let row = |sum: &'s WhatIfSum| Ok(SumRow { sum, change: sum.net_after.checked_sub(sum.net_before)? });
    let rows: Vec<SumRow<'_>> = sums.iter().map(row).collect::<Result<_>>()?;
    table!(py, rows, row => {
        "key": row.sum.key.as_str(),
        "items": row.sum.items,
        "changed": row.sum.changed,
        "net_before": row.sum.net_before,
        "net_after": row.sum.net_after,
        "net_change": row.change,
        "margin_before": row.sum.margin_before,
        "margin_after": row.sum.margin_after,
    })
}
