//! Forecasts (预测) of monthly figures: series models, intervals that hold, hierarchies, accuracy.
//!
//! Everything here is pure and deterministic; figures are `f64` inside. No database is needed.

mod accuracy;
mod intermittent;
mod model;
mod naive;
mod predict;
mod route;
mod series;
mod types;

pub use accuracy::{Accuracy, ForecastCheck, LevelAccuracy, QuantileLoss, accuracy};
pub use model::{Past, Prediction, SeriesModel};
pub use predict::{forecast, forecast_many};
pub use route::{DemandPattern, demand_pattern};
pub use types::{
    DEFAULT_LEVELS, DEFAULT_SEASON_LENGTH, Forecast, ForecastInterval, ForecastOptions, MAX_FIGURE, MAX_HORIZON,
    MAX_SEASON_LENGTH, ModelKind, ModelParameters, Series,
};
