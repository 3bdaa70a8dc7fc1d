//! `scaffold resolve`: close what waits in a file.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::cli::Resolve;
use crate::disk::{Change, Operation};
use crate::error::{Diagnostic, Error, Result, did_you_mean_path, typed};
use crate::lock::{self, LOCK};
use crate::report;
use crate::repository::{self, Place, Repository};
use crate::update::{self, Prefer};

/// Runs the verb.
pub fn run(options: &Resolve) -> Result<u8> {
    let start = options.directory.clone().unwrap_or_else(|| ".".into());
    let writes = !(options.dry_run || options.diff);
    let repository = Repository::without_answers(&start, writes)?;
    let (mut lock, seen) = repository.lock()?;
    let prefer = match (options.ours, options.theirs) {
        (true, _) => Prefer::Ours,
        (_, true) => Prefer::Theirs,
        _ => Prefer::Neither,
    };
    let place = Place::new(repository.tree().root(), &start)?;
    let mut changes = BTreeMap::new();
    let mut told: Vec<(String, &'static str, String)> = Vec::new();
    for given in &options.paths {
        let path = place.path(given)?;
        // What is closed is not to be closed again as it was before.
        if told.iter().any(|(other, ..)| *other == path) {
            continue;
        }
        let Some(before) = lock.files.get(&path) else {
            let waiting: Vec<&str> = update::waiting(&lock).map(|(path, _)| path.as_str()).collect();
            let hint =
                did_you_mean_path(&path, waiting).or_else(|| did_you_mean_path(&path, lock.files.keys().map(String::as_str)));
            let message = format!("scaffold does not have the file `{}`", path.escape_debug());
            return Err(Error::from(
                Diagnostic::new(message).maybe_hint(hint.or(Some("`scaffold check` tells what waits".into()))),
            ));
        };
        let disk = repository::standing_at(repository.tree(), &path)?;
        let resolved = update::resolve(&path, before, disk.as_ref(), prefer)?;
        if let Some(change) = resolved.change {
            changes.insert(path.clone(), (change, disk));
        }
        match resolved.locked {
            Some(locked) => drop(lock.files.insert(path.clone(), locked)),
            None => drop(lock.files.remove(&path)),
        }
        let note = resolved.then.map_or_else(|| resolved.note.to_owned(), |then| format!("{}; {then}", resolved.note));
        told.push((path, resolved.outcome.word(), note));
    }
    let bytes_now = lock::to_bytes(&lock);
    let same = matches!(&seen, Some(crate::disk::Entry::File { bytes, .. }) if *bytes == bytes_now);
    if !same {
        changes.insert(LOCK.to_owned(), (Change::Write { mode: 0o644, bytes: bytes_now.into() }, seen));
    }
    let names: Vec<&str> = told.iter().map(|(path, _, _)| path.as_str()).collect();
    let operation = Operation { title: format!("resolve {}", names.join(" ")), moves: vec![], changes };
    if writes && !operation.changes.is_empty() {
        repository.writer()?.execute(&operation)?;
    }
    repository.tree().let_writers_in();
    let left: Vec<&String> = update::waiting(&lock).map(|(path, _)| path).collect();
    let next: Vec<String> =
        left.first().map(|path| format!("scaffold resolve {}", crate::quote::sh(&typed(path)))).into_iter().collect();
    if options.json {
        let entry = |(path, outcome, note): &(String, &str, String)| json!({ "path": path, "outcome": outcome, "reason": note });
        let changes: Vec<Value> = told.iter().map(entry).collect();
        report::data(&report::pretty(
            &json!({ "verb": "resolve", "written": writes, "changes": changes, "waiting": left, "next": next }),
        ));
    } else if options.diff {
        report::data(&report::operation_diff(&operation));
    } else {
        let lines = told.iter().map(|(path, _, note)| format!("{path}: {note}\n")).collect::<Vec<_>>().concat();
        let rest = match left.len() {
            0 => "nothing else waits\n".to_owned(),
            1 => format!("one more waits: {}\n", left[0]),
            many => format!("{many} more wait: {}\n", left.iter().map(|s| s.as_str()).collect::<Vec<_>>().join(", ")),
        };
        report::talk(&format!("{lines}{rest}"));
    }
    Ok(if left.is_empty() { 0 } else { 3 })
}
