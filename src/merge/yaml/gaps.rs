//! Why: comments and blank lines stand between two nodes and belong to one of them: to the node that follows, unless they
//! are indented deeper than it, which makes them the end of what came before.

use crate::merge::tree::{Node, indent};

/// Gives the lines between a node and the next one (at `column`, if there is one) to the end of the first; the rest, which
/// leads the next, is returned.
pub fn settle<'a, 'l>(before: &mut Node<'a>, gap: &'l [&'a str], column: Option<usize>) -> &'l [&'a str] {
    let mut taken = 0;
    let mut depth = usize::MAX;
    for (i, line) in gap.iter().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let Some(level) = level(before, indent(line), column).map(|level| level.min(depth)) else { break };
        depth = level;
        at(before, level).tail.extend_from_slice(&gap[taken..=i]);
        taken = i + 1;
    }
    &gap[taken..]
}

/// How many steps down its last parts a node has the container whose parts stand at the comment's column or before it, but
/// after the next node's.
fn level(node: &Node, width: usize, column: Option<usize>) -> Option<usize> {
    let mut found = None;
    let mut at = node;
    let mut steps = 0;
    while at.is_container() {
        let Some(last) = at.children.last() else { break };
        if last.column <= width && column.is_none_or(|column| last.column > column) {
            found = Some(steps);
        }
        steps += 1;
        at = last;
    }
    found
}

fn at<'n, 'a>(node: &'n mut Node<'a>, level: usize) -> &'n mut Node<'a> {
    match node.children.len() {
        0 => node,
        count if level > 0 => at(&mut node.children[count - 1], level - 1),
        _ => node,
    }
}
