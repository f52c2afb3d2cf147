//! Products from a catalogue.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::import_parts::Present;
use super::mapping::{self, Class, Path, class_code, leading, spoken};
use super::types::{BmecatPrice, BmecatProduct};
use super::{BmecatFile, read_bmecat, source};
use crate::engine::{RowDone, RowKey, RowResult, RowWork, Session, put_rows};
use crate::exchange::import::{self, ImportIssue, ImportReport};
use crate::product::{
    EffectiveParameter, ListPrice, ParameterChoice, ParameterValue, PriceList, Product, ProductClass, ProductParameter,
    ProductSource, SourceText,
};
use crate::query::{Filter, MAX_IN_VALUES, Query};
use crate::room::ExternalId;
use crate::schema::{Entity, FieldCodec as _};
use crate::value::{Date, Decimal, ErrorCode, FieldValue, Id, Problem, Result};

value_struct! {
    /// How a catalogue is taken.
    #[derive(Default)]
    pub struct BmecatImport {
        optional {
            /// The name of the catalogue among the external identifiers of products; `bmecat:` and the identifier of the
            /// catalogue if nothing is said.
            pub system: Option<String>,
            /// The language of names and texts; the first one of the catalogue if nothing is said.
            pub language: Option<String>,
            /// The price list that takes the prices; without it no price is taken.
            pub price_list: Option<Id>,
            /// The kind of the prices that are taken; `net_list` if nothing is said.
            pub price_kind: Option<String>,
        }
    }
}

impl BmecatImport {
    /// The name of a catalogue among the external identifiers.
    fn system_of(&self, file: &BmecatFile) -> String {
        self.system.clone().unwrap_or_else(|| format!("bmecat:{}", file.catalog().catalog_id))
    }
}

pub(super) type Fields = HashMap<String, FieldValue>;
/// The fields by which a price is known again.
type PriceKey = Vec<(&'static str, FieldValue)>;

/// What is put for a product: its row comes back under the number of the product.
struct Row {
    product: usize,
    /// Whether it is the product itself, which is counted.
    is_product: bool,
    work: RowWork,
}

impl Session {
    /// Imports a BMEcat catalogue. The class that the first feature system of a product names becomes a product class
    /// with a parameter for each feature; a product is known again by its code, which is the number of the supplier, and
    /// has that number among its external identifiers. Another import of the same catalogue changes nothing. A definition
    /// that is there keeps its kind; it gets further choices and more than one value where the catalogue has them.
    ///
    /// Each source of a `MIME` becomes a document of the product, each reference to a product that is in the catalogue, or
    /// was there before, a relation. Another import brings both up to date; what a former edition of the catalogue had and
    /// this one has not goes. A reference to a product that is not known is told in the notices, and becomes a relation
    /// when the catalogue is imported again after the other product came.
    ///
    /// The whole catalogue is kept beside the products, so that [`Session::export_bmecat`] loses nothing of it. What has no
    /// place in a product is listed in the notices, with the number of the product as its row. Prices need a price list;
    /// of those with a scale the first step is taken.
    ///
    /// # Errors
    /// What [`read_bmecat`] says of the file; `NotFound` for the price list, `Denied`, and if the store fails. What is wrong
    /// with a product stands in the report.
    pub fn import_bmecat(&self, bytes: &[u8], options: &BmecatImport, dry_run: bool) -> Result<ImportReport> {
        let file = read_bmecat(bytes)?;
        let mut plan = Plan::new(self, &file, options)?;
        plan.put_classes()?;
        plan.put_products()?;
        plan.put_relations()?;
        plan.put_sources();
        let Plan { rows, notices, .. } = plan;
        let mut report =
            ImportReport { dry_run, notices, rows: count(file.catalog().products.len()), ..ImportReport::default() };
        let (places, work): (Vec<_>, Vec<_>) =
            rows.into_iter().map(|row| ((row.product, row.is_product), row.work)).unzip();
        let done = put_rows(self, "exchange.import", &work, dry_run)?;
        for ((product, is_product), done) in places.into_iter().zip(done) {
            note(&mut report, product, is_product, done);
        }
        report.rejects.sort_by_key(|issue| issue.row);
        report.notices.sort_by_key(|issue| issue.row);
        Ok(report)
    }
}

/// Takes down what became of a row; the one of the product itself is counted.
fn note(report: &mut ImportReport, product: usize, is_product: bool, done: RowDone) {
    let issues =
        |problems: &[Problem]| -> Vec<ImportIssue> { problems.iter().map(|problem| issue(product, problem)).collect() };
    report.notices.extend(issues(&done.warnings));
    let own = u64::from(is_product);
    match done.result {
        RowResult::Created => report.created = report.created.saturating_add(own),
        RowResult::Updated => report.updated = report.updated.saturating_add(own),
        RowResult::Unchanged => report.unchanged = report.unchanged.saturating_add(own),
        RowResult::Repeated => {
            report.rejected = report.rejected.saturating_add(own);
            let message = "an earlier product of the file has the same number";
            report.rejects.extend(issues(&[Problem::of_field(ErrorCode::DuplicateKey, "supplier_pid", message)]));
        }
        RowResult::Failed(error) => {
            report.rejected = report.rejected.saturating_add(own);
            report.rejects.extend(issues(error.problems()));
        }
    }
}

/// What the import will put, in its order.
pub(super) struct Plan<'a> {
    pub(super) session: &'a Session,
    pub(super) file: &'a BmecatFile,
    options: &'a BmecatImport,
    system: String,
    pub(super) language: Option<String>,
    list: Option<PriceList>,
    /// The visible products by code.
    pub(super) known: HashMap<String, Id>,
    /// The codes of visible products with the catalogues that they came from.
    pub(super) systems: HashSet<(String, String)>,
    /// What the products have already.
    pub(super) present: Present,
    classes: BTreeMap<String, (Id, HashMap<Path, mapping::Parameter>)>,
    rows: Vec<Row>,
    pub(super) notices: Vec<ImportIssue>,
    /// The words of the catalogue without the products, and of each product.
    frame: String,
    pub(super) sources: Vec<String>,
}

impl<'a> Plan<'a> {
    fn new(session: &'a Session, file: &'a BmecatFile, options: &'a BmecatImport) -> Result<Self> {
        let catalog = file.catalog();
        let system = options.system_of(file);
        let own: HashSet<&str> = catalog.products.iter().map(|product| product.supplier_pid.as_str()).collect();
        let others = catalog.products.iter().flat_map(|product| &product.references);
        let others: HashSet<&str> = others.map(|reference| reference.product.as_str()).collect();
        let codes: Vec<&str> = own.union(&others).copied().collect();
        let products = named::<Product>(session, &codes)?;
        let present: Vec<Id> =
            products.iter().filter(|product| own.contains(product.code.as_str())).map(|product| product.id).collect();
        let systems = products.iter().flat_map(|product| {
            product.external_ids.iter().map(|id| (product.code.clone(), id.system.clone())).collect::<Vec<_>>()
        });
        let (frame, sources) = source::split(file);
        let row = |problem: &Problem| {
            let place = problem.field.as_deref().and_then(|field| field.strip_prefix("products["));
            place.and_then(|rest| rest.split_once(']')?.0.parse().ok()).unwrap_or(0)
        };
        Ok(Self {
            session,
            file,
            options,
            present: Present::read(session, &system, &present)?,
            systems: systems.collect(),
            system,
            language: options.language.clone().or_else(|| catalog.languages.first().cloned()),
            list: options.price_list.map(|id| session.get::<PriceList>(id)).transpose()?,
            known: products.iter().map(|product| (product.code.clone(), product.id)).collect(),
            classes: BTreeMap::new(),
            rows: Vec::new(),
            notices: file.findings().iter().map(|problem| issue(row(problem), problem)).collect(),
            frame,
            sources,
        })
    }

    pub(super) fn put(&mut self, product: usize, entity: &str, key: Option<RowKey>, fields: Fields) {
        let work = RowWork::Put { entity: entity.to_owned(), key, fields };
        self.rows.push(Row { product, is_product: entity == Product::NAME, work });
    }

    /// A command beside the products.
    pub(super) fn run(&mut self, product: usize, work: RowWork) {
        self.rows.push(Row { product, is_product: false, work });
    }

    fn new_id(&self) -> Id {
        self.session.inner.ids.next_id()
    }

    fn put_classes(&mut self) -> Result<()> {
        let classes = mapping::classes(self.file.catalog(), self.language.as_deref());
        let codes: Vec<&str> = classes.keys().map(String::as_str).collect();
        let present: HashMap<String, Id> =
            named::<ProductClass>(self.session, &codes)?.into_iter().map(|class| (class.code, class.id)).collect();
        for (code, class) in classes {
            let (id, effective) = match present.get(&code) {
                Some(id) => (*id, self.session.products().class_parameters(*id)?),
                None => (self.put_class(&code, &class), Vec::new()),
            };
            self.put_parameters(id, &class, &effective)?;
            self.classes.insert(code, (id, mapping::in_effect(&effective, &class.parameters)));
        }
        Ok(())
    }

    fn put_class(&mut self, code: &str, class: &Class) -> Id {
        let id = self.new_id();
        let mut fields = Fields::from([
            ("id".to_owned(), FieldValue::Reference(id)),
            ("code".to_owned(), FieldValue::Text(code.to_owned())),
            ("name".to_owned(), FieldValue::Text(class.name.clone())),
            ("system_code".to_owned(), FieldValue::Text(class.system_code.clone())),
        ]);
        set(&mut fields, "system", class.system.clone());
        self.put(class.product, ProductClass::NAME, None, fields);
        id
    }

    fn put_parameters(&mut self, class_id: Id, class: &Class, effective: &[EffectiveParameter]) -> Result<()> {
        let present: HashMap<Path, &EffectiveParameter> =
            effective.iter().map(|one| (one.block.iter().chain([&one.code]).cloned().collect(), one)).collect();
        let mut ids: HashMap<Path, Id> = HashMap::new();
        for (position, parameter) in (0_i64..).zip(&class.parameters) {
            if let Some(known) = present.get(&parameter.path) {
                ids.insert(parameter.path.clone(), known.parameter);
                self.widen(class.product, known, parameter)?;
                continue;
            }
            let id = self.new_id();
            ids.insert(parameter.path.clone(), id);
            let block = parameter.path.split_last().and_then(|(_, above)| ids.get(above).copied());
            let code = parameter.path.last().cloned().unwrap_or_default();
            let record = ProductParameter {
                external_code: code.contains('#').then(|| code.clone()),
                product_class: class_id,
                code,
                name: parameter.name.clone(),
                kind: Some(parameter.kind),
                unit: parameter.unit.clone(),
                choices: parameter.choices.clone(),
                is_multiple: parameter.is_multiple,
                block,
                position: Some(position),
                ..ProductParameter::default()
            };
            let mut fields = given(&record);
            fields.insert("id".to_owned(), FieldValue::Reference(id));
            self.put(class.product, ProductParameter::NAME, None, fields);
        }
        Ok(())
    }

    /// A definition that is there gets the choices that it lacks.
    fn widen(&mut self, product: usize, known: &EffectiveParameter, brought: &mapping::Parameter) -> Result<()> {
        let mut fields = Fields::new();
        let lacks = |choice: &&ParameterChoice| !known.choices.iter().any(|one| one.code == choice.code);
        let lacking: Vec<&ParameterChoice> = brought.choices.iter().filter(lacks).collect();
        if !lacking.is_empty() && known.kind == brought.kind {
            let choices: Vec<&ParameterChoice> = known.choices.iter().chain(lacking).collect();
            fields.insert("choices".to_owned(), FieldValue::json(&choices)?);
        }
        if brought.is_multiple && !known.is_multiple {
            fields.insert("is_multiple".to_owned(), FieldValue::Boolean(true));
        }
        if !fields.is_empty() {
            self.put(product, ProductParameter::NAME, Some(RowKey::Id(known.parameter)), fields);
        }
        Ok(())
    }

    fn put_products(&mut self) -> Result<()> {
        let file = self.file;
        let mut seen = HashSet::new();
        for (place, product) in file.catalog().products.iter().enumerate() {
            if !seen.insert(product.supplier_pid.as_str()) {
                self.put(place, Product::NAME, Some(key_of(product)), Fields::new());
                continue;
            }
            self.put_product(place, product)?;
        }
        Ok(())
    }

    fn put_product(&mut self, place: usize, product: &BmecatProduct) -> Result<()> {
        let language = self.language.clone();
        let present = self.known.get(&product.supplier_pid).copied();
        let id = present.unwrap_or_else(|| self.new_id());
        self.known.insert(product.supplier_pid.clone(), id);
        let mut fields = texts(product, language.as_deref());
        let ids = vec![ExternalId { system: self.system.clone(), key: product.supplier_pid.clone() }];
        fields.insert("external_ids".to_owned(), ids.to_field());
        if let Some((at, features)) = leading(product) {
            let class = class_code(features).and_then(|code| self.classes.get(&code));
            let free = class.is_none().then(|| mapping::free(features, language.as_deref()));
            let known = class.map(|(_, known)| known).or(free.as_ref());
            if let Some((class, _)) = class {
                fields.insert("product_class".to_owned(), FieldValue::Reference(*class));
            }
            let (values, problems) =
                known.map(|known| mapping::values(features, known, language.as_deref())).unwrap_or_default();
            let values: Vec<ParameterValue> = values.into_iter().map(|value| value.value).collect();
            fields.insert("parameters".to_owned(), FieldValue::json(&values)?);
            let path = format!("features[{at}]");
            self.notices.extend(problems.into_iter().map(|problem| issue(place, &problem.under(&path))));
        }
        if present.is_none() {
            fields.insert("id".to_owned(), FieldValue::Reference(id));
        }
        let key = key_of(product);
        self.put(place, Product::NAME, Some(key), fields);
        self.put_prices(place, id, product);
        self.put_documents(place, id, product)
    }

    fn put_prices(&mut self, place: usize, product_id: Id, product: &BmecatProduct) {
        let Some(list) = self.list.clone() else { return };
        let wanted = self.options.price_kind.as_deref().unwrap_or("net_list");
        let prices = product.prices.iter().enumerate().filter(|(_, price)| price.kind.as_deref() == Some(wanted));
        let prices: Vec<(usize, BmecatPrice)> = prices.map(|(at, price)| (at, price.clone())).collect();
        for (at, price) in prices {
            match self.price(&list, product_id, product, &price) {
                Ok((key, fields)) => self.put(place, ListPrice::NAME, Some(RowKey::Fields(key)), fields),
                Err(problem) => self.notices.push(issue(place, &problem.under(&format!("prices[{at}]")))),
            }
        }
    }

    /// The fields of a list price and those by which it is known again.
    fn price(
        &self,
        list: &PriceList,
        product_id: Id,
        product: &BmecatProduct,
        price: &BmecatPrice,
    ) -> Result<(PriceKey, Fields), Problem> {
        let refuse = |code, field: &str, message: &str| Problem::of_field(code, field, message);
        let amount = price.amount.ok_or_else(|| refuse(ErrorCode::Required, "amount", "the price has no amount"))?;
        let currency = price.currency.as_ref().or(self.file.catalog().currency.as_ref());
        if currency.is_none_or(|currency| *currency != list.currency.to_string()) {
            return Err(refuse(ErrorCode::CurrencyMismatch, "currency", "the price list has another currency"));
        }
        if price.lower_bound.is_some_and(|bound| bound > Decimal::ONE) {
            return Err(refuse(ErrorCode::NotAllowed, "lower_bound", "left out: a list price has no scale"));
        }
        let factor = price.factor.unwrap_or(Decimal::ONE);
        let overflow = |_| refuse(ErrorCode::Overflow, "amount", "the price is too large");
        let amount = amount.checked_mul(factor).map_err(overflow)?;
        let day = |field: &str, written: &Option<String>| match written {
            Some(text) => text.get(..10).unwrap_or(text).parse::<Date>().map(Some).map_err(|_| {
                let message = format!("{} is no date", crate::exchange::shown(text));
                refuse(ErrorCode::BadFormat, field, &message)
            }),
            None => Ok(None),
        };
        let valid_from = day("valid_from", &price.valid_from)?;
        // The last day in a catalogue is the first one on which our price no longer holds.
        let ends = day("valid_until", &price.valid_until)?.map(|last| last.add_days(1)).transpose();
        let valid_until = ends.map_err(|_| refuse(ErrorCode::OutOfRange, "valid_until", "the day is too late"))?;
        let optional = |date: Option<Date>| date.map_or(FieldValue::Null, FieldValue::from);
        let key = vec![
            ("product", FieldValue::Reference(product_id)),
            ("price_list", FieldValue::Reference(list.id)),
            ("valid_from", optional(valid_from)),
        ];
        let mut fields: Fields = key.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        fields.insert("price".to_owned(), amount.into());
        fields.insert("per_quantity".to_owned(), product.order.price_quantity.unwrap_or(Decimal::ONE).into());
        fields.insert("valid_until".to_owned(), optional(valid_until));
        Ok((key, fields))
    }

    /// The words of the catalogue: the frame, and what it says of each product.
    fn put_sources(&mut self) {
        let (frame, products) = (std::mem::take(&mut self.frame), std::mem::take(&mut self.sources));
        self.put_source(0, None, frame);
        let numbers = self.file.catalog().products.iter().map(|product| product.supplier_pid.clone());
        let numbers: Vec<String> = numbers.collect();
        let mut seen = HashSet::new();
        for ((place, xml), number) in products.into_iter().enumerate().zip(numbers) {
            if !seen.insert(number.clone()) {
                continue;
            }
            self.put_source(place, Some(number), xml);
        }
    }

    fn put_source(&mut self, place: usize, number: Option<String>, xml: String) {
        let text = |text: Option<String>| text.map_or(FieldValue::Null, FieldValue::Text);
        let key = vec![("system", FieldValue::Text(self.system.clone())), ("key", text(number.clone()))];
        let mut fields: Fields = key.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        if number.is_some() {
            fields.insert("position".to_owned(), FieldValue::Integer(i64::try_from(place).unwrap_or(i64::MAX)));
        }
        fields.insert("source".to_owned(), vec![SourceText { xml }].to_field());
        self.put(place, ProductSource::NAME, Some(RowKey::Fields(key)), fields);
    }
}

fn key_of(product: &BmecatProduct) -> RowKey {
    RowKey::Unique { kind: "code".to_owned(), key: product.supplier_pid.clone() }
}

/// The texts of a product.
fn texts(product: &BmecatProduct, language: Option<&str>) -> Fields {
    let mut fields = Fields::new();
    let name = spoken(&product.short, language).or_else(|| spoken(&product.manufacturer_type, language));
    set(&mut fields, "code", Some(product.supplier_pid.clone()));
    set(&mut fields, "name", name.or_else(|| Some(product.supplier_pid.clone())));
    set(&mut fields, "description", spoken(&product.long, language));
    set(&mut fields, "unit", product.order.order_unit.clone());
    fields
}

fn set(fields: &mut Fields, name: &str, text: Option<String>) {
    if let Some(text) = text.filter(|text| !text.is_empty()) {
        fields.insert(name.to_owned(), FieldValue::Text(text));
    }
}

/// The fields of a record that are not empty.
fn given<E: Entity>(record: &E) -> Fields {
    let values = E::specs().into_iter().map(|spec| spec.name.to_string()).zip(record.to_row().values);
    values.filter(|(_, value)| *value != FieldValue::Null).collect()
}

/// The visible records that have one of these codes.
pub(super) fn named<E: Entity>(session: &Session, codes: &[&str]) -> Result<Vec<E>> {
    let mut found = Vec::new();
    for codes in codes.chunks(MAX_IN_VALUES) {
        let values = codes.iter().map(|code| FieldValue::Text((*code).to_owned())).collect();
        let filter = Some(Filter::In { field: "code".to_owned(), values });
        found.extend(session.list_all::<E>(&Query { filter, ..Query::default() })?);
    }
    Ok(found)
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// A problem of the product at a place; products are counted from 1.
pub(super) fn issue(product: usize, problem: &Problem) -> ImportIssue {
    ImportIssue { field: problem.field.clone(), ..import::issue(count(product).saturating_add(1), problem) }
}
