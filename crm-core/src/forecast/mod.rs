//! Forecasts (预测) of monthly figures: series models, intervals that hold, hierarchies, accuracy.
//!
//! Everything here is pure and deterministic; figures are `f64` inside. No database is needed.

mod accuracy;
mod adjust;
mod analogue;
mod auto;
mod calendar;
mod ets;
mod formula_model;
mod inputs;
mod intermittent;
mod interval;
mod model;
mod moving;
mod naive;
mod parallel;
mod predict;
mod returns;
mod route;
mod search;
mod season;
mod season_group;
mod series;
mod simplex;
mod smoothing;
#[cfg(test)]
mod testing;
mod theta;
mod types;

pub use accuracy::{Accuracy, ForecastCheck, LevelAccuracy, QuantileLoss, accuracy};
pub use adjust::{PartialPeriod, Predecessor};
pub use analogue::{Analogue, MAX_ANALOGUES};
pub use calendar::{
    ForecastCalendar, MAX_CALENDAR_FIGURES, MAX_HOLIDAY_DAYS, MAX_MOVING_HOLIDAYS, MovingHoliday, PeriodFigure,
};
pub use formula_model::{ForecastFormula, FormulaModel, FormulaRange, MAX_FORMULA_RANGES, MAX_MODEL_NAME_CHARS};
pub use inputs::{ForecastInput, Inputs, MAX_INPUTS};
pub use model::{Past, Prediction, SeriesModel, Study};
pub use predict::{forecast, forecast_all, forecast_many, forecast_with};
pub use route::{DemandPattern, demand_pattern};
pub use types::{
    DEFAULT_LEVELS, DEFAULT_SEASON_LENGTH, Forecast, ForecastInterval, ForecastOptions, MAX_FIGURE, MAX_HORIZON,
    MAX_SEASON_LENGTH, ModelKind, ModelParameters, Series,
};
