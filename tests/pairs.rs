//! Why: each blueprint may be right alone and wrong beside another one. Every pair is planned, parsed and cross-checked.

mod common;

use std::collections::BTreeMap;

use scaffold::Outcome;
use scaffold::blueprint::Kind;
use scaffold::catalogue::Catalogue;

const KINDS: [Kind; 5] = [Kind::Service, Kind::Store, Kind::Feature, Kind::Target, Kind::Ci];

#[test]
fn every_pair_of_blueprints_holds_together() {
    let catalogue = Catalogue::open(None).unwrap();
    let all: Vec<(Kind, String)> = KINDS.into_iter().flat_map(|k| catalogue.names(k).into_iter().map(move |n| (k, n))).collect();
    let mut checked = 0;
    for (i, a) in all.iter().enumerate() {
        for b in &all[i..] {
            if a.0 == b.0 && matches!(a.0, Kind::Target | Kind::Ci) && a != b {
                continue;
            }
            let text = answers(&catalogue, &[a, b], false);
            let outcome =
                common::plan_with(&catalogue, &text).unwrap_or_else(|e| panic!("{a:?} + {b:?}\n{text}{:#?}", e.diagnostics()));
            check(&outcome, &format!("{a:?} + {b:?}"));
            let swapped = common::plan_with(&catalogue, &answers(&catalogue, &[a, b], true)).unwrap();
            assert!(bytes(&outcome) == bytes(&swapped), "{a:?} + {b:?}: the order of stores and features leaves a trace");
            checked += 1;
        }
    }
    assert!(checked > 80, "only {checked} pairs were seen");
}

/// Answers with the chosen blueprints and whatever they need; services in a fixed order, the rest as asked.
fn answers(catalogue: &Catalogue, chosen: &[&(Kind, String)], swap: bool) -> String {
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

fn bytes(outcome: &Outcome) -> BTreeMap<&String, &[u8]> {
    outcome.plan.files.iter().map(|(path, file)| (path, &*file.bytes)).collect()
}

fn check(outcome: &Outcome, case: &str) {
    for (path, file) in &outcome.plan.files {
        let text = std::str::from_utf8(&file.bytes).unwrap_or_else(|_| panic!("{case}: {path} is not UTF-8"));
        if path == "scaffold.lock" {
            continue;
        }
        for left in ["{{{", "{{%", "{{#", "TODO", "FIXME"] {
            assert!(!text.contains(left), "{case}: {path} holds `{left}`");
        }
        let extension = path.rsplit('.').next().unwrap_or_default();
        if matches!(extension, "yaml" | "yml") {
            for document in <serde_yaml::Deserializer as IntoIterator>::into_iter(serde_yaml::Deserializer::from_str(text)) {
                let parsed = <serde_yaml::Value as serde::Deserialize>::deserialize(document);
                assert!(parsed.is_ok(), "{case}: {path}: {:?}", parsed.err());
            }
        }
        // TypeScript's and VS Code's own files allow comments.
        // An error page is filled in by nginx.
        let filled_in = text.contains("<!--#");
        if extension == "json"
            && !filled_in
            && !path.contains("tsconfig")
            && !path.starts_with(".vscode")
            && !path.starts_with(".devcontainer")
        {
            assert!(serde_json::from_str::<serde_json::Value>(text).is_ok(), "{case}: {path} is not JSON");
        }
        assert!(text.is_empty() || text.ends_with('\n'), "{case}: {path} has no final newline");
    }
}
