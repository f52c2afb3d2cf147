//! Opportunities that walk through the stages, and their quotes.

use chrono::NaiveDate;

use super::accounts::Account;
use super::calendar::{self, DayPicker, History, days_between, plus_days};
use super::catalogue::{Product, converted, money, rounded};
use super::people::{self, User};
use super::rng::Rng;
use super::table::Table;
use super::words::{self, Country, Currency};

/// Columns of `opportunities.csv`.
pub const OPPORTUNITY_COLUMNS: &[&str] = &[
    "external_id",
    "account_external_id",
    "name",
    "product_code",
    "stage",
    "amount",
    "currency",
    "probability",
    "owner_login",
    "created_on",
    "close_date",
    "lost_reason",
    "competitor",
    "stage_since",
];
/// Columns of `quotes.csv`.
pub const QUOTE_COLUMNS: &[&str] = &[
    "external_id",
    "number",
    "revision",
    "opportunity_external_id",
    "account_external_id",
    "status",
    "issued_on",
    "valid_until",
    "currency",
    "total_net",
    "payment_terms",
    "owner_login",
];
/// Columns of `quote_lines.csv`.
pub const QUOTE_LINE_COLUMNS: &[&str] = &[
    "quote_external_id",
    "line_no",
    "product_code",
    "quantity",
    "unit",
    "list_price",
    "discount_percent",
    "net_price",
    "amount",
];

/// The stages, in order; the last two are the ends.
pub const STAGES: [&str; 6] = ["prospecting", "qualification", "proposal", "negotiation", "won", "lost"];

/// An open stage: fewest and most days in it, chance in a thousand to pass it, probability of winning in percent.
const OPEN_STAGES: [(i64, i64, i64, i64); 4] =
    [(5, 30, 820, 10), (8, 42, 800, 25), (12, 58, 790, 50), (7, 42, 790, 75)];
/// Share of the deals that were under way when the history begins, in a thousand.
const UNDER_WAY_PERMILLE: u64 = 85;
/// Days for which a quote holds.
const VALID_DAYS: i64 = 60;
/// The place of `proposal` in the stages: from here on a deal has a quote.
const PROPOSAL: usize = 2;
const NEGOTIATION: usize = 3;
const WON: usize = 4;
const LOST: usize = 5;

/// A product and a quantity of a deal.
#[derive(Debug, Clone)]
pub struct Line {
    product: usize,
    quantity: i64,
    /// Tenths of a percent.
    discount: i64,
}

/// An opportunity.
#[derive(Debug, Clone)]
pub struct Deal {
    /// The key in the old system.
    pub id: String,
    /// The place of the account in the list of accounts.
    pub account: usize,
    /// The place of the stage in [`STAGES`].
    pub stage: usize,
    /// When it was entered.
    pub created: NaiveDate,
    /// When it was decided, or is expected to be.
    pub close: NaiveDate,
    /// The days on which it entered the open stages, as far as it came.
    pub entered: Vec<NaiveDate>,
    /// The login of its sales person.
    pub owner: String,
    /// The amount in smallest units.
    pub amount: i64,
    /// The currency.
    pub currency: Currency,
    lines: Vec<Line>,
    discount: i64,
    lost_reason: &'static str,
    competitor: &'static str,
    name: String,
}

impl Deal {
    /// Whether it was won.
    pub fn is_won(&self) -> bool {
        self.stage == WON
    }
}

struct Path {
    stage: usize,
    entered: Vec<NaiveDate>,
    close: NaiveDate,
}

/// What the deals are made from.
pub struct Market<'a> {
    /// The window.
    pub history: History,
    /// The manufacturer's people.
    pub users: &'a [User],
    /// The customers.
    pub accounts: &'a [Account],
    /// The catalogue.
    pub products: &'a [Product],
}

/// Makes the opportunities, in the order they were entered.
pub fn deals(seed: u64, market: &Market<'_>, count: usize) -> Vec<Deal> {
    let mut rng = Rng::stream(seed, "opportunities");
    let pickers = [Country::China, Country::Germany, Country::Italy, Country::UnitedStates, Country::Japan]
        .map(|country| (country, DayPicker::new(market.history, country)));
    let weights: Vec<u64> = market.accounts.iter().map(demand).collect();
    let mut drawn: Vec<(NaiveDate, usize, usize)> = Vec::new();
    for _ in 0..count {
        let at = rng.weighted(&weights);
        let country = market.accounts.get(at).map_or(Country::China, |account| account.country);
        let picker = pickers.iter().find(|(c, _)| *c == country).map(|(_, picker)| picker);
        // When the old system went live, the deals under way were entered in its first days, at the stage they had.
        if rng.chance(UNDER_WAY_PERMILLE) {
            let day = plus_days(market.history.start, rng.within(0..=4));
            drawn.push((calendar::business_day(day, country, 1), at, rng.weighted(&[15, 30, 35, 20])));
        } else {
            drawn.push((picker.map_or(market.history.start, |picker| picker.pick(&mut rng)), at, 0));
        }
    }
    drawn.sort_unstable();
    let mut deals = Vec::new();
    for (day, at, first_stage) in drawn {
        if let Some(account) = market.accounts.get(at) {
            let id = format!("OPP-{:05}", deals.len() + 1);
            deals.push(deal(&mut rng, market, (at, account), (day, first_stage), id));
        }
    }
    deals
}

fn demand(account: &Account) -> u64 {
    let by_grade = match account.grade {
        "A" => 18,
        "B" => 8,
        _ => 3,
    };
    match account.kind {
        "dealer" => by_grade * 2,
        "design_institute" => by_grade / 2,
        _ => by_grade,
    }
}

fn deal(
    rng: &mut Rng,
    market: &Market<'_>,
    (at, account): (usize, &Account),
    (created, first_stage): (NaiveDate, usize),
    id: String,
) -> Deal {
    let product_at = rng.index(market.products.len());
    let shift = market.products.get(product_at).map_or(0, |product| product.family.win_shift);
    let path = walk(rng, market.history, account, (created, first_stage), shift);
    let (lines, discount) = lines(rng, market.products, product_at, account);
    let currency = account.country.currency();
    let amount = lines.iter().map(|line| priced(market.products, line, discount, currency).2).sum();
    let (lost_reason, competitor) = loss(rng, path.stage);
    let owner = if rng.chance(900) {
        account.owner.clone()
    } else {
        people::sales_person(rng, market.users, account.sales_region)
    };
    let name = deal_name(rng, market.products.get(product_at), account, created);
    Deal {
        id,
        account: at,
        stage: path.stage,
        created,
        close: path.close,
        entered: path.entered,
        owner,
        amount,
        currency,
        lines,
        discount,
        lost_reason,
        competitor,
        name,
    }
}

fn deal_name(rng: &mut Rng, product: Option<&Product>, account: &Account, created: NaiveDate) -> String {
    let year = created.format("%Y");
    match (account.country, product) {
        (Country::China, Some(product)) => {
            format!("{year} {}{}", product.family.chinese, rng.pick(words::CHINESE_PROJECTS))
        }
        (_, Some(product)) => format!("{year} {}: {}", product.family.english, rng.pick(words::ENGLISH_PROJECTS)),
        (_, None) => year.to_string(),
    }
}

/// Walks a deal from stage to stage until it is decided or the export day comes.
fn walk(
    rng: &mut Rng,
    history: History,
    account: &Account,
    (created, first_stage): (NaiveDate, usize),
    shift: i64,
) -> Path {
    let shift = shift
        + match account.grade {
            "A" => 45,
            "B" => 0,
            _ => -45,
        };
    let mut entered = vec![created; first_stage + 1];
    let mut day = created;
    for (stage, (fewest, most, pass, _)) in OPEN_STAGES.into_iter().enumerate().skip(first_stage) {
        // Lost deals linger a little longer than deals that move.
        let passes = rng.chance(u64::try_from(pass + shift).unwrap_or(0));
        let days = rng.within(fewest..=most) + if passes { 0 } else { rng.within(0..=15) };
        let mut next = calendar::business_day(plus_days(day, days), account.country, 1);
        // In the thin weeks round a holiday most decisions wait.
        if calendar::business_weight(next, account.country) < 60 && rng.chance(650) {
            next = calendar::business_day(plus_days(next, 18), account.country, 1);
        }
        if stage == NEGOTIATION && passes {
            next = pulled_to_quarter_end(rng, next, account.country);
        }
        if next > history.until {
            let close = expected_close(rng, history, account.country, stage, next);
            return Path { stage, entered, close };
        }
        if !passes || stage == NEGOTIATION {
            return Path { stage: if passes { WON } else { LOST }, entered, close: next };
        }
        entered.push(next);
        day = next;
    }
    Path { stage: LOST, entered, close: day }
}

/// Four in ten orders that fall within six weeks of a quarter's end are signed in its last days.
fn pulled_to_quarter_end(rng: &mut Rng, day: NaiveDate, country: Country) -> NaiveDate {
    let end = calendar::quarter_end(day);
    if days_between(day, end) > 42 || !rng.chance(420) {
        return day;
    }
    calendar::business_day(plus_days(end, -rng.within(0..=8)), country, -1).max(day)
}

/// The day an open deal is expected to close; one in twelve has let that day pass.
fn expected_close(rng: &mut Rng, history: History, country: Country, stage: usize, next: NaiveDate) -> NaiveDate {
    if rng.chance(80) {
        return calendar::business_day(plus_days(history.until, -rng.within(3..=25)), country, -1);
    }
    let rest: i64 = OPEN_STAGES.iter().skip(stage + 1).map(|(fewest, most, ..)| (fewest + most) / 2).sum();
    let day = plus_days(next, rest + rng.within(0..=14));
    calendar::business_day(pulled_to_quarter_end(rng, day, country), country, 1)
}

fn loss(rng: &mut Rng, stage: usize) -> (&'static str, &'static str) {
    let reason = words::LOST_REASONS.get(rng.weighted(&[34, 16, 17, 18, 9, 6])).copied().unwrap_or_default();
    let competitor = rng.pick(words::COMPETITORS);
    match stage {
        LOST if matches!(reason, "project_cancelled" | "no_response") => (reason, ""),
        LOST => (reason, competitor),
        _ if rng.chance(250) => ("", competitor),
        _ => ("", ""),
    }
}

fn lines(rng: &mut Rng, products: &[Product], first: usize, account: &Account) -> (Vec<Line>, i64) {
    let (size, discount) = match account.grade {
        "A" => (200, rng.within(80..=220)),
        "B" => (100, rng.within(40..=150)),
        _ => (55, rng.within(0..=80)),
    };
    let discount = discount + if account.kind == "dealer" { 80 } else { 0 };
    let count = 1 + rng.weighted(&[50, 28, 15, 7]);
    let mut lines: Vec<Line> = Vec::new();
    for at in 0..count {
        let product = if at == 0 { first } else { rng.index(products.len()) };
        if lines.iter().any(|line| line.product == product) {
            continue;
        }
        let (fewest, most) = products.get(product).map_or((1, 1), |product| product.family.pieces);
        let quantity = rng.within(fewest..=most) * size / if at == 0 { 100 } else { 250 };
        lines.push(Line { product, quantity: quantity.max(1), discount: rng.within(-2..=2) * 5 });
    }
    (lines, discount / 5 * 5)
}

/// List price, net price and amount of a line in smallest units.
fn priced(products: &[Product], line: &Line, discount: i64, currency: Currency) -> (i64, i64, i64) {
    let list = converted(products.get(line.product).map_or(0, |product| product.list_fen), currency);
    let net = rounded(list * (1000 - line_discount(line, discount)), 1000);
    (list, net, net * line.quantity)
}

fn line_discount(line: &Line, discount: i64) -> i64 {
    (discount + line.discount).clamp(0, 400)
}

/// `opportunities.csv`.
pub fn opportunity_table(market: &Market<'_>, deals: &[Deal]) -> Table {
    let mut table = Table::new("opportunities.csv", OPPORTUNITY_COLUMNS);
    for deal in deals {
        let probability = match deal.stage {
            WON => 100,
            LOST => 0,
            stage => OPEN_STAGES.get(stage).map_or(0, |open| open.3),
        };
        let product = deal.lines.first().and_then(|line| market.products.get(line.product));
        let decided = deal.stage >= WON;
        let since = if decided { deal.close } else { deal.entered.last().copied().unwrap_or(deal.created) };
        table.push(vec![
            deal.id.clone(),
            market.accounts.get(deal.account).map(|account| account.id.clone()).unwrap_or_default(),
            deal.name.clone(),
            product.map(|product| product.code.clone()).unwrap_or_default(),
            STAGES.get(deal.stage).copied().unwrap_or_default().to_owned(),
            money(deal.amount, deal.currency),
            deal.currency.code().to_owned(),
            probability.to_string(),
            deal.owner.clone(),
            deal.created.to_string(),
            deal.close.to_string(),
            deal.lost_reason.to_owned(),
            deal.competitor.to_owned(),
            since.to_string(),
        ]);
    }
    table
}

/// `quotes.csv` and `quote_lines.csv`: every deal that came as far as a proposal has one, after a negotiation often a
/// second revision with a better discount.
pub fn quote_tables(seed: u64, market: &Market<'_>, deals: &[Deal]) -> (Table, Table) {
    let mut rng = Rng::stream(seed, "quotes");
    let mut quotes = Table::new("quotes.csv", QUOTE_COLUMNS);
    let mut lines = Table::new("quote_lines.csv", QUOTE_LINE_COLUMNS);
    let mut id = 0;
    for deal in deals {
        let Some(proposed) = deal.entered.get(PROPOSAL).copied() else { continue };
        id += 1;
        let second = deal.entered.get(NEGOTIATION).copied().filter(|_| rng.chance(550));
        let last_day = deal.close.min(market.history.until);
        let first_day = plus_days(proposed, rng.within(1..=9)).min(second.unwrap_or(last_day)).min(last_day);
        let number = format!("Q{}-{id:05}", first_day.format("%y%m"));
        let last_issued = second.map_or(first_day, |day| plus_days(day, 2).min(last_day).max(first_day));
        let status = status(&mut rng, deal, plus_days(last_issued, VALID_DAYS) < market.history.until);
        if second.is_some() {
            let dearer = Issue {
                id,
                number: &number,
                revision: 1,
                day: first_day,
                status: "superseded",
                discount: deal.discount - 30,
            };
            issue(&mut rng, market, deal, &dearer, (&mut quotes, &mut lines));
            let agreed = Issue { id, number: &number, revision: 2, day: last_issued, status, discount: deal.discount };
            issue(&mut rng, market, deal, &agreed, (&mut quotes, &mut lines));
        } else {
            let only = Issue { id, number: &number, revision: 1, day: first_day, status, discount: deal.discount };
            issue(&mut rng, market, deal, &only, (&mut quotes, &mut lines));
        }
    }
    (quotes, lines)
}

/// How far the last quote of a deal came; only one whose validity is over can be expired.
fn status(rng: &mut Rng, deal: &Deal, is_over: bool) -> &'static str {
    match deal.stage {
        WON => "accepted",
        LOST if deal.lost_reason == "no_response" && is_over => "expired",
        LOST if deal.lost_reason == "no_response" => "sent",
        LOST => "rejected",
        PROPOSAL if rng.chance(250) => "draft",
        _ => "sent",
    }
}

struct Issue<'a> {
    id: usize,
    number: &'a str,
    revision: usize,
    day: NaiveDate,
    status: &'static str,
    discount: i64,
}

fn issue(
    rng: &mut Rng,
    market: &Market<'_>,
    deal: &Deal,
    issue: &Issue<'_>,
    (quotes, lines): (&mut Table, &mut Table),
) {
    let id = format!("QUO-{:05}-{}", issue.id, issue.revision);
    let mut total = 0;
    for (at, line) in deal.lines.iter().enumerate() {
        let (list, net, amount) = priced(market.products, line, issue.discount, deal.currency);
        let discount = line_discount(line, issue.discount);
        total += amount;
        let product = market.products.get(line.product);
        lines.push(vec![
            id.clone(),
            ((at + 1) * 10).to_string(),
            product.map(|product| product.code.clone()).unwrap_or_default(),
            line.quantity.to_string(),
            product.map_or("PCE", |product| product.family.unit).to_owned(),
            money(list, deal.currency),
            format!("{}.{}", discount / 10, discount % 10),
            money(net, deal.currency),
            money(amount, deal.currency),
        ]);
    }
    let account = market.accounts.get(deal.account);
    let home = account.is_some_and(|account| account.country == Country::China);
    let terms: Vec<&str> =
        words::PAYMENT_TERMS.iter().filter(|(_, place)| (*place == "CN") == home).map(|(terms, _)| *terms).collect();
    quotes.push(vec![
        id,
        issue.number.to_owned(),
        issue.revision.to_string(),
        deal.id.clone(),
        account.map(|account| account.id.clone()).unwrap_or_default(),
        issue.status.to_owned(),
        issue.day.to_string(),
        plus_days(issue.day, VALID_DAYS).to_string(),
        deal.currency.code().to_owned(),
        money(total, deal.currency),
        rng.pick(&terms).to_owned(),
        deal.owner.clone(),
    ]);
}
