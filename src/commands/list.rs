//! `scaffold list`: the catalogue.

use serde_json::{Value, json};

use crate::blueprint::{Blueprint, Kind};
use crate::catalogue::Catalogue;
use crate::cli::List;
use crate::error::Result;
use crate::report;

/// Runs the verb.
pub fn run(options: &List) -> Result<u8> {
    let catalogue = Catalogue::open(options.blueprints.as_deref())?;
    let mut entries = Vec::new();
    for kind in Kind::ALL.into_iter().filter(|k| *k != Kind::Project) {
        for name in catalogue.names(kind) {
            entries.push(entry(&*catalogue.get(kind, &name)?));
        }
    }
    for name in catalogue.presets() {
        let (text, _) = catalogue.preset(&name)?;
        entries.push(json!({
            "name": name, "kind": "preset", "summary": preset_summary(&text), "provides": [], "needs": [], "conflicts": [], "options": {},
        }));
    }
    if options.json {
        report::data(&report::pretty(&Value::Array(entries)));
        return Ok(0);
    }
    let mut out = String::new();
    let mut last = String::new();
    let width = entries.iter().filter_map(|e| e["name"].as_str()).map(str::len).max().unwrap_or(0);
    for entry in &entries {
        let (kind, name) = (entry["kind"].as_str().unwrap_or_default(), entry["name"].as_str().unwrap_or_default());
        if kind != last {
            out.push_str(&format!("{}{kind}\n", if last.is_empty() { "" } else { "\n" }));
            kind.clone_into(&mut last);
        }
        out.push_str(&format!("  {name:width$}  {}\n", entry["summary"].as_str().unwrap_or_default()));
    }
    report::data(&out);
    Ok(0)
}

/// A blueprint as `list --json` and `show --json` tell it.
pub fn entry(blueprint: &Blueprint) -> Value {
    let manifest = &blueprint.manifest;
    json!({
        "name": blueprint.name,
        "kind": blueprint.kind.word(),
        "summary": manifest.summary,
        "provides": blueprint.provides(),
        "needs": manifest.needs,
        "conflicts": manifest.conflicts,
        "options": manifest.options,
    })
}

/// The first comment line of a preset says what it is.
pub fn preset_summary(text: &str) -> String {
    text.lines().find_map(|l| l.strip_prefix("# ")).unwrap_or_default().to_owned()
}
