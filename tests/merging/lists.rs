//! Why: a list is where two people most often add something at one place, and it may be written in many ways.

use crate::known::gives;

#[test]
fn dashes_that_are_not_indented_make_a_list_too() {
    let base = "services:\n  a:\n    ports:\n    - \"80:80\"\n    -\n      \"90:90\"\n    image: a\n";
    let ours = base.replace("    image", "    # Mine.\n    - \"82:82\"\n    image");
    let theirs = base.replace("    image", "    - \"83:83\"\n    image");
    gives("compose.yaml", [base, &ours, &theirs], &ours.replace("    image", "    - \"83:83\"\n    image"));
    // The user's list stays as it is indented, whichever way the other side's is.
    let base = "on:\n- push\n- pull_request\njobs: {}\n";
    let theirs = "on:\n  - push\n  - pull_request\n  - schedule\njobs: {}\n";
    gives("ci.yaml", [base, "on:\n- push\njobs: {}\n", theirs], "on:\n- push\n- schedule\njobs: {}\n");
    gives("ci.yaml", [theirs, &theirs.replace("  - push\n", ""), base], "on:\n  - pull_request\njobs: {}\n");
}
