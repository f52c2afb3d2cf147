//! Sales history, forecasts of it, and stored runs.

use super::{Call, one, pages};
use crate::customer::HierarchyKind;
use crate::forecast::{ForecastOptions, ForecastRun, ModelKind, SalesFigure, SalesQuery, SalesSource, Series};
use crate::query::Filter;
use crate::testkit::paired::Twins as _;
use crate::testkit::paired_rooms::Rooms;
use crate::value::Id;

/// Keys of all kinds: such as everybody sees, such as the reader does not see, such as nobody has.
const KEYS: [&str; 16] = [
    "owner",
    "account",
    "product",
    "competitor",
    "account.name",
    "account.region",
    "account.short_name",
    "account.annual_revenue",
    "account.x_cost",
    "account.x_only",
    "product.code",
    "product.description",
    "owner.name",
    "contact.full_name",
    "next_step",
    "amount",
];

fn query(rooms: &mut Rooms) -> SalesQuery {
    let keys = rooms.random.below(3);
    let by: Vec<String> = (0..keys).map(|_| rooms.random.of(&KEYS).to_owned()).collect();
    let figure = rooms.random.of(&[SalesFigure::Count, SalesFigure::Count, SalesFigure::Value, SalesFigure::Quantity]);
    let source = if rooms.random.percent(80) { SalesSource::Opportunities } else { SalesSource::Orders };
    let account = rooms.any("account");
    let account = rooms.random.percent(30).then_some(account);
    let hierarchy = account.filter(|_| rooms.random.percent(50)).map(|_| HierarchyKind::Legal);
    let dates = [0, 1].map(|_| rooms.date());
    let from = rooms.random.percent(20).then_some(dates[0]);
    let as_of = rooms.random.percent(40).then_some(dates[1]);
    let field = rooms.random.of(&["name", "next_step", "competitor"]).to_owned();
    let filter = rooms.random.percent(20).then_some(Filter::IsEmpty { field });
    let group = by.first().cloned().filter(|_| rooms.random.percent(30));
    let own_start = rooms.random.percent(30);
    SalesQuery {
        source,
        figure,
        by,
        group,
        filter,
        account,
        hierarchy,
        from_month: from,
        as_of,
        own_start,
        ..SalesQuery::default()
    }
}

fn options() -> ForecastOptions {
    let (model, levels) = (ModelKind::Naive, Some(Vec::new()));
    ForecastOptions { horizon: 2, model, levels, season_length: Some(1), ..ForecastOptions::default() }
}

fn parent(rooms: &mut Rooms) -> Option<Id> {
    let parent = rooms.any("forecast_run");
    rooms.random.percent(30).then_some(parent)
}

pub(super) const CALLS: &[Call] = &[
    ("Forecasts::sales_history", |rooms| {
        let query = query(rooms);
        rooms.ask(&query, |session| session.forecasts().sales_history(&query));
    }),
    ("Forecasts::forecast_sales", |rooms| {
        let query = query(rooms);
        rooms.ask(&("forecast", &query), |session| session.forecasts().forecast_sales(&query, &options()));
    }),
    ("Forecasts::record_forecast", |rooms| {
        let (name, parent) = (rooms.word(), parent(rooms));
        let start = Some(rooms.date());
        let series = Series { values: vec![Some(3.0), Some(4.5)], start, ..Series::default() };
        let mut run = ForecastRun::make(&[series], &options(), rooms.date(), 1).unwrap();
        run.parent = parent.map(|_| rooms.word());
        let recorded = rooms
            .act(&("record", &name, parent), |session| session.forecasts().record_forecast(&run, &name, parent, None));
        if let Some(recorded) = recorded {
            rooms.learn("forecast_run", recorded.id);
        }
    }),
    ("Forecasts::record_sales_forecast", |rooms| {
        let (query, name, parent) = (query(rooms), rooms.word(), parent(rooms));
        let note = rooms.random.percent(50).then(|| rooms.word());
        let recorded = rooms.act(&("record sales", &query, &name, parent), |session| {
            session.forecasts().record_sales_forecast(&query, &options(), &name, parent, note.clone())
        });
        if let Some(recorded) = recorded {
            rooms.learn("forecast_run", recorded.id);
        }
    }),
    ("Forecasts::run", one!("forecast_run", forecasts.run)),
    ("Forecasts::runs", pages!("forecast_run", forecasts.runs)),
    ("Forecasts::forecast_accuracy", one!("forecast_run", forecasts.forecast_accuracy)),
];
