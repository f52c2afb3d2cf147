//! What a mapping cannot say about the generator's folder: how far leads came, and quotes with their lines, which were
//! sent, revised and decided. These are commands, each with the clock of its own day.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::sync::Arc;

use crm_core::access::User;
use crm_core::engine::{Command, Session};
use crm_core::exchange::{CsvRow, CsvTable, nearest_name};
use crm_core::product::Product;
use crm_core::query::Query;
use crm_core::quote::{Quote, QuoteCommand, QuoteLine};
use crm_core::room::ExternalId;
use crm_core::sales::{Lead, LeadConversion, LeadStatus, Opportunity, SalesCommand};
use crm_core::value::{Date, Decimal, FixedClock, Id};

use crate::failure::Result;
use crate::folder::{Folder, column};
use crate::moments::Moments;
use crate::progress::Progress;
use crate::report::{FileSummary, Reject};
use crate::takeover::Takeover;

/// The system under whose name the records keep their old identifiers.
const SYSTEM: &str = "crm-demo";
const QUOTES: &str = "quotes.csv";
const LINES: &str = "quote_lines.csv";
/// Commands in one transaction.
const BATCH: usize = 200;

/// Moves the leads to where they stood.
///
/// # Errors
/// What the engine gives.
pub fn leads<W: Write>(session: &Session, progress: &mut Progress<W>) -> Result<()> {
    let leads = session.list_all::<Lead>(&Query::default())?;
    let commands: Vec<Command> = leads.iter().filter_map(lead_command).map(Command::Sales).collect();
    let mut phase = progress.phase("Moving leads to their status", u64::try_from(commands.len()).ok());
    let mut done = 0;
    for batch in commands.chunks(BATCH) {
        session.execute_all(batch, None)?;
        done += u64::try_from(batch.len()).unwrap_or(0);
        phase.advance_to(done);
    }
    phase.finish(done);
    Ok(())
}

fn lead_command(lead: &Lead) -> Option<SalesCommand> {
    let status = lead.raw.iter().find(|field| field.name == "status")?;
    let to = |to| SalesCommand::MoveLead { lead: lead.id, expected_version: None, to };
    match status.value.as_str() {
        "contacted" => Some(to(LeadStatus::Working)),
        "qualified" => Some(to(LeadStatus::Qualified)),
        "disqualified" => {
            let reason = "not recorded in the old system".to_owned();
            Some(SalesCommand::DisqualifyLead { lead: lead.id, reason, expected_version: None })
        }
        // What it became is among the imported records, but the old system did not say which.
        "converted" => {
            let conversion = LeadConversion { lead: lead.id, without_opportunity: true, ..LeadConversion::default() };
            Some(SalesCommand::ConvertLead { conversion })
        }
        _ => None,
    }
}

/// What the rows of the two files refer to.
struct Known {
    opportunities: HashMap<String, Opportunity>,
    users: HashMap<String, Id>,
    products: HashMap<String, Id>,
    codes: Vec<String>,
}

impl Known {
    fn read(session: &Session) -> Result<Self> {
        let all = Query::default();
        let key = |ids: &[ExternalId]| ids.iter().find(|id| id.system == SYSTEM).map(|id| id.key.clone());
        let opportunities = session.list_all::<Opportunity>(&all)?.into_iter();
        let users = session.list_all::<User>(&all)?.into_iter();
        let products = session.list_all::<Product>(&all)?;
        Ok(Self {
            opportunities: opportunities.filter_map(|found| Some((key(&found.external_ids)?, found))).collect(),
            users: users.map(|user| (user.login, user.id)).collect(),
            codes: products.iter().map(|product| product.code.clone()).collect(),
            products: products.into_iter().map(|product| (product.code, product.id)).collect(),
        })
    }
}

/// The cells of a row by column.
struct Cells<'a> {
    table: &'a CsvTable,
    file: &'static str,
    row: &'a CsvRow,
}

impl Cells<'_> {
    /// The cell as it stands.
    fn raw(&self, name: &str) -> Result<&str> {
        let place = column(self.table, self.file, name)?;
        Ok(self.row.cells.get(place).map_or("", String::as_str))
    }

    fn text(&self, name: &str) -> Result<&str> {
        Ok(self.raw(name)?.trim())
    }

    fn reject(&self, column: &str, value: &str, reason: &str, proposal: Option<String>) -> Reject {
        let (file, column, value) = (self.file.to_owned(), column.to_owned(), value.to_owned());
        Reject { file, row: self.row.row, column, value, reason: reason.to_owned(), proposal }
    }
}

/// The lines of the file by the key of their quote, in the order of the file.
fn lines_by_quote(folder: &Folder, known: &Known, done: &mut Takeover) -> Result<HashMap<String, Vec<QuoteLine>>> {
    let table = folder.table(LINES)?;
    let mut lines: HashMap<String, Vec<QuoteLine>> = HashMap::new();
    let mut summary = FileSummary { file: LINES.to_owned(), entity: "quote line".to_owned(), ..FileSummary::default() };
    for row in &table.rows {
        summary.read += 1;
        let cells = Cells { table: &table, file: LINES, row };
        match quote_line(&cells, known)? {
            Ok(line) => {
                summary.created += 1;
                lines.entry(cells.text("quote_external_id")?.to_owned()).or_default().push(line);
            }
            Err(reject) => {
                summary.rejected += 1;
                done.reject(reject);
            }
        }
    }
    done.count(summary);
    Ok(lines)
}

fn quote_line(cells: &Cells<'_>, known: &Known) -> Result<std::result::Result<QuoteLine, Reject>> {
    // White space is part of a code: a code with a space behind it is another one.
    let code = cells.raw("product_code")?;
    let Some(product) = known.products.get(code) else {
        let proposal = nearest_name(&known.codes, code);
        return Ok(Err(cells.reject("product_code", code, "nothing has this name", proposal)));
    };
    let mut numbers = [Decimal::ZERO; 4];
    for (number, name) in numbers.iter_mut().zip(["line_no", "quantity", "list_price", "discount_percent"]) {
        let text = cells.text(name)?;
        match text.parse() {
            Ok(read) => *number = read,
            Err(_) => return Ok(Err(cells.reject(name, text, "is not a decimal number", None))),
        }
    }
    let [position, quantity, price, discount] = numbers;
    Ok(Ok(QuoteLine {
        position: position.to_scaled(0),
        unit_price: Some(price),
        discount_percent: Some(discount),
        ..QuoteLine::of_product(*product, quantity)
    }))
}

/// What happens to a quote on a day, and the row that says so.
struct Event {
    row: u64,
    command: QuoteCommand,
}

/// Imports the quotes with their lines and carries out what happened to them, day by day.
///
/// # Errors
/// When a file cannot be read, or what the store gives; a bad row never stops the others.
pub fn quotes<W: Write>(
    session: &Session,
    moments: Moments,
    folder: &Folder,
    done: &mut Takeover,
    progress: &mut Progress<W>,
) -> Result<()> {
    let known = Known::read(session)?;
    let lines = lines_by_quote(folder, &known, done)?;
    let table = folder.table(QUOTES)?;
    let mut summary = FileSummary { file: QUOTES.to_owned(), entity: "quote".to_owned(), ..FileSummary::default() };
    let mut days: BTreeMap<Date, Vec<Event>> = BTreeMap::new();
    let mut firsts: HashMap<String, Id> = HashMap::new();
    for row in &table.rows {
        summary.read += 1;
        let cells = Cells { table: &table, file: QUOTES, row };
        let planned = plan(&cells, session, &known, &lines, &mut firsts)?;
        for (day, command) in planned.into_iter().filter(|(day, _)| *day <= moments.as_of) {
            days.entry(day).or_default().push(Event { row: row.row, command });
        }
    }
    let total = days.values().map(Vec::len).sum::<usize>();
    let mut phase = progress.phase("Sending, revising and deciding quotes", u64::try_from(total).ok());
    let mut carried_out = 0;
    for (day, events) in days {
        let session = session.with_clock(Arc::new(FixedClock::new(moments.on(day, 12, 0))));
        carried_out += u64::try_from(events.len()).unwrap_or(0);
        carry_out(&session, &events, &mut summary, done)?;
        phase.advance_to(carried_out);
    }
    phase.finish(carried_out);
    done.count(summary);
    Ok(())
}

/// The commands of one row with their days: making, sending, deciding.
fn plan(
    cells: &Cells<'_>,
    session: &Session,
    known: &Known,
    lines: &HashMap<String, Vec<QuoteLine>>,
    firsts: &mut HashMap<String, Id>,
) -> Result<Vec<(Date, QuoteCommand)>> {
    let (Ok(issued), Ok(until)) =
        (cells.text("issued_on")?.parse::<Date>(), cells.text("valid_until")?.parse::<Date>())
    else {
        return Ok(Vec::new());
    };
    let (key, number) = (cells.text("external_id")?, cells.text("number")?);
    let opportunity = known.opportunities.get(cells.text("opportunity_external_id")?);
    let id = session.new_id();
    // A revision takes the place of the quote before it and gets its number from it.
    let revises = firsts.insert(number.to_owned(), id);
    let quote = Quote {
        id,
        name: opportunity.map_or_else(|| number.to_owned(), |found| found.name.clone()),
        number: revises.is_none().then(|| number.to_owned()),
        opportunity: opportunity.map(|found| found.id),
        revises,
        valid_until: Some(until),
        currency: cells.text("currency")?.parse().ok(),
        lines: lines.get(key).cloned().unwrap_or_default(),
        external_ids: vec![ExternalId { system: SYSTEM.to_owned(), key: key.to_owned() }],
        owner: known.users.get(cells.text("owner_login")?).copied(),
        ..Quote::default()
    };
    let status = cells.text("status")?;
    let mut planned = vec![(issued, QuoteCommand::CreateQuote { quote })];
    if status == "draft" {
        return Ok(planned);
    }
    planned.push((issued, QuoteCommand::SendQuote { quote: id, expected_version: 1 }));
    let closed = opportunity.and_then(|found| found.closed_on).unwrap_or(until).max(issued);
    let (quote, expected_version) = (id, 2);
    match status {
        "accepted" => planned.push((closed.min(until), QuoteCommand::AcceptQuote { quote, expected_version })),
        "rejected" => {
            let why = opportunity.and_then(|found| found.close_reason.clone()).unwrap_or_default();
            let reason = if why.is_empty() { "not recorded in the old system".to_owned() } else { why };
            planned.push((closed, QuoteCommand::RejectQuote { quote, expected_version, reason }));
        }
        "expired" => planned.push((until.add_days(1)?, QuoteCommand::ExpireQuote { quote, expected_version })),
        _ => {}
    }
    Ok(planned)
}

/// Carries out the commands of a day: all at once, or one by one if one of them is refused.
fn carry_out(session: &Session, events: &[Event], summary: &mut FileSummary, done: &mut Takeover) -> Result<()> {
    let made = |event: &&Event| matches!(event.command, QuoteCommand::CreateQuote { .. });
    let commands: Vec<Command> = events.iter().map(|event| Command::Quote(event.command.clone())).collect();
    if session.execute_all(&commands, None).is_ok() {
        summary.created += u64::try_from(events.iter().filter(made).count()).unwrap_or(0);
        return Ok(());
    }
    for (event, command) in events.iter().zip(commands) {
        match session.execute(command) {
            Ok(_) => summary.created += u64::from(made(&event)),
            Err(error) => {
                summary.rejected += u64::from(made(&event));
                done.reject(Reject {
                    file: QUOTES.to_owned(),
                    row: event.row,
                    column: error.field().unwrap_or("status").to_owned(),
                    reason: error.to_string(),
                    ..Reject::default()
                });
            }
        }
    }
    Ok(())
}
