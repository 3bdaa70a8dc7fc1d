//! Why: answers come from a preset, a file and flags, and each of them is somebody's text. They are laid over each other
//! as documents, so that a mistake is told at the place where its author wrote it.

use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use crate::catalogue::Catalogue;
use crate::document::{self, Content, MAX_BYTES, Node};
use crate::error::{Diagnostic, Error, Place, Result, refused};

/// The place of what nobody wrote.
pub const NOWHERE: &str = "answers";

/// Where answers come from, in rising precedence.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sources<'a> {
    /// Name of a preset.
    pub preset: Option<&'a str>,
    /// Answers file, or `-`.
    pub answers: Option<&'a Path>,
    /// `key=value` pairs.
    pub set: &'a [String],
}

/// Reads and joins all sources; an empty document when there are none.
///
/// # Errors
/// Unreadable files and wrong flags, all at once.
pub fn gather(catalogue: &Catalogue, sources: Sources) -> Result<Node> {
    let mut document = document::parse("", &NOWHERE.into())?;
    let mut mistakes = Vec::new();
    if let Some(name) = sources.preset {
        let (text, label) = catalogue.preset(name)?;
        document.overlay(document::parse(&text, &label)?);
    }
    if let Some(path) = sources.answers {
        let (text, label) = read(path)?;
        match document::parse(&text, &label) {
            Ok(node) if matches!(node.content, Content::Mapping(_)) => document.overlay(node),
            Ok(node) => mistakes.push(Diagnostic::new("answers are a map").at(node.place)),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    for pair in sources.set {
        match setting(pair) {
            Ok(node) => document.overlay(node),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    if mistakes.is_empty() { Ok(document) } else { Err(Error::Invalid(mistakes)) }
}

/// Lays a default under the document: it counts only where nothing has been said.
pub fn default(document: &mut Node, path: &[&str], value: Value, source: &str) {
    let there = path.iter().try_fold(&*document, |node, key| node.get(key)).is_some();
    if !there {
        let place = Place { file: source.into(), line: 0, column: 0 };
        let value = Node { place: place.clone(), content: Content::Scalar(value) };
        document.overlay(Node::nested(path, value, &place));
    }
}

fn read(path: &Path) -> Result<(String, Arc<str>)> {
    let limit = MAX_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    let label: Arc<str> = if path.as_os_str() == "-" {
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes)?;
        "standard input".into()
    } else {
        let shown = path.display().to_string();
        let file = std::fs::File::open(path).map_err(|e| refused("read", &shown, &e))?;
        file.take(limit).read_to_end(&mut bytes)?;
        shown.into()
    };
    if bytes.len() > MAX_BYTES {
        return Err(Diagnostic::new(format!("the file is larger than {} MiB", MAX_BYTES >> 20)).in_file(label).into());
    }
    String::from_utf8(bytes).map(|text| (text, Arc::clone(&label))).map_err(|e| {
        let line = e.as_bytes()[..e.utf8_error().valid_up_to()].iter().filter(|b| **b == b'\n').count() + 1;
        Diagnostic::new("this is not UTF-8").at(Place { file: label, line, column: 1 }).into()
    })
}

/// `a.b=value` as a document; the value is YAML when it reads as such, a text otherwise.
pub fn setting(pair: &str) -> std::result::Result<Node, Diagnostic> {
    let label: Arc<str> = format!("--set {pair}").into();
    let place = Place { file: Arc::clone(&label), line: 0, column: 0 };
    let wrong = |message: &str| Diagnostic::new(message).in_file(Arc::clone(&label)).hint("`--set services.api.port=8000`");
    let (key, text) = pair.split_once('=').ok_or_else(|| wrong("expected KEY=VALUE"))?;
    let path: Vec<&str> = key.split('.').collect();
    if path.iter().any(|p| p.is_empty()) {
        return Err(wrong("the key is a dotted path"));
    }
    let literal = || Node { place: place.clone(), content: Content::Scalar(Value::String(text.to_owned())) };
    let mut value = match document::parse(text, &label) {
        _ if text.is_empty() || text.contains('\n') => literal(),
        Ok(node)
            if text.trim() == text
                && !matches!(&node.content, Content::Mapping(m) if !text.starts_with('{') || m.is_empty() && text != "{}") =>
        {
            node
        }
        _ => literal(),
    };
    if matches!(text, "null" | "~") {
        value = Node { place: place.clone(), content: Content::Scalar(Value::Null) };
    }
    stamp(&mut value, &place);
    Ok(Node::nested(&path, value, &place))
}

/// Lines and columns inside a flag's value would only confuse.
fn stamp(node: &mut Node, place: &Place) {
    node.place = place.clone();
    match &mut node.content {
        Content::Scalar(_) => {}
        Content::Sequence(items) => items.iter_mut().for_each(|i| stamp(i, place)),
        Content::Mapping(entries) => {
            for (key, value) in entries {
                key.place = place.clone();
                stamp(value, place);
            }
        }
    }
}
