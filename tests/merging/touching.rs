//! Why: git takes edits that touch for one. Where each is whole by itself both hold; where that cannot be seen, a person must.

use crate::known::gives;

#[track_caller]
fn conflicts(path: &str, [base, ours, theirs]: [&str; 3]) {
    let language = scaffold::merge::Language::of(path);
    let merged = scaffold::merge::merge(language, base.as_bytes(), ours.as_bytes(), theirs.as_bytes(), crate::LABELS);
    assert_eq!(merged.conflicts, 1, "{}", String::from_utf8_lossy(&merged.bytes));
}

#[test]
fn neighbouring_lines_may_both_go() {
    gives("Dockerfile", ["A\nrun a\nrun b\nB\n", "A\nrun b\nB\n", "A\nrun a\nB\n"], "A\nB\n");
    let script = |lines: &str| format!("steps:\n  - run: |\n      set -e\n{lines}      end\n");
    gives("ci.yaml", [&script("      one\n      two\n"), &script("      one\n"), &script("      two\n")], &script(""));
    // One went, the next one is still about the same thing.
    gives("Dockerfile", ["A\nrun a\nrun b\nB\n", "A\nrun b\nB\n", "A\nrun a\nrun mine\nB\n"], "A\nrun mine\nB\n");
    conflicts("Dockerfile", ["A\nrun a\nrun b\nB\n", "A\nrun b\nB\n", "A\nrun a\ncopy mine\nB\n"]);
    // What was written beside a line that went may be about it.
    conflicts("Dockerfile", ["A\nrun a\nB\n", "A\nB\n", "A\nrun a\nrun mine\nB\n"]);
    conflicts("Dockerfile", ["A\nrun a\nrun b\nB\n", "A\nB\n", "A\nrun a\nrun mine\nB\n"]);
}

#[test]
fn a_paragraph_below_a_changed_line_is_about_something_else() {
    let [base, ours, theirs] = ["CMD a\n", "CMD mine\n", "CMD a\n\nARG yours\nRUN yours\n"];
    gives("Dockerfile", [base, ours, theirs], "CMD mine\n\nARG yours\nRUN yours\n");
    gives("Dockerfile", [base, theirs, ours], "CMD mine\n\nARG yours\nRUN yours\n");
    gives("Dockerfile", [base, ours, "ARG yours\n\nCMD a\n"], "ARG yours\n\nCMD mine\n");
    conflicts("Dockerfile", [base, ours, "CMD a\nARG yours\n"]);
    conflicts("Dockerfile", [base, ours, "CMD a\n\n  arg yours\n"]);
    conflicts("Dockerfile", [base, "ENTRYPOINT mine\n", theirs]);
}

#[test]
fn a_blank_line_is_not_moved() {
    let [base, ours, theirs] = ["a\n\nb\nd\nc\n", "a\nb\nd\n\nmine\n", "a\n\nb\nd\nyours\n"];
    gives("x.txt", [base, ours, theirs], "a\nb\nd\n<<<<<<< ours\n\nmine\n||||||| base\nc\n=======\nyours\n>>>>>>> theirs\n");
}

#[test]
fn what_both_wrote_stands_once_where_one_of_them_went_on() {
    let script = |lines: &str| format!("run: |\n  one\n{lines}  two\nother: 1\n");
    let [base, theirs, ours] = ["", "  yes\n  no\n", "  yes\n  no\n\n  more\n"].map(script);
    gives("ci.yaml", [&base, &ours, &theirs], &ours);
    gives("ci.yaml", [&base, &theirs, &ours], &ours);
    gives("Dockerfile", ["A\nB\n", "A\nx\ny\nB\n", "A\ny\nB\n"], "A\nx\ny\nB\n");
    conflicts("Dockerfile", ["A\nB\n", "A\nx\ny\nB\n", "A\nx\nz\nB\n"]);
    conflicts("Dockerfile", ["A\nC\nB\n", "A\nx\ny\nB\n", "A\nx\nB\n"]);
}

#[test]
fn merged_once_more_the_same_comes_of_it() {
    for [base, ours, theirs] in [
        ["CMD a\n", "CMD mine\n", "CMD a\n\nARG yours\n"],
        ["CMD a\n", "ARG mine\n\nCMD a\n", "CMD yours\n"],
        ["A\nrun a\nrun b\nB\n", "A\nrun b\nB\n", "A\nrun a\nB\n"],
        ["A\nrun a\nrun b\nB\n", "A\nrun b\nB\n", "A\nrun a\nrun mine\nB\n"],
    ] {
        let merge = |ours: &str, theirs: &str| {
            let language = scaffold::merge::Language::Lines;
            scaffold::merge::merge(language, base.as_bytes(), ours.as_bytes(), theirs.as_bytes(), crate::LABELS)
        };
        let once = merge(ours, theirs);
        let text = String::from_utf8(once.bytes.clone()).unwrap();
        assert_eq!(once.conflicts, 0, "{text}");
        assert_eq!(merge(&text, theirs), once);
        assert_eq!(merge(ours, &text), once);
    }
}

#[test]
fn what_was_added_to_a_collection_stays_when_all_else_of_it_goes() {
    let base = "services:\n  a: 1\n\nvolumes:\n  db: {}\n  cache: {}\n\nname: x\n";
    let added = "services:\n  a: 1\n\nvolumes:\n  db: {}\n  cache: {}\n\n  # of ours\n  mine:\n    external: true\n\nname: x\n";
    let gone = "services:\n  a: 1\n\nname: x\n";
    let own = "services:\n  a: 1\n\nvolumes:\n  # of ours\n  mine:\n    external: true\n\nname: x\n";
    gives("compose.yaml", [base, added, gone], own);
    gives("compose.yaml", [base, gone, added], own);
    gives("compose.yaml", [base, own, gone], own);
    // Where somebody changed what goes, and further down, a person decides.
    conflicts("compose.yaml", [base, &added.replace("db: {}", "db: { external: true }"), gone]);
    let service = |more: &str| format!("services:\n  a: 1\n  b:\n    image: x\n{more}");
    conflicts("compose.yaml", [&service(""), &service("    ports: []\n"), "services:\n  a: 1\n"]);
    conflicts("main.tf", ["a {\n  b = 1\n}\nc {\n}\n", "a {\n  b = 1\n  d = 2\n}\nc {\n}\n", "c {\n}\n"]);
}
