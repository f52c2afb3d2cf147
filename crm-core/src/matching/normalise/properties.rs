//! What holds of every text: nothing panics, the same comes twice, and one form is final.

use proptest::prelude::*;

use super::{address, country, date, email, part_number, person, phone, tax};

/// Texts as people type them, and some that nobody types.
fn any_text() -> impl Strategy<Value = String> {
    const PIECES: [&str; 48] = [
        "0512-",
        "88886666",
        "1386288",
        "1234",
        "+49",
        "+86",
        "(0)",
        "0",
        "/",
        "转",
        "、",
        "-",
        " ",
        ",",
        "，",
        ";",
        "ext.",
        "86",
        "@",
        "gmail.com",
        ".",
        "www.",
        "xn--",
        "mailto:",
        "王",
        "欧阳",
        "先生",
        "经理",
        "·",
        "Dr.",
        "von",
        "Smith",
        "采购部",
        "江苏省",
        "苏州市",
        "区",
        "路",
        "号",
        "栋",
        "Str.",
        "street",
        "80331",
        "Floor",
        "DE",
        "91350100M000100Y43",
        "1980",
        "年",
        "é",
    ];
    prop_oneof![
        "\\PC{0,40}",
        "[0-9+()/ -]{0,24}",
        "[A-Z0-9 .-]{0,24}",
        any::<String>(),
        prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..10).prop_map(|pieces| pieces.concat()),
    ]
}

fn any_country() -> impl Strategy<Value = Option<&'static str>> {
    prop::sample::select(vec![
        None,
        Some("CN"),
        Some("DE"),
        Some("US"),
        Some("FR"),
        Some("BR"),
        Some("AT"),
        Some("GR"),
        Some("MX"),
        Some("RU"),
        Some("?"),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn an_international_number_is_final(text in any_text(), country in any_country()) {
        for phone in phone::parse(&text, country) {
            prop_assert!(phone.e164.trim_start_matches('+').bytes().all(|byte| byte.is_ascii_digit()));
            if phone.e164.starts_with('+') {
                let again: Vec<String> = phone::parse(&phone.e164, None).into_iter().map(|phone| phone.e164).collect();
                prop_assert_eq!(again, std::slice::from_ref(&phone.e164), "{:?}", text);
            }
        }
    }

    #[test]
    fn an_address_of_mail_or_web_is_final(text in any_text()) {
        for found in email::parse(&text) {
            prop_assert_eq!(email::parse(&found.address), std::slice::from_ref(&found));
        }
        if let Some(domain) = email::website_domain(&text) {
            prop_assert_eq!(email::website_domain(&domain), Some(domain));
        }
        if let Some(domain) = email::registrable_domain(&text) {
            prop_assert_eq!(email::registrable_domain(&domain), Some(domain));
        }
    }

    #[test]
    fn a_tax_number_is_final(text in any_text(), country in any_country()) {
        if let Some(id) = tax::parse(&text, country) {
            let again = tax::parse(&id.value, country).map(|id| id.value);
            prop_assert_eq!(again, Some(id.value), "{:?}", text);
        }
    }

    #[test]
    fn a_name_has_no_blanks_where_it_is_compared(text in any_text(), other in any_text()) {
        for name in [
            person::parse(Some(&text), None, None),
            person::parse(None, Some(&text), Some(&other)),
            person::parse(None, Some(&text), None),
            person::parse(None, None, Some(&text)),
        ] {
            prop_assert!(!name.full.contains(' ') && !name.sorted().contains(' '));
            prop_assert_eq!(name.full.chars().count(), name.sorted().chars().count());
        }
    }

    #[test]
    fn a_part_number_is_final(text in "[A-Za-z0-9äßÄé三相Ａ９ /._-]{0,30}") {
        let part = part_number::fold(&text);
        prop_assert_eq!(part_number::fold(&part), part);
    }

    #[test]
    fn the_same_text_gives_the_same(text in any_text(), country in any_country()) {
        let whole = || address::parse(Some(&text), None, None, None, None, country);
        let parts = || address::parse(None, Some(&text), Some(&text), Some(&text), Some(&text), Some(&text));
        prop_assert_eq!((whole(), parts()), (whole(), parts()));
        let others = || (date::birth(&text), date::loose(&text), country::code(&text), part_number::fold(&text));
        prop_assert_eq!(others(), others());
    }
}
