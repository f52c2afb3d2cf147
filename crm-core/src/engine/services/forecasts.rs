//! Forecasts of what stands in the store, as a host calls them.

use crate::engine::Session;
use crate::forecast::{ForecastOptions, SalesForecast, SalesHistory, SalesQuery, forecast_many, sales_history};
use crate::value::Result;

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
    /// As [`Forecasts::sales_history`], and as [`forecast_many`] of the options.
    pub fn forecast_sales(&self, query: &SalesQuery, options: &ForecastOptions) -> Result<SalesForecast> {
        let history = self.sales_history(query)?;
        let series: Vec<_> = history.series.iter().map(|sold| sold.series.clone()).collect();
        let forecasts = forecast_many(&series, options, 1)?;
        Ok(SalesForecast { history, forecasts })
    }
}
