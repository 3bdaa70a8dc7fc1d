//! Why: a file of several documents is one thing to a person and many to a cluster; which document is which must not hang on
//! a name that somebody changes.

use crate::known::gives;

const SERVICE: &str = "kind: Service\nmetadata:\n  name: a\nspec:\n  port: 1\n  type: x\n";
const DEPLOYMENT: &str = "kind: Deployment\nmetadata:\n  name: a\nspec:\n  replicas: 1\n  image: a:1\n";

fn both(service: &str, deployment: &str) -> String {
    format!("{service}---\n{deployment}")
}

#[test]
fn a_document_that_gets_a_namespace_or_another_name_is_the_same_one() {
    let base = both(SERVICE, DEPLOYMENT);
    let theirs = both(SERVICE, &DEPLOYMENT.replace("replicas: 1", "replicas: 2"));
    for (old, new) in [("  name: a\n", "  name: a\n  namespace: mine\n"), ("  name: a\n", "  name: mine\n")] {
        let ours = base.replace(old, new);
        gives("k.yaml", [&base, &ours, &theirs], &theirs.replace(old, new));
        gives("k.yaml", [&base, &theirs, &ours], &theirs.replace(old, new));
    }
    // Both at once, at one place of the text.
    let ours = base.replace("  name: a\n", "  name: a\n  namespace: mine\n");
    let theirs = base.replace("  name: a\n", "  name: a\n  labels: {}\n");
    gives("k.yaml", [&base, &ours, &theirs], &base.replace("  name: a\n", "  name: a\n  namespace: mine\n  labels: {}\n"));
}

#[test]
fn of_two_that_may_be_meant_neither_is() {
    // Both Deployments of ours may be what the one of the base was.
    let base = both(SERVICE, DEPLOYMENT);
    let [one, two] = ["one", "two"].map(|name| DEPLOYMENT.replace("name: a", &format!("name: {name}")));
    let ours = format!("{}---\n{two}", both(SERVICE, &one));
    let theirs = both(SERVICE, &DEPLOYMENT.replace("name: a", "name: a\n  namespace: yours"));
    let merged = gone(&base, &ours, &theirs);
    assert_eq!(merged.conflicts, 1, "{}", String::from_utf8_lossy(&merged.bytes));
    // What has nothing in common is another one.
    let ours = both(SERVICE, "kind: Deployment\nmetadata:\n  name: new\nspec:\n  image: new:1\n");
    assert_eq!(gone(&base, &ours, &theirs).conflicts, 1);
}

fn gone(base: &str, ours: &str, theirs: &str) -> scaffold::merge::Merged {
    let language = scaffold::merge::Language::Yaml;
    scaffold::merge::merge(language, base.as_bytes(), ours.as_bytes(), theirs.as_bytes(), crate::LABELS)
}

#[test]
fn documents_that_both_sides_added_stand_side_by_side() {
    let base = both(SERVICE, DEPLOYMENT);
    let [mine, yours] = ["mine", "yours"].map(|name| SERVICE.replace("name: a", &format!("name: {name}")));
    let [ours, theirs] = [&mine, &yours].map(|new| format!("{base}---\n{new}"));
    gives("k.yaml", [&base, &ours, &theirs], &format!("{ours}---\n{yours}"));
}
