//! CSV out: the fields that the reader may see, safe to open in a spreadsheet.

use super::csv::{CsvWriteOptions, CsvWriter};
use crate::access::Action;
use crate::engine::Session;
use crate::query::Query;
use crate::room::Reader as _;
use crate::schema::{FieldRef, Row};
use crate::value::{FieldValue, Result};

value_struct! {
    /// What is exported and how.
    #[derive(Default)]
    pub struct ExportOptions {
        optional {
            /// The fields, in the order of the columns; identifier, all readable fields and owner if nothing is said.
            pub fields: Vec<String>,
            /// How the file is written.
            pub csv: CsvWriteOptions,
        }
    }
}

impl Session {
    /// Every visible record that the query finds, as CSV; the first of them, if it has a limit. Decimals have a point, dates are ISO, instants are in UTC,
    /// lists are JSON; cells that a spreadsheet would run as formulas are made harmless unless `raw` is asked for.
    ///
    /// # Errors
    /// `UnknownField` for a field that does not exist or is hidden, `Denied` without the rights to read and to export the
    /// entity, and what is wrong with the query.
    pub fn export_csv(&self, entity: &str, query: &Query, options: &ExportOptions) -> Result<Vec<u8>> {
        self.reading(|reading| {
            let (known, plan) = reading.entity(entity)?;
            plan.require(Action::Export)?;
            let schema = reading.tenant.schema.clone();
            let fields: Vec<FieldRef> = if options.fields.is_empty() {
                let readable = schema.fields(&known).into_iter().filter(|field| plan.can_read(&field.spec.name));
                known.field("id").into_iter().chain(readable).chain(known.field("owner")).collect()
            } else {
                let named = options.fields.iter().map(|name| plan.readable_field(&schema, &known, name));
                named.collect::<Result<_>>().map_err(|error| error.under("fields"))?
            };
            let header: Vec<String> = fields.iter().map(|field| field.spec.name.to_string()).collect();
            let mut writer = CsvWriter::new(Vec::new(), &header, &options.csv)?;
            let limit = query.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
            for row in reading.all(entity, query)?.into_iter().take(limit) {
                writer.row(&cells(&fields, &row))?;
            }
            writer.finish()
        })
    }
}

fn cells(fields: &[FieldRef], row: &Row) -> Vec<String> {
    fields.iter().map(|field| field.value(row)).map(|value: FieldValue| value.to_key()).collect()
}
