//! Why: a script keeps what it works on in lists of words, one to a line, and that is where people add theirs. Such a line is
//! whole by itself: nothing that is written below it is a part of it, and two words in it do not contradict each other.

use std::collections::HashSet;

use super::flow;
use super::identity::ordered;
use super::lines::Piece;
use super::text::Line;

/// A line such as `stores=(postgres redis)`.
#[derive(PartialEq)]
struct Array<'l> {
    name: &'l str,
    /// What stands between the brackets, with the space around it.
    inner: &'l str,
    words: Vec<&'l str>,
}

/// Settles those conflicts in which the base has nothing but lists of words.
pub fn settle<'a>(pieces: Vec<Piece<Line<'a>>>) -> Vec<Piece<Line<'a>>> {
    let settle = |piece: Piece<Line<'a>>| match &piece {
        Piece::Conflict { ours, base, theirs } => merge(base, ours, theirs).map_or(piece, Piece::Clean),
        Piece::Clean(_) => piece,
    };
    pieces.into_iter().map(settle).collect()
}

fn merge<'a>(base: &[Line<'a>], ours: &[Line<'a>], theirs: &[Line<'a>]) -> Option<Vec<Line<'a>>> {
    let known = base.iter().map(|line| array(line)).collect::<Option<Vec<_>>>()?;
    let names: HashSet<&str> = known.iter().map(|array| array.name).collect();
    if names.len() < known.len() {
        return None;
    }
    let (ours, theirs) = (between(&known, ours)?, between(&known, theirs)?);
    let mut out = Vec::new();
    for (at, (mine, new)) in ours.into_iter().zip(theirs).enumerate() {
        match (mine.above, new.above) {
            (above, []) | ([], above) => out.extend_from_slice(above),
            (mine, new) if mine == new => out.extend_from_slice(mine),
            _ => return None,
        }
        if let (Some(old), Some(mine), Some(new)) = (base.get(at), mine.line, new.line) {
            out.push(if mine == new || old == new {
                mine.clone()
            } else if old == mine {
                new.clone()
            } else {
                both(&known[at], &array(mine)?, &array(new)?)?
            });
        }
    }
    Some(out)
}

/// A list of one side, and what that side wrote above it; below the last one without a list.
struct Slot<'s, 'a> {
    above: &'s [Line<'a>],
    line: Option<&'s Line<'a>>,
}

/// The lists of the base as they are in a side; `None` where one of them is not there, or elsewhere.
fn between<'s, 'a>(known: &[Array], mut lines: &'s [Line<'a>]) -> Option<Vec<Slot<'s, 'a>>> {
    let mut slots = Vec::new();
    for one in known {
        let at = lines.iter().position(|line| array(line).is_some_and(|array| array.name == one.name))?;
        slots.push(Slot { above: &lines[..at], line: Some(&lines[at]) });
        lines = &lines[at + 1..];
    }
    slots.push(Slot { above: lines, line: None });
    Some(slots)
}

fn both<'a>(base: &Array, ours: &Array, theirs: &Array) -> Option<Line<'a>> {
    if ordered(base.name, [base, ours, theirs].iter().flat_map(|array| &array.words).map(|word| Some(*word))) {
        return None;
    }
    let words = flow::set(&base.words, &ours.words, &theirs.words)?;
    let before = &ours.inner[..ours.inner.len() - ours.inner.trim_start().len()];
    let behind = if ours.words.is_empty() { "" } else { &ours.inner[ours.inner.trim_end().len()..] };
    Some(Line::Owned(format!("{}=({before}{}{behind})", base.name, words.join(" ")).into_bytes()))
}

/// Reads a list of plain words, of which none is a flag that has a value behind it.
fn array<'l>(line: &'l Line) -> Option<Array<'l>> {
    let (name, rest) = std::str::from_utf8(line).ok()?.split_once("=(")?;
    let inner = rest.strip_suffix(')')?;
    let words: Vec<&str> = inner.split(' ').filter(|word| !word.is_empty()).collect();
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':' | b'/'));
    let is_name = !name.is_empty() && plain(name) && !name.contains(['-', '.', ':', '/']);
    (is_name && words.iter().all(|word| plain(word) && !word.starts_with('-'))).then_some(Array { name, inner, words })
}
