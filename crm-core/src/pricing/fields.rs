//! The fields of a catalogue, and the trees of their values.

use std::collections::HashMap;

use super::catalog::PriceCatalog;
use super::definition::{BUILT_IN, FieldDef, MAX_DEPTH, RESERVED, place};
use crate::value::{Error, ErrorCode, Problem, Result, error::excerpt};

/// # Errors
/// What is wrong with a field or a tree, with its path in the catalogue.
pub(super) fn fields_of(catalog: &PriceCatalog) -> Result<Vec<FieldDef>> {
    let built_in = BUILT_IN.iter().map(|(name, kind)| ((*name).to_owned(), *kind));
    let own = catalog.fields.iter().map(|field| (field.name.clone(), field.kind.unwrap_or_default()));
    let mut fields: Vec<FieldDef> =
        built_in.chain(own).map(|(name, kind)| FieldDef { name, kind, parents: HashMap::new() }).collect();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let mut seen = std::collections::HashSet::new();
    for (place, field) in fields.iter().enumerate() {
        let path = || format!("fields[{}].name", place.saturating_sub(BUILT_IN.len()));
        if field.name.is_empty()
            || !field.name.chars().all(plain)
            || field.name.starts_with(|c: char| c.is_ascii_digit())
        {
            return Err(Error::invalid(ErrorCode::BadFormat, path(), "a field has small letters, digits and `_`"));
        }
        if RESERVED.contains(&field.name.as_str())
            || field.name.starts_with("step_")
            || !seen.insert(field.name.clone())
        {
            let message = format!("the name `{}` is taken", excerpt(&field.name));
            return Err(Error::invalid(ErrorCode::DuplicateKey, path(), message));
        }
    }
    let names: HashMap<String, usize> = fields.iter().enumerate().map(|(n, field)| (field.name.clone(), n)).collect();
    for (number, hierarchy) in catalog.hierarchies.iter().enumerate() {
        let path = format!("hierarchies[{number}]");
        let slot = place(&names, &hierarchy.field, &format!("{path}.field"))?;
        let Some(field) = fields.get_mut(slot) else { continue };
        for (at, node) in hierarchy.nodes.iter().enumerate() {
            if field.parents.insert(node.value.clone(), node.parent.clone()).is_some() {
                let message = format!("`{}` has two nodes above it", excerpt(&node.value));
                return Err(Error::invalid(ErrorCode::Overlap, format!("{path}.nodes[{at}]"), message));
            }
        }
        no_circle(&field.parents).map_err(|error| error.under(&path))?;
    }
    Ok(fields)
}

fn no_circle(parents: &HashMap<String, String>) -> Result<()> {
    for value in parents.keys() {
        let (mut node, mut depth) = (value, 0_usize);
        while let Some(parent) = parents.get(node) {
            depth = depth.saturating_add(1);
            if parent == value || depth > MAX_DEPTH {
                let problem =
                    Problem::of_field(ErrorCode::Cycle, "nodes", "the tree of values has a circle or is too deep");
                return Err(problem.with("value", value).into_invalid());
            }
            node = parent;
        }
    }
    Ok(())
}
