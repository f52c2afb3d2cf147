"""Users, roles, rights, custom fields: nobody sees what is hidden."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest
from crm_core import (
    Account,
    AggregateQuery,
    ConflictError,
    Crm,
    CrmError,
    CustomFieldKind,
    DeniedError,
    ErrorCode,
    F,
    FieldDefinition,
    FieldInput,
    FieldRight,
    InvalidError,
    Measure,
    MeasureFunction,
    NotFoundError,
    ObjectRight,
    OrgUnit,
    PermissionSet,
    Query,
    Role,
    Session,
    User,
)


def limited(crm: Crm, session: Session) -> Session:
    """A user who may make accounts and see the own ones, without the revenue."""
    right = ObjectRight("account", read=True, create=True, edit=True, export=True)
    rights = PermissionSet("sellers", objects=[right], fields=[FieldRight("account", "annual_revenue")])
    rights = session.admin.create_permission_set(rights)
    session.admin.create_user(User("keller", "K. Keller", permission_sets=[rights.id]))
    return crm.session("main", "keller")


def test_a_limited_user_sees_nothing_hidden(crm: Crm, session: Session) -> None:
    keller = limited(crm, session)
    hidden = session.customers.create_account(Account("hidden", annual_revenue=Decimal(5)))
    own = keller.customers.create_account(Account("own", grade="A"))
    session.update("account", own.id, 1, annual_revenue=Decimal(7))

    assert keller.customers.account(own.id).annual_revenue is None
    assert session.customers.account(own.id).annual_revenue == 7
    assert [account.id for account in keller.customers.accounts().items] == [own.id]
    for call in (
        lambda: keller.customers.account(hidden.id),
        lambda: keller.history("account", hidden.id),
        lambda: keller.customers.account_as_of(hidden.id, dt.datetime.now(dt.timezone.utc)),
        lambda: keller.customers.single_view(hidden.id),
        lambda: keller.update("account", hidden.id, 1, grade="B"),
        lambda: keller.customers.account(session.new_id()),
    ):
        with pytest.raises(NotFoundError) as caught:
            call()
        assert (caught.value.code, caught.value.field) == (ErrorCode.NO_SUCH_RECORD, None)
    for query in (Query(filter=F("annual_revenue") > 1), Query(filter=F("no_such_field") > 1)):
        with pytest.raises(InvalidError) as unknown:
            keller.customers.accounts(query)
        assert unknown.value.code == ErrorCode.UNKNOWN_FIELD
    assert "annual_revenue" not in [field.name for field in keller.describe("account")]
    assert b"annual_revenue" not in keller.export_csv("account")
    assert "annual_revenue" not in {change.field for e in keller.history("account", own.id) for change in e.changes}
    counted = keller.aggregate("account", AggregateQuery([Measure(MeasureFunction.COUNT)]))
    assert counted[0].values == [1]
    with pytest.raises(DeniedError):
        keller.delete("account", own.id, 2)
    with pytest.raises(DeniedError):
        keller.customers.contacts()
    with pytest.raises(DeniedError):
        keller.admin.create_user(User("x", "x"))
    with pytest.raises(CrmError):
        keller.update("account", own.id, 2, annual_revenue=1)


def test_who_left_is_out(crm: Crm, session: Session) -> None:
    keller = limited(crm, session)
    user = session.admin.user(keller.user)
    session.admin.update_user(user.replace(is_inactive=True))
    with pytest.raises(CrmError):
        keller.customers.accounts()
    with pytest.raises(NotFoundError):
        crm.session("main", "keller")


def test_administration(session: Session) -> None:
    admin = session.admin
    head = admin.create_role(Role("head of sales"))
    seller = admin.create_role(Role("seller", parent=head.id))
    with pytest.raises(CrmError) as caught:
        admin.update_role(head.replace(parent=seller.id))
    assert caught.value.code == ErrorCode.CYCLE
    assert admin.role(seller.id) == seller
    assert admin.update_role(seller.replace(name="sellers")).version == 2
    assert len(admin.roles().items) == 2

    user = admin.create_user(User("wang", "王", role=seller.id))
    assert admin.user(user.id) == user
    east = admin.create_org_unit(OrgUnit("华东"))
    assert admin.org_unit(east.id) == east
    assert admin.update_org_unit(east.replace(code="CN-E")).version == 2
    assert [unit.code for unit in admin.org_units().items] == ["CN-E"]
    assert admin.update_user(user.replace(unit=east.id)).unit == east.id
    assert [found.login for found in admin.users(Query(filter=F("login") == "wang")).items] == ["wang"]
    with pytest.raises(ConflictError) as twice:
        admin.create_user(User("wang", "another"))
    assert twice.value.code == ErrorCode.DUPLICATE_KEY

    rights = admin.create_permission_set(PermissionSet("readers", objects=[ObjectRight("account", read=True)]))
    assert admin.permission_set(rights.id) == rights
    assert admin.update_permission_set(rights.replace(name="all readers")).version == 2
    assert len(admin.permission_sets().items) == 2

    organization = admin.organization()
    assert (organization.base_currency, organization.time_zone) == ("CNY", "Asia/Shanghai")
    assert admin.update_organization(organization.replace(name="新名")).name == "新名"


def test_a_permission_set_says_what_it_means(session: Session) -> None:
    for objects, fields, code, path in (
        ([ObjectRight("acount", read=True)], [], ErrorCode.UNKNOWN_ENTITY, "objects[0].entity"),
        ([], [FieldRight("account", "anual_revenue")], ErrorCode.UNKNOWN_FIELD, "fields[0].field"),
        ([], [FieldRight("account", "name")], ErrorCode.NO_SUCH_RIGHT, "fields[0].access"),
        ([ObjectRight("stage_interval", read=True)], [], ErrorCode.NO_SUCH_RIGHT, "objects[0].entity"),
    ):
        with pytest.raises(InvalidError) as caught:
            session.admin.create_permission_set(PermissionSet("typo", objects=objects, fields=fields))
        assert (caught.value.code, caught.value.field) == (code, path)


def test_taking_records_out_needs_a_right_of_its_own(crm: Crm, session: Session) -> None:
    rights = session.admin.create_permission_set(PermissionSet("reader", objects=[ObjectRight("contact", read=True)]))
    session.admin.create_user(User("li", "李", permission_sets=[rights.id]))
    reader = crm.session("main", "li")
    assert reader.customers.contacts().items == []
    for take in (lambda: reader.export_csv("contact"), reader.export_vcards):
        with pytest.raises(DeniedError):
            take()


def test_nobody_is_locked_out_and_nobody_gives_more_than_he_has(crm: Crm, session: Session) -> None:
    own = session.admin.user(session.user)
    with pytest.raises(ConflictError) as last:
        session.admin.update_user(own.replace(is_inactive=True))
    assert last.value.code == ErrorCode.LAST_ADMINISTRATOR

    offices = [ObjectRight(name, read=True, create=True, edit=True) for name in ("user", "permission_set")]
    clerk = session.admin.create_permission_set(PermissionSet("clerk", objects=offices))
    session.admin.create_user(User("clerk", "clerk", permission_sets=[clerk.id]))
    admin = crm.session("main", "clerk").admin
    with pytest.raises(DeniedError):
        admin.create_permission_set(PermissionSet("more", objects=[ObjectRight("account", read=True)]))
    with pytest.raises(DeniedError) as taken:
        admin.create_user(User("friend", "friend", permission_sets=own.permission_sets))
    assert taken.value.field == "permission_sets[0]"


def test_custom_fields(session: Session) -> None:
    admin = session.admin
    text = admin.define_field(FieldDefinition("account", "x_class", CustomFieldKind.PICKLIST, choices=["钢", "泵"]))
    assert text.id
    admin.define_field(FieldDefinition("account", "x_potential", CustomFieldKind.DECIMAL, scale=3, minimum="0"))
    admin.define_field(FieldDefinition("account", "x_since", CustomFieldKind.DATE, is_indexed=True))
    admin.define_field(FieldDefinition("account", "x_seen", CustomFieldKind.TIMESTAMP))
    assert len(admin.field_definitions(Query(filter=F("entity") == "account")).items) == 4

    seen = dt.datetime(2026, 3, 1, 9, 30, 0, 250, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    custom: dict[str, FieldInput] = {"x_class": "钢", "x_potential": Decimal("0.125"), "x_since": dt.date(2020, 2, 29), "x_seen": seen}
    account = session.customers.create_account(Account("定制", custom=custom))
    assert account.custom == custom
    assert type(account.custom["x_potential"]) is Decimal
    assert session.customers.account(account.id).custom == custom
    found = session.customers.accounts(Query(filter=(F("x_since") < dt.date(2021, 1, 1)) & (F("x_potential") > 0)))
    assert [item.id for item in found.items] == [account.id]
    described = {field.name: field for field in session.describe("account")}
    assert (described["x_class"].custom, described["x_class"].choices) == (True, ["钢", "泵"])
    assert json.loads(account.to_json())["custom"]["x_potential"] == "0.125"

    for value, code in (("铜", ErrorCode.NOT_IN_PICKLIST), (1, ErrorCode.WRONG_TYPE)):
        with pytest.raises(InvalidError) as caught:
            session.update("account", account.id, 1, x_class=value)
        assert caught.value.code == code
        assert caught.value.field == "x_class"
    with pytest.raises(InvalidError) as negative:
        session.update("account", account.id, 1, x_potential=Decimal("-0.001"))
    assert negative.value.code == ErrorCode.OUT_OF_RANGE
