//! Why: dry run, diff, check and the real run must never disagree, so all of them execute this one value: path → bytes,
//! mode, kind and origin. Making it is pure; nothing here reads or writes a file.

mod jobs;
mod paths;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use minijinja::value::Value;
use serde::Serialize;

use crate::blueprint::{Asset, Kind, Layer};
use crate::error::{Diagnostic, Error, Result, did_you_mean};
use crate::model::Stack;
use crate::names::identifier;
use crate::render::{Renderer, declared_slots, value_of};
use crate::selection::{Chosen, ChosenService, Selection};
use crate::views::BindingView;
use jobs::{Job, Slots};
use paths::{has_case, kind_of, named};

pub use paths::matches;

/// What becomes of a file after it has been written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FileKind {
    /// Kept up to date by merge.
    Managed,
    /// Written once, then the user's.
    Starter,
}

/// One file.
#[derive(Clone, Debug)]
pub struct PlannedFile {
    /// Its content.
    pub bytes: Cow<'static, [u8]>,
    /// 0644 or 0755.
    pub mode: u32,
    /// Managed or starter.
    pub kind: FileKind,
    /// The blueprints that wrote it, the owner first.
    pub origin: Vec<String>,
}

/// All files of a repository by path, with `/` between folders.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The files.
    pub files: BTreeMap<String, PlannedFile>,
    /// Of a rename: the old path and the new one of each file whose path changes.
    pub moved: Vec<(String, String)>,
    /// The path that a file had in an earlier version of its blueprint, and the one it has now.
    pub renamed: Vec<(String, String)>,
}

/// Renders everything that the selection emits; `renamed` is the old and the new name of a service or store.
///
/// # Errors
/// All mistakes of templates, parts without a slot, files claimed twice.
pub fn plan<'a>(
    selection: &'a Selection,
    stack: &'a Stack,
    renderer: &'a Renderer,
    renamed: Option<(&'a str, &'a str)>,
) -> Result<Plan> {
    let mut planner = Planner {
        selection,
        stack,
        renderer,
        renamed,
        project: value_of(&stack.project),
        jobs: vec![],
        parts: BTreeMap::new(),
        mistakes: vec![],
        plan: Plan::default(),
        folded: BTreeMap::new(),
    };
    planner.collect();
    planner.check_slots();
    planner.files();
    if planner.mistakes.is_empty() { Ok(planner.plan) } else { Err(Error::Invalid(planner.mistakes)) }
}

struct Planner<'a> {
    selection: &'a Selection,
    stack: &'a Stack,
    renderer: &'a Renderer,
    /// The old name and the new one of what was renamed.
    renamed: Option<(&'a str, &'a str)>,
    project: Value,
    jobs: Vec<Job<'a>>,
    /// Rendered parts by file, then by slot, with who brought them.
    parts: BTreeMap<String, Slots>,
    mistakes: Vec<Diagnostic>,
    plan: Plan,
    /// Paths that a file system may see otherwise where case does not count, by how it does.
    folded: BTreeMap<String, String>,
}

impl<'a> Planner<'a> {
    fn collect(&mut self) {
        let selection = self.selection;
        let (mut others, services) = (selection.others(), &selection.services);
        if let Some((name, project)) = others.next() {
            self.other(name, project);
        }
        for (index, service) in services.iter().enumerate() {
            self.service(index, service);
        }
        for (name, chosen) in others {
            self.other(name, chosen);
        }
    }

    fn service(&mut self, index: usize, service: &'a ChosenService) {
        let blueprint = &service.chosen.blueprint;
        let view = &self.stack.model.services[index];
        let shown = of_model(self.stack, "services", index);
        let own = self.context(&service.chosen, &[("service", shown.clone())]);
        let names = |binding: Option<&BindingView>| {
            let mut names = vec![("service", view.name.as_str()), ("service_id", view.id.as_str())];
            if let Some(b) = binding {
                names.extend([
                    ("binding", &*b.binding),
                    ("binding_id", &*b.binding_id),
                    ("store", &*b.store),
                    ("store_id", &*b.store_id),
                ]);
            }
            names.into_iter().map(|(k, v)| (format!("{{{k}}}"), v.to_owned())).collect::<Vec<_>>()
        };
        self.layer(&blueprint.own, &service.chosen, &own, &view.path, &names(None), &blueprint.name);
        for (at, binding) in view.uses.iter().enumerate() {
            let uses = shown.get_attr("uses").and_then(|uses| uses.get_item_by_index(at)).unwrap_or_default();
            let context = self.context(&service.chosen, &[("service", shown.clone()), ("binding", uses)]);
            let layer = &blueprint.with[&binding.capability];
            self.layer(layer, &service.chosen, &context, &view.path, &names(Some(binding)), &blueprint.name);
        }
        for (capability, layer) in &blueprint.with {
            if self.feature_provides(capability) {
                self.layer(layer, &service.chosen, &own, &view.path, &names(None), &blueprint.name);
            }
        }
        self.locks(service, &own, &view.path, &names(None));
    }

    fn other(&mut self, name: &str, chosen: &'a Chosen) {
        let mut stores = self.stack.model.stores.iter().enumerate();
        let store = stores.find(|(_, s)| chosen.blueprint.kind == Kind::Store && s.name == name);
        let mut more = vec![];
        let mut names = vec![];
        if let Some((index, store)) = store {
            more.push(("store", of_model(self.stack, "stores", index)));
            names = vec![("{store}".to_owned(), store.name.clone()), ("{store_id}".to_owned(), store.id.clone())];
        }
        let context = self.context(chosen, &more);
        let label = chosen.blueprint.name.clone();
        self.layer(&chosen.blueprint.own, chosen, &context, "", &names, &label);
        let there = self.selection.capabilities();
        for (capability, layer) in &chosen.blueprint.with {
            if there.contains_key(capability.as_str()) {
                self.layer(layer, chosen, &context, "", &names, &label);
            }
        }
    }

    fn feature_provides(&self, capability: &str) -> bool {
        let selection = self.selection;
        let mut others = selection.features.iter().chain(&selection.target).chain(&selection.ci);
        others.any(|c| c.blueprint.provides().contains(&capability))
    }

    fn context(&self, chosen: &Chosen, more: &[(&'static str, Value)]) -> Value {
        let base = [
            ("project", self.project.clone()),
            ("pins", self.stack.pins.clone()),
            ("options", value_of(&chosen.options)),
            ("model", self.stack.shown.clone()),
        ];
        Value::from_pairs(base.into_iter().chain(more.iter().cloned()))
    }

    fn layer(
        &mut self,
        layer: &'a Layer,
        chosen: &'a Chosen,
        context: &Value,
        root: &str,
        names: &[(String, String)],
        origin: &str,
    ) {
        for asset in &layer.files {
            self.job(asset, chosen, context, root, names, origin);
        }
        let full = |path: &str| {
            let inner = named(path, names.iter().map(|(key, value)| (key, value.as_str())));
            if root.is_empty() { inner } else { format!("{root}/{inner}") }
        };
        for (old, new) in &chosen.blueprint.manifest.renamed {
            let pair = (full(old), full(new));
            if !self.plan.renamed.contains(&pair) {
                self.plan.renamed.push(pair);
            }
        }
        for part in &layer.parts {
            match self.renderer.file(&part.asset, context) {
                Err(mistake) => self.mistakes.push(mistake),
                Ok(text) if text.trim().is_empty() => {}
                Ok(text) => {
                    let slots = self.parts.entry(part.file.clone()).or_default();
                    slots.entry(part.slot.clone()).or_default().push((origin.to_owned(), text));
                }
            }
        }
    }

    fn job(&mut self, asset: &'a Asset, chosen: &Chosen, context: &Value, root: &str, names: &[(String, String)], origin: &str) {
        let inner = named(&asset.path, names.iter().map(|(key, value)| (key, value.as_str())));
        let path = if root.is_empty() { inner.clone() } else { format!("{root}/{inner}") };
        self.moved(asset, &path, root, names);
        let kind = kind_of(chosen, &inner);
        self.jobs.push(Job { asset, path, context: context.clone(), origin: origin.to_owned(), kind });
    }

    /// Where the file was under the old name of what was renamed.
    fn moved(&mut self, asset: &Asset, path: &str, root: &str, names: &[(String, String)]) {
        let Some((old, new)) = self.renamed else { return };
        let (old_id, new_id) = (identifier(old), identifier(new));
        let before = |key: &str, value: &'_ String| match key.ends_with("_id}") {
            true if *value == new_id => old_id.clone(),
            false if value == new => old.to_owned(),
            _ => value.clone(),
        };
        let before: Vec<(&String, String)> = names.iter().map(|(key, value)| (key, before(key, value))).collect();
        let inner = named(&asset.path, before.iter().map(|(key, value)| (*key, value.as_str())));
        let root = if root == format!("services/{new}") { format!("services/{old}") } else { root.to_owned() };
        let was = if root.is_empty() { inner } else { format!("{root}/{inner}") };
        if was != path {
            self.plan.moved.push((was, path.to_owned()));
        }
    }

    /// The folder of `locks/` for exactly the capabilities that the service is bound to.
    fn locks(&mut self, service: &'a ChosenService, context: &Value, root: &str, names: &[(String, String)]) {
        let blueprint = &service.chosen.blueprint;
        if blueprint.locks.is_empty() {
            return;
        }
        let known: Vec<&str> = blueprint.locks.keys().flat_map(|k| k.split('+')).collect();
        let mut wanted: Vec<&str> = service.links.iter().map(|l| l.capability.as_str()).filter(|c| known.contains(c)).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let combination = if wanted.is_empty() { "base".to_owned() } else { wanted.join("+") };
        match blueprint.locks.get(&combination) {
            Some(assets) => {
                for asset in assets {
                    self.job(asset, &service.chosen, context, root, names, &blueprint.name);
                }
            }
            None => self.mistakes.push(
                Diagnostic::new(format!("`{}` has no lock for the combination `{combination}`", blueprint.name))
                    .hint(format!("make the folder `locks/{combination}`")),
            ),
        }
    }

    fn check_slots(&mut self) {
        let chosen = self.selection.services.iter().map(|s| &s.chosen).chain(self.selection.others().map(|(_, c)| c));
        let layers = chosen.flat_map(|c| std::iter::once(&c.blueprint.own).chain(c.blueprint.with.values()));
        let parts: Vec<_> = layers.flat_map(|l| &l.parts).collect();
        let shared: BTreeSet<&str> = parts.iter().map(|part| part.file.as_str()).collect();
        let mut declared: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for job in self.jobs.iter().filter(|job| shared.contains(job.path.as_str())) {
            let slots = declared.entry(&job.path).or_default();
            if job.asset.template && self.parts.contains_key(&job.path) {
                slots.extend(declared_slots(job.asset));
            }
        }
        for part in parts {
            let brought = self.parts.get(&part.file).is_some_and(|slots| slots.contains_key(&part.slot));
            let slots = declared.get(part.file.as_str());
            if !brought || slots.is_some_and(|s| s.contains(&part.slot)) {
                continue;
            }
            let mistake = match slots {
                None => Diagnostic::new(format!("the shared file `{}` does not exist", part.file))
                    .maybe_hint(did_you_mean(&part.file, self.jobs.iter().map(|job| job.path.as_str()))),
                Some(slots) => {
                    let near = did_you_mean(&part.slot, slots.iter().map(String::as_str));
                    let all =
                        if slots.is_empty() { "it declares none".to_owned() } else { format!("its slots: {}", slots.join(", ")) };
                    Diagnostic::new(format!("`{}` has no slot `{}`", part.file, part.slot)).hint(near.unwrap_or(all))
                }
            };
            let mistake = mistake.in_file(std::sync::Arc::clone(&part.asset.source));
            if !self.mistakes.contains(&mistake) {
                self.mistakes.push(mistake);
            }
        }
    }

    fn files(&mut self) {
        let jobs = std::mem::take(&mut self.jobs);
        for (job, rendered) in jobs.iter().zip(jobs::render(&jobs, self.renderer, &self.parts)) {
            match rendered {
                // A template can decide that its file is not needed.
                Ok(None) => {}
                Ok(Some(file)) => self.add(job, file),
                Err(mistake) => self.mistakes.push(mistake),
            }
        }
    }

    fn add(&mut self, job: &Job<'a>, file: PlannedFile) {
        let place = || std::sync::Arc::clone(&job.asset.source);
        if let Err(message) = crate::disk::check_path(&job.path) {
            self.mistakes.push(Diagnostic::new(message).in_file(place()));
            return;
        }
        match self.plan.files.get(&job.path) {
            Some(other) if other.bytes == file.bytes && other.origin == file.origin => {}
            Some(other) => self.mistakes.push(
                Diagnostic::new(format!("`{}` is written by `{}` and by `{}`", job.path, other.origin[0], file.origin[0]))
                    .in_file(place()),
            ),
            None => {
                if let Some(twin) = self.fold(&job.path) {
                    let message = format!("`{}` and `{twin}` are one file where case does not count", job.path);
                    self.mistakes.push(Diagnostic::new(message).in_file(place()));
                }
                self.plan.files.insert(job.path.clone(), file);
            }
        }
    }

    /// The other path that this one is where case does not count.
    fn fold(&mut self, path: &str) -> Option<String> {
        if !has_case(path) {
            return self.folded.get(path).cloned();
        }
        let lower = path.to_lowercase();
        let twin = self.plan.files.get_key_value(&lower).map(|(path, _)| path.clone());
        self.folded.insert(lower, path.to_owned()).or(twin)
    }
}

/// A service or store as templates see it.
fn of_model(stack: &Stack, list: &str, index: usize) -> Value {
    stack.shown.get_attr(list).and_then(|all| all.get_item_by_index(index)).unwrap_or_default()
}
