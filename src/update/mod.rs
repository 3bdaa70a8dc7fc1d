//! Why: what a new plan means for files that people have edited is decided here, for every file at once and before
//! anything is written. It is pure: the lock, what stands on the disk and the plan go in; dry run, check and the real run
//! execute what comes out.

mod dangling;
mod heal;
mod markers;
mod moves;
mod rename;
mod resolve;
mod rules;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::disk::{Change, Entry, Operation, check_path};
use crate::error::{Diagnostic, Error, Result};
use crate::lock::{ANSWERS, LOCK, Lock, Locked, State};
use crate::plan::{FileKind, Plan};

pub use markers::{has_markers, marked, union};
pub use moves::Moves;
pub use rename::{Left, Renaming};
pub use resolve::{Resolved, resolve};
use rules::Circumstances;
pub use rules::{DELETED, MISSED, STILL_MARKED};

/// What stands on the disk, by path; what is not there is not in it.
pub type View = BTreeMap<String, Entry>;

/// Whose side counts where the user's edit and the new version contradict each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prefer {
    /// Nobody's: it is marked, or waits.
    #[default]
    Neither,
    /// The user's.
    Ours,
    /// The new version's.
    Theirs,
}

/// What is known of a change beside the plan.
#[derive(Clone, Copy, Debug, Default)]
pub struct Terms<'a> {
    /// Whose side counts in a conflict.
    pub prefer: Prefer,
    /// What gets another name.
    pub renaming: Option<&'a Renaming>,
}

impl From<Prefer> for Terms<'_> {
    fn from(prefer: Prefer) -> Self {
        Self { prefer, renaming: None }
    }
}

/// What becomes of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It is new.
    Created,
    /// It was as generated, and is the new version.
    Updated,
    /// It holds the user's edits and the new version's.
    Merged,
    /// It goes: nothing needs it, and it was as generated.
    Removed,
    /// Something in it waits for the user.
    Waiting,
    /// The user edited or deleted it, and nothing new is to be brought in.
    Yours,
    /// It is as it was.
    Unchanged,
}

impl Outcome {
    /// The word for people and programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Merged => "merged",
            Self::Removed => "removed",
            Self::Waiting => "waiting",
            Self::Yours => "yours",
            Self::Unchanged => "unchanged",
        }
    }
}

/// What becomes of one file, and why.
#[derive(Clone, Debug)]
pub struct Step {
    /// What becomes of it.
    pub outcome: Outcome,
    /// Managed or starter.
    pub kind: FileKind,
    /// What a person should know about it.
    pub reason: Option<&'static str>,
    /// What is done on the disk.
    pub change: Option<Change>,
    /// How many conflicts are marked in it.
    pub conflicts: usize,
}

/// What becomes of a repository.
#[derive(Debug)]
pub struct Update {
    /// Every file that scaffold has or had, without the lock.
    pub steps: BTreeMap<String, Step>,
    /// The lock afterwards.
    pub lock: Lock,
    /// What a rename leaves to its user.
    pub left: Vec<Left>,
    /// Lines of the user's own that name what went.
    pub dangling: Vec<Left>,
}

/// Compares what was generated, what stands on the disk and the new plan. The answers file is no matter of these rules:
/// its text comes with the plan of `answers`.
///
/// # Errors
/// Two paths that are one file where case does not count.
pub fn update(lock: Lock, plan: Plan, answers: &[u8], view: &View, terms: Terms) -> Result<Update> {
    let mut old = lock.files;
    let mut steps = BTreeMap::new();
    let mut files = BTreeMap::new();
    check_names(&plan, &old)?;
    let is_behind = rules::is_behind(&old, &plan, view);
    for (path, planned) in plan.files {
        if path == LOCK {
            continue;
        }
        let disk = view.get(&path);
        let before = old.remove(&path);
        let (step, locked) = if path == ANSWERS {
            rules::answers(planned, answers, disk)
        } else {
            let sides = lock.sides.get(&path).filter(|_| terms.renaming.is_none());
            rules::wanted(&path, before, planned, disk, Circumstances { terms, is_behind, sides })
        };
        steps.insert(path.clone(), step);
        files.insert(path, locked);
    }
    for (path, before) in old {
        let (step, locked) = rules::unwanted(before, view.get(&path));
        if let Some(locked) = locked {
            files.insert(path.clone(), locked);
        }
        if let Some(step) = step {
            steps.insert(path, step);
        }
    }
    let (left, dangling) = match terms.renaming {
        Some(renaming) => (left(renaming, &steps, &files, view), vec![]),
        None => (vec![], dangling::dangling(&steps, &files, view)),
    };
    let lock = Lock { scaffold: env!("CARGO_PKG_VERSION").to_owned(), files, ..Lock::default() };
    Ok(Update { steps, lock, left, dangling })
}

/// What a rename leaves in lines of the user's own.
fn left(renaming: &Renaming, steps: &BTreeMap<String, Step>, files: &BTreeMap<String, Locked>, view: &View) -> Vec<Left> {
    let edited = |step: &Step| matches!(step.outcome, Outcome::Merged | Outcome::Yours | Outcome::Waiting);
    let mut left = Vec::new();
    for (path, _) in steps.iter().filter(|(path, step)| edited(step) && *path != ANSWERS) {
        let now = match (&steps[path].change, view.get(path)) {
            (Some(Change::Write { bytes, .. }), _) => &bytes[..],
            (None, Some(Entry::File { bytes, .. })) => bytes,
            _ => continue,
        };
        let Some(locked) = files.get(path) else { continue };
        left.extend(renaming.left(path, now, dangling::generated(locked)));
    }
    left
}

/// A hand-made lock must not make two files of one, wherever the repository is checked out.
fn check_names(plan: &Plan, old: &BTreeMap<String, Locked>) -> Result<()> {
    let mut folded: BTreeMap<String, &str> = BTreeMap::new();
    let mut mistakes = Vec::new();
    let paths: BTreeSet<&String> = plan.files.keys().chain(old.keys()).collect();
    for path in paths {
        if let Err(message) = check_path(path) {
            mistakes.push(Diagnostic::new(message).in_file(LOCK));
        }
        if let Some(twin) = folded.insert(path.to_lowercase(), path) {
            let message = format!("`{path}` and `{twin}` are one file where case does not count");
            mistakes.push(Diagnostic::new(message).in_file(LOCK));
        }
    }
    if mistakes.is_empty() { Ok(()) } else { Err(Error::Invalid(mistakes)) }
}

impl Update {
    /// Whether something waits for the user.
    pub fn waits(&self) -> bool {
        self.steps.values().any(|step| step.outcome == Outcome::Waiting)
    }

    /// What is done on the disk, the lock included when its text changes.
    pub fn operation(&self, title: &str, view: &View, moves: &Moves, lock: Vec<u8>) -> Operation {
        let mut changes = BTreeMap::new();
        for (path, step) in &self.steps {
            if let Some(change) = &step.change {
                changes.insert(path.clone(), (change.clone(), view.get(path).cloned()));
            }
        }
        let seen = view.get(LOCK).cloned();
        let same = matches!(&seen, Some(Entry::File { bytes, .. }) if *bytes == lock);
        if !same {
            let change = Change::Write { mode: 0o644, bytes: lock.into() };
            changes.insert(LOCK.to_owned(), (change, seen));
        }
        Operation { title: title.to_owned(), moves: moves.0.clone(), changes }
    }
}

/// What a lock says that waits for the user.
pub fn waiting(lock: &Lock) -> impl Iterator<Item = (&String, &Locked)> {
    lock.files.iter().filter(|(_, file)| matches!(file.state, State::Waiting { .. } | State::Dropped))
}
