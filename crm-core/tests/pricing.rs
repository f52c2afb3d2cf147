//! Catalogues and documents in files, three runners: Rust, Python and Kotlin must give the same bytes of canonical JSON, those
//! in `NAME.expected.json`. After a wanted change they are written anew with `CRM_WRITE_SCRIPT=1`.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crm_core::pricing::{PriceCatalog, PriceDocument, PriceResult, Pricer};
use crm_core::value::{Error, ErrorCode, json};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../bindings/conformance/pricing")
}

/// The cases by name: the texts of catalogue and document.
fn cases() -> BTreeMap<String, (String, String)> {
    let mut cases = BTreeMap::new();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        let Some(name) = file.strip_suffix(".catalog.json") else { continue };
        let text = |part: &str| std::fs::read_to_string(folder().join(format!("{name}.{part}.json"))).unwrap();
        cases.insert(name.to_owned(), (text("catalog"), text("document")));
    }
    cases
}

/// The result, or the problems, as all languages write them.
fn written(outcome: Result<String, Error>) -> String {
    outcome.unwrap_or_else(|error| format!("{{\"problems\":{}}}", json::to_canonical(error.problems()).unwrap())) + "\n"
}

#[test]
fn rust_gives_the_expected_bytes_for_every_case() {
    let cases = cases();
    assert!(cases.len() >= 18, "{}", cases.len());
    for (name, (catalog, document)) in &cases {
        let answer = written(Pricer::from_json(catalog).and_then(|pricer| pricer.price_json(document)));
        let path = folder().join(format!("{name}.expected.json"));
        if std::env::var_os("CRM_WRITE_SCRIPT").is_some() {
            std::fs::write(&path, &answer).unwrap();
        }
        assert_eq!(answer, std::fs::read_to_string(&path).unwrap(), "{name}");
    }
}

#[test]
fn typed_values_and_several_threads_give_the_same_bytes() {
    let mut count = 0;
    for (name, (catalog, document)) in cases().iter().filter(|(name, _)| !name.starts_with("refused")) {
        let catalog: PriceCatalog = json::from_text(catalog).unwrap();
        let document: PriceDocument = json::from_text(document).unwrap();
        let expected = std::fs::read_to_string(folder().join(format!("{name}.expected.json"))).unwrap();
        let pricer = Pricer::new(&catalog).unwrap();
        let documents = vec![document; 5];
        for result in pricer.price_many(&documents, 2).unwrap() {
            assert_eq!(written(json::to_canonical(&result)), expected, "{name}");
            let read: PriceResult = json::from_text(&expected).unwrap();
            assert_eq!(read, result, "{name}");
        }
        count += 1;
    }
    assert!(count > 10, "{count}");
}

#[test]
fn the_first_document_without_a_price_is_told_with_its_place() {
    let cases = cases();
    let (catalog, good) = &cases["list_and_discount"];
    let (_, wrong) = &cases["refused_missing_price"];
    let pricer = Pricer::from_json(catalog).unwrap();
    let read = |text: &str| json::from_text::<PriceDocument>(text).unwrap();
    let mut documents = vec![read(good); 7];
    documents[4] = read(wrong);
    for threads in [1, 3, 256] {
        let error = pricer.price_many(&documents, threads).unwrap_err();
        assert_eq!(error.code(), ErrorCode::MissingPrice);
        assert_eq!(error.field(), Some("documents[4].items[0]"));
    }
    for threads in [0, 257] {
        assert_eq!(pricer.price_many(&documents, threads).unwrap_err().code(), ErrorCode::OutOfRange);
    }
    assert_eq!(pricer.price_many(&[], 4).unwrap(), []);
}
