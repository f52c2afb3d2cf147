//! The product room.

use crm_core::product::{ListPrice, ListPricePage, PriceList, PriceListPage, Product, ProductPage};
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
}
