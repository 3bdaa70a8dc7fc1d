//! Why: each key and each list item owns whole lines; which ones follows from where its value begins and ends. What does
//! not own its lines alone (two keys on one line, keys with `?`) stays one opaque leaf.

use std::borrow::Cow;

use super::events::{Document, Form, Raw};
use super::gaps;
use super::{Names, comment};
use crate::merge::identity::scalar_name;
use crate::merge::pin;
use crate::merge::tree::{Node, Shape, indent, is_gap};
use crate::merge::value::{Kind, Value};

/// The tree of a file: a list of documents. `None` where documents do not own their lines.
pub fn build<'a>(lines: &[&'a str], documents: &[Document], names: &Names) -> Option<Node<'a>> {
    let odd = |line: &&&str| line.starts_with('%') || line.starts_with("...") || line.starts_with("--- ");
    if documents.is_empty() || lines.iter().any(|line| odd(&line)) {
        return None;
    }
    let builder = Builder { lines, names };
    let mut root = Node::leaf(String::new(), 0, vec![]);
    root.shape = Shape::Keyed;
    let mut from = 0;
    for (i, document) in documents.iter().enumerate() {
        let to = match documents.get(i + 1) {
            Some(next) if next.explicit => builder.dashes_before(from.max(document.root.last + 1), next.root.line)?,
            Some(_) => return None,
            None => lines.len(),
        };
        root.children.push(builder.document(document, from, to)?);
        from = to;
    }
    root.says = digest(&root.children);
    root.seal();
    Some(root)
}

struct Builder<'l, 'a> {
    lines: &'l [&'a str],
    names: &'l Names,
}

impl<'a> Builder<'_, 'a> {
    /// The line of the `---` that begins the document whose value stands at a line.
    fn dashes_before(&self, from: usize, line: usize) -> Option<usize> {
        (from..=line.min(self.lines.len().checked_sub(1)?)).find(|i| self.lines[*i].trim_end() == "---")
    }

    fn document(&self, document: &Document, from: usize, to: usize) -> Option<Node<'a>> {
        let root = &document.root;
        let mut node = Node::leaf(self.names.name(&root.value), 0, vec![]);
        node.says = root.value.digest();
        let (shape, column) = match &root.form {
            Form::Map(entries) => (Shape::Keyed, entries.first()?.0.column),
            Form::List(_) => (Shape::List, self.first_dash(root, from)?.1),
            _ => return None,
        };
        let begin = if shape == Shape::List { self.first_dash(root, from)?.0 } else { root.inner.0 };
        // What stands before the first key: the dashes, and comments, of which the last ones lead the key.
        let mut head_end = begin;
        while head_end > from && is_gap(self.lines[head_end - 1]) {
            head_end -= 1;
        }
        node.head = self.lines[from..head_end].iter().map(|line| Cow::Borrowed(*line)).collect();
        node.shape = shape;
        node.children = match &root.form {
            Form::Map(entries) => self.entries(entries, column, None)?,
            Form::List(items) => self.items(items, (begin, column))?,
            _ => return None,
        };
        node.children.first_mut()?.lead = self.lines[head_end..begin].to_vec();
        if from == 0 {
            node.lift_header();
        }
        let rest = gaps::settle(&mut node, &self.lines[root.last + 1..to], None);
        node.tail.extend_from_slice(rest);
        Some(node)
    }

    /// The entries of a block mapping whose keys stand at a column; `dash` is the column of the dash before the first.
    fn entries(&self, entries: &[(Raw, Raw)], column: usize, dash: Option<usize>) -> Option<Vec<Node<'a>>> {
        let mut nodes: Vec<Node> = Vec::with_capacity(entries.len());
        let mut last: Option<usize> = None;
        for (key, value) in entries {
            let line = *self.lines.get(key.line)?;
            if key.column != column || last.is_some_and(|last| key.line <= last) || key.last != key.line {
                return None;
            }
            let mut first: Cow<'a, str> = Cow::Borrowed(line);
            if let Some(dash) = dash.filter(|_| last.is_none()) {
                first.to_mut().replace_range(dash..=dash, " ");
            }
            if indent(&first) != column {
                return None;
            }
            let end = value.last.max(key.line);
            let name = match &key.value.kind {
                Kind::Scalar(text) => text.clone(),
                _ => return None,
            };
            let mut node = Node::leaf(name, column, vec![first]);
            if let Kind::Scalar(text) = &value.value.kind {
                node.fields.push((node.names[0].clone(), text.clone()));
            }
            self.body(&mut node, value, key.line, end, column);
            if let (Some(last), Some(before)) = (last, nodes.last_mut()) {
                node.lead = gaps::settle(before, &self.lines[last + 1..key.line], Some(column)).to_vec();
            }
            last = Some(end);
            nodes.push(node);
        }
        Some(nodes)
    }

    /// The lines of a value that begins on or after the line of its key or dash.
    fn body(&self, node: &mut Node<'a>, value: &Raw, line: usize, end: usize, column: usize) {
        node.says = value.value.digest();
        let parts = match &value.form {
            Form::Map(entries) if value.inner.0 > line => entries
                .first()
                .and_then(|(key, _)| self.entries(entries, key.column, None))
                .map(|parts| (Shape::Keyed, parts, value.inner.0)),
            Form::List(items) if value.inner.0 > line => self
                .first_dash(value, line + 1)
                .filter(|(_, dash)| *dash >= column)
                .and_then(|first| Some((Shape::List, self.items(items, first)?, first.0))),
            _ => None,
        };
        let mut head_end = end + 1;
        if let Some((shape, parts, begin)) = parts {
            node.shape = shape;
            node.children = parts;
            head_end = begin;
            while head_end > line + 1 && is_gap(self.lines[head_end - 1]) {
                head_end -= 1;
            }
            node.children[0].lead = self.lines[head_end..begin].to_vec();
        } else if matches!(value.form, Form::Block) {
            node.shape = Shape::Block;
        } else if let Form::Flow(items) = &value.form
            && self.brackets(node, items, line, value.last).is_some()
        {
            return;
        }
        node.head.extend(self.lines[line + 1..head_end].iter().map(|line| Cow::Borrowed(*line)));
    }

    /// A list in brackets as one with dashes, where each item and the last bracket have lines of their own.
    fn brackets(&self, node: &mut Node<'a>, items: &[Raw], line: usize, end: usize) -> Option<()> {
        let code = |at: usize| {
            let text = self.lines[at];
            text[..comment(text).unwrap_or(text.len())].trim()
        };
        (code(line).ends_with('[') && matches!(code(end), "]" | "],")).then_some(())?;
        let mut next = line + 1;
        let mut children = Vec::with_capacity(items.len());
        for item in items {
            let text = *self.lines.get(item.line)?;
            let (Kind::Scalar(scalar), column) = (&item.value.kind, indent(text)) else { return None };
            (item.line >= next && item.line == item.last && item.column == column).then_some(())?;
            self.lines[next..item.line].iter().all(|line| is_gap(line)).then_some(())?;
            let mut child = Node::leaf(scalar_name(scalar), column, vec![Cow::Borrowed(text)]);
            child.says = item.value.digest();
            child.lead = self.lines[next..item.line].to_vec();
            next = item.line + 1;
            children.push(child);
        }
        (next <= end && self.lines[next..end].iter().all(|line| is_gap(line)) && !children.is_empty()).then_some(())?;
        node.shape = Shape::List;
        node.children = children;
        node.tail = self.lines[next..end].to_vec();
        node.close = vec![self.lines[end]];
        Some(())
    }

    /// The line and the column of a list's first dash. The parser names another place where an anchor stands before it, or
    /// where the dashes are not indented below their key: that of the first item.
    fn first_dash(&self, list: &Raw, from: usize) -> Option<(usize, usize)> {
        let dash = |line: &usize| self.lines.get(*line).is_some_and(|text| is_dash(&text[indent(text)..]));
        let line = (from..=list.inner.0).find(dash)?;
        Some((line, indent(self.lines[line])))
    }

    /// The items of a block list whose first dash stands at a place.
    fn items(&self, items: &[Raw], (first, column): (usize, usize)) -> Option<Vec<Node<'a>>> {
        let mut nodes: Vec<Node> = Vec::with_capacity(items.len());
        let mut next = first;
        for item in items {
            let dash = |i: &usize| {
                let line = self.lines.get(*i).copied().unwrap_or_default();
                indent(line) == column && is_dash(&line[column..])
            };
            let line = (next..=item.line).find(dash)?;
            let end = item.last.max(line);
            let mut node = self.item(item, line, end, column);
            if let Some(before) = nodes.last_mut() {
                node.lead = gaps::settle(before, &self.lines[next..line], Some(column)).to_vec();
            }
            next = end + 1;
            nodes.push(node);
        }
        Some(nodes)
    }

    fn item(&self, item: &Raw, line: usize, end: usize, column: usize) -> Node<'a> {
        let text = self.lines[line];
        if let Form::Map(entries) = &item.form
            && let Some((key, _)) = entries.first()
            && key.line == line
            && item.line == line
            && text.get(column + 1..key.column).is_some_and(|between| between.trim().is_empty())
            && let Some(children) = self.entries(entries, key.column, Some(column))
        {
            let mut node = Node::leaf(item_name(&item.value, &children), column, vec![]);
            node.shape = Shape::Keyed;
            node.children = children;
            node.dash = Some(column);
            node.fields = fields(&item.value);
            node.says = item.value.digest();
            return node;
        }
        let mut node = Node::leaf(item_name(&item.value, &[]), column, vec![Cow::Borrowed(text)]);
        self.body(&mut node, item, line, end, column);
        if node.is_container() {
            node.names = vec![item_name(&item.value, &node.children)];
        }
        node.fields = fields(&item.value);
        node
    }
}

/// Whether a line, from its first word on, begins with the dash of an item.
fn is_dash(text: &str) -> bool {
    text.strip_prefix('-').is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
}

/// What may name an item: its parts without parts.
fn fields(value: &Value) -> Vec<(String, String)> {
    let Kind::Map(entries) = &value.kind else { return Vec::new() };
    let scalars = entries.iter().filter_map(|(key, value)| match &value.kind {
        Kind::Scalar(text) => Some((key.clone(), text.clone())),
        _ => None,
    });
    scalars.collect()
}

fn digest(nodes: &[Node]) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    for node in nodes {
        node.says.hash(&mut hasher);
    }
    hasher.finish()
}

/// What an item is aligned by where no field names all items: its action without the pin, or what it begins with.
fn item_name(value: &Value, children: &[Node]) -> String {
    if let Kind::Scalar(text) = &value.kind {
        return scalar_name(text);
    }
    let field = |name: &str| children.iter().find(|child| child.names[0] == name).and_then(|child| child.fields.first());
    for name in ["name", "id", "uses", "key"] {
        if let Some((_, text)) = field(name) {
            return format!("{name}: {}", if name == "uses" { pin::unpinned(text) } else { text });
        }
    }
    children.first().map_or_else(|| format!("{:x}", value.digest()), |child| format!("{}: {:x}", child.names[0], child.says))
}
