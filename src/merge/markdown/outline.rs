//! Why: several modules read a page for what a person sees in it at a glance: headings, rows, items, blocks of code. They must
//! not differ about it.

use crate::merge::text::{Line, is_blank};

/// What a page is made of, as far as its parts may stand side by side.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// From a heading to the next one of its level.
    Section(usize),
    Row,
    Item,
}

/// A fence of a block of code: in it, `#` begins a comment, and `-` an option.
#[derive(Clone, Default)]
pub struct Fence(Option<Code>);

#[derive(Clone)]
struct Code {
    mark: Vec<u8>,
    language: Vec<u8>,
    /// The word that it begins with.
    first: Option<Vec<u8>>,
}

impl Fence {
    /// Whether one is open.
    pub fn open(&self) -> bool {
        self.0.is_some()
    }

    /// Whether the block that is open draws boxes and arrows.
    pub fn is_flowchart(&self) -> bool {
        self.0
            .as_ref()
            .is_some_and(|code| code.language == b"mermaid" && matches!(code.first.as_deref(), Some(b"flowchart" | b"graph")))
    }

    /// Reads a line.
    pub fn pass(&mut self, line: &[u8]) {
        let line = line.trim_ascii();
        if let Some(code) = &mut self.0
            && code.first.is_none()
        {
            code.first = line.split(u8::is_ascii_whitespace).next().filter(|word| !word.is_empty()).map(<[u8]>::to_vec);
        }
        let Some(mark) = line.first().filter(|mark| matches!(mark, b'`' | b'~')) else { return };
        let run = &line[..line.iter().take_while(|byte| *byte == mark).count()];
        match &self.0 {
            Some(code) if run.starts_with(&code.mark) && run.len() == line.len() => self.0 = None,
            None if run.len() >= 3 => {
                let language = line[run.len()..].trim_ascii().to_vec();
                self.0 = Some(Code { mark: run.to_vec(), language, first: None });
            }
            _ => {}
        }
    }
}

/// What begins on a line.
pub fn kind_of(line: &[u8]) -> Option<Kind> {
    let level = line.iter().take_while(|byte| **byte == b'#').count();
    if (1..=6).contains(&level) && line.get(level) == Some(&b' ') {
        return Some(Kind::Section(level));
    }
    if line.starts_with(b"|") {
        return Some(Kind::Row);
    }
    (matches!(line, [b'-' | b'*' | b'+', b' ', ..])).then_some(Kind::Item)
}

/// What begins on one of several lines, of which the next one may underline it.
pub fn begins(lines: &[Line], at: usize) -> Option<Kind> {
    let line = lines.get(at)?;
    if let Some(kind) = kind_of(line) {
        return Some(kind);
    }
    let starts_a_paragraph = at == 0 || is_blank(&lines[at - 1]);
    if is_blank(line) || !starts_a_paragraph || matches!(line[0], b' ' | b'\t' | b'>' | b'`' | b'~') {
        return None;
    }
    underline(lines.get(at + 1)?).filter(|_| underline(line).is_none()).map(Kind::Section)
}

/// The level of the heading that a line makes of the one above it.
pub fn underline(line: &[u8]) -> Option<usize> {
    let line = line.trim_ascii_end();
    let all = |byte: u8| line.len() > 1 && line.iter().all(|other| *other == byte);
    if all(b'=') { Some(1) } else { all(b'-').then_some(2) }
}

/// What an addition is known by: a heading, the first cell, or what an item is about.
pub fn name(kind: Kind, line: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(line).ok()?.trim();
    Some(match kind {
        Kind::Section(_) => text.trim_matches('#').trim().to_lowercase(),
        // What stands under the heads of columns belongs to them: such a side brings a table of its own.
        Kind::Row if text.bytes().all(|byte| matches!(byte, b'|' | b'-' | b':' | b' ')) => return None,
        Kind::Row => text.trim_start_matches('|').split('|').next()?.trim().to_owned(),
        Kind::Item => about(text[1..].trim()).to_owned(),
    })
}

/// The word that an item begins with when it is set off from the text behind it; otherwise all of the line.
fn about(item: &str) -> &str {
    for (open, close) in [("**", "**"), ("`", "`"), ("[", "]")] {
        if let Some((word, _)) = item.strip_prefix(open).and_then(|rest| rest.split_once(close)) {
            return word;
        }
    }
    item
}

pub fn trimmed<'p, 'a>(lines: &'p [Line<'a>]) -> &'p [Line<'a>] {
    let start = lines.iter().take_while(|line| is_blank(line)).count();
    let end = lines.len() - lines[start..].iter().rev().take_while(|line| is_blank(line)).count();
    &lines[start..end]
}
