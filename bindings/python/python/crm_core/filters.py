"""Conditions as they are said: ``F("amount") >= 100``.

>>> from crm_core import F
>>> open_dealers = (F("kind") == "dealer") & ~F("life_cycle").is_in("lost", "dormant")
>>> open_dealers.to_json()[:60]
'{"all":{"filters":[{"compare":{"comparison":"equal","field":'

"""

from __future__ import annotations

from typing import NoReturn

from ._native import ChannelKind, Comparison, Filter, IdentifierKind
from .exceptions import InvalidError
from .types import FieldInput

__all__ = ["F"]


class F:
    """A field in a condition. Comparing it gives a ``Filter``; filters are joined by ``&``, ``|`` and ``~``.

    A comparison with an empty field is false, whatever it is compared with; ``is_empty`` asks for that. A value that no
    field takes, such as a float, raises ``InvalidError`` with the name of the field.

    Neither a field nor a filter is true or false: ``and``, ``or``, ``not`` and ``1 < F("x") < 9`` raise ``TypeError``.
    """

    __slots__ = ("name",)

    name: str
    """The name of the field; custom fields too."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, value: FieldInput) -> Filter:  # type: ignore[override]
        return self.is_empty() if value is None else self._compare(Comparison.EQUAL, value)

    def __ne__(self, value: FieldInput) -> Filter:  # type: ignore[override]
        return ~self.is_empty() if value is None else self._compare(Comparison.NOT_EQUAL, value)

    def __lt__(self, value: FieldInput) -> Filter:
        return self._compare(Comparison.LESS, value)

    def __le__(self, value: FieldInput) -> Filter:
        return self._compare(Comparison.LESS_OR_EQUAL, value)

    def __gt__(self, value: FieldInput) -> Filter:
        return self._compare(Comparison.GREATER, value)

    def __ge__(self, value: FieldInput) -> Filter:
        return self._compare(Comparison.GREATER_OR_EQUAL, value)

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> NoReturn:
        raise TypeError("join conditions with &, | and ~")

    def __repr__(self) -> str:
        return f"F({self.name!r})"

    def between(self, low: FieldInput, high: FieldInput) -> Filter:
        """From ``low`` to ``high``, both included."""
        return (self >= low) & (self <= high)

    def is_in(self, *values: FieldInput) -> Filter:
        """The field has one of the values."""
        try:
            return Filter.In(field=self.name, values=list(values))
        except InvalidError as error:
            raise self._named(error) from None

    def startswith(self, prefix: str) -> Filter:
        """The text begins with these characters, upper and lower case told apart."""
        return Filter.Prefix(field=self.name, prefix=prefix)

    def is_empty(self) -> Filter:
        """The field has no value."""
        return Filter.IsEmpty(field=self.name)

    def holds(self, kind: str | ChannelKind | IdentifierKind, value: str) -> Filter:
        """The list has an entry of a kind with a value: ``F("channels").holds("email", "a@b.example")``."""
        return Filter.Holds(field=self.name, kind=str(kind), value=value)

    def _compare(self, comparison: Comparison, value: FieldInput) -> Filter:
        try:
            return Filter.Compare(field=self.name, comparison=comparison, value=value)
        except InvalidError as error:
            raise self._named(error) from None

    def _named(self, error: InvalidError) -> InvalidError:
        return InvalidError([problem.replace(field=self.name) for problem in error.problems])
