//! Why: whatever a command did to a repository can be looked at and taken back, as long as nobody built on it.

use super::journal::Journal;
use super::platform::Dir;
use super::print::Print;
use super::steps::unmoved;
use super::tree::failed;
use super::{Entry, Tree, recover};
use crate::error::{Diagnostic, Result};

/// The bits of a mode that people set. Whether others may write follows from the umask, and changes when git writes a
/// file anew.
const MODES: u32 = 0o7755;

/// What `undo` took back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Undone {
    /// The title of the operation.
    pub title: String,
    /// The files that have their bytes from before, by their paths from before.
    pub paths: Vec<String>,
}

/// The last operation, turned round.
pub struct Taken {
    pub title: String,
    pub moves: Vec<(String, String)>,
    pub made: Vec<(Option<u32>, String)>,
    pub emptied: Vec<(u32, String)>,
    pub entries: Vec<Back>,
}

/// One file on its way back.
pub struct Back {
    /// Its path before the operation.
    pub path: String,
    /// What stands there now.
    pub seen: Option<Entry>,
    /// Where its content from before is kept; none: it was not there.
    pub kept: Option<usize>,
}

/// Reads the last operation and checks that its files are as it left them.
pub fn last(tree: &Tree, own: &Dir) -> Result<Taken> {
    let Some(journal) = recover::journal(own, "last", "done")? else {
        return Err(failed(Diagnostic::new("there is nothing to undo").hint("`git log` and `git restore` reach further back")));
    };
    let Journal { title, moves, made, emptied, files, .. } = journal;
    let mut touched = vec![];
    for step in &moves {
        if tree.read(&step.to)?.is_none() {
            touched.push(step.to.clone());
        }
        if tree.read(&step.from)?.is_some() {
            touched.push(step.from.clone());
        }
    }
    let mut entries = vec![];
    for (number, step) in files.into_iter().enumerate() {
        let passing = made.iter().any(|(_, folder)| *folder == step.path);
        let seen = tree.read(&step.path)?.filter(|entry| *entry != Entry::Folder || !passing);
        let print = match &seen {
            None => None,
            Some(Entry::File { bytes, .. }) => Some(Print::of(bytes)),
            Some(_) => Some(Print::of(b"no file")),
        };
        let other_mode = |mode: u32| matches!(&seen, Some(Entry::File { mode: now, .. }) if (now ^ mode) & MODES != 0);
        if print != step.new || step.mode.is_some_and(other_mode) {
            touched.push(step.path.clone());
        }
        let path = unmoved(&moves, &step.path);
        entries.push(Back { path, seen, kept: step.old.map(|_| number) });
    }
    if !touched.is_empty() {
        let names: Vec<String> = touched.iter().map(|p| format!("`{p}`")).collect();
        let message = format!("`{title}` cannot be undone: changed since: {}", names.join(", "));
        return Err(failed(Diagnostic::new(message).hint("take these back with git, or edit them by hand")));
    }
    let moves = moves.into_iter().rev().map(|m| (m.to, m.from)).collect();
    Ok(Taken { title, moves, made, emptied, entries })
}
