//! The figures of the report: every one is an answer of the engine.

use std::collections::{BTreeMap, HashMap};

use crm_core::access::{OrgUnit, User};
use crm_core::customer::{Account, AccountLink, HierarchyKind};
use crm_core::engine::Session;
use crm_core::query::{
    AggregateQuery, AggregateRow, Bucket, Comparison, Filter, GroupBy, Measure, MeasureFunction, Query,
};
use crm_core::sales::{FunnelOptions, FunnelRow, WinRateOptions};
use crm_core::value::{Currency, Date, Decimal, FieldValue, Id, Rounding};

use crate::failure::Result;
use crate::progress::thousands;
use crate::report::{
    Customer, Figure, FunnelStage, Headline, Money, MonthlyWon, Owner, Ranking, Sales, StageCategory, compact,
};

/// How much of the lists is shown in the most frequent currency.
const MAIN: Limits = Limits { customers: 10, people: 15 };
/// How much of them is shown in every other currency.
const OTHER: Limits = Limits { customers: 5, people: 5 };
/// Companies of a group that are shown.
const MAX_COMPANIES: usize = 60;

struct Limits {
    customers: usize,
    people: usize,
}

/// What the engine answered. Nothing is converted: every list has the figures of each currency.
#[derive(Debug)]
pub struct Figures {
    /// The most frequent currency; its figures come first.
    pub currency: Currency,
    /// How many currencies there are.
    pub currencies: usize,
    /// First opening.
    pub first: Option<Date>,
    /// The figures at the top.
    pub headlines: Vec<Headline>,
    /// The funnel.
    pub funnel: Vec<FunnelStage>,
    /// Won value by month.
    pub monthly: Vec<MonthlyWon>,
    /// The customers with the most won value.
    pub customers: Vec<Ranking<Customer>>,
    /// The people with the most won value.
    pub owners: Vec<Ranking<Owner>>,
    /// The one at the top of the first of these lists.
    pub best_owner: Option<Id>,
}

/// Asks on behalf of a session about one currency.
struct Asking<'a> {
    session: &'a Session,
    currency: Currency,
    date: Date,
}

/// Collects the figures; hierarchies are looked at on `date`.
///
/// # Errors
/// What the engine gives.
pub fn collect(session: &Session, base: Currency, date: Date) -> Result<Figures> {
    let currencies = currencies(session)?;
    let stages = session.sales().funnel(&FunnelOptions::default())?;
    let mut figures = Figures {
        currency: currencies.first().copied().unwrap_or(base),
        currencies: currencies.len(),
        first: first_opening(session)?,
        headlines: Vec::new(),
        funnel: Vec::new(),
        monthly: Vec::new(),
        customers: Vec::new(),
        owners: Vec::new(),
        best_owner: None,
    };
    for currency in currencies {
        let asking = Asking { session, currency, date };
        let limits = if currency == figures.currency { MAIN } else { OTHER };
        figures.funnel.extend(asking.funnel(&stages)?);
        figures.monthly.extend(asking.monthly()?);
        figures.customers.push(asking.customers(limits.customers)?);
        let (owners, best) = asking.owners(limits.people)?;
        figures.owners.push(owners);
        figures.best_owner = figures.best_owner.or(best);
    }
    figures.headlines = headlines(session, &figures.funnel, date)?;
    Ok(figures)
}

/// The currencies of the opportunities, the most frequent one first.
fn currencies(session: &Session) -> Result<Vec<Currency>> {
    let asked = AggregateQuery {
        measures: vec![measure(MeasureFunction::Count, None)],
        group_by: vec![group("currency", None)],
        ..AggregateQuery::default()
    };
    let rows = session.aggregate("opportunity", &asked)?;
    let mut counts: Vec<(u64, String)> =
        rows.iter().map(|row| (count(row.values.first()), text(row.keys.first()))).collect();
    counts.sort_by(|(a, a_code), (b, b_code)| (b, a_code).cmp(&(a, b_code)));
    counts.iter().map(|(_, code)| Ok(code.parse()?)).collect()
}

fn first_opening(session: &Session) -> Result<Option<Date>> {
    let measures = vec![measure(MeasureFunction::Minimum, Some("opened_on"))];
    let rows = session.aggregate("opportunity", &AggregateQuery { measures, ..AggregateQuery::default() })?;
    Ok(match rows.first().and_then(|row| row.values.first()) {
        Some(FieldValue::Date(date)) => Some(*date),
        _ => None,
    })
}

fn headlines(session: &Session, funnel: &[FunnelStage], date: Date) -> Result<Vec<Headline>> {
    let mut headlines =
        vec![value_headline("Won", StageCategory::Won, funnel)?, value_headline("Open", StageCategory::Open, funnel)?];
    let rate = session.sales().win_rate(&WinRateOptions::default())?;
    if let Some(share) = rate.rate {
        let permille = share.checked_mul(1000.into())?.round(0, Rounding::HalfUp).to_scaled(0).unwrap_or_default();
        headlines.push(Headline {
            label: "Win rate".to_owned(),
            value: Figure::Permille(u32::try_from(permille).unwrap_or(0)),
            note: Some(format!("by number: {} won, {} lost", shown(rate.won), shown(rate.lost))),
        });
    }
    let all = AggregateQuery { measures: vec![measure(MeasureFunction::Count, None)], ..AggregateQuery::default() };
    let accounts = session.aggregate("account", &all)?;
    let note = match parents(session, date)?.len() {
        0 => "none belongs to a group".to_owned(),
        1 => "1 subsidiary".to_owned(),
        number => format!("{number} subsidiaries"),
    };
    headlines.push(Headline {
        label: "Accounts".to_owned(),
        value: Figure::Count(accounts.first().map_or(0, |row| count(row.values.first()))),
        note: Some(note),
    });
    Ok(headlines)
}

/// The value in the first currency, the other ones in the note; the number where there is no value.
fn value_headline(label: &str, category: StageCategory, funnel: &[FunnelStage]) -> Result<Headline> {
    let mut sums: Vec<(u64, Money)> = Vec::new();
    for stage in funnel.iter().filter(|stage| stage.category == category) {
        match sums.iter_mut().find(|(_, sum)| sum.currency == stage.amount.currency) {
            Some((number, sum)) => {
                *number += stage.count;
                sum.amount = sum.amount.checked_add(stage.amount.amount)?;
            }
            None => sums.push((stage.count, stage.amount.clone())),
        }
    }
    let all: u64 = sums.iter().map(|(number, _)| number).sum();
    let mut valued = sums.into_iter().filter(|(_, sum)| !sum.amount.is_zero());
    let noun = |number: u64| if number == 1 { "opportunity" } else { "opportunities" };
    let (value, mut note) = match valued.next() {
        Some((number, sum)) => (Figure::Money(sum), format!("{} {}", thousands(number), noun(number))),
        None if all > 0 => (Figure::Count(all), format!("{}, no amounts in the data", noun(all))),
        None => (Figure::Count(0), noun(0).to_owned()),
    };
    for (at, (_, sum)) in valued.enumerate() {
        note.push_str(if at == 0 { "; also " } else { ", " });
        note.push_str(&format!("{}\u{a0}{}", sum.currency, compact(sum.amount)));
    }
    Ok(Headline { label: label.to_owned(), value, note: Some(note) })
}

/// The account above each that has one.
fn parents(session: &Session, date: Date) -> Result<HashMap<Id, Id>> {
    let links = session.list_all::<AccountLink>(&Query::default())?;
    let holds = |link: &AccountLink| {
        link.hierarchy == HierarchyKind::Legal
            && link.valid_from.is_none_or(|from| from <= date)
            && link.valid_until.is_none_or(|until| date < until)
    };
    Ok(links.into_iter().filter(holds).map(|link| (link.child, link.parent)).collect())
}

impl Asking<'_> {
    fn money(&self, amount: Decimal) -> Money {
        Money { amount, currency: self.currency.to_string() }
    }

    /// Number and value of opportunities in the currency, by group.
    fn sums(&self, group_by: Vec<GroupBy>, filters: Vec<Filter>) -> Result<Vec<AggregateRow>> {
        let filters = filters.into_iter().chain([equal("currency", self.currency.to_string())]).collect();
        let asked = AggregateQuery {
            measures: vec![measure(MeasureFunction::Count, None), measure(MeasureFunction::Sum, Some("amount"))],
            group_by,
            filter: Some(Filter::All { filters }),
            search: None,
        };
        Ok(self.session.aggregate("opportunity", &asked)?)
    }

    fn funnel(&self, stages: &[FunnelRow]) -> Result<Vec<FunnelStage>> {
        // The engine's funnel counts a stage over all currencies.
        let rows = self.sums(vec![group("stage", None)], Vec::new())?;
        let counts: HashMap<String, u64> =
            rows.iter().map(|row| (text(row.keys.first()), count(row.values.first()))).collect();
        let stage = |row: &FunnelRow| {
            let total = row.totals.iter().find(|total| total.currency == self.currency);
            FunnelStage {
                name: row.name.clone(),
                category: category(row.category),
                count: counts.get(&row.stage).copied().unwrap_or(0),
                amount: self.money(total.map_or(Decimal::ZERO, |total| total.amount)),
                weighted: self.money(total.map_or(Decimal::ZERO, |total| total.weighted)),
            }
        };
        Ok(stages.iter().map(stage).collect())
    }

    fn monthly(&self) -> Result<Vec<MonthlyWon>> {
        let rows = self.sums(vec![group("closed_on", Some(Bucket::Month))], vec![equal("stage_category", "won")])?;
        let mut months: Vec<MonthlyWon> = Vec::new();
        for row in &rows {
            let key = text(row.keys.first());
            let Some((year, month)) = key.split_once('-') else { continue };
            let (Ok(year), Ok(month)) = (year.parse(), month.parse()) else { continue };
            while let Some((year, month)) = months.last().map(following).filter(|next| *next < (year, month)) {
                months.push(MonthlyWon { year, month, count: 0, amount: self.money(Decimal::ZERO) });
            }
            let amount = self.money(decimal(row.values.get(1)));
            months.push(MonthlyWon { year, month, count: count(row.values.first()), amount });
        }
        Ok(months)
    }

    fn customers(&self, limit: usize) -> Result<Ranking<Customer>> {
        let parents = parents(self.session, self.date)?;
        let own =
            self.sales_of(&self.sums(vec![group("account", None), group("stage_category", None)], Vec::new())?)?;
        let mut won: BTreeMap<Id, Decimal> = BTreeMap::new();
        for (account, sales) in &own {
            let sum = won.entry(head_of(*account, &parents)).or_default();
            *sum = sum.checked_add(sales.won.amount)?;
        }
        let mut heads: Vec<(Decimal, Id)> = won
            .into_iter()
            .map(|(head, amount)| (amount, head))
            .filter(|(amount, _)| *amount > Decimal::ZERO)
            .collect();
        heads.sort_by_key(|head| std::cmp::Reverse(*head));
        let total = u64::try_from(heads.len()).unwrap_or(0);
        let best = heads.into_iter().take(limit).map(|(_, head)| self.customer(head, &own)).collect::<Result<_>>()?;
        Ok(Ranking { currency: self.currency.to_string(), best, total })
    }

    /// A customer with its tree; the sums of the tree are those of the engine's roll-up.
    fn customer(&self, head: Id, own: &HashMap<Id, Sales>) -> Result<Customer> {
        let customers = self.session.customers();
        let nodes = customers.subtree(head, HierarchyKind::Legal, self.date)?;
        let asked = AggregateQuery {
            measures: vec![measure(MeasureFunction::Count, None), measure(MeasureFunction::Sum, Some("amount"))],
            group_by: vec![group("stage_category", None)],
            filter: Some(equal("currency", self.currency.to_string())),
            search: None,
        };
        let sums = customers.rollup(head, HierarchyKind::Legal, self.date, "opportunity", &asked)?;
        let mut whole = self.nothing();
        for row in &sums {
            add(&mut whole, &text(row.keys.first()), &row.values)?;
        }
        let mut tree: HashMap<Id, Vec<Id>> = HashMap::new();
        for node in nodes.iter().take(MAX_COMPANIES) {
            if let Some(parent) = node.parent {
                tree.entry(parent).or_default().push(node.account);
            }
        }
        let customer = self.company(head, own, &tree)?;
        let alone = (!customer.children.is_empty()).then(|| customer.sales.clone());
        let companies = u64::try_from(nodes.len()).unwrap_or(1);
        Ok(Customer { sales: whole, own: alone, companies, ..customer })
    }

    fn company(&self, id: Id, own: &HashMap<Id, Sales>, tree: &HashMap<Id, Vec<Id>>) -> Result<Customer> {
        let account: Account = self.session.customers().account(id)?;
        let below = tree.get(&id).map(Vec::as_slice).unwrap_or_default();
        let children = below.iter().map(|child| self.company(*child, own, tree)).collect::<Result<Vec<_>>>()?;
        Ok(Customer {
            name: account.name,
            code: account.code.unwrap_or_default(),
            grade: account.grade.unwrap_or_default(),
            sales: own.get(&id).cloned().unwrap_or_else(|| self.nothing()),
            own: None,
            companies: 1,
            children,
        })
    }

    fn owners(&self, limit: usize) -> Result<(Ranking<Owner>, Option<Id>)> {
        let rows = self.sums(vec![group("owner", None), group("stage_category", None)], Vec::new())?;
        let users: HashMap<Id, User> =
            self.session.list_all::<User>(&Query::default())?.into_iter().map(|user| (user.id, user)).collect();
        let units: HashMap<Id, String> =
            self.session.list_all::<OrgUnit>(&Query::default())?.into_iter().map(|unit| (unit.id, unit.name)).collect();
        let number = |id: Id, category: &str| {
            let of = |row: &&AggregateRow| reference(row) == Some(id) && text(row.keys.get(1)) == category;
            rows.iter().find(of).map_or(0, |row| count(row.values.first()))
        };
        let owner = |(id, sales): (Id, Sales)| {
            let user = users.get(&id);
            let owner = Owner {
                name: user.map_or_else(String::new, |user| user.name.clone()),
                team: user.and_then(|user| units.get(&user.unit?).cloned()).unwrap_or_default(),
                won_count: number(id, "won"),
                lost_count: number(id, "lost"),
                sales,
            };
            (id, owner)
        };
        let mut owners: Vec<(Id, Owner)> = self.sales_of(&rows)?.into_iter().map(owner).collect();
        owners.sort_by(|(_, a), (_, b)| (b.sales.won.amount, &a.name).cmp(&(a.sales.won.amount, &b.name)));
        let best = owners.first().map(|(id, _)| *id);
        let total = u64::try_from(owners.len()).unwrap_or(0);
        let shown = owners.into_iter().take(limit).map(|(_, owner)| owner).collect();
        Ok((Ranking { currency: self.currency.to_string(), best: shown, total }, best))
    }

    /// The sums by account or person, of rows that are grouped by it and by the category of the stage.
    fn sales_of(&self, rows: &[AggregateRow]) -> Result<HashMap<Id, Sales>> {
        let mut sales: HashMap<Id, Sales> = HashMap::new();
        for row in rows {
            if let Some(id) = reference(row) {
                let sales = sales.entry(id).or_insert_with(|| self.nothing());
                add(sales, &text(row.keys.get(1)), &row.values)?;
            }
        }
        Ok(sales)
    }

    fn nothing(&self) -> Sales {
        Sales { won: self.money(Decimal::ZERO), open: self.money(Decimal::ZERO), open_count: 0 }
    }
}

/// Adds number and value of a category of stages; one that rests counts as open.
fn add(sales: &mut Sales, category: &str, values: &[FieldValue]) -> Result<()> {
    let amount = decimal(values.get(1));
    match category {
        "won" => sales.won.amount = sales.won.amount.checked_add(amount)?,
        "open" | "hold" => {
            sales.open.amount = sales.open.amount.checked_add(amount)?;
            sales.open_count += count(values.first());
        }
        _ => {}
    }
    Ok(())
}

/// The record that a row is grouped by.
fn reference(row: &AggregateRow) -> Option<Id> {
    match row.keys.first() {
        Some(FieldValue::Reference(id)) => Some(*id),
        _ => None,
    }
}

/// The account at the top of the tree.
fn head_of(account: Id, parents: &HashMap<Id, Id>) -> Id {
    let mut head = account;
    for _ in 0..=parents.len() {
        match parents.get(&head) {
            Some(parent) => head = *parent,
            None => break,
        }
    }
    head
}

fn following(month: &MonthlyWon) -> (i32, u32) {
    if month.month >= 12 { (month.year + 1, 1) } else { (month.year, month.month + 1) }
}

const fn category(category: crm_core::sales::StageCategory) -> StageCategory {
    match category {
        crm_core::sales::StageCategory::Won => StageCategory::Won,
        crm_core::sales::StageCategory::Lost => StageCategory::Lost,
        _ => StageCategory::Open,
    }
}

fn measure(function: MeasureFunction, field: Option<&str>) -> Measure {
    Measure { function, field: field.map(str::to_owned) }
}

fn group(field: &str, bucket: Option<Bucket>) -> GroupBy {
    GroupBy { field: field.to_owned(), bucket }
}

fn equal(field: &str, value: impl Into<FieldValue>) -> Filter {
    Filter::Compare { field: field.to_owned(), comparison: Comparison::Equal, value: value.into() }
}

fn text(value: Option<&FieldValue>) -> String {
    match value {
        Some(FieldValue::Text(text)) => text.clone(),
        _ => String::new(),
    }
}

fn count(value: Option<&FieldValue>) -> u64 {
    match value {
        Some(FieldValue::Integer(number)) => u64::try_from(*number).unwrap_or(0),
        _ => 0,
    }
}

fn decimal(value: Option<&FieldValue>) -> Decimal {
    match value {
        Some(FieldValue::Decimal(amount)) => *amount,
        _ => Decimal::ZERO,
    }
}

fn shown(number: i64) -> String {
    thousands(u64::try_from(number).unwrap_or(0))
}
