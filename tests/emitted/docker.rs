//! Why: a build fails late, on what it copies: a file that is not in its context, that .dockerignore leaves out, or a
//! stage that is called otherwise.

use std::collections::BTreeSet;

use super::repo::{Repo, find, folder_of, re};
use super::report::Report;

pub fn stages(dockerfile: &str) -> BTreeSet<&str> {
    re!(r"(?m)^FROM .* AS (\S+)$").captures_iter(dockerfile).map(|c| c.get(1).unwrap().as_str()).collect()
}

/// One logical line of a Dockerfile.
pub struct Instruction {
    pub line: usize,
    pub name: String,
    pub words: Vec<String>,
    pub text: String,
}

pub fn instructions(text: &str) -> Vec<Instruction> {
    let mut found = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let mut text = line.to_owned();
        while text.ends_with('\\') {
            text.pop();
            text += lines.next().map_or("", |(_, l)| l);
        }
        if let Some(end) = re!(r"<<-?'?(\w+)'?").captures(&text).map(|c| c[1].to_owned()) {
            for (_, body) in lines.by_ref() {
                if body == end {
                    break;
                }
            }
        }
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        found.push(Instruction { line: number + 1, name: words[0].clone(), words: words[1..].to_vec(), text });
    }
    found
}

pub fn check(repo: &Repo, report: &mut Report) {
    for (path, file) in repo.files.iter().filter(|(p, _)| p.rsplit('/').next() == Some("Dockerfile")) {
        let context = folder_of(path);
        let ignored = Ignored::new(repo.text(&format!("{context}/.dockerignore")));
        let mut known: BTreeSet<String> = BTreeSet::new();
        for instruction in instructions(&file.text) {
            let place = format!("{path}:{}", instruction.line);
            let words = &instruction.words;
            match instruction.name.as_str() {
                "FROM" => {
                    let image = words.iter().find(|w| !w.starts_with("--")).unwrap();
                    let good = known.contains(image) || image.contains([':', '@']) || image == "scratch";
                    report.refer("stage", &place, good, format!("{image} is neither a stage nor an image with a version"));
                    known.extend(words.iter().skip_while(|w| *w != "AS").nth(1).cloned());
                }
                "COPY" | "ADD" => copy(repo, report, &place, context, words, &ignored, &known),
                _ => {}
            }
        }
        commands(repo, report, path, context, &file.text);
    }
    bake(repo, report);
}

fn copy(
    repo: &Repo,
    report: &mut Report,
    place: &str,
    context: &str,
    words: &[String],
    ignored: &Ignored,
    known: &BTreeSet<String>,
) {
    if let Some(from) = words.iter().find_map(|w| w.strip_prefix("--from=")) {
        let good = known.contains(from) || from.contains([':', '@']);
        report.refer("stage", place, good, format!("--from={from} is neither a stage before nor an image with a version"));
        return;
    }
    if words.iter().any(|w| w.starts_with("<<")) {
        return;
    }
    let plain: Vec<&String> = words.iter().filter(|w| !w.starts_with("--")).collect();
    let Some((_, sources)) = plain.split_last() else { return };
    for source in sources {
        let source = source.trim_start_matches("./").trim_end_matches('/');
        if source == "." {
            continue;
        }
        let full = format!("{context}/{source}");
        let exists = repo.matches(&full);
        report.refer("copy", place, exists, format!("{source} is not in {context}/"));
        let prefix = format!("{context}/");
        let inside = |p: &str| p == full || p.starts_with(&format!("{full}/")) || source.contains('*');
        let kept = repo.below(&prefix).filter(|(p, _)| inside(p)).any(|(p, _)| !ignored.leaves_out(&p[prefix.len()..]));
        report.refer("copy", place, kept || !exists, format!("{source} is left out by {context}/.dockerignore"));
    }
}

/// `CMD`, `npm run` and the like name files and scripts of the same folder.
fn commands(repo: &Repo, report: &mut Report, path: &str, context: &str, text: &str) {
    let package: serde_json::Value = serde_json::from_str(repo.text(&format!("{context}/package.json"))).unwrap_or_default();
    for (line, found) in find(re!(r"\b(?:npm run|node --run) ([a-z][a-z:-]*)"), text) {
        let good = package["scripts"][&found[1]].is_string();
        report.refer("module", format!("{path}:{line}"), good, format!("package.json has no script `{}`", &found[1]));
    }
    for (line, found) in find(re!(r#""-m", "(app[\w.]*)""#), text) {
        let good = super::compose::is_module(repo, context, &found[1]);
        report.refer("module", format!("{path}:{line}"), good, format!("there is no module {}", &found[1]));
    }
    for (line, found) in find(re!(r"(?m)\bgo build [^\n]*?(\./\S+)$|\bgo build [^\n]*?(\./cmd/\w+)"), text) {
        let package = found.get(1).or(found.get(2)).unwrap().as_str();
        let good = repo.exists(&format!("{context}/{package}"));
        report.refer("module", format!("{path}:{line}"), good, format!("there is no {package}"));
    }
    for (line, found) in find(re!(r#"(?m)^CMD \[.*"(src/[\w./-]+|[\w-]+\.py)"\]"#), text) {
        let good = repo.exists(&format!("{context}/{}", &found[1]));
        report.refer("module", format!("{path}:{line}"), good, format!("there is no {}", &found[1]));
    }
}

/// The images that are built are the folders of `services/`, each with the stage that is asked for.
fn bake(repo: &Repo, report: &mut Report) {
    let text = repo.text("docker-bake.hcl");
    let target = re!(r#"(?m)^\s*target\s*= "(\w+)""#).captures(text).map_or(String::new(), |c| c[1].to_owned());
    let listed: BTreeSet<&str> = re!(r#"(?m)^\s+"([a-z][a-z0-9-]*)",$"#)
        .captures_iter(text)
        .map(|c| c.get(1).unwrap().as_str())
        .chain(repo.services().into_iter().filter(|s| text.contains(&format!("services/{s}\""))))
        .collect();
    for service in &listed {
        let dockerfile = format!("services/{service}/Dockerfile");
        let good = stages(repo.text(&dockerfile)).contains(target.as_str());
        report.refer("stage", "docker-bake.hcl", good, format!("{dockerfile} has no stage `{target}`"));
    }
    for service in repo.services() {
        report.refer("image", "docker-bake.hcl", listed.contains(service), format!("services/{service} is not built"));
    }
    for (line, found) in find(re!(r"\$\{([A-Za-z]+)\}"), text) {
        let name = &found[1];
        let good = text.contains(&format!("variable \"{name}\"")) || text.contains(&format!("{name} = ["));
        report.refer("interpolation", format!("docker-bake.hcl:{line}"), good, format!("{name} is not declared"));
    }
}

/// `.dockerignore`: the last pattern that fits decides.
struct Ignored(Vec<(bool, regex::Regex)>);

impl Ignored {
    fn new(text: &str) -> Self {
        let lines = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
        let compile = |line: &str| {
            let (keep, pattern) = line.strip_prefix('!').map_or((false, line), |p| (true, p));
            let pattern = regex::escape(pattern.trim_matches('/'));
            let pattern = pattern.replace(r"\*\*/", "(?:.*/)?").replace(r"\*\*", ".*").replace(r"\*", "[^/]*");
            (keep, regex::Regex::new(&format!("^{pattern}(?:/.*)?$")).unwrap())
        };
        Self(lines.map(compile).collect())
    }

    fn leaves_out(&self, path: &str) -> bool {
        self.0.iter().rev().find(|(_, pattern)| pattern.is_match(path)).is_some_and(|(keep, _)| !keep)
    }
}
