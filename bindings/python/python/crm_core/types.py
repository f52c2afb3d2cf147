"""What a field whose type is known at run time only takes and gives."""

import datetime
import decimal
import uuid
from typing import Any, TypeAlias

__all__ = ["FieldInput", "FieldOutput"]

FieldInput: TypeAlias = (
    bool
    | int
    | str
    | decimal.Decimal
    | datetime.date
    | datetime.datetime
    | uuid.UUID
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
