"""The first deal of a manufacturer: a group with a plant, a product with its price, a lead that becomes an opportunity,
a quote that is accepted; run it with ``python first_deal.py``."""

from __future__ import annotations

import datetime as dt
import tempfile
from decimal import Decimal
from pathlib import Path

from crm_core import (
    Account,
    AccountKind,
    Crm,
    HierarchyKind,
    Lead,
    LeadConversion,
    Opportunity,
    PriceList,
    Product,
    Quote,
    QuoteLine,
    Session,
    SetupOptions,
)


def make_customer(session: Session) -> Account:
    """A group and its plant, which will buy."""
    group = session.customers.create_account(Account("东方重工集团"))
    plant = session.customers.create_account(Account("东方重工苏州分厂", kind=AccountKind.CUSTOMER))
    session.customers.set_parent(HierarchyKind.LEGAL, plant.id, group.id, dt.date(2026, 1, 1))
    return plant


def make_product(session: Session) -> Product:
    """A product and its list price."""
    press = session.products.create_product(Product("P-630", "Press 630 t"))
    prices = session.products.create_price_list(PriceList("2026", "CNY", is_default=True))
    session.products.set_list_price(prices.id, press.id, Decimal(86100), dt.date(2026, 1, 1))
    return press


def find_deal(session: Session, plant: Account) -> Opportunity:
    """A lead becomes an opportunity, which moves on."""
    lead = session.sales.capture_lead(Lead("冲压线改造", contact_name="王伟")).lead
    converted = session.sales.convert_lead(LeadConversion(lead.id, account=plant.id, create_contact=True)).lead
    assert converted.converted_opportunity is not None
    deal = session.sales.opportunity(converted.converted_opportunity)
    for stage in ("qualification", "proposal"):
        deal = session.sales.advance_stage(deal.id, deal.version, stage)
    return deal


def win_deal(session: Session, deal: Opportunity, press: Product) -> Quote:
    """A quote at the list price less five percent, sent and accepted: the deal is won."""
    lines = [QuoteLine(2, product=press.id, discount_percent=Decimal(5), tax_percent=Decimal(13))]
    draft = session.quotes.create_quote(Quote(deal.name, opportunity=deal.id, lines=lines))
    sent = session.quotes.send(draft.id, draft.version)
    return session.quotes.accept(sent.id, sent.version)


with tempfile.TemporaryDirectory() as folder, Crm.open(Path(folder) / "factory.db") as crm:
    crm.setup(SetupOptions("main", "华东精密机械", "CNY", "Asia/Shanghai", "admin"))
    session = crm.session("main", "admin")
    plant, press = make_customer(session), make_product(session)
    deal = find_deal(session, plant)
    quote = win_deal(session, deal, press)
    deal = session.sales.opportunity(deal.id)
    print(f"{plant.name}: {deal.name}")
    print(f"quote: {quote.total} CNY, with tax {quote.total_with_tax} CNY")
    print(f"deal: {deal.stage}, {deal.amount} CNY")
    for row in session.sales.funnel():
        print(f"{row.name}: {row.count}" + "".join(f", {total.amount} {total.currency}" for total in row.totals))
    for entry in session.history("opportunity", deal.id):
        print(entry.version, entry.command)
