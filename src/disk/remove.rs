//! Why: what scaffold staged must go again, and nothing that a link in it points at.

use std::io;

use super::paths::Kind;
use super::platform::Dir;

/// Removes a folder with all that is in it; that it is not there is fine. `first` goes before anything else.
pub fn remove_tree(parent: &Dir, name: &str, first: Option<&str>) -> io::Result<()> {
    match parent.meta(name)?.map(|m| m.kind) {
        None => return Ok(()),
        Some(Kind::Folder) => {}
        Some(_) => return parent.unlink(name),
    }
    let dir = parent.dir(name)?;
    if let Some(first) = first.filter(|first| dir.meta(first).is_ok_and(|m| m.is_some())) {
        dir.unlink(first)?;
    }
    for entry in dir.names()? {
        let Some(entry) = entry.to_str() else { return Err(io::Error::other("a name that scaffold never wrote")) };
        remove_tree(&dir, entry, None)?;
    }
    parent.remove_dir(name)
}
