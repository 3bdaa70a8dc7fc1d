//! What waits goes on waiting until its user closes it, whatever comes meanwhile, and what came is not lost then.

use super::*;
use crate::lock::Form;

#[test]
fn a_side_of_what_waits_whole_is_one_of_what_contradicts() {
    let [before, new, ours] = [("a", ""), ("b", "redis\n"), ("c", "")].map(|(first, last)| apart(first, &format!("{last}end\n")));
    let (step, locked) =
        one(Some(generated(leaked(before), Starter)), planned(leaked(new), Starter), file(&ours), Prefer::Neither);
    assert_eq!(step.unwrap().outcome, Outcome::Waiting);
    for (prefer, first) in [(Prefer::Ours, "c"), (Prefer::Theirs, "b")] {
        let closed = resolve("f", locked.as_ref().unwrap(), file(&ours).as_ref(), prefer).unwrap();
        assert_eq!(written_by(closed.change), apart(first, "redis\nend\n"));
    }
}

/// Lines that lie apart, so that none is in the conflict of another.
fn apart(first: &str, last: &str) -> String {
    format!("{first}\n\n1\n2\n3\n4\n\n{last}")
}

fn leaked(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// A file whose first line is in conflict, when the newer versions come one after the other; its lock and what it holds.
fn waiting_behind(kind: FileKind, disk: impl Fn(String) -> String, newer: &[&str]) -> (Locked, String) {
    let ours = apart("c", "end\n");
    let before = Some(generated(leaked(apart("a", "end\n")), kind));
    let (step, locked) = one(before, planned(leaked(apart("b", "end\n")), kind), file(&ours), Prefer::Neither);
    let step = step.unwrap();
    assert_eq!(step.outcome, Outcome::Waiting);
    let disk = disk(if step.change.is_some() { written(Some(&step)) } else { ours });
    let mut locked = locked;
    for newer in newer {
        let (step, again) = one(locked, planned(leaked((*newer).to_owned()), kind), file(&disk), Prefer::Neither);
        let step = step.unwrap();
        assert_eq!((step.outcome, step.change), (Outcome::Waiting, None), "{newer}");
        locked = again;
    }
    (locked.unwrap(), disk)
}

#[test]
fn what_comes_while_a_conflict_waits_is_merged_when_it_is_closed() {
    let newest = apart("b", "redis\nend\n");
    let by_hand = |text: String| {
        let (_, rest) = text.split_once(">>>>>>> generated now\n").unwrap();
        format!("c\n{rest}")
    };
    let back = apart("b", "end\n");
    for newer in [vec![&newest[..]], vec![&apart("b", "other\nend\n"), &back, &newest]] {
        for (kind, prefer, first) in [
            (Managed, Prefer::Ours, "c"),
            (Managed, Prefer::Theirs, "b"),
            (Starter, Prefer::Neither, "c"),
            (Starter, Prefer::Ours, "c"),
            (Starter, Prefer::Theirs, "b"),
        ] {
            let (locked, disk) = waiting_behind(kind, |text| text, &newer);
            let closed = resolve("f", &locked, file(&disk).as_ref(), prefer).unwrap();
            let bytes = apart(first, "redis\nend\n").into_bytes();
            assert_eq!(closed.change, Some(Change::Write { mode: 0o644, bytes: bytes.into() }), "{kind:?} {prefer:?}");
            assert_eq!((closed.then, closed.outcome), (Some("what came since is merged into it"), Outcome::Merged));
            assert_eq!(closed.locked.unwrap(), generated(leaked(newest.clone()), kind));
        }
        // The markers are settled already, and only `resolve` was to come.
        let (locked, disk) = waiting_behind(Managed, by_hand, &newer);
        let closed = resolve("f", &locked, file(&disk).as_ref(), Prefer::Neither).unwrap();
        let bytes = apart("c", "redis\nend\n").into_bytes();
        assert_eq!(closed.change, Some(Change::Write { mode: 0o644, bytes: bytes.into() }));
    }
    // What came and went again leaves nothing behind.
    let (locked, disk) = waiting_behind(Managed, by_hand, &[&newest, &back]);
    assert!(matches!(&locked.state, State::Waiting { newer: None, .. }));
    let closed = resolve("f", &locked, file(&disk).as_ref(), Prefer::Neither).unwrap();
    assert!(closed.change.is_none() && closed.then.is_none());
}

#[test]
fn what_goes_while_a_conflict_waits_goes_when_it_is_closed() {
    // The conflict came with what goes: what it brought elsewhere in the file goes too.
    let with = apart("b", "redis\nend\n");
    let before = || Some(generated(leaked(apart("a", "end\n")), Managed));
    let (step, locked) = one(before(), planned(leaked(with), Managed), file(&apart("c", "end\n")), Prefer::Neither);
    let marked = written(step.as_ref());
    let by_hand = apart("c", "redis\nend\n");
    for disk in [&marked, &by_hand] {
        let (step, locked) = one(locked.clone(), planned(leaked(apart("a", "end\n")), Managed), file(disk), Prefer::Neither);
        assert_eq!(step.unwrap().outcome, Outcome::Waiting);
        let closed = resolve("f", &locked.unwrap(), file(disk).as_ref(), Prefer::Ours).unwrap();
        // Ours against what was marked, and against what came since: that is a decision of its own.
        assert_eq!(closed.outcome, Outcome::Waiting);
        let Some(Change::Write { bytes, .. }) = closed.change else { panic!("nothing is written") };
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        assert!(!text.contains("redis") && text.contains("\nc\n") && text.contains("\na\n"), "{text}");
        let closed = resolve("f", &closed.locked.unwrap(), file(&text).as_ref(), Prefer::Ours).unwrap();
        assert_eq!(closed.change, Some(Change::Write { mode: 0o644, bytes: apart("c", "end\n").into_bytes().into() }));
        assert_eq!(closed.locked, before());
    }
}

#[test]
fn markers_of_git_around_a_persons_lines_lose_no_newer_version() {
    let base = || Some(generated(leaked(apart("a", "end\n")), Managed));
    let torn = apart("<<<<<<< HEAD\nmine\n=======\na\n>>>>>>> other", "end\n");
    let newest = planned(leaked(apart("a", "redis\nend\n")), Managed);
    let (step, locked) = one(base(), newest.clone(), file(&torn), Prefer::Neither);
    let (step, locked) = (step.unwrap(), locked.unwrap());
    assert_eq!((step.outcome, step.change), (Outcome::Waiting, None));
    let bytes: Vec<u8> = apart("mine", "redis\nend\n").into();
    let merged = Some(Change::Write { mode: 0o644, bytes: bytes.into() });
    let closed = resolve("f", &locked, file(&torn).as_ref(), Prefer::Ours).unwrap();
    assert_eq!((&closed.change, &closed.locked.unwrap().state), (&merged, &State::Settled));
    let settled = file(&apart("mine", "end\n"));
    assert_eq!(resolve("f", &locked, settled.as_ref(), Prefer::Neither).unwrap().change, merged);
    assert_eq!(one(Some(locked), newest, settled, Prefer::Neither).0.unwrap().change, merged);
}

#[test]
fn one_side_is_taken_only_where_it_is_plain_which_lines_are_its() {
    let one = |text: &str, prefer| {
        let closed = resolve("f", &generated("a\n", Managed), file(text).as_ref(), prefer);
        closed.map(|closed| written_by(closed.change)).map_err(|e| e.diagnostics()[0].to_string())
    };
    let git = "x\n<<<<<<< HEAD\nmine\n||||||| 123\na\n=======\nother\n>>>>>>> branch\ny\n";
    assert_eq!(one(git, Prefer::Ours).unwrap(), "x\nmine\ny\n");
    assert_eq!(one(git, Prefer::Theirs).unwrap(), "x\nother\ny\n");
    let nested = format!("<<<<<<< yours\n{git}=======\nb\n>>>>>>> generated now\n");
    let open = format!("{git}<<<<<<< HEAD\nmine\n");
    for text in [&nested, &open] {
        assert!(one(text, Prefer::Ours).unwrap_err().ends_with("\nhint: edit it, then `scaffold resolve f`"));
    }
}

fn written_by(change: Option<Change>) -> String {
    match change {
        Some(Change::Write { bytes, .. }) => String::from_utf8_lossy(&bytes).into_owned(),
        other => format!("{other:?}"),
    }
}

#[test]
fn a_side_has_the_line_end_that_it_had() {
    for ours in ["x\nmine", "x\r\nmine", "x\nmine\n", "x"] {
        let crlf = ours.contains('\r');
        let with = |text: &'static str| if crlf { leaked(text.replace('\n', "\r\n")) } else { text };
        let before = Some(generated(with("x\na\n"), Managed));
        let (step, locked) = one(before, planned(with("x\nb\n"), Managed), file(ours), Prefer::Neither);
        let marked = written(step.as_ref());
        assert!(marked.contains("<<<<<<< yours"), "{marked}");
        let closed = resolve("f", &locked.unwrap(), file(&marked).as_ref(), Prefer::Ours).unwrap();
        assert_eq!(written_by(closed.change), ours);
    }
}

#[test]
fn what_never_was_on_the_disk_was_not_deleted() {
    let (_, locked) = one(None, planned("new\n", Managed), file("mine\n"), Prefer::Neither);
    let closed = resolve("f", locked.as_ref().unwrap(), None, Prefer::Neither).unwrap();
    assert_eq!((closed.outcome, closed.locked.unwrap()), (Outcome::Created, generated("new\n", Managed)));
    let (step, locked) = one(locked, planned("newer\n", Managed), None, Prefer::Neither);
    assert_eq!((written(step.as_ref()).as_str(), step.unwrap().outcome), ("newer\n", Outcome::Created));
    assert_eq!(locked.unwrap(), generated("newer\n", Managed));
    // A file that was generated empty has a base.
    let before = || Some(Locked { mode: 0o755, ..generated("", Managed) });
    let (step, locked) = one(before(), planned("new\n", Managed), Some(Entry::Link), Prefer::Neither);
    assert_eq!(step.unwrap().outcome, Outcome::Waiting);
    let (step, locked) = one(locked, planned("new\n", Managed), None, Prefer::Neither);
    assert_eq!((step.unwrap().outcome, locked.unwrap().state), (Outcome::Yours, State::Deleted));
}

#[test]
fn what_is_no_text_gets_no_markers_and_waits_whole() {
    let utf16 = Entry::File { mode: 0o644, bytes: "c\n".bytes().flat_map(|b| [b, 0]).collect() };
    let before = || Some(generated("a\n", Managed));
    let (step, locked) = one(before(), planned("b\n", Managed), Some(utf16.clone()), Prefer::Neither);
    let step = step.unwrap();
    assert_eq!((step.outcome, step.change.is_none(), step.conflicts), (Outcome::Waiting, true, 0));
    let locked = locked.unwrap();
    assert!(matches!(&locked.state, State::Waiting { form: Form::Whole, .. }));
    assert!(resolve("f", &locked, Some(&utf16), Prefer::Ours).unwrap().change.is_none());
    let theirs = resolve("f", &locked, Some(&utf16), Prefer::Theirs).unwrap();
    assert_eq!(written_by(theirs.change), "b\n");
    // As soon as it is text, it is merged like any other.
    let (step, _) = one(Some(locked), planned("b\n", Managed), file("c\n"), Prefer::Neither);
    assert_eq!(step.unwrap().conflicts, 1);
}

#[test]
fn what_is_no_file_is_closed_at_once_with_all_that_waits() {
    let (_, locked) = one(Some(generated("a\n", Managed)), planned("b\n", Managed), Some(Entry::Link), Prefer::Neither);
    let (_, locked) = one(locked, planned("d\n", Managed), Some(Entry::Link), Prefer::Neither);
    let closed = resolve("f", &locked.unwrap(), Some(&Entry::Link), Prefer::Neither).unwrap();
    assert_eq!((closed.change, closed.locked), (None, Some(generated("d\n", Managed))));
}
