//! `scaffold schema`: so that editors complete and check what people write.

use serde_json::{Map, Value, json};

use crate::answers;
use crate::blueprint::{self, Blueprint, Kind, OptionKind};
use crate::catalogue::Catalogue;
use crate::cli::Schema;
use crate::error::Result;
use crate::report;

/// Runs the verb.
pub fn run(options: &Schema) -> Result<u8> {
    let schema = if options.blueprint {
        let mut schema = blueprint::schema();
        accept_templates(&mut schema);
        schema
    } else {
        answers_schema(&Catalogue::open(options.blueprints.as_deref())?)?
    };
    report::data(&report::pretty(&schema));
    Ok(0)
}

/// The schema of the answers with the options of every blueprint of the catalogue.
fn answers_schema(catalogue: &Catalogue) -> Result<Value> {
    let mut schema = answers::schema();
    let service = of_kind(catalogue, Kind::Service)?;
    let store = of_kind(catalogue, Kind::Store)?;
    schema["$defs"]["Service"]["allOf"] = Value::Array(by_blueprint(&service, "Service", &schema));
    schema["$defs"]["Store"]["allOf"] = Value::Array(by_blueprint(&store, "Store", &schema));
    let features: Map<String, Value> =
        of_kind(catalogue, Kind::Feature)?.iter().map(|b| (b.name.clone(), json!({ "type": "object", "description": b.manifest.summary, "properties": options_of(b), "additionalProperties": false }))).collect();
    schema["properties"]["features"] = json!({ "type": "object", "description": "Features with their options.", "properties": features, "additionalProperties": false });
    Ok(schema)
}

fn of_kind(catalogue: &Catalogue, kind: Kind) -> Result<Vec<std::rc::Rc<Blueprint>>> {
    catalogue.names(kind).iter().map(|name| catalogue.get(kind, name)).collect()
}

/// A blueprint's options are known keys where `blueprint` names it.
fn by_blueprint(blueprints: &[std::rc::Rc<Blueprint>], definition: &str, schema: &Value) -> Vec<Value> {
    let common = schema["$defs"][definition]["properties"].as_object().cloned().unwrap_or_default();
    blueprints
        .iter()
        .map(|b| {
            let mut known: Map<String, Value> = common.keys().map(|k| (k.clone(), json!(true))).collect();
            known.extend(options_of(b));
            json!({
                "if": { "properties": { "blueprint": { "const": b.name } }, "required": ["blueprint"] },
                "then": { "properties": known, "additionalProperties": false },
            })
        })
        .collect()
}

fn options_of(blueprint: &Blueprint) -> Map<String, Value> {
    let one = |spec: &blueprint::OptionSpec| {
        let kind = match spec.kind {
            OptionKind::String => "string",
            OptionKind::Integer => "integer",
            OptionKind::Boolean => "boolean",
        };
        let mut schema = json!({ "type": kind, "description": spec.help, "default": spec.default });
        if !spec.choices.is_empty() {
            schema["enum"] = json!(spec.choices);
        }
        schema
    };
    blueprint.manifest.options.iter().map(|(name, spec)| (name.clone(), one(spec))).collect()
}

/// In facts a template may stand for any value.
fn accept_templates(schema: &mut Value) {
    let Some(definitions) = schema.get_mut("$defs").and_then(Value::as_object_mut) else { return };
    for (_, definition) in definitions.iter_mut() {
        let Some(properties) = definition.get_mut("properties").and_then(Value::as_object_mut) else { continue };
        for (_, property) in properties.iter_mut() {
            let strict = property.take();
            *property = json!({ "anyOf": [strict, { "type": "string", "pattern": "\\{\\{[{%]" }] });
        }
    }
}
