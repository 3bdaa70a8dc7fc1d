//! Why: what comes from the other side is indented as that side indents; in the user's file it must look as if the user
//! had written it.

use std::borrow::Cow;

use super::tree::{Node, Shape, Text, body_indent, indent, put_dash};

/// How a file is indented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    map: usize,
    list: usize,
    tabs: bool,
}

impl Style {
    /// The style of most of a tree; where it has no parts within parts, another's.
    pub fn of(root: &Node, other: Option<Self>) -> Self {
        let (mut maps, mut lists) = (Vec::new(), Vec::new());
        let top = root.children.iter().flat_map(|document| &document.children);
        top.for_each(|child| steps(child, &mut maps, &mut lists));
        let map = most(&maps).or(other.map(|other| other.map)).unwrap_or(2);
        let apart = other.filter(|other| other.list != other.map).map(|other| other.list);
        let list = most(&lists).or(apart).unwrap_or(map);
        let flat = maps.is_empty() && lists.is_empty();
        Self { map, list, tabs: has_tabs(root) || flat && other.is_some_and(|other| other.tabs) }
    }
}

/// Columns from a container to its parts.
fn steps(node: &Node, maps: &mut Vec<usize>, lists: &mut Vec<usize>) {
    if let Some(child) = node.children.first() {
        let step = child.column.saturating_sub(node.column);
        match node.shape {
            Shape::List => lists.push(step),
            _ if node.dash.is_none() && !node.head.is_empty() => maps.push(step),
            _ => {}
        }
    }
    for child in &node.children {
        steps(child, maps, lists);
    }
}

fn has_tabs(node: &Node) -> bool {
    node.head.first().is_some_and(|line| line.starts_with('\t')) || node.children.iter().any(has_tabs)
}

fn most(steps: &[usize]) -> Option<usize> {
    let mut counts = std::collections::BTreeMap::new();
    for step in steps {
        *counts.entry(*step).or_insert(0_usize) += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(step, _)| step)
}

/// Brings nodes of one file into another, where they are to be indented as that one is.
#[derive(Clone, Copy, Debug)]
pub struct Mover {
    /// The style that nodes have.
    pub from: Style,
    /// The style that they get.
    pub to: Style,
}

impl Mover {
    /// The lines of a node, with its first line at a column.
    pub fn lines<'a>(self, node: &Node<'a>, column: usize) -> Vec<Text<'a>> {
        let mut out = Vec::new();
        self.node(node, column, &mut out);
        out
    }

    fn node<'a>(self, node: &Node<'a>, column: usize, out: &mut Vec<Text<'a>>) {
        out.extend(node.lead.iter().map(|line| self.line(&Cow::Borrowed(*line), node.column, column)));
        out.extend(self.head(node, column));
        if let Some(first) = node.children.first() {
            let at = self.child_column(node, first, column);
            let mut inner = Vec::new();
            for child in &node.children {
                self.node(child, at, &mut inner);
            }
            if node.dash.is_some() {
                put_dash(&mut inner, column);
            }
            out.extend(inner);
            out.extend(node.tail.iter().map(|line| self.line(&Cow::Borrowed(*line), first.column, at)));
        } else {
            out.extend(node.tail.iter().map(|line| self.line(&Cow::Borrowed(*line), node.column, column)));
        }
        out.extend(node.close.iter().map(|line| self.line(&Cow::Borrowed(*line), node.column, column)));
    }

    /// The first lines of a node at a column.
    pub fn head<'a>(self, node: &Node<'a>, column: usize) -> Vec<Text<'a>> {
        if node.shape == Shape::Block && self.from != self.to {
            return self.block(node, column);
        }
        // What goes back before its own first line is the inside of a string; a container's first lines are not.
        let back = |line: &Text| !line.trim().is_empty() && indent(line) < node.column;
        if !node.is_container() && node.head.iter().skip(1).any(back) {
            let first = node.head.iter().take(1).map(|line| self.line(line, node.column, column));
            return first.chain(node.head.iter().skip(1).cloned()).collect();
        }
        node.head.iter().map(|line| self.line(line, node.column, column)).collect()
    }

    /// A text of several lines moves as a whole: what its lines are indented beyond the first is a part of it.
    fn block<'a>(self, node: &Node<'a>, column: usize) -> Vec<Text<'a>> {
        let from = body_indent(&node.head);
        let step = from.saturating_sub(node.column);
        // An indentation indicator says how deep the text is.
        let fixed = node.head[0].rsplit(['|', '>']).next().is_some_and(|tail| tail.starts_with(|c: char| c.is_ascii_digit()));
        let to = column + if step == self.from.map && !fixed { self.to.map } else { step };
        let shift = |line: &Text<'a>| match line.get(from..) {
            Some(rest) if !line.trim().is_empty() && from != to => Cow::Owned(" ".repeat(to) + rest),
            _ => line.clone(),
        };
        std::iter::once(self.line(&node.head[0], node.column, column)).chain(node.head[1..].iter().map(shift)).collect()
    }

    /// Where a part of a node comes to stand when the node stands at `column`.
    pub fn child_column(self, node: &Node, child: &Node, column: usize) -> usize {
        let step = child.column.saturating_sub(node.column);
        if self.from == self.to || node.dash.is_some() {
            return column + step;
        }
        let (from, to) = if node.shape == Shape::List { (self.from.list, self.to.list) } else { (self.from.map, self.to.map) };
        column + if step == from { to } else { step }
    }

    /// A line that stood in a node at `from`, now in one at `to`.
    pub fn line<'a>(self, line: &Text<'a>, from: usize, to: usize) -> Text<'a> {
        let width = indent(line);
        if width == line.len() || (from == to && self.from.tabs == self.to.tabs) || (width == 0 && from > 0) {
            return line.clone();
        }
        let mut deeper = width.saturating_sub(from);
        if self.from != self.to && self.from.map > 0 && deeper.is_multiple_of(self.from.map) {
            deeper = deeper / self.from.map * self.to.map;
        }
        let new = if width < from { to.saturating_sub(from - width) } else { to + deeper };
        let unit = if self.to.tabs { "\t" } else { " " };
        Cow::Owned(unit.repeat(new) + &line[width..])
    }
}
