//! Why: a reference to nothing is found when a repository is planned, not when a stack is started at night.

use std::collections::{HashMap, HashSet};

use super::containers::NETWORKS;
use crate::error::{Diagnostic, Place, did_you_mean};
use crate::views::Model;

/// Everything that any container names must exist, and every container must be bounded. `places` says where a container is stated.
pub fn check(model: &Model, places: &HashMap<String, Place>) -> Vec<Diagnostic> {
    let mut mistakes = Vec::new();
    let names: Vec<&str> = model.containers.iter().map(|c| c.name.as_str()).collect();
    let secrets: Vec<&str> = model.secrets.iter().map(|s| s.name.as_str()).collect();
    let volumes: Vec<&str> = model.volumes.iter().map(|v| v.name.as_str()).collect();
    let networks: Vec<&str> = NETWORKS.iter().map(|(n, _)| *n).collect();
    for container in &model.containers {
        let name = container.name.as_str();
        let place = places.get(name).or_else(|| places.get(&container.service));
        let mut wrong = |message: String, hint: String| {
            let mut mistake = Diagnostic::new(message).hint(hint);
            mistake.place = place.cloned();
            mistakes.push(mistake);
        };
        let mut known = |what: &str, wanted: &str, all: &[&str]| {
            if !all.contains(&wanted) {
                let message = format!("the container `{name}` names the {what} `{wanted}`, which does not exist");
                let near = did_you_mean(wanted, all.iter().copied());
                wrong(message, near.unwrap_or_else(|| format!("state it under `facts.{what}s`")));
            }
        };
        container.secrets.iter().for_each(|s| known("secret", s, &secrets));
        container.volumes.iter().for_each(|v| known("volume", &v.name, &volumes));
        container.networks.iter().for_each(|n| known("network", n, &networks));
        container.depends_on.iter().for_each(|d| known("container", &d.name, &names));
        if names.iter().filter(|n| **n == name).count() > 1 {
            wrong(format!("two containers are called `{name}`"), "let the name hold `{{{ store.name }}}`".to_owned());
        }
        for (what, missing) in [
            ("resources", container.resources.is_none()),
            ("health", container.health.is_none() && !["migration", "tool"].contains(&container.kind)),
            ("networks", container.networks.is_empty()),
            ("image", container.image.is_empty() && container.build.is_empty()),
        ] {
            if missing {
                let message = format!("the container `{name}` has no `{what}`");
                wrong(message, format!("state `{what}` in the facts of its blueprint"));
            }
        }
    }
    mistakes.extend(cycle(model));
    mistakes.dedup();
    mistakes
}

fn cycle(model: &Model) -> Option<Diagnostic> {
    let edges: HashMap<&str, Vec<&str>> =
        model.containers.iter().map(|c| (c.name.as_str(), c.depends_on.iter().map(|d| d.name.as_str()).collect())).collect();
    let mut done: HashSet<&str> = HashSet::new();
    while done.len() < edges.len() {
        let before = done.len();
        for (name, needs) in &edges {
            if needs.iter().all(|n| done.contains(n) || !edges.contains_key(n)) {
                done.insert(name);
            }
        }
        if done.len() == before {
            let mut left: Vec<&str> = edges.keys().copied().filter(|n| !done.contains(n)).collect();
            left.sort_unstable();
            return Some(Diagnostic::new(format!("these containers wait for each other: {}", left.join(", "))));
        }
    }
    None
}
