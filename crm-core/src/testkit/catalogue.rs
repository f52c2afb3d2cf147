//! What of technical parameters is told to who does not see them, on both stores.

use super::regression::engines;
use super::rights::{every, hidden, member};
use crate::exchange::BmecatImport;
use crate::product::{ParameterKind, ParameterValue, Product, ProductClass, ProductDocument, ProductParameter};
use crate::query::Query;
use crate::value::ErrorCode;

#[test]
fn who_does_not_see_the_parameters_learns_nothing_of_them_from_a_refusal() {
    for engine in engines() {
        let products = engine.admin.products();
        let class = ProductClass { code: "27".into(), name: "27".into(), ..ProductClass::default() };
        let class = products.create_product_class(&class).unwrap().id;
        let kind = Some(ParameterKind::Number);
        let definition = ProductParameter {
            product_class: class,
            code: "Un".into(),
            name: "Un".into(),
            kind,
            ..ProductParameter::default()
        };
        products.create_product_parameter(&definition).unwrap();
        let parameters = vec![ParameterValue::text("secret", "x")];
        let free = Product { code: "F".into(), name: "F".into(), parameters, ..Product::default() };
        let made = products.create_product(&free).unwrap();
        let clerk = member(
            &engine,
            "clerk",
            vec![every("product"), every("product_class")],
            vec![hidden("product", "parameters")],
        );
        let seen = clerk.products().product(made.id).unwrap();
        assert_eq!(seen.parameters, Vec::new());
        let error = clerk.products().update_product(&Product { product_class: Some(class), ..seen }).unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::NotAllowed, Some("product_class")));
        assert!(!format!("{error:?}").contains("secret") && !format!("{error:?}").contains("parameters"), "{error:?}");
        let sees_classes = clerk.products().class_parameters(class).unwrap_err();
        assert_eq!(sees_classes.kind(), "denied", "definitions are an entity of their own");
    }
}

const CATALOGUE: &str = r#"<BMECAT version="2005"><HEADER><CATALOG><CATALOG_ID>K</CATALOG_ID></CATALOG></HEADER><T_NEW_CATALOG>
<PRODUCT><SUPPLIER_PID>A-1</SUPPLIER_PID><MIME_INFO><MIME><MIME_SOURCE>a.pdf</MIME_SOURCE></MIME></MIME_INFO>
<PRODUCT_REFERENCE type="sparepart"><PROD_ID_TO>A-2</PROD_ID_TO></PRODUCT_REFERENCE></PRODUCT>
<PRODUCT><SUPPLIER_PID>A-2</SUPPLIER_PID></PRODUCT></T_NEW_CATALOG></BMECAT>"#;

#[test]
fn who_has_no_right_to_documents_and_relations_imports_and_exports_a_catalogue_without_loss() {
    for engine in engines() {
        let entities = ["product", "product_class", "product_parameter", "product_source"];
        let clerk = member(&engine, "clerk", entities.map(every).to_vec(), Vec::new());
        let report = clerk.import_bmecat(CATALOGUE.as_bytes(), &BmecatImport::default(), false).unwrap();
        assert_eq!((report.created, report.rejects.as_slice()), (2, [].as_slice()));
        let told: Vec<_> = report.notices.iter().map(|one| (one.row, one.field.as_deref(), one.code)).collect();
        let no_right = ErrorCode::NoRight;
        assert_eq!(told, [(1, Some("mimes"), no_right), (1, Some("references"), no_right)]);
        let products = engine.admin.products();
        assert!(products.documents(&Query::default()).unwrap().items.is_empty());
        engine.admin.import_bmecat(CATALOGUE.as_bytes(), &BmecatImport::default(), false).unwrap();
        assert_eq!(products.relations(&Query::default()).unwrap().items.len(), 1);
        let sheet = products.documents(&Query::default()).unwrap().items.remove(0);
        products.update_document(&ProductDocument { url: Some("b.pdf".into()), ..sheet }).unwrap();
        let changed = CATALOGUE.replace("a.pdf", "b.pdf");
        assert_eq!(engine.admin.export_bmecat("bmecat:K", None).unwrap(), changed);
        assert_eq!(clerk.export_bmecat("bmecat:K", None).unwrap(), CATALOGUE, "he sees the words of the file");
    }
}
