//! Why: the embedded manifests are the same in every run, and reading them as YAML was a fifth of the time of `new`. The
//! build script reads them and writes them down in this form, which is quick to read back, with all places.

use std::sync::Arc;

use serde_json::{Number, Value};

use crate::document::{Content, Key, Node};
use crate::error::Place;

/// Writes a document down.
pub fn write(node: &Node, out: &mut Vec<u8>) {
    place(&node.place, out);
    match &node.content {
        Content::Scalar(Value::Bool(false)) => out.push(b'f'),
        Content::Scalar(Value::Bool(true)) => out.push(b't'),
        Content::Scalar(Value::Number(number)) => {
            out.push(b'#');
            text(&number.to_string(), out);
        }
        Content::Scalar(Value::String(string)) => {
            out.push(b'"');
            text(string, out);
        }
        Content::Scalar(_) => out.push(b'0'),
        Content::Sequence(items) => {
            out.push(b'[');
            size(items.len(), out);
            for item in items {
                write(item, out);
            }
        }
        Content::Mapping(entries) => {
            out.push(b'{');
            size(entries.len(), out);
            for (key, value) in entries {
                text(&key.name, out);
                place(&key.place, out);
                write(value, out);
            }
        }
    }
}

fn place(place: &Place, out: &mut Vec<u8>) {
    size(place.line, out);
    size(place.column, out);
}

fn text(text: &str, out: &mut Vec<u8>) {
    size(text.len(), out);
    out.extend_from_slice(text.as_bytes());
}

/// Writes a number, small ones in one byte.
pub fn size(mut size: usize, out: &mut Vec<u8>) {
    while size > 0x7f {
        out.push(size.to_le_bytes()[0] | 0x80);
        size >>= 7;
    }
    out.push(size.to_le_bytes()[0]);
}

/// Reads back what `write` wrote; `file` is the name for messages. Nothing when the bytes are anything else.
pub fn read(bytes: &[u8], file: &Arc<str>) -> Option<Node> {
    let mut reader = Reader { bytes: Bytes(bytes), file };
    reader.node().filter(|_| reader.bytes.0.is_empty())
}

/// What is still to be read; each read is nothing where that is too short.
pub struct Bytes<'a>(pub &'a [u8]);

impl<'a> Bytes<'a> {
    /// One byte.
    pub fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// A number.
    pub fn size(&mut self) -> Option<usize> {
        let mut size = 0;
        for shift in (0..usize::BITS).step_by(7) {
            let byte = self.byte()?;
            size |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(size);
            }
        }
        None
    }

    /// A text of so many bytes.
    pub fn text(&mut self, size: usize) -> Option<&'a str> {
        let (text, rest) = self.0.split_at_checked(size)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }
}

struct Reader<'a> {
    bytes: Bytes<'a>,
    file: &'a Arc<str>,
}

impl<'a> Reader<'a> {
    fn node(&mut self) -> Option<Node> {
        let place = self.place()?;
        let content = match self.bytes.byte()? {
            b'0' => Content::Scalar(Value::Null),
            b'f' => Content::Scalar(Value::Bool(false)),
            b't' => Content::Scalar(Value::Bool(true)),
            b'#' => Content::Scalar(Value::Number(number(self.text()?)?)),
            b'"' => Content::Scalar(Value::String(self.text()?.to_owned())),
            b'[' => {
                let count = self.bytes.size()?;
                Content::Sequence((0..count).map(|_| self.node()).collect::<Option<_>>()?)
            }
            b'{' => {
                let count = self.bytes.size()?;
                let entry = |_| {
                    let name = self.text()?.to_owned();
                    let place = self.place()?;
                    Some((Key { name, place }, self.node()?))
                };
                Content::Mapping((0..count).map(entry).collect::<Option<_>>()?)
            }
            _ => return None,
        };
        Some(Node { place, content })
    }

    fn place(&mut self) -> Option<Place> {
        Some(Place { line: self.bytes.size()?, column: self.bytes.size()?, file: Arc::clone(self.file) })
    }

    fn text(&mut self) -> Option<&'a str> {
        let size = self.bytes.size()?;
        self.bytes.text(size)
    }
}

fn number(text: &str) -> Option<Number> {
    text.parse::<i64>().map(Number::from).ok().or_else(|| text.parse().ok().and_then(Number::from_f64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::parse;

    #[test]
    fn a_document_comes_back_as_it_was() {
        let text = "a: [1, -2, 0.5, true, false, null, \"\"]\nb: { c: 'é\u{1f600}' }\nlong: ".to_owned() + &"x".repeat(300);
        let file: Arc<str> = "f".into();
        let node = parse(&text, &file).unwrap();
        let mut bytes = Vec::new();
        write(&node, &mut bytes);
        assert_eq!(format!("{:?}", read(&bytes, &file).unwrap()), format!("{node:?}"));
        for end in 0..bytes.len() {
            assert!(read(&bytes[..end], &file).is_none(), "{end}");
        }
    }

    #[test]
    fn every_embedded_manifest_was_read_at_build_time() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/blueprints/");
        let names = ["blueprint.yaml", "facts.yaml", "pins.yaml"];
        let files = walkdir::WalkDir::new(root).into_iter().flatten().filter(|f| names.iter().any(|n| f.file_name() == *n));
        let mut seen = 0;
        for found in files {
            let path = found.path().to_str().unwrap().strip_prefix(root).unwrap().to_owned();
            let file: Arc<str> = path.as_str().into();
            let node = parse(&std::fs::read_to_string(found.path()).unwrap(), &file).unwrap();
            let read = crate::blueprint::read_at_build(&path, &file).unwrap();
            assert_eq!(format!("{read:?}"), format!("{node:?}"));
            seen += 1;
        }
        assert!(seen > 20);
    }
}
