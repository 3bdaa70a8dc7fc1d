//! Why: nginx starts with an upstream that leads to nothing, and answers 502. Whether what it is told fits the services
//! is decided in Compose and in the images.

use std::collections::BTreeSet;

use super::repo::{Repo, find, re};
use super::report::Report;
use super::stack::{self, strings};

pub fn check(repo: &Repo, report: &mut Report) {
    let stacks = repo.stacks();
    let all: Vec<(&str, &str)> =
        repo.below("nginx/").filter(|(p, _)| p.ends_with(".conf")).map(|(p, f)| (p, f.text.as_str())).collect();
    let names = |pattern: &regex::Regex| -> BTreeSet<String> {
        all.iter().flat_map(|(_, t)| pattern.captures_iter(t)).map(|c| c[1].to_owned()).collect()
    };
    let upstreams = names(re!(r"(?m)^\s*upstream (\S+) \{"));
    let zones = names(re!(r"\bzone=(\w+):"));
    let mut targets = BTreeSet::new();
    for (path, text) in &all {
        let text = &without_comments(text);
        for (line, found) in find(re!(r"(?m)^\s*server ([a-z0-9.-]+):(\d+)"), text) {
            server(repo, report, stacks, &format!("{path}:{line}"), &found[1], &found[2]);
            targets.insert(found[1].to_owned());
        }
        for (line, found) in find(re!(r"\b(?:proxy|fastcgi|grpc|uwsgi)_pass (?:\w+://)?([\w.-]+)(?::(\d+))?[;/$]"), text) {
            let known = upstreams.contains(&found[1]);
            let place = format!("{path}:{line}");
            match found.get(2) {
                None => report.refer("nginx", place, known, format!("there is no upstream {}", &found[1])),
                Some(port) => server(repo, report, stacks, &place, &found[1], port.as_str()),
            }
        }
        for (line, found) in find(re!(r"(?m)^\s*include ([^;]+);"), text) {
            let file = &found[1];
            let place = format!("{path}:{line}");
            // Which folder is `servers` is Compose's choice; each of them must do.
            let good = match file.strip_prefix("servers/") {
                Some(rest) => {
                    let folders: BTreeSet<&str> = repo.below("nginx/servers/").filter_map(|(p, _)| p.split('/').nth(2)).collect();
                    !folders.is_empty() && folders.iter().all(|f| repo.matches(&format!("nginx/servers/{f}/{rest}")))
                }
                None => repo.matches(&format!("nginx/{file}")) || file.starts_with("/etc/nginx/mime.types"),
            };
            report.refer("nginx", place, good, format!("include {file} finds nothing"));
        }
        for (line, found) in find(re!(r"\b(?:limit_req|limit_conn|proxy_cache) (?:zone=)?(\w+)[ ;]"), text) {
            let good = zones.contains(&found[1]);
            report.refer("nginx", format!("{path}:{line}"), good, format!("there is no zone {}", &found[1]));
        }
        for (line, found) in
            find(re!(r"(?m)^\s*(?:ssl_certificate|ssl_certificate_key|root|alias|auth_basic_user_file) (/\S+);"), text)
        {
            let environment = path.strip_prefix("nginx/servers/").and_then(|p| p.split('/').next());
            let mounted = stacks.iter().filter(|s| environment.is_none_or(|e| e == s.environment)).all(|s| {
                let mounts = s.services().get("nginx").map(|n| strings(&n["volumes"])).unwrap_or_default();
                let inside = |m: &String| m.split(':').nth(1).is_some_and(|t| found[1].starts_with(t));
                mounts.iter().any(inside)
            });
            let known = !stacks.is_empty() && mounted && in_the_repository(repo, &found[1]);
            report.refer("nginx", format!("{path}:{line}"), known, format!("{} is not mounted into nginx", &found[1]));
        }
    }
    for upstream in &upstreams {
        let used = all.iter().any(|(_, t)| re!(r"://([\w.-]+)[;/]").captures_iter(t).any(|c| c[1] == **upstream));
        report.refer("nginx", "nginx/upstreams", used, format!("nobody passes requests to {upstream}"));
    }
    own_images(repo, report);
}

/// A server of an upstream: a service, on a network that nginx is on, at a port that it listens on.
fn server(repo: &Repo, report: &mut Report, stacks: &[stack::Stack], place: &str, host: &str, port: &str) {
    for stack in stacks.iter().filter(|s| is_loaded(s, place)) {
        let services = stack.services();
        let answering = stack.answering(host);
        report.refer("nginx", place, !answering.is_empty(), format!("{host} is no service in {}", stack.environment));
        let Some((_, target)) = answering.first().copied() else { continue };
        let nginx = services.get("nginx").map(|n| strings(&n["networks"])).unwrap_or_default();
        let reachable = strings(&target["networks"]).iter().any(|n| nginx.contains(n));
        report.refer("nginx", place, reachable, format!("{host} and nginx share no network in {}", stack.environment));
        let listens = stack::listens(repo, host, target, &stack.environment_of(repo, target));
        let good = port.parse().is_ok_and(|p| listens.contains(&p)) && listens.len() == 1;
        report.refer("nginx port", place, good, format!("{host} listens on {listens:?}, not on {port}"));
    }
}

/// A folder over which nginx has another one mounted is for nobody; one for each colour is for a server.
fn is_loaded(stack: &stack::Stack, place: &str) -> bool {
    let folder = place.split('/').nth(1).unwrap_or_default();
    let mounts = stack.services().get("nginx").map(|n| strings(&n["volumes"])).unwrap_or_default();
    let over = format!("/etc/nginx/{folder}");
    let covered = mounts.iter().any(|m| m.split(':').nth(1) == Some(&over) && !m.starts_with(&format!("./nginx/{folder}:")));
    match folder {
        "colours" => matches!(stack.environment.as_str(), "staging" | "production"),
        "upstreams" => !covered,
        _ => true,
    }
}

/// Files below /etc/nginx are ours; other mounts are a machine's own.
fn in_the_repository(repo: &Repo, path: &str) -> bool {
    path.strip_prefix("/etc/nginx/").is_none_or(|p| repo.exists(&format!("nginx/{p}")))
}

/// A service that is nginx itself listens where its image says, and serves folders that the image has.
fn own_images(repo: &Repo, report: &mut Report) {
    for service in repo.services() {
        let path = format!("services/{service}/nginx.conf");
        let dockerfile = repo.text(&format!("services/{service}/Dockerfile"));
        let text = without_comments(repo.text(&path));
        for (line, found) in find(re!(r"(?m)^\s*listen (\d+)"), &text) {
            let good = dockerfile.contains(&format!("EXPOSE {}\n", &found[1]));
            report.refer(
                "nginx port",
                format!("{path}:{line}"),
                good,
                format!("the image exposes another port than {}", &found[1]),
            );
        }
        for (line, found) in find(re!(r"(?m)^\s*(?:root|alias) /srv/([\w.-]+)"), &text) {
            let good =
                dockerfile.contains(&format!("/srv/{}", &found[1])) || repo.exists(&format!("services/{service}/{}", &found[1]));
            report.refer("nginx", format!("{path}:{line}"), good, format!("the image has no /srv/{}", &found[1]));
        }
    }
}

fn without_comments(text: &str) -> String {
    re!(r"(?m)^(\s*)#.*$").replace_all(text, "$1").into_owned()
}
