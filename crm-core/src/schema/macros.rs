//! `entity!`: a plain struct and its registration in one place.

/// Defines an entity: the struct for every language, its page type, and its registration.
///
/// Each field names its column behind `=>`; because one list makes both, no field can be forgotten.
macro_rules! entity {
    (
        $(#[$meta:meta])*
        pub struct $name:ident($entity:literal, $page:ident, $sharing:ident) {
            required { $( $(#[$rmeta:meta])* pub $rfield:ident : $rty:ty => $rspec:expr ),* $(,)? }
            optional { $( $(#[$ometa:meta])* pub $ofield:ident : $oty:ty => $ospec:expr ),* $(,)? }
        }
    ) => {
        value_struct! {
            $(#[$meta])*
            #[derive(Default)]
            pub struct $name {
                required { $( $(#[$rmeta])* pub $rfield: $rty, )* }
                optional {
                    $( $(#[$ometa])* pub $ofield: $oty, )*
                    /// The identifier; empty until the record is stored. A client may make it (UUIDv7).
                    pub id: $crate::value::Id,
                    /// Counts the changes, from 1; 0 until the record is stored. An update needs the version that was read.
                    pub version: i64,
                    /// The user who answers for the record; the creator if nobody is named.
                    pub owner: Option<$crate::value::Id>,
                    /// When it was made.
                    pub created_at: Option<$crate::value::Timestamp>,
                    /// Who made it.
                    pub created_by: Option<$crate::value::Id>,
                    /// When it was changed last.
                    pub updated_at: Option<$crate::value::Timestamp>,
                    /// Who changed it last.
                    pub updated_by: Option<$crate::value::Id>,
                    /// Custom fields by name.
                    pub custom: std::collections::HashMap<String, $crate::value::FieldValue>,
                }
            }
        }

        value_struct! {
            /// One page of a list, in the order that was asked for.
            #[derive(Default)]
            pub struct $page {
                required {
                    /// The records of this page.
                    pub items: Vec<$name>,
                }
                optional {
                    /// Where the next page starts; nothing at the end.
                    pub next_cursor: Option<String>,
                }
            }
        }

        impl $crate::schema::Entity for $name {
            const NAME: &'static str = $entity;
            const SHARING: $crate::schema::Sharing = $crate::schema::Sharing::$sharing;

            fn specs() -> Vec<$crate::schema::FieldSpec> {
                use $crate::schema::*;
                vec![
                    $( $rspec.required().named(stringify!($rfield)), )*
                    $( $ospec.named(stringify!($ofield)), )*
                ]
            }

            fn to_row(&self) -> $crate::schema::Row {
                use $crate::schema::FieldCodec as _;
                $crate::schema::Row {
                    id: self.id,
                    version: self.version,
                    owner: self.owner,
                    created_at: self.created_at.unwrap_or_default(),
                    created_by: self.created_by,
                    updated_at: self.updated_at.unwrap_or_default(),
                    updated_by: self.updated_by,
                    deleted: false,
                    values: vec![ $( self.$rfield.to_field(), )* $( self.$ofield.to_field(), )* ],
                    custom: self.custom.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
                }
            }

            fn from_row(row: $crate::schema::Row) -> $crate::value::Result<Self> {
                use $crate::schema::FieldCodec as _;
                let mut values = row.values.into_iter();
                Ok(Self {
                    $( $rfield: <$rty>::from_field(values.next().unwrap_or_default())
                        .map_err(|error| error.under(stringify!($rfield)))?, )*
                    $( $ofield: <$oty>::from_field(values.next().unwrap_or_default())
                        .map_err(|error| error.under(stringify!($ofield)))?, )*
                    id: row.id,
                    version: row.version,
                    owner: row.owner,
                    created_at: Some(row.created_at),
                    created_by: row.created_by,
                    updated_at: Some(row.updated_at),
                    updated_by: row.updated_by,
                    custom: row.custom.into_iter().collect(),
                })
            }

            fn id(&self) -> $crate::value::Id {
                self.id
            }

            fn version(&self) -> i64 {
                self.version
            }
        }
    };
}
