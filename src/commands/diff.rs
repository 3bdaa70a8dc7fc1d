//! `scaffold diff`: the user's own changes against what was generated.

use serde_json::{Value, json};

use crate::cli::Diff;
use crate::disk::Entry;
use crate::error::Result;
use crate::report;
use crate::repository::{Place, Repository};

/// Runs the verb.
pub fn run(options: &Diff) -> Result<u8> {
    let start = options.directory.clone().unwrap_or_else(|| ".".into());
    let repository = Repository::without_answers(&start, false)?;
    let (lock, _) = repository.lock()?;
    let place = Place::new(repository.tree().root(), &start)?;
    let wanted: Vec<String> = options.paths.iter().map(|path| place.path(path)).collect::<Result<_>>()?;
    let below = |path: &str| {
        let inside =
            |folder: &String| path.strip_prefix(folder.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        wanted.is_empty() || wanted.iter().any(|folder| folder.is_empty() || inside(folder))
    };
    let mut changes: Vec<Value> = Vec::new();
    for (path, locked) in lock.files.iter().filter(|(path, _)| below(path)) {
        let (outcome, diff) = match repository.tree().read(path)? {
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
    if options.json {
        report::data(&report::pretty(&json!({ "verb": "diff", "changes": changes, "next": [] })));
    } else {
        let text: String = changes.iter().filter_map(|change| change["diff"].as_str()).collect();
        report::data(&text);
    }
    Ok(0)
}
