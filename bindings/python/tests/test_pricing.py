"""Prices of documents by a catalogue, without a database: as data, as JSON text, as values of the engine."""

from __future__ import annotations

import copy
import json
import pickle
import threading
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import crm_core
import pytest
from crm_core import CrmError, ErrorCode, InvalidError, pricing

FOLDER = Path(__file__).resolve().parents[2] / "conformance" / "pricing"
CASES = sorted(path.name.removesuffix(".catalog.json") for path in FOLDER.glob("*.catalog.json"))
GOOD = [name for name in CASES if not name.startswith("refused")]


def text(name: str, part: str) -> str:
    """What stands in a file."""
    return (FOLDER / f"{name}.{part}.json").read_text(encoding="utf-8")


def case(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Catalogue and document as data."""
    catalog, document = (json.loads(text(name, part)) for part in ("catalog", "document"))
    return catalog, document


def expected(name: str) -> str:
    """The canonical JSON that Rust gives."""
    return text(name, "expected").rstrip("\n")


def answer(catalog: Any, document: Any) -> str:
    """The result, or the problems, as all languages write them."""
    try:
        return pricing.price_json(catalog, document)
    except CrmError as error:
        return '{"problems":[' + ",".join(problem.to_json() for problem in error.problems) + "]}"


def refused(document: dict[str, Any], catalog: dict[str, Any] | None = None) -> InvalidError:
    """The error of a document in a catalogue of a list price and a discount."""
    with pytest.raises(InvalidError) as caught:
        pricing.price(catalog or case("list_and_discount")[0], document)
    return caught.value


def of_one(**item: Any) -> dict[str, Any]:
    """A document of one item."""
    whole = {"id": "10", "product": "P1", "quantity": 3, "unit": "C62", **item}
    return {"currency": "EUR", "pricing_date": date(2026, 5, 1), "items": [whole]}


def exact(value: Any) -> Any:
    """The same data with decimals and dates of Python where the text is one, and tuples for lists."""
    if isinstance(value, dict):
        dates = {"pricing_date", "valid_from", "valid_to"}
        return {key: date.fromisoformat(one) if key in dates else exact(one) for key, one in value.items()}
    if isinstance(value, list):
        return tuple(exact(one) for one in value)
    if isinstance(value, str) and value.replace(".", "").replace("-", "").isdecimal() and "." in value:
        return Decimal(value)
    return value


@pytest.mark.parametrize("name", CASES)
def test_python_gives_the_expected_bytes(name: str) -> None:
    assert len(CASES) >= 18
    catalog, document = case(name)
    assert answer(text(name, "catalog"), text(name, "document")) == expected(name)
    assert answer(catalog, document) == expected(name)
    assert answer(exact(catalog), exact(document)) == expected(name)


@pytest.mark.parametrize("name", GOOD)
def test_typed_values_give_the_same_bytes(name: str) -> None:
    catalog, document = case(name)
    typed = pricing.PriceCatalog.from_json(json.dumps(catalog))
    wanted = pricing.PriceDocument.from_json(json.dumps(document))
    assert pricing.price_json(typed, wanted) == expected(name)
    result = pricing.Pricer(typed).price(wanted)
    assert result.to_json() == expected(name)
    assert pricing.PriceResult.from_json(expected(name)) == result
    assert pricing.price(catalog, document) == json.loads(expected(name))


def test_the_published_figures() -> None:
    rebate = pricing.Pricer(case("list_and_discount")[0]).price(case("list_and_discount")[1])
    assert [row.value for row in rebate.items[0].rows[:2]] == [Decimal("406.5"), Decimal("-36.59")]
    assert rebate.items[0].net == Decimal("369.91")
    assert rebate.items[2].approvals == ["K007"]
    for name, net in [("scale_to", "2800"), ("scale_graduated", "2230"), ("units", "110.23")]:
        assert pricing.price(*case(name))["items"][0]["net"] == net
    invoice = pricing.price(*case("vat"))
    assert (invoice["net"], invoice["tax"], invoice["gross"]) == ("1460.5", "365.13", "1825.63")


def test_a_result_says_how_it_came_about() -> None:
    item = pricing.Pricer(case("list_and_discount")[0]).price(case("list_and_discount")[1]).items[1]
    row = item.rows[0]
    assert isinstance(row.value, Decimal)
    assert (row.record, row.access, row.origin) == ("p2-east", 1, pricing.RowOrigin.AUTOMATIC)
    assert (row.base, row.rate, row.per) == (Decimal(250), Decimal(1890), Decimal(100))
    outcomes = {one.record: one.outcome for access in item.accesses[:2] for one in access.candidates}
    assert outcomes == {"p2-east": pricing.CandidateOutcome.TAKEN, "p2": pricing.CandidateOutcome.OUTRANKED}


@pytest.mark.parametrize(
    ("code", "step"),
    [
        ("MISSING_PRICE", "10"),
        ("MISSING_UNIT_FACTOR", "10"),
        ("MISSING_RATE", "10"),
        ("AMBIGUOUS_RULE", "20"),
        ("PRECISION_EXCEEDED", "10"),
        ("NEGATIVE_NET", "25"),
    ],
)
def test_what_cannot_be_priced_has_a_code_an_item_and_a_step(code: str, step: str) -> None:
    catalog, document = case(f"refused_{code.lower()}")
    pricer = pricing.Pricer(catalog)
    for call in (pricer.price, pricer.price_dict, pricer.price_json):
        with pytest.raises(InvalidError) as caught:
            call(document)
        assert caught.value.code == getattr(ErrorCode, code)
        data = caught.value.problems[0].data
        assert (data["item"], data["step"]) == ("10", step)


def test_a_decimal_with_too_many_digits_is_told_with_its_step() -> None:
    rate = Decimal("12345678988754.00000010000000085")
    error = refused(of_one(conditions=[{"condition_type": "PR00", "rate": rate}]))
    assert (error.code, error.field) == (ErrorCode.PRECISION_EXCEEDED, "items[0].conditions[0].rate")
    assert error.problems[0].data["item"] == "10"
    assert error.problems[0].data["condition_type"] == "PR00"


def test_a_float_is_refused_with_its_path() -> None:
    error = refused(of_one(quantity=2.5))
    assert (error.code, error.field) == (ErrorCode.FLOAT_NOT_ALLOWED, "items[0].quantity")
    catalog = copy.deepcopy(case("list_and_discount")[0])
    catalog["records"][2]["rate"] = 0.1
    error = refused(of_one(), catalog)
    assert (error.code, error.field) == (ErrorCode.FLOAT_NOT_ALLOWED, "records[2].rate")
    with pytest.raises(InvalidError) as caught:
        pricing.Pricer(case("list_and_discount")[0]).price_many([of_one(), of_one(quantity=1.0)])
    assert caught.value.field == "documents[1].items[0].quantity"
    written = json.dumps({**of_one(quantity=2.5), "pricing_date": "2026-05-01"})
    with pytest.raises(InvalidError) as caught:
        pricing.price(case("list_and_discount")[0], written)
    assert (caught.value.code, caught.value.field) == (ErrorCode.FLOAT_NOT_ALLOWED, "items[0].quantity")


def test_what_is_wrong_in_the_data_is_told_with_its_path() -> None:
    changes: list[tuple[dict[str, Any], str, str]] = [
        ({"quantity": "three"}, "BAD_FORMAT", "items[0].quantity"),
        ({"quantity": True}, "WRONG_TYPE", "items[0].quantity"),
        ({"quantity": Decimal("NaN")}, "BAD_FORMAT", "items[0].quantity"),
        ({"amount": 3}, "UNKNOWN_FIELD", "items[0].amount"),
        ({"fields": {"dealer": "D1"}}, "UNKNOWN_FIELD", "items[0].fields.dealer"),
        ({"pricing_date": datetime(2026, 5, 1)}, "NAIVE_DATETIME", "items[0].pricing_date"),
        ({"pricing_date": datetime(2026, 5, 1, tzinfo=timezone.utc)}, "BAD_FORMAT", "items[0].pricing_date"),
    ]
    for change, code, field in changes:
        error = refused(of_one(**change))
        assert (error.code, error.field) == (getattr(ErrorCode, code), field)
    for wrong in (5, [of_one()], None, b"{}"):
        with pytest.raises(TypeError, match="expected PriceDocument, str or dict"):
            pricing.price(case("list_and_discount")[0], wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"items\[0\]: product: expected"):
        pricing.price(case("list_and_discount")[0], of_one(product=b"P1"))


def test_two_records_of_one_key_on_one_date_are_refused_with_both_ids() -> None:
    catalog = copy.deepcopy(case("list_and_discount")[0])
    catalog["records"].append({**catalog["records"][0], "id": "again"})
    error = refused(of_one(), catalog)
    assert error.code == ErrorCode.OVERLAP
    assert {error.problems[0].data["first"], error.problems[0].data["second"]} == {"p1", "again"}


def test_values_of_the_engine_may_stand_inside_of_data() -> None:
    item = pricing.PriceItem("10", Decimal(3), product="P1", unit="C62", fields={"customer": "C1"})
    document = {"currency": "EUR", "pricing_date": date(2026, 5, 1), "items": [item]}
    assert pricing.price(case("list_and_discount")[0], document)["net"] == "369.91"
    typed = pricing.PriceDocument("EUR", date(2026, 5, 1), items=[item])
    assert pricing.price(case("list_and_discount")[0], typed)["net"] == "369.91"
    assert pickle.loads(pickle.dumps(typed)) == typed


def test_many_documents_by_threads_stand_in_their_order() -> None:
    pricer = pricing.Pricer(case("list_and_discount")[0])
    documents = [of_one(quantity=count) for count in range(1, 60)]
    one, three = pricer.price_many(documents), pricer.price_many(iter(documents), threads=3)
    assert one == three
    assert [result.net for result in one] == [Decimal("135.5") * count for count in range(1, 60)]
    with pytest.raises(InvalidError) as caught:
        pricer.price_many([of_one(), of_one(product="P3")], threads=2)
    assert (caught.value.code, caught.value.field) == (ErrorCode.MISSING_PRICE, "documents[1].items[0]")
    for threads in (0, 257):
        with pytest.raises(InvalidError) as caught:
            pricer.price_many(documents, threads)
        assert (caught.value.code, caught.value.field) == (ErrorCode.OUT_OF_RANGE, "threads")
    with pytest.raises(TypeError, match="a list of documents"):
        pricer.price_many(of_one())


def test_threads_of_python_share_a_pricer() -> None:
    catalog, document = case("list_and_discount")
    pricer = pricing.Pricer(catalog)
    assert (pricer.version, repr(pricer)) == ("2026-1", 'Pricer(version="2026-1")')
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(pricer.price_json(document))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected("list_and_discount")] * 8


def test_a_document_is_priced_again_with_its_earlier_figures() -> None:
    catalog, document = case("list_and_discount")
    before = pricing.price(catalog, document)
    dearer = copy.deepcopy(catalog)
    dearer["records"][0]["rate"] = "150"
    kept = pricing.price(dearer, {**document, "reprice": {"mode": "keep", "previous": before}})
    assert kept["net"] == before["net"]
    again = pricing.price(dearer, {**document, "reprice": {"mode": "all_new", "previous": before}})
    assert again["items"][0]["net"] == "409.5"


def test_the_forms_have_schemas() -> None:
    names = {"pricing.catalog", "pricing.document", "pricing.result"}
    assert names <= set(crm_core.json_schema_names())
    schemas = {name: json.loads(crm_core.json_schema(name)) for name in names}
    assert {schema["title"] for schema in schemas.values()} == {"PriceCatalog", "PriceDocument", "PriceResult"}
    for name in GOOD:
        result = pricing.price(*case(name))
        assert set(result) <= set(schemas["pricing.result"]["properties"])
        assert set(schemas["pricing.result"]["required"]) <= set(result)
        assert isinstance(result["net"], str)


def test_the_module_shows_the_values_of_the_room() -> None:
    for name in pricing.__all__:
        assert getattr(crm_core, name) is getattr(pricing, name)
