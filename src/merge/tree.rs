//! Why: what people add and change is a service, a key, a location: nodes of the tree that indentation or braces give.
//! A node keeps its lines as they stand in its file; only whole lines are ever moved.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::value::{Kind, MANY, Value};

/// A line of a tree.
pub type Text<'a> = Cow<'a, str>;

/// How the parts of a node relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// It has none.
    Leaf,
    /// A block scalar: a header line and lines of text.
    Block,
    /// Known by their keys.
    Keyed,
    /// A list, which may be a set.
    List,
}

/// A node with its lines.
#[derive(Clone, Debug)]
pub struct Node<'a> {
    /// How its siblings tell it apart: from the least to the most specific.
    pub names: Vec<String>,
    /// How its parts relate.
    pub shape: Shape,
    /// Comments and blank lines before it.
    pub lead: Vec<&'a str>,
    /// Its first lines; all of them, for a leaf.
    pub head: Vec<Text<'a>>,
    /// Its parts.
    pub children: Vec<Node<'a>>,
    /// Comments after the last part.
    pub tail: Vec<&'a str>,
    /// What closes it.
    pub close: Vec<&'a str>,
    /// The column of its first line.
    pub column: usize,
    /// The column of the dash that the first line of the first part carries.
    pub dash: Option<usize>,
    /// Fields that may name it in a list.
    pub fields: Vec<(String, String)>,
    /// Stands for what it says.
    pub says: u64,
    /// Stands for what it says, and for its comments.
    pub full: u64,
    /// Stands for all of it, layout included.
    pub raw: u64,
}

impl<'a> Node<'a> {
    /// A leaf.
    pub fn leaf(name: String, column: usize, head: Vec<Text<'a>>) -> Self {
        Self {
            names: vec![name],
            shape: Shape::Leaf,
            lead: Vec::new(),
            head,
            children: Vec::new(),
            tail: Vec::new(),
            close: Vec::new(),
            column,
            dash: None,
            fields: Vec::new(),
            says: 0,
            full: 0,
            raw: 0,
        }
    }

    /// Whether it has parts.
    pub fn is_container(&self) -> bool {
        matches!(self.shape, Shape::Keyed | Shape::List)
    }

    /// What stands at the top of a file, up to the first blank line, is about the file, not about what happens to come first.
    pub fn lift_header(&mut self) {
        let lead = self.children.first_mut().map_or(&mut self.tail, |first| &mut first.lead);
        let blank = |line: &&&str| line.trim().is_empty();
        let comment = lead.iter().position(|line| !blank(&line)).unwrap_or(lead.len());
        let end = lead[comment..].iter().position(|line| blank(&line)).map_or(lead.len(), |more| comment + more + 1);
        self.head.extend(lead.drain(..end).map(Cow::Borrowed));
    }

    /// Comments and blank lines that are no part's: at the end and, of a file, at the top.
    pub fn edges(&self) -> Vec<&'a str> {
        let head = self.head.iter().filter_map(|line| if let Cow::Borrowed(line) = line { Some(*line) } else { None });
        head.filter(|line| is_gap(line)).chain(self.tail.iter().copied()).collect()
    }

    /// Computes `full` and `raw` from the bottom up; `says` is known already.
    pub fn seal(&mut self) {
        let mut hasher = DefaultHasher::new();
        let mut raw = DefaultHasher::new();
        (&self.lead, &self.head, &self.tail, &self.close).hash(&mut raw);
        self.says.hash(&mut hasher);
        self.shape.hash(&mut hasher);
        for line in &self.lead {
            line.trim().hash(&mut hasher);
        }
        // The indentation of a text is part of it, as far as it goes beyond that of its first line.
        let width = body_indent(&self.head);
        for (i, line) in self.head.iter().enumerate() {
            if i > 0 && self.shape == Shape::Block {
                line.get(width..).unwrap_or_default().hash(&mut hasher);
            } else {
                line.trim().hash(&mut hasher);
            }
        }
        for child in &mut self.children {
            child.seal();
            child.full.hash(&mut hasher);
            child.raw.hash(&mut raw);
        }
        for line in self.tail.iter().chain(&self.close) {
            line.trim().hash(&mut hasher);
        }
        self.full = hasher.finish();
        self.raw = raw.finish();
    }

    /// What a tree says, where no parser can be asked: by the names of its nodes, of which one may stand more than once.
    pub fn value(&self) -> Value {
        if !self.is_container() {
            return Value::new(Kind::Scalar(format!("{:x}", self.says)));
        }
        let mut groups: Vec<(String, Vec<Value>)> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        for child in &self.children {
            let place = *places.entry(&child.names[0]).or_insert_with(|| {
                groups.push((child.names[0].clone(), Vec::new()));
                groups.len() - 1
            });
            let mut value = child.value();
            // A Makefile may name phony targets on as many lines as it likes.
            if child.is_anonymous() || child.names[0] == ".PHONY:" {
                MANY.clone_into(&mut value.note);
            }
            groups[place].1.push(value);
        }
        let of = |mut values: Vec<Value>| match values.pop() {
            // What stands once merges by its parts; what cannot be taken apart is no list of one.
            Some(only) if values.is_empty() => only,
            last => Value::new(Kind::List(values.into_iter().chain(last).collect())),
        };
        Value::map(String::new(), groups.into_iter().map(|(name, values)| (name, of(values))).collect())
    }

    /// How many of its nodes have the name of one before them, though their kind has names: `first` where the first name is
    /// all the name that it has. Of a line without parts, like a directive, it may be more.
    pub fn twins(&self, first: bool) -> usize {
        let mut seen = HashSet::new();
        let named = |node: &&Self| self.shape == Shape::Keyed && !node.is_anonymous();
        let name =
            |node: &Self| if first || node.is_container() { node.names.first().cloned() } else { node.names.last().cloned() };
        let own = self.children.iter().filter(named).filter(|child| !seen.insert(name(child))).count();
        own + self.children.iter().map(|child| child.twins(first)).sum::<usize>()
    }

    /// Whether it is a block without a name of its own, of which there may be many. What is assigned has a name.
    fn is_anonymous(&self) -> bool {
        let assigned = self.head.last().is_some_and(|line| line.contains('='));
        self.is_container() && (!self.names[0].contains(' ') && !assigned || self.names[0].starts_with("if "))
    }

    /// All comments in it, also those behind its lines, which begin where `comment` says.
    pub fn comments(&self, comment: fn(&str) -> Option<usize>, into: &mut Vec<String>) {
        let own = self.lead.iter().chain(&self.tail).map(|line| line.trim());
        into.extend(own.filter(|line| !line.is_empty()).map(str::to_owned));
        let lines = if self.shape == Shape::Block { &self.head[..self.head.len().min(1)] } else { &self.head[..] };
        let behind = lines.iter().map(AsRef::as_ref).chain(self.close.iter().copied());
        into.extend(behind.filter_map(|line: &str| comment(line).map(|at| line[at..].trim_end().to_owned())));
        for child in &self.children {
            child.comments(comment, into);
        }
    }
}

/// The indentation of a block scalar's text; its first line is the header.
pub fn body_indent(head: &[Text]) -> usize {
    head.iter().skip(1).find(|line| !line.trim().is_empty()).map_or(0, |line| indent(line))
}

/// The width of a line's indentation.
pub fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

/// Whether a line is blank or holds nothing but a comment.
pub fn is_gap(line: &str) -> bool {
    let text = line.trim_start();
    text.is_empty() || text.starts_with('#')
}

/// Gives the first line that says something the dash of a list item.
pub fn put_dash(lines: &mut [Text], column: usize) -> bool {
    for line in lines {
        if is_gap(line) {
            continue;
        }
        if indent(line) <= column {
            return false;
        }
        line.to_mut().replace_range(column..=column, "-");
        return true;
    }
    false
}

/// A number that stands for a value, in this run.
pub fn hash<T: Hash>(value: &T) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
