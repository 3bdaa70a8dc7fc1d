//! Why: a blueprint is a folder and nothing else. This module knows the format of that folder (documented in
//! `blueprints/README.md`) and turns it into a value, reporting every mistake at once.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::compact;
use crate::document::{self, Node};
use crate::error::{Diagnostic, did_you_mean};
use crate::facts::Facts;
use crate::names::{Name, Prefix, Route};
use crate::scalar::Scalar;
use crate::shape::Shape;

/// The kinds of blueprint, in catalogue order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The skeletons of the shared files; always selected.
    Project,
    /// A container image built from source.
    Service,
    /// Something that keeps data.
    Store,
    /// Anything else that can be added.
    Feature,
    /// Where production runs.
    Target,
    /// Who builds and tests.
    Ci,
}

impl Kind {
    /// All kinds, in catalogue order.
    pub const ALL: [Self; 6] = [Self::Project, Self::Service, Self::Store, Self::Feature, Self::Target, Self::Ci];

    /// The folder of `blueprints/` that holds the kind.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Service => "services",
            Self::Store => "stores",
            Self::Feature => "features",
            Self::Target => "targets",
            Self::Ci => "ci",
        }
    }

    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Service => "service",
            Self::Store => "store",
            Self::Feature => "feature",
            Self::Target => "target",
            Self::Ci => "ci",
        }
    }
}

/// The content of `blueprint.yaml`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Manifest {
    /// One line for the catalogue.
    pub summary: String,
    /// Capabilities beside its own name.
    pub provides: Vec<Name>,
    /// Capabilities that must be there; a service must be bound to them.
    pub needs: Vec<Name>,
    /// Capabilities that must not be there.
    pub conflicts: Vec<Name>,
    /// Stores: another store whose folder it takes over.
    pub extends: Option<Name>,
    /// Folders of `shared/`.
    pub shares: Vec<Name>,
    /// Services: the language, for the wizard.
    pub language: String,
    /// Stores: prefix of the variables.
    pub prefix: Option<Prefix>,
    /// Services: what the wizard and `add` offer.
    pub defaults: Defaults,
    /// Files that are written once and then belong to the user.
    pub starter: Vec<String>,
    /// Files that are kept up to date by merge.
    pub managed: Vec<String>,
    /// Files that had another path in an earlier version, from the old one to the new one: edits of them follow.
    pub renamed: IndexMap<String, String>,
    /// Services: whether the image runs a process that reads settings.
    pub settings: Option<bool>,
    /// Services: whether it may have a route.
    pub routable: Option<bool>,
    /// Targets: where two versions of a service run side by side, what the name of each ends in.
    pub colours: Vec<Name>,
    /// Questions it adds.
    pub options: IndexMap<String, OptionSpec>,
    /// What it states.
    #[schemars(with = "Facts")]
    pub facts: Value,
}

/// What a new service of a blueprint starts with.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Defaults {
    /// The port when none is answered.
    #[schemars(range(min = 1, max = 65535))]
    pub port: Option<u16>,
    /// The route that the wizard and `add` offer.
    pub route: Option<Route>,
    /// The websocket that they offer.
    pub websocket: Option<Route>,
}

/// One option of a blueprint.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OptionSpec {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: OptionKind,
    /// The value when nobody says another.
    pub default: Scalar,
    /// All allowed values, when they are few.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Scalar>,
    /// What the wizard asks.
    pub question: String,
    /// One line of help.
    #[serde(default)]
    pub help: String,
    /// Whether a change would strand live data.
    #[serde(default)]
    pub frozen: bool,
    /// Capabilities that must be there for any value but the default.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Name>,
}

/// Types of options.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OptionKind {
    /// A text.
    String,
    /// A whole number.
    Integer,
    /// true or false.
    Boolean,
}

/// A file of a blueprint.
#[derive(Clone, Debug)]
pub struct Asset {
    /// Where it lands, before placeholders are replaced; without `.j2`.
    pub path: String,
    /// Where it stands, for messages.
    pub source: Arc<str>,
    /// Its bytes.
    pub bytes: Cow<'static, [u8]>,
    /// Whether it is rendered.
    pub template: bool,
}

/// A fragment for a slot of a shared file.
#[derive(Clone, Debug)]
pub struct Part {
    /// The shared file.
    pub file: String,
    /// The slot.
    pub slot: String,
    /// The fragment.
    pub asset: Asset,
}

/// Glue of one capability, or the blueprint's own content.
#[derive(Clone, Debug, Default)]
pub struct Layer {
    /// What it states, with places.
    pub facts: Option<Node>,
    /// Its files.
    pub files: Vec<Asset>,
    /// Its parts.
    pub parts: Vec<Part>,
}

/// A blueprint, read.
#[derive(Clone, Debug)]
pub struct Blueprint {
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// Its manifest.
    pub manifest: Manifest,
    /// What it owns and states.
    pub own: Layer,
    /// Dependency manifests with locks, by combination of capabilities.
    pub locks: BTreeMap<String, Vec<Asset>>,
    /// Glue by capability.
    pub with: BTreeMap<String, Layer>,
}

impl Blueprint {
    /// Everything it provides: its own name, what it extends, and what it says.
    pub fn provides(&self) -> Vec<&str> {
        let mut all = vec![self.name.as_str()];
        all.extend(self.manifest.extends.iter().map(Name::as_str));
        all.extend(self.manifest.provides.iter().map(Name::as_str));
        all
    }
}

/// One file of a folder: its path inside, and its bytes.
pub type RawFile = (String, Cow<'static, [u8]>);

/// Where a folder comes from.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// A folder of `shared/`, which has no manifest.
    pub shared: bool,
    /// Compiled in: a test has checked it against the schema, so that not every run has to.
    pub embedded: bool,
}

/// Reads the files of one blueprint folder. `root` is the folder's name for messages.
///
/// # Errors
/// All mistakes of the folder.
pub fn read(kind: Kind, name: &str, root: &str, files: Vec<RawFile>, from: Source) -> Result<Blueprint, Vec<Diagnostic>> {
    let mut mistakes = Vec::new();
    let mut manifest = None;
    let mut blueprint = Blueprint {
        kind,
        name: name.to_owned(),
        manifest: Manifest::default(),
        own: Layer::default(),
        locks: BTreeMap::new(),
        with: BTreeMap::new(),
    };
    for (path, bytes) in files {
        let source: Arc<str> = [root, "/", &path].concat().into();
        let (first, below) = path.split_once('/').unwrap_or((&path, ""));
        // Of a folder that has folders, each about one thing.
        let (about, rest) = below.split_once('/').unwrap_or((below, ""));
        match first {
            "blueprint.yaml" if !from.shared && path == first => manifest = Some((source, bytes)),
            "with" => {
                let layer = blueprint.with.entry(about.to_owned()).or_default();
                if rest == "facts.yaml" {
                    match facts(&source, &bytes, from) {
                        Ok(node) => layer.facts = Some(node),
                        Err(all) => mistakes.extend(all),
                    }
                } else if let Err(mistake) = place(layer, rest, source, bytes) {
                    mistakes.push(mistake);
                }
            }
            "locks" => blueprint.locks.entry(about.to_owned()).or_default().push(asset(rest, source, bytes)),
            _ => {
                if let Err(mistake) = place(&mut blueprint.own, &path, source, bytes) {
                    mistakes.push(mistake);
                }
            }
        }
    }
    match manifest {
        Some((source, bytes)) => match read_manifest(&source, &bytes, from) {
            Ok((read, facts)) => {
                blueprint.manifest = read;
                blueprint.own.facts = facts;
            }
            Err(all) => mistakes.extend(all),
        },
        None if from.shared => {}
        None => {
            mistakes
                .push(Diagnostic::new("`blueprint.yaml` is missing").in_file(root).hint("the smallest one is `summary: ...`"));
        }
    }
    if mistakes.is_empty() { Ok(blueprint) } else { Err(mistakes) }
}

fn place(layer: &mut Layer, path: &str, source: Arc<str>, bytes: Cow<'static, [u8]>) -> Result<(), Diagnostic> {
    if let Some(inner) = path.strip_prefix("files/") {
        layer.files.push(asset(inner, source, bytes));
        return Ok(());
    }
    if let Some(inner) = path.strip_prefix("parts/") {
        let Some((file, slot)) = inner.rsplit_once('/') else {
            return Err(Diagnostic::new("a part stands in the folder of its file")
                .in_file(source)
                .hint("as in `parts/Makefile/targets.j2`"));
        };
        let Some(slot) = slot.strip_suffix(".j2") else {
            return Err(Diagnostic::new("a part is a template").in_file(source).hint(format!("name it `{slot}.j2`")));
        };
        let asset = Asset { path: inner.to_owned(), source, bytes, template: true };
        layer.parts.push(Part { file: file.to_owned(), slot: slot.to_owned(), asset });
        return Ok(());
    }
    let first = path.split('/').next().unwrap_or(path);
    if matches!(first, "with" | "locks") {
        return Err(Diagnostic::new(format!("`{first}/` does not nest")).in_file(source).hint("glue is about one capability"));
    }
    if first == "blueprint.yaml" {
        return Err(Diagnostic::new("`blueprint.yaml` does not belong here")
            .in_file(source)
            .hint("it stands at the top of a blueprint alone"));
    }
    let known = ["files", "parts", "with", "locks", "blueprint.yaml", "facts.yaml"];
    Err(Diagnostic::new(format!("`{first}` is not part of a blueprint"))
        .in_file(source)
        .hint(did_you_mean(first, known).unwrap_or_else(|| "known here: files/, parts/, with/, locks/, blueprint.yaml".into())))
}

fn asset(path: &str, source: Arc<str>, bytes: Cow<'static, [u8]>) -> Asset {
    let (path, template) = path.strip_suffix(".j2").map_or((path, false), |stem| (stem, true));
    Asset { path: path.to_owned(), source, bytes, template }
}

/// Manifests, facts and pins of the embedded blueprints by path, as the build script read them.
static MANIFESTS: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/manifests.rs"));

/// An embedded document, by its path in `blueprints/`.
pub fn read_at_build(path: &str, file: &Arc<str>) -> Option<Node> {
    let at = MANIFESTS.binary_search_by_key(&path, |(name, _)| name).ok()?;
    compact::read(MANIFESTS[at].1, file)
}

/// The JSON Schema of `blueprint.yaml`.
pub fn schema() -> Value {
    schemars::schema_for!(Manifest).to_value()
}

fn parse(source: &Arc<str>, bytes: &[u8], from: Source) -> Result<Node, Vec<Diagnostic>> {
    if let Some(node) = source.strip_prefix("blueprints/").filter(|_| from.embedded).and_then(|path| read_at_build(path, source))
    {
        return Ok(node);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| vec![Diagnostic::new("this is not UTF-8").in_file(Arc::clone(source))])?;
    document::parse(text, source).map_err(|mistake| vec![mistake])
}

fn read_manifest(source: &Arc<str>, bytes: &[u8], from: Source) -> Result<(Manifest, Option<Node>), Vec<Diagnostic>> {
    let mut node = parse(source, bytes, from)?;
    let mut mistakes = if from.embedded { vec![] } else { Shape::with_templates(&schema()).check(&node) };
    if node.get("summary").is_none() {
        mistakes.push(Diagnostic::new("`summary` is missing").in_file(Arc::clone(source)));
    }
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let facts = node.take("facts");
    let manifest: Manifest =
        serde_json::from_value(node.to_json()).map_err(|e| vec![Diagnostic::new(e.to_string()).in_file(Arc::clone(source))])?;
    Ok((manifest, facts))
}

fn facts(source: &Arc<str>, bytes: &[u8], from: Source) -> Result<Node, Vec<Diagnostic>> {
    let node = parse(source, bytes, from)?;
    if from.embedded {
        return Ok(node);
    }
    let schema = schemars::schema_for!(Facts).to_value();
    let mistakes = Shape::with_templates(&schema).check(&node);
    if mistakes.is_empty() { Ok(node) } else { Err(mistakes) }
}
