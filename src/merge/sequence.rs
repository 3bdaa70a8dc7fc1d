//! Why: parts that keys do not tell apart are told apart by their order, as lines are.

use super::apart;
use super::join::{Joiner, Pieces, append, clean};
use super::layout::Mover;
use super::leaf;
use super::lines::{Change, Region, regions, with_moves};
use super::tree::{Node, Text};

impl Joiner {
    /// Parts that keys do not tell apart: what is aligned merges, and between that only one side may change something.
    pub fn sequence<'a>(&self, lists: [&[Node<'a>]; 3], column: usize) -> Pieces<'a> {
        let names = lists.map(|list| list.iter().map(|node| node.names.last().cloned().unwrap_or_default()).collect::<Vec<_>>());
        let mut pieces = Pieces::new();
        let mut regions = regions(&names[0], &names[1], &names[2]);
        for region in &mut regions {
            let [b, o, t] = nodes(lists, region);
            // By name only one side did something here; the other did to what the names stand for.
            let both = match region.change {
                Change::Ours => !unchanged(b, t) && !unchanged(o, t),
                Change::Theirs => !unchanged(b, o),
                Change::None | Change::Both => continue,
            };
            if both {
                region.change = Change::Both;
            }
        }
        for region in with_moves(regions, [&names[0], &names[1], &names[2]], |_| true) {
            let [b, o, t] = nodes(lists, &region);
            let mut part = match region.change {
                Change::None => {
                    let mut part = Pieces::new();
                    for ((b, o), t) in b.iter().zip(o).zip(t) {
                        append(&mut part, &mut self.both(Some(b), o, t, o.column, ""));
                    }
                    part
                }
                Change::Ours => clean(o.iter().flat_map(|node| self.ours.lines(node, node.column)).collect()),
                Change::Theirs => clean(Self::all(self.theirs, t, column)),
                Change::Both => {
                    let mut part = leaf::lines(
                        &Self::all(self.base, b, column),
                        &Self::all(self.ours, o, column),
                        &Self::all(self.theirs, t, column),
                    );
                    // What both made anew is one only if it is the same.
                    if !b.is_empty() {
                        part = apart::settle(part, |line| line.as_bytes());
                    }
                    part
                }
            };
            append(&mut pieces, &mut part);
        }
        pieces
    }

    fn all<'a>(mover: Mover, nodes: &[Node<'a>], column: usize) -> Vec<Text<'a>> {
        nodes.iter().flat_map(|node| mover.lines(node, column)).collect()
    }
}

/// The nodes of a region in each list.
fn nodes<'n, 'a>(lists: [&'n [Node<'a>]; 3], region: &Region) -> [&'n [Node<'a>]; 3] {
    [&lists[0][region.base.clone()], &lists[1][region.ours.clone()], &lists[2][region.theirs.clone()]]
}

fn unchanged(a: &[Node], b: &[Node]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.full == b.full)
}
