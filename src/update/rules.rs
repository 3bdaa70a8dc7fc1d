//! The rules for one file. Base is what was generated last, ours what stands on the disk, theirs the new version.

use std::collections::HashSet;

use super::markers::{LABELS, PRIVATE, has_markers, marked, side, union};
use super::{Outcome, Prefer, Step, Terms};
use crate::disk::{Change, Entry};
use crate::lock::{Locked, State};
use crate::merge::{self, Language};
use crate::plan::{FileKind, PlannedFile};

const IN_THE_WAY: &str = "a file of yours stands where a new one belongs";
const NO_FILE: &str = "something that is no file stands there";
const NOT_CLEAN: &str = "your edits and the new version touch the same lines; your file was left as it is";
const MARKED: &str = "your edits and the new version contradict each other; both are marked in the file";
const STILL_MARKED: &str = "conflict markers are left in it";
const STILL_WAITS: &str = "a newer version waits";
const DROPPED: &str = "it is no longer generated, but you edited it";
const REWRITTEN: &str = "sections that you wrote anew or threw away stay as you have them";
const DELETED: &str = "you deleted it";

fn executable(mode: u32) -> bool {
    mode & 0o100 != 0
}

fn mode(executable: bool) -> u32 {
    if executable { 0o755 } else { 0o644 }
}

fn step(outcome: Outcome, kind: FileKind) -> Step {
    Step { outcome, kind, reason: None, change: None, conflicts: 0 }
}

fn because(outcome: Outcome, kind: FileKind, reason: &'static str) -> Step {
    Step { reason: Some(reason), ..step(outcome, kind) }
}

/// The answers file: its text was made from the user's own, and is no less than what its user wants.
pub fn answers(planned: PlannedFile, text: &[u8], disk: Option<&Entry>) -> (Step, Locked) {
    let (outcome, change) = match disk {
        Some(Entry::File { bytes, .. }) if bytes == text => (Outcome::Unchanged, None),
        disk => {
            let keep = matches!(disk, Some(Entry::File { mode, .. }) if executable(*mode));
            let outcome = if *text == *planned.bytes { Outcome::Updated } else { Outcome::Merged };
            (outcome, Some(Change::Write { mode: mode(keep), bytes: text.to_vec().into() }))
        }
    };
    let step = Step { change, ..step(outcome, planned.kind) };
    (step, settled(planned))
}

fn settled(planned: PlannedFile) -> Locked {
    Locked { kind: planned.kind, mode: planned.mode, bytes: planned.bytes, state: State::Settled }
}

/// The base stays, and the newest version waits.
fn waits(base: Option<Locked>, planned: PlannedFile) -> Locked {
    let (mode, bytes) = base.map_or((planned.mode, (&[][..]).into()), |base| (base.mode, base.bytes));
    Locked { kind: planned.kind, mode, bytes, state: State::Waiting { mode: planned.mode, bytes: planned.bytes } }
}

/// A file of the plan.
pub fn wanted(path: &str, before: Option<Locked>, new: PlannedFile, disk: Option<&Entry>, terms: Terms) -> (Step, Locked) {
    let kind = new.kind;
    let Some(base) = before else { return first(new, disk, terms.prefer) };
    let (disk_mode, ours) = match disk {
        None => {
            let gone = Locked { state: State::Deleted, ..settled(new) };
            return (because(Outcome::Yours, kind, DELETED), gone);
        }
        Some(Entry::File { mode, bytes }) => (*mode, bytes),
        // A link is the user's as long as there is nothing to write through it.
        Some(_) if base.bytes == new.bytes && base.mode == new.mode => {
            return (because(Outcome::Yours, kind, NO_FILE), settled(new));
        }
        Some(_) => return (because(Outcome::Waiting, kind, NO_FILE), waits(Some(base), new)),
    };
    let now = executable(disk_mode);
    let wants = if now == executable(base.mode) { executable(new.mode) } else { now };
    let write = |bytes: Vec<u8>| Some(Change::Write { mode: mode(wants), bytes: bytes.into() });
    let same_mode = now == wants;
    if *ours == *new.bytes {
        let change = if same_mode { None } else { write(ours.clone()) };
        let outcome = match (same_mode, now == executable(new.mode)) {
            (false, _) => Outcome::Updated,
            (true, true) => Outcome::Unchanged,
            (true, false) => Outcome::Yours,
        };
        return (Step { change, ..step(outcome, kind) }, settled(new));
    }
    let never_ours = base.bytes.is_empty() && matches!(base.state, State::Waiting { .. });
    if never_ours {
        return (because(Outcome::Waiting, kind, IN_THE_WAY), waits(Some(base), new));
    }
    if *ours == *base.bytes {
        let change = write(new.bytes.to_vec());
        return (Step { change, ..step(Outcome::Updated, kind) }, settled(new));
    }
    if marked(ours, &[&base.bytes, &new.bytes]) {
        if let Some(step) = torn(path, &base, &new, ours, &write) {
            return (step, settled(new));
        }
        let locked = if base.bytes == new.bytes { settled(new) } else { waits(Some(base), new) };
        return (because(Outcome::Waiting, kind, STILL_MARKED), locked);
    }
    if base.bytes == new.bytes {
        let change = if same_mode { None } else { write(ours.clone()) };
        return (Step { change, ..step(Outcome::Yours, kind) }, settled(new));
    }
    // Whatever was done by hand since the markers were written must not be merged a second time.
    if matches!(base.state, State::Waiting { .. }) && kind == FileKind::Managed {
        return (because(Outcome::Waiting, kind, STILL_WAITS), waits(Some(base), new));
    }
    contested(path, base, new, ours, terms, write)
}

/// A file that git tore between two versions of ours: whatever stands between its markers was generated, so there is
/// nothing for a person to decide.
fn torn(path: &str, base: &Locked, new: &PlannedFile, ours: &[u8], write: &impl Fn(Vec<u8>) -> Option<Change>) -> Option<Step> {
    if base.state != State::Settled {
        return None;
    }
    let (both, disputed) = union(ours);
    let known: HashSet<&[u8]> = base.bytes.split_inclusive(|b| *b == b'\n').collect();
    if has_markers(&both) || !disputed.iter().all(|line| known.contains(line)) {
        return None;
    }
    let merged = merge::merge(Language::of(path), &base.bytes, &both, &new.bytes, LABELS);
    (merged.conflicts == 0).then(|| Step { change: write(merged.bytes), ..step(Outcome::Merged, new.kind) })
}

/// The user's edits and the new version's in one file.
fn contested(
    path: &str,
    base: Locked,
    new: PlannedFile,
    ours: &[u8],
    terms: Terms,
    write: impl Fn(Vec<u8>) -> Option<Change>,
) -> (Step, Locked) {
    let (kind, language) = (new.kind, Language::of(path));
    let followed = terms.renaming.and_then(|renaming| renaming.follow(&base.bytes, ours, &new.bytes));
    let sides = followed.as_ref().map_or([&base.bytes[..], ours], |(base, ours)| [base, ours]);
    let is_page = language == Language::Markdown && terms.prefer != Prefer::Theirs;
    let wanted = if is_page { merge::still_wanted(sides[0], sides[1], &new.bytes) } else { None };
    let merged = merge::merge(language, sides[0], sides[1], wanted.as_deref().unwrap_or(&new.bytes), LABELS);
    let reason = wanted.map(|_| REWRITTEN);
    if merged.conflicts == 0 {
        let outcome = if merged.bytes == ours && reason.is_some() { Outcome::Yours } else { Outcome::Merged };
        let change = if merged.bytes == ours { None } else { write(merged.bytes) };
        return (Step { reason, change, ..step(outcome, kind) }, settled(new));
    }
    match (terms.prefer, kind) {
        (Prefer::Neither, FileKind::Starter) => (because(Outcome::Waiting, kind, NOT_CLEAN), waits(Some(base), new)),
        (Prefer::Neither, FileKind::Managed) => {
            let step = because(Outcome::Waiting, kind, MARKED);
            (Step { change: write(merged.bytes), conflicts: merged.conflicts, ..step }, waits(Some(base), new))
        }
        (Prefer::Ours | Prefer::Theirs, _) => {
            let bytes = one_side(language, [sides[0], sides[1], &new.bytes], terms.prefer == Prefer::Ours);
            let change = if bytes == ours { None } else { write(bytes) };
            (Step { change, ..step(Outcome::Merged, kind) }, settled(new))
        }
    }
}

/// Three versions in one, with one side of what contradicts.
pub fn one_side(language: Language, [base, ours, theirs]: [&[u8]; 3], prefer_ours: bool) -> Vec<u8> {
    side(&merge::merge(language, base, ours, theirs, PRIVATE).bytes, PRIVATE, prefer_ours)
}

/// A file that was never generated before.
fn first(new: PlannedFile, disk: Option<&Entry>, prefer: Prefer) -> (Step, Locked) {
    let kind = new.kind;
    match (disk, prefer) {
        (None, _) => {
            let change = Change::Write { mode: new.mode, bytes: new.bytes.clone() };
            (Step { change: Some(change), ..step(Outcome::Created, kind) }, settled(new))
        }
        (Some(Entry::File { bytes, .. }), _) if *bytes == *new.bytes => (step(Outcome::Unchanged, kind), settled(new)),
        (Some(Entry::File { .. }), Prefer::Ours) => (step(Outcome::Yours, kind), settled(new)),
        (Some(Entry::File { .. }), Prefer::Theirs) => {
            let change = Change::Write { mode: new.mode, bytes: new.bytes.clone() };
            (Step { change: Some(change), ..step(Outcome::Updated, kind) }, settled(new))
        }
        (Some(Entry::File { .. }), Prefer::Neither) => (because(Outcome::Waiting, kind, IN_THE_WAY), waits(None, new)),
        (Some(_), _) => (because(Outcome::Waiting, kind, NO_FILE), waits(None, new)),
    }
}

/// A file that the plan no longer has.
pub fn unwanted(base: Locked, disk: Option<&Entry>) -> (Option<Step>, Option<Locked>) {
    let kind = base.kind;
    let ours = match disk {
        None => return (None, None),
        Some(Entry::File { mode, bytes }) if executable(*mode) == executable(base.mode) => Some(bytes),
        Some(_) => None,
    };
    // What stood in the way of a file that is no longer wanted was never ours.
    let never_ours = base.bytes.is_empty() && matches!(base.state, State::Waiting { .. });
    let as_generated = ours.is_some_and(|ours| match &base.state {
        State::Waiting { bytes, .. } => **ours == **bytes || (**ours == *base.bytes && !never_ours),
        State::Settled | State::Deleted | State::Dropped => **ours == *base.bytes,
    });
    if as_generated {
        return (Some(Step { change: Some(Change::Delete), ..step(Outcome::Removed, kind) }), None);
    }
    if never_ours {
        return (Some(step(Outcome::Yours, kind)), None);
    }
    (Some(because(Outcome::Waiting, kind, DROPPED)), Some(Locked { state: State::Dropped, ..base }))
}
