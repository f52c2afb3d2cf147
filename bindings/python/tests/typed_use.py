"""A small program of a user, checked by ``mypy --strict`` and never run: the types have to be what they say."""

import datetime
import decimal
from typing_extensions import assert_type

from crm_core import CrmError, ErrorCode, FieldOutput, InvalidError, Problem, Rounding, check_value, engine_version


def values() -> None:
    problem = Problem(ErrorCode.STORE, "the message", field="name", data={"limit": "80"})
    assert_type(problem.code, ErrorCode)
    assert_type(problem.field, str | None)
    assert_type(problem.data, dict[str, str])
    assert_type(problem.replace(field=None), Problem)
    assert_type(Rounding.HALF_UP, Rounding)
    assert_type(Rounding.all(), list[Rounding])
    assert_type(engine_version(), str)


def fields() -> None:
    assert_type(check_value(decimal.Decimal("1.5")), FieldOutput)
    check_value(datetime.date.today())
    check_value({"nested": [1, None]})
    check_value(0.5)  # type: ignore[arg-type]
    check_value(b"bytes")  # type: ignore[arg-type]


def refusals() -> None:
    Problem("store", "the code is no text")  # type: ignore[arg-type]
    Problem(ErrorCode.STORE)  # type: ignore[call-arg]
    Problem(ErrorCode.STORE, "x", "fields are named")  # type: ignore[call-arg]


def errors(error: CrmError) -> None:
    assert_type(error.problems, list[Problem])
    assert_type(error.code, ErrorCode)
    assert_type(error.field, str | None)
    assert_type(error.kind, str)
    if isinstance(error, InvalidError):
        assert_type(error.problems[0].message, str)
