//! Relations, documents, units and bundles through a session, on both stores.

use super::*;
use crate::engine::smoke::sessions;
use crate::engine::{Command, RecordCommand, Session};
use crate::merging::MergeRequest;
use crate::query::Query;
use crate::value::{Date, Decimal, ErrorCode, Id, Quantity, UnitFactor, json};

fn product(session: &Session, code: &str) -> Id {
    let product = Product { code: code.into(), name: code.into(), ..Product::default() };
    session.products().create_product(&product).unwrap().id
}

fn date(text: &str) -> Option<Date> {
    Some(text.parse().unwrap())
}

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn delete(session: &Session, entity: &str, id: Id) {
    let command = RecordCommand::Delete { entity: entity.into(), id, expected_version: 1 };
    session.execute(Command::Record(command)).unwrap();
}

fn restore(session: &Session, entity: &str, id: Id) -> crate::value::Result<()> {
    session.execute(Command::Record(RecordCommand::Restore { entity: entity.into(), id })).map(drop)
}

fn merge(session: &Session, survivor: Id, loser: Id) -> Id {
    let wish = MergeRequest { entity: "product".into(), survivor, losers: vec![loser], ..MergeRequest::default() };
    session.merges().merge(&wish).unwrap().merge.unwrap()
}

fn part(product: Id, quantity: &str) -> BundleComponent {
    json::from_text(&format!(r#"{{"product":"{product}","quantity":"{quantity}"}}"#)).unwrap()
}

fn told(error: &crate::value::Error) -> Vec<(ErrorCode, &str)> {
    error.problems().iter().map(|problem| (problem.code, problem.field.as_deref().unwrap_or_default())).collect()
}

#[test]
fn a_relation_holds_once_on_a_date_and_never_to_itself() {
    for (_folder, admin) in sessions() {
        let [pump, seal] = ["P-1", "S-1"].map(|code| product(&admin, code));
        let spare = ProductRelation {
            product: pump,
            other: seal,
            kind: ProductRelationKind::SparePart,
            quantity: Some(dec("2")),
            valid_until: date("2026-07-01"),
            ..ProductRelation::default()
        };
        let first = admin.products().create_relation(&spare).unwrap();
        assert!(first.is_valid_on("2026-06-30".parse().unwrap()) && !first.is_valid_on("2026-07-01".parse().unwrap()));
        let double = ProductRelation { valid_from: date("2026-06-30"), valid_until: None, ..spare.clone() };
        let error = admin.products().create_relation(&double).unwrap_err();
        assert_eq!((error.kind(), error.code()), ("conflict", ErrorCode::Overlap));
        assert_eq!(error.problems()[0].data["other_id"], first.id.to_string());
        assert!(error.problems()[0].data.contains_key("id"));
        let later = ProductRelation { valid_from: date("2026-07-01"), valid_until: None, ..spare.clone() };
        admin.products().create_relation(&later).unwrap();
        let accessory = ProductRelation { kind: ProductRelationKind::Accessory, ..spare.clone() };
        admin.products().create_relation(&accessory).unwrap();
        let of_itself = ProductRelation { other: pump, ..spare.clone() };
        let error = admin.products().create_relation(&of_itself).unwrap_err();
        assert_eq!(told(&error), [(ErrorCode::Cycle, "other")]);
        let none = ProductRelation { quantity: Some(Decimal::ZERO), ..accessory };
        assert_eq!(admin.products().create_relation(&none).unwrap_err().field(), Some("quantity"));
        let of_seal = Query::matching(&[("other", seal.into()), ("kind", "spare_part".into())]);
        assert_eq!(admin.products().relations(&of_seal).unwrap().items.len(), 2, "what the seal is a spare part of");
        delete(&admin, "product_relation", first.id);
        let again = admin.products().create_relation(&spare).unwrap();
        assert_eq!(restore(&admin, "product_relation", first.id).unwrap_err().code(), ErrorCode::Overlap);
        delete(&admin, "product_relation", again.id);
        restore(&admin, "product_relation", first.id).unwrap();
    }
}

#[test]
fn relations_and_documents_follow_a_merge_and_come_back() {
    for (_folder, admin) in sessions() {
        let [old, new, seal] = ["P-1", "P-2", "S-1"].map(|code| product(&admin, code));
        let relate = |product, other, kind, from: &str| {
            let valid_from = date(from);
            let relation = ProductRelation { product, other, kind, valid_from, ..ProductRelation::default() };
            admin.products().create_relation(&relation).unwrap().id
        };
        relate(old, new, ProductRelationKind::Successor, "2026-01-01");
        let kept = relate(new, seal, ProductRelationKind::SparePart, "2026-06-01");
        let earlier = relate(old, seal, ProductRelationKind::SparePart, "2026-01-01");
        let double = relate(seal, old, ProductRelationKind::Similar, "2026-01-01");
        let first = relate(seal, new, ProductRelationKind::Similar, "2026-01-01");
        let sheet = ProductDocument { title: "Data sheet".into(), url: Some("a.pdf".into()), ..Default::default() };
        let sheet = admin.products().create_document(&ProductDocument { product: Some(old), ..sheet }).unwrap();
        let merge = merge(&admin, new, old);
        let mut found: Vec<_> = admin.products().relations(&Query::default()).unwrap().items;
        found.sort_by_key(|relation| relation.id);
        let mut expected = [
            (kept, new, seal, date("2026-06-01"), None),
            (earlier, new, seal, date("2026-01-01"), date("2026-06-01")),
            (first, seal, new, date("2026-01-01"), None),
        ];
        expected.sort_by_key(|relation| relation.0);
        let seen: Vec<_> = found.iter().map(|r| (r.id, r.product, r.other, r.valid_from, r.valid_until)).collect();
        assert_eq!(seen, expected, "the successor of itself and the double {double} are gone");
        assert_eq!(admin.products().document(sheet.id).unwrap().product, Some(new));
        admin.merges().unmerge(merge).unwrap();
        assert_eq!(admin.products().relations(&Query::default()).unwrap().items.len(), 5);
        assert_eq!(admin.products().document(sheet.id).unwrap().product, Some(old));
    }
}

#[test]
fn a_document_has_a_content_and_an_article_is_found_by_its_text() {
    for (_folder, admin) in sessions() {
        let article = ProductDocument {
            title: "Cavitation".into(),
            kind: ProductDocumentKind::Article,
            language: Some(" de ".into()),
            body: Some("Geräusche wie Kies im Gehäuse".into()),
            ..ProductDocument::default()
        };
        let made = admin.products().create_document(&article).unwrap();
        assert_eq!(made.language.as_deref(), Some("de"));
        let query = Query { search: Some("kies".into()), ..Query::default() };
        assert_eq!(admin.products().documents(&query).unwrap().items, std::slice::from_ref(&made));
        let empty = ProductDocument { body: Some(" ".into()), ..article.clone() };
        let refused = |document: &ProductDocument| {
            let error = admin.products().create_document(document).unwrap_err();
            told(&error).into_iter().map(|(code, field)| (code, field.to_owned())).collect::<Vec<_>>()
        };
        assert_eq!(refused(&empty), [(ErrorCode::Required, "body".to_owned())]);
        let pump = Some(product(&admin, "P-1"));
        let wrong = ProductDocument {
            title: "x".into(),
            product: pump,
            language: Some("d".into()),
            content_hash: Some("AB".into()),
            url: Some("JavaScript:alert(1)".into()),
            ..ProductDocument::default()
        };
        let fields = ["language", "content_hash", "url"].map(|field| (ErrorCode::BadFormat, field.to_owned()));
        assert_eq!(refused(&wrong), fields);
        let nothing = ProductDocument { title: "x".into(), product: pump, ..ProductDocument::default() };
        assert_eq!(refused(&nothing), [(ErrorCode::Required, "url".to_owned())]);
        let span = ProductDocument { valid_from: date("2026-01-02"), valid_until: date("2026-01-02"), ..article };
        assert_eq!(refused(&span), [(ErrorCode::OutOfRange, "valid_until".to_owned())]);
        let upper = crate::customer::content_hash(b"sheet").to_uppercase();
        let hashed = ProductDocument { content_hash: Some(upper.clone()), ..nothing };
        let hashed = admin.products().create_document(&hashed).unwrap();
        assert_eq!(hashed.content_hash, Some(upper.to_lowercase()));
    }
}

fn class(admin: &Session, code: &str, parent: Option<Id>) -> Id {
    let class = ProductClass { code: code.into(), name: code.into(), parent, ..ProductClass::default() };
    admin.products().create_product_class(&class).unwrap().id
}

#[test]
fn a_document_belongs_to_a_product_or_to_a_class() {
    for (_folder, admin) in sessions() {
        let (pump, pumps) = (Some(product(&admin, "P-1")), Some(class(&admin, "36", None)));
        let sheet = ProductDocument { title: "Data sheet".into(), url: Some("a.pdf".into()), ..Default::default() };
        let refused = |product, product_class, kind| {
            let document = ProductDocument { product, product_class, kind, body: Some("x".into()), ..sheet.clone() };
            let error = admin.products().create_document(&document).unwrap_err();
            told(&error).into_iter().map(|(code, field)| (code, field.to_owned())).collect::<Vec<_>>()
        };
        let both = [(ErrorCode::NotAllowed, "product_class".to_owned())];
        assert_eq!(refused(pump, pumps, ProductDocumentKind::DataSheet), both);
        assert_eq!(refused(pump, pumps, ProductDocumentKind::Article), both);
        let neither = [(ErrorCode::Required, "product".to_owned())];
        assert_eq!(refused(None, None, ProductDocumentKind::DataSheet), neither);
        assert_eq!(refused(None, None, ProductDocumentKind::Other), neither);
        let of_class = ProductDocument { product_class: pumps, ..sheet.clone() };
        let of_class = admin.products().create_document(&of_class).unwrap();
        let error = admin.products().update_document(&ProductDocument { product: pump, ..of_class }).unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::NotAllowed, Some("product_class")));
        let unknown = ProductDocument { product_class: Some(Id::from_bytes([9; 16])), ..sheet };
        assert_eq!(admin.products().create_document(&unknown).unwrap_err().code(), ErrorCode::UnknownReference);
    }
}

#[test]
fn documents_of_a_product_come_before_those_of_its_classes_the_nearest_first() {
    for (_folder, admin) in sessions() {
        let top = class(&admin, "36", None);
        let middle = class(&admin, "36-41", Some(top));
        let low = class(&admin, "36-41-01", Some(middle));
        let beside = class(&admin, "36-41-02", Some(middle));
        let pump = Product { code: "P-1".into(), name: "Pump".into(), product_class: Some(low), ..Product::default() };
        let pump = admin.products().create_product(&pump).unwrap().id;
        let other = product(&admin, "P-2");
        let make = |title: &str, product, product_class, until: Option<&str>| {
            let url = Some(format!("{title}.pdf"));
            let valid_until = until.and_then(date);
            let title = title.to_owned();
            let document = ProductDocument { title, product, product_class, url, valid_until, ..Default::default() };
            admin.products().create_document(&document).unwrap();
        };
        make("a of the top", None, Some(top), None);
        make("b of the middle", None, Some(middle), None);
        make("c beside", None, Some(beside), None);
        make("d of the class", None, Some(low), Some("2026-07-01"));
        make("z own", Some(pump), None, None);
        make("y own", Some(pump), None, None);
        make("other", Some(other), None, None);
        let found = |product, date: Option<&str>| {
            let date = date.map(|date| date.parse().unwrap());
            let found = admin.products().product_documents(product, date).unwrap();
            found.into_iter().map(|document| document.title).collect::<Vec<_>>()
        };
        let all = ["y own", "z own", "d of the class", "b of the middle", "a of the top"];
        assert_eq!(found(pump, None), all);
        assert_eq!(found(pump, Some("2026-06-30")), all);
        assert_eq!(found(pump, Some("2026-07-01")), ["y own", "z own", "b of the middle", "a of the top"]);
        assert_eq!(found(other, None), ["other"], "a product without class has its own ones only");
        assert_eq!(admin.products().product_documents(top, None).unwrap_err().kind(), "not_found");
    }
}

#[test]
fn a_knowledge_article_is_found_by_chinese_words() {
    for (_folder, admin) in sessions() {
        let make = |title: &str, body: &str| {
            let (title, kind, body) = (title.to_owned(), ProductDocumentKind::Article, Some(body.to_owned()));
            let language = Some("zh-Hans".into());
            let article = ProductDocument { title, kind, body, language, ..ProductDocument::default() };
            admin.products().create_document(&article).unwrap();
        };
        make("伺服驱动器过流故障", "报警代码E07：请检查电机电缆和制动电阻。");
        make("泵的汽蚀", "噪声像砂石，请降低吸入高度。");
        let found = |search: &str| {
            let query = Query { search: Some(search.into()), ..Query::matching(&[("kind", "article".into())]) };
            let found = admin.products().documents(&query).unwrap().items;
            found.into_iter().map(|article| article.title).collect::<Vec<_>>()
        };
        assert_eq!(found("过流"), ["伺服驱动器过流故障"], "a word of the title");
        assert_eq!(found("制动电阻"), ["伺服驱动器过流故障"], "a word inside the text");
        assert_eq!(found("e07"), ["伺服驱动器过流故障"], "beside Chinese signs");
        assert_eq!(found("汽蚀 吸入高度"), ["泵的汽蚀"], "both words");
        assert_eq!(found("汽蚀 制动电阻"), Vec::<String>::new());
        assert_eq!(found("电缆吸入"), Vec::<String>::new());
    }
}

#[test]
fn units_of_a_product_are_exact_and_checked() {
    let unit = |amount, unit, other_amount, other_unit, gtin: Option<&str>| ProductUnit {
        factor: UnitFactor::parse(amount, unit, other_amount, other_unit).unwrap(),
        gtin: gtin.map(str::to_owned),
    };
    for (_folder, admin) in sessions() {
        let bolt = Product {
            code: "B-1".into(),
            name: "Bolt".into(),
            unit: Some("H87".into()),
            units: vec![
                unit("1", "BX", "12", "H87", Some("4 006381 333931")),
                unit("10000", "lb", "4536", "kg", None),
                unit("1", "H87", "0.35", "kg", None),
            ],
            gross_weight: Some(Quantity::parse("0.36", "kg").unwrap()),
            net_weight: Some(Quantity::parse("350", "g").unwrap()),
            volume: Some(Quantity::parse("0.0001", "m3").unwrap()),
            ..Product::default()
        };
        let bolt = Product { volume: Some(Quantity::parse("0.1", "l").unwrap()), ..bolt };
        let made = admin.products().create_product(&bolt).unwrap();
        assert_eq!(made.units[0].gtin.as_deref(), Some("4006381333931"));
        assert_eq!(admin.products().product(made.id).unwrap(), made);
        let table = unit_table(&made).unwrap();
        let pounds = table.convert_exact(&Quantity::parse("4536", "kg").unwrap(), "lb").unwrap();
        assert_eq!(pounds.amount, dec("10000"), "no factor is rounded first");
        let refused = |change: fn(&mut Product)| {
            let mut wrong = made.clone();
            change(&mut wrong);
            let error = admin.products().update_product(&wrong).unwrap_err();
            (error.code(), error.field().unwrap_or_default().to_owned())
        };
        let is = |code, field: &str| (code, field.to_owned());
        let found = refused(|product| product.units[1].factor.other_unit = "furlong".into());
        assert_eq!(found, is(ErrorCode::NotInPicklist, "units[1].factor.other_unit.unit"));
        let found = refused(|product| product.units[0].factor.amount = Decimal::ZERO);
        assert_eq!(found, is(ErrorCode::OutOfRange, "units[0].factor.amount"));
        let found = refused(|product| product.units[0].gtin = Some("4006381333932".into()));
        assert_eq!(found, is(ErrorCode::CheckDigit, "units[0].gtin"));
        let found = refused(|product| product.units[2].gtin = product.units[0].gtin.clone());
        assert_eq!(found, is(ErrorCode::DuplicateKey, "units[2].gtin"));
        let found = refused(|product| product.net_weight = Quantity::parse("361", "g").ok());
        assert_eq!(found, is(ErrorCode::OutOfRange, "net_weight"));
        let found = refused(|product| product.volume = Quantity::parse("1", "kg").ok());
        assert_eq!(found, is(ErrorCode::UnitMismatch, "volume.unit"));
        let found = refused(|product| product.gross_weight = Quantity::parse("-1", "kg").ok());
        assert_eq!(found, is(ErrorCode::OutOfRange, "gross_weight.amount"));
        let found = refused(|product| product.units = vec![product.units[0].clone(); MAX_PRODUCT_UNITS + 1]);
        assert_eq!(found, is(ErrorCode::TooMany, "units"));
    }
}

#[test]
fn a_bundle_is_completed_checked_and_exploded() {
    for (_folder, admin) in sessions() {
        let [line, press, drive, bolt] = ["L", "P", "D", "B"].map(|code| product(&admin, code));
        let products = admin.products();
        let inner = ProductBundle {
            product: press,
            components: vec![part(drive, "1"), part(bolt, "12.5")],
            ..ProductBundle::default()
        };
        let inner = products.create_bundle(&inner).unwrap();
        assert_eq!(inner.components.iter().map(|part| part.position.unwrap()).collect::<Vec<_>>(), [10, 20]);
        assert_eq!(inner.pricing, Some(BundlePricing::Whole));
        let outer = ProductBundle { product: line, components: vec![part(press, "2")], ..ProductBundle::default() };
        let outer = products.create_bundle(&outer).unwrap();
        let lines = products.explode(line, dec("3"), &[]).unwrap();
        let seen: Vec<_> = lines.iter().map(|line| (line.product, line.quantity.to_string())).collect();
        assert_eq!(seen, [(press, "6".into()), (drive, "6".into()), (bolt, "75".into())]);
        assert_eq!(products.explode(bolt, dec("1"), &[]).unwrap_err().kind(), "not_found");

        let twice = products.create_bundle(&ProductBundle { product: line, ..ProductBundle::default() }).unwrap_err();
        assert_eq!((twice.kind(), twice.code()), ("conflict", ErrorCode::DuplicateKey));
        assert_eq!(twice.problems()[0].data["other_id"], outer.id.to_string());
        let circle = ProductBundle { components: vec![part(line, "1")], ..inner.clone() };
        let circle = products.update_bundle(&circle).unwrap_err();
        assert_eq!(told(&circle), [(ErrorCode::Cycle, "components")]);
        assert_eq!(circle.problems()[0].data["cycle"], format!("{press} > {line} > {press}"));
        let mut wrong = inner.clone();
        wrong.components[0].quantity = Decimal::ZERO;
        wrong.components[1].group = Some("none".into());
        wrong.components[1].position = Some(10);
        wrong.constraints =
            vec![BundleConstraint { product: drive, kind: BundleConstraintKind::Requires, other: line }];
        wrong.groups = vec![BundleGroup { name: "g".into(), minimum: Some(2), maximum: Some(1) }];
        assert_eq!(
            told(&products.update_bundle(&wrong).unwrap_err()),
            [
                (ErrorCode::OutOfRange, "components[0].quantity"),
                (ErrorCode::NotInPicklist, "components[1].group"),
                (ErrorCode::OutOfRange, "groups[0].maximum"),
                (ErrorCode::NotInPicklist, "constraints[0].other"),
                (ErrorCode::DuplicateKey, "components[1].position"),
            ]
        );
        delete(&admin, "product_bundle", outer.id);
        let now_inside = ProductBundle { components: vec![part(line, "1")], ..inner };
        products.update_bundle(&now_inside).unwrap();
        assert_eq!(restore(&admin, "product_bundle", outer.id).unwrap_err().code(), ErrorCode::Cycle);
    }
}

#[test]
fn bundles_follow_a_merge_of_products() {
    for (_folder, admin) in sessions() {
        let [a, b, set, other_set] = ["A", "B", "S", "T"].map(|code| product(&admin, code));
        let bundle = |product, components: Vec<BundleComponent>| {
            let exclude = BundleConstraint { product: a, kind: BundleConstraintKind::Excludes, other: b };
            let both = components.len() > 1;
            let constraints = if both { vec![exclude] } else { Vec::new() };
            let components = components.into_iter().map(|part| BundleComponent { is_optional: both, ..part }).collect();
            let bundle = ProductBundle { product, components, constraints, ..ProductBundle::default() };
            admin.products().create_bundle(&bundle).unwrap().id
        };
        let first = bundle(set, vec![part(a, "1"), part(b, "2")]);
        let second = bundle(other_set, vec![part(b, "3")]);
        let parts = merge(&admin, a, b);
        let followed = admin.products().bundle(first).unwrap();
        assert!(followed.components.iter().all(|part| part.product == a) && followed.components.len() == 2);
        assert!(followed.constraints.is_empty(), "a product does not exclude itself");
        let sets = merge(&admin, set, other_set);
        let left: Vec<Id> = admin.products().bundles(&Query::default()).unwrap().items.iter().map(|b| b.id).collect();
        assert_eq!(left, [first], "a product is one bundle: {second} went");
        admin.merges().unmerge(sets).unwrap();
        admin.merges().unmerge(parts).unwrap();
        assert_eq!(admin.products().bundle(first).unwrap().constraints.len(), 1);
        assert_eq!(admin.products().bundle(second).unwrap().components[0].product, b);
        let into_part = merge(&admin, set, a);
        let own = admin.products().bundle(first).unwrap();
        assert_eq!(own.components.iter().map(|part| part.product).collect::<Vec<_>>(), [b], "no part of itself");
        admin.merges().unmerge(into_part).unwrap();
        assert_eq!(admin.products().bundle(first).unwrap().components.len(), 2);
    }
}
