//! Why: two edits that touch are one for git, though each may be whole by itself: one side took a line away, the other the
//! next one; one changed a line, the other wrote a paragraph below it. Where it can be seen that neither is a part of the
//! other, both hold.

use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;

use super::lines::{Piece, edits};
use super::text::is_blank;
use crate::differences::intern;

/// What three lists of lines come to whose edits touch and do not overlap; `None` where they do, or may be about each other.
pub fn merge<T: Hash + Eq + Clone>(base: &[T], ours: &[T], theirs: &[T], bytes: impl Fn(&T) -> &[u8]) -> Option<Vec<T>> {
    merge_where([base, ours, theirs], |above, below| stand_side_by_side(base, above, below, &bytes))
}

/// The same where it is known when an edit and the one that begins where it ends say nothing of each other.
pub fn merge_where<T: Hash + Eq + Clone>(
    [base, ours, theirs]: [&[T]; 3],
    beside: impl Fn(&One<T>, &One<T>) -> bool,
) -> Option<Vec<T>> {
    let mut numbers = HashMap::new();
    let [b, o, t] = [base, ours, theirs].map(|lines| intern(&mut numbers, lines));
    let all = |lines: &[T], side: &[u32]| {
        edits(&b, side).into_iter().map(|(old, new)| One { old, new: lines[new].to_vec() }).collect::<Vec<_>>()
    };
    let (left, right) = (all(ours, &o), all(theirs, &t));
    let mut every: Vec<One<T>> = left.into_iter().chain(right).collect();
    every.sort_by_key(|one| (one.old.start, one.old.end));
    // What both did alike, and what both wrote before one of them went on, stands once.
    every.dedup_by(|b, a| {
        let more = |long: &[T], short: &[T]| long.starts_with(short) || long.ends_with(short);
        let one = a.old == b.old && a.old.is_empty() && (more(&a.new, &b.new) || more(&b.new, &a.new));
        if one && b.new.len() > a.new.len() {
            std::mem::swap(&mut a.new, &mut b.new);
        }
        one || a == b
    });
    // Merged once, a side has what the other did as a part of a longer edit of its own.
    every.dedup_by(|b, a| {
        let known = contains(a, b, &beside) || contains(b, a, &beside);
        if known && (b.old.len(), b.new.len()) > (a.old.len(), a.new.len()) {
            std::mem::swap(a, b);
        }
        known
    });
    let free = |a: &One<T>, b: &One<T>| a.old.end < b.old.start || a.old.end == b.old.start && beside(a, b);
    every.windows(2).all(|pair| free(&pair[0], &pair[1])).then_some(())?;
    let mut out = Vec::new();
    let mut at = 0;
    for One { old, new } in every {
        out.extend_from_slice(base.get(at..old.start)?);
        out.extend(new);
        at = old.end;
    }
    out.extend_from_slice(&base[at..]);
    Some(out)
}

/// What stands instead of a range of the base.
#[derive(PartialEq)]
pub struct One<T> {
    /// The range.
    pub old: Range<usize>,
    /// What stands there.
    pub new: Vec<T>,
}

/// Whether an edit is another one and, above or below it, one that says nothing of it.
fn contains<T: PartialEq + Clone>(long: &One<T>, short: &One<T>, beside: &impl Fn(&One<T>, &One<T>) -> bool) -> bool {
    if long.old.start > short.old.start || long.old.end < short.old.end {
        return false;
    }
    let above = || {
        let new = long.new.strip_suffix(&short.new[..]).filter(|_| long.old.end == short.old.end)?;
        let rest = One { old: long.old.start..short.old.start, new: new.to_vec() };
        Some(beside(&rest, short))
    };
    let below = || {
        let new = long.new.strip_prefix(&short.new[..]).filter(|_| long.old.start == short.old.start)?;
        let rest = One { old: short.old.end..long.old.end, new: new.to_vec() };
        Some(beside(short, &rest))
    };
    above() == Some(true) || below() == Some(true)
}

/// Whether an edit and the one that begins where it ends say nothing of each other.
fn stand_side_by_side<T>(base: &[T], above: &One<T>, below: &One<T>, bytes: impl Fn(&T) -> &[u8]) -> bool {
    let gone = |one: &One<T>| one.new.is_empty() && !one.old.is_empty();
    // A line that still begins with the same word is still about the same thing.
    let changed = |one: &One<T>| {
        let old = &base[one.old.clone()];
        !old.is_empty()
            && old.len() == one.new.len()
            && old.iter().zip(&one.new).all(|(a, b)| !word(bytes(a)).is_empty() && word(bytes(a)) == word(bytes(b)))
    };
    let new = |one: &One<T>| one.old.is_empty();
    let blank = |line: Option<&T>| line.is_some_and(|line| is_blank(bytes(line)));
    let edge = |line: Option<&T>| line.is_some_and(|line| !bytes(line).starts_with(b" ") && !bytes(line).starts_with(b"\t"));
    match () {
        () if new(below) => changed(above) && blank(below.new.first()) && edge(below.new.get(1)),
        () if new(above) => changed(below) && blank(above.new.last()) && edge(above.new.first()),
        () => (gone(above) || changed(above)) && (gone(below) || changed(below)),
    }
}

fn word(line: &[u8]) -> &[u8] {
    let line = line.trim_ascii();
    let end = line.iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_').unwrap_or(line.len());
    &line[..end]
}

/// Settles those conflicts in which both sides' edits hold.
pub fn settle<T: Hash + Eq + Clone>(pieces: Vec<Piece<T>>, bytes: impl Fn(&T) -> &[u8]) -> Vec<Piece<T>> {
    let settle = |piece: Piece<T>| match &piece {
        Piece::Conflict { ours, base, theirs } => merge(base, ours, theirs, &bytes).map_or(piece, Piece::Clean),
        Piece::Clean(_) => piece,
    };
    pieces.into_iter().map(settle).collect()
}
