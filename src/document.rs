//! Why: answers files and manifests are written by people, so a mistake must be told with its line and column, and all
//! mistakes at once. Deserializers stop at the first one and forget places; this tree keeps them.
//!
//! The input is untrusted: size and depth are bounded, and anchors, aliases, tags and duplicate keys are refused, which
//! leaves no room for a YAML bomb.

use std::sync::Arc;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span};
use serde_json::{Number, Value};

use crate::error::{Diagnostic, Place};

/// Longest accepted document, in bytes.
pub const MAX_BYTES: usize = 1 << 20;
const MAX_DEPTH: usize = 32;

/// A value with the place where it stands.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where the value begins.
    pub place: Place,
    /// The value.
    pub content: Content,
}

/// A YAML value of the core schema.
#[derive(Clone, Debug)]
pub enum Content {
    /// null, true, a number or a string.
    Scalar(Value),
    /// A list.
    Sequence(Vec<Node>),
    /// A map in the order of the file; keys are strings.
    Mapping(Vec<(Key, Node)>),
}

/// A key of a mapping with its place.
#[derive(Clone, Debug)]
pub struct Key {
    /// The key.
    pub name: String,
    /// Where it stands.
    pub place: Place,
}

impl Node {
    /// The same value without places.
    pub fn to_json(&self) -> Value {
        match &self.content {
            Content::Scalar(value) => value.clone(),
            Content::Sequence(items) => Value::Array(items.iter().map(Self::to_json).collect()),
            Content::Mapping(entries) => Value::Object(entries.iter().map(|(k, v)| (k.name.clone(), v.to_json())).collect()),
        }
    }

    /// Takes the value under a key out of a mapping.
    pub fn take(&mut self, key: &str) -> Option<Self> {
        let Content::Mapping(entries) = &mut self.content else { return None };
        let at = entries.iter().position(|(k, _)| k.name == key)?;
        Some(entries.remove(at).1)
    }

    /// The value under a key of a mapping.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match &self.content {
            Content::Mapping(entries) => entries.iter().find(|(k, _)| k.name == key).map(|(_, v)| v),
            _ => None,
        }
    }

    /// The place of what `path` names (keys and list indices); as far as the path goes.
    pub fn locate(&self, path: &[String]) -> &Place {
        let Some((first, rest)) = path.split_first() else { return &self.place };
        match &self.content {
            Content::Mapping(entries) => entries
                .iter()
                .find(|(k, _)| k.name == *first)
                .map_or(&self.place, |(k, v)| if rest.is_empty() { &k.place } else { v.locate(rest) }),
            Content::Sequence(items) => {
                first.parse().ok().and_then(|i: usize| items.get(i)).map_or(&self.place, |item| item.locate(rest))
            }
            Content::Scalar(_) => &self.place,
        }
    }
}

/// Reads one YAML document; an empty one is an empty mapping.
///
/// # Errors
/// One diagnostic with the place for anything that is not plain YAML: syntax, a second document, anchors, tags, duplicate
/// keys, non-string keys, too large or too deep.
pub fn parse(text: &str, file: &Arc<str>) -> Result<Node, Diagnostic> {
    if text.len() > MAX_BYTES {
        return Err(Diagnostic::new(format!("the file is larger than {} MiB", MAX_BYTES >> 20)).in_file(Arc::clone(file)));
    }
    let mut reader = Reader { parser: Parser::new_from_str(text), file };
    reader.document()
}

struct Reader<'a> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    file: &'a Arc<str>,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result<Node, Diagnostic> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamStart | Event::DocumentEnd | Event::Nothing => {}
                Event::DocumentStart(_) if root.is_some() => {
                    return Err(self.wrong(span.start, "a second document"));
                }
                Event::DocumentStart(_) => {
                    let (event, span) = self.next()?;
                    root = Some(self.node(event, span, 0)?);
                }
                Event::StreamEnd => {
                    let place = Place { file: Arc::clone(self.file), line: 1, column: 1 };
                    let empty = Node { place, content: Content::Mapping(vec![]) };
                    return Ok(match root {
                        None | Some(Node { content: Content::Scalar(Value::Null), .. }) => empty,
                        Some(node) => node,
                    });
                }
                _ => return Err(self.wrong(span.start, "this does not belong here")),
            }
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Node, Diagnostic> {
        if depth > MAX_DEPTH {
            return Err(self.wrong(span.start, "nested too deeply"));
        }
        let content = match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.plain_only(span.start, anchor, tag.is_some())?;
                Content::Scalar(scalar(&text, style))
            }
            Event::SequenceStart(anchor, tag) => {
                self.plain_only(span.start, anchor, tag.is_some())?;
                let mut items = Vec::new();
                loop {
                    let (event, span) = self.next()?;
                    if matches!(event, Event::SequenceEnd) {
                        break Content::Sequence(items);
                    }
                    items.push(self.node(event, span, depth + 1)?);
                }
            }
            Event::MappingStart(anchor, tag) => {
                self.plain_only(span.start, anchor, tag.is_some())?;
                self.mapping(depth)?
            }
            Event::Alias(_) => return Err(self.wrong(span.start, "aliases are not supported")),
            _ => return Err(self.wrong(span.start, "a value is missing")),
        };
        Ok(Node { place: self.place(span.start), content })
    }

    fn mapping(&mut self, depth: usize) -> Result<Content, Diagnostic> {
        let mut entries: Vec<(Key, Node)> = Vec::new();
        loop {
            let (event, span) = self.next()?;
            let name = match event {
                Event::MappingEnd => return Ok(Content::Mapping(entries)),
                Event::Scalar(text, _, anchor, tag) => {
                    self.plain_only(span.start, anchor, tag.is_some())?;
                    text.into_owned()
                }
                _ => return Err(self.wrong(span.start, "a key must be a word")),
            };
            if entries.iter().any(|(k, _)| k.name == name) {
                return Err(self.wrong(span.start, &format!("`{name}` stands twice")));
            }
            let key = Key { name, place: self.place(span.start) };
            let (event, span) = self.next()?;
            entries.push((key, self.node(event, span, depth + 1)?));
        }
    }

    fn next(&mut self) -> Result<(Event<'a>, Span), Diagnostic> {
        match self.parser.next_event() {
            Some(Ok(pair)) => Ok(pair),
            Some(Err(error)) => Err(self.wrong(*error.marker(), &format!("not valid YAML: {}", error.info()))),
            None => Err(Diagnostic::new("the document ends too early").in_file(Arc::clone(self.file))),
        }
    }

    fn plain_only(&self, at: Marker, anchor: usize, tagged: bool) -> Result<(), Diagnostic> {
        if anchor != 0 {
            return Err(self.wrong(at, "anchors are not supported"));
        }
        if tagged {
            return Err(self.wrong(at, "tags are not supported"));
        }
        Ok(())
    }

    fn wrong(&self, at: Marker, message: &str) -> Diagnostic {
        Diagnostic::new(message).at(self.place(at))
    }

    fn place(&self, marker: Marker) -> Place {
        Place { file: Arc::clone(self.file), line: marker.line(), column: marker.col() + 1 }
    }
}

/// The YAML 1.2 core schema, which all three of Compose, GitHub and this program read alike.
fn scalar(text: &str, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return Value::String(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.is_empty()
        && digits.bytes().all(|b| b.is_ascii_digit())
        && let Ok(number) = text.parse::<i64>()
    {
        return Value::Number(number.into());
    }
    let float = digits.bytes().any(|b| b.is_ascii_digit())
        && digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'-' | b'+'));
    if float && let Some(number) = text.parse::<f64>().ok().and_then(Number::from_f64) {
        return Value::Number(number);
    }
    Value::String(text.to_owned())
}

impl Node {
    /// Lays `over` on this value: mappings key by key, anything else is replaced; null takes a key away.
    pub fn overlay(&mut self, over: Self) {
        match (&mut self.content, over.content) {
            (Content::Mapping(entries), Content::Mapping(new)) => {
                for (key, value) in new {
                    let at = entries.iter().position(|(k, _)| k.name == key.name);
                    match (at, &value.content) {
                        (Some(i), Content::Scalar(Value::Null)) => {
                            entries.remove(i);
                        }
                        (Some(i), _) => {
                            entries[i].0 = key;
                            entries[i].1.overlay(value);
                        }
                        (None, Content::Scalar(Value::Null)) => {}
                        (None, _) => entries.push((key, value)),
                    }
                }
            }
            (content, new) => {
                *content = new;
                self.place = over.place;
            }
        }
    }

    /// A mapping that holds `value` at the end of `path`, as `--set a.b=value` says it; all of it stands at `place`.
    pub fn nested(path: &[&str], value: Self, place: &Place) -> Self {
        path.iter().rev().fold(value, |inner, name| Self {
            place: place.clone(),
            content: Content::Mapping(vec![(Key { name: (*name).to_owned(), place: place.clone() }, inner)]),
        })
    }
}
