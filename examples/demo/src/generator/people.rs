//! The manufacturer's own people, and the contacts at its customers.

use chrono::NaiveDate;

use super::accounts::Account;
use super::calendar::{History, days_between, plus_days};
use super::rng::Rng;
use super::table::Table;
use super::words::{self, Country};

/// Sales regions with how many sales people each has at scale 1.
const REGIONS: [(&str, usize, Country); 7] = [
    ("CN-EAST", 7, Country::China),
    ("CN-SOUTH", 4, Country::China),
    ("CN-NORTH", 4, Country::China),
    ("CN-WEST", 3, Country::China),
    ("EMEA", 3, Country::Germany),
    ("AMERICAS", 2, Country::UnitedStates),
    ("JAPAN", 1, Country::Japan),
];

/// Columns of `users.csv`.
pub const USER_COLUMNS: &[&str] = &["login", "name", "manager_login", "role", "region"];
/// Columns of `contacts.csv`.
pub const CONTACT_COLUMNS: &[&str] = &[
    "external_id",
    "account_external_id",
    "family_name",
    "given_name",
    "full_name",
    "job_title",
    "department",
    "phone",
    "mobile",
    "email",
    "language",
    "opt_out",
];

/// One of the manufacturer's people.
#[derive(Debug, Clone)]
pub struct User {
    /// The name to log in with.
    pub login: String,
    /// The full name.
    pub name: String,
    /// Who they report to.
    pub manager: String,
    /// `sales_director`, `regional_manager`, `inside_sales` or `sales`.
    pub role: &'static str,
    /// The sales region.
    pub region: &'static str,
}

/// A person's name in its parts, with a Latin form for mail addresses.
#[derive(Debug, Clone)]
pub struct PersonName {
    /// Family name.
    pub family: String,
    /// Given name.
    pub given: String,
    /// The full name in the order of the country.
    pub full: String,
    /// Latin given name and family name, lower case.
    pub latin: (String, String),
}

/// A person at a customer.
#[derive(Debug, Clone)]
pub struct Contact {
    /// The key in the old system.
    pub id: String,
    /// The place of the account in the list of accounts.
    pub account: usize,
}

/// Draws a person's name.
pub fn person(rng: &mut Rng, country: Country) -> PersonName {
    if country == Country::China {
        return chinese_person(rng);
    }
    let (families, givens) = words::foreign_names(country);
    let (family, given) = (rng.pick(families), rng.pick(givens));
    let full = if country == Country::Japan { format!("{family} {given}") } else { format!("{given} {family}") };
    let latin = (latin(given), latin(family));
    PersonName { family: family.to_owned(), given: given.to_owned(), full, latin }
}

fn chinese_person(rng: &mut Rng) -> PersonName {
    let (family, family_latin) = rng.pick(words::CHINESE_FAMILY);
    let (first, first_latin) = rng.pick(words::CHINESE_GIVEN);
    let (second, second_latin) = if rng.chance(700) { rng.pick(words::CHINESE_GIVEN) } else { ("", "") };
    let given = format!("{first}{second}");
    let latin = (format!("{first_latin}{second_latin}"), family_latin.to_owned());
    PersonName { family: family.to_owned(), full: format!("{family}{given}"), given, latin }
}

/// A name in lower-case ASCII letters.
pub fn latin(name: &str) -> String {
    if let Some((_, reading)) = words::JAPANESE_READINGS.iter().find(|(kanji, _)| *kanji == name) {
        return (*reading).to_owned();
    }
    let mut text = String::new();
    for c in name.to_lowercase().chars() {
        match c {
            'ä' => text.push_str("ae"),
            'ö' => text.push_str("oe"),
            'ü' => text.push_str("ue"),
            'ß' => text.push_str("ss"),
            c if c.is_ascii_alphanumeric() => text.push(c),
            _ => {}
        }
    }
    text
}

/// The manufacturer's people: a director, a manager for each region, inside sales and sales people.
pub fn users(seed: u64, scale_permille: u64) -> Vec<User> {
    let mut rng = Rng::stream(seed, "users");
    let mut users = Vec::new();
    let director = add_user(&mut users, &mut rng, Country::China, "sales_director", "HQ", "");
    for (region, people, country) in REGIONS {
        let manager = add_user(&mut users, &mut rng, country, "regional_manager", region, &director);
        let factor = usize::try_from(scale_permille.div_ceil(1000)).unwrap_or(1).max(1);
        for _ in 0..people * factor {
            add_user(&mut users, &mut rng, country, "sales", region, &manager);
        }
        if matches!(region, "CN-EAST" | "EMEA") {
            add_user(&mut users, &mut rng, country, "inside_sales", region, &manager);
        }
    }
    users
}

fn add_user(
    users: &mut Vec<User>,
    rng: &mut Rng,
    country: Country,
    role: &'static str,
    region: &'static str,
    manager: &str,
) -> String {
    let mut name = person(rng, country);
    for _ in 0..50 {
        if !users.iter().any(|user| user.name == name.full) {
            break;
        }
        name = person(rng, country);
    }
    let stem = format!("{}.{}", name.latin.0, name.latin.1);
    let mut login = stem.clone();
    let mut number = 2;
    while users.iter().any(|user| user.login == login) {
        login = format!("{stem}{number}");
        number += 1;
    }
    users.push(User { login: login.clone(), name: name.full, manager: manager.to_owned(), role, region });
    login
}

/// `users.csv`.
pub fn user_table(users: &[User]) -> Table {
    let mut table = Table::new("users.csv", USER_COLUMNS);
    for user in users {
        table.push(vec![
            user.login.clone(),
            user.name.clone(),
            user.manager.clone(),
            user.role.to_owned(),
            user.region.to_owned(),
        ]);
    }
    table
}

/// A sales person of a region, or anybody when the region has none.
pub fn sales_person(rng: &mut Rng, users: &[User], region: &str) -> String {
    let logins: Vec<&str> = users
        .iter()
        .filter(|user| user.role == "sales" && user.region == region)
        .map(|user| user.login.as_str())
        .collect();
    // The first of a region's people hold more of the business than the last: a league table has a top.
    let weights: Vec<u64> = (0..logins.len()).map(|at| u64::try_from(2 * logins.len() - at).unwrap_or(1)).collect();
    let chosen = logins.get(rng.weighted(&weights)).copied();
    chosen.or_else(|| users.first().map(|user| user.login.as_str())).unwrap_or_default().to_owned()
}

/// The contacts and `contacts.csv`: one for each account, the others where the business is.
pub fn contacts(seed: u64, accounts: &[Account], count: usize) -> (Vec<Contact>, Table) {
    let mut rng = Rng::stream(seed, "contacts");
    let weights: Vec<u64> = accounts
        .iter()
        .map(|account| match account.grade {
            "A" => 5,
            "B" => 2,
            _ => 1,
        })
        .collect();
    let mut per_account = vec![1_usize; accounts.len()];
    for _ in accounts.len()..count {
        if let Some(held) = per_account.get_mut(rng.weighted(&weights)) {
            *held += 1;
        }
    }
    let mut contacts = Vec::new();
    let mut table = Table::new("contacts.csv", CONTACT_COLUMNS);
    for (at, (account, held)) in accounts.iter().zip(per_account).enumerate() {
        for _ in 0..held {
            let id = format!("CON-{:05}", contacts.len() + 1);
            table.push(contact_row(&mut rng, &id, account));
            contacts.push(Contact { id, account: at });
        }
    }
    (contacts, table)
}

fn contact_row(rng: &mut Rng, id: &str, account: &Account) -> Vec<String> {
    let country = account.country;
    let name = person(rng, country);
    let (title, department) = rng.pick(words::jobs(country));
    let mobile = if rng.chance(820) { mobile(rng, country) } else { String::new() };
    let email =
        if rng.chance(900) { format!("{}.{}@{}", name.latin.0, name.latin.1, account.domain) } else { String::new() };
    vec![
        id.to_owned(),
        account.id.clone(),
        name.family,
        name.given,
        name.full,
        title.to_owned(),
        department.to_owned(),
        account.phone.clone(),
        mobile,
        email,
        country.language().to_owned(),
        rng.chance(40).to_string(),
    ]
}

/// A mobile number as people write it in the country.
pub fn mobile(rng: &mut Rng, country: Country) -> String {
    match country {
        Country::China => {
            let prefix = rng.pick(&["131", "135", "138", "139", "150", "158", "176", "186", "188", "199"]);
            let (middle, last) = (rng.digits(4), rng.digits(4));
            match rng.below(3) {
                0 => format!("+86 {prefix} {middle} {last}"),
                1 => format!("{prefix}-{middle}-{last}"),
                _ => format!("{prefix}{middle}{last}"),
            }
        }
        Country::Germany => format!("+49 {} {}", rng.pick(&["151", "160", "171", "175"]), rng.digits(8)),
        Country::Italy => format!("+39 {} {}", rng.pick(&["333", "347", "328"]), rng.digits(7)),
        Country::UnitedStates => format!("+1 ({}) 555-01{}", rng.pick(&["937", "414", "616"]), rng.digits(2)),
        Country::Japan => format!("090-{}-{}", rng.digits(4), rng.digits(4)),
    }
}

/// A day on which an account may have been entered: most on the day the old system went live, the others since.
pub fn entered_on(rng: &mut Rng, history: History) -> NaiveDate {
    if rng.chance(620) {
        return history.start;
    }
    let days = days_between(history.start, history.until);
    plus_days(history.start, rng.within(0..=days.max(0)))
}
