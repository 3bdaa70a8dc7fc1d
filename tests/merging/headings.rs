//! Why: a heading without its text is a wrong page that looks right. What people do to headings is said here with the exact
//! bytes that come of it.

use crate::pages::{conflicts, gives};

const BASE: &str = "# T\n\n## A\n\nText of a.\n\n## C\n\nText of c.\n";
const NEW: &str = "## B\n\nText of b.\n\n";

fn with_new(page: &str, before: &str) -> String {
    page.replace(before, &format!("{NEW}{before}"))
}

#[test]
fn a_new_section_comes_before_a_heading_that_the_user_changed_and_not_between_it_and_its_text() {
    let theirs = with_new(BASE, "## C");
    for heading in ["## C, our words", "## 2. C", "## Ours", "C\n---", "Ours\n-----", "## C ##"] {
        let ours = BASE.replace("## C", heading);
        let merged = with_new(&ours, heading);
        gives([BASE, &ours, &theirs], &merged);
        gives([&theirs, &merged, BASE], &ours);
        // The same with the sides changed round.
        gives([BASE, &theirs, &ours], &merged);
    }
}

#[test]
fn what_would_get_the_text_of_another_section_is_a_conflict() {
    let theirs = with_new(BASE, "## C");
    // The heading is gone: its text is now that of the section above.
    conflicts([BASE, &BASE.replace("## C\n\n", ""), &theirs]);
    conflicts([BASE, &BASE.replace("## C", "### C"), &theirs]);
    conflicts([BASE, &BASE.replace("## C", "## Ours"), &theirs.replace("## C", "## Theirs")]);
    // Both put a heading above one text.
    let base = "# T\n\nText.\n\n- x\n";
    conflicts([base, "# T\n\n## Ours\n\nText.\n\n- x\n", "# T\n\n## Theirs\n\nText.\n\n- x\n"]);
}

#[test]
fn a_new_item_comes_before_one_that_goes_on_below_what_the_user_changed() {
    let base = "- a\n- c\n  and more\n";
    gives([base, "- a\n- ours\n  and more\n", "- a\n- b\n- c\n  and more\n"], "- a\n- b\n- ours\n  and more\n");
    conflicts([base, "- a\n  and more\n", "- a\n- b\n- c\n  and more\n"]);
}

#[test]
fn the_order_of_the_user_stays_when_a_section_gets_another_heading() {
    let (one, other, end) = ("## One\n\nText.\n\nMore.\n\nStill more.\n\n", "## Other\n\nText.\n\n", "## End\n\nText.\n");
    let base = format!("# T\n\n{one}{other}{end}");
    let ours = format!("# T\n\n{other}{one}{end}");
    let [theirs, merged] = [&base, &ours].map(|page| page.replace("## One", "## One or two"));
    gives([&base, &ours, &theirs], &merged);
    gives([&theirs, &merged, &base], &ours);
    // Two sections of one name would be one too many.
    conflicts([
        &base,
        &ours.replace("## One", "## New"),
        &format!("{}\n## New\n\nText.\n\nMore.\n", base.replace("## One", "## 1")),
    ]);
}

#[test]
fn a_section_of_the_users_own_keeps_the_blank_line_above_it() {
    let base = "# T\n\n## A\n\nText.\n";
    let ours = format!("{base}\n## Ours\n\nAda.\n");
    for more in ["More.\n", "| a |\n|---|\n| x |\n"] {
        let theirs = format!("{base}\n{more}");
        let merged = format!("{base}\n{more}\n## Ours\n\nAda.\n");
        gives([base, &ours, &theirs], &merged);
        gives([&theirs, &merged, base], &ours);
    }
}
