//! What an error of SQLite means to a caller.

use rusqlite::ffi;

use crate::value::{Error, ErrorCode};

/// The public error for an error of SQLite; never with data of a record in it.
pub(super) fn explain(error: &rusqlite::Error) -> Error {
    let rusqlite::Error::SqliteFailure(failure, _) = error else {
        if let rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::Utf8Error(..) = error
        {
            return Error::corrupt(ErrorCode::DamagedFile, "a column holds what it cannot hold");
        }
        return Error::unavailable(ErrorCode::Store, format!("the store refused the call: {}", plain(error)));
    };
    match failure.extended_code & 0xff {
        ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED => {
            Error::unavailable(ErrorCode::Busy, "another process held the file for longer than the waiting time")
        }
        ffi::SQLITE_READONLY => Error::unavailable(ErrorCode::ReadOnlyFile, "the file or its folder cannot be written"),
        ffi::SQLITE_FULL => {
            Error::unavailable(ErrorCode::DiskFull, "the disk is full, or the file has reached its limit")
        }
        ffi::SQLITE_CORRUPT | ffi::SQLITE_NOTADB => {
            Error::corrupt(ErrorCode::DamagedFile, "the file is damaged or no database of ours")
        }
        ffi::SQLITE_IOERR | ffi::SQLITE_CANTOPEN => {
            let message = format!("reading or writing the file failed (SQLite {})", failure.extended_code);
            Error::unavailable(ErrorCode::Io, message)
        }
        _ => Error::unavailable(
            ErrorCode::Store,
            format!("the store refused the call (SQLite {})", failure.extended_code),
        ),
    }
}

/// The kind of an error without any value in it.
fn plain(error: &rusqlite::Error) -> &'static str {
    match error {
        rusqlite::Error::QueryReturnedNoRows => "no row",
        rusqlite::Error::SqlInputError { .. } => "a statement was not understood",
        _ => "an unexpected condition",
    }
}
