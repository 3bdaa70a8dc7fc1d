use super::*;

const OLD: &str = "version: 1\nname: a\ndomain: a.example\nregistry: ghcr.io/a/a\nservices:\n  api:\n    blueprint: go\nstores:\n  postgres:\n    version: 18\n";

#[test]
fn an_unedited_text_becomes_the_canonical_one() {
    assert_eq!(rewrite(OLD.as_bytes(), OLD, "version: 1\n").unwrap(), b"version: 1\n");
}
