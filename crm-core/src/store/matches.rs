//! What records are matched by: keys by which like ones find each other, and the normal forms that are compared.

use crate::access::TenantId;
use crate::value::Id;

/// The records of an entity in one of the ways in which they are matched, in one version of the normal forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MatchSpace {
    /// The tenant.
    pub tenant: TenantId,
    /// The entity.
    pub entity: &'static str,
    /// The number under which entity and way are kept.
    pub number: i64,
    /// The version of the normal forms and keys.
    pub version: i64,
}

/// What is kept of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchEntry {
    /// Where the record stands: places grow in the order in which records were made.
    pub place: i64,
    /// The record.
    pub id: Id,
    /// Its normal forms.
    pub features: Vec<u8>,
}

/// How the entry of a record changes.
#[derive(Debug, Clone, Copy)]
pub struct MatchChange<'a> {
    /// Whether the record was just made, so that nothing can be kept of it.
    pub fresh: bool,
    /// Keys that it no longer has.
    pub remove: &'a [i64],
    /// Keys that it has from now on.
    pub add: &'a [i64],
    /// Its normal forms; nothing if it is no longer matched.
    pub features: Option<&'a [u8]>,
}
