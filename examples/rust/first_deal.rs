//! The first deal of a manufacturer: a group with a plant, a product with its price, a lead that becomes an
//! opportunity, a quote that is accepted.

use crm_core::customer::{Account, AccountKind, HierarchyKind};
use crm_core::engine::{Crm, Customers, Products, Session, SetupOptions};
use crm_core::product::{PriceList, Product};
use crm_core::quote::{Quote, QuoteLine};
use crm_core::sales::{FunnelOptions, Lead, LeadConversion, Opportunity};
use crm_core::value::Result;

fn main() -> Result<(), Box<dyn std::error::Error>> {
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
    let plant = make_customer(session.customers())?;
    let press = make_product(session.products())?;
    let deal = win_deal(&session, &plant, &press)?;
    report(&session, &deal)?;
    crm.close();
    Ok(())
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

fn win_deal(session: &Session, plant: &Account, press: &Product) -> Result<Opportunity> {
    let sales = session.sales();
    let lead = Lead { name: "冲压线改造".into(), contact_name: Some("王伟".into()), ..Lead::default() };
    let lead = sales.capture_lead(&lead)?.lead.id;
    let conversion =
        LeadConversion { lead, account: Some(plant.id), create_contact: true, ..LeadConversion::default() };
    let converted = sales.convert_lead(&conversion)?.lead;
    let mut deal = sales.opportunity(converted.converted_opportunity.unwrap_or_default())?;
    for stage in ["qualification", "proposal"] {
        deal = sales.advance_stage(deal.id, deal.version, stage, None, false)?;
    }
    let (opportunity, account) = (Some(deal.id), Some(plant.id));
    let lines = vec![QuoteLine::of_product(press.id, 2.into())];
    let draft = Quote { name: deal.name.clone(), opportunity, account, lines, ..Quote::default() };
    let draft = session.quotes().create_quote(&draft)?;
    let sent = session.quotes().send(draft.id, draft.version)?;
    session.quotes().accept(sent.id, sent.version)?;
    sales.opportunity(deal.id)
}

fn report(session: &Session, deal: &Opportunity) -> Result<()> {
    for row in session.sales().funnel(&FunnelOptions::default())? {
        let sums: Vec<String> = row.totals.iter().map(|total| format!("{} {}", total.amount, total.currency)).collect();
        println!("{:15} {}  {}", row.name, row.count, sums.join(", "));
    }
    for entry in session.history("opportunity", deal.id)? {
        let fields: Vec<&str> = entry.changes.iter().map(|change| change.field.as_str()).collect();
        println!("{} {} {}", entry.at, entry.command, fields.join(", "));
    }
    Ok(())
}
