//! Why: facts of several blueprints become one. Whatever two of them state differently is a mistake in one of them, and
//! the message names both; silently letting the later one win is how generators end up with two truths.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::error::Diagnostic;

/// Facts joined from several sources.
#[derive(Default)]
pub struct Joined {
    /// The facts.
    pub value: Value,
    /// Who stated the value at a path.
    origin: HashMap<String, String>,
}

impl Joined {
    /// Adds what `source` states: maps key by key, lists one after the other, anything else must agree.
    ///
    /// # Errors
    /// One for each path at which two sources differ.
    pub fn add(&mut self, value: Value, source: &str) -> Result<(), Vec<Diagnostic>> {
        let mut mistakes = Vec::new();
        let mut root = std::mem::take(&mut self.value);
        self.join(&mut root, value, source, "", &mut mistakes);
        self.value = root;
        if mistakes.is_empty() { Ok(()) } else { Err(mistakes) }
    }

    fn join(&mut self, at: &mut Value, new: Value, source: &str, path: &str, mistakes: &mut Vec<Diagnostic>) {
        match (at, new) {
            (at @ Value::Null, new) => {
                self.remember(&new, source, path);
                *at = new;
            }
            (_, Value::Null) => {}
            (Value::Object(map), Value::Object(new)) => {
                for (key, value) in new {
                    let inner = format!("{path}.{key}");
                    let slot = map.entry(key).or_insert(Value::Null);
                    self.join(slot, value, source, &inner, mistakes);
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
            (_, _) => {
                let first = self.origin.get(path).map_or("another blueprint", String::as_str);
                mistakes.push(Diagnostic::new(format!(
                    "`{first}` and `{source}` state different values for `{}`",
                    path.trim_start_matches('.')
                )));
            }
        }
    }

    fn remember(&mut self, value: &Value, source: &str, path: &str) {
        self.origin.insert(path.to_owned(), source.to_owned());
        if let Value::Object(map) = value {
            for (key, inner) in map {
                self.remember(inner, source, &format!("{path}.{key}"));
            }
        }
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
    fn a_clash_names_both_sources() {
        let mut joined = Joined::default();
        joined.add(json!({ "volumes": { "data": { "help": "a" } }, "list": [1] }), "stores/a").unwrap();
        joined.add(json!({ "list": [1, 2], "volumes": { "more": { "help": "b" } } }), "stores/b").unwrap();
        let clash = joined.add(json!({ "volumes": { "data": { "help": "c" } } }), "stores/c").unwrap_err();
        assert_eq!(clash[0].message, "`stores/a` and `stores/c` state different values for `volumes.data.help`");
        assert_eq!(joined.value["list"], json!([1, 2]));
    }
}
