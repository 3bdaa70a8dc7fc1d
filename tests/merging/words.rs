//! Why: a new word that arrives in another line than it was written for spoils a line of the user's without a sign. Lines that
//! look alike are where that happens.

use crate::pages::{conflicts, gives};

fn section(name: &str, lines: &[&str]) -> String {
    format!("## {name} words here\n\n{} some text here of it\n\n", lines.join(" some text here of it\n\n"))
}

#[test]
fn a_new_word_stays_with_its_line() {
    let (zero, one) = (section("H0", &["b0.0"]), section("H1", &["b1.0", "b1.1"]));
    let (two, three) = (section("H2", &["b2.0", "b2.1", "b2.2"]), section("H3", &["b3.0", "b3.1"]));
    let base = format!("# T\n\n{zero}{one}{two}{three}{}", section("H4", &["b4.0"]));
    let theirs = base.replace("b4.0 some text here of it", "b4.0 some text here of it tc");
    // The section is gone, and with it the line; those before it are moved.
    let ours = format!("# T\n\n{zero}{three}{one}{}", section("H2", &["b2.0", "b2.2"]));
    conflicts([&base, &ours, &theirs]);
    // It is moved, and its heading gets another word.
    let more = "b1.u36 added\n\n";
    let ours = format!("# T\n\n{zero}{two}{one}{more}");
    let base = format!("# T\n\n{zero}{one}{two}");
    let word = |page: &str| page.replace("## H1 words here", "## H1 words here tr");
    let (text, count) = crate::pages::page([&base, &ours, &word(&base)]);
    assert!(count > 0 || text == word(&ours), "{text}");
}

#[test]
fn what_stands_elsewhere_as_it_was_is_no_other_line_that_was_changed() {
    let (zero, one) = (section("H0", &["b0.0", "b0.1"]), section("H1", &["b1.0", "b1.1", "b1.2"]));
    let two = section("H2", &["b2.0", "b2.1", "b2.2"]);
    let base = format!("# T\n\n{zero}{one}{two}## End\n");
    let ours = format!("# T\n\n{two}{one}## End\n");
    conflicts([&base, &ours, &base.replace("b0.0 some text here of it", "b0.0 some text here of it tc")]);
    let ours =
        format!("# T\n\n{}{}{two}## End\n", one.replace("here\n", "here\n\nMine.\n"), zero.replace("H0 words", "H0 our words"));
    conflicts([&base, &ours, &base.replace("## H0 words here", "## H0 words here tr")]);
}

#[test]
fn of_lines_that_may_be_the_same_none_is_taken_for_another() {
    let base = "- one is here\n- two is here\n- end\n";
    conflicts([base, "- six is here\n- end\n", "- one is here now\n- two is here\n- end\n"]);
    // Where one of them is as it was, the other one is known.
    gives(
        [base, "- one is here\n- six is here\n- end\n", "- one is here now\n- two is here\n- end\n"],
        "- one is here now\n- six is here\n- end\n",
    );
}

#[test]
fn a_paragraph_that_is_broken_anew_is_still_one() {
    let base = "One two three four\nfive six seven eight.\n\nOther.\n";
    let ours = "One two three\nfour five six\nseven eight.\n\nOther.\n";
    let new = |page: &str| page.replace("One", "1").replace("eight.", "8.");
    gives([base, ours, &new(base)], &new(ours));
}

#[test]
fn a_row_that_begins_with_the_same_word_is_the_same_row() {
    let table = |rows: &str| format!("| a | b | c |\n|---|---|---|\n{rows}");
    let base = table("| [x](f#1) | One. | `2` |\n| y | 1 | 2 |\n");
    let ours = table("| [x](f#9) | One, two. | `2` |\n| z | 1 | 2 |\n");
    let theirs = table("| [x](f#1) | One. | `3` |\n| y | 1 | 2 |\n");
    gives([&base, &ours, &theirs], &ours.replacen("`2`", "`3`", 1));
    // Another row in its place is not.
    conflicts([&table("| q | 5 | 2 |\n"), &table("| w | 6 | 2 |\n"), &table("| q | 5 | 3 |\n")]);
}

#[test]
fn blank_lines_are_the_users() {
    gives(["a\n\nb\n", "a\n\n\nb\n", "a\nb\n"], "a\n\n\nb\n");
}
