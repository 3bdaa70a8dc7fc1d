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
fn of_an_item_with_parts_that_both_replaced_no_part_goes_to_the_other() {
    let text = |name: &str, value: &str| format!("env:\n  - name: {name}\n    value: {value}\n  - name: B\n    value: 2\n");
    let item = |name: &str, value: &str| format!("  - name: {name}\n    value: {value}\n");
    let conflict =
        format!("<<<<<<< ours\n{}||||||| base\n{}=======\n{}>>>>>>> theirs\n", item("C", "1"), item("A", "1"), item("D", "5"));
    gives("k.yaml", [&text("A", "1"), &text("C", "1"), &text("D", "5")], &format!("env:\n{conflict}{}", item("B", "2")));
}

#[test]
fn an_item_that_one_side_replaced_stands_beside_one_that_the_other_added() {
    let base = "packages:\n  - one\n  - two\n";
    let ours = base.replace("two", "mine");
    gives("x.yaml", [base, &ours, &format!("{base}  - new\n")], &format!("{ours}  - new\n"));
    gives("x.yaml", ["a: [one, two]\n", "a: [one, mine]\n", "a: [one, two, new]\n"], "a: [one, mine, new]\n");
}

#[test]
fn arguments_that_name_what_they_set_are_a_set_and_others_are_not() {
    let base = "services:\n  a:\n    build:\n      args:\n        - ONE=1\n        - TWO=2\n";
    let ours = format!("{}        - MINE=3\n", base.replace("        - ONE=1\n", ""));
    let theirs = base.replace("TWO=2\n", "TWO=2\n        - YOURS=4\n");
    gives("compose.yaml", [base, &ours, &theirs], &format!("{ours}        - YOURS=4\n"));
    let base = "args: [--one=1, --b]\n";
    gives("x.yaml", [base, "args: [--one=1, --b, --mine]\n", "args: [--b, --yours]\n"], "args: [--b, --mine, --yours]\n");
    // What one of them sets is not set twice.
    let [base, ours, theirs] = ["1", "2", "3"].map(|level| format!("args:\n  - --level={level}\n  - --b\n"));
    let conflict = "<<<<<<< ours\n  - --level=2\n||||||| base\n  - --level=1\n=======\n  - --level=3\n>>>>>>> theirs\n";
    gives("x.yaml", [&base, &ours, &theirs], &format!("args:\n{conflict}  - --b\n"));
    let lines = ["args: [run, a]", "args: [run, a, mine]", "args: [run, a, yours]"];
    let [base, ours, theirs] = lines;
    gives(
        "x.yaml",
        lines.map(|line| format!("{line}\n")).each_ref().map(String::as_str),
        &format!("<<<<<<< ours\n{ours}\n||||||| base\n{base}\n=======\n{theirs}\n>>>>>>> theirs\n"),
    );
}

#[test]
fn items_in_brackets_are_parted_by_commas_whoever_was_the_last() {
    for (path, list) in [("main.tf", "default = ["), ("x.yaml", "default: [")] {
        let text = |items: &str| format!("{list}\n  # First.\n  \"a\",{items}\n]\n");
        let [base, ours] = [text("\n  \"b\" # b"), text("\n  \"b\", # b\n  \"mine\"")];
        gives(path, [&base, &ours, &text("\n  \"b\", # b\n  \"yours\"")], &text("\n  \"b\", # b\n  \"mine\",\n  \"yours\""));
        gives(path, [&base, &ours, &text("")], &text("\n  \"mine\""));
    }
}

#[test]
fn the_users_form_of_a_list_stays() {
    let lines = "on: # which\n  # Mine.\n  - push\n  - mine\n";
    gives("ci.yaml", ["on: [push]\n", lines, "on: [push, yours] # which\n"], &format!("{lines}  - yours\n"));
    gives("ci.yaml", ["on: [push]\n", "on: [push, mine]\n", "on:\n  - push\n  - yours\n"], "on: [push, mine, yours]\n");
    gives("ci.yaml", ["on:\n- push\n- pull\n", "on: [push, pull]\n", "on:\n- push\n"], "on: [push]\n");
    let lines = "x = [\n  \"a\",\n  \"mine\",\n]\n";
    gives("main.tf", ["x = [\"a\"]\n", lines, "x = [\"a\", \"yours\"]\n"], &lines.replace("]\n", "  \"yours\",\n]\n"));
    gives(
        "main.tf",
        ["x = [\"a\"]\n", "x = [\"a\", \"mine\"]\n", &lines.replace("mine", "yours")],
        "x = [\"a\", \"mine\", \"yours\"]\n",
    );
    // A comment in lines has no place on one line.
    let theirs = "on:\n  # Yours.\n  - push\n  - yours\n";
    gives(
        "ci.yaml",
        ["on: [push]\n", "on: [push, mine]\n", theirs],
        &format!("<<<<<<< ours\non: [push, mine]\n||||||| base\non: [push]\n=======\n{theirs}>>>>>>> theirs\n"),
    );
}

#[test]
fn a_bracket_may_close_below_its_key() {
    let base = "a:\n  test: [\n    x,\n  ]\n  b: 1\nc: 2\n";
    gives(
        "x.yaml",
        [base, &base.replace("b: 1", "b: 1\n  mine: 1"), &base.replace("b: 1", "b: 3")],
        &base.replace("b: 1", "b: 3\n  mine: 1"),
    );
}

#[test]
fn a_block_does_not_stand_twice_where_others_cannot_be_told_apart() {
    let twins = "dynamic \"x\" {\n  a = 1\n}\ndynamic \"x\" {\n  a = 1\n}\n";
    for head in ["module \"m\" {", "tags = {"] {
        let block = |name: &str| format!("{head}\n  source = \"m\"\n  role = \"{name}\"\n}}\n");
        let (ours, theirs) = (format!("{}{twins}", block("mine")), format!("{twins}{}", block("yours")));
        let language = scaffold::merge::Language::Hcl;
        let merged = scaffold::merge::merge(language, twins.as_bytes(), ours.as_bytes(), theirs.as_bytes(), crate::LABELS);
        assert_eq!(merged.conflicts, 1, "{}", String::from_utf8_lossy(&merged.bytes));
    }
}

#[test]
fn blocks_without_a_name_stand_side_by_side() {
    let header = |name: &str| format!("  header {{\n    name = \"{name}\"\n  }}\n");
    let service = |blocks: &str| format!("resource \"service\" \"a\" {{\n  name = \"a\"\n{blocks}  force = true\n}}\n");
    let two = |name: &str| format!("{}{}", header(name), header(&format!("{name} too")));
    let [ours, theirs] = ["mine", "yours"].map(|name| service(&two(name)));
    gives("main.tf", [&service(""), &ours, &theirs], &service(&format!("{}{}", two("mine"), two("yours"))));
}
