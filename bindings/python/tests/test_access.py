"""Roles, groups, rules, teams and shares: who sees which records and fields, and why."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from crm_core import (
    AccessCause,
    AccessCommand,
    AccessLevel,
    Account,
    AdminCommand,
    ConflictError,
    Crm,
    CustomFieldKind,
    DefaultAccess,
    DeniedError,
    ErrorCode,
    F,
    FieldAccess,
    FieldDefinition,
    FieldRight,
    Filter,
    InvalidError,
    Membership,
    NotFoundError,
    ObjectRight,
    PermissionSet,
    PrincipalKind,
    PrincipalRef,
    Query,
    RecordShare,
    Role,
    Session,
    SharingAccess,
    SharingDefault,
    SharingRule,
    SharingRuleKind,
    TeamMember,
    Territory,
    User,
    UserGroup,
)
from helpers import set_up

# Rights go by the day of the engine, whatever the clock of the session says; the zones are a day apart at most.
TODAY = dt.datetime.now(dt.timezone.utc).date()
LONG_AGO, PAST, FUTURE = (TODAY + dt.timedelta(days=days) for days in (-60, -30, 30))


def user(of: Session) -> PrincipalRef:
    return PrincipalRef(PrincipalKind.USER, id=of.user)


class World:
    """A head with two representatives, of whom Anna is in a group, and accounts of the administrator."""

    def __init__(self, crm: Crm) -> None:
        self.admin = session = set_up(crm)
        session.admin.define_field(FieldDefinition("account", "x_bank_account", CustomFieldKind.TEXT))
        head = session.admin.create_role(Role("head of sales"))
        rep = session.admin.create_role(Role("representative", parent=head.id))
        rights = session.admin.create_permission_set(
            PermissionSet(
                "sales",
                objects=[ObjectRight("account", read=True, create=True, edit=True)],
                fields=[
                    FieldRight("account", "annual_revenue"),
                    FieldRight("account", "x_bank_account", access=FieldAccess.MASKED),
                ],
            )
        )
        self.head, self.anna, self.ben = (
            self.session(crm, login, role, rights)
            for login, role in (("head", head), ("anna", rep), ("ben", rep))
        )
        self.group = session.admin.create_user_group(UserGroup("key accounts", members=[Membership(user(self.anna))]))
        bank = {"x_bank_account": "DE89370400440532013000"}
        self.first = self.account(session, "Ostwerk", "A", annual_revenue=Decimal(5_000_000), custom=bank)
        self.second = self.account(session, "Nordwerk", "A")
        self.third = self.account(session, "Westwerk", "B", annual_revenue=Decimal(70))
        self.of_ben = self.account(self.ben, "Südwerk", "B")

    def session(self, crm: Crm, login: str, role: Role, rights: PermissionSet) -> Session:
        self.admin.admin.create_user(User(login, login, role=role.id, permission_sets=[rights.id]))
        return crm.session("main", login)

    @staticmethod
    def account(session: Session, name: str, grade: str, **fields: object) -> Account:
        return session.customers.create_account(Account(name, grade=grade).replace(**fields))

    def rule(self, name: str = "A accounts", condition: Filter | None = None) -> SharingRule:
        """A rule that shows the accounts of a grade to the group."""
        condition = F("grade") == "A" if condition is None else condition
        targets = [PrincipalRef(PrincipalKind.GROUP, id=self.group.id)]
        return SharingRule(name, "account", SharingRuleKind.CRITERIA, filter=condition, targets=targets)

    def teams_open_the_revenue(self) -> SharingDefault:
        return self.admin.admin.create_sharing_default(
            SharingDefault("account", DefaultAccess.PRIVATE, team_fields=["annual_revenue"])
        )


@pytest.fixture
def world(crm: Crm) -> World:
    return World(crm)


def seen(session: Session) -> set[str]:
    return {account.name for account in session.customers.accounts().items}


def test_who_stands_above_sees_what_those_below_own(world: World) -> None:
    assert seen(world.head) == seen(world.ben) == {"Südwerk"}
    assert seen(world.anna) == set()
    grade = world.head.customers.account(world.of_ben.id).replace(grade="C")
    assert world.head.customers.update_account(grade).version == 2


def test_a_rule_shows_exactly_the_accounts_that_fulfil_it(world: World) -> None:
    rule = world.admin.admin.create_sharing_rule(world.rule())
    assert world.admin.admin.sharing_rule(rule.id) == rule
    assert seen(world.anna) == {"Ostwerk", "Nordwerk"}
    assert seen(world.ben) == {"Südwerk"}
    assert world.anna.customers.account(world.first.id).grade == "A"
    with pytest.raises(NotFoundError):
        world.anna.customers.account(world.third.id)
    with pytest.raises(DeniedError):
        world.anna.update("account", world.first.id, 1, grade="B")

    world.admin.update("account", world.third.id, 1, grade="A")
    world.admin.update("account", world.second.id, 1, grade="B")
    assert seen(world.anna) == {"Ostwerk", "Westwerk"}

    world.admin.admin.update_user_group(world.group.replace(members=[Membership(user(world.ben))]))
    assert (seen(world.anna), seen(world.ben)) == (set(), {"Ostwerk", "Westwerk", "Südwerk"})
    assert seen(world.head) == seen(world.ben)
    world.admin.admin.update_sharing_rule(rule.replace(is_inactive=True))
    assert seen(world.ben) == {"Südwerk"}


def test_a_team_member_has_the_record_and_an_opened_field_for_some_days(world: World) -> None:
    default = world.teams_open_the_revenue()
    assert world.admin.admin.sharing_default(default.id) == default
    assert world.admin.admin.sharing_defaults().items == [default]
    access = world.admin.access
    member = TeamMember("account", world.third.id, world.anna.user, access=AccessLevel.EDIT)
    member = member.replace(fields=["annual_revenue"], valid_from=PAST, valid_until=FUTURE)
    member = access.add_team_member(member)
    assert access.team("account", world.third.id) == [member]
    found = world.anna.customers.account(world.third.id)
    assert found.annual_revenue == 70
    world.anna.update("account", world.third.id, found.version, annual_revenue=80)

    world.admin.admin.create_sharing_rule(world.rule())
    assert world.anna.customers.account(world.first.id).annual_revenue is None, "of other records it stays hidden"

    past = access.update_team_member(member.replace(valid_from=LONG_AGO, valid_until=PAST))
    assert "Westwerk" not in seen(world.anna)
    access.remove_team_member(past.id, past.version)
    assert access.team("account", world.third.id) == []
    with pytest.raises(InvalidError) as caught:
        access.add_team_member(member.replace(fields=["grade"]))
    assert (caught.value.code, caught.value.field) == (ErrorCode.NO_SUCH_RIGHT, "fields[0]")


def test_of_a_masked_field_the_last_four_characters_are_seen(world: World) -> None:
    world.admin.admin.create_sharing_rule(world.rule())
    found = world.anna.customers.account(world.first.id)
    assert found.custom["x_bank_account"] == "*" * 18 + "3000"
    assert "DE89" not in world.anna.query_json({"get": {"entity": "account", "id": str(world.first.id)}})
    with pytest.raises(InvalidError) as caught:
        world.anna.customers.accounts(Query(filter=F("x_bank_account").startswith("DE89")))
    assert (caught.value.code, caught.value.field) == (ErrorCode.WRONG_TYPE, "x_bank_account")
    assert world.admin.customers.account(world.first.id).custom == world.first.custom


def test_a_share_ends(world: World) -> None:
    access = world.admin.access
    share = RecordShare("account", world.third.id, user(world.anna), access=AccessLevel.EDIT, valid_until=FUTURE)
    share = access.share(share.replace(reason="trade fair"))
    assert access.shares("account", world.third.id) == [share]
    assert seen(world.anna) == {"Westwerk"}
    world.anna.update("account", world.third.id, 1, grade="C")
    with pytest.raises(DeniedError):
        world.anna.access.share(RecordShare("account", world.third.id, user(world.ben)))

    world.admin.update("record_share", share.id, share.version, valid_until=PAST)
    assert seen(world.anna) == set()
    world.admin.update("record_share", share.id, 2, valid_until=None)
    assert seen(world.anna) == {"Westwerk"}
    access.unshare(share.id, 3)
    assert (seen(world.anna), access.shares("account", world.third.id)) == (set(), [])


def test_a_rule_that_denies_stands_above_all_that_give(world: World) -> None:
    world.admin.admin.create_sharing_rule(world.rule())
    world.admin.execute(AccessCommand.Share(RecordShare("account", world.first.id, user(world.anna))))
    denies = world.rule("not Ostwerk", F("name") == "Ostwerk").replace(access=SharingAccess.DENY)
    world.admin.admin.create_sharing_rule(denies)
    assert seen(world.anna) == {"Nordwerk"}
    with pytest.raises(NotFoundError):
        world.anna.customers.account(world.first.id)
    why = world.admin.access.explain(world.anna.user, "account", world.first.id)
    assert why.level is None
    assert AccessCause.DENIAL in {reason.cause for reason in why.reasons}


def test_it_is_told_why_and_what_would_give_it(world: World) -> None:
    rule = world.admin.admin.create_sharing_rule(world.rule())
    access = world.admin.access
    why = access.explain(world.anna.user, "account", world.first.id, "x_bank_account")
    assert (why.level, why.remedies) == (AccessLevel.READ, [])
    assert [(reason.cause, reason.id, reason.name) for reason in why.reasons] == [
        (AccessCause.CRITERIA_RULE, rule.id, "A accounts")
    ]
    assert why.field is not None
    assert (why.field.access, why.field.given_by) == (FieldAccess.MASKED, ["sales"])
    held = {right.right for right in why.rights if right.held}
    assert held == {"read", "create", "edit"}
    assert world.anna.access.explain(world.anna.user, "account", world.first.id).level == AccessLevel.READ

    above = access.explain(world.head.user, "account", world.of_ben.id)
    assert [(reason.cause, reason.through) for reason in above.reasons] == [(AccessCause.HIERARCHY, world.ben.user)]
    assert above.reasons[0].roles == ["head of sales", "representative"]

    nothing = access.explain(world.anna.user, "account", world.third.id)
    assert (nothing.level, nothing.reasons) == (None, [])
    assert {AccessCause.TEAM, AccessCause.SHARE} <= {remedy.cause for remedy in nothing.remedies}

    all_who = access.who_can("account", world.first.id)
    assert {entry.user: entry.level for entry in all_who} == {
        world.anna.user: AccessLevel.READ,
        world.head.user: AccessLevel.READ,
        world.admin.user: AccessLevel.FULL,
    }
    (of_head,) = (entry.reasons for entry in all_who if entry.user == world.head.user)
    assert [(reason.cause, reason.through) for reason in of_head] == [(AccessCause.CRITERIA_RULE, world.anna.user)]
    who = {entry.user: entry.level for entry in access.who_can("account", world.of_ben.id)}
    assert who[world.head.user] == who[world.ben.user] == AccessLevel.EDIT, "nobody but the administrator may delete"

    for refused in (
        lambda: world.anna.access.who_can("account", world.first.id),
        lambda: world.anna.access.explain(world.ben.user, "account", world.first.id),
    ):
        with pytest.raises(DeniedError):
            refused()
    with pytest.raises(NotFoundError):
        world.anna.access.explain(world.anna.user, "account", world.third.id)
    with pytest.raises(InvalidError) as hidden:
        world.anna.access.explain(world.anna.user, "account", world.first.id, "annual_revenue")
    assert hidden.value.code == ErrorCode.UNKNOWN_FIELD


def test_a_change_of_rules_tells_its_effect_before_it_is_made(world: World) -> None:
    access = world.admin.access
    rule = world.rule()
    diff = access.policy_diff([AdminCommand.CreateSharingRule(rule)])
    assert seen(world.anna) == set(), "nothing was written"
    assert [entry.user for entry in diff.users] == sorted([world.head.user, world.anna.user]), "who stands above gains too"
    (account,) = next(entry.entities for entry in diff.users if entry.user == world.anna.user)
    (records,) = account.records
    assert (account.entity, records.level, records.gained, records.lost) == ("account", AccessLevel.READ, 2, 0)
    assert set(records.gained_records) == {world.first.id, world.second.id}

    rule = world.admin.admin.create_sharing_rule(rule)
    assert seen(world.anna) == {"Ostwerk", "Nordwerk"}
    diff = access.policy_diff([AdminCommand.UpdateSharingRule(rule.replace(is_inactive=True))])
    lost = {entry.user: entry.entities[0].records[0].lost for entry in diff.users}
    assert lost == {world.head.user: 2, world.anna.user: 2}

    rights = next(found for found in world.admin.admin.permission_sets().items if found.name == "sales")
    wider = rights.replace(
        objects=[ObjectRight("account", read=True, create=True, edit=True, export=True)],
        fields=[FieldRight("account", "x_bank_account", access=FieldAccess.MASKED)],
    )
    diff = access.policy_diff([AdminCommand.UpdatePermissionSet(wider)])
    assert {entry.user for entry in diff.users} == {world.head.user, world.anna.user, world.ben.user}
    entity = next(entry for entry in diff.users[0].entities if entry.entity == "account")
    assert (entity.rights_gained, entity.rights_lost, entity.records) == (["export"], [], [])
    assert ("annual_revenue", FieldAccess.HIDDEN, FieldAccess.WRITE) in [
        (field.field, field.before, field.after) for field in entity.fields
    ]


def test_a_policy_that_cannot_be_says_what_is_wrong(world: World) -> None:
    admin = world.admin.admin

    def told(call: object) -> tuple[ErrorCode, str | None]:
        assert callable(call)
        with pytest.raises((InvalidError, ConflictError)) as caught:
            call()
        return caught.value.code, caught.value.field

    unknown = world.rule(condition=F("no_such_field") == 1)
    assert told(lambda: admin.create_sharing_rule(unknown)) == (ErrorCode.UNKNOWN_FIELD, "filter.no_such_field")
    nowhere = world.rule().replace(entity="acount")
    assert told(lambda: admin.create_sharing_rule(nowhere)) == (ErrorCode.UNKNOWN_ENTITY, "entity")

    east = admin.create_territory(Territory("East", regions=["Jiangsu"], members=[Membership(user(world.anna))]))
    assert admin.territory(east.id) == east
    overlaps = Territory("Delta", regions=["Shanghai", "Jiangsu"])
    assert told(lambda: admin.create_territory(overlaps)) == (ErrorCode.OVERLAP, "regions")
    assert [found.name for found in admin.territories().items] == ["East"]

    head = next(role for role in admin.roles().items if role.name == "head of sales")
    rep = next(role for role in admin.roles().items if role.name == "representative")
    assert told(lambda: admin.update_role(head.replace(parent=rep.id))) == (ErrorCode.CYCLE, "parent")

    inner = [Membership(PrincipalRef(PrincipalKind.GROUP, id=world.group.id))]
    outer = admin.create_user_group(UserGroup("everybody who sells", members=inner))
    circle = world.group.replace(members=[Membership(PrincipalRef(PrincipalKind.GROUP, id=outer.id))])
    assert told(lambda: admin.update_user_group(circle)) == (ErrorCode.CYCLE, "members")
    assert len(admin.user_groups().items) == 2

    backwards = TeamMember("account", world.first.id, world.anna.user, valid_from=FUTURE, valid_until=PAST)
    assert told(lambda: world.admin.access.add_team_member(backwards)) == (ErrorCode.OUT_OF_RANGE, "valid_until")
    lost = RecordShare("account", world.admin.new_id(), user(world.anna))
    assert told(lambda: world.admin.access.share(lost)) == (ErrorCode.UNKNOWN_REFERENCE, "record")
