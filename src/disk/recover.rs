//! Why: an operation that was cut short is brought to its end by whoever writes next, in the one direction or the other,
//! and never at the cost of what a person did in between.

use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::io;
use std::time::{Duration, Instant};

use super::journal::Journal;
use super::paths::{Kind, Meta, OWN};
use super::platform::{Dir, is_root};
use super::print::Print;
use super::remove::remove_tree;
use super::steps::{Steps, numbered, settle, unmoved};
use super::tree::failed;
use super::writer::{refused, unwritable};
use super::{Entry, Tree, interrupt};
use crate::error::{Diagnostic, Error, Result, typed};

/// How long another process is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
const JOURNAL_LIMIT: u64 = 16 << 20;

/// Opens scaffold's folder, makes it when it is not there, and keeps other processes out.
pub fn enter(top: &Dir) -> Result<(Dir, File)> {
    let open = || -> io::Result<(Dir, File)> {
        match top.make_dir(OWN, 0o700) {
            Ok(()) if is_root() => top.chown(OWN, &top.own_meta()?)?,
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
        let own = top.dir(OWN)?;
        let lock = own.lock_file("lock")?;
        Ok((own, lock))
    };
    let own_folder = |top: &Dir| top.meta(OWN).ok().flatten();
    let deadline = Instant::now() + PATIENCE;
    loop {
        if own_folder(top).is_some_and(|m| m.kind != Kind::Folder) {
            return Err(no_folder());
        }
        let (own, lock) = open().map_err(|e| unwritable(OWN, &e))?;
        {
            let _door = door(&own, deadline, File::try_lock)?;
            wait(deadline, || lock.try_lock())?;
        }
        // It may have been removed with all that is in it while this process waited.
        let (held, named) = (own.own_meta().ok(), own_folder(top));
        if held.zip(named).is_some_and(|(held, named)| held.inode == named.inode) {
            ignore(top, &own).map_err(|e| unwritable(".scaffold/.gitignore", &e))?;
            return Ok((own, lock));
        }
    }
}

fn no_folder() -> Error {
    failed(Diagnostic::new("`.scaffold` is no folder").hint(format!("rm {}", typed(OWN))))
}

/// The folder is nobody else's business, git's neither.
fn ignore(top: &Dir, own: &Dir) -> io::Result<()> {
    if own.meta(".gitignore")?.is_some() {
        return Ok(());
    }
    remove_tree(own, ".gitignore.new", None)?;
    let owner = top.own_meta()?;
    own.create(".gitignore.new", 0o600, false, Some(&owner), b"*\n")?;
    if is_root() {
        own.chown("lock", &owner)?;
    }
    own.rename(".gitignore.new", own, ".gitignore")
}

fn wait(deadline: Instant, mut lock: impl FnMut() -> std::result::Result<(), TryLockError>) -> Result<()> {
    loop {
        match lock() {
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                interrupt::check()?;
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(TryLockError::WouldBlock) => {
                return Err(failed(Diagnostic::new("another `scaffold` is writing in this repository").hint("wait for its end")));
            }
            // Some network file systems have no locks.
            Ok(()) | Err(TryLockError::Error(_)) => return Ok(()),
        }
    }
}

/// What a reader finds in scaffold's own folder, and holds.
#[derive(Default)]
pub struct Reader {
    /// The title of what was cut short.
    pub pending: Option<String>,
    /// As long as this is there, no other process writes.
    pub lock: Option<File>,
}

/// Waits for the end of whoever writes, and looks for what was cut short.
pub fn read(top: &Dir) -> Result<Reader> {
    match top.meta(OWN).map_err(|e| refused("read", OWN, &e))?.map(|m| m.kind) {
        None => return Ok(Reader::default()),
        Some(Kind::Folder) => {}
        Some(_) => return Err(no_folder()),
    }
    let own = match top.dir(OWN) {
        // Another user's. What is in the repository can be read all the same.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Ok(Reader::default()),
        other => other.map_err(|e| refused("read", OWN, &e))?,
    };
    let lock = own.open_file("lock").ok();
    if let Some(lock) = &lock {
        let deadline = Instant::now() + PATIENCE;
        let _door = door(&own, deadline, File::try_lock_shared)?;
        wait(deadline, || lock.try_lock_shared())?;
    }
    let found = journal(&own, "next", "journal")?.or(journal(&own, "next", "back")?);
    Ok(Reader { pending: found.map(|journal| journal.title), lock })
}

/// Readers hold the lock together, so that there may always be one of them. They come in by a door, and a writer that waits
/// stands in it: it waits for those that are inside, and none after it is quicker.
fn door(own: &Dir, deadline: Instant, lock: fn(&File) -> std::result::Result<(), TryLockError>) -> Result<Option<File>> {
    // Opened anew, since a lock goes with the last of the handles that share it.
    let Ok(door) = own.dir(".").and_then(|door| door.as_file()) else { return Ok(None) };
    wait(deadline, || lock(&door))?;
    Ok(Some(door))
}

/// Reads a journal; `None` when there is none.
pub fn journal(own: &Dir, folder: &str, name: &str) -> Result<Option<Journal>> {
    let place = format!(".scaffold/{folder}/{name}");
    let read = || -> io::Result<Option<Vec<u8>>> {
        if own.meta(folder)?.is_none() {
            return Ok(None);
        }
        let dir = own.dir(folder)?;
        if dir.meta(name)?.is_none() {
            return Ok(None);
        }
        Ok(Some(dir.read(name, JOURNAL_LIMIT)?.1))
    };
    let Some(bytes) = read().map_err(|e| refused("read", &place, &e))? else { return Ok(None) };
    let parsed = String::from_utf8(bytes).map_err(|_| "it is no text".to_owned()).and_then(|text| Journal::parse(&text));
    parsed.map(Some).map_err(|why| {
        let message = format!("cannot use `{place}`: {why}");
        let hint = format!("`git status` shows what was written; `rm -r {}` forgets the operation", typed(OWN));
        failed(Diagnostic::new(message).hint(hint))
    })
}

/// Brings what was cut short to its end, and says so.
pub fn recover(tree: &Tree, own: &Dir, prefer_back: bool) -> Result<Option<String>> {
    if let Some(journal) = journal(own, "next", "done")? {
        settle(own, journal.undo).map_err(|e| unwritable(".scaffold/next", &e))?;
        return Ok(None);
    }
    if let Some(journal) = journal(own, "next", "back")? {
        Steps::open(tree, own, &journal)?.back()?;
        return Ok(Some(format!("took back `{}`, which had been cut short", journal.title)));
    }
    let Some(journal) = journal(own, "next", "journal")? else {
        remove_tree(own, "next", None).map_err(|e| unwritable(".scaffold/next", &e))?;
        return Ok(None);
    };
    let steps = Steps::open(tree, own, &journal)?;
    let found = examine(tree, &steps, &journal)?;
    let outcome = match (found.no_forward.is_empty(), found.no_back.is_empty()) {
        (forward, true) if prefer_back || !forward => {
            steps.turn_back()?;
            steps.back()?;
            "took back"
        }
        (true, _) => {
            steps.forward(&found.expected, || Ok(()))?;
            "finished"
        }
        (false, _) => {
            let paths: BTreeSet<&String> = found.no_forward.iter().chain(&found.no_back).collect();
            let names: Vec<String> = paths.into_iter().map(|p| format!("`{p}`")).collect();
            let message = format!("`{}` was cut short, and then these were changed: {}", journal.title, names.join(", "));
            return Err(failed(
                Diagnostic::new(message).hint("move them away, run the command again, and bring your changes back"),
            ));
        }
    };
    tree.refresh();
    Ok(Some(format!("{outcome} `{}`, which had been cut short", journal.title)))
}

/// What stands in either direction's way.
struct Found {
    expected: Vec<Option<Meta>>,
    no_forward: Vec<String>,
    no_back: Vec<String>,
}

fn examine(tree: &Tree, steps: &Steps, journal: &Journal) -> Result<Found> {
    let mut found = Found { expected: vec![], no_forward: vec![], no_back: vec![] };
    let open_moves = steps.open_moves()?;
    for (number, step) in journal.files.iter().enumerate() {
        let path = unmoved(open_moves, &step.path);
        let (made, emptied) = (journal.made.iter().map(|m| &m.1), journal.emptied.iter().map(|e| &e.1));
        let passing = || made.chain(emptied).any(|folder| *folder == step.path);
        // A folder that takes the place of a file, or leaves it to one, is on its way and no one's work.
        let here = tree.look(&path)?.filter(|(_, entry)| *entry != Entry::Folder || !passing());
        let print = match &here {
            None => None,
            Some((_, Entry::File { bytes, .. })) => Some(Print::of(bytes)),
            Some(_) => Some(Print::of(b"no file")),
        };
        let meta = here.map(|(meta, _)| meta);
        let done = if step.new.is_some() {
            numbered(&steps.new, number)?.is_none()
        } else {
            // A file that was deleted, and is there again, is another one.
            let kept = numbered(&steps.old, number)?;
            meta.is_none_or(|meta| print != step.old && kept.is_none_or(|kept| kept.inode != meta.inode))
        };
        let forward_loses = print.is_some() && if done { step.new.is_none() } else { print != step.old };
        if forward_loses {
            found.no_forward.push(path.clone());
        }
        if done && print.is_some() && print != step.new {
            found.no_back.push(path);
        }
        found.expected.push(meta);
    }
    Ok(found)
}
