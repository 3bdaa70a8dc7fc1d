//! Why: a leaf is mostly one line, and that line has parts too: what it says, and a comment behind it. A pin, a text of
//! several lines and a list in brackets merge by what they are made of.

use std::borrow::Cow;

use super::apart;
use super::commands;
use super::flow;
use super::join::{Joiner, Pieces, clean, has_conflict, header};
use super::layout::Mover;
use super::lines::{Change, Piece, regions, with_moves};
use super::spelling::respelled;
use super::tree::{Node, Shape, Text, body_indent, indent};
use super::version::{Side, newer};

/// A line without its indentation: what it says, the space behind that, and the comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts<'l> {
    /// What it says.
    pub code: &'l str,
    /// The space behind that.
    pub space: &'l str,
    /// The comment.
    pub comment: &'l str,
}

/// Takes a line apart.
pub fn parts<'l>(joiner: &Joiner, line: &'l str) -> Parts<'l> {
    let line = line.trim();
    let (before, comment) = line.split_at((joiner.syntax.comment)(line).unwrap_or(line.len()));
    let code = before.trim_end();
    Parts { code, space: &before[code.len()..], comment }
}

impl Joiner {
    /// The first lines of one side's node.
    fn head<'a>(&self, side: Side, ours: &Node<'a>, theirs: &Node<'a>, column: usize) -> Vec<Text<'a>> {
        match side {
            Side::Ours => self.ours.head(ours, column),
            Side::Theirs => self.theirs.head(theirs, column),
        }
    }
}

/// Whose version stands where the other side changed nothing, or the same; `None` where both changed it.
fn settled<T: PartialEq>(base: Option<&T>, ours: &T, theirs: &T) -> Option<Side> {
    if ours == theirs || base == Some(theirs) { Some(Side::Ours) } else { (base == Some(ours)).then_some(Side::Theirs) }
}

/// Merges the first lines of containers; `None` for a conflict.
pub fn head<'a>(
    joiner: &Joiner,
    base: Option<&Node<'a>>,
    ours: &Node<'a>,
    theirs: &Node<'a>,
    column: usize,
) -> Option<Pieces<'a>> {
    let text = |node: &Node<'a>| node.head.iter().map(|line| line.trim().to_owned()).collect::<Vec<_>>();
    let (b, o, t) = (base.map(text), text(ours), text(theirs));
    if let Some(side) = settled(b.as_ref(), &o, &t) {
        return Some(clean(joiner.head(side, ours, theirs, column)));
    }
    let comments = |lines: &[String]| lines.iter().all(|line| line.is_empty() || line.starts_with(['#', '-']));
    if let Some(base) = base.filter(|_| comments(&o) && comments(&t) && b.as_ref().is_some_and(|b| comments(b))) {
        return Some(header([base, ours, theirs]));
    }
    if o.len() != 1 || t.len() != 1 || b.as_ref().is_some_and(|b| b.len() != 1) {
        return None;
    }
    let old = b.as_ref().map(|b| parts(joiner, &b[0]));
    let (o, t) = (parts(joiner, &o[0]), parts(joiner, &t[0]));
    let code = match settled(old.map(|b| b.code).as_ref(), &o.code, &t.code) {
        Some(Side::Ours) => o.code.to_owned(),
        Some(Side::Theirs) => t.code.to_owned(),
        None => words(joiner, old.map(|b| b.code), o.code, t.code)?,
    };
    let Some(behind) = comment(old, o, t) else {
        // What the parts say does not hang on it.
        let own = |side: Side, node: &Node<'a>| {
            let line = joiner.head(side, node, node, column).pop().unwrap_or_default();
            let comment = one(parts(joiner, &line));
            vec![assemble(joiner, &line, column, &code, &comment)]
        };
        let base = base.map_or_else(Vec::new, |base| joiner.base.head(base, column));
        return Some(vec![Piece::Conflict { ours: own(Side::Ours, ours), base, theirs: own(Side::Theirs, theirs) }]);
    };
    Some(clean(vec![assemble(joiner, &ours.head[0], column, &code, &behind)]))
}

/// Merges the last lines of containers, which differ in nothing but a comment; `None` for a conflict.
pub fn close<'a>(
    joiner: &Joiner,
    base: Option<&Node<'a>>,
    ours: &Node<'a>,
    theirs: &Node<'a>,
    column: usize,
) -> Option<Pieces<'a>> {
    let text = |node: &Node<'a>| node.close.iter().map(|line| line.trim()).collect::<Vec<_>>();
    let (b, o, t) = (base.map(text), text(ours), text(theirs));
    let all =
        |mover: Mover, node: &Node<'a>| node.close.iter().map(|l| mover.line(&Cow::Borrowed(*l), node.column, column)).collect();
    match settled(b.as_ref(), &o, &t) {
        Some(Side::Ours) => return Some(clean(all(joiner.ours, ours))),
        Some(Side::Theirs) => return Some(clean(all(joiner.theirs, theirs))),
        None => {}
    }
    let ([o], [t]) = (&o[..], &t[..]) else { return None };
    let (o, t) = (parts(joiner, o), parts(joiner, t));
    let b = b.as_ref().and_then(|b| b.first()).map(|b| parts(joiner, b));
    let line = Cow::Borrowed(ours.close[0]);
    let behind = comment(b, o, t).filter(|_| o.code == t.code)?;
    Some(clean(vec![assemble(joiner, &line, column, o.code, &behind)]))
}

/// Merges leaves; `None` for a conflict of all of it.
pub fn merge<'a>(
    joiner: &Joiner,
    base: Option<&Node<'a>>,
    ours: &Node<'a>,
    theirs: &Node<'a>,
    column: usize,
) -> Option<Pieces<'a>> {
    if ours.shape == Shape::Block {
        return blocks(joiner, base?, ours, theirs, column);
    }
    let single = |node: &Node| node.head.len() == 1;
    if single(ours) && single(theirs) && base.is_none_or(single) {
        return line(joiner, base, ours, theirs, column);
    }
    let by_says = settled(base.map(|base| &base.says), &ours.says, &theirs.says);
    let pieces = if let Some(side) = by_says.or_else(|| newer_hashes(base?, ours, theirs)) {
        clean(joiner.head(side, ours, theirs, column))
    } else {
        texts(&joiner.base.head(base?, column), &joiner.ours.head(ours, column), &joiner.theirs.head(theirs, column))
    };
    if has_conflict(&pieces) {
        return None;
    }
    Some(pieces)
}

/// Which of two packages is newer, where below its version there is nothing but what follows from it.
fn newer_hashes(base: &Node, ours: &Node, theirs: &Node) -> Option<Side> {
    let hashes = |node: &Node| node.head[1..].iter().all(|line| line.trim_start().starts_with("--hash="));
    let version = |node: &Node| node.head[0].trim_end_matches('\\').trim_end().to_owned();
    let [b, o, t] = [base, ours, theirs].map(|node| hashes(node).then(|| version(node)));
    newer(Some(&b?), &o?, &t?)
}

fn line<'a>(joiner: &Joiner, base: Option<&Node<'a>>, ours: &Node<'a>, theirs: &Node<'a>, column: usize) -> Option<Pieces<'a>> {
    let (our_line, their_line) = (&ours.head[0], &theirs.head[0]);
    let (o, t) = (parts(joiner, our_line), parts(joiner, their_line));
    let b = base.map(|base| parts(joiner, &base.head[0]));
    let by_code = settled(b.map(|b| b.code).as_ref(), &o.code, &t.code);
    let side = by_code.or_else(|| settled(base.map(|base| &base.says), &ours.says, &theirs.says));
    let code = if let Some(side) = side {
        let respelled = || b.filter(|b| b.code != o.code).and_then(|b| respelled(b.code, o.code, t.code));
        if side == Side::Ours { o.code.to_owned() } else { respelled().unwrap_or_else(|| t.code.to_owned()) }
    } else if let Some(side) = newer(base.map(|base| base.head[0].as_ref()), our_line, their_line) {
        return Some(clean(joiner.head(side, ours, theirs, column)));
    } else if let Some(words) = words(joiner, b.map(|b| b.code), o.code, t.code) {
        words
    } else {
        flow::merge(b?.code, o.code, t.code, &ours.names[0])?
    };
    // What stands behind a pin says which version it is; it moves with it.
    let behind = match b {
        Some(_) if is_pinned(&code) && code != o.code => one(t),
        Some(_) if is_pinned(&code) && code != t.code => one(o),
        _ => comment(b, o, t)?,
    };
    Some(clean(vec![assemble(joiner, our_line, column, &code, &behind)]))
}

fn is_pinned(code: &str) -> bool {
    code.trim_start_matches("- ").starts_with("uses:") && code.contains('@')
}

/// The comment of a line, with the space before it.
pub fn one(parts: Parts) -> String {
    if parts.comment.is_empty() { String::new() } else { format!("{}{}", parts.space, parts.comment) }
}

/// The comment behind a line, with the space before it: both, where both wrote one; `None` where both wrote another one.
fn comment(base: Option<Parts>, ours: Parts, theirs: Parts) -> Option<String> {
    let old = base.map_or("", |base| base.comment);
    Some(if ours.comment == theirs.comment || old == theirs.comment {
        one(ours)
    } else if old == ours.comment {
        one(theirs)
    } else if theirs.comment.is_empty() || ours.comment.contains(theirs.comment) {
        one(ours)
    } else if ours.comment.is_empty() {
        one(theirs)
    } else if old.is_empty() {
        format!("{} {}", one(ours), theirs.comment)
    } else {
        return None;
    })
}

/// A line in place of one of ours, which stays as it is when it says the same.
pub fn assemble<'a>(joiner: &Joiner, ours: &Text<'a>, column: usize, code: &str, comment: &str) -> Text<'a> {
    let o = parts(joiner, ours);
    if o.code == code && format!("{}{}", o.space, o.comment).trim() == comment.trim() {
        return ours.clone();
    }
    let before = &ours[..indent(ours)];
    let before = if before.len() == column { Cow::Borrowed(before) } else { Cow::Owned(" ".repeat(column)) };
    Cow::Owned(format!("{before}{code}{comment}"))
}

/// Block scalars: the header by itself, the text by lines, indented as the user's.
fn blocks<'a>(joiner: &Joiner, base: &Node<'a>, ours: &Node<'a>, theirs: &Node<'a>, column: usize) -> Option<Pieces<'a>> {
    let header = |node: &Node<'a>| {
        let mut header = node.clone();
        header.head.truncate(1);
        header
    };
    let mut pieces = head(joiner, Some(&header(base)), &header(ours), &header(theirs), column)?;
    // An indentation indicator fixes the columns; then only whole texts may be taken.
    let fixed = [base, ours, theirs].iter().any(|node| {
        let code = parts(joiner, &node.head[0]).code;
        code.rsplit(['|', '>']).next().is_some_and(|tail| tail.contains(|c: char| c.is_ascii_digit()))
    });
    let to = body_indent(&ours.head);
    let body = |node: &Node<'a>| -> Vec<Text<'a>> {
        let from = body_indent(&node.head);
        let shift = |line: &Text<'a>| match line.get(from..) {
            Some(rest) if !line.trim().is_empty() && from != to => Cow::Owned(" ".repeat(to) + rest),
            _ => line.clone(),
        };
        node.head[1..].iter().map(shift).collect()
    };
    if fixed && (body_indent(&base.head) != to || body_indent(&theirs.head) != to) {
        return None;
    }
    pieces.extend(texts(&body(base), &body(ours), &body(theirs)));
    Some(pieces)
}

/// Merges a text; conflicts stay small, and edits that only touch are none.
fn texts<'a>(base: &[Text<'a>], ours: &[Text<'a>], theirs: &[Text<'a>]) -> Pieces<'a> {
    commands::in_recipe(apart::settle(lines(base, ours, theirs), |line| line.as_bytes()))
}

/// Merges lines; conflicts stay small.
pub fn lines<'a>(base: &[Text<'a>], ours: &[Text<'a>], theirs: &[Text<'a>]) -> Pieces<'a> {
    let mut pieces = Pieces::new();
    for region in with_moves(regions(base, ours, theirs), [base, ours, theirs], |line| !line.trim().is_empty()) {
        match region.change {
            Change::None | Change::Ours => pieces.extend(clean(ours[region.ours].to_vec())),
            Change::Theirs => pieces.extend(clean(theirs[region.theirs].to_vec())),
            Change::Both => pieces.push(Piece::Conflict {
                ours: ours[region.ours].to_vec(),
                base: base[region.base].to_vec(),
                theirs: theirs[region.theirs].to_vec(),
            }),
        }
    }
    pieces
}

/// Merges what is a set of words behind the first one.
fn words(joiner: &Joiner, base: Option<&str>, ours: &str, theirs: &str) -> Option<String> {
    if ![Some(ours), Some(theirs), base].into_iter().flatten().all(joiner.syntax.words) {
        return None;
    }
    let split = |code: &str| code.trim_end_matches(';').split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let (b, o, t) = (split(base?), split(ours), split(theirs));
    if b.first() != o.first() || b.first() != t.first() {
        return None;
    }
    let merged = flow::set(&b, &o, &t)?;
    Some(merged.join(" ") + if ours.ends_with(';') { ";" } else { "" })
}
