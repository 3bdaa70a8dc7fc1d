//! Why: two people who add a section, a row or an item each at one place of a page do not disagree, nor does one who adds it
//! beside what the other took away; lines alone make a conflict of it. What both sides changed stays a conflict.

use super::flow::keyed;
use super::lines::Piece;
use super::prose;
use super::text::{Line, is_blank};

/// What a page is made of, as far as its parts may stand side by side.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// From a heading to the next one of its level.
    Section(usize),
    Row,
    Item,
}

/// Settles those conflicts in which the sides added or took away whole parts.
pub fn settle(pieces: Vec<Piece<Line>>) -> Vec<Piece<Line>> {
    let mut fence = Fence::default();
    let mut settled = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let piece = match piece {
            Piece::Conflict { ours, base, theirs } => {
                let sides = [&base[..], &ours, &theirs];
                let parts = if fence.open() { None } else { by_parts(sides) };
                match parts.or_else(|| prose::settle(sides)) {
                    Some(lines) => Piece::Clean(lines),
                    None => Piece::Conflict { ours, base, theirs },
                }
            }
            clean @ Piece::Clean(_) => clean,
        };
        let (Piece::Clean(read) | Piece::Conflict { ours: read, .. }) = &piece;
        for line in read {
            fence.pass(line);
        }
        settled.push(piece);
    }
    settled
}

/// One kind of parts, of which a section goes first: it may have text of the one before it above itself.
fn kind_in(sides: [&[Line]; 3]) -> Option<Kind> {
    let section = |lines: &&[Line]| {
        let mut fence = Fence::default();
        lines.iter().find_map(|line| {
            let found = kind_of(line).filter(|kind| matches!(kind, Kind::Section(_)) && !fence.open());
            fence.pass(line);
            found
        })
    };
    sides.iter().find_map(section).or_else(|| sides.iter().find_map(|lines| kind_of(trimmed(lines).first()?)))
}

fn by_parts<'a>(sides: [&[Line<'a>]; 3]) -> Option<Vec<Line<'a>>> {
    let kind = kind_in(sides)?;
    let [base, ours, theirs] = sides.map(|lines| Parts::of(kind, lines));
    let (base, ours, theirs) = (base?, ours?, theirs?);
    // What both sides took away may be what one of them wrote anew.
    if base.list.iter().any(|(name, _)| !ours.has(name) && !theirs.has(name))
        && [&ours, &theirs].iter().any(|side| side.list.iter().any(|(name, _)| !base.has(name)))
    {
        return None;
    }
    let merged = keyed([&base.list, &ours.list, &theirs.list], |_, _, _, _| None)?;
    let above = match () {
        () if ours.above == theirs.above || theirs.above == base.above => ours.above,
        () if ours.above == base.above => theirs.above,
        () => return None,
    };
    let mut lines: Vec<Line> = above.to_vec();
    let mut own = true;
    for (name, part) in merged {
        let known = ours.list.iter().find(|(other, lines)| *other == name && *lines == part);
        // How the user set parts off from each other stays; new ones get the blank line that the style of pages asks for.
        if matches!(kind, Kind::Section(_)) && !(own && known.is_some()) && lines.last().is_some_and(|line| !is_blank(line)) {
            lines.push(Line::Borrowed(b""));
        }
        own = known.is_some();
        lines.extend_from_slice(part);
        if own {
            lines.extend(blanks(ours.behind(&name)));
        }
    }
    while lines.last().is_some_and(|line| is_blank(line)) {
        lines.pop();
    }
    if lines.is_empty() {
        // What the user has more than there was is the user's.
        let around = |parts: &Parts, lines: &[Line]| {
            lines.len() - parts.above.len() - parts.list.iter().map(|(_, part)| part.len()).sum::<usize>()
        };
        return Some(blanks((around(&ours, sides[1]) + around(&theirs, sides[2])).saturating_sub(around(&base, sides[0]))));
    }
    lines.splice(0..0, blanks(ours.before.max(theirs.before)));
    lines.extend(blanks(ours.after.max(theirs.after)));
    Some(lines)
}

fn blanks<'a>(count: usize) -> Vec<Line<'a>> {
    vec![Line::Borrowed(b""); count]
}

/// One side of a conflict: whole parts of one kind, each known by a name of its own, between blank lines.
struct Parts<'p, 'a> {
    before: usize,
    /// What stands above the first section, and belongs to the one before it.
    above: &'p [Line<'a>],
    list: Vec<(String, &'p [Line<'a>])>,
    /// Blank lines behind each part but the last.
    gaps: Vec<usize>,
    after: usize,
}

impl<'p, 'a> Parts<'p, 'a> {
    /// `None` where it is something else.
    fn of(kind: Kind, lines: &'p [Line<'a>]) -> Option<Self> {
        let core = trimmed(lines);
        if core.is_empty() {
            return Some(Self { before: 0, above: &[], list: vec![], gaps: vec![], after: lines.len() });
        }
        let before = lines.iter().take_while(|line| is_blank(line)).count();
        let mut starts = Vec::new();
        let mut fence = Fence::default();
        for (at, line) in core.iter().enumerate() {
            if !fence.open() {
                match kind_of(line) {
                    Some(found) if found == kind => starts.push(at),
                    Some(Kind::Section(level)) if !starts.is_empty() && matches!(kind, Kind::Section(own) if level > own) => {}
                    Some(Kind::Section(_)) => return None,
                    _ if kind == Kind::Row || kind == Kind::Item && !line.starts_with(b"  ") => return None,
                    _ => {}
                }
            }
            fence.pass(line);
        }
        let first = starts.first().copied().unwrap_or(core.len());
        if fence.open() || first > 0 && !matches!(kind, Kind::Section(_)) {
            return None;
        }
        let ends = starts.iter().skip(1).copied().chain([core.len()]);
        let (mut list, mut gaps): (Vec<(String, &[Line])>, _) = (Vec::new(), Vec::new());
        for (start, end) in starts.iter().zip(ends) {
            let part = trimmed(&core[*start..end]);
            list.push((name(kind, &core[*start])?, part));
            gaps.push(end - start - part.len());
        }
        Some(Self { before, above: trimmed(&core[..first]), list, gaps, after: lines.len() - before - core.len() })
    }

    fn has(&self, name: &str) -> bool {
        self.list.iter().any(|(other, _)| other == name)
    }

    /// Blank lines behind a part.
    fn behind(&self, name: &str) -> usize {
        self.list.iter().zip(&self.gaps).find(|((other, _), _)| other == name).map_or(0, |(_, gap)| *gap)
    }
}

/// A fence of a block of code: in it, `#` begins a comment, and `-` an option.
#[derive(Default)]
pub struct Fence(Option<Vec<u8>>);

impl Fence {
    /// Whether one is open.
    pub fn open(&self) -> bool {
        self.0.is_some()
    }

    /// Reads a line.
    pub fn pass(&mut self, line: &[u8]) {
        let line = line.trim_ascii();
        let Some(mark) = line.first().filter(|mark| matches!(mark, b'`' | b'~')) else { return };
        let run = &line[..line.iter().take_while(|byte| *byte == mark).count()];
        match &self.0 {
            Some(opened) if run.starts_with(opened) && run.len() == line.len() => self.0 = None,
            None if run.len() >= 3 => self.0 = Some(run.to_vec()),
            _ => {}
        }
    }
}

/// What begins on a line.
pub fn kind_of(line: &[u8]) -> Option<Kind> {
    let level = line.iter().take_while(|byte| **byte == b'#').count();
    if (1..=6).contains(&level) && line.get(level) == Some(&b' ') {
        return Some(Kind::Section(level));
    }
    if line.starts_with(b"|") {
        return Some(Kind::Row);
    }
    (matches!(line, [b'-' | b'*' | b'+', b' ', ..])).then_some(Kind::Item)
}

/// What an addition is known by: a heading, the first cell, or what an item is about.
fn name(kind: Kind, line: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(line).ok()?.trim();
    Some(match kind {
        Kind::Section(_) => text.trim_matches('#').trim().to_lowercase(),
        // What stands under the heads of columns belongs to them: such a side brings a table of its own.
        Kind::Row if text.bytes().all(|byte| matches!(byte, b'|' | b'-' | b':' | b' ')) => return None,
        Kind::Row => text.trim_start_matches('|').split('|').next()?.trim().to_owned(),
        Kind::Item => about(text[1..].trim()).to_owned(),
    })
}

/// The word that an item begins with when it is set off from the text behind it; otherwise all of the line.
fn about(item: &str) -> &str {
    for (open, close) in [("**", "**"), ("`", "`"), ("[", "]")] {
        if let Some((word, _)) = item.strip_prefix(open).and_then(|rest| rest.split_once(close)) {
            return word;
        }
    }
    item
}

fn trimmed<'p, 'a>(lines: &'p [Line<'a>]) -> &'p [Line<'a>] {
    let start = lines.iter().take_while(|line| is_blank(line)).count();
    let end = lines.len() - lines[start..].iter().rev().take_while(|line| is_blank(line)).count();
    &lines[start..end]
}
