//! Products and prices.

use crate::engine::Session;
use crate::product::{ListPrice, ListPricePage, PriceList, PriceListPage, Product, ProductPage};
use crate::query::Query;
use crate::value::{Date, Decimal, Id, Result, Timestamp};

/// Products, price lists and list prices, on behalf of the session's user.
#[derive(uniffi::Object)]
pub struct Products {
    pub(super) session: Session,
}

impl Products {
    pub(super) const fn new(session: Session) -> Self {
        Self { session }
    }
}

#[uniffi::export]
impl Products {
    /// Makes a product and gives it back as it was stored.
    ///
    /// # Errors
    /// `Required`, `DuplicateKey` for the code or an external identifier, `Denied`.
    pub fn create_product(&self, product: Product) -> Result<Product> {
        self.session.products().create_product(&product)
    }

    /// Saves a product that was read and changed.
    ///
    /// # Errors
    /// As [`Products::create_product`]; `StaleVersion`, `NotFound`.
    pub fn update_product(&self, product: Product) -> Result<Product> {
        self.session.products().update_product(&product)
    }

    /// One product.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn product(&self, id: Id) -> Result<Product> {
        self.session.products().product(id)
    }

    /// A product as it stood at an instant.
    ///
    /// # Errors
    /// `NotFound` if it did not exist then, was deleted, or the reader may not see it.
    pub fn product_as_of(&self, id: Id, at: Timestamp) -> Result<Product> {
        self.session.as_of(id, at)
    }

    /// One page of products.
    ///
    /// # Errors
    /// `UnknownField`, `WrongType`, `BadCursor`, `OutOfRange`, `QueryTooComplex`, `Denied`.
    #[uniffi::method(default(query))]
    pub fn products(&self, query: Query) -> Result<ProductPage> {
        self.session.products().products(&query)
    }

    /// Makes a price list.
    ///
    /// # Errors
    /// `Required`, `DuplicateKey` for the name, `OutOfRange` for an empty span of validity, `Denied`.
    pub fn create_price_list(&self, price_list: PriceList) -> Result<PriceList> {
        self.session.products().create_price_list(&price_list)
    }

    /// Saves a price list that was read and changed.
    ///
    /// # Errors
    /// As [`Products::create_price_list`]; `WriteOnce` for another currency, `StaleVersion`, `NotFound`.
    pub fn update_price_list(&self, price_list: PriceList) -> Result<PriceList> {
        self.session.products().update_price_list(&price_list)
    }

    /// One price list.
    ///
    /// # Errors
    /// As [`Products::product`].
    pub fn price_list(&self, id: Id) -> Result<PriceList> {
        self.session.products().price_list(id)
    }

    /// A price list as it stood at an instant.
    ///
    /// # Errors
    /// As [`Products::product_as_of`].
    pub fn price_list_as_of(&self, id: Id, at: Timestamp) -> Result<PriceList> {
        self.session.as_of(id, at)
    }

    /// One page of price lists.
    ///
    /// # Errors
    /// As [`Products::products`].
    #[uniffi::method(default(query))]
    pub fn price_lists(&self, query: Query) -> Result<PriceListPage> {
        self.session.products().price_lists(&query)
    }

    /// Sets the price of a product from a date on; the price before it ends there.
    ///
    /// # Errors
    /// `UnknownReference`, `OutOfRange` for a price below zero or a price unit of zero, `DecimalDigits`, `Denied`.
    #[uniffi::method(default(per_quantity = None))]
    pub fn set_list_price(
        &self,
        price_list: Id,
        product: Id,
        price: Decimal,
        from: Date,
        per_quantity: Option<Decimal>,
    ) -> Result<ListPrice> {
        self.session.products().set_list_price(price_list, product, price, from, per_quantity)
    }

    /// One page of list prices.
    ///
    /// # Errors
    /// As [`Products::products`].
    #[uniffi::method(default(query))]
    pub fn list_prices(&self, query: Query) -> Result<ListPricePage> {
        self.session.products().list_prices(&query)
    }

    /// The price of a product on a date, in the named list or in the default one (the only valid one, if none is the
    /// default).
    ///
    /// # Errors
    /// `NotFound` if no price holds on that date, `Denied`.
    pub fn list_price(&self, product: Id, price_list: Option<Id>, date: Date) -> Result<ListPrice> {
        self.session.products().list_price(product, price_list, date)
    }
}
