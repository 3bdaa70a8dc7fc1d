//! Why: several emitted files need the same statement (a port stands in compose, nginx, the docs and the debugger's
//! settings), so blueprints state it once, as typed data. Compose today and Kubernetes tomorrow are written from it.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::names::Variable;
use crate::scalar::Scalar;

/// What one blueprint, or one piece of glue, states.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Facts {
    /// Services: how the production image runs.
    pub container: Option<Container>,
    /// Every other kind: containers by name.
    pub containers: IndexMap<String, Container>,
    /// Services: what the application reads. Others: settings of the machine, read by Compose from `.env`.
    pub variables: Vec<VariableFact>,
    /// Services: how the dev stage runs.
    pub dev: Option<Dev>,
    /// Services: what can be run in the dev image.
    pub commands: Commands,
    /// Services: what a frontend may call, below the route.
    pub endpoints: Vec<Endpoint>,
    /// Services: where Prometheus reads.
    pub metrics: Option<Metrics>,
    /// What Dependabot keeps up to date.
    pub updates: Vec<Update>,
    /// Secrets by name of their file.
    pub secrets: IndexMap<String, SecretFact>,
    /// Named volumes.
    pub volumes: IndexMap<String, VolumeFact>,
    /// Stores: what a service that uses it gets.
    pub connection: Option<Connection>,
}

/// One container of the stack.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Container {
    /// One line for the reader of compose.yaml.
    pub note: String,
    /// Whether it is a tool: scripts run it for one command, it never runs by itself.
    pub tool: bool,
    /// The image, from the pins; services have none, theirs is built.
    pub image: String,
    /// `uid:gid`, when the image's own user is not the one wanted.
    pub user: String,
    /// Replaces the image's entrypoint.
    pub entrypoint: Vec<String>,
    /// Replaces the image's command.
    pub command: Vec<String>,
    /// Settings of the image.
    pub environment: IndexMap<String, Scalar>,
    /// Secrets, mounted at `/run/secrets/<name>`.
    pub secrets: Vec<String>,
    /// Named volumes.
    pub volumes: Vec<Mount>,
    /// Files and folders of the repository, mounted read-only.
    pub files: Vec<FileMount>,
    /// Writable folders in memory; the root file system is read-only.
    pub tmpfs: Vec<String>,
    /// Capabilities added back after all are dropped.
    pub capabilities: Vec<String>,
    /// Shared memory, as in `256m`.
    pub shm_size: String,
    /// The health check.
    pub health: Option<Health>,
    /// How long it may take to stop, as in `30s`.
    pub stop_grace: String,
    /// Limits in production.
    pub resources: Option<Resources>,
    /// Networks: `edge`, `data`, `egress`.
    pub networks: Vec<String>,
    /// What it listens on, by name.
    pub ports: IndexMap<String, u16>,
    /// Containers that must be there first: healthy, started or completed.
    pub depends_on: IndexMap<String, Condition>,
}

/// What a container waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Condition {
    /// Its health check passes.
    Healthy,
    /// It runs.
    Started,
    /// It ended with 0.
    Completed,
}

/// A named volume in a container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mount {
    /// The volume.
    pub name: String,
    /// Where it is mounted.
    pub target: String,
    /// Whether the container may only read it.
    #[serde(default)]
    pub read_only: bool,
}

/// A file or folder of the repository in a container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileMount {
    /// Path from the root of the repository, as in `./nginx`.
    pub source: String,
    /// Where it is mounted.
    pub target: String,
}

/// A health check; durations as Compose writes them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Health {
    /// The command in exec form; exits other than 0 when ill.
    pub command: Vec<String>,
    /// Time between two checks.
    pub interval: String,
    /// How long one check may take.
    pub timeout: String,
    /// Failures before it counts as ill.
    pub retries: u16,
    /// Failures during this time after the start do not count.
    pub start_period: String,
}

impl Default for Health {
    fn default() -> Self {
        Self { command: vec![], interval: "10s".into(), timeout: "3s".into(), retries: 3, start_period: "20s".into() }
    }
}

/// Limits of one container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resources {
    /// Cores, as in `0.50`.
    pub cpus: String,
    /// Memory, as in `256M`.
    pub memory: String,
    /// Processes and threads.
    pub pids: u32,
}

/// A variable that an application reads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VariableFact {
    /// Its name.
    pub name: Variable,
    /// Its value, or one for each environment with `default`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<ByEnvironment>,
    /// Instead of a value: the secret whose file it names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// What it means.
    #[serde(default)]
    pub help: String,
}

/// One value, or one for each environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ByEnvironment {
    /// The same everywhere.
    One(Scalar),
    /// By environment; `default` for those that are not named.
    Each(IndexMap<String, Scalar>),
}

impl ByEnvironment {
    /// The value in an environment.
    pub fn get(&self, environment: &str) -> Option<String> {
        match self {
            Self::One(value) => Some(value.text()),
            Self::Each(map) => map.get(environment).or_else(|| map.get("default")).map(Scalar::text),
        }
    }
}

/// How the dev stage runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Dev {
    /// Replaces the command of the dev stage.
    pub command: Vec<String>,
    /// Files and folders of the service, mounted read-only below `workdir`.
    pub mounts: Vec<String>,
    /// The folder of the source in the image.
    pub workdir: String,
    /// Writable volumes that make restarts quick.
    pub caches: Vec<String>,
    /// Writable folders in memory.
    pub tmpfs: Vec<String>,
    /// Settings of the runtime.
    pub environment: IndexMap<String, Scalar>,
    /// Replaces the health check of the production image, whose tools the dev stage may not have.
    pub health: Option<Health>,
    /// The debugger.
    pub debug: Option<Debug>,
}

/// A debugger that listens in the dev container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Debug {
    /// The port in the container; on the developer's machine it is this one or the next free.
    #[schemars(range(min = 1, max = 65535))]
    pub port: u16,
    /// The adapter: debugpy, node, go.
    #[serde(rename = "type")]
    pub adapter: String,
}

/// Commands in the dev image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Commands {
    /// Runs the suite.
    pub test: Vec<String>,
    /// Each exits other than 0 when it finds something.
    pub lint: Vec<Vec<String>>,
    /// Brings the schema of a store up to date.
    pub migrate: Vec<String>,
    /// Where the migrations are, one file each, below the folder of the service.
    pub migrations: String,
    /// Inserts data to look at; does nothing when there is some.
    pub seed: Vec<String>,
}

/// Something an API offers below its route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// What it is: `items`, `jobs`.
    pub kind: String,
    /// The path below the route.
    pub path: String,
}

/// Where Prometheus reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    /// The path on the service's port.
    pub path: String,
}

/// An entry of Dependabot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Update {
    /// The ecosystem in Dependabot's words.
    pub ecosystem: String,
    /// The folder, as in `/services/api`.
    pub directory: String,
}

/// A secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretFact {
    /// Whether `scripts/setup.sh` makes it; a person gives it otherwise.
    #[serde(default)]
    pub generate: bool,
    /// What it is.
    pub help: String,
}

/// A named volume.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VolumeFact {
    /// What it holds.
    pub help: String,
}

/// What a service gets from a store that it uses.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Connection {
    /// Variables, by convention `<PREFIX>_URL` and `<PREFIX>_PASSWORD_FILE`.
    pub variables: Vec<VariableFact>,
    /// Whether exactly one service owns its schema.
    pub migrations: bool,
    /// What replaces variables of the same name where a schema is made: in the container of migrations, and in tests.
    pub owner: Vec<VariableFact>,
}
