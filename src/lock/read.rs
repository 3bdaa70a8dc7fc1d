//! Why: the lock is edited by git, and can come from anybody, so reading it trusts nothing: all mistakes are told at
//! once, each with its line.

use std::collections::BTreeMap;

use super::{DELETED, DROPPED, LOCK, Lock, Locked, State, WAITING, content};
use crate::disk::check_path;
use crate::error::{Diagnostic, Error, Place, Result};
use crate::plan::FileKind;

/// A lock that was read.
#[derive(Debug)]
pub struct Reading {
    /// What it says.
    pub lock: Lock,
    /// Markers, duplicates or the order were repaired after git merged two branches.
    pub healed: bool,
}

/// Reads a lock.
///
/// # Errors
/// All mistakes at once.
pub fn read(bytes: &[u8]) -> Result<Reading> {
    let text = std::str::from_utf8(bytes).map_err(|e| {
        let line = 1 + bytes[..e.valid_up_to()].iter().filter(|b| **b == b'\n').count();
        Error::Invalid(vec![mistake(line, "this is no text")])
    })?;
    let mut parser = Parser::default();
    for (number, line) in text.lines().enumerate() {
        parser.line(number + 1, line);
    }
    parser.finish()
}

fn mistake(line: usize, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(message).at(Place { file: LOCK.into(), line, column: 1 })
}

#[derive(Default)]
struct Parser {
    lock: Lock,
    section: Option<Section>,
    mistakes: Vec<Diagnostic>,
    folded: BTreeMap<String, String>,
    ended: bool,
}

struct Section {
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
    Waiting(u32, content::Reader),
}

impl Parser {
    fn line(&mut self, number: usize, line: &str) {
        if let Err(message) = self.take(number, line) {
            self.mistakes.push(mistake(number, message));
        }
    }

    fn take(&mut self, number: usize, line: &str) -> std::result::Result<(), String> {
        if self.ended {
            return Err("something after the end".to_owned());
        }
        if line.starts_with("managed ") || line.starts_with("starter ") {
            self.close();
            return self.head(line);
        }
        match &mut self.section {
            _ if line == "end" => {
                self.close();
                self.ended = true;
            }
            None if line.starts_with('#') => {}
            None => {
                let version = line.strip_prefix("scaffold ").filter(|_| self.lock.scaffold.is_empty());
                version.ok_or("no line of a lock")?.clone_into(&mut self.lock.scaffold);
            }
            Some(section) => {
                let ended = DELETED.strip_suffix('\n') == Some(line);
                if ended || DROPPED.strip_suffix('\n') == Some(line) {
                    section.after = if ended { After::Deleted } else { After::Dropped };
                } else if let Some(mode) = line.strip_prefix(WAITING) {
                    section.after = After::Waiting(mode_of(mode)?, content::Reader::default());
                } else if let After::Waiting(_, reader) = &mut section.after {
                    reader.line(line)?;
                } else {
                    section.base.line(line)?;
                }
            }
        }
        let _ = number;
        Ok(())
    }

    fn head(&mut self, line: &str) -> std::result::Result<(), String> {
        let mut words = line.splitn(3, ' ');
        let kind = if words.next() == Some("managed") { FileKind::Managed } else { FileKind::Starter };
        let mode = mode_of(words.next().unwrap_or_default())?;
        let path = words.next().unwrap_or_default().to_owned();
        check_path(&path)?;
        if let Some(twin) = self.folded.insert(path.to_lowercase(), path.clone()) {
            return Err(format!("`{path}` and `{twin}` are one file"));
        }
        self.section = Some(Section { path, kind, mode, base: content::Reader::default(), after: After::Settled });
        Ok(())
    }

    fn close(&mut self) {
        let Some(section) = self.section.take() else { return };
        let state = match section.after {
            After::Settled => State::Settled,
            After::Deleted => State::Deleted,
            After::Dropped => State::Dropped,
            After::Waiting(mode, reader) => State::Waiting { mode, bytes: reader.finish().into() },
        };
        let file = Locked { kind: section.kind, mode: section.mode, bytes: section.base.finish().into(), state };
        self.lock.files.insert(section.path, file);
    }

    fn finish(mut self) -> Result<Reading> {
        if !self.ended {
            self.mistakes.push(mistake(0, "the lock is cut short").hint("git checkout -- scaffold.lock"));
        }
        if !self.mistakes.is_empty() {
            return Err(Error::Invalid(self.mistakes));
        }
        Ok(Reading { lock: self.lock, healed: false })
    }
}

fn mode_of(word: &str) -> std::result::Result<u32, String> {
    match word {
        "644" => Ok(0o644),
        "755" => Ok(0o755),
        _ => Err(format!("`{}` is no mode of a file", word.escape_debug())),
    }
}
