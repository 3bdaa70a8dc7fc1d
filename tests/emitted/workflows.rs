//! Why: GitHub finds a wrong `needs`, artifact or secret when the workflow runs, which for a rollback is late.

use std::collections::BTreeSet;

use serde_json::Value;

use super::repo::{Repo, find, re};
use super::report::Report;
use super::stack::{self, strings};

pub fn check(repo: &Repo, report: &mut Report) {
    let uploaded: BTreeSet<String> = repo
        .below(".github/workflows/")
        .flat_map(|(_, f)| re!(r"actions/upload-artifact@[^\n]*\n\s+with:\n\s+name: (\S+)").captures_iter(&f.text))
        .map(|c| c[1].to_owned())
        .collect();
    let pages: String = repo.below("docs/").map(|(_, f)| f.text.as_str()).collect();
    for (path, file) in repo.below(".github/workflows/") {
        let workflow = stack::yaml(&file.text);
        for (name, job) in workflow["jobs"].as_object().into_iter().flatten() {
            jobs(repo, report, &format!("{path}: {name}"), &workflow, job);
        }
        for (line, found) in find(re!(r"actions/download-artifact@[^\n]*\n\s+with:\n\s+name: (\S+)"), &file.text) {
            let good = uploaded.contains(&found[1]);
            report.refer("workflow", format!("{path}:{line}"), good, format!("no workflow uploads {}", &found[1]));
        }
        for (line, found) in find(re!(r"\b(?:vars|secrets)\.([A-Z][A-Z0-9_]*)"), &file.text) {
            let good = &found[1] == "GITHUB_TOKEN" || pages.contains(&format!("`{}`", &found[1]));
            report.refer(
                "workflow",
                format!("{path}:{line}"),
                good,
                format!("docs/ does not say where {} comes from", &found[1]),
            );
        }
        for (line, found) in find(re!(r"\binputs\.(\w+)"), &file.text) {
            let on = &workflow["on"];
            let good = ["workflow_call", "workflow_dispatch"].iter().any(|k| !on[*k]["inputs"][&found[1]].is_null());
            report.refer("workflow", format!("{path}:{line}"), good, format!("there is no input {}", &found[1]));
        }
        // What GitHub's own shell is told to run; make and scripts are looked at elsewhere.
        for (line, found) in find(re!(r"\$\{?([A-Z][A-Z0-9_]*)\b"), &file.text) {
            let name = &found[1];
            let set = regex::Regex::new(&format!(r"\b{name}(?:: |=)")).unwrap().is_match(&file.text);
            let good = set || name.starts_with("GITHUB_") || name.starts_with("RUNNER_");
            report.refer("interpolation", format!("{path}:{line}"), good, format!("nobody sets {name}"));
        }
    }
    dependabot(repo, report);
}

fn jobs(repo: &Repo, report: &mut Report, place: &str, workflow: &Value, job: &Value) {
    let needs = strings(&job["needs"]);
    for name in &needs {
        report.refer("workflow", place, workflow["jobs"][name].is_object(), format!("needs {name}, which is no job"));
    }
    let text = job.to_string();
    for found in re!(r"\bneeds\.([\w-]+)").captures_iter(&text) {
        report.refer(
            "workflow",
            place,
            needs.iter().any(|n| *n == found[1]),
            format!("reads needs.{}, and does not need it", &found[1]),
        );
    }
    let ids: BTreeSet<String> = job["steps"].as_array().into_iter().flatten().flat_map(|s| strings(&s["id"])).collect();
    for found in re!(r"\bsteps\.([\w-]+)").captures_iter(&text) {
        report.refer("workflow", place, ids.contains(&found[1]), format!("no step has the id {}", &found[1]));
    }
    for file in re!(r#""uses":"(\./[^"@]+)""#).captures_iter(&text) {
        let called = stack::yaml(repo.text(&super::repo::normal(&file[1])));
        let on = &called["on"]["workflow_call"];
        let callable = called["on"].as_object().is_some_and(|o| o.contains_key("workflow_call"));
        report.refer("workflow", place, callable, format!("{} cannot be called", &file[1]));
        for section in ["with", "secrets"] {
            for given in strings(&job[section]) {
                let known = on[if section == "with" { "inputs" } else { section }][&given].is_object();
                report.refer("workflow", place, known, format!("{} takes no {given}", &file[1]));
            }
        }
    }
    for image in re!(r#""image":"([^"@]+)@"#).captures_iter(&text) {
        let service = image[1].rsplit('/').next().unwrap_or_default();
        report.refer(
            "image",
            place,
            repo.exists(&format!("services/{service}/Dockerfile")),
            format!("{service} is not built here"),
        );
    }
    for file in re!(r#""files":"([^"]+)""#).captures_iter(&text) {
        report.refer("path", place, repo.exists(&file[1]), format!("there is no {}", &file[1]));
    }
    for environment in strings(&job["with"]["environment"])
        .into_iter()
        .chain(strings(&workflow["on"]["workflow_dispatch"]["inputs"]["environment"]["options"]))
    {
        let good = repo.exists(&format!("config/{environment}.env"));
        report.refer("workflow", place, good, format!("there is no config/{environment}.env"));
    }
}

/// Each folder with dependencies is watched, and each that is watched has some.
fn dependabot(repo: &Repo, report: &mut Report) {
    const FILES: &[(&str, &str)] = &[
        ("docker", r"(^|/)Dockerfile$"),
        ("docker-compose", r"^compose\.yaml$"),
        ("github-actions", r"^\.github/workflows/"),
        ("gomod", r"(^|/)go\.mod$"),
        ("npm", r"(^|/)package\.json$"),
        ("pip", r"(^|/)requirements(-\w+)?\.(txt|in)$"),
        ("cargo", r"(^|/)Cargo\.toml$"),
        ("maven", r"(^|/)pom\.xml$"),
        ("gradle", r"(^|/)build\.gradle(\.kts)?$"),
        ("composer", r"(^|/)composer\.json$"),
        ("bundler", r"(^|/)Gemfile$"),
        ("terraform", r"\.tf$"),
        ("helm", r"(^|/)Chart\.yaml$"),
        ("devcontainers", r"devcontainer\.json$"),
    ];
    let path = ".github/dependabot.yml";
    let parsed = stack::yaml(repo.text(path));
    let Some(updates) = parsed["updates"].as_array() else { return };
    let mut watched: BTreeSet<(String, String)> = BTreeSet::new();
    for update in updates {
        let ecosystem = update["package-ecosystem"].as_str().unwrap_or_default().to_owned();
        for folder in strings(&update["directories"]).into_iter().chain(strings(&update["directory"])) {
            watched.insert((ecosystem.clone(), super::repo::normal(&folder)));
        }
    }
    for (ecosystem, pattern) in FILES {
        let pattern = regex::Regex::new(pattern).unwrap();
        let folder =
            |p: &String| if *ecosystem == "github-actions" { String::new() } else { super::repo::folder_of(p).to_owned() };
        let there: BTreeSet<String> = repo.files.keys().filter(|p| pattern.is_match(p)).map(folder).collect();
        for (_, folder) in watched.iter().filter(|(e, _)| e == ecosystem) {
            report.refer(
                "dependency updates",
                path,
                there.contains(folder),
                format!("there is nothing of {ecosystem} in /{folder}"),
            );
        }
        // Its features and image are watched, the file itself names none.
        for folder in there.iter().filter(|_| *ecosystem != "devcontainers") {
            let good = watched.contains(&((*ecosystem).to_owned(), folder.clone()));
            report.refer("dependency updates", path, good, format!("nobody watches {ecosystem} in /{folder}"));
        }
    }
    for (ecosystem, _) in &watched {
        let good = FILES.iter().any(|(e, _)| e == ecosystem);
        report.refer("dependency updates", path, good, format!("what does {ecosystem} watch? tell this test"));
    }
}
