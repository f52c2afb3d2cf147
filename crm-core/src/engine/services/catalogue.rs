//! Classes of products and their technical parameters, as a host calls them.

use super::Products;
use super::products::wrap;
use crate::product::{
    EffectiveParameter, Product, ProductClass, ProductClassPage, ProductCommand, ProductPage, ProductParameter,
    ProductParameterPage, ProductSearch, class_parameters, search_query,
};
use crate::query::Query;
use crate::room::Reader as _;
use crate::schema::Entity as _;
use crate::value::{Id, Result};

/// ```
/// use crm_core::product::{ParameterKind, ParameterValue, Product, ProductClass, ProductParameter};
/// # use crm_core::engine::{Crm, SetupOptions};
/// # let crm = Crm::open_in_memory();
/// # crm.setup(SetupOptions {
/// #     tenant: "main".into(),
/// #     name: "Precision Works".into(),
/// #     base_currency: "EUR".parse()?,
/// #     time_zone: "Europe/Berlin".into(),
/// #     admin_login: "admin".into(),
/// # })?;
/// # let session = crm.session("main", "admin")?;
/// let products = session.products();
/// let class = |code: &str, name: &str, parent| ProductClass { code: code.into(), name: name.into(), parent, ..ProductClass::default() };
/// let electrics = products.create_product_class(&class("27", "Electrical engineering", None))?;
/// let terminals = products.create_product_class(&class("27-14", "Terminals", Some(electrics.id)))?;
/// products.create_product_parameter(&ProductParameter {
///     product_class: electrics.id,
///     code: "rated_voltage".into(),
///     name: "Rated voltage".into(),
///     kind: Some(ParameterKind::Number),
///     unit: Some("V".into()),
///     ..ProductParameter::default()
/// })?;
/// let known = products.class_parameters(terminals.id)?;
/// assert_eq!((known[0].code.as_str(), known[0].is_inherited), ("rated_voltage", true));
/// let clamp = Product { code: "WDU 2.5".into(), name: "Clamp".into(), product_class: Some(terminals.id), ..Product::default() };
/// let voltage = ParameterValue::number("rated_voltage", "0.8".parse()?, Some("kV"));
/// products.create_product(&Product { parameters: vec![voltage.clone()], ..clamp.clone() })?;
/// let amperes = ParameterValue { unit: Some("A".into()), ..voltage };
/// let refused = products.create_product(&Product { code: "2".into(), parameters: vec![amperes], ..clamp }).unwrap_err();
/// assert_eq!(refused.field(), Some("parameters[0].unit"));
/// use crm_core::product::{ParameterComparison, ParameterCondition, ProductSearch};
/// let at_least = ParameterCondition::number("rated_voltage", ParameterComparison::GreaterOrEqual, 500.into(), Some("V"));
/// let found = products.find_products(&ProductSearch { conditions: vec![at_least], ..ProductSearch::default() })?;
/// assert_eq!(found.items[0].code, "WDU 2.5");
/// # Ok::<(), crm_core::value::Error>(())
/// ```
impl Products<'_> {
    /// Makes a class of products.
    ///
    /// # Errors
    /// `Required`, `DuplicateKey` for the code, `OutOfRange` for a tree that is too deep, `Overlap` for a place whose
    /// parameters those of the class do not narrow, `Denied`.
    pub fn create_product_class(&self, product_class: &ProductClass) -> Result<ProductClass> {
        let command = wrap(ProductCommand::CreateProductClass { product_class: product_class.clone() });
        self.session.create_and_read(command, product_class)
    }

    /// Saves a class that was read and changed.
    ///
    /// # Errors
    /// As [`Products::create_product_class`]; `Cycle` with the codes along the circle, `StaleVersion`, `NotFound`.
    pub fn update_product_class(&self, product_class: &ProductClass) -> Result<ProductClass> {
        let command = wrap(ProductCommand::UpdateProductClass { product_class: product_class.clone() });
        self.session.save_and_read(command, product_class)
    }

    /// A class of products.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn product_class(&self, id: Id) -> Result<ProductClass> {
        self.session.get(id)
    }

    /// One page of classes.
    ///
    /// # Errors
    /// As [`Session::list`](crate::engine::Session::list).
    pub fn product_classes(&self, query: &Query) -> Result<ProductClassPage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(ProductClassPage { items, next_cursor })
    }

    /// Defines a technical parameter at a class.
    ///
    /// # Errors
    /// `Required`, `DuplicateKey` for a code that the class has in the same block, `NotAllowed` for what the kind does not
    /// have and for a block that is none, what a parameter of the same code above is widened by (`OutOfRange`,
    /// `UnitMismatch`, `NotInPicklist`, `NotAllowed`), `Overlap` with one below that would not narrow it, `Denied`.
    pub fn create_product_parameter(&self, product_parameter: &ProductParameter) -> Result<ProductParameter> {
        let command = wrap(ProductCommand::CreateProductParameter { product_parameter: product_parameter.clone() });
        self.session.create_and_read(command, product_parameter)
    }

    /// Saves a definition that was read and changed. Values that products have already are checked when they change.
    ///
    /// # Errors
    /// As [`Products::create_product_parameter`]; `WriteOnce` for class, code, kind and block, `StaleVersion`, `NotFound`.
    pub fn update_product_parameter(&self, product_parameter: &ProductParameter) -> Result<ProductParameter> {
        let command = wrap(ProductCommand::UpdateProductParameter { product_parameter: product_parameter.clone() });
        self.session.save_and_read(command, product_parameter)
    }

    /// The definition of a technical parameter.
    ///
    /// # Errors
    /// As [`Products::product_class`].
    pub fn product_parameter(&self, id: Id) -> Result<ProductParameter> {
        self.session.get(id)
    }

    /// One page of definitions.
    ///
    /// # Errors
    /// As [`Session::list`](crate::engine::Session::list).
    pub fn product_parameters(&self, query: &Query) -> Result<ProductParameterPage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(ProductParameterPage { items, next_cursor })
    }

    /// The parameters that hold at a class: its own and those of the classes above, narrowed on the way down.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn class_parameters(&self, class: Id) -> Result<Vec<EffectiveParameter>> {
        self.session.reading(|reading| class_parameters(reading, class))
    }

    /// One page of products that fulfil conditions on their technical parameters, across units: a rated voltage of at least
    /// 0.5 kV finds 500 V. Only products that the caller sees are found, and none by parameters that are hidden from him.
    ///
    /// # Errors
    /// As [`Session::list`](crate::engine::Session::list), and under `conditions[2]` what is wrong with a condition:
    /// `Required`, `NotAllowed`, `OutOfRange`, `TooMany`, `UnitMismatch`. `NotFound` for the class.
    pub fn find_products(&self, search: &ProductSearch) -> Result<ProductPage> {
        let (rows, next_cursor) = self.session.reading(|reading| {
            let query = search_query(reading, search)?;
            reading.page(Product::NAME, &query)
        })?;
        let items = rows.into_iter().map(Product::from_stored).collect::<Result<_>>()?;
        Ok(ProductPage { items, next_cursor })
    }
}
