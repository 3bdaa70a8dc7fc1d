//! Why: every verb after `new` begins alike: find the repository, see that no operation was cut short in it, read its
//! answers and its lock. What is wrong with either is told before anything else.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::answers::{self, Answers};
use crate::disk::{Entry, Tree, Writer};
use crate::document::{self, Node};
use crate::error::{self, Diagnostic, Error, Result, refused, typed};
use crate::lock::{self, ANSWERS, LOCK, Lock};
use crate::plan::Plan;
use crate::report;
use crate::update::{Moves, View};

/// Reading or writing.
enum Access {
    Read(Tree),
    Write(Writer),
}

/// A repository that scaffold wrote.
pub struct Repository {
    access: Access,
    /// What it says of itself; nothing when its answers were not asked for.
    standing: Option<Standing>,
}

/// Whatever files can be read from: a tree on the disk, or one in memory.
pub trait Files {
    /// What stands at a path; `None` when nothing does.
    ///
    /// # Errors
    /// It cannot be read.
    fn read(&self, path: &str) -> Result<Option<Entry>>;

    /// Nothing more will be read, so that others may write.
    fn let_writers_in(&self) {}
}

impl Files for Tree {
    fn read(&self, path: &str) -> Result<Option<Entry>> {
        Tree::read(self, path)
    }

    fn let_writers_in(&self) {
        Tree::let_writers_in(self);
    }
}

impl Files for BTreeMap<String, Entry> {
    fn read(&self, path: &str) -> Result<Option<Entry>> {
        let below = format!("{path}/");
        let is_folder = || self.range(below.clone()..).next().is_some_and(|(other, _)| other.starts_with(&below));
        Ok(self.get(path).cloned().or_else(|| is_folder().then_some(Entry::Folder)))
    }
}

/// The answers of a repository.
pub struct Standing {
    /// The answers file as it stands.
    pub text: Vec<u8>,
    /// The same as a document with places.
    pub document: Node,
    /// The same as answers.
    pub answers: Answers,
}

impl Standing {
    /// Reads the answers.
    ///
    /// # Errors
    /// They are missing, or have mistakes.
    pub fn read(files: &dyn Files) -> Result<Self> {
        let Some(Entry::File { bytes, .. }) = files.read(ANSWERS)? else {
            return Err(Error::failed(format!("`{ANSWERS}` is no plain file")));
        };
        Self::of(bytes)
    }

    /// The answers that a text holds.
    ///
    /// # Errors
    /// They have mistakes.
    pub fn of(text: Vec<u8>) -> Result<Self> {
        let document = document(&text)?;
        let answers = answers::from_document(&document)?;
        Ok(Self { text, document, answers })
    }
}

/// The folder at or above `start` that holds an answers file.
///
/// # Errors
/// There is none.
pub fn find(start: &Path) -> Result<PathBuf> {
    let start = here(start)?;
    let there = |folder: &Path, name: &str| std::fs::symlink_metadata(folder.join(name)).is_ok();
    let works_in = |root: &Path| error::works_in(&start.strip_prefix(root).unwrap_or(root).to_string_lossy().replace('\\', "/"));
    if let Some(root) = start.ancestors().find(|folder| there(folder, ANSWERS)) {
        works_in(root);
        return Ok(root.to_owned());
    }
    if let Some(root) = start.ancestors().find(|folder| there(folder, LOCK)) {
        works_in(root);
        let message = format!("`{}` has a `{LOCK}`, but no `{ANSWERS}`", root.display());
        return Err(Error::Failed(Box::new(Diagnostic::new(message).hint(format!("git checkout -- {}", typed(ANSWERS))))));
    }
    let message = format!("there is no `{ANSWERS}` in `{}` or above", start.display());
    let hint = "`scaffold new` makes a repository; `-C DIR` names another folder";
    Err(Error::Failed(Box::new(Diagnostic::new(message).hint(hint))))
}

/// A folder without links and `..` in its path, so that its parents are those that it has on the disk.
fn here(start: &Path) -> Result<PathBuf> {
    std::fs::canonicalize(start).map_err(|e| Error::Failed(Box::new(refused("work in", start.display(), &e))))
}

impl Repository {
    /// Opens the repository at or above a folder. For writing, it is held against other processes, and what was cut short
    /// is finished first.
    ///
    /// # Errors
    /// There is none; another process works in it; answers with mistakes; for reading, an operation that was cut short.
    pub fn open(start: &Path, write: bool) -> Result<Self> {
        let mut repository = Self::without_answers(start, write)?;
        repository.standing = Some(Standing::read(repository.tree())?);
        Ok(repository)
    }

    /// The same for verbs that work on files alone, whatever the answers say.
    ///
    /// # Errors
    /// There is none; another process works in it; for reading, an operation that was cut short.
    pub fn without_answers(start: &Path, write: bool) -> Result<Self> {
        let tree = Tree::open(&find(start)?)?;
        let access = if write { Access::Write(tree.writer()?) } else { Access::Read(tree) };
        if let Access::Write(writer) = &access
            && let Some(what) = writer.recovered()
        {
            report::talk(&format!("{what}\n"));
        }
        if let Access::Read(tree) = &access
            && let Some(title) = tree.read_alone()?
        {
            let message = format!("`scaffold {title}` was interrupted and is not finished");
            return Err(Error::Failed(Box::new(Diagnostic::new(message).hint("`scaffold apply` finishes it or takes it back"))));
        }
        Ok(Self { access, standing: None })
    }

    /// Its answers.
    ///
    /// # Errors
    /// They have mistakes.
    pub fn standing(&self) -> Result<&Standing> {
        self.standing.as_ref().ok_or_else(|| Error::failed("the answers were not read"))
    }

    fn tree_of(access: &Access) -> &Tree {
        match access {
            Access::Read(tree) => tree,
            Access::Write(writer) => writer.tree(),
        }
    }

    /// For reading.
    pub fn tree(&self) -> &Tree {
        Self::tree_of(&self.access)
    }

    /// For writing, when it was opened so.
    ///
    /// # Errors
    /// It was opened for reading.
    pub fn writer(&self) -> Result<&Writer> {
        match &self.access {
            Access::Write(writer) => Ok(writer),
            Access::Read(_) => Err(Error::failed("the repository was opened for reading")),
        }
    }

    /// The lock, and its bytes as they stand.
    ///
    /// # Errors
    /// It is missing, damaged, or was written by a newer scaffold.
    pub fn lock(&self) -> Result<(Lock, Option<Entry>)> {
        lock(self.tree())
    }
}

/// The lock, and its bytes as they stand.
///
/// # Errors
/// It is missing, damaged, or was written by a newer scaffold.
pub fn lock(files: &dyn Files) -> Result<(Lock, Option<Entry>)> {
    let Some(entry) = files.read(LOCK)? else {
        let message = format!("`{LOCK}` is missing, so scaffold cannot tell your edits from what it generated");
        let hint = format!("`git checkout -- {}`; if it is lost, `scaffold apply --rebuild-lock`", typed(LOCK));
        return Err(Error::Failed(Box::new(Diagnostic::new(message).hint(hint))));
    };
    let Entry::File { bytes, .. } = &entry else { return Err(Error::failed(format!("`{LOCK}` is no plain file"))) };
    let mut reading = lock::read(bytes)?;
    for path in reading.disputed() {
        if let Some(Entry::File { bytes, .. }) = files.read(&path)? {
            reading.adopt_merged(&path, bytes);
        }
    }
    reading.settle(|path| -> Result<_> {
        Ok(match files.read(path)? {
            Some(Entry::File { bytes, .. }) => Some(bytes),
            _ => None,
        })
    })?;
    reading.forget_absent(|path| matches!(files.read(path), Ok(None)) && above(files, path).is_none());
    let lock = reading.lock;
    let own = env!("CARGO_PKG_VERSION");
    if version(&lock.scaffold) > version(own) {
        let written = lock.scaffold.escape_debug();
        let message = format!("scaffold {written} last wrote this repository, and this is {own}");
        let hint = format!("install scaffold {written} or a newer one");
        return Err(Error::Failed(Box::new(Diagnostic::new(message).hint(hint))));
    }
    Ok((lock, Some(entry)))
}

/// What stands, after the moves, at every path that the lock or a plan names.
///
/// # Errors
/// A file that cannot be read.
pub fn view(files: &dyn Files, lock: &Lock, plan: &Plan, moves: &Moves) -> Result<View> {
    let paths: BTreeSet<&String> = lock.files.keys().chain(plan.files.keys()).collect();
    let mut view = View::new();
    for path in paths {
        let Some(before) = moves.before(path) else { continue };
        if let Some(entry) = standing_at(files, &before)? {
            view.insert(path.clone(), entry);
        }
    }
    Ok(view)
}

/// What stands at a path, or in the place of a folder on the way to it: below a link the path is as good as one, because
/// nothing is read or written through it.
///
/// # Errors
/// A file that cannot be read.
pub fn standing_at(files: &dyn Files, path: &str) -> Result<Option<Entry>> {
    match files.read(path) {
        Ok(entry) => Ok(entry.or_else(|| above(files, path))),
        Err(error) => above(files, path).map(Some).ok_or(error),
    }
}

/// What stands in the place of a folder on the way to a path, and is none.
fn above(files: &dyn Files, path: &str) -> Option<Entry> {
    let folders = path.match_indices('/').map(|(at, _)| &path[..at]);
    folders.into_iter().find_map(|folder| match files.read(folder) {
        Ok(Some(Entry::Link)) => Some(Entry::Link),
        Ok(Some(Entry::File { .. } | Entry::Other)) => Some(Entry::Other),
        _ => None,
    })
}

/// From where paths on the command line are meant.
pub struct Place {
    root: PathBuf,
    here: PathBuf,
}

impl Place {
    /// `start` is where the command works.
    ///
    /// # Errors
    /// There is no current folder.
    pub fn new(root: &Path, start: &Path) -> Result<Self> {
        Ok(Self { root: root.to_owned(), here: here(start)? })
    }

    /// A path of the command line as the repository names it. Links are not followed, because the repository has none.
    ///
    /// # Errors
    /// It leads outside.
    pub fn path(&self, given: &Path) -> Result<String> {
        let mut parts: Vec<std::path::Component> = Vec::new();
        let full = self.here.join(given);
        for part in full.components() {
            match part {
                std::path::Component::CurDir => {}
                std::path::Component::ParentDir => drop(parts.pop()),
                part => parts.push(part),
            }
        }
        let full: PathBuf = parts.into_iter().collect();
        let inner = full.strip_prefix(&self.root).ok().and_then(Path::to_str);
        let outside = || Diagnostic::new(format!("`{}` is not in `{}`", given.display(), self.root.display()));
        inner.map(|inner| inner.replace('\\', "/")).ok_or_else(|| outside().into())
    }
}

/// The answers file as a document.
///
/// # Errors
/// It is no text, or not YAML.
pub fn document(text: &[u8]) -> Result<Node> {
    let label: Arc<str> = ANSWERS.into();
    let text = std::str::from_utf8(text).map_err(|e| {
        let line = text[..e.valid_up_to()].iter().filter(|b| **b == b'\n').count() + 1;
        Error::from(Diagnostic::new("this is not UTF-8").at(error::Place { file: Arc::clone(&label), line, column: 1 }))
    })?;
    let mut mistake = match document::parse(text, &label) {
        Ok(node) => return Ok(node),
        Err(mistake) => mistake,
    };
    if crate::update::has_markers(text.as_bytes()) {
        mistake = Diagnostic::new("conflict markers are left in this file")
            .in_file(label)
            .hint("keep what both sides added, then run the command again");
    }
    Err(mistake.into())
}

/// A version as numbers that can be compared; what comes before a release is older than it.
fn version(text: &str) -> (Vec<u64>, Cow<'_, str>) {
    let (numbers, pre) = text.split_once('-').unwrap_or((text, "~"));
    (numbers.split('.').map(|n| n.parse().unwrap_or(0)).collect(), pre.into())
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn versions_are_compared_by_number() {
        for (old, new) in [("0.1.0", "0.2.0"), ("0.9.0", "0.10.0"), ("1.0.0-rc.1", "1.0.0"), ("1.0.0", "1.0.1-rc.1")] {
            assert!(version(old) < version(new), "{old} {new}");
        }
    }
}
