//! Leads, and what sales people did: calls, visits, mails, meetings and notes.

use chrono::NaiveDate;

use super::accounts::Account;
use super::calendar::{self, DayPicker, History, days_between, plus_days};
use super::catalogue::Product;
use super::deals::{Deal, Market};
use super::names::{self, NameKind};
use super::people::{self, Contact, User};
use super::rng::Rng;
use super::table::Table;
use super::words::{self, Country};

/// Columns of `leads.csv`.
pub const LEAD_COLUMNS: &[&str] = &[
    "external_id",
    "source",
    "company",
    "contact_name",
    "phone",
    "email",
    "need",
    "received_at",
    "owner_login",
    "status",
];
/// Columns of `activities.csv`.
pub const ACTIVITY_COLUMNS: &[&str] = &[
    "external_id",
    "kind",
    "subject",
    "at",
    "account_external_id",
    "contact_external_id",
    "opportunity_external_id",
    "owner_login",
];

/// Days after which a lead has been looked at.
const FRESH_DAYS: i64 = 14;

/// `leads.csv`, in the order they came in.
pub fn leads(seed: u64, market: &Market<'_>, count: usize) -> Table {
    let mut rng = Rng::stream(seed, "leads");
    let home = DayPicker::new(market.history, Country::China);
    let mut days: Vec<NaiveDate> = (0..count).map(|_| home.pick(&mut rng)).collect();
    days.sort_unstable();
    let mut table = Table::new("leads.csv", LEAD_COLUMNS);
    for (at, day) in days.into_iter().enumerate() {
        table.push(lead(&mut rng, market, day, format!("LEAD-{:04}", at + 1)));
    }
    table
}

fn lead(rng: &mut Rng, market: &Market<'_>, day: NaiveDate, id: String) -> Vec<String> {
    let known = if rng.chance(260) { market.accounts.get(rng.index(market.accounts.len())) } else { None };
    let prospect = known.map_or_else(|| stranger(rng), Prospect::from);
    let country = prospect.country;
    let person = people::person(rng, country);
    let needs = if country == Country::China { words::CHINESE_NEEDS } else { words::ENGLISH_NEEDS };
    let product = market.products.get(rng.index(market.products.len()));
    let need = rng.pick(needs).replace("{}", &product_phrase(product, country));
    let shares: Vec<u64> = words::LEAD_SOURCES.iter().map(|(_, share)| *share).collect();
    let (source, _) = words::LEAD_SOURCES.get(rng.weighted(&shares)).copied().unwrap_or_default();
    let phone = if rng.chance(880) { people::mobile(rng, country) } else { String::new() };
    let email = if phone.is_empty() || rng.chance(640) {
        format!("{}.{}@{}", person.latin.0, person.latin.1, prospect.domain)
    } else {
        String::new()
    };
    let status = lead_status(rng, days_between(day, market.history.until));
    let owner = if status == "new" && rng.chance(600) {
        String::new()
    } else {
        lead_owner(rng, market.users, known, prospect.sales_region)
    };
    // People fill in web forms in the evening, too.
    let minute = rng.within(8 * 60..=21 * 60 + 59);
    let at = calendar::local_time(day, minute, country);
    vec![id, source.to_owned(), prospect.company, person.full, phone, email, need, at, owner, status.to_owned()]
}

struct Prospect {
    company: String,
    domain: String,
    country: Country,
    sales_region: &'static str,
}

impl From<&Account> for Prospect {
    fn from(account: &Account) -> Self {
        Self {
            company: account.name.clone(),
            domain: account.domain.clone(),
            country: account.country,
            sales_region: account.sales_region,
        }
    }
}

fn stranger(rng: &mut Rng) -> Prospect {
    let country = match rng.weighted(&[72, 10, 5, 9, 4]) {
        0 => Country::China,
        1 => Country::Germany,
        2 => Country::Italy,
        3 => Country::UnitedStates,
        _ => Country::Japan,
    };
    let stem = names::stem(rng, country);
    let site = names::site(rng, country);
    let kind = NameKind { kind: "customer", level: 0, holding: false, industry: names::industry(rng) };
    let company = names::company(rng, country, &stem, &site, kind);
    Prospect { company, domain: format!("{}.example", stem.latin), country, sales_region: site.sales_region }
}

fn product_phrase(product: Option<&Product>, country: Country) -> String {
    product.map_or_else(String::new, |product| match country {
        Country::China => format!("{} {}", product.family.chinese, product.code),
        _ => format!("{} {}", product.family.english, product.code),
    })
}

fn lead_status(rng: &mut Rng, age_days: i64) -> &'static str {
    let weights = if age_days < FRESH_DAYS { [60, 40, 0, 0, 0] } else { [0, 14, 12, 32, 42] };
    ["new", "contacted", "qualified", "converted", "disqualified"].get(rng.weighted(&weights)).copied().unwrap_or("new")
}

fn lead_owner(rng: &mut Rng, users: &[User], known: Option<&Account>, region: &str) -> String {
    known.map_or_else(|| people::sales_person(rng, users, region), |account| account.owner.clone())
}

struct Activity {
    day: NaiveDate,
    minute: i64,
    account: usize,
    deal: Option<usize>,
}

/// `activities.csv`, in the order of time: seven in ten belong to an opportunity.
pub fn activities(seed: u64, market: &Market<'_>, contacts: &[Contact], deals: &[Deal], count: usize) -> Table {
    let mut rng = Rng::stream(seed, "activities");
    let home = DayPicker::new(market.history, Country::China);
    let mut drawn: Vec<Activity> = (0..count).map(|_| draw(&mut rng, market, deals, &home)).collect();
    drawn.sort_by_key(|activity| (activity.day, activity.minute, activity.account));
    let mut by_account: Vec<Vec<&str>> = vec![Vec::new(); market.accounts.len()];
    for contact in contacts {
        if let Some(held) = by_account.get_mut(contact.account) {
            held.push(&contact.id);
        }
    }
    let mut table = Table::new("activities.csv", ACTIVITY_COLUMNS);
    for (at, activity) in drawn.iter().enumerate() {
        let deal = activity.deal.and_then(|at| deals.get(at));
        let Some(account) = market.accounts.get(activity.account) else { continue };
        let people = by_account.get(activity.account).map(Vec::as_slice).unwrap_or_default();
        let id = format!("ACT-{:06}", at + 1);
        table.push(activity_row(&mut rng, id, activity, (account, deal, people)));
    }
    table
}

fn draw(rng: &mut Rng, market: &Market<'_>, deals: &[Deal], home: &DayPicker) -> Activity {
    // Office hours, in steps of five minutes.
    let minute = rng.within(102..=215) * 5;
    let at = rng.index(deals.len());
    match deals.get(at).filter(|_| rng.chance(720)) {
        Some(deal) => {
            let country = market.accounts.get(deal.account).map_or(Country::China, |account| account.country);
            let last = deal.close.min(market.history.until);
            let days = days_between(deal.created, last).max(0);
            let day = calendar::business_day(plus_days(deal.created, rng.within(0..=days)), country, -1);
            Activity { day: day.max(deal.created), minute, account: deal.account, deal: Some(at) }
        }
        None => {
            let account = rng.index(market.accounts.len());
            let created = market.accounts.get(account).map_or(market.history.start, |account| account.created);
            Activity { day: home.pick(rng).max(created), minute, account, deal: None }
        }
    }
}

fn activity_row(
    rng: &mut Rng,
    id: String,
    activity: &Activity,
    (account, deal, people): (&Account, Option<&Deal>, &[&str]),
) -> Vec<String> {
    let weights: Vec<u64> = words::ACTIVITIES.iter().map(|kind| kind.1).collect();
    let (kind, _, chinese, english) = words::ACTIVITIES.get(rng.weighted(&weights)).copied().unwrap_or_default();
    let subject = rng.pick(if account.country == Country::China { chinese } else { english });
    let person = if kind == "note" { "" } else { rng.pick(people) };
    vec![
        id,
        kind.to_owned(),
        subject.to_owned(),
        calendar::local_time(activity.day, activity.minute, account.country),
        account.id.clone(),
        person.to_owned(),
        deal.map(|deal| deal.id.clone()).unwrap_or_default(),
        deal.map_or_else(|| account.owner.clone(), |deal| deal.owner.clone()),
    ]
}

/// Sets what follows from the deals: an account was entered before its first deal, and its life cycle says when it
/// last bought.
pub fn settle(accounts: &mut [Account], deals: &[Deal], history: History) {
    let mut last_won: Vec<Option<NaiveDate>> = vec![None; accounts.len()];
    for deal in deals {
        if let Some(account) = accounts.get_mut(deal.account) {
            account.created = account.created.min(deal.created);
        }
        if let Some(last) = last_won.get_mut(deal.account).filter(|_| deal.is_won()) {
            *last = (*last).max(Some(deal.close));
        }
    }
    for (account, last) in accounts.iter_mut().zip(last_won) {
        account.life_cycle = match last {
            Some(day) if days_between(day, history.until) <= 365 => "active",
            Some(_) => "dormant",
            None => "prospect",
        };
    }
}
