//! BMEcat 2005 in and out: catalogues of products with their technical features, as manufacturers and dealers exchange them.
//!
//! A [`BmecatFile`] is the whole document, and loses nothing: written again, it is the same text. Its
//! [`catalog`](BmecatFile::catalog) is what a program works with: header, products, features, prices, references. Files of
//! BMEcat 1.2, where a product is an `ARTICLE`, are read too. Features of ECLASS Advanced, which stand inside each other,
//! keep their order and name the feature that they stand in.
//!
//! A figure that cannot be read is no error: the field is empty, and the file says so in
//! [`findings`](BmecatFile::findings).
//!
//! ```
//! use crm_core::exchange::{read_bmecat, write_bmecat};
//! let file = r#"<BMECAT version="2005" xmlns="http://www.bmecat.org/bmecat/2005">
//!   <HEADER><CATALOG><LANGUAGE>deu</LANGUAGE><CATALOG_ID>K-26</CATALOG_ID></CATALOG></HEADER>
//!   <T_NEW_CATALOG><PRODUCT>
//!     <SUPPLIER_PID>1609801044</SUPPLIER_PID>
//!     <PRODUCT_DETAILS><DESCRIPTION_SHORT lang="deu">Klemmenmarkierung</DESCRIPTION_SHORT></PRODUCT_DETAILS>
//!     <PRODUCT_FEATURES>
//!       <REFERENCE_FEATURE_SYSTEM_NAME>ECLASS-9.0</REFERENCE_FEATURE_SYSTEM_NAME>
//!       <REFERENCE_FEATURE_GROUP_ID>27141137</REFERENCE_FEATURE_GROUP_ID>
//!       <FEATURE><FNAME>Tiefe</FNAME><FVALUE>2.373</FVALUE><FUNIT>mm</FUNIT><MY_OWN>kept</MY_OWN></FEATURE>
//!     </PRODUCT_FEATURES>
//!     <PRODUCT_PRICE_DETAILS><PRODUCT_PRICE price_type="net_list">
//!       <PRICE_AMOUNT>0.12</PRICE_AMOUNT><PRICE_CURRENCY>EUR</PRICE_CURRENCY><LOWER_BOUND>1000</LOWER_BOUND>
//!     </PRODUCT_PRICE></PRODUCT_PRICE_DETAILS>
//!   </PRODUCT></T_NEW_CATALOG></BMECAT>"#;
//! let read = read_bmecat(file.as_bytes())?;
//! let marker = &read.catalog().products[0];
//! assert_eq!((marker.supplier_pid.as_str(), marker.short[0].text.as_str()), ("1609801044", "Klemmenmarkierung"));
//! let depth = &marker.features[0].features[0];
//! assert_eq!((depth.values[0].text.as_str(), depth.unit.as_deref()), ("2.373", Some("mm")));
//! assert_eq!(marker.prices[0].amount, Some("0.12".parse()?));
//! assert_eq!(read.to_xml(), file, "also what we do not know is kept");
//!
//! let made = write_bmecat(read.catalog());
//! assert_eq!(read_bmecat(made.as_bytes())?.catalog(), read.catalog());
//! # Ok::<(), crm_core::value::Error>(())
//! ```

mod features;
mod import;
mod import_parts;
mod mapping;
mod parts;
mod read;
mod source;
mod source_parts;
mod types;
mod write;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_import;
#[cfg(test)]
mod tests_parts;

pub use import::BmecatImport;
pub use types::{
    BmecatCatalog, BmecatCode, BmecatFeature, BmecatFeatureGroup, BmecatFeatures, BmecatGroup, BmecatMime, BmecatOrder,
    BmecatPrice, BmecatProduct, BmecatReference, BmecatText, BmecatTransaction,
};
pub use write::write_bmecat;

use super::xml::{XmlDocument, XmlElement, read_xml};
use crate::value::{ErrorCode, Problem, Result};

/// A catalogue as it stands in a file: the document, and what it says.
#[derive(Debug, Clone, PartialEq)]
pub struct BmecatFile {
    document: XmlDocument,
    catalog: BmecatCatalog,
    findings: Vec<Problem>,
}

impl BmecatFile {
    /// What the file says, as far as we know its elements.
    #[must_use]
    pub fn catalog(&self) -> &BmecatCatalog {
        &self.catalog
    }

    /// What could not be read, with the path of its field: `products[3].prices[0].amount`.
    #[must_use]
    pub fn findings(&self) -> &[Problem] {
        &self.findings
    }

    /// The outermost element, with everything in it.
    #[must_use]
    pub fn root(&self) -> &XmlElement {
        &self.document.root
    }

    /// The whole file as XML in UTF-8, with everything that stood in it.
    #[must_use]
    pub fn to_xml(&self) -> String {
        self.document.to_xml()
    }
}

/// Reads a catalogue. The encoding is that of the byte order mark, else of the declaration, else UTF-8.
///
/// # Errors
/// `BadFormat` for XML that is not well-formed or has another root, with line and column; `Undecodable`; `NotAllowed` for
/// declarations of entities, which are never expanded; `TooLong`, `TooMany` for files beyond the limits.
pub fn read_bmecat(bytes: &[u8]) -> Result<BmecatFile> {
    let document = read_xml(bytes)?;
    if document.root.local_name() != "BMECAT" {
        let found = super::shown(&document.root.name);
        return Err(Problem::new(ErrorCode::BadFormat, format!("the root is {found}, not `BMECAT`")).into_invalid());
    }
    let (catalog, findings) = read::catalog(&document.root);
    Ok(BmecatFile { document, catalog, findings })
}
