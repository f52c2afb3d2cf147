//! Forecasts (预测) of monthly figures: series models, intervals that hold, hierarchies, accuracy.
//!
//! Everything but the sales of a tenant and its stored runs is pure and deterministic and needs no database; figures are
//! `f64` inside and decimals at the edge. [`forecast()`] and [`forecast_many`] make forecasts, [`backtest()`] tries models
//! at rolling origins, [`forecast_hierarchy`] makes trees of series fit together, [`accuracy()`] measures.
//!
//! | model | for |
//! |---|---|
//! | `auto` | everything: the mean of `ets` and `dot`, guarded by earlier origins; intermittent series by a router |
//! | `ets`, `dot`, `theta` | series with a figure in most periods, with trend and season |
//! | `ses`, `croston`, `sba`, `tsb`, `adida`, `imapa` | demand in some periods only |
//! | `naive`, `seasonal_naive`, `drift`, `historic_average`, `window_average`, `naive2` | what every other model has to beat |
//! | [`FormulaModel`] | formulas of users over the past, models and inputs, by ranges of periods |
//! | [`SeriesModel`] | models of the host |

mod accuracy;
mod adjust;
mod analogue;
mod auto;
mod backtest;
mod calendar;
mod components;
mod ets;
mod formula_model;
mod hierarchy;
mod host;
mod inputs;
mod intermittent;
mod interval;
mod ledger;
mod model;
mod months;
mod moving;
mod naive;
mod parallel;
mod predict;
mod reconcile;
mod returns;
mod route;
mod run;
mod sales;
mod sales_read;
mod sales_types;
mod search;
mod season;
mod season_group;
mod series;
mod simplex;
mod smoothing;
mod stored;
mod studied;
mod theta;
mod types;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use accuracy::{Accuracy, ForecastCheck, LevelAccuracy, QuantileLoss, accuracy};
pub use adjust::{PartialPeriod, Predecessor};
pub use analogue::{Analogue, MAX_ANALOGUES};
pub use backtest::{
    Backtest, BacktestAccuracy, BacktestOptions, BacktestProblem, BacktestRow, BacktestWindow, Contender,
    MAX_BACKTEST_MODELS, MAX_BACKTEST_ORIGINS, MAX_BACKTEST_ROWS, backtest,
};
pub use calendar::{
    ForecastCalendar, MAX_CALENDAR_FIGURES, MAX_HOLIDAY_DAYS, MAX_MOVING_HOLIDAYS, MovingHoliday, PeriodFigure,
};
pub use components::{SeriesComponents, decompose};
pub use formula_model::{ForecastFormula, FormulaModel, FormulaRange, MAX_FORMULA_RANGES, MAX_MODEL_NAME_CHARS};
pub use hierarchy::{
    BaseForecast, HierarchyForecast, HierarchyOptions, MAX_FORECAST_DIGITS, MAX_HIERARCHY_NODES, NodeForecast,
    ReconcileOptions, Reconciliation, TreeSeries, forecast_hierarchy, reconcile,
};
pub use inputs::{ForecastInput, Inputs, MAX_INPUTS};
pub use ledger::{PooledAccuracy, RunAccuracy, SeriesAccuracy};
pub use model::{Past, Prediction, SeriesModel, Study};
pub use predict::{forecast, forecast_all, forecast_all_with, forecast_many, forecast_with};
pub use route::{DemandPattern, demand_pattern};
pub use run::{ForecastRun, RunSeries, input_hash};
pub use sales::MAX_SALES_FIGURES;
pub use sales_read::MAX_SALES_KEYS;
pub use sales_types::{SalesFigure, SalesForecast, SalesHistory, SalesQuery, SalesSeries, SalesSource};
pub use stored::{
    ForecastCommand, ForecastLine, ForecastLineInterval, MAX_RUN_LINES, StoredForecastRun, StoredForecastRunPage,
    StoredSeries,
};
pub use types::{
    DEFAULT_LEVELS, DEFAULT_SEASON_LENGTH, Forecast, ForecastInterval, ForecastOptions, MAX_FIGURE, MAX_HORIZON,
    MAX_SEASON_LENGTH, ModelKind, ModelParameters, Series,
};

pub(crate) use ledger::run_accuracy;
pub(crate) use sales::sales_history;
pub(crate) use stored::{entities, rule_of};
