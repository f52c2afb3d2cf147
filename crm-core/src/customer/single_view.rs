//! The single view of a customer: one call, what the reader may see, and behind every total its records.

use std::collections::{BTreeMap, HashSet};

use super::tree::Tree;
use super::{
    Account, AccountLink, Activity, ActivityLink, Attachment, Contact, HierarchyKind, HierarchyNode, SubjectEntity,
    activities, among,
};
use crate::query::{MAX_IN_VALUES, MAX_PAGE, Query, Sort};
use crate::room::Reader;
use crate::schema::{Entity, EntityType, FieldRef, Row};
use crate::value::{Currency, Date, Decimal, ErrorCode, FieldValue, Id, Problem, Result};

/// The states in which a quote is no longer open; every other state is.
const CLOSED_QUOTES: &[&str] = &["accepted", "rejected", "expired", "superseded"];

/// The names by which the room knows an entity of sales; one that is not registered has no records.
pub(super) struct Shape {
    pub(super) entity: &'static str,
    pub(super) account: &'static str,
    pub(super) name: &'static str,
    pub(super) status: &'static str,
    pub(super) amount: &'static str,
}

const LEADS: Shape = Shape { entity: "lead", account: "converted_account", name: "name", status: "status", amount: "" };
const OPPORTUNITIES: Shape =
    Shape { entity: "opportunity", account: "account", name: "name", status: "stage_category", amount: "amount" };
const QUOTES: Shape = Shape { entity: "quote", account: "account", name: "name", status: "status", amount: "total" };

value_struct! {
    /// What a single view shall show.
    #[derive(Default)]
    pub struct SingleViewOptions {
        optional {
            /// The hierarchy for what stands above and below; the legal one if nothing is said.
            pub hierarchy: Option<HierarchyKind>,
            /// Whether everything below the account is part of the view.
            pub include_subtree: bool,
            /// The date on which the hierarchy is looked at; today if nothing is said. Records are shown as they are now.
            pub as_of: Option<Date>,
            /// The most records of each section, 1 to 500; 50 if nothing is said. Totals are over all records.
            pub limit: Option<i64>,
        }
    }
}

value_struct! {
    /// A sum with the records that make it.
    pub struct Total {
        required {
            /// What is summed: `open_pipeline` (opportunities on hold too), `won`, `open_quotes` (those that can still be
            /// accepted: still valid, their opportunity not lost).
            pub name: String,
            /// The sum.
            pub amount: Decimal,
            /// How many records have an amount.
            pub count: i64,
            /// These records; the sum of their amounts is the total.
            pub ids: Vec<Id>,
        }
        optional {
            /// The currency; nothing for records without one.
            pub currency: Option<Currency>,
        }
    }
}

value_struct! {
    /// A lead, an opportunity or a quote in short.
    pub struct ViewRecord {
        required {
            /// The entity.
            pub entity: String,
            /// The record.
            pub id: Id,
        }
        optional {
            /// The account to which it belongs.
            pub account: Option<Id>,
            /// Its name or number.
            pub name: Option<String>,
            /// Its state; of an opportunity the category of its stage.
            pub status: Option<String>,
            /// Its amount.
            pub amount: Option<Decimal>,
            /// The currency of the amount.
            pub currency: Option<Currency>,
        }
    }
}

value_struct! {
    /// Everything about a customer that the reader may see (统一客户视图). Sections begin with the record that was changed
    /// last, activities with the newest; a section to which the reader has no right is empty.
    pub struct SingleView {
        required {
            /// The account.
            pub account: Account,
            /// The date on which the hierarchy was looked at.
            pub as_of: Date,
        }
        optional {
            /// The accounts above, the nearest first.
            pub ancestors: Vec<HierarchyNode>,
            /// The accounts of the view: the account itself, and what stands below it if the subtree was asked for.
            pub nodes: Vec<HierarchyNode>,
            /// The contacts.
            pub contacts: Vec<Contact>,
            /// The newest activities.
            pub activities: Vec<Activity>,
            /// The leads.
            pub leads: Vec<ViewRecord>,
            /// The opportunities.
            pub opportunities: Vec<ViewRecord>,
            /// The quotes.
            pub quotes: Vec<ViewRecord>,
            /// The attachments, also those of the contacts, leads, opportunities and quotes.
            pub attachments: Vec<Attachment>,
            /// The totals, each over all visible records of the nodes.
            pub totals: Vec<Total>,
            /// The sections that have more records than are shown.
            pub cut_sections: Vec<String>,
        }
    }
}

/// Collects the single view of an account.
pub(crate) fn single_view(
    reading: &mut dyn Reader,
    today: Date,
    account: Id,
    options: &SingleViewOptions,
) -> Result<SingleView> {
    let limit = section_limit(options.limit)?;
    let as_of = options.as_of.unwrap_or(today);
    let account = Account::from_row(reading.get(Account::NAME, account)?)?;
    let (ancestors, nodes) = around(reading, &account, options, as_of)?;
    let ids: Vec<Id> = nodes.iter().map(|node| node.account).collect();
    let mut view = SingleView {
        account,
        as_of,
        ancestors,
        nodes,
        contacts: Vec::new(),
        activities: Vec::new(),
        leads: Vec::new(),
        opportunities: Vec::new(),
        quotes: Vec::new(),
        attachments: Vec::new(),
        totals: Vec::new(),
        cut_sections: Vec::new(),
    };
    view.contacts = section(reading, &[("account", ids.clone())], limit, "contacts", &mut view.cut_sections)?;
    if reading.may_read(ActivityLink::NAME) {
        view.activities = activities::newest(reading, SubjectEntity::Account, &ids, limit + 1)?;
        if view.activities.len() > limit {
            view.activities.truncate(limit);
            view.cut_sections.push("activities".to_owned());
        }
    }
    let mut subjects = add_sales(reading, &ids, today, limit, &mut view)?;
    subjects.push(("contact", contacts(reading, &ids)?));
    subjects.push(("account", ids));
    view.attachments = section(reading, &subjects, limit, "attachments", &mut view.cut_sections)?;
    Ok(view)
}

/// Every visible contact of the accounts.
fn contacts(reading: &mut dyn Reader, accounts: &[Id]) -> Result<Vec<Id>> {
    let mut found = Vec::new();
    if reading.may_read(Contact::NAME) && reading.can_read(Contact::NAME, "account") {
        for chunk in accounts.chunks(MAX_IN_VALUES) {
            let asked = Query { filter: Some(among("account", chunk)), ..Query::default() };
            found.extend(reading.all(Contact::NAME, &asked)?.into_iter().map(|row| row.id));
        }
    }
    Ok(found)
}

pub(crate) fn section_limit(limit: Option<i64>) -> Result<usize> {
    let limit = limit.unwrap_or(50);
    usize::try_from(limit).ok().filter(|limit| (1..=MAX_PAGE).contains(limit)).ok_or_else(|| {
        let problem = Problem::of_field(ErrorCode::OutOfRange, "limit", "a section has 1 to 500 records");
        problem.with("max", MAX_PAGE).into_invalid()
    })
}

/// What stands above the account, and the accounts of the view.
fn around(
    reading: &mut dyn Reader,
    account: &Account,
    options: &SingleViewOptions,
    date: Date,
) -> Result<(Vec<HierarchyNode>, Vec<HierarchyNode>)> {
    let alone = HierarchyNode {
        account: account.id,
        name: account.name.clone(),
        depth: 0,
        code: account.code.clone(),
        parent: None,
    };
    if !reading.may_read(AccountLink::NAME) {
        return Ok((Vec::new(), vec![alone]));
    }
    let mut tree = Tree { reading, hierarchy: options.hierarchy.unwrap_or_default(), date };
    let ancestors = tree.ancestors(account.id)?;
    let nodes = if options.include_subtree { tree.subtree(account.id)? } else { vec![alone] };
    Ok((ancestors, nodes))
}

/// The records of an entity that were changed last, among those whose fields point to these records.
fn section<E: Entity>(
    reading: &mut dyn Reader,
    subjects: &[(&str, Vec<Id>)],
    limit: usize,
    name: &str,
    cut: &mut Vec<String>,
) -> Result<Vec<E>> {
    let mut rows = Vec::new();
    let mut more = false;
    for (field, ids) in subjects {
        if !reading.may_read(E::NAME) || !reading.can_read(E::NAME, field) {
            continue;
        }
        for chunk in ids.chunks(MAX_IN_VALUES) {
            let asked = Query {
                filter: Some(among(field, chunk)),
                sort: vec![Sort { field: "updated_at".to_owned(), descending: true }],
                limit: i64::try_from(limit).ok(),
                ..Query::default()
            };
            let (found, next) = reading.page(E::NAME, &asked)?;
            more = more || next.is_some();
            rows.extend(found);
        }
    }
    if rows.len() > limit || more {
        cut.push(name.to_owned());
    }
    last_changed(&mut rows, limit);
    rows.into_iter().map(E::from_row).collect()
}

fn last_changed(rows: &mut Vec<Row>, limit: usize) {
    rows.sort_by_key(|row| std::cmp::Reverse((row.updated_at, row.id)));
    rows.truncate(limit);
}

/// Adds leads, opportunities, quotes and their totals; gives the records, for what is attached to them.
fn add_sales(
    reading: &mut dyn Reader,
    accounts: &[Id],
    today: Date,
    limit: usize,
    view: &mut SingleView,
) -> Result<Vec<(&'static str, Vec<Id>)>> {
    let mut subjects = Vec::new();
    let mut shown = |records: Vec<ViewRecord>, entity: &'static str, name: &str| {
        subjects.push((entity, records.iter().map(|record| record.id).collect()));
        if records.len() > limit {
            view.cut_sections.push(name.to_owned());
        }
        records.into_iter().take(limit).collect()
    };
    let leads = Sales::read(reading, &LEADS, accounts)?;
    view.leads = shown(leads.records, LEADS.entity, "leads");
    let opportunities = Sales::read(reading, &OPPORTUNITIES, accounts)?;
    if opportunities.is_summable {
        view.totals.extend(totals("open_pipeline", opportunities.among(&["open", "hold"]))?);
        view.totals.extend(totals("won", opportunities.among(&["won"]))?);
    }
    let lost: HashSet<Id> = opportunities.among(&["lost"]).map(|record| record.id).collect();
    view.opportunities = shown(opportunities.records, OPPORTUNITIES.entity, "opportunities");
    let quotes = Sales::read(reading, &QUOTES, accounts)?;
    if quotes.is_summable {
        view.totals.extend(totals("open_quotes", quotes.alive(today, &lost))?);
    }
    view.quotes = shown(quotes.records, QUOTES.entity, "quotes");
    Ok(subjects)
}

/// The sums per currency over the records that have an amount.
///
/// # Errors
/// `Overflow` if a sum cannot be kept exactly.
pub(super) fn totals<'r>(name: &str, records: impl Iterator<Item = &'r ViewRecord>) -> Result<Vec<Total>> {
    let mut by_currency: BTreeMap<Option<String>, Total> = BTreeMap::new();
    for record in records {
        let Some(amount) = record.amount else { continue };
        let total = by_currency.entry(record.currency.map(|currency| currency.to_string())).or_insert_with(|| Total {
            name: name.to_owned(),
            amount: Decimal::ZERO,
            count: 0,
            ids: Vec::new(),
            currency: record.currency,
        });
        total.amount = total.amount.checked_add(amount)?;
        total.count += 1;
        total.ids.push(record.id);
    }
    Ok(by_currency.into_values().collect())
}

/// The fields of a sales entity that the reader may see.
struct Source {
    entity: EntityType,
    account: FieldRef,
    name: Option<FieldRef>,
    status: Option<FieldRef>,
    amount: Option<FieldRef>,
    currency: Option<FieldRef>,
    opportunity: Option<FieldRef>,
    valid_until: Option<FieldRef>,
}

impl Source {
    fn of(reading: &dyn Reader, shape: &Shape) -> Option<Self> {
        let entity = reading.entity_type(shape.entity).ok().filter(|_| reading.may_read(shape.entity))?;
        let field = |name: &str| entity.field(name).filter(|_| reading.can_read(shape.entity, name));
        Some(Self {
            account: field(shape.account)?,
            name: field(shape.name),
            status: field(shape.status),
            amount: field(shape.amount),
            currency: field("currency"),
            opportunity: field("opportunity"),
            valid_until: field("valid_until"),
            entity: entity.clone(),
        })
    }

    /// Sums mean something only if amount, currency and state of each record are seen.
    const fn is_summable(&self) -> bool {
        self.amount.is_some() && self.currency.is_some() && self.status.is_some()
    }

    fn record(&self, row: &Row) -> ViewRecord {
        ViewRecord {
            entity: self.entity.name.to_owned(),
            id: row.id,
            account: reference(self.account.value(row)),
            name: text(value(self.name.as_ref(), row)),
            status: text(value(self.status.as_ref(), row)),
            amount: if let FieldValue::Decimal(amount) = value(self.amount.as_ref(), row) {
                Some(amount)
            } else {
                None
            },
            currency: text(value(self.currency.as_ref(), row)).and_then(|code| code.parse().ok()),
        }
    }
}

/// The value of a field that the reader may see.
fn value(field: Option<&FieldRef>, row: &Row) -> FieldValue {
    field.map_or(FieldValue::Null, |field| field.value(row))
}

fn text(value: FieldValue) -> Option<String> {
    if let FieldValue::Text(text) = value { Some(text) } else { None }
}

fn reference(value: FieldValue) -> Option<Id> {
    if let FieldValue::Reference(id) = value { Some(id) } else { None }
}

/// Every visible record of a sales entity at some accounts, the last changed first.
#[derive(Default)]
pub(super) struct Sales {
    pub(super) records: Vec<ViewRecord>,
    /// Whether the amounts may be summed.
    pub(super) is_summable: bool,
    /// Of each record: to which opportunity it belongs, and until when it is valid.
    terms: Vec<(Option<Id>, Option<Date>)>,
}

impl Sales {
    pub(super) fn read(reading: &mut dyn Reader, shape: &Shape, accounts: &[Id]) -> Result<Self> {
        let Some(source) = Source::of(reading, shape) else { return Ok(Self::default()) };
        let mut rows = Vec::new();
        for chunk in accounts.chunks(MAX_IN_VALUES) {
            let asked = Query { filter: Some(among(shape.account, chunk)), ..Query::default() };
            rows.extend(reading.all(shape.entity, &asked)?);
        }
        last_changed(&mut rows, usize::MAX);
        let date = |value| if let FieldValue::Date(date) = value { Some(date) } else { None };
        let terms = |row: &Row| {
            (reference(value(source.opportunity.as_ref(), row)), date(value(source.valid_until.as_ref(), row)))
        };
        Ok(Self {
            records: rows.iter().map(|row| source.record(row)).collect(),
            is_summable: source.is_summable(),
            terms: rows.iter().map(terms).collect(),
        })
    }

    /// The records in one of these states.
    fn among<'r>(&'r self, states: &'r [&str]) -> impl Iterator<Item = &'r ViewRecord> {
        self.records.iter().filter(move |record| record.status.as_deref().is_some_and(|state| states.contains(&state)))
    }

    /// The quotes that can still become orders.
    fn alive<'r>(&'r self, today: Date, lost: &'r HashSet<Id>) -> impl Iterator<Item = &'r ViewRecord> {
        let is_alive = move |(record, (opportunity, valid_until)): &(&ViewRecord, &(Option<Id>, Option<Date>))| {
            !record.status.as_deref().is_some_and(|state| CLOSED_QUOTES.contains(&state))
                && valid_until.is_none_or(|until| today <= until)
                && !opportunity.is_some_and(|opportunity| lost.contains(&opportunity))
        };
        self.records.iter().zip(&self.terms).filter(is_alive).map(|(record, _)| record)
    }
}
