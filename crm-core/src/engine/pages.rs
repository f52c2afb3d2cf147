//! Everything that a question finds, without holding it all in memory.

use std::vec;

use super::Session;
use crate::query::Query;
use crate::schema::Entity;
use crate::value::Result;

/// The records that a query finds, in its order: an iterator that asks for the next page when the one before was read.
#[derive(Debug)]
pub struct Records<'s, E> {
    session: &'s Session,
    query: Query,
    page: vec::IntoIter<E>,
    more: bool,
}

impl Session {
    /// Every visible record that a query finds, page by page; `limit` is the size of a page. Each page is read when it is
    /// needed, and shows what stands then. After an error there is nothing more.
    ///
    /// ```
    /// use crm_core::customer::Account;
    /// use crm_core::engine::{Crm, SetupOptions};
    /// use crm_core::query::Query;
    ///
    /// let crm = Crm::open_in_memory();
    /// crm.setup(SetupOptions {
    ///     tenant: "main".into(),
    ///     name: "Precision Works".into(),
    ///     base_currency: "EUR".parse()?,
    ///     time_zone: "Europe/Berlin".into(),
    ///     admin_login: "admin".into(),
    /// })?;
    /// let session = crm.session("main", "admin")?;
    /// for name in ["Keller AG", "Nordwerk", "Ostwerk"] {
    ///     session.customers().create_account(&Account { name: name.into(), ..Account::default() })?;
    /// }
    /// let two_at_a_time = Query { limit: Some(2), ..Query::default() };
    /// let accounts = session.records::<Account>(&two_at_a_time).collect::<Result<Vec<_>, _>>()?;
    /// assert_eq!(accounts.len(), 3);
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    ///
    /// # Errors
    /// Each item may be an error of [`Session::list`].
    pub fn records<E: Entity>(&self, query: &Query) -> Records<'_, E> {
        Records { session: self, query: query.clone(), page: Vec::new().into_iter(), more: true }
    }
}

impl<E: Entity> Iterator for Records<'_, E> {
    type Item = Result<E>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(record) = self.page.next() {
                return Some(Ok(record));
            }
            if !self.more {
                return None;
            }
            match self.session.list(&self.query) {
                Ok((page, next)) => {
                    self.more = next.is_some();
                    self.query.cursor = next;
                    self.page = page.into_iter();
                }
                Err(error) => {
                    self.more = false;
                    return Some(Err(error));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Role;
    use crate::engine::smoke::sessions;
    use crate::value::ErrorCode;

    #[test]
    fn pages_follow_each_other_and_an_error_ends_them() {
        for (_folder, session) in sessions() {
            for place in 0..5 {
                session.admin().create_role(&Role { name: format!("role {place}"), ..Role::default() }).unwrap();
            }
            for limit in [1, 2, 5, 6] {
                let query = Query { limit: Some(limit), ..Query::default() };
                let names: Vec<String> = session.records::<Role>(&query).map(|role| role.unwrap().name).collect();
                assert_eq!(names, ["role 0", "role 1", "role 2", "role 3", "role 4"], "{limit} on a page");
            }
            let mut wrong = session.records::<Role>(&Query { limit: Some(0), ..Query::default() });
            assert_eq!(wrong.next().unwrap().unwrap_err().code(), ErrorCode::OutOfRange);
            assert!(wrong.next().is_none());
        }
    }
}
