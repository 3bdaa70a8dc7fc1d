//! Why: every step of an operation can be done, found done, and taken back, so that a process that was killed between any
//! two of them can be followed by one that goes on in either direction.
//!
//! A staged file that is gone from `new` is in its place. A kept file that is gone from `old` is back in its place.

use std::io;
use std::rc::Rc;

use super::Tree;
use super::journal::{Journal, Move};
use super::paths::{Kind, Meta, split};
use super::platform::{Dir, is_root};
use super::remove::remove_tree;
use super::tree::{Folder, failed};
use super::writer::unwritable;
use crate::error::{Diagnostic, Error, Result, typed};

/// An operation on its way.
pub struct Steps<'a> {
    tree: &'a Tree,
    own: &'a Dir,
    next: Dir,
    pub(super) new: Dir,
    pub(super) old: Dir,
    journal: &'a Journal,
}

impl<'a> Steps<'a> {
    /// Opens what was staged.
    pub fn open(tree: &'a Tree, own: &'a Dir, journal: &'a Journal) -> Result<Self> {
        let open = || -> io::Result<(Dir, Dir, Dir)> {
            let next = own.dir("next")?;
            let (new, old) = (next.dir("new")?, next.dir("old")?);
            Ok((next, new, old))
        };
        let (next, new, old) = open().map_err(|e| unwritable(".scaffold/next", &e))?;
        Ok(Self { tree, own, next, new, old, journal })
    }

    /// Does what is not done yet. `expected` is what stands at each file's path.
    ///
    /// # Errors
    /// Something else stands there, the file system refuses, or `stop` says so.
    pub fn forward(&self, expected: &[Option<Meta>], stop: impl Fn() -> Result<()>) -> Result<()> {
        let files = || self.journal.files.iter().zip(expected).enumerate();
        self.tree.refresh();
        self.make_folders(|path| self.journal.moves.iter().any(|m| m.to.starts_with(&format!("{path}/"))))?;
        for step in self.open_moves()? {
            stop()?;
            self.rename_new(&step.from, &step.to)?;
        }
        for (_, (step, expected)) in files().filter(|(_, (step, _))| step.new.is_none()) {
            stop()?;
            let Some((folder, name, meta)) = self.at(&step.path)? else { continue };
            if meta.kind == Kind::Folder {
                // The one that takes the file's place.
                continue;
            }
            if !expected.is_some_and(|e| e.same_as(&meta)) {
                return Err(changed(&[&step.path]));
            }
            folder.dir.unlink(name).map_err(|e| unwritable(&step.path, &e))?;
        }
        self.tree.refresh();
        for (_, path) in &self.journal.emptied {
            self.remove_folder(path)?;
        }
        self.make_folders(|_| true)?;
        for (number, (step, expected)) in files().filter(|(_, (step, _))| step.new.is_some()) {
            stop()?;
            self.place(number, &step.path, expected.as_ref())?;
        }
        self.own.sync_all().map_err(|e| unwritable(".", &e))?;
        self.next.rename("journal", &self.next, "done").map_err(|e| unwritable(".scaffold/next/journal", &e))?;
        // From here on it is done; what is left to tidy up, the next writing command tidies up too.
        let _ = settle(self.own, self.journal.undo);
        Ok(())
    }

    /// From now on there is only the way back.
    pub fn turn_back(&self) -> Result<()> {
        self.next.rename("journal", &self.next, "back").map_err(|e| unwritable(".scaffold/next/journal", &e))
    }

    /// Takes back what is done.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn back(&self) -> Result<()> {
        self.tree.refresh();
        let open = self.open_moves()?;
        // As long as something has not moved yet, nothing else was done.
        if open.is_empty() {
            self.restore_files()?;
        }
        for step in self.journal.moves[..self.journal.moves.len() - open.len()].iter().rev() {
            self.rename_new(&step.to, &step.from)?;
        }
        self.remove_made()?;
        let tidy = || -> io::Result<()> {
            self.own.sync_all()?;
            remove_tree(self.own, "next", Some("back"))
        };
        tidy().map_err(|e| unwritable(".scaffold/next", &e))
    }

    /// Takes files and folders back as they were after the moves.
    fn restore_files(&self) -> Result<()> {
        let files = || self.journal.files.iter().enumerate().rev();
        for (number, step) in files().filter(|(_, step)| step.new.is_some()) {
            let staged = has(&self.new, number)?;
            let kept = step.old.is_some() && has(&self.old, number)?;
            let here = self.at(&step.path)?;
            if kept && (!staged || here.is_none()) {
                self.restore(number, &step.path)?;
            } else if let (false, None, Some((folder, name, _))) = (staged, step.old, here) {
                folder.dir.rename(name, &self.new, &number.to_string()).map_err(|e| unwritable(&step.path, &e))?;
            }
        }
        self.remove_made()?;
        for (mode, path) in self.journal.emptied.iter().rev() {
            self.make_folder(path, Some(*mode))?;
        }
        self.tree.refresh();
        for (number, step) in files().filter(|(_, step)| step.new.is_none()) {
            if self.at(&step.path)?.is_none() && has(&self.old, number)? {
                self.restore(number, &step.path)?;
            }
        }
        Ok(())
    }

    /// The moves that are not made: they are made in order and taken back in reverse, so these are the last ones.
    pub(super) fn open_moves(&self) -> Result<&'a [Move]> {
        let moves = &self.journal.moves;
        for made in (1..=moves.len()).rev() {
            if self.moved(&moves[made - 1], made > 1)? {
                return Ok(&moves[made..]);
            }
        }
        Ok(moves)
    }

    /// Whether a move was made already. One that `follows` others has nowhere to begin before these are made.
    fn moved(&self, step: &Move, follows: bool) -> Result<bool> {
        let (from, to) = (self.at(&step.from)?, self.at(&step.to)?);
        let inode = |meta: &Meta| step.inode != 0 && meta.inode == step.inode;
        match (from, to) {
            (None, Some(_)) => Ok(true),
            (Some(_), None) => Ok(false),
            (Some((.., from)), Some((.., to))) if inode(&from) != inode(&to) => Ok(inode(&to)),
            (None, None) if follows => Ok(false),
            _ => Err(changed(&[&step.from, &step.to])),
        }
    }

    /// What stands at a path now, with the way to it.
    fn at<'p>(&self, path: &'p str) -> Result<Option<(Rc<Folder>, &'p str, Meta)>> {
        let (folder, name) = split(path);
        let Some(folder) = self.tree.folder_now(folder)? else { return Ok(None) };
        let meta = folder.dir.meta(name).map_err(|e| unwritable(path, &e))?;
        Ok(meta.map(|meta| (folder, name, meta)))
    }

    /// Puts a staged file in its place, where still the same stands as before, or nothing.
    fn place(&self, number: usize, path: &str, expected: Option<&Meta>) -> Result<()> {
        if !has(&self.new, number)? {
            return Ok(());
        }
        let (folder, name) = self.parent(path)?;
        let here = folder.dir.meta(name).map_err(|e| unwritable(path, &e))?;
        let number = number.to_string();
        match (here, expected) {
            (None, _) => self.new.rename_new(&number, &folder.dir, name),
            (Some(here), Some(expected)) if here.same_as(expected) => self.new.rename(&number, &folder.dir, name),
            _ => return Err(changed(&[path])),
        }
        .map_err(|e| unwritable(path, &e))
    }

    /// Puts a kept file back.
    fn restore(&self, number: usize, path: &str) -> Result<()> {
        let (folder, name) = self.parent(path)?;
        self.old.rename(&number.to_string(), &folder.dir, name).map_err(|e| unwritable(path, &e))
    }

    fn rename_new(&self, from: &str, to: &str) -> Result<()> {
        let ((source, name), (target, new)) = (self.parent(from)?, self.parent(to)?);
        source.dir.rename_new(name, &target.dir, new).map_err(|e| unwritable(to, &e))?;
        self.tree.refresh();
        Ok(())
    }

    fn parent<'p>(&self, path: &'p str) -> Result<(Rc<Folder>, &'p str)> {
        let (folder, name) = split(path);
        let open = self.tree.folder_now(folder)?;
        open.map(|open| (open, name)).ok_or_else(|| {
            let hint = format!("`mkdir -p {}`, then run the command again", crate::quote::sh(&typed(folder)));
            failed(Diagnostic::new(format!("the folder of `{path}` is gone")).hint(hint))
        })
    }

    fn make_folders(&self, wanted: impl Fn(&str) -> bool) -> Result<()> {
        self.journal.made.iter().filter(|(_, path)| wanted(path)).try_for_each(|(mode, path)| self.make_folder(path, *mode))
    }

    fn make_folder(&self, path: &str, mode: Option<u32>) -> Result<()> {
        let (folder, name) = self.parent(path)?;
        let make = || -> io::Result<()> {
            if folder.dir.meta(name)?.is_some() {
                return Ok(());
            }
            folder.dir.make_dir(name, mode.unwrap_or(0o777))?;
            if is_root() {
                folder.dir.chown(name, &folder.dir.own_meta()?)?;
            }
            mode.map_or(Ok(()), |mode| folder.dir.dir(name)?.set_mode(mode))
        };
        make().map_err(|e| unwritable(path, &e))
    }

    fn remove_made(&self) -> Result<()> {
        self.tree.refresh();
        self.journal.made.iter().rev().try_for_each(|(_, path)| self.remove_folder(path))
    }

    /// Removes a folder if it is there and nothing is in it.
    fn remove_folder(&self, path: &str) -> Result<()> {
        let Some((folder, name, _)) = self.at(path)? else { return Ok(()) };
        match folder.dir.remove_dir(name).map_err(|e| (e.kind(), e)) {
            Ok(()) => self.tree.refresh(),
            // Some systems call a folder that is not empty one that exists.
            Err((
                io::ErrorKind::DirectoryNotEmpty
                | io::ErrorKind::AlreadyExists
                | io::ErrorKind::NotFound
                | io::ErrorKind::NotADirectory
                | io::ErrorKind::ResourceBusy,
                _,
            )) => {}
            Err((_, error)) => return Err(unwritable(path, &error)),
        }
        Ok(())
    }
}

/// Where a path of after the moves is while some of them are not made.
pub fn unmoved(open: &[Move], path: &str) -> String {
    open.iter().rev().fold(path.to_owned(), |path, m| match path.strip_prefix(&m.to) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("{}{rest}", m.from),
        _ => path,
    })
}

/// Makes what is done the operation that `undo` takes back; one that took one back leaves none.
pub fn settle(own: &Dir, undo: bool) -> io::Result<()> {
    match remove_tree(own, "last", Some("done")) {
        // An older scaffold that ran as root made it root's: only its name is the owner's to change.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied && is_foreign(own, "last") => put_aside(own, error)?,
        other => other?,
    }
    if undo { remove_tree(own, "next", Some("done")) } else { own.rename("next", own, "last") }
}

fn is_foreign(own: &Dir, name: &str) -> bool {
    let (own, named) = (own.own_meta().ok(), own.meta(name).ok().flatten());
    own.zip(named).is_some_and(|(own, named)| own.uid != named.uid)
}

/// Takes the name `last` from what cannot be removed; where that cannot be either, the first error is the one to tell.
fn put_aside(own: &Dir, error: io::Error) -> io::Result<()> {
    let free = |name: &String| own.rename_new("last", own, name).is_ok();
    if (1..100).map(|number| format!("left-{number}")).any(|name| free(&name)) { Ok(()) } else { Err(error) }
}

/// Somebody else was faster.
pub fn changed(paths: &[&str]) -> Error {
    let names: Vec<String> = paths.iter().map(|p| format!("`{p}`")).collect();
    let message = format!("{} changed while scaffold was at work; nothing was written", names.join(", "));
    failed(Diagnostic::new(message).hint("run the command again"))
}

/// The file with a number in a folder of what was staged.
pub fn numbered(dir: &Dir, number: usize) -> Result<Option<Meta>> {
    dir.meta(&number.to_string()).map_err(|e| unwritable(".scaffold/next", &e))
}

fn has(dir: &Dir, number: usize) -> Result<bool> {
    Ok(numbered(dir, number)?.is_some())
}
