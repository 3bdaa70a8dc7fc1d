//! `scaffold diff`: the user's own changes against what was generated.

use serde_json::{Value, json};

use crate::cli::Diff;
use crate::disk::{Entry, Tree};
use crate::error::{Diagnostic, Error, Result, did_you_mean_path};
use crate::lock::Lock;
use crate::report;
use crate::repository::{self, Place, Repository};

/// Runs the verb.
pub fn run(options: &Diff) -> Result<u8> {
    let start = options.directory.clone().unwrap_or_else(|| ".".into());
    let repository = Repository::without_answers(&start, false)?;
    let (lock, _) = repository.lock()?;
    let place = Place::new(repository.tree().root(), &start)?;
    let wanted: Vec<String> = options.paths.iter().map(|path| place.path(path)).collect::<Result<_>>()?;
    known(repository.tree(), &lock, &wanted)?;
    let below = |path: &str| wanted.is_empty() || wanted.iter().any(|folder| is_below(path, folder));
    let mut changes: Vec<Value> = Vec::new();
    for (path, locked) in lock.files.iter().filter(|(path, _)| below(path)) {
        let (outcome, diff) = match repository::standing_at(repository.tree(), path)? {
            Some(Entry::File { mode, bytes }) => {
                let mut text = report::diff(&locked.bytes, &bytes, &format!("a/{path}"), &format!("b/{path}"));
                if (mode ^ locked.mode) & 0o100 != 0 {
                    text = format!("old mode {:o} {path}\nnew mode {:o} {path}\n{text}", locked.mode, mode & 0o777);
                }
                ("edited", text)
            }
            None => ("deleted", report::diff(&locked.bytes, b"", &format!("a/{path}"), "/dev/null")),
            Some(_) => ("replaced", format!("{path} is no file any more\n")),
        };
        // An empty file that was deleted has no lines to show.
        if !diff.is_empty() || outcome == "deleted" {
            changes.push(json!({ "path": path, "outcome": outcome, "diff": diff }));
        }
    }
    repository.tree().let_writers_in();
    if options.json {
        report::data(&report::pretty(&json!({ "verb": "diff", "changes": changes, "next": [] })));
    } else {
        let text: String = changes.iter().filter_map(|change| change["diff"].as_str()).collect();
        report::data(&text);
    }
    Ok(0)
}

/// Whether a path is this one, or lies in this folder.
fn is_below(path: &str, folder: &str) -> bool {
    let inside = path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    folder.is_empty() || inside
}

/// A word that names nothing must not look like a file without an edit. A file that is the user's alone has none.
fn known(tree: &Tree, lock: &Lock, wanted: &[String]) -> Result<()> {
    let mut mistakes = Vec::new();
    for path in wanted.iter().filter(|wanted| !lock.files.keys().any(|path| is_below(path, wanted))) {
        if repository::standing_at(tree, path)?.is_some() {
            report::talk(&format!("`{path}` is yours alone: scaffold does not write it\n"));
            continue;
        }
        let folders = lock.files.keys().flat_map(|path| path.match_indices('/').map(|(at, _)| &path[..at]));
        let hint = did_you_mean_path(path, lock.files.keys().map(String::as_str).chain(folders));
        let one = Diagnostic::new(format!("scaffold does not have the file `{}`", path.escape_debug()));
        mistakes.push(one.hint(hint.unwrap_or_else(|| "`scaffold diff` shows all that is yours".to_owned())));
    }
    if mistakes.is_empty() { Ok(()) } else { Err(Error::Invalid(mistakes)) }
}
