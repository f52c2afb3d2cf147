use proptest::prelude::*;

use super::*;
use crate::engine::Outcome;
use crate::quote::{OrderKind, OrderStatus, OrderedQuantity, QuoteConversion, QuoteCopy, QuoteLineKind, SalesOrder};
use crate::value::Error;

fn accepted(session: &Session, lines: Vec<QuoteLine>) -> Quote {
    let sent = sent(session, lines);
    session.quotes().accept(sent.id, sent.version).unwrap()
}

fn part(position: i64, quantity: &str) -> OrderedQuantity {
    OrderedQuantity { position, quantity: Some(decimal(quantity)) }
}

fn convert(session: &Session, quote: &Quote, parts: &[OrderedQuantity]) -> Result<SalesOrder> {
    session.quotes().convert(quote.id, quote.version, OrderKind::Order, Some(parts))
}

fn refused<T: std::fmt::Debug>(found: Result<T>) -> (ErrorCode, String) {
    let error: Error = found.unwrap_err();
    (error.code(), error.field().unwrap_or_default().to_owned())
}

/// Accepted, converted and open quantity of each line.
fn told(conversion: &QuoteConversion) -> Vec<String> {
    let one = |line: &crate::quote::ConversionLine| {
        format!("{} {} {} {}", line.position, line.accepted, line.converted, line.open)
    };
    conversion.lines.iter().map(one).collect()
}

fn restore(session: &Session, id: Id) -> Result<Outcome> {
    session.execute(Command::Record(RecordCommand::Restore { entity: "sales_order".into(), id }))
}

fn delete(session: &Session, order: &SalesOrder) -> Outcome {
    let (entity, id, expected_version) = ("sales_order".into(), order.id, order.version);
    session.execute(Command::Record(RecordCommand::Delete { entity, id, expected_version })).unwrap()
}

#[test]
fn an_accepted_quote_becomes_orders_in_parts_that_sum_to_its_lines() {
    for (_folder, admin) in sessions() {
        let (valve, _) = catalogue(&admin);
        let taxed = QuoteLine { tax_percent: Some(decimal("13")), ..line_of(valve) };
        let quote = accepted(&admin, vec![QuoteLine { quantity: 3.into(), ..taxed }, line("3", "33.333333", "0")]);
        let first = convert(&admin, &quote, &[part(10, "1"), part(20, "1")]).unwrap();
        assert_eq!((first.number.as_deref(), first.status), (Some("O-2026-000001"), Some(OrderStatus::Draft)));
        let pinned = &first.lines[0];
        assert_eq!((pinned.product, pinned.product_code.as_deref()), (Some(valve), Some("V-1")));
        assert_eq!((pinned.unit_price, pinned.per_quantity), (Some(decimal("1350.5")), Some(decimal("10"))));
        assert_eq!(pinned.net_amount, Some(decimal("135.05")));
        assert_eq!(first.lines[1].net_amount, Some(decimal("33.33")));
        let sums = (first.total, first.tax_total, first.total_with_tax);
        assert_eq!(sums, (Some(decimal("168.38")), Some(decimal("17.56")), Some(decimal("185.94"))));
        let state = admin.quotes().conversion(quote.id).unwrap();
        assert_eq!(told(&state), ["10 3 1 2", "20 3 1 2"]);
        assert!(!state.is_complete);
        let contract = admin.quotes().convert(quote.id, quote.version, OrderKind::Contract, None).unwrap();
        assert_eq!(contract.number.as_deref(), Some("C-2026-000001"));
        let nets: Vec<_> = contract.lines.iter().map(|line| line.net_amount.unwrap().to_string()).collect();
        assert_eq!(nets, ["270.1", "66.67"], "the last part takes what is left: 100.00 less 33.33");
        let state = admin.quotes().conversion(quote.id).unwrap();
        assert_eq!((told(&state), state.is_complete), (vec!["10 3 3 0".into(), "20 3 3 0".into()], true));
        assert_eq!(state.orders, [first.id, contract.id]);
        let nothing = admin.quotes().convert(quote.id, quote.version, OrderKind::Order, None);
        assert_eq!(refused(nothing), (ErrorCode::IllegalTransition, "lines".into()));
    }
}

#[test]
fn only_an_accepted_quote_becomes_an_order() {
    for (_folder, admin) in sessions() {
        let quotes = admin.quotes();
        let refuse = |quote: &Quote, from: &str| {
            let error = quotes.convert(quote.id, quote.version, OrderKind::Order, None).unwrap_err();
            assert_eq!(
                (error.kind(), error.code(), error.field()),
                ("conflict", ErrorCode::IllegalTransition, Some("status"))
            );
            assert_eq!(error.problems()[0].data.get("from").map(String::as_str), Some(from));
            assert_eq!(quotes.conversion(quote.id).unwrap().lines, []);
        };
        let draft = quotes.create_quote(&quote(vec![line("1", "5", "0")])).unwrap();
        refuse(&draft, "draft");
        let sent = quotes.send(draft.id, draft.version).unwrap();
        refuse(&sent, "sent");
        let second = quotes.revise(sent.id, sent.version).unwrap();
        refuse(&quotes.quote(sent.id).unwrap(), "superseded");
        let delete = RecordCommand::Delete { entity: "quote".into(), id: second.id, expected_version: second.version };
        admin.execute(Command::Record(delete)).unwrap();
        let current = quotes.quote(sent.id).unwrap();
        assert!(current.is_current);
        refuse(&current, "superseded");
        let fields = HashMap::from([("name".to_owned(), FieldValue::from("by hand"))]);
        let by_hand = admin.execute(Command::Record(RecordCommand::Create { entity: "sales_order".into(), fields }));
        assert_eq!(refused(by_hand), (ErrorCode::NotAllowed, "quote".into()));
    }
}

#[test]
fn what_is_not_open_is_refused_with_its_place() {
    for (_folder, admin) in sessions() {
        let option = QuoteLine { kind: Some(QuoteLineKind::Option), ..line("1", "7", "0") };
        let quote = accepted(&admin, vec![line("10", "5", "0"), option]);
        let bad = |parts: &[OrderedQuantity]| refused(convert(&admin, &quote, parts));
        assert_eq!(bad(&[]), (ErrorCode::Required, "lines".into()));
        assert_eq!(bad(&[part(10, "10.5")]), (ErrorCode::OutOfRange, "lines[0].quantity".into()));
        assert_eq!(bad(&[part(10, "0")]), (ErrorCode::OutOfRange, "lines[0].quantity".into()));
        assert_eq!(bad(&[part(10, "-1")]), (ErrorCode::OutOfRange, "lines[0].quantity".into()));
        assert_eq!(bad(&[part(10, "0.0000001")]), (ErrorCode::DecimalDigits, "lines[0].quantity".into()));
        assert_eq!(bad(&[part(10, "1"), part(10, "1")]), (ErrorCode::DuplicateKey, "lines[1].position".into()));
        let unchosen = (ErrorCode::UnknownReference, "lines[1].position".to_owned());
        assert_eq!(bad(&[part(10, "1"), part(20, "1")]), unchosen, "the option was not chosen");
        let stale = Quote { version: quote.version - 1, ..quote.clone() };
        assert_eq!(refused(convert(&admin, &stale, &[part(10, "1")])).0, ErrorCode::StaleVersion);
        let most = convert(&admin, &quote, &[part(10, "9.999999")]).unwrap();
        assert_eq!(bad(&[part(10, "0.000002")]), (ErrorCode::OutOfRange, "lines[0].quantity".into()));
        let rest = OrderedQuantity { position: 10, quantity: None };
        let rest = convert(&admin, &quote, &[rest]).unwrap();
        assert_eq!(rest.lines[0].quantity, decimal("0.000001"));
        let sum = most.total.unwrap().checked_add(rest.total.unwrap()).unwrap();
        assert_eq!(sum, decimal("50"));
    }
}

#[test]
fn an_order_goes_its_way_and_gives_back_what_it_had() {
    for (_folder, admin) in sessions() {
        let quotes = admin.quotes();
        let quote = accepted(&admin, vec![line("10", "5", "0")]);
        let order = convert(&admin, &quote, &[part(10, "7")]).unwrap();
        let renamed = SalesOrder { customer_reference: Some("PO 4711".into()), ..order.clone() };
        let renamed = quotes.update_order(&renamed).unwrap();
        let spoilt = quotes.update_order(&SalesOrder { total: Some(decimal("1")), ..renamed.clone() });
        assert_eq!(refused(spoilt), (ErrorCode::ReadOnlyField, "total".into()));
        let confirmed = quotes.confirm_order(order.id, renamed.version).unwrap();
        assert_eq!((confirmed.status, confirmed.confirmed_on.is_some()), (Some(OrderStatus::Confirmed), true));
        assert_eq!(refused(quotes.confirm_order(order.id, confirmed.version)).0, ErrorCode::IllegalTransition);
        assert_eq!(
            refused(quotes.cancel_order(order.id, confirmed.version, " ")),
            (ErrorCode::Required, "reason".into())
        );
        let cancelled = quotes.cancel_order(order.id, confirmed.version, "budget").unwrap();
        assert_eq!(
            (cancelled.cancel_reason.as_deref(), cancelled.status),
            (Some("budget"), Some(OrderStatus::Cancelled))
        );
        assert_eq!(refused(quotes.cancel_order(order.id, cancelled.version, "x")).0, ErrorCode::IllegalTransition);
        let state = quotes.conversion(quote.id).unwrap();
        assert_eq!((told(&state), state.orders.len()), (vec!["10 10 0 10".into()], 0));
        let whole = convert(&admin, &quote, &[part(10, "10")]).unwrap();
        let cancelling = admin.history("sales_order", order.id).unwrap().pop().unwrap().op_id;
        let undo = admin.execute(Command::Journal(JournalCommand::Undo { operation: cancelling }));
        assert_eq!(refused(undo), (ErrorCode::IllegalTransition, "lines".into()), "it does not fit any more");
        let deletion = delete(&admin, &whole);
        admin.execute(Command::Journal(JournalCommand::Undo { operation: cancelling })).unwrap();
        assert_eq!(told(&quotes.conversion(quote.id).unwrap()), ["10 10 7 3"]);
        assert_eq!(refused(restore(&admin, whole.id)), (ErrorCode::IllegalTransition, "lines".into()));
        let undo = admin.execute(Command::Journal(JournalCommand::Undo { operation: deletion.op_id }));
        assert_eq!(refused(undo), (ErrorCode::IllegalTransition, "lines".into()));
    }
}

#[test]
fn an_acceptance_of_which_orders_were_made_is_not_taken_back() {
    for (_folder, admin) in sessions() {
        let quote = accepted(&admin, vec![line("10", "5", "0")]);
        let acceptance = admin.history("quote", quote.id).unwrap().pop().unwrap().op_id;
        let undo = || admin.execute(Command::Journal(JournalCommand::Undo { operation: acceptance }));
        let order = convert(&admin, &quote, &[part(10, "7")]).unwrap();
        assert_eq!(refused(undo()), (ErrorCode::IllegalTransition, "status".into()));
        delete(&admin, &order);
        undo().unwrap();
        assert_eq!(refused(restore(&admin, order.id)), (ErrorCode::IllegalTransition, "quote.status".into()));
        let delete =
            RecordCommand::Delete { entity: "quote".into(), id: quote.id, expected_version: quote.version + 1 };
        admin.execute(Command::Record(delete)).unwrap();
        assert_eq!(restore(&admin, order.id).unwrap_err().kind(), "invalid", "its quote is gone");
    }
}

#[test]
fn a_chosen_alternative_is_ordered_in_the_place_of_its_item() {
    for (_folder, admin) in sessions() {
        let steel =
            QuoteLine { kind: Some(QuoteLineKind::Alternative), alternative_to: Some(10), ..line("2", "9", "0") };
        let quote = sent(&admin, vec![line("2", "5", "0"), steel]);
        let quote = admin.quotes().accept_chosen(quote.id, quote.version, &[20]).unwrap();
        let bad = convert(&admin, &quote, &[part(10, "1")]);
        assert_eq!(refused(bad), (ErrorCode::UnknownReference, "lines[0].position".into()));
        let order = admin.quotes().convert(quote.id, quote.version, OrderKind::Order, None).unwrap();
        assert_eq!((order.lines[0].quote_line, order.total), (20, Some(decimal("18"))));
    }
}

#[test]
fn who_does_not_see_the_lines_of_a_quote_makes_no_order_of_it() {
    for (_folder, admin) in sessions() {
        let blind = blind_to_lines(&admin);
        let quote = accepted(&admin, vec![line("10", "5", "0")]);
        assert_eq!(convert(&blind, &quote, &[part(10, "1")]).unwrap_err().kind(), "denied", "no right to make orders");
    }
}

#[test]
fn writers_at_the_same_time_never_order_more_than_was_accepted() {
    for (_folder, admin) in sessions() {
        let quote = accepted(&admin, vec![line("10", "0.333", "0")]);
        let made: usize = std::thread::scope(|scope| {
            let work = |_| scope.spawn(|| (0..6).filter(|_| convert(&admin, &quote, &[part(10, "1")]).is_ok()).count());
            let workers: Vec<_> = (0..4).map(work).collect();
            workers.into_iter().map(|worker| worker.join().unwrap()).sum()
        });
        assert_eq!(made, 10, "of 24 that asked for one each");
        let state = admin.quotes().conversion(quote.id).unwrap();
        assert_eq!((told(&state), state.is_complete), (vec!["10 10 10 0".into()], true));
        assert_eq!(state.lines[0].converted_net, decimal("3.33"));
        let orders = admin.quotes().orders(&Query::default()).unwrap().items;
        let mut numbers: Vec<_> = orders.iter().map(|order| order.number.clone().unwrap()).collect();
        numbers.sort();
        numbers.dedup();
        assert_eq!(numbers.len(), 10);
    }
}

#[test]
fn a_copy_has_a_chain_of_its_own_and_the_list_prices_of_today() {
    for (_folder, admin) in sessions() {
        let (valve, list) = catalogue(&admin);
        let by_hand = QuoteLine { unit_price: Some(decimal("99")), ..line_of(valve) };
        let draft = Quote {
            valid_until: Some(date("2026-12-31")),
            ..quote(vec![line_of(valve), by_hand, line("1", "7", "0")])
        };
        let draft = admin.quotes().create_quote(&draft).unwrap();
        let old = admin.quotes().send(draft.id, draft.version).unwrap();
        let today = old.sent_on.unwrap();
        admin.products().set_list_price(list.id, valve, decimal("1500"), today, Some(decimal("10"))).unwrap();
        let asked = QuoteCopy {
            quote: old.id,
            name: Some("Again".into()),
            opportunity: None,
            account: None,
            contact: None,
            valid_until: None,
        };
        let made = admin.quotes().copy(&asked).unwrap();
        let prices: Vec<_> = made.lines.iter().map(|line| line.unit_price.unwrap().to_string()).collect();
        assert_eq!(prices, ["1500", "99", "7"]);
        assert_eq!((made.name.as_str(), made.status, made.revision), ("Again", Some(QuoteStatus::Draft), Some(1)));
        assert_eq!((made.revises, made.chain.clone(), made.is_current), (None, Some(made.id.to_string()), true));
        assert_eq!((made.valid_until, made.currency, &made.content_hash), (None, old.currency, &None));
        assert_eq!(admin.quotes().quote(old.id).unwrap(), old, "nothing happened to it");
        let account = admin
            .customers()
            .create_account(&crate::customer::Account { name: "铁龙".into(), ..Default::default() })
            .unwrap();
        let deal = Opportunity { name: "x".into(), account: Some(account.id), ..Opportunity::default() };
        let deal = admin.sales().create_opportunity(&deal).unwrap();
        let tied = admin.quotes().copy(&QuoteCopy { opportunity: Some(deal.id), ..asked.clone() }).unwrap();
        assert_eq!((tied.opportunity, tied.account), (Some(deal.id), Some(account.id)));
        let to_another =
            admin.quotes().copy(&QuoteCopy { quote: tied.id, account: Some(account.id), ..asked }).unwrap();
        assert_eq!((to_another.opportunity, to_another.account), (None, Some(account.id)));
    }
}

#[derive(Debug, Clone)]
enum Act {
    Convert(u32),
    Rest,
    Cancel(usize),
    Delete(usize),
    Restore(usize),
    Undo(usize),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let place = || 0_usize..1000;
    let one = prop_oneof![
        6 => (1_u32..60).prop_map(Act::Convert),
        1 => Just(Act::Rest),
        3 => place().prop_map(Act::Cancel),
        2 => place().prop_map(Act::Delete),
        2 => place().prop_map(Act::Restore),
        3 => place().prop_map(Act::Undo),
    ];
    prop::collection::vec(one, 1..30)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    /// Whatever is ordered, cancelled, deleted, restored and taken back: no more is ordered than was accepted, no part
    /// is below zero, and what is wholly ordered comes to the line exactly.
    #[test]
    fn no_more_is_ordered_than_was_accepted(
        acts in acts(), quantity in 1_i64..200, price in 1_i64..500,
    ) {
        let (_folder, admin) = sessions().into_iter().next().unwrap();
        let of = |figure: i64, scale| Decimal::new(figure.into(), scale).unwrap();
        let quote = accepted(&admin, vec![QuoteLine::written("x", of(quantity, 1), of(price, 3))]);
        let (mut ids, mut done) = (Vec::<Id>::new(), Vec::<Id>::new());
        for act in &acts {
            let at = |ids: &[Id], place: &usize| ids.get(place % ids.len().max(1)).copied().unwrap_or_default();
            let read = |place: &usize| admin.quotes().order(at(&ids, place)).ok();
            let command = match act {
                Act::Convert(tenths) => Some(Command::Quote(QuoteCommand::ConvertQuote {
                    quote: quote.id,
                    expected_version: quote.version,
                    kind: None,
                    lines: Some(vec![OrderedQuantity { position: 10, quantity: Some(of((*tenths).into(), 1)) }]),
                })),
                Act::Rest => Some(Command::Quote(QuoteCommand::ConvertQuote {
                    quote: quote.id, expected_version: quote.version, kind: Some(OrderKind::Contract), lines: None,
                })),
                Act::Cancel(place) => read(place).map(|order| Command::Quote(QuoteCommand::CancelOrder {
                    order: order.id, expected_version: order.version, reason: "x".into(),
                })),
                Act::Delete(place) => read(place).map(|order| Command::Record(RecordCommand::Delete {
                    entity: "sales_order".into(), id: order.id, expected_version: order.version,
                })),
                Act::Restore(place) => {
                    Some(Command::Record(RecordCommand::Restore { entity: "sales_order".into(), id: at(&ids, place) }))
                }
                Act::Undo(place) => Some(Command::Journal(JournalCommand::Undo { operation: at(&done, place) })),
            };
            if let Some(Ok(outcome)) = command.map(|command| admin.execute(command)) {
                done.push(outcome.op_id);
                let made = outcome.created("sales_order");
                ids.extend((!made.is_nil()).then_some(made));
            }
            let line = admin.quotes().conversion(quote.id).unwrap().lines.remove(0);
            prop_assert!(line.converted <= line.accepted && line.converted_net <= line.accepted_net, "{:?} {:?}", act, line);
            prop_assert_eq!(line.converted.checked_add(line.open).unwrap(), line.accepted);
            prop_assert!(line.converted < line.accepted || line.converted_net == line.accepted_net, "{:?} {:?}", act, line);
            for order in admin.quotes().orders(&Query::default()).unwrap().items {
                prop_assert!(order.lines.iter().all(|line| !line.net_amount.unwrap().is_negative()));
            }
        }
    }
}
