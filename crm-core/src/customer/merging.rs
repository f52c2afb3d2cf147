//! What a merge of accounts does with the links between them: no account stands above itself on any date, and no account
//! below two.

use std::collections::HashSet;

use super::hierarchy::{Span, check_fit, distinct, links};
use super::{AccountLink, HierarchyKind};
use crate::merging::{Days, left_over};
use crate::room::{Fate, Merging, View};
use crate::schema::{Entity as _, Row};
use crate::value::{Date, Id, Result};

/// Splices the hierarchies. Links among the merged accounts go. Those to accounts above stay on the dates on which
/// neither the surviving account nor an earlier one of the others stands below somebody, and on which the account above
/// does not stand below one of the merged ones. Those to accounts below follow.
pub(super) fn join_links(view: &mut dyn View, merging: &Merging<'_>, rows: &[Row]) -> Result<Vec<Fate>> {
    let today = view.today();
    let mut fates = Vec::with_capacity(rows.len());
    let mut upward = Vec::new();
    for row in rows {
        let link = AccountLink::from_stored(row.clone())?;
        match (merging.rank(link.child), merging.rank(link.parent)) {
            (Some(_), Some(_)) => fates.push(Fate::Dropped(link.id)),
            (Some(rank), None) => upward.push((rank, row, link)),
            (None, _) => fates.push(Fate::Kept(AccountLink { parent: merging.survivor, ..link }.to_row_of(row))),
        }
    }
    upward.sort_by_key(|(rank, _, link)| (*rank, link.valid_from, link.id));
    for hierarchy in HierarchyKind::ALL {
        let mine: Vec<_> = upward.iter().filter(|(_, _, link)| link.hierarchy == *hierarchy).collect();
        let starts: Vec<(Id, Option<Span>)> = mine.iter().map(|(_, _, link)| (link.parent, Span::of(link))).collect();
        let circles = circles(view, *hierarchy, merging, &starts)?;
        fates.extend(stacked(&mine, circles, merging.survivor, today));
    }
    Ok(fates)
}

/// Gives each link the dates that are left for it.
fn stacked(links: &[&(usize, &Row, AccountLink)], circles: Vec<Vec<Days>>, survivor: Id, today: Date) -> Vec<Fate> {
    let mut held: Vec<Days> = Vec::new();
    let mut fates = Vec::new();
    for ((_, row, link), mut taken) in links.iter().zip(circles) {
        let follows = AccountLink { child: survivor, ..link.clone() };
        if Span::of(link).is_none() {
            fates.push(Fate::Kept(follows.to_row_of(row)));
            continue;
        }
        taken.extend(&held);
        let Some(days) = left_over(Days::new(link.valid_from, link.valid_until), &taken, today) else {
            fates.push(Fate::Dropped(link.id));
            continue;
        };
        held.push(days);
        let follows = AccountLink { valid_from: days.from, valid_until: days.until, ..follows };
        fates.push(Fate::Kept(follows.to_row_of(row)));
    }
    fates
}

/// For each account and span: the dates on which the account stands below one of the merged ones.
fn circles(
    view: &mut dyn View,
    hierarchy: HierarchyKind,
    merging: &Merging<'_>,
    starts: &[(Id, Option<Span>)],
) -> Result<Vec<Vec<Days>>> {
    let mut found: Vec<Vec<Days>> = vec![Vec::new(); starts.len()];
    let spans = starts.iter().enumerate();
    let mut open: HashSet<(usize, Id, Span)> =
        spans.filter_map(|(place, (account, span))| span.map(|span| (place, *account, span))).collect();
    let mut known = open.clone();
    while !open.is_empty() {
        let tops = distinct(open.iter().map(|(_, account, _)| *account));
        let above = links(view, hierarchy, "child", &tops)?;
        let mut next = HashSet::new();
        for (place, account, span) in open {
            for link in above.iter().filter(|link| link.child == account) {
                let Some(shared) = Span::of(link).and_then(|held| held.shared(span)) else { continue };
                if merging.rank(link.parent).is_some() {
                    if let Some(found) = found.get_mut(place) {
                        found.push(Days::new(Some(shared.from), shared.until));
                    }
                } else if known.insert((place, link.parent, shared)) {
                    next.insert((place, link.parent, shared));
                }
            }
        }
        open = next;
    }
    Ok(found)
}

/// Whether links that were changed by a merge, or by taking one back, fit the others.
///
/// # Errors
/// `Cycle`, `Overlap`, `OutOfRange` for a hierarchy that would be too deep.
pub(crate) fn check_links(view: &mut dyn View, rows: &[Row]) -> Result<()> {
    rows.iter().try_for_each(|row| check_fit(view, &AccountLink::from_stored(row.clone())?))
}

impl AccountLink {
    /// The row of a changed link; what the struct does not hold stays.
    fn to_row_of(&self, row: &Row) -> Row {
        Row { values: self.to_row().values, ..row.clone() }
    }
}
