//! Documents and relations of a product, written into the words that a catalogue had of it.
//!
//! A `MIME` or reference that never became a record stays as it is; one whose record was deleted, or has ended, goes.

use std::collections::{HashMap, HashSet};

use super::import_parts::among_products;
use super::parts::{self, Document, Reference};
use super::read::name;
use super::types::{BmecatMime, BmecatProduct};
use crate::engine::Session;
use crate::exchange::xml::{XmlElement, XmlNode};
use crate::product::{Product, ProductDocument, ProductRelation};
use crate::query::{Filter, MAX_IN_VALUES, Query};
use crate::room::Reader as _;
use crate::schema::{Entity, Row};
use crate::value::{Date, FieldValue, Id, Result};

/// What stands before the documents and before the references of a product.
const BEFORE_MIMES: [&str; 5] =
    ["SUPPLIER_PID", "PRODUCT_DETAILS", "PRODUCT_FEATURES", "PRODUCT_ORDER_DETAILS", "PRODUCT_PRICE_DETAILS"];
const BEFORE_REFERENCES: [&str; 3] = ["MIME_INFO", "USER_DEFINED_EXTENSIONS", "PRODUCT_REFERENCE"];
/// What stands in a `MIME`, in its order.
const IN_MIME: [&str; 5] = ["MIME_TYPE", "MIME_SOURCE", "MIME_DESCR", "MIME_ALT", "MIME_PURPOSE"];

/// Records of products: those that hold, and those that are deleted or have ended.
struct Records<E> {
    held: HashMap<Id, Vec<E>>,
    gone: HashMap<Id, Vec<E>>,
}

impl<E: Entity> Records<E> {
    /// What the caller sees of them; nothing if he may not see what the catalogue says of them.
    fn read(
        session: &Session,
        products: &[Id],
        fields: &[&str],
        holder: fn(&E) -> Option<Id>,
        until: fn(&E) -> Option<Date>,
    ) -> Result<Option<Self>> {
        let rows = session.reading(|reading| {
            if !reading.may_read(E::NAME) || !fields.iter().all(|field| reading.can_ask(E::NAME, field)) {
                return Ok(None);
            }
            let mut rows: Vec<Row> = Vec::new();
            for chunk in products.chunks(MAX_IN_VALUES) {
                rows.extend(reading.all_with_deleted(E::NAME, &among_products(chunk))?);
            }
            Ok(Some((rows, reading.today())))
        })?;
        let Some((rows, today)) = rows else { return Ok(None) };
        let mut found = Self { held: HashMap::new(), gone: HashMap::new() };
        for row in rows {
            let is_deleted = row.deleted;
            let record = E::from_stored(row)?;
            let Some(product) = holder(&record) else { continue };
            let has_ended = until(&record).is_some_and(|until| until <= today);
            let list = if is_deleted || has_ended { &mut found.gone } else { &mut found.held };
            list.entry(product).or_default().push(record);
        }
        Ok(Some(found))
    }
}

/// The documents and relations of the products of a catalogue, as far as the caller sees them.
pub(super) struct Parts {
    documents: Option<Records<ProductDocument>>,
    relations: Option<Records<ProductRelation>>,
    /// The numbers of the other products.
    numbers: HashMap<Id, String>,
    catalog_id: String,
}

impl Parts {
    pub(super) fn read(session: &Session, products: &[Id], catalog_id: &str) -> Result<Self> {
        let documents = Records::<ProductDocument>::read(
            session,
            products,
            &["product", "title", "kind", "url", "language", "media_type", "valid_until"],
            |document| document.product,
            |document| document.valid_until,
        )?;
        let relations = Records::<ProductRelation>::read(
            session,
            products,
            &["product", "other", "kind", "quantity", "note", "valid_until"],
            |relation| Some(relation.product),
            |relation| relation.valid_until,
        )?;
        let mut others: HashSet<Id> = HashSet::new();
        if let Some(relations) = &relations {
            others.extend(relations.held.values().chain(relations.gone.values()).flatten().map(|one| one.other));
        }
        let others: Vec<FieldValue> = others.into_iter().map(FieldValue::Reference).collect();
        let mut numbers = HashMap::new();
        for values in others.chunks(MAX_IN_VALUES).map(<[FieldValue]>::to_vec) {
            let filter = Some(Filter::In { field: "id".into(), values });
            let found = session.list_all::<Product>(&Query { filter, ..Query::default() })?;
            numbers.extend(found.into_iter().map(|product| (product.id, product.code)));
        }
        Ok(Self { documents, relations, numbers, catalog_id: catalog_id.to_owned() })
    }

    /// Writes into the element of a product what its documents and relations say differently now.
    pub(super) fn bring_up(&self, element: &mut XmlElement, was: &BmecatProduct, product: Id, language: Option<&str>) {
        if let Some(documents) = &self.documents {
            let held = documents.held.get(&product).map(Vec::as_slice).unwrap_or_default();
            let gone = documents.gone.get(&product).map(Vec::as_slice).unwrap_or_default();
            bring_up_documents(element, was, (held, gone), language);
        }
        if let Some(relations) = &self.relations {
            let held = relations.held.get(&product).map(Vec::as_slice).unwrap_or_default();
            let gone = relations.gone.get(&product).map(Vec::as_slice).unwrap_or_default();
            self.bring_up_references(element, was, held, gone);
        }
    }

    fn bring_up_references(
        &self,
        element: &mut XmlElement,
        was: &BmecatProduct,
        held: &[ProductRelation],
        gone: &[ProductRelation],
    ) {
        let wanted = parts::references(was, &self.catalog_id);
        let is_of = |reference: &Reference, relation: &ProductRelation| {
            relation.kind == reference.kind && self.numbers.get(&relation.other) == Some(&reference.number)
        };
        let mut place = 0_usize;
        element.children.retain_mut(|node| {
            let XmlNode::Element(child) = node else { return true };
            if name(child) != "PRODUCT_REFERENCE" {
                return true;
            }
            let own = wanted.iter().find(|reference| reference.place == place);
            place = place.saturating_add(1);
            let Some(own) = own else { return true };
            let Some(relation) = held.iter().find(|relation| is_of(own, relation)) else {
                return !gone.iter().any(|relation| is_of(own, relation));
            };
            let is_first = !wanted.iter().any(|one| one.place < own.place && is_of(one, relation));
            if is_first
                && relation.quantity != own.quantity
                && let Some(quantity) = relation.quantity
            {
                child.set_attribute("quantity", &FieldValue::from(quantity).to_key());
            }
            true
        });
        for relation in held.iter().filter(|relation| !wanted.iter().any(|one| is_of(one, relation))) {
            if let Some(number) = self.numbers.get(&relation.other) {
                let added = new_reference(element, relation, number);
                put_behind(element, &[&BEFORE_MIMES[..], &BEFORE_REFERENCES].concat(), added);
            }
        }
    }
}

fn new_reference(product: &XmlElement, relation: &ProductRelation, number: &str) -> XmlElement {
    let is_old = product.local_name() == "ARTICLE";
    let (element, other) =
        if is_old { ("ARTICLE_REFERENCE", "ART_ID_TO") } else { ("PRODUCT_REFERENCE", "PROD_ID_TO") };
    let kind = parts::reference_name(relation.kind, relation.note.as_deref());
    let mut added = XmlElement::new(element).with_attribute("type", kind);
    if let Some(quantity) = relation.quantity {
        added.set_attribute("quantity", &FieldValue::from(quantity).to_key());
    }
    added.push(XmlElement::with_text(other, number));
    added
}

/// What becomes of a `MIME`.
#[derive(Default)]
struct MimeChange {
    gone: HashSet<usize>,
    sources: HashMap<usize, String>,
    titles: Vec<(Option<String>, String)>,
    purpose: Option<&'static str>,
    media_type: Option<String>,
}

fn bring_up_documents(
    element: &mut XmlElement,
    was: &BmecatProduct,
    (held, gone): (&[ProductDocument], &[ProductDocument]),
    language: Option<&str>,
) {
    let wanted = parts::documents(was, language);
    let held: Vec<&ProductDocument> = held.iter().filter(|document| document.url.is_some()).collect();
    let mut pairs = parts::pair(&wanted, &held);
    let taken: HashSet<usize> = pairs.iter().flatten().copied().collect();
    let mut left: Vec<usize> = (0..held.len()).filter(|place| !taken.contains(place)).collect();
    let mut changes: HashMap<usize, MimeChange> = HashMap::new();
    for (document, pair) in wanted.iter().zip(&mut pairs).filter(|(_, pair)| pair.is_none()) {
        if gone.iter().any(|gone| document.is_of(gone)) {
            changes.entry(document.mime).or_default().gone.insert(document.source);
            continue;
        }
        // The same document at another address.
        let open: Vec<&ProductDocument> = left.iter().filter_map(|place| held.get(*place).copied()).collect();
        let moved = parts::pair_moved(std::slice::from_ref(document), &open).into_iter().flatten().next();
        *pair = moved.filter(|at| *at < left.len()).map(|at| left.remove(at));
    }
    for (document, pair) in wanted.iter().zip(&pairs) {
        if let Some(now) = pair.and_then(|place| held.get(place)) {
            note_changes(document, now, was, language, &mut changes);
        }
    }
    rewrite_mimes(element, &changes);
    let added: Vec<XmlElement> = left.into_iter().filter_map(|place| held.get(place).copied()).map(new_mime).collect();
    if !added.is_empty() {
        if !element.elements().any(|child| name(child) == "MIME_INFO") {
            put_behind(element, &BEFORE_MIMES, XmlElement::new("MIME_INFO"));
        }
        if let Some(info) = element.elements_mut().find(|child| name(child) == "MIME_INFO") {
            added.into_iter().for_each(|mime| info.push(mime));
        }
    }
}

/// Whether the catalogue has the title, in whatever language.
fn tells(mime: &BmecatMime, now: &ProductDocument) -> bool {
    mime.descriptions.iter().chain(&mime.alternatives).any(|text| text.text == now.title)
}

/// Takes down what a document says otherwise than its `MIME`.
fn note_changes(
    document: &Document,
    now: &ProductDocument,
    was: &BmecatProduct,
    language: Option<&str>,
    changes: &mut HashMap<usize, MimeChange>,
) {
    let mut change = MimeChange::default();
    if let Some(url) = now.url.as_ref().filter(|url| **url != document.url) {
        change.sources.insert(document.source, url.clone());
    }
    if let Some(mime) = was.mimes.get(document.mime).filter(|mime| document.title() != now.title && !tells(mime, now)) {
        let own = mime.sources.get(document.source).and_then(|text| text.language.as_deref());
        let is_there = |language: &&str| mime.descriptions.iter().any(|one| one.language.as_deref() == Some(language));
        let spoken = own.or_else(|| language.filter(is_there)).map(str::to_owned);
        change.titles.push((spoken, now.title.clone()));
    }
    if !document.says(now.kind) {
        change.purpose = Some(parts::purpose(now.kind));
    }
    change.media_type = now.media_type.clone().filter(|_| now.media_type != document.media_type);
    let is_same = change.sources.is_empty()
        && change.titles.is_empty()
        && change.purpose.is_none()
        && change.media_type.is_none();
    if is_same {
        return;
    }
    let known = changes.entry(document.mime).or_default();
    known.sources.extend(change.sources);
    known.titles.extend(change.titles);
    known.purpose = known.purpose.or(change.purpose);
    known.media_type = known.media_type.take().or(change.media_type);
}

/// Goes through the `MIME`s in the order of the file and changes those that say something else now.
fn rewrite_mimes(element: &mut XmlElement, changes: &HashMap<usize, MimeChange>) {
    let mut place = 0_usize;
    element.children.retain_mut(|node| {
        let XmlNode::Element(info) = node else { return true };
        if name(info) != "MIME_INFO" {
            return true;
        }
        let before = info.elements().count();
        info.children.retain_mut(|node| {
            let XmlNode::Element(mime) = node else { return true };
            if name(mime) != "MIME" {
                return true;
            }
            let change = changes.get(&place);
            place = place.saturating_add(1);
            change.is_none_or(|change| rewrite_mime(mime, change))
        });
        before == 0 || info.elements().next().is_some()
    });
}

/// Changes a `MIME`; says no if nothing is left of it.
fn rewrite_mime(mime: &mut XmlElement, change: &MimeChange) -> bool {
    let mut place = 0_usize;
    mime.children.retain_mut(|node| {
        let XmlNode::Element(source) = node else { return true };
        if name(source) != "MIME_SOURCE" {
            return true;
        }
        let own = place;
        place = place.saturating_add(1);
        if let Some(url) = change.sources.get(&own) {
            source.set_text(url);
        }
        !change.gone.contains(&own)
    });
    for (language, title) in &change.titles {
        say(mime, "MIME_DESCR", language.as_deref(), title);
    }
    if let Some(purpose) = change.purpose {
        say(mime, "MIME_PURPOSE", None, purpose);
    }
    if let Some(media_type) = &change.media_type {
        say(mime, "MIME_TYPE", None, media_type);
    }
    mime.elements().any(|child| name(child) == "MIME_SOURCE")
}

/// Puts a text in place of the one in a language, or of the only one, or adds it where it belongs.
fn say(mime: &mut XmlElement, wanted: &str, language: Option<&str>, text: &str) {
    let mut found: Vec<&mut XmlElement> = mime.elements_mut().filter(|child| name(child) == wanted).collect();
    let same = |child: &&mut XmlElement| child.attribute("lang").as_deref() == language;
    let place = found.iter().position(same).or_else(|| (found.len() == 1).then_some(0));
    if let Some(child) = place.and_then(|place| found.get_mut(place)) {
        child.set_text(text);
        return;
    }
    let mut added = XmlElement::with_text(wanted, text);
    if let Some(language) = language {
        added.set_attribute("lang", language);
    }
    let end = IN_MIME.iter().position(|name| *name == wanted).map_or(IN_MIME.len(), |place| place.saturating_add(1));
    put_behind(mime, IN_MIME.get(..end).unwrap_or(&IN_MIME), added);
}

/// A document that the file did not have.
fn new_mime(document: &ProductDocument) -> XmlElement {
    let mut mime = XmlElement::new("MIME");
    mime.push(XmlElement::with_text("MIME_TYPE", document.media_type.as_deref().unwrap_or("url")));
    let mut source = XmlElement::with_text("MIME_SOURCE", document.url.as_deref().unwrap_or_default());
    if let Some(language) = &document.language {
        source.set_attribute("lang", &parts::language_code(language));
    }
    mime.push(source);
    mime.push(XmlElement::with_text("MIME_DESCR", &document.title));
    mime.push(XmlElement::with_text("MIME_PURPOSE", parts::purpose(document.kind)));
    mime
}

/// Puts an element behind the last one of these names, or before everything.
fn put_behind(parent: &mut XmlElement, names: &[&str], added: XmlElement) {
    let is_before = |node: &XmlNode| matches!(node, XmlNode::Element(child) if names.contains(&name(child).as_ref()));
    let place = parent.children.iter().rposition(is_before).map_or(0, |place| place.saturating_add(1));
    parent.children.insert(place.min(parent.children.len()), XmlNode::Element(added));
}
