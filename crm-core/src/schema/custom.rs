//! Custom fields: what a tenant adds to an entity, without a change of any table.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use super::codec::enum_field;
use super::{EntityType, FieldKind, FieldRef, FieldSpec, MAX_TEXT_CHARS, MergePolicy, Place, Registry};
use crate::value::error::excerpt;
use crate::value::{Error, ErrorCode, Problem, Result};

/// The most custom fields of one entity that may have an index.
const MAX_INDEXED: usize = 20;
/// Digits behind the point of a decimal if nothing is said.
pub(crate) const DEFAULT_SCALE: i64 = 2;
/// The most bytes of all custom fields of one record, names and values as text: the longest text in any script fits.
pub const MAX_CUSTOM_BYTES: usize = 256 * 1024;
/// The most custom fields of one entity.
const MAX_CUSTOM: usize = 500;

value_enum! {
    /// The type of a custom field.
    #[derive(Default)]
    pub enum CustomFieldKind {
        /// Text of at most `max_chars` characters.
        #[default]
        Text = "text",
        /// A 64-bit integer.
        Integer = "integer",
        /// An exact decimal with `scale` digits behind the point.
        Decimal = "decimal",
        /// A business date.
        Date = "date",
        /// An instant.
        Timestamp = "timestamp",
        /// Yes or no.
        Boolean = "boolean",
        /// A record of `reference_to`.
        Reference = "reference",
        /// One of `choices`.
        Picklist = "picklist",
    }
}

enum_field!(CustomFieldKind);

entity! {
    /// The definition of a custom field (自定义字段).
    pub struct FieldDefinition("field_definition", FieldDefinitionPage, Public) {
        required {
            /// The entity that gets the field.
            pub entity: String => text(60).once(),
            /// The name: `x_` and then lower-case letters, digits and underscores.
            pub name: String => text(60).once(),
            /// The type; it cannot be changed later.
            pub kind: CustomFieldKind => picklist(CustomFieldKind::NAMES).once(),
        }
        optional {
            /// What people read.
            pub label: Option<String> => text(200),
            /// Must not be empty in records that are made or changed from now on, by whoever may set it.
            pub is_required: bool => boolean(),
            /// No two records may have the same value.
            pub is_unique: bool => boolean().once(),
            /// Has an index.
            pub is_indexed: bool => boolean().once(),
            /// The longest text, in characters; 255 if nothing is said.
            pub max_chars: Option<i64> => integer().between(1, MAX_TEXT_CHARS as i64),
            /// The smallest number or the earliest date, as text.
            pub minimum: Option<String> => text(60),
            /// The largest number or the latest date, as text.
            pub maximum: Option<String> => text(60),
            /// Digits behind the point of a decimal; 2 if nothing is said.
            pub scale: Option<i64> => integer().between(0, 12).once(),
            /// The entity that a reference points to.
            pub reference_to: Option<String> => text(60).once(),
            /// The choices of a picklist.
            pub choices: Vec<String> => nested(),
        }
    }
}

impl FieldDefinition {
    /// The field that the definition describes.
    ///
    /// # Errors
    /// `BadFormat` for a bad name, `UnknownEntity` for a reference to nowhere, `Required` for a picklist without choices;
    /// what [`FieldSpec::coerce`] gives for a minimum or maximum that the field cannot hold, `OutOfRange` if they are
    /// the wrong way round.
    pub fn to_spec(&self, registry: &Registry) -> Result<FieldSpec> {
        check_name(&self.name)?;
        let kind = match self.kind {
            CustomFieldKind::Text => {
                let max_chars = u32::try_from(self.max_chars.unwrap_or(255)).unwrap_or(MAX_TEXT_CHARS);
                FieldKind::Text { max_chars: max_chars.min(MAX_TEXT_CHARS) }
            }
            CustomFieldKind::Integer => FieldKind::Integer { min: i64::MIN, max: i64::MAX },
            CustomFieldKind::Decimal => {
                let scale = u32::try_from(self.scale.unwrap_or(DEFAULT_SCALE)).unwrap_or_default();
                FieldKind::Decimal { scale, signed: true }
            }
            CustomFieldKind::Date => FieldKind::Date,
            CustomFieldKind::Timestamp => FieldKind::Timestamp,
            CustomFieldKind::Boolean => FieldKind::Boolean,
            CustomFieldKind::Reference => self.reference_kind(registry)?,
            CustomFieldKind::Picklist => self.picklist_kind()?,
        };
        let mut spec = FieldSpec::new(kind).named(self.name.clone());
        spec.required = self.is_required;
        spec.unique = self.is_unique;
        spec.indexed = self.is_indexed;
        spec.limits = super::spec::Limits { minimum: self.minimum.clone(), maximum: self.maximum.clone() };
        spec.check_limits()?;
        Ok(spec)
    }

    /// Refuses a required field of records that the engine alone keeps: nobody could fill it in.
    ///
    /// # Errors
    /// `ReadOnlyField`.
    pub(crate) fn check_fillable(&self, registry: &Registry) -> Result<()> {
        if self.is_required && registry.get(&self.entity).is_some_and(EntityType::is_kept_by_engine) {
            let message = "records that the engine keeps have no required custom fields";
            return Err(Error::invalid(ErrorCode::ReadOnlyField, "is_required", message));
        }
        Ok(())
    }

    fn reference_kind(&self, registry: &Registry) -> Result<FieldKind> {
        let to = self.reference_to.clone().unwrap_or_default();
        if registry.get(&to).is_none() {
            return Err(Error::invalid(
                ErrorCode::UnknownEntity,
                "reference_to",
                format!("no entity `{}`", excerpt(&to)),
            ));
        }
        Ok(FieldKind::Reference { to: Cow::Owned(to), merge: MergePolicy::Repoint })
    }

    fn picklist_kind(&self) -> Result<FieldKind> {
        if self.choices.is_empty() {
            return Err(Error::invalid(ErrorCode::Required, "choices", "a picklist needs choices"));
        }
        Ok(FieldKind::Picklist { choices: self.choices.iter().cloned().map(Cow::Owned).collect() })
    }
}

fn check_name(name: &str) -> Result<()> {
    let rest = name.strip_prefix("x_").unwrap_or_default();
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if rest.is_empty() || !rest.bytes().all(fits) {
        let message = "the name of a custom field is `x_` and then lower-case letters, digits and underscores";
        return Err(Error::invalid(ErrorCode::BadFormat, "name", message));
    }
    Ok(())
}

/// The registry as one tenant has it: with its custom fields.
#[derive(Debug, Clone)]
pub struct TenantSchema {
    /// What every tenant has.
    pub registry: Arc<Registry>,
    custom: HashMap<String, Arc<[FieldSpec]>>,
}

impl TenantSchema {
    /// The registry with the custom fields of these definitions.
    ///
    /// # Errors
    /// As [`FieldDefinition::to_spec`]; `UnknownEntity`, `DuplicateKey` and `TooMany` for a definition that does not fit.
    pub fn new(registry: Arc<Registry>, definitions: &[FieldDefinition]) -> Result<Self> {
        let mut schema = Self { registry, custom: HashMap::new() };
        for definition in definitions {
            schema.add(definition)?;
        }
        Ok(schema)
    }

    fn add(&mut self, definition: &FieldDefinition) -> Result<()> {
        let spec = self.check(definition)?;
        let mut fields = self.custom_fields(&definition.entity).to_vec();
        fields.push(spec);
        self.custom.insert(definition.entity.clone(), fields.into());
        Ok(())
    }

    /// The field that a new definition would add.
    ///
    /// # Errors
    /// As [`TenantSchema::new`].
    pub fn check(&self, definition: &FieldDefinition) -> Result<FieldSpec> {
        let spec = definition.to_spec(&self.registry)?;
        let name = &definition.entity;
        if self.registry.get(name).is_none() {
            return Err(Error::invalid(ErrorCode::UnknownEntity, "entity", format!("no entity `{}`", excerpt(name))));
        }
        let present = self.custom_fields(name);
        if present.iter().any(|field| field.name == spec.name) {
            let problem = Problem::of_field(ErrorCode::DuplicateKey, "name", format!("`{}` exists already", spec.name));
            return Err(Error::conflict(problem));
        }
        let indexed = present.iter().filter(|field| field.indexed).count();
        if present.len() >= MAX_CUSTOM || (spec.indexed && indexed >= MAX_INDEXED) {
            let problem =
                Problem::of_field(ErrorCode::TooMany, "entity", "the entity has as many custom fields as it can have");
            return Err(problem.with("max_fields", MAX_CUSTOM).with("max_indexed", MAX_INDEXED).into_invalid());
        }
        Ok(spec)
    }

    /// Every reference to `entity`, declared or custom: the referring entity and the field.
    #[must_use]
    pub fn references_to(&self, entity: &str) -> Vec<(&EntityType, FieldRef)> {
        let points_here = |kind: &FieldKind| matches!(kind, FieldKind::Reference { to, .. } if to == entity);
        let types = self.registry.entities().iter();
        let fields = types.flat_map(|from| self.fields(from).into_iter().map(move |field| (from, field)));
        fields.filter(|(_, field)| points_here(&field.spec.kind)).collect()
    }

    /// The custom fields of an entity.
    #[must_use]
    pub fn custom_fields(&self, entity: &str) -> &[FieldSpec] {
        self.custom.get(entity).map_or(&[], AsRef::as_ref)
    }

    /// The custom fields of an entity, shared.
    #[must_use]
    pub fn shared_custom_fields(&self, entity: &str) -> Arc<[FieldSpec]> {
        self.custom.get(entity).cloned().unwrap_or_default()
    }

    /// An entity by name.
    ///
    /// # Errors
    /// `UnknownEntity`.
    pub fn entity(&self, name: &str) -> Result<&EntityType> {
        self.registry
            .get(name)
            .ok_or_else(|| Error::invalid(ErrorCode::UnknownEntity, "entity", format!("no entity `{}`", excerpt(name))))
    }

    /// Any field of an entity by name.
    #[must_use]
    pub fn field(&self, entity: &EntityType, name: &str) -> Option<FieldRef> {
        entity.field(name).or_else(|| {
            let spec = self.custom_fields(entity.name).iter().find(|field| field.name == name)?.clone();
            Some(FieldRef { place: Place::Custom(name.to_owned()), spec: Arc::new(spec) })
        })
    }

    /// Every field that a user may set or read: declared ones first, then custom ones.
    #[must_use]
    pub fn fields(&self, entity: &EntityType) -> Vec<FieldRef> {
        let declared = (0..entity.fields.len()).filter_map(|column| entity.column(column));
        let custom = self
            .custom_fields(entity.name)
            .iter()
            .map(|spec| FieldRef { place: Place::Custom(spec.name.to_string()), spec: Arc::new(spec.clone()) });
        declared.chain(custom).collect()
    }
}

impl FieldSpec {
    /// Minimum and maximum must be values that the field can hold, and leave room for one.
    fn check_limits(&self) -> Result<()> {
        let (minimum, maximum) = self.limits()?;
        if let (Some(minimum), Some(maximum)) = (minimum, maximum)
            && minimum.compare(&maximum).is_gt()
        {
            return Err(Error::invalid(ErrorCode::OutOfRange, "minimum", "the minimum lies above the maximum"));
        }
        Ok(())
    }
}
