//! Why: the name of a variable is written in a program, in Compose and in the docs, and nothing compares them before the
//! program starts. Reads are found in the source itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use super::repo::{Repo, find, re};
use super::report::Report;
use super::stack;

/// How the languages read their environment. The group is the name.
static READS: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    let all = [
        ("py", r#"os\.environ(?:\.get\(|\[)\s*["']([A-Z][A-Z0-9_]*)["']"#),
        ("py", r#"os\.getenv\(\s*["']([A-Z][A-Z0-9_]*)["']"#),
        ("go", r#"(?:\bParse\(\w+,\s*|\b[sS]ecret\(|\bGetenv\(|\bLookupEnv\(|\blookup\()"([A-Z][A-Z0-9_]*)""#),
        ("ts js mjs tsx", r"\bprocess\.env\.([A-Z][A-Z0-9_]*)"),
        ("ts js mjs tsx", r#"\bprocess\.env\[["']([A-Z][A-Z0-9_]*)["']\]"#),
        ("ts js mjs tsx", r"\bimport\.meta\.env\.(VITE_[A-Z0-9_]*)"),
        ("rs", r#"\benv::var(?:_os)?\(\s*"([A-Z][A-Z0-9_]*)""#),
        ("java kt", r#"\bgetenv\(\s*"([A-Z][A-Z0-9_]*)""#),
        ("yml yaml properties", r"\$\{([A-Z][A-Z0-9_]*)[:}]"),
        ("php", r#"\b(?:getenv|env)\(\s*['"]([A-Z][A-Z0-9_]*)['"]"#),
        ("rb", r#"\bENV(?:\.fetch\(|\[)\s*['"]([A-Z][A-Z0-9_]*)['"]"#),
    ];
    all.into_iter().map(|(ends, pattern)| (ends, Regex::new(pattern).unwrap())).collect()
});

/// Set by the runtime itself, or by a build for its own result.
const OF_THE_RUNTIME: &[&str] = &["NODE_ENV", "NEXT_RUNTIME"];
/// Read by the runtime or a library, so no source of ours names them.
const FOR_THE_RUNTIME: &[&str] = &["FORWARDED_ALLOW_IPS", "GOMEMLIMIT", "NODE_OPTIONS", "JAVA_TOOL_OPTIONS", "WEB_CONCURRENCY"];

/// A read, and whether the application starts without it.
struct Read {
    name: String,
    place: String,
    optional: bool,
}

pub fn check(repo: &Repo, report: &mut Report) {
    let stacks = repo.stacks();
    let owners: BTreeSet<String> = {
        let answers = stack::yaml(repo.text("scaffold.yaml"));
        let services = answers["services"].as_object().into_iter().flatten();
        let keys = |v: &serde_json::Value| stack::strings(v);
        services.flat_map(|(_, s)| keys(&s["env"]).into_iter().chain(keys(&s["secrets"])).chain(keys(&s["generated"]))).collect()
    };
    for service in repo.services() {
        let folder = format!("services/{service}/");
        let reads: Vec<Read> = repo.below(&folder).filter(|(p, _)| is_source(p)).flat_map(|(p, f)| reads(p, &f.text)).collect();
        let image = of_the_image(repo, &folder);
        let given: Vec<(&str, BTreeMap<String, String>)> = stacks
            .iter()
            .flat_map(|s| s.instances(service).into_iter().map(|(_, v)| (s.environment.as_str(), s.environment_of(repo, v))))
            .collect();
        let whole: BTreeSet<&str> = given.iter().flat_map(|(_, g)| g.keys().map(String::as_str)).collect();
        let ours = |n: &&str| !owners.contains(*n) && !owners.contains(n.strip_suffix("_FILE").unwrap_or(n));
        let seen = !reads.is_empty() || !whole.iter().any(ours);
        report.refer("application variable", &folder, seen, "it is given variables, and no read of one was found");
        for read in &reads {
            let of = |names: &[&str]| names.contains(&read.name.as_str());
            if of(OF_THE_RUNTIME) || image.contains(&read.name) {
                continue;
            }
            let file = format!("{}_FILE", read.name);
            for (environment, given) in &given {
                let there = given.contains_key(&read.name) || given.contains_key(&file);
                if !read.optional || there {
                    report.refer(
                        "application variable",
                        &read.place,
                        there,
                        format!("{} is not set in {environment}", read.name),
                    );
                }
            }
            let name = if whole.contains(read.name.as_str()) { &read.name } else { &file };
            if !read.optional || whole.contains(name.as_str()) {
                documented(repo, report, &read.place, name);
            }
        }
        let read: BTreeSet<&str> = reads.iter().map(|r| r.name.as_str()).collect();
        for name in whole {
            let value = name.strip_suffix("_FILE").unwrap_or(name);
            let known = read.contains(name) || read.contains(value) || FOR_THE_RUNTIME.contains(&name);
            let own = owners.contains(name) || owners.contains(value);
            report.refer("application variable", &folder, known || own, format!("{name} is set, and nothing reads it"));
        }
    }
}

fn documented(repo: &Repo, report: &mut Report, place: &str, name: &str) {
    let line = Regex::new(&format!("(?m)^#?{name}=")).unwrap();
    let example = line.is_match(repo.text(".env.example")) || repo.below("config/").any(|(_, f)| line.is_match(&f.text));
    report.refer("application variable", place, example, format!("{name} is neither in .env.example nor in config/"));
    let page = repo.text("docs/configuration.md").contains(&format!("`{name}`"));
    report.refer("application variable", place, page, format!("{name} is not in docs/configuration.md"));
}

fn is_source(path: &str) -> bool {
    !path.contains("/tests/") && !re!(r"(_test\.\w+|\.test\.\w+|/test_\w+\.py|/src/test/.*)$").is_match(path)
}

fn reads(path: &str, text: &str) -> Vec<Read> {
    let end = path.rsplit('.').next().unwrap_or_default();
    let mut found = Vec::new();
    let mut add = |line: usize, name: &str, optional: bool| {
        found.push(Read { name: name.to_owned(), place: format!("{path}:{line}"), optional });
    };
    for (ends, pattern) in READS.iter().filter(|(ends, _)| ends.split(' ').any(|e| e == end)) {
        debug_assert!(!ends.is_empty());
        for (line, captures) in find(pattern, text) {
            add(line, &captures[1], false);
        }
    }
    // Classes and objects whose keys are the names of variables.
    if end == "py" && re!(r"(BaseSettings|\(Environment\)):").is_match(text) {
        for (line, captures) in find(re!(r"(?m)^    ([A-Z][A-Z0-9_]*): [^=\n]*(=?)"), text) {
            let default = text.lines().nth(line - 1).is_some_and(|l| l.contains('=') && !l.contains("Field("));
            add(line, &captures[1], default);
        }
    }
    if end == "ts" && re!(r#"from "zod""#).is_match(text) {
        let lines: Vec<&str> = text.lines().collect();
        for (line, captures) in find(re!(r"(?m)^  ([A-Z][A-Z0-9_]*): "), text) {
            // The value goes on for as long as lines are indented further.
            let more = lines[line..].iter().take_while(|l| l.starts_with("   "));
            let optional = std::iter::once(&lines[line - 1]).chain(more).any(|l| l.contains(".default("));
            add(line, &captures[1], optional);
        }
    }
    found
}

/// Set in the Dockerfile, or by a build for its own result (`env: { X: ... }` of next.config.ts).
fn of_the_image(repo: &Repo, folder: &str) -> BTreeSet<String> {
    let dockerfile = repo.text(&format!("{folder}Dockerfile"));
    let mut found: BTreeSet<String> = BTreeSet::new();
    for block in re!(r"(?m)^(?:ENV|ARG) ((?:.*\\\n)*.*)$").captures_iter(dockerfile) {
        found.extend(re!(r"\b([A-Z][A-Z0-9_]*)=").captures_iter(&block[1]).map(|c| c[1].to_owned()));
    }
    for (_, file) in repo.below(folder).filter(|(p, _)| p.contains("/next.config.")) {
        for block in re!(r"\benv: \{([^}]*)\}").captures_iter(&file.text) {
            found.extend(re!(r"\b([A-Z][A-Z0-9_]*):").captures_iter(&block[1]).map(|c| c[1].to_owned()));
        }
    }
    found
}
