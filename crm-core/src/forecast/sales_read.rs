//! How sales are read: figures of won opportunities, and lines of confirmed orders.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::months::Month;
use super::sales_types::{SalesFigure, SalesQuery, SalesSource};
use crate::customer::{Account, Tree};
use crate::product::Product;
use crate::query::{
    AggregateQuery, AggregateRow, Bucket, Comparison, Filter, GroupBy, MAX_IN_VALUES, Measure, MeasureFunction, Query,
};
use crate::quote::{OrderLine, OrderStatus, SalesOrder};
use crate::room::Reader;
use crate::sales::{Opportunity, StageCategory};
use crate::schema::{Entity as _, FieldKind};
use crate::value::error::unknown_field;
use crate::value::{
    AllocationMethod, Date, Decimal, Error, ErrorCode, FieldValue, Id, Problem, Result, Rounding, allocate,
};

/// The most keys of the series of one answer.
pub const MAX_SALES_KEYS: usize = 8;
/// Records of which fields are read at once: fewer than an aggregate may have groups.
const CHUNK: usize = 5_000;
/// Digits behind the point of the weights by which a tax is taken out of the lines of an order.
const WEIGHT_SCALE: u32 = 12;
/// The field by which the lines of an order tell their product.
const PRODUCT: &str = "product";

/// A key of the series.
#[derive(Debug, Clone)]
struct Key {
    /// The field of the opportunity or order.
    field: String,
    /// The entity that it refers to and the field there, if it is not the key itself.
    far: Option<(String, String)>,
}

/// What is asked, checked.
pub(super) struct Asked<'a> {
    pub(super) query: &'a SalesQuery,
    pub(super) as_of: Date,
    /// The first and the last month, if they are said.
    pub(super) first: Option<Month>,
    pub(super) last: Option<Month>,
    /// Which of the keys is the group.
    pub(super) group: Option<usize>,
    keys: Vec<Key>,
}

/// Sales of one month and one combination.
#[derive(Debug)]
pub(super) struct Cell {
    pub(super) month: Month,
    pub(super) keys: Vec<FieldValue>,
    /// The currency of an amount, the unit of a quantity.
    pub(super) part: FieldValue,
    pub(super) figure: Decimal,
}

impl<'a> Asked<'a> {
    pub(super) fn of(reading: &dyn Reader, query: &'a SalesQuery, today: Date) -> Result<Self> {
        let out_of_range = |field: &str, message: &str, latest: Date| {
            Err(Problem::of_field(ErrorCode::OutOfRange, field, message).with("latest", latest).into_invalid())
        };
        let as_of = query.as_of.unwrap_or(today);
        if as_of > today {
            return out_of_range("as_of", "nothing is known of a date that did not come yet", today);
        }
        let (first, last) = (query.from_month.map(Month::of), query.to_month.or(query.as_of).map(Month::of));
        if last.is_some_and(|last| last > Month::of(as_of)) {
            return out_of_range("to_month", "nothing is known of a month that did not come yet", as_of);
        }
        if first.is_some_and(|first| first > last.unwrap_or(Month::of(as_of))) {
            return out_of_range(
                "from_month",
                "the first month is later than the last one",
                query.to_month.unwrap_or(as_of),
            );
        }
        if query.hierarchy.is_some() && query.account.is_none() {
            return Err(Error::invalid(ErrorCode::Required, "account", "a hierarchy is asked from an account down"));
        }
        if query.by.len() > MAX_SALES_KEYS {
            let problem = Problem::of_field(ErrorCode::TooMany, "by", "too many keys");
            return Err(problem.with("max", MAX_SALES_KEYS).into_invalid());
        }
        let group = query.group.as_ref().map(|group| query.by.iter().position(|key| key == group));
        if group == Some(None) {
            return Err(Error::invalid(ErrorCode::NotAllowed, "group", "the group is one of the keys in `by`"));
        }
        let keys = query.by.iter().enumerate().map(|(place, key)| {
            Key::of(reading, query.source, key).map_err(|error| error.under(&format!("by[{place}]")))
        });
        Ok(Self { query, as_of, first, last, group: group.flatten(), keys: keys.collect::<Result<_>>()? })
    }

    fn entity(&self) -> &'static str {
        match self.query.source {
            SalesSource::Opportunities => Opportunity::NAME,
            SalesSource::Orders => SalesOrder::NAME,
        }
    }

    /// The field with the date of a sale.
    const fn date(&self) -> &'static str {
        match self.query.source {
            SalesSource::Opportunities => "closed_on",
            SalesSource::Orders => "confirmed_on",
        }
    }

    /// The fields of the record that the keys begin with, each once.
    fn columns(&self) -> Vec<&str> {
        let mut columns: Vec<&str> = Vec::new();
        let of_lines = self.query.source == SalesSource::Orders;
        for key in self.keys.iter().filter(|key| !(of_lines && key.field == PRODUCT)) {
            if !columns.contains(&key.field.as_str()) {
                columns.push(&key.field);
            }
        }
        columns
    }

    /// The condition on the records of a span of dates.
    fn filter(&self, span: (Option<Date>, Date), accounts: Option<&[Id]>) -> Filter {
        let compare = |field: &str, comparison, value| Filter::Compare { field: field.to_owned(), comparison, value };
        let (field, state) = match self.query.source {
            SalesSource::Opportunities => ("stage_category", StageCategory::Won.as_str()),
            SalesSource::Orders => ("status", OrderStatus::Confirmed.as_str()),
        };
        let mut filters = vec![compare(field, Comparison::Equal, state.into())];
        filters.push(compare(self.date(), Comparison::LessOrEqual, span.1.into()));
        filters.extend(span.0.map(|from| compare(self.date(), Comparison::GreaterOrEqual, from.into())));
        if let (Some(currency), SalesFigure::Value) = (self.query.currency, self.query.figure) {
            filters.push(compare("currency", Comparison::Equal, currency.to_string().as_str().into()));
        }
        filters.extend(accounts.map(|accounts| among(Account::NAME, accounts)));
        filters.extend(self.query.filter.clone());
        Filter::All { filters }
    }

    /// The dates that are asked for.
    fn span(&self) -> Result<(Option<Date>, Date)> {
        let to = self.last.map(Month::last_day).transpose()?.map_or(self.as_of, |end| end.min(self.as_of));
        Ok((self.first.map(Month::first_day).transpose()?, to))
    }
}

impl Key {
    fn of(reading: &dyn Reader, source: SalesSource, key: &str) -> Result<Self> {
        let Some((field, far)) = key.split_once('.') else { return Ok(Self { field: key.to_owned(), far: None }) };
        let entity = match source {
            SalesSource::Orders if field == PRODUCT => Some(Product::NAME.to_owned()),
            SalesSource::Orders => target(reading, SalesOrder::NAME, field)?,
            SalesSource::Opportunities => target(reading, Opportunity::NAME, field)?,
        };
        // A field that the reader does not see and one that does not exist give the same answer.
        let entity = entity.ok_or_else(|| unknown_field(field).into_invalid())?;
        Ok(Self { field: field.to_owned(), far: Some((entity, far.to_owned())) })
    }
}

/// The entity that a field refers to, if the reader sees it.
fn target(reading: &dyn Reader, entity: &str, field: &str) -> Result<Option<String>> {
    let field = reading.entity_type(entity)?.field(field).filter(|found| reading.can_ask(entity, &found.spec.name));
    Ok(field.and_then(|field| match &field.spec.kind {
        FieldKind::Reference { to, .. } => Some(to.to_string()),
        _ => None,
    }))
}

fn among(field: &str, ids: &[Id]) -> Filter {
    Filter::In { field: field.to_owned(), values: ids.iter().map(|id| FieldValue::Reference(*id)).collect() }
}

/// The sales by month and combination; some stand in several parts.
pub(super) fn read(reading: &mut dyn Reader, asked: &Asked<'_>) -> Result<Vec<Cell>> {
    let accounts = accounts(reading, asked)?;
    let mut found = Vec::new();
    match &accounts {
        None => groups(reading, asked, asked.span()?, None, &mut found)?,
        Some(accounts) => {
            for chunk in accounts.chunks(MAX_IN_VALUES) {
                groups(reading, asked, asked.span()?, Some(chunk), &mut found)?;
            }
        }
    }
    let rough = match asked.query.source {
        SalesSource::Opportunities => won(asked, found)?,
        SalesSource::Orders => ordered(reading, asked, found)?,
    };
    followed(reading, asked, rough)
}

/// The accounts to which was sold; nothing if all count.
fn accounts(reading: &mut dyn Reader, asked: &Asked<'_>) -> Result<Option<Vec<Id>>> {
    let Some(account) = asked.query.account else { return Ok(None) };
    // A merged account is asked for as the one it went into.
    let account = reading.get(Account::NAME, account)?.id;
    let Some(hierarchy) = asked.query.hierarchy else {
        return Ok(Some(vec![account]));
    };
    let nodes = Tree { reading, hierarchy, date: asked.as_of }.subtree(account)?;
    Ok(Some(nodes.into_iter().map(|node| node.account).collect()))
}

/// The groups of a span of dates; where they are too many for one answer, those of its halves.
fn groups(
    reading: &mut dyn Reader,
    asked: &Asked<'_>,
    span: (Option<Date>, Date),
    accounts: Option<&[Id]>,
    found: &mut Vec<AggregateRow>,
) -> Result<()> {
    let plain = |field: &str| GroupBy { field: field.to_owned(), bucket: None };
    let mut group_by = vec![GroupBy { field: asked.date().to_owned(), bucket: Some(Bucket::Month) }];
    group_by.extend(asked.columns().into_iter().map(plain));
    let sum = |field: &str| Measure { function: MeasureFunction::Sum, field: Some(field.to_owned()) };
    let count = Measure { function: MeasureFunction::Count, field: None };
    let measure = match (asked.query.source, asked.query.figure) {
        (SalesSource::Opportunities, SalesFigure::Value) => {
            group_by.push(plain("currency"));
            sum("amount")
        }
        (SalesSource::Opportunities, SalesFigure::Quantity) => {
            group_by.push(plain(PRODUCT));
            sum("quantity")
        }
        (SalesSource::Opportunities, SalesFigure::Count) => count,
        (SalesSource::Orders, _) => {
            group_by.extend([plain("currency"), plain("id")]);
            count
        }
    };
    let filter = Some(asked.filter(span, accounts));
    let query = AggregateQuery { measures: vec![measure], group_by, filter, search: None };
    match reading.aggregate(asked.entity(), &query) {
        Ok(rows) => {
            found.extend(rows);
            Ok(())
        }
        Err(error) if error.code() == ErrorCode::TooMany && error.field() == Some("group_by") => {
            let first = match span.0 {
                Some(first) => first,
                None => first_sale(reading, asked, &query)?.unwrap_or(span.1),
            };
            if first >= span.1 {
                return Err(error);
            }
            let middle = first.add_days(span.1.days_since(first) / 2)?;
            groups(reading, asked, (Some(first), middle), accounts, found)?;
            groups(reading, asked, (Some(middle.add_days(1)?), span.1), accounts, found)
        }
        Err(error) => Err(error),
    }
}

/// The first date of a sale.
fn first_sale(reading: &mut dyn Reader, asked: &Asked<'_>, query: &AggregateQuery) -> Result<Option<Date>> {
    let measures = vec![Measure { function: MeasureFunction::Minimum, field: Some(asked.date().to_owned()) }];
    let query = AggregateQuery { measures, filter: query.filter.clone(), ..AggregateQuery::default() };
    let found = reading.aggregate(asked.entity(), &query)?;
    Ok(found.first().and_then(|row| row.values.first()).and_then(|value| match value {
        FieldValue::Date(date) => Some(*date),
        _ => None,
    }))
}

/// What was sold in a month, by the fields of the record and not yet by those of what they refer to.
struct Rough {
    month: Month,
    fields: BTreeMap<String, FieldValue>,
    part: FieldValue,
    figure: Decimal,
}

/// The month, the fields and what stands behind them in the keys of a group.
fn taken(asked: &Asked<'_>, keys: Vec<FieldValue>) -> Result<(Month, BTreeMap<String, FieldValue>, Vec<FieldValue>)> {
    let mut keys = keys.into_iter();
    let month = match keys.next() {
        Some(FieldValue::Text(text)) => Month::of_text(&text)?,
        _ => return Err(Error::corrupt(ErrorCode::Store, "a sale without a month")),
    };
    let fields = asked.columns().into_iter().map(str::to_owned).zip(keys.by_ref()).collect();
    Ok((month, fields, keys.collect()))
}

fn won(asked: &Asked<'_>, found: Vec<AggregateRow>) -> Result<Vec<Rough>> {
    let mut rough = Vec::new();
    for row in found {
        let figure = match row.values.into_iter().next() {
            Some(FieldValue::Decimal(sum)) => sum,
            Some(FieldValue::Integer(count)) => Decimal::from(count),
            // Nothing but records without a figure.
            _ => continue,
        };
        let (month, fields, mut rest) = taken(asked, row.keys)?;
        rough.push(Rough { month, fields, part: rest.pop().unwrap_or_default(), figure });
    }
    Ok(rough)
}

fn ordered(reading: &mut dyn Reader, asked: &Asked<'_>, found: Vec<AggregateRow>) -> Result<Vec<Rough>> {
    if !reading.can_ask(SalesOrder::NAME, "lines") {
        return Err(unknown_field("lines").into_invalid());
    }
    let mut heads = HashMap::new();
    for row in found {
        let (month, fields, mut rest) = taken(asked, row.keys)?;
        if let Some(FieldValue::Reference(id)) = rest.pop() {
            heads.insert(id, (month, fields, rest.pop().unwrap_or_default()));
        }
    }
    let mut ids: Vec<Id> = heads.keys().copied().collect();
    ids.sort_unstable();
    let mut rough = Vec::new();
    for chunk in ids.chunks(CHUNK) {
        let query = Query { filter: Some(among("id", chunk)), ..Query::default() };
        for row in reading.all(SalesOrder::NAME, &query)? {
            let order = SalesOrder::from_stored(row)?;
            let Some((month, fields, currency)) = heads.get(&order.id) else { continue };
            for (line, figure) in figures(asked.query.figure, &order)? {
                let mut fields = fields.clone();
                fields.insert(PRODUCT.to_owned(), line.product.into());
                let part = match asked.query.figure {
                    SalesFigure::Value => currency.clone(),
                    SalesFigure::Quantity => line.unit.clone().into(),
                    SalesFigure::Count => FieldValue::Null,
                };
                rough.push(Rough { month: *month, fields, part, figure });
            }
        }
    }
    Ok(rough)
}

/// The figures of the lines of an order. Where amounts include the tax, the total without tax is shared out by what each
/// line has without its own: so the figures sum to the total exactly.
fn figures(figure: SalesFigure, order: &SalesOrder) -> Result<Vec<(&OrderLine, Decimal)>> {
    let net = |line: &OrderLine| line.net_amount.unwrap_or_default();
    let lines = order.lines.iter();
    match figure {
        SalesFigure::Count => Ok(lines.map(|line| (line, Decimal::ONE)).collect()),
        SalesFigure::Quantity => Ok(lines.map(|line| (line, line.quantity)).collect()),
        SalesFigure::Value => {
            let (Some(total), true) = (order.total, order.prices_include_tax && !order.lines.is_empty()) else {
                return Ok(lines.map(|line| (line, net(line))).collect());
            };
            let hundred = Decimal::from(100);
            let weight = |line: &OrderLine| {
                let whole = hundred.checked_add(line.tax_percent.unwrap_or_default())?;
                net(line).checked_mul(hundred)?.checked_div(whole, WEIGHT_SCALE, Rounding::HalfUp)
            };
            let weights = order.lines.iter().map(weight).collect::<Result<Vec<_>>>()?;
            let parts = allocate(total, &weights, AllocationMethod::LargestRemainder, total.scale())?;
            Ok(order.lines.iter().zip(parts).collect())
        }
    }
}

/// Puts the fields of what is referred to in the place of the references. What the reader does not see there is null.
fn followed(reading: &mut dyn Reader, asked: &Asked<'_>, rough: Vec<Rough>) -> Result<Vec<Cell>> {
    let values = |field: &str| rough.iter().filter_map(|row| row.fields.get(field)).cloned().collect::<Vec<_>>();
    let mut known = Vec::new();
    for key in &asked.keys {
        known.push(match &key.far {
            Some((entity, far)) => Some(far_values(reading, entity, far, values(&key.field))?),
            None => None,
        });
    }
    let by_unit = (asked.query.source, asked.query.figure) == (SalesSource::Opportunities, SalesFigure::Quantity);
    let units = if by_unit {
        let products = rough.iter().map(|row| row.part.clone()).collect();
        Some(far_values(reading, Product::NAME, "unit", products)?)
    } else {
        None
    };
    let follow = |known: &Option<HashMap<Id, FieldValue>>, value: FieldValue| match (known, &value) {
        (Some(known), FieldValue::Reference(id)) => known.get(id).cloned().unwrap_or_default(),
        (Some(_), _) => FieldValue::Null,
        (None, _) => value,
    };
    let cell = |row: Rough| {
        let field = |key: &Key| row.fields.get(&key.field).cloned().unwrap_or_default();
        let keys = asked.keys.iter().zip(&known).map(|(key, known)| follow(known, field(key))).collect();
        Cell { month: row.month, keys, part: follow(&units, row.part), figure: row.figure }
    };
    Ok(rough.into_iter().map(cell).collect())
}

/// A field of the records to which values refer, as far as the reader sees them.
fn far_values(
    reading: &mut dyn Reader,
    entity: &str,
    field: &str,
    values: Vec<FieldValue>,
) -> Result<HashMap<Id, FieldValue>> {
    let ids =
        values.into_iter().filter_map(|value| if let FieldValue::Reference(id) = value { Some(id) } else { None });
    let mut ids: Vec<Id> = ids.collect::<HashSet<_>>().into_iter().collect();
    ids.sort_unstable();
    // A field is refused also where nothing was sold.
    if ids.is_empty() {
        ids.push(Id::default());
    }
    let mut known = HashMap::new();
    for chunk in ids.chunks(CHUNK) {
        let plain = |field: &str| GroupBy { field: field.to_owned(), bucket: None };
        let query = AggregateQuery {
            measures: vec![Measure { function: MeasureFunction::Count, field: None }],
            group_by: vec![plain("id"), plain(field)],
            filter: Some(among("id", chunk)),
            search: None,
        };
        for row in reading.aggregate(entity, &query)? {
            let mut keys = row.keys.into_iter();
            if let (Some(FieldValue::Reference(id)), Some(value)) = (keys.next(), keys.next()) {
                known.insert(id, value);
            }
        }
    }
    Ok(known)
}
