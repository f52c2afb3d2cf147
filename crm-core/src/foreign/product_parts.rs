//! Relations, documents and bundles of products.

use super::products::Products;
use crate::product::{
    BundleChoice, BundleLine, ProductBundle, ProductBundlePage, ProductDocument, ProductDocumentPage, ProductRelation,
    ProductRelationPage,
};
use crate::query::Query;
use crate::value::{Date, Decimal, Id, Result};

#[uniffi::export]
impl Products {
    /// Makes a relation of two products and gives it back as it was stored.
    ///
    /// # Errors
    /// `Cycle` for a relation to itself, `Overlap` with both identifiers for the same one on the same dates,
    /// `OutOfRange`, `UnknownReference`, `Denied`.
    pub fn create_relation(&self, relation: ProductRelation) -> Result<ProductRelation> {
        self.session.products().create_relation(&relation)
    }

    /// Saves a relation of two products that was read and changed.
    ///
    /// # Errors
    /// As [`Products::create_relation`]; `StaleVersion`, `NotFound`.
    pub fn update_relation(&self, relation: ProductRelation) -> Result<ProductRelation> {
        self.session.products().update_relation(&relation)
    }

    /// One relation of two products.
    ///
    /// # Errors
    /// As [`Products::product`].
    pub fn relation(&self, id: Id) -> Result<ProductRelation> {
        self.session.products().relation(id)
    }

    /// One page of relations of products.
    ///
    /// # Errors
    /// As [`Products::products`].
    #[uniffi::method(default(query))]
    pub fn relations(&self, query: Query) -> Result<ProductRelationPage> {
        self.session.products().relations(&query)
    }

    /// Makes a document of a product or class, or a knowledge article, and gives it back as it was stored.
    ///
    /// # Errors
    /// `Required` for a document without address, hash and text and for one of neither a product nor a class,
    /// `NotAllowed` for one of both, `BadFormat` for the language, the hash or the
    /// address, `OutOfRange`, `UnknownReference`, `Denied`.
    pub fn create_document(&self, document: ProductDocument) -> Result<ProductDocument> {
        self.session.products().create_document(&document)
    }

    /// Saves a document of a product or class, or a knowledge article, that was read and changed.
    ///
    /// # Errors
    /// As [`Products::create_document`]; `StaleVersion`, `NotFound`.
    pub fn update_document(&self, document: ProductDocument) -> Result<ProductDocument> {
        self.session.products().update_document(&document)
    }

    /// One document of a product or class, or a knowledge article.
    ///
    /// # Errors
    /// As [`Products::product`].
    pub fn document(&self, id: Id) -> Result<ProductDocument> {
        self.session.products().document(id)
    }

    /// One page of documents and knowledge articles.
    ///
    /// # Errors
    /// As [`Products::products`].
    #[uniffi::method(default(query))]
    pub fn documents(&self, query: Query) -> Result<ProductDocumentPage> {
        self.session.products().documents(&query)
    }

    /// The documents of a product that hold on a date, or all of them: its own, then those of its class, then those of the
    /// classes above, the nearest first. Those of one holder stand by title.
    ///
    /// # Errors
    /// `NotFound` for the product, `Denied`.
    #[uniffi::method(default(date = None))]
    pub fn product_documents(&self, product: Id, date: Option<Date>) -> Result<Vec<ProductDocument>> {
        self.session.products().product_documents(product, date)
    }

    /// Makes a bundle and gives it back as it was stored.
    ///
    /// # Errors
    /// `DuplicateKey` for a product that is a bundle already, `Cycle` with the bundles of the circle,
    /// `NotInPicklist`, `OutOfRange`, `NotAllowed`, `UnknownReference`, `Denied`.
    pub fn create_bundle(&self, bundle: ProductBundle) -> Result<ProductBundle> {
        self.session.products().create_bundle(&bundle)
    }

    /// Saves a bundle that was read and changed.
    ///
    /// # Errors
    /// As [`Products::create_bundle`]; `StaleVersion`, `NotFound`.
    pub fn update_bundle(&self, bundle: ProductBundle) -> Result<ProductBundle> {
        self.session.products().update_bundle(&bundle)
    }

    /// One bundle.
    ///
    /// # Errors
    /// As [`Products::product`].
    pub fn bundle(&self, id: Id) -> Result<ProductBundle> {
        self.session.products().bundle(id)
    }

    /// One page of bundles.
    ///
    /// # Errors
    /// As [`Products::products`].
    #[uniffi::method(default(query))]
    pub fn bundles(&self, query: Query) -> Result<ProductBundlePage> {
        self.session.products().bundles(&query)
    }

    /// What is delivered when so many of a bundle are sold: every component, each nested bundle before its own ones.
    ///
    /// # Errors
    /// `NotFound` for a product that is no bundle; `NotInPicklist`, `DuplicateKey`, `OutOfRange` and `GuardNotMet` for a
    /// wrong choice; `Cycle`, `TooMany`; `UnitMismatch`, `DecimalDigits` and `Overflow` for quantities that cannot be told
    /// exactly; `Denied`.
    #[uniffi::method(default(choices = []))]
    pub fn explode(&self, product: Id, quantity: Decimal, choices: Vec<BundleChoice>) -> Result<Vec<BundleLine>> {
        self.session.products().explode(product, quantity, &choices)
    }
}
