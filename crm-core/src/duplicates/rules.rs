//! What holds for every rule, verdict and model, whichever command or import brings it.

use super::party::is_matched;
use super::{DuplicateRule, DuplicateVerdict, StoredMatchModel};
use crate::query::Query;
use crate::room::{Author, Decision, View, records_for_rule, with_record};
use crate::schema::{Entity as _, Row};
use crate::value::error::excerpt;
use crate::value::{Error, ErrorCode, Id, Problem, Result};

/// An entity whose duplicates are looked for.
pub(crate) fn check_entity(field: &str, entity: &str) -> Result<()> {
    if is_matched(entity) {
        return Ok(());
    }
    let message = format!("duplicates of `{}` are not looked for", excerpt(entity));
    Err(Error::invalid(ErrorCode::UnknownEntity, field, message))
}

/// One rule for each entity and way.
pub(super) fn duplicate_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    let id = after.id;
    with_record::<DuplicateRule>(before, after, |_, rule| {
        check_entity("entity", &rule.entity)?;
        let others = records_for_rule::<DuplicateRule>(view, &Query::default())?;
        let same = |other: &&DuplicateRule| {
            other.id != id && !other.is_inactive && other.entity == rule.entity && other.source == rule.source
        };
        if !rule.is_inactive && others.iter().any(|other| same(&other)) {
            let message = "another rule for the same entity and way is in force: change it, or switch it off";
            return Err(Error::conflict(Problem::of_field(ErrorCode::Overlap, "source", message)));
        }
        Ok(Decision::default())
    })
}

/// A model can be used before it is kept.
pub(super) fn model_rule(_: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    with_record::<StoredMatchModel>(before, after, |_, stored| {
        if let Some(model) = &stored.model {
            model.check().map_err(|error| error.under("model"))?;
            stored.kind = Some(model.kind);
        }
        Ok(Decision::default())
    })
}

/// Puts the two records of a verdict into one order.
pub(super) fn order(verdict: &mut DuplicateVerdict) {
    if (&verdict.other_entity, verdict.other) < (&verdict.entity, verdict.record) {
        std::mem::swap(&mut verdict.entity, &mut verdict.other_entity);
        std::mem::swap(&mut verdict.record, &mut verdict.other);
    }
}

/// The text under which there is one verdict on a pair, whichever of the two is named first.
pub(crate) fn key_of_pair(one: (&str, Id), other: (&str, Id)) -> String {
    let (one, other) = if other < one { (other, one) } else { (one, other) };
    format!("{}:{}|{}:{}", one.0, one.1, other.0, other.1)
}

pub(super) fn pair_key(verdict: &DuplicateVerdict) -> String {
    key_of_pair((&verdict.entity, verdict.record), (&verdict.other_entity, verdict.other))
}

/// The records of a verdict are two, and there. A caller must see both and be one who may change one of them.
pub(super) fn check_pair(view: &mut dyn View, verdict: &DuplicateVerdict) -> Result<()> {
    check_entity("entity", &verdict.entity)?;
    check_entity("other_entity", &verdict.other_entity)?;
    if (&verdict.entity, verdict.record) == (&verdict.other_entity, verdict.other) {
        return Err(Error::invalid(ErrorCode::NotAllowed, "other", "a record is no duplicate of itself"));
    }
    if view.author() != Author::Caller {
        return Ok(());
    }
    let mut refused = None;
    let mut may_speak = false;
    for (field, name, id) in
        [("record", &verdict.entity, verdict.record), ("other", &verdict.other_entity, verdict.other)]
    {
        let entity = view.schema().entity(name)?.name;
        view.get(entity, id).map_err(|_| {
            Error::invalid(ErrorCode::UnknownReference, field, format!("`{field}` points to no {entity}"))
        })?;
        match view.for_change(entity, id, None, &[]) {
            Ok(_) => may_speak = true,
            Err(error) => refused = Some(error),
        }
    }
    match refused {
        Some(error) if !may_speak => Err(error),
        _ => Ok(()),
    }
}

/// A verdict holds for the two records as they are now.
pub(super) fn verdict_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    with_record::<DuplicateVerdict>(before, after, |_, verdict| {
        check_pair(view, verdict)?;
        if view.author().is_undo() {
            return Ok(Decision::default());
        }
        order(verdict);
        verdict.pair = Some(pair_key(verdict));
        verdict.record_version = present(view, &verdict.entity, verdict.record)?;
        verdict.other_version = present(view, &verdict.other_entity, verdict.other)?;
        Ok(Decision::default())
    })
}

/// The version of a record; nothing if it is gone.
fn present(view: &mut dyn View, name: &str, id: Id) -> Result<Option<i64>> {
    let entity = view.schema().entity(name)?.name;
    match view.get_for_rule(entity, id) {
        Ok(row) => Ok(Some(row.version)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The rule of an entity.
pub(super) fn rule_of(entity: &str) -> Option<crate::room::RecordRule> {
    match entity {
        DuplicateRule::NAME => Some(duplicate_rule),
        StoredMatchModel::NAME => Some(model_rule),
        DuplicateVerdict::NAME => Some(verdict_rule),
        _ => None,
    }
}
