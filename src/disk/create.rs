//! Why: a new repository is there whole or not at all, whatever interrupts it: it is written into a sibling folder, and
//! one rename puts it in place.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::error::{Diagnostic, Error, Result};
use crate::plan::Plan;

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
    if names.is_empty() {
        return Ok(());
    }
    let more = names.len().saturating_sub(8);
    names.truncate(8);
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    Err(Diagnostic::new(format!("`{shown}` is not empty: {}{tail}", names.join(", ")))
        .hint("choose another folder, or move these away; nothing is ever overwritten")
        .into())
}

/// Writes a new repository: into a sibling folder first, then one rename.
///
/// # Errors
/// Whatever the file system refuses; then nothing is left behind.
pub fn create(target: &Path, plan: &Plan) -> Result<()> {
    check_target(target)?;
    let parent = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    let made = make_parents(&parent)?;
    let outcome = stage(&parent, target, plan);
    if outcome.is_err() {
        for dir in made.iter().rev() {
            let _ = std::fs::remove_dir(dir);
        }
    }
    outcome
}

/// Makes missing parents and names those that it made, so that a failure can take them back.
fn make_parents(parent: &Path) -> Result<Vec<PathBuf>> {
    let missing: Vec<PathBuf> =
        parent.ancestors().take_while(|p| !p.as_os_str().is_empty() && !p.exists()).map(Path::to_owned).collect();
    let made: Vec<PathBuf> = missing.into_iter().rev().collect();
    for dir in &made {
        fs_err::create_dir(dir)?;
    }
    Ok(made)
}

fn stage(parent: &Path, target: &Path, plan: &Plan) -> Result<()> {
    let staging = tempfile::Builder::new().prefix(".scaffold-").tempdir_in(parent).map_err(|e| unwritable(parent, &e))?;
    write_tree(staging.path(), plan)?;
    set_mode(staging.path(), 0o755)?;
    if target.is_dir() {
        // Renaming onto an empty folder replaces it; a shell that stands in it would be left in the old one.
        for entry in fs_err::read_dir(staging.path())? {
            let entry = entry?;
            fs_err::rename(entry.path(), target.join(entry.file_name()))?;
        }
        return Ok(());
    }
    let path = staging.keep();
    fs_err::rename(&path, target).map_err(|e| {
        let _ = std::fs::remove_dir_all(&path);
        Error::from(e)
    })
}

fn write_tree(root: &Path, plan: &Plan) -> Result<()> {
    let mut made = std::collections::HashSet::new();
    for folder in plan.files.keys().filter_map(|path| Path::new(path).parent()) {
        if made.insert(folder) {
            fs_err::create_dir_all(root.join(folder))?;
        }
    }
    for (path, file) in &plan.files {
        let full = root.join(path);
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, file.mode);
        let mut out = options.open(&full).map_err(|e| unwritable(&full, &e))?;
        out.write_all(&file.bytes).map_err(|e| unwritable(&full, &e))?;
    }
    Ok(())
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs_err::set_permissions(path, std::fs::Permissions::from_mode(mode))?)
}

#[cfg(not(unix))]
fn set_mode(_: &Path, _: u32) -> Result<()> {
    Ok(())
}

fn unwritable(path: &Path, error: &std::io::Error) -> Error {
    Error::failed(format!("cannot write `{}`: {error}", path.display()))
}
