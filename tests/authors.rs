//! Why: a blueprint is a folder and nothing else. `fixtures/blueprints` was written by somebody who had read
//! `blueprints/README.md` and no line of code; it must work, and each mistake an author makes must be told.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::scaffold;

fn fixture() -> PathBuf {
    common::root().join("tests/fixtures/blueprints")
}

const ANSWERS: &str = "version: 1
name: stranger
services:
  api: { blueprint: flask, route: /api }
  web: { blueprint: react, route: / }
stores: { memcached: {}, postgres: {} }
features: { editor: {} }
";

#[test]
fn a_store_and_a_service_from_a_folder_are_like_our_own() {
    let at = tempfile::tempdir().unwrap();
    fs::write(at.path().join("a.yaml"), ANSWERS).unwrap();
    let blueprints = fixture().display().to_string();
    let list = scaffold(at.path(), &["list", "--blueprints", &blueprints]).passes();
    assert!(list.stdout.contains("  flask ") && list.stdout.contains("  memcached "), "{}", list.stdout);
    scaffold(at.path(), &["new", "x", "--answers", "a.yaml", "--blueprints", &blueprints, "--no-input"]).passes();
    let text = |path: &str| fs::read_to_string(at.path().join("x").join(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
    let compose: serde_yaml::Value = serde_yaml::from_str(&text("compose.yaml")).unwrap();
    let api = &compose["services"]["api"];
    assert!(api["environment"]["CACHE_URL"].as_str().unwrap().contains("memcached:11211"));
    assert!(api["depends_on"]["memcached"].is_mapping() && api["depends_on"]["migrate-postgres"].is_mapping());
    assert!(compose["services"]["memcached"]["healthcheck"].is_mapping());
    assert!(text("README.md").contains("Python API on Flask"));
    assert!(text(".env.example").contains("CACHE_URL"));
    assert!(text("docs/configuration.md").contains("CACHE_URL"));
    assert!(text(".vscode/launch.json").contains("api"));
    assert!(text("services/web/src/apis/api/client.ts").contains("/api"));
    assert!(text("services/api/requirements.txt").contains("memcache"));
}

/// Copies the fixture, spoils one file and says what the binary answers.
fn spoilt(path: &str, spoil: impl Fn(String) -> String) -> (i32, String) {
    let at = tempfile::tempdir().unwrap();
    let copy = at.path().join("b");
    for (inner, (bytes, _)) in common::tree(&fixture()) {
        write(&copy.join(inner), &bytes);
    }
    let old = fs::read_to_string(copy.join(path)).unwrap_or_default();
    let new = spoil(old.clone());
    assert_ne!(old, new, "{path} was not spoilt");
    write(&copy.join(path), new.as_bytes());
    fs::write(at.path().join("a.yaml"), ANSWERS).unwrap();
    let run = scaffold(at.path(), &["new", "x", "--answers", "a.yaml", "--blueprints", "b", "--no-input"]);
    assert!(!at.path().join("x").exists(), "{path}: written all the same");
    (run.code, run.stderr)
}

fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn each_mistake_of_an_author_is_told_with_its_place() {
    const FLASK: &str = "services/flask/blueprint.yaml";
    const CACHE: &str = "stores/memcached/blueprint.yaml";
    type Case<'a> = (&'a str, &'a dyn Fn(String) -> String, &'a [&'a str]);

    let cases: Vec<Case> = vec![
        (
            FLASK,
            &|t| t.replace("summary:", "sumary:"),
            &["unknown key `sumary`", "did you mean `summary`?", "b/services/flask/blueprint.yaml:1:1"],
        ),
        (FLASK, &|t| t.replace("language: Python", "language: [Python]"), &["expected a text for `language`"]),
        (CACHE, &|t| t.replace("resources:", "resorces:"), &["did you mean `resources`?", "b/stores/memcached/blueprint.yaml:"]),
        (
            CACHE,
            &|t| t.replace("networks: [data]", "networks: [dta]"),
            &["the network `dta`, which does not exist", "did you mean `data`?", "b/stores/memcached/blueprint.yaml:"],
        ),
        (
            CACHE,
            &|t| t.replace("networks: [data]", "networks: [data]\n      secrets: [nope]"),
            &["the secret `nope`, which does not exist"],
        ),
        (
            CACHE,
            &|t| t.replace("pins.images.memcached", "pins.images.memcache"),
            &["undefined", "b/stores/memcached/blueprint.yaml:", "blueprints/README.md"],
        ),
        (CACHE, &|t| t + "needs: [kafka]\n", &["no blueprint provides `kafka`"]),
        (CACHE, &|t| t + "extends: memcached\n", &["`memcached` extends itself"]),
        (
            "services/flask/files/a.txt.j2",
            &|_| "{{{ servce.name }}}\n".into(),
            &["`servce` is undefined", "b/services/flask/files/a.txt.j2:1:"],
        ),
        ("services/flask/files/a.txt.j2", &|_| "{{% for x in %}}\n".into(), &["b/services/flask/files/a.txt.j2:1:"]),
        ("services/flask/files/a.txt.j2", &|_| "{{{ service.public }}}\n".into(), &["cannot be printed bare"]),
        (
            "services/flask/files/a.txt.j2",
            &|_| "{{% for a in range(9999) %}}{{% for b in range(9999) %}}{{% endfor %}}{{% endfor %}}".into(),
            &["fuel"],
        ),
        ("services/flask/parts/Makefile/target.j2", &|_| "x\n".into(), &["has no slot `target`", "did you mean `targets`?"]),
        (
            "services/flask/parts/Makefil/targets.j2",
            &|_| "x\n".into(),
            &["the shared file `Makefil` does not exist", "did you mean `Makefile`?"],
        ),
        (
            "services/flask/with/postgress/facts.yaml",
            &|_| "{}\n".into(),
            &["no blueprint provides `postgress`", "did you mean `postgres`?"],
        ),
        ("services/flask/with/postgres/with/redis/facts.yaml", &|_| "{}\n".into(), &["`with/` does not nest"]),
        (
            "services/flask/locks/memcached+redis/requirements.txt",
            &|_| "x\n".into(),
            &["a lock names `redis`, for which there is no glue"],
        ),
        ("services/flask/files/app/{stor}.py", &|_| "x\n".into(), &["holds an unknown placeholder"]),
        ("services/flask/files/x.py~", &|_| "x\n".into(), &["this looks left behind"]),
        ("services/flask/files/Dockerfile.j2", &|t| t.replace(" AS dev", " AS development"), &["the stage `dev` is missing"]),
        ("services/flask/files/Dockerfile.j2", &|t| t + "FROM python:3.14\n", &["a version number outside pins.yaml"]),
        (
            "stores/memcached/files/compose.yaml",
            &|_| "x: 1\n".into(),
            &["`compose.yaml` is written by `project` and by `memcached`"],
        ),
        ("stores/memcached/files/../x", &|_| "x\n".into(), &["`x` is not part of a blueprint"]),
        (
            "service/x/blueprint.yaml",
            &|_| "summary: x\n".into(),
            &["`service` is not part of a blueprint folder", "did you mean `services`?"],
        ),
    ];
    assert!(cases.len() > 20);
    for (path, spoil, expected) in cases {
        let (code, stderr) = spoilt(path, spoil);
        assert_eq!(code, 2, "{path}: {stderr}");
        for words in expected {
            assert!(stderr.contains(words), "{path}: `{words}` is not in\n{stderr}");
        }
    }
}

#[test]
fn links_in_a_blueprint_are_refused() {
    let at = tempfile::tempdir().unwrap();
    let copy = at.path().join("b/features/evil");
    write(&copy.join("blueprint.yaml"), b"summary: x\n");
    fs::create_dir_all(copy.join("files")).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", copy.join("files/x")).unwrap();
    let run = scaffold(at.path(), &["list", "--blueprints", "b"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("only plain files can be part of a blueprint, no links"), "{}", run.stderr);
}

/// What `new` says of two features `one` and `two` that cannot be together; `b` has them.
fn refused_together(at: &Path) -> String {
    let answers = ANSWERS.replace("flask", "fastapi").replace("memcached: {}, ", "").replace("editor", "one");
    fs::write(at.join("a.yaml"), answers).unwrap();
    let words = ["new", "x", "--answers", "a.yaml", "--blueprints", "b", "--set", "features.two={}", "--no-input"];
    let run = scaffold(at, &words);
    assert_eq!(run.code, 2);
    run.stderr
}

#[test]
fn a_clash_of_facts_names_both_blueprints() {
    let at = tempfile::tempdir().unwrap();
    for name in ["one", "two"] {
        let manifest = format!("summary: a feature\nfacts:\n  volumes:\n    shared: {{ help: for {name} }}\n");
        write(&at.path().join("b/features").join(name).join("blueprint.yaml"), manifest.as_bytes());
    }
    let said = refused_together(at.path());
    let told =
        "error: `one` and `two` state different values for `volumes.shared.help`\n  --> b/features/two/blueprint.yaml:3:3\n";
    assert!(said.contains(told), "{said}");
}

#[test]
fn two_names_for_one_file_are_told_where_case_does_not_count() {
    for (first, second) in [("notes.md", "Notes.md"), ("NOTES.md", "notes.md"), ("NOTES.md", "Notes.md")] {
        let at = tempfile::tempdir().unwrap();
        for (name, file) in [("one", first), ("two", second)] {
            let folder = at.path().join("b/features").join(name);
            write(&folder.join("blueprint.yaml"), b"summary: a feature\n");
            write(&folder.join("files/docs").join(file), b"text\n");
        }
        let said = refused_together(at.path());
        let told = format!("error: `docs/{second}` and `docs/{first}` are one file where case does not count");
        assert!(said.contains(&told), "{said}");
    }
}
