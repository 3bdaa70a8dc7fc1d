//! Why: that the tree is not what the planner saw, or cannot be written, is told before anything is written, and for all
//! files at once.

use std::collections::BTreeSet;

use super::paths::{Kind, Meta, ancestors, check_path, split};
use super::stage::Want;
use super::steps::changed;
use super::tree::failed;
use super::writer::unwritable;
use super::{Entry, Tree};
use crate::error::{Diagnostic, Error, Result, typed};

/// A look at everything that an operation is about.
pub struct Survey<'a> {
    tree: &'a Tree,
    moves: &'a [(String, String)],
    wants: &'a [Want<'a>],
    /// Folders that may become empty, the inner ones first, with their modes.
    pub emptied: Vec<(u32, String)>,
    /// Folders that are not there, the outer ones first.
    pub made: Vec<String>,
    /// What stands at each file's path.
    pub expected: Vec<Option<Meta>>,
    /// Folders in which names change, as they are before the moves.
    folders: BTreeSet<String>,
    changed: Vec<&'a str>,
    locked: Vec<String>,
}

impl<'a> Survey<'a> {
    /// Takes the look.
    ///
    /// # Errors
    /// The tree is not what the planner saw, or cannot be written: all such files at once.
    pub fn take(tree: &'a Tree, moves: &'a [(String, String)], wants: &'a [Want<'a>]) -> Result<Self> {
        let (emptied, made, expected, changed, locked) = (vec![], vec![], vec![], vec![], vec![]);
        let mut survey = Self { tree, moves, wants, emptied, made, expected, folders: BTreeSet::new(), changed, locked };
        survey.look()?;
        survey.folders()?;
        survey.judge()?;
        Ok(survey)
    }

    fn look(&mut self) -> Result<()> {
        for (from, to) in self.moves {
            if meta_at(self.tree, from)?.is_none() {
                self.changed.push(from);
            }
            if before(self.moves, to).as_deref() != Some(from) || meta_at(self.tree, to)?.is_some() {
                self.changed.push(to);
            }
            self.no_twin(to)?;
        }
        for want in self.wants {
            let Some(path) = before(self.moves, &want.path) else {
                return Err(Error::failed(format!("`{}` lies in a folder that moves away", want.path)));
            };
            let mut here = self.tree.look(&path)?;
            let vanishes = matches!(here, Some((_, Entry::Folder))) && want.source.is_some() && self.vanishes(&path)?;
            if vanishes {
                here = None;
            } else if here.as_ref().map(|(_, entry)| entry) != want.seen {
                self.changed.push(&want.path);
            }
            match here {
                None => self.no_twin(&path)?,
                Some((meta, Entry::File { .. })) if meta.mode & 0o222 != 0 => {}
                Some((_, Entry::File { .. })) => self.locked.push(path),
                Some(_) => return Err(Error::failed(format!("`{}` is no regular file", want.path))),
            }
            self.expected.push(here.map(|(meta, _)| meta));
        }
        Ok(())
    }

    /// Whether everything in a folder is deleted, so that a file can take its place.
    fn vanishes(&self, folder: &str) -> Result<bool> {
        let deleted = self.wants.iter().filter(|w| w.source.is_none());
        let deleted: BTreeSet<String> = deleted.filter_map(|w| before(self.moves, &w.path)).collect();
        let inside = self.tree.list(folder)?;
        Ok(!inside.is_empty() && inside.iter().all(|path| deleted.contains(path)))
    }

    /// Refuses a path of which a part is there already in other letters of upper and lower case.
    fn no_twin(&self, path: &str) -> Result<()> {
        for part in ancestors(path).chain([path]) {
            let (folder, name) = split(part);
            let Some(open) = self.tree.folder(folder)? else { return Ok(()) };
            if let Some(twin) = open.twin(name).map_err(|e| unwritable(part, &e))? {
                let twin = if folder.is_empty() { twin } else { format!("{folder}/{twin}") };
                let message = format!("`{part}` and `{twin}` are one file where case does not count");
                return Err(failed(Diagnostic::new(message).hint(format!("rename or remove `{}`", typed(&twin)))));
            }
        }
        Ok(())
    }

    /// Which folders are made, which may become empty, and in which names change.
    fn folders(&mut self) -> Result<()> {
        let targets = || self.moves.iter().map(|(_, to)| to.as_str());
        let written = || self.wants.iter().filter(|w| w.source.is_some()).map(|w| w.path.as_str());
        let deleted: BTreeSet<&str> = self.wants.iter().filter(|w| w.source.is_none()).map(|w| w.path.as_str()).collect();
        let needed: BTreeSet<&str> = targets().chain(written()).flat_map(ancestors).collect();
        for folder in &needed {
            match before(self.moves, folder).map_or(Ok(None), |path| meta_at(self.tree, &path))?.map(|m| m.kind) {
                Some(Kind::Folder) => {}
                None => self.made.push((*folder).to_owned()),
                Some(Kind::File) if deleted.contains(folder) => self.made.push((*folder).to_owned()),
                Some(_) => return Err(Error::failed(format!("`{folder}` is no folder"))),
            }
        }
        let sources = self.moves.iter().map(|(from, _)| from.as_str());
        let left: BTreeSet<&str> = deleted.into_iter().chain(sources.clone()).flat_map(ancestors).collect();
        for folder in left.into_iter().filter(|f| !needed.contains(f)).rev() {
            if let Some(meta) = before(self.moves, folder).map_or(Ok(None), |path| meta_at(self.tree, &path))? {
                self.emptied.push((meta.mode, folder.to_owned()));
            }
        }
        let all = self.wants.iter().map(|w| w.path.as_str()).chain(targets());
        for path in all.filter_map(|path| before(self.moves, split(path).0)).chain(sources.map(|s| split(s).0.to_owned())) {
            self.folders.insert(path);
        }
        Ok(())
    }

    fn judge(&mut self) -> Result<()> {
        for folder in std::mem::take(&mut self.folders) {
            // Of a folder that is yet to be made, the one that it is made in counts.
            let mut path = folder.as_str();
            let open = loop {
                match self.tree.folder(path)? {
                    Some(open) => break open,
                    None => path = split(path).0,
                }
            };
            if !open.dir.writable().map_err(|e| unwritable(path, &e))? {
                self.locked.push(if path.is_empty() { ".".to_owned() } else { path.to_owned() });
            }
        }
        if !self.changed.is_empty() {
            return Err(changed(&self.changed));
        }
        self.locked.sort();
        self.locked.dedup();
        if self.locked.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = self.locked.iter().map(|p| format!("`{p}`")).collect();
        let message = format!("read-only: {}; nothing was written", names.join(", "));
        let quoted: Vec<String> = self.locked.iter().map(|p| crate::quote::sh(&typed(p))).collect();
        Err(failed(Diagnostic::new(message).hint(format!("chmod u+w {}", quoted.join(" ")))))
    }
}

/// Where a path of after the moves is before them; `None` where the moves leave nothing.
pub fn before(moves: &[(String, String)], path: &str) -> Option<String> {
    let below = |path: &str, folder: &str| {
        path.strip_prefix(folder).filter(|rest| rest.is_empty() || rest.starts_with('/')).map(str::to_owned)
    };
    let mut path = path.to_owned();
    for (from, to) in moves.iter().rev() {
        if let Some(rest) = below(&path, to) {
            path = format!("{from}{rest}");
        } else if below(&path, from).is_some() {
            return None;
        }
    }
    Some(path)
}

pub fn meta_at(tree: &Tree, path: &str) -> Result<Option<Meta>> {
    check_path(path).map_err(Error::failed)?;
    let (folder, name) = split(path);
    let Some(folder) = tree.folder(folder)? else { return Ok(None) };
    folder.meta(name).map_err(|e| unwritable(path, &e))
}
