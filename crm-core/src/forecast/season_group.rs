//! A season for a series that is too short to have one of its own: that of its siblings (借用同组季节性).
//!
//! The season of each sibling is estimated as ratios to (or differences from) a centred moving average; the group's index
//! of a phase is the median over all siblings and years, so that one sibling with a season of its own does not bend it.
//! How far it is believed is what the siblings say of each other: an index that differs from sibling to sibling as much as
//! it differs from none is not used.

use super::naive::{count, mean};
use super::season::{Joined, Season, centred_average};

/// A series with fewer seasons of its own borrows the group's.
pub(super) const OWN_SEASONS: usize = 3;
/// A sibling must have so many seasons.
const SIBLING_SEASONS: usize = 2;
/// The least siblings with a season.
const LEAST_SIBLINGS: usize = 2;
/// A season of which less than this share is left may as well be noise.
const LEAST_SHARE: f64 = 0.5;
/// No index may come closer to zero.
const LEAST_INDEX: f64 = 0.01;

/// A sibling: its figures, and the phase of its first one (any number that is the same for the same month of the year).
#[derive(Debug, Clone, Copy)]
pub(super) struct Sibling<'a> {
    pub(super) values: &'a [f64],
    pub(super) phase: usize,
}

impl<'a> Sibling<'a> {
    /// A sibling of which only is known that it ends when the short series ends, whose first figure has `phase`.
    pub(super) fn ending_with(values: &'a [f64], short: usize, phase: usize, season_length: usize) -> Self {
        // As many periods earlier as it is longer, counted on the circle of phases.
        let season = season_length.max(1);
        let earlier = values.len() % season;
        let phase = phase.saturating_add(short).saturating_add(season).saturating_sub(earlier);
        Self { values, phase: phase % season }
    }
}

/// What one sibling says of each phase.
struct Detrended {
    /// For each phase, one figure a season: ratios as logarithms, or differences by the size of the sibling.
    phases: Vec<Vec<f64>>,
}

/// The season of the group for a series of less than [`OWN_SEASONS`] seasons whose first figure has `phase`. The first
/// index is that of its first figure. `None` if the series is long enough, if there are too few siblings that are, or if
/// they have no season in common.
///
/// Multiplicative if all figures of all series are above zero; else additive, in the size of the short series.
pub(super) fn borrowed(short: &[f64], phase: usize, siblings: &[Sibling<'_>], season_length: usize) -> Option<Season> {
    if season_length < 2 || short.is_empty() || short.len() >= season_length.saturating_mul(OWN_SEASONS) {
        return None;
    }
    let able = |sibling: &&Sibling<'_>| sibling.values.len() >= season_length.saturating_mul(SIBLING_SEASONS);
    let able: Vec<&Sibling<'_>> = siblings.iter().filter(able).collect();
    let positive = |values: &[f64]| values.iter().all(|value| *value > 0.0);
    let times = positive(short) && able.iter().all(|sibling| positive(sibling.values));
    let joined = if times { Joined::Times } else { Joined::Plus };
    let said: Vec<Detrended> =
        able.iter().filter_map(|sibling| Detrended::of(sibling, joined, season_length)).collect();
    if said.len() < LEAST_SIBLINGS {
        return None;
    }
    let indices = pooled(&said, season_length)?;
    let share = share(&said, &indices);
    if share < LEAST_SHARE {
        return None;
    }
    let scale = if times { 1.0 } else { size(short) };
    let at = |place: usize| {
        let index = indices.get(phase.saturating_add(place) % season_length).copied().unwrap_or(0.0);
        share * index * scale
    };
    let shrunk: Vec<f64> = (0..season_length).map(at).collect();
    Some(Season { joined, indices: if times { factors(&shrunk) } else { shrunk } })
}

/// Logarithms as factors with a mean of one.
fn factors(logarithms: &[f64]) -> Vec<f64> {
    let factors: Vec<f64> = logarithms.iter().map(|index| libm::exp(*index).max(LEAST_INDEX)).collect();
    let centre = mean(&factors);
    factors.iter().map(|factor| factor / centre).collect()
}

/// The mean size of figures.
fn size(values: &[f64]) -> f64 {
    values.iter().map(|value| value.abs() / count(values.len().max(1))).sum()
}

impl Detrended {
    fn of(sibling: &Sibling<'_>, joined: Joined, season_length: usize) -> Option<Self> {
        let size = size(sibling.values);
        if size <= 0.0 || !size.is_finite() {
            return None;
        }
        let scaled: Vec<f64> = sibling.values.iter().map(|value| value / size).collect();
        let (first, trend) = centred_average(&scaled, season_length);
        let mut phases = vec![Vec::new(); season_length];
        for (place, (value, level)) in scaled.iter().skip(first).zip(&trend).enumerate() {
            let phase = sibling.phase.saturating_add(first).saturating_add(place) % season_length;
            let figure = match joined {
                Joined::Times => libm::log(value / level),
                Joined::Plus => value - level,
            };
            phases.get_mut(phase)?.push(figure);
        }
        let is_whole = phases.iter().all(|figures| !figures.is_empty() && figures.iter().all(|f| f.is_finite()));
        is_whole.then_some(Self { phases })
    }

    /// The means of the phases, around zero.
    fn indices(&self) -> Vec<f64> {
        centred(&self.phases.iter().map(|figures| mean(figures)).collect::<Vec<_>>())
    }
}

fn centred(figures: &[f64]) -> Vec<f64> {
    let centre = mean(figures);
    figures.iter().map(|figure| figure - centre).collect()
}

/// The median of each phase over all siblings and seasons.
fn pooled(said: &[Detrended], season_length: usize) -> Option<Vec<f64>> {
    let medians: Option<Vec<f64>> = (0..season_length)
        .map(|phase| {
            let figures = said.iter().filter_map(|sibling| sibling.phases.get(phase)).flatten().copied();
            median(figures.collect())
        })
        .collect();
    Some(centred(&medians?))
}

fn median(mut figures: Vec<f64>) -> Option<f64> {
    figures.sort_by(f64::total_cmp);
    let upper = figures.get(figures.len() / 2)?;
    let lower = figures.get(figures.len().saturating_sub(1) / 2)?;
    Some((lower + upper) / 2.0)
}

/// How much of the group's season is to be believed of another member: the variance of its indices that is not noise, by
/// that and how far a member of the group is from it (an empirical Bayes estimate, as of James and Stein 1961).
///
/// A sibling is off by what its season differs from the group's and by the noise of its own indices; only the first part
/// speaks against believing.
fn share(said: &[Detrended], group: &[f64]) -> f64 {
    let off = said.iter().map(|sibling| {
        let differences = sibling.indices().into_iter().zip(group).map(|(own, group)| (own - group) * (own - group));
        mean(&differences.collect::<Vec<_>>())
    });
    // Medians again, so that one sibling that is different does not speak for all.
    let off = median(off.collect()).unwrap_or(0.0);
    let noise = median(said.iter().map(Detrended::noise).collect()).unwrap_or(0.0);
    let siblings = count(said.len());
    let between = (off - noise).max(0.0);
    // The group's own indices have the noise of so many siblings; a median has more of it than a mean, by half of pi.
    let own_noise = (noise.max(off) / siblings) * std::f64::consts::FRAC_PI_2;
    let strength = (mean(&group.iter().map(|index| index * index).collect::<Vec<_>>()) - own_noise).max(0.0);
    if strength <= 0.0 { 0.0 } else { strength / (strength + between + own_noise) }
}

impl Detrended {
    /// The variance of the mean of a phase, by how its figures differ from season to season; nothing if there is one season.
    fn noise(&self) -> f64 {
        let (mut squares, mut freedom, mut seasons) = (0.0, 0.0, 0.0);
        for figures in &self.phases {
            let centre = mean(figures);
            squares += figures.iter().map(|figure| (figure - centre) * (figure - centre)).sum::<f64>();
            freedom += count(figures.len()) - 1.0;
            seasons += count(figures.len()) / count(self.phases.len());
        }
        if freedom > 0.0 && seasons > 0.0 { squares / freedom / seasons } else { 0.0 }
    }
}

#[cfg(test)]
mod tests;
