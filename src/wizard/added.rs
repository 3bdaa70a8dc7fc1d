//! `add` at a keyboard: what its blueprint leaves open is asked, with what would be taken without a question as the default.

use std::rc::Rc;

use super::draft::Draft;
use super::id::{Answer, Id, Owner};
use super::offer::Offer;
use super::question::{self, Input, Question};
use super::{Reply, check, prompt, report};
use crate::amend::Thing;
use crate::blueprint::Kind;
use crate::catalogue::Catalogue;
use crate::document::Node;
use crate::error::{Error, Result};
use crate::names::Name;

/// Asks for the name of one more service.
///
/// # Errors
/// Ctrl-C.
pub fn name(blueprint: &str, suggested: &str, taken: Vec<String>) -> Result<String> {
    let text = format!("name of the {blueprint} service");
    let help = "its folder, its image and its host name, as in `api`".to_owned();
    let question = Question { text, help, input: Input::Text(suggested.to_owned()) };
    let reply = prompt(&question, move |answer| match answer {
        Answer::Text(name) if taken.contains(name) => Some(format!("the name `{name}` is taken")),
        Answer::Text(name) => Name::try_from(name.clone()).err(),
        Answer::Many(_) => None,
    })?;
    match reply {
        Reply::Answer(Answer::Text(name)) => Ok(name),
        _ => Err(Error::Interrupted),
    }
}

/// Asks about something that was just added to the answers, but for the keys that flags have set.
///
/// # Errors
/// Ctrl-C, or a catalogue with mistakes.
pub fn ask(catalogue: &Rc<Catalogue>, document: &Node, thing: &Thing, set: &[String], defaults: fn(&mut Node)) -> Result<Node> {
    let offer = Rc::new(Offer::read(catalogue, defaults)?);
    let mut draft = Draft::new(document.clone(), true);
    let number = draft.services.iter().find(|s| thing.kind == Kind::Service && s.name == thing.name).map(|s| s.number);
    let said = |key: &str| set.iter().any(|s| s.split_once('=').is_some_and(|(k, _)| k == key));
    let about = |id: &Id| match id {
        Id::Port(n) => Some(*n) == number && !said("port"),
        Id::Route(n) => Some(*n) == number && !said("route"),
        Id::Websocket(n) => Some(*n) == number && !said("websocket"),
        Id::Option(owner, key) => {
            !said(key)
                && match owner {
                    Owner::Service(n) => Some(*n) == number,
                    Owner::Store(name) => thing.kind == Kind::Store && *name == thing.name,
                    Owner::Feature(name) => thing.kind == Kind::Feature && *name == thing.name,
                    Owner::Target => thing.kind == Kind::Target,
                    Owner::Ci => thing.kind == Kind::Ci,
                }
        }
        _ => false,
    };
    let mut at = 0;
    loop {
        let open: Vec<Id> = question::list(&draft, &offer).into_iter().filter(about).collect();
        let Some(id) = open.get(at).cloned() else { return Ok(draft.document()) };
        let question = question::question(&draft, &offer, &id);
        let (trial, shared, asked) = (Rc::new(draft.clone()), Rc::clone(&offer), id.clone());
        match prompt(&question, move |answer| check::refuse(&trial, &shared, &asked, answer))? {
            Reply::Answer(answer) => {
                draft.apply(&offer, &id, &answer);
                at += 1;
            }
            Reply::Back if at == 0 => report::talk("this is the first question; ctrl-c leaves, and nothing is written\n"),
            Reply::Back => at -= 1,
        }
    }
}
