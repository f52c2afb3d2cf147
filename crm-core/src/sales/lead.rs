//! Leads: capturing them once, naming somebody, and the steps between.

use super::{Lead, LeadStatus};
use crate::access::User;
use crate::room::{
    Change, Decision, View, external_kind, illegal, record, record_for_change, record_for_rule, tidy_external_ids,
    with_record,
};
use crate::schema::{Entity as _, Row};
use crate::value::{Error, ErrorCode, FieldValue, Id, Problem, Result};

/// A new lead is new and came in now, if nothing else is said; it is not converted, for nothing came out of it yet.
pub(super) fn lead_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    with_record::<Lead>(before, after, |before, lead| {
        tidy_external_ids(&mut lead.external_ids)?;
        let status = *lead.status.get_or_insert(LeadStatus::New);
        lead.received_at.get_or_insert(view.now());
        if before.is_none() && status == LeadStatus::Converted {
            return Err(illegal("status", "a lead is converted by a command of its own"));
        }
        let reason = lead.disqualify_reason.as_deref().unwrap_or_default();
        match (status, reason.trim().is_empty()) {
            (LeadStatus::Disqualified, true) => {
                let message = "a disqualified lead needs a reason";
                Err(Error::invalid(ErrorCode::Required, "disqualify_reason", message))
            }
            (LeadStatus::Disqualified, false) | (_, true) => Ok(Decision::default()),
            (_, false) => Err(illegal("disqualify_reason", "the reason is given by disqualifying")),
        }
    })
}

/// What a lead became must not be lost: of a converted and an open lead the converted one survives.
pub(super) fn merge_rule(survivor: &Row, losers: &[Row]) -> Result<()> {
    let converted = |row: &Row| Lead::from_stored(row.clone()).map(|lead| lead.status == Some(LeadStatus::Converted));
    if converted(survivor)? {
        return Ok(());
    }
    for loser in losers {
        if converted(loser)? {
            return Err(illegal("survivor", "a lead that was converted goes into no open one"));
        }
    }
    Ok(())
}

impl LeadStatus {
    /// Whether a lead may go from here to `to` (线索状态机).
    #[must_use]
    pub const fn may_become(self, to: Self) -> bool {
        match self {
            Self::New => {
                matches!(to, Self::Assigned | Self::Working | Self::Qualified | Self::Converted | Self::Disqualified)
            }
            Self::Assigned => matches!(to, Self::Working | Self::Qualified | Self::Converted | Self::Disqualified),
            Self::Working => matches!(to, Self::Qualified | Self::Converted | Self::Disqualified),
            Self::Qualified => matches!(to, Self::Working | Self::Converted | Self::Disqualified),
            Self::Disqualified => matches!(to, Self::Working),
            Self::Converted => false,
        }
    }
}

/// Refuses a step that the state does not allow.
pub(super) fn check_step(lead: &Lead, to: LeadStatus) -> Result<()> {
    let from = lead.status.unwrap_or_default();
    if from.may_become(to) {
        return Ok(());
    }
    let problem = Problem::of_field(ErrorCode::IllegalTransition, "status", "the lead cannot go there from here");
    Err(Error::conflict(problem.with("from", from).with("to", to)))
}

/// Makes the lead, unless it is there already: the same identifier at the same source is the same lead.
pub(super) fn capture(view: &mut dyn View, lead: &Lead) -> Result<Decision> {
    let mut lead = lead.clone();
    tidy_external_ids(&mut lead.external_ids)?;
    for (place, external) in lead.external_ids.iter().enumerate() {
        let Some(id) = view.find_unique(Lead::NAME, &external_kind(&external.system), &external.key)? else { continue };
        let field = format!("external_ids[{place}]");
        let problem =
            Problem::of_field(ErrorCode::DuplicateKey, field, "the lead was captured before: nothing changed");
        // Somebody who may not see the lead does not learn which one it is.
        let visible = record::<Lead>(view, id).is_ok();
        return Ok(Decision::default().warn(if visible { problem.with("id", id) } else { problem }));
    }
    Ok(Decision::of(Change::create(&lead)))
}

/// Names the user who answers for the lead; a new one becomes assigned. Somebody who left answers for nothing.
pub(super) fn assign(view: &mut dyn View, id: Id, version: Option<i64>, owner: Id) -> Result<Decision> {
    let lead = record_for_change::<Lead>(view, id, version, &["owner", "status"])?;
    if !record_for_rule::<User>(view, owner).is_ok_and(|user| !user.is_inactive) {
        let message = "`owner` points to no user, or the user left";
        return Err(Error::invalid(ErrorCode::UnknownReference, "owner", message));
    }
    let status = match lead.status.unwrap_or_default() {
        LeadStatus::New => LeadStatus::Assigned,
        done @ (LeadStatus::Converted | LeadStatus::Disqualified) => {
            return Err(illegal("status", format!("the lead is {done}: there is nothing to assign")));
        }
        under_way => under_way,
    };
    let set = vec![("owner", FieldValue::Reference(owner)), ("status", status.as_str().into())];
    Ok(Decision::default().and_rule(Change::update::<Lead>(id, set)))
}

/// Moves a lead to working or qualified; a disqualified one is taken up again.
pub(super) fn go_on(view: &mut dyn View, id: Id, version: Option<i64>, to: LeadStatus) -> Result<Decision> {
    let lead = record_for_change::<Lead>(view, id, version, &["status"])?;
    if !matches!(to, LeadStatus::Working | LeadStatus::Qualified) {
        return Err(illegal("status", "assigning, disqualifying and converting have commands of their own"));
    }
    check_step(&lead, to)?;
    let set = vec![("status", to.as_str().into()), ("disqualify_reason", FieldValue::Null)];
    Ok(Decision::default().and_rule(Change::update::<Lead>(id, set)))
}

/// Nothing comes out of the lead.
pub(super) fn disqualify(view: &mut dyn View, id: Id, version: Option<i64>, reason: &str) -> Result<Decision> {
    let lead = record_for_change::<Lead>(view, id, version, &["status"])?;
    check_step(&lead, LeadStatus::Disqualified)?;
    if reason.trim().is_empty() {
        return Err(Error::invalid(ErrorCode::Required, "reason", "a reason must be given"));
    }
    let set = vec![("status", LeadStatus::Disqualified.as_str().into()), ("disqualify_reason", reason.into())];
    Ok(Decision::default().and_rule(Change::update::<Lead>(id, set)))
}
