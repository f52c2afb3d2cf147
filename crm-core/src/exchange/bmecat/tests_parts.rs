//! Documents and references of a catalogue, in and out, on both stores.

use super::*;
use crate::engine::Session;
use crate::engine::smoke::sessions;
use crate::exchange::{BmecatImport, ImportReport};
use crate::product::{
    Product, ProductDocument, ProductDocumentKind as Kind, ProductRelation, ProductRelationKind as Relation,
};
use crate::query::Query;
use crate::schema::Entity;
use crate::value::{Decimal, Id};

/// Three pumps with documents in two languages, and references forwards, backwards, to others and to nothing.
const FILE: &str = r#"<BMECAT version="2005"><HEADER><CATALOG><LANGUAGE>deu</LANGUAGE><CATALOG_ID>P</CATALOG_ID></CATALOG></HEADER>
<T_NEW_CATALOG>
  <PRODUCT><SUPPLIER_PID>P-1</SUPPLIER_PID>
    <PRODUCT_DETAILS><DESCRIPTION_SHORT>Pumpe</DESCRIPTION_SHORT></PRODUCT_DETAILS>
    <MIME_INFO>
      <MIME><MIME_TYPE>url</MIME_TYPE><MIME_SOURCE>https://example.com/p1?lang=de</MIME_SOURCE><MIME_DESCR>Deeplink</MIME_DESCR><MIME_PURPOSE>data_sheet</MIME_PURPOSE></MIME>
      <MIME><MIME_TYPE>application/pdf</MIME_TYPE><MIME_SOURCE lang="deu">p1_de.pdf</MIME_SOURCE><MIME_SOURCE lang="eng">p1_en.pdf</MIME_SOURCE><MIME_DESCR lang="deu">Anleitung</MIME_DESCR><MIME_DESCR lang="eng">Manual</MIME_DESCR><MIME_PURPOSE>others</MIME_PURPOSE><MIME_ORDER>2</MIME_ORDER></MIME>
      <MIME><MIME_TYPE>image/jpeg</MIME_TYPE><MIME_SOURCE>img/p1.jpg</MIME_SOURCE><MIME_PURPOSE>normal</MIME_PURPOSE><OWN/></MIME>
      <MIME><MIME_TYPE>text/html</MIME_TYPE><MIME_SOURCE>javascript:alert(1)</MIME_SOURCE></MIME>
      <MIME><MIME_TYPE>image/png</MIME_TYPE></MIME>
    </MIME_INFO>
    <PRODUCT_REFERENCE type="sparepart" quantity="2"><PROD_ID_TO>P-3</PROD_ID_TO></PRODUCT_REFERENCE>
    <PRODUCT_REFERENCE type="followup"><PROD_ID_TO>P-2</PROD_ID_TO></PRODUCT_REFERENCE>
    <PRODUCT_REFERENCE type="accessories"><PROD_ID_TO>X-9</PROD_ID_TO><OWN/></PRODUCT_REFERENCE>
    <PRODUCT_REFERENCE type="sparepart" quantity="3"><PROD_ID_TO>P-3</PROD_ID_TO></PRODUCT_REFERENCE>
    <PRODUCT_REFERENCE type="accessories"><PROD_ID_TO>P-1</PROD_ID_TO></PRODUCT_REFERENCE>
    <PRODUCT_REFERENCE type="accessories"><PROD_ID_TO>P-2</PROD_ID_TO><CATALOG_ID>Q</CATALOG_ID></PRODUCT_REFERENCE>
  </PRODUCT>
  <PRODUCT><SUPPLIER_PID>P-2</SUPPLIER_PID>
    <PRODUCT_REFERENCE type="similar"><PROD_ID_TO>P-1</PROD_ID_TO></PRODUCT_REFERENCE>
    <PRODUCT_REFERENCE type="select"><PROD_ID_TO>P-3</PROD_ID_TO></PRODUCT_REFERENCE>
    <PRODUCT_REFERENCE type="consists_of" quantity="1.5"><PROD_ID_TO>P-3</PROD_ID_TO></PRODUCT_REFERENCE>
    <PRODUCT_REFERENCE type="mandatory"><PROD_ID_TO>P-3</PROD_ID_TO></PRODUCT_REFERENCE>
    <PRODUCT_REFERENCE type="base_product"><PROD_ID_TO>P-1</PROD_ID_TO></PRODUCT_REFERENCE>
  </PRODUCT>
  <PRODUCT><SUPPLIER_PID>P-3</SUPPLIER_PID></PRODUCT>
</T_NEW_CATALOG></BMECAT>"#;

fn import(session: &Session, file: &str) -> ImportReport {
    session.import_bmecat(file.as_bytes(), &BmecatImport::default(), false).unwrap()
}

fn all<E: Entity>(session: &Session) -> Vec<E> {
    session.list_all::<E>(&Query::default()).unwrap()
}

fn id(session: &Session, code: &str) -> Id {
    session.list_all::<Product>(&Query::matching(&[("code", code.into())])).unwrap().remove(0).id
}

fn code(session: &Session, id: Id) -> String {
    session.get::<Product>(id).unwrap().code
}

fn documents(session: &Session, of: &str) -> Vec<ProductDocument> {
    session.products().product_documents(id(session, of), None).unwrap()
}

/// Every relation: the product, what the other one is to it, how many, the other one.
fn relations(session: &Session) -> Vec<(String, Relation, Option<String>, String)> {
    let told = |one: ProductRelation| {
        let quantity = one.quantity.map(|quantity| quantity.to_string());
        (code(session, one.product), one.kind, quantity, code(session, one.other))
    };
    let mut found: Vec<_> = all::<ProductRelation>(session).into_iter().map(told).collect();
    found.sort();
    found
}

fn related(
    product: &str,
    kind: Relation,
    quantity: Option<&str>,
    other: &str,
) -> (String, Relation, Option<String>, String) {
    (product.into(), kind, quantity.map(str::to_owned), other.into())
}

fn notices(report: &ImportReport) -> Vec<(u64, String, ErrorCode)> {
    let told = |issue: &crate::exchange::ImportIssue| (issue.row, issue.field.clone().unwrap(), issue.code);
    report.notices.iter().map(told).collect()
}

fn export(session: &Session) -> String {
    session.export_bmecat("bmecat:P", None).unwrap()
}

#[test]
fn sources_become_documents_with_kind_language_and_title() {
    for (_folder, admin) in sessions() {
        let report = import(&admin, FILE);
        assert_eq!((report.created, report.rejected), (3, 0));
        let rejects: Vec<_> =
            report.rejects.iter().map(|issue| (issue.row, issue.field.as_deref(), issue.code)).collect();
        assert_eq!(rejects, [(1, Some("url"), ErrorCode::BadFormat)], "a script is no document");
        let found = documents(&admin, "P-1");
        let told: Vec<_> = found
            .iter()
            .map(|one| {
                let parts = [&one.url, &one.language, &one.media_type].map(|part| part.as_deref().unwrap_or("-"));
                (one.title.as_str(), one.kind, parts)
            })
            .collect();
        assert_eq!(
            told,
            [
                ("Anleitung", Kind::Other, ["p1_de.pdf", "de", "application/pdf"]),
                ("Deeplink", Kind::DataSheet, ["https://example.com/p1?lang=de", "-", "-"]),
                ("Manual", Kind::Other, ["p1_en.pdf", "en", "application/pdf"]),
                ("p1.jpg", Kind::Image, ["img/p1.jpg", "-", "image/jpeg"]),
            ]
        );
    }
}

#[test]
fn references_become_relations_and_what_is_none_is_told() {
    for (_folder, admin) in sessions() {
        let report = import(&admin, FILE);
        assert_eq!(
            relations(&admin),
            [
                related("P-1", Relation::Successor, None, "P-2"),
                related("P-1", Relation::SparePart, Some("2"), "P-3"),
                related("P-2", Relation::Substitute, None, "P-1"),
                related("P-2", Relation::Mandatory, None, "P-3"),
                related("P-2", Relation::Part, Some("1.5"), "P-3"),
                related("P-2", Relation::BaseProduct, None, "P-1"),
                related("P-2", Relation::Other, None, "P-3"),
            ]
        );
        let select = all::<ProductRelation>(&admin).into_iter().find(|one| one.kind == Relation::Other).unwrap();
        assert_eq!(select.note.as_deref(), Some("select"));
        assert_eq!(
            notices(&report),
            [
                (1, "mimes[4]".to_owned(), ErrorCode::Required),
                (1, "references[2].product".to_owned(), ErrorCode::UnknownReference),
                (1, "references[3]".to_owned(), ErrorCode::DuplicateKey),
                (1, "references[4].product".to_owned(), ErrorCode::Cycle),
                (1, "references[5].product".to_owned(), ErrorCode::UnknownReference),
            ]
        );
    }
}

#[test]
fn a_second_import_of_documents_and_references_changes_nothing() {
    for (_folder, admin) in sessions() {
        import(&admin, FILE);
        let before = (all::<ProductDocument>(&admin), all::<ProductRelation>(&admin));
        let again = import(&admin, FILE);
        assert_eq!((again.unchanged, again.created, again.updated), (3, 0, 0));
        assert_eq!((all::<ProductDocument>(&admin), all::<ProductRelation>(&admin)), before, "the versions too");
        assert_eq!(export(&admin), FILE);
    }
}

#[test]
fn a_reference_to_what_comes_later_becomes_a_relation_with_the_next_import() {
    for (_folder, admin) in sessions() {
        import(&admin, FILE);
        let other = FILE
            .replace("<CATALOG_ID>P</CATALOG_ID></CATALOG></HEADER>", "<CATALOG_ID>Q</CATALOG_ID></CATALOG></HEADER>");
        let other = other.replace("P-3<", "X-9<").replace("P-1<", "Y-1<").replace("P-2<", "Y-2<");
        import(&admin, &other);
        assert_eq!(export(&admin), FILE, "what became no relation stays as it is");
        let wanted = related("P-1", Relation::Accessory, None, "X-9");
        assert!(!relations(&admin).contains(&wanted));
        import(&admin, FILE);
        assert!(relations(&admin).contains(&wanted));
        assert!(!relations(&admin).contains(&related("P-1", Relation::Accessory, None, "P-2")), "P-2 is not of Q");
        assert_eq!(export(&admin), FILE);
    }
}

#[test]
fn another_edition_brings_documents_and_relations_up_to_date() {
    for (_folder, admin) in sessions() {
        import(&admin, FILE);
        let by_hand = ProductDocument {
            title: "Notes".into(),
            product: Some(id(&admin, "P-1")),
            url: Some("notes.txt".into()),
            kind: Kind::Other,
            ..ProductDocument::default()
        };
        let by_hand = admin.products().create_document(&by_hand).unwrap();
        let own = ProductRelation {
            product: id(&admin, "P-3"),
            other: id(&admin, "P-1"),
            kind: Relation::Consumable,
            ..ProductRelation::default()
        };
        let own = admin.products().create_relation(&own).unwrap();
        let before = documents(&admin, "P-1");
        let edition = FILE
            .replace("p1_de.pdf", "v2/p1_de.pdf")
            .replace(">Deeplink<", ">Web<")
            .replace(r#"<MIME><MIME_TYPE>image/jpeg</MIME_TYPE><MIME_SOURCE>img/p1.jpg</MIME_SOURCE><MIME_PURPOSE>normal</MIME_PURPOSE><OWN/></MIME>"#, "")
            .replace(r#"quantity="1.5""#, r#"quantity="2.5""#)
            .replace(r#"<PRODUCT_REFERENCE type="followup"><PROD_ID_TO>P-2</PROD_ID_TO></PRODUCT_REFERENCE>"#, "");
        import(&admin, &edition);
        let after = documents(&admin, "P-1");
        let told: Vec<_> = after.iter().map(|one| (one.title.as_str(), one.url.as_deref().unwrap())).collect();
        assert_eq!(
            told,
            [
                ("Anleitung", "v2/p1_de.pdf"),
                ("Manual", "p1_en.pdf"),
                ("Notes", "notes.txt"),
                ("Web", "https://example.com/p1?lang=de"),
            ],
            "the picture went, what was made by hand stayed"
        );
        let same = |title: &str, list: &[ProductDocument]| list.iter().find(|one| one.title == title).unwrap().id;
        assert_eq!(same("Anleitung", &after), same("Anleitung", &before), "it moved");
        assert_eq!(same("Web", &after), same("Deeplink", &before), "it has another title");
        assert_eq!(admin.products().document(by_hand.id).unwrap(), by_hand);
        assert_eq!(admin.products().relation(own.id).unwrap(), own);
        let found = relations(&admin);
        assert!(found.contains(&related("P-2", Relation::Part, Some("2.5"), "P-3")));
        assert!(!found.iter().any(|one| one.1 == Relation::Successor));
        assert_eq!(found.len(), 7, "the one made by hand among them");
    }
}

#[test]
fn what_people_say_of_a_document_is_not_overwritten_by_what_the_catalogue_leaves_open() {
    for (_folder, admin) in sessions() {
        import(&admin, FILE);
        let mut found = documents(&admin, "P-1");
        let mut picture = found.remove(3);
        picture.title = "Front".into();
        admin.products().update_document(&picture).unwrap();
        let mut manual = found.remove(0);
        manual.kind = Kind::Manual;
        admin.products().update_document(&manual).unwrap();
        import(&admin, FILE);
        let found = documents(&admin, "P-1");
        assert_eq!((found[0].title.as_str(), found[0].kind), ("Anleitung", Kind::Manual), "`others` says no kind");
        assert_eq!(found[2].title, "Front", "the catalogue has no title for the picture");
    }
}

#[test]
fn changed_documents_and_relations_are_written_as_they_are_now() {
    for (_folder, admin) in sessions() {
        import(&admin, FILE);
        let products = admin.products();
        for mut document in documents(&admin, "P-1") {
            match document.title.as_str() {
                "Manual" => document.title = "User & safety manual".into(),
                "Deeplink" => document.url = Some("https://example.com/new".into()),
                "p1.jpg" => {
                    admin.delete("product_document", document.id, document.version).unwrap();
                    continue;
                }
                _ => document.kind = Kind::SafetyDataSheet,
            }
            products.update_document(&document).unwrap();
        }
        let new = ProductDocument {
            title: "CE".into(),
            kind: Kind::Certificate,
            product: Some(id(&admin, "P-3")),
            url: Some("ce.pdf".into()),
            language: Some("en".into()),
            media_type: Some("application/pdf".into()),
            ..ProductDocument::default()
        };
        products.create_document(&new).unwrap();
        for mut relation in all::<ProductRelation>(&admin) {
            match relation.kind {
                Relation::SparePart => relation.quantity = Some(Decimal::from(4)),
                Relation::Successor => relation.valid_until = Some("2020-01-01".parse().unwrap()),
                Relation::Mandatory => {
                    admin.delete("product_relation", relation.id, relation.version).unwrap();
                    continue;
                }
                _ => continue,
            }
            products.update_relation(&relation).unwrap();
        }
        let relation = ProductRelation {
            product: id(&admin, "P-3"),
            other: id(&admin, "P-1"),
            kind: Relation::Accessory,
            quantity: Some("0.5".parse().unwrap()),
            ..ProductRelation::default()
        };
        products.create_relation(&relation).unwrap();
        let expected = FILE
            .replace(r#"<MIME_DESCR lang="eng">Manual<"#, r#"<MIME_DESCR lang="eng">User &amp; safety manual<"#)
            .replace("https://example.com/p1?lang=de", "https://example.com/new")
            .replace("<MIME_PURPOSE>others<", "<MIME_PURPOSE>safety_data_sheet<")
            .replace(r#"<MIME><MIME_TYPE>image/jpeg</MIME_TYPE><MIME_SOURCE>img/p1.jpg</MIME_SOURCE><MIME_PURPOSE>normal</MIME_PURPOSE><OWN/></MIME>"#, "")
            .replacen(r#"quantity="2""#, r#"quantity="4""#, 1)
            .replace(r#"<PRODUCT_REFERENCE type="followup"><PROD_ID_TO>P-2</PROD_ID_TO></PRODUCT_REFERENCE>"#, "")
            .replace(r#"<PRODUCT_REFERENCE type="mandatory"><PROD_ID_TO>P-3</PROD_ID_TO></PRODUCT_REFERENCE>"#, "")
            .replace(
                "<SUPPLIER_PID>P-3</SUPPLIER_PID>",
                r#"<SUPPLIER_PID>P-3</SUPPLIER_PID><MIME_INFO><MIME><MIME_TYPE>application/pdf</MIME_TYPE><MIME_SOURCE lang="eng">ce.pdf</MIME_SOURCE><MIME_DESCR>CE</MIME_DESCR><MIME_PURPOSE>others</MIME_PURPOSE></MIME></MIME_INFO><PRODUCT_REFERENCE type="accessories" quantity="0.5"><PROD_ID_TO>P-1</PROD_ID_TO></PRODUCT_REFERENCE>"#,
            );
        assert_eq!(export(&admin), expected);
    }
}

#[test]
fn a_dry_run_keeps_no_document() {
    for (_folder, admin) in sessions() {
        admin.import_bmecat(FILE.as_bytes(), &BmecatImport::default(), true).unwrap();
        assert!(all::<ProductDocument>(&admin).is_empty() && all::<ProductRelation>(&admin).is_empty());
    }
}
