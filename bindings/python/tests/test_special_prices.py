"""Requests for special prices."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from crm_core import (
    Account,
    ConflictError,
    ErrorCode,
    F,
    InvalidError,
    PriceCatalog,
    PriceContext,
    PriceDefinition,
    Product,
    Query,
    Session,
    SpecialPriceCommand,
    SpecialPriceGrant,
    SpecialPriceOptions,
    SpecialPriceRequest,
    SpecialPriceStatus,
    UsageLimit,
    records,
)

DEFINITION: dict[str, Any] = {
    "version": "",
    "fields": [{"name": "account"}],
    "tables": [{"code": "CUSTOMER", "fields": ["account", "product"]}],
    "access_sequences": [{"code": "SPECIALS", "accesses": [{"table": "CUSTOMER"}]}],
    "condition_types": [
        {
            "code": "SPECIAL",
            "kind": "price",
            "calculation": "quantity",
            "access_sequence": "SPECIALS",
            "scale": {"base": "quantity", "kind": "from"},
        },
    ],
    "procedures": [{"code": "SALE", "steps": [{"number": 10, "condition_type": "SPECIAL"}]}],
}


def net(session: Session, quantity: int, context: PriceContext, date: dt.date = dt.date(2026, 5, 1)) -> str:
    """What some valves cost."""
    items = [{"id": "10", "product": "V-100", "quantity": quantity}]
    price = session.conditions.price({"currency": "EUR", "pricing_date": date, "items": items}, context)
    return str(price["net"])


def test_a_request_becomes_one_record(session: Session) -> None:
    prices = session.special_prices
    definition = PriceDefinition("2026", PriceCatalog.from_json(json.dumps(DEFINITION)), special_price_type="SPECIAL")
    definition = session.conditions.create_definition(definition)
    session.conditions.activate_definition(definition.id, definition.version)
    valve = session.products.create_product(Product("V-100", "Valve DN 50"))
    account = session.customers.create_account(Account("Group"))
    draft = prices.create_request(
        SpecialPriceRequest(
            "Valves",
            account=account.id,
            product=valve.id,
            quantity_from=Decimal(5),
            quantity_to=Decimal(20),
            valid_until=dt.date(2026, 7, 1),
            price=Decimal(120),
            cost=Decimal(90),
            floor_price=Decimal(110),
            currency="EUR",
            competitor="Nordwerk",
            competitor_price=Decimal(125),
            limit=UsageLimit(quantity=Decimal(100)),
        )
    )
    assert (draft.number, draft.status) == ("SPR-2026-000001", SpecialPriceStatus.DRAFT)
    assert draft.margin_percent == Decimal(25)
    draft = prices.update_request(draft.replace(reason="a rival"))
    waiting = prices.submit(draft.id, draft.version)
    with pytest.raises(InvalidError) as below:
        prices.approve(waiting.id, waiting.version, SpecialPriceGrant(price=Decimal(100)))
    assert (below.value.code, below.value.field) == (ErrorCode.NOT_ALLOWED, "grant.below_floor")
    approved = prices.approve(waiting.id, waiting.version)
    assert approved == prices.request(draft.id)
    assert approved.condition is not None
    record = session.conditions.condition(approved.condition)
    assert (record.source, record.scale[0].rate, record.scale[0].upper) == (draft.number, Decimal(120), Decimal(20))
    context = PriceContext(account=account.id)
    assert [net(session, quantity, context) for quantity in (4, 5, 20, 21)] == ["0", "600", "2400", "0"]
    assert net(session, 5, PriceContext()) == "0"
    assert net(session, 5, context, dt.date(2026, 7, 1)) == "0"
    with pytest.raises(ConflictError) as twice:
        prices.approve(approved.id, approved.version)
    assert twice.value.code == ErrorCode.ILLEGAL_TRANSITION
    row = prices.report(SpecialPriceOptions(submitted_from=dt.date(2026, 3, 1))).rows[0]
    assert (row.status, row.competitor, row.count) == (SpecialPriceStatus.APPROVED, "Nordwerk", 1)
    assert row.mean_gap_percent == Decimal(-4)
    revoked = prices.revoke(approved.id, approved.version, "the offer was lost")
    assert revoked.status == SpecialPriceStatus.REVOKED
    assert net(session, 5, context) == "0"


def test_what_is_not_granted(session: Session) -> None:
    prices = session.special_prices
    valve = session.products.create_product(Product("V-100", "Valve DN 50"))
    request = SpecialPriceRequest("Valves", product=valve.id, discount_percent=Decimal(5), valid_until=dt.date(2026, 7, 1))
    first, second = prices.create_request(request), prices.create_request(request)
    first = prices.submit(first.id, first.version)
    assert prices.reject(first.id, first.version, "too much").decision_note == "too much"
    session.execute(SpecialPriceCommand.WithdrawRequest(second.id, second.version))
    withdrawn = prices.requests(Query(filter=F("status") == SpecialPriceStatus.WITHDRAWN)).items
    assert [found.id for found in withdrawn] == [second.id]
    with pytest.raises(ConflictError) as gone:
        prices.withdraw(second.id, withdrawn[0].version)
    assert gone.value.code == ErrorCode.ILLEGAL_TRANSITION
    assert list(records(session.conditions.conditions)) == []
