//! Why: one JSON Schema, derived from the types, serves editors and this program alike. Serde would stop at the first
//! mistake; this walk reports all of them, each with its place and the nearest known word.
//!
//! It understands the keywords that `schemars` emits for our types, and nothing else.

use serde_json::{Map, Value};

use crate::document::{Content, Node};
use crate::error::{Diagnostic, did_you_mean};
use crate::names;

/// Checks a document against a schema.
pub struct Shape<'a> {
    root: &'a Value,
    /// In manifests a string that holds a template stands for any type; it is checked again when it has been rendered.
    templates: bool,
}

impl<'a> Shape<'a> {
    /// A checker for answers.
    pub fn new(schema: &'a Value) -> Self {
        Self { root: schema, templates: false }
    }

    /// A checker for manifests, whose facts may hold templates.
    pub fn with_templates(schema: &'a Value) -> Self {
        Self { root: schema, templates: true }
    }

    /// All mistakes, in the order of the document.
    pub fn check(&self, node: &Node) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        self.node(node, self.root, "", &mut found);
        found
    }

    fn node(&self, node: &Node, schema: &Value, path: &str, found: &mut Vec<Diagnostic>) {
        let Some(schema) = self.resolve(schema) else { return };
        if self.templates && is_template(node) {
            return;
        }
        let branches = schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Value::as_array);
        if let Some(branches) = branches {
            self.branches(node, branches, path, found);
            return;
        }
        if let Some(allowed) = schema.get("enum").and_then(Value::as_array) {
            let value = node.to_json();
            if !allowed.contains(&value) {
                let words: Vec<&str> = allowed.iter().filter_map(Value::as_str).collect();
                let hint = value.as_str().and_then(|w| did_you_mean(w, words.iter().copied()));
                let choices = allowed.iter().map(|v| format!("`{}`", plain(v))).collect::<Vec<_>>().join(", ");
                found.push(
                    Diagnostic::new(format!("`{}` is not one of {choices}{}", plain(&value), of(path)))
                        .at(node.place.clone())
                        .maybe_hint(hint),
                );
            }
            return;
        }
        if !Self::type_fits(node, schema) {
            let expected = describe(schema);
            found.push(Diagnostic::new(format!("expected {expected}{}", of(path))).at(node.place.clone()));
            return;
        }
        match &node.content {
            Content::Mapping(_) => self.mapping(node, schema, path, found),
            Content::Sequence(items) => {
                if let Some(inner) = schema.get("items") {
                    for (i, item) in items.iter().enumerate() {
                        self.node(item, inner, &format!("{path}[{i}]"), found);
                    }
                }
            }
            Content::Scalar(value) => Self::scalar(node, value, schema, path, found),
        }
    }

    fn branches(&self, node: &Node, branches: &[Value], path: &str, found: &mut Vec<Diagnostic>) {
        let mut best: Option<Vec<Diagnostic>> = None;
        for branch in branches {
            let mut here = Vec::new();
            self.node(node, branch, path, &mut here);
            if here.is_empty() {
                return;
            }
            let fits = self.resolve(branch).is_some_and(|b| Self::type_fits(node, b));
            if fits && best.as_ref().is_none_or(|b| here.len() < b.len()) {
                best = Some(here);
            }
        }
        found.extend(best.unwrap_or_else(|| {
            let all: Vec<String> = branches
                .iter()
                .filter_map(|b| self.resolve(b))
                .filter(|b| b.get("type") != Some(&Value::from("null")))
                .map(describe)
                .collect();
            vec![Diagnostic::new(format!("expected {}{}", all.join(" or "), of(path))).at(node.place.clone())]
        }));
    }

    fn mapping(&self, node: &Node, schema: &Map<String, Value>, path: &str, found: &mut Vec<Diagnostic>) {
        let Content::Mapping(entries) = &node.content else { return };
        let properties = schema.get("properties").and_then(Value::as_object);
        let additional = schema.get("additionalProperties");
        let by_pattern = schema.get("patternProperties").and_then(Value::as_object).and_then(|p| p.iter().next());
        for (key, value) in entries {
            let inner = if path.is_empty() { key.name.clone() } else { format!("{path}.{}", key.name) };
            if let Some(known) = properties.and_then(|p| p.get(&key.name)) {
                self.node(value, known, &inner, found);
                continue;
            }
            if let Some((pattern, inner_schema)) = by_pattern {
                if let Some(Err(expected)) = self.check_of(pattern).map(|check| check(&key.name))
                    && !(self.templates && key.name.contains("{{{"))
                {
                    let name = quoted(&key.name);
                    found.push(Diagnostic::new(format!("{name}: {expected}")).at(key.place.clone()));
                }
                self.node(value, inner_schema, &inner, found);
                continue;
            }
            match additional {
                Some(Value::Bool(false)) => {
                    let known = properties.into_iter().flat_map(Map::keys).map(String::as_str);
                    found.push(Diagnostic::new(format!("unknown key `{inner}`")).at(key.place.clone()).maybe_hint(
                        did_you_mean(&key.name, known.clone()).or_else(|| {
                            let all = known.map(|k| format!("`{k}`")).collect::<Vec<_>>().join(", ");
                            (!all.is_empty()).then(|| format!("known here: {all}"))
                        }),
                    ));
                }
                Some(other) => self.node(value, other, &inner, found),
                None => {}
            }
        }
        for needed in schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            if node.get(needed).is_none() {
                let inner = if path.is_empty() { needed.to_owned() } else { format!("{path}.{needed}") };
                found.push(Diagnostic::new(format!("`{inner}` is missing")).at(node.place.clone()));
            }
        }
    }

    /// The check of the word type whose pattern a map's keys must match.
    fn check_of(&self, pattern: &str) -> Option<names::Check> {
        let types = self.root.get("$defs")?.as_object()?;
        let word = types.values().find(|t| t.get("pattern").and_then(Value::as_str) == Some(pattern))?;
        names::check_for(word.get("format")?.as_str()?)
    }

    fn scalar(node: &Node, value: &Value, schema: &Map<String, Value>, path: &str, found: &mut Vec<Diagnostic>) {
        if let Some(number) = value.as_f64() {
            let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
            let low = bound("minimum").is_some_and(|m| number < m);
            let high = bound("maximum").is_some_and(|m| number > m);
            if low || high {
                let (from, to) = (bound("minimum").unwrap_or(0.0), bound("maximum"));
                let range = to.map_or(format!("at least {from}"), |to| format!("between {from} and {to}"));
                found.push(
                    Diagnostic::new(format!("{number} is out of range{}: expected {range}", of(path))).at(node.place.clone()),
                );
            }
        }
        let check = schema.get("format").and_then(Value::as_str).and_then(names::check_for);
        if let (Some(text), Some(check)) = (value.as_str(), check)
            && let Err(expected) = check(text)
        {
            found.push(Diagnostic::new(format!("{}{}: {expected}", quoted(text), of(path))).at(node.place.clone()));
        }
    }

    fn resolve<'b>(&'b self, schema: &'b Value) -> Option<&'b Map<String, Value>> {
        let mut at = schema;
        while let Some(reference) = at.get("$ref").and_then(Value::as_str) {
            at = self.root.pointer(reference.strip_prefix('#')?)?;
        }
        at.as_object()
    }

    fn type_fits(node: &Node, schema: &Map<String, Value>) -> bool {
        let fits = |name: &str| match (&node.content, name) {
            (Content::Mapping(_), "object") | (Content::Sequence(_), "array") => true,
            (Content::Scalar(value), _) => match name {
                "string" => value.is_string(),
                "boolean" => value.is_boolean(),
                "null" => value.is_null(),
                "integer" => value.is_i64() || value.is_u64(),
                "number" => value.is_number(),
                _ => false,
            },
            _ => false,
        };
        match schema.get("type") {
            None => true,
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).any(fits),
            Some(name) => name.as_str().is_some_and(fits),
        }
    }
}

/// A text in back-ticks, on one line and not longer than a terminal line. What can be printed stands as it is, so that it
/// can be searched for.
pub fn quoted(text: &str) -> String {
    let mut short = String::new();
    for c in text.chars().take(60) {
        if matches!(c, '"' | '\'' | '\\') {
            short.push(c);
        } else {
            short.extend(c.escape_debug());
        }
    }
    let more = if text.chars().count() > 60 { "..." } else { "" };
    format!("`{short}{more}`")
}

fn is_template(node: &Node) -> bool {
    matches!(&node.content, Content::Scalar(Value::String(text)) if text.contains("{{{") || text.contains("{{%"))
}

fn of(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!(" for `{path}`") }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn describe(schema: &Map<String, Value>) -> String {
    let one = |name: &str| match name {
        "string" => "a text",
        "boolean" => "true or false",
        "integer" => "a whole number",
        "number" => "a number",
        "array" => "a list",
        "object" => "a map",
        _ => "nothing",
    };
    match schema.get("type") {
        Some(Value::Array(names)) => {
            let words: Vec<&str> = names.iter().filter_map(Value::as_str).filter(|n| *n != "null").map(one).collect();
            words.join(" or ")
        }
        Some(name) => name.as_str().map_or("a value", one).to_owned(),
        None => "a value".to_owned(),
    }
}
