//! Why: everything that can go wrong is told in one form, so that people and scripts can rely on it: one lower-case line
//! with the place, then a hint that is a command; and one exit code for each kind of failure.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

/// A place in a text file; lines and columns start at 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file as the user knows it.
    pub file: Arc<str>,
    /// Line, or 0 when only the file is known.
    pub line: usize,
    /// Column, in characters.
    pub column: usize,
}

/// One mistake or failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong, in lower case, without a full stop.
    pub message: String,
    /// Where.
    pub place: Option<Place>,
    /// What to type or change.
    pub hint: Option<String>,
}

impl Diagnostic {
    /// A mistake without a place or hint.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), place: None, hint: None }
    }

    /// Adds the place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Adds a whole file as the place.
    #[must_use]
    pub fn in_file(self, file: impl Into<Arc<str>>) -> Self {
        self.at(Place { file: file.into(), line: 0, column: 0 })
    }

    /// Adds the hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the hint when there is one.
    #[must_use]
    pub fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint.or(self.hint);
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        if let Some(place) = &self.place {
            write!(f, "\n  --> {}", place.file)?;
            if place.line > 0 {
                write!(f, ":{}:{}", place.line, place.column)?;
            }
        }
        if let Some(hint) = &self.hint {
            write!(f, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

/// Why a command ended early. The exit code follows from the kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// Wrong or missing answers, blueprints or arguments: all mistakes at once. Exit code 2.
    Invalid(Vec<Diagnostic>),
    /// The world refused: files, permissions, disk. Exit code 1.
    Failed(Box<Diagnostic>),
    /// The user pressed Ctrl-C. Exit code 130.
    Interrupted,
}

impl Error {
    /// The process exit code of SPEC §1.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Failed(_) => 1,
            Self::Invalid(_) => 2,
            Self::Interrupted => 130,
        }
    }

    /// The mistakes to print.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        match self {
            Self::Invalid(all) => all,
            Self::Failed(one) => std::slice::from_ref(one),
            Self::Interrupted => &[],
        }
    }

    /// A failure of the world, without a place.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::Failed(Box::new(Diagnostic::new(message)))
    }
}

impl From<Diagnostic> for Error {
    fn from(one: Diagnostic) -> Self {
        Self::Invalid(vec![one])
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::failed(plain(&error))
    }
}

/// The system's words without its number, and like all others in lower case. What stands before them names a file.
pub(crate) fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    let Some(text) = text.find(" (os error").map(|at| &text[..at]) else { return text };
    let (place, words) = text.rsplit_once(": ").map_or(("", text), |(_, words)| text.split_at(text.len() - words.len()));
    format!("{place}{}", words.to_lowercase())
}

/// What the system refused to do with a file, or with what stands for one.
pub(crate) fn refused(verb: &str, place: impl fmt::Display, error: &std::io::Error) -> Diagnostic {
    Diagnostic::new(format!("cannot {verb} `{place}`: {}", plain(error)))
}

thread_local! {
    /// Where the command works, as seen from the root of the repository; empty at the root.
    static HERE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// From now on paths that people may type are seen from this folder of the repository. The lowest layers make hints, and
/// know paths from the root alone.
pub(crate) fn works_in(folder: &str) {
    HERE.with_borrow_mut(|here| folder.clone_into(here));
}

/// A path of the repository as it is typed where the command works.
pub(crate) fn typed(path: &str) -> String {
    HERE.with_borrow(|here| seen_from(here, path))
}

fn seen_from(here: &str, path: &str) -> String {
    let parts = |path: &str| path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let (here, path) = (parts(here), parts(path));
    let shared = here.iter().zip(&path).take_while(|(a, b)| a == b).count();
    let up = vec!["..".to_owned(); here.len() - shared];
    let all = [up, path[shared..].to_vec()].concat().join("/");
    if all.is_empty() { ".".to_owned() } else { all }
}

/// What most functions return.
pub type Result<T> = std::result::Result<T, Error>;

/// A "did you mean" hint: the candidate nearest to `word`, when one is near enough to be meant.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(word, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}

/// The same for paths of the repository.
pub fn did_you_mean_path<'a>(path: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(path, candidates).map(|candidate| format!("did you mean `{}`?", typed(candidate)))
}

fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(score, _)| *score > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::{plain, seen_from};

    #[test]
    fn paths_are_told_as_they_are_typed() {
        for (here, path, expected) in [
            ("", "a/b", "a/b"),
            ("a", "a/b", "b"),
            ("a/b", "c", "../../c"),
            ("a/b", "a/c/d", "../c/d"),
            ("a/b", "", "../.."),
            ("a", "a", "."),
        ] {
            assert_eq!(seen_from(here, path), expected, "{here} {path}");
        }
    }

    #[test]
    fn the_words_of_the_system_are_like_all_others_and_names_stay() {
        let error = std::io::Error::from_raw_os_error(2);
        assert_eq!(plain(&error), "no such file or directory");
        assert_eq!(plain(&std::io::Error::other(format!("A/B: {error}"))), "A/B: no such file or directory");
    }
}
