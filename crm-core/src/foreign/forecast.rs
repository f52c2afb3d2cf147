//! Forecasts of series: no database is needed.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::forecast::{
    self, Accuracy, Backtest, BacktestOptions, BaseForecast, Contender, DemandPattern, Forecast, ForecastCalendar,
    ForecastCheck, ForecastFormula, ForecastOptions, FormulaModel, HierarchyForecast, HierarchyOptions, ModelKind,
    Past, Prediction, ReconcileOptions, Series, SeriesComponents, SeriesModel, TreeSeries,
};
use crate::value::{BusinessCalendar, Date, Error, ErrorCode, Problem, Result};

/// Why a model of the host says nothing.
#[derive(Debug, Clone, thiserror::Error, uniffi::Error)]
pub enum CustomModelError {
    /// The past is too short for the model.
    #[error("the past is too short for the model")]
    TooShort {
        /// How many figures it needs.
        needed: u32,
    },
    /// The model failed: whatever else it threw. What that was may speak of customers, and stays in the host's own log.
    #[error("the model failed")]
    Failed,
}

// `CrmError` itself cannot have this: with a second way to make one, `?` could not tell any more what it makes.
impl From<uniffi::UnexpectedUniFFICallbackError> for CustomModelError {
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed
    }
}

/// A model of the host. What it throws comes back as an error of the engine: `CustomModelException.TooShort` as too little
/// history, anything else with the code `MODEL_FAILED`.
#[uniffi::export(foreign)]
pub trait CustomModel: Send + Sync {
    /// What it is called in tables.
    fn name(&self) -> String;

    /// The expected figures of `horizon` periods behind the figures so far, the oldest first. The same figures must give the
    /// same answer. It may be called on several threads at once.
    ///
    /// # Errors
    /// `TooShort` if the past is too short for the model; whatever else stands in its way.
    fn predict(
        &self,
        values: Vec<f64>,
        season_length: u32,
        horizon: u32,
    ) -> std::result::Result<Vec<f64>, CustomModelError>;
}

/// A model of the host as the engine runs it.
struct HostModel {
    name: String,
    model: Arc<dyn CustomModel>,
}

impl HostModel {
    fn of(model: Arc<dyn CustomModel>) -> Self {
        Self { name: model.name(), model }
    }
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl SeriesModel for HostModel {
    fn name(&self) -> &str {
        &self.name
    }

    fn predict(&self, past: &Past<'_>, horizon: usize) -> Result<Prediction> {
        let mean = self.model.predict(past.values.to_vec(), small(past.season_length), small(horizon));
        let mean = mean.map_err(|error| match error {
            CustomModelError::TooShort { needed } => Error::insufficient_history(
                &self.name,
                past.values.len(),
                usize::try_from(needed).unwrap_or(usize::MAX),
            ),
            CustomModelError::Failed => {
                let problem = Problem::of_field(ErrorCode::ModelFailed, "model", "the model of the host failed");
                problem.with("model", &self.name).into_invalid()
            }
        })?;
        Ok(Prediction { model: self.name.clone(), mean, ..Prediction::default() })
    }
}

fn counted(threads: u32) -> Result<usize> {
    let threads = usize::try_from(threads).unwrap_or(usize::MAX);
    if threads == 0 || threads > 256 {
        return Err(Error::invalid(ErrorCode::OutOfRange, "threads", "1 to 256 threads can work"));
    }
    Ok(threads)
}

/// The names of all inputs that series have; formulas may use them.
fn inputs_of(series: &[Series]) -> BTreeSet<&str> {
    series.iter().flat_map(|series| &series.inputs).map(|input| input.name.as_str()).collect()
}

/// Forecasts one series.
///
/// # Errors
/// `InsufficientHistory` (`values`, with `observations` and `needed`) if the series is too short for the model or for its
/// intervals; `OutOfRange` for `horizon`, `season_length`, `levels[i]`, `parameters.alpha`, `values[i]`.
#[uniffi::export]
pub fn forecast(series: &Series, options: &ForecastOptions) -> Result<Forecast> {
    forecast::forecast(series, options)
}

/// Forecasts one series by a model of the host, with the same intervals as those of the engine.
///
/// # Errors
/// As [`forecast`], and what the model throws; `OutOfRange` (`model`) if it gives another number of figures than asked for,
/// or one that is not finite.
#[uniffi::export]
pub fn forecast_with(series: &Series, model: Arc<dyn CustomModel>, options: &ForecastOptions) -> Result<Forecast> {
    forecast::forecast_with(series, &HostModel::of(model), options)
}

/// Forecasts one series by formulas.
///
/// # Errors
/// As [`forecast`], and those of the formulas.
#[uniffi::export]
pub fn forecast_by_formula(series: &Series, formula: &ForecastFormula, options: &ForecastOptions) -> Result<Forecast> {
    let model = FormulaModel::new(formula, series.inputs.iter().map(|input| input.name.as_str()))?;
    forecast::forecast_with(series, &model, options)
}

/// Forecasts many series, in their order, on so many threads. Series of one group lend each other what one alone is too
/// short for. A series that cannot be forecast has its `problem` in its place, and no figures.
///
/// # Errors
/// As [`forecast`], of the options alone; `OutOfRange` for a number of threads outside of 1 to 256.
#[uniffi::export(default(threads = 1))]
pub fn forecast_many(series: &[Series], options: &ForecastOptions, threads: u32) -> Result<Vec<Forecast>> {
    forecast::forecast_many(series, options, counted(threads)?)
}

/// Tries models on series at rolling origins, on so many threads: those of the engine, then formulas, then those of the
/// host. A model that fails at an origin has a problem there; the others go on.
///
/// # Errors
/// `OutOfRange` for `horizon`, `season_length`, `origins`, `step`, `levels[i]`, `threads`; `Required` and `TooMany` for
/// `models`; `DuplicateKey` for a model whose name another one has; those of formulas under `formulas[i]`.
#[uniffi::export(default(models = [], formulas = [], custom = [], threads = 1))]
pub fn backtest(
    series: &[Series],
    options: &BacktestOptions,
    models: &[ModelKind],
    formulas: &[ForecastFormula],
    custom: Vec<Arc<dyn CustomModel>>,
    threads: u32,
) -> Result<Backtest> {
    let threads = counted(threads)?;
    let mut all: Vec<Contender> = models.iter().copied().map(Contender::from).collect();
    let inputs = inputs_of(series);
    for (place, formula) in formulas.iter().enumerate() {
        let model = FormulaModel::new(formula, inputs.iter().copied());
        let model = model.map_err(|error| error.under(&format!("formulas[{place}]")))?;
        all.push(Contender::Host(Arc::new(model)));
    }
    for model in custom {
        all.push(Contender::Host(Arc::new(HostModel::of(model))));
    }
    forecast::backtest(series, &all, options, threads, &|_, _| true)
}

/// Takes a series apart into trend, season and the rest, by classical decomposition.
///
/// # Errors
/// `InsufficientHistory` for less than two seasons, `OutOfRange` for `season_length` below 2 and for `values[i]`.
#[uniffi::export(default(season_length = 12))]
pub fn decompose(series: &Series, season_length: u32) -> Result<SeriesComponents> {
    forecast::decompose(series, Some(season_length))
}

/// Forecasts a tree of series, on so many threads: every leaf, and every other node if intervals or MinT are asked for; then
/// they are made to fit together. A parent is the sum of its children, exactly so after rounding.
///
/// # Errors
/// `Required`, `TooMany`, `DuplicateKey`, `UnknownReference`, `Cycle`, `NotAllowed` with the place for a tree that is none;
/// those of [`forecast`] under `nodes[i]`.
#[uniffi::export(default(threads = 1))]
pub fn forecast_hierarchy(nodes: &[TreeSeries], options: &HierarchyOptions, threads: u32) -> Result<HierarchyForecast> {
    forecast::forecast_hierarchy(nodes, options, counted(threads)?, &|_, _| true)
}

/// Makes given forecasts of a tree fit together. Where MinT cannot be used, leaves are summed up, and a note says so.
///
/// # Errors
/// Those of [`forecast_hierarchy`] for the tree; `OutOfRange` for figures that are not finite or not as many.
#[uniffi::export]
pub fn reconcile_forecasts(nodes: &[BaseForecast], options: &ReconcileOptions) -> Result<HierarchyForecast> {
    forecast::reconcile(nodes, options)
}

/// How good forecasts were, of all given ones together.
///
/// # Errors
/// `OutOfRange` with the place for what is not of one length or not finite.
#[uniffi::export(default(season_length = 12))]
pub fn forecast_accuracy(checks: &[ForecastCheck], season_length: u32) -> Result<Accuracy> {
    forecast::accuracy(checks, Some(season_length))
}

/// What kind of demand a series has; nothing without demand.
#[uniffi::export]
pub fn demand_pattern(series: &Series) -> Option<DemandPattern> {
    forecast::demand_pattern(&series.values)
}

/// A calendar for forecasts: the working days of so many months, the first of which begins with `start`.
///
/// # Errors
/// Every problem of the business calendar, with its path; `TooMany` for `months`; `OutOfRange` behind the year 9999.
#[uniffi::export]
pub fn forecast_calendar(calendar: BusinessCalendar, start: Date, months: u32) -> Result<ForecastCalendar> {
    ForecastCalendar::of_working_days(&calendar.compile()?, start, months)
}
