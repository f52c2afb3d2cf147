//! vCard 2.1, 3.0 and 4.0 in, 3.0 and 4.0 out (RFC 2426, RFC 6350).
//!
//! Nothing is lost: a property that has no field of its own stays in [`VCard::extra`], and parameters without a field
//! stay with their property. What was read, written and read again is the same card, in both versions.
//!
//! - The encoding is that of the byte order mark, else UTF-8, else guessed; a `CHARSET` parameter wins for its value.
//!   A value whose bytes cannot be read is kept as base64 in `extra`, with a warning.
//! - Pictures, sounds and keys are `data:` addresses in `extra`, whatever the version wrote them as.
//! - A property that a card has once (`NOTE`, `TITLE`, `ORG`, ...) and that stands there twice keeps its second value
//!   in `extra`.
//! - A damaged card is a reject with its line; the others are read.
//!
//! ```
//! use crm_core::exchange::{VCardVersion, read_vcards, write_vcards};
//! let file = "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;Eva;;Dr.;\r\n\
//!     TEL;WORK;PREF:+49 731 123\r\nX-SKYPE:eva.m\r\nEND:VCARD\r\nBEGIN:VCARD\r\nVERSION:3.0\r\nFN:cut off\r\n";
//! let read = read_vcards(file.as_bytes());
//! let eva = &read.cards[0];
//! assert_eq!((eva.family_name.as_deref(), eva.prefixes[0].as_str()), (Some("Müller"), "Dr."));
//! assert!(eva.phones[0].preferred && eva.phones[0].types == ["work"]);
//! assert_eq!((eva.extra[0].name.as_str(), eva.extra[0].value.as_str()), ("X-SKYPE", "eva.m"));
//! assert_eq!((read.rejects[0].line, read.rejects[0].problem.message.as_str()), (7, "the card has no end"));
//!
//! let text = write_vcards(&read.cards, VCardVersion::V4)?;
//! assert!(text.contains("N:Müller;Eva;;Dr.;\r\nTEL;TYPE=work;PREF=1:+49 731 123\r\nX-SKYPE:eva.m\r\n"));
//! assert_eq!(read_vcards(text.as_bytes()).cards, read.cards);
//! # Ok::<(), crm_core::value::Error>(())
//! ```

mod binary;
mod lines;
mod map;
mod property;
mod read;
mod text;
mod write;

#[cfg(test)]
mod tests;

pub use lines::MAX_VALUE_BYTES;
pub use read::{MAX_PROPERTIES, read_vcards};
pub use write::write_vcards;

pub(super) use property::parameter;
pub(super) use text::{Dialect, escape, unescape};

use crate::value::{Date, Problem, Timestamp};

value_enum! {
    /// The version in which cards are written.
    #[derive(Default)]
    pub enum VCardVersion {
        /// RFC 2426, which every program reads.
        #[default]
        V3 = "3.0",
        /// RFC 6350.
        V4 = "4.0",
    }
}

value_struct! {
    /// A parameter of a property, as `LANGUAGE=de`.
    #[derive(Default)]
    pub struct VCardParameter {
        required {
            /// The name, in capitals.
            pub name: String,
            /// The values that stand behind it, without quotes.
            pub values: Vec<String>,
        }
    }
}

value_struct! {
    /// A property that has no field of its own.
    #[derive(Default)]
    pub struct VCardProperty {
        required {
            /// The name, as it is written in the file.
            pub name: String,
            /// The value as vCard 3.0 and 4.0 write it: in UTF-8, with `\n` `\,` `\;` `\\` for what they stand for.
            pub value: String,
        }
        optional {
            /// What ties it to other properties: `item1` in `item1.X-ABLabel`.
            pub group: Option<String>,
            /// Its parameters; all values of `TYPE` stand in one.
            pub params: Vec<VCardParameter>,
        }
    }
}

value_struct! {
    /// A telephone number.
    #[derive(Default)]
    pub struct VCardPhone {
        required {
            /// The number as it is written, without `tel:` and extension.
            pub value: String,
        }
        optional {
            /// What it is for, in small letters: `work`, `home`, `cell`, `fax`, `voice`.
            pub types: Vec<String>,
            /// Whether it is the one to call first.
            pub preferred: bool,
            /// The extension of a `tel:` address.
            pub extension: Option<String>,
            /// What ties it to other properties.
            pub group: Option<String>,
            /// Other parameters.
            pub params: Vec<VCardParameter>,
        }
    }
}

value_struct! {
    /// An e-mail address.
    #[derive(Default)]
    pub struct VCardEmail {
        required {
            /// The address.
            pub value: String,
        }
        optional {
            /// What it is for, in small letters: `work`, `home`, `internet`.
            pub types: Vec<String>,
            /// Whether it is the one to write to first.
            pub preferred: bool,
            /// What ties it to other properties.
            pub group: Option<String>,
            /// Other parameters.
            pub params: Vec<VCardParameter>,
        }
    }
}

value_struct! {
    /// A web address.
    #[derive(Default)]
    pub struct VCardUrl {
        required {
            /// The address.
            pub value: String,
        }
        optional {
            /// What it is for, in small letters.
            pub types: Vec<String>,
            /// Whether it is the first one.
            pub preferred: bool,
            /// What ties it to other properties.
            pub group: Option<String>,
            /// Other parameters.
            pub params: Vec<VCardParameter>,
        }
    }
}

value_struct! {
    /// A postal address.
    #[derive(Default)]
    pub struct VCardAddress {
        optional {
            /// Post office box.
            pub po_box: Option<String>,
            /// Apartment, suite, building.
            pub extended: Option<String>,
            /// Street and number.
            pub street: Option<String>,
            /// City.
            pub city: Option<String>,
            /// State, province, 省.
            pub region: Option<String>,
            /// Postal code.
            pub postcode: Option<String>,
            /// The name of the country.
            pub country: Option<String>,
            /// Components behind the seventh, as RFC 9554 has them.
            pub further: Vec<String>,
            /// What it is for, in small letters: `work`, `home`, `postal`.
            pub types: Vec<String>,
            /// Whether it is the first one.
            pub preferred: bool,
            /// What ties it to other properties.
            pub group: Option<String>,
            /// Other parameters, such as `LABEL`.
            pub params: Vec<VCardParameter>,
        }
    }
}

value_struct! {
    /// A contact as phones and mail programs exchange it.
    #[derive(Default)]
    pub struct VCard {
        optional {
            /// The identifier that the other program gave.
            pub uid: Option<String>,
            /// The name as it is shown.
            pub full_name: Option<String>,
            /// Family name.
            pub family_name: Option<String>,
            /// Given name.
            pub given_name: Option<String>,
            /// Middle names.
            pub additional_names: Vec<String>,
            /// Titles before the name: `Dr.`
            pub prefixes: Vec<String>,
            /// What stands behind the name: `Jr.`, `M.Sc.`
            pub suffixes: Vec<String>,
            /// Nicknames.
            pub nicknames: Vec<String>,
            /// The company.
            pub organization: Option<String>,
            /// Departments, from the outer to the inner one.
            pub organization_units: Vec<String>,
            /// Job title.
            pub title: Option<String>,
            /// Function.
            pub role: Option<String>,
            /// Telephone and fax numbers.
            pub phones: Vec<VCardPhone>,
            /// E-mail addresses.
            pub emails: Vec<VCardEmail>,
            /// Postal addresses.
            pub addresses: Vec<VCardAddress>,
            /// Web addresses.
            pub urls: Vec<VCardUrl>,
            /// Birthday, if the whole date is known.
            pub birthday: Option<Date>,
            /// The birthday as it is written, if that says less or more than a date: `--0203`.
            pub birthday_text: Option<String>,
            /// Notes.
            pub note: Option<String>,
            /// Categories.
            pub categories: Vec<String>,
            /// When the card was changed last.
            pub revision: Option<Timestamp>,
            /// Group and parameters (`LANGUAGE`, `SORT-AS`, ...) of the properties that a card has once and that are
            /// mapped to a field above; the value stays empty.
            pub attributes: Vec<VCardProperty>,
            /// Everything else.
            pub extra: Vec<VCardProperty>,
        }
    }
}

value_struct! {
    /// Something that was found at a line of the file.
    pub struct VCardFinding {
        required {
            /// The line, counted from 1.
            pub line: u64,
            /// What is wrong.
            pub problem: Problem,
        }
        optional {
            /// The beginning of the line, if it is to blame.
            pub value: Option<String>,
        }
    }
}

value_struct! {
    /// What a file of cards holds.
    #[derive(Default)]
    pub struct VCardFile {
        optional {
            /// The cards that could be read.
            pub cards: Vec<VCard>,
            /// The cards that could not: the line where the damage is, and what it is.
            pub rejects: Vec<VCardFinding>,
            /// What could be kept but not understood.
            pub warnings: Vec<VCardFinding>,
            /// The lines at which cards begin, those of rejects too.
            pub begins: Vec<u64>,
        }
    }
}

impl VCardFile {
    /// The number of the card, counted from 1, to which a line of the file belongs; 0 before the first one.
    #[must_use]
    pub fn card_at(&self, line: u64) -> u64 {
        u64::try_from(self.begins.partition_point(|begin| *begin <= line)).unwrap_or(u64::MAX)
    }
}
