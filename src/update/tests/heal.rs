//! Files after git merged two branches, and what was generated on each of them.

use super::super::heal::healed;
use super::*;
use crate::merge::Language;

const BASE: [&str; 4] = ["services:\n", "  web:\n    image: web:1\n", "\n", "volumes:\n  web:\n"];
const REDIS: &str = "  redis:\n    image: redis:1\n    restart: always\n";
const CACHE: &str = "  cache:\n    image: valkey:1\n    restart: always\n";

fn compose(services: &[&str]) -> String {
    let [head, web, empty, volumes] = BASE;
    format!("{head}{web}{}{empty}{volumes}", services.concat())
}

fn heals(sides: [&str; 2], disk: &str, new: &str) -> Option<String> {
    let sides = sides.map(|side| side.as_bytes().to_vec());
    healed(Language::Yaml, &sides, disk.as_bytes(), new.as_bytes()).map(|bytes| String::from_utf8(bytes).unwrap())
}

#[test]
fn what_a_merge_made_of_both_sides_is_no_edit() {
    let [ours, theirs, new] = [compose(&[REDIS]), compose(&[CACHE]), compose(&[REDIS, CACHE])];
    let sides = [&ours[..], &theirs];
    // With and without the markers that git or its driver leaves.
    for disk in [new.clone(), compose(&["<<<<<<< ours\n", REDIS, "=======\n", CACHE, ">>>>>>> theirs\n"])] {
        assert_eq!(heals(sides, &disk, &new).as_ref(), Some(&new), "{disk}");
    }
    // What one side removed goes, and what it renamed is not there twice.
    let [web, core] = [compose(&[]), compose(&[]).replace("  web:", "  core:")];
    let torn = format!(
        "services:\n<<<<<<< a\n  core:\n    image: web:1\n=======\n  web:\n    image: web:1\n{REDIS}>>>>>>> b\n\nvolumes:\n  core:\n"
    );
    let both = core.replace("\n\n", &format!("\n{REDIS}\n"));
    assert_eq!(heals([&core, &web.replace("\n\n", &format!("\n{REDIS}\n"))], &torn, &both).as_ref(), Some(&both));
}

#[test]
fn an_edit_beside_markers_and_one_between_them_come_in_and_no_line_comes_twice() {
    let [ours, theirs, new] = [compose(&[REDIS]), compose(&[CACHE]), compose(&[REDIS, CACHE])];
    let torn = |ours: &str| format!("# mine\n{}", compose(&["<<<<<<< a\n", ours, "=======\n", CACHE, ">>>>>>> b\n"]));
    assert_eq!(heals([&ours, &theirs], &torn(REDIS), &new), Some(format!("# mine\n{new}")));
    let edited = |text: &str| text.replace("redis:1\n", "redis:1\n    user: me\n");
    assert_eq!(heals([&ours, &theirs], &torn(&edited(REDIS)), &new), Some(format!("# mine\n{}", edited(&new))));
}

#[test]
fn what_a_person_took_away_is_an_edit() {
    let [ours, theirs, new] = [compose(&[REDIS]), compose(&[CACHE]), compose(&[REDIS, CACHE])];
    let disk = new.replacen("    restart: always\n", "", 1);
    assert_eq!(heals([&ours, &theirs], &disk, &new), None);
    // Also beside markers between which nothing was edited.
    let less = |text: &str| text.replace("    image: web:1\n", "");
    let torn = compose(&["<<<<<<< a\n", REDIS, "=======\n", CACHE, ">>>>>>> b\n"]);
    assert_eq!(heals([&ours, &theirs], &less(&torn), &new), Some(less(&new)));
    // Not so what the other side took away, and the new version has no more.
    let [without, both] = [compose(&[]), compose(&[CACHE])];
    assert_eq!(heals([&without, &compose(&[REDIS, CACHE])], &both, &both), Some(both.clone()));
}

#[test]
fn git_tore_more_than_what_changed_and_nothing_stands_twice_for_it() {
    let base = generated("x\na\nb\n", Managed);
    let torn = "x\n<<<<<<< HEAD\na\n=======\na\nb\n>>>>>>> other\n";
    let (step, _) = one(Some(base), planned("x\na\nb\nc\n", Managed), file(torn), Prefer::Neither);
    let step = step.unwrap();
    assert!(step.change.is_none() && step.outcome == Outcome::Waiting);
}

#[test]
fn a_lock_that_is_older_than_the_disk_makes_nothing_the_users_own() {
    let lines = |n: usize| (0..n).map(|n| format!("m v{n} h1:x=\n")).collect::<Vec<_>>().concat();
    let file = |bytes: String| PlannedFile { bytes: bytes.into_bytes().into(), mode: 0o644, kind: Managed, origin: vec![] };
    let files = |n: usize| BTreeMap::from([("go.sum".to_owned(), file(lines(n))), ("go.mod".to_owned(), file(format!("{n}\n")))]);
    let lock = crate::lock::of_plan(&Plan { files: files(1), ..Plan::default() });
    let disk = |sum: String, module: &str| {
        BTreeMap::from([("go.sum".to_owned(), file_of(&sum)), ("go.mod".to_owned(), file_of(module))])
    };
    let run = |view: &View| {
        let plan = Plan { files: files(3), ..Plan::default() };
        written(update(lock.clone(), plan, b"", view, Terms::default()).unwrap().steps.get("go.sum"))
    };
    assert_eq!(run(&disk(lines(3), "3\n")), "None");
    let mine = format!("own v1 h1:y=\n{}", lines(3));
    assert_eq!(run(&disk(mine.clone(), "3\n")), "None", "{mine}");
    // The lock is right: they were there before.
    assert_ne!(run(&disk(lines(3), "1\n")), "None");
}
