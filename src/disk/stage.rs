//! Why: nothing in the repository is touched before everything that can be known is known: that the tree is what the
//! planner saw, that it can be written, and that all contents are on the disk.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::journal::{Journal, Move, Step};
use super::paths::{Meta, split};
use super::platform::{Dir, is_root};
use super::print::Print;
use super::remove::remove_tree;
use super::steps::changed;
use super::survey::{Survey, before, meta_at};
use super::writer::unwritable;
use super::{Entry, Tree, interrupt};
use crate::error::Result;

/// What is wanted of one file.
pub struct Want<'a> {
    /// Its path after the moves.
    pub path: String,
    /// What the planner saw.
    pub seen: Option<&'a Entry>,
    /// What it is to be; none: it goes.
    pub source: Option<Source<'a>>,
}

/// Where a content comes from.
pub enum Source<'a> {
    /// From the planner.
    Bytes {
        /// Whether it can be executed; all of the mode where the file is new.
        mode: u32,
        /// The content.
        bytes: &'a [u8],
    },
    /// From the last operation: the file with this number, with all that belongs to it.
    Kept(usize),
}

/// What was staged.
pub struct Work {
    /// As it was written down.
    pub journal: Journal,
    /// What stands at each file's path.
    pub expected: Vec<Option<Meta>>,
}

/// Checks and stages an operation; `None` when there is nothing to do. What was staged is there after an error too.
pub fn stage(tree: &Tree, own: &Dir, mut journal: Journal, moves: &[(String, String)], wants: Vec<Want>) -> Result<Option<Work>> {
    let wants: Vec<Want> = wants.into_iter().filter(|want| !nothing_to_do(want)).collect();
    if wants.is_empty() && moves.is_empty() {
        return Ok(None);
    }
    let Survey { made, emptied, expected, .. } = Survey::take(tree, moves, &wants)?;
    // `undo` says with which modes folders come back, and which of them were not there before.
    let had: BTreeMap<String, u32> = journal.emptied.drain(..).map(|(mode, path)| (path, mode)).collect();
    let removable: BTreeSet<String> = journal.made.drain(..).map(|(_, path)| path).collect();
    let undo = journal.undo;
    journal.made = made.into_iter().map(|path| (had.get(&path).copied(), path)).collect();
    journal.emptied = emptied.into_iter().filter(|(_, path)| !undo || removable.contains(path)).collect();
    for (from, to) in moves {
        let inode = meta_at(tree, from)?.map_or(0, |m| m.inode);
        journal.moves.push(Move { inode, from: from.clone(), to: to.clone() });
    }
    let owner = tree.top().own_meta().map_err(|e| unwritable(".", &e))?;
    let files = Files::open(own, &owner).map_err(|e| unwritable(".scaffold/next", &e))?;
    for (number, (want, here)) in wants.iter().zip(&expected).enumerate() {
        interrupt::check()?;
        let new = files.stage(number, want, here.as_ref(), &owner).map_err(|e| unwritable(&want.path, &e))?;
        let old = match (want.seen, here) {
            (Some(Entry::File { bytes, .. }), Some(here)) => {
                let from = before(moves, &want.path).unwrap_or_default();
                files.keep(tree, number, &from, bytes, here)?;
                Some(Print::of(bytes))
            }
            _ => None,
        };
        let staged = files.new.meta(&number.to_string()).map_err(|e| unwritable(&want.path, &e))?;
        journal.files.push(Step { path: want.path.clone(), old, new, mode: staged.map(|meta| meta.mode) });
    }
    files.commit(&journal, &owner)?;
    Ok(Some(Work { journal, expected }))
}

fn nothing_to_do(want: &Want) -> bool {
    match (&want.source, want.seen) {
        (None, None) => true,
        (Some(Source::Bytes { mode, bytes }), Some(Entry::File { mode: was, bytes: seen })) => {
            *bytes == &seen[..] && executable(*mode) == executable(*was)
        }
        _ => false,
    }
}

fn executable(mode: u32) -> bool {
    mode & 0o111 != 0
}

/// The bits of a file that is there stay; only whether it can be executed changes, for those who may read it.
fn new_mode(wanted: u32, was: u32) -> u32 {
    match (executable(wanted), executable(was)) {
        (true, false) => was | (was & 0o444) >> 2,
        (false, true) => was & !0o111,
        _ => was,
    }
}

/// Makes a folder that the repository's owner can take away, should root be at work for once.
fn make(parent: &Dir, name: &str, owner: &Meta) -> io::Result<Dir> {
    parent.make_dir(name, 0o700)?;
    if is_root() {
        parent.chown(name, owner)?;
    }
    parent.dir(name)
}

/// The folder that an operation is staged in.
struct Files<'a> {
    own: &'a Dir,
    next: Dir,
    new: Dir,
    old: Dir,
}

impl<'a> Files<'a> {
    fn open(own: &'a Dir, owner: &Meta) -> io::Result<Self> {
        remove_tree(own, "next", None)?;
        let next = make(own, "next", owner)?;
        Ok(Self { new: make(&next, "new", owner)?, old: make(&next, "old", owner)?, next, own })
    }

    /// Writes a new content, with the mode and the owner that its place has or gives.
    fn stage(&self, number: usize, want: &Want, here: Option<&Meta>, owner: &Meta) -> io::Result<Option<Print>> {
        let name = number.to_string();
        match &want.source {
            None => Ok(None),
            Some(Source::Bytes { mode, bytes }) => {
                let mode = here.map_or(*mode, |here| new_mode(*mode, here.mode));
                self.new.create(&name, mode, here.is_some(), Some(here.unwrap_or(owner)), bytes)?;
                Ok(Some(Print::of(bytes)))
            }
            Some(Source::Kept(kept)) => {
                let last = self.own.dir("last")?.dir("old")?;
                let kept = kept.to_string();
                let (meta, bytes) = last.read(&kept, u64::MAX >> 1)?;
                Self::link(&last, &kept, &self.new, &name, &bytes, &meta)?;
                Ok(Some(Print::of(&bytes)))
            }
        }
    }

    /// Keeps what stands at a path, for the way back and for `undo`.
    fn keep(&self, tree: &Tree, number: usize, path: &str, bytes: &[u8], meta: &Meta) -> Result<()> {
        let (folder, name) = split(path);
        let Some(folder) = tree.folder(folder)? else { return Err(changed(&[path])) };
        Self::link(&folder.dir, name, &self.old, &number.to_string(), bytes, meta).map_err(|e| unwritable(path, &e))
    }

    /// A second name for the file itself keeps everything that belongs to it; where there are none, a copy does.
    fn link(from: &Dir, name: &str, to: &Dir, new: &str, bytes: &[u8], meta: &Meta) -> io::Result<()> {
        match from.link(name, to, new) {
            Err(e)
                if matches!(
                    e.kind(),
                    io::ErrorKind::Unsupported | io::ErrorKind::TooManyLinks | io::ErrorKind::CrossesDevices
                ) || e.raw_os_error() == Some(1) =>
            {
                to.create(new, meta.mode, true, Some(meta), bytes)
            }
            other => other,
        }
    }

    /// Writes everything through and then the journal's name: from here on the operation happens.
    fn commit(&self, journal: &Journal, owner: &Meta) -> Result<()> {
        let commit = || -> io::Result<()> {
            self.next.create("draft", 0o600, false, Some(owner), journal.to_text().as_bytes())?;
            self.own.sync_all()
        };
        commit().map_err(|e| unwritable(".scaffold/next", &e))?;
        interrupt::check()?;
        let name = || -> io::Result<()> {
            self.next.rename("draft", &self.next, "journal")?;
            self.next.sync()
        };
        name().map_err(|e| unwritable(".scaffold/next", &e))
    }
}
