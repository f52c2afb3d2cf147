//! What is given to a forecast and what comes out of it.

use std::collections::HashMap;

use super::adjust::{PartialPeriod, Predecessor};
use super::analogue::Analogue;
use super::calendar::ForecastCalendar;
use super::inputs::ForecastInput;
use crate::value::{Date, Problem};

/// The most periods that can be forecast.
pub const MAX_HORIZON: usize = 1_000;
/// The most periods of a season.
pub const MAX_SEASON_LENGTH: usize = 400;
/// The largest figure of a series, whatever its sign.
pub const MAX_FIGURE: f64 = 1e300;
/// The levels of intervals if none are named, in percent.
pub const DEFAULT_LEVELS: [f64; 2] = [80.0, 95.0];
/// The periods of a season if nothing is said: months of a year.
pub const DEFAULT_SEASON_LENGTH: usize = 12;

value_enum! {
    /// A series model of the engine.
    #[derive(Default)]
    pub enum ModelKind {
        /// The median of the best models, chosen and guarded by rolling origins; intermittent series are routed apart.
        #[default]
        Auto = "auto",
        /// The last observation.
        Naive = "naive",
        /// The observation of the same period one season before.
        SeasonalNaive = "seasonal_naive",
        /// The last observation and the mean change.
        Drift = "drift",
        /// The mean of all observations.
        HistoricAverage = "historic_average",
        /// The mean of the last observations: `window` of them, 12 if nothing is said.
        WindowAverage = "window_average",
        /// The last observation, with the season of a multiplicative decomposition if the series has one.
        Naive2 = "naive2",
        /// Theta: half of a line and half of a smoothed second theta line (Assimakopoulos and Nikolopoulos 2000).
        Theta = "theta",
        /// The dynamic optimised theta model (Fiorucci, Pellegrini, Louzada, Petropoulos and Koehler 2016).
        Dot = "dot",
        /// Exponential smoothing in state-space form, chosen by AICc (Hyndman, Koehler, Ord and Snyder 2008).
        Ets = "ets",
        /// Simple exponential smoothing of an intermittent series.
        Ses = "ses",
        /// Croston's method (1972).
        Croston = "croston",
        /// Croston's method with the correction of Syntetos and Boylan (2005).
        Sba = "sba",
        /// The method of Teunter, Syntetos and Babai (2011), which lets demand die out.
        Tsb = "tsb",
        /// Aggregated and disaggregated again (Nikolopoulos and others 2011).
        Adida = "adida",
        /// The mean of several aggregations (Petropoulos and Kourentzes 2015).
        Imapa = "imapa",
    }
}

value_struct! {
    /// Observations of equal periods, oldest first.
    #[derive(Default)]
    pub struct Series {
        required {
            /// One figure a period; nothing where none is known, which is not the same as zero.
            pub values: Vec<Option<f64>>,
        }
        optional {
            /// What the series is called; it stands in the forecast.
            pub key: Option<String>,
            /// Series of one group lend each other their season and their errors where one alone is too short.
            pub group: Option<String>,
            /// Figures beside the series, for models of formulas; they go on behind its end.
            pub inputs: Vec<ForecastInput>,
            /// The first day of the first period, if periods are months. A calendar needs it.
            pub start: Option<Date>,
            /// The places, from 0, of periods in which nothing could be delivered for some time: what was sold then is less
            /// than the demand, and zero does not say that there was none.
            pub stock_outs: Vec<u32>,
            /// What was returned or credited in each period, not below zero; as many as `values`, which are before returns
            /// then. The forecast is what is left: returns are expected as a share of what was delivered.
            pub returns: Vec<Option<f64>>,
            /// How much of the last period has passed, above 0 and at most 1, in days or in working days.
            pub last_period_share: Option<f64>,
            /// The series of which this one takes the place.
            pub predecessor: Option<Predecessor>,
            /// Series that are like this one, from their launch on. They give the course of a series with less than twelve
            /// periods of its own, which may be none at all.
            pub analogues: Vec<Analogue>,
        }
    }
}

value_struct! {
    /// Parameters that are fixed instead of being fitted; each belongs to the models that have one of its name.
    #[derive(Default, Copy)]
    pub struct ModelParameters {
        optional {
            /// Smoothing of the level (SES, Croston, SBA, ADIDA, IMAPA, Theta) or of the demand size (TSB), 0 to 1.
            pub alpha: Option<f64>,
            /// Smoothing of the probability of demand (TSB), 0 to 1.
            pub beta: Option<f64>,
            /// Periods of a window average.
            pub window: Option<u32>,
        }
    }
}

value_struct! {
    /// How a series is forecast.
    #[derive(Default)]
    pub struct ForecastOptions {
        required {
            /// How many periods, from 1.
            pub horizon: u32,
        }
        optional {
            /// Periods of a season; 12 if nothing is said, 1 for no season.
            pub season_length: Option<u32>,
            /// Levels of the intervals in percent, above 0 and below 100; 80 and 95 if nothing is said, empty for none.
            pub levels: Option<Vec<f64>>,
            /// The model.
            pub model: ModelKind,
            /// Parameters that are fixed.
            pub parameters: Option<ModelParameters>,
            /// Whether nothing below zero is forecast; if nothing is said, where no observation is below zero.
            pub non_negative: Option<bool>,
            /// Working days and moving holidays of the months of the history and of the horizon.
            pub calendar: Option<ForecastCalendar>,
            /// What becomes of a last period that is not over.
            pub partial_period: PartialPeriod,
        }
    }
}

value_struct! {
    /// An interval at one level, by conformal prediction from rolling origins.
    pub struct ForecastInterval {
        required {
            /// The level in percent.
            pub level: f64,
            /// The lower end for each period.
            pub lower: Vec<f64>,
            /// The upper end for each period.
            pub upper: Vec<f64>,
            /// The lower end for the sum of all periods, for example the demand in a lead time.
            pub total_lower: f64,
            /// The upper end for the sum of all periods.
            pub total_upper: f64,
        }
    }
}

value_struct! {
    /// The forecast of a series.
    #[derive(Default)]
    pub struct Forecast {
        required {
            /// What made it, with its form: `dot`, `ets(M,Ad,M)`, `auto(dot, ets)`.
            pub model: String,
            /// The expected figure of each period.
            pub mean: Vec<f64>,
            /// One interval for each level, in the order in which they were asked for.
            pub intervals: Vec<ForecastInterval>,
        }
        optional {
            /// What the series is called.
            pub key: Option<String>,
            /// The first day of the first period that is forecast, if the series tells when it starts.
            pub start: Option<Date>,
            /// What was fitted, by name: `alpha`, `theta`, `phi`, ...
            pub parameters: HashMap<String, f64>,
            /// What is to be known of it: a season that was borrowed, gaps that were filled.
            pub notes: Vec<String>,
            /// Why there is none; mean and intervals are empty then.
            pub problem: Option<Problem>,
        }
    }
    repr shown;
    python {
        /// The lower end of each interval by its level in percent: `forecast.lower[80]` is a figure for each period.
        #[getter]
        fn lower(&self) -> crate::value::python::ByLevel {
            self.intervals.iter().map(|interval| (interval.level, interval.lower.clone())).collect()
        }

        /// The upper end of each interval by its level in percent: `forecast.upper[80]` is a figure for each period.
        #[getter]
        fn upper(&self) -> crate::value::python::ByLevel {
            self.intervals.iter().map(|interval| (interval.level, interval.upper.clone())).collect()
        }
    }
}

/// The forecast in a line: model, periods and the first figures.
#[cfg(feature = "python")]
fn shown(forecast: &Forecast) -> String {
    use std::fmt::Write;
    const FIGURES: usize = 4;
    let mut text = String::from("Forecast(");
    // Writing to a text cannot fail.
    if let Some(key) = &forecast.key {
        let _ = write!(text, "key={key:?}, ");
    }
    if let Some(problem) = &forecast.problem {
        let _ = write!(text, "problem={})", problem.code);
        return text;
    }
    let figures: Vec<String> = forecast.mean.iter().take(FIGURES).map(|figure| format!("{figure:.6}")).collect();
    let more = if forecast.mean.len() > FIGURES { ", ..." } else { "" };
    let (periods, figures) = (forecast.mean.len(), figures.join(", "));
    let _ = write!(text, "model={:?}, horizon={periods}, mean=[{figures}{more}])", forecast.model);
    text
}
