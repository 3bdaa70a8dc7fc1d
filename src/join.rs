//! Why: facts of several blueprints become one. Whatever two of them state differently is a mistake in one of them;
//! silently letting the later one win is how generators end up with two truths.

use serde_json::{Map, Value};

/// Facts joined from several sources.
#[derive(Default)]
pub struct Joined {
    /// The facts.
    pub value: Value,
    /// The numbers of what was joined, in order.
    pub sources: Vec<usize>,
}

impl Joined {
    /// Adds what the source of a number states: maps key by key, lists one after the other, anything else must agree.
    ///
    /// # Errors
    /// Each path at which it differs from a source before it.
    pub fn add(&mut self, value: Value, source: usize) -> Result<(), Vec<Vec<String>>> {
        let mut clashes = Vec::new();
        join(&mut self.value, value, &mut vec![], &mut clashes);
        self.sources.push(source);
        if clashes.is_empty() { Ok(()) } else { Err(clashes) }
    }
}

fn join(at: &mut Value, new: Value, path: &mut Vec<String>, clashes: &mut Vec<Vec<String>>) {
    match (at, new) {
        (at @ Value::Null, new) => *at = new,
        (_, Value::Null) => {}
        (Value::Object(map), Value::Object(new)) => {
            for (key, value) in new {
                path.push(key);
                let slot = map.entry(path.last().cloned().unwrap_or_default()).or_insert(Value::Null);
                join(slot, value, path, clashes);
                path.pop();
            }
        }
        (Value::Array(items), Value::Array(new)) => {
            for item in new {
                if !items.contains(&item) {
                    items.push(item);
                }
            }
        }
        (at, new) if *at == new => {}
        (_, _) => clashes.push(path.clone()),
    }
}

/// Lays `over` on `base`: maps key by key, anything else is replaced.
pub fn lay_over(base: &mut Value, over: Value) {
    match (base, over) {
        (Value::Object(map), Value::Object(new)) => {
            for (key, value) in new {
                lay_over(map.entry(key).or_insert_with(|| Value::Object(Map::new())), value);
            }
        }
        (base, over) => *base = over,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_clash_has_its_path() {
        let mut joined = Joined::default();
        joined.add(json!({ "volumes": { "data": { "help": "a" } }, "list": [1] }), 0).unwrap();
        joined.add(json!({ "list": [1, 2], "volumes": { "more": { "help": "b" } } }), 1).unwrap();
        let clashes = joined.add(json!({ "volumes": { "data": { "help": "c" } } }), 2).unwrap_err();
        assert_eq!(clashes, [["volumes", "data", "help"]]);
        assert_eq!(joined.value["list"], json!([1, 2]));
    }
}
