//! Why: what could not be merged is shown in the file in the form that every editor and `git` itself understands, or
//! settled for one side when the user said which.

use super::lines::Piece;
use super::text::{Line, Text, frame};
use super::{Labels, Merged};

/// What becomes of a conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conflicts {
    /// Markers with ours, base and theirs.
    Diff3,
    /// The same, without the lines at the edges that both sides share.
    Zdiff3,
    /// Markers with ours and theirs.
    Merge,
    /// Ours is taken.
    Ours,
    /// Theirs is taken.
    Theirs,
    /// Ours is taken, and theirs after it.
    Union,
}

/// How a merge is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// What becomes of a conflict.
    pub conflicts: Conflicts,
    /// How many characters a marker has.
    pub marker_size: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self { conflicts: Conflicts::Diff3, marker_size: 7 }
    }
}

/// The merged file.
pub fn write(pieces: Vec<Piece<Line>>, [base, ours, theirs]: [&Text; 3], labels: Labels, style: Style) -> Merged {
    let mut lines: Vec<Line> = Vec::new();
    let mut conflicts = 0;
    for piece in pieces {
        match piece {
            Piece::Clean(clean) => lines.extend(clean),
            Piece::Conflict { ours, base, theirs } => {
                conflicts += usize::from(conflict(&mut lines, [base, ours, theirs], labels, style));
            }
        }
    }
    Merged { bytes: frame(&lines, base, ours, theirs), conflicts }
}

/// Writes one conflict; whether it is still one.
fn conflict<'a>(
    lines: &mut Vec<Line<'a>>,
    [base, mut ours, mut theirs]: [Vec<Line<'a>>; 3],
    labels: Labels,
    style: Style,
) -> bool {
    match style.conflicts {
        Conflicts::Ours => {
            lines.extend(ours);
            return false;
        }
        Conflicts::Theirs => {
            lines.extend(theirs);
            return false;
        }
        Conflicts::Union => {
            lines.extend(ours);
            lines.extend(theirs);
            return false;
        }
        _ => {}
    }
    let mut after = Vec::new();
    if style.conflicts != Conflicts::Diff3 {
        let same = ours.iter().zip(&theirs).take_while(|(a, b)| a == b).count();
        theirs.drain(..same);
        lines.extend(ours.drain(..same));
        let same = ours.iter().rev().zip(theirs.iter().rev()).take_while(|(a, b)| a == b).count();
        theirs.truncate(theirs.len() - same);
        after = ours.split_off(ours.len() - same);
    }
    let marker = |sign: char, label: &str| {
        let mut text = String::from(sign).repeat(style.marker_size);
        if !label.is_empty() {
            text.push(' ');
            // A label is text of somebody else's; it must not begin a line of its own.
            text.extend(label.chars().map(|c| if c == '\n' || c == '\r' { ' ' } else { c }));
        }
        Line::Owned(text.into_bytes())
    };
    lines.push(marker('<', labels.ours));
    lines.extend(ours);
    if style.conflicts != Conflicts::Merge {
        lines.push(marker('|', labels.base));
        lines.extend(base);
    }
    lines.push(marker('=', ""));
    lines.extend(theirs);
    lines.push(marker('>', labels.theirs));
    lines.extend(after);
    true
}
