//! Why: what a verb tells must be true: 0 means that all was done and all was said, and what is told to type next works where
//! it is told.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::scaffold;

const ANSWERS: &str = "version: 1\nname: shop\ndomain: shop.example\nregistry: ghcr.io/acme/shop\nservices:\n  api: { blueprint: fastapi, route: /api }\n  bot: { blueprint: go, route: /bot, uses: [postgres] }\nstores:\n  postgres: {}\n  redis: {}\ntarget: vps\nci: github\n";

fn shop(at: &tempfile::TempDir) -> PathBuf {
    fs::write(at.path().join("answers"), ANSWERS).unwrap();
    scaffold(at.path(), &["new", "shop", "--answers", "answers", "--no-input"]).passes();
    at.path().join("shop")
}

fn edit(folder: &Path, path: &str, from: &str, to: &str) {
    let text = fs::read_to_string(folder.join(path)).unwrap();
    assert!(text.contains(from), "{path}: {from}");
    fs::write(folder.join(path), text.replace(from, to)).unwrap();
}

#[test]
#[cfg(target_os = "linux")]
fn output_that_is_lost_is_a_failure() {
    let at = tempfile::tempdir().unwrap();
    let folder = shop(&at);
    edit(&folder, "README.md", "# ", "# My ");
    for (name, text) in [("base", "a\nb\nc\n"), ("ours", "A\nb\nc\n"), ("theirs", "a\nb\nC\n")] {
        fs::write(folder.join(name), text).unwrap();
    }
    for (arguments, code) in [
        ("diff", 1),
        ("check --json", 1),
        ("list", 1),
        ("schema", 1),
        ("why README.md", 1),
        ("add backups --diff", 1),
        ("completions bash", 1),
        ("--help", 1),
        ("merge-file -p ours base theirs", 255),
    ] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let run = Command::new(env!("CARGO_BIN_EXE_scaffold"))
            .args(arguments.split(' '))
            .current_dir(&folder)
            .stdout(full)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let told = String::from_utf8(run.stderr).unwrap();
        assert_eq!(run.status.code(), Some(code), "{arguments}: {told}");
        assert!(told.ends_with("error: cannot write to standard output: no space left on device\n"), "{arguments}: {told}");
    }
}

#[test]
fn what_is_told_to_type_works_in_a_nested_folder() {
    let at = tempfile::tempdir().unwrap();
    let folder = shop(&at);
    let nested = folder.join("services/api");
    edit(&folder, "compose.yaml", "PORT: \"8000\"", "PORT: \"8055\"");
    edit(&folder, "scaffold.yaml", "blueprint: fastapi\n", "blueprint: fastapi\n    port: 9000\n");
    let run = scaffold(&nested, &["apply"]);
    let next = "\nnext:\n  scaffold resolve ../../compose.yaml\n  cd ../..\n  make up && make smoke\n";
    assert!(run.code == 3 && run.stderr.contains(next), "{}", run.stderr);
    assert!(scaffold(&nested, &["check"]).stderr.ends_with("next: scaffold resolve ../../compose.yaml\n"));
    let marked = "error: conflict markers are left in `compose.yaml`\nhint: edit it, or `scaffold resolve ../../compose.yaml --ours` (or `--theirs`)";
    scaffold(&nested, &["resolve", "../../compose.yaml"]).fails(1, marked);
    scaffold(&nested, &["resolve", "../../compose.yaml", "--ours"]).passes();
    let unknown = |verb: &str, word: &str| scaffold(&nested, &[verb, word]).stderr;
    assert!(unknown("why", "../../compose.yml").ends_with("hint: did you mean `../../compose.yaml`?\n"));
    assert!(unknown("resolve", "Dockerfil").ends_with("hint: did you mean `Dockerfile`?\n"));
    fs::remove_file(folder.join("scaffold.lock")).unwrap();
    assert!(scaffold(&nested, &["check"]).stderr.contains("hint: `git checkout -- ../../scaffold.lock`; if it is lost"));
    fs::remove_file(folder.join("scaffold.yaml")).unwrap();
    fs::write(folder.join("scaffold.lock"), "").unwrap();
    assert!(scaffold(&nested, &["check"]).stderr.ends_with("hint: git checkout -- ../../scaffold.yaml\n"));
}

#[test]
fn a_word_that_names_no_file_is_not_a_file_without_edits() {
    let at = tempfile::tempdir().unwrap();
    let folder = shop(&at);
    edit(&folder, "compose.yaml", "PORT: \"8000\"", "PORT: \"8055\"");
    let unknown = "error: scaffold does not have the file `compose.yml`\nhint: did you mean `compose.yaml`?";
    scaffold(&folder, &["diff", "compose.yml"]).fails(2, unknown);
    let unknown = "error: scaffold does not have the file `services/apy`\nhint: did you mean `services/api`?";
    scaffold(&folder, &["diff", "compose.yaml", "services/apy"]).fails(2, unknown);
    for path in ["compose.yaml", "./compose.yaml", "."] {
        assert!(scaffold(&folder, &["diff", path]).passes().stdout.contains("+      PORT: \"8055\"\n"), "{path}");
    }
    fs::write(folder.join("notes"), "mine\n").unwrap();
    scaffold(&folder, &["diff", "notes"]).fails(0, "`notes` is yours alone: scaffold does not write it");
    assert_eq!(scaffold(&folder, &["diff", "services/api"]).passes().stderr, "");
}

#[test]
fn options_that_what_is_there_contradicts_are_not_ignored() {
    let at = tempfile::tempdir().unwrap();
    let folder = shop(&at);
    let before = common::tree(&folder);
    for (arguments, message) in [
        (
            "redis --for api --for bot",
            "error: store `redis` is there already, and not as `--for api --for bot` asks\nhint: change it in `scaffold.yaml`, then `scaffold apply`; `scaffold add redis --name NAME` adds one more",
        ),
        ("redis --for bott", "error: there is no service `bott`\n  --> --for\nhint: did you mean `bot`?"),
        ("postgres --set version=7", "error: `version` of `postgres`: `7` is not one of `16`, `17`, `18`\n  --> --set version=7"),
        (
            "fastapi --name api --set port=9999",
            "error: service `api` is there already, and not as `--set port=9999` asks\nhint: change it in `scaffold.yaml`, then `scaffold apply`",
        ),
    ] {
        scaffold(&folder, &[&["add"], &arguments.split(' ').collect::<Vec<_>>()[..]].concat()).fails(2, message);
    }
    for arguments in ["redis", "redis --for api", "postgres --for bot --set version=18", "fastapi --name api --set port=8000"] {
        let run = scaffold(&folder, &[&["add"], &arguments.split(' ').collect::<Vec<_>>()[..]].concat()).passes();
        assert!(run.stderr.ends_with("is there already\n"), "{arguments}: {}", run.stderr);
    }
    assert!(common::tree(&folder).iter().all(|(path, file)| path.starts_with(".scaffold/") || before.get(path) == Some(file)));
}

#[test]
fn what_the_system_says_is_told_in_our_words() {
    let at = tempfile::tempdir().unwrap();
    for (arguments, code, message) in [
        ("check -C nope", 1, "error: cannot work in `nope`: no such file or directory"),
        ("merge-file Nope b c", 255, "error: cannot read `Nope`: no such file or directory"),
        ("new x --answers Nope --no-input", 2, "error: cannot read `Nope`: no such file or directory"),
    ] {
        scaffold(at.path(), &arguments.split(' ').collect::<Vec<_>>()).fails(code, message);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn nobody_waits_for_a_reader_whose_output_nobody_reads() {
    let at = tempfile::tempdir().unwrap();
    let folder = shop(&at);
    // More than a pipe holds.
    edit(&folder, "README.md", "# ", &"mine\n".repeat(100_000));
    for arguments in [&["diff"][..], &["apply", "--theirs", "--diff"], &["why", "README.md"]] {
        let mut reader = Command::new(env!("CARGO_BIN_EXE_scaffold"))
            .args(arguments)
            .current_dir(&folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(500));
        scaffold(&folder, &["apply"]).passes();
        drop(reader.stdout.take());
        reader.wait().unwrap();
    }
}

/// Runs the binary as another user; the copy is one that they can read.
#[cfg(target_os = "linux")]
fn as_nobody(at: &tempfile::TempDir, folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    use std::os::unix::{fs::PermissionsExt as _, process::CommandExt as _};
    let binary = at.path().join("scaffold");
    if !binary.exists() {
        fs::copy(env!("CARGO_BIN_EXE_scaffold"), &binary).unwrap();
        for path in [at.path(), &binary] {
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
    let run = Command::new(&binary).args(arguments).current_dir(folder).uid(4321).gid(4322).output().unwrap();
    (run.status.code(), String::from_utf8(run.stderr).unwrap())
}

#[cfg(target_os = "linux")]
fn give(path: &Path, uid: u32) {
    for entry in walkdir::WalkDir::new(path).into_iter().map(Result::unwrap) {
        std::os::unix::fs::lchown(entry.path(), Some(uid), Some(uid)).unwrap();
    }
}

#[test]
#[cfg(target_os = "linux")]
fn what_root_left_does_not_lock_the_owner_out_and_others_may_read() {
    use std::os::unix::fs::MetadataExt as _;
    let at = tempfile::tempdir().unwrap();
    let folder = shop(&at);
    if fs::metadata(&folder).unwrap().uid() != 0 {
        return;
    }
    give(&folder, 4321);
    scaffold(&folder, &["add", "backups"]).passes();
    assert_eq!(as_nobody(&at, &folder, &["undo"]).0, Some(0));
    // As an older scaffold left it.
    scaffold(&folder, &["add", "backups"]).passes();
    give(&folder.join(".scaffold/last"), 0);
    let told = "error: cannot read `.scaffold/last/done`: permission denied\nhint: sudo chown -R \"$(id -u)\" ../../.scaffold\n";
    assert_eq!(as_nobody(&at, &folder.join("services/api"), &["undo"]), (Some(1), told.to_owned()));
    for arguments in [&["remove", "backups"][..], &["add", "editor"], &["undo"], &["check"]] {
        let (code, told) = as_nobody(&at, &folder, arguments);
        assert_eq!(code, Some(0), "{arguments:?}: {told}");
    }
    // Whoever may not write, nor look into scaffold's folder, reads what is there.
    give(&folder, 0);
    let (code, told) = as_nobody(&at, &folder, &["check"]);
    assert_eq!((code, told.as_str()), (Some(0), "nothing to do\n"));
}
