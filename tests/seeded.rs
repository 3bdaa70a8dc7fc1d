//! Why: a checker that finds nothing may be blind. For each kind of reference and each rule a mistake is made in an emitted
//! file, and must be found as what it is.

mod common;
mod emitted;

use std::collections::BTreeSet;

use emitted::{KINDS, Repo, policy};

/// Kind; file of the snapshot `everything`; what stands there; what stands there instead. `+x` and `-x` change the mode.
const MISTAKES: &[(&str, &str, &str, &str)] = &[
    ("application variable", "services/api/app/stores/postgres.py", "DATABASE_URL: PostgresDsn", "DATABASE_URI: PostgresDsn"),
    ("application variable", "services/billing/internal/config/config.go", "\"LOG_LEVEL\", logLevel", "\"LOGLEVEL\", logLevel"),
    ("application variable", "services/search/src/stores/redis.ts", "REDIS_URL: z.url", "REDIS_URI: z.url"),
    ("application variable", "services/shop/src/apis/api/section.tsx", "process.env.API_URL", "process.env.BACKEND_URL"),
    ("application variable", "docs/configuration.md", "| `REDIS_URL` |", "| `REDIS_ADDRESS` |"),
    ("application variable", ".env.example", "#CACHE_URL=", "#CACHE_ADDRESS="),
    ("application variable", "config/test.env", "LOG_LEVEL=warning", "LEVEL=warning"),
    ("interpolation", "compose.dev.yaml", "${HTTP_PORT:-8080}", "${WEB_PORT:-8080}"),
    ("interpolation", "compose.prod.yaml", "${SHOP_IMAGE:?", "${STORE_IMAGE:?"),
    ("interpolation", "Makefile", "$(or $(SNAPSHOT),latest)", "$(or $(ARCHIVE),latest)"),
    ("interpolation", "docker-bake.hcl", "${REGISTRY}/", "${REGISTER}/"),
    ("interpolation", ".github/workflows/deploy.yml", "\"$SSH_KEY\"", "\"$SSH_PRIVATE_KEY\""),
    ("shell variable", "scripts/migrate.sh", "for store in", "echo \"${KEPT_DAYS}\"\nfor store in"),
    ("shell function", "scripts/migrate.sh", "  compose run", "  compse run"),
    ("shell function", "scripts/health-check.sh", "|| die 'there is", "|| dei 'there is"),
    ("path", "docs/security.md", "`nginx/snippets/headers.conf`", "`nginx/snippets/header.conf`"),
    ("path", "compose.dev.yaml", "env_file: config/development.env", "env_file: config/develop.env"),
    ("path", "scripts/smoke.sh", "# usage", "# docs/hardening.md: usage"),
    ("path", ".env.example", "compose.yaml:compose.dev.yaml", "compose.yaml:compose.develop.yaml"),
    ("mount", "compose.yaml", "./stores/postgres/init.sql:", "./stores/postgres/initial.sql:"),
    ("mount", "compose.dev.yaml", "./services/api/tests:", "./services/api/test:"),
    ("image", "scripts/release.sh", "image SHOP_IMAGE", "image STORE_IMAGE"),
    ("image", "scripts/release.sh", "$(image_of redis)", "$(image_of cache)"),
    ("interpolation", "scripts/lib/release.sh", "\"RELEASE_PATH=", "\"RELEASE_FOLDER="),
    ("mount", ".gitignore", "/upstreams/\n", ""),
    ("shell variable", "scripts/release.sh", "${MIRROR:+", "${REGISTRY:+"),
    ("text value", "compose.prod.yaml", "api: !reset null", "api: !reset [null"),
    ("image", "docker-bake.hcl", "      \"docs\",\n", ""),
    ("network", "compose.yaml", "networks: [egress, data]", "networks: [outside, data]"),
    ("volume", "compose.yaml", "- redis-data:/data", "- redis-files:/data"),
    ("secret", "compose.yaml", "      - redis_password\n      - cache_password\n      - llm_api_key", "      - llm_api_key"),
    ("secret", "scripts/setup.sh", "secret generated cache_password", "secret generated cache_pasword"),
    ("secret", "stores/reports/init.sql", "/run/secrets/reports_password", "/run/secrets/report_password"),
    ("host", "compose.yaml", "redis://cache:6379/0", "redis://cash:6379/0"),
    ("host", "compose.yaml", "API_URL: \"http://api:", "API_URL: \"http://postgres:"),
    ("port", "compose.yaml", "http://billing:8080/", "http://billing:8088/"),
    ("port", "scripts/health-check.sh", "ready search:8081", "ready search:8088"),
    ("service", "compose.yaml", "      reports:\n        condition", "      report:\n        condition"),
    ("service", "Makefile", "in-test.sh worker pytest", "in-test.sh workers pytest"),
    ("service", "docs/operations.md", "docker compose exec nginx curl", "docker compose exec proxy curl"),
    ("module", "Makefile", "python -m app.seeds.postgres", "python -m app.seed.postgres"),
    ("module", "compose.yaml", "app/migrations/reports/alembic.ini", "app/migrations/report/alembic.ini"),
    ("module", "Makefile", "shop node --run test", "shop node --run tests"),
    ("module", "services/search/Dockerfile", "npm run build", "npm run compile"),
    ("script", "Makefile", "scripts/smoke.sh", "scripts/smoke-test.sh"),
    ("script", "systemd/backup.service", "scripts/backup.sh", "scripts/back-up.sh"),
    ("script", "scripts/rollback.sh", "-x", ""),
    ("script", "scripts/smoke.sh", "scripts/lib/http.sh", "scripts/lib/https.sh"),
    ("make target", ".github/workflows/ci.yml", "run: make images", "run: make image"),
    ("make target", "README.md", "make smoke ", "make smoked "),
    ("make target", "Makefile", "stack: up smoke", "stack: up smokes"),
    ("make target", ".devcontainer/devcontainer.json", "make setup", "make set-up"),
    ("message", "docs/operations.md", "`there is no release before`", "`no release before`"),
    ("message", "scripts/lib/release.sh", "is damaged", "is not whole"),
    ("link", "README.md", "](docs/operations.md)", "](docs/operation.md)"),
    ("link", "docs/operations.md", "](deploy.md)", "](deploy.md#no-such-heading)"),
    ("nginx", "nginx/upstreams/services.conf", "server api:8000", "server apis:8000"),
    ("nginx", "nginx/routes.conf", "proxy_pass http://docs;", "proxy_pass http://doc;"),
    ("nginx", "nginx/routes.conf", "zone=rate_api burst", "zone=rate_apis burst"),
    ("nginx", "nginx/nginx.conf", "include upstreams/*.conf;", "include upstream/*.conf;"),
    ("nginx", "nginx/servers/production/default.conf", "/etc/tls/privkey.pem", "/etc/ssl/privkey.pem"),
    ("nginx port", "nginx/upstreams/services.conf", "server shop:3000", "server shop:3001"),
    ("nginx port", "services/docs/nginx.conf", "listen 8083", "listen 8093"),
    ("copy", "services/api/Dockerfile", "COPY app app", "COPY application app"),
    ("copy", "services/api/.dockerignore", "!requirements.txt\n", ""),
    ("copy", "services/dashboard/.dockerignore", "node_modules", "nginx.conf"),
    ("stage", "services/worker/Dockerfile", "COPY --from=packages", "COPY --from=package"),
    ("stage", "services/worker/Dockerfile", "AS dev", "AS develop"),
    ("workflow", ".github/workflows/release.yml", "needs: ci", "needs: checks"),
    ("workflow", ".github/workflows/release.yml", "id: build", "id: bake"),
    ("workflow", ".github/workflows/release.yml", "name: release\n          path", "name: bundle\n          path"),
    ("workflow", ".github/workflows/deploy.yml", "vars.DEPLOY_HOST", "vars.DEPLOY_SERVER"),
    ("workflow", ".github/workflows/rollback.yml", "inputs.release", "inputs.id"),
    (
        "dependency updates",
        ".github/dependabot.yml",
        "      - /services/billing\n    schedule",
        "      - /services/bill\n    schedule",
    ),
    ("editor", ".vscode/launch.json", "\"port\": 5679", "\"port\": 5680"),
    ("editor", ".devcontainer/devcontainer.json", "\"dockerfile\": \"Dockerfile\"", "\"dockerfile\": \"Containerfile\""),
    ("editor", ".vscode/launch.json", "${workspaceFolder}/services/worker", "${workspaceFolder}/services/agent"),
    // Rules.
    ("hardening", "compose.yaml", "  read_only: true\n", ""),
    ("hardening", "compose.yaml", "  cap_drop: [ALL]\n", ""),
    ("hardening", "compose.yaml", "no-new-privileges:true", "apparmor:unconfined"),
    ("hardening", "compose.yaml", "    user: \"101:101\"\n", ""),
    ("hardening", "services/api/Dockerfile", "COPY app app\nUSER 10001:10001\n", "COPY app app\n"),
    ("hardening", "services/billing/Dockerfile", "USER 65532:65532", "USER root"),
    ("hardening", "compose.yaml", "    stop_grace_period: 60s\n", ""),
    (
        "health check",
        "compose.yaml",
        "    healthcheck:\n      test: [\"CMD\", \"app\", \"healthcheck\"]",
        "    x-healthcheck:\n      test: [\"CMD\", \"app\", \"healthcheck\"]",
    ),
    ("health check", "services/shop/Dockerfile", "HEALTHCHECK", "LABEL probe="),
    ("limits", "compose.prod.yaml", "limits: {cpus: \"0.50\", memory: 384M, pids: 128}", "limits: {cpus: \"0.50\", pids: 128}"),
    ("limits", "compose.prod.yaml", "    restart: unless-stopped\n", ""),
    ("limits", "compose.yaml", "    options: {max-size: 10m, max-file: \"5\"}", "    options: {}"),
    ("published port", "compose.prod.yaml", "      - \"80:8080\"", "      - \"8000:8080\""),
    ("published port", "compose.yaml", "    shm_size: 128m\n", "    shm_size: 128m\n    ports: [\"5432:5432\"]\n"),
    ("published port", "compose.dev.yaml", "\"127.0.0.1:${HTTP_PORT:-8080}:8080\"", "\"${HTTP_PORT:-8080}:8080\""),
    ("isolation", "compose.yaml", "    internal: true\n", ""),
    (
        "isolation",
        "compose.yaml",
        "      - ./nginx:/etc/nginx:ro\n",
        "      - ./nginx:/etc/nginx:ro\n      - /var/run/docker.sock:/var/run/docker.sock\n",
    ),
    (
        "credential",
        "compose.yaml",
        "POSTGRES_PASSWORD_FILE: \"/run/secrets/postgres_admin_password\"",
        "POSTGRES_PASSWORD: \"postgres\"",
    ),
    ("credential", "compose.yaml", "postgresql://app@postgres:5432", "postgresql://app:app@postgres:5432"),
    ("credential", "config/production.env", "LLM_MODEL=gpt-4", "LLM_API_KEY=abc"),
    ("credential", "services/api/Dockerfile", "ENV PATH", "ENV API_TOKEN=abc PATH"),
    ("pinned", "compose.yaml", "image: redis:8.2.9", "image: redis:latest"),
    ("pinned", "services/search/Dockerfile", "node:24.19.0-trixie-slim", "node"),
    (
        "pinned",
        ".github/workflows/ci.yml",
        "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
        "actions/checkout@v7",
    ),
    ("text value", "compose.yaml", "PORT: \"8000\"", "PORT: 8000"),
    ("text value", "compose.yaml", "SERVICE_NAME: \"shop\"", "SERVICE_NAME: [shop"),
    ("text value", "config/staging.env", "LLM_MODEL=gpt-4-mini", "LLM_MODEL=gpt 4 # mini"),
    ("least rights", ".github/workflows/ci.yml", "permissions: {}\n", "permissions: write-all\n"),
    ("least rights", ".github/workflows/ci.yml", "    timeout-minutes: 10\n", ""),
];

fn everything() -> Vec<(String, String, bool)> {
    let files = common::tree(&common::root().join("snapshots/everything"));
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    files.into_iter().filter(|(p, _)| p != "scaffold.lock").map(|(p, (bytes, mode))| (p, text(bytes), mode)).collect()
}

fn all_findings(repo: &Repo) -> BTreeSet<String> {
    let mut findings = emitted::references(repo).findings;
    findings.extend(policy::check(repo).findings);
    findings
}

#[test]
fn each_seeded_mistake_is_found_as_what_it_is() {
    let kinds: BTreeSet<&str> = MISTAKES.iter().map(|m| m.0).collect();
    for kind in KINDS.iter().chain(policy::RULES) {
        assert!(kinds.contains(kind), "no mistake is made for: {kind}");
    }
    let clean = everything();
    let miss = |(kind, path, from, to): &(&str, &str, &str, &str)| {
        let mut files = clean.clone();
        let file = files.iter_mut().find(|f| f.0 == *path).unwrap_or_else(|| panic!("{path} is gone"));
        if *from == "-x" {
            file.2 = false;
        } else {
            assert!(file.1.contains(from), "{path} does not hold {from:?} any more");
            file.1 = file.1.replace(from, to);
        }
        let findings = all_findings(&Repo::new(files));
        let found = findings.iter().any(|f| f.starts_with(&format!("{kind}: ")));
        (!found).then(|| format!("{kind}: {path}: {from:?} → {to:?}; found instead: {findings:?}"))
    };
    let missed: Vec<String> = std::thread::scope(|scope| {
        let halves = MISTAKES.chunks(MISTAKES.len().div_ceil(2));
        let threads: Vec<_> = halves.map(|half| scope.spawn(|| half.iter().filter_map(miss).collect::<Vec<_>>())).collect();
        threads.into_iter().flat_map(|t| t.join().unwrap()).collect()
    });
    assert!(missed.is_empty(), "{} of {} missed\n{}", missed.len(), MISTAKES.len(), missed.join("\n"));
}

#[test]
fn the_snapshot_itself_is_clean() {
    let findings = all_findings(&Repo::new(everything()));
    assert!(findings.is_empty(), "{findings:#?}");
}
