//! What is written: one line of JSON for each record.

use serde::Serialize;

/// A record of a company or a person, with the truth beside it.
#[derive(Serialize, Default)]
pub struct Record {
    /// Its own id; tells nothing.
    pub id: String,
    /// The truth: which company or person it is.
    pub entity: String,
    /// The truth: which group or household that belongs to.
    pub family: String,
    /// The whole name.
    pub name: Option<String>,
    /// The given name (persons only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// The family name (persons only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// The date of birth (persons only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<String>,
    /// Who is asked for (companies only).
    pub contact: Option<String>,
    /// Street and number.
    pub street: Option<String>,
    /// The whole address in one line.
    pub address: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Province, state or prefecture.
    pub region: Option<String>,
    /// Postcode.
    pub postcode: Option<String>,
    /// Country, as a code or a name.
    pub country: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
    /// E-mail.
    pub email: Option<String>,
    /// Website.
    pub website: Option<String>,
    /// Tax identifier.
    pub tax_id: Option<String>,
}
