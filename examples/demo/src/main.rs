//! The program: see the library for what it does.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program prints")]

use std::process::ExitCode;

use crm_demo::args::{self, Task};
use crm_demo::demo::{self, Done};
use crm_demo::generator;
use crm_demo::progress::{Progress, thousands};
use crm_demo::report::FileSummary;

fn main() -> ExitCode {
    match args::parse(std::env::args().skip(1)) {
        Ok(Task::Help) => {
            println!("{}", args::USAGE);
            ExitCode::SUCCESS
        }
        Ok(Task::Demo(options)) => {
            end(demo::run(&options, &mut Progress::stderr()).map(|done| print_done(&done)).map_err(|f| f.to_string()))
        }
        Ok(Task::Generate { out, options }) => {
            end(generate(&out, &options).map_err(|error| format!("cannot write `{}`: {error}", out.display())))
        }
        Err(message) => {
            eprintln!("crm-demo: {message}\n\n{}", args::USAGE);
            ExitCode::from(2)
        }
    }
}

fn end(outcome: Result<(), String>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("crm-demo: {message}");
            ExitCode::FAILURE
        }
    }
}

fn print_done(done: &Done) {
    println!();
    let figures = ["read", "created", "updated", "unchanged", "skipped", "rejected"].map(str::to_owned);
    print_line("file", "became", &figures);
    for file in &done.takeover.summary.files {
        let FileSummary { read, created, updated, unchanged, skipped, rejected, .. } = *file;
        let figures = [read, created, updated, unchanged, skipped, rejected].map(thousands);
        print_line(&file.file, &file.entity, &figures);
    }
    for question in done.takeover.questions.iter().filter(|question| question.proposal.is_some()) {
        let proposal = question.proposal.as_deref().unwrap_or_default();
        let rows = thousands(question.rows);
        println!("\n{}: `{}` in {rows} rows; `{proposal}` is meant?", question.subject, question.found);
    }
    for taken in &done.takeover.accepted {
        println!("\naccepted: `{}` is `{}`, {} rows", taken.value, taken.proposal, thousands(taken.rows));
    }
    println!("\nreport    {}\ndatabase  {}", done.report.display(), done.database.display());
}

fn print_line(file: &str, entity: &str, figures: &[String]) {
    let figures: String = figures.iter().map(|figure| format!(" {figure:>9}")).collect();
    println!("{file:<20} {entity:<14}{figures}");
}

fn generate(out: &std::path::Path, options: &generator::Options) -> std::io::Result<()> {
    let mut progress = Progress::stderr();
    let phase = progress.phase("Generating", None);
    let dataset = generator::generate(options);
    phase.finish(dataset.tables.iter().map(|table| count(table.rows.len())).sum());
    let mut phase = progress.phase("Writing files", Some(count(dataset.tables.len())));
    dataset.write_to(out, |files| phase.advance_to(count(files)))?;
    phase.finish(count(dataset.tables.len()));
    print_summary(&dataset);
    Ok(())
}

fn print_summary(dataset: &generator::Dataset) {
    for table in &dataset.tables {
        let good = table.clean_rows();
        let bad = table.rows.len() - good;
        let note = if bad == 0 { String::new() } else { format!("  and {bad} bad on purpose") };
        println!("{:<18} {:>8} rows{note}", table.file, thousands(count(good)));
    }
    let totals = &dataset.totals;
    println!(
        "\n{} groups with {} subsidiaries, up to {} levels deep; {} customers buy through a dealer; {} likely duplicates",
        totals.groups,
        totals.subsidiaries,
        totals.deepest_group,
        totals.through_dealers,
        totals.likely_duplicates.len(),
    );
    for (stage, total) in &totals.stages {
        println!("{stage:<18} {:>8}  {}", thousands(count(total.count)), total.amounts_text().join(", "));
    }
    let kinds = dataset.dirty.by_kind();
    let kinds: Vec<String> = kinds.iter().map(|(kind, rows)| format!("{} {rows}", kind.label())).collect();
    println!("\nbad on purpose: {}", kinds.join(", "));
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
