//! Why: what the binary prints and returns is a contract with people and scripts: exact text, exit codes, JSON.

mod common;

use std::fs;
use std::path::Path;

use common::{scaffold, scaffold_with_input};

const SMALL: &str = "version: 1\nname: shop\nservices:\n  web: { blueprint: static, route: / }\ntarget: none\nci: none\n";

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn entries(folder: &Path) -> usize {
    fs::read_dir(folder).unwrap().count()
}

#[test]
fn new_writes_a_repository_and_says_what_to_do_next() {
    let at = folder();
    let run = scaffold_with_input(at.path(), &["new", "shop", "--answers", "-", "--no-input"], SMALL).passes();
    assert_eq!(run.stdout, "");
    let lines: Vec<&str> = run.stderr.lines().collect();
    assert!(lines[0].starts_with("wrote ") && lines[0].ends_with(" to shop"), "{}", run.stderr);
    assert_eq!(
        &lines[1..],
        [
            "  services: web (static at /)",
            "",
            "next:",
            "  cd shop",
            "  git init && git add --all && git commit --quiet --message 'Start shop'",
            "  make up && make smoke"
        ]
    );
    assert!(at.path().join("shop/compose.yaml").is_file());
    assert_eq!(entries(at.path()), 1, "the staging folder is gone");
}

#[test]
fn the_answers_it_writes_give_the_same_tree() {
    let at = folder();
    scaffold(at.path(), &["new", "one", "--preset", "chatsphere", "--no-input"]).passes();
    scaffold(at.path(), &["new", "two", "--answers", "one/scaffold.yaml", "--no-input"]).passes();
    assert!(common::tree(&at.path().join("one")) == common::tree(&at.path().join("two")));
}

#[test]
fn set_beats_the_file_which_beats_the_preset() {
    let at = folder();
    fs::write(at.path().join("a.yaml"), "domain: file.example\nregistry: ghcr.io/file/x\nservices:\n  backend: { port: 9001 }\n")
        .unwrap();
    let arguments = [
        "new",
        "x",
        "--preset",
        "chatsphere",
        "--answers",
        "a.yaml",
        "--set",
        "registry=ghcr.io/flag/x",
        "--set",
        "services.ai=null",
        "--no-input",
    ];
    scaffold(at.path(), &arguments).passes();
    let answers = fs::read_to_string(at.path().join("x/scaffold.yaml")).unwrap();
    for line in ["name: x", "domain: file.example", "registry: ghcr.io/flag/x", "    port: 9001", "    blueprint: fastapi"] {
        assert!(answers.lines().any(|l| l == line), "{line}\n{answers}");
    }
    assert!(!answers.contains("  ai:"), "null takes an answer away\n{answers}");
}

#[test]
fn a_dry_run_prints_the_plan_that_a_real_run_executes() {
    let at = folder();
    let dry =
        scaffold_with_input(at.path(), &["new", "shop", "--answers", "-", "--no-input", "--dry-run", "--json"], SMALL).passes();
    assert_eq!(entries(at.path()), 0);
    let real = scaffold_with_input(at.path(), &["new", "shop", "--answers", "-", "--no-input", "--json"], SMALL).passes();
    let (dry, real): (serde_json::Value, serde_json::Value) =
        (serde_json::from_str(&dry.stdout).unwrap(), serde_json::from_str(&real.stdout).unwrap());
    assert_eq!(dry["files"], real["files"]);
    let tree = common::tree(&at.path().join("shop"));
    assert_eq!(tree.len(), real["files"].as_array().unwrap().len());
    for file in real["files"].as_array().unwrap() {
        let (bytes, executable) = &tree[file["path"].as_str().unwrap()];
        assert_eq!(bytes.len() as u64, file["size"].as_u64().unwrap());
        assert_eq!(if *executable { "0755" } else { "0644" }, file["mode"]);
        assert!(["managed", "starter"].contains(&file["kind"].as_str().unwrap()));
        assert!(!file["origin"].as_array().unwrap().is_empty());
    }
}

#[test]
fn a_diff_holds_every_file() {
    let at = folder();
    let run = scaffold_with_input(at.path(), &["new", "shop", "--answers", "-", "--no-input", "--diff"], SMALL).passes();
    assert!(run.stdout.contains("+++ b/compose.yaml\n@@ -0,0 +1,"));
    assert_eq!(entries(at.path()), 0);
}

#[test]
fn all_missing_answers_are_told_at_once_with_their_flags() {
    scaffold(folder().path(), &["new", "--no-input"]).fails(
        2,
        "error: `name` is missing
hint: `--set name=shop`
error: at least one service is needed
hint: `--set services.api.blueprint=fastapi --set services.api.route=/api`; `scaffold list` shows all",
    );
}

#[test]
fn mistakes_of_form_are_told_with_their_places() {
    let at = folder();
    let text = "version: 1\nname: Bad\ndomain: nope\nregistry: GHCR.io/x\nservices:\n  a: { blueprint: go, port: 70000, route: api/, replicas: many }\nfeaturs: {}\n";
    fs::write(at.path().join("a.yaml"), text).unwrap();
    scaffold(at.path(), &["new", "--answers", "a.yaml", "--no-input"]).fails(
        2,
        "error: `Bad` for `name`: expected a name: lower-case letters, digits and `-`, starting with a letter, at most 40 characters
  --> a.yaml:2:7
error: `nope` for `domain`: expected a domain in lower case, such as `shop.example.com`
  --> a.yaml:3:9
error: `GHCR.io/x` for `registry`: expected a registry with a path in lower case, such as `ghcr.io/acme/shop`
  --> a.yaml:4:11
error: 70000 is out of range for `services.a.port`: expected between 1 and 65535
  --> a.yaml:6:29
error: `api/` for `services.a.route`: expected a route such as `/` or `/api/v1`, without a slash at its end
  --> a.yaml:6:43
error: expected a whole number for `services.a.replicas`
  --> a.yaml:6:59
error: unknown key `featurs`
  --> a.yaml:7:1
hint: did you mean `features`?",
    );
    assert_eq!(entries(at.path()), 1);
}

#[test]
fn a_name_that_ends_in_a_colour_of_the_target_is_refused() {
    let at = folder();
    let text = "version: 1
name: shop
services:
  web: { blueprint: static, route: / }
  web-blue: { blueprint: static, route: /blue }
stores:
  kept-green: { blueprint: redis }
";
    fs::write(at.path().join("a.yaml"), text).unwrap();
    scaffold(at.path(), &["new", "--answers", "a.yaml", "--no-input"]).fails(
        2,
        "error: `web-blue` ends as the target `vps` ends the names of versions
  --> a.yaml:5:3
hint: choose another name; in a repository that exists: `scaffold rename web-blue NEW`
error: `kept-green` ends as the target `vps` ends the names of versions
  --> a.yaml:7:3
hint: choose another name; in a repository that exists: `scaffold rename kept-green NEW`",
    );
}

#[test]
fn mistakes_of_meaning_are_told_with_their_places() {
    let at = folder();
    let text = "version: 1
name: shop
services:
  nginx: { blueprint: static, route: /a, port: 7000 }
  b: { blueprint: fastap, route: /b }
  c: { blueprint: fastapi, route: /a, port: 7000, uses: [postgrse, worker], colour: red }
  worker: { blueprint: python-worker, route: /w }
  d: { blueprint: go, websocket: /ws }
stores:
  postgres: { version: 99 }
";
    fs::write(at.path().join("a.yaml"), text).unwrap();
    scaffold(at.path(), &["new", "--answers", "a.yaml", "--no-input"]).fails(
        2,
        "error: `version` of `postgres`: `99` is not one of `16`, `17`, `18`
  --> a.yaml:10:15
error: `nginx` and `c` both listen on port 7000
  --> a.yaml:6:39
hint: `--set services.c.port=7001`
error: there is no service blueprint `fastap`
  --> a.yaml:5:8
hint: did you mean `fastapi`?
error: unknown key `services.c.colour`
  --> a.yaml:6:77
hint: known here: `blueprint`, `port`, `route`, `websocket`, `replicas`, `uses`, `env`, `secrets`, `generated`
error: the name `nginx` is taken by another part of the stack
  --> a.yaml:4:3
hint: choose another name for the service
error: `nginx` and `c` both claim the path `/a`
  --> a.yaml:6:28
hint: `--set services.c.route=/c`
error: `worker` is made from `python-worker`, which answers no requests: it cannot have a route
  --> a.yaml:7:39
hint: `--set services.worker.route=null`
error: `d` has a websocket but no route
  --> a.yaml:8:23
hint: `--set services.d.route=/d`
error: `c` uses `postgrse`, which is neither a store nor a service
  --> a.yaml:6:58
hint: did you mean `postgres`?
error: `fastapi` has no client for `python-worker`
  --> a.yaml:6:68
hint: it has glue for: editor, postgres, redis
error: `worker` is made from `python-worker`, which needs `redis`
  --> a.yaml:7:3
hint: `--set stores.redis.blueprint=redis`",
    );
    assert_eq!(entries(at.path()), 1);
}

#[test]
fn an_option_says_what_it_needs() {
    let at = folder();
    let archive = "stores.postgres.point_in_time=true";
    let base = ["new", "x", "--no-input", "--set", "services.api.blueprint=go", "--set", archive];
    scaffold(at.path(), &base).fails(
        2,
        "error: `point_in_time` of `postgres` needs `backups`, which nothing provides
  --> --set stores.postgres.point_in_time=true
hint: add what provides it (`scaffold list`), or `--set stores.postgres.point_in_time=null`",
    );
    assert_eq!(entries(at.path()), 0);
    scaffold(at.path(), &[&base[..], &["--set", "features.backups={}"]].concat()).passes();
    scaffold(&at.path().join("x"), &["remove", "backups"]).fails(
        2,
        "error: `point_in_time` of `postgres` needs `backups`, which nothing provides
  --> scaffold.yaml:11:5
hint: add what provides it (`scaffold list`), or `--set stores.postgres.point_in_time=null`",
    );
}

#[test]
fn two_stores_that_claim_one_name_are_a_mistake_and_under_two_names_they_are_not() {
    let at = folder();
    let base = ["new", "x", "--no-input", "--set", "services.api.blueprint=go", "--set", "stores.redis.blueprint=redis", "--set"];
    let clash = [&base[..], &["stores.valkey.blueprint=valkey"]].concat();
    scaffold(at.path(), &clash).fails(
        2,
        "error: `redis` and `valkey` both provide `redis` (variables `REDIS_*`)
  --> --set stores.valkey.blueprint=valkey
hint: keep one, or give one another name: `--set stores.valkey=null --set stores.cache.blueprint=valkey`",
    );
    scaffold(at.path(), &[&base[..], &["stores.cache.blueprint=valkey"]].concat()).passes();
}

#[test]
fn hostile_documents_are_refused() {
    let at = folder();
    let deep = format!("a: {}{}", "[".repeat(64), "]".repeat(64));
    let cases: [(&str, &[u8], &str); 8] = [
        ("bomb", b"a: &a [x, x]\nb: [*a, *a]\n", "error: anchors are not supported\n  --> x.yaml:1:4"),
        ("tag", b"a: !!python/object:os.system x\n", "error: tags are not supported\n  --> x.yaml:1:4"),
        ("twice", b"name: a\nname: b\n", "error: `name` stands twice\n  --> x.yaml:2:1"),
        ("two", b"name: a\n---\nname: b\n", "error: a second document\n  --> x.yaml:2:1"),
        ("list", b"- a\n", "error: answers are a map\n  --> x.yaml:1:1"),
        ("bytes", b"name: a\nb: \xff\xfe\n", "error: this is not UTF-8\n  --> x.yaml:2:1"),
        ("big", &vec![b'#'; 10 << 20], "error: the file is larger than 1 MiB\n  --> x.yaml"),
        ("deep", deep.as_bytes(), "error: nested too deeply\n  --> x.yaml:1:36"),
    ];
    for (name, bytes, message) in cases {
        fs::write(at.path().join("x.yaml"), bytes).unwrap();
        let run = scaffold(at.path(), &["new", "x", "--answers", "x.yaml", "--no-input"]);
        assert_eq!((run.code, run.stderr.trim_end()), (2, message), "{name}");
        assert_eq!(entries(at.path()), 1);
    }
}

#[test]
fn values_that_no_process_can_hold_are_refused() {
    let text = format!("{SMALL}environments: {{ staging: {{ env: {{ A: \"x\\0y\" }} }} }}\n");
    let run = scaffold_with_input(folder().path(), &["new", "x", "--answers", "-", "--no-input"], &text);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("the control character '\\0' cannot be part of a value"), "{}", run.stderr);
}

#[test]
fn existing_files_are_never_overwritten() {
    let at = folder();
    fs::create_dir(at.path().join("shop")).unwrap();
    fs::write(at.path().join("shop/notes.txt"), "mine").unwrap();
    scaffold_with_input(at.path(), &["new", "shop", "--answers", "-", "--no-input"], SMALL).fails(
        2,
        "error: `shop` is not empty: notes.txt\nhint: choose another folder, or move these away; nothing is ever overwritten",
    );
    fs::write(at.path().join("file"), "mine").unwrap();
    scaffold_with_input(at.path(), &["new", "file", "--answers", "-", "--no-input"], SMALL)
        .fails(2, "error: `file` exists and is not a folder\nhint: choose another folder");
    std::os::unix::fs::symlink("shop", at.path().join("link")).unwrap();
    scaffold_with_input(at.path(), &["new", "link", "--answers", "-", "--no-input"], SMALL)
        .fails(2, "error: `link` is a link\nhint: name the folder itself");
    assert_eq!(common::tree(at.path()).len(), 2);
}

#[test]
fn an_empty_folder_is_taken_and_so_is_the_current_one() {
    let at = folder();
    fs::create_dir(at.path().join("shop")).unwrap();
    scaffold_with_input(at.path(), &["new", "shop", "--answers", "-", "--no-input"], SMALL).passes();
    let other = folder();
    scaffold_with_input(other.path(), &["new", ".", "--answers", "-", "--no-input"], SMALL).passes();
    assert!(common::tree(&at.path().join("shop")) == common::tree(other.path()));
}

#[test]
fn the_folder_names_the_project_unless_something_says_it_more_clearly() {
    let at = folder();
    let name = |folder: &str| {
        fs::read_to_string(at.path().join(folder).join("scaffold.yaml"))
            .unwrap()
            .lines()
            .find(|l| l.starts_with("name:"))
            .unwrap()
            .to_owned()
    };
    scaffold(at.path(), &["new", "demo", "--preset", "chatsphere", "--no-input"]).passes();
    assert_eq!(name("demo"), "name: demo");
    scaffold(at.path(), &["new", "other", "--preset", "chatsphere", "--set", "name=mine", "--no-input"]).passes();
    assert_eq!(name("other"), "name: mine");
    scaffold(at.path(), &["new", "--preset", "chatsphere", "--no-input"]).passes();
    assert_eq!(name("chatsphere"), "name: chatsphere");
}

#[test]
fn the_catalogue_is_told_as_json() {
    let run = scaffold(folder().path(), &["list", "--json"]).passes();
    let list: Vec<serde_json::Value> = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(run.stderr, "");
    let of = |name: &str| list.iter().find(|e| e["name"] == name).unwrap_or_else(|| panic!("{name}"));
    for entry in &list {
        let keys: Vec<&str> = entry.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["name", "kind", "summary", "provides", "needs", "conflicts", "options"]);
        assert!(["service", "store", "feature", "target", "ci", "preset"].contains(&entry["kind"].as_str().unwrap()));
        assert!(!entry["summary"].as_str().unwrap().is_empty(), "{entry}");
    }
    assert_eq!(of("fastapi")["kind"], "service");
    assert_eq!(of("valkey")["provides"], serde_json::json!(["valkey", "redis"]));
    assert_eq!(of("python-worker")["needs"], serde_json::json!(["redis"]));
    assert_eq!(of("postgres")["options"]["version"]["default"], 18);
    assert_eq!(of("chatsphere")["kind"], "preset");
}

#[test]
fn show_and_its_mistakes() {
    let run = scaffold(folder().path(), &["show", "redis"]).passes();
    assert!(run.stdout.starts_with("redis (store): "), "{}", run.stdout);
    scaffold(folder().path(), &["show", "redsi"])
        .fails(2, "error: there is no blueprint or preset `redsi`\nhint: did you mean `redis`?");
}

#[test]
fn schemas_and_completions_are_data() {
    for arguments in [&["schema"][..], &["schema", "--blueprint"]] {
        let run = scaffold(folder().path(), arguments).passes();
        let schema: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        assert!(schema["properties"].as_object().unwrap().len() > 5);
    }
    for shell in ["bash", "zsh", "fish", "powershell"] {
        assert!(scaffold(folder().path(), &["completions", shell]).passes().stdout.contains("scaffold"), "{shell}");
    }
}

#[test]
fn wrong_usage_is_exit_code_2() {
    for arguments in [&["nwe"][..], &["new", "--prest", "x"], &["new", "--set"], &[]] {
        let run = scaffold(folder().path(), arguments);
        assert_eq!(run.code, 2, "{arguments:?}");
        assert_eq!(run.stdout, "");
    }
    scaffold(folder().path(), &["new", "x", "--set", "domain", "--no-input"])
        .fails(2, "error: expected KEY=VALUE\n  --> --set domain\nhint: `--set services.api.port=8000`");
}

#[test]
fn a_closed_pipe_is_no_failure() {
    use std::process::{Command, Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_scaffold"))
        .args(["schema"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
}
