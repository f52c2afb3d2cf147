//! Forecasts of what stands in the store, as a host calls them.

use crate::engine::{Command, Session};
use crate::forecast::{
    ForecastCommand, ForecastOptions, ForecastRun, RunAccuracy, SalesForecast, SalesHistory, SalesQuery,
    StoredForecastRun, StoredForecastRunPage, run_accuracy, sales_history,
};
use crate::query::Query;
use crate::room::Reader as _;
use crate::schema::Entity as _;
use crate::value::{Id, Result};

/// Sales history and forecasts of a session.
#[derive(Debug, Clone, Copy)]
pub struct Forecasts<'a> {
    session: &'a Session,
}

impl Session {
    /// Sales history and forecasts.
    ///
    /// ```
    /// use crm_core::engine::{Crm, SetupOptions};
    /// use crm_core::forecast::SalesQuery;
    /// use crm_core::sales::Opportunity;
    /// # let crm = Crm::open_in_memory();
    /// # crm.setup(SetupOptions {
    /// #     tenant: "main".into(),
    /// #     name: "Precision Works".into(),
    /// #     base_currency: "EUR".parse()?,
    /// #     time_zone: "Europe/Berlin".into(),
    /// #     admin_login: "admin".into(),
    /// # })?;
    /// let session = crm.session("main", "admin")?.at("2026-05-15T08:00:00Z".parse()?);
    /// for (day, amount) in [("2026-02-03", 80_000), ("2026-02-27", 20_000), ("2026-05-08", 45_500)] {
    ///     let (amount, closed_on) = (Some(amount.into()), Some(day.parse()?));
    ///     let stage = Some("won".into());
    ///     let won = Opportunity { name: "Press line".into(), stage, amount, closed_on, ..Opportunity::default() };
    ///     session.sales().create_opportunity(&won)?;
    /// }
    /// let history = session.forecasts().sales_history(&SalesQuery::default())?;
    /// let series = &history.series[0].series;
    /// assert_eq!(series.key.as_deref(), Some("EUR"));
    /// assert_eq!(series.values, [Some(100_000.0), Some(0.0), Some(0.0), Some(45_500.0)]);
    /// assert_eq!(series.last_period_share, Some(15.0 / 31.0));
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub const fn forecasts(&self) -> Forecasts<'_> {
        Forecasts { session: self }
    }
}

impl Forecasts<'_> {
    /// What was sold by month, as far as the reader sees it: one series for each combination of keys, with zero in months
    /// without sales. Records that the reader does not see count nothing.
    ///
    /// # Errors
    /// `UnknownField` for a field that does not exist or that the reader does not see, also where the amount, the date or the
    /// stage is one of them; `WrongType` for a key that cannot be grouped by; `OutOfRange` for months and dates;
    /// `TooMany` above [`MAX_SALES_KEYS`](crate::forecast::MAX_SALES_KEYS) keys, above
    /// [`MAX_SALES_FIGURES`](crate::forecast::MAX_SALES_FIGURES) figures, or where one day has more combinations than figures
    /// have groups; `NotAllowed` for a group that is no key; `Required` for a hierarchy without an account; `NotFound`
    /// for the account; `Denied`; `Overflow`.
    pub fn sales_history(&self, query: &SalesQuery) -> Result<SalesHistory> {
        self.session.reading(|reading| {
            let today = reading.today();
            sales_history(reading, query, today)
        })
    }

    /// What was sold by month with a forecast of each series. A series that cannot be forecast has its problem in its place.
    ///
    /// # Errors
    /// As [`Forecasts::sales_history`], and as [`crate::forecast::forecast_many`] of the options.
    pub fn forecast_sales(&self, query: &SalesQuery, options: &ForecastOptions) -> Result<SalesForecast> {
        let (history, today) = self.session.reading(|reading| {
            let today = reading.today();
            Ok((sales_history(reading, query, today)?, today))
        })?;
        let as_of = query.as_of.unwrap_or(today);
        let run = ForecastRun::of_sales(&history, query, options, as_of)?;
        Ok(SalesForecast { history, run })
    }

    /// Keeps a run and gives it back as it was stored: its figures are rounded to 6 digits behind the point. Who sees the
    /// record sees the figures, also those of sales that he does not see.
    ///
    /// # Errors
    /// `UnknownReference` for `parent` if there is no such run, or if its hash is not the one that the run names;
    /// `TooMany` above [`MAX_RUN_LINES`](crate::forecast::MAX_RUN_LINES) lines; `Overflow` with the place of the series
    /// for a figure that is too large; `Denied`.
    pub fn record_forecast(
        &self,
        run: &ForecastRun,
        name: &str,
        parent: Option<Id>,
        note: Option<String>,
    ) -> Result<StoredForecastRun> {
        let command = ForecastCommand::RecordRun { run: run.clone(), name: name.to_owned(), parent, note };
        let outcome = self.session.execute(Command::Forecast(command))?;
        self.session.get(outcome.created(StoredForecastRun::NAME))
    }

    /// Forecasts what was sold and keeps the run; with a parent as the one that takes its place.
    ///
    /// # Errors
    /// As [`Forecasts::forecast_sales`] and [`Forecasts::record_forecast`]; `NotFound` for the parent.
    pub fn record_sales_forecast(
        &self,
        query: &SalesQuery,
        options: &ForecastOptions,
        name: &str,
        parent: Option<Id>,
        note: Option<String>,
    ) -> Result<StoredForecastRun> {
        let before = parent.map(|parent| self.run(parent)).transpose()?;
        let made = self.forecast_sales(query, options)?;
        let run = ForecastRun { parent: before.map(|before| before.run_hash), ..made.run };
        self.record_forecast(&run, name, parent, note)
    }

    /// One stored run.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn run(&self, id: Id) -> Result<StoredForecastRun> {
        self.session.get(id)
    }

    /// One page of stored runs.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn runs(&self, query: &Query) -> Result<StoredForecastRunPage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(StoredForecastRunPage { items, next_cursor })
    }

    /// How good a stored run of sales was: its months that are over are compared with the sales that the reader sees now.
    /// Sales below an account are those of the accounts that stand below it today.
    ///
    /// # Errors
    /// `NotAllowed` for a run that was not made of sales; `NotFound`; as [`Forecasts::sales_history`].
    pub fn forecast_accuracy(&self, run: Id) -> Result<RunAccuracy> {
        self.session.reading(|reading| {
            let (stored, today) =
                (StoredForecastRun::from_stored(reading.get(StoredForecastRun::NAME, run)?)?, reading.today());
            run_accuracy(reading, &stored, today)
        })
    }
}
