//! Why: edits that touch are one conflict for git, which knows nothing of what stands in a line. In a text that people read,
//! neighbouring lines and distant words of a line are changed apart from each other.

use std::ops::Range;

use similar::DiffOp;

use super::lines::{Change, regions};
use super::text::Line;
use crate::differences;

/// A range of the base, and what stands there in a side.
type Edit = (Range<usize>, Range<usize>);

/// Settles one conflict: by its lines, or by its words.
pub fn settle<'a>([base, ours, theirs]: [&[Line<'a>]; 3]) -> Option<Vec<Line<'a>>> {
    lines(base, ours, theirs).or_else(|| words(base, ours, theirs))
}

/// Lines that one side changed or took away beside those of the other. What was added where the other side changed
/// something may belong to that.
fn lines<'a>(base: &[Line<'a>], ours: &[Line<'a>], theirs: &[Line<'a>]) -> Option<Vec<Line<'a>>> {
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
fn words<'a>(base: &[Line], ours: &[Line], theirs: &[Line]) -> Option<Vec<Line<'a>>> {
    let split = |lines: &[Line]| -> Option<Vec<String>> {
        let text = lines.iter().map(|line| std::str::from_utf8(line).ok()).collect::<Option<Vec<_>>>()?.join("\n");
        Some(text.split_inclusive([' ', '|', '\n']).map(str::to_owned).collect())
    };
    let (base, ours, theirs) = (split(base)?, split(ours)?, split(theirs)?);
    let kept = |side: &[String]| {
        let ops = differences::between(&base, side);
        ops.iter().filter(|op| matches!(op, DiffOp::Equal { .. })).map(|op| op.old_range().len()).sum::<usize>()
    };
    if kept(&ours) * 2 < base.len() || kept(&theirs) * 2 < base.len() {
        return None;
    }
    let mut out = String::new();
    for region in regions(&base, &ours, &theirs) {
        match region.change {
            Change::None | Change::Ours => out.extend(ours[region.ours].iter().map(String::as_str)),
            Change::Theirs => out.extend(theirs[region.theirs].iter().map(String::as_str)),
            Change::Both => return None,
        }
    }
    Some(out.split('\n').map(|line| Line::Owned(line.as_bytes().to_vec())).collect())
}
