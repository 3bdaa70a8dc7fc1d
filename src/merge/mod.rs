//! Why: files that scaffold wrote are edited by people, and later versions of them must arrive without losing a byte of
//! theirs. This module merges three texts (base, ours, theirs) and knows nothing of files, plans or locks.

use similar::{ConflictStyle, TextMerge};

/// How a file's text is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// By lines.
    Lines,
}

impl Language {
    /// The language that a path names.
    pub fn of(_path: &str) -> Self {
        Self::Lines
    }
}

/// What the sides are called in conflict markers.
#[derive(Clone, Copy, Debug)]
pub struct Labels<'a> {
    /// The user's side.
    pub ours: &'a str,
    /// What both started from.
    pub base: &'a str,
    /// The new side.
    pub theirs: &'a str,
}

/// What a merge came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The text; with markers in it when there are conflicts.
    pub bytes: Vec<u8>,
    /// How many conflicts are marked in it.
    pub conflicts: usize,
}

/// Merges three versions of a file.
pub fn merge(_language: Language, base: &[u8], ours: &[u8], theirs: &[u8], labels: Labels) -> Merged {
    if ours == theirs || base == theirs {
        return Merged { bytes: ours.to_vec(), conflicts: 0 };
    }
    if base == ours {
        return Merged { bytes: theirs.to_vec(), conflicts: 0 };
    }
    let mut merge = TextMerge::from_lines(base, ours, theirs);
    merge.conflict_style(ConflictStyle::Diff3).labels(labels.base, labels.ours, labels.theirs);
    let mut bytes = Vec::new();
    merge.to_writer(&mut bytes).unwrap_or_default();
    Merged { bytes, conflicts: merge.conflict_count() }
}
