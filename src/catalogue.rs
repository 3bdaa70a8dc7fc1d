//! Why: the embedded blueprints and those of `--blueprints DIR` are one catalogue, read by one loader, so that a folder
//! of a user's own can do all that ours can. Only what is asked for is read: `new` pays for the blueprints it uses.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use include_dir::{Dir, include_dir};
use serde_json::{Map, Value};

use crate::author;
use crate::blueprint::{self, Blueprint, Kind, RawFile, Source};
use crate::document::{self, Node};
use crate::error::{Diagnostic, Error, Result, did_you_mean};

static EMBEDDED: Dir = include_dir!("$CARGO_MANIFEST_DIR/blueprints");

/// Largest file that a blueprint may hold, in bytes.
const MAX_FILE: u64 = 8 << 20;

/// All blueprints that can be chosen.
pub struct Catalogue {
    extra: Option<PathBuf>,
    read: RefCell<HashMap<(Kind, String), Rc<Blueprint>>>,
    /// Blueprints whose `extends` is being followed.
    open: RefCell<Vec<String>>,
}

impl Catalogue {
    /// The embedded catalogue, with the folder of `--blueprints` beside it; that folder is read and checked whole.
    ///
    /// # Errors
    /// Every mistake of every blueprint of the folder.
    pub fn open(extra: Option<&Path>) -> Result<Self> {
        let catalogue = Self { extra: extra.map(Path::to_owned), read: RefCell::default(), open: RefCell::default() };
        let Some(root) = extra else { return Ok(catalogue) };
        if !root.is_dir() {
            return Err(Diagnostic::new(format!("`{}` is not a folder", root.display())).into());
        }
        let mut mistakes = stray_entries(root)?;
        let mut capabilities = None;
        for name in catalogue.presets() {
            let (text, label) = catalogue.preset(&name)?;
            mistakes.extend(document::parse(&text, &label).err());
        }
        for kind in Kind::ALL {
            for name in list_folder(&root.join(kind.folder()), kind)? {
                match catalogue.get(kind, &name) {
                    Ok(blueprint) => {
                        let path =
                            if kind == Kind::Project { root.join("project") } else { root.join(kind.folder()).join(&name) };
                        let capabilities = capabilities.get_or_insert_with(|| catalogue.capabilities());
                        mistakes.extend(author::mistakes(&blueprint, &path.display().to_string(), capabilities));
                        mistakes.extend(crate::render::syntax_mistakes(&blueprint));
                    }
                    Err(Error::Invalid(all)) => mistakes.extend(all),
                    Err(other) => return Err(other),
                }
            }
        }
        if mistakes.is_empty() { Ok(catalogue) } else { Err(Error::Invalid(mistakes)) }
    }

    /// Names of a kind, in catalogue order.
    pub fn names(&self, kind: Kind) -> Vec<String> {
        if kind == Kind::Project {
            return vec!["project".to_owned()];
        }
        let mut names: Vec<String> = embedded(kind.folder())
            .into_iter()
            .flat_map(Dir::dirs)
            .filter_map(|d| d.path().file_name()?.to_str().map(str::to_owned))
            .collect();
        if let Some(root) = &self.extra {
            names.extend(list_folder(&root.join(kind.folder()), kind).unwrap_or_default());
        }
        names.sort();
        names.dedup();
        names
    }

    /// One blueprint.
    ///
    /// # Errors
    /// Its mistakes, or that there is none of the name, with what was probably meant.
    pub fn get(&self, kind: Kind, name: &str) -> Result<Rc<Blueprint>> {
        let key = (kind, name.to_owned());
        if let Some(known) = self.read.borrow().get(&key) {
            return Ok(Rc::clone(known));
        }
        let (root, files, embedded) = self.files(kind, name)?;
        let from = Source { shared: false, embedded };
        let mut blueprint = blueprint::read(kind, name, &root, files, from).map_err(Error::Invalid)?;
        if let Some(base) = blueprint.manifest.extends.clone() {
            if self.open.borrow().iter().any(|n| n == name) {
                return Err(Diagnostic::new(format!("`{name}` extends itself"))
                    .in_file(root)
                    .hint("end the chain of `extends`")
                    .into());
            }
            self.open.borrow_mut().push(name.to_owned());
            let read = self.get(kind, base.as_str());
            self.open.borrow_mut().pop();
            extend(&mut blueprint, &*read?);
        }
        for shared in blueprint.manifest.shares.clone() {
            self.share(&mut blueprint, shared.as_str())?;
        }
        let blueprint = Rc::new(blueprint);
        self.read.borrow_mut().insert(key, Rc::clone(&blueprint));
        Ok(blueprint)
    }

    /// Everything that any blueprint provides; one that cannot be read provides its name.
    fn capabilities(&self) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        for kind in Kind::ALL {
            for name in self.names(kind) {
                if let Ok(blueprint) = self.get(kind, &name) {
                    all.extend(blueprint.provides().into_iter().map(str::to_owned));
                }
                all.insert(name);
            }
        }
        all
    }

    /// Names of presets.
    pub fn presets(&self) -> Vec<String> {
        let mut names: Vec<String> = embedded("presets")
            .into_iter()
            .flat_map(Dir::files)
            .filter_map(|f| f.path().file_name()?.to_str()?.strip_suffix(".yaml").map(str::to_owned))
            .collect();
        if let Some(root) = &self.extra
            && let Ok(entries) = fs_err::read_dir(root.join("presets"))
        {
            let files = entries.flatten().filter_map(|e| e.file_name().into_string().ok());
            names.extend(files.filter_map(|f| f.strip_suffix(".yaml").map(str::to_owned)));
        }
        names.sort();
        names.dedup();
        names
    }

    /// The text of a preset, and its name for messages.
    ///
    /// # Errors
    /// There is none of the name.
    pub fn preset(&self, name: &str) -> Result<(String, Arc<str>)> {
        let label: Arc<str> = format!("preset {name}").into();
        let path = format!("presets/{name}.yaml");
        if let Some(root) = &self.extra
            && root.join(&path).is_file()
        {
            return Ok((fs_err::read_to_string(root.join(&path))?, label));
        }
        if let Some(text) =
            embedded("presets").and_then(|d| d.files().find(|f| f.path() == Path::new(&path))).and_then(|f| f.contents_utf8())
        {
            return Ok((text.to_owned(), label));
        }
        let names = self.presets();
        Err(Diagnostic::new(format!("there is no preset {}", crate::shape::quoted(name)))
            .hint(did_you_mean(name, names.iter().map(String::as_str)).unwrap_or_else(|| format!("known: {}", names.join(", "))))
            .into())
    }

    /// The pins: embedded ones, and over them those of the extra folder.
    ///
    /// # Errors
    /// The extra pins are not readable.
    pub fn pins(&self) -> Result<Value> {
        let embedded = blueprint::read_at_build("pins.yaml", &"blueprints/pins.yaml".into());
        let mut pins = embedded.map_or_else(|| Value::Object(Map::new()), |node| node.to_json());
        if let Some(path) = self.extra.as_ref().map(|r| r.join("pins.yaml")).filter(|p| p.is_file()) {
            let label = path.display().to_string().into();
            crate::join::lay_over(&mut pins, document::parse(&fs_err::read_to_string(&path)?, &label)?.to_json());
        }
        Ok(pins)
    }

    fn files(&self, kind: Kind, name: &str) -> Result<(String, Vec<RawFile>, bool)> {
        let inner = if kind == Kind::Project { "project".to_owned() } else { format!("{}/{name}", kind.folder()) };
        if let Some(root) = &self.extra
            && root.join(&inner).is_dir()
        {
            let path = root.join(&inner);
            return Ok((path.display().to_string(), read_folder(&path)?, false));
        }
        if let Some(dir) = embedded(&inner) {
            return Ok((format!("blueprints/{inner}"), read_embedded(dir, &inner), true));
        }
        let names = self.names(kind);
        Err(Diagnostic::new(format!("there is no {} blueprint {}", kind.word(), crate::shape::quoted(name)))
            .hint(
                did_you_mean(name, names.iter().map(String::as_str))
                    .unwrap_or_else(|| format!("`scaffold list` shows all; known: {}", names.join(", "))),
            )
            .into())
    }

    fn share(&self, blueprint: &mut Blueprint, name: &str) -> Result<()> {
        let inner = format!("shared/{name}");
        let (root, files, embedded) = if let Some(path) = self.extra.as_ref().map(|r| r.join(&inner)).filter(|p| p.is_dir()) {
            (path.display().to_string(), read_folder(&path)?, false)
        } else if let Some(dir) = embedded(&inner) {
            (format!("blueprints/{inner}"), read_embedded(dir, &inner), true)
        } else {
            return Err(Diagnostic::new(format!("`{}` shares `{name}`, which does not exist", blueprint.name))
                .hint(format!("make the folder `{inner}`"))
                .into());
        };
        let shared =
            blueprint::read(blueprint.kind, name, &root, files, Source { shared: true, embedded }).map_err(Error::Invalid)?;
        blueprint.own.files.extend(shared.own.files);
        blueprint.own.parts.extend(shared.own.parts);
        for (capability, layer) in shared.with {
            let own = blueprint.with.entry(capability).or_default();
            own.files.extend(layer.files);
            own.parts.extend(layer.parts);
            own.facts = laid_over(layer.facts, own.facts.take());
        }
        Ok(())
    }
}

/// Takes over what the base has and the blueprint does not state itself.
fn extend(blueprint: &mut Blueprint, base: &Blueprint) {
    let own = &mut blueprint.manifest;
    own.provides.extend(base.manifest.provides.iter().cloned());
    own.prefix = own.prefix.take().or_else(|| base.manifest.prefix.clone());
    for (name, option) in &base.manifest.options {
        own.options.entry(name.clone()).or_insert_with(|| option.clone());
    }
    extend_layer(&mut blueprint.own, &base.own);
    for (capability, layer) in &base.with {
        extend_layer(blueprint.with.entry(capability.clone()).or_default(), layer);
    }
}

fn extend_layer(own: &mut blueprint::Layer, base: &blueprint::Layer) {
    own.facts = laid_over(base.facts.clone(), own.facts.take());
    for file in &base.files {
        if !own.files.iter().any(|f| f.path == file.path) {
            own.files.push(file.clone());
        }
    }
    for part in &base.parts {
        if !own.parts.iter().any(|p| p.file == part.file && p.slot == part.slot) {
            own.parts.push(part.clone());
        }
    }
}

fn laid_over(base: Option<Node>, over: Option<Node>) -> Option<Node> {
    match (base, over) {
        (Some(mut base), Some(over)) => {
            base.overlay(over);
            Some(base)
        }
        (base, over) => over.or(base),
    }
}

/// A folder of the embedded tree; `include_dir`'s own search looks into every folder on its way.
fn embedded(path: &str) -> Option<&'static Dir<'static>> {
    path.split('/').try_fold(&EMBEDDED, |dir, name| dir.dirs().find(|d| d.path().file_name().is_some_and(|n| n == name)))
}

fn read_embedded(dir: &'static Dir, root: &str) -> Vec<RawFile> {
    let mut found = Vec::new();
    let mut open = vec![dir];
    while let Some(dir) = open.pop() {
        open.extend(dir.dirs());
        for file in dir.files() {
            let path = file.path().to_string_lossy();
            let inner = path.strip_prefix(root).unwrap_or(&path).trim_start_matches('/').to_owned();
            found.push((inner, Cow::Borrowed(file.contents())));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

/// Links are refused: a blueprint from elsewhere must not bring files of this machine into a repository.
fn read_folder(root: &Path) -> Result<Vec<RawFile>> {
    let mut found = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(dir) = open.pop() {
        for entry in fs_err::read_dir(&dir)? {
            let path = entry?.path();
            let meta = fs_err::symlink_metadata(&path)?;
            if meta.is_dir() {
                open.push(path);
                continue;
            }
            if !meta.is_file() || meta.len() > MAX_FILE {
                let message = if meta.is_file() {
                    "a file of a blueprint has at most 8 MiB"
                } else {
                    "only plain files can be part of a blueprint, no links"
                };
                return Err(Diagnostic::new(message).in_file(path.display().to_string()).hint("put a copy there").into());
            }
            let inner = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            found.push((inner, Cow::Owned(fs_err::read(&path)?)));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(found)
}

fn list_folder(folder: &Path, kind: Kind) -> Result<Vec<String>> {
    if !folder.is_dir() {
        return Ok(vec![]);
    }
    if kind == Kind::Project {
        return Ok(vec!["project".to_owned()]);
    }
    let mut names = Vec::new();
    for entry in fs_err::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// A folder with a misspelt kind would be silently ignored; it is a mistake instead.
fn stray_entries(root: &Path) -> Result<Vec<Diagnostic>> {
    let known = ["project", "services", "stores", "features", "targets", "ci", "shared", "presets", "pins.yaml", "README.md"];
    let mut mistakes = Vec::new();
    for entry in fs_err::read_dir(root)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !known.contains(&name.as_str()) && !name.starts_with('.') {
            mistakes.push(
                Diagnostic::new(format!("`{name}` is not part of a blueprint folder"))
                    .in_file(root.join(&name).display().to_string())
                    .hint(did_you_mean(&name, known).unwrap_or_else(|| format!("known here: {}", known.join(", ")))),
            );
        }
    }
    Ok(mistakes)
}
