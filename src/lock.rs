//! Why: `scaffold.lock` keeps every file as it was generated, so that later merges have a base without network, git or
//! an old version of anything. It is text, so that people can read it and git can merge it.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::plan::{FileKind, Plan, PlannedFile};

/// The answers file.
pub const ANSWERS: &str = "scaffold.yaml";
/// The lock.
pub const LOCK: &str = "scaffold.lock";

/// Adds `scaffold.yaml` and `scaffold.lock` to a plan.
pub fn complete(plan: &mut Plan, answers: String) {
    let file = |text: String| PlannedFile {
        bytes: text.into_bytes().into(),
        mode: 0o644,
        kind: FileKind::Managed,
        origin: vec!["scaffold".to_owned()],
    };
    plan.files.insert(ANSWERS.to_owned(), file(answers));
    let lock = to_text(plan);
    plan.files.insert(LOCK.to_owned(), file(lock));
}

/// The lock of a plan: a section for each file in the order of paths, each line of content after one space.
fn to_text(plan: &Plan) -> String {
    let size: usize = plan.files.values().map(|f| f.bytes.len() + f.bytes.len() / 20).sum();
    let mut out = String::with_capacity(size + 4096);
    out.push_str("# What scaffold generated: the base for merging later changes. Commit it, do not edit it.\n");
    let _ = writeln!(out, "scaffold {}", env!("CARGO_PKG_VERSION"));
    for (path, file) in &plan.files {
        let kind = match file.kind {
            FileKind::Managed => "managed",
            FileKind::Starter => "starter",
        };
        let _ = write!(out, "\n{kind} {:o} {path}\n", file.mode);
        let text = std::str::from_utf8(&file.bytes).map_or_else(|_| String::from_utf8_lossy(&file.bytes), Cow::Borrowed);
        for line in text.split_inclusive('\n') {
            out.push(' ');
            out.push_str(line);
        }
        if !text.ends_with('\n') {
            out.push_str("\n\\ no newline at the end\n");
        }
    }
    out
}
