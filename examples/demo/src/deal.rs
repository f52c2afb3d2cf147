//! One deal from a web form to a won quote, each step by the person who takes it, on its own day.

use std::sync::Arc;

use crm_core::access::{ANY_ENTITY, ObjectRight, PermissionSet, User};
use crm_core::customer::{Activity, ActivityKind, Subject, SubjectEntity};
use crm_core::engine::{AdminCommand, Command, Crm, Session};
use crm_core::product::{ListPrice, PriceList, Product};
use crm_core::query::{Query, Sort};
use crm_core::quote::{Quote, QuoteLine};
use crm_core::sales::{Lead, LeadConversion, LeadStatus, Opportunity, Pipeline, RawField, StageCategory};
use crm_core::value::{Currency, Decimal, FixedClock, Id, Timestamp};

use crate::failure::{Failure, Result};
use crate::moments::Moments;

/// The key of the one tenant.
pub const TENANT: &str = "main";
/// Who answers the telephone and hands leads on.
const DESK: &str = "sales.desk";
/// The form on the website.
const WEBSITE: &str = "website";
/// Days between two stages.
const DAYS_IN_STAGE: i64 = 6;

/// The records of the deal.
#[derive(Debug, Clone)]
pub struct Deal {
    /// The lead.
    pub lead: Lead,
    /// The opportunity, won.
    pub opportunity: Opportunity,
    /// The quotes, the accepted one last.
    pub quotes: Vec<Quote>,
    /// The activities that were logged.
    pub activities: Vec<Id>,
}

/// Who is asked, and what for.
struct Script {
    company: &'static str,
    contact: &'static str,
    phone: &'static str,
    email: &'static str,
    need: &'static str,
    deal: &'static str,
}

const CHINESE: Script = Script {
    company: "苏州恒锐自动化装备有限公司",
    contact: "陈思远",
    phone: "+86 512 6761 0188",
    email: "siyuan.chen@hengrui.example",
    need: "新产线需要整套方案，请先寄样本和报价。",
    deal: "恒锐 新产线一期",
};

const ENGLISH: Script = Script {
    company: "Hartwell Packaging Systems",
    contact: "Grace Hartwell",
    phone: "+1 616 555 0142",
    email: "grace@hartwell.example",
    need: "We are planning a new packaging line and need an offer for the first phase.",
    deal: "Hartwell packaging line, phase one",
};

/// What a sales person may do: work with the own records.
///
/// # Errors
/// What the engine gives.
pub fn sales_rights(admin: &Session) -> Result<Id> {
    let all =
        ObjectRight { entity: ANY_ENTITY.to_owned(), read: true, create: true, edit: true, ..ObjectRight::default() };
    set(admin, "sales", vec![all])
}

fn set(admin: &Session, name: &str, objects: Vec<ObjectRight>) -> Result<Id> {
    let permission_set = PermissionSet { name: name.to_owned(), objects, ..PermissionSet::default() };
    let made = admin.execute(Command::Admin(AdminCommand::CreatePermissionSet { permission_set }))?;
    Ok(made.created("permission_set"))
}

fn user(admin: &Session, login: &str, name: &str, sets: Vec<Id>) -> Result<()> {
    let user = User { login: login.to_owned(), name: name.to_owned(), permission_sets: sets, ..User::default() };
    admin.execute(Command::Admin(AdminCommand::CreateUser { user }))?;
    Ok(())
}

/// The people of the deal and their days.
struct Walk<'a> {
    crm: &'a Crm,
    moments: Moments,
    /// The login of the sales person.
    owner: String,
}

impl Walk<'_> {
    fn session(&self, login: &str, at: Timestamp) -> Result<Session> {
        let session = self.crm.session(TENANT, login)?;
        Ok(session.with_clock(Arc::new(FixedClock::new(at))))
    }

    /// The sales person, so many days after the data end.
    fn owner(&self, days: i64, hour: u32, minute: u32) -> Result<Session> {
        self.session(&self.owner, self.moments.after(days, hour, minute)?)
    }
}

/// Walks the deal; `owner` is the sales person, or nobody if the data name none.
///
/// # Errors
/// What the engine gives.
pub fn walk(crm: &Crm, admin: &Session, moments: Moments, owner: Option<Id>, currency: Currency) -> Result<Deal> {
    let script = if currency.as_str() == "CNY" { CHINESE } else { ENGLISH };
    let owner = owner.unwrap_or_else(|| admin.user());
    let owner = admin.get::<User>(owner)?;
    let walk = Walk { crm, moments, owner: owner.login.clone() };
    staff(admin)?;
    let lead = capture(&walk, &script, owner.id)?;
    let mut activities = Vec::new();
    let (lead, opportunity) = qualify(&walk, &script, &lead, &mut activities)?;
    let (opportunity, days) = advance(&walk, opportunity, &mut activities)?;
    let prices = catalogue(admin, currency)?;
    let quotes = offer(&walk, &opportunity, &prices, days)?;
    let admin = admin.with_clock(Arc::new(FixedClock::new(moments.after(days + 30, 18, 0)?)));
    let lead = admin.sales().lead(lead.id)?;
    let opportunity = admin.sales().opportunity(opportunity.id)?;
    let quotes = quotes.into_iter().map(|id| admin.quotes().quote(id)).collect::<crm_core::value::Result<_>>()?;
    Ok(Deal { lead, opportunity, quotes, activities })
}

/// The website may make leads and nothing else; the desk has all leads and hands them on.
fn staff(admin: &Session) -> Result<()> {
    let right = ObjectRight { entity: "lead".to_owned(), ..ObjectRight::default() };
    let form = set(admin, "web form", vec![ObjectRight { create: true, ..right.clone() }])?;
    let desk = ObjectRight { read: true, create: true, edit: true, transfer: true, edit_all: true, ..right };
    let users = ObjectRight { entity: "user".to_owned(), read: true, ..ObjectRight::default() };
    let desk = set(admin, "sales desk", vec![desk, users])?;
    user(admin, WEBSITE, "Website", vec![form])?;
    user(admin, DESK, "Sales desk", vec![desk])
}

/// Somebody fills in the form, and the desk names the sales person.
fn capture(walk: &Walk<'_>, script: &Script, owner: Id) -> Result<Lead> {
    let raw = |name: &str, value: &str| RawField { name: name.to_owned(), value: value.to_owned() };
    let lead = Lead {
        name: script.company.to_owned(),
        source: Some("web".to_owned()),
        company: Some(script.company.to_owned()),
        contact_name: Some(script.contact.to_owned()),
        phone: Some(script.phone.to_owned()),
        email: Some(script.email.to_owned()),
        need: Some(script.need.to_owned()),
        raw: vec![raw("form", "request-a-quote"), raw("page", "/products")],
        ..Lead::default()
    };
    let website = walk.session(WEBSITE, walk.moments.after(1, 9, 12)?)?;
    let made = website.sales().capture_lead(&lead)?.lead;
    let desk = walk.session(DESK, walk.moments.after(1, 9, 40)?)?;
    desk.sales().assign_lead(made.id, owner, None)?;
    Ok(made)
}

/// The sales person calls, and the lead becomes an account, a contact and an opportunity.
fn qualify(walk: &Walk<'_>, script: &Script, lead: &Lead, activities: &mut Vec<Id>) -> Result<(Lead, Opportunity)> {
    walk.owner(1, 10, 5)?.sales().move_lead(lead.id, None, LeadStatus::Working)?;
    let call = walk.owner(1, 10, 30)?;
    let subject = Subject { entity: SubjectEntity::Lead, id: lead.id };
    activities.push(log(&call, ActivityKind::Call, "First call: needs, date, who decides", subject)?);
    walk.owner(2, 14, 10)?.sales().move_lead(lead.id, None, LeadStatus::Qualified)?;
    let session = walk.owner(3, 9, 30)?;
    let conversion = LeadConversion {
        lead: lead.id,
        create_account: true,
        create_contact: true,
        opportunity_name: Some(script.deal.to_owned()),
        close_date: Some(walk.moments.as_of.add_days(60)?),
        ..LeadConversion::default()
    };
    let lead = session.sales().convert_lead(&conversion)?.lead;
    let made = lead.converted_opportunity.ok_or_else(|| Failure("the lead became no opportunity".to_owned()))?;
    let opportunity = session.sales().opportunity(made)?;
    Ok((lead, opportunity))
}

fn log(session: &Session, kind: ActivityKind, about: &str, subject: Subject) -> Result<Id> {
    let at = None;
    let activity = Activity { kind, subject: about.to_owned(), at, subjects: vec![subject], ..Activity::default() };
    Ok(session.customers().log_activity(&activity)?.id)
}

/// The opportunity goes through every open stage of its pipeline, each with a reason.
fn advance(walk: &Walk<'_>, mut opportunity: Opportunity, activities: &mut Vec<Id>) -> Result<(Opportunity, i64)> {
    const REASONS: [&str; 4] = [
        "need and budget are confirmed",
        "technical questions are settled",
        "the customer asked for an offer",
        "purchasing is at the table",
    ];
    let pipeline: Pipeline = walk.owner(3, 9, 30)?.sales().pipeline(opportunity.pipeline.unwrap_or_default())?;
    let open = pipeline.stages.iter().filter(|stage| stage.category == StageCategory::Open).skip(1);
    let mut days = 3;
    for (stage, reason) in open.zip(REASONS.iter().cycle()) {
        days += DAYS_IN_STAGE;
        if activities.len() == 1 {
            let subject = Subject { entity: SubjectEntity::Opportunity, id: opportunity.id };
            let visit = walk.owner(days, 9, 0)?;
            activities.push(log(&visit, ActivityKind::Visit, "Visit on site, layout of the line", subject)?);
        }
        let session = walk.owner(days, 16, 20)?;
        let reason = Some((*reason).to_owned());
        opportunity = session.sales().advance_stage(opportunity.id, opportunity.version, &stage.key, reason, false)?;
    }
    Ok((opportunity, days))
}

/// List prices for the lines. Data without any get one product, because an offer needs something to offer.
fn catalogue(admin: &Session, currency: Currency) -> Result<Vec<ListPrice>> {
    let sort = vec![Sort { field: "price".to_owned(), descending: false }];
    let query = Query { sort, limit: Some(500), ..Query::default() };
    let mut prices = admin.products().list_prices(&query)?.items;
    prices.retain(|price| price.currency == Some(currency));
    if prices.is_empty() {
        let product = Product { code: "WIDGET".to_owned(), name: "Widget".to_owned(), ..Product::default() };
        let product = admin.products().create_product(&product)?;
        let list = PriceList { name: "List prices".to_owned(), currency, is_default: true, ..PriceList::default() };
        let list = admin.products().create_price_list(&list)?;
        let from = "2000-01-01".parse()?;
        prices.push(admin.products().set_list_price(list.id, product.id, 100.into(), from, None)?);
    }
    // A cheap one, one of the middle, the dearest.
    let places = [0, prices.len() / 2, prices.len() - 1];
    let mut chosen: Vec<ListPrice> = Vec::new();
    for place in places {
        if let Some(price) = prices.get(place).filter(|price| chosen.iter().all(|known| known.id != price.id)) {
            chosen.push(price.clone());
        }
    }
    Ok(chosen)
}

/// A quote at list prices, a revision with a discount, and its acceptance, which wins the opportunity.
fn offer(walk: &Walk<'_>, opportunity: &Opportunity, prices: &[ListPrice], days: i64) -> Result<Vec<Id>> {
    let quantities: [i64; 3] = [40, 12, 2];
    let line = |(price, quantity): (&ListPrice, i64)| QuoteLine::of_product(price.product, quantity.into());
    let draft = Quote {
        name: opportunity.name.clone(),
        opportunity: Some(opportunity.id),
        price_list: prices.first().map(|price| price.price_list),
        currency: prices.first().and_then(|price| price.currency),
        valid_until: Some(walk.moments.as_of.add_days(days + 60)?),
        lines: prices.iter().zip(quantities).map(line).collect(),
        ..Quote::default()
    };
    let first = walk.owner(days + 1, 10, 0)?.quotes().create_quote(&draft)?;
    let first = walk.owner(days + 2, 9, 15)?.quotes().send(first.id, first.version)?;
    let session = walk.owner(days + 9, 11, 0)?;
    let mut revised = session.quotes().revise(first.id, first.version)?;
    let discount: Decimal = "3.5".parse()?;
    revised.lines.iter_mut().for_each(|line| line.discount_percent = Some(discount));
    let revised = walk.owner(days + 9, 11, 25)?.quotes().update_quote(&revised)?;
    let revised = walk.owner(days + 9, 11, 40)?.quotes().send(revised.id, revised.version)?;
    let won = walk.owner(days + 16, 15, 5)?.quotes().accept(revised.id, revised.version)?;
    Ok(vec![first.id, won.id])
}
