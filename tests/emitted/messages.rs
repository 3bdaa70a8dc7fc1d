//! Why: whoever reads an error of a script at night looks it up. Each one that needs a person stands in the runbook.

use super::repo::{Repo, find, re};
use super::report::Report;

/// What a server runs, and says by itself. Others are called by somebody with the script in front of them.
const SCRIPTS: &[&str] = &["certificate-renew", "deploy", "release", "rollback", "server-setup", "status"];
const LIBRARIES: &[&str] = &["migrations", "release", "rollout"];

pub fn check(repo: &Repo, report: &mut Report) {
    if !repo.exists("scripts/deploy.sh") {
        return;
    }
    let runbook = repo.text("docs/operations.md");
    let scripts = SCRIPTS.iter().map(|name| format!("scripts/{name}.sh"));
    for path in scripts.chain(LIBRARIES.iter().map(|name| format!("scripts/lib/{name}.sh"))) {
        if !repo.exists(&path) {
            continue;
        }
        // With a 2 behind it, it was called wrongly, and has said how it is called.
        let call = re!(r#"\b(?:die|refused) (?:"((?:[^"\\]|\\.)*)"|'([^']*)')( 2\b)?"#);
        for (line, found) in find(call, repo.text(&path)) {
            let message = found.get(1).or(found.get(2)).unwrap().as_str();
            if found.get(3).is_none() {
                let known = pieces(message).any(|piece| runbook.contains(piece));
                report.refer(
                    "message",
                    format!("{path}:{line}"),
                    known,
                    format!("docs/operations.md says nothing of: {message}"),
                );
            }
        }
    }
}

/// What is always the same in a message, and long enough to be looked for.
fn pieces(message: &str) -> impl Iterator<Item = &str> {
    re!(r"\$\{[^}]*\}|\$\w+|[:;,`\\]").split(message).map(str::trim).filter(|piece| piece.len() >= 8 && piece.contains(' '))
}
