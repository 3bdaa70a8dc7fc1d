//! Why: before anything is written, people see what their answers lead to, and every line of it leads back to its question.

use std::collections::BTreeMap;

use super::check::Mistake;
use super::draft::Draft;
use super::id::{Id, Owner};
use super::offer::{Offer, is_database};
use super::{needs, question, suggest};
use crate::Outcome;

/// The stack and its files, for people.
pub fn summary(outcome: &Outcome) -> String {
    let selection = &outcome.selection;
    let mut rows: Vec<[String; 5]> = Vec::new();
    for service in &selection.services {
        let websocket = service.answers.websocket.as_ref().map(|w| format!("websocket {w}"));
        let uses: Vec<&str> = service.links.iter().map(|l| l.to.as_str()).collect();
        rows.push([
            format!("{} ({})", service.name, service.chosen.blueprint.name),
            service.answers.route.as_ref().map_or_else(|| "no route".to_owned(), ToString::to_string),
            websocket.unwrap_or_default(),
            format!("port {}", service.port),
            if uses.is_empty() { String::new() } else { format!("uses {}", uses.join(", ")) },
        ]);
    }
    let mut out = String::from("\nservices\n");
    table(&rows, &mut out);
    let store = |name: &str, blueprint: &str| if name == blueprint { name.to_owned() } else { format!("{name} ({blueprint})") };
    let mut line = |title: &str, all: Vec<String>| {
        if !all.is_empty() {
            out.push_str(&format!("{title}: {}\n", all.join(", ")));
        }
    };
    line("stores", selection.stores.iter().map(|s| store(&s.name, &s.chosen.blueprint.name)).collect());
    line("features", selection.features.iter().map(|f| f.blueprint.name.clone()).collect());
    line("target", selection.target.iter().map(|c| c.blueprint.name.clone()).collect());
    line("ci", selection.ci.iter().map(|c| c.blueprint.name.clone()).collect());
    out.push_str(&format!("files: {}\n", folders(outcome)));
    out
}

/// How many files each folder gets.
fn folders(outcome: &Outcome) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for path in outcome.plan.files.keys() {
        let folder = path.split_once('/').map_or("", |(folder, _)| folder);
        *counts.entry(folder).or_default() += 1;
    }
    let top = counts.remove("").unwrap_or_default();
    let mut parts: Vec<String> = counts.into_iter().map(|(folder, count)| format!("{folder}/ {count}")).collect();
    parts.push(format!("at the top {top}"));
    parts.join(", ")
}

fn table(rows: &[[String; 5]], out: &mut String) {
    let width = |column: usize| rows.iter().map(|r| r[column].len()).max().unwrap_or(0);
    for row in rows {
        let cells = row.iter().enumerate().filter(|(i, _)| width(*i) > 0);
        let cells: Vec<String> = cells.map(|(i, cell)| format!("{cell:width$}", width = width(i))).collect();
        out.push_str(&format!("  {}\n", cells.join("  ").trim_end()));
    }
}

/// Every answer with its question.
pub fn rows(draft: &Draft, offer: &Offer) -> Vec<(Id, String)> {
    let ids = question::list(draft, offer);
    let rows: Vec<(Id, String, String)> = ids
        .into_iter()
        .map(|id| {
            let value = suggest::current(draft, offer, &id);
            (id.clone(), label(draft, &id), if value.is_empty() { "none".to_owned() } else { value })
        })
        .collect();
    let width = rows.iter().map(|(_, label, _)| label.len()).max().unwrap_or(0);
    rows.into_iter().map(|(id, label, value)| (id, format!("{label:width$}  {value}"))).collect()
}

fn label(draft: &Draft, id: &Id) -> String {
    let service = |number: &usize| draft.service(*number).map_or("", |s| s.name.as_str());
    match id {
        Id::Start => "preset".to_owned(),
        Id::Name => "name".to_owned(),
        Id::Blueprint(number) if draft.service(*number).is_none() => "one more service".to_owned(),
        Id::Blueprint(number) => format!("{}: made from", service(number)),
        Id::ServiceName(number) => format!("{}: name", service(number)),
        Id::Port(number) => format!("{}: port", service(number)),
        Id::Route(number) => format!("{}: route", service(number)),
        Id::Websocket(number) => format!("{}: websocket", service(number)),
        Id::Database => "database".to_owned(),
        Id::Stores => "other stores".to_owned(),
        Id::Features => "features".to_owned(),
        Id::Target => "cloud target".to_owned(),
        Id::Ci => "ci".to_owned(),
        Id::Domain => "domain".to_owned(),
        Id::Registry => "registry".to_owned(),
        Id::Option(owner, key) => match owner {
            Owner::Service(number) => format!("{}: {key}", service(number)),
            Owner::Store(name) | Owner::Feature(name) => format!("{name}: {key}"),
            Owner::Target => format!("target: {key}"),
            Owner::Ci => format!("ci: {key}"),
        },
    }
}

/// The question whose answer can put a mistake right.
pub fn question_of(draft: &Draft, offer: &Offer, mistake: &Mistake) -> Option<Id> {
    let ids = question::list(draft, offer);
    let path = mistake.path.as_deref()?;
    let open = needs::unmet(draft, offer).into_iter().find(|u| u.path == path);
    if let Some(open) = open
        && let Some((id, _)) = needs::givers(offer, &open.need).into_iter().find(|(id, _)| ids.contains(id))
    {
        return Some(id);
    }
    let covers = |id: &Id| {
        let own = place(draft, offer, id);
        (path == own || path.strip_prefix(own.as_str()).is_some_and(|rest| rest.starts_with('.'))).then_some(own.len())
    };
    let mut best: Option<(usize, Id)> = None;
    for id in ids {
        if let Some(length) = covers(&id)
            && best.as_ref().is_none_or(|(l, _)| *l < length)
        {
            best = Some((length, id));
        }
    }
    best.map(|(_, id)| id)
}

/// Where the answer to a question stands in the file.
fn place(draft: &Draft, offer: &Offer, id: &Id) -> String {
    let service = |number: &usize, key: &str| {
        let name = draft.service(*number).map_or("", |s| s.name.as_str());
        if key.is_empty() { format!("services.{name}") } else { format!("services.{name}.{key}") }
    };
    match id {
        Id::Start => "preset".to_owned(),
        Id::Blueprint(number) if draft.service(*number).is_none() => "services".to_owned(),
        Id::Blueprint(number) => service(number, "blueprint"),
        Id::ServiceName(number) => service(number, ""),
        Id::Port(number) => service(number, "port"),
        Id::Route(number) => service(number, "route"),
        Id::Websocket(number) => service(number, "websocket"),
        Id::Database => {
            let store = draft.stores().find(|(_, b)| offer.stores(true).any(|s| is_database(s) && s.name == *b));
            store.map_or_else(|| "stores".to_owned(), |(name, _)| format!("stores.{name}"))
        }
        Id::Option(Owner::Service(number), key) => service(number, key),
        Id::Option(Owner::Store(name), key) => format!("stores.{name}.{key}"),
        Id::Option(Owner::Feature(name), key) => format!("features.{name}.{key}"),
        Id::Option(Owner::Target, key) => format!("target.{key}"),
        Id::Option(Owner::Ci, key) => format!("ci.{key}"),
        Id::Name => "name".to_owned(),
        Id::Stores => "stores".to_owned(),
        Id::Features => "features".to_owned(),
        Id::Target => "target".to_owned(),
        Id::Ci => "ci".to_owned(),
        Id::Domain => "domain".to_owned(),
        Id::Registry => "registry".to_owned(),
    }
}
