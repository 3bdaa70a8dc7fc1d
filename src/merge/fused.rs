//! Why: two people may each make a thing of one name: a service, a job, a step, a location. What both put into it together
//! is a thing that nobody wrote. A collection (volumes, variables, labels) is different: who adds to it only adds.

use std::collections::HashSet;

use super::keys;
use super::tree::{Node, Shape, hash};

/// Whether what both sides made anew under one name are two definitions, each with something of its own. `siblings` are the
/// others beside it, in all versions; `in_list`: it is an item of a list.
pub fn are_two<'n, 'a: 'n>(
    ours: &Node<'a>,
    theirs: &Node<'a>,
    siblings: impl Iterator<Item = &'n Node<'a>>,
    in_list: bool,
) -> bool {
    ours.shape == Shape::Keyed && theirs.shape == Shape::Keyed && !is_one(ours, theirs) && {
        // What both have alike in an item is what it is known by.
        let shared = |part: &Node| in_list && [ours, theirs].iter().all(|side| side.children.iter().any(|o| o.says == part.says));
        let siblings: Vec<&Node> = siblings.collect();
        let is_like_others = |node: &Node| {
            let mut fields = node.children.iter().filter(|part| !shared(part));
            fields.any(|part| siblings.iter().any(|other| other.children.iter().any(|field| is_same_field(part, field))))
        };
        // An item is one of its kind when either of the two is, and where there is no other.
        let like = [is_like_others(ours), is_like_others(theirs)];
        has_title(ours) || like == [true; 2] || in_list && (like.contains(&true) || siblings.is_empty())
    }
}

/// Whether a block has a name behind the word that says what it is: `upstream edge {`, `resource "a" "b" {`.
fn has_title(node: &Node) -> bool {
    !node.close.is_empty() && node.names[0].contains(' ') && !node.names[0].starts_with('"')
}

/// Whether two parts are the same field of two things of a kind. Names in a collection have parts, or nothing, behind them.
fn is_same_field(part: &Node, other: &Node) -> bool {
    let empty = |node: &Node| matches!((&node.head[..], node.shape), ([line], Shape::Leaf) if line.trim_end().ends_with(':'));
    let keyed = part.shape == Shape::Keyed && other.shape == Shape::Keyed;
    part.names[0] == other.names[0] && !keyed && !empty(part) && !empty(other)
}

/// Whether it was written once and then added to: one side has all fields of the other, and either nothing but more of
/// them or most of what they say is the same.
fn is_one(ours: &Node, theirs: &Node) -> bool {
    let [fields, other_fields] =
        [ours, theirs].map(|node| node.children.iter().map(|part| &part.names[0]).collect::<HashSet<_>>());
    if !fields.is_subset(&other_fields) && !other_fields.is_subset(&fields) {
        return false;
    }
    let (mut own, mut other) = (HashSet::new(), HashSet::new());
    places(ours, 0, &mut own);
    places(theirs, 0, &mut other);
    own.is_subset(&other) || other.is_subset(&own) || keys::resembles(ours, theirs)
}

/// Stands for each thing in a node, by where it stands there. Whether two values contradict each other is asked elsewhere.
fn places(node: &Node, path: u64, into: &mut HashSet<u64>) {
    for part in &node.children {
        let path = hash(&(path, &part.names[0]));
        if part.shape == Shape::Keyed {
            places(part, path, into);
        } else {
            into.insert(path);
        }
        if part.shape == Shape::List {
            places(part, path, into);
        }
    }
}
