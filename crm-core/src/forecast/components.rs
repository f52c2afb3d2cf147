//! A series taken apart into trend, season and the rest, to be looked at.

use super::season::{Joined, Season, centred_average};
use super::series::{Asked, Ready};
use super::types::{ForecastOptions, Series};
use crate::value::{Error, ErrorCode, Result};

value_struct! {
    /// A series and its parts, from its first figure on. Their product is the series if it is multiplicative, else their sum.
    #[derive(Default)]
    pub struct SeriesComponents {
        required {
            /// The figures; nothing where none was known.
            pub values: Vec<Option<f64>>,
            /// The centred moving average over a season, in the unit of the series; nothing at both ends.
            pub trend: Vec<Option<f64>>,
            /// The season: a factor around 1 if the parts are multiplied, else a summand around 0.
            pub season: Vec<f64>,
            /// What is left: a factor around 1, or a summand around 0; nothing where there is no figure or no trend.
            pub rest: Vec<Option<f64>>,
            /// Whether the parts are multiplied.
            pub is_multiplicative: bool,
        }
    }
}

/// Takes a series apart by classical decomposition: the trend is the centred moving average over a season, the season the
/// mean ratio (or difference) to it by phase (Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3.4).
/// The parts are multiplied where all figures are above zero and no index comes near it. Gaps are filled before.
///
/// ```
/// use crm_core::forecast::{Series, decompose};
/// let season = [80.0, 100.0, 120.0, 100.0];
/// let values = (0..16).map(|place| Some(season[place % 4])).collect();
/// let parts = decompose(&Series { values, ..Series::default() }, Some(4))?;
/// assert!(parts.is_multiplicative);
/// assert_eq!((parts.trend[0], parts.trend[2]), (None, Some(100.0)));
/// assert!((parts.season[0] - 0.8).abs() < 1e-12 && (parts.rest[2].unwrap_or(0.0) - 1.0).abs() < 1e-12);
/// # Ok::<(), crm_core::value::Error>(())
/// ```
///
/// # Errors
/// `InsufficientHistory` for less than two seasons, `OutOfRange` for `season_length` below 2 and for `values[i]`.
pub fn decompose(series: &Series, season_length: Option<u32>) -> Result<SeriesComponents> {
    let asked = Asked::of(&ForecastOptions { horizon: 1, season_length, ..ForecastOptions::default() })?;
    let length = asked.season_length;
    if length < 2 {
        return Err(Error::invalid(ErrorCode::OutOfRange, "season_length", "a season has two periods or more"));
    }
    let ready = Ready::of(series, &asked)?;
    let values = &ready.values;
    let Some(season) = Season::of(values, length) else {
        return Err(Error::insufficient_history("a decomposition", values.len(), length.saturating_mul(2)));
    };
    let (first, average) = centred_average(values, length);
    let trend_at = |place: usize| average.get(place.checked_sub(first)?).copied();
    let rest = season.taken_from(values);
    let times = season.joined == Joined::Times;
    let sized = |figure: f64| libm::ldexp(figure, ready.exponent);
    let observed = |place: usize| ready.observed.get(place).copied().unwrap_or(false);
    let rest_at = |(place, figure): (usize, &f64)| {
        let trend = trend_at(place).filter(|_| observed(place))?;
        Some(if times { figure / trend } else { sized(figure - trend) })
    };
    let phases = season.indices.iter().map(|index| if times { *index } else { sized(*index) });
    let known = |(place, figure): (usize, &f64)| observed(place).then(|| sized(*figure));
    Ok(SeriesComponents {
        values: values.iter().enumerate().map(known).collect(),
        trend: (0..values.len()).map(|place| trend_at(place).map(sized)).collect(),
        season: phases.cycle().take(values.len()).collect(),
        rest: rest.iter().enumerate().map(rest_at).collect(),
        is_multiplicative: times,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn series(values: Vec<Option<f64>>) -> Series {
        Series { values, ..Series::default() }
    }

    #[test]
    fn the_season_of_air_passengers_is_the_published_one() {
        // Box, Jenkins and Reinsel, series G, 1949 to 1951, in thousands.
        let air = [
            112.0, 118.0, 132.0, 129.0, 121.0, 135.0, 148.0, 148.0, 136.0, 119.0, 104.0, 118.0, 115.0, 126.0, 141.0,
            135.0, 125.0, 149.0, 170.0, 170.0, 158.0, 133.0, 114.0, 140.0, 145.0, 150.0, 178.0, 163.0, 172.0, 178.0,
            199.0, 199.0, 184.0, 162.0, 146.0, 166.0,
        ];
        let parts = decompose(&series(air.map(Some).to_vec()), None).unwrap();
        // R, decompose(AirPassengers)$trend[7:8]: 126.7917 127.2500.
        assert_eq!((parts.trend[5], parts.trend[30]), (None, None));
        assert!((parts.trend[6].unwrap() - 126.791_666_666).abs() < 1e-6, "{:?}", parts.trend[6]);
        assert!((parts.trend[7].unwrap() - 127.25).abs() < 1e-9);
        assert!(parts.is_multiplicative);
        assert_eq!(parts.season[0].to_bits(), parts.season[24].to_bits());
    }

    #[test]
    fn gaps_and_small_series_are_told() {
        let mut values: Vec<_> = (0..30_u32).map(|place| Some(f64::from(place % 12) - 3.0)).collect();
        values[10] = None;
        let parts = decompose(&series(values.clone()), None).unwrap();
        assert!(!parts.is_multiplicative);
        assert_eq!((parts.values[10], parts.rest[10]), (None, None));
        assert!(parts.trend[10].is_some());
        let error = decompose(&series(values[..23].to_vec()), None).unwrap_err();
        assert_eq!((error.kind(), error.code()), ("insufficient_history", ErrorCode::InsufficientHistory));
        assert_eq!(decompose(&series(values), Some(1)).unwrap_err().field(), Some("season_length"));
    }

    proptest! {
        #[test]
        fn the_parts_make_up_the_series(values in proptest::collection::vec(-1e6_f64..1e6, 24..60), positive: bool) {
            let values: Vec<_> = values.into_iter().map(|value| if positive { value.abs() + 1e5 } else { value }).collect();
            let parts = decompose(&series(values.iter().copied().map(Some).collect()), Some(6)).unwrap();
            for (place, value) in values.iter().enumerate() {
                if let (Some(trend), Some(rest)) = (parts.trend[place], parts.rest[place]) {
                    let season = parts.season[place];
                    let whole = if parts.is_multiplicative { trend * season * rest } else { trend + season + rest };
                    prop_assert!((whole - value).abs() < 1e-6, "{whole} is not {value}");
                }
            }
        }
    }
}
