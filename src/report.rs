//! Why: everything that is printed is printed here: data on standard output, talk on standard error, and a closed pipe is
//! no failure.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use crate::Outcome;
use crate::error::Error;
use crate::plan::Plan;

/// Data for the user or the next program in a pipe.
pub fn data(text: &str) {
    // A reader that has seen enough closes the pipe.
    let _ = anstream::stdout().write_all(text.as_bytes());
}

/// Data that may be in any encoding.
pub fn bytes(bytes: &[u8]) {
    let _ = std::io::stdout().lock().write_all(bytes);
}

/// Talk.
pub fn talk(text: &str) {
    let _ = anstream::stderr().write_all(text.as_bytes());
}

/// Prints what went wrong.
pub fn error(error: &Error) {
    let all: Vec<String> = error.diagnostics().iter().map(ToString::to_string).collect();
    if all.is_empty() {
        talk("\ninterrupted, nothing was written\n");
    } else {
        talk(&format!("{}\n", all.join("\n")));
    }
}

/// Prints clap's own message; help and version are data.
pub fn usage(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// The plan as JSON.
pub fn plan_json(outcome: &Outcome, dir: &Path, written: bool) -> String {
    let files: Vec<serde_json::Value> = outcome
        .plan
        .files
        .iter()
        .map(|(path, file)| {
            serde_json::json!({
                "path": path,
                "kind": file.kind,
                "mode": format!("{:04o}", file.mode),
                "size": file.bytes.len(),
                "origin": file.origin,
            })
        })
        .collect();
    let name = outcome.selection.answers.name.to_string();
    pretty(&serde_json::json!({ "name": name, "dir": dir, "written": written, "files": files }))
}

/// JSON for people and programs.
pub fn pretty(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}

/// The plan as a list of files by folder.
pub fn plan_list(plan: &Plan) -> String {
    let mut out = String::new();
    for (path, file) in &plan.files {
        out.push_str(&format!("create {path} ({} bytes, {})\n", file.bytes.len(), file.origin.join(" + ")));
    }
    out
}

/// The plan as one diff against nothing.
pub fn plan_diff(plan: &Plan) -> String {
    let mut out = String::new();
    for (path, file) in &plan.files {
        let text = String::from_utf8_lossy(&file.bytes);
        let lines = text.lines().count();
        out.push_str(&format!("--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,{lines} @@\n"));
        for line in text.lines() {
            out.push('+');
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

/// What was written, and what to do next.
pub fn written(outcome: &Outcome, dir: &Path) {
    let size: usize = outcome.plan.files.values().map(|f| f.bytes.len()).sum();
    let services: Vec<String> = outcome
        .stack
        .model
        .services
        .iter()
        .map(|s| {
            if s.public {
                format!("{} ({} at {})", s.name, s.blueprint, s.route)
            } else {
                format!("{} ({})", s.name, s.blueprint)
            }
        })
        .collect();
    let stores: Vec<String> = outcome.stack.model.stores.iter().map(|s| format!("{} ({})", s.name, s.blueprint)).collect();
    let mut out = format!("wrote {} files ({} KiB) to {}\n", outcome.plan.files.len(), size / 1024, dir.display());
    out.push_str(&format!("  services: {}\n", services.join(", ")));
    if !stores.is_empty() {
        out.push_str(&format!("  stores: {}\n", stores.join(", ")));
    }
    let quoted = crate::quote::sh(&dir.display().to_string());
    out.push_str(&format!("\nnext:\n  cd {quoted}\n  git init && git add --all && git commit --quiet --message 'Start {}'\n  make up && make smoke\n", outcome.selection.answers.name));
    talk(&out);
}
