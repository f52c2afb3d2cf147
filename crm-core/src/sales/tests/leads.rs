use super::*;
use crate::access::{FieldAccess, FieldRight};
use crate::customer::{Account, Contact};
use crate::engine::smoke::sessions;
use crate::query::Query;
use crate::room::ExternalId;
use crate::schema::{CustomFieldKind, FieldDefinition};
use crate::value::ErrorCode;

fn web_lead(key: &str) -> Lead {
    Lead {
        name: "询价 齿轮泵".into(),
        company: Some("Nordwerk AG".into()),
        contact_name: Some("I. Larsen".into()),
        phone: Some("+45 33 12 34 56".into()),
        need: Some("200 pumps".into()),
        source: Some("web".into()),
        raw: vec![RawField { name: "utm".into(), value: "fair".into() }],
        external_ids: vec![ExternalId { system: "web".into(), key: key.into() }],
        ..Lead::default()
    }
}

#[test]
fn capturing_twice_gives_the_first_lead() {
    for (_folder, admin) in sessions() {
        let sales = admin.sales();
        let first = sales.capture_lead(&web_lead("1")).unwrap();
        assert!(first.is_new && first.warnings.is_empty());
        assert_eq!(first.lead.status, Some(LeadStatus::New));
        assert_eq!(first.lead.received_at, Some(at("2026-03-02T01:00:00Z")));
        let again = sales.capture_lead(&Lead { name: "other words".into(), ..web_lead("1") }).unwrap();
        assert!(!again.is_new);
        assert_eq!(again.lead, first.lead, "nothing changed");
        assert_eq!(again.warnings[0].code, ErrorCode::DuplicateKey);
        assert_eq!(again.warnings[0].data["id"], first.lead.id.to_string());
        assert!(sales.capture_lead(&web_lead("2")).unwrap().is_new);
        let ids = FieldValue::json(&first.lead.external_ids).unwrap();
        let twin = generic_create(&admin, "lead", &[("name", "x".into()), ("external_ids", ids)]).unwrap_err();
        assert_eq!(twin.code(), ErrorCode::DuplicateKey, "the generic way does not make a second one either");
        let nameless = sales.capture_lead(&Lead::default()).unwrap_err();
        assert_eq!((nameless.code(), nameless.field()), (ErrorCode::Required, Some("name")));
        assert_eq!(sales.leads(&Query::default()).unwrap().items.len(), 2);
    }
}

#[test]
fn an_empty_identifier_does_not_swallow_every_later_lead() {
    for (_folder, admin) in sessions() {
        let empty = admin.sales().capture_lead(&web_lead(" ")).unwrap_err();
        assert_eq!((empty.code(), empty.field()), (ErrorCode::Required, Some("external_ids[0].key")));
        let long = admin.sales().capture_lead(&web_lead(&"x".repeat(201))).unwrap_err();
        assert_eq!(long.code(), ErrorCode::TooLong);
        let first = admin.sales().capture_lead(&web_lead(" 1")).unwrap();
        assert_eq!(first.lead.external_ids[0].key, "1");
        assert!(!admin.sales().capture_lead(&web_lead("1 ")).unwrap().is_new, "white space makes no other lead");
    }
}

#[test]
fn every_entity_refuses_an_empty_external_identifier() {
    let (_folder, admin) = sessions().remove(1);
    let registry = crate::engine::registry();
    let keyed = registry.entities().iter().filter(|entity| entity.field("external_ids").is_some());
    let mut seen = 0;
    for entity in keyed {
        let ids = FieldValue::json(&[ExternalId { system: "erp".into(), key: String::new() }]).unwrap();
        let mut fields = vec![("external_ids", ids)];
        fields.extend((entity.name == "activity").then(|| ("kind", "call".into())));
        let error = generic_create(&admin, entity.name, &fields).unwrap_err();
        assert_eq!(
            (error.code(), error.field()),
            (ErrorCode::Required, Some("external_ids[0].key")),
            "{}",
            entity.name
        );
        seen += 1;
    }
    assert_eq!(seen, 8);
}

#[test]
fn a_lead_goes_its_way_and_no_other() {
    for (_folder, admin) in sessions() {
        let sales = admin.sales();
        let lead = sales.capture_lead(&web_lead("1")).unwrap().lead;
        sales.assign_lead(lead.id, admin.user(), None).unwrap();
        assert_eq!(sales.lead(lead.id).unwrap().status, Some(LeadStatus::Assigned));
        let nobody = sales.assign_lead(lead.id, admin.new_id(), None).unwrap_err();
        assert_eq!((nobody.code(), nobody.field()), (ErrorCode::UnknownReference, Some("owner")));
        let to = |status| sales.move_lead(lead.id, None, status);
        assert_eq!(to(LeadStatus::Working).unwrap().status, Some(LeadStatus::Working));
        assert_eq!(to(LeadStatus::Working).unwrap_err().code(), ErrorCode::IllegalTransition);
        assert_eq!(to(LeadStatus::Converted).unwrap_err().code(), ErrorCode::IllegalTransition);
        to(LeadStatus::Qualified).unwrap();
        sales.assign_lead(lead.id, admin.user(), None).unwrap();
        assert_eq!(sales.lead(lead.id).unwrap().status, Some(LeadStatus::Qualified), "another owner, the same status");
        assert_eq!(sales.disqualify_lead(lead.id, "", None).unwrap_err().code(), ErrorCode::Required);
        let gone = sales.disqualify_lead(lead.id, "no budget", None).unwrap();
        assert_eq!(gone.disqualify_reason.as_deref(), Some("no budget"));
        assert_eq!(sales.disqualify_lead(lead.id, "again", None).unwrap_err().code(), ErrorCode::IllegalTransition);
        assert_eq!(sales.assign_lead(lead.id, admin.user(), None).unwrap_err().code(), ErrorCode::IllegalTransition);
        let conversion = LeadConversion { lead: lead.id, ..LeadConversion::default() };
        assert_eq!(sales.convert_lead(&conversion).unwrap_err().code(), ErrorCode::IllegalTransition);
        let back = to(LeadStatus::Working).unwrap();
        assert_eq!((back.status, back.disqualify_reason.clone()), (Some(LeadStatus::Working), None));
        let by_hand = sales.update_lead(&Lead { status: Some(LeadStatus::Converted), ..back.clone() }).unwrap_err();
        assert_eq!(by_hand.code(), ErrorCode::WriteOnce);
        let generic = |field, value: &str| {
            generic_update(&admin, "lead", lead.id, back.version, (field, value.into())).unwrap_err().code()
        };
        assert_eq!(generic("status", "new"), ErrorCode::WriteOnce);
        assert_eq!(generic("disqualify_reason", "no budget"), ErrorCode::IllegalTransition);
    }
}

#[test]
fn the_status_of_a_lead_was_lost_on_import() {
    for (_folder, admin) in sessions() {
        let import = |fields: &[(&str, &str)]| {
            let mut all = vec![("name", FieldValue::from("old"))];
            all.extend(fields.iter().map(|(field, value)| (*field, FieldValue::from(*value))));
            let made = generic_create(&admin, "lead", &all).map_err(|error| codes(&error).remove(0))?;
            Ok(admin.sales().lead(made.created("lead")).unwrap())
        };
        assert_eq!(import(&[("status", "qualified")]).unwrap().status, Some(LeadStatus::Qualified));
        let gone = import(&[("status", "disqualified"), ("disqualify_reason", "no budget")]).unwrap();
        assert_eq!(
            (gone.status, gone.disqualify_reason.as_deref()),
            (Some(LeadStatus::Disqualified), Some("no budget"))
        );
        let refused = |code: &str, field: &str| Err((code.to_owned(), field.to_owned()));
        assert_eq!(import(&[("status", "disqualified")]), refused("required", "disqualify_reason"));
        assert_eq!(import(&[("disqualify_reason", "why")]), refused("illegal_transition", "disqualify_reason"));
        assert_eq!(import(&[("status", "converted")]), refused("illegal_transition", "status"));
    }
}

#[test]
fn a_lead_was_assigned_to_somebody_who_left_and_over_the_changes_of_others() {
    for (_folder, admin) in sessions() {
        let sales = admin.sales();
        let lead = sales.capture_lead(&web_lead("1")).unwrap().lead;
        let gone = seller(&admin, "gone", None).user();
        let user: User = admin.get(gone).unwrap();
        let user = User { is_inactive: true, ..user };
        admin.execute(Command::Admin(AdminCommand::UpdateUser { user })).unwrap();
        let error = sales.assign_lead(lead.id, gone, None).unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::UnknownReference, Some("owner")));
        let changed = sales.update_lead(&Lead { source: Some("fair".into()), ..lead.clone() }).unwrap();
        let stale = Some(lead.version);
        assert_eq!(sales.assign_lead(lead.id, admin.user(), stale).unwrap_err().code(), ErrorCode::StaleVersion);
        assert_eq!(sales.disqualify_lead(lead.id, "late", stale).unwrap_err().code(), ErrorCode::StaleVersion);
        sales.assign_lead(lead.id, admin.user(), Some(changed.version)).unwrap();
        sales.disqualify_lead(lead.id, "late", Some(changed.version + 1)).unwrap();
    }
}

#[test]
fn every_pair_of_steps_is_allowed_or_refused() {
    let allowed: Vec<String> = LeadStatus::ALL
        .iter()
        .flat_map(|from| LeadStatus::ALL.iter().map(move |to| (from, to)))
        .filter(|(from, to)| from.may_become(**to))
        .map(|(from, to)| format!("{from}>{to}"))
        .collect();
    let expected = "new>assigned new>working new>qualified new>converted new>disqualified \
        assigned>working assigned>qualified assigned>converted assigned>disqualified \
        working>qualified working>converted working>disqualified \
        qualified>working qualified>converted qualified>disqualified disqualified>working";
    assert_eq!(allowed.join(" "), expected);
}

fn define(admin: &Session, entity: &str, name: &str, kind: CustomFieldKind) {
    let definition = FieldDefinition { entity: entity.into(), name: name.into(), kind, ..FieldDefinition::default() };
    admin.execute(Command::Admin(AdminCommand::DefineField { definition })).unwrap();
}

#[test]
fn conversion_carries_what_has_a_place_and_names_the_rest() {
    for (_folder, admin) in sessions() {
        let sales = admin.sales();
        define(&admin, "lead", "x_machine", CustomFieldKind::Text);
        define(&admin, "lead", "x_budget", CustomFieldKind::Text);
        define(&admin, "lead", "x_fair", CustomFieldKind::Text);
        define(&admin, "opportunity", "x_machine", CustomFieldKind::Text);
        define(&admin, "opportunity", "x_budget", CustomFieldKind::Integer);
        let text = |value: &str| FieldValue::from(value);
        let custom = HashMap::from([
            ("x_machine".to_owned(), text("lathe")),
            ("x_budget".to_owned(), text("much")),
            ("x_fair".to_owned(), text("EMO")),
        ]);
        let lead = sales.capture_lead(&Lead { custom, ..web_lead("1") }).unwrap().lead;
        let conversion = LeadConversion {
            lead: lead.id,
            expected_version: Some(1),
            opportunity_name: Some("Pumps for Nordwerk".into()),
            amount: Some(decimal("48000")),
            currency: Some(currency("EUR")),
            close_date: Some(date("2026-06-30")),
            ..LeadConversion::default()
        };
        let done = sales.convert_lead(&conversion).unwrap();
        assert_eq!(done.lead.status, Some(LeadStatus::Converted));
        assert_eq!(done.lead.converted_at, Some(at("2026-03-02T01:00:00Z")));
        let made = sales.opportunity(done.lead.converted_opportunity.unwrap()).unwrap();
        assert_eq!((made.name.as_str(), made.source.as_deref()), ("Pumps for Nordwerk", Some("web")));
        assert_eq!((made.description.as_deref(), made.amount), (Some("200 pumps"), Some(decimal("48000"))));
        assert_eq!(made.custom, HashMap::from([("x_machine".to_owned(), text("lathe"))]));
        assert_eq!(made.stage.as_deref(), Some("prospecting"), "the rule of opportunities holds");
        check_intervals(&admin, made.id);
        assert_eq!(done.warnings.len(), 1);
        assert_eq!(done.warnings[0].data["fields"], "company,contact_name,phone,x_budget,x_fair");
        assert_eq!(done.lead.custom.len(), 3, "the lead keeps them");
        let twice = sales.convert_lead(&LeadConversion { expected_version: None, ..conversion }).unwrap_err();
        assert_eq!(twice.code(), ErrorCode::IllegalTransition);
        let step = admin.history("lead", lead.id).unwrap().pop().unwrap().op_id;
        admin.execute(Command::Journal(JournalCommand::Undo { operation: step })).unwrap();
        assert_eq!(sales.lead(lead.id).unwrap().status, Some(LeadStatus::New));
        assert_eq!(sales.opportunity(made.id).unwrap_err().kind(), "not_found");
    }
}

#[test]
fn conversion_makes_account_and_contact_and_ties_them_together() {
    for (_folder, admin) in sessions() {
        let sales = admin.sales();
        let convert = |key: &str, wish: LeadConversion| {
            let lead = Lead { email: Some("larsen@nordwerk.example".into()), ..web_lead(key) };
            let lead = sales.capture_lead(&lead).unwrap().lead;
            sales.convert_lead(&LeadConversion { lead: lead.id, ..wish })
        };
        let both = LeadConversion { create_account: true, create_contact: true, ..LeadConversion::default() };
        let done = convert("1", both.clone()).unwrap();
        assert!(done.warnings.is_empty(), "everything found a place: {:?}", done.warnings);
        let account: Account = admin.get(done.lead.converted_account.unwrap()).unwrap();
        let contact: Contact = admin.get(done.lead.converted_contact.unwrap()).unwrap();
        assert_eq!((account.name.as_str(), account.channels.len()), ("Nordwerk AG", 0));
        assert_eq!((contact.full_name.as_str(), contact.account), ("I. Larsen", Some(account.id)));
        let values: Vec<&str> = contact.channels.iter().map(|channel| channel.value.as_str()).collect();
        assert_eq!(values, ["+45 33 12 34 56", "larsen@nordwerk.example"]);
        let made = sales.opportunity(done.lead.converted_opportunity.unwrap()).unwrap();
        assert_eq!((made.account, made.contact), (Some(account.id), Some(contact.id)));

        let alone = LeadConversion { create_contact: false, without_opportunity: true, ..both.clone() };
        let done = convert("2", alone).unwrap();
        assert_eq!(done.lead.converted_opportunity, None);
        let own: Account = admin.get(done.lead.converted_account.unwrap()).unwrap();
        assert_eq!(own.channels.len(), 2);
        assert_eq!(done.warnings[0].data["fields"], "contact_name,need,source");

        let known = LeadConversion { account: Some(account.id), create_account: false, ..both.clone() };
        assert_eq!(convert("3", known.clone()).unwrap().lead.converted_account, Some(account.id));
        let error = convert("4", LeadConversion { create_account: true, ..known }).unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::OutOfRange, Some("account")));
        let nowhere = LeadConversion { account: Some(admin.new_id()), create_account: false, ..both };
        assert_eq!(convert("5", nowhere).unwrap_err().code(), ErrorCode::UnknownReference);
        assert_eq!(admin.list_all::<Account>(&Query::default()).unwrap().len(), 2, "a refusal makes nothing");
    }
}

/// A user who may make leads and what they become, without the sight of these fields (entity, field).
fn converter(admin: &Session, login: &str, hidden: &[(&str, &str)]) -> Session {
    let all = |entity: &&str| ObjectRight {
        entity: (*entity).into(),
        read: true,
        create: true,
        edit: true,
        ..ObjectRight::default()
    };
    let mut objects: Vec<ObjectRight> = ["lead", "account", "contact", "opportunity"].iter().map(all).collect();
    objects.push(ObjectRight { entity: "pipeline".into(), read: true, ..ObjectRight::default() });
    let field = |(entity, field): &(&str, &str)| FieldRight {
        entity: (*entity).into(),
        field: (*field).into(),
        access: FieldAccess::Hidden,
    };
    let fields = hidden.iter().map(field).collect();
    let set = PermissionSet { name: format!("{login} set"), objects, fields, ..PermissionSet::default() };
    let set = admin.execute(Command::Admin(AdminCommand::CreatePermissionSet { permission_set: set })).unwrap();
    let permission_sets = vec![set.created("permission_set")];
    let user = User { login: login.into(), name: login.into(), permission_sets, ..User::default() };
    let user = admin.execute(Command::Admin(AdminCommand::CreateUser { user })).unwrap().created("user");
    Session { ctx: Ctx { user, ..admin.ctx }, ..admin.clone() }
}

#[test]
fn conversion_copied_hidden_fields_of_the_lead_into_visible_records() {
    for (_folder, admin) in sessions() {
        for entity in ["lead", "contact", "opportunity"] {
            define(&admin, entity, "x_sec", CustomFieldKind::Text);
        }
        let hidden = [("lead", "phone"), ("lead", "email"), ("lead", "need"), ("lead", "company"), ("lead", "x_sec")];
        for (login, hidden) in [("li", &hidden[..]), ("wang", &[])] {
            let rep = converter(&admin, login, hidden);
            let lead = Lead {
                email: Some("larsen@nordwerk.example".into()),
                owner: Some(rep.user()),
                custom: HashMap::from([("x_sec".to_owned(), "secret".into())]),
                ..web_lead(login)
            };
            let lead = admin.sales().capture_lead(&lead).unwrap().lead;
            let both = LeadConversion {
                lead: lead.id,
                create_account: true,
                create_contact: true,
                ..LeadConversion::default()
            };
            let done = rep.sales().convert_lead(&both).unwrap();
            assert!(done.warnings.is_empty(), "{:?}", done.warnings);
            // Whoever looks: what was made is the same.
            let contact: Contact = admin.get(done.lead.converted_contact.unwrap()).unwrap();
            let account: Account = admin.get(done.lead.converted_account.unwrap()).unwrap();
            let deal = admin.sales().opportunity(done.lead.converted_opportunity.unwrap()).unwrap();
            let sees = hidden.is_empty();
            assert_eq!(contact.channels.len(), if sees { 2 } else { 0 });
            assert_eq!(account.name, if sees { "Nordwerk AG" } else { "询价 齿轮泵" });
            assert_eq!(deal.description.as_deref(), sees.then_some("200 pumps"));
            assert_eq!((contact.custom.len(), deal.custom.len()), if sees { (1, 1) } else { (0, 0) });
            let kept = admin.sales().lead(lead.id).unwrap();
            assert_eq!((kept.phone, kept.custom), (lead.phone, lead.custom), "the lead keeps everything");
        }
    }
}

#[test]
fn conversion_was_refused_where_the_new_record_has_a_field_that_the_caller_may_not_set() {
    for (_folder, admin) in sessions() {
        for entity in ["lead", "opportunity"] {
            define(&admin, entity, "x_sec", CustomFieldKind::Text);
        }
        let rep = converter(
            &admin,
            "li",
            &[("opportunity", "x_sec"), ("opportunity", "description"), ("contact", "channels")],
        );
        let custom = HashMap::from([("x_sec".to_owned(), "secret".into())]);
        let lead = rep.sales().capture_lead(&Lead { custom, company: None, ..web_lead("1") }).unwrap().lead;
        let wish = LeadConversion { lead: lead.id, create_contact: true, ..LeadConversion::default() };
        let done = rep.sales().convert_lead(&wish).unwrap();
        assert_eq!(done.warnings[0].data["fields"], "need,phone,x_sec", "they stay in the lead");
        let deal = admin.sales().opportunity(done.lead.converted_opportunity.unwrap()).unwrap();
        assert_eq!((deal.description, deal.custom.len()), (None, 0));
    }
}

#[test]
fn a_bad_telephone_number_or_address_stopped_the_conversion() {
    for (_folder, admin) in sessions() {
        let sales = admin.sales();
        let convert = |lead: Lead, wish: LeadConversion| {
            let lead = sales.capture_lead(&Lead { company: None, contact_name: None, ..lead }).unwrap().lead;
            sales.convert_lead(&LeadConversion { lead: lead.id, ..wish }).unwrap()
        };
        let contact = LeadConversion { create_contact: true, ..LeadConversion::default() };
        let bad_email = Lead { email: Some("n/a".into()), ..web_lead("1") };
        let done = convert(bad_email, contact.clone());
        assert_eq!(done.warnings[0].data["fields"], "email");
        let made: Contact = admin.get(done.lead.converted_contact.unwrap()).unwrap();
        assert_eq!((made.channels.len(), made.channels[0].value.as_str()), (1, "+45 33 12 34 56"));
        let bad_phone =
            Lead { phone: Some("ask the porter".into()), email: Some("a@b.example".into()), ..web_lead("2") };
        let account = LeadConversion { create_account: true, ..LeadConversion::default() };
        let done = convert(bad_phone, account);
        assert_eq!(done.warnings[0].data["fields"], "phone");
        let made: Account = admin.get(done.lead.converted_account.unwrap()).unwrap();
        assert_eq!(made.channels[0].value, "a@b.example");
        assert_eq!(done.lead.phone.as_deref(), Some("ask the porter"), "the lead keeps it");
    }
}
