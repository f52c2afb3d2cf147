//! Every function that is exported to other languages, and how a reader calls it in two worlds at once.
//!
//! A function that is new in `foreign` fails a test here until it is called, or stands among those that cannot tell.

mod access;
mod admin;
mod conditions;
mod customers;
mod deals;
mod duplicates;
mod forecasts;
mod merges;
mod offers;
mod product_parts;
mod session;
mod special_prices;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use super::paired_rooms::Rooms;

/// An exported function and a call of it with random arguments.
pub(super) type Call = (&'static str, fn(&mut Rooms));

/// A call that reads one record by its identifier.
macro_rules! one {
    ($entity:literal, $room:ident.$method:ident) => {
        |rooms| {
            let id = rooms.any($entity);
            rooms.ask(&(stringify!($method), id), |session| session.$room().$method(id));
        }
    };
}
use one;

/// A call that reads one record as it stood.
macro_rules! past {
    ($entity:ident) => {
        |rooms| {
            let (id, at) = (rooms.any(<$entity as crate::schema::Entity>::NAME), rooms.instant());
            rooms.ask(&("as of", stringify!($entity), id, at), |session| session.as_of::<$entity>(id, at));
        }
    };
}
use past;

/// A call that reads up to three pages.
macro_rules! pages {
    ($entity:literal, $room:ident.$method:ident) => {
        |rooms| {
            let mut query = rooms.query($entity);
            for _ in 0..3 {
                let page = rooms.ask(&(stringify!($method), &query), |session| session.$room().$method(&query));
                let Some(next) = page.and_then(|page| page.next_cursor) else { break };
                query.cursor = Some(next);
            }
        }
    };
}
use pages;

/// Every call.
pub(super) fn calls() -> &'static [Call] {
    static ALL: LazyLock<Vec<Call>> = LazyLock::new(|| {
        [
            session::CALLS,
            customers::CALLS,
            deals::CALLS,
            offers::CALLS,
            product_parts::CALLS,
            conditions::CALLS,
            special_prices::CALLS,
            forecasts::CALLS,
            admin::CALLS,
            access::CALLS,
            merges::CALLS,
            duplicates::CALLS,
        ]
        .concat()
    });
    &ALL
}

/// What is exported and can tell nothing of the records that a reader does not see, and why.
const CANNOT_TELL: &[(&str, &str)] = &[
    ("Crm::*", "the host's own: it opens and keeps the file, and has no reader"),
    ("UnitTable::*", "counts with what it is given"),
    ("CompiledCalendar::*", "counts with what it is given"),
    ("CellReader::*", "reads the text that it is given"),
    ("BmecatFile::*", "tells what is in the file that it was given"),
    ("MatchIndex::*", "reads a file of its own"),
    ("Pricer::*", "prices what it is given, by the catalogue that it is given"),
    ("OpenDocument::*", "prices what it is given, by the catalogue that it is given"),
    ("lint_price_catalog", "looks through what it is given"),
    ("lint_price_catalog_json", "looks through what it is given"),
    ("audit_price_result", "computes what it is given"),
    ("audit_price_result_json", "computes what it is given"),
    ("price_waterfall", "computes what it is given"),
    ("price_waterfall_json", "computes what it is given"),
    ("parse_price_catalog", "reads the text that it is given"),
    ("parse_price_document", "reads the text that it is given"),
    ("parse_price_documents", "reads the text that it is given"),
    ("parse_price_result", "reads the text that it is given"),
    ("forecast", "computes what it is given"),
    ("forecast_with", "computes what it is given"),
    ("forecast_by_formula", "computes what it is given"),
    ("forecast_many", "computes what it is given"),
    ("make_forecast_run", "computes what it is given"),
    ("verify_forecast_run", "computes what it is given"),
    ("forecast_run_hash", "counts with what it is given"),
    ("forecast_input_hash", "counts with what it is given"),
    ("backtest", "computes what it is given"),
    ("decompose", "computes what it is given"),
    ("forecast_hierarchy", "computes what it is given"),
    ("reconcile_forecasts", "computes what it is given"),
    ("forecast_accuracy", "computes what it is given"),
    ("demand_pattern", "computes what it is given"),
    ("forecast_calendar", "counts with what it is given"),
    ("dedupe", "compares what it is given"),
    ("match_parts", "reads what it is given"),
    ("explain_match", "compares what it is given"),
    ("standard_match_model", "a constant"),
    ("match_model_to_splink", "writes what it is given"),
    ("match_model_from_splink", "reads the text that it is given"),
    ("Session::customers", "the way to a room"),
    ("Session::products", "the way to a room"),
    ("Session::sales", "the way to a room"),
    ("Session::conditions", "the way to a room"),
    ("Session::quotes", "the way to a room"),
    ("Session::special_prices", "the way to a room"),
    ("Session::forecasts", "the way to a room"),
    ("Session::admin", "the way to a room"),
    ("Session::access", "the way to a room"),
    ("Session::transfers", "the way to a room"),
    ("Session::merges", "the way to a room"),
    ("Session::duplicates", "the way to a room"),
    ("Session::user", "who asks"),
    ("Session::new_id", "drawn without a look at the store"),
    ("parse_command", "reads the text that it is given"),
    ("standard_pipeline", "a constant"),
    ("price_lines", "counts with what it is given"),
    ("quote_hash", "counts with what it is given"),
    ("diff_quotes", "compares what it is given"),
    ("standard_quote_policy", "a constant"),
    ("chosen_lines", "counts with what it is given"),
    ("lost_quotes", "counts with what it is given"),
    ("read_csv", "reads the file that it is given"),
    ("write_csv", "writes what it is given"),
    ("rejects_csv", "writes what it is given"),
    ("notices_csv", "writes what it is given"),
    ("read_vcards", "reads the file that it is given"),
    ("read_bmecat", "reads the file that it is given"),
    ("write_bmecat", "writes what it is given"),
    ("write_vcards", "writes what it is given"),
    ("escape_formula", "changes the text that it is given"),
    ("unescape_formula", "changes the text that it is given"),
    ("engine_version", "a constant"),
    ("check_value", "looks at what it is given"),
    ("json_schema_names", "a constant"),
    ("json_schema", "a constant"),
    ("allocate", "counts with what it is given"),
    ("normalize_identifier", "changes the text that it is given"),
    ("normalize_gtin", "changes the text that it is given"),
    ("normalize_iban", "changes the text that it is given"),
    ("normalize_text", "changes the text that it is given"),
    ("parse_decimal", "reads the text that it is given"),
    ("round_decimal", "counts with what it is given"),
    ("currencies", "a constant"),
    ("currency_exponent", "a constant"),
    ("content_hash", "counts with what it is given"),
    ("weekday_calendar", "makes what it is told"),
    ("around_the_clock_calendar", "makes what it is told"),
];

/// The functions of the shells: `Session::history`, or the bare name of one that belongs to no object.
fn exported() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/foreign");
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let mut object = None;
        for line in std::fs::read_to_string(entry.unwrap().path()).unwrap().lines() {
            let named = |rest: &str| rest.split(['(', '<', ' ', '{']).next().unwrap().to_owned();
            if let Some(rest) = line.strip_prefix("impl ") {
                object = Some(named(rest));
            } else if line == "}" {
                object = None;
            } else if let Some(rest) = line.trim_start().strip_prefix("pub fn ") {
                found.insert(object.iter().fold(named(rest), |name, object| format!("{object}::{name}")));
            }
        }
    }
    found
}

#[test]
fn every_exported_function_is_called_in_two_worlds() {
    let exported = exported();
    assert!(exported.len() > 150 && exported.contains("Session::history") && exported.contains("content_hash"));
    let called: BTreeSet<&str> = calls().iter().map(|(name, _)| *name).collect();
    assert_eq!(called.len(), calls().len(), "each stands once");
    let silent = |name: &str| {
        let object = name.split("::").next().map(|object| format!("{object}::*"));
        CANNOT_TELL.iter().any(|(known, _)| *known == name || Some(*known) == object.as_deref())
    };
    let forgotten: Vec<&String> =
        exported.iter().filter(|name| !called.contains(name.as_str()) && !silent(name)).collect();
    assert_eq!(forgotten, Vec::<&String>::new(), "call them in `testkit/exported`, or say why they cannot tell");
    let gone: Vec<&&str> = called.iter().filter(|name| !exported.contains(**name)).collect();
    assert_eq!(gone, Vec::<&&str>::new(), "no such function is exported");
    for (name, _) in CANNOT_TELL {
        let known = name
            .strip_suffix('*')
            .map_or(exported.contains(*name), |object| exported.iter().any(|function| function.starts_with(object)));
        assert!(known && !called.contains(name), "`{name}` is not exported, or is called after all");
    }
}

/// Of each function some calls were answered in one of the runs, if the reader has the right at all.
pub(super) fn every_function_was_called(runs: &[Vec<(usize, usize)>]) {
    let mut wrong = Vec::new();
    for (place, (name, _)) in calls().iter().enumerate() {
        let count = |of: fn(&(usize, usize)) -> usize| runs.iter().map(|run| of(&run[place])).sum::<usize>();
        let (called, answered) = (count(|run| run.0), count(|run| run.1));
        assert!(called > 0, "`{name}` was never called");
        let is_refused = admin::REFUSED.contains(name) || duplicates::REFUSED.contains(name);
        // What would change nothing is refused to nobody, and comes up now and then.
        let is_wrong = if is_refused { answered * 50 > called } else { answered == 0 };
        if is_wrong && !admin::RARE.contains(name) {
            wrong.push(format!("`{name}`: {called} calls, {answered} answered"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
