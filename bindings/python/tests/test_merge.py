"""Merging records that are one and the same, and taking that back."""

from __future__ import annotations

import pytest
from crm_core import (
    Account,
    Command,
    ConflictError,
    Contact,
    Crm,
    CrmError,
    DeniedError,
    ErrorCode,
    FieldChoice,
    InvalidError,
    MergeCommand,
    MergeCount,
    MergeRequest,
    MergeStatus,
    NotFoundError,
    ObjectRight,
    PermissionSet,
    SurvivorRule,
    UnmergeConflict,
    User,
)
from helpers import START, set_up


class World:
    """A company that was entered twice, the second time with a city and a contact."""

    def __init__(self, crm: Crm) -> None:
        self.crm = crm
        self.admin = session = set_up(crm).at(START)
        self.kept = session.customers.create_account(Account("Müller Pumpen GmbH"))
        self.gone = session.customers.create_account(Account("Mueller Pumpen", city="Ulm"))
        self.contact = session.customers.create_contact(Contact("A. Gruber", account=self.gone.id))

    def request(self, *losers: object, fields: list[FieldChoice] | None = None) -> MergeRequest:
        chosen = [loser for loser in losers] or [self.gone.id]
        return MergeRequest("account", self.kept.id, chosen, fields=fields or [], reason="one plant")  # type: ignore[arg-type]


@pytest.fixture
def world(crm: Crm) -> World:
    return World(crm)


def test_a_merge_does_what_its_preview_says_and_an_unmerge_leaves_no_trace(world: World) -> None:
    customers, merges = world.admin.customers, world.admin.merges
    preview = merges.preview_merge(world.request())
    assert preview.merge is None
    done = merges.merge(world.request())
    assert done.merge is not None
    assert (preview.fields, preview.counts, preview.losers) == (done.fields, done.counts, done.losers)
    assert done.counts == [MergeCount("contact", 1, 0)]
    city = next(field for field in done.fields if field.field == "city")
    assert (city.source, city.value, city.changed) == (world.gone.id, "Ulm", True)

    assert customers.account(world.gone.id).city == "Ulm"
    assert world.gone.code is not None
    assert customers.account_by_code(world.gone.code).id == world.kept.id
    assert customers.contact(world.contact.id).account == world.kept.id
    (record,) = merges.merges_of("account", world.gone.id)
    assert (record.reason, record.status) == ("one plant", MergeStatus.DONE)

    undone = merges.unmerge(done.merge)
    assert (undone.conflicts, undone.stayed, undone.restored) == ([], [], [world.gone.id])
    assert customers.account(world.kept.id) == world.kept
    assert customers.account(world.gone.id) == world.gone
    assert customers.contact(world.contact.id) == world.contact
    assert [item.status for item in merges.merges().items] == [MergeStatus.UNDONE]


def test_what_was_changed_since_stays_and_is_told(world: World) -> None:
    done = world.admin.merges.merge(world.request())
    assert done.merge is not None
    account = world.admin.customers.account(world.kept.id)
    world.admin.customers.update_account(account.replace(city="Bonn"))
    preview = world.admin.merges.preview_unmerge(done.merge)
    undone = world.admin.merges.unmerge(done.merge)
    assert preview.conflicts == undone.conflicts == [UnmergeConflict("account", world.kept.id, field="city")]
    assert world.admin.customers.account(world.kept.id).city == "Bonn"
    assert world.admin.customers.account(world.gone.id).city == "Ulm"


def test_the_caller_chooses_what_survives(world: World) -> None:
    fields = [
        FieldChoice("name", SurvivorRule.PICK, record=world.gone.id),
        FieldChoice("grade", SurvivorRule.VALUE, value="A"),
    ]
    world.admin.merges.merge(world.request(fields=fields))
    merged = world.admin.customers.account(world.kept.id)
    assert (merged.name, merged.grade) == ("Mueller Pumpen", "A")


def test_what_is_no_merge_is_refused_by_its_code(world: World) -> None:
    merges = world.admin.merges
    with pytest.raises(InvalidError) as refused:
        merges.merge(world.request(world.kept.id))
    assert (refused.value.code, refused.value.field) == (ErrorCode.NOT_ALLOWED, "losers[0]")
    with pytest.raises(NotFoundError):
        merges.merge(world.request(world.admin.new_id()))
    done = merges.merge(world.request()).merge
    assert done is not None
    with pytest.raises(ConflictError) as merged:
        merges.merge(world.request())
    assert merged.value.code == ErrorCode.MERGED
    merges.unmerge(done)
    with pytest.raises(ConflictError) as twice:
        merges.unmerge(done)
    assert twice.value.code == ErrorCode.ILLEGAL_TRANSITION
    with pytest.raises(NotFoundError):
        merges.unmerge(world.kept.id)


def test_who_has_no_right_merges_nothing(world: World) -> None:
    right = ObjectRight("account", read=True, edit=True, delete=True, view_all=True, edit_all=True)
    rights = world.admin.admin.create_permission_set(PermissionSet("sales", objects=[right]))
    world.admin.admin.create_user(User("wang", "Wang", permission_sets=[rights.id]))
    wang = world.crm.session("main", "wang")
    with pytest.raises(DeniedError):
        wang.merges.merge(world.request())
    with pytest.raises(DeniedError):
        wang.merges.preview_merge(world.request())


def test_a_merge_is_a_command_like_every_other(world: World) -> None:
    command = Command.Merge(MergeCommand.Merge(world.request()))
    assert Command.from_json(command.to_json()) == command
    outcome = world.admin.execute(command)
    assert world.admin.customers.account(world.gone.id).id == world.kept.id
    with pytest.raises(CrmError) as refused:
        world.admin.undo(outcome.op_id)
    assert refused.value.code == ErrorCode.NOT_ALLOWED
    world.admin.execute(Command.Merge(MergeCommand.Unmerge(outcome.op_id)))
    assert world.admin.customers.account(world.gone.id) == world.gone
