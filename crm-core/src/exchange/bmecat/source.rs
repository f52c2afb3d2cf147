//! The words of a catalogue, kept beside its products, and the catalogue that is made of them again.

use std::collections::HashMap;

use super::BmecatFile;
use super::mapping::{self, Path, leading, spoken};
use super::read::{Figures, TRANSACTIONS, name, product};
use super::source_parts::Parts;
use super::types::BmecatProduct;
use crate::access::Action;
use crate::engine::Session;
use crate::exchange::xml::{XmlDocument, XmlElement, XmlNode, read_xml};
use crate::product::{EffectiveParameter, ParameterValue, Product, ProductSource};
use crate::query::Query;
use crate::schema::Entity as _;
use crate::value::{Error, FieldValue, Id, Result};

/// What stands in the frame for a product.
const MARK: &str = "<?product?>";

/// The frame of a catalogue, and each of its products.
pub(super) fn split(file: &BmecatFile) -> (String, Vec<String>) {
    let mut products = Vec::new();
    let mut document = file.document.clone();
    for transaction in document.root.elements_mut().filter(is_transaction) {
        for child in &mut transaction.children {
            if let XmlNode::Element(element) = child
                && name(element) == "PRODUCT"
            {
                products.push(element.to_xml());
                *child = XmlNode::Markup(MARK.to_owned());
            }
        }
    }
    (document.to_xml(), products)
}

fn is_transaction(element: &&mut XmlElement) -> bool {
    let found = name(element);
    TRANSACTIONS.iter().any(|(name, _)| *name == found)
}

/// Puts the products into their places; those that are left come last.
fn join(document: &mut XmlDocument, mut products: HashMap<usize, XmlElement>) {
    let mut place = 0_usize;
    let mut last = None;
    for transaction in document.root.elements_mut().filter(is_transaction) {
        let mut children = Vec::with_capacity(transaction.children.len());
        for child in std::mem::take(&mut transaction.children) {
            match child {
                XmlNode::Markup(mark) if mark == MARK => {
                    children.extend(products.remove(&place).map(XmlNode::Element));
                    place = place.saturating_add(1);
                }
                other => children.push(other),
            }
        }
        transaction.children = children;
        last = Some(transaction);
    }
    let mut left: Vec<(usize, XmlElement)> = products.into_iter().collect();
    left.sort_by_key(|(place, _)| *place);
    if let Some(last) = last {
        left.into_iter().for_each(|(_, product)| last.push(product));
    }
}

impl Session {
    /// Writes the catalogue of that name among the external identifiers again, as [`Session::import_bmecat`] took it: with
    /// everything that stood in it, and with names, descriptions, technical parameters, documents and relations as the
    /// products have them now. A `MIME` or reference that never became a record is kept, one whose record was deleted or
    /// has ended is left out.
    /// A product that is not there any more, or that the caller does not see, is left out. Prices are those of the file.
    ///
    /// # Errors
    /// `NotFound` if no catalogue of that name was imported, `Denied` without the rights to read the source and to read and
    /// export products.
    pub fn export_bmecat(&self, system: &str, language: Option<&str>) -> Result<String> {
        self.reading(|reading| {
            reading.entity(Product::NAME)?.1.require(Action::Export)?;
            reading.entity(ProductSource::NAME)?.1.require(Action::Export)
        })?;
        let sources = self.list_all::<ProductSource>(&Query::matching(&[("system", system.into())]))?;
        let frame = sources.iter().find(|source| source.key.is_none() && !source.source.is_empty());
        let frame = frame.ok_or_else(|| Error::not_found(ProductSource::NAME))?;
        let mut document = read_xml(whole(frame).as_bytes())?;
        let (catalog, _) = super::read::catalog(&document.root);
        let language = language.map(ToOwned::to_owned).or_else(|| catalog.languages.first().cloned());
        let present = products(self, system, &sources)?;
        let ids: Vec<Id> = present.values().map(|product| product.id).collect();
        let parts = Parts::read(self, &ids, &catalog.catalog_id)?;
        let mut writing = Writing { session: self, language, classes: HashMap::new(), parts };
        let mut products = HashMap::new();
        for (order, source) in sources.iter().enumerate() {
            let found = source.key.as_ref().and_then(|key| present.get(key));
            let Some(record) = found.filter(|_| !source.source.is_empty()) else { continue };
            let mut element = read_xml(whole(source).as_bytes())?.root;
            writing.bring_up(&mut element, record)?;
            let place = source.position.and_then(|place| usize::try_from(place).ok());
            let free = place.filter(|place| !products.contains_key(place));
            products.insert(free.unwrap_or_else(|| usize::MAX.saturating_sub(order)), element);
        }
        join(&mut document, products);
        Ok(document.to_xml())
    }
}

pub(super) fn whole(source: &ProductSource) -> String {
    source.source.iter().map(|text| text.xml.as_str()).collect()
}

struct Writing<'a> {
    session: &'a Session,
    language: Option<String>,
    /// The parameters of the classes that were met.
    classes: HashMap<Id, Vec<EffectiveParameter>>,
    /// Their documents and relations.
    parts: Parts,
}

/// The visible products of the catalogue, by their numbers in it.
fn products(session: &Session, system: &str, sources: &[ProductSource]) -> Result<HashMap<String, Product>> {
    let mut found = HashMap::new();
    let wanted: std::collections::HashSet<&str> = sources.iter().filter_map(|one| one.key.as_deref()).collect();
    for product in session.list_all::<Product>(&Query::default())? {
        let own = product.external_ids.iter().filter(|id| id.system == system);
        for key in own.map(|id| id.key.clone()).filter(|key| wanted.contains(key.as_str())).collect::<Vec<_>>() {
            found.insert(key, product.clone());
        }
    }
    Ok(found)
}

impl Writing<'_> {
    /// Writes into the element what the product says differently now.
    fn bring_up(&mut self, element: &mut XmlElement, record: &Product) -> Result<()> {
        let was = product(element, "", &mut Figures { findings: Vec::new() });
        let language = self.language.clone();
        let language = language.as_deref();
        if spoken(&was.short, language).is_some_and(|name| name != record.name) {
            say(element, "DESCRIPTION_SHORT", language, &record.name);
        }
        let long = record.description.clone().unwrap_or_default();
        if spoken(&was.long, language).is_some_and(|text| text != long) {
            say(element, "DESCRIPTION_LONG", language, &long);
        }
        self.bring_up_parameters(element, &was, record)?;
        self.parts.bring_up(element, &was, record.id, language);
        Ok(())
    }

    fn bring_up_parameters(&mut self, element: &mut XmlElement, was: &BmecatProduct, record: &Product) -> Result<()> {
        let language = self.language.clone();
        let language = language.as_deref();
        let Some((at, features)) = leading(was) else { return Ok(()) };
        let mut known = mapping::free(features, language);
        if let Some(class) = record.product_class {
            if !self.classes.contains_key(&class) {
                let effective = self.session.products().class_parameters(class)?;
                self.classes.insert(class, effective);
            }
            let effective = self.classes.get(&class).map(Vec::as_slice).unwrap_or_default();
            let brought: Vec<mapping::Parameter> = known.into_values().collect();
            known = mapping::in_effect(effective, &brought);
        }
        let (old, _) = mapping::values(features, &known, language);
        let mut now = by_path(&record.parameters);
        let mut changed: HashMap<usize, Vec<Option<ParameterValue>>> = HashMap::new();
        for value in &old {
            let list = now.get_mut(&value.path).filter(|list| !list.is_empty());
            let present = list.map(|list| list.remove(0));
            let same = present.as_ref().is_some_and(|present| is_same(present, &value.value));
            let entry = changed.entry(value.feature).or_default();
            entry.push(if same { Some(value.value.clone()) } else { present.clone() });
        }
        let originals = old.iter().fold(HashMap::<usize, Vec<&ParameterValue>>::new(), |mut all, value| {
            all.entry(value.feature).or_default().push(&value.value);
            all
        });
        changed.retain(|feature, values| {
            let before = originals.get(feature).map(Vec::as_slice).unwrap_or_default();
            !values.iter().zip(before).all(|(now, before)| now.as_ref().is_some_and(|now| is_same(now, before)))
        });
        let mut place = 0_usize;
        let held = element.elements_mut().filter(|child| name(child) == "PRODUCT_FEATURES").nth(at);
        if let Some(held) = held {
            rewrite(held, &changed, &mut place);
            let mut new: Vec<(&Path, &ParameterValue)> =
                now.iter().flat_map(|(path, list)| list.iter().map(move |value| (path, value))).collect();
            new.sort_by(|a, b| a.0.cmp(b.0));
            // A value inside a block that the file does not have cannot be told by itself.
            for (_, value) in new.into_iter().filter(|(path, _)| path.len() == 1) {
                held.push(added(value));
            }
        }
        Ok(())
    }
}

/// The values of a product by the codes of their blocks and their own.
fn by_path(values: &[ParameterValue]) -> HashMap<Path, Vec<ParameterValue>> {
    let mut paths: Vec<Path> = Vec::with_capacity(values.len());
    let mut found: HashMap<Path, Vec<ParameterValue>> = HashMap::new();
    for value in values {
        let block = value.block.and_then(|block| paths.get(usize::try_from(block).ok()?));
        let path: Path = block.cloned().unwrap_or_default().into_iter().chain([value.parameter.clone()]).collect();
        found.entry(path.clone()).or_default().push(value.clone());
        paths.push(path);
    }
    found
}

/// Whether two values say the same; a unit that is left out is that of the parameter.
fn is_same(now: &ParameterValue, before: &ParameterValue) -> bool {
    let unit = if before.unit.is_none() { None } else { now.unit.clone() };
    ParameterValue { block: None, unit, ..now.clone() } == ParameterValue { block: None, ..before.clone() }
}

/// Goes through the features in the order of the file and changes those whose values are others.
fn rewrite(element: &mut XmlElement, changed: &HashMap<usize, Vec<Option<ParameterValue>>>, place: &mut usize) {
    let mut children = Vec::with_capacity(element.children.len());
    for mut node in std::mem::take(&mut element.children) {
        let XmlNode::Element(child) = &mut node else {
            children.push(node);
            continue;
        };
        match name(child).as_ref() {
            "FEATURE" => {
                let own = changed.get(place);
                *place = place.saturating_add(1);
                rewrite(child, changed, place);
                let gone = own.is_some_and(|values| values.iter().all(Option::is_none));
                if gone && child.count("FEATURE") == 1 {
                    continue;
                }
                if let Some(values) = own.filter(|_| !gone) {
                    replace(child, values);
                }
            }
            "FEATURE_GROUP" => rewrite(child, changed, place),
            _ => {}
        }
        children.push(node);
    }
    element.children = children;
}

/// Puts other values into a feature, where its first value stood.
fn replace(feature: &mut XmlElement, values: &[Option<ParameterValue>]) {
    const VALUES: [&str; 4] = ["FVALUE", "VALUE_IDREF", "FVALUE_DETAILS", "FUNIT"];
    let is_value = |node: &XmlNode| matches!(node, XmlNode::Element(child) if VALUES.contains(&child.local_name()));
    let at = feature.children.iter().position(is_value).unwrap_or(feature.children.len());
    feature.children.retain(|node| !is_value(node));
    let new: Vec<XmlNode> = values.iter().flatten().flat_map(written).map(XmlNode::Element).collect();
    let mut units = 0_usize;
    let new = new.into_iter().filter(|node| match node {
        // One unit holds for all values of a feature.
        XmlNode::Element(element) if element.local_name() == "FUNIT" => {
            units = units.saturating_add(1);
            units == 1
        }
        _ => true,
    });
    let behind = feature.children.split_off(at.min(feature.children.len()));
    feature.children.extend(new);
    feature.children.extend(behind);
}

/// The elements of a value.
fn written(value: &ParameterValue) -> Vec<XmlElement> {
    let figure = |figure: crate::value::Decimal| FieldValue::from(figure).to_key();
    let mut found = Vec::new();
    if let Some(choice) = &value.choice {
        found.push(XmlElement::with_text("VALUE_IDREF", choice));
    }
    let texts = [
        value.number.map(figure),
        value.number_to.map(figure),
        value.text.clone(),
        value.truth.map(|truth| truth.to_string()),
    ];
    found.extend(texts.into_iter().flatten().map(|text| XmlElement::with_text("FVALUE", &text)));
    found.extend(value.unit.as_ref().map(|unit| XmlElement::with_text("FUNIT", unit)));
    found
}

/// A feature that the file did not have.
fn added(value: &ParameterValue) -> XmlElement {
    let mut element = XmlElement::new("FEATURE");
    element.push(XmlElement::with_text("FNAME", &value.parameter));
    written(value).into_iter().for_each(|child| element.push(child));
    element
}

/// Puts a text in place of the one in a language, among the details of a product.
fn say(element: &mut XmlElement, wanted: &str, language: Option<&str>, text: &str) {
    let Some(details) = element.elements_mut().find(|child| name(child) == "PRODUCT_DETAILS") else { return };
    let spoken: Vec<Option<String>> =
        details.elements().filter(|child| child.local_name() == wanted).map(|child| child.attribute("lang")).collect();
    let in_language = spoken.iter().position(|found| language.is_some() && found.as_deref() == language);
    let place = in_language.or_else(|| spoken.iter().position(Option::is_none)).unwrap_or(0);
    if let Some(found) = details.elements_mut().filter(|child| child.local_name() == wanted).nth(place) {
        found.set_text(text);
    }
}
