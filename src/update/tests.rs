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
    Some(Entry::File { mode: 0o644, bytes: text.into() })
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
    // Nothing is merged into a text with markers, and a newer version waits in the place of the older one.
    let locked = locked.unwrap();
    let (step, locked) = one(Some(locked), planned("d\n", Managed), file(marked), Prefer::Neither);
    assert!(step.unwrap().change.is_none());
    let locked = locked.unwrap();
    assert_eq!(&*locked.bytes, b"a\n");
    assert_eq!(locked.state, State::Waiting { mode: 0o644, bytes: b"d\n".into() });
    // Closing it takes the newest as the base.
    let refused = resolve("f", &locked, file(marked).as_ref(), Prefer::Neither);
    assert!(refused.is_err());
    let closed = resolve("f", &locked, file(marked).as_ref(), Prefer::Ours).unwrap();
    assert_eq!(closed.change, Some(Change::Write { mode: 0o644, bytes: b"c\n".into() }));
    assert_eq!(closed.locked.unwrap(), generated("d\n", Managed));
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
