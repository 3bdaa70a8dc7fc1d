//! Why: the rules for answers stand in the selection and the model, once. An answer is tried out there before it is taken,
//! and refused for what is wrong with it, not for what other questions will still put right.

use std::sync::Arc;

use serde_json::Value;

use super::draft::{Draft, NONE};
use super::id::{Answer, Id};
use super::needs;
use super::offer::Offer;
use crate::blueprint::Kind;
use crate::document::{Content, Node};
use crate::error::{Diagnostic, Error, Place};
use crate::{Outcome, answers, input, plan_from, selection};

/// Marks places that are paths of answers, to tell them from places in files.
const MARK: &str = "answer:";
/// A name that nobody has, to see what is wrong with any other.
const NOBODY: &str = "some-service-without-a-name";

/// What is wrong, and the path of the answer when it is one.
pub struct Mistake {
    /// As in `services.api.port`.
    pub path: Option<String>,
    /// What is wrong.
    pub diagnostic: Diagnostic,
}

/// Everything that the answers lead to.
///
/// # Errors
/// All mistakes.
pub fn outcome(draft: &Draft, offer: &Offer) -> Result<Outcome, Vec<Mistake>> {
    let document = stamped(draft, offer);
    let answers = answers::from_document(&document).map_err(|e| told(&e))?;
    plan_from(&offer.catalogue, answers, &document).map_err(|e| told(&e))
}

/// Why an answer cannot be taken.
pub fn refuse(draft: &Draft, offer: &Offer, id: &Id, answer: &Answer) -> Option<String> {
    // What a blueprint needs is asked for later.
    if matches!(id, Id::Start | Id::Blueprint(_)) {
        return None;
    }
    if let (Id::ServiceName(number), Answer::Text(name)) = (id, answer)
        && draft.services.iter().any(|s| s.number != *number && s.name == *name)
    {
        return Some(format!("there is a service `{name}` already"));
    }
    let mut trial = draft.clone();
    trial.apply(offer, id, answer);
    if matches!(id, Id::Database | Id::Stores)
        && let Some((blueprint, reason)) = needs::asked_of(&trial, offer, id).first()
    {
        return Some(format!("{reason}: choose `{blueprint}`"));
    }
    let without = messages(&without(draft, offer, id), offer);
    let name = match answer {
        Answer::Text(name) => name.as_str(),
        Answer::Many(_) => NOBODY,
    };
    let known: Vec<String> = without.iter().map(|m| m.replace(NOBODY, name)).collect();
    messages(&trial, offer).into_iter().find(|m| !known.contains(m))
}

/// The same answers without one: what is wrong then is not its fault.
fn without(draft: &Draft, offer: &Offer, id: &Id) -> Draft {
    let mut other = draft.clone();
    match id {
        Id::ServiceName(_) => other.apply(offer, id, &Answer::Text(NOBODY.to_owned())),
        Id::Name | Id::Domain | Id::Registry => {
            let key = if *id == Id::Name {
                "name"
            } else if *id == Id::Domain {
                "domain"
            } else {
                "registry"
            };
            other.rest.shift_remove(key);
        }
        Id::Port(number) | Id::Route(number) | Id::Websocket(number) => {
            let key = if matches!(id, Id::Port(_)) {
                "port"
            } else if matches!(id, Id::Route(_)) {
                "route"
            } else {
                "websocket"
            };
            if let Some(service) = other.service_mut(*number) {
                service.body.shift_remove(key);
            }
        }
        Id::Database | Id::Target | Id::Ci => other.apply(offer, id, &Answer::Text(NONE.to_owned())),
        Id::Stores | Id::Features => other.apply(offer, id, &Answer::Many(vec![])),
        Id::Option(owner, key) => other.set_option(owner, key, None),
        Id::Start | Id::Blueprint(_) => {}
    }
    other
}

/// What the selection has to say about a draft.
fn messages(draft: &Draft, offer: &Offer) -> Vec<String> {
    let mut draft = draft.clone();
    if draft.services.is_empty()
        && let Some(any) = offer.of(Kind::Service).next()
    {
        // The first answers come before there is a service, and no stack is without one.
        let next = Id::Blueprint(draft.next);
        draft.apply(offer, &next, &Answer::Text(any.name.clone()));
    }
    let document = stamped(&draft, offer);
    let result = answers::from_document(&document).and_then(|a| selection::select(&offer.catalogue, a, &document));
    let error = result.err();
    error.iter().flat_map(Error::diagnostics).map(|d| d.message.clone()).collect()
}

/// The document of a draft, complete, with paths of answers for places.
fn stamped(draft: &Draft, offer: &Offer) -> Node {
    let mut document = draft.document();
    input::default(&mut document, &["name"], Value::from(draft.suggested.as_str()), "default");
    (offer.defaults)(&mut document);
    stamp(&mut document, "");
    document
}

fn stamp(node: &mut Node, path: &str) {
    let place = |path: &str| Place { file: Arc::from(format!("{MARK}{path}")), line: 0, column: 0 };
    let inner = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    node.place = place(path);
    match &mut node.content {
        Content::Scalar(_) => {}
        Content::Sequence(items) => items.iter_mut().enumerate().for_each(|(i, item)| stamp(item, &inner(&i.to_string()))),
        Content::Mapping(entries) => {
            for (key, value) in entries {
                let path = inner(&key.name);
                key.place = place(&path);
                stamp(value, &path);
            }
        }
    }
}

fn told(error: &Error) -> Vec<Mistake> {
    let split = |diagnostic: &Diagnostic| {
        let mut diagnostic = diagnostic.clone();
        let path = diagnostic.place.as_ref().and_then(|p| p.file.strip_prefix(MARK)).map(str::to_owned);
        if path.is_some() {
            diagnostic.place = None;
        }
        Mistake { path, diagnostic }
    };
    error.diagnostics().iter().map(split).collect()
}
