//! Files that nobody here wrote: exports of other programs, read with public names alone.
//!
//! The files are not part of the project. They are looked for in `CRM_TEST_DATA`, else beside the project; without
//! them the tests pass without a word, but fail in CI.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crm_core::exchange::{
    CellFormat, CellKind, CellReader, CellValue, CsvOptions, CsvTable, CsvWriteOptions, read_csv, write_csv,
};
use crm_core::value::Decimal;

fn data(path: &str) -> Option<Vec<u8>> {
    let folder = std::env::var_os("CRM_TEST_DATA")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data")), PathBuf::from);
    if folder.is_dir() {
        return Some(std::fs::read(folder.join(path)).unwrap_or_else(|error| panic!("{path}: {error}")));
    }
    let in_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(!in_ci, "the test data is missing: set CRM_TEST_DATA to its folder");
    None
}

fn table(path: &str) -> Option<CsvTable> {
    let table = read_csv(&data(path)?, &CsvOptions::default()).unwrap();
    assert_eq!(table.rejects, [], "{path}");
    Some(table)
}

fn column<'t>(table: &'t CsvTable, name: &str) -> Vec<&'t str> {
    let place = table.header.iter().position(|column| column == name).unwrap_or_else(|| panic!("no column {name}"));
    table.rows.iter().map(|row| row.cells[place].as_str()).collect()
}

fn values(table: &CsvTable, name: &str, kind: CellKind) -> Vec<Option<CellValue>> {
    let reader = CellReader::new(&CellFormat::new(kind)).unwrap();
    column(table, name).into_iter().map(|text| reader.read(name, text).unwrap()).collect()
}

fn sum(table: &CsvTable, name: &str) -> Decimal {
    values(table, name, CellKind::Decimal).into_iter().flatten().fold(Decimal::ZERO, |sum, value| match value {
        CellValue::Decimal(value) => sum.checked_add(value).unwrap(),
        other => panic!("{other:?}"),
    })
}

fn count(values: &[&str], wanted: &str) -> usize {
    values.iter().filter(|value| **value == wanted).count()
}

#[test]
fn the_accounts_and_products_of_a_hardware_maker() {
    let Some(accounts) = table("crm-sales/accounts.csv") else { return };
    assert_eq!((accounts.rows.len(), accounts.rows.last().unwrap().row), (85, 86));
    assert_eq!(accounts.rows.len() - count(&column(&accounts, "subsidiary_of"), ""), 15);
    assert_eq!(count(&column(&accounts, "sector"), "technolgy"), 12);
    assert!(values(&accounts, "employees", CellKind::Integer).iter().all(Option::is_some));
    assert!(values(&accounts, "revenue", CellKind::Decimal).iter().all(Option::is_some));

    let products = table("crm-sales/products.csv").unwrap();
    assert_eq!(products.rows.len(), 7);
    assert_eq!(column(&products, "product")[1], "GTX Pro");
    let teams = table("crm-sales/sales_teams.csv").unwrap();
    assert_eq!(teams.rows.len(), 35);
}

#[test]
fn the_pipeline_of_a_hardware_maker() {
    let Some(pipeline) = table("crm-sales/sales_pipeline.csv") else { return };
    assert_eq!(pipeline.rows.len(), 8_800);
    let mut stages = BTreeMap::new();
    for stage in column(&pipeline, "deal_stage") {
        *stages.entry(stage).or_insert(0) += 1;
    }
    let expected = [("Engaging", 1_589), ("Lost", 2_473), ("Prospecting", 500), ("Won", 4_238)];
    assert_eq!(stages, BTreeMap::from(expected));
    assert_eq!(count(&column(&pipeline, "product"), "GTXPro"), 1_480);
    assert_eq!(count(&column(&pipeline, "account"), ""), 1_425);
    let engaged = values(&pipeline, "engage_date", CellKind::Date);
    assert_eq!(engaged.iter().filter(|date| date.is_none()).count(), 500);
    assert_eq!(sum(&pipeline, "close_value"), Decimal::from(10_005_534));
}

#[test]
fn the_accounts_of_a_salesforce_export() {
    let Some(accounts) = table("salesforce-export/accountData.csv") else { return };
    assert_eq!((accounts.rows.len(), accounts.header.len()), (423, 38));
    // The export is not UTF-8: five letters are in the Western code page of Windows.
    assert_eq!(accounts.encoding, "windows-1252");
    let names = column(&accounts, "NAME");
    assert!(names.contains(&"Pébéo of America"));
    assert!(column(&accounts, "BILLINGSTREET").iter().any(|street| street.contains("Nº 77")));
    let questions = |name: &&&str| !name.is_empty() && name.chars().all(|c| c == '?');
    assert_eq!(names.iter().filter(questions).count(), 5);
    let revenues: Vec<_> = values(&accounts, "ANNUALREVENUE", CellKind::Decimal).into_iter().flatten().collect();
    let exact = |text: &str| CellValue::Decimal(text.parse().unwrap());
    assert!(revenues.contains(&exact("84800000000")) && revenues.contains(&exact("60000000")));
    assert!(values(&accounts, "CREATEDDATE", CellKind::Timestamp).iter().all(Option::is_some));
    assert!(values(&accounts, "ISDELETED", CellKind::Boolean).iter().all(Option::is_some));
}

#[test]
fn the_opportunities_of_a_salesforce_export() {
    let Some(opportunities) = table("salesforce-export/opportunityData.csv") else { return };
    assert_eq!(opportunities.rows.len(), 38);
    assert_eq!(sum(&opportunities, "AMOUNT"), Decimal::from(6_270_000));
    assert_eq!(sum(&opportunities, "EXPECTEDREVENUE"), Decimal::from(4_858_000));
    let percent = Decimal::new(1, 2).unwrap();
    let three =
        ["AMOUNT", "PROBABILITY", "EXPECTEDREVENUE"].map(|name| values(&opportunities, name, CellKind::Decimal));
    for place in 0..38 {
        if let [
            Some(CellValue::Decimal(amount)),
            Some(CellValue::Decimal(probability)),
            Some(CellValue::Decimal(expected)),
        ] = three.each_ref().map(|column| column[place].clone())
        {
            assert_eq!(amount.checked_mul(probability).unwrap().checked_mul(percent).unwrap(), expected);
        }
    }
    assert!(values(&opportunities, "CLOSEDATE", CellKind::Date).iter().all(Option::is_some));
}

#[test]
fn the_same_table_in_every_encoding() {
    for (file, encoding) in [("UTF8", "UTF-8"), ("UTF16LE", "UTF-16LE"), ("UTF16BE", "UTF-16BE")] {
        let Some(table) = table(&format!("csv-encodings/csvtext_BOM_{file}.csv")) else { return };
        assert_eq!(
            (table.encoding.as_str(), table.header),
            (encoding, ["column1", "column2", "column3"].map(String::from).to_vec())
        );
        let cells: Vec<_> = table.rows.iter().map(|row| (row.row, row.cells.join("|"))).collect();
        assert_eq!(cells, [(2, "row1-1|row1-2|row1-3".to_owned()), (3, "row2-1|row2-2|row2-3".to_owned())]);
    }
    let quotes = table("csv-encodings/csvEscapedQuotes.csv").unwrap();
    assert_eq!(column(&quotes, "column1"), ["\"The Best\" Account", "The \"Best\" Account"]);

    let bytes = data("csv-encodings/csvSeparator.csv").unwrap();
    let table = read_csv(&bytes, &CsvOptions { separator: Some("!".into()), ..CsvOptions::default() }).unwrap();
    assert_eq!(table.header, ["column1,column2", "some,column3"]);
    assert_eq!(table.rows[1].cells, ["col21,col22", "somev2,col23"]);
}

#[test]
fn every_table_is_the_same_after_a_round_trip() {
    for file in [
        "crm-sales/accounts.csv",
        "crm-sales/sales_pipeline.csv",
        "salesforce-export/accountData.csv",
        "salesforce-export/opportunityData.csv",
    ] {
        let Some(table) = table(file) else { return };
        let rows: Vec<Vec<String>> = table.rows.iter().map(|row| row.cells.clone()).collect();
        for raw in [false, true] {
            let options = CsvWriteOptions { raw, bom: true, separator: Some(";".into()) };
            let bytes = write_csv(&table.header, &rows, &options).unwrap();
            let back = read_csv(&bytes, &CsvOptions { unescape_formulas: !raw, ..CsvOptions::default() }).unwrap();
            assert_eq!(back.separator, ";");
            assert_eq!(
                (back.rejects, back.header, back.rows),
                (vec![], table.header.clone(), table.rows.clone()),
                "{file}"
            );
        }
    }
}
