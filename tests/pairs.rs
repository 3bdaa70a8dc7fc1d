//! Why: each blueprint may be right alone and wrong beside another one. Every pair is planned, parsed and cross-checked.

mod common;

use std::collections::BTreeMap;

use common::combinations;
use scaffold::Outcome;
use scaffold::catalogue::Catalogue;

#[test]
fn every_pair_of_blueprints_holds_together() {
    let catalogue = Catalogue::open(None).unwrap();
    let mut checked = 0;
    for (a, b) in combinations::pairs(&catalogue) {
        let text = combinations::answers(&catalogue, &[&a, &b], false);
        let outcome =
            common::plan_with(&catalogue, &text).unwrap_or_else(|e| panic!("{a:?} + {b:?}\n{text}{:#?}", e.diagnostics()));
        check(&outcome, &format!("{a:?} + {b:?}"));
        let swapped = common::plan_with(&catalogue, &combinations::answers(&catalogue, &[&a, &b], true)).unwrap();
        assert!(bytes(&outcome) == bytes(&swapped), "{a:?} + {b:?}: the order of stores and features leaves a trace");
        checked += 1;
    }
    assert!(checked > 80, "only {checked} pairs were seen");
}

fn bytes(outcome: &Outcome) -> BTreeMap<&String, &[u8]> {
    outcome.plan.files.iter().map(|(path, file)| (path, &*file.bytes)).collect()
}

fn check(outcome: &Outcome, case: &str) {
    for (path, file) in &outcome.plan.files {
        let text = std::str::from_utf8(&file.bytes).unwrap_or_else(|_| panic!("{case}: {path} is not UTF-8"));
        if path == "scaffold.lock" {
            continue;
        }
        for left in ["{{{", "{{%", "{{#", "TODO", "FIXME"] {
            assert!(!text.contains(left), "{case}: {path} holds `{left}`");
        }
        let extension = path.rsplit('.').next().unwrap_or_default();
        if matches!(extension, "yaml" | "yml") {
            for document in <serde_yaml::Deserializer as IntoIterator>::into_iter(serde_yaml::Deserializer::from_str(text)) {
                let parsed = <serde_yaml::Value as serde::Deserialize>::deserialize(document);
                assert!(parsed.is_ok(), "{case}: {path}: {:?}", parsed.err());
            }
        }
        // TypeScript's and VS Code's own files allow comments.
        // An error page is filled in by nginx.
        let filled_in = text.contains("<!--#");
        if extension == "json"
            && !filled_in
            && !path.contains("tsconfig")
            && !path.starts_with(".vscode")
            && !path.starts_with(".devcontainer")
        {
            assert!(serde_json::from_str::<serde_json::Value>(text).is_ok(), "{case}: {path} is not JSON");
        }
        assert!(text.is_empty() || text.ends_with('\n'), "{case}: {path} has no final newline");
    }
}
