//! Why: two people who add a section, a row or an item each at one place of a page do not disagree, nor does one who adds it
//! beside what the other took away; lines alone make a conflict of it. What both sides changed stays a conflict.

mod beside;
mod outline;
mod pairing;
mod prose;
pub mod sections;
pub mod tables;

use std::collections::HashSet;

use crate::merge::flow::keyed;
use crate::merge::lines::Piece;
use crate::merge::text::{Line, is_blank};
use outline::{Fence, Kind, begins, kind_of, name, trimmed, underline};

/// Settles those conflicts in which the sides added or took away whole parts.
pub fn settle<'a>(pieces: &[Piece<Line<'a>>]) -> Vec<Piece<Line<'a>>> {
    let mut fence = Fence::default();
    let mut settled: Vec<Piece<Line>> = Vec::with_capacity(pieces.len());
    for (at, piece) in pieces.iter().enumerate() {
        let piece = match piece {
            Piece::Conflict { ours, base, theirs } => {
                let sides = [&base[..], ours, theirs];
                let parts = match () {
                    () if fence.is_flowchart() => beside::statements(sides),
                    () if fence.open() => None,
                    () => {
                        let edges = [
                            settled.last().and_then(|piece| edge(piece, true)),
                            pieces.get(at + 1).and_then(|piece| edge(piece, false)),
                        ];
                        let rest = &pieces[at + 1..];
                        let parts = by_parts(sides, rest).or_else(|| of_two_levels(sides, &settled, rest));
                        parts.or_else(|| beside::tables(sides, edges))
                    }
                };
                parts.or_else(|| prose::settle(sides, &fence)).map_or_else(|| piece.clone(), Piece::Clean)
            }
            clean @ Piece::Clean(_) => clean.clone(),
        };
        let (Piece::Clean(read) | Piece::Conflict { ours: read, .. }) = &piece;
        for line in read {
            fence.pass(line);
        }
        settled.push(piece);
    }
    settled
}

/// The line of a piece that a conflict stands beside.
fn edge<'p, 'a>(piece: &'p Piece<Line<'a>>, last: bool) -> Option<&'p Line<'a>> {
    let (Piece::Clean(lines) | Piece::Conflict { ours: lines, .. }) = piece;
    if last { lines.last() } else { lines.first() }
}

/// One kind of parts, of which a section goes first: it may have text of the one before it above itself.
fn kind_in(sides: [&[Line]; 3]) -> Option<Kind> {
    let section = |lines: &&[Line]| {
        let mut fence = Fence::default();
        lines.iter().enumerate().find_map(|(at, line)| {
            let found = begins(lines, at).filter(|kind| matches!(kind, Kind::Section(_)) && !fence.open());
            fence.pass(line);
            found
        })
    };
    sides.iter().find_map(section).or_else(|| sides.iter().find_map(|lines| kind_of(trimmed(lines).first()?)))
}

fn by_parts<'a>(sides: [&[Line<'a>]; 3], rest: &[Piece<Line>]) -> Option<Vec<Line<'a>>> {
    let kind = kind_in(sides)?;
    // One row or item on each side may have come in place of another: where each stands is known by its lines.
    if !matches!(kind, Kind::Section(_))
        && let Some(lines) = prose::lines(sides)
    {
        return Some(lines);
    }
    let [base, ours, theirs] = sides.map(|lines| Parts::of(kind, lines));
    let (base, mut ours, mut theirs) = (base?, ours?, theirs?);
    let open = goes_on(kind, rest);
    for side in [&mut ours, &mut theirs] {
        side.follow(&base, kind, open);
    }
    // What both sides took away may be what one of them wrote anew.
    if base.list.iter().any(|(name, _)| !ours.has(name) && !theirs.has(name))
        && [&ours, &theirs].iter().any(|side| side.list.iter().any(|(name, _)| !base.has(name)))
    {
        return None;
    }
    let merged = keyed([&base.list, &ours.list, &theirs.list], |_, _, _, _| None)?;
    let names = merged.iter().map(|(_, part)| name(kind, &part[0])).collect::<Option<HashSet<_>>>()?;
    if names.len() < merged.len() || open && !ends_alike([&base, &ours, &theirs], merged.last().map(|(name, _)| name)) {
        return None;
    }
    let above = match () {
        () if ours.above == theirs.above || theirs.above == base.above => &ours,
        () if ours.above == base.above => &theirs,
        () => return None,
    };
    let mut lines: Vec<Line> = above.above.to_vec();
    let mut own = above.above == ours.above;
    if own && !lines.is_empty() {
        lines.extend(blanks(ours.gap));
    }
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
    // What goes on with the paragraph above stays a part of it.
    lines.splice(0..0, blanks(if above.above.is_empty() { ours.before.max(theirs.before) } else { above.before }));
    lines.extend(blanks(ours.after.max(theirs.after)));
    Some(lines)
}

/// Sections that both sides wrote at one place, of which one side's are of a higher level. The others come first: there they
/// stay under the heading that they were written under.
fn of_two_levels<'a>(
    [base, ours, theirs]: [&[Line<'a>]; 3],
    above: &[Piece<Line>],
    rest: &[Piece<Line>],
) -> Option<Vec<Line<'a>>> {
    let level = |lines: &[Line]| match begins(trimmed(lines), 0) {
        Some(Kind::Section(level)) => Some(level),
        _ => None,
    };
    let (mine, new) = (level(ours)?, level(theirs)?);
    let (deeper, higher) = if mine > new { (ours, theirs) } else { (theirs, ours) };
    let kinds = [mine.max(new), mine.min(new)].map(Kind::Section);
    let headings = |lines: &[Line]| {
        let all = (0..lines.len()).filter(|at| begins(lines, *at).is_some_and(|kind| matches!(kind, Kind::Section(_))));
        all.filter_map(|at| name(kinds[0], &lines[at])).collect::<HashSet<_>>()
    };
    // Without one of its level above, it may be a part of what the other side wrote.
    let (mut fence, mut last) = (Fence::default(), 0);
    for piece in above {
        let (Piece::Clean(lines) | Piece::Conflict { ours: lines, .. }) = piece;
        for (at, line) in lines.iter().enumerate() {
            if let Some(Kind::Section(level)) = begins(lines, at).filter(|_| !fence.open()) {
                last = level;
            }
            fence.pass(line);
        }
    }
    if mine == new
        || last < mine.max(new)
        || !base.iter().all(|line| is_blank(line))
        || !headings(ours).is_disjoint(&headings(theirs))
        || kinds.iter().any(|kind| goes_on(*kind, rest))
    {
        return None;
    }
    let (first, second) = (Parts::of(kinds[0], deeper)?, Parts::of(kinds[1], higher)?);
    let mut lines = blanks(first.before.max(second.before));
    lines.extend_from_slice(trimmed(deeper));
    lines.extend(blanks(1));
    lines.extend_from_slice(trimmed(higher));
    lines.extend(blanks(first.after.max(second.after)));
    Some(lines)
}

/// Whether what stands behind a conflict belongs to the last part in it.
fn goes_on(kind: Kind, rest: &[Piece<Line>]) -> bool {
    (0..3).any(|side| {
        let mut lines: Vec<Line> = Vec::new();
        for line in rest.iter().flat_map(|piece| match piece {
            Piece::Clean(lines) => lines,
            Piece::Conflict { ours, base, theirs } => [base, ours, theirs][side],
        }) {
            let enough = lines.last().is_some_and(|last| !is_blank(last));
            lines.push(line.clone());
            if enough {
                break;
            }
        }
        let Some(at) = lines.iter().position(|line| !is_blank(line)) else { return false };
        match (kind, begins(&lines, at)) {
            (Kind::Section(own), Some(Kind::Section(level))) => level > own,
            (Kind::Section(_), _) => true,
            (Kind::Row, _) => at == 0 && name(Kind::Row, &lines[0]).is_none(),
            (Kind::Item, begun) => lines[at].starts_with(b" ") || lines[at].starts_with(b"\t") || at == 0 && begun.is_none(),
        }
    })
}

/// Whether a merged list ends with the part whose rest stands behind it, on each side: another one would get that rest.
fn ends_alike([base, ours, theirs]: [&Parts; 3], merged: Option<&String>) -> bool {
    let [base, ours, theirs] = [base, ours, theirs].map(|side| side.list.last().map(|(name, _)| name));
    match () {
        () if ours == theirs || theirs == base => merged == ours,
        () => ours == base && merged == theirs,
    }
}

fn blanks<'a>(count: usize) -> Vec<Line<'a>> {
    vec![Line::Borrowed(b""); count]
}

/// One side of a conflict: whole parts of one kind, each known by a name of its own, between blank lines.
struct Parts<'p, 'a> {
    before: usize,
    /// What stands above the first section, and belongs to the one before it.
    above: &'p [Line<'a>],
    /// Blank lines behind that.
    gap: usize,
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
            return Some(Self { before: 0, above: &[], gap: 0, list: vec![], gaps: vec![], after: lines.len() });
        }
        let before = lines.iter().take_while(|line| is_blank(line)).count();
        let mut starts = Vec::new();
        let mut fence = Fence::default();
        for (at, line) in core.iter().enumerate() {
            if !fence.open() {
                match begins(core, at) {
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
        let above = trimmed(&core[..first]);
        Some(Self { before, above, gap: first - above.len(), list, gaps, after: lines.len() - before - core.len() })
    }

    /// Knows a part that has another name by the one that it had: the last one when its rest stands behind the conflict,
    /// and a section when its text is the same.
    fn follow(&mut self, base: &Self, kind: Kind, open: bool) {
        let renamed = |list: &[(String, &'p [Line<'a>])], at: usize, old: &str| {
            !base.has(&list[at].0) && list.iter().all(|(name, _)| name != old)
        };
        if let (true, Some((old, _)), Some(last)) = (open, base.list.last(), self.list.len().checked_sub(1))
            && renamed(&self.list, last, old)
        {
            self.list[last].0.clone_from(old);
        }
        if !matches!(kind, Kind::Section(_)) {
            return;
        }
        for (old, part) in base.list.iter().filter(|(_, part)| !body(part).is_empty()) {
            let alike = (0..self.list.len()).filter(|at| renamed(&self.list, *at, old) && body(self.list[*at].1) == body(part));
            if let [only] = alike.collect::<Vec<_>>()[..] {
                self.list[only].0.clone_from(old);
            }
        }
    }

    fn has(&self, name: &str) -> bool {
        self.list.iter().any(|(other, _)| other == name)
    }

    /// Blank lines behind a part.
    fn behind(&self, name: &str) -> usize {
        self.list.iter().zip(&self.gaps).find(|((other, _), _)| other == name).map_or(0, |(_, gap)| *gap)
    }
}

/// What stands below the heading of a section.
fn body<'p, 'a>(section: &'p [Line<'a>]) -> &'p [Line<'a>] {
    let heading = 1 + usize::from(section.get(1).is_some_and(|line| underline(line).is_some()));
    trimmed(&section[heading..])
}
