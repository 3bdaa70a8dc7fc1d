//! Why: `make` is the front door of the repository: people, docs, workflows and the editor call its targets, and its
//! recipes call scripts and services.

use std::collections::BTreeSet;

use super::repo::{Repo, find, re};
use super::report::Report;
use super::stack;

pub fn targets(makefile: &str) -> BTreeSet<&str> {
    re!(r"(?m)^([a-z][\w%-]*):(?:[^=]|$)").captures_iter(makefile).map(|c| c.get(1).unwrap().as_str()).collect()
}

fn is_target(targets: &BTreeSet<&str>, name: &str) -> bool {
    let fits = |t: &&str| {
        t.split_once('%').is_some_and(|(a, b)| name.len() > a.len() + b.len() && name.starts_with(a) && name.ends_with(b))
    };
    targets.contains(name) || targets.iter().any(fits)
}

pub fn check(repo: &Repo, report: &mut Report) {
    let makefile = repo.text("Makefile");
    let targets = targets(makefile);
    for (line, found) in find(re!(r"(?m)^(?:[a-z][\w%-]*|\.PHONY): ?([^#\n=]*)"), makefile) {
        for name in found[1].split_whitespace() {
            let good = is_target(&targets, name);
            report.refer("make target", format!("Makefile:{line}"), good, format!("there is no target {name}"));
        }
    }
    for (line, found) in find(re!(r"\$\(MAKE\)(?: --[\w-]+)* ([a-z][\w-]*)"), makefile) {
        report.refer(
            "make target",
            format!("Makefile:{line}"),
            is_target(&targets, &found[1]),
            format!("there is no target {}", &found[1]),
        );
    }
    for (line, found) in find(re!(r"(?:^|[^$])\$[({](?:or \$\()?([A-Z][A-Z0-9_]*)\)"), makefile) {
        let name = &found[1];
        let defined = regex::Regex::new(&format!(r"(?m)^(?:export )?{name} *[:?+]?=|## .*\b{name}=")).unwrap();
        let good = matches!(name, "MAKE" | "MAKEFILE_LIST" | "CURDIR" | "SHELL") || defined.is_match(makefile);
        report.refer("interpolation", format!("Makefile:{line}"), good, format!("{name} is neither set nor explained"));
    }
    calls(repo, report, &targets);
    services(repo, report);
    scripts(repo, report);
    recipes(repo, report);
}

/// `make x` where it is a command: in code of pages, workflows, comments, the editor's files and messages of scripts.
fn calls(repo: &Repo, report: &mut Report, targets: &BTreeSet<&str>) {
    for (path, file) in repo.files.iter().filter(|(p, _)| !p.starts_with("services/") || p.ends_with(".md")) {
        let commands = if path.ends_with(".md") {
            super::pages::code(&file.text)
        } else if path.starts_with(".github/") {
            re!(r"(?m)^\s*#.*$").replace_all(&file.text, "").into_owned()
        } else if path.ends_with("devcontainer.json") {
            file.text.clone()
        } else {
            let spans = |line: &str| re!(r"`[^`\n]+`").find_iter(line).map(|s| s.as_str()).collect::<String>() + "\n";
            file.text.lines().map(spans).collect()
        };
        for (line, found) in find(re!(r#"(?m)(?:^|[`"\s:&|;])make ([a-z][\w-]*)((?: [a-z][\w-]*)*)"#), &commands) {
            let more =
                found.get(2).map_or("", |m| m.as_str()).split_whitespace().take(if path.ends_with(".yml") { 9 } else { 0 });
            for name in std::iter::once(&found[1]).chain(more) {
                let good = is_target(targets, name);
                report.refer("make target", format!("{path}:{line}"), good, format!("there is no target {name}"));
            }
        }
    }
}

/// Names of services in commands of Compose and of our own functions.
fn services(repo: &Repo, report: &mut Report) {
    let stacks = repo.stacks();
    let known: BTreeSet<&str> = stacks.iter().flat_map(|s| s.services().into_keys()).collect();
    let call = re!(
        r"\b(?:compose|compose_test) (?:--progress quiet )?(?:exec|run)((?: --?[a-z][\w-]*(?:[ =](?:\./|\S+:)\S*)?| \\\n)*) ([a-z$][\w$*-]*)|\bin_service ([a-z][\w-]*)|in-test\.sh (?:--no-deps )?([a-z][\w-]*) |\bready ([a-z][\w-]*):"
    );
    for (path, file) in repo.shared() {
        let text = if path.ends_with(".md") { super::pages::code(&file.text) } else { file.text.clone() };
        for (line, found) in find(call, &text) {
            let name = found.iter().skip(2).flatten().next().unwrap().as_str();
            if name.contains('$') || ["in", "of", "and"].contains(&name) {
                continue;
            }
            let name = if known.contains(name) { name } else { name.trim_end_matches('-') };
            report.refer("service", format!("{path}:{line}"), known.contains(name), format!("{name} is no service"));
        }
        for (line, found) in find(re!(r"\bready ([a-z][\w-]*):(\d+)"), &text) {
            for stack in stacks {
                let Some((_, service)) = stack.answering(&found[1]).first().copied() else { continue };
                let ports = stack::listens(repo, &found[1], service, &stack.environment_of(repo, service));
                let good = found[2].parse().is_ok_and(|p| ports.contains(&p));
                report.refer("port", format!("{path}:{line}"), good, format!("{} listens on {ports:?}", &found[1]));
            }
        }
    }
}

/// A script that is run exists and can be run, and each script has somebody who runs it.
fn scripts(repo: &Repo, report: &mut Report) {
    let name = re!(r#"(?:^|[\s`"'(=;&|@/$}])((?:scripts|\.devcontainer)/[\w./-]*[\w-]\.sh)\b"#);
    let mut named: BTreeSet<String> = BTreeSet::new();
    for (path, file) in repo.shared() {
        for (line, found) in find(name, &file.text) {
            let script = &found[1];
            // Capitals stand for a name.
            if re!(r"/[A-Z]+\.sh$").is_match(script) {
                continue;
            }
            if script != path {
                named.insert(script.to_owned());
            }
            let place = format!("{path}:{line}");
            report.refer("script", &place, repo.exists(script), format!("there is no {script}"));
            let run = repo.files.get(script).is_none_or(|f| f.executable || script.contains("/lib/"));
            report.refer("script", &place, run, format!("{script} cannot be executed"));
        }
        for (line, found) in find(re!(r"(?m)^ExecStart(?:Pre|Post)?=\S*/(scripts/\S+)"), &file.text) {
            let good = repo.files.get(&found[1]).is_some_and(|f| f.executable);
            report.refer("script", format!("{path}:{line}"), good, format!("{} cannot be executed", &found[1]));
        }
        // One that a container has mounted and that something else in the same file calls by its place there.
        for (_, found) in find(re!(r"(?m)^\s+- \./(\S+\.sh):(/[^:\s]+):ro$"), &file.text) {
            if file.text.matches(&found[2]).count() > file.text.matches(&format!(":{}:", &found[2])).count() {
                named.insert(found[1].to_owned());
            }
        }
        if path.starts_with(".devcontainer/") {
            named.extend(repo.below(".devcontainer/").filter(|(p, _)| file.text.contains(&p[14..])).map(|(p, _)| p.to_owned()));
        }
    }
    for (path, file) in repo.shared().filter(|(p, f)| super::shell::is_shell(p, &f.text)) {
        // A folder of scripts that one script goes through.
        let folder = format!("{}/*.sh", super::repo::folder_of(path));
        let used = named.contains(path) || repo.below("scripts/").any(|(_, f)| f.text.contains(&folder));
        report.refer("script", path, used, "nobody runs it");
        let library = path.contains("/lib/");
        report.refer("script", path, file.executable != library, "a script is executable, a library is not");
    }
}

/// `sh -c '...'` of a recipe in a service, and scripts of package.json that are run there.
fn recipes(repo: &Repo, report: &mut Report) {
    for (line, found) in find(re!(r"(?m)in-test\.sh (?:--no-deps )?([a-z][\w-]*) (.*)$"), repo.text("Makefile")) {
        let folder = format!("services/{}", &found[1]);
        let package: serde_json::Value = serde_json::from_str(repo.text(&format!("{folder}/package.json"))).unwrap_or_default();
        let place = format!("Makefile:{line}");
        for script in re!(r"\b(?:node --run|npm run) ([a-z][a-z:-]*)").captures_iter(&found[2]) {
            let good = package["scripts"][&script[1]].is_string();
            report.refer("module", &place, good, format!("{folder}/package.json has no script {}", &script[1]));
        }
        for file in re!(r"(?:^| )\./([\w-]+\.\w+)").captures_iter(&found[2]) {
            let good = repo.files.get(&format!("{folder}/{}", &file[1])).is_some_and(|f| f.executable);
            report.refer("module", &place, good, format!("there is no executable {folder}/{}", &file[1]));
        }
    }
    let exec = re!(
        r"(?:exec|run)(?: -T| --rm| --no-deps)* ([a-z][\w-]*) python -m (app[\w.]*)|in_service ([a-z][\w-]*) python -m (app[\w.]*)"
    );
    for (path, file) in repo.shared() {
        for (line, found) in find(exec, &file.text) {
            let (service, module) =
                (found.get(1).or(found.get(3)).unwrap().as_str(), found.get(2).or(found.get(4)).unwrap().as_str());
            let good = super::compose::is_module(repo, &format!("services/{service}"), module);
            report.refer("module", format!("{path}:{line}"), good, format!("there is no module {module} in services/{service}"));
        }
    }
}
