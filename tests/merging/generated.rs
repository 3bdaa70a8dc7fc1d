//! Why: what is generated is told from what a person wrote, though the two may be the same. Here `add` brings something and
//! `remove` takes it away again, and all that time the user's own stands as it was written.

use scaffold::merge::{Language, merge_generated, only_pins_moved, still_wanted};

use crate::LABELS;
use crate::known::gives;

fn generated(path: &str, [base, ours, theirs]: [&str; 3]) -> String {
    let [base, ours, theirs] = [base, ours, theirs].map(str::as_bytes);
    let language = Language::of(path);
    let wanted = still_wanted(language, base, ours, theirs);
    let merged = merge_generated(language, base, ours, wanted.as_deref().unwrap_or(theirs), LABELS);
    String::from_utf8(merged.bytes).unwrap()
}

/// What comes is merged as expected, and when it goes, the user's text is back.
#[track_caller]
fn comes_and_goes(path: &str, [plain, user, more]: [&str; 3], expected: &str) {
    let with = generated(path, [plain, user, more]);
    assert_eq!(with, expected);
    assert_eq!(generated(path, [more, &with, plain]), user, "with\n{with}");
}

#[test]
fn a_pattern_of_the_users_own_stands_beside_the_same_one_that_comes_and_goes() {
    let [plain, more] = ["# All.\na/\n\n/app/\n/dist/\n", "# All.\na/\n\n/backups/\n/app/\n/dist/\n"];
    let own = "/backups/\n";
    for (from, to, expected) in [
        ("/app", "/backups/\n/app", "/backups/\n/backups/\n/app"),
        ("/app", "/backups/\n/own/\n/app", "/backups/\n/own/\n/backups/\n/app"),
        ("/app", "/own/\n/backups/\n/app", "/own/\n/backups/\n/backups/\n/app"),
        ("/app", "/backups/\n/backups/\n/app", "/backups/\n/backups/\n/backups/\n/app"),
        ("/app", "# Mine.\n/backups/\n\n/app", "# Mine.\n/backups/\n\n/backups/\n/app"),
    ] {
        comes_and_goes(".gitignore", [plain, &plain.replace(from, to), more], &plain.replace(from, expected));
    }
    for user in [format!("{plain}{own}"), format!("{own}{plain}"), plain.replace("/dist", "/backups/\n/dist")] {
        comes_and_goes(".gitignore", [plain, &user, more], &user.replace("/app", "/backups/\n/app"));
    }
}

#[test]
fn a_blank_line_stays_above_a_comment_where_a_pattern_comes_and_goes() {
    let [plain, user] = ["a/\n\n/app/\n", "a/\n\n# Server.\n/app/\n"];
    comes_and_goes(".gitignore", [plain, user, "a/\n\n/backups/\n/app/\n"], "a/\n\n/backups/\n# Server.\n/app/\n");
    gives(".gitignore", ["a/\n\n/b/\n/app/\n", "a/\n\n/b/\n# Server.\n/app/\n", plain], user);
}

#[test]
fn comments_that_were_thrown_away_do_not_come_back() {
    let [plain, more] = ["a", "a, b"].map(|of| {
        let name = if of == "a" { "a" } else { "" };
        format!("# Head\n\nX=1\n#\n# Name. Read by {of}.\n#NAME={name}\n#\n# Port. Read by {of}.\n#PORT=\n")
    });
    // Sorted and without comments; without all of it, and with one entry less.
    comes_and_goes(".env.example", [&plain, "#NAME=a\n#PORT=\nX=1\n", &more], "#NAME=\n#PORT=\nX=1\n");
    comes_and_goes(".env.example", [&plain, "# Head\n\nX=1\n", &more], "# Head\n\nX=1\n");
    let without = |text: &str| text.replace("#NAME=a\n", "#NAME=\n").replace("# Port. Read by a.\n#PORT=\n", "");
    let lines: Vec<&str> = more.lines().collect();
    comes_and_goes(
        ".env.example",
        [&plain, &plain[..plain.find("#\n# Port").unwrap()], &more],
        &format!("{}\n", lines[..6].join("\n")),
    );
    // Nor do those of a part of which all entries went.
    let [head, entry] = ["A=1\n\n# For reference.\n", "#\n# Port.\n#PORT=\n"];
    assert_eq!(generated(".env.example", [&format!("{head}{entry}B=1\n"), "#PORT=\nA=1\nB=1\n", head]), "A=1\n");
    assert_eq!(generated(".env.example", [&format!("{head}{entry}"), "#PORT=\nA=1\n", head]), "A=1\n");
    // Who wrote another one is asked.
    assert!(generated(".env.example", [&plain, &plain.replace("#NAME", "# NAME"), &more]).contains("<<<<<<<"));
    let own = without(&plain).replace("# Name. Read by a.", "# Mine.");
    assert!(generated(".env.example", [&plain, &own, &more]).contains("<<<<<<<"));
}

const MAKE: &str = ".PHONY: a\na: ## A\n\tdocker a\n\techo a\n\n.PHONY: z\nz: ## Z\n\tdocker z IMAGE=a\n\tdocker y\n";

fn with_b(text: &str) -> String {
    text.replace(".PHONY: z", ".PHONY: b\nb: ## B\n\tdocker b\n\n.PHONY: z").replace("IMAGE=a", "IMAGE=a B=b")
}

#[test]
fn all_phony_targets_may_stand_on_one_line() {
    let one_line =
        |text: &str, all: &str| format!(".PHONY: {all}\n\n{}", text.replace(".PHONY: a\n", "").replace(".PHONY: z\n", ""));
    for all in ["a z", "a \\\n  z"] {
        let user = one_line(MAKE, all);
        let with = user.replace("z: ##", ".PHONY: b\nb: ## B\n\tdocker b\n\nz: ##").replace("IMAGE=a", "IMAGE=a B=b");
        comes_and_goes("Makefile", [MAKE, &user, &with_b(MAKE)], &with);
    }
    // The word goes with its target.
    let user = one_line(&with_b(MAKE).replace(".PHONY: b\n", ""), "a b z");
    assert_eq!(generated("Makefile", [&with_b(MAKE), &user, MAKE]), one_line(MAKE, "a z"));
    let own = |text: &str| format!("{text}\nb: ## Mine\n\techo mine\n");
    let user = one_line(MAKE, "a b z");
    assert_eq!(generated("Makefile", [&with_b(MAKE), &own(&user), MAKE]), own(&user));
}

#[test]
fn one_line_of_phony_targets_need_not_name_all_of_them() {
    let user = MAKE.replace("a\n\n.PHONY: z\n", "a\n\n").replace(".PHONY: a\n", ".PHONY: a own\n");
    let user = user.replace("echo a", "echo mine");
    let with = user.replace("z: ##", ".PHONY: b\nb: ## B\n\tdocker b\n\nz: ##").replace("IMAGE=a", "IMAGE=a B=b");
    comes_and_goes("Makefile", [MAKE, &user, &with_b(MAKE)], &with);
    // What the new version says of a target that was changed is still asked for.
    assert!(generated("Makefile", [MAKE, &user, &MAKE.replace("echo a", "echo b")]).contains("<<<<<<<"));
}

#[test]
fn a_setting_is_something_else_than_a_remark_about_one_of_that_name() {
    let [plain, more] =
        ["", "#\n# Where it is.\n#URL=b\n"].map(|more| format!("A=1\n\n# Reference.\n#\n# Port.\n#PORT=\n{more}"));
    let user = plain.replace("A=1\n", "A=1\n\n# Mine.\nURL=a\n");
    comes_and_goes(".env.example", [&plain, &user, &more], &more.replace("A=1\n", "A=1\n\n# Mine.\nURL=a\n"));
    // Two settings and two remarks are two answers, and so is what became of a remark.
    for [base, mine, yours] in [["", "URL=a\n", "URL=b\n"], ["", "#URL=a\n", "#URL=b\n"], ["#URL=\n", "URL=a\n", "#URL=b\n"]] {
        let [base, mine, yours] = [base, mine, yours].map(|line| format!("A=1\n{line}"));
        assert!(generated(".env.example", [&base, &mine, &yours]).contains("<<<<<<<"), "{base}{mine}{yours}");
    }
}

#[test]
fn recipes_may_be_quiet() {
    let quiet = |text: &str| text.replace("\tdocker", "\t@docker").replace("\techo", "\t-@echo");
    let user = quiet(MAKE);
    let with =
        with_b(MAKE).replace("\tdocker a", "\t@docker a").replace("\techo", "\t-@echo").replace("\tdocker z", "\t@docker z");
    let with = with.replace("\tdocker y", "\t@docker y");
    comes_and_goes("Makefile", [MAKE, &user, &with_b(MAKE)], &with);
    assert_eq!(generated("Makefile", [&with_b(MAKE), &quiet(&with_b(MAKE)), MAKE]), user);
    // Another command is not the one that was made quiet.
    let other = MAKE.replace("docker a", "podman run b");
    assert!(generated("Makefile", [MAKE, &user, &other]).contains("<<<<<<<"));
}

#[test]
fn what_goes_takes_the_version_with_it_that_a_bot_gave_it() {
    let sha = |of: &str| of.repeat(20);
    let step =
        |pin: &str, rest: &str| format!("      - name: Scan\n        uses: acme/scan@{pin}\n        with:\n          {rest}\n");
    let ci = |step: &str| {
        format!("jobs:\n  a:\n    steps:\n      - uses: b/c@v1\n{step}      - run: x\n  z:\n    steps:\n      - uses: b/c@v1\n")
    };
    let compose = |redis: &str| format!("services:\n  api:\n    image: api\n{redis}  web:\n    image: web\n");
    let redis = |image: &str, more: &str| format!("  # Keys.\n  redis:\n    image: {image}\n    restart: always\n{more}");
    let [old, new] = [format!("{} # v1.0.0", sha("ab")), format!("{} # v2.0.0", sha("cd"))];
    let stage = |tag: &str, run: &str| format!("FROM a:1 AS a\nFROM b:{tag} AS b\nRUN {run}\nFROM c:1\n");
    for (path, base, moved, plain) in [
        ("ci.yaml", ci(&step(&old, "file: a")), ci(&step(&new, "file: a")), ci("")),
        ("compose.yaml", compose(&redis("redis:8.2", "")), compose(&redis("redis:8.4.1", "")), compose("")),
        ("Dockerfile", stage("1.0", "x"), stage("1.2", "x"), "FROM a:1 AS a\nFROM c:1\n".to_owned()),
    ] {
        assert_eq!(generated(path, [&base, &moved, &plain]), plain);
        assert!(only_pins_moved(base.as_bytes(), moved.as_bytes()));
    }
    // Any other edit is a question, also beside the version and behind it.
    for (path, base, edited, plain) in [
        ("ci.yaml", ci(&step(&old, "file: a")), ci(&step(&new, "file: b")), ci("")),
        ("ci.yaml", ci(&step(&old, "file: a")), ci(&step(&format!("{new} not newer"), "file: a")), ci("")),
        ("compose.yaml", compose(&redis("redis:8.2", "")), compose(&redis("redis:8.4.1", "    cpus: 1\n")), compose("")),
        ("compose.yaml", compose(&redis("redis:8.2", "")), compose(&redis("redis:8.4.1 # ours", "")), compose("")),
        ("compose.yaml", compose(&redis("redis:8.2", "")), compose(&redis("acme/redis:8.4.1", "")), compose("")),
        (
            "compose.yaml",
            compose(&redis("redis:8.2-trixie", "")),
            compose(&redis("redis:8.2-trixie", "")).replace("Keys", "Ours"),
            compose(""),
        ),
        ("Dockerfile", stage("1.0", "x"), stage("1.2", "y"), "FROM a:1 AS a\nFROM c:1\n".to_owned()),
    ] {
        assert!(generated(path, [&base, &edited, &plain]).contains("<<<<<<<"), "{edited}");
        assert!(!only_pins_moved(base.as_bytes(), edited.as_bytes()));
    }
    // What stands elsewhere now is not gone: its version is asked for.
    let elsewhere = compose(&redis("redis:8.2", "")).replace("  redis:", "  cache:").replace("    restart: always\n", "");
    assert!(
        generated("compose.yaml", [&compose(&redis("redis:8.2", "")), &compose(&redis("redis:8.4.1", "")), &elsewhere])
            .contains("8.4.1")
    );
    // What stays keeps its newer version where another one of the same goes.
    let [two, newer] = ["v1", "v2"].map(|v| ci(&step(&old, "file: a")).replace("b/c@v1", &format!("b/c@{v}")));
    let without = |text: &str| {
        text.replace("  z:\n    steps:\n      - uses: b/c@v1\n", "").replace("  z:\n    steps:\n      - uses: b/c@v2\n", "")
    };
    assert_eq!(generated("ci.yaml", [&two, &newer, &without(&two)]), without(&newer));
}

#[test]
fn what_a_block_that_goes_names_goes_with_it_though_its_version_moved() {
    let text = |redis: &str, more: &str| format!("services:\n  api:\n    image: a:1\n{redis}volumes:\n  api: {{}}\n{more}");
    let redis = |of: &str| format!("  redis:\n    image: redis:{of}\n    volumes: [data:/data]\n");
    let data = "  data: {}\n";
    let [base, theirs] = [text(&redis("8.2"), data), text("", "")];
    assert_eq!(generated("compose.yaml", [&base, &text(&redis("8.4"), data), &theirs]), theirs);
    // It stays a part of the question where more was changed.
    let merged = generated("compose.yaml", [&base, &text(&redis("8.4").replace("data:/data", "data:/own"), data), &theirs]);
    assert_eq!(merged.matches("<<<<<<<").count(), 2, "{merged}");
}
