//! Closing what waits in one file. It needs no plan: what waits stands in the lock.

use super::markers::{chosen, marked};
use super::rules::{self, one_side};
use super::{Outcome, Prefer, Step};
use crate::disk::{Change, Entry};
use crate::error::{Diagnostic, Error, Result, typed};
use crate::lock::{Form, Locked, State};
use crate::merge::Language;
use crate::plan::PlannedFile;

/// What closing comes to.
#[derive(Debug)]
pub struct Resolved {
    /// What becomes of the file.
    pub outcome: Outcome,
    /// In words.
    pub note: &'static str,
    /// What came of a version that had to wait until this was closed.
    pub then: Option<&'static str>,
    /// What is done on the disk.
    pub change: Option<Change>,
    /// Its section of the lock; `None` when scaffold lets go of the file.
    pub locked: Option<Locked>,
}

/// Closes what waits in a file: as it stands on the disk, or with one side. What came after it is merged then; where that
/// contradicts the file, it is a conflict of its own, whatever side was taken of the one that its user has seen.
///
/// # Errors
/// Markers are left in it, or something that is no file stands there.
pub fn resolve(path: &str, before: &Locked, disk: Option<&Entry>, prefer: Prefer) -> Result<Resolved> {
    match &before.state {
        State::Waiting { form, mode, bytes, newer } => {
            let settled = |(mode, bytes)| Locked { kind: before.kind, mode, bytes, state: State::Settled };
            let new = settled((*mode, bytes.clone()));
            match (newer.clone(), disk) {
                (None, _) => waiting(path, before, *form, new, disk, prefer),
                (Some(newer), Some(Entry::File { .. })) => {
                    let closed = waiting(path, before, *form, new.clone(), disk, prefer)?;
                    let newer = PlannedFile { kind: before.kind, mode: newer.0, bytes: newer.1, origin: vec![] };
                    Ok(followed(path, closed, new, newer, disk))
                }
                // Where there is no file there is nothing to merge into, and what is decided is decided for all of it.
                (Some(newer), _) => waiting(path, before, *form, settled(newer), disk, prefer),
            }
        }
        State::Dropped if prefer == Prefer::Theirs => {
            let is_file = matches!(disk, Some(Entry::File { .. }));
            if !is_file && disk.is_some() {
                return Err(no_file(path));
            }
            let change = is_file.then_some(Change::Delete);
            Ok(Resolved { outcome: Outcome::Removed, note: "deleted", then: None, change, locked: None })
        }
        State::Dropped => {
            let note = "the file is yours alone now";
            Ok(Resolved { outcome: Outcome::Yours, note, then: None, change: None, locked: None })
        }
        State::Deleted if prefer == Prefer::Theirs && disk.is_none() => Ok(Resolved {
            outcome: Outcome::Created,
            note: "it is back",
            then: None,
            change: Some(write(before.mode, before.bytes.to_vec())),
            locked: Some(Locked { state: State::Settled, ..before.clone() }),
        }),
        State::Deleted | State::Settled => settled(path, before, disk, prefer),
    }
}

/// What came since then meets the file as it is closed.
fn followed(path: &str, closed: Resolved, base: Locked, newer: PlannedFile, disk: Option<&Entry>) -> Resolved {
    let now = match (&closed.change, disk) {
        (Some(Change::Write { mode, bytes }), _) => Some(Entry::File { mode: *mode, bytes: bytes.to_vec() }),
        _ => disk.cloned(),
    };
    let (Step { outcome, change, reason, .. }, locked) =
        rules::wanted(path, Some(base), newer, now.as_ref(), Prefer::Neither.into());
    let (outcome, then) = match outcome {
        Outcome::Waiting => (outcome, reason),
        _ if change.is_some() => (Outcome::Merged, Some("what came since is merged into it")),
        _ => (closed.outcome, Some("it has what came since already")),
    };
    // It may all have been for nothing.
    let change = change.or(closed.change).filter(|change| match (change, disk) {
        (Change::Write { mode, bytes }, Some(Entry::File { mode: was, bytes: old })) => {
            **bytes != **old || (mode ^ was) & 0o100 != 0
        }
        _ => true,
    });
    Resolved { outcome, change, note: closed.note, then, locked: Some(locked) }
}

fn write(mode: u32, bytes: Vec<u8>) -> Change {
    Change::Write { mode: if mode & 0o100 == 0 { 0o644 } else { 0o755 }, bytes: bytes.into() }
}

fn no_file(path: &str) -> Error {
    let hint = "move it away, or keep it with `--ours`";
    Error::Failed(Box::new(Diagnostic::new(format!("something that is no file stands at `{path}`")).hint(hint)))
}

fn markers_left(path: &str, prefer: Prefer) -> Error {
    let quoted = crate::quote::sh(&typed(path));
    let hint = match prefer {
        Prefer::Neither => format!("edit it, or `scaffold resolve {quoted} --ours` (or `--theirs`)"),
        // Who hears this has tried a side.
        _ => format!("edit it, then `scaffold resolve {quoted}`"),
    };
    Error::Failed(Box::new(Diagnostic::new(format!("conflict markers are left in `{path}`")).hint(hint)))
}

/// The file with one side of what is marked in it.
fn one_side_of(path: &str, text: &[u8], generated: &[&[u8]], prefer: Prefer) -> Result<Vec<u8>> {
    let text = if prefer == Prefer::Neither { None } else { chosen(text, prefer == Prefer::Ours) };
    text.filter(|text| !marked(text, generated)).ok_or_else(|| markers_left(path, prefer))
}

fn waiting(path: &str, before: &Locked, form: Form, new: Locked, disk: Option<&Entry>, prefer: Prefer) -> Result<Resolved> {
    let done = |outcome, note, change, locked| Ok(Resolved { outcome, note, then: None, change, locked: Some(locked) });
    let (mode, ours) = match disk {
        // What was in the way has gone; nobody deleted what was never there.
        None if prefer == Prefer::Theirs || (form == Form::New && prefer == Prefer::Neither) => {
            let change = Some(write(new.mode, new.bytes.to_vec()));
            return done(Outcome::Created, "the new version is there", change, new);
        }
        None => return done(Outcome::Yours, "it stays deleted", None, Locked { state: State::Deleted, ..new }),
        Some(Entry::File { mode, bytes }) => (*mode, bytes),
        Some(_) if prefer == Prefer::Theirs => return Err(no_file(path)),
        Some(_) => return done(Outcome::Yours, "it stays as it is", None, new),
    };
    let generated = [&before.bytes[..], &new.bytes];
    let bytes = match prefer {
        _ if marked(ours, &generated) => Some(one_side_of(path, ours, &generated, prefer)?),
        // What does not contradict comes in, as it does beside markers.
        Prefer::Ours if form == Form::Whole => Some(one_side(Language::of(path), [&before.bytes, ours, &new.bytes], true)),
        Prefer::Neither | Prefer::Ours => None,
        // What stood in the way of a new file was never an edit of it.
        Prefer::Theirs if form == Form::New => Some(new.bytes.to_vec()),
        Prefer::Theirs => Some(one_side(Language::of(path), [&before.bytes, ours, &new.bytes], false)),
    };
    let change = bytes.filter(|bytes| bytes != ours).map(|bytes| write(mode, bytes));
    let (outcome, note) = match (&change, prefer) {
        (Some(_), Prefer::Theirs) => (Outcome::Merged, "the new version counts where the two contradicted each other"),
        (Some(_), _) => (Outcome::Merged, "yours counts where the two contradicted each other"),
        (None, _) => (Outcome::Yours, "it stays as it now stands"),
    };
    done(outcome, note, change, new)
}

/// Nothing waits in the lock, but git may have left markers.
fn settled(path: &str, before: &Locked, disk: Option<&Entry>, prefer: Prefer) -> Result<Resolved> {
    let nothing =
        |note| Ok(Resolved { outcome: Outcome::Unchanged, note, then: None, change: None, locked: Some(before.clone()) });
    let Some(Entry::File { mode, bytes }) = disk else { return nothing("nothing waits in it") };
    if !marked(bytes, &[&before.bytes]) {
        return nothing("nothing waits in it");
    }
    let change = Some(write(*mode, one_side_of(path, bytes, &[&before.bytes], prefer)?));
    let (outcome, note) = (Outcome::Merged, "one side of what contradicted");
    Ok(Resolved { outcome, note, then: None, change, locked: Some(before.clone()) })
}
