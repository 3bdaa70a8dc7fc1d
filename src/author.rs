//! Why: somebody who writes a blueprint has never seen this code. What would only show as a broken repository, or in a
//! combination that nobody has chosen yet, is told when the folder is read: all of it at once, with file, line and a hint.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::blueprint::{Asset, Blueprint, Kind, Layer, OptionKind, OptionSpec};
use crate::document::{Content, Node};
use crate::error::{Diagnostic, did_you_mean};
use crate::names::Name;

/// Keys of answers that an option cannot take.
const RESERVED: [&str; 10] =
    ["blueprint", "port", "route", "websocket", "replicas", "uses", "env", "secrets", "generated", "prefix"];
const PLACEHOLDERS: [&str; 6] = ["{service}", "{service_id}", "{store}", "{store_id}", "{binding}", "{binding_id}"];

/// Everything in a blueprint that keeps to the format and still cannot be meant. `capabilities` is all that any
/// blueprint of the catalogue provides.
pub fn mistakes(blueprint: &Blueprint, root: &str, capabilities: &BTreeSet<String>) -> Vec<Diagnostic> {
    let manifest: Arc<str> = format!("{root}/blueprint.yaml").into();
    let mut review = Review { blueprint, root, manifest, capabilities, found: Vec::new() };
    review.names();
    review.options();
    review.facts();
    review.files();
    review.locks();
    review.found
}

struct Review<'a> {
    blueprint: &'a Blueprint,
    root: &'a str,
    manifest: Arc<str>,
    capabilities: &'a BTreeSet<String>,
    found: Vec<Diagnostic>,
}

impl<'a> Review<'a> {
    fn wrong(&mut self, file: impl Into<Arc<str>>, message: String, hint: Option<String>) {
        self.found.push(Diagnostic::new(message).in_file(file).maybe_hint(hint));
    }

    fn layers(&self) -> impl Iterator<Item = &'a Layer> + use<'a> {
        std::iter::once(&self.blueprint.own).chain(self.blueprint.with.values())
    }

    fn names(&mut self) {
        let blueprint = self.blueprint;
        if Name::try_from(blueprint.name.clone()).is_err() {
            let message = format!("`{}` is no name for a blueprint", blueprint.name);
            self.wrong(self.root, message, Some("lower-case letters, digits and `-`, starting with a letter".into()));
        }
        let manifest = &blueprint.manifest;
        let with = blueprint.with.keys().map(|c| ("with/", c.as_str()));
        let named = manifest
            .needs
            .iter()
            .map(|n| ("needs ", n.as_str()))
            .chain(manifest.conflicts.iter().map(|n| ("conflicts ", n.as_str())));
        for (what, capability) in with.chain(named) {
            if !self.capabilities.contains(capability) {
                let hint = did_you_mean(capability, self.capabilities.iter().map(String::as_str));
                let message = format!("`{what}{capability}`: no blueprint provides `{capability}`");
                self.wrong(self.root, message, hint.or_else(|| Some("`scaffold list --json` shows what is provided".into())));
            }
        }
        if manifest.conflicts.iter().any(|c| blueprint.provides().contains(&c.as_str())) {
            self.wrong(Arc::clone(&self.manifest), format!("`{}` conflicts with itself", blueprint.name), None);
        }
        if manifest.extends.is_some() && blueprint.kind != Kind::Store {
            self.wrong(
                Arc::clone(&self.manifest),
                "only a store can extend another blueprint".into(),
                Some("use `shares`".into()),
            );
        }
    }

    fn options(&mut self) {
        for (name, spec) in &self.blueprint.manifest.options {
            let file = Arc::clone(&self.manifest);
            if RESERVED.contains(&name.as_str()) {
                self.wrong(file, format!("an option cannot be called `{name}`, which every answers file has"), None);
                continue;
            }
            let all = std::iter::once(&spec.default).chain(&spec.choices);
            if let Some(bad) = all.clone().find(|v| !fits(spec, v)) {
                let message = format!("option `{name}`: `{}` is not of the type it states", bad.text());
                self.wrong(file, message, Some("give `default` and `choices` the type of `type`".into()));
            } else if !spec.choices.is_empty() && !spec.choices.contains(&spec.default) {
                self.wrong(file, format!("option `{name}`: its default is not one of its choices"), None);
            }
        }
    }

    /// A fact of the wrong kind of blueprint would be read by nobody.
    fn facts(&mut self) {
        let service = self.blueprint.kind == Kind::Service;
        let foreign: &[&str] =
            if service { &["containers", "connection"] } else { &["container", "dev", "commands", "endpoints", "metrics"] };
        for node in self.layers().filter_map(|l| l.facts.as_ref()) {
            let Content::Mapping(entries) = &node.content else { continue };
            for (key, value) in entries {
                let store_only = key.name == "connection" && self.blueprint.kind != Kind::Store;
                if foreign.contains(&key.name.as_str()) || store_only {
                    let message = format!("`{}` is no fact of a {}", key.name, self.blueprint.kind.word());
                    self.found.push(Diagnostic::new(message).at(key.place.clone()));
                }
                if key.name == "variables" {
                    self.variables(value);
                }
            }
        }
        let health = |node: &Node| node.get("health").and_then(|h| h.get("command")).is_some_and(is_empty);
        let containers = self.layers().filter_map(|l| l.facts.as_ref()).flat_map(|f| {
            let many = f.get("containers").map(|c| match &c.content {
                Content::Mapping(entries) => entries.iter().map(|(_, v)| v).collect(),
                _ => vec![],
            });
            many.into_iter().flatten().chain(f.get("container"))
        });
        for container in containers.collect::<Vec<_>>() {
            if health(container) {
                self.found.push(Diagnostic::new("a health check needs a command").at(container.place.clone()));
            }
            if let Some(note) = container.get("note")
                && note.to_json().as_str().is_some_and(|n| n.trim().contains('\n'))
            {
                self.found.push(Diagnostic::new("a note is one line").at(note.place.clone()));
            }
        }
    }

    fn variables(&mut self, list: &Node) {
        let Content::Sequence(items) = &list.content else { return };
        for item in items {
            if item.get("value").is_none() && item.get("secret").is_none() {
                let hint = "`value: ...`, or `secret: name` for the path of a secret's file";
                self.found.push(Diagnostic::new("a variable needs a `value` or a `secret`").at(item.place.clone()).hint(hint));
            }
            let Some(Node { content: Content::Mapping(each), place }) = item.get("value") else { continue };
            let known = crate::answers::ENVIRONMENTS;
            for (key, _) in each.iter().filter(|(k, _)| k.name != "default" && !known.contains(&k.name.as_str())) {
                let message = format!("`{}` is no environment", key.name);
                self.found.push(Diagnostic::new(message).at(key.place.clone()).maybe_hint(did_you_mean(&key.name, known)));
            }
            let complete =
                each.iter().any(|(k, _)| k.name == "default") || known.iter().all(|e| each.iter().any(|(k, _)| k.name == *e));
            if !complete {
                self.found.push(Diagnostic::new("some environments have no value").at(place.clone()).hint("add `default: ...`"));
            }
        }
    }

    fn files(&mut self) {
        let blueprint = self.blueprint;
        for layer in self.layers() {
            for asset in layer.files.iter().chain(layer.parts.iter().map(|p| &p.asset)) {
                self.asset(asset);
            }
        }
        for asset in blueprint.locks.values().flatten() {
            self.asset(asset);
        }
        let every: Vec<&str> =
            self.layers().flat_map(|l| &l.files).chain(blueprint.locks.values().flatten()).map(|f| f.path.as_str()).collect();
        for pattern in blueprint.manifest.starter.iter().chain(&blueprint.manifest.managed) {
            if !every.iter().any(|path| crate::plan::matches(pattern, path)) {
                self.wrong(Arc::clone(&self.manifest), format!("`{pattern}` matches none of its files"), None);
            }
        }
        if blueprint.kind == Kind::Service {
            self.dockerfile();
        }
    }

    fn asset(&mut self, asset: &Asset) {
        let name = asset.path.rsplit('/').next().unwrap_or_default();
        let litter = name.ends_with('~') || matches!(name, ".DS_Store" | "Thumbs.db") || asset.path.contains("__pycache__/");
        if litter || [".swp", ".orig", ".pyc"].iter().any(|end| name.ends_with(end)) {
            self.wrong(Arc::clone(&asset.source), "this looks left behind by another program".into(), Some("delete it".into()));
        }
        let rest = PLACEHOLDERS.iter().fold(asset.path.clone(), |path, known| path.replace(known, ""));
        if rest.contains(['{', '}']) {
            let message = format!("`{}` holds an unknown placeholder", asset.path);
            self.wrong(Arc::clone(&asset.source), message, Some(format!("known: {}", PLACEHOLDERS.join(", "))));
        }
        let Ok(text) = std::str::from_utf8(&asset.bytes) else { return };
        if !asset.template && name != "Dockerfile" {
            return;
        }
        for (index, line) in text.lines().enumerate() {
            let image = line.trim_start().strip_prefix("image:").or_else(|| line.strip_prefix("FROM "));
            let pinned = |i: &str| i.contains("{{{") || i.contains("${") || !i.contains(':');
            if image.is_some_and(|i| !pinned(i)) {
                let place = crate::error::Place { file: Arc::clone(&asset.source), line: index + 1, column: 1 };
                let hint = "put it into pins.yaml and write `{{{ pins.images.name }}}`";
                self.found.push(Diagnostic::new("a version number outside pins.yaml").at(place).hint(hint));
            }
        }
    }

    fn dockerfile(&mut self) {
        let file = self.blueprint.own.files.iter().find(|f| f.path == "Dockerfile");
        let Some(file) = file else {
            self.wrong(self.root, "a service needs a Dockerfile".into(), Some("write `files/Dockerfile.j2`".into()));
            return;
        };
        let text = String::from_utf8_lossy(&file.bytes).to_lowercase();
        for stage in ["dev", "production"] {
            if !text.lines().any(|l| l.starts_with("from ") && l.trim_end().ends_with(&format!(" as {stage}"))) {
                self.wrong(
                    Arc::clone(&file.source),
                    format!("the stage `{stage}` is missing"),
                    Some(format!("`FROM ... AS {stage}`")),
                );
            }
        }
    }

    /// Every combination of the capabilities that locks know must be there, or it fails on the day somebody chooses it.
    fn locks(&mut self) {
        let locks = &self.blueprint.locks;
        let named: BTreeSet<&str> = locks.keys().filter(|k| *k != "base").flat_map(|k| k.split('+')).collect();
        for capability in &named {
            if !self.blueprint.with.contains_key(*capability) {
                let hint = did_you_mean(capability, self.blueprint.with.keys().map(String::as_str));
                self.wrong(
                    format!("{}/locks", self.root),
                    format!("a lock names `{capability}`, for which there is no glue"),
                    hint,
                );
                return;
            }
        }
        if locks.is_empty() || named.len() > 6 {
            return;
        }
        let named: Vec<&str> = named.into_iter().collect();
        let needs: Vec<&str> = self.blueprint.manifest.needs.iter().map(Name::as_str).collect();
        let paths = |assets: &[Asset]| assets.iter().map(|a| a.path.clone()).collect::<BTreeSet<_>>();
        let first = locks.values().next().map(|assets| paths(assets)).unwrap_or_default();
        for bits in 0..(1_u32 << named.len()) {
            let chosen: Vec<&str> = named.iter().enumerate().filter(|(i, _)| bits & (1 << i) != 0).map(|(_, n)| *n).collect();
            if needs.iter().any(|n| named.contains(n) && !chosen.contains(n)) {
                continue;
            }
            let name = if chosen.is_empty() { "base".to_owned() } else { chosen.join("+") };
            let folder = format!("{}/locks/{name}", self.root);
            match locks.get(&name) {
                None => self.wrong(
                    folder,
                    format!("the lock for `{name}` is missing"),
                    Some("one folder for every combination, names in alphabetical order joined by `+`".into()),
                ),
                Some(assets) if paths(assets) != first => {
                    self.wrong(folder, "this lock has other files than the first one".into(), None);
                }
                Some(_) => {}
            }
        }
    }
}

fn fits(spec: &OptionSpec, value: &crate::scalar::Scalar) -> bool {
    use crate::scalar::Scalar;
    matches!(
        (spec.kind, value),
        (OptionKind::String, Scalar::Text(_))
            | (OptionKind::Integer, Scalar::Integer(_))
            | (OptionKind::Boolean, Scalar::Flag(_))
    )
}

fn is_empty(node: &Node) -> bool {
    matches!(&node.content, Content::Sequence(items) if items.is_empty())
}
