"""Every value crosses exactly, or is refused with a code."""

import datetime as dt
import json
import pickle
import uuid
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import crm_core
import pytest
from crm_core import (
    ConflictError,
    CorruptError,
    CrmError,
    DeniedError,
    ErrorCode,
    InvalidError,
    NotFoundError,
    Problem,
    Rounding,
    UnavailableError,
    UnknownError,
    _native,
    check_value,
    exceptions,
    types,
)


def refusal(value: Any) -> InvalidError:
    with pytest.raises(InvalidError) as caught:
        check_value(value)
    return caught.value


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (Decimal("1000000.10"), Decimal("1000000.1")),
        (Decimal("1E-28"), Decimal("1E-28")),
        (Decimal("79228162514264337593543950335"), Decimal("79228162514264337593543950335")),
        (Decimal("1E+3"), Decimal(1000)),
        (Decimal("-0.00"), Decimal(0)),
    ],
)
def test_decimals_are_exact(given: Decimal, kept: Decimal) -> None:
    result = check_value(given)
    assert type(result) is Decimal
    assert result == kept == given


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (Decimal("0.12345678901234567890123456789"), ErrorCode.DECIMAL_DIGITS),
        (Decimal("1E-29"), ErrorCode.DECIMAL_DIGITS),
        (Decimal(2**96), ErrorCode.DECIMAL_DIGITS),
        (Decimal("NaN"), ErrorCode.BAD_FORMAT),
        (Decimal("Infinity"), ErrorCode.BAD_FORMAT),
        (0.1, ErrorCode.FLOAT_NOT_ALLOWED),
        ([{"deep": 0.1}], ErrorCode.FLOAT_NOT_ALLOWED),
        (2**63, ErrorCode.OUT_OF_RANGE),
        (dt.datetime(2026, 3, 31, 8), ErrorCode.NAIVE_DATETIME),
    ],
)
def test_what_would_be_cut_is_refused(given: Any, code: ErrorCode) -> None:
    error = refusal(given)
    assert error.code == code
    assert error.kind == "invalid"
    assert isinstance(error, ValueError)


@pytest.mark.parametrize("given", [object(), b"bytes", {1, 2}, {1: "a key that is no text"}, 1j])
def test_foreign_types_are_type_errors(given: Any) -> None:
    with pytest.raises(TypeError):
        check_value(given)


def test_an_instant_of_any_zone_comes_back_in_utc() -> None:
    utc = dt.datetime(2026, 3, 31, 0, 0, 0, 123456, tzinfo=dt.timezone.utc)
    for zone in (ZoneInfo("Asia/Shanghai"), dt.timezone(dt.timedelta(hours=8)), ZoneInfo("Europe/Berlin")):
        result = check_value(utc.astimezone(zone))
        assert result == utc
        assert isinstance(result, dt.datetime)
        assert result.tzinfo is dt.timezone.utc
        assert result.microsecond == 123456


def test_the_second_hour_of_a_clock_change_is_kept_apart() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    first, second = (dt.datetime(2026, 10, 25, 2, 30, tzinfo=berlin, fold=fold) for fold in (0, 1))
    assert check_value(first) == dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.timezone.utc)
    assert check_value(second) == dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.timezone.utc)


def test_an_instant_before_1970_and_at_the_borders() -> None:
    for at in (
        dt.datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=dt.timezone.utc),
        dt.datetime.min.replace(tzinfo=dt.timezone.utc),
        dt.datetime.max.replace(tzinfo=dt.timezone.utc),
    ):
        assert check_value(at) == at
    east = dt.timezone(dt.timedelta(hours=8))
    assert refusal(dt.datetime.min.replace(tzinfo=east)).code == ErrorCode.OUT_OF_RANGE


def test_nanoseconds_are_refused_not_cut() -> None:
    class Finer(dt.datetime):
        """As the timestamps of pandas."""

        nanosecond = 0

    at = Finer(2026, 3, 31, tzinfo=dt.timezone.utc)
    assert check_value(at) == at
    at.nanosecond = 1
    assert refusal(at).code == ErrorCode.OUT_OF_RANGE


def test_a_date_is_no_datetime() -> None:
    result = check_value(dt.date(2024, 2, 29))
    assert type(result) is dt.date
    assert result == dt.date(2024, 2, 29)


def test_plain_values_and_nested_ones() -> None:
    for value in (None, True, False, 0, -(2**63), "", "机床", [], [1, [None, "a"]], {"b": {"c": True}}):
        assert check_value(value) == value
    assert check_value(True) is True
    assert check_value((1, Decimal("2.50"), dt.date(2026, 1, 2))) == [1, "2.5", "2026-01-02"]
    a_uuid = uuid.uuid4()
    assert check_value(a_uuid) == str(a_uuid)


def test_depth_has_a_limit() -> None:
    deep: list[Any] = []
    for _ in range(63):
        deep = [deep]
    assert check_value(deep) == deep
    error = refusal([deep])
    assert (error.code, error.problems[0].data) == (ErrorCode.TOO_MANY, {"limit": "64"})


def test_records_are_values() -> None:
    problem = Problem(ErrorCode.TOO_LONG, "the text is too long", field="name", data={"limit": "80"})
    assert problem == Problem(code=ErrorCode.TOO_LONG, message="the text is too long", field="name", data={"limit": "80"})
    assert Problem(ErrorCode.STORE, "x").field is None
    assert Problem(ErrorCode.STORE, "x").data == {}
    assert problem.to_dict() == {
        "code": ErrorCode.TOO_LONG,
        "message": "the text is too long",
        "field": "name",
        "data": {"limit": "80"},
    }
    assert problem.replace(field=None).field is None
    assert json.loads(problem.to_json())["code"] == "too_long"
    assert Problem.from_json(problem.to_json()) == problem
    assert pickle.loads(pickle.dumps(problem)) == problem
    assert repr(problem).startswith('Problem({"code":"too_long"')
    with pytest.raises(AttributeError):
        problem.field = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        problem.replace(nonsense=1)
    with pytest.raises(InvalidError) as caught:
        Problem.from_json('{"code":"store","message":"x","nonsense":1}')
    assert caught.value.code == ErrorCode.UNKNOWN_FIELD


def test_choices_are_values() -> None:
    assert Rounding("half_up") == Rounding.HALF_UP
    assert Rounding.HALF_UP.value == str(Rounding.HALF_UP) == "half_up"
    assert Rounding.all()[0] == Rounding.HALF_UP
    assert {Rounding.UP: 1}[Rounding.UP] == 1
    assert pickle.loads(pickle.dumps(Rounding.DOWN)) == Rounding.DOWN
    with pytest.raises(InvalidError) as caught:
        Rounding("sideways")
    assert caught.value.code == ErrorCode.NOT_IN_PICKLIST
    assert "half_even" in caught.value.problems[0].data["choices"]


def test_errors_form_a_tree() -> None:
    problems = [Problem(ErrorCode.TOO_LONG, "the text is too long", field="name"), Problem(ErrorCode.REQUIRED, "x")]
    kinds: list[type[CrmError]] = [
        InvalidError,
        NotFoundError,
        DeniedError,
        ConflictError,
        UnknownError,
        UnavailableError,
        CorruptError,
    ]
    for kind in kinds:
        error = kind(problems)
        assert isinstance(error, CrmError)
        assert error.problems == problems
        assert (error.code, error.field) == (ErrorCode.TOO_LONG, "name")
        assert str(error) == "name: the text is too long; x"
        copy = pickle.loads(pickle.dumps(error))
        assert type(copy) is kind
        assert copy.problems == problems
    assert issubclass(NotFoundError, LookupError)


def test_the_package_shows_all_of_its_modules() -> None:
    for module in (_native, exceptions, types):
        for name in module.__all__:
            assert getattr(crm_core, name) is getattr(module, name)
            # An alias made of the generics of `collections.abc` cannot carry a docstring at run time.
            assert getattr(module, name).__doc__ or name in {"ManySeries", "MatchFields", "MatchList", "PriceDocumentList", "Progress"}
    assert Problem.__module__ == ErrorCode.__module__ == "crm_core"
    assert crm_core.__version__ == crm_core.engine_version()
