//! Why: reading never leaves the repository: no link is followed on the way to a file, and a file whose name differs only
//! in case is another file, also on systems that would open it.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::paths::{Kind, Meta, OWN, check_path, fold, split};
use super::platform::Dir;
use super::{Writer, recover};
use crate::error::{Diagnostic, Error, Result, refused};

/// Files above this size are not scaffold's, and would not fit into the memory it promises.
const LIMIT: u64 = 64 << 20;

/// An existing repository, confined to its root.
pub struct Tree {
    root: PathBuf,
    top: Rc<Folder>,
    /// The folders on the way to the last path: paths come in order, so most of the way is open already.
    way: RefCell<Vec<(String, Rc<Folder>)>>,
    /// What holds writers off.
    held: Cell<Option<File>>,
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

/// An open folder and what is in it.
pub(super) struct Folder {
    pub(super) dir: Dir,
    names: RefCell<Option<Rc<Names>>>,
}

struct Names {
    exact: HashSet<String>,
    folded: HashSet<String>,
}

impl Folder {
    fn new(dir: Dir) -> Rc<Self> {
        Rc::new(Self { dir, names: RefCell::default() })
    }

    fn names(&self) -> io::Result<Rc<Names>> {
        if let Some(names) = &*self.names.borrow() {
            return Ok(Rc::clone(names));
        }
        let exact: HashSet<String> = self.dir.names()?.into_iter().filter_map(|n| n.into_string().ok()).collect();
        let folded = exact.iter().map(|n| fold(n)).collect();
        let names = Rc::new(Names { exact, folded });
        *self.names.borrow_mut() = Some(Rc::clone(&names));
        Ok(names)
    }

    /// What stands at a name that is written exactly so.
    pub(super) fn meta(&self, name: &str) -> io::Result<Option<Meta>> {
        if self.names()?.exact.contains(name) { self.dir.meta(name) } else { Ok(None) }
    }

    /// Another name that is the same where case does not count.
    pub(super) fn twin(&self, name: &str) -> io::Result<Option<String>> {
        let names = self.names()?;
        let folded = fold(name);
        if names.exact.contains(name) || !names.folded.contains(&folded) {
            return Ok(None);
        }
        Ok(names.exact.iter().find(|n| fold(n) == folded).cloned())
    }
}

impl Tree {
    /// Opens a repository without writing anything.
    ///
    /// # Errors
    /// The folder cannot be opened.
    pub fn open(root: &Path) -> Result<Self> {
        let dir = Dir::open(root).map_err(|e| failed(refused("open", root.display(), &e)))?;
        Ok(Self { root: root.to_owned(), top: Folder::new(dir), way: RefCell::default(), held: Cell::default() })
    }

    /// Where it is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The title of an operation that was cut short and waits for the next writing command. While one is being written,
    /// this waits for its end.
    ///
    /// # Errors
    /// The journal cannot be read, or another process does not come to its end.
    pub fn pending(&self) -> Result<Option<String>> {
        Ok(recover::read(&self.top.dir)?.pending)
    }

    /// The same, and holds writers off until `let_writers_in`: nobody reads a half of what one of them does.
    ///
    /// # Errors
    /// As above.
    pub fn read_alone(&self) -> Result<Option<String>> {
        let found = recover::read(&self.top.dir)?;
        self.held.set(found.lock);
        Ok(found.pending)
    }

    /// All has been read. What comes then may take long: a pager shows it as long as somebody looks.
    pub fn let_writers_in(&self) {
        self.held.take();
    }

    /// What stands at a path; `None` when nothing does, also where a name is there only in other letters of upper and
    /// lower case.
    ///
    /// # Errors
    /// A path that leads outside or through a link, or a file that cannot be read.
    pub fn read(&self, path: &str) -> Result<Option<Entry>> {
        Ok(self.look(path)?.map(|(_, entry)| entry))
    }

    pub(super) fn look(&self, path: &str) -> Result<Option<(Meta, Entry)>> {
        check_path(path).map_err(Error::failed)?;
        let (folder, name) = split(path);
        let Some(folder) = self.folder(folder)? else { return Ok(None) };
        let meta = folder.meta(name).map_err(|e| unreadable(path, &e))?;
        Ok(match meta {
            None => None,
            Some(meta) => Some(match meta.kind {
                Kind::File => {
                    let (meta, bytes) = folder.dir.read(name, LIMIT).map_err(|e| unreadable(path, &e))?;
                    (meta, Entry::File { mode: meta.mode, bytes })
                }
                Kind::Link => (meta, Entry::Link),
                Kind::Folder => (meta, Entry::Folder),
                Kind::Other => (meta, Entry::Other),
            }),
        })
    }

    /// The open folder at a path, `""` for the root; `None` when there is none.
    pub(super) fn folder(&self, path: &str) -> Result<Option<Rc<Folder>>> {
        self.way_to(path, Folder::meta)
    }

    /// The same while the tree is being changed, when the names that were seen before count no more.
    pub(super) fn folder_now(&self, path: &str) -> Result<Option<Rc<Folder>>> {
        self.way_to(path, |folder, name| folder.dir.meta(name))
    }

    fn way_to(&self, path: &str, meta: impl Fn(&Folder, &str) -> io::Result<Option<Meta>>) -> Result<Option<Rc<Folder>>> {
        let mut way = self.way.borrow_mut();
        let kept = way.iter().zip(path.split('/')).take_while(|((name, _), part)| name == part).count();
        way.truncate(kept);
        for (depth, part) in path.split('/').filter(|part| !part.is_empty()).enumerate().skip(kept) {
            let above = way.last().map_or(&self.top, |(_, folder)| folder);
            let here = || path.split('/').take(depth + 1).collect::<Vec<_>>().join("/");
            match meta(above, part).map_err(|e| unreadable(&here(), &e))?.map(|m| m.kind) {
                Some(Kind::Folder) => {
                    let dir = above.dir.dir(part).map_err(|e| unreadable(&here(), &e))?;
                    way.push((part.to_owned(), Folder::new(dir)));
                }
                Some(Kind::Link) => {
                    let message = format!("`{}` is a link, and scaffold follows none inside a repository", here());
                    return Err(failed(Diagnostic::new(message).hint("put the folder itself in its place")));
                }
                _ => return Ok(None),
            }
        }
        Ok(Some(Rc::clone(way.last().map_or(&self.top, |(_, folder)| folder))))
    }

    /// Forgets what is open and the names in it, because they have changed or may have.
    pub(super) fn refresh(&self) {
        self.way.borrow_mut().clear();
        *self.top.names.borrow_mut() = None;
    }

    pub(super) fn top(&self) -> &Dir {
        &self.top.dir
    }

    /// The files below a folder, links among them, in order; no link is followed. Empty when there is no such folder.
    /// `""` is the root, without git's folder and scaffold's own.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn list(&self, folder: &str) -> Result<Vec<String>> {
        if !folder.is_empty() {
            check_path(folder).map_err(Error::failed)?;
        }
        let mut out = vec![];
        if let Some(open) = self.folder(folder)? {
            walk(&open.dir, folder, &mut out).map_err(|e| unreadable(folder, &e))?;
        }
        out.sort();
        Ok(out)
    }

    /// Prepares for writing: takes the lock of the process, and finishes or takes back what was cut short.
    ///
    /// # Errors
    /// Another process works here, or the folder cannot be written.
    pub fn writer(self) -> Result<Writer> {
        Writer::of(self)
    }
}

fn walk(dir: &Dir, path: &str, out: &mut Vec<String>) -> io::Result<()> {
    for name in dir.names()? {
        let Some(name) = name.to_str() else { continue };
        if path.is_empty() && matches!(name, OWN | ".git") {
            continue;
        }
        let below = if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
        match dir.meta(name)?.map(|m| m.kind) {
            Some(Kind::Folder) => walk(&dir.dir(name)?, &below, out)?,
            Some(_) => out.push(below),
            None => {}
        }
    }
    Ok(())
}

pub(super) fn failed(diagnostic: Diagnostic) -> Error {
    Error::Failed(Box::new(diagnostic))
}

fn unreadable(path: &str, error: &io::Error) -> Error {
    failed(refused("read", path, error))
}
