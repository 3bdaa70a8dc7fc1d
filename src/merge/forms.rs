//! Why: a list or mapping on one line and the same in lines say the same, and who rewrote it did not disagree with who added
//! to it. The user's form stays, and the members merge.

use std::borrow::Cow;

use super::flow::Flow;
use super::identity::is_sequence;
use super::join::{Joiner, Pieces, clean};
use super::leaf::{self, parts};
use super::one_line;
use super::tree::{Node, Shape, Text, indent};

/// Merges collections of which at least one is written in another form than ours; `None` where that is not what they are.
pub fn merge<'a>(
    joiner: &Joiner,
    base: &Node<'a>,
    ours: &Node<'a>,
    theirs: &Node<'a>,
    column: usize,
    key: &str,
) -> Option<Pieces<'a>> {
    // The one thing that both sides put there, alone or as a list of one.
    if !is_sequence(key) && only(joiner, ours).is_some_and(|says| only(joiner, theirs) == Some(says)) {
        let mut ours = ours.clone();
        ours.lead.clear();
        return Some(clean(joiner.ours.lines(&ours, column)));
    }
    if !ours.is_container() && [base, theirs].iter().any(|node| node.shape == Shape::Keyed) {
        return one_line::merge(joiner, base, ours, theirs, column, key);
    }
    let (mut base, mut theirs) = if ours.is_container() {
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
    if ours.is_container() {
        joiner.containers(Some(&base), ours, &theirs, column, key)
    } else {
        leaf::merge(joiner, Some(&base), ours, &theirs, column)
    }
}

/// What stands behind a key alone, or as the only item of its list.
fn only(joiner: &Joiner, node: &Node) -> Option<u64> {
    let ([head], true) = (&node.head[..], node.tail.is_empty()) else { return None };
    let head = parts(joiner, head);
    match (node.shape, &node.children[..]) {
        (Shape::List, [only]) => (only.shape == Shape::Leaf && only.lead.is_empty()).then_some(only.says),
        (Shape::Leaf, []) if head.comment.is_empty() => {
            let (_, value) = head.code.split_once(": ")?;
            let (_, says) = match Flow::of(head.code) {
                Some(flow) if flow.open == '[' && flow.parts.len() == 1 => (joiner.syntax.item)(&flow.parts[0])?,
                _ => (joiner.syntax.item)(value)?,
            };
            Some(says)
        }
        _ => None,
    }
}

/// A list or mapping in lines, as `model` has them.
fn in_lines<'a>(joiner: &Joiner, node: &Node<'a>, model: &Node<'a>) -> Option<Node<'a>> {
    let plain = |node: &Node| node.close.is_empty();
    if node.shape == model.shape {
        return (plain(node) == plain(model)).then(|| node.clone());
    }
    let [only] = &node.head[..] else { return None };
    let (line, width) = (parts(joiner, only), indent(only));
    let open = if model.shape == Shape::List { '[' } else { '{' };
    let flow = Flow::of(line.code).filter(|flow| flow.open == open)?;
    let first = model.children.first()?;
    let mut lines = node.clone();
    lines.shape = model.shape;
    let head = if plain(model) { flow.before.trim_end().to_owned() } else { format!("{}{open}", flow.before) };
    lines.head = vec![Cow::Owned(format!("{}{head}{}{}", " ".repeat(width), line.space, line.comment))];
    lines.close.clone_from(&model.close);
    for part in flow.parts {
        let (name, says) = if open == '[' {
            (joiner.syntax.item)(&part)?
        } else {
            let (key, value) = part.split_once(':')?;
            ((joiner.syntax.item)(key.trim())?.0, (joiner.syntax.item)(value.trim())?.1)
        };
        let text = match (plain(model), open) {
            (true, '[') => format!("- {part}"),
            (true, _) => part,
            (false, _) => format!("{part},"),
        };
        let mut child = Node::leaf(name, first.column, vec![Cow::Owned(" ".repeat(first.column) + &text)]);
        child.says = says;
        lines.children.push(child);
    }
    Some(lines)
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
