//! What the page promises: it shows what it is given, runs nothing, loads nothing, and can be read by everybody.

use std::collections::BTreeSet;
use std::path::Path;

use crm_core::exchange::{CsvOptions, read_csv};

use super::html::{compact, escape, grouped, percent, share, tick, whole, words};
use super::*;

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// The values of an attribute, in order.
fn attributes<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!(" {name}=\"");
    page.split(start.as_str()).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

/// Leaves the sample report in the target folder, to be looked at.
#[test]
fn the_sample_report_is_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/demo");
    std::fs::create_dir_all(&folder).unwrap();
    let data = sample::data();
    std::fs::write(folder.join("sample-report.html"), render(&data)).unwrap();
    std::fs::write(folder.join("rejects.csv"), rejects_csv(&data.import.rejects).unwrap()).unwrap();
}

#[test]
fn text_is_escaped_wherever_it_stands() {
    let attack = "<script>alert(\"x\")</script>'&\u{1}";
    let page = render(&sample::with_every_text(attack));
    assert!(!page.contains("<script"));
    assert!(!page.contains("alert(\""));
    assert!(!page.contains('\u{1}'));
    let escaped = "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&#39;&amp;\u{fffd}";
    assert_eq!(escape(attack), escaped);
    assert!(page.matches(escaped).count() >= 30, "{}", page.matches(escaped).count());
    assert_balanced(&page);
}

#[test]
fn the_page_runs_nothing_and_loads_nothing() {
    let page = render(&sample::data());
    for forbidden in
        ["<script", "javascript:", "http://", "https://", "url(", "@import", "<link", "<img", "<iframe", " src="]
    {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    let handlers = page.match_indices(" on").filter(|(at, _)| {
        let word: String = page[at + 1..].chars().take_while(char::is_ascii_alphanumeric).collect();
        page[at + 1 + word.len()..].starts_with("=\"")
    });
    assert_eq!(handlers.count(), 0);
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn the_markup_is_balanced_and_its_references_hold() {
    let page = render(&sample::data());
    assert_balanced(&page);
    let ids = attributes(&page, "id");
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(unique.len(), ids.len(), "ids are unique");
    for reference in attributes(&page, "aria-labelledby").into_iter().flat_map(str::split_whitespace) {
        assert!(unique.contains(reference), "{reference}");
    }
    for link in attributes(&page, "href").into_iter().filter_map(|link| link.strip_prefix('#')) {
        assert!(unique.contains(link), "{link}");
    }
}

/// Every element that is opened is closed, in order.
fn assert_balanced(page: &str) {
    let mut open = Vec::new();
    for tag in page.split('<').skip(1).map(|rest| rest.split('>').next().unwrap()) {
        let name = tag.trim_start_matches('/').split_whitespace().next().unwrap();
        if tag.starts_with('!') || tag.ends_with('/') || name == "meta" {
            continue;
        }
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "<{tag}>");
        } else {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn charts_and_tables_speak_to_screen_readers() {
    let page = render(&sample::data());
    assert!(page.contains("<html lang=\"en\">"));
    let charts = page.matches("<svg ").count();
    assert_eq!(charts, 6, "three charts in two sizes");
    assert_eq!(page.matches("<desc ").count(), charts);
    assert_eq!(page.matches("<table").count(), page.matches("<caption>").count());
    assert_eq!(page.matches("<thead><tr><th scope=\"col\"").count(), page.matches("<table").count());
    assert!(page.contains("Qualification: 70 opportunities, CNY\u{a0}45.0\u{a0}M, weighted CNY\u{a0}11.2\u{a0}M"));
}

#[test]
fn figures_are_the_given_ones() {
    let page = render(&sample::data());
    assert!(
        page.contains("<data value=\"14210649.50\">14,210,650</data>")
            || page.contains("<data value=\"14210649.5\">14,210,650</data>")
    );
    assert!(page.contains("208 open opportunities worth <strong>CNY\u{a0}118\u{a0}M</strong>"));
    assert!(page.contains("19.0\u{a0}% more than"));
    assert!(page.contains("<del><span class=\"vh\">before </span>negotiation</del>"));
}

#[test]
fn a_long_reject_list_is_cut_in_the_page_and_whole_in_the_file() {
    let data = sample::data();
    let page = render(&data);
    assert!(page.contains("The first 200 of 1,425 rows. All of them are in <a href=\"rejects.csv\">"));
    assert_eq!(page.matches("<tr><th scope=\"row\">opportunities.csv</th><td class=\"n\">").count(), 200);
    assert!(page.contains("<td class=\"n\">1,140</td>"), "equal reasons are counted");
    let csv = String::from_utf8(rejects_csv(&data.import.rejects).unwrap()).unwrap();
    assert!(csv.starts_with('\u{feff}'));
    assert_eq!(csv.lines().count(), 1 + 1425);
    assert!(csv.contains(r#""opportunities.csv",2,"product_code","SD7 0R4","unknown product code","SD7-0R4""#));
}

#[test]
fn a_rejected_cell_was_a_formula_in_the_rejects_file() {
    let value = "=HYPERLINK(\"//example.test\",\"price\")".to_owned();
    let reject = Reject { file: "a.csv".to_owned(), row: 2, value: value.clone(), ..Reject::default() };
    let bytes = rejects_csv(&[reject]).unwrap();
    let read = |unescape_formulas| {
        read_csv(&bytes, &CsvOptions { unescape_formulas, ..CsvOptions::default() }).unwrap().rows[0].cells[3].clone()
    };
    assert_eq!(read(false), format!("'{value}"));
    assert_eq!(read(true), value);
}

#[test]
fn a_tree_shows_every_company_at_its_depth() {
    let page = render(&sample::data());
    assert!(page.contains("grade A · 5 companies"));
    assert!(page.contains("<span class=\"d2\"><span class=\"vh\">level 3 </span><span lang=\"zh-Hans\">苏州澄岚"));
    let mut data = sample::data();
    let mut deep = Customer { name: "deepest".to_owned(), ..Customer::default() };
    for _ in 0..40 {
        deep = Customer { children: vec![deep], ..Customer::default() };
    }
    data.top_customers = vec![Ranking { currency: "CNY".to_owned(), best: vec![deep], total: 1 }];
    let page = render(&data);
    assert!(page.contains("<span class=\"d6\"><span class=\"vh\">level 41 </span>deepest</span>"));
}

#[test]
fn several_currencies_get_a_chart_each() {
    let mut data = sample::data();
    let euro = |money: &Money| Money { currency: "EUR".to_owned(), ..money.clone() };
    let stages: Vec<FunnelStage> = data
        .funnel
        .iter()
        .map(|stage| FunnelStage { amount: euro(&stage.amount), weighted: euro(&stage.weighted), ..stage.clone() })
        .collect();
    data.funnel.extend(stages);
    let page = render(&data);
    assert!(page.contains(">CNY</h3>") && page.contains(">EUR</h3>"));
    assert_eq!(page.matches("<svg ").count(), 10);
    assert!(page.contains("Figures by stage") && page.contains("worth <strong>EUR\u{a0}118\u{a0}M</strong>"));
}

#[test]
fn deals_without_amounts_were_drawn_as_nothing() {
    let mut data = sample::data();
    let none = sample::money("0");
    for stage in data.funnel.iter_mut().filter(|stage| stage.category == StageCategory::Open) {
        (stage.amount, stage.weighted) = (none.clone(), none.clone());
    }
    data.funnel[5].amount = none.clone();
    for customer in &mut data.top_customers[0].best {
        customer.sales.open = none.clone();
    }
    let page = render(&data);
    assert!(page.contains("208 open opportunities; there are <strong>no amounts in the data</strong>."));
    assert!(page.contains("Qualification: 70 opportunities. Proposal: 54 opportunities"));
    assert!(page.contains("width=\"580\""), "the longest bar has the whole room");
    assert!(page.contains("by number</h3>") && page.contains("Won 632, lost 759"));
    assert!(page.contains(">Open deals</span>") && !page.contains("weighted by probability"));
}

#[test]
fn lists_were_cut_without_a_word() {
    let mut data = sample::data();
    data.owners[0].total = 30;
    data.top_customers[0].best[0].companies = 61;
    let page = render(&data);
    assert!(page.contains("The first 7 of 85 customers with won deals."));
    assert!(page.contains("The first 6 of 30 people with opportunities."));
    assert!(page.contains("61 companies</small>") && page.contains("The first 5 of 61 companies."));
    data.owners[0].total = 6;
    assert!(!render(&data).contains("people with opportunities"), "nothing is said about a whole list");
}

#[test]
fn the_figures_of_a_file_did_not_add_up() {
    let mut data = sample::data();
    data.import.files.truncate(1);
    let file =
        |updated, unchanged, skipped| FileSummary { updated, unchanged, skipped, ..data.import.files[0].clone() };
    data.import.files =
        vec![FileSummary { created: 20, ..file(10, 3, 1) }, FileSummary { created: 0, ..file(0, 0, 34) }];
    let page = render(&data);
    assert!(page.contains("34 rows in 1 file"), "a file that is read twice has its rows once");
    let all = ["68", "20", "10", "3", "35"].map(|sum| format!("<td class=\"n\"><strong>{sum}</strong></td>")).concat();
    assert!(page.contains(&all), "the sums of all steps");
}

#[test]
fn one_month_was_a_column_as_broad_as_the_page() {
    let mut data = sample::data();
    data.monthly_won.truncate(1);
    assert!(render(&data).contains("width=\"48.0\" height"));
}

#[test]
fn the_first_group_is_unfolded_and_the_sentence_stands_before_the_command() {
    let page = render(&sample::data());
    assert_eq!(page.matches("<li><details open>").count(), 1);
    assert!(page.contains("<p>The customer signs.</p>\n<code>quote.accept</code>"));
}

#[test]
fn names_say_in_which_language_they_are() {
    assert_eq!(words("苏州分厂"), "<span lang=\"zh-Hans\">苏州分厂</span>");
    assert_eq!(words("株式会社凪原工作機械"), "<span lang=\"ja\">株式会社凪原工作機械</span>");
    assert_eq!(words("カタログ"), "<span lang=\"ja\">カタログ</span>");
    assert_eq!(words("Müller & Co."), "Müller &amp; Co.");
}

#[test]
fn a_browser_that_cannot_print_what_is_folded_says_so() {
    let page = render(&sample::data());
    assert!(page.contains("<p class=\"unprintable\">"));
    assert!(page.contains("@supports not selector(::details-content) { .unprintable { display: block; } }"));
}

#[test]
fn a_report_about_nothing_is_still_a_page() {
    let data = ReportData {
        title: "Nothing".to_owned(),
        company: String::new(),
        generated_on: "2026-06-30".parse().unwrap(),
        period: None,
        remark: None,
        headlines: Vec::new(),
        funnel: Vec::new(),
        monthly_won: vec![MonthlyWon::default()],
        top_customers: Vec::new(),
        owners: Vec::new(),
        deal: None,
        import: ImportSummary::default(),
        questions: Vec::new(),
        notices_file: None,
    };
    let page = render(&data);
    assert_balanced(&page);
    assert_eq!(page.matches("<section ").count(), 1);
    assert_eq!(page.matches("<svg ").count(), 0, "no chart of nothing");
}

#[test]
fn odd_figures_do_no_harm() {
    let mut data = sample::data();
    data.funnel[0].amount = sample::money("-500.00");
    data.funnel[1].amount = sample::money("79228162514264337593543950335");
    data.funnel[2].name = "一个非常长的阶段名称用来检查是否会压到条形图上".to_owned();
    data.monthly_won[3].amount = sample::money("-12.5");
    data.monthly_won[4].amount = sample::money("79228162514264337593543950335");
    data.monthly_won[5].month = 13;
    data.owners[0].best[0].won_count = u64::MAX / 4000;
    assert_balanced(&render(&data));
    data.monthly_won = (0..120)
        .map(|at| MonthlyWon {
            year: 2015 + at / 12,
            month: u32::try_from(at % 12 + 1).unwrap(),
            count: 1,
            amount: sample::money("10"),
        })
        .collect();
    assert_balanced(&render(&data));
}

#[test]
fn numbers_are_written_for_people() {
    assert_eq!(grouped("-1234567.80"), "−1,234,567.80");
    assert_eq!(grouped("999"), "999");
    assert_eq!(whole(decimal("1999.50")), "2,000");
    assert_eq!(compact(decimal("999")), "999");
    assert_eq!(compact(decimal("1250")), "1.3\u{a0}K");
    assert_eq!(compact(decimal("118442710")), "118\u{a0}M");
    assert_eq!(compact(decimal("-45000000")), "−45.0\u{a0}M");
    assert_eq!(compact(decimal("4500000000")), "4.5\u{a0}B");
    assert_eq!(tick(decimal("10000000")), "10\u{a0}M");
    assert_eq!(percent(385), "38.5\u{a0}%");
    assert_eq!(share(decimal("1"), decimal("3")), 3333);
    assert_eq!(share(decimal("5"), decimal("0")), 0);
    assert_eq!(share(decimal("-5"), decimal("10")), 0);
}
