//! Why: git takes edits that touch for one. Where each is whole by itself both hold; where that cannot be seen, a person must.

use crate::known::gives;

#[track_caller]
pub fn conflicts(path: &str, [base, ours, theirs]: [&str; 3]) {
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

#[test]
fn what_both_made_anew_is_one_where_only_one_side_has_more() {
    let [base, theirs] = ["on:\n  push:\n", "on:\n  push:\n  workflow_dispatch:\n"];
    let ours = "on:\n  push:\n  workflow_dispatch:\n    # What it takes.\n    inputs:\n      name:\n        required: true\n";
    gives("ci.yaml", [base, ours, theirs], ours);
    gives("ci.yaml", [base, theirs, ours], ours);
    conflicts("ci.yaml", [base, ours, &theirs.replace("dispatch:", "dispatch: # by hand")]);
    // Items of a list are known by whatever is called a name.
    let list = |more: &str| format!("matrix:\n  include:\n    - service_name: api\n    - service_name: web\n{more}");
    let [base, ours, theirs] =
        ["", "    - service_name: jobs\n      skip: true\n", "    - service_name: jobs\n      port: 1\n"].map(list);
    gives("ci.yaml", [&base, &ours, &theirs], &list("    - service_name: jobs\n      skip: true\n      port: 1\n"));
    conflicts("ci.yaml", [&base, &ours, &ours.replace("true", "false")]);
}

#[test]
fn one_thing_is_a_list_of_one() {
    let [base, list, one] = ["a:\n  needs: x\n  b: 1\n", "a:\n  needs:\n    - y\n  b: 1\n", "a:\n  needs: y\n  b: 1\n"];
    gives("ci.yaml", [base, list, one], list);
    gives("ci.yaml", [base, one, list], one);
    conflicts("ci.yaml", [base, list, "a:\n  needs: z\n  b: 1\n"]);
    let command = |text: &str| text.replace("needs", "command");
    conflicts("ci.yaml", [&command(base), &command(list), &command(one)]);
}

#[test]
fn a_list_of_words_in_a_script_is_whole_by_itself() {
    let base = "# What runs.\nroutes=(a:80)\nstores=()\n";
    let theirs = base.replace("stores=()", "stores=(postgres)");
    let own = |text: &str| format!("{text}extra=(own)\nsource own.sh\n");
    gives("x.sh", [base, &own(base), &theirs], &own(&theirs));
    gives("x.sh", [&theirs, &own(&theirs), base], &own(base));
    gives("x.sh", [base, &base.replace("()", "(mine)"), &theirs], &base.replace("()", "(mine postgres)"));
    gives("x.sh", [&theirs, &base.replace("()", "(postgres mine)"), base], &base.replace("()", "(mine)"));
    gives("x.sh", [base, &base.replace("()", "( mine )"), &theirs], &base.replace("()", "( mine postgres )"));
    let two = base.replace("a:80", "a:80 b:80");
    gives("x.sh", [base, &two, &theirs], &two.replace("()", "(postgres)"));
    // What both put instead of one word, what both wrote at one place, and what is not a set.
    conflicts("x.sh", [&theirs, &base.replace("()", "(mine)"), &base.replace("()", "(redis)")]);
    conflicts("x.sh", [base, &own(base), &format!("{theirs}yours=()\n")]);
    conflicts("x.sh", ["args=(a)\n", "args=(a mine)\n", "args=(a yours)\n"]);
    conflicts("x.sh", ["x=(--a 1)\n", "x=(--a 1 --b 2)\n", "x=(--a 1 --c 2)\n"]);
    conflicts("x.sh", ["x=\"a\"\n", "x=\"a\"\nmine\n", "x=\"b\"\n"]);
}

#[test]
fn what_both_sides_gave_another_name_is_asked_for() {
    let block = |on: &str, dispatch: &str| {
        format!("name: x\n\n{on}:\n  {dispatch}:\n    inputs:\n      a: 1\n      b: 2\n\njobs: {{}}\n")
    };
    let wide = block("on", "mine").replace("  ", "    ");
    conflicts("ci.yaml", [&block("on", "dispatch"), &wide, &block("yours", "dispatch")]);
    let build = |key: &str, more: &str| format!("services:\n  web:\n    {key}:\n{more}      target: dev\n");
    conflicts("compose.yaml", [&build("build", "      context: .\n"), &build("mine", ""), &build("yours", "")]);
    let web = |key: &str, more: &str| format!("services:\n  {key}:\n    build:\n{more}      context: .\n      target: dev\n");
    conflicts("compose.yaml", [&web("web", ""), &web("mine", "      a: 1\n"), &web("yours", "      b: 1\n")]);
}

#[test]
fn a_file_twice_as_long_takes_twice_as_long() {
    let lines = |sign: &str, at: &[usize]| {
        let mark = |i: usize| if at.contains(&(i % 10)) { sign } else { "" };
        (0..40_000).map(|i| format!("k{i}: {}{}\n", i % 977, mark(i))).collect::<Vec<_>>().concat()
    };
    let merge = |path: &str, ours: &[usize], theirs: &[usize]| {
        let [base, ours, theirs] = [lines("", &[]), lines(" o", ours), lines(" t", theirs)];
        let language = scaffold::merge::Language::of(path);
        scaffold::merge::merge(language, base.as_bytes(), ours.as_bytes(), theirs.as_bytes(), crate::LABELS).conflicts
    };
    let begin = std::time::Instant::now();
    // Each line by itself is clean in YAML, though lines touch; by lines all of these are conflicts.
    assert_eq!(merge("x.yaml", &[3], &[4]), 0);
    assert_eq!(merge("x.txt", &[3, 5], &[5, 7]), 4000);
    assert!(begin.elapsed().as_secs() < 60, "{:?}: something grows with the square of the lines", begin.elapsed());
}

#[test]
fn what_is_added_to_what_the_other_side_renamed_is_asked_for() {
    let services = |key: &str, more: &str| format!("{key}:\n  a:\n    image: a\n  b:\n    image: b\n{more}");
    let wide = services("mine", "").replace("  ", "    ");
    conflicts("compose.yaml", [&services("services", ""), &wide, &services("services", "  c:\n    image: c\n")]);
}

#[test]
fn what_one_side_emptied_and_both_renamed_is_no_new_thing() {
    let block = |key: &str, more: &str| format!("a:\n  b: 1\n{key}:\n{more}c: 2\n");
    let [base, ours, theirs] = [block("old", "  x: 1\n"), block("new", ""), block("new", "  x: 1\n")];
    conflicts("x.yaml", [&base, &ours, &theirs]);
    gives("x.yaml", [&base, &theirs, &ours], &ours);
}

#[test]
fn the_only_step_is_another_one_where_it_does_something_else() {
    let step = |uses: &str, to: &str| format!("steps:\n  - uses: acme/{uses}\n    if: {to}\n");
    conflicts("ci.yaml", [&step("copy@v1", "a"), &step("move@v1", "a"), &step("copy@v1", "b")]);
    gives("ci.yaml", [&step("copy@v1", "a"), &step("copy@v2", "a"), &step("copy@v1", "b")], &step("copy@v2", "b"));
}

#[test]
fn what_is_named_in_a_conflict_goes_only_with_it() {
    let file = |service: &str, [secrets, volumes]: [&str; 2]| {
        format!("services:\n  api:\n    image: a\n{service}\nsecrets:\n  token:\n    file: t\n{secrets}{volumes}")
    };
    let redis = "  redis:\n    image: redis\n    secrets:\n      - redis_password\n    volumes:\n      - redis-data:/data\n";
    let [password, volumes] = ["  redis_password:\n    file: r\n", "\nvolumes:\n  redis-data:\n"];
    let base = file(redis, [password, volumes]);
    let changed = redis.replace("image: redis", "image: mine");
    let gone = |ours: &str, base: &str| format!("<<<<<<< ours\n{ours}||||||| base\n{base}=======\n>>>>>>> theirs\n");
    let parts = [gone(password, password), gone(volumes, volumes)];
    let expected = file(&gone(&changed, redis), parts.each_ref().map(String::as_str));
    gives("compose.yaml", [&base, &file(&changed, [password, volumes]), &file("", ["", ""])], &expected);
    // What it does not name any more goes at once, and so does all of it where nothing was changed.
    let without = changed.replace("    volumes:\n      - redis-data:/data\n", "");
    let expected = file(&gone(&without, redis), [&parts[0], ""]);
    gives("compose.yaml", [&base, &file(&without, [password, volumes]), &file("", ["", ""])], &expected);
    let api = |text: &str| text.replace("image: a\n", "image: b\n");
    gives("compose.yaml", [&base, &api(&base), &file("", ["", ""])], &api(&file("", ["", ""])));
}
