//! What is known of a tenant: custom fields, users and rights, kept until the epoch in the store moves.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::Organization;
use super::duplicates::Matching;
use crate::access::{
    AccessModel, AccessPlan, Configuration, Ctx, OrgUnit, PermissionSet, Role, SharingDefault, SharingRule,
    SystemReason, TenantId, Territory, User, UserGroup,
};
use crate::merging::{MergeRecord, MergeStatus};
use crate::query::Query;
use crate::schema::{Entity, EntityType, FieldDefinition, Registry, Row, TenantSchema};
use crate::store::ReadTx;
use crate::value::{Currency, Date, Error, ErrorCode, Id, Result, Timestamp};

/// The longest key of a tenant, in characters.
const MAX_KEY_CHARS: usize = 60;

/// The key of a tenant is a short name that a host writes down: in a connection string, a log, a file name.
pub(super) fn check_key(key: &str) -> Result<()> {
    let refused = |code, message: &str| Err(Error::invalid(code, "tenant", message));
    if key.trim().is_empty() {
        return refused(ErrorCode::Required, "the key of the tenant must not be empty");
    }
    if key.chars().count() > MAX_KEY_CHARS {
        return refused(ErrorCode::TooLong, "the key of the tenant has more than 60 characters");
    }
    if key.trim() != key || key.chars().any(char::is_control) {
        return refused(ErrorCode::BadFormat, "the key of the tenant has control characters, or white space at an end");
    }
    Ok(())
}

/// A tenant at one epoch.
#[derive(Debug)]
pub(crate) struct Tenant {
    pub(crate) id: TenantId,
    pub(crate) epoch: i64,
    pub(crate) schema: Arc<TenantSchema>,
    pub(crate) model: AccessModel,
    pub(crate) organization: Option<Organization>,
    /// Whether records were ever merged: only then is an identifier looked up among those of merged ones.
    pub(crate) merged: bool,
    /// Rules for duplicates and the models by which they are found.
    pub(crate) matching: Arc<Matching>,
    /// Whether a merge was ever taken back: only then can a record have had a higher version than it has.
    pub(crate) unmerged: bool,
    zone: chrono_tz::Tz,
    /// The business date on which the rights are looked at.
    today: Date,
    plans: RwLock<HashMap<(Id, &'static str), Arc<AccessPlan>>>,
}

impl Tenant {
    /// Reads the tenant from the store.
    pub(crate) fn load(
        tx: &mut dyn ReadTx,
        registry: &Arc<Registry>,
        id: TenantId,
        epoch: i64,
        now: Timestamp,
    ) -> Result<Self> {
        let bare = TenantSchema::new(registry.clone(), &[])?;
        let definitions = load_all::<FieldDefinition>(tx, &bare, id)?;
        let schema = Arc::new(TenantSchema::new(registry.clone(), &definitions)?);
        let configuration = Configuration {
            users: load_map::<User>(tx, &schema, id)?,
            roles: load_map::<Role>(tx, &schema, id)?,
            units: load_map::<OrgUnit>(tx, &schema, id)?,
            groups: load_map::<UserGroup>(tx, &schema, id)?,
            territories: load_map::<Territory>(tx, &schema, id)?,
            sets: load_map::<PermissionSet>(tx, &schema, id)?,
            rules: load_map::<SharingRule>(tx, &schema, id)?,
            defaults: load_map::<SharingDefault>(tx, &schema, id)?,
        };
        let organization = load_all::<Organization>(tx, &schema, id)?.into_iter().next();
        let matching = Arc::new(Matching::new(load_all(tx, &schema, id)?, load_all(tx, &schema, id)?));
        let merged = has_merges(tx, &schema, id, &Query::default())?;
        let undone = Query::matching(&[("status", MergeStatus::Undone.as_str().into())]);
        let unmerged = merged && has_merges(tx, &schema, id, &undone)?;
        Ok(Self { merged, unmerged, ..Self::of(id, epoch, schema, (organization, matching), configuration, now) })
    }

    fn of(
        id: TenantId,
        epoch: i64,
        schema: Arc<TenantSchema>,
        (organization, matching): (Option<Organization>, Arc<Matching>),
        configuration: Configuration,
        now: Timestamp,
    ) -> Self {
        let zone = organization.as_ref().and_then(|own| own.time_zone.parse().ok()).unwrap_or(chrono_tz::UTC);
        let today = date_in(zone, now);
        let model = AccessModel::new(configuration, &schema, today);
        Self {
            id,
            epoch,
            schema,
            model,
            organization,
            merged: false,
            unmerged: false,
            matching,
            zone,
            today,
            plans: RwLock::default(),
        }
    }

    /// The tenant at a later instant: the same, or another one if a day has begun since.
    fn on(self: &Arc<Self>, now: Timestamp) -> Arc<Self> {
        if date_in(self.zone, now) == self.today {
            return self.clone();
        }
        let configuration = self.model.configuration().clone();
        let kept = (self.organization.clone(), self.matching.clone());
        let tenant = Self::of(self.id, self.epoch, self.schema.clone(), kept, configuration, now);
        Arc::new(Self { merged: self.merged, unmerged: self.unmerged, ..tenant })
    }

    /// The tenant with one record of its configuration changed, made or deleted; nothing for a record that changes more
    /// than rights.
    pub(crate) fn with(&self, entity: &str, row: &Row, epoch: i64, now: Timestamp) -> Result<Option<Self>> {
        let mut known = self.model.configuration().clone();
        match entity {
            User::NAME => replace(&mut known.users, row)?,
            Role::NAME => replace(&mut known.roles, row)?,
            OrgUnit::NAME => replace(&mut known.units, row)?,
            UserGroup::NAME => replace(&mut known.groups, row)?,
            Territory::NAME => replace(&mut known.territories, row)?,
            PermissionSet::NAME => replace(&mut known.sets, row)?,
            SharingRule::NAME => replace(&mut known.rules, row)?,
            SharingDefault::NAME => replace(&mut known.defaults, row)?,
            _ => return Ok(None),
        }
        let kept = (self.organization.clone(), self.matching.clone());
        let tenant = Self::of(self.id, epoch, self.schema.clone(), kept, known, now);
        Ok(Some(Self { merged: self.merged, unmerged: self.unmerged, ..tenant }))
    }

    /// The plan of a user for an entity.
    pub(crate) fn plan(&self, user: Id, entity: &EntityType) -> Arc<AccessPlan> {
        let key = (user, entity.name);
        if let Some(plan) = self.plans.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return plan.clone();
        }
        let ctx = Ctx { tenant: self.id, user };
        let plan = Arc::new(AccessPlan::of(ctx, entity, &self.schema, &self.model));
        self.plans.write().unwrap_or_else(PoisonError::into_inner).insert(key, plan.clone());
        plan
    }

    /// The plan of the engine itself.
    pub(crate) fn system_plan(&self, entity: &EntityType, reason: SystemReason) -> AccessPlan {
        AccessPlan::system(self.id, entity, &self.schema, &self.model, reason)
    }

    /// The business date of an instant.
    pub(crate) fn date(&self, at: Timestamp) -> Date {
        date_in(self.zone, at)
    }

    /// The first instant of a business date.
    pub(crate) fn start_of(&self, date: Date) -> Timestamp {
        let midnight = date.to_chrono().and_time(chrono::NaiveTime::MIN);
        // Where the clocks go forward at midnight, the date begins an hour later.
        let hours = (0..3).filter_map(|hours| midnight.checked_add_signed(chrono::TimeDelta::hours(hours)));
        let first = hours.filter_map(|local| local.and_local_timezone(self.zone).earliest()).next();
        first.map_or_else(|| date.start_utc(), |at| Timestamp::from_chrono(at.to_utc()))
    }

    /// The currency of the books.
    pub(crate) fn base_currency(&self) -> Currency {
        self.organization.as_ref().map_or_else(Currency::default, |own| own.base_currency)
    }

    /// Refuses a user who is unknown or left.
    pub(crate) fn require_user(&self, user: Id) -> Result<()> {
        if self.model.is_active(user) {
            return Ok(());
        }
        Err(Error::invalid(ErrorCode::UnknownReference, "user", "no such user, or the user left"))
    }
}

/// Every record of a configuration entity.
fn load_all<E: Entity>(tx: &mut dyn ReadTx, schema: &TenantSchema, tenant: TenantId) -> Result<Vec<E>> {
    let entity = schema.entity(E::NAME)?;
    let plan = AccessPlan::system(tenant, entity, schema, &AccessModel::default(), SystemReason::Configuration);
    let asked = plan.check_scan(schema, entity, &Query::default())?;
    let mut found = Vec::new();
    tx.select(&asked, &mut |row| {
        found.push(E::from_stored(row)?);
        Ok(true)
    })?;
    Ok(found)
}

/// Whether there is a record of a merge that a question finds.
fn has_merges(tx: &mut dyn ReadTx, schema: &TenantSchema, tenant: TenantId, query: &Query) -> Result<bool> {
    let Some(entity) = schema.registry.get(MergeRecord::NAME) else { return Ok(false) };
    let plan = AccessPlan::system(tenant, entity, schema, &AccessModel::default(), SystemReason::Configuration);
    let asked = plan.check_query(schema, entity, &Query { limit: Some(1), ..query.clone() })?;
    let mut found = false;
    tx.select(&asked, &mut |_| {
        found = true;
        Ok(false)
    })?;
    Ok(found)
}

fn load_map<E: Entity>(tx: &mut dyn ReadTx, schema: &TenantSchema, tenant: TenantId) -> Result<HashMap<Id, Arc<E>>> {
    Ok(load_all::<E>(tx, schema, tenant)?.into_iter().map(|record| (record.id(), Arc::new(record))).collect())
}

/// Puts a record in the place of the former one, or takes it out if it is deleted.
fn replace<E: Entity>(known: &mut HashMap<Id, Arc<E>>, row: &Row) -> Result<()> {
    if row.deleted {
        known.remove(&row.id);
    } else {
        known.insert(row.id, Arc::new(E::from_row(row.clone())?));
    }
    Ok(())
}

/// The business date of an instant.
fn date_in(zone: chrono_tz::Tz, at: Timestamp) -> Date {
    Date::from_chrono(at.to_chrono().with_timezone(&zone).date_naive()).unwrap_or_else(|_| at.date_utc())
}

/// The tenants that were read last.
#[derive(Debug, Default)]
pub(crate) struct Tenants {
    known: RwLock<HashMap<TenantId, Arc<Tenant>>>,
}

impl Tenants {
    /// The tenant as this snapshot has it.
    ///
    /// # Errors
    /// If the epoch or the tenant cannot be read, nothing is allowed.
    pub(crate) fn at(
        &self,
        tx: &mut dyn ReadTx,
        registry: &Arc<Registry>,
        id: TenantId,
        now: Timestamp,
    ) -> Result<Arc<Tenant>> {
        let epoch = tx.epoch(id)?;
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
        if let Some(tenant) = known.filter(|tenant| tenant.epoch == epoch) {
            return Ok(tenant.on(now));
        }
        Tenant::load(tx, registry, id, epoch, now).map(Arc::new)
    }

    /// Keeps a tenant that was read from a committed snapshot.
    pub(crate) fn keep(&self, tenant: &Arc<Tenant>) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let older = |kept: &Arc<Tenant>| (kept.epoch, kept.today) < (tenant.epoch, tenant.today);
        if known.get(&tenant.id).is_none_or(older) {
            known.insert(tenant.id, tenant.clone());
        }
    }
}
