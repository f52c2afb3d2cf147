//! Leads: capturing them once, naming somebody, and the steps between.

use super::{Lead, LeadStatus};
use crate::room::{
    Change, Decision, View, external_kind, illegal, record, record_for_change, tidy_external_ids, with_record,
};
use crate::schema::{Entity as _, Row};
use crate::value::{Error, ErrorCode, FieldValue, Id, Problem, Result};

/// A new lead is new, and came in now if nothing else is said.
pub(super) fn lead_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    with_record::<Lead>(before, after, |_, lead| {
        tidy_external_ids(&mut lead.external_ids)?;
        lead.status.get_or_insert(LeadStatus::New);
        lead.received_at.get_or_insert(view.now());
        Ok(Decision::default())
    })
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

/// Names the user who answers for the lead; a new one becomes assigned.
pub(super) fn assign(view: &mut dyn View, id: Id, owner: Id) -> Result<Decision> {
    let lead = record_for_change::<Lead>(view, id, None, &["owner", "status"])?;
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
pub(super) fn disqualify(view: &mut dyn View, id: Id, reason: &str) -> Result<Decision> {
    let lead = record_for_change::<Lead>(view, id, None, &["status"])?;
    check_step(&lead, LeadStatus::Disqualified)?;
    if reason.trim().is_empty() {
        return Err(Error::invalid(ErrorCode::Required, "reason", "a reason must be given"));
    }
    let set = vec![("status", LeadStatus::Disqualified.as_str().into()), ("disqualify_reason", reason.into())];
    Ok(Decision::default().and_rule(Change::update::<Lead>(id, set)))
}
