use super::*;

fn spans(session: &Session, child: Id) -> Vec<(Id, String, Option<String>)> {
    let asked = all_of(vec![equal("child", child)]);
    let mut links = session.list_all::<AccountLink>(&asked).unwrap();
    links.sort_by_key(|link| link.valid_from);
    let held = links.into_iter().filter(|link| link.valid_until.is_none_or(|until| Some(until) > link.valid_from));
    let text = |date: Option<Date>| date.map(|date| date.to_string());
    held.map(|link| (link.parent, text(link.valid_from).unwrap(), text(link.valid_until))).collect()
}

#[test]
fn history_can_be_told_in_any_order() {
    for (_folder, admin) in sessions() {
        let customers = admin.customers();
        let [a, b, c, plant] = ["A", "B", "C", "plant"].map(|name| account(&admin, name));
        let set = |parent: Option<Id>, from: &str| {
            customers.set_parent(HierarchyKind::Legal, plant, parent, date(from)).unwrap()
        };
        set(Some(c), "2024-01-01");
        set(Some(a), "2020-01-01");
        set(Some(b), "2022-01-01");
        let span = |parent, from: &str, until: Option<&str>| (parent, from.to_owned(), until.map(str::to_owned));
        let told = [
            span(a, "2020-01-01", Some("2022-01-01")),
            span(b, "2022-01-01", Some("2024-01-01")),
            span(c, "2024-01-01", None),
        ];
        assert_eq!(spans(&admin, plant), told);
        for (parent, from) in [(a, "2020-01-01"), (b, "2022-01-01"), (b, "2023-05-05"), (c, "2024-01-01")] {
            assert!(set(Some(parent), from).changes.is_empty(), "said before");
        }
        assert_eq!(spans(&admin, plant), told);
        set(None, "2023-01-01");
        assert_eq!(spans(&admin, plant)[1..], [span(b, "2022-01-01", Some("2023-01-01")), span(c, "2024-01-01", None)]);
    }
}

#[test]
fn a_link_can_be_given_an_end_and_a_note() {
    for (_folder, admin) in sessions() {
        let [a, b, plant] = ["A", "B", "plant"].map(|name| account(&admin, name));
        let set = |parent: Option<Id>, from: &str, until: Option<&str>, note: Option<&str>| {
            let command = CustomerCommand::SetParent {
                hierarchy: HierarchyKind::Billing,
                child: plant,
                parent,
                valid_from: date(from),
                valid_until: until.map(date),
                note: note.map(str::to_owned),
            };
            admin.execute(Command::Customer(command))
        };
        set(Some(a), "2020-01-01", Some("2021-01-01"), Some("lease")).unwrap();
        set(Some(b), "2023-01-01", None, None).unwrap();
        assert_eq!(spans(&admin, plant)[0].2.as_deref(), Some("2021-01-01"));
        assert!(set(Some(a), "2020-01-01", None, None).unwrap().changes.is_empty());
        assert!(set(Some(a), "2020-01-01", Some("2021-01-01"), Some("lease")).unwrap().changes.is_empty());
        set(Some(a), "2020-01-01", Some("2030-01-01"), None).unwrap();
        assert_eq!(spans(&admin, plant)[0].2.as_deref(), Some("2023-01-01"), "until the next link at the latest");
        let noted = admin.list_all::<AccountLink>(&all_of(vec![equal("parent", a)])).unwrap();
        assert_eq!((noted.len(), noted[0].note.as_deref()), (1, Some("lease")));
        for (parent, until) in [(Some(a), "2020-01-01"), (Some(a), "2019-01-01"), (None, "2021-01-01")] {
            let error = set(parent, "2020-01-01", Some(until), None).unwrap_err();
            assert_eq!((error.code(), error.field()), (ErrorCode::OutOfRange, Some("valid_until")));
        }
    }
}

#[test]
fn the_owner_of_a_link_does_not_drift_from_its_account() {
    for (_folder, admin) in sessions() {
        let li = user(&admin, "li", OWN, &[]);
        let [group, plant] = ["group", "plant"].map(|name| account(&li, name));
        li.customers().set_parent(HierarchyKind::Legal, plant, Some(group), date("2026-01-01")).unwrap();
        let link = || admin.list_all::<AccountLink>(&Query::default()).unwrap().pop();
        let made = link().unwrap();
        assert_eq!(made.owner, Some(li.user()));
        let fields = HashMap::from([("owner".to_owned(), FieldValue::from(admin.user()))]);
        let (entity, id) = ("account_link".to_owned(), made.id);
        let steal = RecordCommand::Update { entity: entity.clone(), id, expected_version: made.version, fields };
        let error = admin.execute(Command::Record(steal)).unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::ReadOnlyField, Some("owner")));

        let delete = RecordCommand::Delete { entity: entity.clone(), id, expected_version: made.version };
        admin.execute(Command::Record(delete)).unwrap();
        let handed_over = Account { owner: Some(admin.user()), ..li.customers().account(plant).unwrap() };
        admin.customers().update_account(&handed_over).unwrap();
        admin.execute(Command::Record(RecordCommand::Restore { entity, id })).unwrap();
        assert_eq!(link().unwrap().owner, Some(admin.user()), "the account went to another owner meanwhile");
        let now = admin.history("account_link", id).unwrap().pop().unwrap();
        assert_eq!(now.changes.iter().map(|change| change.field.as_str()).collect::<Vec<_>>(), ["owner"]);
    }
}
