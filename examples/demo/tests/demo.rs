//! The whole demonstration on generated data and on two folders that nobody here wrote: what it says, what it leaves in
//! the database, what it lists beside the report, and what the report shows.
//!
//! The real folders are not part of the project. They are looked for in `CRM_TEST_DATA`, else beside the project;
//! without them their tests pass without a word, but fail in CI.

#[cfg(test)]
mod end_to_end {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::{Path, PathBuf};

    use crm_core::access::User;
    use crm_core::customer::{Account, AccountLink};
    use crm_core::engine::{Crm, Session};
    use crm_core::exchange::{CsvOptions, read_csv};
    use crm_core::product::Product;
    use crm_core::query::Query;
    use crm_core::quote::{Quote, QuoteStatus};
    use crm_core::room::ExternalId;
    use crm_core::sales::{Opportunity, StageCategory};
    use crm_core::schema::Entity;
    use crm_core::value::Decimal;
    use crm_demo::demo::{self, ADMIN, Done};
    use crm_demo::generator::{self, Dataset};
    use crm_demo::progress::Progress;
    use tempfile::TempDir;

    /// One run with everything it left.
    struct Run {
        done: Done,
        log: String,
        page: String,
        rejects: Vec<Vec<String>>,
        notices: Vec<Vec<String>>,
        session: Session,
        _crm: Crm,
        _out: TempDir,
    }

    impl Run {
        fn of(data: Option<PathBuf>, accept_proposals: bool) -> Self {
            let out = tempfile::tempdir().unwrap();
            let mut log = Vec::new();
            let options = demo::Options { data, out: out.path().to_path_buf(), accept_proposals, generate: small() };
            let done = demo::run(&options, &mut Progress::log(&mut log)).unwrap();
            let crm = Crm::open(&done.database).unwrap();
            Self {
                log: String::from_utf8(log).unwrap(),
                page: std::fs::read_to_string(&done.report).unwrap(),
                rejects: listed(&out.path().join("rejects.csv")),
                notices: listed(&out.path().join("notices.csv")),
                session: crm.session("main", ADMIN).unwrap(),
                _crm: crm,
                _out: out,
                done,
            }
        }

        fn all<E: Entity>(&self) -> Vec<E> {
            self.session.list_all::<E>(&Query::default()).unwrap()
        }

        /// What was imported; the deal that is walked afterwards brings no old identifiers.
        fn imported<E: Entity>(&self, ids: impl Fn(&E) -> &[ExternalId]) -> Vec<E> {
            self.all::<E>().into_iter().filter(|record| !ids(record).is_empty()).collect()
        }

        fn accounts(&self) -> Vec<Account> {
            self.imported::<Account>(|account| &account.external_ids)
        }

        fn opportunities(&self) -> Vec<Opportunity> {
            self.imported::<Opportunity>(|opportunity| &opportunity.external_ids)
        }

        /// Notices by column and value.
        fn noticed(&self) -> BTreeMap<(&str, &str), usize> {
            self.notices.iter().fold(BTreeMap::new(), |mut counts, cells| {
                *counts.entry((cells[2].as_str(), cells[3].as_str())).or_default() += 1;
                counts
            })
        }

        fn shows(&self, text: &str) {
            assert!(self.page.contains(text), "the report does not show `{text}`");
        }

        /// What holds for every run: no row is lost between the figures, and the lists and the summary agree.
        fn adds_up(&self) {
            let summary = &self.done.takeover.summary;
            for line in &summary.files {
                let parts = line.created + line.updated + line.unchanged + line.skipped + line.rejected;
                assert_eq!(line.read, parts, "{} as {}", line.file, line.entity);
            }
            let rows: BTreeSet<(&str, &str)> =
                self.rejects.iter().map(|cells| (cells[0].as_str(), cells[1].as_str())).collect();
            assert_eq!(usize::try_from(summary.files.iter().map(|line| line.rejected).sum::<u64>()), Ok(rows.len()));
            assert_eq!(self.rejects.len(), summary.rejects.len());
            assert_eq!(self.notices.len(), self.done.takeover.notices.len());
            assert!(self.rejects.iter().all(|cells| !cells[4].is_empty()), "every reject has a reason");
            assert!(!self.page.contains("<script"));
            self.shows("The customer accepts; the same transaction wins the opportunity.");
        }
    }

    fn small() -> generator::Options {
        generator::Options { seed: 1, scale_permille: 60, until: "2026-06-30".parse().unwrap() }
    }

    fn listed(path: &Path) -> Vec<Vec<String>> {
        let options = CsvOptions { unescape_formulas: true, ..CsvOptions::default() };
        let table = read_csv(&std::fs::read(path).unwrap(), &options).unwrap();
        assert_eq!(table.header, ["file", "row", "column", "value", "reason", "proposal"]);
        assert_eq!(table.rejects, []);
        table.rows.into_iter().map(|row| row.cells).collect()
    }

    fn real(folder: &str) -> Option<PathBuf> {
        let all = std::env::var_os("CRM_TEST_DATA")
            .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")), PathBuf::from);
        let found = all.join(folder);
        let in_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
        assert!(found.is_dir() || !in_ci, "the test data is missing: set CRM_TEST_DATA to its folder");
        found.is_dir().then_some(found)
    }

    fn sum(amounts: impl Iterator<Item = Option<Decimal>>) -> Decimal {
        amounts.flatten().fold(Decimal::ZERO, |sum, amount| sum.checked_add(amount).unwrap())
    }

    fn by_stage(opportunities: &[Opportunity]) -> BTreeMap<&str, usize> {
        opportunities.iter().fold(BTreeMap::new(), |mut counts, opportunity| {
            *counts.entry(opportunity.stage.as_deref().unwrap()).or_default() += 1;
            counts
        })
    }

    #[test]
    fn a_hardware_maker_moves_in() {
        let Some(data) = real("crm-sales") else { return };
        let run = Run::of(Some(data), false);
        run.adds_up();
        assert_eq!(run.rejects, Vec::<Vec<String>>::new(), "every row is taken over");
        assert!(run.log.contains("Importing sales_pipeline.csv as opportunity: 8,800 in "), "{}", run.log);
        let lines: Vec<_> =
            run.done.takeover.summary.files.iter().filter(|line| line.entity == "opportunity").collect();
        assert_eq!((lines[0].read, lines[0].created), (8_800, 8_800));
        hardware_maker_in_the_database(&run);
        hardware_maker_in_the_lists(&run);
        hardware_maker_in_the_report(&run);
    }

    fn hardware_maker_in_the_database(run: &Run) {
        assert_eq!(run.accounts().len(), 85);
        assert_eq!(run.all::<AccountLink>().len(), 15);
        let products: Vec<String> = run.all::<Product>().into_iter().map(|product| product.code).collect();
        assert_eq!(products.len(), 7);
        assert!(products.iter().any(|code| code == "GTX Pro"));
        let opportunities = run.opportunities();
        let stages = by_stage(&opportunities);
        assert_eq!(
            stages,
            BTreeMap::from([("engaging", 1_589), ("lost", 2_473), ("prospecting", 500), ("won", 4_238)])
        );
        let won = opportunities.iter().filter(|found| found.stage_category == Some(StageCategory::Won));
        assert_eq!(sum(won.map(|found| found.amount)), Decimal::from(10_005_534));
        let without = |missing: fn(&Opportunity) -> bool| opportunities.iter().filter(|found| missing(found)).count();
        assert_eq!(without(|found| found.account.is_none()), 1_425);
        assert_eq!(without(|found| found.product.is_none()), 1_480, "GTXPro is never mapped");
        // The engine lets no opportunity be without a beginning: these begin when the data end, and are listed.
        assert_eq!(without(|found| found.opened_on == "2017-12-31".parse().ok()), 500);
        assert_eq!(without(|found| found.owner.is_none()), 0);
        let agents: Vec<User> = run.all::<User>().into_iter().filter(|user| user.role.is_some()).collect();
        assert_eq!(agents.len(), 35 + 6, "agents and their managers");
        let busy: BTreeSet<_> = opportunities.iter().filter_map(|found| found.owner).collect();
        assert_eq!(busy.len(), 30);
    }

    fn hardware_maker_in_the_lists(run: &Run) {
        let expected = [
            (("account", ""), 1_425),
            (("engage_date", ""), 500),
            (("office_location", "Philipines"), 1),
            (("product", "GTXPro"), 1_480),
            (("sector", "technolgy"), 12),
        ];
        assert_eq!(run.noticed(), BTreeMap::from(expected));
        let proposals: BTreeMap<&str, Option<&str>> = run
            .done
            .takeover
            .questions
            .iter()
            .map(|question| (question.found.as_str(), question.proposal.as_deref()))
            .collect();
        assert_eq!(proposals["GTXPro"], Some("GTX Pro"));
        assert_eq!(proposals["technolgy"], Some("technology"));
        let idle: Vec<_> =
            run.done.takeover.questions.iter().filter(|question| question.subject.starts_with("people")).collect();
        let names = "Carl Lin, Carol Thompson, Elizabeth Anderson, Mei-Mei Johns, Natalya Ivanova";
        assert_eq!((idle[0].rows, idle[0].found.as_str()), (5, names));
        assert!(run.done.takeover.accepted.is_empty());
    }

    fn hardware_maker_in_the_report(run: &Run) {
        run.shows("<dt>Accounts</dt><dd>85</dd><dd class=\"note\">15 subsidiaries</dd>");
        run.shows("2,089 open opportunities; there are <strong>no amounts in the data</strong>");
        run.shows("Prospecting: 500 opportunities. Engaging: 1,589 opportunities");
        run.shows("Won 4,238, lost 2,473");
        run.shows("<data value=\"10005534\">10,005,534</data>");
        run.shows("The first 10 of 70 customers with won deals.");
        run.shows("The first 15 of 30 people with opportunities.");
        run.shows("<code>GTXPro</code></td><td><code>GTX Pro</code></td><td class=\"n\">1,480</td>");
        run.shows("<code>technolgy</code></td><td><code>technology</code></td><td class=\"n\">12</td>");
        run.shows("account in sales_pipeline.csv</th>");
        run.shows("<td class=\"n\">1,425</td>");
        run.shows("<td class=\"n\">500</td>");
        run.shows("<strong>none</strong> rejected");
        assert!(!run.page.contains("USD\u{a0}0"), "what has no amount is not worth nothing");
    }

    #[test]
    fn proposals_are_taken_only_when_somebody_says_so() {
        let Some(data) = real("crm-sales") else { return };
        let run = Run::of(Some(data), true);
        run.adds_up();
        let accepted: Vec<_> =
            run.done.takeover.accepted.iter().map(|taken| (taken.value.as_str(), taken.rows)).collect();
        assert_eq!(accepted, [("technolgy", 12), ("Philipines", 1), ("GTXPro", 1_480)]);
        assert!(run.opportunities().iter().all(|found| found.product.is_some()));
        assert_eq!(run.noticed(), BTreeMap::from([(("account", ""), 1_425), (("engage_date", ""), 500)]));
        run.shows("Accepted: “GTXPro” is “GTX Pro” (1,480 rows).");
        assert!(run.log.contains("Looking for proposals: sales_pipeline.csv as opportunity: 8,800 in "), "{}", run.log);
    }

    #[test]
    fn a_salesforce_export_moves_in() {
        let Some(data) = real("salesforce-export") else { return };
        let run = Run::of(Some(data), false);
        run.adds_up();
        assert_eq!(run.rejects, Vec::<Vec<String>>::new(), "every row is taken over");
        let accounts = run.accounts();
        assert_eq!(accounts.len(), 423);
        let is_lost = |account: &&Account| account.name.chars().all(|c| c == '?');
        assert_eq!(accounts.iter().filter(is_lost).count(), 5);
        let opportunities = run.opportunities();
        assert_eq!(opportunities.len(), 38);
        assert_eq!(sum(opportunities.iter().map(|found| found.amount)), Decimal::from(6_270_000));
        assert_eq!(sum(opportunities.iter().map(|found| found.expected_revenue)), Decimal::from(4_858_000));
        let percent = Decimal::new(1, 2).unwrap();
        for found in opportunities.iter().filter(|found| found.amount.is_some()) {
            let product = found.amount.unwrap().checked_mul(found.probability.unwrap()).unwrap();
            assert_eq!(product.checked_mul(percent).ok(), found.expected_revenue, "{}", found.name);
        }
        let lost = |question: &&crm_demo::report::Question| question.subject == "name of an account";
        assert_eq!(run.done.takeover.questions.iter().filter(lost).map(|question| question.rows).sum::<u64>(), 5);
        run.shows("<dt>Accounts</dt><dd>423</dd>");
        run.shows("30 open opportunities worth <strong>USD\u{a0}4.1\u{a0}M</strong>");
        run.shows("<th scope=\"row\">name of an account</th>");
        run.shows("Won 8, lost 0");
    }

    #[test]
    fn the_generated_company_moves_in_and_every_dirty_row_is_rejected() {
        let run = Run::of(None, false);
        run.adds_up();
        let planted: BTreeSet<(String, String, String, String)> = (run.done.dirty.as_ref().unwrap().rows.iter())
            .map(|row| (row.file.to_owned(), row.line.to_string(), row.column.to_owned(), row.value.clone()))
            .collect();
        let rejected: BTreeSet<_> = (run.rejects.iter())
            .map(|cells| (cells[0].clone(), cells[1].clone(), cells[2].clone(), cells[3].clone()))
            .collect();
        assert_eq!(rejected, planted);
        assert_eq!((run.rejects.len(), run.notices.len()), (30, 0));
        let Dataset { totals, .. } = generator::generate(&small());
        let opportunities = run.opportunities();
        for (stage, total) in &totals.stages {
            let of_stage = || opportunities.iter().filter(|found| found.stage.as_deref() == Some(stage));
            assert_eq!(of_stage().count(), total.count, "{stage}");
            for (code, amount) in &total.amounts {
                let in_currency = of_stage().filter(|found| found.currency.is_some_and(|held| held.as_str() == *code));
                assert_eq!(sum(in_currency.map(|found| found.amount)), *amount, "{stage} {code}");
                run.shows(&format!("<data value=\"{amount}\">"));
            }
        }
        assert_eq!(run.accounts().len(), totals.rows["accounts.csv"]);
        let quotes = run.imported::<Quote>(|quote| &quote.external_ids);
        assert_eq!(quotes.len(), totals.rows["quotes.csv"]);
        let accepted = quotes.iter().filter(|quote| quote.status == Some(QuoteStatus::Accepted)).count();
        assert_eq!(accepted, totals.stages["won"].count);
        for currency in ["CNY", "EUR", "USD"] {
            run.shows(&format!("<h3 class=\"currency-head\">{currency}</h3>"));
        }
        run.shows("<strong>30</strong> rejected");
    }

    /// A folder of the generator that somebody has edited.
    struct Edited {
        folder: TempDir,
    }

    impl Edited {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            generator::generate(&small()).write_to(folder.path(), |_| {}).unwrap();
            Self { folder }
        }

        /// Adds copies of the first row with other cells; `None` makes a row of three cells.
        fn add(&self, file: &str, rows: &[Option<&[(&str, &str)]>]) {
            let path = self.folder.path().join(file);
            let table = read_csv(&std::fs::read(&path).unwrap(), &CsvOptions::default()).unwrap();
            let mut text = std::fs::read_to_string(&path).unwrap();
            for row in rows {
                let mut cells = table.rows[0].cells.clone();
                for (column, value) in row.unwrap_or(&[]) {
                    let place = table.header.iter().position(|name| name == column).unwrap();
                    cells[place] = (*value).to_owned();
                }
                let quoted: Vec<String> = cells.iter().map(|cell| format!("\"{cell}\"")).collect();
                let short = ["QUO-X9", "10", "short"].map(str::to_owned);
                text.push_str(&row.map_or(short.join(","), |_| quoted.join(",")));
                text.push('\n');
            }
            std::fs::write(path, text).unwrap();
        }
    }

    #[test]
    fn rows_of_the_history_were_dropped_without_a_word() {
        let edited = Edited::new();
        let key = |key| ("external_id", key);
        let none = ("number", "Q-X");
        edited.add(
            "quotes.csv",
            &[
                Some(&[key("QUO-X1"), none, ("issued_on", "31.12.2025")]),
                Some(&[key("QUO-X2"), none, ("currency", "EURO")]),
                Some(&[key("QUO-X3"), none, ("owner_login", "nobody")]),
                Some(&[key("QUO-X4"), none, ("opportunity_external_id", "OPP-X")]),
                Some(&[key("QUO-X5"), none, ("status", "forgotten")]),
                Some(&[key("QUO-X6"), none, ("valid_until", "2020-01-01")]),
                Some(&[key("QUO-X7"), none]),
                Some(&[key("QUO-X8"), none]),
                Some(&[key("QUO-X9"), none]),
                None,
            ],
        );
        let of = |quote| ("quote_external_id", quote);
        edited.add(
            "quote_lines.csv",
            &[
                Some(&[of("QUO-X3")]),
                Some(&[of("QUO-X7")]),
                Some(&[of("QUO-X7"), ("quantity", "two")]),
                Some(&[of("QUO-X8"), ("quantity", "-1")]),
                Some(&[of("QUO-X10")]),
                None,
            ],
        );
        edited.add("leads.csv", &[Some(&[key("LEA-X"), ("status", "sold")])]);
        let run = Run::of(Some(edited.folder.path().to_path_buf()), false);
        run.adds_up();
        let dirty = generator::generate(&small()).dirty;
        let is_planted = |cells: &&Vec<String>| {
            dirty.rows.iter().any(|row| row.file == cells[0] && row.line.to_string() == cells[1])
        };
        let told: Vec<String> = run
            .rejects
            .iter()
            .filter(|cells| !is_planted(cells))
            .map(|cells| format!("{}: {}: {}: {}", cells[0], cells[2], cells[3], cells[4]))
            .collect();
        let expected = [
            "quote_lines.csv: quote_external_id: QUO-X3: its quote was rejected",
            "quote_lines.csv: quote_external_id: QUO-X7: its quote was rejected",
            "quote_lines.csv: quantity: two: is not a decimal number",
            "quote_lines.csv: quote_external_id: QUO-X8: its quote was rejected",
            "quote_lines.csv: quote_external_id: QUO-X10: nothing has this name",
            "quote_lines.csv: : QUO-X9,10,short: the row has 3 cells, the header has 9",
            "quotes.csv: issued_on: 31.12.2025: is not a date (YYYY-MM-DD)",
            "quotes.csv: currency: EURO: is not a currency code",
            "quotes.csv: owner_login: nobody: nothing has this name",
            "quotes.csv: opportunity_external_id: OPP-X: nothing has this name",
            "quotes.csv: status: forgotten: is not a status of a quote",
            "quotes.csv: valid_until: 2020-01-01: lies before the day of issue",
            "quotes.csv: external_id: QUO-X7: a line of it was rejected",
            "quotes.csv: external_id: QUO-X8: lines[0].quantity: the quantity must be above zero",
            "quotes.csv: external_id: QUO-X9: a line of it was rejected",
            "quotes.csv: : QUO-X9,10,short: the row has 3 cells, the header has 12",
        ];
        assert_eq!(told, expected);
        assert_eq!(run.notices.len(), 1);
        assert_eq!(run.notices[0][2..5], ["status", "sold", "is not a status of a lead"]);
        let quotes = run.all::<Quote>();
        let odd = quotes.iter().filter(|quote| quote.external_ids.iter().any(|id| id.key.starts_with("QUO-X")));
        assert_eq!(odd.count(), 0, "a quote is taken whole or not at all");
    }
}
