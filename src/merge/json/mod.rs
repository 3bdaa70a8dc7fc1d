//! Why: in JSON the comma behind a member says whether another one follows, so two people who each add a setting at the end
//! of a file change one line. Read without these commas, a file is a tree of lines like any other; they come back last.
//! Comments and commas behind the last member are read too, for editors write them.

mod commas;
mod scan;

use std::borrow::Cow;

use serde_json::Value as Json;

use super::tree::{Node, Shape, indent};
use super::value::{Kind, Value};
use scan::Scan;

pub use commas::with_commas;

/// A file as it stands, and what it says.
pub struct Read<'a> {
    /// What it says.
    pub value: Value,
    /// Its lines without commas behind members.
    pub tree: Node<'a>,
}

/// Reads a file; `None` where it is no JSON, or its members do not stand on lines of their own.
pub fn read<'a>(lines: &[&'a str]) -> Option<Read<'a>> {
    let mut document = Node::leaf(String::new(), 0, vec![]);
    document.shape = Shape::Keyed;
    let body = Reader { lines }.members(In::File, 0, lines.len(), 0)?;
    let [(_, value)] = <[_; 1]>::try_from(body.values).ok()?;
    (document.children, document.tail) = (body.nodes, body.tail);
    document.lift_header();
    document.says = value.digest();
    let mut root = Node::leaf(String::new(), 0, vec![]);
    root.shape = Shape::Keyed;
    root.says = document.says;
    root.children = vec![document];
    root.seal();
    Some(Read { value, tree: root })
}

/// Where a comment begins on a line.
pub fn comment(line: &str) -> Option<usize> {
    Scan::default().feed(line).and_then(|code| code.comment)
}

/// What members stand in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum In {
    File,
    Object,
    Array,
}

/// The members of an object, an array or the file.
#[derive(Default)]
struct Members<'a> {
    nodes: Vec<Node<'a>>,
    values: Vec<(String, Value)>,
    tail: Vec<&'a str>,
}

struct Reader<'l, 'a> {
    lines: &'l [&'a str],
}

impl<'a> Reader<'_, 'a> {
    fn members(&self, place: In, from: usize, to: usize, depth: usize) -> Option<Members<'a>> {
        let mut members = Members::default();
        let mut at = from;
        while at < to {
            let mut scan = Scan::default();
            if scan.feed(self.lines[at])?.last.is_none() {
                let mut end = at;
                while scan.in_comment {
                    end += 1;
                    // What stands behind a comment of several lines belongs to nobody.
                    scan.feed(self.lines.get(end).filter(|_| end < to)?)?.last.is_none().then_some(())?;
                }
                members.tail.extend_from_slice(&self.lines[at..=end]);
                at = end + 1;
                continue;
            }
            let end = self.end_of(at, to)?;
            let (mut node, values) = self.container(place, at, end, depth).or_else(|| self.leaf(place, at, end))?;
            node.lead = std::mem::take(&mut members.tail);
            members.nodes.push(node);
            members.values.extend(values);
            at = end + 1;
        }
        Some(members)
    }

    /// The last line of the member that begins on a line: a comma ends it, or there is nothing more.
    fn end_of(&self, from: usize, to: usize) -> Option<usize> {
        let mut scan = Scan::default();
        let mut end = from;
        loop {
            let code = scan.feed(self.lines.get(end).filter(|_| end < to)?)?;
            if scan.depth == 0 && !scan.in_comment && matches!(code.last, Some((_, ','))) {
                return Some(end);
            }
            if scan.depth == 0 && code.last.is_some_and(|(_, last)| last != ':') {
                let mut rest = Scan { in_comment: scan.in_comment, depth: 0 };
                if self.lines[end + 1..to].iter().all(|line| rest.feed(line).is_some_and(|code| code.last.is_none())) {
                    return (!scan.in_comment).then_some(end);
                }
            }
            end += 1;
        }
    }

    /// A member whose own members stand between its first and its last line.
    fn container(&self, place: In, from: usize, end: usize, depth: usize) -> Option<(Node<'a>, Vec<(String, Value)>)> {
        let first = Scan::default().feed(self.lines[from])?;
        let (at, opener) = first.last.filter(|(_, last)| matches!(last, '{' | '['))?;
        let before = self.lines[from][..at].trim();
        let key = match before.strip_suffix(':') {
            Some(key) if place == In::Object => serde_json::from_str::<String>(key.trim_end()).ok()?,
            None if before.is_empty() && place != In::Object => String::new(),
            _ => return None,
        };
        let inner = if opener == '{' { In::Object } else { In::Array };
        let last = self.lines[end].trim();
        // With a comment behind its comma the line cannot do without the comma.
        let close = if self.lines[end].trim_end().ends_with(',') { last.strip_suffix(',')?.trim_end() } else { last };
        if end == from || depth > 100 || !matches!((close, opener), ("}", '{') | ("]", '[')) {
            return None;
        }
        let body = self.members(inner, from + 1, end, depth + 1)?;
        let values = body.values;
        let fields = values.iter().filter_map(|(key, value)| Some((key.clone(), text_of(value)?.to_owned()))).collect();
        let value = match inner {
            In::Array => Value::new(Kind::List(values.into_iter().map(|(_, value)| value).collect())),
            In::Object | In::File => Value::map(String::new(), values),
        };
        let name = if place == In::Array { format!("{:x}", value.digest()) } else { key.clone() };
        let mut node = Node::leaf(name, indent(self.lines[from]), vec![Cow::Borrowed(self.lines[from])]);
        node.shape = if inner == In::Array { Shape::List } else { Shape::Keyed };
        node.fields = if inner == In::Object { fields } else { vec![] };
        node.says = value.digest();
        (node.children, node.tail) = (body.nodes, body.tail);
        let width = self.lines[end].len() - self.lines[end].trim_start().len();
        node.close = vec![&self.lines[end][..=width]];
        Some((node, vec![(key, value)]))
    }

    /// A member that stays together; there may be more than one on its line.
    fn leaf(&self, place: In, from: usize, end: usize) -> Option<(Node<'a>, Vec<(String, Value)>)> {
        let mut scan = Scan::default();
        let mut head: Vec<Cow<'a, str>> = self.lines[from..=end].iter().map(|line| Cow::Borrowed(*line)).collect();
        let mut text = String::new();
        let mut last = None;
        for (line, shown) in self.lines[from..=end].iter().zip(&mut head) {
            let code = scan.feed(line)?;
            let bare = without_commas(&code.bare);
            text.push_str(&bare);
            text.push('\n');
            last = code.last.map(|last| (last, shown)).or(last);
        }
        if let Some(((at, ','), line)) = last {
            line.to_mut().remove(at);
            if at == line.trim_end().len() {
                let end = line.trim_end().len();
                line.to_mut().truncate(end);
            }
        }
        let text = text.trim().trim_end_matches(',');
        let values: Vec<(String, Value)> = if place == In::Object {
            let Json::Object(map) = serde_json::from_str(&format!("{{{text}}}")).ok()? else { return None };
            map.into_iter().map(|(key, json)| (key, value_of(json))).collect()
        } else {
            let Json::Array(items) = serde_json::from_str(&format!("[{text}]")).ok()? else { return None };
            items.into_iter().map(|json| (String::new(), value_of(json))).collect()
        };
        let names = values.iter().map(|(key, value)| {
            let own = || text_of(value).map_or_else(|| format!("{:x}", value.digest()), str::to_owned);
            if place == In::Array { own() } else { key.clone() }
        });
        let mut node = Node::leaf(names.collect::<Vec<_>>().join("\u{0}"), indent(self.lines[from]), head);
        node.says = Value::new(Kind::List(values.iter().map(|(_, value)| value.clone()).collect())).digest();
        if let [(_, only)] = &values[..] {
            node.says = only.digest();
            let inner = super::value::entries(only).iter();
            node.fields = inner.filter_map(|(key, value)| Some((key.clone(), text_of(value)?.to_owned()))).collect();
        }
        Some((node, values))
    }
}

/// What names an item of a list or a key, and a number that stands for what it says.
pub fn item(text: &str) -> Option<(String, u64)> {
    let value = value_of(serde_json::from_str(text).ok()?);
    let name = text_of(&value).map_or_else(|| format!("{:x}", value.digest()), str::to_owned);
    Some((name, value.digest()))
}

fn text_of(value: &Value) -> Option<&str> {
    if let Kind::Scalar(text) = &value.kind { Some(text) } else { None }
}

fn value_of(json: Json) -> Value {
    match json {
        Json::String(text) => Value::new(Kind::Scalar(text)),
        Json::Array(items) => Value::new(Kind::List(items.into_iter().map(value_of).collect())),
        Json::Object(map) => Value::map(String::new(), map.into_iter().map(|(key, json)| (key, value_of(json))).collect()),
        // `true` and `"true"` are two values.
        other => Value::new(Kind::Scalar(format!("\u{0}{other}"))),
    }
}

/// Code without the commas that nothing follows on its line.
fn without_commas(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    let (mut quoted, mut escaped) = (false, false);
    for c in code.chars() {
        if !quoted && matches!(c, '}' | ']') && out.trim_end().ends_with(',') {
            out.truncate(out.trim_end().len() - 1);
        }
        (quoted, escaped) = (quoted != (c == '"' && !escaped), quoted && c == '\\' && !escaped);
        out.push(c);
    }
    out
}
