//! A set from nothing: ranges of the indexes by owner, ranges of grants by principal, records below those seen.

use rusqlite::params_from_iter;
use rusqlite::types::Value;

use super::{Bits, Members};
use crate::access::{Above, Scope, TenantId, Visibility};
use crate::schema::{EntityType, Place};
use crate::store::sqlite::ddl::{deleted_index, owner_index, quoted};
use crate::store::sqlite::failure::explain;
use crate::store::sqlite::question::{Question, id_list, reference};
use crate::store::sqlite::transaction::Transaction;
use crate::value::{Id, Result};

/// Up to so many records above, those below are looked up one by one.
const MAX_LOOKED_UP: usize = 20_000;

impl Transaction<'_> {
    /// The records that fulfil a scope, deleted ones apart.
    pub(super) fn build(&self, tenant: TenantId, entity: &EntityType, scope: &Scope) -> Result<Members> {
        let mut seen = Bits::default();
        match &scope.above {
            None => self.add_shown(&mut seen, tenant, entity, scope)?,
            Some(above) => {
                self.add_below(&mut seen, tenant, entity, above)?;
                if !above.field.spec.required {
                    self.add_without_above(&mut seen, tenant, entity, scope, above)?;
                }
            }
        }
        self.for_grants(tenant, entity, scope, true, |rid| seen.remove(rid))?;
        let mut deleted = Bits::default();
        let mut question = Question::of(tenant);
        let table = quoted(entity.name);
        question.push(&format!("SELECT rid FROM {table} INDEXED BY {} WHERE tenant = ", deleted_index(entity)));
        question.bind(Value::Integer(tenant)).push(" AND deleted <> 0");
        self.for_rows(question, |rid| deleted.insert(rid))?;
        let (gone, living) = seen.parted_by(&deleted);
        Ok(Members { living, gone })
    }

    /// Reads the numbers of rows.
    fn for_rows(&self, question: Question, mut found: impl FnMut(i64)) -> Result<()> {
        let mut statement = self.prepare(&question.sql)?;
        let mut rows = statement.query(params_from_iter(question.values)).map_err(|error| explain(&error))?;
        while let Some(row) = rows.next().map_err(|error| explain(&error))? {
            found(row.get(0).map_err(|error| explain(&error))?);
        }
        Ok(())
    }

    /// The rows on which a grant of the scope lies.
    fn for_grants(
        &self,
        tenant: TenantId,
        entity: &EntityType,
        scope: &Scope,
        denies: bool,
        found: impl FnMut(i64),
    ) -> Result<()> {
        let principals: &[Id] = if denies { &scope.denied } else { &scope.principals };
        if principals.is_empty() {
            return Ok(());
        }
        let mut question = Question::of(tenant);
        question.push("SELECT rid FROM record_grant WHERE tenant = ").bind(Value::Integer(tenant));
        question.push(" AND entity = ").bind(Value::Text(entity.name.to_owned()));
        question.push(" AND principal IN (").bind_all(id_list(principals)).push(") AND ");
        question.holding(scope, denies);
        self.for_rows(question, found)
    }

    /// What owner and grants show.
    fn add_shown(&self, seen: &mut Bits, tenant: TenantId, entity: &EntityType, scope: &Scope) -> Result<()> {
        let table = quoted(entity.name);
        if scope.everything {
            let mut question = Question::of(tenant);
            question.push(&format!("SELECT rid FROM {table} WHERE tenant = ")).bind(Value::Integer(tenant));
            return self.for_rows(question, |rid| seen.insert(rid));
        }
        for (index, deleted) in [(owner_index(entity), "deleted = 0"), (deleted_index(entity), "deleted <> 0")] {
            let mut question = Question::of(tenant);
            question.push(&format!("SELECT rid FROM {table} INDEXED BY {index} WHERE {deleted} AND tenant = "));
            question.bind(Value::Integer(tenant)).push(" AND owner IN (").bind_all(id_list(&scope.owners)).push(")");
            self.for_rows(question, |rid| seen.insert(rid))?;
        }
        self.for_grants(tenant, entity, scope, false, |rid| seen.insert(rid))
    }

    /// The records whose record above is seen.
    fn add_below(&self, seen: &mut Bits, tenant: TenantId, entity: &EntityType, above: &Above) -> Result<()> {
        let (table, upper) = (quoted(entity.name), quoted(above.entity));
        let field = reference("kept", &above.field);
        let joined = format!(
            "SELECT kept.rid FROM {table} kept CROSS JOIN {upper} upper ON upper.id = {field} AND upper.tenant = "
        );
        let Visibility::Scope(scope) = &above.visibility else {
            let mut question = Question::of(tenant);
            question
                .push(&joined)
                .bind(Value::Integer(tenant))
                .push(" WHERE kept.tenant = ")
                .bind(Value::Integer(tenant));
            return self.for_rows(question, |rid| seen.insert(rid));
        };
        let set = self.visible(tenant, self.tables.entity(above.entity)?, scope)?;
        let is_indexed = above.field.spec.indexed && matches!(above.field.place, Place::Column(_));
        let one_by_one = is_indexed && set.count <= MAX_LOOKED_UP;
        let slot = self.link.lend(set.members.clone(), true);
        if one_by_one {
            let rids = set.members.living.rows().chain(set.members.gone.rows()).map(Value::Integer).collect();
            let mut question = Question::of(tenant);
            question.push("SELECT kept.rid FROM (").bind_all(std::rc::Rc::new(rids));
            question
                .push(&format!(") named CROSS JOIN {upper} upper ON upper.rid = named.value CROSS JOIN {table} kept "));
            question.push(&format!("ON {field} = upper.id AND kept.deleted = 0 AND kept.tenant = "));
            question.bind(Value::Integer(tenant));
            self.for_rows(question, |rid| seen.insert(rid))?;
        }
        // Deleted records are few, and in no index by what is above them.
        for deleted in [" AND kept.deleted = 0", " AND kept.deleted <> 0"].into_iter().skip(usize::from(one_by_one)) {
            let mut question = Question::of(tenant);
            question
                .push(&joined)
                .bind(Value::Integer(tenant))
                .push(" WHERE kept.tenant = ")
                .bind(Value::Integer(tenant));
            question.push(deleted).push(" AND visible(").bind(Value::Integer(slot.number())).push(", upper.rid)");
            self.for_rows(question, |rid| seen.insert(rid))?;
        }
        Ok(())
    }

    /// The records that could have a record above and have none: as owner and grants say.
    fn add_without_above(
        &self,
        seen: &mut Bits,
        tenant: TenantId,
        entity: &EntityType,
        scope: &Scope,
        above: &Above,
    ) -> Result<()> {
        let table = quoted(entity.name);
        let field = reference(&table, &above.field);
        for deleted in ["deleted = 0", "deleted <> 0"] {
            let mut question = Question::of(tenant);
            question.push(&format!("SELECT {table}.rid FROM {table} WHERE {table}.{deleted} AND {table}.tenant = "));
            question.bind(Value::Integer(tenant)).push(&format!(" AND {field} IS NULL AND "));
            question.shown(entity.name, &table, scope);
            self.for_rows(question, |rid| seen.insert(rid))?;
        }
        Ok(())
    }
}
