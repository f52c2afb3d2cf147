//! Catalogues of a maker of terminals, read and written with public names alone.
//!
//! The files are not part of the project. They are looked for in `CRM_TEST_DATA`, else beside the project; without
//! them the tests pass without a word, but fail in CI.

#[cfg(test)]
mod real_bmecat {
    use std::path::PathBuf;

    use crm_core::engine::{Crm, Session, SetupOptions};
    use crm_core::exchange::{BmecatFile, BmecatImport, BmecatProduct, XmlElement, XmlNode, read_bmecat, write_bmecat};

    /// The product, its `FEATURE`, `FVALUE` and `VALUE_IDREF` elements, keywords and references.
    const FILES: [(&str, [u64; 3], usize, usize); 5] = [
        ("1303890000", [672, 686, 213], 5, 7),
        ("1351590000", [347, 348, 109], 16, 2),
        ("1609801044", [52, 43, 15], 5, 0),
        ("7760056069", [171, 166, 51], 8, 14),
        ("7760056106", [764, 693, 268], 8, 1),
    ];

    fn data(product: &str) -> Option<Vec<u8>> {
        let folder = std::env::var_os("CRM_TEST_DATA")
            .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data")), PathBuf::from);
        let file = folder.join(format!("bmecat/WEI_BMECat_{product}.xml"));
        if file.is_file() {
            return Some(std::fs::read(file).unwrap());
        }
        let in_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
        assert!(!in_ci, "the test data is missing: set CRM_TEST_DATA to its folder");
        None
    }

    /// Every element with its attributes and text, in the order of the document.
    fn nodes(element: &XmlElement, depth: usize, found: &mut Vec<String>) {
        let attributes: Vec<_> = element.attributes().collect();
        found.push(format!("{depth} {} {attributes:?} {}", element.name, element.text()));
        for child in &element.children {
            match child {
                XmlNode::Element(child) => nodes(child, depth + 1, found),
                XmlNode::Text(_) => {}
                other => found.push(format!("{depth} {other:?}")),
            }
        }
    }

    fn tree(file: &BmecatFile) -> Vec<String> {
        let mut found = Vec::new();
        nodes(file.root(), 0, &mut found);
        found
    }

    fn counts(file: &BmecatFile) -> [u64; 3] {
        ["FEATURE", "FVALUE", "VALUE_IDREF"].map(|name| file.root().count(name))
    }

    #[test]
    fn no_node_of_a_real_catalogue_is_lost() {
        for (product, expected, ..) in FILES {
            let Some(bytes) = data(product) else { return };
            let file = read_bmecat(&bytes).unwrap();
            assert_eq!(counts(&file), expected, "{product}");
            let written = file.to_xml();
            assert_eq!(written.as_bytes(), bytes, "{product}");
            let again = read_bmecat(written.as_bytes()).unwrap();
            assert_eq!(tree(&again), tree(&file), "{product}");
        }
    }

    #[test]
    fn a_catalogue_that_is_made_anew_has_every_feature_too() {
        for (product, expected, ..) in FILES {
            let Some(bytes) = data(product) else { return };
            let file = read_bmecat(&bytes).unwrap();
            let made = read_bmecat(write_bmecat(file.catalog()).as_bytes()).unwrap();
            assert_eq!(counts(&made), expected, "{product}");
            assert_eq!(made.catalog(), file.catalog(), "{product}");
        }
    }

    fn named<'p>(product: &'p BmecatProduct, name: &str) -> &'p crm_core::exchange::BmecatFeature {
        let mut all = product.features[0].features.iter();
        all.find(|feature| feature.names.iter().any(|known| known.text == name)).unwrap()
    }

    #[test]
    fn the_features_of_a_terminal_marker_stand_inside_each_other() {
        let Some(bytes) = data("1609801044") else { return };
        let file = read_bmecat(&bytes).unwrap();
        assert_eq!(file.findings(), []);
        let marker = &file.catalog().products[0];
        let features = &marker.features[0];
        assert_eq!((features.system.as_deref(), features.classes[0].value.as_str()), (Some("ECLASS-9.0"), "27141137"));
        assert_eq!((features.features.len(), features.groups.len()), (52, 6));
        let depth = named(marker, "Tiefe");
        assert_eq!((depth.id.as_deref(), depth.values[0].text.as_str()), (Some("0173-1#02-BAB577#006"), "2.373"));
        let mut way = Vec::new();
        let mut at = depth.parent;
        while let Some(place) = at {
            let above = &features.features[usize::try_from(place).unwrap()];
            way.push(above.names[0].text.as_str());
            at = above.parent;
        }
        assert_eq!(way, ["Abmessung", "Konstruktion allgemein", "Mechanische und elektrische Konstruktion (s)"]);
        assert_eq!(marker.prices[0].lower_bound, Some("1000".parse().unwrap()));
        assert_eq!(marker.mimes[0].purpose.as_deref(), Some("data_sheet"));
    }

    #[test]
    fn what_the_files_say_is_counted() {
        for (product, [features, ..], keywords, references) in FILES {
            let Some(bytes) = data(product) else { return };
            let file = read_bmecat(&bytes).unwrap();
            assert_eq!(file.findings(), [], "{product}");
            let catalog = file.catalog();
            assert_eq!((catalog.currency.as_deref(), catalog.languages.len()), (Some("EUR"), 2));
            let found = &catalog.products[0];
            assert_eq!(found.supplier_pid, product);
            assert_eq!(found.manufacturer_name.as_deref(), Some("Weidmueller Group"));
            assert_eq!(found.features[0].features.len() as u64, features, "{product}");
            assert_eq!((found.keywords.len(), found.references.len()), (keywords, references), "{product}");
            assert_eq!(found.order.order_unit.as_deref(), Some("C62"));
        }
    }

    fn session() -> Session {
        let crm = Crm::open_in_memory();
        crm.setup(SetupOptions {
            tenant: "main".into(),
            name: "Terminals".into(),
            base_currency: "EUR".parse().unwrap(),
            time_zone: "Europe/Berlin".into(),
            admin_login: "admin".into(),
        })
        .unwrap();
        crm.session("main", "admin").unwrap()
    }

    #[test]
    fn real_products_are_imported_and_exported_without_loss() {
        let session = session();
        for (product, ..) in FILES {
            let Some(bytes) = data(product) else { return };
            let options = BmecatImport { system: Some(product.into()), ..BmecatImport::default() };
            let report = session.import_bmecat(&bytes, &options, false).unwrap();
            assert_eq!((report.rejects.as_slice(), report.created), ([].as_slice(), 1), "{product}");
            let again = session.import_bmecat(&bytes, &options, false).unwrap();
            assert_eq!((again.rejects.as_slice(), again.unchanged), ([].as_slice(), 1), "{product}");
        }
        for (product, ..) in FILES {
            let Some(bytes) = data(product) else { return };
            assert_eq!(session.export_bmecat(product, None).unwrap().as_bytes(), bytes, "{product}");
        }
    }
}
