//! Random commands and questions over every registered entity.

use std::collections::HashMap;

use super::shapes::{Names, Shapes};
use super::{CUSTOM_FIELDS, Random};
use crate::conditions::{ConditionCommand, PriceCondition};
use crate::engine::{Command, JournalCommand, Outcome, RecordCommand};
use crate::journal::ChangeKind;
use crate::merging::{MergeCommand, MergeRequest, SurvivorRule};
use crate::pricing::CounterUsage;
use crate::query::{
    AggregateQuery, Bucket, Comparison, Filter, GroupBy, Measure, MeasureFunction, ParameterComparison,
    ParameterCondition, Query, Sort,
};
use crate::schema::{EntityType, FieldKind, FieldRef, Registry, SystemField, TenantSchema};
use crate::value::{Decimal, FieldValue, Id, json};

/// Texts that occur again and again, so that questions find something and unique values meet.
pub(crate) const WORDS: [&str; 24] = [
    "上海铁龙股份有限公司",
    "铁龙",
    "华东精密机械",
    "Müller GmbH",
    "muller",
    "ABB",
    "gtx-500",
    "GTX 500",
    "a",
    "b",
    "é",
    "x_text",
    "x_integer",
    "name",
    "owner",
    "sample",
    "user",
    "role",
    "*",
    "Asia/Shanghai",
    "O'Brien \"x\" %_",
    "\u{10FFFF}",
    "won",
    "new",
];

/// How prices are made.
const PRICES: &str = r#"{
    "version": "", "fields": [{"name": "code"}],
    "tables": [{"code": "PRODUCT", "fields": ["product"]}, {"code": "CODE", "fields": ["code"]}],
    "access_sequences": [{"code": "BOTH", "accesses": [{"table": "PRODUCT"}, {"table": "CODE"}]}],
    "condition_types": [
        {"code": "PRICE", "kind": "price", "calculation": "quantity", "access_sequence": "BOTH"},
        {"code": "OFF", "kind": "discount", "calculation": "percent", "access_sequence": "BOTH"}
    ],
    "procedures": [{"code": "SALE", "steps": [
        {"number": 10, "condition_type": "PRICE"}, {"number": 20, "condition_type": "OFF"}
    ]}]
}"#;

/// A record that was made.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) entity: String,
    pub(crate) id: Id,
    pub(crate) version: i64,
    pub(crate) deleted: bool,
}

/// Makes commands from what is known of the records so far.
pub(crate) struct Generator {
    pub(crate) random: Random,
    known: Vec<Known>,
    place: HashMap<(String, Id), usize>,
    /// The places of the living and of the deleted records of each entity.
    living: HashMap<String, [Vec<usize>; 2]>,
    /// Records that must stay as they are: the first user and his rights.
    reserved: Vec<Id>,
    operations: Vec<Id>,
    registry: std::sync::Arc<Registry>,
    shapes: Shapes,
    serial: u64,
}

/// Entities whose every change makes the engine read all of them: few are kept, and they are changed less often.
const COSTLY: [(&str, usize); 12] = [
    ("organization", 1),
    ("field_definition", 24),
    ("role", 12),
    ("org_unit", 6),
    ("permission_set", 8),
    ("user", 16),
    ("user_group", 6),
    ("territory", 6),
    ("sharing_default", 3),
    ("sharing_rule", 12),
    ("duplicate_rule", 4),
    ("match_model", 1),
];

/// The record that a command changes.
const fn record_of(command: &Command) -> Option<Id> {
    match command {
        Command::Record(
            RecordCommand::Update { id, .. } | RecordCommand::Delete { id, .. } | RecordCommand::Restore { id, .. },
        ) => Some(*id),
        _ => None,
    }
}

fn most(entity: &str) -> usize {
    COSTLY.iter().find(|(name, _)| *name == entity).map_or(300, |(_, most)| *most)
}

impl Generator {
    pub(crate) fn new(seed: u64, registry: std::sync::Arc<Registry>, reserved: Vec<Id>) -> Self {
        let shapes = Shapes::new(&registry);
        Self {
            random: Random::new(seed),
            known: Vec::new(),
            place: HashMap::new(),
            living: HashMap::new(),
            reserved,
            operations: Vec::new(),
            registry,
            shapes,
            serial: 0,
        }
    }

    /// Takes note of a record.
    pub(crate) fn learn(&mut self, known: Known) {
        let key = (known.entity.clone(), known.id);
        if self.reserved.contains(&known.id) {
            return;
        }
        let lists = self.living.entry(known.entity.clone()).or_default();
        let place = match self.place.get(&key) {
            Some(place) => {
                for list in lists.iter_mut() {
                    list.retain(|other| other != place);
                }
                *place
            }
            None => {
                self.known.push(known.clone());
                self.known.len() - 1
            }
        };
        lists[usize::from(known.deleted)].push(place);
        self.known[place] = known;
        self.place.insert(key, place);
    }

    /// Any record that was ever made.
    pub(crate) fn any(&mut self) -> Option<Known> {
        self.random.pick(&self.known).cloned()
    }

    fn list(&self, entity: &str, deleted: bool) -> &[usize] {
        self.living.get(entity).map_or(&[], |lists| &lists[usize::from(deleted)])
    }

    /// Takes note of what a command did.
    pub(crate) fn note(&mut self, outcome: &Outcome) {
        if outcome.replayed {
            return;
        }
        self.operations.push(outcome.op_id);
        if self.operations.len() > 64 {
            self.operations.remove(0);
        }
        for change in &outcome.changes {
            self.learn(Known {
                entity: change.entity.clone(),
                id: change.id,
                version: change.version,
                deleted: change.kind == ChangeKind::Delete,
            });
        }
    }

    /// Several commands that are likely to succeed together, or one.
    pub(crate) fn commands(&mut self, schema: &TenantSchema) -> Vec<Command> {
        let count = if self.random.percent(15) { 2 + self.random.below(4) } else { 1 };
        let bad = if count > 1 { 1 } else { 6 };
        let mut commands: Vec<Command> = Vec::with_capacity(count);
        while commands.len() < count {
            let command = self.command(schema, bad);
            // A record that was changed before in the same batch has another version than the one that is known.
            let twice = commands.iter().any(|other| record_of(other).is_some_and(|id| record_of(&command) == Some(id)));
            if !twice || self.random.percent(2) {
                commands.push(command);
            }
        }
        commands
    }

    fn command(&mut self, schema: &TenantSchema, bad: usize) -> Command {
        let entity = self.entity();
        let alive = self.list(entity.name, false).len();
        let choice = self.random.below(100);
        if choice < 4 {
            return self.any_command();
        }
        if choice < 10 {
            return self.undo();
        }
        if choice < 13 {
            return self.merge();
        }
        if choice < 15 {
            return Command::Condition(self.prices());
        }
        let command = if choice < 50 && alive < most(entity.name) || alive == 0 {
            let fields = self.fields(schema, &entity, true, bad);
            RecordCommand::Create { entity: entity.name.into(), fields }
        } else if choice < 84 || choice >= 92 && self.list(entity.name, true).is_empty() {
            let (id, version) = self.record(entity.name, false);
            let fields = self.fields(schema, &entity, false, bad);
            RecordCommand::Update { entity: entity.name.into(), id, expected_version: version, fields }
        } else if choice < 92 {
            let (id, version) = self.record(entity.name, false);
            RecordCommand::Delete { entity: entity.name.into(), id, expected_version: version }
        } else {
            let (id, _) = self.record(entity.name, true);
            RecordCommand::Restore { entity: entity.name.into(), id }
        };
        Command::Record(command)
    }

    fn entity(&mut self) -> EntityType {
        let costly = self.random.percent(8);
        let of_kind = |entity: &&EntityType| COSTLY.iter().any(|(name, _)| *name == entity.name) == costly;
        let choices: Vec<EntityType> = self.registry.entities().iter().filter(of_kind).cloned().collect();
        self.random.of(&choices)
    }

    fn ids(&mut self) -> Vec<Id> {
        let known = &self.known;
        (0..4).filter_map(|_| self.random.pick(known).map(|known| known.id)).collect()
    }

    /// A command of any room, made up from its schema.
    fn any_command(&mut self) -> Command {
        let ids = self.ids();
        let names = Names { ids: &ids, words: &WORDS };
        loop {
            let value = self.shapes.command(&mut self.random, &names);
            if let Ok(command) = json::from_text(&value.to_string()) {
                return command;
            }
        }
    }

    /// A merge of a few records, or the taking back of one.
    fn merge(&mut self) -> Command {
        if self.random.percent(40) {
            let (id, _) = self.record("merge", false);
            return Command::Merge(MergeCommand::Unmerge { id });
        }
        let entity = self.random.of(&["sample", "sample", "sample", "account", "contact", "lead", "product"]);
        let mut taken = || self.record(entity, false).0;
        let (survivor, mut losers) = (taken(), vec![taken()]);
        if self.random.percent(40) {
            losers.push(self.record(entity, false).0);
        }
        let rule = self.random.percent(50).then(|| self.random.of(SurvivorRule::ALL));
        let entity = entity.to_owned();
        let merge = MergeRequest { entity, survivor, losers, rule, ..MergeRequest::default() };
        Command::Merge(MergeCommand::Merge { merge })
    }

    /// A change of the price catalogue, or of what is used of it.
    fn prices(&mut self) -> ConditionCommand {
        let document = format!("D {}", self.random.below(4));
        match self.random.below(6) {
            0 => {
                let (definition, expected_version) = self.record("price_definition", false);
                ConditionCommand::ActivateDefinition { definition, expected_version }
            }
            1 => {
                let (condition, expected_version) = self.record("price_condition", false);
                ConditionCommand::RetireCondition { condition, expected_version }
            }
            2 => {
                let (condition, expected_version) = self.record("price_condition", false);
                let by = PriceCondition {
                    condition_type: self.random.of(&["PRICE", "OFF"]).into(),
                    condition_table: "CODE".into(),
                    key_values: [("code".to_owned(), self.random.of(&WORDS).to_owned())].into(),
                    rate: Some(3.into()),
                    ..PriceCondition::default()
                };
                ConditionCommand::ReplaceCondition { condition, expected_version, by }
            }
            3 => {
                let counter = self.random.of(&["a", "b"]).to_owned();
                let quantity = Some(self.random.of(&[1, 3, 40]).into());
                let usage = vec![CounterUsage { counter, quantity, value: None, uses: Some(1) }];
                let currency = self.random.of(&["CNY", "EUR"]).parse().unwrap();
                ConditionCommand::ReserveUsage { document, currency, usage }
            }
            4 => ConditionCommand::CommitUsage { document },
            _ => ConditionCommand::ReleaseUsage { document },
        }
    }

    /// Condition records need values that fit the definition.
    fn condition_value(&mut self, field: &str) -> Option<FieldValue> {
        if self.random.percent(5) {
            return None;
        }
        Some(match field {
            "condition_type" => self.random.of(&["PRICE", "OFF"]).into(),
            "condition_table" => self.random.of(&["CODE", "PRODUCT"]).into(),
            "key_values" if self.random.percent(60) => {
                FieldValue::json(&HashMap::from([("code", self.random.of(&WORDS))])).unwrap()
            }
            "product" => self.reference("product"),
            "rate" => self.random.of(&[0, 1, 99]).into(),
            "limit" if self.random.percent(50) => FieldValue::Json(r#"{"counter":"a","quantity":"50"}"#.into()),
            "key_values" | "account" | "product_class" | "price_list" | "per" | "unit" | "currency" | "scale"
            | "minimum" | "maximum" | "supplements" | "tax_category" | "limit" => FieldValue::Null,
            _ => return None,
        })
    }

    fn undo(&mut self) -> Command {
        let operation = match self.random.pick(&self.operations) {
            Some(operation) if !self.random.percent(5) => *operation,
            _ => Id::from_bytes([9; 16]),
        };
        Command::Journal(JournalCommand::Undo { operation })
    }

    /// A record with its version: now and then one that is not there, or a wrong version.
    fn record(&mut self, entity: &str, deleted: bool) -> (Id, i64) {
        let choice = self.random.next();
        let list = self.list(entity, deleted);
        let chosen = list.get(usize::try_from(choice % 1_000_003).unwrap() % list.len().max(1)).copied();
        let chosen = match chosen {
            Some(place) if !self.random.percent(2) => self.known.get(place).cloned(),
            _ => self.any(),
        };
        let Some(known) = chosen else { return (Id::from_bytes([8; 16]), 1) };
        (known.id, if self.random.percent(3) { known.version - 1 } else { known.version })
    }

    fn fields(
        &mut self,
        schema: &TenantSchema,
        entity: &EntityType,
        new: bool,
        bad: usize,
    ) -> HashMap<String, FieldValue> {
        let mut fields = HashMap::new();
        let declared = schema.fields(entity).into_iter().chain(entity.field("owner"));
        for field in declared {
            let engine = field.spec.write == crate::schema::WriteRule::Engine && field.spec.name != "owner";
            let chance = match (new, field.spec.required) {
                (true, true) => 100,
                (true, false) => 40,
                // A field that became required must be filled with the next change.
                (false, true) if matches!(field.place, crate::schema::Place::Custom(_)) => 100,
                (false, _) => 18,
            };
            let once = !new && field.spec.write == crate::schema::WriteRule::Once;
            if !self.random.percent(if engine || once { 1 } else { chance }) {
                continue;
            }
            let value = if self.random.percent(bad) { self.bad_value() } else { self.value(entity, &field) };
            fields.insert(field.spec.name.to_string(), value);
        }
        if self.random.percent(bad / 3) {
            let name = self.random.of(&["nothing", "version", "created_at", "id", "x_none", "updated_by"]);
            fields.insert(name.to_owned(), self.bad_value());
        }
        fields
    }

    /// A value that the field can hold.
    pub(crate) fn value(&mut self, entity: &EntityType, field: &FieldRef) -> FieldValue {
        if !field.spec.required && self.random.percent(12) {
            return FieldValue::Null;
        }
        if let Some(value) = self.definition_value(entity, &field.spec.name) {
            return value;
        }
        if field.spec.unique && !self.random.percent(10) {
            let far = i64::try_from(self.random.below(3_000_000)).unwrap();
            match &field.spec.kind {
                FieldKind::Integer { min, max } => return FieldValue::Integer(far.clamp(*min, *max)),
                FieldKind::Date => {
                    return FieldValue::Date(crate::value::Date::new(1, 1, 1).unwrap().add_days(far).unwrap());
                }
                FieldKind::Timestamp => return FieldValue::Timestamp(crate::value::Timestamp::from_micros(far)),
                FieldKind::Decimal { scale, .. } => return Decimal::from_scaled(far.into(), *scale).unwrap().into(),
                FieldKind::Boolean | FieldKind::Picklist { .. } | FieldKind::Reference { .. } => {
                    return FieldValue::Null;
                }
                _ => {}
            }
        }
        match &field.spec.kind {
            FieldKind::Text { .. } if field.spec.name.ends_with("hash") => {
                format!("{:016x}", self.random.next()).repeat(4).into()
            }
            FieldKind::Text { max_chars } => {
                let word = self.random.of(&WORDS);
                self.serial += 1;
                let apart = field.spec.unique && !self.random.percent(15);
                let text = if apart { format!("{word} {}", self.serial) } else { word.to_owned() };
                FieldValue::Text(text.chars().take(usize::try_from(*max_chars).unwrap()).collect())
            }
            FieldKind::Integer { min, max } => {
                let number = self.random.of(&[*min, *max, 0, 1, 2, 3, 5, -1, 7, 1_000_000_007]);
                FieldValue::Integer(number.clamp(*min, *max))
            }
            FieldKind::Decimal { scale, signed } => {
                let mantissa = self.random.of(&[0, 1, 99, 12_345, 1_000_000, -250, i64::MAX, i64::MIN]);
                let mantissa = if *signed { mantissa } else { mantissa.checked_abs().unwrap_or(7) };
                let decimal = Decimal::from_scaled(i128::from(mantissa), *scale).unwrap();
                if self.random.percent(30) { FieldValue::Text(decimal.to_string()) } else { decimal.into() }
            }
            FieldKind::Date => {
                let text = self.random.of(&["2025-12-31", "2026-01-01", "2026-03-31", "2026-04-01", "0001-01-01"]);
                if self.random.percent(50) { text.into() } else { FieldValue::Date(text.parse().unwrap()) }
            }
            FieldKind::Timestamp => {
                let text = self.random.of(&[
                    "2026-03-31T08:00:00.123456Z",
                    "2026-03-31T08:00:00+08:00",
                    "1969-12-31T23:59:59.5Z",
                ]);
                if self.random.percent(50) { text.into() } else { FieldValue::Timestamp(text.parse().unwrap()) }
            }
            FieldKind::Boolean => FieldValue::Boolean(self.random.percent(50)),
            FieldKind::Reference { to, .. } => self.reference(to),
            FieldKind::Picklist { choices } => self.random.of(choices).as_ref().into(),
            FieldKind::Currency => self.random.of(&["CNY", "EUR", "USD"]).into(),
            FieldKind::Nested => {
                let mut tries = (0..8).map(|_| self.nested(entity, &field.spec.name));
                if field.spec.required {
                    tries.find(|value| !value.is_null()).unwrap_or_default()
                } else {
                    tries.next().unwrap_or_default()
                }
            }
        }
    }

    fn reference(&mut self, to: &str) -> FieldValue {
        let living = self.list(to, false).len();
        let choice = self.random.below(living);
        let found = self.list(to, false).get(choice).and_then(|place| self.known.get(*place)).map(|known| known.id);
        found.filter(|_| self.random.percent(97)).map_or(FieldValue::Null, FieldValue::Reference)
    }

    fn nested(&mut self, entity: &EntityType, field: &str) -> FieldValue {
        let sets: Vec<Id> = self
            .list("permission_set", false)
            .iter()
            .filter_map(|place| self.known.get(*place))
            .map(|set| set.id)
            .collect();
        let ids = if field == "permission_sets" { sets } else { self.ids() };
        let names = Names { ids: &ids, words: &WORDS };
        let value = self.shapes.field(entity.name, field, &mut self.random, &names);
        match json::from_text(&value.to_string()) {
            Ok(FieldValue::Json(text)) => FieldValue::Json(text),
            _ => FieldValue::Null,
        }
    }

    /// Definitions of custom fields need values that fit each other.
    fn definition_value(&mut self, entity: &EntityType, field: &str) -> Option<FieldValue> {
        let value = match (entity.name, field) {
            ("field_definition", "entity" | "reference_to") | ("permission_set", "entity") => {
                self.random.of(&["sample", "user", "role", "sample", "sample", "none"]).into()
            }
            ("field_definition", "name") if self.random.percent(95) => {
                let name = self.random.of(&CUSTOM_FIELDS);
                format!("{name}{}", self.random.of(&["", "_2", "_3"])).into()
            }
            ("field_definition", "is_required") => self.random.percent(5).into(),
            ("field_definition", "minimum" | "maximum" | "max_chars") if self.random.percent(80) => FieldValue::Null,
            ("field_definition", "choices") => FieldValue::Json(r#"["blue","green","red"]"#.into()),
            ("permission_set", "objects") => {
                let right = |entity: &str, share: &mut Random| {
                    let mut flag = || share.percent(75);
                    serde_json::json!({"entity": entity, "read": flag(), "create": flag(), "edit": flag(),
                        "delete": flag(), "view_all": flag(), "edit_all": flag()})
                };
                let names = ["*", "sample", "user"];
                let rights: Vec<_> = names.iter().map(|name| right(name, &mut self.random)).collect();
                FieldValue::json(&rights).unwrap()
            }
            ("permission_set", "fields") => {
                let fields = ["secret", "note", "amount", "is_open", "rank", "x_text", "owner", "name", "external"];
                let right = |share: &mut Random| {
                    serde_json::json!({"entity": "sample", "field": share.of(&fields),
                        "access": share.of(&["hidden", "masked", "read", "write_once", "write"])})
                };
                FieldValue::json(&[right(&mut self.random), right(&mut self.random)]).unwrap()
            }
            ("permission_set", "is_profile") => self.random.percent(5).into(),
            ("permission_set", "denied" | "limits") if self.random.percent(90) => FieldValue::Null,
            (_, "valid_from" | "valid_until") if self.random.percent(80) => FieldValue::Null,
            ("user", "members" | "profile" | "partner" | "duties" | "kind") if self.random.percent(90) => {
                FieldValue::Null
            }
            ("territory", "records" | "members") if self.random.percent(80) => FieldValue::Null,
            ("sharing_default" | "sharing_rule" | "team_member" | "record_share", _) => {
                return self.sharing_value(entity, field);
            }
            ("price_condition", _) => return self.condition_value(field),
            ("price_definition", "definition") => FieldValue::Json(PRICES.into()),
            ("price_definition", "list_price_type" | "list_price_table" | "special_price_type") => FieldValue::Null,
            ("price_definition", "special_discount_type") => FieldValue::Null,
            ("forecast_run", "input_hash" | "run_hash") => "c0de".repeat(16).into(),
            ("forecast_run", "options") => FieldValue::Null,
            ("forecast_run", "query" | "series") if self.random.percent(80) => FieldValue::Null,
            ("special_price_request", "discount_percent" | "product_class" | "includes_below" | "limit")
                if self.random.percent(90) =>
            {
                FieldValue::Null
            }
            ("sample", "figures") => self.figures(),
            ("organization", "time_zone") => self.random.of(&["Asia/Shanghai", "Europe/Berlin", "UTC"]).into(),
            ("user", "permission_sets") => self.nested(entity, field),
            ("user", "is_inactive") => self.random.percent(10).into(),
            _ => return None,
        };
        Some(value)
    }

    /// Few codes and figures, so that questions for them find something.
    fn figures(&mut self) -> FieldValue {
        let count = self.random.below(4);
        let values: Vec<_> = (0..count).map(|_| self.figure()).collect();
        FieldValue::json(&values).unwrap_or_default()
    }

    fn figure(&mut self) -> crate::product::ParameterValue {
        use crate::product::ParameterValue;
        let code = self.random.of(&["Un", "T"]);
        let number = |random: &mut Random| Decimal::from(i64::try_from(random.below(6)).unwrap() - 2);
        let unit = self.random.of(&[None, Some("V"), Some("kV"), Some("zz"), Some("°C"), Some("°F")]);
        let from = number(&mut self.random);
        let value = match self.random.below(6) {
            0 => return ParameterValue::text(code, self.random.of(&["a", "A", "铁"])),
            1 => {
                let truth = Some(self.random.percent(50));
                return ParameterValue { parameter: code.into(), truth, ..ParameterValue::default() };
            }
            2 | 3 => ParameterValue::number(code, from, unit),
            _ => ParameterValue::range(code, from, from.checked_add(2.into()).unwrap(), unit),
        };
        let tolerance_percent = self.random.percent(30).then(|| 10.into());
        ParameterValue { tolerance_percent, ..value }
    }

    /// A question for a figure, now and then one that makes no sense.
    fn parameter(&mut self) -> Filter {
        let value = self.figure();
        let comparison = self.random.of(ParameterComparison::ALL);
        let mut condition = ParameterCondition {
            comparison,
            number: value.number,
            number_to: value.number_to,
            unit: value.unit,
            tolerance_percent: value.tolerance_percent,
            text: value.text,
            truth: value.truth,
            ..ParameterCondition::present(&value.parameter)
        };
        if self.random.percent(95) {
            condition = sensible(condition);
        }
        let field = self.random.of(&["figures", "figures", "figures", "figures", "parameters", "note"]);
        Filter::Parameter { field: field.into(), condition }
    }

    /// Rules and shares need values that fit each other.
    fn sharing_value(&mut self, entity: &EntityType, field: &str) -> Option<FieldValue> {
        if self.random.percent(5) {
            return None;
        }
        let user = match self.reference("user") {
            FieldValue::Reference(id) => format!(r#"{{"kind":"user","id":"{id}"}}"#),
            _ => r#"{"kind":"everybody"}"#.to_owned(),
        };
        Some(match (entity.name, field) {
            (_, "entity") => self.random.of(&["sample", "sample", "sample", "account"]).into(),
            (_, "record") => self.reference("sample"),
            ("sharing_rule", "kind") => "criteria".into(),
            ("sharing_rule", "filter") => {
                let prefix = self.random.of(&["a", "A", "x", "铁"]);
                let field = self.random.of(&["name", "note", "code"]);
                FieldValue::Json(format!(r#"{{"prefix":{{"field":"{field}","prefix":"{prefix}"}}}}"#))
            }
            ("sharing_rule", "targets") => FieldValue::Json(format!("[{user}]")),
            ("sharing_rule", "sources" | "field") => FieldValue::Null,
            ("sharing_default", "team_fields") => FieldValue::Json(r#"["note","secret"]"#.into()),
            ("team_member", "fields") => self.random.of(&[FieldValue::Null, FieldValue::Json(r#"["note"]"#.into())]),
            ("record_share", "grantee") => FieldValue::Json(user),
            _ => return None,
        })
    }

    /// A value that hardly any field can hold.
    fn bad_value(&mut self) -> FieldValue {
        let choices = [
            FieldValue::Null,
            FieldValue::Text(String::new()),
            FieldValue::Text("  ".into()),
            FieldValue::Text("x".repeat(70_000)),
            FieldValue::Text("a\0b".into()),
            FieldValue::Text("2026-03-31T08:00:00".into()),
            FieldValue::Text("2026-02-30".into()),
            FieldValue::Text("1.005".into()),
            FieldValue::Text("79228162514264337593543950335".into()),
            FieldValue::Text("NaN".into()),
            FieldValue::Text("eur".into()),
            FieldValue::Integer(i64::MIN),
            FieldValue::Boolean(true),
            FieldValue::Decimal("0.123456789".parse().unwrap()),
            FieldValue::Json("{".into()),
            FieldValue::Json(r#"{ "b": 1, "a": [1.5] }"#.into()),
            FieldValue::Json(r#"[{"nothing":1}]"#.into()),
            FieldValue::Json("[]".into()),
            FieldValue::Reference(Id::from_bytes([7; 16])),
            FieldValue::Reference(Id::NIL),
        ];
        self.random.of(&choices)
    }

    // ---- questions ----

    fn field_name(&mut self, schema: &TenantSchema, entity: &EntityType) -> String {
        if self.random.percent(3) {
            return self.random.of(&["nothing", "x_none", "", "deleted", "tenant", "rid", "ext"]).to_owned();
        }
        if self.random.percent(20) {
            return self.random.of(&SystemField::ALL).name().to_owned();
        }
        self.random.of(&schema.fields(entity)).spec.name.to_string()
    }

    fn operand(&mut self, schema: &TenantSchema, entity: &EntityType, name: &str) -> FieldValue {
        match schema.field(entity, name) {
            Some(field) if !self.random.percent(6) => self.value(entity, &field),
            _ => self.bad_value(),
        }
    }

    pub(crate) fn filter(&mut self, schema: &TenantSchema, entity: &EntityType, depth: usize) -> Filter {
        let field = self.field_name(schema, entity);
        match self.random.below(if depth > 2 { 7 } else { 10 }) {
            0..=3 => {
                let value = self.operand(schema, entity, &field);
                Filter::Compare { field, comparison: self.random.of(Comparison::ALL), value }
            }
            4 => {
                let values = (0..self.random.below(4)).map(|_| self.operand(schema, entity, &field)).collect();
                Filter::In { field, values }
            }
            5 => {
                let prefix: String = self.random.of(&WORDS).chars().take(1 + self.random.below(2)).collect();
                Filter::Prefix { field, prefix }
            }
            6 if self.random.percent(40) => self.entry(),
            6 if self.random.percent(60) => self.parameter(),
            6 => Filter::IsEmpty { field },
            joined => {
                let filters = (0..self.random.below(3)).map(|_| self.filter(schema, entity, depth + 1)).collect();
                match joined {
                    7 => Filter::All { filters },
                    8 => Filter::Any { filters },
                    _ => Filter::NoneOf { filters },
                }
            }
        }
    }

    /// A question for an entry of a list; some lists cannot be asked so, and some kinds are not known.
    fn entry(&mut self) -> Filter {
        let (field, kind) =
            self.random.of(&[("external", "erp"), ("channels", "phone"), ("identifiers", "vat"), ("note", "x")]);
        Filter::Holds { field: field.into(), kind: kind.into(), value: self.random.below(20).to_string() }
    }

    fn search(&mut self) -> Option<String> {
        self.random.percent(25).then(|| {
            let word: String = self.random.of(&WORDS).chars().take(1 + self.random.below(4)).collect();
            word
        })
    }

    pub(crate) fn query(&mut self, schema: &TenantSchema, entity: &EntityType) -> Query {
        let sort = (0..self.random.below(3))
            .map(|_| Sort { field: self.field_name(schema, entity), descending: self.random.percent(50) })
            .collect();
        let limit = self.random.of(&[None, Some(1), Some(3), Some(20), Some(500), Some(0), Some(501)]);
        let filter = self.random.percent(70).then(|| self.filter(schema, entity, 0));
        Query { filter, search: self.search(), sort, limit, cursor: None }
    }

    pub(crate) fn aggregate(&mut self, schema: &TenantSchema, entity: &EntityType) -> AggregateQuery {
        let functions = MeasureFunction::ALL;
        let measures = (0..self.random.below(4))
            .map(|_| Measure {
                function: self.random.of(functions),
                field: self.random.percent(80).then(|| self.field_name(schema, entity)),
            })
            .collect();
        let group_by = (0..self.random.below(3))
            .map(|_| GroupBy {
                field: self.field_name(schema, entity),
                bucket: self.random.percent(15).then(|| self.random.of(Bucket::ALL)),
            })
            .collect();
        let filter = self.random.percent(50).then(|| self.filter(schema, entity, 0));
        AggregateQuery { measures, group_by, filter, search: self.search() }
    }
}

/// The condition with what its comparison needs, and nothing else.
fn sensible(mut condition: ParameterCondition) -> ParameterCondition {
    use ParameterComparison as By;
    if condition.number.is_none() && !matches!(condition.comparison, By::NotEqual | By::OneOf | By::Present) {
        condition.comparison = By::Equal;
    }
    match condition.comparison {
        By::Present => return ParameterCondition::present(&condition.parameter),
        By::OneOf => {
            condition.numbers.extend(condition.number.take());
            condition.texts.extend(condition.text.take());
            condition.truth = None;
            if condition.numbers.is_empty() && condition.texts.is_empty() {
                condition.texts.push("x".into());
            }
        }
        _ => {}
    }
    let has_span = matches!(condition.comparison, By::Within | By::Covers);
    condition.number_to = condition.number_to.or(condition.number).filter(|_| has_span);
    let is_equality = matches!(condition.comparison, By::Equal | By::NotEqual);
    condition.tolerance_percent = condition.tolerance_percent.filter(|_| has_span || is_equality);
    condition
}
