//! What of technical parameters is told to who does not see them, on both stores.

use super::regression::engines;
use super::rights::{every, hidden, member};
use crate::product::{ParameterKind, ParameterValue, Product, ProductClass, ProductParameter};
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
