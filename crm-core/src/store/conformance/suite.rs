//! A store with one tenant, the sample entity with custom fields of every kind, and short ways to ask it.

use crate::access::{
    AccessModel, AccessPlan, Configuration, Ctx, FieldRight, ObjectRight, PermissionSet, Role, SystemReason, User,
};
use crate::access::{CheckedWrite, TenantId};
use crate::journal::{ChangeKind, JournalEntry};
use crate::query::{AggregateQuery, Comparison, Filter, Measure, MeasureFunction, Query, Sort};
use crate::schema::{EntityType, FieldRef, Row, TenantSchema};
use crate::store::{ReadTx, Store, WriteFailure, WriteTx};
use crate::testkit::{CUSTOM_FIELDS, Engine, Kept, custom_definitions};
use crate::value::{Error, ErrorCode, FieldValue, Id, Result};

/// Fields of every kind, declared, custom and kept by the engine; three values each, in ascending order.
pub(super) fn ladders() -> Vec<(&'static str, Vec<FieldValue>)> {
    let text = |text: &str| FieldValue::from(text);
    let id = |byte: u8| FieldValue::Reference(Id::from_bytes([byte; 16]));
    let decimal = |text: &str| FieldValue::Decimal(text.parse().unwrap());
    let date = |text: &str| FieldValue::Date(text.parse().unwrap());
    let at = |text: &str| FieldValue::Timestamp(text.parse().unwrap());
    let decimals = vec![decimal("-92233720368547758.08"), decimal("0"), decimal("92233720368547758.07")];
    let integers = vec![FieldValue::Integer(i64::MIN), FieldValue::Integer(-1), FieldValue::Integer(i64::MAX)];
    let days = vec![date("0001-01-01"), date("2026-03-31"), date("9999-12-31")];
    let instants =
        vec![at("0001-01-01T00:00:00Z"), at("2026-03-31T00:00:00.000001+08:00"), at("9999-12-31T23:59:59.999999Z")];
    let flags = vec![FieldValue::Boolean(false), FieldValue::Boolean(true)];
    let ids = vec![id(1), id(0x80), id(0xFF)];
    vec![
        ("note", vec![text("Zeta \"'\\"), text("a%_*"), text("中\u{10FFFF}")]),
        ("amount", decimals.clone()),
        ("weight", vec![decimal("0"), decimal("0.000001"), decimal("9223372036854.775807")]),
        ("count", integers.clone()),
        ("day", days.clone()),
        ("at", instants.clone()),
        ("is_open", flags.clone()),
        ("stage", vec![text("lost"), text("new"), text("won")]),
        ("currency", vec![text("CNY"), text("EUR"), text("USD")]),
        ("parent", ids.clone()),
        ("owner", ids.clone()),
        ("x_text", vec![text("[1]"), text("{\"a\":1}"), text("铁龙")]),
        ("x_integer", integers),
        ("x_decimal", decimals),
        ("x_date", days),
        ("x_timestamp", instants),
        ("x_boolean", flags),
        ("x_reference", ids),
        ("x_picklist", vec![text("blue"), text("green"), text("red")]),
    ]
}

pub(super) struct Suite {
    pub(super) engine: Engine,
    pub(super) tenant: TenantId,
    pub(super) schema: std::sync::Arc<TenantSchema>,
    pub(super) entity: EntityType,
}

impl Suite {
    pub(super) fn new(kept: Kept) -> Self {
        let engine = Engine::new(kept, 7);
        engine.define(custom_definitions("sample"));
        let mut schema = None;
        let tenant = engine.admin.ctx.tenant;
        let read = engine.crm.inner.store().unwrap().read(&mut |tx| {
            schema = Some(engine.crm.inner.tenant(tx, tenant)?.schema.clone());
            Ok(())
        });
        read.unwrap();
        let schema = schema.unwrap();
        let entity = schema.entity("sample").unwrap().clone();
        assert_eq!(schema.custom_fields("sample").len(), CUSTOM_FIELDS.len());
        Self { engine, tenant, schema, entity }
    }

    pub(super) fn store(&self) -> std::sync::Arc<dyn Store> {
        self.engine.crm.inner.store().unwrap()
    }

    pub(super) fn plan(&self) -> AccessPlan {
        AccessPlan::system(self.tenant, &self.entity, &self.schema, &AccessModel::default(), SystemReason::Dump)
    }

    /// The plan of somebody who sees what these owners have, and not the fields `hidden`.
    pub(super) fn plan_of(&self, owners: &[Id], hidden: &[&str]) -> AccessPlan {
        let id = |number: u8| Id::from_bytes([number; 16]);
        let (reader, above, below, set) = (id(201), id(202), id(203), id(204));
        let object = ObjectRight { entity: "sample".into(), read: true, ..ObjectRight::default() };
        let field =
            |name: &&str| FieldRight { entity: "sample".into(), field: (*name).into(), ..FieldRight::default() };
        let sets = vec![PermissionSet {
            id: set,
            objects: vec![object],
            fields: hidden.iter().map(field).collect(),
            ..PermissionSet::default()
        }];
        let roles =
            vec![Role { id: above, ..Role::default() }, Role { id: below, parent: Some(above), ..Role::default() }];
        let mut users: Vec<User> =
            owners.iter().map(|id| User { id: *id, role: Some(below), ..User::default() }).collect();
        users.push(User { id: reader, role: Some(above), permission_sets: vec![set], ..User::default() });
        let today = "2026-03-02".parse().unwrap();
        let model = AccessModel::new(Configuration::of(users, roles, sets), &self.schema, today);
        AccessPlan::of(Ctx { tenant: self.tenant, user: reader }, &self.entity, &self.schema, &model)
    }

    pub(super) fn field(&self, name: &str) -> FieldRef {
        self.schema.field(&self.entity, name).unwrap()
    }

    pub(super) fn id(&self) -> Id {
        self.engine.admin.new_id()
    }

    /// A row of the sample with these values, of version 1.
    pub(super) fn row(&self, name: &str, values: &[(&str, FieldValue)]) -> Row {
        let mut row = Row {
            id: self.id(),
            version: 1,
            owner: Some(self.engine.admin.user()),
            values: vec![FieldValue::Null; self.entity.fields.len()],
            ..Row::default()
        };
        self.set(&mut row, "name", name.into());
        for (field, value) in values {
            self.set(&mut row, field, value.clone());
        }
        row
    }

    /// Sets a value as the engine would keep it.
    pub(super) fn set(&self, row: &mut Row, field: &str, value: FieldValue) {
        let field = self.field(field);
        field.set(row, field.spec.coerce(value).unwrap());
    }

    pub(super) fn write<T>(&self, mut work: impl FnMut(&mut dyn WriteTx) -> Result<T>) -> Result<T> {
        let mut done = None;
        let written = self.store().write(&mut |tx| {
            done = Some(work(tx)?);
            Ok(())
        });
        match written {
            Ok(()) => Ok(done.unwrap()),
            Err(WriteFailure::RolledBack(error)) => Err(error),
            Err(WriteFailure::Unknown(error)) => panic!("unknown: {error}"),
        }
    }

    pub(super) fn read<T>(&self, mut work: impl FnMut(&mut dyn ReadTx) -> Result<T>) -> Result<T> {
        let mut done = None;
        self.store().read(&mut |tx| {
            done = Some(work(tx)?);
            Ok(())
        })?;
        Ok(done.unwrap())
    }

    pub(super) fn checked(&self, before: Option<&Row>, after: &Row) -> CheckedWrite {
        self.plan().check_write(&self.entity, before, after.clone())
    }

    /// Writes one row in a transaction of its own.
    pub(super) fn put(&self, before: Option<&Row>, after: &Row) -> Result<()> {
        self.write(|tx| self.put_in(tx, before, after))
    }

    /// Writes one row with its entry in the journal, as the engine does.
    pub(super) fn put_in(&self, tx: &mut dyn WriteTx, before: Option<&Row>, after: &Row) -> Result<()> {
        tx.put(&self.checked(before, after))?;
        let kind = match (before.map(|row| row.deleted), after.deleted) {
            (None, _) => ChangeKind::Create,
            (Some(false), true) => ChangeKind::Delete,
            (Some(true), false) => ChangeKind::Restore,
            _ => ChangeKind::Update,
        };
        tx.append_journal(self.tenant, &self.entry(after.id, after.version, kind)).map(|_| ())
    }

    /// Writes new rows in one transaction.
    pub(super) fn put_all(&self, rows: &[Row]) {
        self.write(|tx| rows.iter().try_for_each(|row| self.put_in(tx, None, row))).unwrap();
    }

    /// The row with version, and what `change` does, written.
    pub(super) fn change(&self, before: &Row, change: impl FnOnce(&mut Row)) -> Result<Row> {
        let mut after = Row { version: before.version + 1, ..before.clone() };
        change(&mut after);
        self.put(Some(before), &after)?;
        Ok(after)
    }

    pub(super) fn get_any(&self, id: Id) -> Option<Row> {
        self.read(|tx| tx.get(&self.plan().check_get_any(id)?)).unwrap()
    }

    /// Every row that a plan's question finds, without pages.
    pub(super) fn scan(&self, plan: &AccessPlan, query: &Query) -> Result<Vec<Row>> {
        let asked = plan.check_scan(&self.schema, &self.entity, query)?;
        self.read(|tx| {
            let mut rows = Vec::new();
            tx.select(&asked, &mut |row| {
                rows.push(row);
                Ok(true)
            })?;
            Ok(rows)
        })
    }

    /// The names of the rows that a question finds.
    pub(super) fn names(&self, query: &Query) -> Vec<String> {
        self.names_of(&self.scan(&self.plan(), query).unwrap())
    }

    pub(super) fn names_of(&self, rows: &[Row]) -> Vec<String> {
        let name = self.field("name");
        let text = |row| if let FieldValue::Text(text) = name.value(row) { text } else { String::new() };
        rows.iter().map(text).collect()
    }

    /// The names of the rows that fulfil a filter.
    pub(super) fn matching(&self, filter: Filter) -> Vec<String> {
        self.names(&Query { filter: Some(filter), ..Query::default() })
    }

    pub(super) fn entry(&self, record: Id, version: i64, kind: ChangeKind) -> JournalEntry {
        JournalEntry {
            sequence: 0,
            op_id: self.id(),
            command: "test".into(),
            actor: self.engine.admin.user(),
            at: self.engine.clock_now(),
            entity: "sample".into(),
            record,
            version,
            kind,
            changes: Vec::new(),
            consequence: false,
        }
    }
}

pub(super) fn compare(field: &str, comparison: Comparison, value: impl Into<FieldValue>) -> Filter {
    Filter::Compare { field: field.into(), comparison, value: value.into() }
}

pub(super) fn equal(field: &str, value: impl Into<FieldValue>) -> Filter {
    compare(field, Comparison::Equal, value)
}

pub(super) fn is_empty(field: &str) -> Filter {
    Filter::IsEmpty { field: field.into() }
}

pub(super) fn by(field: &str, descending: bool) -> Sort {
    Sort { field: field.into(), descending }
}

pub(super) fn measure(function: MeasureFunction, field: Option<&str>) -> Measure {
    Measure { function, field: field.map(str::to_owned) }
}

pub(super) fn figures(measures: Vec<Measure>) -> AggregateQuery {
    AggregateQuery { measures, ..AggregateQuery::default() }
}

/// The code and the field of an error.
pub(super) fn told(error: &Error) -> (&'static str, ErrorCode, Option<&str>) {
    (error.kind(), error.code(), error.field())
}
