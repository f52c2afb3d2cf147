//! What one user may do with one entity, and the making of checked questions and writes.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::checked::{
    CheckedAggregate, CheckedGet, CheckedLookup, CheckedQuery, CheckedWrite, FieldSpan, Search, WriteKind,
};
use super::mutation::{Check, off};
use super::written::changed_grants;
use super::{
    AccessLevel, AccessModel, CheckedRule, Ctx, FieldAccess, Grant, GrantRule, ObjectRight, TenantId, Visibility,
    every_right,
};
use crate::query::{self, AggregateQuery, Condition, MAX_PAGE, Query};
use crate::schema::{EntityType, FieldKind, FieldRef, FieldSpec, Registry, Row, SpanKey, TenantSchema, WriteRule};
use crate::value::error::unknown_field;
use crate::value::{Error, ErrorCode, FieldValue, Id, Phrase, Problem, Result, index_tokens, query_phrases};

/// What somebody wants to do with records of an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// See.
    Read,
    /// Make.
    Create,
    /// Change.
    Edit,
    /// Delete.
    Delete,
    /// Hand over to another owner.
    Transfer,
    /// Merge.
    Merge,
    /// Take out as a file.
    Export,
    /// Approve.
    Approve,
}

impl Action {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Create => "create",
            Self::Edit => "edit",
            Self::Delete => "delete",
            Self::Transfer => "transfer",
            Self::Merge => "merge",
            Self::Export => "export",
            Self::Approve => "approve",
        }
    }

    /// How much of a record one must have for it.
    #[must_use]
    pub const fn level(self) -> AccessLevel {
        match self {
            Self::Read | Self::Create | Self::Export | Self::Approve => AccessLevel::Read,
            Self::Edit => AccessLevel::Edit,
            Self::Delete | Self::Transfer | Self::Merge => AccessLevel::Full,
        }
    }
}

/// Why the engine itself asks, without a user's rights. Every reason has a name, so that each can be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SystemReason {
    /// Loading users, roles, permission sets and custom fields.
    Configuration,
    /// Keeping invariants over records that the user may not see.
    Invariant,
    /// Dump and restore of a whole database.
    Dump,
}

/// What one user may do with one entity.
#[derive(Debug, Clone)]
pub struct AccessPlan {
    tenant: TenantId,
    user: Id,
    entity: &'static str,
    object: ObjectRight,
    /// What is seen, may be changed, and is as one's own.
    visibility: [Visibility; 3],
    /// The owner is that of another record.
    owner_follows: bool,
    /// Fields that cannot be seen, or only in part.
    hidden: HashSet<String>,
    masked: HashSet<String>,
    /// Fields that cannot be set, or only as long as they are empty.
    locked: HashSet<String>,
    once: HashSet<String>,
    /// Fields that a team membership may open on its record.
    openable: HashSet<String>,
    custom: Arc<[FieldSpec]>,
    /// What is written on records whose fields fulfil the conditions of rules.
    rules: Arc<[Arc<GrantRule>]>,
    registry: Arc<Registry>,
}

impl AccessPlan {
    /// The plan of a user for an entity.
    #[must_use]
    pub fn of(ctx: Ctx, entity: &EntityType, schema: &TenantSchema, model: &AccessModel) -> Self {
        let rights = model.rights(ctx.user, entity.part_of.unwrap_or(entity.name));
        let levels = [AccessLevel::Read, AccessLevel::Edit, AccessLevel::Full];
        let mut plan = Self {
            user: ctx.user,
            object: rights.object.clone(),
            visibility: levels.map(|level| model.visibility(ctx.user, entity, level, schema)),
            owner_follows: entity.owner_follows.is_some(),
            ..Self::open(ctx.tenant, entity, schema, model)
        };
        let owner = entity.field("owner");
        for field in schema.fields(entity).into_iter().chain(owner) {
            let name = field.spec.name.as_ref();
            let said = std::iter::once(name).chain(field.spec.rights_of.iter().copied());
            let access = |name| rights.field_within(name).unwrap_or(FieldAccess::Write);
            let access = said.map(access).min().unwrap_or_default();
            if access == FieldAccess::Hidden && !field.can_be_hidden() && entity.part_of.is_some() {
                plan.object.read = false;
            }
            plan.restrict(&field, access);
            if field.spec.sealed {
                plan.hidden.insert(name.to_owned());
                plan.locked.insert(name.to_owned());
                continue;
            }
            let opened = model.team_fields(entity.name).iter().any(|open| open == name);
            if opened && rights.limits.get(name).is_none_or(|most| *most >= FieldAccess::Read) {
                plan.openable.insert(name.to_owned());
            }
        }
        plan
    }

    fn restrict(&mut self, field: &FieldRef, access: FieldAccess) {
        let name = || field.spec.name.to_string();
        match access {
            FieldAccess::Hidden if field.can_be_hidden() => {
                self.hidden.insert(name());
            }
            FieldAccess::Masked if field.can_be_masked() => {
                self.masked.insert(name());
            }
            FieldAccess::WriteOnce => {
                self.once.insert(name());
            }
            _ => {}
        }
        if access < FieldAccess::WriteOnce {
            self.locked.insert(name());
        }
    }

    /// A plan without limits, for the engine's own questions.
    #[must_use]
    pub(crate) fn system(
        tenant: TenantId,
        entity: &EntityType,
        schema: &TenantSchema,
        model: &AccessModel,
        _reason: SystemReason,
    ) -> Self {
        Self::open(tenant, entity, schema, model)
    }

    fn open(tenant: TenantId, entity: &EntityType, schema: &TenantSchema, model: &AccessModel) -> Self {
        Self {
            tenant,
            user: Id::NIL,
            entity: entity.name,
            object: every_right(),
            visibility: [Visibility::All, Visibility::All, Visibility::All],
            owner_follows: false,
            hidden: HashSet::new(),
            masked: HashSet::new(),
            locked: HashSet::new(),
            once: HashSet::new(),
            openable: HashSet::new(),
            custom: schema.shared_custom_fields(entity.name),
            rules: model.grant_rules(entity.name),
            registry: schema.registry.clone(),
        }
    }

    /// The plan for a record on which team memberships open fields to the reader.
    #[must_use]
    pub(crate) fn opened(&self, grants: &[Grant]) -> Option<Self> {
        let Visibility::Scope(scope) = self.visible(AccessLevel::Read) else { return None };
        let mine =
            |grant: &&Grant| grant.principal == self.user && grant.level.is_some() && grant.holds_on(scope.today);
        let mut plan: Option<Self> = None;
        for grant in grants.iter().filter(mine) {
            for field in grant.fields.iter().filter(|field| self.openable.contains(*field)) {
                let plan = plan.get_or_insert_with(|| self.clone());
                plan.hidden.remove(field);
                plan.masked.remove(field);
                if grant.level >= Some(AccessLevel::Edit) {
                    plan.locked.remove(field);
                }
            }
        }
        plan
    }

    /// Whether a team membership could open something that the reader does not have anyway.
    #[must_use]
    pub(crate) fn can_be_opened(&self) -> bool {
        self.openable.iter().any(|field| self.locked.contains(field))
    }

    /// Whether this is the engine's own plan.
    pub(crate) fn is_system(&self) -> bool {
        self.user.is_nil()
    }

    /// The tenant.
    pub(crate) const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The entity.
    pub(crate) const fn entity(&self) -> &'static str {
        self.entity
    }

    /// Whether the action is allowed at all.
    #[must_use]
    pub const fn allows(&self, action: Action) -> bool {
        match action {
            Action::Read => self.object.read,
            Action::Create => self.object.create,
            Action::Edit => self.object.edit,
            Action::Delete => self.object.delete,
            Action::Transfer => self.object.transfer,
            Action::Merge => self.object.merge,
            Action::Export => self.object.export,
            Action::Approve => self.object.approve,
        }
    }

    /// The records that are visible at a level.
    #[must_use]
    pub(crate) const fn visible(&self, level: AccessLevel) -> &Visibility {
        let [read, edit, full] = &self.visibility;
        match level {
            AccessLevel::Read => read,
            AccessLevel::Edit => edit,
            AccessLevel::Full => full,
        }
    }

    /// Refuses an action that is not allowed.
    ///
    /// # Errors
    /// `Denied`.
    pub fn require(&self, action: Action) -> Result<()> {
        if self.allows(action) || off(Check::Action) {
            Ok(())
        } else {
            Err(Error::denied(action.as_str(), self.entity))
        }
    }

    /// Whether the reader may see the field, if only in part.
    #[must_use]
    pub fn can_read(&self, field: &str) -> bool {
        !self.hidden.contains(field)
    }

    /// Whether the reader sees the field only in part.
    #[must_use]
    pub fn is_masked(&self, field: &str) -> bool {
        self.masked.contains(field)
    }

    /// Whether the reader is told that the field was changed: not of one of which he sees a part, for the change may lie
    /// in the rest.
    #[must_use]
    pub(crate) fn tells(&self, field: &str) -> bool {
        self.can_read(field) && !self.is_masked(field)
    }

    /// What the user may do with a field, as far as the rights on the entity reach.
    pub(crate) fn field_within(&self, spec: &FieldSpec) -> FieldAccess {
        let most = match (self.allows(Action::Read), self.allows(Action::Create) || self.allows(Action::Edit)) {
            (false, _) => FieldAccess::Hidden,
            (true, false) => FieldAccess::Read,
            (true, true) => FieldAccess::Write,
        };
        self.field_access(spec).min(most)
    }

    /// What the user may do with a field.
    pub(crate) fn field_access(&self, spec: &FieldSpec) -> FieldAccess {
        let name = spec.name.as_ref();
        match (self.hidden.contains(name), self.masked.contains(name), self.locked.contains(name)) {
            (true, _, _) => FieldAccess::Hidden,
            (_, true, _) => FieldAccess::Masked,
            (_, _, true) => FieldAccess::Read,
            _ if self.once.contains(name) => FieldAccess::WriteOnce,
            _ => FieldAccess::Write,
        }
    }

    /// Whether the user may set the field only as long as it is empty.
    #[must_use]
    pub(crate) fn writes_once(&self, spec: &FieldSpec) -> bool {
        spec.write == WriteRule::Once || self.once.contains(spec.name.as_ref())
    }

    /// Refuses the setting of a field.
    ///
    /// # Errors
    /// `ReadOnlyField` for one that the engine keeps; else as [`AccessPlan::require_field_right`].
    pub fn require_write(&self, spec: &FieldSpec) -> Result<()> {
        let name = spec.name.as_ref();
        if spec.write == WriteRule::Engine || (self.owner_follows && name == "owner") {
            return Err(Error::invalid(ErrorCode::ReadOnlyField, name, format!("`{name}` is kept by the engine")));
        }
        self.require_field_right(spec)
    }

    /// Refuses the setting of a field, also of one that the engine keeps: for what a command sets for the user.
    ///
    /// # Errors
    /// `UnknownField` for a field that the user cannot see, `Denied` for one that the user can see but not set.
    pub fn require_field_right(&self, spec: &FieldSpec) -> Result<()> {
        let name = spec.name.as_ref();
        if !self.can_read(name) {
            return Err(unknown_field(name).into_invalid());
        }
        if self.locked.contains(name) {
            let problem = Problem::of_field(ErrorCode::NoRight, name, format!("no right to set `{name}`"));
            return Err(Error::Denied { problems: vec![problem.with("entity", self.entity)] });
        }
        Ok(())
    }

    /// Whether a required field can be asked of the user: nobody is asked for what he may not set.
    #[must_use]
    pub(crate) fn may_fill(&self, spec: &FieldSpec) -> bool {
        self.require_field_right(spec).is_ok()
    }

    /// Empties the fields that the reader may not see, and shortens those of which he sees a part.
    pub fn mask(&self, entity: &EntityType, row: &mut Row) {
        if self.hidden.is_empty() && self.masked.is_empty() {
            return;
        }
        for (spec, value) in entity.fields.iter().zip(&mut row.values) {
            self.mask_value(spec, value);
        }
        row.custom.retain(|name, _| !self.hidden.contains(name));
        for spec in self.custom.iter().filter(|spec| self.masked.contains(spec.name.as_ref())) {
            if let Some(mut value) = row.custom.remove(spec.name.as_ref()) {
                self.mask_value(spec, &mut value);
                if value != FieldValue::Null {
                    row.custom.insert(spec.name.to_string(), value);
                }
            }
        }
    }

    /// What the reader sees of one value.
    pub(crate) fn mask_value(&self, spec: &FieldSpec, value: &mut FieldValue) {
        let name = spec.name.as_ref();
        if self.hidden.contains(name) {
            *value = FieldValue::Null;
        } else if self.masked.contains(name) {
            *value = spec.masked(value);
        }
    }

    /// Empties the fields that the reader may not see, at one of the places where records leave.
    pub(crate) fn mask_for(&self, check: Check, entity: &EntityType, row: &mut Row) {
        if !off(check) {
            self.mask(entity, row);
        }
    }

    /// Looks up a field that the reader may see; a hidden one answers as one that does not exist.
    ///
    /// # Errors
    /// `UnknownField`.
    pub fn readable_field(&self, schema: &TenantSchema, entity: &EntityType, name: &str) -> Result<FieldRef> {
        let readable = |field: &FieldRef| self.can_read(&field.spec.name) || off(Check::NamedField);
        schema.field(entity, name).filter(readable).ok_or_else(|| unknown_field(name).into_invalid())
    }

    fn field_for(&self, check: Check, schema: &TenantSchema, entity: &EntityType, name: &str) -> Result<FieldRef> {
        let readable = |field: &FieldRef| self.can_read(&field.spec.name) || off(check);
        let field = schema.field(entity, name).filter(readable).ok_or_else(|| unknown_field(name).into_invalid())?;
        if self.masked.contains(name) && !off(check) {
            let message = format!("`{}` does not allow a comparison", field.spec.name);
            return Err(Error::invalid(ErrorCode::WrongType, name, message));
        }
        Ok(field)
    }

    /// Looks up a field with which the reader may ask a question: one that he sees in part answers as a nested one.
    ///
    /// # Errors
    /// `UnknownField`, `WrongType`.
    pub(crate) fn asked_field(&self, schema: &TenantSchema, entity: &EntityType, name: &str) -> Result<FieldRef> {
        self.field_for(Check::FilterField, schema, entity, name)
    }

    /// The records that the reader sees.
    fn visible_for(&self, check: Check) -> Visibility {
        if off(check) { Visibility::All } else { self.visible(AccessLevel::Read).clone() }
    }

    /// One record by identifier.
    ///
    /// # Errors
    /// `Denied` without the right to read the entity.
    pub fn check_get(&self, id: Id) -> Result<CheckedGet> {
        self.require(Action::Read)?;
        Ok(CheckedGet {
            tenant: self.tenant,
            entity: self.entity,
            id,
            visibility: self.visible_for(Check::GetVisible),
            deleted: false,
            custom: self.custom.clone(),
        })
    }

    /// One record by identifier, deleted or not: for history and undo.
    ///
    /// # Errors
    /// `Denied` without the right to read the entity.
    pub fn check_get_any(&self, id: Id) -> Result<CheckedGet> {
        Ok(CheckedGet { deleted: true, ..self.check_get(id)? })
    }

    /// One record, deleted or not, if the caller has so much of it as the action needs. That he sees it is another
    /// question.
    ///
    /// # Errors
    /// `Denied` without the right to read the entity.
    pub(crate) fn check_get_for(&self, id: Id, action: Action) -> Result<CheckedGet> {
        Ok(CheckedGet { visibility: self.visible(action.level()).clone(), ..self.check_get_any(id)? })
    }

    /// The withdrawal or application of a rule.
    pub(crate) fn check_rule(&self, rule: &Arc<GrantRule>) -> CheckedRule {
        CheckedRule { tenant: self.tenant, rule: rule.clone() }
    }

    /// A list.
    ///
    /// # Errors
    /// `Denied`, `UnknownField`, `WrongType`, `BadCursor`, `OutOfRange` for the page size, `QueryTooComplex`.
    pub fn check_query(&self, schema: &TenantSchema, entity: &EntityType, query: &Query) -> Result<CheckedQuery> {
        self.require(Action::Read)?;
        let lookup = |name: &str| self.field_for(Check::FilterField, schema, entity, name);
        let condition = query.filter.as_ref().map(|filter| Condition::resolve(filter, &lookup)).transpose()?;
        let lookup = |name: &str| self.field_for(Check::SortField, schema, entity, name);
        at_most("sort", query.sort.len(), query::MAX_SORT_KEYS)?;
        let mut sort = Vec::with_capacity(query.sort.len());
        for key in &query.sort {
            sort.push((query::queryable(&lookup, &key.field).map_err(|error| error.under("sort"))?, key.descending));
        }
        let limit = match query.limit {
            None => 50,
            Some(limit) => {
                usize::try_from(limit).ok().filter(|limit| (1..=MAX_PAGE).contains(limit)).ok_or_else(|| {
                    let problem = Problem::of_field(ErrorCode::OutOfRange, "limit", "a page has 1 to 500 records");
                    problem.with("max", MAX_PAGE).into_invalid()
                })?
            }
        };
        let fingerprint = self.fingerprint(query)?;
        let after = query.cursor.as_ref().map(|cursor| read_cursor(cursor, &fingerprint, &sort)).transpose()?;
        Ok(CheckedQuery {
            tenant: self.tenant,
            entity: entity.name,
            condition,
            search: self.search(entity, query.search.as_deref())?,
            sort,
            after,
            limit: Some(limit),
            visibility: self.visible_for(Check::ListVisible),
            fingerprint,
            deleted: false,
            custom: self.custom.clone(),
        })
    }

    /// Every visible record that fulfils the filter, in the order of the identifiers; without a limit, for the
    /// engine's own passes, which stop by themselves.
    ///
    /// # Errors
    /// As [`AccessPlan::check_query`].
    pub(crate) fn check_scan(&self, schema: &TenantSchema, entity: &EntityType, query: &Query) -> Result<CheckedQuery> {
        let mut checked = self.check_query(schema, entity, query)?;
        checked.limit = None;
        Ok(checked)
    }

    /// A scan of what is visible at a level.
    pub(crate) fn check_scan_for(
        &self,
        schema: &TenantSchema,
        entity: &EntityType,
        query: &Query,
        level: AccessLevel,
    ) -> Result<CheckedQuery> {
        Ok(CheckedQuery { visibility: self.visible(level).clone(), ..self.check_scan(schema, entity, query)? })
    }

    /// A scan that finds nothing: no record is of nobody's owners.
    pub(crate) fn check_nothing(&self, schema: &TenantSchema, entity: &EntityType) -> Result<CheckedQuery> {
        let nothing = Visibility::nothing(self.user);
        Ok(CheckedQuery { visibility: nothing, ..self.check_scan(schema, entity, &Query::default())? })
    }

    /// A scan that brings deleted records too.
    pub(crate) fn check_dump(&self, schema: &TenantSchema, entity: &EntityType, query: &Query) -> Result<CheckedQuery> {
        let mut checked = self.check_scan(schema, entity, query)?;
        checked.deleted = true;
        Ok(checked)
    }

    fn fingerprint(&self, query: &Query) -> Result<String> {
        let shape = Query { cursor: None, limit: None, ..query.clone() };
        let shape = crate::value::json::to_canonical(&shape)?;
        Ok(query::fingerprint(&[self.entity, &self.tenant.to_string(), &self.user.to_string(), &shape]))
    }

    /// Figures over the visible records.
    ///
    /// # Errors
    /// As [`AccessPlan::check_query`]; `CurrencyMismatch` for a sum of amounts that is neither grouped by their currency
    /// nor filtered to one.
    pub fn check_aggregate(
        &self,
        schema: &TenantSchema,
        entity: &EntityType,
        query: &AggregateQuery,
    ) -> Result<CheckedAggregate> {
        self.require(Action::Read)?;
        let lookup = |name: &str| self.field_for(Check::FilterField, schema, entity, name);
        let condition = query.filter.as_ref().map(|filter| Condition::resolve(filter, &lookup)).transpose()?;
        let lookup = |name: &str| self.field_for(Check::GroupField, schema, entity, name);
        at_most("group_by", query.group_by.len(), query::MAX_GROUP_KEYS)?;
        at_most("measures", query.measures.len(), query::MAX_MEASURES)?;
        let mut group_by = Vec::new();
        for group in &query.group_by {
            let field = query::queryable(&lookup, &group.field).map_err(|error| error.under("group_by"))?;
            if group.bucket.is_some() && field.spec.kind != FieldKind::Date {
                return Err(Error::invalid(
                    ErrorCode::WrongType,
                    group.field.as_str(),
                    "only dates have spans of time",
                ));
            }
            group_by.push((field, group.bucket));
        }
        let lookup = |name: &str| self.field_for(Check::MeasureField, schema, entity, name);
        let mut measures = Vec::new();
        for measure in &query.measures {
            measures.push((measure.function, measured(measure, &lookup).map_err(|error| error.under("measures"))?));
        }
        check_currencies(&measures, &group_by, condition.as_ref())?;
        Ok(CheckedAggregate {
            tenant: self.tenant,
            entity: entity.name,
            condition,
            search: self.search(entity, query.search.as_deref())?,
            group_by,
            measures,
            visibility: self.visible_for(Check::FiguresVisible),
        })
    }

    /// The search words, over the readable columns only.
    fn search(&self, entity: &EntityType, text: Option<&str>) -> Result<Option<Search>> {
        let Some(text) = text else { return Ok(None) };
        let places = entity.searchable().enumerate().filter(|(_, (_, spec))| {
            self.can_read(&spec.name) && !self.is_masked(&spec.name) || off(Check::SearchField)
        });
        let columns: Vec<(usize, usize)> = places.map(|(place, (column, _))| (column, place)).collect();
        if columns.is_empty() {
            return Err(Error::invalid(ErrorCode::UnknownField, "search", "no field of this entity can be searched"));
        }
        let phrases: Vec<Phrase> = query_phrases(text).map_err(|error| error.under("search"))?;
        // Without a word there is nothing to look for, and everything is found.
        Ok((!phrases.is_empty()).then_some(Search { columns, phrases }))
    }

    /// The owner of a unique value.
    #[must_use]
    pub(crate) fn check_lookup(&self, kind: &str, key: &str) -> CheckedLookup {
        CheckedLookup { tenant: self.tenant, entity: self.entity, kind: kind.to_owned(), key: key.to_owned() }
    }

    /// A write that was authorised and validated by the engine; it brings the row's keys and search words along.
    pub(crate) fn check_write(&self, entity: &EntityType, before: Option<&Row>, after: Row) -> CheckedWrite {
        let custom = self.custom.as_ref();
        let old_keys =
            before.filter(|row| !row.deleted).map(|row| unique_keys(entity, custom, row)).unwrap_or_default();
        let new_keys = if after.deleted { Vec::new() } else { unique_keys(entity, custom, &after) };
        let kind = match before {
            None => WriteKind::Insert,
            Some(before) => WriteKind::Update {
                version: before.version,
                changed: changed_columns(before, &after),
                custom: before.custom != after.custom,
                owner: before.owner != after.owner,
            },
        };
        let search = search_words(entity, before, &after);
        let (remove_entries, add_entries) = changed_entries(entity, before, &after);
        let (remove_spans, add_spans) = changed_spans(entity, before, &after);
        let (remove_grants, add_grants) = changed_grants(entity, (&self.registry, &self.rules), before, &after);
        CheckedWrite {
            tenant: self.tenant,
            entity: entity.name,
            kind,
            remove_keys: old_keys.iter().filter(|key| !new_keys.contains(key)).cloned().collect(),
            add_keys: new_keys.into_iter().filter(|key| !old_keys.contains(key)).collect(),
            remove_entries,
            add_entries,
            remove_spans,
            add_spans,
            search,
            remove_grants,
            add_grants,
            row: after,
            custom: self.custom.clone(),
        }
    }
}

/// Refuses a list that is longer than a question may have.
fn at_most(field: &str, count: usize, limit: usize) -> Result<()> {
    if count <= limit {
        return Ok(());
    }
    let problem = Problem::of_field(ErrorCode::TooMany, field, format!("more than {limit} of them"));
    Err(problem.with("max", limit).into_invalid())
}

fn changed_columns(before: &Row, after: &Row) -> Vec<usize> {
    let pairs = before.values.iter().zip(&after.values).enumerate();
    pairs.filter(|(_, (old, new))| old != new).map(|(column, _)| column).collect()
}

/// The words of each searchable column, if one of them changed; nothing for an entity without search.
fn search_words(entity: &EntityType, before: Option<&Row>, after: &Row) -> Option<Vec<Vec<String>>> {
    let columns: Vec<usize> = entity.searchable().map(|(column, _)| column).collect();
    let same = |before: &Row| {
        let words = columns.iter().all(|column| before.value(*column) == after.value(*column));
        words && before.deleted == after.deleted
    };
    if columns.is_empty() || before.is_some_and(same) {
        return None;
    }
    let words = columns.iter().map(|column| match after.value(*column) {
        FieldValue::Text(text) if !after.deleted => index_tokens(text).unwrap_or_default(),
        _ => Vec::new(),
    });
    Some(words.collect())
}

fn read_cursor(cursor: &str, fingerprint: &str, sort: &[(FieldRef, bool)]) -> Result<(Vec<FieldValue>, Id)> {
    let (values, id) = query::decode_cursor(cursor, fingerprint)?;
    if values.len() != sort.len() {
        return Err(query::bad_cursor());
    }
    let read = values.iter().zip(sort).map(|(value, (field, _))| {
        let value = query::operand(field, value).map_err(|_| query::bad_cursor())?;
        if query::can_hold(field, &value) { Ok(value) } else { Err(query::bad_cursor()) }
    });
    Ok((read.collect::<Result<_>>()?, id))
}

fn measured(measure: &query::Measure, lookup: &dyn Fn(&str) -> Result<FieldRef>) -> Result<Option<FieldRef>> {
    let Some(name) = &measure.field else {
        return match measure.function {
            query::MeasureFunction::Count => Ok(None),
            _ => Err(Error::invalid(ErrorCode::Required, "field", "this measure needs a field")),
        };
    };
    let field = query::queryable(lookup, name)?;
    let numeric = matches!(field.spec.kind, FieldKind::Integer { .. } | FieldKind::Decimal { .. });
    if measure.function == query::MeasureFunction::Sum && !numeric {
        return Err(Error::invalid(ErrorCode::WrongType, name.as_str(), format!("`{name}` cannot be summed")));
    }
    Ok(Some(field))
}

/// Amounts of several currencies have no sum. Whether there are several does not depend on today's records: the question
/// must keep them apart.
fn check_currencies(
    measures: &[(query::MeasureFunction, Option<FieldRef>)],
    group_by: &[(FieldRef, Option<query::Bucket>)],
    condition: Option<&Condition>,
) -> Result<()> {
    let sums = measures.iter().filter(|(function, _)| *function == query::MeasureFunction::Sum);
    for spec in sums.filter_map(|(_, field)| field.as_ref()).map(|field| &field.spec) {
        let Some(currency) = spec.in_currency else { continue };
        let is_grouped = group_by.iter().any(|(field, _)| field.spec.name == currency);
        if !is_grouped && !condition.is_some_and(|condition| condition.fixes(currency)) {
            let message = format!("amounts of several currencies have no sum: group by `{currency}`, or filter by one");
            let problem = Problem::of_field(ErrorCode::CurrencyMismatch, spec.name.as_ref(), message);
            return Err(problem.with("group_by", currency).into_invalid().under("measures"));
        }
    }
    Ok(())
}

/// The values that no other record may have: `(kind, key)`.
pub(crate) fn unique_keys(entity: &EntityType, custom: &[FieldSpec], row: &Row) -> Vec<(String, String)> {
    let mut keys = Vec::new();
    for (column, spec) in entity.fields.iter().enumerate() {
        let value = row.value(column);
        if spec.unique && *value != FieldValue::Null {
            keys.push((spec.name.to_string(), value.to_key()));
        }
        if let (Some(nested), FieldValue::Json(json)) = (spec.nested_keys, value) {
            keys.extend(nested(json));
        }
    }
    for spec in custom.iter().filter(|spec| spec.unique) {
        if let Some(value) = row.custom.get(spec.name.as_ref()) {
            keys.push((spec.name.to_string(), value.to_key()));
        }
    }
    keys
}

/// The kind under which a store keeps an entry of a list.
pub(crate) fn entry_kind(field: &str, kind: &str) -> String {
    format!("{field}.{kind}")
}

/// Kinds and keys of list entries by which a record is found.
type EntryKeys = Vec<(String, String)>;

/// The entries by which the record is no longer found, and those by which it is found from now on.
fn changed_entries(entity: &EntityType, before: Option<&Row>, after: &Row) -> (EntryKeys, EntryKeys) {
    let (mut gone, mut come) = (Vec::new(), Vec::new());
    for (column, spec) in entity.fields.iter().enumerate() {
        let Some(entries) = spec.entries else { continue };
        let old = before.filter(|row| !row.deleted).map_or(&FieldValue::Null, |row| row.value(column));
        let new = if after.deleted { &FieldValue::Null } else { after.value(column) };
        if old == new {
            continue;
        }
        let keys = |value: &FieldValue| -> BTreeSet<(String, String)> {
            let FieldValue::Json(list) = value else { return BTreeSet::new() };
            (entries.keys)(list).into_iter().map(|(kind, key)| (entry_kind(&spec.name, &kind), key)).collect()
        };
        let (old, new) = (keys(old), keys(new));
        gone.extend(old.difference(&new).cloned());
        come.extend(new.difference(&old).cloned());
    }
    (gone, come)
}

/// The keys of values inside lists by which the record is no longer found, and those by which it is found from now on.
fn changed_spans(entity: &EntityType, before: Option<&Row>, after: &Row) -> (Vec<FieldSpan>, Vec<FieldSpan>) {
    let (mut gone, mut come) = (Vec::new(), Vec::new());
    for (column, spec) in entity.fields.iter().enumerate() {
        let Some(keys) = spec.spans else { continue };
        let old = before.filter(|row| !row.deleted).map_or(&FieldValue::Null, |row| row.value(column));
        let new = if after.deleted { &FieldValue::Null } else { after.value(column) };
        if old == new {
            continue;
        }
        let keys = |value: &FieldValue| -> BTreeSet<SpanKey> {
            let FieldValue::Json(list) = value else { return BTreeSet::new() };
            keys(list).into_iter().collect()
        };
        let (old, new) = (keys(old), keys(new));
        gone.extend(old.difference(&new).map(|key| (spec.name.clone(), key.clone())));
        come.extend(new.difference(&old).map(|key| (spec.name.clone(), key.clone())));
    }
    (gone, come)
}
