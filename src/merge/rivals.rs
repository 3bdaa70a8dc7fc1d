//! Why: what stands instead of one thing on each side is another answer to one question. Both answers, one below the other,
//! are wrong wherever only one can hold: a port published twice, a path mounted twice.

use std::collections::HashSet;

use super::lines::{Change, regions};

/// Items of the base that both sides replaced, and what each side has instead, as numbers that are unique in each list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rivals {
    /// What is gone.
    pub base: Vec<u32>,
    /// What ours has for it.
    pub ours: Vec<u32>,
    /// What theirs has.
    pub theirs: Vec<u32>,
}

/// What both sides replaced by something else, where neither has all that the other put there.
pub fn find(base: &[u32], ours: &[u32], theirs: &[u32]) -> Vec<Rivals> {
    let [b, o, t] = [base, ours, theirs].map(|list| list.iter().copied().collect::<HashSet<_>>());
    let both = regions(base, ours, theirs).into_iter().filter(|region| region.change == Change::Both);
    let found = both.map(|region| {
        let only = |list: &[u32], other: &HashSet<u32>| -> Vec<u32> {
            list.iter().copied().filter(|id| !b.contains(id) && !other.contains(id)).collect()
        };
        Rivals {
            base: base[region.base].iter().copied().filter(|id| !o.contains(id) && !t.contains(id)).collect(),
            ours: only(&ours[region.ours], &t),
            theirs: only(&theirs[region.theirs], &o),
        }
    });
    found.filter(|one| ![&one.base, &one.ours, &one.theirs].iter().any(|part| part.is_empty())).collect()
}
