//! Why: git runs `merge-file` as its driver and believes its exit code; arguments, codes and bytes are git's own.

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::{Run, scaffold};
use scaffold::merge::Language;

fn merge(at: &Path, [ours, base, theirs]: [&[u8]; 3], arguments: &[&str]) -> Run {
    for (name, bytes) in [("o", ours), ("b", base), ("t", theirs)] {
        fs::write(at.join(name), bytes).unwrap();
    }
    let mut all = vec!["merge-file"];
    all.extend(arguments);
    all.extend(["o", "b", "t"]);
    scaffold(at, &all)
}

trait Exits {
    fn exits(self, code: i32) -> Self;
}

impl Exits for Run {
    #[track_caller]
    fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}", self.stderr);
        self
    }
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

const CONFLICT: [&[u8]; 3] = [b"1\nours\n3\n", b"1\n2\n3\n", b"1\ntheirs\n3\n"];

#[test]
fn a_clean_merge_is_written_to_the_first_file() {
    let at = folder();
    let run = merge(at.path(), [b"0\n1\n2\n3\n", b"1\n2\n3\n", b"1\n2\n3\n4\n"], &[]).passes();
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
    assert_eq!(fs::read(at.path().join("o")).unwrap(), b"0\n1\n2\n3\n4\n");
}

#[test]
fn conflicts_are_counted_named_and_shown_as_asked() {
    let at = folder();
    let shown = |arguments: &[&str]| merge(at.path(), CONFLICT, &[&["-p", "-q"], arguments].concat()).exits(1).stdout;
    assert_eq!(shown(&[]), "1\n<<<<<<< o\nours\n=======\ntheirs\n>>>>>>> t\n3\n");
    let three = ["-L", "mine", "-L", "old", "-L", "-new"];
    assert_eq!(
        shown(&[&three[..], &["--diff3"]].concat()),
        "1\n<<<<<<< mine\nours\n||||||| old\n2\n=======\ntheirs\n>>>>>>> -new\n3\n"
    );
    assert_eq!(shown(&["--marker-size=9", "-Lx"]), "1\n<<<<<<<<< x\nours\n=========\ntheirs\n>>>>>>>>> t\n3\n");
    assert_eq!(shown(&["--path", "a.txt"]), "1\n<<<<<<< ours\nours\n=======\ntheirs\n>>>>>>> theirs\n3\n");

    let run = merge(at.path(), CONFLICT, &["--path", "a.txt"]).exits(1);
    assert_eq!(run.stderr, "a.txt: 1 conflict to settle by hand\n");
}

#[test]
fn conflicts_can_be_settled_by_a_flag() {
    let at = folder();
    let shown = |flag: &str| merge(at.path(), CONFLICT, &["-p", flag]).passes().stdout;
    assert_eq!(shown("--ours"), "1\nours\n3\n");
    assert_eq!(shown("--theirs"), "1\ntheirs\n3\n");
    assert_eq!(shown("--union"), "1\nours\ntheirs\n3\n");
}

#[test]
fn more_than_127_conflicts_are_told_as_127() {
    let text = |mark: &str| (0..300).flat_map(|i| [format!("{mark}{i}\n"), format!("same {i}\n")]).collect::<String>();
    let [o, b, t] = ["o", "b", "t"].map(text);
    let at = folder();
    merge(at.path(), [o.as_bytes(), b.as_bytes(), t.as_bytes()], &["-q"]).exits(127);
}

#[test]
fn what_cannot_be_merged_is_an_error_and_leaves_the_file() {
    let at = folder();
    let run = merge(at.path(), [b"a\0b", b"a", b"a\nc"], &[]).exits(255);
    assert!(run.stderr.starts_with("error: a binary file cannot be merged\n  --> o\nhint: "), "{}", run.stderr);
    assert_eq!(fs::read(at.path().join("o")).unwrap(), b"a\0b");
    fs::remove_file(at.path().join("b")).unwrap();
    scaffold(at.path(), &["merge-file", "o", "b", "t"]).exits(255);
    merge(at.path(), CONFLICT, &["-La", "-Lb", "-Lc", "-Ld"]).exits(255);
    // Not 2, which would be two conflicts.
    scaffold(at.path(), &["merge-file", "o"]).exits(129);
    scaffold(at.path(), &["merge-file", "--help"]).passes();
}

#[test]
fn bytes_that_are_no_utf8_survive() {
    let at = folder();
    merge(at.path(), [b"\xe9a\n1\n2\n3\n", b"1\n2\n3\n", b"1\n2\n3\n\xfc\xff"], &["-q"]).passes();
    assert_eq!(fs::read(at.path().join("o")).unwrap(), b"\xe9a\n1\n2\n3\n\xfc\xff");
}

/// Of the files that `apply` merges by what they say, git must not merge one by line because its pattern was forgotten.
#[test]
fn git_asks_for_the_driver_wherever_scaffold_knows_the_language() {
    let mut asked = 0;
    for case in fs::read_dir(common::root().join("snapshots")).unwrap().flatten() {
        let lock = scaffold::lock::read(&fs::read(case.path().join("scaffold.lock")).unwrap()).unwrap().lock;
        let known = lock
            .files
            .iter()
            .filter(|(path, file)| file.kind == scaffold::plan::FileKind::Managed && Language::of(path) != Language::Lines);
        let paths: Vec<&str> = known.map(|(path, _)| path.as_str()).collect();
        let at = folder();
        fs::copy(case.path().join(".gitattributes"), at.path().join(".gitattributes")).unwrap();
        assert!(Command::new("git").args(["init", "-q"]).current_dir(at.path()).status().unwrap().success());
        let told = Command::new("git").args(["check-attr", "merge", "--"]).args(&paths).current_dir(at.path()).output().unwrap();
        let told = String::from_utf8(told.stdout).unwrap();
        assert_eq!(told.lines().count(), paths.len());
        for (path, line) in paths.iter().zip(told.lines()) {
            assert_eq!(line, format!("{path}: merge: scaffold"), "{}", case.path().display());
            asked += 1;
        }
    }
    assert!(asked > 100, "{asked}");
}
