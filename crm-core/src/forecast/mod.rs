//! Forecasts (预测) of monthly figures: series models, intervals that hold, hierarchies, accuracy.
//!
//! Everything here is pure and deterministic; figures are `f64` inside. No database is needed.

mod accuracy;
mod auto;
mod backtest;
mod ets;
mod hierarchy;
mod intermittent;
mod interval;
mod model;
mod naive;
mod parallel;
mod predict;
mod reconcile;
mod route;
mod search;
mod season;
mod series;
mod simplex;
mod smoothing;
mod theta;
mod types;

pub use accuracy::{Accuracy, ForecastCheck, LevelAccuracy, QuantileLoss, accuracy};
pub use backtest::{
    Backtest, BacktestAccuracy, BacktestOptions, BacktestProblem, BacktestRow, BacktestWindow, MAX_BACKTEST_MODELS,
    MAX_BACKTEST_ORIGINS, MAX_BACKTEST_ROWS, backtest, built_in_model,
};
pub use hierarchy::{
    BaseForecast, HierarchyForecast, HierarchyNode, HierarchyOptions, MAX_FORECAST_DIGITS, MAX_HIERARCHY_NODES,
    NodeForecast, ReconcileOptions, Reconciliation, forecast_hierarchy, reconcile,
};
pub use model::{Past, Prediction, SeriesModel, Study};
pub use predict::{forecast, forecast_all, forecast_many, forecast_with};
pub use route::{DemandPattern, demand_pattern};
pub use types::{
    DEFAULT_LEVELS, DEFAULT_SEASON_LENGTH, Forecast, ForecastInterval, ForecastOptions, MAX_FIGURE, MAX_HORIZON,
    MAX_SEASON_LENGTH, ModelKind, ModelParameters, Series,
};
