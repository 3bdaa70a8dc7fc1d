//! Why: no parser knows comments, so nothing but these tells when one is lost, stands twice, or is settled without asking.

use crate::known::gives;

fn conflict([base, ours, theirs]: [&str; 3]) -> String {
    format!("<<<<<<< ours\n{ours}\n||||||| base\n{base}\n=======\n{theirs}\n>>>>>>> theirs\n")
}

#[test]
fn one_comment_that_both_sides_rewrote_is_a_conflict() {
    let texts = ["# Why.", "# Mine.", "# Yours."];
    for (path, before, after) in [
        ("compose.yaml", "a: 1\n\n", "b: 2\n"),
        ("compose.yaml", "a: 1\n\nlist:\n  -\n", "    a: 1\n    b: 2\n"),
        ("main.tf", "a = 1\n\n", "b = 2\n"),
        ("nginx/x.conf", "", "listen 80;\n"),
        (".env", "A=1\n\n", "B=2\n"),
        ("Makefile", "a:\n\techo\n\n", "b:\n\techo\n"),
    ] {
        let text = |comment: &str| format!("{before}{comment}\n{after}");
        let [base, ours, theirs] = texts.map(text);
        gives(path, [&base, &ours, &theirs], &format!("{before}{}{after}", conflict(texts)));
        // What both wrote where there was none stands twice, and so does what follows another text.
        let more = texts.map(|text| format!("# Why.\n{}", if text == "# Why." { "#" } else { text }));
        let [base, ours, theirs] = more.each_ref().map(|comment| text(comment));
        gives(path, [&base, &ours, &theirs], &text("# Why.\n# Mine.\n# Yours."));
    }
}

#[test]
fn so_is_one_behind_a_line() {
    let lines = ["a: 1 # why", "a: 1 # mine", "a: 1 # yours"];
    let [base, ours, theirs] = lines.map(|line| format!("{line}\nb: 2\n"));
    gives("x.yaml", [&base, &ours, &theirs], &format!("{}b: 2\n", conflict(lines)));
    // The parts of what it stands at merge.
    let heads = ["a: # why", "a: # mine", "a: # yours"];
    let [base, ours, theirs] =
        [(0, ""), (1, "  mine: 1\n"), (2, "  yours: 1\n")].map(|(at, more)| format!("{}\n  b: 2\n{more}", heads[at]));
    gives("x.yaml", [&base, &ours, &theirs], &format!("{}  b: 2\n  mine: 1\n  yours: 1\n", conflict(heads)));
    gives("x.yaml", ["a: 1\n", "a: 1 # mine\n", "a: 1 # yours\n"], "a: 1 # mine # yours\n");
}
