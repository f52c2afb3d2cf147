use proptest::prelude::*;

use super::*;

fn read(format: &CellFormat, text: &str) -> Result<Option<CellValue>, Problem> {
    CellReader::new(format).unwrap().read("f", text)
}

fn number(decimal: &str, thousands: &str) -> CellFormat {
    CellFormat {
        decimal_separator: Some(decimal.into()),
        thousands_separator: Some(thousands.into()),
        ..CellFormat::new(CellKind::Decimal)
    }
}

fn decimal(format: &CellFormat, text: &str) -> Result<String, ErrorCode> {
    match read(format, text) {
        Ok(Some(CellValue::Decimal(value))) => Ok(value.to_string()),
        Ok(other) => panic!("{text}: {other:?}"),
        Err(problem) => Err(problem.code),
    }
}

#[test]
fn decimals_are_read_by_their_separators() {
    for (decimal_separator, thousands, text, expected) in [
        (",", ".", "1.234,56", "1234.56"),
        (".", ",", "1,234.56", "1234.56"),
        (",", " ", "1 234,56", "1234.56"),
        (",", " ", "1\u{202F}234\u{A0}567,5", "1234567.5"),
        (".", "'", "1’234.50", "1234.5"),
        (".", ",", "１，２３４．５６", "1234.56"),
        (".", ",", "1234.56", "1234.56"),
        (".", ",", "8.48E10", "84800000000"),
        (".", ",", "1.5e-3", "0.0015"),
        (".", ",", "-4.50", "-4.5"),
        (".", ",", "－4.50", "-4.5"),
        (".", ",", "\u{2212}4.50", "-4.5"),
        (".", ",", "4.50-", "-4.5"),
        (".", ",", "(4.50)", "-4.5"),
        (".", ",", "+.5", "0.5"),
        (".", ",", "5.", "5"),
        (".", ",", "0.1234567890123456789012345678", "0.1234567890123456789012345678"),
    ] {
        assert_eq!(decimal(&number(decimal_separator, thousands), text), Ok(expected.to_owned()), "{text}");
    }
}

#[test]
fn what_is_no_decimal_is_refused() {
    for text in [
        "1.5", "1.23.456", "12.34,5", ".234", "1,2,3", "--1", "-1-", "-(1)", "1 2", "abc", "-", ",", "1e", "0x1",
        "NaN", "5%",
    ] {
        assert_eq!(decimal(&number(",", "."), text), Err(ErrorCode::BadFormat), "{text}");
    }
    let long = "12345678901234567890123456789012345";
    assert_eq!(decimal(&number(".", ","), long), Err(ErrorCode::DecimalDigits));
    assert_eq!(decimal(&number(".", ","), "1E99"), Err(ErrorCode::DecimalDigits));
    let problem = read(&number(".", ","), &"x".repeat(90)).unwrap_err();
    assert_eq!(problem.message, format!("`{}` is not a decimal number", "x".repeat(60)));
    assert_eq!(problem.field.as_deref(), Some("f"));
}

#[test]
fn only_the_declared_currency_is_taken_off() {
    let euro = CellFormat { currencies: vec!["€".into(), "EUR".into()], ..number(",", ".") };
    for text in ["1.000,50 €", "€1.000,50", "EUR 1.000,50", "1.000,50EUR"] {
        assert_eq!(decimal(&euro, text), Ok("1000.5".to_owned()), "{text}");
    }
    for text in ["-€ 5", "€ -5", "-5 €", "5- EUR", "(€5)"] {
        assert_eq!(decimal(&euro, text), Ok("-5".to_owned()), "{text}");
    }
    for text in ["$5", "5 USD", "€5€", "€"] {
        assert_eq!(decimal(&euro, text), Err(ErrorCode::BadFormat), "{text}");
    }
    let yuan = CellFormat { currencies: vec!["￥".into()], ..CellFormat::new(CellKind::Decimal) };
    assert_eq!(decimal(&yuan, "￥５"), Ok("5".to_owned()));
}

#[test]
fn percent_means_what_is_declared() {
    let percent = |percent| CellFormat { percent: Some(percent), ..CellFormat::new(CellKind::Decimal) };
    assert_eq!(decimal(&percent(PercentReading::Number), "-12.5 %"), Ok("-12.5".to_owned()));
    assert_eq!(decimal(&percent(PercentReading::Fraction), "12.5％"), Ok("0.125".to_owned()));
    assert_eq!(decimal(&percent(PercentReading::Fraction), "12.5"), Ok("12.5".to_owned()));
}

#[test]
fn integers_are_whole_and_of_64_bits() {
    let format = CellFormat { thousands_separator: Some(",".into()), ..CellFormat::new(CellKind::Integer) };
    for (text, expected) in [
        ("1,234", 1234),
        ("500000.0", 500_000),
        ("6.0E7", 60_000_000),
        ("-9223372036854775808", i64::MIN),
        ("１２", 12),
    ] {
        assert_eq!(read(&format, text), Ok(Some(CellValue::Integer(expected))), "{text}");
    }
    assert_eq!(read(&format, "9223372036854775808").unwrap_err().code, ErrorCode::OutOfRange);
    assert_eq!(read(&format, "1e40").unwrap_err().code, ErrorCode::OutOfRange);
    assert_eq!(read(&format, "1.5").unwrap_err().message, "`1.5` is not a whole number");
    assert_eq!(read(&format, "x").unwrap_err().message, "`x` is not a whole number");
}

#[test]
fn booleans_know_their_words() {
    let format = CellFormat::new(CellKind::Boolean);
    for (text, yes) in
        [("TRUE", true), ("Yes", true), ("是", true), ("１", true), ("no", false), ("否", false), ("0", false)]
    {
        assert_eq!(read(&format, text), Ok(Some(CellValue::Boolean(yes))), "{text}");
    }
    assert_eq!(read(&format, "ja").unwrap_err().code, ErrorCode::NotInPicklist);
    let german = CellFormat { true_words: vec!["JA".into()], false_words: vec!["Nein".into()], ..format };
    assert_eq!(read(&german, "ja"), Ok(Some(CellValue::Boolean(true))));
    assert_eq!(read(&german, "1").unwrap_err().message, "`1` is neither yes (ja) nor no (nein)");
    let both = CellFormat { true_words: vec!["X".into()], false_words: vec!["x".into()], ..german };
    assert_eq!(CellReader::new(&both).unwrap_err().code(), ErrorCode::DuplicateKey);
}

fn day(format: DateFormat, text: &str) -> Result<String, ErrorCode> {
    let format = CellFormat { date_format: Some(format), ..CellFormat::new(CellKind::Date) };
    match read(&format, text) {
        Ok(Some(CellValue::Date(date))) => Ok(date.to_string()),
        Ok(other) => panic!("{text}: {other:?}"),
        Err(problem) => Err(problem.code),
    }
}

#[test]
fn dates_are_read_by_their_pattern() {
    for (format, text) in [
        (DateFormat::Iso, "2026-03-01"),
        (DateFormat::Iso, "２０２６－０３－０１"),
        (DateFormat::DayDotMonth, "01.03.2026"),
        (DateFormat::DayDotMonth, "1.3.2026"),
        (DateFormat::MonthSlashDay, "03/01/2026"),
        (DateFormat::DaySlashMonth, "01/03/2026"),
        (DateFormat::YearSlashMonth, "2026/3/1"),
        (DateFormat::Chinese, "2026年3月1日"),
        (DateFormat::Chinese, "2026 年 03 月 01 日"),
        (DateFormat::Compact, "20260301"),
    ] {
        assert_eq!(day(format, text), Ok("2026-03-01".to_owned()), "{text}");
    }
}

#[test]
fn what_is_no_date_is_refused() {
    for (format, text) in [
        (DateFormat::Iso, "2026-03-01T00:00:00Z"),
        (DateFormat::Iso, "26-03-01"),
        (DateFormat::Iso, "01.03.2026"),
        (DateFormat::Iso, "2026-003-1"),
        (DateFormat::Iso, "2026--1"),
        (DateFormat::MonthSlashDay, "3/1/26"),
        (DateFormat::Compact, "260301"),
        (DateFormat::Compact, "2026年"),
        (DateFormat::Chinese, "2026年3月"),
        (DateFormat::DayDotMonth, "01.03.+026"),
    ] {
        assert_eq!(day(format, text), Err(ErrorCode::BadFormat), "{text}");
    }
    assert_eq!(day(DateFormat::Iso, "2026-02-29"), Err(ErrorCode::OutOfRange));
    assert_eq!(day(DateFormat::MonthSlashDay, "31/03/2026"), Err(ErrorCode::OutOfRange));
    assert_eq!(day(DateFormat::Iso, "0000-01-01"), Err(ErrorCode::OutOfRange));
    let short = CellFormat { date_format: Some(DateFormat::MonthSlashDay), ..CellFormat::new(CellKind::Date) };
    assert_eq!(read(&short, "3/1/26").unwrap_err().message, "`3/1/26` has a year of two digits: write all four");
}

#[test]
fn times_are_cut_off_only_if_asked() {
    let plain = CellFormat { cut_time: true, ..CellFormat::new(CellKind::Date) };
    let zoned = CellFormat { time_zone: Some("Asia/Shanghai".into()), ..plain.clone() };
    let german = CellFormat { date_format: Some(DateFormat::DayDotMonth), ..plain.clone() };
    let chinese = CellFormat { date_format: Some(DateFormat::Chinese), ..plain.clone() };
    for (format, text, expected) in [
        (&plain, "2006-04-15T23:23:15.000Z", "2006-04-15"),
        (&plain, "2006-04-15 00:00:00", "2006-04-15"),
        (&plain, "2006-04-15", "2006-04-15"),
        (&zoned, "2006-04-15T23:23:15.000Z", "2006-04-16"),
        (&zoned, "2006-04-15T23:23:15", "2006-04-15"),
        (&german, "15.04.2006 12:00", "2006-04-15"),
        (&chinese, "2006年4月15日 12:00", "2006-04-15"),
        (&chinese, "2006年4月15日12:00", "2006-04-15"),
    ] {
        assert_eq!(read(format, text), Ok(Some(CellValue::Date(expected.parse().unwrap()))), "{text}");
    }
}

#[test]
fn instants_are_read_with_offset_or_in_the_declared_zone() {
    let plain = CellFormat::new(CellKind::Timestamp);
    let berlin = CellFormat { time_zone: Some("Europe/Berlin".into()), ..plain.clone() };
    let american = CellFormat { date_format: Some(DateFormat::MonthSlashDay), ..berlin.clone() };
    for (format, text, expected) in [
        (&plain, "2006-04-15T03:23:15.000Z", "2006-04-15T03:23:15Z"),
        (&plain, "2006-04-15T03:23:15.123+0000", "2006-04-15T03:23:15.123Z"),
        (&plain, "2006-04-15T03:23:15+08:00", "2006-04-14T19:23:15Z"),
        (&plain, "2006-04-15 03:23:15 +0200", "2006-04-15T01:23:15Z"),
        (&berlin, "2006-04-15 03:23:15", "2006-04-15T01:23:15Z"),
        (&berlin, "2006-04-15T03:23", "2006-04-15T01:23:00Z"),
        (&berlin, "2006-01-15 03:23:15.5", "2006-01-15T02:23:15.5Z"),
        (&american, "4/15/2006 3:23 PM", "2006-04-15T13:23:00Z"),
        (&american, "2006-04-15T03:23:15.000Z", "2006-04-15T03:23:15Z"),
    ] {
        assert_eq!(read(format, text), Ok(Some(CellValue::Timestamp(expected.parse().unwrap()))), "{text}");
    }
    for (format, text, code) in [
        (&plain, "2006-04-15 03:23:15", ErrorCode::NaiveDatetime),
        (&plain, "2006-04-15", ErrorCode::BadFormat),
        (&berlin, "2006-03-26 02:30", ErrorCode::OutOfRange),
        (&berlin, "2006-10-29 02:30", ErrorCode::NaiveDatetime),
        (&berlin, "2006-04-15 25:00", ErrorCode::BadFormat),
        (&american, "15/4/2006 3:23 PM", ErrorCode::OutOfRange),
    ] {
        assert_eq!(read(format, text).unwrap_err().code, code, "{text}");
    }
}

#[test]
fn formats_that_make_no_sense_are_refused() {
    for (format, field) in [
        (number(",", ","), "thousands_separator"),
        (number("", ","), "decimal_separator"),
        (number(".", "0"), "thousands_separator"),
        (number("--", ","), "decimal_separator"),
        (CellFormat { time_zone: Some("Mars/Base".into()), ..number(".", ",") }, "time_zone"),
    ] {
        assert_eq!(CellReader::new(&format).unwrap_err().field(), Some(field));
    }
}

#[test]
fn empty_cells_are_no_value_and_text_is_trimmed() {
    for kind in CellKind::ALL {
        assert_eq!(read(&CellFormat::new(*kind), " \u{3000}\t"), Ok(None));
    }
    assert_eq!(read(&CellFormat::new(CellKind::Text), " Ａ b "), Ok(Some(CellValue::Text("Ａ b".into()))));
    let json = CellValue::Decimal("1.50".parse().unwrap()).to_json();
    assert_eq!(json, serde_json::json!("1.5"));
}

proptest! {
    #[test]
    fn a_decimal_in_any_dress_is_the_same_decimal(mantissa in -10_i64.pow(15)..10_i64.pow(15), scale in 0_u32..6) {
        let value = Decimal::new(mantissa.into(), scale).unwrap();
        let plain = value.abs().to_string();
        let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
        let mut grouped = String::new();
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place) % 3 == 0 {
                grouped.push('.');
            }
            grouped.push(digit);
        }
        let sign = if value.is_negative() { "-" } else { "" };
        prop_assert_eq!(decimal(&number(",", "."), &format!("{sign}{grouped},{fraction}")), Ok(value.to_string()));
    }

    #[test]
    fn no_text_makes_a_reader_fail(text in any::<String>(), kind in proptest::sample::select(CellKind::ALL)) {
        let _ = read(&CellFormat { cut_time: true, ..CellFormat::new(kind) }, &text);
    }
}
