//! Why: `scaffold.yaml` is the one model; everything that scaffold manages is a function of it. These types hold only
//! what the file says: what follows from it (defaults, bindings, ports) is the work of `selection`.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::document::{Content, Node};
use crate::error::{Diagnostic, Error, Result};
use crate::names::{Domain, Name, Prefix, Registry, Route, Variable};
use crate::scalar::Scalar;
use crate::shape::Shape;

/// Options of a blueprint, by name; checked against the blueprint's manifest.
pub type Options = Map<String, Value>;

/// The environments every repository has.
pub const ENVIRONMENTS: [&str; 4] = ["development", "test", "staging", "production"];

/// The content of `scaffold.yaml`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answers {
    /// Version of this format.
    #[schemars(range(min = 1, max = 1))]
    pub version: u32,
    /// Name of the project: a DNS label.
    pub name: Name,
    /// Where production is reached.
    pub domain: Domain,
    /// Where images are pushed; a service's image is `<registry>/<service>`.
    pub registry: Registry,
    /// Services in order; each is one container image built from `services/<name>`.
    pub services: IndexMap<Name, Service>,
    /// What keeps data.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub stores: IndexMap<Name, Store>,
    /// Features with their options.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub features: IndexMap<Name, Options>,
    /// Where production runs; `none` for nowhere yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Choice>,
    /// Who builds and tests; `none` for nobody yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ci: Option<Choice>,
    /// What differs by environment.
    #[serde(default, skip_serializing_if = "Environments::is_empty")]
    pub environments: Environments,
}

/// A service of the stack.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Service {
    /// The blueprint it is made from.
    pub blueprint: Name,
    /// The port its container listens on; the blueprint's own by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 65535))]
    pub port: Option<u16>,
    /// The path prefix that nginx routes to it; without one it is not reachable from outside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<Route>,
    /// The path of its websocket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub websocket: Option<Route>,
    /// How many containers run in production.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100))]
    pub replicas: Option<u16>,
    /// Stores (and, for frontends, services) it uses; by default all that its blueprint has a client for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<Vec<Name>>,
    /// Variables that are no secrets.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub env: IndexMap<Variable, Scalar>,
    /// Names of secrets that a person gives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<Variable>,
    /// Names of secrets that `scripts/setup.sh` makes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub generated: Vec<Variable>,
    /// Options of the blueprint.
    #[serde(flatten)]
    pub options: Options,
}

/// Something that keeps data.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Store {
    /// The blueprint it is made from; by default the one of its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blueprint: Option<Name>,
    /// Prefix of the variables that name it; the blueprint's own for a store of the blueprint's name, else its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<Prefix>,
    /// The name that its volume, its secrets and its backups bear, where it is another: of a store that was renamed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Name>,
    /// Options of the blueprint, such as `version`.
    #[serde(flatten)]
    pub options: Options,
}

/// One target or ci: its name, or a map with its options.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Choice {
    /// Only the name.
    Plain(Name),
    /// The name and options.
    Full(ChoiceWithOptions),
}

/// A target or ci with options.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChoiceWithOptions {
    /// The blueprint.
    pub blueprint: Name,
    /// Its options.
    #[serde(flatten)]
    pub options: Options,
}

impl Choice {
    /// The blueprint, or none when the answer is `none`.
    pub fn name(&self) -> Option<&Name> {
        let name = match self {
            Self::Plain(name) => name,
            Self::Full(full) => &full.blueprint,
        };
        (name.as_str() != "none").then_some(name)
    }

    /// Its options.
    pub fn options(&self) -> Options {
        match self {
            Self::Plain(_) => Options::new(),
            Self::Full(full) => full.options.clone(),
        }
    }
}

/// What differs by environment.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Environments {
    /// On the developer's machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub development: Option<Overrides>,
    /// While the suites run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<Overrides>,
    /// The rehearsal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staging: Option<DomainOverrides>,
    /// The real thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub production: Option<Overrides>,
}

/// Variables of one environment.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Overrides {
    /// Values of variables that some service declares.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub env: IndexMap<Variable, Scalar>,
}

/// Domain and variables of one environment.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DomainOverrides {
    /// Where it is reached; `staging.<domain>` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<Domain>,
    /// Values of variables that some service declares.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub env: IndexMap<Variable, Scalar>,
}

impl Environments {
    fn is_empty(&self) -> bool {
        self.development.is_none() && self.test.is_none() && self.staging.is_none() && self.production.is_none()
    }

    /// The overriding variables of an environment.
    pub fn env(&self, environment: &str) -> Option<&IndexMap<Variable, Scalar>> {
        match environment {
            "development" => self.development.as_ref().map(|o| &o.env),
            "test" => self.test.as_ref().map(|o| &o.env),
            "staging" => self.staging.as_ref().map(|o| &o.env),
            _ => self.production.as_ref().map(|o| &o.env),
        }
    }
}

/// The JSON Schema of the file, without what blueprints add to it.
pub fn schema() -> Value {
    schemars::schema_for!(Answers).to_value()
}

/// Turns a document into answers.
///
/// # Errors
/// All mistakes of form at once; mistakes of meaning are found by `selection`.
pub fn from_document(node: &Node) -> Result<Answers> {
    let mut mistakes = unprintable(node);
    if node.get("services").is_none_or(|s| matches!(&s.content, Content::Mapping(all) if all.is_empty())) {
        let hint = "`--set services.api.blueprint=fastapi --set services.api.route=/api`; `scaffold list` shows all";
        mistakes.push(Diagnostic::new("at least one service is needed").hint(hint));
    }
    // The types say whether all is well, the schema says all that is not, and costs more than the types.
    let answers = serde_json::from_value(node.to_json()).map_err(|e| Diagnostic::new(e.to_string()).at(node.place.clone()));
    if mistakes.is_empty() && answers.as_ref().is_ok_and(Answers::in_range) {
        debug_assert!(Shape::new(&schema()).check(node).is_empty(), "the schema must take what the types take");
        return Ok(answers?);
    }
    let mut all = Shape::new(&schema()).check(node);
    all.extend(mistakes);
    if all.is_empty() { Ok(answers?) } else { Err(Error::Invalid(all)) }
}

impl Answers {
    /// Whether all numbers are in the ranges that the schema states.
    fn in_range(&self) -> bool {
        let fits = |service: &Service| {
            service.port.is_none_or(|port| port > 0) && service.replicas.is_none_or(|replicas| (1..=100).contains(&replicas))
        };
        self.version == 1 && self.services.values().all(fits)
    }
}

/// No process can be given a NUL, and no env file, log or terminal keeps the other control characters as they are.
fn unprintable(node: &Node) -> Vec<Diagnostic> {
    match &node.content {
        Content::Scalar(Value::String(text)) => {
            let found = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t'));
            let mistake = |c: char| Diagnostic::new(format!("the control character {c:?} cannot be part of a value"));
            found.map(|c| mistake(c).at(node.place.clone())).into_iter().collect()
        }
        Content::Scalar(_) => vec![],
        Content::Sequence(items) => items.iter().flat_map(unprintable).collect(),
        Content::Mapping(entries) => entries.iter().flat_map(|(_, v)| unprintable(v)).collect(),
    }
}

/// The canonical form of the file: block style, in the order of the types, quoted only where YAML needs it.
pub fn to_text(answers: &Answers) -> String {
    let value = serde_json::to_value(answers).unwrap_or_default();
    let mut out = String::from("# What this repository is. Everything that scaffold manages here follows from this file.\n");
    if let Value::Object(map) = value {
        block(&map, 0, &mut out);
    }
    out
}

pub(crate) fn block(map: &Map<String, Value>, depth: usize, out: &mut String) {
    for (key, value) in map {
        out.push_str(&"  ".repeat(depth));
        out.push_str(&word(key));
        out.push(':');
        match value {
            Value::Object(inner) if !inner.is_empty() => {
                out.push('\n');
                block(inner, depth + 1, out);
            }
            other => {
                out.push(' ');
                out.push_str(&flow(other));
                out.push('\n');
            }
        }
    }
}

pub(crate) fn flow(value: &Value) -> String {
    match value {
        Value::String(text) => word(text),
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(map) if map.is_empty() => "{}".to_owned(),
        Value::Object(map) => {
            let inner: Vec<String> = map.iter().map(|(k, v)| format!("{}: {}", word(k), flow(v))).collect();
            format!("{{ {} }}", inner.join(", "))
        }
        other => other.to_string(),
    }
}

/// Bare when every YAML reader takes it as this very text, quoted otherwise.
pub(crate) fn word(text: &str) -> String {
    let bare = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/'))
        && !matches!(
            text.to_ascii_lowercase().as_str(),
            "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n" | "nan" | "inf"
        );
    if bare { text.to_owned() } else { crate::quote::yaml_string(text) }
}
