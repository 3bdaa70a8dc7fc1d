//! Why: a page that names a file, a heading or a command that is not there costs its reader more than no page.

use std::collections::BTreeSet;

use super::repo::{Repo, find, folder_of, normal, re};
use super::report::Report;

pub fn check(repo: &Repo, report: &mut Report) {
    for (path, file) in repo.files.iter().filter(|(p, _)| p.ends_with(".md")) {
        links(repo, report, path, &file.text);
    }
    let tops = repo.top_folders();
    for (path, file) in repo.shared().filter(|(p, _)| *p != "scaffold.yaml" && !p.starts_with("nginx/")) {
        paths(repo, report, &tops, path, &file.text);
    }
}

fn links(repo: &Repo, report: &mut Report, path: &str, text: &str) {
    let prose = re!(r"`[^`\n]*`").replace_all(text, "").into_owned();
    for (line, found) in find(re!(r"\]\(([^)\s]+)\)|(?m)^\[[^\]]+\]: (\S+)"), &prose) {
        let link = found.get(1).or(found.get(2)).unwrap().as_str();
        if re!(r"^[a-z][a-z0-9+.-]*:").is_match(link) {
            continue;
        }
        let (target, anchor) = link.split_once('#').unwrap_or((link, ""));
        let target = if target.is_empty() { path.to_owned() } else { normal(&format!("{}/{target}", folder_of(path))) };
        let place = format!("{path}:{line}");
        report.refer("link", &place, repo.exists(&target), format!("{link} leads nowhere"));
        if !anchor.is_empty() {
            report.refer("link", &place, anchors(repo.text(&target)).contains(anchor), format!("{link}: no such heading"));
        }
    }
}

/// What GitHub makes of headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = re!(r"(?m)^#{1,6} +(.*?) *#*$").captures_iter(text);
    headings.map(|c| re!(r"[^\w\- ]").replace_all(&c[1].to_lowercase(), "").replace(' ', "-")).collect()
}

/// A page with nothing left but its code, each line in its place.
pub fn code(text: &str) -> String {
    let mut fenced = false;
    let mut result = String::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if fenced {
            result += line;
        } else {
            for span in re!(r"`[^`]+`").find_iter(line) {
                result += span.as_str();
            }
        }
        result.push('\n');
    }
    result
}

/// Paths from the root, in pages, scripts, recipes, workflows and comments: what begins with one of our folders.
fn paths(repo: &Repo, report: &mut Report, tops: &BTreeSet<&str>, path: &str, text: &str) {
    let token = re!(r#"(?m)(?:^|[\s`"'(=:;,@])(?:\./)?((\.?[a-z][\w-]*)/[\w./*<>-]*[\w*>])(["'`\s):;,$|&]|\.\s|$)"#);
    for (line, found) in find(token, text) {
        let (name, top) = (&found[1], &found[2]);
        // A loop goes over what may be nothing; capitals stand for a name.
        let loops = path.ends_with(".sh") && name.contains('*') || re!(r"/[A-Z]+\b").is_match(name);
        if !tops.contains(top) || repo.is_local(name) || &found[3] == "$" || loops {
            continue;
        }
        report.refer("path", format!("{path}:{line}"), repo.matches(name), format!("there is no {name}"));
    }
    for (line, found) in
        find(re!(r"(?:^|[\s`:=/(])(compose(?:\.[a-z<>]+)?\.yaml|docker-bake\.hcl|Makefile|\.env\.example)\b"), text)
    {
        report.refer("path", format!("{path}:{line}"), repo.matches(&found[1]), format!("there is no {}", &found[1]));
    }
}
