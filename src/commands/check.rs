//! `scaffold check`: what `apply` would do, and nothing done.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::change::{self, Intent};
use crate::cli::Check;
use crate::error::{Result, typed};
use crate::report;
use crate::repository::Repository;
use crate::update::{self, Outcome, Step};

/// Runs the verb.
pub fn run(options: &Check) -> Result<u8> {
    let catalogue = options.at.catalogue()?;
    let repository = Repository::open(&options.at.start(), false)?;
    let (files, standing) = (repository.tree(), repository.standing()?);
    let lock = repository.lock()?;
    let held: BTreeSet<String> = update::waiting(&lock.0).map(|(path, _)| path.clone()).collect();
    let prepared = change::prepare(files, standing, &catalogue, &standing.document, lock, Intent::default())?;
    let changed: Vec<&String> = prepared.operation.changes.keys().collect();
    // What `apply` would only bring about cannot be closed yet.
    let waits = |path: &String, step: &Step| held.contains(path) || step.reason == Some(update::STILL_MARKED);
    let conflicts = prepared.update.steps.iter().filter(|(_, step)| step.outcome == Outcome::Waiting);
    let (waiting, coming): (Vec<_>, Vec<_>) = conflicts
        .map(|(path, step)| (path, step, step.reason.unwrap_or_default()))
        .partition(|(path, step, _)| waits(path, step));
    let code = match (waiting.is_empty(), changed.is_empty()) {
        (false, _) => 3,
        (true, false) => 4,
        (true, true) => 0,
    };
    let next = match code {
        3 => Some(format!("scaffold resolve {}", crate::quote::sh(&typed(waiting[0].0)))),
        4 => Some("scaffold apply".to_owned()),
        _ => None,
    };
    if options.json {
        let told = |all: &[(&String, &Step, &str)]| -> Vec<Value> {
            all.iter().map(|(path, _, reason)| json!({ "path": path, "reason": reason })).collect()
        };
        let entry = |path: &&String| {
            let outcome = prepared.update.steps.get(*path).map_or("updated", |step| step.outcome.word());
            json!({ "path": path, "outcome": outcome })
        };
        let entries: Vec<Value> = changed.iter().map(entry).collect();
        let (waiting, coming) = (told(&waiting), told(&coming));
        let next: Vec<String> = next.into_iter().collect();
        report::data(&report::pretty(
            &json!({ "verb": "check", "code": code, "changes": entries, "waiting": waiting, "coming": coming, "next": next }),
        ));
        return Ok(code);
    }
    for (word, all) in [("waiting", &waiting), ("conflict", &coming)] {
        for (path, _, reason) in all {
            report::data(&format!("{word:8} {path}: {reason}\n"));
        }
    }
    for path in &changed {
        let outcome = prepared.update.steps.get(*path).map_or("updated", |step| step.outcome.word());
        if outcome != "waiting" {
            report::data(&format!("{outcome:8} {path}\n"));
        }
    }
    match next {
        Some(next) => report::talk(&format!("next: {next}\n")),
        None => report::talk("nothing to do\n"),
    }
    std::mem::forget((prepared, catalogue));
    Ok(code)
}
