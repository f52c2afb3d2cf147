mod chains;
mod choices;
mod diffs;
mod losses;
mod orders;
mod priced;

use std::collections::HashMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::engine::smoke::sessions;
use crate::engine::{Command, JournalCommand, RecordCommand, Session};
use crate::product::{PriceList, Product};
use crate::query::Query;
use crate::sales::{Guard, Opportunity, Pipeline, StageCategory};
use crate::value::{Currency, Date, Decimal, ErrorCode, FieldValue, FixedClock, Id, Result, Rounding};

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn currency(code: &str) -> Currency {
    code.parse().unwrap()
}

fn line(quantity: &str, price: &str, discount: &str) -> QuoteLine {
    let discount_percent = Some(decimal(discount));
    QuoteLine { discount_percent, ..QuoteLine::written("x", decimal(quantity), decimal(price)) }
}

fn quote(lines: Vec<QuoteLine>) -> Quote {
    Quote { name: "Valves".into(), lines, ..Quote::default() }
}

fn sent(session: &Session, lines: Vec<QuoteLine>) -> Quote {
    let draft = session.quotes().create_quote(&quote(lines)).unwrap();
    session.quotes().send(draft.id, draft.version).unwrap()
}

/// A session of somebody who sees and changes every quote, but for its lines.
fn blind_to_lines(admin: &Session) -> Session {
    use crate::access::{Ctx, FieldAccess, FieldRight, ObjectRight, PermissionSet, User};
    use crate::engine::AdminCommand;
    let run = |command| admin.execute(Command::Admin(command)).unwrap();
    let mut object = ObjectRight { entity: "quote".into(), read: true, create: true, ..ObjectRight::default() };
    (object.edit, object.view_all, object.edit_all) = (true, true, true);
    let fields = vec![FieldRight { entity: "quote".into(), field: "lines".into(), access: FieldAccess::Hidden }];
    let set = PermissionSet { name: "blind".into(), objects: vec![object], fields, ..PermissionSet::default() };
    let set = run(AdminCommand::CreatePermissionSet { permission_set: set }).created("permission_set");
    let user = User { login: "li".into(), name: "li".into(), permission_sets: vec![set], ..User::default() };
    let user = run(AdminCommand::CreateUser { user }).created("user");
    Session { ctx: Ctx { user, ..admin.ctx }, ..admin.clone() }
}

/// A product with a list price of 1350.50 CNY for 10 pieces, and the price list.
fn catalogue(session: &Session) -> (Id, PriceList) {
    let products = session.products();
    let valve = Product { code: "V-1".into(), name: "Valve".into(), unit: Some("piece".into()), ..Product::default() };
    let valve = products.create_product(&valve).unwrap().id;
    let list = PriceList { name: "2026".into(), currency: currency("CNY"), is_default: true, ..PriceList::default() };
    let list = products.create_price_list(&list).unwrap();
    products.set_list_price(list.id, valve, decimal("1350.50"), date("2026-01-01"), Some(decimal("10"))).unwrap();
    (valve, list)
}

#[test]
fn a_line_is_rounded_once_from_its_exact_net() {
    for (_folder, admin) in sessions() {
        // 406.50 less 36.585 is 369.915. Rounding the discount first would give 369.91.
        let made = admin.quotes().create_quote(&quote(vec![line("3", "135.50", "9")])).unwrap();
        let first = &made.lines[0];
        assert_eq!((first.gross_amount, first.net_amount), (Some(decimal("406.5")), Some(decimal("369.92"))));
        assert_eq!((made.subtotal, made.discount_total), (Some(decimal("406.5")), Some(decimal("36.58"))));
        assert_eq!((made.total, made.rounding), (Some(decimal("369.92")), Some(QuoteRounding::LineNetHalfUp)));
        assert_eq!((made.currency, first.position), (Some(currency("CNY")), Some(10)));
    }
}

#[test]
fn amounts_follow_price_unit_and_currency() {
    let amounts = |line: QuoteLine, code: &str| {
        let mut lines = [line];
        price_lines(&mut lines, currency(code), QuoteRounding::LineNetHalfUp, false)
            .map(|totals| totals.total.to_string())
            .map_err(|error| (error.code(), error.field().unwrap().to_owned()))
    };
    let per = |quantity: &str, price: &str, per: &str| QuoteLine {
        per_quantity: Some(decimal(per)),
        ..QuoteLine::written("x", decimal(quantity), decimal(price))
    };
    assert_eq!(amounts(per("3", "1350.50", "10"), "EUR").unwrap(), "405.15");
    assert_eq!(amounts(per("1", "100", "3"), "EUR").unwrap(), "33.33");
    assert_eq!(amounts(per("2", "100", "3"), "EUR").unwrap(), "66.67");
    assert_eq!(amounts(line("3", "33.35", "0"), "JPY").unwrap(), "100", "100.05");
    assert_eq!(amounts(line("1", "0.5", "0"), "JPY").unwrap(), "1");
    assert_eq!(amounts(line("0.000001", "0.000001", "0"), "EUR").unwrap(), "0");
    assert_eq!(amounts(line("1", "1.0005", "0"), "KWD").unwrap(), "1.001");
    assert_eq!(amounts(line("7", "19.99", "100"), "EUR").unwrap(), "0");
    assert_eq!(amounts(line("1", "0.29", "50"), "EUR").unwrap(), "0.15", "0.145 is a half and goes up");
    let refused = |code, path: &str| Err((code, format!("lines[0].{path}")));
    assert_eq!(amounts(line("0", "1", "0"), "EUR"), refused(ErrorCode::OutOfRange, "quantity"));
    assert_eq!(amounts(line("-1", "1", "0"), "EUR"), refused(ErrorCode::OutOfRange, "quantity"));
    assert_eq!(amounts(line("1", "-1", "0"), "EUR"), refused(ErrorCode::OutOfRange, "unit_price"));
    assert_eq!(amounts(line("1", "1", "100.0001"), "EUR"), refused(ErrorCode::OutOfRange, "discount_percent"));
    assert_eq!(amounts(line("1", "1", "-1"), "EUR"), refused(ErrorCode::OutOfRange, "discount_percent"));
    assert_eq!(amounts(per("1", "1", "0"), "EUR"), refused(ErrorCode::OutOfRange, "per_quantity"));
    assert_eq!(amounts(line("0.0000001", "1", "0"), "EUR"), refused(ErrorCode::DecimalDigits, "quantity"));
    assert_eq!(amounts(line("1", "0.0000001", "0"), "EUR"), refused(ErrorCode::DecimalDigits, "unit_price"));
    let huge = "99999999999999999.999999";
    assert_eq!(amounts(line(huge, huge, "1"), "EUR"), refused(ErrorCode::Overflow, "net_amount"));
}

#[test]
fn every_bad_line_is_named_and_the_limit_holds() {
    for (_folder, admin) in sessions() {
        let lines = vec![line("1", "1", "0"), line("0", "1", "0"), line("1", "1", "200")];
        let error = admin.quotes().create_quote(&quote(lines)).unwrap_err();
        let paths: Vec<_> = error.problems().iter().map(|problem| problem.field.as_deref().unwrap()).collect();
        assert_eq!(paths, ["lines[1].quantity", "lines[2].discount_percent"]);
        let too_large = admin.quotes().create_quote(&quote(vec![line("922337203685477", "1", "0"); 2])).unwrap_err();
        assert_eq!((too_large.code(), too_large.field()), (ErrorCode::Overflow, Some("subtotal")));
        let more = admin.quotes().create_quote(&quote(vec![line("1", "0.01", "0"); MAX_LINES + 1])).unwrap_err();
        assert_eq!((more.code(), more.field()), (ErrorCode::TooMany, Some("lines")));
    }
}

#[test]
fn the_longest_quote_with_long_texts_is_made_and_changed() {
    for (_folder, admin) in sessions() {
        let (valve, _) = catalogue(&admin);
        let text = "Stainless ball valve DN 50 PN 40, flanged, with actuator and position feedback, 球阀";
        let description = Some(text.to_owned());
        let one = QuoteLine { description, unit_price: Some(decimal("0.01")), ..line_of(valve) };
        let many = admin.quotes().create_quote(&quote(vec![one; MAX_LINES])).unwrap();
        assert_eq!(many.total, Some(decimal("100")));
        assert_eq!(many.lines[9_999].position, Some(100_000));
        let shorter = Quote { lines: many.lines[1..].to_vec(), ..many };
        assert_eq!(admin.quotes().update_quote(&shorter).unwrap().total, Some(decimal("99.99")));
    }
}

#[test]
fn missing_prices_come_from_the_list_of_today() {
    for (_folder, admin) in sessions() {
        let (valve, list) = catalogue(&admin);
        let lines = vec![
            QuoteLine::of_product(valve, decimal("3")),
            QuoteLine { unit_price: Some(decimal("100")), ..QuoteLine::of_product(valve, decimal("1")) },
        ];
        let made = admin.quotes().create_quote(&quote(lines)).unwrap();
        let first = &made.lines[0];
        assert_eq!((first.unit_price, first.per_quantity), (Some(decimal("1350.5")), Some(decimal("10"))));
        assert_eq!((first.product_code.as_deref(), first.unit.as_deref()), (Some("V-1"), Some("piece")));
        assert_eq!(made.total, Some(decimal("505.15")), "405.15 and 100");

        let unlisted = Product { code: "N-1".into(), name: "New".into(), ..Product::default() };
        let unlisted = admin.products().create_product(&unlisted).unwrap().id;
        let with = |line: QuoteLine| vec![line_of(valve), line_of(valve), line];
        let error = admin.quotes().create_quote(&quote(with(line_of(unlisted)))).unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::Required, Some("lines[2].unit_price")));
        let nowhere = admin.quotes().create_quote(&quote(with(line_of(admin.new_id())))).unwrap_err();
        assert_eq!((nowhere.code(), nowhere.field()), (ErrorCode::UnknownReference, Some("lines[2].product")));
        let euro = Quote { currency: Some(currency("EUR")), ..quote(vec![line_of(valve)]) };
        let error = admin.quotes().create_quote(&euro).unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::CurrencyMismatch, Some("lines[0].unit_price")));
        let dollars = PriceList { name: "USD".into(), currency: currency("USD"), ..PriceList::default() };
        let dollars = admin.products().create_price_list(&dollars).unwrap();
        admin.products().set_list_price(dollars.id, valve, decimal("19"), date("2026-03-02"), None).unwrap();
        let named = Quote { price_list: Some(dollars.id), ..quote(vec![line_of(valve)]) };
        let made = admin.quotes().create_quote(&named).unwrap();
        assert_eq!((made.currency, made.total), (Some(currency("USD")), Some(decimal("19"))), "the list says");
        assert!(list.is_default);
    }
}

/// A price list with one price of a product from the start of the year on.
fn list_in(session: &Session, code: &str, product: Id, price: &str, is_default: bool) -> PriceList {
    let list = PriceList { name: code.into(), currency: currency(code), is_default, ..PriceList::default() };
    let list = session.products().create_price_list(&list).unwrap();
    session.products().set_list_price(list.id, product, decimal(price), date("2026-01-01"), None).unwrap();
    list
}

fn product(session: &Session, code: &str, unit: &str) -> Id {
    let product = Product { code: code.into(), name: code.into(), unit: Some(unit.into()), ..Product::default() };
    session.products().create_product(&product).unwrap().id
}

#[test]
fn a_default_list_in_another_currency_broke_the_simplest_quote() {
    for (_folder, admin) in sessions() {
        let valve = product(&admin, "V-1", "piece");
        let euro = list_in(&admin, "EUR", valve, "80", true);
        let terms = |quote: &Quote| (quote.currency.unwrap().to_string(), quote.price_list, quote.total.unwrap());
        let made = admin.quotes().create_quote(&quote(vec![line_of(valve)])).unwrap();
        assert_eq!(terms(&made), ("EUR".into(), Some(euro.id), decimal("80")), "the books are kept in CNY");
        let dollar = list_in(&admin, "USD", valve, "90", false);
        let deal = Opportunity { name: "x".into(), currency: Some(currency("USD")), ..Opportunity::default() };
        let deal = admin.sales().create_opportunity(&deal).unwrap();
        let tied = |lines| Quote { opportunity: Some(deal.id), ..quote(lines) };
        let made = admin.quotes().create_quote(&tied(vec![line_of(valve)])).unwrap();
        assert_eq!(terms(&made), ("USD".into(), Some(dollar.id), decimal("90")), "the list of the deal's currency");
        let by_hand = admin.quotes().create_quote(&tied(vec![line("1", "5", "0")])).unwrap();
        assert_eq!(terms(&by_hand), ("USD".into(), None, decimal("5")), "no list is needed");
        let blank = admin.quotes().create_quote(&quote(Vec::new())).unwrap();
        assert_eq!((blank.currency, blank.total), (None, None), "no list is picked before there are lines");
        let filled = admin.quotes().update_quote(&Quote { lines: vec![line_of(valve)], ..blank }).unwrap();
        assert_eq!(terms(&filled), ("EUR".into(), Some(euro.id), decimal("80")));
    }
}

#[test]
fn a_line_in_grams_took_the_price_of_kilograms() {
    for (_folder, admin) in sessions() {
        let steel = product(&admin, "S-1", "kg");
        let list = list_in(&admin, "CNY", steel, "10", true);
        let of_unit = |quantity: &str, unit: &str| {
            let line = QuoteLine { unit: Some(unit.into()), ..QuoteLine::of_product(steel, decimal(quantity)) };
            admin.quotes().create_quote(&quote(vec![line]))
        };
        let price = |quantity: &str, unit: &str| {
            let made = of_unit(quantity, unit).unwrap();
            let line = &made.lines[0];
            let figures = [made.total, line.unit_price, line.per_quantity].map(|figure| figure.unwrap().to_string());
            figures.join(" ")
        };
        assert_eq!(price("500", "g"), "5 10 1000");
        assert_eq!(price("2", "t"), "20000 10000 1");
        assert_eq!(price("3", "kg"), "30 10 1");
        let other = of_unit("1", "m").unwrap_err();
        assert_eq!((other.code(), other.field()), (ErrorCode::UnitMismatch, Some("lines[0].unit")));
        let unknown = of_unit("1", "handful").unwrap_err();
        assert_eq!((unknown.code(), unknown.field()), (ErrorCode::NotInPicklist, Some("lines[0].unit")));
        let unreadable = of_unit("1", "lb").unwrap_err();
        assert_eq!((unreadable.code(), unreadable.field()), (ErrorCode::UnitMismatch, Some("lines[0].unit")));

        let draft = of_unit("500", "g").unwrap();
        let unit = Some("t".to_owned());
        let lines = vec![QuoteLine { unit, ..draft.lines[0].clone() }];
        let changed = admin.quotes().update_quote(&Quote { lines, ..draft }).unwrap();
        assert_eq!(changed.total, Some(decimal("5000000")), "another unit, the price anew");
        assert_eq!(changed.price_list, Some(list.id));
    }
}

#[test]
fn a_price_by_the_foot_is_told_by_the_metre_and_back() {
    for (_folder, admin) in sessions() {
        let cable = product(&admin, "C-1", "ft");
        list_in(&admin, "CNY", cable, "2.54", true);
        let metres = QuoteLine { unit: Some("m".into()), ..QuoteLine::of_product(cable, decimal("3.048")) };
        let made = admin.quotes().create_quote(&quote(vec![metres])).unwrap();
        assert_eq!((made.lines[0].per_quantity, made.total), (Some(decimal("0.3048")), Some(decimal("25.4"))));
    }
}

#[test]
fn another_product_list_or_currency_kept_the_texts_and_prices_of_the_old_one() {
    for (_folder, admin) in sessions() {
        let quotes = admin.quotes();
        let (valve, pump) = (product(&admin, "V-1", "piece"), product(&admin, "P-1", "set"));
        let yuan = list_in(&admin, "CNY", valve, "100", true);
        let dollar = list_in(&admin, "USD", valve, "15", false);
        admin.products().set_list_price(yuan.id, pump, decimal("700"), date("2026-01-01"), None).unwrap();
        let by_hand = QuoteLine { unit_price: Some(decimal("90")), ..line_of(valve) };
        let draft = quotes.create_quote(&quote(vec![line_of(valve), by_hand])).unwrap();
        assert!(draft.lines[0].list_price.is_some() && draft.lines[1].list_price.is_none());
        assert_eq!(draft.total, Some(decimal("190")));

        let mut lines = draft.lines.clone();
        lines[0].product = Some(pump);
        lines[1].product = Some(pump);
        let other = quotes.update_quote(&Quote { lines, ..draft.clone() }).unwrap();
        let texts =
            |line: &QuoteLine| [&line.product_code, &line.description, &line.unit].map(|text| text.clone().unwrap());
        assert_eq!(texts(&other.lines[0]), ["P-1", "P-1", "set"]);
        assert_eq!(texts(&other.lines[1]), ["P-1", "P-1", "set"]);
        let prices =
            |quote: &Quote| quote.lines.iter().map(|line| line.unit_price.unwrap().to_string()).collect::<Vec<_>>();
        assert_eq!(prices(&other), ["700", "90"], "what was set by hand stays");
        let missing = quotes.update_quote(&Quote { price_list: Some(dollar.id), ..other.clone() }).unwrap_err();
        assert_eq!((missing.code(), missing.field()), (ErrorCode::Required, Some("lines[0].unit_price")));

        let mut lines = other.lines.clone();
        (lines[0].product, lines[1].product) = (Some(valve), Some(valve));
        let back = quotes.update_quote(&Quote { lines, ..other }).unwrap();
        assert_eq!((texts(&back.lines[0]), prices(&back)), (texts(&draft.lines[0]), prices(&draft)));
        let listed = quotes.update_quote(&Quote { price_list: Some(dollar.id), ..back }).unwrap();
        assert_eq!((prices(&listed), listed.currency), (vec!["15".into(), "90".into()], Some(currency("USD"))));
        let priced = quotes.update_quote(&Quote { currency: Some(currency("CNY")), ..listed.clone() }).unwrap();
        assert_eq!((prices(&priced), priced.price_list), (vec!["100".into(), "90".into()], Some(yuan.id)));
        let nowhere = quotes.update_quote(&Quote { currency: Some(currency("EUR")), ..priced.clone() }).unwrap_err();
        assert_eq!((nowhere.code(), nowhere.field()), (ErrorCode::CurrencyMismatch, Some("lines[0].unit_price")));

        // A list price is changed on its day: the draft keeps the one that was offered until something else changes.
        admin.products().set_list_price(yuan.id, valve, decimal("111"), date("2026-01-01"), None).unwrap();
        let renamed = quotes.update_quote(&Quote { name: "Other".into(), ..priced }).unwrap();
        assert_eq!(prices(&renamed), ["100", "90"]);
        let mut lines = renamed.lines.clone();
        lines[0].unit_price = Some(decimal("99"));
        let own = quotes.update_quote(&Quote { lines, ..renamed }).unwrap();
        assert_eq!((own.lines[0].list_price, prices(&own)), (None, vec!["99".to_owned(), "90".to_owned()]));
        let moved = quotes.update_quote(&Quote { currency: Some(currency("USD")), ..own }).unwrap();
        assert_eq!(prices(&moved), ["99", "90"], "both are set by hand now");
    }
}

#[test]
fn a_revision_keeps_where_its_prices_came_from() {
    for (_folder, admin) in sessions() {
        let valve = product(&admin, "V-1", "piece");
        list_in(&admin, "CNY", valve, "100", true);
        let first = sent(&admin, vec![line_of(valve)]);
        let second = admin.quotes().revise(first.id, first.version).unwrap();
        assert_eq!(second.lines, first.lines);
        assert!(second.lines[0].list_price.is_some());
    }
}

#[test]
fn nothing_warned_of_a_product_that_is_no_longer_sold() {
    use crate::product::ProductLifeCycle;
    for (_folder, admin) in sessions() {
        let (valve, _) = catalogue(&admin);
        let create = || {
            let quote = quote(vec![line("1", "1", "0"), line_of(valve), line_of(valve)]);
            admin.execute(Command::Quote(QuoteCommand::CreateQuote { quote })).unwrap()
        };
        let early = create();
        assert!(early.warnings.is_empty());
        let read = admin.products().product(valve).unwrap();
        let gone = Product { life_cycle: Some(ProductLifeCycle::Discontinued), ..read };
        admin.products().update_product(&gone).unwrap();
        let late = create();
        let fields: Vec<_> = late.warnings.iter().map(|warning| warning.field.as_deref().unwrap()).collect();
        assert_eq!(fields, ["lines[1].product"], "once for each product");
        let quote = admin.quotes().quote(late.created("quote")).unwrap();
        let again = Quote { name: "x".into(), ..quote };
        let saved = admin.execute(Command::Quote(QuoteCommand::UpdateQuote { quote: again })).unwrap();
        assert!(saved.warnings.is_empty(), "said before");
        let send = QuoteCommand::SendQuote { quote: early.created("quote"), expected_version: 1 };
        assert_eq!(admin.execute(Command::Quote(send)).unwrap().warnings.len(), 1, "the last moment to learn it");
    }
}

fn taxed(quantity: &str, price: &str, percent: &str) -> QuoteLine {
    QuoteLine { tax_percent: Some(decimal(percent)), ..line(quantity, price, "0") }
}

/// E02 of the reference, an example invoice of EN 16931: 1460.50 at 25 % bear 365.125 and so 365.13, 1.00 at 15 % 0.15.
#[test]
fn tax_is_rounded_once_for_each_rate_as_in_an_example_of_en_16931() {
    for (_folder, admin) in sessions() {
        let lines =
            vec![taxed("1", "1273", "25"), taxed("1", "1", "15"), taxed("0.75", "250", "25"), line("2", "5", "0")];
        let made = admin.quotes().create_quote(&quote(lines)).unwrap();
        let rates: Vec<String> =
            made.taxes.iter().map(|rate| format!("{} {} {}", rate.percent, rate.base, rate.tax)).collect();
        assert_eq!(rates, ["15 1 0.15", "25 1460.5 365.13"]);
        assert_eq!((made.total, made.tax_total), (Some(decimal("1471.5")), Some(decimal("365.28"))));
        assert_eq!(made.total_with_tax, Some(decimal("1836.78")), "what has no rate is not taxed");
        let many = admin.quotes().create_quote(&quote(vec![taxed("1", "0.10", "25"); 3])).unwrap();
        assert_eq!(many.tax_total, Some(decimal("0.08")), "0.075 once, not three times 0.03");
        let zero = admin.quotes().create_quote(&quote(vec![taxed("1", "5", "0")])).unwrap();
        assert_eq!((zero.tax_total, zero.total_with_tax), (Some(Decimal::ZERO), Some(decimal("5"))), "a rate of zero");
        let none = admin.quotes().create_quote(&quote(vec![line("1", "5", "0")])).unwrap();
        assert_eq!((none.tax_total, none.total_with_tax, none.taxes.len()), (None, None, 0));
        let bad = admin.quotes().create_quote(&quote(vec![taxed("1", "5", "101")])).unwrap_err();
        assert_eq!((bad.code(), bad.field()), (ErrorCode::OutOfRange, Some("lines[0].tax_percent")));
    }
}

#[test]
fn prices_with_tax_are_split_without_loss() {
    for (_folder, admin) in sessions() {
        let lines = vec![taxed("1", "113", "13"), taxed("1", "100", "13"), taxed("1", "10.60", "6")];
        let draft = Quote { prices_include_tax: true, ..quote(lines) };
        let made = admin.quotes().create_quote(&draft).unwrap();
        let rates: Vec<String> =
            made.taxes.iter().map(|rate| format!("{} {} {}", rate.percent, rate.base, rate.tax)).collect();
        // 213 * 13 / 113 is 24.504...: 188.50 and 24.50 are 213 again.
        assert_eq!(rates, ["6 10 0.6", "13 188.5 24.5"]);
        assert_eq!((made.subtotal, made.total), (Some(decimal("223.6")), Some(decimal("198.5"))));
        assert_eq!((made.tax_total, made.total_with_tax), (Some(decimal("25.1")), Some(decimal("223.6"))));
        let sent = admin.quotes().send(made.id, made.version).unwrap();
        let flipped = admin.quotes().update_quote(&Quote { prices_include_tax: false, ..sent.clone() }).unwrap_err();
        assert_eq!(flipped.code(), ErrorCode::IllegalTransition);
        let revised = admin.quotes().revise(sent.id, sent.version).unwrap();
        assert_eq!((revised.prices_include_tax, revised.total), (true, made.total));
    }
}

/// P07 of the reference: the same line is 369.92 or 369.91, as the net or the discount is rounded.
#[test]
fn the_discount_is_rounded_where_the_quote_says_so() {
    for (_folder, admin) in sessions() {
        let by = |rounding| Quote { rounding: Some(rounding), ..quote(vec![line("3", "135.50", "9")]) };
        let figures = |rounding| {
            let made = admin.quotes().create_quote(&by(rounding)).unwrap();
            (made.rounding, made.total.unwrap().to_string(), made.discount_total.unwrap().to_string())
        };
        let net = QuoteRounding::LineNetHalfUp;
        assert_eq!(figures(net), (Some(net), "369.92".into(), "36.58".into()));
        let discount = QuoteRounding::LineDiscountHalfUp;
        assert_eq!(figures(discount), (Some(discount), "369.91".into(), "36.59".into()));
    }
}

fn line_of(product: Id) -> QuoteLine {
    QuoteLine::of_product(product, Decimal::ONE)
}

#[test]
fn numbers_are_issued_without_gaps_and_kept_when_given() {
    for (_folder, admin) in sessions() {
        let number = |quote: &Quote| admin.quotes().create_quote(quote).map(|made| made.number.unwrap());
        let plain = quote(vec![line("1", "1", "0")]);
        assert_eq!(number(&plain).unwrap(), "Q-2026-000001");
        assert!(number(&quote(vec![line("0", "1", "0")])).is_err());
        assert_eq!(number(&plain).unwrap(), "Q-2026-000002", "a refused quote takes no number");
        let given = Quote { number: Some("ANG-77".into()), ..plain.clone() };
        assert_eq!(number(&given).unwrap(), "ANG-77");
        assert_eq!(number(&given).unwrap_err().code(), ErrorCode::DuplicateKey);
        let made = admin.quotes().create_quote(&plain).unwrap();
        let renamed = admin.quotes().update_quote(&Quote { number: Some("X".into()), ..made });
        assert_eq!(renamed.unwrap_err().code(), ErrorCode::WriteOnce);
    }
}

#[test]
fn what_was_sent_is_not_changed_but_revised() {
    for (_folder, admin) in sessions() {
        let quotes = admin.quotes();
        let draft = quotes.create_quote(&quote(vec![line("1", "10", "0")])).unwrap();
        let changed = quotes.update_quote(&Quote { lines: vec![line("2", "10", "5")], ..draft.clone() }).unwrap();
        assert_eq!((changed.total, changed.version), (Some(decimal("19")), 2));
        let first = quotes.send(draft.id, 2).unwrap();
        assert_eq!((first.status, first.sent_on), (Some(QuoteStatus::Sent), Some(date("2026-03-02"))));
        for attempt in [
            quotes.update_quote(&Quote { lines: vec![line("1", "1", "0")], ..first.clone() }),
            quotes.update_quote(&Quote { valid_until: Some(date("2027-01-01")), ..first.clone() }),
            quotes.send(first.id, first.version),
            quotes.expire(first.id, first.version),
        ] {
            assert_eq!(attempt.unwrap_err().code(), ErrorCode::IllegalTransition);
        }
        let second = quotes.revise(first.id, first.version).unwrap();
        assert_eq!((second.revision, second.status), (Some(2), Some(QuoteStatus::Draft)));
        assert_eq!((second.revises, second.total), (Some(first.id), Some(decimal("19"))));
        assert_eq!(second.number.as_deref(), Some("Q-2026-000001-2"));
        let old = quotes.quote(first.id).unwrap();
        assert_eq!(old.status, Some(QuoteStatus::Superseded));
        for attempt in [quotes.revise(old.id, old.version), quotes.accept(old.id, old.version)] {
            assert_eq!(attempt.unwrap_err().code(), ErrorCode::IllegalTransition);
        }
        let sent = quotes.send(second.id, second.version).unwrap();
        let rejected = quotes.reject(sent.id, sent.version, "too dear").unwrap();
        assert_eq!(rejected.reject_reason.as_deref(), Some("too dear"));
        let third = quotes.revise(rejected.id, rejected.version).unwrap();
        assert_eq!((third.revision, third.number.as_deref()), (Some(3), Some("Q-2026-000001-3")));
        let step = admin.history("quote", third.id).unwrap()[0].op_id;
        admin.execute(Command::Journal(JournalCommand::Undo { operation: step })).unwrap();
        assert_eq!(quotes.quote(rejected.id).unwrap().status, Some(QuoteStatus::Rejected));
    }
}

#[test]
fn a_sent_quote_could_be_given_to_another_customer() {
    use crate::customer::Account;
    for (_folder, admin) in sessions() {
        let account = |name: &str| {
            let account = Account { name: name.into(), ..Account::default() };
            admin.customers().create_account(&account).unwrap().id
        };
        let (one, other) = (account("One"), account("Other"));
        let draft = Quote { account: Some(one), ..quote(vec![line("1", "1", "0")]) };
        let draft = admin.quotes().create_quote(&draft).unwrap();
        let sent = admin.quotes().send(draft.id, draft.version).unwrap();
        let deal = Opportunity { name: "x".into(), ..Opportunity::default() };
        let deal = admin.sales().create_opportunity(&deal).unwrap().id;
        for changed in [
            Quote { account: Some(other), ..sent.clone() },
            Quote { opportunity: Some(deal), ..sent.clone() },
            Quote { account: None, ..sent.clone() },
        ] {
            let error = admin.quotes().update_quote(&changed).unwrap_err();
            assert_eq!((error.code(), error.field()), (ErrorCode::IllegalTransition, Some("status")));
        }
        let handed = admin.quotes().update_quote(&Quote { owner: None, ..sent.clone() });
        assert!(handed.is_ok(), "who answers for it may change");
    }
}

#[test]
fn a_product_that_a_quote_names_could_be_deleted() {
    for (_folder, admin) in sessions() {
        let (valve, _) = catalogue(&admin);
        let delete = |entity: &str, id: Id, expected_version: i64| {
            let entity = entity.to_owned();
            admin.execute(Command::Record(RecordCommand::Delete { entity, id, expected_version }))
        };
        let price = admin.products().list_prices(&Query::default()).unwrap().items.remove(0);
        delete("list_price", price.id, price.version).unwrap();
        let priced = QuoteLine { unit_price: Some(decimal("1")), ..line_of(valve) };
        let draft = admin.quotes().create_quote(&quote(vec![priced])).unwrap();
        assert_eq!(delete("product", valve, 1).unwrap_err().code(), ErrorCode::StillReferenced);
        let draft = admin.quotes().update_quote(&Quote { lines: Vec::new(), ..draft }).unwrap();
        delete("product", valve, 1).unwrap();
        assert_eq!(draft.lines.len(), 0);
    }
}

#[test]
fn a_quote_with_a_hidden_custom_value_could_never_be_revised() {
    use crate::access::{Ctx, FieldAccess, FieldRight, ObjectRight, PermissionSet, User};
    use crate::engine::AdminCommand;
    use crate::schema::{CustomFieldKind, FieldDefinition};
    for (_folder, admin) in sessions() {
        let run = |command| admin.execute(Command::Admin(command)).unwrap();
        let definition = FieldDefinition {
            entity: "quote".into(),
            name: "x_margin".into(),
            kind: CustomFieldKind::Text,
            ..FieldDefinition::default()
        };
        run(AdminCommand::DefineField { definition });
        let rep = |login: &str, create: bool| {
            let object =
                ObjectRight { entity: "quote".into(), read: true, create, edit: true, ..ObjectRight::default() };
            let field = FieldRight { entity: "quote".into(), field: "x_margin".into(), access: FieldAccess::Hidden };
            let (name, objects, fields) = (format!("{login} set"), vec![object], vec![field]);
            let set = PermissionSet { name, objects, fields, ..PermissionSet::default() };
            let set = run(AdminCommand::CreatePermissionSet { permission_set: set }).created("permission_set");
            let user = User { login: login.into(), name: login.into(), permission_sets: vec![set], ..User::default() };
            let user = run(AdminCommand::CreateUser { user }).created("user");
            Session { ctx: Ctx { user, ..admin.ctx }, ..admin.clone() }
        };
        let margin = HashMap::from([("x_margin".to_owned(), FieldValue::from("31"))]);
        let sent_to = |session: &Session| {
            let given =
                Quote { owner: Some(session.user()), custom: margin.clone(), ..quote(vec![line("1", "1", "0")]) };
            let draft = admin.quotes().create_quote(&given).unwrap();
            admin.quotes().send(draft.id, draft.version).unwrap()
        };
        let (wang, li) = (rep("wang", true), rep("li", false));
        let first = sent_to(&wang);
        let second = wang.quotes().revise(first.id, first.version).unwrap();
        assert!(second.custom.is_empty(), "it stays hidden");
        assert_eq!(admin.quotes().quote(second.id).unwrap().custom, margin, "and is kept");
        let other = sent_to(&li);
        let denied = li.quotes().revise(other.id, other.version).unwrap_err();
        assert_eq!(denied.kind(), "denied", "who may make no quote revises none");
    }
}

#[test]
fn a_quote_whose_revision_was_deleted_can_be_revised_again() {
    for (_folder, admin) in sessions() {
        let quotes = admin.quotes();
        let delete = |quote: &Quote| {
            let delete =
                RecordCommand::Delete { entity: "quote".into(), id: quote.id, expected_version: quote.version };
            admin.execute(Command::Record(delete)).unwrap();
        };
        let restore = |quote: &Quote| {
            admin.execute(Command::Record(RecordCommand::Restore { entity: "quote".into(), id: quote.id }))
        };
        let first = sent(&admin, vec![line("1", "1", "0")]);
        let second = quotes.revise(first.id, first.version).unwrap();
        let old = quotes.quote(first.id).unwrap();
        assert_eq!(quotes.revise(old.id, old.version).unwrap_err().code(), ErrorCode::IllegalTransition);
        delete(&second);
        restore(&second).unwrap();
        delete(&quotes.quote(second.id).unwrap());
        let old = quotes.quote(old.id).unwrap();
        let third = quotes.revise(old.id, old.version).unwrap();
        assert_eq!((third.revision, third.number), (Some(2), second.number.clone()), "the number is free again");
        assert_eq!(restore(&second).unwrap_err().code(), ErrorCode::IllegalTransition, "another took the place");
    }
}

#[test]
fn every_pair_of_steps_is_allowed_or_refused() {
    let pairs = QuoteStatus::ALL.iter().flat_map(|from| QuoteStatus::ALL.iter().map(move |to| (*from, *to)));
    let allowed: Vec<String> =
        pairs.filter(|(from, to)| from.may_become(*to)).map(|(from, to)| format!("{from}>{to}")).collect();
    let expected = "draft>sent sent>accepted sent>rejected sent>expired sent>superseded rejected>superseded \
        expired>superseded";
    assert_eq!(allowed.join(" "), expected);
}

#[test]
fn the_generic_way_obeys_the_same_rule() {
    for (_folder, admin) in sessions() {
        let create = |fields: &[(&str, FieldValue)]| -> Result<Id> {
            let mut all = HashMap::from([("name".to_owned(), FieldValue::from("Import"))]);
            all.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
            let command = RecordCommand::Create { entity: "quote".into(), fields: all };
            admin.execute(Command::Record(command)).map(|outcome| outcome.created("quote"))
        };
        let lines =
            FieldValue::Json(r#"[{"quantity":"3","unit_price":"135.5","discount_percent":9,"net_amount":"1"}]"#.into());
        let made = admin.quotes().quote(create(&[("lines", lines)]).unwrap()).unwrap();
        assert_eq!(made.total, Some(decimal("369.92")), "what is computed is computed, whatever is given");
        for (field, value) in [("status", "accepted"), ("total", "5"), ("revision", "7"), ("sent_on", "2026-01-01")] {
            let error = create(&[(field, value.into())]).unwrap_err();
            assert_eq!((error.code(), error.field()), (ErrorCode::ReadOnlyField, Some(field)));
        }
        let bad = FieldValue::Json(r#"[{"quantity":"1","unit_price":"1"},{"quantity":"x"}]"#.into());
        let error = create(&[("lines", bad)]).unwrap_err();
        assert_eq!(error.field(), Some("lines[1].quantity"));
        let float = FieldValue::Json(r#"[{"quantity":1.5,"unit_price":"1"}]"#.into());
        assert_eq!(create(&[("lines", float)]).unwrap_err().code(), ErrorCode::FloatNotAllowed);
        let revised = sent(&admin, vec![line("1", "1", "0")]);
        let second = create(&[("revises", revised.id.into())]).unwrap();
        assert_eq!(admin.quotes().quote(second).unwrap().revision, Some(2));
        assert_eq!(admin.quotes().quote(revised.id).unwrap().status, Some(QuoteStatus::Superseded));
    }
}

#[test]
fn acceptance_wins_the_opportunity_with_the_total() {
    for (_folder, admin) in sessions() {
        let deal = Opportunity { name: "Valves".into(), amount: Some(decimal("1")), ..Opportunity::default() };
        let deal = admin.sales().create_opportunity(&deal).unwrap();
        let draft = Quote { opportunity: Some(deal.id), ..quote(vec![line("3", "135.50", "9")]) };
        let draft = admin.quotes().create_quote(&Quote { currency: Some(currency("EUR")), ..draft }).unwrap();
        assert_eq!(admin.quotes().accept(draft.id, 1).unwrap_err().code(), ErrorCode::IllegalTransition);
        let sent = admin.quotes().send(draft.id, 1).unwrap();
        let accepted = admin.quotes().accept(sent.id, sent.version).unwrap();
        assert_eq!(accepted.status, Some(QuoteStatus::Accepted));
        let won = admin.sales().opportunity(deal.id).unwrap();
        assert_eq!(won.stage_category, Some(StageCategory::Won));
        assert_eq!((won.amount, won.currency), (Some(decimal("369.92")), Some(currency("EUR"))));
        assert_eq!(won.close_reason.as_deref(), Some("quote Q-2026-000001 accepted"));
        assert_eq!(admin.sales().stage_history(deal.id).unwrap().len(), 2);
        let step = admin.history("quote", draft.id).unwrap().pop().unwrap().op_id;
        admin.execute(Command::Journal(JournalCommand::Undo { operation: step })).unwrap();
        assert_eq!(admin.quotes().quote(draft.id).unwrap().status, Some(QuoteStatus::Sent));
        let open = admin.sales().opportunity(deal.id).unwrap();
        assert_eq!((open.stage, open.amount, open.currency), (deal.stage, deal.amount, deal.currency));
        assert_eq!(admin.sales().stage_history(deal.id).unwrap().len(), 1);

        let lost = admin.sales().close_lost(deal.id, open.version, "price", None, None).unwrap();
        let sent = admin.quotes().quote(draft.id).unwrap();
        let command = QuoteCommand::AcceptQuote { quote: sent.id, expected_version: sent.version, chosen: None };
        let outcome = admin.execute(Command::Quote(command)).unwrap();
        assert_eq!(outcome.warnings[0].code, ErrorCode::IllegalTransition, "the caller learns that it was closed");
        assert_eq!(admin.sales().opportunity(deal.id).unwrap(), lost);
    }
}

#[test]
fn a_guard_of_the_won_stage_stops_the_acceptance_as_a_whole() {
    for (_folder, admin) in sessions() {
        let mut pipeline = Pipeline::standard();
        pipeline.stages[4].guards = vec![Guard::FieldFilled { field: "close_date".into() }];
        admin.sales().create_pipeline(&pipeline).unwrap();
        let deal =
            admin.sales().create_opportunity(&Opportunity { name: "x".into(), ..Opportunity::default() }).unwrap();
        let draft = Quote { opportunity: Some(deal.id), ..quote(vec![line("1", "1", "0")]) };
        let draft = admin.quotes().create_quote(&draft).unwrap();
        let sent = admin.quotes().send(draft.id, 1).unwrap();
        let error = admin.quotes().accept(sent.id, sent.version).unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::GuardNotMet, Some("opportunity.close_date")));
        assert_eq!(admin.quotes().quote(sent.id).unwrap(), sent, "nothing changed");
    }
}

#[test]
fn validity_ends_after_its_date() {
    for (_folder, admin) in sessions() {
        // Half past eleven in the evening of the last day in Shanghai, and half past midnight.
        let clock = Arc::new(FixedClock::new("2026-03-31T15:30:00Z".parse().unwrap()));
        let admin = admin.with_clock(clock.clone());
        let quotes = admin.quotes();
        let until = |day: &str| Quote { valid_until: Some(date(day)), ..quote(vec![line("1", "1", "0")]) };
        let old = quotes.create_quote(&until("2026-03-30")).unwrap();
        assert_eq!(quotes.send(old.id, 1).unwrap_err().field(), Some("valid_until"));
        let draft = quotes.create_quote(&until("2026-03-31")).unwrap();
        let sent = quotes.send(draft.id, 1).unwrap();
        assert_eq!(quotes.expire(sent.id, sent.version).unwrap_err().field(), Some("valid_until"));
        clock.advance_micros(3_600_000_000);
        let late = quotes.accept(sent.id, sent.version).unwrap_err();
        assert_eq!((late.code(), late.field()), (ErrorCode::IllegalTransition, Some("valid_until")));
        let expired = quotes.expire(sent.id, sent.version).unwrap();
        assert_eq!((expired.status, expired.decided_on), (Some(QuoteStatus::Expired), Some(date("2026-04-01"))));
        let again = quotes.revise(expired.id, expired.version).unwrap();
        assert_eq!(again.valid_until, None, "a date in the past is not taken over");
        let empty = quotes.create_quote(&quote(Vec::new())).unwrap();
        assert_eq!(quotes.send(empty.id, 1).unwrap_err().code(), ErrorCode::Required);
        assert_eq!(quotes.quotes(&Query::default()).unwrap().items.len(), 4);
    }
}

/// `numerator / denominator` rounded half up, by whole numbers.
fn half_up(numerator: i128, denominator: i128) -> i128 {
    (2 * numerator + denominator) / (2 * denominator)
}

proptest! {
    /// Each amount is the exact fraction rounded once, and the totals are sums of what stands in the lines.
    #[test]
    fn totals_are_sums_of_exactly_rounded_lines(
        lines in prop::collection::vec((1_i64..10_000_000, 0_i64..100_000_000, 0_i64..=10_000, 1_i64..1000), 0..30),
    ) {
        let of = |figure: i64, scale| Decimal::new(figure.into(), scale).unwrap();
        let mut quoted: Vec<QuoteLine> = lines
            .iter()
            .map(|(quantity, price, discount, per)| QuoteLine {
                discount_percent: Some(of(*discount, 2)),
                per_quantity: Some(of(*per, 1)),
                ..QuoteLine::written("x", of(*quantity, 3), of(*price, 4))
            })
            .collect();
        for (place, line) in quoted.iter_mut().enumerate() {
            line.tax_percent = [None, Some(decimal("13")), Some(decimal("6"))][place % 3];
        }
        let by_discount = QuoteRounding::LineDiscountHalfUp;
        let included = price_lines(&mut quoted.clone(), currency("EUR"), by_discount, true).unwrap();
        let parts = |totals: &QuoteTotals| {
            let taxes = totals.taxes.iter().map(|rate| rate.tax);
            taxes.fold(totals.total, |sum, tax| sum.checked_add(tax).unwrap())
        };
        prop_assert_eq!(included.subtotal.checked_sub(included.discount_total).unwrap(), parts(&included));
        let totals = price_lines(&mut quoted, currency("EUR"), QuoteRounding::LineNetHalfUp, false).unwrap();
        prop_assert_eq!(totals.total_with_tax.unwrap_or(totals.total), parts(&totals));
        let (mut gross_sum, mut net_sum) = (0, 0);
        for (line, (quantity, price, discount, per)) in quoted.iter().zip(&lines) {
            // In cents: quantity / 1000 * price / 10000 / (per / 10) * (1 - discount / 10000) * 100.
            let exact = i128::from(*quantity) * i128::from(*price) * 10 * 100;
            let gross = half_up(exact, i128::from(*per) * 10_000_000);
            let net = half_up(exact * (10_000 - i128::from(*discount)), i128::from(*per) * 10_000_000 * 10_000);
            prop_assert_eq!(line.gross_amount.unwrap(), Decimal::new(gross, 2).unwrap());
            prop_assert_eq!(line.net_amount.unwrap(), Decimal::new(net, 2).unwrap());
            prop_assert!(net <= gross);
            gross_sum += gross;
            net_sum += net;
        }
        prop_assert_eq!(totals.total, Decimal::new(net_sum, 2).unwrap());
        prop_assert_eq!(totals.subtotal, Decimal::new(gross_sum, 2).unwrap());
        prop_assert_eq!(totals.subtotal.checked_sub(totals.discount_total).unwrap(), totals.total);
        prop_assert_eq!(totals.total, totals.total.round(2, Rounding::HalfUp));
    }
}
