//! Why: an alias stands for what has its anchor, wherever the two are, and a file in which one goes by another name than the
//! other is none. Which belong together only the parser knows: a name may be given away twice, and text is full of stars.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser};

use super::brackets;

/// One of the `*` or `&` on a line, both counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// How many of the same sign stand before it there.
    pub nth: usize,
}

/// An alias and the anchor that it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alias {
    /// Where the alias stands.
    pub alias: Place,
    /// Where its anchor stands.
    pub anchor: Place,
}

/// The aliases of a text, in their order; none where it is not YAML.
pub fn aliases(text: &str) -> Vec<Alias> {
    let lines: Vec<&str> = text.lines().collect();
    read(text).or_else(|| read(&brackets::indented(&lines)?)).unwrap_or_default()
}

fn read(text: &str) -> Option<Vec<Alias>> {
    let lines: Vec<&str> = text.lines().collect();
    let mut parser = Parser::new_from_str(text);
    let (mut anchors, mut found) = (HashMap::new(), Vec::new());
    while let Some(next) = parser.next_event() {
        let (event, span) = next.ok()?;
        let (line, column) = (span.start.line().checked_sub(1)?, span.start.col());
        match event {
            Event::Alias(id) => {
                if let (Some(anchor), Some(alias)) = (anchors.get(&id), place(&lines, line, column, '*')) {
                    found.push(Alias { alias, anchor: *anchor });
                }
            }
            Event::Scalar(_, _, id, _) | Event::SequenceStart(id, _) | Event::MappingStart(id, _) if id != 0 => {
                place(&lines, line, column, '&').map(|anchor| anchors.insert(id, anchor));
            }
            _ => {}
        }
    }
    Some(found)
}

/// The first of a sign that begins a word, from a column on.
fn place(lines: &[&str], line: usize, column: usize, sign: char) -> Option<Place> {
    let text = lines.get(line)?;
    let from = text.char_indices().nth(column)?.0;
    let begins = |at: &usize| text[..*at].ends_with([' ', '\t', '[', '{', ',', '-']) || *at == 0;
    let at = text[from..].match_indices(sign).map(|(at, _)| from + at).find(begins)?;
    Some(Place { line, nth: text[..at].matches(sign).count() })
}

/// Where the name behind a sign stands in its line.
pub fn name(line: &str, sign: char, nth: usize) -> Option<std::ops::Range<usize>> {
    let start = line.match_indices(sign).nth(nth)?.0 + 1;
    let len = line[start..].find(|c: char| c.is_whitespace() || matches!(c, ',' | '[' | ']' | '{' | '}'));
    Some(start..len.map_or(line.len(), |len| start + len))
}
