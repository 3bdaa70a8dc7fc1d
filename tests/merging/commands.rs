//! Why: a script has lists, of one call or one arm a line, and that is where people add theirs. Everything else in it happens
//! one after the other, and there a person must decide.

use crate::known::gives;
use crate::touching::conflicts;

const LIST: &str = "check 'a: page' http /a ok\ncheck 'b: page' http /b ok\n";
const MINE: &str = "check 'mine' http /mine m\n";
const YOURS: &str = "check 'yours' http /yours y\n";

fn script(lines: &str) -> String {
    format!("#!/usr/bin/env bash\nset -eu\n. scripts/lib.sh\n\n{lines}\ndone_with_it\n")
}

#[track_caller]
fn both(sides: [&str; 3], expected: &str) {
    let [base, ours, theirs] = sides.map(script);
    gives("x.sh", [&base, &ours, &theirs], &script(expected));
    // Merged once more the same comes of it.
    let both = script(expected);
    gives("x.sh", [&base, &both, &theirs], &both);
    gives("x.sh", [&base, &ours, &both], &both);
}

#[track_caller]
fn asks(sides: [&str; 3]) {
    let [base, ours, theirs] = sides.map(script);
    conflicts("x.sh", [&base, &ours, &theirs]);
    conflicts("x.sh", [&base, &theirs, &ours]);
}

#[test]
fn two_entries_of_one_list_both_stand() {
    let add = |more: &str| format!("{LIST}{more}");
    both([LIST, &add(MINE), &add(YOURS)], &add(&format!("{MINE}{YOURS}")));
    both([LIST, &add(&format!("# Of ours.\n{MINE}")), &add(YOURS)], &add(&format!("# Of ours.\n{MINE}{YOURS}")));
    both([LIST, &format!("{MINE}{LIST}"), &format!("{YOURS}{LIST}")], &format!("{MINE}{YOURS}{LIST}"));
    let own = script(LIST).replace(". scripts/lib.sh", "check() { \"$@\"; }");
    let with = |more: &str| own.replace("\ndone", &format!("{more}\ndone"));
    gives("x.sh", [&own, &with(MINE), &with(YOURS)], &with(&format!("{MINE}{YOURS}")));
    // About one thing, with nothing new in it, beside another command, or with one.
    asks([LIST, &add(MINE), &add(&YOURS.replace("/yours", "/mine"))]);
    asks([LIST, &add(MINE), &add("check http /a\n")]);
    asks(["other a b\n", &format!("other a b\n{MINE}"), &format!("other a b\n{YOURS}")]);
    asks([LIST, &add(MINE), &add(&format!("{YOURS}id=$(field id)\n"))]);
    asks([LIST, &add(MINE), &add(&YOURS.replace('\n', " || exit 1\n"))]);
}

#[test]
fn an_entry_beside_one_that_changed_or_went_is_apart_from_it() {
    let changed = LIST.replace("/b ok", "/b mine");
    both([LIST, &changed, &format!("{LIST}{YOURS}")], &format!("{changed}{YOURS}"));
    let gone = LIST.lines().next().unwrap();
    both([LIST, &format!("{gone}\n"), &format!("{LIST}{YOURS}")], &format!("{gone}\n{YOURS}"));
    // It speaks of what went, or of what was written there; and both changed one.
    asks([LIST, &format!("{gone}\n"), &format!("{LIST}check 'yours' http /b y\n")]);
    asks([LIST, &LIST.replace("/b ok", "/yours ok"), &format!("{LIST}{YOURS}")]);
    asks([LIST, &changed, &LIST.replace("/b ok", "/b yours")]);
}

#[test]
fn arms_of_one_case_both_stand() {
    let case = |more: &str| format!("case $name in\na) users=' x' ;;\nb | c) users='' ;;\n{more}*) exit 2 ;;\nesac\n");
    let [mine, yours] = ["d) users=' x' ;;\n", "e) users=' x' ;;\n"];
    both([&case(""), &case(mine), &case(yours)], &case(&format!("{mine}{yours}")));
    // Which one is taken hangs on their order.
    asks([&case(""), &case(mine), &case("d | e) users='' ;;\n")]);
    asks([&case(""), &case(mine), &case("e*) users='' ;;\n")]);
    asks([&case(""), &case(mine), &case("e)\n  users=''\n  ;;\n")]);
}

#[test]
fn commands_of_other_programs_follow_on_each_other() {
    for command in ["docker", "cp", "run", "export"] {
        let line = |words: &str| format!("{command} {words}\n");
        let base = format!("{}{}", line("a b"), line("c d"));
        asks([&base, &format!("{base}{}", line("e f")), &format!("{base}{}", line("g h"))]);
    }
    let [base, ours, theirs] = [LIST.to_owned(), format!("{LIST}{MINE}"), format!("{LIST}{YOURS}")];
    // What is neither defined nor read, what is no script, a text, and what goes on.
    let [b, o, t] = [&base, &ours, &theirs].map(|lines| script(lines).replace(". scripts/lib.sh", ""));
    conflicts("x.sh", [&b, &o, &t]);
    conflicts("x.txt", [&base, &ours, &theirs]);
    let [b, o, t] = [&base, &ours, &theirs].map(|lines| format!("cat <<'END'\n{lines}END\n"));
    asks([&b, &o, &t]);
    let [b, o, t] = [&base, &ours, &theirs].map(|lines| format!("awk '\n{lines}' file\n"));
    asks([&b, &o, &t]);
    asks([&format!("{LIST}all \\\n"), &format!("{LIST}all \\\n{MINE}"), &format!("{LIST}all \\\n{YOURS}")]);
}

#[test]
fn one_more_command_like_one_that_changed_is_apart_from_it() {
    let recipe = |lines: &str| format!("a:\n\techo\n{lines}\nb:\n\techo\n");
    let run = |what: &str| format!("\tdocker compose exec -T api python -m app.{what}\n");
    let make = |[base, ours, theirs]: [&str; 3]| [base, ours, theirs].map(recipe);
    let [base, ours, theirs] = make([&run("one"), &run("one --mine"), &format!("{}{}", run("one"), run("two"))]);
    gives("Makefile", [&base, &ours, &theirs], &recipe(&format!("{}{}", run("one --mine"), run("two"))));
    gives("Makefile", [&base, &theirs, &ours], &recipe(&format!("{}{}", run("one --mine"), run("two"))));
    // Two commands at one place, another command, one about what changed, and one that goes on.
    let more = |what: &str| format!("{}{what}", run("one"));
    for sides in [
        [&run("one"), &more(&run("mine")), &more(&run("two"))],
        [&run("one"), &run("one --mine"), &more("\tdocker push api\n")],
        [&run("one"), &run("one").replace("api", "mine"), &more(&run("two"))],
        [&run("one"), &run("one --mine"), &more(&run("two && x"))],
    ] {
        let [base, ours, theirs] = make(sides.map(|side| &side[..]));
        conflicts("Makefile", [&base, &ours, &theirs]);
    }
}
