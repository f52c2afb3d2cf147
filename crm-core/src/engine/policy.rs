//! Who would gain and lose what by a change, before it is made.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::pipeline::{self, Asked, Work};
use super::services::{facts, same_formula};
use super::{Command, Session, Tenant, is_configuration};
use crate::access::{
    AccessLevel, Action, Facts, FieldAccess, GrantRule, Granted, RecordShare, SystemReason, TeamMember, Visibility,
    flags,
};
use crate::query::Query;
use crate::schema::{Entity as _, EntityType, Row, TenantSchema};
use crate::store::WriteTx;
use crate::value::{Error, ErrorCode, Id, Result};

/// The most records that are named of what one user gains or loses.
const MAX_RECORDS: usize = 100;
/// How far records above records are followed.
const MAX_ABOVE: usize = 8;

value_struct! {
    /// What somebody may do with a field before and after a change.
    #[derive(Default)]
    pub struct FieldDiff {
        required {
            /// The field.
            pub field: String,
            /// What he may do with it now.
            pub before: FieldAccess,
            /// What he might do with it then.
            pub after: FieldAccess,
        }
    }
}

value_struct! {
    /// Records that somebody gains and loses at a level.
    #[derive(Default)]
    pub struct RecordDiff {
        required {
            /// The level: sees, may change, has in full.
            pub level: AccessLevel,
            /// How many records he gains.
            pub gained: i64,
            /// How many he loses.
            pub lost: i64,
        }
        optional {
            /// The first hundred that he gains, in the order of the identifiers.
            pub gained_records: Vec<Id>,
            /// The first hundred that he loses.
            pub lost_records: Vec<Id>,
        }
    }
}

value_struct! {
    /// What somebody gains and loses of an entity.
    #[derive(Default)]
    pub struct EntityDiff {
        required {
            /// The entity.
            pub entity: String,
        }
        optional {
            /// Rights that he gains, for example `export`.
            pub rights_gained: Vec<String>,
            /// Rights that he loses.
            pub rights_lost: Vec<String>,
            /// Fields of which his access changes.
            pub fields: Vec<FieldDiff>,
            /// Records, by level.
            pub records: Vec<RecordDiff>,
        }
    }
}

value_struct! {
    /// What a user gains and loses.
    #[derive(Default)]
    pub struct UserDiff {
        required {
            /// The user.
            pub user: Id,
            /// By entity.
            pub entities: Vec<EntityDiff>,
        }
    }
}

value_struct! {
    /// Who gains and loses what by a change; users of whom nothing changes are left out.
    #[derive(Default)]
    pub struct PolicyDiff {
        required {
            /// By user, in the order of the identifiers.
            pub users: Vec<UserDiff>,
        }
    }
}

/// The levels of which records are told.
const LEVELS: [AccessLevel; 3] = [AccessLevel::Read, AccessLevel::Edit, AccessLevel::Full];

/// Records of a user at a level.
type Seen = BTreeMap<(Id, &'static str, AccessLevel), BTreeSet<Id>>;

/// What a change touches: formulas as a whole, and single records.
struct Touched {
    before: Arc<Tenant>,
    after: Arc<Tenant>,
    pairs: BTreeSet<(Id, &'static str)>,
    records: BTreeSet<(&'static str, Id)>,
}

/// Works in a transaction that is always taken back.
fn taken_back<T>(session: &Session, mut work: impl FnMut(&mut dyn WriteTx) -> Result<T>) -> Result<T> {
    let mut done = None;
    let written = session.inner.store()?.write(&mut |tx| {
        done = Some(work(tx)?);
        Err(Error::unavailable(ErrorCode::Store, "a preview is never committed"))
    });
    pipeline::finish_write(true, written, done, "")
}

/// Who gains and loses what.
pub(super) fn diff(session: &Session, commands: &[Command]) -> Result<PolicyDiff> {
    pipeline::check_batch(commands, None)?;
    // Once to learn what is touched, once to compare.
    let touched = taken_back(session, |tx| touched(session, tx, commands))?;
    touched.require_all(session)?;
    let (was, is) = taken_back(session, |tx| {
        let mut was = touched.seen(tx, &touched.before)?;
        was.extend(touched.seen_records(tx, &touched.before)?);
        let after = run(session, tx, commands)?.0;
        let mut is = touched.seen(tx, &after)?;
        is.extend(touched.seen_records(tx, &after)?);
        Ok((was, is))
    })?;
    Ok(told(&touched, was, is))
}

/// Records by entity and identifier.
type Changed = Vec<(String, Id)>;

/// Carries the commands out, and gives the tenant after them and the records that they changed.
fn run(session: &Session, tx: &mut dyn WriteTx, commands: &[Command]) -> Result<(Arc<Tenant>, Changed)> {
    let tenant = session.inner.tenant(tx, session.ctx.tenant)?;
    tenant.require_user(session.ctx.user)?;
    let mut work = Work::new(session, tx, tenant, session.inner.ids.next_id());
    for (place, command) in commands.iter().enumerate() {
        work.execute(command).map_err(|error| Asked::List(commands).located(place, error))?;
    }
    work.check_administrator(&work.outcome.changes)?;
    let changed = work.outcome.changes.iter().map(|change| (change.entity.clone(), change.id)).collect();
    Ok((work.tenant.clone(), changed))
}

fn touched(session: &Session, tx: &mut dyn WriteTx, commands: &[Command]) -> Result<Touched> {
    let before = session.inner.tenant(tx, session.ctx.tenant)?;
    let (after, changed) = run(session, tx, commands)?;
    let mut records = BTreeSet::new();
    for (name, id) in changed.iter().filter(|(name, _)| !is_configuration(name)) {
        let entity = after.schema.entity(name)?;
        let system = after.system_plan(entity, SystemReason::Invariant);
        let row = tx.get(&system.check_get_any(*id)?)?;
        let (target, id) = match (entity.name, row) {
            (TeamMember::NAME, Some(row)) => TeamMember::from_stored(row).map(|one| (one.entity, one.record))?,
            (RecordShare::NAME, Some(row)) => RecordShare::from_stored(row).map(|one| (one.entity, one.record))?,
            (name, _) => (name.to_owned(), *id),
        };
        let target = after.schema.entity(&target)?;
        if target.part_of.is_none() {
            records.insert((target.name, id));
        }
    }
    let pairs = pairs(&before, &after);
    Ok(Touched { before, after, pairs, records })
}

/// The users and entities whose formula or whose rules change.
fn pairs(before: &Tenant, after: &Tenant) -> BTreeSet<(Id, &'static str)> {
    let mut found = BTreeSet::new();
    let entities = after.schema.registry.entities().iter();
    let users: BTreeSet<Id> = before.model.users().chain(after.model.users()).map(|user| user.id).collect();
    for entity in entities.filter(|entity| entity.part_of.is_none()) {
        let rewritten = rewritten(before, after, entity);
        for user in &users {
            let formula = |tenant: &Tenant, level| tenant.model.visibility(*user, entity, level, &tenant.schema);
            let moved = LEVELS.into_iter().any(|level| !same_formula(&formula(before, level), &formula(after, level)));
            let reads = |tenant: &Tenant| tenant.plan(*user, entity).allows(Action::Read);
            let has = |tenant: &Tenant| rewritten.reaches(&formula(tenant, AccessLevel::Full));
            if moved || has(before) || has(after) || reads(before) != reads(after) {
                found.insert((*user, entity.name));
            }
        }
    }
    found
}

/// To whom the grants are that rules write on the records of an entity, or of those above, and that change.
#[derive(Default)]
struct Rewritten {
    anybody: bool,
    principals: BTreeSet<Id>,
}

impl Rewritten {
    /// Whether what a formula shows can change with them.
    fn reaches(&self, visibility: &Visibility) -> bool {
        let Visibility::Scope(scope) = visibility else { return false };
        let counts = |id: &Id| scope.principals.binary_search(id).is_ok() || scope.denied.binary_search(id).is_ok();
        let above = scope.above.as_ref().is_some_and(|above| self.reaches(&above.visibility));
        self.anybody || self.principals.iter().any(counts) || above
    }
}

fn rewritten(before: &Tenant, after: &Tenant, entity: &EntityType) -> Rewritten {
    let mut found = Rewritten::default();
    let mut next = Some(entity);
    for _ in 0..MAX_ABOVE {
        let Some(entity) = next else { break };
        let (old, new) = (before.model.grant_rules(entity.name), after.model.grant_rules(entity.name));
        let stays = |rule: &GrantRule, others: &[Arc<GrantRule>]| others.iter().any(|other| other.writes_as(rule));
        let gone = old.iter().filter(|rule| !stays(rule, &new));
        for rule in gone.chain(new.iter().filter(|rule| !stays(rule, &old))) {
            match &rule.to {
                Granted::Principal(id) => drop(found.principals.insert(*id)),
                Granted::Named(_) => found.anybody = true,
            }
        }
        next = entity.seen_with(&after.schema).and_then(|(_, above)| after.schema.registry.get(above));
    }
    found
}

impl Touched {
    /// Only who has every record of an entity is told who would see which of them.
    fn require_all(&self, session: &Session) -> Result<()> {
        let names = self.pairs.iter().map(|(_, name)| *name).chain(self.records.iter().map(|(name, _)| *name));
        for name in names.collect::<BTreeSet<_>>() {
            let plan = self.before.plan(session.ctx.user, self.before.schema.entity(name)?);
            if !plan.allows(Action::Read) || !matches!(plan.visible(AccessLevel::Read), Visibility::All) {
                return Err(Error::denied("view_all", name));
            }
        }
        Ok(())
    }

    /// The records that the touched users see by their formulas.
    fn seen(&self, tx: &mut dyn WriteTx, tenant: &Tenant) -> Result<Seen> {
        let mut seen = Seen::new();
        for (user, name) in &self.pairs {
            let entity = tenant.schema.entity(name)?;
            let plan = tenant.plan(*user, entity);
            for level in LEVELS {
                let mut ids = BTreeSet::new();
                if plan.allows(Action::Read) {
                    let asked = plan.check_scan_for(&tenant.schema, entity, &Query::default(), level)?;
                    let nothing = plan.check_nothing(&tenant.schema, entity)?;
                    ids.extend(tx.difference(&asked, &nothing, usize::MAX)?.lost.1);
                }
                seen.insert((*user, entity.name, level), ids);
            }
        }
        Ok(seen)
    }

    /// Which of the touched records the other users see.
    fn seen_records(&self, tx: &mut dyn WriteTx, tenant: &Tenant) -> Result<Seen> {
        let users: BTreeSet<Id> =
            self.before.model.users().chain(self.after.model.users()).map(|user| user.id).collect();
        let mut seen = Seen::new();
        let mut known: HashMap<&'static str, Vec<Facts>> = HashMap::new();
        for (name, id) in &self.records {
            let entity = tenant.schema.entity(name)?;
            let system = tenant.system_plan(entity, SystemReason::Invariant);
            if let Some(row) = tx.get(&system.check_get(*id)?)? {
                let found = self.facts(tx, tenant, entity, &row)?;
                known.entry(entity.name).or_default().push(found);
            } else {
                known.entry(entity.name).or_default();
            }
        }
        for (name, records) in known {
            let entity = tenant.schema.entity(name)?;
            for user in users.iter().filter(|user| !self.pairs.contains(&(**user, name))) {
                let reads = tenant.plan(*user, entity).allows(Action::Read);
                for level in LEVELS {
                    let visibility = tenant.model.visibility(*user, entity, level, &tenant.schema);
                    let ids = records.iter().filter(|facts| reads && visibility.allows(facts)).map(|facts| facts.id);
                    seen.insert((*user, entity.name, level), ids.collect());
                }
            }
        }
        Ok(seen)
    }

    fn facts(&self, tx: &mut dyn WriteTx, tenant: &Tenant, entity: &EntityType, row: &Row) -> Result<Facts> {
        facts(tx, tenant, entity, row, MAX_ABOVE)
    }
}

fn told(touched: &Touched, was: Seen, mut is: Seen) -> PolicyDiff {
    let mut users: BTreeMap<Id, BTreeMap<&'static str, EntityDiff>> = BTreeMap::new();
    for ((user, name, level), was) in was {
        let is = is.remove(&(user, name, level)).unwrap_or_default();
        let count = |a: &BTreeSet<Id>, b: &BTreeSet<Id>| a.difference(b).count();
        let first = |a: &BTreeSet<Id>, b: &BTreeSet<Id>| a.difference(b).take(MAX_RECORDS).copied().collect();
        let (gained, lost) = (count(&is, &was), count(&was, &is));
        if gained + lost > 0 {
            let whole = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
            let (gained, lost) = (whole(gained), whole(lost));
            let (gained_records, lost_records) = (first(&is, &was), first(&was, &is));
            let records = RecordDiff { level, gained, lost, gained_records, lost_records };
            entry(&mut users, user, name).records.push(records);
        }
    }
    for entity in touched.after.schema.registry.entities().iter().filter(|entity| entity.part_of.is_none()) {
        let all = touched.before.model.users().chain(touched.after.model.users()).map(|user| user.id);
        for user in all.collect::<BTreeSet<_>>() {
            let (gained, lost) = rights(touched, user, entity);
            let fields = fields(touched, user, entity);
            if !(gained.is_empty() && lost.is_empty() && fields.is_empty()) {
                let diff = entry(&mut users, user, entity.name);
                (diff.rights_gained, diff.rights_lost, diff.fields) = (gained, lost, fields);
            }
        }
    }
    let user =
        |(user, entities): (Id, BTreeMap<_, EntityDiff>)| UserDiff { user, entities: entities.into_values().collect() };
    PolicyDiff { users: users.into_iter().map(user).collect() }
}

fn entry<'a>(
    users: &'a mut BTreeMap<Id, BTreeMap<&'static str, EntityDiff>>,
    user: Id,
    name: &'static str,
) -> &'a mut EntityDiff {
    let diff = EntityDiff { entity: name.to_owned(), ..EntityDiff::default() };
    users.entry(user).or_default().entry(name).or_insert(diff)
}

fn rights(touched: &Touched, user: Id, entity: &EntityType) -> (Vec<String>, Vec<String>) {
    let of = |tenant: &Tenant| flags(&tenant.model.rights(user, entity.name).object);
    let pairs = of(&touched.before).into_iter().zip(of(&touched.after));
    let moved = |to: bool| {
        let fits = move |((_, was), (_, is)): &((&str, bool), (&str, bool))| was != is && *is == to;
        pairs.clone().filter(fits).map(|(_, (name, _))| name.to_owned()).collect()
    };
    (moved(true), moved(false))
}

fn fields(touched: &Touched, user: Id, entity: &EntityType) -> Vec<FieldDiff> {
    let schema: &TenantSchema = &touched.after.schema;
    let access = |tenant: &Tenant, field: &crate::schema::FieldRef| tenant.plan(user, entity).field_within(&field.spec);
    let diff = |field: crate::schema::FieldRef| {
        let (before, after) = (access(&touched.before, &field), access(&touched.after, &field));
        (before != after).then(|| FieldDiff { field: field.spec.name.to_string(), before, after })
    };
    schema.fields(entity).into_iter().filter_map(diff).collect()
}
