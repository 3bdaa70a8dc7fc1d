//! Why: while a conflict waits, people go on working: verbs come, files are moved, branches are merged. Whatever came
//! meanwhile must be there when the conflict is closed, and every command that is named must be one that works.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::scaffold;

const ANSWERS: &str = "version: 1\nname: shop\ndomain: shop.example\nregistry: ghcr.io/acme/shop\nservices:\n  api: { blueprint: fastapi, route: /api }\n  web: { blueprint: static, route: / }\nstores:\n  postgres: {}\ntarget: vps\nci: github\n";

fn repository() -> (tempfile::TempDir, PathBuf) {
    let at = tempfile::tempdir().unwrap();
    fs::write(at.path().join("answers"), ANSWERS).unwrap();
    scaffold(at.path(), &["new", "shop", "--answers", "answers", "--no-input"]).passes();
    let folder = at.path().join("shop");
    (at, folder)
}

fn read(folder: &Path, path: &str) -> String {
    fs::read_to_string(folder.join(path)).unwrap()
}

#[track_caller]
fn edit(folder: &Path, path: &str, from: &str, to: &str) {
    let text = read(folder, path);
    assert!(text.contains(from), "{path} has no {from:?}");
    fs::write(folder.join(path), text.replacen(from, to, 1)).unwrap();
}

fn tree(folder: &Path) -> BTreeMap<String, (Vec<u8>, bool)> {
    let ours = |path: &str| !path.starts_with(".scaffold/") && !path.starts_with(".git/");
    common::tree(folder).into_iter().filter(|(path, _)| ours(path)).collect()
}

#[track_caller]
fn exits(folder: &Path, arguments: &[&str], code: i32) -> common::Run {
    let run = scaffold(folder, arguments);
    assert_eq!(run.code, code, "{arguments:?}\n{}{}", run.stdout, run.stderr);
    run
}

/// Compose file, a managed file of the service and a starter file of it.
const EDITS: [(&str, &str, &str); 3] = [
    ("compose.yaml", "PORT: \"8000\"", "PORT: \"8055\""),
    ("services/api/Dockerfile", "EXPOSE 8000", "EXPOSE 8055"),
    ("services/api/tests/conftest.py", "\"PORT\": \"8000\"", "\"PORT\": \"8055\""),
];

/// A repository in which edits of a port wait because `scaffold.yaml` sets another.
fn conflicting() -> (tempfile::TempDir, PathBuf) {
    let (at, folder) = repository();
    for (path, from, to) in EDITS {
        edit(&folder, path, from, to);
    }
    edit(&folder, "scaffold.yaml", "blueprint: fastapi\n", "blueprint: fastapi\n    port: 9000\n");
    exits(&folder, &["apply"], 3);
    (at, folder)
}

/// Leaves the user's side of each marked conflict in a file, as a person does it.
fn settle_by_hand(folder: &Path, path: &str) {
    let mut inside = 0;
    let mut out = String::new();
    for line in read(folder, path).split_inclusive('\n') {
        match line.split(' ').next() {
            Some("<<<<<<<") => inside = 1,
            Some("|||||||") => inside = 2,
            Some(">>>>>>>") => inside = 0,
            _ if inside < 2 => out.push_str(line),
            _ => {}
        }
    }
    fs::write(folder.join(path), out).unwrap();
}

#[test]
fn verbs_while_a_conflict_waits_come_to_the_same_as_after_it_was_closed() {
    let verbs: [&[&str]; 4] =
        [&["add", "redis"], &["add", "go", "--name", "billing"], &["remove", "redis"], &["rename", "api", "core"]];
    for (how, count) in [("--ours", 1), ("--theirs", 2), ("by hand", 3), ("--ours", 4)] {
        let (_one, closed) = conflicting();
        let (_two, waiting) = conflicting();
        let verbs = &verbs[..count];
        let paths = EDITS.map(|(path, ..)| path);
        let side = if how == "by hand" { "--ours" } else { how };
        exits(&closed, &[&["resolve", side][..], &paths].concat(), 0);
        for verb in verbs {
            exits(&closed, verb, 0);
        }
        if how == "by hand" {
            paths[..2].iter().for_each(|path| settle_by_hand(&waiting, path));
        }
        for verb in verbs {
            exits(&waiting, verb, 3);
        }
        let before = tree(&waiting);
        let now = paths.map(|path| if count == 4 { path.replace("/api/", "/core/") } else { path.to_owned() });
        let mut command = vec!["resolve"];
        command.extend(now.iter().map(String::as_str));
        command.extend((how != "by hand").then_some(side));
        let run = exits(&waiting, &command, 0);
        assert!(run.stderr.contains("; what came since is merged into it\n"), "{}", run.stderr);
        exits(&waiting, &["check"], 0);
        let (a, b) = (tree(&closed), tree(&waiting));
        let differ: Vec<&String> = a.keys().chain(b.keys()).filter(|path| a.get(*path) != b.get(*path)).collect();
        assert!(differ.is_empty(), "{how} {count}: {differ:?}");
        exits(&waiting, &["undo"], 0);
        assert!(tree(&waiting) == before, "undo brings the markers back, and what waits");
        exits(&waiting, &command, 0);
        assert!(tree(&waiting) == b);
    }
}

#[test]
fn a_conflict_with_what_came_since_waits_in_its_turn() {
    let (_at, folder) = repository();
    let path = "scripts/lib/services.sh";
    edit(&folder, path, "stores=(postgres)", "stores=(\"$MINE\")");
    exits(&folder, &["add", "redis"], 3);
    exits(&folder, &["add", "valkey", "--name", "cache"], 3);
    let run = exits(&folder, &["resolve", path, "--ours"], 3);
    assert!(run.stderr.contains("; your edits and the new version contradict each other"), "{}", run.stderr);
    assert!(read(&folder, path).contains("<<<<<<< yours\nstores=(\"$MINE\")\n"));
    exits(&folder, &["resolve", path, "--ours"], 0);
    exits(&folder, &["check"], 0);
    assert!(read(&folder, path).contains("\nstores=(\"$MINE\")\n"));
}

#[test]
fn what_goes_while_its_conflict_waits_leaves_nothing() {
    let (_at, folder) = repository();
    edit(&folder, "compose.yaml", "PORT: \"8000\"", "PORT: \"8055\"");
    let before = tree(&folder);
    edit(&folder, "scaffold.yaml", "blueprint: fastapi\n", "blueprint: fastapi\n    port: 9000\n");
    exits(&folder, &["add", "redis"], 3);
    exits(&folder, &["remove", "redis"], 3);
    exits(&folder, &["resolve", "compose.yaml", "--ours"], 0);
    assert!(!read(&folder, "compose.yaml").contains("redis"));
    assert_eq!(read(&folder, "compose.yaml").as_bytes(), before["compose.yaml"].0);
}

fn git(folder: &Path, arguments: &[&str]) -> bool {
    let name = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main"];
    Command::new("git").args(name).args(arguments).current_dir(folder).output().expect("git").status.success()
}

#[test]
fn what_waits_on_one_branch_loses_nothing_of_the_other() {
    let (_at, folder) = repository();
    let commit = |words| assert!(git(&folder, &["add", "-A"]) && git(&folder, &["commit", "-qm", words]));
    assert!(git(&folder, &["init", "-q"]));
    edit(&folder, "compose.yaml", "PORT: \"8000\"", "PORT: \"8055\"");
    commit("start");
    assert!(git(&folder, &["checkout", "-q", "-b", "other"]));
    exits(&folder, &["add", "redis"], 0);
    commit("redis");
    let redis = read(&folder, "compose.yaml").matches("redis").count();
    assert!(git(&folder, &["checkout", "-q", "main"]));
    edit(&folder, "scaffold.yaml", "blueprint: fastapi\n", "blueprint: fastapi\n    port: 9000\n");
    exits(&folder, &["add", "go", "--name", "billing", "--no-input"], 3);
    let answers = read(&folder, "scaffold.yaml")
        .replace("postgres: { version: 18 }\n", "postgres: { version: 18 }\n  redis: { version: 8 }\n");
    commit("waits");
    git(&folder, &["merge", "-q", "--no-edit", "other"]);
    fs::write(folder.join("scaffold.yaml"), answers).unwrap();
    exits(&folder, &["apply"], 3);
    exits(&folder, &["add", "node", "--name", "search", "--no-input"], 3);
    exits(&folder, &["resolve", "compose.yaml", "--ours"], 0);
    let text = read(&folder, "compose.yaml");
    assert!(text.contains("PORT: \"8055\"") && text.contains("\n  billing:\n") && text.contains("\n  search:\n"), "{text}");
    assert!(text.matches("redis").count() >= redis, "{text}");
}

#[test]
fn what_was_in_the_way_and_has_gone_makes_room() {
    let (_at, folder) = repository();
    for in_the_way in ["services/billing/Dockerfile", "services/billing"] {
        let path = folder.join(in_the_way);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "mine\n").unwrap();
        exits(&folder, &["add", "go", "--name", "billing", "--no-input"], 3);
        fs::remove_file(&path).unwrap();
        assert_eq!(exits(&folder, &["check"], 4).stderr, "next: scaffold apply\n");
        exits(&folder, &["apply"], 0);
        assert!(read(&folder, "services/billing/Dockerfile").contains("FROM"));
        exits(&folder, &["remove", "billing"], 0);
    }
}

#[test]
fn a_file_that_is_no_text_is_left_as_it_is() {
    let (_at, folder) = repository();
    let wide: Vec<u8> = read(&folder, "README.md").encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(folder.join("README.md"), &wide).unwrap();
    let run = exits(&folder, &["add", "redis"], 3);
    assert!(run.stderr.contains("README.md: it is no plain text"), "{}", run.stderr);
    exits(&folder, &["resolve", "README.md", "--ours"], 0);
    assert!(fs::read(folder.join("README.md")).unwrap() == wide);
    exits(&folder, &["check"], 0);
}

#[test]
fn check_names_the_command_that_has_something_to_do() {
    let (_at, folder) = repository();
    let path = "services/api/tests/conftest.py";
    edit(&folder, path, "\"PORT\": \"8000\"", "\"PORT\": \"8055\"");
    edit(&folder, "compose.yaml", "PORT: \"8000\"", "PORT: \"8055\"");
    edit(&folder, "scaffold.yaml", "blueprint: fastapi\n", "blueprint: fastapi\n    port: 9000\n");
    let run = exits(&folder, &["check"], 4);
    assert_eq!(run.stderr, "next: scaffold apply\n");
    assert!(run.stdout.contains(&format!("conflict {path}: your edits")), "{}", run.stdout);
    exits(&folder, &["apply"], 3);
    let run = exits(&folder, &["check"], 3);
    assert_eq!(run.stderr, "next: scaffold resolve compose.yaml\n");
    exits(&folder, &["resolve", "compose.yaml", "--ours"], 3);
    exits(&folder, &["resolve", path], 0);
    exits(&folder, &["check"], 0);
    // Markers of git's wait, too, and both sides of them can be taken.
    for (side, port) in [("--ours", "1"), ("--theirs", "2")] {
        let text = read(&folder, "compose.yaml");
        let torn = "<<<<<<< HEAD\n      PORT: \"1\"\n=======\n      PORT: \"2\"\n>>>>>>> other\n";
        edit(&folder, "compose.yaml", "      PORT: \"8055\"\n", torn);
        exits(&folder, &["resolve", "compose.yaml"], 1);
        exits(&folder, &["resolve", "compose.yaml", side], 0);
        assert!(read(&folder, "compose.yaml").contains(&format!("\n      PORT: \"{port}\"\n")));
        fs::write(folder.join("compose.yaml"), text).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn what_waits_below_a_link_can_be_closed_and_looked_at() {
    let (at, folder) = repository();
    fs::rename(folder.join("scripts"), at.path().join("elsewhere")).unwrap();
    std::os::unix::fs::symlink(at.path().join("elsewhere"), folder.join("scripts")).unwrap();
    let before = tree(&at.path().join("elsewhere"));
    exits(&folder, &["add", "redis"], 3);
    assert!(exits(&folder, &["diff"], 0).stdout.contains("scripts/deploy.sh is no file any more\n"));
    exits(&folder, &["why", "scripts/deploy.sh"], 0);
    exits(&folder, &["resolve", "scripts/release.sh", "--theirs"], 1);
    for _ in 0..20 {
        let next = scaffold(&folder, &["check"]).stderr;
        let Some(path) = next.trim_end().strip_prefix("next: scaffold resolve ") else { break };
        assert_ne!(scaffold(&folder, &["resolve", path]).code, 1, "{path}");
    }
    exits(&folder, &["check"], 0);
    assert!(tree(&at.path().join("elsewhere")) == before, "nothing outside was written");
}

#[test]
fn what_differs_in_case_alone_is_named_with_its_folder() {
    let (_at, folder) = repository();
    fs::create_dir(folder.join("services/Core")).unwrap();
    scaffold(&folder, &["rename", "api", "core"]).fails(
        1,
        "error: `services/core` and `services/Core` are one file where case does not count\nhint: rename or remove `services/Core`",
    );
}
