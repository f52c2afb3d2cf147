use super::*;

fn name(text: &str) -> PersonName {
    parse(Some(text), None, None)
}

fn parts_of(text: &str) -> (String, String) {
    let name = name(text);
    (name.family, name.given)
}

fn assert_parts(text: &str, family: &str, given: &str) {
    assert_eq!(parts_of(text), (family.to_owned(), given.to_owned()), "{text}");
}

#[test]
fn a_chinese_name_is_one_with_title_blank_and_telephone() {
    for text in [
        "王伟",
        "王 伟",
        "王伟先生",
        "王伟 女士",
        "王伟经理",
        "王伟总经理",
        "王伟（采购部）",
        "联系人：王伟",
        "王伟 13862881234",
        "王伟/13862881234",
        "王伟(David Wang)",
        "王伟 David",
        "王伟、李娜",
        "姓名: 王伟",
        "　王伟　",
    ] {
        assert_parts(text, "王", "伟");
        assert!(name(text).script_han);
        assert_eq!(name(text).full, "王伟");
    }
}

#[test]
fn compound_family_names_have_two_characters() {
    assert_parts("欧阳修", "欧阳", "修");
    assert_parts("司马相如", "司马", "相如");
    assert_parts("诸葛亮先生", "诸葛", "亮");
    assert_parts("歐陽修", "欧阳", "修");
    assert_parts("上官", "上官", "");
    assert_parts("王小明", "王", "小明");
}

#[test]
fn a_form_of_address_leaves_the_family_name() {
    for text in ["王总", "王经理", "王工", "王先生", "老王", "小王", "王厂长", "王总经理", "王工程师"]
    {
        assert_parts(text, "王", "");
    }
    assert_parts("欧阳总", "欧阳", "");
    // Three characters with a family name in front are a name.
    assert_parts("李建工", "李", "建工");
    assert_parts("王小明总", "王", "小明");
    assert_parts("David 张", "张", "david");
}

#[test]
fn a_department_is_no_name_and_a_second_person_is_another() {
    for text in ["采购部 王经理", "采购部王经理", "设备科王科长", "財務部王小姐"] {
        assert_parts(text, "王", "");
    }
    assert_parts("采购部", "", "");
    assert_parts("陈丽丽 设备部", "陈", "丽丽");
    assert_parts("张三 李四", "张", "三");
    assert_parts("张三，李四", "张", "三");
    assert_parts("陈丽 经理", "陈", "丽");
    assert_parts("欧阳 修", "欧阳", "修");
}

#[test]
fn a_dot_stands_between_the_names_of_a_foreigner() {
    assert_parts("约翰·史密斯", "史密斯", "约翰");
    assert_parts("约翰・史密斯先生", "史密斯", "约翰");
}

#[test]
fn the_order_of_a_western_name_does_not_matter() {
    for text in [
        "John Smith",
        "Smith, John",
        "Dr. John Smith",
        "Mr John Smith",
        "John Smith, PhD",
        "Prof. Dr.-Ing. John Smith",
        "John Smith MBA",
        "SMITH John",
        "JOHN SMITH",
        "Smith, Dr. John",
        "John  Smith (Sales)",
        "John Smith +49 89 1234567",
        "Contact: John Smith",
        "Dipl.-Ing. John Smith",
        "Herr John Smith",
        "Dr. rer. nat. John Smith",
        "John Smith Jr.",
    ] {
        assert_parts(text, "smith", "john");
        assert_eq!(
            (name(text).full.as_str(), name(text).initials.as_str(), name(text).script_han),
            ("smithjohn", "js", false),
            "{text}"
        );
    }
    assert_eq!(name("Smith John").sorted(), name("John Smith").sorted());
    assert_eq!(name("J.R. Smith").initials, "jrs");
    assert_parts("J.R.Smith", "smith", "j r");
    assert_parts("Jean-Luc Picard", "picard", "jean-luc");
    assert_eq!(name("Jean-Luc Picard").initials, "jlp");
    assert_parts("Müller", "müller", "");
    assert_parts("Pat O’Brien", "o'brien", "pat");
    assert_parts("Dr.-Ing. habil. Hans-Peter von der Au", "von der au", "hans-peter");
}

#[test]
fn particles_belong_to_the_family_name() {
    assert_parts("Ursula von der Leyen", "von der leyen", "ursula");
    assert_parts("Vincent van Gogh", "van gogh", "vincent");
    assert_parts("Pedro de la Cruz", "de la cruz", "pedro");
    assert_parts("Osama bin Zayed", "bin zayed", "osama");
    assert_parts("von der Leyen, Ursula", "von der leyen", "ursula");
    assert_parts("von der Leyen", "von der leyen", "");
}

#[test]
fn pinyin_has_its_family_name_in_front_or_behind() {
    assert_parts("Zhang Xiaoming", "zhang", "xiaoming");
    assert_parts("Xiaoming Zhang", "zhang", "xiaoming");
    assert_parts("ZHANG Wei", "zhang", "wei");
    assert_parts("Wang X.M.", "wang", "x m");
    assert_parts("Gordon Ma", "ma", "gordon");
    assert_parts("Long Smith", "smith", "long");
    assert_parts("Ouyang Xiu", "ouyang", "xiu");
    assert_eq!(name("Wei Zhang").sorted(), name("Zhang Wei").sorted());
}

#[test]
fn names_of_japan_and_korea_have_the_family_name_in_front() {
    assert_parts("김철수", "김", "철수");
    assert_parts("남궁민수", "남궁", "민수");
    assert_parts("김철수 님", "김", "철수");
    assert_parts("山田 太郎", "山田", "太郎");
    assert_parts("佐藤健一", "佐藤", "健一");
    assert_parts("易烊千玺", "易", "烊千玺");
    assert_parts("たなか さくら", "たなか", "さくら");
    assert!(!name("たなか さくら").script_han);
}

#[test]
fn parts_in_fields_of_their_own_are_taken() {
    let of = |name, given, family| {
        let name = parse(name, given, family);
        (name.family, name.given)
    };
    let expected = |family: &str, given: &str| (family.to_owned(), given.to_owned());
    assert_eq!(of(None, Some("John"), Some("Smith")), expected("smith", "john"));
    assert_eq!(of(Some("ignored text"), Some("John"), Some("Smith")), expected("smith", "john"));
    assert_eq!(of(None, Some("Dr. John"), Some("van der Berg")), expected("van der berg", "john"));
    assert_eq!(of(None, None, Some("John Smith")), expected("smith", "john"));
    assert_eq!(of(None, None, Some("王伟")), expected("王", "伟"));
    assert_eq!(of(None, Some("伟"), Some("王")), expected("王", "伟"));
    assert_eq!(of(None, Some("王伟"), Some("王")), expected("王", "伟"));
    assert_eq!(of(None, Some("经理"), Some("王")), expected("王", ""));
    assert_eq!(of(None, Some("John"), None), expected("", "john"));
    assert_eq!(of(Some("王伟"), None, Some(" ")), expected("王", "伟"));
    assert_eq!(of(Some(""), None, None), expected("", ""));
    assert_eq!(of(None, Some("John"), Some("Smith")), of(Some("Smith, John"), None, None));
}

#[test]
fn no_text_is_too_long_or_too_strange() {
    for text in [
        "",
        "a",
        "王",
        "先生",
        "·",
        ",",
        "Dr. ",
        "(",
        "1",
        "👨‍👩‍👧‍👦",
        "\u{202E}ab ",
        "ﷺ",
        "von ",
        "김",
        "か",
        "- ",
        "总",
        "A.",
        "ü'",
        "Zh ang ",
    ] {
        let text = text.repeat(65_536 / text.len().max(1));
        for (whole, given, family) in [
            (Some(&text), None, None),
            (None, Some(&text), None),
            (None, None, Some(&text)),
            (None, Some(&text), Some(&text)),
        ] {
            let name = parse(whole.map(String::as_str), given.map(String::as_str), family.map(String::as_str));
            assert!(name.full.chars().count() <= 1_024);
        }
    }
}
