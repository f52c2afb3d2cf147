"""What a field whose type is known at run time only takes and gives, and what a listener is."""

import datetime
import decimal
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, TypeAlias

from ._native import ForecastFormula, ModelKind, PriceCatalog, PriceContext, PriceDocument, PricedItem, PriceItem, PriceResult, Series, WhatIf

__all__ = [
    "Choice",
    "FieldInput",
    "FieldOutput",
    "ForecastModel",
    "ManySeries",
    "MatchFields",
    "MatchList",
    "PriceCatalogInput",
    "PriceContextInput",
    "PriceDocumentInput",
    "PriceDocumentList",
    "PriceItemInput",
    "PriceResultInput",
    "PricedItemInput",
    "Progress",
    "SeriesValues",
    "Structured",
    "WhatIfInput",
]


class Choice(Protocol):
    """A choice of a closed list of the engine, such as ``AccountKind.DEALER``."""

    @property
    def value(self) -> str:
        """The written form."""


class Structured(Protocol):
    """A value of the engine with fields, such as ``Channel``."""

    def to_json(self) -> str:
        """The canonical JSON text."""


FieldInput: TypeAlias = (
    bool
    | int
    | str
    | decimal.Decimal
    | datetime.date
    | datetime.datetime
    | uuid.UUID
    | Choice
    | Structured
    | list[Any]
    | tuple[Any, ...]
    | dict[str, Any]
    | None
)
"""What a field takes. A float is refused with ``InvalidError`` (``ErrorCode.FLOAT_NOT_ALLOWED``)."""

FieldOutput: TypeAlias = (
    bool | int | str | decimal.Decimal | datetime.date | datetime.datetime | list[Any] | dict[str, Any] | None
)
"""What a field gives. A reference is a ``str``; an instant is an aware ``datetime`` in UTC."""

Progress: TypeAlias = Callable[[int], object]
"""Hears how many rows of an import are done."""

ForecastModel: TypeAlias = str | ModelKind | ForecastFormula | Callable[[list[float], int], Iterable[Any]]
"""A model of the engine by its name, formulas, or a function of the figures so far and of the horizon that gives the figures of as many
periods. A function has the name of its attribute ``name`` or its own; it may be called on another thread."""

SeriesValues: TypeAlias = Iterable[Any] | Series
"""The figures of a series, the oldest first: a list with ``None`` or NaN for what is missing, an array of numpy, a column of
pandas, polars or pyarrow, decimals; or a ``Series`` that has more than figures."""

ManySeries: TypeAlias = Iterable[Any]
"""Series: a list of them, a dict by key, an array of two dimensions (a row is a series), a wide or a long table."""

MatchFields: TypeAlias = Mapping[str, Any]
"""A record in which duplicates are looked for, by the names of its fields; keys that are no fields are ignored."""

MatchList: TypeAlias = Iterable[MatchFields]
"""Records in which duplicates are looked for."""

PriceCatalogInput: TypeAlias = PriceCatalog | str | dict[str, Any]
"""A price catalogue: a value of the engine, JSON text, or a dict of what a field takes."""

PriceContextInput: TypeAlias = PriceContext | str | dict[str, Any]
"""For whom a document is priced: a value of the engine, JSON text, or a dict of what a field takes."""

PriceDocumentInput: TypeAlias = PriceDocument | str | dict[str, Any]
"""A document that is priced: a value of the engine, JSON text, or a dict of what a field takes."""

PriceDocumentList: TypeAlias = Iterable[PriceDocumentInput]
"""Documents that are priced."""

PriceItemInput: TypeAlias = PriceItem | str | dict[str, Any]
"""An item of a document: a value of the engine, JSON text, or a dict of what a field takes."""

PriceResultInput: TypeAlias = PriceResult | str | dict[str, Any]
"""The price of a document: a value of the engine, JSON text, or a dict, as ``price`` gives it."""

PricedItemInput: TypeAlias = PricedItem | str | dict[str, Any]
"""The price of an item: a value of the engine, JSON text, or a dict, as it stands in ``items`` of a result."""

WhatIfInput: TypeAlias = WhatIf | str | dict[str, Any]
"""What another catalogue would make of documents: a value of the engine, JSON text, or a dict, as ``what_if`` gives it."""
