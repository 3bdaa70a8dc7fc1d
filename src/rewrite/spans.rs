//! Where each key and value of a YAML text begins and ends, in bytes.

use std::ops::Range;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span};

/// A value with its place in the text.
#[derive(Debug)]
pub struct Spanned {
    /// From its first byte to the one after its last; without the white space and comments around it.
    pub range: Range<usize>,
    /// What it is.
    pub shape: Shape,
}

/// What a value is.
#[derive(Debug)]
pub enum Shape {
    /// A word or a text.
    Scalar,
    /// A list.
    List {
        /// In brackets.
        flow: bool,
        /// Its items.
        items: Vec<Spanned>,
    },
    /// A map.
    Map {
        /// In braces.
        flow: bool,
        /// Its entries in the order of the text.
        entries: Vec<Entry>,
    },
}

/// One key with its value.
#[derive(Debug)]
pub struct Entry {
    /// The key.
    pub name: String,
    /// Where the key stands.
    pub key: Range<usize>,
    /// The value.
    pub value: Spanned,
}

impl Spanned {
    /// The entry of a key.
    #[cfg(test)]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.shape {
            Shape::Map { entries, .. } => entries.iter().find(|e| e.name == key),
            Shape::Scalar | Shape::List { .. } => None,
        }
    }

    /// All words in it: its keys and scalars, in the order of the text.
    pub fn words(&self, out: &mut Vec<Range<usize>>) {
        match &self.shape {
            Shape::Scalar => out.push(self.range.clone()),
            Shape::List { items, .. } => items.iter().for_each(|i| i.words(out)),
            Shape::Map { entries, .. } => {
                for entry in entries {
                    out.push(entry.key.clone());
                    entry.value.words(out);
                }
            }
        }
    }
}

/// Reads a text that `document::parse` has accepted; `None` when it holds nothing.
pub fn read(text: &str) -> Option<Spanned> {
    let offsets = (!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| at).chain([text.len()]).collect());
    let mut reader = Reader { text, parser: Parser::new_from_str(text), offsets };
    loop {
        let (event, span) = reader.next()?;
        match event {
            Event::StreamStart | Event::DocumentStart(_) | Event::Nothing => {}
            Event::StreamEnd | Event::DocumentEnd => return None,
            event => return reader.value(&event, span, 0),
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    offsets: Option<Vec<usize>>,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Option<(Event<'a>, Span)> {
        self.parser.next_event()?.ok()
    }

    fn at(&self, marker: Marker) -> usize {
        let index = marker.index();
        self.offsets.as_ref().map_or(index, |all| all.get(index).copied().unwrap_or(self.text.len())).min(self.text.len())
    }

    fn range(&self, span: Span) -> Range<usize> {
        let (start, end) = (self.at(span.start), self.at(span.end));
        // The end of a block text is the beginning of what follows.
        start..start + self.text.get(start..end).unwrap_or_default().trim_end().len()
    }

    /// The end of a flow after its last item: the parser tells only that it has seen one.
    fn close(&self, mut at: usize) -> Option<usize> {
        loop {
            let rest = self.text.get(at..)?;
            let skipped = rest.len() - rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',').len();
            match rest[skipped..].chars().next()? {
                '}' | ']' => return Some(at + skipped + 1),
                '#' => at += skipped + rest[skipped..].find('\n')?,
                _ => return None,
            }
        }
    }

    /// `after` is the end of the key: an empty value stands behind its colon, wherever the parser noticed it.
    fn value(&mut self, event: &Event<'a>, span: Span, after: usize) -> Option<Spanned> {
        let flow = matches!(self.text.as_bytes().get(self.at(span.start)), Some(b'{' | b'['));
        let start = self.at(span.start);
        match event {
            Event::Scalar(_, style, ..) => {
                let range = self.range(span);
                let colon = || {
                    let rest = &self.text[after..];
                    let blank = rest.len() - rest.trim_start().len();
                    if rest[blank..].starts_with(':') { after + blank + 1 } else { after }
                };
                let range = match style {
                    _ if range.is_empty() && after > 0 => colon()..colon(),
                    // The indicator belongs to a block text.
                    ScalarStyle::Literal | ScalarStyle::Folded => {
                        let before = self.text[..range.start].rfind(['|', '>']).unwrap_or(range.start);
                        before..range.end
                    }
                    _ => range,
                };
                Some(Spanned { range, shape: Shape::Scalar })
            }
            Event::SequenceStart(..) => {
                let mut items = Vec::new();
                loop {
                    let (event, span) = self.next()?;
                    if matches!(event, Event::SequenceEnd) {
                        let end = items.last().map_or(start, |i: &Spanned| i.range.end);
                        let end = if flow { self.close(end.max(start + 1))? } else { end };
                        return Some(Spanned { range: start..end, shape: Shape::List { flow, items } });
                    }
                    items.push(self.value(&event, span, 0)?);
                }
            }
            Event::MappingStart(..) => {
                let mut entries: Vec<Entry> = Vec::new();
                loop {
                    let (event, span) = self.next()?;
                    let name = match event {
                        Event::MappingEnd => {
                            let end = entries.last().map_or(start, |e| e.value.range.end);
                            let end = if flow { self.close(end.max(start + 1))? } else { end };
                            let start = if flow { start } else { entries.first().map_or(start, |e| e.key.start) };
                            return Some(Spanned { range: start..end, shape: Shape::Map { flow, entries } });
                        }
                        Event::Scalar(name, ..) => name.into_owned(),
                        _ => return None,
                    };
                    let key = self.range(span);
                    let (event, span) = self.next()?;
                    let value = self.value(&event, span, key.end)?;
                    entries.push(Entry { name, key, value });
                }
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_where_it_stands() {
        let text = "# é\na: 1  # one\nb:\n  c: {d: [x, \"y z\"], e: } # two\n  f:\n    - g\n    - h: |\n        i # j\n\n        k\n  l:\n\nm: 'ü'\n";
        let root = read(text).unwrap();
        let mut words = Vec::new();
        root.words(&mut words);
        let shown: Vec<&str> = words.iter().map(|w| &text[w.clone()]).collect();
        let expected = [
            "a",
            "1",
            "b",
            "c",
            "d",
            "x",
            "\"y z\"",
            "e",
            "",
            "f",
            "g",
            "h",
            "|\n        i # j\n\n        k",
            "l",
            "",
            "m",
            "'ü'",
        ];
        assert_eq!(shown, expected);
        let b = root.entry("b").unwrap();
        assert_eq!(&text[b.value.entry("c").unwrap().value.range.clone()], "{d: [x, \"y z\"], e: }");
        assert_eq!(b.value.range.end, text.find("  l:").unwrap() + 4);
    }
}
