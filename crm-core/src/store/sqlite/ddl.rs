//! Tables and statements, made from the registry.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use rusqlite::Connection;

use super::failure::explain;
#[cfg(test)]
use crate::schema::FieldKind;
use crate::schema::{EntityType, FieldSpec, Registry};
use crate::value::Result;

/// The columns that every table has, in the order in which rows are read and written.
pub(super) const SYSTEM_COLUMNS: &str =
    "id, version, owner, created_at, created_by, updated_at, updated_by, deleted, ext";
/// How many they are.
pub(super) const SYSTEM_COUNT: usize = 9;
/// The column of a search table that says of which tenant the record is, as a word. It is asked together with the words,
/// so that nobody walks through the matches of other tenants.
pub(super) const SEARCH_SCOPE: &str = "scope";

/// The tables that do not come from the registry.
#[cfg(test)]
const FIXED_TABLES: &str = "\
CREATE TABLE tenant (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, epoch INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE number_series (tenant INTEGER NOT NULL, series TEXT NOT NULL, next INTEGER NOT NULL, PRIMARY KEY (tenant, series)) STRICT, WITHOUT ROWID;
CREATE TABLE unique_key (tenant INTEGER NOT NULL, entity TEXT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL, record BLOB NOT NULL, PRIMARY KEY (tenant, entity, kind, value)) STRICT, WITHOUT ROWID;
CREATE TABLE list_key (tenant INTEGER NOT NULL, entity TEXT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL, record BLOB NOT NULL, PRIMARY KEY (tenant, entity, kind, value, record)) STRICT, WITHOUT ROWID;
CREATE TABLE span_kind (number INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, entity TEXT NOT NULL, field TEXT NOT NULL, code TEXT NOT NULL, tag TEXT NOT NULL, UNIQUE (tenant, entity, field, code, tag)) STRICT;
CREATE TABLE span_key (kind INTEGER NOT NULL, part INTEGER NOT NULL, low BLOB NOT NULL, high BLOB NOT NULL, rid INTEGER NOT NULL, PRIMARY KEY (kind, part, low, high, rid)) STRICT, WITHOUT ROWID;
CREATE TABLE record_grant (tenant INTEGER NOT NULL, entity TEXT NOT NULL, principal BLOB NOT NULL, rid INTEGER NOT NULL, cause BLOB NOT NULL, level INTEGER NOT NULL, valid_from TEXT, valid_until TEXT, fields TEXT, PRIMARY KEY (tenant, entity, principal, rid, cause)) STRICT, WITHOUT ROWID;
CREATE INDEX record_grant_record ON record_grant (tenant, entity, rid);
CREATE TABLE match_key (tenant INTEGER NOT NULL, space INTEGER NOT NULL, version INTEGER NOT NULL, hash INTEGER NOT NULL, rid INTEGER NOT NULL, PRIMARY KEY (tenant, space, version, hash, rid)) STRICT, WITHOUT ROWID;
CREATE TABLE match_record (tenant INTEGER NOT NULL, space INTEGER NOT NULL, version INTEGER NOT NULL, rid INTEGER NOT NULL, id BLOB NOT NULL, features BLOB NOT NULL, PRIMARY KEY (tenant, space, version, rid)) STRICT, WITHOUT ROWID;
CREATE TABLE journal (sequence INTEGER PRIMARY KEY AUTOINCREMENT, tenant INTEGER NOT NULL, op_id BLOB NOT NULL, command TEXT NOT NULL, actor BLOB NOT NULL, at INTEGER NOT NULL, entity TEXT NOT NULL, record BLOB NOT NULL, version INTEGER NOT NULL, kind TEXT NOT NULL, changes TEXT NOT NULL, consequence INTEGER NOT NULL) STRICT;
CREATE INDEX journal_record ON journal (record, sequence);
CREATE INDEX journal_operation ON journal (op_id);
CREATE TABLE operation (tenant INTEGER NOT NULL, op_id BLOB NOT NULL, fingerprint TEXT NOT NULL, outcome TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (tenant, op_id)) STRICT, WITHOUT ROWID;
";

/// What is read of them; a file that lacks some of it is refused.
const FIXED_COLUMNS: [&str; 10] = [
    "SELECT id, key, epoch FROM tenant",
    "SELECT tenant, series, next FROM number_series",
    "SELECT tenant, entity, kind, value, record FROM unique_key",
    "SELECT number, tenant, entity, field, code, tag FROM span_kind",
    "SELECT kind, part, low, high, rid FROM span_key",
    "SELECT tenant, entity, principal, rid, cause, level, valid_from, valid_until, fields FROM record_grant",
    "SELECT tenant, space, version, hash, rid FROM match_key",
    "SELECT tenant, space, version, rid, id, features FROM match_record",
    "SELECT sequence, tenant, op_id, command, actor, at, entity, record, version, kind, changes FROM journal",
    "SELECT tenant, op_id, fingerprint, outcome, at FROM operation",
];

/// Statements of one entity that never change.
#[derive(Debug)]
pub(super) struct Statements {
    pub(super) select: String,
    pub(super) get: String,
    pub(super) insert: String,
    pub(super) search_insert: String,
    pub(super) search_delete: String,
}

/// The registry with its statements.
#[derive(Debug)]
pub(super) struct Tables {
    pub(super) registry: Arc<Registry>,
    statements: HashMap<&'static str, Statements>,
}

/// A name of ours as an SQL identifier: names consist of letters, digits and underscores.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

impl Tables {
    pub(super) fn new(registry: Arc<Registry>) -> Self {
        let statements = registry.entities().iter().map(|entity| (entity.name, Statements::of(entity))).collect();
        Self { registry, statements }
    }

    /// The statements of a registered entity.
    pub(super) fn statements(&self, entity: &str) -> Result<&Statements> {
        self.statements.get(entity).ok_or_else(|| super::open::damaged("an entity is not registered"))
    }

    /// A registered entity.
    pub(super) fn entity(&self, entity: &str) -> Result<&EntityType> {
        self.registry.get(entity).ok_or_else(|| super::open::damaged("an entity is not registered"))
    }

    /// Every table must be there with all its columns.
    pub(super) fn check(&self, connection: &Connection) -> Result<()> {
        let mut needed: Vec<&str> = FIXED_COLUMNS.to_vec();
        for entity in self.registry.entities() {
            let statements = self.statements(entity.name)?;
            needed.push(&statements.get);
            if entity.searchable().next().is_some() {
                needed.push(&statements.search_insert);
            }
        }
        for sql in needed {
            connection.prepare(sql).map(|_| ()).map_err(|error| match explain(&error).code() {
                crate::value::ErrorCode::Store => super::open::damaged("a table or a column is missing"),
                _ => explain(&error),
            })?;
        }
        Ok(())
    }

    /// The whole schema, as the first migration writes it.
    #[cfg(test)]
    pub(super) fn script(&self) -> String {
        let tables: Vec<String> = self.registry.entities().iter().map(create).collect();
        format!("{FIXED_TABLES}{}", tables.concat())
    }
}

impl Statements {
    fn of(entity: &EntityType) -> Self {
        let table = quoted(entity.name);
        let mut columns = SYSTEM_COLUMNS.to_owned();
        for field in entity.fields.iter() {
            let _ = write!(columns, ", {}", quoted(&field.name));
        }
        let places: Vec<String> =
            (1..=SYSTEM_COUNT + entity.fields.len() + 1).map(|place| format!("?{place}")).collect();
        let search = quoted(&format!("{}_search", entity.name));
        let words = search_columns(entity);
        let word_places: Vec<String> = (2..=words.len() + 1).map(|place| format!("?{place}")).collect();
        Self {
            select: format!("SELECT {columns} FROM {table}"),
            get: format!("SELECT {columns} FROM {table} WHERE tenant = ?1 AND id = ?2"),
            insert: format!("INSERT INTO {table} (tenant, {columns}) VALUES ({})", places.join(", ")),
            search_insert: format!(
                "INSERT INTO {search} (rowid, {}) VALUES (?1, {})",
                words.join(", "),
                word_places.join(", ")
            ),
            search_delete: format!("DELETE FROM {search} WHERE rowid = ?1"),
        }
    }
}

/// The columns of the search table: the tenant, then the words.
fn search_columns(entity: &EntityType) -> Vec<String> {
    let words = entity.searchable().map(|(_, field)| field.name.as_ref());
    std::iter::once(SEARCH_SCOPE).chain(words).map(quoted).collect()
}

/// The name of an index. The point keeps it from the name of a table: `product_class` is one, and `class` a field of
/// `product`.
fn index_name(entity: &str, columns: &str) -> String {
    quoted(&format!("{entity}.{columns}"))
}

/// The index by owner of living records. What one user owns is mostly listed by name.
pub(super) fn owner_index(entity: &EntityType) -> String {
    index_name(entity.name, if has_indexed_name(entity) { "owner_name" } else { "owner" })
}

/// The index by owner of deleted records.
pub(super) fn deleted_index(entity: &EntityType) -> String {
    index_name(entity.name, "deleted")
}

fn has_indexed_name(entity: &EntityType) -> bool {
    entity.fields.iter().any(|field| field.name == "name" && field.indexed)
}

#[cfg(test)]
const fn column_type(field: &FieldSpec) -> &'static str {
    match field.kind {
        FieldKind::Text { .. }
        | FieldKind::Picklist { .. }
        | FieldKind::Currency
        | FieldKind::Nested
        | FieldKind::Date => "TEXT",
        FieldKind::Integer { .. } | FieldKind::Decimal { .. } | FieldKind::Timestamp | FieldKind::Boolean => "INTEGER",
        FieldKind::Reference { .. } => "BLOB",
    }
}

/// Table, indexes and search table of an entity.
#[cfg(test)]
pub(super) fn create(entity: &EntityType) -> String {
    let name = entity.name;
    let mut sql = format!(
        "CREATE TABLE {} (rid INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL, owner BLOB, created_at INTEGER NOT NULL, created_by BLOB, updated_at INTEGER NOT NULL, updated_by BLOB, deleted INTEGER NOT NULL DEFAULT 0, ext TEXT",
        quoted(name)
    );
    for field in entity.fields.iter() {
        let required = if field.required { " NOT NULL" } else { "" };
        let _ = write!(sql, ", {} {}{required}", quoted(&field.name), column_type(field));
    }
    sql.push_str(") STRICT;\n");
    let _ = writeln!(sql, "CREATE UNIQUE INDEX {} ON {} (tenant, id);", index_name(name, "id"), quoted(name));
    let mut index = |columns: &[&str]| {
        let names: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
        let _ = writeln!(
            sql,
            "CREATE INDEX {} ON {} (tenant, {}, id) WHERE deleted = 0;",
            index_name(name, &columns.join("_")),
            quoted(name),
            names.join(", ")
        );
    };
    index(if has_indexed_name(entity) { &["owner", "name"] } else { &["owner"] });
    index(&["updated_at"]);
    for field in entity.fields.iter().filter(|field| field.indexed) {
        index(&[&field.name]);
    }
    for field in entity.fields.iter() {
        if let Some(then) = field.index_then {
            index(&[&field.name, then]);
        }
    }
    // Deleted records are few. Their grants and parts go on, so that they are asked for too.
    let _ =
        writeln!(sql, "CREATE INDEX {} ON {} (tenant, owner) WHERE deleted <> 0;", deleted_index(entity), quoted(name));
    if entity.is_searchable() {
        let _ = writeln!(
            sql,
            "CREATE VIRTUAL TABLE {} USING fts5({}, content='', contentless_delete=1, tokenize='ascii');",
            quoted(&format!("{name}_search")),
            search_columns(entity).join(", ")
        );
    }
    sql
}

/// The value of a custom field inside SQL. The name was checked when the field was defined.
pub(super) fn custom_expression(table: &str, name: &str) -> String {
    format!("json_extract({table}.ext, '$.{name}')")
}

/// The index of a custom field.
pub(super) fn custom_index(entity: &str, field: &FieldSpec) -> String {
    let name = &field.name;
    format!(
        "CREATE INDEX IF NOT EXISTS {} ON {} (tenant, json_extract(ext, '$.{name}'), id) WHERE deleted = 0",
        index_name(entity, name),
        quoted(entity)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The migrations are frozen text; together they must make what the registry says. Until the first release the
    /// one script is written anew with `CRM_WRITE_MIGRATION=1 cargo test -p crm-core migrations`.
    #[test]
    fn migrations_make_the_tables_of_the_registry() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/store/migrations/0001_foundation.sql");
        let script = Tables::new(crate::engine::registry()).script();
        if std::env::var_os("CRM_WRITE_MIGRATION").is_some() {
            std::fs::write(path, &script).unwrap();
        }
        let schema = |script: &str| {
            let connection = Connection::open_in_memory().unwrap();
            connection.execute_batch(script).unwrap();
            let mut statement =
                connection.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").unwrap();
            let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
            rows.map(|row| row.unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(schema(&std::fs::read_to_string(path).unwrap()), schema(&script));
    }
}
