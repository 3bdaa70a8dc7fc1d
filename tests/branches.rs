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

fn tree(folder: &Path) -> std::collections::BTreeMap<String, (Vec<u8>, bool)> {
    let ours = |path: &str| !path.starts_with(".scaffold/") && !path.starts_with(".git/");
    common::tree(folder).into_iter().filter(|(path, _)| ours(path)).collect()
}
