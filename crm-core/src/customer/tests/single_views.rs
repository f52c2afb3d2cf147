use super::*;
use crate::quote::{Quote, QuoteLine};
use crate::sales::{Lead, LeadConversion, Opportunity, Stage, StageCategory};

fn sell(session: &Session, account: Option<Id>, amount: i64) -> Opportunity {
    let opportunity =
        Opportunity { name: "line 3".into(), account, amount: Some(amount.into()), ..Opportunity::default() };
    session.sales().create_opportunity(&opportunity).unwrap()
}

fn log(session: &Session, subject: &str, entity: SubjectEntity, id: Id) -> Id {
    let subjects = vec![Subject { entity, id }];
    let activity = Activity { subject: subject.into(), subjects, ..Activity::default() };
    session.customers().log_activity(&activity).unwrap().id
}

fn view(session: &Session, account: Id) -> SingleView {
    session.customers().single_view(account, &SingleViewOptions::default()).unwrap()
}

fn subjects(view: &SingleView) -> BTreeSet<&str> {
    view.activities.iter().map(|activity| activity.subject.as_str()).collect()
}

#[test]
fn the_timeline_of_a_customer_shows_the_activities_of_its_deals() {
    for (_folder, admin) in sessions() {
        let plant = account(&admin, "plant");
        let deal = sell(&admin, Some(plant), 100);
        let quote = Quote { name: "Valves".into(), opportunity: Some(deal.id), ..Quote::default() };
        let quote = admin.quotes().create_quote(&quote).unwrap();
        assert_eq!(quote.account, Some(plant));
        let lead = admin.sales().capture_lead(&Lead { name: "inquiry".into(), ..Lead::default() }).unwrap().lead;
        let homeless = sell(&admin, None, 7);
        log(&admin, "visit", SubjectEntity::Opportunity, deal.id);
        log(&admin, "negotiation", SubjectEntity::Quote, quote.id);
        log(&admin, "first call", SubjectEntity::Lead, lead.id);
        log(&admin, "demo", SubjectEntity::Opportunity, homeless.id);
        let wang = Contact { full_name: "王伟".into(), ..Contact::default() };
        let wang = admin.customers().create_contact(&wang).unwrap();
        log(&admin, "fair", SubjectEntity::Contact, wang.id);
        assert_eq!(subjects(&view(&admin, plant)), ["negotiation", "visit"].into());

        let conversion = LeadConversion { lead: lead.id, account: Some(plant), ..LeadConversion::default() };
        admin.sales().convert_lead(&conversion).unwrap();
        let named = Opportunity { account: Some(plant), ..homeless };
        admin.sales().update_opportunity(&named).unwrap();
        admin.customers().update_contact(&Contact { account: Some(plant), ..wang }).unwrap();
        assert_eq!(subjects(&view(&admin, plant)), ["demo", "fair", "first call", "negotiation", "visit"].into());
        let of_lead = Subject { entity: SubjectEntity::Lead, id: lead.id };
        assert_eq!(admin.customers().activities_of(of_lead, None, 50).unwrap()[0].subject, "first call");

        let operation = admin.history("lead", lead.id).unwrap().pop().unwrap().op_id;
        admin.execute(Command::Journal(JournalCommand::Undo { operation })).unwrap();
        assert_eq!(subjects(&view(&admin, plant)), ["demo", "fair", "negotiation", "visit"].into());
    }
}

#[test]
fn the_attachments_of_a_customer_are_those_of_its_deals_and_contacts_too() {
    for (_folder, admin) in sessions() {
        let [plant, other] = ["plant", "other"].map(|name| account(&admin, name));
        let deal = sell(&admin, Some(plant), 100);
        let contact = Contact { full_name: "王伟".into(), account: Some(plant), ..Contact::default() };
        let contact = admin.customers().create_contact(&contact).unwrap();
        let attach = |name: &str, to: Attachment| {
            let attachment =
                Attachment { content_hash: content_hash(name.as_bytes()), file_name: name.into(), size_bytes: 1, ..to };
            admin.customers().add_attachment(&attachment).unwrap();
        };
        attach("contract", Attachment { account: Some(plant), ..Attachment::default() });
        attach("drawing", Attachment { opportunity: Some(deal.id), ..Attachment::default() });
        attach("card", Attachment { contact: Some(contact.id), ..Attachment::default() });
        attach("alien", Attachment { account: Some(other), ..Attachment::default() });
        let seen = view(&admin, plant);
        let names: BTreeSet<&str> = seen.attachments.iter().map(|file| file.file_name.as_str()).collect();
        assert_eq!(names, ["card", "contract", "drawing"].into());
        let two = SingleViewOptions { limit: Some(2), ..SingleViewOptions::default() };
        let seen = admin.customers().single_view(plant, &two).unwrap();
        assert_eq!((seen.attachments.len(), seen.cut_sections), (2, vec!["attachments".to_owned()]));
    }
}

#[test]
fn a_deal_on_hold_counts_as_open() {
    for (_folder, admin) in sessions() {
        let mut pipeline = crate::sales::Pipeline::standard();
        let hold = Stage { key: "rest".into(), category: StageCategory::Hold, ..pipeline.stages[0].clone() };
        pipeline.stages.push(hold);
        admin.sales().create_pipeline(&pipeline).unwrap();
        let plant = account(&admin, "plant");
        let held = sell(&admin, Some(plant), 100);
        sell(&admin, Some(plant), 20);
        admin.sales().advance_stage(held.id, held.version, "rest", None, false).unwrap();
        let totals = view(&admin, plant).totals;
        assert_eq!((totals.len(), totals[0].amount, totals[0].count), (1, 120.into(), 2));
    }
}

#[test]
fn cut_sections_name_the_activities() {
    for (_folder, admin) in sessions() {
        let plant = account(&admin, "plant");
        for place in 0..3 {
            log(&admin, &format!("call {place}"), SubjectEntity::Account, plant);
        }
        let cut = |limit: i64| {
            let options = SingleViewOptions { limit: Some(limit), ..SingleViewOptions::default() };
            let seen = admin.customers().single_view(plant, &options).unwrap();
            (seen.activities.len(), seen.cut_sections)
        };
        assert_eq!(cut(2), (2, vec!["activities".to_owned()]));
        assert_eq!(cut(3), (3, Vec::new()));
        assert_eq!(cut(500), (3, Vec::new()));
    }
}

#[test]
fn dead_quotes_are_not_open() {
    for (_folder, admin) in sessions() {
        let plant = account(&admin, "plant");
        let valve = crate::product::Product { code: "V-1".into(), name: "Valve".into(), ..Default::default() };
        let valve = admin.products().create_product(&valve).unwrap().id;
        let offer = |price: i64, opportunity: Option<Id>, valid_until: Option<&str>| {
            let line = QuoteLine { unit_price: Some(price.into()), ..QuoteLine::of_product(valve, 1.into()) };
            let quote = Quote {
                name: "Valves".into(),
                account: Some(plant),
                opportunity,
                valid_until: valid_until.map(date),
                lines: vec![line],
                ..Quote::default()
            };
            admin.quotes().create_quote(&quote).unwrap().id
        };
        let (lost, open) = (sell(&admin, Some(plant), 1), sell(&admin, Some(plant), 1));
        let expected = [offer(1, None, None), offer(20, Some(open.id), Some("2026-03-02"))];
        offer(300, None, Some("2026-03-01"));
        offer(4000, Some(lost.id), Some("2026-12-31"));
        admin.sales().close_lost(lost.id, lost.version, "price", None, None).unwrap();
        let seen = view(&admin, plant);
        let total = seen.totals.iter().find(|total| total.name == "open_quotes").unwrap();
        assert_eq!(total.amount, 21.into());
        assert_eq!(total.ids.iter().copied().collect::<BTreeSet<_>>(), expected.into());
        assert_eq!(seen.quotes.len(), 4, "they are shown all the same");
    }
}
