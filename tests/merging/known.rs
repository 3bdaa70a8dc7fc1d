//! Why: what random edits found once is kept here in its smallest form, with the bytes that are right.

use scaffold::merge::{Language, merge};

use crate::LABELS;

#[track_caller]
pub fn gives(path: &str, [base, ours, theirs]: [&str; 3], expected: &str) {
    let merged = merge(Language::of(path), base.as_bytes(), ours.as_bytes(), theirs.as_bytes(), LABELS);
    assert_eq!(String::from_utf8(merged.bytes).unwrap(), expected);
    assert_eq!(merged.conflicts, expected.matches("<<<<<<<").count());
}

#[test]
fn a_comment_stands_once_where_what_it_led_is_gone_and_something_new_came_below_it() {
    let base = "A=1\n\n# Why.\nB=2\n\n# Other.\n";
    let ours = "A=1\n\n# Why.\nNEW=1\nB=2\n\n# Other.\n";
    let theirs = "A=1\n\n# Why.\n\n# Other.\n";
    gives(".env.example", [base, ours, theirs], "A=1\n\n# Why.\nNEW=1\n\n# Other.\n");
}

#[test]
fn what_one_side_deleted_and_the_other_changed_is_a_conflict_even_if_the_change_takes_its_name() {
    let other = "server {\n    listen 80;\n    return 301 https://x;\n}\n";
    let server = "server {\n    listen 443 ssl;\n    server_name x;\n    root /srv;\n}\n";
    let base = format!("{other}{server}");
    let theirs = format!("{other}{}", server.replace("    listen 443 ssl;\n", ""));
    gives(
        "nginx/x.conf",
        [&base, other, &theirs],
        &format!(
            "{other}<<<<<<< ours\n||||||| base\n{server}=======\n{}>>>>>>> theirs\n",
            server.replace("    listen 443 ssl;\n", "")
        ),
    );
}

#[test]
fn a_star_behind_a_slash_begins_no_comment_in_nginx() {
    let text = |line: &str| format!("http {{\n    a 1;\n{line}    c 3;\n}}\n");
    let ours = "    include x/*.conf; # mine\n";
    let base = "    include x/*.conf;\n";
    let conflict = format!("<<<<<<< ours\n{ours}||||||| base\n{base}=======\n>>>>>>> theirs\n");
    gives("nginx/x.conf", [&text(base), &text(ours), &text("")], &text(&conflict));
}

#[test]
fn two_new_names_for_one_thing_are_a_conflict() {
    let base = "services:\n  api:\n    image: a:1\n    ports: [80]\n";
    let [ours, theirs] = ["mine", "yours"].map(|name| base.replace("api", name));
    gives(
        "compose.yaml",
        [base, &ours, &theirs],
        &format!(
            "services:\n<<<<<<< ours\n{}||||||| base\n{}=======\n{}>>>>>>> theirs\n",
            &ours[10..],
            &base[10..],
            &theirs[10..]
        ),
    );
    let base = "run:\n  set: |\n    one\n    two\n";
    let [ours, theirs] = ["mine", "yours"].map(|name| base.replace("set", name));
    gives(
        "x.yaml",
        [base, &ours, &theirs],
        &format!("run:\n<<<<<<< ours\n{}||||||| base\n{}=======\n{}>>>>>>> theirs\n", &ours[5..], &base[5..], &theirs[5..]),
    );
}

#[test]
fn a_new_name_goes_with_new_comments_of_the_other_side() {
    let base = "services:\n  api:\n    image: a:1\n    ports:\n      - 80\n";
    let ours = base.replace("api", "mine");
    let theirs = base.replace("    ports:", "    # For clients.\n    ports:").replace("services:", "services: # all");
    gives("compose.yaml", [base, &ours, &theirs], &theirs.replace("api", "mine"));
}

#[test]
fn siblings_that_are_all_alike_are_no_new_names_of_each_other() {
    let one =
        |name: &str| format!("resource \"alarm\" \"{name}\" {{\n  kind = \"pager\"\n  after = 5\n  to = local.team\n}}\n\n");
    let base = format!("{}{}", one("a"), one("b"));
    let theirs = format!("{}{}", one("a"), one("c"));
    gives("main.tf", [&base, &one("a"), &theirs], &theirs);
}

#[test]
fn the_users_layout_stays_where_the_other_side_changed_a_comment() {
    let base = "services:\n  # Old.\n  api:\n    image: a:1\n    ports: [80, 81]\n";
    let ours = "services:\n    # Old.\n    api:\n        image: \"a:1\"\n        ports: [ 80, 81 ]\n";
    let theirs = base.replace("Old", "New");
    gives("compose.yaml", [base, ours, &theirs], &ours.replace("Old", "New"));
}

#[test]
fn of_two_alike_the_same_one_is_gone_as_for_git() {
    let (ours, theirs) = ("item\n", "item\n\n");
    gives("page.txt", ["one\ntwo\n\nitem\ntwo\none\nitem\n", ours, theirs], theirs);
    // Where a change of the other list stands beside one of them, that one.
    let base = "one\nitem\nitem\ntwo\nthree\n";
    let (ours, theirs) = ("ONE\nitem\ntwo\nthree\n", "one\nitem\nitem\nTWO\nthree\n");
    gives("page.txt", [base, ours, theirs], "ONE\nitem\nTWO\nthree\n");
}

#[test]
fn a_change_in_what_the_other_side_renamed_is_under_the_new_name_as_for_git() {
    let base = "module \"a\" {\n  x = 1\n  y = 2\n  z = 3\n  list = [\n    \"b\",\n  ]\n}\n";
    let (ours, theirs) = (base.replace("y = 2", "y = 5"), base.replace("\"a\"", "\"new\""));
    gives("main.tf", [base, &ours, &theirs], &ours.replace("\"a\"", "\"new\""));
    gives("main.tf", [base, &theirs, &ours], &ours.replace("\"a\"", "\"new\""));
    let two = format!("{}{}", base.replace("\"a\"", "\"new-1\""), base.replace("\"a\"", "\"new-2\""));
    let yaml = "jobs:\n  a:\n    x: 1\n    y: 2\n    z: 3\n";
    let (ours, theirs) = (yaml.replace("y: 2", "y: 5"), yaml.replace("a:", "new:"));
    gives("ci.yaml", [yaml, &ours, &theirs], &ours.replace("a:", "new:"));
    // Of two that it may have become, git has the change in one, and so have we.
    let shorter = base.replace("  z = 3\n", "");
    gives(
        "main.tf",
        [base, &shorter, &two],
        &format!("{}{}", base.replace("\"a\"", "\"new-1\""), shorter.replace("\"a\"", "\"new-2\"")),
    );
}

#[test]
fn an_alias_of_what_goes_is_asked_about_where_it_stands_and_nowhere_else() {
    let api = "  api:\n    env: &env\n      A: \"1\"\n\n      # Why.\n      B: [x]\n    x: 1\n";
    let yaml = |api: &str, more: &str| format!("services:\n{api}  db:\n    env: {{A: 2}}\n{more}");
    let (base, theirs) = (yaml(api, ""), yaml("", ""));
    let asked = |ours: &str, theirs: &str| format!("<<<<<<< ours\n{ours}||||||| base\n=======\n{theirs}>>>>>>> theirs\n");
    let block = "        A: \"1\"\n        # Why.\n        B: [x]\n";
    let line = "&env {A: \"1\", B: [x]}";
    for (own, kept, without) in [
        ("      <<: *env\n", format!("      <<: &env\n{block}"), ""),
        ("      <<: [*env, *own] # note\n", format!("      <<: [{line}, *own] # note\n"), "      <<: [*own] # note\n"),
        ("      x: { <<: *env, C: 3 }\n", format!("      x: {{ <<: {line}, C: 3 }}\n"), "      x: { C: 3 }\n"),
    ] {
        let cron =
            |env: &str| format!("  # Ours.\n  cron:\n    own: &own {{}}\n    env:\n{env}      A: 3\n    other: \"*env\"\n");
        let merged = yaml("", &cron(&asked(&kept, without)));
        gives("compose.yaml", [&base, &yaml(api, &cron(own)), &theirs], &merged);
    }
    // It stands once, and is what the others are aliases of.
    let cron = |[one, two]: [&str; 2]| format!("  cron:\n    list:\n{one}      - b\n    env:\n{two}      A: 3\n");
    let merged = cron([&asked(&format!("      - {line}\n"), ""), &asked("      <<: *env\n", "")]);
    let own = cron(["      - *env\n", "      <<: *env\n"]);
    gives("compose.yaml", [&base, &yaml(api, &own), &theirs], &yaml("", &merged));
}

#[test]
fn a_server_of_the_users_stays_beside_one_that_comes_for_several() {
    let server = |listen: &str, name: &str, more: &str| {
        format!("server {{\n    listen {listen};\n    server_name {name};\n    {more};\n}}\n")
    };
    let [http, other] = [server("80", "x", "return 308 /"), server("443 ssl default_server", "_", "return 444")];
    let base = format!("a 1;\n\n{http}\n{}\n{other}", server("443 ssl", "x", "root /srv"));
    let own = format!("\n# Of ours.\n{}", server("443 ssl", "old", "return 301 /"));
    let new = server("80 default_server", "x", "root /srv");
    let theirs = format!("a 1;\n\n{new}");
    gives("nginx/x.conf", [&base, &format!("{base}{own}"), &theirs], &format!("a 1;\n{own}\n{new}"));
    // What was changed in one that goes is asked about.
    let changed = base.replace("return 444", "return 404") + &own;
    let conflict = format!("<<<<<<< ours\n\n{}||||||| base\n\n{other}=======\n>>>>>>> theirs\n", other.replace("444", "404"));
    gives("nginx/x.conf", [&base, &changed, &theirs], &format!("a 1;\n{conflict}{own}\n{new}"));
}
