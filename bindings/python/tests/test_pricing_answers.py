"""What is asked about prices: lint, audit, waterfall, what-if, counterfactual, documents that stay open, tables."""

from __future__ import annotations

import copy
import json
import pickle
import threading
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import crm_core
import pytest
from crm_core import CrmError, ErrorCode, InvalidError, pricing

FOLDER = Path(__file__).resolve().parents[2] / "conformance" / "pricing" / "answers"
CALLS = [line.split("\t") for line in (FOLDER / "calls.tsv").read_text(encoding="utf-8").splitlines()]


def text(name: str) -> str:
    """What stands in a file."""
    return (FOLDER / name).read_text(encoding="utf-8")


def data(name: str) -> Any:
    """The JSON of a file."""
    return json.loads(text(f"{name}.json"))


def expected(name: str) -> Any:
    """What Rust gives, as data."""
    return data(f"{name}.expected")


def written(call: Callable[[], str]) -> str:
    """The answer, or the problems, as all languages write them."""
    try:
        return call()
    except CrmError as error:
        return '{"problems":[' + ",".join(problem.to_json() for problem in error.problems) + "]}"


def opened(catalog: Any, document: Any, *changes: Any) -> pricing.OpenDocument:
    """An open document after its changes; what is no item names one that is taken out."""
    open_document = pricing.OpenDocument(pricing.Pricer(catalog), document)
    for change in changes:
        if isinstance(change, dict) or change.startswith("{"):
            open_document.set_item(change)
        else:
            open_document.remove_item(change)
    return open_document


def figured(*arguments: Any) -> tuple[Any, ...]:
    """The figure of a goal as a decimal."""
    return arguments[:4] + tuple(Decimal(figure) for figure in arguments[4:])


BY_JSON: dict[str, Callable[..., str]] = {
    "lint": pricing.lint_json,
    "audit": pricing.audit_json,
    "waterfall": pricing.waterfall_json,
    "what_if": pricing.what_if_json,
    "counterfactual": lambda *arguments: pricing.counterfactual_json(*figured(*arguments)),
    "open": lambda *arguments: opened(*arguments).result_json(),
}
BY_DATA: dict[str, Callable[..., Any]] = {
    "lint": pricing.lint,
    "audit": pricing.audit,
    "waterfall": pricing.waterfall,
    "what_if": pricing.what_if,
    "counterfactual": lambda *arguments: pricing.counterfactual(*figured(*arguments)),
    "open": lambda *arguments: opened(*arguments).result_dict(),
}


@pytest.mark.parametrize("call", CALLS, ids=[call[1] for call in CALLS])
def test_python_gives_the_expected_bytes(call: list[str]) -> None:
    kind, name, *words = call
    assert {call[0] for call in CALLS} == set(BY_JSON)
    texts = [text(word) if word.endswith(".json") else word for word in words]
    if kind == "what_if":
        texts[2] = json.loads(texts[2])
    wanted = text(f"{name}.expected.json").rstrip("\n")
    assert written(lambda: BY_JSON[kind](*texts)) == wanted
    plain = [json.loads(text(word)) if word.endswith(".json") else word for word in words]
    assert written(lambda: BY_JSON[kind](*plain)) == wanted
    if "problems" not in expected(name):
        assert BY_DATA[kind](*plain) == expected(name)


def test_the_linter_says_what_is_useless_and_why_a_catalogue_is_refused() -> None:
    found = pricing.lint(data("faulty.catalog"))
    assert {pricing.LintFinding.from_json(json.dumps(one)).code for one in found} == {
        pricing.PriceLint.UNREACHABLE_ACCESS,
        pricing.PriceLint.UNUSED_TYPE,
        pricing.PriceLint.NEVER_HIT_RECORD,
        pricing.PriceLint.SCALE_GAP,
        pricing.PriceLint.MISSING_RATE,
        pricing.PriceLint.MISSING_UNIT_FACTOR,
    }
    hidden = next(one for one in found if one["code"] == "never_hit_record")
    assert (hidden["path"], hidden["records"], hidden["is_error"]) == ("records[2]", ["special", "p1"], False)
    (twice,) = pricing.lint(pricing.PriceCatalog.from_json(text("twice.catalog.json")))
    assert (twice["code"], twice["error"], twice["records"]) == ("invalid", "overlap", ["p1", "twin"])
    with pytest.raises(InvalidError) as caught:
        pricing.lint({**data("order.catalog"), "version": 1.5})
    assert (caught.value.code, caught.value.field) == (ErrorCode.FLOAT_NOT_ALLOWED, "version")


def test_an_audit_finds_the_figure_that_was_changed() -> None:
    result = pricing.Pricer(data("order.catalog")).price(data("order.document"))
    assert pricing.audit(result) == []
    row = result.items[0].rows[0]
    rows = [row.replace(value=Decimal("135.51")), *result.items[0].rows[1:]]
    changed = result.replace(items=[result.items[0].replace(rows=rows), *result.items[1:]])
    assert pricing.audit(changed)[0] == {"figure": "items[0].rows[0].raw", "told": "135.51", "follows": "135.5"}


def test_a_waterfall_ends_at_the_net() -> None:
    result = pricing.Pricer(data("order.catalog")).price(data("orders.documents")[1])
    bars = pricing.waterfall(result.items[0])
    assert [(bar["label"], bar["change"], bar["end"]) for bar in bars] == [
        ("List price", "406.5", "406.5"),
        ("K007", "-36.59", "369.91"),
        ("运费补贴", "0", "369.91"),
        ("net", "369.91", "369.91"),
    ]
    assert bars[2]["inactive"] == "excluded"
    table = pricing.waterfall_table(result)
    assert table["item"] == ["10"] * 4 + ["20"] * 4
    assert table["change"][:4] == [Decimal("406.5"), Decimal("-36.59"), Decimal(0), Decimal("369.91")]
    assert table["inactive"][:4] == [None, None, "excluded", None]
    assert all(isinstance(figure, Decimal) for name in ("start", "change", "end") for figure in table[name])
    assert pricing.waterfall_table(json.loads(result.to_json())) == table == pricing.waterfall_table(result.to_json())


def test_a_draft_is_compared_by_item_product_and_customer() -> None:
    present, draft = pricing.Pricer(data("order.catalog")), pricing.Pricer(data("draft.catalog"))
    documents = data("orders.documents")
    found = present.what_if(draft, documents, "customer", threads=2)
    line = found.lines[0]
    assert (line.document, line.item, line.product, line.group) == ("Q-1", "10", "P1", "C7")
    assert (line.net_before, line.net_after) == (Decimal(271), Decimal(280))
    assert (line.margin_before, line.margin_after) == (Decimal(71), Decimal(80))
    assert [(step.step, step.before, step.after) for step in line.steps][0] == (10, Decimal(271), Decimal(280))
    assert (found.documents, found.total.items, found.total.changed) == (3, 5, 4)
    new = next(line for line in found.lines if line.document == "Q-4")
    assert (new.error_before, new.error_after, new.net_after) == (ErrorCode.MISSING_PRICE, None, Decimal(40))
    assert [(one.key, one.changed) for one in found.groups] == [("C7", 1), ("C8", 3), ("C9", 0)]
    assert present.what_if_dict(draft, documents, "customer") == expected("what_if_draft")
    assert present.what_if_json(draft, documents, "customer") == found.to_json()
    assert pickle.loads(pickle.dumps(found)) == found
    same = present.what_if(present, iter(documents[:2]))
    assert (same.lines, same.groups, same.total.changed) == ([], [], 0)
    for threads in (0, 257):
        with pytest.raises(InvalidError) as caught:
            present.what_if(draft, documents, threads=threads)
        assert (caught.value.code, caught.value.field) == (ErrorCode.OUT_OF_RANGE, "threads")
    with pytest.raises(InvalidError) as caught:
        pricing.what_if(data("order.catalog"), data("twice.catalog"), documents)
    assert (caught.value.code, caught.value.field) == (ErrorCode.OVERLAP, "draft.records")
    with pytest.raises(TypeError, match="a list of documents"):
        present.what_if(draft, documents[0])


def test_a_comparison_becomes_tables() -> None:
    found = pricing.what_if(data("order.catalog"), data("draft.catalog"), data("orders.documents"), "customer")
    lines = pricing.what_if_table(found)
    assert lines["document"] == ["Q-1", "Q-2", "Q-2", "Q-3", "Q-4", "Q-5"]
    assert lines["net_change"] == [Decimal(9), Decimal("18.59"), Decimal(18), None, None, Decimal("6.2")]
    assert lines["error_after"] == [None, None, None, "missing_price", None, None]
    steps = pricing.what_if_table(found, "steps")
    first = {name: column[0] for name, column in steps.items()}
    assert first == {
        "place": 0,
        "document": "Q-1",
        "item": "10",
        "step": 10,
        "condition_type": "PR00",
        "before": Decimal(271),
        "after": Decimal(280),
        "change": Decimal(9),
    }
    products = pricing.what_if_table(found, "products")
    assert (products["key"], products["items"], products["changed"]) == (["P1", "P2"], [3, 2], [3, 1])
    groups = pricing.what_if_table(json.dumps(found), "groups")
    assert groups["net_change"] == [Decimal(9), Decimal("42.79"), Decimal(0)]
    typed = pricing.WhatIf.from_json(json.dumps(found))
    for name in ("lines", "steps", "products", "groups"):
        table = pricing.what_if_table(typed, name)
        assert table == pricing.what_if_table(found, name)
        assert len({len(column) for column in table.values()}) == 1
        assert not any(isinstance(cell, float) for column in table.values() for cell in column)
    with pytest.raises(InvalidError) as caught:
        pricing.what_if_table(found, "customers")
    assert (caught.value.code, caught.value.field) == (ErrorCode.NOT_IN_PICKLIST, "table")
    with pytest.raises(InvalidError) as caught:
        pricing.what_if_table({**found, "documents": "three"})
    assert (caught.value.code, caught.value.field) == (ErrorCode.WRONG_TYPE, "documents")


def test_the_rows_of_a_price_become_a_table() -> None:
    result = pricing.price(data("order.catalog"), data("orders.documents")[1])
    table = pricing.price_table(result)
    rows = [row for item in result["items"] for row in item["rows"]]
    assert table["value"] == [Decimal(row["value"]) for row in rows]
    assert table["raw"][:2] == [None, "-36.585"]
    assert table["origin"][:4] == ["automatic", "automatic", "automatic", "subtotal"]
    assert (table["inactive"][2], table["subtotal"][3], table["kind"][4]) == ("excluded", "net_value", "cost")
    assert set(table["item"]) == {"10", "20"}
    assert table["item_quantity"][0] == Decimal(3)
    head = pricing.price_table(json.loads((FOLDER.parent / "taxes_and_head.expected.json").read_text(encoding="utf-8")))
    assert head["item"][-1] is None and head["product"][-1] is None and isinstance(head["value"][-1], Decimal)
    empty = pricing.price_table(pricing.price(data("order.catalog"), {**data("order.document"), "items": []}))
    assert set(empty) == set(table) and all(column == [] for column in empty.values())


def test_the_smallest_change_that_reaches_a_goal() -> None:
    pricer, document = pricing.Pricer(data("order.catalog")), data("order.document")
    # 135.50 less 7.38 % is 125.50; less 7.37 % it is 125.51.
    (change,) = pricer.counterfactual(document, "10", pricing.PriceGoal.NET, Decimal("125.50"))
    assert (change.lever, change.condition_type) == (pricing.PriceLever.RATE, "K007")
    assert (change.from_figure, change.to_figure, change.net) == (Decimal(20), Decimal("7.38"), Decimal("125.5"))
    assert pricer.counterfactual(document, "10", "no_approval")[0].to_figure == Decimal(5)
    # A margin of 20 % of the net on a cost of 100.00 is a net of 125.00.
    (change,) = pricer.counterfactual(document, "10", "margin_percent", 20)
    assert (change.to_figure, change.margin) == (Decimal("7.75"), Decimal(25))
    (change,) = pricer.counterfactual(document, "20", "net_price", 123)
    assert (change.lever, change.to_figure, change.net_price) == (
        pricing.PriceLever.QUANTITY,
        Decimal(12),
        Decimal("123.75"),
    )
    assert pricer.counterfactual(document, "10", "net", 100) == []
    bad: list[tuple[tuple[Any, ...], str, str]] = [
        (("11", "no_approval"), "NO_SUCH_RECORD", "item"),
        (("10", "net"), "REQUIRED", "figure"),
        (("10", "profit", 1), "NOT_IN_PICKLIST", "goal"),
    ]
    for arguments, code, field in bad:
        for call in (pricer.counterfactual, pricer.counterfactual_json):
            with pytest.raises(InvalidError) as caught:
                call(document, *arguments)
            assert (caught.value.code, caught.value.field) == (getattr(ErrorCode, code), field)
    with pytest.raises(InvalidError) as caught:
        pricer.counterfactual(document, "10", "net", 125.5)  # type: ignore[arg-type]
    assert caught.value.code == ErrorCode.FLOAT_NOT_ALLOWED


def test_an_open_document_has_the_figures_of_a_fresh_one() -> None:
    pricer = pricing.Pricer(data("order.catalog"))
    document = pricing.OpenDocument(pricer, data("order.document"))
    assert repr(document) == "OpenDocument(items=2)"
    assert document.set_item(data("changed.item")) == ["10"]
    assert document.set_item(text("added.item.json")) == ["30"]
    assert [item.id for item in document.document.items] == ["10", "20", "30"]
    assert document.result() == pricer.price(document.document)
    assert document.result_json() == pricer.price_json(document.document)
    assert document.result_dict() == pricer.price_dict(document.document)
    found = document.item("10")
    assert found and found.net == Decimal("369.91")
    assert document.item("99") is None
    document.remove_item("20")
    assert document.result_json() == pricer.price_json(document.document)
    item = document.document.items[0].replace(quantity=Decimal(2))
    assert document.set_item(item) == ["10"]
    assert document.result() == pricer.price(document.document)


def test_an_open_document_is_as_it_was_after_what_is_refused() -> None:
    document = pricing.OpenDocument(pricing.Pricer(data("order.catalog")), data("order.document"))
    before = (document.document, document.result_json())
    bad: list[tuple[Callable[[], object], str, str]] = [
        (lambda: document.set_item(data("refused.item")), "MISSING_PRICE", "items[1]"),
        (lambda: document.set_item(data("float.item")), "FLOAT_NOT_ALLOWED", "quantity"),
        (lambda: document.remove_item("99"), "NO_SUCH_RECORD", "id"),
    ]
    for call, code, field in bad:
        with pytest.raises(InvalidError) as caught:
            call()
        assert (caught.value.code, caught.value.field) == (getattr(ErrorCode, code), field)
        assert (document.document, document.result_json()) == before
    with pytest.raises(TypeError, match="expected PriceItem, str or dict"):
        document.set_item(None)  # type: ignore[arg-type]


def test_threads_take_turns_at_an_open_document() -> None:
    pricer = pricing.Pricer(data("order.catalog"))
    document = pricing.OpenDocument(pricer, data("order.document"))
    item = data("added.item")

    def work(number: int) -> None:
        for quantity in range(1, 20):
            document.set_item({**item, "id": f"t{number}", "quantity": quantity})

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(document.document.items) == 6
    assert document.result_json() == pricer.price_json(document.document)


def test_the_answers_leave_what_they_are_given_alone() -> None:
    catalog, documents = data("order.catalog"), data("orders.documents")
    before = copy.deepcopy((catalog, documents))
    pricing.what_if(catalog, catalog, documents)
    pricing.lint(catalog)
    assert (catalog, documents) == before
    assert "pricing.what_if" in crm_core.json_schema_names()
    assert json.loads(crm_core.json_schema("pricing.what_if"))["title"] == "WhatIf"
