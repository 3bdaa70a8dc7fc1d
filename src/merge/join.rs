//! Why: here two trees that grew from one become one: node by node, each by its first lines, its parts, the comments between
//! them and what closes it.

use std::borrow::Cow;
use std::collections::HashSet;

use super::forms;
use super::layout::{Mover, Style};
use super::leads;
use super::leaf;
use super::lines::Piece;
use super::named;
use super::tree::{Node, Shape, Text, put_dash};

/// Pieces of a tree.
pub type Pieces<'a> = Vec<Piece<Text<'a>>>;

/// The syntax that leaves have.
#[derive(Clone, Copy, Debug)]
pub struct Syntax {
    /// Where a comment begins on a line.
    pub comment: fn(&str) -> Option<usize>,
    /// Whether a leaf is a set of words behind its first one.
    pub words: fn(&str) -> bool,
    /// What names an item of a list, and a number that stands for what it says.
    pub item: fn(&str) -> Option<(String, u64)>,
}

/// Merges the trees of three files.
pub fn join<'a>(syntax: Syntax, base: &Node<'a>, ours: &Node<'a>, theirs: &Node<'a>) -> Pieces<'a> {
    let [from_base, from_theirs] = [base, theirs].map(|root| Style::of(root, None));
    let to = Style::of(ours, Some(from_theirs));
    let mut joiner = Joiner {
        syntax,
        base: Mover { from: from_base, to },
        ours: Mover { from: to, to },
        theirs: Mover { from: from_theirs, to },
        kept: HashSet::new(),
    };
    let ([base], [ours], [theirs]) = (&base.children[..], &ours.children[..], &theirs.children[..]) else {
        return joiner.both(Some(base), ours, theirs, ours.column, "");
    };
    let pieces = joiner.both(Some(base), ours, theirs, ours.column, "");
    joiner.kept = named::kept(&pieces, [base, ours, theirs]);
    if joiner.kept.is_empty() { pieces } else { joiner.both(Some(base), ours, theirs, ours.column, "") }
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
    /// Stand for what is named by something in a conflict: it goes only with that.
    pub kept: HashSet<u64>,
}

impl Joiner {
    /// Merges two nodes of the same name, at a column.
    pub fn both<'a>(&self, base: Option<&Node<'a>>, ours: &Node<'a>, theirs: &Node<'a>, column: usize, key: &str) -> Pieces<'a> {
        // A part that goes only with something else is asked about, though nobody changed it.
        let asks = base.is_some_and(|base| base.children.iter().any(|part| self.kept.contains(&part.full)));
        if ours.full == theirs.full || base.is_some_and(|base| base.full == theirs.full && !asks) {
            return clean(self.ours.lines(ours, column));
        }
        // Where the user changed only the layout, it is kept in all parts that the other side did not touch.
        let untouched = base.filter(|base| base.full == ours.full && !asks);
        let in_parts = |base: &Node| theirs.shape == ours.shape && (ours.is_container() || base.head == theirs.head);
        if untouched.is_some_and(|base| base.raw == ours.raw || !in_parts(base)) {
            return clean(self.theirs.lines(theirs, column));
        }
        // Without a base nobody can have added a blank line.
        let blank = |line: &&'a str| base.is_none() && line.trim().is_empty();
        let lead: Vec<&str> = theirs.lead.iter().copied().filter(|line| !blank(line) || ours.lead.contains(line)).collect();
        let leads = [base.map_or(&[][..], |base| &base.lead), &ours.lead, &lead];
        let mut pieces = self.gap(leads, &[], theirs.column, column);
        let alike = ours.shape == theirs.shape && base.is_none_or(|base| base.shape == ours.shape);
        let body = if alike && ours.is_container() {
            self.containers(base, ours, theirs, column, key)
        } else if alike {
            leaf::merge(self, base, ours, theirs, column)
        } else {
            base.and_then(|base| forms::merge(self, base, ours, theirs, column, key))
        };
        let body = match body {
            Some(body) if asks || !has_conflict(&body) => Some(body),
            body => self.whole(base, ours, theirs, column).or(body),
        };
        match body {
            Some(body) if !has_conflict(&body) || base.is_some() && untouched.is_none() => pieces.extend(body),
            _ if untouched.is_some() => return clean(self.theirs.lines(theirs, column)),
            _ => return vec![self.conflict([base.as_slice(), &[ours], &[theirs]], column)],
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
        // In another form, too.
        let reformed = base.is_some_and(|base| reformed(base, ours, theirs));
        if base_says == Some(ours.says) && !reordered && !reformed && o.iter().all(|line| b.contains(line) || t.contains(line)) {
            return Some(without_comments(self.theirs, theirs));
        }
        None
    }

    /// Merges nodes with parts.
    pub fn containers<'a>(
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
        let lines_only = || lists.iter().all(|list| list.iter().all(|child| !child.is_container()));
        if ours.shape == Shape::List && !ours.close.is_empty() && lines_only() {
            commas(&mut inner, self.syntax.comment);
        }
        let first = theirs.children.first().or_else(|| base.and_then(|base| base.children.first()));
        let from = first.map_or(theirs.column, |first| first.column);
        let tails = [base.map_or(&[][..], |base| &base.tail), &ours.tail, &theirs.tail];
        let names: HashSet<&[String]> = lists[0].iter().map(|child| &child.names[..]).collect();
        let known = |child: &Node| names.contains(&child.names[..]);
        let near = ours.children.iter().enumerate().filter(|(at, child)| at + 1 == ours.children.len() || !known(child));
        let stays = |line: &&str| {
            inner.iter().any(|piece| matches!(piece, Piece::Clean(lines) if lines.iter().any(|l| l.trim() == line.trim())))
        };
        let beside: Vec<&str> = near.flat_map(|(_, child)| child.lead.iter().copied()).filter(stays).collect();
        pieces.append(&mut inner);
        pieces.extend(self.gap(tails, &beside, from, at));
        pieces.extend(leaf::close(self, base, ours, theirs, column)?);
        Some(pieces)
    }

    /// A conflict of whole nodes.
    pub fn conflict<'a>(&self, [base, ours, theirs]: [&[&Node<'a>]; 3], column: usize) -> Piece<Text<'a>> {
        let lines = |mover: Mover, nodes: &[&Node<'a>]| nodes.iter().flat_map(|node| mover.lines(node, column)).collect();
        Piece::Conflict { ours: lines(self.ours, ours), base: lines(self.base, base), theirs: lines(self.theirs, theirs) }
    }

    /// Comments and blank lines between nodes.
    fn gap<'a>(&self, lines: [&[&'a str]; 3], beside: &[&str], from: usize, to: usize) -> Pieces<'a> {
        let [base, ours, theirs] = lines.map(|lines| lines.iter().copied().map(Cow::Borrowed).collect::<Vec<_>>());
        leads::merge([&base, &ours, &theirs], beside, |line| self.theirs.line(line, from, to))
    }
}

/// Whether something that theirs changed says in ours what it said before, but in another form.
fn reformed(base: &Node, ours: &Node, theirs: &Node) -> bool {
    if base.shape != ours.shape {
        return ours.shape != theirs.shape && base.full != theirs.full;
    }
    ours.children.iter().any(|child| {
        let same = |node: &Node| node.names == child.names;
        let (old, new) = (base.children.iter().find(|node| same(node)), theirs.children.iter().find(|node| same(node)));
        old.zip(new).is_some_and(|(old, new)| old.full != new.full && reformed(old, child, new))
    })
}

/// The comments at the top of a file.
pub fn header<'a>([base, ours, theirs]: [&Node<'a>; 3]) -> Pieces<'a> {
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
                match (put_dash(ours, column), put_dash(theirs, column)) {
                    // Comments before the first key are not what the dash stands at.
                    (false, false) => {}
                    (ours, theirs) => return ours && theirs,
                }
            }
        }
    }
    false
}

/// Parts the items of a list in brackets, of which each stands on a line: what was the last one has no comma yet.
fn commas(pieces: &mut Pieces, comment: fn(&str) -> Option<usize>) {
    let mut more = false;
    for piece in pieces.iter_mut().rev() {
        match piece {
            Piece::Clean(lines) => more = part(lines, more, comment),
            Piece::Conflict { ours, base, theirs } => {
                more = [ours, base, theirs].map(|lines| part(lines, more, comment)).contains(&true);
            }
        }
    }
}

/// Gives each item a comma that another one follows; whether there is one now.
fn part(lines: &mut [Text], mut more: bool, comment: fn(&str) -> Option<usize>) -> bool {
    for line in lines.iter_mut().rev() {
        let end = line[..comment(line).unwrap_or(line.len())].trim_end().len();
        if end == 0 {
            continue;
        }
        if more && !line[..end].ends_with(',') {
            line.to_mut().insert(end, ',');
        }
        more = true;
    }
    more
}
