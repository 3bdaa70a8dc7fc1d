//! Why: people at a keyboard are asked for what flags and files have not said, can go back to any answer, and see what
//! they will get before it is written.
//!
//! Which questions there are, what an answer changes and where the way leads is decided in the modules below, which know
//! nothing of a keyboard; this module alone asks.

pub mod added;
mod apply;
mod check;
mod draft;
mod id;
mod needs;
mod offer;
mod question;
mod replay;
mod review;
mod suggest;
#[cfg(test)]
mod tests;
mod walk;

use std::path::PathBuf;
use std::rc::Rc;

use inquire::list_option::ListOption;
use inquire::ui::{RenderConfig, Styled};
use inquire::validator::Validation;
use inquire::{Confirm, InquireError, MultiSelect, Select, Text};

use crate::catalogue::Catalogue;
use crate::cli::New;
use crate::document::{Content, Node};
use crate::error::{Diagnostic, Error, Result};
use crate::{Outcome, answers, disk, input, report};
use check::Mistake;
use draft::{Draft, NONE};
use id::{Answer, Id};
use offer::Offer;
use question::{Input, Item, Question};
use walk::{Stop, Walk};

/// Rows of a list that are shown at once; a terminal has at least 24.
const PAGE: usize = 14;

/// Reads what was given by flags, files and the preset of that name.
type Open<'a> = &'a dyn Fn(Option<&str>) -> Result<Node>;

/// Asks for what is missing, and returns the answers.
///
/// # Errors
/// Wrong flags and files, a folder in the way, and Ctrl-C.
pub fn ask(catalogue: &Rc<Catalogue>, options: &New, open: Open, defaults: fn(&mut Node)) -> Result<Node> {
    inquire::set_global_render_config(RenderConfig::default().with_canceled_prompt_indicator(Styled::new("(back)")));
    let offer = Rc::new(Offer::read(catalogue, defaults)?);
    let base = options.directory.clone().unwrap_or_default();
    if let Some(dir) = &options.dir {
        disk::check_target(&base.join(dir))?;
    }
    let draft = begin(options, open, defaults, None)?;
    let walk = Walk::new(&draft, &question::list(&draft, &offer));
    let mut wizard = Wizard { offer, options, open, base, draft, walk, defaults };
    wizard.run()?;
    Ok(wizard.draft.document())
}

/// A draft of what was given, with a preset when one was chosen here.
fn begin(options: &New, open: Open, defaults: fn(&mut Node), chosen: Option<&str>) -> Result<Draft> {
    let given = open(chosen.or(options.preset.as_deref()))?;
    well_formed(&given, defaults)?;
    let can_start =
        options.preset.is_none() && options.answers.is_none() && (chosen.is_some() || given.get("services").is_none());
    let complete = options.preset.is_some() || options.answers.is_some() || chosen.is_some();
    let mut draft = Draft::new(given, complete);
    draft.can_start = can_start;
    draft.preset = chosen.map(str::to_owned);
    let folder = options.dir.as_ref().and_then(|d| d.file_name()).and_then(|n| n.to_str());
    if let Some(name) = folder.and_then(suggest::name_from) {
        draft.suggested = name;
    }
    Ok(draft)
}

/// A mistake of form in a flag or file cannot be put right by an answer, so nothing is asked before it is told.
fn well_formed(given: &Node, defaults: fn(&mut Node)) -> Result<()> {
    let mut whole = given.clone();
    input::default(&mut whole, &["name"], "app".into(), "default");
    if given.get("services").is_none() {
        input::default(&mut whole, &["services", "open", "blueprint"], "open".into(), "default");
    } else if let Some(Content::Mapping(services)) = given.get("services").map(|s| &s.content) {
        for (name, _) in services.iter().filter(|(_, s)| matches!(s.content, Content::Mapping(_))) {
            input::default(&mut whole, &["services", &name.name, "blueprint"], "open".into(), "default");
        }
    }
    defaults(&mut whole);
    answers::from_document(&whole).map(drop)
}

struct Wizard<'a> {
    offer: Rc<Offer>,
    options: &'a New,
    open: Open<'a>,
    base: PathBuf,
    draft: Draft,
    walk: Walk,
    defaults: fn(&mut Node),
}

/// What came from the keyboard.
enum Reply<T> {
    Answer(T),
    Back,
}

/// What can be done at the review.
enum Step {
    Write,
    Files,
    Jump(Id),
}

impl Wizard<'_> {
    fn run(&mut self) -> Result<()> {
        loop {
            let questions = question::list(&self.draft, &self.offer);
            let back = match self.walk.here().clone() {
                Stop::Ask(id) => match self.question(&id)? {
                    Reply::Answer(answer) => {
                        self.take(&id, &answer)?;
                        let now = question::after(&mut self.draft, &self.offer);
                        self.walk.forward(&self.draft, &questions, &now);
                        false
                    }
                    Reply::Back => true,
                },
                Stop::Review => match self.review()? {
                    Reply::Answer(Some(id)) => {
                        self.walk.jump(id);
                        false
                    }
                    Reply::Answer(None) => return Ok(()),
                    Reply::Back => true,
                },
            };
            if back && !self.walk.back(&questions) {
                report::talk("this is the first question; ctrl-c leaves, and nothing is written\n");
            }
        }
    }

    fn question(&self, id: &Id) -> Result<Reply<Answer>> {
        let question = question::question(&self.draft, &self.offer, id);
        let (offer, draft, id) = (Rc::clone(&self.offer), Rc::new(self.draft.clone()), id.clone());
        let base = self.options.dir.is_none().then(|| self.base.clone());
        prompt(&question, move |answer| {
            check::refuse(&draft, &offer, &id, answer).or_else(|| match (&id, answer, &base) {
                (Id::Name, Answer::Text(name), Some(base)) => in_the_way(&base.join(name)),
                _ => None,
            })
        })
    }

    fn take(&mut self, id: &Id, answer: &Answer) -> Result<()> {
        match (id, answer) {
            (Id::Start, Answer::Text(name)) => {
                let chosen = (name != NONE).then_some(name.as_str());
                if chosen != self.draft.preset.as_deref() {
                    self.draft = begin(self.options, self.open, self.defaults, chosen)?;
                }
                self.draft.answered.insert(Id::Start);
            }
            _ => self.draft.apply(&self.offer, id, answer),
        }
        Ok(())
    }

    /// Everything that the answers lead to, and the folder it would be written to.
    fn outcome(&self) -> (String, std::result::Result<Outcome, Vec<Mistake>>) {
        let name = || PathBuf::from(suggest::current(&self.draft, &self.offer, &Id::Name));
        let dir = self.options.dir.clone().unwrap_or_else(name);
        let outcome = check::outcome(&self.draft, &self.offer);
        let blocked = || disk::check_target(&self.base.join(&dir)).err();
        let outcome = outcome.and_then(|outcome| match blocked() {
            None => Ok(outcome),
            Some(error) => {
                let of_name = |d: &Diagnostic| Mistake { path: Some("name".to_owned()), diagnostic: d.clone() };
                Err(error.diagnostics().iter().map(of_name).collect())
            }
        });
        (dir.display().to_string(), outcome)
    }

    /// Shows what the answers lead to; `None` when it shall be done.
    fn review(&self) -> Result<Reply<Option<Id>>> {
        let (dir, outcome) = self.outcome();
        let silent = self.options.yes || self.options.dry_run || self.options.diff;
        let mut steps: Vec<(Step, String)> = Vec::new();
        match &outcome {
            Ok(_) if silent => {
                if !self.draft.settings().is_empty() || self.draft.preset.is_some() {
                    self.show_command(&dir);
                }
                return Ok(Reply::Answer(None));
            }
            Ok(outcome) => {
                report::talk(&review::summary(outcome));
                steps.push((Step::Write, format!("write {} files to {dir}", outcome.plan.files.len())));
                steps.push((Step::Files, "show the list of files".to_owned()));
            }
            Err(mistakes) => {
                for mistake in mistakes {
                    report::talk(&format!("\n{}\n", mistake.diagnostic));
                    if let Some(id) = review::question_of(&self.draft, &self.offer, mistake) {
                        steps.push((Step::Jump(id), format!("put right: {}", mistake.diagnostic.message)));
                    }
                }
            }
        }
        let rows = review::rows(&self.draft, &self.offer);
        steps.extend(rows.into_iter().map(|(id, line)| (Step::Jump(id), line)));
        let item =
            |(i, (_, line)): (usize, &(Step, String))| Item { value: i.to_string(), line: line.clone(), short: line.clone() };
        let items: Vec<Item> = steps.iter().enumerate().map(item).collect();
        loop {
            let help = "enter: choose, or change an answer; type to filter";
            let page = Question { text: "review".to_owned(), help: help.to_owned(), input: Input::One(items.clone(), 0) };
            let Reply::Answer(Answer::Text(at)) = prompt(&page, |_| None)? else { return Ok(Reply::Back) };
            match at.parse().ok().and_then(|at: usize| steps.get(at)) {
                Some((Step::Write, _)) => {
                    self.show_command(&dir);
                    return Ok(Reply::Answer(None));
                }
                Some((Step::Jump(id), _)) => return Ok(Reply::Answer(Some(id.clone()))),
                Some((Step::Files, _)) => outcome.iter().for_each(|o| report::talk(&report::plan_list(&o.plan))),
                None => return Ok(Reply::Back),
            }
        }
    }

    /// Tells how to do the same again without a question.
    fn show_command(&self, dir: &str) {
        let preset = self.draft.preset.as_deref().or(self.options.preset.as_deref());
        let command = replay::command(self.options, preset, dir, &self.draft.settings());
        report::talk(&format!("\nthe same without questions:\n  {command}\n\n"));
    }
}

/// Why a folder cannot be the new one.
fn in_the_way(folder: &std::path::Path) -> Option<String> {
    disk::check_target(folder).err()?.diagnostics().first().map(|d| d.message.clone())
}

/// Asks one question. `refuse` says why an answer cannot be taken; what was typed then stays in the field.
fn prompt(question: &Question, refuse: impl Fn(&Answer) -> Option<String> + Clone + 'static) -> Result<Reply<Answer>> {
    let verdict =
        move |answer: &Answer| Ok(refuse(answer).map_or(Validation::Valid, |reason| Validation::Invalid(reason.into())));
    let help = question.help.trim_end_matches('.');
    let help = if help.is_empty() { "esc: back".to_owned() } else { format!("{help}; esc: back") };
    let text = question.text.as_str();
    let reply = match &question.input {
        Input::Text(default) => Text::new(text)
            .with_default(default)
            .with_help_message(&help)
            .with_validator(move |typed: &str| verdict(&Answer::Text(typed.trim().to_owned())))
            .prompt()
            .map(|typed| Answer::Text(typed.trim().to_owned())),
        Input::One(items, at) => Select::new(text, lines(items))
            .with_starting_cursor(*at)
            .with_page_size(PAGE)
            .with_help_message(&help)
            .with_formatter(&|line| line.value.0.short.clone())
            .prompt()
            .map(|line| Answer::Text(line.0.value)),
        Input::Many(items, on) => MultiSelect::new(text, lines(items))
            .with_default(on)
            .with_page_size(PAGE)
            .with_help_message(&format!("space: choose, enter: go on; {help}"))
            .with_formatter(&|lines| if lines.is_empty() { "none".to_owned() } else { joined(lines) })
            .with_validator(move |lines: &[ListOption<&Line>]| verdict(&Answer::Many(values(lines))))
            .prompt()
            .map(|lines| Answer::Many(lines.into_iter().map(|l| l.0.value).collect())),
        Input::YesNo(default) => {
            Confirm::new(text).with_default(*default).with_help_message(&help).prompt().map(|yes| Answer::Text(yes.to_string()))
        }
    };
    match reply {
        Ok(answer) => Ok(Reply::Answer(answer)),
        Err(InquireError::OperationCanceled) => Ok(Reply::Back),
        Err(InquireError::OperationInterrupted) => Err(Error::Interrupted),
        Err(error) => Err(Error::failed(format!("cannot ask on this terminal: {error}"))),
    }
}

/// An item as inquire shows it.
struct Line(Item);

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.line)
    }
}

fn lines(items: &[Item]) -> Vec<Line> {
    items.iter().cloned().map(Line).collect()
}

fn values(lines: &[ListOption<&Line>]) -> Vec<String> {
    lines.iter().map(|l| l.value.0.value.clone()).collect()
}

fn joined(lines: &[ListOption<&Line>]) -> String {
    values(lines).join(", ")
}
