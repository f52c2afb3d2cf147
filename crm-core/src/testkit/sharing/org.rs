//! A random organisation: units, roles, groups, queues, territories, rules, defaults, teams, shares, and records.

use std::collections::HashMap;

use crate::access::{
    AccessLevel, DefaultAccess, Duty, EntityFilter, FieldAccess, FieldRight, Membership, ObjectRight, OrgUnit,
    PermissionSet, PrincipalKind, PrincipalRef, RecordShare, Role, SharingAccess, SharingDefault, SharingRule,
    SharingRuleKind, TeamMember, Territory, User, UserGroup, UserKind,
};
use crate::customer::{Account, Contact};
use crate::engine::{AccessCommand, AdminCommand, Command, RecordCommand};
use crate::query::{Comparison, Filter};
use crate::sales::{Opportunity, Pipeline};
use crate::testkit::{Engine, Kept, Random};
use crate::value::{Date, FieldValue, Id};

/// The entities whose sharing is random.
pub(super) const SHARED: [&str; 3] = ["account", "contact", "opportunity"];
/// The regions in which accounts are.
const REGIONS: [&str; 5] = ["East", "West", "North", "South", "华东"];
/// The grades of accounts.
const GRADES: [&str; 3] = ["A", "B", "C"];
/// Fields of which permission sets say something.
const FIELDS: [(&str, &str); 8] = [
    ("account", "annual_revenue"),
    ("account", "grade"),
    ("account", "description"),
    ("account", "channels"),
    ("account", "name"),
    ("contact", "job_title"),
    ("contact", "channels"),
    ("opportunity", "amount"),
];

/// An engine with a random organisation.
pub(super) struct Org {
    pub(super) engine: Engine,
    pub(super) users: Vec<Id>,
    pub(super) records: Vec<(&'static str, Id)>,
    pub(super) rules: Vec<Id>,
    pub(super) random: Random,
    principals: Vec<PrincipalRef>,
    roles: Vec<Id>,
    units: Vec<Id>,
}

impl Org {
    /// Makes one; the same seed gives the same on every store.
    pub(super) fn new(kept: Kept, seed: u64, users: usize, accounts: usize) -> Self {
        let engine = Engine::new(kept, seed);
        let mut org = Self {
            engine,
            users: Vec::new(),
            records: Vec::new(),
            rules: Vec::new(),
            random: Random::new(seed),
            principals: vec![PrincipalRef { kind: PrincipalKind::Everybody, id: Id::NIL }],
            roles: Vec::new(),
            units: Vec::new(),
        };
        org.engine.admin.sales().create_pipeline(&Pipeline::standard()).unwrap();
        org.trees();
        org.people(users);
        org.groups();
        org.make_defaults();
        org.make_records(accounts);
        for _ in 0..14 {
            org.rule();
        }
        for _ in 0..accounts / 2 {
            org.share();
        }
        org
    }

    pub(super) fn admin(&self, command: AdminCommand) -> Result<Id, crate::value::Error> {
        let outcome = self.engine.admin.execute(Command::Admin(command))?;
        Ok(outcome.changes.first().map_or(Id::NIL, |change| change.id))
    }

    /// Two days, the first of them not the later one; today lies between them more often than not.
    fn days(&mut self) -> (Option<Date>, Option<Date>) {
        let date = |day: usize| format!("2026-03-{day:02}").parse::<Date>().ok();
        match self.random.below(5) {
            0 => (date(1), date(1)),
            1 => (date(3), None),
            2 => (date(1), date(2 + self.random.below(3))),
            _ => (None, None),
        }
    }

    fn trees(&mut self) {
        for number in 0..9 {
            let parent = self.random.pick(&self.roles).copied().filter(|_| number > 1);
            let (valid_from, valid_until) = if number > 3 { self.days() } else { (None, None) };
            let role = Role { name: format!("role {number}"), parent, valid_from, valid_until, ..Role::default() };
            let role = self.admin(AdminCommand::CreateRole { role }).unwrap();
            self.roles.push(role);
            for kind in [PrincipalKind::Role, PrincipalKind::RoleAndBelow] {
                self.principals.push(PrincipalRef { kind, id: role });
            }
        }
        for number in 0..5 {
            let parent = self.random.pick(&self.units).copied().filter(|_| number > 0);
            let (valid_from, valid_until) = self.days();
            let org_unit =
                OrgUnit { name: format!("unit {number}"), parent, valid_from, valid_until, ..OrgUnit::default() };
            let unit = self.admin(AdminCommand::CreateOrgUnit { org_unit }).unwrap();
            self.units.push(unit);
            for kind in [PrincipalKind::Unit, PrincipalKind::UnitAndBelow] {
                self.principals.push(PrincipalRef { kind, id: unit });
            }
        }
    }

    fn set(&mut self, number: usize) -> Id {
        let mut objects: Vec<ObjectRight> = Vec::new();
        for entity in SHARED {
            let mut share = |percent| self.random.percent(percent);
            objects.push(ObjectRight {
                entity: entity.into(),
                read: share(92),
                create: share(60),
                edit: share(70),
                delete: share(50),
                view_all: share(6),
                edit_all: share(4),
                ..ObjectRight::default()
            });
        }
        let mut fields = Vec::new();
        for (entity, field) in FIELDS {
            if self.random.percent(30) {
                let access = self.random.of(FieldAccess::ALL);
                let access = if field == "name" { access.max(FieldAccess::Masked) } else { access };
                fields.push(FieldRight { entity: entity.into(), field: field.into(), access });
            }
        }
        let limits = fields.iter().filter(|_| self.random.percent(15)).cloned().collect();
        let denied = ObjectRight { entity: "contact".into(), read: true, ..ObjectRight::default() };
        let denied = if self.random.percent(10) { vec![denied] } else { Vec::new() };
        let name = format!("set {number}");
        let permission_set = PermissionSet { name, objects, fields, limits, denied, ..PermissionSet::default() };
        self.admin(AdminCommand::CreatePermissionSet { permission_set }).unwrap()
    }

    fn people(&mut self, count: usize) {
        let sets: Vec<Id> = (0..6).map(|number| self.set(number)).collect();
        for number in 0..count {
            let kind = if number % 9 == 8 { UserKind::Queue } else { UserKind::Person };
            let duty = Duty { role: self.random.of(&self.roles), ..Duty::default() };
            let (valid_from, valid_until) = self.days();
            let duty = Duty { valid_from, valid_until, ..duty };
            let user = User {
                login: format!("user {number}"),
                name: format!("user {number}"),
                kind: Some(kind),
                role: self.random.pick(&self.roles).copied().filter(|_| number % 5 > 0),
                unit: self.random.pick(&self.units).copied(),
                duties: if number % 4 == 3 { vec![duty] } else { Vec::new() },
                permission_sets: (0..2).map(|_| self.random.of(&sets)).collect(),
                members: if kind == UserKind::Queue { self.members() } else { Vec::new() },
                ..User::default()
            };
            let user = self.admin(AdminCommand::CreateUser { user }).unwrap();
            self.users.push(user);
            self.principals.push(PrincipalRef { kind: PrincipalKind::User, id: user });
        }
    }

    fn members(&mut self) -> Vec<Membership> {
        let member = |org: &mut Self| {
            let (valid_from, valid_until) = org.days();
            let narrow = &org.principals[1..];
            Membership { principal: org.random.clone().of(narrow), valid_from, valid_until }
        };
        (0..2)
            .map(|_| {
                self.random.next();
                member(self)
            })
            .collect()
    }

    fn groups(&mut self) {
        for number in 0..6 {
            let members = self.members();
            let (valid_from, valid_until) = self.days();
            let user_group =
                UserGroup { name: format!("group {number}"), members, valid_from, valid_until, ..UserGroup::default() };
            let id = self.admin(AdminCommand::CreateUserGroup { user_group }).unwrap();
            self.principals.push(PrincipalRef { kind: PrincipalKind::Group, id });
        }
        let mut parent = None;
        for (number, region) in REGIONS.into_iter().enumerate().take(4) {
            let filter = Filter::IsEmpty { field: "region".into() };
            let records = vec![EntityFilter { entity: "account".into(), filter }];
            let (valid_from, valid_until) = self.days();
            let territory = Territory {
                name: format!("territory {number}"),
                parent,
                regions: vec![region.into()],
                records: if number == 3 { records } else { Vec::new() },
                members: self.members(),
                access: Some(self.random.of(AccessLevel::ALL)),
                valid_from,
                valid_until,
                ..Territory::default()
            };
            let id = self.admin(AdminCommand::CreateTerritory { territory }).unwrap();
            parent = if number % 2 == 0 { Some(id) } else { None };
            self.principals.push(PrincipalRef { kind: PrincipalKind::Territory, id });
        }
    }

    fn make_defaults(&mut self) {
        for entity in SHARED {
            let mut access = self.random.of(DefaultAccess::ALL);
            if entity == "account" || self.random.percent(40) {
                access = if self.random.percent(70) { DefaultAccess::Private } else { DefaultAccess::Read };
            }
            let without_hierarchy = self.random.percent(20);
            let team_fields =
                if entity == "account" { vec!["grade".into(), "annual_revenue".into()] } else { Vec::new() };
            let sharing_default = SharingDefault {
                entity: entity.into(),
                access,
                without_hierarchy,
                team_fields,
                ..SharingDefault::default()
            };
            self.admin(AdminCommand::CreateSharingDefault { sharing_default }).unwrap();
        }
    }

    fn make_records(&mut self, accounts: usize) {
        for number in 0..accounts {
            let account = Account {
                name: format!("account {number:04}"),
                owner: self.random.pick(&self.users).copied(),
                region: self.random.pick(&REGIONS).map(|region| (*region).to_owned()).filter(|_| number % 7 > 0),
                grade: self.random.pick(&GRADES).map(|grade| (*grade).to_owned()),
                annual_revenue: Some(i64::try_from(number).unwrap().into()),
                description: Some(format!("about number {number}")),
                ..Account::default()
            };
            let account = self.engine.admin.customers().create_account(&account).unwrap().id;
            self.records.push(("account", account));
            if number % 2 == 0 {
                let contact = Contact {
                    full_name: format!("contact {number}"),
                    account: Some(account).filter(|_| number % 8 > 0),
                    owner: self.random.pick(&self.users).copied(),
                    job_title: Some("chief engineer".into()),
                    ..Contact::default()
                };
                let contact = self.engine.admin.customers().create_contact(&contact).unwrap().id;
                self.records.push(("contact", contact));
            }
            if number % 3 == 0 {
                let deal = Opportunity {
                    name: format!("deal {number}"),
                    account: Some(account).filter(|_| number % 9 > 0),
                    owner: self.random.pick(&self.users).copied(),
                    ..Opportunity::default()
                };
                let deal = self.engine.admin.sales().create_opportunity(&deal).unwrap().id;
                self.records.push(("opportunity", deal));
            }
        }
    }

    fn some_principals(&mut self) -> Vec<PrincipalRef> {
        (0..2).map(|_| self.random.of(&self.principals)).collect()
    }

    fn equals(field: &str, value: &str) -> Filter {
        Filter::Compare { field: field.into(), comparison: Comparison::Equal, value: value.into() }
    }

    fn filter(&mut self, entity: &str) -> Filter {
        match entity {
            "account" if self.random.percent(50) => Self::equals("grade", self.random.of(&GRADES)),
            "account" => Filter::Any {
                filters: vec![
                    Self::equals("region", self.random.of(&REGIONS)),
                    Filter::Prefix { field: "name".into(), prefix: format!("account 00{}", self.random.below(9)) },
                ],
            },
            "contact" => {
                Filter::Prefix { field: "full_name".into(), prefix: format!("contact {}", self.random.below(9)) }
            }
            _ => Filter::Prefix { field: "name".into(), prefix: format!("deal {}", self.random.below(9)) },
        }
    }

    /// Makes a sharing rule.
    pub(super) fn rule(&mut self) {
        let entity = self.random.of(&SHARED);
        let kind = self.random.of(SharingRuleKind::ALL);
        let mut access = self.random.of(SharingAccess::ALL);
        if kind != SharingRuleKind::Criteria && access == SharingAccess::Deny {
            access = SharingAccess::Read;
        }
        let (valid_from, valid_until) = self.days();
        let rule = SharingRule {
            name: format!("rule {} {}", self.rules.len(), self.random.next()),
            entity: entity.into(),
            kind,
            access: Some(access),
            sources: if kind == SharingRuleKind::Owner { self.some_principals() } else { Vec::new() },
            filter: (kind == SharingRuleKind::Criteria).then(|| self.filter(entity)),
            field: (kind == SharingRuleKind::Field).then(|| "created_by".to_owned()),
            targets: if kind == SharingRuleKind::Field { Vec::new() } else { self.some_principals() },
            valid_from,
            valid_until,
            is_inactive: self.random.percent(10),
            ..SharingRule::default()
        };
        let rule = SharingRule { field: rule.field.map(|_| "owner".to_owned()), ..rule };
        let made = self.admin(AdminCommand::CreateSharingRule { sharing_rule: rule });
        self.rules.extend(made.ok());
    }

    /// Shares a record, or puts somebody into its team.
    pub(super) fn share(&mut self) {
        let (entity, record) = self.random.of(&self.records);
        let access = Some(self.random.of(AccessLevel::ALL));
        let (valid_from, valid_until) = self.days();
        let command = if self.random.percent(50) {
            let fields = if entity == "account" && self.random.percent(50) { vec!["grade".into()] } else { Vec::new() };
            let user = self.random.of(&self.users);
            let entity = entity.into();
            let member =
                TeamMember { entity, record, user, access, fields, valid_from, valid_until, ..TeamMember::default() };
            AccessCommand::AddTeamMember { member }
        } else {
            let grantee = self.random.of(&self.principals);
            let share =
                RecordShare { entity: entity.into(), record, grantee, access, valid_until, ..RecordShare::default() };
            AccessCommand::Share { share }
        };
        self.engine.admin.execute(Command::Access(command)).unwrap();
    }

    /// Changes something at random: an owner, a field that rules look at, a rule, a role, a share.
    pub(super) fn change(&mut self) {
        let (entity, id) = self.random.of(&self.records);
        let set = |name: &str, value: FieldValue| HashMap::from([(name.to_owned(), value)]);
        let fields = match self.random.below(6) {
            0 | 1 => set("owner", self.random.of(&self.users).into()),
            2 if entity == "account" => set("region", self.random.of(&REGIONS).into()),
            3 if entity == "account" => set("grade", self.random.of(&GRADES).into()),
            4 => return self.rule(),
            5 if self.random.percent(50) => return self.move_somebody(),
            _ => return self.share(),
        };
        let row = self.engine.admin.reading(|reading| crate::room::Reader::get(reading, entity, id)).unwrap();
        let update = RecordCommand::Update { entity: entity.into(), id, expected_version: row.version, fields };
        self.engine.admin.execute(Command::Record(update)).unwrap();
    }

    /// A change of the rules or of the people that nobody has made yet.
    pub(super) fn next_change(&mut self) -> Option<Command> {
        let rule = self.random.pick(&self.rules).copied();
        let rule = rule.and_then(|rule| self.engine.admin.get::<SharingRule>(rule).ok());
        Some(Command::Admin(match self.random.below(4) {
            0 => {
                let user: User = self.engine.admin.get(self.random.of(&self.users)).ok()?;
                AdminCommand::UpdateUser { user: User { role: self.random.pick(&self.roles).copied(), ..user } }
            }
            1 => {
                let rule = rule?;
                AdminCommand::UpdateSharingRule { sharing_rule: SharingRule { is_inactive: !rule.is_inactive, ..rule } }
            }
            2 => {
                let rule = rule.filter(|rule| rule.kind == SharingRuleKind::Criteria)?;
                let filter = Some(self.filter(&rule.entity.clone()));
                AdminCommand::UpdateSharingRule { sharing_rule: SharingRule { filter, ..rule } }
            }
            _ => {
                let rule = rule.filter(|rule| rule.kind != SharingRuleKind::Field)?;
                let targets = self.some_principals();
                AdminCommand::UpdateSharingRule { sharing_rule: SharingRule { targets, ..rule } }
            }
        }))
    }

    fn move_somebody(&mut self) {
        let user: User = self.engine.admin.get(self.random.of(&self.users)).unwrap();
        let role = self.random.pick(&self.roles).copied();
        self.admin(AdminCommand::UpdateUser { user: User { role, ..user } }).unwrap();
        if let Some(rule) = self.random.pick(&self.rules).copied()
            && let Ok(rule) = self.engine.admin.get::<SharingRule>(rule)
        {
            let is_inactive = !rule.is_inactive;
            self.admin(AdminCommand::UpdateSharingRule { sharing_rule: SharingRule { is_inactive, ..rule } }).unwrap();
        }
    }
}
