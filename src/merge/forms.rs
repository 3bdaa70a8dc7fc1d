//! Why: a list on one line and the same list in lines say the same, and who rewrote it did not disagree with who added to
//! it. The user's form stays, and the members merge.

use std::borrow::Cow;

use super::flow::Flow;
use super::join::{Joiner, Pieces, clean};
use super::leaf::{self, parts};
use super::tree::{Node, Shape, Text, indent};

/// Merges lists of which at least one is written in another form than ours; `None` where that is not what they are.
pub fn merge<'a>(
    joiner: &Joiner,
    base: &Node<'a>,
    ours: &Node<'a>,
    theirs: &Node<'a>,
    column: usize,
    key: &str,
) -> Option<Pieces<'a>> {
    let (mut base, mut theirs) = if ours.shape == Shape::List {
        (in_lines(joiner, base, ours)?, in_lines(joiner, theirs, ours)?)
    } else {
        (on_one_line(joiner, base)?, on_one_line(joiner, theirs)?)
    };
    // Where nothing but the form changed, nothing is left to merge.
    base.lead.clone_from(&ours.lead);
    theirs.lead.clone_from(&ours.lead);
    base.seal();
    theirs.seal();
    if base.full == theirs.full {
        let mut ours = ours.clone();
        ours.lead.clear();
        return Some(clean(joiner.ours.lines(&ours, column)));
    }
    if ours.shape == Shape::List {
        joiner.containers(Some(&base), ours, &theirs, column, key)
    } else {
        leaf::merge(joiner, Some(&base), ours, &theirs, column)
    }
}

/// A list in lines, as `model` has them.
fn in_lines<'a>(joiner: &Joiner, node: &Node<'a>, model: &Node<'a>) -> Option<Node<'a>> {
    let dashes = |node: &Node| node.close.is_empty();
    if node.shape == Shape::List {
        return (dashes(node) == dashes(model)).then(|| node.clone());
    }
    let [only] = &node.head[..] else { return None };
    let (line, width) = (parts(joiner, only), indent(only));
    let flow = Flow::of(line.code).filter(|flow| flow.open == '[')?;
    let first = model.children.first()?;
    let mut list = node.clone();
    list.shape = Shape::List;
    let head = if dashes(model) { flow.before.trim_end().to_owned() } else { format!("{}[", flow.before) };
    list.head = vec![Cow::Owned(format!("{}{head}{}{}", " ".repeat(width), line.space, line.comment))];
    list.close.clone_from(&model.close);
    for part in flow.parts {
        let (name, says) = (joiner.syntax.item)(&part)?;
        let text = if dashes(model) { format!("- {part}") } else { format!("{part},") };
        let mut child = Node::leaf(name, first.column, vec![Cow::Owned(" ".repeat(first.column) + &text)]);
        child.says = says;
        list.children.push(child);
    }
    Some(list)
}

/// A list on one line.
fn on_one_line<'a>(joiner: &Joiner, node: &Node<'a>) -> Option<Node<'a>> {
    if node.shape == Shape::Leaf {
        return (node.head.len() == 1).then(|| node.clone());
    }
    let ([head], Shape::List, true) = (&node.head[..], node.shape, node.tail.is_empty()) else { return None };
    let item = |child: &Node<'a>| {
        let ([line], Shape::Leaf, true) = (&child.head[..], child.shape, child.lead.is_empty()) else { return None };
        let line = parts(joiner, line);
        let text =
            if node.close.is_empty() { line.code.strip_prefix("- ")?.trim_start() } else { line.code.trim_end_matches(',') };
        line.comment.is_empty().then(|| text.to_owned())
    };
    let items = node.children.iter().map(item).collect::<Option<Vec<_>>>()?.join(", ");
    let (width, head) = (indent(head), parts(joiner, head));
    let code = head.code.trim_end_matches('[').trim_end();
    let text: Text = Cow::Owned(format!("{}{code} [{items}]{}{}", " ".repeat(width), head.space, head.comment));
    let mut leaf = node.clone();
    (leaf.shape, leaf.head) = (Shape::Leaf, vec![text]);
    leaf.children.clear();
    leaf.close.clear();
    Some(leaf)
}
