//! The figures of the report: every one is an answer of the engine.

use std::collections::{BTreeMap, HashMap};

use crm_core::access::User;
use crm_core::customer::{Account, AccountLink, HierarchyKind};
use crm_core::engine::Session;
use crm_core::query::{
    AggregateQuery, AggregateRow, Bucket, Comparison, Filter, GroupBy, Measure, MeasureFunction, Query,
};
use crm_core::sales::{FunnelOptions, WinRateOptions};
use crm_core::value::{Currency, Date, Decimal, FieldValue, Id, Rounding};

use crate::failure::Result;
use crate::progress::thousands;
use crate::report::{Customer, Figure, FunnelStage, Headline, Money, MonthlyWon, Owner, StageCategory};

/// Customers in the list.
const TOP_CUSTOMERS: usize = 10;
/// People in the list.
const TOP_OWNERS: usize = 15;
/// Companies of a group that are shown.
const MAX_COMPANIES: usize = 60;

/// What the engine answered.
#[derive(Debug)]
pub struct Figures {
    /// The currency of all amounts.
    pub currency: Currency,
    /// Other currencies, with the number of opportunities that are left out.
    pub left_out: Vec<(String, u64)>,
    /// First opening.
    pub first: Option<Date>,
    /// The figures at the top.
    pub headlines: Vec<Headline>,
    /// The funnel.
    pub funnel: Vec<FunnelStage>,
    /// Won value by month.
    pub monthly: Vec<MonthlyWon>,
    /// The customers with the most won value.
    pub customers: Vec<Customer>,
    /// The people with the most won value.
    pub owners: Vec<Owner>,
    /// The one at the top of that list.
    pub best_owner: Option<Id>,
}

/// Asks on behalf of a session.
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
    let by_currency = counts_by_currency(session)?;
    let main = by_currency.iter().max_by_key(|(code, count)| (*count, std::cmp::Reverse((*code).clone())));
    let currency = main.map_or(Ok(base), |(code, _)| code.parse())?;
    let asking = Asking { session, currency, date };
    let left_out: Vec<_> = by_currency.into_iter().filter(|(code, _)| *code != currency.to_string()).collect();
    let funnel = asking.funnel()?;
    let (owners, best_owner) = asking.owners()?;
    Ok(Figures {
        currency,
        headlines: asking.headlines(&funnel, !left_out.is_empty())?,
        left_out,
        first: asking.first_opening()?,
        monthly: asking.monthly()?,
        customers: asking.customers()?,
        funnel,
        owners,
        best_owner,
    })
}

fn counts_by_currency(session: &Session) -> Result<BTreeMap<String, u64>> {
    let asked = AggregateQuery {
        measures: vec![measure(MeasureFunction::Count, None)],
        group_by: vec![group("currency", None)],
        ..AggregateQuery::default()
    };
    let rows = session.aggregate("opportunity", &asked)?;
    Ok(rows.iter().map(|row| (text(row.keys.first()), count(row.values.first()))).collect())
}

impl Asking<'_> {
    fn money(&self, amount: Decimal) -> Money {
        Money { amount, currency: self.currency.to_string() }
    }

    /// Number and value of opportunities in the main currency, by group.
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

    fn funnel(&self) -> Result<Vec<FunnelStage>> {
        let rows = self.session.sales().funnel(&FunnelOptions::default())?;
        let stage = |row: crm_core::sales::FunnelRow| {
            let main = row.totals.iter().find(|total| total.currency == self.currency);
            let others: i64 =
                row.totals.iter().filter(|total| total.currency != self.currency).map(|total| total.count).sum();
            FunnelStage {
                name: row.name,
                category: category(row.category),
                count: u64::try_from(row.count - others).unwrap_or(0),
                amount: self.money(main.map_or(Decimal::ZERO, |total| total.amount)),
                weighted: self.money(main.map_or(Decimal::ZERO, |total| total.weighted)),
            }
        };
        Ok(rows.into_iter().map(stage).collect())
    }

    fn first_opening(&self) -> Result<Option<Date>> {
        let measures = vec![measure(MeasureFunction::Minimum, Some("opened_on"))];
        let rows = self.session.aggregate("opportunity", &AggregateQuery { measures, ..AggregateQuery::default() })?;
        Ok(match rows.first().and_then(|row| row.values.first()) {
            Some(FieldValue::Date(date)) => Some(*date),
            _ => None,
        })
    }

    fn headlines(&self, funnel: &[FunnelStage], many_currencies: bool) -> Result<Vec<Headline>> {
        let mut headlines = Vec::new();
        for (label, wanted) in [("Won", StageCategory::Won), ("Open", StageCategory::Open)] {
            let stages = || funnel.iter().filter(|stage| stage.category == wanted);
            let amount = total(stages().map(|stage| stage.amount.amount))?;
            let number: u64 = stages().map(|stage| stage.count).sum();
            let value = if amount.is_zero() { Figure::Count(number) } else { Figure::Money(self.money(amount)) };
            let note = format!("{} opportunities", thousands(number));
            headlines.push(Headline { label: label.to_owned(), value, note: Some(note) });
        }
        let rate = self.session.sales().win_rate(&WinRateOptions::default())?;
        if let Some(share) = rate.rate {
            let permille = share.checked_mul(1000.into())?.round(0, Rounding::HalfUp).to_scaled(0).unwrap_or_default();
            let everywhere = if many_currencies { ", all currencies" } else { "" };
            headlines.push(Headline {
                label: "Win rate".to_owned(),
                value: Figure::Permille(u32::try_from(permille).unwrap_or(0)),
                note: Some(format!("{} won, {} lost{everywhere}", shown(rate.won), shown(rate.lost))),
            });
        }
        let all = AggregateQuery { measures: vec![measure(MeasureFunction::Count, None)], ..AggregateQuery::default() };
        let accounts = self.session.aggregate("account", &all)?;
        headlines.push(Headline {
            label: "Customers".to_owned(),
            value: Figure::Count(accounts.first().map_or(0, |row| count(row.values.first()))),
            note: Some(format!("{} in a group above them", self.parents()?.len())),
        });
        Ok(headlines)
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

    /// The account above each that has one.
    fn parents(&self) -> Result<HashMap<Id, Id>> {
        let links = self.session.list_all::<AccountLink>(&Query::default())?;
        let holds = |link: &AccountLink| {
            link.hierarchy == HierarchyKind::Legal
                && link.valid_from.is_none_or(|from| from <= self.date)
                && link.valid_until.is_none_or(|until| self.date < until)
        };
        Ok(links.into_iter().filter(holds).map(|link| (link.child, link.parent)).collect())
    }

    fn customers(&self) -> Result<Vec<Customer>> {
        let parents = self.parents()?;
        let own = Own::of(&self.sums(vec![group("account", None), group("stage_category", None)], Vec::new())?);
        let mut won: BTreeMap<Id, Decimal> = BTreeMap::new();
        for (account, amount) in &own.won {
            let head = head_of(*account, &parents);
            let sum = won.entry(head).or_default();
            *sum = sum.checked_add(*amount)?;
        }
        let mut heads: Vec<(Decimal, Id)> = won.into_iter().map(|(head, amount)| (amount, head)).collect();
        heads.sort_by_key(|head| std::cmp::Reverse(*head));
        heads.into_iter().take(TOP_CUSTOMERS).map(|(_, head)| self.customer(head, &own)).collect()
    }

    /// A customer with its tree; the sums of the tree are those of the engine's roll-up.
    fn customer(&self, head: Id, own: &Own) -> Result<Customer> {
        let customers = self.session.customers();
        let nodes = customers.subtree(head, HierarchyKind::Legal, self.date)?;
        let asked = AggregateQuery {
            measures: vec![measure(MeasureFunction::Sum, Some("amount"))],
            group_by: vec![group("stage_category", None)],
            filter: Some(equal("currency", self.currency.to_string())),
            search: None,
        };
        let sums = customers.rollup(head, HierarchyKind::Legal, self.date, "opportunity", &asked)?;
        let sum = |wanted: &str| {
            let row = sums.iter().find(|row| text(row.keys.first()) == wanted);
            self.money(row.map_or(Decimal::ZERO, |row| decimal(row.values.first())))
        };
        let mut tree: HashMap<Id, Vec<Id>> = HashMap::new();
        for node in nodes.iter().take(MAX_COMPANIES) {
            if let Some(parent) = node.parent {
                tree.entry(parent).or_default().push(node.account);
            }
        }
        let mut customer = self.company(head, own, &tree)?;
        let alone = (customer.won, customer.open);
        (customer.won, customer.open) = (sum("won"), sum("open"));
        customer.own = (!customer.children.is_empty()).then_some(alone);
        Ok(customer)
    }

    fn company(&self, id: Id, own: &Own, tree: &HashMap<Id, Vec<Id>>) -> Result<Customer> {
        let account: Account = self.session.customers().account(id)?;
        let below = tree.get(&id).map(Vec::as_slice).unwrap_or_default();
        let children = below.iter().map(|child| self.company(*child, own, tree)).collect::<Result<Vec<_>>>()?;
        let amount = |sums: &HashMap<Id, Decimal>| self.money(sums.get(&id).copied().unwrap_or_default());
        Ok(Customer {
            name: account.name,
            code: account.code.unwrap_or_default(),
            grade: account.grade.unwrap_or_default(),
            won: amount(&own.won),
            open: amount(&own.open),
            own: None,
            children,
        })
    }

    fn owners(&self) -> Result<(Vec<Owner>, Option<Id>)> {
        let rows = self.sums(vec![group("owner", None), group("stage_category", None)], Vec::new())?;
        let users: HashMap<Id, User> =
            self.session.list_all::<User>(&Query::default())?.into_iter().map(|user| (user.id, user)).collect();
        let mut owners: BTreeMap<Id, Owner> = BTreeMap::new();
        for row in &rows {
            let Some(FieldValue::Reference(id)) = row.keys.first() else { continue };
            let user = users.get(id);
            let owner = owners.entry(*id).or_insert_with(|| Owner {
                name: user.map_or_else(String::new, |user| user.name.clone()),
                team: user.and_then(|user| user.unit.clone()).unwrap_or_default(),
                won: self.money(Decimal::ZERO),
                open: self.money(Decimal::ZERO),
                ..Owner::default()
            });
            let (number, amount) = (count(row.values.first()), self.money(decimal(row.values.get(1))));
            match text(row.keys.get(1)).as_str() {
                "won" => (owner.won_count, owner.won) = (number, amount),
                "lost" => owner.lost_count = number,
                _ => owner.open = amount,
            }
        }
        let mut owners: Vec<(Id, Owner)> = owners.into_iter().collect();
        owners.sort_by(|(_, a), (_, b)| (b.won.amount, &a.name).cmp(&(a.won.amount, &b.name)));
        let best = owners.first().map(|(id, _)| *id);
        Ok((owners.into_iter().take(TOP_OWNERS).map(|(_, owner)| owner).collect(), best))
    }
}

/// Won and open value of each account by itself.
struct Own {
    won: HashMap<Id, Decimal>,
    open: HashMap<Id, Decimal>,
}

impl Own {
    fn of(rows: &[AggregateRow]) -> Self {
        let in_category = |wanted: &str| {
            let rows = rows.iter().filter(|row| text(row.keys.get(1)) == wanted);
            rows.filter_map(|row| match row.keys.first() {
                Some(FieldValue::Reference(account)) => Some((*account, decimal(row.values.get(1)))),
                _ => None,
            })
            .collect()
        };
        Self { won: in_category("won"), open: in_category("open") }
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

fn total(amounts: impl Iterator<Item = Decimal>) -> Result<Decimal> {
    let mut sum = Decimal::ZERO;
    for amount in amounts {
        sum = sum.checked_add(amount)?;
    }
    Ok(sum)
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
