//! Why: two people add something on two branches, and git merges them. Whatever it leaves between markers, the next `apply`
//! makes of it what `new` with both would be.

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::scaffold;

const ANSWERS: &str = "version: 1\nname: shop\ndomain: shop.example\nregistry: ghcr.io/acme/shop\nservices:\n  api: { blueprint: fastapi, route: /api }\n  web: { blueprint: static, route: / }\nstores:\n  postgres: {}\ntarget: vps\nci: github\n";

/// What each branch may add; nothing of it needs anything.
const ADDITIONS: [&[&str]; 7] = [
    &["go", "--name", "billing"],
    &["node", "--name", "search"],
    &["fastapi", "--name", "jobs", "--set", "route=/jobs"],
    &["redis"],
    &["valkey", "--name", "cache"],
    &["backups"],
    &["editor"],
];

fn git(folder: &Path, arguments: &[&str]) -> bool {
    let name = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main"];
    let output = Command::new("git").args(name).args(arguments).current_dir(folder).output().expect("git");
    output.status.success()
}

fn add(folder: &Path, what: &[&str]) {
    scaffold(folder, &[&["add"][..], what, &["--no-input"]].concat()).passes();
}

#[test]
fn two_branches_that_each_added_something_come_together() {
    let at = tempfile::tempdir().unwrap();
    fs::write(at.path().join("answers"), ANSWERS).unwrap();
    scaffold(at.path(), &["new", "shop", "--answers", "answers", "--no-input"]).passes();
    let shop = at.path().join("shop");
    assert!(git(&shop, &["init", "-q"]) && git(&shop, &["add", "-A"]) && git(&shop, &["commit", "-qm", "start"]));
    for (index, what) in ADDITIONS.iter().enumerate() {
        assert!(git(&shop, &["checkout", "-q", "-b", &format!("b{index}"), "main"]));
        add(&shop, what);
        assert!(git(&shop, &["add", "-A"]) && git(&shop, &["commit", "-qm", "more"]));
    }
    let (mut torn, mut wrong) = (0, Vec::new());
    for (a, first) in ADDITIONS.iter().enumerate() {
        for (b, second) in ADDITIONS.iter().enumerate().skip(a + 1) {
            let case = format!("{first:?} and {second:?}");
            // What it shall be: both, one after the other.
            assert!(git(&shop, &["checkout", "-qf", "-B", "work", &format!("b{a}")]));
            add(&shop, second);
            let both = tree(&shop);
            assert!(git(&shop, &["reset", "-q", "--hard"]) && git(&shop, &["clean", "-qfd"]));
            let style = format!("merge.conflictstyle={}", ["merge", "diff3", "zdiff3"][(a + b) % 3]);
            if !git(&shop, &["-c", &style, "merge", "-q", "--no-edit", &format!("b{b}")]) {
                torn += 1;
            }
            // A person settles the answers, and nothing else.
            fs::write(shop.join("scaffold.yaml"), &both["scaffold.yaml"].0).unwrap();
            let run = scaffold(&shop, &["apply"]);
            let now = tree(&shop);
            let differ: Vec<&String> = both.keys().chain(now.keys()).filter(|p| both.get(*p) != now.get(*p)).collect();
            if run.code != 0 || !differ.is_empty() {
                wrong.push(format!("{case}: {} {differ:?}\n{}", run.code, run.stderr));
            }
            assert!(git(&shop, &["reset", "-q", "--hard"]) && git(&shop, &["clean", "-qfd"]));
        }
    }
    assert!(torn > 5, "git left markers in {torn} of them only");
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

/// A repository of which each branch does one thing, and what both things come to.
fn two_branches(folder: &Path, verbs: [&[&str]; 2], configuration: &[&str]) -> (common::Run, Vec<String>) {
    fs::write(folder.join("answers"), format!("{ANSWERS}features: {{ backups: {{}} }}\n")).unwrap();
    for name in ["shop", "both"] {
        scaffold(folder, &["new", name, "--answers", "answers", "--no-input", "--set", "name=shop"]).passes();
    }
    let (shop, both) = (folder.join("shop"), folder.join("both"));
    assert!(git(&shop, &["init", "-q"]) && git(&shop, &["add", "-A"]) && git(&shop, &["commit", "-qm", "start"]));
    for (branch, verb) in ["one", "two"].into_iter().zip(verbs) {
        scaffold(&both, verb).passes();
        assert!(git(&shop, &["checkout", "-q", "-b", branch, "main"]));
        scaffold(&shop, verb).passes();
        assert!(git(&shop, &["add", "-A"]) && git(&shop, &["commit", "-qm", branch]));
    }
    assert!(git(&shop, &["checkout", "-q", "one"]));
    git(&shop, &[configuration, &["merge", "-q", "--no-edit", "two"]].concat());
    fs::copy(both.join("scaffold.yaml"), shop.join("scaffold.yaml")).unwrap();
    let run = scaffold(&shop, &["apply"]);
    let (both, now) = (tree(&both), tree(&shop));
    let differ = both.keys().chain(now.keys()).filter(|path| both.get(*path) != now.get(*path)).cloned().collect();
    (run, differ)
}

#[test]
fn what_one_branch_removed_and_the_other_needs_is_there_again() {
    let at = tempfile::tempdir().unwrap();
    let verbs: [&[&str]; 2] = [&["remove", "postgres"], &["add", "postgres", "--name", "reports"]];
    let (run, differ) = two_branches(at.path(), verbs, &[]);
    assert_eq!((run.code, differ), (0, vec![]), "{}", run.stderr);
    assert!(!fs::read_to_string(at.path().join("shop/scaffold.lock")).unwrap().contains("\\ deleted by the user"));
}

#[test]
fn the_driver_leaves_no_more_to_do_than_git_alone() {
    let driver = format!("merge.scaffold.driver='{}' merge-file --path %P %A %O %B", env!("CARGO_BIN_EXE_scaffold"));
    let services: [&[&str]; 4] = [
        &["go", "--name", "billing"],
        &["node", "--name", "search"],
        &["python-worker", "--name", "w2"],
        &["fastapi", "--name", "jobs", "--set", "route=/jobs"],
    ];
    for (one, two) in [(0, 1), (1, 0), (1, 2), (2, 0), (0, 3)] {
        let at = tempfile::tempdir().unwrap();
        let [one, two] = [one, two].map(|at| [&["add"], services[at], &["--no-input"]].concat());
        let (run, differ) = two_branches(at.path(), [&one, &two], &["-c", &driver]);
        assert_eq!((run.code, differ), (0, vec![]), "{one:?} {two:?}\n{}", run.stderr);
    }
}

#[test]
fn what_the_driver_merged_is_no_edit() {
    let driver = format!("merge.scaffold.driver='{}' merge-file --path %P %A %O %B", env!("CARGO_BIN_EXE_scaffold"));
    let pairs: [[&[&str]; 2]; 3] = [
        [&["add", "redis"], &["rename", "api", "core"]],
        [&["add", "redis"], &["add", "python-worker", "--name", "crunch"]],
        [&["add", "go", "--name", "billing", "--set", "route=/billing"], &["remove", "web"]],
    ];
    for verbs in pairs {
        let at = tempfile::tempdir().unwrap();
        let (run, differ) = two_branches(at.path(), verbs, &["-c", &driver]);
        assert_eq!((run.code, differ), (0, vec![]), "{verbs:?}\n{}", run.stderr);
    }
}

#[test]
fn an_edit_beside_what_git_tore_stays_and_doubles_nothing() {
    let at = tempfile::tempdir().unwrap();
    fs::write(at.path().join("answers"), ANSWERS).unwrap();
    scaffold(at.path(), &["new", "shop", "--answers", "answers", "--no-input"]).passes();
    let shop = at.path().join("shop");
    let commit = || assert!(git(&shop, &["add", "-A"]) && git(&shop, &["commit", "-qm", "more"]));
    assert!(git(&shop, &["init", "-q"]));
    commit();
    assert!(git(&shop, &["checkout", "-q", "-b", "one"]));
    let compose = shop.join("compose.yaml");
    let note = |text: &str| text.replacen('\n', "\n# our note\n", 1);
    fs::write(&compose, note(&fs::read_to_string(&compose).unwrap())).unwrap();
    add(&shop, &["redis"]);
    commit();
    assert!(git(&shop, &["checkout", "-q", "-b", "two", "main"]));
    add(&shop, &["backups"]);
    let two = fs::read(shop.join("scaffold.lock")).unwrap();
    commit();
    assert!(!git(&shop, &["merge", "-q", "--no-edit", "one"]), "git left no markers");
    let torn = fs::read_to_string(&compose).unwrap();
    assert!(torn.contains("<<<<<<<") && torn.contains("# our note"));
    let both = at.path().join("both");
    scaffold(at.path(), &["new", "both", "--answers", "answers", "--no-input", "--set", "name=shop"]).passes();
    add(&both, &["redis"]);
    add(&both, &["backups"]);
    fs::copy(both.join("scaffold.yaml"), shop.join("scaffold.yaml")).unwrap();
    scaffold(&shop, &["apply"]).passes();
    let now = fs::read_to_string(&compose).unwrap();
    assert_eq!(now, note(&fs::read_to_string(both.join("compose.yaml")).unwrap()));
    // With the lock of one side alone, the disk has already what is generated, and nothing comes a second time.
    let before = tree(&shop);
    fs::write(shop.join("scaffold.lock"), two).unwrap();
    scaffold(&shop, &["apply"]).passes();
    assert_eq!(tree(&shop), before);
}

#[test]
fn git_merges_by_structure_where_its_driver_is_configured_and_as_ever_elsewhere() {
    let at = tempfile::tempdir().unwrap();
    fs::write(at.path().join("answers"), ANSWERS).unwrap();
    scaffold(at.path(), &["new", "shop", "--answers", "answers", "--no-input"]).passes();
    let shop = at.path().join("shop");
    assert!(git(&shop, &["init", "-q"]) && git(&shop, &["add", "-A"]) && git(&shop, &["commit", "-qm", "start"]));
    // Each brings something of its own to the same place of several kinds of files.
    for who in ["ada", "bob"] {
        assert!(git(&shop, &["checkout", "-q", "-b", who, "main"]));
        let edit = |path: &str, after: &str, text: &str| {
            let old = fs::read_to_string(shop.join(path)).unwrap();
            let new = old.replacen(after, &format!("{after}{text}"), 1);
            assert_ne!(old, new, "{path} has no {after:?}");
            fs::write(shop.join(path), new).unwrap();
        };
        edit("compose.yaml", "\nservices:\n", &format!("  {who}:\n    image: {who}:1\n\n"));
        edit(".env.example", "\n", &format!("{}_URL=http://{who}\n", who.to_uppercase()));
        assert!(git(&shop, &["commit", "-qam", who]));
    }
    let driver = format!("merge.scaffold.driver='{}' merge-file --path %P %A %O %B", env!("CARGO_BIN_EXE_scaffold"));
    assert!(!git(&shop, &["merge", "-q", "--no-edit", "ada"]), "git has no need of a driver here");
    assert!(fs::read_to_string(shop.join("compose.yaml")).unwrap().contains("<<<<<<<"));
    assert!(git(&shop, &["merge", "--abort"]));
    assert!(git(&shop, &["-c", &driver, "merge", "-q", "--no-edit", "ada"]), "the driver left a conflict");
    for (path, parts) in [
        ("compose.yaml", ["  ada:\n    image: ada:1\n", "  bob:\n    image: bob:1\n"]),
        (".env.example", ["ADA_URL=", "BOB_URL="]),
    ] {
        let merged = fs::read_to_string(shop.join(path)).unwrap();
        assert!(parts.iter().all(|part| merged.matches(part).count() == 1), "{path}:\n{merged}");
    }
}

fn tree(folder: &Path) -> std::collections::BTreeMap<String, (Vec<u8>, bool)> {
    let ours = |path: &str| !path.starts_with(".scaffold/") && !path.starts_with(".git/");
    common::tree(folder).into_iter().filter(|(path, _)| ours(path)).collect()
}
