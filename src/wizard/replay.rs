//! Why: what was answered at the keyboard must be repeatable by a script. The wizard changes a document exactly as
//! `--set` does, so the settings that lead from the given answers to the wanted ones are both its result and the flags.

use std::sync::Arc;

use serde_json::Value;

use crate::cli::New;
use crate::document::{self, Content, Key, Node};
use crate::error::Place;
use crate::quote;

/// One change: a path, and its new value; null takes it away.
pub type Setting = (Vec<String>, Value);

/// The settings that turn `base` into `wanted`, in the order in which they must be made.
pub fn settings(base: &Value, wanted: &Value) -> Vec<Setting> {
    let mut found = Vec::new();
    compare(&mut Vec::new(), Some(base), wanted, &mut found);
    found
}

fn compare(path: &mut Vec<String>, base: Option<&Value>, wanted: &Value, found: &mut Vec<Setting>) {
    match (base, wanted) {
        (Some(Value::Object(old)), Value::Object(new)) if path.is_empty() || keeps_order(old, new) => {
            for key in old.keys().filter(|k| !new.contains_key(*k)) {
                found.push((joined(path, key), Value::Null));
            }
            for (key, value) in new {
                path.push(key.clone());
                compare(path, old.get(key), value, found);
                path.pop();
            }
        }
        (_, Value::Object(new)) if !new.is_empty() => {
            if base.is_some() {
                found.push((path.clone(), Value::Null));
            }
            for (key, value) in new {
                path.push(key.clone());
                compare(path, None, value, found);
                path.pop();
            }
        }
        (Some(old), new) if old == new => {}
        (_, new) => found.push((path.clone(), new.clone())),
    }
}

/// New keys are added at the end, so any other order can only be had by building the map anew. Order matters: services
/// stand in scaffold.yaml as they were given.
fn keeps_order(old: &serde_json::Map<String, Value>, new: &serde_json::Map<String, Value>) -> bool {
    let kept = old.keys().filter(|k| new.contains_key(*k));
    let added = new.keys().filter(|k| !old.contains_key(*k));
    kept.chain(added).eq(new.keys())
}

fn joined(path: &[String], key: &str) -> Vec<String> {
    path.iter().cloned().chain([key.to_owned()]).collect()
}

/// Lays settings over a document, as `--set` does.
pub fn apply(document: &mut Node, settings: &[Setting]) {
    let place = Place { file: Arc::from("wizard"), line: 0, column: 0 };
    for (path, value) in settings {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        document.overlay(Node::nested(&path, node(value, &place), &place));
    }
}

fn node(value: &Value, place: &Place) -> Node {
    let content = match value {
        Value::Array(items) => Content::Sequence(items.iter().map(|i| node(i, place)).collect()),
        Value::Object(map) => {
            let key = |name: &String| Key { name: name.clone(), place: place.clone() };
            Content::Mapping(map.iter().map(|(k, v)| (key(k), node(v, place))).collect())
        }
        scalar => Content::Scalar(scalar.clone()),
    };
    Node { place: place.clone(), content }
}

/// The command that does the same again without a question.
pub fn command(options: &New, preset: Option<&str>, dir: &str, settings: &[Setting]) -> String {
    let mut words = vec![format!("scaffold new {}", quote::sh(dir))];
    let mut option = |name: &str, value: &str| words.push(format!("{name} {}", quote::sh(value)));
    if let Some(directory) = &options.directory {
        option("-C", &directory.display().to_string());
    }
    if let Some(folder) = &options.blueprints {
        option("--blueprints", &folder.display().to_string());
    }
    if let Some(preset) = preset {
        option("--preset", preset);
    }
    if let Some(file) = &options.answers {
        option("--answers", &file.display().to_string());
    }
    options.set.iter().for_each(|pair| option("--set", pair));
    for (path, value) in settings {
        // A new folder names the project, unless a file does.
        let said = path.len() == 1 && path[0] == "name" && *value == *dir && options.answers.is_none();
        if !said {
            words.push(format!("--set {}={}", quote::sh(&path.join(".")), quote::sh(&literal(value))));
        }
    }
    words.push("--no-input".to_owned());
    words.join(" \\\n  ")
}

/// A value as `--set` reads it back: bare where it stays the same text, quoted where YAML would see something else.
fn literal(value: &Value) -> String {
    let Value::String(text) = value else { return value.to_string() };
    let read = document::parse(text, &Arc::from("")).map(|node| node.content);
    let same = matches!(&read, Ok(Content::Scalar(Value::String(read))) if read == text);
    if same { text.clone() } else { quote::yaml_string(text) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::input::{self, Sources};

    fn read(value: &Value) -> Node {
        document::parse(&value.to_string(), &"base".into()).unwrap()
    }

    /// Both ways must give the wanted value to the byte: the wizard's own, and the flags read back by `--set`.
    fn check(base: &Value, wanted: &Value) -> Vec<String> {
        let settings = settings(base, wanted);
        let mut document = read(base);
        apply(&mut document, &settings);
        assert_eq!(document.to_json().to_string(), wanted.to_string());

        let flags: Vec<String> = settings.iter().map(|(path, value)| format!("{}={}", path.join("."), literal(value))).collect();
        let file = tempfile::NamedTempFile::new().unwrap();
        fs_err::write(file.path(), base.to_string()).unwrap();
        let catalogue = crate::catalogue::Catalogue::open(None).unwrap();
        let sources = Sources { preset: None, answers: Some(file.path()), set: &flags };
        let replayed = input::gather(&catalogue, sources).unwrap();
        assert_eq!(replayed.to_json().to_string(), wanted.to_string(), "{flags:?}");
        flags
    }

    #[test]
    fn settings_lead_from_the_given_to_the_wanted() {
        assert!(check(&json!({"a": {"b": 1}}), &json!({"a": {"b": 1}})).is_empty());
        assert_eq!(check(&json!({}), &json!({"a": {"b": 1, "c": {}}})), ["a.b=1", "a.c={}"]);
        assert_eq!(check(&json!({"a": {"b": 1, "c": 2}}), &json!({"a": {"c": 2}})), ["a.b=null"]);
        assert_eq!(check(&json!({"a": {"b": 1}}), &json!({"a": {}})), ["a.b=null"]);
        assert_eq!(check(&json!({"a": [1]}), &json!({"a": ["x", "no"]})), [r#"a=["x","no"]"#]);
        assert_eq!(check(&json!({"t": "vps"}), &json!({"t": {"n": 1}})), ["t=null", "t.n=1"]);
        assert_eq!(check(&json!({"t": {"n": 1}}), &json!({"t": "vps"})), ["t=vps"]);
    }

    #[test]
    fn another_order_is_built_anew() {
        assert_eq!(check(&json!({"s": {"a": 1, "b": 2}}), &json!({"s": {"c": 1, "b": 2}})), ["s=null", "s.c=1", "s.b=2"]);
        assert_eq!(check(&json!({"s": {"a": 1, "b": 2}}), &json!({"s": {"a": 1, "c": 2}})), ["s.b=null", "s.c=2"]);
    }

    #[test]
    fn texts_stay_texts() {
        for text in ["null", "true", "18", "1.5", "", " x", "a: b", "- x", "{}", "it's", "a\nb", "#x", "é", "a=b", "~", "@x"] {
            check(&json!({}), &json!({ "a": text }));
        }
    }
}
