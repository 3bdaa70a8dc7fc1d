//! Why: the parser tells events with places; here they become values that still know their lines.

use std::collections::HashMap;

use super::brackets;
use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput};

use crate::merge::value::{Kind, Value};

/// Deeper than people write, shallower than the stack.
const MAX_DEPTH: usize = 200;

/// A value with its places; lines and columns count from 0.
pub struct Raw {
    /// The line on which it begins, with its anchor and tag.
    pub line: usize,
    /// The column there.
    pub column: usize,
    /// Where a block collection's first key or dash stands.
    pub inner: (usize, usize),
    /// The last line that belongs to it.
    pub last: usize,
    /// What it stands for.
    pub value: Value,
    /// How it is written.
    pub form: Form,
}

/// How a value is written.
pub enum Form {
    /// On one or more lines that are one thing.
    Plain,
    /// A list in brackets.
    Flow(Vec<Raw>),
    /// `|` or `>`.
    Block,
    /// A list with dashes.
    List(Vec<Raw>),
    /// A mapping with keys on lines of their own.
    Map(Vec<(Raw, Raw)>),
}

/// One document of a file.
pub struct Document {
    /// Whether `---` stands before it.
    pub explicit: bool,
    /// Its value.
    pub root: Raw,
}

/// Reads all documents; `None` when the text is not YAML.
pub fn read(lines: &[&str]) -> Option<Vec<Document>> {
    parse(lines, &(lines.join("\n") + "\n")).or_else(|| parse(lines, &brackets::indented(lines)?))
}

fn parse(lines: &[&str], text: &str) -> Option<Vec<Document>> {
    let mut reader = Reader { parser: Parser::new_from_str(text), lines, anchors: HashMap::new() };
    let mut documents = Vec::new();
    loop {
        let (event, _) = reader.next()?;
        match event {
            Event::StreamEnd => return Some(documents),
            Event::DocumentStart(explicit) => {
                reader.anchors.clear();
                let (event, span) = reader.next()?;
                documents.push(Document { explicit, root: reader.value(event, span, false, 0)? });
            }
            _ => {}
        }
    }
}

struct Reader<'t, 'l> {
    parser: Parser<'t, StrInput<'t>>,
    lines: &'l [&'l str],
    anchors: HashMap<usize, String>,
}

impl<'t> Reader<'t, '_> {
    fn next(&mut self) -> Option<(Event<'t>, Span)> {
        self.parser.next_event()?.ok()
    }

    fn value(&mut self, event: Event<'t>, span: Span, in_flow: bool, depth: usize) -> Option<Raw> {
        if depth > MAX_DEPTH {
            return None;
        }
        let (line, column) = (span.start.line() - 1, span.start.col());
        let inner = (span.end.line() - 1, span.end.col());
        // What ends before the first word of a line ends on the line before.
        let fresh = self.lines.get(inner.0).is_none_or(|text| text.chars().take(inner.1).all(char::is_whitespace));
        let mut last = if fresh && inner.0 > line { inner.0 - 1 } else { inner.0 };
        let note = |this: &mut Self, anchor: usize, tag: Option<String>| {
            let mut note = tag.unwrap_or_default();
            if anchor != 0 {
                let name = this.anchor_name(line, column);
                note.push_str(&format!("&{name}"));
                this.anchors.insert(anchor, name);
            }
            note
        };
        let (value, form) = match event {
            Event::Alias(id) => {
                let name = self.anchors.get(&id).cloned().unwrap_or_default();
                (Value::new(Kind::Scalar(format!("*{name}"))), Form::Plain)
            }
            Event::Scalar(text, style, anchor, tag) => {
                let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                let kind = Kind::Scalar(typed(&text, style));
                let value = Value { note: note(self, anchor, tag.map(|tag| tag.to_string())), kind };
                if block {
                    last = self.block_end(line, last);
                }
                (value, if block { Form::Block } else { Form::Plain })
            }
            Event::SequenceStart(anchor, tag) => {
                let note = note(self, anchor, tag.map(|tag| tag.to_string()));
                let flow = in_flow || self.opens(inner, '[');
                let mut items = Vec::new();
                loop {
                    let (event, span) = self.next()?;
                    if matches!(event, Event::SequenceEnd) {
                        last = if flow { span.end.line() - 1 } else { items.last().map_or(last, |item: &Raw| item.last) };
                        break;
                    }
                    items.push(self.value(event, span, flow, depth + 1)?);
                }
                let values = items.iter().map(|item| item.value.clone()).collect();
                (Value { note, kind: Kind::List(values) }, if flow { Form::Flow(items) } else { Form::List(items) })
            }
            Event::MappingStart(anchor, tag) => {
                let note = note(self, anchor, tag.map(|tag| tag.to_string()));
                let flow = in_flow || self.opens(inner, '{');
                let mut entries = Vec::new();
                loop {
                    let (event, span) = self.next()?;
                    if matches!(event, Event::MappingEnd) {
                        last = if flow { span.end.line() - 1 } else { entries.last().map_or(last, |e: &(Raw, Raw)| e.1.last) };
                        break;
                    }
                    let key = self.value(event, span, flow, depth + 1)?;
                    let (event, span) = self.next()?;
                    let value = self.value(event, span, flow, depth + 1)?;
                    entries.push((key, value));
                }
                let values = entries.iter().map(|(key, value)| (key_text(&key.value), value.value.clone())).collect();
                (Value::map(note, values), if flow { Form::Plain } else { Form::Map(entries) })
            }
            _ => return None,
        };
        Some(Raw { line, column, inner, last: last.max(line), value, form })
    }

    /// Whether the character before a place opens a flow collection.
    fn opens(&self, (line, column): (usize, usize), sign: char) -> bool {
        column > 0 && self.lines.get(line).and_then(|text| text.chars().nth(column - 1)) == Some(sign)
    }

    fn anchor_name(&self, line: usize, column: usize) -> String {
        let text: String = self.lines.get(line).map(|text| text.chars().skip(column).collect()).unwrap_or_default();
        let word = text.split_whitespace().find_map(|word| word.strip_prefix('&'));
        word.unwrap_or_default().to_owned()
    }

    /// The last line of a block scalar: blank lines after it are its own only with `+`.
    fn block_end(&self, header: usize, last: usize) -> usize {
        let line = self.lines[header];
        let code = line.split(" #").next().unwrap_or(line).trim_end();
        let indicators = code.rsplit(['|', '>']).next().unwrap_or_default();
        let mut end = last;
        while !indicators.contains('+') && end > header && self.lines.get(end).is_none_or(|text| text.trim().is_empty()) {
            end -= 1;
        }
        end
    }
}

fn key_text(value: &Value) -> String {
    match &value.kind {
        Kind::Scalar(text) => text.clone(),
        other => format!("{other:?}"),
    }
}

/// A scalar as text, in which a number is told from the string of its digits.
fn typed(text: &str, style: ScalarStyle) -> String {
    const WORDS: [&str; 11] = ["", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    let special = style == ScalarStyle::Plain
        && (text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'))
            && text.bytes().any(|b| b.is_ascii_digit())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'+' | b'_' | b':'))
            || WORDS.contains(&text.to_ascii_lowercase().as_str()));
    if special { format!("\u{1}{text}") } else { text.to_owned() }
}
