//! What stored quotes would come to by another catalogue (假设分析).

use std::collections::HashSet;

use super::catalogue::{Records, case_with, definition_at, definition_of};
use super::gather::gather;
use super::rules::fit;
use super::{PriceCase, PriceCondition, PriceContext, PriceDefinition, PriceInput};
use crate::pricing::PriceDocument;
use crate::value::{Id, Result};

/// The most quotes that are priced by a draft at once.
pub const MAX_WHAT_IF_QUOTES: usize = 10_000;

value_struct! {
    /// Another catalogue than the present one: what would be different in it. Nothing of it is stored.
    #[derive(Default)]
    pub struct PriceDraft {
        optional {
            /// The definition; the active one if nothing is said.
            pub definition: Option<Id>,
            /// Condition records that it would have besides.
            pub add: Vec<PriceCondition>,
            /// Condition records that it would no longer have.
            pub retire: Vec<Id>,
        }
    }
}

/// A draft, checked.
pub(crate) struct Drafted {
    definition: PriceDefinition,
    version: i64,
    add: Vec<PriceCondition>,
    retire: HashSet<Id>,
}

impl Drafted {
    /// # Errors
    /// `UnknownReference` for the definition; what is wrong with a record, under `add[2]`.
    pub(crate) fn of(records: &mut dyn Records, draft: &PriceDraft) -> Result<Self> {
        let version = records.version()?;
        let definition = match draft.definition {
            Some(id) => definition_of(records, id)?,
            None => definition_at(records, version)?,
        };
        let mut add = draft.add.clone();
        for (place, condition) in add.iter_mut().enumerate() {
            if condition.id.is_nil() {
                // What is not stored yet has a place, and no identifier that could be taken for another one.
                condition.id =
                    Id::from_bytes(u128::try_from(place).unwrap_or_default().saturating_add(1).to_be_bytes());
            }
            fit(definition.clone(), condition).map_err(|error| error.under(&format!("add[{place}]")))?;
        }
        Ok(Self { definition, version, add, retire: draft.retire.iter().copied().collect() })
    }

    /// A document with the part of the draft that it needs. Its date, its fields and what it found used stay as they were.
    pub(crate) fn case(
        &self,
        records: &mut dyn Records,
        document: &PriceDocument,
        context: &PriceContext,
    ) -> Result<PriceCase> {
        let mut document = PriceDocument { reprice: None, trace: Some(false), ..document.clone() };
        let has = |name: &String| self.definition.definition.fields.iter().any(|field| field.name == *name);
        document.fields.retain(|name, _| has(name));
        for item in &mut document.items {
            item.fields.retain(|name, _| has(name));
        }
        let input: PriceInput = gather(records, &self.definition, document, context)?;
        let mut case = case_with(records, self.definition.clone(), input, self.version)?;
        case.catalog.version = "draft".to_owned();
        let gone: HashSet<String> = self.retire.iter().map(Id::to_string).collect();
        case.catalog.records.retain(|record| !gone.contains(&record.id));
        case.catalog.records.extend(self.add.iter().map(PriceCondition::record));
        Ok(case)
    }
}
