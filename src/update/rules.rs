//! The rules for one file. Base is what was generated last, ours what stands on the disk, theirs the new version.

use std::collections::BTreeMap;

use super::heal::{counted, healed};
use super::markers::{LABELS, PRIVATE, has_markers, marked, side, union};
use super::{Outcome, Prefer, Step, Terms, View};
use crate::disk::{Change, Entry};
use crate::lock::{ANSWERS, Form, LOCK, Locked, State};
use crate::merge::{self, Language};
use crate::plan::{FileKind, Plan, PlannedFile};

const IN_THE_WAY: &str = "a file of yours stands where a new one belongs";
const NO_FILE: &str = "something that is no file stands there";
const NOT_CLEAN: &str = "your edits and the new version touch the same lines; your file was left as it is";
const NAMED: &str = "your edits and the new version touch the same lines; only the new name is in your file";
const MARKED: &str = "your edits and the new version contradict each other; both are marked in the file";
const NO_TEXT: &str = "it is no plain text, so that nothing can be merged into it; your file was left as it is";
/// What a file waits for that has markers now, whoever wrote them.
pub const STILL_MARKED: &str = "conflict markers are left in it";
const STILL_WAITS: &str = "the conflict that was marked in it is not closed yet";
const DROPPED: &str = "it is no longer generated, but you edited it";
const REWRITTEN: &str = "sections that you wrote anew or threw away stay as you have them";
const THROWN_AWAY: &str = "comments that you threw away stay away";
/// Why a file is not there, when it misses nothing.
pub const DELETED: &str = "you deleted it";
/// What a file misses that is not there.
pub const MISSED: &str = "you deleted it, and what is new in it is not written";

/// What is known of a file beside itself.
#[derive(Clone, Copy)]
pub struct Circumstances<'a> {
    /// What is known of the whole change.
    pub terms: Terms<'a>,
    /// The lock is older than the disk.
    pub is_behind: bool,
    /// What was generated on each of two branches that were merged.
    pub sides: Option<&'a [Vec<u8>; 2]>,
}

impl From<Prefer> for Circumstances<'_> {
    fn from(prefer: Prefer) -> Self {
        Self { terms: prefer.into(), is_behind: false, sides: None }
    }
}

/// Whether the lock is older than the disk, as when git took it from before: of the files that the plan changes, more stand
/// as planned than as the lock says. Then nothing is the user's own only because the lock does not have it. Files of which
/// every line may be the user's own tell nothing.
pub fn is_behind(old: &BTreeMap<String, Locked>, plan: &Plan, view: &View) -> bool {
    let (mut as_planned, mut as_locked) = (0, 0);
    for (path, new) in plan.files.iter().filter(|(path, new)| *path != LOCK && *path != ANSWERS && !new.bytes.is_empty()) {
        let before = old.get(path).map(|locked| &locked.bytes);
        let disk = match view.get(path) {
            Some(Entry::File { bytes, .. }) => Some(bytes),
            _ => None,
        };
        let language = Language::of(path);
        if before == Some(&new.bytes) || disk.is_some_and(|disk| merge::is_own(language, before.map_or(&[], |b| b), disk)) {
            continue;
        }
        as_planned += usize::from(disk.is_some_and(|disk| **disk == *new.bytes));
        as_locked += usize::from(disk.map(|disk| &disk[..]) == before.map(|before| &before[..]));
    }
    as_planned > as_locked
}

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

/// The base stays, and the new version waits.
fn waits(base: Locked, new: PlannedFile, form: Form) -> Locked {
    let state = State::Waiting { form, mode: new.mode, bytes: new.bytes, newer: None };
    Locked { kind: new.kind, state, ..base }
}

/// What waits already goes on waiting, and the new version waits behind it. Whoever closes the one has not seen the other:
/// as the base of later merges, it would count as thrown away where it is not in the file.
fn behind(base: Locked, new: PlannedFile, otherwise: Form) -> Locked {
    let State::Waiting { form, mode, bytes, .. } = base.state else { return waits(base, new, otherwise) };
    let newer = ((mode, &bytes) != (new.mode, &new.bytes)).then_some((new.mode, new.bytes));
    Locked { kind: new.kind, state: State::Waiting { form, mode, bytes, newer }, ..base }
}

/// Nobody knows of what version markers of git's were made, so the base stays the base until they are settled.
fn torn_apart(base: Locked) -> Locked {
    let state = State::Waiting { form: Form::Marked, mode: base.mode, bytes: base.bytes.clone(), newer: None };
    Locked { state, ..base }
}

/// A file of the plan.
pub fn wanted(
    path: &str,
    before: Option<Locked>,
    new: PlannedFile,
    disk: Option<&Entry>,
    around: Circumstances,
) -> (Step, Locked) {
    let (kind, terms) = (new.kind, around.terms);
    // What stood in the way of a new file was never an edit of it, and where nothing stands now, nobody deleted it.
    let was_ours = |base: &Locked| !matches!(base.state, State::Waiting { form: Form::New, .. });
    let Some(base) = before.filter(was_ours) else { return first(new, disk, terms.prefer) };
    let (disk_mode, ours) = match disk {
        None => {
            let told = terms.renaming.and_then(|renaming| renaming.follow(&base.bytes, &base.bytes, &new.bytes));
            let is_new = *told.map_or_else(|| base.bytes.to_vec(), |(told, _)| told) != *new.bytes;
            let gone = Locked { state: State::Deleted, ..settled(new) };
            return (because(Outcome::Yours, kind, if is_new { MISSED } else { DELETED }), gone);
        }
        Some(Entry::File { mode, bytes }) => (*mode, bytes),
        // A link is the user's as long as there is nothing to write through it.
        Some(_) if base.bytes == new.bytes && base.mode == new.mode => {
            return (because(Outcome::Yours, kind, NO_FILE), settled(new));
        }
        Some(_) => return (because(Outcome::Waiting, kind, NO_FILE), behind(base, new, Form::Whole)),
    };
    let now = executable(disk_mode);
    let wants = if now == executable(base.mode) { executable(new.mode) } else { now };
    let write = |bytes: Vec<u8>| Some(Change::Write { mode: mode(wants), bytes: bytes.into() });
    let same_mode = now == wants;
    // Who settled a conflict by hand has the new version because of it.
    let is_own = !around.is_behind && base.state == State::Settled && merge::is_own(Language::of(path), &base.bytes, ours);
    if *ours == *new.bytes && !is_own {
        let change = if same_mode { None } else { write(ours.clone()) };
        let outcome = match (same_mode, now == executable(new.mode)) {
            (false, _) => Outcome::Updated,
            (true, true) => Outcome::Unchanged,
            (true, false) => Outcome::Yours,
        };
        return (Step { change, ..step(outcome, kind) }, settled(new));
    }
    let waiting = if let State::Waiting { form, bytes, .. } = &base.state { Some((*form, bytes)) } else { None };
    if *ours == *base.bytes || waiting.is_some_and(|(_, bytes)| **bytes == **ours) {
        let change = write(new.bytes.to_vec());
        return (Step { change, ..step(Outcome::Updated, kind) }, settled(new));
    }
    let generated = around.sides.filter(|_| base.state == State::Settled);
    if let Some(bytes) = generated.and_then(|sides| healed(Language::of(path), sides, ours, &new.bytes)) {
        let outcome = if bytes == *new.bytes { Outcome::Updated } else { Outcome::Merged };
        return (Step { change: write(bytes), ..step(outcome, kind) }, settled(new));
    }
    if marked(ours, &[&base.bytes, &new.bytes]) {
        if let Some(step) = torn(path, &base, &new, ours, &write) {
            return (step, settled(new));
        }
        let base = match waiting {
            Some(_) => base,
            None if base.bytes == new.bytes => return (because(Outcome::Waiting, kind, STILL_MARKED), settled(new)),
            None => torn_apart(base),
        };
        let (base, change) = renamed(base, &new, ours, terms, write);
        return (Step { change, ..because(Outcome::Waiting, kind, STILL_MARKED) }, behind(base, new, Form::Marked));
    }
    // Whatever was done by hand since the markers were written must not be merged a second time.
    if waiting.is_some_and(|(form, bytes)| form == Form::Marked && *bytes != base.bytes) {
        let (base, change) = renamed(base, &new, ours, terms, write);
        return (Step { change, ..because(Outcome::Waiting, kind, STILL_WAITS) }, behind(base, new, Form::Marked));
    }
    if base.bytes == new.bytes {
        let change = if same_mode { None } else { write(ours.clone()) };
        return (Step { change, ..step(Outcome::Yours, kind) }, settled(new));
    }
    contested(path, base, new, ours, around, write)
}

/// A new name comes into what waits at once, and into the file with it: later nobody knows what was renamed, and each line
/// that has the name would be a conflict.
fn renamed(
    mut base: Locked,
    new: &PlannedFile,
    ours: &[u8],
    terms: Terms,
    write: impl Fn(Vec<u8>) -> Option<Change>,
) -> (Locked, Option<Change>) {
    let (Some(renaming), State::Waiting { bytes, .. }) = (terms.renaming, &mut base.state) else { return (base, None) };
    let follow = |base: &[u8]| renaming.follow(base, ours, &new.bytes);
    let (Some((waits, now)), Some((before, _))) = (follow(bytes), follow(&base.bytes)) else { return (base, None) };
    (*bytes, base.bytes) = (waits.into(), before.into());
    (base, if now == ours { None } else { write(now) })
}

/// A file that git tore between two versions of ours: whatever stands between its markers was generated, so there is
/// nothing for a person to decide. Not so where lines would stand more often than they were generated: then git's conflicts
/// are wider than what changed, and the sides are no parts of one text but two versions of it.
fn torn(path: &str, base: &Locked, new: &PlannedFile, ours: &[u8], write: &impl Fn(Vec<u8>) -> Option<Change>) -> Option<Step> {
    if base.state != State::Settled {
        return None;
    }
    let (both, disputed) = union(ours);
    let (known, there) = (counted(&base.bytes), counted(&both));
    if has_markers(&both) || !disputed.iter().all(|line| known.get(line).is_some_and(|known| there[line] <= *known)) {
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
    around: Circumstances,
    write: impl Fn(Vec<u8>) -> Option<Change>,
) -> (Step, Locked) {
    let (kind, language, terms) = (new.kind, Language::of(path), around.terms);
    if ![&base.bytes, ours, &new.bytes].into_iter().all(is_text) {
        return not_text(base, new, terms.prefer, write);
    }
    let followed = terms.renaming.and_then(|renaming| renaming.follow(&base.bytes, ours, &new.bytes));
    let sides = followed.as_ref().map_or([&base.bytes[..], ours], |(base, ours)| [base, ours]);
    let wanted =
        if terms.prefer == Prefer::Theirs { None } else { merge::still_wanted(language, sides[0], sides[1], &new.bytes) };
    let merge = if around.is_behind { merge::merge } else { merge::merge_generated };
    let merged = merge(language, sides[0], sides[1], wanted.as_deref().unwrap_or(&new.bytes), LABELS);
    let reason = wanted.map(|_| if language == Language::Markdown { REWRITTEN } else { THROWN_AWAY });
    if merged.conflicts == 0 {
        let outcome = if merged.bytes == ours && reason.is_some() { Outcome::Yours } else { Outcome::Merged };
        let change = if merged.bytes == ours { None } else { write(merged.bytes) };
        return (Step { reason, change, ..step(outcome, kind) }, settled(new));
    }
    match (terms.prefer, kind) {
        (Prefer::Neither, FileKind::Starter) => {
            let (base, change) = renamed(base, &new, ours, terms, write);
            let why = if change.is_some() { NAMED } else { NOT_CLEAN };
            (Step { change, ..because(Outcome::Waiting, kind, why) }, behind(base, new, Form::Whole))
        }
        (Prefer::Neither, FileKind::Managed) => {
            let step = because(Outcome::Waiting, kind, MARKED);
            (Step { change: write(merged.bytes), conflicts: merged.conflicts, ..step }, waits(base, new, Form::Marked))
        }
        (Prefer::Ours | Prefer::Theirs, _) => {
            let bytes = one_side(language, [sides[0], sides[1], &new.bytes], terms.prefer == Prefer::Ours);
            let change = if bytes == ours { None } else { write(bytes) };
            (Step { change, ..step(Outcome::Merged, kind) }, settled(new))
        }
    }
}

/// Whether lines can be told apart in it: UTF-16 and the like have zeros, which text has not. So git knows them, too.
fn is_text(bytes: &[u8]) -> bool {
    !bytes.contains(&0)
}

/// What has no lines has no parts that could be merged or marked: it is the one or the other.
fn not_text(base: Locked, new: PlannedFile, prefer: Prefer, write: impl Fn(Vec<u8>) -> Option<Change>) -> (Step, Locked) {
    let kind = new.kind;
    match prefer {
        Prefer::Neither => (because(Outcome::Waiting, kind, NO_TEXT), behind(base, new, Form::Whole)),
        Prefer::Ours => (step(Outcome::Yours, kind), settled(new)),
        Prefer::Theirs => (Step { change: write(new.bytes.to_vec()), ..step(Outcome::Updated, kind) }, settled(new)),
    }
}

/// Three versions in one, with one side of what contradicts.
pub fn one_side(language: Language, [base, ours, theirs]: [&[u8]; 3], prefer_ours: bool) -> Vec<u8> {
    if ![base, ours, theirs].into_iter().all(is_text) {
        return if prefer_ours { ours } else { theirs }.to_vec();
    }
    side(&merge::merge_generated(language, base, ours, theirs, PRIVATE).bytes, Some(PRIVATE), prefer_ours)
}

/// A file that was never generated before.
fn first(new: PlannedFile, disk: Option<&Entry>, prefer: Prefer) -> (Step, Locked) {
    let kind = new.kind;
    let waits =
        |new: PlannedFile| waits(Locked { kind, mode: new.mode, bytes: (&[][..]).into(), state: State::Settled }, new, Form::New);
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
        (Some(Entry::File { .. }), Prefer::Neither) => (because(Outcome::Waiting, kind, IN_THE_WAY), waits(new)),
        (Some(_), _) => (because(Outcome::Waiting, kind, NO_FILE), waits(new)),
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
    let never_ours = matches!(base.state, State::Waiting { form: Form::New, .. });
    let as_generated = ours.is_some_and(|ours| match &base.state {
        State::Waiting { bytes, .. } => **ours == **bytes || (**ours == *base.bytes && !never_ours),
        State::Settled | State::Deleted | State::Dropped => **ours == *base.bytes || merge::only_pins_moved(&base.bytes, ours),
    });
    if as_generated {
        return (Some(Step { change: Some(Change::Delete), ..step(Outcome::Removed, kind) }), None);
    }
    if never_ours {
        return (Some(step(Outcome::Yours, kind)), None);
    }
    (Some(because(Outcome::Waiting, kind, DROPPED)), Some(Locked { state: State::Dropped, ..base }))
}
