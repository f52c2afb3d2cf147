use super::*;

fn e164(raw: &str, country: Option<&str>) -> Vec<String> {
    parse(raw, country).into_iter().map(|phone| phone.e164).collect()
}

fn one(raw: &str, country: Option<&str>) -> Phone {
    let phones = parse(raw, country);
    assert_eq!(phones.len(), 1, "{raw}: {phones:?}");
    phones.into_iter().next().unwrap()
}

#[test]
fn a_chinese_mobile_number_is_one_however_it_is_written() {
    for raw in [
        "13862881234",
        "138 6288 1234",
        "138-6288-1234",
        "+86 138 6288 1234",
        "0086-13862881234",
        "8613862881234",
        "86 138 6288 1234",
        "+8613862881234",
        "（+86）13862881234",
        "１３８６２８８１２３４",
        "手机：13862881234",
        "013862881234",
        "+86 (0) 138 6288 1234",
        "(86)13862881234",
        "13862881234（王经理）",
        "张三 138 6288 1234",
    ] {
        let phone = one(raw, None);
        assert_eq!((phone.e164.as_str(), phone.mobile, phone.area), ("+8613862881234", true, None), "{raw}");
        assert_eq!(one(raw, Some("CN")).e164, "+8613862881234", "{raw}");
    }
    assert_eq!(one("+86 138 6288 1234", Some("DE")).e164, "+8613862881234");
    assert_eq!(one("0086 138 6288 1234", Some("Germany")).e164, "+8613862881234");
}

#[test]
fn a_chinese_landline_has_its_area_code() {
    for raw in [
        "0512-88886666",
        "(0512)88886666",
        "0512 8888 6666",
        "051288886666",
        "+86 512 88886666",
        "+86-512-8888-6666",
        "0086 512 8888 6666",
        "+86 (0)512 88886666",
        "+86 (512) 8888 6666",
        "86-512-88886666",
        "8651288886666",
        "电话：0512－88886666",
        "+860512 88886666",
        "86 0512 88886666",
    ] {
        let phone = one(raw, None);
        assert_eq!(
            (phone.e164.as_str(), phone.area.as_deref(), phone.mobile),
            ("+8651288886666", Some("0512"), false),
            "{raw}"
        );
    }
    assert_eq!(one("010-62345678", None).area.as_deref(), Some("010"));
    assert_eq!(one("021 6234 5678", None).e164, "+862162345678");
    assert_eq!(one("0335-3081234", None).e164, "+863353081234");
    assert_eq!(one("400-820-8820", None).e164, "+864008208820");
    assert_eq!(one("4008208820", None).e164, "+864008208820");
    assert_eq!(one("800-820-8820", Some("China")).e164, "+868008208820");
    // A table has eaten the zero.
    for raw in ["51288886666", "512-88886666", "512 8888 6666"] {
        assert_eq!(one(raw, Some("CN")).e164, "+8651288886666", "{raw}");
    }
    assert_eq!(one("2162345678", Some("CN")).e164, "+862162345678");
    // Without its area code it stays what it is.
    assert_eq!(one("8888 6666", Some("CN")).e164, "88886666");
    assert_eq!(one("95588", Some("CN")).e164, "95588");
}

#[test]
fn an_extension_stands_apart_from_its_number() {
    for raw in [
        "0512-88886666转8001",
        "0512-88886666 转 8001",
        "0512-88886666-8001",
        "0512-88886666分机8001",
        "0512-88886666 ext. 8001",
        "0512-88886666 ext 8001",
        "0512-88886666x8001",
        "0512-88886666#8001",
        "+86 512 8888 6666, ext. 8001",
        "0512-8888-6666-8001",
        "051288886666*8001转8001".trim_end_matches("转8001").replace('*', "-").as_str(),
        "（0512）88886666轉8001",
    ] {
        let phone = one(raw, None);
        assert_eq!((phone.e164.as_str(), phone.extension.as_deref()), ("+8651288886666", Some("8001")), "{raw}");
    }
    let short = one("0335-3081234-1", None);
    assert_eq!((short.e164.as_str(), short.extension.as_deref()), ("+863353081234", Some("1")));
    let german = one("+49 89 1234567 Durchwahl 12", None);
    assert_eq!((german.e164.as_str(), german.extension.as_deref()), ("+49891234567", Some("12")));
    let american = one("(415) 555-2671 x12", Some("US"));
    assert_eq!((american.e164.as_str(), american.extension.as_deref()), ("+14155552671", Some("12")));
}

#[test]
fn a_field_may_hold_several_numbers() {
    let both = ["+8651288886666", "+8613862881234"];
    for raw in [
        "0512-88886666/13862881234",
        "0512-88886666；13862881234",
        "0512-88886666, 13862881234",
        "0512-88886666、13862881234",
        "0512-88886666或13862881234",
        "0512-88886666 13862881234",
        "Tel: 0512-88886666 Mobile: 13862881234",
        "0512-88886666\n13862881234",
        "+8651288886666 +8613862881234",
    ] {
        assert_eq!(e164(raw, None), both, "{raw}");
    }
    assert_eq!(e164("0512-88886666/88886667", None), ["+8651288886666", "+8651288886667"]);
    assert_eq!(e164("0512-88886666/67", None), ["+8651288886666", "+8651288886667"]);
    assert_eq!(e164("0512-88886666、6688", None), ["+8651288886666", "+8651288886688"]);
    // Two extensions of one number.
    let extensions: Vec<_> = parse("0512-88886666转8001/8002", None)
        .into_iter()
        .map(|phone| (phone.e164, phone.extension.unwrap()))
        .collect();
    assert_eq!(
        extensions,
        [("+8651288886666".to_owned(), "8001".to_owned()), ("+8651288886666".to_owned(), "8002".to_owned())]
    );
    assert_eq!(e164("13862881234 13862881234", None), ["+8613862881234"]);
    assert_eq!(e164("089 1234567 / 0171 2345678", Some("DE")), ["+49891234567", "+491712345678"]);
    assert_eq!(e164("+49 89 1234567; +49 171 2345678", None), ["+49891234567", "+491712345678"]);
    assert_eq!(e164(&"13862881234/".repeat(5_000), None), ["+8613862881234"]);
}

/// National and international forms; the numbers are those that the plans give for examples or that authorities publish.
#[test]
fn the_national_and_the_international_form_are_one() {
    for (country, international, nationals) in [
        (
            "DE",
            "+49 89 1234567",
            &[
                "089/1234567",
                "(089) 1234567",
                "089 - 12 34 567",
                "+49 (0)89 1234567",
                "0049 89 1234567",
                "+49(0)89/1234567",
            ][..],
        ),
        ("DE", "+49 6221 54321", &["06221/54321", "+49 (0) 6221 / 54321", "06221-54321"]),
        ("DE", "+49 1512 3456789", &["01512 3456789", "0151 23456789", "1512 3456789"]),
        (
            "US",
            "+1 415 555 2671",
            &["(415) 555-2671", "415.555.2671", "1-415-555-2671", "14155552671", "011 1 415 555 2671"],
        ),
        ("GB", "+44 20 7946 0958", &["020 7946 0958", "(020) 79460958", "+44 (0)20 7946 0958", "00442079460958"]),
        ("FR", "+33 1 42 68 53 00", &["01 42 68 53 00", "0142685300", "+33 (0)1 42 68 53 00", "01.42.68.53.00"]),
        ("IT", "+39 06 69812345", &["06 69812345", "06/69812345"]),
        ("ES", "+34 912 345 678", &["912 345 678", "912345678", "34912345678"]),
        ("CH", "+41 44 668 18 00", &["044 668 18 00", "0446681800"]),
        ("AT", "+43 1 5344321", &["01 5344321", "+43 (0)1 5344321"]),
        ("JP", "+81 3 1234 5679", &["03-1234-5679", "0312345679", "010 81 3 1234 5679"]),
        ("KR", "+82 2 312 3456", &["02-312-3456", "02)312-3456"]),
        ("KR", "+82 10 1234 5679", &["010-1234-5679"]),
        ("IN", "+91 98765 43211", &["098765 43211", "9876543211"]),
        ("RU", "+7 495 123 45 68", &["8 (495) 123-45-68", "8 495 1234568", "74951234568"]),
        ("HU", "+36 1 234 5679", &["06 1 234 5679", "(06-1) 2345679"]),
        ("HK", "+852 2123 4568", &["2123 4568", "85221234568"]),
        ("TW", "+886 2 2123 4568", &["02-2123-4568", "(02) 21234568"]),
        ("AU", "+61 2 5550 4321", &["(02) 5550 4321", "0011 61 2 5550 4321"]),
        ("BR", "+55 11 96123 4567", &["(11) 96123-4567", "011 96123-4567"]),
        ("MX", "+52 55 1234 5679", &["55 1234 5679", "01 55 1234 5679", "+52 1 55 1234 5679", "044 55 1234 5679"]),
        ("PL", "+48 22 345 67 88", &["22 345 67 88", "(22) 3456788"]),
        ("TR", "+90 212 345 67 88", &["0212 345 67 88", "0 (212) 345 67 88"]),
        ("SG", "+65 6123 4567", &["6123 4567"]),
    ] {
        let expected = one(international, None);
        assert!(expected.e164.starts_with('+'), "{international}");
        assert_eq!(one(international, Some(country)), expected);
        for national in nationals {
            assert_eq!(one(national, Some(country)).e164, expected.e164, "{national}");
        }
    }
}

#[test]
fn without_a_country_a_number_keeps_its_digits_unless_it_looks_chinese_or_american() {
    assert_eq!(one("089/1234567", None).e164, "0891234567");
    assert_eq!(one("030 12345679", None).e164, "03012345679");
    assert_eq!(one("(415) 555-2671", None).e164, "+14155552671");
    assert_eq!(one("1 415 555 2671", None).e164, "+14155552671");
    assert_eq!(one("14155552671", None).e164, "+8614155552671");
    assert_eq!(one("7654123", Some("DE")).e164, "7654123");
}

#[test]
fn mobile_numbers_are_told_from_landlines() {
    for (raw, mobile) in [
        ("+49 171 2345678", true),
        ("+49 89 1234567", false),
        ("+44 7911 123456", true),
        ("+33 6 12 34 56 78", true),
        ("+39 312 345 6789", true),
        ("+82 10 1234 5679", true),
        ("+81 90 1234 5679", true),
        ("+852 5123 4567", true),
        ("+55 11 96123 4567", true),
        ("+41 78 123 45 67", true),
    ] {
        assert_eq!(one(raw, None).mobile, mobile, "{raw}");
    }
}

#[test]
fn junk_is_no_number() {
    for raw in [
        "",
        "-",
        "无",
        "1234",
        "00000000",
        "11111111",
        "12345678",
        "87654321",
        "123456",
        "0512-00000000",
        "13800000000",
        "000",
        "+",
        "++86",
        "99999999999",
        "0123456789",
        "1234567890",
        "123456789012345678901234567890",
        "转8001",
        "📞",
        "\u{202E}\u{202D}",
        "+0",
    ] {
        for country in [None, Some("CN"), Some("DE"), Some("US"), Some("?")] {
            let phones = parse(raw, country);
            assert!(phones.is_empty(), "{raw} {country:?}: {phones:?}");
        }
    }
}

#[test]
fn a_subscriber_number_that_counts_up_is_junk_in_china_alone() {
    for raw in ["0512-12345678", "010-87654321", "0512-88888888", "138 0000 0000"] {
        assert_eq!(parse(raw, None), [], "{raw}");
        assert_eq!(parse(raw, Some("CN")), [], "{raw}");
    }
    assert_eq!(one("138 1234 5678", None).e164, "+8613812345678");
    assert_eq!(one("0171 2345678", Some("DE")).e164, "+491712345678");
}

#[test]
fn numbers_in_other_digits_and_directions_are_read() {
    assert_eq!(one("\u{202B}+٩٧١ ٥٠ ١٢٣ ٤٥٦٧\u{202C}", None).e164, "+971501234567");
    assert_eq!(one("+۹۸ ۲۱ ۲۳۴۵ ۶۷۸۸", None).e164, "+982123456788");
}

#[test]
fn no_text_is_too_long_or_too_strange() {
    for text in ["1", "+", "86", "0512-", "/1/", "(0)", "转", "👨‍👩‍👧‍👦", "\u{202E}", "ﷺ", "１", "x1", "、12", "+86+", "9-"]
    {
        for country in [None, Some("CN"), Some("DE"), Some("US"), Some("MX")] {
            let phones = parse(&text.repeat(65_536 / text.len()), country);
            assert!(phones.len() <= MAX_PHONES);
        }
    }
}

#[test]
fn every_country_code_is_a_plan_and_no_code_is_the_beginning_of_another() {
    for plan in plans::all() {
        assert!(plan.least <= plan.most && plan.code.len() + plan.most <= 15, "{}", plan.country);
        assert_eq!(country::code(plan.country), Some(plan.country));
        for other in plans::all() {
            assert!(
                plan.code == other.code || !plan.code.starts_with(other.code),
                "{} {}",
                plan.country,
                other.country
            );
        }
    }
}
