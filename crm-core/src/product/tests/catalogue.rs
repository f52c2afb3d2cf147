//! Classes, definitions of parameters, and the values of products.

use super::{decimal, product};
use crate::engine::smoke::sessions;
use crate::engine::{Command, RecordCommand, Session};
use crate::product::{
    EffectiveParameter, MAX_CLASS_DEPTH, ParameterChoice, ParameterKind, ParameterValue, Product, ProductClass,
    ProductParameter,
};
use crate::value::{Dimension, Error, ErrorCode, Id, Result};

pub(super) fn class(session: &Session, code: &str, parent: Option<Id>) -> ProductClass {
    let class = ProductClass { code: code.into(), name: code.into(), parent, ..ProductClass::default() };
    session.products().create_product_class(&class).unwrap()
}

pub(super) fn parameter(class: Id, code: &str, kind: ParameterKind, unit: Option<&str>) -> ProductParameter {
    let unit = unit.map(str::to_owned);
    ProductParameter {
        product_class: class,
        code: code.into(),
        name: code.into(),
        kind: Some(kind),
        unit,
        ..ProductParameter::default()
    }
}

pub(super) fn define(session: &Session, definition: ProductParameter) -> ProductParameter {
    session.products().create_product_parameter(&definition).unwrap()
}

fn refused<T: std::fmt::Debug>(result: Result<T>) -> (ErrorCode, String) {
    let error: Error = result.unwrap_err();
    (error.code(), error.field().unwrap_or_default().to_owned())
}

fn paths(parameters: &[EffectiveParameter]) -> Vec<String> {
    parameters.iter().map(|one| one.block.iter().chain([&one.code]).cloned().collect::<Vec<_>>().join("/")).collect()
}

#[test]
fn a_class_does_not_stand_above_itself_and_the_circle_is_told() {
    for (_folder, admin) in sessions() {
        let top = class(&admin, "27", None);
        let middle = class(&admin, "27-14", Some(top.id));
        let low = class(&admin, "27-14-11", Some(middle.id));
        let itself = ProductClass { parent: Some(top.id), ..top.clone() };
        assert_eq!(admin.products().update_product_class(&itself).unwrap_err().problems()[0].data["cycle"], "27 > 27");
        let circle = ProductClass { parent: Some(low.id), ..top.clone() };
        let error = admin.products().update_product_class(&circle).unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::Cycle, Some("parent")));
        assert_eq!(error.problems()[0].data["cycle"], "27 > 27-14-11 > 27-14 > 27");
        let moved = ProductClass { parent: Some(top.id), ..low };
        assert_eq!(admin.products().update_product_class(&moved).unwrap().parent, Some(top.id));
        let twice = ProductClass { code: "27".into(), name: "x".into(), ..ProductClass::default() };
        let twice = admin.products().create_product_class(&twice);
        assert_eq!(refused(twice), (ErrorCode::DuplicateKey, "code".into()));
        let nowhere = ProductClass { parent: Some(product(&admin, "p")), ..middle };
        assert_eq!(
            refused(admin.products().update_product_class(&nowhere)),
            (ErrorCode::UnknownReference, "parent".into())
        );
    }
}

#[test]
fn a_tree_of_classes_has_a_limit_from_top_to_bottom() {
    for (_folder, admin) in sessions() {
        let first = class(&admin, "0", None);
        let mut last = first.clone();
        for level in 1..MAX_CLASS_DEPTH {
            last = class(&admin, &level.to_string(), Some(last.id));
        }
        let below =
            ProductClass { code: "x".into(), name: "x".into(), parent: Some(last.id), ..ProductClass::default() };
        assert_eq!(refused(admin.products().create_product_class(&below)), (ErrorCode::OutOfRange, "parent".into()));
        let above = class(&admin, "above", None);
        let deeper = ProductClass { parent: Some(above.id), ..first };
        assert_eq!(refused(admin.products().update_product_class(&deeper)), (ErrorCode::OutOfRange, "parent".into()));
        assert_eq!(admin.products().class_parameters(last.id).unwrap(), Vec::new());
    }
}

#[test]
fn parameters_are_inherited_and_narrowed_on_the_way_down() {
    for (_folder, admin) in sessions() {
        let top = class(&admin, "27", None);
        let low = class(&admin, "27-14", Some(top.id));
        let other = class(&admin, "27-99", Some(top.id));
        let voltage = define(
            &admin,
            ProductParameter {
                minimum: Some(0.into()),
                maximum: Some(1_500.into()),
                is_multiple: true,
                external_code: Some("0173-1#02-BAH005#004".into()),
                ..parameter(top.id, "Un", ParameterKind::Number, Some("V"))
            },
        );
        let colours = ["red", "blue", "green"].map(|code| ParameterChoice { code: code.into(), name: None });
        let colour =
            ProductParameter { choices: colours.to_vec(), ..parameter(top.id, "colour", ParameterKind::Choice, None) };
        define(&admin, colour.clone());
        define(&admin, parameter(low.id, "Iu", ParameterKind::Number, Some("A")));
        let narrower = ProductParameter {
            maximum: Some(1.into()),
            is_required: true,
            ..parameter(low.id, "Un", ParameterKind::Number, Some("kV"))
        };
        define(&admin, narrower);
        define(&admin, ProductParameter { product_class: low.id, choices: colours[..2].to_vec(), ..colour });

        let found = admin.products().class_parameters(low.id).unwrap();
        assert_eq!(paths(&found), ["Un", "colour", "Iu"]);
        let un = &found[0];
        assert_eq!((un.unit.as_deref(), un.dimension), (Some("kV"), Some(Dimension::Voltage)));
        assert_eq!((un.minimum, un.maximum), (Some(0.into()), Some(1.into())), "what is left open comes from above");
        assert_eq!((un.is_required, un.is_multiple, un.narrows), (true, false, Some(voltage.id)));
        assert_eq!(un.external_code.as_deref(), Some("0173-1#02-BAH005#004"));
        assert_eq!((un.product_class, un.is_inherited), (low.id, false));
        assert_eq!(found[1].choices.len(), 2);
        let beside = admin.products().class_parameters(other.id).unwrap();
        assert_eq!((paths(&beside), beside[0].is_inherited), (vec!["Un".to_owned(), "colour".into()], true));
        assert_eq!((beside[0].maximum, beside[1].choices.len()), (Some(1_500.into()), 3));
    }
}

#[test]
fn a_definition_that_widens_the_one_above_is_refused() {
    for (_folder, admin) in sessions() {
        let top = class(&admin, "27", None);
        let low = class(&admin, "27-14", Some(top.id));
        let voltage = parameter(top.id, "Un", ParameterKind::Number, Some("V"));
        define(&admin, ProductParameter { maximum: Some(1_000.into()), ..voltage.clone() });
        let below = ProductParameter { product_class: low.id, ..voltage.clone() };
        let tried = |definition: ProductParameter| refused(admin.products().create_product_parameter(&definition));
        let wider = ProductParameter { unit: Some("kV".into()), maximum: Some(decimal("1.1")), ..below.clone() };
        assert_eq!(tried(wider), (ErrorCode::OutOfRange, "maximum".into()));
        let amperes = ProductParameter { unit: Some("A".into()), ..below.clone() };
        assert_eq!(tried(amperes), (ErrorCode::UnitMismatch, "unit".into()));
        let text = ProductParameter { kind: Some(ParameterKind::Text), unit: None, ..below.clone() };
        assert_eq!(tried(text), (ErrorCode::NotAllowed, "kind".into()));
        let several = ProductParameter { is_multiple: true, ..below.clone() };
        assert_eq!(tried(several), (ErrorCode::NotAllowed, "is_multiple".into()));
        let nothing_left = ProductParameter { minimum: Some(2_000.into()), ..below.clone() };
        assert_eq!(tried(nothing_left), (ErrorCode::OutOfRange, "maximum".into()));
        assert_eq!(tried(voltage), (ErrorCode::DuplicateKey, "code".into()));

        // The other way round: what stands below first must narrow what comes above.
        let free = class(&admin, "x", None);
        let under = class(&admin, "x-1", Some(free.id));
        let kept = define(&admin, parameter(under.id, "length", ParameterKind::Number, Some("mm")));
        let error = admin
            .products()
            .create_product_parameter(&parameter(free.id, "length", ParameterKind::Text, None))
            .unwrap_err();
        assert_eq!((error.kind(), error.code()), ("conflict", ErrorCode::Overlap));
        assert_eq!(error.problems()[0].data["other_id"], kept.id.to_string());
        define(&admin, parameter(free.id, "length", ParameterKind::Number, Some("m")));
        // And a class with such a definition cannot move below one that it would widen.
        let moved = class(&admin, "y", None);
        define(&admin, parameter(moved.id, "Un", ParameterKind::Text, None));
        let moved = ProductClass { parent: Some(low.id), ..moved };
        assert_eq!(refused(admin.products().update_product_class(&moved)), (ErrorCode::Overlap, "parent".into()));
    }
}

#[test]
fn a_definition_says_only_what_its_kind_has() {
    for (_folder, admin) in sessions() {
        let top = class(&admin, "27", None);
        let tried = |definition: ProductParameter| refused(admin.products().create_product_parameter(&definition));
        let furlong = parameter(top.id, "a", ParameterKind::Number, Some("furlong"));
        assert_eq!(tried(furlong), (ErrorCode::NotInPicklist, "unit".into()));
        assert_eq!(
            tried(parameter(top.id, "a", ParameterKind::Text, Some("V"))),
            (ErrorCode::NotAllowed, "unit".into())
        );
        let open = parameter(top.id, "a", ParameterKind::Choice, None);
        assert_eq!(tried(open.clone()), (ErrorCode::Required, "choices".into()));
        let same = ["IP65", "ip65"].map(|code| ParameterChoice { code: code.into(), name: None });
        let doubled = ProductParameter { choices: same.to_vec(), ..open };
        assert_eq!(tried(doubled), (ErrorCode::DuplicateKey, "choices[1].code".into()));
        let figure = parameter(top.id, "a", ParameterKind::Number, None);
        let empty = ProductParameter { minimum: Some(2.into()), maximum: Some(1.into()), ..figure.clone() };
        assert_eq!(tried(empty), (ErrorCode::OutOfRange, "maximum".into()));
        let made = define(&admin, figure);
        let inside = ProductParameter { block: Some(made.id), ..parameter(top.id, "b", ParameterKind::Text, None) };
        assert_eq!(tried(inside), (ErrorCode::NotAllowed, "block".into()));
        let other = class(&admin, "28", None);
        let block = define(&admin, parameter(other.id, "block", ParameterKind::Block, None));
        let foreign = ProductParameter { block: Some(block.id), ..parameter(top.id, "b", ParameterKind::Text, None) };
        assert_eq!(tried(foreign), (ErrorCode::NotAllowed, "block".into()), "the block is not known at the class");
        let renamed = ProductParameter { code: "z".into(), ..made };
        assert_eq!(refused(admin.products().update_product_parameter(&renamed)), (ErrorCode::WriteOnce, "code".into()));
    }
}

/// A class of terminals with a figure, a range, choices, a truth, a text, and a block of contacts with a required figure.
pub(super) fn terminals(admin: &Session) -> ProductClass {
    let top = class(admin, "27", None);
    let low = class(admin, "27-14", Some(top.id));
    let voltage = parameter(top.id, "Un", ParameterKind::Number, Some("V"));
    define(admin, ProductParameter { maximum: Some(1_500.into()), ..voltage });
    define(admin, parameter(top.id, "T", ParameterKind::Range, Some("°C")));
    define(admin, parameter(top.id, "IP", ParameterKind::Number, None));
    let choices = ["red", "blue"].map(|code| ParameterChoice { code: code.into(), name: None }).to_vec();
    let colour = parameter(low.id, "colour", ParameterKind::Choice, None);
    define(admin, ProductParameter { choices, is_multiple: true, ..colour });
    define(admin, parameter(low.id, "RoHS", ParameterKind::Truth, None));
    define(admin, parameter(low.id, "approval", ParameterKind::Text, None));
    let contact = parameter(low.id, "contact", ParameterKind::Block, None);
    let contact = define(admin, ProductParameter { is_multiple: true, ..contact });
    let current = parameter(low.id, "Iu", ParameterKind::Number, Some("A"));
    define(admin, ProductParameter { block: Some(contact.id), is_required: true, ..current });
    low
}

fn block(parameter: &str) -> ParameterValue {
    ParameterValue { parameter: parameter.into(), ..ParameterValue::default() }
}

fn amount(code: &str, number: &str, unit: Option<&str>) -> ParameterValue {
    ParameterValue::number(code, decimal(number), unit)
}

fn truth(code: &str, truth: bool) -> ParameterValue {
    ParameterValue { truth: Some(truth), ..block(code) }
}

#[test]
fn values_are_checked_against_the_parameters_of_the_class() {
    for (_folder, admin) in sessions() {
        let low = terminals(&admin);
        let products = admin.products();
        let clamp = Product { code: "C".into(), name: "C".into(), product_class: Some(low.id), ..Product::default() };
        let good = vec![
            amount("Un", "800", None),
            ParameterValue::range("T", decimal("-40"), decimal("85"), Some("CEL")),
            ParameterValue::choice("colour", "red"),
            ParameterValue::choice("colour", "blue"),
            block("contact"),
            amount("Iu", "24", Some("A")).inside(4),
            block("contact"),
            amount("Iu", "32000", Some("mA")).inside(6),
            truth("RoHS", true),
            ParameterValue::text(" approval ", " UL "),
        ];
        let made = products.create_product(&Product { parameters: good.clone(), ..clamp.clone() }).unwrap();
        assert_eq!(made.parameters[0].unit.as_deref(), Some("V"), "the unit of the parameter stands in for none");
        assert_eq!(
            (made.parameters[9].parameter.as_str(), made.parameters[9].text.as_deref()),
            ("approval", Some("UL"))
        );
        assert_eq!(made.parameters[7].block, Some(6));
        let again = products.product(made.id).unwrap();
        assert_eq!(again.parameters, made.parameters, "they come back as they were, in their order");

        let tried = |values: Vec<ParameterValue>| {
            refused(products.create_product(&Product { code: "D".into(), parameters: values, ..clamp.clone() }))
        };
        let first = |value: ParameterValue| tried(vec![value]);
        assert_eq!(first(amount("Un", "5", Some("A"))), (ErrorCode::UnitMismatch, "parameters[0].unit".into()));
        assert_eq!(first(amount("Un", "5", Some("zz"))), (ErrorCode::NotInPicklist, "parameters[0].unit".into()));
        assert_eq!(first(amount("Un", "1.6", Some("kV"))), (ErrorCode::OutOfRange, "parameters[0].number".into()));
        assert_eq!(first(amount("Ux", "1", None)), (ErrorCode::NotAllowed, "parameters[0].parameter".into()));
        assert_eq!(first(amount("IP", "65", Some("V"))), (ErrorCode::UnitMismatch, "parameters[0].unit".into()));
        assert_eq!(first(ParameterValue::text("Un", "5 V")), (ErrorCode::WrongType, "parameters[0].number".into()));
        let range = ParameterValue::range("Un", 1.into(), 2.into(), Some("V"));
        assert_eq!(first(range), (ErrorCode::WrongType, "parameters[0].number_to".into()));
        let range = ParameterValue::range("T", 2.into(), 1.into(), Some("°C"));
        assert_eq!(first(range), (ErrorCode::OutOfRange, "parameters[0].number_to".into()));
        let choice = ParameterValue::choice("colour", "green");
        assert_eq!(first(choice), (ErrorCode::NotInPicklist, "parameters[0].choice".into()));
        let both = ParameterValue { text: Some("x".into()), ..amount("Un", "1", None) };
        assert_eq!(first(both), (ErrorCode::NotAllowed, "parameters[0].text".into()));
        let negative = ParameterValue { tolerance_plus: Some((-1).into()), ..amount("Un", "1", None) };
        assert_eq!(first(negative), (ErrorCode::OutOfRange, "parameters[0].tolerance_plus".into()));
        let loose = ParameterValue { unit: Some("V".into()), ..ParameterValue::text("approval", "x") };
        assert_eq!(first(loose), (ErrorCode::NotAllowed, "parameters[0].unit".into()));
        let two = vec![amount("Un", "1", None), amount("Un", "2", None)];
        assert_eq!(tried(two), (ErrorCode::DuplicateKey, "parameters[1].parameter".into()));
        assert_eq!(tried(vec![block("contact")]), (ErrorCode::Required, "parameters[0]".into()));
        assert_eq!(
            tried(vec![amount("Iu", "1", None).inside(0), block("contact")]),
            (ErrorCode::OutOfRange, "parameters[0].block".into())
        );
        let not_in_block = vec![amount("Un", "1", None), amount("Iu", "1", None).inside(0)];
        assert_eq!(tried(not_in_block), (ErrorCode::NotAllowed, "parameters[1].block".into()));
        let outside = first(amount("Iu", "1", None));
        assert_eq!(outside, (ErrorCode::NotAllowed, "parameters[0].parameter".into()), "it stands in a block only");
        let huge = amount("Un", "79228162514264337593543950335", Some("kV"));
        assert!(matches!(first(huge).0, ErrorCode::Overflow | ErrorCode::OutOfRange));
        let many: Vec<_> = (0..10_001).map(|_| ParameterValue::choice("colour", "red")).collect();
        assert_eq!(tried(many), (ErrorCode::TooMany, "parameters".into()));
    }
}

#[test]
fn without_a_class_values_are_free_but_well_formed() {
    for (_folder, admin) in sessions() {
        let values = vec![amount("weight", "5", Some("Stück/Karton")), ParameterValue::text("note", "x")];
        let free = Product { code: "F".into(), name: "F".into(), parameters: values.clone(), ..Product::default() };
        assert_eq!(admin.products().create_product(&free).unwrap().parameters, values);
        let nameless = Product { code: "G".into(), parameters: vec![ParameterValue::text(" ", "x")], ..free.clone() };
        let refusal = refused(admin.products().create_product(&nameless));
        assert_eq!(refusal, (ErrorCode::Required, "parameters[0].parameter".into()));
        let foreign = Product { code: "H".into(), product_class: Some(admin.new_id()), ..free };
        assert_eq!(
            refused(admin.products().create_product(&foreign)),
            (ErrorCode::UnknownReference, "product_class".into())
        );
    }
}

#[test]
fn a_definition_that_gets_narrower_does_not_stand_in_the_way_of_other_changes() {
    for (_folder, admin) in sessions() {
        let top = class(&admin, "27", None);
        let voltage = define(&admin, parameter(top.id, "Un", ParameterKind::Number, Some("V")));
        define(&admin, parameter(top.id, "note", ParameterKind::Text, None));
        let product = Product {
            code: "P".into(),
            name: "P".into(),
            product_class: Some(top.id),
            parameters: vec![amount("Un", "800", Some("V"))],
            ..Product::default()
        };
        let made = admin.products().create_product(&product).unwrap();
        let tight = ProductParameter { maximum: Some(500.into()), ..voltage };
        admin.products().update_product_parameter(&tight).unwrap();
        let renamed = admin.products().update_product(&Product { name: "Q".into(), ..made }).unwrap();
        let mut values = renamed.parameters.clone();
        values.push(ParameterValue::text("note", "x"));
        let noted = admin.products().update_product(&Product { parameters: values, ..renamed }).unwrap();
        let changed = Product { parameters: vec![amount("Un", "900", Some("V"))], ..noted.clone() };
        let refusal = refused(admin.products().update_product(&changed));
        assert_eq!(refusal, (ErrorCode::OutOfRange, "parameters[0].number".into()));
        let delete = RecordCommand::Delete { entity: "product_class".into(), id: top.id, expected_version: 1 };
        assert_eq!(admin.execute(Command::Record(delete)).unwrap_err().code(), ErrorCode::StillReferenced);
    }
}
