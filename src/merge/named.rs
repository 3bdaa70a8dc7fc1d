//! Why: what one side keeps of what the other one deleted may name other things: a volume, a secret, a job. It does not work
//! without them, so whether those stay is a part of the same question.

use std::collections::HashSet;

use super::join::Pieces;
use super::lines::Piece;
use super::tree::{Node, Shape, Text};

/// Stands for each definition at the top of a file that one side deleted, and that the other side left as it was and names
/// in what it keeps in a conflict.
pub fn kept(pieces: &Pieces, [base, ours, theirs]: [&Node; 3]) -> HashSet<u64> {
    let (mut by_ours, mut by_theirs) = (HashSet::new(), HashSet::new());
    for piece in pieces {
        match piece {
            Piece::Conflict { ours, base, theirs } if theirs.is_empty() && !base.is_empty() => by_ours.extend(words(ours)),
            Piece::Conflict { ours, base, theirs } if ours.is_empty() && !base.is_empty() => by_theirs.extend(words(theirs)),
            _ => {}
        }
    }
    let mut kept = HashSet::new();
    if by_ours.is_empty() && by_theirs.is_empty() {
        return kept;
    }
    let sections = base.children.iter().filter(|node| is_collection(node));
    for (section, definition) in sections.flat_map(|section| section.children.iter().map(move |one| (section, one))) {
        for (keeper, other, named) in [(ours, theirs, &by_ours), (theirs, ours, &by_theirs)] {
            let left = find(keeper, section).and_then(|section| find(section, definition));
            let gone = find(other, section).and_then(|section| find(section, definition)).is_none();
            let name = definition.names[0].trim_matches(['"', '\'']);
            if gone && left.is_some_and(|left| left.full == definition.full) && named.contains(name) {
                kept.insert(definition.full);
                if find(other, section).is_none() {
                    kept.insert(section.full);
                }
            }
        }
    }
    kept
}

/// `volumes:` of a compose file, `jobs:` of a workflow.
fn is_collection(node: &Node) -> bool {
    node.shape == Shape::Keyed && node.close.is_empty() && node.column == 0 && node.dash.is_none()
}

fn find<'n, 'a>(parent: &'n Node<'a>, like: &Node) -> Option<&'n Node<'a>> {
    parent.children.iter().find(|child| child.names == like.names)
}

/// What may be a name in lines that are no comments.
fn words<'t>(lines: &'t [Text]) -> impl Iterator<Item = &'t str> {
    let code = lines.iter().filter(|line| !line.trim_start().starts_with('#'));
    code.flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.')))
}
