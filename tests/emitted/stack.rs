//! Why: what a container gets is decided by several Compose files together, so they are joined here as Compose does it,
//! once for each environment, by the lists that the emitted files themselves give.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::repo::{Repo, re};

/// The joined Compose files of one environment.
pub struct Stack {
    pub environment: String,
    pub document: Value,
}

/// Which files are in force where: .env.example says it for development, setup.sh for a server, lib/common.sh for tests.
pub fn file_lists(repo: &Repo) -> BTreeMap<&'static str, Vec<String>> {
    let mut lists = BTreeMap::new();
    let split = |list: &str| list.split(':').map(str::to_owned).collect::<Vec<_>>();
    if let Some(found) = re!(r"(?m)^COMPOSE_FILE=(\S+)$").captures(repo.text(".env.example")) {
        lists.insert("development", split(&found[1]));
    }
    if let Some(found) = re!(r"line=COMPOSE_FILE=(\S+)").captures(repo.text("scripts/setup.sh")) {
        lists.insert("production", split(&found[1]));
    }
    let test = re!(r"docker compose --project-name \S+((?: --file \S+)+)").captures(repo.text("scripts/lib/common.sh"));
    if let Some(found) = test {
        let files = found[1].split_whitespace().filter(|w| *w != "--file").map(str::to_owned).collect();
        lists.insert("test", files);
    }
    lists
}

pub fn compose_files(repo: &Repo) -> impl Iterator<Item = (&str, &str)> {
    let named = |path: &str| !path.contains('/') && path.starts_with("compose.") && path.ends_with(".yaml");
    repo.files.iter().filter(move |(p, _)| named(p)).map(|(p, f)| (p.as_str(), f.text.as_str()))
}

pub fn stacks(repo: &Repo) -> Vec<Stack> {
    let lists = file_lists(repo);
    let mut found = Vec::new();
    for path in repo.files.keys() {
        let Some(environment) = path.strip_prefix("config/").and_then(|p| p.strip_suffix(".env")) else { continue };
        let list = match environment {
            "development" | "test" => lists.get(environment),
            _ => lists.get("production"),
        };
        let Some(list) = list else { continue };
        let mut document = Value::Null;
        for file in list {
            document = join(document, extend(repo, yaml(repo.text(file))), "");
        }
        found.push(Stack { environment: environment.to_owned(), document });
    }
    found
}

/// Parsed, with `<<` taken in. Compose's tags stay as the key of a map: `{"!reset": ...}`.
pub fn yaml(text: &str) -> Value {
    fn plain(value: serde_yaml::Value) -> Value {
        match value {
            serde_yaml::Value::Tagged(tagged) => Value::Object(Map::from_iter([(tagged.tag.to_string(), plain(tagged.value))])),
            serde_yaml::Value::Mapping(map) => {
                let mut result = Map::new();
                let mut inherited = Map::new();
                for (key, value) in map {
                    match (plain(key), plain(value)) {
                        (Value::String(key), Value::Object(value)) if key == "<<" => inherited = value,
                        (Value::String(key), value) => drop(result.insert(key, value)),
                        (key, value) => drop(result.insert(key.to_string(), value)),
                    }
                }
                for (key, value) in inherited {
                    result.entry(key).or_insert(value);
                }
                Value::Object(result)
            }
            serde_yaml::Value::Sequence(items) => Value::Array(items.into_iter().map(plain).collect()),
            other => serde_json::to_value(other).unwrap_or(Value::Null),
        }
    }
    plain(serde_yaml::from_str(text).unwrap_or(serde_yaml::Value::Null))
}

/// Services that begin as another one, of another file.
fn extend(repo: &Repo, mut document: Value) -> Value {
    for (_, service) in document["services"].as_object_mut().into_iter().flatten() {
        let Some(from) = service["extends"]["service"].as_str() else { continue };
        let file = fill(service["extends"]["file"].as_str().unwrap_or("compose.yaml"), "");
        let base = yaml(repo.text(&super::repo::normal(&file)))["services"][from].clone();
        *service = join(base, service.clone(), "");
    }
    document
}

/// Maps are joined, lists too, but for the few that Compose replaces.
fn join(base: Value, over: Value, key: &str) -> Value {
    match (base, over) {
        (_, Value::Object(over)) if over.contains_key("!reset") => Value::Null,
        (_, Value::Object(mut over)) if over.contains_key("!override") => over.remove("!override").unwrap(),
        (Value::Object(mut base), Value::Object(over)) => {
            for (key, value) in over {
                let old = base.remove(&key).unwrap_or(Value::Null);
                match join(old, value, &key) {
                    Value::Null if key == "extends" => {}
                    value => drop(base.insert(key, value)),
                }
            }
            base.retain(|_, value| !value.is_null() || key != "services");
            Value::Object(base)
        }
        (Value::Array(mut base), Value::Array(over)) if !matches!(key, "command" | "entrypoint" | "test") => {
            base.extend(over);
            Value::Array(base)
        }
        // A list of names is a short map.
        (Value::Array(base), Value::Object(mut over)) if matches!(key, "networks" | "depends_on") => {
            for name in base.iter().flat_map(strings) {
                over.entry(name).or_insert(Value::Null);
            }
            Value::Object(over)
        }
        (base, Value::Null) => base,
        (_, over) => over,
    }
}

/// `${ENVIRONMENT}` is what this is about; of anything else the default counts.
fn fill(text: &str, environment: &str) -> String {
    re!(r"\$\{(\w+)(?::?[-?]([^}]*))?\}")
        .replace_all(text, |c: &regex::Captures| match (&c[1], c.get(2)) {
            ("ENVIRONMENT", _) => environment.to_owned(),
            (_, default) => default.map_or(String::new(), |d| d.as_str().to_owned()),
        })
        .into_owned()
}

impl Stack {
    pub fn of(&self, section: &str) -> BTreeMap<&str, &Value> {
        self.document[section].as_object().into_iter().flatten().map(|(k, v)| (k.as_str(), v)).collect()
    }

    pub fn services(&self) -> BTreeMap<&str, &Value> {
        self.of("services")
    }

    /// Everything that the container finds in its environment.
    pub fn environment_of(&self, repo: &Repo, service: &Value) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        for file in strings(&service["env_file"]) {
            for line in repo.text(&super::repo::normal(&self.fill(&file))).lines() {
                if let Some((name, value)) = line.split_once('=').filter(|(name, _)| !name.starts_with('#')) {
                    found.insert(name.to_owned(), value.to_owned());
                }
            }
        }
        for (name, value) in service["environment"].as_object().into_iter().flatten() {
            found.insert(name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        }
        found
    }

    pub fn fill(&self, text: &str) -> String {
        fill(text, &self.environment)
    }

    /// The containers that run the image of a service: itself, or one for each colour.
    pub fn instances(&self, service: &str) -> Vec<(&str, &Value)> {
        let variable = format!("${{{}_IMAGE", service.to_uppercase().replace('-', "_"));
        let own = |name: &str, v: &Value| {
            name.strip_prefix(service).is_some_and(|rest| rest.starts_with('-'))
                && v["image"].as_str().is_some_and(|i| i.starts_with(&variable))
        };
        self.services().into_iter().filter(|(name, v)| *name == service || own(name, v)).collect()
    }

    /// Who answers to a name: the service that is called so, or those with the alias.
    pub fn answering(&self, host: &str) -> Vec<(&str, &Value)> {
        let alias = |v: &Value| {
            let networks = v["networks"].as_object().into_iter().flatten();
            networks.flat_map(|(_, n)| strings(&n["aliases"])).any(|a| a == host)
        };
        self.services().into_iter().filter(|(name, v)| *name == host || alias(v)).collect()
    }
}

/// A text or a list of them, as Compose often takes either. Of maps: the keys.
pub fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(strings).collect(),
        Value::Object(map) => map.keys().cloned().collect(),
        Value::Number(number) => vec![number.to_string()],
        _ => vec![],
    }
}

/// The words of an entrypoint and a command, of a health check too.
pub fn words(service: &Value) -> Vec<String> {
    let lists = [&service["entrypoint"], &service["command"], &service["healthcheck"]["test"]];
    lists.into_iter().flat_map(strings).flat_map(|w| w.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// Ports that a container listens on, as far as its own settings, image and probe tell.
pub fn listens(repo: &Repo, name: &str, service: &Value, environment: &BTreeMap<String, String>) -> BTreeSet<u16> {
    let mut ports: BTreeSet<u16> = environment.get("PORT").and_then(|p| p.parse().ok()).into_iter().collect();
    for word in words(service) {
        ports.extend(re!(r"127\.0\.0\.1:(\d+)").captures(&word).and_then(|c| c[1].parse::<u16>().ok()));
    }
    if let Some(context) = service["build"]["context"].as_str().map(super::repo::normal) {
        let dockerfile = repo.text(&format!("{context}/Dockerfile"));
        ports.extend(re!(r"(?m)^EXPOSE (\d+)").captures_iter(dockerfile).filter_map(|c| c[1].parse::<u16>().ok()));
    }
    if name == "nginx" {
        for (_, file) in repo.below("nginx/servers/") {
            ports.extend(re!(r"(?m)^\s*listen (\d+)").captures_iter(&file.text).filter_map(|c| c[1].parse::<u16>().ok()));
        }
    }
    ports
}
