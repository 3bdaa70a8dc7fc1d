//! Why: stacks come in shapes that no preset has. Each of these once broke a generator of this kind.

mod common;

use scaffold::Outcome;

const HEAD: &str = "version: 1\nname: shape\ndomain: shape.example\n";

fn plan(body: &str) -> Outcome {
    let text = format!("{HEAD}{body}");
    common::plan(&text).unwrap_or_else(|e| panic!("{text}{:#?}", e.diagnostics()))
}

fn compose(outcome: &Outcome) -> serde_yaml::Value {
    serde_yaml::from_slice(&outcome.plan.files["compose.yaml"].bytes).unwrap()
}

fn services(compose: &serde_yaml::Value) -> Vec<String> {
    compose["services"].as_mapping().unwrap().keys().map(|k| k.as_str().unwrap().to_owned()).collect()
}

#[test]
fn two_apis_and_a_frontend_on_one_database_have_one_owner_of_its_schema() {
    let outcome = plan(
        "registry: ghcr.io/acme/shape
services:
  orders: { blueprint: fastapi, route: /orders, websocket: /orders-ws }
  users: { blueprint: fastapi, route: /users }
  shop: { blueprint: nextjs, route: / }
stores: { postgres: { version: 18 } }
target: vps
ci: github
",
    );
    let migrations: Vec<&str> = outcome.stack.model.migrations.iter().map(|m| m.service.as_str()).collect();
    assert_eq!(migrations, ["orders"]);
    let ports: Vec<u16> = outcome.stack.model.services.iter().map(|s| s.port).collect();
    assert_eq!(ports, [8000, 8001, 3000], "a default port that is taken moves on");
    let shop = &outcome.stack.model.services[2];
    let apis: Vec<&str> = shop.uses.iter().map(|b| b.url.as_str()).collect();
    assert_eq!(apis, ["http://orders:8000/orders", "http://users:8001/users"]);
    let written = |service: &str| {
        outcome.plan.files.keys().any(|p| p.starts_with(&format!("services/{service}/")) && p.contains("migrations"))
    };
    assert!(written("orders") && !written("users"));
}

#[test]
fn workers_alone_need_no_proxy() {
    let outcome = plan(
        "registry: ghcr.io/acme/shape\nservices:\n  mail: { blueprint: python-worker }\n  media: { blueprint: python-worker, replicas: 4 }\nstores: { redis: {} }\n",
    );
    let names = services(&compose(&outcome));
    assert_eq!(names, ["mail", "media", "redis"]);
    assert!(!outcome.plan.files.keys().any(|p| p.starts_with("nginx/")));
}

#[test]
fn one_static_page_has_neither_stores_nor_secrets() {
    let outcome = plan("registry: localhost:5000/acme/shape\nservices:\n  page: { blueprint: static, route: / }\n");
    let compose = compose(&outcome);
    assert_eq!(services(&compose), ["page", "nginx"]);
    assert!(compose.get("secrets").is_none() && compose.get("volumes").is_none());
    assert_eq!(outcome.stack.model.services[0].image, "localhost:5000/acme/shape/page");
}

#[test]
fn two_databases_of_different_services_stay_apart() {
    let outcome = plan(
        "registry: ghcr.io/acme/shape
services:
  api: { blueprint: fastapi, route: /api, uses: [postgres] }
  billing: { blueprint: go, route: /billing, uses: [ledger] }
stores:
  postgres: { version: 18 }
  ledger: { blueprint: postgres, version: 17 }
",
    );
    let compose = compose(&outcome);
    let environment = |service: &str| compose["services"][service]["environment"].as_mapping().unwrap().clone();
    assert!(environment("api").contains_key("DATABASE_URL") && !environment("api").contains_key("LEDGER_URL"));
    assert!(environment("billing").contains_key("LEDGER_URL") && !environment("billing").contains_key("DATABASE_URL"));
    let owners: Vec<(&str, &str)> =
        outcome.stack.model.migrations.iter().map(|m| (m.store.as_str(), m.service.as_str())).collect();
    assert_eq!(owners, [("postgres", "api"), ("ledger", "billing")]);
    let volumes: Vec<&str> = outcome.stack.model.volumes.iter().map(|v| v.name.as_str()).collect();
    assert!(volumes.contains(&"postgres-data") && volumes.contains(&"ledger-data"));
}

#[test]
fn an_environment_overrides_a_variable_in_its_file_and_nowhere_else() {
    let outcome = plan(
        "registry: ghcr.io/acme/shape
services:
  api: { blueprint: fastapi, route: /api, env: { LLM_MODEL: gpt-4, OTHER: x } }
environments: { staging: { domain: rehearsal.shape.example, env: { LLM_MODEL: gpt-4-mini } } }
",
    );
    let text = |path: &str| String::from_utf8(outcome.plan.files[path].bytes.to_vec()).unwrap();
    assert!(text("config/staging.env").contains("LLM_MODEL=gpt-4-mini\n"));
    assert!(text("config/production.env").contains("LLM_MODEL=gpt-4\n"));
    let environment = compose(&outcome)["services"]["api"]["environment"].as_mapping().unwrap().clone();
    assert!(environment.contains_key("OTHER") && !environment.contains_key("LLM_MODEL"), "compose.yaml would win over the file");
}

#[test]
fn a_variable_that_nobody_reads_cannot_be_overridden() {
    let text = format!(
        "{HEAD}registry: ghcr.io/acme/shape\nservices:\n  api: {{ blueprint: fastapi, route: /api, env: {{ LLM_MODEL: x }} }}\nenvironments: {{ staging: {{ env: {{ LLM_MODLE: y }} }} }}\n"
    );
    let error = common::plan(&text).err().unwrap();
    let all: Vec<String> = error.diagnostics().iter().map(ToString::to_string).collect();
    assert_eq!(all, ["error: no service reads `LLM_MODLE`, which `environments.staging` sets\nhint: did you mean `LLM_MODEL`?"]);
}
