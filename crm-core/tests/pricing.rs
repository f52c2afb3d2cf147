//! Catalogues and documents in files, three runners: Rust, Python and Kotlin must give the same bytes of canonical JSON, those
//! in `NAME.expected.json`. After a wanted change they are written anew with `CRM_WRITE_SCRIPT=1`.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crm_core::pricing::{
    OpenDocument, PriceCatalog, PriceDocument, PriceGoal, PriceResult, PricedItem, Pricer, WhatIf, audit, audit_json,
    lint, lint_json, waterfall_json,
};
use crm_core::value::{Error, ErrorCode, Result, json};

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
fn written(outcome: Result<String>) -> String {
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

/// A line of `answers/calls.tsv`: a call, its name, and its arguments; one that ends in `.json` is the text of that file.
struct Call {
    call: String,
    name: String,
    arguments: Vec<String>,
}

fn calls() -> Vec<Call> {
    let answers = folder().join("answers");
    let text = |word: &str| match word.ends_with(".json") {
        true => std::fs::read_to_string(answers.join(word)).unwrap(),
        false => word.to_owned(),
    };
    let call = |line: &str| {
        let mut words = line.split('\t');
        let (call, name) = (words.next().unwrap().to_owned(), words.next().unwrap().to_owned());
        Call { call, name, arguments: words.map(text).collect() }
    };
    std::fs::read_to_string(answers.join("calls.tsv")).unwrap().lines().map(call).collect()
}

impl Call {
    fn expected(&self) -> PathBuf {
        folder().join(format!("answers/{}.expected.json", self.name))
    }

    fn argument(&self, place: usize) -> Option<&str> {
        self.arguments.get(place).map(String::as_str)
    }

    fn given(&self, place: usize) -> &str {
        self.argument(place).unwrap()
    }

    fn pricer(&self, place: usize) -> Result<Pricer> {
        Pricer::from_json(self.given(place))
    }

    /// From JSON to JSON.
    fn by_text(&self) -> Result<String> {
        let first = self.given(0);
        match self.call.as_str() {
            "lint" => lint_json(first),
            "audit" => audit_json(first),
            "waterfall" => waterfall_json(first),
            "what_if" => self.pricer(0)?.what_if_json(&self.pricer(1)?, self.given(2), self.argument(3), 2),
            "counterfactual" => {
                let goal = PriceGoal::parse(self.given(3)).unwrap();
                let figure = self.argument(4).map(|figure| figure.parse().unwrap());
                self.pricer(0)?.counterfactual_json(self.given(1), self.given(2), goal, figure)
            }
            _ => self.opened()?.result_json(),
        }
    }

    /// A document after its changes: what is no JSON names an item that is taken out.
    fn opened(&self) -> Result<OpenDocument> {
        let pricer = self.pricer(0)?;
        let document = pricer.read_document(self.given(1))?;
        let mut open = OpenDocument::new(Arc::new(pricer), document)?;
        for change in self.arguments.iter().skip(2) {
            match change.starts_with('{') {
                true => open.set_item(json::from_text(change)?)?,
                false => open.remove_item(change)?,
            };
        }
        Ok(open)
    }

    /// From values to a value.
    fn by_values(&self) -> Result<String> {
        let first = self.given(0);
        match self.call.as_str() {
            "lint" => json::to_canonical(&lint(&json::from_text(first)?)?),
            "audit" => json::to_canonical(&audit(&json::from_text(first)?)?),
            "waterfall" => json::to_canonical(&json::from_text::<PricedItem>(first)?.waterfall()?),
            "what_if" => {
                let documents: Vec<PriceDocument> = json::from_text(self.given(2))?;
                let found: WhatIf = self.pricer(0)?.what_if(&self.pricer(1)?, &documents, self.argument(3), 1)?;
                json::to_canonical(&found)
            }
            "open" => {
                let mut open = self.opened()?;
                let whole = self.pricer(0)?.price(open.document())?;
                assert_eq!(open.result()?, whole, "{}", self.name);
                json::to_canonical(&whole)
            }
            _ => self.by_text(),
        }
    }
}

#[test]
fn rust_gives_the_expected_bytes_for_every_answer() {
    let calls = calls();
    let kinds: BTreeSet<&str> = calls.iter().map(|call| call.call.as_str()).collect();
    assert_eq!(kinds, BTreeSet::from(["audit", "counterfactual", "lint", "open", "waterfall", "what_if"]));
    for call in &calls {
        let answer = written(call.by_text());
        if std::env::var_os("CRM_WRITE_SCRIPT").is_some() {
            std::fs::write(call.expected(), &answer).unwrap();
        }
        let expected = std::fs::read_to_string(call.expected()).unwrap();
        assert_eq!(answer, expected, "{}", call.name);
        if !answer.starts_with("{\"problems\"") {
            assert_eq!(written(call.by_values()), expected, "{}", call.name);
        }
    }
}

#[test]
fn a_list_of_documents_says_which_of_them_cannot_be_read() {
    let told = |name: &str| {
        let call = calls().into_iter().find(|call| call.name == name).unwrap();
        let error: Error = call.by_text().unwrap_err();
        let problem = error.problems()[0].clone();
        (error.code(), problem.field.unwrap(), problem.data.get("step").cloned())
    };
    let at = |field: &str| format!("documents[1].items[0].{field}");
    assert_eq!(told("what_if_float"), (ErrorCode::FloatNotAllowed, at("quantity"), None));
    assert_eq!(told("what_if_digits"), (ErrorCode::PrecisionExceeded, at("conditions[0].rate"), Some("20".to_owned())));
}
