use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::forecast::SalesFigure;
use crate::query::{AggregateQuery, AggregateRow, Comparison, Filter, MeasureFunction, Query};
use crate::sales::Opportunity;
use crate::schema::{Entity as _, EntityType, Row};
use crate::value::Id;

/// One sale: the day of 2025, the currency, the seller, the amount.
type Sale = (i64, &'static str, u8, i64);

/// A store that answers with no more than so many groups, and counts how often it was asked.
struct Store {
    sales: Vec<Sale>,
    most: usize,
    asked: usize,
}

fn day(number: i64) -> Date {
    Date::new(2025, 1, 1).unwrap().add_days(number).unwrap()
}

fn seller(number: u8) -> Id {
    Id::from_bytes([number; 16])
}

/// Whether a filter of this room lets a date through.
fn holds(filter: &Filter, date: Date) -> bool {
    match filter {
        Filter::All { filters } => filters.iter().all(|filter| holds(filter, date)),
        Filter::Compare { field, comparison, value: FieldValue::Date(bound) } if field == "closed_on" => {
            match comparison {
                Comparison::LessOrEqual => date <= *bound,
                Comparison::GreaterOrEqual => date >= *bound,
                _ => panic!("another comparison"),
            }
        }
        _ => true,
    }
}

impl Reader for Store {
    fn entity_type(&self, _: &str) -> Result<EntityType> {
        Ok(EntityType::of::<Opportunity>())
    }

    fn may_read(&self, _: &str) -> bool {
        true
    }

    fn can_read(&self, _: &str, _: &str) -> bool {
        true
    }

    fn can_ask(&self, _: &str, _: &str) -> bool {
        true
    }

    fn get(&mut self, entity: &str, _: Id) -> Result<Row> {
        Err(Error::not_found(entity))
    }

    fn page(&mut self, _: &str, _: &Query) -> Result<(Vec<Row>, Option<String>)> {
        Ok((Vec::new(), None))
    }

    fn all(&mut self, _: &str, _: &Query) -> Result<Vec<Row>> {
        Ok(Vec::new())
    }

    fn structure(&mut self, _: &str, _: &Query) -> Result<Vec<Row>> {
        Ok(Vec::new())
    }

    fn aggregate(&mut self, entity: &str, query: &AggregateQuery) -> Result<Vec<AggregateRow>> {
        assert_eq!(entity, Opportunity::NAME);
        self.asked += 1;
        let filter = query.filter.clone().unwrap();
        let found: Vec<&Sale> = self.sales.iter().filter(|sale| holds(&filter, day(sale.0))).collect();
        if query.measures[0].function == MeasureFunction::Minimum {
            let first = found.iter().map(|sale| day(sale.0)).min();
            return Ok(vec![AggregateRow { keys: Vec::new(), values: vec![first.into()] }]);
        }
        let fields: Vec<&str> = query.group_by.iter().map(|group| group.field.as_str()).collect();
        assert_eq!(fields, ["closed_on", "owner", "currency"]);
        let mut groups: BTreeMap<(String, Id, &str), i64> = BTreeMap::new();
        for (date, currency, owner, amount) in found {
            let month = day(*date).to_string()[..7].to_owned();
            *groups.entry((month, seller(*owner), currency)).or_default() += amount;
        }
        if groups.len() > self.most {
            return Err(Error::invalid(ErrorCode::TooMany, "group_by", "the question has too many groups"));
        }
        let row = |((month, owner, currency), sum): ((String, Id, &str), i64)| AggregateRow {
            keys: vec![month.as_str().into(), owner.into(), currency.into()],
            values: vec![Decimal::from(sum).into()],
        };
        Ok(groups.into_iter().map(row).collect())
    }
}

fn ask(sales: &[Sale], most: usize) -> (Result<SalesHistory>, usize) {
    let mut store = Store { sales: sales.to_vec(), most, asked: 0 };
    let query = SalesQuery { by: vec!["owner".into()], figure: SalesFigure::Value, ..SalesQuery::default() };
    let told = sales_history(&mut store, &query, day(364));
    (told, store.asked)
}

proptest! {
    #[test]
    fn sales_that_are_too_many_for_one_question_are_asked_for_in_parts(
        sales in proptest::collection::vec((0_i64..365, prop_oneof![Just("EUR"), Just("CNY")], 0_u8..4, -50_i64..500), 0..60),
        most in 1_usize..12,
    ) {
        let (whole, asked) = ask(&sales, usize::MAX);
        let whole = whole.unwrap();
        prop_assert_eq!(asked, 1);
        let mut sums: BTreeMap<(String, String), i64> = BTreeMap::new();
        for (_, currency, owner, amount) in &sales {
            *sums.entry((seller(*owner).to_string(), (*currency).to_owned())).or_default() += amount;
        }
        let told = whole.series.iter().map(|sold| {
            ((sold.keys[0].to_key(), sold.currency.unwrap().to_string()), sold.total)
        });
        let expected = sums.into_iter().map(|(key, sum)| (key, Decimal::from(sum)));
        prop_assert_eq!(told.collect::<BTreeMap<_, _>>(), expected.collect::<BTreeMap<_, _>>());
        for sold in &whole.series {
            let sum: f64 = sold.series.values.iter().flatten().sum();
            prop_assert_eq!(nearest(sold.total).unwrap(), sum);
            prop_assert_eq!(sold.series.values.len(), whole.series[0].series.values.len());
        }
        let mut days: BTreeMap<i64, BTreeSet<(&str, u8)>> = BTreeMap::new();
        for (date, currency, owner, _) in &sales {
            days.entry(*date).or_default().insert((currency, *owner));
        }
        let (parts, asked) = ask(&sales, most);
        if days.values().all(|groups| groups.len() <= most) {
            prop_assert_eq!(parts.unwrap(), whole);
        } else {
            let refused = parts.unwrap_err();
            prop_assert_eq!((refused.code(), refused.field()), (ErrorCode::TooMany, Some("group_by")));
        }
        prop_assert!(asked <= 2 * 365 + 2, "{}", asked);
    }
}

#[test]
fn months_begin_and_end_where_the_calendar_says() {
    let month = |text: &str| Month::of_text(text).unwrap();
    let days = |month: Month| (month.first_day().unwrap().to_string(), month.last_day().unwrap().to_string());
    assert_eq!(days(month("2024-02")), ("2024-02-01".to_owned(), "2024-02-29".to_owned()));
    assert_eq!(days(month("2025-12").plus(2)), ("2026-02-01".to_owned(), "2026-02-28".to_owned()));
    assert_eq!(month("2026-01").since(month("2024-11")), 14);
    assert_eq!(Month::of("2026-03-31".parse().unwrap()), month("2026-03"));
    let share = |as_of: &str| share_of_last(as_of.parse().unwrap(), month("2026-02")).unwrap();
    assert_eq!([share("2026-02-07"), share("2026-02-28"), share("2026-03-01")], [Some(0.25), None, None]);
    assert!(Month::of_text("2026-13").is_err() && month("9999-12").plus(120_000).first_day().is_err());
}
