//! Report data made up for the tests, with everything a report can have.

use super::*;

/// An amount from its text.
pub fn money(amount: &str) -> Money {
    Money { amount: amount.parse().unwrap(), currency: "CNY".to_owned() }
}

fn text(text: &str) -> String {
    text.to_owned()
}

/// A full report.
pub fn data() -> ReportData {
    ReportData {
        title: text("Sales report"),
        company: text("砺衡传动科技股份有限公司 · Liheng Motion"),
        generated_on: "2026-06-30".parse().unwrap(),
        period: Some(("2024-07-01".parse().unwrap(), "2026-06-30".parse().unwrap())),
        remark: Some(text("amounts in CNY at the rates of the price list")),
        headlines: headlines(),
        funnel: funnel(),
        monthly_won: months(),
        top_customers: vec![Ranking { currency: text("CNY"), best: customers(), total: 85 }],
        owners: vec![Ranking { currency: text("CNY"), best: owners(), total: 6 }],
        deal: Some(story()),
        import: import(),
        questions: questions(),
        notices_file: Some("notices.csv".to_owned()),
    }
}

fn headlines() -> Vec<Headline> {
    let headline = |label: &str, value, note: &str| Headline { label: text(label), value, note: Some(text(note)) };
    vec![
        headline("Won, last 12 months", Figure::Money(money("186054732.00")), "326 deals"),
        headline("Open pipeline", Figure::Money(money("118442710.00")), "208 opportunities"),
        headline("Win rate", Figure::Permille(454), "by number, last 12 months"),
        headline("Accounts", Figure::Count(420), "188 subsidiaries"),
        headline("Rows imported", Figure::Count(8_729), "1,436 rejected"),
    ]
}

fn funnel() -> Vec<FunnelStage> {
    let stage = |name: &str, category, count, amount: &str, weighted: &str| FunnelStage {
        name: text(name),
        category,
        count,
        amount: money(amount),
        weighted: money(weighted),
    };
    vec![
        stage("Prospecting", StageCategory::Open, 52, "25203987.75", "2520398.78"),
        stage("Qualification", StageCategory::Open, 70, "44987684.75", "11246921.19"),
        stage("Proposal", StageCategory::Open, 54, "30529469.00", "15264734.50"),
        stage("Negotiation", StageCategory::Open, 32, "17721568.50", "13291176.38"),
        stage("Won", StageCategory::Won, 632, "391244527.20", "391244527.20"),
        stage("Lost", StageCategory::Lost, 759, "452100156.40", "0"),
    ]
}

fn months() -> Vec<MonthlyWon> {
    let amounts =
        [76, 87, 208, 132, 184, 211, 111, 56, 166, 86, 93, 129, 96, 86, 261, 260, 84, 212, 154, 61, 193, 94, 104, 227];
    let month = |at: u32| (at + 6) % 12 + 1;
    (0..)
        .zip(amounts)
        .map(|(at, amount)| MonthlyWon {
            year: 2024 + i32::try_from((at + 6) / 12).unwrap(),
            month: month(at),
            count: amount / 8,
            amount: money(&format!("{}.50", amount * 101_337)),
        })
        .collect()
}

fn sales(won: &str, open: &str) -> Sales {
    Sales { won: money(won), open: money(open), open_count: 3 }
}

fn company(name: &str, code: &str, grade: &str, won: &str, open: &str, children: Vec<Customer>) -> Customer {
    Customer {
        name: text(name),
        code: text(code),
        grade: text(grade),
        sales: sales(won, open),
        own: None,
        companies: 1 + children.iter().map(|child| child.companies).sum::<u64>(),
        children,
    }
}

fn customers() -> Vec<Customer> {
    let tree = vec![
        company(
            "澄岚数控机床（江苏）有限公司",
            "100028",
            "A",
            "5320118.40",
            "810000.00",
            vec![
                company("苏州澄岚精密部件有限公司", "100029", "B", "1880412.00", "0", Vec::new()),
                company("无锡澄岚铸造有限公司", "100030", "C", "312088.20", "96400.00", Vec::new()),
            ],
        ),
        company("澄岚机器人（山东）有限公司", "100031", "B", "2410030.90", "1200000.00", Vec::new()),
    ];
    let mut group = company("澄岚数控机床集团有限公司", "100027", "A", "14210649.50", "3106400.00", tree);
    group.own = Some(sales("4288000.00", "1000000.00"));
    let abroad =
        vec![company("Kessenbrück Robotik (苏州) 有限公司", "100402", "B", "1104200.00", "220000.00", Vec::new())];
    let mut rest = vec![
        group,
        company("Kessenbrück Werkzeugmaschinen GmbH & Co. KG", "100311", "A", "9120388.00", "1880200.00", abroad),
        company("沈阳砺垣冶金设备股份有限公司", "100052", "A", "8800140.75", "640000.00", Vec::new()),
    ];
    let names = [
        "Larkmoor Machine Tools, Inc.",
        "广州煜枢自动化设备有限公司",
        "株式会社凪原工作機械",
        "Brentasco Macchine Tessili S.p.A.",
    ];
    for (at, name) in names.into_iter().enumerate() {
        rest.push(company(name, &format!("10021{at}"), "B", &format!("{}120388.30", 7 - at), "310500", Vec::new()));
    }
    rest
}

fn owners() -> Vec<Owner> {
    let rows = [
        ("林桂超", "CN-EAST", 61, 58, "48210440.20"),
        ("马涛倩", "CN-EAST", 52, 60, "40188021.00"),
        ("韩建文", "CN-NORTH", 49, 44, "31882100.90"),
        ("Bernd Gerlach", "EMEA", 38, 41, "28104550.00"),
        ("Dana Corrin", "AMERICAS", 21, 33, "12880045.10"),
        ("佐野 由美", "JAPAN", 0, 0, "0"),
    ];
    rows.map(|(name, team, won_count, lost_count, won)| Owner {
        name: text(name),
        team: text(team),
        won_count,
        lost_count,
        sales: sales(won, "6120400.00"),
    })
    .to_vec()
}

fn change(field: &str, before: Option<&str>, after: Option<&str>) -> FieldChange {
    FieldChange { field: text(field), before: before.map(text), after: after.map(text) }
}

fn step(at: &str, actor: &str, command: &str, note: &str, changes: Vec<FieldChange>) -> DealStep {
    DealStep { at: text(at), actor: text(actor), command: text(command), note: text(note), changes }
}

fn story() -> DealStory {
    DealStory {
        title: text("2026 伺服驱动器产线改造"),
        summary: text(
            "From a web form on 2 March to a won quote of CNY 1,284,300.00 on 12 May: 71 days, 9 entries in the journal.",
        ),
        steps: vec![
            step(
                "2026-03-02 20:14",
                "web form",
                "lead.capture",
                "A lead comes in over the website.",
                vec![
                    change("company", None, Some("苏州珩澜包装机械有限公司")),
                    change("need", None, Some("老产线改造，咨询伺服驱动器 SD7-2R2 替换方案")),
                    change("status", None, Some("new")),
                ],
            ),
            step(
                "2026-03-02 20:14",
                "rule",
                "lead.assign",
                "By territory: Jiangsu, packaging.",
                vec![change("owner", None, Some("林桂超"))],
            ),
            step(
                "2026-03-04 10:35",
                "林桂超",
                "lead.convert",
                "Account, contact and opportunity are made.",
                vec![
                    change("status", Some("new"), Some("converted")),
                    change("amount", None, Some("CNY 1,150,000.00")),
                    change("stage", None, Some("qualification")),
                ],
            ),
            step(
                "2026-04-09 16:02",
                "林桂超",
                "quote.send",
                "",
                vec![
                    change("number", None, Some("Q2604-01463")),
                    change("stage", Some("qualification"), Some("proposal")),
                    change("total", Some("CNY 1,150,000.00"), Some("CNY 1,284,300.00")),
                ],
            ),
            step(
                "2026-05-12 11:20",
                "林桂超",
                "quote.accept",
                "The customer signs.",
                vec![
                    change("stage", Some("negotiation"), Some("won")),
                    change("competitor", Some("Vaskor Drives"), None),
                ],
            ),
        ],
    }
}

fn import() -> ImportSummary {
    let file = |file: &str, entity: &str, read, rejected| FileSummary {
        file: text(file),
        entity: text(entity),
        read,
        created: read - rejected,
        rejected,
        ..FileSummary::default()
    };
    let rejects = (0..1425)
        .map(|at| Reject {
            file: text("opportunities.csv"),
            row: 2 + at * 3,
            column: text(if at % 5 == 0 { "product_code" } else { "account" }),
            value: text(if at % 5 == 0 { "SD7 0R4" } else { "" }),
            reason: text(if at % 5 == 0 { "unknown product code" } else { "account is missing" }),
            proposal: (at % 5 == 0).then(|| text("SD7-0R4")),
        })
        .collect();
    ImportSummary {
        files: vec![
            file("users.csv", "users", 34, 0),
            file("accounts.csv", "accounts", 426, 6),
            file("contacts.csv", "contacts", 905, 5),
            file("opportunities.csv", "opportunities", 8800, 1425),
        ],
        rejects,
        rejects_file: Some(text("rejects.csv")),
    }
}

fn questions() -> Vec<Question> {
    let question = |subject: &str, found: &str, proposal: Option<&str>, rows, note: &str| Question {
        subject: text(subject),
        found: text(found),
        proposal: proposal.map(text),
        rows,
        note: text(note),
    };
    vec![
        question("product", "GTXPro", Some("GTX Pro"), 1480, "equal without the space"),
        question("account", "", None, 1425, "open opportunities without an account"),
        question("sector", "technolgy", Some("technology"), 12, "one letter off"),
    ]
}

/// The full report with every text replaced.
pub fn with_every_text(attack: &str) -> ReportData {
    let mut data = data();
    let text = || attack.to_owned();
    (data.title, data.company, data.remark) = (text(), text(), Some(text()));
    for headline in &mut data.headlines {
        (headline.label, headline.note) = (text(), Some(text()));
        if let Figure::Money(money) = &mut headline.value {
            money.currency = text();
        }
    }
    for stage in &mut data.funnel {
        stage.name = text();
        (stage.amount.currency, stage.weighted.currency) = (text(), text());
    }
    data.monthly_won.iter_mut().for_each(|month| month.amount.currency = text());
    for ranking in &mut data.top_customers {
        ranking.currency = text();
        ranking.best.iter_mut().for_each(|customer| replace(customer, attack));
    }
    for ranking in &mut data.owners {
        ranking.currency = text();
        ranking.best.iter_mut().for_each(|owner| (owner.name, owner.team) = (text(), text()));
    }
    let story = data.deal.as_mut().unwrap();
    (story.title, story.summary) = (text(), text());
    for step in &mut story.steps {
        (step.at, step.actor, step.command, step.note) = (text(), text(), text(), text());
        for change in &mut step.changes {
            (change.field, change.before, change.after) = (text(), Some(text()), Some(text()));
        }
    }
    for file in &mut data.import.files {
        (file.file, file.entity) = (text(), text());
    }
    data.import.rejects_file = Some(text());
    for reject in &mut data.import.rejects {
        (reject.file, reject.column, reject.value, reject.reason) = (text(), text(), text(), text());
        reject.proposal = Some(text());
    }
    for question in &mut data.questions {
        (question.subject, question.found, question.note) = (text(), text(), text());
        question.proposal = Some(text());
    }
    data
}

fn replace(customer: &mut Customer, attack: &str) {
    let text = || attack.to_owned();
    (customer.name, customer.code, customer.grade) = (text(), text(), text());
    customer.children.iter_mut().for_each(|child| replace(child, attack));
}
