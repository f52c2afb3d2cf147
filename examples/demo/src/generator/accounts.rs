//! The customers: Chinese groups three levels deep, single companies, dealers, design institutes, contractors, and
//! companies in Germany, Italy, the United States and Japan.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::calendar::History;
use super::names::{self, Stem};
use super::people::{self, User};
use super::rng::Rng;
use super::table::Table;
use super::words::Country;

/// Columns of `accounts.csv`.
pub const ACCOUNT_COLUMNS: &[&str] = &[
    "external_id",
    "name",
    "customer_code",
    "kind",
    "industry",
    "grade",
    "life_cycle",
    "parent_external_id",
    "channel_parent",
    "country",
    "region",
    "city",
    "street",
    "postcode",
    "phone",
    "email",
    "website",
    "tax_id",
    "annual_revenue",
    "employees",
    "owner_login",
    "created_on",
];

/// A company the manufacturer deals with.
#[derive(Debug, Clone)]
pub struct Account {
    /// The key in the old system.
    pub id: String,
    /// The registered name.
    pub name: String,
    /// `customer`, `dealer`, `design_institute` or `contractor`.
    pub kind: &'static str,
    /// The trade.
    pub industry: &'static str,
    /// A, B or C.
    pub grade: &'static str,
    /// `active`, `dormant` or `prospect`, by when it last bought.
    pub life_cycle: &'static str,
    /// The parent company's key; empty at the top.
    pub parent: String,
    /// 0 at the top of a group.
    pub level: usize,
    /// The dealer that serves it; empty when it buys directly.
    pub dealer: String,
    /// The country.
    pub country: Country,
    /// State or province, city, street and postcode.
    pub address: [String; 4],
    /// The switchboard.
    pub phone: String,
    /// Mail and web domain.
    pub domain: String,
    /// Tax identifier.
    pub tax_id: String,
    /// Revenue in whole units of the country's currency.
    pub revenue: i64,
    /// Employees.
    pub employees: i64,
    /// The sales region.
    pub sales_region: &'static str,
    /// The login of its sales person.
    pub owner: String,
    /// When it was entered.
    pub created: NaiveDate,
}

/// How many accounts of each kind a scale asks for.
#[derive(Debug, Clone, Copy)]
struct Mix {
    total: usize,
    groups: usize,
    dealers: usize,
    institutes: usize,
    contractors: usize,
    german: usize,
    american: usize,
    italian: usize,
    japanese: usize,
    twins: usize,
}

impl Mix {
    fn at(scale_permille: u64) -> Self {
        let of = |count: u64| usize::try_from((count * scale_permille / 1000).max(1)).unwrap_or(1);
        Self {
            total: of(420),
            groups: of(22),
            dealers: of(25),
            institutes: of(20),
            contractors: of(20),
            german: of(40),
            american: of(30),
            italian: of(15),
            japanese: of(15),
            twins: of(5),
        }
    }
}

/// What is fixed about an account before the rest is drawn.
#[derive(Debug, Clone, Copy)]
struct Plan<'a> {
    kind: &'static str,
    country: Country,
    stem: &'a Stem,
    industry: usize,
    level: usize,
    parent: &'a str,
    holding: bool,
    grade_weights: [u64; 3],
}

/// The accounts and the pairs of likely duplicates among them.
#[derive(Debug)]
pub struct Accounts {
    /// Parents stand before their children, dealers before the companies they serve.
    pub all: Vec<Account>,
    /// Keys of pairs that are most likely the same company, entered twice.
    pub likely_duplicates: Vec<(String, String)>,
}

struct Builder<'a> {
    rng: Rng,
    history: History,
    users: &'a [User],
    all: Vec<Account>,
    taken: BTreeSet<String>,
}

/// Makes the accounts.
pub fn accounts(seed: u64, scale_permille: u64, history: History, users: &[User]) -> Accounts {
    let mix = Mix::at(scale_permille);
    let rng = Rng::stream(seed, "accounts");
    let mut builder = Builder { rng, history, users, all: Vec::new(), taken: BTreeSet::new() };
    builder.dealers(mix.dealers);
    for _ in 0..mix.groups {
        builder.chinese_group();
    }
    builder.abroad(Country::Germany, mix.german);
    builder.abroad(Country::UnitedStates, mix.american);
    builder.abroad(Country::Italy, mix.italian);
    builder.abroad(Country::Japan, mix.japanese);
    for _ in 0..mix.institutes {
        builder.single("design_institute", Country::China, [200, 500, 300]);
    }
    for _ in 0..mix.contractors {
        builder.single("contractor", Country::China, [150, 450, 400]);
    }
    while builder.all.len() + mix.twins < mix.total {
        builder.single("customer", Country::China, [80, 320, 600]);
    }
    let likely_duplicates = builder.twins(mix.twins);
    builder.link_dealers();
    Accounts { all: builder.all, likely_duplicates }
}

impl Builder<'_> {
    fn single(&mut self, kind: &'static str, country: Country, grade_weights: [u64; 3]) -> String {
        let stem = names::stem(&mut self.rng, country);
        let industry = names::industry(&mut self.rng);
        self.add(&Plan { kind, country, stem: &stem, industry, level: 0, parent: "", holding: false, grade_weights })
    }

    fn dealers(&mut self, count: usize) {
        for at in 0..count {
            let country = match at % 25 {
                0..=17 => Country::China,
                18..=20 => Country::Germany,
                21..=22 => Country::UnitedStates,
                23 => Country::Italy,
                _ => Country::Japan,
            };
            self.single("dealer", country, [280, 480, 240]);
        }
    }

    /// A group: the holding, two to five companies under it, and under some of them one to three more.
    fn chinese_group(&mut self) {
        let stem = names::stem(&mut self.rng, Country::China);
        let industry = names::industry(&mut self.rng);
        let plan = Plan {
            kind: "customer",
            country: Country::China,
            stem: &stem,
            industry,
            level: 0,
            parent: "",
            holding: true,
            grade_weights: [800, 200, 0],
        };
        let head = self.add(&plan);
        for _ in 0..self.rng.within(2..=5) {
            let industry = if self.rng.chance(600) { industry } else { names::industry(&mut self.rng) };
            let company = self.add(&Plan {
                level: 1,
                parent: &head,
                holding: false,
                industry,
                grade_weights: [350, 450, 200],
                ..plan
            });
            let plants = if self.rng.chance(620) { self.rng.within(1..=3) } else { 0 };
            for _ in 0..plants {
                self.add(&Plan { level: 2, parent: &company, industry, grade_weights: [120, 450, 430], ..plan });
            }
        }
    }

    /// Companies of a country; one in six has one or two subsidiaries, some of them in China.
    fn abroad(&mut self, country: Country, count: usize) {
        let end = self.all.len() + count;
        while self.all.len() < end {
            let stem = names::stem(&mut self.rng, country);
            let industry = names::industry(&mut self.rng);
            let plan = Plan {
                kind: "customer",
                country,
                stem: &stem,
                industry,
                level: 0,
                parent: "",
                holding: false,
                grade_weights: [180, 420, 400],
            };
            let head = self.add(&plan);
            let subsidiaries = if self.rng.chance(170) { self.rng.within(1..=2) } else { 0 };
            for _ in 0..subsidiaries {
                if self.all.len() < end {
                    let country = if self.rng.chance(400) { Country::China } else { country };
                    self.add(&Plan { level: 1, parent: &head, country, ..plan });
                }
            }
        }
    }

    fn add(&mut self, plan: &Plan<'_>) -> String {
        let site = names::site(&mut self.rng, plan.country);
        let name = self.free_name(plan, &site);
        let grade = ["A", "B", "C"].get(self.rng.weighted(&plan.grade_weights)).copied().unwrap_or("C");
        let id = format!("ACC-{:05}", self.all.len() + 1);
        let (revenue, employees) = self.size(plan, grade);
        let suffix = if plan.level == 0 { String::new() } else { format!("-{}", self.all.len() + 1) };
        let account = Account {
            id: id.clone(),
            name,
            kind: plan.kind,
            industry: if plan.kind == "dealer" { "distribution" } else { names::industry_code(plan.industry) },
            grade,
            life_cycle: "prospect",
            parent: plan.parent.to_owned(),
            level: plan.level,
            dealer: String::new(),
            country: plan.country,
            phone: names::phone(&mut self.rng, plan.country, &site.area_code),
            domain: format!("{}{suffix}.example", plan.stem.latin),
            tax_id: names::tax_id(&mut self.rng, plan.country, &site),
            revenue,
            employees,
            owner: people::sales_person(&mut self.rng, self.users, site.sales_region),
            sales_region: site.sales_region,
            created: people::entered_on(&mut self.rng, self.history),
            address: [site.state, site.city, site.street, site.postcode],
        };
        self.all.push(account);
        id
    }

    /// A company name that no account has yet.
    fn free_name(&mut self, plan: &Plan<'_>, site: &names::Site) -> String {
        let mut name = String::new();
        for attempt in 0..60 {
            let kind =
                names::NameKind { kind: plan.kind, level: plan.level, industry: plan.industry, holding: plan.holding };
            let stem = if attempt < 10 || plan.level > 0 {
                plan.stem.clone()
            } else {
                names::stem(&mut self.rng, plan.country)
            };
            name = names::company(&mut self.rng, plan.country, &stem, site, kind);
            if self.taken.insert(name.clone()) {
                return name;
            }
        }
        let numbered = format!("{name} {}", self.all.len() + 1);
        self.taken.insert(numbered.clone());
        numbered
    }

    fn size(&mut self, plan: &Plan<'_>, grade: &str) -> (i64, i64) {
        let employees = match (grade, plan.level) {
            _ if plan.kind == "dealer" => self.rng.within(12..=160),
            ("A", 0) => self.rng.within(900..=9_000),
            ("A", _) => self.rng.within(300..=2_400),
            ("B", _) => self.rng.within(90..=900),
            _ => self.rng.within(12..=220),
        };
        let per_head = match plan.country {
            Country::China => self.rng.within(550..=1_400),
            Country::Japan => self.rng.within(22_000..=38_000),
            _ => self.rng.within(160..=320),
        };
        (employees * per_head * 1000, employees)
    }

    /// Single Chinese companies of grade B and C, and a few abroad, buy through a dealer of their region.
    fn link_dealers(&mut self) {
        let dealers: Vec<(String, &'static str)> =
            self.all.iter().filter(|a| a.kind == "dealer").map(|a| (a.id.clone(), a.sales_region)).collect();
        for account in &mut self.all {
            let reachable = account.kind == "customer" && account.grade != "A" && account.level == 0;
            if !reachable || !self.rng.chance(420) {
                continue;
            }
            let near: Vec<&str> = dealers
                .iter()
                .filter(|(_, region)| *region == account.sales_region)
                .map(|(id, _)| id.as_str())
                .collect();
            account.dealer = self.rng.pick(&near).to_owned();
        }
    }

    /// Enters single companies a second time with the name written differently, as colleagues do.
    fn twins(&mut self, count: usize) -> Vec<(String, String)> {
        let singles: Vec<Account> =
            self.all.iter().filter(|a| a.kind == "customer" && a.level == 0 && a.grade == "C").cloned().collect();
        let step = (singles.len() / count.max(1)).max(1);
        let mut pairs = Vec::new();
        for original in singles.iter().step_by(step).take(count) {
            let id = format!("ACC-{:05}", self.all.len() + 1);
            let name = names::rewritten(&original.name);
            pairs.push((original.id.clone(), id.clone()));
            let created = people::entered_on(&mut self.rng, self.history).max(original.created);
            self.all.push(Account { id, name, tax_id: String::new(), created, ..original.clone() });
        }
        pairs
    }
}

/// `accounts.csv`.
pub fn account_table(accounts: &[Account]) -> Table {
    let mut table = Table::new("accounts.csv", ACCOUNT_COLUMNS);
    for (at, account) in accounts.iter().enumerate() {
        let [state, city, street, postcode] = account.address.clone();
        let decimals = if account.country == Country::Japan { "" } else { ".00" };
        table.push(vec![
            account.id.clone(),
            account.name.clone(),
            format!("{}", 100_001 + at),
            account.kind.to_owned(),
            account.industry.to_owned(),
            account.grade.to_owned(),
            account.life_cycle.to_owned(),
            account.parent.clone(),
            account.dealer.clone(),
            account.country.code().to_owned(),
            state,
            city,
            street,
            postcode,
            account.phone.clone(),
            format!("info@{}", account.domain),
            format!("https://www.{}", account.domain),
            account.tax_id.clone(),
            format!("{}{decimals}", account.revenue),
            account.employees.to_string(),
            account.owner.clone(),
            account.created.to_string(),
        ]);
    }
    table
}
