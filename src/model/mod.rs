//! Why: facts of all chosen blueprints are joined and cross-checked here, once, and everything that is emitted is
//! written from the result, so that compose files, docs, nginx and CI cannot disagree.

mod check;
mod containers;
mod describe;
mod services;
mod variables;

use std::collections::HashMap;

use minijinja::value::Value;
use serde_json::Value as Json;

use crate::document::Node;
use crate::error::{Diagnostic, Error, Place, Result};
use crate::facts::Facts;
use crate::join::Joined;
use crate::render::{Renderer, pins_value, value_of};
use crate::selection::{Chosen, Selection};
use crate::shape::Shape;
use crate::views::{Model, ProjectView, ServiceView, StoreView};

/// The facts of a store that are rendered for each of its bindings.
const CONNECTION: &str = "connection";

/// Settings that every application gets from `config/<environment>.env`.
const COMMON: [&str; 2] = ["ENVIRONMENT", "LOG_LEVEL"];

/// The joined model with what the plan needs to render each blueprint.
pub struct Stack {
    /// What is known.
    pub model: Model,
    /// The same as templates see it.
    pub shown: Value,
    /// The project.
    pub project: ProjectView,
    /// The pins, as templates see them.
    pub pins: Value,
}

/// A service with its joined facts.
pub struct BuiltService {
    /// What templates see.
    pub view: ServiceView,
    /// Its facts.
    pub facts: Facts,
    /// Migrations by store.
    pub migrations: Vec<Migration>,
    /// Seeds.
    pub seeds: Vec<Vec<String>>,
}

/// What brings the schema of one store up to date.
pub struct Migration {
    /// The store.
    pub store: String,
    /// The command, in the production image.
    pub command: Vec<String>,
    /// The folder of the migrations, below that of the service.
    pub files: String,
}

/// Joins the facts of a selection.
///
/// # Errors
/// All clashes and references to nothing.
pub fn build(selection: &Selection, pins: &Json, renderer: &Renderer) -> Result<Stack> {
    let project = describe::project_view(selection);
    let mut builder = Builder {
        selection,
        renderer,
        pins: pins_value(pins),
        project: value_of(&project),
        mistakes: vec![],
        shared: Joined::default(),
        places: HashMap::new(),
        stated: vec![],
    };
    let stores = builder.stores();
    let mut services = builder.services(&stores);
    builder.others();
    builder.environment_variables(&mut services);
    let shared = builder.shared_facts();
    let Builder { pins, mistakes, places, .. } = builder;
    if !mistakes.is_empty() {
        return Err(Error::Invalid(mistakes));
    }
    let mut model = Model {
        features: selection.features.iter().map(describe::chosen_view).collect(),
        target: selection.target.as_ref().map(describe::chosen_view),
        colours: describe::colours(selection),
        ci: selection.ci.as_ref().map(describe::chosen_view),
        environments: describe::environments(selection, &services),
        routes: describe::routes(&services, selection),
        domains: describe::domains(selection),
        stores: stores.into_iter().map(|(view, _)| view).collect(),
        ..Model::default()
    };
    containers::join(&mut model, services, &shared, selection, &places)?;
    Ok(Stack { shown: value_of(&model), model, project, pins })
}

struct Builder<'a> {
    selection: &'a Selection,
    renderer: &'a Renderer,
    pins: Value,
    project: Value,
    mistakes: Vec<Diagnostic>,
    shared: Joined,
    /// Where each container is stated; a service's under the name of the service.
    places: HashMap<String, Place>,
    /// All facts that were joined.
    stated: Vec<Stated<'a>>,
}

/// Facts as somebody stated them, and what they were rendered with.
struct Stated<'a> {
    node: &'a Node,
    context: Value,
    /// A key that is left out.
    but: Option<&'static str>,
    source: String,
}

/// A store with the part of its facts that is rendered once for each binding.
type BuiltStore<'a> = (StoreView, Option<&'a Node>);

impl<'a> Builder<'a> {
    fn context(&self, chosen: &Chosen, more: &[(&'static str, Value)]) -> Value {
        let base = [("project", self.project.clone()), ("pins", self.pins.clone()), ("options", value_of(&chosen.options))];
        Value::from_pairs(base.into_iter().chain(more.iter().cloned()))
    }

    fn stores(&mut self) -> Vec<BuiltStore<'a>> {
        let selection = self.selection;
        let mut built = Vec::new();
        for store in &selection.stores {
            let view = describe::store_view(store, selection);
            let context = self.context(&store.chosen, &[("store", value_of(&view))]);
            let mut connection = None;
            if let Some(facts) = &store.chosen.blueprint.own.facts {
                // Each binding renders it for itself.
                connection = facts.get(CONNECTION);
                self.add_shared(facts, &context, Some(CONNECTION), &store.name);
            }
            for facts in self.active_layers(&store.chosen) {
                self.add_shared(facts, &context, None, &store.name);
            }
            built.push((view, connection));
        }
        built
    }

    /// Facts of glue for whatever else is chosen, of a blueprint that is not bound by edges.
    fn active_layers(&self, chosen: &'a Chosen) -> Vec<&'a Node> {
        let capabilities = self.selection.capabilities();
        let with = &chosen.blueprint.with;
        with.iter().filter(|(c, _)| capabilities.contains_key(c.as_str())).filter_map(|(_, layer)| layer.facts.as_ref()).collect()
    }

    fn others(&mut self) {
        let selection = self.selection;
        let rest = selection.features.iter().chain(&selection.target).chain(&selection.ci).chain([&selection.project]);
        for chosen in rest {
            let context = self.context(chosen, &[]);
            for node in chosen.blueprint.own.facts.iter().chain(self.active_layers(chosen)) {
                self.add_shared(node, &context, None, &chosen.blueprint.name);
            }
        }
    }

    fn add_shared(&mut self, node: &'a Node, context: &Value, but: Option<&'static str>, source: &str) {
        let mut shared = std::mem::take(&mut self.shared);
        self.add(&mut shared, node, context, but, source);
        self.shared = shared;
    }

    fn add(&mut self, to: &mut Joined, node: &'a Node, context: &Value, but: Option<&'static str>, source: &str) {
        let Some(value) = self.evaluate(node, context, but, source) else { return };
        if value.get("container").is_some() {
            self.places.entry(source.to_owned()).or_insert_with(|| node.locate(&["container".to_owned()]).clone());
        }
        for name in value.get("containers").and_then(Json::as_object).into_iter().flat_map(|c| c.keys()) {
            self.places.entry(name.clone()).or_insert_with(|| node.locate(&["containers".to_owned()]).clone());
        }
        self.join(to, value);
    }

    /// Joins what was evaluated last.
    fn join(&mut self, to: &mut Joined, value: Json) {
        let last = self.stated.len() - 1;
        let Err(clashes) = to.add(value, last) else { return };
        let Stated { node, source, .. } = &self.stated[last];
        for path in clashes {
            let states = |node: &Node| path.iter().try_fold(node, |node, key| node.get(key)).is_some();
            let mut before = to.sources.iter().map(|at| &self.stated[*at]);
            let first = before.find(|s| self.renderer.placed(s.node, &s.context, s.but).is_ok_and(|node| states(&node)));
            let first = first.map_or("another blueprint", |stated| &stated.source);
            let message = format!("`{first}` and `{source}` state different values for `{}`", path.join("."));
            self.mistakes.push(Diagnostic::new(message).at(node.place.clone()));
        }
    }

    /// Renders facts. Their types are checked when all of them are joined; only then, if something does not fit, is each
    /// of them held against the schema to find the place.
    fn evaluate(&mut self, node: &'a Node, context: &Value, but: Option<&'static str>, source: &str) -> Option<Json> {
        match self.renderer.value(node, context, but) {
            Err(mistake) => {
                self.mistakes.push(mistake);
                None
            }
            Ok(value) => {
                self.stated.push(Stated { node, context: context.clone(), but, source: source.to_owned() });
                Some(value)
            }
        }
    }

    /// The places of all facts whose values are not of their types.
    fn wrong_types(&self) -> Vec<Diagnostic> {
        let schema = schemars::schema_for!(Facts).to_value();
        let shape = Shape::new(&schema);
        let mut found: Vec<Diagnostic> = Vec::new();
        for stated in &self.stated {
            let placed = self.renderer.placed(stated.node, &stated.context, stated.but);
            for mistake in placed.iter().flat_map(|node| shape.check(node)) {
                if !found.contains(&mistake) {
                    found.push(mistake);
                }
            }
        }
        found
    }

    fn typed(&mut self, value: Json, source: &str) -> Option<Facts> {
        let value = if value.is_null() { Json::Object(serde_json::Map::new()) } else { value };
        match serde_json::from_value(value) {
            Ok(facts) => Some(facts),
            Err(error) => {
                let placed = self.wrong_types();
                self.mistakes.extend(placed);
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
}
