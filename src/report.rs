//! Why: everything that is printed is printed here: data on standard output, talk on standard error, and a closed pipe is
//! no failure. Data that is lost in any other way is one: whoever sends a diff into a file must not take a part for it.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::OnceLock;

use crate::commands::change::{Change as Ran, Prepared};
use crate::differences;
use crate::disk::{Change, Entry, Operation};
use crate::error::{Error, plain};
use crate::plan::Plan;
use crate::update::{DELETED, MISSED, Outcome, Step};

/// Data for the user or the next program in a pipe.
pub fn data(text: &str) {
    put(&mut anstream::stdout(), text.as_bytes());
}

/// Data that may be in any encoding.
pub fn bytes(bytes: &[u8]) {
    put(&mut io::stdout().lock(), bytes);
}

/// The first error of writing data: the verb goes on, for what it does to a repository does not hang on who reads of it.
static LOST: OnceLock<Error> = OnceLock::new();

fn put(out: &mut impl Write, bytes: &[u8]) {
    lose(out.write_all(bytes).and_then(|()| out.flush()));
}

fn lose(outcome: io::Result<()>) {
    match outcome {
        // A reader that has seen enough closes the pipe.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let _ = LOST.set(Error::failed(format!("cannot write to standard output: {}", plain(&error))));
        }
        _ => {}
    }
}

/// Why data was lost, when some was.
pub fn lost() -> Option<&'static Error> {
    LOST.get()
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
    let printed = error.print().and_then(|()| io::stdout().flush());
    if !error.use_stderr() {
        lose(printed);
    }
    match lost() {
        Some(lost) => {
            self::error(lost);
            ExitCode::from(lost.exit_code())
        }
        None => ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2)),
    }
}

/// The plan as JSON.
pub fn plan_json(outcome: &crate::Outcome, dir: &Path, written: bool) -> String {
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

/// What an operation does to the files, as one diff.
pub fn operation_diff(operation: &Operation) -> String {
    let mut out = String::new();
    for (path, (change, seen)) in &operation.changes {
        let empty = Vec::new();
        let (old, from) = match seen {
            Some(Entry::File { bytes, .. }) => (bytes, format!("a/{path}")),
            _ => (&empty, "/dev/null".to_owned()),
        };
        let (new, to) = match change {
            Change::Write { bytes, .. } => (&**bytes, format!("b/{path}")),
            Change::Delete => (&[][..], "/dev/null".to_owned()),
        };
        out.push_str(&diff(old, new, &from, &to));
    }
    out
}

/// A unified diff of two versions of a file; nothing when they are the same.
pub fn diff(old: &[u8], new: &[u8], from: &str, to: &str) -> String {
    if old == new {
        return String::new();
    }
    if old.contains(&0) || new.contains(&0) {
        return format!("Binary files {from} and {to} differ\n");
    }
    let (old, new) = (String::from_utf8_lossy(old), String::from_utf8_lossy(new));
    differences::unified(&old, &new, from, to)
}

/// What became of the files of an existing repository, and what to do next.
pub fn changed(change: &Ran, prepared: &Prepared, written: bool) {
    let steps = &prepared.update.steps;
    let of = |wanted: Outcome| steps.iter().filter(move |(_, step)| step.outcome == wanted);
    let mut out = format!("{}{}\n", change.title, if written { "" } else { " (nothing is written)" });
    for outcome in [Outcome::Created, Outcome::Updated, Outcome::Merged, Outcome::Removed, Outcome::Waiting] {
        for (path, step) in of(outcome) {
            out.push_str(&format!("  {:9}  {path}", outcome.word()));
            if let Some(reason) = step.reason {
                out.push_str(&format!(": {reason}"));
            }
            out.push('\n');
        }
    }
    let told = |(path, step): (&String, &Step)| step.reason.map_or_else(|| path.clone(), |why| format!("{path}: {why}"));
    // What is not there and would have something new is no matter of numbers.
    let (mut named, rest): (Vec<_>, Vec<_>) = of(Outcome::Yours).partition(|(_, step)| step.reason == Some(MISSED));
    let deleted = rest.iter().filter(|(_, step)| step.reason == Some(DELETED)).count();
    let edited = rest.len() - deleted;
    let mut counted = Vec::new();
    if rest.len() <= 8 {
        named.extend(rest);
    } else {
        let many = |many: usize, one: &str, all: &str| if many == 1 { one.to_owned() } else { format!("{many} {all}") };
        counted.extend(
            (edited > 0).then(|| many(edited, "1 file that you edited stays as it is", "files that you edited stay as they are")),
        );
        counted.extend(
            (deleted > 0).then(|| many(deleted, "1 file that you deleted stays away", "files that you deleted stay away")),
        );
    }
    for line in named.into_iter().map(told).chain(counted) {
        out.push_str(&format!("  {:9}  {line}\n", "yours"));
    }
    out.push_str(&format!("  {:9}  {} files\n", "unchanged", of(Outcome::Unchanged).count()));
    for note in &change.notes {
        out.push_str(&format!("{note}\n"));
    }
    let mut list = |title: &str, lines: &[String]| {
        if !lines.is_empty() {
            out.push_str(&format!("\n{title}:\n"));
            for line in lines {
                out.push_str(&format!("  {line}\n"));
            }
        }
    };
    list("next", &change.next);
    list("data and secrets stay; on each machine, when nobody needs them any more", &change.data);
    talk(&out);
}

/// What was written, and what to do next.
pub fn written(outcome: &crate::Outcome, dir: &Path) {
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
