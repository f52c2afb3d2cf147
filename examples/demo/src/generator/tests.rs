//! What the rest relies on: the same bytes, references that hold, valid numbers, dates inside the history.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use rng::fnv1a;

fn options() -> Options {
    Options { seed: 1, scale_permille: 1000, until: NaiveDate::from_ymd_opt(2026, 6, 30).unwrap() }
}

/// A record by column name.
type Record = BTreeMap<&'static str, String>;

fn table<'a>(data: &'a Dataset, file: &str) -> &'a Table {
    data.tables.iter().find(|table| table.file == file).unwrap()
}

fn records(data: &Dataset, file: &str) -> Vec<Record> {
    let table = table(data, file);
    let record = |cells: &[String]| table.columns.iter().copied().zip(cells.iter().cloned()).collect();
    table.rows.iter().filter(|row| row.flaw.is_none()).map(|row| record(&row.cells)).collect()
}

fn keys(data: &Dataset, file: &str, column: &str) -> BTreeSet<String> {
    records(data, file).into_iter().map(|record| record[column].clone()).collect()
}

fn all_bytes(data: &Dataset) -> Vec<u8> {
    data.tables.iter().flat_map(|table| table.to_csv().into_bytes()).collect()
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn date(text: &str) -> NaiveDate {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap()
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let first = all_bytes(&generate(&options()));
    assert_eq!(first, all_bytes(&generate(&options())));
    assert_ne!(first, all_bytes(&generate(&Options { seed: 2, ..options() })));
    // The number changes when the generator does; a change here is a change of the demonstration.
    assert_eq!(format!("{:016x}", fnv1a(&first)), "216355b607bef7b6");
}

#[test]
fn the_sizes_are_as_promised() {
    let data = generate(&options());
    let rows = |file: &str| data.totals.rows[file];
    assert_eq!(rows("accounts.csv"), 420);
    assert_eq!(rows("contacts.csv"), 900);
    assert_eq!(rows("products.csv"), 40);
    assert_eq!(rows("leads.csv"), 300);
    assert_eq!(rows("opportunities.csv"), 1600);
    assert_eq!(rows("activities.csv"), 5000);
    assert_eq!(data.totals.deepest_group, 3);
    let dealers = records(&data, "accounts.csv").iter().filter(|account| account["kind"] == "dealer").count();
    assert_eq!(dealers, 25);
    for (file, count) in &data.totals.rows {
        assert_eq!(table(&data, file).clean_rows(), *count, "{file}");
    }
}

#[test]
fn small_and_large_scales_hold_together() {
    for scale_permille in [1, 50, 3000] {
        let data = generate(&Options { scale_permille, ..options() });
        let accounts = keys(&data, "accounts.csv", "external_id");
        assert_eq!(accounts.len(), data.totals.rows["accounts.csv"]);
        let names = keys(&data, "accounts.csv", "name");
        assert_eq!(names.len(), accounts.len(), "names are unique");
    }
}

#[test]
fn keys_are_unique() {
    let data = generate(&options());
    for file in ["accounts.csv", "contacts.csv", "leads.csv", "opportunities.csv", "quotes.csv", "activities.csv"] {
        assert_eq!(keys(&data, file, "external_id").len(), data.totals.rows[file], "{file}");
    }
    assert_eq!(keys(&data, "users.csv", "login").len(), data.totals.rows["users.csv"]);
    assert_eq!(keys(&data, "products.csv", "code").len(), 40);
    assert_eq!(keys(&data, "accounts.csv", "customer_code").len(), 420);
}

#[test]
fn references_hold() {
    let data = generate(&options());
    let references = [
        ("users.csv", "manager_login", "users.csv", "login"),
        ("accounts.csv", "parent_external_id", "accounts.csv", "external_id"),
        ("accounts.csv", "channel_parent", "accounts.csv", "external_id"),
        ("accounts.csv", "owner_login", "users.csv", "login"),
        ("contacts.csv", "account_external_id", "accounts.csv", "external_id"),
        ("leads.csv", "owner_login", "users.csv", "login"),
        ("opportunities.csv", "account_external_id", "accounts.csv", "external_id"),
        ("opportunities.csv", "product_code", "products.csv", "code"),
        ("opportunities.csv", "owner_login", "users.csv", "login"),
        ("quotes.csv", "opportunity_external_id", "opportunities.csv", "external_id"),
        ("quotes.csv", "account_external_id", "accounts.csv", "external_id"),
        ("quote_lines.csv", "quote_external_id", "quotes.csv", "external_id"),
        ("quote_lines.csv", "product_code", "products.csv", "code"),
        ("activities.csv", "account_external_id", "accounts.csv", "external_id"),
        ("activities.csv", "contact_external_id", "contacts.csv", "external_id"),
        ("activities.csv", "opportunity_external_id", "opportunities.csv", "external_id"),
        ("activities.csv", "owner_login", "users.csv", "login"),
    ];
    for (file, column, target, key) in references {
        let known = keys(&data, target, key);
        for record in records(&data, file) {
            let value = &record[column];
            assert!(value.is_empty() || known.contains(value), "{file} {column} `{value}`");
        }
    }
}

#[test]
fn parents_stand_before_their_children() {
    let data = generate(&options());
    let mut seen = BTreeSet::new();
    for account in records(&data, "accounts.csv") {
        let parent = &account["parent_external_id"];
        assert!(parent.is_empty() || seen.contains(parent), "{parent}");
        seen.insert(account["external_id"].clone());
    }
}

#[test]
fn tax_identifiers_have_valid_check_digits() {
    let data = generate(&options());
    let mut countries = BTreeMap::new();
    for account in records(&data, "accounts.csv").iter().filter(|account| !account["tax_id"].is_empty()) {
        let id = account["tax_id"].as_str();
        let (body, check) = id.split_at(id.len() - 1);
        let digit = check.parse::<u32>();
        match account["country"].as_str() {
            "CN" => assert_eq!((id.len(), tax::china_check(body)), (18, check.chars().next()), "{id}"),
            "DE" => assert_eq!((id.len(), Ok(tax::mod_11_10(&body[2..]))), (11, digit), "{id}"),
            "IT" => assert_eq!((id.len(), Ok(tax::luhn(&body[2..]))), (13, digit), "{id}"),
            "JP" => assert_eq!((id.len(), tax::japan_check(&id[2..]).to_string()), (14, id[1..2].to_owned()), "{id}"),
            _ => assert_eq!(id.len(), 10, "{id}"),
        }
        *countries.entry(account["country"].clone()).or_insert(0) += 1;
    }
    assert_eq!(countries.len(), 5);
}

#[test]
fn check_digits_agree_with_published_examples() {
    // The tax agency of Japan is itself the example of its register.
    assert_eq!(tax::china_check("91350100M000100Y4"), Some('3'));
    assert_eq!(tax::mod_11_10("13669597"), 6);
    assert_eq!(tax::luhn("7992739871"), 3);
    assert_eq!(tax::japan_check("000012050002"), 7);
}

#[test]
fn amounts_are_exact_and_quotes_add_up() {
    let data = generate(&options());
    let mut sums: BTreeMap<String, Decimal> = BTreeMap::new();
    for line in records(&data, "quote_lines.csv") {
        let amount = decimal(&line["amount"]);
        let product = decimal(&line["net_price"]).checked_mul(decimal(&line["quantity"])).unwrap();
        assert_eq!(product, amount);
        let sum = sums.entry(line["quote_external_id"].clone()).or_default();
        *sum = sum.checked_add(amount).unwrap();
    }
    let deals: BTreeMap<String, Record> =
        records(&data, "opportunities.csv").into_iter().map(|deal| (deal["external_id"].clone(), deal)).collect();
    for quote in records(&data, "quotes.csv") {
        let total = decimal(&quote["total_net"]);
        assert_eq!(sums[&quote["external_id"]], total);
        let deal = &deals[&quote["opportunity_external_id"]];
        if quote["status"] != "superseded" {
            assert_eq!(decimal(&deal["amount"]), total, "{}", quote["external_id"]);
        }
        let is_over = date(&quote["valid_until"]) < options().until;
        assert!(quote["status"] != "expired" || is_over, "{}", quote["external_id"]);
        assert_eq!(quote["status"] == "accepted", deal["stage"] == "won" && quote["status"] != "superseded");
    }
    for deal in deals.values() {
        let decimals = if deal["currency"] == "JPY" { 0 } else { 2 };
        assert_eq!(decimal(&deal["amount"]).to_fixed(decimals), deal["amount"]);
        assert!(decimal(&deal["amount"]) > Decimal::default());
    }
}

#[test]
fn stage_totals_are_the_sums_of_the_file() {
    let data = generate(&options());
    let mut sums: BTreeMap<String, (usize, BTreeMap<String, Decimal>)> = BTreeMap::new();
    for deal in records(&data, "opportunities.csv") {
        let (count, amounts) = sums.entry(deal["stage"].clone()).or_default();
        *count += 1;
        let sum = amounts.entry(deal["currency"].clone()).or_default();
        *sum = sum.checked_add(decimal(&deal["amount"])).unwrap();
    }
    assert_eq!(sums.len(), 6);
    for (stage, (count, amounts)) in sums {
        let total = &data.totals.stages[stage.as_str()];
        assert_eq!(total.count, count, "{stage}");
        let said: BTreeMap<String, Decimal> =
            total.amounts.iter().map(|(currency, sum)| ((*currency).to_owned(), *sum)).collect();
        assert_eq!(said, amounts, "{stage}");
    }
}

#[test]
fn dates_lie_inside_the_history() {
    let data = generate(&options());
    let history = History::ending(options().until);
    assert_eq!((history.start.to_string(), history.until.to_string()), ("2024-07-01".into(), "2026-06-30".into()));
    let inside = |text: &str| assert!((history.start..=history.until).contains(&date(&text[..10])), "{text}");
    let mut created = BTreeMap::new();
    for account in records(&data, "accounts.csv") {
        inside(&account["created_on"]);
        created.insert(account["external_id"].clone(), date(&account["created_on"]));
    }
    for deal in records(&data, "opportunities.csv") {
        inside(&deal["created_on"]);
        inside(&deal["stage_since"]);
        assert!(created[&deal["account_external_id"]] <= date(&deal["created_on"]));
        assert!(deal["created_on"] <= deal["close_date"] || !matches!(deal["stage"].as_str(), "won" | "lost"));
        if matches!(deal["stage"].as_str(), "won" | "lost") {
            inside(&deal["close_date"]);
        } else {
            let days = calendar::days_between(history.until, date(&deal["close_date"]));
            assert!((-40..=270).contains(&days), "{days}");
        }
    }
    records(&data, "quotes.csv").iter().for_each(|quote| inside(&quote["issued_on"]));
    records(&data, "leads.csv").iter().for_each(|lead| inside(&lead["received_at"]));
    for activity in records(&data, "activities.csv") {
        inside(&activity["at"]);
        chrono::DateTime::parse_from_rfc3339(&activity["at"]).unwrap();
    }
}

#[test]
fn business_has_seasons_and_better_grades_win_more() {
    let data = generate(&options());
    let deals = records(&data, "opportunities.csv");
    let new_year = calendar::chinese_new_year(2026).unwrap();
    assert_eq!(new_year.to_string(), "2026-02-17");
    let home: Vec<NaiveDate> =
        deals.iter().filter(|deal| deal["currency"] == "CNY").map(|deal| date(&deal["created_on"])).collect();
    let in_days = |from: i64, to: i64| {
        home.iter().filter(|day| (from..=to).contains(&calendar::days_between(new_year, **day))).count()
    };
    assert_eq!(in_days(-1, 6), 0);
    assert!(in_days(-12, 15) * 2 < in_days(30, 57), "{} {}", in_days(-12, 15), in_days(30, 57));
    let won: Vec<NaiveDate> =
        deals.iter().filter(|deal| deal["stage"] == "won").map(|deal| date(&deal["close_date"])).collect();
    let last_days = won.iter().filter(|day| calendar::days_between(**day, calendar::quarter_end(**day)) < 10).count();
    assert!(last_days * 5 > won.len(), "{last_days} of {} in the last tenth of a quarter", won.len());
    let grades: BTreeMap<String, String> = records(&data, "accounts.csv")
        .into_iter()
        .map(|account| (account["external_id"].clone(), account["grade"].clone()))
        .collect();
    let rate = |grade: &str| {
        let count = |stage: &str| {
            let of_grade = |deal: &&Record| grades[&deal["account_external_id"]] == grade && deal["stage"] == stage;
            deals.iter().filter(of_grade).count()
        };
        1000 * count("won") / (count("won") + count("lost"))
    };
    assert!(rate("A") > rate("B") && rate("B") > rate("C"), "{} {} {}", rate("A"), rate("B"), rate("C"));
}

#[test]
fn every_dirty_row_is_where_the_list_says() {
    let data = generate(&options());
    assert_eq!(data.dirty.rows.len(), 30);
    assert_eq!(data.dirty.by_kind().len(), 8);
    for dirty in &data.dirty.rows {
        let table = table(&data, dirty.file);
        let text = table.to_csv();
        let line = text.lines().nth(dirty.line - 1).unwrap();
        assert!(line.contains(&dirty.value), "{dirty:?}: {line}");
    }
    let products = keys(&data, "products.csv", "code");
    for dirty in data.dirty.rows.iter().filter(|row| row.kind == DirtyKind::UnknownProduct) {
        assert!(!products.contains(&dirty.value));
    }
    for dirty in data.dirty.rows.iter().filter(|row| row.kind == DirtyKind::MalformedTaxId) {
        let last = dirty.value.chars().last();
        let valid = dirty.value.len() == 18 && tax::china_check(&dirty.value[..17]) == last;
        assert!(!valid, "{}", dirty.value);
    }
    for dirty in data.dirty.rows.iter().filter(|row| row.kind == DirtyKind::DuplicateExternalId) {
        let before = table(&data, dirty.file).rows.iter().take(dirty.line - 2);
        assert_eq!(before.filter(|row| row.cells[0] == dirty.value).count(), 1, "the good row stands before");
    }
    for dirty in data.dirty.rows.iter().filter(|row| row.kind == DirtyKind::BadLine) {
        let lines: Vec<_> =
            table(&data, "quote_lines.csv").rows.iter().filter(|row| row.cells[0] == dirty.value).collect();
        assert!(lines.len() == 1 && lines[0].flaw.is_some(), "the quote has its dirty line only");
    }
}

#[test]
fn every_date_of_the_calendar_can_end_the_history() {
    for until in ["2024-02-29", "2025-12-31", "2026-02-17", "2060-01-01"] {
        let data = generate(&Options { scale_permille: 30, until: date(until), ..options() });
        assert!(data.totals.rows["opportunities.csv"] >= 48, "{until}");
    }
}

#[test]
fn text_with_commas_and_quotes_is_quoted() {
    let mut text = String::new();
    table::push_record(&mut text, ["plain", "a, b", "say \"x\"", ""].into_iter());
    assert_eq!(text, "plain,\"a, b\",\"say \"\"x\"\"\",\n");
}

#[test]
fn files_are_written_to_a_new_folder() {
    let folder = tempfile::tempdir().unwrap();
    let data = generate(&Options { scale_permille: 10, ..options() });
    let mut written = Vec::new();
    data.write_to(&folder.path().join("new"), |files| written.push(files)).unwrap();
    assert_eq!(written, (1..=9).collect::<Vec<_>>());
    let text = std::fs::read_to_string(folder.path().join("new/users.csv")).unwrap();
    assert!(text.starts_with("login,name,manager_login,role,region\n"));
}
