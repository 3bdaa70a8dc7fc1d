//! Why: while questions are answered, the answers are incomplete and change back and forth. A draft holds them in the
//! shape of `scaffold.yaml`, over what flags, files and presets have given, and knows what one answer changes.

use std::collections::HashSet;
use std::rc::Rc;

use serde_json::{Map, Value};

use super::id::{Id, Owner};
use super::offer::Offer;
use super::replay::{self, Setting};
use crate::blueprint::{Blueprint, Kind, OptionSpec};
use crate::document::Node;
use crate::scalar::Scalar;

/// The answer that means nothing: no route, no target.
pub const NONE: &str = "none";

/// A service.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its number, which stays with it.
    pub number: usize,
    /// Its name.
    pub name: String,
    /// Its name in the given answers, when it stands there.
    pub given: Option<String>,
    /// Everything else about it.
    pub body: Map<String, Value>,
}

/// Answers on their way.
#[derive(Clone)]
pub struct Draft {
    /// Questions that were answered here.
    pub answered: HashSet<Id>,
    /// The services, in order.
    pub services: Vec<Service>,
    /// All other keys of the file.
    pub rest: Map<String, Value>,
    /// The preset that was chosen here.
    pub preset: Option<String>,
    /// Whether somebody may still choose a preset.
    pub can_start: bool,
    /// The name that is offered to the project.
    pub suggested: String,
    base: Rc<Node>,
    given: Value,
    complete: bool,
    /// The number that one more service would have.
    pub next: usize,
}

impl Draft {
    /// Starts from what was given. A preset or a file is `complete`: what it leaves out, it leaves out on purpose.
    pub fn new(base: Node, complete: bool) -> Self {
        let given = base.to_json();
        let mut rest = given.as_object().cloned().unwrap_or_default();
        let mut services = Vec::new();
        if let Some(Value::Object(all)) = rest.shift_remove("services") {
            for (number, (name, body)) in all.into_iter().enumerate() {
                let body = body.as_object().cloned().unwrap_or_default();
                services.push(Service { number, given: Some(name.clone()), name, body });
            }
        }
        let next = services.len();
        Self {
            answered: HashSet::new(),
            services,
            rest,
            preset: None,
            can_start: false,
            suggested: "app".to_owned(),
            base: Rc::new(base),
            given,
            complete,
            next,
        }
    }

    /// A service by its number.
    pub fn service(&self, number: usize) -> Option<&Service> {
        self.services.iter().find(|s| s.number == number)
    }

    pub(super) fn service_mut(&mut self, number: usize) -> Option<&mut Service> {
        self.services.iter_mut().find(|s| s.number == number)
    }

    /// Stores: their names and blueprints.
    pub fn stores(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.rest.get("stores").and_then(Value::as_object);
        all.into_iter().flatten().map(|(name, body)| (name.as_str(), text(body, "blueprint").unwrap_or(name)))
    }

    /// Names of the features.
    pub fn features(&self) -> impl Iterator<Item = &str> {
        self.rest.get("features").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.as_str())
    }

    /// The target or ci.
    pub fn choice(&self, key: &str) -> Option<&str> {
        let value = self.rest.get(key)?;
        value.as_str().or_else(|| text(value, "blueprint"))
    }

    /// What the answers are now, as the file would say it.
    pub fn wanted(&self) -> Value {
        let mut rest = self.rest.clone();
        let mut all: Map<String, Value> = ["version", "name", "domain", "registry"]
            .into_iter()
            .filter_map(|key| rest.shift_remove(key).map(|value| (key.to_owned(), value)))
            .collect();
        if !self.services.is_empty() || self.given.get("services").is_some() {
            let services = self.services.iter().map(|s| (s.name.clone(), Value::Object(s.body.clone()))).collect();
            all.insert("services".to_owned(), Value::Object(services));
        }
        all.extend(rest);
        Value::Object(all)
    }

    /// What was answered here, as flags would say it.
    pub fn settings(&self) -> Vec<Setting> {
        replay::settings(&self.given, &self.wanted())
    }

    /// The given answers with what was answered here laid over them.
    pub fn document(&self) -> Node {
        let mut document = Node::clone(&self.base);
        replay::apply(&mut document, &self.settings());
        document
    }

    /// Whether a question was answered before the wizard began, so that it is not asked.
    pub fn settled(&self, id: &Id) -> bool {
        let has = |path: &[&str]| path.iter().try_fold(&self.given, |at, key| at.get(key)).is_some();
        let service = |number: usize, key: &str| {
            let given = self.service(number).and_then(|s| s.given.as_deref());
            given.is_some_and(|name| has(&["services", name]) && (self.complete || has(&["services", name, key])))
        };
        // What was taken out and chosen again is asked about like anything new.
        let stands = |kind: &str, name: &str, key: &str| {
            let at = |all: &Value| all.get(kind).and_then(|k| k.get(name)).and_then(|body| body.get(key)).cloned();
            let same = at(&self.given) == at(&Value::Object(self.rest.clone()));
            same && has(&[kind, name]) && (self.complete || has(&[kind, name, key]))
        };
        match id {
            Id::Start => false,
            Id::Name => has(&["name"]),
            Id::Blueprint(number) if *number == self.next => has(&["services"]),
            Id::Blueprint(number) => {
                let given = self.service(*number).and_then(|s| s.given.as_deref());
                given.is_some_and(|name| has(&["services", name, "blueprint"]))
            }
            Id::ServiceName(number) => self.service(*number).is_some_and(|s| s.given.is_some()),
            Id::Port(number) => service(*number, "port"),
            Id::Route(number) => service(*number, "route"),
            Id::Websocket(number) => service(*number, "websocket"),
            Id::Database | Id::Stores => self.complete || has(&["stores"]),
            Id::Features => self.complete || has(&["features"]),
            Id::Target => has(&["target"]),
            Id::Ci => has(&["ci"]),
            Id::Domain => has(&["domain"]),
            Id::Registry => has(&["registry"]),
            Id::Option(owner, key) => match owner {
                Owner::Service(number) => service(*number, key),
                Owner::Store(name) => stands("stores", name, key),
                Owner::Feature(name) => stands("features", name, key),
                Owner::Target => has(&["target"]) && self.choice("target") == given_choice(&self.given, "target"),
                Owner::Ci => has(&["ci"]) && self.choice("ci") == given_choice(&self.given, "ci"),
            },
        }
    }

    /// The blueprint that an option belongs to.
    pub fn blueprint_of<'a>(&self, offer: &'a Offer, owner: &Owner) -> Option<&'a Blueprint> {
        match owner {
            Owner::Service(number) => offer.find(Kind::Service, self.service(*number)?.body.get("blueprint")?.as_str()?),
            Owner::Store(name) => offer.find(Kind::Store, self.stores().find(|(n, _)| n == name)?.1),
            Owner::Feature(name) => offer.find(Kind::Feature, name),
            Owner::Target => offer.find(Kind::Target, self.choice("target")?),
            Owner::Ci => offer.find(Kind::Ci, self.choice("ci")?),
        }
    }

    /// An option that a question is about.
    pub fn spec<'a>(&self, offer: &'a Offer, owner: &Owner, key: &str) -> Option<&'a OptionSpec> {
        self.blueprint_of(offer, owner)?.manifest.options.get(key)
    }

    /// What was said about an option, here or before.
    pub fn option(&self, owner: &Owner, key: &str) -> Option<&Value> {
        match owner {
            Owner::Service(number) => self.service(*number)?.body.get(key),
            Owner::Store(name) => self.rest.get("stores")?.get(name)?.get(key),
            Owner::Feature(name) => self.rest.get("features")?.get(name)?.get(key),
            Owner::Target => self.rest.get("target")?.get(key),
            Owner::Ci => self.rest.get("ci")?.get(key),
        }
    }
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str()
}

fn given_choice<'a>(given: &'a Value, key: &str) -> Option<&'a str> {
    let value = given.get(key)?;
    value.as_str().or_else(|| text(value, "blueprint"))
}

/// What an option is set to, as a text.
pub fn shown(value: &Value) -> String {
    serde_json::from_value::<Scalar>(value.clone()).map(|s| s.text()).unwrap_or_default()
}
