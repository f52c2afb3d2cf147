"""The stored price catalogue."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from crm_core import (
    Account,
    ConditionCommand,
    ConflictError,
    CounterUsage,
    DefinitionStatus,
    ErrorCode,
    F,
    HierarchyKind,
    InvalidError,
    PriceCatalog,
    PriceCondition,
    PriceContext,
    PriceDefinition,
    PriceDocument,
    PriceDraft,
    PriceList,
    PricedBy,
    Product,
    Query,
    Quote,
    QuoteLine,
    RepriceMode,
    ScaleLevel,
    Session,
    UsageLimit,
    UsageStatus,
    pricing,
    records,
)

DEFINITION: dict[str, Any] = {
    "version": "",
    "fields": [{"name": "account"}, {"name": "price_list"}],
    "tables": [
        {"code": "LIST", "fields": ["price_list", "product"]},
        {"code": "CUSTOMER", "fields": ["account"], "up": ["account"]},
        {"code": "PRODUCT", "fields": ["product"]},
    ],
    "access_sequences": [
        {"code": "LISTS", "accesses": [{"table": "LIST"}]},
        {"code": "CUSTOMERS", "accesses": [{"table": "CUSTOMER"}]},
        {"code": "PRODUCTS", "accesses": [{"table": "PRODUCT"}]},
    ],
    "condition_types": [
        {"code": "PRICE", "kind": "price", "calculation": "quantity", "access_sequence": "LISTS"},
        {"code": "DISCOUNT", "kind": "discount", "calculation": "percent", "access_sequence": "CUSTOMERS"},
        {
            "code": "PROMOTION",
            "kind": "discount",
            "calculation": "percent",
            "access_sequence": "PRODUCTS",
            "scale": {"base": "quantity", "kind": "from"},
        },
    ],
    "procedures": [
        {
            "code": "SALE",
            "steps": [
                {"number": 10, "condition_type": "PRICE", "mandatory": True},
                {"number": 20, "condition_type": "DISCOUNT"},
                {"number": 30, "condition_type": "PROMOTION"},
            ],
        }
    ],
}


def document(quantity: int) -> dict[str, Any]:
    """Some valves."""
    items = [{"id": "10", "product": "V-100", "quantity": quantity}]
    return {"currency": "EUR", "pricing_date": dt.date(2026, 5, 1), "items": items}


def define(session: Session) -> PriceDefinition:
    """The definition, active."""
    definition = PriceDefinition(
        "2026",
        PriceCatalog.from_json(json.dumps(DEFINITION)),
        list_price_type="PRICE",
        list_price_table="LIST",
    )
    draft = session.conditions.create_definition(definition)
    assert draft.status == DefinitionStatus.DRAFT
    draft = session.conditions.update_definition(draft.replace(note="as agreed"))
    return session.conditions.activate_definition(draft.id, draft.version)


def sold(session: Session) -> tuple[str, str]:
    """A valve at 135.50 EUR, and a customer below a group that has 9 %."""
    valve = session.products.create_product(Product("V-100", "Valve DN 50"))
    listed = session.products.create_price_list(PriceList("2026", currency="EUR", is_default=True))
    session.products.set_list_price(listed.id, valve.id, Decimal("135.50"), dt.date(2026, 1, 1))
    group = session.customers.create_account(Account("Group"))
    works = session.customers.create_account(Account("Works"))
    session.customers.set_parent(HierarchyKind.LEGAL, works.id, group.id, dt.date(2020, 1, 1))
    discount = PriceCondition("DISCOUNT", "CUSTOMER", account=group.id, rate=Decimal(9), source="contract 12")
    session.conditions.add_conditions([discount])
    return str(valve.id), str(works.id)


def test_documents_are_priced_by_what_is_stored(session: Session) -> None:
    conditions = session.conditions
    with pytest.raises(InvalidError) as undefined:
        conditions.price(document(3))
    assert (undefined.value.code, undefined.value.field) == (ErrorCode.UNKNOWN_REFERENCE, "definition")
    active = define(session)
    assert conditions.definition(active.id) == active == conditions.definitions().items[0]
    _, works = sold(session)
    plain = conditions.price(document(3))
    assert plain["net"] == "406.5"
    # 406.50 less 9 % of the group above.
    priced = conditions.price(document(3), {"account": works})
    assert (priced["net"], priced["items"][0]["rows"][1]["value"]) == ("369.91", "-36.59")
    typed = PriceDocument.from_json(json.dumps(document(3), default=str))
    context = PriceContext(account=works)
    assert conditions.price(typed, context) == conditions.price(json.dumps(document(3), default=str), context) == priced
    case = conditions.price_case(document(3), context)
    assert case["version"] == int(priced["catalog_version"])
    assert pricing.price(case["catalog"], case["document"]) == priced
    with pytest.raises(InvalidError) as unknown:
        conditions.price({**document(3), "items": [{"id": "1", "product": "V-1", "quantity": 1}]})
    assert (unknown.value.code, unknown.value.field) == (ErrorCode.UNKNOWN_REFERENCE, "items[0].product")
    with pytest.raises(InvalidError) as binary:
        conditions.price({**document(3), "items": [{"id": "1", "quantity": 1.5}]})
    assert binary.value.code == ErrorCode.FLOAT_NOT_ALLOWED
    with pytest.raises(TypeError, match="PriceContext, str or dict"):
        conditions.price(document(3), 5)  # type: ignore[arg-type]


def test_records_are_replaced(session: Session) -> None:
    conditions = session.conditions
    define(session)
    _, works = sold(session)
    first = next(records(conditions.conditions))
    assert first.rate == Decimal(9)
    before = conditions.price_case(document(3))["version"]
    second = conditions.replace_condition(first.id, first.version, first.replace(rate=Decimal(8)))
    assert (second.replaces, second.rate) == (first.id, Decimal(8))
    assert conditions.condition(first.id).until_version == second.since_version
    assert conditions.price(document(3), {"account": works})["net"] == "373.98"
    assert conditions.price(document(3), {"account": works, "version": before})["net"] == "369.91"
    retired = conditions.retire_condition(second.id, second.version)
    assert retired.until_version is not None
    assert conditions.price(document(3), {"account": works})["net"] == "406.5"
    with pytest.raises(ConflictError) as gone:
        conditions.retire_condition(second.id, retired.version)
    assert gone.value.code == ErrorCode.ILLEGAL_TRANSITION


def test_limits_count(session: Session) -> None:
    conditions = session.conditions
    define(session)
    valve, _ = sold(session)
    promotion = PriceCondition(
        "PROMOTION",
        "PRODUCT",
        product=valve,
        scale=[ScaleLevel(Decimal(5), lower=Decimal(1))],
        limit=UsageLimit(counter="spring", quantity=Decimal(10)),
    )
    conditions.add_conditions([promotion])
    used = conditions.price(document(6))["usage"]
    assert [(use["counter"], use["quantity"]) for use in used] == [("spring", "6")]
    usage = [CounterUsage("spring", quantity=Decimal(6), uses=1)]
    conditions.reserve_usage("Q-1", "EUR", usage)
    # Six of ten are set aside: six more are priced without it, 813.00, and cannot be set aside.
    assert conditions.price(document(6))["net"] == "813"
    assert conditions.price(document(6), {"document": "Q-1"})["net"] == "772.35"
    with pytest.raises(ConflictError) as over:
        conditions.reserve_usage("Q-2", "EUR", usage)
    assert (over.value.code, over.value.field) == (ErrorCode.LIMIT_EXCEEDED, "usage[0].quantity")
    conditions.commit_usage("Q-1")
    counter = conditions.counters(Query(filter=F("counter") == "spring")).items[0]
    assert (counter.committed_quantity, counter.reserved_quantity) == (Decimal(6), Decimal(0))
    session.execute(ConditionCommand.ReleaseUsage("Q-1"))
    assert [use.status for use in conditions.usages().items] == [UsageStatus.RELEASED]
    conditions.release_usage("Q-1")
    assert conditions.price(document(6))["net"] == "772.35"


def test_quotes_keep_the_prices_that_conditions_made(session: Session) -> None:
    define(session)
    valve, works = sold(session)
    line = QuoteLine(Decimal(3), product=valve)
    given = Quote("Valves", account=works, lines=[line], priced_by=PricedBy.CONDITIONS, currency="EUR")
    quote = session.quotes.create_quote(given)
    # 406.50 less 9 %.
    assert (quote.total, quote.lines[0].gross_amount) == (Decimal("369.91"), Decimal("406.50"))
    assert quote.price_result is not None and quote.price_result.net == quote.total
    case = session.quotes.price_case(quote.id)
    assert pricing.price_json(case["catalog"], case["document"]) == quote.price_result.to_json()
    first = next(records(session.conditions.conditions))
    session.conditions.replace_condition(first.id, first.version, first.replace(rate=Decimal(10)))
    draft = PriceDraft(retire=[], add=[])
    found = session.conditions.what_if(draft, [quote.id], "account")
    assert (found.total.net_before, found.total.net_after) == (Decimal("369.91"), Decimal("365.85"))
    assert pricing.what_if_table(found)["group"] == [works]
    assert session.conditions.lint() == []
    anew = session.quotes.reprice(quote.id, quote.version, RepriceMode.KEEP_MANUAL)
    assert (anew.total, anew.catalog_version) == (Decimal("365.85"), (quote.catalog_version or 0) + 1)
    with pytest.raises(InvalidError) as refused:
        session.quotes.update_quote(anew.replace(lines=[anew.lines[0].replace(unit_price=Decimal(1))]))
    assert (refused.value.code, refused.value.field) == (ErrorCode.NOT_ALLOWED, "lines[0].unit_price")
