//! Products and prices, as a host calls them.

use crate::engine::{Command, Session};
use crate::product::{
    ListPrice, ListPricePage, PriceList, PriceListPage, Product, ProductCommand, ProductPage, find_list_price,
};
use crate::query::Query;
use crate::room::Reader as _;
use crate::schema::Entity as _;
use crate::value::{Date, Decimal, Error, Id, Result};

/// Products, price lists and list prices of a session.
#[derive(Debug, Clone, Copy)]
pub struct Products<'a> {
    pub(super) session: &'a Session,
}

impl Session {
    /// Products, price lists and list prices.
    ///
    /// ```
    /// use crm_core::engine::{Crm, SetupOptions};
    /// use crm_core::product::{PriceList, Product};
    /// # let crm = Crm::open_in_memory();
    /// # crm.setup(SetupOptions {
    /// #     tenant: "main".into(),
    /// #     name: "Precision Works".into(),
    /// #     base_currency: "EUR".parse()?,
    /// #     time_zone: "Europe/Berlin".into(),
    /// #     admin_login: "admin".into(),
    /// # })?;
    /// let session = crm.session("main", "admin")?;
    /// let products = session.products();
    /// let valve = products.create_product(&Product { code: "V-100".into(), name: "Valve DN 50".into(), ..Product::default() })?;
    /// let currency = "EUR".parse()?;
    /// let list = products.create_price_list(&PriceList { name: "2026".into(), currency, ..PriceList::default() })?;
    /// products.set_list_price(list.id, valve.id, "135.50".parse()?, "2026-01-01".parse()?, None)?;
    /// let price = products.list_price(valve.id, None, "2026-03-02".parse()?)?;
    /// assert_eq!((price.price.to_string(), price.currency), ("135.5".into(), Some(currency)));
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub const fn products(&self) -> Products<'_> {
        Products { session: self }
    }
}

impl Products<'_> {
    /// Makes a product and gives it back as it was stored.
    ///
    /// # Errors
    /// `Required`, `DuplicateKey` for the code or an external identifier, `Denied`.
    pub fn create_product(&self, product: &Product) -> Result<Product> {
        self.session.create_and_read(wrap(ProductCommand::CreateProduct { product: product.clone() }), product)
    }

    /// Saves a product that was read and changed.
    ///
    /// # Errors
    /// As [`Products::create_product`]; `StaleVersion`, `NotFound`.
    pub fn update_product(&self, product: &Product) -> Result<Product> {
        self.session.save_and_read(wrap(ProductCommand::UpdateProduct { product: product.clone() }), product)
    }

    /// One product.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn product(&self, id: Id) -> Result<Product> {
        self.session.get(id)
    }

    /// One page of products.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn products(&self, query: &Query) -> Result<ProductPage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(ProductPage { items, next_cursor })
    }

    /// Makes a price list.
    ///
    /// # Errors
    /// `Required`, `DuplicateKey` for the name, `OutOfRange` for an empty span of validity, `Denied`.
    pub fn create_price_list(&self, price_list: &PriceList) -> Result<PriceList> {
        let command = wrap(ProductCommand::CreatePriceList { price_list: price_list.clone() });
        self.session.create_and_read(command, price_list)
    }

    /// Saves a price list that was read and changed.
    ///
    /// # Errors
    /// As [`Products::create_price_list`]; `WriteOnce` for another currency, `StaleVersion`, `NotFound`.
    pub fn update_price_list(&self, price_list: &PriceList) -> Result<PriceList> {
        let command = wrap(ProductCommand::UpdatePriceList { price_list: price_list.clone() });
        self.session.save_and_read(command, price_list)
    }

    /// A price list.
    ///
    /// # Errors
    /// As [`Products::product`].
    pub fn price_list(&self, id: Id) -> Result<PriceList> {
        self.session.get(id)
    }

    /// One page of price lists.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn price_lists(&self, query: &Query) -> Result<PriceListPage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(PriceListPage { items, next_cursor })
    }

    /// Sets the price of a product from a date on; the price before it ends there.
    ///
    /// # Errors
    /// `UnknownReference`, `OutOfRange` for a price below zero or a price unit of zero, `DecimalDigits`, `Denied`.
    pub fn set_list_price(
        &self,
        price_list: Id,
        product: Id,
        price: Decimal,
        valid_from: Date,
        per_quantity: Option<Decimal>,
    ) -> Result<ListPrice> {
        let command = wrap(ProductCommand::SetListPrice { price_list, product, price, valid_from, per_quantity });
        let outcome = self.session.execute(command)?;
        match outcome.changes.iter().rev().find(|change| change.entity == ListPrice::NAME) {
            Some(change) => self.session.get(change.id),
            // The same price held already, so nothing was written.
            None => self.list_price(product, Some(price_list), valid_from),
        }
    }

    /// One page of list prices.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn list_prices(&self, query: &Query) -> Result<ListPricePage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(ListPricePage { items, next_cursor })
    }

    /// The price of a product on a date, in the named list or in the default one (the only valid one, if none is the
    /// default).
    ///
    /// # Errors
    /// `NotFound` if no price holds on that date, `Denied`.
    pub fn list_price(&self, product: Id, price_list: Option<Id>, date: Date) -> Result<ListPrice> {
        let found = self.session.reading(|reading| {
            find_list_price(&mut |entity, query| reading.all(entity, query), product, price_list, date)
        })?;
        found.ok_or_else(|| Error::not_found(ListPrice::NAME))
    }
}

pub(super) const fn wrap(command: ProductCommand) -> Command {
    Command::Product(command)
}
