//! What the documents and references of a product mean to us: documents with an address, and relations to other products.
//!
//! Each `MIME_SOURCE` is one document, known again by its address and language. What a reference is called decides the kind
//! of the relation; what has no kind of its own is `other`, and its name goes into the note.

use super::mapping::spoken;
use super::types::{BmecatMime, BmecatProduct};
use crate::product::{ProductDocument, ProductDocumentKind, ProductRelationKind};
use crate::value::Decimal;

/// The longest title of a document, in characters.
const MAX_TITLE_CHARS: usize = 300;

/// The languages as catalogues name them (ISO 639-2), and as we do; a language has its first name in a new catalogue.
const LANGUAGES: [(&str, &str); 47] = [
    ("deu", "de"),
    ("ger", "de"),
    ("eng", "en"),
    ("fra", "fr"),
    ("fre", "fr"),
    ("ita", "it"),
    ("spa", "es"),
    ("por", "pt"),
    ("nld", "nl"),
    ("dut", "nl"),
    ("pol", "pl"),
    ("ces", "cs"),
    ("cze", "cs"),
    ("slk", "sk"),
    ("slo", "sk"),
    ("slv", "sl"),
    ("hun", "hu"),
    ("ron", "ro"),
    ("rum", "ro"),
    ("bul", "bg"),
    ("hrv", "hr"),
    ("srp", "sr"),
    ("dan", "da"),
    ("swe", "sv"),
    ("nor", "no"),
    ("nob", "nb"),
    ("nno", "nn"),
    ("fin", "fi"),
    ("isl", "is"),
    ("ice", "is"),
    ("est", "et"),
    ("lav", "lv"),
    ("lit", "lt"),
    ("ell", "el"),
    ("gre", "el"),
    ("tur", "tr"),
    ("rus", "ru"),
    ("ukr", "uk"),
    ("zho", "zh"),
    ("chi", "zh"),
    ("jpn", "ja"),
    ("kor", "ko"),
    ("ara", "ar"),
    ("heb", "he"),
    ("hin", "hi"),
    ("vie", "vi"),
    ("tha", "th"),
];

/// What references are called, and what they are to us; the first name of a kind is the one in a new catalogue.
const REFERENCES: [(&str, ProductRelationKind); 7] = [
    ("accessories", ProductRelationKind::Accessory),
    ("sparepart", ProductRelationKind::SparePart),
    // A product that serves the same purpose, and may come in its place.
    ("similar", ProductRelationKind::Substitute),
    ("followup", ProductRelationKind::Successor),
    ("mandatory", ProductRelationKind::Mandatory),
    ("base_product", ProductRelationKind::BaseProduct),
    ("consists_of", ProductRelationKind::Part),
];

/// What references are called that have no kind with us.
const OTHER_REFERENCES: [&str; 2] = ["select", "diff_orderunit"];

/// What a reference is called that is nothing of that.
const OTHERS: &str = "others";

/// A document of a product, from one source of a `MIME`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Document {
    /// The place of the `MIME` among those of the product.
    pub(super) mime: usize,
    /// The place of the source in it.
    pub(super) source: usize,
    pub(super) url: String,
    pub(super) language: Option<String>,
    /// The title, if the catalogue has one.
    pub(super) title: Option<String>,
    pub(super) kind: ProductDocumentKind,
    pub(super) media_type: Option<String>,
    /// Whether the catalogue has no better word for the purpose: then a kind of ours may say more.
    is_vague: bool,
}

impl Document {
    /// The title, or the name of the file.
    pub(super) fn title(&self) -> String {
        self.title.clone().unwrap_or_else(|| {
            let path = self.url.split(['?', '#']).next().unwrap_or_default();
            let name = path.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or_default();
            let is_good = !name.trim().is_empty() && name.chars().count() <= MAX_TITLE_CHARS;
            if is_good { name.to_owned() } else { "Document".to_owned() }
        })
    }

    /// Whether a kind is what the catalogue says, as far as it can say it.
    pub(super) fn says(&self, kind: ProductDocumentKind) -> bool {
        kind == self.kind || self.is_vague && purpose(kind) == OTHERS
    }

    fn is_at(&self, document: &ProductDocument) -> bool {
        document.url.as_deref() == Some(&self.url)
    }

    /// Whether it has the address and language of a document.
    pub(super) fn is_of(&self, document: &ProductDocument) -> bool {
        self.is_at(document) && document.language == self.language
    }

    /// Whether a document is the same one at another address.
    fn moved_to(&self, document: &ProductDocument) -> bool {
        document.language == self.language && self.says(document.kind) && document.title == self.title()
    }
}

/// The documents of a product.
pub(super) fn documents(product: &BmecatProduct, language: Option<&str>) -> Vec<Document> {
    let of_mime = |(place, mime): (usize, &BmecatMime)| -> Vec<Document> {
        let sources = mime.sources.iter().enumerate().filter(|(_, source)| !source.text.is_empty());
        let document = |(source, text): (usize, &super::BmecatText)| {
            let spoken_in = text.language.as_deref().or(language);
            let fits = |title: &String| title.chars().count() <= MAX_TITLE_CHARS;
            let titles = [&mime.descriptions, &mime.alternatives];
            let media_type = mime.kind.clone().filter(|kind| !kind.eq_ignore_ascii_case("url") && !kind.is_empty());
            Document {
                mime: place,
                source,
                url: text.text.clone(),
                language: text.language.as_deref().and_then(language_tag),
                title: titles.into_iter().find_map(|texts| spoken(texts, spoken_in).filter(fits)),
                kind: kind(mime.purpose.as_deref(), media_type.as_deref()),
                media_type,
                is_vague: mime.purpose.as_deref().is_none_or(|purpose| purpose.eq_ignore_ascii_case(OTHERS)),
            }
        };
        sources.map(document).collect()
    };
    product.mimes.iter().enumerate().flat_map(of_mime).collect()
}

/// The places of the present documents that those of the catalogue are: by address, language and kind, or as many of these
/// as go together; no present one twice.
pub(super) fn pair(wanted: &[Document], present: &[&ProductDocument]) -> Vec<Option<usize>> {
    let rounds: [fn(&Document, &ProductDocument) -> bool; 4] = [
        |wanted, present| wanted.is_of(present) && wanted.says(present.kind) && wanted.title() == present.title,
        |wanted, present| wanted.is_of(present) && wanted.says(present.kind),
        Document::is_of,
        Document::is_at,
    ];
    pair_by(wanted, present, &rounds)
}

/// The places of the present documents that are at another address in the catalogue.
pub(super) fn pair_moved(wanted: &[Document], present: &[&ProductDocument]) -> Vec<Option<usize>> {
    pair_by(wanted, present, &[Document::moved_to])
}

fn pair_by(
    wanted: &[Document],
    present: &[&ProductDocument],
    rounds: &[fn(&Document, &ProductDocument) -> bool],
) -> Vec<Option<usize>> {
    let mut found: Vec<Option<usize>> = vec![None; wanted.len()];
    let mut free = vec![true; present.len()];
    for fits in rounds {
        for (wanted, found) in wanted.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
            let mut open = present.iter().zip(&mut free).enumerate().filter(|(_, (_, free))| **free);
            if let Some((place, (_, free))) = open.find(|(_, (present, _))| fits(wanted, present)) {
                *free = false;
                *found = Some(place);
            }
        }
    }
    found
}

fn kind(purpose: Option<&str>, media_type: Option<&str>) -> ProductDocumentKind {
    let purpose = purpose.unwrap_or_default().to_ascii_lowercase();
    let media_type = media_type.unwrap_or_default().to_ascii_lowercase();
    match purpose.as_str() {
        "data_sheet" => ProductDocumentKind::DataSheet,
        "safety_data_sheet" => ProductDocumentKind::SafetyDataSheet,
        "normal" | "detail" | "thumbnail" | "logo" | "icon" => ProductDocumentKind::Image,
        "manual" => ProductDocumentKind::Manual,
        "certificate" => ProductDocumentKind::Certificate,
        "drawing" => ProductDocumentKind::Drawing,
        _ if media_type.starts_with("model/") || media_type.contains("dwg") || media_type.contains("dxf") => {
            ProductDocumentKind::Drawing
        }
        _ if media_type.starts_with("image/") => ProductDocumentKind::Image,
        _ => ProductDocumentKind::Other,
    }
}

/// What a document is for, in the words of BMEcat.
pub(super) const fn purpose(kind: ProductDocumentKind) -> &'static str {
    match kind {
        ProductDocumentKind::DataSheet => "data_sheet",
        ProductDocumentKind::SafetyDataSheet => "safety_data_sheet",
        ProductDocumentKind::Image => "normal",
        _ => OTHERS,
    }
}

fn language_tag(code: &str) -> Option<String> {
    let code = code.trim().to_ascii_lowercase();
    let known = LANGUAGES.iter().find(|(name, _)| *name == code).map(|(_, tag)| (*tag).to_owned());
    let is_tag = (2..=8).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphabetic());
    known.or_else(|| is_tag.then_some(code))
}

/// The language of a tag as catalogues name it.
pub(super) fn language_code(tag: &str) -> String {
    let first = tag.split('-').next().unwrap_or_default();
    let known = LANGUAGES.iter().find(|(_, tag)| *tag == first);
    known.map_or(first, |(name, _)| name).to_owned()
}

/// What a product says of another one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reference {
    /// The place of the reference among those of the product.
    pub(super) place: usize,
    /// The number of the other product.
    pub(super) number: String,
    /// The catalogue of the other product, if it is another one.
    pub(super) catalog_id: Option<String>,
    pub(super) kind: ProductRelationKind,
    /// What the reference is called, if the kind does not say it.
    pub(super) note: Option<String>,
    pub(super) quantity: Option<Decimal>,
}

/// The references of a product to others of the catalogue, or of others.
pub(super) fn references(product: &BmecatProduct, catalog_id: &str) -> Vec<Reference> {
    let references = product.references.iter().enumerate().map(|(place, reference)| {
        let name = reference.kind.as_deref().unwrap_or(OTHERS);
        let known = REFERENCES.iter().find(|(known, _)| *known == name);
        let note = (known.is_none() && name != OTHERS && !name.is_empty()).then(|| name.to_owned());
        Reference {
            place,
            number: reference.product.clone(),
            catalog_id: reference.catalog_id.clone().filter(|id| id != catalog_id),
            kind: known.map_or(ProductRelationKind::Other, |(_, kind)| *kind),
            note,
            quantity: reference.quantity,
        }
    });
    references.collect()
}

/// What a relation is called in a catalogue.
pub(super) fn reference_name(kind: ProductRelationKind, note: Option<&str>) -> &'static str {
    let named = || OTHER_REFERENCES.into_iter().find(|name| note == Some(name));
    let known = REFERENCES.iter().find(|(_, known)| *known == kind).map(|(name, _)| *name);
    match kind {
        ProductRelationKind::Similar => "similar",
        ProductRelationKind::Other => named().unwrap_or(OTHERS),
        _ => known.unwrap_or(OTHERS),
    }
}
