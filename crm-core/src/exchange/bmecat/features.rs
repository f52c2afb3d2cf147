//! The technical features of a product, which may stand inside each other.

use std::collections::HashMap;

use super::read::{Figures, all, codes, first, name, strings, texts};
use super::types::{BmecatFeature, BmecatFeatureGroup, BmecatFeatures};
use crate::exchange::xml::XmlElement;
use crate::value::ErrorCode;

/// The number of the feature above, for a feature at the top.
pub(super) const TOP: &str = "-1";

/// The features of an element `PRODUCT_FEATURES`.
pub(super) fn read(element: &XmlElement, path: &str, figures: &mut Figures) -> BmecatFeatures {
    let mut found = BmecatFeatures {
        system: first(element, "REFERENCE_FEATURE_SYSTEM_NAME"),
        classes: classes(element),
        class_names: texts(element, "REFERENCE_FEATURE_GROUP_NAME"),
        ..BmecatFeatures::default()
    };
    walk(element, None, None, &mut found);
    find_parents(&mut found.features, path, figures);
    found
}

/// The class by its one identifier and by others, which have a kind.
fn classes(element: &XmlElement) -> Vec<super::BmecatCode> {
    let mut classes = codes(element, "REFERENCE_FEATURE_GROUP_ID");
    classes.extend(codes(element, "REFERENCE_FEATURE_GROUP_ID2"));
    classes
}

fn walk(element: &XmlElement, group: Option<u64>, parent: Option<u64>, found: &mut BmecatFeatures) {
    for child in element.elements() {
        match name(child).as_ref() {
            "FEATURE" => {
                let place = count(found.features.len());
                found.features.push(BmecatFeature { group, parent, ..feature(child) });
                walk(child, group, Some(place), found);
            }
            "FEATURE_GROUP" => {
                let place = count(found.groups.len());
                let names = texts(child, "REFERENCE_FEATURE_GROUP_NAME");
                found.groups.push(BmecatFeatureGroup { ids: classes(child), names, parent: group });
                walk(child, Some(place), parent, found);
            }
            _ => {}
        }
    }
}

fn feature(element: &XmlElement) -> BmecatFeature {
    let template = all(element, "FTEMPLATE").next();
    let mut names = texts(element, "FNAME");
    names.extend(template.map(|template| texts(template, "FT_NAME")).unwrap_or_default());
    BmecatFeature {
        id: first(element, "FT_IDREF").or_else(|| first(template?, "FT_ID")),
        names,
        values: texts(element, "FVALUE"),
        value_ids: strings(element, "VALUE_IDREF"),
        details: texts(element, "FVALUE_DETAILS"),
        unit: first(element, "FUNIT").or_else(|| first(template?, "FT_UNIT")),
        descriptions: texts(element, "FDESCR"),
        order: first(element, "FORDER"),
        number: first(element, "FID"),
        parent_number: first(element, "FPARENT_ID"),
        ..BmecatFeature::default()
    }
}

/// Finds the features that are named by their numbers: in the same group, or else in any.
fn find_parents(features: &mut [BmecatFeature], path: &str, figures: &mut Figures) {
    let mut places: HashMap<(Option<u64>, String), u64> = HashMap::new();
    let mut anywhere: HashMap<String, u64> = HashMap::new();
    for (place, feature) in (0_u64..).zip(features.iter()) {
        if let Some(number) = &feature.number {
            places.entry((feature.group, number.clone())).or_insert(place);
            anywhere.entry(number.clone()).or_insert(place);
        }
    }
    for (place, feature) in features.iter_mut().enumerate() {
        let Some(number) = feature.parent_number.clone().filter(|number| number != TOP) else { continue };
        if feature.parent.is_some() {
            continue;
        }
        feature.parent = places.get(&(feature.group, number.clone())).or_else(|| anywhere.get(&number)).copied();
        if feature.parent.is_none() {
            let message = format!("no feature has the number {}", crate::exchange::shown(&number));
            figures.find(ErrorCode::UnknownReference, format!("{path}.features[{place}].parent_number"), message);
        }
    }
    cut_circles(features, path, figures);
}

/// A feature that stands in itself, by way of others, is put at the top.
fn cut_circles(features: &mut [BmecatFeature], path: &str, figures: &mut Figures) {
    let mut is_good = vec![false; features.len()];
    for start in 0..features.len() {
        let (mut way, mut at) = (Vec::new(), Some(start));
        while let Some(place) = at.filter(|place| is_good.get(*place) == Some(&false) && !way.contains(place)) {
            way.push(place);
            at = features.get(place).and_then(|feature| usize::try_from(feature.parent?).ok());
        }
        if let Some(again) = at.filter(|place| way.contains(place))
            && let Some(feature) = features.get_mut(again)
        {
            feature.parent = None;
            let message = "the feature stands in itself".to_owned();
            figures.find(ErrorCode::Cycle, format!("{path}.features[{again}].parent_number"), message);
        }
        for place in way {
            if let Some(good) = is_good.get_mut(place) {
                *good = true;
            }
        }
    }
}

pub(super) fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
