//! `add`: one more of something, with whatever it needs.

use std::rc::Rc;

use serde_json::{Map, Value};

use super::{Amended, Thing, already, find, has_client, key_of, leaf, set, set_uses, stores_with_client, things, usage, uses};
use crate::blueprint::{Blueprint, Kind};
use crate::catalogue::Catalogue;
use crate::document::{Content, Node};
use crate::error::{Diagnostic, Error, Result, did_you_mean};
use crate::input;
use crate::names::Name;

/// What somebody wants to add.
pub struct Addition<'a> {
    /// The blueprint.
    pub blueprint: &'a str,
    /// Its name in the stack.
    pub name: Option<&'a str>,
    /// Who uses it.
    pub users: &'a [String],
    /// Its own answers, as `key=value`.
    pub set: &'a [String],
}

/// The kind of a blueprint, and the name that one more service of it would get.
///
/// # Errors
/// There is no such blueprint.
pub fn kind_and_suggestion(catalogue: &Catalogue, document: &Node, blueprint: &str) -> Result<(Kind, String)> {
    let blueprint = find(catalogue, blueprint)?;
    Ok((blueprint.kind, suggested_name(&things(document), &blueprint)))
}

/// Keys of the whole file; any other key of a `--set` is one of what is added.
const TOP: [&str; 9] = ["version", "name", "domain", "registry", "services", "stores", "features", "environments", "target"];

/// Adds it, and what it needs.
///
/// # Errors
/// No such blueprint, a name that is taken, users without a client, wrong settings.
pub fn add(catalogue: &Catalogue, document: &Node, wanted: &Addition) -> Result<Amended> {
    let blueprint = find(catalogue, wanted.blueprint)?;
    let mut amended = Amended { document: document.clone(), notes: vec![], already: None };
    check_flags(&blueprint, wanted)?;
    let name = match taken(document, &blueprint, wanted)? {
        Ok(name) => name,
        Err((name, already)) => {
            already::agrees(catalogue, document, &blueprint, &name, wanted)?;
            amended.already = Some(already);
            return Ok(amended);
        }
    };
    let label = format!("add {}", wanted.blueprint);
    let document = &mut amended.document;
    put(document, &blueprint, &name, &label);
    if blueprint.kind == Kind::Service {
        offer_paths(document, &blueprint, &name, wanted, &label);
    }
    settings(document, &blueprint, &name, wanted)?;
    if blueprint.kind == Kind::Store {
        connect(catalogue, document, &blueprint, &name, wanted.users, &label)?;
    }
    needs(catalogue, &mut amended, &blueprint, &name, &label)?;
    Ok(amended)
}

fn check_flags(blueprint: &Blueprint, wanted: &Addition) -> Result<()> {
    let mut mistakes = Vec::new();
    let word = blueprint.kind.word();
    if let Some(name) = wanted.name {
        if !matches!(blueprint.kind, Kind::Service | Kind::Store) && name != blueprint.name {
            let message = format!("`{}` is a {word}, and a {word} has no name of its own", blueprint.name);
            mistakes.push(Diagnostic::new(message).hint(format!("scaffold add {}", blueprint.name)));
        } else if let Err(message) = Name::try_from(name.to_owned()) {
            mistakes.push(Diagnostic::new(format!("{} for `--name`: {message}", crate::shape::quoted(name))));
        }
    }
    if !wanted.users.is_empty() && blueprint.kind != Kind::Store {
        let message = format!("`--for` says who uses a store, and `{}` is a {word}", blueprint.name);
        mistakes.push(Diagnostic::new(message).hint("`--set uses=[...]` says what a service uses"));
    }
    if mistakes.is_empty() { Ok(()) } else { Err(Error::Invalid(mistakes)) }
}

/// The name it gets; or the one that is there, and that there is nothing to add.
fn taken(document: &Node, blueprint: &Blueprint, wanted: &Addition) -> Result<std::result::Result<String, (String, String)>> {
    let all = things(document);
    let (kind, word) = (blueprint.kind, blueprint.kind.word());
    let same = |t: &&Thing| t.kind == kind && t.blueprint == blueprint.name;
    let there_is = |name: &str| (name.to_owned(), format!("{word} `{name}` is there already"));
    match (kind, wanted.name) {
        (Kind::Target | Kind::Ci, _) => match all.iter().find(|t| t.kind == kind) {
            Some(other) if other.name != blueprint.name => Err(usage(
                format!("the {word} is `{}`, and there is one only", other.name),
                format!("`scaffold remove {}`, then `scaffold add {}`", other.name, blueprint.name),
            )),
            Some(_) => Ok(Err(there_is(&blueprint.name))),
            None => Ok(Ok(blueprint.name.clone())),
        },
        (Kind::Service | Kind::Store, Some(name)) => match all.iter().find(|t| t.kind == kind && t.name == name) {
            Some(other) if other.blueprint != blueprint.name => Err(usage(
                format!("there is a {word} `{name}` already, made from `{}`", other.blueprint),
                "choose another `--name`",
            )),
            Some(_) => Ok(Err(there_is(name))),
            None => Ok(Ok(name.to_owned())),
        },
        _ => match all.iter().find(same) {
            Some(there) if there.name == blueprint.name => Ok(Err(there_is(&there.name))),
            Some(there) => {
                let (name, already) = there_is(&there.name);
                Ok(Err((name, format!("{already}, made from `{}`; `--name` adds one more", blueprint.name))))
            }
            None if kind == Kind::Service => Ok(Ok(suggested_name(&all, blueprint))),
            None => match all.iter().find(|t| t.kind == kind && t.name == blueprint.name) {
                Some(other) => Err(usage(
                    format!("there is a {word} `{}` already, made from `{}`", other.name, other.blueprint),
                    format!("`scaffold add {} --name NAME`", blueprint.name),
                )),
                None => Ok(Ok(blueprint.name.clone())),
            },
        },
    }
}

/// A name after what it does: `api` for what answers at `/api`, `web` for what answers at `/`.
fn suggested_name(all: &[Thing], blueprint: &Blueprint) -> String {
    let manifest = &blueprint.manifest;
    let base = match &manifest.defaults.route {
        Some(route) if route.as_str() == "/" => "web",
        Some(route) => {
            route.as_str().rsplit('/').next().filter(|s| Name::try_from((*s).to_owned()).is_ok()).unwrap_or(&blueprint.name)
        }
        None if manifest.routable == Some(false) => "worker",
        None => &blueprint.name,
    };
    let numbered = (2..).map(|n| format!("{base}-{n}"));
    std::iter::once(base.to_owned()).chain(numbered).find(|n| !all.iter().any(|t| t.name == *n)).unwrap_or_default()
}

fn put(document: &mut Node, blueprint: &Blueprint, name: &str, label: &str) {
    let key = key_of(blueprint.kind);
    match blueprint.kind {
        Kind::Target | Kind::Ci => set(document, &[key], leaf(Value::from(name), label)),
        Kind::Service => {
            set(document, &[key, name, "blueprint"], leaf(Value::from(blueprint.name.as_str()), label));
        }
        Kind::Store if name != blueprint.name => {
            set(document, &[key, name, "blueprint"], leaf(Value::from(blueprint.name.as_str()), label));
        }
        _ => set(document, &[key, name], leaf(Value::Object(Map::new()), label)),
    }
}

/// Route and websocket that its blueprint offers, or its name's when they are taken.
fn offer_paths(document: &mut Node, blueprint: &Blueprint, name: &str, wanted: &Addition, label: &str) {
    let said = |key: &str| wanted.set.iter().any(|s| s.split_once('=').is_some_and(|(k, _)| k == key));
    let taken: Vec<String> = match document.get("services").map(|s| &s.content) {
        Some(Content::Mapping(all)) => {
            let of = |service: &Node, key: &str| service.get(key).and_then(super::text).map(str::to_owned);
            all.iter().flat_map(|(_, s)| [of(s, "route"), of(s, "websocket")]).flatten().collect()
        }
        _ => vec![],
    };
    let is_taken = |path: &str| taken.iter().any(|t| t == path);
    let defaults = &blueprint.manifest.defaults;
    if let Some(route) = defaults.route.as_ref().filter(|_| !said("route")) {
        let route = if is_taken(route.as_str()) { format!("/{name}") } else { route.to_string() };
        set(document, &["services", name, "route"], leaf(Value::from(route), label));
    }
    let routed = !wanted.set.iter().any(|s| s == "route=null" || s == "route=~");
    if let Some(own) = defaults.websocket.as_ref().filter(|_| routed && !said("websocket")) {
        let path = if is_taken(own.as_str()) { format!("/{name}{own}") } else { own.to_string() };
        set(document, &["services", name, "websocket"], leaf(Value::from(path), label));
    }
}

pub(super) fn settings(document: &mut Node, blueprint: &Blueprint, name: &str, wanted: &Addition) -> Result<()> {
    let mut mistakes = Vec::new();
    for pair in wanted.set {
        match input::setting(pair) {
            Err(mistake) => mistakes.push(mistake),
            Ok(node) => {
                let first = pair.split(['.', '=']).next().unwrap_or_default();
                let place = node.place.clone();
                if TOP.contains(&first) && pair.split('=').next().is_some_and(|key| key.contains('.')) {
                    document.overlay(node);
                } else if matches!(blueprint.kind, Kind::Target | Kind::Ci) {
                    let key = key_of(blueprint.kind);
                    let mut full = leaf(Value::Object(Map::from_iter([("blueprint".to_owned(), Value::from(name))])), pair);
                    if document.get(key).is_some_and(|n| matches!(n.content, Content::Mapping(_))) {
                        document.overlay(Node::nested(&[key], node, &place));
                    } else {
                        full.overlay(node);
                        set(document, &[key], full);
                    }
                } else {
                    document.overlay(Node::nested(&[key_of(blueprint.kind), name], node, &place));
                }
            }
        }
    }
    if mistakes.is_empty() { Ok(()) } else { Err(Error::Invalid(mistakes)) }
}

/// Says in the lists of the services who uses a new store. A service without a list uses all it has a client for.
fn connect(
    catalogue: &Catalogue,
    document: &mut Node,
    store: &Blueprint,
    name: &str,
    users: &[String],
    label: &str,
) -> Result<()> {
    check_users(catalogue, document, store, users)?;
    for service in services(document) {
        if !has_client(&*catalogue.get(Kind::Service, &service.blueprint)?, store) {
            continue;
        }
        let wants = users.is_empty() || users.contains(&service.name);
        match (uses(document, &service.name), wants) {
            (Some(mut names), true) if !names.iter().any(|n| n == name) => {
                names.push(name.to_owned());
                set_uses(document, &service.name, &names, label);
            }
            // What used everything shall not use this one: what it uses is written down.
            (None, false) => {
                let mut names = stores_with_client(catalogue, document, &service)?;
                names.retain(|n| n != name);
                set_uses(document, &service.name, &names, label);
            }
            _ => {}
        }
    }
    Ok(())
}

fn services(document: &Node) -> Vec<Thing> {
    things(document).into_iter().filter(|t| t.kind == Kind::Service).collect()
}

/// Those who are to use a store are there, and can.
pub(super) fn check_users(catalogue: &Catalogue, document: &Node, store: &Blueprint, users: &[String]) -> Result<()> {
    let services = services(document);
    let mut mistakes = Vec::new();
    for user in users {
        match services.iter().find(|s| s.name == *user) {
            None => {
                let hint = did_you_mean(user, services.iter().map(|s| s.name.as_str()));
                let known =
                    || format!("the services are: {}", services.iter().map(|s| s.name.as_str()).collect::<Vec<_>>().join(", "));
                let message = format!("there is no service {}", crate::shape::quoted(user));
                mistakes.push(Diagnostic::new(message).in_file("--for").hint(hint.unwrap_or_else(known)));
            }
            Some(service) if !has_client(&*catalogue.get(Kind::Service, &service.blueprint)?, store) => {
                let message = format!("`{user}` is made from `{}`, which has no client for `{}`", service.blueprint, store.name);
                mistakes.push(Diagnostic::new(message).in_file("--for"));
            }
            Some(_) => {}
        }
    }
    if mistakes.is_empty() { Ok(()) } else { Err(Error::Invalid(mistakes)) }
}

/// Adds what it needs and nothing provides, and what that needs.
fn needs(catalogue: &Catalogue, amended: &mut Amended, blueprint: &Rc<Blueprint>, name: &str, label: &str) -> Result<()> {
    let mut open = vec![(name.to_owned(), Rc::clone(blueprint))];
    while let Some((who, blueprint)) = open.pop() {
        for need in &blueprint.manifest.needs {
            let mut provided = false;
            for thing in things(&amended.document) {
                provided |= catalogue.get(thing.kind, &thing.blueprint).is_ok_and(|b| b.provides().contains(&need.as_str()));
            }
            if provided {
                continue;
            }
            let Some(giver) = giver(catalogue, need.as_str(), &amended.document)? else { continue };
            let document = &mut amended.document;
            put(document, &giver, &giver.name, label);
            if giver.kind == Kind::Store {
                connect(catalogue, document, &giver, &giver.name, &[], label)?;
            }
            amended.notes.push(format!("`{who}` needs `{need}`: the {} `{}` comes with it", giver.kind.word(), giver.name));
            open.push((giver.name.clone(), giver));
        }
    }
    Ok(())
}

/// What provides a capability, can be added beside what is there, and is the first that people would think of.
fn giver(catalogue: &Catalogue, need: &str, document: &Node) -> Result<Option<Rc<Blueprint>>> {
    let all = things(document);
    let mut found: Vec<Rc<Blueprint>> = Vec::new();
    for kind in [Kind::Store, Kind::Feature, Kind::Target, Kind::Ci] {
        if matches!(kind, Kind::Target | Kind::Ci) && all.iter().any(|t| t.kind == kind) {
            continue;
        }
        for name in catalogue.names(kind) {
            let blueprint = catalogue.get(kind, &name)?;
            if blueprint.provides().contains(&need) {
                found.push(blueprint);
            }
        }
    }
    found.sort_by_key(|b| b.name != need);
    Ok(found.into_iter().next())
}
