//! Bad input at the level of commands and questions: every mistake has its code and the path of its field, and the
//! two stores answer alike.

#[cfg(test)]
#[expect(dead_code, reason = "other tests need the rest")]
mod support;

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::support::*;
    use crm_core::access::{FieldRight, ObjectRight, PermissionSet, Role, User};
    use crm_core::customer::{Account, CustomerCommand, LifeCycle};
    use crm_core::engine::{AdminCommand, Command, Crm, RecordCommand, Session};
    use crm_core::query::{
        AggregateQuery, Bucket, Comparison, Filter, GroupBy, MAX_DEPTH, MAX_IN_VALUES, MAX_TERMS, Measure,
        MeasureFunction, Query, Sort,
    };
    use crm_core::schema::{CustomFieldKind, FieldDefinition};
    use crm_core::value::{Date, Decimal, Error, ErrorCode, FieldValue, Id, Result, Timestamp, json};

    /// Kind, code and field path of what was refused.
    fn told<T: std::fmt::Debug>(result: Result<T>) -> (String, ErrorCode, String) {
        let error: Error = result.unwrap_err();
        (error.kind().to_owned(), error.code(), error.field().unwrap_or_default().to_owned())
    }

    fn invalid(code: ErrorCode, field: &str) -> (String, ErrorCode, String) {
        ("invalid".to_owned(), code, field.to_owned())
    }

    fn fields(list: &[(&str, FieldValue)]) -> HashMap<String, FieldValue> {
        list.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }

    fn create(entity: &str, list: &[(&str, FieldValue)]) -> Command {
        Command::Record(RecordCommand::Create { entity: entity.into(), fields: fields(list) })
    }

    fn update(id: Id, version: i64, list: &[(&str, FieldValue)]) -> Command {
        let fields = fields(list);
        Command::Record(RecordCommand::Update { entity: "role".into(), id, expected_version: version, fields })
    }

    /// A custom field of every kind on roles.
    fn define(admin: &Session) {
        for kind in CustomFieldKind::ALL {
            let picklist = *kind == CustomFieldKind::Picklist;
            let definition = FieldDefinition {
                entity: "role".into(),
                name: format!("x_{kind}"),
                kind: *kind,
                max_chars: (*kind == CustomFieldKind::Text).then_some(10),
                minimum: (*kind == CustomFieldKind::Integer).then(|| "1".into()),
                maximum: (*kind == CustomFieldKind::Integer).then(|| "5".into()),
                reference_to: (*kind == CustomFieldKind::Reference).then(|| "role".into()),
                choices: if picklist { vec!["red".into(), "green".into()] } else { vec![] },
                ..FieldDefinition::default()
            };
            admin.execute(Command::Admin(AdminCommand::DefineField { definition })).unwrap();
        }
    }

    /// Runs the test on each store.
    fn on_both(test: impl Fn(&Crm, &Session)) {
        let folder = tempfile::tempdir().unwrap();
        let crm = Crm::open_in_memory();
        setup(&crm).unwrap();
        let admin = crm.session("main", "admin").unwrap();
        define(&admin);
        test(&crm, &admin);
        let (crm, admin) = open(&folder.path().join("crm.db"), quick()).unwrap();
        define(&admin);
        test(&crm, &admin);
    }

    #[test]
    fn values_that_do_not_fit() {
        let text = |text: &str| FieldValue::from(text);
        let long = text(&"x".repeat(201));
        let digits = text("1234567890123456789012345678901");
        let cases = [
            ("nothing", text("x"), ErrorCode::UnknownField),
            ("x_nothing", text("x"), ErrorCode::UnknownField),
            ("name", FieldValue::Integer(5), ErrorCode::WrongType),
            ("name", long, ErrorCode::TooLong),
            ("name", text("a\0b"), ErrorCode::BadFormat),
            ("parent", text("no id"), ErrorCode::BadFormat),
            ("parent", FieldValue::Reference(Id::from_bytes([7; 16])), ErrorCode::UnknownReference),
            ("owner", FieldValue::Reference(Id::from_bytes([7; 16])), ErrorCode::UnknownReference),
            ("x_text", text("elf Zeichen"), ErrorCode::TooLong),
            ("x_integer", text("five"), ErrorCode::WrongType),
            ("x_integer", text("9223372036854775808"), ErrorCode::WrongType),
            ("x_integer", FieldValue::Integer(6), ErrorCode::OutOfRange),
            ("x_decimal", digits, ErrorCode::DecimalDigits),
            ("x_decimal", text("1.005"), ErrorCode::DecimalDigits),
            ("x_decimal", text("92233720368547758.08"), ErrorCode::OutOfRange),
            ("x_decimal", text("1,5"), ErrorCode::BadFormat),
            ("x_decimal", FieldValue::Boolean(true), ErrorCode::WrongType),
            ("x_date", text("2026-02-30"), ErrorCode::BadFormat),
            ("x_date", text("31.03.2026"), ErrorCode::BadFormat),
            ("x_timestamp", text("2026-03-31T08:00:00"), ErrorCode::NaiveDatetime),
            ("x_timestamp", text("2026-03-31 08:00:00"), ErrorCode::NaiveDatetime),
            ("x_timestamp", text("soon"), ErrorCode::BadFormat),
            ("x_boolean", text("yes"), ErrorCode::WrongType),
            ("x_reference", FieldValue::Reference(Id::from_bytes([7; 16])), ErrorCode::UnknownReference),
            ("x_picklist", text("blue"), ErrorCode::NotInPicklist),
            ("version", FieldValue::Integer(9), ErrorCode::ReadOnlyField),
            ("created_at", text("2026-03-31T08:00:00Z"), ErrorCode::ReadOnlyField),
        ];
        on_both(|_, admin| {
            let id = admin.execute(create("role", &[("name", "r".into())])).unwrap().created("role");
            for (field, value, code) in &cases {
                let mut given = vec![("name", FieldValue::from("n"))];
                given.retain(|(name, _)| name != field);
                given.push((field, value.clone()));
                assert_eq!(told(admin.execute(create("role", &given))), invalid(*code, field), "{value:?}");
                assert_eq!(told(admin.preview(create("role", &given))), invalid(*code, field), "{value:?}");
                let change = update(id, 1, &[(field, value.clone())]);
                assert_eq!(told(admin.execute(change.clone())), invalid(*code, field), "{value:?}");
                let batch = [create("role", &[("name", "kept out".into())]), change];
                assert_eq!(told(admin.execute_all(&batch, None)), invalid(*code, &format!("[1].{field}")));
            }
            assert_eq!(told(admin.execute(create("role", &[]))), invalid(ErrorCode::Required, "name"));
            assert_eq!(
                told(admin.execute(create("role", &[("name", " \t".into())]))),
                invalid(ErrorCode::Required, "name")
            );
            assert_eq!(told(admin.execute(create("rolle", &[]))), invalid(ErrorCode::UnknownEntity, "entity"));
            assert_eq!(count(admin, "role"), 1);
            assert_eq!(admin.get::<Role>(id).unwrap().version, 1);
        });
    }

    #[test]
    fn every_problem_is_told_at_once() {
        on_both(|_, admin| {
            let given = [("name", FieldValue::Integer(1)), ("x_integer", "a".into()), ("x_date", "b".into())];
            let error = admin.execute(create("role", &given)).unwrap_err();
            let paths: Vec<_> = error.problems().iter().filter_map(|problem| problem.field.as_deref()).collect();
            assert_eq!(paths, ["name", "x_date", "x_integer"]);
        });
    }

    #[test]
    fn commands_in_json() {
        let read = |text: &str| told(json::from_text::<Command>(text));
        let record = |field: &str| format!(r#"{{"record":{{"create":{{"entity":"role","fields":{field}}}}}}}"#);
        let (code, field) = (|text: &str| read(text).1, |text: &str| read(text).2);
        let float = record(r#"{"name":"a","x_decimal":1.5}"#);
        assert_eq!(
            (code(&float), field(&float).as_str()),
            (ErrorCode::FloatNotAllowed, "record.create.fields.x_decimal")
        );
        let nested = record(r#"{"name":[{"a":1e3}]}"#);
        assert_eq!((code(&nested), field(&nested).as_str()), (ErrorCode::FloatNotAllowed, "record.create.fields.name"));
        assert_eq!(code(&record(r#"{"x_integer":9223372036854775808}"#)), ErrorCode::OutOfRange);
        let more = r#"{"record":{"create":{"entity":"role","fields":{},"force":true}}}"#;
        assert_eq!((code(more), field(more).as_str()), (ErrorCode::UnknownField, "record.create.force"));
        let less = r#"{"record":{"create":{"fields":{}}}}"#;
        assert_eq!(code(less), ErrorCode::Required);
        let naive = r#"{"admin":{"create_role":{"role":{"name":"a","created_at":"2026-03-31T08:00:00"}}}}"#;
        assert_eq!(
            (code(naive), field(naive).as_str()),
            (ErrorCode::NaiveDatetime, "admin.create_role.role.created_at")
        );
        for broken in ["", "{", "[]", r#"{"record":{}} x"#, r#"{"nothing":{}}"#, "\u{0}"] {
            assert_eq!(read(broken).0, "invalid", "{broken}");
        }
    }

    #[test]
    fn versions_keys_circles_and_references() {
        on_both(|_, admin| {
            let make = |name: &str| admin.execute(create("role", &[("name", name.into())])).unwrap().created("role");
            let (a, b) = (make("a"), make("b"));
            let conflict = |code, field: &str| ("conflict".to_owned(), code, field.to_owned());
            let twin = create("role", &[("name", "a".into())]);
            assert_eq!(told(admin.execute(twin)), conflict(ErrorCode::DuplicateKey, "name"));
            assert_eq!(
                told(admin.execute(update(b, 1, &[("name", "a".into())]))),
                conflict(ErrorCode::DuplicateKey, "name")
            );
            let taken = create("role", &[("name", "c".into()), ("id", a.into())]);
            assert_eq!(told(admin.execute(taken)), conflict(ErrorCode::DuplicateKey, "id"));

            admin.execute(update(b, 1, &[("parent", a.into())])).unwrap();
            let stale = admin.execute(update(b, 1, &[("name", "late".into())])).unwrap_err();
            assert_eq!(
                (stale.kind(), stale.code(), stale.field()),
                ("conflict", ErrorCode::StaleVersion, Some("version"))
            );
            let data = &stale.problems()[0].data;
            assert_eq!((data["current_version"].as_str(), data["changed_fields"].as_str()), ("2", "parent"));
            for version in [0, -1, 3, i64::MAX] {
                assert_eq!(told(admin.execute(update(b, version, &[]))), conflict(ErrorCode::StaleVersion, "version"));
            }
            let circle = told(admin.execute(update(a, 1, &[("parent", b.into())])));
            assert_eq!(circle, invalid(ErrorCode::Cycle, "parent"));
            let own = told(admin.execute(update(a, 1, &[("parent", a.into())])));
            assert_eq!(own, invalid(ErrorCode::Cycle, "parent"));
            let delete = |id, expected_version| {
                Command::Record(RecordCommand::Delete { entity: "role".into(), id, expected_version })
            };
            assert_eq!(told(admin.execute(delete(a, 1))).1, ErrorCode::StillReferenced);
            assert_eq!(told(admin.execute(delete(b, 1))), conflict(ErrorCode::StaleVersion, "version"));
            let nobody = Id::from_bytes([9; 16]);
            let missing = ("not_found".to_owned(), ErrorCode::NoSuchRecord, String::new());
            assert_eq!(told(admin.execute(delete(nobody, 1))), missing);
            assert_eq!(told(admin.execute(update(nobody, 1, &[]))), missing);
            assert_eq!(told(admin.get::<Role>(nobody)), missing);
            assert_eq!(told(admin.history("role", nobody)), missing);
            assert_eq!(told(admin.as_of::<Role>(nobody, Timestamp::from_micros(0))), missing);
            assert_eq!(told(admin.as_of::<Role>(a, Timestamp::from_micros(0))), missing);
            let again = Command::Record(RecordCommand::Restore { entity: "role".into(), id: a });
            assert_eq!(told(admin.execute(again)), conflict(ErrorCode::IllegalTransition, "id"));
        });
    }

    #[test]
    fn batches_and_op_ids() {
        on_both(|_, admin| {
            assert_eq!(told(admin.execute_all(&[], None)), invalid(ErrorCode::TooMany, "commands"));
            assert_eq!(told(admin.preview_all(&[])), invalid(ErrorCode::TooMany, "commands"));
            let many = vec![role("r"); 10_001];
            assert_eq!(told(admin.execute_all(&many, None)), invalid(ErrorCode::TooMany, "commands"));
            assert_eq!(told(admin.execute_once(role("r"), Id::NIL)), invalid(ErrorCode::Required, "op_id"));
            let op_id = admin.new_id();
            let first = admin.execute_once(role("r"), op_id).unwrap();
            assert!(!first.replayed);
            assert_eq!(admin.execute_once(role("r"), op_id).unwrap().changes, first.changes);
            let reused = ("conflict".to_owned(), ErrorCode::OpIdReused, "op_id".to_owned());
            assert_eq!(told(admin.execute_once(role("s"), op_id)), reused);
            assert_eq!(told(admin.execute_all(&[role("r"), role("s")], Some(op_id))), reused);
            let failed = admin.new_id();
            assert_eq!(told(admin.execute_once(role("r"), failed)).1, ErrorCode::DuplicateKey);
            admin.execute_once(role("s"), failed).unwrap();
            assert_eq!(count(admin, "role"), 2);
            assert_eq!(told(admin.changes_since(0, 0)), invalid(ErrorCode::OutOfRange, "limit"));
            assert_eq!(told(admin.changes_since(0, 1_001)), invalid(ErrorCode::OutOfRange, "limit"));
        });
    }

    fn compare(field: &str, value: impl Into<FieldValue>) -> Filter {
        Filter::Compare { field: field.into(), comparison: Comparison::Equal, value: value.into() }
    }

    fn by(field: &str) -> Vec<Sort> {
        vec![Sort { field: field.into(), descending: false }]
    }

    #[test]
    fn questions_that_go_too_far() {
        on_both(|_, admin| {
            let ask = |query: Query| told(admin.list::<Role>(&query));
            let filtered = |filter| ask(Query { filter: Some(filter), ..Query::default() });
            for limit in [0, -1, 501, i64::MIN, i64::MAX] {
                assert_eq!(
                    ask(Query { limit: Some(limit), ..Query::default() }),
                    invalid(ErrorCode::OutOfRange, "limit")
                );
            }
            let nest =
                |depth| (1..depth).fold(compare("name", "a"), |filter, _| Filter::NoneOf { filters: vec![filter] });
            assert_eq!(filtered(nest(MAX_DEPTH + 1)), invalid(ErrorCode::QueryTooComplex, "filter"));
            admin.list::<Role>(&Query { filter: Some(nest(MAX_DEPTH)), ..Query::default() }).unwrap();
            let wide = |count| Filter::Any { filters: vec![compare("x_decimal", "1.005"); count] };
            assert_eq!(filtered(wide(MAX_TERMS)), invalid(ErrorCode::QueryTooComplex, "filter"));
            admin.list::<Role>(&Query { filter: Some(wide(MAX_TERMS - 1)), ..Query::default() }).unwrap();
            let within = |count| Filter::In { field: "name".into(), values: vec!["a".into(); count] };
            assert_eq!(filtered(within(MAX_IN_VALUES + 1)), invalid(ErrorCode::TooMany, "name"));
            admin.list::<Role>(&Query { filter: Some(within(MAX_IN_VALUES)), ..Query::default() }).unwrap();
            assert_eq!(
                ask(Query { search: Some("a".into()), ..Query::default() }),
                invalid(ErrorCode::UnknownField, "search")
            );
            let users = |text: String| told(admin.list::<User>(&Query { search: Some(text), ..Query::default() }));
            assert_eq!(users("a".repeat(4_097)), invalid(ErrorCode::TooLong, "search"));
            assert_eq!(users("a ".repeat(65)), invalid(ErrorCode::TooMany, "search"));
            assert_eq!(filtered(compare("x_integer", "five")), invalid(ErrorCode::WrongType, "x_integer"));
            assert_eq!(filtered(compare("x_date", "2026-02-30")), invalid(ErrorCode::BadFormat, "x_date"));
            assert_eq!(filtered(compare("x_timestamp", "2026-03-31T08:00:00")).1, ErrorCode::NaiveDatetime);
            assert_eq!(
                filtered(compare("x_decimal", FieldValue::Boolean(true))),
                invalid(ErrorCode::WrongType, "x_decimal")
            );
            let prefix = Filter::Prefix { field: "x_integer".into(), prefix: "1".into() };
            assert_eq!(filtered(prefix), invalid(ErrorCode::WrongType, "x_integer"));
            let nested = told(admin.list::<User>(&Query { sort: by("permission_sets"), ..Query::default() }));
            assert_eq!(nested, invalid(ErrorCode::WrongType, "sort.permission_sets"));
        });
    }

    #[test]
    fn figures_that_make_no_sense() {
        on_both(|_, admin| {
            let measure = |function, field: Option<&str>| Measure { function, field: field.map(Into::into) };
            let ask = |query: &AggregateQuery| told(admin.aggregate("role", query));
            let of = |measure| AggregateQuery { measures: vec![measure], ..AggregateQuery::default() };
            let sum = MeasureFunction::Sum;
            assert_eq!(ask(&of(measure(sum, None))), invalid(ErrorCode::Required, "measures.field"));
            assert_eq!(ask(&of(measure(sum, Some("name")))), invalid(ErrorCode::WrongType, "measures.name"));
            assert_eq!(ask(&of(measure(sum, Some("none")))), invalid(ErrorCode::UnknownField, "measures.none"));
            let group = |field: &str, bucket| AggregateQuery {
                group_by: vec![GroupBy { field: field.into(), bucket }],
                ..AggregateQuery::default()
            };
            assert_eq!(ask(&group("none", None)), invalid(ErrorCode::UnknownField, "group_by.none"));
            assert_eq!(ask(&group("name", Some(Bucket::Year))).1, ErrorCode::WrongType);
            let nowhere = told(admin.aggregate("rolle", &AggregateQuery::default()));
            assert_eq!(nowhere, invalid(ErrorCode::UnknownEntity, "entity"));
        });
    }

    /// A user who sees roles without the custom text and without the reference.
    fn clerk(crm: &Crm, admin: &Session) -> Session {
        let right =
            ObjectRight { entity: "role".into(), read: true, create: true, edit: true, ..ObjectRight::default() };
        let hidden = |field: &str| FieldRight { entity: "role".into(), field: field.into(), ..FieldRight::default() };
        let permission_set = PermissionSet {
            name: "clerk".into(),
            objects: vec![right],
            fields: vec![hidden("x_text"), hidden("parent")],
            ..PermissionSet::default()
        };
        let set = admin.execute(Command::Admin(AdminCommand::CreatePermissionSet { permission_set })).unwrap();
        let user = User {
            login: "clerk".into(),
            name: "clerk".into(),
            permission_sets: vec![set.created("permission_set")],
            ..User::default()
        };
        admin.execute(Command::Admin(AdminCommand::CreateUser { user })).unwrap();
        crm.session("main", "clerk").unwrap()
    }

    #[test]
    fn a_hidden_field_answers_as_one_that_does_not_exist() {
        on_both(|crm, admin| {
            let clerk = clerk(crm, admin);
            let id = admin.execute(create("role", &[("name", "r".into()), ("x_text", "geheim".into())])).unwrap();
            let id = id.created("role");
            let list = |query: Query| clerk.list::<Role>(&query).map(|_| ()).unwrap_err();
            let figures = |query: AggregateQuery| clerk.aggregate("role", &query).map(|_| ()).unwrap_err();
            type Question<'a> = Box<dyn Fn(&str) -> Error + 'a>;
            let questions: Vec<Question<'_>> = vec![
                Box::new(|field| list(Query { filter: Some(compare(field, "a")), ..Query::default() })),
                Box::new(|field| {
                    list(Query { filter: Some(Filter::IsEmpty { field: field.into() }), ..Query::default() })
                }),
                Box::new(|field| {
                    list(Query { filter: Some(Filter::In { field: field.into(), values: vec![] }), ..Query::default() })
                }),
                Box::new(|field| {
                    let filter = Filter::Prefix { field: field.into(), prefix: "a".into() };
                    list(Query { filter: Some(filter), ..Query::default() })
                }),
                Box::new(|field| list(Query { sort: by(field), ..Query::default() })),
                Box::new(|field| {
                    let group_by = vec![GroupBy { field: field.into(), bucket: None }];
                    figures(AggregateQuery { group_by, ..AggregateQuery::default() })
                }),
                Box::new(|field| {
                    let measures = vec![Measure { function: MeasureFunction::Count, field: Some(field.into()) }];
                    figures(AggregateQuery { measures, ..AggregateQuery::default() })
                }),
                Box::new(|field| {
                    clerk.execute(create("role", &[("name", "n".into()), (field, "x".into())])).unwrap_err()
                }),
                Box::new(|field| {
                    clerk.execute(create("role", &[("name", "n".into()), (field, true.into())])).unwrap_err()
                }),
                Box::new(|field| clerk.execute(update(id, 1, &[(field, "x".into())])).unwrap_err()),
                Box::new(|field| clerk.execute(update(id, 1, &[(field, "much too long".into())])).unwrap_err()),
            ];
            for (place, question) in questions.iter().enumerate() {
                let shown = |error: &Error, name: &str| format!("{error:?}").replace(name, "FIELD");
                let missing = shown(&question("x_none"), "x_none");
                assert!(missing.contains("UnknownField"), "{place}: {missing}");
                for hidden in ["x_text", "parent"] {
                    assert_eq!(shown(&question(hidden), hidden), missing, "{place} {hidden}");
                }
            }
            let read: Role = clerk.get(id).unwrap();
            assert!(read.custom.is_empty());
            let typed = |custom: &str, value: FieldValue| {
                let role = Role { custom: HashMap::from([(custom.to_owned(), value)]), ..read.clone() };
                clerk.execute(Command::Admin(AdminCommand::UpdateRole { role })).unwrap_err()
            };
            let missing = format!("{:?}", typed("x_none", true.into())).replace("x_none", "FIELD");
            assert_eq!(format!("{:?}", typed("x_text", true.into())).replace("x_text", "FIELD"), missing);
        });
    }

    #[test]
    fn a_cursor_serves_its_question_and_its_reader_only() {
        on_both(|crm, admin| {
            let clerk = clerk(crm, admin);
            admin.execute_all(&(0..5).map(|number| role(format!("r{number}"))).collect::<Vec<_>>(), None).unwrap();
            let query = Query { sort: by("name"), limit: Some(2), ..Query::default() };
            let cursor = admin.list::<Role>(&query).unwrap().1;
            let bad = invalid(ErrorCode::BadCursor, "cursor");
            let with = |cursor: &Option<String>| Query { cursor: cursor.clone(), ..query.clone() };
            assert_eq!(told(clerk.list::<Role>(&with(&cursor))), bad);
            assert_eq!(told(admin.list::<PermissionSet>(&with(&cursor))), bad);
            assert_eq!(told(admin.list::<Role>(&Query { sort: by("id"), ..with(&cursor) })), bad);
            assert_eq!(told(admin.list::<Role>(&Query { sort: vec![], ..with(&cursor) })), bad);
            let filtered = Query { filter: Some(compare("name", "r3")), ..with(&cursor) };
            assert_eq!(told(admin.list::<Role>(&filtered)), bad);
            for text in ["", "x", "!!", "e30", "W10", "\u{4e2d}"] {
                assert_eq!(told(admin.list::<Role>(&with(&Some(text.into())))), bad, "{text}");
            }
            let next = Query { limit: Some(3), ..with(&cursor) };
            assert_eq!(admin.list::<Role>(&next).unwrap().0.len(), 3, "the size of the page may change");
        });
    }

    #[test]
    fn rights_that_are_missing() {
        on_both(|crm, admin| {
            let clerk = clerk(crm, admin);
            let denied = |field: &str| ("denied".to_owned(), ErrorCode::NoRight, field.to_owned());
            let id = admin.execute(create("role", &[("name", "r".into())])).unwrap().created("role");
            let delete = RecordCommand::Delete { entity: "role".into(), id, expected_version: 1 };
            assert_eq!(told(clerk.execute(Command::Record(delete))), denied(""));
            assert_eq!(told(clerk.execute(create("user", &[]))), denied(""));
            assert_eq!(told(clerk.list::<User>(&Query::default())), denied(""));
            assert_eq!(told(clerk.get::<User>(clerk.user())), denied(""));
            assert_eq!(told(clerk.aggregate("user", &AggregateQuery::default())), denied(""));
            assert_eq!(told(clerk.history("user", clerk.user())), denied(""));
            assert_eq!(told(crm.session("main", "nobody")).0, "not_found");
            assert_eq!(told(crm.session("elsewhere", "admin")).0, "not_found");
            let user: User = admin.get(clerk.user()).unwrap();
            admin
                .execute(Command::Admin(AdminCommand::UpdateUser { user: User { is_inactive: true, ..user } }))
                .unwrap();
            assert_eq!(told(clerk.get::<Role>(id)), invalid(ErrorCode::UnknownReference, "user"));
            assert_eq!(told(clerk.execute(role("x"))), invalid(ErrorCode::UnknownReference, "user"));
            assert_eq!(told(crm.session("main", "clerk")).0, "not_found");
        });
    }

    #[test]
    fn definitions_of_fields_that_cannot_be() {
        on_both(|_, admin| {
            let define = |change: &dyn Fn(&mut FieldDefinition)| {
                let mut definition = FieldDefinition {
                    entity: "role".into(),
                    name: "x_new".into(),
                    kind: CustomFieldKind::Text,
                    ..FieldDefinition::default()
                };
                change(&mut definition);
                told(admin.execute(Command::Admin(AdminCommand::DefineField { definition })))
            };
            for name in ["new", "x_", "x_Größe", "x_a b", "x_a'", "x_a\"", "X_a"] {
                assert_eq!(define(&|d| d.name = name.into()), invalid(ErrorCode::BadFormat, "name"), "{name}");
            }
            assert_eq!(define(&|d| d.name = String::new()), invalid(ErrorCode::Required, "name"));
            assert_eq!(define(&|d| d.entity = "rolle".into()), invalid(ErrorCode::UnknownEntity, "entity"));
            assert_eq!(define(&|d| d.name = "x_text".into()).1, ErrorCode::DuplicateKey);
            assert_eq!(define(&|d| d.kind = CustomFieldKind::Picklist), invalid(ErrorCode::Required, "choices"));
            assert_eq!(
                define(&|d| d.kind = CustomFieldKind::Reference),
                invalid(ErrorCode::UnknownEntity, "reference_to")
            );
            let date = |d: &mut FieldDefinition| (d.kind, d.minimum) = (CustomFieldKind::Date, Some("1.1.2026".into()));
            assert_eq!(define(&date), invalid(ErrorCode::BadFormat, "minimum"));
            assert_eq!(define(&|d| d.max_chars = Some(65_537)), invalid(ErrorCode::OutOfRange, "max_chars"));
            assert_eq!(define(&|d| d.scale = Some(13)), invalid(ErrorCode::OutOfRange, "scale"));
            let twice = |d: &mut FieldDefinition| {
                (d.kind, d.choices) = (CustomFieldKind::Picklist, vec!["a".into(), "a".into()]);
            };
            assert_eq!(define(&twice), invalid(ErrorCode::BadFormat, "choices[1]"));
        });
    }

    #[test]
    fn values_of_rust_are_exact_too() {
        assert_eq!(told("1234567890123456789012345678901".parse::<Decimal>()).1, ErrorCode::DecimalDigits);
        assert_eq!(told("2026-03-31T08:00:00".parse::<Timestamp>()).1, ErrorCode::NaiveDatetime);
        assert_eq!(told("2026-3-31".parse::<Date>()).1, ErrorCode::BadFormat);
        assert_eq!(told(FieldValue::json(&[0.5])).1, ErrorCode::FloatNotAllowed);
    }

    /// Code and field path of what was refused as JSON.
    fn read<T: serde::de::DeserializeOwned + std::fmt::Debug>(text: &str) -> (ErrorCode, Option<String>) {
        let error = json::from_text::<T>(text).unwrap_err();
        (error.code(), error.field().map(str::to_owned))
    }

    fn refused(code: ErrorCode, field: &str) -> (ErrorCode, Option<String>) {
        (code, Some(field.to_owned()))
    }

    /// They were told as an unknown field and as broken JSON.
    #[test]
    fn a_wrong_choice_and_a_wrong_type_are_told_as_such() {
        let account = |value: &str| read::<Account>(&format!(r#"{{"name":"A","life_cycle":{value}}}"#));
        assert_eq!(account(r#""bogus""#), refused(ErrorCode::NotInPicklist, "life_cycle"));
        for value in ["3", "[]", "{}", "true"] {
            assert_eq!(account(value), refused(ErrorCode::WrongType, "life_cycle"), "{value}");
        }
        let query = r#"{"filter":{"compare":{"field":"a","comparison":"near","value":1}}}"#;
        assert_eq!(read::<Query>(query), refused(ErrorCode::NotInPicklist, "filter.compare.comparison"));
        assert_eq!(read::<Query>(r#"{"filter":3}"#), refused(ErrorCode::WrongType, "filter"));
        assert_eq!(read::<Query>(r#"{"filter":{"near":{}}}"#).0, ErrorCode::UnknownField);
        assert_eq!(read::<Query>(r#"{"filter":"#).0, ErrorCode::BadJson);
        for choice in LifeCycle::ALL {
            let text = format!(r#""{choice}""#);
            assert_eq!(json::from_text::<LifeCycle>(&text).unwrap(), *choice);
            assert_eq!(json::to_canonical(choice).unwrap(), text);
        }
    }

    /// Only the path of what it was missing in was told.
    #[test]
    fn a_missing_field_is_told_with_its_own_path() {
        assert_eq!(read::<Account>("{}"), refused(ErrorCode::Required, "name"));
        let command = r#"{"create_account":{"account":{"city":"Ulm"}}}"#;
        assert_eq!(read::<CustomerCommand>(command), refused(ErrorCode::Required, "create_account.account.name"));
        let channels = r#"{"name":"A","channels":[{"kind":"phone","value":"1"},{"kind":"phone"}]}"#;
        assert_eq!(read::<Account>(channels), refused(ErrorCode::Required, "channels[1].value"));
    }

    /// The last one won, and the other was lost in silence.
    #[test]
    fn a_key_that_stands_twice_is_refused() {
        type Map = HashMap<String, FieldValue>;
        assert_eq!(read::<Map>(r#"{"a":1,"b":2,"a":1}"#), refused(ErrorCode::BadJson, "a"));
        assert_eq!(read::<Map>(r#"{"a":[{},{"b":{"c":1,"\u0063":2}}]}"#), refused(ErrorCode::BadJson, "a[1].b.c"));
        assert_eq!(read::<Account>(r#"{"name":"A","name":"B"}"#), refused(ErrorCode::BadJson, "name"));
        assert_eq!(read::<Map>(r#"{"a":1,"a""#).0, ErrorCode::BadJson);
        let twice_in_texts = r#"{"a":{"x":1},"b":[{"x":1},{"x":"{\"x\":1,\"x\":2}"}]}"#;
        assert_eq!(json::from_text::<Map>(twice_in_texts).unwrap().len(), 2);
    }

    /// They were all taken.
    #[test]
    fn keys_of_tenants_that_nobody_could_write_down() {
        let crm = Crm::open_in_memory();
        let setup = |key: &str| {
            let options = crm_core::engine::SetupOptions {
                tenant: key.into(),
                name: "A".into(),
                base_currency: "EUR".parse().unwrap(),
                time_zone: "Europe/Berlin".into(),
                admin_login: "admin".into(),
            };
            crm.setup(options)
        };
        for (key, code) in [
            ("", ErrorCode::Required),
            (" \t", ErrorCode::Required),
            ("a\0b", ErrorCode::BadFormat),
            ("a\nb", ErrorCode::BadFormat),
            (" a", ErrorCode::BadFormat),
            (&"中".repeat(61), ErrorCode::TooLong),
            (&"a".repeat(100_000), ErrorCode::TooLong),
        ] {
            assert_eq!(told(setup(key)), invalid(code, "tenant"));
        }
        setup(&"中".repeat(60)).unwrap();
        setup("plant 1").unwrap();
        assert_eq!(crm.tenants().unwrap().len(), 2);
    }
}
