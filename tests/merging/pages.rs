//! Why: a page has no tree that could vouch for a merge, so what comes together in it is said here, one rule a test.

use scaffold::merge::{Language, merge};

use crate::LABELS;

pub fn page([base, ours, theirs]: [&str; 3]) -> (String, usize) {
    let merged = merge(Language::of("docs/page.md"), base.as_bytes(), ours.as_bytes(), theirs.as_bytes(), LABELS);
    (String::from_utf8(merged.bytes).unwrap(), merged.conflicts)
}

#[track_caller]
pub fn gives(sides: [&str; 3], expected: &str) {
    assert_eq!(page(sides), (expected.to_owned(), 0));
}

#[track_caller]
pub fn conflicts(sides: [&str; 3]) {
    let (text, conflicts) = page(sides);
    assert!(conflicts > 0, "clean:\n{text}");
}

#[test]
fn two_sections_at_the_end_both_stand() {
    let base = "# Page\n\nText.\n";
    let ours = format!("{base}\n## Ours\n\n- one\n");
    let theirs = format!("{base}\n## Theirs\n\nMore.\n\n### Deeper\n\nMore.\n");
    gives([base, &ours, &theirs], &format!("{ours}\n## Theirs\n\nMore.\n\n### Deeper\n\nMore.\n"));
}

#[test]
fn a_chapter_comes_below_a_section_of_the_one_before() {
    let base = "# Page\n\n## One\n\nText.\n";
    let [chapter, section] = ["\n# Mine\n\nOurs.\n", "\n## Yours\n\nTheirs.\n"];
    let [ours, theirs, both] = [chapter, section, &format!("{section}{chapter}")].map(|more| format!("{base}{more}"));
    gives([base, &ours, &theirs], &both);
    gives([base, &theirs, &ours], &both);
    // A text of one name, and a section that would come under another heading.
    conflicts([base, &format!("{base}\n# Mine\n\n## Yours\n\nOurs.\n"), &theirs]);
    let [base, ours, theirs] = [base, &ours, &theirs].map(|page| format!("{page}\n## End\n\nText.\n"));
    conflicts([&base, &ours, &theirs]);
}

#[test]
fn a_paragraph_that_goes_on_stays_one() {
    let base = "# Page\n\nText.\n";
    let (ours, section) = (format!("{base}More of it.\n"), "\n## Yours\n\nTheirs.\n");
    gives([base, &ours, &format!("{base}{section}")], &format!("{ours}{section}"));
    gives([base, &format!("{base}{section}"), &ours], &format!("{ours}{section}"));
    let ours = format!("{base}\nAnother one.\n");
    gives([base, &ours, &format!("{base}{section}")], &format!("{ours}{section}"));
}

#[test]
fn a_blank_line_comes_between_sections_whatever_the_sides_left_around_theirs() {
    let base = "# Page\n";
    gives(
        [base, "# Page\n## Ours\nText.\n", "# Page\n\n## Theirs\n\nText.\n"],
        "# Page\n\n## Ours\nText.\n\n## Theirs\n\nText.\n",
    );
}

#[test]
fn two_rows_and_two_items_both_stand() {
    let base = "| a | b |\n| --- | --- |\n| x | 1 |\n";
    gives(
        [base, &format!("{base}| ours | 2 |\n"), &format!("{base}| theirs | 3 |\n")],
        &format!("{base}| ours | 2 |\n| theirs | 3 |\n"),
    );
    let base = "- x\n";
    gives([base, "- x\n- ours\n  and more\n", "- x\n- theirs\n"], "- x\n- ours\n  and more\n- theirs\n");
}

#[test]
fn what_both_sides_added_alike_stands_once() {
    let base = "- x\n";
    gives([base, "- x\n- same\n- ours\n", "- x\n- theirs\n- same\n"], "- x\n- theirs\n- same\n- ours\n");
}

#[test]
fn two_texts_under_one_name_are_a_conflict() {
    let base = "# Page\n\nText.\n";
    conflicts([base, &format!("{base}\n## Redis\n\nOurs.\n"), &format!("{base}\n## Redis\n\nTheirs.\n")]);
    conflicts(["| x | 1 |\n", "| x | 1 |\n| y | 2 |\n", "| x | 1 |\n| y | 3 |\n"]);
    conflicts(["- x\n", "- x\n- `y`: ours\n", "- x\n- `y`: theirs\n"]);
}

#[test]
fn what_is_taken_away_leaves_what_the_other_side_added_beside_it() {
    let before = "# Page\n\nText.\n";
    let redis = "\n## Redis\n\nKept in memory.\n";
    let base = format!("{before}{redis}");
    for ours in [format!("{before}\n## Ours\n\n- one\n{redis}"), format!("{base}\n## Ours\n\n- one\n")] {
        gives([&base, &ours, before], &format!("{before}\n## Ours\n\n- one\n"));
    }
    // What the user wrote into it is not taken away.
    conflicts([&base, &base.replace("memory", "mind"), before]);
    gives(["| x |\n| y |\n", "| x |\n| ours |\n| y |\n", "| x |\n"], "| x |\n| ours |\n");
}

#[test]
fn the_blank_lines_of_the_user_stay() {
    let ours = "# Page\n\n\n## One\nText.\n## Two\n\n\n## Three\n";
    gives(["# Page\n", ours, "# Page\n\n## Theirs\n"], &format!("{ours}\n## Theirs\n"));
}

#[test]
fn text_above_a_new_section_belongs_to_the_one_before_it() {
    let (before, after) = ("# Page\n\n| a |\n|---|\n| x |\n", "\n## Last\n\nText.\n");
    let (base, theirs) = (format!("{before}{after}"), format!("{before}\n## Theirs\n\nMore.\n{after}"));
    gives([&base, &format!("{before}\nOurs.\n{after}"), &theirs], &format!("{before}\nOurs.\n\n## Theirs\n\nMore.\n{after}"));
    // So does a row directly above one that goes.
    gives([&theirs, &theirs.replace("| x |\n", "| x |\n| ours |\n"), &base], &base.replace("| x |\n", "| x |\n| ours |\n"));
}

#[test]
fn a_section_that_came_and_went_leaves_no_blank_line() {
    let base = "# Page\n\nText.\n";
    let theirs = format!("{base}\n## Theirs\n\nMore.\n");
    for ours in ["# Page\n\nOurs, all of it.\n", "# Page\n\nText.\n\n\n", "# Page\n\nText.\n\n- ours\n"] {
        let (with, conflicts) = page([base, ours, &theirs]);
        assert_eq!(conflicts, 0, "{with}");
        gives([&theirs, &with, base], ours);
    }
    let (base, ours) = ("# Page\n\nFirst.\n\n## One\n\nOne.\n", "# Page\n\nOurs.\n");
    let theirs = format!("{base}\n## Theirs\n\nMore.\n");
    let (with, conflicts) = page([base, ours, &theirs]);
    assert_eq!(conflicts, 0, "{with}");
    gives([&theirs, &with, base], ours);
}

#[test]
fn neighbouring_lines_and_distant_words_are_changed_apart() {
    let base = "Edit the source: it reloads.\nDebuggers listen on 127.0.0.1: api on 5678.\nThe end.\n";
    let theirs = base.replace("5678", "5678, web on 9229").replace("Edit", "When a port is taken, set another. Edit");
    gives([base, &base.replace("The end.", "Our end."), &theirs], &theirs.replace("The end.", "Our end."));
    gives([base, &base.replace("source: it", "source:\nit"), &theirs], &theirs.replace("source: it", "source:\nit"));
    gives([base, &base.replace("Debuggers", "Our debuggers"), &theirs], &theirs.replace("Debuggers", "Our debuggers"));
    gives(["| a | b |\n", "| a | ours |\n", "| theirs | b |\n"], "| theirs | ours |\n");
    // What was written anew has no words left to change.
    conflicts([base, &base.replace("Debuggers listen on 127.0.0.1: api on 5678.", "Ours."), &theirs]);
    conflicts([base, &base.replace("5678", "1111"), &theirs]);
}

#[test]
fn two_tables_are_a_conflict() {
    let table = |name: &str| format!("# Page\n\n| {name} | b |\n| --- | --- |\n| {name}1 | 2 |\n");
    conflicts(["# Page\n", &table("ours"), &table("theirs")]);
}

#[test]
fn prose_and_changes_stay_conflicts() {
    let base = "# Page\n\nText.\n";
    conflicts([base, &format!("{base}\nOurs.\n"), &format!("{base}\nTheirs.\n")]);
    conflicts([base, &base.replace("Text", "Ours"), &base.replace("Text", "Theirs")]);
    conflicts([base, &format!("{base}\n## Ours\n"), &format!("{base}\n### Theirs\n")]);
    conflicts(["- x\n", "- x, ours\n", "- x, theirs\n"]);
    conflicts(["- x\n- y\n", "- x\n- y, ours\n", "- x\n"]);
    gives(["- x\n- y\n", "- x, ours\n- y\n", "- x\n- y, theirs\n"], "- x, ours\n- y, theirs\n");
}

#[test]
fn a_block_of_code_is_no_page() {
    let base = "```sh\nmake\n```\n";
    conflicts([base, "```sh\nmake\n# ours\n```\n", "```sh\nmake\n# theirs\n```\n"]);
    // A comment in the code of a section is no heading.
    let base = "# Page\n";
    let ours = "# Page\n\n## Ours\n\n```sh\n# why\nmake\n```\n";
    gives([base, ours, "# Page\n\n## Theirs\n"], &format!("{ours}\n## Theirs\n"));
}
