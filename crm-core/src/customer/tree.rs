//! Reading hierarchies on a date. The links are read whoever asks; what leaves are accounts that the reader may see.

use std::collections::{HashMap, HashSet};

use super::hierarchy::{MAX_HIERARCHY_DEPTH, Span};
use super::{Account, AccountLink, HierarchyKind, all_of, among, equal};
use crate::query::{MAX_IN_VALUES, Query};
use crate::room::Reader;
use crate::schema::{Entity as _, FieldCodec as _};
use crate::value::{Date, ErrorCode, FieldValue, Id, Problem, Result};

/// The most accounts of a subtree.
pub const MAX_HIERARCHY_NODES: usize = 100_000;

value_struct! {
    /// An account in a hierarchy.
    pub struct HierarchyNode {
        required {
            /// The account.
            pub account: Id,
            /// Its name.
            pub name: String,
            /// How many steps it is away from the account that was asked for. Accounts that the reader may not see are
            /// not counted.
            pub depth: i64,
        }
        optional {
            /// Its customer code.
            pub code: Option<String>,
            /// The next account above it that the reader may see.
            pub parent: Option<Id>,
        }
    }
}

/// One hierarchy on one date.
pub(crate) struct Tree<'r> {
    pub(crate) reading: &'r mut dyn Reader,
    pub(crate) hierarchy: HierarchyKind,
    pub(crate) date: Date,
}

impl Tree<'_> {
    /// The account above, if there is one and the reader may see it.
    pub(crate) fn parent(&mut self, account: Id) -> Result<Option<HierarchyNode>> {
        self.reading.get(Account::NAME, account)?;
        let above = self.step_up(account)?;
        let known = self.visible(&above.into_iter().collect::<Vec<_>>())?;
        Ok(above.and_then(|above| known.node(above, 1, None)))
    }

    /// The accounts directly below that the reader may see, by name.
    pub(crate) fn children(&mut self, account: Id) -> Result<Vec<HierarchyNode>> {
        self.reading.get(Account::NAME, account)?;
        let below: Vec<Id> = self.step_down(&[account])?.into_iter().map(|(child, _)| child).collect();
        let known = self.visible(&below)?;
        let mut nodes: Vec<_> = below.iter().filter_map(|child| known.node(*child, 1, Some(account))).collect();
        nodes.sort_by(breadth_first);
        Ok(nodes)
    }

    /// The accounts above that the reader may see, the nearest first.
    pub(crate) fn ancestors(&mut self, account: Id) -> Result<Vec<HierarchyNode>> {
        self.reading.get(Account::NAME, account)?;
        let mut above = Vec::new();
        let mut next = self.step_up(account)?;
        while let Some(id) = next.filter(|_| above.len() <= MAX_HIERARCHY_DEPTH) {
            above.push(id);
            next = self.step_up(id)?;
        }
        let known = self.visible(&above)?;
        above.retain(|id| known.0.contains_key(id));
        let higher = above.iter().skip(1).copied().map(Some).chain([None]);
        let steps = above.iter().zip(higher).zip(1..);
        Ok(steps.filter_map(|((id, parent), depth)| known.node(*id, depth, parent)).collect())
    }

    /// The account and everything below it that the reader may see, level by level, each level by name.
    pub(crate) fn subtree(&mut self, account: Id) -> Result<Vec<HierarchyNode>> {
        self.reading.get(Account::NAME, account)?;
        let found = self.descend(account)?;
        let known = self.visible(&found.iter().map(|(id, _)| *id).collect::<Vec<_>>())?;
        // For each account the nearest visible one at or above it, with its depth.
        let mut nearest: HashMap<Id, (Id, i64)> = HashMap::new();
        let mut nodes = Vec::new();
        for (id, parent) in found {
            let above = parent.and_then(|parent| nearest.get(&parent).copied());
            let depth = above.map_or(0, |(_, depth)| depth + 1);
            if let Some(node) = known.node(id, depth, above.map(|(id, _)| id)) {
                nodes.push(node);
                nearest.insert(id, (id, depth));
            } else if let Some(above) = above {
                nearest.insert(id, above);
            }
        }
        nodes.sort_by(breadth_first);
        Ok(nodes)
    }

    /// The account and everything below it, with the account above each, level by level.
    fn descend(&mut self, account: Id) -> Result<Vec<(Id, Option<Id>)>> {
        let mut found = vec![(account, None)];
        let mut seen = HashSet::from([account]);
        let mut level = vec![account];
        while !level.is_empty() {
            let below: Vec<_> = self.step_down(&level)?.into_iter().filter(|(child, _)| seen.insert(*child)).collect();
            level = below.iter().map(|(child, _)| *child).collect();
            found.extend(below.into_iter().map(|(child, parent)| (child, Some(parent))));
            if found.len() > MAX_HIERARCHY_NODES {
                let message = format!("the subtree has more than {MAX_HIERARCHY_NODES} accounts");
                let problem = Problem::of_field(ErrorCode::TooMany, "account", message);
                return Err(problem.with("max", MAX_HIERARCHY_NODES).into_invalid());
            }
        }
        Ok(found)
    }

    fn step_up(&mut self, account: Id) -> Result<Option<Id>> {
        Ok(self.links("child", &[account])?.first().map(|link| link.parent))
    }

    fn step_down(&mut self, accounts: &[Id]) -> Result<Vec<(Id, Id)>> {
        Ok(self.links("parent", accounts)?.into_iter().map(|link| (link.child, link.parent)).collect())
    }

    /// The links of the date at some accounts, whoever asks.
    fn links(&mut self, field: &str, accounts: &[Id]) -> Result<Vec<AccountLink>> {
        let mut found = Vec::new();
        for chunk in accounts.chunks(MAX_IN_VALUES) {
            let asked = all_of(vec![among(field, chunk), equal("hierarchy", self.hierarchy.to_field())]);
            for row in self.reading.structure(AccountLink::NAME, &asked)? {
                let link = AccountLink::from_row(row)?;
                if Span::of(&link).is_some_and(|span| span.contains(self.date)) {
                    found.push(link);
                }
            }
        }
        Ok(found)
    }

    /// Names and codes of the accounts that the reader may see.
    fn visible(&mut self, accounts: &[Id]) -> Result<Visible> {
        let entity = self.reading.entity_type(Account::NAME)?;
        let mut known = HashMap::new();
        for chunk in accounts.chunks(MAX_IN_VALUES) {
            let asked = Query { filter: Some(among("id", chunk)), ..Query::default() };
            for row in self.reading.all(Account::NAME, &asked)? {
                let text = |name: &str| match entity.field(name).map(|field| field.value(&row)) {
                    Some(FieldValue::Text(text)) => Some(text),
                    _ => None,
                };
                known.insert(row.id, (text("name").unwrap_or_default(), text("code")));
            }
        }
        Ok(Visible(known))
    }
}

/// Name and code by account.
struct Visible(HashMap<Id, (String, Option<String>)>);

impl Visible {
    fn node(&self, account: Id, depth: i64, parent: Option<Id>) -> Option<HierarchyNode> {
        let (name, code) = self.0.get(&account)?.clone();
        Some(HierarchyNode { account, name, depth, code, parent })
    }
}

fn breadth_first(a: &HierarchyNode, b: &HierarchyNode) -> std::cmp::Ordering {
    a.depth.cmp(&b.depth).then_with(|| a.name.cmp(&b.name)).then_with(|| a.account.cmp(&b.account))
}
