//! Why: edits that touch are one conflict for git, which knows nothing of what stands in a line. In a text that people read,
//! neighbouring lines and distant words of a line are changed apart from each other.

use std::collections::HashMap;

use similar::DiffOp;

use super::outline::Fence;
use super::pairing::{self, Parted};
use crate::differences::{self, intern};
use crate::merge::lines::{Change, regions_of};
use crate::merge::slide::Edit;
use crate::merge::text::{Line, is_blank};

/// Settles one conflict, which may begin in a block of code: by its lines, or by its words.
pub fn settle<'a>([base, ours, theirs]: [&[Line<'a>]; 3], fence: &Fence) -> Option<Vec<Line<'a>>> {
    if [base, ours, theirs].iter().all(|lines| lines.iter().all(|line| is_blank(line))) {
        return Some(ours.to_vec());
    }
    lines([base, ours, theirs]).or_else(|| words([base, ours, theirs], fence))
}

/// Lines that one side changed or took away beside those of the other. What was added where the other side changed
/// something may belong to that.
pub fn lines<'a>([base, ours, theirs]: [&[Line<'a>]; 3]) -> Option<Vec<Line<'a>>> {
    let own = |side: usize, list: &[Line<'a>]| edits(base, list).into_iter().map(move |edit| (edit, side)).collect::<Vec<_>>();
    let mut all = [own(0, ours), own(1, theirs)].concat();
    all.sort_by_key(|((old, _), _)| (old.start, old.end));
    let touch = |pair: &[(Edit, usize)]| {
        let [((a, _), one), ((b, _), other)] = pair else { return false };
        one != other && (a.end > b.start || a.end == b.start && (a.is_empty() || b.is_empty()))
    };
    if all.windows(2).any(touch) {
        return None;
    }
    let mut out = Vec::new();
    let mut at = 0;
    for ((old, new), side) in all {
        out.extend_from_slice(base.get(at..old.start)?);
        out.extend_from_slice(&[ours, theirs][side][new]);
        at = old.end;
    }
    out.extend_from_slice(&base[at..]);
    Some(out)
}

/// What a side did, line by line where as many stand there now.
fn edits(base: &[Line], side: &[Line]) -> Vec<Edit> {
    let mut edits = Vec::new();
    for op in differences::between(base, side) {
        let (old, new) = (op.old_range(), op.new_range());
        match op {
            DiffOp::Equal { .. } => {}
            DiffOp::Replace { .. } if old.len() == new.len() => {
                edits.extend(old.zip(new).map(|(old, new)| (old..old + 1, new..new + 1)));
            }
            _ => edits.push((old, new)),
        }
    }
    edits
}

/// A text in which each side changed words that do not touch those of the other, and left most of it alone.
fn words<'a>(sides: [&[Line]; 3], fence: &Fence) -> Option<Vec<Line<'a>>> {
    let [base, ours, theirs] = sides.map(|lines| Parted::of(lines, fence));
    let texts = [base?, ours?, theirs?];
    let mut numbers = HashMap::new();
    let [b, o, t] = texts.each_ref().map(|text| intern(&mut numbers, &text.words));
    let (left, right) = (pairing::edits([&texts[0], &texts[1]], [&b, &o])?, pairing::edits([&texts[0], &texts[2]], [&b, &t])?);
    let kept = |edits: &[Edit]| b.len() - edits.iter().map(|(old, _)| old.len()).sum::<usize>();
    if kept(&left) * 2 < b.len() || kept(&right) * 2 < b.len() {
        return None;
    }
    let mut out = String::new();
    for region in regions_of([&b, &o, &t], [&left, &right]) {
        match region.change {
            Change::None | Change::Ours => out.extend(texts[1].words[region.ours].iter().copied()),
            Change::Theirs => out.extend(texts[2].words[region.theirs].iter().copied()),
            Change::Both => return None,
        }
    }
    Some(out.lines().map(|line| Line::Owned(line.as_bytes().to_vec())).collect())
}
