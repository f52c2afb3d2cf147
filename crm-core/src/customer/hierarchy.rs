//! The rules of hierarchies: one parent per hierarchy and date, no cycle on any date, no more than
//! [`MAX_HIERARCHY_DEPTH`] steps from top to bottom.
//!
//! A link holds for a span of dates, so a walk through a hierarchy is a walk with a span: it splits where the links
//! change, and a cycle is a walk that comes back with a span that is not empty.

use std::collections::HashMap;

use super::{Account, AccountLink, HierarchyKind, all_of, among, equal};
use crate::query::MAX_IN_VALUES;
use crate::room::{Change, Decision, TraceStep, View, records_for_rule, with_record};
use crate::schema::{Entity as _, FieldCodec as _, Row};
use crate::value::{Date, Error, ErrorCode, Id, Problem, Result};

/// The most steps from the top of a hierarchy to its bottom, on any date.
pub const MAX_HIERARCHY_DEPTH: usize = 64;

/// Dates from the first to before the last; without an end if none is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Span {
    pub(super) from: Date,
    pub(super) until: Option<Date>,
}

impl Span {
    pub(super) const fn new(from: Date, until: Option<Date>) -> Self {
        Self { from, until }
    }

    /// The span of a link; a link without a beginning holds on no date.
    pub(super) fn of(link: &AccountLink) -> Option<Self> {
        let span = Self::new(link.valid_from?, link.valid_until);
        (!span.is_empty()).then_some(span)
    }

    pub(super) fn is_empty(self) -> bool {
        self.until.is_some_and(|until| until <= self.from)
    }

    pub(super) fn contains(self, date: Date) -> bool {
        self.from <= date && self.until.is_none_or(|until| date < until)
    }

    /// The dates of both.
    pub(super) fn shared(self, other: Self) -> Option<Self> {
        let until = match (self.until, other.until) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        let shared = Self::new(self.from.max(other.from), until);
        (!shared.is_empty()).then_some(shared)
    }

    fn lies_in(self, other: Self) -> bool {
        self.is_empty() || self.shared(other) == Some(self)
    }
}

/// What somebody wants of the links of an account.
pub(super) struct Placement<'a> {
    pub(super) hierarchy: HierarchyKind,
    pub(super) child: Id,
    pub(super) parent: Option<Id>,
    /// From when, and until when at the latest.
    pub(super) span: Span,
    pub(super) note: Option<&'a str>,
}

/// Ends the link of the date and begins a new one, which holds until the next one begins.
pub(super) fn set_parent(view: &mut dyn View, wish: &Placement<'_>) -> Result<Decision> {
    let Placement { hierarchy, child, parent, span, .. } = *wish;
    require_visible(view, "child", child)?;
    if let Some(parent) = parent {
        require_visible(view, "parent", parent)?;
    }
    if span.is_empty() || (parent.is_none() && span.until.is_some()) {
        let message = "a link ends after it begins; one that stands below none has no link to end";
        return Err(Error::invalid(ErrorCode::OutOfRange, "valid_until", message));
    }
    let links = links(view, hierarchy, "child", &[child])?;
    let next = links.iter().filter_map(Span::of).map(|held| held.from).filter(|begin| *begin > span.from).min();
    let until = span.until.into_iter().chain(next).min();
    let current = links.into_iter().find(|link| Span::of(link).is_some_and(|held| held.contains(span.from)));
    Ok(match (current, parent) {
        (None, None) => unchanged(hierarchy),
        (Some(link), Some(parent)) if link.parent == parent => adjusted(&link, wish, until),
        (current, parent) => {
            let end =
                |link: AccountLink| Change::update::<AccountLink>(link.id, vec![("valid_until", span.from.into())]);
            let begin = |parent| {
                let (valid_from, note) = (Some(span.from), wish.note.map(str::to_owned));
                let link = AccountLink {
                    child,
                    parent,
                    hierarchy,
                    valid_from,
                    valid_until: until,
                    note,
                    ..AccountLink::default()
                };
                Change::create(&link)
            };
            let changes = current.map(end).into_iter().chain(parent.map(begin));
            changes.fold(Decision::default(), Decision::and)
        }
    })
}

fn unchanged(hierarchy: HierarchyKind) -> Decision {
    Decision::default().because(TraceStep::new("parent_unchanged").with("hierarchy", hierarchy))
}

/// The same parent holds on the date already: only what was said of the end and the note can be new.
fn adjusted(link: &AccountLink, wish: &Placement<'_>, until: Option<Date>) -> Decision {
    let mut set = Vec::new();
    if wish.span.until.is_some() && until != link.valid_until {
        set.push(("valid_until", until.into()));
    }
    if wish.note.is_some() && wish.note != link.note.as_deref() {
        set.push(("note", wish.note.map(str::to_owned).into()));
    }
    if set.is_empty() {
        return unchanged(wish.hierarchy);
    }
    Decision::of(Change::update::<AccountLink>(link.id, set))
}

/// Completes and checks a link.
pub(super) fn link_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    with_record::<AccountLink>(before, after, |before, link| {
        link.valid_from = link.valid_from.or_else(|| Some(view.today()));
        check(view, before.as_ref(), link)?;
        Ok(Decision::default())
    })
}

/// A link that comes back must still fit.
pub(super) fn restore_rule(view: &mut dyn View, row: &Row) -> Result<Decision> {
    check(view, None, &AccountLink::from_row(row.clone())?).map(|()| Decision::default())
}

fn check(view: &mut dyn View, before: Option<&AccountLink>, link: &AccountLink) -> Result<()> {
    for (field, new, old) in [
        ("child", link.child, before.map(|before| before.child)),
        ("parent", link.parent, before.map(|before| before.parent)),
    ] {
        if old != Some(new) {
            require_visible(view, field, new)?;
        }
    }
    if link.child == link.parent {
        return Err(cycle(view, &[link.parent]));
    }
    if link.valid_until < link.valid_from && link.valid_until.is_some() {
        let message = "a link cannot end before it begins";
        return Err(Error::invalid(ErrorCode::OutOfRange, "valid_until", message));
    }
    let Some(span) = Span::of(link) else { return Ok(()) };
    let edge = |link: &AccountLink| (link.child, link.parent, link.hierarchy);
    let held = before.filter(|before| edge(before) == edge(link)).and_then(Span::of);
    if held.is_some_and(|held| span.lies_in(held)) {
        return Ok(());
    }
    check_overlap(view, link, span)?;
    let above = climb(view, link, span)?;
    check_depth(view, link, span, &above)
}

/// A missing account and a hidden one give the same answer.
fn require_visible(view: &mut dyn View, field: &str, account: Id) -> Result<()> {
    if account.is_nil() {
        return Err(Error::invalid(ErrorCode::Required, field, format!("`{field}` must not be empty")));
    }
    match view.get(Account::NAME, account) {
        Ok(_) => Ok(()),
        Err(Error::NotFound { .. } | Error::Denied { .. }) => {
            Err(Error::invalid(ErrorCode::UnknownReference, field, format!("`{field}` points to no account")))
        }
        Err(error) => Err(error),
    }
}

/// The links of a hierarchy whose `field` is one of these accounts, whoever asks.
pub(super) fn links(
    view: &mut dyn View,
    hierarchy: HierarchyKind,
    field: &str,
    accounts: &[Id],
) -> Result<Vec<AccountLink>> {
    let mut found = Vec::new();
    for chunk in accounts.chunks(MAX_IN_VALUES) {
        let asked = all_of(vec![among(field, chunk), equal("hierarchy", hierarchy.to_field())]);
        found.extend(records_for_rule::<AccountLink>(view, &asked)?);
    }
    Ok(found)
}

fn check_overlap(view: &mut dyn View, link: &AccountLink, span: Span) -> Result<()> {
    let others = links(view, link.hierarchy, "child", &[link.child])?;
    let covers = |other: &&AccountLink| other.id != link.id && Span::of(other).and_then(|o| o.shared(span)).is_some();
    let Some(other) = others.iter().find(covers) else { return Ok(()) };
    let message = "the account stands below another one on some of these dates";
    let mut problem = Problem::of_field(ErrorCode::Overlap, "valid_from", message).with("hierarchy", link.hierarchy);
    for (key, date) in [("valid_from", other.valid_from), ("valid_until", other.valid_until)] {
        if let Some(date) = date {
            problem = problem.with(key, date);
        }
    }
    Err(Error::conflict(problem))
}

/// A way up: the accounts above the child, and the dates on which they stand so.
struct Way {
    above: Vec<Id>,
    span: Span,
}

/// Walks up from the parent on all dates of the span.
///
/// Returns for each part of a way how many accounts stand above the child, and on which dates.
fn climb(view: &mut dyn View, link: &AccountLink, span: Span) -> Result<Vec<(Span, usize)>> {
    let mut open = vec![Way { above: vec![link.parent], span }];
    let mut heights = Vec::new();
    while !open.is_empty() {
        heights.extend(open.iter().map(|way| (way.span, way.above.len())));
        let tops: Vec<Id> = distinct(open.iter().filter_map(|way| way.above.last()).copied());
        let parents = by_end(links(view, link.hierarchy, "child", &tops)?, link.id, |link| (link.child, link.parent));
        let mut next = Vec::new();
        for way in &open {
            let top = way.above.last().copied().unwrap_or_default();
            for (parent, held) in parents.get(&top).into_iter().flatten() {
                let Some(span) = held.shared(way.span) else { continue };
                let above: Vec<Id> = way.above.iter().copied().chain([*parent]).collect();
                if *parent == link.child {
                    return Err(cycle(view, &above));
                }
                if above.len() > MAX_HIERARCHY_DEPTH {
                    return Err(too_deep());
                }
                next.push(Way { above, span });
            }
        }
        open = next;
    }
    Ok(heights)
}

/// Walks down from the child, level by level, and adds the height above.
fn check_depth(view: &mut dyn View, link: &AccountLink, span: Span, above: &[(Span, usize)]) -> Result<()> {
    let mut level: HashMap<Id, Vec<Span>> = HashMap::from([(link.child, vec![span])]);
    for below in 1..=MAX_HIERARCHY_DEPTH {
        let accounts = distinct(level.keys().copied());
        let children = by_end(links(view, link.hierarchy, "parent", &accounts)?, link.id, |l| (l.parent, l.child));
        let mut next: HashMap<Id, Vec<Span>> = HashMap::new();
        for (account, spans) in &level {
            for (child, held) in children.get(account).into_iter().flatten() {
                next.entry(*child).or_default().extend(spans.iter().filter_map(|span| span.shared(*held)));
            }
        }
        next.retain(|_, spans| !spans.is_empty());
        if next.is_empty() {
            return Ok(());
        }
        let mut deep = above.iter().filter(|(_, height)| height + below > MAX_HIERARCHY_DEPTH);
        if deep.any(|(dates, _)| next.values().flatten().any(|span| span.shared(*dates).is_some())) {
            return Err(too_deep());
        }
        level = next;
    }
    Ok(())
}

/// Whether a link fits the others as they are now: no other parent on its dates, no circle, no more steps than may be.
pub(super) fn check_fit(view: &mut dyn View, link: &AccountLink) -> Result<()> {
    let Some(span) = Span::of(link) else { return Ok(()) };
    check_overlap(view, link, span)?;
    let above = climb(view, link, span)?;
    check_depth(view, link, span, &above)
}

pub(super) fn distinct(ids: impl Iterator<Item = Id>) -> Vec<Id> {
    let mut ids: Vec<Id> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Links by one of their ends: the other end and the dates. The link in question is left out.
fn by_end(
    links: Vec<AccountLink>,
    except: Id,
    ends: impl Fn(&AccountLink) -> (Id, Id),
) -> HashMap<Id, Vec<(Id, Span)>> {
    let mut by: HashMap<Id, Vec<(Id, Span)>> = HashMap::new();
    for link in links.iter().filter(|link| link.id != except) {
        if let Some(span) = Span::of(link) {
            let (near, far) = ends(link);
            by.entry(near).or_default().push((far, span));
        }
    }
    by
}

/// The names along the circle; an account that the caller may not see is `…`.
fn cycle(view: &mut dyn View, above: &[Id]) -> Error {
    let mut names = Vec::new();
    let mut ids = Vec::new();
    for id in above {
        let account = view.get(Account::NAME, *id).and_then(Account::from_row);
        ids.push(account.as_ref().map_or_else(|_| "…".to_owned(), |_| id.to_string()));
        names.push(account.map_or_else(|_| "…".to_owned(), |account| account.name));
    }
    let problem = Problem::of_field(ErrorCode::Cycle, "parent", "the account would stand above itself");
    problem.with("cycle", names.join(" > ")).with("cycle_ids", ids.join(",")).into_invalid()
}

fn too_deep() -> Error {
    let message = format!("the hierarchy would have more than {MAX_HIERARCHY_DEPTH} steps from top to bottom");
    Problem::of_field(ErrorCode::OutOfRange, "parent", message).with("max_depth", MAX_HIERARCHY_DEPTH).into_invalid()
}
