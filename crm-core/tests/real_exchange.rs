//! Files that nobody here wrote: exports of other programs, read with public names alone.
//!
//! The files are not part of the project. They are looked for in `CRM_TEST_DATA`, else beside the project; without
//! them the tests pass without a word, but fail in CI.

#[cfg(test)]
mod real_exchange {

    use std::collections::BTreeMap;
    use std::path::PathBuf;

    use crm_core::exchange::{
        CellFormat, CellKind, CellReader, CellValue, CsvOptions, CsvTable, CsvWriteOptions, VCard, VCardVersion,
        read_csv, read_vcards, write_csv, write_vcards,
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

    /// The cards of a file without damage; `warnings` is the number of values that cannot be read.
    fn cards(file: &str, warnings: usize) -> Option<Vec<VCard>> {
        let read = read_vcards(&data(&format!("vcard/{file}"))?);
        assert_eq!((read.rejects, read.warnings.len()), (vec![], warnings), "{file} {:?}", read.warnings);
        Some(read.cards)
    }

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(ToString::to_string).collect()
    }

    fn extra<'c>(card: &'c VCard, name: &str) -> &'c str {
        card.extra.iter().find(|kept| kept.name == name).map_or("", |kept| kept.value.as_str())
    }

    #[test]
    fn the_cards_of_android() {
        let Some(cards) = cards("John_Doe_ANDROID.vcf", 2) else { return };
        assert_eq!(cards.len(), 6);
        assert_eq!((cards[0].emails[0].value.as_str(), cards[0].emails[0].preferred), ("john.doe@company.com", true));
        assert_eq!(cards[0].categories, ["My Contacts"]);
        assert_eq!(cards[2].family_name.as_deref(), Some("Ñ Ñ Ñ Ñ"));
        let phones: Vec<_> =
            cards[3].phones.iter().map(|phone| (phone.value.as_str(), phone.types.join(","))).collect();
        let expected = [("123456", "cell"), ("234567", "home"), ("3456789", "cell"), ("45678901", "home")];
        assert_eq!(phones, expected.map(|(value, types)| (value, types.to_owned())));
        assert_eq!(cards[3].note.as_deref().unwrap().chars().filter(|c| *c == 'Ñ').count(), 21);
        assert_eq!(cards[4].emails.iter().map(|email| email.value.chars().count()).collect::<Vec<_>>(), [15, 14]);
        // The picture is cut: 1,169 letters are no base64. It is kept as it stands.
        assert_eq!((extra(&cards[4], "PHOTO").len(), extra(&cards[4], "URL")), (1_171, ""));
        assert_eq!(cards[4].urls.len(), 2);
        // The second of three companies ends with half a character: it is kept as bytes.
        let orgs: Vec<_> = cards[5].extra.iter().filter(|kept| kept.name == "ORG").collect();
        assert_eq!((cards[5].organization.as_deref().unwrap().chars().count(), orgs.len()), (44, 2));
        assert_eq!(orgs[0].params.iter().map(|param| param.values[0].as_str()).collect::<Vec<_>>(), ["b", "UTF-8"]);
    }

    #[test]
    fn the_card_of_gmail() {
        let Some(cards) = cards("John_Doe_GMAIL.vcf", 0) else { return };
        let [card] = cards.as_slice() else { panic!("{} cards", cards.len()) };
        assert_eq!(card.full_name.as_deref(), Some("Mr. John Richter, James Doe Sr."));
        assert_eq!(
            (card.additional_names.clone(), card.prefixes.clone()),
            (texts(&["Richter, James"]), texts(&["Mr."]))
        );
        assert_eq!(card.emails[0].types, ["internet", "home"]);
        let street = "Crescent moon drive\n555-asd\nNice Area, Albaney, New York 12345\nUnited States of America";
        assert_eq!(card.addresses[0].extended.as_deref(), Some(street));
        assert_eq!((card.urls[0].value.as_str(), card.urls[0].types[0].as_str()), ("http://www.ibm.com", "work"));
        assert_eq!(card.birthday, Some("1980-03-22".parse().unwrap()));
        let note = card.note.as_deref().unwrap();
        assert!(
            note.contains("HOLDERS AND CONTRIBUTORS \"AS IS\" AND") && note.ends_with("DAMAGE.\nFavotire Color: Blue")
        );
        let groups: Vec<_> = card.extra.iter().filter_map(|kept| kept.group.as_deref()).collect();
        assert_eq!((groups, extra(card, "X-ABRELATEDNAMES")), (vec!["item1", "item1", "item2", "item2"], "Jenny"));
    }

    #[test]
    fn the_cards_of_outlook() {
        let Some(cards) = cards("John_Doe_MS_OUTLOOK.vcf", 0) else { return };
        let [card] = cards.as_slice() else { panic!("{} cards", cards.len()) };
        assert_eq!(
            (card.additional_names.clone(), card.nicknames.clone()),
            (texts(&["Richter,James"]), texts(&["Johny"]))
        );
        assert_eq!(
            (card.organization.as_deref(), card.organization_units.clone()),
            (Some("IBM"), texts(&["Accounting"]))
        );
        assert_eq!((card.attributes[0].name.as_str(), card.attributes[0].params[0].values[0].as_str()), ("N", "en-us"));
        assert_eq!((card.addresses.len(), card.addresses[0].preferred, card.addresses[1].preferred), (2, true, false));
        assert_eq!(card.addresses[0].postcode.as_deref(), Some("12345"));
        assert_eq!(extra(card, "LABEL"), "Cresent moon drive\\nAlbaney, New York  12345");
        assert_eq!(card.revision, Some("2012-03-05T13:19:33Z".parse().unwrap()));
        assert!(extra(card, "PHOTO").starts_with("data:image/jpeg;base64,/9j/4AAQ"));
        assert!(extra(card, "X-MS-OL-DESIGN").starts_with("<card xmlns=\"http:"));

        let old = self::cards("outlook-2003.vcf", 0).unwrap().remove(0);
        assert_eq!(
            (old.organization.as_deref(), old.organization_units.clone()),
            (Some("Company, The"), texts(&["TheDepartment"]))
        );
        assert_eq!(old.note.as_deref(), Some("This is the note field!!\nSecond line\n\nThird line is empty\n"));
        assert_eq!(
            old.phones.iter().map(|phone| phone.types.join(",")).collect::<Vec<_>>().join(" "),
            "work,voice home,voice cell,voice work,fax"
        );
        assert!(extra(&old, "KEY").starts_with("data:application/pkix-cert;base64,MIIDITCCAoqgAwIB"));
        assert_eq!(old.role.as_deref(), Some("TheProfession"));
    }

    #[test]
    fn the_cards_of_the_standards() {
        let Some(cards) = cards("rfc2426-example.vcf", 0) else { return };
        assert_eq!(
            cards.iter().filter_map(|card| card.full_name.as_deref()).collect::<Vec<_>>(),
            ["Frank Dawson", "Tim Howes"]
        );
        assert_eq!((cards[0].emails[0].preferred, cards[0].emails[1].preferred), (true, false));
        let tim = &cards[1].addresses[0];
        assert_eq!((tim.region.as_deref(), tim.postcode.as_deref()), (Some("CA"), Some("94043")));

        let simon = self::cards("rfc6350-example.vcf", 0).unwrap().remove(0);
        assert_eq!(simon.suffixes, ["ing. jr", "M.Sc."]);
        assert_eq!((simon.birthday, simon.birthday_text.as_deref()), (None, Some("--0203")));
        let phone = &simon.phones[0];
        assert_eq!(
            (phone.value.as_str(), phone.extension.as_deref(), phone.preferred),
            ("+1-418-656-9254", Some("102"), true)
        );
        assert_eq!(simon.phones[1].types, ["work", "cell", "voice", "video", "text"]);
        assert_eq!(simon.addresses[0].extended.as_deref(), Some("Suite D2-630"));
        let names: Vec<_> = simon.extra.iter().map(|kept| kept.name.as_str()).collect();
        assert_eq!(names, ["ANNIVERSARY", "GENDER", "LANG", "LANG", "GEO", "KEY", "TZ"]);
    }

    #[test]
    fn every_card_is_the_same_after_a_round_trip() {
        for file in [
            "John_Doe_ANDROID.vcf",
            "John_Doe_GMAIL.vcf",
            "John_Doe_MS_OUTLOOK.vcf",
            "outlook-2003.vcf",
            "rfc2426-example.vcf",
            "rfc6350-example.vcf",
        ] {
            let Some(bytes) = data(&format!("vcard/{file}")) else { return };
            let cards = read_vcards(&bytes).cards;
            for version in [VCardVersion::V3, VCardVersion::V4] {
                let text = write_vcards(&cards, version).unwrap();
                assert!(text.lines().all(|line| line.len() <= 75), "{file}");
                let back = read_vcards(text.as_bytes());
                assert_eq!((back.rejects, back.cards), (vec![], cards.clone()), "{file} {version}");
                assert_eq!(write_vcards(&cards, version).unwrap(), text);
            }
        }
    }
}
