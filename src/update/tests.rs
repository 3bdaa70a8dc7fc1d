mod heal;
mod waiting;

use super::*;
use crate::plan::PlannedFile;

fn generated(text: &'static str, kind: FileKind) -> Locked {
    Locked { kind, mode: 0o644, bytes: text.as_bytes().into(), state: State::Settled }
}

fn planned(text: &'static str, kind: FileKind) -> Plan {
    let file = PlannedFile { bytes: text.as_bytes().into(), mode: 0o644, kind, origin: vec![] };
    Plan { files: BTreeMap::from([("f".to_owned(), file)]), ..Plan::default() }
}

fn one(before: Option<Locked>, plan: Plan, disk: Option<Entry>, prefer: Prefer) -> (Option<Step>, Option<Locked>) {
    let lock = Lock { files: before.map(|b| ("f".to_owned(), b)).into_iter().collect(), ..Lock::default() };
    let view = disk.map(|d| ("f".to_owned(), d)).into_iter().collect();
    let mut update = update(lock, plan, b"", &view, prefer.into()).unwrap();
    (update.steps.remove("f"), update.lock.files.remove("f"))
}

#[allow(clippy::unnecessary_wraps, reason = "it stands for what a view holds")]
fn file(text: &str) -> Option<Entry> {
    Some(file_of(text))
}

fn file_of(text: &str) -> Entry {
    Entry::File { mode: 0o644, bytes: text.into() }
}

fn written(step: Option<&Step>) -> String {
    match step.and_then(|s| s.change.as_ref()) {
        Some(Change::Write { bytes, .. }) => String::from_utf8_lossy(bytes).into_owned(),
        other => format!("{other:?}"),
    }
}

use FileKind::{Managed, Starter};

#[test]
fn a_file_in_the_way_of_a_new_one_is_not_overwritten() {
    let (step, locked) = one(None, planned("new\n", Managed), file("mine\n"), Prefer::Neither);
    let (step, locked) = (step.unwrap(), locked.unwrap());
    assert_eq!((step.outcome, step.change.is_none()), (Outcome::Waiting, true));
    // When it is not wanted any more, nothing is left to decide, and the file stays.
    let (step, gone) = one(Some(locked.clone()), Plan::default(), file("mine\n"), Prefer::Neither);
    assert!(gone.is_none() && step.unwrap().change.is_none());
    // It stays what it is when a newer version comes, and is adopted when it is the same.
    let (step, again) = one(Some(locked.clone()), planned("newer\n", Managed), file("mine\n"), Prefer::Neither);
    assert!(step.unwrap().change.is_none());
    assert!(matches!(again.unwrap().state, State::Waiting { .. }));
    let (step, same) = one(Some(locked), planned("mine\n", Managed), file("mine\n"), Prefer::Neither);
    assert_eq!((step.unwrap().outcome, same.unwrap().state), (Outcome::Unchanged, State::Settled));
}

#[test]
fn starter_code_gets_no_markers_and_managed_files_do() {
    let before = |kind| Some(generated("a\n", kind));
    let (step, locked) = one(before(Starter), planned("b\n", Starter), file("c\n"), Prefer::Neither);
    assert!(step.unwrap().change.is_none());
    let waiting = locked.unwrap();
    assert_eq!((&*waiting.bytes, matches!(waiting.state, State::Waiting { .. })), (&b"a\n"[..], true));
    // What waited merges as soon as it is clean, and is nothing when the change is taken back.
    let (step, locked) = one(Some(waiting.clone()), planned("b\n", Starter), file("a\n"), Prefer::Neither);
    assert_eq!((written(step.as_ref()), locked.unwrap().state), ("b\n".to_owned(), State::Settled));
    let (step, locked) = one(Some(waiting), planned("a\n", Starter), file("c\n"), Prefer::Neither);
    assert_eq!((step.unwrap().outcome, locked.unwrap().state), (Outcome::Yours, State::Settled));
    let (step, locked) = one(before(Managed), planned("b\n", Managed), file("c\n"), Prefer::Neither);
    let marked = "<<<<<<< yours\nc\n||||||| generated before\na\n=======\nb\n>>>>>>> generated now\n";
    assert_eq!(written(step.as_ref()), marked);
    let refused = resolve("f", locked.as_ref().unwrap(), file(marked).as_ref(), Prefer::Neither);
    assert!(refused.is_err());
    let closed = resolve("f", &locked.unwrap(), file(marked).as_ref(), Prefer::Ours).unwrap();
    assert_eq!(closed.change, Some(Change::Write { mode: 0o644, bytes: b"c\n".into() }));
    assert_eq!(closed.locked.unwrap(), generated("b\n", Managed));
}

#[test]
fn a_side_may_be_chosen_before() {
    for (prefer, text) in [(Prefer::Ours, "c\n"), (Prefer::Theirs, "b\n")] {
        for kind in [Starter, Managed] {
            let (step, locked) = one(Some(generated("a\n", kind)), planned("b\n", kind), file("c\n"), prefer);
            let now = step.unwrap().change.map_or("c\n".to_owned(), |c| match c {
                Change::Write { bytes, .. } => String::from_utf8_lossy(&bytes).into_owned(),
                Change::Delete => String::new(),
            });
            assert_eq!((now.as_str(), locked.unwrap().state), (text, State::Settled));
        }
    }
}

#[test]
fn what_is_deleted_stays_deleted_and_what_is_not_needed_goes_when_it_is_unchanged() {
    let before = || Some(generated("a\n", Managed));
    let (step, locked) = one(before(), planned("b\n", Managed), None, Prefer::Neither);
    assert_eq!((step.unwrap().outcome, &locked.as_ref().unwrap().state), (Outcome::Yours, &State::Deleted));
    let (step, _) = one(locked, planned("c\n", Managed), None, Prefer::Neither);
    assert!(step.unwrap().change.is_none());
    let (step, locked) = one(before(), Plan::default(), file("a\n"), Prefer::Neither);
    assert_eq!((step.unwrap().change, locked.is_none()), (Some(Change::Delete), true));
    let (step, locked) = one(before(), Plan::default(), file("mine\n"), Prefer::Neither);
    assert!(step.unwrap().change.is_none());
    let dropped = locked.unwrap();
    assert_eq!(dropped.state, State::Dropped);
    let kept = resolve("f", &dropped, file("mine\n").as_ref(), Prefer::Neither).unwrap();
    assert!(kept.change.is_none() && kept.locked.is_none());
    let gone = resolve("f", &dropped, file("mine\n").as_ref(), Prefer::Theirs).unwrap();
    assert!(gone.change == Some(Change::Delete) && gone.locked.is_none());
}

#[test]
fn what_is_not_needed_goes_with_the_versions_that_bots_moved() {
    let [old, new] = ["FROM nginx:1.30.0 AS site\nCOPY . .\n", "FROM nginx:1.32.0 AS site\nCOPY . .\n"];
    let (step, locked) = one(Some(generated(old, Managed)), Plan::default(), file(new), Prefer::Neither);
    assert_eq!((step.unwrap().change, locked.is_none()), (Some(Change::Delete), true));
    let edited = new.replace(". .", "a b");
    let (step, _) = one(Some(generated(old, Managed)), Plan::default(), file(&edited), Prefer::Neither);
    assert_eq!(step.unwrap().outcome, Outcome::Waiting);
}

#[test]
fn who_deleted_a_file_is_told_what_it_misses() {
    let reason = |new: &'static str, renaming: Option<&Renaming>| {
        let lock = Lock { files: BTreeMap::from([("f".to_owned(), generated("an api\n", Managed))]), ..Lock::default() };
        let terms = Terms { prefer: Prefer::Neither, renaming };
        update(lock, planned(new, Managed), b"", &View::new(), terms).unwrap().steps["f"].reason
    };
    assert_eq!(reason("an api\n", None), Some(DELETED));
    assert_eq!(reason("an api, a web\n", None), Some(MISSED));
    // Nothing is new in a name.
    let renaming = Renaming::new("api", "core");
    assert_eq!(reason("an core\n", Some(&renaming)), Some(DELETED));
}

#[test]
fn a_link_is_never_written_through() {
    for disk in [Entry::Link, Entry::Folder, Entry::Other] {
        let (step, _) = one(Some(generated("a\n", Managed)), planned("a\n", Managed), Some(disk.clone()), Prefer::Neither);
        assert_eq!(step.unwrap().outcome, Outcome::Yours);
        for before in [Some(generated("a\n", Managed)), None] {
            let (step, locked) = one(before, planned("b\n", Managed), Some(disk.clone()), Prefer::Theirs);
            let step = step.unwrap();
            assert!(step.change.is_none() && step.outcome == Outcome::Waiting);
            assert!(matches!(locked.unwrap().state, State::Waiting { .. }));
        }
        let (step, locked) = one(Some(generated("a\n", Managed)), Plan::default(), Some(disk), Prefer::Neither);
        assert!(step.unwrap().change.is_none() && locked.unwrap().state == State::Dropped);
    }
}

#[test]
fn markers_of_git_around_lines_that_were_generated_are_no_matter_for_a_person() {
    let torn = "x\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n";
    let (step, locked) =
        one(Some(generated("x\na\nb\n", Managed)), planned("x\na\nb\nc\n", Managed), file(torn), Prefer::Neither);
    assert_eq!(written(step.as_ref()), "x\na\nb\nc\n");
    assert_eq!(locked.unwrap().state, State::Settled);
    let mine = torn.replace("a\n=", "mine\n=");
    let (step, _) = one(Some(generated("x\na\nb\n", Managed)), planned("x\na\nb\nc\n", Managed), file(&mine), Prefer::Neither);
    let step = step.unwrap();
    assert!(step.change.is_none() && step.outcome == Outcome::Waiting);
}

#[test]
fn modes_merge_like_contents() {
    let before = Some(generated("a\n", Managed));
    let disk = Some(Entry::File { mode: 0o755, bytes: b"a\n".to_vec() });
    let (step, _) = one(before, planned("b\n", Managed), disk, Prefer::Neither);
    assert_eq!(step.unwrap().change, Some(Change::Write { mode: 0o755, bytes: b"b\n".into() }));
}

#[test]
fn what_the_user_wrote_before_it_was_generated_stays_when_that_goes() {
    let [without, both] = ["/app/\n", "/backups/\n/app/\n"];
    let from = |before: Locked, after: &'static str, disk: &str| {
        let path = || ".gitignore".to_owned();
        let lock = Lock { files: BTreeMap::from([(path(), before)]), ..Lock::default() };
        let file = planned(after, Managed).files.remove("f").unwrap();
        let plan = Plan { files: BTreeMap::from([(path(), file)]), ..Plan::default() };
        let view = BTreeMap::from([(path(), file_of(disk))]);
        let mut update = update(lock, plan, b"", &view, Terms::default()).unwrap();
        (written(update.steps.remove(".gitignore").as_ref()), update.lock.files.remove(".gitignore").unwrap().state)
    };
    let write = |before: &'static str, after: &'static str, disk: &str| from(generated(before, Managed), after, disk);
    let twice = "/backups/\n/backups/\n/app/\n";
    assert_eq!(write(without, both, both), (twice.to_owned(), State::Settled));
    assert_eq!(write(both, without, twice), (both.to_owned(), State::Settled));
    assert_eq!(write(both, both, both), ("None".to_owned(), State::Settled));
    // Who settled a conflict by hand wrote what was generated.
    let waits = crate::lock::Form::Marked;
    let state = State::Waiting { form: waits, mode: 0o644, bytes: both.as_bytes().into(), newer: None };
    assert_eq!(from(Locked { state, ..generated(without, Managed) }, both, both), ("None".to_owned(), State::Settled));
}
