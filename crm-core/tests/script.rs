//! One script of commands and questions, three runners: Rust, Python and Kotlin must give the same bytes of canonical
//! JSON, those in `expected.jsonl`. After a wanted change it is written anew with `CRM_WRITE_SCRIPT=1`.

use crm_core::Crm;
use crm_core::engine::SetupOptions;

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
