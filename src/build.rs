//! Rebuilds the binary when a blueprint is added or deleted: `include_dir` alone only notices edits.

fn main() {
    println!("cargo::rerun-if-changed=blueprints");
}
