use super::*;

fn text(address: &str) -> Address {
    parse(Some(address), None, None, None, None, None)
}

fn street(street: &str) -> (String, Option<String>, String) {
    let address = parse(None, Some(street), None, None, None, None);
    (address.street, address.number, address.detail)
}

fn assert_street(raw: &str, name: &str, number: &str, detail: &str) {
    let number = (!number.is_empty()).then(|| number.to_owned());
    assert_eq!(street(raw), (name.to_owned(), number, detail.to_owned()), "{raw}");
}

#[test]
fn a_chinese_address_goes_from_the_large_to_the_small() {
    let address = text("中国江苏省苏州市工业园区星湖街328号创意产业园5栋301室 215123");
    assert_eq!(address.country.as_deref(), Some("CN"));
    assert_eq!((address.region.as_str(), address.city.as_str(), address.district.as_str()), ("江苏", "苏州", "工业园"));
    assert_eq!((address.street.as_str(), address.number.as_deref()), ("星湖街", Some("328")));
    assert_eq!((address.detail.as_str(), address.postcode.as_str()), ("创意产业园5幢301室", "215123"));
}

#[test]
fn places_are_found_with_and_without_their_endings() {
    for (raw, region, city, district, name, number) in [
        ("江苏省苏州市昆山市玉山镇城北中路1255号", "江苏", "苏州", "昆山玉山", "城北中路", "1255"),
        ("上海市浦东新区张江路665号", "上海", "上海", "浦东", "张江路", "665"),
        ("上海浦东新区张江路665号", "上海", "上海", "浦东", "张江路", "665"),
        ("北京市海淀区中关村大街27号", "北京", "北京", "海淀", "中关村大街", "27"),
        ("广东省深圳市南山区粤海街道科技南路16号", "广东", "深圳", "南山粤海", "科技南路", "16"),
        ("广西壮族自治区南宁市青秀区民族大道100号", "广西", "南宁", "青秀", "民族大道", "100"),
        ("昆山市前进西路18号", "", "昆山", "", "前进西路", "18"),
        ("浙江省杭州市余杭区文一西路969号", "浙江", "杭州", "余杭", "文一西路", "969"),
        ("苏州工业园区星湖街328号", "", "苏州", "", "星湖街", "328"),
        ("昆山开发区前进东路88号", "", "昆山", "", "前进东路", "88"),
        ("江苏常州武进高新区凤栖路20号", "江苏", "", "常州武进", "凤栖路", "20"),
        ("陕西省西安市高新技术产业开发区科技二路65号", "陕西", "西安", "高新", "科技二路", "65"),
        ("深圳市宝安区和平社区福园一路35号", "", "深圳", "宝安和平", "福园一路", "35"),
        ("乌鲁木齐市新市区北京南路416号", "", "乌鲁木齐", "新市", "北京南路", "416"),
        ("江苏省昆山市周市镇青阳北路8号", "江苏", "昆山", "周市", "青阳北路", "8"),
        ("哈尔滨市道里区友谊路1号", "", "哈尔滨", "道里", "友谊路", "1"),
        ("中国（上海）自由贸易试验区张杨路828-838号", "上海", "上海", "自由贸易试验", "张杨路", "828-838"),
        ("台北市信义区信义路五段7号", "", "台北", "信义", "信义路五段", "7"),
        ("重庆渝北区金开大道1号", "重庆", "重庆", "渝北", "金开大道", "1"),
        ("南京东路100号", "", "", "", "南京东路", "100"),
        ("上海路5号", "", "", "", "上海路", "5"),
        ("苏州市人民路", "", "苏州", "", "人民路", ""),
    ] {
        let address = text(raw);
        assert_eq!(
            (
                address.region.as_str(),
                address.city.as_str(),
                address.district.as_str(),
                address.street.as_str(),
                address.number.as_deref().unwrap_or_default()
            ),
            (region, city, district, name, number),
            "{raw}"
        );
    }
}

#[test]
fn a_chinese_street_is_apart_from_number_building_and_room() {
    assert_street("星湖街328号", "星湖街", "328", "");
    assert_street("星湖街 328 号", "星湖街", "328", "");
    assert_street("星湖街３２８号", "星湖街", "328", "");
    assert_street("星湖街328号3号楼501", "星湖街", "328", "3号楼501");
    assert_street("中山东一路12弄3号", "中山东一路", "12-3", "");
    assert_street("星湖街1088号之2", "星湖街", "1088-2", "");
    assert_street("星湖街328-1号", "星湖街", "328-1", "");
    assert_street("星湖街328", "星湖街", "328", "");
    assert_street("科技大道99号A座12层", "科技大道", "99", "a幢12楼");
    assert_street("人民路创意产业园5栋", "人民路", "", "创意产业园5幢");
    assert_street("创意产业园5号", "创意产业园", "5", "");
}

#[test]
fn fields_of_their_own_go_before_what_the_text_says() {
    let address = parse(
        None,
        Some("江苏省苏州市吴中区星湖街328号"),
        Some("昆山市"),
        Some("江苏省"),
        Some("215 300"),
        Some("China"),
    );
    assert_eq!((address.city.as_str(), address.region.as_str(), address.postcode.as_str()), ("昆山", "江苏", "215300"));
    assert_eq!((address.street.as_str(), address.country.as_deref()), ("星湖街", Some("CN")));
    let german = parse(None, Some("Musterstraße 12"), Some("MÜNCHEN"), None, Some("D-80331"), Some("Deutschland"));
    assert_eq!(
        (german.city.as_str(), german.postcode.as_str(), german.country.as_deref()),
        ("münchen", "80331", Some("DE"))
    );
}

#[test]
fn a_western_street_has_one_form() {
    for raw in [
        "Musterstraße 12a",
        "Musterstr. 12 a",
        "MUSTERSTRASSE 12A",
        "Musterstr.12a".trim_end_matches('a').to_owned().replace("12", " 12a").as_str(),
        "Muster Straße 12a",
        "Muster-Str. 12 A".replace('-', " ").as_str(),
    ] {
        assert_street(raw, "musterstr", "12a", "");
    }
    for raw in [
        "12 High Street",
        "12 High St.",
        "12, High Street".replace(',', "").as_str(),
        "No. 12 High Street",
        "High St 12",
    ] {
        assert_street(raw, "high st", "12", "");
    }
    assert_street("Musterstr.12", "musterstr", "12", "");
    assert_street("350 5th Avenue, Suite 400", "5th ave", "350", "ste 400");
    assert_street("350 5th Ave Suite 400", "5th ave", "350", "ste 400");
    assert_street("221B Baker Street", "baker st", "221b", "");
    assert_street("Via Roma 5/7", "via roma", "5-7", "");
    assert_street("Hauptstraße 12 - 14", "hauptstr", "12-14", "");
    assert_street("Straße des 17. Juni 135", "str des 17 juni", "135", "");
    assert_street("P.O. Box 123", "pobox", "123", "");
    assert_street("Postfach 10 01 02", "pobox", "100102", "");
    assert_street("Building 5, No. 328 Xinghu Street", "xinghu st", "328", "bldg 5");
    assert_street("Room 301, 3/F, 88 Queen's Road Central", "queens rd central", "88", "rm 301 3 fl");
    assert_street("1200 North Main Street #12", "n main st", "1200", "12");
}

#[test]
fn a_whole_western_address_is_taken_apart() {
    for (raw, name, number, postcode, city, region, country) in [
        ("Musterstraße 12, 80331 München, Germany", "musterstr", "12", "80331", "münchen", "", "DE"),
        ("Musterstr. 12\nD-80331 München\nDeutschland", "musterstr", "12", "80331", "münchen", "", "DE"),
        ("80331 München, Musterstr. 12", "musterstr", "12", "80331", "münchen", "", ""),
        ("10 Downing Street, London SW1A 2AA, United Kingdom", "downing st", "10", "SW1A2AA", "london", "", "GB"),
        (
            "1600 Pennsylvania Avenue NW, Washington, DC 20500, USA",
            "pennsylvania ave nw",
            "1600",
            "20500",
            "washington",
            "dc",
            "US",
        ),
        ("1 Main Street, Springfield, IL 62704-1234", "main st", "1", "62704", "springfield", "il", ""),
        ("Damrak 1, 1012 LG Amsterdam, Netherlands", "damrak", "1", "1012LG", "amsterdam", "", "NL"),
        ("111 Wellington Street, Ottawa, ON K1A 0A9, Canada", "wellington st", "111", "K1A0A9", "ottawa", "on", "CA"),
        ("10 rue de Rivoli, 75001 Paris, France", "rue de rivoli", "10", "75001", "paris", "", "FR"),
        (
            "No. 328 Xinghu Street, Suzhou, Jiangsu 215123, P.R. China",
            "xinghu st",
            "328",
            "215123",
            "suzhou",
            "jiangsu",
            "CN",
        ),
    ] {
        let address = text(raw);
        assert_eq!(
            (address.street.as_str(), address.number.as_deref().unwrap_or_default(), address.postcode.as_str()),
            (name, number, postcode),
            "{raw}"
        );
        let country = (!country.is_empty()).then_some(country);
        assert_eq!(
            (address.city.as_str(), address.region.as_str(), address.country.as_deref()),
            (city, region, country),
            "{raw}"
        );
    }
}

#[test]
fn a_place_has_one_form() {
    assert_eq!(place("江苏省"), "江苏");
    assert_eq!(place("苏州市"), "苏州");
    assert_eq!(place("广西壮族自治区"), "广西");
    assert_eq!(place("延边朝鲜族自治州"), "延边朝鲜族");
    assert_eq!(place("沙市"), "沙市");
    assert_eq!(place("  FRANKFURT  (Main)"), "frankfurt main");
    assert_eq!(compact_postcode("D-80331"), "80331");
    assert_eq!(compact_postcode("sw1a 1aa"), "SW1A1AA");
    assert_eq!(compact_postcode("62704-1234"), "62704");
    assert_eq!(compact_postcode("〒150-0001"), "1500001");
}

#[test]
fn no_text_is_too_long_or_too_strange() {
    for part in [
        "",
        "1",
        "路",
        "江苏省",
        "市",
        "12号",
        "a ",
        ",",
        "# ",
        "floor 3 ",
        "👨‍👩‍👧‍👦",
        "\u{202E}",
        "ﷺ",
        "straße",
        "12 - ",
        "str.1",
        "邮编1",
        "80331 ",
        "-",
        "街道",
        "p.o. box ",
    ] {
        let part = part.repeat(65_536 / part.len().max(1));
        let part = Some(part.as_str());
        for address in [parse(part, None, None, None, None, None), parse(None, part, part, part, part, part)] {
            assert!(address.street.chars().count() + address.detail.chars().count() <= 2_048);
        }
    }
}
