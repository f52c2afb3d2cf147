//! Documents and relations of the products of a catalogue: what is put, and what goes with a former edition.

use std::collections::{HashMap, HashSet};

use super::import::{Fields, Plan, issue, named};
use super::parts::{self, Document, Reference};
use super::read::{Figures, product};
use super::source::whole;
use super::types::BmecatProduct;
use crate::access::Action;
use crate::engine::{Command, RecordCommand, RowKey, RowWork, Session};
use crate::exchange::xml::read_xml;
use crate::product::{Product, ProductDocument, ProductRelation, ProductSource};
use crate::query::{Filter, MAX_IN_VALUES, Query};
use crate::room::Reader as _;
use crate::schema::Entity;
use crate::value::{ErrorCode, FieldValue, Id, Problem, Result};

/// The documents and relations that the products of the catalogue have already.
#[derive(Default)]
pub(super) struct Present {
    documents: HashMap<Id, Vec<ProductDocument>>,
    relations: HashMap<Id, Vec<ProductRelation>>,
    /// What the catalogue said before of the products, by their numbers.
    former: HashMap<String, String>,
    /// Whether the caller may make documents and relations, and sees them: else he would not know them again.
    takes_documents: bool,
    takes_relations: bool,
}

impl Present {
    /// Reads what there is of products that are known.
    pub(super) fn read(session: &Session, system: &str, products: &[Id]) -> Result<Self> {
        let sees = |name: &str, fields: &[&str]| {
            session.reading(|reading| {
                Ok(reading.may_read(name) && fields.iter().all(|field| reading.can_ask(name, field)))
            })
        };
        let makes = |name: &str| session.reading(|reading| Ok(reading.entity(name)?.1.allows(Action::Create)));
        let mut found = Self {
            takes_documents: makes(ProductDocument::NAME)?
                && sees(ProductDocument::NAME, &["product", "title", "kind", "url", "language"])?,
            takes_relations: makes(ProductRelation::NAME)?
                && sees(ProductRelation::NAME, &["product", "other", "kind", "quantity"])?,
            ..Self::default()
        };
        if products.is_empty() {
            return Ok(found);
        }
        if found.takes_documents {
            for document in of_products::<ProductDocument>(session, products)? {
                found.documents.entry(document.product.unwrap_or(Id::NIL)).or_default().push(document);
            }
        }
        if found.takes_relations {
            for relation in of_products::<ProductRelation>(session, products)? {
                found.relations.entry(relation.product).or_default().push(relation);
            }
        }
        if sees(ProductSource::NAME, &["system", "key", "source"])? {
            for source in session.list_all::<ProductSource>(&Query::matching(&[("system", system.into())]))? {
                let text = whole(&source);
                found.former.extend(source.key.map(|key| (key, text)));
            }
        }
        Ok(found)
    }
}

/// The visible records of an entity that belong to products.
pub(super) fn of_products<E: Entity>(session: &Session, products: &[Id]) -> Result<Vec<E>> {
    let mut found = Vec::new();
    for chunk in products.chunks(MAX_IN_VALUES) {
        found.extend(session.list_all::<E>(&among_products(chunk))?);
    }
    Ok(found)
}

/// The question for what belongs to products.
pub(super) fn among_products(products: &[Id]) -> Query {
    let values = products.iter().map(|id| FieldValue::Reference(*id)).collect();
    Query { filter: Some(Filter::In { field: "product".into(), values }), ..Query::default() }
}

impl Plan<'_> {
    /// What the catalogue said before of a product, if it said something else.
    fn former(&self, place: usize, product_now: &BmecatProduct) -> Result<Option<BmecatProduct>> {
        let Some(former) = self.present.former.get(&product_now.supplier_pid) else { return Ok(None) };
        if former.is_empty() || self.sources.get(place) == Some(former) {
            return Ok(None);
        }
        let root = read_xml(former.as_bytes())?.root;
        Ok(Some(product(&root, "", &mut Figures { findings: Vec::new() })))
    }

    /// The documents of a product. One that the catalogue had before and has no more goes.
    pub(super) fn put_documents(&mut self, place: usize, id: Id, product: &BmecatProduct) -> Result<()> {
        if !self.present.takes_documents {
            self.leave_out(place, "mimes", product.mimes.len());
            return Ok(());
        }
        let wanted = parts::documents(product, self.language.as_deref());
        for (at, mime) in product.mimes.iter().enumerate() {
            if mime.sources.iter().all(|source| source.text.is_empty()) {
                let problem =
                    Problem::of_field(ErrorCode::Required, format!("mimes[{at}]"), "left out: it has no source");
                self.notices.push(issue(place, &problem));
            }
        }
        let present = self.present.documents.remove(&id).unwrap_or_default();
        let all: Vec<&ProductDocument> = present.iter().collect();
        let pairs = parts::pair(&wanted, &all);
        let taken: HashSet<usize> = pairs.iter().flatten().copied().collect();
        let mut found: Vec<Option<&ProductDocument>> =
            pairs.iter().map(|at| at.and_then(|at| all.get(at).copied())).collect();
        let left = all.iter().enumerate().filter(|(at, _)| !taken.contains(at)).map(|(_, document)| *document);
        let gone = self.gone_documents(place, product, &wanted, left.collect())?;
        let mut gone: Vec<Option<&ProductDocument>> = gone.into_iter().map(Some).collect();
        for (wanted, found) in wanted.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
            // The same document at another address.
            let open: Vec<&ProductDocument> = gone.iter().flatten().copied().collect();
            let moved = parts::pair_moved(std::slice::from_ref(wanted), &open).into_iter().flatten().next();
            *found = moved.and_then(|at| open.get(at).copied());
            gone.retain(|one| one.map(|one| one.id) != found.map(|found| found.id));
        }
        for document in gone.into_iter().flatten() {
            self.delete(place, ProductDocument::NAME, document.id, document.version);
        }
        for (document, found) in wanted.iter().zip(found) {
            self.put_document(place, id, document, found);
        }
        Ok(())
    }

    /// Those of the documents that the catalogue had before under addresses which it has no more.
    fn gone_documents<'d>(
        &self,
        place: usize,
        product: &BmecatProduct,
        wanted: &[Document],
        left: Vec<&'d ProductDocument>,
    ) -> Result<Vec<&'d ProductDocument>> {
        let former = if left.is_empty() { None } else { self.former(place, product)? };
        let Some(former) = former else { return Ok(Vec::new()) };
        let mut before = parts::documents(&former, self.language.as_deref());
        before.retain(|before| !wanted.iter().any(|now| now.url == before.url && now.language == before.language));
        let pairs = parts::pair(&before, &left);
        Ok(pairs.into_iter().flatten().filter_map(|at| left.get(at).copied()).collect())
    }

    fn put_document(&mut self, place: usize, product: Id, document: &Document, found: Option<&ProductDocument>) {
        let text = |text: &Option<String>| text.clone().map_or(FieldValue::Null, FieldValue::Text);
        let mut fields = Fields::new();
        let mut set = |name: &str, value: FieldValue| drop(fields.insert(name.to_owned(), value));
        if found.is_none_or(|found| document.title.as_ref().is_some_and(|title| *title != found.title)) {
            set("title", FieldValue::Text(document.title()));
        }
        if found.is_none_or(|found| !document.says(found.kind)) {
            set("kind", FieldValue::Text(document.kind.as_str().to_owned()));
        }
        if found.is_none_or(|found| found.url.as_ref() != Some(&document.url)) {
            set("url", FieldValue::Text(document.url.clone()));
        }
        if found.is_none_or(|found| document.language.is_some() && found.language != document.language) {
            set("language", text(&document.language));
        }
        if found.is_none_or(|found| document.media_type.is_some() && found.media_type != document.media_type) {
            set("media_type", text(&document.media_type));
        }
        if found.is_none() {
            set("product", FieldValue::Reference(product));
        }
        if !fields.is_empty() {
            self.put(place, ProductDocument::NAME, found.map(|found| RowKey::Id(found.id)), fields);
        }
    }

    /// The relations of all products: behind the products, because they refer to others of the catalogue.
    pub(super) fn put_relations(&mut self) -> Result<()> {
        let file = self.file;
        let mut seen = HashSet::new();
        for (place, product) in file.catalog().products.iter().enumerate() {
            let id = self.known.get(&product.supplier_pid).copied();
            if let Some(id) = id.filter(|_| seen.insert(product.supplier_pid.as_str())) {
                self.put_relations_of(place, id, product)?;
            }
        }
        Ok(())
    }

    fn put_relations_of(&mut self, place: usize, id: Id, product: &BmecatProduct) -> Result<()> {
        if !self.present.takes_relations {
            self.leave_out(place, "references", product.references.len());
            return Ok(());
        }
        let wanted = parts::references(product, &self.file.catalog().catalog_id);
        let present = self.present.relations.remove(&id).unwrap_or_default();
        let mut taken = HashSet::new();
        for reference in &wanted {
            let other = match self.other(id, reference) {
                Ok(other) => other,
                Err(problem) => {
                    let problem = problem.under(&format!("references[{}]", reference.place));
                    self.notices.push(issue(place, &problem));
                    continue;
                }
            };
            if !taken.insert((other, reference.kind)) {
                let message = "left out: the product says the same of the other one before";
                let path = format!("references[{}]", reference.place);
                self.notices.push(issue(place, &Problem::of_field(ErrorCode::DuplicateKey, path, message)));
                continue;
            }
            let same = |one: &&ProductRelation| one.other == other && one.kind == reference.kind;
            // Of several spans of time the last one.
            let found = present.iter().filter(same).max_by_key(|one| (one.valid_from, one.id));
            self.put_relation(place, id, other, reference, found);
        }
        let left: Vec<&ProductRelation> =
            present.iter().filter(|one| !taken.contains(&(one.other, one.kind))).collect();
        self.delete_relations(place, product, &wanted, &left)
    }

    /// The product that a reference names.
    fn other(&self, own: Id, reference: &Reference) -> Result<Id, Problem> {
        let refuse = |code, message: &str| Problem::of_field(code, "product", message);
        if reference.number.is_empty() {
            return Err(refuse(ErrorCode::Required, "left out: it names no product"));
        }
        let is_of = |catalog: &String| self.systems.contains(&(reference.number.clone(), format!("bmecat:{catalog}")));
        let found = self.known.get(&reference.number).copied();
        match found.filter(|_| reference.catalog_id.as_ref().is_none_or(is_of)) {
            Some(other) if other == own => Err(refuse(ErrorCode::Cycle, "left out: it names the product itself")),
            Some(other) => Ok(other),
            None => {
                let problem = refuse(ErrorCode::UnknownReference, "no such product is known: it is kept in the source");
                Err(problem.with("number", &reference.number))
            }
        }
    }

    fn put_relation(
        &mut self,
        place: usize,
        product: Id,
        other: Id,
        reference: &Reference,
        found: Option<&ProductRelation>,
    ) {
        let mut fields = Fields::new();
        let mut set = |name: &str, value: FieldValue| drop(fields.insert(name.to_owned(), value));
        if let Some(quantity) = reference.quantity
            && found.is_none_or(|found| found.quantity != Some(quantity))
        {
            set("quantity", quantity.into());
        }
        if found.is_none() {
            set("product", FieldValue::Reference(product));
            set("other", FieldValue::Reference(other));
            set("kind", FieldValue::Text(reference.kind.as_str().to_owned()));
            if let Some(note) = &reference.note {
                set("note", FieldValue::Text(note.clone()));
            }
        }
        if !fields.is_empty() {
            self.put(place, ProductRelation::NAME, found.map(|found| RowKey::Id(found.id)), fields);
        }
    }

    /// A relation that the catalogue had before and has no more goes.
    fn delete_relations(
        &mut self,
        place: usize,
        product: &BmecatProduct,
        wanted: &[Reference],
        left: &[&ProductRelation],
    ) -> Result<()> {
        let former = if left.is_empty() { None } else { self.former(place, product)? };
        let Some(former) = former else { return Ok(()) };
        let mut before = parts::references(&former, &self.file.catalog().catalog_id);
        before.retain(|before| !wanted.iter().any(|now| now.number == before.number && now.kind == before.kind));
        let numbers: Vec<&str> = before.iter().map(|reference| reference.number.as_str()).collect();
        let others: HashMap<String, Id> =
            named::<Product>(self.session, &numbers)?.into_iter().map(|product| (product.code, product.id)).collect();
        for relation in left {
            let is_gone =
                |one: &Reference| others.get(&one.number) == Some(&relation.other) && one.kind == relation.kind;
            if before.iter().any(is_gone) {
                self.delete(place, ProductRelation::NAME, relation.id, relation.version);
            }
        }
        Ok(())
    }

    fn delete(&mut self, place: usize, entity: &str, id: Id, expected_version: i64) {
        let command = RecordCommand::Delete { entity: entity.to_owned(), id, expected_version };
        self.run(place, RowWork::Run(Box::new(Command::Record(command))));
    }

    /// The caller may not make or see what would be put: it stays in the source.
    fn leave_out(&mut self, place: usize, field: &str, count: usize) {
        if count > 0 {
            let message = "left out: the caller may not make and see such records";
            self.notices.push(issue(place, &Problem::of_field(ErrorCode::NoRight, field, message)));
        }
    }
}
