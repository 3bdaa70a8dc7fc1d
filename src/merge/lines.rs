//! Why: text without a grammar merges by lines, and where git's merge of lines is clean, ours must be the same. Written
//! over line numbers instead of `similar`'s own three-way merge, whose cost grows with the square of the edits.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::ops::Range;

use similar::DiffOp;

use super::slide::{self, Edit};
use super::text::{Line, is_blank};
use crate::differences::{self, intern};

/// A stretch of a merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<L> {
    /// Merged lines.
    Clean(Vec<L>),
    /// Lines that a person has to decide on.
    Conflict {
        /// The user's.
        ours: Vec<L>,
        /// What both started from.
        base: Vec<L>,
        /// The new ones.
        theirs: Vec<L>,
    },
}

/// How a stretch of the base fared: the ranges in base, ours and theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// Who changed it.
    pub change: Change,
    /// Range in the base.
    pub base: Range<usize>,
    /// Range in ours.
    pub ours: Range<usize>,
    /// Range in theirs.
    pub theirs: Range<usize>,
}

/// Who changed a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nobody.
    None,
    /// Ours, or both alike.
    Ours,
    /// Theirs.
    Theirs,
    /// Both, differently.
    Both,
}

/// Merges lines.
pub fn merge<'a>(base: &[&'a [u8]], ours: &[&'a [u8]], theirs: &[&'a [u8]]) -> Vec<Piece<Line<'a>>> {
    let own = |lines: &[&'a [u8]]| lines.iter().map(|line| Line::Borrowed(*line)).collect::<Vec<_>>();
    let mut pieces: Vec<Piece<Line>> = Vec::new();
    for region in with_moves(regions(base, ours, theirs), [base, ours, theirs], |line| !is_blank(line)) {
        let clean = match region.change {
            Change::None | Change::Ours => own(&ours[region.ours]),
            Change::Theirs => own(&theirs[region.theirs]),
            Change::Both => {
                let (b, o, t) = (&base[region.base], &ours[region.ours], &theirs[region.theirs]);
                pieces.push(Piece::Conflict { ours: own(o), base: own(b), theirs: own(t) });
                continue;
            }
        };
        if let Some(Piece::Clean(lines)) = pieces.last_mut() {
            lines.extend(clean);
        } else {
            pieces.push(Piece::Clean(clean));
        }
    }
    pieces
}

/// One conflict of all that is not the same at the beginning and at the end of all three.
pub fn middle<'a>(base: &[&'a [u8]], ours: &[&'a [u8]], theirs: &[&'a [u8]]) -> Vec<Piece<Line<'a>>> {
    let own = |lines: &[&'a [u8]]| lines.iter().map(|line| Line::Borrowed(*line)).collect::<Vec<_>>();
    let head = base.iter().zip(ours).zip(theirs).take_while(|((b, o), t)| b == o && b == t).count();
    let (b, o, t) = (&base[head..], &ours[head..], &theirs[head..]);
    let foot = b.iter().rev().zip(o.iter().rev()).zip(t.iter().rev()).take_while(|((b, o), t)| b == o && b == t).count();
    let cut = |lines: &[&'a [u8]]| own(&lines[..lines.len() - foot]);
    vec![
        Piece::Clean(own(&ours[..head])),
        Piece::Conflict { ours: cut(o), base: cut(b), theirs: cut(t) },
        Piece::Clean(own(&o[o.len() - foot..])),
    ]
}

/// Aligns three lists of anything. Changes that touch are one region, as in git: nothing unchanged stands between them.
pub fn regions<'x, T: Hash + Eq>(base: &'x [T], ours: &'x [T], theirs: &'x [T]) -> Vec<Region> {
    let mut numbers = HashMap::new();
    let (b, o, t) = (intern(&mut numbers, base), intern(&mut numbers, ours), intern(&mut numbers, theirs));
    regions_of([&b, &o, &t], [&edits(&b, &o), &edits(&b, &t)])
}

/// The same where it is known what both sides did.
pub fn regions_of([b, o, t]: [&[u32]; 3], [ours, theirs]: [&[Edit]; 2]) -> Vec<Region> {
    let (mut left, mut right) = (ours.iter().peekable(), theirs.iter().peekable());
    let mut regions = Vec::new();
    let mut at = Cursor::default();
    while let Some(start) = left.peek().into_iter().chain(right.peek()).map(|edit| edit.0.start).min() {
        at.same(start - at.base, &mut regions);
        let mut end = start;
        let (mut ours_end, mut theirs_end) = (None, None);
        // An edit that begins where the region ends belongs to it only when the other side made the region.
        loop {
            let touches = |edit: &&Edit, other: bool| edit.0.start < end || edit.0.start == end && (other || end == start);
            if let Some(edit) = left.next_if(|edit| touches(edit, theirs_end.is_some())) {
                end = end.max(edit.0.end);
                ours_end = Some((edit.0.end, edit.1.end));
            } else if let Some(edit) = right.next_if(|edit| touches(edit, ours_end.is_some())) {
                end = end.max(edit.0.end);
                theirs_end = Some((edit.0.end, edit.1.end));
            } else {
                break;
            }
        }
        let reach = |side: Option<(usize, usize)>, from: usize| side.map_or(from + end - start, |(b, s)| s + end - b);
        let (ours_to, theirs_to) = (reach(ours_end, at.ours), reach(theirs_end, at.theirs));
        let change = match (ours_end, theirs_end) {
            (Some(_), Some(_)) if o[at.ours..ours_to] != t[at.theirs..theirs_to] => Change::Both,
            (None, Some(_)) => Change::Theirs,
            _ => Change::Ours,
        };
        regions.push(Region { change, base: start..end, ours: at.ours..ours_to, theirs: at.theirs..theirs_to });
        at = Cursor { base: end, ours: ours_to, theirs: theirs_to };
    }
    at.same(b.len() - at.base, &mut regions);
    regions
}

/// Who moves something into a conflict has taken it away elsewhere. That is one conflict: settled for the other side, the
/// thing would stand nowhere. `weighs` says of what that matters; a blank line is soon made.
pub fn with_moves<T: Hash + Eq>(regions: Vec<Region>, lists: [&[T]; 3], weighs: impl Fn(&T) -> bool) -> Vec<Region> {
    let spans = moves(&regions, lists, weighs);
    if spans.is_empty() {
        return regions;
    }
    let mut joined: Vec<Region> = Vec::new();
    let mut end = 0;
    for (at, region) in regions.into_iter().enumerate() {
        match joined.last_mut() {
            Some(last) if at <= end && at > 0 && last.change == Change::Both => {
                last.base.end = region.base.end;
                last.ours.end = region.ours.end;
                last.theirs.end = region.theirs.end;
            }
            _ => joined.push(region),
        }
        if let Some(reach) = spans.iter().filter(|(from, to)| *from == at || *from < at && *to > at).map(|(_, to)| *to).max() {
            end = end.max(reach);
            if let Some(last) = joined.last_mut() {
                last.change = Change::Both;
            }
        }
    }
    joined
}

/// From where to where something was moved, by the numbers of the regions, of which one is a conflict.
fn moves<T: Hash + Eq>(regions: &[Region], lists: [&[T]; 3], weighs: impl Fn(&T) -> bool) -> Vec<(usize, usize)> {
    let is_both = |region: &Region| region.change == Change::Both;
    if !regions.iter().any(is_both) {
        return Vec::new();
    }
    let mut counts: HashMap<&T, [usize; 3]> = HashMap::new();
    for (side, list) in lists.into_iter().enumerate() {
        for item in list {
            counts.entry(item).or_default()[side] += 1;
        }
    }
    let may_move = |item: &T| weighs(item) && counts[item].iter().all(|times| *times < 2);
    let mut spans = Vec::new();
    for (change, side) in [(Change::Ours, 1), (Change::Theirs, 2)] {
        let range = |region: &Region| if side == 1 { region.ours.clone() } else { region.theirs.clone() };
        let parts = |region: &Region| (&lists[0][region.base.clone()], &lists[side][range(region)]);
        // Where each thing was taken away, and where it was put, by this side alone.
        let (mut taken, mut put): (HashMap<&T, usize>, HashMap<&T, usize>) = (HashMap::new(), HashMap::new());
        for (at, region) in regions.iter().enumerate().filter(|(_, region)| region.change == change) {
            let (old, new) = parts(region);
            taken.extend(old.iter().filter(|item| may_move(item)).map(|item| (item, at)));
            put.extend(new.iter().filter(|item| may_move(item)).map(|item| (item, at)));
        }
        for (at, region) in regions.iter().enumerate().filter(|(_, region)| is_both(region)) {
            let (old, new) = parts(region);
            let [before, now]: [HashSet<&T>; 2] = [old, new].map(|list| list.iter().collect());
            let came =
                new.iter().filter(|item| !before.contains(item)).filter_map(|item| taken.get(item).map(|from| (item, from)));
            let went = old.iter().filter(|item| !now.contains(item)).filter_map(|item| put.get(item).map(|to| (item, to)));
            let came = came.filter(|(item, from)| put.get(item) != Some(from));
            let went = went.filter(|(item, to)| taken.get(item) != Some(to));
            spans.extend(came.chain(went).map(|(_, other)| (*other.min(&at), *other.max(&at))));
        }
    }
    spans
}

#[derive(Clone, Copy, Default)]
struct Cursor {
    base: usize,
    ours: usize,
    theirs: usize,
}

impl Cursor {
    fn same(&mut self, len: usize, regions: &mut Vec<Region>) {
        if len > 0 {
            let next = Self { base: self.base + len, ours: self.ours + len, theirs: self.theirs + len };
            regions.push(Region {
                change: Change::None,
                base: self.base..next.base,
                ours: self.ours..next.ours,
                theirs: self.theirs..next.theirs,
            });
            *self = next;
        }
    }
}

/// What a side has changed: ranges of the base, and of the side.
pub fn edits(base: &[u32], side: &[u32]) -> Vec<Edit> {
    let ops = differences::between_numbers(base, side);
    let changed = ops.iter().filter(|op| !matches!(op, DiffOp::Equal { .. }));
    slide::settle(base, side, &changed.map(|op| (op.old_range(), op.new_range())).collect::<Vec<_>>())
}
