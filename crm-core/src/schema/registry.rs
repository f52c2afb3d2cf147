//! The registry of entities and the look-up of fields.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{FieldKind, FieldSpec, Row, WriteRule};
use crate::value::{Error, ErrorCode, FieldValue, Id, Problem, Result, json};

/// Who sees the records of an entity before any right is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sharing {
    /// The owner and whoever stands above in the role hierarchy.
    #[default]
    Private,
    /// Everybody with the right to read the entity.
    Public,
}

/// A plain struct that the engine keeps: made by `entity!`.
pub trait Entity: Sized + Clone + Serialize + DeserializeOwned + schemars::JsonSchema {
    /// The name: singular, snake case.
    const NAME: &'static str;
    /// The declared fields, in the order of the columns.
    fn specs() -> Vec<FieldSpec>;
    /// Who sees the records before any right is given.
    const SHARING: Sharing;
    /// As a row.
    fn to_row(&self) -> Row;
    /// From a row.
    ///
    /// # Errors
    /// `Corrupt` if the row does not fit the struct.
    fn from_row(row: Row) -> Result<Self>;
    /// From a row that a store gave.
    ///
    /// # Errors
    /// `DamagedFile` if the row does not fit the struct: nobody's input is wrong.
    fn from_stored(row: Row) -> Result<Self> {
        Self::from_row(row).map_err(|error| {
            let problem = Problem::new(ErrorCode::DamagedFile, "a record does not fit its type");
            let problem = problem.with("entity", Self::NAME);
            Error::Corrupt { problems: vec![Problem { field: error.field().map(str::to_owned), ..problem }] }
        })
    }
    /// The identifier; nil before the record is stored.
    fn id(&self) -> Id;
    /// The version that was read; 0 before the record is stored.
    fn version(&self) -> i64;
}

/// A field that every record has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SystemField {
    /// The identifier.
    Id,
    /// The version.
    Version,
    /// The owner.
    Owner,
    /// When it was made.
    CreatedAt,
    /// Who made it.
    CreatedBy,
    /// When it was changed last.
    UpdatedAt,
    /// Who changed it last.
    UpdatedBy,
}

impl SystemField {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Id, Self::Version, Self::Owner, Self::CreatedAt, Self::CreatedBy, Self::UpdatedAt, Self::UpdatedBy];

    /// The name, which is the column too.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Version => "version",
            Self::Owner => "owner",
            Self::CreatedAt => "created_at",
            Self::CreatedBy => "created_by",
            Self::UpdatedAt => "updated_at",
            Self::UpdatedBy => "updated_by",
        }
    }

    fn spec(self) -> FieldSpec {
        let user = || super::reference("user", super::MergePolicy::Keep);
        let spec = match self {
            Self::Id => super::reference("", super::MergePolicy::Keep).required(),
            Self::Version => super::integer().required(),
            Self::Owner => return user().named("owner").indexed(),
            Self::CreatedAt | Self::UpdatedAt => super::timestamp().required(),
            Self::CreatedBy | Self::UpdatedBy => user(),
        };
        spec.engine().named(self.name())
    }
}

/// Where the value of a field stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// A field that every record has.
    System(SystemField),
    /// The column of that number.
    Column(usize),
    /// A custom field of that name.
    Custom(String),
}

/// A field that was looked up.
#[derive(Debug, Clone)]
pub struct FieldRef {
    /// Where its value stands.
    pub place: Place,
    /// What it is.
    pub spec: Arc<FieldSpec>,
}

impl FieldRef {
    /// The value in a row.
    #[must_use]
    pub fn value(&self, row: &Row) -> FieldValue {
        let user = |id: Option<Id>| id.map_or(FieldValue::Null, FieldValue::Reference);
        match &self.place {
            Place::System(SystemField::Id) => FieldValue::Reference(row.id),
            Place::System(SystemField::Version) => FieldValue::Integer(row.version),
            Place::System(SystemField::Owner) => user(row.owner),
            Place::System(SystemField::CreatedAt) => FieldValue::Timestamp(row.created_at),
            Place::System(SystemField::CreatedBy) => user(row.created_by),
            Place::System(SystemField::UpdatedAt) => FieldValue::Timestamp(row.updated_at),
            Place::System(SystemField::UpdatedBy) => user(row.updated_by),
            Place::Column(column) => row.value(*column).clone(),
            Place::Custom(name) => row.custom.get(name).cloned().unwrap_or(FieldValue::Null),
        }
    }

    /// Whether a field right may hide it from somebody who sees the record. What every record has, and what a record
    /// cannot do without, is always seen with it.
    #[must_use]
    pub fn can_be_hidden(&self) -> bool {
        match self.place {
            Place::System(_) => false,
            Place::Column(_) => !self.spec.required,
            Place::Custom(_) => true,
        }
    }

    /// Whether a part of it can be seen alone: of a text the end, and of what may be empty nothing.
    #[must_use]
    pub fn can_be_masked(&self) -> bool {
        self.can_be_hidden() || matches!((&self.place, &self.spec.kind), (Place::Column(_), FieldKind::Text { .. }))
    }

    /// Sets the value in a row; of the system fields only the owner can be set.
    pub fn set(&self, row: &mut Row, value: FieldValue) {
        match &self.place {
            Place::System(SystemField::Owner) => {
                row.owner = if let FieldValue::Reference(id) = value { Some(id) } else { None };
            }
            Place::System(_) => {}
            Place::Column(column) => {
                if let Some(place) = row.values.get_mut(*column) {
                    *place = value;
                }
            }
            Place::Custom(name) if value == FieldValue::Null => {
                row.custom.remove(name);
            }
            Place::Custom(name) => {
                row.custom.insert(name.clone(), value);
            }
        }
    }
}

/// That records move with another one to its new owner.
#[derive(Debug, Clone, Copy)]
pub struct MovesWith {
    /// The entity of the other one.
    pub whole: &'static str,
    /// The reference to it.
    pub field: &'static str,
    /// The field and the values by which a record is still somebody's work; every record moves if nothing is said.
    pub open: Option<(&'static str, &'static [&'static str])>,
}

/// One registered entity.
#[derive(Debug, Clone)]
pub struct EntityType {
    /// The name, which is the table too.
    pub name: &'static str,
    /// The declared fields, in the order of the columns.
    pub fields: Arc<[Arc<FieldSpec>]>,
    /// Who sees the records before any right is given.
    pub sharing: Sharing,
    /// The entity whose rights hold for this one too; nothing if it has rights of its own.
    pub part_of: Option<&'static str>,
    /// The field whose record's owner is the owner of this one too; nothing if an owner can be named.
    pub owner_follows: Option<&'static str>,
    /// The reference to the record with which a record is seen where the org-wide default says so (controlled by parent).
    pub controlled_by: Option<&'static str>,
    /// The records with which a record moves to a new owner.
    pub moves_with: &'static [MovesWith],
    /// Whether records can be merged into one.
    pub mergeable: bool,
    /// The declared values as the struct has them.
    values: fn(Row) -> Result<Vec<FieldValue>>,
    /// The JSON Schema of the struct.
    pub schema: fn(&mut schemars::SchemaGenerator) -> schemars::Schema,
    /// A row as the JSON of the struct.
    pub to_json: fn(Row) -> Result<serde_json::Value>,
    /// The JSON of the struct as a row.
    pub from_json: fn(&str) -> Result<Row>,
}

impl EntityType {
    /// The registration of an entity.
    #[must_use]
    pub fn of<E: Entity>() -> Self {
        Self {
            name: E::NAME,
            fields: E::specs().into_iter().map(Arc::new).collect(),
            sharing: E::SHARING,
            part_of: None,
            owner_follows: None,
            controlled_by: None,
            moves_with: &[],
            mergeable: false,
            schema: |generator| generator.subschema_for::<E>(),
            to_json: |row| json::to_value(&E::from_row(row)?),
            from_json: |text| json::from_text::<E>(text).map(|record| record.to_row()),
            values: |row| E::from_row(row).map(|record| record.to_row().values),
        }
    }

    /// The records are parts of another entity's records: the rights on the whole hold for the parts.
    #[must_use]
    pub const fn part_of(mut self, whole: &'static str) -> Self {
        self.part_of = Some(whole);
        self
    }

    /// The records have the owner of the record to which `field` points; nobody names another one.
    #[must_use]
    pub const fn owned_through(mut self, field: &'static str) -> Self {
        self.owner_follows = Some(field);
        self
    }

    /// The records move with others to a new owner.
    #[must_use]
    pub const fn moves_with(mut self, moves: &'static [MovesWith]) -> Self {
        self.moves_with = moves;
        self
    }

    /// Records can be merged into one (合并).
    #[must_use]
    pub const fn mergeable(mut self) -> Self {
        self.mergeable = true;
        self
    }

    /// The records can be controlled by the record to which `field` points.
    #[must_use]
    pub const fn controlled_by(mut self, field: &'static str) -> Self {
        self.controlled_by = Some(field);
        self
    }

    /// The declared values as the struct has them: nested values must fit it, and where it knows no empty value, its
    /// default stands instead.
    ///
    /// # Errors
    /// What [`Entity::from_row`] gives, with the path of the field.
    pub fn struct_values(&self, row: &Row) -> Result<Vec<FieldValue>> {
        (self.values)(row.clone())
    }

    /// A system or declared field by name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<FieldRef> {
        if let Some(column) = self.fields.iter().position(|field| field.name == name) {
            return self.column(column);
        }
        let system = SystemField::ALL.into_iter().find(|field| field.name() == name)?;
        Some(FieldRef { place: Place::System(system), spec: Arc::new(system.spec()) })
    }

    /// A declared field by column.
    #[must_use]
    pub fn column(&self, column: usize) -> Option<FieldRef> {
        let spec = self.fields.get(column)?.clone();
        Some(FieldRef { place: Place::Column(column), spec })
    }

    /// Whether the engine alone makes, changes and deletes the records, because it keeps every declared field.
    #[must_use]
    pub fn is_kept_by_engine(&self) -> bool {
        !self.fields.is_empty() && self.fields.iter().all(|field| field.write == WriteRule::Engine)
    }

    /// The columns that text search looks into, in order.
    pub fn searchable(&self) -> impl Iterator<Item = (usize, &FieldSpec)> {
        self.fields.iter().map(AsRef::as_ref).enumerate().filter(|(_, field): &(_, &FieldSpec)| field.searchable)
    }

    /// Whether text search works on this entity.
    #[must_use]
    pub fn is_searchable(&self) -> bool {
        self.searchable().next().is_some()
    }
}

/// All entities that the engine keeps.
#[derive(Debug)]
pub struct Registry {
    types: Vec<EntityType>,
    by_name: HashMap<&'static str, usize>,
}

impl Registry {
    /// The registry of these entities.
    #[must_use]
    pub fn new(types: Vec<EntityType>) -> Self {
        let by_name = types.iter().enumerate().map(|(place, entity)| (entity.name, place)).collect();
        Self { types, by_name }
    }

    /// The entities, in the order of registration.
    #[must_use]
    pub fn entities(&self) -> &[EntityType] {
        &self.types
    }

    /// An entity by name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&EntityType> {
        self.by_name.get(name).and_then(|place| self.types.get(*place))
    }

    /// Every reference to `entity`: the referring entity, the field and its merge policy.
    #[must_use]
    pub fn references_to(&self, entity: &str) -> Vec<(&EntityType, FieldRef)> {
        self.fields_where(|spec| matches!(&spec.kind, FieldKind::Reference { to, .. } if to == entity))
    }

    /// Every field in whose nested value references to `entity` hide.
    pub(crate) fn nested_references_to(&self, entity: &str) -> Vec<(&EntityType, FieldRef)> {
        self.fields_where(|spec| spec.nested_references.is_some_and(|nested| nested.to.contains(&entity)))
    }

    fn fields_where(&self, fits: impl Fn(&FieldSpec) -> bool) -> Vec<(&EntityType, FieldRef)> {
        let fields = |from: &EntityType| (0..from.fields.len()).filter_map(|column| from.column(column)).collect();
        let all = self.types.iter().flat_map(|from| {
            let fields: Vec<FieldRef> = fields(from);
            fields.into_iter().map(move |field| (from, field))
        });
        all.filter(|(_, field)| fits(&field.spec)).collect()
    }
}
