//! The room `quote`.

use crate::room::{Decision, RecordRule, View};
use crate::schema::EntityType;
use crate::value::Result;

value_union! {
    /// Commands of the room.
    pub enum QuoteCommand {
        /// Placeholder until the room is built.
        Nothing {},
    }
}

/// The entities of the room.
pub(crate) fn entities() -> Vec<EntityType> {
    Vec::new()
}

/// The rule of an entity.
pub(crate) fn rule_of(_entity: &str) -> Option<RecordRule> {
    None
}

impl QuoteCommand {
    /// The name in the journal.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Nothing {} => "quote.nothing",
        }
    }

    /// Decides what the command changes.
    pub(crate) fn decide(&self, _view: &mut dyn View) -> Result<Decision> {
        Ok(Decision::default())
    }
}
