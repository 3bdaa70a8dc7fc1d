//! Why: `add`, `remove` and `rename` are edits of the answers, made where a person would make them by hand. What follows
//! for every file is the business of the plan and the merge, not of these.

mod add;
mod already;
mod remove;
mod rename;

use std::rc::Rc;

use serde_json::Value;

use crate::blueprint::{Blueprint, Kind};
use crate::catalogue::Catalogue;
use crate::document::{Content, Key, Node};
use crate::error::{Diagnostic, Error, Place, Result, did_you_mean};

pub use add::{Addition, add, kind_and_suggestion};
pub use remove::remove;
pub use rename::{rename, renamed};

/// Changed answers.
pub struct Amended {
    /// The answers, not yet checked.
    pub document: Node,
    /// What was added beside what was asked for, or anything else worth a line.
    pub notes: Vec<String>,
    /// There is nothing to do, and why.
    pub already: Option<String>,
}

/// Something of the stack, as the answers name it.
pub struct Thing {
    /// Its kind.
    pub kind: Kind,
    /// Its name in the stack.
    pub name: String,
    /// Its blueprint.
    pub blueprint: String,
}

/// Everything that the answers choose, services first.
pub fn things(document: &Node) -> Vec<Thing> {
    let mut all = Vec::new();
    for (kind, key) in [(Kind::Service, "services"), (Kind::Store, "stores"), (Kind::Feature, "features")] {
        let Some(Content::Mapping(entries)) = document.get(key).map(|n| &n.content) else { continue };
        for (name, body) in entries {
            let blueprint = body.get("blueprint").and_then(text).unwrap_or(&name.name).to_owned();
            all.push(Thing { kind, name: name.name.clone(), blueprint });
        }
    }
    for (kind, key) in [(Kind::Target, "target"), (Kind::Ci, "ci")] {
        let Some(node) = document.get(key) else { continue };
        if let Some(name) = text(node).or_else(|| node.get("blueprint").and_then(text)).filter(|n| *n != "none") {
            all.push(Thing { kind, name: name.to_owned(), blueprint: name.to_owned() });
        }
    }
    all
}

fn text(node: &Node) -> Option<&str> {
    match &node.content {
        Content::Scalar(Value::String(text)) => Some(text),
        _ => None,
    }
}

/// The key of the answers that holds a kind.
fn key_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Project => "name",
        Kind::Service => "services",
        Kind::Store => "stores",
        Kind::Feature => "features",
        Kind::Target => "target",
        Kind::Ci => "ci",
    }
}

/// The blueprint of a name, of whatever kind.
fn find(catalogue: &Catalogue, name: &str) -> Result<Rc<Blueprint>> {
    let kinds = || Kind::ALL.into_iter().filter(|k| *k != Kind::Project);
    for kind in kinds() {
        if catalogue.names(kind).iter().any(|n| n == name) {
            return catalogue.get(kind, name);
        }
    }
    let all: Vec<String> = kinds().flat_map(|k| catalogue.names(k)).collect();
    let hint = did_you_mean(name, all.iter().map(String::as_str)).unwrap_or_else(|| "`scaffold list` shows all".to_owned());
    Err(Diagnostic::new(format!("there is no blueprint {}", crate::shape::quoted(name))).hint(hint).into())
}

/// Whether a service has glue for what another blueprint provides.
fn has_client(service: &Blueprint, other: &Blueprint) -> bool {
    other.provides().iter().any(|capability| service.with.contains_key(*capability))
}

fn place(label: &str) -> Place {
    Place { file: label.into(), line: 0, column: 0 }
}

fn leaf(value: Value, label: &str) -> Node {
    let content = match value {
        Value::Array(items) => Content::Sequence(items.into_iter().map(|i| leaf(i, label)).collect()),
        Value::Object(map) => {
            Content::Mapping(map.into_iter().map(|(name, v)| (Key { name, place: place(label) }, leaf(v, label))).collect())
        }
        scalar => Content::Scalar(scalar),
    };
    Node { place: place(label), content }
}

/// Sets what stands at a path, whatever stood there.
fn set(document: &mut Node, path: &[&str], value: Node) {
    let Some((first, rest)) = path.split_first() else {
        *document = value;
        return;
    };
    if !matches!(document.content, Content::Mapping(_)) {
        document.content = Content::Mapping(vec![]);
    }
    let place = value.place.clone();
    let Content::Mapping(entries) = &mut document.content else { return };
    let at = entries.iter().position(|(k, _)| k.name == *first).unwrap_or_else(|| {
        let empty = Node { place: place.clone(), content: Content::Mapping(vec![]) };
        entries.push((Key { name: (*first).to_owned(), place }, empty));
        entries.len() - 1
    });
    set(&mut entries[at].1, rest, value);
}

/// Takes a key of the map at a path away; tells whether it was there.
fn unset(document: &mut Node, path: &[&str], key: &str) -> bool {
    match (path.split_first(), &mut document.content) {
        (Some((first, rest)), Content::Mapping(entries)) => {
            entries.iter_mut().find(|(k, _)| k.name == *first).is_some_and(|(_, inner)| unset(inner, rest, key))
        }
        (None, Content::Mapping(entries)) => {
            let before = entries.len();
            entries.retain(|(k, _)| k.name != key);
            entries.len() < before
        }
        _ => false,
    }
}

/// The names in a service's `uses`, when it has one.
fn uses(document: &Node, service: &str) -> Option<Vec<String>> {
    let node = document.get("services")?.get(service)?.get("uses")?;
    let Content::Sequence(items) = &node.content else { return None };
    Some(items.iter().filter_map(text).map(str::to_owned).collect())
}

fn set_uses(document: &mut Node, service: &str, names: &[String], label: &str) {
    let value = leaf(Value::from(names.to_vec()), label);
    set(document, &["services", service, "uses"], value);
}

/// The stores that a service has a client for.
fn stores_with_client(catalogue: &Catalogue, document: &Node, service: &Thing) -> Result<Vec<String>> {
    let blueprint = catalogue.get(Kind::Service, &service.blueprint)?;
    let mut found = Vec::new();
    for store in things(document).into_iter().filter(|t| t.kind == Kind::Store) {
        if has_client(&blueprint, &*catalogue.get(Kind::Store, &store.blueprint)?) {
            found.push(store.name);
        }
    }
    Ok(found)
}

fn usage(message: String, hint: impl Into<String>) -> Error {
    Diagnostic::new(message).hint(hint).into()
}
