//! Why: which questions there are depends on the answers so far, and so does what each of them offers. Both are computed
//! anew from the draft, so going back and changing an answer needs no bookkeeping.

use super::draft::{Draft, NONE};
use super::id::{Answer, Id, Owner};
use super::offer::Offer;
use super::suggest::{current, in_service};
use super::{check, needs};
use crate::blueprint::{Blueprint, Kind, OptionKind, OptionSpec};

/// One question, ready to be asked.
pub struct Question {
    /// What is asked.
    pub text: String,
    /// One line of help.
    pub help: String,
    /// How it is answered.
    pub input: Input,
}

/// How a question is answered.
pub enum Input {
    /// By a text, with the default.
    Text(String),
    /// By one item, with the index of the default.
    One(Vec<Item>, usize),
    /// By any items, with the indices of the default.
    Many(Vec<Item>, Vec<usize>),
    /// By yes or no, with the default.
    YesNo(bool),
}

/// One line of a list.
#[derive(Clone)]
pub struct Item {
    /// The answer it stands for.
    pub value: String,
    /// What is shown among the others.
    pub line: String,
    /// What is shown when it was chosen.
    pub short: String,
}

/// All questions that the answers so far lead to, in order.
pub fn list(draft: &Draft, offer: &Offer) -> Vec<Id> {
    let mut all = Vec::new();
    if draft.can_start && !offer.presets.is_empty() {
        all.push(Id::Start);
    }
    all.push(Id::Name);
    for service in &draft.services {
        let number = service.number;
        all.push(Id::Blueprint(number));
        let Some(blueprint) = draft.blueprint_of(offer, &Owner::Service(number)) else { continue };
        all.extend([Id::ServiceName(number), Id::Port(number)]);
        if blueprint.manifest.routable != Some(false) {
            all.push(Id::Route(number));
        }
        if blueprint.manifest.defaults.websocket.is_some() && service.body.contains_key("route") {
            all.push(Id::Websocket(number));
        }
        all.extend(options(&Owner::Service(number), blueprint));
    }
    all.push(Id::Blueprint(draft.next));
    for (id, databases) in [(Id::Database, true), (Id::Stores, false)] {
        if needs::relevant(draft, offer, databases) {
            all.push(id);
        }
        for (name, blueprint) in draft.stores() {
            if let Some(blueprint) = offer.stores(databases).find(|b| b.name == blueprint) {
                all.extend(options(&Owner::Store(name.to_owned()), blueprint));
            }
        }
    }
    if offer.of(Kind::Feature).next().is_some() {
        all.push(Id::Features);
    }
    let features = draft.features().map(|name| Owner::Feature(name.to_owned()));
    all.extend(features.flat_map(|owner| draft.blueprint_of(offer, &owner).map_or(vec![], |b| options(&owner, b))));
    for (id, owner) in [(Id::Target, Owner::Target), (Id::Ci, Owner::Ci)] {
        all.push(id);
        all.extend(draft.blueprint_of(offer, &owner).map_or(vec![], |b| options(&owner, b)));
    }
    all.extend([Id::Domain, Id::Registry]);
    all
}

/// The questions after an answer. One that is gone counts as never answered, and a store question is open again when
/// somebody needs what it could give.
pub fn after(draft: &mut Draft, offer: &Offer) -> Vec<Id> {
    let now = list(draft, offer);
    draft.answered.retain(|id| now.contains(id));
    for id in [Id::Database, Id::Stores] {
        if !needs::asked_of(draft, offer, &id).is_empty() {
            draft.answered.remove(&id);
        }
    }
    now
}

/// The options of a blueprint that leave a choice.
fn options(owner: &Owner, blueprint: &Blueprint) -> Vec<Id> {
    let open = blueprint.manifest.options.iter().filter(|(_, spec)| spec.choices.len() != 1);
    open.map(|(key, _)| Id::Option(owner.clone(), key.clone())).collect()
}

/// A question with its words, default and choices.
pub fn question(draft: &Draft, offer: &Offer, id: &Id) -> Question {
    let now = current(draft, offer, id);
    let text_input = || Input::Text(now.clone());
    let service = |number: &usize| draft.service(*number).map_or("", |s| s.name.as_str());
    match id {
        Id::Start => {
            let mut rows = vec![(NONE.to_owned(), "nothing: choose all of it".to_owned())];
            rows.extend(offer.presets.iter().cloned());
            ask("start from", "a preset is a whole stack; everything in it can be changed at the end", one(rows, &now))
        }
        Id::Name => ask("name of the project", "names the folder, the images and the volumes, as in `shop`", text_input()),
        Id::Blueprint(number) => blueprint_question(draft, offer, *number, &now),
        Id::ServiceName(number) => {
            let made_from = in_service(draft, *number, "blueprint").unwrap_or_default();
            ask(&format!("name of the {made_from} service"), "its folder, its image and its host name, as in `api`", text_input())
        }
        Id::Port(number) => ask(
            &format!("port of {}", service(number)),
            "inside its container; only nginx is reachable from outside",
            text_input(),
        ),
        Id::Route(number) => ask(
            &format!("route of {}", service(number)),
            "the paths that nginx sends to it, as in `/api`; `none`: not reachable from outside",
            text_input(),
        ),
        Id::Websocket(number) => ask(
            &format!("websocket of {}", service(number)),
            "the path of its websocket, as in `/ws`; `none`: it has none",
            text_input(),
        ),
        Id::Database => {
            let mut rows = vec![(NONE.to_owned(), "no database".to_owned())];
            rows.extend(offer.stores(true).map(|b| row(draft, offer, b)));
            allowed(draft, offer, id, ask("database", "services get a table, a migration and a seed in it", one(rows, &now)))
        }
        Id::Stores => {
            let reasons: Vec<String> = needs::asked_of(draft, offer, id).into_iter().map(|(_, reason)| reason).collect();
            let rows = offer.stores(false).map(|b| row(draft, offer, b)).collect();
            let help = if reasons.is_empty() {
                "what else keeps data, such as queues and caches".to_owned()
            } else {
                reasons.join(", ")
            };
            ask("other stores", &help, many(rows, &now))
        }
        Id::Features => {
            let rows = offer.of(Kind::Feature).map(|b| (b.name.clone(), b.manifest.summary.clone())).collect();
            ask("features", "each can be added or removed later", many(rows, &now))
        }
        Id::Target => choice(draft, offer, id, Kind::Target, ("cloud target", "where production runs", "nowhere yet")),
        Id::Ci => choice(draft, offer, id, Kind::Ci, ("ci", "who tests, builds and deploys it", "nobody yet")),
        Id::Domain => ask("domain", "where production is reached, as in `shop.example.com`", text_input()),
        Id::Registry => ask("registry", "where images are pushed, as in `ghcr.io/acme/shop`", text_input()),
        Id::Option(owner, key) => match draft.spec(offer, owner, key) {
            Some(spec) => option_question(owner, service, spec, &now),
            None => ask(key, "", text_input()),
        },
    }
}

fn ask(text: &str, help: &str, input: Input) -> Question {
    Question { text: text.to_owned(), help: help.to_owned(), input }
}

fn blueprint_question(draft: &Draft, offer: &Offer, number: usize, now: &str) -> Question {
    let summary = |b: &Blueprint| match b.manifest.language.as_str() {
        language if language.is_empty() || b.manifest.summary.contains(language) => b.manifest.summary.clone(),
        language => format!("{} ({language})", b.manifest.summary),
    };
    let mut rows: Vec<(String, String)> = offer.of(Kind::Service).map(|b| (b.name.clone(), summary(b))).collect();
    let text = match draft.service(number) {
        Some(service) => {
            // A stack has at least one service, so the only one can be changed, but not taken out.
            if draft.services.len() > 1 {
                rows.push((NONE.to_owned(), format!("take {} out", service.name)));
            }
            format!("{} is made from", service.name)
        }
        None if draft.services.is_empty() => "first service".to_owned(),
        None => {
            rows.insert(0, (NONE.to_owned(), "that is all".to_owned()));
            "one more service".to_owned()
        }
    };
    ask(&text, "one image, built from services/<name>; type a language to find what there is for it", one(rows, now))
}

fn choice(draft: &Draft, offer: &Offer, id: &Id, kind: Kind, words: (&str, &str, &str)) -> Question {
    let mut rows: Vec<(String, String)> = offer.of(kind).map(|b| (b.name.clone(), b.manifest.summary.clone())).collect();
    rows.push((NONE.to_owned(), words.2.to_owned()));
    allowed(draft, offer, id, ask(words.0, words.1, one(rows, &current(draft, offer, id))))
}

fn option_question<'a>(owner: &'a Owner, service: impl Fn(&usize) -> &'a str, spec: &OptionSpec, now: &str) -> Question {
    let of = match owner {
        Owner::Service(number) => service(number),
        Owner::Store(name) | Owner::Feature(name) => name,
        Owner::Target => "target",
        Owner::Ci => "ci",
    };
    let input = if spec.choices.is_empty() {
        if spec.kind == OptionKind::Boolean { Input::YesNo(now == "true") } else { Input::Text(now.to_owned()) }
    } else {
        one(spec.choices.iter().map(|c| (c.text(), String::new())).collect(), now)
    };
    ask(&format!("{of}: {}", spec.question), &spec.help, input)
}

/// A store, and whether anybody would use it.
fn row(draft: &Draft, offer: &Offer, store: &Blueprint) -> (String, String) {
    let idle = if needs::used(draft, offer, store) { "" } else { " (no service here has a client for it)" };
    (store.name.clone(), format!("{}{idle}", store.manifest.summary))
}

fn one(rows: Vec<(String, String)>, now: &str) -> Input {
    let at = rows.iter().position(|(value, _)| value == now).unwrap_or(0);
    Input::One(items(rows), at)
}

fn many(rows: Vec<(String, String)>, now: &str) -> Input {
    let on = rows.iter().enumerate().filter(|(_, (value, _))| now.split(", ").any(|n| n == value)).map(|(i, _)| i).collect();
    Input::Many(items(rows), on)
}

fn items(rows: Vec<(String, String)>) -> Vec<Item> {
    let width = rows.iter().map(|(value, _)| value.len()).max().unwrap_or(0);
    let line = |value: &str, note: &str| format!("{value:width$}  {note}").trim_end().to_owned();
    rows.into_iter().map(|(value, note)| Item { line: line(&value, &note), short: value.clone(), value }).collect()
}

/// Leaves out what cannot stand beside the other answers, and says so.
fn allowed(draft: &Draft, offer: &Offer, id: &Id, mut question: Question) -> Question {
    let Input::One(items, at) = &mut question.input else { return question };
    let default = items.get(*at).map(|i| i.value.clone());
    let mut left_out = Vec::new();
    let all = items.clone();
    items.retain(|item| match check::refuse(draft, offer, id, &Answer::Text(item.value.clone())) {
        Some(reason) => {
            left_out.push(reason);
            false
        }
        None => true,
    });
    if items.is_empty() {
        // Nothing can be right, so the mistake is elsewhere; the review will name it.
        *items = all;
    }
    *at = items.iter().position(|i| Some(&i.value) == default.as_ref()).unwrap_or(0);
    if let Some(reason) = left_out.first() {
        question.help = format!("{}; {reason}", question.help);
    }
    question
}
