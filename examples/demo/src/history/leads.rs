//! Leads are imported as new ones and then moved to where they stood.

use std::io::Write;

use crm_core::engine::{Command, Session};
use crm_core::query::Query;
use crm_core::sales::{Lead, LeadConversion, LeadStatus, SalesCommand};

use super::sheet::{Cells, Checked, Sheet};
use super::{NO_REASON, all_at_once, by_key, refusal};
use crate::failure::Result;
use crate::folder::Folder;
use crate::progress::Progress;
use crate::takeover::Takeover;

const LEADS: &str = "leads.csv";
/// Commands in one transaction.
const BATCH: usize = 200;

/// Moves the leads to where they stood. One that cannot be moved stays as it was imported, with a notice.
///
/// # Errors
/// When the file cannot be read, or what the store gives.
pub fn leads<W: Write>(
    session: &Session,
    folder: &Folder,
    done: &mut Takeover,
    progress: &mut Progress<W>,
) -> Result<()> {
    let sheet = Sheet::open(folder, LEADS, &["external_id", "status"])?;
    let mut imported = by_key(session.list_all::<Lead>(&Query::default())?, |lead| &lead.external_ids);
    let mut moves: Vec<(Cells<'_>, Command)> = Vec::new();
    for cells in sheet.rows() {
        // The import has told about the rows that it rejected.
        let Some(lead) = imported.remove(cells.text("external_id")) else { continue };
        match step(&cells, &lead) {
            Ok(Some(command)) => moves.push((cells, Command::Sales(command))),
            Ok(None) => {}
            Err(notice) => done.notices.push(*notice),
        }
    }
    let mut phase = progress.phase("Moving leads to their status", u64::try_from(moves.len()).ok());
    let mut moved = 0;
    for batch in moves.chunks(BATCH) {
        carry_out(session, batch, done)?;
        moved += u64::try_from(batch.len()).unwrap_or(0);
        phase.advance_to(moved);
    }
    phase.finish(moved);
    Ok(())
}

fn step(cells: &Cells<'_>, lead: &Lead) -> Checked<Option<SalesCommand>> {
    let to = |to| Some(SalesCommand::MoveLead { lead: lead.id, expected_version: None, to });
    Ok(match cells.text("status") {
        "" | "new" => None,
        "contacted" => to(LeadStatus::Working),
        "qualified" => to(LeadStatus::Qualified),
        "disqualified" => {
            let reason = NO_REASON.to_owned();
            Some(SalesCommand::DisqualifyLead { lead: lead.id, expected_version: None, reason })
        }
        // What it became is among the imported records, but the old system did not say which.
        "converted" => {
            let conversion = LeadConversion { lead: lead.id, without_opportunity: true, ..LeadConversion::default() };
            Some(SalesCommand::ConvertLead { conversion })
        }
        _ => return cells.wrong("status", "is not a status of a lead"),
    })
}

/// Carries out commands: all at once, or one by one if one of them is refused.
fn carry_out(session: &Session, moves: &[(Cells<'_>, Command)], done: &mut Takeover) -> Result<()> {
    let commands: Vec<Command> = moves.iter().map(|(_, command)| command.clone()).collect();
    if all_at_once(session, &commands)? {
        return Ok(());
    }
    for ((cells, _), command) in moves.iter().zip(commands) {
        if let Err(error) = session.execute(command) {
            done.notices.push(cells.reject("status", &refusal(error)?));
        }
    }
    Ok(())
}
