//! What a catalogue says.

use crate::value::Decimal;

value_enum! {
    /// What a file asks its reader to do.
    #[derive(Default)]
    pub enum BmecatTransaction {
        /// Everything anew (`T_NEW_CATALOG`).
        #[default]
        NewCatalog = "new_catalog",
        /// Some products anew (`T_UPDATE_PRODUCTS`).
        UpdateProducts = "update_products",
        /// Some prices anew (`T_UPDATE_PRICES`).
        UpdatePrices = "update_prices",
    }
}

value_struct! {
    /// A text in a language.
    #[derive(Default)]
    pub struct BmecatText {
        required {
            /// The text.
            pub text: String,
        }
        optional {
            /// The language as the file names it: `deu`, `eng`.
            pub language: Option<String>,
        }
    }
}

value_struct! {
    /// An identifier and what it belongs to.
    #[derive(Default)]
    pub struct BmecatCode {
        required {
            /// The identifier.
            pub value: String,
        }
        optional {
            /// Its kind: `gtin` for a number of a product, `flat` for a class.
            pub kind: Option<String>,
        }
    }
}

value_struct! {
    /// A group of features inside the features of a product, such as those about the manufacturer (ECLASS Advanced).
    #[derive(Default)]
    pub struct BmecatFeatureGroup {
        optional {
            /// The identifiers of the group in the feature system.
            pub ids: Vec<BmecatCode>,
            /// The name of the group.
            pub names: Vec<BmecatText>,
            /// The place of the group in which it stands.
            pub parent: Option<u64>,
        }
    }
}

value_struct! {
    /// A technical feature (技术参数) and its values.
    #[derive(Default)]
    pub struct BmecatFeature {
        optional {
            /// The identifier of the feature: `0173-1#02-BAB577#006` in ECLASS.
            pub id: Option<String>,
            /// Its name.
            pub names: Vec<BmecatText>,
            /// Its values as they are written; a value in two languages stands twice.
            pub values: Vec<BmecatText>,
            /// The identifiers of its values, where they come from a list.
            pub value_ids: Vec<String>,
            /// What the values mean, for people.
            pub details: Vec<BmecatText>,
            /// The unit of the values.
            pub unit: Option<String>,
            /// What the feature is, for people.
            pub descriptions: Vec<BmecatText>,
            /// The number by which the features are to be shown.
            pub order: Option<String>,
            /// The number of the feature in its product (`FID`).
            pub number: Option<String>,
            /// The number of the feature in which it stands (`FPARENT_ID`); `-1` at the top.
            pub parent_number: Option<String>,
            /// The place of the feature in which it stands: of the one that encloses it, or that `parent_number` names.
            pub parent: Option<u64>,
            /// The place of its group.
            pub group: Option<u64>,
        }
    }
}

value_struct! {
    /// The features of a product in one feature system.
    #[derive(Default)]
    pub struct BmecatFeatures {
        optional {
            /// The system: `ECLASS-9.0`, `ETIM-8.0`.
            pub system: Option<String>,
            /// The class of the product in the system.
            pub classes: Vec<BmecatCode>,
            /// The name of the class.
            pub class_names: Vec<BmecatText>,
            /// The groups, outer ones before those in them.
            pub groups: Vec<BmecatFeatureGroup>,
            /// The features, in the order of the file.
            pub features: Vec<BmecatFeature>,
        }
    }
}

value_struct! {
    /// In what a product is ordered.
    #[derive(Default)]
    pub struct BmecatOrder {
        optional {
            /// The unit of an order, by UN/ECE recommendation 20: `C62`, `CT`.
            pub order_unit: Option<String>,
            /// The unit of what stands in it.
            pub content_unit: Option<String>,
            /// How many content units one order unit holds (`NO_CU_PER_OU`).
            pub contents_per_order_unit: Option<Decimal>,
            /// For how many order units the prices are.
            pub price_quantity: Option<Decimal>,
            /// The smallest order.
            pub minimum: Option<Decimal>,
            /// The step of an order.
            pub interval: Option<Decimal>,
        }
    }
}

value_struct! {
    /// A price of a product.
    #[derive(Default)]
    pub struct BmecatPrice {
        optional {
            /// Its kind: `net_list`, `gros_list`, `net_customer`, `nrp`.
            pub kind: Option<String>,
            /// The amount.
            pub amount: Option<Decimal>,
            /// The currency; that of the catalogue if nothing is said.
            pub currency: Option<String>,
            /// The rate of tax: 0.19 for 19 %.
            pub tax: Option<Decimal>,
            /// What the amount is multiplied by.
            pub factor: Option<Decimal>,
            /// The smallest order for which it holds.
            pub lower_bound: Option<Decimal>,
            /// Where it holds.
            pub territories: Vec<String>,
            /// The first day on which it holds, as it is written.
            pub valid_from: Option<String>,
            /// The last day on which it holds, as it is written.
            pub valid_until: Option<String>,
        }
    }
}

value_struct! {
    /// A document, picture or address of a product.
    #[derive(Default)]
    pub struct BmecatMime {
        optional {
            /// What it is: `application/pdf`, `image/jpeg`, `url`.
            pub kind: Option<String>,
            /// The file or address, for each language.
            pub sources: Vec<BmecatText>,
            /// What is in it, for people.
            pub descriptions: Vec<BmecatText>,
            /// What to show if it cannot be shown.
            pub alternatives: Vec<BmecatText>,
            /// What it is for: `data_sheet`, `normal`, `detail`, `logo`.
            pub purpose: Option<String>,
            /// Its place among the others.
            pub order: Option<String>,
        }
    }
}

value_struct! {
    /// What another product is to this one.
    #[derive(Default)]
    pub struct BmecatReference {
        required {
            /// The number of the other product.
            pub product: String,
        }
        optional {
            /// `accessories`, `sparepart`, `similar`, `followup`, `mandatory`, `select`, `base_product`, `consists_of`, `others`.
            pub kind: Option<String>,
            /// How many of it.
            pub quantity: Option<Decimal>,
            /// The catalogue of the other product, if it is another one.
            pub catalog_id: Option<String>,
            /// The version of that catalogue.
            pub catalog_version: Option<String>,
        }
    }
}

value_struct! {
    /// A product of a catalogue.
    #[derive(Default)]
    pub struct BmecatProduct {
        required {
            /// The number that the supplier has for it.
            pub supplier_pid: String,
        }
        optional {
            /// `new`, `update` or `delete`, where the file changes another.
            pub mode: Option<String>,
            /// What it is called.
            pub short: Vec<BmecatText>,
            /// What it is.
            pub long: Vec<BmecatText>,
            /// Its international numbers: GTIN, EAN.
            pub international_pids: Vec<BmecatCode>,
            /// The numbers that buyers have for it.
            pub buyer_pids: Vec<BmecatCode>,
            /// The number that the manufacturer has for it.
            pub manufacturer_pid: Option<String>,
            /// The manufacturer.
            pub manufacturer_name: Option<String>,
            /// The manufacturer's name for the type.
            pub manufacturer_type: Vec<BmecatText>,
            /// Words by which it is found.
            pub keywords: Vec<BmecatText>,
            /// Remarks.
            pub remarks: Vec<BmecatText>,
            /// The days until delivery.
            pub delivery_days: Option<Decimal>,
            /// What is special about it: the kind is `new`, `bargain`, `core_article`, `old_article`...
            pub statuses: Vec<BmecatCode>,
            /// Its features, by feature system.
            pub features: Vec<BmecatFeatures>,
            /// In what it is ordered.
            pub order: BmecatOrder,
            /// Its prices.
            pub prices: Vec<BmecatPrice>,
            /// Its documents and pictures.
            pub mimes: Vec<BmecatMime>,
            /// What other products are to it.
            pub references: Vec<BmecatReference>,
            /// The groups of the catalogue in which it stands.
            pub groups: Vec<String>,
        }
    }
}

value_struct! {
    /// A group of the catalogue's own structure.
    #[derive(Default)]
    pub struct BmecatGroup {
        required {
            /// The identifier of the group.
            pub id: String,
        }
        optional {
            /// Its name.
            pub names: Vec<BmecatText>,
            /// What stands in it.
            pub descriptions: Vec<BmecatText>,
            /// The group above it.
            pub parent: Option<String>,
            /// `root`, `node` or `leaf`.
            pub kind: Option<String>,
            /// Its place among the others.
            pub order: Option<String>,
        }
    }
}

value_struct! {
    /// A catalogue.
    #[derive(Default)]
    pub struct BmecatCatalog {
        required {
            /// The identifier that the supplier gave it.
            pub catalog_id: String,
        }
        optional {
            /// The version of BMEcat: `2005`, `1.2`.
            pub format: Option<String>,
            /// What the file asks its reader to do.
            pub transaction: BmecatTransaction,
            /// The version of the catalogue.
            pub catalog_version: Option<String>,
            /// The name of the catalogue.
            pub names: Vec<BmecatText>,
            /// The languages of the texts.
            pub languages: Vec<String>,
            /// The currency of prices that name none.
            pub currency: Option<String>,
            /// Where the catalogue holds.
            pub territories: Vec<String>,
            /// The day on which the file was made, as it is written.
            pub generated_on: Option<String>,
            /// The program that made the file.
            pub generator: Option<String>,
            /// The supplier.
            pub supplier_name: Option<String>,
            /// The numbers of the supplier: the kind is `duns`, `iln`, `supplier_specific`.
            pub supplier_ids: Vec<BmecatCode>,
            /// The buyer, if the catalogue is for one.
            pub buyer_name: Option<String>,
            /// The catalogue's own structure.
            pub groups: Vec<BmecatGroup>,
            /// The products, in the order of the file.
            pub products: Vec<BmecatProduct>,
        }
    }
}
