//! How the reports of a domain room read: as [`View`](super::View) is for its decisions.

use crate::query::{AggregateQuery, AggregateRow, Query};
use crate::schema::{EntityType, Row};
use crate::value::{Id, Result};

/// One snapshot as the reader may see it.
pub trait Reader {
    /// The fields of an entity, those that the reader may not see among them.
    ///
    /// # Errors
    /// `UnknownEntity`.
    fn entity_type(&self, entity: &str) -> Result<EntityType>;
    /// Whether the reader may see records of an entity at all; not of one that does not exist.
    fn may_read(&self, entity: &str) -> bool;
    /// Whether the reader may see a field.
    fn can_read(&self, entity: &str, field: &str) -> bool;
    /// Whether the reader may ask questions with a field: one that he sees, and not only in part.
    fn can_ask(&self, entity: &str, field: &str) -> bool;
    /// One visible record with hidden fields emptied.
    ///
    /// # Errors
    /// `NotFound` if there is none or the reader may not see it, `Denied`.
    fn get(&mut self, entity: &str, id: Id) -> Result<Row>;
    /// One page of visible records, and the cursor of the next.
    ///
    /// # Errors
    /// As every query.
    fn page(&mut self, entity: &str, query: &Query) -> Result<(Vec<Row>, Option<String>)>;
    /// Every visible record that the query finds.
    ///
    /// # Errors
    /// As every query.
    fn all(&mut self, entity: &str, query: &Query) -> Result<Vec<Row>>;
    /// Every record that the query finds, whoever reads, in an entity that the reader may read at all: for structures
    /// such as hierarchies, whose single records mean nothing. What leaves must be filtered by the records they join.
    ///
    /// # Errors
    /// As every query.
    fn structure(&mut self, entity: &str, query: &Query) -> Result<Vec<Row>>;
    /// Figures over the visible records.
    ///
    /// # Errors
    /// As every query.
    fn aggregate(&mut self, entity: &str, query: &AggregateQuery) -> Result<Vec<AggregateRow>>;
}
