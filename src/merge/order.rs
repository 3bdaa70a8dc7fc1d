//! Why: people put things where they want them. The merged order is the user's, with what the other side added after what
//! it followed there.

use std::collections::{HashMap, HashSet};

/// The merged order of numbers that are unique in each list. All numbers of ours and theirs are in it.
pub fn merge(base: &[u32], ours: &[u32], theirs: &[u32]) -> Vec<u32> {
    // When only they reordered what all three have, theirs is the order to keep.
    if common(base, ours, theirs) == common(ours, base, theirs) && common(base, ours, theirs) != common(theirs, base, ours) {
        weave(theirs, ours, false)
    } else {
        weave(ours, theirs, true)
    }
}

/// Those of a list that two others have too.
fn common(list: &[u32], one: &[u32], other: &[u32]) -> Vec<u32> {
    let (one, other): (HashSet<_>, HashSet<_>) = (one.iter().collect(), other.iter().collect());
    list.iter().copied().filter(|id| one.contains(id) && other.contains(id)).collect()
}

/// Puts what only `second` has into `first`, each after what it follows in `second`. What only `first` has at that place
/// comes before it or, when that is the other side's, after it.
fn weave(first: &[u32], second: &[u32], before: bool) -> Vec<u32> {
    let (known, shared): (HashSet<u32>, HashSet<u32>) = (first.iter().copied().collect(), second.iter().copied().collect());
    let mut start = Vec::new();
    let mut after: HashMap<u32, Vec<u32>> = HashMap::new();
    let mut anchor = None;
    for id in second {
        if known.contains(id) {
            anchor = Some(*id);
        } else {
            anchor.map_or(&mut start, |anchor| after.entry(anchor).or_default()).push(*id);
        }
    }
    let mut out = Vec::with_capacity(first.len() + second.len());
    let mut waiting = start;
    if !before {
        out.append(&mut waiting);
    }
    for id in first {
        if shared.contains(id) {
            out.append(&mut waiting);
        }
        out.push(*id);
        if shared.contains(id) {
            waiting = after.remove(id).unwrap_or_default();
            if !before {
                out.append(&mut waiting);
            }
        }
    }
    out.append(&mut waiting);
    out
}
