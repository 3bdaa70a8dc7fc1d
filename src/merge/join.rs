//! Why: here two trees that grew from one become one. Parts that their keys tell apart merge each for itself, in the user's
//! order; where keys do not tell them apart, lists merge as sequences.

use std::borrow::Cow;
use std::collections::HashMap;

use super::blanks;
use super::keys;
use super::leads;
use super::leaf;
use super::lines::{Piece, intern};
use super::order;
use super::tree::{Mover, Node, Shape, Style, Text, put_dash};
use super::value::{self, Origin};

/// Pieces of a tree.
pub type Pieces<'a> = Vec<Piece<Text<'a>>>;

/// The syntax that leaves have.
#[derive(Clone, Copy, Debug)]
pub struct Syntax {
    /// Where a comment begins on a line.
    pub comment: fn(&str) -> Option<usize>,
    /// Whether a leaf is a set of words behind its first one.
    pub words: fn(&str) -> bool,
}

/// Merges the trees of three files.
pub fn join<'a>(syntax: Syntax, base: &Node<'a>, ours: &Node<'a>, theirs: &Node<'a>) -> Pieces<'a> {
    let [from_base, from_theirs] = [base, theirs].map(|root| Style::of(root, None));
    let to = Style::of(ours, Some(from_theirs));
    let joiner = Joiner {
        syntax,
        base: Mover { from: from_base, to },
        ours: Mover { from: to, to },
        theirs: Mover { from: from_theirs, to },
    };
    match (&base.children[..], &ours.children[..], &theirs.children[..]) {
        ([base], [ours], [theirs]) => joiner.both(Some(base), ours, theirs, ours.column, ""),
        _ => joiner.both(Some(base), ours, theirs, ours.column, ""),
    }
}

/// Merges the trees.
pub struct Joiner {
    /// The language.
    pub syntax: Syntax,
    /// Brings nodes of the base into ours.
    pub base: Mover,
    /// Leaves nodes of ours as they are.
    pub ours: Mover,
    /// Brings nodes of theirs into ours.
    pub theirs: Mover,
}

impl Joiner {
    /// Merges two nodes of the same name, at a column.
    pub fn both<'a>(&self, base: Option<&Node<'a>>, ours: &Node<'a>, theirs: &Node<'a>, column: usize, key: &str) -> Pieces<'a> {
        if ours.full == theirs.full || base.is_some_and(|base| base.full == theirs.full) {
            return clean(self.ours.lines(ours, column));
        }
        // Where the user changed only the layout, it is kept in all parts that the other side did not touch.
        let untouched = base.filter(|base| base.full == ours.full);
        let in_parts = |base: &Node| theirs.shape == ours.shape && (ours.is_container() || base.head == theirs.head);
        if untouched.is_some_and(|base| base.raw == ours.raw || !in_parts(base)) {
            return clean(self.theirs.lines(theirs, column));
        }
        // Without a base nobody can have added a blank line.
        let blank = |line: &&'a str| base.is_none() && line.trim().is_empty();
        let lead: Vec<&str> = theirs.lead.iter().copied().filter(|line| !blank(line) || ours.lead.contains(line)).collect();
        let leads = [base.map_or(&[][..], |base| &base.lead), &ours.lead, &lead];
        let mut pieces = clean(self.gap(leads, &[], theirs.column, column));
        let alike = ours.shape == theirs.shape && base.is_none_or(|base| base.shape == ours.shape);
        let body = if alike && ours.is_container() {
            self.containers(base, ours, theirs, column, key)
        } else if alike {
            leaf::merge(self, base, ours, theirs, column)
        } else {
            self.whole(base, ours, theirs, column)
        };
        match body {
            Some(body) if !has_conflict(&body) || base.is_some() && untouched.is_none() => pieces.extend(body),
            _ if untouched.is_some() => return clean(self.theirs.lines(theirs, column)),
            _ => return vec![self.conflict(base, Some(ours), Some(theirs), column)],
        }
        pieces
    }

    /// Where only one side changed what a node says, that side's; unless a comment of the other would be lost.
    fn whole<'a>(&self, base: Option<&Node<'a>>, ours: &Node<'a>, theirs: &Node<'a>, column: usize) -> Option<Pieces<'a>> {
        // Those before it have been merged by then.
        let within = |node: &Node<'a>| {
            let mut comments = Vec::new();
            node.comments(self.syntax.comment, &mut comments);
            let before = node.lead.iter().filter(|line| !line.trim().is_empty()).count();
            comments.split_off(before)
        };
        let (o, t, b) = (within(ours), within(theirs), base.map(within).unwrap_or_default());
        let without_comments = |mover: Mover, node: &Node<'a>| {
            let mut node = node.clone();
            node.lead.clear();
            clean(mover.lines(&node, column))
        };
        let base_says = base.map(|base| base.says);
        if (ours.says == theirs.says || base_says == Some(theirs.says))
            && t.iter().all(|line| b.contains(line) || o.contains(line))
        {
            return Some(without_comments(self.ours, ours));
        }
        // In another order it says the same, but somebody wanted that order.
        let order = |node: &Node<'a>| node.children.iter().map(|child| child.says).collect::<Vec<_>>();
        let reordered = base.is_some_and(|base| base.shape == ours.shape && order(base) != order(ours));
        if base_says == Some(ours.says) && !reordered && o.iter().all(|line| b.contains(line) || t.contains(line)) {
            return Some(without_comments(self.theirs, theirs));
        }
        None
    }

    fn containers<'a>(
        &self,
        base: Option<&Node<'a>>,
        ours: &Node<'a>,
        theirs: &Node<'a>,
        column: usize,
        key: &str,
    ) -> Option<Pieces<'a>> {
        let mut pieces = leaf::head(self, base, ours, theirs, column)?;
        if ours.dash.is_some() != theirs.dash.is_some() {
            return None;
        }
        let none: &[Node] = &[];
        let lists = [base.map_or(none, |base| &base.children), &ours.children[..], &theirs.children[..]];
        let at = match (ours.children.first(), theirs.children.first()) {
            (Some(first), _) => self.ours.child_column(ours, first, column),
            (None, Some(first)) => self.theirs.child_column(theirs, first, column),
            (None, None) => column,
        };
        let name = ours.names.first().map_or(key, String::as_str);
        let edges = [base.map_or_else(Vec::new, Node::edges), ours.edges()];
        let mut inner = self.children(lists, &edges, ours.shape, at, name, base.is_none());
        if ours.dash.is_some() && !dash(&mut inner, column) {
            return None;
        }
        let first = theirs.children.first().or_else(|| base.and_then(|base| base.children.first()));
        let from = first.map_or(theirs.column, |first| first.column);
        let tails = [base.map_or(&[][..], |base| &base.tail), &ours.tail, &theirs.tail];
        let known = |child: &Node| base.is_some_and(|base| base.children.iter().any(|other| other.names == child.names));
        let near = ours.children.iter().enumerate().filter(|(at, child)| at + 1 == ours.children.len() || !known(child));
        let stays = |line: &&str| {
            inner.iter().any(|piece| matches!(piece, Piece::Clean(lines) if lines.iter().any(|l| l.trim() == line.trim())))
        };
        let beside: Vec<&str> = near.flat_map(|(_, child)| child.lead.iter().copied()).filter(stays).collect();
        pieces.append(&mut inner);
        pieces.extend(clean(self.gap(tails, &beside, from, at)));
        pieces.extend(leaf::close(self, base, ours, theirs, column)?);
        Some(pieces)
    }

    /// Merges the parts of a node.
    fn children<'a>(
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
            Some(names) if !(new && shape == Shape::List && value::ordered(key)) => {
                let theirs = blanks::settle(lists, &names, leads::give_back(lists, &names, edges));
                self.keyed([lists[0], lists[1], &theirs], &names, column)
            }
            _ => self.sequence(lists, column),
        }
    }

    fn keyed<'a>(&self, lists: [&[Node<'a>]; 3], names: &[Vec<String>; 3], column: usize) -> Pieces<'a> {
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
        let mut pieces = Pieces::new();
        for id in order::merge(&ids[0], &ids[1], &ids[2]) {
            if let Some(one) = torn.iter().find(|one| one.ours.or(one.theirs) == Some(id)) {
                let ours = one.ours.and_then(|id| o.get(&id).copied());
                let theirs = one.theirs.and_then(|id| t.get(&id).copied());
                let column = ours.map_or(column, |ours| ours.column);
                pieces.push(self.conflict(b.get(&one.base).copied(), ours, theirs, column));
                continue;
            }
            if torn.iter().any(|one| one.theirs == Some(id)) {
                continue;
            }
            let mut part = match (b.get(&id), o.get(&id), t.get(&id)) {
                (base, Some(ours), Some(theirs)) => {
                    // What the user has stands where the user put it.
                    let column = ours.column;
                    let name = ours.names.first().map_or("", String::as_str);
                    let base = match known.get(&id).and_then(|name| origins.get(*name)) {
                        Some(Origin::Renamed(old)) => Some(&&lists[0][*old]),
                        Some(Origin::Unclear) if ours.says != theirs.says => {
                            pieces.push(self.conflict(None, Some(ours), Some(theirs), column));
                            continue;
                        }
                        _ => base,
                    };
                    self.both(base.copied(), ours, theirs, column, name)
                }
                (Some(base), Some(ours), None) if base.full == ours.full => continue,
                (Some(base), None, Some(theirs)) if base.full == theirs.full => continue,
                (Some(base), Some(ours), None) => self.gone(base, Some(ours), None, column),
                (Some(base), None, Some(theirs)) => self.gone(base, None, Some(theirs), column),
                (None, Some(ours), None) => clean(self.ours.lines(ours, ours.column)),
                (None, None, Some(theirs)) => clean(self.theirs.lines(&Self::spaced(theirs, lists, pieces.is_empty()), column)),
                (_, None, None) => continue,
            };
            append(&mut pieces, &mut part);
        }
        pieces
    }

    /// One side deleted what the other changed: a conflict, unless nothing but the layout changed.
    fn gone<'a>(&self, base: &Node<'a>, ours: Option<&Node<'a>>, theirs: Option<&Node<'a>>, column: usize) -> Pieces<'a> {
        let (mut before, mut now) = (Vec::new(), Vec::new());
        base.comments(self.syntax.comment, &mut before);
        let Some(kept) = ours.or(theirs) else { return Pieces::new() };
        kept.comments(self.syntax.comment, &mut now);
        if kept.says == base.says && now.iter().all(|line| before.contains(line)) {
            return Pieces::new();
        }
        vec![self.conflict(Some(base), ours, theirs, column)]
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

    /// A conflict of whole nodes.
    fn conflict<'a>(
        &self,
        base: Option<&Node<'a>>,
        ours: Option<&Node<'a>>,
        theirs: Option<&Node<'a>>,
        column: usize,
    ) -> Piece<Text<'a>> {
        let lines = |mover: Mover, node: Option<&Node<'a>>| node.map_or_else(Vec::new, |node| mover.lines(node, column));
        Piece::Conflict { ours: lines(self.ours, ours), base: lines(self.base, base), theirs: lines(self.theirs, theirs) }
    }

    /// Comments and blank lines between nodes.
    fn gap<'a>(&self, lines: [&[&'a str]; 3], beside: &[&str], from: usize, to: usize) -> Vec<Text<'a>> {
        let [base, ours, theirs] = lines.map(|lines| lines.iter().copied().map(Cow::Borrowed).collect::<Vec<_>>());
        leads::merge([&base, &ours, &theirs], beside, |line| self.theirs.line(line, from, to))
    }
}

/// The comments at the top of a file.
pub fn header<'a>([base, ours, theirs]: [&Node<'a>; 3]) -> Vec<Text<'a>> {
    let beside = ours.children.first().map_or(&ours.tail, |first| &first.lead);
    leads::merge([&base.head, &ours.head, &theirs.head], beside, Clone::clone)
}

/// One merged piece, or none.
pub fn clean(lines: Vec<Text>) -> Pieces {
    if lines.is_empty() { Pieces::new() } else { vec![Piece::Clean(lines)] }
}

/// Whether a part could not be merged.
pub fn has_conflict(pieces: &[Piece<Text>]) -> bool {
    pieces.iter().any(|piece| matches!(piece, Piece::Conflict { .. }))
}

/// Adds pieces, clean ones to a clean one.
pub fn append<'a>(pieces: &mut Pieces<'a>, more: &mut Pieces<'a>) {
    for piece in more.drain(..) {
        match (pieces.last_mut(), piece) {
            (Some(Piece::Clean(lines)), Piece::Clean(new)) => lines.extend(new),
            (_, piece) => pieces.push(piece),
        }
    }
}

/// Gives the first line the dash of its item; in each version, where it is in conflict.
fn dash(pieces: &mut Pieces, column: usize) -> bool {
    for piece in pieces {
        match piece {
            Piece::Clean(lines) => {
                if put_dash(lines, column) {
                    return true;
                }
            }
            Piece::Conflict { ours, base, theirs } => {
                put_dash(base, column);
                return put_dash(ours, column) && put_dash(theirs, column);
            }
        }
    }
    false
}
