//! Two worlds again ([`super::paired`]), this time over the rooms that people work with, and over every exported function
//! ([`super::exported`]): what a seller asks and does, on records of which the hidden part differs.
//!
//! That it notices is proved by [`super::mutants`]: with any one of the checks turned off it must find a difference.

use super::exported;
use super::generate::{Generator, Known, WORDS};
use super::paired::{Twins, twins};
use super::regression::{create, delete, update};
use super::{Engine, Kept, Random, memory, registry, sqlite};
use crate::access::{
    AccessLevel, FieldAccess, FieldRight, ObjectRight, PermissionSet, PrincipalKind, PrincipalRef, RecordShare, Role,
    SharingAccess, SharingRule, SharingRuleKind, User,
};
use crate::conditions::PriceDefinition;
use crate::customer::Account;
use crate::duplicates::{DuplicateAction, DuplicateRule, RecordSource};
use crate::engine::{AccessCommand, AdminCommand, Command, Outcome, Session};
use crate::product::{ParameterKind, ParameterValue, PriceList, Product, ProductClass, ProductParameter};
use crate::query::{AggregateQuery, Comparison, Filter, GroupBy, Measure, MeasureFunction, Query};
use crate::room::Reader as _;
use crate::sales::{Pipeline, SalesCommand};
use crate::schema::{Entity, FieldDefinition, TenantSchema};
use crate::value::{Date, FieldValue, Id, Result, Timestamp, json};

type Fields = Vec<(&'static str, FieldValue)>;

/// The most records of a pair of worlds that rules deny: each rule is looked at with every change.
const MOST_DENIED: usize = 8;

/// What a reader does not see. The two lists do not fit together: without its stage nothing is left of an opportunity's
/// intervals.
const FIGURES: &[(&str, &str)] = &[
    ("account", "annual_revenue"),
    ("account", "description"),
    ("account", "short_name"),
    ("account", "channels"),
    ("account", "x_cost"),
    ("contact", "channels"),
    ("contact", "description"),
    ("lead", "need"),
    ("lead", "phone"),
    ("opportunity", "amount"),
    ("opportunity", "next_step"),
    ("opportunity", "close_reason"),
    ("activity", "body"),
    ("attachment", "note"),
    ("product", "description"),
    ("product", "parameters"),
    ("quote", "lines"),
];
const STAGES: &[(&str, &str)] = &[
    ("account", "x_cost"),
    ("opportunity", "stage"),
    ("opportunity", "stage_category"),
    ("opportunity", "opened_on"),
    ("opportunity", "closed_on"),
    ("opportunity", "close_reason"),
    ("opportunity", "probability"),
    ("activity", "subjects"),
    ("product", "description"),
    ("product", "parameters"),
];
/// The entities of which the reader sees his own.
pub(super) const ROOMS: [&str; 9] =
    ["account", "contact", "account_link", "activity", "attachment", "lead", "opportunity", "quote", "sales_order"];
/// The entities that everybody sees who has the right.
const SHARED: [&str; 10] = [
    "product_class",
    "product_parameter",
    "product",
    "price_list",
    "list_price",
    "product_source",
    "product_relation",
    "product_document",
    "product_bundle",
    "quote_policy",
];
/// The price catalogue, and what is forecast: of it the reader sees his own.
const PRICES: [&str; 6] = [
    "price_definition",
    "price_condition",
    "condition_counter",
    "condition_usage",
    "special_price_request",
    "forecast_run",
];
/// What questions are asked of; of the last ones the reader sees nothing.
pub(super) const ASKED: [&str; 41] = [
    "merge",
    "duplicate_verdict",
    "duplicate_case",
    "duplicate_rule",
    "match_model",
    "team_member",
    "record_share",
    "transfer",
    "account",
    "contact",
    "account_link",
    "activity",
    "attachment",
    "lead",
    "opportunity",
    "quote",
    "sales_order",
    "stage_interval",
    "activity_link",
    "pipeline",
    "user",
    "product_class",
    "product_parameter",
    "product",
    "price_list",
    "list_price",
    "product_source",
    "product_relation",
    "product_document",
    "product_bundle",
    "quote_policy",
    "price_definition",
    "price_condition",
    "condition_counter",
    "condition_usage",
    "special_price_request",
    "forecast_run",
    "role",
    "permission_set",
    "organization",
    "field_definition",
];

/// A way in which a record is out of the reader's sight: whose it is, and what is done with it then, in one world.
struct Hidden {
    owner: fn(&Rooms) -> Id,
    then: fn(&mut Rooms, usize, &'static str, Id),
}

/// Every way in which a record is hidden.
const HIDDEN_BY: [Hidden; 4] = [
    // It is somebody else's, and was shared with the reader until yesterday.
    Hidden {
        owner: |rooms| rooms.other,
        then: |rooms, world, entity, id| rooms.share(world, entity, id, "2026-03-01".parse().ok()),
    },
    // It is the reader's own, but for a rule that denies it to him.
    Hidden { owner: |rooms| rooms.other, then: |rooms, world, entity, id| rooms.deny(world, entity, id) },
    // It is somebody else's.
    Hidden { owner: |rooms| rooms.other, then: |_, _, _, _| {} },
    // It is somebody else's and deleted.
    Hidden {
        owner: |rooms| rooms.other,
        then: |rooms, world, entity, id| {
            let op_id = rooms.new_id();
            // One to which another hidden one refers stays.
            let _ = rooms.worlds[world].admin.execute_all(&[delete(entity, id, 1)], Some(op_id));
        },
    },
];

/// A way in which a record is shown: whose it is, and how much of it is shared with the reader.
type Shown = (fn(&Rooms) -> Id, Option<AccessLevel>);

/// Every way in which a record is shown.
const SHOWN_BY: [Shown; 4] = [
    // It is the reader's own.
    (|rooms| rooms.reader, None),
    // It is of somebody below.
    (|rooms| rooms.below, None),
    // It is somebody else's and shared with the reader, more or less.
    (|rooms| rooms.other, Some(AccessLevel::Read)),
    (|rooms| rooms.other, Some(AccessLevel::Full)),
];

pub(super) fn subjects(entity: &str, id: Id) -> FieldValue {
    FieldValue::Json(format!(r#"[{{"entity":"{entity}","id":"{id}"}}]"#))
}

/// A custom field that one of the worlds has, and the reader does not see.
pub(super) const ONLY_ONE_HAS: &str = "x_only";

fn custom(name: &str) -> FieldDefinition {
    FieldDefinition { entity: "account".into(), name: name.into(), ..FieldDefinition::default() }
}

/// Lets both worlds give the same identifiers from now on, however many were given behind the reader's back.
fn agree_on_ids(worlds: &[Engine; 2]) {
    let next = |world: usize| worlds[world].crm.inner.ids.next_id();
    let mut drawn = [next(0), next(1)];
    while drawn[0] != drawn[1] {
        let behind = usize::from(drawn[1] < drawn[0]);
        drawn[behind] = next(behind);
    }
}

twins!(Rooms);

/// Two worlds of the rooms.
pub(super) struct Rooms {
    worlds: [Engine; 2],
    hides_stages: bool,
    pub(super) reader: Id,
    below: Id,
    pub(super) other: Id,
    pub(super) cursors: [i64; 2],
    /// Records of which the reader knows that they are there.
    seen: Vec<(&'static str, Id)>,
    /// Accounts that the reader sees and to which hidden records may refer: those are never deleted, which would tell.
    shared: Vec<Id>,
    /// Hidden records of each world, by entity.
    hidden: [Vec<(&'static str, Id)>; 2],
    /// Values of hidden records of either world, as if the reader had heard of them.
    pub(super) heard: Vec<String>,
    pub(super) operations: Vec<Id>,
    /// Records that a rule denies to the reader.
    denied: usize,
    /// Those that the reader carried out: an identifier can be given once, whoever knows of it.
    pub(super) own_operations: Vec<Id>,
    pub(super) random: Random,
    pub(super) generator: Generator,
    pub(super) schema: std::sync::Arc<TenantSchema>,
    serial: u64,
    calls: usize,
    answered: usize,
    /// How often each exported function was called, and how often it answered.
    pub(super) called: Vec<(usize, usize)>,
}

/// What the reader may do; in the second world a field more is hidden.
fn seller(hides_stages: bool, is_second: bool) -> PermissionSet {
    let read = |entity: &str| ObjectRight { entity: entity.into(), read: true, ..ObjectRight::default() };
    let own = |entity: &str| ObjectRight { create: true, edit: true, delete: true, ..read(entity) };
    let work = |entity: &str| ObjectRight { transfer: true, merge: true, export: true, ..own(entity) };
    let (hidden, only) = (if hides_stages { STAGES } else { FIGURES }, [("account", ONLY_ONE_HAS)]);
    let field = |(entity, field): &(&str, &str)| FieldRight {
        entity: (*entity).into(),
        field: (*field).into(),
        ..FieldRight::default()
    };
    let masked = FieldRight { access: FieldAccess::Masked, ..field(&("account", "employees")) };
    PermissionSet {
        name: "seller".into(),
        objects: ROOMS
            .iter()
            .chain(&SHARED)
            .map(|entity| work(entity))
            .chain(["pipeline", "user"].map(read))
            .chain(PRICES.map(own))
            .chain(["team_member", "record_share", "transfer", "merge", "duplicate_verdict", "duplicate_case"].map(own))
            .collect(),
        fields: hidden.iter().chain(only.iter().filter(|_| is_second)).map(field).chain([masked]).collect(),
        ..PermissionSet::default()
    }
}

/// Saves are warned of duplicates, programs have them queued; of hidden ones nothing is told, not even a count.
fn conceal_duplicates(admin: &Session) {
    for entity in ["account", "contact", "lead", "product"] {
        let rule = DuplicateRule {
            entity: entity.into(),
            action: DuplicateAction::Warn,
            also_possible: true,
            conceal_hidden: true,
            ..DuplicateRule::default()
        };
        admin.duplicates().create_rule(&rule).unwrap();
        let queue = DuplicateRule { action: DuplicateAction::Queue, source: Some(RecordSource::Api), ..rule };
        admin.duplicates().create_rule(&queue).unwrap();
    }
}

/// How prices are made: list prices and rebates, with keys that the reader does not see among them.
pub(super) fn price_definition(name: &str) -> PriceDefinition {
    let definition = r#"{
        "version": "",
        "fields": [
            {"name": "price_list"}, {"name": "account"}, {"name": "account_x_cost"}, {"name": "account_short_name"},
            {"name": "account_employees"}, {"name": "account_annual_revenue", "kind": "number"}, {"name": "product_description"}
        ],
        "tables": [
            {"code": "LIST", "fields": ["price_list", "product"]}, {"code": "PRODUCT", "fields": ["product"]},
            {"code": "COST", "fields": ["account_x_cost"]}, {"code": "CUSTOMER", "fields": ["account", "product"]}
        ],
        "access_sequences": [
            {"code": "LISTS", "accesses": [{"table": "LIST"}]},
            {"code": "REBATES", "accesses": [{"table": "PRODUCT"}, {"table": "COST"}]},
            {"code": "SPECIALS", "accesses": [{"table": "CUSTOMER"}, {"table": "PRODUCT"}]}
        ],
        "condition_types": [
            {"code": "PRICE", "kind": "price", "calculation": "quantity", "access_sequence": "LISTS"},
            {"code": "OFF", "kind": "discount", "calculation": "percent", "access_sequence": "REBATES"},
            {"code": "SPECIAL", "kind": "price", "calculation": "quantity", "access_sequence": "SPECIALS",
             "replaces": "prices"}
        ],
        "procedures": [{"code": "SALE", "steps": [
            {"number": 10, "condition_type": "PRICE"}, {"number": 15, "condition_type": "SPECIAL"},
            {"number": 20, "condition_type": "OFF"}
        ]}]
    }"#;
    PriceDefinition {
        name: name.into(),
        definition: json::from_text(definition).unwrap(),
        list_price_type: Some("PRICE".into()),
        list_price_table: Some("LIST".into()),
        special_price_type: Some("SPECIAL".into()),
        ..PriceDefinition::default()
    }
}

impl Rooms {
    pub(super) fn new(make: fn() -> Kept, seed: u64, hides_stages: bool) -> Self {
        let worlds = [Engine::new(make(), seed), Engine::new(make(), seed)];
        let mut people = Vec::new();
        for world in &worlds {
            let cost = FieldDefinition { is_required: true, ..custom("x_cost") };
            world.define(vec![cost]);
        }
        worlds[1].define(vec![custom(ONLY_ONE_HAS)]);
        agree_on_ids(&worlds);
        let mut seen = Vec::new();
        for (place, world) in worlds.iter().enumerate() {
            let admin = world.admin.admin();
            let pipeline = world.admin.sales().create_pipeline(&Pipeline::standard()).unwrap();
            conceal_duplicates(&world.admin);
            let set = seller(hides_stages, place == 1);
            let set = admin.create_permission_set(&set).unwrap().id;
            let role = |name: &str, parent: Option<Id>| {
                admin.create_role(&Role { name: name.into(), parent, ..Role::default() }).unwrap().id
            };
            let above = role("above", None);
            let roles = [Some(above), Some(role("below", Some(above))), None];
            let user = |login: &str, role: Option<Id>| {
                let permission_sets = vec![set];
                let user = User { login: login.into(), name: login.into(), role, permission_sets, ..User::default() };
                admin.create_user(&user).unwrap().id
            };
            people = vec![user("reader", roles[0]), user("below", roles[1]), user("other", roles[2])];
            seen = vec![("pipeline", pipeline.id), ("permission_set", set), ("role", above)];
            seen.extend(people.iter().map(|user| ("user", *user)));
        }
        let cursors = [0, 1].map(|world: usize| worlds[world].admin.changes_since(0, 1_000).unwrap().next_cursor);
        let mut generator = Generator::new(seed, registry(), Vec::new());
        for id in &people {
            generator.learn(Known { entity: "user".into(), id: *id, version: 1, deleted: false });
        }
        let schema = worlds[0].admin.reading(|reading| Ok(reading.tenant.schema.clone())).unwrap();
        let mut rooms = Self {
            worlds,
            hides_stages,
            reader: people[0],
            below: people[1],
            other: people[2],
            cursors,
            seen,
            shared: Vec::new(),
            hidden: [Vec::new(), Vec::new()],
            heard: Vec::new(),
            operations: Vec::new(),
            denied: 0,
            own_operations: Vec::new(),
            random: Random::new(seed),
            generator,
            schema,
            serial: 0,
            calls: 0,
            answered: 0,
            called: vec![(0, 0); exported::calls().len()],
        };
        rooms.sell();
        rooms
    }

    /// Products with prices, whose descriptions and parameters differ.
    fn sell(&mut self) {
        let (code, list, class, parameter) = (self.new_id(), self.new_id(), self.new_id(), self.new_id());
        let priced = self.new_id();
        for world in 0..2 {
            let description = Some(self.apart(world).to_key());
            let volts = i64::try_from(world * 4 + 2).unwrap();
            let parameters = vec![ParameterValue::number("Un", volts.into(), Some("V"))];
            let product = Product {
                id: code,
                code: "P 1".into(),
                name: "Pump".into(),
                description,
                product_class: Some(class),
                parameters,
                ..Product::default()
            };
            let admin = &self.worlds[world].admin;
            let class = ProductClass { id: class, code: "C".into(), name: "C".into(), ..ProductClass::default() };
            admin.products().create_product_class(&class).unwrap();
            let definition = ProductParameter {
                id: parameter,
                product_class: class.id,
                code: "Un".into(),
                name: "Un".into(),
                kind: Some(ParameterKind::Number),
                unit: Some("V".into()),
                ..ProductParameter::default()
            };
            admin.products().create_product_parameter(&definition).unwrap();
            let admin = &self.worlds[world].admin;
            admin.products().create_product(&product).unwrap();
            let prices = PriceList { id: list, name: "List".into(), is_default: true, ..PriceList::default() };
            admin.products().create_price_list(&prices).unwrap();
            let from = "2026-01-01".parse().unwrap();
            admin.products().set_list_price(list, code, "12.5".parse().unwrap(), from, None).unwrap();
            let draft = PriceDefinition { id: priced, ..price_definition("2026") };
            let draft = admin.conditions().create_definition(&draft).unwrap();
            admin.conditions().activate_definition(draft.id, draft.version).unwrap();
        }
        agree_on_ids(&self.worlds);
        self.seen.extend([("product", code), ("price_list", list)]);
        self.seen.extend([("product_class", class), ("product_parameter", parameter)]);
    }

    pub(super) fn new_id(&mut self) -> Id {
        self.serial += 1;
        let mut bytes = [0xEE; 16];
        bytes[8..].copy_from_slice(&self.serial.to_be_bytes());
        Id::from_bytes(bytes)
    }

    /// A text that is never the same in both worlds.
    fn apart(&mut self, world: usize) -> FieldValue {
        self.serial += 1;
        let text = format!("{} {world} {}", self.random.of(&WORDS), self.serial);
        self.heard.push(text.clone());
        text.into()
    }

    pub(super) fn one_seen(&mut self, entity: &str) -> Option<Id> {
        let of: Vec<Id> = self.seen.iter().filter(|seen| seen.0 == entity).map(|seen| seen.1).collect();
        self.random.pick(&of).copied()
    }

    /// Takes note of a record that the reader made.
    pub(super) fn learn(&mut self, entity: &'static str, id: Id) {
        if !self.seen.contains(&(entity, id)) {
            self.seen.push((entity, id));
        }
    }

    /// The version of a record that the reader sees.
    pub(super) fn version(&self, entity: &str, id: Id) -> i64 {
        let [session, _] = self.sessions();
        session.reading(|reading| reading.get(entity, id)).map_or(1, |row| row.version)
    }

    /// A text that the reader has heard of, or any other.
    pub(super) fn word(&mut self) -> String {
        let heard = self.random.percent(40).then(|| self.random.pick(&self.heard).cloned()).flatten();
        heard.unwrap_or_else(|| self.random.of(&WORDS).to_owned())
    }

    /// Some instant of the past hours.
    pub(super) fn instant(&mut self) -> Timestamp {
        let back = i64::try_from(self.random.below(400_000_000)).unwrap();
        self.worlds[0].clock_now().add_micros(-back)
    }

    pub(super) fn date(&mut self) -> Date {
        self.random.of(&["2026-03-02", "2026-01-01", "2025-12-31"]).parse().unwrap()
    }

    const fn hidden_fields(&self) -> &'static [(&'static str, &'static str)] {
        if self.hides_stages { STAGES } else { FIGURES }
    }

    pub(super) fn query(&mut self, entity: &str) -> Query {
        let mut query = self.generator.query(&self.schema, &self.schema.entity(entity).unwrap().clone());
        if self.random.percent(15) {
            query.search = Some(self.word());
        }
        query
    }

    pub(super) fn figures(&mut self, entity: &str) -> AggregateQuery {
        let mut figures = self.generator.aggregate(&self.schema, &self.schema.entity(entity).unwrap().clone());
        let hidden: Vec<&str> = self.hidden_fields().iter().filter(|of| of.0 == entity).map(|of| of.1).collect();
        let asked = self.random.percent(15);
        if let Some(field) = self.random.pick(&hidden).filter(|_| asked) {
            figures.group_by = vec![GroupBy { field: (*field).to_owned(), bucket: None }];
            figures.measures.retain(|measure| measure.field.is_none());
            if self.random.percent(50) {
                let measure = Measure { function: MeasureFunction::Maximum, field: Some((*field).to_owned()) };
                (figures.group_by, figures.measures) = (Vec::new(), vec![measure]);
            }
        }
        figures
    }

    /// The reader does something in both worlds, with identifiers that are given alike.
    pub(super) fn act<T: std::fmt::Debug + PartialEq>(
        &mut self,
        what: &dyn std::fmt::Debug,
        act: impl Fn(&Session) -> Result<T>,
    ) -> Option<T> {
        agree_on_ids(&self.worlds);
        let done = self.ask(what, act);
        agree_on_ids(&self.worlds);
        done
    }

    /// The reader makes a record.
    pub(super) fn make<E: Entity + std::fmt::Debug + PartialEq>(
        &mut self,
        record: &E,
        make: impl Fn(&Session, &E) -> Result<E>,
    ) {
        if let Some(made) = self.act(record, |session| make(session, record)) {
            self.learn(E::NAME, made.id());
        }
    }

    /// The reader reads a record, changes it and saves it.
    pub(super) fn save<E: Entity + std::fmt::Debug + PartialEq>(
        &mut self,
        change: impl Fn(&mut E),
        save: impl Fn(&Session, &E) -> Result<E>,
    ) {
        let (id, counts) = (self.any(E::NAME), (self.calls, self.answered));
        let Some(mut record) = self.ask(&("get", E::NAME, id), |session| session.get::<E>(id)) else { return };
        // Only the saving counts.
        (self.calls, self.answered) = counts;
        change(&mut record);
        self.act(&record, |session| save(session, &record));
    }

    /// What an outcome says of records.
    pub(super) fn note(&mut self, outcome: Option<Outcome>) {
        for change in outcome.iter().flat_map(|outcome| &outcome.changes) {
            if let Some(entity) = ROOMS.into_iter().find(|room| *room == change.entity) {
                self.learn(entity, change.id);
            }
        }
        self.operations.extend(outcome.as_ref().map(|outcome| outcome.op_id));
        self.own_operations.extend(outcome.map(|outcome| outcome.op_id));
    }

    /// A record that may be deleted: none to which a hidden one refers.
    pub(super) fn deletable(&mut self, entity: &str) -> Id {
        let id = self.any(entity);
        if self.shared.contains(&id) { Id::NIL } else { id }
    }

    /// Whether hidden records may refer to an account: it goes into none that the reader may delete or take back.
    pub(super) fn is_shared(&self, id: Id) -> bool {
        self.shared.contains(&id)
    }

    /// An identifier that the reader may have heard of: visible, hidden in one world or in both, of nothing.
    pub(super) fn any(&mut self, entity: &str) -> Id {
        let choice = self.random.below(5);
        let of: Vec<Id> = match choice {
            0 | 1 => self.hidden[choice].iter().filter(|hidden| hidden.0 == entity).map(|hidden| hidden.1).collect(),
            _ => self.seen.iter().filter(|seen| seen.0 == entity).map(|seen| seen.1).collect(),
        };
        self.random.pick(&of).copied().unwrap_or(Id::NIL)
    }

    /// Somebody else's records in one world: alone, or at what the reader sees.
    fn work_behind(&mut self, world: usize) {
        // A record to which a hidden one refers cannot be deleted, which tells: the reader never deletes these accounts.
        let account = self.random.pick(&self.shared).copied();
        let id = self.new_id();
        let text = |rooms: &mut Self| rooms.apart(world);
        let choice = self.random.below(6);
        let (entity, mut values): (&str, Fields) = match choice {
            0 => {
                let (key, mail) = (format!("K{}", self.serial), format!("h{}@example.org", self.serial));
                let external = FieldValue::Json(format!(r#"[{{"system":"erp","key":"{key}"}}]"#));
                let channels = FieldValue::Json(format!(r#"[{{"kind":"email","value":"{mail}"}}]"#));
                let identifiers = FieldValue::Json(format!(r#"[{{"kind":"erp_code","value":"{key}"}}]"#));
                self.heard.extend([key, mail]);
                let named = vec![("name", text(self)), ("code", text(self)), ("x_cost", text(self))];
                let lists = [("external_ids", external), ("channels", channels), ("identifiers", identifiers)];
                ("account", named.into_iter().chain(lists).collect())
            }
            1 => ("contact", vec![("full_name", text(self)), ("account", account.into())]),
            2 => ("lead", vec![("name", text(self)), ("need", text(self))]),
            3 => {
                let stage = self.random.of(&["proposal", "won", "negotiation"]);
                let amount = i64::try_from(self.serial).unwrap().into();
                let values = vec![("name", text(self)), ("amount", amount), ("stage", stage.into())];
                ("opportunity", values.into_iter().chain([("account", account.into())]).collect())
            }
            4 => {
                let about = account.map_or(FieldValue::Null, |account| subjects("account", account));
                ("activity", vec![("kind", "call".into()), ("subject", text(self)), ("subjects", about)])
            }
            _ => {
                let child = self.hidden[world].iter().rev().find(|hidden| hidden.0 == "account").map(|hidden| hidden.1);
                let (Some(child), Some(parent)) = (child, account) else { return };
                let values = [("child", child.into()), ("parent", parent.into()), ("hierarchy", "legal".into())];
                ("account_link", values.into_iter().chain([("valid_from", "2026-01-01".into())]).collect())
            }
        };
        let way = &HIDDEN_BY[self.random.below(HIDDEN_BY.len())];
        values.extend([("id", id.into()), ("owner", (way.owner)(self).into())]);
        let op_id = self.new_id();
        let made = self.worlds[world].admin.execute_all(&[create(entity, &values)], Some(op_id));
        assert!(made.is_ok() || entity == "account_link", "{entity}: {made:?}");
        if made.is_ok() {
            self.hidden[world].push((entity, id));
            (way.then)(self, world, entity, id);
        }
    }

    /// Hidden values of a new record that the reader will see, different in each world.
    fn differing(&mut self, entity: &str, world: usize) -> Fields {
        let number = FieldValue::Integer(i64::try_from(self.serial * 2 + world as u64).unwrap());
        let mail = format!(r#"[{{"kind":"email","value":"a{world}{}@example.org"}}]"#, self.serial);
        let mail = FieldValue::Json(mail);
        match (entity, self.hides_stages) {
            ("account", true) => vec![("x_cost", self.apart(world)), ("employees", number)],
            ("account", false) => vec![
                ("employees", number.clone()),
                ("x_cost", self.apart(world)),
                ("annual_revenue", number),
                ("description", self.apart(world)),
                ("short_name", self.apart(world)),
                ("channels", mail),
            ],
            ("contact", false) => vec![("channels", mail), ("description", self.apart(world))],
            ("lead", false) => vec![("need", self.apart(world)), ("phone", self.apart(world))],
            ("opportunity", true) => vec![("amount", 100.into())],
            ("opportunity", false) => vec![("amount", number), ("next_step", self.apart(world))],
            ("activity", false) => vec![("body", self.apart(world))],
            ("quote", false) => {
                let line = format!(r#"[{{"description":"a","quantity":"{}","unit_price":"1"}}]"#, 2 + world);
                vec![("lines", FieldValue::Json(line))]
            }
            _ => Vec::new(),
        }
    }

    /// A record that the reader sees, made by somebody who fills what he does not see.
    fn made_in_view(&mut self) {
        agree_on_ids(&self.worlds);
        let entity = self.random.of(&["account", "account", "contact", "lead", "opportunity", "activity", "quote"]);
        let accounts = [0, 1].map(|_| self.random.pick(&self.shared).copied());
        let name: FieldValue = self.random.of(&WORDS).into();
        let deal = self.one_seen("opportunity");
        let (owner, shared) = SHOWN_BY[self.random.below(SHOWN_BY.len())];
        let owner = owner(self);
        let (id, op_id, share) = (self.new_id(), self.new_id(), self.new_id());
        let mut done = Vec::new();
        for world in 0..2 {
            let mut values = self.differing(entity, world);
            let named = match entity {
                "contact" => "full_name",
                "activity" => "subject",
                _ => "name",
            };
            values.extend([("id", id.into()), ("owner", owner.into()), (named, name.clone())]);
            match entity {
                "contact" | "opportunity" => values.push(("account", accounts[0].into())),
                "quote" => values.extend([("opportunity", deal.into()), ("account", accounts[0].into())]),
                "activity" => {
                    let about = accounts[if self.hides_stages { world } else { 0 }];
                    let about = about.map_or(FieldValue::Null, |account| subjects("account", account));
                    values.extend([("kind", "visit".into()), ("subjects", about)]);
                }
                _ => {}
            }
            if entity == "opportunity" && self.hides_stages {
                values.push(("stage", ["prospecting", "proposal"][world].into()));
            }
            let mut commands = vec![create(entity, &values)];
            commands.extend(shared.map(|level| self.sharing(share, entity, id, Some(level), None)));
            done.push(self.worlds[world].admin.execute_all(&commands, Some(op_id)).map(|_| ()));
        }
        assert_eq!(done[0], done[1], "{entity}");
        if done[0].is_err() {
            // What it refers to was deleted.
            return;
        }
        self.learn(entity, id);
        if entity == "account" {
            self.shared.push(id);
        } else {
            self.operations.push(op_id);
        }
    }

    fn sharing(
        &self,
        id: Id,
        entity: &str,
        record: Id,
        access: Option<AccessLevel>,
        valid_until: Option<Date>,
    ) -> Command {
        let grantee = PrincipalRef { kind: PrincipalKind::User, id: self.reader };
        let entity = entity.to_owned();
        let share = RecordShare { id, entity, record, grantee, access, valid_until, ..RecordShare::default() };
        Command::Access(AccessCommand::Share { share })
    }

    /// Shares a record of one world with the reader.
    fn share(&mut self, world: usize, entity: &str, record: Id, until: Option<Date>) {
        if entity == "stage_interval" || entity == "activity_link" {
            return;
        }
        let (id, op_id) = (self.new_id(), self.new_id());
        let command = self.sharing(id, entity, record, Some(AccessLevel::Full), until);
        self.worlds[world].admin.execute_all(&[command], Some(op_id)).unwrap();
    }

    /// Gives a record of one world to the reader, after a rule has denied it to him by its identifier.
    fn deny(&mut self, world: usize, entity: &'static str, record: Id) {
        if self.denied >= MOST_DENIED || entity == "account_link" {
            return;
        }
        self.denied += 1;
        let filter =
            Filter::Compare { field: "id".into(), comparison: Comparison::Equal, value: FieldValue::Reference(record) };
        let rule = SharingRule {
            id: self.new_id(),
            name: format!("rule {}", self.serial),
            entity: entity.into(),
            kind: SharingRuleKind::Criteria,
            filter: Some(filter),
            access: Some(SharingAccess::Deny),
            targets: [self.reader, self.below].map(|id| PrincipalRef { kind: PrincipalKind::User, id }).to_vec(),
            ..SharingRule::default()
        };
        let op_id = self.new_id();
        let owner = update(entity, record, 1, &[("owner", self.reader.into())]);
        let rule = Command::Admin(AdminCommand::CreateSharingRule { sharing_rule: rule });
        self.worlds[world].admin.execute_all(&[rule, owner], Some(op_id)).unwrap();
    }

    /// Other hidden values for a record that the reader sees, as often in both worlds.
    fn changed_in_view(&mut self) {
        agree_on_ids(&self.worlds);
        let entity = self.random.of(&["account", "contact", "lead", "opportunity", "activity"]);
        let Some(id) = self.one_seen(entity) else { return };
        let version = self.version(entity, id);
        let op_id = self.new_id();
        let closes = entity == "opportunity" && self.random.percent(30);
        // Of what changes hidden fields alone, not even the operation may be told.
        let hides_all = !closes && (entity == "account" || !self.hides_stages);
        let other = if hides_all && self.random.percent(50) { self.new_id() } else { op_id };
        let operations = [op_id, other];
        let mut done = Vec::new();
        for (world, operation) in operations.into_iter().enumerate() {
            let mut values = self.differing(entity, world);
            // Not even which of the hidden fields were changed may be told.
            let half = values.len() / 2;
            values = if world == 0 { values.split_off(half) } else { values.into_iter().take(half.max(1)).collect() };
            if entity == "account" && values.iter().all(|value| value.0 != "x_cost") {
                values.push(("x_cost", self.apart(world)));
            }
            let command = if closes {
                let reason = self.apart(world).to_key();
                let (opportunity, competitor, closed_on) = (id, None, None);
                let expected_version = version;
                Command::Sales(SalesCommand::CloseLost { opportunity, expected_version, reason, competitor, closed_on })
            } else if values.is_empty() {
                return;
            } else {
                update(entity, id, version, &values)
            };
            done.push(self.worlds[world].admin.execute_all(&[command], Some(operation)).is_ok());
        }
        assert_eq!(done[0], done[1], "{entity}");
        if done[0] {
            self.operations.extend(operations);
        }
    }

    fn step(&mut self) {
        match self.random.below(20) {
            0 => {
                for world in 0..2 {
                    for _ in 0..self.random.below(3) {
                        self.work_behind(world);
                    }
                }
            }
            1 => self.made_in_view(),
            2 => self.changed_in_view(),
            _ => {
                let place = self.random.below(exported::calls().len());
                let before = self.answered;
                (exported::calls()[place].1)(self);
                let (calls, answers) = &mut self.called[place];
                *calls += 1;
                *answers += usize::from(self.answered > before);
            }
        }
        agree_on_ids(&self.worlds);
    }
}

/// The most calls on one pair of worlds: small worlds are fast.
const CALLS_OF_A_PAIR: usize = 1_500;

/// Calls on one pair of worlds after the other, all equal; how often each exported function was called and answered.
pub(super) fn rooms_are_equal(make: fn() -> Kept, seed: u64, hides_stages: bool, calls: usize) -> Vec<(usize, usize)> {
    let mut called = vec![(0, 0); exported::calls().len()];
    let (mut done, mut pair) = (0, 0);
    while done < calls {
        pair += 1;
        let mut rooms = Rooms::new(make, seed * 1_000 + pair, hides_stages);
        let most = CALLS_OF_A_PAIR.min(calls - done);
        for _ in 0..8 {
            rooms.made_in_view();
            (0..2).for_each(|world| rooms.work_behind(world));
            rooms.work_behind(1);
        }
        agree_on_ids(&rooms.worlds);
        while rooms.calls < most {
            for world in &rooms.worlds {
                world.clock.advance_micros(1_000_000);
            }
            rooms.step();
        }
        done += rooms.calls;
        assert_ne!(rooms.hidden[0], rooms.hidden[1], "the worlds must differ");
        assert!(rooms.answered * 5 > rooms.calls, "only {} of {} calls were answered", rooms.answered, rooms.calls);
        let [mine, theirs] = rooms.sessions().map(|session| session.list_all::<Account>(&Query::default()).unwrap());
        assert!(mine == theirs);
        for (all, one) in called.iter_mut().zip(&rooms.called) {
            *all = (all.0 + one.0, all.1 + one.1);
        }
    }
    called
}

#[test]
fn nothing_hidden_is_told_by_any_exported_function() {
    let figures = rooms_are_equal(memory, 81, false, 30_000);
    let stages = rooms_are_equal(memory, 83, true, 30_000);
    exported::every_function_was_called(&[figures, stages]);
}

#[test]
fn hidden_figures_are_told_by_no_function_on_a_file() {
    rooms_are_equal(sqlite, 82, false, 20_000);
}

#[test]
fn hidden_stages_and_subjects_are_told_by_no_function_on_a_file() {
    rooms_are_equal(sqlite, 84, true, 20_000);
}
