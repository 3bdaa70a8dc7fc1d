//! Why: one answer can change others. A service that goes is used by nobody any more, another blueprint makes the old
//! options void; what follows from an answer stands here, and nowhere in the questions.

use serde_json::{Map, Value};

use super::draft::{Draft, NONE, Service};
use super::id::{Answer, Id, Owner};
use super::offer::{Offer, is_database};
use crate::blueprint::{Kind, OptionKind, OptionSpec};

impl Draft {
    /// Takes an answer. `Start` is not among them: it makes another draft.
    pub fn apply(&mut self, offer: &Offer, id: &Id, answer: &Answer) {
        self.answered.insert(id.clone());
        match (id, answer) {
            (Id::Blueprint(number), Answer::Text(name)) => self.set_blueprint(offer, *number, name),
            (Id::ServiceName(number), Answer::Text(name)) => self.rename(*number, name),
            (Id::Port(number), Answer::Text(port)) => self.set_in_service(*number, "port", Some(number_or_text(port))),
            (Id::Route(number), Answer::Text(route)) => {
                self.set_in_service(*number, "route", some(route));
                if route == NONE {
                    self.set_in_service(*number, "websocket", None);
                }
            }
            (Id::Websocket(number), Answer::Text(path)) => self.set_in_service(*number, "websocket", some(path)),
            (Id::Database, Answer::Text(name)) => self.set_database(offer, name),
            (Id::Stores, Answer::Many(names)) => {
                let others: Vec<&str> = offer.stores(false).map(|b| b.name.as_str()).collect();
                let gone = |name: &&str| others.contains(name) && !names.iter().any(|n| n == name);
                let gone: Vec<String> = self.stores().filter(|(_, b)| gone(b)).map(|(name, _)| name.to_owned()).collect();
                for name in &gone {
                    self.remove_store(name);
                }
                let new: Vec<&String> = names.iter().filter(|n| !self.stores().any(|(_, b)| b == *n)).collect();
                for name in new {
                    edit(&mut self.rest, "stores", |all| all.insert(name.clone(), Value::Object(Map::new())));
                }
            }
            (Id::Features, Answer::Many(names)) => edit(&mut self.rest, "features", |all| {
                all.retain(|name, _| names.contains(name));
                for name in names {
                    all.entry(name.clone()).or_insert_with(|| Value::Object(Map::new()));
                }
            }),
            (Id::Option(owner, key), Answer::Text(text)) => {
                let Some(spec) = self.spec(offer, owner, key) else { return };
                let value = (spec.default.text() != *text).then(|| typed(spec, text));
                self.set_option(owner, key, value);
            }
            (Id::Name, Answer::Text(text)) => self.set("name", text),
            (Id::Target, Answer::Text(text)) => self.set("target", text),
            (Id::Ci, Answer::Text(text)) => self.set("ci", text),
            (Id::Domain, Answer::Text(text)) => self.set("domain", text),
            (Id::Registry, Answer::Text(text)) => self.set("registry", text),
            (_, Answer::Text(_) | Answer::Many(_)) => {}
        }
    }

    fn set(&mut self, key: &str, text: &str) {
        // The same choice again keeps its options.
        if self.choice(key) != Some(text) {
            self.rest.insert(key.to_owned(), Value::from(text));
        }
    }

    fn set_in_service(&mut self, number: usize, key: &str, value: Option<Value>) {
        if let Some(service) = self.service_mut(number) {
            put(&mut service.body, key, value);
        }
    }

    pub(super) fn set_option(&mut self, owner: &Owner, key: &str, value: Option<Value>) {
        match owner {
            Owner::Service(number) => self.set_in_service(*number, key, value),
            Owner::Store(name) => edit_in(&mut self.rest, "stores", name, |body| put(body, key, value)),
            Owner::Feature(name) => edit_in(&mut self.rest, "features", name, |body| put(body, key, value)),
            Owner::Target => set_choice_option(&mut self.rest, "target", key, value),
            Owner::Ci => set_choice_option(&mut self.rest, "ci", key, value),
        }
    }

    fn set_blueprint(&mut self, offer: &Offer, number: usize, name: &str) {
        if name == NONE {
            self.remove_service(number);
            return;
        }
        if self.service(number).is_none() {
            let name = offer.find(Kind::Service, name).map_or_else(|| name.to_owned(), |b| self.suggested_name(b));
            self.services.push(Service { number, name, given: None, body: Map::new() });
            self.next = self.next.max(number + 1);
        }
        let Some(service) = self.service_mut(number) else { return };
        if service.body.get("blueprint").and_then(Value::as_str) == Some(name) {
            return;
        }
        // What was said about a service of another kind says nothing about this one; its name and variables stay.
        let given = service.given.take();
        service.body.retain(|key, _| ["replicas", "env", "secrets", "generated"].contains(&key.as_str()));
        service.body.shift_insert(0, "blueprint".to_owned(), Value::from(name));
        let of_it = |id: &Id| match id {
            Id::Port(n) | Id::Route(n) | Id::Websocket(n) | Id::Option(Owner::Service(n), _) => *n == number,
            _ => false,
        };
        self.answered.retain(|id| !of_it(id));
        if given.is_some() {
            self.answered.insert(Id::ServiceName(number));
        }
    }

    fn remove_service(&mut self, number: usize) {
        let Some(at) = self.services.iter().position(|s| s.number == number) else { return };
        let name = self.services.remove(at).name;
        self.forget(&name);
    }

    fn rename(&mut self, number: usize, new: &str) {
        let Some(service) = self.service_mut(number) else { return };
        let old = std::mem::replace(&mut service.name, new.to_owned());
        self.replace_use(&old, Some(new));
    }

    fn set_database(&mut self, offer: &Offer, blueprint: &str) {
        let is_one = |name: &str| offer.find(Kind::Store, name).is_some_and(is_database);
        let there: Vec<(String, String)> =
            self.stores().filter(|(_, b)| is_one(b)).map(|(n, b)| (n.to_owned(), b.to_owned())).collect();
        if blueprint == NONE {
            for (name, _) in &there {
                self.remove_store(name);
            }
        } else if let Some((name, old)) = there.first() {
            if old != blueprint {
                self.replace_use(name, Some(blueprint));
                self.remove_store(name);
                edit(&mut self.rest, "stores", |all| all.shift_insert(0, blueprint.to_owned(), Value::Object(Map::new())));
            }
        } else {
            edit(&mut self.rest, "stores", |all| all.shift_insert(0, blueprint.to_owned(), Value::Object(Map::new())));
        }
    }

    fn remove_store(&mut self, name: &str) {
        edit(&mut self.rest, "stores", |all| all.shift_remove(name));
        self.forget(name);
    }

    fn forget(&mut self, name: &str) {
        self.replace_use(name, None);
    }

    /// Follows a name into the lists of what services use.
    fn replace_use(&mut self, old: &str, new: Option<&str>) {
        for service in &mut self.services {
            let Some(Value::Array(uses)) = service.body.get_mut("uses") else { continue };
            match (uses.iter().position(|u| u == old), new) {
                (Some(at), Some(new)) => uses[at] = Value::from(new),
                (Some(at), None) => drop(uses.remove(at)),
                (None, _) => {}
            }
        }
    }
}

fn some(text: &str) -> Option<Value> {
    (text != NONE).then(|| Value::from(text))
}

fn number_or_text(text: &str) -> Value {
    text.parse::<i64>().map_or_else(|_| Value::from(text), Value::from)
}

/// A text as a value of the option's type; what does not fit stays a text, and is refused as such.
fn typed(spec: &OptionSpec, text: &str) -> Value {
    match spec.kind {
        OptionKind::String => Value::from(text),
        OptionKind::Integer => number_or_text(text),
        OptionKind::Boolean => text.parse::<bool>().map_or_else(|_| Value::from(text), Value::from),
    }
}

fn put(map: &mut Map<String, Value>, key: &str, value: Option<Value>) {
    match value {
        Some(value) => drop(map.insert(key.to_owned(), value)),
        None => drop(map.shift_remove(key)),
    }
}

/// Changes one map of the file; an empty one is left out.
fn edit<T>(rest: &mut Map<String, Value>, key: &str, change: impl FnOnce(&mut Map<String, Value>) -> T) {
    let entry = rest.entry(key.to_owned()).or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(map) = entry {
        change(map);
        if map.is_empty() {
            rest.shift_remove(key);
        }
    }
}

fn edit_in(rest: &mut Map<String, Value>, key: &str, name: &str, change: impl FnOnce(&mut Map<String, Value>)) {
    edit(rest, key, |all| {
        if let Some(Value::Object(body)) = all.get_mut(name) {
            change(body);
        }
    });
}

/// `vps` becomes `{ blueprint: vps, ... }` with its first option, and plain again without one.
fn set_choice_option(rest: &mut Map<String, Value>, choice: &str, key: &str, value: Option<Value>) {
    let Some(entry) = rest.get_mut(choice) else { return };
    if let Value::String(name) = entry {
        let name = std::mem::take(name);
        *entry = Value::Object(Map::from_iter([("blueprint".to_owned(), Value::from(name))]));
    }
    if let Value::Object(map) = entry {
        put(map, key, value);
        if map.len() == 1 {
            *entry = map.shift_remove("blueprint").unwrap_or_default();
        }
    }
}
