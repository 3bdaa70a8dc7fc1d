//! Why: a mapping that was generated in lines is short enough for one, and people write it so. What is added to it later
//! must come into their line, and what goes must leave the rest of it as they wrote it.

use std::collections::HashMap;

use super::flow::{self, Flow};
use super::join::{Joiner, Pieces, clean};
use super::leaf::{assemble, one, parts};
use super::tree::{Node, Shape, hash};
use super::value::{Kind, Value};
use super::yaml;

/// Merges mappings of which ours is on one line; `None` where that is not what they are, or they conflict.
pub fn merge<'a>(
    joiner: &Joiner,
    base: &Node<'a>,
    ours: &Node<'a>,
    theirs: &Node<'a>,
    column: usize,
    key: &str,
) -> Option<Pieces<'a>> {
    let [head] = &ours.head[..] else { return None };
    let line = parts(joiner, head);
    let flow = Flow::of(line.code).filter(|flow| flow.open == '{')?;
    // A comment that is new has no place on the line; one that was thrown away is no matter.
    let within = |node: &Node<'a>| {
        let mut comments = Vec::new();
        node.comments(joiner.syntax.comment, &mut comments);
        comments.split_off(node.lead.iter().filter(|line| !line.trim().is_empty()).count())
    };
    let known = within(base);
    if within(theirs).iter().any(|line| !known.contains(line)) {
        return None;
    }
    let (before, now) = (spelled(base, &flow)?, spelled(theirs, &flow)?);
    let code = if before == now { line.code.to_owned() } else { flow::merge(&before, line.code, &now, key)? };
    Some(clean(vec![assemble(joiner, head, column, &code, &one(line))]))
}

/// A mapping as one line, of which each part that the user's line has is written as it is there.
fn spelled(node: &Node, ours: &Flow) -> Option<String> {
    let code = on_one_line(node)?;
    (hash_of(&code)? == node.says).then_some(())?;
    let flow = Flow::of(&code).filter(|flow| flow.open == '{')?;
    let written: HashMap<u64, &String> = ours.parts.iter().filter_map(|part| Some((hash(&said(part)?), part))).collect();
    let part = |part: &String| said(part).and_then(|says| written.get(&hash(&says)).copied()).unwrap_or(part).clone();
    Some(format!("{}{{{}}}", flow.before, flow.parts.iter().map(part).collect::<Vec<_>>().join(", ")))
}

/// What a node says in brackets; `None` for what has more than one line without parts.
pub fn on_one_line(node: &Node) -> Option<String> {
    let ([head], true) = (&node.head[..], node.close.is_empty()) else { return None };
    let code = head[..yaml::comment(head).unwrap_or(head.len())].trim();
    if node.shape == Shape::Leaf {
        return Some(code.to_owned());
    }
    let inner = node.children.iter().map(|child| on_one_line(child)).collect::<Option<Vec<_>>>()?;
    match node.shape {
        Shape::Keyed => Some(format!("{code} {{{}}}", inner.join(", "))),
        Shape::List => {
            let items = inner.iter().map(|item| item.strip_prefix("- ").map(str::trim_start)).collect::<Option<Vec<_>>>()?;
            Some(format!("{code} [{}]", items.join(", ")))
        }
        Shape::Leaf | Shape::Block => None,
    }
}

/// What a line says behind its only key.
fn hash_of(code: &str) -> Option<u64> {
    match said(code)?.kind {
        Kind::Map(entries) => <[_; 1]>::try_from(entries).ok().map(|[(_, value)]| value.digest()),
        _ => None,
    }
}

/// What stands between two commas, or on a line.
fn said(part: &str) -> Option<Value> {
    let [value] = <[_; 1]>::try_from(yaml::read(&[part])?.values()).ok()?;
    Some(value)
}
