//! Quotes with their lines. A quote is taken whole or not at all: a bad line takes its quote along, and the quote its
//! other lines.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Write;
use std::sync::Arc;

use crm_core::access::User;
use crm_core::engine::{Command, Session};
use crm_core::exchange::nearest_name;
use crm_core::product::Product;
use crm_core::query::Query;
use crm_core::quote::{Quote, QuoteCommand, QuoteLine};
use crm_core::room::ExternalId;
use crm_core::sales::Opportunity;
use crm_core::value::{Currency, Date, Decimal, FixedClock, Id};

use super::sheet::{Cells, Checked, Sheet, UNKNOWN};
use super::{NO_REASON, SYSTEM, all_at_once, by_key, refusal};
use crate::failure::Result;
use crate::folder::Folder;
use crate::moments::Moments;
use crate::progress::Progress;
use crate::report::{FileSummary, Reject};
use crate::takeover::Takeover;

const QUOTES: &str = "quotes.csv";
const QUOTE_COLUMNS: &[&str] = &[
    "external_id",
    "number",
    "opportunity_external_id",
    "status",
    "issued_on",
    "valid_until",
    "currency",
    "owner_login",
];
const LINES: &str = "quote_lines.csv";
const LINE_COLUMNS: &[&str] =
    &["quote_external_id", "line_no", "product_code", "quantity", "list_price", "discount_percent"];

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
    let known = Known::read(session, moments.as_of)?;
    let line_sheet = Sheet::open(folder, LINES, LINE_COLUMNS)?;
    let quote_sheet = Sheet::open(folder, QUOTES, QUOTE_COLUMNS)?;
    let mut taking = Taking::new(done);
    let lines = taking.lines(&line_sheet, &known);
    let plan = taking.plan(&quote_sheet, lines, session, &known);
    let total = plan.days.values().map(Vec::len).sum::<usize>();
    let mut phase = progress.phase("Sending, revising and deciding quotes", u64::try_from(total).ok());
    let mut carried_out = 0;
    for (day, events) in &plan.days {
        let session = session.with_clock(Arc::new(FixedClock::new(moments.on(*day, 12, 0))));
        taking.carry_out(&session, &plan.documents, events)?;
        carried_out += u64::try_from(events.len()).unwrap_or(0);
        phase.advance_to(carried_out);
    }
    phase.finish(carried_out);
    taking.finish();
    Ok(())
}

/// What the rows of the two files refer to.
struct Known {
    opportunities: HashMap<String, Opportunity>,
    users: HashMap<String, Id>,
    products: HashMap<String, Id>,
    codes: Vec<String>,
    /// The day on which the data end.
    as_of: Date,
}

impl Known {
    fn read(session: &Session, as_of: Date) -> Result<Self> {
        let all = Query::default();
        let users = session.list_all::<User>(&all)?.into_iter();
        let products = session.list_all::<Product>(&all)?;
        Ok(Self {
            opportunities: by_key(session.list_all::<Opportunity>(&all)?, |found| &found.external_ids),
            users: users.map(|user| (user.login, user.id)).collect(),
            codes: products.iter().map(|product| product.code.clone()).collect(),
            products: products.into_iter().map(|product| (product.code, product.id)).collect(),
            as_of,
        })
    }
}

/// The lines of one quote that could be read, and whether there are others.
#[derive(Default)]
struct Lines<'a> {
    good: Vec<(Cells<'a>, QuoteLine)>,
    is_broken: bool,
}

/// The rows of a quote.
struct Document<'a> {
    quote: Cells<'a>,
    lines: Vec<Cells<'a>>,
}

/// What happens to a quote, by its place in the list of documents.
struct Event {
    document: usize,
    command: QuoteCommand,
}

/// What happened on which day.
#[derive(Default)]
struct Plan<'a> {
    documents: Vec<Document<'a>>,
    days: BTreeMap<Date, Vec<Event>>,
}

/// The two files on their way, with the count of their rows.
struct Taking<'t> {
    done: &'t mut Takeover,
    quotes: FileSummary,
    lines: FileSummary,
    /// Documents of which a command was refused: the commands that follow are not tried.
    stopped: HashSet<usize>,
}

impl<'t> Taking<'t> {
    fn new(done: &'t mut Takeover) -> Self {
        let summary = |file: &str, entity: &str| {
            let (file, entity) = (file.to_owned(), entity.to_owned());
            FileSummary { file, entity, ..FileSummary::default() }
        };
        let (quotes, lines) = (summary(QUOTES, "quote"), summary(LINES, "quote line"));
        Self { done, quotes, lines, stopped: HashSet::new() }
    }

    fn finish(self) {
        self.done.summary.files.extend([self.lines, self.quotes]);
    }

    fn reject_line(&mut self, reject: Reject) {
        self.lines.rejected += 1;
        self.done.reject(reject);
    }

    /// Rejects a quote and takes its lines along.
    fn reject_quote(&mut self, document: &Document<'_>, reject: Reject) {
        self.quotes.rejected += 1;
        self.done.reject(reject);
        for line in &document.lines {
            self.reject_line(line.reject("quote_external_id", "its quote was rejected"));
        }
    }

    /// The lines by the key of their quote, in the order of the file.
    fn lines<'a>(&mut self, sheet: &'a Sheet, known: &Known) -> HashMap<&'a str, Lines<'a>> {
        let mut lines: HashMap<&str, Lines<'_>> = HashMap::new();
        let unreadable = sheet.unreadable("quote_external_id");
        self.lines.read += u64::try_from(unreadable.len()).unwrap_or(0);
        for (key, reject) in unreadable {
            lines.entry(key).or_default().is_broken = true;
            self.reject_line(reject);
        }
        for cells in sheet.rows() {
            self.lines.read += 1;
            let of_quote = lines.entry(cells.text("quote_external_id")).or_default();
            match quote_line(&cells, known) {
                Ok(line) => of_quote.good.push((cells, line)),
                Err(reject) => {
                    of_quote.is_broken = true;
                    self.reject_line(*reject);
                }
            }
        }
        lines
    }

    /// What happened to the quotes, and when.
    fn plan<'a>(
        &mut self,
        sheet: &'a Sheet,
        mut lines: HashMap<&'a str, Lines<'a>>,
        session: &Session,
        known: &Known,
    ) -> Plan<'a> {
        let mut plan = Plan::default();
        let (mut seen, mut firsts) = (HashSet::new(), HashMap::new());
        for (_, reject) in sheet.unreadable("external_id") {
            self.quotes.read += 1;
            self.quotes.rejected += 1;
            self.done.reject(reject);
        }
        for quote in sheet.rows() {
            self.quotes.read += 1;
            let key = quote.text("external_id");
            let Lines { good, is_broken } = lines.remove(key).unwrap_or_default();
            let (rows, good) = good.into_iter().unzip();
            let document = Document { quote, lines: rows };
            let planned = if !seen.insert(key) {
                quote.wrong("external_id", "an earlier row has the same key")
            } else if is_broken {
                quote.wrong("external_id", "a line of it was rejected")
            } else {
                commands(&quote, session.new_id(), good, known, &mut firsts)
            };
            match planned {
                Ok(commands) => {
                    self.done.notices.extend(still_valid(&quote, &commands));
                    let at = plan.documents.len();
                    plan.documents.push(document);
                    for (day, command) in commands {
                        plan.days.entry(day).or_default().push(Event { document: at, command });
                    }
                }
                Err(reject) => self.reject_quote(&document, *reject),
            }
        }
        let mut orphans: Vec<Cells<'_>> =
            lines.into_values().flat_map(|lines| lines.good).map(|(cells, _)| cells).collect();
        orphans.sort_by_key(Cells::row);
        orphans.iter().for_each(|line| self.reject_line(line.reject("quote_external_id", UNKNOWN)));
        plan
    }

    /// Carries out the commands of a day: all at once, or one by one if one of them is refused.
    fn carry_out(&mut self, session: &Session, documents: &[Document<'_>], events: &[Event]) -> Result<()> {
        let with_document = |event: &Event| {
            let document = documents.get(event.document)?;
            Some((event.document, document, event.command.clone()))
        };
        let going_on = |event: &&Event| !self.stopped.contains(&event.document);
        let events: Vec<_> = events.iter().filter(going_on).filter_map(with_document).collect();
        let commands: Vec<Command> = events.iter().map(|(_, _, command)| Command::Quote(command.clone())).collect();
        let at_once = all_at_once(session, &commands)?;
        for (at, document, command) in events {
            let makes = matches!(command, QuoteCommand::CreateQuote { .. });
            if self.stopped.contains(&at) {
                continue;
            }
            let error = if at_once { None } else { session.execute(Command::Quote(command)).err() };
            match error {
                None if makes => {
                    self.quotes.created += 1;
                    self.lines.created += u64::try_from(document.lines.len()).unwrap_or(0);
                }
                None => {}
                Some(error) => {
                    self.stopped.insert(at);
                    let column = if makes { "external_id" } else { "status" };
                    let reject = document.quote.reject(column, &refusal(error)?);
                    if makes { self.reject_quote(document, reject) } else { self.done.notices.push(reject) }
                }
            }
        }
        Ok(())
    }
}

fn quote_line(cells: &Cells<'_>, known: &Known) -> Checked<QuoteLine> {
    // White space is part of a code: a code with a space behind it is another one.
    let code = cells.raw("product_code");
    let Some(product) = known.products.get(code) else {
        let proposal = nearest_name(&known.codes, code);
        return Err(Box::new(Reject { proposal, ..cells.reject("product_code", UNKNOWN) }));
    };
    let number = |column: &str| cells.read::<Decimal>(column, "a decimal number");
    Ok(QuoteLine {
        position: Some(cells.read("line_no", "a whole number")?),
        unit_price: Some(number("list_price")?),
        discount_percent: Some(number("discount_percent")?),
        ..QuoteLine::of_product(*product, number("quantity")?)
    })
}

/// The commands of one quote with their days: making, sending, deciding. `firsts` has the quotes by number: a later one
/// of the same number takes the place of the one before it.
fn commands(
    cells: &Cells<'_>,
    id: Id,
    lines: Vec<QuoteLine>,
    known: &Known,
    firsts: &mut HashMap<String, Id>,
) -> Checked<Vec<(Date, QuoteCommand)>> {
    let (issued, until) = (date(cells, "issued_on")?, date(cells, "valid_until")?);
    if issued > known.as_of {
        return cells.wrong("issued_on", "lies after the day on which the data end");
    }
    if until < issued {
        return cells.wrong("valid_until", "lies before the day of issue");
    }
    let opportunity = cells.find("opportunity_external_id", &known.opportunities)?;
    let currency: Currency = cells.read("currency", "a currency code")?;
    let owner = cells.find("owner_login", &known.users)?.copied();
    let decided = decision(cells, id, opportunity, (issued, until), known.as_of)?;
    let number = cells.text("number");
    let revises = firsts.insert(number.to_owned(), id);
    let quote = Quote {
        id,
        name: opportunity.map_or_else(|| number.to_owned(), |found| found.name.clone()),
        number: revises.is_none().then(|| number.to_owned()),
        opportunity: opportunity.map(|found| found.id),
        revises,
        valid_until: Some(until),
        currency: Some(currency),
        lines,
        external_ids: vec![ExternalId { system: SYSTEM.to_owned(), key: cells.text("external_id").to_owned() }],
        owner,
        ..Quote::default()
    };
    let mut commands = vec![(issued, QuoteCommand::CreateQuote { quote })];
    if cells.text("status") != "draft" {
        commands.push((issued, QuoteCommand::SendQuote { quote: id, expected_version: 1 }));
    }
    commands.extend(decided);
    Ok(commands)
}

/// The notice about a quote that the old system calls expired before its time.
fn still_valid(cells: &Cells<'_>, commands: &[(Date, QuoteCommand)]) -> Option<Reject> {
    let expires = commands.iter().any(|(_, command)| matches!(command, QuoteCommand::ExpireQuote { .. }));
    let is_early = cells.text("status") == "expired" && !expires;
    is_early.then(|| cells.reject("status", "is still valid on the day on which the data end, and stays sent"))
}

fn date(cells: &Cells<'_>, column: &str) -> Checked<Date> {
    cells.read(column, "a date (YYYY-MM-DD)")
}

/// How and when a quote that was sent came to its end, if it did.
fn decision(
    cells: &Cells<'_>,
    quote: Id,
    opportunity: Option<&Opportunity>,
    (issued, until): (Date, Date),
    as_of: Date,
) -> Checked<Option<(Date, QuoteCommand)>> {
    // The old system did not write down when; what is known is when the opportunity was closed.
    let closed = opportunity.and_then(|found| found.closed_on).unwrap_or(until).clamp(issued, as_of);
    let expected_version = 2;
    Ok(match cells.text("status") {
        // The quote that follows takes the place of a superseded one.
        "draft" | "sent" | "superseded" => None,
        "accepted" => Some((closed.min(until), QuoteCommand::AcceptQuote { quote, expected_version, chosen: None })),
        "rejected" => {
            let reason = opportunity.and_then(|found| found.close_reason.clone()).filter(|reason| !reason.is_empty());
            let reason = reason.unwrap_or_else(|| NO_REASON.to_owned());
            Some((closed, QuoteCommand::RejectQuote { quote, expected_version, reason, loss: None }))
        }
        "expired" => match until.add_days(1) {
            Ok(day) if day <= as_of => Some((day, QuoteCommand::ExpireQuote { quote, expected_version })),
            // It is listed as a notice: the engine lets no quote expire that is still valid.
            _ => None,
        },
        _ => return cells.wrong("status", "is not a status of a quote"),
    })
}
