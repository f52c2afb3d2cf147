"""Series out of frames: dicts, arrays of two dimensions, wide and long tables of any library."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ._native import ErrorCode, Problem
from .exceptions import InvalidError

_MONTH = re.compile(r"(\d{4})-(\d{2})(?:-\d{2}(?:[T ].*)?)?")


class Many(NamedTuple):
    """Series with what they are called and which of them lend each other."""

    series: Iterable[Any]
    keys: list[str | None] | None
    groups: list[str | None] | None


def refused(code: ErrorCode, field: str, message: str, **data: object) -> InvalidError:
    """An error of the engine."""
    return InvalidError([Problem(code, message, field=field, data={name: str(value) for name, value in data.items()})])


def _text(value: object) -> str | None:
    return None if value is None or value != value else str(value)


def _names(frame: Any) -> list[Any] | None:
    """The names of the columns, if it is a table."""
    if isinstance(frame, (str, bytes, Mapping)) or not hasattr(frame, "__getitem__"):
        return None
    names = getattr(frame, "column_names", None)  # pyarrow and the engine
    if names is None:
        names = getattr(frame, "columns", None)  # pandas, polars
    if names is None or callable(names):
        return None
    return list(names)


def _column(frame: Any, names: Sequence[Any], name: str, field: str) -> list[Any]:
    if name not in names:
        raise refused(ErrorCode.UNKNOWN_FIELD, field, "there is no column of that name", columns=len(names))
    return _list(frame[name])


def _list(column: Any) -> list[Any]:
    for method in ("to_pylist", "to_list", "tolist"):
        if hasattr(column, method):
            return list(getattr(column, method)())
    return list(column)


def month_of(value: Any) -> int:
    """A period as a whole number: a number stays what it is, a date becomes its month, counted from the year 0."""
    if isinstance(value, bool):
        raise TypeError
    if isinstance(value, int):
        return value
    if isinstance(value, datetime.date) or hasattr(value, "year") and hasattr(value, "month"):
        return int(value.year) * 12 + int(value.month) - 1
    if isinstance(value, str) and (found := _MONTH.fullmatch(value)) and 1 <= int(found[2]) <= 12:
        return int(found[1]) * 12 + int(found[2]) - 1
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise TypeError


def _periods(values: Iterable[Any], field: str) -> list[int]:
    periods = []
    for place, value in enumerate(values):
        try:
            periods.append(month_of(value))
        except (TypeError, ValueError):
            message = "a period is a date, a month such as `2024-05`, or a whole number"
            raise refused(ErrorCode.WRONG_TYPE, f"{field}[{place}]", message) from None
    return periods


_MOST_PERIODS = 100_000


def _spread(points: Mapping[int, Any], last: int, absent: Any) -> list[Any]:
    """The figures of all periods from the first one on."""
    first = min(points)
    if last - first >= _MOST_PERIODS:
        message = "the periods lie too far apart"
        raise refused(ErrorCode.TOO_MANY, "period", message, max=_MOST_PERIODS)
    return [points.get(period, absent) for period in range(first, last + 1)]


def _long(frame: Any, names: Sequence[Any], id: str, value: str, period: str | None, absent: Any) -> dict[Any, list[Any]]:
    ids, values = _column(frame, names, id, "id"), _column(frame, names, value, "value")
    if period is None:
        in_order: dict[Any, list[Any]] = {}
        for key, figure in zip(ids, values, strict=True):
            in_order.setdefault(key, []).append(figure)
        return in_order
    points: dict[Any, dict[int, Any]] = {}
    periods = _periods(_column(frame, names, period, "period"), "period")
    for place, (key, figure, at) in enumerate(zip(ids, values, periods, strict=True)):
        series = points.setdefault(key, {})
        if at in series:
            message = "the series has two figures for this period; a date is taken as its month"
            raise refused(ErrorCode.DUPLICATE_KEY, f"period[{place}]", message)
        series[at] = figure
    last = max(periods, default=0)
    return {key: _spread(series, last, absent) for key, series in points.items()}


def _wide(frame: Any, names: Sequence[Any], period: str | None, absent: Any) -> dict[Any, list[Any]]:
    columns = {name: _list(frame[name]) for name in names if name != period}
    if period is None:
        return columns
    periods = _periods(_column(frame, names, period, "period"), "period")
    if len(set(periods)) < len(periods):
        message = "two rows have the same period; a date is taken as its month"
        raise refused(ErrorCode.DUPLICATE_KEY, "period", message)
    if not periods:
        return columns
    last = max(periods)
    return {
        name: _spread(dict(zip(periods, column, strict=True)), last, absent) for name, column in columns.items()
    }


def _group_list(groups: Any, keys: Sequence[Any] | None) -> list[str | None] | None:
    if groups is None:
        return None
    if isinstance(groups, Mapping):
        if keys is None:
            raise refused(ErrorCode.REQUIRED, "keys", "groups by key need series with keys")
        return [_text(groups.get(key)) for key in keys]
    if isinstance(groups, str):
        raise TypeError("groups: expected a list or a dict, not str")
    return [_text(group) for group in _list(groups)]


def _group_column(frame: Any, names: Sequence[Any], id: str, column: str) -> dict[Any, Any]:
    groups: dict[Any, Any] = {}
    rows = zip(_column(frame, names, id, "id"), _column(frame, names, column, "groups"), strict=True)
    for place, (key, group) in enumerate(rows):
        if groups.setdefault(key, group) != group:
            message = "the series belongs to another group in an earlier row"
            raise refused(ErrorCode.DUPLICATE_KEY, f"groups[{place}]", message)
    return groups


def many(
    series: Any,
    *,
    keys: Iterable[Any] | None = None,
    groups: Any = None,
    id: str | None = None,
    value: str | None = None,
    period: str | None = None,
    absent: str = "missing",
) -> Many:
    """Series out of whatever holds many."""
    if absent not in ("missing", "zero"):
        message = "it is `missing` or `zero`"
        raise refused(ErrorCode.NOT_IN_PICKLIST, "absent", message, choices="missing,zero")
    filling = 0.0 if absent == "zero" else None
    if (id is None) != (value is None):
        field = "value" if value is None else "id"
        raise refused(ErrorCode.REQUIRED, field, "a long table needs `id` and `value`")
    names = _names(series)
    if names is None:
        if id is not None or period is not None:
            raise TypeError(f"series: expected a table with columns, not {type(series).__name__}")
        if not isinstance(series, Mapping):
            if getattr(series, "ndim", None) == 2:
                series = series.tolist()
            found = None if keys is None else [_text(key) for key in _list(keys)]
            return Many(series, found, _group_list(groups, found))
        by_key: Mapping[Any, Any] = series
    elif id is not None and value is not None:
        by_key = _long(series, names, id, value, period, filling)
        if isinstance(groups, str):
            groups = _group_column(series, names, id, groups)
    else:
        by_key = _wide(series, names, period, filling)
    if keys is not None:
        raise refused(ErrorCode.NOT_ALLOWED, "keys", "the series have keys already")
    return Many(list(by_key.values()), [_text(key) for key in by_key], _group_list(groups, list(by_key)))
