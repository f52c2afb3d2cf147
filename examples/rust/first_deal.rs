//! The first deal of a manufacturer: from a customer, a product and a lead to a quote that is accepted.

use crm_core::customer::{Account, AccountKind, HierarchyKind};
use crm_core::engine::{Crm, Customers, Products, Session, SetupOptions};
use crm_core::product::{PriceList, Product};
use crm_core::quote::{Quote, QuoteLine};
use crm_core::sales::{FunnelOptions, Lead, LeadConversion, Opportunity};
use crm_core::value::Result;
use std::error::Error;

fn main() -> std::result::Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let crm = Crm::open(folder.path().join("factory.db"))?;
    crm.setup(SetupOptions {
        tenant: "main".into(),
        name: "华东精密机械".into(),
        base_currency: "CNY".parse()?,
        time_zone: "Asia/Shanghai".into(),
        admin_login: "admin".into(),
    })?;
    let session = crm.session("main", "admin")?;
    let (plant, press) = (make_customer(session.customers())?, make_product(session.products())?);
    let deal = find_deal(&session, &plant)?;
    report(&session, &plant, &win_deal(&session, &deal, &press)?)
}

fn make_customer(customers: Customers<'_>) -> Result<Account> {
    let group = customers.create_account(&Account { name: "东方重工集团".into(), ..Account::default() })?;
    let kind = Some(AccountKind::Customer);
    let plant =
        customers.create_account(&Account { name: "东方重工苏州分厂".into(), kind, ..Account::default() })?;
    customers.set_parent(HierarchyKind::Legal, plant.id, Some(group.id), "2026-01-01".parse()?)?;
    Ok(plant)
}

fn make_product(products: Products<'_>) -> Result<Product> {
    let press = Product { code: "P-630".into(), name: "Press 630 t".into(), ..Product::default() };
    let press = products.create_product(&press)?;
    let list = PriceList { name: "2026".into(), currency: "CNY".parse()?, is_default: true, ..PriceList::default() };
    let list = products.create_price_list(&list)?;
    products.set_list_price(list.id, press.id, "86100".parse()?, "2026-01-01".parse()?, None)?;
    Ok(press)
}

fn find_deal(session: &Session, plant: &Account) -> std::result::Result<Opportunity, Box<dyn Error>> {
    let (sales, contact_name) = (session.sales(), Some("王伟".into()));
    let lead = sales.capture_lead(&Lead { name: "冲压线改造".into(), contact_name, ..Lead::default() })?.lead.id;
    let account = Some(plant.id);
    let wish = LeadConversion { lead, account, create_contact: true, ..LeadConversion::default() };
    let made = sales.convert_lead(&wish)?.lead.converted_opportunity.ok_or("the lead became no opportunity")?;
    let deal = sales.advance_stage(made, sales.opportunity(made)?.version, "qualification", None, false)?;
    Ok(sales.advance_stage(made, deal.version, "proposal", None, false)?)
}

fn win_deal(session: &Session, deal: &Opportunity, press: &Product) -> Result<Quote> {
    let (discount_percent, tax_percent) = (Some(5.into()), Some(13.into()));
    let lines = vec![QuoteLine { discount_percent, tax_percent, ..QuoteLine::of_product(press.id, 2.into()) }];
    let draft = Quote { name: deal.name.clone(), opportunity: Some(deal.id), lines, ..Quote::default() };
    let draft = session.quotes().create_quote(&draft)?;
    let sent = session.quotes().send(draft.id, draft.version)?;
    session.quotes().accept(sent.id, sent.version)
}

fn report(session: &Session, plant: &Account, quote: &Quote) -> std::result::Result<(), Box<dyn Error>> {
    let deal = session.sales().opportunity(quote.opportunity.ok_or("the quote belongs to no opportunity")?)?;
    println!("{}: {}", plant.name, deal.name);
    let (total, with_tax) = (quote.total.ok_or("no total")?, quote.total_with_tax.ok_or("no tax")?);
    println!("quote: {total} CNY, with tax {with_tax} CNY");
    println!("deal: {}, {} CNY", deal.stage.ok_or("no stage")?, deal.amount.ok_or("no amount")?);
    for row in session.sales().funnel(&FunnelOptions::default())? {
        let sums: String = row.totals.iter().map(|total| format!(", {} {}", total.amount, total.currency)).collect();
        println!("{}: {}{sums}", row.name, row.count);
    }
    for entry in session.history("opportunity", deal.id)? {
        println!("{} {}", entry.version, entry.command);
    }
    Ok(())
}
