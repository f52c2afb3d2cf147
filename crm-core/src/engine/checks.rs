//! What every change is checked for before it is written, whichever command or rule brings it.

use super::pipeline::Work;
use super::registry::CONFIGURATION;
use crate::access::AccessPlan;
use crate::access::mutation::{Check, off};
use crate::room::Author;
use crate::schema::{Entity as _, EntityType, FieldDefinition, FieldKind, FieldRef, FieldSpec, MAX_CUSTOM_BYTES, Row};
use crate::store::{JournalRead, JournalScope};
use crate::value::error::unknown_field;
use crate::value::{Error, ErrorCode, FieldValue, Problem, Result};

/// The most entries of the journal in which is looked up what others changed.
const MAX_NAMED: usize = 100;

impl Work<'_> {
    /// Refuses what the caller may not set; empty values and `false` are not set.
    pub(super) fn require_writes(&self, plan: &AccessPlan, entity: &EntityType, row: &Row) -> Result<()> {
        let nothing = |value: &FieldValue| matches!(value, FieldValue::Null | FieldValue::Boolean(false));
        for (column, spec) in entity.fields.iter().enumerate() {
            let empty_text = matches!(row.value(column), FieldValue::Text(text) if text.is_empty());
            if !nothing(row.value(column)) && !empty_text {
                plan.require_write(spec)?;
            }
        }
        for name in row.custom.keys() {
            plan.require_write(&plan.readable_field(&self.tenant.schema, entity, name)?.spec)?;
        }
        if row.owner.is_some_and(|owner| owner != self.session.ctx.user)
            && let Some(owner) = entity.field("owner")
        {
            plan.require_write(&owner.spec)?;
        }
        Ok(())
    }

    /// Reads every value as its field's type; all problems are told at once.
    pub(super) fn coerce(&self, entity: &EntityType, row: &mut Row) -> Result<()> {
        let mut problems = Vec::new();
        for (spec, value) in entity.fields.iter().zip(&mut row.values) {
            *value = read_or_note(spec, std::mem::take(value), &mut problems);
        }
        let given = std::mem::take(&mut row.custom);
        for (name, value) in given {
            match self.tenant.schema.custom_fields(entity.name).iter().find(|spec| spec.name == name) {
                Some(spec) => {
                    let value = read_or_note(spec, value, &mut problems);
                    if value != FieldValue::Null {
                        row.custom.insert(name, value);
                    }
                }
                None => problems.push(unknown_field(&name)),
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::Invalid { problems }) }
    }

    pub(super) fn check_present(&self, entity: &EntityType, row: &Row) -> Result<()> {
        let declared = entity.fields.iter().enumerate().map(|(column, spec)| spec.check_present(row.value(column)));
        let writer = self.plan(Author::Caller, entity);
        let custom = self.tenant.schema.custom_fields(entity.name).iter().filter(|spec| writer.may_fill(spec));
        let custom =
            custom.map(|spec| spec.check_present(row.custom.get(spec.name.as_ref()).unwrap_or(&FieldValue::Null)));
        let problems: Vec<Problem> =
            declared.chain(custom).filter_map(Result::err).flat_map(|error| error.problems().to_vec()).collect();
        if problems.is_empty() { Ok(()) } else { Err(Error::Invalid { problems }) }
    }

    /// The custom fields of a record are kept and read as one.
    pub(super) fn check_size(&self, row: &Row) -> Result<()> {
        let bytes: usize = row.custom.iter().map(|(name, value)| name.len() + value.to_key().len()).sum();
        if bytes <= MAX_CUSTOM_BYTES {
            return Ok(());
        }
        let message = "the custom fields of a record are too long together";
        let problem = Problem::of_field(ErrorCode::TooLong, "custom", message);
        Err(problem.with("max_bytes", MAX_CUSTOM_BYTES).with("bytes", bytes).into_invalid())
    }

    /// Nested values must fit the struct, whoever brought them; what is missing is told first.
    pub(super) fn check_struct(&self, entity: &EntityType, row: &Row) -> Result<()> {
        match entity.struct_values(row) {
            Ok(_) => Ok(()),
            Err(error) => self.check_present(entity, row).and(Err(error)),
        }
    }

    /// The references of a record, with what they hold before the rule of the entity speaks.
    pub(super) fn references(&self, entity: &EntityType, row: &Row) -> Vec<(FieldRef, FieldValue)> {
        let fields = self.tenant.schema.fields(entity).into_iter().chain(entity.field("owner"));
        let points = |field: &FieldRef| matches!(&field.spec.kind, FieldKind::Reference { to, .. } if !to.is_empty());
        fields.filter(points).map(|field| (field.value(row), field)).map(|(value, field)| (field, value)).collect()
    }

    /// Every reference that is new must point to a record: one that the caller can see, unless a rule filled it in.
    pub(super) fn check_references(
        &mut self,
        plan: &AccessPlan,
        before: Option<&Row>,
        after: &Row,
        given: &[(FieldRef, FieldValue)],
    ) -> Result<()> {
        for (field, given) in given {
            let value = field.value(after);
            if before.is_some_and(|before| field.value(before) == value) {
                continue;
            }
            self.check_reference(plan, field, &value, value != *given)?;
        }
        Ok(())
    }

    fn check_reference(
        &mut self,
        plan: &AccessPlan,
        field: &FieldRef,
        value: &FieldValue,
        by_rule: bool,
    ) -> Result<()> {
        let (FieldKind::Reference { to, .. }, FieldValue::Reference(id)) = (&field.spec.kind, value) else {
            return Ok(());
        };
        let (id, to) = (*id, to.as_ref());
        let target = self.entity(to)?;
        let name = field.spec.name.as_ref();
        let hidden = !plan.can_read(name);
        let by_rule = by_rule || hidden || plan.is_system() || CONFIGURATION.contains(&target.name);
        let author = if by_rule || off(Check::ReferenceVisible) { Author::Rule } else { Author::Caller };
        let key = (target.name, author, id);
        if self.good.contains(&key) {
            return Ok(());
        }
        let plan = self.plan(author, &target);
        let found = match plan.check_get(id) {
            Ok(get) => self.tx.get(&get)?,
            Err(_) => None,
        };
        if found.is_none() {
            // Only a restored record can have such a reference in a field that the caller does not see.
            let (name, to) = if hidden { ("id", "record any more") } else { (name, to) };
            return Err(Error::invalid(ErrorCode::UnknownReference, name, format!("`{name}` points to no {to}")));
        }
        self.good.insert(key);
        Ok(())
    }

    /// The fields in which a given record differs from what the caller saw. Only these are read as the types of their
    /// fields: a value that was kept under an older definition does not stand in the way of others. A record given
    /// without an owner keeps the one it has.
    pub(super) fn differences(
        &self,
        entity: &EntityType,
        seen: &Row,
        given: &Row,
    ) -> Result<Vec<(String, FieldValue)>> {
        let fields = self.tenant.schema.fields(entity).into_iter();
        let owner = entity.field("owner").filter(|_| given.owner.is_some());
        let (mut set, mut problems) = (Vec::new(), Vec::new());
        for field in fields.chain(owner) {
            let (old, new) = (field.value(seen), field.value(given));
            if new == old {
                continue;
            }
            match field.spec.coerce(new) {
                Ok(new) if new == old => {}
                Ok(new) => set.push((field.spec.name.to_string(), new)),
                Err(error) => problems.extend_from_slice(error.problems()),
            }
        }
        if problems.is_empty() { Ok(set) } else { Err(Error::Invalid { problems }) }
    }

    pub(super) fn set_fields(
        &self,
        author: Author,
        plan: &AccessPlan,
        entity: &EntityType,
        before: &Row,
        after: &mut Row,
        set: Vec<(String, FieldValue)>,
    ) -> Result<()> {
        let mut problems = Vec::new();
        for (name, value) in set {
            let field = match author {
                // The names come from the journal; what the caller does not see returns all the same.
                Author::Undo => {
                    self.tenant.schema.field(entity, &name).ok_or_else(|| unknown_field(&name).into_invalid())?
                }
                _ => plan.readable_field(&self.tenant.schema, entity, &name)?,
            };
            // What returns was kept under the definition of its time, which may have been tightened since.
            let read = if author.is_undo() { crate::query::operand(&field, &value) } else { field.spec.coerce(value) };
            let value = match read {
                Ok(value) => value,
                Err(error) => {
                    problems.extend_from_slice(error.problems());
                    continue;
                }
            };
            let present = field.value(before);
            if value == present {
                continue;
            }
            if name == "owner" && value == FieldValue::Null {
                problems.push(Problem::of_field(ErrorCode::Required, "owner", "every record has an owner"));
                continue;
            }
            if author == Author::Undo && plan.tells(&name) {
                plan.require_field_right(&field.spec)?;
            }
            if author == Author::Caller {
                plan.require_write(&field.spec)?;
                if plan.writes_once(&field.spec) && present != FieldValue::Null {
                    problems.push(Problem::of_field(
                        ErrorCode::WriteOnce,
                        name.as_str(),
                        format!("`{name}` can be set once only"),
                    ));
                    continue;
                }
            }
            field.set(after, value);
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::Invalid { problems }) }
    }

    /// The version that was read must still be the present one; if not, the fields that others changed are named.
    pub(super) fn check_version(
        &mut self,
        plan: &AccessPlan,
        entity: &EntityType,
        present: &Row,
        expected: Option<i64>,
    ) -> Result<()> {
        let Some(expected) = expected else { return Ok(()) };
        if expected == present.version {
            return Ok(());
        }
        let scope = JournalScope::Record { entity: entity.name, record: present.id, after: expected, until: None };
        let entries = self.tx.journal(JournalRead { tenant: self.tenant.id, scope, limit: MAX_NAMED })?;
        let later = entries.iter().flat_map(|entry| &entry.changes);
        let mut fields: Vec<&str> = later
            .map(|change| change.field.as_str())
            .filter(|field| plan.tells(field) || off(Check::StaleField))
            .collect();
        fields.sort_unstable();
        fields.dedup();
        let problem = Problem::of_field(ErrorCode::StaleVersion, "version", "the record was changed since it was read");
        let problem = problem.with("expected_version", expected).with("current_version", present.version);
        Err(Error::conflict(problem.with("entity", entity.name).with("changed_fields", fields.join(","))))
    }

    /// A clash of unique values. Of a field that the caller does not see, as when a deleted record comes back, only that
    /// there is one.
    pub(super) fn clash(&self, entity: &EntityType, error: Error) -> Error {
        if error.code() != ErrorCode::DuplicateKey {
            return error;
        }
        let plan = self.plan(Author::Caller, entity);
        let is_seen = |name: &str| match self.tenant.schema.field(entity, name) {
            Some(field) => plan.can_read(&field.spec.name),
            // A value inside a list is told by its kind.
            None => entity.fields.iter().all(|spec| spec.nested_keys.is_none() || plan.can_read(&spec.name)),
        };
        if error.field().is_none_or(is_seen) {
            return error;
        }
        let message = format!("another {} already has a value of this record", entity.name);
        Error::conflict(Problem::new(ErrorCode::DuplicateKey, message).with("entity", entity.name))
    }

    /// A definition must fit the schema before it is written.
    pub(super) fn before_definition(&self, entity: &EntityType, before: Option<&Row>, after: &Row) -> Result<()> {
        if entity.name != FieldDefinition::NAME {
            return Ok(());
        }
        let definition = FieldDefinition::from_row(after.clone())?;
        definition.check_fillable(&self.tenant.schema.registry)?;
        match before {
            None => self.tenant.schema.check(&definition).map(|_| ()),
            Some(_) => definition.to_spec(&self.tenant.schema.registry).map(|_| ()),
        }
    }
}

fn read_or_note(spec: &FieldSpec, value: FieldValue, problems: &mut Vec<Problem>) -> FieldValue {
    spec.coerce(value).unwrap_or_else(|error| {
        problems.extend_from_slice(error.problems());
        FieldValue::Null
    })
}
