"""Forecasts as an analyst without a database calls them."""

from __future__ import annotations

import copy
import datetime
import decimal
import fractions
import functools
import importlib
import io
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any

import pytest
from crm_core import (
    CrmError,
    ErrorCode,
    InsufficientHistoryError,
    InvalidError,
    ModelKind,
    ModelParameters,
    Problem,
    forecast,
)
from crm_core._progress import Bar

numpy: Any = importlib.import_module("numpy")
pandas: Any = importlib.import_module("pandas")
polars: Any = importlib.import_module("polars")
pyarrow: Any = importlib.import_module("pyarrow")

# Two years of international airline passengers in thousands (Box, Jenkins and Reinsel, series G, 1949 and 1950).
AIR = [112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118] + [115, 126, 141, 135, 125, 149, 170, 170, 158, 133, 114, 140]


def naive(y: Any, horizon: int = 3, **more: Any) -> list[float]:
    return forecast.forecast(y, horizon=horizon, model=more.pop("model", "seasonal_naive"), levels=(), **more).mean


def test_a_forecast_has_figures_and_its_model() -> None:
    found = forecast.forecast(AIR, horizon=14, model="seasonal_naive", levels=(), key="passengers")
    assert found.mean == [float(figure) for figure in (AIR[12:] + AIR[12:14])]
    assert (found.model, found.key, found.problem) == ("seasonal_naive", "passengers", None)
    assert repr(found).startswith("Forecast(key=\"passengers\", model=\"seasonal_naive\", horizon=14, mean=[115")
    assert len(repr(found)) < 150


def test_the_model_may_be_a_choice_and_its_parameters_fixed() -> None:
    mean = naive(AIR, model=ModelKind.WINDOW_AVERAGE, parameters=ModelParameters(window=3))
    assert mean == [(133 + 114 + 140) / 3] * 3


@pytest.mark.parametrize(
    "given",
    [
        tuple(AIR),
        deque(AIR),
        range(1, 25),
        (figure for figure in AIR),
        numpy.array(AIR),
        numpy.array(AIR, dtype="float32"),
        numpy.array(AIR, dtype=">i2"),
        numpy.ma.masked_array(AIR, mask=[False] * 24),
        [numpy.float32(figure) for figure in AIR],
        [numpy.int64(figure) for figure in AIR],
        pandas.Series(AIR, index=pandas.date_range("1949-01-01", periods=24, freq="MS")),
        pandas.Series(AIR, dtype="Int64"),
        pandas.Series([decimal.Decimal(figure) for figure in AIR]),
        polars.Series("passengers", AIR),
        polars.Series(AIR, dtype=polars.Decimal(10, 2)),
        pyarrow.array(AIR),
        pyarrow.chunked_array([AIR[:5], AIR[5:]]),
        [decimal.Decimal(figure) for figure in AIR],
        [fractions.Fraction(figure) for figure in AIR],
        memoryview(bytes(figure for figure in AIR)),
    ],
    ids=lambda given: type(given).__module__ + "." + type(given).__name__,
)
def test_figures_of_any_library(given: Any) -> None:
    expected = [22.0, 23.0] if isinstance(given, range) else [133.0, 114.0]
    assert naive(given, horizon=12)[9:11] == expected


class OnlyArray:
    """What has no list of its own, such as a data array of labels."""

    def __array__(self, dtype: object = None, copy: object = None) -> Any:
        return numpy.array(AIR)


def test_an_object_that_gives_an_array() -> None:
    assert naive(OnlyArray()) == [115.0, 126.0, 141.0]


@pytest.mark.parametrize(
    "missing",
    [
        None,
        float("nan"),
        numpy.nan,
        numpy.float32("nan"),
        pandas.NA,
        pandas.NaT,
        decimal.Decimal("NaN"),
    ],
    ids=repr,
)
def test_what_is_missing_is_not_zero(missing: Any) -> None:
    assert naive([5, 7, missing], model="naive") == [7.0] * 3
    found = forecast.forecast([5, missing, 7], horizon=1, model="naive", levels=())
    assert found.notes == ["1 gaps were filled"]


def test_columns_with_gaps() -> None:
    gaps: list[int | None] = [5, None, 7]
    for given in (pandas.Series(gaps, dtype="Int64"), pandas.Series(gaps), polars.Series(gaps), pyarrow.array(gaps)):
        assert forecast.forecast(given, horizon=1, model="naive", levels=()).notes == ["1 gaps were filled"]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ("7", ErrorCode.WRONG_TYPE),
        (True, ErrorCode.WRONG_TYPE),
        (numpy.bool_(True), ErrorCode.WRONG_TYPE),
        (float("inf"), ErrorCode.OUT_OF_RANGE),
        (-float("inf"), ErrorCode.OUT_OF_RANGE),
        (decimal.Decimal("-Infinity"), ErrorCode.OUT_OF_RANGE),
        (10**400, ErrorCode.OUT_OF_RANGE),
        (2e300, ErrorCode.OUT_OF_RANGE),
        (decimal.Decimal("1e400"), ErrorCode.OUT_OF_RANGE),
        ([1.0], ErrorCode.WRONG_TYPE),
        (numpy.array([1.0]), ErrorCode.WRONG_TYPE),
        (1j, ErrorCode.WRONG_TYPE),
        (datetime.date(2026, 1, 1), ErrorCode.WRONG_TYPE),
        (numpy.datetime64("2026-01-01"), ErrorCode.WRONG_TYPE),
        (object(), ErrorCode.WRONG_TYPE),
    ],
    ids=lambda given: repr(given)[:30],
)
def test_what_is_no_figure_is_refused_with_its_place(wrong: Any, code: ErrorCode) -> None:
    with pytest.raises(InvalidError) as caught:
        naive([1.0, 2.0, wrong])
    assert (caught.value.code, caught.value.field) == (code, "values[2]")
    with pytest.raises(InvalidError) as caught:
        forecast.forecast_many([[1.0], [1.0, wrong]], horizon=1, model="naive", levels=())
    assert (caught.value.code, caught.value.field) == (code, "series[1].values[1]")


@pytest.mark.parametrize("given", ["112", b"112", 112, None, {"a": 1}, {1, 2}], ids=repr)
def test_what_is_no_list_is_a_type_error(given: Any) -> None:
    with pytest.raises(TypeError, match="values: expected a list of figures"):
        naive(given)


def test_an_array_of_two_dimensions_is_not_one_series() -> None:
    with pytest.raises(InvalidError) as caught:
        naive(numpy.ones((3, 4)))
    assert caught.value.field == "values[0]"


def test_too_little_history_has_a_class_of_its_own() -> None:
    assert forecast.InsufficientHistory is forecast.InsufficientHistoryError is InsufficientHistoryError
    for short in ([], [None], AIR[:11]):
        with pytest.raises(forecast.InsufficientHistoryError) as caught:
            naive(short)
        assert isinstance(caught.value, CrmError)
        assert caught.value.code == ErrorCode.INSUFFICIENT_HISTORY
        assert caught.value.problems[0].data["observations"] == str(0 if len(short) < 2 else 11)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"horizon": 0}, "horizon"),
        ({"horizon": 100_000}, "horizon"),
        ({"season_length": 0}, "season_length"),
        ({"levels": [80, 100]}, "levels[1]"),
        ({"levels": [0]}, "levels[0]"),
        ({"levels": [float("nan")]}, "levels[0]"),
        ({"model": "arima"}, "model"),
        ({"parameters": ModelParameters(alpha=1.5)}, "parameters.alpha"),
    ],
    ids=str,
)
def test_options_out_of_range(given: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as caught:
        forecast.forecast(AIR, **{"horizon": 3, **given})
    assert caught.value.field == field
    with pytest.raises(InvalidError) as caught:
        forecast.forecast_many([], **{"horizon": 3, **given})
    assert caught.value.field == field


def test_a_forecast_can_be_pickled_and_copied() -> None:
    found = forecast.forecast(AIR, horizon=3, model="dot", key="x")
    for again in (pickle.loads(pickle.dumps(found)), copy.deepcopy(found), type(found).from_json(found.to_json())):
        assert again == found
        assert (again.lower, again.upper) == (found.lower, found.upper)


def test_many_series_come_back_in_their_order() -> None:
    series = [[float(place)] * 3 for place in range(1000)]
    heard: list[tuple[int, int]] = []
    found = forecast.forecast_many(
        series, horizon=2, model="naive", levels=(), threads=2, progress=lambda done, of: heard.append((done, of))
    )
    assert [one.mean for one in found] == [[float(place)] * 2 for place in range(1000)]
    assert heard[-1] == (1000, 1000)
    assert heard == sorted(set(heard))


def test_series_of_a_dict_and_groups_keep_their_places() -> None:
    series = {f"k{place}": [float(place)] * 3 for place in range(300)}
    groups = {f"k{place}": f"g{place % 7}" for place in range(200)}
    found = forecast.forecast_many(series, horizon=1, model="naive", levels=(), groups=groups)
    assert [(one.key, one.mean) for one in found] == [(key, values[:1]) for key, values in series.items()]


def test_an_array_of_two_dimensions_is_a_series_a_row() -> None:
    found = forecast.forecast_many(numpy.array([AIR, AIR[::-1]]), horizon=1, levels=(), model="naive", keys=["a", "b"])
    assert [(one.key, one.mean) for one in found] == [("a", [140.0]), ("b", [112.0])]


def tables(columns: dict[str, list[Any]]) -> list[Any]:
    return [pandas.DataFrame(columns), polars.DataFrame(columns), pyarrow.table(columns)]


def test_a_wide_table_has_a_series_a_column() -> None:
    months = [datetime.date(2026, 3, 1), datetime.date(2026, 1, 31), datetime.date(2026, 4, 2)]
    for table in tables({"month": months, "pump": [3.0, 1.0, 4.0], "valve": [30.0, 10.0, None]}):
        found = forecast.forecast_many(table, horizon=1, model="drift", levels=(), period="month")
        # January 1, (February missing), March 3, April 4: the drift is one a month.
        assert found[0].key == "pump"
        assert found[0].mean[0] == pytest.approx(5.0)
        assert found[1].key == "valve"
        without = forecast.forecast_many(table, horizon=1, model="naive", levels=(), period="month", absent="zero")
        assert "1 gaps were filled" in without[1].notes  # April, which stands there and is empty


def test_a_long_table_is_put_into_order() -> None:
    columns: dict[str, list[Any]] = {
        "item": ["a", "b", "a", "a", "b"],
        "month": ["2026-03", "2026-01", "2026-01", "2026-04-30", "2026-02"],
        "sold": [3, 10, 1, 4, 20],
        "family": ["x", "y", "x", "x", "y"],
    }
    asked: dict[str, Any] = {"horizon": 1, "levels": (), "id": "item", "value": "sold"}
    for table in tables(columns):
        found = forecast.forecast_many(table, period="month", model="naive", groups="family", **asked)
        assert [(one.key, one.mean) for one in found] == [("a", [4.0]), ("b", [20.0])]
        # `b` was not sold in March and April, `a` not in February.
        zero = forecast.forecast_many(table, period="month", absent="zero", model="historic_average", **asked)
        assert [one.mean for one in zero] == [[(1 + 0 + 3 + 4) / 4], [(10 + 20 + 0 + 0) / 4]]
        as_it_stands = forecast.forecast_many(table, model="naive", **asked)
        assert [one.mean for one in as_it_stands] == [[4.0], [20.0]]


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"id": "item"}, ErrorCode.REQUIRED, "value"),
        ({"value": "sold"}, ErrorCode.REQUIRED, "id"),
        ({"id": "item", "value": "sale"}, ErrorCode.UNKNOWN_FIELD, "value"),
        ({"id": "item", "value": "sold", "period": "month"}, ErrorCode.DUPLICATE_KEY, "period[1]"),
        ({"id": "item", "value": "sold", "period": "item"}, ErrorCode.WRONG_TYPE, "period[0]"),
        ({"id": "item", "value": "sold", "period": "far"}, ErrorCode.TOO_MANY, "period"),
        ({"id": "item", "value": "sold", "groups": "family"}, ErrorCode.DUPLICATE_KEY, "groups[1]"),
        ({"id": "item", "value": "sold", "keys": ["a"]}, ErrorCode.NOT_ALLOWED, "keys"),
        ({"id": "item", "value": "sold", "absent": "nought"}, ErrorCode.NOT_IN_PICKLIST, "absent"),
        ({"id": "item", "value": "sold", "on_error": "ignore"}, ErrorCode.NOT_IN_PICKLIST, "on_error"),
        ({"id": "item", "value": "item"}, ErrorCode.WRONG_TYPE, "series[0].values[0]"),
    ],
    ids=str,
)
def test_a_long_table_that_cannot_be_read(given: dict[str, Any], code: ErrorCode, field: str) -> None:
    day = datetime.date(2026, 1, 1)
    table = pandas.DataFrame(
        {
            "item": ["a", "a"],
            "month": [day, day.replace(day=2)],
            "sold": [1, 2],
            "family": ["x", "y"],
            "far": [0, 10**6],
        }
    )
    with pytest.raises(InvalidError) as caught:
        forecast.forecast_many(table, horizon=1, model="naive", levels=(), **given)
    assert (caught.value.code, caught.value.field) == (code, field)


def test_lists_of_names_must_be_as_long_as_the_series() -> None:
    for field in ("keys", "groups"):
        with pytest.raises(InvalidError) as caught:
            forecast.forecast_many([AIR], horizon=1, model="naive", levels=(), **{field: ["a", "b"]})  # type: ignore[arg-type]
        assert caught.value.field == field


def test_a_series_that_cannot_be_forecast_is_raised_or_kept() -> None:
    series = [AIR, AIR[:4], [1.0] * 5 + [float("inf")]]
    asked: dict[str, Any] = {"horizon": 2, "model": "seasonal_naive", "levels": ()}
    with pytest.raises(InsufficientHistoryError) as caught:
        forecast.forecast_many(series, **asked)
    assert caught.value.field == "series[1].values"
    with pytest.raises(InvalidError) as refused:
        forecast.forecast_many(series[2:], **asked)
    assert refused.value.field == "series[0].values[5]"
    kept = forecast.forecast_many(series, on_error="keep", **asked)
    assert [one.problem.code if one.problem else None for one in kept] == [
        None,
        ErrorCode.INSUFFICIENT_HISTORY,
        ErrorCode.OUT_OF_RANGE,
    ]
    assert kept[1].mean == []
    assert "problem=insufficient_history" in repr(kept[1])


def test_threads_and_progress_are_checked() -> None:
    for threads in (0, 257):
        with pytest.raises(InvalidError) as caught:
            forecast.forecast_many([AIR], horizon=1, threads=threads)
        assert caught.value.field == "threads"
    with pytest.raises(InvalidError) as wrong:
        forecast.forecast_many([AIR], horizon=1, progress=7)  # type: ignore[arg-type]
    assert wrong.value.field == "progress"


def test_an_error_of_the_listener_ends_the_run() -> None:
    def heard(done: int, of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        forecast.forecast_many([AIR] * 1000, horizon=1, model="naive", levels=(), progress=heard)


LONG = """
import sys
from crm_core import forecast
series = [[float(i % 12 + i * k % 17) for i in range(144)] for k in range(100_000)]
print("begins", flush=True)
try:
    forecast.forecast_many(series, horizon=12, model="auto", threads=2)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a signal of another kind")
def test_a_long_run_is_interrupted_from_the_keyboard() -> None:
    with subprocess.Popen([sys.executable, "-c", LONG], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "begins\n"
        time.sleep(0.5)
        run.send_signal(signal.SIGINT)
        rest, _ = run.communicate(timeout=20)
    assert (rest, run.returncode) == ("interrupted\n", 0)


def last_three(y: list[float], horizon: int) -> list[float]:
    """A model of the user: the mean of the last three figures."""
    if len(y) < 3:
        raise InsufficientHistoryError([Problem(ErrorCode.INSUFFICIENT_HISTORY, "three figures are needed")])
    return [sum(y[-3:]) / 3] * horizon


def test_a_function_is_a_model() -> None:
    found = forecast.forecast(AIR, horizon=2, model=last_three)
    assert found.mean == [pytest.approx(129.0)] * 2
    assert found.model == "last_three"
    assert set(found.lower) == {80, 95}
    assert found.lower[95][0] <= found.lower[80][0] < 129 < found.upper[80][0] <= found.upper[95][0]
    for threads in (1, 2):
        many = forecast.forecast_many([AIR, AIR[:2], AIR[:5]], horizon=1, model=last_three, levels=(), threads=threads, on_error="keep")
        assert [one.mean for one in many] == [[pytest.approx(129.0)], [], [pytest.approx((132 + 129 + 121) / 3)]]
        assert many[1].problem is not None and many[1].problem.code == ErrorCode.INSUFFICIENT_HISTORY


def test_a_function_sees_the_figures_as_they_are() -> None:
    seen: list[list[float]] = []

    def model(y: list[float], horizon: int) -> Any:
        seen.append(y)
        return numpy.full(horizon, 7)

    found = forecast.forecast([1e6, None, 3e6 + 0.1], horizon=2, model=model, levels=())
    assert seen == [[1e6, 1e6, 3e6 + 0.1]]
    assert (found.mean, found.model) == ([7.0, 7.0], "model")


class Named:
    name = "three months"

    def __call__(self, y: list[float], horizon: int) -> list[float]:
        return last_three(y, horizon)


def test_what_a_function_is_called() -> None:
    assert forecast.forecast(AIR, horizon=1, model=Named(), levels=()).model == "three months"
    assert forecast.forecast(AIR, horizon=1, model=functools.partial(last_three), levels=()).model == "partial"


def test_what_a_function_raises_is_what_the_caller_gets() -> None:
    def fails(y: list[float], horizon: int) -> list[float]:
        raise ZeroDivisionError("by nought")

    for threads in (1, 2):
        with pytest.raises(ZeroDivisionError, match="by nought"):
            forecast.forecast_many([AIR] * 10, horizon=1, model=fails, levels=(), threads=threads)
    with pytest.raises(ZeroDivisionError, match="by nought"):
        forecast.forecast(AIR, horizon=1, model=fails)


@pytest.mark.parametrize(
    "given", [[1.0], [1.0] * 3, [1.0, float("nan")], [1.0, float("inf")], [1.0, None]], ids=repr
)
def test_a_function_that_gives_something_else_is_refused(given: list[Any]) -> None:
    with pytest.raises(InvalidError) as caught:
        forecast.forecast(AIR, horizon=2, model=lambda y, horizon: given, levels=())
    assert (caught.value.code, caught.value.field) == (ErrorCode.OUT_OF_RANGE, "model")


def test_a_function_that_gives_no_list_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="expected a list of figures, not int"):
        forecast.forecast(AIR, horizon=2, model=lambda y, horizon: 7, levels=())  # type: ignore[arg-type, return-value]
    with pytest.raises(TypeError, match="model: expected"):
        forecast.forecast(AIR, horizon=2, model=7)  # type: ignore[arg-type]


def test_other_threads_go_on() -> None:
    stop, count = threading.Event(), 0

    def work() -> None:
        nonlocal count
        while not stop.is_set():
            count += 1

    thread = threading.Thread(target=work)
    thread.start()
    try:
        before = count
        forecast.forecast_many([[float(i % 12 + i) for i in range(96)]] * 64, horizon=12, model="dot", levels=())
        assert count > before + 1000
    finally:
        stop.set()
        thread.join()


def test_the_bar_says_how_far_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    bar = Bar(8, "series", io.StringIO())
    assert bar.line(4, 3.0).rstrip() == "[" + "#" * 15 + "-" * 15 + "]  50%  4/8 series  3 s, 3 s left"
    assert bar.line(8, 6.0).rstrip() == "[" + "#" * 30 + "] 100%  8/8 series  6 s"
    forecast.forecast_many([AIR] * 70, horizon=1, model="naive", levels=(), progress=True)
    assert "100%  70/70 series" in capsys.readouterr().err


def test_forecasts_as_a_table() -> None:
    found = forecast.forecast_many({"a": AIR, "b": AIR[::-1]}, horizon=2, model="naive", levels=())
    table = forecast.to_table(found)
    assert table.column_names == ["key", "step", "model", "mean"]
    assert (len(table), table.num_rows, table["mean"]) == (4, 4, [140.0, 140.0, 112.0, 112.0])
    assert table.to_pylist()[1] == {"key": "a", "step": 2, "model": "naive", "mean": 140.0}
    assert table.to_pydict()["step"] == [1, 2, 1, 2]
    assert repr(table).splitlines()[:2] == ["key  step  model      mean", "a       1  naive  140.0000"]
    with pytest.raises(KeyError):
        table["median"]
    arrow = pyarrow.table(table)
    assert arrow.to_pydict() == table.to_pydict()
    assert str(arrow.schema.field("mean").type) == "double"
    assert pandas.DataFrame.from_arrow(table).to_dict("list") == table.to_pydict()
    assert polars.DataFrame(table).to_dict(as_series=False) == table.to_pydict()
    assert pyarrow.schema(table) == arrow.schema


def test_a_stream_of_a_table_can_be_read_often_or_never() -> None:
    table = forecast.to_table(forecast.forecast_many([AIR] * 50, horizon=12, model="naive", levels=()))
    for _ in range(100):
        table.__arrow_c_stream__()
        assert pyarrow.table(table).num_rows == 600
    empty = forecast.to_table([])
    assert pyarrow.table(empty).num_rows == 0
    assert repr(empty) == "key  step  model  mean"


CASES = Path(__file__).parents[2] / "conformance" / "forecast.tsv"


def figures(text: str) -> list[float | None]:
    return [float(figure) if figure else None for figure in text.split(",")] if text else []


@pytest.mark.skipif(not CASES.exists(), reason="the cases are not here")
def test_python_forecasts_what_rust_does() -> None:
    lines = CASES.read_text(encoding="utf-8").splitlines()
    assert len(lines) >= 150
    for line in lines:
        key, model, horizon, season_length, levels, values, told, *ends = line.split("\t")
        asked = [float(level) for level in levels.split(",") if level]
        options: dict[str, Any] = {"horizon": int(horizon), "season_length": int(season_length), "levels": asked}
        try:
            found = forecast.forecast(figures(values), model=model, **options)
        except CrmError as error:
            assert (error.code.value, ends) == (told, []), f"{key} {model}"
            continue
        assert found.model == told, f"{key} {model}"
        expected = [figures(cell) for cell in ends]
        intervals = [figures for level in asked[: len(found.intervals)] for figures in (found.lower[level], found.upper[level])]
        for one, other in zip([found.mean, *intervals], expected, strict=True):
            assert one == pytest.approx(other, rel=1e-9, abs=1e-9), f"{key} {model}"
