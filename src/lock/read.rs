//! Why: the lock is edited by git, and can come from anybody, so reading it trusts nothing: all mistakes are told at
//! once, each with its line, and what git's merges leave in it is put right.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::heal::{self, Disputed};
use super::{DELETED, DROPPED, Form, LOCK, Lock, Locked, NEWER, State, content};
use crate::disk::check_path;
use crate::error::{Diagnostic, Error, Place, Result, typed};
use crate::plan::FileKind;

/// A lock of a hundred services has a tenth of this.
const LIMIT_MIB: usize = 64;
/// Whoever has more mistakes than these has no lock.
const MOST_MISTAKES: usize = 12;

/// A lock that was read.
#[derive(Debug)]
pub struct Reading {
    /// What it says.
    pub lock: Lock,
    /// Markers, duplicates or the order were repaired after git merged two branches.
    pub healed: bool,
    pub(super) disputed: BTreeMap<String, Disputed>,
    /// Paths that some of the texts had, and others had not.
    pub(super) in_some: BTreeSet<String>,
}

/// Reads a lock.
///
/// # Errors
/// All mistakes at once; or a lock that a newer scaffold wrote.
pub fn read(bytes: &[u8]) -> Result<Reading> {
    if bytes.len() > LIMIT_MIB << 20 {
        let message = format!("the lock has {} MiB, and no lock has more than {LIMIT_MIB}", bytes.len() >> 20);
        return Err(Error::Invalid(vec![mistake(0, message).hint(back())]));
    }
    let text = std::str::from_utf8(bytes).map_err(|e| {
        let line = 1 + bytes[..e.valid_up_to()].iter().filter(|b| **b == b'\n').count();
        Error::Invalid(vec![mistake(line, "this is no text").hint(back())])
    })?;
    let lines = || lines(text).enumerate().map(|(at, line)| (at + 1, line));
    let whole = parse(lines());
    // What git left is no line of a lock, so that it is looked for only where something is wrong.
    let parts = if !whole.mistakes.is_empty() && text.lines().any(heal::is_marker) {
        let versions = heal::versions(lines().collect());
        versions.map_or_else(|one| vec![Part::wrong(one)], |all| all.into_iter().map(parse).collect())
    } else {
        vec![whole]
    };
    check_version(&parts)?;
    heal::join(parts).map_err(Error::Invalid)
}

fn back() -> String {
    format!("`git checkout HEAD -- {}` brings the last good one back", typed(LOCK))
}

/// The lines of a text as `str::lines` has them, which looks for their ends byte by byte: a fifth of what a verb computes.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut from = 0;
    memchr::memchr_iter(b'\n', text.as_bytes()).chain([text.len()]).filter_map(move |end| {
        let line = text.get(from..end)?;
        from = end + 1;
        if end < text.len() { Some(line.strip_suffix('\r').unwrap_or(line)) } else { Some(line).filter(|line| !line.is_empty()) }
    })
}

/// A mistake at a line; 0 is the whole lock.
pub(super) fn mistake(line: usize, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(message).at(Place { file: LOCK.into(), line, column: 1 })
}

/// Mistakes as they are told: each once, and not thousands of them.
pub(super) fn told(mut mistakes: Vec<Diagnostic>) -> Vec<Diagnostic> {
    mistakes.sort_by_key(|m| m.place.as_ref().map_or(0, |p| p.line));
    mistakes.dedup();
    let more = mistakes.len().saturating_sub(MOST_MISTAKES);
    if more > 0 {
        mistakes.truncate(MOST_MISTAKES);
        mistakes.push(mistake(0, format!("and {more} more mistakes")));
    }
    if let Some(last) = mistakes.last_mut() {
        last.hint.get_or_insert_with(back);
    }
    mistakes
}

/// What a newer scaffold wrote may mean anything.
fn check_version(parts: &[Part]) -> Result<()> {
    let own = env!("CARGO_PKG_VERSION");
    let newer = parts.iter().map(|part| part.scaffold.as_str()).find(|v| compare(v, own) == Some(Ordering::Greater));
    newer.map_or(Ok(()), |version| {
        let version = version.escape_debug();
        let message = format!("scaffold {version} last wrote this repository, and this is {own}");
        let hint = format!("install scaffold {version} or a newer one");
        Err(Error::Failed(Box::new(Diagnostic::new(message).hint(hint))))
    })
}

/// Orders two versions; one with a suffix comes before the same without. `None` when one is no version.
pub(super) fn compare(a: &str, b: &str) -> Option<Ordering> {
    let parsed = |text: &str| {
        let text = text.split('+').next().unwrap_or_default();
        let (numbers, suffix) = text.split_once('-').map_or((text, None), |(numbers, suffix)| (numbers, Some(suffix)));
        let numbers: Option<Vec<u64>> = numbers.split('.').map(|n| n.parse().ok()).collect();
        numbers.filter(|n| n.len() == 3).map(|n| (n, suffix.is_none(), suffix.unwrap_or_default().to_owned()))
    };
    Some(parsed(a)?.cmp(&parsed(b)?))
}

/// What one text of a lock says.
#[derive(Default)]
pub(super) struct Part {
    pub scaffold: String,
    /// Line, path and file, in the order of the text.
    pub files: Vec<(usize, String, Locked)>,
    pub mistakes: Vec<Diagnostic>,
}

impl Part {
    fn wrong(one: Diagnostic) -> Self {
        Self { mistakes: vec![one], ..Self::default() }
    }
}

fn parse<'a>(lines: impl IntoIterator<Item = (usize, &'a str)>) -> Part {
    let mut parser = Parser::default();
    for (number, line) in lines {
        if let Err(message) = parser.line(number, line) {
            parser.part.mistakes.push(mistake(number, message));
        }
    }
    if !parser.ended {
        parser.part.mistakes.push(mistake(0, "the lock is cut short: its last line is not `end`"));
    } else if compare(&parser.part.scaffold, "0.0.0").is_none() {
        parser.part.mistakes.push(mistake(0, "the lock does not say which scaffold wrote it"));
    }
    parser.part
}

#[derive(Default)]
struct Parser {
    part: Part,
    section: Option<Section>,
    ended: bool,
}

struct Section {
    line: usize,
    path: String,
    kind: FileKind,
    mode: u32,
    base: content::Reader,
    after: After,
}

enum After {
    Settled,
    Deleted,
    Dropped,
    Waiting(Form, u32, content::Reader),
    /// What waits is read, and this comes after it.
    Newer(Form, (u32, Vec<u8>), u32, content::Reader),
}

impl Parser {
    fn line(&mut self, number: usize, line: &str) -> std::result::Result<(), String> {
        // What most lines are.
        if let Some(Section { base, after: After::Settled, .. }) = &mut self.section
            && line.as_bytes().first().is_none_or(|first| *first == b' ')
        {
            return Ok(base.line(line)?);
        }
        if self.ended {
            return Err("something after the end".to_owned());
        }
        if line.starts_with("managed ") || line.starts_with("starter ") {
            self.close();
            return self.head(number, line);
        }
        match &mut self.section {
            _ if line == "end" => {
                self.close();
                self.ended = true;
                Ok(())
            }
            None if line.starts_with('#') => Ok(()),
            None => {
                let version = line.strip_prefix("scaffold ").filter(|_| self.part.scaffold.is_empty());
                version.ok_or("no line of a lock")?.clone_into(&mut self.part.scaffold);
                Ok(())
            }
            Some(section) => section.line(line),
        }
    }

    fn head(&mut self, line: usize, text: &str) -> std::result::Result<(), String> {
        let mut words = text.splitn(3, ' ');
        let kind = if words.next() == Some("managed") { FileKind::Managed } else { FileKind::Starter };
        let (mode, path) = (mode_of(words.next().unwrap_or_default()), words.next().unwrap_or_default().to_owned());
        let wrong = check_path(&path);
        // With a wrong head too: what follows is its content.
        let (base, after) = (content::Reader::default(), After::Settled);
        self.section = Some(Section { line, path, kind, mode: mode.clone().unwrap_or(0o644), base, after });
        wrong.and(mode.map(|_| ()))
    }

    fn close(&mut self) {
        let Some(section) = self.section.take() else { return };
        let state = match section.after {
            After::Settled => State::Settled,
            After::Deleted => State::Deleted,
            After::Dropped => State::Dropped,
            After::Waiting(form, mode, reader) => State::Waiting { form, mode, bytes: reader.finish().into(), newer: None },
            After::Newer(form, (mode, bytes), newer, reader) => {
                State::Waiting { form, mode, bytes: bytes.into(), newer: Some((newer, reader.finish().into())) }
            }
        };
        let file = Locked { kind: section.kind, mode: section.mode, bytes: section.base.finish().into(), state };
        self.part.files.push((section.line, section.path, file));
    }
}

impl Section {
    fn line(&mut self, line: &str) -> std::result::Result<(), String> {
        let is = |note: &str| note.strip_suffix('\n') == Some(line);
        match &mut self.after {
            After::Settled if is(DELETED) => self.after = After::Deleted,
            After::Settled if is(DROPPED) => self.after = After::Dropped,
            After::Settled => {
                let begins = |form: Form| line.strip_prefix(form.note()).map(|mode| (form, mode));
                match [Form::Marked, Form::Whole, Form::New].into_iter().find_map(begins) {
                    Some((form, mode)) => self.after = After::Waiting(form, mode_of(mode)?, content::Reader::default()),
                    None => self.base.line(line)?,
                }
            }
            After::Waiting(form, mode, reader) => match line.strip_prefix(NEWER) {
                Some(newer) => {
                    let waits = (*mode, std::mem::take(reader).finish());
                    self.after = After::Newer(*form, waits, mode_of(newer)?, content::Reader::default());
                }
                None => reader.line(line)?,
            },
            After::Newer(.., reader) => reader.line(line)?,
            After::Deleted | After::Dropped => return Err("text after the last line".to_owned()),
        }
        Ok(())
    }
}

fn mode_of(word: &str) -> std::result::Result<u32, String> {
    match word {
        "644" => Ok(0o644),
        "755" => Ok(0o755),
        _ => Err(format!("`{}` is no mode of a file", word.escape_debug())),
    }
}
