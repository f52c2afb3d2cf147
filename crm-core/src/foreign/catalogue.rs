//! Classes of products, their technical parameters, and the search by them.

use super::products::Products;
use crate::product::{
    EffectiveParameter, ProductClass, ProductClassPage, ProductPage, ProductParameter, ProductParameterPage,
    ProductSearch,
};
use crate::query::Query;
use crate::value::{Id, Result, Timestamp};

#[uniffi::export]
impl Products {
    /// Makes a class of products.
    ///
    /// # Errors
    /// `Required`, `DuplicateKey` for the code, `OutOfRange` for a tree that is too deep, `Overlap` for a place whose
    /// parameters those of the class do not narrow, `Denied`.
    pub fn create_product_class(&self, product_class: ProductClass) -> Result<ProductClass> {
        self.session.products().create_product_class(&product_class)
    }

    /// Saves a class that was read and changed.
    ///
    /// # Errors
    /// As [`Products::create_product_class`]; `Cycle` with the codes along the circle, `StaleVersion`, `NotFound`.
    pub fn update_product_class(&self, product_class: ProductClass) -> Result<ProductClass> {
        self.session.products().update_product_class(&product_class)
    }

    /// A class of products.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn product_class(&self, id: Id) -> Result<ProductClass> {
        self.session.products().product_class(id)
    }

    /// A class as it stood at an instant.
    ///
    /// # Errors
    /// As [`Products::product_as_of`].
    pub fn product_class_as_of(&self, id: Id, at: Timestamp) -> Result<ProductClass> {
        self.session.as_of(id, at)
    }

    /// One page of classes.
    ///
    /// # Errors
    /// As [`Products::products`].
    #[uniffi::method(default(query))]
    pub fn product_classes(&self, query: Query) -> Result<ProductClassPage> {
        self.session.products().product_classes(&query)
    }

    /// Defines a technical parameter at a class.
    ///
    /// # Errors
    /// `Required`, `DuplicateKey` for a code that the class has in the same block, `NotAllowed` for what the kind does not
    /// have and for a block that is none, what a parameter of the same code above is widened by (`OutOfRange`,
    /// `UnitMismatch`, `NotInPicklist`, `NotAllowed`), `Overlap` with one below that would not narrow it, `Denied`.
    pub fn create_product_parameter(&self, product_parameter: ProductParameter) -> Result<ProductParameter> {
        self.session.products().create_product_parameter(&product_parameter)
    }

    /// Saves a definition that was read and changed. Values that products have already are checked when they change.
    ///
    /// # Errors
    /// As [`Products::create_product_parameter`]; `WriteOnce` for class, code, kind and block, `StaleVersion`, `NotFound`.
    pub fn update_product_parameter(&self, product_parameter: ProductParameter) -> Result<ProductParameter> {
        self.session.products().update_product_parameter(&product_parameter)
    }

    /// The definition of a technical parameter.
    ///
    /// # Errors
    /// As [`Products::product_class`].
    pub fn product_parameter(&self, id: Id) -> Result<ProductParameter> {
        self.session.products().product_parameter(id)
    }

    /// A definition as it stood at an instant.
    ///
    /// # Errors
    /// As [`Products::product_as_of`].
    pub fn product_parameter_as_of(&self, id: Id, at: Timestamp) -> Result<ProductParameter> {
        self.session.as_of(id, at)
    }

    /// One page of definitions.
    ///
    /// # Errors
    /// As [`Products::products`].
    #[uniffi::method(default(query))]
    pub fn product_parameters(&self, query: Query) -> Result<ProductParameterPage> {
        self.session.products().product_parameters(&query)
    }

    /// The parameters that hold at a class: its own and those of the classes above, narrowed on the way down.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn class_parameters(&self, product_class: Id) -> Result<Vec<EffectiveParameter>> {
        self.session.products().class_parameters(product_class)
    }

    /// One page of products that fulfil conditions on their technical parameters, across units: a rated voltage of at least
    /// 0.5 kV finds 500 V.
    ///
    /// # Errors
    /// As [`Products::products`], and under `conditions[2]` what is wrong with a condition: `Required`, `NotAllowed`,
    /// `OutOfRange`, `TooMany`, `UnitMismatch`. `NotFound` for the class.
    pub fn find_products(&self, search: ProductSearch) -> Result<ProductPage> {
        self.session.products().find_products(&search)
    }
}
