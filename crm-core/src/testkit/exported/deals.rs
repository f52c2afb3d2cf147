//! Pipelines, leads, opportunities, products, prices and quotes.

use super::{Call, one, pages, past};
use crate::product::{
    ParameterComparison, ParameterCondition, ParameterKind, PriceList, Product, ProductClass, ProductParameter,
    ProductSearch,
};
use crate::quote::{Quote, QuoteLine};
use crate::room::ExternalId;
use crate::sales::{FunnelOptions, Lead, LeadConversion, LeadStatus, Opportunity, Pipeline, WinRateOptions};
use crate::testkit::paired::Twins as _;
use crate::testkit::paired_rooms::Rooms;
use crate::value::Id;

pub(super) const CALLS: &[Call] = &[
    ("Sales::create_pipeline", |rooms| {
        let pipeline = Pipeline { name: rooms.word(), key: "own".into(), ..Pipeline::standard() };
        rooms.make(&pipeline, |session, pipeline| session.sales().create_pipeline(pipeline));
    }),
    ("Sales::update_pipeline", |rooms| {
        let name = rooms.word();
        let change = |pipeline: &mut Pipeline| pipeline.name = name.clone();
        rooms.save(change, |session, pipeline| session.sales().update_pipeline(pipeline));
    }),
    ("Sales::pipeline", one!("pipeline", sales.pipeline)),
    ("Sales::pipeline_as_of", past!(Pipeline)),
    ("Sales::pipelines", pages!("pipeline", sales.pipelines)),
    ("Sales::capture_lead", |rooms| {
        let key = format!("L{}", rooms.random.below(20));
        let external_ids = vec![ExternalId { system: "own".into(), key }];
        let lead = Lead { name: rooms.word(), external_ids, ..Lead::default() };
        let outcome = rooms.act(&lead, |session| session.sales().capture_lead(&lead));
        if let Some(outcome) = outcome {
            rooms.learn("lead", outcome.lead.id);
        }
    }),
    ("Sales::update_lead", |rooms| {
        let company = rooms.word();
        let change = |lead: &mut Lead| lead.company = Some(company.clone());
        rooms.save(change, |session, lead| session.sales().update_lead(lead));
    }),
    ("Sales::assign_lead", |rooms| {
        let (lead, owner) = (rooms.any("lead"), rooms.any("user"));
        rooms.act(&("assign", lead, owner), |session| session.sales().assign_lead(lead, owner, None));
    }),
    ("Sales::move_lead", |rooms| {
        let (lead, version) = with_version(rooms, "lead");
        let to = rooms.random.of(&[LeadStatus::Working, LeadStatus::Qualified]);
        let version = rooms.random.percent(50).then_some(version);
        rooms.act(&("move", lead, to), |session| session.sales().move_lead(lead, version, to));
    }),
    ("Sales::disqualify_lead", |rooms| {
        let (lead, reason) = (rooms.any("lead"), rooms.word());
        rooms.act(&("disqualify", lead), |session| session.sales().disqualify_lead(lead, &reason, None));
    }),
    ("Sales::convert_lead", |rooms| {
        let (lead, account) = (rooms.any("lead"), rooms.any("account"));
        let create_account = rooms.random.percent(50);
        let conversion = LeadConversion {
            lead,
            account: (!create_account).then_some(account),
            create_account,
            create_contact: rooms.random.percent(50),
            ..LeadConversion::default()
        };
        rooms.act(&conversion, |session| session.sales().convert_lead(&conversion));
    }),
    ("Sales::lead", one!("lead", sales.lead)),
    ("Sales::lead_as_of", past!(Lead)),
    ("Sales::leads", pages!("lead", sales.leads)),
    ("Sales::create_opportunity", |rooms| {
        let account = Some(rooms.any("account")).filter(|id| !id.is_nil());
        let deal = Opportunity { name: rooms.word(), account, ..Opportunity::default() };
        rooms.make(&deal, |session, deal| session.sales().create_opportunity(deal));
    }),
    ("Sales::update_opportunity", |rooms| {
        let competitor = rooms.word();
        let change = |deal: &mut Opportunity| deal.competitor = Some(competitor.clone());
        rooms.save(change, |session, deal| session.sales().update_opportunity(deal));
    }),
    ("Sales::opportunity", one!("opportunity", sales.opportunity)),
    ("Sales::opportunity_as_of", past!(Opportunity)),
    ("Sales::opportunities", pages!("opportunity", sales.opportunities)),
    ("Sales::advance_stage", |rooms| {
        let (deal, version) = with_version(rooms, "opportunity");
        let to = rooms.random.of(&["qualification", "proposal", "won", "lost", "nowhere"]);
        let reason = Some("because".to_owned());
        let what = ("advance", deal, version, to);
        rooms.act(&what, |session| session.sales().advance_stage(deal, version, to, reason.clone(), false));
    }),
    ("Sales::close_won", |rooms| {
        let (deal, version) = with_version(rooms, "opportunity");
        let amount = rooms.random.percent(50).then(|| 70.into());
        rooms.act(&("won", deal), |session| session.sales().close_won(deal, version, None, amount, None));
    }),
    ("Sales::close_lost", |rooms| {
        let (deal, version) = with_version(rooms, "opportunity");
        rooms.act(&("lost", deal), |session| session.sales().close_lost(deal, version, "dear", None, None));
    }),
    ("Sales::reopen", |rooms| {
        let (deal, version) = with_version(rooms, "opportunity");
        rooms.act(&("reopen", deal), |session| session.sales().reopen(deal, version, None, None));
    }),
    ("Sales::stage_history", one!("opportunity", sales.stage_history)),
    ("Sales::stage_report", one!("opportunity", sales.stage_report)),
    ("Sales::funnel", |rooms| {
        let (at, owner) = (rooms.instant(), rooms.any("user"));
        let as_of = rooms.random.percent(60).then_some(at);
        let by_intervals = as_of.is_some() && rooms.random.percent(40);
        let owner = rooms.random.percent(20).then_some(owner);
        let options = FunnelOptions { as_of, by_intervals, owner, ..FunnelOptions::default() };
        rooms.ask(&options, |session| session.sales().funnel(&options));
    }),
    ("Sales::win_rate", |rooms| {
        let owner = rooms.any("user");
        let owner = rooms.random.percent(20).then_some(owner);
        let options = WinRateOptions { owner, ..WinRateOptions::default() };
        rooms.ask(&options, |session| session.sales().win_rate(&options));
    }),
    ("Products::create_product", |rooms| {
        let code = format!("P{}", rooms.random.below(300));
        let product = Product { code, name: rooms.word(), ..Product::default() };
        rooms.make(&product, |session, product| session.products().create_product(product));
    }),
    ("Products::update_product", |rooms| {
        let family = rooms.word();
        let change = |product: &mut Product| product.family = Some(family.clone());
        rooms.save(change, |session, product| session.products().update_product(product));
    }),
    ("Products::product", one!("product", products.product)),
    ("Products::product_as_of", past!(Product)),
    ("Products::products", pages!("product", products.products)),
    ("Products::create_product_class", |rooms| {
        let parent = Some(rooms.any("product_class")).filter(|id| !id.is_nil());
        let code = format!("C{}", rooms.random.below(300));
        let class = ProductClass { code, name: rooms.word(), parent, ..ProductClass::default() };
        rooms.make(&class, |session, class| session.products().create_product_class(class));
    }),
    ("Products::update_product_class", |rooms| {
        let (name, parent) = (rooms.word(), Some(rooms.any("product_class")).filter(|id| !id.is_nil()));
        let change = |class: &mut ProductClass| (class.name, class.parent) = (name.clone(), parent);
        rooms.save(change, |session, class| session.products().update_product_class(class));
    }),
    ("Products::product_class", one!("product_class", products.product_class)),
    ("Products::product_class_as_of", past!(ProductClass)),
    ("Products::product_classes", pages!("product_class", products.product_classes)),
    ("Products::create_product_parameter", |rooms| {
        let class = rooms.any("product_class");
        let code = rooms.random.of(&["Un", "T", "own"]).to_owned();
        let kind = Some(rooms.random.of(&[ParameterKind::Number, ParameterKind::Text, ParameterKind::Block]));
        let made =
            ProductParameter { product_class: class, code, name: rooms.word(), kind, ..ProductParameter::default() };
        rooms.make(&made, |session, made| session.products().create_product_parameter(made));
    }),
    ("Products::update_product_parameter", |rooms| {
        let name = rooms.word();
        let change = |parameter: &mut ProductParameter| parameter.name = name.clone();
        rooms.save(change, |session, parameter| session.products().update_product_parameter(parameter));
    }),
    ("Products::product_parameter", one!("product_parameter", products.product_parameter)),
    ("Products::product_parameter_as_of", past!(ProductParameter)),
    ("Products::product_parameters", pages!("product_parameter", products.product_parameters)),
    ("Products::class_parameters", one!("product_class", products.class_parameters)),
    ("Products::find_products", |rooms| {
        let class = Some(rooms.any("product_class")).filter(|id| !id.is_nil() && rooms.random.percent(30));
        let number = Some(i64::try_from(rooms.random.below(9)).unwrap().into());
        let unit = rooms.random.of(&[None, Some("V"), Some("mV")]).map(str::to_owned);
        let comparison = ParameterComparison::GreaterOrEqual;
        let parameter = rooms.random.of(&["Un", "T", "own"]);
        let condition = ParameterCondition { comparison, number, unit, ..ParameterCondition::present(parameter) };
        let conditions = if rooms.random.percent(80) { vec![condition] } else { Vec::new() };
        let search = ProductSearch { product_class: class, conditions, ..ProductSearch::default() };
        rooms.ask(&search, |session| session.products().find_products(&search));
    }),
    ("Products::create_price_list", |rooms| {
        let list = PriceList { name: format!("L {}", rooms.random.below(300)), ..PriceList::default() };
        rooms.make(&list, |session, list| session.products().create_price_list(list));
    }),
    ("Products::update_price_list", |rooms| {
        let name = format!("L {}", rooms.random.below(300));
        let change = |list: &mut PriceList| list.name = name.clone();
        rooms.save(change, |session, list| session.products().update_price_list(list));
    }),
    ("Products::price_list", one!("price_list", products.price_list)),
    ("Products::price_list_as_of", past!(PriceList)),
    ("Products::price_lists", pages!("price_list", products.price_lists)),
    ("Products::set_list_price", |rooms| {
        let (list, product, from) = (rooms.any("price_list"), rooms.any("product"), rooms.date());
        let price = i64::try_from(rooms.random.below(90)).unwrap();
        let what = ("price", list, product, price);
        rooms.act(&what, |session| session.products().set_list_price(list, product, price.into(), from, None));
    }),
    ("Products::list_prices", pages!("list_price", products.list_prices)),
    ("Products::list_price", |rooms| {
        let (list, product, date) = (rooms.any("price_list"), rooms.any("product"), rooms.date());
        let list = rooms.random.percent(50).then_some(list);
        rooms.ask(&("list price", product), |session| session.products().list_price(product, list, date));
    }),
    ("Quotes::create_quote", |rooms| {
        let (opportunity, product) = (rooms.any("opportunity"), rooms.any("product"));
        let lines = if rooms.random.percent(50) { vec![QuoteLine::of_product(product, 2.into())] } else { Vec::new() };
        let quote = Quote { name: rooms.word(), opportunity: Some(opportunity), lines, ..Quote::default() };
        rooms.make(&quote, |session, quote| session.quotes().create_quote(quote));
    }),
    ("Quotes::update_quote", |rooms| {
        let (name, until) = (rooms.word(), rooms.date());
        let change = |quote: &mut Quote| {
            quote.name = name.clone();
            quote.valid_until = Some(until.add_days(90).unwrap());
        };
        rooms.save(change, |session, quote| session.quotes().update_quote(quote));
    }),
    ("Quotes::quote", one!("quote", quotes.quote)),
    ("Quotes::quote_as_of", past!(Quote)),
    ("Quotes::quotes", pages!("quote", quotes.quotes)),
    ("Quotes::send", |rooms| {
        let (quote, version) = with_version(rooms, "quote");
        rooms.act(&("send", quote), |session| session.quotes().send(quote, version));
    }),
    ("Quotes::accept", |rooms| {
        let (quote, version) = with_version(rooms, "quote");
        rooms.act(&("accept", quote), |session| session.quotes().accept(quote, version));
    }),
    ("Quotes::reject", |rooms| {
        let (quote, version) = with_version(rooms, "quote");
        rooms.act(&("reject", quote), |session| session.quotes().reject(quote, version, "dear"));
    }),
    ("Quotes::expire", |rooms| {
        let (quote, version) = with_version(rooms, "quote");
        let later = rooms.instant().add_micros(200 * 86_400_000_000);
        let is_later = rooms.random.percent(40);
        // Of a quote that waits few are found: often one is sent first.
        let (sends, until) = (rooms.random.percent(50), rooms.date().add_days(90).unwrap());
        rooms.act(&("expire", quote, sends), |session| {
            if sends {
                let draft = Quote { valid_until: Some(until), ..session.quotes().quote(quote)? };
                let saved = session.quotes().update_quote(&draft)?;
                let sent = session.quotes().send(quote, saved.version)?;
                return session.at(later).quotes().expire(quote, sent.version);
            }
            let session = if is_later { session.at(later) } else { session.clone() };
            session.quotes().expire(quote, version)
        });
    }),
    ("Quotes::revise", |rooms| {
        let (quote, version) = with_version(rooms, "quote");
        if let Some(made) = rooms.act(&("revise", quote), |session| session.quotes().revise(quote, version)) {
            rooms.learn("quote", made.id);
        }
    }),
];

/// A record with the version that the reader knows, or a wrong one.
fn with_version(rooms: &mut Rooms, entity: &str) -> (Id, i64) {
    let id = rooms.any(entity);
    (id, rooms.version(entity, id) - i64::from(rooms.random.percent(8)))
}
