//! Why: lines do not know names: where one side gave a block another name and the other side changed a line in it, git's merge
//! is clean and has the change under the new name. By names alone that is a block deleted and changed, and another one new.

use std::collections::HashSet;

use super::agree::contradicts;
use super::tree::hash;
use super::value::{Kind, Value, merge3};

/// Expects under a new name what the merge has there, where that is what became of a block which one side renamed.
pub fn follow(expected: &mut Value, [base, ours, theirs]: [&Value; 3], merged: &Value) {
    let Kind::Map(entries) = &mut expected.kind else { return };
    for (name, value) in entries {
        let Some(actual) = merged.get(name).filter(|actual| *actual != value) else { continue };
        let sides = [(ours, theirs), (theirs, ours)];
        if let (Some(b), Some(o), Some(t)) = (base.get(name), ours.get(name), theirs.get(name)) {
            follow(value, [b, o, t], actual);
        } else if base.get(name).is_none()
            && let Some((renamer, other)) =
                sides.into_iter().find(|(one, other)| one.get(name).is_some() && other.get(name).is_none())
            && let Some(new) = renamer.get(name)
        {
            let old = super::value::entries(base).iter().filter(|(old, _)| renamer.get(old).is_none());
            let mut became =
                old.filter_map(|(old, before)| Some((before, other.get(old)?))).filter(|(before, _)| resembles(before, new));
            if became.any(|(before, changed)| is_merge([before, new, changed], actual)) {
                value.clone_from(actual);
            }
        }
    }
}

fn is_merge([base, one, other]: [&Value; 3], actual: &Value) -> bool {
    let Some(mut expected) = merge3(Some(base), Some(one), Some(other), "") else { return false };
    follow(&mut expected, [base, one, other], actual);
    !contradicts(Some(&expected), Some(actual))
}

/// Whether two things with parts are the same one, as most of what they say tells.
pub fn resembles(one: &Value, other: &Value) -> bool {
    let (mut a, mut b) = (Vec::new(), Vec::new());
    leaves(one, "", &mut a);
    leaves(other, "", &mut b);
    let known: HashSet<&u64> = b.iter().collect();
    let same = a.iter().filter(|leaf| known.contains(leaf)).count();
    !matches!(one.kind, Kind::Scalar(_)) && same * 2 > a.len().max(b.len())
}

fn leaves(value: &Value, key: &str, into: &mut Vec<u64>) {
    match &value.kind {
        Kind::Map(entries) => entries.iter().for_each(|(key, value)| leaves(value, key, into)),
        Kind::List(items) => items.iter().for_each(|item| leaves(item, key, into)),
        Kind::Scalar(text) => into.push(hash(&(key, text))),
        Kind::Undecided => {}
    }
}
