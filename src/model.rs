//! Why: facts of all chosen blueprints are joined and cross-checked here, once, and everything that is emitted is
//! written from the result, so that compose files, docs, nginx and CI cannot disagree.

use std::collections::{BTreeMap, HashMap};

use indexmap::IndexMap;
use minijinja::value::Value;
use serde_json::Value as Json;

use crate::answers::ENVIRONMENTS;
use crate::containers;
use crate::document::{Content, Node};
use crate::error::{Diagnostic, Error, Result, did_you_mean};
use crate::facts::{Connection, Facts, VariableFact};
use crate::join::Joined;
use crate::names::{identifier, upper};
use crate::render::{Renderer, pins_value, value_of};
use crate::selection::{Chosen, ChosenService, ChosenStore, Link, Selection};
use crate::shape::Shape;
use crate::views::{
    BindingView, ChosenView, EnvironmentView, Model, Pair, ProjectView, RouteView, ServiceSecret, ServiceView, StoreView,
    VariableView,
};

/// Settings that every application gets from `config/<environment>.env`.
const COMMON: [&str; 2] = ["ENVIRONMENT", "LOG_LEVEL"];

/// The joined model with what the plan needs to render each blueprint.
pub struct Stack {
    /// What templates see.
    pub model: Model,
    /// The project.
    pub project: ProjectView,
    /// The pins.
    pub pins: Value,
}

/// A service with its joined facts.
pub struct BuiltService {
    /// What templates see.
    pub view: ServiceView,
    /// Its facts.
    pub facts: Facts,
    /// Migrations by store: the command.
    pub migrations: Vec<(String, Vec<String>)>,
    /// Seeds.
    pub seeds: Vec<Vec<String>>,
}

/// Joins the facts of a selection.
///
/// # Errors
/// All clashes and references to nothing.
pub fn build(selection: &Selection, pins: &Json, renderer: &Renderer) -> Result<Stack> {
    let project = project_view(selection);
    let mut builder = Builder {
        selection,
        renderer,
        pins: pins_value(pins),
        project: value_of(&project),
        mistakes: vec![],
        shared: Joined::default(),
    };
    let stores = builder.stores();
    let mut services = builder.services(&stores);
    builder.others();
    builder.environment_variables(&mut services);
    let shared = builder.shared_facts();
    let Builder { pins, mistakes, .. } = builder;
    if !mistakes.is_empty() {
        return Err(Error::Invalid(mistakes));
    }
    let mut model = Model {
        features: selection.features.iter().map(chosen_view).collect(),
        target: selection.target.as_ref().map(chosen_view),
        ci: selection.ci.as_ref().map(chosen_view),
        environments: environments(selection, &services),
        routes: routes(&services, selection),
        domains: domains(selection),
        stores: stores.into_iter().map(|(view, _)| view).collect(),
        ..Model::default()
    };
    containers::join(&mut model, services, shared, selection)?;
    Ok(Stack { model, project, pins })
}

struct Builder<'a> {
    selection: &'a Selection,
    renderer: &'a Renderer,
    pins: Value,
    project: Value,
    mistakes: Vec<Diagnostic>,
    shared: Joined,
}

/// A store with the part of its facts that is rendered once for each binding.
type BuiltStore = (StoreView, Option<Node>);

impl Builder<'_> {
    fn context(&self, chosen: &Chosen, more: &[(&'static str, Value)]) -> Value {
        let base = [("project", self.project.clone()), ("pins", self.pins.clone()), ("options", value_of(&chosen.options))];
        Value::from_pairs(base.into_iter().chain(more.iter().cloned()))
    }

    fn stores(&mut self) -> Vec<BuiltStore> {
        let selection = self.selection;
        let mut built = Vec::new();
        for store in &selection.stores {
            let view = store_view(store, selection);
            let context = self.context(&store.chosen, &[("store", value_of(&view))]);
            let mut connection = None;
            if let Some(facts) = &store.chosen.blueprint.own.facts {
                let (rest, taken) = without(facts, "connection");
                connection = taken;
                self.add_shared(&rest, &context, &store.name);
            }
            for layer in self.active_layers(&store.chosen) {
                if let Some(facts) = layer {
                    self.add_shared(&facts, &context, &store.name);
                }
            }
            built.push((view, connection));
        }
        built
    }

    /// Facts of glue for whatever else is chosen, of a blueprint that is not bound by edges.
    fn active_layers(&self, chosen: &Chosen) -> Vec<Option<Node>> {
        let capabilities = self.selection.capabilities();
        let with = &chosen.blueprint.with;
        with.iter().filter(|(c, _)| capabilities.contains_key(*c)).map(|(_, layer)| layer.facts.clone()).collect()
    }

    fn services(&mut self, stores: &[BuiltStore]) -> Vec<BuiltService> {
        let selection = self.selection;
        let mut joined: Vec<(ServiceView, Joined, Vec<(String, Vec<String>)>, Vec<Vec<String>>)> = Vec::new();
        for service in &selection.services {
            let mut view = service_view(service, selection);
            let mut facts = Joined::default();
            let (mut migrations, mut seeds) = (vec![], vec![]);
            let own = self.context(&service.chosen, &[("service", value_of(&view))]);
            if let Some(node) = service.chosen.blueprint.own.facts.clone() {
                self.add(&mut facts, &node, &own, &service.name);
            }
            for link in service.links.iter().filter(|l| l.store) {
                let binding = self.store_binding(service, link, stores);
                self.bound(service, &view, link, &binding, &mut facts, &mut migrations, &mut seeds);
                view.uses.push(binding);
            }
            for capability in self.feature_capabilities(&service.chosen) {
                let layer = &service.chosen.blueprint.with[&capability];
                if let Some(node) = layer.facts.clone() {
                    self.add(&mut facts, &node, &own, &service.name);
                }
            }
            joined.push((view, facts, migrations, seeds));
        }
        // Frontends see what APIs offer, and that is known only now.
        let offers: HashMap<String, (ServiceView, Json)> = joined
            .iter()
            .map(|(view, facts, ..)| (view.name.clone(), (view.clone(), facts.value["endpoints"].clone())))
            .collect();
        let mut built = Vec::new();
        for (service, (mut view, mut facts, mut migrations, mut seeds)) in selection.services.iter().zip(joined) {
            for link in service.links.iter().filter(|l| !l.store) {
                let (api, endpoints) = &offers[&link.to];
                let binding = api_binding(link, api, endpoints);
                self.bound(service, &view, link, &binding, &mut facts, &mut migrations, &mut seeds);
                view.uses.push(binding);
            }
            let Some(facts) = self.typed(facts.value, &service.name) else { continue };
            view.endpoints.clone_from(&facts.endpoints);
            view.commands.clone_from(&facts.commands);
            view.metrics.clone_from(&facts.metrics);
            view.variables = self.variables(service, &view, &facts);
            built.push(BuiltService { view, facts, migrations, seeds });
        }
        built
    }

    #[allow(clippy::too_many_arguments)]
    fn bound(
        &mut self,
        service: &ChosenService,
        view: &ServiceView,
        link: &Link,
        binding: &BindingView,
        facts: &mut Joined,
        migrations: &mut Vec<(String, Vec<String>)>,
        seeds: &mut Vec<Vec<String>>,
    ) {
        let layer = &service.chosen.blueprint.with[&link.capability];
        let Some(node) = &layer.facts else { return };
        let context = self.context(&service.chosen, &[("service", value_of(view)), ("binding", value_of(binding))]);
        let Some(mut value) = self.evaluate(node, &context) else { return };
        // Commands of two bindings stand side by side, they are not one list.
        if let Some(Json::Object(commands)) = value.get_mut("commands") {
            let mut take = |key: &str| commands.shift_remove(key).and_then(|v| serde_json::from_value::<Vec<String>>(v).ok());
            let (migrate, seed) = (take("migrate"), take("seed"));
            if let Some(command) = migrate.filter(|_| binding.owner) {
                migrations.push((link.to.clone(), command));
                seeds.extend(seed.filter(|s| !seeds.contains(s)));
            }
        }
        if let Err(clashes) = facts.add(value, &format!("{}/with/{}", service.chosen.blueprint.name, link.capability)) {
            self.mistakes.extend(clashes);
        }
    }

    fn feature_capabilities(&self, chosen: &Chosen) -> Vec<String> {
        let selection = self.selection;
        let others = selection.features.iter().chain(&selection.target).chain(&selection.ci);
        let there: Vec<&str> = others.flat_map(|c| c.blueprint.provides()).collect();
        chosen.blueprint.with.keys().filter(|c| there.contains(&c.as_str())).cloned().collect()
    }

    fn store_binding(&mut self, service: &ChosenService, link: &Link, stores: &[BuiltStore]) -> BindingView {
        let Some(((view, connection), store)) = stores.iter().zip(&self.selection.stores).find(|((v, _), _)| v.name == link.to)
        else {
            return BindingView::default();
        };
        let mut binding = BindingView {
            binding: view.name.clone(),
            binding_id: view.id.clone(),
            store: view.name.clone(),
            store_id: view.id.clone(),
            capability: link.capability.clone(),
            prefix: view.prefix.clone(),
            suffix: link.suffix.clone(),
            owner: view.owner == service.name,
            ..BindingView::default()
        };
        let context = self.context(&store.chosen, &[("store", value_of(view)), ("binding", value_of(&binding))]);
        let value = connection.as_ref().and_then(|node| self.evaluate(node, &context)).unwrap_or_default();
        let connection: Connection = serde_json::from_value(value).unwrap_or_default();
        binding.variables = connection.variables.iter().map(|v| variable_view(v, &service.name)).collect();
        binding
    }

    fn others(&mut self) {
        let selection = self.selection;
        let rest = selection.features.iter().chain(&selection.target).chain(&selection.ci).chain([&selection.project]);
        for chosen in rest {
            let context = self.context(chosen, &[]);
            let name = chosen.blueprint.name.clone();
            let own = chosen.blueprint.own.facts.clone();
            for node in std::iter::once(own).chain(self.active_layers(chosen)).flatten() {
                self.add_shared(&node, &context, &name);
            }
        }
    }

    fn add_shared(&mut self, node: &Node, context: &Value, source: &str) {
        let mut shared = std::mem::take(&mut self.shared);
        self.add(&mut shared, node, context, source);
        self.shared = shared;
    }

    fn add(&mut self, to: &mut Joined, node: &Node, context: &Value, source: &str) {
        if let Some(value) = self.evaluate(node, context)
            && let Err(clashes) = to.add(value, source)
        {
            self.mistakes.extend(clashes);
        }
    }

    /// Renders facts and checks their types once more, now that templates have become values.
    fn evaluate(&mut self, node: &Node, context: &Value) -> Option<Json> {
        match self.renderer.facts(node, context) {
            Err(mistake) => {
                self.mistakes.push(mistake);
                None
            }
            Ok(rendered) => {
                let value = rendered.to_json();
                if serde_json::from_value::<Facts>(value.clone()).is_err()
                    && serde_json::from_value::<Connection>(value.clone()).is_err()
                {
                    let schema = schemars::schema_for!(Facts).to_value();
                    self.mistakes.extend(Shape::new(&schema).check(&rendered));
                }
                Some(value)
            }
        }
    }

    fn typed(&mut self, value: Json, source: &str) -> Option<Facts> {
        let value = if value.is_null() { Json::Object(serde_json::Map::new()) } else { value };
        match serde_json::from_value(value) {
            Ok(facts) => Some(facts),
            Err(error) => {
                if self.mistakes.is_empty() {
                    self.mistakes.push(Diagnostic::new(format!("facts of `{source}`: {error}")));
                }
                None
            }
        }
    }

    fn shared_facts(&mut self) -> Facts {
        let value = std::mem::take(&mut self.shared.value);
        self.typed(value, "the stack").unwrap_or_default()
    }

    /// Every variable a service's container gets; two sources for one name are a mistake.
    fn variables(&mut self, service: &ChosenService, view: &ServiceView, facts: &Facts) -> Vec<VariableView> {
        let mut all: Vec<VariableView> = Vec::new();
        let mut sources: HashMap<String, &str> = COMMON.iter().map(|c| ((*c).to_owned(), "every service")).collect();
        let mut add = |variable: VariableView, source: &'static str, mistakes: &mut Vec<Diagnostic>| {
            if let Some(first) = sources.insert(variable.name.clone(), source) {
                mistakes.push(Diagnostic::new(format!(
                    "the variable `{}` of `{}` comes from {first} and from {source}",
                    variable.name, service.name
                )));
                return;
            }
            all.push(variable);
        };
        let plain = |name: &str, value: &str, help: &str| VariableView {
            name: name.to_owned(),
            value: value.to_owned(),
            help: help.to_owned(),
            services: vec![service.name.clone()],
            ..VariableView::default()
        };
        if view.settings {
            add(plain("SERVICE_NAME", &view.name, "Name in logs"), "every service", &mut self.mistakes);
            add(plain("PORT", &view.port.to_string(), "Port it listens on"), "every service", &mut self.mistakes);
            if view.public {
                add(
                    plain("BASE_PATH", &view.base, "Path prefix under which nginx routes to it"),
                    "every service",
                    &mut self.mistakes,
                );
            }
            if !view.websocket.is_empty() {
                add(plain("WEBSOCKET_PATH", &view.websocket, "Path of its websocket"), "every service", &mut self.mistakes);
            }
        }
        for binding in &view.uses {
            for variable in &binding.variables {
                add(variable.clone(), "a store", &mut self.mistakes);
            }
        }
        for fact in &facts.variables {
            add(variable_view(fact, &service.name), "its blueprint", &mut self.mistakes);
        }
        for pair in &view.env {
            add(plain(&pair.name, &pair.value, ""), "its `env`", &mut self.mistakes);
        }
        for secret in &view.secrets {
            let mut variable = plain(&format!("{}_FILE", secret.name), &format!("/run/secrets/{}", secret.file), "");
            variable.secret = true;
            variable.help = if secret.generated { "Made by scripts/setup.sh".into() } else { "Given by a person".into() };
            add(variable, "its `secrets`", &mut self.mistakes);
        }
        all
    }

    /// Variables that an environment overrides move from compose.yaml to `config/*.env`.
    fn environment_variables(&mut self, services: &mut [BuiltService]) {
        for environment in ENVIRONMENTS {
            let Some(overrides) = self.selection.answers.environments.env(environment) else { continue };
            for (name, value) in overrides {
                if COMMON.contains(&name.as_str()) {
                    continue;
                }
                let mut bases: Vec<(String, String)> = Vec::new();
                for service in services.iter_mut() {
                    for variable in service.view.variables.iter_mut().filter(|v| v.name == name.as_str() && !v.secret) {
                        bases.push((service.view.name.clone(), variable.value.clone()));
                        variable.by_environment.insert(environment.to_owned(), value.text());
                    }
                }
                if bases.is_empty() {
                    let known: Vec<&str> =
                        services.iter().flat_map(|s| s.view.variables.iter().map(|v| v.name.as_str())).collect();
                    let message = format!("no service reads `{name}`, which `environments.{environment}` sets");
                    self.mistakes.push(Diagnostic::new(message).maybe_hint(did_you_mean(name.as_str(), known)));
                } else if let Some((other, _)) = bases.iter().find(|(_, base)| *base != bases[0].1) {
                    let message = format!(
                        "`environments.{environment}` sets `{name}`, which `{}` and `{other}` read with different values",
                        bases[0].0
                    );
                    self.mistakes.push(Diagnostic::new(message).hint("give the variable another name in one of them"));
                }
            }
        }
        for service in services {
            for variable in service.view.variables.iter_mut().filter(|v| !v.by_environment.is_empty()) {
                for environment in ENVIRONMENTS {
                    let base = variable.value.clone();
                    variable.by_environment.entry(environment.to_owned()).or_insert(base);
                }
            }
        }
    }
}

fn without(node: &Node, key: &str) -> (Node, Option<Node>) {
    let mut rest = node.clone();
    let mut taken = None;
    if let Content::Mapping(entries) = &mut rest.content
        && let Some(at) = entries.iter().position(|(k, _)| k.name == key)
    {
        taken = Some(entries.remove(at).1);
    }
    (rest, taken)
}

/// The value of a variable as it stands in compose.yaml, and by environment when it differs.
pub fn variable_view(fact: &VariableFact, service: &str) -> VariableView {
    let secret = fact.secret.as_ref().map(|s| format!("/run/secrets/{s}"));
    let mut by_environment = IndexMap::new();
    if let Some(value @ crate::facts::ByEnvironment::Each(_)) = &fact.value {
        for environment in ENVIRONMENTS {
            by_environment.insert(environment.to_owned(), value.get(environment).unwrap_or_default());
        }
    }
    let value = fact.value.as_ref().and_then(|v| v.get("production")).unwrap_or_default();
    VariableView {
        name: fact.name.to_string(),
        value: secret.clone().unwrap_or(value),
        help: fact.help.clone(),
        secret: secret.is_some(),
        services: vec![service.to_owned()],
        by_environment,
    }
}

fn project_view(selection: &Selection) -> ProjectView {
    let answers = &selection.answers;
    let registry = answers.registry.to_string();
    let first = registry.split('/').next().unwrap_or_default();
    let registry_host = if first.contains(['.', ':']) || first == "localhost" { first } else { "docker.io" };
    ProjectView {
        name: answers.name.to_string(),
        id: identifier(answers.name.as_str()),
        domain: answers.domain.to_string(),
        registry_host: registry_host.to_owned(),
        registry,
    }
}

fn store_view(store: &ChosenStore, selection: &Selection) -> StoreView {
    let users = selection.services.iter().filter(|s| s.links.iter().any(|l| l.store && l.to == store.name));
    StoreView {
        name: store.name.clone(),
        id: identifier(&store.name),
        blueprint: store.chosen.blueprint.name.clone(),
        summary: store.chosen.blueprint.manifest.summary.clone(),
        prefix: store.prefix.clone(),
        options: store.chosen.options.clone(),
        users: users.map(|s| s.name.clone()).collect(),
        owner: store.owner.clone().unwrap_or_default(),
    }
}

fn service_view(service: &ChosenService, selection: &Selection) -> ServiceView {
    let answers = &service.answers;
    let manifest = &service.chosen.blueprint.manifest;
    let route = answers.route.as_ref().map(ToString::to_string).unwrap_or_default();
    let secret = |name: &crate::names::Variable, generated| ServiceSecret {
        name: name.to_string(),
        file: name.as_str().to_ascii_lowercase(),
        generated,
    };
    ServiceView {
        name: service.name.clone(),
        id: identifier(&service.name),
        blueprint: service.chosen.blueprint.name.clone(),
        summary: manifest.summary.clone(),
        language: manifest.language.clone(),
        path: format!("services/{}", service.name),
        image: format!("{}/{}", selection.answers.registry, service.name),
        port: service.port,
        base: route.trim_end_matches('/').to_owned(),
        public: !route.is_empty(),
        route,
        websocket: answers.websocket.as_ref().map(ToString::to_string).unwrap_or_default(),
        settings: manifest.settings != Some(false),
        replicas: answers.replicas.unwrap_or(1),
        options: service.chosen.options.clone(),
        env: answers.env.iter().map(|(n, v)| Pair { name: n.to_string(), value: v.text(), help: String::new() }).collect(),
        secrets: answers
            .secrets
            .iter()
            .map(|n| secret(n, false))
            .chain(answers.generated.iter().map(|n| secret(n, true)))
            .collect(),
        ..ServiceView::default()
    }
}

fn api_binding(link: &Link, api: &ServiceView, endpoints: &Json) -> BindingView {
    BindingView {
        binding: api.name.clone(),
        binding_id: api.id.clone(),
        service: api.name.clone(),
        service_id: api.id.clone(),
        capability: link.capability.clone(),
        prefix: upper(&api.name),
        suffix: link.suffix.clone(),
        base: api.base.clone(),
        websocket: api.websocket.clone(),
        port: api.port,
        url: format!("http://{}:{}{}", api.name, api.port, api.base),
        endpoints: serde_json::from_value(endpoints.clone()).unwrap_or_default(),
        ..BindingView::default()
    }
}

fn chosen_view(chosen: &Chosen) -> ChosenView {
    ChosenView {
        name: chosen.blueprint.name.clone(),
        summary: chosen.blueprint.manifest.summary.clone(),
        options: chosen.options.clone(),
    }
}

fn staging_domain(selection: &Selection) -> String {
    let answers = &selection.answers;
    let given = answers.environments.staging.as_ref().and_then(|s| s.domain.as_ref());
    given.map_or_else(|| format!("staging.{}", answers.domain), ToString::to_string)
}

fn domains(selection: &Selection) -> Vec<String> {
    vec![selection.answers.domain.to_string(), staging_domain(selection)]
}

fn environments(selection: &Selection, services: &[BuiltService]) -> Vec<EnvironmentView> {
    let mut views = Vec::new();
    for name in ENVIRONMENTS {
        let given = selection.answers.environments.env(name);
        let level = given.and_then(|g| g.get("LOG_LEVEL")).map(crate::answers::Scalar::text);
        let usual = if name == "development" {
            "debug"
        } else if name == "test" {
            "warning"
        } else {
            "info"
        };
        let mut variables: BTreeMap<String, Pair> = BTreeMap::new();
        for variable in services.iter().flat_map(|s| &s.view.variables) {
            if let Some(value) = variable.by_environment.get(name) {
                let pair = Pair { name: variable.name.clone(), value: value.clone(), help: variable.help.clone() };
                variables.insert(variable.name.clone(), pair);
            }
        }
        let common = [
            Pair { name: "ENVIRONMENT".into(), value: name.into(), help: "Which of the four environments this is".into() },
            Pair {
                name: "LOG_LEVEL".into(),
                value: level.unwrap_or_else(|| usual.into()),
                help: "debug, info, warning or error".into(),
            },
        ];
        let domain = match name {
            "production" => selection.answers.domain.to_string(),
            "staging" => staging_domain(selection),
            _ => "localhost".to_owned(),
        };
        views.push(EnvironmentView {
            name: name.to_owned(),
            domain,
            variables: common.into_iter().chain(variables.into_values()).collect(),
        });
    }
    views
}

fn routes(services: &[BuiltService], selection: &Selection) -> Vec<RouteView> {
    let mut routes = Vec::new();
    for service in services.iter().map(|s| &s.view).filter(|s| s.public) {
        let api = selection.service(&service.name).is_some_and(|s| s.chosen.blueprint.provides().contains(&"api"));
        let route = |path: &str, websocket| RouteView {
            path: path.to_owned(),
            service: service.name.clone(),
            service_id: service.id.clone(),
            port: service.port,
            websocket,
            api,
        };
        routes.push(route(&service.route, false));
        if !service.websocket.is_empty() {
            routes.push(route(&service.websocket, true));
        }
    }
    routes.sort_by(|a, b| b.path.len().cmp(&a.path.len()).then_with(|| a.path.cmp(&b.path)));
    routes
}
