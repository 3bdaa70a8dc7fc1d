//! Why: questions need the catalogue by what it offers (a database or another store, who has a client for what), and a
//! blueprint's name must not stand in Rust. What it offers follows from manifests, facts and glue alone.

use std::rc::Rc;

use serde_json::Value;

use crate::blueprint::{Blueprint, Kind};
use crate::catalogue::Catalogue;
use crate::document::Node;
use crate::error::Result;

/// Everything that can be chosen.
pub struct Offer {
    /// Where it was read, for trials of an answer.
    pub catalogue: Rc<Catalogue>,
    /// Lays under a document what counts when nobody says anything.
    pub defaults: fn(&mut Node),
    /// Name and summary of the presets.
    pub presets: Vec<(String, String)>,
    blueprints: Vec<Rc<Blueprint>>,
}

impl Offer {
    /// Reads the whole catalogue.
    ///
    /// # Errors
    /// A blueprint or preset with mistakes.
    pub fn read(catalogue: &Rc<Catalogue>, defaults: fn(&mut Node)) -> Result<Self> {
        let mut blueprints = Vec::new();
        for kind in Kind::ALL.into_iter().filter(|k| *k != Kind::Project) {
            for name in catalogue.names(kind) {
                blueprints.push(catalogue.get(kind, &name)?);
            }
        }
        let mut presets = Vec::new();
        for name in catalogue.presets() {
            let (text, _) = catalogue.preset(&name)?;
            let summary = text.lines().find_map(|l| l.strip_prefix("# ")).unwrap_or_default().to_owned();
            presets.push((name, summary));
        }
        Ok(Self { catalogue: Rc::clone(catalogue), defaults, presets, blueprints })
    }

    /// The blueprints of a kind, in catalogue order.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &Blueprint> {
        self.blueprints.iter().map(Rc::as_ref).filter(move |b| b.kind == kind)
    }

    /// The stores that are databases, or the others.
    pub fn stores(&self, databases: bool) -> impl Iterator<Item = &Blueprint> {
        self.of(Kind::Store).filter(move |b| is_database(b) == databases)
    }

    /// One blueprint.
    pub fn find(&self, kind: Kind, name: &str) -> Option<&Blueprint> {
        self.of(kind).find(|b| b.name == name)
    }
}

/// A store whose schema is made by migrations is a database.
pub fn is_database(store: &Blueprint) -> bool {
    let migrations = store.own.facts.as_ref().and_then(|f| f.get("connection")).and_then(|c| c.get("migrations"));
    migrations.is_some_and(|m| m.to_json() == Value::Bool(true))
}

/// Whether a service has glue for what another blueprint provides.
pub fn has_client(service: &Blueprint, other: &Blueprint) -> bool {
    other.provides().iter().any(|capability| service.with.contains_key(*capability))
}

#[cfg(test)]
pub mod tests {
    use super::*;

    const DOCKERFILE: &str = "FROM scratch AS dev\nFROM dev AS production\n";

    const FILES: &[(&str, &str)] = &[
        (
            "services/tiny-api/blueprint.yaml",
            "summary: An API\nlanguage: C\nprovides: [tiny-calls]\ndefaults: { port: 8000, route: /api, websocket: /ws }\n\
             options:\n  size: { type: integer, default: 3, question: How large? }\n",
        ),
        ("services/tiny-api/with/tiny-sql/facts.yaml", "commands: { migrate: [migrate] }\n"),
        ("services/tiny-api/with/tiny-queue/facts.yaml", "{}\n"),
        ("services/tiny-page/blueprint.yaml", "summary: A page\nlanguage: HTML\ndefaults: { port: 8000, route: / }\n"),
        ("services/tiny-worker/blueprint.yaml", "summary: A worker\nneeds: [tiny-queue]\nroutable: false\n"),
        ("services/tiny-worker/with/tiny-queue/facts.yaml", "{}\n"),
        (
            "stores/tiny-db/blueprint.yaml",
            "summary: A database\nprovides: [tiny-sql]\nfacts: { connection: { migrations: true } }\n",
        ),
        ("stores/tiny-cache/blueprint.yaml", "summary: A cache\nconflicts: [tiny-queue]\n"),
        (
            "stores/tiny-queue/blueprint.yaml",
            "summary: A queue\noptions:\n  version: { type: integer, default: 2, choices: [1, 2], question: Which?, frozen: true }\n  \
             durable: { type: boolean, default: true, question: Keep it? }\n",
        ),
        ("services/tiny-api/files/Dockerfile", DOCKERFILE),
        ("services/tiny-page/files/Dockerfile", DOCKERFILE),
        ("services/tiny-worker/files/Dockerfile", DOCKERFILE),
        ("features/tiny-metrics/blueprint.yaml", "summary: Metrics\n"),
        ("features/tiny-dump/blueprint.yaml", "summary: Dumps\nneeds: [tiny-sql]\n"),
        ("targets/tiny-host/blueprint.yaml", "summary: A host\n"),
        ("ci/tiny-ci/blueprint.yaml", "summary: A CI\n"),
        (
            "presets/tiny-shop.yaml",
            "# A shop\nversion: 1\nname: shop\ndomain: shop.example\nregistry: ghcr.io/a/shop\nservices:\n  \
             front: { blueprint: tiny-page, port: 8000, route: / }\n  \
             back: { blueprint: tiny-api, port: 8001, route: /api, uses: [tiny-queue], env: { A: x y } }\n\
             stores:\n  tiny-queue: { version: 1 }\ntarget: tiny-host\nci: tiny-ci\n",
        ),
    ];

    /// A catalogue that does not move with ours.
    pub fn tiny() -> Offer {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in FILES {
            let path = dir.path().join(path);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, text).unwrap();
        }
        let catalogue = Rc::new(Catalogue::open(Some(dir.path())).unwrap());
        let mut blueprints = Vec::new();
        for kind in Kind::ALL {
            for name in catalogue.names(kind).into_iter().filter(|n| n.starts_with("tiny-")) {
                blueprints.push(catalogue.get(kind, &name).unwrap());
            }
        }
        // Read once, so that the folder may go.
        catalogue.get(Kind::Project, "project").unwrap();
        let presets = vec![("tiny-shop".to_owned(), "A shop".to_owned())];
        Offer { catalogue, defaults: |document| defaults(document), presets, blueprints }
    }

    fn defaults(document: &mut Node) {
        for (key, value) in [("domain", "x.example"), ("registry", "ghcr.io/x/x"), ("target", "tiny-host"), ("ci", "tiny-ci")] {
            crate::input::default(document, &[key], Value::from(value), "default");
        }
        crate::input::default(document, &["version"], Value::from(1), "default");
        if document.get("services").is_none() {
            let empty = Node { place: document.place.clone(), content: crate::document::Content::Mapping(vec![]) };
            let place = document.place.clone();
            document.overlay(Node::nested(&["services"], empty, &place));
        }
    }

    /// The text of the preset of the catalogue above.
    pub fn tiny_preset() -> Node {
        let text = FILES.iter().find(|(path, _)| path.starts_with("presets/")).unwrap().1;
        crate::document::parse(text, &"preset".into()).unwrap()
    }

    #[test]
    fn what_a_store_is_follows_from_its_facts() {
        let offer = tiny();
        let names = |databases| offer.stores(databases).map(|b| b.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(true), ["tiny-db"]);
        assert_eq!(names(false), ["tiny-cache", "tiny-queue"]);
    }
}
