//! Why: an operation on an existing repository happens whole or not at all, and can be taken back.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io;

use super::journal::Journal;
use super::paths::OWN;
use super::platform::Dir;
use super::stage::{self, Source, Want, Work};
use super::steps::Steps;
use super::tree::failed;
use super::undo::{self, Undone};
use super::{Entry, Tree, interrupt, recover};
use crate::error::{self, Error, Result, typed};

/// What becomes of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It gets this content.
    Write {
        /// 0644 or 0755. A file that is there keeps its mode, but for whether it can be executed.
        mode: u32,
        /// The content.
        bytes: Cow<'static, [u8]>,
    },
    /// It goes, and folders that it leaves empty go too.
    Delete,
}

/// Everything that one command does to a repository.
#[derive(Clone, Debug, Default)]
pub struct Operation {
    /// How people call it: `add redis`.
    pub title: String,
    /// Files or folders that move first, each from the one path to the other.
    pub moves: Vec<(String, String)>,
    /// By path, as it is after the moves: what becomes of it, and what the planner saw there.
    pub changes: BTreeMap<String, (Change, Option<Entry>)>,
}

/// A repository that may be written.
pub struct Writer {
    pub(super) tree: Tree,
    pub(super) own: Dir,
    recovered: Option<String>,
    _lock: File,
}

impl Writer {
    pub(super) fn of(tree: Tree) -> Result<Self> {
        Self::recovering(tree, false)
    }

    /// The same; with `back`, what was cut short is taken back and not finished, where that can be.
    pub(super) fn recovering(tree: Tree, back: bool) -> Result<Self> {
        interrupt::note();
        let (own, lock) = recover::enter(tree.top())?;
        let recovered = recover::recover(&tree, &own, back)?;
        interrupt::check()?;
        Ok(Self { tree, own, recovered, _lock: lock })
    }

    /// For reading.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// What was found cut short, and what became of it, for people: "finished `add redis`, which had been cut short".
    pub fn recovered(&self) -> Option<&str> {
        self.recovered.as_deref()
    }

    /// Does it.
    ///
    /// # Errors
    /// Something else stands on the disk than the planner saw, a file or folder is read-only, the file system refuses,
    /// or Ctrl-C came: then the tree is as it was.
    pub fn execute(&self, operation: &Operation) -> Result<()> {
        let wants = operation.changes.iter().map(|(path, (change, seen))| Want {
            path: path.clone(),
            seen: seen.as_ref(),
            source: match change {
                Change::Write { mode, bytes } => Some(Source::Bytes { mode: *mode, bytes }),
                Change::Delete => None,
            },
        });
        let journal = Journal { title: operation.title.clone(), ..Journal::default() };
        self.run(journal, &operation.moves, wants.collect())
    }

    /// Takes the last operation back.
    ///
    /// # Errors
    /// There is none, or a file was touched since; or as with `execute`.
    pub fn undo(&self) -> Result<Undone> {
        self.tree.refresh();
        let taken = undo::last(&self.tree, &self.own)?;
        let paths = taken.entries.iter().map(|e| e.path.clone()).collect();
        let wants = taken.entries.iter().map(|entry| Want {
            path: entry.path.clone(),
            seen: entry.seen.as_ref(),
            source: entry.kept.map(Source::Kept),
        });
        let journal =
            Journal { title: taken.title.clone(), undo: true, made: taken.made, emptied: taken.emptied, ..Journal::default() };
        self.run(journal, &taken.moves, wants.collect())?;
        Ok(Undone { title: taken.title, paths })
    }

    /// Removes scaffold's own folder, unless something in it is still needed.
    pub(super) fn leave(self) {
        let waits = |next: &Dir, name| next.meta(name).is_ok_and(|meta| meta.is_some());
        let over = |next: Dir| !waits(&next, "journal") && !waits(&next, "back");
        if self.own.dir("next").map_or_else(|e| e.kind() == io::ErrorKind::NotFound, over) {
            let _ = super::remove::remove_tree(self.tree.top(), OWN, None);
        }
    }

    fn run(&self, journal: Journal, moves: &[(String, String)], wants: Vec<Want>) -> Result<()> {
        self.tree.refresh();
        let outcome = stage::stage(&self.tree, &self.own, journal, moves, wants);
        let outcome = match outcome {
            Ok(Some(work)) => self.commit(&work),
            Ok(None) => Ok(()),
            Err(error) => {
                // The journal may be there already when its folder could not be written through.
                let _ = super::remove::remove_tree(&self.own, "next", Some("journal"));
                Err(error)
            }
        };
        self.tree.refresh();
        outcome
    }

    fn commit(&self, work: &Work) -> Result<()> {
        let steps = Steps::open(&self.tree, &self.own, &work.journal)?;
        let Err(error) = steps.forward(&work.expected, interrupt::check) else { return Ok(()) };
        if steps.turn_back().and_then(|()| steps.back()).is_ok() {
            return Err(error);
        }
        let Some(first) = error.diagnostics().first() else { return Err(error) };
        let mut diagnostic = first.clone();
        diagnostic.message.push_str(", and what was done could not be taken back");
        Err(failed(diagnostic.hint("run the command again once there is room and permission: it begins by tidying up")))
    }
}

/// A failure of the file system, with the path.
pub(super) fn unwritable(path: &str, error: &io::Error) -> Error {
    refused("write", path, error)
}

/// The same for reading and writing. What lies in scaffold's own folder is its owner's, unless another user ran an older
/// scaffold here.
pub(super) fn refused(verb: &str, path: &str, error: &io::Error) -> Error {
    let one = error::refused(verb, path, error);
    let of_own = path.strip_prefix(OWN).is_some_and(|rest| rest.starts_with('/'));
    let foreign = of_own && error.kind() == io::ErrorKind::PermissionDenied;
    failed(one.maybe_hint(foreign.then(|| format!("sudo chown -R \"$(id -u)\" {}", typed(OWN)))))
}
