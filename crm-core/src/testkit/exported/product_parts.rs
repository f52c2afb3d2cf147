//! Relations, documents and bundles of products.

use super::{Call, one, pages};
use crate::product::{
    BundleChoice, BundleComponent, ProductBundle, ProductDocument, ProductDocumentKind, ProductRelation,
};
use crate::testkit::paired::Twins as _;
use crate::testkit::paired_rooms::Rooms;
use crate::value::Id;

fn component(rooms: &mut Rooms) -> BundleComponent {
    let product = rooms.any("product");
    let is_optional = rooms.random.percent(30);
    let (unit, group) = (None, None);
    let quantity = i64::try_from(1 + rooms.random.below(5)).unwrap().into();
    let (minimum, maximum, weight) = (None, None, None);
    BundleComponent {
        product,
        quantity,
        position: None,
        unit,
        group,
        is_optional,
        is_default: false,
        minimum,
        maximum,
        weight,
    }
}

fn two_products(rooms: &mut Rooms) -> [Id; 2] {
    [rooms.any("product"), rooms.any("product")]
}

pub(super) const CALLS: &[Call] = &[
    ("Products::create_relation", |rooms| {
        let [product, other] = two_products(rooms);
        let relation = ProductRelation { product, other, ..ProductRelation::default() };
        rooms.make(&relation, |session, relation| session.products().create_relation(relation));
    }),
    ("Products::update_relation", |rooms| {
        let note = rooms.word();
        let change = |relation: &mut ProductRelation| relation.note = Some(note.clone());
        rooms.save(change, |session, relation| session.products().update_relation(relation));
    }),
    ("Products::relation", one!("product_relation", products.relation)),
    ("Products::relations", pages!("product_relation", products.relations)),
    ("Products::create_document", |rooms| {
        let product = rooms.any("product");
        let class = rooms.any("product_class");
        let is_of_class = rooms.random.percent(30);
        let product = (!is_of_class && rooms.random.percent(70)).then_some(product);
        let product_class = is_of_class.then_some(class);
        let (title, kind, body) = (rooms.word(), ProductDocumentKind::Article, Some(rooms.word()));
        let document = ProductDocument { title, kind, product, product_class, body, ..Default::default() };
        rooms.make(&document, |session, document| session.products().create_document(document));
    }),
    ("Products::update_document", |rooms| {
        let title = rooms.word();
        let change = |document: &mut ProductDocument| document.title = title.clone();
        rooms.save(change, |session, document| session.products().update_document(document));
    }),
    ("Products::document", one!("product_document", products.document)),
    ("Products::documents", pages!("product_document", products.documents)),
    ("Products::product_documents", |rooms| {
        let product = rooms.any("product");
        rooms.ask(&("documents of", product), |session| session.products().product_documents(product, None));
    }),
    ("Products::create_bundle", |rooms| {
        let product = rooms.any("product");
        let components = vec![component(rooms), component(rooms)];
        let bundle = ProductBundle { product, components, ..ProductBundle::default() };
        rooms.make(&bundle, |session, bundle| session.products().create_bundle(bundle));
    }),
    ("Products::update_bundle", |rooms| {
        let part = component(rooms);
        let change = |bundle: &mut ProductBundle| bundle.components = vec![part.clone()];
        rooms.save(change, |session, bundle| session.products().update_bundle(bundle));
    }),
    ("Products::bundle", one!("product_bundle", products.bundle)),
    ("Products::bundles", pages!("product_bundle", products.bundles)),
    ("Products::explode", |rooms| {
        let product = rooms.any("product");
        let choice = BundleChoice { position: 10, quantity: 2.into(), bundle: None };
        let choices = if rooms.random.percent(30) { vec![choice] } else { Vec::new() };
        rooms.ask(&("explode", product), |session| session.products().explode(product, 3.into(), &choices));
    }),
];
