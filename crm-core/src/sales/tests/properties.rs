use proptest::prelude::*;

use super::*;
use crate::engine::smoke::sessions;
use crate::value::Money;

const STAGES: [&str; 7] = ["prospecting", "qualification", "proposal", "negotiation", "on_hold", "won", "lost"];

/// One attempt: what is tried, and how many hours pass before it.
#[derive(Debug, Clone)]
enum Attempt {
    Advance(usize, bool),
    Win,
    Lose,
    Reopen(Option<usize>),
    Amount(i64),
    Probability(Option<i64>),
    Undo,
}

fn attempt() -> impl Strategy<Value = (i64, Attempt)> {
    let what = prop_oneof![
        4 => (0_usize..7, any::<bool>()).prop_map(|(stage, reason)| Attempt::Advance(stage, reason)),
        1 => Just(Attempt::Win),
        1 => Just(Attempt::Lose),
        2 => prop::option::of(0_usize..7).prop_map(Attempt::Reopen),
        1 => (-1000_i64..1000).prop_map(Attempt::Amount),
        1 => prop::option::of(0_i64..=100).prop_map(Attempt::Probability),
        1 => Just(Attempt::Undo),
    ];
    (0_i64..50, what)
}

fn try_it(session: &Session, id: Id, attempt: &Attempt) -> Result<()> {
    let sales = session.sales();
    let read = sales.opportunity(id)?;
    let version = read.version;
    match attempt {
        Attempt::Advance(stage, reason) => {
            sales.advance_stage(id, version, STAGES[*stage], reason.then(|| "so".to_owned()), false).map(|_| ())
        }
        Attempt::Win => sales.close_won(id, version, None, None, None).map(|_| ()),
        Attempt::Lose => sales.close_lost(id, version, "price", None, None).map(|_| ()),
        Attempt::Reopen(stage) => sales.reopen(id, version, stage.map(|s| STAGES[s].to_owned()), None).map(|_| ()),
        Attempt::Amount(amount) => {
            sales.update_opportunity(&Opportunity { amount: Some(Decimal::from(*amount)), ..read }).map(|_| ())
        }
        Attempt::Probability(percent) => {
            sales.update_opportunity(&Opportunity { probability: percent.map(Decimal::from), ..read }).map(|_| ())
        }
        Attempt::Undo => undo_last(session, id).map(|_| ()),
    }
}

/// What an opportunity did, remembered by the simplest means: the stage after each hour mark.
struct Oracle {
    /// When each stage was entered.
    entries: Vec<(Timestamp, String)>,
}

impl Oracle {
    fn hours(&self, stage: &str, until: Timestamp) -> i64 {
        let ends = self.entries.iter().skip(1).map(|(at, _)| *at).chain([until]);
        let spans = self.entries.iter().zip(ends).filter(|((_, key), _)| key == stage);
        spans.map(|((from, _), to)| to.micros() - from.micros()).sum()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever is tried in whatever order, the intervals stay a partition, a refusal changes nothing, and the times
    /// are those that a simple walk over the entries gives.
    #[test]
    fn intervals_are_a_partition_of_the_life(attempts in prop::collection::vec(attempt(), 1..25)) {
        for (_folder, admin) in sessions() {
            let (admin, clock) = clocked(&admin);
            let mut pipeline = Pipeline::standard();
            let hold = Stage { key: "on_hold".into(), category: StageCategory::Hold, ..pipeline.stages[0].clone() };
            pipeline.stages.push(hold);
            admin.sales().create_pipeline(&pipeline).unwrap();
            let made = opportunity(&admin, "a", "100");
            let mut oracle = Oracle { entries: vec![(admin.clock.now(), "prospecting".into())] };
            let mut undone = false;
            for (hours, attempt) in &attempts {
                clock.advance_micros(hours * 3_600_000_000);
                let before = admin.sales().opportunity(made.id);
                let Ok(before) = before else { return Ok(()) };
                let was = admin.sales().stage_history(made.id).unwrap();
                let done = try_it(&admin, made.id, attempt);
                let Ok(after) = admin.sales().opportunity(made.id) else { return Ok(()) };
                if done.is_err() {
                    prop_assert_eq!(&after, &before);
                    prop_assert_eq!(admin.sales().stage_history(made.id).unwrap(), was);
                }
                undone |= matches!(attempt, Attempt::Undo) && done.is_ok();
                if after.stage != before.stage || after.closed_on != before.closed_on {
                    oracle.entries.push((admin.clock.now(), after.stage.clone().unwrap()));
                }
                check_intervals(&admin, made.id);
                let amount = after.amount.unwrap();
                let weighted = amount.checked_mul(after.probability.unwrap()).unwrap();
                let hundredth = weighted.checked_mul(decimal("0.01")).unwrap();
                prop_assert_eq!(after.expected_revenue.unwrap(), hundredth.round(2, crate::value::Rounding::HalfUp));
            }
            if !undone {
                let intervals = admin.sales().stage_history(made.id).unwrap();
                let now = admin.clock.now();
                let report = super::super::metrics::stage_report(&intervals, now).unwrap();
                let last = intervals.last().unwrap();
                let end = if last.category.is_closed() { last.entered_at } else { now };
                for time in &report.stages {
                    prop_assert_eq!(time.duration_micros, oracle.hours(&time.stage, end), "{}", time.stage);
                }
                let total: i64 = report.stages.iter().map(|time| time.duration_micros).sum();
                prop_assert_eq!(total, report.cycle_micros);
                prop_assert_eq!(total, end.micros() - intervals[0].entered_at.micros());
            }
        }
    }

    /// Whatever is tried, nobody stands behind a guard that was not met when it was passed: the furthest open stage
    /// since the last move back is remembered, and every guard between it and the new stage is asked again by hand.
    #[test]
    fn no_sequence_of_steps_goes_round_a_guard(
        start in 0_usize..7,
        attempts in prop::collection::vec(attempt(), 1..25),
    ) {
        let minimums = |place: usize| [0, -500, 0, 200][place];
        for (_folder, admin) in sessions() {
            let mut pipeline = Pipeline::standard();
            for place in [1, 3] {
                let minimum = Money::new(Decimal::from(minimums(place)), currency("CNY"));
                pipeline.stages[place].guards = vec![Guard::AmountAtLeast { minimums: vec![minimum] }];
            }
            let hold = Stage { key: "on_hold".into(), category: StageCategory::Hold, ..pipeline.stages[0].clone() };
            pipeline.stages.push(hold);
            admin.sales().create_pipeline(&pipeline).unwrap();
            let place = |stage: &str| STAGES.iter().position(|key| *key == stage).unwrap();
            let holds = |amount: Decimal, from: usize, to: usize| {
                (from..to).all(|place| !matches!(place, 1 | 3) || amount >= Decimal::from(minimums(place)))
            };
            // Where it would be let in: behind every guard up to its stage, won behind all of them.
            let amount = decimal("100");
            let asked = match STAGES[start] { "won" => 4, "on_hold" | "lost" => 0, _ => start + 1 };
            let born = Opportunity {
                name: "x".into(),
                amount: Some(amount),
                stage: Some(STAGES[start].into()),
                close_reason: Some("price".into()),
                ..Opportunity::default()
            };
            let born = admin.sales().create_opportunity(&born);
            prop_assert_eq!(born.is_ok(), holds(amount, 0, asked));
            let Ok(made) = born else { return Ok(()) };
            let mut reached = if start < 4 { start } else { 0 };
            for (_, attempt) in attempts.iter().filter(|(_, attempt)| !matches!(attempt, Attempt::Undo)) {
                let before = admin.sales().opportunity(made.id).unwrap();
                let done = try_it(&admin, made.id, attempt);
                let after = admin.sales().opportunity(made.id).unwrap();
                if done.is_err() || before.stage == after.stage {
                    continue;
                }
                let to = place(after.stage.as_deref().unwrap());
                let passed = match STAGES[to] { "won" => 4, "on_hold" | "lost" => 0, _ => to + 1 };
                prop_assert!(holds(after.amount.unwrap(), reached + 1, passed), "{} to {}", reached, STAGES[to]);
                if to < 4 {
                    reached = to;
                }
            }
        }
    }

    /// Every stage of an opportunity was entered by an allowed step: the machine and the table agree.
    #[test]
    fn steps_follow_the_table(from in 0_usize..7, to in 0_usize..7) {
        let order = |place: usize| if place < 4 { Some(place) } else { None };
        let expected = match (STAGES[from], STAGES[to]) {
            ("won" | "lost", _) => false,
            (a, b) if a == b => false,
            (_, "won" | "lost" | "on_hold") => true,
            // On hold right after the start: reached is prospecting, from where everything later may follow.
            ("on_hold", _) => true,
            _ => order(from).is_some() && order(to).is_some(),
        };
        for (_folder, admin) in sessions() {
            let mut pipeline = Pipeline::standard();
            let hold = Stage { key: "on_hold".into(), category: StageCategory::Hold, ..pipeline.stages[0].clone() };
            pipeline.stages.push(hold);
            admin.sales().create_pipeline(&pipeline).unwrap();
            let start = Opportunity {
                name: "x".into(),
                stage: Some(STAGES[from].into()),
                close_reason: Some("price".into()),
                ..Opportunity::default()
            };
            let made = admin.sales().create_opportunity(&start).unwrap();
            let done = admin.sales().advance_stage(made.id, 1, STAGES[to], Some("so".into()), false);
            prop_assert_eq!(done.is_ok(), expected);
            check_intervals(&admin, made.id);
        }
    }
}
