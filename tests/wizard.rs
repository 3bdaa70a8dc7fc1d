//! Why: what a person sees at the keyboard is tested at a keyboard: the real binary in a pseudo-terminal. The rules of the
//! questions have tests of their own beside them; here it is their words, keys, exit codes and what is written.
//!
//! The blueprints are small ones of our own, laid over the catalogue, so that no change of ours moves these tests.
#![cfg(unix)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use expectrl::process::unix::WaitStatus;
use expectrl::session::OsSession;
use expectrl::{Eof, Expect, Needle, Regex, Session};
use tempfile::TempDir;

/// Longer than any machine takes; a test that passes never waits for it.
const PATIENCE: Duration = Duration::from_secs(30);
const ENTER: &str = "\r";
const ESC: &str = "\x1b";
const CTRL_C: &str = "\x03";
const BACKSPACE: &str = "\x7f";
const SPACE: &str = " ";
const DOWN: &str = "\x1b[B";

const RUNS: &str = "health: { command: [up], interval: 10s, timeout: 3s, retries: 3, start_period: 1s }, \
                    stop_grace: 30s, resources: { cpus: \"0.10\", memory: 32M, pids: 8 }";

const DOCKERFILE: &str = "FROM scratch AS dev\nFROM dev AS production\n";

fn blueprints(root: &Path) {
    let service = |head: &str| format!("{head}facts: {{ container: {{ {RUNS} }} }}\n");
    let store = |head: &str, more: &str| {
        format!(
            "{head}facts:\n  containers: {{ \"{{{{{{ store.name }}}}}}\": {{ image: x/y:1, networks: [data], {RUNS} }} }}\n{more}"
        )
    };
    let files = [
        ("project/blueprint.yaml", "summary: The repository\n".to_owned()),
        ("services/tiny-api/files/Dockerfile", DOCKERFILE.to_owned()),
        ("services/tiny-worker/files/Dockerfile", DOCKERFILE.to_owned()),
        ("project/files/README.md.j2", "# {{{ project.name }}} at {{{ project.domain | markdown }}}\n".to_owned()),
        (
            "services/tiny-api/blueprint.yaml",
            service(
                "summary: An API\nlanguage: Befunge\ndefaults: { port: 8000, route: /api, websocket: /ws }\n\
                 options:\n  size: { type: integer, default: 3, question: How large?, help: As in 3. }\n",
            ),
        ),
        ("services/tiny-api/files/main.j2", "{{{ service.port }}} {{{ service.route }}} {{{ options.size }}}\n".to_owned()),
        ("services/tiny-api/with/tiny-sql/facts.yaml", "commands: { migrate: [migrate] }\n".to_owned()),
        ("services/tiny-worker/blueprint.yaml", service("summary: A worker\nneeds: [tiny-queue]\nroutable: false\n")),
        ("services/tiny-worker/with/tiny-queue/facts.yaml", "{}\n".to_owned()),
        (
            "stores/tiny-db/blueprint.yaml",
            store("summary: A database\nprovides: [tiny-sql]\n", "  connection: { migrations: true }\n"),
        ),
        (
            "stores/tiny-queue/blueprint.yaml",
            store(
                "summary: A queue\noptions:\n  version: { type: integer, default: 2, choices: [1, 2], question: Which major?, frozen: true }\n  \
                 durable: { type: boolean, default: true, question: Keep it? }\n",
                "",
            ),
        ),
        (
            "features/tiny-dump/blueprint.yaml",
            "summary: Dumps\noptions:\n  days: { type: integer, default: 7, question: How long? }\n".to_owned(),
        ),
        ("features/tiny-dump/files/dump.sh.j2", "#!/bin/sh\n# {{{ options.days }}}\n".to_owned()),
        ("targets/vps/blueprint.yaml", "summary: A host\n".to_owned()),
        ("ci/github/blueprint.yaml", "summary: A CI\n".to_owned()),
        (
            "presets/tiny-shop.yaml",
            "# A shop with a queue\nversion: 1\nname: tinyshop\ndomain: tiny.example\nregistry: ghcr.io/tiny/shop\n\
             services:\n  back: { blueprint: tiny-api, port: 8001, route: /api, env: { GREETING: \"it's $5\" } }\n  \
             jobs: { blueprint: tiny-worker, replicas: 2 }\nstores:\n  tiny-queue: { version: 1 }\ntarget: vps\nci: github\n"
                .to_owned(),
        ),
    ];
    for (path, text) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// A person before a terminal, in an empty folder.
struct Terminal {
    session: OsSession,
    folder: TempDir,
    catalogue: TempDir,
    seen: String,
}

impl Terminal {
    fn new(arguments: &str) -> Self {
        Self::in_folder(tempfile::tempdir().unwrap(), arguments)
    }

    fn in_folder(folder: TempDir, arguments: &str) -> Self {
        Self::command(folder, &format!("scaffold new --blueprints \"$BLUEPRINTS\" {arguments}"))
    }

    fn command(folder: TempDir, command: &str) -> Self {
        let catalogue = tempfile::tempdir().unwrap();
        blueprints(catalogue.path());
        // The library sets a size of its own, at any time until it has started the process; ours is set after that.
        let line = format!("read -r go && stty cols 200 rows 24 && exec {command}");
        let mut command = Command::new("sh");
        command.args(["-c", &line]).current_dir(folder.path()).env("NO_COLOR", "1").env("TERM", "xterm");
        command.env("PATH", path()).env("BLUEPRINTS", catalogue.path());
        let mut session = Session::spawn(command).unwrap();
        session.send("\n").unwrap();
        Self { session, folder, catalogue, seen: String::new() }
    }

    /// Waits for a text, or the end, and returns what came up to it. `expect` would do the same, but keeps a core busy.
    #[track_caller]
    fn waits(&mut self, needle: &impl Needle, what: &str) {
        let start = Instant::now();
        loop {
            let problem = match self.session.check(needle) {
                Ok(found) if !found.is_empty() => {
                    self.seen.push_str(&String::from_utf8_lossy(found.as_bytes()));
                    return;
                }
                Ok(_) if start.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(1));
                    continue;
                }
                Ok(_) => "time is over".to_owned(),
                Err(error) => error.to_string(),
            };
            let rest = self.session.check(Regex("(?s).+")).map(|r| String::from_utf8_lossy(r.as_bytes()).into_owned());
            let seen = self.seen.char_indices().rev().nth(400).map_or(&*self.seen, |(i, _)| &self.seen[i..]);
            panic!("`{what}` never came: {problem}\nbefore: {seen:?}\nthen: {rest:?}");
        }
    }

    /// Waits for a text.
    #[track_caller]
    fn sees(&mut self, text: &str) -> &mut Self {
        self.waits(&text, text);
        self
    }

    /// Waits until a question is open; the end of its help line is drawn once it can be answered.
    #[track_caller]
    fn asked(&mut self, question: &str) -> &mut Self {
        self.sees(&format!("? {question}")).sees("esc: back]")
    }

    fn keys(&mut self, keys: &str) -> &mut Self {
        self.session.send(keys).unwrap();
        self
    }

    /// Waits for a question and answers it.
    #[track_caller]
    fn answers(&mut self, question: &str, keys: &str) -> &mut Self {
        self.asked(question).keys(keys).keys(ENTER)
    }

    /// Waits for the end, and returns the exit code with everything that was seen.
    #[track_caller]
    fn ends(&mut self) -> i32 {
        self.waits(&Eof, "the end");
        match self.session.get_process().wait().unwrap() {
            WaitStatus::Exited(_, code) => code,
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    fn leaves_nothing(&mut self) {
        assert_eq!(self.keys(CTRL_C).ends(), 130);
        assert!(self.seen.ends_with("interrupted, nothing was written\r\n"), "{}", self.seen.escape_debug());
        assert_eq!(fs::read_dir(self.folder.path()).unwrap().count(), 0);
    }

    /// What was written, by name.
    fn wrote(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn yaml(&self, name: &str) -> String {
        fs::read_to_string(self.wrote(name).join("scaffold.yaml")).unwrap()
    }

    /// Runs the printed command in another folder; the tree must be the same to the byte.
    #[track_caller]
    fn replays(&self, name: &str) {
        let (_, command) = self.seen.split_once("the same without questions:\r\n").expect("no command was printed");
        let (command, _) = command.split_once("\r\n\r\n").unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let run = Command::new("sh")
            .arg("-c")
            .arg(command.replace('\r', ""))
            .env("PATH", path())
            .current_dir(elsewhere.path())
            .output();
        let run = run.unwrap();
        assert!(run.status.success(), "{command}\n{}", String::from_utf8_lossy(&run.stderr));
        assert!(!common::tree(&self.wrote(name)).is_empty());
        assert_eq!(common::tree(&self.wrote(name)), common::tree(&elsewhere.path().join(name)), "{command}");
    }
}

fn path() -> String {
    let here = Path::new(env!("CARGO_BIN_EXE_scaffold")).parent().unwrap();
    format!("{}:{}", here.display(), std::env::var("PATH").unwrap())
}

/// Every question with an answer to it.
const ALL: [(&str, &str); 22] = [
    ("start from", ""),
    ("name of the project", "shop"),
    ("first service", "befunge"),
    ("name of the tiny-api service (api)", "back"),
    ("port of back (8000)", "8123"),
    ("route of back (/api)", "/v1"),
    ("websocket of back (/ws)", ""),
    ("back: How large? (3)", "4"),
    ("one more service", "tiny-w"),
    ("name of the tiny-worker service (worker)", ""),
    ("port of worker (8080)", ""),
    ("one more service", ""),
    ("database", "tiny"),
    ("other stores", ""),
    ("tiny-queue: Which major?", "1"),
    ("tiny-queue: Keep it?", "n"),
    ("features", "tiny-dump "),
    ("tiny-dump: How long? (7)", ""),
    ("cloud target", ""),
    ("ci", ""),
    ("domain (shop.example)", "shop.example.com"),
    ("registry (ghcr.io/shop/shop)", "localhost:5000/shop"),
];

#[test]
fn every_question_is_asked_forwards_and_backwards_and_the_run_can_be_repeated() {
    let mut terminal = Terminal::new("");
    for (question, answer) in ALL {
        terminal.answers(question, answer);
    }
    terminal.sees("back (tiny-api)").sees("/v1").sees("websocket /ws").sees("port 8123").sees("uses tiny-db");
    terminal.sees("worker (tiny-worker)").sees("no route").sees("stores: tiny-db, tiny-queue");
    terminal.sees("at the top").asked("review");

    terminal.keys(ESC);
    for (i, (question, _)) in ALL.iter().enumerate().rev() {
        let question = match (i, *question) {
            // What was asked is an answer now.
            (2, _) => "back is made from",
            (8, _) => "worker is made from",
            (_, question) => question.split(" (").next().unwrap(),
        };
        terminal.asked(question).keys(ESC);
    }
    terminal.sees("this is the first question").answers("start from", "");
    terminal.answers("review", "");
    assert_eq!(terminal.ends(), 0, "{}", terminal.seen);
    assert_eq!(
        terminal.yaml("shop").lines().skip(1).collect::<Vec<_>>().join("\n"),
        "version: 1\nname: shop\ndomain: shop.example.com\nregistry: \"localhost:5000/shop\"\n\
         services:\n  back:\n    blueprint: tiny-api\n    port: 8123\n    route: /v1\n    websocket: /ws\n    size: 4\n  \
         worker:\n    blueprint: tiny-worker\n    port: 8080\n\
         stores:\n  tiny-db: {}\n  tiny-queue:\n    version: 1\n    durable: false\n\
         features:\n  tiny-dump: {}\ntarget: vps\nci: github"
    );
    terminal.replays("shop");
}

#[test]
fn a_refused_answer_stays_in_the_field() {
    let mut terminal = Terminal::new("--set ci=none");
    terminal.answers("start from", "").answers("name of the project", "shop!");
    terminal.sees("expected a name").sees("esc: back]").keys(BACKSPACE).keys(ENTER).sees("name of the project shop");
    terminal.answers("first service", "tiny-api").answers("name of", "").answers("port of api", "80000");
    terminal.sees("out of range").sees("esc: back]").keys(BACKSPACE).keys(ENTER).sees("port of api 8000");
    terminal.answers("route of api", "none").answers("api: How large?", "").answers("one more service", "tiny-worker");
    terminal.answers("name of", "api").sees("there is a service `api` already").sees("esc: back]");
    terminal.keys("2").keys(ENTER).sees("name of the tiny-worker service api2");
    terminal.answers("port of api2", "").answers("one more service", "").answers("database", "");
    // What the worker needs is chosen already, says why, and cannot be left out.
    terminal.sees("[x] tiny-queue").sees("`api2` needs `tiny-queue`").sees("esc: back]");
    terminal.keys("tiny").keys(SPACE).sees("[ ] tiny-queue").keys(ENTER).sees("`api2` needs `tiny-queue`: choose `tiny-queue`");
    terminal.sees("esc: back]").keys(SPACE).sees("[x] tiny-queue").keys(ENTER).asked("tiny-queue: Which major?");
    terminal.leaves_nothing();
}

#[test]
fn ctrl_c_leaves_nothing_wherever_it_is_pressed() {
    Terminal::new("").asked("start from").leaves_nothing();
    Terminal::new("shop --preset tiny-shop").asked("review").leaves_nothing();
    let mut terminal = Terminal::new("shop");
    terminal
        .answers("start from", "")
        .answers("first service", "tiny-worker")
        .asked("name of")
        .keys("jo")
        .sees("jo")
        .leaves_nothing();
    let mut terminal = Terminal::new("shop --set services.w.blueprint=tiny-worker --set services.w.port=1");
    terminal.asked("other stores").leaves_nothing();
    let mut terminal = Terminal::new("shop --preset tiny-shop");
    terminal.asked("review").keys("durable").sees("durable").keys(ENTER).asked("tiny-queue: Keep it?").leaves_nothing();
}

#[test]
fn a_preset_is_a_start_that_can_be_changed_and_repeated() {
    let mut terminal = Terminal::new("");
    terminal.asked("start from").keys("tiny-shop").sees("> tiny-shop").keys(ENTER);
    terminal.asked("review").keys("back: name").keys(ENTER).answers("name of the tiny-api service (back)", "api");
    terminal.asked("review").keys("made from tiny-worker").keys(ENTER).asked("jobs is made from").keys("none").keys(ENTER);
    terminal
        .asked("review")
        .keys("stores")
        .keys(ENTER)
        .asked("other stores")
        .keys("tiny")
        .keys(SPACE)
        .sees("[ ] tiny")
        .keys(ENTER);
    terminal.asked("review").keys("one more").keys(ENTER).answers("one more service", "tiny-api");
    terminal.answers("name of the tiny-api service (api-2)", "billing").answers("port of billing (8000)", "");
    terminal
        .answers("route of billing (/billing)", "")
        .answers("websocket of billing (/ws)", "none")
        .answers("billing: How large?", "");
    terminal.sees("billing (tiny-api)").asked("review").keys(ENTER);
    assert_eq!(terminal.ends(), 0);
    assert!(terminal.seen.contains("--preset tiny-shop"), "{}", terminal.seen);
    let yaml = terminal.yaml("tinyshop");
    assert!(
        yaml.contains(
            "  api:\n    blueprint: tiny-api\n    port: 8001\n    route: /api\n    env:\n      GREETING: \"it's $5\"\n"
        ),
        "{yaml}"
    );
    assert!(!yaml.contains("stores:") && !yaml.contains("jobs:"), "{yaml}");
    terminal.replays("tinyshop");
}

#[test]
fn the_review_jumps_to_an_answer_and_lists_the_files() {
    let mut terminal = Terminal::new("shop --preset tiny-shop");
    terminal.sees("files: services/ 3, at the top ").asked("review").keys(DOWN).keys(ENTER);
    terminal.sees("create README.md (").sees("create scaffold.yaml (").asked("review").keys("domain").keys(ENTER);
    terminal.asked("domain (tiny.example)").keys(ESC).asked("review").keys("domain").keys(ENTER);
    terminal.answers("domain (tiny.example)", "shop.example.org");
    terminal.asked("review").keys("domain").sees("shop.example.org").keys(ENTER).asked("domain (shop.example.org)").keys(ENTER);
    terminal.asked("review").keys(ENTER);
    assert_eq!(terminal.ends(), 0);
    assert!(terminal.yaml("shop").contains("domain: shop.example.org\n"));
    terminal.replays("shop");
}

#[test]
fn a_mistake_is_shown_at_the_review_with_the_way_to_its_answer() {
    let flags = "--set services.a.blueprint=tiny-api --set services.a.route=/x --set services.b.blueprint=tiny-api \
                 --set services.b.route=/x --set stores={} --set features={} --yes";
    let mut terminal = Terminal::new(&format!("shop --preset tiny-shop {flags} --set services.back=null"));
    terminal.sees("error: `a` and `b` both claim the path `/x`").asked("review").keys(ENTER);
    // With --yes nothing more is asked once all is right.
    terminal.answers("route of b (/x)", "/y");
    assert_eq!(terminal.ends(), 0);
    assert!(terminal.yaml("shop").contains("    route: /y\n"));
    terminal.replays("shop");
}

#[test]
fn what_was_said_is_not_asked() {
    let flags = "--set services.api.blueprint=tiny-api --set services.api.route=/ --set stores=null --set domain=a.example";
    let mut terminal = Terminal::new(&format!("shop --yes {flags}"));
    terminal.answers("port of api", "").answers("websocket of api", "").answers("api: How large?", "");
    terminal.answers("database", "none").answers("features", "").answers("cloud target", "none").answers("ci", "none");
    terminal.answers("registry", "");
    assert_eq!(terminal.ends(), 0);
    for given in ["start from", "name of", "route of", "first service", "one more", "domain", "review"] {
        assert!(!terminal.seen.contains(&format!("? {given}")), "{given} was asked");
    }
    terminal.replays("shop");

    for never in ["--no-input", "--json", "--yes", "--dry-run"] {
        let mut terminal = Terminal::new(&format!("shop --preset tiny-shop {never}"));
        assert_eq!(terminal.ends(), 0);
        assert!(!terminal.seen.contains("? "), "{never}: {}", terminal.seen);
    }
}

#[test]
fn questions_keep_standard_output_clean() {
    let mut terminal = Terminal::new("shop --dry-run --set services.w.blueprint=tiny-worker --set features=null >out");
    terminal
        .answers("port of w", "")
        .answers("other stores", "")
        .answers("tiny-queue: Which", "")
        .answers("tiny-queue: Keep", "");
    terminal
        .asked("features")
        .keys(ENTER)
        .answers("cloud target", "")
        .answers("ci", "")
        .answers("domain", "")
        .answers("registry", "");
    assert_eq!(terminal.ends(), 0);
    let out = fs::read_to_string(terminal.wrote("out")).unwrap();
    assert!(out.lines().count() >= 2 && out.lines().all(|l| l.starts_with("create ")), "{out}");
    assert!(!terminal.wrote("shop").exists());
}

#[test]
fn a_folder_in_the_way_is_told_before_anything_else() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("full")).unwrap();
    fs::write(folder.path().join("full/kept"), "x").unwrap();
    let mut terminal = Terminal::in_folder(folder, "--set services.w.blueprint=tiny-worker");
    terminal.answers("name of the project", "full").sees("is not empty: kept").sees("esc: back]");
    terminal.keys("er").keys(ENTER).asked("port of w").keys(CTRL_C);
    assert_eq!(terminal.ends(), 130);

    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("tinyshop")).unwrap();
    fs::write(folder.path().join("tinyshop/kept"), "x").unwrap();
    let mut terminal = Terminal::in_folder(folder, "--preset tiny-shop");
    terminal.sees("error: `tinyshop` is not empty: kept").asked("review").keys(ENTER).answers("name of the project", "other");
    terminal.asked("review").keys(ENTER);
    assert_eq!(terminal.ends(), 0);
    terminal.replays("other");

    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("kept"), "x").unwrap();
    let mut terminal = Terminal::in_folder(folder, ".");
    assert_eq!(terminal.ends(), 2);
    assert!(terminal.seen.contains("is not empty: kept"), "{}", terminal.seen);

    let mut terminal = Terminal::new("shop --set services.api.port=many");
    assert_eq!(terminal.ends(), 2);
    assert!(terminal.seen.contains("expected a whole number"), "{}", terminal.seen);
    assert!(terminal.catalogue.path().exists());
}

#[test]
fn add_asks_what_its_blueprint_leaves_open_and_goes_back() {
    let folder = tempfile::tempdir().unwrap();
    let answers = "version: 1\nname: shop\nservices:\n  web: { blueprint: static, route: / }\ntarget: none\nci: none\n";
    fs::write(folder.path().join("answers"), answers).unwrap();
    let made = Command::new("sh")
        .args(["-c", "scaffold new shop --answers answers --no-input && rm answers"])
        .env("PATH", path())
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let mut terminal = Terminal::command(folder, "scaffold add fastapi -C shop --set port=8100");
    terminal.answers("name of the fastapi service", "");
    terminal.answers("route of api", "");
    terminal.asked("websocket of api").keys("\u{1b}");
    terminal.answers("route of api", "/v1").answers("websocket of api", "");
    assert_eq!(terminal.ends(), 0, "{}", terminal.seen);
    let block = "  api:\n    blueprint: fastapi\n    port: 8100\n    route: /v1\n    websocket: /ws\n";
    assert!(terminal.yaml("shop").contains(block), "{}", terminal.yaml("shop"));
}
