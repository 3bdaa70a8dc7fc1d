//! Why: answers say what people chose; this says what that means: which blueprints are in, with complete options, who
//! uses what under which name, and whether it can be. Everything that can be wrong with the choice is told here, at once.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use serde_json::Value;

use crate::answers::{Answers, Options, Scalar, Service, Store};
use crate::blueprint::{Blueprint, Kind, OptionKind, OptionSpec};
use crate::catalogue::Catalogue;
use crate::document::Node;
use crate::error::{Diagnostic, Error, Place, Result, did_you_mean};
use crate::names::{Name, identifier, upper};

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
    picker.routes(&selection);
    picker.links(&mut selection);
    picker.owners(&mut selection);
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
    pub fn capabilities(&self) -> BTreeMap<String, Vec<String>> {
        let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let services = self.services.iter().map(|s| (s.name.as_str(), &s.chosen));
        for (name, chosen) in services.chain(self.others().skip(1)) {
            for capability in chosen.blueprint.provides() {
                all.entry(capability.to_owned()).or_default().push(name.to_owned());
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
            let options = self.options(&store.options, &blueprint, &["stores", name.as_str()], &["blueprint", "prefix"]);
            let prefix = prefix(name, store, &blueprint);
            stores.push(ChosenStore { name: name.to_string(), chosen: Chosen { blueprint, options }, prefix, owner: None });
        }
        // Instances of one blueprint: the one of its own name first, then by name, so that the order of `add`s is no matter.
        stores.sort_by(|a, b| {
            let key = |s: &ChosenStore| (s.chosen.blueprint.name.clone(), s.name != s.chosen.blueprint.name, s.name.clone());
            key(a).cmp(&key(b))
        });
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

    fn services(&mut self, answers: &Answers) -> Vec<ChosenService> {
        if answers.services.is_empty() {
            self.wrong(&["services"], "at least one service is needed", Some("`--set services.api.blueprint=fastapi`".into()));
        }
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

    fn names(&mut self, selection: &Selection) {
        let stores: HashSet<&str> = selection.stores.iter().map(|s| s.name.as_str()).collect();
        for service in &selection.services {
            let name = service.name.as_str();
            let path = ["services", name];
            if matches!(name, "nginx" | "migrate") || name.starts_with("migrate-") || stores.contains(name) {
                self.wrong(
                    &path,
                    format!("the name `{name}` is taken by another part of the stack"),
                    Some("choose another name for the service".into()),
                );
            }
        }
        for store in &selection.stores {
            if matches!(store.name.as_str(), "nginx" | "migrate") || store.name.starts_with("migrate-") {
                let path = ["stores", store.name.as_str()];
                self.wrong(
                    &path,
                    format!("the name `{}` is taken by another part of the stack", store.name),
                    Some("choose another name for the store".into()),
                );
            }
        }
    }

    fn routes(&mut self, selection: &Selection) {
        let mut taken: HashMap<&str, &str> = HashMap::from([("/healthz", "nginx"), ("/.well-known", "nginx")]);
        for service in &selection.services {
            let name = service.name.as_str();
            if service.answers.route.is_some() && service.chosen.blueprint.manifest.routable == Some(false) {
                let message = format!(
                    "`{name}` is made from `{}`, which answers no requests: it cannot have a route",
                    service.chosen.blueprint.name
                );
                self.wrong(&["services", name, "route"], message, Some(format!("`--set services.{name}.route=null`")));
            }
            if service.answers.websocket.is_some() && service.answers.route.is_none() {
                self.wrong(
                    &["services", name, "websocket"],
                    format!("`{name}` has a websocket but no route"),
                    Some(format!("`--set services.{name}.route=/{name}`")),
                );
            }
            let paths = [("route", &service.answers.route), ("websocket", &service.answers.websocket)];
            for (key, route) in paths.iter().filter_map(|(k, r)| r.as_ref().map(|r| (k, r))) {
                if let Some(first) = taken.insert(route.as_str(), name) {
                    self.wrong(
                        &["services", name, key],
                        format!("`{first}` and `{name}` both claim the path `{route}`"),
                        Some(format!("`--set services.{name}.{key}=/{name}`")),
                    );
                }
            }
        }
    }

    fn links(&mut self, selection: &mut Selection) {
        let mut all = Vec::new();
        for service in &selection.services {
            let mut links: Vec<Link> = Vec::new();
            let wanted = service.answers.uses.as_ref();
            if let Some(wanted) = wanted {
                for (i, name) in wanted.iter().enumerate() {
                    self.known_use(selection, service, name, i);
                }
            }
            let glue = |blueprint: &Blueprint| {
                blueprint.provides().into_iter().find(|c| service.chosen.blueprint.with.contains_key(*c)).map(str::to_owned)
            };
            let asked = |name: &str| wanted.is_none_or(|w| w.iter().any(|n| n.as_str() == name));
            for store in selection.stores.iter().filter(|s| asked(&s.name)) {
                if let Some(capability) = glue(&store.chosen.blueprint) {
                    links.push(link(&store.name, true, capability, &links));
                }
            }
            let named = |name: &str| wanted.is_some_and(|w| w.iter().any(|n| n.as_str() == name));
            let any_service_named = selection.services.iter().any(|s| named(&s.name));
            for other in &selection.services {
                // Naming stores alone narrows stores alone: a frontend still calls every API.
                let wanted = if any_service_named { named(&other.name) } else { true };
                if !wanted || other.name == service.name || other.answers.route.is_none() {
                    continue;
                }
                if let Some(capability) = glue(&other.chosen.blueprint) {
                    links.push(link(&other.name, false, capability, &links));
                }
            }
            all.push(links);
        }
        for (service, links) in selection.services.iter_mut().zip(all) {
            service.links = links;
        }
    }

    fn known_use(&mut self, selection: &Selection, service: &ChosenService, name: &Name, index: usize) {
        let at = index.to_string();
        let path = ["services", service.name.as_str(), "uses", at.as_str()];
        let blueprint = selection
            .store(name.as_str())
            .map(|s| &s.chosen.blueprint)
            .or_else(|| selection.service(name.as_str()).map(|s| &s.chosen.blueprint));
        let Some(blueprint) = blueprint else {
            let known =
                selection.stores.iter().map(|s| s.name.as_str()).chain(selection.services.iter().map(|s| s.name.as_str()));
            let hint = did_you_mean(name.as_str(), known).unwrap_or_else(|| format!("`--set stores.{name}.blueprint=...`"));
            self.wrong(&path, format!("`{}` uses `{name}`, which is neither a store nor a service", service.name), Some(hint));
            return;
        };
        if !blueprint.provides().iter().any(|c| service.chosen.blueprint.with.contains_key(*c)) {
            let clients: Vec<&str> = service.chosen.blueprint.with.keys().map(String::as_str).collect();
            let message = format!("`{}` has no client for `{}`", service.chosen.blueprint.name, blueprint.name);
            self.wrong(&path, message, Some(format!("it has glue for: {}", clients.join(", "))));
        }
    }

    fn owners(&mut self, selection: &mut Selection) {
        let mut owners = HashMap::new();
        for service in &selection.services {
            for link in service.links.iter().filter(|l| l.store) {
                let layer = service.chosen.blueprint.with.get(&link.capability);
                let migrates = layer
                    .and_then(|l| l.facts.as_ref())
                    .is_some_and(|f| f.get("commands").is_some_and(|c| c.get("migrate").is_some()));
                if migrates {
                    owners.entry(link.to.clone()).or_insert_with(|| service.name.clone());
                }
            }
        }
        for store in &mut selection.stores {
            store.owner = owners.remove(&store.name);
        }
    }

    fn needs(&mut self, selection: &Selection) {
        let capabilities = selection.capabilities();
        for service in &selection.services {
            for need in &service.chosen.blueprint.manifest.needs {
                if !service.links.iter().any(|l| l.capability == need.as_str()) {
                    let message =
                        format!("`{}` is made from `{}`, which needs `{need}`", service.name, service.chosen.blueprint.name);
                    let hint = if capabilities.contains_key(need.as_str()) {
                        format!("add it to `services.{}.uses`", service.name)
                    } else {
                        format!("`--set stores.{need}.blueprint={need}`")
                    };
                    self.wrong(&["services", &service.name], message, Some(hint));
                }
            }
        }
        let services = selection.services.iter().map(|s| (s.name.as_str(), &s.chosen, false));
        for (name, chosen, check_needs) in services.chain(selection.others().map(|(n, c)| (n, c, true))) {
            let path = ["services", name];
            let path: &[&str] = match chosen.blueprint.kind {
                Kind::Service => &path,
                Kind::Store => &["stores", name],
                Kind::Feature => &["features", name],
                Kind::Target => &["target"],
                Kind::Ci => &["ci"],
                Kind::Project => &[],
            };
            for need in chosen.blueprint.manifest.needs.iter().filter(|n| check_needs && !capabilities.contains_key(n.as_str())) {
                let hint = format!("add what provides it: `scaffold list` shows what provides `{need}`");
                self.wrong(path, format!("`{name}` needs `{need}`, which nothing provides"), Some(hint));
            }
            for conflict in &chosen.blueprint.manifest.conflicts {
                if let Some(other) = capabilities.get(conflict.as_str()).and_then(|who| who.iter().find(|w| *w != name)) {
                    self.wrong(
                        path,
                        format!("`{name}` and `{other}` cannot stand together"),
                        Some(format!("keep one of `{name}` and `{other}`")),
                    );
                }
            }
        }
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

fn link(to: &str, store: bool, capability: String, before: &[Link]) -> Link {
    let first = !before.iter().any(|l| l.capability == capability);
    let suffix = if first { String::new() } else { format!("-{to}") };
    Link { to: to.to_owned(), store, capability, suffix }
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

/// `my-store` → `my_store`, where a template needs an identifier.
pub fn id(name: &str) -> String {
    identifier(name)
}
