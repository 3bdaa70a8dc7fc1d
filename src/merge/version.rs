//! Why: a pin that Dependabot moved further is never moved back, and never a conflict. Where both sides moved only the
//! version of the same image, action or package, the newer one is right; and a newer version says nothing of its neighbours.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::Maker;
use super::lines::Piece;
use super::pin::{Pin, compare, covers, is_back, is_moved};
use super::spelling::replaced;
use super::text::Line;

/// Which side is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The user's.
    Ours,
    /// The new one.
    Theirs,
}

/// Which of two lines has the newer version, when they and the base differ in nothing else. Without a base nobody moved a
/// version: two people chose one, and a store that is made by hand must not get another major.
pub fn newer(base: Option<&str>, ours: &str, theirs: &str) -> Option<Side> {
    let (b, o, t) = (Pin::of(base?)?, Pin::of(ours)?, Pin::of(theirs)?);
    if o.what != t.what || o.what != b.what {
        return None;
    }
    // Who went back to an older one had a reason, and is asked before it moves again.
    if is_back(b.version, o.version) && !is_back(b.version, t.version) {
        return None;
    }
    // Who names no build any more, as `v7` instead of `v7.0.1`, has the newer one too.
    if !o.is_fixed && covers(o.version, b.version) && covers(o.version, t.version) {
        return Some(Side::Ours);
    }
    let side = if compare(o.version, t.version)? == Ordering::Less { Side::Theirs } else { Side::Ours };
    // A digest that one side put there is not dropped for a newer version without one, nor the other way round.
    let right = if side == Side::Ours { &o } else { &t };
    let fixed = if o.is_fixed == b.is_fixed { t.is_fixed } else { o.is_fixed };
    (right.is_fixed == fixed).then_some(side)
}

/// Settles those conflicts in which nothing but versions moved, on both sides or on one: what the other side did around
/// them holds. What we deleted needs no newer version; what stands elsewhere by now was not deleted. What a person moved
/// and another one deleted is a question, but what is no longer generated goes with the version that a bot gave it.
pub fn settle<'a>(pieces: Vec<Piece<Line<'a>>>, [base, ours, theirs]: [&[&[u8]]; 3], maker: Maker) -> Vec<Piece<Line<'a>>> {
    let times = |lines: &[&[u8]], line: &[u8]| lines.iter().filter(|other| bare(other) == bare(line)).count();
    let is_deleted = |line: &Line, _: &Line| times(ours, line) < times(base, line);
    let of = |lines: &[&[u8]], what: &str| {
        let pins = lines.iter().filter_map(|line| Pin::of(std::str::from_utf8(line).ok()?));
        pins.filter(|pin| pin.what == what).count()
    };
    let is_dropped = |old: &Line, new: &Line| {
        let (Some(old), Some(new)) = (text(old), text(new)) else { return false };
        let gone = |pin: Pin| of(theirs, &pin.what) < of(base, &pin.what);
        maker == Maker::Machine && is_moved(old, new) && Pin::of(old).is_some_and(gone)
    };
    let settle = |piece: Piece<Line<'a>>| match &piece {
        Piece::Conflict { ours: o, base: b, theirs: t } => {
            let by_lines = newer_lines(b, o, t);
            let theirs_moved = || moved(b, t, o, |old, line, new| newest(old, line, new), is_deleted);
            let ours_moved = || moved(b, o, t, |old, line, new| newest(old, new, line), is_dropped);
            by_lines.or_else(theirs_moved).or_else(ours_moved).map_or(piece, Piece::Clean)
        }
        Piece::Clean(_) => piece,
    };
    let settled: Vec<_> = pieces.into_iter().map(settle).collect();
    // What is asked about only because something kept names it goes where nothing is kept.
    let hangs =
        |piece: &Piece<Line>| matches!(piece, Piece::Conflict { ours, base, theirs } if theirs.is_empty() && ours == base);
    let all_hang = settled.iter().all(|piece| matches!(piece, Piece::Clean(_)) || hangs(piece));
    if !all_hang {
        return settled;
    }
    settled.into_iter().map(|piece| if hangs(&piece) { Piece::Clean(vec![]) } else { piece }).collect()
}

/// Line by line, where both moved a version; otherwise nothing tells that lines which touch are not about each other.
fn newer_lines<'a>(base: &[Line<'a>], ours: &[Line<'a>], theirs: &[Line<'a>]) -> Option<Vec<Line<'a>>> {
    if base.len() != ours.len() || base.len() != theirs.len() {
        return None;
    }
    let lines = || base.iter().zip(ours.iter().zip(theirs));
    if !lines().any(|(b, (o, t))| o != t && b != o && b != t) {
        return None;
    }
    let line = |(b, (o, t)): (&Line<'a>, (&Line<'a>, &Line<'a>))| match () {
        () if o == t || b == t => Some(o.clone()),
        () if b == o => Some(t.clone()),
        () => newest(b, o, t),
    };
    lines().map(line).collect()
}

/// What a line comes to of which at least one side moved the version.
fn newest<'a>(base: &Line<'a>, ours: &Line<'a>, theirs: &Line<'a>) -> Option<Line<'a>> {
    let [b, o, t] = [text(base)?, text(ours)?, text(theirs)?];
    match newer(Some(b), o, t) {
        Some(Side::Ours) => Some(ours.clone()),
        Some(Side::Theirs) => Some(theirs.clone()),
        None => referenced(b, o, t).or_else(|| referenced(b, t, o)).map(|line| Cow::Owned(line.into_bytes())),
    }
}

/// Where one side moved all that it changed to another version: what the other side has, with that version.
fn moved<'a>(
    base: &[Line<'a>],
    mover: &[Line<'a>],
    other: &[Line<'a>],
    newest: impl Fn(&Line<'a>, &Line<'a>, &Line<'a>) -> Option<Line<'a>>,
    is_deleted: impl Fn(&Line<'a>, &Line<'a>) -> bool,
) -> Option<Vec<Line<'a>>> {
    // What one side left as it was is asked about for another reason.
    if base == mover {
        return None;
    }
    let pin = |line: &'_ Line<'a>| text(line).and_then(|line| Pin::of(line).map(|pin| pin.what));
    let same_pin = |one: &Line<'a>, two: &Line<'a>| pin(one).is_some_and(|what| pin(two) == Some(what));
    if base.len() != mover.len() || !base.iter().zip(mover).all(|(b, m)| b == m || same_pin(b, m)) {
        return None;
    }
    let pairs = || base.iter().zip(mover);
    // The other side did nothing but delete.
    let mut left = other.iter().peekable();
    let rest: Vec<_> = pairs().filter(|(b, _)| left.next_if_eq(b).is_some()).collect();
    if left.next().is_none() {
        // Of lines that were the same, nothing tells which one went.
        if pairs().any(|(b, m)| pairs().any(|(other, moved)| b == other && m != moved)) {
            return None;
        }
        let mut gone = pairs().filter(|(b, m)| b != m && !rest.iter().any(|(kept, _)| std::ptr::eq(*kept, *b)));
        return gone.all(|(b, m)| is_deleted(b, m)).then(|| rest.into_iter().map(|(_, m)| m.clone()).collect());
    }
    let mut out = other.to_vec();
    for (b, m) in pairs().filter(|(b, m)| b != m) {
        let about = |line: &Line<'a>| bare(line) == bare(b) || same_pin(line, b) || holds(line, b);
        let mut places = (0..out.len()).filter(|at| about(&out[*at]));
        let (Some(at), None) = (places.next(), places.next()) else { return None };
        (base.iter().filter(|line| about(line)).count() == 1).then_some(())?;
        out[at] = if out[at] == *b { m.clone() } else { newest(b, &out[at], m)? };
    }
    Some(out)
}

/// The line of one side with the reference that the other side gave to the same image.
fn referenced(base: &str, one: &str, mover: &str) -> Option<String> {
    let (old, new) = (Pin::of(base)?, Pin::of(mover)?);
    let (reference, by) = (old.reference?, new.reference?);
    (old.what == new.what).then_some(())?;
    replaced(one, reference, by)
}

/// Whether a line holds the reference of another one's image.
fn holds(line: &Line, other: &Line) -> bool {
    let reference = text(other).and_then(|other| Pin::of(other)?.reference);
    reference.is_some_and(|reference| text(line).is_some_and(|line| replaced(line, reference, "").is_some()))
}

/// A line without its indentation and the dash of a list.
fn bare(line: &[u8]) -> &[u8] {
    let line = line.trim_ascii();
    line.strip_prefix(b"- ").unwrap_or(line).trim_ascii_start()
}

fn text<'l>(line: &'l Line) -> Option<&'l str> {
    std::str::from_utf8(line).ok()
}
