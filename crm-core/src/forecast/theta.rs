//! The theta models.
//!
//! Both are simple exponential smoothing with a share `w = 1 - 1/theta` of a trend line: `theta` has theta = 2 and one
//! line through the whole series (Assimakopoulos and Nikolopoulos 2000, in the form of Hyndman and Billah 2003); `dot` fits
//! theta and draws the line anew with each observation (Fiorucci and others 2016, equations 13 to 19).
//!
//! For a given smoothing parameter the errors are linear in the first level and in `w`, so both are least squares in
//! closed form, and a search over one parameter remains.

use super::model::{FITTED_PERIODS, Past, Prediction, SeriesModel, Study};
use super::naive::count;
use super::search::{minimum, minimum_near};
use super::season::{Season, is_seasonal};
use super::types::ModelKind;
use crate::value::{Error, Result};

/// The range of the smoothing parameter, as in the paper of the dynamic model.
const ALPHA: (f64, f64) = (0.1, 0.99);
/// At an earlier origin the smoothing parameter is looked for so near to that of the whole past.
const NEAR: f64 = 0.2;
/// The largest share of the line; theta is 10,000 there.
const MOST_SHARE: f64 = 0.9999;
/// Two figures are fitted, and the first three errors do not count.
const NEEDED: usize = 6;
/// Errors count from the fourth observation on: the line through two points tells little of the third.
const FIRST_ERROR: usize = 3;

/// A theta model.
#[derive(Debug, Clone, Copy)]
pub(super) struct Theta {
    pub(super) dynamic: bool,
    pub(super) alpha: Option<f64>,
}

/// What was fitted.
#[derive(Debug, Clone, Copy)]
struct Fit {
    alpha: f64,
    share: f64,
    first_level: f64,
    error: f64,
}

/// The line through the first observations, `intercept + slope * t` with `t` from 1, as it was before each observation.
struct Line {
    intercept: f64,
    slope: f64,
}

/// The line as it is drawn anew with each observation.
#[derive(Debug, Clone, Copy)]
struct Running {
    periods: f64,
    mean: f64,
    intercept: f64,
    slope: f64,
}

impl Running {
    const fn start(first: f64) -> Self {
        Self { periods: 1.0, mean: first, intercept: first, slope: 0.0 }
    }

    fn then(self, value: f64) -> Self {
        let periods = self.periods + 1.0;
        let slope = ((periods - 2.0) * self.slope + 6.0 * (value - self.mean) / periods) / (periods + 1.0);
        let mean = (self.periods * self.mean + value) / periods;
        Self { periods, mean, slope, intercept: mean - slope * (periods + 1.0) / 2.0 }
    }

    fn line(&self) -> Line {
        Line { intercept: self.intercept, slope: self.slope }
    }
}

/// What the line adds to the level in the period behind `decay = (1 - alpha)^(t - 1)`.
fn added(line: &Line, decay: f64, alpha: f64) -> f64 {
    decay * line.intercept + (1.0 - decay * (1.0 - alpha)) / alpha * line.slope
}

/// The lines before the second, third, ... observation and behind the last one.
fn lines(values: &[f64], dynamic: bool) -> Vec<Line> {
    let Some((first, later)) = values.split_first() else { return Vec::new() };
    let mut running = Running::start(*first);
    let mut all = vec![running.line()];
    for value in later {
        running = running.then(*value);
        all.push(running.line());
    }
    if !dynamic {
        for line in &mut all {
            *line = running.line();
        }
    }
    all
}

impl Theta {
    /// The best first level and share of the line for a smoothing parameter.
    fn fit_at(self, values: &[f64], lines: &[Line], alpha: f64) -> Fit {
        let (mut level, mut decay) = (0.0_f64, 1.0_f64);
        let (mut ll, mut lw, mut ww, mut el, mut ew, mut ee) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
        let keep = 1.0 - alpha;
        // The level before the first observation is what is fitted: what of it is left decays.
        let ahead = lines.first().into_iter().chain(lines);
        for ((place, value), line) in values.iter().enumerate().zip(ahead) {
            let error = value - level;
            if place >= FIRST_ERROR {
                let trend = added(line, decay, alpha);
                ll += decay * decay;
                lw += decay * trend;
                ww += trend * trend;
                el += error * decay;
                ew += error * trend;
                ee += error * error;
            }
            level += alpha * error;
            decay *= keep;
        }
        let determinant = ll * ww - lw * lw;
        let free = if determinant > 1e-12 * ll * ww { (ew * ll - el * lw) / determinant } else { 0.0 };
        let share = if self.dynamic { free.clamp(0.0, MOST_SHARE) } else { 0.5 };
        let first_level = (el - share * lw) / ll;
        let error = ee - 2.0 * (first_level * el + share * ew)
            + first_level * first_level * ll
            + 2.0 * first_level * share * lw
            + share * share * ww;
        Fit { alpha, share, first_level, error }
    }

    /// Fits the smoothing parameter, near one that is known to be good for a longer past.
    fn fit(self, values: &[f64], lines: &[Line], near: Option<f64>) -> Fit {
        let error = |alpha| self.fit_at(values, lines, alpha).error;
        let alpha = match (self.alpha.filter(|alpha| *alpha > 0.0), near) {
            (Some(fixed), _) => fixed,
            (None, Some(near)) => minimum_near(near, ALPHA, NEAR, error),
            (None, None) => minimum(ALPHA.0, ALPHA.1, error),
        };
        self.fit_at(values, lines, alpha)
    }

    /// Fits a past, with a season or without one, and tells the figures behind it.
    fn fitted(self, values: &[f64], season: Option<&Season>, near: Option<f64>, horizon: usize) -> (Fit, Vec<f64>) {
        let plain = season.map_or_else(|| values.to_vec(), |season| season.taken_from(values));
        let lines = lines(&plain, self.dynamic);
        let fit = self.fit(&plain, &lines, near);
        let mut mean = self.ahead(&plain, &lines, fit, horizon);
        if let Some(season) = season {
            season.put_on(&mut mean, values.len());
        }
        (fit, mean)
    }

    fn studied(&self, past: &Past<'_>, origins: &[usize], horizon: usize) -> Result<Study> {
        if past.values.len() < NEEDED {
            return Err(Error::insufficient_history(self.name(), past.values.len(), NEEDED));
        }
        let seasonal = is_seasonal(past.values, past.season_length);
        let season = |values| seasonal.then(|| Season::of(values, past.season_length)).flatten();
        let (fit, mean) = self.fitted(past.values, season(past.values).as_ref(), None, horizon);
        let again = |origin: &usize| {
            let values = past.until(*origin).values;
            if values.len() < NEEDED {
                return Vec::new();
            }
            self.fitted(values, season(values).as_ref(), Some(fit.alpha), horizon).1
        };
        let parameters = [("alpha", fit.alpha), ("theta", 1.0 / (1.0 - fit.share))];
        let prediction = Prediction {
            model: self.name().to_owned(),
            mean,
            parameters: parameters.map(|(name, figure)| (name.to_owned(), figure)).into(),
            notes: Vec::new(),
        };
        Ok(Study { prediction, origins: origins.iter().map(again).collect() })
    }

    /// The figures behind the last observation. The line goes on being drawn through what was forecast.
    fn ahead(self, values: &[f64], lines: &[Line], fit: Fit, horizon: usize) -> Vec<f64> {
        let keep = 1.0 - fit.alpha;
        let level = values.iter().fold(fit.first_level, |level, value| level + fit.alpha * (value - level));
        let mut level = level;
        let mut decay = libm::pow(keep, count(values.len()));
        let mut running = values.split_first().map_or(Running::start(0.0), |(first, later)| {
            later.iter().fold(Running::start(*first), |running, value| running.then(*value))
        });
        let whole = lines.last().map_or(Line { intercept: 0.0, slope: 0.0 }, |line| Line { ..*line });
        let mut figures = Vec::with_capacity(horizon);
        for _ in 0..horizon {
            let line = if self.dynamic { running.line() } else { Line { ..whole } };
            let figure = level + fit.share * added(&line, decay, fit.alpha);
            figures.push(figure);
            level += fit.alpha * (figure - level);
            decay *= keep;
            running = running.then(figure);
        }
        figures
    }
}

impl SeriesModel for Theta {
    fn name(&self) -> &str {
        if self.dynamic { ModelKind::Dot.as_str() } else { ModelKind::Theta.as_str() }
    }

    fn computes_as_the_engine(&self) -> bool {
        true
    }

    fn memory(&self, season_length: usize) -> usize {
        FITTED_PERIODS.max(season_length.saturating_mul(4))
    }

    fn predict(&self, past: &Past<'_>, horizon: usize) -> Result<Prediction> {
        Ok(self.studied(past, &[], horizon)?.prediction)
    }

    fn study(&self, past: &Past<'_>, origins: &[usize], horizon: usize) -> Result<Study> {
        self.studied(past, origins, horizon)
    }
}
