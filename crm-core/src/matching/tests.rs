//! Properties that hold for any input, and cases with figures from outside.

use proptest::prelude::*;

use super::*;

fn company(id: &str, name: &str) -> MatchRecord {
    MatchRecord { id: id.to_owned(), name: Some(name.to_owned()), ..MatchRecord::default() }
}

fn features(records: &[MatchRecord]) -> Vec<(String, Features)> {
    features_of(MatchKind::Organisation, records, 1)
}

fn found(records: &[MatchRecord], options: &DedupeOptions) -> Duplicates {
    dedupe(features_of(options.kind, records, 1), options).unwrap()
}

/// The model that comes with the engine, so that a handful of records is enough.
fn standard() -> DedupeOptions {
    DedupeOptions { model: Some(shipped_model(MatchKind::Organisation)), ..DedupeOptions::new(MatchKind::Organisation) }
}

fn decision(one: &MatchRecord, other: &MatchRecord) -> MatchDecision {
    let kind = MatchKind::Organisation;
    Matcher::new(shipped_model(kind)).unwrap().score(&one.features(kind), &other.features(kind)).decision
}

fn word() -> impl Strategy<Value = Option<String>> {
    let word = prop_oneof![
        Just("上海汇川机械有限公司".to_owned()),
        Just("上海匯川機械有限公司".to_owned()),
        Just("苏州汇川电气股份有限公司".to_owned()),
        Just("Acme Precision Machinery Ltd".to_owned()),
        Just("acme precision machinery limited".to_owned()),
        Just("021-62345678".to_owned()),
        Just("+86 21 6234 5678".to_owned()),
        Just("li.wei@acme.com".to_owned()),
        Just("91350100M000100Y43".to_owned()),
        "[a-c ]{0,6}",
        "\\PC{0,12}",
    ];
    proptest::option::of(word)
}

prop_compose! {
    fn any_record()(
        name in word(), contact in word(), street in word(), city in word(), phone in word(), email in word(),
        website in word(), tax_id in word(), family_name in word(), given_name in word(), birth_date in word(),
    ) -> MatchRecord {
        MatchRecord {
            id: String::new(), name, contact, street, city, phone, email, website, tax_id, family_name, given_name, birth_date,
            ..MatchRecord::default()
        }
    }
}

fn any_list() -> impl Strategy<Value = Vec<MatchRecord>> {
    proptest::collection::vec(any_record(), 0..24).prop_map(|mut records| {
        for (place, record) in records.iter_mut().enumerate() {
            record.id = format!("r{place:03}");
        }
        records
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_steps_of_a_waterfall_add_up_to_the_weight(one in any_record(), other in any_record()) {
        for kind in MatchKind::ALL {
            let matcher = Matcher::new(shipped_model(*kind)).unwrap();
            let (one, other) = (one.features(*kind), other.features(*kind));
            let steps = matcher.explain(&one, &other);
            let sum: f64 = steps.iter().map(|step| step.weight).sum();
            let weight = matcher.score(&one, &other).weight;
            prop_assert!((sum - weight).abs() < 1e-9, "{sum} is not {weight}");
            prop_assert!((steps.last().unwrap().total - weight).abs() < 1e-9);
        }
    }

    #[test]
    fn which_record_comes_first_does_not_matter(one in any_record(), other in any_record()) {
        for kind in MatchKind::ALL {
            let matcher = Matcher::new(shipped_model(*kind)).unwrap();
            let (one, other) = (one.features(*kind), other.features(*kind));
            prop_assert_eq!(matcher.score(&one, &other), matcher.score(&other, &one));
        }
    }

    #[test]
    fn neither_the_order_of_a_list_nor_threads_change_what_is_found(records in any_list(), turn in 0_usize..24) {
        let options = DedupeOptions::new(MatchKind::Organisation);
        let straight = found(&records, &options);
        let mut turned = records;
        let middle = turn.min(turned.len());
        turned.rotate_left(middle);
        turned.reverse();
        let threaded = DedupeOptions { threads: 3, ..options };
        prop_assert_eq!(straight, found(&turned, &threaded));
    }

    #[test]
    fn clusters_and_pairs_say_the_same(records in any_list()) {
        let answer = found(&records, &DedupeOptions::new(MatchKind::Organisation));
        let mut together = Vec::new();
        for cluster in &answer.clusters {
            for (at, one) in cluster.iter().enumerate() {
                together.extend(cluster.iter().skip(at + 1).map(|other| (one.clone(), other.clone())));
            }
        }
        together.sort();
        let pairs = answer.pairs.iter().filter(|pair| pair.decision == MatchDecision::Duplicate);
        let listed: Vec<_> = pairs.map(|pair| (pair.one.clone(), pair.other.clone())).collect();
        prop_assert_eq!(together, listed);
    }

    #[test]
    fn what_is_kept_of_a_record_can_be_read_again(record in any_record()) {
        for kind in MatchKind::ALL {
            let features = record.features(*kind);
            prop_assert_eq!(&Features::from_bytes(features.as_bytes()).unwrap(), &features);
            prop_assert!(!features.keys(*kind).iter().any(|key| key.refined == Some(key.hash)));
        }
    }

    #[test]
    fn bytes_that_are_no_features_are_refused_or_read_whole(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        if let Ok(features) = Features::from_bytes(&bytes) {
            prop_assert_eq!(features.as_bytes(), &bytes[..]);
        }
    }

    #[test]
    fn records_that_are_known_to_be_apart_are_never_in_one_cluster(records in any_list()) {
        let apart: Vec<_> = records.windows(2).map(|pair| (pair[0].id.clone(), pair[1].id.clone())).collect();
        let options = DedupeOptions { apart: apart.clone(), ..standard() };
        for cluster in found(&records, &options).clusters {
            let both = apart.iter().any(|(one, other)| cluster.contains(one) && cluster.contains(other));
            prop_assert!(!both);
        }
    }
}

#[test]
fn a_model_survives_splink_and_json() {
    for kind in MatchKind::ALL {
        let model = shipped_model(*kind);
        let again = MatchModel::from_splink_json(*kind, &model.to_splink_json().unwrap()).unwrap();
        for (one, other) in again.comparisons.iter().zip(&model.comparisons) {
            assert_eq!(one, other);
        }
        assert_eq!(again, model);
        let text = crate::value::json::to_canonical(&model).unwrap();
        assert_eq!(crate::value::json::from_text::<MatchModel>(&text).unwrap(), model);
    }
}

/// The weights of Splink's own formula: prior log2(λ / (1 - λ)), and log2(m / u) for each comparison.
#[test]
fn a_model_of_splink_weighs_as_splink_does() {
    let settings = r#"{"probability_two_random_records_match": 0.001, "link_type": "dedupe_only", "comparisons": [
        {"output_column_name": "first_name", "comparison_levels": [
            {"sql_condition": "\"first_name_l\" IS NULL OR \"first_name_r\" IS NULL", "is_null_level": true},
            {"sql_condition": "\"first_name_l\" = \"first_name_r\"", "m_probability": 0.8, "u_probability": 0.01},
            {"sql_condition": "jaro_winkler_similarity(\"first_name_l\", \"first_name_r\") >= 0.9", "m_probability": 0.1, "u_probability": 0.02},
            {"sql_condition": "ELSE", "m_probability": 0.1, "u_probability": 0.97}]},
        {"output_column_name": "dob", "comparison_levels": [
            {"sql_condition": "\"dob_l\" = \"dob_r\"", "m_probability": 0.9, "u_probability": 0.002},
            {"sql_condition": "levenshtein(\"dob_l\", \"dob_r\") <= 1", "m_probability": 0.05, "u_probability": 0.01},
            {"sql_condition": "ELSE", "m_probability": 0.05, "u_probability": 0.988}]}]}"#;
    let matcher = Matcher::new(MatchModel::from_splink_json(MatchKind::Person, settings).unwrap()).unwrap();
    let person = |given: &str, birth: &str| MatchRecord {
        given_name: Some(given.to_owned()),
        family_name: Some("kovac".to_owned()),
        birth_date: Some(birth.to_owned()),
        ..MatchRecord::default()
    };
    let weight = |one: &MatchRecord, other: &MatchRecord| {
        matcher.score(&one.features(MatchKind::Person), &other.features(MatchKind::Person)).weight
    };
    let same = weight(&person("martha", "1968-03-01"), &person("martha", "1968-03-01"));
    assert!((same - (0.001_f64 / 0.999 * 0.8 / 0.01 * 0.9 / 0.002).log2()).abs() < 1e-5, "{same}");
    let alike = weight(&person("martha", "1968-03-01"), &person("marhta", "1968-03-07"));
    assert!((alike - (0.001_f64 / 0.999 * 0.1 / 0.02 * 0.05 / 0.01).log2()).abs() < 1e-5, "{alike}");
}

#[test]
fn what_cannot_be_read_of_a_splink_model_is_named() {
    let of = |text: &str| MatchModel::from_splink_json(MatchKind::Person, text).unwrap_err();
    let unknown =
        r#"{"comparisons": [{"output_column_name": "shoe_size", "comparison_levels": [{"sql_condition": "ELSE"}]}]}"#;
    let error = of(unknown);
    assert_eq!(error.code(), crate::value::ErrorCode::UnknownField);
    assert_eq!(error.problems()[0].field.as_deref(), Some("comparisons[0].output_column_name"));
    let condition = r#"{"comparisons": [{"output_column_name": "dob", "comparison_levels": [{"sql_condition": "soundex(dob_l) = soundex(dob_r)"}]}]}"#;
    assert_eq!(of(condition).problems()[0].field.as_deref(), Some("comparisons[0].comparison_levels[0].sql_condition"));
    assert_eq!(of("{}").code(), crate::value::ErrorCode::Required);
    assert_eq!(of("{").code(), crate::value::ErrorCode::BadJson);
}

#[test]
fn a_sister_company_is_related_and_no_duplicate() {
    let plant = MatchRecord {
        city: Some("苏州".to_owned()),
        phone: Some("0512-66881234".to_owned()),
        website: Some("www.huichuan.com".to_owned()),
        ..company("a", "苏州汇川机械有限公司")
    };
    let again = MatchRecord { contact: Some("王伟".to_owned()), ..company("b", "汇川机械(苏州)有限公司") };
    let again = MatchRecord { city: plant.city.clone(), phone: plant.phone.clone(), ..again };
    let sister = MatchRecord {
        city: Some("武汉".to_owned()),
        phone: Some("027-88776655".to_owned()),
        website: plant.website.clone(),
        ..company("c", "武汉汇川电气有限公司")
    };
    assert_eq!(decision(&plant, &again), MatchDecision::Duplicate);
    assert_eq!(decision(&plant, &sister), MatchDecision::Related);
    assert_eq!(decision(&plant, &company("d", "青岛海丰贸易有限公司")), MatchDecision::Different);
}

/// Codes with valid check characters (GB 32100-2015), the second one with check character 0.
#[test]
fn two_valid_tax_numbers_never_stand_in_one_cluster() {
    let numbered = |id: &str, number: &str| MatchRecord {
        tax_id: Some(number.to_owned()),
        phone: Some("021-62345678".to_owned()),
        street: Some("南京西路100号".to_owned()),
        city: Some("上海".to_owned()),
        ..company(id, "上海汇川机械有限公司")
    };
    let records =
        [numbered("a", "91350100M000100Y43"), numbered("b", "91350100M000100Y43"), numbered("c", "91310000775785552L")];
    let answer = found(&records, &standard());
    assert_eq!(answer.clusters, [["a", "b"]]);
}

#[test]
fn many_records_with_one_telephone_are_bounded_and_told() {
    let many: Vec<MatchRecord> = (0..5_000)
        .map(|place| MatchRecord { phone: Some("021-62345678".to_owned()), ..company(&format!("{place:05}"), "") })
        .collect();
    let answer = found(&many, &standard());
    assert!(answer.compared < 100_000, "{} pairs were compared", answer.compared);
    assert!(answer.limited > 0);
}

#[test]
fn strange_names_are_compared_like_others() {
    let long = "汇".repeat(64 * 1024 / 3);
    let records = [
        company("a", &long),
        company("b", &long),
        company("c", ""),
        company("d", "\u{202e}مصنع الآلات\u{202c}"),
        company("e", "🏭🏭🏭"),
        company("f", "e\u{301}\u{301}\u{301}"),
    ];
    let answer = found(&records, &standard());
    assert!(answer.clusters.iter().all(|cluster| cluster.len() == 2), "{:?}", answer.clusters);
}

#[test]
fn every_field_of_a_record_is_set_by_its_name() {
    let mut record = MatchRecord::default();
    assert!(MatchRecord::FIELDS.iter().all(|field| record.set(field, Some((*field).to_owned()))));
    assert!(!record.set("id", None));
    let written = serde_json::to_value(&record).unwrap();
    for (field, value) in written.as_object().unwrap().iter().filter(|(field, _)| *field != "id") {
        assert_eq!(value.as_str(), Some(field.as_str()));
    }
}

/// The same person and street in traditional and in simplified characters.
#[test]
fn traditional_characters_are_simplified_in_people_and_addresses_too() {
    let record = |contact: &str, street: &str| MatchRecord {
        contact: Some(contact.to_owned()),
        street: Some(street.to_owned()),
        ..company("a", "上海汇川机械有限公司")
    };
    let kind = MatchKind::Organisation;
    assert_eq!(record("馮慶雯", "華東路12號").features(kind), record("冯庆雯", "华东路12号").features(kind));
}

#[test]
fn an_id_that_stands_twice_is_refused() {
    let records = [company("a", "x"), company("a", "y")];
    let error = dedupe(features(&records), &standard()).unwrap_err();
    assert_eq!(error.code(), crate::value::ErrorCode::DuplicateKey);
    assert_eq!(error.problems()[0].field.as_deref(), Some("records.id"));
}

#[test]
fn a_model_with_a_share_of_zero_is_refused_with_its_place() {
    let mut model = shipped_model(MatchKind::Product);
    model.comparisons[1].levels[0].m = 0.0;
    let error = dedupe(Vec::new(), &DedupeOptions { model: Some(model), ..DedupeOptions::new(MatchKind::Product) })
        .unwrap_err();
    assert_eq!(error.problems()[0].field.as_deref(), Some("model.comparisons[1].levels[0].m"));
}
