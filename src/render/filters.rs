//! Why: every answer that reaches a template goes through the quoting filter of its language, and skeletons take their
//! parts through one function.

use std::fmt::Write as _;

use minijinja::value::{Kwargs, Value, ValueKind};
use minijinja::{Environment, ErrorKind, State};

use super::Failure;
use crate::quote;

/// Adds all filters and functions.
pub fn add(env: &mut Environment) {
    env.add_filter("yaml", |v: &Value| flow(v, &quote::yaml_string));
    env.add_filter("json", |v: &Value| flow(v, &quote::yaml_string));
    env.add_filter("compose", |v: &Value| flow(v, &|s: &str| quote::yaml_string(&s.replace('$', "$$"))));
    env.add_filter("sh", |v: &Value| text(v).map(|t| quote::sh(&t)));
    env.add_filter("hcl", |v: &Value| text(v).map(|t| quote::hcl(&t)));
    env.add_filter("markdown", |v: &Value| text(v).map(|t| quote::markdown(&t)));
    env.add_filter("dotenv", |v: &Value| text(v).and_then(|t| quote::dotenv(&t).map_err(refused)));
    env.add_filter("nginx", |v: &Value| text(v).and_then(|t| quote::nginx(&t).map_err(refused)));
    env.add_function("slot", slot);
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
    let (pad, between) = (" ".repeat(indent.unwrap_or(0)), separator.unwrap_or_default());
    let mut out = String::new();
    for (at, part) in parts.try_iter()?.enumerate() {
        if at > 0 {
            out.push_str(&between);
            out.push('\n');
        }
        let text = part.as_str().unwrap_or_default().trim_end_matches('\n');
        out.reserve(text.len() + text.len() / 8);
        for line in text.split_inclusive('\n') {
            if line != "\n" {
                out.push_str(&pad);
            }
            out.push_str(line);
        }
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
