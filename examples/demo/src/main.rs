//! The demonstration: a manufacturer's data, one deal from web lead to won quote, and a report.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program prints")]

mod args;
mod generator;
mod progress;
#[cfg_attr(not(test), expect(dead_code, reason = "the run that fills the report comes with the engine"))]
mod report;

use std::process::ExitCode;

use args::Task;
use progress::{Progress, thousands};

fn main() -> ExitCode {
    match args::parse(std::env::args().skip(1)) {
        Ok(Task::Help) => {
            println!("{}", args::USAGE);
            ExitCode::SUCCESS
        }
        Ok(Task::Generate { out, options }) => match generate(&out, &options) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("crm-demo: cannot write `{}`: {error}", out.display());
                ExitCode::FAILURE
            }
        },
        Err(message) => {
            eprintln!("crm-demo: {message}\n\n{}", args::USAGE);
            ExitCode::from(2)
        }
    }
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
