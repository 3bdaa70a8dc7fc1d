//! Why: a reference to nothing is found when a repository is planned, not when a stack is started at night.

use std::collections::{HashMap, HashSet};

use super::containers::NETWORKS;
use crate::error::{Diagnostic, did_you_mean};
use crate::views::Model;

/// Everything that any container names must exist, and every container must be bounded.
pub fn check(model: &Model) -> Vec<Diagnostic> {
    let mut mistakes = Vec::new();
    let names: Vec<&str> = model.containers.iter().map(|c| c.name.as_str()).collect();
    let secrets: Vec<&str> = model.secrets.iter().map(|s| s.name.as_str()).collect();
    let volumes: Vec<&str> = model.volumes.iter().map(|v| v.name.as_str()).collect();
    let networks: Vec<&str> = NETWORKS.iter().map(|(n, _)| *n).collect();
    for container in &model.containers {
        let name = container.name.as_str();
        let mut known = |what: &str, wanted: &str, all: &[&str]| {
            if !all.contains(&wanted) {
                let message = format!("the container `{name}` names the {what} `{wanted}`, which does not exist");
                let hint = did_you_mean(wanted, all.iter().copied()).or_else(|| Some(format!("state it under `facts.{what}s`")));
                mistakes.push(Diagnostic::new(message).maybe_hint(hint));
            }
        };
        container.secrets.iter().for_each(|s| known("secret", s, &secrets));
        container.volumes.iter().for_each(|v| known("volume", &v.name, &volumes));
        container.networks.iter().for_each(|n| known("network", n, &networks));
        container.depends_on.iter().for_each(|d| known("container", &d.name, &names));
        if names.iter().filter(|n| **n == name).count() > 1 {
            mistakes.push(Diagnostic::new(format!("two containers are called `{name}`")));
        }
        for (what, missing) in [
            ("resources", container.resources.is_none()),
            ("health", container.health.is_none() && container.kind != "migration"),
            ("networks", container.networks.is_empty()),
            ("image", container.image.is_empty() && container.build.is_empty()),
        ] {
            if missing {
                let message = format!("the container `{name}` has no `{what}`");
                mistakes.push(Diagnostic::new(message).hint(format!("state `{what}` in the facts of its blueprint")));
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
