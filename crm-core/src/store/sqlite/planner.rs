//! How a question is carried out: by the formula, from a small set, or along an index with the bitmap of a large one.

use std::rc::Rc;
use std::sync::Arc;

use super::ddl::quoted;
use super::failure::explain;
use super::link::Slot;
use super::question::Seen;
use super::spans::Found;
use super::transaction::Transaction;
use super::visible::Visible;
use crate::access::{Scope, Search, TenantId, Visibility};
use crate::query::Condition;
use crate::schema::{EntityType, FieldKind};
use crate::value::Result;

/// A set of at most so many is small.
const FEW: usize = 20_000;
/// A larger one is small too if it is a small part of the whole, up to so many.
const SOME: usize = 100_000;
/// What a small part is: one in so many.
const SHARE: usize = 16;
/// Up to so many records, each is looked at, even if an index narrows the question.
const LOOKED_AT: usize = 4_000;
/// Up to so many records, each is asked whether it has the words.
const MAX_SEARCHED: usize = 500;

/// How the records that a reader sees are found. All ways give the same; tests ask for each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum PlanChoice {
    /// Whichever is quicker.
    #[default]
    Auto,
    /// The formula in SQL.
    #[cfg(test)]
    Sql,
    /// Every set is small.
    #[cfg(test)]
    Set,
    /// Every set is large.
    #[cfg(test)]
    Bitmap,
}

/// What was chosen for a question. It holds what its statement asks for.
pub(super) struct Way<'a> {
    pub(super) seen: Seen<'a>,
    /// The set, if there is one.
    pub(super) set: Option<Arc<Visible>>,
    /// Whether the set is small.
    pub(super) is_small: bool,
    _slot: Option<Slot>,
}

impl<'a> Way<'a> {
    fn plain(visibility: &'a Visibility) -> Self {
        Self { seen: Seen::plainly(visibility), set: None, is_small: false, _slot: None }
    }
}

/// A question as far as the choice depends on it.
#[derive(Clone, Copy)]
pub(super) struct Shape<'a> {
    pub(super) condition: Option<&'a Condition>,
    pub(super) search: Option<&'a Search>,
    /// The records that fulfil what the condition asks of lists.
    pub(super) found: Option<&'a Found>,
    pub(super) deleted: bool,
}

/// What an index makes of the condition.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Narrowed {
    /// Nothing.
    No,
    /// One value of many records.
    ToSome,
    /// What points to one record, or has one unique value.
    ToFew,
}

fn narrowed(entity: &EntityType, condition: Option<&Condition>) -> Narrowed {
    let Some(condition) = condition else { return Narrowed::No };
    if condition.names_entry() || condition.fixes("id") {
        return Narrowed::ToFew;
    }
    let fixed = entity.fields.iter().filter(|field| field.indexed && condition.fixes(&field.name));
    let kinds = fixed.map(|field| match field.kind {
        FieldKind::Reference { .. } => Narrowed::ToFew,
        FieldKind::Picklist { .. } | FieldKind::Boolean => Narrowed::No,
        _ => Narrowed::ToSome,
    });
    kinds.fold(Narrowed::No, |best, kind| if best == Narrowed::ToFew || kind == Narrowed::No { best } else { kind })
}

impl Transaction<'_> {
    /// Chooses how to find the records of a question.
    pub(super) fn way<'a>(
        &self,
        tenant: TenantId,
        entity: &EntityType,
        visibility: &'a Visibility,
        shape: Shape<'_>,
    ) -> Result<Way<'a>> {
        let Visibility::Scope(scope) = visibility else { return Ok(Way::plain(visibility)) };
        let is_named = shape.found.is_some_and(Found::is_named);
        let narrowed = if is_named { Narrowed::ToFew } else { narrowed(entity, shape.condition) };
        if shape.deleted || self.prefers_formula(tenant, entity, scope, narrowed, shape.search.is_some()) {
            return Ok(Way::plain(visibility));
        }
        let set = self.visible(tenant, entity, scope)?;
        let is_small = self.is_small(entity, set.count)?;
        let named = match shape.search {
            Some(_) => is_small && (set.count <= MAX_SEARCHED || !self.is_choosing()),
            None => is_small && (narrowed == Narrowed::No || set.count <= LOOKED_AT || !self.is_choosing()),
        };
        let (seen, slot) = if named && !(shape.search.is_none() && shape.condition.is_none()) {
            (Seen::Among(Rc::new(set.members.living.values())), None)
        } else {
            let slot = self.link.lend(set.members.clone(), false);
            let walks = !is_small || narrowed == Narrowed::No;
            (Seen::Slot { number: slot.number(), walks }, Some(slot))
        };
        Ok(Way { seen, set: Some(set), is_small, _slot: slot })
    }

    fn is_choosing(&self) -> bool {
        self.plan == PlanChoice::Auto
    }

    /// Whether no set is made: where everything is seen but for what is denied, and where an index leaves few records
    /// and no set is at hand.
    fn prefers_formula(
        &self,
        tenant: TenantId,
        entity: &EntityType,
        scope: &Arc<Scope>,
        narrowed: Narrowed,
        is_searched: bool,
    ) -> bool {
        match self.plan {
            PlanChoice::Auto => {
                let is_plain = scope.everything && scope.above.is_none();
                let is_narrow = narrowed == Narrowed::ToFew && !is_searched;
                is_plain || is_narrow && !self.kept.knows(tenant, entity.name, scope)
            }
            #[cfg(test)]
            PlanChoice::Sql => true,
            #[cfg(test)]
            PlanChoice::Set | PlanChoice::Bitmap => false,
        }
    }

    fn is_small(&self, entity: &EntityType, count: usize) -> Result<bool> {
        match self.plan {
            PlanChoice::Auto if count <= FEW => Ok(true),
            PlanChoice::Auto if count > SOME => Ok(false),
            PlanChoice::Auto => {
                let sql = format!("SELECT coalesce(max(rid), 0) FROM {}", quoted(entity.name));
                let total = self.one(&sql, [], |row| row.get::<_, i64>(0).map_err(|error| explain(&error)))?;
                let total = usize::try_from(total.unwrap_or(0)).unwrap_or(usize::MAX);
                Ok(count.saturating_mul(SHARE) < total)
            }
            #[cfg(test)]
            PlanChoice::Sql | PlanChoice::Bitmap => Ok(false),
            #[cfg(test)]
            PlanChoice::Set => Ok(true),
        }
    }
}
