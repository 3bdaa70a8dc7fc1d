//! Why: a YAML file is read once, by a real parser, for two purposes: the value that it stands for, and the tree of its
//! lines. Unlike `document`, which refuses what has no place in an answers file, this takes all of YAML.

mod aliases;
mod brackets;
mod documents;
mod events;
mod gaps;
mod nodes;

pub use aliases::{Alias, aliases, name};
pub use documents::Names;
use events::Document;

use super::identity::scalar_name;
use super::tree::Node;
use super::value::{Kind, Value};

/// A YAML file, read.
pub struct File<'a> {
    lines: Vec<&'a str>,
    documents: Vec<Document>,
}

/// Reads a file; `None` when it is not YAML.
pub fn read<'a>(lines: &[&'a str]) -> Option<File<'a>> {
    Some(File { documents: events::read(lines)?, lines: lines.to_vec() })
}

impl<'a> File<'a> {
    /// What each of its documents stands for.
    pub fn values(&self) -> Vec<Value> {
        self.documents.iter().map(|document| document.root.value.clone()).collect()
    }

    /// Its lines as a tree, where they make one: a list of documents.
    pub fn tree(&self, names: &Names) -> Option<Node<'a>> {
        nodes::build(&self.lines, &self.documents, names)
    }
}

/// What names an item of a list, and a number that stands for what it says; `None` for what has parts.
pub fn item(text: &str) -> Option<(String, u64)> {
    let [document] = <[_; 1]>::try_from(events::read(&[text])?).ok()?;
    let value = document.root.value;
    match &value.kind {
        Kind::Scalar(scalar) => Some((scalar_name(scalar), value.digest())),
        _ => None,
    }
}

/// Where a comment begins on a line: behind a space, outside of quotes.
pub fn comment(line: &str) -> Option<usize> {
    let mut quote = None;
    let mut before = ' ';
    let mut chars = line.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match quote {
            Some('"') if c == '\\' => {
                chars.next();
            }
            Some(q) if c == q => quote = None,
            None if c == '#' && (at == 0 || line[..at].ends_with([' ', '\t'])) => return Some(at),
            // A quote opens a string only where a value begins.
            None if matches!(c, '"' | '\'') && matches!(before, ' ' | ':' | '-' | '[' | '{' | ',' | '(') => quote = Some(c),
            _ => {}
        }
        if !c.is_whitespace() || before == ' ' {
            before = c;
        }
        if c == ' ' && quote.is_none() && line[..at].ends_with([':', '-', ',', '[', '{']) {
            before = ' ';
        }
    }
    None
}
