//! Forecasts (预测) of monthly figures: series models, intervals that hold, hierarchies, accuracy.
//!
//! Everything here is pure and deterministic; figures are `f64` inside. No database is needed.

mod model;
mod months;
mod naive;
mod predict;
mod sales;
mod sales_read;
mod sales_types;
mod series;
mod types;

pub use model::{Past, Prediction, SeriesModel};
pub use predict::{forecast, forecast_many};
pub use sales::MAX_SALES_FIGURES;
pub use sales_read::MAX_SALES_KEYS;
pub use sales_types::{SalesFigure, SalesForecast, SalesHistory, SalesQuery, SalesSeries, SalesSource};
pub use types::{
    DEFAULT_LEVELS, DEFAULT_SEASON_LENGTH, Forecast, ForecastInterval, ForecastOptions, MAX_FIGURE, MAX_HORIZON,
    MAX_SEASON_LENGTH, ModelKind, ModelParameters, Series,
};

pub(crate) use sales::sales_history;
