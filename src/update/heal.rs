//! Why: after git merged two branches, the lock knows what was generated on each of them, and the disk holds what a merge
//! made of both. What a person wrote is what the disk has beside that; all else is to become what is generated now.
//!
//! What both branches came from is in no lock. But a merge can be turned around: what stands in the merged text and on one
//! side was added by that side, what stands on the other side alone was removed by it; so merging both sides with the
//! merged text as their base gives what they came from. It counts only when merging once more gives that text to the byte.

use std::collections::HashMap;

use super::markers::{PRIVATE, has_markers, side, union};
use crate::lock::{common, nearest};
use crate::merge::{self, Conflicts, Language, Merged, Style};

/// What becomes of a file that a merge brought together: the new version, with what was edited on either side. Nothing
/// where that is for a person to decide.
///
/// A text with markers is two texts, each with one side of every conflict. Each gets the new version by itself, and the
/// two are then versions of that, so that an edit beside the markers and one between them come in alike.
pub fn healed(language: Language, sides: &[Vec<u8>; 2], disk: &[u8], new: &[u8]) -> Option<Vec<u8>> {
    let torn = has_markers(disk);
    let both = if torn { union(disk).0 } else { disk.to_vec() };
    let texts = if torn { vec![side(disk, None, true), side(disk, None, false)] } else { vec![both.clone()] };
    if texts.iter().chain([&both]).any(|text| has_markers(text) || text.contains(&0)) {
        return None;
    }
    let whole = !misses(sides, &both, new);
    if torn && whole && is_generated(sides, &texts) {
        return Some(new.to_vec());
    }
    let mut healed = Vec::new();
    for (at, text) in texts.iter().enumerate() {
        let unedited = whole && is_merge(language, sides, text, [Conflicts::Ours, Conflicts::Theirs][at]);
        if unedited {
            healed.push(new.to_vec());
        } else if torn {
            let base = nearest(&sides[at], &sides[1 - at], text);
            healed.push(clean(merge::merge(language, &base, text, new, PRIVATE))?);
        } else {
            return None;
        }
    }
    let [ours, theirs] = &healed[..] else { return healed.pop() };
    let whole = clean(merge::merge(language, new, ours, theirs, PRIVATE))?;
    (!is_stale(sides, &texts, new, &whole)).then_some(whole)
}

fn clean(merged: Merged) -> Option<Vec<u8>> {
    (merged.conflicts == 0).then_some(merged.bytes)
}

/// Whether a text is what a merge makes of both sides, with one of them where they contradict each other. What both added
/// alike counts as what they came from, and what they added below it comes to stand side by side; so it does in a merge by
/// structure alone, for lines know of no below.
fn is_merge(language: Language, [ours, theirs]: &[Vec<u8>; 2], text: &[u8], conflicts: Conflicts) -> bool {
    if text == ours || text == theirs {
        return true;
    }
    let merged = |way, base: &[u8], conflicts| {
        let style = Style { conflicts, ..Style::default() };
        merge::merge_styled(way, base, ours, theirs, PRIVATE, style).bytes == text
    };
    let ways = [language, Language::Lines];
    let by_any = |base: &[u8]| ways.iter().any(|way| merged(*way, base, conflicts));
    let origin = turned_around(language, ours, theirs, text);
    by_any(&origin)
        || (language != Language::Lines && merged(language, &origin, Conflicts::Union))
        || by_any(&turned_around(Language::Lines, ours, theirs, text))
        || by_any(&common(ours, theirs))
}

/// What both sides of a merge came from. Where that is not plain, both added something side by side: then it had nothing
/// there when all lines of both are in the merged text, and else what both have.
fn turned_around(language: Language, ours: &[u8], theirs: &[u8], merged: &[u8]) -> Vec<u8> {
    let text = merge::merge(language, merged, ours, theirs, PRIVATE).bytes;
    let begin = format!("<<<<<<< {}", PRIVATE.ours);
    let next = [format!("||||||| {}", PRIVATE.base), "=======".to_owned(), format!(">>>>>>> {}", PRIVATE.theirs)];
    let (mut out, mut conflict): (Vec<u8>, Vec<Vec<u8>>) = (Vec::new(), Vec::new());
    for line in text.split_inclusive(|b| *b == b'\n') {
        let is = |marker: &String| line.trim_ascii_end() == marker.as_bytes();
        match &mut conflict[..] {
            [] if is(&begin) => conflict.push(vec![]),
            [] => out.extend_from_slice(line),
            [ours, both, theirs] if is(&next[2]) => {
                if counted(both) != counted(&[&ours[..], theirs].concat()) {
                    out.extend(common(ours, theirs));
                }
                conflict.clear();
            }
            parts if is(&next[parts.len() - 1]) => conflict.push(vec![]),
            [.., part] => part.extend_from_slice(line),
        }
    }
    out
}

/// Whether a line that was generated on one of the sides is missing in what they were merged to, though it is generated
/// now: a person took it away. Empty lines say nothing, and merges are free with them.
fn misses(sides: &[Vec<u8>; 2], merged: &[u8], new: &[u8]) -> bool {
    let (there, wanted) = (counted(merged), counted(new));
    let of = |lines: &HashMap<&[u8], usize>, line: &[u8]| lines.get(line).copied().unwrap_or_default();
    sides.iter().any(|side| {
        let mut lines = counted(side).into_iter().filter(|(line, _)| !line.trim_ascii().is_empty());
        lines.any(|(line, known)| of(&there, line) < known && of(&there, line) < of(&wanted, line))
    })
}

/// Whether all lines of texts were generated on one of the sides, and stand in no text more often than there.
fn is_generated(sides: &[Vec<u8>; 2], texts: &[Vec<u8>]) -> bool {
    let sides = sides.each_ref().map(|side| counted(side));
    let known = |line: &[u8]| sides.iter().filter_map(|side| side.get(line)).max().copied().unwrap_or_default();
    texts.iter().all(|text| counted(text).into_iter().all(|(line, there)| there <= known(line) || line.trim_ascii().is_empty()))
}

/// Whether a line that was generated on one of the sides stands more often than it is generated now, though no person wrote
/// it: what a side replaced or removed would come back, or stand twice.
fn is_stale(sides: &[Vec<u8>; 2], texts: &[Vec<u8>], new: &[u8], healed: &[u8]) -> bool {
    let of = |lines: &HashMap<&[u8], usize>, line: &[u8]| lines.get(line).copied().unwrap_or_default();
    let most = |texts: &[HashMap<&[u8], usize>], line: &[u8]| texts.iter().map(|text| of(text, line)).max().unwrap_or_default();
    let [sides, texts] = [&sides[..], texts].map(|texts| texts.iter().map(|text| counted(text)).collect::<Vec<_>>());
    let wanted = counted(new);
    counted(healed).into_iter().filter(|(line, _)| !line.trim_ascii().is_empty()).any(|(line, there)| {
        let generated = most(&sides, line);
        generated > 0 && there > of(&wanted, line) + most(&texts, line).saturating_sub(generated)
    })
}

/// How often each line stands in a text.
pub fn counted(text: &[u8]) -> HashMap<&[u8], usize> {
    let mut lines = HashMap::new();
    text.split_inclusive(|b| *b == b'\n').for_each(|line| *lines.entry(line).or_default() += 1);
    lines
}
