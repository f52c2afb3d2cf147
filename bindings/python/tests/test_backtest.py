"""Models on trial: those of the engine, formulas and functions beside each other."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from crm_core import (
    ErrorCode,
    ForecastFormula,
    ForecastModel,
    FormulaRange,
    InsufficientHistoryError,
    InvalidError,
    ModelKind,
    Problem,
    forecast,
)

pandas: Any = importlib.import_module("pandas")
polars: Any = importlib.import_module("polars")
pyarrow: Any = importlib.import_module("pyarrow")

# 4 seasons of 4 periods: 10, 20, 30, 40, one more each season.
Y = [10.0 * (place % 4 + 1) + place // 4 for place in range(16)]


def last(y: list[float], horizon: int) -> list[float]:
    return [y[-1]] * horizon


def test_built_in_models_formulas_and_functions_beside_each_other() -> None:
    formula = ForecastFormula("one more", [FormulaRange(1, "seasonal_naive + 1")])
    models: list[ForecastModel] = ["naive", ModelKind.SEASONAL_NAIVE, formula, last]
    found = forecast.backtest([Y], horizon=4, season_length=4, models=models, origins=2, step=4)
    assert found.accuracy["model"] == ["naive", "seasonal_naive", "one more", "last"]
    mae = dict(zip(found.accuracy["model"], found.accuracy["mae"], strict=True))
    assert mae["one more"] == pytest.approx(0)
    assert mae["seasonal_naive"] == pytest.approx(1)
    assert mae["naive"] == mae["last"] == pytest.approx((29 + 19 + 9 + 1) / 4)
    assert found.accuracy["windows"] == [2] * 4
    assert len(found) == 4 * 2 * 4
    first = found.to_pylist()[0]
    assert first == {
        "series": 0,
        "key": None,
        "model": "naive",
        "origin": 8,
        "step": 1,
        "actual": 12.0,
        "forecast": 41.0,
    }
    assert repr(found).startswith("BacktestTable with 32 rows, 0 problems; accuracy:\nmodel")


def test_what_was_said_and_what_came_are_those_of_the_series() -> None:
    found = forecast.backtest({"a": Y, "b": Y[::-1]}, horizon=3, season_length=4, models=["seasonal_naive"], origins=5)
    for row in found.to_pylist():
        y = Y if row["key"] == "a" else Y[::-1]
        place = row["origin"] + row["step"] - 1
        assert row["actual"] == y[place]
        assert row["forecast"] == pytest.approx(y[row["origin"] - 4 + row["step"] - 1])


def test_the_tables_are_read_through_arrow() -> None:
    found = forecast.backtest([Y * 5], horizon=2, season_length=4, models=["dot"], origins=3, levels=(80, 97.5))
    assert found.column_names[-4:] == ["lower_80", "upper_80", "lower_97.5", "upper_97.5"]
    for table in (found, found.rows, found.accuracy, found.accuracy_by_series, found.problems):
        assert pyarrow.table(table).to_pydict() == table.to_pydict()
        assert pandas.DataFrame.from_arrow(table).shape == (table.num_rows, len(table.column_names))
        assert polars.DataFrame(table).columns == table.column_names
    measures = set(found.accuracy.column_names)
    assert {"smape", "mase", "rmsse", "bias", "coverage_80", "coverage_97.5", "pinball_0.1", "pinball_0.9875"} <= measures
    assert found.accuracy_by_series.column_names[:3] == ["series", "key", "model"]


def test_models_have_the_names_of_a_dict() -> None:
    models: dict[str, Any] = {"short": last, "season": "seasonal_naive"}
    found = forecast.backtest([Y], horizon=4, season_length=4, models=models)
    assert found.accuracy["model"] == ["short", "season"]
    with pytest.raises(InvalidError) as caught:
        forecast.backtest([Y], horizon=4, models=["naive", "naive"])
    assert (caught.value.code, caught.value.field) == (ErrorCode.DUPLICATE_KEY, "models[1]")


def test_a_model_that_says_nothing_has_a_problem() -> None:
    def needs_ten(y: list[float], horizon: int) -> list[float]:
        if len(y) < 10:
            raise InsufficientHistoryError([Problem(ErrorCode.INSUFFICIENT_HISTORY, "ten are needed")])
        return last(y, horizon)

    found = forecast.backtest([Y], horizon=4, models=[needs_ten, "naive"], origins=2, step=4, keys=["pump"])
    assert found.accuracy["windows"] == [1, 2]
    problem = found.problems.to_pylist()[0]
    assert (problem["key"], problem["model"], problem["origin"]) == ("pump", "needs_ten", 8)
    assert problem["code"] == "insufficient_history"
    assert forecast.backtest([Y[:3]], horizon=4, models=["naive"]).problems.num_rows == 1


def test_what_a_function_raises_ends_the_backtest() -> None:
    def fails(y: list[float], horizon: int) -> list[float]:
        raise LookupError("no such thing")

    for threads in (1, 2):
        with pytest.raises(LookupError, match="no such thing"):
            forecast.backtest([Y] * 20, horizon=2, models=["naive", fails], threads=threads)


def test_a_function_that_gives_something_else_has_a_problem() -> None:
    found = forecast.backtest([Y], horizon=2, models={"short": lambda y, horizon: [1.0]})
    assert found.problems["code"] == ["out_of_range"]
    assert found.accuracy["mae"] == [None]


def test_a_backtest_is_the_same_on_any_number_of_threads() -> None:
    series = [[value + place * (step % 5) for step, value in enumerate(Y * 3)] for place in range(12)]
    heard: list[tuple[int, int]] = []
    asked: dict[str, Any] = {"horizon": 4, "season_length": 4, "models": ["auto", last], "origins": 2}
    one = forecast.backtest(series, **asked)
    two = forecast.backtest(series, threads=2, progress=lambda done, of: heard.append((done, of)), **asked)
    assert one.to_pydict() == two.to_pydict()
    assert one.accuracy.to_pydict() == two.accuracy.to_pydict()
    assert heard[-1] == (12, 12)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"horizon": 0}, "horizon"),
        ({"origins": 0}, "origins"),
        ({"step": 0}, "step"),
        ({"models": []}, "models"),
        ({"models": ["arima"]}, "models[0]"),
        ({"levels": [100]}, "levels[0]"),
        ({"threads": 0}, "threads"),
        ({"models": ["naive", ForecastFormula("f", [FormulaRange(1, "last +")])]}, "models[1].ranges[0].formula"),
    ],
    ids=str,
)
def test_what_is_out_of_range(given: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as caught:
        forecast.backtest([Y], **{"horizon": 4, "models": ["naive"], **given})
    assert caught.value.field == field


def test_a_formula_is_a_model_of_a_forecast() -> None:
    formula = ForecastFormula("ramp", [FormulaRange(1, "last * 2", to_period=2), FormulaRange(3, "previous + step")])
    found = forecast.forecast([5.0, 1e6], horizon=4, model=formula, levels=())
    assert (found.model, found.mean) == ("ramp", [2e6, 2e6, 2e6 + 3, 2e6 + 7])
    many = forecast.forecast_many([[5.0, 1e6], [3.0]], horizon=1, model=formula, levels=())
    assert [one.mean for one in many] == [[2e6], [6.0]]


def test_a_tree_fits_together_exactly() -> None:
    nodes = [
        forecast.TreeSeries("all"),
        forecast.TreeSeries("a", parent="all", values=[1.0, 2.0, 2.3]),
        forecast.TreeSeries("b", parent="all", values=[5.0, 4.0, 4.4]),
    ]
    options = forecast.HierarchyOptions(forecast.ForecastOptions(2, levels=[], model=ModelKind.NAIVE), digits=0)
    found = forecast.forecast_tree(nodes, options)
    mean = {node.key: node.mean for node in found.nodes}
    assert mean["all"] == [pytest.approx(6.7)] * 2
    amounts = {node.key: node.amounts for node in found.nodes}
    assert [a + b for a, b in zip(amounts["a"], amounts["b"], strict=True)] == amounts["all"]
    assert [int(amount) for amount in amounts["all"]] == [7, 7]
    with pytest.raises(InvalidError) as caught:
        forecast.forecast_tree([*nodes, nodes[1]], options)
    assert (caught.value.code, caught.value.field) == (ErrorCode.DUPLICATE_KEY, "nodes[3].key")


def test_the_accuracy_of_forecasts_that_were_made_elsewhere() -> None:
    check = forecast.ForecastCheck(history=[1.0, 2.0, 4.0], actual=[5.0, None], mean=[4.0, 9.0])
    found = forecast.forecast_accuracy([check], season_length=1)
    # The mean change is 1.5; 200 * 1 / 9 percent.
    assert (found.mae, found.periods) == (1.0, 1)
    assert found.mase == pytest.approx(1 / 1.5)
    assert found.smape == pytest.approx(200 / 9)
