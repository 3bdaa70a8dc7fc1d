//! `scaffold show NAME`: what one blueprint adds.

use serde_json::{Value, json};

use crate::blueprint::{Blueprint, Kind, Layer};
use crate::catalogue::Catalogue;
use crate::cli::Show;
use crate::commands::list::entry;
use crate::error::{Diagnostic, Result, did_you_mean};
use crate::render::declared_slots;
use crate::report;

/// Runs the verb.
pub fn run(options: &Show) -> Result<u8> {
    let catalogue = Catalogue::open(options.blueprints.as_deref())?;
    let name = options.name.as_str();
    for kind in Kind::ALL {
        if catalogue.names(kind).iter().any(|n| n == name) {
            let value = describe(&*catalogue.get(kind, name)?);
            report::data(&if options.json { report::pretty(&value) } else { text(&value) });
            return Ok(0);
        }
    }
    if catalogue.presets().iter().any(|n| n == name) {
        let (text, _) = catalogue.preset(name)?;
        report::data(&if options.json {
            report::pretty(&json!({ "name": name, "kind": "preset", "answers": text }))
        } else {
            text
        });
        return Ok(0);
    }
    let mut all: Vec<String> = Kind::ALL.into_iter().flat_map(|k| catalogue.names(k)).collect();
    all.extend(catalogue.presets());
    Err(Diagnostic::new(format!("there is no blueprint or preset {}", crate::shape::quoted(name)))
        .hint(did_you_mean(name, all.iter().map(String::as_str)).unwrap_or_else(|| "`scaffold list` shows all".into()))
        .into())
}

fn describe(blueprint: &Blueprint) -> Value {
    let mut value = entry(blueprint);
    value["files"] = json!(paths(&blueprint.own));
    value["parts"] = json!(parts(&blueprint.own));
    let slots = blueprint.own.files.iter().flat_map(|f| declared_slots(f).into_iter().map(|slot| format!("{}: {slot}", f.path)));
    value["slots"] = slots.collect();
    value["locks"] = blueprint.locks.iter().map(|(name, files)| format!("{name}: {}", files.len())).collect();
    let with = blueprint
        .with
        .iter()
        .map(|(capability, layer)| (capability.clone(), json!({ "files": paths(layer), "parts": parts(layer) })));
    value["with"] = Value::Object(with.collect());
    value["facts"] = blueprint.own.facts.as_ref().map(crate::document::Node::to_json).unwrap_or_default();
    value
}

fn paths(layer: &Layer) -> Vec<&str> {
    layer.files.iter().map(|f| f.path.as_str()).collect()
}

fn parts(layer: &Layer) -> Vec<String> {
    layer.parts.iter().map(|p| format!("{}: {}", p.file, p.slot)).collect()
}

fn text(value: &Value) -> String {
    let word = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let list = |v: &Value| v.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>();
    let mut out = format!("{} ({}): {}\n", word("name"), word("kind"), word("summary"));
    for key in ["provides", "needs", "conflicts"] {
        let all = list(&value[key]);
        if !all.is_empty() {
            out.push_str(&format!("{key}: {}\n", all.join(", ")));
        }
    }
    if let Some(options) = value["options"].as_object().filter(|o| !o.is_empty()) {
        out.push_str("options:\n");
        for (name, option) in options {
            let choices: Vec<String> = option["choices"].as_array().into_iter().flatten().map(ToString::to_string).collect();
            let choices = if choices.is_empty() { String::new() } else { format!(" of {}", choices.join(", ")) };
            out.push_str(&format!(
                "  {name} = {}{choices}: {}\n",
                option["default"],
                option["help"].as_str().unwrap_or_default()
            ));
        }
    }
    let facts = &value["facts"];
    let mut names = |title: &str, all: Vec<String>| {
        if !all.is_empty() {
            out.push_str(&format!("{title}:\n"));
            for line in all {
                out.push_str(&format!("  {line}\n"));
            }
        }
    };
    let variables = facts["variables"]
        .as_array()
        .into_iter()
        .flatten()
        .chain(facts["connection"]["variables"].as_array().into_iter().flatten());
    names(
        "variables",
        variables
            .map(|v| format!("{}: {}", v["name"].as_str().unwrap_or_default(), v["help"].as_str().unwrap_or_default()))
            .collect(),
    );
    names("files", list(&value["files"]));
    names("parts for slots of shared files", list(&value["parts"]));
    names("slots of its own files", list(&value["slots"]));
    names(
        "locks",
        value["locks"].as_array().into_iter().flatten().filter_map(Value::as_str).map(|l| format!("{l} files")).collect(),
    );
    let with = value["with"].as_object().into_iter().flatten();
    names("with", with.map(|(c, l)| format!("{c}: {}", [list(&l["files"]), list(&l["parts"])].concat().join(", "))).collect());
    out
}
