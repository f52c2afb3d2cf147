//! What rules worked out of records, for the time of one operation.

use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;

use crate::value::Id;

/// The most things that are kept at once.
const MAX_KEPT: usize = 1_000;

/// What rules worked out of records in an operation: kept until one of these records is written, so that ten thousand
/// products of a class need not read the definitions of the class ten thousand times.
#[derive(Default)]
pub struct Memo {
    kept: HashMap<(&'static str, Id), Kept>,
}

struct Kept {
    entities: &'static [&'static str],
    value: Arc<dyn Any + Send + Sync>,
}

impl Memo {
    /// What was kept under a name for a record.
    #[must_use]
    pub fn get<T: Any + Send + Sync>(&self, name: &'static str, id: Id) -> Option<Arc<T>> {
        self.kept.get(&(name, id)).and_then(|kept| kept.value.clone().downcast().ok())
    }

    /// Keeps what was worked out of records of these entities, and gives it back.
    pub fn keep<T: Any + Send + Sync>(
        &mut self,
        name: &'static str,
        id: Id,
        entities: &'static [&'static str],
        value: T,
    ) -> Arc<T> {
        if self.kept.len() >= MAX_KEPT {
            self.kept.clear();
        }
        let value = Arc::new(value);
        self.kept.insert((name, id), Kept { entities, value: value.clone() });
        value
    }

    /// Forgets what was worked out of records of an entity: one of them is written.
    pub fn forget(&mut self, entity: &str) {
        self.kept.retain(|_, kept| !kept.entities.contains(&entity));
    }

    /// Forgets everything: the store took records back.
    pub fn clear(&mut self) {
        self.kept.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_forgotten_with_its_records() {
        let mut memo = Memo::default();
        let id = Id::from_bytes([1; 16]);
        assert_eq!(*memo.keep("length", id, &["product_class", "product_parameter"], 3_usize), 3);
        assert_eq!(memo.get::<usize>("length", id).as_deref(), Some(&3));
        assert_eq!(memo.get::<String>("length", id), None, "of another type");
        assert_eq!(memo.get::<usize>("length", Id::NIL), None);
        memo.forget("product");
        assert!(memo.get::<usize>("length", id).is_some());
        memo.forget("product_parameter");
        assert_eq!(memo.get::<usize>("length", id), None);
        memo.keep("length", id, &["product_class"], 4_usize);
        memo.clear();
        assert_eq!(memo.get::<usize>("length", id), None);
    }

    #[test]
    fn it_never_grows_without_end() {
        let mut memo = Memo::default();
        for number in 0..3_000_u16 {
            let [high, low] = number.to_be_bytes();
            let mut bytes = [0; 16];
            (bytes[0], bytes[1]) = (high, low);
            memo.keep("number", Id::from_bytes(bytes), &["product_class"], number);
            assert!(memo.kept.len() <= MAX_KEPT);
        }
    }
}
