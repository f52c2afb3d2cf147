"""A small program of a user, checked by ``mypy --strict`` and never run: the types have to be what they say."""

import datetime
import decimal
from typing import Any
from typing_extensions import assert_type

from crm_core import (
    AccessCommand,
    AccessLevel,
    Account,
    AccountPage,
    Crm,
    CrmError,
    Customers,
    ErrorCode,
    F,
    FieldOutput,
    Filter,
    HierarchyKind,
    HierarchyNode,
    ImportMapping,
    ImportReport,
    InvalidError,
    Outcome,
    Problem,
    Query,
    Rounding,
    SetupOptions,
    UserAccess,
    UserDiff,
    check_value,
    engine_version,
    pricing,
)


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


def sessions() -> None:
    with Crm.open("factory.db", busy_timeout_ms=100) as crm:
        assert_type(crm, Crm)
        assert_type(crm.setup(SetupOptions("main", "x", "EUR", "UTC", "admin")), str)
        session = crm.session("main", "admin")
        assert_type(session.customers, Customers)
        assert_type(session.user, str)
        account = session.customers.create_account(Account("x", annual_revenue=decimal.Decimal("1.50")))
        assert_type(account.annual_revenue, decimal.Decimal | None)
        assert_type(account.custom, dict[str, FieldOutput])
        assert_type(account.replace(name="y"), Account)
        assert_type(session.customers.accounts(), AccountPage)
        today = datetime.date(2026, 3, 2)
        assert_type(session.customers.parent_of(account.id, HierarchyKind.LEGAL, today), HierarchyNode | None)
        assert_type(session.update("account", account.id, account.version, grade="A", x_since=today), Outcome)
        assert_type(session.import_csv(b"", ImportMapping("account", []), progress=print), ImportReport)
        who = session.access.who_can("account", account.id)
        assert_type(who, list[UserAccess])
        why = session.access.explain(who[0].user, "account", account.id, "grade")
        assert_type(why.level, AccessLevel | None)
        assert_type(session.access.policy_diff([AccessCommand.Unshare(account.id, 1)]).users, list[UserDiff])
        session.access.explain(session.user, "account", account.id, 1)  # type: ignore[arg-type]
        session.execute("account")  # type: ignore[arg-type]
        session.update("account", account.id, account.version, annual_revenue=1.5)  # type: ignore[arg-type]
        Account("x", annual_revenue=1.5)  # type: ignore[arg-type]
        Account(name=1)  # type: ignore[arg-type]


def conditions() -> None:
    assert_type((F("amount") >= decimal.Decimal(100)) & ~F("city").is_empty(), Filter)
    assert_type(F("kind") == "dealer", Filter)
    Query(filter=F("city"))  # type: ignore[arg-type]


def prices(catalog: pricing.PriceCatalog, document: pricing.PriceDocument) -> None:
    assert_type(pricing.price(catalog, document), dict[str, Any])
    assert_type(pricing.price_json({"version": "1"}, '{"currency": "EUR"}'), str)
    pricer = pricing.Pricer(catalog)
    assert_type(pricer.version, str)
    assert_type(pricer.price(document).net, decimal.Decimal)
    assert_type(pricer.price({"currency": "EUR"}).items, list[pricing.PricedItem])
    assert_type(pricer.price_dict(document), dict[str, Any])
    assert_type(pricer.price_many([document, "{}"], threads=2), list[pricing.PriceResult])
    pricer.price(2.5)  # type: ignore[arg-type]
    pricing.PriceItem("10", 2.5)  # type: ignore[arg-type]


def answers_about_prices(catalog: dict[str, Any], documents: list[dict[str, Any]], text: str) -> None:
    pricer = pricing.Pricer(catalog)
    found = pricer.what_if(pricing.Pricer(text), documents, "customer", threads=2)
    assert_type(found, pricing.WhatIf)
    assert_type(found.lines[0].net_after, decimal.Decimal | None)
    assert_type(pricer.what_if_dict(pricer, documents), dict[str, Any])
    assert_type(pricing.what_if(catalog, text, documents), dict[str, Any])
    assert_type(pricing.what_if_table(found, "steps"), dict[str, list[Any]])
    assert_type(pricing.price_table(pricer.price(text)), dict[str, list[Any]])
    assert_type(pricing.lint(catalog), list[dict[str, Any]])
    assert_type(pricing.audit_json(pricer.price(text)), str)
    assert_type(pricer.counterfactual(text, "10", "net", 5), list[pricing.PriceChange])
    assert_type(pricer.counterfactual(text, "10", pricing.PriceGoal.NO_APPROVAL), list[pricing.PriceChange])
    document = pricing.OpenDocument(pricer, documents[0])
    assert_type(document.set_item(documents[0]), list[str])
    assert_type(document.item("10"), pricing.PricedItem | None)
    assert_type(document.document, pricing.PriceDocument)
    pricer.what_if(catalog, documents)  # type: ignore[arg-type]
    pricer.counterfactual(text, "10", "net", 0.5)  # type: ignore[arg-type]
    document.remove_item(10)  # type: ignore[arg-type]
