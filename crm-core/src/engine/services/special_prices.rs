//! Requests for special prices, as a host calls them.

use std::collections::HashMap;

use crate::engine::{Command, Session};
use crate::query::{Comparison, Filter, Query};
use crate::room::Reader as _;
use crate::sales::{Opportunity, StageCategory};
use crate::schema::Entity as _;
use crate::special_price::{
    SpecialPriceCommand, SpecialPriceGrant, SpecialPriceOptions, SpecialPriceReport, SpecialPriceRequest,
    SpecialPriceRequestPage, report,
};
use crate::value::{Id, Result};

/// Requests for special prices of a session.
#[derive(Debug, Clone, Copy)]
pub struct SpecialPrices<'a> {
    session: &'a Session,
}

impl Session {
    /// Requests for special prices.
    ///
    /// ```
    /// use crm_core::conditions::PriceDefinition;
    /// use crm_core::engine::{Crm, SetupOptions};
    /// use crm_core::product::Product;
    /// use crm_core::special_price::{SpecialPriceRequest, SpecialPriceStatus};
    /// use crm_core::value::json;
    /// # let crm = Crm::open_in_memory();
    /// # crm.setup(SetupOptions {
    /// #     tenant: "main".into(),
    /// #     name: "Precision Works".into(),
    /// #     base_currency: "EUR".parse()?,
    /// #     time_zone: "Europe/Berlin".into(),
    /// #     admin_login: "admin".into(),
    /// # })?;
    /// let session = crm.session("main", "admin")?.at("2026-03-02T08:00:00Z".parse()?);
    /// let definition = session.conditions().create_definition(&PriceDefinition {
    ///     name: "2026".into(),
    ///     special_price_type: Some("SPECIAL".into()),
    ///     definition: json::from_text(r#"{
    ///         "version": "",
    ///         "tables": [{"code": "PRODUCT", "fields": ["product"]}],
    ///         "access_sequences": [{"code": "BY_PRODUCT", "accesses": [{"table": "PRODUCT"}]}],
    ///         "condition_types": [
    ///             {"code": "SPECIAL", "kind": "price", "calculation": "quantity", "access_sequence": "BY_PRODUCT"}
    ///         ],
    ///         "procedures": [{"code": "SALE", "steps": [{"number": 10, "condition_type": "SPECIAL"}]}]
    ///     }"#)?,
    ///     ..PriceDefinition::default()
    /// })?;
    /// session.conditions().activate_definition(definition.id, definition.version)?;
    /// let valve = Product { code: "V-100".into(), name: "Valve DN 50".into(), ..Product::default() };
    /// let request = session.special_prices().create_request(&SpecialPriceRequest {
    ///     name: "Valves for the new line".into(),
    ///     product: Some(session.products().create_product(&valve)?.id),
    ///     price: Some("120".parse()?),
    ///     cost: Some("90".parse()?),
    ///     valid_until: Some("2027-01-01".parse()?),
    ///     ..SpecialPriceRequest::default()
    /// })?;
    /// assert_eq!((request.number.as_deref(), request.margin_percent), (Some("SPR-2026-000001"), Some("25".parse()?)));
    /// let submitted = session.special_prices().submit(request.id, request.version)?;
    /// let approved = session.special_prices().approve(submitted.id, submitted.version, None)?;
    /// assert_eq!(approved.status, Some(SpecialPriceStatus::Approved));
    /// let record = session.conditions().condition(approved.condition.unwrap_or_default())?;
    /// assert_eq!((record.rate, record.source), (Some("120".parse()?), request.number));
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub const fn special_prices(&self) -> SpecialPrices<'_> {
        SpecialPrices { session: self }
    }
}

impl SpecialPrices<'_> {
    fn run(&self, request: Id, command: SpecialPriceCommand) -> Result<SpecialPriceRequest> {
        self.session.execute(Command::SpecialPrice(command))?;
        self.session.get(request)
    }

    /// Makes a draft and gives it back with its number and margin.
    ///
    /// # Errors
    /// `NotAllowed` for what cannot be together in one request, `OutOfRange`, `UnknownReference`, `Denied`.
    pub fn create_request(&self, request: &SpecialPriceRequest) -> Result<SpecialPriceRequest> {
        let command = SpecialPriceCommand::CreateRequest { request: request.clone() };
        self.session.create_and_read(Command::SpecialPrice(command), request)
    }

    /// Saves a draft that was read and changed.
    ///
    /// # Errors
    /// As [`SpecialPrices::create_request`]; `IllegalTransition` if it is no draft, `StaleVersion`, `NotFound`.
    pub fn update_request(&self, request: &SpecialPriceRequest) -> Result<SpecialPriceRequest> {
        let command = SpecialPriceCommand::UpdateRequest { request: request.clone() };
        self.session.save_and_read(Command::SpecialPrice(command), request)
    }

    /// One request.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn request(&self, id: Id) -> Result<SpecialPriceRequest> {
        self.session.get(id)
    }

    /// One page of requests.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn requests(&self, query: &Query) -> Result<SpecialPriceRequestPage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(SpecialPriceRequestPage { items, next_cursor })
    }

    /// The draft waits for a decision from now on.
    ///
    /// # Errors
    /// `Required` for a scope, a price or discount, and the end of validity; `OutOfRange` if that has passed;
    /// `IllegalTransition` if it is no draft; `StaleVersion`, `NotFound`, `Denied`.
    pub fn submit(&self, request: Id, expected_version: i64) -> Result<SpecialPriceRequest> {
        self.run(request, SpecialPriceCommand::SubmitRequest { request, expected_version })
    }

    /// Grants the price: exactly one condition record with the scope of the request is made in the same operation.
    ///
    /// # Errors
    /// `IllegalTransition` if the request was not submitted, was decided or withdrawn; `NotAllowed` for
    /// `grant.below_floor` if the price is below the floor and that is not said; `UnknownReference` with the field of the
    /// scope if no table of the active definition has exactly its fields; `Overlap` with both identifiers if another record
    /// of the key holds on one of the dates; `StaleVersion`, `NotFound`, `Denied` for who may not change `decided_by`.
    pub fn approve(
        &self,
        request: Id,
        expected_version: i64,
        grant: Option<SpecialPriceGrant>,
    ) -> Result<SpecialPriceRequest> {
        self.run(request, SpecialPriceCommand::ApproveRequest { request, expected_version, grant })
    }

    /// Does not grant the price.
    ///
    /// # Errors
    /// `IllegalTransition` if it was not submitted, `Required` without a reason, `StaleVersion`, `NotFound`, `Denied`.
    pub fn reject(&self, request: Id, expected_version: i64, reason: &str) -> Result<SpecialPriceRequest> {
        let reason = reason.to_owned();
        self.run(request, SpecialPriceCommand::RejectRequest { request, expected_version, reason })
    }

    /// Whoever asked no longer asks.
    ///
    /// # Errors
    /// `IllegalTransition` if it was decided, `StaleVersion`, `NotFound`, `Denied`.
    pub fn withdraw(&self, request: Id, expected_version: i64) -> Result<SpecialPriceRequest> {
        self.run(request, SpecialPriceCommand::WithdrawRequest { request, expected_version })
    }

    /// Takes a granted price back: its condition record is retired.
    ///
    /// # Errors
    /// `IllegalTransition` if it was not approved, `Required` without a reason, `StaleVersion`, `NotFound`, `Denied`.
    pub fn revoke(&self, request: Id, expected_version: i64, reason: &str) -> Result<SpecialPriceRequest> {
        let reason = reason.to_owned();
        self.run(request, SpecialPriceCommand::RevokeRequest { request, expected_version, reason })
    }

    /// What became of the requests that the reader may see, by status and competitor, and how far they lie from the prices
    /// of competitors. Projects that the reader does not see count as neither won nor lost.
    ///
    /// # Errors
    /// `Denied`, `Overflow`.
    pub fn report(&self, options: &SpecialPriceOptions) -> Result<SpecialPriceReport> {
        let compare = |field: &str, comparison, value| Filter::Compare { field: field.to_owned(), comparison, value };
        let from = options.submitted_from.map(|date| ("submitted_on", Comparison::GreaterOrEqual, date.into()));
        let until = options.submitted_until.map(|date| ("submitted_on", Comparison::Less, date.into()));
        let owner = options.owner.map(|owner| ("owner", Comparison::Equal, owner.into()));
        let filters: Vec<Filter> =
            [from, until, owner].into_iter().flatten().map(|(a, b, c)| compare(a, b, c)).collect();
        let query = Query { filter: Some(Filter::All { filters }), ..Query::default() };
        self.session.reading(|reading| {
            let found = reading.all(SpecialPriceRequest::NAME, &query)?;
            let requests = found.into_iter().map(SpecialPriceRequest::from_row).collect::<Result<Vec<_>>>()?;
            let mut outcomes: HashMap<Id, StageCategory> = HashMap::new();
            if reading.may_read(Opportunity::NAME) {
                let closed = [StageCategory::Won, StageCategory::Lost].map(|category| category.as_str().into());
                let closed = Filter::In { field: "stage_category".to_owned(), values: closed.to_vec() };
                let closed = Query { filter: Some(closed), ..Query::default() };
                let readable = reading.can_read(Opportunity::NAME, "stage_category");
                for row in if readable { reading.all(Opportunity::NAME, &closed)? } else { Vec::new() } {
                    let project = Opportunity::from_row(row)?;
                    outcomes.extend(project.stage_category.map(|category| (project.id, category)));
                }
            }
            report(&requests, &outcomes)
        })
    }
}
