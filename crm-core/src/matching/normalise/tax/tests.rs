use super::*;

fn read(raw: &str, country: Option<&str>) -> (String, String, bool) {
    let id = parse(raw, country).unwrap_or_else(|| panic!("{raw} is no number"));
    (id.kind, id.value, id.valid)
}

fn assert_read(raw: &str, country: Option<&str>, kind: &str, value: &str, valid: bool) {
    assert_eq!(read(raw, country), (kind.to_owned(), value.to_owned(), valid), "{raw} {country:?}");
}

/// The example of GB 32100-2015 and codes of well-known companies.
#[test]
fn a_unified_social_credit_code_is_known_by_its_form() {
    for raw in [
        "91350100M000100Y43",
        "91350100-M000100Y-43",
        "９１３５０１００Ｍ０００１００Ｙ４３",
        "税号：91350100m000100y43",
        "统一社会信用代码 91350100M000100Y43",
    ] {
        for country in [None, Some("CN"), Some("中国")] {
            assert_read(raw, country, "uscc", "91350100M000100Y43", true);
        }
    }
    assert_read("91350100M000100Y44", None, "uscc", "91350100M000100Y44", false);
    assert_read("91440300708461136T", None, "uscc", "91440300708461136T", true);
    // O for 0 is not repaired.
    assert_read("9135O100M000100Y43", None, "other", "9135O100M000100Y43", false);
}

/// The example of GB 11714-1997 and of GB 11643-1999.
#[test]
fn chinese_organisations_and_people_have_numbers_modulo_11() {
    assert_read("D2143569-X", None, "cn_org", "D2143569X", true);
    assert_read("D2143569X", Some("CN"), "cn_org", "D2143569X", true);
    assert_read("D2143569-1", Some("CN"), "cn_org", "D21435691", false);
    assert_read("110105194912310 02x".replace(' ', "").as_str(), None, "cn_id", "11010519491231002X", true);
    assert_read("440524188001010014", None, "cn_id", "440524188001010014", true);
    assert!(!read("110105194912310021", Some("CN")).2);
    assert_read("440300708461136", Some("CN"), "cn_tax", "440300708461136", true);
}

/// Numbers that the companies print on their own pages.
#[test]
fn a_vat_number_is_one_with_and_without_its_country() {
    for (country, raw, value) in [
        ("DE", "136695976", "DE136695976"),
        ("DE", "DE 136 695 976", "DE136695976"),
        ("DE", "USt-IdNr.: DE136695976", "DE136695976"),
        ("AT", "13585627", "ATU13585627"),
        ("AT", "U13585627", "ATU13585627"),
        ("AT", "ATU 13585627", "ATU13585627"),
        ("BE", "403.019.261", "BE0403019261"),
        ("BE", "BE0403019261", "BE0403019261"),
        ("FR", "40303265045", "FR40303265045"),
        ("FR", "303 265 045", "FR40303265045"),
        ("FR", "30326504500018", "FR40303265045"),
        ("IT", "00743110157", "IT00743110157"),
        ("NL", "004495445B01", "NL004495445B01"),
        ("ES", "B58378431", "ESB58378431"),
        ("PL", "856-734-62-15", "PL8567346215"),
        ("SE", "556188-8404", "SE556188840401"),
        ("CH", "CHE-107.787.577 MWST", "CHE107787577"),
        ("CH", "107.787.577", "CHE107787577"),
        ("GR", "094259216", "EL094259216"),
        ("GR", "GR094259216", "EL094259216"),
        ("GB", "980 7806 84", "GB980780684"),
        ("DK", "13585628", "DK13585628"),
        ("FI", "2077474-0", "FI20774740"),
        ("NO", "923 609 016 MVA", "NO923609016"),
        ("TR", "4540536920", "TR4540536920"),
    ] {
        assert_read(raw, Some(country), &format!("vat:{}", &value[..2]), value, true);
        assert_read(value, None, &format!("vat:{}", &value[..2]), value, true);
    }
    assert_read("136695976", Some("Deutschland"), "vat:DE", "DE136695976", true);
    assert_read("136695967", Some("DE"), "vat:DE", "DE136695967", false);
    assert_read("DE136695967", None, "vat:DE", "DE136695967", false);
    // A number of a country without known check digits is weak.
    assert_read("RS101134702", None, "vat:RS", "RS101134702", false);
    // A German tax office number is no VAT number.
    assert_read("143/345/12345", Some("DE"), "other", "14334512345", false);
}

/// Numbers from the authorities' own descriptions or of well-known companies.
#[test]
fn national_numbers_have_their_check_digits() {
    for (country, raw, kind, value) in [
        ("BR", "00.000.000/0001-91", "br_cnpj", "00000000000191"),
        ("BR", "33.000.167/0001-01", "br_cnpj", "33000167000101"),
        ("BR", "12.ABC.345/01DE-35", "br_cnpj", "12ABC34501DE35"),
        ("BR", "111.444.777-35", "br_cpf", "11144477735"),
        ("IN", "27AAPFU0939F1ZV", "in_gstin", "27AAPFU0939F1ZV"),
        ("KR", "124-81-00998", "kr_brn", "1248100998"),
        ("JP", "7000012050002", "jp_cn", "7000012050002"),
        ("JP", "T7000012050002", "jp_cn", "7000012050002"),
        ("RU", "7707083893", "ru_inn", "7707083893"),
        ("RU", "ИНН 7707083893", "ru_inn", "7707083893"),
        ("RU", "500100732259", "ru_inn", "500100732259"),
        ("AU", "ABN 51 824 753 556", "au_abn", "51824753556"),
        ("AU", "004 085 616", "au_acn", "004085616"),
        ("TW", "04595257", "tw_ubn", "04595257"),
        ("CA", "123456782RT0001", "ca_bn", "123456782"),
    ] {
        assert_read(raw, Some(country), kind, value, true);
        // One wrong digit in the middle is found.
        let place = value.len() / 2 + 1;
        let digit = value[place..=place].chars().next().unwrap();
        let other = char::from_digit((digit.to_digit(36).unwrap() + 1) % 10, 10).unwrap();
        let wrong = format!("{}{other}{}", &value[..place], &value[place + 1..]);
        assert!(!read(&wrong, Some(country)).2, "{wrong}");
    }
}

#[test]
fn a_number_of_unknown_country_is_known_by_its_form_alone() {
    assert_read("27AAPFU0939F1ZV", None, "in_gstin", "27AAPFU0939F1ZV", true);
    assert_read("33.000.167/0001-01", None, "br_cnpj", "33000167000101", true);
    assert_read("124-81-00998", None, "kr_brn", "1248100998", true);
    assert_read("T7000012050002", None, "jp_cn", "7000012050002", true);
    assert_read("RU7707083893", None, "ru_inn", "7707083893", true);
    assert_read("IN27AAPFU0939F1ZV", None, "in_gstin", "27AAPFU0939F1ZV", true);
    assert_read("136695976", None, "other", "136695976", false);
}

#[test]
fn a_number_without_check_digits_is_weak() {
    assert_read("94-2404110", None, "ein", "942404110", false);
    assert_read("942404110", Some("USA"), "ein", "942404110", false);
    assert_read("SC123457", Some("UK"), "gb_crn", "SC123457", false);
    assert_read("03977902", Some("GB"), "gb_crn", "03977902", false);
    assert_read("K-0815/4711", Some("ZA"), "other", "K08154711", false);
}

#[test]
fn what_fills_a_field_is_no_number() {
    for raw in [
        "",
        "无",
        "n/a",
        "1234",
        "000000000",
        "111111111111111111",
        "123456789",
        "1234567890",
        "ABCDEFGH",
        "A",
        "税号",
        "🏭🏭🏭12345",
        "٠١٢٣٤٥٦٧٨",
        "AAAAA0",
    ] {
        for country in [None, Some("CN"), Some("DE"), Some("US")] {
            assert_eq!(parse(raw, country), None, "{raw}");
        }
    }
    for text in ["1", "12", "DE1", "9135", "👨‍👩‍👧‍👦", "\u{202E}1", "ﷺ", ":", "税号:", "-", "X9"] {
        for country in [None, Some("CN"), Some("BR"), Some("FR"), Some("GR"), Some("IN")] {
            assert_eq!(parse(&text.repeat(65_536 / text.len()), country), None, "{text}");
        }
    }
}
