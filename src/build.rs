//! Reads the manifests of the embedded blueprints once, when the binary is built. It also notices a blueprint that is
//! added or deleted: `include_dir` alone only notices edits.
#![allow(dead_code, reason = "the modules are those of the program, which uses all of them")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

mod compact;
mod document;
mod error;

fn main() {
    println!("cargo::rerun-if-changed=blueprints");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo")).join("blueprints");
    let mut table = String::from("&[\n");
    let name = |path: &Path| path.strip_prefix(&root).expect("found below it").to_string_lossy().replace('\\', "/");
    let mut all: Vec<(String, PathBuf)> = documents(&root).into_iter().map(|path| (name(&path), path)).collect();
    all.sort();
    for (name, path) in all {
        let text = fs::read_to_string(&path).expect("a readable manifest");
        // A mistake is told at run time, with its place, by the same words as for anybody's blueprint.
        let Ok(node) = document::parse(&text, &name.as_str().into()) else { continue };
        let mut bytes = Vec::new();
        compact::write(&node, &mut bytes);
        writeln!(table, "({name:?}, b\"{}\"),", bytes.escape_ascii()).expect("memory");
    }
    table.push(']');
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("set by cargo"));
    fs::write(out.join("manifests.rs"), table).expect("a writable folder");
}

/// All manifests and facts below a folder.
fn documents(root: &Path) -> Vec<PathBuf> {
    let (mut found, mut open) = (Vec::new(), vec![root.to_owned()]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).expect("a readable folder").flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            if path.is_dir() {
                open.push(path);
            } else if name == "blueprint.yaml" || name == "facts.yaml" || name == "pins.yaml" {
                found.push(path);
            }
        }
    }
    found
}
