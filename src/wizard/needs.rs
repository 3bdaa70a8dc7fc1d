//! Why: what one choice needs, another question can give. Whoever is asked hears of it where it can be answered, not as
//! an error at the end.

use super::draft::Draft;
use super::id::{Id, Owner};
use super::offer::{Offer, has_client, is_database};
use crate::blueprint::{Blueprint, Kind};

/// A capability that is needed and that nothing provides yet.
pub struct Unmet {
    /// Who needs it.
    pub who: String,
    /// Where that stands in the file.
    pub path: String,
    /// The capability.
    pub need: String,
}

/// All needs that are still open.
pub fn unmet(draft: &Draft, offer: &Offer) -> Vec<Unmet> {
    let chosen = chosen(draft, offer);
    let provided: Vec<&str> = chosen.iter().flat_map(|(_, _, blueprint)| blueprint.provides()).collect();
    let mut open = Vec::new();
    for (who, path, blueprint) in &chosen {
        for need in blueprint.manifest.needs.iter().filter(|n| !provided.contains(&n.as_str())) {
            open.push(Unmet { who: who.clone(), path: path.clone(), need: need.to_string() });
        }
    }
    open
}

/// Everything that is chosen: its name, its place in the file, its blueprint.
fn chosen<'a>(draft: &Draft, offer: &'a Offer) -> Vec<(String, String, &'a Blueprint)> {
    let services = draft.services.iter().map(|s| (Owner::Service(s.number), s.name.clone(), format!("services.{}", s.name)));
    let stores = draft.stores().map(|(name, _)| (Owner::Store(name.to_owned()), name.to_owned(), format!("stores.{name}")));
    let features = draft.features().map(|name| (Owner::Feature(name.to_owned()), name.to_owned(), format!("features.{name}")));
    let choices = [(Owner::Target, "target"), (Owner::Ci, "ci")];
    let choices = choices.into_iter().filter_map(|(o, key)| draft.choice(key).map(|name| (o, name.to_owned(), key.to_owned())));
    let all = services.chain(stores).chain(features).chain(choices);
    all.filter_map(|(owner, name, path)| draft.blueprint_of(offer, &owner).map(|b| (name, path, b))).collect()
}

/// The question that can give a capability, and the blueprints that provide it.
pub fn givers<'a>(offer: &'a Offer, need: &str) -> Vec<(Id, &'a Blueprint)> {
    let kinds = [(Kind::Store, Id::Stores), (Kind::Feature, Id::Features), (Kind::Target, Id::Target), (Kind::Ci, Id::Ci)];
    let mut found: Vec<(Id, &Blueprint)> = Vec::new();
    for (kind, id) in kinds {
        for blueprint in offer.of(kind).filter(|b| b.provides().contains(&need)) {
            let id = if kind == Kind::Store && is_database(blueprint) { Id::Database } else { id.clone() };
            found.push((id, blueprint));
        }
    }
    // What bears the name of the capability is what most people mean by it.
    found.sort_by_key(|(_, b)| b.name != need);
    found
}

/// What the stores that a question offers are needed for: the blueprint to choose, and the reason.
pub fn asked_of(draft: &Draft, offer: &Offer, question: &Id) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for open in unmet(draft, offer) {
        let givers = givers(offer, &open.need);
        // A need that a later question can meet too is that one's to tell.
        let here = match question {
            Id::Database => givers.iter().all(|(id, _)| id == question),
            _ => givers.iter().any(|(id, _)| id == question),
        };
        if let Some((_, first)) = givers.iter().find(|(id, _)| id == question).filter(|_| here) {
            found.push((first.name.clone(), format!("`{}` needs `{}`", open.who, open.need)));
        }
    }
    found
}

/// Whether it makes sense to ask for databases, or for other stores: somebody would use one, needs one or has one.
pub fn relevant(draft: &Draft, offer: &Offer, databases: bool) -> bool {
    let question = if databases { Id::Database } else { Id::Stores };
    let there = draft.stores().any(|(_, b)| offer.stores(databases).any(|s| s.name == b));
    let used = offer.stores(databases).any(|store| used(draft, offer, store));
    there || used || !asked_of(draft, offer, &question).is_empty()
}

/// Whether a chosen service has a client for a store.
pub fn used(draft: &Draft, offer: &Offer, store: &Blueprint) -> bool {
    let services = draft.services.iter().filter_map(|s| draft.blueprint_of(offer, &Owner::Service(s.number)));
    services.into_iter().any(|service| has_client(service, store))
}
