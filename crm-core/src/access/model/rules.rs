//! Sharing rules and territories as what they write on records.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::{AccessModel, scopes};
use crate::access::visibility::{GrantRule, Granted};
use crate::access::{AccessLevel, PrincipalKind, PrincipalRef, SharingAccess, SharingRule, SharingRuleKind, Territory};
use crate::query::{Condition, Filter};
use crate::schema::{EntityType, FieldKind, TenantSchema};
use crate::value::error::unknown_field;
use crate::value::{FieldValue, Result};

/// The fields of a record that say to which product line it belongs.
const PRODUCT_LINE: [&str; 2] = ["product_line", "x_product_line"];
/// The field of a record that says to which region it belongs.
const REGION: &str = "region";

/// A filter over all fields of an entity, whoever may see them.
///
/// # Errors
/// As for every question.
pub(crate) fn check_filter(schema: &TenantSchema, entity: &EntityType, filter: &Filter) -> Result<Condition> {
    Condition::resolve(filter, &|name: &str| {
        schema.field(entity, name).ok_or_else(|| unknown_field(name).into_invalid())
    })
}

impl SharingRule {
    /// How much the rule gives; nothing if it takes away.
    pub(crate) const fn level(&self) -> Option<AccessLevel> {
        match self.access {
            None | Some(SharingAccess::Read) => Some(AccessLevel::Read),
            Some(SharingAccess::Edit) => Some(AccessLevel::Edit),
            Some(SharingAccess::Deny) => None,
        }
    }

    /// What it writes on records: nothing for an owner rule, and for one that no longer fits the schema.
    fn grant_rule(&self, schema: &TenantSchema) -> Option<GrantRule> {
        let entity = schema.entity(&self.entity).ok()?;
        let (to, filter, condition) = match self.kind {
            SharingRuleKind::Owner => return None,
            SharingRuleKind::Criteria => {
                let condition = self.filter.as_ref().map(|filter| check_filter(schema, entity, filter));
                (Granted::Principal(self.id), self.filter.clone(), Some(condition?.ok()?))
            }
            SharingRuleKind::Field => {
                let field = schema.field(entity, self.field.as_deref()?)?;
                matches!(field.spec.kind, FieldKind::Reference { .. }).then_some((Granted::Named(field), None, None))?
            }
        };
        Some(GrantRule { entity: entity.name, cause: self.id, to, level: self.level(), condition, filter })
    }
}

impl Territory {
    /// The filters of what belongs to the territory, by entity: where the region fits and, as far as the entity knows
    /// one, the product line, and what the territory names itself.
    pub(crate) fn filters(&self, schema: &TenantSchema) -> BTreeMap<&'static str, Filter> {
        let mut filters: BTreeMap<&'static str, Vec<Filter>> = BTreeMap::new();
        let one_of = |field: &str, values: &[String]| Filter::In {
            field: field.to_owned(),
            values: values.iter().map(|value| FieldValue::Text(value.clone())).collect(),
        };
        for entity in schema.registry.entities().iter().filter(|_| !self.regions.is_empty()) {
            let has = |name: &str| schema.field(entity, name).is_some();
            if entity.part_of.is_some() || !has(REGION) {
                continue;
            }
            let mut filter = one_of(REGION, &self.regions);
            if let Some(line) =
                PRODUCT_LINE.into_iter().find(|name| has(name)).filter(|_| !self.product_lines.is_empty())
            {
                filter = filter.and(one_of(line, &self.product_lines));
            }
            filters.entry(entity.name).or_default().push(filter);
        }
        for named in &self.records {
            if let Ok(entity) = schema.entity(&named.entity) {
                filters.entry(entity.name).or_default().push(named.filter.clone());
            }
        }
        filters.into_iter().map(|(entity, filters)| (entity, Filter::Any { filters })).collect()
    }

    fn grant_rules(&self, schema: &TenantSchema) -> Vec<GrantRule> {
        let key = PrincipalRef::of(PrincipalKind::Territory, self.id).key();
        let rule = |(entity, filter): (&'static str, Filter)| {
            let condition = check_filter(schema, schema.entity(entity).ok()?, &filter).ok()?;
            let level = Some(self.access.unwrap_or_default());
            let (to, condition) = (Granted::Principal(key), Some(condition));
            Some(GrantRule { entity, cause: self.id, to, level, condition, filter: Some(filter) })
        };
        self.filters(schema).into_iter().filter_map(rule).collect()
    }
}

impl AccessModel {
    /// Compiles sharing rules, territories and org-wide defaults. Rules that are switched off write nothing; those whose
    /// days have not come or are over keep what they wrote, and nobody has it.
    pub(super) fn index_rules(&mut self, schema: &TenantSchema) {
        let known = &self.configuration;
        self.default_of = known.defaults.values().map(|default| (default.entity.clone(), default.clone())).collect();
        let rules = known.rules.values().filter(|rule| !rule.is_inactive).filter_map(|rule| rule.grant_rule(schema));
        let territories = known.territories.values().flat_map(|territory| territory.grant_rules(schema));
        let mut by_entity: HashMap<&'static str, Vec<Arc<GrantRule>>> = HashMap::new();
        for rule in rules.chain(territories) {
            by_entity.entry(rule.entity).or_default().push(Arc::new(rule));
        }
        for rules in by_entity.values_mut() {
            rules.sort_by_key(|rule| rule.cause);
        }
        self.grant_rules = by_entity.into_iter().map(|(entity, rules)| (entity, rules.into())).collect();
        self.rename_targets();
    }

    /// Finds out whom the rules name today.
    pub(super) fn rename_targets(&mut self) {
        let mut held: HashMap<String, Vec<scopes::Held>> = HashMap::new();
        let mut rules: Vec<&Arc<SharingRule>> = self.configuration.rules.values().collect();
        rules.sort_by_key(|rule| rule.id);
        for rule in rules {
            if rule.is_inactive || !super::holds(self.today(), rule.valid_from, rule.valid_until) {
                continue;
            }
            let targets = self.people(rule.targets.iter());
            let sources = self.people(rule.sources.iter());
            let entry = scopes::Held { rule: rule.clone(), targets, sources };
            held.entry(rule.entity.clone()).or_default().push(entry);
        }
        self.held = held;
    }
}
