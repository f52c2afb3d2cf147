"""Duplicates: what is found, what a save does about it, and what people say of pairs."""

from __future__ import annotations

import pytest
from crm_core import (
    Account,
    CaseStatus,
    CaseVerdict,
    Channel,
    ChannelKind,
    ConflictError,
    Crm,
    DeniedError,
    DuplicateAction,
    DuplicateQuestion,
    DuplicateRule,
    DuplicateSearch,
    DuplicateVerdict,
    ErrorCode,
    FieldInput,
    InvalidError,
    MatchDecision,
    ObjectRight,
    PermissionSet,
    Query,
    RecordSource,
    Session,
    StoredMatchModel,
    User,
    VerdictKind,
    matching,
)
from helpers import START, set_up

PUMPS = Account(
    "苏州东方泵业有限公司",
    city="苏州",
    channels=[
        Channel(ChannelKind.PHONE, "+86 512 6288 1234"),
        Channel(ChannelKind.EMAIL, "info@dongfang-pumps.example"),
    ],
)


@pytest.fixture
def session(crm: Crm) -> Session:
    return set_up(crm).at(START)


def asked(**fields: FieldInput) -> DuplicateQuestion:
    return DuplicateQuestion("account", fields=dict(fields))


def rule(action: DuplicateAction) -> DuplicateRule:
    return DuplicateRule("account", action, also_possible=True)


def test_a_record_is_looked_up_before_it_is_saved(session: Session) -> None:
    known = session.customers.create_account(PUMPS)
    found = session.duplicates.check(asked(name="蘇州東方泵業有限公司", city="苏州"))
    (hit,) = found.hits
    assert (hit.entity, hit.id, hit.label, hit.code) == ("account", known.id, PUMPS.name, known.code)
    assert sum(step.weight for step in hit.steps) == pytest.approx(hit.weight)
    assert (found.action, found.hidden, found.limited, found.incomplete) == (DuplicateAction.ALLOW, 0, False, False)
    with pytest.raises(InvalidError) as refused:
        session.duplicates.check(asked(nothing="x"))
    assert (refused.value.code, refused.value.field) == (ErrorCode.UNKNOWN_FIELD, "fields.nothing")


def test_a_rule_refuses_what_comes_in_on_one_way(session: Session) -> None:
    known = session.customers.create_account(PUMPS)
    session.duplicates.create_rule(rule(DuplicateAction.BLOCK))
    session.duplicates.create_rule(rule(DuplicateAction.ALLOW).replace(source=RecordSource.SYNC))
    with pytest.raises(ConflictError) as refused:
        session.customers.create_account(PUMPS)
    assert refused.value.code == ErrorCode.DUPLICATE_FOUND
    assert refused.value.problems[0].data["id"] == str(known.id)
    assert session.with_source(RecordSource.SYNC).customers.create_account(PUMPS).id
    assert len(session.duplicates.rules(Query(limit=1)).items) == 1


def test_a_case_is_decided_and_the_verdict_holds_until_a_side_changes(session: Session) -> None:
    duplicates = session.duplicates
    duplicates.create_rule(rule(DuplicateAction.QUEUE))
    known, twin = (session.customers.create_account(PUMPS) for _ in range(2))
    (case,) = duplicates.cases().items
    assert (case.record, case.status, [one.id for one in case.candidates]) == (twin.id, CaseStatus.OPEN, [known.id])
    said = [CaseVerdict(known.id, VerdictKind.DIFFERENT)]
    assert duplicates.decide_case(case.id, case.version, said, "two plants").status == CaseStatus.DECIDED
    of_twin = DuplicateQuestion("account", id=twin.id)
    assert duplicates.check(of_twin).hits == []
    session.customers.update_account(session.customers.account(known.id).replace(short_name="东方泵业"))
    assert [hit.id for hit in duplicates.check(of_twin).hits] == [known.id]
    (verdict,) = duplicates.verdicts().items
    duplicates.withdraw_verdict(verdict.id, verdict.version)
    assert duplicates.verdicts().items == []


def test_a_database_is_looked_through(session: Session) -> None:
    ids = [session.customers.create_account(PUMPS).id for _ in range(2)]
    session.customers.create_account(Account("Hansen Ventilatoren GmbH", city="Bremen"))
    search = DuplicateSearch("account")
    found = session.duplicates.find(search)
    assert (found.records, found.clusters) == (3, [ids])
    assert [pair.decision for pair in found.pairs] == [MatchDecision.DUPLICATE]
    assert session.duplicates.suggestions(search) == []
    assert session.duplicates.rekey().is_done
    stored = session.duplicates.store_model(StoredMatchModel(model=found.model))
    assert stored.model == found.model
    assert session.get("match_model", stored.id) == stored
    assert session.duplicates.models().items == [stored]
    assert isinstance(found.model, matching.MatchModel)


def test_of_what_somebody_does_not_see_only_the_number_is_told(crm: Crm) -> None:
    admin = set_up(crm)
    rights = [ObjectRight(name, read=True, create=True) for name in ("account", "duplicate_verdict")]
    set_id = admin.admin.create_permission_set(PermissionSet("clerk", objects=rights)).id
    admin.admin.create_user(User("clerk", "clerk", permission_sets=[set_id]))
    clerk = crm.session("main", "clerk")
    hidden = admin.customers.create_account(PUMPS)
    found = clerk.duplicates.check(asked(name=PUMPS.name, city="苏州"))
    assert (found.hits, found.hidden) == ([], 1)
    with pytest.raises(InvalidError) as refused:
        other = clerk.new_id()
        clerk.duplicates.set_verdict(DuplicateVerdict("account", hidden.id, "account", other, VerdictKind.SAME))
    assert refused.value.code == ErrorCode.UNKNOWN_REFERENCE
    with pytest.raises(DeniedError):
        clerk.duplicates.rekey()
