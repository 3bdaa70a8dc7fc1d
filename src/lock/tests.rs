use std::borrow::Cow;
use std::path::Path;

use super::read::{compare, lines};
use super::{Form, Lock, Locked, State, read, to_bytes};
use crate::plan::FileKind;

fn to_text(lock: &Lock) -> String {
    String::from_utf8(to_bytes(lock)).unwrap()
}

const AWKWARD: [&[u8]; 20] = [
    b"",
    b"\n",
    b"\n\n",
    b"no line end",
    b"a\n\nb\n",
    b"crlf\r\nlone\rcr\r\n",
    b"blank at the end \ntab\t\n  \n\t",
    b"end\nmanaged 644 x\nscaffold 9\n",
    b"<<<<<<< a\n||||||| b\n=======\n>>>>>>> c\n",
    b"\\ no newline at the end\n\\ deleted by the user\n~x\\y \n+z\n",
    b"\xef\xbb\xbfmark\n",
    b"nul\0 esc\x1b del\x7f form\x0c\n",
    b"back\\slash \\x41 \\\n",
    b"\\ at the end \r",
    b"\xff",
    b"\xff\xfe",
    b"\xff\xfe\x00\n",
    b"\x80 some longer content that is no text and takes more than a single line in base64, certainly \n",
    "Größe \u{a0}\u{2028}\n\u{85}\n".as_bytes(),
    b"#!/bin/sh\n# end\n",
];

fn locked(bytes: &'static [u8], state: State) -> Locked {
    Locked { kind: FileKind::Managed, mode: 0o644, bytes: bytes.into(), state }
}

fn lock_of(files: impl IntoIterator<Item = (String, Locked)>) -> Lock {
    Lock { scaffold: env!("CARGO_PKG_VERSION").to_owned(), files: files.into_iter().collect(), ..Lock::default() }
}

#[test]
fn every_content_comes_back_to_the_byte() {
    let states = |waiting: &'static [u8]| {
        let bytes = Cow::Borrowed(waiting);
        let newer = Some((0o644, Cow::Borrowed(AWKWARD[waiting.len() % AWKWARD.len()])));
        let marked = State::Waiting { form: Form::Marked, mode: 0o755, bytes: bytes.clone(), newer: newer.clone() };
        let whole = State::Waiting { form: Form::Whole, mode: 0o644, bytes: bytes.clone(), newer };
        let new = State::Waiting { form: Form::New, mode: 0o755, bytes, newer: None };
        [State::Settled, State::Deleted, State::Dropped, marked, whole, new]
    };
    for (n, bytes) in AWKWARD.into_iter().enumerate() {
        for state in states(AWKWARD[(n * 7 + 3) % AWKWARD.len()]) {
            let files = ["a", "b/c", "d"].map(|path| (path.to_owned(), locked(bytes, state.clone())));
            let lock = lock_of(files);
            let text = to_text(&lock);
            let reading = read(text.as_bytes()).unwrap();
            assert_eq!(reading.lock, lock, "{text}");
            assert!(!reading.healed, "{text}");
        }
    }
}

#[test]
fn tools_that_trim_blanks_or_change_line_ends_do_no_harm() {
    let lock = lock_of(AWKWARD.into_iter().enumerate().map(|(n, bytes)| (format!("f{n}"), locked(bytes, State::Settled))));
    let text = to_text(&lock);
    assert!(text.lines().all(|line| line.trim_end_matches([' ', '\t']) == line), "{text}");
    assert!(!text.contains(['\r', '\0']));
    assert_eq!(read(text.replace('\n', "\r\n").as_bytes()).unwrap().lock, lock);
}

#[test]
fn the_locks_of_the_snapshots_come_back() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots");
    let mut count = 0;
    for case in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(case.unwrap().path().join("scaffold.lock")).unwrap();
        assert_eq!(to_text(&read(text.as_bytes()).unwrap().lock), text);
        count += 1;
    }
    assert!(count >= 5);
}

#[test]
fn versions_are_compared_by_number() {
    for (old, new) in [("0.1.0", "0.2.0"), ("0.9.0", "0.10.0"), ("1.0.0-rc.1", "1.0.0"), ("1.0.0", "1.0.1-rc.1")] {
        assert_eq!(compare(old, new), Some(std::cmp::Ordering::Less), "{old} {new}");
    }
    assert!(compare("1.0", "1.0.0").is_none() && compare("", "1.0.0").is_none());
}

fn told(text: &[u8]) -> String {
    let error = read(text).expect_err("a mistake");
    error.diagnostics().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n") + "\n"
}

fn text_of(sections: &str) -> String {
    format!("scaffold {}\n{sections}end\n", env!("CARGO_PKG_VERSION"))
}

#[test]
fn mistakes_are_told_all_at_once_with_their_lines() {
    let all = told(text_of("managed 644 a\n x\nmanaged 777 b\n?\nstarter 644 ../c\n y\nmanaged 644 d\n~\\q\n").as_bytes());
    for (line, words) in [(4, "`777` is no mode"), (5, "no line of a lock"), (6, "`../c` is no path"), (9, "an escape")] {
        assert!(all.contains(words) && all.contains(&format!("scaffold.lock:{line}:1")), "{all}");
    }
    assert!(all.contains("git checkout HEAD -- scaffold.lock"), "{all}");
}

#[test]
fn hostile_locks_are_refused() {
    for path in [
        "../x",
        "/etc/passwd",
        "a/../../x",
        "C:\\x",
        "c:/x",
        "a//b",
        "./a",
        "a\tb",
        "NUL",
        "a/com1.txt",
        "x.",
        ".git/config",
        ".scaffold/lock",
        "a\\b",
        "",
        " ",
    ] {
        let one = text_of(&format!("managed 644 {path}\n x\n"));
        assert!(read(one.as_bytes()).is_err(), "{path:?}");
    }
    assert!(told(text_of("managed 644 Ab\n x\nmanaged 644 aB\n x\n").as_bytes()).contains("where case does not count"));
    assert!(told(b"\xff\xfe").contains("no text"));
    assert!(told(b"").contains("cut short"));
    assert!(told(b"end\n").contains("does not say which scaffold"));
    assert!(told(text_of("").replace("scaffold 0", "scaffold 9").as_bytes()).contains("scaffold 9.1.0 last wrote"));
    assert!(told(&vec![b' '; (64 << 20) + 1]).contains("64 MiB"));
    // Thousands of mistakes are no thousands of lines.
    let many = told(text_of(&"managed 644 ..\n".repeat(100_000)).as_bytes());
    assert!(many.lines().count() < 50 && many.contains("more mistakes"), "{many}");
    for marker in ["<<<<<<< x\n", "=======\n", ">>>>>>> x\n", "||||||| x\n"] {
        assert!(told(text_of(marker).as_bytes()).contains("without its partner"));
        assert!(read(text_of(&marker.repeat(100_000)).as_bytes()).is_err());
    }
}

#[test]
fn a_lock_that_was_cut_anywhere_is_no_lock() {
    let lock = lock_of(AWKWARD.into_iter().enumerate().map(|(n, bytes)| (format!("f{n}"), locked(bytes, State::Settled))));
    let text = to_text(&lock);
    for at in 0..text.len() - 1 {
        assert!(read(&text.as_bytes()[..at]).is_err(), "{at}");
    }
}

#[test]
fn thousands_of_sections_are_read() {
    let lock = lock_of((0..20_000).map(|n| (format!("f/{n:05}"), locked(b"x\n", State::Settled))));
    assert_eq!(read(to_text(&lock).as_bytes()).unwrap().lock, lock);
}

/// What a merge of two locks comes to, and the base of a file with a disk.
fn healed(sections: &str, path: &str, disk: &str) -> (Lock, String) {
    let mut reading = read(text_of(sections).as_bytes()).unwrap();
    assert!(reading.healed);
    let none: Result<(), ()> = reading.settle(|_| Ok(Some(disk.as_bytes().to_vec())));
    none.unwrap();
    let base = String::from_utf8(reading.lock.files[path].bytes.to_vec()).unwrap();
    (reading.lock, base)
}

#[test]
fn sections_of_both_branches_are_taken_in_the_order_of_paths() {
    let lock = read(text_of("managed 644 b\n b\nmanaged 644 a\n a\nmanaged 644 b\n b\n").as_bytes()).unwrap();
    assert!(lock.healed);
    assert_eq!(lock.lock.files.keys().collect::<Vec<_>>(), ["a", "b"]);
    let torn = "managed 644 a\n a\n<<<<<<< ours\nstarter 755 x/redis\n=======\nmanaged 644 x/valkey\n>>>>>>> theirs\n both\n\
                <<<<<<< ours\n redis\n||||||| base\n=======\n valkey\n>>>>>>> theirs\n end\n";
    let lock = read(text_of(torn).as_bytes()).unwrap().lock;
    assert_eq!(lock.files.keys().collect::<Vec<_>>(), ["a", "x/redis", "x/valkey"]);
    assert_eq!((&*lock.files["x/redis"].bytes, lock.files["x/redis"].mode), (&b"both\nredis\nend\n"[..], 0o755));
    assert_eq!(&*lock.files["x/valkey"].bytes, b"both\nvalkey\nend\n");
}

#[test]
fn the_base_of_a_disputed_file_is_what_the_disk_has_of_both() {
    let torn = "managed 644 f\n one\n<<<<<<<\n redis\n=======\n valkey\n>>>>>>>\n two\n";
    for (disk, base) in [
        ("one\nredis\nvalkey\ntwo\n", "one\nredis\nvalkey\ntwo\n"),
        ("one\nvalkey\nredis\ntwo\n", "one\nvalkey\nredis\ntwo\n"),
        ("one\nredis\ntwo\n", "one\nredis\ntwo\n"),
        ("one\ntwo\n", "one\ntwo\n"),
        // A person's lines are never in the base, and a line they took away is.
        ("mine\none\nmine\nvalkey\nmine\nredis\ntwo\n", "one\nvalkey\nredis\ntwo\n"),
        ("redis\nvalkey\n", "one\nredis\nvalkey\ntwo\n"),
        ("one\nredis and valkey\ntwo\n", "one\nredis\ntwo\n"),
    ] {
        assert_eq!(healed(torn, "f", disk).1, base, "{disk}");
    }
    // Without the disk: what both have.
    assert_eq!(&*read(text_of(torn).as_bytes()).unwrap().lock.files["f"].bytes, b"one\ntwo\n");
}

#[test]
fn a_disk_that_a_merge_made_is_its_own_base_and_one_that_a_person_touched_is_not() {
    let [a, b] = ["  a:\n    image: a:1\n    restart: always\n    user: app\n", "  b:\n    image: b:1\n    restart: always\n"];
    let text = |services: &str| format!("services:\n  web:\n    image: web:1\n    restart: always\n{services}\nvolumes:\n");
    let section = |text: &str| text.split_inclusive('\n').flat_map(|line| [" ", line]).collect::<String>();
    let head = "managed 644 compose.yaml\n";
    let torn = format!("<<<<<<< a\n{head}{}=======\n{head}{}>>>>>>> b\n", section(&text(a)), section(&text(b)));
    let both = text(&format!("{a}{b}"));
    let adopted = |disk: &str| {
        let mut reading = read(text_of(&torn).as_bytes()).unwrap();
        assert_eq!(reading.disputed(), ["compose.yaml"]);
        reading.adopt_merged("compose.yaml", disk.as_bytes().to_vec());
        let is = reading.disputed().is_empty();
        assert!(!is || *reading.lock.files["compose.yaml"].bytes == *disk.as_bytes());
        is
    };
    assert!(adopted(&both));
    for (what, disk) in [
        ("a line of the user's", both.replace("user: app\n", "user: app\n    mine: 1\n")),
        ("a line that is known", both.replace("image: b:1\n", "image: b:1\n    user: app\n")),
        ("a known line twice", both.replace("    user: app\n", "    user: app\n    user: app\n")),
        ("an empty line", both.replace("\n\nvolumes", "\n\n\nvolumes")),
        ("a line that went", both.replace("    user: app\n", "")),
        ("a line of both that went", both.replacen("    restart: always\n", "", 2)),
        ("a line of both that went once", both.replacen("b:1\n    restart: always\n", "b:1\n", 1)),
    ] {
        assert_ne!(disk, both, "{what}");
        assert!(!adopted(&disk), "{what}:\n{disk}");
    }
}

#[test]
fn a_section_that_one_side_removed_is_as_new_and_one_that_a_person_deleted_stays_so() {
    let torn = "managed 644 f\n<<<<<<<\nmanaged 644 gone\n x\nmanaged 644 here\n x\nmanaged 644 no\n x\n\\ deleted by the user\n\
                =======\n>>>>>>>\n";
    let mut reading = read(text_of(torn).as_bytes()).unwrap();
    reading.forget_absent(|path| path != "here");
    assert_eq!(reading.lock.files.keys().collect::<Vec<_>>(), ["f", "here", "no"]);
}

#[test]
fn markers_inside_of_markers_stand_for_all_their_sides() {
    let torn = "<<<<<<< HEAD\n<<<<<<< a\nmanaged 644 a\n=======\nmanaged 644 b\n>>>>>>> b\n||||||| base\n<<<<<<<<< x\n\
                managed 644 gone\n=========\nmanaged 644 gone too\n>>>>>>>>> y\n=======\nmanaged 644 c\n>>>>>>> c\n";
    let lock = read(text_of(torn).as_bytes()).unwrap().lock;
    assert_eq!(lock.files.keys().collect::<Vec<_>>(), ["a", "b", "c"]);
}

#[test]
fn what_waits_on_one_side_waits() {
    let torn = "managed 644 f\n x\n<<<<<<<\n\\ waiting 755\n y\n=======\n\\ deleted by the user\n>>>>>>>\n";
    let (lock, _) = healed(torn, "f", "x\n");
    assert_eq!(
        lock.files["f"].state,
        State::Waiting { form: Form::Whole, mode: 0o755, bytes: (&b"y\n"[..]).into(), newer: None }
    );
}

proptest::proptest! {
    #[test]
    fn lines_are_those_of_any_text(text in "[a\n\r\u{b}é\u{2028}]{0,40}") {
        assert_eq!(lines(&text).collect::<Vec<_>>(), text.lines().collect::<Vec<_>>());
    }
}
