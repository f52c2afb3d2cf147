//! Where products came from: what a catalogue said of them, word for word.

value_struct! {
    /// A piece of XML as it stood in a file.
    #[derive(Default)]
    pub struct SourceText {
        required {
            /// The text.
            pub xml: String,
        }
    }
}

entity! {
    /// What a catalogue said of a product, kept so that nothing is lost when the catalogue is written again (来源).
    ///
    /// One without a `key` is the frame in which the products stood. It names the product by its number in the catalogue
    /// and does not refer to it: a product may go, and come again with the next catalogue.
    pub struct ProductSource("product_source", ProductSourcePage, Public) {
        required {
            /// The name of the catalogue among the external identifiers of products.
            pub system: String => text(120).indexed().once(),
        }
        optional {
            /// The number of the product in the catalogue; nothing for the frame.
            pub key: Option<String> => text(120).indexed().once(),
            /// The place of the product in the catalogue.
            pub position: Option<i64> => integer(),
            /// What stood there. It has the prices of the catalogue too.
            pub source: Vec<SourceText> => nested().confidential(),
        }
    }
}
