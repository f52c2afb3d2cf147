"""Opening, closing, commands, retries, the JSON door, dumps, threads."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from crm_core import (
    Account,
    AggregateQuery,
    ChangeKind,
    Command,
    ConflictError,
    Crm,
    CrmError,
    CustomerCommand,
    Durability,
    ErrorCode,
    F,
    GroupBy,
    InvalidError,
    Measure,
    MeasureFunction,
    NotFoundError,
    Outcome,
    Query,
    RecordCommand,
    Session,
    SetupOptions,
    Sort,
    UnavailableError,
    json_schema,
    json_schema_names,
)
from helpers import START, set_up


def make(session: Session, name: str = "东方重工集团", **fields: Any) -> Account:
    return session.customers.create_account(Account(name, **fields))


def test_a_file_is_opened_closed_and_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "factory.db"
    with Crm.open(path, durability=Durability.NORMAL, busy_timeout_ms=100) as crm:
        session = set_up(crm)
        account = make(session)
        assert crm.tenants() == ["main"]
        assert crm.check_integrity() == []
    for call in (crm.tenants, lambda: session.customers.account(account.id), lambda: make(session)):
        with pytest.raises(UnavailableError) as caught:
            call()
        assert caught.value.code == ErrorCode.CLOSED
    crm.close()
    with Crm.open(str(path)) as crm:
        assert crm.session("main", "admin").customers.account(account.id) == account


def test_the_context_manager_closes_after_an_error() -> None:
    with pytest.raises(KeyError), Crm.open_in_memory() as crm:
        raise KeyError
    with pytest.raises(UnavailableError):
        crm.tenants()


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(b"this is no database, but it is long enough to be one" * 100)
    with pytest.raises(CrmError) as caught:
        Crm.open(damaged)
    assert caught.value.kind in ("corrupt", "unavailable")
    with pytest.raises(UnavailableError):
        Crm.open(tmp_path / "no" / "such" / "folder.db")
    with pytest.raises(TypeError):
        Crm.open(1)  # type: ignore[arg-type]


def test_setup_and_sessions_refuse_what_is_wrong(crm: Crm, session: Session) -> None:
    with pytest.raises(CrmError) as caught:
        crm.setup(SetupOptions("main", "again", "CNY", "Asia/Shanghai", "admin"))
    assert caught.value.code == ErrorCode.DUPLICATE_KEY
    with pytest.raises(InvalidError) as wrong:
        crm.setup(SetupOptions("second", "x", "CNY", "Mars/Olympus", "admin"))
    assert (wrong.value.code, wrong.value.field) == (ErrorCode.BAD_FORMAT, "time_zone")
    with pytest.raises(InvalidError):
        SetupOptions("second", "x", "Yuan", "Asia/Shanghai", "admin")
    for tenant, login in (("main", "nobody"), ("nowhere", "admin")):
        with pytest.raises(NotFoundError):
            crm.session(tenant, login)
    assert session.user == crm.session("main", "admin").user


def test_a_backup_is_a_database(tmp_path: Path) -> None:
    with Crm.open(tmp_path / "a.db") as crm:
        make(set_up(crm))
        crm.backup(tmp_path / "b.db")
        with pytest.raises(ConflictError) as caught:
            crm.backup(tmp_path / "b.db")
        assert caught.value.code == ErrorCode.FILE_EXISTS
    with Crm.open(tmp_path / "b.db") as copy:
        assert len(copy.session("main", "admin").customers.accounts().items) == 1


def test_a_dump_of_a_restored_dump_is_the_same(tmp_path: Path) -> None:
    with Crm.open_in_memory() as crm, Crm.open(tmp_path / "b.db") as other:
        make(set_up(crm), annual_revenue=Decimal("123456789.1234"))
        report = crm.dump(tmp_path / "a.jsonl")
        assert (report.tenants, report.records > 3) == (1, True)
        assert other.restore(tmp_path / "a.jsonl") == report
        assert other.dump(tmp_path / "b.jsonl") == report
        assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()
        with pytest.raises(ConflictError):
            crm.dump(tmp_path / "a.jsonl")
        with pytest.raises(ConflictError):
            other.restore(tmp_path / "a.jsonl")
        with pytest.raises(UnavailableError) as caught:
            other.restore(tmp_path / "no.jsonl")
        assert caught.value.code == ErrorCode.IO


def replay() -> str:
    with Crm.open_replayable(7, START) as crm:
        session = set_up(crm)
        account = make(session, kind=None, grade="A")
        session.update("account", account.id, account.version, grade="B")
        return json.dumps([entry.to_json() for entry in session.changes_since(0).entries])


def test_the_same_commands_give_the_same_bytes() -> None:
    assert replay() == replay()


def test_a_retry_has_its_effect_once(session: Session) -> None:
    op_id = session.new_id()
    command = CustomerCommand.CreateAccount(account=Account("一次"))
    first = session.execute(command, op_id=op_id)
    again = session.execute(Command.Customer(command), op_id)
    assert isinstance(first, Outcome)
    assert (first.replayed, again.replayed) == (False, True)
    assert first.changes == again.changes
    assert first.op_id == op_id
    assert len(session.customers.accounts().items) == 1
    with pytest.raises(ConflictError) as caught:
        session.execute(CustomerCommand.CreateAccount(account=Account("二")), op_id=op_id)
    assert caught.value.code == ErrorCode.OP_ID_REUSED


def test_all_or_nothing(session: Session) -> None:
    good = RecordCommand.Create(entity="account", fields={"name": "好"})
    bad = RecordCommand.Create(entity="account", fields={"name": ""})
    with pytest.raises(InvalidError) as caught:
        session.execute_all([good, bad])
    assert caught.value.field == "[1].name"
    assert session.customers.accounts().items == []
    outcome = session.execute_all([good, good])
    assert [change.kind for change in outcome.changes] == [ChangeKind.CREATE] * 2


def test_a_preview_writes_nothing(session: Session) -> None:
    command = RecordCommand.Create(entity="account", fields={"name": "预览"})
    assert len(session.preview(command).changes) == 1
    assert len(session.preview_all([command, command]).changes) == 2
    assert json.loads(session.preview_json(Command.Record(command).to_json()))["changes"]
    assert session.customers.accounts().items == []


def test_records_by_name(session: Session) -> None:
    outcome = session.create("account", name="按名", annual_revenue=Decimal("0.0001"), founded_year=1998)
    account_id = outcome.changes[0].id
    account = session.get("account", account_id)
    assert isinstance(account, Account)
    assert (account.annual_revenue, account.founded_year) == (Decimal("0.0001"), 1998)
    session.update("account", account_id, 1, city="苏州")
    session.delete("account", account_id, 2)
    with pytest.raises(NotFoundError):
        session.get("account", account_id)
    session.restore("account", account_id)
    assert session.get("account", account_id).city == "苏州"
    with pytest.raises(InvalidError) as caught:
        session.get("no_such_entity", account_id)
    assert caught.value.code == ErrorCode.UNKNOWN_ENTITY


def test_every_entity_can_be_asked_for_by_name(session: Session) -> None:
    entities = {name for name in json_schema_names() if "." not in name} - {"command", "question", "outcome", "problem"}
    assert len(entities) > 10
    for entity in entities:
        assert session.describe(entity)
        with pytest.raises(NotFoundError):
            session.get(entity, session.new_id())
        with pytest.raises(NotFoundError):
            session.as_of(entity, session.new_id(), START)


def test_a_stale_save_is_refused_and_says_why(session: Session) -> None:
    account = make(session)
    saved = session.customers.update_account(account.replace(grade="A"))
    assert saved.version == 2
    with pytest.raises(ConflictError) as caught:
        session.customers.update_account(account.replace(city="上海"))
    assert caught.value.code == ErrorCode.STALE_VERSION
    assert "grade" in str(caught.value.problems[0].data)


def test_history_as_of_feed_and_undo(session: Session) -> None:
    account = make(session, annual_revenue=Decimal("10.5"))
    later = session.at(START + dt.timedelta(days=1))
    outcome = later.update("account", account.id, 1, annual_revenue=Decimal("99.95"), grade="A")
    entries = session.history("account", account.id)
    assert [entry.kind for entry in entries] == [ChangeKind.CREATE, ChangeKind.UPDATE]
    change = next(change for change in entries[1].changes if change.field == "annual_revenue")
    assert (change.before, change.after) == (Decimal("10.5"), Decimal("99.95"))
    assert entries[1].at == START + dt.timedelta(days=1)
    before = session.customers.account_as_of(account.id, START + dt.timedelta(hours=1))
    assert (before.annual_revenue, before.grade) == (Decimal("10.5"), None)
    assert session.as_of("account", account.id, START) == before
    with pytest.raises(NotFoundError):
        session.customers.account_as_of(account.id, START - dt.timedelta(days=1))

    first = session.history_page("account", account.id, limit=1)
    assert (first.entries, first.has_more, first.left) == (entries[:1], True, [])
    assert session.history_page("account", account.id, first.next_cursor).entries == entries[1:]

    page = session.changes_since(0, 1)
    assert (len(page.entries), page.has_more) == (1, True)
    rest = session.changes_since(page.next_cursor)
    assert rest.entries[-1] == entries[1]
    assert not rest.has_more
    assert session.changes_since(rest.next_cursor).entries == []
    with pytest.raises(InvalidError) as caught:
        session.changes_since(0, 1001)
    assert (caught.value.code, caught.value.field) == (ErrorCode.OUT_OF_RANGE, "limit")

    session.undo(outcome.op_id)
    assert session.customers.account(account.id).annual_revenue == Decimal("10.5")
    with pytest.raises(ConflictError) as moved:
        session.undo(outcome.op_id)
    assert moved.value.code == ErrorCode.EFFECTS_CHANGED


def test_the_json_door_equals_typed_calls(session: Session) -> None:
    command = {"customer": {"create_account": {"account": {"name": "门", "annual_revenue": "12.50"}}}}
    outcome = Outcome.from_json(session.execute_json(json.dumps(command)))
    account = session.customers.account(outcome.changes[0].id)
    assert account.annual_revenue == Decimal("12.5")
    question = {"get": {"entity": "account", "id": account.id}}
    assert Account.from_json(session.query_json(question)) == account
    assert session.query_json(json.dumps(question)) == session.query_json(question) == account.to_json()
    page = json.loads(session.query_json({"list": {"entity": "account", "query": Query(search="门")}}))
    assert page["items"] == [json.loads(account.to_json())]

    exact = {"record": {"create": {"entity": "account", "fields": {"name": "二", "annual_revenue": Decimal("0.1")}}}}
    op_id = session.new_id()
    assert session.execute_json([exact, exact], op_id) != session.execute_json([exact, exact], op_id=op_id)
    assert len(session.customers.accounts().items) == 3
    typed = session.execute(Command.from_json(json.dumps(command)))
    assert session.customers.account(typed.changes[0].id).name == "门"

    answer = json.loads(session.answer_json(json.dumps({"query": {"describe": {"entity": "nothing"}}})))
    assert answer["error"]["kind"] == "invalid"


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ("{", ErrorCode.BAD_JSON, None),
        ({"customer": {"create_account": {"account": {"name": 0.5}}}}, ErrorCode.FLOAT_NOT_ALLOWED, None),
        ({"customer": {"create_account": {"account": {}}}}, ErrorCode.REQUIRED, "customer.create_account.account.name"),
        ({"customer": {"create_account": {"account": {"name": 1}}}}, ErrorCode.WRONG_TYPE, None),
        ({"customer": {"create_account": {"account": {"name": "x", "shoe": 1}}}}, ErrorCode.UNKNOWN_FIELD, None),
        ({"nonsense": {}}, ErrorCode.UNKNOWN_FIELD, None),
    ],
)
def test_the_json_door_says_what_is_wrong(
    session: Session, given: str | dict[str, Any], code: ErrorCode, field: str | None
) -> None:
    with pytest.raises(InvalidError) as caught:
        session.execute_json(given)
    assert caught.value.code == code
    if field:
        assert caught.value.field == field


def test_json_schemas_are_json() -> None:
    for name in json_schema_names():
        assert json.loads(json_schema(name))["$schema"].endswith("2020-12/schema")
    with pytest.raises(InvalidError):
        json_schema("nothing")


def test_pages_with_cursors(session: Session) -> None:
    commands = [
        RecordCommand.Create(entity="account", fields={"name": f"客户 {number:03}", "employees": number % 7})
        for number in range(123)
    ]
    session.execute_all(commands)
    query = Query(sort=[Sort("employees", descending=True), Sort("name")], limit=50)
    sizes, names = [], []
    while True:
        page = session.customers.accounts(query)
        sizes.append(len(page.items))
        names += [(-(account.employees or 0), account.name) for account in page.items]
        if page.next_cursor is None:
            break
        query = query.replace(cursor=page.next_cursor)
    assert sizes == [50, 50, 23]
    assert names == sorted(names)
    assert len(set(names)) == 123
    with pytest.raises(InvalidError) as caught:
        session.customers.accounts(Query(cursor="nonsense"))
    assert caught.value.code == ErrorCode.BAD_CURSOR
    with pytest.raises(InvalidError):
        session.customers.accounts(Query(limit=501))


def test_conditions_and_figures(session: Session) -> None:
    for name, revenue, city in (("甲", "99.99", "苏州"), ("乙", "100", "苏州"), ("丙", "100.01", None)):
        make(session, name, annual_revenue=Decimal(revenue), city=city)

    def names(condition: Any) -> list[str]:
        page = session.customers.accounts(Query(filter=condition, sort=[Sort("annual_revenue")]))
        return [account.name for account in page.items]

    amount, place = F("annual_revenue"), F("city")
    assert names(amount >= Decimal(100)) == ["乙", "丙"]
    assert names((amount < 100) | (amount > 100)) == ["甲", "丙"]
    assert names(amount.between(Decimal("99.99"), 100) & (place == "苏州")) == ["甲", "乙"]
    assert names(~place.is_empty() & (amount != 100)) == ["甲"]
    assert names(place == None) == names(place.is_empty()) == ["丙"]  # noqa: E711
    assert names(place.startswith("苏")) == names(place.is_in("苏州", "上海")) == names(place != None)  # noqa: E711
    assert names(amount <= Decimal("99.99")) == ["甲"]
    with pytest.raises(InvalidError) as caught:
        amount > 1.5  # type: ignore[operator]  # noqa: B015
    assert caught.value.code == ErrorCode.FLOAT_NOT_ALLOWED
    with pytest.raises(InvalidError) as unknown:
        names(F("shoe_size") == 1)
    assert unknown.value.code == ErrorCode.UNKNOWN_FIELD

    measures = [Measure(MeasureFunction.COUNT), Measure(MeasureFunction.SUM, field="annual_revenue")]
    with pytest.raises(InvalidError) as mixed:
        session.aggregate("account", AggregateQuery(measures, group_by=[GroupBy("city")]))
    assert mixed.value.code == ErrorCode.CURRENCY_MISMATCH
    by_place = [GroupBy("city"), GroupBy("revenue_currency")]
    rows = session.aggregate("account", AggregateQuery(measures, group_by=by_place))
    assert {tuple(row.keys): row.values for row in rows} == {
        (None, "CNY"): [1, Decimal("100.01")],
        ("苏州", "CNY"): [2, Decimal("199.99")],
    }


def test_many_threads_share_one_engine(tmp_path: Path) -> None:
    with Crm.open(tmp_path / "threads.db", durability=Durability.NORMAL) as crm:
        set_up(crm)

        def work(thread: int) -> int:
            session = crm.session("main", "admin")
            for number in range(10):
                account = make(session, f"线程 {thread} {number}")
                assert session.customers.account(account.id) == account
            return len(session.customers.accounts(Query(search=f"线程 {thread}")).items)

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(work, range(8))) >= 80
        codes = [account.code for account in crm.session("main", "admin").customers.accounts(Query(limit=500)).items]
        assert len(set(codes)) == 80


def test_other_threads_run_while_the_engine_works(session: Session) -> None:
    commands = [RecordCommand.Create(entity="account", fields={"name": f"n {n}"}) for n in range(1500)]
    ticks: list[float] = []
    done = threading.Event()

    def tick() -> None:
        while not done.is_set():
            ticks.append(time.perf_counter())
            time.sleep(0.001)

    ticker = threading.Thread(target=tick)
    ticker.start()
    start = time.perf_counter()
    session.execute_all(commands)
    end = time.perf_counter()
    done.set()
    ticker.join()
    assert sum(start < at < end for at in ticks) >= 3


def test_records_are_exact_and_closed_lists_are_text(session: Session) -> None:
    account = make(session, annual_revenue=Decimal("0.1"), revenue_currency="EUR")
    assert account.annual_revenue == Decimal("0.1")
    assert type(account.annual_revenue) is Decimal
    assert account.created_at == START
    assert account.created_at.tzinfo is dt.timezone.utc
    for wrong in (0.1, "0.1", True):
        with pytest.raises((TypeError, InvalidError)):
            Account("x", annual_revenue=wrong)  # type: ignore[arg-type]
    with pytest.raises(InvalidError) as caught:
        make(session, annual_revenue=Decimal("0.12345"))
    assert (caught.value.code, caught.value.field) == (ErrorCode.DECIMAL_DIGITS, "annual_revenue")
