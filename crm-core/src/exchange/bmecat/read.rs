//! From the document to what it says.

use std::borrow::Cow;
use std::collections::HashMap;

use super::features;
use super::types::{
    BmecatCatalog, BmecatCode, BmecatGroup, BmecatMime, BmecatOrder, BmecatPrice, BmecatProduct, BmecatReference,
    BmecatText, BmecatTransaction,
};
use crate::exchange::xml::XmlElement;
use crate::value::{Decimal, ErrorCode, Problem};

/// The transactions and what they are called in a file.
pub(super) const TRANSACTIONS: [(&str, BmecatTransaction); 3] = [
    ("T_NEW_CATALOG", BmecatTransaction::NewCatalog),
    ("T_UPDATE_PRODUCTS", BmecatTransaction::UpdateProducts),
    ("T_UPDATE_PRICES", BmecatTransaction::UpdatePrices),
];

/// The name of an element in BMEcat 2005: BMEcat 1.2 says `ARTICLE` for `PRODUCT`, and `AID` for `PID`.
pub(super) fn name(element: &XmlElement) -> Cow<'_, str> {
    let name = element.local_name();
    if name.contains("ART") || name.ends_with("_AID") {
        let name = name.replace("ARTICLE", "PRODUCT").replace("ART_ID", "PROD_ID");
        return Cow::Owned(name.strip_suffix("_AID").map_or(name.clone(), |begin| format!("{begin}_PID")));
    }
    Cow::Borrowed(name)
}

/// The elements of a name, in the words of BMEcat 2005.
pub(super) fn all<'e>(parent: &'e XmlElement, wanted: &'e str) -> impl Iterator<Item = &'e XmlElement> {
    parent.elements().filter(move |element| name(element) == wanted)
}

/// The text of the first element of a name; nothing if it is empty.
pub(super) fn first(parent: &XmlElement, wanted: &str) -> Option<String> {
    all(parent, wanted).map(XmlElement::text).find(|text| !text.is_empty())
}

/// The texts of all elements of a name, with their languages.
pub(super) fn texts(parent: &XmlElement, wanted: &str) -> Vec<BmecatText> {
    let text = |element: &XmlElement| BmecatText { text: element.text(), language: element.attribute("lang") };
    all(parent, wanted).map(text).collect()
}

/// The texts of all elements of a name.
pub(super) fn strings(parent: &XmlElement, wanted: &str) -> Vec<String> {
    all(parent, wanted).map(XmlElement::text).collect()
}

/// The texts of all elements of a name, with their kinds.
pub(super) fn codes(parent: &XmlElement, wanted: &str) -> Vec<BmecatCode> {
    let code = |element: &XmlElement| BmecatCode { value: element.text(), kind: element.attribute("type") };
    all(parent, wanted).map(code).collect()
}

/// Reads figures, and notes those that cannot be read.
pub(super) struct Figures {
    pub(super) findings: Vec<Problem>,
}

impl Figures {
    pub(super) fn find(&mut self, code: ErrorCode, path: String, message: String) {
        self.findings.push(Problem::of_field(code, path, message));
    }

    fn decimal(&mut self, path: &str, field: &str, written: Option<String>) -> Option<Decimal> {
        let written = written?;
        match written.parse() {
            Ok(value) => Some(value),
            Err(_) => {
                let message = format!("{} is not a decimal number", crate::exchange::shown(&written));
                self.find(ErrorCode::BadFormat, format!("{path}.{field}"), message);
                None
            }
        }
    }
}

/// What a file says, and what could not be read of it.
pub(super) fn catalog(root: &XmlElement) -> (BmecatCatalog, Vec<Problem>) {
    let mut figures = Figures { findings: Vec::new() };
    let mut catalog = BmecatCatalog { format: root.attribute("version"), ..BmecatCatalog::default() };
    if let Some(header) = root.child("HEADER") {
        read_header(header, &mut catalog);
    }
    if catalog.catalog_id.is_empty() {
        figures.find(ErrorCode::Required, "catalog_id".to_owned(), "the catalogue has no identifier".to_owned());
    }
    for element in root.elements() {
        let found = name(element);
        let Some((_, transaction)) = TRANSACTIONS.iter().find(|(name, _)| *name == found) else { continue };
        catalog.transaction = *transaction;
        read_transaction(element, &mut catalog, &mut figures);
    }
    (catalog, figures.findings)
}

fn read_header(header: &XmlElement, catalog: &mut BmecatCatalog) {
    catalog.generator = first(header, "GENERATOR_INFO");
    if let Some(about) = header.child("CATALOG") {
        catalog.catalog_id = first(about, "CATALOG_ID").unwrap_or_default();
        catalog.catalog_version = first(about, "CATALOG_VERSION");
        catalog.names = texts(about, "CATALOG_NAME");
        catalog.languages = strings(about, "LANGUAGE");
        catalog.currency = first(about, "CURRENCY");
        catalog.territories = strings(about, "TERRITORY");
        catalog.generated_on = first(about, "GENERATION_DATE").or_else(|| day(about, "generation_date"));
    }
    catalog.buyer_name = header.child("BUYER").and_then(|buyer| first(buyer, "BUYER_NAME"));
    if let Some(supplier) = header.child("SUPPLIER") {
        catalog.supplier_name = first(supplier, "SUPPLIER_NAME");
        catalog.supplier_ids = codes(supplier, "SUPPLIER_ID");
    }
}

/// The day of an element `DATETIME` of a kind.
fn day(parent: &XmlElement, kind: &str) -> Option<String> {
    let found = all(parent, "DATETIME").find(|element| element.attribute("type").as_deref() == Some(kind))?;
    first(found, "DATE")
}

fn read_transaction(element: &XmlElement, catalog: &mut BmecatCatalog, figures: &mut Figures) {
    let mut groups: HashMap<String, Vec<String>> = HashMap::new();
    for child in element.elements() {
        match name(child).as_ref() {
            "PRODUCT" => {
                let path = format!("products[{}]", catalog.products.len());
                catalog.products.push(product(child, &path, figures));
            }
            "CATALOG_GROUP_SYSTEM" => catalog.groups.extend(all(child, "CATALOG_STRUCTURE").map(group)),
            "PRODUCT_TO_CATALOGGROUP_MAP" => {
                if let (Some(product), Some(group)) = (first(child, "PROD_ID"), first(child, "CATALOG_GROUP_ID")) {
                    groups.entry(product).or_default().push(group);
                }
            }
            _ => {}
        }
    }
    for product in &mut catalog.products {
        if let Some(groups) = groups.remove(&product.supplier_pid) {
            product.groups = groups;
        }
    }
}

fn group(element: &XmlElement) -> BmecatGroup {
    BmecatGroup {
        id: first(element, "GROUP_ID").unwrap_or_default(),
        names: texts(element, "GROUP_NAME"),
        descriptions: texts(element, "GROUP_DESCRIPTION"),
        parent: first(element, "PARENT_ID"),
        kind: element.attribute("type"),
        order: first(element, "GROUP_ORDER"),
    }
}

/// A product, from its element.
pub(super) fn product(element: &XmlElement, path: &str, figures: &mut Figures) -> BmecatProduct {
    let mut product = BmecatProduct {
        supplier_pid: first(element, "SUPPLIER_PID").unwrap_or_default(),
        mode: element.attribute("mode"),
        ..BmecatProduct::default()
    };
    if product.supplier_pid.is_empty() {
        let message = "the product has no number of its supplier".to_owned();
        figures.find(ErrorCode::Required, format!("{path}.supplier_pid"), message);
    }
    for child in element.elements() {
        match name(child).as_ref() {
            "PRODUCT_DETAILS" => read_details(child, path, figures, &mut product),
            "PRODUCT_FEATURES" => {
                let path = format!("{path}.features[{}]", product.features.len());
                product.features.push(features::read(child, &path, figures));
            }
            "PRODUCT_ORDER_DETAILS" => product.order = order(child, &format!("{path}.order"), figures),
            "PRODUCT_PRICE_DETAILS" => read_prices(child, path, figures, &mut product.prices),
            "MIME_INFO" => product.mimes.extend(all(child, "MIME").map(mime)),
            "PRODUCT_REFERENCE" => {
                let path = format!("{path}.references[{}]", product.references.len());
                product.references.push(reference(child, &path, figures));
            }
            _ => {}
        }
    }
    product
}

fn read_details(element: &XmlElement, path: &str, figures: &mut Figures, product: &mut BmecatProduct) {
    product.short = texts(element, "DESCRIPTION_SHORT");
    product.long = texts(element, "DESCRIPTION_LONG");
    let ean = |value| BmecatCode { value, kind: Some("ean".to_owned()) };
    product.international_pids = strings(element, "EAN").into_iter().map(ean).collect();
    product.international_pids.extend(codes(element, "INTERNATIONAL_PID"));
    product.buyer_pids = codes(element, "BUYER_PID");
    product.manufacturer_pid = first(element, "MANUFACTURER_PID");
    product.manufacturer_name = first(element, "MANUFACTURER_NAME");
    product.manufacturer_type = texts(element, "MANUFACTURER_TYPE_DESCR");
    product.keywords = texts(element, "KEYWORD");
    product.remarks = texts(element, "REMARKS");
    product.delivery_days = figures.decimal(path, "delivery_days", first(element, "DELIVERY_TIME"));
    product.statuses = codes(element, "PRODUCT_STATUS");
}

fn order(element: &XmlElement, path: &str, figures: &mut Figures) -> BmecatOrder {
    let mut figure = |field, name| figures.decimal(path, field, first(element, name));
    BmecatOrder {
        order_unit: first(element, "ORDER_UNIT"),
        content_unit: first(element, "CONTENT_UNIT"),
        contents_per_order_unit: figure("contents_per_order_unit", "NO_CU_PER_OU"),
        price_quantity: figure("price_quantity", "PRICE_QUANTITY"),
        minimum: figure("minimum", "QUANTITY_MIN"),
        interval: figure("interval", "QUANTITY_INTERVAL"),
    }
}

fn read_prices(element: &XmlElement, path: &str, figures: &mut Figures, prices: &mut Vec<BmecatPrice>) {
    let begins = first(element, "VALID_START_DATE").or_else(|| day(element, "valid_start_date"));
    let ends = first(element, "VALID_END_DATE").or_else(|| day(element, "valid_end_date"));
    for child in all(element, "PRODUCT_PRICE") {
        let path = format!("{path}.prices[{}]", prices.len());
        let mut figure = |field, name| figures.decimal(&path, field, first(child, name));
        prices.push(BmecatPrice {
            kind: child.attribute("price_type"),
            amount: figure("amount", "PRICE_AMOUNT"),
            currency: first(child, "PRICE_CURRENCY"),
            tax: figure("tax", "TAX"),
            factor: figure("factor", "PRICE_FACTOR"),
            lower_bound: figure("lower_bound", "LOWER_BOUND"),
            territories: strings(child, "TERRITORY"),
            valid_from: begins.clone(),
            valid_until: ends.clone(),
        });
    }
}

fn mime(element: &XmlElement) -> BmecatMime {
    BmecatMime {
        kind: first(element, "MIME_TYPE"),
        sources: texts(element, "MIME_SOURCE"),
        descriptions: texts(element, "MIME_DESCR"),
        alternatives: texts(element, "MIME_ALT"),
        purpose: first(element, "MIME_PURPOSE"),
        order: first(element, "MIME_ORDER"),
    }
}

fn reference(element: &XmlElement, path: &str, figures: &mut Figures) -> BmecatReference {
    BmecatReference {
        product: first(element, "PROD_ID_TO").unwrap_or_default(),
        kind: element.attribute("type"),
        quantity: figures.decimal(path, "quantity", element.attribute("quantity")),
        catalog_id: first(element, "CATALOG_ID"),
        catalog_version: first(element, "CATALOG_VERSION"),
    }
}
