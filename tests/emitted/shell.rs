//! Why: bash reads an unset variable or a misspelt function when it comes to that line, on the day of the restore.
//! shellcheck knows neither functions of other files nor variables in capitals.

use std::collections::{BTreeMap, BTreeSet};

use super::repo::{Repo, find, folder_of, normal, re};
use super::report::Report;
use super::stack;

/// What bash, GitHub, Docker, sshd, certbot or the caller's shell sets.
const SET_ELSEWHERE: &str = "BASH_SOURCE BASH_REMATCH BASHPID COLUMNS EUID EPOCHSECONDS FUNCNAME GITHUB_ENV GITHUB_OUTPUT \
    GITHUB_PATH GITHUB_REF GITHUB_REPOSITORY GITHUB_SHA GITHUB_STEP_SUMMARY HOME HOSTNAME LINENO OSTYPE PATH PGDATA PIPESTATUS PPID PWD \
    RANDOM RUNNER_TEMP SECONDS SHELL SSH_ORIGINAL_COMMAND TMPDIR UID USER";

/// Words of the shell, and programs that a server or a developer's machine has: Debian's base, Docker, git, OpenSSL. One
/// that is not here must be installed by the docs, and then be named here. `pg_controldata` is in the image that runs the
/// script which calls it.
const COMMANDS: &str = "alias bg break builtin case cd command continue declare do done echo elif else esac eval exec exit export \
    fi for function getopts hash if in let local mapfile printf pwd read readarray readonly return select set shift shopt source \
    test then time trap type ulimit umask unset until wait while true false kill jobs \
    awk base64 basename bash cat chmod chown cmp comm cp cut date dd df diff dirname du env expr file find flock getent grep \
    groupadd gunzip gzip head hostname id install iptables ip ls ln logger md5sum mkdir mkfifo mktemp mv nice nohup nproc od paste \
    ps realpath rm rmdir sed seq sh sha256sum shasum sleep sort split stat stdbuf sync systemctl tail tar tee timeout touch tr uname \
    uniq useradd usermod wc xargs \
    age apt-cache apt-get certbot curl docker dpkg dpkg-query git gpg jq loginctl make mkswap nft openssl pg_controldata rclone restic rsync shellcheck \
    ssh ssh-keygen ssh-keyscan sshd sudo swapon sysctl ufw";

pub fn is_shell(path: &str, text: &str) -> bool {
    path.ends_with(".sh") || re!(r"^#!\S*(?:/| )(?:ba)?sh\b").is_match(text)
}

pub fn check(repo: &Repo, report: &mut Report) {
    let scripts: BTreeMap<&str, &str> =
        repo.files.iter().filter(|(p, f)| is_shell(p, &f.text)).map(|(p, f)| (p.as_str(), f.text.as_str())).collect();
    let given = given(repo);
    let commands: BTreeSet<&str> = COMMANDS.split_whitespace().collect();
    for (path, text) in &scripts {
        let mut closure = vec![*path];
        for (line, found) in find(re!(r"(?m)^\s*# shellcheck source=(\S+)$"), text) {
            report.refer("script", format!("{path}:{line}"), repo.exists(&found[1]), format!("there is no {}", &found[1]));
            closure.extend(scripts.keys().find(|p| **p == normal(&found[1])));
        }
        for (line, found) in find(re!(r#"(?m)^\s*(?:\.|source) "?(?:\$\w+/)?([\w./-]+)"?$"#), text) {
            let own = format!("{}/{}", folder_of(path), &found[1]);
            let good = repo.exists(&found[1]) || repo.exists(&own);
            report.refer("script", format!("{path}:{line}"), good, format!("there is no {}", &found[1]));
        }
        let sourced = path.contains("/lib/");
        let users = scripts.iter().filter(|(_, t)| sourced && t.contains(&format!("source={path}")));
        let whole: Vec<&str> = closure.iter().map(|p| scripts[p]).chain(users.clone().map(|(_, t)| *t)).collect();
        // What sources it has sourced the rest before.
        let whole: Vec<&str> = whole
            .iter()
            .copied()
            .chain(
                users
                    .flat_map(|(_, t)| find(re!(r"(?m)# shellcheck source=(\S+)$"), t))
                    .filter_map(|(_, c)| scripts.get(&c[1]).copied()),
            )
            .collect();
        variables(report, path, text, &whole, &given);
        functions(report, path, text, &whole, &commands);
    }
}

/// Names that Make, a workflow or a machine's .env gives to scripts.
fn given(repo: &Repo) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = SET_ELSEWHERE.split_whitespace().map(str::to_owned).collect();
    let callers = repo.shared().filter(|(p, _)| *p == "Makefile" || p.starts_with(".github/") || *p == ".env.example");
    for (_, file) in callers {
        found.extend(re!(r"\b([A-Z][A-Z0-9_]+)(?:=|: )").captures_iter(&file.text).map(|c| c[1].to_owned()));
    }
    found
}

fn variables(report: &mut Report, path: &str, text: &str, whole: &[&str], given: &BTreeSet<String>) {
    let assigned: BTreeSet<&str> = whole
        .iter()
        .flat_map(|t| {
            re!(r"\b([A-Z][A-Z0-9_]*)(?:\+?=|\[)|\b(?:for|read(?: -\w+)*|local|setenv) ([A-Z][A-Z0-9_]*)").captures_iter(t)
        })
        .filter_map(|c| c.get(1).or(c.get(2)).map(|m| m.as_str()))
        .collect();
    for (line, found) in find(re!(r"\$(?:([A-Z][A-Z0-9_]*)|\{[#!]?([A-Z][A-Z0-9_]*)(:?[-?+=])?)"), text) {
        let name = found.get(1).or(found.get(2)).unwrap().as_str();
        // `${X:+$X/}` says itself what happens without it.
        let optional = text.contains(&format!("${{{name}:+"));
        let good = found.get(3).is_some() || optional || assigned.contains(name) || given.contains(name);
        report.refer("shell variable", format!("{path}:{line}"), good, format!("nobody sets {name}"));
    }
}

fn functions(report: &mut Report, path: &str, text: &str, whole: &[&str], commands: &BTreeSet<&str>) {
    let defined: BTreeSet<&str> = whole
        .iter()
        .flat_map(|t| re!(r"(?m)^\s*([a-z_][a-z0-9_]*)\(\)").captures_iter(t))
        .map(|c| c.get(1).unwrap().as_str())
        .collect();
    let code = skeleton(text);
    // Arithmetic, conditions, arrays and the patterns of `case` hold words that are no commands.
    let code = re!(r"\$?\(\([^\n]*?\)\)|\[\[ [^\n]*? \]\]|=\([^()\n]*\)").replace_all(&code, "=");
    let code = re!(r"(?m)^([ \t]*)[\w|*$:./\x22 -]+\)").replace_all(&code, "$1");
    let command = re!(
        r"(?m)(?:^|[|;({&!]|\b(?:if|then|do|else|elif|until|while|exec|time)\b)[ \t]*(?:[A-Za-z_]\w*=[^\s({]*[ \t]+)*([a-z_][\w-]*)(?:[ \t;)|&}]|$)"
    );
    for (line, found) in find(command, &code) {
        let good = defined.contains(&found[1]) || commands.contains(&found[1]);
        let what = format!("{} is neither a function nor a known program", &found[1]);
        report.refer("shell function", format!("{path}:{line}"), good, what);
    }
}

/// The text with nothing left of comments, of what is quoted, and of here-documents; what is between `$(` and `)` in
/// double quotes stays.
pub fn skeleton(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut single = false;
    let mut double = false;
    let mut continued = false;
    let mut ends: Vec<String> = Vec::new();
    for line in text.lines() {
        if let Some(end) = ends.first() {
            if line.trim_start_matches('\t') == end {
                ends.remove(0);
            }
            result.push('\n');
            continue;
        }
        if std::mem::take(&mut continued) {
            result.push_str("- ");
        }
        let mut previous = ' ';
        let mut characters = line.chars().peekable();
        let mut depth = 0;
        while let Some(c) = characters.next() {
            match c {
                '\\' if !single => {
                    // What goes on in the next line is no new command.
                    continued = characters.next().is_none();
                    result.push('_');
                }
                '\'' if !double || depth > 0 => {
                    single = !single;
                    result.push('"');
                }
                _ if single => {}
                '"' => {
                    double = !double;
                    result.push('"');
                }
                '$' if double && characters.peek() == Some(&'(') => {
                    characters.next();
                    if characters.peek() == Some(&'(') {
                        // Arithmetic.
                        while characters.next().is_some_and(|c| c != ')') {}
                        characters.next();
                        continue;
                    }
                    depth += 1;
                    double = false;
                    result.push_str("$(");
                }
                ')' if depth > 0 && !double => {
                    depth -= 1;
                    double = true;
                    result.push(')');
                }
                _ if double => {}
                '#' if previous.is_whitespace() => break,
                other => result.push(other),
            }
            previous = c;
        }
        if !single && !double {
            for found in re!(r#"<<-?\s*['"]?([A-Z]+)['"]?"#).captures_iter(line) {
                ends.push(found[1].to_owned());
            }
        }
        result.push('\n');
    }
    result
}

/// Every interpolation of a Compose file has a default or a source.
pub fn interpolations(repo: &Repo, report: &mut Report) {
    let example = repo.text(".env.example");
    let release = repo.text("scripts/release.sh");
    // Lines of an env file that a script writes.
    let lines = repo.below("scripts/").flat_map(|(_, f)| re!(r#"(?m)^\s*(?:echo|printf '%s\\n') "(.*)$"#).captures_iter(&f.text));
    let written: BTreeSet<&str> = lines
        .flat_map(|line| re!(r#"(?:^|")([A-Z][A-Z0-9_]*)="#).captures_iter(line.get(1).unwrap().as_str()))
        .map(|c| c.get(1).unwrap().as_str())
        .collect();
    for (path, text) in stack::compose_files(repo) {
        for (line, found) in find(re!(r"(?:^|[^$])(?:\$\$)*\$\{([A-Za-z_]\w*)"), text) {
            let name = &found[1];
            let line_of = regex::Regex::new(&format!("(?m)^#?{name}=|^\\s*image {name} ")).unwrap();
            let good = line_of.is_match(example) || line_of.is_match(release) || written.contains(name);
            report.refer(
                "interpolation",
                format!("{path}:{line}"),
                good,
                format!("{name}: neither .env.example nor a release has it"),
            );
        }
    }
}
