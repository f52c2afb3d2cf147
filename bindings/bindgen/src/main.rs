//! Writes the Kotlin and Swift sources of the engine from the compiled library.
//!
//! `crm-bindgen kotlin|swift LIBRARY OUT_DIR` runs uniffi's generator and then does what it cannot do. Default values of
//! enums, decimals and instants: the macros of `crm-core` mark what has a default in the documentation (`@optional` at a
//! field, `@default` at a choice), and [`kotlin`] turns the marks into Kotlin. The place of a value that is refused:
//! [`places`]. Links and names in the documentation: [`documentation`].
//!
//! It is a crate of its own, without `crm-core`, so that it is built once and not after every change of the engine.

mod documentation;
mod kotlin;
mod places;

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use uniffi::{GenerateOptions, TargetLanguage};

fn main() -> Result<(), String> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [language, library, out_dir] = arguments.as_slice() else {
        return Err("usage: crm-bindgen kotlin|swift LIBRARY OUT_DIR".to_owned());
    };
    type Adapt = fn(&str) -> Result<String, String>;
    let (target, extension, adapt): (_, _, Adapt) = match language.as_str() {
        "kotlin" => (TargetLanguage::Kotlin, "kt", |text| {
            kotlin::adapt(text).map(|text| documentation::translate(&places::add(&text)))
        }),
        "swift" => (TargetLanguage::Swift, "swift", |text| Ok(kotlin::without_marks(text))),
        other => return Err(format!("`{other}` is neither kotlin nor swift")),
    };
    let options = GenerateOptions {
        languages: vec![target],
        source: library.clone().into(),
        out_dir: out_dir.clone().into(),
        ..GenerateOptions::default()
    };
    uniffi::generate(options).map_err(|error| format!("{error:#}"))?;
    for file in files_below(Path::new(out_dir), extension).map_err(|error| error.to_string())? {
        let text = fs::read_to_string(&file).map_err(|error| error.to_string())?;
        fs::write(&file, adapt(&text)?).map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn files_below(folder: &Path, extension: &str) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_below(&path, extension)?);
        } else if path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
    Ok(files)
}
