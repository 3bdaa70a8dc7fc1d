//! Why: one template environment for everything that is emitted, so that the promises hold everywhere: undefined names
//! are errors, only text and numbers can be printed, and every language has one quoting filter.

mod filters;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::machinery::{self, Instructions, make_string_output};
use minijinja::value::{Serde, Value, ValueKind};
use minijinja::{AutoEscape, Environment, ErrorKind, Output, Template, UndefinedBehavior};
use serde::Serialize;

use crate::blueprint::{Asset, Blueprint};
use crate::bytecode::{self, is_template, single_expression};
use crate::document::{Content, Key, Node};
use crate::error::{Diagnostic, Place};

type Failure = minijinja::Error;

/// Renders templates and facts.
pub struct Renderer {
    env: Environment<'static>,
}

/// A template file, ready to be rendered.
pub enum Compiled<'a> {
    /// By the build script.
    Built(Instructions<'static>),
    /// From its source.
    Parsed(Template<'a, 'a>),
}

/// The embedded templates by path, as the build script compiled them.
static TEMPLATES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/templates.rs"));
/// The same for the texts of embedded manifests and facts, by text.
static TEXTS: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/texts.rs"));

/// What the build script made of an embedded template.
fn built(asset: &Asset) -> Option<Instructions<'static>> {
    // A file of a folder may have the name of an embedded one; its bytes are its own.
    let Cow::Borrowed(bytes) = asset.bytes else { return None };
    let at = TEMPLATES.binary_search_by_key(&asset.source.strip_prefix("blueprints/")?, |(path, _)| path).ok()?;
    bytecode::read(TEMPLATES[at].1, std::str::from_utf8(bytes).ok()?)
}

/// What the build script made of a text.
fn built_text(text: &str) -> Option<Instructions<'static>> {
    let at = TEXTS.binary_search_by_key(&text, |(text, _)| text).ok()?;
    let (text, bytes) = TEXTS[at];
    bytecode::read(bytes, single_expression(text).unwrap_or(text))
}

impl Default for Renderer {
    fn default() -> Self {
        Self::new()
    }
}

impl Renderer {
    /// The one environment.
    pub fn new() -> Self {
        let mut env = Environment::new();
        env.set_syntax(bytecode::syntax());
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
        filters::add(&mut env);
        Self { env }
    }

    /// Compiles a template file.
    ///
    /// # Errors
    /// The mistake with the line of the template.
    pub fn compile<'a>(&'a self, asset: &'a Asset) -> Result<Compiled<'a>, Diagnostic> {
        built(asset).map_or_else(|| self.parse(asset).map(Compiled::Parsed), |instructions| Ok(Compiled::Built(instructions)))
    }

    /// Renders what `compile` made of the file.
    ///
    /// # Errors
    /// The mistake with the line of the template.
    pub fn render(&self, template: &Compiled, asset: &Asset, context: &Value) -> Result<String, Diagnostic> {
        let rendered = match template {
            Compiled::Parsed(template) => template.render(context),
            Compiled::Built(instructions) => {
                let mut text = String::with_capacity(instructions.source().len());
                match self.run(instructions, context, &mut make_string_output(&mut text)) {
                    Ok(_) => return Ok(text),
                    // It keeps no lines.
                    Err(_) => self.parse(asset)?.render(context),
                }
            }
        };
        rendered.map_err(|e| mistake(&e, &asset.source, text_of(asset).unwrap_or_default()))
    }

    fn parse<'a>(&'a self, asset: &'a Asset) -> Result<Template<'a, 'a>, Diagnostic> {
        let source = text_of(asset)?;
        self.env.template_from_named_str(&asset.source, source).map_err(|e| mistake(&e, &asset.source, source))
    }

    /// Runs what the build script compiled; the value is that of an expression.
    fn run(&self, instructions: &Instructions<'static>, context: &Value, out: &mut Output) -> Result<Option<Value>, Failure> {
        machinery::eval(&self.env, instructions, context.clone(), &BTreeMap::new(), out, AutoEscape::None).map(|(value, _)| value)
    }

    /// Renders a template file that is used once.
    ///
    /// # Errors
    /// The mistake with the line of the template.
    pub fn file(&self, asset: &Asset, context: &Value) -> Result<String, Diagnostic> {
        self.render(&self.compile(asset)?, asset, context)
    }

    /// Renders all texts of facts but those under the key `but`; one that is a single expression keeps the type of its
    /// value.
    ///
    /// # Errors
    /// The mistake with its place in the manifest.
    pub fn value(&self, node: &Node, values: &Value, but: Option<&str>) -> Result<serde_json::Value, Diagnostic> {
        Ok(match &node.content {
            Content::Scalar(serde_json::Value::String(text)) if is_template(text) => self.scalar(text, node, values)?,
            Content::Scalar(value) => value.clone(),
            Content::Sequence(items) => items.iter().map(|i| self.value(i, values, None)).collect::<Result<_, _>>()?,
            Content::Mapping(entries) => {
                let mut out = serde_json::Map::with_capacity(entries.len());
                for (key, value) in entries.iter().filter(|(key, _)| but.is_none_or(|but| key.name != but)) {
                    out.insert(self.key(key, values)?, self.value(value, values, None)?);
                }
                out.into()
            }
        })
    }

    /// The same with places, for messages: they cost as much as the values.
    ///
    /// # Errors
    /// The mistake with its place in the manifest.
    pub fn placed(&self, node: &Node, values: &Value, but: Option<&str>) -> Result<Node, Diagnostic> {
        let content = match &node.content {
            Content::Scalar(serde_json::Value::String(text)) if is_template(text) => {
                spread(self.scalar(text, node, values)?, &node.place)
            }
            Content::Scalar(value) => Content::Scalar(value.clone()),
            Content::Sequence(items) => {
                Content::Sequence(items.iter().map(|i| self.placed(i, values, None)).collect::<Result<_, _>>()?)
            }
            Content::Mapping(entries) => {
                let mut out = Vec::with_capacity(entries.len());
                for (key, value) in entries.iter().filter(|(key, _)| but.is_none_or(|but| key.name != but)) {
                    let name = self.key(key, values)?;
                    out.push((Key { name, place: key.place.clone() }, self.placed(value, values, None)?));
                }
                Content::Mapping(out)
            }
        };
        Ok(Node { place: node.place.clone(), content })
    }

    fn scalar(&self, text: &str, node: &Node, values: &Value) -> Result<serde_json::Value, Diagnostic> {
        self.expression(text, values).map_err(|e| {
            let mut diagnostic = mistake(&e, &node.place.file, single_expression(text).unwrap_or(text));
            diagnostic.place = Some(node.place.clone());
            diagnostic
        })
    }

    fn key(&self, key: &Key, context: &Value) -> Result<String, Diagnostic> {
        if !is_template(&key.name) {
            return Ok(key.name.clone());
        }
        let rendered = if single_expression(&key.name).is_some() {
            self.env.render_str(&key.name, context)
        } else {
            self.text(&key.name, context)
        };
        rendered.map_err(|e| {
            let mut diagnostic = mistake(&e, &key.place.file, &key.name);
            diagnostic.place = Some(key.place.clone());
            diagnostic
        })
    }

    fn expression(&self, text: &str, context: &Value) -> Result<serde_json::Value, Failure> {
        let Some(expression) = single_expression(text) else {
            return self.text(text, context).map(serde_json::Value::String);
        };
        let built =
            built_text(text).and_then(|built| self.run(&built, context, &mut make_string_output(&mut String::new())).ok()?);
        let value = match built {
            Some(value) => value,
            None => self.env.compile_expression(expression)?.eval(context)?,
        };
        if value.is_undefined() {
            return Err(Failure::new(ErrorKind::UndefinedError, "this is undefined"));
        }
        serde_json::to_value(&value).map_err(|e| Failure::new(ErrorKind::BadSerialization, e.to_string()))
    }

    fn text(&self, text: &str, context: &Value) -> Result<String, Failure> {
        let mut rendered = String::new();
        match built_text(text).map(|built| self.run(&built, context, &mut make_string_output(&mut rendered))) {
            Some(Ok(_)) => Ok(rendered),
            _ => self.env.render_str(text, context),
        }
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
