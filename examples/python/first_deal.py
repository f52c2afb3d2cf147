"""From a lead to a quote that the customer accepts; run it with ``python first_deal.py``."""

from __future__ import annotations

import datetime as dt
import tempfile
from decimal import Decimal
from pathlib import Path

from crm_core import (
    Account,
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


def group_with_plant(session: Session) -> Account:
    """A group and its subsidiary, which will buy."""
    group = session.customers.create_account(Account("东方重工集团"))
    plant = session.customers.create_account(Account("东方重工苏州分厂", city="苏州"))
    session.customers.set_parent(HierarchyKind.LEGAL, plant.id, group.id, dt.date(2026, 1, 1))
    return plant


def press_with_price(session: Session) -> Product:
    """A product and its list price."""
    press = session.products.create_product(Product("P-200", "液压机 200 t", unit="C62"))
    prices = session.products.create_price_list(PriceList("2026", "CNY", is_default=True))
    session.products.set_list_price(prices.id, press.id, Decimal("468000.00"), dt.date(2026, 1, 1))
    return press


def deal_from_lead(session: Session, plant: Account) -> Opportunity:
    """A lead becomes an opportunity, which moves on."""
    lead = session.sales.capture_lead(Lead("苏州分厂要两台压机", source="展会")).lead
    conversion = LeadConversion(lead.id, account=plant.id, amount=Decimal("900000"), currency="CNY")
    converted = session.sales.convert_lead(conversion).lead.converted_opportunity
    assert converted is not None
    deal = session.sales.opportunity(converted)
    for stage in ("qualification", "proposal"):
        deal = session.sales.advance_stage(deal.id, deal.version, stage)
    return deal


def accepted_quote(session: Session, deal: Opportunity, press: Product) -> Quote:
    """A quote at the list price less five percent, sent and accepted: the deal is won."""
    lines = [QuoteLine(Decimal(2), product=press.id, discount_percent=Decimal(5))]
    draft = session.quotes.create_quote(Quote("两台压机", opportunity=deal.id, account=deal.account, lines=lines))
    sent = session.quotes.send(draft.id, draft.version)
    return session.quotes.accept(sent.id, sent.version)


def main(path: Path) -> None:
    """The whole way, with the funnel before the customer decides and the journal at the end."""
    with Crm.open(path) as crm:
        crm.setup(SetupOptions("main", "华东精密机械", "CNY", "Asia/Shanghai", "admin"))
        session = crm.session("main", "admin")
        deal = deal_from_lead(session, group_with_plant(session))
        for row in session.sales.funnel():
            print(f"{row.name:<15} {row.count}  " + ", ".join(f"{sum.amount} {sum.currency}" for sum in row.totals))
        quote = accepted_quote(session, deal, press_with_price(session))
        print(f"{quote.number}: {quote.total} {quote.currency}, {session.sales.opportunity(deal.id).stage}")
        for entry in session.history("opportunity", deal.id):
            print(f"version {entry.version}: {entry.command}, {len(entry.changes)} fields")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        main(Path(folder) / "factory.db")
