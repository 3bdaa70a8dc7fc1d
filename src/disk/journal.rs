//! Why: a process that is killed tells nobody how far it came, so what is to be done is written down first. How far it
//! came can be seen on the disk: a staged file that is gone has been put in its place.
//!
//! It comes from the repository, like the lock, so it is trusted no more than that.

use std::fmt::Write as _;

use super::paths::check_path;
use super::print::Print;

/// What one operation does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Journal {
    /// How people call it.
    pub title: String,
    /// It takes the last one back, and leaves nothing to take back itself.
    pub undo: bool,
    /// Files and folders that move, in order, before everything else.
    pub moves: Vec<Move>,
    /// Folders that this makes, the outer ones first; with a mode where they had one before.
    pub made: Vec<(Option<u32>, String)>,
    /// Folders that may become empty and go, the inner ones first, with their modes.
    pub emptied: Vec<(u32, String)>,
    /// The files; a file's number is its place here.
    pub files: Vec<Step>,
}

/// A move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The number of what moves, to know it again; 0 where there are none.
    pub inode: u64,
    /// From here.
    pub from: String,
    /// To there.
    pub to: String,
}

/// What happens to one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its path after the moves.
    pub path: String,
    /// What it held, if it was there.
    pub old: Option<Print>,
    /// What it is to hold; none: it goes.
    pub new: Option<Print>,
    /// The mode that it gets; none where an older scaffold wrote this down.
    pub mode: Option<u32>,
}

const HEAD: &str = "scaffold journal 1";

impl Journal {
    /// As text.
    pub fn to_text(&self) -> String {
        let mut out = format!("{HEAD}\n{} {}\n", if self.undo { "undo" } else { "do" }, title(&self.title));
        for m in &self.moves {
            let _ = writeln!(out, "move {} {}\t{}", m.inode, m.from, m.to);
        }
        for (mode, path) in &self.made {
            let mode = mode.map_or_else(|| "-".to_owned(), |m| format!("{m:o}"));
            let _ = writeln!(out, "make {mode} {path}");
        }
        for (mode, path) in &self.emptied {
            let _ = writeln!(out, "empty {mode:o} {path}");
        }
        let print = |print: &Option<Print>| print.map_or_else(|| "-".to_owned(), |p| p.to_string());
        for step in &self.files {
            let _ = writeln!(out, "file {} {} {}", print(&step.old), print(&step.new), step.path);
            if let Some(mode) = step.mode {
                let _ = writeln!(out, "mode {mode:o}");
            }
        }
        out + "end\n"
    }

    /// Reads it.
    ///
    /// # Errors
    /// The first line that is none of a journal.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut lines = text.strip_suffix("\nend\n").ok_or("it is cut short")?.split('\n');
        if lines.next() != Some(HEAD) {
            return Err(format!("it does not begin with `{HEAD}`"));
        }
        let mut journal = Self::default();
        for line in lines {
            journal.line(line).ok_or_else(|| format!("what is `{}`?", line.escape_debug()))?;
        }
        Ok(journal)
    }

    fn line(&mut self, line: &str) -> Option<()> {
        let good = |path: &str| check_path(path).ok().map(|()| path.to_owned());
        let print = |word: &str| if word == "-" { Some(None) } else { word.parse().ok().map(Some) };
        let (verb, rest) = line.split_once(' ')?;
        match verb {
            "do" | "undo" => {
                self.undo = verb == "undo";
                self.title = title(rest);
            }
            "move" => {
                let (inode, paths) = rest.split_once(' ')?;
                let (from, to) = paths.split_once('\t')?;
                self.moves.push(Move { inode: inode.parse().ok()?, from: good(from)?, to: good(to)? });
            }
            "make" | "empty" => {
                let (word, path) = rest.split_once(' ')?;
                let mode = if word == "-" { None } else { Some(u32::from_str_radix(word, 8).ok()? & 0o7777) };
                match (verb, mode) {
                    ("make", mode) => self.made.push((mode, good(path)?)),
                    (_, mode) => self.emptied.push((mode?, good(path)?)),
                }
            }
            "file" => {
                let mut words = rest.splitn(3, ' ');
                let (old, new) = (print(words.next()?)?, print(words.next()?)?);
                self.files.push(Step { path: good(words.next()?)?, old, new, mode: None });
            }
            "mode" => self.files.last_mut()?.mode = Some(u32::from_str_radix(rest, 8).ok()? & 0o7777),
            _ => return None,
        }
        Some(())
    }
}

/// A title fits in one line and cannot speak to the terminal.
fn title(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::{Journal, Move, Print, Step};

    fn journal() -> Journal {
        let print = |text: &str| Some(Print::of(text.as_bytes()));
        let step = |path: &str, old, new| Step { path: path.to_owned(), old, new, mode: new.map(|_| 0o755) };
        Journal {
            title: "rename `a b` to `c`".to_owned(),
            undo: false,
            moves: vec![Move { inode: 7, from: "services/a b".to_owned(), to: "services/c".to_owned() }],
            made: vec![(None, "x".to_owned()), (Some(0o700), "x/y z".to_owned())],
            emptied: vec![(0o2775, "old".to_owned())],
            files: vec![
                step("x/y z/new", None, print("1")),
                step("old/gone", print("2"), None),
                step("a", print("3"), print("4")),
            ],
        }
    }

    #[test]
    fn it_comes_back_and_knows_when_it_was_cut_short() {
        let text = journal().to_text();
        assert_eq!(Journal::parse(&text), Ok(journal()));
        for length in 0..text.len() {
            assert!(Journal::parse(&text[..length]).is_err(), "{length}");
        }
    }

    #[test]
    fn a_hostile_one_is_refused() {
        let text = journal().to_text();
        for (good, bad) in [
            ("old/gone", "../gone"),
            ("make - x\n", "make - /x\n"),
            ("services/c", ".git/hooks"),
            ("empty 2775 old", "empty 2775 .scaffold/last"),
            ("do rename", "rm rename"),
            ("file -", "file ?"),
            ("mode 755", "mode 799"),
        ] {
            assert!(text.contains(good), "{good}");
            assert!(Journal::parse(&text.replace(good, bad)).is_err(), "{bad}");
        }
    }
}
