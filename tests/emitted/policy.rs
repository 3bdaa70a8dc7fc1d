//! Why: what makes an output hardened is easily lost in one template. What running containers prove, the files must say.

use serde_json::Value;

use super::docker::instructions;
use super::repo::{Repo, find, re};
use super::report::Report;
use super::stack::{self, Stack, strings};

/// Each has a planted mistake.
pub const RULES: &[&str] =
    &["hardening", "health check", "limits", "published port", "isolation", "credential", "pinned", "text value", "least rights"];

pub fn check(repo: &Repo) -> Report {
    let mut report = Report::default();
    for stack in repo.stacks() {
        for (name, service) in stack.services() {
            containers(repo, &mut report, stack, name, service);
        }
        isolation(&mut report, stack);
    }
    answers(repo, &mut report);
    dockerfiles(repo, &mut report);
    workflows(repo, &mut report);
    credentials(repo, &mut report);
    report
}

fn containers(repo: &Repo, report: &mut Report, stack: &Stack, name: &str, service: &Value) {
    let place = format!("{name} in {}", stack.environment);
    let server = matches!(stack.environment.as_str(), "staging" | "production");
    let tool = strings(&service["profiles"]).iter().any(|p| p == "tools");
    let ends = tool || one_shot(stack, name);
    let mut rule = |rule, good: bool, what: &str| report.refer(rule, &place, good, what);

    rule("hardening", service["read_only"] == true, "its root file system can be written to");
    rule("hardening", strings(&service["cap_drop"]) == ["ALL"], "it keeps capabilities");
    rule("hardening", strings(&service["security_opt"]).iter().any(|o| o == "no-new-privileges:true"), "it can gain privileges");
    rule("hardening", service["privileged"].is_null() && service["network_mode"].is_null(), "it is privileged or on the host");
    let added = strings(&service["cap_add"]);
    rule("hardening", added.is_empty() || has_reason(repo, name, &added), "a capability comes back without a reason");
    rule("hardening", service["stop_grace_period"].is_string(), "it has no time to stop");
    rule("hardening", is_user(repo, service) || tool && as_caller(repo, name), "it runs as root");
    let logs = &service["logging"]["options"];
    rule("limits", logs["max-size"].is_string() && logs["max-file"].is_string(), "its logs can fill the disk");
    rule("health check", ends || service["healthcheck"]["test"].is_array(), "it has no health check");
    let timed = ["interval", "timeout", "retries"].iter().all(|k| !service["healthcheck"][*k].is_null());
    rule("health check", ends || timed, "its health check has no interval, timeout or retries");
    let sources = strings(&service["volumes"]);
    rule("isolation", !sources.iter().any(|v| v.contains("docker.sock")), "it has Docker's socket");
    if server {
        let limits = &service["deploy"]["resources"]["limits"];
        for limit in ["cpus", "memory", "pids"] {
            rule("limits", !limits[limit].is_null(), &format!("it has no limit for {limit}"));
        }
        rule(
            "limits",
            ends || service["restart"] == "unless-stopped" || service["restart"] == "always",
            "it is not started again",
        );
        rule("isolation", service["build"].is_null(), "a server builds nothing");
        rule("isolation", !sources.iter().any(|v| v.starts_with("./services/")), "a server has no source code");
        let image = service["image"].as_str().unwrap_or_default();
        rule("pinned", image.starts_with("${") && image.contains(":?"), "its image does not come from a release");
    } else if let Some(image) = service["image"].as_str() {
        rule("pinned", is_pinned(image), "its image has no fixed version");
    }
    for port in strings(&service["ports"]) {
        let port = stack.fill(&port);
        let good = match (server, name) {
            (true, "nginx") => re!(r"^(80|443):\d+$").is_match(&port),
            (true, _) => false,
            (false, _) => stack.environment == "development" && port.starts_with("127.0.0.1:"),
        };
        rule("published port", good, &format!("it publishes {port}"));
    }
    rule("published port", true, "");
    for (key, value) in service["environment"].as_object().into_iter().flatten() {
        rule("text value", value.is_string(), &format!("{key} is {value}, not a text: YAML took it for something else"));
        let literal = value.as_str().unwrap_or_default();
        rule("credential", !is_credential(key, literal), &format!("{key} holds a secret itself"));
    }
    for word in stack::words(service) {
        rule(
            "credential",
            !re!(r"(?i)^--?(requirepass|password|pass|secret|token)[= ]\S").is_match(&word),
            "a secret is in its command",
        );
    }
}

/// What an owner wrote into scaffold.yaml arrives as it stands there, whatever characters it has.
fn answers(repo: &Repo, report: &mut Report) {
    for (path, file) in repo.files.iter().filter(|(p, _)| p.ends_with(".yaml") || p.ends_with(".yml")) {
        // Compose's own tags are no text, so this is read as YAML has it.
        let parsed = serde_yaml::from_str::<serde_yaml::Value>(&file.text);
        report.refer("text value", path, parsed.is_ok(), parsed.err().map(|e| e.to_string()).unwrap_or_default());
    }
    let answers = stack::yaml(repo.text("scaffold.yaml"));
    for (name, service) in answers["services"].as_object().into_iter().flatten() {
        for (key, value) in service["env"].as_object().into_iter().flatten() {
            let given = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            for stack in repo.stacks() {
                let instances = stack.instances(name);
                report.refer("text value", name, !instances.is_empty(), format!("nothing runs it in {}", stack.environment));
                for (instance, service) in instances {
                    let arrives = &service["environment"][key];
                    let good = arrives.as_str().is_none_or(|a| a.replace("$$", "$") == given);
                    report.refer(
                        "text value",
                        format!("{instance} in {}", stack.environment),
                        good,
                        format!("{key} became {arrives}"),
                    );
                }
            }
        }
    }
    for (path, file) in repo.below("config/") {
        for (line, found) in find(re!(r"(?m)^([A-Z][A-Z0-9_]*)=(.*)$"), &file.text) {
            let whole = re!(r#"^([\w./:@%+,-]*|'[^']*'|"([^"\\$`]|\\.)*")$"#).is_match(&found[2]);
            report.refer("text value", format!("{path}:{line}"), whole, format!("{} is not quoted as a whole", &found[1]));
        }
    }
}

/// Others wait for its end, or it migrates: it is not meant to run.
fn one_shot(stack: &Stack, name: &str) -> bool {
    let waits = |s: &&Value| s["depends_on"][name]["condition"] == "service_completed_successfully";
    stack.services().values().any(waits) || name.starts_with("migrate-")
}

/// A tool has no user of its own: each script that runs it hands its own over.
fn as_caller(repo: &Repo, name: &str) -> bool {
    let named = regex::Regex::new(&format!(r"\b{name}\b")).unwrap();
    let users = repo.below("scripts/").filter(|(_, f)| named.is_match(&f.text));
    let calls: Vec<&str> = users.flat_map(|(_, f)| re!(r"\brun --rm[^\n]*").find_iter(&f.text)).map(|m| m.as_str()).collect();
    !calls.is_empty() && calls.iter().all(|c| c.contains("--user"))
}

/// A comment beside `cap_add`, or above the service.
fn has_reason(repo: &Repo, name: &str, added: &[String]) -> bool {
    let text = repo.text("compose.yaml");
    let service = text.find(&format!("\n  {name}:\n")).unwrap_or(0);
    let above = text[..service].rsplit('\n').take_while(|l| l.trim_start().starts_with('#')).collect::<String>();
    added.iter().any(|c| above.to_lowercase().contains(&c.to_lowercase())) || above.contains("capabilit")
}

/// Compose says so, or the last stage of the image that is built.
fn is_user(repo: &Repo, service: &Value) -> bool {
    let root = |user: &str| re!(r"^(0|root)?(:.*)?$").is_match(user);
    if let Some(user) = service["user"].as_str() {
        return !root(user);
    }
    let image = service["image"].as_str().and_then(|i| re!(r"^\$\{([A-Z0-9_]+)_IMAGE").captures(i));
    let own = image.map(|c| format!("./services/{}", c[1].to_lowercase().replace('_', "-")));
    let Some(context) = service["build"]["context"].as_str().map(str::to_owned).or(own) else { return false };
    let all = instructions(repo.text(&format!("{}/Dockerfile", super::repo::normal(&context))));
    // The stages that run are checked one by one; here the last must have one.
    all.iter().rev().find(|i| i.name == "USER").is_some_and(|i| !root(&i.words[0]))
}

fn isolation(report: &mut Report, stack: &Stack) {
    let networks = stack.of("networks");
    let services = stack.services();
    let Some(nginx) = services.get("nginx").map(|n| strings(&n["networks"])) else { return };
    for (name, service) in &services {
        let place = format!("{name} in {}", stack.environment);
        let own = strings(&service["networks"]);
        report.refer("isolation", &place, !own.is_empty(), "it is on the default network");
        let keeps = strings(&service["volumes"]).iter().any(|v| networks.is_empty() || re!(r"^[a-z0-9-]+-data:").is_match(v));
        if keeps {
            let inside = own.iter().all(|n| networks.get(n.as_str()).is_some_and(|v| v["internal"] == true));
            report.refer("isolation", &place, inside, "a store is on a network with a way out");
            report.refer("isolation", &place, !own.iter().any(|n| nginx.contains(n)), "nginx can reach a store");
        }
    }
}

/// Each stage that runs: who it is, how it is asked for its health, and where it comes from.
fn dockerfiles(repo: &Repo, report: &mut Report) {
    for (path, file) in repo.files.iter().filter(|(p, _)| p.rsplit('/').next() == Some("Dockerfile")) {
        let all = instructions(&file.text);
        let mut users: std::collections::BTreeMap<String, String> = std::collections::BTreeMap::new();
        let mut stage = String::new();
        for instruction in &all {
            let words = &instruction.words;
            match instruction.name.as_str() {
                "FROM" => {
                    let base = words.iter().find(|w| !w.starts_with("--")).cloned().unwrap_or_default();
                    let good = users.contains_key(&base) || is_pinned(&base);
                    report.refer("pinned", format!("{path}:{}", instruction.line), good, format!("{base} has no fixed version"));
                    stage = words.iter().skip_while(|w| *w != "AS").nth(1).cloned().unwrap_or_default();
                    let inherited = users.get(&base).cloned().unwrap_or_default();
                    users.insert(stage.clone(), inherited);
                }
                "USER" => {
                    users.insert(stage.clone(), words[0].clone());
                }
                "ENV" | "ARG" => {
                    for pair in words.iter().filter_map(|w| w.split_once('=')) {
                        let good = !is_credential(pair.0, pair.1);
                        report.refer(
                            "credential",
                            format!("{path}:{}", instruction.line),
                            good,
                            format!("{} is in the image", pair.0),
                        );
                    }
                }
                "ADD" => {
                    let good = !instruction.text.contains("://");
                    report.refer("pinned", format!("{path}:{}", instruction.line), good, "what a URL gives is not fixed");
                }
                _ => {}
            }
        }
        let runs = if path.starts_with("services/") { vec!["dev", "production"] } else { vec![stage.as_str()] };
        for stage in runs {
            let user = users.get(stage).map_or("", String::as_str);
            let good = !re!(r"^(0|root)?(:.*)?$").is_match(user);
            report.refer("hardening", path, good, format!("the stage {stage:?} runs as root"));
        }
        let probed = all.iter().any(|i| i.name == "HEALTHCHECK");
        report.refer("health check", path, probed, "the image has no health check");
    }
}

fn workflows(repo: &Repo, report: &mut Report) {
    for (path, file) in repo.below(".github/workflows/") {
        let parsed = stack::yaml(&file.text);
        let none = parsed["permissions"].as_object().is_some_and(serde_json::Map::is_empty);
        report.refer("least rights", path, none, "permissions must be {} for the whole, and given to jobs");
        for (name, job) in parsed["jobs"].as_object().into_iter().flatten() {
            let place = format!("{path}: {name}");
            report.refer("least rights", &place, job["permissions"].is_object(), "it has no permissions of its own");
            let called = job["uses"].is_string();
            report.refer("least rights", &place, called || job["timeout-minutes"].is_number(), "it may run for hours");
            for step in job["steps"].as_array().into_iter().flatten() {
                let out = step["uses"].as_str().is_some_and(|u| u.starts_with("actions/checkout@"));
                report.refer(
                    "least rights",
                    &place,
                    !out || step["with"]["persist-credentials"] == false,
                    "the token stays after checkout",
                );
            }
        }
        for (line, found) in find(re!(r"(?m)\buses: ([^\s#]+)(.*)$"), &file.text) {
            let good =
                found[1].starts_with("./") || (re!(r"@[0-9a-f]{40}$").is_match(&found[1]) && re!(r"^ # v\d").is_match(&found[2]));
            report.refer("pinned", format!("{path}:{line}"), good, format!("{} has no commit and version", &found[1]));
        }
    }
}

/// Literal secrets in what is in git.
fn credentials(repo: &Repo, report: &mut Report) {
    for (path, file) in repo.shared() {
        for (line, found) in find(re!(r"\b[a-z][a-z0-9+]*://[\w.-]*:([^@/\s$'\x22<{}]+)@"), &file.text) {
            report.refer("credential", format!("{path}:{line}"), false, format!("a URL with the password {}", &found[1]));
        }
        let settings = path.starts_with("config/") || path == ".env.example" || path.ends_with(".sql");
        for (line, found) in find(re!(r"(?mi)^#?\s*([A-Z][A-Z0-9_]*)=(\S+)$|\bpassword\s+'([^'\n]+)'"), &file.text) {
            if settings {
                let sql = found.get(3).is_some_and(|v| !v.as_str().starts_with(':'));
                let bad = sql || found.get(1).is_some_and(|n| is_credential(n.as_str(), &found[2]));
                report.refer("credential", format!("{path}:{line}"), !bad, "a secret in a file that is in git");
            }
        }
        let script = path.starts_with("scripts/") || path == "Makefile" || path.starts_with(".github/");
        for (line, found) in find(re!(r"\b([A-Z][A-Z0-9_]*)=(\w[\w.!-]*)"), &file.text) {
            if script {
                let bad = is_credential(&found[1], &found[2]);
                report.refer("credential", format!("{path}:{line}"), !bad, format!("{} holds a fixed secret", &found[1]));
            }
        }
    }
}

/// A name that says secret, with a value that is neither empty nor the path of a file.
fn is_credential(name: &str, value: &str) -> bool {
    let secret =
        re!(r"(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|REQUIREPASS|CREDENTIALS?)S?$").is_match(name);
    secret && !value.is_empty() && !value.starts_with(['/', '$', '<', '\\'])
}

fn is_pinned(image: &str) -> bool {
    if image == "scratch" || image.contains("@sha256:") {
        return true;
    }
    image.rsplit_once(':').is_some_and(|(_, tag)| tag != "latest" && re!(r"\d|^nonroot$").is_match(tag) && !tag.contains('/'))
}
