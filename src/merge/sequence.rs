//! Why: parts that keys do not tell apart are told apart by their order, as lines are.

use std::collections::HashSet;

use super::apart;
use super::join::{Joiner, Pieces, append, clean, has_conflict};
use super::layout::Mover;
use super::leaf;
use super::lines::{Change, Region, regions, with_moves};
use super::pin::unpinned;
use super::tree::{Node, Shape, Text};

impl Joiner {
    /// Parts that keys do not tell apart: what is aligned merges, and between that only one side may change something.
    pub fn sequence<'a>(&self, lists: [&[Node<'a>]; 3], column: usize) -> Pieces<'a> {
        // The only item of each is the same one, whatever was changed in it, unless that says that it is another one.
        if let [[base], [ours], [theirs]] = lists
            && [base, ours, theirs]
                .iter()
                .all(|node| node.shape == Shape::Keyed && keys(node) == keys(base) && is_like(node, base))
        {
            return self.both(Some(base), ours, theirs, ours.column, "");
        }
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
                Change::Both => self.by_names([b, o, t], column).unwrap_or_else(|| {
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
                }),
            };
            append(&mut pieces, &mut part);
        }
        pieces
    }

    /// Some items of the list have no name, and these have; `None` where they are not told apart, or conflict.
    fn by_names<'a>(&self, lists: [&[Node<'a>]; 3], column: usize) -> Option<Pieces<'a>> {
        Some(self.keyed(lists, &named(lists)?, Shape::List, column)).filter(|pieces| !has_conflict(pieces))
    }

    fn all<'a>(mover: Mover, nodes: &[Node<'a>], column: usize) -> Vec<Text<'a>> {
        nodes.iter().flat_map(|node| mover.lines(node, column)).collect()
    }
}

/// Whether an item does the same as another one, as far as it says what it does.
fn is_like(node: &Node, other: &Node) -> bool {
    let own =
        |node: &Node, field: &str| node.fields.iter().find(|(key, _)| key == field).map(|(_, text)| unpinned(text).to_owned());
    ["name", "id", "uses", "run", "key"].iter().all(|field| own(node, field) == own(other, field))
}

/// The names that somebody gave to all of these items, where they tell them apart.
fn named(lists: [&[Node]; 3]) -> Option<[Vec<String>; 3]> {
    ["name", "id"].iter().find_map(|field| {
        let name = |node: &Node| node.fields.iter().find(|(key, _)| key == field).map(|(_, name)| name.clone());
        let names = lists.map(|list| list.iter().map(name).collect::<Option<Vec<_>>>());
        let [Some(b), Some(o), Some(t)] = names else { return None };
        let unique = |names: &[String]| names.iter().collect::<HashSet<_>>().len() == names.len();
        [&b, &o, &t].iter().all(|names| unique(names)).then_some([b, o, t])
    })
}

/// The names of a node's parts.
fn keys<'n>(node: &'n Node) -> Vec<&'n String> {
    let mut keys: Vec<&String> = node.children.iter().map(|child| &child.names[0]).collect();
    keys.sort_unstable();
    keys
}

/// The nodes of a region in each list.
fn nodes<'n, 'a>(lists: [&'n [Node<'a>]; 3], region: &Region) -> [&'n [Node<'a>]; 3] {
    [&lists[0][region.base.clone()], &lists[1][region.ours.clone()], &lists[2][region.theirs.clone()]]
}

fn unchanged(a: &[Node], b: &[Node]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.full == b.full)
}
