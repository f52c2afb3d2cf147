//! A sales force of 1,000 people: 1 at the top, 10 below, 50 directors, 938 sellers; 200 groups of which everybody
//! belongs to three, 60 sharing rules, teams on a twentieth and shares on a hundredth of the accounts. Lists of what each
//! sees are measured beside the raw list of everything; what a change of rights costs is measured beside the plain
//! statements that write the same rows.

use std::path::Path;
use std::time::Instant;

use crm_core::access::{
    AccessLevel, Membership, ObjectRight, PermissionSet, PrincipalKind, PrincipalRef, RecordShare, Role, SharingAccess,
    SharingRule, SharingRuleKind, TeamMember, User, UserGroup,
};
use crm_core::customer::Account;
use crm_core::engine::{AccessCommand, AdminCommand, Command, Crm, Session, Transfer};
use crm_core::exchange::{ColumnMapping, ImportMapping};
use crm_core::query::{AggregateQuery, Comparison, Filter, Measure, MeasureFunction, Query, Sort};
use crm_core::value::{FieldValue, Id, Result};

use crate::{Failure, raw, world};

/// Those above the sellers.
const VICE_PRESIDENTS: usize = 10;
const DIRECTORS: usize = 50;
const GROUPS: usize = 200;
const RULES: usize = 60;
/// So many rules has the entity when decisions are measured.
const MORE_RULES: usize = 299;

/// The people whose lists are measured.
struct People {
    seller: String,
    director: String,
    vice_president: String,
    top: String,
    director_role: Role,
    vice_president_roles: Vec<Id>,
}

pub fn measure(folder: &Path, rows: usize) -> std::result::Result<(), Failure> {
    let file = folder.join("access.db");
    let crm = world::open(&file, crm_core::store::Durability::Normal)?;
    let admin = crm.session("main", "admin")?;
    let start = Instant::now();
    let people = staff(&admin)?;
    let (text, mapping) = accounts(rows);
    let report = admin.import_csv(text.as_bytes(), &mapping, false)?;
    if report.rejected > 0 {
        return Err(format!("{:?}", report.rejects.first()).into());
    }
    rules(&admin, 0..RULES)?;
    shares(&admin, rows)?;
    println!("\naccess: {rows} accounts, {:.0} s to make", start.elapsed().as_secs_f64());
    let raw = raw::Reader::open(&file)?;
    lists(&raw, &crm, &people)?;
    rules(&admin, RULES..MORE_RULES)?;
    decisions(&crm, &people)?;
    changes(&raw, &admin, &crm, &people, rows)
}

/// The accounts as a CSV file, each with a revenue.
fn accounts(rows: usize) -> (String, ImportMapping) {
    let mut mapping = world::mapping();
    let field = "annual_revenue".to_owned();
    mapping.columns.push(ColumnMapping { column: field.clone(), field, ..ColumnMapping::default() });
    let lines = world::csv(rows);
    let with_revenue = lines.lines().enumerate().map(|(place, line)| match place {
        0 => format!("{line},annual_revenue\n"),
        number => format!("{line},{}\n", number * 7_919 % 1_000_003),
    });
    (with_revenue.collect(), mapping)
}

/// The seller with this number, and by whom he is led.
fn login(number: usize) -> String {
    world::owner(number)
}

fn staff(admin: &Session) -> std::result::Result<People, Failure> {
    let right = ObjectRight { entity: "account".into(), read: true, edit: true, ..ObjectRight::default() };
    let set = PermissionSet { name: "sales".into(), objects: vec![right], ..PermissionSet::default() };
    let set = admin.admin().create_permission_set(&set)?.id;
    let role = |name: String, parent: Option<Id>| admin.admin().create_role(&Role { name, parent, ..Role::default() });
    let top = role("top".into(), None)?;
    let mut commands = Vec::new();
    let mut user = |login: String, role: Id| {
        let user =
            User { login: login.clone(), name: login, role: Some(role), permission_sets: vec![set], ..User::default() };
        commands.push(Command::Admin(AdminCommand::CreateUser { user }));
    };
    user("top".into(), top.id);
    let mut vice_president_roles = Vec::new();
    for number in 0..VICE_PRESIDENTS {
        let made = role(format!("vice president {number}"), Some(top.id))?;
        user(format!("vp{number}"), made.id);
        vice_president_roles.push(made.id);
    }
    let mut sellers = Vec::new();
    let mut director_role = None;
    for number in 0..DIRECTORS {
        let made = role(format!("director {number}"), vice_president_roles.get(number % VICE_PRESIDENTS).copied())?;
        user(format!("director{number}"), made.id);
        sellers.push(role(format!("sellers {number}"), Some(made.id))?.id);
        director_role = director_role.or(Some(made));
    }
    for number in 0..world::OWNERS {
        user(login(number), sellers.get(number % DIRECTORS).copied().unwrap_or_default());
    }
    admin.execute_all(&commands, None)?;
    groups(admin)?;
    Ok(People {
        seller: login(7),
        director: "director3".into(),
        vice_president: "vp4".into(),
        top: "top".into(),
        director_role: director_role.ok_or("no director")?,
        vice_president_roles,
    })
}

fn groups(admin: &Session) -> Result<()> {
    let users: Vec<User> = admin.list_all(&Query::default())?;
    let sellers: Vec<Id> = users.iter().filter(|user| user.login.starts_with("user")).map(|user| user.id).collect();
    let mut commands = Vec::new();
    for group in 0..GROUPS {
        // Every seller is in three groups.
        let inside = (0..sellers.len()).filter(|number| (0..3).any(|step| (number * 7 + step * 61) % GROUPS == group));
        let member = |number: usize| Membership {
            principal: PrincipalRef { kind: PrincipalKind::User, id: sellers.get(number).copied().unwrap_or_default() },
            ..Membership::default()
        };
        let members = inside.map(member).collect();
        let user_group = UserGroup { name: format!("group {group}"), members, ..UserGroup::default() };
        commands.push(Command::Admin(AdminCommand::CreateUserGroup { user_group }));
    }
    admin.execute_all(&commands, None).map(|_| ())
}

fn equals(field: &str, value: &str) -> Filter {
    Filter::Compare { field: field.into(), comparison: Comparison::Equal, value: value.into() }
}

fn rule(name: String, filter: Filter, target: Id) -> SharingRule {
    SharingRule {
        name,
        entity: "account".into(),
        kind: SharingRuleKind::Criteria,
        access: Some(SharingAccess::Read),
        filter: Some(filter),
        targets: vec![PrincipalRef { kind: PrincipalKind::Group, id: target }],
        ..SharingRule::default()
    }
}

/// Rules over small parts of the accounts: by the beginning of their names.
fn rules(admin: &Session, numbers: std::ops::Range<usize>) -> Result<()> {
    let groups: Vec<UserGroup> = admin.list_all(&Query::default())?;
    let mut commands = Vec::new();
    for number in numbers {
        let place = ["苏州", "无锡", "宁波"].get(number % 3).copied().unwrap_or_default();
        let filter =
            Filter::Prefix { field: "name".into(), prefix: format!("{place}精密机械 {:03}", number * 16 % 1_000) };
        let target = groups.get(number * 3 % GROUPS).map(|group| group.id).unwrap_or_default();
        let sharing_rule = rule(format!("rule {number}"), filter, target);
        commands.push(Command::Admin(AdminCommand::CreateSharingRule { sharing_rule }));
    }
    admin.execute_all(&commands, None).map(|_| ())
}

/// Teams on a twentieth, shares on a hundredth.
fn shares(admin: &Session, rows: usize) -> Result<()> {
    let users: Vec<User> = admin.list_all(&Query::default())?;
    let mut cursor = None;
    let (mut commands, mut number) = (Vec::new(), 0_usize);
    while number < rows {
        let query = Query { limit: Some(500), cursor, ..Query::default() };
        let (page, next): (Vec<Account>, _) = admin.list(&query)?;
        for account in page {
            number += 1;
            let user = users.get(number * 31 % users.len()).map(|user| user.id).unwrap_or_default();
            let (entity, record) = ("account".to_owned(), account.id);
            if number % 20 == 0 {
                let access = Some(AccessLevel::Edit);
                let member = TeamMember { entity, record, user, access, ..TeamMember::default() };
                commands.push(Command::Access(AccessCommand::AddTeamMember { member }));
            } else if number % 100 == 1 {
                let grantee = PrincipalRef { kind: PrincipalKind::User, id: user };
                let share = RecordShare { entity, record, grantee, ..RecordShare::default() };
                commands.push(Command::Access(AccessCommand::Share { share }));
            }
        }
        if commands.len() >= 1_000 || next.is_none() {
            for batch in commands.chunks(1_000) {
                admin.execute_all(batch, None)?;
            }
            commands.clear();
        }
        cursor = next;
        if cursor.is_none() {
            break;
        }
    }
    Ok(())
}

/// The median of several runs, in microseconds.
fn median(
    rounds: usize,
    mut run: impl FnMut() -> std::result::Result<(), Failure>,
) -> std::result::Result<f64, Failure> {
    let mut times = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        let start = Instant::now();
        run()?;
        times.push(start.elapsed().as_secs_f64() * 1e6);
    }
    times.sort_by(f64::total_cmp);
    Ok(times.get(rounds / 2).copied().unwrap_or_default())
}

fn sorted(field: &str) -> Query {
    Query { sort: vec![Sort { field: field.into(), descending: false }], ..Query::default() }
}

fn lists(raw: &raw::Reader, crm: &Crm, people: &People) -> std::result::Result<(), Failure> {
    println!(
        "{:<34} {:>9} {:>10} {:>10} {:>10} {:>7}",
        "list of 50", "visible", "raw us", "warm us", "cold ms", "ratio"
    );
    for field in ["name", "updated_at", "annual_revenue"] {
        let rounds = 201;
        let plain = median(rounds, || Ok(raw.list_by(field)?))?;
        for (who, login) in [
            ("seller", &people.seller),
            ("director", &people.director),
            ("vice president", &people.vice_president),
            ("top", &people.top),
        ] {
            let session = crm.session("main", login)?;
            let ask = || -> std::result::Result<(), Failure> {
                std::hint::black_box(session.customers().accounts(&sorted(field))?);
                Ok(())
            };
            let cold = median(1, ask)? / 1e3;
            let warm = median(rounds, ask)?;
            let count = AggregateQuery {
                measures: vec![Measure { function: MeasureFunction::Count, field: None }],
                ..AggregateQuery::default()
            };
            let visible = session.aggregate("account", &count)?;
            let visible = visible.first().and_then(|row| row.values.first()).map(|value| match value {
                FieldValue::Integer(count) => count.to_string(),
                other => format!("{other:?}"),
            });
            println!(
                "{:<34} {:>9} {plain:>10.0} {warm:>10.0} {cold:>10.1} {:>7.2}",
                format!("{who} by {field}"),
                visible.unwrap_or_default(),
                warm / plain
            );
        }
    }
    Ok(())
}

/// What a decision about a record costs when what decides over it is known, with 300 rules on the entity.
fn decisions(crm: &Crm, people: &People) -> std::result::Result<(), Failure> {
    const ROUNDS: usize = 2_000;
    let session = crm.session("main", &people.director)?;
    let (page, _): (Vec<Account>, _) = session.list(&sorted("name"))?;
    let ids: Vec<Id> = page.iter().map(|account| account.id).collect();
    let decisions = session.access().decisions("account", &ids)?;
    let start = Instant::now();
    for _ in 0..ROUNDS {
        for place in 0..decisions.len() {
            std::hint::black_box(decisions.level(place));
        }
    }
    let each = start.elapsed().as_secs_f64() * 1e6 / (ROUNDS * decisions.len()) as f64;
    let verdict = if each <= 2.0 { "" } else { "  above the bar" };
    println!("{:<44} {each:>9.2} us  bar 2 us{verdict}", "a decision in memory, 300 rules");
    Ok(())
}

fn timed(
    name: &str,
    bar: f64,
    plain: Option<f64>,
    run: impl FnOnce() -> std::result::Result<(), Failure>,
) -> std::result::Result<(), Failure> {
    let start = Instant::now();
    run()?;
    let milliseconds = start.elapsed().as_secs_f64() * 1e3;
    let ratio = plain.map_or(String::new(), |plain| format!("  raw {plain:.0} ms, ratio {:.2}", milliseconds / plain));
    let verdict = if milliseconds <= bar { "" } else { "  above the bar" };
    println!("{name:<44} {milliseconds:>9.1} ms  bar {bar:.0} ms{ratio}{verdict}");
    Ok(())
}

fn changes(
    raw: &raw::Reader,
    admin: &Session,
    crm: &Crm,
    people: &People,
    rows: usize,
) -> std::result::Result<(), Failure> {
    let other = people.vice_president_roles.get(5).copied();
    let moved = Role { parent: other, ..people.director_role.clone() };
    timed("a role moves", 10.0, None, || Ok(admin.admin().update_role(&moved).map(|_| ())?))?;
    let groups: Vec<UserGroup> = admin.list_all(&Query::default())?;
    let target = groups.first().map(|group| group.id).unwrap_or_default();
    let grade = rule("a third".into(), equals("city", "苏州"), target);
    let plain = raw.grant_where("city = '苏州'")?;
    let mut made = None;
    timed("a rule that fits a sixth is applied", plain.0 * 1.5, Some(plain.0), || {
        made = Some(admin.admin().create_sharing_rule(&grade)?);
        Ok(())
    })?;
    if let Some(made) = made {
        timed("and withdrawn", 300.0 * (rows as f64 / 6e5).max(1.0), Some(plain.1), || {
            Ok(admin.delete("sharing_rule", made.id, made.version).map(|_| ())?)
        })?;
    }
    let users: Vec<User> = admin.list_all(&Query::default())?;
    let find = |login: &str| users.iter().find(|user| user.login == login).map(|user| user.id);
    let (from_owner, to) = (find(&login(11)), find(&login(12)).unwrap_or_default());
    let count = (rows / world::OWNERS).max(1);
    let transfer = Transfer { entity: "account".into(), from_owner, to, ..Transfer::default() };
    let start = Instant::now();
    let report = admin.transfers().transfer(&transfer)?;
    let seconds = start.elapsed().as_secs_f64();
    let handed: i64 = report.counts.iter().map(|one| one.count).sum();
    println!("{:<44} {:>9.1} ms  {handed} of {count} accounts", "transfer of a seller's accounts", seconds * 1e3);
    let session = crm.session("main", &people.top)?;
    timed("the top of the house lists anew", 600.0, None, || {
        std::hint::black_box(session.customers().accounts(&sorted("name"))?);
        Ok(())
    })
}
