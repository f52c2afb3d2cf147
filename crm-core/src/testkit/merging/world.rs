//! A random world of customers with everything that can point to them, and what must hold of it at any time.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::access::{
    AccessLevel, ObjectRight, PermissionSet, PrincipalKind, PrincipalRef, RecordShare, TeamMember, User,
};
use crate::customer::{AccountLink, HierarchyKind};
use crate::engine::Session;
use crate::merging::{MergeRecord, MergeReport, MergeRequest};
use crate::query::Query;
use crate::room::Reader as _;
use crate::sales::Pipeline;
use crate::schema::{CustomFieldKind, Entity as _, FieldDefinition, FieldKind, Row};
use crate::testkit::regression::create;
use crate::testkit::rights::every;
use crate::testkit::{Engine, Random};
use crate::value::{Date, FieldValue, Id, Result};

/// The entities of the world whose records are merged.
pub(super) const MERGED: [&str; 5] = ["account", "contact", "lead", "product", "sample"];

/// What the users of the world see of what is theirs or shared with them.
const SEEN: [&str; 8] = ["account", "contact", "lead", "sample", "opportunity", "activity", "attachment", "quote"];

pub(super) struct World {
    pub(super) engine: Engine,
    pub(super) random: Random,
    pub(super) users: Vec<Id>,
    pub(super) records: HashMap<&'static str, Vec<Id>>,
}

fn json(text: String) -> FieldValue {
    FieldValue::Json(text)
}

impl World {
    /// A world with so many accounts.
    pub(super) fn new(engine: Engine, seed: u64, accounts: usize) -> Self {
        let mut world = Self { engine, random: Random::new(seed), users: Vec::new(), records: HashMap::new() };
        world.define();
        let own = |entity: &str| ObjectRight { view_all: false, edit_all: false, ..every(entity) };
        let objects = SEEN.iter().map(|entity| own(entity)).collect();
        let set = PermissionSet { name: "own".into(), objects, ..PermissionSet::default() };
        let set = world.admin().admin().create_permission_set(&set).unwrap().id;
        for serial in 0..3 {
            let permission_sets = vec![set];
            let user = User { login: format!("u{serial}"), name: "U".into(), permission_sets, ..User::default() };
            world.users.push(world.admin().admin().create_user(&user).unwrap().id);
        }
        world.fill(accounts);
        world
    }

    pub(super) fn admin(&self) -> &Session {
        &self.engine.admin
    }

    fn define(&self) {
        let reference = |entity: &str, name: &str, to: &str| FieldDefinition {
            entity: entity.into(),
            name: name.into(),
            kind: CustomFieldKind::Reference,
            reference_to: Some(to.into()),
            ..FieldDefinition::default()
        };
        let text = FieldDefinition { entity: "account".into(), name: "x_note".into(), ..FieldDefinition::default() };
        let unique = FieldDefinition { name: "x_tax".into(), is_unique: true, ..text.clone() };
        self.engine.define(vec![
            reference("contact", "x_bill_to", "account"),
            reference("account", "x_agent", "contact"),
            reference("account", "x_sister", "account"),
            text,
            unique,
        ]);
        self.admin().sales().create_pipeline(&Pipeline::standard()).unwrap();
    }

    /// One of the records of an entity.
    pub(super) fn any(&mut self, entity: &str) -> FieldValue {
        let known = self.records.get(entity).cloned().unwrap_or_default();
        self.random.pick(&known).map_or(FieldValue::Null, |id| FieldValue::Reference(*id))
    }

    fn maybe(&mut self, entity: &str, share: usize) -> FieldValue {
        if self.random.percent(share) { self.any(entity) } else { FieldValue::Null }
    }

    fn word(&mut self) -> FieldValue {
        let word: String = self.random.of(&["Pumpen", "铁", "Anna", "x", "Werk 2", "🙂"]).into();
        if self.random.percent(30) { FieldValue::Null } else { word.into() }
    }

    /// Makes a record; a refusal makes none.
    pub(super) fn make(&mut self, entity: &'static str, fields: &[(&str, FieldValue)]) -> Option<Id> {
        self.tick();
        let owner = self.random.of(&self.users.clone());
        let mut fields = fields.to_vec();
        if !["product", "price_list", "list_price", "product_relation", "product_document", "product_bundle", "user"]
            .contains(&entity)
        {
            fields.push(("owner", owner.into()));
        }
        let made = self.admin().execute(create(entity, &fields)).ok()?.created(entity);
        self.records.entry(entity).or_default().push(made);
        Some(made)
    }

    pub(super) fn tick(&self) {
        self.engine.clock.advance_micros(1_000);
    }

    fn fill(&mut self, accounts: usize) {
        for serial in 0..accounts {
            self.account(serial);
            self.lead(serial);
            self.product(serial);
            self.contact(serial);
            self.sample(serial);
        }
        for name in ["list a", "list b"] {
            self.make("price_list", &[("name", name.into()), ("currency", "EUR".into())]);
        }
        for _ in 0..accounts * 2 {
            self.refer();
        }
    }

    pub(super) fn account(&mut self, serial: usize) {
        let phone = self.random.below(6);
        let channels = json(format!(r#"[{{"kind":"phone","value":"+49 711 {phone}00{phone}","preferred":true}}]"#));
        let ids = json(format!(r#"[{{"system":"erp","key":"{serial}"}}]"#));
        let fields = [
            ("name", format!("Account {serial}").into()),
            ("short_name", self.word()),
            ("city", self.word()),
            ("description", self.word()),
            ("x_note", self.word()),
            ("x_tax", if self.random.percent(60) { format!("T{serial}").into() } else { FieldValue::Null }),
            ("annual_revenue", if self.random.percent(50) { 1_000.into() } else { FieldValue::Null }),
            ("revenue_currency", self.random.of(&["EUR", "CNY"]).into()),
            ("channels", if self.random.percent(60) { channels } else { FieldValue::Null }),
            ("external_ids", if self.random.percent(60) { ids } else { FieldValue::Null }),
            ("x_agent", self.maybe("contact", 40)),
            ("x_sister", self.maybe("account", 40)),
        ];
        self.make("account", &fields);
    }

    fn contact(&mut self, serial: usize) {
        let fields = [
            ("full_name", format!("Contact {serial}").into()),
            ("account", self.maybe("account", 70)),
            ("x_bill_to", self.maybe("account", 30)),
            ("job_title", self.word()),
            ("do_not_contact", self.random.percent(30).into()),
        ];
        self.make("contact", &fields);
    }

    fn lead(&mut self, serial: usize) {
        let fields = [
            ("name", format!("Lead {serial}").into()),
            ("company", self.word()),
            ("source", self.random.of(&["web", "fair"]).into()),
            ("need", self.word()),
        ];
        self.make("lead", &fields);
    }

    fn product(&mut self, serial: usize) {
        let fields = [("code", format!("P{serial}").into()), ("name", "Pump".into()), ("family", self.word())];
        self.make("product", &fields);
    }

    fn sample(&mut self, serial: usize) {
        let fields = [
            ("name", format!("Sample {serial}").into()),
            ("code", format!("S{serial}").into()),
            ("note", self.word()),
            // Earlier ones stand above later ones: no circle.
            ("parent", self.maybe("sample", 70)),
        ];
        self.make("sample", &fields);
    }

    fn date(&mut self) -> Date {
        let month = 1 + self.random.below(12);
        format!("20{}-{month:02}-01", 25 + self.random.below(3)).parse().unwrap()
    }

    /// Something that points to something.
    pub(super) fn refer(&mut self) {
        match self.random.below(12) {
            0..=3 => self.link(),
            4 => {
                let fields = [
                    ("name", "o".into()),
                    ("account", self.any("account")),
                    ("contact", self.any("contact")),
                    ("product", self.any("product")),
                ];
                self.make("opportunity", &fields);
            }
            5 | 6 => self.activity(),
            7 => {
                let entity = self.random.of(&["account", "contact", "lead", "product"]);
                let about = self.any(entity);
                let hash = crate::customer::content_hash(b"a");
                let fields = [
                    ("content_hash", hash.into()),
                    ("size_bytes", 1.into()),
                    ("file_name", "a".into()),
                    (entity, about),
                ];
                self.make("attachment", &fields);
            }
            8 => self.share(),
            9 => {
                let (from, until) = (self.date(), self.date());
                let until = if self.random.percent(50) && until > from { until.into() } else { FieldValue::Null };
                let fields = [
                    ("price_list", self.any("price_list")),
                    ("product", self.any("product")),
                    ("price", 10.into()),
                    ("valid_from", from.into()),
                    ("valid_until", until),
                ];
                self.make("list_price", &fields);
            }
            10 => self.quote(),
            _ => {
                let partner = User { login: format!("p{}", self.random.next()), name: "P".into(), ..User::default() };
                let FieldValue::Reference(account) = self.any("account") else { return };
                let _ = self.admin().admin().create_user(&User { partner: Some(account), ..partner });
            }
        }
    }

    fn quote(&mut self) {
        let lines: Vec<String> = (0..2)
            .filter_map(|_| match self.any("product") {
                FieldValue::Reference(id) => Some(format!(r#"{{"product":"{id}","quantity":"1","unit_price":"5"}}"#)),
                _ => None,
            })
            .collect();
        let fields = [
            ("name", "q".into()),
            ("account", self.any("account")),
            ("currency", "EUR".into()),
            ("lines", json(format!("[{}]", lines.join(",")))),
        ];
        self.make("quote", &fields);
    }

    fn link(&mut self) {
        let (FieldValue::Reference(child), FieldValue::Reference(parent)) = (self.any("account"), self.any("account"))
        else {
            return;
        };
        let (hierarchy, from) = (self.random.of(&[HierarchyKind::Legal, HierarchyKind::Billing]), self.date());
        self.tick();
        let parent = self.random.percent(90).then_some(parent);
        let _ = self.admin().customers().set_parent(hierarchy, child, parent, from);
    }

    fn activity(&mut self) {
        let mut subjects = Vec::new();
        for _ in 0..=self.random.below(3) {
            let entity = self.random.of(&["account", "account", "contact", "lead", "product"]);
            if let FieldValue::Reference(id) = self.any(entity) {
                subjects.push(format!(r#"{{"entity":"{entity}","id":"{id}"}}"#));
            }
        }
        subjects.sort();
        subjects.dedup();
        let subjects = json(format!("[{}]", subjects.join(",")));
        self.make("activity", &[("kind", "call".into()), ("subject", "s".into()), ("subjects", subjects)]);
    }

    fn share(&mut self) {
        let entity = self.random.of(&["account", "contact", "lead", "sample"]);
        let FieldValue::Reference(record) = self.any(entity) else { return };
        let user = self.random.of(&self.users.clone());
        self.tick();
        let on_team = self.random.percent(50);
        let access = self.admin().access();
        if on_team {
            let member = TeamMember {
                entity: entity.into(),
                record,
                user,
                access: Some(AccessLevel::Edit),
                ..TeamMember::default()
            };
            let _ = access.add_team_member(&member);
        } else {
            let grantee = PrincipalRef { kind: PrincipalKind::User, id: user };
            let _ = access.share(&RecordShare { entity: entity.into(), record, grantee, ..RecordShare::default() });
        }
    }

    /// The living records of an entity.
    pub(super) fn living(&self, entity: &str) -> Vec<Row> {
        self.admin().reading(|reading| reading.structure(entity, &Query::default())).unwrap()
    }

    /// Merges 2 to 50 records of an entity.
    pub(super) fn merge(&mut self) -> Option<Result<MergeReport>> {
        let entity = self.random.of(&["account", "account", "account", "contact", "lead", "product", "sample"]);
        let mut living: Vec<Id> = self.living(entity).into_iter().map(|row| row.id).collect();
        if living.len() < 2 {
            return None;
        }
        let most = self.random.of(&[2, 2, 3, 5, 50]).min(living.len() - 1);
        let mut taken = |random: &mut Random| living.remove(random.below(living.len()));
        let survivor = taken(&mut self.random);
        let losers: Vec<Id> = (1..most.max(2)).map(|_| taken(&mut self.random)).collect();
        let wish = MergeRequest { entity: entity.into(), survivor, losers, ..MergeRequest::default() };
        self.tick();
        let preview = self.admin().merges().preview_merge(&wish);
        let done = self.admin().merges().merge(&wish);
        match (&preview, &done) {
            (Ok(preview), Ok(done)) => {
                assert_eq!(*preview, MergeReport { merge: None, ..done.clone() }, "a preview is the effect");
            }
            (preview, done) => assert_eq!(preview.as_ref().err(), done.as_ref().err()),
        }
        Some(done)
    }

    /// Everything that is kept, but for the journal, the operations and the records of merges; with the grants.
    pub(super) fn state(&self) -> String {
        let mut bytes = Vec::new();
        self.engine.crm.dump(&mut bytes).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let kept = |line: &&str| {
            !["operation", "journal", "end"].iter().any(|kind| line.starts_with(&format!(r#"{{"{kind}""#)))
                && !line.contains(r#""entity":"merge""#)
        };
        let mut lines: Vec<String> = text.lines().filter(kept).map(str::to_owned).collect();
        let grants = self.admin().reading(|reading| {
            let mut grants = Vec::new();
            for entity in MERGED {
                for row in reading.structure(entity, &Query::default())? {
                    let held = reading.tx.grants(reading.tenant.id, entity_name(entity), row.id)?;
                    grants.push(format!("{entity} {} {held:?}", row.id));
                }
            }
            Ok(grants)
        });
        lines.extend(grants.unwrap());
        lines.join("\n")
    }

    /// Nothing points to what is not there, nobody stands above himself, and what was merged is found.
    pub(super) fn check(&self) {
        let schema = self.admin().reading(|reading| Ok(reading.tenant.schema.clone())).unwrap();
        let mut living: HashMap<&str, HashSet<Id>> = HashMap::new();
        let mut rows: BTreeMap<&str, Vec<Row>> = BTreeMap::new();
        for entity in schema.registry.entities() {
            let found = self.living(entity.name);
            living.insert(entity.name, found.iter().map(|row| row.id).collect());
            rows.insert(entity.name, found);
        }
        for entity in schema.registry.entities().iter().filter(|entity| entity.name != MergeRecord::NAME) {
            for row in &rows[entity.name] {
                for field in schema.fields(entity) {
                    match (field.value(row), field.spec.nested_references) {
                        (FieldValue::Reference(id), _) => {
                            let to = match (field.spec.entity_in, &field.spec.kind) {
                                (Some(name), _) => entity.field(name).unwrap().value(row).to_key(),
                                (None, FieldKind::Reference { to, .. }) => to.to_string(),
                                (None, kind) => panic!("{kind:?} holds a reference"),
                            };
                            let there = living.get(to.as_str()).is_some_and(|known| known.contains(&id));
                            assert!(there, "{}.{} of {} points to no {to}", entity.name, field.spec.name, row.id);
                        }
                        (FieldValue::Json(text), Some(nested)) => {
                            for to in nested.to {
                                for id in (nested.find)(&text, to) {
                                    assert!(living[to].contains(&id), "{} names no {to}", entity.name);
                                }
                            }
                        }
                        _ => {}
                    }
                }
            }
        }
        self.check_hierarchies();
        check_chain(&rows["sample"], schema.entity("sample").unwrap().field("parent").unwrap());
        self.check_merged();
    }

    /// No account stands above itself on any date, and none below two.
    fn check_hierarchies(&self) {
        let links: Vec<AccountLink> =
            self.living("account_link").into_iter().map(|row| AccountLink::from_row(row).unwrap()).collect();
        let dates: HashSet<Date> = links.iter().filter_map(|link| link.valid_from).collect();
        for date in dates {
            for hierarchy in HierarchyKind::ALL {
                let holds = |link: &&AccountLink| {
                    link.hierarchy == *hierarchy
                        && link.valid_from.is_some_and(|from| from <= date)
                        && link.valid_until.is_none_or(|until| date < until)
                };
                let mut above: HashMap<Id, Id> = HashMap::new();
                for link in links.iter().filter(holds) {
                    assert!(above.insert(link.child, link.parent).is_none(), "two parents on {date}");
                }
                for start in above.keys() {
                    let (mut at, mut steps) = (*start, 0);
                    while let Some(next) = above.get(&at) {
                        (at, steps) = (*next, steps + 1);
                        assert!(steps <= above.len(), "a circle on {date}");
                    }
                }
            }
        }
    }

    /// What went into another record is found by its identifier, and it stands.
    fn check_merged(&self) {
        for merge in self.admin().list_all::<MergeRecord>(&Query::default()).unwrap() {
            let is_done = merge.status == Some(crate::merging::MergeStatus::Done);
            let target = merge.target.unwrap();
            let stands = self.living(&merge.entity).iter().any(|row| row.id == target);
            for loser in merge.losers.iter().filter(|_| is_done && stands) {
                let found = self.admin().reading(|reading| reading.get(&merge.entity, loser.id));
                assert_eq!(found.unwrap().id, target);
            }
        }
    }

    /// What each user sees, as user, entity and record.
    pub(super) fn seen(&self) -> HashSet<(Id, &'static str, Id)> {
        let mut seen = HashSet::new();
        for user in &self.users {
            let session = self.engine.session_of(*user);
            for entity in SEEN {
                let rows = session.reading(|reading| reading.all(entity, &Query::default())).unwrap();
                seen.extend(rows.into_iter().map(|row| (*user, entity, row.id)));
            }
        }
        seen
    }

    /// A change of something by hand.
    pub(super) fn edit(&mut self) {
        let entity = self.random.of(&["account", "contact", "sample", "opportunity", "activity"]);
        let FieldValue::Reference(id) = self.any(entity) else { return };
        let Ok(row) = self.admin().reading(|reading| reading.get(entity, id)) else { return };
        self.tick();
        let word = self.word();
        let changes: Vec<(&str, FieldValue)> = match entity {
            "account" => vec![("description", word), ("channels", FieldValue::Null)],
            "contact" => vec![("account", self.any("account"))],
            "sample" => vec![("note", word)],
            "opportunity" => vec![("contact", self.any("contact")), ("next_step", word)],
            _ => vec![("body", word)],
        };
        let chosen = self.random.of(&changes);
        let _ = self.admin().execute(crate::testkit::regression::update(entity, row.id, row.version, &[chosen]));
        if self.random.percent(10) {
            let row = self.admin().reading(|reading| reading.get(entity, row.id)).unwrap();
            let _ = self.admin().execute(crate::testkit::regression::delete(entity, row.id, row.version));
        }
    }
}

fn entity_name(name: &str) -> &'static str {
    MERGED.into_iter().find(|known| *known == name).unwrap()
}

fn check_chain(rows: &[Row], parent: crate::schema::FieldRef) {
    let above: HashMap<Id, Id> = rows
        .iter()
        .filter_map(|row| match parent.value(row) {
            FieldValue::Reference(id) => Some((row.id, id)),
            _ => None,
        })
        .collect();
    for start in above.keys() {
        let (mut at, mut steps) = (*start, 0);
        while let Some(next) = above.get(&at) {
            (at, steps) = (*next, steps + 1);
            assert!(steps <= above.len(), "a sample stands above itself");
        }
    }
}
