//! The models that come with the engine: what is compared, and shares to begin with, so that a base of two hundred customers
//! works on the first day.

use super::features::MatchField as F;
use super::model::MatchTest as T;
use super::model::{MatchKind, MatchModel, Row, ThresholdSource, comparison};

/// Levels of the brand. Columns: name, test, limit, m, related, u, by frequency.
const BRAND: &[Row] = &[
    ("same", T::Equal, 0.0, 0.80, 0.86, 0.20, true),
    ("read_alike", T::SameReading, 0.0, 0.06, 0.02, 0.03, true),
    ("short_form", T::Abbreviates, 0.0, 0.05, 0.05, 0.04, false),
    ("alike_92", T::Similar, 0.92, 0.03, 0.01, 0.02, false),
    ("alike_80", T::Similar, 0.80, 0.03, 0.02, 0.06, false),
    ("other", T::Anything, 0.0, 0.03, 0.04, 0.65, false),
];
const INDUSTRY: &[Row] = &[
    ("same", T::Equal, 0.0, 0.84, 0.20, 0.12, true),
    ("word", T::SharesWord, 0.0, 0.08, 0.15, 0.12, false),
    ("alike_85", T::Similar, 0.85, 0.04, 0.05, 0.04, false),
    ("other", T::Anything, 0.0, 0.04, 0.60, 0.72, false),
];
const LEGAL_FORM: &[Row] =
    &[("same", T::Equal, 0.0, 0.88, 0.65, 0.60, false), ("other", T::Anything, 0.0, 0.12, 0.35, 0.40, false)];
const BRANCH: &[Row] = &[
    ("none", T::BothLack, 0.0, 0.94, 0.80, 0.96, false),
    ("same", T::Equal, 0.0, 0.045, 0.01, 0.002, false),
    ("one", T::OneLacks, 0.0, 0.01, 0.15, 0.035, false),
    ("other", T::Anything, 0.0, 0.005, 0.04, 0.003, false),
];
const REGION: &[Row] = &[
    ("same", T::Equal, 0.0, 0.82, 0.22, 0.30, false),
    ("town", T::SameTown, 0.0, 0.08, 0.06, 0.08, false),
    ("within", T::WithinPlace, 0.0, 0.06, 0.05, 0.05, false),
    ("province", T::SameProvince, 0.0, 0.02, 0.17, 0.12, false),
    ("other", T::Anything, 0.0, 0.02, 0.50, 0.45, false),
];
const CITY: &[Row] = &[
    ("same", T::Equal, 0.0, 0.86, 0.25, 0.30, true),
    ("alike_85", T::Similar, 0.85, 0.08, 0.03, 0.02, false),
    ("other", T::Anything, 0.0, 0.06, 0.72, 0.68, false),
];
const STREET: &[Row] = &[
    ("same", T::Equal, 0.0, 0.62, 0.05, 0.06, true),
    ("alike_92", T::Similar, 0.92, 0.14, 0.03, 0.03, false),
    ("alike_80", T::Similar, 0.80, 0.06, 0.06, 0.06, false),
    ("other", T::Anything, 0.0, 0.18, 0.86, 0.85, false),
];
const POSTCODE: &[Row] = &[
    ("same", T::Equal, 0.0, 0.74, 0.12, 0.12, false),
    ("one_edit", T::Edits, 1.0, 0.08, 0.03, 0.04, false),
    ("beginning", T::Prefix, 3.0, 0.08, 0.14, 0.15, false),
    ("other", T::Anything, 0.0, 0.10, 0.71, 0.69, false),
];
const PHONE: &[Row] = &[
    ("same", T::Equal, 0.0, 0.58, 0.06, 0.02, true),
    ("switchboard", T::SameSite, 0.0, 0.05, 0.05, 0.005, false),
    ("one_edit", T::Edits, 1.0, 0.03, 0.005, 0.002, false),
    ("other", T::Anything, 0.0, 0.34, 0.885, 0.943, false),
];
const EMAIL: &[Row] = &[
    ("same", T::Equal, 0.0, 0.50, 0.01, 0.01, false),
    ("alike_90", T::Similar, 0.92, 0.06, 0.02, 0.01, false),
    ("other", T::Anything, 0.0, 0.44, 0.97, 0.98, false),
];
const DOMAIN: &[Row] = &[
    ("same", T::Equal, 0.0, 0.76, 0.40, 0.06, true),
    ("alike_90", T::Similar, 0.90, 0.06, 0.08, 0.02, false),
    ("other", T::Anything, 0.0, 0.18, 0.52, 0.92, false),
];
const CONTACT: &[Row] = &[
    ("same", T::Equal, 0.0, 0.50, 0.03, 0.08, true),
    ("read_alike", T::SameReading, 0.0, 0.05, 0.005, 0.01, false),
    ("alike_90", T::Similar, 0.92, 0.03, 0.005, 0.01, false),
    ("other", T::Anything, 0.0, 0.42, 0.96, 0.90, false),
];
const TAX_ID: &[Row] = &[
    ("same", T::EqualChecked, 0.0, 0.90, 0.001, 0.0001, false),
    ("same_unchecked", T::Equal, 0.0, 0.03, 0.001, 0.0002, false),
    ("different_checked", T::BothChecked, 0.0, 0.001, 0.90, 0.95, false),
    ("two_edits", T::Edits, 2.0, 0.05, 0.003, 0.0003, false),
    ("other", T::Anything, 0.0, 0.019, 0.095, 0.0494, false),
];

const FAMILY_NAME: &[Row] = &[
    ("same", T::Equal, 0.0, 0.78, 0.60, 0.12, true),
    ("swapped", T::Swapped, 0.0, 0.04, 0.002, 0.002, false),
    ("read_alike", T::SameReading, 0.0, 0.02, 0.01, 0.01, false),
    ("alike_90", T::Similar, 0.90, 0.09, 0.03, 0.03, false),
    ("alike_80", T::Similar, 0.80, 0.02, 0.03, 0.04, false),
    ("other", T::Anything, 0.0, 0.05, 0.328, 0.798, false),
];
const GIVEN_NAME: &[Row] = &[
    ("same", T::Equal, 0.0, 0.74, 0.06, 0.12, true),
    ("swapped", T::Swapped, 0.0, 0.04, 0.002, 0.002, false),
    ("initial", T::Initial, 0.0, 0.03, 0.01, 0.01, false),
    ("alike_90", T::Similar, 0.90, 0.09, 0.02, 0.02, false),
    ("alike_80", T::Similar, 0.80, 0.03, 0.03, 0.03, false),
    ("other", T::Anything, 0.0, 0.07, 0.878, 0.818, false),
];
const BIRTH_DATE: &[Row] = &[
    ("same", T::Equal, 0.0, 0.84, 0.01, 0.06, false),
    ("swapped", T::SameDigits, 0.0, 0.02, 0.002, 0.002, false),
    ("one_edit", T::Edits, 1.0, 0.09, 0.02, 0.02, false),
    ("year", T::Prefix, 4.0, 0.02, 0.04, 0.04, false),
    ("other", T::Anything, 0.0, 0.03, 0.928, 0.878, false),
];
const UNIT: &[Row] = &[
    ("same", T::Equal, 0.0, 0.66, 0.30, 0.05, false),
    ("alike_85", T::Similar, 0.85, 0.14, 0.05, 0.03, false),
    ("other", T::Anything, 0.0, 0.20, 0.65, 0.92, false),
];
const PERSON_TAX: &[Row] = &[
    ("same", T::EqualChecked, 0.0, 0.60, 0.001, 0.0005, false),
    ("same_unchecked", T::Equal, 0.0, 0.26, 0.001, 0.001, false),
    ("two_edits", T::Edits, 2.0, 0.09, 0.004, 0.002, false),
    ("different_checked", T::BothChecked, 0.0, 0.003, 0.494, 0.4965, false),
    ("other", T::Anything, 0.0, 0.047, 0.50, 0.50, false),
];

const PART_NUMBER: &[Row] = &[
    ("same", T::Equal, 0.0, 0.85, 0.01, 0.01, false),
    ("one_edit", T::Edits, 1.0, 0.08, 0.50, 0.30, false),
    ("alike_90", T::Similar, 0.90, 0.03, 0.39, 0.20, false),
    ("other", T::Anything, 0.0, 0.04, 0.10, 0.49, false),
];
const PRODUCT_NAME: &[Row] = &[
    ("same", T::Equal, 0.0, 0.60, 0.20, 0.05, true),
    ("alike_90", T::Similar, 0.90, 0.20, 0.45, 0.10, false),
    ("alike_80", T::Similar, 0.80, 0.10, 0.20, 0.15, false),
    ("other", T::Anything, 0.0, 0.10, 0.15, 0.70, false),
];

/// The model of a kind that comes with the engine.
#[must_use]
pub fn model(kind: MatchKind) -> MatchModel {
    let (same, related, tables): (f64, f64, &[(F, &[Row])]) = match kind {
        MatchKind::Organisation => (
            0.10,
            0.20,
            &[
                (F::Brand, BRAND),
                (F::Industry, INDUSTRY),
                (F::LegalForm, LEGAL_FORM),
                (F::Branch, BRANCH),
                (F::Region, REGION),
                (F::City, CITY),
                (F::Street, STREET),
                (F::Postcode, POSTCODE),
                (F::Phone, PHONE),
                (F::Email, EMAIL),
                (F::Domain, DOMAIN),
                (F::Contact, CONTACT),
                (F::TaxId, TAX_ID),
            ],
        ),
        MatchKind::Person => (
            0.06,
            0.04,
            &[
                (F::FamilyName, FAMILY_NAME),
                (F::GivenName, GIVEN_NAME),
                (F::BirthDate, BIRTH_DATE),
                (F::Street, STREET),
                (F::Unit, UNIT),
                (F::City, CITY),
                (F::Region, REGION),
                (F::Postcode, POSTCODE),
                (F::Phone, PHONE),
                (F::Email, EMAIL),
                (F::Domain, DOMAIN),
                (F::TaxId, PERSON_TAX),
            ],
        ),
        MatchKind::Product => (0.10, 0.30, &[(F::PartNumber, PART_NUMBER), (F::Name, PRODUCT_NAME)]),
    };
    MatchModel {
        kind,
        same,
        related,
        comparisons: tables.iter().map(|(field, rows)| comparison(*field, rows)).collect(),
        threshold: 0.0,
        possible: -5.0,
        threshold_source: ThresholdSource::Given,
        learnt_from: 0,
        labelled: 0,
        frequencies: Vec::new(),
    }
}
