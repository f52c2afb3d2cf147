"""What a field whose type is known at run time only takes and gives, and what a listener is."""

import datetime
import decimal
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, TypeAlias

from ._native import PriceCatalog, PriceContext, PriceDocument

__all__ = [
    "Choice",
    "FieldInput",
    "FieldOutput",
    "MatchFields",
    "MatchList",
    "PriceCatalogInput",
    "PriceContextInput",
    "PriceDocumentInput",
    "PriceDocumentList",
    "Progress",
    "Structured",
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
