//! Why: one template environment for everything that is emitted, so that the promises hold everywhere: undefined names
//! are errors, only text and numbers can be printed, and every language has one quoting filter.

use std::fmt::Write as _;
use std::sync::Arc;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Serde, Value, ValueKind};
use minijinja::{AutoEscape, Environment, ErrorKind, State, Template, UndefinedBehavior};
use serde::Serialize;

use crate::blueprint::{Asset, Blueprint};
use crate::document::{Content, Key, Node};
use crate::error::{Diagnostic, Place};
use crate::quote;

type Failure = minijinja::Error;

/// Renders templates and facts.
pub struct Renderer {
    env: Environment<'static>,
}

/// A template file, ready to be rendered.
pub struct Compiled<'a> {
    head: Template<'a, 'a>,
    /// What follows the last tag. A lock of dependencies has its only tag in its first lines and is a hundred kilobytes
    /// long, which the template engine need not read.
    tail: &'a str,
}

/// A template up to the line of its last tag, and the plain text after that.
fn split_tail(source: &str) -> (&str, &str) {
    let Some(last) = memchr::memmem::rfind(source.as_bytes(), b"}}") else { return ("", source) };
    source.split_at(source[last..].find('\n').map_or(source.len(), |end| last + end + 1))
}

impl Default for Renderer {
    fn default() -> Self {
        Self::new()
    }
}

impl Renderer {
    /// The one environment.
    ///
    /// # Panics
    /// Never: the delimiters are constants.
    pub fn new() -> Self {
        let mut env = Environment::new();
        let syntax = SyntaxConfig::builder()
            .block_delimiters("{{%", "%}}")
            .variable_delimiters("{{{", "}}}")
            .comment_delimiters("{{#", "#}}")
            .trim_blocks(true)
            .lstrip_blocks(true)
            .keep_trailing_newline(true)
            .build()
            .expect("constant delimiters");
        env.set_syntax(syntax);
        env.set_undefined_behavior(UndefinedBehavior::Strict);
        // A template of somebody else must end.
        env.set_fuel(Some(20_000_000));
        env.set_auto_escape_callback(|_| AutoEscape::None);
        env.set_formatter(|out, _, value| match value.kind() {
            ValueKind::String | ValueKind::Number => {
                write!(out, "{value}").map_err(|_| Failure::new(ErrorKind::BadSerialization, "cannot write"))
            }
            ValueKind::Undefined => Err(Failure::new(ErrorKind::UndefinedError, "this is undefined")),
            kind => Err(Failure::new(
                ErrorKind::InvalidOperation,
                format!("a {kind} cannot be printed bare; use a filter such as `yaml`"),
            )),
        });
        env.add_filter("yaml", |v: &Value| flow(v, &quote::yaml_string));
        env.add_filter("json", |v: &Value| flow(v, &quote::yaml_string));
        env.add_filter("compose", |v: &Value| flow(v, &|s: &str| quote::yaml_string(&s.replace('$', "$$"))));
        env.add_filter("sh", |v: &Value| text(v).map(|t| quote::sh(&t)));
        env.add_filter("hcl", |v: &Value| text(v).map(|t| quote::hcl(&t)));
        env.add_filter("markdown", |v: &Value| text(v).map(|t| quote::markdown(&t)));
        env.add_filter("dotenv", |v: &Value| text(v).and_then(|t| quote::dotenv(&t).map_err(refused)));
        env.add_filter("nginx", |v: &Value| text(v).and_then(|t| quote::nginx(&t).map_err(refused)));
        env.add_function("slot", slot);
        Self { env }
    }

    /// Compiles a template file.
    ///
    /// # Errors
    /// The mistake with the line of the template.
    pub fn compile<'a>(&'a self, asset: &'a Asset) -> Result<Compiled<'a>, Diagnostic> {
        let source = text_of(asset)?;
        let (head, tail) = split_tail(source);
        let head = self.env.template_from_named_str(&asset.source, head).map_err(|e| mistake(&e, &asset.source, source))?;
        Ok(Compiled { head, tail })
    }

    /// Renders what `compile` made of the file.
    ///
    /// # Errors
    /// The mistake with the line of the template.
    pub fn render(&self, template: &Compiled, asset: &Asset, context: &Value) -> Result<String, Diagnostic> {
        let rendered = template.head.render(context);
        let mut text = rendered.map_err(|e| mistake(&e, &asset.source, text_of(asset).unwrap_or_default()))?;
        text.push_str(template.tail);
        Ok(text)
    }

    /// Renders a template file that is used once.
    ///
    /// # Errors
    /// The mistake with the line of the template.
    pub fn file(&self, asset: &Asset, context: &Value) -> Result<String, Diagnostic> {
        self.render(&self.compile(asset)?, asset, context)
    }

    /// Renders all texts of facts; one that is a single expression keeps the type of its value.
    ///
    /// # Errors
    /// The mistake with its place in the manifest.
    pub fn facts(&self, node: &Node, values: &Value) -> Result<Node, Diagnostic> {
        let rendered = match &node.content {
            Content::Scalar(serde_json::Value::String(text)) if is_template(text) => {
                Content::Scalar(self.expression(text, values).map_err(|e| {
                    let mut diagnostic = mistake(&e, &node.place.file, single_expression(text).unwrap_or(text));
                    diagnostic.place = Some(node.place.clone());
                    diagnostic
                })?)
            }
            Content::Scalar(value) => Content::Scalar(value.clone()),
            Content::Sequence(items) => Content::Sequence(items.iter().map(|i| self.facts(i, values)).collect::<Result<_, _>>()?),
            Content::Mapping(entries) => {
                let mut out = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    let name = self.key(key, values)?;
                    out.push((Key { name, place: key.place.clone() }, self.facts(value, values)?));
                }
                Content::Mapping(out)
            }
        };
        let content = match rendered {
            Content::Scalar(value @ (serde_json::Value::Array(_) | serde_json::Value::Object(_))) => spread(value, &node.place),
            other => other,
        };
        Ok(Node { place: node.place.clone(), content })
    }

    fn key(&self, key: &Key, context: &Value) -> Result<String, Diagnostic> {
        if !is_template(&key.name) {
            return Ok(key.name.clone());
        }
        self.env.render_str(&key.name, context).map_err(|e| {
            let mut diagnostic = mistake(&e, &key.place.file, &key.name);
            diagnostic.place = Some(key.place.clone());
            diagnostic
        })
    }

    fn expression(&self, text: &str, context: &Value) -> Result<serde_json::Value, Failure> {
        let Some(expression) = single_expression(text) else {
            return self.env.render_str(text, context).map(serde_json::Value::String);
        };
        let value = self.env.compile_expression(expression)?.eval(context)?;
        if value.is_undefined() {
            return Err(Failure::new(ErrorKind::UndefinedError, "this is undefined"));
        }
        serde_json::to_value(&value).map_err(|e| Failure::new(ErrorKind::BadSerialization, e.to_string()))
    }
}

/// A serializable value as the renderer sees it.
pub fn value_of<T: Serialize>(value: &T) -> Value {
    Value::from(Serde(value))
}

/// The pins, with the majors of an image reachable by number and by text.
pub fn pins_value(pins: &serde_json::Value) -> Value {
    match pins {
        serde_json::Value::Object(map) => {
            let mut entries: Vec<(Value, Value)> = Vec::new();
            for (key, inner) in map {
                let inner = pins_value(inner);
                if let Ok(number) = key.parse::<i64>() {
                    entries.push((Value::from(number), inner.clone()));
                }
                entries.push((Value::from(key.as_str()), inner));
            }
            Value::from_pairs(entries)
        }
        other => value_of(other),
    }
}

/// Names of the slots that a skeleton declares.
pub fn declared_slots(asset: &Asset) -> Vec<String> {
    let Ok(mut text) = std::str::from_utf8(&asset.bytes) else { return vec![] };
    let mut found = Vec::new();
    while let Some(at) = text.find("slot(\"") {
        text = &text[at + 6..];
        if let Some(end) = text.find('"').filter(|end| !found.iter().any(|f| *f == text[..*end])) {
            found.push(text[..end].to_owned());
        }
    }
    found
}

/// Templates of a blueprint that do not parse.
pub fn syntax_mistakes(blueprint: &Blueprint) -> Vec<Diagnostic> {
    let renderer = Renderer::new();
    let layers = std::iter::once(&blueprint.own).chain(blueprint.with.values());
    let files = layers.flat_map(|l| l.files.iter().chain(l.parts.iter().map(|p| &p.asset)));
    let mut mistakes = Vec::new();
    for asset in files.chain(blueprint.locks.values().flatten()).filter(|a| a.template) {
        match std::str::from_utf8(&asset.bytes) {
            Err(_) => mistakes.push(Diagnostic::new("a template must be UTF-8").in_file(Arc::clone(&asset.source))),
            Ok(source) => {
                if let Err(error) = renderer.env.template_from_named_str(&asset.source, source) {
                    mistakes.push(mistake(&error, &asset.source, source));
                }
            }
        }
    }
    mistakes
}

fn text_of(asset: &Asset) -> Result<&str, Diagnostic> {
    std::str::from_utf8(&asset.bytes).map_err(|_| Diagnostic::new("a template must be UTF-8").in_file(Arc::clone(&asset.source)))
}

fn is_template(text: &str) -> bool {
    text.contains("{{{") || text.contains("{{%")
}

/// The inside of a text that is one expression and nothing else.
fn single_expression(text: &str) -> Option<&str> {
    text.strip_prefix("{{{")?.strip_suffix("}}}").filter(|t| !t.contains("}}}"))
}

fn spread(value: serde_json::Value, place: &Place) -> Content {
    let node = |value| {
        let content = match value {
            inner @ (serde_json::Value::Array(_) | serde_json::Value::Object(_)) => spread(inner, place),
            scalar => Content::Scalar(scalar),
        };
        Node { place: place.clone(), content }
    };
    match value {
        serde_json::Value::Array(items) => Content::Sequence(items.into_iter().map(node).collect()),
        serde_json::Value::Object(map) => {
            Content::Mapping(map.into_iter().map(|(name, v)| (Key { name, place: place.clone() }, node(v))).collect())
        }
        scalar => Content::Scalar(scalar),
    }
}

#[allow(clippy::needless_pass_by_value, reason = "the signature of a function for templates")]
fn slot(state: &State, name: &str, options: Kwargs) -> Result<Value, Failure> {
    let indent: Option<usize> = options.get("indent")?;
    let separator: Option<String> = options.get("separator")?;
    options.assert_all_used()?;
    let Some(parts) = state.lookup("slots").and_then(|slots| slots.get_item(&Value::from(name)).ok()) else {
        return Ok(Value::from(""));
    };
    if parts.is_undefined() {
        return Ok(Value::from(""));
    }
    let texts: Vec<String> = parts.try_iter()?.map(|p| p.to_string().trim_end_matches('\n').to_owned()).collect();
    let joined = texts.join(&format!("{}\n", separator.unwrap_or_default()));
    let pad = " ".repeat(indent.unwrap_or(0));
    let mut out = String::with_capacity(joined.len());
    for (i, line) in joined.lines().enumerate() {
        if i > 0 {
            out.push('\n');
        }
        if !line.is_empty() {
            out.push_str(&pad);
        }
        out.push_str(line);
    }
    Ok(Value::from(out))
}

fn text(value: &Value) -> Result<String, Failure> {
    match value.kind() {
        ValueKind::String | ValueKind::Number => Ok(value.to_string()),
        kind => Err(Failure::new(ErrorKind::InvalidOperation, format!("a {kind} has no form as one word"))),
    }
}

fn refused(reason: String) -> Failure {
    Failure::new(ErrorKind::InvalidOperation, reason)
}

fn flow(value: &Value, string: &dyn Fn(&str) -> String) -> Result<String, Failure> {
    if value.is_undefined() {
        return Err(Failure::new(ErrorKind::UndefinedError, "this is undefined"));
    }
    let json = serde_json::to_value(value).map_err(|e| Failure::new(ErrorKind::BadSerialization, e.to_string()))?;
    let mut out = String::new();
    write_flow(&json, string, &mut out);
    Ok(out)
}

fn write_flow(value: &serde_json::Value, string: &dyn Fn(&str) -> String, out: &mut String) {
    match value {
        serde_json::Value::String(text) => out.push_str(&string(text)),
        serde_json::Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i > 0 { ", " } else { "" });
                write_flow(item, string, out);
            }
            out.push(']');
        }
        serde_json::Value::Object(map) => {
            out.push('{');
            for (i, (key, item)) in map.iter().enumerate() {
                out.push_str(if i > 0 { ", " } else { "" });
                out.push_str(&quote::yaml_string(key));
                out.push_str(": ");
                write_flow(item, string, out);
            }
            out.push('}');
        }
        other => {
            let _ = write!(out, "{other}");
        }
    }
}

fn mistake(error: &Failure, file: &Arc<str>, source: &str) -> Diagnostic {
    let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    let snippet = error.range().and_then(|r| source.get(r)).map(|s| s.lines().next().unwrap_or(s).trim().to_owned());
    let message = match snippet.filter(|s| !s.is_empty() && !detail.contains(s.as_str())) {
        Some(snippet) => format!("`{snippet}`: {detail}"),
        None => detail,
    };
    let line = error.line().unwrap_or(0);
    let column =
        error.range().map_or(1, |r| source[..r.start.min(source.len())].rsplit('\n').next().map_or(1, |l| l.chars().count() + 1));
    let hint = match error.kind() {
        ErrorKind::UndefinedError => Some("blueprints/README.md lists what a template can see, and where"),
        ErrorKind::UnknownFilter => Some("for quoting there are: yaml, compose, json, sh, dotenv, nginx, hcl, markdown"),
        _ => None,
    };
    Diagnostic::new(message).at(Place { file: Arc::clone(file), line, column }).maybe_hint(hint.map(str::to_owned))
}
