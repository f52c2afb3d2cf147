//! Documents of products and knowledge articles (产品文档, 知识库).

use super::rules::check_span;
use crate::room::{Decision, View, check_given, refuse, tidy_part, with_record};
use crate::schema::{Row, enum_field};
use crate::value::{Date, ErrorCode, Id, Problem, Result};

value_enum! {
    /// What a document is.
    #[derive(Default)]
    pub enum ProductDocumentKind {
        /// A data sheet (数据表).
        #[default]
        DataSheet = "data_sheet",
        /// A manual (说明书).
        Manual = "manual",
        /// A certificate, a declaration of conformity (证书).
        Certificate = "certificate",
        /// A drawing or a model (图纸).
        Drawing = "drawing",
        /// A picture (图片).
        Image = "image",
        /// A safety data sheet (安全数据表).
        SafetyDataSheet = "safety_data_sheet",
        /// A knowledge article, whose text stands in `body` (知识库).
        Article = "article",
        /// Something else.
        Other = "other",
    }
}

enum_field!(ProductDocumentKind);

entity! {
    /// A document of a product, or a knowledge article. Its bytes are the host's: an address, or the hash of the content.
    pub struct ProductDocument("product_document", ProductDocumentPage, Public) {
        required {
            /// What it is called.
            pub title: String => text(300).searchable().indexed(),
            /// What it is.
            pub kind: ProductDocumentKind => picklist(ProductDocumentKind::NAMES).indexed(),
        }
        optional {
            /// The product; nothing for an article of general use.
            pub product: Option<Id> => reference("product", MergePolicy::Repoint).indexed(),
            /// The language, as a tag of BCP 47: `de`, `zh-Hans`.
            pub language: Option<String> => text(35).indexed(),
            /// Where it is: an address, or a path that the host knows.
            pub url: Option<String> => text(2_000),
            /// SHA-256 of the bytes, 64 hexadecimal digits; see [`content_hash`](crate::customer::content_hash).
            pub content_hash: Option<String> => text(64).indexed(),
            /// The type of the content, for example `application/pdf`.
            pub media_type: Option<String> => text(127),
            /// The text, which is found by search.
            pub body: Option<String> => text(MAX_TEXT_CHARS).searchable(),
            /// The first date on which it holds; since ever if nothing is said.
            pub valid_from: Option<Date> => date().indexed(),
            /// The first date on which it no longer holds; without end if nothing is said.
            pub valid_until: Option<Date> => date(),
        }
    }
}

impl ProductDocument {
    /// Whether the document holds on a date: from `valid_from`, before `valid_until`.
    #[must_use]
    pub fn is_valid_on(&self, date: Date) -> bool {
        super::types::covers(self.valid_from, self.valid_until, date)
    }
}

/// What a host must not open as an address: it would run or hold content of its own.
const REFUSED_SCHEMES: [&str; 3] = ["javascript:", "vbscript:", "data:"];

pub(super) fn document_rule(_: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    check_given::<ProductDocument>(after)?;
    with_record::<ProductDocument>(before, after, |_, document| {
        check_span(document.valid_from, document.valid_until)?;
        for part in [&mut document.language, &mut document.url, &mut document.content_hash, &mut document.media_type] {
            tidy_part(part);
        }
        if let Some(hash) = &mut document.content_hash {
            hash.make_ascii_lowercase();
        }
        refuse(problems(document)).map(|()| Decision::default())
    })
}

fn problems(document: &ProductDocument) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut bad = |field: &str, message: &str| problems.push(Problem::of_field(ErrorCode::BadFormat, field, message));
    if document.language.as_deref().is_some_and(|tag| !is_language(tag)) {
        bad("language", "a language tag of BCP 47 is expected, for example `de` or `zh-Hans`");
    }
    if document.content_hash.as_deref().is_some_and(|hash| hash.len() != 64 || !hash.bytes().all(is_hex)) {
        bad("content_hash", "64 hexadecimal digits are expected");
    }
    if document.url.as_deref().is_some_and(is_refused) {
        bad("url", "the address has control characters or a scheme that is not opened");
    }
    let has_body = document.body.as_deref().is_some_and(|body| !body.trim().is_empty());
    if document.kind == ProductDocumentKind::Article && !has_body {
        problems.push(Problem::of_field(ErrorCode::Required, "body", "an article has a text"));
    } else if !has_body && document.url.is_none() && document.content_hash.is_none() {
        let message = "a document has an address, the hash of its content, or a text";
        problems.push(Problem::of_field(ErrorCode::Required, "url", message));
    }
    problems
}

const fn is_hex(byte: u8) -> bool {
    byte.is_ascii_hexdigit()
}

/// The shape of a tag: a language of 2 to 8 letters, then parts of 1 to 8 letters and digits.
fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let is_first = |part: &str| (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_other = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    parts.next().is_some_and(is_first) && parts.all(is_other)
}

fn is_refused(url: &str) -> bool {
    let lower = url.to_ascii_lowercase();
    url.chars().any(char::is_control) || REFUSED_SCHEMES.iter().any(|scheme| lower.starts_with(scheme))
}
