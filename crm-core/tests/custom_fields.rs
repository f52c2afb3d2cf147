//! Required, unique and limited custom fields, on both stores.

#[cfg(test)]
#[expect(dead_code, reason = "other tests need the rest")]
mod support;

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::support::*;
    use crm_core::access::Role;
    use crm_core::engine::{AdminCommand, Command, Outcome, RecordCommand, Session};
    use crm_core::query::{Filter, Query};
    use crm_core::schema::{CustomFieldKind, FieldDefinition};
    use crm_core::value::{Error, ErrorCode, FieldValue, Id, Result};

    type Fields<'a> = &'a [(&'a str, FieldValue)];

    fn told<T: std::fmt::Debug>(result: Result<T>) -> (&'static str, ErrorCode, Option<String>) {
        let error: Error = result.unwrap_err();
        (error.kind(), error.code(), error.field().map(str::to_owned))
    }

    fn invalid(code: ErrorCode, field: &str) -> (&'static str, ErrorCode, Option<String>) {
        ("invalid", code, Some(field.to_owned()))
    }

    fn taken(field: &str) -> (&'static str, ErrorCode, Option<String>) {
        ("conflict", ErrorCode::DuplicateKey, Some(field.to_owned()))
    }

    fn map(fields: Fields<'_>) -> HashMap<String, FieldValue> {
        fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }

    fn create(admin: &Session, name: &str, fields: Fields<'_>) -> Result<Outcome> {
        let mut fields = map(fields);
        fields.insert("name".into(), name.into());
        admin.execute(Command::Record(RecordCommand::Create { entity: "role".into(), fields }))
    }

    fn made(admin: &Session, name: &str, fields: Fields<'_>) -> Id {
        create(admin, name, fields).unwrap().created("role")
    }

    fn update(admin: &Session, entity: &str, id: Id, version: i64, fields: Fields<'_>) -> Result<Outcome> {
        let fields = map(fields);
        let entity = entity.into();
        admin.execute(Command::Record(RecordCommand::Update { entity, id, expected_version: version, fields }))
    }

    fn define(admin: &Session, kind: CustomFieldKind, change: impl FnOnce(&mut FieldDefinition)) -> Result<Id> {
        let mut definition =
            FieldDefinition { entity: "role".into(), name: format!("x_{kind}"), kind, ..FieldDefinition::default() };
        change(&mut definition);
        let made = admin.execute(Command::Admin(AdminCommand::DefineField { definition }))?;
        Ok(made.created("field_definition"))
    }

    fn limits(minimum: Option<&str>, maximum: Option<&str>) -> impl FnOnce(&mut FieldDefinition) {
        let [minimum, maximum] = [minimum, maximum].map(|limit| limit.map(str::to_owned));
        move |definition| (definition.minimum, definition.maximum) = (minimum, maximum)
    }

    fn custom(admin: &Session, id: Id, field: &str) -> Option<FieldValue> {
        admin.get::<Role>(id).unwrap().custom.get(field).cloned()
    }

    /// Runs the test on each store.
    fn on_both(test: impl Fn(&Session)) {
        let folder = tempfile::tempdir().unwrap();
        let crm = crm_core::engine::Crm::open_in_memory();
        setup(&crm).unwrap();
        test(&crm.session("main", "admin").unwrap());
        let (_crm, admin) = open(&folder.path().join("crm.db"), quick()).unwrap();
        test(&admin);
    }

    #[test]
    fn a_required_field_must_be_there_from_now_on() {
        on_both(|admin| {
            let older = made(admin, "older", &[]);
            let definition = define(admin, CustomFieldKind::Text, |field| field.is_required = true).unwrap();
            let missing = invalid(ErrorCode::Required, "x_text");
            assert_eq!(told(create(admin, "a", &[])), missing);
            for empty in [FieldValue::Null, "".into(), " \t".into()] {
                assert_eq!(told(create(admin, "a", &[("x_text", empty)])), missing);
            }
            let id = made(admin, "a", &[("x_text", "here".into())]);
            assert_eq!(told(update(admin, "role", id, 1, &[("x_text", FieldValue::Null)])), missing);
            // An older record is read as it is, and changed only together with what is missing.
            assert_eq!(custom(admin, older, "x_text"), None);
            assert_eq!(told(update(admin, "role", older, 1, &[("name", "renamed".into())])), missing);
            update(admin, "role", older, 1, &[("name", "renamed".into()), ("x_text", "now".into())]).unwrap();
            update(admin, "field_definition", definition, 1, &[("is_required", false.into())]).unwrap();
            update(admin, "role", id, 1, &[("x_text", FieldValue::Null)]).unwrap();
            made(admin, "b", &[]);
        });
    }

    #[test]
    fn a_unique_field_has_each_value_once_whatever_its_type() {
        on_both(|admin| {
            let values: [(CustomFieldKind, [FieldValue; 2]); 5] = [
                (CustomFieldKind::Text, ["A".into(), "a".into()]),
                (CustomFieldKind::Integer, [FieldValue::Integer(1), FieldValue::Integer(-1)]),
                (CustomFieldKind::Decimal, ["1.50".into(), "1.51".into()]),
                (CustomFieldKind::Date, ["2026-03-31".into(), "2026-04-01".into()]),
                (CustomFieldKind::Timestamp, ["2026-03-31T08:00:00+08:00".into(), "2026-03-31T08:00:00Z".into()]),
            ];
            for (kind, [first, second]) in values {
                define(admin, kind, |field| field.is_unique = true).unwrap();
                let (field, name) = (format!("x_{kind}"), |number: i32| format!("{kind} {number}"));
                let with = |value: &FieldValue| [(field.as_str(), value.clone())];
                let holder = made(admin, &name(1), &with(&first));
                let other = made(admin, &name(2), &with(&second));
                assert_eq!(told(create(admin, &name(3), &with(&first))), taken(&field));
                assert_eq!(told(update(admin, "role", other, 1, &with(&first))), taken(&field));
                made(admin, &name(3), &[]);
                made(admin, &name(4), &[]);
                update(admin, "role", holder, 1, &with(&FieldValue::Null)).unwrap();
                update(admin, "role", other, 1, &with(&first)).unwrap();
                assert_eq!(told(update(admin, "role", holder, 2, &with(&first))), taken(&field));
                update(admin, "role", holder, 2, &with(&second)).unwrap();
            }
            // The same figure and the same instant, written otherwise.
            assert_eq!(told(create(admin, "b", &[("x_decimal", "1.5".into())])), taken("x_decimal"));
            let instant = "2026-03-31T02:00:00+02:00".into();
            assert_eq!(told(create(admin, "b", &[("x_timestamp", instant)])), taken("x_timestamp"));
        });
    }

    #[test]
    fn values_lie_between_the_limits() {
        on_both(|admin| {
            for (kind, minimum, maximum, inside, outside) in [
                (CustomFieldKind::Integer, "-3", "5", ["-3", "5"], ["-4", "6"]),
                (CustomFieldKind::Decimal, "-0.5", "99.99", ["-0.5", "99.990"], ["-0.51", "100"]),
                (
                    CustomFieldKind::Date,
                    "2026-01-01",
                    "2026-12-31",
                    ["2026-01-01", "2026-12-31"],
                    ["2025-12-31", "2027-01-01"],
                ),
                (
                    CustomFieldKind::Timestamp,
                    "2026-01-01T00:00:00+08:00",
                    "2026-01-02T00:00:00+08:00",
                    ["2025-12-31T16:00:00Z", "2026-01-01T16:00:00Z"],
                    ["2025-12-31T15:59:59.999999Z", "2026-01-01T16:00:00.000001Z"],
                ),
            ] {
                define(admin, kind, limits(Some(minimum), Some(maximum))).unwrap();
                let field = format!("x_{kind}");
                for value in inside {
                    made(admin, &format!("{kind} {value}"), &[(&field, value.into())]);
                }
                for value in outside {
                    let error = create(admin, "x", &[(&field, value.into())]).unwrap_err();
                    let problem = &error.problems()[0];
                    assert_eq!((problem.code, problem.field.as_deref()), (ErrorCode::OutOfRange, Some(field.as_str())));
                    assert_eq!((problem.data["min"].as_str(), problem.data["max"].as_str()), (minimum, maximum));
                }
                let found = Filter::NoneOf { filters: vec![Filter::IsEmpty { field: field.clone() }] };
                let found = admin.list::<Role>(&Query { filter: Some(found), ..Query::default() }).unwrap().0;
                assert_eq!(found.len(), inside.len(), "{kind}");
            }
        });
    }

    #[test]
    fn one_limit_is_enough() {
        on_both(|admin| {
            define(admin, CustomFieldKind::Decimal, limits(Some("0"), None)).unwrap();
            define(admin, CustomFieldKind::Date, limits(None, Some("2026-12-31"))).unwrap();
            made(admin, "a", &[("x_decimal", "90000000000000".into()), ("x_date", "0001-01-01".into())]);
            let below = told(create(admin, "b", &[("x_decimal", "-0.01".into())]));
            assert_eq!(below, invalid(ErrorCode::OutOfRange, "x_decimal"));
            assert_eq!(
                told(create(admin, "b", &[("x_date", "2027-01-01".into())])),
                invalid(ErrorCode::OutOfRange, "x_date")
            );
        });
    }

    /// They were taken, and every later value was refused, without the path of the field.
    #[test]
    fn limits_that_no_value_could_keep() {
        on_both(|admin| {
            let refused = |kind, minimum, maximum| told(define(admin, kind, limits(minimum, maximum)));
            let decimal = CustomFieldKind::Decimal;
            assert_eq!(refused(decimal, Some("0.001"), None), invalid(ErrorCode::DecimalDigits, "minimum"));
            assert_eq!(refused(decimal, None, Some("1e20")), invalid(ErrorCode::OutOfRange, "maximum"));
            assert_eq!(refused(decimal, None, Some("much")), invalid(ErrorCode::BadFormat, "maximum"));
            assert_eq!(refused(CustomFieldKind::Integer, Some("1.5"), None), invalid(ErrorCode::WrongType, "minimum"));
            assert_eq!(refused(CustomFieldKind::Text, Some("1"), None), invalid(ErrorCode::BadFormat, "minimum"));
            assert_eq!(
                refused(CustomFieldKind::Timestamp, None, Some("2026-03-31T08:00")),
                invalid(ErrorCode::NaiveDatetime, "maximum")
            );
            for (kind, minimum, maximum) in [
                (CustomFieldKind::Integer, "10", "9"),
                (decimal, "0.1", "0.09"),
                (CustomFieldKind::Date, "2026-02-01", "2026-01-31"),
            ] {
                let error = refused(kind, Some(minimum), Some(maximum));
                assert_eq!(error, invalid(ErrorCode::OutOfRange, "minimum"), "{kind}");
            }
            let id = define(admin, decimal, limits(Some("1"), Some("1.00"))).unwrap();
            let error = told(update(admin, "field_definition", id, 1, &[("minimum", "2".into())]));
            assert_eq!(error, invalid(ErrorCode::OutOfRange, "minimum"));
            made(admin, "a", &[("x_decimal", "1".into())]);
        });
    }
}
