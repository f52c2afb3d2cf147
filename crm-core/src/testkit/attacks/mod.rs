//! The attacks that customer databases are known for, each a test with its number, on every store and for every way in
//! which a record is hidden. A new way of hiding or showing is a line in [`HIDDEN_BY`] or [`SHOWN_BY`].

mod doors;
mod questions;
mod records;

use std::collections::BTreeMap;

use super::regression::made;
use super::rights::{every, hidden, member};
use super::{Engine, custom_definitions, memory, sqlite};
use crate::access::{AccessLevel, ObjectRight, PrincipalKind, PrincipalRef, RecordShare, Role, TeamMember, User};
use crate::engine::Session;
use crate::sales::Pipeline;
use crate::schema::FieldDefinition;
use crate::value::{Date, Error, FieldValue, Id, Problem, Result};

/// What must never leave: it stands in every hidden field and in every hidden record.
const CANARY: &str = "KANARIENVOGEL";

type Fields<'a> = &'a [(&'a str, FieldValue)];

/// A way in which a record is out of the attacker's sight, from whose it is to what is done with it.
struct Way {
    name: &'static str,
    owner: fn(&Stage) -> Id,
    then: fn(&Stage, &str, Id),
}

/// Every way in which a record is hidden.
const HIDDEN_BY: [Way; 4] = [
    Way { name: "it is the administrator's", owner: |stage| stage.admin().user(), then: |_, _, _| {} },
    Way { name: "it is a colleague's", owner: |stage| stage.li.user(), then: |_, _, _| {} },
    Way {
        name: "it was shared until yesterday",
        owner: |stage| stage.li.user(),
        then: |stage, entity, id| stage.share(stage.wang.user(), entity, id, "2026-03-01".parse().ok()),
    },
    Way {
        name: "it is shared with a colleague",
        owner: |stage| stage.admin().user(),
        then: |stage, entity, id| stage.share(stage.li.user(), entity, id, None),
    },
];

/// Every way in which a record is shown.
const SHOWN_BY: [Way; 4] = [
    Way { name: "it is his own", owner: |stage| stage.wang.user(), then: |_, _, _| {} },
    Way { name: "it is of somebody below", owner: |stage| stage.below, then: |_, _, _| {} },
    Way {
        name: "it is shared with him",
        owner: |stage| stage.li.user(),
        then: |stage, entity, id| stage.share(stage.wang.user(), entity, id, None),
    },
    Way {
        name: "he is on its team",
        owner: |stage| stage.li.user(),
        then: |stage, entity, id| {
            let (entity, access) = (entity.to_owned(), Some(AccessLevel::Full));
            let member = TeamMember { entity, record: id, user: stage.wang.user(), access, ..TeamMember::default() };
            stage.admin().access().add_team_member(&member).unwrap();
        },
    },
];

/// The fields that the attacker does not see.
const HIDDEN_FIELDS: [(&str, &str); 14] = [
    ("sample", "secret"),
    ("sample", "amount"),
    ("sample", "external"),
    ("sample", "figures"),
    ("sample", "x_text"),
    ("account", "description"),
    ("account", "annual_revenue"),
    ("account", "channels"),
    ("account", "x_cost"),
    ("contact", "description"),
    ("opportunity", "amount"),
    ("opportunity", "next_step"),
    ("activity", "body"),
    ("lead", "need"),
];

/// What the attacker works with, as far as he sees it.
const WORKED_ON: [&str; 9] =
    ["sample", "account", "contact", "account_link", "activity", "attachment", "lead", "opportunity", "quote"];

/// An engine with an attacker: he has every right on what he works with but to see all, and reads pipelines and users.
struct Stage {
    engine: Engine,
    /// The attacker.
    wang: Session,
    /// A colleague with the same rights.
    li: Session,
    /// Somebody below the attacker.
    below: Id,
    hides: &'static Way,
    shows: &'static Way,
}

/// Runs a test on every store and for every way in which records are hidden and shown.
fn on_every_stage(test: impl Fn(&Stage)) {
    for store in [memory, sqlite] {
        for hides in &HIDDEN_BY {
            test(&Stage::new(Engine::new(store(), 7), hides, &SHOWN_BY[0]));
        }
        for shows in &SHOWN_BY[1..] {
            test(&Stage::new(Engine::new(store(), 7), &HIDDEN_BY[0], shows));
        }
    }
}

impl Stage {
    fn new(engine: Engine, hides: &'static Way, shows: &'static Way) -> Self {
        engine.define(custom_definitions("sample"));
        let cost = FieldDefinition { entity: "account".into(), name: "x_cost".into(), ..FieldDefinition::default() };
        engine.define(vec![cost]);
        engine.admin.sales().create_pipeline(&Pipeline::standard()).unwrap();
        let work = |entity: &str| ObjectRight { view_all: false, edit_all: false, ..every(entity) };
        let read = |entity: &str| ObjectRight { entity: entity.into(), read: true, ..ObjectRight::default() };
        let rights = || WORKED_ON.map(work).into_iter().chain(["pipeline", "user"].map(read)).collect::<Vec<_>>();
        let fields = || HIDDEN_FIELDS.iter().map(|(entity, field)| hidden(entity, field)).collect();
        let [wang, li, below] = ["wang", "li", "below"].map(|login| member(&engine, login, rights(), fields()));
        let admin = engine.admin.admin();
        let top = admin.create_role(&Role { name: "top".into(), ..Role::default() }).unwrap().id;
        let under = Role { name: "under".into(), parent: Some(top), ..Role::default() };
        let under = admin.create_role(&under).unwrap().id;
        for (user, role) in [(wang.user(), top), (below.user(), under)] {
            admin.update_user(&User { role: Some(role), ..admin.user(user).unwrap() }).unwrap();
        }
        let below = below.user();
        Self { engine, wang, li, below, hides, shows }
    }

    fn share(&self, with: Id, entity: &str, record: Id, valid_until: Option<Date>) {
        let grantee = PrincipalRef { kind: PrincipalKind::User, id: with };
        let (entity, access) = (entity.to_owned(), Some(AccessLevel::Full));
        let share = RecordShare { entity, record, grantee, access, valid_until, ..RecordShare::default() };
        self.admin().access().share(&share).unwrap();
    }

    /// Ends every share and every team of a record.
    fn end_shares(&self, entity: &str, id: Id) {
        let access = self.admin().access();
        for share in access.shares(entity, id).unwrap() {
            access.unshare(share.id, share.version).unwrap();
        }
        for member in access.team(entity, id).unwrap() {
            access.remove_team_member(member.id, member.version).unwrap();
        }
    }

    const fn admin(&self) -> &Session {
        &self.engine.admin
    }

    fn by(&self, way: &Way, entity: &str, fields: Fields<'_>) -> Id {
        let mut fields = fields.to_vec();
        fields.push(("owner", (way.owner)(self).into()));
        let id = made(self.admin(), entity, &fields);
        (way.then)(self, entity, id);
        id
    }

    /// A record that the attacker does not see.
    fn hidden(&self, entity: &str, fields: Fields<'_>) -> Id {
        let id = self.by(self.hides, entity, fields);
        let seen = self.wang.reading(|reading| crate::room::Reader::get(reading, entity, id));
        assert_eq!(seen, Err(Error::not_found(entity)), "hidden: {}", self.hides.name);
        id
    }

    /// A record that the attacker sees.
    fn shown(&self, entity: &str, fields: Fields<'_>) -> Id {
        let id = self.by(self.shows, entity, fields);
        let seen = self.wang.reading(|reading| crate::room::Reader::get(reading, entity, id));
        assert_eq!(seen.map(|row| row.id), Ok(id), "shown: {}", self.shows.name);
        id
    }

    /// Everything that is kept, as text, but for the operations: an import is one also if it took no row.
    fn whole(&self) -> String {
        let mut bytes = Vec::new();
        self.engine.crm.dump(&mut bytes).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let told = |line: &&str| !line.starts_with(r#"{"operation""#) && !line.starts_with(r#"{"end""#);
        text.lines().filter(told).collect::<Vec<_>>().join("\n")
    }

    /// A shown sample with the canary in each hidden field.
    fn sample(&self, name: &str, amount: i64) -> Id {
        let external = FieldValue::Json(format!(r#"[{{"system":"{CANARY}","key":"{name}{amount}"}}]"#));
        let figures = FieldValue::Json(format!(r#"[{{"parameter":"Un","text":"{CANARY}"}}]"#));
        let secret = format!("{CANARY} {amount}");
        self.shown(
            "sample",
            &[
                ("name", name.into()),
                ("secret", secret.clone().into()),
                ("x_text", secret.into()),
                ("amount", amount.into()),
                ("external", external),
                ("figures", figures),
            ],
        )
    }

    /// A shown account with the canary in each hidden field.
    fn account(&self, name: &str) -> Id {
        let channels = FieldValue::Json(format!(r#"[{{"kind":"email","value":"{CANARY}@example.org"}}]"#));
        self.shown(
            "account",
            &[
                ("name", name.into()),
                ("description", CANARY.into()),
                ("x_cost", CANARY.into()),
                ("annual_revenue", 777_777.into()),
                ("channels", channels),
            ],
        )
    }
}

/// The text of an answer, without the names and identifiers that the question gave: what an attacker compares.
fn answer<T: std::fmt::Debug>(result: Result<T>, given: &[&str]) -> String {
    let text = match result {
        Ok(found) => format!("{found:?}"),
        Err(error) => {
            let problem = |problem: &Problem| {
                let data: BTreeMap<&String, &String> = problem.data.iter().collect();
                format!("{:?} {:?} {} {data:?}", problem.code, problem.field, problem.message)
            };
            format!("{} {:?}", error.kind(), error.problems().iter().map(problem).collect::<Vec<_>>())
        }
    };
    given.iter().fold(text, |text, name| text.replace(name, "GIVEN"))
}

/// Fails if the canary is in an answer, also in the text of an error.
fn silent<T: std::fmt::Debug>(what: &str, result: &T) {
    let text = format!("{result:?}");
    assert!(!text.to_lowercase().contains(&CANARY.to_lowercase()), "{what}: {text}");
    assert!(!text.contains("777777"), "{what}: {text}");
}

#[test]
fn every_attack_of_the_list_has_a_test() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/testkit/attacks");
    let sources: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    for number in 1..=20 {
        let start = format!("#[test]\nfn a{number:02}_");
        assert!(sources.iter().any(|source| source.contains(&start)), "attack {number}");
    }
}
