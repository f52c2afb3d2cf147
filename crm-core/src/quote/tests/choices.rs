use proptest::prelude::*;

use super::*;
use crate::quote::{QuoteLineKind, chosen_lines, quote_hash};
use crate::value::Error;

fn item(position: i64, price: &str) -> QuoteLine {
    QuoteLine { position: Some(position), tax_percent: Some(decimal("13")), ..line("1", price, "0") }
}

fn alternative(position: i64, to: i64, price: &str) -> QuoteLine {
    QuoteLine { kind: Some(QuoteLineKind::Alternative), alternative_to: Some(to), ..item(position, price) }
}

fn option(position: i64, price: &str) -> QuoteLine {
    QuoteLine { kind: Some(QuoteLineKind::Option), ..item(position, price) }
}

/// Two items, two alternatives of the first and an option.
fn offered() -> Vec<QuoteLine> {
    vec![item(10, "100"), alternative(11, 10, "150"), alternative(12, 10, "180"), item(20, "40"), option(30, "7")]
}

fn refused(error: &Error) -> (ErrorCode, String) {
    (error.code(), error.field().unwrap_or_default().to_owned())
}

#[test]
fn alternatives_and_options_count_in_no_total() {
    for (_folder, admin) in sessions() {
        let made = admin.quotes().create_quote(&quote(offered())).unwrap();
        let totals = (made.subtotal, made.total, made.tax_total, made.total_with_tax);
        let expected = ["140", "140", "18.2", "158.2"].map(|text| Some(decimal(text)));
        assert_eq!(totals, (expected[0], expected[1], expected[2], expected[3]));
        let nets: Vec<_> = made.lines.iter().map(|line| line.net_amount.unwrap().to_string()).collect();
        assert_eq!(nets, ["100", "150", "180", "40", "7"], "their own amounts are shown");
        let kinds: Vec<_> = made.lines.iter().map(|line| line.kind.unwrap().as_str()).collect();
        assert_eq!(kinds, ["item", "alternative", "alternative", "item", "option"]);
    }
}

#[test]
fn what_was_chosen_is_accepted_and_what_was_sent_stays() {
    for (_folder, admin) in sessions() {
        let deal = Opportunity { name: "Valves".into(), ..Opportunity::default() };
        let deal = admin.sales().create_opportunity(&deal).unwrap();
        let draft = Quote { opportunity: Some(deal.id), ..quote(offered()) };
        let draft = admin.quotes().create_quote(&draft).unwrap();
        let sent = admin.quotes().send(draft.id, draft.version).unwrap();
        let bad = |chosen: &[i64]| refused(&admin.quotes().accept_chosen(sent.id, sent.version, chosen).unwrap_err());
        assert_eq!(bad(&[30, 99]), (ErrorCode::UnknownReference, "chosen[1]".into()));
        assert_eq!(bad(&[20]), (ErrorCode::NotAllowed, "chosen[0]".into()));
        assert_eq!(bad(&[30, 11, 30]), (ErrorCode::DuplicateKey, "chosen[2]".into()));
        assert_eq!(bad(&[11, 12]), (ErrorCode::DuplicateKey, "chosen[1]".into()));
        let accepted = admin.quotes().accept_chosen(sent.id, sent.version, &[30, 12]).unwrap();
        let amounts = [accepted.accepted_total, accepted.accepted_tax_total, accepted.accepted_total_with_tax];
        assert_eq!(amounts, ["227", "29.51", "256.51"].map(|text| Some(decimal(text))), "180 + 40 + 7");
        assert_eq!(accepted.chosen, [30, 12]);
        assert_eq!((&accepted.lines, accepted.total), (&sent.lines, sent.total), "what was sent stays");
        assert_eq!(accepted.content_hash, Some(quote_hash(&accepted).unwrap()));
        assert_eq!(admin.sales().opportunity(deal.id).unwrap().amount, Some(decimal("227")));
        let step = admin.history("quote", draft.id).unwrap().pop().unwrap().op_id;
        admin.execute(Command::Journal(JournalCommand::Undo { operation: step })).unwrap();
        let again = admin.quotes().quote(draft.id).unwrap();
        assert_eq!((again.chosen.len(), again.accepted_total), (0, None));
        let plain = admin.quotes().accept(again.id, again.version).unwrap();
        assert_eq!((plain.accepted_total, plain.chosen.len()), (Some(decimal("140")), 0));
    }
}

#[test]
fn a_line_that_stands_for_nothing_is_refused_with_its_place() {
    for (_folder, admin) in sessions() {
        let bad = |line: QuoteLine| {
            refused(&admin.quotes().create_quote(&quote(vec![item(10, "1"), option(20, "1"), line])).unwrap_err())
        };
        let at = "lines[2].alternative_to".to_owned();
        assert_eq!(bad(alternative(30, 99, "1")), (ErrorCode::UnknownReference, at.clone()));
        assert_eq!(bad(alternative(30, 20, "1")), (ErrorCode::UnknownReference, at.clone()), "an option is no item");
        assert_eq!(bad(alternative(30, 30, "1")), (ErrorCode::UnknownReference, at.clone()));
        let nameless = QuoteLine { alternative_to: None, ..alternative(30, 10, "1") };
        assert_eq!(bad(nameless), (ErrorCode::Required, at.clone()));
        let tied = QuoteLine { alternative_to: Some(10), ..option(30, "1") };
        assert_eq!(bad(tied), (ErrorCode::NotAllowed, at));
    }
}

#[test]
fn who_does_not_see_the_lines_cannot_choose_among_them() {
    for (_folder, admin) in sessions() {
        let blind = blind_to_lines(&admin);
        let sent = sent(&admin, offered());
        for chosen in [[12], [99]] {
            let error = blind.quotes().accept_chosen(sent.id, sent.version, &chosen).unwrap_err();
            assert_eq!(
                refused(&error),
                (ErrorCode::UnknownField, "lines".into()),
                "whether there is such a line or not"
            );
        }
        let accepted = blind.quotes().accept(sent.id, sent.version).unwrap();
        assert_eq!((accepted.accepted_total, accepted.status), (None, Some(QuoteStatus::Accepted)));
        assert_eq!(admin.quotes().quote(sent.id).unwrap().accepted_total, Some(decimal("140")));
    }
}

proptest! {
    /// The total of what is accepted is that of the items, less the items that are replaced, and what was chosen.
    #[test]
    fn the_accepted_total_is_that_of_what_was_chosen(
        prices in prop::collection::vec(1_i64..1_000_000, 9),
        chosen in prop::collection::btree_set(0_usize..6, 0..6),
    ) {
        let text = |cents: i64| Decimal::new(cents.into(), 2).unwrap().to_string();
        let mut lines = Vec::new();
        for place in 0..3 {
            let position = i64::try_from(place).unwrap() * 10 + 10;
            lines.push(item(position, &text(prices[place * 3])));
            lines.push(alternative(position + 1, position, &text(prices[place * 3 + 1])));
            lines.push(option(position + 2, &text(prices[place * 3 + 2])));
        }
        let positions: Vec<i64> = chosen.iter().map(|one| (one / 2) as i64 * 10 + 11 + (one % 2) as i64).collect();
        let ordered = chosen_lines(&lines, &positions).unwrap();
        let mut expected = 0;
        for place in 0..3 {
            expected += if chosen.contains(&(place * 2)) { prices[place * 3 + 1] } else { prices[place * 3] };
            expected += if chosen.contains(&(place * 2 + 1)) { prices[place * 3 + 2] } else { 0 };
        }
        let totals = price_lines(&mut lines, currency("EUR"), QuoteRounding::LineNetHalfUp, false).unwrap();
        let items: i64 = (0..3).map(|place| prices[place * 3]).sum();
        prop_assert_eq!(totals.total, Decimal::new(items.into(), 2).unwrap());
        let sum = ordered.iter().map(|line| line.unit_price.unwrap());
        let sum = sum.fold(Decimal::ZERO, |sum, price| sum.checked_add(price).unwrap());
        prop_assert_eq!(sum, Decimal::new(expected.into(), 2).unwrap());
    }
}
