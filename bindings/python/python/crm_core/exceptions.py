"""The errors of the engine: few, by what the caller can do about them.

Every error carries its problems as data. A value of the wrong Python type is a plain ``TypeError``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from ._native import ErrorCode, Problem

__all__ = [
    "ConflictError",
    "CorruptError",
    "CrmError",
    "DeniedError",
    "InsufficientHistory",
    "InsufficientHistoryError",
    "InvalidError",
    "NotFoundError",
    "UnavailableError",
    "UnknownError",
]


class CrmError(Exception):
    """The base of every error of the engine."""

    kind: ClassVar[str] = "error"
    """The kind in lower case: ``invalid``, ``not_found``, ``denied``, ``conflict``, ..."""

    problems: list[Problem]
    """Everything that was found to be wrong; never empty."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        if not problems:
            raise ValueError("an error of the engine needs a problem")
        super().__init__(problems)
        self.problems = list(problems)

    @property
    def code(self) -> ErrorCode:
        """What went wrong first, as a program reads it."""
        return self.problems[0].code

    @property
    def field(self) -> str | None:
        """The path of the first field that is wrong, for example ``lines[2].quantity``."""
        return self.problems[0].field

    def __str__(self) -> str:
        return "; ".join(f"{p.field}: {p.message}" if p.field else p.message for p in self.problems)


class InvalidError(CrmError, ValueError):
    """The input is wrong; mend it. Every problem that was found is listed."""

    kind = "invalid"


class InsufficientHistoryError(CrmError, ValueError):
    """There is too little history for what is asked: give more, ask for less, or name a series that is like it."""

    kind = "insufficient_history"


InsufficientHistory = InsufficientHistoryError
"""The same class by the name of its code."""


class NotFoundError(CrmError, LookupError):
    """There is no such record, or the caller may not see it."""

    kind = "not_found"


class DeniedError(CrmError):
    """The caller lacks the right."""

    kind = "denied"


class ConflictError(CrmError):
    """Another change stands in the way: read again and decide."""

    kind = "conflict"


class UnknownError(CrmError):
    """Nobody knows whether the commit took effect: repeat with the same ``op_id``, which stands in the data."""

    kind = "unknown"


class UnavailableError(CrmError):
    """The store cannot serve now: wait, free space, or open it elsewhere."""

    kind = "unavailable"


class CorruptError(CrmError):
    """The file cannot be trusted: restore a backup, or use a newer version."""

    kind = "corrupt"
