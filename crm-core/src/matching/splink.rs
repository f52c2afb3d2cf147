//! Models as Splink 4 and 5 save them, so that an analyst can hold one against the other.

use serde_json::{Map, Value, json};

use super::features::MatchField;
use super::model::{MatchComparison, MatchKind, MatchLevel, MatchModel, MatchTest, ThresholdSource};
use super::shipped;
use crate::value::{Error, ErrorCode, Problem, Result, json as text};

/// What stands before the shares of related pairs in a comparison's description.
const RELATED: &str = "crm-core: ";
/// Splink knows no related pairs: to a model of Splink's they are as good as none.
const NO_RELATED: f64 = 1e-9;

impl MatchModel {
    /// The model as the JSON text of a Splink model (settings, dialect DuckDB). The columns are the parts, each with one value.
    ///
    /// Splink knows two classes: `u_probability` is that of all pairs that are not the same, and the shares of related and
    /// different ones stand in the comparison's description, so that [`MatchModel::from_splink_json`] gives the same model.
    ///
    /// # Errors
    /// What [`MatchModel::check`] says.
    pub fn to_splink_json(&self) -> Result<String> {
        self.check()?;
        let comparisons: Vec<Value> = self.comparisons.iter().map(|one| self.exported(one)).collect();
        let rules = match self.kind {
            MatchKind::Organisation => ["tax_id", "phone", "domain", "brand", "street"].as_slice(),
            MatchKind::Person => ["tax_id", "phone", "email", "birth_date", "family_name"].as_slice(),
            MatchKind::Product => ["part_number", "name"].as_slice(),
        };
        let rule = |column: &&str| json!({"blocking_rule": format!("l.\"{column}\" = r.\"{column}\"")});
        let settings = json!({
            "link_type": "dedupe_only",
            "probability_two_random_records_match": self.same,
            "unique_id_column_name": "id",
            "retain_matching_columns": true,
            "comparisons": comparisons,
            "blocking_rules_to_generate_predictions": rules.iter().map(rule).collect::<Vec<_>>(),
        });
        text::to_canonical(&settings)
    }

    fn exported(&self, comparison: &MatchComparison) -> Value {
        // A place is told by its region; the streets and postcodes stand in the conditions.
        let column = if comparison.field == MatchField::Place { "region" } else { comparison.field.as_str() };
        let others = (1.0 - self.same).max(f64::MIN_POSITIVE);
        let (related, different) = (self.related / others, (others - self.related) / others);
        let mut levels = Vec::new();
        let told = |level: &MatchLevel| matches!(level.test, MatchTest::BothLack | MatchTest::OneLacks);
        if !comparison.levels.iter().any(told) {
            let condition = format!("\"{column}_l\" IS NULL OR \"{column}_r\" IS NULL");
            levels.push(json!({"sql_condition": condition, "label_for_charts": "missing", "is_null_level": true}));
        }
        for level in &comparison.levels {
            let mut value = json!({
                "sql_condition": condition(column, level),
                "label_for_charts": level.name,
                "m_probability": level.m,
                "u_probability": related * level.related + different * level.u,
            });
            if let Some(map) = value.as_object_mut().filter(|_| level.by_frequency) {
                map.insert("tf_adjustment_column".to_owned(), json!(column));
            }
            levels.push(value);
        }
        let shares: Vec<_> = comparison.levels.iter().map(|level| json!([level.related, level.u])).collect();
        let ours = json!({"related": self.related, "levels": shares});
        json!({
            "output_column_name": column,
            "comparison_levels": levels,
            "comparison_description": format!("{RELATED}{ours}"),
        })
    }

    /// Reads a Splink model of a kind. Columns are recognised by their names (`first_name`, `surname`, `dob` too), levels by
    /// their conditions: equality, Jaro-Winkler, Jaro and Levenshtein distances, `ELSE`, and what
    /// [`MatchModel::to_splink_json`] writes.
    ///
    /// # Errors
    /// `BadJson`, `Required`, `UnknownField` for a column that is no part, `BadFormat` for a condition that is not known, with
    /// their paths; what [`MatchModel::check`] says.
    pub fn from_splink_json(kind: MatchKind, settings: &str) -> Result<Self> {
        let settings: Map<String, Value> = text::from_text(settings)?;
        let comparisons = list(&settings, "comparisons")?;
        let mut model = Self { comparisons: Vec::new(), related: NO_RELATED, ..shipped::model(kind) };
        model.threshold_source = ThresholdSource::Given;
        model.same = number(&settings, "probability_two_random_records_match").unwrap_or(0.0001);
        for (place, value) in comparisons.iter().enumerate() {
            let comparison = imported(value, &mut model.related);
            model.comparisons.push(comparison.map_err(|error| error.under(&format!("comparisons[{place}]")))?);
        }
        model.check()?;
        Ok(model)
    }
}

fn list<'a>(map: &'a Map<String, Value>, name: &str) -> Result<&'a Vec<Value>> {
    let found = map.get(name).and_then(Value::as_array);
    found.ok_or_else(|| Error::invalid(ErrorCode::Required, name, "a list is needed"))
}

fn number(map: &Map<String, Value>, name: &str) -> Option<f64> {
    map.get(name).and_then(Value::as_f64)
}

fn imported(value: &Value, related: &mut f64) -> Result<MatchComparison> {
    let empty = Map::new();
    let map = value.as_object().unwrap_or(&empty);
    let levels = list(map, "comparison_levels")?;
    let mut found = Vec::new();
    let mut column = map.get("output_column_name").and_then(Value::as_str).map(str::to_owned);
    for (place, level) in levels.iter().enumerate() {
        let level = level.as_object().unwrap_or(&empty);
        let at = |error: Error| error.under(&format!("comparison_levels[{place}]"));
        let sql = level.get("sql_condition").and_then(Value::as_str);
        let sql = sql.ok_or_else(|| at(Error::invalid(ErrorCode::Required, "sql_condition", "a text is needed")))?;
        let sql = squeezed(sql);
        if column.is_none() {
            column = sql.split("_l").next().map(|name| name.rsplit(['(', ' ']).next().unwrap_or(name).to_owned());
        }
        if level.get("is_null_level") == Some(&Value::Bool(true)) {
            continue;
        }
        let name = column.clone().unwrap_or_default();
        let Some((test, limit)) = test_of(&name, &sql) else {
            let unknown =
                Error::invalid(ErrorCode::BadFormat, "sql_condition", "the condition is not one that is known");
            return Err(at(unknown));
        };
        found.push(MatchLevel {
            name: level.get("label_for_charts").and_then(Value::as_str).unwrap_or(test.as_str()).to_owned(),
            test,
            limit,
            m: number(level, "m_probability").unwrap_or(0.5),
            related: number(level, "u_probability").unwrap_or(0.5),
            u: number(level, "u_probability").unwrap_or(0.5),
            by_frequency: level.get("tf_adjustment_column").is_some_and(Value::is_string),
        });
    }
    let field = column.as_deref().and_then(part).ok_or_else(|| {
        let problem =
            Problem::of_field(ErrorCode::UnknownField, "output_column_name", "no part of a record has this name");
        problem.into_invalid()
    })?;
    ours(map, &mut found, related);
    Ok(MatchComparison { field, levels: found })
}

/// The shares of related pairs, if the model was written by us.
fn ours(map: &Map<String, Value>, levels: &mut [MatchLevel], related: &mut f64) {
    let described = map.get("comparison_description").and_then(Value::as_str);
    let Some(ours) = described.and_then(|described| described.strip_prefix(RELATED)) else { return };
    let Ok(ours) = serde_json::from_str::<Value>(ours) else { return };
    if let Some(share) = ours.get("related").and_then(Value::as_f64) {
        *related = share;
    }
    let shares = ours.get("levels").and_then(Value::as_array);
    for (level, shares) in levels.iter_mut().zip(shares.into_iter().flatten()) {
        if let (Some(one), Some(other)) = (shares.get(0).and_then(Value::as_f64), shares.get(1).and_then(Value::as_f64))
        {
            (level.related, level.u) = (one, other);
        }
    }
}

/// The part of a column.
fn part(column: &str) -> Option<MatchField> {
    let known = match column {
        "first_name" | "forename" => "given_name",
        "surname" | "last_name" => "family_name",
        "dob" | "date_of_birth" => "birth_date",
        "company" | "company_name" | "full_name" => "name",
        "post_code" | "zip" | "zipcode" => "postcode",
        "telephone" | "phone_number" => "phone",
        "address" | "street_name" => "street",
        other => other,
    };
    MatchField::parse(known)
}

/// The condition of a level for DuckDB.
fn condition(column: &str, level: &MatchLevel) -> String {
    let (one, other, limit) = (format!("\"{column}_l\""), format!("\"{column}_r\""), level.limit);
    match level.test {
        MatchTest::Equal => format!("{one} = {other}"),
        MatchTest::EqualChecked => format!("{one} = {other} AND starts_with({one}, '!')"),
        MatchTest::Compatible => format!("split_part({one}, '_', 1) = split_part({other}, '_', 1)"),
        MatchTest::SameReading => "\"reading_l\" = \"reading_r\"".to_owned(),
        MatchTest::Abbreviates => format!("contains(\"core_l\", {other}) OR contains(\"core_r\", {one})"),
        MatchTest::Similar => format!("jaro_winkler_similarity({one}, {other}) >= {limit}"),
        MatchTest::Edits => format!("damerau_levenshtein({one}, {other}) <= {limit}"),
        MatchTest::Prefix => format!("left({one}, {limit}) = left({other}, {limit})"),
        MatchTest::SameTown => format!("left({one}, 4) = left({other}, 4) AND length({one}) >= 4"),
        MatchTest::SameProvince => format!("left({one}, 2) = left({other}, 2) AND length({one}) >= 2"),
        MatchTest::SameStreet => "\"street_l\" = \"street_r\"".to_owned(),
        MatchTest::LikeStreet => format!("jaro_winkler_similarity(\"street_l\", \"street_r\") >= {limit}"),
        MatchTest::SamePostcode => "\"postcode_l\" = \"postcode_r\"".to_owned(),
        MatchTest::TownAlone => {
            "left(\"region_l\", 4) = left(\"region_r\", 4) AND (\"street_l\" IS NULL OR \"street_r\" IS NULL)"
                .to_owned()
        }
        MatchTest::SameEmail => "\"email_l\" = \"email_r\"".to_owned(),
        MatchTest::SameTail => format!("right({one}, {limit}) = right({other}, {limit})"),
        MatchTest::WithinPlace => format!("starts_with({one}, {other}) OR starts_with({other}, {one})"),
        MatchTest::NamesEqual => {
            "\"family_name_l\" = \"family_name_r\" AND \"given_name_l\" = \"given_name_r\"".to_owned()
        }
        MatchTest::NamesAlike => format!(
            "jaro_winkler_similarity(\"family_name_l\", \"family_name_r\") >= {limit} AND \
             jaro_winkler_similarity(\"given_name_l\", \"given_name_r\") >= {limit}"
        ),
        MatchTest::NameInitial => "\"family_name_l\" = \"family_name_r\" AND \
            left(\"given_name_l\", 1) = left(\"given_name_r\", 1)"
            .to_owned(),
        MatchTest::FamilyAlone => alone("family_name", limit),
        MatchTest::GivenAlone => alone("given_name", limit),
        MatchTest::Swapped => {
            "\"given_name_l\" = \"family_name_r\" AND \"given_name_r\" = \"family_name_l\"".to_owned()
        }
        MatchTest::Initial => format!("left({one}, 1) = {other} OR left({other}, 1) = {one}"),
        MatchTest::SharesWord => {
            format!("list_has_any(string_split({one}, ' '), string_split({other}, ' '))")
        }
        MatchTest::SameSite => format!("left({one}, length({one}) - 3) = left({other}, length({other}) - 3)"),
        MatchTest::SameDigits => {
            format!("left({one}, 4) = left({other}, 4) AND substr({one}, 5, 2) = substr({other}, 7, 2)")
        }
        MatchTest::BothChecked => format!("starts_with({one}, '!') AND starts_with({other}, '!')"),
        MatchTest::BothLack => format!("{one} IS NULL AND {other} IS NULL"),
        MatchTest::OneLacks => format!("({one} IS NULL) <> ({other} IS NULL)"),
        MatchTest::Anything => "ELSE".to_owned(),
    }
}

fn alone(column: &str, limit: f64) -> String {
    format!("jaro_winkler_similarity(\"{column}_l\", \"{column}_r\") >= {limit} AND \"{column}_l\" IS NOT NULL")
}

/// Small letters, without quotes, and single spaces.
fn squeezed(sql: &str) -> String {
    let plain: String = sql.chars().filter(|letter| *letter != '"' && *letter != '`').collect();
    plain.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The test of a condition, and its limit.
fn test_of(column: &str, sql: &str) -> Option<(MatchTest, f64)> {
    if sql == "else" {
        return Some((MatchTest::Anything, 0.0));
    }
    let level = |test, limit| MatchLevel {
        name: String::new(),
        test,
        limit,
        m: 0.0,
        related: 0.0,
        u: 0.0,
        by_frequency: false,
    };
    // Our own conditions: the one that reads the same with a figure that stands in it.
    let figures =
        sql.split(|letter: char| !letter.is_ascii_digit() && letter != '.').filter_map(|word| word.parse().ok());
    let limits: Vec<f64> = std::iter::once(0.0).chain(figures).collect();
    for test in MatchTest::ALL {
        let same = |limit: &&f64| squeezed(&condition(column, &level(*test, **limit))) == sql;
        if let Some(limit) = limits.iter().find(same) {
            let unlimited = squeezed(&condition(column, &level(*test, *limit + 1.0))) == sql;
            return Some((*test, if unlimited { 0.0 } else { *limit }));
        }
    }
    let pair = format!("({column}_l, {column}_r)");
    let ends = |name: &str, sign: &str| {
        let rest = sql.strip_prefix(name)?.strip_prefix(pair.as_str())?.trim_start().strip_prefix(sign)?;
        rest.trim().parse::<f64>().ok()
    };
    for name in ["jaro_winkler_similarity", "jaro_winkler", "jaro_similarity"] {
        if let Some(limit) = ends(name, ">=") {
            return Some((MatchTest::Similar, limit));
        }
    }
    for name in ["damerau_levenshtein", "levenshtein"] {
        if let Some(limit) = ends(name, "<=") {
            return Some((MatchTest::Edits, limit));
        }
    }
    None
}
