use super::*;

fn code(text: &str) -> Option<u32> {
    of_text(text).map(|region| region.code)
}

#[test]
fn a_field_or_an_address_gives_the_smallest_region() {
    for (text, expected) in [
        ("江苏", 320000),
        ("江苏省", 320000),
        ("苏州", 320500),
        ("苏州市", 320500),
        ("江苏省苏州市吴中区越溪街道", 320506),
        ("北京市朝阳区建国路88号", 110105),
        ("上海浦东新区张江路", 310115),
        ("广东省佛山市顺德区", 440606),
        ("215000 江苏 苏州", 320500),
        ("中国江苏省昆山市", 320583),
        ("吉林省吉林市", 220200),
        ("吉林", 220000),
        ("內蒙古自治區包頭市", 150200),
        ("延边", 222400),
        ("湖北省仙桃市", 429004),
        ("香港", 810000),
        ("HK", 810000),
        ("CN", CHINA_CODE),
        ("DE", 12_760_000),
        ("Germany", 12_760_000),
        ("德国", 12_760_000),
        ("Österreich", 10_400_000),
        ("No. 5 Baodai Road, Suzhou, Jiangsu, China", 320500),
        ("Frankfurt am Main", 12_760_701),
        ("320583", 320583),
        ("USA", 18_400_000),
        ("Atlanta, Georgia, USA", 18_401_001),
        ("Paris, Texas", 18_404_300),
    ] {
        assert_eq!(code(text), Some(expected), "{text}");
    }
    assert_eq!(code("88 Beijing East Road, Shanghai"), Some(310000));
    assert_eq!(code("中山路188号"), None);
    assert_eq!(code("上海市南京西路100号"), Some(310000));
    assert_eq!(code("重庆路桥"), Some(500000));
    for text in ["", "somewhere", "999999", "鼓楼区", "精密机械"] {
        assert_eq!(code(text), None, "{text}");
    }
}

#[test]
fn a_name_begins_with_its_longest_region() {
    let parts = |text| chain(text, false).map(|chain| (chain.region.code, chain.rest));
    assert_eq!(parts("上海市机电设备"), Some((310000, "机电设备")));
    assert_eq!(parts("上海机电设备"), Some((310000, "机电设备")));
    assert_eq!(parts("江苏苏州汇川"), Some((320500, "汇川")));
    assert_eq!(parts("广东佛山顺德恒力"), Some((440606, "恒力")));
    assert_eq!(parts("苏州工业园区华力"), Some((320576, "华力")));
    assert_eq!(parts("昆山经济技术开发区华力"), Some((320583, "华力")));
    assert_eq!(parts("东方电气"), None);
    assert_eq!(parts("海南东方电气").map(|(code, _)| code), Some(469007));
    assert_eq!(parts("三一重工"), None);
}

#[test]
fn numbers_tell_where_they_belong() {
    let area = |code| of_area_code(code).map(|region| region.code);
    for (dialled, expected) in [
        ("010", 110000),
        ("021", 310000),
        ("0512", 320500),
        ("512", 320500),
        ("0755", 440300),
        ("0574", 330200),
        ("0931", 620100),
        ("0991", 650100),
    ] {
        assert_eq!(area(dialled), Some(expected), "{dialled}");
    }
    assert_eq!(area("0999999"), None);
    let credit = |code| of_credit_code(code).map(|region| region.code);
    assert_eq!(credit("91320583MA1XXXXXX0"), Some(320583));
    assert_eq!(credit("91320594MA1XXXXXX0"), Some(320500));
    assert_eq!(credit("91310141MA1XXXXXX0"), Some(310000));
    assert_eq!(credit("91100000710925000A"), None);
    assert_eq!(credit("91ABCDEF"), None);
    assert_eq!(credit("九一三二〇五"), None);
    assert_eq!(of_postcode("215123").map(|region| region.code), Some(320000));
    assert_eq!(of_postcode("999999"), None);
}

#[test]
fn every_division_dialling_code_and_place_is_a_known_code() {
    assert!(CODES.len() > 3_800, "{}", CODES.len());
    assert!(BY_AREA_CODE.len() > 300);
    for region in BY_AREA_CODE.values().chain(GAZETTEER.latin.values().flatten()).chain(GAZETTEER.iso.values()) {
        assert!(Region::from_code(region.code).is_some(), "{}", region.code);
    }
    for (name, code) in KNOWN_WITHOUT_SUFFIX {
        assert!(Region::from_code(*code).is_some(), "{name}");
    }
    for prefix in 1..100 {
        if let Some(region) = of_postcode(&format!("{prefix:02}0000")) {
            assert!(Region::from_code(region.code).is_some());
        }
    }
}
