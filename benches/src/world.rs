//! What is measured: accounts of a thousand users, and readers who see all, a part, or their own.

use std::path::Path;

use crm_core::access::{FieldRight, ObjectRight, PermissionSet, Role, User};
use crm_core::customer::{Account, Channel, ChannelKind, CustomerCommand};
use crm_core::engine::{AdminCommand, Command, Crm, Session, SetupOptions};
use crm_core::exchange::{ColumnMapping, ImportMapping, ReferenceLookup};
use crm_core::store::{Durability, SqliteOptions};
use crm_core::value::{Id, Result};

/// Users who own accounts, each as many as the others.
pub const OWNERS: usize = 1_000;
/// How many of them stand below the two managers: a fiftieth, and a fifth.
pub const TEAMS: [(&str, usize); 2] = [("team", 20), ("region", 200)];

/// An engine on a new file.
pub fn open(path: &Path, durability: Durability) -> Result<Crm> {
    let crm = Crm::open_with(path, SqliteOptions { durability, ..SqliteOptions::default() })?;
    crm.setup(SetupOptions {
        tenant: "main".into(),
        name: "Bench".into(),
        base_currency: "EUR".parse()?,
        time_zone: "Europe/Berlin".into(),
        admin_login: "admin".into(),
    })?;
    Ok(crm)
}

/// The login of an owner.
pub fn owner(number: usize) -> String {
    format!("user{:03}", number % OWNERS)
}

/// Makes the owners and their managers. The first owners are the team, which is a part of the region.
///
/// None of them sees everything, nor the number of employees.
pub fn staff(admin: &Session) -> Result<()> {
    let right = ObjectRight { entity: "account".into(), read: true, ..ObjectRight::default() };
    let hidden = FieldRight { entity: "account".into(), field: "employees".into(), ..FieldRight::default() };
    let permission_set =
        PermissionSet { name: "seller".into(), objects: vec![right], fields: vec![hidden], ..PermissionSet::default() };
    let made = admin.execute(Command::Admin(AdminCommand::CreatePermissionSet { permission_set }))?;
    let set = made.created("permission_set");
    let role = |name: &str, parent| {
        let role = Role { name: name.into(), parent, ..Role::default() };
        Ok(admin.execute(Command::Admin(AdminCommand::CreateRole { role }))?.created("role"))
    };
    let region = role("region", None)?;
    let region_sellers = role("sellers of the region", Some(region))?;
    let team = role("team", Some(region_sellers))?;
    let team_sellers = role("sellers of the team", Some(team))?;
    let others = role("others", None)?;
    let [(_, in_team), (_, in_region)] = TEAMS;
    let role_of = |number: usize| match number {
        number if number < in_team => team_sellers,
        number if number < in_region => region_sellers,
        _ => others,
    };
    let user = |login: String, role: Id| {
        let user =
            User { login: login.clone(), name: login, role: Some(role), permission_sets: vec![set], ..User::default() };
        Command::Admin(AdminCommand::CreateUser { user })
    };
    let managers = [user("region".into(), region), user("team".into(), team)];
    let owners = (0..OWNERS).map(|number| user(owner(number), role_of(number)));
    admin.execute_all(&managers.into_iter().chain(owners).collect::<Vec<_>>(), None).map(|_| ())
}

const PLACES: [&str; 6] = ["苏州", "无锡", "宁波", "Stuttgart", "Milano", "Nagoya"];
const GRADES: [&str; 3] = ["A", "B", "C"];

fn one_of(list: &[&str], number: usize) -> String {
    list.get(number % list.len()).copied().unwrap_or_default().to_owned()
}

fn name(number: usize) -> String {
    format!("{}精密机械 {:06} 有限公司", one_of(&PLACES, number), number * 7_919 % 1_000_003)
}

/// The command that makes an account.
pub fn create(number: usize) -> Command {
    let channel = Channel { kind: ChannelKind::Phone, value: format!("+86 512 {number:08}"), ..Channel::default() };
    let account = Account {
        name: name(number),
        industry: Some("machine tools".into()),
        grade: Some(one_of(&GRADES, number)),
        city: Some(one_of(&PLACES, number)),
        country: Some("CN".into()),
        employees: i64::try_from(number % 5_000).ok(),
        channels: vec![channel],
        ..Account::default()
    };
    Command::Customer(CustomerCommand::CreateAccount { account })
}

/// The same accounts as a CSV file, each with the number of another system and its owner.
pub fn csv(rows: usize) -> String {
    use std::fmt::Write as _;
    let mut text = String::from("key,name,industry,grade,city,country,employees,phone,owner\n");
    for number in 0..rows {
        // Writing to a text cannot fail.
        let _ = writeln!(
            text,
            "{number},{},machine tools,{},{},CN,{},+86 512 {number:08},{}",
            name(number),
            one_of(&GRADES, number),
            one_of(&PLACES, number),
            number % 5_000,
            owner(number)
        );
    }
    text
}

/// What the columns of [`csv`] mean.
pub fn mapping() -> ImportMapping {
    let column =
        |column: &str, field: &str| ColumnMapping { column: column.into(), field: field.into(), ..Default::default() };
    let mut columns: Vec<_> =
        ["name", "industry", "grade", "city", "country", "employees"].map(|name| column(name, name)).into();
    columns.push(column("phone", "channels.phone"));
    let lookup = ReferenceLookup { entity: "user".into(), by: "login".into(), on_unknown: None };
    columns.push(ColumnMapping { lookup: Some(lookup), ..column("owner", "owner") });
    ImportMapping {
        entity: "account".into(),
        columns,
        external_system: Some("erp".into()),
        key_column: Some("key".into()),
        ..ImportMapping::default()
    }
}
