//! Why: many modules ask what differs between two lists of lines, words or names. All of them ask here, where equal items
//! get equal numbers first: numbers compare faster, and the algorithms are compiled once and not for each kind of item.

use std::collections::HashMap;
use std::hash::Hash;

use similar::udiff::UnifiedHunkHeader;
use similar::{Algorithm, ChangeTag, DiffOp, capture_diff_slices, group_diff_ops};

/// Lines around a change in a unified diff.
const CONTEXT: usize = 3;

/// What became of the old items, from the first to the last.
pub fn between<T: Hash + Eq>(old: &[T], new: &[T]) -> Vec<DiffOp> {
    let mut numbers = HashMap::new();
    let (old, new) = (intern(&mut numbers, old), intern(&mut numbers, new));
    between_numbers(&old, &new)
}

/// The same for items that have their numbers.
pub fn between_numbers(old: &[u32], new: &[u32]) -> Vec<DiffOp> {
    capture_diff_slices(Algorithm::Myers, old, new)
}

/// Equal items get equal numbers.
pub fn intern<'x, T: Hash + Eq>(numbers: &mut HashMap<&'x T, u32>, items: &'x [T]) -> Vec<u32> {
    items
        .iter()
        .map(|item| {
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            *numbers.entry(item).or_insert(next)
        })
        .collect()
}

/// A unified diff of two texts that are not the same.
pub fn unified(old: &str, new: &str, from: &str, to: &str) -> String {
    let [old, new] = [old, new].map(|text| text.split_inclusive('\n').collect::<Vec<_>>());
    let mut out = format!("--- {from}\n+++ {to}\n");
    for hunk in group_diff_ops(between(&old, &new), CONTEXT) {
        out.push_str(&format!("{}\n", UnifiedHunkHeader::new(&hunk)));
        for change in hunk.iter().flat_map(|op| op.iter_changes(&old, &new)) {
            out.push(match change.tag() {
                ChangeTag::Equal => ' ',
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
            });
            out.push_str(change.value());
            if !change.value().ends_with('\n') {
                out.push_str("\n\\ No newline at end of file\n");
            }
        }
    }
    out
}
