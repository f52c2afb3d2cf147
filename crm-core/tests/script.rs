//! One script of commands and questions, three runners: Rust, Python and Kotlin must give the same bytes of canonical
//! JSON, those in `expected.jsonl`. After a wanted change it is written anew with `CRM_WRITE_SCRIPT=1`.

use crm_core::Crm;
use crm_core::engine::{SetupOptions, json_schema};
use serde_json::Value;

const SCRIPT: &str = include_str!("../../bindings/conformance/script.jsonl");
const EXPECTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../bindings/conformance/expected.jsonl");

#[test]
fn rust_gives_the_expected_bytes() {
    let crm = Crm::open_replayable(7, "2026-03-02T01:00:00Z".parse().unwrap());
    crm.setup(SetupOptions {
        tenant: "main".into(),
        name: "华东精密机械".into(),
        base_currency: "CNY".parse().unwrap(),
        time_zone: "Asia/Shanghai".into(),
        admin_login: "admin".into(),
    })
    .unwrap();
    let session = crm.session("main", "admin").unwrap();
    let answers: String = SCRIPT.lines().map(|line| session.answer_json(line) + "\n").collect();
    if std::env::var_os("CRM_WRITE_SCRIPT").is_some() {
        std::fs::write(EXPECTED, &answers).unwrap();
    }
    let expected = std::fs::read_to_string(EXPECTED).unwrap();
    for (place, (answer, expected)) in answers.lines().zip(expected.lines()).enumerate() {
        assert_eq!(answer, expected, "line {} of the script", place + 1);
    }
    assert_eq!(answers.lines().count(), expected.lines().count());
}

/// The kinds of a union in a schema: the names of the objects of which it is one.
fn kinds(schema: &Value) -> Vec<(String, &Value)> {
    let choices = schema["oneOf"].as_array().into_iter().flatten();
    let objects = choices.filter_map(|choice| choice["properties"].as_object());
    objects.flat_map(|properties| properties.iter().map(|(name, kind)| (name.clone(), kind))).collect()
}

#[test]
fn the_script_has_every_command_and_every_question() {
    let lines: Vec<Value> = SCRIPT.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let has = |path: &str| lines.iter().any(|line| line.pointer(path).is_some());
    let commands: Value = serde_json::from_str(&json_schema("command").unwrap()).unwrap();
    let mut count = 0;
    for (room, reference) in kinds(&commands) {
        let target = reference["$ref"].as_str().unwrap().trim_start_matches('#');
        for (kind, _) in kinds(commands.pointer(target).unwrap()) {
            assert!(has(&format!("/execute/{room}/{kind}")), "no line executes {room}.{kind}");
            count += 1;
        }
    }
    let questions: Value = serde_json::from_str(&json_schema("question").unwrap()).unwrap();
    for (kind, _) in kinds(&questions) {
        assert!(has(&format!("/query/{kind}")), "no line asks {kind}");
        count += 1;
    }
    assert!(count > 60, "the schemas were read: {count}");
}
