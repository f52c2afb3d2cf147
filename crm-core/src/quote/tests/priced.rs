use super::*;
use crate::conditions::{PriceCondition, PriceDefinition};
use crate::pricing::{ManualCondition, RepriceMode, ScaleLevel, UsageLimit, audit, price};
use crate::quote::PricedBy;
use crate::value::json;

/// List prices, a discount by product that may be set by hand, a limited promotion, freight in the head, a tax.
const DEFINITION: &str = r#"{
    "version": "",
    "fields": [{"name": "account"}, {"name": "price_list"}, {"name": "incoterm"}],
    "tables": [
        {"code": "LIST", "fields": ["price_list", "product"]},
        {"code": "PRODUCT", "fields": ["product"]},
        {"code": "ALL", "fields": []}
    ],
    "access_sequences": [
        {"code": "PRICES", "accesses": [{"table": "LIST"}]},
        {"code": "PRODUCTS", "accesses": [{"table": "PRODUCT"}]},
        {"code": "ALWAYS", "accesses": [{"table": "ALL"}]}
    ],
    "condition_types": [
        {"code": "PRICE", "kind": "price", "calculation": "quantity", "access_sequence": "PRICES", "manual": {}},
        {"code": "DISCOUNT", "kind": "discount", "calculation": "percent", "access_sequence": "PRODUCTS", "manual": {}},
        {"code": "PROMOTION", "kind": "discount", "calculation": "percent", "access_sequence": "PRODUCTS",
         "scale": {"base": "quantity", "kind": "from"}},
        {"code": "FREIGHT", "kind": "freight", "calculation": "fixed"},
        {"code": "VAT", "kind": "tax", "calculation": "percent", "access_sequence": "ALWAYS"}
    ],
    "procedures": [{"code": "SALE", "steps": [
        {"number": 10, "condition_type": "PRICE", "mandatory": true},
        {"number": 20, "condition_type": "DISCOUNT"},
        {"number": 30, "condition_type": "PROMOTION"},
        {"number": 40, "condition_type": "FREIGHT", "requirement": "coalesce(incoterm, '') = 'DAP'"},
        {"number": 50, "condition_type": "VAT"}
    ]}]
}"#;

fn define(session: &Session) {
    let conditions = session.conditions();
    let draft = conditions
        .create_definition(&PriceDefinition {
            name: "2026".into(),
            definition: json::from_text(DEFINITION).unwrap(),
            list_price_type: Some("PRICE".into()),
            list_price_table: Some("LIST".into()),
            ..PriceDefinition::default()
        })
        .unwrap();
    conditions.activate_definition(draft.id, draft.version).unwrap();
    let vat = PriceCondition {
        condition_type: "VAT".into(),
        condition_table: "ALL".into(),
        rate: Some(decimal("13")),
        tax_category: Some("S".into()),
        ..PriceCondition::default()
    };
    conditions.add_conditions(&[vat]).unwrap();
}

fn of_product(condition_type: &str, product: Id, rate: &str) -> PriceCondition {
    PriceCondition {
        condition_type: condition_type.into(),
        condition_table: "PRODUCT".into(),
        product: Some(product),
        rate: Some(decimal(rate)),
        ..PriceCondition::default()
    }
}

fn by_hand(condition_type: &str, rate: &str) -> ManualCondition {
    json::from_text(&format!(r#"{{"condition_type": "{condition_type}", "rate": "{rate}"}}"#)).unwrap()
}

fn priced(lines: Vec<QuoteLine>) -> Quote {
    Quote { priced_by: Some(PricedBy::Conditions), ..quote(lines) }
}

fn bytes(quote: &Quote) -> String {
    json::to_canonical(quote.price_result.as_ref().unwrap()).unwrap()
}

#[test]
fn a_quote_is_priced_by_conditions_and_keeps_why() {
    for (_folder, admin) in sessions() {
        let (valve, _) = catalogue(&admin);
        define(&admin);
        admin.conditions().add_conditions(&[of_product("DISCOUNT", valve, "9")]).unwrap();
        let made = admin.quotes().create_quote(&priced(vec![QuoteLine::of_product(valve, 3.into())])).unwrap();
        let line = &made.lines[0];
        // 3 of 1,350.50 for 10 are 405.15; 9 % of it are 36.4635, rounded 36.46.
        assert_eq!((line.gross_amount, line.net_amount), (Some(decimal("405.15")), Some(decimal("368.69"))));
        assert_eq!((line.unit_price, line.per_quantity), (Some(decimal("1350.5")), Some(decimal("10"))));
        assert_eq!((made.subtotal, made.discount_total), (Some(decimal("405.15")), Some(decimal("36.46"))));
        // 13 % of 368.69 are 47.9297.
        assert_eq!((made.total, made.tax_total), (Some(decimal("368.69")), Some(decimal("47.93"))));
        assert_eq!(made.total_with_tax, Some(decimal("416.62")));
        assert_eq!((made.taxes.len(), made.taxes[0].percent), (1, decimal("13")));
        let result = made.price_result.as_ref().unwrap();
        assert!(!result.items[0].accesses.is_empty(), "it says why");
        assert!(audit(result).unwrap().is_empty());
        let case = admin.quotes().price_case(made.id).unwrap();
        assert_eq!(json::to_canonical(&price(&case.catalog, &case.document).unwrap()).unwrap(), bytes(&made));
        let sent = admin.quotes().send(made.id, made.version).unwrap();
        assert_eq!(bytes(&sent), bytes(&made));
    }
}

#[test]
fn a_draft_keeps_its_version_until_it_is_priced_anew() {
    for (_folder, admin) in sessions() {
        let (valve, _) = catalogue(&admin);
        define(&admin);
        let id = admin.conditions().add_conditions(&[of_product("DISCOUNT", valve, "9")]).unwrap()[0];
        let made = admin.quotes().create_quote(&priced(vec![QuoteLine::of_product(valve, 3.into())])).unwrap();
        let by = of_product("DISCOUNT", valve, "50");
        admin.conditions().replace_condition(id, admin.conditions().condition(id).unwrap().version, &by).unwrap();
        let mut changed = made.clone();
        changed.lines[0].quantity = 6.into();
        let saved = admin.quotes().update_quote(&changed).unwrap();
        // 810.30 less 9 %, 72.927.
        assert_eq!((saved.total, saved.catalog_version), (Some(decimal("737.37")), made.catalog_version));
        let case = admin.quotes().price_case(saved.id).unwrap();
        assert_eq!(json::to_canonical(&price(&case.catalog, &case.document).unwrap()).unwrap(), bytes(&saved));
        let reprice = |quote: &Quote, mode| admin.quotes().reprice(quote.id, quote.version, mode, None).unwrap();
        let kept = reprice(&saved, RepriceMode::Keep);
        assert_eq!(kept.total, saved.total);
        let mut more = kept.clone();
        more.lines[0].quantity = 3.into();
        let more = admin.quotes().update_quote(&more).unwrap();
        assert_eq!(more.total, Some(decimal("368.69")), "its rates stay for later saves too");
        let new = reprice(&more, RepriceMode::KeepManual);
        assert_eq!(new.total, Some(decimal("202.57")));
        assert!(new.catalog_version > made.catalog_version);
        let taxes = reprice(&new, RepriceMode::TaxesOnly);
        assert_eq!((taxes.total, taxes.tax_total), (new.total, new.tax_total));
    }
}

#[test]
fn conditions_by_hand_count_and_other_figures_are_refused() {
    for (_folder, admin) in sessions() {
        let (valve, _) = catalogue(&admin);
        define(&admin);
        let line = QuoteLine { conditions: vec![by_hand("DISCOUNT", "10")], ..QuoteLine::of_product(valve, 3.into()) };
        let freight = Quote {
            conditions: vec![by_hand("FREIGHT", "100")],
            price_fields: [("incoterm".to_owned(), "DAP".into())].into(),
            ..priced(vec![line.clone()])
        };
        let made = admin.quotes().create_quote(&freight).unwrap();
        // 405.15 less 40.52 (40.515) plus 100.
        assert_eq!((made.total, made.discount_total), (Some(decimal("464.63")), None));
        let fresh = admin.quotes().reprice(made.id, made.version, RepriceMode::AllNew, None).unwrap();
        assert_eq!((fresh.total, fresh.conditions.len()), (Some(decimal("405.15")), 0));
        assert!(fresh.lines[0].conditions.is_empty());
        let told = |line: QuoteLine| {
            let error = admin.quotes().create_quote(&priced(vec![line])).unwrap_err();
            (error.code(), error.field().unwrap_or_default().to_owned())
        };
        let set = QuoteLine { unit_price: Some(decimal("1")), ..line.clone() };
        assert_eq!(told(set), (ErrorCode::NotAllowed, "lines[0].unit_price".into()));
        let unknown = QuoteLine { conditions: vec![by_hand("NONE", "1")], ..line.clone() };
        assert_eq!(told(unknown), (ErrorCode::UnknownReference, "lines[0].conditions[0].condition_type".into()));
        let written = QuoteLine { description: Some("Assembly".into()), product: None, conditions: Vec::new(), ..line };
        assert_eq!(told(written).0, ErrorCode::MissingPrice);
        let plain = admin.quotes().create_quote(&quote(vec![QuoteLine::written("x", 1.into(), 1.into())])).unwrap();
        let refused = admin.quotes().reprice(plain.id, plain.version, RepriceMode::KeepManual, None).unwrap_err();
        assert_eq!((refused.code(), refused.field()), (ErrorCode::IllegalTransition, Some("priced_by")));
        assert_eq!(admin.quotes().price_case(plain.id).unwrap_err().code(), ErrorCode::NotAllowed);
    }
}

#[test]
fn a_sent_quote_sets_aside_what_it_uses_of_a_limit() {
    for (_folder, admin) in sessions() {
        let (valve, _) = catalogue(&admin);
        define(&admin);
        let limit =
            UsageLimit { counter: Some("spring".into()), quantity: Some(decimal("10")), value: None, uses: None };
        let scale = vec![ScaleLevel { rate: decimal("20"), lower: Some(decimal("1")), upper: None, flat: None }];
        let promotion = PriceCondition { rate: None, scale, limit: Some(limit), ..of_product("PROMOTION", valve, "0") };
        admin.conditions().add_conditions(&[promotion]).unwrap();
        let quotes = admin.quotes();
        let offer = || quotes.create_quote(&priced(vec![QuoteLine::of_product(valve, 6.into())])).unwrap();
        let (first, second) = (offer(), offer());
        assert_eq!((first.total, second.total), (Some(decimal("648.24")), Some(decimal("648.24"))));
        let first = quotes.send(first.id, first.version).unwrap();
        // Four are left.
        let refused = quotes.send(second.id, second.version).unwrap_err();
        assert_eq!(refused.code(), ErrorCode::LimitExceeded);
        assert_eq!(offer().total, Some(decimal("810.3")));
        let counter = || admin.conditions().counters(&Query::default()).unwrap().items.remove(0);
        assert_eq!(counter().reserved_quantity, Some(decimal("6")));
        let revised = quotes.revise(first.id, first.version).unwrap();
        assert_eq!((revised.total, counter().reserved_quantity), (Some(decimal("648.24")), Some(Decimal::ZERO)));
        let sent = quotes.send(revised.id, revised.version).unwrap();
        quotes.accept(sent.id, sent.version).unwrap();
        assert_eq!(counter().committed_quantity, Some(decimal("6")));
        let third = quotes.update_quote(&Quote { name: "smaller".into(), ..quotes.quote(second.id).unwrap() }).unwrap();
        assert_eq!(third.total, Some(decimal("810.3")), "six no longer fit");
        let third = quotes.send(third.id, third.version).unwrap();
        quotes.reject(third.id, third.version, "price").unwrap();
        assert_eq!(counter().committed_quantity, Some(decimal("6")));
    }
}

#[test]
fn what_is_taken_back_has_its_figures_again() {
    for (_folder, admin) in sessions() {
        let (valve, _) = catalogue(&admin);
        define(&admin);
        let made = admin.quotes().create_quote(&priced(vec![QuoteLine::of_product(valve, 3.into())])).unwrap();
        let mut changed = made.clone();
        changed.lines[0].quantity = 30.into();
        let command = Command::Quote(QuoteCommand::UpdateQuote { quote: changed });
        let op_id = admin.execute(command).unwrap().op_id;
        assert_ne!(admin.quotes().quote(made.id).unwrap().total, made.total);
        admin.execute(Command::Journal(JournalCommand::Undo { operation: op_id })).unwrap();
        let back = admin.quotes().quote(made.id).unwrap();
        assert_eq!((back.total, bytes(&back)), (made.total, bytes(&made)));
        let by_lines = Quote { priced_by: None, ..back };
        let by_lines = admin.quotes().update_quote(&by_lines).unwrap();
        assert_eq!((by_lines.price_result, by_lines.catalog_version), (None, None));
    }
}

#[test]
fn quotes_are_priced_by_a_draft_of_the_catalogue() {
    use crate::conditions::PriceDraft;
    for (_folder, admin) in sessions() {
        let (valve, _) = catalogue(&admin);
        define(&admin);
        let id = admin.conditions().add_conditions(&[of_product("DISCOUNT", valve, "9")]).unwrap()[0];
        let offer = |quantity: i64| {
            let line = QuoteLine::of_product(valve, quantity.into());
            admin.quotes().create_quote(&priced(vec![line])).unwrap()
        };
        let (first, second) = (offer(3), offer(10));
        let quotes = [first.id, second.id];
        let same = admin.conditions().what_if(&PriceDraft::default(), &quotes, None).unwrap();
        assert_eq!(
            (same.documents, same.total.changed, same.lines.len()),
            (2, 0, 0),
            "nothing differs, nothing is told"
        );
        let draft =
            PriceDraft { add: vec![of_product("DISCOUNT", valve, "10")], retire: vec![id], ..PriceDraft::default() };
        let found = admin.conditions().what_if(&draft, &quotes, None).unwrap();
        // 405.15 less 36.46 and less 40.52 (40.515); 1,350.50 less 121.55 (121.545) and less 135.05.
        assert_eq!((found.total.net_before, found.total.net_after), (decimal("1597.64"), decimal("1580.08")));
        assert_eq!((found.lines.len(), found.lines[0].steps[0].step), (2, 20));
        assert_eq!(found.products[0].key, valve.to_string());
        // A record that stands beside another one of its key gives no price.
        let twice = PriceDraft { retire: Vec::new(), ..draft.clone() };
        let told = admin.conditions().what_if(&twice, &quotes, None).unwrap();
        assert_eq!((told.documents, told.lines[0].error_after), (0, Some(ErrorCode::Overlap)));
        let wrong = PriceDraft { add: vec![of_product("NONE", valve, "1")], ..PriceDraft::default() };
        let error = admin.conditions().what_if(&wrong, &quotes, None).unwrap_err();
        assert_eq!(error.field(), Some("add[0].condition_type"));
        let plain = admin.quotes().create_quote(&quote(vec![QuoteLine::written("x", 1.into(), 1.into())])).unwrap();
        let error = admin.conditions().what_if(&draft, &[plain.id], None).unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::NotAllowed, Some("quotes[0].priced_by")));
        assert_eq!(admin.quotes().quote(first.id).unwrap().total, first.total, "nothing is stored");
    }
}

#[test]
fn chosen_alternatives_are_priced_as_the_quote_was() {
    use crate::quote::QuoteLineKind;
    for (_folder, admin) in sessions() {
        let (valve, _) = catalogue(&admin);
        define(&admin);
        admin.conditions().add_conditions(&[of_product("DISCOUNT", valve, "9")]).unwrap();
        let by_hand = |position: i64, rate: &str, kind, alternative_to| QuoteLine {
            position: Some(position),
            conditions: vec![by_hand("PRICE", rate)],
            kind: Some(kind),
            alternative_to,
            ..QuoteLine { description: Some("x".into()), ..QuoteLine::of_product(valve, 1.into()) }
        };
        let lines = vec![
            by_hand(10, "100", QuoteLineKind::Item, None),
            by_hand(20, "200", QuoteLineKind::Alternative, Some(10)),
            by_hand(30, "50", QuoteLineKind::Option, None),
        ];
        let made = admin.quotes().create_quote(&priced(lines)).unwrap();
        assert_eq!((made.subtotal, made.total), (Some(decimal("100")), Some(decimal("91"))));
        assert_eq!(made.lines[1].net_amount, Some(decimal("182")));
        let sent = admin.quotes().send(made.id, made.version).unwrap();
        let command =
            QuoteCommand::AcceptQuote { quote: sent.id, expected_version: sent.version, chosen: Some(vec![20, 30]) };
        admin.execute(Command::Quote(command)).unwrap();
        let accepted = admin.quotes().quote(sent.id).unwrap();
        // 200 and 50 less 9 % each, and 13 % on 227.50: 29.575.
        assert_eq!(
            (accepted.accepted_total, accepted.accepted_tax_total),
            (Some(decimal("227.5")), Some(decimal("29.58")))
        );
        assert_eq!(accepted.total, made.total, "what was sent stays");
    }
}

#[test]
fn a_copy_of_a_quote_is_priced_by_the_conditions_of_today() {
    for (_folder, admin) in sessions() {
        let (valve, _) = catalogue(&admin);
        define(&admin);
        let id = admin.conditions().add_conditions(&[of_product("DISCOUNT", valve, "9")]).unwrap()[0];
        let made = admin.quotes().create_quote(&priced(vec![QuoteLine::of_product(valve, 3.into())])).unwrap();
        let version = admin.conditions().condition(id).unwrap().version;
        admin.conditions().replace_condition(id, version, &of_product("DISCOUNT", valve, "50")).unwrap();
        let wish = QuoteCopy { quote: made.id, ..QuoteCopy::default() };
        let copy = admin.quotes().copy(&wish).unwrap();
        // 405.15 less 202.58 (202.575).
        assert_eq!((copy.total, copy.priced_by), (Some(decimal("202.57")), Some(PricedBy::Conditions)));
        assert!(copy.catalog_version > made.catalog_version);
        assert_eq!(admin.quotes().quote(made.id).unwrap().total, made.total);
    }
}
