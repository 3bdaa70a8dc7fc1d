//! Reads the manifests of the embedded blueprints and compiles their templates once, when the binary is built. It also
//! notices a blueprint that is added or deleted: `include_dir` alone only notices edits.
#![allow(dead_code, reason = "the modules are those of the program, which uses all of them")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

mod bytecode;
mod compact;
mod compile;
mod document;
mod error;

use document::{Content, Node};

fn main() {
    println!("cargo::rerun-if-changed=blueprints");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo")).join("blueprints");
    let (mut manifests, mut templates, mut texts) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for path in files(&root) {
        let name = path.strip_prefix(&root).expect("found below it").to_string_lossy().replace('\\', "/");
        let read = || fs::read_to_string(&path).unwrap_or_default();
        match path.file_name().and_then(|n| n.to_str()) {
            Some("blueprint.yaml" | "facts.yaml" | "pins.yaml") => {
                // A mistake is told at run time, with its place, by the same words as for anybody's blueprint.
                let Ok(node) = document::parse(&read(), &name.as_str().into()) else { continue };
                let mut bytes = Vec::new();
                compact::write(&node, &mut bytes);
                manifests.insert(name, bytes);
                compile_texts(&node, &mut texts);
            }
            _ if path.extension().is_some_and(|ending| ending == "j2") => {
                templates.extend(compile::template(&read()).map(|bytes| (name, bytes)));
            }
            _ => {}
        }
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("set by cargo"));
    for (name, table) in [("manifests.rs", manifests), ("templates.rs", templates), ("texts.rs", texts)] {
        let mut rust = String::from("&[\n");
        for (key, bytes) in table {
            writeln!(rust, "({key:?}, b\"{}\"),", bytes.escape_ascii()).expect("memory");
        }
        rust.push(']');
        fs::write(out.join(name), rust).expect("a writable folder");
    }
}

/// Compiles all texts of a document that have something to render.
fn compile_texts(node: &Node, texts: &mut BTreeMap<String, Vec<u8>>) {
    let mut text = |text: &String| {
        if bytecode::is_template(text) {
            let compiled = bytecode::single_expression(text).map_or_else(|| compile::template(text), compile::expression);
            texts.extend(compiled.map(|bytes| (text.clone(), bytes)));
        }
    };
    match &node.content {
        Content::Scalar(serde_json::Value::String(value)) => text(value),
        Content::Scalar(_) => {}
        Content::Sequence(items) => items.iter().for_each(|item| compile_texts(item, texts)),
        Content::Mapping(entries) => {
            for (key, _) in entries {
                text(&key.name);
            }
            for (_, value) in entries {
                compile_texts(value, texts);
            }
        }
    }
}

/// All files below a folder.
fn files(root: &Path) -> Vec<PathBuf> {
    let (mut found, mut open) = (Vec::new(), vec![root.to_owned()]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).expect("a readable folder").flatten() {
            let path = entry.path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found
}
