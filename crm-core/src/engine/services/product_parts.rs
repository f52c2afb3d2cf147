//! Relations, documents and bundles of products.

use super::products::{Products, wrap};
use crate::product::{
    BundleChoice, BundleLine, ProductBundle, ProductBundlePage, ProductCommand, ProductDocument, ProductDocumentPage,
    ProductRelation, ProductRelationPage, explode, product_documents, read_catalogue,
};
use crate::query::Query;
use crate::room::Reader as _;
use crate::value::{Date, Decimal, Id, Result};

impl Products<'_> {
    /// Makes a relation of two products and gives it back as it was stored.
    ///
    /// # Errors
    /// `Cycle` for a relation to itself, `Overlap` with both identifiers for the same one on the same dates,
    /// `OutOfRange`, `UnknownReference`, `Denied`.
    pub fn create_relation(&self, relation: &ProductRelation) -> Result<ProductRelation> {
        let command = wrap(ProductCommand::CreateRelation { relation: relation.clone() });
        self.session.create_and_read(command, relation)
    }

    /// Saves a relation of two products that was read and changed.
    ///
    /// # Errors
    /// As [`Products::create_relation`]; `StaleVersion`, `NotFound`.
    pub fn update_relation(&self, relation: &ProductRelation) -> Result<ProductRelation> {
        let command = wrap(ProductCommand::UpdateRelation { relation: relation.clone() });
        self.session.save_and_read(command, relation)
    }

    /// One relation of two products.
    ///
    /// # Errors
    /// As [`Products::product`].
    pub fn relation(&self, id: Id) -> Result<ProductRelation> {
        self.session.get(id)
    }

    /// One page of relations of products.
    ///
    /// # Errors
    /// As [`crate::engine::Session::list`].
    pub fn relations(&self, query: &Query) -> Result<ProductRelationPage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(ProductRelationPage { items, next_cursor })
    }

    /// Makes a document of a product or class, or a knowledge article, and gives it back as it was stored.
    ///
    /// # Errors
    /// `Required` for a document without address, hash and text and for one of neither a product nor a class,
    /// `NotAllowed` for one of both, `BadFormat` for the language, the hash or the
    /// address, `OutOfRange`, `UnknownReference`, `Denied`.
    pub fn create_document(&self, document: &ProductDocument) -> Result<ProductDocument> {
        let command = wrap(ProductCommand::CreateDocument { document: document.clone() });
        self.session.create_and_read(command, document)
    }

    /// Saves a document of a product or class, or a knowledge article, that was read and changed.
    ///
    /// # Errors
    /// As [`Products::create_document`]; `StaleVersion`, `NotFound`.
    pub fn update_document(&self, document: &ProductDocument) -> Result<ProductDocument> {
        let command = wrap(ProductCommand::UpdateDocument { document: document.clone() });
        self.session.save_and_read(command, document)
    }

    /// One document of a product or class, or a knowledge article.
    ///
    /// # Errors
    /// As [`Products::product`].
    pub fn document(&self, id: Id) -> Result<ProductDocument> {
        self.session.get(id)
    }

    /// One page of documents and knowledge articles.
    ///
    /// # Errors
    /// As [`crate::engine::Session::list`].
    pub fn documents(&self, query: &Query) -> Result<ProductDocumentPage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(ProductDocumentPage { items, next_cursor })
    }

    /// The documents of a product that hold on a date, or all of them: its own, then those of its class, then those of the
    /// classes above, the nearest first. Those of one holder stand by title.
    ///
    /// # Errors
    /// `NotFound` for the product, `Denied`.
    pub fn product_documents(&self, product: Id, date: Option<Date>) -> Result<Vec<ProductDocument>> {
        self.session.reading(|reading| product_documents(reading, product, date))
    }

    /// Makes a bundle and gives it back as it was stored.
    ///
    /// # Errors
    /// `DuplicateKey` for a product that is a bundle already, `Cycle` with the bundles of the circle,
    /// `NotInPicklist`, `OutOfRange`, `NotAllowed`, `UnknownReference`, `Denied`.
    pub fn create_bundle(&self, bundle: &ProductBundle) -> Result<ProductBundle> {
        let command = wrap(ProductCommand::CreateBundle { bundle: bundle.clone() });
        self.session.create_and_read(command, bundle)
    }

    /// Saves a bundle that was read and changed.
    ///
    /// # Errors
    /// As [`Products::create_bundle`]; `StaleVersion`, `NotFound`.
    pub fn update_bundle(&self, bundle: &ProductBundle) -> Result<ProductBundle> {
        let command = wrap(ProductCommand::UpdateBundle { bundle: bundle.clone() });
        self.session.save_and_read(command, bundle)
    }

    /// One bundle.
    ///
    /// # Errors
    /// As [`Products::product`].
    pub fn bundle(&self, id: Id) -> Result<ProductBundle> {
        self.session.get(id)
    }

    /// One page of bundles.
    ///
    /// # Errors
    /// As [`crate::engine::Session::list`].
    pub fn bundles(&self, query: &Query) -> Result<ProductBundlePage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(ProductBundlePage { items, next_cursor })
    }

    /// What is delivered when so many of a bundle are sold: every component, each nested bundle before its own ones.
    ///
    /// # Errors
    /// `NotFound` for a product that is no bundle; `NotInPicklist`, `DuplicateKey`, `OutOfRange` and `GuardNotMet` for a
    /// wrong choice; `Cycle`, `TooMany`; `UnitMismatch`, `DecimalDigits` and `Overflow` for quantities that cannot be told
    /// exactly; `Denied`.
    pub fn explode(&self, product: Id, quantity: Decimal, choices: &[BundleChoice]) -> Result<Vec<BundleLine>> {
        let known =
            self.session.reading(|reading| read_catalogue(&mut |entity, query| reading.all(entity, query), product))?;
        explode(&known, product, quantity, choices)
    }
}
