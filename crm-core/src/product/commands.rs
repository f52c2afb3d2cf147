//! The commands of the room.

use super::rules::prices_query;
use super::{
    ListPrice, PriceList, Product, ProductBundle, ProductClass, ProductDocument, ProductParameter, ProductRelation,
};
use crate::room::{Change, Decision, View, records};
use crate::value::{Date, Decimal, Id, Result};

value_union! {
    /// Products and price lists.
    pub enum ProductCommand {
        /// Makes a product.
        CreateProduct {
            /// The product.
            product: Product,
        },
        /// Saves a product that was read and changed.
        UpdateProduct {
            /// The product with the version that was read.
            product: Product,
        },
        /// Makes a class of products.
        CreateProductClass {
            /// The class.
            product_class: ProductClass,
        },
        /// Saves a class that was read and changed.
        UpdateProductClass {
            /// The class with the version that was read.
            product_class: ProductClass,
        },
        /// Defines a technical parameter at a class.
        CreateProductParameter {
            /// The definition.
            product_parameter: ProductParameter,
        },
        /// Saves a definition that was read and changed.
        UpdateProductParameter {
            /// The definition with the version that was read.
            product_parameter: ProductParameter,
        },
        /// Makes a price list.
        CreatePriceList {
            /// The price list.
            price_list: PriceList,
        },
        /// Saves a price list that was read and changed.
        UpdatePriceList {
            /// The price list with the version that was read.
            price_list: PriceList,
        },
        /// Sets the price of a product from a date on. The price before it ends on that date; it holds until the next
        /// price that is already known for later. A price that begins on the same date is replaced.
        SetListPrice {
            /// The price list.
            price_list: Id,
            /// The product.
            product: Id,
            /// The price of `per_quantity` units, in the currency of the list.
            price: Decimal,
            /// The first date on which it holds.
            valid_from: Date,
            /// The price unit; as before, or 1, if nothing is said.
            per_quantity: Option<Decimal>,
        },
        /// Makes a relation of two products.
        CreateRelation {
            /// The relation.
            relation: ProductRelation,
        },
        /// Saves a relation of two products that was read and changed.
        UpdateRelation {
            /// The relation with the version that was read.
            relation: ProductRelation,
        },
        /// Makes a document or knowledge article.
        CreateDocument {
            /// The document.
            document: ProductDocument,
        },
        /// Saves a document or knowledge article that was read and changed.
        UpdateDocument {
            /// The document with the version that was read.
            document: ProductDocument,
        },
        /// Makes a bundle.
        CreateBundle {
            /// The bundle.
            bundle: ProductBundle,
        },
        /// Saves a bundle that was read and changed.
        UpdateBundle {
            /// The bundle with the version that was read.
            bundle: ProductBundle,
        },
    }
}

impl ProductCommand {
    /// The name in the journal.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::CreateProduct { .. } => "product.create_product",
            Self::UpdateProduct { .. } => "product.update_product",
            Self::CreateProductClass { .. } => "product.create_product_class",
            Self::UpdateProductClass { .. } => "product.update_product_class",
            Self::CreateProductParameter { .. } => "product.create_product_parameter",
            Self::UpdateProductParameter { .. } => "product.update_product_parameter",
            Self::CreatePriceList { .. } => "product.create_price_list",
            Self::UpdatePriceList { .. } => "product.update_price_list",
            Self::SetListPrice { .. } => "product.set_list_price",
            Self::CreateRelation { .. } => "product.create_relation",
            Self::UpdateRelation { .. } => "product.update_relation",
            Self::CreateDocument { .. } => "product.create_document",
            Self::UpdateDocument { .. } => "product.update_document",
            Self::CreateBundle { .. } => "product.create_bundle",
            Self::UpdateBundle { .. } => "product.update_bundle",
        }
    }

    /// Decides what the command changes.
    pub(crate) fn decide(&self, view: &mut dyn View) -> Result<Decision> {
        Ok(Decision::of(match self {
            Self::CreateProduct { product } => Change::create(product),
            Self::UpdateProduct { product } => Change::save(product),
            Self::CreateProductClass { product_class } => Change::create(product_class),
            Self::UpdateProductClass { product_class } => Change::save(product_class),
            Self::CreateProductParameter { product_parameter } => Change::create(product_parameter),
            Self::UpdateProductParameter { product_parameter } => Change::save(product_parameter),
            Self::CreatePriceList { price_list } => Change::create(price_list),
            Self::UpdatePriceList { price_list } => Change::save(price_list),
            Self::CreateRelation { relation } => Change::create(relation),
            Self::UpdateRelation { relation } => Change::save(relation),
            Self::CreateDocument { document } => Change::create(document),
            Self::UpdateDocument { document } => Change::save(document),
            Self::CreateBundle { bundle } => Change::create(bundle),
            Self::UpdateBundle { bundle } => Change::save(bundle),
            Self::SetListPrice { price_list, product, price, valid_from, per_quantity } => {
                let new = ListPrice {
                    price_list: *price_list,
                    product: *product,
                    price: *price,
                    valid_from: Some(*valid_from),
                    per_quantity: *per_quantity,
                    ..ListPrice::default()
                };
                return set_list_price(view, new, *valid_from);
            }
        }))
    }
}

fn set_list_price(view: &mut dyn View, mut new: ListPrice, from: Date) -> Result<Decision> {
    let prices = records::<ListPrice>(view, &prices_query(new.price_list, new.product))?;
    let Some(present) = super::price_on(&prices, from) else {
        new.valid_until = prices.iter().filter_map(|price| price.valid_from).filter(|start| *start > from).min();
        return Ok(Decision::of(Change::create(&new)));
    };
    let per_quantity = new.per_quantity.or(present.per_quantity);
    if present.valid_from == Some(from) {
        let set = vec![("price", new.price.into()), ("per_quantity", per_quantity.into())];
        return Ok(Decision::of(Change::update::<ListPrice>(present.id, set)));
    }
    let ends = Change::update::<ListPrice>(present.id, vec![("valid_until", from.into())]);
    let new = ListPrice { per_quantity, valid_until: present.valid_until, ..new };
    Ok(Decision::of(ends).and(Change::create(&new)))
}
