//! Who uses what: the edges that glue follows, and who owns the migrations of each database.

use std::collections::HashMap;

use super::{ChosenService, Link, Picker, Selection};
use crate::blueprint::Blueprint;
use crate::error::did_you_mean;
use crate::names::Name;

impl Picker<'_> {
    pub(super) fn links(&mut self, selection: &mut Selection) {
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

    pub(super) fn owners(selection: &mut Selection) {
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
}

fn link(to: &str, store: bool, capability: String, before: &[Link]) -> Link {
    let first = !before.iter().any(|l| l.capability == capability);
    let suffix = if first { String::new() } else { format!("-{to}") };
    Link { to: to.to_owned(), store, capability, suffix }
}
