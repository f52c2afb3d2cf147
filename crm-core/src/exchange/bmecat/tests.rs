use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::*;
use crate::value::Decimal;

const OLD: &str = r#"<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE BMECAT SYSTEM "bmecat_new_catalog_1_2.dtd">
<BMECAT version="1.2">
  <HEADER>
    <CATALOG><LANGUAGE>deu</LANGUAGE><CATALOG_ID>P-1</CATALOG_ID><CATALOG_VERSION>1.0</CATALOG_VERSION>
      <DATETIME type="generation_date"><DATE>2026-02-01</DATE></DATETIME><CURRENCY>EUR</CURRENCY></CATALOG>
    <SUPPLIER><SUPPLIER_ID type="duns">123456789</SUPPLIER_ID><SUPPLIER_NAME>Pumpen &amp; Co</SUPPLIER_NAME></SUPPLIER>
  </HEADER>
  <T_NEW_CATALOG>
    <CATALOG_GROUP_SYSTEM><CATALOG_STRUCTURE type="leaf"><GROUP_ID>12</GROUP_ID><GROUP_NAME>Pumpen</GROUP_NAME>
      <PARENT_ID>1</PARENT_ID></CATALOG_STRUCTURE></CATALOG_GROUP_SYSTEM>
    <ARTICLE mode="new">
      <SUPPLIER_AID>P-7</SUPPLIER_AID>
      <ARTICLE_DETAILS><DESCRIPTION_SHORT>Zahnradpumpe</DESCRIPTION_SHORT><EAN>4008190397111</EAN>
        <MANUFACTURER_AID>X7</MANUFACTURER_AID><DELIVERY_TIME>bald</DELIVERY_TIME></ARTICLE_DETAILS>
      <ARTICLE_FEATURES>
        <REFERENCE_FEATURE_SYSTEM_NAME>ECLASS-5.1</REFERENCE_FEATURE_SYSTEM_NAME>
        <FEATURE><FNAME>Druck</FNAME><FVALUE>16</FVALUE><FUNIT>bar</FUNIT><FID>1</FID><FPARENT_ID>2</FPARENT_ID></FEATURE>
        <FEATURE><FNAME>Hydraulik</FNAME><FVALUE/><FID>2</FID><FPARENT_ID>1</FPARENT_ID></FEATURE>
        <FEATURE><FNAME>Farbe</FNAME><FVALUE>rot</FVALUE><FVALUE>blau</FVALUE><FPARENT_ID>9</FPARENT_ID></FEATURE>
        <FEATURE><FNAME>Anschluss</FNAME><FEATURE><FNAME>Gewinde</FNAME><FVALUE>G 1/2</FVALUE></FEATURE></FEATURE>
      </ARTICLE_FEATURES>
      <ARTICLE_ORDER_DETAILS><ORDER_UNIT>CT</ORDER_UNIT><CONTENT_UNIT>C62</CONTENT_UNIT><NO_CU_PER_OU>12</NO_CU_PER_OU>
      </ARTICLE_ORDER_DETAILS>
      <ARTICLE_PRICE_DETAILS>
        <DATETIME type="valid_start_date"><DATE>2026-01-01</DATE></DATETIME>
        <DATETIME type="valid_end_date"><DATE>2026-12-31</DATE></DATETIME>
        <ARTICLE_PRICE price_type="net_list"><PRICE_AMOUNT>1.234,50</PRICE_AMOUNT><TAX>0.19</TAX></ARTICLE_PRICE>
      </ARTICLE_PRICE_DETAILS>
      <ARTICLE_REFERENCE type="sparepart" quantity="2"><ART_ID_TO>D-1</ART_ID_TO></ARTICLE_REFERENCE>
    </ARTICLE>
    <ARTICLE_TO_CATALOGGROUP_MAP><ART_ID>P-7</ART_ID><CATALOG_GROUP_ID>12</CATALOG_GROUP_ID></ARTICLE_TO_CATALOGGROUP_MAP>
  </T_NEW_CATALOG>
</BMECAT>
"#;

#[test]
fn a_file_of_the_version_before_says_the_same() {
    let file = read_bmecat(OLD.as_bytes()).unwrap();
    let catalog = file.catalog();
    assert_eq!((catalog.format.as_deref(), catalog.catalog_id.as_str()), (Some("1.2"), "P-1"));
    assert_eq!(catalog.supplier_name.as_deref(), Some("Pumpen & Co"));
    assert_eq!(catalog.generated_on.as_deref(), Some("2026-02-01"));
    assert_eq!((catalog.groups[0].parent.as_deref(), catalog.groups[0].kind.as_deref()), (Some("1"), Some("leaf")));
    let pump = &catalog.products[0];
    assert_eq!((pump.supplier_pid.as_str(), pump.manufacturer_pid.as_deref()), ("P-7", Some("X7")));
    assert_eq!(pump.mode.as_deref(), Some("new"));
    let ean = BmecatCode { value: "4008190397111".into(), kind: Some("ean".into()) };
    assert_eq!(
        (pump.international_pids.as_slice(), pump.groups.as_slice()),
        ([ean].as_slice(), ["12".to_owned()].as_slice())
    );
    assert_eq!(pump.order.contents_per_order_unit, Some(Decimal::from(12)));
    let price = &pump.prices[0];
    assert_eq!((price.amount, price.tax), (None, Some("0.19".parse().unwrap())));
    assert_eq!((price.valid_from.as_deref(), price.valid_until.as_deref()), (Some("2026-01-01"), Some("2026-12-31")));
    let spare = &pump.references[0];
    assert_eq!(
        (spare.product.as_str(), spare.quantity, spare.kind.as_deref()),
        ("D-1", Some(Decimal::from(2)), Some("sparepart"))
    );
    assert_eq!(file.to_xml(), OLD.replace("ISO-8859-1", "UTF-8"));
}

#[test]
fn what_cannot_be_read_is_found_and_stops_nothing() {
    let file = read_bmecat(OLD.as_bytes()).unwrap();
    let found: Vec<_> =
        file.findings().iter().map(|finding| (finding.field.as_deref().unwrap(), finding.code)).collect();
    let path = "products[0].features[0].features";
    assert_eq!(
        found,
        [
            ("products[0].delivery_days", ErrorCode::BadFormat),
            (format!("{path}[2].parent_number").as_str(), ErrorCode::UnknownReference),
            (format!("{path}[0].parent_number").as_str(), ErrorCode::Cycle),
            ("products[0].prices[0].amount", ErrorCode::BadFormat),
        ]
    );
    let features = &file.catalog().products[0].features[0].features;
    let parents: Vec<_> = features.iter().map(|feature| feature.parent).collect();
    assert_eq!(parents, [None, Some(0), None, None, Some(3)], "the circle is cut, the enclosed one is inside");
    assert_eq!(features[2].values.len(), 2);
}

#[test]
fn another_root_is_refused() {
    let error = read_bmecat(b"<ORDER/>").unwrap_err();
    assert_eq!((error.code(), error.to_string().as_str()), (ErrorCode::BadFormat, "the root is `ORDER`, not `BMECAT`"));
    let nothing = read_bmecat(b"<BMECAT/>").unwrap();
    assert_eq!(nothing.findings()[0].field.as_deref(), Some("catalog_id"));
}

fn word() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9ü中&<>\"']{1,8}"
}

fn figure() -> impl Strategy<Value = Option<Decimal>> {
    option::of((0_i64..1_000_000).prop_map(|number| Decimal::new(number.into(), 3).unwrap()))
}

fn text() -> impl Strategy<Value = BmecatText> {
    (word(), option::of("deu|eng")).prop_map(|(text, language)| BmecatText { text, language })
}

fn feature() -> impl Strategy<Value = BmecatFeature> {
    let values = (vec(text(), 0..3), vec(word(), 0..2), vec(text(), 0..2), option::of(word()));
    (option::of(word()), vec(text(), 0..2), values, option::of(word())).prop_map(
        |(id, names, (values, value_ids, details, unit), order)| BmecatFeature {
            id,
            names,
            values,
            value_ids,
            details,
            unit,
            order,
            ..BmecatFeature::default()
        },
    )
}

/// Features with numbers that name the one before, in one group or in none.
fn features() -> impl Strategy<Value = BmecatFeatures> {
    let groups = (vec(feature(), 0..4), vec(feature(), 0..4), option::of(word()), any::<bool>());
    groups.prop_map(|(free, grouped, system, numbered)| {
        let mut features = Vec::new();
        for (group, list) in [(None, free), (Some(0), grouped)] {
            let first = features.len();
            for (place, feature) in list.into_iter().enumerate() {
                let at = first + place;
                let parent = (place > 0 && place % 2 == 1).then(|| (at - 1) as u64);
                let number = numbered.then(|| at.to_string());
                let parent_number = numbered.then(|| parent.map_or("-1".to_owned(), |parent| parent.to_string()));
                features.push(BmecatFeature { number, parent_number, parent, group, ..feature });
            }
        }
        let ids = vec![BmecatCode { value: "0173-1#01-ADN228#005".into(), kind: None }];
        let groups = vec![BmecatFeatureGroup { ids, ..BmecatFeatureGroup::default() }];
        BmecatFeatures { system, groups, features, ..BmecatFeatures::default() }
    })
}

fn price() -> impl Strategy<Value = BmecatPrice> {
    (figure(), figure(), option::of("EUR|CNY"), option::of("2026-0[1-9]-01")).prop_map(
        |(amount, lower_bound, currency, valid_from)| BmecatPrice {
            amount,
            lower_bound,
            currency,
            valid_from,
            kind: Some("net_list".into()),
            ..BmecatPrice::default()
        },
    )
}

fn catalog() -> impl Strategy<Value = BmecatCatalog> {
    let product = (word(), vec(text(), 0..3), vec(features(), 0..2), vec(price(), 0..3), figure());
    let product = product.prop_map(|(supplier_pid, short, features, prices, quantity)| BmecatProduct {
        supplier_pid,
        keywords: short.clone(),
        short,
        features,
        prices,
        references: vec![BmecatReference { product: "A".into(), quantity, ..BmecatReference::default() }],
        mimes: vec![BmecatMime { purpose: Some("data_sheet".into()), ..BmecatMime::default() }],
        order: BmecatOrder { minimum: quantity, ..BmecatOrder::default() },
        ..BmecatProduct::default()
    });
    (word(), vec(product, 0..4), option::of(word()), vec(word(), 0..2)).prop_map(
        |(catalog_id, products, supplier_name, languages)| BmecatCatalog {
            catalog_id,
            products,
            supplier_name,
            languages,
            format: Some("2005".into()),
            ..BmecatCatalog::default()
        },
    )
}

proptest! {
    /// What is written says the same when it is read.
    #[test]
    fn what_is_written_is_read_as_it_was(catalog in catalog()) {
        let text = write_bmecat(&catalog);
        let read = read_bmecat(text.as_bytes()).unwrap();
        prop_assert_eq!(read.findings(), []);
        prop_assert_eq!(read.catalog(), &catalog);
        prop_assert_eq!(read.to_xml(), text);
    }

    /// Whatever the bytes are, they are read or refused.
    #[test]
    fn damaged_files_are_read_or_refused(cut in 0..OLD.len(), byte in any::<u8>()) {
        let mut bytes = OLD.as_bytes().to_vec();
        bytes[cut] = byte;
        let _ = read_bmecat(&bytes);
        let _ = read_bmecat(&bytes[..cut]);
    }
}
