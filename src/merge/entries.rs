//! Why: `.gitignore`, `.env.example` and a Makefile are lists of entries that know their own names. Two people who add one
//! each at the end of the file do not disagree.

use std::borrow::Cow;
use std::collections::HashSet;

use super::tree::{Node, Shape, Text, hash};

/// What an entry is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// All of it: ignore files.
    Line,
    /// Its first word: attributes, code owners.
    Word,
    /// Its variable, also where that stands in a comment.
    Variable,
    /// Its package.
    Package,
    /// Its target or variable; recipes are parts of it.
    Target,
}

/// Reads a file as a list of one document.
pub fn read<'a>(kind: Entry, lines: &[&'a str]) -> Node<'a> {
    let mut document = Node::leaf(String::new(), 0, vec![]);
    document.shape = Shape::Keyed;
    let mut lead: Vec<&'a str> = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        if is_gap(kind, line) {
            lead.push(line);
            at += 1;
            continue;
        }
        let end = end_of(kind, lines, at);
        let head: Vec<Text> = lines[at..=end].iter().map(|line| Cow::Borrowed(*line)).collect();
        let mut node = Node::leaf(String::new(), 0, head);
        node.names = names(kind, line);
        if kind == Entry::Target && lines.get(at + 1).is_some_and(|next| at < end && next.starts_with('\t')) {
            node.shape = Shape::Block;
        }
        node.says = hash(&lines[at..=end].iter().map(|line| without_comment(kind, line)).collect::<Vec<_>>());
        node.lead = std::mem::take(&mut lead);
        document.children.push(node);
        at = end + 1;
    }
    document.tail = lead;
    document.lift_header();
    document.says = hash(&document.children.iter().map(|child| child.says).collect::<Vec<_>>());
    let mut root = Node::leaf(String::new(), 0, vec![]);
    root.shape = Shape::Keyed;
    root.says = document.says;
    root.children = vec![document];
    root.seal();
    root
}

/// Variables that one side sets and the other one speaks of in a comment, where the base has neither: an answer and a remark.
pub fn of_two_sorts([base, ours, theirs]: [&Node; 3]) -> HashSet<String> {
    let names = |root: &Node, set: bool| -> HashSet<String> {
        let all = root.children.iter().flat_map(|document| &document.children);
        all.filter(|node| is_set(node) == set).map(|node| node.names[0].clone()).collect()
    };
    let only = |root: &Node, set: bool| &names(root, set) - &names(root, !set);
    let crossed = &(&only(ours, true) & &only(theirs, false)) | &(&only(ours, false) & &only(theirs, true));
    &(&crossed - &names(base, true)) - &names(base, false)
}

/// Knows these by a name of their own where they stand in a comment.
pub fn tell_apart(root: &mut Node, names: &HashSet<String>) {
    for node in root.children.iter_mut().flat_map(|document| &mut document.children) {
        if !is_set(node) && names.contains(&node.names[0]) {
            node.names.remove(0);
        }
    }
}

/// Whether a variable is not one in a comment.
fn is_set(node: &Node) -> bool {
    node.names.first() == node.names.last()
}

/// How comments begin behind an entry.
pub fn comment(kind: Entry) -> fn(&str) -> Option<usize> {
    match kind {
        // Behind a pattern or a value `#` is a part of it, or nobody agrees on what it is.
        Entry::Line | Entry::Word | Entry::Variable => |_| None,
        Entry::Package | Entry::Target => |line| line.find(" #").map(|at| at + 1),
    }
}

/// Whether an entry is a set of words behind its target.
pub fn is_words(code: &str) -> bool {
    code.split_whitespace().next().is_some_and(|first| first.len() > 1 && first.ends_with(':') && !first.ends_with("::"))
        && !code.contains(['=', ';', '|', '\\'])
}

fn is_gap(kind: Entry, line: &str) -> bool {
    let text = line.trim_start();
    text.is_empty() || text.starts_with('#') && !(kind == Entry::Variable && variable(text).is_some())
}

/// `NAME=`, `export NAME=`, `#NAME=`.
fn variable(line: &str) -> Option<&str> {
    let line = line.trim_start().trim_start_matches('#');
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, _) = line.split_once('=')?;
    let name = name.trim_end();
    (!name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))).then_some(name)
}

fn names(kind: Entry, line: &str) -> Vec<String> {
    let all = line.trim_end().to_owned();
    let first = match kind {
        Entry::Line => return vec![line.trim().to_owned()],
        Entry::Word => line.split_whitespace().next().unwrap_or_default(),
        Entry::Variable => match variable(line) {
            Some(name) => return vec![name.to_owned(), format!("{}{name}", if line.starts_with('#') { "#" } else { "" })],
            None => line.trim(),
        },
        Entry::Package => line.split(['=', '<', '>', '~', '!', ' ', ';', '[', '@']).next().unwrap_or_default(),
        Entry::Target => {
            let end = line.find(['=', ':']).unwrap_or(line.len());
            let name = line[..end].trim_end_matches(['?', '+', ':', '!', ' ']);
            let assigns = line[end..].trim_start_matches(':').starts_with('=');
            // A variable that is added to is not the variable that is set.
            let sign = if line[..end].ends_with('+') {
                "+"
            } else if assigns {
                "="
            } else {
                ":"
            };
            return vec![format!("{name}{sign}"), all];
        }
    };
    vec![first.to_owned(), all]
}

/// The last line of the entry that begins on a line.
fn end_of(kind: Entry, lines: &[&str], from: usize) -> usize {
    let mut end = from;
    match kind {
        Entry::Line | Entry::Word => {}
        Entry::Package => {
            while lines[end].ends_with('\\') && end + 1 < lines.len() {
                end += 1;
            }
        }
        Entry::Variable => {
            let value = lines[from].split_once('=').map_or("", |(_, value)| value.trim_start());
            if let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\''))
                && !value[1..].contains(quote)
                && let Some(more) = lines[from + 1..].iter().position(|line| line.contains(quote))
            {
                end = from + 1 + more;
            }
        }
        Entry::Target => {
            let first = lines[from].trim_start();
            let closes = |line: &str| line.starts_with("endif") || line.starts_with("endef");
            let opens = |line: &str| ["ifeq", "ifneq", "ifdef", "ifndef", "define"].iter().any(|word| line.starts_with(word));
            if opens(first) {
                let mut depth = 0_usize;
                for (i, line) in lines.iter().enumerate().skip(from) {
                    let line = line.trim_start();
                    depth += usize::from(opens(line));
                    depth -= usize::from(closes(line) && depth > 0);
                    if depth == 0 {
                        return i;
                    }
                }
                return lines.len() - 1;
            }
            loop {
                while lines[end].ends_with('\\') && end + 1 < lines.len() {
                    end += 1;
                }
                let next = lines[end + 1..].iter().position(|line| !line.trim().is_empty());
                match next.map(|more| end + 1 + more) {
                    Some(next) if lines[next].starts_with('\t') => end = next,
                    _ => break,
                }
            }
        }
    }
    end
}

fn without_comment(kind: Entry, line: &str) -> String {
    if kind == Entry::Target && line.starts_with('\t') {
        return line.to_owned();
    }
    line[..comment(kind)(line).unwrap_or(line.len())].split_whitespace().collect::<Vec<_>>().join(" ")
}
