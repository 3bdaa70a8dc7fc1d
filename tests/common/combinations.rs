//! Why: a mistake between two blueprints shows only where both are selected, so tests go through all pairs.

use std::collections::BTreeMap;

use scaffold::blueprint::Kind;
use scaffold::catalogue::Catalogue;
use scaffold::lock::ANSWERS;

pub type Name = (Kind, String);

const KINDS: [Kind; 5] = [Kind::Service, Kind::Store, Kind::Feature, Kind::Target, Kind::Ci];

/// Every blueprint with itself and with each other one that it can stand beside.
pub fn pairs(catalogue: &Catalogue) -> Vec<(Name, Name)> {
    let all: Vec<Name> = KINDS.into_iter().flat_map(|k| catalogue.names(k).into_iter().map(move |n| (k, n))).collect();
    let mut pairs = Vec::new();
    for (i, a) in all.iter().enumerate() {
        let one_of = |b: &Name| a.0 == b.0 && matches!(a.0, Kind::Target | Kind::Ci) && a != b;
        pairs.extend(all[i..].iter().filter(|b| !one_of(b)).map(|b| (a.clone(), b.clone())));
    }
    pairs
}

/// Presets and the cases of `snapshots/`: whole systems, by name. A preset with a snapshot of its name is that case.
pub fn systems() -> Vec<(String, String)> {
    let read = |path: std::path::PathBuf| std::fs::read_to_string(path).unwrap();
    let list = |folder: &str| std::fs::read_dir(super::root().join(folder)).unwrap().map(|e| e.unwrap().path());
    let mut found: BTreeMap<String, String> = list("snapshots")
        .filter(|path| path.join(ANSWERS).is_file())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), read(path.join(ANSWERS))))
        .collect();
    for path in list("blueprints/presets").filter(|p| p.extension().is_some_and(|x| x == "yaml")) {
        found.entry(path.file_stem().unwrap().to_string_lossy().into_owned()).or_insert_with(|| read(path));
    }
    found.into_iter().collect()
}

/// Answers with the chosen blueprints and whatever they need; services in a fixed order, the rest as asked.
pub fn answers(catalogue: &Catalogue, chosen: &[&(Kind, String)], swap: bool) -> String {
    let mut services: BTreeMap<String, String> = BTreeMap::new();
    let mut stores: Vec<(String, String)> = Vec::new();
    let mut features: Vec<String> = Vec::new();
    let (mut target, mut ci) = ("none", "none");
    let mut route = 0;
    for (index, (kind, name)) in chosen.iter().enumerate() {
        match kind {
            Kind::Service => {
                let blueprint = catalogue.get(Kind::Service, name).unwrap();
                let routable = blueprint.manifest.routable != Some(false);
                route += 1;
                let path = if route == 1 { "/".to_owned() } else { format!("/s{index}") };
                let socket = blueprint
                    .manifest
                    .defaults
                    .websocket
                    .as_ref()
                    .map(|_| format!(", websocket: /ws{index}"))
                    .unwrap_or_default();
                let route = if routable { format!(", route: {path}{socket}") } else { String::new() };
                services.insert(
                    format!("s{index}-{name}"),
                    format!("{{ blueprint: {name}{route}, env: {{ GREETING: hello }}, secrets: [API_TOKEN] }}"),
                );
                for need in &blueprint.manifest.needs {
                    if !stores.iter().any(|(_, b)| b == need.as_str()) {
                        stores.push((need.to_string(), need.to_string()));
                    }
                }
            }
            Kind::Store => {
                let taken = stores.iter().any(|(_, b)| {
                    b == name
                        || catalogue.get(Kind::Store, name).unwrap().manifest.extends.as_ref().is_some_and(|e| e.as_str() == b)
                });
                let label = if taken { format!("second-{name}") } else { name.clone() };
                stores.push((label, name.clone()));
            }
            Kind::Feature => features.push(name.clone()),
            Kind::Target => target = name,
            Kind::Ci => ci = name,
            Kind::Project => {}
        }
    }
    if services.is_empty() {
        for name in catalogue.names(Kind::Service) {
            let blueprint = catalogue.get(Kind::Service, &name).unwrap();
            if blueprint.manifest.needs.is_empty() && blueprint.provides().contains(&"api") {
                services.insert("api".into(), format!("{{ blueprint: {name}, route: /api, websocket: /ws }}"));
                break;
            }
        }
    }
    features.dedup();
    if swap {
        stores.reverse();
        features.reverse();
    }
    let mut text = "version: 1\nname: pair\ndomain: pair.example\nregistry: ghcr.io/acme/pair\nservices:\n".to_owned();
    for (name, body) in services {
        text.push_str(&format!("  {name}: {body}\n"));
    }
    if !stores.is_empty() {
        text.push_str("stores:\n");
        for (name, blueprint) in stores {
            text.push_str(&format!("  {name}: {{ blueprint: {blueprint} }}\n"));
        }
    }
    if !features.is_empty() {
        text.push_str("features:\n");
        for name in features {
            text.push_str(&format!("  {name}: {{}}\n"));
        }
    }
    text + &format!("target: {target}\nci: {ci}\n")
}
