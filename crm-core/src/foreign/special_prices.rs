//! Requests for special prices.

use crate::engine::Session;
use crate::query::Query;
use crate::special_price::{
    SpecialPriceGrant, SpecialPriceOptions, SpecialPriceReport, SpecialPriceRequest, SpecialPriceRequestPage,
};
use crate::value::{Id, Result};

/// Requests for special prices, on behalf of the session's user.
#[derive(uniffi::Object)]
pub struct SpecialPrices {
    session: Session,
}

impl SpecialPrices {
    pub(super) const fn new(session: Session) -> Self {
        Self { session }
    }
}

#[uniffi::export]
impl SpecialPrices {
    /// Makes a draft and gives it back with its number and margin.
    ///
    /// # Errors
    /// `NotAllowed` for what cannot be together in one request, `OutOfRange`, `UnknownReference`, `Denied`.
    pub fn create_request(&self, request: SpecialPriceRequest) -> Result<SpecialPriceRequest> {
        self.session.special_prices().create_request(&request)
    }

    /// Saves a draft that was read and changed.
    ///
    /// # Errors
    /// As [`SpecialPrices::create_request`]; `IllegalTransition` if it is no draft, `StaleVersion`, `NotFound`.
    pub fn update_request(&self, request: SpecialPriceRequest) -> Result<SpecialPriceRequest> {
        self.session.special_prices().update_request(&request)
    }

    /// One request.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn request(&self, id: Id) -> Result<SpecialPriceRequest> {
        self.session.special_prices().request(id)
    }

    /// One page of requests.
    ///
    /// # Errors
    /// `UnknownField`, `WrongType`, `BadCursor`, `OutOfRange`, `QueryTooComplex`, `Denied`.
    #[uniffi::method(default(query))]
    pub fn requests(&self, query: Query) -> Result<SpecialPriceRequestPage> {
        self.session.special_prices().requests(&query)
    }

    /// The draft waits for a decision from now on.
    ///
    /// # Errors
    /// `Required` for a scope, a price or discount, and the end of validity; `OutOfRange` if that has passed;
    /// `IllegalTransition` if it is no draft; `StaleVersion`, `NotFound`, `Denied`.
    pub fn submit(&self, request: Id, expected_version: i64) -> Result<SpecialPriceRequest> {
        self.session.special_prices().submit(request, expected_version)
    }

    /// Grants the price: exactly one condition record with the scope of the request is made in the same operation.
    ///
    /// # Errors
    /// `IllegalTransition` if the request was not submitted, was decided or withdrawn; `NotAllowed` for
    /// `grant.below_floor` if the price is below the floor and that is not said; `UnknownReference` with the field of the
    /// scope if no table of the active definition has exactly its fields; `Overlap` with both identifiers if another record
    /// of the key holds on one of the dates; `StaleVersion`, `NotFound`, `Denied` for who may not change `decided_by`.
    #[uniffi::method(default(grant = None))]
    pub fn approve(
        &self,
        request: Id,
        expected_version: i64,
        grant: Option<SpecialPriceGrant>,
    ) -> Result<SpecialPriceRequest> {
        self.session.special_prices().approve(request, expected_version, grant)
    }

    /// Does not grant the price.
    ///
    /// # Errors
    /// `IllegalTransition` if it was not submitted, `Required` without a reason, `StaleVersion`, `NotFound`, `Denied`.
    pub fn reject(&self, request: Id, expected_version: i64, reason: &str) -> Result<SpecialPriceRequest> {
        self.session.special_prices().reject(request, expected_version, reason)
    }

    /// Whoever asked no longer asks.
    ///
    /// # Errors
    /// `IllegalTransition` if it was decided, `StaleVersion`, `NotFound`, `Denied`.
    pub fn withdraw(&self, request: Id, expected_version: i64) -> Result<SpecialPriceRequest> {
        self.session.special_prices().withdraw(request, expected_version)
    }

    /// Takes a granted price back: its condition record is retired.
    ///
    /// # Errors
    /// `IllegalTransition` if it was not approved, `Required` without a reason, `StaleVersion`, `NotFound`, `Denied`.
    pub fn revoke(&self, request: Id, expected_version: i64, reason: &str) -> Result<SpecialPriceRequest> {
        self.session.special_prices().revoke(request, expected_version, reason)
    }

    /// What became of the requests that the reader may see, by status and competitor, and how far they lie from the prices
    /// of competitors. Projects that the reader does not see count as neither won nor lost.
    ///
    /// # Errors
    /// `Denied`, `Overflow`.
    #[uniffi::method(default(options))]
    pub fn report(&self, options: SpecialPriceOptions) -> Result<SpecialPriceReport> {
        self.session.special_prices().report(&options)
    }
}
