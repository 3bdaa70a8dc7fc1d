//! Why: the corpus was written by those who wrote the merge. These edits were not made for it: each went wrong once in a
//! repository made from other answers, and must come out as if it had been made after the verb, to the byte.

mod common;

use std::collections::BTreeMap;

use common::memory::{self, Files};
use scaffold::catalogue::Catalogue;
use scaffold::disk::{Change, Entry};
use scaffold::lock::{ANSWERS, LOCK, Lock};
use scaffold::plan::{Plan, PlannedFile};
use scaffold::repository;
use scaffold::update::{self, Moves, Outcome, Prefer, Renaming, Terms};

const ANSWERS_TEXT: &str = "version: 1\nname: duo\ndomain: duo.example\nregistry: ghcr.io/acme/duo\nservices:\n  orders: { blueprint: fastapi, route: /api, uses: [postgres] }\n  shop: { blueprint: nextjs, route: / }\nstores:\n  postgres: {}\nfeatures:\n  editor: {}\ntarget: vps\nci: github\n";

/// What is done to a text.
#[derive(Clone, Copy)]
enum Act {
    /// The first place of the one gets the other.
    Put(&'static str, &'static str),
    /// Every place does.
    Every(&'static str, &'static str),
    /// It goes on.
    Append(&'static str),
    /// From the one line to the other, which stays, something else stands.
    Between(&'static str, &'static str, &'static str),
    /// All of it is other.
    Write(&'static str),
    Crlf,
    Deeper,
    Sorted,
}

use Act::{Append, Between, Crlf, Deeper, Every, Put, Sorted, Write};

const EDITS: &[(&str, &[Act])] = &[
    ("compose.yaml", &[Put("SERVICE_NAME: \"orders\"", "SERVICE_NAME: \"orders\" # in our logs")]),
    ("compose.yaml", &[Put("\n  orders:\n", "\n  # Ask Ann\n  orders: # Ann's\n")]),
    ("compose.yaml", &[Crlf]),
    ("compose.dev.yaml", &[Every("      context: ./services/orders", "      context: ./services/orders # ours")]),
    ("compose.dev.yaml", &[Put("      - ./services/orders/app:/srv/app:ro", "      - ./services/orders/app:/srv/app")]),
    ("compose.prod.yaml", &[Put("labels: &orders-labels {", "labels: &orders-labels {own: x, ")]),
    ("compose.prod.yaml", &[Put("    <<: *orders\n", "    <<: *orders\n    hostname: green\n")]),
    ("nginx/routes.conf", &[Put("\nlocation", "\nlocation = /own {\n    return 204;\n}\n\nlocation")]),
    ("nginx/upstreams/services.conf", &[Put("    zone orders 64k;\n", "    zone orders 64k;\n    least_conn;\n")]),
    (".github/dependabot.yml", &[Put("      - /services/orders\n", "      - /services/orders\n      - /own\n")]),
    (".github/workflows/release.yml", &[Put("- name: Scan orders\n", "- name: Scan orders\n        continue-on-error: true\n")]),
    ("docker-bake.hcl", &[Put("      \"orders\",\n", "      \"own\",\n      \"orders\",\n")]),
    ("Makefile", &[Put("test-orders: setup\n", "test-orders: setup\n\t@echo testing\n")]),
    ("Makefile", &[Crlf]),
    (".gitignore", &[Sorted]),
    (".env.example", &[Every("_DEBUG_PORT=5678", "_DEBUG_PORT=15678")]),
    ("scripts/smoke.sh", &[Put("check 'nginx: alive' http_page /healthz ok\n", "")]),
    ("scripts/smoke.sh", &[Put("GET /api/info 200", "GET /api/info 204")]),
    ("scripts/lib/services.sh", &[Append("\nown() {\n  echo own\n}\n")]),
    ("services/orders/Dockerfile", &[Append("LABEL team=core\n")]),
    ("services/shop/package.json", &[Put("  \"private\": true,\n", "  \"private\": true,\n  \"license\": \"MIT\",\n")]),
    ("README.md", &[Write("# Ours\n\nAsk Ann.\n")]),
    ("README.md", &[Between("## What is in it", "## Production", "")]),
    ("README.md", &[Between("## Where things are", "## Production", "")]),
    ("README.md", &[Between("```mermaid", "Development and production", "")]),
    ("README.md", &[Put("| [orders](services/orders) |", "| **[orders](services/orders)** |")]),
    ("README.md", &[Put("Debuggers listen on", "The debuggers are on")]),
    ("README.md", &[Put("`services/`: the", "`services/`:\nthe")]),
    ("README.md", &[Append("\n## Contact\n\nAnn.\n"), Crlf]),
    ("docs/operations.md", &[Write("# Operations\n\nSee the wiki.\n")]),
    ("docs/configuration.md", &[Between("## Variables", "## Secrets", "## Variables\n\nSee the wiki.\n\n")]),
    (
        ".vscode/settings.json",
        &[Put("  \"files.associations\"", "  // ours\n  \"editor.tabSize\": 3,\n  \"files.associations\"")],
    ),
    (".vscode/settings.json", &[Put("\"nginx\" }\n}", "\"nginx\" },\n  \"editor.tabSize\": 3\n}")]),
    (".vscode/settings.json", &[Deeper]),
    (".vscode/launch.json", &[Put("\"request\": \"attach\",\n", "\"request\": \"attach\",\n      \"justMyCode\": false,\n")]),
    (".vscode/launch.json", &[Put("  ]\n}", "  ],\n  \"compounds\": []\n}")]),
    (".vscode/extensions.json", &[Put("[\n", "[\n    \"own.extension\",\n"), Crlf]),
    (".devcontainer/devcontainer.json", &[Put("\"--network=host\"", "\"--network=host\", \"--privileged\"")]),
    (".devcontainer/devcontainer.json", &[Put("      ]\n    }\n", "      ],\n      \"settings\": {}\n    }\n")]),
];

fn done(act: Act, text: &str) -> Option<String> {
    let changed = match act {
        Put(old, new) => text.replacen(old, new, 1),
        Every(old, new) => text.replace(old, new),
        Append(more) => format!("{text}{more}"),
        Between(from, to, new) => {
            let start = text.find(from)?;
            let end = start + text[start..].find(to)?;
            format!("{}{new}{}", &text[..start], &text[end..])
        }
        Write(all) => all.to_owned(),
        Crlf => text.replace('\n', "\r\n"),
        Deeper => {
            let deeper = |line: &str| format!("{}{line}", &line[..line.len() - line.trim_start().len()]);
            text.split_inclusive('\n').map(deeper).collect()
        }
        Sorted => {
            let mut lines: Vec<&str> = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
            lines.sort_unstable();
            lines.join("\n") + "\n"
        }
    };
    (changed != text).then_some(changed)
}

/// The edit in a tree; where something has another name, by that name. `None` where it cannot be made.
fn edited(files: &Files, path: &str, acts: &[Act], names: (&str, &str)) -> Option<Files> {
    let name = |text: &str| text.replace(names.0, names.1);
    let swap = |text: &str| text.replace(names.1, names.0);
    let path = name(path);
    let Some(Entry::File { mode, bytes }) = files.get(&path) else { return None };
    let mut text = String::from_utf8(bytes.clone()).unwrap();
    for act in acts {
        text = done(*act, &text).or_else(|| done(*act, &swap(&text)).map(|text| name(&text)))?;
    }
    let mut files = files.clone();
    files.insert(path, Entry::File { mode: *mode, bytes: text.into_bytes() });
    Some(files)
}

/// What a verb makes of the repository that nobody edited.
struct Verb {
    name: &'static str,
    fresh: Files,
    lock: Lock,
    moves: Moves,
    names: Option<(&'static str, &'static str)>,
}

impl Verb {
    fn new(name: &'static str, files: &Files, run: impl FnOnce(&mut Files) -> Moves) -> Self {
        let mut fresh = files.clone();
        let moves = run(&mut fresh);
        let lock = repository::lock(&fresh).unwrap().0;
        Self { name, fresh, lock, moves, names: None }
    }

    /// Goes from a lock and edited files to this version of them; what waits is named.
    fn go(&self, lock: Lock, files: &Files) -> (Lock, Files, Vec<String>) {
        let mut files: Files = files.iter().map(|(path, entry)| (self.moves.after(path), entry.clone())).collect();
        let lock = Lock { files: self.moves.relocate(lock.files), ..lock };
        let planned = |(path, file): (&String, &scaffold::lock::Locked)| {
            (path.clone(), PlannedFile { bytes: file.bytes.clone(), mode: file.mode, kind: file.kind, origin: vec![] })
        };
        let plan = Plan { files: self.lock.files.iter().map(planned).collect::<BTreeMap<_, _>>(), ..Plan::default() };
        let renaming = self.names.map(|(old, new)| Renaming::new(old, new));
        let terms = Terms { prefer: Prefer::Neither, renaming: renaming.as_ref() };
        let update = update::update(lock, plan, memory::text(&self.fresh, ANSWERS).as_bytes(), &files, terms).unwrap();
        for (path, step) in &update.steps {
            match &step.change {
                Some(Change::Write { mode, bytes }) => {
                    files.insert(path.clone(), Entry::File { mode: *mode, bytes: bytes.to_vec() });
                }
                Some(Change::Delete) => drop(files.remove(path)),
                None => {}
            }
        }
        let waiting = update.steps.iter().filter(|(_, step)| step.outcome == Outcome::Waiting).map(|(path, _)| path.clone());
        (update.lock, files, waiting.collect())
    }
}

fn differs(a: &Files, b: &Files) -> Option<String> {
    let path = a.keys().chain(b.keys()).find(|path| *path != LOCK && a.get(*path) != b.get(*path))?;
    let text = |files: &Files| if files.contains_key(path) { memory::text(files, path) } else { "(nothing)\n".to_owned() };
    let (a, b) = (text(a), text(b));
    Some(format!("{path}\n{}", similar::TextDiff::from_lines(&a, &b).unified_diff().context_radius(2).header("wanted", "is")))
}

#[test]
fn an_edit_before_a_verb_is_an_edit_after_it() {
    let catalogue = Catalogue::open(None).unwrap();
    let fresh = memory::new(&catalogue, ANSWERS_TEXT);
    let before = repository::lock(&fresh).unwrap().0;
    let add = |name, blueprint, own, set: &[&str]| {
        Verb::new(name, &fresh, |files| Moves(memory::add(&catalogue, files, blueprint, own, set).unwrap().operation.moves))
    };
    let rename = |name, old, new| {
        let run = |files: &mut Files| Moves(memory::rename(&catalogue, files, old, new).unwrap().operation.moves);
        Verb { names: Some((old, new)), ..Verb::new(name, &fresh, run) }
    };
    let verbs = [
        add("add valkey", "valkey", None, &[]),
        add("add go", "go", Some("billing"), &["route=/billing"]),
        add("add backups", "backups", None, &[]),
        Verb::new("remove postgres", &fresh, |files| {
            Moves(memory::remove(&catalogue, files, "postgres").unwrap().operation.moves)
        }),
        rename("rename orders", "orders", "sales"),
        rename("rename shop", "shop", "front-end"),
    ];
    let mut wrong = Vec::new();
    for (path, acts) in EDITS {
        let Some(mine) = edited(&fresh, path, acts, ("orders", "orders")) else { panic!("{path}: the edit changes nothing") };
        for verb in &verbs {
            let head = format!("{path}, {}", verb.name);
            let (lock, now, waiting) = verb.go(before.clone(), &mine);
            // What was edited in what goes is for its user to decide.
            if verb.name.starts_with("remove") && *path != "README.md" {
                continue;
            }
            if !waiting.is_empty() {
                wrong.push(format!("{head}: {waiting:?} wait"));
                continue;
            }
            let wanted = edited(&verb.fresh, path, acts, verb.names.unwrap_or(("orders", "orders")));
            // What comes into a sorted file need not be sorted.
            let wanted = wanted.filter(|_| !acts.iter().any(|act| matches!(act, Sorted)));
            wrong.extend(wanted.and_then(|wanted| differs(&wanted, &now)).map(|text| format!("{head}: {text}")));
            let moves = Moves(verb.moves.0.iter().rev().map(|(from, to)| (to.clone(), from.clone())).collect());
            let names = verb.names.map(|(old, new)| (new, old));
            let back = Verb { name: "back", fresh: fresh.clone(), lock: before.clone(), moves, names };
            let (_, back, waiting) = back.go(lock, &now);
            wrong.extend((!waiting.is_empty()).then(|| format!("{head}, and back: {waiting:?} wait")));
            wrong.extend(differs(&mine, &back).map(|text| format!("{head}, and back: {text}")));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n\n"));
}
