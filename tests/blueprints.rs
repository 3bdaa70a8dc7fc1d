//! Why: the rules for authors in `blueprints/README.md` hold for our own blueprints, or nobody will keep them.

mod common;

use std::collections::BTreeSet;

use scaffold::blueprint::{Blueprint, Kind};
use scaffold::catalogue::Catalogue;
use scaffold::render::syntax_mistakes;

fn all() -> Vec<std::rc::Rc<Blueprint>> {
    let catalogue = Catalogue::open(None).unwrap();
    let mut all = Vec::new();
    for kind in Kind::ALL {
        for name in catalogue.names(kind) {
            all.push(catalogue.get(kind, &name).unwrap_or_else(|e| panic!("{kind:?} {name}: {:#?}", e.diagnostics())));
        }
    }
    assert!(all.len() >= 12, "only {} blueprints were seen", all.len());
    all
}

#[test]
fn every_template_parses() {
    for blueprint in all() {
        let mistakes = syntax_mistakes(&blueprint);
        assert!(mistakes.is_empty(), "{mistakes:#?}");
    }
}

#[test]
fn no_template_asks_for_another_blueprint_by_name() {
    let names: BTreeSet<String> = all().iter().filter(|b| b.kind != Kind::Project).map(|b| b.name.clone()).collect();
    let mut seen = 0;
    for (path, text) in templates() {
        for tag in tags(&text) {
            seen += 1;
            for name in &names {
                // The adapters of debuggers and the ecosystems of Dependabot have names of their own.
                let asks = tag.contains(&format!("== \"{name}\""))
                    || tag.contains(&format!("== '{name}'"))
                    || tag.contains(&format!("features.{name}"));
                assert!(!asks || tag.contains(".type") || tag.contains("store_id"), "{path} asks for `{name}`: {tag}");
            }
        }
    }
    assert!(seen > 100);
}

#[test]
fn versions_stand_in_the_pins_alone() {
    let image = |line: &str| {
        line.trim_start().strip_prefix("image:").is_some_and(|i| i.contains(':') && !i.contains("{{{") && !i.contains("${"))
    };
    let from = |line: &str| line.starts_with("FROM ") && line.contains(':') && !line.contains("{{{") && !line.contains("${");
    let action = |line: &str| line.contains("uses: ") && line.contains('@') && !line.contains("{{{");
    for (path, text) in templates() {
        for line in text.lines() {
            assert!(!(image(line) || from(line) || action(line)), "{path} names a version: {line}");
        }
    }
}

#[test]
fn no_stray_files_are_embedded() {
    for entry in walkdir::WalkDir::new(common::root().join("blueprints")).into_iter().map(Result::unwrap) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let stray = ["~", ".swp", ".orig"].iter().any(|end| name.ends_with(end))
            || matches!(name.as_str(), ".DS_Store" | "node_modules" | "__pycache__");
        assert!(!stray, "{}", entry.path().display());
    }
}

fn templates() -> Vec<(String, String)> {
    let walk = walkdir::WalkDir::new(common::root().join("blueprints")).into_iter().map(Result::unwrap);
    let files = walk.filter(|e| {
        e.path().extension().is_some_and(|x| x == "j2") || e.file_name() == "blueprint.yaml" || e.file_name() == "facts.yaml"
    });
    let all: Vec<(String, String)> =
        files.map(|e| (e.path().display().to_string(), std::fs::read_to_string(e.path()).unwrap())).collect();
    assert!(all.len() > 50, "only {} templates were seen", all.len());
    all
}

fn tags(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (open, close) in [("{{%", "%}}"), ("{{{", "}}}")] {
        let mut rest = text;
        while let Some(at) = rest.find(open) {
            rest = &rest[at..];
            let end = rest.find(close).map_or(rest.len(), |e| e + close.len());
            found.push(&rest[..end]);
            rest = &rest[end..];
        }
    }
    found
}

#[test]
fn our_own_folders_pass_what_strangers_must_pass() {
    let folder = common::root().join("blueprints");
    if let Err(error) = Catalogue::open(Some(&folder)) {
        panic!("{:#?}", error.diagnostics());
    }
}

#[test]
fn every_pinned_action_is_used() {
    let pins = Catalogue::open(None).unwrap().pins().unwrap();
    let all = templates();
    let actions = pins["actions"].as_object().unwrap();
    assert!(!actions.is_empty());
    for name in actions.keys() {
        assert!(all.iter().any(|(_, text)| text.contains(name.as_str())), "nobody uses the pin of {name}");
    }
}
