//! The models that come with the engine: what is compared, and shares to begin with, so that a base of two hundred customers
//! works on the first day.

use super::features::MatchField as F;
use super::model::MatchTest as T;
use super::model::{MatchKind, MatchModel, Row, ThresholdSource, comparison};

/// Levels of the brand. Columns: name, test, limit, m, related, u, by frequency.
const BRAND: &[Row] = &[
    ("same", T::Equal, 0.0, 0.74, 0.32, 0.03, true),
    ("read_alike", T::SameReading, 0.0, 0.16, 0.09, 0.01, true),
    ("short_form", T::Abbreviates, 0.0, 0.03, 0.22, 0.01, false),
    ("alike_92", T::Similar, 0.92, 0.02, 0.02, 0.005, false),
    ("alike_80", T::Similar, 0.80, 0.02, 0.09, 0.015, false),
    ("other", T::Anything, 0.0, 0.03, 0.26, 0.93, false),
];
const INDUSTRY: &[Row] = &[
    ("same", T::Equal, 0.0, 0.86, 0.20, 0.85, true),
    ("word", T::SharesWord, 0.0, 0.10, 0.05, 0.02, false),
    ("alike_85", T::Similar, 0.85, 0.01, 0.01, 0.01, false),
    ("other", T::Anything, 0.0, 0.03, 0.74, 0.12, false),
];
const LEGAL_FORM: &[Row] = &[
    ("same", T::Equal, 0.0, 0.84, 0.52, 0.70, false),
    ("other", T::Anything, 0.0, 0.16, 0.48, 0.30, false),
];
const BRANCH: &[Row] = &[
    ("none", T::BothLack, 0.0, 0.93, 0.92, 0.82, false),
    ("same", T::Equal, 0.0, 0.055, 0.003, 0.008, false),
    ("one", T::OneLacks, 0.0, 0.008, 0.07, 0.165, false),
    ("other", T::Anything, 0.0, 0.007, 0.007, 0.007, false),
];
const PLACE: &[Row] = &[
    ("street", T::SameStreet, 0.0, 0.52, 0.02, 0.005, false),
    ("street_92", T::LikeStreet, 0.92, 0.04, 0.004, 0.003, false),
    ("street_80", T::LikeStreet, 0.80, 0.045, 0.01, 0.008, false),
    ("postcode", T::SamePostcode, 0.0, 0.085, 0.006, 0.004, false),
    ("town_alone", T::TownAlone, 0.0, 0.185, 0.095, 0.31, false),
    ("town", T::SameTown, 0.0, 0.08, 0.21, 0.62, false),
    ("within", T::WithinPlace, 0.0, 0.02, 0.055, 0.015, false),
    ("province", T::SameProvince, 0.0, 0.005, 0.01, 0.01, false),
    ("other", T::Anything, 0.0, 0.02, 0.59, 0.025, false),
];
const PHONE: &[Row] = &[
    ("same", T::Equal, 0.0, 0.30, 0.01, 0.002, true),
    ("tail", T::SameTail, 8.0, 0.08, 0.004, 0.002, true),
    ("switchboard", T::SameSite, 0.0, 0.01, 0.006, 0.001, false),
    ("one_edit", T::Edits, 1.0, 0.01, 0.001, 0.001, false),
    ("other", T::Anything, 0.0, 0.60, 0.979, 0.994, false),
];
const WEB: &[Row] = &[
    ("email", T::SameEmail, 0.0, 0.33, 0.005, 0.002, false),
    ("same", T::Equal, 0.0, 0.44, 0.15, 0.008, true),
    ("alike_90", T::Similar, 0.90, 0.04, 0.07, 0.02, false),
    ("other", T::Anything, 0.0, 0.19, 0.775, 0.97, false),
];
const EMAIL: &[Row] = &[
    ("same", T::Equal, 0.0, 0.80, 0.005, 0.015, false),
    ("alike_92", T::Similar, 0.92, 0.06, 0.005, 0.03, false),
    ("other", T::Anything, 0.0, 0.14, 0.99, 0.955, false),
];
const CONTACT: &[Row] = &[
    ("same", T::Equal, 0.0, 0.47, 0.005, 0.006, true),
    ("read_alike", T::SameReading, 0.0, 0.08, 0.001, 0.005, false),
    ("alike_92", T::Similar, 0.92, 0.01, 0.001, 0.001, false),
    ("other", T::Anything, 0.0, 0.44, 0.993, 0.988, false),
];
const TAX_ID: &[Row] = &[
    ("same", T::EqualChecked, 0.0, 0.90, 0.001, 0.0001, false),
    ("same_unchecked", T::Equal, 0.0, 0.03, 0.001, 0.0002, false),
    ("different_checked", T::BothChecked, 0.0, 0.001, 0.90, 0.95, false),
    ("two_edits", T::Edits, 2.0, 0.05, 0.003, 0.0003, false),
    ("other", T::Anything, 0.0, 0.019, 0.095, 0.0494, false),
];

const FAMILY_NAME: &[Row] = &[
    ("same", T::Equal, 0.0, 0.70, 0.30, 0.72, true),
    ("swapped", T::Swapped, 0.0, 0.045, 0.04, 0.002, false),
    ("read_alike", T::SameReading, 0.0, 0.05, 0.10, 0.04, false),
    ("alike_90", T::Similar, 0.90, 0.10, 0.01, 0.05, false),
    ("alike_80", T::Similar, 0.80, 0.015, 0.01, 0.03, false),
    ("other", T::Anything, 0.0, 0.09, 0.54, 0.158, false),
];
const GIVEN_NAME: &[Row] = &[
    ("same", T::Equal, 0.0, 0.68, 0.01, 0.75, true),
    ("swapped", T::Swapped, 0.0, 0.045, 0.04, 0.002, false),
    ("initial", T::Initial, 0.0, 0.015, 0.006, 0.01, false),
    ("alike_90", T::Similar, 0.90, 0.08, 0.003, 0.06, false),
    ("alike_80", T::Similar, 0.80, 0.012, 0.01, 0.02, false),
    ("other", T::Anything, 0.0, 0.168, 0.931, 0.158, false),
];
const BIRTH_DATE: &[Row] = &[
    ("same", T::Equal, 0.0, 0.91, 0.56, 0.02, false),
    ("swapped", T::SameDigits, 0.0, 0.01, 0.006, 0.003, false),
    ("one_edit", T::Edits, 1.0, 0.03, 0.04, 0.012, false),
    ("year", T::Prefix, 4.0, 0.02, 0.05, 0.045, false),
    ("other", T::Anything, 0.0, 0.03, 0.344, 0.92, false),
];
const UNIT: &[Row] = &[
    ("same", T::Equal, 0.0, 0.75, 0.40, 0.10, false),
    ("alike_85", T::Similar, 0.85, 0.09, 0.02, 0.05, false),
    ("other", T::Anything, 0.0, 0.16, 0.58, 0.85, false),
];
const HOME: &[Row] = &[
    ("street", T::SameStreet, 0.0, 0.45, 0.25, 0.02, false),
    ("street_92", T::LikeStreet, 0.92, 0.15, 0.006, 0.004, false),
    ("street_80", T::LikeStreet, 0.80, 0.07, 0.006, 0.008, false),
    ("postcode", T::SamePostcode, 0.0, 0.12, 0.015, 0.05, false),
    ("town_alone", T::TownAlone, 0.0, 0.08, 0.02, 0.05, false),
    ("town", T::SameTown, 0.0, 0.045, 0.04, 0.10, false),
    ("within", T::WithinPlace, 0.0, 0.025, 0.015, 0.025, false),
    ("province", T::SameProvince, 0.0, 0.005, 0.034, 0.023, false),
    ("other", T::Anything, 0.0, 0.055, 0.614, 0.72, false),
];
const TELEPHONE: &[Row] = &[
    ("same", T::Equal, 0.0, 0.75, 0.07, 0.01, true),
    ("tail", T::SameTail, 8.0, 0.06, 0.015, 0.02, true),
    ("one_edit", T::Edits, 1.0, 0.03, 0.002, 0.001, false),
    ("other", T::Anything, 0.0, 0.16, 0.913, 0.969, false),
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
            0.30,
            0.45,
            &[
                (F::Brand, BRAND),
                (F::Industry, INDUSTRY),
                (F::LegalForm, LEGAL_FORM),
                (F::Branch, BRANCH),
                (F::Place, PLACE),
                (F::Phone, PHONE),
                (F::Domain, WEB),
                (F::Contact, CONTACT),
                (F::TaxId, TAX_ID),
            ],
        ),
        MatchKind::Person => (
            0.35,
            0.15,
            &[
                (F::FamilyName, FAMILY_NAME),
                (F::GivenName, GIVEN_NAME),
                (F::BirthDate, BIRTH_DATE),
                (F::Place, HOME),
                (F::Unit, UNIT),
                (F::Phone, TELEPHONE),
                (F::Email, EMAIL),
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
