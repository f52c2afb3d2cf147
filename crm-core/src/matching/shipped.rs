//! The models that come with the engine: what is compared, and shares to begin with, so that a base of two hundred customers
//! works on the first day. The shares were rounded from lists that the engine's own generator made.

use super::features::MatchField as F;
use super::model::MatchTest as T;
use super::model::{MatchKind, MatchModel, Row, ThresholdSource, comparison};

// Columns: name, test, limit, share among the same (m), among related, among different (u), by frequency.

const BRAND: &[Row] = &[
    ("same", T::Equal, 0.0, 0.74, 0.55, 0.0005, true),
    ("read_alike", T::SameReading, 0.0, 0.16, 0.12, 0.0003, true),
    ("short_form", T::Abbreviates, 0.0, 0.03, 0.12, 0.0005, false),
    ("alike_92", T::Similar, 0.92, 0.02, 0.02, 0.0005, false),
    ("alike_80", T::Similar, 0.8, 0.02, 0.04, 0.01, false),
    ("other", T::Anything, 0.0, 0.03, 0.15, 0.9882, false),
];
const INDUSTRY: &[Row] = &[
    ("same", T::Equal, 0.0, 0.86, 0.3, 0.05, true),
    ("word", T::SharesWord, 0.0, 0.1, 0.07, 0.06, false),
    ("alike_85", T::Similar, 0.85, 0.01, 0.01, 0.01, false),
    ("other", T::Anything, 0.0, 0.03, 0.62, 0.88, false),
];
const LEGAL_FORM: &[Row] = &[
    ("same", T::Equal, 0.0, 0.84, 0.55, 0.45, false),
    ("compatible", T::Compatible, 0.0, 0.08, 0.15, 0.15, false),
    ("other", T::Anything, 0.0, 0.08, 0.3, 0.4, false),
];
const BRANCH: &[Row] = &[
    ("none", T::BothLack, 0.0, 0.93, 0.85, 0.85, false),
    ("same", T::Equal, 0.0, 0.055, 0.003, 0.0005, false),
    ("one", T::OneLacks, 0.0, 0.008, 0.12, 0.145, false),
    ("other", T::Anything, 0.0, 0.007, 0.027, 0.0045, false),
];
const PLACE: &[Row] = &[
    ("street", T::SameStreet, 0.0, 0.52, 0.02, 1e-05, true),
    ("street_92", T::LikeStreet, 0.92, 0.04, 0.004, 2e-05, false),
    ("street_80", T::LikeStreet, 0.8, 0.045, 0.01, 0.0005, false),
    ("postcode", T::SamePostcode, 0.0, 0.085, 0.006, 0.0001, false),
    ("town_alone", T::TownAlone, 0.0, 0.185, 0.095, 0.01, true),
    ("town", T::SameTown, 0.0, 0.08, 0.21, 0.03, true),
    ("within", T::WithinPlace, 0.0, 0.02, 0.055, 0.03, false),
    ("province", T::SameProvince, 0.0, 0.005, 0.06, 0.08, false),
    ("other", T::Anything, 0.0, 0.02, 0.54, 0.84937, false),
];
const PHONE: &[Row] = &[
    ("same", T::Equal, 0.0, 0.3, 0.01, 1e-05, true),
    ("tail", T::SameTail, 8.0, 0.08, 0.004, 1e-05, false),
    ("switchboard", T::SameSite, 0.0, 0.01, 0.006, 0.0001, false),
    ("one_edit", T::Edits, 1.0, 0.01, 0.001, 1e-05, false),
    ("other", T::Anything, 0.0, 0.6, 0.979, 0.99987, false),
];
const WEB: &[Row] = &[
    ("email", T::SameEmail, 0.0, 0.33, 0.005, 1e-05, false),
    ("same", T::Equal, 0.0, 0.44, 0.35, 0.0003, true),
    ("alike_90", T::Similar, 0.9, 0.04, 0.07, 0.005, false),
    ("other", T::Anything, 0.0, 0.19, 0.575, 0.99469, false),
];
const CONTACT: &[Row] = &[
    ("same", T::Equal, 0.0, 0.47, 0.01, 0.0005, true),
    ("read_alike", T::SameReading, 0.0, 0.08, 0.002, 0.0005, false),
    ("alike_92", T::Similar, 0.92, 0.01, 0.003, 0.001, false),
    ("other", T::Anything, 0.0, 0.44, 0.985, 0.998, false),
];
const TAX_ID: &[Row] = &[
    ("same", T::EqualChecked, 0.0, 0.9, 0.001, 1e-06, false),
    ("same_unchecked", T::Equal, 0.0, 0.03, 0.001, 1e-06, false),
    ("different_checked", T::BothChecked, 0.0, 0.001, 0.9, 0.9, false),
    ("two_edits", T::Edits, 2.0, 0.05, 0.003, 1e-05, false),
    ("other", T::Anything, 0.0, 0.019, 0.095, 0.099988, false),
];
const FULL_NAME: &[Row] = &[
    ("same", T::NamesEqual, 0.0, 0.6, 0.005, 3e-05, true),
    ("swapped", T::Swapped, 0.0, 0.045, 0.001, 2e-06, true),
    ("read_alike", T::SameReading, 0.0, 0.1, 0.01, 5e-05, true),
    ("alike_85", T::NamesAlike, 0.85, 0.12, 0.02, 0.0002, false),
    ("initial", T::NameInitial, 0.0, 0.02, 0.02, 0.0001, true),
    ("alike_whole", T::Similar, 0.92, 0.01, 0.01, 0.001, false),
    ("family", T::FamilyAlone, 0.9, 0.05, 0.6, 0.01, true),
    ("given", T::GivenAlone, 0.9, 0.05, 0.02, 0.01, true),
    ("other", T::Anything, 0.0, 0.005, 0.314, 0.978618, false),
];
const BIRTH_DATE: &[Row] = &[
    ("same", T::Equal, 0.0, 0.9, 0.01, 4e-05, false),
    ("swapped", T::SameDigits, 0.0, 0.01, 0.002, 4e-05, false),
    ("one_edit", T::Edits, 1.0, 0.04, 0.01, 0.0005, false),
    ("year", T::Prefix, 4.0, 0.02, 0.04, 0.013, false),
    ("other", T::Anything, 0.0, 0.03, 0.938, 0.98642, false),
];
const HOME: &[Row] = &[
    ("street", T::SameStreet, 0.0, 0.45, 0.7, 5e-06, true),
    ("street_92", T::LikeStreet, 0.92, 0.15, 0.05, 2e-05, false),
    ("street_80", T::LikeStreet, 0.8, 0.07, 0.02, 0.0005, false),
    ("postcode", T::SamePostcode, 0.0, 0.12, 0.05, 0.0002, false),
    ("town_alone", T::TownAlone, 0.0, 0.08, 0.05, 0.01, true),
    ("town", T::SameTown, 0.0, 0.045, 0.03, 0.015, true),
    ("within", T::WithinPlace, 0.0, 0.025, 0.02, 0.02, false),
    ("province", T::SameProvince, 0.0, 0.005, 0.01, 0.06, false),
    ("other", T::Anything, 0.0, 0.055, 0.07, 0.894275, false),
];
const UNIT: &[Row] = &[
    ("same", T::Equal, 0.0, 0.75, 0.7, 0.02, false),
    ("alike_85", T::Similar, 0.85, 0.09, 0.05, 0.03, false),
    ("other", T::Anything, 0.0, 0.16, 0.25, 0.95, false),
];
const TELEPHONE: &[Row] = &[
    ("same", T::Equal, 0.0, 0.75, 0.3, 1e-05, true),
    ("tail", T::SameTail, 8.0, 0.06, 0.03, 1e-05, false),
    ("one_edit", T::Edits, 1.0, 0.03, 0.01, 1e-05, false),
    ("other", T::Anything, 0.0, 0.16, 0.66, 0.99997, false),
];
const EMAIL: &[Row] = &[
    ("same", T::Equal, 0.0, 0.8, 0.05, 1e-05, false),
    ("alike_92", T::Similar, 0.92, 0.06, 0.05, 0.001, false),
    ("other", T::Anything, 0.0, 0.14, 0.9, 0.99899, false),
];
const PERSON_TAX: &[Row] = &[
    ("same", T::EqualChecked, 0.0, 0.6, 0.001, 1e-06, false),
    ("same_unchecked", T::Equal, 0.0, 0.26, 0.001, 1e-06, false),
    ("two_edits", T::Edits, 2.0, 0.09, 0.004, 0.001, false),
    ("different_checked", T::BothChecked, 0.0, 0.003, 0.5, 0.5, false),
    ("other", T::Anything, 0.0, 0.047, 0.494, 0.498998, false),
];
const PART_NUMBER: &[Row] = &[
    ("same", T::Equal, 0.0, 0.85, 0.01, 1e-05, false),
    ("one_edit", T::Edits, 1.0, 0.08, 0.5, 0.0005, false),
    ("alike_90", T::Similar, 0.9, 0.03, 0.39, 0.02, false),
    ("other", T::Anything, 0.0, 0.04, 0.1, 0.97949, false),
];
const PRODUCT_NAME: &[Row] = &[
    ("same", T::Equal, 0.0, 0.6, 0.2, 0.001, true),
    ("alike_90", T::Similar, 0.9, 0.2, 0.45, 0.005, false),
    ("alike_80", T::Similar, 0.8, 0.1, 0.2, 0.03, false),
    ("other", T::Anything, 0.0, 0.1, 0.15, 0.964, false),
];

/// The model of a kind that comes with the engine.
#[must_use]
pub fn model(kind: MatchKind) -> MatchModel {
    let (same, related, tables): (f64, f64, &[(F, &[Row])]) = match kind {
        MatchKind::Organisation => (
            6e-5,
            1e-4,
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
            6e-5,
            5e-5,
            &[
                (F::FullName, FULL_NAME),
                (F::BirthDate, BIRTH_DATE),
                (F::Place, HOME),
                (F::Unit, UNIT),
                (F::Phone, TELEPHONE),
                (F::Email, EMAIL),
                (F::TaxId, PERSON_TAX),
            ],
        ),
        MatchKind::Product => (2e-5, 1e-4, &[(F::PartNumber, PART_NUMBER), (F::Name, PRODUCT_NAME)]),
    };
    MatchModel {
        kind,
        same,
        related,
        records: 10_000,
        comparisons: tables.iter().map(|(field, rows)| comparison(*field, rows)).collect(),
        threshold: 0.0,
        possible: -5.0,
        threshold_source: ThresholdSource::Given,
        learnt_from: 0,
        labelled: 0,
        frequencies: Vec::new(),
    }
}
