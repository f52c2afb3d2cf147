//! What the rooms see of an operation in progress.

use super::pipeline::Work;
use crate::access::Action;
use crate::access::mutation::Check;
use crate::query::Query;
use crate::room::{Author, Memo, View};
use crate::schema::{Row, TenantSchema};
use crate::value::{Currency, Date, Error, Id, Result, Timestamp};

impl View for Work<'_> {
    fn user(&self) -> Id {
        self.session.ctx.user
    }

    fn author(&self) -> Author {
        self.author
    }

    fn now(&self) -> Timestamp {
        self.now
    }

    fn today(&self) -> Date {
        self.tenant.date(self.now)
    }

    fn start_of(&self, date: Date) -> Timestamp {
        self.tenant.start_of(date)
    }

    fn schema(&self) -> &TenantSchema {
        &self.tenant.schema
    }

    fn can_read(&self, entity: &str, field: &str) -> bool {
        self.entity(entity).is_ok_and(|entity| self.plan(Author::Caller, &entity).can_read(field))
    }

    fn can_ask(&self, entity: &str, field: &str) -> bool {
        self.entity(entity).is_ok_and(|entity| {
            let plan = self.plan(Author::Caller, &entity);
            plan.can_read(field) && !plan.is_masked(field)
        })
    }

    fn base_currency(&self) -> Currency {
        self.tenant.base_currency()
    }

    fn memo(&mut self) -> &mut Memo {
        &mut self.memo
    }

    fn new_id(&mut self) -> Id {
        self.session.inner.ids.next_id()
    }

    fn next_number(&mut self, series: &str) -> Result<i64> {
        let (next, end) = self.numbers.get(series).copied().unwrap_or((0, 0));
        let (number, end) = if next < end {
            (next, end)
        } else {
            // Blocks grow while one transaction takes many; what is left over is given back at its end.
            let count = (end - next).max(if end == 0 { 1 } else { 64 });
            let first = self.tx.take_numbers(self.tenant.id, series, count)?;
            (first, first + count)
        };
        self.numbers.insert(series.to_owned(), (number + 1, end));
        Ok(number)
    }

    fn last_number(&mut self, series: &str) -> Result<i64> {
        match self.numbers.get(series) {
            Some((next, _)) => Ok(next - 1),
            None => super::read::last_number(self.tx, &self.tenant, series),
        }
    }

    fn get(&mut self, entity: &'static str, id: Id) -> Result<Row> {
        let entity = self.entity(entity)?;
        let plan = self.plan(Author::Caller, &entity);
        let mut row = match self.current(&plan, &entity, id) {
            Err(error @ Error::NotFound { .. }) => match self.survivor_of(&entity, "id", &id.to_string())? {
                Some(survivor) => self.current(&plan, &entity, survivor)?,
                None => return Err(error),
            },
            found => found?,
        };
        self.opened(plan, &row)?.mask_for(Check::RoomMask, &entity, &mut row);
        Ok(row)
    }

    fn list(&mut self, entity: &'static str, query: &Query) -> Result<Vec<Row>> {
        self.scan(Author::Caller, entity, query)
    }

    fn get_for_rule(&mut self, entity: &'static str, id: Id) -> Result<Row> {
        let entity = self.entity(entity)?;
        let plan = self.plan(Author::Rule, &entity);
        self.current(&plan, &entity, id)
    }

    fn list_for_rule(&mut self, entity: &'static str, query: &Query) -> Result<Vec<Row>> {
        self.scan(Author::Rule, entity, query)
    }

    fn for_change(&mut self, entity: &'static str, id: Id, version: Option<i64>, fields: &[&str]) -> Result<Row> {
        let entity = self.entity(entity)?;
        let plan = self.plan(Author::Caller, &entity);
        plan.require(Action::Edit)?;
        let row = self.current(&plan, &entity, id)?;
        let plan = self.opened(plan, &row)?;
        self.require_level(&plan, Action::Edit, &row)?;
        self.check_version(&plan, &entity, &row, version)?;
        for name in fields {
            let field = plan.readable_field(&self.tenant.schema, &entity, name)?;
            plan.require_field_right(&field.spec)?;
        }
        Ok(row)
    }

    fn require_create(&self, entity: &'static str) -> Result<()> {
        self.plan(Author::Caller, &self.entity(entity)?).require(Action::Create)
    }

    fn may_set(&self, entity: &'static str, field: &str) -> bool {
        self.entity(entity).is_ok_and(|entity| {
            let plan = self.plan(Author::Caller, &entity);
            let found = plan.readable_field(&self.tenant.schema, &entity, field);
            found.is_ok_and(|field| plan.require_write(&field.spec).is_ok())
        })
    }

    fn find_unique(&mut self, entity: &'static str, kind: &str, key: &str) -> Result<Option<Id>> {
        let entity = self.entity(entity)?;
        let lookup = self.plan(Author::Rule, &entity).check_lookup(kind, key);
        match self.tx.lookup(&lookup)? {
            Some(found) => Ok(Some(found)),
            None => self.survivor_of(&entity, kind, key),
        }
    }
}

impl Work<'_> {
    fn scan(&mut self, author: Author, entity: &'static str, query: &Query) -> Result<Vec<Row>> {
        let entity = self.entity(entity)?;
        let plan = self.plan(author, &entity);
        super::read::scan(self.tx, &self.tenant, &entity, &plan, query)
    }
}
