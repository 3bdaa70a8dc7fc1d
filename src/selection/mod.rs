//! Why: answers say what people chose; this says what that means: which blueprints are in, with complete options, who
//! uses what under which name, and whether it can be. Everything that can be wrong with the choice is told here, at once.

mod checks;
mod links;

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use serde_json::Value;

use crate::answers::{Answers, Options, Service, Store};
use crate::blueprint::{Blueprint, Kind, OptionKind, OptionSpec};
use crate::catalogue::Catalogue;
use crate::document::Node;
use crate::error::{Diagnostic, Error, Place, Result, did_you_mean};
use crate::names::{Name, upper};
use crate::scalar::Scalar;

/// Everything that is in, in catalogue order; services in file order.
pub struct Selection {
    /// What people said.
    pub answers: Answers,
    /// The project blueprint.
    pub project: Chosen,
    /// Services.
    pub services: Vec<ChosenService>,
    /// Stores.
    pub stores: Vec<ChosenStore>,
    /// Features.
    pub features: Vec<Chosen>,
    /// Target.
    pub target: Option<Chosen>,
    /// Ci.
    pub ci: Option<Chosen>,
}

/// A blueprint with its options.
#[derive(Clone)]
pub struct Chosen {
    /// The blueprint.
    pub blueprint: Rc<Blueprint>,
    /// All its options.
    pub options: Options,
}

/// A service.
pub struct ChosenService {
    /// Its name.
    pub name: String,
    /// The blueprint with its options.
    pub chosen: Chosen,
    /// What people said.
    pub answers: Service,
    /// The port.
    pub port: u16,
    /// What it uses.
    pub links: Vec<Link>,
}

/// A store.
pub struct ChosenStore {
    /// Its name.
    pub name: String,
    /// The blueprint with its options.
    pub chosen: Chosen,
    /// Prefix of its variables.
    pub prefix: String,
    /// The name that its data bears.
    pub data: String,
    /// The service that owns its migrations.
    pub owner: Option<String>,
}

/// One service using one store or one API: the edge that glue follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Name of the store or service.
    pub to: String,
    /// Whether `to` is a store.
    pub store: bool,
    /// The capability whose glue is used.
    pub capability: String,
    /// Empty for the first of its capability in the service, `-<name>` for a further one.
    pub suffix: String,
}

/// Resolves answers.
///
/// # Errors
/// All mistakes at once, with places in `document`.
pub fn select(catalogue: &Catalogue, answers: Answers, document: &Node) -> Result<Selection> {
    let mut picker = Picker { catalogue, document, mistakes: Vec::new() };
    let project = Chosen { blueprint: catalogue.get(Kind::Project, "project")?, options: Options::new() };
    let stores = picker.stores(&answers);
    let services = picker.services(&answers);
    let features = picker.features(&answers);
    let target = picker.choice(&answers, Kind::Target);
    let ci = picker.choice(&answers, Kind::Ci);
    let mut selection = Selection { answers, project, services, stores, features, target, ci };
    picker.names(&selection);
    picker.colours(&selection);
    picker.routes(&selection);
    picker.links(&mut selection);
    Picker::owners(&mut selection);
    picker.needs(&selection);
    write_down_frozen(&mut selection);
    in_catalogue_order(&mut selection);
    if picker.mistakes.is_empty() { Ok(selection) } else { Err(Error::Invalid(picker.mistakes)) }
}

impl Selection {
    /// Every chosen blueprint that is not a service, with its name in the stack, in catalogue order.
    pub fn others(&self) -> impl Iterator<Item = (&str, &Chosen)> {
        std::iter::once(("project", &self.project))
            .chain(self.stores.iter().map(|s| (s.name.as_str(), &s.chosen)))
            .chain(self.features.iter().chain(&self.target).chain(&self.ci).map(|c| (c.blueprint.name.as_str(), c)))
    }

    /// Capabilities that are there, each with who provides it.
    pub fn capabilities(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut all: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let services = self.services.iter().map(|s| (s.name.as_str(), &s.chosen));
        for (name, chosen) in services.chain(self.others().skip(1)) {
            for capability in chosen.blueprint.provides() {
                all.entry(capability).or_default().push(name);
            }
        }
        all
    }

    /// A store by name.
    pub fn store(&self, name: &str) -> Option<&ChosenStore> {
        self.stores.iter().find(|s| s.name == name)
    }

    /// A service by name.
    pub fn service(&self, name: &str) -> Option<&ChosenService> {
        self.services.iter().find(|s| s.name == name)
    }
}

struct Picker<'a> {
    catalogue: &'a Catalogue,
    document: &'a Node,
    mistakes: Vec<Diagnostic>,
}

impl Picker<'_> {
    fn place(&self, path: &[&str]) -> Place {
        let path: Vec<String> = path.iter().map(|s| (*s).to_owned()).collect();
        self.document.locate(&path).clone()
    }

    fn wrong(&mut self, path: &[&str], message: impl Into<String>, hint: Option<String>) {
        self.mistakes.push(Diagnostic::new(message).at(self.place(path)).maybe_hint(hint));
    }

    fn get(&mut self, kind: Kind, name: &str, path: &[&str]) -> Option<Rc<Blueprint>> {
        match self.catalogue.get(kind, name) {
            Ok(blueprint) => Some(blueprint),
            Err(error) => {
                let place = self.place(path);
                self.mistakes.extend(
                    error.diagnostics().iter().map(|d| if d.place.is_some() { d.clone() } else { d.clone().at(place.clone()) }),
                );
                None
            }
        }
    }

    fn stores(&mut self, answers: &Answers) -> Vec<ChosenStore> {
        let mut stores = Vec::new();
        for (name, store) in &answers.stores {
            let blueprint_name = store.blueprint.as_ref().unwrap_or(name);
            let path = ["stores", name.as_str(), "blueprint"];
            let Some(blueprint) = self.get(Kind::Store, blueprint_name.as_str(), &path) else { continue };
            let options = self.options(&store.options, &blueprint, &["stores", name.as_str()], &["blueprint", "prefix", "data"]);
            let prefix = prefix(name, store, &blueprint);
            let data = store.data.as_ref().unwrap_or(name).to_string();
            let chosen = Chosen { blueprint, options };
            stores.push(ChosenStore { name: name.to_string(), chosen, prefix, data, owner: None });
        }
        // Instances of one blueprint: the one of its own name first, then by name, so that the order of `add`s is no matter.
        stores.sort_by(|a, b| {
            let key = |s: &ChosenStore| (s.chosen.blueprint.name.clone(), s.name != s.chosen.blueprint.name, s.name.clone());
            key(a).cmp(&key(b))
        });
        self.one_owner_of_data(&stores);
        let mut claimed: HashMap<String, String> = HashMap::new();
        for store in &stores {
            if let Some(first) = claimed.insert(store.prefix.clone(), store.name.clone()) {
                let shared = store.chosen.blueprint.manifest.extends.as_ref().map_or(&*store.chosen.blueprint.name, Name::as_str);
                self.wrong(
                    &["stores", &store.name],
                    format!("`{first}` and `{}` both provide `{shared}` (variables `{}_*`)", store.name, store.prefix),
                    Some(format!(
                        "keep one, or give one another name: `--set stores.{}=null --set stores.cache.blueprint={}`",
                        store.name, store.chosen.blueprint.name
                    )),
                );
            }
        }
        stores
    }

    /// Two stores on one volume would destroy it.
    fn one_owner_of_data(&mut self, stores: &[ChosenStore]) {
        let mut owners: HashMap<&str, &str> = HashMap::new();
        for store in stores {
            if let Some(first) = owners.insert(&store.data, &store.name) {
                let message = format!("`{first}` and `{}` both keep the data of `{}`", store.name, store.data);
                let path = ["stores", store.name.as_str(), "data"];
                self.wrong(&path, message, Some("give the new one another name".into()));
            }
        }
    }

    fn services(&mut self, answers: &Answers) -> Vec<ChosenService> {
        let mut services = Vec::new();
        let mut ports: HashMap<u16, String> = HashMap::new();
        for (name, service) in &answers.services {
            if let Some(port) = service.port
                && let Some(first) = ports.insert(port, name.to_string())
            {
                self.wrong(
                    &["services", name.as_str(), "port"],
                    format!("`{first}` and `{name}` both listen on port {port}"),
                    Some(format!("`--set services.{name}.port={}`", port.saturating_add(1))),
                );
            }
        }
        for (name, service) in &answers.services {
            let path = ["services", name.as_str(), "blueprint"];
            let Some(blueprint) = self.get(Kind::Service, service.blueprint.as_str(), &path) else { continue };
            let common = ["blueprint", "port", "route", "websocket", "replicas", "uses", "env", "secrets", "generated"];
            let options = self.options(&service.options, &blueprint, &["services", name.as_str()], &common);
            let mut port = service.port.unwrap_or_else(|| blueprint.manifest.defaults.port.unwrap_or(8080));
            if service.port.is_none() {
                while ports.contains_key(&port) {
                    port += 1;
                }
                ports.insert(port, name.to_string());
            }
            services.push(ChosenService {
                name: name.to_string(),
                chosen: Chosen { blueprint, options },
                answers: service.clone(),
                port,
                links: vec![],
            });
        }
        services
    }

    fn features(&mut self, answers: &Answers) -> Vec<Chosen> {
        let mut features = Vec::new();
        for (name, given) in &answers.features {
            let path = ["features", name.as_str()];
            let Some(blueprint) = self.get(Kind::Feature, name.as_str(), &path) else { continue };
            let options = self.options(given, &blueprint, &path, &[]);
            features.push(Chosen { blueprint, options });
        }
        features.sort_by(|a, b| a.blueprint.name.cmp(&b.blueprint.name));
        features
    }

    fn choice(&mut self, answers: &Answers, kind: Kind) -> Option<Chosen> {
        let (choice, key) = if kind == Kind::Target { (&answers.target, "target") } else { (&answers.ci, "ci") };
        let choice = choice.as_ref()?;
        let blueprint = self.get(kind, choice.name()?.as_str(), &[key])?;
        let options = self.options(&choice.options(), &blueprint, &[key], &["blueprint"]);
        Some(Chosen { blueprint, options })
    }

    fn options(&mut self, given: &Options, blueprint: &Blueprint, path: &[&str], common: &[&str]) -> Options {
        let specs = &blueprint.manifest.options;
        for (key, value) in given {
            let mut at = path.to_vec();
            at.push(key);
            let Some(spec) = specs.get(key) else {
                let known: Vec<&str> = common.iter().copied().chain(specs.keys().map(String::as_str)).collect();
                let hint = did_you_mean(key, known.iter().copied()).or_else(|| {
                    (!known.is_empty())
                        .then(|| format!("known here: {}", known.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(", ")))
                });
                self.wrong(&at, format!("unknown key `{}`", at.join(".")), hint);
                continue;
            };
            if let Err(expected) = check_option(spec, value) {
                self.wrong(&at, format!("`{}` of `{}`: {expected}", key, blueprint.name), None);
            }
        }
        let complete = |(key, spec): (&String, &OptionSpec)| {
            (key.clone(), given.get(key).cloned().unwrap_or_else(|| serde_json::to_value(&spec.default).unwrap_or_default()))
        };
        specs.iter().map(complete).collect()
    }
}

/// Stores and features stand in catalogue order in the canonical file too, so that the order of `add`s leaves no trace.
fn in_catalogue_order(selection: &mut Selection) {
    let rank: HashMap<&str, usize> = selection.stores.iter().enumerate().map(|(i, s)| (s.name.as_str(), i)).collect();
    let answers = &mut selection.answers;
    answers.stores.sort_by_cached_key(|name, _| rank.get(name.as_str()).copied());
    answers.features.sort_unstable_keys();
}

/// What may never move by itself (a store's major version) is written down when it is first chosen, default or not.
fn write_down_frozen(selection: &mut Selection) {
    for store in &selection.stores {
        let specs = &store.chosen.blueprint.manifest.options;
        let Some(answers) = selection.answers.stores.get_mut(store.name.as_str()) else { continue };
        for (key, _) in specs.iter().filter(|(_, spec)| spec.frozen) {
            answers.options.entry(key.clone()).or_insert_with(|| store.chosen.options[key].clone());
        }
    }
}

fn prefix(name: &Name, store: &Store, blueprint: &Blueprint) -> String {
    if let Some(prefix) = &store.prefix {
        return prefix.to_string();
    }
    match &blueprint.manifest.prefix {
        Some(own) if name.as_str() == blueprint.name => own.to_string(),
        _ => upper(name.as_str()),
    }
}

fn check_option(spec: &OptionSpec, value: &Value) -> std::result::Result<(), String> {
    let fits = match spec.kind {
        OptionKind::String => value.is_string(),
        OptionKind::Integer => value.is_i64(),
        OptionKind::Boolean => value.is_boolean(),
    };
    let word = match spec.kind {
        OptionKind::String => "a text",
        OptionKind::Integer => "a whole number",
        OptionKind::Boolean => "true or false",
    };
    if !fits {
        return Err(format!("expected {word}"));
    }
    let chosen = serde_json::from_value::<Scalar>(value.clone()).map(|s| s.text()).unwrap_or_default();
    if !spec.choices.is_empty() && !spec.choices.iter().any(|c| c.text() == chosen) {
        let all: Vec<String> = spec.choices.iter().map(|c| format!("`{}`", c.text())).collect();
        return Err(format!("`{chosen}` is not one of {}", all.join(", ")));
    }
    Ok(())
}
