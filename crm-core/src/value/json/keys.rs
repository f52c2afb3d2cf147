//! A key that stands twice in an object: in a map the last value would win, and the other would be lost in silence.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::value::error::excerpt;
use crate::value::{ErrorCode, Problem, Result};

/// Looks for such a key. Whatever else is wrong with the text is told by who reads it.
///
/// # Errors
/// `BadJson` with the path of the object.
pub(super) fn check(text: &str) -> Result<()> {
    // Without an object there is no key; most values of a field are read this way.
    if !text.contains('{') {
        return Ok(());
    }
    let mut twice = None;
    let mut path = Vec::new();
    let read = Once { path: &mut path, twice: &mut twice }.deserialize(&mut serde_json::Deserializer::from_str(text));
    match (read, twice) {
        (Err(_), Some(problem)) => Err(problem.into_invalid()),
        _ => Ok(()),
    }
}

/// One value, of which nothing is kept.
struct Once<'a> {
    path: &'a mut Vec<String>,
    twice: &'a mut Option<Problem>,
}

impl Once<'_> {
    fn inside(&mut self) -> Once<'_> {
        Once { path: self.path, twice: self.twice }
    }
}

impl<'de> DeserializeSeed<'de> for Once<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Once<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        for place in 0_usize.. {
            self.path.push(format!("[{place}]"));
            if list.next_element_seed(self.inside())?.is_none() {
                self.path.pop();
                break;
            }
            self.path.pop();
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let mut seen = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            self.path.push(key.clone());
            if !seen.insert(key) {
                let problem = twice(self.path);
                *self.twice = Some(problem);
                return Err(serde::de::Error::custom("a key stands there twice"));
            }
            map.next_value_seed(self.inside())?;
            self.path.pop();
        }
        Ok(())
    }
}

fn twice(path: &[String]) -> Problem {
    let mut shown = String::new();
    for part in path {
        if !shown.is_empty() && !part.starts_with('[') {
            shown.push('.');
        }
        shown.push_str(&excerpt(part));
    }
    Problem::of_field(ErrorCode::BadJson, shown, "the key stands there twice")
}
