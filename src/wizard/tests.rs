//! The wizard without a keyboard: each test answers questions as a person would and looks at where that leads.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::draft::Draft;
use super::id::{Answer, Id, Owner};
use super::offer::Offer;
use super::offer::tests::{tiny, tiny_preset};
use super::question::{Input, after, list, question};
use super::suggest::current;
use super::walk::{Stop, Walk};
use super::{check, review};
use crate::document;

/// Somebody who answers.
struct Person {
    offer: Offer,
    draft: Draft,
    walk: Walk,
}

impl Person {
    fn new(given: &str) -> Self {
        let node = document::parse(given, &"flags".into()).unwrap();
        Self::with(Draft::new(node, false))
    }

    fn with(draft: Draft) -> Self {
        let offer = tiny();
        let walk = Walk::new(&draft, &list(&draft, &offer));
        Self { offer, draft, walk }
    }

    fn here(&self) -> Option<Id> {
        match self.walk.here() {
            Stop::Ask(id) => Some(id.clone()),
            Stop::Review => None,
        }
    }

    fn answer(&mut self, answer: &Answer) {
        let id = self.here().unwrap();
        assert_eq!(check::refuse(&self.draft, &self.offer, &id, answer), None, "{id:?}");
        let before = list(&self.draft, &self.offer);
        self.draft.apply(&self.offer, &id, answer);
        let now = after(&mut self.draft, &self.offer);
        self.walk.forward(&self.draft, &before, &now);
    }

    fn text(&mut self, text: &str) -> &mut Self {
        self.answer(&Answer::Text(text.to_owned()));
        self
    }

    fn many(&mut self, names: &[&str]) -> &mut Self {
        self.answer(&Answer::Many(names.iter().map(|n| (*n).to_owned()).collect()));
        self
    }

    /// Presses enter until a question or the review is reached.
    fn enter_until(&mut self, stop: Option<&Id>) -> &mut Self {
        for _ in 0..60 {
            if self.here().as_ref() == stop {
                return self;
            }
            let id = self.here().expect("the question is never asked");
            let now = current(&self.draft, &self.offer, &id);
            match question(&self.draft, &self.offer, &id).input {
                Input::Many(..) => self.many(&now.split(", ").filter(|n| !n.is_empty()).collect::<Vec<_>>()),
                _ => self.text(&now),
            };
        }
        panic!("the walk does not end");
    }

    fn refuses(&self, text: &str) -> String {
        let answer = Answer::Text(text.to_owned());
        check::refuse(&self.draft, &self.offer, &self.here().unwrap(), &answer).unwrap_or_else(|| panic!("`{text}` is taken"))
    }

    fn back(&mut self) -> bool {
        let questions = list(&self.draft, &self.offer);
        self.walk.back(&questions)
    }

    fn jump(&mut self, id: Id) -> &mut Self {
        self.walk.jump(id);
        self
    }
}

fn option(owner: Owner, key: &str) -> Id {
    Id::Option(owner, key.to_owned())
}

#[test]
fn every_question_is_asked_and_every_one_is_left_backwards() {
    let mut person = Person::new("");
    let mut asked = Vec::new();
    let answers = ["shop", "tiny-api", "api", "8000", "/api", "/ws", "4", "tiny-worker", "jobs", "8080"];
    for answer in answers {
        asked.push(person.here().unwrap());
        person.text(answer);
    }
    while let Some(id) = person.here() {
        asked.push(id.clone());
        person.enter_until(Some(&id));
        match question(&person.draft, &person.offer, &id).input {
            Input::Many(..) if id == Id::Features => person.many(&["tiny-dump"]),
            Input::Many(_, on) => {
                assert_eq!(on, [1], "the worker's queue is preselected");
                person.many(&["tiny-queue"])
            }
            _ => {
                let now = current(&person.draft, &person.offer, &id);
                person.text(&now)
            }
        };
    }
    let queue = || Owner::Store("tiny-queue".into());
    let expected = [
        Id::Name,
        Id::Blueprint(0),
        Id::ServiceName(0),
        Id::Port(0),
        Id::Route(0),
        Id::Websocket(0),
        option(Owner::Service(0), "size"),
        Id::Blueprint(1),
        Id::ServiceName(1),
        Id::Port(1),
        Id::Blueprint(2),
        Id::Database,
        Id::Stores,
        option(queue(), "version"),
        option(queue(), "durable"),
        Id::Features,
        Id::Target,
        Id::Ci,
        Id::Domain,
        Id::Registry,
    ];
    assert_eq!(asked, expected);
    for id in expected.iter().rev() {
        assert!(person.back());
        assert_eq!(person.here().as_ref(), Some(id));
    }
    assert!(!person.back(), "nothing is before the first question");
    assert_eq!(
        person.draft.wanted(),
        json!({
            "name": "shop", "domain": "x.example", "registry": "ghcr.io/x/x",
            "services": {
                "api": { "blueprint": "tiny-api", "port": 8000, "route": "/api", "websocket": "/ws", "size": 4 },
                "jobs": { "blueprint": "tiny-worker", "port": 8080 },
            },
            "stores": { "tiny-db": {}, "tiny-queue": {} },
            "features": { "tiny-dump": {} },
            "target": "tiny-host", "ci": "tiny-ci",
        })
    );
}

#[test]
fn what_was_given_is_not_asked() {
    let mut person =
        Person::new("{ name: shop, target: none, services: { api: { blueprint: tiny-api, route: /v1 } }, stores: {} }");
    let mut asked = HashSet::new();
    while let Some(id) = person.here() {
        asked.insert(id.clone());
        let questions = list(&person.draft, &person.offer);
        let next = questions.iter().skip_while(|i| **i != id).skip(1).find(|i| !person.draft.settled(i)).cloned();
        person.enter_until(next.as_ref());
    }
    let size = option(Owner::Service(0), "size");
    assert_eq!(asked, HashSet::from([Id::Port(0), Id::Websocket(0), size, Id::Features, Id::Ci, Id::Domain, Id::Registry]));
}

#[test]
fn a_preset_answers_everything_and_the_review_changes_it() {
    let mut person = Person::with(Draft::new(tiny_preset(), true));
    assert_eq!(person.here(), None, "straight to the review");
    assert!(person.draft.settings().is_empty());

    person.jump(Id::ServiceName(1)).text("engine");
    assert_eq!(person.here(), None, "and back to it");
    person.jump(Id::Stores).many(&[]);
    let wanted = person.draft.wanted();
    assert_eq!(wanted["services"]["engine"]["uses"], json!([]), "what is gone is used by nobody");
    assert_eq!(wanted["services"]["engine"]["env"], json!({ "A": "x y" }));

    person.jump(Id::Stores).many(&["tiny-queue"]);
    assert_eq!(person.here(), Some(option(Owner::Store("tiny-queue".into()), "version")), "a new store has new questions");
    assert!(person.back());
    assert_eq!(person.here(), Some(Id::Stores));
    assert!(person.back());
    assert_eq!(person.here(), None, "back from a jump is back at the review");
}

#[test]
fn a_wrong_answer_is_refused_with_its_reason() {
    let mut person = Person::new("");
    assert!(person.refuses("Shop").contains("expected a name"), "{}", person.refuses("Shop"));
    person.text("shop").text("tiny-api");
    for name in ["", "a b", "nginx", "-a"] {
        person.refuses(name);
    }
    person.text("api");
    for port in ["x", "0", "70000", ""] {
        person.refuses(port);
    }
    person.text("8000");
    for route in ["api", "/a/", "/healthz"] {
        person.refuses(route);
    }
    person.text("/api").text("/ws");
    assert!(person.refuses("many").contains("whole number"));
    person.text("3").text("tiny-worker");
    assert_eq!(person.refuses("api"), "there is a service `api` already");
    person.text("worker");
    assert!(person.refuses("8000").contains("both listen"));
    person.text("8001").text("none").enter_until(Some(&Id::Stores));
    let none = check::refuse(&person.draft, &person.offer, &Id::Stores, &Answer::Many(vec![])).unwrap();
    assert_eq!(none, "`worker` needs `tiny-queue`: choose `tiny-queue`");
    let both = Answer::Many(vec!["tiny-cache".into(), "tiny-queue".into()]);
    assert!(check::refuse(&person.draft, &person.offer, &Id::Stores, &both).unwrap().contains("cannot stand together"));
}

#[test]
fn a_need_that_cannot_be_met_any_more_is_told_where_it_arises() {
    let mut person = Person::new("");
    person.text("shop").text("tiny-api").enter_until(Some(&Id::Database)).text("none").enter_until(Some(&Id::Features));
    let dump = check::refuse(&person.draft, &person.offer, &Id::Features, &Answer::Many(vec!["tiny-dump".into()])).unwrap();
    assert_eq!(dump, "`tiny-dump` needs `tiny-sql`, which nothing provides");
}

#[test]
fn stores_are_asked_for_only_where_somebody_could_use_one() {
    let mut person = Person::new("");
    person.text("shop").text("tiny-page").enter_until(None);
    let asked = |id: &Id| list(&person.draft, &person.offer).contains(id);
    assert!(!asked(&Id::Database) && !asked(&Id::Stores));
    assert_eq!(current(&person.draft, &person.offer, &Id::ServiceName(0)), "web");
    assert_eq!(current(&person.draft, &person.offer, &Id::Route(0)), "/");
}

#[test]
fn defaults_are_free_beside_what_was_answered_before() {
    let mut person = Person::new("");
    person
        .text("shop")
        .text("tiny-api")
        .enter_until(Some(&Id::Blueprint(1)))
        .text("tiny-api")
        .enter_until(Some(&Id::Blueprint(2)));
    let second = &person.draft.wanted()["services"]["api-2"];
    assert_eq!(*second, json!({ "blueprint": "tiny-api", "port": 8001, "route": "/api-2", "websocket": "/api-2/ws" }));
}

#[test]
fn a_change_of_mind_takes_away_what_followed_from_it() {
    let mut person = Person::new("");
    person.text("shop").text("tiny-api").text("api").text("8000").text("none");
    assert_eq!(person.here(), Some(option(Owner::Service(0), "size")), "no route, no websocket");
    person.enter_until(None);

    person.jump(Id::Blueprint(0)).text("tiny-page");
    assert_eq!(person.here(), Some(Id::Port(0)), "another blueprint has its own port and route");
    person.enter_until(None).jump(Id::Blueprint(0)).text("tiny-api").enter_until(None);
    person.jump(Id::Blueprint(1)).text("tiny-worker").enter_until(Some(&Id::Stores));
    assert_eq!(current(&person.draft, &person.offer, &Id::Stores), "tiny-queue", "what is needed now is asked for again");
    person.enter_until(None);

    person.jump(Id::Blueprint(1)).text("none").enter_until(None);
    assert_eq!(person.draft.services.len(), 1);
}

#[test]
fn a_mistake_leads_to_its_question() {
    let given = "{ stores: {}, services: { api: { blueprint: tiny-api, route: /x, size: big }, \
                 web: { blueprint: tiny-page, route: /x }, worker: { blueprint: tiny-worker } } }";
    let mut person = Person::new(given);
    person.text("shop").enter_until(None);
    let mistakes = check::outcome(&person.draft, &person.offer).err().unwrap();
    let found: HashSet<Id> = mistakes.iter().filter_map(|m| review::question_of(&person.draft, &person.offer, m)).collect();
    assert_eq!(found, HashSet::from([Id::Route(1), Id::Stores, option(Owner::Service(0), "size")]));
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

#[test]
fn whatever_somebody_does_the_settings_say_the_same() {
    for seed in 0..6 {
        let mut dice = Dice(seed);
        let draft = if seed % 2 == 0 {
            Draft::new(tiny_preset(), true)
        } else {
            Draft::new(document::parse("{ name: shop }", &"flags".into()).unwrap(), false)
        };
        let mut person = Person::with(draft);
        for _ in 0..40 {
            let questions = list(&person.draft, &person.offer);
            let Some(id) = person.here() else {
                person.jump(questions[dice.throw(questions.len())].clone());
                continue;
            };
            if dice.throw(5) == 0 {
                person.back();
                continue;
            }
            let answer = match question(&person.draft, &person.offer, &id).input {
                Input::Text(now) => Answer::Text(now),
                Input::YesNo(_) => Answer::Text((dice.throw(2) == 0).to_string()),
                Input::One(items, _) => Answer::Text(items[dice.throw(items.len())].value.clone()),
                Input::Many(items, _) => {
                    Answer::Many(items.into_iter().filter(|_| dice.throw(2) == 0).map(|i| i.value).collect())
                }
            };
            if check::refuse(&person.draft, &person.offer, &id, &answer).is_none() {
                person.answer(&answer);
            }
            let (said, wanted) = (person.draft.document().to_json(), person.draft.wanted());
            assert_eq!(said, wanted, "seed {seed}: {:?}", person.draft.settings());
            // Maps are equal in any order, but services have one.
            let order = |all: &Value| all["services"].to_string();
            assert_eq!(order(&said), order(&wanted), "seed {seed}: {:?}", person.draft.settings());
        }
    }
}
