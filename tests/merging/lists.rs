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

#[test]
fn what_both_sides_put_instead_of_one_item_is_a_conflict() {
    let base = "services:\n  a:\n    ports:\n      - \"80:80\"\n      - \"8500:8500\"\n";
    let [ours, theirs] = ["18500:8500", "18500:8800"].map(|port| base.replace("8500:8500", port));
    gives(
        "compose.yaml",
        [base, &ours, &theirs],
        "services:\n  a:\n    ports:\n      - \"80:80\"\n<<<<<<< ours\n      - \"18500:8500\"\n||||||| base\n      - \"8500:8500\"\n\
         =======\n      - \"18500:8800\"\n>>>>>>> theirs\n",
    );
    // On one line, as words and as the name of a value too.
    let conflict = |[base, ours, theirs]: [&str; 3]| {
        format!("<<<<<<< ours\n{ours}\n||||||| base\n{base}\n=======\n{theirs}\n>>>>>>> theirs\n")
    };
    for (path, lines) in [
        ("ci.yaml", ["on: [push, deploy]", "on: [push, mine]", "on: [push, yours]"]),
        ("nginx/a.conf", ["server_name a b;", "server_name a mine;", "server_name a yours;"]),
        ("compose.yaml", ["name: x", "mine: x", "yours: x"]),
    ] {
        gives(path, lines.map(|line| format!("{line}\n")).each_ref().map(String::as_str), &conflict(lines));
    }
}

#[test]
fn an_item_that_one_side_replaced_stands_beside_one_that_the_other_added() {
    let base = "packages:\n  - one\n  - two\n";
    let ours = base.replace("two", "mine");
    gives("x.yaml", [base, &ours, &format!("{base}  - new\n")], &format!("{ours}  - new\n"));
    gives("x.yaml", ["a: [one, two]\n", "a: [one, mine]\n", "a: [one, two, new]\n"], "a: [one, mine, new]\n");
}
