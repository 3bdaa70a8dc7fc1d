//! Why: `scaffold.lock` keeps every file as it was generated, so that later merges have a base without network, git or
//! an old version of anything. It is text, so that people can read it and git can merge it.

mod content;
mod heal;
mod read;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Write as _;

use crate::plan::{FileKind, Plan, PlannedFile};

pub use heal::{common, nearest};
pub use read::{Reading, read};

/// The answers file.
pub const ANSWERS: &str = "scaffold.yaml";
/// The lock.
pub const LOCK: &str = "scaffold.lock";

/// The content of the lock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// The version of scaffold that wrote it.
    pub scaffold: String,
    /// The files by path; the answers file is one of them, the lock is not.
    pub files: BTreeMap<String, Locked>,
    /// After a merge of git's: what was generated on each of the two branches, where they differ. It is not written.
    pub sides: BTreeMap<String, [Vec<u8>; 2]>,
}

/// One file as it was generated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locked {
    /// Managed or starter.
    pub kind: FileKind,
    /// 0644 or 0755.
    pub mode: u32,
    /// The content: the base of the next merge.
    pub bytes: Cow<'static, [u8]>,
    /// What the user did, or has yet to do.
    pub state: State,
}

/// Where a file of the lock stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// The base is what scaffold wants the file to be.
    Settled,
    /// The user deleted the file; it stays deleted.
    Deleted,
    /// A version waits for `resolve`, which makes it the base.
    Waiting {
        /// How it waits.
        form: Form,
        /// Mode of what waits.
        mode: u32,
        /// What waits. It stays the same until it is closed, because a person decides on what they have before them.
        bytes: Cow<'static, [u8]>,
        /// Mode and content of what came since, which is merged when the other is closed.
        newer: Option<(u32, Cow<'static, [u8]>)>,
    },
    /// Scaffold no longer has this file, and the user edited it; `resolve` lets go of it or deletes it.
    Dropped,
}

/// How a version of a file waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// It was merged into the file, with markers where it contradicts: what a person makes of them is no edit of the base.
    Marked,
    /// Nothing of it is in the file.
    Whole,
    /// So, and the file never was scaffold's: there is no base, also not an empty one.
    New,
}

impl Form {
    fn note(self) -> &'static str {
        match self {
            Self::Marked => MARKED,
            Self::Whole => WAITING,
            Self::New => NEW,
        }
    }
}

/// Adds `scaffold.yaml` to a plan.
pub fn with_answers(plan: &mut Plan, answers: String) {
    plan.files.insert(ANSWERS.to_owned(), own(answers.into_bytes()));
}

/// Adds `scaffold.lock` to a plan that is complete otherwise.
pub fn complete(plan: &mut Plan) {
    let files = plan.files.iter().filter(|(path, _)| *path != LOCK);
    let sections = files.map(|(path, f)| Section { path, kind: f.kind, mode: f.mode, bytes: &f.bytes, state: &State::Settled });
    let bytes = bytes_of(env!("CARGO_PKG_VERSION"), sections);
    plan.files.insert(LOCK.to_owned(), own(bytes));
}

fn own(bytes: Vec<u8>) -> PlannedFile {
    PlannedFile { bytes: bytes.into(), mode: 0o644, kind: FileKind::Managed, origin: vec!["scaffold".to_owned()] }
}

/// The lock of a plan that is written as it is.
pub fn of_plan(plan: &Plan) -> Lock {
    let files = plan.files.iter().filter(|(path, _)| *path != LOCK);
    let locked =
        |file: &PlannedFile| Locked { kind: file.kind, mode: file.mode, bytes: file.bytes.clone(), state: State::Settled };
    Lock {
        scaffold: env!("CARGO_PKG_VERSION").to_owned(),
        files: files.map(|(path, file)| (path.clone(), locked(file))).collect(),
        sides: BTreeMap::new(),
    }
}

/// The text of a lock.
pub fn to_bytes(lock: &Lock) -> Vec<u8> {
    let files = lock.files.iter();
    let sections = files.map(|(path, f)| Section { path, kind: f.kind, mode: f.mode, bytes: &f.bytes, state: &f.state });
    bytes_of(&lock.scaffold, sections)
}

struct Section<'a> {
    path: &'a str,
    kind: FileKind,
    mode: u32,
    bytes: &'a [u8],
    state: &'a State,
}

/// A section for each file in the order of paths, then `end`, so that a lock that was cut short is no shorter lock.
fn bytes_of<'a>(scaffold: &str, sections: impl Iterator<Item = Section<'a>> + Clone) -> Vec<u8> {
    let size: usize = sections.clone().map(|s| s.bytes.len() + s.bytes.len() / 20 + s.path.len() + 16).sum();
    let mut out = Vec::with_capacity(size + 4096);
    out.extend_from_slice(b"# What scaffold generated: the base for merging later changes. Commit it, do not edit it.\n");
    let _ = writeln!(out, "scaffold {scaffold}");
    for section in sections {
        let kind = match section.kind {
            FileKind::Managed => "managed",
            FileKind::Starter => "starter",
        };
        let _ = writeln!(out, "{kind} {:o} {}", section.mode, section.path);
        content::write(&mut out, section.bytes);
        match section.state {
            State::Settled => {}
            State::Deleted => out.extend_from_slice(DELETED.as_bytes()),
            State::Dropped => out.extend_from_slice(DROPPED.as_bytes()),
            State::Waiting { form, mode, bytes, newer } => {
                let _ = writeln!(out, "{}{mode:o}", form.note());
                content::write(&mut out, bytes);
                if let Some((mode, bytes)) = newer {
                    let _ = writeln!(out, "{NEWER}{mode:o}");
                    content::write(&mut out, bytes);
                }
            }
        }
    }
    out.extend_from_slice(END.as_bytes());
    out
}

const DELETED: &str = "\\ deleted by the user\n";
const DROPPED: &str = "\\ no longer generated, edited by the user\n";
const MARKED: &str = "\\ marked ";
const WAITING: &str = "\\ waiting ";
const NEW: &str = "\\ in the way of ";
const NEWER: &str = "\\ after that ";
const END: &str = "end\n";
