//! From a catalogue to a new document.

use super::features::count;
use super::read::TRANSACTIONS;
use super::types::{
    BmecatCatalog, BmecatCode, BmecatFeature, BmecatFeatures, BmecatGroup, BmecatMime, BmecatOrder, BmecatPrice,
    BmecatProduct, BmecatReference, BmecatText,
};
use crate::exchange::xml::{XmlElement, XmlNode};
use crate::value::Decimal;

/// What the elements of BMEcat 2005 belong to.
const NAMESPACE: &str = "http://www.bmecat.org/bmecat/2005";

/// Writes a catalogue as BMEcat 2005, in UTF-8.
#[must_use]
pub fn write_bmecat(catalog: &BmecatCatalog) -> String {
    let version = catalog.format.as_deref().unwrap_or("2005");
    let mut root = XmlElement::new("BMECAT").with_attribute("version", version).with_attribute("xmlns", NAMESPACE);
    root.push(header(catalog));
    let known = TRANSACTIONS.iter().find(|(_, transaction)| *transaction == catalog.transaction);
    let mut body = XmlElement::new(known.map_or("T_NEW_CATALOG", |(name, _)| name));
    if !catalog.groups.is_empty() {
        let mut system = XmlElement::new("CATALOG_GROUP_SYSTEM");
        catalog.groups.iter().for_each(|known| system.push(group(known)));
        body.push(system);
    }
    catalog.products.iter().for_each(|known| body.push(product(known)));
    for (product, group) in catalog.products.iter().flat_map(|known| known.groups.iter().map(move |id| (known, id))) {
        let mut map = XmlElement::new("PRODUCT_TO_CATALOGGROUP_MAP");
        push(&mut map, "PROD_ID", Some(&product.supplier_pid));
        push(&mut map, "CATALOG_GROUP_ID", Some(group));
        body.push(map);
    }
    root.push(body);
    indent(&mut root, 0);
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n", root.to_xml())
}

/// Puts every element that holds elements on lines of its own.
pub(super) fn indent(element: &mut XmlElement, depth: usize) {
    if element.elements().next().is_none() {
        return;
    }
    let line = |depth: usize| XmlNode::Text(format!("\n{}", "  ".repeat(depth)));
    let inner = depth.saturating_add(1);
    let mut children = Vec::with_capacity(element.children.len().saturating_mul(2));
    for mut child in std::mem::take(&mut element.children) {
        if let XmlNode::Element(element) = &mut child {
            indent(element, inner);
        }
        children.push(line(inner));
        children.push(child);
    }
    children.push(line(depth));
    element.children = children;
}

fn push(parent: &mut XmlElement, name: &str, text: Option<&str>) {
    if let Some(text) = text {
        parent.push(XmlElement::with_text(name, text));
    }
}

fn push_all(parent: &mut XmlElement, name: &str, texts: &[String]) {
    texts.iter().for_each(|text| push(parent, name, Some(text)));
}

fn push_texts(parent: &mut XmlElement, name: &str, texts: &[BmecatText]) {
    for BmecatText { text, language } in texts {
        parent.push(kinded(XmlElement::with_text(name, text), "lang", language.as_deref()));
    }
}

fn push_codes(parent: &mut XmlElement, name: &str, codes: &[BmecatCode]) {
    for BmecatCode { value, kind } in codes {
        parent.push(kinded(XmlElement::with_text(name, value), "type", kind.as_deref()));
    }
}

fn push_figure(parent: &mut XmlElement, name: &str, figure: Option<Decimal>) {
    push(parent, name, figure.map(|figure| figure.to_string()).as_deref());
}

fn kinded(element: XmlElement, attribute: &str, kind: Option<&str>) -> XmlElement {
    match kind {
        Some(kind) => element.with_attribute(attribute, kind),
        None => element,
    }
}

/// Adds an element if there is something in it.
fn push_filled(parent: &mut XmlElement, element: XmlElement) {
    if element.elements().next().is_some() {
        parent.push(element);
    }
}

fn header(catalog: &BmecatCatalog) -> XmlElement {
    let mut header = XmlElement::new("HEADER");
    push(&mut header, "GENERATOR_INFO", catalog.generator.as_deref());
    let mut about = XmlElement::new("CATALOG");
    push_all(&mut about, "LANGUAGE", &catalog.languages);
    push(&mut about, "CATALOG_ID", Some(&catalog.catalog_id));
    push(&mut about, "CATALOG_VERSION", catalog.catalog_version.as_deref());
    push_texts(&mut about, "CATALOG_NAME", &catalog.names);
    push(&mut about, "GENERATION_DATE", catalog.generated_on.as_deref());
    push_all(&mut about, "TERRITORY", &catalog.territories);
    push(&mut about, "CURRENCY", catalog.currency.as_deref());
    header.push(about);
    if let Some(name) = &catalog.buyer_name {
        let mut buyer = XmlElement::new("BUYER");
        push(&mut buyer, "BUYER_NAME", Some(name));
        header.push(buyer);
    }
    let mut supplier = XmlElement::new("SUPPLIER");
    push_codes(&mut supplier, "SUPPLIER_ID", &catalog.supplier_ids);
    push(&mut supplier, "SUPPLIER_NAME", catalog.supplier_name.as_deref());
    push_filled(&mut header, supplier);
    header
}

fn group(group: &BmecatGroup) -> XmlElement {
    let mut element = kinded(XmlElement::new("CATALOG_STRUCTURE"), "type", group.kind.as_deref());
    push(&mut element, "GROUP_ID", Some(&group.id));
    push_texts(&mut element, "GROUP_NAME", &group.names);
    push_texts(&mut element, "GROUP_DESCRIPTION", &group.descriptions);
    push(&mut element, "PARENT_ID", group.parent.as_deref());
    push(&mut element, "GROUP_ORDER", group.order.as_deref());
    element
}

/// The element of a product.
pub(super) fn product(product: &BmecatProduct) -> XmlElement {
    let mut element = kinded(XmlElement::new("PRODUCT"), "mode", product.mode.as_deref());
    push(&mut element, "SUPPLIER_PID", Some(&product.supplier_pid));
    push_filled(&mut element, details(product));
    product.features.iter().for_each(|known| element.push(features(known)));
    push_filled(&mut element, order(&product.order));
    for prices in product.prices.chunk_by(|a, b| (&a.valid_from, &a.valid_until) == (&b.valid_from, &b.valid_until)) {
        element.push(price_details(prices));
    }
    if !product.mimes.is_empty() {
        let mut info = XmlElement::new("MIME_INFO");
        product.mimes.iter().for_each(|known| info.push(mime(known)));
        element.push(info);
    }
    product.references.iter().for_each(|known| element.push(reference(known)));
    element
}

fn details(product: &BmecatProduct) -> XmlElement {
    let mut element = XmlElement::new("PRODUCT_DETAILS");
    push_texts(&mut element, "DESCRIPTION_SHORT", &product.short);
    push_texts(&mut element, "DESCRIPTION_LONG", &product.long);
    push_codes(&mut element, "INTERNATIONAL_PID", &product.international_pids);
    push_codes(&mut element, "BUYER_PID", &product.buyer_pids);
    push(&mut element, "MANUFACTURER_PID", product.manufacturer_pid.as_deref());
    push(&mut element, "MANUFACTURER_NAME", product.manufacturer_name.as_deref());
    push_texts(&mut element, "MANUFACTURER_TYPE_DESCR", &product.manufacturer_type);
    push_figure(&mut element, "DELIVERY_TIME", product.delivery_days);
    push_texts(&mut element, "REMARKS", &product.remarks);
    push_texts(&mut element, "KEYWORD", &product.keywords);
    push_codes(&mut element, "PRODUCT_STATUS", &product.statuses);
    element
}

fn features(features: &BmecatFeatures) -> XmlElement {
    let mut element = XmlElement::new("PRODUCT_FEATURES");
    push(&mut element, "REFERENCE_FEATURE_SYSTEM_NAME", features.system.as_deref());
    push_classes(&mut element, &features.classes);
    push_texts(&mut element, "REFERENCE_FEATURE_GROUP_NAME", &features.class_names);
    push_features(&mut element, features, None, None);
    push_groups(&mut element, features, None);
    element
}

/// The first class is named by its one identifier, as long as it has no kind.
fn push_classes(element: &mut XmlElement, classes: &[BmecatCode]) {
    for class in classes {
        let name = if class.kind.is_some() { "REFERENCE_FEATURE_GROUP_ID2" } else { "REFERENCE_FEATURE_GROUP_ID" };
        push_codes(element, name, std::slice::from_ref(class));
    }
}

fn push_groups(parent: &mut XmlElement, features: &BmecatFeatures, outer: Option<u64>) {
    for (place, group) in (0_u64..).zip(&features.groups) {
        // A group stands behind the one that it is in, so that none can stand in itself.
        if group.parent.filter(|parent| *parent < place) != outer {
            continue;
        }
        let mut element = XmlElement::new("FEATURE_GROUP");
        push_classes(&mut element, &group.ids);
        push_texts(&mut element, "REFERENCE_FEATURE_GROUP_NAME", &group.names);
        push_features(&mut element, features, Some(place), None);
        push_groups(&mut element, features, Some(place));
        parent.push(element);
    }
}

/// The features of a group at the top, or in another feature that their number does not name.
fn push_features(parent: &mut XmlElement, features: &BmecatFeatures, group: Option<u64>, outer: Option<u64>) {
    let groups = count(features.groups.len());
    for (place, feature) in (0_u64..).zip(&features.features) {
        let inside = feature.parent.filter(|parent| feature.parent_number.is_none() && *parent < place);
        if inside != outer || feature.group.filter(|group| *group < groups) != group {
            continue;
        }
        let mut element = self::feature(feature);
        push_features(&mut element, features, group, Some(place));
        parent.push(element);
    }
}

fn feature(feature: &BmecatFeature) -> XmlElement {
    let mut element = XmlElement::new("FEATURE");
    if let Some(id) = &feature.id {
        let mut template = XmlElement::new("FTEMPLATE");
        push(&mut template, "FT_ID", Some(id));
        push_texts(&mut template, "FT_NAME", &feature.names);
        element.push(template);
    } else {
        push_texts(&mut element, "FNAME", &feature.names);
    }
    push_texts(&mut element, "FVALUE", &feature.values);
    push_all(&mut element, "VALUE_IDREF", &feature.value_ids);
    push(&mut element, "FUNIT", feature.unit.as_deref());
    push(&mut element, "FORDER", feature.order.as_deref());
    push_texts(&mut element, "FDESCR", &feature.descriptions);
    push_texts(&mut element, "FVALUE_DETAILS", &feature.details);
    push(&mut element, "FID", feature.number.as_deref());
    push(&mut element, "FPARENT_ID", feature.parent_number.as_deref());
    element
}

fn order(order: &BmecatOrder) -> XmlElement {
    let mut element = XmlElement::new("PRODUCT_ORDER_DETAILS");
    push(&mut element, "ORDER_UNIT", order.order_unit.as_deref());
    push(&mut element, "CONTENT_UNIT", order.content_unit.as_deref());
    push_figure(&mut element, "NO_CU_PER_OU", order.contents_per_order_unit);
    push_figure(&mut element, "PRICE_QUANTITY", order.price_quantity);
    push_figure(&mut element, "QUANTITY_MIN", order.minimum);
    push_figure(&mut element, "QUANTITY_INTERVAL", order.interval);
    element
}

/// Prices that hold on the same days.
fn price_details(prices: &[BmecatPrice]) -> XmlElement {
    let mut element = XmlElement::new("PRODUCT_PRICE_DETAILS");
    let days = prices.first();
    push(&mut element, "VALID_START_DATE", days.and_then(|price| price.valid_from.as_deref()));
    push(&mut element, "VALID_END_DATE", days.and_then(|price| price.valid_until.as_deref()));
    for price in prices {
        let mut child = kinded(XmlElement::new("PRODUCT_PRICE"), "price_type", price.kind.as_deref());
        push_figure(&mut child, "PRICE_AMOUNT", price.amount);
        push(&mut child, "PRICE_CURRENCY", price.currency.as_deref());
        push_figure(&mut child, "TAX", price.tax);
        push_figure(&mut child, "PRICE_FACTOR", price.factor);
        push_figure(&mut child, "LOWER_BOUND", price.lower_bound);
        push_all(&mut child, "TERRITORY", &price.territories);
        element.push(child);
    }
    element
}

fn mime(mime: &BmecatMime) -> XmlElement {
    let mut element = XmlElement::new("MIME");
    push(&mut element, "MIME_TYPE", mime.kind.as_deref());
    push_texts(&mut element, "MIME_SOURCE", &mime.sources);
    push_texts(&mut element, "MIME_DESCR", &mime.descriptions);
    push_texts(&mut element, "MIME_ALT", &mime.alternatives);
    push(&mut element, "MIME_PURPOSE", mime.purpose.as_deref());
    push(&mut element, "MIME_ORDER", mime.order.as_deref());
    element
}

fn reference(reference: &BmecatReference) -> XmlElement {
    let element = kinded(XmlElement::new("PRODUCT_REFERENCE"), "type", reference.kind.as_deref());
    let quantity = reference.quantity.map(|quantity| quantity.to_string());
    let mut element = kinded(element, "quantity", quantity.as_deref());
    push(&mut element, "PROD_ID_TO", Some(&reference.product));
    push(&mut element, "CATALOG_ID", reference.catalog_id.as_deref());
    push(&mut element, "CATALOG_VERSION", reference.catalog_version.as_deref());
    element
}
