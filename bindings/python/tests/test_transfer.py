"""Handing records over: what moves, what the preview says, what undo brings back, and who owned what when."""

from __future__ import annotations

import datetime as dt

import pytest
from crm_core import (
    Account,
    Command,
    ConflictError,
    Contact,
    Crm,
    DeniedError,
    ErrorCode,
    HandOver,
    HandOverException,
    InvalidError,
    NotFoundError,
    ObjectRight,
    Opportunity,
    PermissionSet,
    PlannedTransfer,
    Session,
    TeamMember,
    Transfer,
    TransferCascade,
    TransferCommand,
    TransferCount,
    TransferRequest,
    TransferStatus,
    User,
    standard_pipeline,
)
from helpers import START, set_up

DAY = START.date()
BEFORE, LATER = DAY - dt.timedelta(days=1), DAY + dt.timedelta(days=30)


class World:
    """Anna, who has an account with a contact and an open and a lost opportunity, and Ben, who is to get them."""

    def __init__(self, crm: Crm) -> None:
        self.crm = crm
        self.admin = session = set_up(crm).at(START)
        session.sales.create_pipeline(standard_pipeline())
        entities = ("account", "contact", "opportunity")
        rights = session.admin.create_permission_set(
            PermissionSet("sales", objects=[ObjectRight(entity, read=True, edit=True) for entity in entities])
        )
        self.anna, self.ben = (
            session.admin.create_user(User(login, login, permission_sets=[rights.id])) for login in ("anna", "ben")
        )
        owner = self.anna.id
        self.account = session.customers.create_account(Account("Ostwerk", owner=owner))
        self.contact = session.customers.create_contact(Contact("K. Keller", account=self.account.id, owner=owner))
        self.open, lost = (
            session.sales.create_opportunity(Opportunity(name, account=self.account.id, owner=owner))
            for name in ("12 axes", "a press")
        )
        self.lost = session.sales.close_lost(lost.id, lost.version, "too dear")
        self.transfer = Transfer("account", self.ben.id, ids=[self.account.id], reason="new region")

    def session(self, user: User) -> Session:
        return self.crm.session("main", user.login).at(START)

    def owners(self) -> dict[str, str]:
        """Who owns each of the records, by login."""
        logins = {user.id: user.login for user in self.admin.admin.users().items}
        of = {
            "account": self.admin.customers.account(self.account.id).owner,
            "contact": self.admin.customers.contact(self.contact.id).owner,
            "open": self.admin.sales.opportunity(self.open.id).owner,
            "lost": self.admin.sales.opportunity(self.lost.id).owner,
        }
        return {name: logins[owner] for name, owner in of.items() if owner is not None}


@pytest.fixture
def world(crm: Crm) -> World:
    return World(crm)


OF_ANNA = {"account": "anna", "contact": "anna", "open": "anna", "lost": "anna"}


def test_an_account_takes_along_what_is_still_work_and_one_undo_brings_all_back(world: World) -> None:
    transfers = world.admin.transfers
    preview = transfers.preview_transfer(world.transfer)
    assert world.owners() == OF_ANNA, "nothing was written"
    done = transfers.transfer(world.transfer)
    assert done.counts == [TransferCount(entity, 1) for entity in ("account", "contact", "opportunity")]
    assert preview.replace(operation=done.operation) == done
    assert world.owners() == {"account": "ben", "contact": "ben", "open": "ben", "lost": "anna"}
    assert [item.name for item in world.session(world.ben).customers.accounts().items] == ["Ostwerk"]
    assert world.session(world.anna).customers.accounts().items == []

    changes = transfers.ownership("account", world.account.id)
    assert [(change.owner, change.reason) for change in changes] == [
        (world.anna.id, None),
        (world.ben.id, "new region"),
    ]
    assert (changes[1].operation, changes[1].since) == (done.operation, DAY)
    kept = world.admin.get("transfer", done.operation)
    assert isinstance(kept, PlannedTransfer)
    assert (kept.status, kept.new_owner, kept.counts) == (TransferStatus.DONE, world.ben.id, done.counts)
    assert isinstance(kept.request, TransferRequest.Transfer)
    assert kept.request.transfer == world.transfer
    assert transfers.transfers().items == [kept]

    world.admin.undo(done.operation)
    assert world.owners() == OF_ANNA
    assert len(transfers.ownership("account", world.account.id)) == 1


def test_it_is_known_who_owned_a_record_on_a_day(world: World) -> None:
    later = world.admin.at(START + dt.timedelta(days=30))
    later.transfers.transfer(world.transfer.replace(cascade=TransferCascade(nothing=True)))
    owner_on = world.admin.transfers.owner_on
    assert owner_on("account", world.account.id, BEFORE) is None
    assert owner_on("account", world.account.id, DAY) == world.anna.id
    assert owner_on("account", world.account.id, LATER - dt.timedelta(days=1)) == world.anna.id
    assert owner_on("account", world.account.id, LATER) == world.ben.id
    assert owner_on("contact", world.contact.id, LATER) == world.anna.id, "nothing moved with it"


def test_a_leaver_hands_everything_over(world: World) -> None:
    foreign = world.admin.customers.create_account(Account("Nordwerk"))
    world.admin.access.add_team_member(TeamMember("account", foreign.id, world.anna.id))
    chief = world.admin.user
    leaves = HandOver(
        world.anna.id, world.ben.id, exceptions=[HandOverException("contact", chief)], deactivate=True, reason="离职"
    )
    preview = world.admin.transfers.preview_hand_over(leaves)
    assert world.owners() == OF_ANNA
    done = world.admin.transfers.hand_over(leaves)
    assert preview.counts == done.counts
    assert TransferCount("opportunity", 2) in done.counts, "open or not"
    assert world.owners() == {"account": "ben", "contact": "admin", "open": "ben", "lost": "ben"}
    assert world.admin.admin.user(world.anna.id).is_inactive
    [member] = world.admin.access.team("account", foreign.id)
    assert member.valid_until == BEFORE
    with pytest.raises(NotFoundError):
        world.crm.session("main", "anna")


def test_a_transfer_waits_for_its_day(world: World) -> None:
    transfers = world.admin.transfers
    plan = transfers.transfer(world.transfer.replace(effective=LATER))
    assert plan.planned
    other = world.admin.execute(TransferCommand.Transfer(world.transfer.replace(effective=LATER))).op_id
    transfers.cancel_planned(other)
    with pytest.raises(ConflictError) as refused:
        world.admin.execute(Command.Transfer(TransferCommand.CancelPlanned(other)))
    assert refused.value.code == ErrorCode.ILLEGAL_TRANSITION
    assert transfers.run_due() == []
    assert world.owners() == OF_ANNA

    [done] = world.admin.at(START + dt.timedelta(days=31)).transfers.run_due()
    assert done.counts == [TransferCount(entity, 1) for entity in ("account", "contact", "opportunity")]
    assert world.owners()["account"] == "ben"
    status = {item.id: item.status for item in transfers.transfers().items}
    assert status == {plan.operation: TransferStatus.DONE, other: TransferStatus.CANCELLED}


def test_a_refused_transfer_names_the_field(world: World) -> None:
    transfers = world.admin.transfers
    for transfer, code, field in (
        (world.transfer.replace(to=world.admin.new_id()), ErrorCode.UNKNOWN_REFERENCE, "to"),
        (world.transfer.replace(ids=[]), ErrorCode.REQUIRED, "filter"),
        (world.transfer.replace(entity="user"), ErrorCode.NO_SUCH_RIGHT, "entity"),
    ):
        for ask in (transfers.transfer, transfers.preview_transfer):
            with pytest.raises(InvalidError) as refused:
                ask(transfer)
            assert (refused.value.code, refused.value.field) == (code, field)
    with pytest.raises(InvalidError) as refused:
        transfers.hand_over(HandOver(world.anna.id, world.anna.id))
    assert (refused.value.code, refused.value.field) == (ErrorCode.NOT_ALLOWED, "to")
    with pytest.raises(DeniedError):
        world.session(world.anna).transfers.transfer(world.transfer)
    assert world.owners() == OF_ANNA
