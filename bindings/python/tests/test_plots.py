"""Pictures of forecasts are drawn without a warning, and show what they promise."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib
import pytest

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from crm_core import CrmError, Forecast, InvalidError, forecast, plots

START = datetime.date(2022, 1, 15)
Y: list[float | None] = [100.0 + month + (30 if month % 12 in (4, 5) else 0) + month * 7 % 11 for month in range(60)]


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    plt.close("all")


def drawn(ax: Any, folder: Path) -> int:
    path = folder / "picture.png"
    plots.save(ax, path)
    return path.stat().st_size


def lines(ax: Any) -> list[Any]:
    return list(ax.get_lines())


def labels(ax: Any) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_a_fan(tmp_path: Path) -> None:
    found = forecast.forecast(Y, horizon=12, key="pump", model="dot")
    ax = plots.fan(Y, found, actual=[200.0] * 12, start=START, unit="pieces")
    assert drawn(ax, tmp_path) > 10_000
    assert labels(ax) == ["95 % interval", "80 % interval", "history", f"forecast ({found.model})", "what came"]
    assert (ax.get_title(loc="left"), ax.get_ylabel()) == ("pump", "pieces")
    assert ax.get_ylim()[0] == 0
    history, mean = lines(ax)[:2]
    assert history.get_xdata()[0] == datetime.date(2022, 1, 1)
    # The forecast is joined to the last figure.
    assert list(mean.get_xdata())[:2] == [datetime.date(2026, 12, 1), datetime.date(2027, 1, 1)]
    assert list(mean.get_ydata()) == [Y[-1], *found.mean]


def test_a_fan_without_dates_and_with_gaps(tmp_path: Path) -> None:
    gaps = [*Y[:30], None, None, *Y[32:59], None]
    found = forecast.forecast(gaps, horizon=3, model="naive", levels=())
    ax = plots.fan(gaps, found, history=24)
    assert drawn(ax, tmp_path) > 5_000
    history, mean = lines(ax)
    assert (list(history.get_xdata())[0], list(mean.get_xdata())) == (37, [61, 62, 63])


def test_a_forecast_without_figures_is_not_drawn() -> None:
    short = forecast.forecast_many([[1.0]], horizon=3, model="seasonal_naive", levels=(), on_error="keep")[0]
    assert isinstance(short, Forecast)
    with pytest.raises(InvalidError) as caught:
        plots.fan([1.0], short)
    assert caught.value.field == "forecast"


def test_components(tmp_path: Path) -> None:
    axes = plots.components([None, *Y], start=START, title="pump", unit="pieces")
    assert drawn(axes[0], tmp_path) > 10_000
    assert [ax.get_ylabel() for ax in axes] == ["pieces", "trend", "season (factor)", "rest (factor)"]
    assert lines(axes[0])[0].get_xdata()[0] == datetime.date(2022, 2, 1)
    with pytest.raises(CrmError) as caught:
        plots.components(Y[:20])
    assert caught.value.kind == "insufficient_history"


def test_a_backtest_and_its_accuracy(tmp_path: Path) -> None:
    def last(y: list[float], horizon: int) -> list[float]:
        return [y[-1]] * horizon

    trial = forecast.backtest({"a": Y[::-1], "b": Y}, horizon=6, models=["naive", "dot", last], origins=3, step=6)
    ax = plots.backtest(trial, Y, key="b", start=START)
    assert drawn(ax, tmp_path) > 10_000
    assert labels(ax) == ["what came", "naive", "dot", "last", "origin"]
    ax = plots.backtest(trial, Y, key="b", models=["dot"])
    assert labels(ax) == ["what came", "dot", "origin"]
    with pytest.raises(InvalidError):
        plots.backtest(trial, Y, key="c")
    ax = plots.accuracy(trial, measure="smape", title="two pumps")
    assert drawn(ax, tmp_path) > 5_000
    names = [text.get_text() for text in ax.get_yticklabels()]
    best = min(trial.accuracy.to_pylist(), key=lambda row: float(row["smape"]))
    assert names[-1] == best["model"]
    assert ax.get_xlabel() == "sMAPE, percent"
    with pytest.raises(KeyError):
        plots.accuracy(trial, measure="beauty")
