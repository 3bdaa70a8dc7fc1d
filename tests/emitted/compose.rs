//! Why: Compose reads names as text. A volume that nobody declared stops it, but a mount of a folder that is not there,
//! a secret that setup never makes and a host name that is no service are found by the first user.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::repo::{Repo, normal, re};
use super::report::Report;
use super::stack::{self, Stack, strings};

pub fn check(repo: &Repo, report: &mut Report) {
    let lists = stack::file_lists(repo);
    for (path, _) in stack::compose_files(repo) {
        report.refer("path", path, lists.values().flatten().any(|f| f == path), "no list of Compose files has it");
    }
    for file in lists.values().flatten() {
        report.refer("path", "COMPOSE_FILE", repo.exists(file), format!("there is no {file}"));
    }
    let stacks = repo.stacks();
    let base = stack::yaml(repo.text("compose.yaml"));
    for stack in stacks {
        for (name, service) in stack.services() {
            let place = format!("{} in {}", name, stack.environment);
            images(repo, report, &place, &base, name, service);
            mounts(repo, report, &place, stack, service);
            names(report, &place, stack, service);
            secrets(repo, report, &place, stack, service);
            hosts(repo, report, &place, stack, service);
            modules(repo, report, &place, service);
        }
        unused(report, stack);
    }
    // In development and in a test run each volume belongs to somebody, and setup makes each secret.
    let made: BTreeSet<&str> = re!(r"(?m)^\s*secret (?:generated|given) ([a-z0-9_]+) ")
        .captures_iter(repo.text("scripts/setup.sh"))
        .map(|c| c.get(1).unwrap().as_str())
        .collect();
    let declared: BTreeMap<String, String> = stacks
        .iter()
        .flat_map(|s| s.of("secrets").into_iter().map(|(n, v)| (n.to_owned(), v["file"].as_str().unwrap_or_default().to_owned())))
        .collect();
    for (name, file) in &declared {
        report.refer("secret", name, file == &format!("./secrets/{name}"), format!("its file is {file}"));
        report.refer("secret", name, made.contains(name.as_str()), "scripts/setup.sh neither makes it nor asks for it");
        let documented = repo.text("docs/configuration.md").contains(&format!("`secrets/{name}`"));
        report.refer("secret", name, documented, "docs/configuration.md does not say what it is");
    }
    for name in made {
        report.refer("secret", "scripts/setup.sh", declared.contains_key(name), format!("{name} is made for nobody"));
    }
}

fn images(repo: &Repo, report: &mut Report, place: &str, base: &Value, name: &str, service: &Value) {
    let built = service["build"].is_object();
    let image = service["image"].as_str();
    report.refer("image", place, built || image.is_some(), "neither an image nor a build");
    if built {
        let context = normal(service["build"]["context"].as_str().unwrap_or_default());
        let dockerfile = format!("{context}/Dockerfile");
        report.refer("path", place, repo.exists(&dockerfile), format!("there is no {dockerfile}"));
        let target = service["build"]["target"].as_str().unwrap_or_default();
        let stages = super::docker::stages(repo.text(&dockerfile));
        report.refer("stage", place, stages.contains(target), format!("{dockerfile} has no stage `{target}`"));
    }
    let release = repo.text("scripts/release.sh");
    if let Some(variable) = image.and_then(|i| re!(r"^\$\{([A-Z0-9_]+_IMAGE)").captures(i)) {
        let line = regex::Regex::new(&format!(r"(?m)^\s*image {} (.+)$", &variable[1])).unwrap();
        let named = line.captures(release).map(|c| c[1].replace(['"', '\''], ""));
        report.refer("image", place, named.is_some(), format!("scripts/release.sh does not write {}", &variable[1]));
        // The image of the release is the one that was developed with.
        let Some(named) = named else { return };
        let own = named.strip_prefix("$registry/").and_then(|n| n.strip_suffix(":$id"));
        let folder = own.map(|o| format!("services/{o}/Dockerfile"));
        let taken = named.strip_prefix("$mirror$(image_of ").and_then(|n| n.strip_suffix(')'));
        let good = folder.is_some_and(|f| repo.exists(&f)) || taken == Some(name) && base["services"][name]["image"].is_string();
        report.refer("image", place, good, format!("scripts/release.sh takes {named}, compose.yaml another"));
    }
}

fn mounts(repo: &Repo, report: &mut Report, place: &str, stack: &Stack, service: &Value) {
    for file in strings(&service["env_file"]) {
        let file = stack.fill(&file);
        report.refer("path", place, repo.exists(&file), format!("env_file {file} does not exist"));
    }
    for mount in strings(&service["volumes"]) {
        let Some((source, _)) = mount.split_once(':') else { continue };
        if source.starts_with(['.', '/']) {
            // What a machine makes for itself is made by a script, which then names it.
            let made = repo.is_local(source) && repo.below("scripts/").any(|(_, f)| f.text.contains(&normal(source)));
            report.refer("mount", place, repo.exists(source) || made, format!("{source} does not exist"));
        } else {
            report.refer("volume", place, stack.of("volumes").contains_key(source), format!("volume {source} is not declared"));
        }
    }
}

fn names(report: &mut Report, place: &str, stack: &Stack, service: &Value) {
    for network in strings(&service["networks"]) {
        report.refer(
            "network",
            place,
            stack.of("networks").contains_key(&*network),
            format!("network {network} is not declared"),
        );
    }
    for secret in strings(&service["secrets"]) {
        report.refer("secret", place, stack.of("secrets").contains_key(&*secret), format!("secret {secret} is not declared"));
    }
    for other in strings(&service["depends_on"]) {
        report.refer(
            "service",
            place,
            stack.services().contains_key(&*other),
            format!("depends on {other}, which is no service"),
        );
    }
    if let Some(conditions) = service["depends_on"].as_object() {
        for (other, how) in conditions.iter().filter(|(_, how)| how["condition"] == "service_healthy") {
            let probed = stack.services().get(other.as_str()).is_some_and(|s| s["healthcheck"]["test"].is_array());
            report.refer("service", place, probed, format!("waits for the health of {other}, which has no health check: {how}"));
        }
    }
}

fn unused(report: &mut Report, stack: &Stack) {
    for (section, kind) in [("networks", "network"), ("volumes", "volume"), ("secrets", "secret")] {
        for name in stack.of(section).keys() {
            let prefix = format!("{name}:");
            let names = |entry: &String| entry == name || (section == "volumes" && entry.starts_with(&prefix));
            let used = stack.services().values().any(|s| strings(&s[section]).iter().any(names));
            report.refer(kind, &stack.environment, used, format!("{section}: {name} is declared, and nobody uses it"));
        }
    }
}

/// `/run/secrets/x` in what a container is told, in its commands and in the files that are mounted into it.
fn secrets(repo: &Repo, report: &mut Report, place: &str, stack: &Stack, service: &Value) {
    let mounted = strings(&service["secrets"]);
    let environment = stack.environment_of(repo, service);
    let mut texts: Vec<String> = environment.into_values().collect();
    texts.extend(["entrypoint", "command"].iter().flat_map(|k| strings(&service[*k])));
    texts.extend(strings(&service["healthcheck"]["test"]));
    for mount in strings(&service["volumes"]) {
        if let Some((source, _)) = mount.split_once(':') {
            texts.push(repo.text(&normal(source)).to_owned());
        }
    }
    for text in texts {
        for found in re!(r"/run/secrets/([a-z0-9_.-]+)").captures_iter(&text) {
            let good = mounted.iter().any(|m| *m == found[1]);
            report.refer("secret", place, good, format!("reads /run/secrets/{}, which is not mounted", &found[1]));
        }
    }
}

/// Hosts of URLs: a service, on a network that both are on, at a port that it listens on.
fn hosts(repo: &Repo, report: &mut Report, place: &str, stack: &Stack, service: &Value) {
    for (name, value) in stack.environment_of(repo, service) {
        for url in re!(r"\b([a-z][a-z0-9+]*)://(?:[^@/\s]*@)?([A-Za-z0-9_.-]+)(?::(\d+))?").captures_iter(&value) {
            let host = &url[2];
            // A name with a dot is somebody else's; localhost would be the container itself.
            if host.contains('.') {
                continue;
            }
            let answering = stack.answering(host);
            report.refer("host", place, !answering.is_empty(), format!("{name}: {host} is no service"));
            let own = strings(&service["networks"]);
            let shares = |v: &Value| strings(&v["networks"]).iter().any(|n| own.contains(n));
            // Of two colours, the one on the same network.
            let Some((_, target)) = answering.iter().find(|(_, v)| shares(v)).or(answering.first()).copied() else { continue };
            report.refer("host", place, shares(target), format!("{name}: {host} is on no network of it"));
            let Some(port) = url.get(3).and_then(|p| p.as_str().parse::<u16>().ok()) else { continue };
            let mut listens = stack::listens(repo, host, target, &stack.environment_of(repo, target));
            listens.extend(usual_port(&url[1]).filter(|_| !target["build"].is_object() && listens.is_empty()));
            report.refer("port", place, listens.contains(&port), format!("{name}: {host} does not listen on {port}"));
        }
    }
}

/// Where the servers of stores listen when nothing tells them otherwise.
fn usual_port(scheme: &str) -> Option<u16> {
    match scheme.split('+').next().unwrap_or_default() {
        "postgres" | "postgresql" => Some(5432),
        "redis" | "rediss" | "valkey" => Some(6379),
        "mysql" | "mariadb" => Some(3306),
        "amqp" => Some(5672),
        "nats" => Some(4222),
        "mongodb" => Some(27017),
        _ => None,
    }
}

/// `python -m app.x` and files of commands, in the source that the image is built from.
fn modules(repo: &Repo, report: &mut Report, place: &str, service: &Value) {
    let Some(context) = service["build"]["context"].as_str().map(normal) else { return };
    let command = [&service["command"], &service["healthcheck"]["test"]].into_iter().flat_map(strings).collect::<Vec<_>>();
    for pair in command.windows(2).filter(|w| w[0] == "-m") {
        report.refer(
            "module",
            place,
            is_module(repo, &context, &pair[1]),
            format!("there is no module {} in {context}", pair[1]),
        );
    }
    for word in command.iter().filter(|w| re!(r"^[a-z][\w/-]*/[\w./-]+\.(ini|py|js|ts|sh|toml)$|^\w+\.(js|py)$").is_match(w)) {
        // What a build makes is not there yet.
        if !word.starts_with("dist/") {
            report.refer("module", place, repo.exists(&format!("{context}/{word}")), format!("there is no {context}/{word}"));
        }
    }
}

pub fn is_module(repo: &Repo, folder: &str, module: &str) -> bool {
    let own = module.split('.').next().is_some_and(|top| repo.exists(&format!("{folder}/{top}")));
    let path = format!("{folder}/{}", module.replace('.', "/"));
    // Anything else comes from a package.
    !own && module != "app" || repo.exists(&format!("{path}.py")) || repo.exists(&format!("{path}/__main__.py"))
}
