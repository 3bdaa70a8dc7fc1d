//! Why: here two trees that grew from one become one. Parts that their keys tell apart merge each for itself, in the user's
//! order; where keys do not tell them apart, lists merge as sequences.

use std::borrow::Cow;
use std::collections::HashMap;

use super::keys;
use super::leaf;
use super::lines::{Change, Piece, intern, regions};
use super::order;
use super::tree::{Mover, Node, Shape, Style, Text, put_dash};
use super::value;

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
    let [from_base, to, from_theirs] = [base, ours, theirs].map(Style::of);
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
    fn both<'a>(&self, base: Option<&Node<'a>>, ours: &Node<'a>, theirs: &Node<'a>, column: usize, key: &str) -> Pieces<'a> {
        if ours.full == theirs.full || base.is_some_and(|base| base.full == theirs.full) {
            return clean(self.ours.lines(ours, column));
        }
        if base.is_some_and(|base| base.full == ours.full) {
            return clean(self.theirs.lines(theirs, column));
        }
        let (lead_base, lead) = (base.map_or(&[][..], |base| &base.lead), |lead| clean(lead));
        let mut pieces = lead(self.gap(lead_base, &ours.lead, &theirs.lead, theirs.column, column));
        let alike = ours.shape == theirs.shape && base.is_none_or(|base| base.shape == ours.shape);
        let body = if alike && ours.is_container() {
            self.containers(base, ours, theirs, column, key)
        } else if alike {
            leaf::merge(self, base, ours, theirs, column)
        } else {
            self.whole(base, ours, theirs, column)
        };
        match body {
            Some(body) if base.is_some() || !has_conflict(&body) => pieces.extend(body),
            _ => return vec![self.conflict(base, Some(ours), Some(theirs), column)],
        }
        pieces
    }

    /// Where only one side changed what a node says, that side's; unless a comment of the other would be lost.
    fn whole<'a>(&self, base: Option<&Node<'a>>, ours: &Node<'a>, theirs: &Node<'a>, column: usize) -> Option<Pieces<'a>> {
        let (mut o, mut t, mut b) = (Vec::new(), Vec::new(), Vec::new());
        ours.comments(&mut o);
        theirs.comments(&mut t);
        base.inspect(|base| base.comments(&mut b));
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
        if base_says == Some(ours.says) && o.iter().all(|line| b.contains(line) || t.contains(line)) {
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
        let mut inner = self.children(lists, ours.shape, at, name, base.is_none());
        if ours.dash.is_some() && !dash(&mut inner, column) {
            return None;
        }
        pieces.append(&mut inner);
        let from = theirs.children.first().map_or(theirs.column, |first| first.column);
        pieces.extend(clean(self.gap(base.map_or(&[], |base| &base.tail), &ours.tail, &theirs.tail, from, at)));
        let trimmed = |node: &Node<'a>| node.close.iter().map(|line| line.trim()).collect::<Vec<_>>();
        let (o, t) = (trimmed(ours), trimmed(theirs));
        let theirs_closes = o != t && base.map(trimmed).as_ref() == Some(&o);
        let (mover, closer) = if theirs_closes { (self.theirs, theirs) } else { (self.ours, ours) };
        let close = closer.close.iter().map(|line| mover.line(&Cow::Borrowed(*line), closer.column, column));
        pieces.extend(clean(close.collect()));
        Some(pieces)
    }

    /// Merges the parts of a node.
    fn children<'a>(&self, lists: [&[Node<'a>]; 3], shape: Shape, column: usize, key: &str, new: bool) -> Pieces<'a> {
        let keyed = if shape == Shape::List { keys::of_list(lists, key) } else { keys::of_map(lists) };
        match keyed {
            Some(names) if !(new && shape == Shape::List && value::ordered(key)) => self.keyed(lists, &names, column),
            _ => self.sequence(lists, column),
        }
    }

    fn keyed<'a>(&self, lists: [&[Node<'a>]; 3], names: &[Vec<String>; 3], column: usize) -> Pieces<'a> {
        let mut numbers = HashMap::new();
        let ids = [&names[0], &names[1], &names[2]].map(|names| intern(&mut numbers, names));
        let find = |side: usize| -> HashMap<u32, &Node<'a>> { ids[side].iter().copied().zip(lists[side]).collect() };
        let (b, o, t) = (find(0), find(1), find(2));
        let mut pieces = Pieces::new();
        for id in order::merge(&ids[0], &ids[1], &ids[2]) {
            let mut part = match (b.get(&id), o.get(&id), t.get(&id)) {
                (base, Some(ours), Some(theirs)) => {
                    let name = ours.names.first().map_or("", String::as_str);
                    self.both(base.copied(), ours, theirs, column, name)
                }
                (Some(base), Some(ours), None) if base.full == ours.full => continue,
                (Some(base), None, Some(theirs)) if base.full == theirs.full => continue,
                (Some(base), Some(ours), None) => self.gone(base, Some(ours), None, column),
                (Some(base), None, Some(theirs)) => self.gone(base, None, Some(theirs), column),
                (None, Some(ours), None) => clean(self.ours.lines(ours, column)),
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
        base.comments(&mut before);
        let Some(kept) = ours.or(theirs) else { return Pieces::new() };
        kept.comments(&mut now);
        let same_comment = leaf::trailing(self, kept) == leaf::trailing(self, base);
        if kept.says == base.says && same_comment && now.iter().all(|line| before.contains(line)) {
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

    /// Parts that keys do not tell apart: what is aligned merges, and between that only one side may change something.
    fn sequence<'a>(&self, lists: [&[Node<'a>]; 3], column: usize) -> Pieces<'a> {
        let names = lists.map(|list| list.iter().map(|node| node.names.last().cloned().unwrap_or_default()).collect::<Vec<_>>());
        let mut pieces = Pieces::new();
        for region in regions(&names[0], &names[1], &names[2]) {
            let (b, o, t) = (&lists[0][region.base], &lists[1][region.ours], &lists[2][region.theirs]);
            let mut part = match region.change {
                Change::None => {
                    let mut part = Pieces::new();
                    for ((b, o), t) in b.iter().zip(o).zip(t) {
                        append(&mut part, &mut self.both(Some(b), o, t, column, ""));
                    }
                    part
                }
                Change::Ours if unchanged(b, t) || o.len() == t.len() && o.iter().zip(t).all(|(o, t)| o.full == t.full) => {
                    clean(Self::all(self.ours, o, column))
                }
                Change::Theirs if unchanged(b, o) => clean(Self::all(self.theirs, t, column)),
                _ => leaf::lines(
                    &Self::all(self.base, b, column),
                    &Self::all(self.ours, o, column),
                    &Self::all(self.theirs, t, column),
                ),
            };
            append(&mut pieces, &mut part);
        }
        pieces
    }

    fn all<'a>(mover: Mover, nodes: &[Node<'a>], column: usize) -> Vec<Text<'a>> {
        nodes.iter().flat_map(|node| mover.lines(node, column)).collect()
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

    /// Comments and blank lines: where both sides wrote, what each of them wrote.
    fn gap<'a>(&self, base: &[&'a str], ours: &[&'a str], theirs: &[&'a str], from: usize, to: usize) -> Vec<Text<'a>> {
        let trimmed = |lines: &[&'a str]| lines.iter().map(|line| line.trim()).collect::<Vec<&'a str>>();
        let (b, o, t) = (trimmed(base), trimmed(ours), trimmed(theirs));
        let own = |lines: &[&'a str]| lines.iter().map(|line| Text::Borrowed(*line)).collect::<Vec<_>>();
        let moved = |line: &&'a str| self.theirs.line(&Cow::Borrowed(*line), from, to);
        let mut out = Vec::new();
        for region in regions(&b, &o, &t) {
            match region.change {
                Change::None | Change::Ours => out.extend(own(&ours[region.ours])),
                Change::Theirs => out.extend(theirs[region.theirs].iter().map(moved)),
                Change::Both => {
                    let (old, mine) = (&b[region.base], &o[region.ours.clone()]);
                    out.extend(own(&ours[region.ours]));
                    let new =
                        |line: &&&'a str| !line.trim().is_empty() && !old.contains(&line.trim()) && !mine.contains(&line.trim());
                    out.extend(theirs[region.theirs].iter().filter(new).map(moved));
                }
            }
        }
        out
    }
}

fn unchanged(a: &[Node], b: &[Node]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.full == b.full)
}

/// One merged piece, or none.
pub fn clean(lines: Vec<Text>) -> Pieces {
    if lines.is_empty() { Pieces::new() } else { vec![Piece::Clean(lines)] }
}

/// Whether a part could not be merged.
pub fn has_conflict(pieces: &[Piece<Text>]) -> bool {
    pieces.iter().any(|piece| matches!(piece, Piece::Conflict { .. }))
}

fn append<'a>(pieces: &mut Pieces<'a>, more: &mut Pieces<'a>) {
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
