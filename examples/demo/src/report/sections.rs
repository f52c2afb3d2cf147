//! The parts of the page, in the order in which a sales director reads: sales first, the data's own quality last.

use std::collections::BTreeMap;

use crm_core::value::Decimal;

use super::html::{
    Column, amount_cell, brief_details, cell_text, compact, compact_money, counted, details, escape, figures, grouped,
    long_details, percent, share, table, text, words,
};
use super::{
    Customer, DealStep, Figure, FileSummary, FunnelStage, ImportSummary, MAX_REJECTS_SHOWN, MAX_TREE_INDENT, Money,
    MonthlyWon, Owner, Question, Ranking, Reject, ReportData, Sales, StageCategory, charts,
};

/// Changed fields of a step that are shown without unfolding.
const MAX_CHANGES_SHOWN: usize = 8;
/// Reasons that are counted by themselves.
const MAX_REASONS_SHOWN: usize = 20;
/// Questions that are shown without unfolding.
const MAX_QUESTIONS_SHOWN: usize = 40;

/// A part of the page.
pub struct Section {
    id: &'static str,
    title: &'static str,
    /// One sentence below the title, as markup.
    lead: String,
    /// The rest, as markup.
    body: String,
}

impl Section {
    /// The section as HTML.
    pub fn to_html(&self) -> String {
        let Self { id, title, lead, body } = self;
        let lead = if lead.is_empty() { String::new() } else { format!("<p class=\"lead\">{lead}</p>\n") };
        format!(
            "<section id=\"{id}\" aria-labelledby=\"{id}-h\">\n<h2 id=\"{id}-h\">{title}</h2>\n{lead}{body}</section>\n"
        )
    }
}

/// The sections that have something to show.
pub fn all(data: &ReportData) -> Vec<Section> {
    let sections = [
        pipeline(&data.funnel),
        months(&data.monthly_won),
        customers(&data.top_customers),
        owners(&data.owners),
        deal(data),
        import(&data.import),
        questions(&data.questions, data.notices_file.as_deref()),
    ];
    sections.into_iter().flatten().collect()
}

/// Title, company, period and the figures at the top.
pub fn masthead(data: &ReportData) -> String {
    let mut out = String::from("<header>\n");
    if !data.company.is_empty() {
        out.push_str(&format!("<p class=\"company\">{}</p>\n", words(&data.company)));
    }
    out.push_str(&format!("<h1>{}</h1>\n<p class=\"period\">", escape(&data.title)));
    if let Some((first, last)) = data.period {
        out.push_str(&format!("<time datetime=\"{first}\">{first}</time> to <time datetime=\"{last}\">{last}</time>"));
    }
    if let Some(remark) = &data.remark {
        out.push_str(&format!("{}{}", if data.period.is_some() { " · " } else { "" }, escape(remark)));
    }
    out.push_str("</p>\n");
    if !data.headlines.is_empty() {
        out.push_str("<dl class=\"headlines\">\n");
        for headline in &data.headlines {
            let note = headline
                .note
                .as_ref()
                .map_or_else(String::new, |note| format!("<dd class=\"note\">{}</dd>", escape(note)));
            out.push_str(&format!(
                "<div><dt>{}</dt><dd>{}</dd>{note}</div>\n",
                escape(&headline.label),
                figure(&headline.value)
            ));
        }
        out.push_str("</dl>\n");
    }
    // Older browsers cannot print what is folded.
    out.push_str("<p class=\"unprintable\">Folded parts are missing on paper: unfold them before printing.</p>\n");
    out.push_str("</header>\n");
    out
}

fn figure(figure: &Figure) -> String {
    match figure {
        Figure::Money(money) if money.currency.is_empty() => compact(money.amount),
        Figure::Money(money) => {
            format!("<span class=\"currency\">{}</span>\u{a0}{}", escape(&money.currency), compact(money.amount))
        }
        Figure::Count(count) => grouped(&count.to_string()),
        Figure::Permille(permille) => percent(*permille),
    }
}

/// Links to the sections.
pub fn contents(sections: &[Section]) -> String {
    let links: String = sections.iter().map(|s| format!("<li><a href=\"#{}\">{}</a></li>\n", s.id, s.title)).collect();
    if sections.is_empty() {
        String::new()
    } else {
        format!("<nav aria-label=\"Contents\">\n<ul>\n{links}</ul>\n</nav>\n")
    }
}

/// The last line of the page.
pub fn footer(data: &ReportData) -> String {
    format!(
        "<footer>\n<p>Made by crm-core on <time datetime=\"{0}\">{0}</time>. This page has no script and loads nothing.</p>\n</footer>\n",
        data.generated_on
    )
}

/// The values in groups of one currency each, in order of appearance.
fn by_currency<T>(items: &[T], money: impl Fn(&T) -> &Money) -> Vec<(String, Vec<&T>)> {
    let mut groups: Vec<(String, Vec<&T>)> = Vec::new();
    for item in items {
        let currency = &money(item).currency;
        match groups.iter_mut().find(|(known, _)| known == currency) {
            Some((_, group)) => group.push(item),
            None => groups.push((currency.clone(), vec![item])),
        }
    }
    groups
}

fn sum<'a>(amounts: impl Iterator<Item = &'a Money>) -> Money {
    amounts.fold(Money::default(), |sum, money| Money {
        amount: sum.amount.checked_add(money.amount).unwrap_or(sum.amount),
        currency: money.currency.clone(),
    })
}

/// Where there are several currencies, each has a heading with a sentence of its own; else the sentence is the lead of
/// the section.
fn by_heading(currency: &str, sentence: &str, groups: usize) -> String {
    if groups < 2 {
        return String::new();
    }
    let sentence = if sentence.is_empty() { String::new() } else { format!("<p class=\"lead\">{sentence}</p>\n") };
    format!("<h3 class=\"currency-head\">{}</h3>\n{sentence}", escape(currency))
}

/// The first currency over the whole width, the others beside each other.
fn side_by_side(parts: &[String]) -> String {
    let Some((first, others)) = parts.split_first() else { return String::new() };
    let others: String = others.iter().map(|part| format!("<div>\n{part}</div>\n")).collect();
    if others.is_empty() { first.clone() } else { format!("{first}<div class=\"others\">\n{others}</div>\n") }
}

fn pipeline(funnel: &[FunnelStage]) -> Option<Section> {
    let groups = by_currency(funnel, |stage| &stage.amount);
    let (mut parts, mut lead) = (Vec::new(), String::new());
    for (at, (currency, stages)) in groups.iter().enumerate() {
        let sentence = pipeline_sentence(stages);
        if groups.len() == 1 {
            lead.clone_from(&sentence);
        }
        let mut body = by_heading(currency, &sentence, groups.len());
        body.push_str(&charts::funnel(stages, &format!("funnel-{at}")));
        if let Some((measure, chart)) = charts::decided(stages, &format!("decided-{at}")) {
            let level = if groups.len() < 2 { 3 } else { 4 };
            body.push_str(&format!("<h{level}>Decided in the period, {}</h{level}>\n{chart}", measure.words()));
        }
        // Beside each other there is no room for tables on paper.
        let figures = stage_table(stages, currency);
        body.push_str(&if at == 0 {
            details("Figures by stage", &figures)
        } else {
            long_details("Figures by stage", &figures, false)
        });
        parts.push(body);
    }
    let body = side_by_side(&parts);
    (!funnel.is_empty()).then_some(Section { id: "pipeline", title: "Pipeline", lead, body })
}

fn pipeline_sentence(stages: &[&FunnelStage]) -> String {
    let open = || stages.iter().filter(|stage| stage.category == StageCategory::Open);
    let count: u64 = open().map(|stage| stage.count).sum();
    if count == 0 {
        return String::new();
    }
    let opportunities = counted(count, "open opportunity", "open opportunities");
    let amount = sum(open().map(|stage| &stage.amount));
    if amount.amount.is_zero() {
        return format!("{opportunities}; there are <strong>no amounts in the data</strong>.");
    }
    format!(
        "{opportunities} worth <strong>{}</strong>, weighted by probability <strong>{}</strong>.",
        compact_money(&amount),
        compact_money(&sum(open().map(|stage| &stage.weighted)))
    )
}

fn stage_table(stages: &[&FunnelStage], currency: &str) -> String {
    let columns = [
        text("Stage"),
        text("State").minor(),
        figures("Opportunities", ""),
        figures("Amount", currency),
        figures("Weighted", currency),
    ];
    let rows: Vec<Vec<String>> = stages
        .iter()
        .map(|stage| {
            let category = match stage.category {
                StageCategory::Open => "open",
                StageCategory::Won => "won",
                StageCategory::Lost => "lost",
            };
            vec![
                escape(&stage.name),
                category.to_owned(),
                grouped(&stage.count.to_string()),
                amount_cell(&stage.amount),
                amount_cell(&stage.weighted),
            ]
        })
        .collect();
    table("Opportunities by stage", &columns, &rows)
}

fn months(months: &[MonthlyWon]) -> Option<Section> {
    let groups = by_currency(months, |month| &month.amount);
    let (mut parts, mut lead) = (Vec::new(), String::new());
    for (at, (currency, group)) in groups.iter().enumerate() {
        let sentence = months_sentence(group);
        if groups.len() == 1 {
            lead.clone_from(&sentence);
        }
        let mut body = by_heading(currency, &sentence, groups.len());
        body.push_str(&charts::monthly(group, &format!("months-{at}")));
        let columns = [text("Month"), figures("Deals won", ""), figures("Won value", currency)];
        let row = |month: &&MonthlyWon| {
            let name = format!("{}-{:02}", month.year, month.month);
            vec![name, grouped(&month.count.to_string()), amount_cell(&month.amount)]
        };
        let rows: Vec<Vec<String>> = group.iter().map(row).collect();
        // On paper the chart has to do: two years of lines break the page.
        body.push_str(&long_details("Figures by month", &table("Won value by month", &columns, &rows), false));
        parts.push(body);
    }
    let body = side_by_side(&parts);
    (!months.is_empty()).then_some(Section { id: "months", title: "Won by month", lead, body })
}

/// The last twelve months against the twelve before them, when there are as many.
fn months_sentence(months: &[&MonthlyWon]) -> String {
    let year = |skip: usize| sum(months.iter().rev().skip(skip).take(12).map(|month| &month.amount));
    let (last, before) = (year(0), year(12));
    if months.len() < 24 || before.amount <= Decimal::default() {
        let all = sum(months.iter().map(|month| &month.amount));
        let deals = counted(months.iter().map(|month| month.count).sum(), "deal", "deals");
        let won = if all.amount.is_zero() { deals } else { compact_money(&all) };
        return format!("<strong>{won}</strong> won in {}.", counted(rows(months.len()), "month", "months"));
    }
    let (word, change) = if last.amount >= before.amount {
        ("more", last.amount.checked_sub(before.amount))
    } else {
        ("less", before.amount.checked_sub(last.amount))
    };
    // Twice the value is the most that the sentence can say.
    let permille = share(change.unwrap_or_default(), before.amount) / 10;
    let than =
        if permille >= 1000 { "more than twice".to_owned() } else { format!("{} {word} than", percent(permille)) };
    format!(
        "<strong>{}</strong> won in the last twelve months, {than} the {} of the twelve before.",
        compact_money(&last),
        compact_money(&before)
    )
}

fn rows(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn customers(rankings: &[Ranking<Customer>]) -> Option<Section> {
    let rankings: Vec<_> = rankings.iter().filter(|ranking| !ranking.best.is_empty()).collect();
    let mut body = String::new();
    for (at, ranking) in rankings.iter().enumerate() {
        body.push_str(&by_heading(&ranking.currency, "", rankings.len()));
        body.push_str(&customer_list(ranking, at == 0));
    }
    let is_group = |customer: &Customer| !customer.children.is_empty();
    let lead = if rankings.iter().any(|ranking| ranking.best.iter().any(is_group)) {
        "The figures of a group are those of all its companies; unfold it to see them.".to_owned()
    } else {
        String::new()
    };
    (!rankings.is_empty()).then_some(Section { id: "customers", title: "Top customers", lead, body })
}

/// What stands in the column of open opportunities: their value, or their number where none has an amount.
#[derive(Clone, Copy)]
enum Open<'a> {
    Value(&'a str),
    Number,
}

impl<'a> Open<'a> {
    fn of(currency: &'a str, sales: impl Iterator<Item = &'a Sales> + Clone) -> Self {
        let without_amounts = sales.clone().all(|sales| sales.open.amount.is_zero());
        if without_amounts && sales.map(|sales| sales.open_count).sum::<u64>() > 0 {
            Self::Number
        } else {
            Self::Value(currency)
        }
    }

    fn column(self) -> Column {
        match self {
            Self::Value(currency) => figures("Open", currency),
            Self::Number => figures("Open deals", ""),
        }
    }

    fn cell(self, sales: &Sales) -> String {
        match self {
            Self::Value(_) => amount_cell(&sales.open),
            Self::Number => grouped(&sales.open_count.to_string()),
        }
    }
}

/// Says how much of a list is shown.
fn first_of(shown: usize, total: u64, one: &str, many: &str) -> String {
    if rows(shown) >= total {
        return String::new();
    }
    format!("<p class=\"key\">The first {} of {}.</p>\n", grouped(&shown.to_string()), counted(total, one, many))
}

/// The list; of the one that `unfolds` the first group is open, so that a reader sees that there are trees.
fn customer_list(ranking: &Ranking<Customer>, unfolds: bool) -> String {
    let largest = ranking.best.iter().map(|customer| customer.sales.won.amount).max().unwrap_or_default();
    let open = Open::of(&ranking.currency, ranking.best.iter().map(|customer| &customer.sales));
    let heads = [figures("Won", &ranking.currency), open.column()].map(|column| escape(&column.name));
    let [won_head, open_head] = &heads;
    let mut out = format!(
        "<div class=\"customers\">\n<div class=\"row heads\" aria-hidden=\"true\"><span></span><span>Customer</span><span class=\"n\">{won_head}</span><span class=\"n\">{open_head}</span></div>\n<ol>\n"
    );
    let first_group = ranking.best.iter().position(|customer| !customer.children.is_empty()).filter(|_| unfolds);
    for (at, customer) in ranking.best.iter().enumerate() {
        let row = customer_row(at + 1, customer, share(customer.sales.won.amount, largest), open);
        if customer.children.is_empty() {
            out.push_str(&format!("<li><div class=\"row\">{row}</div></li>\n"));
        } else {
            let tree = tree_table(customer, &ranking.currency, open);
            let state = if first_group == Some(at) { " open" } else { "" };
            out.push_str(&format!(
                "<li><details{state}>\n<summary class=\"row\">{row}</summary>\n{tree}</details></li>\n"
            ));
        }
    }
    out.push_str("</ol>\n</div>\n");
    out.push_str(&first_of(ranking.best.len(), ranking.total, "customer", "customers with won deals"));
    out
}

fn customer_row(rank: usize, customer: &Customer, share: u32, open: Open<'_>) -> String {
    let mut facts = vec![escape(&customer.code)];
    if !customer.grade.is_empty() {
        facts.push(format!("grade {}", escape(&customer.grade)));
    }
    if customer.companies > 1 {
        facts.push(counted(customer.companies, "company", "companies"));
    }
    facts.retain(|fact| !fact.is_empty());
    format!(
        "<span class=\"rank\">{rank}</span><span class=\"who\"><b>{}</b><small>{}</small><i class=\"meter\"><i style=\"width:{}.{:02}%\"></i></i></span><span class=\"n\"><span class=\"vh\">won </span>{}</span><span class=\"n open\"><span class=\"vh\">open </span>{}</span>",
        words(&customer.name),
        facts.join(" · "),
        share / 100,
        share % 100,
        amount_cell(&customer.sales.won),
        open.cell(&customer.sales)
    )
}

fn tree_table(head: &Customer, currency: &str, open: Open<'_>) -> String {
    let columns =
        [text("Company"), text("Code").minor(), text("Grade").minor(), figures("Won", currency), open.column()];
    let mut rows = Vec::new();
    if let Some(own) = &head.own {
        rows.push(tree_row(&Customer { sales: own.clone(), ..shallow(head) }, 0, open));
    }
    head.children.iter().for_each(|child| push_tree(child, 1, open, &mut rows));
    let shown = first_of(rows.len(), head.companies, "company", "companies");
    format!("{}{shown}", table(&format!("Companies of {}", head.name), &columns, &rows))
}

fn shallow(customer: &Customer) -> Customer {
    Customer { children: Vec::new(), ..customer.clone() }
}

fn push_tree(customer: &Customer, depth: usize, open: Open<'_>, rows: &mut Vec<Vec<String>>) {
    rows.push(tree_row(customer, depth, open));
    customer.children.iter().for_each(|child| push_tree(child, depth + 1, open, rows));
}

fn tree_row(customer: &Customer, depth: usize, open: Open<'_>) -> Vec<String> {
    let shown = depth.min(MAX_TREE_INDENT);
    vec![
        format!(
            "<span class=\"d{shown}\"><span class=\"vh\">level {} </span>{}</span>",
            depth + 1,
            words(&customer.name)
        ),
        escape(&customer.code),
        escape(&customer.grade),
        amount_cell(&customer.sales.won),
        open.cell(&customer.sales),
    ]
}

fn owners(rankings: &[Ranking<Owner>]) -> Option<Section> {
    let rankings: Vec<_> = rankings.iter().filter(|ranking| !ranking.best.is_empty()).collect();
    let mut body = String::new();
    for ranking in &rankings {
        body.push_str(&by_heading(&ranking.currency, "", rankings.len()));
        body.push_str(&owner_table(ranking));
        body.push_str(&first_of(ranking.best.len(), ranking.total, "person", "people with opportunities"));
    }
    let lead = "The win rate is the share of won among decided opportunities, by number.".to_owned();
    (!rankings.is_empty()).then_some(Section { id: "people", title: "People", lead, body })
}

fn owner_table(ranking: &Ranking<Owner>) -> String {
    let open = Open::of(&ranking.currency, ranking.best.iter().map(|owner| &owner.sales));
    let columns = [
        text("Name"),
        text("Team").minor(),
        figures("Won", &ranking.currency),
        figures("Deals won", ""),
        figures("Win rate", ""),
        open.column().minor(),
    ];
    let largest = ranking.best.iter().map(|owner| owner.sales.won.amount).max().unwrap_or_default();
    let row = |owner: &Owner| {
        let share = share(owner.sales.won.amount, largest);
        let decided = owner.won_count + owner.lost_count;
        let rate = (owner.won_count * 1000 + decided / 2).checked_div(decided);
        let rate = rate.and_then(|rate| u32::try_from(rate).ok());
        let meter = format!("<i class=\"meter\"><i style=\"width:{}.{:02}%\"></i></i>", share / 100, share % 100);
        vec![
            format!("{}{meter}", words(&owner.name)),
            escape(&owner.team),
            amount_cell(&owner.sales.won),
            grouped(&owner.won_count.to_string()),
            rate.map_or_else(|| "<span class=\"muted\">–</span>".to_owned(), percent),
            open.cell(&owner.sales),
        ]
    };
    let lines: Vec<Vec<String>> = ranking.best.iter().map(row).collect();
    table(&format!("Won value by person, {}", ranking.currency), &columns, &lines)
}

fn deal(data: &ReportData) -> Option<Section> {
    let story = data.deal.as_ref()?;
    let mut body = format!("<h3>{}</h3>\n<ol class=\"story\">\n", words(&story.title));
    story.steps.iter().for_each(|step| body.push_str(&deal_step(step)));
    body.push_str("</ol>\n");
    let lead = escape(&story.summary);
    Some(Section { id: "deal", title: "One deal, step by step", lead, body })
}

fn deal_step(step: &DealStep) -> String {
    // The sentence first; the name of the command stands below it for those who want to know.
    let note = if step.note.is_empty() { String::new() } else { format!("<p>{}</p>\n", escape(&step.note)) };
    let (shown, folded) = step.changes.split_at(step.changes.len().min(MAX_CHANGES_SHOWN));
    let mut changes = changes_list(shown);
    if !folded.is_empty() {
        let summary = counted(rows(folded.len()), "more field", "more fields");
        changes.push_str(&brief_details(&summary, &changes_list(folded)));
    }
    format!(
        "<li>\n<div class=\"when\"><time>{}</time><span>{}</span></div>\n<div class=\"what\">\n{note}<code>{}</code>\n{changes}</div>\n</li>\n",
        escape(&step.at),
        words(&step.actor),
        escape(&step.command)
    )
}

fn changes_list(changes: &[super::FieldChange]) -> String {
    if changes.is_empty() {
        return String::new();
    }
    let value = |value: &Option<String>| value.as_deref().map(cell_text);
    let mut out = String::from("<dl class=\"changes\">\n");
    for change in changes {
        let text = match (value(&change.before), value(&change.after)) {
            (None, Some(after)) => after,
            (Some(before), Some(after)) => {
                format!(
                    "<del><span class=\"vh\">before </span>{before}</del> <span aria-hidden=\"true\">→</span> <span class=\"vh\">after </span>{after}"
                )
            }
            (Some(before), None) => format!("<del>{before}</del> <span class=\"muted\">removed</span>"),
            (None, None) => cell_text(""),
        };
        out.push_str(&format!("<div><dt>{}</dt><dd>{text}</dd></div>\n", escape(&change.field)));
    }
    out.push_str("</dl>\n");
    out
}

fn import(import: &ImportSummary) -> Option<Section> {
    if import.files.is_empty() {
        return None;
    }
    // A file that became several things was read several times, but it has its rows once.
    let files: BTreeMap<&str, u64> = import.files.iter().map(|file| (file.file.as_str(), file.read)).collect();
    let (read, rejected) = (files.values().sum(), import.files.iter().map(|file| file.rejected).sum::<u64>());
    let mut columns = vec![text("File"), text("Became")];
    let names = ["Rows read", "Created", "Updated", "Unchanged", "Skipped", "Rejected"];
    columns.extend(names.map(|name| figures(name, "")));
    let count = |number: u64| {
        if number == 0 { "<span class=\"muted\">–</span>".to_owned() } else { grouped(&number.to_string()) }
    };
    let mut lines: Vec<Vec<String>> = import
        .files
        .iter()
        .map(|file| {
            let numbers = file_figures(file).map(count);
            [escape(&file.file), escape(&file.entity)].into_iter().chain(numbers).collect()
        })
        .collect();
    if import.files.len() > 1 {
        let mut sums = [0; 6];
        for file in &import.files {
            sums.iter_mut().zip(file_figures(file)).for_each(|(sum, figure)| *sum += figure);
        }
        let label = ["<strong>All steps</strong>".to_owned(), String::new()];
        lines.push(label.into_iter().chain(sums.map(|sum| format!("<strong>{}</strong>", count(sum)))).collect());
    }
    let again = if files.len() < import.files.len() {
        " A file with several kinds of records is read once for each."
    } else {
        ""
    };
    let lead = format!(
        "{} in {}, <strong>{}</strong> rejected.{again}",
        counted(read, "row", "rows"),
        counted(rows(files.len()), "file", "files"),
        if rejected == 0 { "none".to_owned() } else { grouped(&rejected.to_string()) }
    );
    let body = format!("{}{}", table("Rows by file", &columns, &lines), rejects(import));
    Some(Section { id: "import", title: "Import", lead, body })
}

/// What became of the rows: the first figure is the sum of the others.
fn file_figures(file: &FileSummary) -> [u64; 6] {
    let FileSummary { read, created, updated, unchanged, skipped, rejected, .. } = *file;
    [read, created, updated, unchanged, skipped, rejected]
}

fn rejects(import: &ImportSummary) -> String {
    if import.rejects.is_empty() {
        return String::new();
    }
    let mut out = String::from("<h3>Why rows were rejected</h3>\n");
    out.push_str(&reasons(&import.rejects));
    let columns = [text("File"), figures("Row", ""), text("Column"), text("Value"), text("Reason"), text("Proposal")];
    let lines: Vec<Vec<String>> = import.rejects.iter().take(MAX_REJECTS_SHOWN).map(reject_row).collect();
    let total = rows(import.rejects.len());
    let file = import.rejects_file.as_ref().map_or_else(String::new, |file| {
        format!(" All of them are in <a href=\"{0}\">{0}</a> beside this page.", escape(file))
    });
    let shown = if import.rejects.len() > MAX_REJECTS_SHOWN {
        format!("The first {} of {}.{file}", lines.len(), counted(total, "row", "rows"))
    } else {
        format!("{}.{file}", counted(total, "row", "rows"))
    };
    let body = format!("<p>{shown}</p>\n{}", table("Rejected rows", &columns, &lines));
    out.push_str(&long_details("Every rejected row", &body, import.rejects.len() <= 12));
    out
}

fn reject_row(reject: &Reject) -> Vec<String> {
    let proposal = reject.proposal.as_deref().map_or_else(String::new, cell_text);
    vec![
        escape(&reject.file),
        grouped(&reject.row.to_string()),
        escape(&reject.column),
        format!("<code>{}</code>", cell_text(&reject.value)),
        escape(&reject.reason),
        proposal,
    ]
}

/// Equal reasons counted, most frequent first.
fn reasons(rejects: &[Reject]) -> String {
    let mut counts: BTreeMap<(&str, &str, &str), u64> = BTreeMap::new();
    for reject in rejects {
        *counts.entry((&reject.reason, &reject.file, &reject.column)).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let mut lines: Vec<Vec<String>> = counts
        .iter()
        .take(MAX_REASONS_SHOWN)
        .map(|((reason, file, column), count)| {
            vec![escape(reason), escape(file), escape(column), grouped(&count.to_string())]
        })
        .collect();
    let others = counts.iter().skip(MAX_REASONS_SHOWN).map(|(_, count)| count).sum::<u64>();
    if others > 0 {
        lines.push(vec!["Other reasons".to_owned(), String::new(), String::new(), grouped(&others.to_string())]);
    }
    table("Reasons", &[text("Reason"), text("File"), text("Column"), figures("Rows", "")], &lines)
}

fn questions(questions: &[Question], file: Option<&str>) -> Option<Section> {
    if questions.is_empty() {
        return None;
    }
    let columns = [text("About"), text("Found"), text("Proposal"), figures("Rows", ""), text("Note")];
    let line = |question: &Question| {
        let proposal = question.proposal.as_deref();
        vec![
            escape(&question.subject),
            format!("<code>{}</code>", cell_text(&question.found)),
            proposal.map_or_else(
                || "<span class=\"muted\">none</span>".to_owned(),
                |text| format!("<code>{}</code>", cell_text(text)),
            ),
            grouped(&question.rows.to_string()),
            escape(&question.note),
        ]
    };
    let (shown, folded) = questions.split_at(questions.len().min(MAX_QUESTIONS_SHOWN));
    let mut body = table("Questions about the data", &columns, &shown.iter().map(line).collect::<Vec<_>>());
    if !folded.is_empty() {
        let summary = counted(rows(folded.len()), "more question", "more questions");
        body.push_str(&long_details(
            &summary,
            &table("More questions", &columns, &folded.iter().map(line).collect::<Vec<_>>()),
            false,
        ));
    }
    let rows = file.map_or_else(String::new, |file| {
        format!(" The rows are in <a href=\"{0}\">{0}</a> beside this page.", escape(file))
    });
    let lead = format!("Nothing was guessed. These are for somebody to decide; the import can then run again.{rows}");
    Some(Section { id: "questions", title: "Open questions", lead, body })
}
