//! Why: what people write anew is often only the layout: a formatter ran, or somebody likes lines better. What then arrives
//! fits into theirs, and when it goes again their file is what it was.

use scaffold::merge::{Language, merge};

use crate::LABELS;
use crate::known::gives;

/// The change arrives, and goes again.
#[track_caller]
fn comes_and_goes(path: &str, [base, ours, theirs]: [&str; 3], merged: &str) {
    gives(path, [base, ours, theirs], merged);
    gives(path, [theirs, merged, base], ours);
}

#[test]
fn a_new_value_goes_into_the_line_of_the_user() {
    comes_and_goes(
        "main.tf",
        [
            "x {\n  a   = 1\n  bcd = 2\n}\n",
            "x {\n  a      = 1\n  bcd    = 2\n  longer = 3\n}\n",
            "x {\n  a   = 5\n  bcd = 2\n}\n",
        ],
        "x {\n  a      = 5\n  bcd    = 2\n  longer = 3\n}\n",
    );
    comes_and_goes(
        "nginx.conf",
        [
            "http {\n    size 10m;\n    gzip on;\n}\n",
            "http {\n    size    10m;\n    gzip    on;\n}\n",
            "http {\n    size 12m;\n    gzip on;\n}\n",
        ],
        "http {\n    size    12m;\n    gzip    on;\n}\n",
    );
    comes_and_goes("compose.yaml", ["a:\n  v: \"x\"\n", "a:\n  v: 'x'\n", "a:\n  v: \"y\"\n"], "a:\n  v: 'y'\n");
}

#[test]
fn a_collection_in_lines_takes_what_comes_on_one_line() {
    let yaml = |limits: &str| format!("a:\n  limits:{limits}\n  x: 1\n");
    let [base, theirs] = [" {cpus: \"0.50\", memory: 256M}", " {cpus: \"0.50\", memory: 512M}"].map(yaml);
    for cpus in ["0.50", "1.50"] {
        let [ours, merged] = ["256M", "512M"].map(|memory| yaml(&format!("\n    cpus: \"{cpus}\"\n    memory: {memory}")));
        comes_and_goes("compose.yaml", [&base, &ours, &theirs], &merged);
    }
    let json = |list: &str| format!("{{\n  \"dirs\": {list},\n  \"x\": 1\n}}\n");
    let [base, theirs] = ["[\"a\", \"b\"]", "[\"a\", \"b\", \"c\"]"].map(json);
    let [ours, merged] = ["[\n    \"a\",\n    \"b\"\n  ]", "[\n    \"a\",\n    \"b\",\n    \"c\"\n  ]"].map(json);
    comes_and_goes("settings.json", [&base, &ours, &theirs], &merged);
    let json = |item: &str| format!("{{\n  \"t\": [\n    {item}\n  ]\n}}\n");
    let [base, theirs] = ["{ \"id\": \"A\", \"expr\": \"a\" }", "{ \"id\": \"A\", \"expr\": \"b\" }"].map(json);
    let [ours, merged] = ["a", "b"].map(|expr| json(&format!("{{\n      \"id\": \"A\",\n      \"expr\": \"{expr}\"\n    }}")));
    comes_and_goes("dashboard.json", [&base, &ours, &theirs], &merged);
}

#[test]
fn the_comment_of_a_section_goes_with_it() {
    let [base, ours] = ["services:\n  a: {}\n", "services:\n  a: {}\n\nvolumes:\n  own:\n"];
    let theirs = "services:\n  a: {}\n\n# What makes the next start quick.\nvolumes:\n  cache:\n";
    comes_and_goes("compose.yaml", [base, ours, theirs], &theirs.replace("  cache:\n", "  own:\n  cache:\n"));
}

#[test]
fn named_steps_of_both_stand_between_those_without_a_name() {
    let steps = |more: &str| {
        format!(
            "steps:\n  - uses: a@v1\n\n  - name: Scan a\n    run: scan a\n\n{more}  - name: Bundle\n    run: b\n\n  - uses: c@v1\n"
        )
    };
    let [base, ours, theirs] = ["", "  - name: Own\n    run: own\n\n", "  - name: Scan b\n    run: scan b\n\n"].map(steps);
    comes_and_goes(
        "ci.yaml",
        [&base, &ours, &theirs],
        &steps("  - name: Own\n    run: own\n\n  - name: Scan b\n    run: scan b\n\n"),
    );
}

#[test]
fn the_only_item_of_a_list_needs_no_name() {
    let list =
        |targets: &str, label: &str| format!("static_configs:\n  - targets: [{targets}]\n    labels: {{stack: {label}}}\n");
    let [base, ours, theirs] = [list("a, b", "x"), list("a, b, own", "x"), list("a, b, c", "y")];
    comes_and_goes("prometheus.yaml", [&base, &ours, &theirs], &list("a, b, own, c", "y"));
}

#[test]
fn a_word_stands_where_the_one_stood_that_it_replaces() {
    let names = |names: &str| format!("server {{\n    server_name {names};\n}}\n");
    let [base, ours, theirs] = ["a.example s.a.example", "a.example own s.a.example", "b.test s.b.test"].map(names);
    comes_and_goes("nginx.conf", [&base, &ours, &theirs], &names("b.test own s.b.test"));
}

#[test]
fn a_mapping_on_one_line_takes_what_comes_in_lines() {
    let yaml = |needs: &str| format!("a:\n  needs:{needs}\n  x: 1\n");
    let lines = "\n    db:\n      state: \"up\"\n    init:\n      state: done";
    let (base, theirs) = (yaml(lines), yaml(&format!("{lines}\n    redis:\n      state: up\n      tags:\n        - one")));
    let redis = "redis: {state: up, tags: [one]}";
    for (ours, merged) in [
        (" {db: {state: \"up\"}, init: {state: done}}", format!(" {{db: {{state: \"up\"}}, init: {{state: done}}, {redis}}}")),
        (
            " { init: {state: done}, db: { state: 'up' } } # Ana",
            format!(" {{ init: {{state: done}}, {redis}, db: {{ state: 'up' }} }} # Ana"),
        ),
        (" {db: {state: up}, own: {state: up}}", format!(" {{db: {{state: up}}, own: {{state: up}}, {redis}}}")),
    ] {
        comes_and_goes("compose.yaml", [&base, &yaml(ours), &theirs], &yaml(&merged));
    }
    // A comment, and what stands on several lines, have no place there; both are asked, and neither is lost.
    let comment = yaml(&format!("{lines}\n    # New.\n    redis:\n      state: up"));
    let folded = yaml(" {\n    db: {state: up}, init: {state: done}}");
    for [ours, theirs] in [[&yaml(" {db: {state: up}, init: {state: done}}"), &comment], [&folded, &theirs]] {
        let merged = merge(Language::Yaml, base.as_bytes(), ours.as_bytes(), theirs.as_bytes(), LABELS);
        let text = String::from_utf8(merged.bytes).unwrap();
        assert_eq!((merged.conflicts, ours.lines().all(|line| text.contains(line))), (1, true), "{text}");
        assert!(theirs.lines().all(|line| text.contains(line)) && text.ends_with("  x: 1\n"), "{text}");
    }
}
