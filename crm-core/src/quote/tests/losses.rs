use super::*;
use crate::customer::{Account, AccountKind};
use crate::quote::{LostQuoteOptions, LostQuotes, LostReason, QuoteLoss};

fn loss(reason: LostReason, competitor: &str, price: &str) -> QuoteLoss {
    let (competitor, competitor_price) = (Some(competitor.into()), Some(decimal(price)));
    QuoteLoss { reason: Some(reason), competitor, competitor_price, ..QuoteLoss::default() }
}

fn lose(session: &Session, code: &str, total: &str, loss: &QuoteLoss) -> Quote {
    let draft = Quote { currency: Some(currency(code)), ..quote(vec![line("1", total, "0")]) };
    let draft = session.quotes().create_quote(&draft).unwrap();
    let sent = session.quotes().send(draft.id, draft.version).unwrap();
    session.quotes().reject_with(sent.id, sent.version, "they told us", loss).unwrap()
}

/// Reason, competitor, count, and of each currency count, total, compared quotes and gap.
fn told(rows: &[LostQuotes]) -> Vec<String> {
    let row = |row: &LostQuotes| {
        let totals = row.totals.iter().map(|sum| {
            let gap = sum.mean_gap_percent.map_or("-".into(), |gap| gap.to_string());
            format!(" [{} {} {} {} {gap}]", sum.currency, sum.count, sum.total, sum.compared)
        });
        let reason = row.reason.map_or("-", LostReason::as_str);
        let competitor = row.competitor.as_deref().unwrap_or("-");
        format!("{reason} {competitor} {}{}", row.count, totals.collect::<String>())
    };
    rows.iter().map(row).collect()
}

#[test]
fn a_lost_quote_keeps_why_to_whom_and_at_which_price() {
    for (_folder, admin) in sessions() {
        let rival = Account { name: "Other Works".into(), kind: Some(AccountKind::Competitor), ..Account::default() };
        let rival = admin.customers().create_account(&rival).unwrap();
        let known = QuoteLoss {
            reason: Some(LostReason::Delivery),
            competitor_account: Some(rival.id),
            competitor_price: Some(decimal("88.5")),
            ..QuoteLoss::default()
        };
        let lost = lose(&admin, "EUR", "100", &known);
        assert_eq!((lost.status, lost.reject_reason.as_deref()), (Some(QuoteStatus::Rejected), Some("they told us")));
        assert_eq!((lost.lost_reason, lost.competitor.as_deref()), (Some(LostReason::Delivery), Some("Other Works")));
        assert_eq!((lost.competitor_account, lost.competitor_price), (Some(rival.id), Some(decimal("88.5"))));
        assert_eq!(lost.competitor_currency, Some(currency("EUR")), "that of the quote");
        let sent = sent(&admin, vec![line("1", "5", "0")]);
        let bad = |loss: &QuoteLoss| {
            let error = admin.quotes().reject_with(sent.id, sent.version, "x", loss).unwrap_err();
            (error.code(), error.field().unwrap_or_default().to_owned())
        };
        let price = "loss.competitor_price".to_owned();
        assert_eq!(bad(&loss(LostReason::Price, "a", "-1")), (ErrorCode::OutOfRange, price.clone()));
        assert_eq!(bad(&loss(LostReason::Price, "a", "1.00001")), (ErrorCode::DecimalDigits, price));
        let nobody = QuoteLoss { competitor_account: Some(sent.id), ..QuoteLoss::default() };
        assert_eq!(bad(&nobody), (ErrorCode::UnknownReference, "loss.competitor_account".into()));
        let plain = admin.quotes().reject(sent.id, sent.version, "x").unwrap();
        assert_eq!((plain.lost_reason, plain.competitor, plain.competitor_currency), (None, None, None));
    }
}

#[test]
fn lost_quotes_are_summed_by_reason_and_competitor() {
    for (_folder, admin) in sessions() {
        lose(&admin, "EUR", "1000", &loss(LostReason::Price, "Other Works", "900"));
        lose(&admin, "EUR", "2000", &loss(LostReason::Price, " Other Works ", "1900"));
        lose(&admin, "CNY", "50", &loss(LostReason::Price, "Other Works", "60"));
        let dollars =
            QuoteLoss { competitor_currency: Some(currency("USD")), ..loss(LostReason::Price, "Other Works", "1") };
        lose(&admin, "CNY", "50", &dollars);
        lose(&admin, "EUR", "7", &QuoteLoss { reason: Some(LostReason::NoDecision), ..QuoteLoss::default() });
        lose(&admin, "EUR", "9", &QuoteLoss::default());
        let revised = lose(&admin, "EUR", "1", &loss(LostReason::Price, "Other Works", "1"));
        admin.quotes().revise(revised.id, revised.version).unwrap();
        sent(&admin, vec![line("1", "5", "0")]);
        let rows = admin.quotes().lost(&LostQuoteOptions::default()).unwrap();
        let expected = [
            "- - 1 [EUR 1 9 0 -]",
            // 100 - 60 * 100 / 50 is -20; 200 of 3000 are 6.66666...
            "price Other Works 4 [CNY 2 100 1 -20] [EUR 2 3000 2 6.6667]",
            "no_decision - 1 [EUR 1 7 0 -]",
        ];
        assert_eq!(told(&rows), expected);
        let today = revised.decided_on.unwrap();
        let until = LostQuoteOptions { rejected_until: Some(today), ..LostQuoteOptions::default() };
        assert_eq!(admin.quotes().lost(&until).unwrap(), [], "the day itself is not before it");
        let from = LostQuoteOptions { rejected_from: Some(today), owner: Some(admin.user()), ..until };
        let from = LostQuoteOptions { rejected_until: None, ..from };
        assert_eq!(admin.quotes().lost(&from).unwrap(), rows);
        let another = LostQuoteOptions { owner: Some(admin.new_id()), ..from };
        assert_eq!(admin.quotes().lost(&another).unwrap(), []);
        let blind = blind_to_lines(&admin);
        let seen = told(&blind.quotes().lost(&LostQuoteOptions::default()).unwrap());
        assert_eq!(seen, ["- - 1", "price Other Works 4", "no_decision - 1"], "no totals without the lines");
    }
}
