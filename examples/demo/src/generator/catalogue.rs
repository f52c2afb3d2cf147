//! The product catalogue, and money in whole smallest units.

use super::table::Table;
use super::words::{self, Currency, Family};

/// Columns of `products.csv`.
pub const PRODUCT_COLUMNS: &[&str] = &["code", "name", "family", "unit", "list_price", "currency"];

/// A product of the price list.
pub struct Product {
    /// The code.
    pub code: String,
    /// The name, in English and Chinese.
    pub name: String,
    /// Its family.
    pub family: &'static Family,
    /// The list price in fen.
    pub list_fen: i64,
}

/// The 40 products.
pub fn products() -> Vec<Product> {
    let mut products = Vec::new();
    for family in words::FAMILIES {
        let steps = i64::try_from(family.sizes.len()).unwrap_or(1);
        for (at, (size, label)) in (0_i64..).zip(family.sizes) {
            let (low, high) = family.price_cny;
            // Prices rise faster towards the large types.
            let yuan = low + (high - low) * at * (at + 1) / (steps * (steps - 1)).max(1);
            products.push(Product {
                code: format!("{}-{size}", family.prefix),
                name: format!("{} {}-{size} {label} {}", capitalised(family.english), family.prefix, family.chinese),
                family,
                list_fen: yuan / 10 * 1000,
            });
        }
    }
    products
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// `products.csv`.
pub fn product_table(products: &[Product]) -> Table {
    let mut table = Table::new("products.csv", PRODUCT_COLUMNS);
    for product in products {
        table.push(vec![
            product.code.clone(),
            product.name.clone(),
            product.family.key.to_owned(),
            product.family.unit.to_owned(),
            money(product.list_fen, Currency::Cny),
            "CNY".to_owned(),
        ]);
    }
    table
}

/// Fen in the smallest unit of another currency, rounded half up.
pub fn converted(fen: i64, currency: Currency) -> i64 {
    rounded(fen * 100, currency.fen_per_hundred())
}

/// The quotient of two positive numbers, rounded half up.
pub fn rounded(dividend: i64, divisor: i64) -> i64 {
    (dividend + divisor / 2) / divisor
}

/// An amount of smallest units as a decimal: 1234567 fen is `12345.67`.
pub fn money(minor: i64, currency: Currency) -> String {
    if currency.decimals() == 0 { minor.to_string() } else { format!("{}.{:02}", minor / 100, minor % 100) }
}
