//! Closing what waits in one file. It needs no plan: what waits stands in the lock.

use super::markers::{LABELS, marked, side};
use super::rules::one_side;
use super::{Outcome, Prefer};
use crate::disk::{Change, Entry};
use crate::error::{Diagnostic, Error, Result};
use crate::lock::{Locked, State};
use crate::merge::Language;

/// What closing comes to.
#[derive(Debug)]
pub struct Resolved {
    /// What becomes of the file.
    pub outcome: Outcome,
    /// In words.
    pub note: &'static str,
    /// What is done on the disk.
    pub change: Option<Change>,
    /// Its section of the lock; `None` when scaffold lets go of the file.
    pub locked: Option<Locked>,
}

/// Closes what waits in a file: as it stands on the disk, or with one side.
///
/// # Errors
/// Markers are left in it, or something that is no file stands there.
pub fn resolve(path: &str, before: &Locked, disk: Option<&Entry>, prefer: Prefer) -> Result<Resolved> {
    match &before.state {
        State::Waiting { mode, bytes } => {
            let new = Locked { kind: before.kind, mode: *mode, bytes: bytes.clone(), state: State::Settled };
            waiting(path, before, new, disk, prefer)
        }
        State::Dropped if prefer == Prefer::Theirs => {
            let is_file = matches!(disk, Some(Entry::File { .. }));
            if !is_file && disk.is_some() {
                return Err(no_file(path));
            }
            let change = is_file.then_some(Change::Delete);
            Ok(Resolved { outcome: Outcome::Removed, note: "deleted", change, locked: None })
        }
        State::Dropped => {
            Ok(Resolved { outcome: Outcome::Yours, note: "the file is yours alone now", change: None, locked: None })
        }
        State::Deleted if prefer == Prefer::Theirs && disk.is_none() => Ok(Resolved {
            outcome: Outcome::Created,
            note: "it is back",
            change: Some(write(before.mode, before.bytes.to_vec())),
            locked: Some(Locked { state: State::Settled, ..before.clone() }),
        }),
        State::Deleted | State::Settled => settled(path, before, disk, prefer),
    }
}

fn write(mode: u32, bytes: Vec<u8>) -> Change {
    Change::Write { mode: if mode & 0o100 == 0 { 0o644 } else { 0o755 }, bytes: bytes.into() }
}

fn no_file(path: &str) -> Error {
    let hint = "move it away, or keep it with `--ours`";
    Error::Failed(Box::new(Diagnostic::new(format!("something that is no file stands at `{path}`")).hint(hint)))
}

fn markers_left(path: &str) -> Error {
    let quoted = crate::quote::sh(path);
    let hint = format!("edit it, or `scaffold resolve {quoted} --ours` (or `--theirs`)");
    Error::Failed(Box::new(Diagnostic::new(format!("conflict markers are left in `{path}`")).hint(hint)))
}

fn waiting(path: &str, before: &Locked, new: Locked, disk: Option<&Entry>, prefer: Prefer) -> Result<Resolved> {
    let (mode, ours) = match disk {
        None if prefer == Prefer::Theirs => {
            let change = Some(write(new.mode, new.bytes.to_vec()));
            return Ok(Resolved { outcome: Outcome::Created, note: "the new version is there", change, locked: Some(new) });
        }
        None => {
            let gone = Locked { state: State::Deleted, ..new };
            return Ok(Resolved { outcome: Outcome::Yours, note: "it stays deleted", change: None, locked: Some(gone) });
        }
        Some(Entry::File { mode, bytes }) => (*mode, bytes),
        Some(_) if prefer == Prefer::Theirs => return Err(no_file(path)),
        Some(_) => {
            return Ok(Resolved { outcome: Outcome::Yours, note: "it stays as it is", change: None, locked: Some(new) });
        }
    };
    let has_markers = marked(ours, &[&before.bytes, &new.bytes]);
    let bytes = match prefer {
        Prefer::Neither if has_markers => return Err(markers_left(path)),
        Prefer::Ours | Prefer::Theirs if has_markers => {
            let text = side(ours, LABELS, prefer == Prefer::Ours);
            if marked(&text, &[&before.bytes, &new.bytes]) {
                return Err(markers_left(path));
            }
            Some(text)
        }
        Prefer::Neither | Prefer::Ours => None,
        // What stood in the way of a new file was never an edit of it.
        Prefer::Theirs if before.bytes.is_empty() => Some(new.bytes.to_vec()),
        Prefer::Theirs => Some(one_side(Language::of(path), [&before.bytes, ours, &new.bytes], false)),
    };
    let change = bytes.filter(|bytes| bytes != ours).map(|bytes| write(mode, bytes));
    let (outcome, note) = match (&change, prefer) {
        (Some(_), Prefer::Theirs) => (Outcome::Merged, "the new version counts where the two contradicted each other"),
        (Some(_), _) => (Outcome::Merged, "yours counts where the two contradicted each other"),
        (None, _) => (Outcome::Yours, "it stays as it now stands"),
    };
    Ok(Resolved { outcome, note, change, locked: Some(new) })
}

/// Nothing waits in the lock, but git may have left markers.
fn settled(path: &str, before: &Locked, disk: Option<&Entry>, prefer: Prefer) -> Result<Resolved> {
    let nothing = |note| Ok(Resolved { outcome: Outcome::Unchanged, note, change: None, locked: Some(before.clone()) });
    let Some(Entry::File { mode, bytes }) = disk else { return nothing("nothing waits in it") };
    if !marked(bytes, &[&before.bytes]) {
        return nothing("nothing waits in it");
    }
    let text = side(bytes, LABELS, prefer == Prefer::Ours);
    if prefer == Prefer::Neither || marked(&text, &[&before.bytes]) {
        return Err(markers_left(path));
    }
    let change = Some(write(*mode, text));
    Ok(Resolved { outcome: Outcome::Merged, note: "one side of what contradicted", change, locked: Some(before.clone()) })
}
