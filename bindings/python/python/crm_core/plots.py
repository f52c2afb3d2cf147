"""Pictures of forecasts, by matplotlib: ``pip install crm-core[plot]``.

Each function draws on ``ax``, or on a picture of its own, and gives the axes back: ``save(fan(y, found), "fan.png")``.
Lines differ by their strokes and bands by their lightness, so that a picture is read in print without colour as well.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from . import _frames
from ._native import ErrorCode, Forecast, ModelKind, Table, decompose_series, read_figures
from .types import SeriesValues

try:
    import matplotlib.pyplot as plt
    from matplotlib import dates
    from matplotlib.ticker import MaxNLocator
except ImportError:
    raise ImportError("pictures need matplotlib: pip install crm-core[plot]") from None

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .forecast import BacktestTable

__all__ = ["accuracy", "backtest", "components", "fan", "save"]

# From dark to light, and apart for the colour-blind (Okabe and Ito 2008); each has a stroke and a mark of its own.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
_STROKES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)))
_MARKS = ("o", "s", "^", "D", "v", "P")
_INK = "#222222"
_GREY = "#777777"


def _axes(ax: Axes | None, width: float = 9.0, height: float = 4.5) -> Axes:
    if ax is not None:
        return ax
    _, made = plt.subplots(figsize=(width, height), layout="constrained")
    return made


def _periods(first: int, count: int, start: datetime.date | None) -> list[Any]:
    """Places on the axis: months from ``start`` on, or numbers from 1 on."""
    if start is None:
        return list(range(first + 1, first + count + 1))
    months = [start.year * 12 + start.month - 1 + place for place in range(first, first + count)]
    return [datetime.date(month // 12, month % 12 + 1, 1) for month in months]


def _dress(ax: Axes, start: datetime.date | None, title: str | None, unit: str | None) -> None:
    if title:
        ax.set_title(title, loc="left", fontsize=12, color=_INK)
    ax.set_ylabel(unit or "figure per period")
    if start is None:
        ax.set_xlabel("period")
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    else:
        _months_on(ax.xaxis)
    _plain(ax)


def _months_on(axis: Any, library: Any = dates) -> None:
    """Dates as short as they can be told; these classes of matplotlib have no types."""
    locator = library.AutoDateLocator(minticks=4, maxticks=10)
    axis.set_major_locator(locator)
    axis.set_major_formatter(library.ConciseDateFormatter(locator))


def _tint(colour: str, share: float) -> str:
    """The colour on white paper; opaque, so that the legend shows what the picture does."""
    parts = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    return "#" + "".join(f"{round(255 - share * (255 - part)):02x}" for part in parts)


def _plain(ax: Axes) -> None:
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis="y", color="#dddddd", linewidth=0.7)
    ax.set_axisbelow(True)


def _legend(ax: Axes) -> None:
    """Below the picture, where it hides nothing."""
    entries = len(ax.get_legend_handles_labels()[1])
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=min(entries, 5), frameon=False, fontsize=9)


def _figures(y: SeriesValues) -> list[float]:
    """Figures to draw; a gap in the line where one is missing."""
    return [float("nan") if figure is None else figure for figure in read_figures(y)]


def fan(
    y: SeriesValues,
    forecast: Forecast,
    *,
    actual: SeriesValues | None = None,
    start: datetime.date | None = None,
    title: str | None = None,
    unit: str | None = None,
    history: int | None = None,
    ax: Axes | None = None,
) -> Axes:
    """The history, the forecast behind it, and its intervals, the narrower the darker.

    ``start`` is a day in the first month of ``y``; without it periods are counted from 1. ``actual`` is what came, if it is
    known; ``history`` draws so many last periods alone; ``unit`` stands beside the axis, for example ``pieces per month``.

    Raises ``InvalidError`` for a forecast that has a problem.
    """
    if forecast.problem is not None or not forecast.mean:
        raise _frames.refused(ErrorCode.REQUIRED, "forecast", "it has no figures")
    ax = _axes(ax)
    past = _figures(y)
    known, horizon = len(past), len(forecast.mean)
    first = 0 if history is None else max(0, known - history)
    ahead = _periods(known, horizon, start)
    intervals = sorted(forecast.intervals, key=lambda interval: -interval.level)
    for place, interval in enumerate(intervals):
        share = 0.22 + 0.26 * place / max(1, len(intervals) - 1)
        label = f"{interval.level:g} % interval"
        ax.fill_between(ahead, interval.lower, interval.upper, color=_tint(_COLOURS[0], share), linewidth=0, label=label)
    ax.plot(_periods(first, known - first, start), past[first:], color=_INK, linewidth=1.4, label="history")
    joined = [*_periods(known - 1, 1, start), *ahead] if known and past[-1] == past[-1] else ahead
    mean = [*past[-1:], *forecast.mean] if len(joined) > horizon else forecast.mean
    ax.plot(joined, mean, color=_COLOURS[0], linestyle="--", linewidth=1.8, label=f"forecast ({forecast.model})")
    if actual is not None:
        came = _figures(actual)[:horizon]
        marks: dict[str, Any] = {"color": _INK, "marker": "o", "markersize": 4, "markerfacecolor": "white"}
        ax.plot(ahead[: len(came)], came, linestyle="none", label="what came", **marks)
    if all(figure != figure or figure >= 0 for figure in past) and min(forecast.mean) >= 0:
        ax.set_ylim(bottom=0)
    _dress(ax, start, title or forecast.key, unit)
    _legend(ax)
    return ax


def components(
    y: SeriesValues,
    *,
    season_length: int = 12,
    start: datetime.date | None = None,
    title: str | None = None,
    unit: str | None = None,
) -> Sequence[Axes]:
    """A series, its trend, its season and the rest, below each other, by classical decomposition; gives the four axes.

    Raises ``InsufficientHistoryError`` for less than two seasons.
    """
    parts = decompose_series(y, season_length=season_length)
    figure = plt.figure(figsize=(9, 8), layout="constrained")
    axes: list[Axes] = list(figure.subplots(4, 1, sharex=True))
    season, rest = ("season (factor)", "rest (factor)") if parts.is_multiplicative else ("season", "rest")
    middle = 1.0 if parts.is_multiplicative else 0.0
    values = _figures(y)[-len(parts.values) :]
    first = len(_figures(y)) - len(values)
    at = _periods(first, len(values), start)
    lines: tuple[tuple[str, Sequence[float | None]], ...] = (
        (unit or "figure", values), ("trend", parts.trend),
        (season, parts.season),
        (rest, parts.rest),
    )
    for ax, (name, line) in zip(axes, lines, strict=True):
        drawn = [float("nan") if point is None else point for point in line]
        if ax is axes[3]:
            ax.vlines(at, middle, drawn, color=_COLOURS[0], linewidth=1.2)
        else:
            ax.plot(at, drawn, color=_INK if ax is axes[0] else _COLOURS[0], linewidth=1.4)
        if ax in axes[2:]:
            ax.axhline(middle, color=_GREY, linewidth=0.8)
        _dress(ax, start, None, name)
        if ax is not axes[3]:
            ax.set_xlabel("")
    if title:
        axes[0].set_title(title, loc="left", fontsize=12, color=_INK)
    figure.align_ylabels(axes)
    return axes


def _of_series(table: BacktestTable, key: str | None) -> list[dict[str, Any]]:
    rows = table.to_pylist()
    wanted = next((row["series"] for row in rows if key is None or row["key"] == key), None)
    if wanted is None:
        raise _frames.refused(ErrorCode.NO_SUCH_RECORD, "key", "there is no series of that key in the backtest")
    return [row for row in rows if row["series"] == wanted]


def backtest(
    table: BacktestTable,
    y: SeriesValues,
    *,
    key: str | None = None,
    models: Iterable[str | ModelKind] | None = None,
    start: datetime.date | None = None,
    title: str | None = None,
    unit: str | None = None,
    history: int | None = 36,
    ax: Axes | None = None,
) -> Axes:
    """One series of a backtest: what came, and what each model said at each origin, which is marked.

    ``y`` is the whole series; ``key`` names it in the table, the first one without it. ``models`` draws some alone;
    ``history`` draws so many periods before the first origin.
    """
    ax = _axes(ax)
    rows, values = _of_series(table, key), _figures(y)
    chosen = list(dict.fromkeys(row["model"] for row in rows))
    if models is not None:
        asked = [str(model) for model in models]
        chosen = [model for model in chosen if model in asked]
    origins = sorted({row["origin"] for row in rows})
    first = 0 if history is None else max(0, origins[0] - history)
    at = _periods(first, len(values) - first, start)
    ax.plot(at, values[first:], color=_INK, linewidth=1.8, label="what came")
    for place, model in enumerate(chosen):
        style: dict[str, Any] = {
            "color": _COLOURS[place % len(_COLOURS)],
            "linestyle": _STROKES[(place + 1) % len(_STROKES)],
            "linewidth": 1.3,
            "marker": _MARKS[place % len(_MARKS)],
            "markersize": 4,
            "markevery": 3,
        }
        for origin in origins:
            said = [row["forecast"] for row in rows if row["model"] == model and row["origin"] == origin]
            if said:
                ax.plot(_periods(origin, len(said), start), said, label=model, **style)
    for place, origin in enumerate(origins):
        line = {"color": _GREY, "linewidth": 0.8, "linestyle": (0, (2, 3))}
        ax.axvline(_periods(origin - 1, 1, start)[0], label="origin" if place == 0 else None, zorder=0, **line)  # type: ignore[arg-type]
    _dress(ax, start, title or key, unit)
    handles, labels = ax.get_legend_handles_labels()
    once = dict(zip(labels, handles, strict=True))
    ax.legend(
        once.values(),
        once.keys(),
        loc="upper center",
        bbox_to_anchor=(0.5, -0.14),
        ncols=min(len(once), 5),
        frameon=False,
        fontsize=9,
    )
    return ax


def save(ax: Axes | Sequence[Axes], path: str | os.PathLike[str], *, dpi: int = 150) -> None:
    """Writes the picture into a file; its ending says the kind: ``.png``, ``.svg``, ``.pdf``."""
    one = ax[0] if isinstance(ax, Sequence) else ax
    figure = one.get_figure(root=True)
    if figure is not None:
        figure.savefig(os.fspath(path), dpi=dpi)


_MEASURES = {
    "smape": "sMAPE, percent",
    "mase": "MASE (1 = seasonal naive inside the history)",
    "rmsse": "RMSSE (1 = change from one period to the next inside the history)",
    "bias": "bias, share of what came",
    "mae": "mean absolute error",
    "rmse": "root mean squared error",
    "wape": "WAPE, share of what came",
    "total_wape": "WAPE of totals, share of what came",
}


def accuracy(
    table: BacktestTable | Table,
    *,
    measure: str = "mase",
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """How good models were, the best on top; a shorter bar is a better model. ``table`` is a backtest, or a table with the
    columns ``model`` and ``measure``.

    Raises ``KeyError`` for a measure that the table does not have.
    """
    found = table if isinstance(table, Table) else table.accuracy
    bars = [
        (model, figure) for model, figure in zip(found["model"], found[measure], strict=True) if figure is not None
    ]
    bars.sort(key=lambda bar: -abs(bar[1]))
    ax = _axes(ax, height=1.4 + 0.42 * max(1, len(bars)))
    names, figures = [model for model, _ in bars], [figure for _, figure in bars]
    best = len(bars) - 1
    colours = [_COLOURS[0] if place == best else "#B8C4CE" for place in range(len(bars))]
    drawn = ax.barh(names, figures, color=colours, height=0.65)
    ax.bar_label(drawn, fmt="%.3g", padding=4, fontsize=9, color=_INK)
    ax.margins(x=0.12)
    ax.axvline(0, color=_GREY, linewidth=0.8)
    ax.set_xlabel(_MEASURES.get(measure, measure.replace("_", " ")))
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x", color="#dddddd", linewidth=0.7)
    ax.set_axisbelow(True)
    if title:
        ax.set_title(title, loc="left", fontsize=12, color=_INK)
    return ax
