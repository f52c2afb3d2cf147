//! Documents of products and of whole classes, and knowledge articles (产品文档, 知识库).

use super::class_rules::{Lists, class_above};
use super::classes::MAX_CLASS_DEPTH;
use super::rules::check_span;
use super::{Product, ProductClass};
use crate::query::Query;
use crate::room::{Decision, Reader, View, check_given, refuse, tidy_part, with_record};
use crate::schema::{Entity as _, Row, enum_field};
use crate::value::{Date, ErrorCode, FieldValue, Id, Problem, Result};

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
    /// A document of a product or of a whole class, or a knowledge article. Its bytes are the host's: an address, or the
    /// hash of the content.
    pub struct ProductDocument("product_document", ProductDocumentPage, Public) {
        required {
            /// What it is called.
            pub title: String => text(300).searchable().indexed(),
            /// What it is.
            pub kind: ProductDocumentKind => picklist(ProductDocumentKind::NAMES).indexed(),
        }
        optional {
            /// The product of which it is a document; nothing for a document of a class, or an article of general use.
            pub product: Option<Id> => reference("product", MergePolicy::Repoint).indexed(),
            /// The class for whose products it holds, and for those of the classes below.
            pub product_class: Option<Id> => reference("product_class", MergePolicy::Repoint).indexed(),
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
    problems.extend(check_holder(document));
    let has_body = document.body.as_deref().is_some_and(|body| !body.trim().is_empty());
    if document.kind == ProductDocumentKind::Article && !has_body {
        problems.push(Problem::of_field(ErrorCode::Required, "body", "an article has a text"));
    } else if !has_body && document.url.is_none() && document.content_hash.is_none() {
        let message = "a document has an address, the hash of its content, or a text";
        problems.push(Problem::of_field(ErrorCode::Required, "url", message));
    }
    problems
}

/// A document belongs to a product or to a class. Only an article may be of general use.
fn check_holder(document: &ProductDocument) -> Option<Problem> {
    match (document.product, document.product_class) {
        (Some(_), Some(_)) => {
            let message = "a document belongs to a product or to a class, not to both";
            Some(Problem::of_field(ErrorCode::NotAllowed, "product_class", message))
        }
        (None, None) if document.kind != ProductDocumentKind::Article => {
            let message = "a document belongs to a product or to a class";
            Some(Problem::of_field(ErrorCode::Required, "product", message))
        }
        _ => None,
    }
}

/// The documents of a product that hold on a date, as far as the reader sees them: its own, then those of its class, then
/// those of the classes above, the nearest first. Those of one holder stand by title.
///
/// # Errors
/// `NotFound` for the product, `Denied`.
pub(crate) fn product_documents(
    reader: &mut dyn Reader,
    product: Id,
    date: Option<Date>,
) -> Result<Vec<ProductDocument>> {
    let product = Product::from_row(reader.get(Product::NAME, product)?)?;
    let mut found = held(reader, "product", product.id, date)?;
    if !reader.may_read(ProductClass::NAME) {
        return Ok(found);
    }
    let mut next = product.product_class;
    for _ in 0..MAX_CLASS_DEPTH {
        let Some(class) = next else { break };
        // Behind a class that the reader does not see nothing is told.
        let Some(class) = class_above(&mut Lists::OfReader(reader), class)? else { break };
        found.extend(held(reader, "product_class", class.id, date)?);
        next = class.parent;
    }
    Ok(found)
}

/// The documents whose holder is named by a field.
fn held(reader: &mut dyn Reader, field: &str, holder: Id, date: Option<Date>) -> Result<Vec<ProductDocument>> {
    let rows = reader.all(ProductDocument::NAME, &Query::matching(&[(field, FieldValue::Reference(holder))]))?;
    let mut found = rows.into_iter().map(ProductDocument::from_row).collect::<Result<Vec<_>>>()?;
    found.retain(|document| date.is_none_or(|date| document.is_valid_on(date)));
    found.sort_by(|a, b| (&a.title, a.id).cmp(&(&b.title, b.id)));
    Ok(found)
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
