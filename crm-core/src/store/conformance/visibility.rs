//! Who sees what: a formula over owners, grants and the record above, whichever way a store takes to answer it.

use std::sync::Arc;

use super::suite::{Suite, by, equal, figures, measure};
use crate::access::{
    Above, AccessLevel, CheckedQuery, CheckedRule, Grant, GrantRule, Granted, RecordGrant, Scope, Visibility,
};
use crate::journal::{ChangeKind, FieldChange};
use crate::query::{AggregateQuery, Condition, Filter, GroupBy, MeasureFunction, Query, Sort};
use crate::schema::Row;
use crate::store::{PlanChoice, ReadTx, WriteTx};
use crate::testkit::{Random, memory, sqlite_with};
use crate::value::{Date, Error, ErrorCode, FieldValue, Id, Result};

const LEVELS: [Option<AccessLevel>; 4] =
    [None, Some(AccessLevel::Read), Some(AccessLevel::Edit), Some(AccessLevel::Full)];

fn id(kind: u8, number: usize) -> Id {
    let mut bytes = [kind; 16];
    bytes[8..].copy_from_slice(&u64::try_from(number).unwrap().to_be_bytes());
    Id::from_bytes(bytes)
}

fn day(number: usize) -> Date {
    Date::new(2026, 3, u32::try_from(number + 1).unwrap()).unwrap()
}

fn sorted(mut ids: Vec<Id>) -> Arc<[Id]> {
    ids.sort_unstable();
    ids.dedup();
    ids.into()
}

/// A scope that shows nothing.
fn nothing() -> Scope {
    Scope {
        user: id(1, 0),
        level: AccessLevel::Read,
        today: day(5),
        everything: false,
        owners: Arc::default(),
        principals: Arc::default(),
        denied: Arc::default(),
        above: None,
    }
}

fn granted(record: Id, principal: usize, level: Option<AccessLevel>) -> RecordGrant {
    let grant =
        Grant { principal: id(2, principal), cause: id(3, 0), level, from: None, until: None, fields: Vec::new() };
    RecordGrant { entity: "sample", record, grant }
}

/// A write with its grants and its entries in the journal; a grant on another record has a team member behind it.
fn put(
    suite: &Suite,
    tx: &mut dyn WriteTx,
    rows: (Option<&Row>, &Row),
    gone: Vec<RecordGrant>,
    come: Vec<RecordGrant>,
) -> Result<()> {
    let (before, after) = rows;
    let others: Vec<Id> = gone.iter().chain(&come).map(|grant| grant.record).filter(|id| *id != after.id).collect();
    tx.put(&suite.checked(before, after).granting(gone, come))?;
    let kind = match (before.map(|row| row.deleted), after.deleted) {
        (None, _) => ChangeKind::Create,
        (Some(false), true) => ChangeKind::Delete,
        (Some(true), false) => ChangeKind::Restore,
        _ => ChangeKind::Update,
    };
    tx.append_journal(suite.tenant, &suite.entry(after.id, after.version, kind))?;
    for other in others {
        let mut entry = suite.entry(id(5, 0), 1, ChangeKind::Update);
        entry.entity = "team_member".into();
        let change =
            |field: &str, after: FieldValue| FieldChange { field: field.into(), before: FieldValue::Null, after };
        entry.changes = vec![change("entity", "sample".into()), change("record", other.into())];
        tx.append_journal(suite.tenant, &entry)?;
    }
    Ok(())
}

/// A seeded course of writes and questions. Everything that was answered is told, so that two stores can be compared.
struct Course<'a> {
    suite: &'a Suite,
    /// The kind of the identifiers of its records.
    kind: u8,
    random: Random,
    rows: Vec<Row>,
    rules: Vec<GrantRule>,
    scopes: Vec<Arc<Scope>>,
    told: Vec<String>,
}

impl<'a> Course<'a> {
    fn new(suite: &'a Suite, seed: u64) -> Self {
        let mut course = Self {
            suite,
            kind: 20 + u8::try_from(seed).unwrap(),
            random: Random::new(seed),
            rows: Vec::new(),
            rules: Vec::new(),
            scopes: Vec::new(),
            told: Vec::new(),
        };
        course.scopes = (0..5).map(|_| Arc::new(course.scope(2))).collect();
        course
    }

    fn ids(&mut self, kind: u8, count: usize, percent: usize) -> Arc<[Id]> {
        sorted((0..count).filter(|_| self.random.percent(percent)).map(|number| id(kind, number)).collect())
    }

    fn scope(&mut self, depth: usize) -> Scope {
        let above = (depth > 0 && self.random.percent(50)).then(|| Above {
            field: self.suite.field("parent"),
            entity: "sample",
            visibility: match self.random.percent(25) {
                true => Visibility::All,
                false => Visibility::Scope(Arc::new(self.scope(depth - 1))),
            },
        });
        Scope {
            user: id(1, self.random.below(2)),
            level: LEVELS[1 + self.random.below(3)].unwrap(),
            today: day(self.random.below(4)),
            everything: self.random.percent(15),
            owners: self.ids(1, 5, 35),
            principals: self.ids(2, 4, 40),
            denied: if self.random.percent(50) { self.ids(2, 4, 30) } else { Arc::default() },
            above,
        }
    }

    fn grant(&mut self, record: Id) -> RecordGrant {
        let level = self.random.of(&LEVELS);
        let mut grant = granted(record, self.random.below(4), level);
        grant.grant.cause = id(3, self.random.below(2));
        grant.grant.from = self.random.percent(30).then(|| day(self.random.below(4)));
        grant.grant.until = self.random.percent(30).then(|| day(self.random.below(4)));
        grant.grant.fields = if self.random.percent(20) { vec!["note".into(), "amount".into()] } else { Vec::new() };
        grant
    }

    fn value(&mut self, field: &str) -> FieldValue {
        if self.random.percent(15) && field != "name" {
            return FieldValue::Null;
        }
        let number = self.random.below(6);
        match field {
            "owner" => id(1, number).into(),
            // Some of them are nowhere.
            "parent" => id(self.kind, self.random.below(self.rows.len() + 2)).into(),
            "amount" => format!("{number}.5").as_str().into(),
            "stage" => self.random.of(&["lost", "new", "won"]).into(),
            "name" => format!("铁龙 {number}").as_str().into(),
            _ => number.to_string().as_str().into(),
        }
    }

    fn write(&mut self, tx: &mut dyn WriteTx) -> Result<()> {
        let place = self.random.below(self.rows.len() + 1 + self.rows.len() / 4);
        let before = self.rows.get(place).cloned();
        let mut after = match &before {
            Some(row) => Row { version: row.version + 1, ..row.clone() },
            None => Row { id: id(self.kind, self.rows.len()), ..self.suite.row("铁龙", &[]) },
        };
        for field in ["name", "owner", "parent", "amount", "stage", "note"] {
            if before.is_none() || self.random.percent(20) {
                let value = self.value(field);
                self.suite.set(&mut after, field, value);
            }
        }
        if before.is_some() && self.random.percent(20) {
            after.deleted = !after.deleted;
        }
        let target = if self.random.percent(70) {
            after.id
        } else {
            self.random.pick(&self.rows).map_or(after.id, |row| row.id)
        };
        let (gone, come) = match self.random.below(4) {
            0 => (vec![self.grant(target)], vec![self.grant(target)]),
            1 => (vec![], vec![self.grant(target), self.grant(after.id)]),
            2 => (vec![self.grant(target)], vec![]),
            _ => (vec![], vec![]),
        };
        put(self.suite, tx, (before.as_ref(), &after), gone, come)?;
        match self.rows.get_mut(place) {
            Some(row) => *row = after,
            None => self.rows.push(after),
        }
        Ok(())
    }

    /// A rule is an epoch of its own.
    fn rule(&mut self, tx: &mut dyn WriteTx) -> Result<()> {
        if self.rules.len() > 1 || !self.rules.is_empty() && self.random.percent(40) {
            let rule = self.rules.remove(0);
            tx.withdraw_rule(&CheckedRule::crafted(self.suite.tenant, rule))?;
        } else {
            let stage = self.random.of(&["lost", "new", "won"]);
            let number = self.rules.len();
            let rule = GrantRule {
                filter: None,
                entity: "sample",
                cause: id(4, number),
                to: match self.random.percent(50) {
                    true => Granted::Principal(id(2, self.random.below(4))),
                    false => Granted::Named(self.suite.field("owner")),
                },
                level: self.random.of(&LEVELS),
                condition: self.random.percent(80).then(|| self.condition(&equal("stage", stage))),
            };
            tx.apply_rule(&CheckedRule::crafted(self.suite.tenant, rule.clone()))?;
            self.rules.push(rule);
        }
        self.ask(as_reader(tx))?;
        tx.bump_epoch(self.suite.tenant)
    }

    fn condition(&self, filter: &Filter) -> Condition {
        let lookup = |name: &str| Ok(self.suite.field(name));
        Condition::resolve(filter, &lookup).unwrap()
    }

    fn filter(&mut self) -> Option<Filter> {
        match self.random.below(6) {
            0 => Some(equal("name", self.value("name"))),
            1 => Some(equal("stage", "won")),
            2 => Some(equal("parent", id(self.kind, self.random.below(self.rows.len() + 1)))),
            _ => None,
        }
    }

    fn asked(&mut self, visibility: Visibility) -> CheckedQuery {
        let sort: &[Sort] = &[by("name", self.random.percent(50)), by("amount", self.random.percent(50))];
        let sort = sort.iter().skip(self.random.below(3)).cloned().collect();
        let search = self.random.percent(25).then(|| if self.random.percent(50) { "铁龙" } else { "铁龙 3" }.into());
        let query = Query { filter: self.filter(), sort, search, ..Query::default() };
        self.suite.plan().check_scan(&self.suite.schema, &self.suite.entity, &query).unwrap().seen_by(visibility)
    }

    fn ask(&mut self, tx: &mut dyn ReadTx) -> Result<()> {
        let scope = if self.random.percent(85) { self.random.of(&self.scopes) } else { Arc::new(self.scope(2)) };
        let visibility = Visibility::Scope(scope);
        match self.random.below(8) {
            0 => {
                let number = self.random.below(self.rows.len() + 1);
                let get = self.suite.plan().check_get_any(id(self.kind, number))?.seen_by(visibility);
                let (row, grants) = (tx.get(&get)?, tx.grants(self.suite.tenant, "sample", id(self.kind, number))?);
                self.told.push(format!("get {number} {:?} {grants:?}", row.map(|row| row.version)));
            }
            1 => {
                let measures = vec![measure(MeasureFunction::Count, None)];
                let filter = self.filter();
                let groups = self.random.percent(50).then(|| GroupBy { field: "stage".into(), bucket: None });
                let query = AggregateQuery { filter, group_by: groups.into_iter().collect(), ..figures(measures) };
                let asked = self.suite.plan().check_aggregate(&self.suite.schema, &self.suite.entity, &query)?;
                let found = tx.aggregate(&asked.seen_by(visibility))?;
                self.told.push(format!("aggregate {found:?}"));
            }
            2 => {
                let first = self.asked_plainly(visibility);
                let other = Visibility::Scope(self.random.of(&self.scopes));
                let second = self.asked_plainly(other);
                let most = self.random.below(4);
                let found = tx.difference(&first, &second, most)?;
                self.told.push(format!("difference {found:?}"));
            }
            3 => self.pages(tx, &visibility)?,
            kind => {
                let asked = self.asked(visibility);
                let asked = if kind == 4 { asked.of_deleted_too() } else { asked };
                let found = list(tx, &asked)?;
                let ids: Vec<Id> = found.iter().map(|row| row.id).collect();
                let (condition, search, scope) = (asked.condition(), asked.search(), asked.visibility());
                self.told.push(format!("list {condition:?} {search:?} {scope:?} {ids:?}"));
            }
        }
        Ok(())
    }

    fn asked_plainly(&mut self, visibility: Visibility) -> CheckedQuery {
        let query = Query { filter: self.filter(), ..Query::default() };
        self.suite.plan().check_scan(&self.suite.schema, &self.suite.entity, &query).unwrap().seen_by(visibility)
    }

    /// All pages of a list, one behind the other.
    fn pages(&mut self, tx: &mut dyn ReadTx, visibility: &Visibility) -> Result<()> {
        let (filter, limit) = (self.filter(), 1 + self.random.below(5));
        let sort = vec![by(self.random.of(&["name", "amount", "updated_at"]), self.random.percent(50))];
        let query = Query { filter, sort, ..Query::default() };
        let (mut after, mut found) = (None, Vec::new());
        loop {
            let asked = self.suite.plan().check_query(&self.suite.schema, &self.suite.entity, &query)?;
            let asked = asked.seen_by(visibility.clone()).of_page(after.take(), limit);
            let rows = list(tx, &asked)?;
            assert!(rows.len() <= limit + 1);
            found.extend(rows.iter().take(limit).map(|row| row.id));
            let Some(last) = rows.get(limit - 1).filter(|_| rows.len() > limit) else { break };
            after = Some((asked.sort().iter().map(|(field, _)| field.value(last)).collect(), last.id));
        }
        self.told.push(format!("pages of {limit} {query:?} {found:?}"));
        Ok(())
    }

    /// A transaction with steps, some taken back; the whole of it may be.
    fn transaction(&mut self) {
        let (steps, fails) = (1 + self.random.below(3), self.random.percent(20));
        let (rows, rules) = (self.rows.clone(), self.rules.clone());
        let suite = self.suite;
        let done = suite.write(|tx| {
            for _ in 0..steps {
                let (rows, rules) = (self.rows.clone(), self.rules.clone());
                tx.begin_step()?;
                for _ in 0..self.random.below(4) {
                    if self.random.percent(8) {
                        self.rule(tx)?
                    } else {
                        self.write(tx)?
                    }
                    if self.random.percent(50) {
                        self.ask(as_reader(tx))?;
                    }
                }
                let keep = self.random.percent(70);
                tx.end_step(keep)?;
                if !keep {
                    (self.rows, self.rules) = (rows, rules);
                }
                self.ask(as_reader(tx))?;
            }
            if fails { Err(Error::invalid(ErrorCode::BadFormat, "test", "taken back")) } else { Ok(()) }
        });
        assert_eq!(done.is_err(), fails);
        if fails {
            (self.rows, self.rules) = (rows, rules);
        }
    }

    fn run(mut self, rounds: usize) -> Vec<String> {
        for _ in 0..rounds {
            self.transaction();
            let suite = self.suite;
            suite.read(|tx| (0..4).try_for_each(|_| self.ask(tx))).unwrap();
        }
        self.told
    }
}

fn as_reader(tx: &mut dyn WriteTx) -> &mut dyn ReadTx {
    tx
}

fn list(tx: &mut dyn ReadTx, asked: &CheckedQuery) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    tx.select(asked, &mut |row| {
        rows.push(row);
        Ok(true)
    })?;
    Ok(rows)
}

pub(super) fn every_course_of_writes_shows_what_the_reference_shows(suite: &Suite) {
    let reference = Suite::new(memory());
    for seed in 0..3 {
        // Each course goes on with what the one before left behind, which neither of them knows.
        let (expected, told) = (Course::new(&reference, seed).run(40), Course::new(suite, seed).run(40));
        for (place, (expected, told)) in expected.iter().zip(&told).enumerate() {
            assert_eq!(expected, told, "answer {place} of course {seed}");
        }
        assert_eq!(expected.len(), told.len());
    }
}

fn seen(suite: &Suite, scope: Scope) -> Vec<String> {
    let query = Query { sort: vec![by("name", false)], ..Query::default() };
    let asked = suite.plan().check_scan(&suite.schema, &suite.entity, &query).unwrap();
    let asked = asked.seen_by(Visibility::Scope(Arc::new(scope)));
    suite.names_of(&suite.read(|tx| list(tx, &asked)).unwrap())
}

/// A record with these grants.
fn kept(suite: &Suite, name: &str, values: &[(&str, FieldValue)], grants: &[(usize, Option<AccessLevel>)]) -> Row {
    let row = suite.row(name, values);
    let grants = grants.iter().map(|(principal, level)| granted(row.id, *principal, *level)).collect();
    suite.write(|tx| put(suite, tx, (None, &row), Vec::new(), Vec::clone(&grants))).unwrap();
    row
}

pub(super) fn owners_and_grants_show_and_denying_grants_hide(suite: &Suite) {
    let owner = |number: usize| ("owner", FieldValue::from(id(1, number)));
    let [_, read, edit, full] = LEVELS;
    kept(suite, "a owned", &[owner(1)], &[]);
    kept(suite, "b owned by another", &[owner(2)], &[]);
    kept(suite, "c read", &[owner(2)], &[(1, read)]);
    kept(suite, "d edit", &[owner(2)], &[(1, edit), (2, full)]);
    kept(suite, "e owned and denied", &[owner(1)], &[(3, None), (1, full)]);
    kept(suite, "f nobody's", &[("owner", FieldValue::Null)], &[]);
    let (owners, principals, denied) = (sorted(vec![id(1, 1)]), sorted(vec![id(2, 1)]), sorted(vec![id(2, 3)]));
    let of = |owners: &Arc<[Id]>, principals: &Arc<[Id]>, denied: &Arc<[Id]>, level| {
        let (owners, principals, denied) = (owners.clone(), principals.clone(), denied.clone());
        seen(suite, Scope { owners, principals, denied, level, ..nothing() })
    };
    let none = Arc::default();
    assert!(of(&none, &none, &none, AccessLevel::Read).is_empty());
    assert_eq!(of(&owners, &none, &none, AccessLevel::Full), ["a owned", "e owned and denied"]);
    assert_eq!(
        of(&owners, &principals, &none, AccessLevel::Read),
        ["a owned", "c read", "d edit", "e owned and denied"]
    );
    assert_eq!(of(&owners, &principals, &denied, AccessLevel::Read), ["a owned", "c read", "d edit"]);
    assert_eq!(of(&none, &principals, &denied, AccessLevel::Edit), ["d edit"]);
    assert_eq!(of(&none, &sorted(vec![id(2, 2)]), &none, AccessLevel::Full), ["d edit"]);
    let all = seen(suite, Scope { everything: true, denied, ..nothing() });
    assert_eq!(all, ["a owned", "b owned by another", "c read", "d edit", "f nobody's"]);
}

pub(super) fn grants_hold_from_their_first_day_to_their_last(suite: &Suite) {
    let row = suite.row("a", &[("owner", FieldValue::Null)]);
    let mut grant = granted(row.id, 1, Some(AccessLevel::Read));
    (grant.grant.from, grant.grant.until) = (Some(day(2)), Some(day(4)));
    suite.write(|tx| put(suite, tx, (None, &row), Vec::new(), vec![grant.clone()])).unwrap();
    let on = |number| seen(suite, Scope { principals: sorted(vec![id(2, 1)]), today: day(number), ..nothing() }).len();
    assert_eq!([1, 2, 3, 4, 5].map(on), [0, 1, 1, 1, 0]);
    // The same key again: the new grant stands in the place of the former.
    grant.grant.until = None;
    let after = Row { version: 2, ..row.clone() };
    suite.write(|tx| put(suite, tx, (Some(&row), &after), Vec::new(), vec![grant.clone()])).unwrap();
    assert_eq!([1, 2, 5].map(on), [0, 1, 1]);
    assert_eq!(suite.read(|tx| tx.grants(suite.tenant, "sample", row.id)).unwrap(), [grant.grant.clone()]);
    let last = Row { version: 3, ..row.clone() };
    suite.write(|tx| put(suite, tx, (Some(&after), &last), vec![grant.clone()], Vec::new())).unwrap();
    assert_eq!([1, 2, 5].map(on), [0, 0, 0]);
    assert!(suite.read(|tx| tx.grants(suite.tenant, "sample", row.id)).unwrap().is_empty());
    let nowhere = granted(suite.id(), 1, Some(AccessLevel::Read));
    let written = suite.write(|tx| put(suite, tx, (None, &suite.row("b", &[])), Vec::new(), vec![nowhere.clone()]));
    assert_eq!(written.unwrap_err().kind(), "corrupt", "a grant on a record that is not there");
}

pub(super) fn parts_are_seen_with_the_record_above(suite: &Suite) {
    let owner = |number: usize| ("owner", FieldValue::from(id(1, number)));
    let whole = kept(suite, "a whole", &[owner(1)], &[]);
    let other = kept(suite, "b other", &[owner(2)], &[]);
    let part = |name: &str, whole: Id| kept(suite, name, &[owner(1), ("parent", whole.into())], &[]);
    let (_, below_other) = (part("c part", whole.id), part("d part of other", other.id));
    part("e part of nothing", suite.id());
    let scope = |visibility: Visibility| Scope {
        owners: sorted(vec![id(1, 1)]),
        above: Some(Above { field: suite.field("parent"), entity: "sample", visibility }),
        ..nothing()
    };
    let own = || Scope { owners: sorted(vec![id(1, 1)]), ..nothing() };
    let of_own = || seen(suite, scope(Visibility::Scope(Arc::new(own()))));
    assert_eq!(of_own(), ["a whole", "c part"]);
    assert_eq!(seen(suite, scope(Visibility::All)), ["a whole", "c part", "d part of other"]);
    // The whole goes, and its parts are still seen by who saw it.
    let whole = suite.change(&whole, |row| row.deleted = true).unwrap();
    assert_eq!(of_own(), ["c part"]);
    suite.change(&whole, |row| row.owner = Some(id(1, 2))).unwrap();
    assert!(of_own().is_empty());
    suite.change(&other, |row| row.owner = Some(id(1, 1))).unwrap();
    assert_eq!(of_own(), ["b other", "d part of other"]);
    suite.change(&below_other, |row| suite.set(row, "parent", FieldValue::Null)).unwrap();
    assert_eq!(of_own(), ["b other", "d part of other"], "without a record above the owner decides");
}

/// A reader of an earlier snapshot and one of a later share what is kept, and each sees his own.
#[test]
fn nobody_sees_the_set_of_another_snapshot() {
    for plan in [PlanChoice::Auto, PlanChoice::Set, PlanChoice::Bitmap] {
        let suite = Suite::new(sqlite_with(plan));
        let owner = |number: usize| ("owner", FieldValue::from(id(1, number)));
        let mut row = kept(&suite, "铁龙 first", &[owner(1)], &[]);
        let scope = Arc::new(Scope { owners: sorted(vec![id(1, 1)]), ..nothing() });
        let names = |tx: &mut dyn ReadTx, search: Option<&str>| {
            let query = Query { sort: vec![by("name", false)], search: search.map(str::to_owned), ..Query::default() };
            let asked = suite.plan().check_scan(&suite.schema, &suite.entity, &query)?;
            list(tx, &asked.seen_by(Visibility::Scope(scope.clone()))).map(|rows| suite.names_of(&rows))
        };
        let both = |tx: &mut dyn ReadTx| Ok([names(tx, None)?, names(tx, Some("铁龙"))?]);
        for (round, asks_before) in [true, false].into_iter().enumerate() {
            let (old, new) = (["铁龙 first".to_owned()], [format!("铁龙 new {round}")]);
            suite
                .read(|earlier| {
                    // The snapshot begins with the first question, whatever it asks.
                    earlier.epoch(suite.tenant)?;
                    if asks_before {
                        assert_eq!(both(earlier)?, [&old, &old]);
                    }
                    row = suite.change(&row, |row| row.owner = Some(id(1, 2)))?;
                    let come = kept(&suite, &new[0], &[owner(1)], &[]);
                    assert_eq!(suite.read(|later| both(later))?, [&new, &new]);
                    assert_eq!(both(earlier)?, [&old, &old], "{plan:?}");
                    assert_eq!(suite.read(|later| both(later))?, [&new, &new], "{plan:?}");
                    suite.change(&come, |row| row.owner = None)?;
                    row = suite.change(&row, |row| row.owner = Some(id(1, 1)))?;
                    Ok(())
                })
                .unwrap();
        }
    }
}
