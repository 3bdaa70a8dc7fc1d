//! Why: a new repository is there whole or not at all, whatever interrupts it: it is written beside its place, and one
//! rename puts it there. Only a folder that is there already, and empty, keeps its identity, since a shell may stand in
//! it: it is filled as one operation, with a journal.

use std::collections::BTreeMap;
use std::fs::TryLockError;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::paths::OWN;
use super::platform::Dir;
use super::remove::remove_tree;
use super::tree::failed;
use super::{Change, Operation, Tree, Writer, interrupt};
use crate::error::{Diagnostic, Error, Result, refused};
use crate::plan::{Plan, PlannedFile};

/// The title of filling an empty folder.
const NEW: &str = "new";

/// What stands in the way of a new repository: names in a folder that is not empty.
///
/// # Errors
/// The target exists and is not an empty folder.
pub fn check_target(target: &Path) -> Result<()> {
    let shown = target.display();
    let Ok(meta) = std::fs::symlink_metadata(target) else { return Ok(()) };
    if meta.is_symlink() {
        return Err(Diagnostic::new(format!("`{shown}` is a link")).hint("name the folder itself").into());
    }
    if !meta.is_dir() {
        return Err(Diagnostic::new(format!("`{shown}` exists and is not a folder")).hint("choose another folder").into());
    }
    let mut names: Vec<String> =
        fs_err::read_dir(target)?.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    if names.is_empty() || is_own_remnant(target, &names) {
        return Ok(());
    }
    let more = names.len().saturating_sub(8);
    names.truncate(8);
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    Err(Diagnostic::new(format!("`{shown}` is not empty: {}{tail}", names.join(", ")))
        .hint("choose another folder, or move these away; nothing is ever overwritten")
        .into())
}

/// What a `new` that was killed left is no file of the user's: the next `new` takes it back.
fn is_own_remnant(target: &Path, names: &[String]) -> bool {
    names.iter().any(|name| name == OWN)
        && (names.len() == 1 || Tree::open(target).and_then(|t| t.pending()).is_ok_and(|title| title.as_deref() == Some(NEW)))
}

/// Writes a new repository.
///
/// # Errors
/// Whatever the file system refuses; then nothing is left behind.
pub fn create(target: &Path, plan: &Plan) -> Result<()> {
    interrupt::note();
    check_target(target)?;
    if target.is_dir() { fill(target, plan) } else { Place::of(target)?.create(plan) }
}

fn fill(target: &Path, plan: &Plan) -> Result<()> {
    let writer = Writer::recovering(Tree::open(target)?, true)?;
    check_target(target)?;
    let change = |file: &PlannedFile| (Change::Write { mode: file.mode, bytes: file.bytes.clone() }, None);
    let changes: BTreeMap<_, _> = plan.files.iter().map(|(path, file)| (path.clone(), change(file))).collect();
    let outcome = writer.execute(&Operation { title: NEW.to_owned(), moves: vec![], changes });
    writer.leave();
    outcome
}

/// Where a repository comes to stand.
struct Place {
    /// The innermost folder on the way that is there.
    parent: Dir,
    /// The outermost one that is not: it appears with all that is in it.
    name: String,
    /// The folders inside that one down to the repository.
    inner: Vec<String>,
    shown: PathBuf,
}

impl Place {
    fn of(target: &Path) -> Result<Self> {
        let strange = || {
            failed(Diagnostic::new(format!("`{}` is no path for a new folder", target.display())).hint("choose another folder"))
        };
        let there = target.ancestors().skip(1).find(|p| p.as_os_str().is_empty() || p.is_dir()).unwrap_or(Path::new(""));
        let parts = target.strip_prefix(there).map_err(|_| strange())?.components();
        let names: Option<Vec<String>> =
            parts.map(|part| if let Component::Normal(name) = part { name.to_str().map(str::to_owned) } else { None }).collect();
        let mut names = names.ok_or_else(strange)?.into_iter();
        let name = names.next().ok_or_else(strange)?;
        let parent = Dir::open(there).map_err(|e| unwritable(target, &e))?;
        Ok(Self { parent, name, inner: names.collect(), shown: target.to_owned() })
    }

    fn create(&self, plan: &Plan) -> Result<()> {
        let staging = format!(".{}.scaffold-new", self.name.chars().take(100).collect::<String>());
        let (dir, _lock) = self.enter(&staging)?;
        let outcome = self.write(dir, plan).and_then(|()| {
            interrupt::check()?;
            self.parent.rename_new(&staging, &self.parent, &self.name).map_err(|e| unwritable(&self.shown, &e))
        });
        if outcome.is_err() {
            let _ = remove_tree(&self.parent, &staging, None);
        }
        outcome
    }

    /// Makes the folder to write in. What a killed process left there goes; that of one that lives is locked.
    fn enter(&self, staging: &str) -> Result<(Dir, Option<std::fs::File>)> {
        loop {
            let made = self.parent.make_dir(staging, 0o777);
            if let Some(error) = made.as_ref().err().filter(|e| e.kind() != io::ErrorKind::AlreadyExists) {
                return Err(unwritable(&self.shown, error));
            }
            let dir = self.parent.dir(staging).map_err(|e| unwritable(&self.shown, &e))?;
            let lock = dir.as_file().ok();
            if let Some(Err(TryLockError::WouldBlock)) = lock.as_ref().map(std::fs::File::try_lock) {
                let message = format!("another `scaffold` is writing `{}`", self.shown.display());
                return Err(failed(Diagnostic::new(message).hint("wait for its end, or choose another folder")));
            }
            if made.is_ok() {
                return Ok((dir, lock));
            }
            // Whoever held the lock may have put the folder into its place meanwhile.
            let (held, named) = (dir.own_meta().ok(), self.parent.meta(staging).ok().flatten());
            if held.zip(named).is_some_and(|(held, named)| held.inode == named.inode) {
                remove_tree(&self.parent, staging, None).map_err(|e| unwritable(&self.shown, &e))?;
            }
        }
    }

    fn write(&self, dir: Dir, plan: &Plan) -> Result<()> {
        let mut dir = dir;
        for name in &self.inner {
            dir = make(&dir, name).map_err(|e| unwritable(&self.shown, &e))?;
        }
        // Paths come in order, so all of a folder comes at once.
        let mut way: Vec<(&str, Dir)> = vec![];
        for (path, file) in &plan.files {
            interrupt::check()?;
            let mut put = || -> io::Result<()> {
                let mut parts: Vec<&str> = path.split('/').collect();
                let name = parts.pop().unwrap_or_default();
                let kept = way.iter().zip(&parts).take_while(|((open, _), part)| open == *part).count();
                way.truncate(kept);
                for part in parts.drain(kept..) {
                    let inner = make(way.last().map_or(&dir, |(_, open)| open), part)?;
                    way.push((part, inner));
                }
                way.last().map_or(&dir, |(_, open)| open).create(name, file.mode, false, None, &file.bytes)
            };
            put().map_err(|e| unwritable(&self.shown.join(path), &e))?;
        }
        Ok(())
    }
}

fn make(dir: &Dir, name: &str) -> io::Result<Dir> {
    dir.make_dir(name, 0o777)?;
    dir.dir(name)
}

fn unwritable(path: &Path, error: &io::Error) -> Error {
    failed(refused("write", path.display(), error))
}
