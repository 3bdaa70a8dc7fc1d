//! `scaffold new`: answers in, a whole repository out.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde_json::Value;

use crate::catalogue::Catalogue;
use crate::cli::New;
use crate::document::Node;
use crate::error::{Diagnostic, Error, Result};
use crate::input::{self, Sources};
use crate::names::Name;
use crate::{answers, disk, plan_from, report, wizard};

/// Runs the verb.
pub fn run(options: &New) -> Result<u8> {
    let base = options.directory.clone().unwrap_or_default();
    let in_base = |path: &PathBuf| if path.as_os_str() == "-" { path.clone() } else { base.join(path) };
    let catalogue = Rc::new(Catalogue::open(options.blueprints.as_ref().map(&in_base).as_deref())?);
    let answers_file = options.answers.as_ref().map(in_base);
    let given = |preset: Option<&str>| -> Result<Node> {
        let sources = Sources { preset, answers: answers_file.as_deref(), set: &options.set };
        let mut document = input::gather(&catalogue, sources)?;
        name_from_folder(&mut document, options, &base);
        Ok(document)
    };
    let terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    let ask = terminal && !options.no_input && !options.json;
    let mut document = if ask { wizard::ask(&catalogue, options, &given, defaults)? } else { given(options.preset.as_deref())? };
    defaults(&mut document);
    let answers = answers::from_document(&document).map_err(with_flags)?;
    let dir = base.join(options.dir.clone().unwrap_or_else(|| PathBuf::from(answers.name.as_str())));
    let mut outcome = plan_from(&catalogue, answers, &document);
    if let (Err(Error::Invalid(mistakes)), Err(Error::Invalid(more))) = (&mut outcome, disk::check_target(&dir)) {
        mistakes.extend(more);
    }
    let outcome = outcome?;
    if options.dry_run || options.diff {
        disk::check_target(&dir)?;
        report::data(&match (options.json, options.diff) {
            (true, _) => report::plan_json(&outcome, &dir, false),
            (false, true) => report::plan_diff(&outcome.plan),
            (false, false) => report::plan_list(&outcome.plan),
        });
        return Ok(0);
    }
    disk::create(&dir, &outcome.plan)?;
    if options.json {
        report::data(&report::plan_json(&outcome, &dir, true));
    } else {
        report::written(&outcome, &dir);
    }
    // The process ends here: to take these trees apart piece by piece would be a tenth of its time.
    std::mem::forget((outcome, catalogue, document));
    Ok(0)
}

/// A folder that is named on the command line names the project, as with `cargo new`; only `--set name=` and an answers
/// file say it more clearly.
fn name_from_folder(document: &mut Node, options: &New, base: &Path) {
    let said = document.get("name").is_some_and(|name| !name.place.file.starts_with("preset "));
    let Some(dir) = options.dir.as_ref().filter(|_| !said) else { return };
    let full = base.join(dir);
    let full = if full.file_name().is_some() { full } else { std::path::absolute(&full).unwrap_or(full) };
    let Some(name) = full.file_name().and_then(|n| n.to_str()) else { return };
    if Name::try_from(name.to_owned()).is_ok() {
        if let crate::document::Content::Mapping(entries) = &mut document.content {
            entries.retain(|(key, _)| key.name != "name");
        }
        input::default(document, &["name"], Value::from(name), "DIR");
    }
}

/// What the wizard would offer is what counts when nobody says anything.
pub fn defaults(document: &mut Node) {
    input::default(document, &["version"], Value::from(1), "default");
    let name = document.get("name").map(super::super::document::Node::to_json);
    // A name that is missing or wrong is one mistake, not three.
    let name = name.as_ref().and_then(Value::as_str).filter(|n| Name::try_from((*n).to_owned()).is_ok()).unwrap_or("app");
    input::default(document, &["domain"], Value::from(format!("{name}.example")), "default");
    input::default(document, &["registry"], Value::from(format!("ghcr.io/{name}/{name}")), "default");
    if document.get("services").is_none() {
        let place = document.place.clone();
        let empty = Node { place: place.clone(), content: crate::document::Content::Mapping(vec![]) };
        document.overlay(Node::nested(&["services"], empty, &place));
    }
    input::default(document, &["target"], Value::from("vps"), "default");
    input::default(document, &["ci"], Value::from("github"), "default");
}

/// A missing answer is told with the flag that sets it.
fn with_flags(error: Error) -> Error {
    let Error::Invalid(mistakes) = error else { return error };
    Error::Invalid(mistakes.into_iter().map(flag).collect())
}

fn flag(mut mistake: Diagnostic) -> Diagnostic {
    mistake.place = mistake.place.filter(|place| *place.file != *input::NOWHERE);
    let Some(key) = mistake.message.strip_prefix('`').and_then(|m| m.strip_suffix("` is missing")) else { return mistake };
    let value = match key {
        "name" => "shop",
        "domain" => "shop.example.com",
        "registry" => "ghcr.io/acme/shop",
        _ if key.ends_with(".blueprint") => "fastapi",
        _ => "VALUE",
    };
    let hint = format!("`--set {key}={value}`");
    mistake.hint(hint)
}
