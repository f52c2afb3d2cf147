//! The product room.

use crm_core::product::{
    BundleChoice, BundleLine, EffectiveParameter, ListPrice, ListPricePage, PriceList, PriceListPage, Product,
    ProductBundle, ProductBundlePage, ProductClass, ProductClassPage, ProductDocument, ProductDocumentPage,
    ProductPage, ProductParameter, ProductParameterPage, ProductRelation, ProductRelationPage, ProductSearch,
};
use crm_core::query::Query;
use crm_core::value::{Date, Decimal, Id, Timestamp};
use pyo3::prelude::*;

/// Products, price lists and list prices, on behalf of the session's user.
#[pyclass(module = "crm_core", frozen)]
pub struct Products {
    pub session: crm_core::engine::Session,
}

#[pymethods]
impl Products {
    /// Makes a product and gives it back as it was stored.
    ///
    /// Raises `REQUIRED`, `DUPLICATE_KEY` for the code or an external identifier, `DeniedError`.
    fn create_product(&self, py: Python<'_>, product: Product) -> PyResult<Product> {
        Ok(py.detach(|| self.session.products().create_product(&product))?)
    }

    /// Saves a product that was read and changed.
    ///
    /// Raises what `create_product` raises; `STALE_VERSION`, `NotFoundError`.
    fn update_product(&self, py: Python<'_>, product: Product) -> PyResult<Product> {
        Ok(py.detach(|| self.session.products().update_product(&product))?)
    }

    /// A product.
    ///
    /// Raises `NotFoundError`, `DeniedError`.
    fn product(&self, py: Python<'_>, id: Id) -> PyResult<Product> {
        Ok(py.detach(|| self.session.products().product(id))?)
    }

    /// A product as it stood at an instant, with the fields that the reader may see now.
    ///
    /// Raises `NotFoundError` if it did not exist then, was deleted, or the reader may not see it.
    fn product_as_of(&self, py: Python<'_>, id: Id, at: Timestamp) -> PyResult<Product> {
        Ok(py.detach(|| self.session.as_of(id, at))?)
    }

    /// One page of products.
    ///
    /// Raises `UNKNOWN_FIELD`, `WRONG_TYPE`, `BAD_CURSOR`, `OUT_OF_RANGE`, `QUERY_TOO_COMPLEX`, `DeniedError`.
    #[pyo3(signature = (query=None))]
    fn products(&self, py: Python<'_>, query: Option<Query>) -> PyResult<ProductPage> {
        Ok(py.detach(|| self.session.products().products(&query.unwrap_or_default()))?)
    }

    /// Makes a class of products and gives it back as it was stored.
    ///
    /// Raises `REQUIRED`, `DUPLICATE_KEY` for the code, `OUT_OF_RANGE` for a tree that is too deep, `OVERLAP` for a place
    /// whose parameters those of the class do not narrow, `DeniedError`.
    fn create_product_class(&self, py: Python<'_>, product_class: ProductClass) -> PyResult<ProductClass> {
        Ok(py.detach(|| self.session.products().create_product_class(&product_class))?)
    }

    /// Saves a class that was read and changed.
    ///
    /// Raises what `create_product_class` raises; `CYCLE` with the codes along the circle, `STALE_VERSION`,
    /// `NotFoundError`.
    fn update_product_class(&self, py: Python<'_>, product_class: ProductClass) -> PyResult<ProductClass> {
        Ok(py.detach(|| self.session.products().update_product_class(&product_class))?)
    }

    /// A class of products.
    ///
    /// Raises what `product` raises.
    fn product_class(&self, py: Python<'_>, id: Id) -> PyResult<ProductClass> {
        Ok(py.detach(|| self.session.products().product_class(id))?)
    }

    /// A class as it stood at an instant, with the fields that the reader may see now.
    ///
    /// Raises what `product_as_of` raises.
    fn product_class_as_of(&self, py: Python<'_>, id: Id, at: Timestamp) -> PyResult<ProductClass> {
        Ok(py.detach(|| self.session.as_of(id, at))?)
    }

    /// One page of classes.
    ///
    /// Raises what `products` raises.
    #[pyo3(signature = (query=None))]
    fn product_classes(&self, py: Python<'_>, query: Option<Query>) -> PyResult<ProductClassPage> {
        Ok(py.detach(|| self.session.products().product_classes(&query.unwrap_or_default()))?)
    }

    /// Defines a technical parameter at a class and gives the definition back as it was stored.
    ///
    /// Raises `REQUIRED`, `DUPLICATE_KEY` for a code that the class has in the same block, `NOT_ALLOWED` for what the kind
    /// does not have and for a block that is none, what a parameter of the same code above is widened by (`OUT_OF_RANGE`,
    /// `UNIT_MISMATCH`, `NOT_IN_PICKLIST`, `NOT_ALLOWED`), `OVERLAP` with one below that would not narrow it,
    /// `DeniedError`.
    fn create_product_parameter(
        &self,
        py: Python<'_>,
        product_parameter: ProductParameter,
    ) -> PyResult<ProductParameter> {
        Ok(py.detach(|| self.session.products().create_product_parameter(&product_parameter))?)
    }

    /// Saves a definition that was read and changed. Values that products have already are checked when they change.
    ///
    /// Raises what `create_product_parameter` raises; `WRITE_ONCE` for class, code, kind and block, `STALE_VERSION`,
    /// `NotFoundError`.
    fn update_product_parameter(
        &self,
        py: Python<'_>,
        product_parameter: ProductParameter,
    ) -> PyResult<ProductParameter> {
        Ok(py.detach(|| self.session.products().update_product_parameter(&product_parameter))?)
    }

    /// The definition of a technical parameter.
    ///
    /// Raises what `product` raises.
    fn product_parameter(&self, py: Python<'_>, id: Id) -> PyResult<ProductParameter> {
        Ok(py.detach(|| self.session.products().product_parameter(id))?)
    }

    /// A definition as it stood at an instant, with the fields that the reader may see now.
    ///
    /// Raises what `product_as_of` raises.
    fn product_parameter_as_of(&self, py: Python<'_>, id: Id, at: Timestamp) -> PyResult<ProductParameter> {
        Ok(py.detach(|| self.session.as_of(id, at))?)
    }

    /// One page of definitions.
    ///
    /// Raises what `products` raises.
    #[pyo3(signature = (query=None))]
    fn product_parameters(&self, py: Python<'_>, query: Option<Query>) -> PyResult<ProductParameterPage> {
        Ok(py.detach(|| self.session.products().product_parameters(&query.unwrap_or_default()))?)
    }

    /// The parameters that hold at a class: its own and those of the classes above, narrowed on the way down.
    ///
    /// Raises `NotFoundError`, `DeniedError`.
    fn class_parameters(&self, py: Python<'_>, product_class: Id) -> PyResult<Vec<EffectiveParameter>> {
        Ok(py.detach(|| self.session.products().class_parameters(product_class))?)
    }

    /// One page of products that fulfil conditions on their technical parameters, across units: a rated voltage of at least
    /// 0.5 kV finds 500 V.
    ///
    /// Raises what `products` raises, and under `conditions[2]` what is wrong with a condition: `REQUIRED`, `NOT_ALLOWED`,
    /// `OUT_OF_RANGE`, `TOO_MANY`, `UNIT_MISMATCH`. `NotFoundError` for the class.
    fn find_products(&self, py: Python<'_>, search: ProductSearch) -> PyResult<ProductPage> {
        Ok(py.detach(|| self.session.products().find_products(&search))?)
    }

    /// Makes a price list and gives it back as it was stored.
    ///
    /// Raises `REQUIRED`, `DUPLICATE_KEY` for the name, `OUT_OF_RANGE` for an empty span of validity, `DeniedError`.
    fn create_price_list(&self, py: Python<'_>, price_list: PriceList) -> PyResult<PriceList> {
        Ok(py.detach(|| self.session.products().create_price_list(&price_list))?)
    }

    /// Saves a price list that was read and changed.
    ///
    /// Raises what `create_price_list` raises; `WRITE_ONCE` for another currency, `STALE_VERSION`, `NotFoundError`.
    fn update_price_list(&self, py: Python<'_>, price_list: PriceList) -> PyResult<PriceList> {
        Ok(py.detach(|| self.session.products().update_price_list(&price_list))?)
    }

    /// A price list.
    ///
    /// Raises what `product` raises.
    fn price_list(&self, py: Python<'_>, id: Id) -> PyResult<PriceList> {
        Ok(py.detach(|| self.session.products().price_list(id))?)
    }

    /// One page of price lists.
    ///
    /// Raises what `products` raises.
    #[pyo3(signature = (query=None))]
    fn price_lists(&self, py: Python<'_>, query: Option<Query>) -> PyResult<PriceListPage> {
        Ok(py.detach(|| self.session.products().price_lists(&query.unwrap_or_default()))?)
    }

    /// Sets the price of a product from a date on; the price before it ends there. `price` is for `per_quantity` units,
    /// 1 if nothing is said.
    ///
    /// Raises `UNKNOWN_REFERENCE`, `OUT_OF_RANGE` for a price below zero or a price unit of zero, `DECIMAL_DIGITS`,
    /// `DeniedError`.
    #[pyo3(signature = (price_list, product, price, valid_from, per_quantity=None))]
    fn set_list_price(
        &self,
        py: Python<'_>,
        price_list: Id,
        product: Id,
        price: Decimal,
        valid_from: Date,
        per_quantity: Option<Decimal>,
    ) -> PyResult<ListPrice> {
        Ok(py.detach(|| self.session.products().set_list_price(price_list, product, price, valid_from, per_quantity))?)
    }

    /// One page of list prices.
    ///
    /// Raises what `products` raises.
    #[pyo3(signature = (query=None))]
    fn list_prices(&self, py: Python<'_>, query: Option<Query>) -> PyResult<ListPricePage> {
        Ok(py.detach(|| self.session.products().list_prices(&query.unwrap_or_default()))?)
    }

    /// The price of a product on a date, in the named list or in the default one.
    ///
    /// Raises `NotFoundError` if no price holds on that date, `DeniedError`.
    fn list_price(&self, py: Python<'_>, product: Id, price_list: Option<Id>, date: Date) -> PyResult<ListPrice> {
        Ok(py.detach(|| self.session.products().list_price(product, price_list, date))?)
    }

    /// Makes a relation of two products and gives it back as it was stored.
    ///
    /// Raises `CYCLE` for a relation to itself, `OVERLAP` with both identifiers for the same one on the same dates,
    /// `OUT_OF_RANGE`, `UNKNOWN_REFERENCE`, `DeniedError`.
    fn create_relation(&self, py: Python<'_>, relation: ProductRelation) -> PyResult<ProductRelation> {
        Ok(py.detach(|| self.session.products().create_relation(&relation))?)
    }

    /// Saves a relation of two products that was read and changed.
    ///
    /// Raises what `create_relation` raises; `STALE_VERSION`, `NotFoundError`.
    fn update_relation(&self, py: Python<'_>, relation: ProductRelation) -> PyResult<ProductRelation> {
        Ok(py.detach(|| self.session.products().update_relation(&relation))?)
    }

    /// One relation of two products.
    ///
    /// Raises what `product` raises.
    fn relation(&self, py: Python<'_>, id: Id) -> PyResult<ProductRelation> {
        Ok(py.detach(|| self.session.products().relation(id))?)
    }

    /// One page of relations of products.
    ///
    /// Raises what `products` raises.
    #[pyo3(signature = (query=None))]
    fn relations(&self, py: Python<'_>, query: Option<Query>) -> PyResult<ProductRelationPage> {
        Ok(py.detach(|| self.session.products().relations(&query.unwrap_or_default()))?)
    }

    /// Makes a document of a product or class, or a knowledge article, and gives it back as it was stored.
    ///
    /// Raises `REQUIRED` for a document without address, hash and text and for one of neither a product nor a class,
    /// `NOT_ALLOWED` for one of both, `BAD_FORMAT` for the language, the hash or
    /// the address, `OUT_OF_RANGE`, `UNKNOWN_REFERENCE`, `DeniedError`.
    fn create_document(&self, py: Python<'_>, document: ProductDocument) -> PyResult<ProductDocument> {
        Ok(py.detach(|| self.session.products().create_document(&document))?)
    }

    /// Saves a document of a product or class, or a knowledge article, that was read and changed.
    ///
    /// Raises what `create_document` raises; `STALE_VERSION`, `NotFoundError`.
    fn update_document(&self, py: Python<'_>, document: ProductDocument) -> PyResult<ProductDocument> {
        Ok(py.detach(|| self.session.products().update_document(&document))?)
    }

    /// One document of a product or class, or a knowledge article.
    ///
    /// Raises what `product` raises.
    fn document(&self, py: Python<'_>, id: Id) -> PyResult<ProductDocument> {
        Ok(py.detach(|| self.session.products().document(id))?)
    }

    /// One page of documents and knowledge articles.
    ///
    /// Raises what `products` raises.
    #[pyo3(signature = (query=None))]
    fn documents(&self, py: Python<'_>, query: Option<Query>) -> PyResult<ProductDocumentPage> {
        Ok(py.detach(|| self.session.products().documents(&query.unwrap_or_default()))?)
    }

    /// The documents of a product that hold on a date, or all of them: its own, then those of its class, then those of the
    /// classes above, the nearest first. Those of one holder stand by title.
    ///
    /// Raises `NotFoundError` for the product, `DeniedError`.
    #[pyo3(signature = (product, date=None))]
    fn product_documents(&self, py: Python<'_>, product: Id, date: Option<Date>) -> PyResult<Vec<ProductDocument>> {
        Ok(py.detach(|| self.session.products().product_documents(product, date))?)
    }

    /// Makes a bundle and gives it back as it was stored.
    ///
    /// Raises `DUPLICATE_KEY` for a product that is a bundle already, `CYCLE` with the bundles of the circle,
    /// `NOT_IN_PICKLIST`, `OUT_OF_RANGE`, `NOT_ALLOWED`, `UNKNOWN_REFERENCE`, `DeniedError`.
    fn create_bundle(&self, py: Python<'_>, bundle: ProductBundle) -> PyResult<ProductBundle> {
        Ok(py.detach(|| self.session.products().create_bundle(&bundle))?)
    }

    /// Saves a bundle that was read and changed.
    ///
    /// Raises what `create_bundle` raises; `STALE_VERSION`, `NotFoundError`.
    fn update_bundle(&self, py: Python<'_>, bundle: ProductBundle) -> PyResult<ProductBundle> {
        Ok(py.detach(|| self.session.products().update_bundle(&bundle))?)
    }

    /// One bundle.
    ///
    /// Raises what `product` raises.
    fn bundle(&self, py: Python<'_>, id: Id) -> PyResult<ProductBundle> {
        Ok(py.detach(|| self.session.products().bundle(id))?)
    }

    /// One page of bundles.
    ///
    /// Raises what `products` raises.
    #[pyo3(signature = (query=None))]
    fn bundles(&self, py: Python<'_>, query: Option<Query>) -> PyResult<ProductBundlePage> {
        Ok(py.detach(|| self.session.products().bundles(&query.unwrap_or_default()))?)
    }

    /// What is delivered when so many of a bundle are sold: every component, each nested bundle before its own ones.
    ///
    /// Raises `NotFoundError` for a product that is no bundle; `NOT_IN_PICKLIST`, `DUPLICATE_KEY`, `OUT_OF_RANGE` and
    /// `GUARD_NOT_MET` for a wrong choice; `CYCLE`, `TOO_MANY`; `UNIT_MISMATCH`, `DECIMAL_DIGITS` and `OVERFLOW` for
    /// quantities that cannot be told exactly; `DeniedError`.
    #[pyo3(signature = (product, quantity, choices=Vec::new()))]
    fn explode(
        &self,
        py: Python<'_>,
        product: Id,
        quantity: Decimal,
        choices: Vec<BundleChoice>,
    ) -> PyResult<Vec<BundleLine>> {
        Ok(py.detach(|| self.session.products().explode(product, quantity, &choices))?)
    }
}
