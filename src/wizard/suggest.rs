//! Why: every question has a default that would be a good answer: free beside what was answered before, and following
//! from manifests, so that no kind of service is known here by name.

use super::draft::{Draft, NONE, shown};
use super::id::{Id, Owner};
use super::needs;
use super::offer::Offer;
use crate::blueprint::{Blueprint, Kind};
use crate::names::Name;

/// The answer to a question as it stands; before anybody has said anything, the default.
pub fn current(draft: &Draft, offer: &Offer, id: &Id) -> String {
    let said = draft.answered.contains(id) || draft.settled(id);
    match id {
        Id::Start => draft.preset.clone().unwrap_or_else(|| NONE.to_owned()),
        Id::Name => draft.choice("name").unwrap_or(&draft.suggested).to_owned(),
        Id::Blueprint(number) => {
            let service = draft.service(*number).and_then(|s| s.body.get("blueprint"));
            let first = offer.of(Kind::Service).next().map_or(NONE, |b| &b.name);
            service.map_or_else(|| if draft.services.is_empty() { first } else { NONE }.to_owned(), shown)
        }
        Id::ServiceName(number) => draft.service(*number).map_or_else(String::new, |s| s.name.clone()),
        Id::Port(number) => in_service(draft, *number, "port").unwrap_or_else(|| draft.free_port(offer, *number).to_string()),
        Id::Route(number) => in_service(draft, *number, "route")
            .or_else(|| draft.free_route(offer, *number).filter(|_| !said))
            .unwrap_or_else(|| NONE.to_owned()),
        Id::Websocket(number) => in_service(draft, *number, "websocket")
            .or_else(|| draft.free_websocket(offer, *number).filter(|_| !said))
            .unwrap_or_else(|| NONE.to_owned()),
        Id::Database => chosen_stores(draft, offer, true)
            .into_iter()
            .next()
            .or_else(|| wanted_database(draft, offer).filter(|_| !said))
            .unwrap_or_else(|| NONE.to_owned()),
        Id::Stores => {
            let mut names = chosen_stores(draft, offer, false);
            if !said {
                names.extend(needs::asked_of(draft, offer, id).into_iter().map(|(name, _)| name));
            }
            names.join(", ")
        }
        Id::Features => draft.features().collect::<Vec<_>>().join(", "),
        Id::Target => draft.choice("target").map_or_else(|| offer.default_of(draft, "target"), str::to_owned),
        Id::Ci => draft.choice("ci").map_or_else(|| offer.default_of(draft, "ci"), str::to_owned),
        Id::Domain => draft.choice("domain").map_or_else(|| offer.default_of(draft, "domain"), str::to_owned),
        Id::Registry => draft.choice("registry").map_or_else(|| offer.default_of(draft, "registry"), str::to_owned),
        Id::Option(owner, key) => {
            let default = || draft.spec(offer, owner, key).map_or_else(String::new, |s| s.default.text());
            draft.option(owner, key).map_or_else(default, shown)
        }
    }
}

/// One word of what a service is.
pub fn in_service(draft: &Draft, number: usize, key: &str) -> Option<String> {
    draft.service(number)?.body.get(key).map(shown)
}

fn chosen_stores(draft: &Draft, offer: &Offer, databases: bool) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (_, blueprint) in draft.stores().filter(|(_, b)| offer.stores(databases).any(|s| s.name == *b)) {
        if !names.iter().any(|n| n == blueprint) {
            names.push(blueprint.to_owned());
        }
    }
    names
}

/// The database that somebody needs, else the first that somebody could use.
fn wanted_database(draft: &Draft, offer: &Offer) -> Option<String> {
    let needed = needs::asked_of(draft, offer, &Id::Database).into_iter().next().map(|(name, _)| name);
    needed.or_else(|| offer.stores(true).find(|s| needs::used(draft, offer, s)).map(|s| s.name.clone()))
}

impl Draft {
    /// A name for a new service, after what it does: `api` for what answers at `/api`, `web` for what answers at `/`.
    pub(super) fn suggested_name(&self, blueprint: &Blueprint) -> String {
        let manifest = &blueprint.manifest;
        let base = match &manifest.defaults.route {
            Some(route) if route.as_str() == "/" => "web",
            Some(route) => route.as_str().rsplit('/').next().filter(|s| is_name(s)).unwrap_or(&blueprint.name),
            None if manifest.routable == Some(false) => "worker",
            None => &blueprint.name,
        };
        let taken = |name: &str| self.services.iter().any(|s| s.name == name) || self.stores().any(|(n, _)| n == name);
        let numbered = (2..).map(|n| format!("{base}-{n}"));
        std::iter::once(base.to_owned()).chain(numbered).find(|n| !taken(n)).unwrap_or_default()
    }

    /// The blueprint's port, or the next one that no other service has.
    pub(super) fn free_port(&self, offer: &Offer, number: usize) -> u16 {
        let own = self.blueprint_of(offer, &Owner::Service(number)).and_then(|b| b.manifest.defaults.port).unwrap_or(8080);
        let others = self.services.iter().filter(|s| s.number != number);
        let taken: Vec<u64> = others.filter_map(|s| s.body.get("port")?.as_u64()).collect();
        (own..=u16::MAX).find(|p| !taken.contains(&u64::from(*p))).unwrap_or(own)
    }

    /// The blueprint's route, or one of the service's name when that is taken.
    pub(super) fn free_route(&self, offer: &Offer, number: usize) -> Option<String> {
        let own = self.blueprint_of(offer, &Owner::Service(number))?.manifest.defaults.route.as_ref()?;
        let name = &self.service(number)?.name;
        Some(if self.has_path(number, own.as_str()) { format!("/{name}") } else { own.to_string() })
    }

    /// The same for its websocket.
    pub(super) fn free_websocket(&self, offer: &Offer, number: usize) -> Option<String> {
        let own = self.blueprint_of(offer, &Owner::Service(number))?.manifest.defaults.websocket.as_ref()?;
        let name = &self.service(number)?.name;
        Some(if self.has_path(number, own.as_str()) { format!("/{name}{own}") } else { own.to_string() })
    }

    /// Whether another service answers at a path.
    fn has_path(&self, number: usize, path: &str) -> bool {
        let others = self.services.iter().filter(|s| s.number != number);
        others.into_iter().any(|s| ["route", "websocket"].iter().any(|key| s.body.get(*key).is_some_and(|p| p == path)))
    }
}

impl Offer {
    /// What counts for a key of the file when nobody says anything.
    pub fn default_of(&self, draft: &Draft, key: &str) -> String {
        let mut document = draft.document();
        (self.defaults)(&mut document);
        document.get(key).and_then(|node| node.to_json().as_str().map(str::to_owned)).unwrap_or_default()
    }
}

/// The name of a folder as the name of a project.
pub fn name_from(folder: &str) -> Option<String> {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let name: String = folder.chars().map(letter).collect();
    let name = name.trim_start_matches(|c: char| !c.is_ascii_lowercase()).trim_end_matches('-').to_owned();
    is_name(&name).then_some(name)
}

fn is_name(text: &str) -> bool {
    Name::try_from(text.to_owned()).is_ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn folders_suggest_names() {
        for (folder, name) in [("My_App", Some("my-app")), ("2nd shop!", Some("nd-shop")), ("ü", None), ("", None)] {
            assert_eq!(super::name_from(folder).as_deref(), name, "{folder}");
        }
    }
}
