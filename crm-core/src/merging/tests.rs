//! Which value survives, and what is left of spans.

use super::{Candidate, Days, FieldChoice, SurvivorRule, choose, left_over, without_joined};
use crate::customer::Account;
use crate::schema::{Entity as _, FieldSpec, text};
use crate::value::{Date, ErrorCode, FieldValue, Id, Timestamp};

fn id(number: u8) -> Id {
    Id::from_bytes([number; 16])
}

/// Candidates in their order; each was set later than the one before and has one field less.
fn candidates(values: &[FieldValue]) -> Vec<Candidate> {
    let of = |(place, value): (usize, &FieldValue)| Candidate {
        id: id(u8::try_from(place).unwrap() + 1),
        value: value.clone(),
        set_at: Timestamp::from_micros(i64::try_from(place).unwrap()),
        trust: [5, usize::MAX, 0][place % 3],
        filled: 9 - place,
    };
    values.iter().enumerate().map(of).collect()
}

fn chosen(spec: &FieldSpec, rule: SurvivorRule, values: &[FieldValue]) -> (FieldValue, Option<Id>, i64) {
    let choice = FieldChoice { rule, record: Some(id(2)), value: Some("given".into()), ..FieldChoice::default() };
    let found = choose(spec, &choice, &candidates(values)).unwrap();
    (found.value, found.source, found.lost)
}

#[test]
fn each_rule_chooses_its_value() {
    let values: Vec<FieldValue> = vec!["b".into(), "longest".into(), "ccc".into()];
    let choose = |rule| chosen(&text(100).named("note"), rule, &values);
    assert_eq!(choose(SurvivorRule::Survivor), ("b".into(), Some(id(1)), 2));
    assert_eq!(choose(SurvivorRule::Pick), ("longest".into(), Some(id(2)), 2));
    assert_eq!(choose(SurvivorRule::Value), ("given".into(), None, 3));
    assert_eq!(choose(SurvivorRule::MostRecent), ("ccc".into(), Some(id(3)), 2));
    assert_eq!(choose(SurvivorRule::MostTrusted), ("ccc".into(), Some(id(3)), 2));
    assert_eq!(choose(SurvivorRule::Longest), ("longest".into(), Some(id(2)), 2));
    assert_eq!(choose(SurvivorRule::MostComplete), ("b".into(), Some(id(1)), 2));
    assert_eq!(choose(SurvivorRule::KeepAll), ("b\nlongest\nccc".into(), None, 0));
}

#[test]
fn an_empty_value_survives_only_if_it_is_picked() {
    let values: Vec<FieldValue> = vec!["a".into(), FieldValue::Null, "a".into()];
    let spec = text(100).named("note");
    for rule in SurvivorRule::ALL {
        let expected = match rule {
            SurvivorRule::Pick => FieldValue::Null,
            SurvivorRule::Value => "given".into(),
            SurvivorRule::Union => continue,
            _ => "a".into(),
        };
        assert_eq!(chosen(&spec, *rule, &values).0, expected, "{rule}");
    }
    let blank = [FieldValue::Null, FieldValue::Null];
    assert_eq!(chosen(&spec, SurvivorRule::Longest, &blank), (FieldValue::Null, Some(id(1)), 0));
    let flags = [false.into(), true.into()];
    let flag = crate::schema::boolean().named("do_not_contact");
    assert_eq!(chosen(&flag, SurvivorRule::Survivor, &flags).0, true.into(), "a refusal of the other side survives");
}

#[test]
fn a_rule_that_does_not_fit_the_field_is_refused() {
    let refused = |spec: &FieldSpec, rule, record| {
        let choice = FieldChoice { rule, record, ..FieldChoice::default() };
        choose(spec, &choice, &candidates(&["aaa".into(), "bbb".into()])).unwrap_err().code()
    };
    assert_eq!(refused(&text(9).named("note"), SurvivorRule::Union, None), ErrorCode::WrongType);
    assert_eq!(refused(&crate::schema::integer().named("n"), SurvivorRule::KeepAll, None), ErrorCode::WrongType);
    assert_eq!(refused(&text(6).named("note"), SurvivorRule::KeepAll, None), ErrorCode::TooLong);
    assert_eq!(refused(&text(9).named("note"), SurvivorRule::Pick, Some(id(9))), ErrorCode::UnknownReference);
    assert_eq!(refused(&text(9).named("note"), SurvivorRule::Pick, None), ErrorCode::UnknownReference);
}

fn spec_of(name: &str) -> FieldSpec {
    Account::specs().into_iter().find(|spec| spec.name == name).unwrap()
}

#[test]
fn lists_are_joined_and_the_surviving_record_keeps_its_own_entries_first() {
    let list = |text: &str| FieldValue::Json(text.into());
    let own = list(r#"[{"key":"7","system":"erp"}]"#);
    let other = list(r#"[{"key":"8","system":"crm"},{"key":"7","system":"erp"}]"#);
    let (value, source, lost) = chosen(&spec_of("external_ids"), SurvivorRule::Survivor, &[own.clone(), other]);
    assert_eq!(value, list(r#"[{"key":"7","system":"erp"},{"key":"8","system":"crm"}]"#));
    assert_eq!((source, lost), (None, 0));
    let same = chosen(&spec_of("external_ids"), SurvivorRule::Union, &[own.clone(), own.clone()]);
    assert_eq!(same, (own, Some(id(1)), 0));
}

#[test]
fn of_two_numbers_that_cannot_both_be_the_surviving_record_keeps_its_own() {
    let vat = |number: &str| FieldValue::Json(format!(r#"[{{"issuer":null,"kind":"vat","value":"{number}"}}]"#));
    let (value, _, _) =
        chosen(&spec_of("identifiers"), SurvivorRule::Survivor, &[vat("DE136695976"), vat("DE811193231")]);
    assert_eq!(value, vat("DE136695976"));
}

#[test]
fn an_opt_out_of_the_other_record_survives() {
    let phone =
        |opt_out: bool| FieldValue::Json(format!(r#"[{{"kind":"phone","opt_out":{opt_out},"value":"+49 711 1000"}}]"#));
    let (value, _, _) = chosen(&spec_of("channels"), SurvivorRule::Survivor, &[phone(false), phone(true)]);
    assert!(value.to_key().contains(r#""opt_out":true"#), "{value:?}");
}

#[test]
fn what_has_no_place_in_a_joined_list_is_counted() {
    let ids = |from: usize| {
        let list: Vec<String> = (from..from + 40).map(|key| format!(r#"{{"key":"{key}","system":"erp"}}"#)).collect();
        FieldValue::Json(format!("[{}]", list.join(",")))
    };
    let (value, _, lost) = chosen(&spec_of("external_ids"), SurvivorRule::Survivor, &[ids(0), ids(100)]);
    let list: Vec<serde_json::Value> = serde_json::from_str(&value.to_key()).unwrap();
    assert_eq!((list.len(), lost), (50, 30));
}

#[test]
fn a_list_gives_back_what_a_merge_brought_and_keeps_what_came_since() {
    let list = |text: &str| FieldValue::Json(text.into());
    let back = |before: &str, after: &str, present: &str| without_joined(&list(before), &list(after), &list(present));
    assert_eq!(back("[1]", "[1,2]", "[1,2,3]"), Some(list("[1,3]")));
    assert_eq!(back("[1,2]", "[3]", "[3,4]"), Some(list("[1,2,4]")), "in the place of what took theirs");
    assert_eq!(back("[1]", "[1,2]", "[1,4]"), None, "what it brought is no longer there");
    assert_eq!(without_joined(&FieldValue::Null, &list("[1]"), &list("[1]")), Some(FieldValue::Null));
}

#[test]
fn of_a_span_the_part_with_today_is_left_else_the_last_one() {
    let date = |month: u32| -> Option<Date> { format!("2026-{month:02}-01").parse().ok() };
    let days = |from: u32, until: u32| Days::new(date(from), date(until));
    let today = date(6).unwrap();
    assert_eq!(left_over(days(1, 12), &[], today), Some(days(1, 12)));
    assert_eq!(left_over(days(1, 12), &[days(3, 5)], today), Some(days(5, 12)));
    assert_eq!(left_over(days(1, 12), &[days(8, 9)], today), Some(days(1, 8)));
    assert_eq!(left_over(days(1, 5), &[days(2, 3)], today), Some(days(3, 5)));
    assert_eq!(left_over(days(1, 5), &[days(1, 3), days(2, 9)], today), None);
    assert_eq!(left_over(Days::new(None, None), &[days(2, 9)], today), Some(Days::new(date(9), None)));
    assert_eq!(left_over(days(3, 3), &[], today), None);
}
