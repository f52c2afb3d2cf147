"""One test for each bug that was found, named after it."""

from __future__ import annotations

import copy
import datetime as dt
import pickle
from decimal import Decimal
from typing import Any

import pytest
from crm_core import (
    Account,
    Activity,
    ActivityKind,
    Command,
    CustomerCommand,
    ErrorCode,
    F,
    InvalidError,
    Query,
    RecordCommand,
    Rounding,
    Session,
    UnavailableError,
    check_value,
    read_csv,
    read_vcards,
    round_decimal,
)

NAIVE = dt.datetime(2026, 3, 2, 8, 0)
LONG = Decimal("0.1234567890123456789012345678901")
HALF = "\ud800"
"""Half a character: a surrogate without the other one."""


def refusal(call: Any) -> tuple[ErrorCode, str | None]:
    with pytest.raises(InvalidError) as caught:
        call()
    return caught.value.code, caught.value.field


def test_a_chain_of_comparisons_dropped_the_first() -> None:
    with pytest.raises(TypeError, match="join conditions with &, | and ~"):
        10 <= F("employees") <= 100  # noqa: B015


def test_and_dropped_the_first_condition() -> None:
    low, high = F("employees") >= 10, F("employees") <= 100
    for joined in (lambda: low and high, lambda: low or high, lambda: not low, lambda: bool(F("employees"))):
        with pytest.raises(TypeError, match="join conditions with &, | and ~"):
            joined()
    with pytest.raises(TypeError):
        if low:
            raise AssertionError
    assert F("employees").between(10, 100) == low & high


def test_a_refused_value_did_not_name_its_field(session: Session) -> None:
    float_given = ErrorCode.FLOAT_NOT_ALLOWED
    inexact: Any = 0.1
    assert refusal(lambda: Account("x", annual_revenue=inexact)) == (float_given, "annual_revenue")
    assert refusal(lambda: Account("x", annual_revenue=LONG)) == (ErrorCode.DECIMAL_DIGITS, "annual_revenue")
    assert refusal(lambda: Account("x", custom={"x_area": inexact})) == (float_given, "custom.x_area")
    assert refusal(lambda: Account("x").replace(annual_revenue=inexact)) == (float_given, "annual_revenue")
    assert refusal(lambda: Activity(ActivityKind.CALL, "x", at=NAIVE)) == (ErrorCode.NAIVE_DATETIME, "at")
    assert refusal(lambda: session.create("account", annual_revenue=inexact)) == (float_given, "annual_revenue")
    assert refusal(lambda: session.create("account", channels=[{"a": 1}, {"a": inexact}])) == (
        float_given,
        "channels[1].a",
    )
    command = {"customer": {"create_account": {"account": {"name": "x", "annual_revenue": inexact}}}}
    path = "customer.create_account.account.annual_revenue"
    assert refusal(lambda: session.execute_json(command)) == (float_given, path)
    assert refusal(lambda: F("annual_revenue") >= inexact) == (float_given, "annual_revenue")
    assert refusal(lambda: F("annual_revenue").is_in(1, inexact)) == (float_given, "annual_revenue")


def test_a_wrong_type_names_its_field() -> None:
    wrong: Any = "1"
    with pytest.raises(TypeError, match="annual_revenue: expected decimal.Decimal or int, not str"):
        Account("x", annual_revenue=wrong)
    with pytest.raises(TypeError, match=r"channels\[0\]: "):
        Account("x", channels=[wrong])
    with pytest.raises(TypeError, match="channels: expected a list, not str"):
        Account("x", channels=wrong)


def test_a_large_integer_was_an_overflow_error(session: Session) -> None:
    assert refusal(lambda: Account("x", employees=2**70)) == (ErrorCode.OUT_OF_RANGE, "employees")
    assert refusal(lambda: Query(limit=2**70)) == (ErrorCode.OUT_OF_RANGE, "limit")
    assert refusal(lambda: session.changes_since(2**70))[0] == ErrorCode.OUT_OF_RANGE
    assert refusal(lambda: round_decimal(Decimal(1), -1, Rounding.UP))[0] == ErrorCode.OUT_OF_RANGE


def test_a_truth_value_was_taken_for_a_number(session: Session) -> None:
    with pytest.raises(TypeError, match="employees: expected int, not bool"):
        Account("x", employees=True)
    with pytest.raises(TypeError):
        session.changes_since(True)


def test_half_a_character_was_a_unicode_error(session: Session) -> None:
    bad = ErrorCode.BAD_FORMAT
    assert refusal(lambda: Account(HALF)) == (bad, "name")
    assert refusal(lambda: session.create("account", name=HALF)) == (bad, "name")
    assert refusal(lambda: check_value({HALF: 1})) == (bad, None)
    for call in (
        lambda: session.customers.account_by_code(HALF),
        lambda: session.customers.account(HALF),
        lambda: Account.from_json(HALF),
        lambda: Rounding(HALF),
        lambda: session.execute_json(HALF),
        lambda: session.answer_json(HALF),
    ):
        assert refusal(call)[0] == bad


def test_a_missing_file_was_a_file_not_found_error(session: Session) -> None:
    for call in (read_csv, read_vcards, session.import_vcards):
        with pytest.raises(UnavailableError) as caught:
            call("/no/such/file")
        assert caught.value.code == ErrorCode.IO


def test_unions_could_not_be_copied() -> None:
    commands: list[Any] = [
        CustomerCommand.CreateAccount(Account("Nordwerk", annual_revenue=Decimal("1.50"))),
        RecordCommand.Create("account", {"name": "x", "annual_revenue": Decimal("1.50")}),
    ]
    unions: list[Any] = [
        (F("annual_revenue") >= Decimal("1.50")) & ~F("founded_on").is_in(dt.date(2026, 1, 2), None),
        F("name").startswith("N") | F("grade").is_empty(),
        *commands,
        Command.Customer(commands[0]),
    ]
    for union in unions:
        assert pickle.loads(pickle.dumps(union)) == union == copy.deepcopy(union) == copy.copy(union)
