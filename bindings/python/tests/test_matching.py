"""Duplicates of lists and the index file, as an analyst without a database uses them."""

import datetime
import json
import pathlib
import random

import pytest
from crm_core import CrmError, ErrorCode, matching

# Codes with valid check characters (GB 32100-2015).
TENCENT, OTHER = "9144030071526726XG", "91350100M000100Y43"


def company(id: str, name: str, **more: object) -> dict[str, object]:
    return {"id": id, "name": name, **more}


def companies() -> list[dict[str, object]]:
    """Two companies that are entered twice, a sister of one of them, and strangers."""
    return [
        company("a", "苏州汇川机械有限公司", city="苏州", phone="0512-66881234", website="www.huichuan.com"),
        company("b", "汇川机械(苏州)有限公司", city="苏州", phone="+86 512 6688 1234", email="wang@huichuan.com"),
        company("c", "武汉汇川电气有限公司", city="武汉", phone="027-88776655", website="www.huichuan.com"),
        company("d", "Müller Pumpen GmbH", city="Stuttgart", country="DE", street="Hauptstraße 12", phone="0711 998877"),
        company("e", "Mueller Pumpen", city="Stuttgart", country="Germany", street="Hauptstr. 12"),
        company("f", "青岛海丰贸易有限公司", city="青岛"),
    ]


def test_duplicates_of_a_list() -> None:
    found = matching.dedupe(companies(), model=matching.standard_model())
    assert found.clusters == [["a", "b"], ["d", "e"]]
    decisions = {(pair.id_a, pair.id_b): pair.decision for pair in found.pairs}
    assert decisions[("a", "b")] == "duplicate"
    assert decisions[("a", "c")] == "related"
    id_a, id_b, weight, probability, decision = found.pairs[0]
    assert (id_a, id_b, decision) == ("a", "b", "duplicate")
    assert probability == pytest.approx(1 / (1 + 2**-weight))


def test_order_and_threads_do_not_matter() -> None:
    records = companies()
    random.Random(7).shuffle(records)
    first, second = matching.dedupe(companies()), matching.dedupe(records, threads=3)
    assert first.pairs == second.pairs
    assert first.model == second.model


def test_steps_add_up_to_the_weight() -> None:
    one, other = companies()[:2]
    steps = matching.explain(one, other)
    [pair] = [pair for pair in matching.dedupe([one, other], model=matching.standard_model()).pairs]
    assert steps[0].field == "prior"
    assert sum(step.weight for step in steps) == pytest.approx(steps[-1].total)
    # The share of the same pairs is that of ten thousand records in the one, of a hundred in the other.
    assert pair.weight > steps[-1].total


def test_two_valid_tax_numbers_are_two_companies() -> None:
    records = [
        company(id, "上海汇川机械有限公司", city="上海", phone="021-62345678", tax_id=number)
        for id, number in (("a", TENCENT), ("b", TENCENT), ("c", OTHER))
    ]
    assert matching.dedupe(records, model=matching.standard_model()).clusters == [["a", "b"]]


def test_people() -> None:
    records = [
        {"id": 1, "given_name": "Martha", "family_name": "Kovač", "birth_date": datetime.date(1968, 3, 1), "city": "Wien"},
        {"id": 2, "given_name": "Kovac", "family_name": "Marta", "birth_date": "01.03.1968", "city": "Vienna"},
        {"id": 3, "name": "王伟", "phone": "138 0013 9000", "birth_date": "1980-05-05"},
        {"id": 4, "given_name": "Wei", "family_name": "Wang", "phone": "+8613800139000", "birth_date": "1980/5/5"},
        {"id": 5, "given_name": "Anna", "family_name": "Kovač", "birth_date": "1999-09-09", "city": float("nan")},
    ]
    assert matching.dedupe(records, kind="person", model=matching.standard_model("person")).clusters == [["1", "2"], ["3", "4"]]


def test_products_by_part_number() -> None:
    records = [
        {"id": "a", "part_number": "GTX-500/B", "name": "Gear pump"},
        {"id": "b", "part_number": "gtx 500 b", "name": "Gear pump"},
        {"id": "c", "part_number": "GTX-600/B", "name": "Gear pump"},
    ]
    assert matching.dedupe(records, kind="product", model=matching.standard_model("product")).clusters == [["a", "b"]]


def test_an_index_answers_the_check_at_insert(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "customers.idx"
    index = matching.index(companies(), path, model=matching.standard_model())
    [first, *_] = index.query({"name": "苏州匯川機械", "phone": "0512 6688 1234"}, limit=3)
    assert first.id in {"a", "b"}
    assert first.decision == matching.MatchDecision.DUPLICATE
    assert sum(step.weight for step in first.steps) == pytest.approx(first.weight)
    again = matching.MatchIndex.open(path)
    assert again.model == index.model
    assert again.query({"name": "Nobody Ltd", "city": "Leeds"}) == []
    with pytest.raises(CrmError) as error:
        matching.index(companies(), path, model=matching.standard_model())
    assert error.value.code == ErrorCode.FILE_EXISTS
    with pytest.raises(CrmError) as error:
        index.query({}, limit=0)
    assert error.value.code == ErrorCode.OUT_OF_RANGE


def test_a_model_goes_to_splink_and_comes_back() -> None:
    for kind in ("organisation", "person", "product"):
        model = matching.standard_model(kind)
        settings = matching.to_splink(model)
        assert json.loads(settings)["link_type"] == "dedupe_only"
        assert matching.from_splink(settings, kind=kind) == model


@pytest.mark.parametrize(
    ("records", "field", "code"),
    [
        ([{"name": "x"}], "records[0].id", ErrorCode.REQUIRED),
        ([{"id": "a"}, {"id": "b", "phone": 62345678.5}], "records[1].phone", ErrorCode.FLOAT_NOT_ALLOWED),
        ([{"id": "a", "name": {"x": 1}}], "records[0].name", ErrorCode.WRONG_TYPE),
        ([{"id": "a", "name": "\ud800"}], "records[0].name", ErrorCode.BAD_FORMAT),
        ([{"id": "a"}, {"id": "a"}], "records.id", ErrorCode.DUPLICATE_KEY),
        (["a"], "records[0]", ErrorCode.WRONG_TYPE),
    ],
)
def test_bad_input_is_named(records: list[dict[str, object]], field: str, code: ErrorCode) -> None:
    with pytest.raises(CrmError) as error:
        matching.dedupe(records)
    assert error.value.code == code
    assert error.value.problems[0].field == field


def test_strange_records_are_compared_like_others() -> None:
    long = "汇" * (64 * 1024)
    records = [company("a", long), company("b", long), company("c", ""), company("d", "\u202eمصنع\u202c"), company("e", "🏭")]
    assert matching.dedupe(records, model=matching.standard_model()).limited == 0


def test_parts_of_a_record() -> None:
    parts = matching.parts(company("a", "江苏省蘇州匯川精密機械有限公司", phone="0512-66881234转8001", tax_id=OTHER))
    assert parts["brand"] == ["汇川"]
    assert parts["reading"] == ["huichuan"]
    assert parts["region"][0].startswith("3205")
    assert parts["phone"] == ["+8651266881234x8001"]
    assert parts["tax_id"] == [f"!uscc:{OTHER}"]
