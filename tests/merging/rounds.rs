//! Why: what `add` brings and `remove` takes away again must leave the user's file as it was, to the byte, wherever the user
//! put something of their own, and with whatever blank lines around it.

use scaffold::merge::{Language, merge};

use crate::LABELS;

#[track_caller]
fn merged(path: &str, texts: [&str; 3]) -> String {
    let [base, ours, theirs] = texts.map(str::as_bytes);
    let merged = merge(Language::of(path), base, ours, theirs, LABELS);
    assert_eq!(merged.conflicts, 0, "{}", String::from_utf8_lossy(&merged.bytes));
    String::from_utf8(merged.bytes).unwrap()
}

/// Puts the user's own block between any two lines at the left edge, adds and removes again.
#[track_caller]
fn comes_back(path: &str, plain: &str, more: &str, own: &str) {
    let lines: Vec<&str> = plain.split_inclusive('\n').collect();
    let places = (0..=lines.len()).filter(|at| lines.get(*at).is_none_or(|line| !line.starts_with([' ', '}'])));
    for at in places.filter(|at| *at == 0 || !lines[at - 1].ends_with("{\n")) {
        for own in [own.to_owned(), format!("\n{own}"), format!("{own}\n"), format!("\n{own}\n")] {
            let user = format!("{}{own}{}", lines[..at].concat(), lines[at..].concat());
            let with = merged(path, [plain, &user, more]);
            assert_eq!(merged(path, [more, &with, plain]), user, "at {at}, with\n{with}");
        }
    }
}

#[test]
fn blank_lines_around_an_own_block_outlive_a_route_that_came_and_went() {
    let route = |path: &str| {
        format!("location = {path} {{\n    proxy_pass http://x;\n}}\nlocation {path}/ {{\n    proxy_pass http://x;\n}}\n")
    };
    let head = "# Which path goes where.\n# The longest wins.\n\n";
    let (api, web) = (route("/api"), "location / {\n    root /srv;\n}\n");
    let own = "location /old {\n    return 301 /new;\n}\n";
    for head in [head, ""] {
        let plain = format!("{head}{api}\n{web}");
        comes_back("nginx/routes.conf", &plain, &format!("{head}{}\n{api}\n{web}", route("/a")), own);
        comes_back("nginx/routes.conf", &plain, &format!("{head}{api}\n{}\n{web}", route("/b")), own);
        comes_back("nginx/routes.conf", &plain, &format!("{plain}\n{}", route("/z")), own);
    }
}
