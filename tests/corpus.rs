//! Why: people edit what was generated in ways that no generator foresees. Each file of `tests/corpus/` is one such edit;
//! it goes through `add`, `remove` and an upgrade, and must come out as if it had been made on the new version.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use common::memory::{self, Files, add, apply, remove};
use scaffold::catalogue::Catalogue;
use scaffold::disk::{Change, Entry};
use scaffold::lock::{ANSWERS, LOCK, Lock};
use scaffold::plan::Plan;
use scaffold::update::{self, Outcome, Prefer, Update};
use serde_yaml::Value;

const BASE: &str = "version: 1\nname: pair\ndomain: pair.example\nregistry: ghcr.io/acme/pair\nservices:\n  api: { blueprint: fastapi, route: /api, websocket: /ws }\n  web: { blueprint: react, route: / }\nstores:\n  postgres: {}\ntarget: vps\nci: github\n";

/// One edit.
struct Case {
    name: String,
    file: String,
    edits: Vec<Value>,
    expect: BTreeMap<String, String>,
}

fn cases() -> Vec<Case> {
    let folder = common::root().join("tests/corpus");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let value: Value =
            serde_yaml::from_str(&fs::read_to_string(path).unwrap()).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let expect = value.get("expect").map(|e| serde_yaml::from_value(e.clone()).unwrap()).unwrap_or_default();
        Case {
            name: path.file_stem().unwrap().to_string_lossy().into_owned(),
            file: value["file"].as_str().unwrap().to_owned(),
            edits: value["edit"].as_sequence().unwrap().clone(),
            expect,
        }
    };
    paths.iter().map(read).collect()
}

/// The edit on whatever version of the file; `None` where it cannot be made.
#[allow(clippy::option_option, reason = "the file may be gone after the edit, and the edit may be impossible")]
fn edited(case: &Case, entry: &Entry) -> Option<Option<Entry>> {
    let Entry::File { mode, bytes } = entry else { return None };
    let (mut mode, mut text) = (*mode, String::from_utf8(bytes.clone()).ok()?);
    for edit in &case.edits {
        let get = |key: &str| edit.get(key).and_then(Value::as_str);
        let put = get("put").unwrap_or_default();
        let line_of = |text: &str, wanted: &str, whole: bool| {
            let mut at = 0;
            for line in text.split_inclusive('\n') {
                let bare = line.trim_end_matches('\n');
                if if whole { bare == wanted } else { bare.contains(wanted) } {
                    return Some(at..at + line.len());
                }
                at += line.len();
            }
            None
        };
        if let Some(find) = get("find") {
            let at = text.find(find)?;
            text.replace_range(at..at + find.len(), put);
        } else if let Some(find) = get("every") {
            text.contains(find).then_some(())?;
            text = text.replace(find, put);
        } else if let Some(line) = get("after") {
            let at = line_of(&text, line, true)?;
            text.insert_str(at.end, put);
        } else if let Some(line) = get("before") {
            let at = line_of(&text, line, true)?;
            text.insert_str(at.start, put);
        } else if let Some(line) = get("afterfirst") {
            let at = line_of(&text, line, false)?;
            text.insert_str(at.end, put);
        } else if let Some(more) = get("append") {
            text.push_str(more);
        } else if let Some(more) = get("prepend") {
            text.insert_str(0, more);
        } else if let Some(all) = get("write") {
            all.clone_into(&mut text);
        } else if let Some(what) = get("bump") {
            text = bumped(&text, what)?;
        } else if let Some(value) = edit.get("mode").and_then(Value::as_u64) {
            mode = u32::try_from(value).unwrap();
        } else if edit.get("crlf").is_some() {
            text = text.replace('\n', "\r\n");
        } else if edit.get("chop").is_some() {
            text.truncate(text.trim_end_matches('\n').len());
        } else if edit.get("delete").is_some() {
            return Some(None);
        } else {
            panic!("{}: {edit:?}", case.name);
        }
    }
    Some(Some(Entry::File { mode, bytes: text.into_bytes() }))
}

/// A pin that was moved further than any version of ours.
fn bumped(text: &str, what: &str) -> Option<String> {
    let line = text.lines().find(|l| l.contains(what))?;
    let new = if line.contains('@') {
        let head = line.split('@').next()?;
        format!("{head}@{} # v99.0.0", "f".repeat(40))
    } else {
        line.replace("3.14.7", "3.99.0").replace("3.15.0", "3.99.0")
    };
    (new != line).then(|| text.replace(line, &new))
}

fn plan(catalogue: &Catalogue, answers: &str) -> Plan {
    common::plan_with(catalogue, answers).unwrap_or_else(|e| panic!("{:#?}", e.diagnostics())).plan
}

fn answers_with(catalogue: &Catalogue, change: impl FnOnce(&mut Files)) -> String {
    let mut files = memory::new(catalogue, BASE);
    change(&mut files);
    memory::text(&files, ANSWERS)
}

/// The embedded blueprints as a later version of them: new pins, a changed default, a new line, another comment.
fn upgraded(folder: &Path) -> Catalogue {
    let root = common::root().join("blueprints");
    for entry in walkdir::WalkDir::new(&root).into_iter().map(Result::unwrap).filter(|e| e.file_type().is_file()) {
        let to = folder.join(entry.path().strip_prefix(&root).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(entry.path(), &to).unwrap();
    }
    let edit = |path: &str, pairs: &[(&str, &str)]| {
        let path = folder.join(path);
        let mut text = fs::read_to_string(&path).unwrap();
        for (old, new) in pairs {
            assert!(text.contains(old), "{} has no {old}", path.display());
            text = text.replace(old, new);
        }
        fs::write(path, text).unwrap();
    };
    edit(
        "pins.yaml",
        &[
            ("python:3.14.7", "python:3.15.0"),
            (
                "{ version: v7.0.1, sha: 3d3c42e5aac5ba805825da76410c181273ba90b1 }",
                "{ version: v8.0.0, sha: a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4e5f6a1b2 }",
            ),
        ],
    );
    edit(
        "project/files/compose.yaml.j2",
        &[("max-size: 10m", "max-size: 20m"), ("  init: true\n", "  init: true\n  pull_policy: missing\n")],
    );
    edit(
        "project/files/nginx/nginx.conf.j2",
        &[
            ("worker_connections 4096;", "worker_connections 8192;"),
            ("    server_tokens off;\n", "    server_tokens off;\n    charset utf-8;\n"),
        ],
    );
    edit("project/files/Makefile.j2", &[("# Short names for what", "# Names for what")]);
    edit(
        "project/files/README.md.j2",
        &[("Development and production are the same stack;", "Development and production are one stack;")],
    );
    Catalogue::open(Some(folder)).unwrap_or_else(|e| panic!("{:#?}", e.diagnostics()))
}

#[test]
fn an_upgrade_brings_an_edited_repository_over() {
    let catalogue = Catalogue::open(None).unwrap();
    let folder = tempfile::tempdir().unwrap();
    drop(upgraded(folder.path()));
    let root = folder.path();
    // A file has another name, a script is two, a page is gone, a default is another.
    fs::rename(
        root.join("project/files/nginx/snippets/headers.conf.j2"),
        root.join("project/files/nginx/snippets/answers.conf.j2"),
    )
    .unwrap();
    let manifest = root.join("project/blueprint.yaml");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, format!("{text}renamed: {{ nginx/snippets/headers.conf: nginx/snippets/answers.conf }}\n")).unwrap();
    fs::write(root.join("project/files/scripts/more.sh"), "#!/usr/bin/env bash\nexit 0\n").unwrap();
    fs::remove_file(root.join("project/files/.editorconfig.j2"))
        .or_else(|_| fs::remove_file(root.join("project/files/.editorconfig")))
        .unwrap();
    let option = root.join("stores/redis/blueprint.yaml");
    let text = fs::read_to_string(&option).unwrap();
    assert!(text.contains("default: true"));
    fs::write(&option, text.replace("default: true", "default: false")).unwrap();
    let pins = root.join("pins.yaml");
    let text = fs::read_to_string(&pins).unwrap();
    fs::write(&pins, text.replace("postgres:18.6-trixie", "postgres:18.7-trixie")).unwrap();
    let later = Catalogue::open(Some(root)).unwrap_or_else(|e| panic!("{:#?}", e.diagnostics()));

    let mut files = memory::new(&catalogue, BASE);
    add(&catalogue, &mut files, "redis", None, &[]).unwrap();
    let fresh = files.clone();
    let edit = |files: &mut Files, path: &str, change: &dyn Fn(String) -> String| {
        let text = change(memory::text(files, path));
        files.insert(path.to_owned(), memory::file(text.as_bytes()));
    };
    edit(&mut files, "nginx/snippets/headers.conf", &|text| text + "# mine\n");
    edit(&mut files, ".editorconfig", &|text| text + "# mine\n");
    edit(&mut files, "services/api/Dockerfile", &|text| bumped(&text, "python:3.14.7").unwrap());
    edit(&mut files, "compose.yaml", &|text| text.replace("services:\n", "services:\n  own:\n    image: x:1\n\n"));

    let prepared = apply(&later, &mut files).unwrap_or_else(|e| panic!("{:#?}", e.diagnostics()));
    let said = memory::text(&files, ANSWERS);
    assert!(said.contains("version: 18\n"), "a store's major never moves by itself\n{said}");
    assert!(!files.contains_key("nginx/snippets/headers.conf"));
    assert!(memory::text(&files, "nginx/snippets/answers.conf").ends_with("# mine\n"));
    assert!(files.contains_key("scripts/more.sh"));
    assert!(memory::text(&files, "services/api/Dockerfile").contains("python:3.99.0-"), "a pin that was moved further stays");
    let compose = memory::text(&files, "compose.yaml");
    for line in ["  own:\n    image: x:1\n", "image: postgres:18.7-trixie\n", "max-size: 20m", "--appendonly no"] {
        assert!(compose.contains(line), "{line}\n{compose}");
    }
    let waiting: Vec<_> =
        prepared.update.steps.iter().filter(|(_, s)| s.outcome == Outcome::Waiting).map(|(p, _)| p.as_str()).collect();
    assert_eq!(waiting, [".editorconfig"], "what is gone stays when it was edited");
    let again = apply(&later, &mut files).unwrap();
    assert!(again.operation.changes.is_empty(), "{:?}", again.operation.changes.keys());
    // Without an edit it is what `new` with the later version writes.
    let mut plain = fresh;
    apply(&later, &mut plain).unwrap();
    memory::assert_same(&plain, &memory::new(&later, &memory::text(&plain, ANSWERS)), "upgraded");
}

/// What an update makes of files.
fn executed(update: &Update, files: &Files) -> Files {
    let mut files = files.clone();
    for (path, step) in &update.steps {
        match &step.change {
            Some(Change::Write { mode, bytes }) => {
                files.insert(path.clone(), Entry::File { mode: *mode, bytes: bytes.to_vec() });
            }
            Some(Change::Delete) => drop(files.remove(path)),
            None => {}
        }
    }
    files
}

fn lines(entry: Option<&Entry>) -> Vec<String> {
    match entry {
        Some(Entry::File { bytes, .. }) => String::from_utf8_lossy(bytes).lines().map(|l| l.trim().to_owned()).collect(),
        _ => vec![],
    }
}

/// Lines that somebody added and that are nowhere in a file afterwards.
fn lost(generated: &Entry, edited: Option<&Entry>, now: Option<&Entry>) -> Vec<String> {
    let (before, mut after) = (lines(Some(generated)), lines(now));
    let mut before = before;
    let mut lost = vec![];
    for line in lines(edited) {
        if let Some(at) = before.iter().position(|l| *l == line) {
            before.remove(at);
        } else if let Some(at) = after.iter().position(|l| *l == line) {
            after.remove(at);
        } else {
            lost.push(line);
        }
    }
    lost
}

struct Step<'a> {
    name: &'static str,
    plan: &'a Plan,
}

#[test]
fn every_edit_lives_through_every_verb() {
    let catalogue = Catalogue::open(None).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let later = upgraded(folder.path());
    let base = plan(&catalogue, BASE);
    let redis = plan(&catalogue, &answers_with(&catalogue, |f| drop(add(&catalogue, f, "redis", None, &[]).unwrap())));
    let worker =
        plan(&catalogue, &answers_with(&catalogue, |f| drop(add(&catalogue, f, "python-worker", Some("jobs"), &[]).unwrap())));
    let without = plan(&catalogue, &answers_with(&catalogue, |f| drop(remove(&catalogue, f, "web").unwrap())));
    let upgrade = plan(&later, BASE);
    let steps = [
        Step { name: "add_redis", plan: &redis },
        Step { name: "add_worker", plan: &worker },
        Step { name: "remove_web", plan: &without },
        Step { name: "upgrade", plan: &upgrade },
    ];
    let fresh = memory::new(&catalogue, BASE);
    let entry = |plan: &Plan, path: &str| plan.files.get(path).map(|f| Entry::File { mode: f.mode, bytes: f.bytes.to_vec() });
    let mut wrong = Vec::new();
    let cases = cases();
    assert!(cases.len() >= 60, "the corpus has {} edits", cases.len());
    for case in cases.iter().filter(|c| c.file != ANSWERS) {
        let Some(generated) = fresh.get(&case.file) else { panic!("{}: there is no {}", case.name, case.file) };
        let Some(mine) = edited(case, generated) else {
            wrong.push(format!("{}: the edit cannot be made", case.name));
            continue;
        };
        assert_ne!(mine.as_ref(), Some(generated), "{}: the edit changes nothing", case.name);
        let mut files = fresh.clone();
        match &mine {
            Some(entry) => drop(files.insert(case.file.clone(), entry.clone())),
            None => drop(files.remove(&case.file)),
        }
        let locked = scaffold::lock::of_plan(&base);
        // Nothing is to do before anything changes.
        let idle = go(locked.clone(), &base, &files);
        if idle.steps.values().any(|s| s.change.is_some()) || idle.waits() {
            wrong.push(format!("{}: apply would do something", case.name));
        }
        for step in &steps {
            let update = go(locked.clone(), step.plan, &files);
            let after = executed(&update, &files);
            let now = after.get(&case.file);
            let told = update.steps.get(&case.file).map_or(Outcome::Removed, |s| s.outcome);
            let others: Vec<_> = update.steps.iter().filter(|(p, s)| **p != case.file && s.outcome == Outcome::Waiting).collect();
            let expect = case.expect.get(step.name).map_or("clean", String::as_str);
            let head = format!("{}, {}: {}", case.name, step.name, told.word());
            if !others.is_empty() {
                wrong.push(format!("{head}: other files wait: {others:?}"));
            }
            let gone = lost(generated, mine.as_ref(), now);
            if !gone.is_empty() && expect != "kept" {
                wrong.push(format!("{head}: lost {gone:?}"));
            }
            let diff = |expected: Option<&Entry>| {
                let text = |e: Option<&Entry>| lines_raw(e);
                let (a, b) = (text(expected), text(now));
                similar::TextDiff::from_lines(&a, &b).unified_diff().context_radius(2).header("expected", "is").to_string()
            };
            let Some(new) = entry(step.plan, &case.file) else { continue };
            match expect {
                "clean" | "kept" => {
                    let expected = edited(case, &new);
                    match expected {
                        _ if told == Outcome::Waiting => wrong.push(format!("{head}\n{}", diff(Some(&new)))),
                        Some(expected) if now != expected.as_ref() => wrong.push(format!("{head}\n{}", diff(expected.as_ref()))),
                        Some(_) => {}
                        None => wrong.push(format!(
                            "{head}: the edit cannot be made on the new version; say `differs`\n{}",
                            diff(Some(&new))
                        )),
                    }
                }
                "differs" if told == Outcome::Waiting => wrong.push(format!("{head}\n{}", diff(Some(&new)))),
                "waiting" if told != Outcome::Waiting => wrong.push(format!("{head}: nothing waits\n{}", diff(Some(&new)))),
                "deleted" if now.is_some() || told != Outcome::Yours => wrong.push(format!("{head}: it came back")),
                "differs" | "any" | "waiting" | "deleted" => {}
                other => panic!("{}: {other}", case.name),
            }
            // A second time there is nothing to do.
            let again = go(update.lock.clone(), step.plan, &after);
            let changed: Vec<_> = again.steps.iter().filter(|(_, s)| s.change.is_some()).map(|(p, _)| p).collect();
            if !changed.is_empty() || again.lock != update.lock {
                wrong.push(format!("{head}: the second time changes {changed:?}"));
            }
            // What was added and taken away again leaves nothing.
            if told != Outcome::Waiting && step.name != "remove_web" {
                let back = go(update.lock.clone(), &base, &after);
                let back = executed(&back, &after);
                if step.name.starts_with("add") && back != files {
                    let b = lines_raw(back.get(&case.file));
                    let a = lines_raw(files.get(&case.file));
                    let diff = similar::TextDiff::from_lines(&a, &b).unified_diff().context_radius(2).to_string();
                    wrong.push(format!("{head}: not the same after taking it back\n{diff}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n\n"));
}

fn lines_raw(entry: Option<&Entry>) -> String {
    match entry {
        Some(Entry::File { bytes, .. }) => String::from_utf8_lossy(bytes).into_owned(),
        other => format!("{other:?}"),
    }
}

fn go(lock: Lock, plan: &Plan, files: &Files) -> Update {
    let mut plan = plan.clone();
    plan.files.remove(LOCK);
    let answers = plan.files[ANSWERS].bytes.to_vec();
    update::update(lock, plan, &answers, files, Prefer::Neither.into()).unwrap()
}

#[test]
fn every_edit_of_the_answers_lives_on() {
    let catalogue = Catalogue::open(None).unwrap();
    for case in cases().iter().filter(|c| c.file == ANSWERS) {
        let mut files = memory::new(&catalogue, BASE);
        let mine = edited(case, &files[ANSWERS]).unwrap().unwrap();
        files.insert(ANSWERS.to_owned(), mine.clone());
        assert!(apply(&catalogue, &mut files).unwrap().operation.changes.is_empty(), "{}", case.name);
        let before = files.clone();
        add(&catalogue, &mut files, "redis", None, &[]).unwrap();
        let text = memory::text(&files, ANSWERS);
        assert!(text.contains("\n  redis:\n    version: 8\n"), "{}: {text}", case.name);
        let generated = memory::new(&catalogue, BASE);
        assert_eq!(lost(&generated[ANSWERS], Some(&mine), files.get(ANSWERS)), Vec::<String>::new(), "{}", case.name);
        remove(&catalogue, &mut files, "redis").unwrap();
        memory::assert_same(&files, &before, &case.name);
    }
}
