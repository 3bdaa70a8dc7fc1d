//! Why: the verbs of day two on the real binary: words, exit codes, JSON, and what is on the disk afterwards.

mod common;

use std::fs;
use std::path::Path;

use common::scaffold;
use serde_json::{Value, json};

const ANSWERS: &str = "version: 1\nname: shop\ndomain: shop.example\nregistry: ghcr.io/acme/shop\nservices:\n  api: { blueprint: fastapi, route: /api, websocket: /ws }\n  web: { blueprint: static, route: / }\nstores:\n  postgres: {}\ntarget: vps\nci: github\n";

fn repository() -> tempfile::TempDir {
    let at = tempfile::tempdir().unwrap();
    fs::write(at.path().join("answers"), ANSWERS).unwrap();
    scaffold(at.path(), &["new", "shop", "--answers", "answers", "--no-input"]).passes();
    at
}

fn shop(at: &tempfile::TempDir) -> std::path::PathBuf {
    at.path().join("shop")
}

fn tree(folder: &Path) -> std::collections::BTreeMap<String, (Vec<u8>, bool)> {
    common::tree(folder).into_iter().filter(|(path, _)| !path.starts_with(".scaffold/")).collect()
}

fn edit(folder: &Path, path: &str, change: impl FnOnce(String) -> String) {
    let full = folder.join(path);
    let text = fs::read_to_string(&full).unwrap();
    let new = change(text.clone());
    assert_ne!(text, new, "the edit of {path} changes nothing");
    fs::write(full, new).unwrap();
}

#[track_caller]
fn json(run: &common::Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|e| panic!("{e}: {}\n{}", run.stdout, run.stderr))
}

fn outcome<'a>(document: &'a Value, path: &str) -> &'a str {
    let changes = document["changes"].as_array().unwrap();
    changes.iter().find(|c| c["path"] == path).unwrap_or_else(|| panic!("no {path} in {document}"))["outcome"].as_str().unwrap()
}

#[test]
fn add_tells_what_it_did_and_what_is_next_and_the_dry_run_is_the_same_plan() {
    let at = repository();
    let folder = shop(&at);
    let before = tree(&folder);
    let dry = json(&scaffold(&folder, &["add", "redis", "--dry-run", "--json"]).passes());
    assert!(tree(&folder) == before, "a dry run writes nothing");
    // From a folder below, too.
    let run = scaffold(&folder.join("services/api"), &["add", "redis", "--json"]).passes();
    let real = json(&run);
    assert_eq!(dry["changes"], real["changes"]);
    assert_eq!((&dry["written"], &real["written"]), (&Value::Bool(false), &Value::Bool(true)));
    assert_eq!(outcome(&real, "compose.yaml"), "updated");
    assert_eq!((&real["next"][0], &real["next"][1]), (&json!("cd ../.."), &json!("make up && make smoke")));
    assert!(real["notes"][0].as_str().unwrap().contains("secrets/redis_password"), "{real}");
    let again = scaffold(&folder, &["add", "redis"]);
    assert_eq!((again.code, again.stderr.as_str()), (0, "store `redis` is there already\n"));
    assert_eq!(scaffold(&folder, &["check"]).code, 0);
    let gone = scaffold(&folder, &["remove", "redis"]).passes();
    assert!(gone.stderr.contains("  docker volume rm shop_redis-data\n  rm secrets/redis_password\n"), "{}", gone.stderr);
    assert!(tree(&folder) == before, "add and remove leave no trace");
}

#[test]
fn a_diff_writes_nothing_and_is_what_a_run_does() {
    let at = repository();
    let folder = shop(&at);
    let before = tree(&folder);
    let run = scaffold(&folder, &["add", "redis", "--diff"]).passes();
    assert!(run.stdout.contains("--- a/compose.yaml\n+++ b/compose.yaml\n@@ "), "{}", run.stdout);
    assert!(run.stdout.contains("--- a/scaffold.yaml\n+++ b/scaffold.yaml\n"), "{}", run.stdout);
    assert!(tree(&folder) == before);
}

#[test]
fn what_is_needed_comes_along_and_is_named() {
    let at = repository();
    let folder = shop(&at);
    let run = scaffold(&folder, &["add", "python-worker", "--name", "jobs"]).passes();
    assert!(run.stderr.contains("`jobs` needs `redis`: the store `redis` comes with it\n"), "{}", run.stderr);
    scaffold(&folder, &["remove", "redis"])
        .fails(2, "error: `jobs` needs `redis`, which only `redis` provides\nhint: scaffold remove jobs");
}

#[test]
fn a_store_is_used_by_those_who_are_named() {
    let at = repository();
    let folder = shop(&at);
    scaffold(&folder, &["add", "go", "--name", "billing"]).passes();
    let before = tree(&folder);
    scaffold(&folder, &["add", "redis", "--for", "billing"]).passes();
    let answers = fs::read_to_string(folder.join("scaffold.yaml")).unwrap();
    assert!(answers.contains("    uses: [postgres]\n"), "{answers}");
    assert!(!folder.join("services/api/app/stores/redis.py").exists());
    assert!(folder.join("services/billing/internal/stores/redis").exists());
    scaffold(&folder, &["remove", "redis"]).passes();
    assert!(tree(&folder) == before, "the lists are as before");
    scaffold(&folder, &["add", "redis", "--for", "web", "--for", "bilings"]).fails(
        2,
        "error: `web` is made from `static`, which has no client for `redis`\n  --> --for\nerror: there is no service `bilings`\n  --> --for\nhint: did you mean `billing`?",
    );
}

#[test]
fn one_more_service_gets_the_answers_that_are_set() {
    let at = repository();
    let folder = shop(&at);
    let set = ["--set", "port=8100", "--set", "route=/billing"];
    scaffold(&folder, &[&["add", "fastapi", "--name", "billing"][..], &set].concat()).passes();
    let answers = fs::read_to_string(folder.join("scaffold.yaml")).unwrap();
    let block = "  billing:\n    blueprint: fastapi\n    port: 8100\n    route: /billing\n    websocket: /billing/ws\n";
    assert!(answers.contains(block), "{answers}");
    // Once more with the same options, and with others.
    scaffold(&folder, &[&["add", "fastapi", "--name", "billing"][..], &set].concat()).passes();
    assert_eq!(scaffold(&folder, &["add", "fastapi", "--name", "billing", "--set", "route=/b"]).code, 2);
    let wrong = scaffold(&folder, &["add", "go", "--name", "other", "--set", "port=8100", "--set", "colour=red"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("both listen on port 8100") && wrong.stderr.contains("unknown key"), "{}", wrong.stderr);
}

#[test]
fn names_that_are_close_are_offered() {
    let at = repository();
    let folder = shop(&at);
    scaffold(&folder, &["add", "reddis"]).fails(2, "error: there is no blueprint `reddis`\nhint: did you mean `redis`?");
    scaffold(&folder, &["remove", "postgre"]).fails(2, "error: there is no `postgre` here\nhint: did you mean `postgres`?");
    scaffold(&folder, &["rename", "ap", "x"]).fails(2, "error: there is no service or store `ap`\nhint: did you mean `api`?");
    scaffold(&folder, &["rename", "api", "web"]).fails(2, "error: there is a service `web` already\nhint: choose another name");
    let outside = tempfile::tempdir().unwrap();
    let run = scaffold(outside.path(), &["check"]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.starts_with("error: there is no `scaffold.yaml` in `"), "{}", run.stderr);
}

#[test]
fn conflicts_are_marked_told_and_closed() {
    let at = repository();
    let folder = shop(&at);
    let path = "scripts/lib/services.sh";
    edit(&folder, path, |text| text.replace("stores=(postgres)", "stores=(\"$MINE\")"));
    let run = scaffold(&folder, &["add", "redis"]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("\nnext:\n  scaffold resolve scripts/lib/services.sh\n"), "{}", run.stderr);
    assert!(folder.join("stores").exists());
    assert_eq!(scaffold(&folder, &["check"]).code, 3);
    let refused = scaffold(&folder, &["resolve", path]);
    refused.fails(
        1,
        "error: conflict markers are left in `scripts/lib/services.sh`\nhint: edit it, or `scaffold resolve scripts/lib/services.sh --ours` (or `--theirs`)",
    );
    scaffold(&folder, &["resolve", path, "--ours"]).passes();
    assert_eq!(scaffold(&folder, &["check"]).code, 0);
    assert!(fs::read_to_string(folder.join(path)).unwrap().contains("\nstores=(\"$MINE\")\n"));
}

#[test]
fn a_page_that_was_written_anew_stays_and_theirs_is_heard() {
    let at = repository();
    let folder = shop(&at);
    edit(&folder, "README.md", |_| "# Mine alone\n\nAsk Ann.\n".to_owned());
    edit(&folder, "docs/configuration.md", |text| {
        let (from, to) = (text.find("## Variables").unwrap(), text.find("## Secrets").unwrap());
        text.replace(&text[from..to], "## Variables\n\nIn the wiki.\n\n")
    });
    let (before, generated) = (tree(&folder), fs::read_to_string(folder.join("docs/configuration.md")).unwrap());
    let run = scaffold(&folder, &["add", "redis", "--json"]).passes();
    let told = json(&run);
    let readme = told["changes"].as_array().unwrap().iter().find(|c| c["path"] == "README.md").unwrap().clone();
    assert_eq!(readme["outcome"], "yours");
    assert_eq!(readme["reason"], "sections that you wrote anew or threw away stay as you have them");
    assert_eq!(fs::read_to_string(folder.join("README.md")).unwrap(), "# Mine alone\n\nAsk Ann.\n");
    // What the user left as it was in the same page is kept up to date.
    let now = fs::read_to_string(folder.join("docs/configuration.md")).unwrap();
    let row = "| `secrets/redis_password` | Password of redis | setup |\n";
    assert_eq!(now.replace(row, ""), generated);
    assert!(now.contains(row), "{now}");
    assert_eq!(scaffold(&folder, &["check"]).code, 0);
    scaffold(&folder, &["remove", "redis"]).passes();
    assert!(tree(&folder) == before, "add and remove leave no trace");
    scaffold(&folder, &["add", "redis", "--theirs"]).passes();
    assert!(fs::read_to_string(folder.join("README.md")).unwrap().contains("| redis | Redis, "));
}

#[test]
fn edited_files_of_what_goes_stay_and_can_be_let_go() {
    let at = repository();
    let folder = shop(&at);
    scaffold(&folder, &["add", "go", "--name", "billing"]).passes();
    edit(&folder, "services/billing/go.mod", |text| text + "// mine\n");
    let run = scaffold(&folder, &["remove", "billing"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert_eq!(tree(&folder.join("services/billing")).len(), 1);
    scaffold(&folder, &["resolve", "services/billing/go.mod", "--theirs"]).passes();
    assert!(!folder.join("services/billing").exists());
    assert_eq!(scaffold(&folder, &["check"]).code, 0);
}

#[test]
fn drift_is_told_and_an_edit_is_none() {
    let at = repository();
    let folder = shop(&at);
    edit(&folder, "compose.yaml", |text| text + "# mine\n");
    assert_eq!(scaffold(&folder, &["check"]).code, 0);
    let diff = scaffold(&folder, &["diff"]).passes();
    assert!(
        diff.stdout.starts_with("--- a/compose.yaml\n+++ b/compose.yaml\n") && diff.stdout.ends_with("+# mine\n"),
        "{}",
        diff.stdout
    );
    fs::remove_file(folder.join("docs/security.md")).unwrap();
    assert_eq!(scaffold(&folder, &["check"]).code, 4);
    scaffold(&folder, &["apply"]).passes();
    assert_eq!(scaffold(&folder, &["check"]).code, 0);
    assert!(!folder.join("docs/security.md").exists(), "what was deleted stays deleted");
    scaffold(&folder, &["resolve", "docs/security.md", "--theirs"]).passes();
    assert!(folder.join("docs/security.md").exists());
    edit(&folder, "scaffold.yaml", |text| text.replace("target: vps", "target: none"));
    let run = scaffold(&folder, &["check", "--json"]);
    assert_eq!((run.code, json(&run)["next"][0].as_str()), (4, Some("scaffold apply")));
}

#[test]
fn a_rename_moves_the_folder_with_what_is_in_it_and_keeps_the_data() {
    let at = repository();
    let folder = shop(&at);
    let before = tree(&folder);
    fs::write(folder.join("services/api/app/own.py"), "mine\n").unwrap();
    scaffold(&folder, &["rename", "postgres", "main"]).passes();
    let compose = fs::read_to_string(folder.join("compose.yaml")).unwrap();
    for kept in [
        "postgres-data:/var/lib/postgresql",
        "/run/secrets/postgres_password",
        "DATABASE_URL: \"postgresql://app@main:5432/app\"",
    ] {
        assert!(compose.contains(kept), "{kept}\n{compose}");
    }
    scaffold(&folder, &["rename", "api", "core"]).passes();
    assert_eq!(fs::read_to_string(folder.join("services/core/app/own.py")).unwrap(), "mine\n");
    assert!(!folder.join("services/api").exists());
    assert_eq!(scaffold(&folder, &["check"]).code, 0);
    scaffold(&folder, &["rename", "core", "api"]).passes();
    scaffold(&folder, &["rename", "main", "postgres"]).passes();
    fs::remove_file(folder.join("services/api/app/own.py")).unwrap();
    assert!(tree(&folder) == before);
}

#[test]
fn a_rename_follows_into_edits_and_names_the_lines_that_it_leaves() {
    let at = repository();
    let folder = shop(&at);
    let own = "  tunnel:\n    image: tunnel:1\n    depends_on: [api]\n\n";
    edit(&folder, "compose.yaml", |text| {
        text.replace("SERVICE_NAME: \"api\"", "SERVICE_NAME: \"api\" # in logs")
            .replace("\nnetworks:\n", &format!("\n{own}networks:\n"))
    });
    edit(&folder, "Makefile", |text| text.replace("test-api: setup\n", "test-api: setup\n\t@echo testing\n"));
    edit(&folder, "README.md", |text| text.replace("| [api](services/api) |", "| **[api](services/api)** |"));
    edit(&folder, "scripts/smoke.sh", |text| {
        text.replace("check \"api: info\" http_json GET /api/info 200", "check \"api: info\" http_json GET /api/info 204")
    });
    edit(&folder, "services/api/Dockerfile", |text| text + "LABEL team=core\n");
    let before = tree(&folder);
    let run = scaffold(&folder, &["rename", "api", "core"]).passes();
    let read = |path: &str| fs::read_to_string(folder.join(path)).unwrap();
    let compose = read("compose.yaml");
    assert!(compose.contains("      SERVICE_NAME: \"core\" # in logs\n") && compose.contains(own), "{compose}");
    assert!(read("Makefile").contains("\ntest-core: setup\n\t@echo testing\n\tscripts/in-test.sh core "));
    assert!(read("README.md").contains("| **[core](services/core)** | Python API on FastAPI | `/api`, websocket `/ws` |"));
    // The route is no name.
    assert!(read("scripts/smoke.sh").contains("check \"core: info\" http_json GET /api/info 204\n"));
    assert!(read("services/core/Dockerfile").ends_with("LABEL team=core\n"));
    let line = compose.lines().position(|line| line == "    depends_on: [api]").unwrap() + 1;
    let left = format!("compose.yaml:{line} is a line of yours and still has the old name: `depends_on: [api]`\n");
    assert!(run.stderr.contains(&left), "{}", run.stderr);
    assert_eq!(scaffold(&folder, &["check"]).code, 0);
    scaffold(&folder, &["rename", "core", "api"]).passes();
    assert!(tree(&folder) == before, "there and back");
}

#[test]
fn what_strands_live_data_is_refused() {
    let at = repository();
    let folder = shop(&at);
    edit(&folder, "scaffold.yaml", |text| text.replace("version: 18", "version: 17"));
    let run = scaffold(&folder, &["apply"]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.starts_with(
            "error: `version` of `postgres` was 18 and is 17: the data of the one is no use to the other\n  --> scaffold.yaml:1"
        ),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("hint: set it back to 18; or to move the data: "), "{}", run.stderr);
    edit(&folder, "scaffold.yaml", |text| text.replace("version: 17", "version: 18").replace("name: shop", "name: other"));
    let run = scaffold(&folder, &["add", "redis"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.starts_with("error: `name` was `shop` and is `other`"), "{}", run.stderr);
    scaffold(&folder, &["apply", "--new-data"]).passes();
}

#[test]
fn a_name_that_was_changed_by_hand_is_no_new_thing() {
    let at = repository();
    let folder = shop(&at);
    let answers = fs::read_to_string(folder.join("scaffold.yaml")).unwrap();
    for (old, new, from, to) in
        [("postgres", "main", "  postgres:\n", "  main:\n    blueprint: postgres\n"), ("web", "site", "  web:\n", "  site:\n")]
    {
        edit(&folder, "scaffold.yaml", |text| text.replace(from, to));
        let run = scaffold(&folder, &["apply"]);
        let hint = format!("hint: set `{old}` back, then `scaffold rename {old} {new}`; or `scaffold apply --new-data`\n");
        assert!(run.code == 2 && run.stderr.ends_with(&hint), "{}", run.stderr);
        let run = scaffold(&folder, &["apply", "--new-data", "--dry-run"]).passes();
        assert_eq!(run.stderr.contains("docker volume rm shop_postgres-data"), old == "postgres", "{}", run.stderr);
        fs::write(folder.join("scaffold.yaml"), &answers).unwrap();
    }
    // What is taken out by hand leaves what `remove` leaves.
    let removed = scaffold(&folder, &["remove", "postgres", "--dry-run"]).passes().stderr;
    edit(&folder, "scaffold.yaml", |text| {
        let (head, rest) = text.split_once("stores:\n").unwrap();
        format!("{head}target:{}", rest.split_once("target:").unwrap().1)
    });
    let applied = scaffold(&folder, &["apply", "--dry-run"]).passes().stderr;
    let data = |text: &str| text.split_once("data and secrets stay").unwrap().1.to_owned();
    assert_eq!(data(&applied), data(&removed));
    // Where the data is, is said by more than the name.
    fs::write(folder.join("scaffold.yaml"), &answers).unwrap();
    scaffold(&folder, &["rename", "postgres", "main"]).passes();
    edit(&folder, "scaffold.yaml", |text| text.replace("    data: postgres\n", ""));
    let run = scaffold(&folder, &["apply"]);
    let message = "error: the data of `main` was `postgres` and is `main`: its volume and secrets are others\n";
    assert!(run.code == 2 && run.stderr.starts_with(message), "{}", run.stderr);
}

#[test]
fn lines_of_the_users_own_that_name_what_goes_are_named() {
    let at = repository();
    let folder = shop(&at);
    let own =
        "  tunnel:\n    image: tunnel:1\n    networks: [data]\n    secrets: [postgres_password]\n    # Not of postgres.\n\n";
    edit(&folder, "compose.yaml", |text| text.replace("\nnetworks:\n", &format!("\n{own}networks:\n")));
    edit(&folder, "Makefile", |text| text + "\n.PHONY: quick\nquick: test-web ## \"Fast\"\n");
    let run = scaffold(&folder, &["remove", "postgres", "--dry-run"]).passes();
    let named = |run: &common::Run| {
        let lines = run.stderr.lines().filter_map(|line| line.split_once(" is a line of yours and still names what is gone: "));
        lines.map(|(_, line)| line.to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(named(&run), ["`networks: [data]`", "`secrets: [postgres_password]`"], "{}", run.stderr);
    assert!(run.stderr.contains("\nnext:\n  ${EDITOR:-vi} compose.yaml\n  make up"), "{}", run.stderr);
    let run = scaffold(&folder, &["remove", "web", "--dry-run"]).passes();
    assert_eq!(named(&run), ["`quick: test-web ## \"Fast\"`"], "{}", run.stderr);
    let run = scaffold(&folder, &["add", "redis", "--dry-run"]).passes();
    assert_eq!(named(&run), [""; 0], "{}", run.stderr);
}

#[test]
fn a_folder_that_was_deleted_stays_deleted_under_its_new_name() {
    let at = repository();
    let folder = shop(&at);
    fs::create_dir(folder.join("apps")).unwrap();
    fs::rename(folder.join("services/web"), folder.join("apps/web")).unwrap();
    let run = scaffold(&folder, &["rename", "web", "site"]).passes();
    assert!(!folder.join("services").join("site").exists() && folder.join("apps/web").exists(), "{}", run.stderr);
    assert!(!run.stderr.contains("created"), "{}", run.stderr);
    assert_eq!(scaffold(&folder, &["check"]).code, 0);
    scaffold(&folder, &["resolve", "services/site/Dockerfile", "--theirs"]).passes();
    assert!(folder.join("services/site/Dockerfile").exists());
    // Of what was deleted and would have something new, each is named, with what brings it back.
    fs::remove_file(folder.join("compose.dev.yaml")).unwrap();
    let run = scaffold(&folder, &["add", "go", "--name", "gw", "--set", "route=/gw"]).passes();
    assert!(
        run.stderr.contains("  yours      compose.dev.yaml: you deleted it, and what is new in it is not written\n"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("comes back by: scaffold resolve compose.dev.yaml"), "{}", run.stderr);
    assert!(!run.stderr.contains("that you edited stay"), "{}", run.stderr);
}

#[test]
fn an_older_binary_refuses_and_a_lost_lock_can_be_made_anew() {
    let at = repository();
    let folder = shop(&at);
    let lock = fs::read_to_string(folder.join("scaffold.lock")).unwrap();
    edit(&folder, "scaffold.lock", |text| text.replacen(concat!("scaffold ", env!("CARGO_PKG_VERSION")), "scaffold 99.0.0", 1));
    let run = scaffold(&folder, &["add", "redis"]);
    assert!(run.code != 0 && run.stderr.contains("99.0.0"), "{}", run.stderr);
    fs::remove_file(folder.join("scaffold.lock")).unwrap();
    let run = scaffold(&folder, &["check"]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("scaffold apply --rebuild-lock"), "{}", run.stderr);
    scaffold(&folder, &["apply", "--rebuild-lock"]).passes();
    assert_eq!(fs::read_to_string(folder.join("scaffold.lock")).unwrap(), lock);
    edit(&folder, "compose.yaml", |text| text + "# mine\n");
    fs::remove_file(folder.join("scaffold.lock")).unwrap();
    scaffold(&folder, &["apply", "--rebuild-lock"]).passes();
    assert_eq!(fs::read_to_string(folder.join("scaffold.lock")).unwrap(), lock);
}

#[test]
fn undo_puts_back_the_bytes_from_before() {
    let at = repository();
    let folder = shop(&at);
    edit(&folder, "compose.yaml", |text| text + "# mine\n");
    let before = tree(&folder);
    for command in [&["add", "redis"][..], &["rename", "api", "core"], &["remove", "web"]] {
        scaffold(&folder, command).passes();
        assert!(tree(&folder) != before);
        let run = scaffold(&folder, &["undo", "--json"]).passes();
        assert_eq!(json(&run)["undone"], command.join(" "));
        assert!(tree(&folder) == before, "{command:?}");
    }
}

#[test]
fn links_are_never_followed() {
    let at = repository();
    let folder = shop(&at);
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("file"), "theirs\n").unwrap();
    fs::remove_file(folder.join("compose.yaml")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("file"), folder.join("compose.yaml")).unwrap();
    fs::rename(folder.join("docs"), outside.path().join("docs")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("docs"), folder.join("docs")).unwrap();
    let before = tree(outside.path());
    let run = scaffold(&folder, &["add", "redis", "--json"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert_eq!(outcome(&json(&run), "compose.yaml"), "waiting");
    assert_eq!(outcome(&json(&run), "docs/security.md"), "waiting");
    assert!(tree(outside.path()) == before, "nothing outside was written");
}

#[test]
fn why_tells_who_wrote_a_line() {
    let at = repository();
    let folder = shop(&at);
    edit(&folder, "compose.yaml", |text| format!("# mine\n{text}"));
    let told = json(&scaffold(&folder, &["why", "compose.yaml", "--json"]).passes());
    let lines = told["lines"].as_array().unwrap();
    assert_eq!(lines[0], serde_json::json!({ "first": 1, "last": 1, "because_of": "you" }));
    assert_eq!(lines[1]["because_of"], "project");
    let compose = fs::read_to_string(folder.join("compose.yaml")).unwrap();
    let at_line = compose.lines().position(|l| l == "  postgres:").unwrap() + 1;
    let of =
        lines.iter().find(|l| l["first"].as_u64().unwrap() <= at_line as u64 && at_line as u64 <= l["last"].as_u64().unwrap());
    assert_eq!(of.unwrap()["because_of"], "store postgres");
    scaffold(&folder, &["why", "compose.yml"])
        .fails(2, "error: scaffold does not write `compose.yml`\nhint: did you mean `compose.yaml`?");
}

#[test]
fn what_is_yours_beside_what_goes_stays_and_meets_it_again() {
    let at = repository();
    let folder = shop(&at);
    edit(&folder, "compose.yaml", |text| {
        let text = text.replacen("\nvolumes:\n", "\nvolumes:\n  uploads:\n", 1);
        text.replacen("\nsecrets:\n", "\nsecrets:\n  mail: { file: secrets/mail }\n", 1)
    });
    let before = tree(&folder);
    scaffold(&folder, &["remove", "postgres"]).passes();
    let text = fs::read_to_string(folder.join("compose.yaml")).unwrap();
    assert!(text.ends_with("\nvolumes:\n  uploads:\n\nsecrets:\n  mail: { file: secrets/mail }\n"), "{text}");
    scaffold(&folder, &["add", "postgres"]).passes();
    let now = tree(&folder);
    let other: Vec<_> = before.iter().filter(|(path, file)| now.get(*path) != Some(file)).map(|(path, _)| path).collect();
    assert!(now == before, "{other:?}");
}
