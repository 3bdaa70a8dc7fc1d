//! Why: two people who add different services, or change different keys of one, never disagree. Parts that their keys tell
//! apart merge each for itself, in the user's order.

use std::collections::{HashMap, HashSet};

use super::blanks;
use super::fused;
use super::join::{Joiner, Pieces, append, clean};
use super::keys;
use super::leads;
use super::leaf;
use super::order;
use super::rivals::{self, Rivals};
use super::tree::{Node, Shape};
use super::value::{self, Origin};
use crate::differences::intern;

impl Joiner {
    /// Merges the parts of a node.
    pub fn children<'a>(
        &self,
        lists: [&[Node<'a>]; 3],
        edges: &[Vec<&'a str>; 2],
        shape: Shape,
        column: usize,
        key: &str,
        new: bool,
    ) -> Pieces<'a> {
        let keyed = if shape == Shape::List { keys::of_list(lists, key) } else { keys::of_map(lists) };
        match keyed {
            Some(names) if !(new && shape == Shape::List && keys::ordered(lists, key)) => {
                let theirs = leads::front(lists[1], &names, leads::give_back(lists, &names, edges));
                let theirs = blanks::settle(lists, &names, theirs);
                self.keyed([lists[0], lists[1], &theirs], &names, shape, column)
            }
            _ => self.sequence(lists, column),
        }
    }

    /// Merges parts that these names tell apart.
    pub fn keyed<'a>(&self, lists: [&[Node<'a>]; 3], names: &[Vec<String>; 3], shape: Shape, column: usize) -> Pieces<'a> {
        let mut numbers = HashMap::new();
        let ids = [&names[0], &names[1], &names[2]].map(|names| intern(&mut numbers, names));
        let find = |side: usize| -> HashMap<u32, &Node<'a>> { ids[side].iter().copied().zip(lists[side]).collect() };
        let (mut b, o, mut t) = (find(0), find(1), find(2));
        for (new, old) in keys::renamed(lists, &ids) {
            // It stands where the user has it.
            let (from, to) = if o.contains_key(&new) { (old, new) } else { (new, old) };
            t.remove(&from).map(|theirs| t.insert(to, theirs));
            if from == old {
                b.remove(&from).map(|base| b.insert(to, base));
            }
        }
        let sorts = |side: usize| names[side].iter().cloned().zip(lists[side].iter().map(|node| node.shape)).collect::<Vec<_>>();
        let origins = value::origins(&sorts(0), &sorts(1), &sorts(2));
        let known: HashMap<u32, &String> = ids[1].iter().copied().zip(&names[1]).collect();
        let torn = keys::torn(lists, &ids);
        let mut rivals = rivals::find(&ids[0], &ids[1], &ids[2]);
        rivals.retain(|one| {
            !torn.iter().any(|torn| one.base.contains(&torn.base)) && (shape == Shape::List || renames(one, [&b, &o, &t]))
        });
        // Otherwise what both have and the base has not may be what is gone, under another name.
        let all_there = !ids[0].is_empty() && ids[0].iter().all(|id| o.contains_key(id) || t.contains_key(id));
        let is_renamed = |base: &Node<'a>, side: usize| {
            let mut new = ids[side].iter().zip(lists[side]).filter(|(id, _)| !ids[0].contains(id));
            new.any(|(_, node)| keys::resembles(base, node))
        };
        let mut pieces = Pieces::new();
        for id in order::merge(&ids[0], &ids[1], &ids[2]) {
            if let Some(one) = torn.iter().find(|one| one.ours.or(one.theirs) == Some(id)) {
                let ours = one.ours.and_then(|id| o.get(&id).copied());
                let theirs = one.theirs.and_then(|id| t.get(&id).copied());
                let column = ours.map_or(column, |ours| ours.column);
                pieces.push(self.conflict([b.get(&one.base).copied().as_slice(), ours.as_slice(), theirs.as_slice()], column));
                continue;
            }
            if torn.iter().any(|one| one.theirs == Some(id)) {
                continue;
            }
            if let Some(one) = rivals.iter().find(|one| one.ours.contains(&id) || one.theirs.contains(&id)) {
                if one.ours.first() == Some(&id) {
                    append(&mut pieces, &mut self.instead(one, [&b, &o, &t], column));
                }
                continue;
            }
            let mut part = match (b.get(&id), o.get(&id), t.get(&id)) {
                (base, Some(ours), Some(theirs)) => {
                    // What the user has stands where the user put it.
                    let column = ours.column;
                    let name = ours.names.first().map_or("", String::as_str);
                    let origin = known.get(&id).and_then(|name| origins.get(*name));
                    let anew = base.is_none() && origin.is_none() && all_there;
                    let base = match origin {
                        _ if anew && self.has_all(ours, theirs) => Some(theirs),
                        _ if anew && self.has_all(theirs, ours) => Some(ours),
                        Some(Origin::Renamed(old)) => Some(&&lists[0][*old]),
                        Some(Origin::Unclear) if ours.says != theirs.says => {
                            pieces.push(self.conflict([&[], &[ours], &[theirs]], column));
                            continue;
                        }
                        _ => base,
                    };
                    let others = ids.iter().zip(lists).flat_map(|(ids, list)| ids.iter().zip(list));
                    let others = others.filter(|(other, _)| **other != id).map(|(_, node)| node);
                    if base.is_none() && fused::are_two(ours, theirs, others, shape == Shape::List) {
                        pieces.push(self.conflict([&[], &[ours], &[theirs]], column));
                        continue;
                    }
                    self.both(base.copied(), ours, theirs, column, name)
                }
                (Some(base), Some(ours), None) if base.full == ours.full && !self.kept.contains(&base.full) => continue,
                (Some(base), None, Some(theirs)) if base.full == theirs.full && !self.kept.contains(&base.full) => continue,
                (Some(base), Some(ours), None) => self.gone(base, Some(ours), None, column, is_renamed(base, 2)),
                (Some(base), None, Some(theirs)) => self.gone(base, None, Some(theirs), column, is_renamed(base, 1)),
                (None, Some(ours), None) => clean(self.ours.lines(ours, ours.column)),
                (None, None, Some(theirs)) => clean(self.theirs.lines(&Self::spaced(theirs, lists, pieces.is_empty()), column)),
                (_, None, None) => continue,
            };
            append(&mut pieces, &mut part);
        }
        pieces
    }

    /// What both sides have for what is gone: one of the two where that can be told, and a question otherwise.
    fn instead<'a>(&self, rivals: &Rivals, known: [&HashMap<u32, &Node<'a>>; 3], column: usize) -> Pieces<'a> {
        let of = |ids: &[u32], side: usize| ids.iter().filter_map(|id| known[side].get(id).copied()).collect::<Vec<_>>();
        let (base, ours, theirs) = (of(&rivals.base, 0), of(&rivals.ours, 1), of(&rivals.theirs, 2));
        let column = ours.first().map_or(column, |ours| ours.column);
        match (&base[..], &ours[..], &theirs[..]) {
            ([base], [ours], [theirs]) if ![base, ours, theirs].iter().any(|node| node.is_container()) => {
                self.both(Some(base), ours, theirs, column, "")
            }
            _ => vec![self.conflict([&base, &ours, &theirs], column)],
        }
    }

    /// Whether a node, which both sides made, has all that the other one has, because that is a key with nothing behind it.
    fn has_all(&self, node: &Node, other: &Node) -> bool {
        let is_empty =
            matches!((&other.head[..], other.shape), ([line], Shape::Leaf) if leaf::parts(self, line).code.ends_with(':'));
        let (mut own, mut comments) = (Vec::new(), Vec::new());
        node.comments(self.syntax.comment, &mut own);
        other.comments(self.syntax.comment, &mut comments);
        is_empty && comments.iter().all(|line| own.contains(line))
    }

    /// One side deleted what the other changed: a conflict, unless nothing but the layout changed, or all that was deleted
    /// is there as it was, beside what the other has of its own.
    fn gone<'a>(
        &self,
        base: &Node<'a>,
        ours: Option<&Node<'a>>,
        theirs: Option<&Node<'a>>,
        column: usize,
        is_renamed: bool,
    ) -> Pieces<'a> {
        let (mut before, mut now) = (Vec::new(), Vec::new());
        base.comments(self.syntax.comment, &mut before);
        let Some(kept) = ours.or(theirs) else { return Pieces::new() };
        kept.comments(self.syntax.comment, &mut now);
        let named = [base].into_iter().chain(&base.children).any(|part| self.kept.contains(&part.full));
        if kept.says == base.says && now.iter().all(|line| before.contains(line)) && !named {
            return Pieces::new();
        }
        if let Some(own) = own_parts(base, kept).filter(|_| !is_renamed && !named) {
            let mover = if ours.is_some() { self.ours } else { self.theirs };
            return clean(mover.lines(&own, column));
        }
        vec![self.conflict([&[base], ours.as_slice(), theirs.as_slice()], column)]
    }

    /// Their new node, with a blank line before it where its siblings have one.
    fn spaced<'a>(node: &Node<'a>, lists: [&[Node<'a>]; 3], first: bool) -> Node<'a> {
        let mut node = node.clone();
        let blank = |node: &Node| node.lead.first().is_some_and(|line| line.trim().is_empty());
        if first {
            while node.lead.first().is_some_and(|line| line.trim().is_empty()) {
                node.lead.remove(0);
            }
        } else if !blank(&node)
            && lists[1].len() > 1
            && lists[1].iter().skip(1).all(blank)
            && lists[2].first().is_some_and(|n| n.full == node.full)
        {
            node.lead.insert(0, "");
        }
        node
    }
}

/// A collection at the top of a YAML file, such as `volumes`, without what it had before; `None` where that was changed.
/// Further down, and in blocks, what was added is about the thing that is gone.
fn own_parts<'a>(base: &Node<'a>, now: &Node<'a>) -> Option<Node<'a>> {
    let collection = |node: &Node| node.shape == Shape::Keyed && node.close.is_empty() && node.column == 0 && node.dash.is_none();
    if !collection(base) || !collection(now) || base.head != now.head {
        return None;
    }
    let old = |child: &Node<'a>| base.children.iter().find(|old| old.names == child.names);
    let untouched = now.children.iter().all(|child| old(child).is_none_or(|old| old.full == child.full));
    // What has parts and is gone may have been given another name.
    let gone = |old: &&Node<'a>| old.is_container() && !now.children.iter().any(|child| child.names == old.names);
    let renamed = base.children.iter().any(|old| gone(&old));
    let mut own = now.clone();
    // What was written above it was about what goes.
    own.lead.retain(|line| line.trim().is_empty() || !base.lead.iter().any(|old| old.trim() == line.trim()));
    own.children.retain(|child| old(child).is_none());
    if let Some(first) = own.children.first_mut() {
        let comment = first.lead.iter().position(|line| !line.trim().is_empty()).unwrap_or(first.lead.len());
        first.lead.drain(..comment);
    }
    (untouched && !renamed && !own.children.is_empty()).then_some(own)
}

/// Whether both sides gave what is gone another name, as its value or its parts tell.
fn renames(rivals: &Rivals, [base, ours, theirs]: [&HashMap<u32, &Node>; 3]) -> bool {
    let has_most = |ids: &[u32], known: &HashMap<u32, &Node>, old: &Node| {
        let parts = leaves(old);
        let same = |node: &Node| leaves(node).intersection(&parts).count() * 2 >= parts.len().max(1);
        ids.iter().filter_map(|id| known.get(id)).any(|node| same(node))
    };
    let mut containers = rivals.base.iter().filter_map(|id| base.get(id)).filter(|node| node.shape == Shape::Keyed);
    if containers.any(|old| has_most(&rivals.ours, ours, old) && has_most(&rivals.theirs, theirs, old)) {
        return true;
    }
    let says = |ids: &[u32], known: &HashMap<u32, &Node>, what: u64| {
        ids.iter().filter_map(|id| known.get(id)).any(|node| node.shape == Shape::Leaf && node.says == what)
    };
    let old = rivals.base.iter().filter_map(|id| base.get(id)).filter(|node| node.shape == Shape::Leaf);
    old.into_iter().any(|old| says(&rivals.ours, ours, old.says) && says(&rivals.theirs, theirs, old.says))
}

/// What stands for everything in a node that has no parts.
fn leaves(node: &Node) -> HashSet<u64> {
    if node.children.is_empty() { HashSet::from([node.full]) } else { node.children.iter().flat_map(leaves).collect() }
}
