//! Services with everything that edges bring: bindings to stores and APIs, and the facts of their glue.

use std::collections::HashMap;

use minijinja::value::Value;
use serde_json::Value as Json;

use super::describe::{api_binding, service_view};
use super::variables::variable_view;
use super::{Builder, BuiltService, BuiltStore, Migration};
use crate::document::Node;
use crate::error::Diagnostic;
use crate::facts::Connection;
use crate::join::Joined;
use crate::render::value_of;
use crate::selection::{Chosen, ChosenService, Link};
use crate::views::{BindingView, ServiceView};

/// A service whose facts are still being joined.
struct Draft<'a> {
    service: &'a ChosenService,
    view: ServiceView,
    facts: Joined,
    migrations: Vec<Migration>,
    seeds: Vec<Vec<String>>,
}

impl<'a> Builder<'a> {
    pub(super) fn services(&mut self, stores: &[BuiltStore<'a>]) -> Vec<BuiltService> {
        let selection = self.selection;
        let mut drafts: Vec<Draft<'a>> = Vec::new();
        for service in &selection.services {
            let view = service_view(service, selection);
            let own = self.context(&service.chosen, &[("service", value_of(&view))]);
            let mut draft = Draft { service, view, facts: Joined::default(), migrations: vec![], seeds: vec![] };
            if let Some(node) = service.chosen.blueprint.own.facts.as_ref() {
                self.add(&mut draft.facts, node, &own, None, &service.name);
            }
            for link in service.links.iter().filter(|l| l.store) {
                let binding = self.store_binding(service, link, stores);
                self.bind(&mut draft, link, binding);
            }
            for capability in self.feature_capabilities(&service.chosen) {
                let layer = &service.chosen.blueprint.with[&capability];
                if let Some(node) = &layer.facts {
                    self.add(&mut draft.facts, node, &own, None, &service.name);
                }
            }
            drafts.push(draft);
        }
        // Frontends see what APIs offer, and that is known only now.
        let offers: HashMap<String, (ServiceView, Json)> = drafts
            .iter()
            .map(|draft| (draft.view.name.clone(), (draft.view.clone(), draft.facts.value["endpoints"].clone())))
            .collect();
        let mut built = Vec::new();
        for mut draft in drafts {
            for link in draft.service.links.iter().filter(|l| !l.store) {
                let (api, endpoints) = &offers[&link.to];
                self.bind(&mut draft, link, api_binding(link, api, endpoints));
            }
            let Draft { service, mut view, facts, migrations, seeds } = draft;
            let Some(facts) = self.typed(facts.value, &service.name) else { continue };
            view.endpoints.clone_from(&facts.endpoints);
            view.commands.clone_from(&facts.commands);
            view.metrics.clone_from(&facts.metrics);
            view.variables = self.variables(service, &view, &facts);
            built.push(BuiltService { view, facts, migrations, seeds });
        }
        built
    }

    /// Adds what glue states for one binding.
    fn bind(&mut self, draft: &mut Draft<'a>, link: &Link, binding: BindingView) {
        let chosen = &draft.service.chosen;
        if let Some(node) = &chosen.blueprint.with[&link.capability].facts {
            let context = self.context(chosen, &[("service", value_of(&draft.view)), ("binding", value_of(&binding))]);
            let source = format!("{}/with/{}", chosen.blueprint.name, link.capability);
            if let Some(mut value) = self.evaluate(node, &context, None, &source) {
                // Commands of two bindings stand side by side, they are not one list.
                if let Some(Json::Object(commands)) = value.get_mut("commands") {
                    let taken =
                        ["migrate", "seed"].map(|key| commands.shift_remove(key).map(serde_json::from_value::<Vec<String>>));
                    if taken.iter().flatten().any(std::result::Result::is_err) {
                        let placed = self.wrong_types();
                        self.mistakes.extend(placed);
                    }
                    let [migrate, seed] = taken.map(|command| command.and_then(std::result::Result::ok));
                    let files =
                        commands.shift_remove("migrations").and_then(|f| f.as_str().map(str::to_owned)).unwrap_or_default();
                    if let Some(command) = migrate.filter(|_| binding.owner) {
                        draft.migrations.push(Migration { store: link.to.clone(), command, files });
                        draft.seeds.extend(seed.filter(|s| !draft.seeds.contains(s)));
                    }
                }
                self.join(&mut draft.facts, value);
            }
        }
        draft.view.uses.push(binding);
    }

    fn connection(&mut self, node: &Node, context: &Value) -> Connection {
        match self.renderer.value(node, context, None) {
            Ok(value) => serde_json::from_value(value).unwrap_or_else(|e| {
                self.mistakes.push(Diagnostic::new(format!("`connection`: {e}")).at(node.place.clone()));
                Connection::default()
            }),
            Err(mistake) => {
                self.mistakes.push(mistake);
                Connection::default()
            }
        }
    }

    fn feature_capabilities(&self, chosen: &Chosen) -> Vec<String> {
        let selection = self.selection;
        let others = selection.features.iter().chain(&selection.target).chain(&selection.ci);
        let there: Vec<&str> = others.flat_map(|c| c.blueprint.provides()).collect();
        chosen.blueprint.with.keys().filter(|c| there.contains(&c.as_str())).cloned().collect()
    }

    fn store_binding(&mut self, service: &ChosenService, link: &Link, stores: &[BuiltStore<'a>]) -> BindingView {
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
        let connection = connection.map_or_else(Connection::default, |node| self.connection(node, &context));
        binding.variables = connection.variables.iter().map(|v| variable_view(v, &service.name)).collect();
        binding.owner_variables = connection.owner.iter().map(|v| variable_view(v, &service.name)).collect();
        binding
    }
}
