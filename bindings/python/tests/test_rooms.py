"""Every method of the services of the rooms."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from crm_core import (
    Account,
    Activity,
    ActivityKind,
    AggregateQuery,
    AllocationMethod,
    Attachment,
    BundleChoice,
    BundleComponent,
    Channel,
    ChannelKind,
    ConflictError,
    Contact,
    CrmError,
    Dimension,
    ErrorCode,
    ExternalId,
    F,
    Filter,
    FunnelOptions,
    Guard,
    HierarchyKind,
    Identifier,
    IdentifierKind,
    InvalidError,
    Lead,
    LeadConversion,
    LeadStatus,
    LifeCycle,
    LostQuoteOptions,
    LostReason,
    LostTotal,
    MaterialDirection,
    MaterialField,
    Measure,
    MeasureFunction,
    NotFoundError,
    Opportunity,
    OrderKind,
    OrderStatus,
    OrderedQuantity,
    ParameterChoice,
    ParameterComparison,
    ParameterCondition,
    ParameterKind,
    ParameterValue,
    Pipeline,
    PriceList,
    Product,
    ProductBundle,
    ProductClass,
    ProductDocument,
    ProductDocumentKind,
    ProductLifeCycle,
    ProductParameter,
    ProductRelation,
    ProductRelationKind,
    ProductSearch,
    ProductUnit,
    Quantity,
    Query,
    Quote,
    QuoteChangeKind,
    QuoteCopy,
    QuoteLine,
    QuoteLineKind,
    QuoteLoss,
    QuotePolicy,
    QuoteStatus,
    Role,
    Session,
    SingleViewOptions,
    Sort,
    Stage,
    StageCategory,
    Subject,
    SubjectEntity,
    UnitFactor,
    User,
    WinRateOptions,
    changes,
    chosen_lines,
    content_hash,
    diff_quotes,
    lost_quotes,
    quote_hash,
    records,
    standard_pipeline,
    standard_quote_policy,
)
from helpers import START

DAY = dt.timedelta(days=1)
TODAY = dt.date(2026, 3, 2)


def test_accounts(session: Session) -> None:
    customers = session.customers
    given = Account(
        "Müller Pumpen GmbH",
        channels=[Channel(ChannelKind.EMAIL, "buy@example.com", opt_out=True)],
        identifiers=[Identifier(IdentifierKind.VAT, "BE 0403.019.261")],
        external_ids=[ExternalId("erp", "100")],
        annual_revenue=Decimal("1234567.89"),
    )
    account = customers.create_account(given)
    assert account.identifiers[0].value == "BE0403019261"
    assert account.channels[0].opt_out
    assert customers.account(account.id) == account
    assert account.code is not None
    assert customers.account_by_code(account.code) == account
    assert customers.account_by_external_id("erp", "100") == account
    assert customers.accounts_by_identifier(IdentifierKind.VAT, "be 403.019.261") == [account]
    assert customers.accounts_by_channel(ChannelKind.EMAIL, "Buy@Example.com") == [account]
    holds = F("identifiers").holds(IdentifierKind.VAT, "BE0403019261")
    assert customers.accounts(Query(filter=holds & (F("city") == "Bonn"))).items == []
    customers.set_life_cycle(account.id, LifeCycle.KEY, expected_version=account.version)
    with pytest.raises(ConflictError):
        customers.set_life_cycle(account.id, LifeCycle.LOST, expected_version=account.version)
    changed = customers.update_account(customers.account(account.id).replace(city="Aachen"))
    assert (changed.life_cycle, changed.city, changed.version) == (LifeCycle.KEY, "Aachen", 3)
    assert customers.accounts(Query(filter=F("life_cycle") == LifeCycle.KEY)).items == [changed]
    session.update("account", account.id, 3, channels=[Channel(ChannelKind.FAX, "+49 241 123456")], life_cycle=LifeCycle.LOST)
    stored = customers.account(account.id)
    assert (stored.channels[0].kind, stored.life_cycle) == (ChannelKind.FAX, LifeCycle.LOST)
    assert stored.to_dict()["channels"] == stored.channels

    with pytest.raises(InvalidError) as caught:
        customers.create_account(Account("x", identifiers=[Identifier(IdentifierKind.VAT, "BE0403019262")]))
    assert (caught.value.code, caught.value.field) == (ErrorCode.CHECK_DIGIT, "identifiers[0].value")
    with pytest.raises(CrmError) as twice:
        customers.create_account(Account("x", external_ids=[ExternalId("erp", "100")]))
    assert twice.value.code == ErrorCode.DUPLICATE_KEY


def test_contacts_activities_and_attachments(session: Session) -> None:
    customers = session.customers
    account = customers.create_account(Account("东方重工"))
    contact = customers.create_contact(Contact("李娜", account=account.id, birthday=dt.date(1985, 2, 28)))
    assert customers.contacts_by_channel(ChannelKind.PHONE, "+86 512 6288 0000") == []
    assert customers.contact(contact.id).birthday == dt.date(1985, 2, 28)
    moved = customers.update_contact(contact.replace(job_title="采购"))
    assert customers.contacts(Query(filter=F("account") == account.id)).items == [moved]
    assert customers.contact_as_of(contact.id, START) == moved

    subject = Subject(SubjectEntity.ACCOUNT, account.id)
    visit = customers.log_activity(Activity(ActivityKind.VISIT, "参观", at=START - DAY, subjects=[subject]))
    customers.log_activity(Activity(ActivityKind.CALL, "电话", at=START, subjects=[subject]))
    assert [found.subject for found in customers.activities_of(subject)] == ["电话", "参观"]
    assert len(customers.activities_of(subject, hierarchy=HierarchyKind.LEGAL, limit=1)) == 1
    saved = customers.update_activity(visit.replace(duration_minutes=90))
    assert customers.activity(visit.id) == saved
    assert len(customers.activities().items) == 2

    attachment = customers.add_attachment(
        Attachment(content_hash(b"drawing"), len(b"drawing"), "drawing.pdf", account=account.id)
    )
    assert customers.attachments(Query(filter=F("account") == account.id)).items == [attachment]

    view = customers.single_view(account.id, SingleViewOptions(include_subtree=True, limit=10))
    assert (view.account.id, [found.id for found in view.contacts]) == (account.id, [contact.id])
    assert len(view.activities) == 2
    assert customers.single_view(account.id).account == view.account


def test_a_group_and_its_plants(session: Session) -> None:
    customers = session.customers
    group, plant, line = (customers.create_account(Account(name, employees=10)) for name in ("集团", "工厂", "产线"))
    legal = HierarchyKind.LEGAL
    customers.set_parent(legal, plant.id, group.id, dt.date(2026, 1, 1))
    customers.set_parent(legal, line.id, plant.id, dt.date(2026, 1, 1))
    assert [node.account for node in customers.subtree(group.id, legal, TODAY)] == [group.id, plant.id, line.id]
    assert [node.account for node in customers.children(group.id, legal, TODAY)] == [plant.id]
    assert [node.account for node in customers.ancestors(line.id, legal, TODAY)] == [plant.id, group.id]
    parent = customers.parent_of(plant.id, legal, TODAY)
    assert parent is not None
    assert parent.account == group.id
    assert customers.parent_of(plant.id, legal, dt.date(2025, 12, 31)) is None
    query = AggregateQuery([Measure(MeasureFunction.SUM, field="employees")])
    assert customers.rollup(group.id, legal, TODAY, "account", query)[0].values == [30]
    with pytest.raises(CrmError) as caught:
        customers.set_parent(legal, group.id, line.id, TODAY)
    assert caught.value.code == ErrorCode.CYCLE
    assert "集团" in caught.value.problems[0].data["cycle"]
    customers.set_parent(legal, line.id, None, TODAY)
    assert len(customers.subtree(group.id, legal, TODAY)) == 2
    view = customers.single_view(group.id, SingleViewOptions(include_subtree=True))
    assert [node.account for node in view.nodes] == [group.id, plant.id]


def test_products_and_prices(session: Session) -> None:
    products = session.products
    valve = products.create_product(Product("V-100", "Valve DN 50", unit="C62"))
    assert products.product(valve.id) == valve
    assert products.update_product(valve.replace(life_cycle=ProductLifeCycle.PHASE_OUT)).version == 2
    assert [found.code for found in products.products(Query(search="valve")).items] == ["V-100"]
    assert products.product_as_of(valve.id, START).code == "V-100"
    prices = products.create_price_list(PriceList("2026", "EUR"))
    assert products.update_price_list(prices.replace(is_default=True)).is_default
    assert len(products.price_lists().items) == 1
    products.set_list_price(prices.id, valve.id, Decimal("135.50"), dt.date(2026, 1, 1))
    later = products.set_list_price(prices.id, valve.id, Decimal("1420"), dt.date(2026, 7, 1), per_quantity=Decimal(10))
    assert later.per_quantity == 10
    found = products.list_price(valve.id, None, TODAY)
    assert (found.price, found.currency, found.valid_until) == (Decimal("135.5"), "EUR", dt.date(2026, 7, 1))
    assert products.list_price(valve.id, prices.id, dt.date(2026, 7, 1)) == later
    assert len(products.list_prices(Query(filter=F("product") == valve.id)).items) == 2
    with pytest.raises(NotFoundError):
        products.list_price(valve.id, None, dt.date(2025, 1, 1))


def test_classes_parameters_and_their_search(session: Session) -> None:
    products = session.products
    top = products.create_product_class(ProductClass("27", "Electrical engineering", system="ECLASS-8.0"))
    low = products.create_product_class(ProductClass("27-14", "Terminals", parent=top.id))
    assert products.product_class(low.id) == low
    assert products.update_product_class(low.replace(name="Terminal blocks")).version == 2
    assert products.product_class_as_of(top.id, START) == top
    assert [found.code for found in products.product_classes(Query(sort=[Sort("code")])).items] == ["27", "27-14"]
    with pytest.raises(InvalidError) as circle:
        products.update_product_class(top.replace(parent=low.id))
    assert circle.value.problems[0].data["cycle"] == "27 > 27-14 > 27"

    voltage = ProductParameter(top.id, "Un", "Rated voltage", kind=ParameterKind.NUMBER, unit="V")
    voltage = products.create_product_parameter(voltage)
    assert products.product_parameter(voltage.id) == voltage
    assert products.update_product_parameter(voltage.replace(maximum=Decimal(1500))).version == 2
    assert products.product_parameter_as_of(voltage.id, START).code == "Un"
    temperature = ProductParameter(top.id, "T", "Temperature", kind=ParameterKind.RANGE, unit="°C", is_required=True)
    products.create_product_parameter(temperature)
    colour = [ParameterChoice("red"), ParameterChoice("blue", name="Blue")]
    products.create_product_parameter(
        ProductParameter(low.id, "colour", "Colour", kind=ParameterKind.CHOICE, choices=colour)
    )
    assert len(products.product_parameters().items) == 3
    known = products.class_parameters(low.id)
    assert [(one.code, one.is_inherited) for one in known] == [("T", True), ("Un", True), ("colour", False)]
    assert known[1].dimension == Dimension.VOLTAGE

    def clamp(code: str, volts: str, unit: str) -> Product:
        values = [
            ParameterValue("Un", number=Decimal(volts), unit=unit, tolerance_percent=Decimal(10)),
            ParameterValue("T", number=Decimal(-40), number_to=Decimal(85)),
            ParameterValue("colour", choice="red"),
        ]
        return products.create_product(Product(code, code, product_class=low.id, parameters=values))

    for code, volts, unit in [("A", "499", "V"), ("B", "500", "V"), ("C", "0.8", "kV")]:
        assert clamp(code, volts, unit).parameters[1].unit == "°C"
    with pytest.raises(InvalidError) as wrong:
        clamp("D", "5", "A")
    assert (wrong.value.code, wrong.value.field) == (ErrorCode.UNIT_MISMATCH, "parameters[0].unit")
    at_least = ParameterCondition("Un", ParameterComparison.GREATER_OR_EQUAL, number=Decimal("0.5"), unit="kV")
    warm = ParameterCondition("T", ParameterComparison.COVERS, number=Decimal(25), unit="°C")
    search = ProductSearch(conditions=[at_least, warm], limit=1, product_class=top.id)
    page = products.find_products(search)
    assert [found.code for found in page.items] == ["B"]
    assert [found.code for found in products.find_products(search.replace(cursor=page.next_cursor)).items] == ["C"]
    old = ProductSearch(conditions=[at_least], life_cycle=[ProductLifeCycle.DISCONTINUED])
    assert products.find_products(old).items == []
    sold = old.replace(life_cycle=[ProductLifeCycle.ACTIVE, ProductLifeCycle.PHASE_OUT])
    assert [found.code for found in products.find_products(sold).items] == ["B", "C"]
    either = Filter.Parameter("parameters", at_least) & (F("code") == "C")
    assert [found.code for found in products.products(Query(filter=either)).items] == ["C"]


def test_relations_documents_and_bundles(session: Session) -> None:
    products = session.products
    box = ProductUnit(UnitFactor(Decimal(1), "BX", Decimal(12), "C62"), gtin="4 006381 333931")
    press = products.create_product(Product("P-1", "Press", unit="C62", units=[box], net_weight=Quantity(Decimal(2), "t")))
    assert press.units[0].gtin == "4006381333931"
    drive = products.create_product(Product("D-1", "Drive"))
    spare = ProductRelation(press.id, drive.id, ProductRelationKind.SPARE_PART, quantity=Decimal("1.5"))
    made = products.create_relation(spare)
    assert products.update_relation(made.replace(note="left")) == products.relation(made.id)
    assert len(products.relations(Query(filter=F("other") == drive.id)).items) == 1
    with pytest.raises(ConflictError) as double:
        products.create_relation(spare)
    assert double.value.code == ErrorCode.OVERLAP
    article = products.create_document(ProductDocument("Noise", ProductDocumentKind.ARTICLE, body="gravel"))
    assert products.update_document(article.replace(language="en")) == products.document(article.id)
    assert [found.title for found in products.documents(Query(search="gravel")).items] == ["Noise"]
    top = products.create_product_class(ProductClass("36", "Presses"))
    low = products.create_product_class(ProductClass("36-01", "Hydraulic presses", parent=top.id))
    press = products.update_product(products.product(press.id).replace(product_class=low.id))
    safety = ProductDocument("Safety", ProductDocumentKind.MANUAL, product_class=top.id, url="safety.pdf")
    safety = products.create_document(safety)
    sheet = ProductDocument("Sheet", ProductDocumentKind.DATA_SHEET, product=press.id, url="p1.pdf", valid_until=dt.date(2026, 7, 1))
    sheet = products.create_document(sheet)
    assert products.product_documents(press.id) == [sheet, safety]
    assert products.product_documents(press.id, dt.date(2026, 7, 1)) == [safety]
    with pytest.raises(CrmError) as both:
        products.create_document(ProductDocument("Both", ProductDocumentKind.MANUAL, product=press.id, product_class=top.id, url="x.pdf"))
    assert both.value.code == ErrorCode.NOT_ALLOWED
    parts = [BundleComponent(drive.id, Decimal("2.5")), BundleComponent(drive.id, Decimal(1), is_optional=True)]
    bundle = products.create_bundle(ProductBundle(press.id, components=parts))
    assert [part.position for part in bundle.components] == [10, 20]
    whole = products.update_bundle(bundle.replace(distribution=AllocationMethod.CUMULATIVE))
    assert products.bundle(bundle.id) == whole == products.bundles().items[0]
    assert [line.quantity for line in products.explode(press.id, Decimal(3))] == [Decimal("7.5")]
    lines = products.explode(press.id, Decimal(3), [BundleChoice(20, Decimal(2))])
    assert [(line.path, line.quantity) for line in lines] == [([10], Decimal("7.5")), ([20], Decimal(6))]
    with pytest.raises(CrmError) as wrong:
        products.explode(press.id, Decimal(3), [BundleChoice(30, Decimal(2))])
    assert wrong.value.code == ErrorCode.NOT_IN_PICKLIST
    with pytest.raises(NotFoundError):
        products.explode(drive.id, Decimal(3))


def test_leads(session: Session) -> None:
    sales = session.sales
    captured = sales.capture_lead(Lead("Messe 2026", company="西北钢铁", external_ids=[ExternalId("web", "7")]))
    assert captured.is_new
    again = sales.capture_lead(Lead("Messe 2026", external_ids=[ExternalId("web", "7")]))
    assert (again.is_new, again.lead.id, len(again.warnings)) == (False, captured.lead.id, 1)
    lead = sales.update_lead(captured.lead.replace(need="3 台压机"))
    colleague = session.admin.create_user(User("wang", "王"))
    with pytest.raises(ConflictError) as stale:
        sales.assign_lead(lead.id, colleague.id, expected_version=1)
    assert stale.value.code == ErrorCode.STALE_VERSION
    sales.assign_lead(lead.id, colleague.id)
    assert sales.lead(lead.id).status == LeadStatus.ASSIGNED
    working = sales.move_lead(lead.id, None, LeadStatus.WORKING)
    assert sales.lead_as_of(lead.id, START) == working
    done = sales.convert_lead(LeadConversion(lead.id, create_account=True, amount=Decimal("80000"), currency="CNY"))
    assert done.lead.converted_account is not None
    assert session.customers.account(done.lead.converted_account).name == "西北钢铁"
    with pytest.raises(ConflictError) as caught:
        sales.disqualify_lead(lead.id, "too late")
    assert caught.value.code == ErrorCode.ILLEGAL_TRANSITION
    other = sales.capture_lead(Lead("Anfrage")).lead
    assert sales.disqualify_lead(other.id, "no budget").disqualify_reason == "no budget"
    assert len(sales.leads().items) == 2


def test_opportunities(session: Session) -> None:
    sales = session.sales
    press = Opportunity("Press line", amount=Decimal("80000"), currency="CNY", close_date=TODAY + 30 * DAY)
    made = sales.create_opportunity(press)
    assert (made.stage, made.stage_category) == ("prospecting", StageCategory.OPEN)
    saved = sales.update_opportunity(made.replace(next_step="demo"))
    offered = sales.advance_stage(made.id, saved.version, "proposal", reason="quote sent")
    assert offered.expected_revenue == 40000
    with pytest.raises(CrmError) as caught:
        sales.close_lost(made.id, offered.version, "")
    assert caught.value.kind in ("invalid", "conflict")
    lost = sales.close_lost(made.id, offered.version, "price", competitor="other")
    opened = sales.reopen(made.id, lost.version, reason="new budget")
    won = sales.close_won(made.id, opened.version, amount=Decimal("79000"), closed_on=TODAY)
    assert (won.amount, won.closed_on) == (Decimal(79000), TODAY)
    assert sales.opportunity(made.id) == won
    assert sales.opportunity_as_of(made.id, START) == won
    assert sales.opportunities(Query(filter=F("stage_category") == StageCategory.WON)).items == [won]
    assert len(sales.stage_history(made.id)) >= 4
    assert sales.stage_report(made.id).regressions >= 0
    rate = sales.win_rate(WinRateOptions(closed_from=TODAY))
    assert (rate.won, rate.lost) == (1, 0)
    assert sum(row.count for row in sales.funnel()) == 1
    assert sum(row.count for row in sales.funnel(FunnelOptions(as_of=START - DAY))) == 0
    assert sum(row.count for row in sales.funnel(FunnelOptions(as_of=START, by_intervals=True))) == 1
    with pytest.raises(ConflictError) as stale:
        sales.advance_stage(made.id, made.version, "negotiation")
    assert stale.value.code == ErrorCode.STALE_VERSION


def test_pipelines(session: Session) -> None:
    sales = session.sales
    head = session.admin.create_role(Role("Head of sales"))
    session.admin.update_user(session.admin.user(session.user).replace(role=head.id))
    filled = [Guard.FieldFilled(field="amount")]
    stages = [
        Stage("talk", "Talk", StageCategory.OPEN, Decimal(10)),
        Stage("offer", "Offer", StageCategory.OPEN, Decimal(50), guards=filled, waiver_roles=[head.id]),
        Stage("won", "Won", StageCategory.WON, Decimal(100)),
        Stage("lost", "Lost", StageCategory.LOST, Decimal(0)),
    ]
    made = sales.create_pipeline(Pipeline("Project", "project", stages=stages))
    assert sales.pipeline(made.id) == made
    assert sales.update_pipeline(made.replace(name="Projects")).name == "Projects"
    assert made.id in [pipeline.id for pipeline in sales.pipelines().items]
    deal = sales.create_opportunity(Opportunity("x", pipeline=made.id))
    with pytest.raises(CrmError) as caught:
        sales.advance_stage(deal.id, deal.version, "offer")
    assert caught.value.code == ErrorCode.GUARD_NOT_MET
    waived = sales.advance_stage(deal.id, deal.version, "offer", reason="key account", waive=True)
    assert waived.stage == "offer"


def test_quotes(session: Session) -> None:
    quotes = session.quotes
    deal = session.sales.create_opportunity(Opportunity("Assembly", currency="EUR"))
    lines = [QuoteLine(3, description="Assembly", unit_price=Decimal("135.50"), discount_percent=Decimal(10))]
    draft = quotes.create_quote(Quote("Assembly", opportunity=deal.id, currency="EUR", lines=lines))
    assert (draft.status, draft.total, draft.lines[0].net_amount) == (QuoteStatus.DRAFT, Decimal("365.85"), Decimal("365.85"))
    changed = quotes.update_quote(draft.replace(valid_until=TODAY + 30 * DAY))
    sent = quotes.send(draft.id, changed.version)
    revision = quotes.revise(draft.id, sent.version)
    assert (revision.revises, revision.revision) == (draft.id, 2)
    offered = quotes.send(revision.id, revision.version)
    refused = quotes.reject(revision.id, offered.version, "price")
    assert (refused.status, refused.reject_reason) == (QuoteStatus.REJECTED, "price")
    last = quotes.revise(revision.id, refused.version)
    accepted = quotes.accept(last.id, quotes.send(last.id, last.version).version)
    assert accepted.status == QuoteStatus.ACCEPTED
    assert session.sales.opportunity(deal.id).stage_category == StageCategory.WON
    assert quotes.quote(last.id) == accepted
    assert quotes.quote_as_of(last.id, START) == accepted
    assert len(quotes.quotes(Query(filter=F("opportunity") == deal.id)).items) == 3
    short = quotes.create_quote(Quote("x", currency="EUR", valid_until=TODAY, lines=lines))
    short = quotes.send(short.id, short.version)
    assert session.at(START + 2 * DAY).quotes.expire(short.id, short.version).status == QuoteStatus.EXPIRED


def test_revisions_and_their_differences(session: Session) -> None:
    quotes = session.quotes
    lines = [QuoteLine(3, description="Assembly", unit_price=Decimal("135.50"))]
    draft = quotes.create_quote(Quote("Assembly", currency="EUR", lines=lines))
    sent = quotes.send(draft.id, draft.version)
    assert sent.content_hash == quote_hash(sent)
    second = quotes.revise(sent.id, sent.version)
    second = quotes.update_quote(second.replace(lines=[second.lines[0].replace(unit_price=Decimal(130))]))
    assert [(one.quote, one.is_current) for one in quotes.revisions(sent.id)] == [(sent.id, False), (second.id, True)]
    diff = quotes.diff(sent.id, second.id)
    assert (diff.needs_new_approval, diff.total_difference) == (True, Decimal("-16.5"))
    price = next(change for change in diff.changes if change.path == "lines[10].unit_price")
    assert (price.kind, price.earlier, price.later) == (QuoteChangeKind.CHANGED, '"135.5"', '"130"')
    assert diff_quotes(quotes.quote(sent.id), second) == diff
    fields = [MaterialField("lines[*].unit_price", direction=MaterialDirection.HIGHER)]
    policy = quotes.create_policy(QuotePolicy("dearer", material_fields=fields))
    assert quotes.policy(policy.id) == policy
    assert quotes.policies().items == [policy]
    assert quotes.update_policy(policy.replace(name="dearer only")).name == "dearer only"
    asked = quotes.diff(sent.id, second.id, policy.id)
    assert (asked.is_material, asked.needs_new_approval, asked.policy) == (True, False, policy.id)
    assert diff_quotes(sent, second, standard_quote_policy()).needs_new_approval
    with pytest.raises(InvalidError) as caught:
        quotes.create_policy(QuotePolicy("x", material_fields=[MaterialField("nothing")]))
    assert (caught.value.code, caught.value.field) == (ErrorCode.UNKNOWN_FIELD, "material_fields[0].path")
    copied = quotes.copy_quote(QuoteCopy(second.id, name="Again"))
    assert (copied.name, copied.revision, copied.total) == ("Again", 1, Decimal(390))


def test_orders_of_an_accepted_quote(session: Session) -> None:
    quotes = session.quotes
    lines = [
        QuoteLine(3, description="Assembly", unit_price=Decimal("33.333333")),
        QuoteLine(1, description="Spare", unit_price=Decimal(7), kind=QuoteLineKind.OPTION),
    ]
    draft = quotes.create_quote(Quote("Assembly", currency="EUR", lines=lines))
    assert draft.total == Decimal(100)
    sent = quotes.send(draft.id, draft.version)
    with pytest.raises(CrmError) as caught:
        quotes.accept(sent.id, sent.version, [10])
    assert (caught.value.code, caught.value.field) == (ErrorCode.NOT_ALLOWED, "chosen[0]")
    assert [line.position for line in chosen_lines(sent.lines, [20])] == [10, 20]
    accepted = quotes.accept(sent.id, sent.version, [20])
    assert (accepted.chosen, accepted.accepted_total) == ([20], Decimal(107))
    first = quotes.convert(accepted.id, accepted.version, lines=[OrderedQuantity(10, quantity=Decimal(1))])
    assert (first.number, first.total, first.kind) == ("O-2026-000001", Decimal("33.33"), OrderKind.ORDER)
    with pytest.raises(ConflictError) as over:
        quotes.convert(accepted.id, accepted.version, lines=[OrderedQuantity(10, quantity=Decimal(3))])
    assert (over.value.code, over.value.field) == (ErrorCode.OUT_OF_RANGE, "lines[0].quantity")
    rest = quotes.convert(accepted.id, accepted.version, OrderKind.CONTRACT)
    assert (rest.number, rest.total) == ("C-2026-000001", Decimal("73.67"))
    state = quotes.conversion(accepted.id)
    assert (state.is_complete, state.lines[0].converted_net) == (True, Decimal(100))
    saved = quotes.update_order(first.replace(customer_reference="PO 1"))
    confirmed = quotes.confirm_order(first.id, saved.version)
    assert (confirmed.status, quotes.order(first.id)) == (OrderStatus.CONFIRMED, confirmed)
    cancelled = quotes.cancel_order(first.id, confirmed.version, "budget")
    assert (cancelled.status, quotes.order_as_of(first.id, START)) == (OrderStatus.CANCELLED, cancelled)
    assert len(quotes.orders(Query(filter=F("quote") == accepted.id)).items) == 2
    assert quotes.conversion(accepted.id).lines[0].open == Decimal(1)


def test_lost_quotes(session: Session) -> None:
    quotes = session.quotes
    for total in (1000, 2000):
        lines = [QuoteLine(1, description="Assembly", unit_price=Decimal(total))]
        draft = quotes.create_quote(Quote("Assembly", currency="EUR", lines=lines))
        sent = quotes.send(draft.id, draft.version)
        loss = QuoteLoss(reason=LostReason.PRICE, competitor="Other Works", competitor_price=Decimal(total - 100))
        lost = quotes.reject(sent.id, sent.version, "cheaper", loss)
        assert (lost.lost_reason, lost.competitor, lost.competitor_currency) == (LostReason.PRICE, "Other Works", "EUR")
    [row] = quotes.lost(LostQuoteOptions(rejected_from=TODAY))
    assert (row.reason, row.competitor, row.count) == (LostReason.PRICE, "Other Works", 2)
    assert row.totals == [LostTotal("EUR", 2, Decimal(3000), 2, mean_gap_percent=Decimal("6.6667"))]
    assert lost_quotes(quotes.quotes().items) == [row]


def test_everything_that_a_question_finds_page_by_page(session: Session) -> None:
    names = [f"Account {number}" for number in range(7)]
    made = [session.customers.create_account(Account(name)) for name in names]
    by_name = Query(sort=[Sort("name")], limit=3)
    assert [account.name for account in records(session.customers.accounts, by_name)] == names
    assert [pipeline.name for pipeline in records(session.sales.pipelines)] == [
        pipeline.name for pipeline in session.sales.pipelines().items
    ]
    with pytest.raises(InvalidError):
        next(records(session.customers.accounts, Query(limit=0)))
    entries = list(changes(session))
    assert [entry.record for entry in entries if entry.entity == "account"] == [account.id for account in made]
    assert list(changes(session, entries[-1].sequence)) == []


def test_a_pipeline_to_begin_with(session: Session) -> None:
    pipeline = standard_pipeline().replace(name="of our own")
    assert session.sales.create_pipeline(pipeline).stages == pipeline.stages
    assert [stage.category.value for stage in pipeline.stages][-2:] == ["won", "lost"]


def test_attachments_and_price_lists_by_identifier(session: Session) -> None:
    account = session.customers.create_account(Account("Nordwerk"))
    file = Attachment(content_hash(b"drawing"), 7, "drawing.pdf", account=account.id)
    attachment = session.customers.add_attachment(file)
    assert session.customers.attachment(attachment.id) == attachment
    price_list = session.products.create_price_list(PriceList("2026", "EUR"))
    assert session.products.price_list(price_list.id) == price_list
