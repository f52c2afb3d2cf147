"""Forecasts of monthly figures: series models, intervals that hold, backtests. No database is needed.

    >>> from crm_core.forecast import forecast
    >>> sales = [112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118]
    >>> forecast(sales, horizon=2, model="seasonal_naive", levels=()).mean
    [112.0, 118.0]

Figures come from lists, numpy, pandas, polars or pyarrow, decimals too; ``None`` and NaN are missing figures, which are not
zeros. Results are plain objects, and tables that pandas, polars, pyarrow and duckdb read through Arrow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from . import _frames, _progress
from ._native import (
    Accuracy,
    Analogue,
    BaseForecast,
    DemandPattern,
    ErrorCode,
    Forecast,
    ForecastCalendar,
    ForecastCheck,
    ForecastFormula,
    ForecastInput,
    ForecastInterval,
    ForecastOptions,
    FormulaRange,
    HierarchyForecast,
    HierarchyOptions,
    ModelKind,
    ModelParameters,
    MovingHoliday,
    NodeForecast,
    PartialPeriod,
    PeriodFigure,
    Predecessor,
    ReconcileOptions,
    Reconciliation,
    Series,
    SeriesComponents,
    Table,
    TreeSeries,
    backtest_list,
    decompose_series,
    demand_pattern,
    forecast_accuracy,
    forecast_list,
    forecast_one,
    forecast_table,
    forecast_tree,
    raise_problem,
    reconcile_forecasts,
    tree_table,
    working_days,
)
from .exceptions import InsufficientHistory, InsufficientHistoryError
from .types import ForecastModel, ManySeries, SeriesValues

__all__ = [
    "Accuracy",
    "Analogue",
    "BacktestTable",
    "BaseForecast",
    "DemandPattern",
    "Forecast",
    "ForecastCalendar",
    "ForecastCheck",
    "ForecastFormula",
    "ForecastInput",
    "ForecastInterval",
    "ForecastOptions",
    "FormulaRange",
    "HierarchyForecast",
    "HierarchyOptions",
    "InsufficientHistory",
    "InsufficientHistoryError",
    "ModelKind",
    "ModelParameters",
    "MovingHoliday",
    "NodeForecast",
    "PartialPeriod",
    "PeriodFigure",
    "Predecessor",
    "ReconcileOptions",
    "Reconciliation",
    "Series",
    "SeriesComponents",
    "Table",
    "TreeSeries",
    "backtest",
    "decompose",
    "demand_pattern",
    "forecast",
    "forecast_accuracy",
    "forecast_many",
    "forecast_tree",
    "reconcile_forecasts",
    "to_table",
    "tree_table",
    "working_days",
]


def forecast(
    y: SeriesValues,
    *,
    horizon: int,
    season_length: int = 12,
    levels: Iterable[float] = (80, 95),
    model: ForecastModel = "auto",
    parameters: ModelParameters | None = None,
    non_negative: bool | None = None,
    calendar: ForecastCalendar | None = None,
    partial_period: PartialPeriod | None = None,
    key: str | None = None,
) -> Forecast:
    """Forecasts one series.

    ``y`` has one figure a period, the oldest first. The result has ``mean``, ``lower[level]`` and ``upper[level]`` with a
    figure for each of ``horizon`` periods, and the ``model`` that made it. ``season_length`` is the number of periods of a
    season, 1 for none; ``levels`` are the levels of the intervals in percent, ``()`` for none; ``parameters`` fixes what
    would be fitted. Without ``non_negative`` nothing below zero is forecast where no figure is below zero. ``y`` may be a
    ``Series``, which tells more: its start, stock-outs, returns, how much of its last period has passed, what it replaces;
    ``calendar`` has working days and moving holidays, ``partial_period`` says what becomes of a period that is not over.

    Raises ``InsufficientHistoryError`` if the series is too short for the model or for its intervals, ``InvalidError`` with
    the field for what is out of range or no figure (``values[3]``).
    """
    return forecast_one(
        y,
        horizon=horizon,
        season_length=season_length,
        levels=list(levels),
        model=model,
        parameters=parameters,
        non_negative=non_negative,
        calendar=calendar,
        partial_period=partial_period,
        key=key,
    )


def forecast_many(
    series: ManySeries,
    *,
    horizon: int,
    season_length: int = 12,
    levels: Iterable[float] = (80, 95),
    model: ForecastModel = "auto",
    parameters: ModelParameters | None = None,
    non_negative: bool | None = None,
    calendar: ForecastCalendar | None = None,
    partial_period: PartialPeriod | None = None,
    threads: int = 1,
    progress: bool | Callable[[int, int], object] | None = None,
    on_error: Literal["raise", "keep"] = "raise",
    keys: Iterable[Any] | None = None,
    groups: Any = None,
    id: str | None = None,
    value: str | None = None,
    period: str | None = None,
    absent: Literal["missing", "zero"] = "missing",
) -> list[Forecast]:
    """Forecasts many series, in their order; each forecast has the ``key`` of its series.

    ``series`` is a list of series, a dict of them by key, an array of two dimensions (a row is a series), or a table of
    pandas, polars or pyarrow. A wide table has a series in each column but ``period``; a long one names the columns of
    ``id`` and ``value``. With ``period`` (a date, which stands for its month, a text such as ``2024-05`` or a whole number)
    the rows are brought into order, and each series goes from its first period to the last one of the table: periods that
    are not there are ``absent``, ``"missing"`` or ``"zero"``. ``keys`` names the series of a list.

    Series of one group lend each other their season and their errors where one alone is too short: ``groups`` has the group
    of each series, a dict from key to group, or names a column of a long table.

    ``progress=True`` draws a bar; a function hears how many are done, and of how many. ``on_error="keep"`` puts the
    ``problem`` of a series that cannot be forecast into its place; else the first one is raised.

    Raises as ``forecast`` does, with the place before the field: ``series[7].values[3]``.
    """
    _choice("on_error", on_error, ("raise", "keep"))
    many = _frames.many(series, keys=keys, groups=groups, id=id, value=value, period=period, absent=absent)
    found = list(many.series) if progress else many.series
    forecasts = forecast_list(
        found,
        horizon=horizon,
        season_length=season_length,
        levels=list(levels),
        model=model,
        parameters=parameters,
        non_negative=non_negative,
        calendar=calendar,
        partial_period=partial_period,
        keys=many.keys,
        groups=many.groups,
        threads=threads,
        heard=_progress.listener(progress, len(found), "series") if isinstance(found, list) else None,
    )
    if on_error == "raise":
        for place, one in enumerate(forecasts):
            if one.problem is not None:
                raise_problem(one.problem, f"series[{place}]")
    return forecasts


class BacktestTable:
    """What models would have said at earlier origins, beside what came: a table with a row for each series, model, origin and
    step. pandas, polars, pyarrow and duckdb read it through Arrow.

    The columns: ``series`` (its place, from 0), ``key``, ``model``, ``origin`` (how many periods were known), ``step`` (from
    1), ``actual``, ``forecast``, and ``lower_80``, ``upper_80`` for each level.
    """

    def __init__(self, rows: Table, accuracy: Table, accuracy_by_series: Table, problems: Table) -> None:
        self.rows = rows
        """The table itself."""
        self.accuracy = accuracy
        """How good each model was over all series, a row each: ``model``, ``windows``, ``periods``, ``smape`` (percent),
        ``mase``, ``rmsse``, ``bias`` (0.1 is 10 % too much), ``mae``, ``rmse``, ``wape``, ``total_wape``, and for each level
        ``coverage_80`` (a share), ``total_coverage_80``, ``width_80``, ``winkler_80``, ``msis_80``, ``pinball_0.1``."""
        self.accuracy_by_series = accuracy_by_series
        """The same for each series and model, with ``series`` and ``key``."""
        self.problems = problems
        """What was not said and why: ``series``, ``key``, ``model``, ``origin``, ``code``, ``field``, ``message``."""

    @property
    def column_names(self) -> list[str]:
        """The names of the columns, in their order."""
        return self.rows.column_names

    @property
    def num_rows(self) -> int:
        """How many rows there are."""
        return self.rows.num_rows

    def to_pydict(self) -> dict[str, list[Any]]:
        """The columns by their names."""
        return self.rows.to_pydict()

    def to_pylist(self) -> list[dict[str, Any]]:
        """The rows, each as a dict."""
        return self.rows.to_pylist()

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, name: str) -> list[Any]:
        return self.rows[name]

    def __arrow_c_schema__(self) -> Any:
        return self.rows.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        return self.rows.__arrow_c_stream__(requested_schema)

    def __repr__(self) -> str:
        head = f"BacktestTable with {len(self)} rows, {len(self.problems)} problems; accuracy:"
        return f"{head}\n{self.accuracy!r}"


def backtest(
    series: ManySeries,
    *,
    horizon: int,
    models: Iterable[ForecastModel] | Mapping[str, ForecastModel] = ("auto", "seasonal_naive"),
    season_length: int = 12,
    origins: int = 1,
    step: int = 1,
    levels: Iterable[float] = (),
    parameters: ModelParameters | None = None,
    non_negative: bool | None = None,
    calendar: ForecastCalendar | None = None,
    threads: int = 1,
    progress: bool | Callable[[int, int], object] | None = None,
    keys: Iterable[Any] | None = None,
    id: str | None = None,
    value: str | None = None,
    period: str | None = None,
    absent: Literal["missing", "zero"] = "missing",
) -> BacktestTable:
    """Tries models on series at earlier origins: each is given what was known then, and compared with what came.

    ``models`` are names of models of the engine, formulas (``ForecastFormula``) and functions ``f(y, horizon)`` beside each
    other; a dict names them. A function raises ``InsufficientHistoryError`` where the past is too short for it; whatever else
    it raises ends the backtest. ``origins`` are counted back from the last one, behind which there is just one horizon, with
    ``step`` periods between them; a short series has fewer. ``levels`` are those of intervals in percent, ``()`` for none.
    ``series`` and the rest are as in ``forecast_many``; a ``calendar`` is known in advance at every origin. A forecast is
    compared with what came less returns; a period that is not over, or without stock, is not compared with.

    A model that says nothing at an origin stands in ``problems`` of the result, and the others go on.

    Raises ``InvalidError`` with the field for what is out of range.
    """
    many = _frames.many(series, keys=keys, id=id, value=value, period=period, absent=absent)
    found = list(many.series)
    named = models.items() if isinstance(models, Mapping) else [(None, model) for model in models]
    rows, accuracy, by_series, problems = backtest_list(
        found,
        horizon=horizon,
        models=list(named),
        season_length=season_length,
        origins=origins,
        step=step,
        levels=list(levels),
        parameters=parameters,
        non_negative=non_negative,
        calendar=calendar,
        keys=many.keys,
        threads=threads,
        heard=_progress.listener(progress, len(found), "series"),
    )
    return BacktestTable(rows, accuracy, by_series, problems)


def to_table(forecasts: Iterable[Forecast]) -> Table:
    """Forecasts as a table with a row for each series and step: ``key``, ``step`` (from 1), ``model``, ``mean``, and
    ``lower_80``, ``upper_80`` for each level. A forecast with a problem has no rows."""
    return forecast_table(list(forecasts))


def decompose(y: SeriesValues, *, season_length: int = 12) -> SeriesComponents:
    """A series taken apart into ``trend``, ``season`` and ``rest``, by classical decomposition.

    Raises ``InsufficientHistoryError`` for less than two seasons.
    """
    return decompose_series(y, season_length=season_length)


def _choice(field: str, given: str, choices: tuple[str, ...]) -> None:
    if given not in choices:
        message = "it is " + " or ".join(f"`{choice}`" for choice in choices)
        raise _frames.refused(ErrorCode.NOT_IN_PICKLIST, field, message, choices=",".join(choices))
