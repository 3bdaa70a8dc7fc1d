//! `scaffold undo`: the bytes from before the last operation.

use serde_json::{Value, json};

use crate::cli::Undo;
use crate::error::Result;
use crate::report;
use crate::repository::Repository;

/// Runs the verb.
pub fn run(options: &Undo) -> Result<u8> {
    let start = options.directory.clone().unwrap_or_else(|| ".".into());
    let repository = Repository::without_answers(&start, true)?;
    let undone = repository.writer()?.undo()?;
    if options.json {
        let changes: Vec<Value> = undone.paths.iter().map(|path| json!({ "path": path, "outcome": "restored" })).collect();
        report::data(&report::pretty(
            &json!({ "verb": "undo", "undone": undone.title, "written": true, "changes": changes, "next": [] }),
        ));
    } else {
        let lines = undone.paths.iter().map(|path| format!("  restored   {path}\n")).collect::<Vec<_>>().concat();
        report::talk(&format!("undid `scaffold {}`\n{lines}", undone.title));
    }
    Ok(0)
}
