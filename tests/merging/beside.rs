//! Why: what two people write at one place is a conflict, but where one can see that neither is about the other.

use crate::pages::{conflicts, gives};

const TOP: &str = "# T\n\n| a |\n|---|\n| x |\n";
const TABLE: &str = "| store |\n|---|\n| postgres |\n";

#[test]
fn a_table_comes_below_what_the_user_wrote_at_its_place_and_goes_again() {
    for own in ["The shop team owns it.\n", "- one\n- two\n", "```sh\nmake\n\nmake more\n```\n", "One.\n\n\nOther.\n"] {
        for end in ["\n## B\n\nText.\n", ""] {
            let (base, ours) = (format!("{TOP}{end}"), format!("{TOP}\n{own}{end}"));
            let (theirs, merged) = (format!("{TOP}\n{TABLE}{end}"), format!("{TOP}\n{own}\n{TABLE}{end}"));
            gives([&base, &ours, &theirs], &merged);
            gives([&theirs, &merged, &base], &ours);
            gives([&base, &theirs, &ours], &format!("{TOP}\n{TABLE}\n{own}{end}"));
        }
    }
}

#[test]
fn a_table_and_words_that_may_be_about_each_other_are_a_conflict() {
    let page = |text: &str| format!("{TOP}\n{text}\n## B\n\nText.\n");
    let base = page("");
    // Both brought words.
    conflicts([&base, &page("Ours.\n"), &page(&format!("The stores:\n\n{TABLE}"))]);
    // The table of the base is another one now.
    let end = |text: &str| format!("{TOP}\n{text}");
    conflicts([&end(TABLE), &end(&format!("{TABLE}\nOurs.\n")), &end("| q |\n|---|\n| 1 |\n")]);
    conflicts([TOP, &format!("{TOP}| ours |\n"), &format!("{TOP}\n{TABLE}").replace("| x |", "| y |")]);
}

fn picture(kind: &str, lines: &str) -> String {
    format!("# T\n\n```mermaid\n{kind}\n  a --> b\n{lines}```\n\nText.\n")
}

#[test]
fn statements_of_a_flowchart_stand_side_by_side() {
    for own in ["  classDef own fill:#eee\n", "  a --> d\n  d[(\"ours\")]\n"] {
        let [base, ours, theirs, merged] =
            ["", own, "  a --> c\n", &format!("{own}  a --> c\n")].map(|lines| picture("flowchart LR", lines));
        gives([&base, &ours, &theirs], &merged);
        gives([&theirs, &merged, &base], &ours);
    }
}

#[test]
fn lines_of_a_picture_that_depend_on_their_place_are_a_conflict() {
    let all = |kind: &str, [base, ours, theirs]: [&str; 3]| {
        conflicts([&picture(kind, base), &picture(kind, ours), &picture(kind, theirs)]);
    };
    all("sequenceDiagram", ["", "  a ->> c: one\n", "  a ->> c: two\n"]);
    all("flowchart LR", ["", "  subgraph ours\n  end\n", "  a --> c\n"]);
    all("flowchart LR", ["", "  linkStyle 0 color:red\n", "  a --> c\n"]);
    all("graph TD", ["", "  c[ours]\n", "  c[theirs]\n"]);
    all("graph TD", ["", "  classDef x fill:red\n", "  classDef x fill:blue\n"]);
    // One took away what the other changed, and both changed one.
    all("graph TD", ["  a --> c\n", "", "  a -->|new| c\n"]);
    all("graph TD", ["  a --> c\n", "  a -->|ours| c\n", "  a -->|theirs| c\n"]);
}
