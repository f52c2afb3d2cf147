use super::*;
use crate::engine::Session;
use crate::engine::smoke::sessions;
use crate::exchange::{BmecatImport, ImportReport};
use crate::product::{
    ParameterComparison, ParameterCondition, ParameterKind, ParameterValue, PriceList, Product, ProductClass,
    ProductSearch, ProductSource,
};
use crate::query::Query;
use crate::value::{Decimal, Id};

/// Two products of one class: nested, in several languages, with units, choices and words that we do not know.
const FILE: &str = r#"<?xml version="1.0"?>
<BMECAT version="2005"><HEADER><CATALOG><LANGUAGE>deu</LANGUAGE><LANGUAGE>eng</LANGUAGE><CATALOG_ID>K</CATALOG_ID>
  <CURRENCY>EUR</CURRENCY></CATALOG></HEADER>
  <!-- kept -->
  <T_NEW_CATALOG>
    <PRODUCT><SUPPLIER_PID>A-1</SUPPLIER_PID>
      <PRODUCT_DETAILS><DESCRIPTION_SHORT lang="deu">Klemme</DESCRIPTION_SHORT>
        <DESCRIPTION_SHORT lang="eng">Terminal</DESCRIPTION_SHORT><EAN>4008190397111</EAN></PRODUCT_DETAILS>
      <PRODUCT_FEATURES><REFERENCE_FEATURE_SYSTEM_NAME>ECLASS-9.0</REFERENCE_FEATURE_SYSTEM_NAME>
        <REFERENCE_FEATURE_GROUP_ID>27141120</REFERENCE_FEATURE_GROUP_ID>
        <FEATURE><FNAME>Anschluss</FNAME><VALUE_IDREF>C1</VALUE_IDREF><FID>1</FID><FPARENT_ID>-1</FPARENT_ID></FEATURE>
        <FEATURE><FNAME>Spannung</FNAME><FVALUE>800</FVALUE><FUNIT>V</FUNIT><FID>2</FID><FPARENT_ID>1</FPARENT_ID><OWN/></FEATURE>
        <FEATURE><FNAME>Anschluss</FNAME><FID>3</FID><FPARENT_ID>-1</FPARENT_ID></FEATURE>
        <FEATURE><FNAME>Spannung</FNAME><FVALUE>0.4</FVALUE><FUNIT>kV</FUNIT><FID>4</FID><FPARENT_ID>3</FPARENT_ID></FEATURE>
        <FEATURE><FNAME>Farbe</FNAME><VALUE_IDREF>RD</VALUE_IDREF><FVALUE_DETAILS>rot</FVALUE_DETAILS></FEATURE>
        <FEATURE><FNAME>Hinweis</FNAME><FVALUE lang="deu">gut</FVALUE><FVALUE lang="eng">good</FVALUE></FEATURE>
        <FEATURE><FNAME>Tiefe</FNAME><FVALUE>5.00</FVALUE><FUNIT>mm</FUNIT></FEATURE>
        <FEATURE><FNAME>Leer</FNAME></FEATURE>
      </PRODUCT_FEATURES>
      <PRODUCT_ORDER_DETAILS><ORDER_UNIT>C62</ORDER_UNIT><PRICE_QUANTITY>100</PRICE_QUANTITY></PRODUCT_ORDER_DETAILS>
      <PRODUCT_PRICE_DETAILS><VALID_START_DATE>2026-01-01</VALID_START_DATE><VALID_END_DATE>2026-12-31</VALID_END_DATE>
        <PRODUCT_PRICE price_type="net_list"><PRICE_AMOUNT>12.50</PRICE_AMOUNT><LOWER_BOUND>1</LOWER_BOUND></PRODUCT_PRICE>
        <PRODUCT_PRICE price_type="net_list"><PRICE_AMOUNT>11</PRICE_AMOUNT><LOWER_BOUND>50</LOWER_BOUND></PRODUCT_PRICE>
      </PRODUCT_PRICE_DETAILS>
    </PRODUCT>
    <PRODUCT><SUPPLIER_PID>A-2</SUPPLIER_PID>
      <PRODUCT_FEATURES><REFERENCE_FEATURE_SYSTEM_NAME>ECLASS-9.0</REFERENCE_FEATURE_SYSTEM_NAME>
        <REFERENCE_FEATURE_GROUP_ID>27141120</REFERENCE_FEATURE_GROUP_ID>
        <FEATURE><FNAME>Farbe</FNAME><VALUE_IDREF>BU</VALUE_IDREF><FVALUE_DETAILS>blau</FVALUE_DETAILS></FEATURE>
        <FEATURE><FNAME>Tiefe</FNAME><FVALUE>-</FVALUE><FUNIT>mm</FUNIT></FEATURE>
      </PRODUCT_FEATURES></PRODUCT>
  </T_NEW_CATALOG>
</BMECAT>
"#;

fn import(session: &Session, file: &str) -> ImportReport {
    session.import_bmecat(file.as_bytes(), &BmecatImport::default(), false).unwrap()
}

fn figures(report: &ImportReport) -> [u64; 4] {
    [report.created, report.updated, report.unchanged, report.rejected]
}

fn product(session: &Session, code: &str) -> Product {
    session.list_all::<Product>(&Query::matching(&[("code", code.into())])).unwrap().remove(0)
}

#[test]
fn products_come_with_class_parameters_and_values() {
    for (_folder, admin) in sessions() {
        let report = import(&admin, FILE);
        assert_eq!((report.rejects.as_slice(), figures(&report)), ([].as_slice(), [2, 0, 0, 0]));
        let left_out: Vec<_> =
            report.notices.iter().map(|notice| (notice.row, notice.field.as_deref().unwrap())).collect();
        assert_eq!(left_out, [(2, "features[0].features[1]")], "a dash is no figure");
        let class = admin.list_all::<ProductClass>(&Query::default()).unwrap().remove(0);
        assert_eq!((class.code.as_str(), class.system.as_deref()), ("ECLASS-9.0:27141120", Some("ECLASS-9.0")));
        let kinds: Vec<_> = admin.products().class_parameters(class.id).unwrap();
        let kinds: Vec<_> = kinds.iter().map(|one| (one.code.as_str(), one.kind, one.is_multiple)).collect();
        assert_eq!(
            kinds,
            [
                ("Anschluss", ParameterKind::Block, true),
                ("Spannung", ParameterKind::Number, false),
                ("Farbe", ParameterKind::Choice, false),
                ("Hinweis", ParameterKind::Text, false),
                ("Tiefe", ParameterKind::Number, false),
            ]
        );
        let terminal = product(&admin, "A-1");
        assert_eq!((terminal.name.as_str(), terminal.unit.as_deref()), ("Klemme", Some("C62")));
        assert_eq!(
            (terminal.external_ids[0].system.as_str(), terminal.external_ids[0].key.as_str()),
            ("bmecat:K", "A-1")
        );
        let block = |parameter: &str| ParameterValue { parameter: parameter.into(), ..ParameterValue::default() };
        assert_eq!(
            terminal.parameters,
            [
                block("Anschluss"),
                ParameterValue::number("Spannung", 800.into(), Some("V")).inside(0),
                block("Anschluss"),
                ParameterValue::number("Spannung", "0.4".parse().unwrap(), Some("kV")).inside(2),
                ParameterValue::choice("Farbe", "RD"),
                ParameterValue::text("Hinweis", "gut"),
                ParameterValue::number("Tiefe", "5".parse().unwrap(), Some("mm")),
            ]
        );
        let thin = ParameterCondition::number("Tiefe", ParameterComparison::LessOrEqual, 1.into(), Some("cm"));
        let search = ProductSearch { conditions: vec![thin], ..ProductSearch::default() };
        assert_eq!(admin.products().find_products(&search).unwrap().items[0].code, "A-1");
    }
}

#[test]
fn a_second_import_changes_nothing_and_a_dry_run_keeps_nothing() {
    for (_folder, admin) in sessions() {
        let dry = admin.import_bmecat(FILE.as_bytes(), &BmecatImport::default(), true).unwrap();
        assert_eq!((figures(&dry), dry.dry_run), ([2, 0, 0, 0], true));
        assert!(admin.list_all::<Product>(&Query::default()).unwrap().is_empty());
        import(&admin, FILE);
        let before = admin.list_all::<Product>(&Query::default()).unwrap();
        assert_eq!(figures(&import(&admin, FILE)), [0, 0, 2, 0]);
        assert_eq!(admin.list_all::<Product>(&Query::default()).unwrap(), before);
        assert_eq!(admin.list_all::<ProductSource>(&Query::default()).unwrap().len(), 3);
        let other = FILE.replace(">BU<", ">GN<").replace(">800<", ">690<");
        assert_eq!(figures(&import(&admin, &other)), [0, 2, 0, 0], "the class gets the new choice");
        assert_eq!(product(&admin, "A-2").parameters[0].choice.as_deref(), Some("GN"));
    }
}

#[test]
fn the_first_step_of_a_price_goes_into_a_list() {
    for (_folder, admin) in sessions() {
        let make = |currency: &str| {
            let list = PriceList { name: currency.into(), currency: currency.parse().unwrap(), ..PriceList::default() };
            admin.products().create_price_list(&list).unwrap()
        };
        let list = make("EUR");
        let options = BmecatImport { price_list: Some(list.id), ..BmecatImport::default() };
        for _ in 0..2 {
            let report = admin.import_bmecat(FILE.as_bytes(), &options, false).unwrap();
            assert_eq!(report.rejects, []);
            assert!(report.notices.iter().any(|notice| notice.field.as_deref() == Some("prices[1].lower_bound")));
        }
        let prices = admin.products().list_prices(&Query::default()).unwrap().items;
        assert_eq!(
            (prices.len(), prices[0].price, prices[0].per_quantity),
            (1, "12.5".parse().unwrap(), Some(100.into()))
        );
        let days = (prices[0].valid_from.unwrap().to_string(), prices[0].valid_until.unwrap().to_string());
        assert_eq!(days, ("2026-01-01".to_owned(), "2027-01-01".to_owned()), "the last day is in");
        let dollars = BmecatImport { price_list: Some(make("USD").id), ..BmecatImport::default() };
        let report = admin.import_bmecat(FILE.as_bytes(), &dollars, false).unwrap();
        assert!(report.notices.iter().any(|notice| notice.code == ErrorCode::CurrencyMismatch));
        let unknown = BmecatImport { price_list: Some(Id::NIL), ..BmecatImport::default() };
        assert_eq!(admin.import_bmecat(FILE.as_bytes(), &unknown, false).unwrap_err().kind(), "not_found");
    }
}

#[test]
fn an_imported_catalogue_is_written_as_it_was() {
    for (_folder, admin) in sessions() {
        import(&admin, FILE);
        assert_eq!(admin.export_bmecat("bmecat:K", None).unwrap(), FILE);
        assert_eq!(admin.export_bmecat("bmecat:X", None).unwrap_err().kind(), "not_found");
    }
}

#[test]
fn what_was_changed_since_is_written_as_it_is_now() {
    for (_folder, admin) in sessions() {
        import(&admin, FILE);
        let mut terminal = product(&admin, "A-1");
        terminal.name = "Klemme & Co".into();
        terminal.parameters[1].number = Some(Decimal::from(690));
        terminal.parameters[4].choice = Some("BU".into());
        terminal.parameters.remove(5);
        admin.products().update_product(&terminal).unwrap();
        let expected = FILE
            .replace(">Klemme<", ">Klemme &amp; Co<")
            .replace("<FVALUE>800</FVALUE>", "<FVALUE>690</FVALUE>")
            .replace("<VALUE_IDREF>RD</VALUE_IDREF><FVALUE_DETAILS>rot</FVALUE_DETAILS>", "<VALUE_IDREF>BU</VALUE_IDREF>")
            .replace(
                "<FEATURE><FNAME>Hinweis</FNAME><FVALUE lang=\"deu\">gut</FVALUE><FVALUE lang=\"eng\">good</FVALUE></FEATURE>",
                "",
            );
        assert_eq!(admin.export_bmecat("bmecat:K", None).unwrap(), expected);
    }
}

#[test]
fn a_bad_product_stops_no_other() {
    for (_folder, admin) in sessions() {
        let long = "x".repeat(61);
        let twice = FILE.replace("<SUPPLIER_PID>A-2<", "<SUPPLIER_PID>A-1<");
        let report = import(&admin, &twice);
        assert_eq!(figures(&report), [1, 0, 0, 1]);
        assert_eq!(
            (report.rejects.len(), report.rejects[0].row, report.rejects[0].code),
            (1, 2, ErrorCode::DuplicateKey)
        );
        let report = import(&admin, &FILE.replace("<SUPPLIER_PID>A-2<", &format!("<SUPPLIER_PID>{long}<")));
        assert_eq!((report.rejected, report.rejects[0].code), (1, ErrorCode::TooLong));
        assert_eq!(report.rejects[0].row, 2);
    }
}
