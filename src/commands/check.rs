//! `scaffold check`: what `apply` would do, and nothing done.

use serde_json::{Value, json};

use super::change::{self, Intent};
use crate::cli::Check;
use crate::error::Result;
use crate::report;
use crate::repository::Repository;
use crate::update::Outcome;

/// Runs the verb.
pub fn run(options: &Check) -> Result<u8> {
    let catalogue = options.at.catalogue()?;
    let repository = Repository::open(&options.at.start(), false)?;
    let (files, standing) = (repository.tree(), repository.standing()?);
    let prepared = change::prepare(files, standing, &catalogue, &standing.document, repository.lock()?, Intent::default())?;
    let changed: Vec<&String> = prepared.operation.changes.keys().collect();
    let waiting: Vec<(&String, &'static str)> = prepared
        .update
        .steps
        .iter()
        .filter(|(_, step)| step.outcome == Outcome::Waiting)
        .map(|(path, step)| (path, step.reason.unwrap_or_default()))
        .collect();
    let code = match (waiting.is_empty(), changed.is_empty()) {
        (false, _) => 3,
        (true, false) => 4,
        (true, true) => 0,
    };
    let next = match code {
        3 => Some(format!("scaffold resolve {}", crate::quote::sh(waiting[0].0))),
        4 => Some("scaffold apply".to_owned()),
        _ => None,
    };
    if options.json {
        let entry = |path: &&String| {
            let outcome = prepared.update.steps.get(*path).map_or("updated", |step| step.outcome.word());
            json!({ "path": path, "outcome": outcome })
        };
        let entries: Vec<Value> = changed.iter().map(entry).collect();
        let waiting: Vec<Value> = waiting.iter().map(|(path, reason)| json!({ "path": path, "reason": reason })).collect();
        let next: Vec<String> = next.into_iter().collect();
        report::data(&report::pretty(
            &json!({ "verb": "check", "code": code, "changes": entries, "waiting": waiting, "next": next }),
        ));
        return Ok(code);
    }
    for (path, reason) in &waiting {
        report::data(&format!("waiting  {path}: {reason}\n"));
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
