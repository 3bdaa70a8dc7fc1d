//! Why: a debugger that cannot attach is blamed on the debugger.

use std::collections::BTreeSet;

use super::repo::{Repo, find, folder_of, re};
use super::report::Report;
use super::stack::{self, strings};

pub fn check(repo: &Repo, report: &mut Report) {
    let stacks = repo.stacks();
    let published: BTreeSet<String> = stacks
        .iter()
        .filter(|s| s.environment == "development")
        .flat_map(|s| s.services().into_values().flat_map(|v| strings(&v["ports"])).map(|p| s.fill(&p)).collect::<Vec<_>>())
        .filter_map(|p| p.split(':').nth(1).map(str::to_owned))
        .collect();
    for (path, file) in repo.files.iter().filter(|(p, _)| p.starts_with(".vscode/") || p.starts_with(".devcontainer/")) {
        for (line, found) in find(re!(r"\$\{workspaceFolder\}/([^\x22}]+)"), &file.text) {
            report.refer("editor", format!("{path}:{line}"), repo.exists(&found[1]), format!("there is no {}", &found[1]));
        }
        for (line, found) in find(re!(r#""(services/[\w./-]+)""#), &file.text) {
            report.refer("editor", format!("{path}:{line}"), repo.exists(&found[1]), format!("there is no {}", &found[1]));
        }
        for (line, found) in find(re!(r#""port": (\d+)|"url": "http://localhost:(\d+)"#), &file.text) {
            let port = found.get(1).or(found.get(2)).unwrap().as_str();
            let good = published.contains(port);
            report.refer("editor", format!("{path}:{line}"), good, format!("nothing of development listens on {port}"));
        }
        for (line, found) in find(re!(r#""(?:dockerFile|dockerfile)": "([^"]+)""#), &file.text) {
            let good = repo.exists(&format!("{}/{}", folder_of(path), &found[1]));
            report.refer("editor", format!("{path}:{line}"), good, format!("there is no {}", &found[1]));
        }
        for (line, found) in find(
            re!(r#""(?:localRoot|from)": "\$\{workspaceFolder\}/(services/[\w-]+)", "?\s*"(?:remoteRoot|to)": "([^"]+)""#),
            &file.text,
        ) {
            let dockerfile = repo.text(&format!("{}/Dockerfile", &found[1]));
            let good = dockerfile.contains(&format!("WORKDIR {}\n", &found[2]));
            report.refer("editor", format!("{path}:{line}"), good, format!("{} does not work in {}", &found[1], &found[2]));
        }
    }
    for (path, file) in repo.below("systemd/") {
        for (line, found) in find(re!(r"(?m)^(?:WorkingDirectory|ExecStart)=(/srv/[^/\s]+)"), &file.text) {
            let name = stack::yaml(repo.text("scaffold.yaml"))["name"].as_str().map(|n| format!("/srv/{n}"));
            report.refer(
                "path",
                format!("{path}:{line}"),
                name.as_deref() == Some(&found[1]),
                "the docs install into another folder",
            );
        }
    }
}
