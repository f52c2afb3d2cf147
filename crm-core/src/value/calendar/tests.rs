use chrono::{TimeZone, Timelike};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::*;
use crate::value::Timestamp;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn span(start: &str, end: &str) -> WorkingInterval {
    WorkingInterval { start: start.to_owned(), end: end.to_owned() }
}

fn every_day(zone: &str, intervals: &[WorkingInterval]) -> BusinessCalendar {
    let mut calendar = BusinessCalendar::around_the_clock("test", zone);
    for hours in &mut calendar.weekly {
        hours.intervals = intervals.to_vec();
    }
    calendar
}

fn problem(calendar: &BusinessCalendar) -> (ErrorCode, String) {
    let error = calendar.compile().unwrap_err();
    (error.code(), error.field().unwrap().to_owned())
}

/// Notices of the General Office of the State Council of 2024-11-12 (for 2025) and of November 2025 (for 2026).
fn china() -> BusinessCalendar {
    let mut calendar = BusinessCalendar::weekdays("CN", "Asia/Shanghai", "08:00", "12:00");
    for hours in &mut calendar.weekly {
        hours.intervals.push(span("13:00", "17:00"));
    }
    let free = [
        ("2025-01-01", 1),
        ("2025-01-28", 8),
        ("2025-04-04", 3),
        ("2025-05-01", 5),
        ("2025-05-31", 3),
        ("2025-10-01", 8),
        ("2026-01-01", 3),
        ("2026-02-15", 9),
        ("2026-04-04", 3),
        ("2026-05-01", 5),
        ("2026-06-19", 3),
        ("2026-09-25", 3),
        ("2026-10-01", 7),
    ];
    for (first, count) in free {
        calendar.holidays.extend((0..count).map(|offset| day(first).add_days(offset).unwrap()));
    }
    let made_up = [
        "2025-01-26",
        "2025-02-08",
        "2025-04-27",
        "2025-09-28",
        "2025-10-11",
        "2026-01-04",
        "2026-02-14",
        "2026-02-28",
        "2026-05-09",
        "2026-09-20",
        "2026-10-10",
    ];
    let make_up = |date: &&str| MakeUpDay { date: day(date), like: Some(Weekday::Monday), intervals: Vec::new() };
    calendar.make_up_days = made_up.iter().map(make_up).collect();
    calendar
}

#[test]
fn friday_afternoon_runs_into_monday() {
    let office = BusinessCalendar::weekdays("office", "Europe/Berlin", "08:00", "17:00").compile().unwrap();
    let (friday, monday) = (at("2026-06-05T16:45:00+02:00"), at("2026-06-08T08:45:00+02:00"));
    assert_eq!(office.add_working(friday, 3600).unwrap(), monday);
    assert_eq!(office.add_working(monday, -3600).unwrap(), friday);
    assert_eq!(office.elapsed(friday, monday), 3600);
    assert_eq!(office.add_working(friday, 900).unwrap(), at("2026-06-05T17:00:00+02:00"));
    assert_eq!(office.add_working(monday, -2700).unwrap(), at("2026-06-08T08:00:00+02:00"));
    assert_eq!(office.add_working(at("2026-06-06T12:00:00Z"), 0).unwrap(), at("2026-06-06T12:00:00Z"));
    assert_eq!(office.next_working(friday).unwrap(), friday);
}

#[test]
fn chinese_make_up_days_of_2025_and_2026() {
    let calendar = china().compile().unwrap();
    for (date, works) in [
        ("2025-01-26", true),
        ("2025-01-28", false),
        ("2025-02-04", false),
        ("2025-02-05", true),
        ("2025-02-08", true),
        ("2025-10-08", false),
        ("2025-10-11", true),
        ("2026-01-04", true),
        ("2026-02-14", true),
        ("2026-02-23", false),
        ("2026-02-28", true),
        ("2026-03-01", false),
        ("2026-05-09", true),
        ("2026-10-10", true),
    ] {
        assert_eq!(calendar.is_working_day(day(date)), works, "{date}");
    }
    // Both years have 248 working days.
    assert_eq!(calendar.working_days_between(day("2025-01-01"), day("2026-01-01")), 248);
    assert_eq!(calendar.working_days_between(day("2026-01-01"), day("2027-01-01")), 248);
    // Saturday, 14 February is worked; then the Spring Festival until Tuesday, 24 February.
    let before = at("2026-02-14T16:30:00+08:00");
    assert_eq!(calendar.add_working(before, 3600).unwrap(), at("2026-02-24T08:30:00+08:00"));
    assert_eq!(calendar.add_working_days(day("2026-02-13"), 2).unwrap(), day("2026-02-24"));
    assert_eq!(calendar.add_working_days(day("2026-02-24"), -1).unwrap(), day("2026-02-14"));
    assert_eq!(calendar.elapsed(at("2025-01-01T00:00:00+08:00"), at("2026-01-01T00:00:00+08:00")), 248 * 8 * 3600);
}

#[test]
fn skipped_and_doubled_hours_count_their_real_seconds() {
    // 2026: Europe moves on 29 March and 25 October, the United States on 8 March and 1 November.
    for (zone, spring, spring_end, autumn, autumn_end) in [
        (
            "Europe/Berlin",
            "2026-03-29T00:00:00+01:00",
            "2026-03-30T00:00:00+02:00",
            "2026-10-25T00:00:00+02:00",
            "2026-10-26T00:00:00+01:00",
        ),
        (
            "America/New_York",
            "2026-03-08T00:00:00-05:00",
            "2026-03-09T00:00:00-04:00",
            "2026-11-01T00:00:00-04:00",
            "2026-11-02T00:00:00-05:00",
        ),
    ] {
        let (spring, spring_end, autumn, autumn_end) = (at(spring), at(spring_end), at(autumn), at(autumn_end));
        let always = BusinessCalendar::around_the_clock("always", zone).compile().unwrap();
        assert_eq!(always.elapsed(spring, spring_end), 23 * 3600);
        assert_eq!(always.elapsed(autumn, autumn_end), 25 * 3600);
        assert_eq!(always.add_working(spring, 23 * 3600).unwrap(), spring_end);
        let (skipped, doubled) = if zone == "Europe/Berlin" { ("02:00", "02:00") } else { ("02:00", "01:00") };
        let hour = |start: &str| format!("0{}:00", start[1..2].parse::<u8>().unwrap() + 1);
        let night = every_day(zone, &[span(skipped, &hour(skipped))]).compile().unwrap();
        assert_eq!(night.elapsed(spring, spring_end), 0);
        assert!(night.is_working_day(Date::from_chrono(spring.to_chrono().date_naive()).unwrap()));
        let night = every_day(zone, &[span(doubled, &hour(doubled))]).compile().unwrap();
        assert_eq!(night.elapsed(autumn, autumn_end), 7200);
    }
}

#[test]
fn the_doubled_hour_is_walked_both_times() {
    let night = every_day("Europe/Berlin", &[span("02:30", "03:30")]).compile().unwrap();
    // 02:30 to 03:00 summer time, 02:30 to 03:30 winter time: an hour and a half.
    let start = at("2026-10-25T00:00:00+02:00");
    assert_eq!(night.next_working(start).unwrap(), at("2026-10-25T02:30:00+02:00"));
    assert_eq!(night.add_working(start, 1800).unwrap(), at("2026-10-25T03:00:00+02:00"));
    assert_eq!(night.add_working(start, 1860).unwrap(), at("2026-10-25T02:31:00+01:00"));
    assert_eq!(night.add_working(start, 5400).unwrap(), at("2026-10-25T03:30:00+01:00"));
    assert!(!night.is_working(at("2026-10-25T02:00:00+01:00")));
}

#[test]
fn a_day_that_never_was_counts_nothing() {
    // Samoa went from 29 to 31 December 2011.
    let always = BusinessCalendar::around_the_clock("always", "Pacific/Apia").compile().unwrap();
    assert_eq!(always.elapsed(at("2011-12-29T00:00:00-10:00"), at("2012-01-01T00:00:00+14:00")), 2 * 86_400);
    assert_eq!(always.date_at(at("2011-12-30T10:00:00Z")).unwrap(), day("2011-12-31"));
}

#[test]
fn without_working_time_there_is_an_answer_not_a_loop() {
    let empty = BusinessCalendar { weekly: Vec::new(), ..BusinessCalendar::weekdays("none", "UTC", "08:00", "17:00") };
    let empty = empty.compile().unwrap();
    let now = at("2026-06-01T00:00:00Z");
    for result in [empty.add_working(now, 1), empty.add_working(now, -1), empty.next_working(now)] {
        assert_eq!(result.unwrap_err().code(), ErrorCode::OutOfRange);
    }
    assert_eq!(empty.add_working(now, 0).unwrap(), now);
    assert_eq!(empty.add_working_days(day("2026-06-01"), 1).unwrap_err().code(), ErrorCode::OutOfRange);
    assert_eq!(empty.elapsed(at("0001-01-01T00:00:00Z"), at("9999-12-31T23:59:59Z")), 0);
}

#[test]
fn the_end_of_time_is_a_typed_error() {
    for zone in ["UTC", "Asia/Shanghai", "America/New_York"] {
        let office = BusinessCalendar::weekdays("office", zone, "00:00", "24:00").compile().unwrap();
        let (first, last) = (at("0001-01-01T00:00:00Z"), at("9999-12-31T23:59:59.999999Z"));
        let all = office.elapsed(first, last);
        assert_eq!(office.elapsed(first, office.add_working(first, all).unwrap()), all);
        for seconds in [all + 2, i64::MAX, i64::MAX / 1_000_000, i64::MIN, -1] {
            let start = if seconds > 0 { first } else { first.add_micros(500_000) };
            assert_eq!(office.add_working(start, seconds).unwrap_err().code(), ErrorCode::OutOfRange, "{seconds}");
        }
        assert_eq!(office.add_working_days(day("0001-01-01"), 1).unwrap(), day("0001-01-02"));
        for (date, count) in [("0001-01-01", -1), ("9999-12-31", 1), ("2026-01-01", i64::MAX), ("2026-01-01", i64::MIN)]
        {
            assert_eq!(office.add_working_days(day(date), count).unwrap_err().code(), ErrorCode::OutOfRange);
        }
    }
}

#[test]
fn a_wrong_definition_names_the_field() {
    let with = |intervals: &[WorkingInterval]| every_day("UTC", intervals);
    let overlap = with(&[span("13:00", "17:00"), span("08:00", "13:01")]);
    assert_eq!(problem(&overlap), (ErrorCode::Overlap, "weekly[0].intervals[0]".to_owned()));
    for bad in ["8:00", "08:60", "24:01", "08", "08:00:60", "", "+8:00", "aa:bb"] {
        let calendar = with(&[span("00:00", "01:00"), span(bad, "24:00")]);
        assert_eq!(problem(&calendar), (ErrorCode::BadFormat, "weekly[0].intervals[1].start".to_owned()), "{bad}");
    }
    assert_eq!(problem(&with(&[span("08:00", "08:00")])).0, ErrorCode::OutOfRange);
    assert!(with(&[span("12:00", "24:00"), span("00:00:00", "12:00")]).compile().is_ok());
    let zone = BusinessCalendar { time_zone: "Europe/Atlantis".to_owned(), ..china() };
    assert_eq!(problem(&zone), (ErrorCode::NotInPicklist, "time_zone".to_owned()));
    let mut twice = china();
    twice.weekly.push(twice.weekly[0].clone());
    assert_eq!(problem(&twice), (ErrorCode::Overlap, "weekly[5].weekday".to_owned()));
    let mut twice = china();
    twice.make_up_days[1].date = day("2025-01-01");
    assert_eq!(problem(&twice), (ErrorCode::Overlap, "make_up_days[1].date".to_owned()));
    let mut vague = china();
    vague.make_up_days[2].like = None;
    assert_eq!(problem(&vague), (ErrorCode::Required, "make_up_days[2].intervals".to_owned()));
    vague.make_up_days[2] = MakeUpDay {
        like: Some(Weekday::Friday),
        intervals: vec![span("08:00", "09:00")],
        ..vague.make_up_days[2].clone()
    };
    assert_eq!(problem(&vague), (ErrorCode::Overlap, "make_up_days[2].like".to_owned()));
    let many = BusinessCalendar { holidays: vec![day("2026-01-01"); MAX_CALENDAR_DAYS + 1], ..china() };
    assert_eq!(problem(&many), (ErrorCode::TooMany, "holidays".to_owned()));
}

#[test]
fn the_definition_survives_json() {
    let text = crate::value::json::to_canonical(&china()).unwrap();
    assert_eq!(crate::value::json::from_text::<BusinessCalendar>(&text).unwrap(), china());
}

/// Asks the crate `chrono-tz` for the wall clock of every minute: slow, and without any of the arithmetic under test.
struct Walk {
    first: Timestamp,
    /// Working minutes before each minute of the walk.
    sums: Vec<i64>,
}

const MINUTE: i64 = 60_000_000;

impl Walk {
    fn new(calendar: &BusinessCalendar, first: Timestamp, minutes: usize) -> Self {
        let zone: Tz = calendar.time_zone.parse().unwrap();
        let week = calendar.week().unwrap();
        let mut sums = vec![0];
        for minute in 0..minutes {
            let now = first.add_micros(i64::try_from(minute).unwrap() * MINUTE).to_chrono().naive_utc();
            let wall = zone.from_utc_datetime(&now).naive_local();
            let date = Date::from_chrono(wall.date()).unwrap();
            let moment = i64::from(wall.time().num_seconds_from_midnight()) * 1_000_000;
            let weekday = chrono::Datelike::weekday(&wall).num_days_from_monday() as usize;
            let made_up = calendar.make_up_days.iter().find(|day| day.date == date);
            let hours = match made_up {
                _ if calendar.holidays.contains(&date) => Hours::default(),
                Some(day) => day.hours(&week).unwrap(),
                None => week[weekday].clone(),
            };
            sums.push(sums[minute] + i64::from(hours.contains(moment)));
        }
        Self { first, sums }
    }

    fn at(&self, minute: usize) -> Timestamp {
        self.first.add_micros(i64::try_from(minute).unwrap() * MINUTE)
    }
}

fn any_intervals() -> impl Strategy<Value = Vec<WorkingInterval>> {
    prop::collection::btree_set(0_u32..=24 * 12, 0..6).prop_map(|marks| {
        let marks: Vec<String> = marks.iter().map(|mark| format!("{:02}:{:02}", mark / 12, mark % 12 * 5)).collect();
        marks.chunks_exact(2).map(|pair| span(&pair[0], &pair[1])).collect()
    })
}

/// Calendars of every kind of zone, with exceptions around the days on which clocks are moved.
fn any_calendar() -> impl Strategy<Value = (BusinessCalendar, Timestamp)> {
    let places = prop::sample::select(vec![
        ("Europe/Berlin", "2026-03-20"),
        ("Europe/Berlin", "2026-10-16"),
        ("America/New_York", "2026-03-01"),
        ("America/New_York", "2026-10-24"),
        ("Asia/Shanghai", "2026-02-07"),
        ("UTC", "2026-06-01"),
        ("Australia/Lord_Howe", "2026-03-28"),
        ("Asia/Kathmandu", "2026-01-01"),
        ("Africa/Casablanca", "2026-02-10"),
        ("Pacific/Apia", "2011-12-22"),
        ("America/Sao_Paulo", "2018-10-28"),
        ("Asia/Shanghai", "1988-04-10"),
    ]);
    let week = prop::collection::vec(any_intervals(), 7);
    let offsets = || prop::collection::btree_set(0_i64..22, 0..6);
    let made_up = prop::collection::vec((prop::option::of(0_usize..7), any_intervals()), 6);
    (places, week, offsets(), offsets(), made_up).prop_map(|((zone, first), week, free, worked, made_up)| {
        let date = |offset: &i64| day(first).add_days(*offset).unwrap();
        let weekly = Weekday::ALL.iter().zip(week);
        let make_up_days = worked.difference(&free).zip(made_up).map(|(offset, (like, intervals))| {
            let like = like.or(intervals.is_empty().then_some(0)).map(|weekday| Weekday::ALL[weekday]);
            let intervals = if like.is_some() { Vec::new() } else { intervals };
            MakeUpDay { date: date(offset), like, intervals }
        });
        let calendar = BusinessCalendar {
            name: "any".to_owned(),
            time_zone: zone.to_owned(),
            weekly: weekly.map(|(weekday, intervals)| WeekdayHours { weekday: *weekday, intervals }).collect(),
            holidays: free.iter().map(date).collect(),
            make_up_days: make_up_days.collect(),
        };
        (calendar, day(first).start_utc())
    })
}

const WALKED: usize = 22 * 24 * 60;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// 60 calendars, each with 500 questions of each kind.
    #[test]
    fn every_answer_equals_the_walk_by_minutes(
        (definition, first) in any_calendar(),
        questions in prop::collection::vec((0..WALKED, 0..WALKED), 500),
    ) {
        let calendar = definition.compile().unwrap();
        let walk = Walk::new(&definition, first, WALKED);
        for (from, to) in questions {
            let (start, end) = (walk.at(from), walk.at(to));
            let worked = walk.sums[to] - walk.sums[from];
            prop_assert_eq!(calendar.elapsed(start, end), worked * 60, "{} to {}", start, end);
            prop_assert_eq!(calendar.is_working(start), walk.sums[from + 1] > walk.sums[from], "{}", start);
            let goal = walk.sums[to];
            let expected = match worked {
                0 => from,
                1.. => walk.sums.partition_point(|sum| *sum < goal),
                _ => walk.sums.partition_point(|sum| *sum <= goal) - 1,
            };
            prop_assert_eq!(calendar.add_working(start, worked * 60).unwrap(), walk.at(expected), "{} {}", start, worked);
            let next = walk.sums.partition_point(|sum| *sum <= walk.sums[from]) - 1;
            if next < WALKED {
                prop_assert_eq!(calendar.next_working(start).unwrap(), walk.at(next), "{}", start);
            }
        }
    }

    #[test]
    fn working_days_equal_the_walk_by_days((definition, first) in any_calendar(), from in 0_i64..22, count in -15_i64..15) {
        let calendar = definition.compile().unwrap();
        let start = first.date_utc().add_days(from).unwrap();
        let (mut date, mut left) = (start, count.abs());
        for _ in 0..400 {
            if left > 0 {
                date = date.add_days(count.signum()).unwrap();
                left -= i64::from(calendar.is_working_day(date));
            }
        }
        if left == 0 {
            prop_assert_eq!(calendar.add_working_days(start, count).unwrap(), date);
            let (earlier, later) = if count < 0 { (date, start) } else { (start.add_days(1).unwrap(), date.add_days(1).unwrap()) };
            prop_assert_eq!(calendar.working_days_between(earlier, later), count.abs());
        }
    }

    #[test]
    fn there_and_back_within_microseconds(micros in -2_000_000_000_000_000_i64..4_000_000_000_000_000, seconds in 1_i64..10_000_000) {
        let calendar = china().compile().unwrap();
        let start = Timestamp::from_micros(micros);
        let end = calendar.add_working(start, seconds).unwrap();
        prop_assert_eq!(calendar.elapsed(start, end), seconds);
        prop_assert!(calendar.add_working(end, -seconds).unwrap() >= start);
        prop_assert_eq!(calendar.elapsed(calendar.add_working(end, -seconds).unwrap(), end), seconds);
    }
}
