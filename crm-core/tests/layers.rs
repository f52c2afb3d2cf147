//! Reads the sources and holds what the design says of them: arrows point down only, rooms stay pure, files stay short.

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    /// Lines of a file without its tests.
    const MAX_LINES: usize = 800;
    /// What each of the lower rooms may use of the crate.
    const MAY_USE: [(&str, &[&str]); 8] = [
        ("value", &["value"]),
        ("schema", &["schema", "value"]),
        ("formula", &["formula", "value"]),
        ("query", &["query", "schema", "value"]),
        ("access", &["access", "query", "schema", "value"]),
        ("journal", &["journal", "query", "schema", "value"]),
        ("store", &["store", "access", "journal", "query", "schema", "value"]),
        ("room", &["room", "query", "schema", "value"]),
    ];
    /// Rooms that know no store, no engine and no binding, whether they are built already or not.
    const DOMAIN: [&str; 20] = [
        "formula",
        "merging",
        "customer",
        "sales",
        "product",
        "quote",
        "conditions",
        "special_price",
        "matching",
        "duplicates",
        "activity",
        "pricing",
        "approval",
        "contract",
        "forecast",
        "channel",
        "commission",
        "sample",
        "service",
        "room",
    ];
    const NOT_IN_DOMAIN: [&str; 5] = ["crate::store", "crate::engine", "rusqlite", "uniffi", "pyo3"];
    const CHECKED: [&str; 5] = ["CheckedGet", "CheckedQuery", "CheckedAggregate", "CheckedLookup", "CheckedWrite"];

    /// One source file: its path below `src`, and its lines without comments and tests.
    struct Source {
        path: String,
        lines: Vec<String>,
        length: usize,
    }

    impl Source {
        fn room(&self) -> &str {
            self.path.split(['/', '.']).next().unwrap()
        }

        fn text(&self) -> String {
            self.lines.join("\n")
        }
    }

    fn files(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }

    /// The line without a comment; a text may have two slashes in it.
    fn without_comment(line: &str) -> &str {
        let mut quoted = false;
        let bytes = line.as_bytes();
        for place in 0..bytes.len() {
            match bytes[place] {
                b'"' if place == 0 || bytes[place - 1] != b'\\' => quoted = !quoted,
                b'/' if !quoted && bytes.get(place + 1) == Some(&b'/') => return &line[..place],
                _ => {}
            }
        }
        line
    }

    /// Leaves out every item behind `#[cfg(test)]`, and counts the lines that are left.
    fn without_tests(text: &str) -> (Vec<String>, usize) {
        let mut lines = Vec::new();
        let mut length = 0;
        let mut rest = text.lines();
        while let Some(line) = rest.next() {
            if line.trim() != "#[cfg(test)]" {
                length += 1;
                lines.push(without_comment(line).to_owned());
                continue;
            }
            let (mut depth, mut opened) = (0_i32, false);
            for line in rest.by_ref() {
                let line = without_comment(line);
                for letter in line.chars() {
                    depth += match letter {
                        '{' | '(' | '[' => 1,
                        '}' | ')' | ']' => -1,
                        _ => 0,
                    };
                    opened |= letter == '{';
                }
                let ended = if opened { depth <= 0 } else { depth <= 0 && line.trim_end().ends_with(';') };
                if ended && !line.trim_start().starts_with("#[") {
                    break;
                }
            }
        }
        (lines, length)
    }

    fn sources() -> Vec<Source> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut found = Vec::new();
        files(&root, &mut found);
        let read = |path: PathBuf| {
            let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
            let (lines, length) = without_tests(&fs::read_to_string(&path).unwrap());
            Source { path: name, lines, length }
        };
        let is_test = |path: &str| {
            path.starts_with("testkit")
                || path.contains("conformance")
                || path.ends_with("tests.rs")
                || path.contains("/tests/")
        };
        let mut sources: Vec<Source> = found
            .into_iter()
            .map(read)
            .filter(|source| !is_test(&source.path) && !source.path.ends_with("smoke.rs"))
            .collect();
        sources.sort_by(|a, b| a.path.cmp(&b.path));
        assert!(sources.len() > 40, "the sources were not found");
        sources
    }

    /// The rooms that a text names behind `crate::`.
    fn used(text: &str) -> Vec<String> {
        let tops = text.split("crate::").skip(1);
        let mut names = Vec::new();
        for top in tops {
            if let Some(list) = top.strip_prefix('{') {
                let list = list.split('}').next().unwrap_or_default();
                let first = |item: &str| item.trim().split("::").next().unwrap_or_default().to_owned();
                names.extend(list.split(',').map(first));
            } else {
                names.push(top.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect());
            }
        }
        names
    }

    #[test]
    fn arrows_point_down() {
        let rooms: Vec<String> = sources().iter().map(|source| source.room().to_owned()).collect();
        for source in sources() {
            let Some((_, allowed)) = MAY_USE.iter().find(|(room, _)| *room == source.room()) else { continue };
            for name in used(&source.text()) {
                let fine = allowed.contains(&name.as_str()) || !rooms.contains(&name);
                assert!(fine, "{} uses `crate::{name}`", source.path);
            }
        }
    }

    /// Derives for other languages stand inside `cfg_attr`, which may span several lines.
    fn without_bindings(text: &str) -> String {
        let mut left = String::new();
        let mut rest = text;
        while let Some(place) = rest.find("#[cfg_attr(feature") {
            left.push_str(&rest[..place]);
            let mut depth = 0_i32;
            let end = rest[place..].find(|letter| {
                depth += match letter {
                    '[' => 1,
                    ']' => -1,
                    _ => 0,
                };
                letter == ']' && depth == 0
            });
            rest = &rest[place + end.unwrap_or(0) + 1..];
        }
        left.push_str(rest);
        left
    }

    #[test]
    fn domain_rooms_are_pure() {
        for source in sources().iter().filter(|source| DOMAIN.contains(&source.room())) {
            let text = without_bindings(&source.text());
            for word in NOT_IN_DOMAIN {
                assert!(!text.contains(word), "{} names `{word}`", source.path);
            }
            for word in ["SystemClock", "RandomIds", "std::time::SystemTime", "std::fs", "getrandom"] {
                assert!(
                    !text.contains(word),
                    "{} names `{word}`: clock, identifiers and files are handed in",
                    source.path
                );
            }
        }
    }

    #[test]
    fn bindings_stand_in_one_place() {
        let home = |path: &str| {
            path.starts_with("foreign/")
                || path.starts_with("value/bindings")
                || ["value/macros.rs", "lib.rs"].contains(&path)
        };
        for source in sources().iter().filter(|source| !home(&source.path)) {
            let text = without_bindings(&source.text());
            for word in ["pyo3", "uniffi::"] {
                assert!(!text.contains(word), "{} names `{word}` outside a `cfg_attr`", source.path);
            }
        }
    }

    #[test]
    fn only_access_makes_checked_types() {
        for source in sources().iter().filter(|source| source.room() != "access") {
            for (number, line) in source.lines.iter().enumerate() {
                for name in CHECKED {
                    let Some(place) = line.find(&format!("{name} {{")) else { continue };
                    let before = line[..place].trim_end();
                    let is_return = before.ends_with("->") || before.ends_with("for");
                    assert!(is_return, "{}:{} makes a `{name}`", source.path, number + 1);
                }
            }
        }
        let checked = sources().into_iter().find(|source| source.path == "access/checked.rs").unwrap().text();
        for name in CHECKED {
            let body = checked.split(&format!("pub struct {name} {{")).nth(1).unwrap().split('}').next().unwrap();
            let private = body.lines().map(str::trim).filter(|line| !line.is_empty());
            assert!(
                private.into_iter().all(|line| line.starts_with("pub(super) ")),
                "{name} has a field that is not private"
            );
        }
    }

    #[test]
    fn sqlite_is_named_by_its_store_only() {
        for source in sources().iter().filter(|source| !source.path.starts_with("store/sqlite")) {
            assert!(!source.text().contains("rusqlite"), "{} names rusqlite", source.path);
        }
    }

    #[test]
    fn files_are_short() {
        for source in sources() {
            assert!(source.length <= MAX_LINES, "{} has {} lines", source.path, source.length);
        }
    }

    #[test]
    fn the_reader_of_sources_reads_well() {
        let text = "use crate::{a, b::c};\n#[cfg(test)]\nmod tests {\n    fn x() { crate::d::y(); }\n}\nfn z() { crate::e(); } // crate::f\n#[cfg(test)]\nuse crate::g;\nconst H: &str = \"// crate::h\";";
        let (lines, length) = without_tests(text);
        assert_eq!((used(&lines.join("\n")), length), (["a", "b", "e", "h"].map(str::to_owned).to_vec(), 3));
        let bound = "#[cfg_attr(feature = \"python\", pyo3::pyclass(x = [1]))]\nstruct A;";
        assert!(!without_bindings(bound).contains("pyo3"));
    }
}
