//! What the engine says about a document: the values of its fields, its products, the trees above them, list prices.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::PriceDefinition;
use super::catalogue::Records;
use crate::customer::{Account, AccountLink, HierarchyKind, MAX_HIERARCHY_DEPTH};
use crate::pricing::{ConditionRecord, PriceDocument, PriceHierarchy, PriceNode, PriceProduct};
use crate::product::{ListPrice, MAX_CLASS_DEPTH, PriceList, Product, ProductClass, pick_price_list};
use crate::query::{Filter, MAX_IN_VALUES, Query};
use crate::schema::{Entity, FieldCodec as _, Row};
use crate::value::{Date, Error, ErrorCode, FieldValue, Id, Result, error::excerpt};

value_struct! {
    /// For whom a document is priced: what its fields are filled from.
    #[derive(Default)]
    pub struct PriceContext {
        optional {
            /// The customer.
            pub account: Option<Id>,
            /// The person at the customer.
            pub contact: Option<Id>,
            /// The opportunity.
            pub opportunity: Option<Id>,
            /// The price list; the default one if nothing is said.
            pub price_list: Option<Id>,
            /// What the document is called where it reserves: its own reservations are not counted as used by others.
            pub document: Option<String>,
            /// The version of the catalogue; the present one if nothing is said.
            pub version: Option<i64>,
        }
    }
}

value_struct! {
    /// All that a document is priced by, but definition and condition records.
    pub struct PriceInput {
        required {
            /// The document, with every field filled.
            pub document: PriceDocument,
        }
        optional {
            /// Its products.
            pub products: Vec<PriceProduct>,
            /// The trees above its values.
            pub hierarchies: Vec<PriceHierarchy>,
            /// The list prices of its products.
            pub list_prices: Vec<ConditionRecord>,
        }
    }
}

/// The hierarchies of accounts by the field that climbs them.
const ACCOUNT_TREES: [(&str, HierarchyKind); 4] = [
    ("account", HierarchyKind::Legal),
    ("billing_account", HierarchyKind::Billing),
    ("project_account", HierarchyKind::Project),
    ("channel_account", HierarchyKind::Channel),
];

/// The field that climbs the classes of products.
const PRODUCT_CLASS: &str = "product_class";

/// Fills a document from the records that it is about.
pub(super) fn gather(
    records: &mut dyn Records,
    definition: &PriceDefinition,
    mut document: PriceDocument,
    context: &PriceContext,
) -> Result<PriceInput> {
    let mut gathering = Gathering { records, definition, date: document.pricing_date, hierarchies: BTreeMap::new() };
    gathering.head(&mut document, context)?;
    let products = gathering.products(&mut document)?;
    let list_prices = gathering.list_prices(&mut document, context, &products)?;
    let hierarchies = gathering.hierarchies.into_iter().map(|(field, nodes)| {
        let nodes = nodes.into_iter().map(|(value, parent)| PriceNode { value, parent }).collect();
        PriceHierarchy { field, nodes }
    });
    let hierarchies = hierarchies.collect();
    let products = products.into_values().map(|(_, product)| product).collect();
    Ok(PriceInput { document, products, hierarchies, list_prices })
}

struct Gathering<'a> {
    records: &'a mut dyn Records,
    definition: &'a PriceDefinition,
    date: Date,
    /// For each field the node above each value.
    hierarchies: BTreeMap<String, BTreeMap<String, String>>,
}

/// The products of a document by their identifier, as the store and as prices know them.
type Products = BTreeMap<Id, (Product, PriceProduct)>;

impl Gathering<'_> {
    fn has(&self, field: &str) -> bool {
        self.definition.definition.fields.iter().any(|known| known.name == field)
    }

    /// Whether the engine says what stands above the values of a field: the definition does not.
    fn climbs(&self, field: &str) -> bool {
        let catalog = &self.definition.definition;
        self.has(field) && !catalog.hierarchies.iter().any(|known| known.field == field)
    }

    /// Gives a field of the document its value, if there is such a field and the document does not say it.
    fn put(&self, document: &mut PriceDocument, field: &str, value: FieldValue) {
        if self.has(field) {
            document.fields.entry(field.to_owned()).or_insert(value);
        }
    }

    fn head(&mut self, document: &mut PriceDocument, context: &PriceContext) -> Result<()> {
        for (field, id) in [("contact", context.contact), ("opportunity", context.opportunity)] {
            if let Some(id) = id {
                self.put(document, field, FieldValue::Text(id.to_string()));
            }
        }
        let Some(account) = context.account else { return Ok(()) };
        let row = self.one::<Account>(account, "account")?;
        for (field, value) in self.values_of::<Account>("account_", &row) {
            self.put(document, &field, value);
        }
        for (field, hierarchy) in ACCOUNT_TREES {
            self.put(document, field, FieldValue::Text(account.to_string()));
            if self.climbs(field) {
                self.climb_accounts(field, hierarchy, account)?;
            }
        }
        Ok(())
    }

    /// The values of the fields `<prefix><name>` that the definition has, as a record says them.
    fn values_of<E: Entity>(&mut self, prefix: &str, row: &Row) -> Vec<(String, FieldValue)> {
        let fields = self.definition.definition.fields.iter().filter_map(|field| {
            let name = field.name.strip_prefix(prefix)?;
            // `product_class` is the field of that name.
            let value = self.records.value(E::NAME, name, row);
            Some((field.name.clone(), value.or_else(|| self.records.value(E::NAME, &field.name, row))?))
        });
        let told = |(name, value): (String, FieldValue)| match value {
            FieldValue::Null | FieldValue::Json(_) => None,
            FieldValue::Reference(id) => Some((name, FieldValue::Text(id.to_string()))),
            FieldValue::Timestamp(at) => Some((name, FieldValue::Date(at.date_utc()))),
            value => Some((name, value)),
        };
        fields.filter_map(told).collect()
    }

    fn one<E: Entity>(&mut self, id: Id, field: &str) -> Result<Row> {
        let rows = self.records.read(E::NAME, &Query::matching(&[("id", FieldValue::Reference(id))]))?;
        rows.into_iter().next().ok_or_else(|| {
            let message = format!("`{field}` points to no {}", E::NAME);
            Error::invalid(ErrorCode::UnknownReference, field, message)
        })
    }

    fn many<E: Entity>(&mut self, field: &str, values: &[FieldValue]) -> Result<Vec<E>> {
        let mut found = Vec::new();
        for chunk in values.chunks(MAX_IN_VALUES) {
            let filter = Filter::In { field: field.to_owned(), values: chunk.to_vec() };
            let rows = self.records.read(E::NAME, &Query { filter: Some(filter), ..Query::default() })?;
            for row in rows {
                found.push(E::from_stored(row)?);
            }
        }
        Ok(found)
    }

    fn climb_accounts(&mut self, field: &str, hierarchy: HierarchyKind, account: Id) -> Result<()> {
        let mut at = account;
        for _ in 0..MAX_HIERARCHY_DEPTH {
            let asked = [("child", FieldValue::Reference(at)), ("hierarchy", hierarchy.to_field())];
            let links = self.records.read(AccountLink::NAME, &Query::matching(&asked))?;
            let links = links.into_iter().map(AccountLink::from_row).collect::<Result<Vec<_>>>()?;
            let holds = |link: &&AccountLink| {
                link.valid_from.is_some_and(|from| from <= self.date)
                    && link.valid_until.is_none_or(|until| self.date < until)
            };
            let Some(link) = links.iter().find(holds) else { break };
            let nodes = self.hierarchies.entry(field.to_owned()).or_default();
            nodes.insert(at.to_string(), link.parent.to_string());
            at = link.parent;
        }
        Ok(())
    }

    /// Reads the products of the items, which may name them by identifier or by code; items name identifiers then.
    fn products(&mut self, document: &mut PriceDocument) -> Result<Products> {
        let named: BTreeSet<&str> = document.items.iter().filter_map(|item| item.product.as_deref()).collect();
        let (mut ids, mut codes) = (Vec::new(), Vec::new());
        for name in named {
            match name.parse::<Id>() {
                Ok(id) if !id.is_nil() => ids.push(FieldValue::Reference(id)),
                _ => codes.push(FieldValue::Text(name.to_owned())),
            }
        }
        let mut found = self.many::<Product>("id", &ids)?;
        found.extend(self.many::<Product>("code", &codes)?);
        let mut by_name: HashMap<String, Id> = HashMap::with_capacity(found.len().saturating_mul(2));
        for product in &found {
            by_name.insert(product.code.clone(), product.id);
            by_name.insert(product.id.to_string(), product.id);
        }
        for (place, item) in document.items.iter_mut().enumerate() {
            let Some(name) = &item.product else { continue };
            let Some(id) = by_name.get(name) else {
                let message = format!("there is no product `{}`", excerpt(name));
                let path = format!("items[{place}].product");
                return Err(Error::invalid(ErrorCode::UnknownReference, path, message).with("item", &item.id));
            };
            item.product = Some(id.to_string());
        }
        let mut products = Products::new();
        for product in found {
            let priced = self.priced_product(&product);
            products.insert(product.id, (product, priced));
        }
        if self.climbs(PRODUCT_CLASS) {
            self.climb_classes(products.values().filter_map(|(product, _)| product.product_class).collect())?;
        }
        Ok(products)
    }

    fn priced_product(&mut self, product: &Product) -> PriceProduct {
        let fields = self.values_of::<Product>("product_", &product.to_row());
        PriceProduct {
            id: product.id.to_string(),
            unit: product.unit.clone(),
            units: product.units.iter().map(|unit| unit.factor.clone()).collect(),
            gross_weight: product.gross_weight.clone(),
            net_weight: product.net_weight.clone(),
            volume: product.volume.clone(),
            fields: fields.into_iter().collect(),
        }
    }

    fn climb_classes(&mut self, classes: BTreeSet<Id>) -> Result<()> {
        let mut level: Vec<FieldValue> = classes.into_iter().map(FieldValue::Reference).collect();
        for _ in 0..=MAX_CLASS_DEPTH {
            if level.is_empty() {
                break;
            }
            let mut next = BTreeSet::new();
            for class in self.many::<ProductClass>("id", &level)? {
                let Some(parent) = class.parent else { continue };
                let nodes = self.hierarchies.entry(PRODUCT_CLASS.to_owned()).or_default();
                nodes.insert(class.id.to_string(), parent.to_string());
                if !nodes.contains_key(&parent.to_string()) {
                    next.insert(parent);
                }
            }
            level = next.into_iter().map(FieldValue::Reference).collect();
        }
        Ok(())
    }

    /// The prices of the products in the price list of the document, as records of the condition type that the
    /// definition names.
    fn list_prices(
        &mut self,
        document: &mut PriceDocument,
        context: &PriceContext,
        products: &Products,
    ) -> Result<Vec<ConditionRecord>> {
        let list = self.price_list(document, context)?;
        if let Some(list) = &list {
            self.put(document, "price_list", FieldValue::Text(list.id.to_string()));
        }
        let named = (&self.definition.list_price_type, &self.definition.list_price_table);
        let ((Some(condition), Some(table)), Some(list)) = (named, list) else { return Ok(Vec::new()) };
        let (condition, table) = (condition.clone(), table.clone());
        let ids: Vec<FieldValue> = products.keys().map(|id| FieldValue::Reference(*id)).collect();
        let mut found = self.many::<ListPrice>("product", &ids)?;
        found.retain(|price| price.price_list == list.id);
        found.sort_by_key(|price| (price.product, price.valid_from, price.id));
        let record = |price: ListPrice| ConditionRecord {
            id: price.id.to_string(),
            condition_type: condition.clone(),
            table: table.clone(),
            key: HashMap::from([
                ("price_list".to_owned(), list.id.to_string()),
                ("product".to_owned(), price.product.to_string()),
            ]),
            rate: Some(price.price),
            per: price.per_quantity,
            unit: products.get(&price.product).and_then(|(product, _)| product.unit.clone()),
            currency: price.currency,
            valid_from: price.valid_from,
            valid_to: price.valid_until.and_then(|until| until.add_days(-1).ok()),
            ..ConditionRecord::default()
        };
        Ok(found.into_iter().map(record).collect())
    }

    /// The price list of the document: the named one, or the one that prices come from if none is named.
    fn price_list(&mut self, document: &PriceDocument, context: &PriceContext) -> Result<Option<PriceList>> {
        if !self.has("price_list") {
            return Ok(None);
        }
        let said = match document.fields.get("price_list") {
            Some(FieldValue::Text(text)) => text.parse::<Id>().ok(),
            Some(FieldValue::Reference(id)) => Some(*id),
            _ => None,
        };
        if let Some(id) = said.or(context.price_list) {
            return self.one::<PriceList>(id, "price_list").and_then(PriceList::from_stored).map(Some);
        }
        let lists = self.records.read(PriceList::NAME, &Query::default())?;
        let lists = lists.into_iter().map(PriceList::from_stored).collect::<Result<Vec<_>>>()?;
        Ok(pick_price_list(&lists, self.date).cloned())
    }
}
