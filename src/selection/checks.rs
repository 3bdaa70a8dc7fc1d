//! What cannot stand together: names, routes, needs and conflicts.

use std::collections::{HashMap, HashSet};

use super::{Chosen, Picker, Selection};
use crate::blueprint::Kind;
use crate::document::Node;
use crate::error::{Diagnostic, Error, Result};
use crate::names::Name;

impl Selection {
    /// Whether everything is there that a chosen value of an option needs. It is asked of complete answers alone, so that
    /// the wizard can take such a value before the question that gives what it needs.
    ///
    /// # Errors
    /// All options that cannot work, with places in `document`.
    pub fn options_are_met(&self, document: &Node) -> Result<()> {
        let capabilities = self.capabilities();
        let services = self.services.iter().map(|s| (s.name.as_str(), &s.chosen));
        let mut mistakes = Vec::new();
        for (name, chosen) in services.chain(self.others()) {
            for (key, need) in needed_by_options(chosen).filter(|(_, need)| !capabilities.contains_key(need.as_str())) {
                let mut path: Vec<String> = vec![chosen.blueprint.kind.folder().into(), name.into(), key.into()];
                if matches!(chosen.blueprint.kind, Kind::Target | Kind::Ci) {
                    path = vec![chosen.blueprint.kind.word().into(), key.into()];
                }
                let message = format!("`{key}` of `{name}` needs `{need}`, which nothing provides");
                let hint = format!("add what provides it (`scaffold list`), or `--set {}=null`", path.join("."));
                mistakes.push(Diagnostic::new(message).at(document.locate(&path).clone()).hint(hint));
            }
        }
        if mistakes.is_empty() { Ok(()) } else { Err(Error::Invalid(mistakes)) }
    }
}

/// Options that have another value than their default, each with what that needs.
fn needed_by_options(chosen: &Chosen) -> impl Iterator<Item = (&str, &Name)> {
    let specs = chosen.blueprint.manifest.options.iter();
    let set = specs.filter(|(key, spec)| serde_json::to_value(&spec.default).ok().as_ref() != chosen.options.get(*key));
    set.flat_map(|(key, spec)| spec.needs.iter().map(|need| (key.as_str(), need)))
}

impl Picker<'_> {
    pub(super) fn names(&mut self, selection: &Selection) {
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

    /// `api-blue` is one of two containers of `api`, so nothing else may be called like that.
    pub(super) fn colours(&mut self, selection: &Selection) {
        let Some(target) = &selection.target else { return };
        let services = selection.services.iter().map(|s| ("services", s.name.as_str()));
        for (kind, name) in services.chain(selection.stores.iter().map(|s| ("stores", s.name.as_str()))) {
            for colour in &target.blueprint.manifest.colours {
                if name.strip_suffix(colour.as_str()).is_some_and(|rest| rest.ends_with('-')) {
                    self.wrong(
                        &[kind, name],
                        format!("`{name}` ends as the target `{}` ends the names of versions", target.blueprint.name),
                        Some(format!("choose another name; in a repository that exists: `scaffold rename {name} NEW`")),
                    );
                }
            }
        }
    }

    pub(super) fn routes(&mut self, selection: &Selection) {
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

    pub(super) fn needs(&mut self, selection: &Selection) {
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
                if let Some(other) = capabilities.get(conflict.as_str()).and_then(|who| who.iter().find(|w| **w != name)) {
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
