use std::borrow::Cow;
use std::path::Path;

use super::{Lock, Locked, State, read, to_text};
use crate::plan::FileKind;

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
    Lock { scaffold: env!("CARGO_PKG_VERSION").to_owned(), files: files.into_iter().collect() }
}

#[test]
fn every_content_comes_back_to_the_byte() {
    let states = |waiting: &'static [u8]| {
        [State::Settled, State::Deleted, State::Dropped, State::Waiting { mode: 0o755, bytes: Cow::Borrowed(waiting) }]
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
