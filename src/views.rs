//! Why: templates should print, not compute. These are the values that they see, with every decision already made.
//! `blueprints/README.md` documents each field.

use indexmap::IndexMap;
use serde::Serialize;

use crate::answers::Options;
use crate::facts::{Commands, Debug, Endpoint, FileMount, Health, Metrics, Mount, Resources, Update};

/// The project.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ProjectView {
    pub name: String,
    pub id: String,
    pub domain: String,
    pub registry: String,
    pub registry_host: String,
}

/// A variable with its value.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct VariableView {
    pub name: String,
    pub value: String,
    pub help: String,
    pub secret: bool,
    /// Services that read it.
    pub services: Vec<String>,
    /// Values by environment, when they differ.
    pub by_environment: IndexMap<String, String>,
}

/// A secret of a service.
#[derive(Clone, Debug, Serialize)]
pub struct ServiceSecret {
    pub name: String,
    pub file: String,
    pub generated: bool,
}

/// A name with a value.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Pair {
    pub name: String,
    pub value: String,
    pub help: String,
}

/// One service using one store or API.
#[derive(Clone, Debug, Default, Serialize)]
pub struct BindingView {
    pub binding: String,
    pub binding_id: String,
    pub store: String,
    pub store_id: String,
    pub service: String,
    pub service_id: String,
    pub capability: String,
    pub prefix: String,
    pub suffix: String,
    pub owner: bool,
    pub variables: Vec<VariableView>,
    /// Replaces variables of the same name where a schema is made.
    pub owner_variables: Vec<VariableView>,
    pub base: String,
    pub websocket: String,
    pub port: u16,
    pub url: String,
    pub endpoints: Vec<Endpoint>,
}

/// A service.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ServiceView {
    pub name: String,
    pub id: String,
    pub blueprint: String,
    pub summary: String,
    pub language: String,
    pub path: String,
    pub image: String,
    pub port: u16,
    pub route: String,
    pub base: String,
    pub websocket: String,
    pub public: bool,
    pub settings: bool,
    pub replicas: u16,
    pub debug_port: u16,
    pub options: Options,
    pub env: Vec<Pair>,
    pub secrets: Vec<ServiceSecret>,
    pub variables: Vec<VariableView>,
    pub uses: Vec<BindingView>,
    pub commands: Commands,
    pub endpoints: Vec<Endpoint>,
    pub metrics: Option<Metrics>,
}

/// A store.
#[derive(Clone, Debug, Default, Serialize)]
pub struct StoreView {
    pub name: String,
    pub id: String,
    pub data: String,
    pub data_id: String,
    pub blueprint: String,
    pub summary: String,
    pub prefix: String,
    pub options: Options,
    pub users: Vec<String>,
    pub owner: String,
}

/// A feature, target or ci.
#[derive(Clone, Debug, Serialize)]
pub struct ChosenView {
    pub name: String,
    pub summary: String,
    pub options: Options,
}

/// A writable volume of a dev container.
#[derive(Clone, Debug, Serialize)]
pub struct Cache {
    pub name: String,
    pub target: String,
}

/// A debugger with its port on the developer's machine.
#[derive(Clone, Debug, Serialize)]
pub struct DebugView {
    pub service: String,
    pub port: u16,
    pub host_port: u16,
    #[serde(rename = "type")]
    pub adapter: String,
}

/// How a container runs in development.
#[derive(Clone, Debug, Serialize)]
pub struct DevView {
    pub command: Vec<String>,
    pub workdir: String,
    pub mounts: Vec<FileMount>,
    pub caches: Vec<Cache>,
    pub tmpfs: Vec<String>,
    pub environment: Vec<Pair>,
    pub health: Option<Health>,
    pub debug: Option<DebugView>,
}

/// What a container waits for, in Compose's words.
#[derive(Clone, Debug, Serialize)]
pub struct DependencyView {
    pub name: String,
    pub condition: &'static str,
}

/// Another role in the stores that are used, which may change schemas.
#[derive(Clone, Debug, Default, Serialize)]
pub struct AsOwner {
    pub environment: Vec<Pair>,
    pub secrets: Vec<String>,
}

/// One container of the stack.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ContainerView {
    pub name: String,
    /// service, store, helper, migration, edge or tool.
    pub kind: &'static str,
    pub note: String,
    pub image: String,
    pub service: String,
    pub build: String,
    pub settings: bool,
    pub user: String,
    pub entrypoint: Vec<String>,
    pub command: Vec<String>,
    pub environment: Vec<Pair>,
    /// What differs from `environment` where a schema is made, with the secrets that it needs.
    pub as_owner: AsOwner,
    pub secrets: Vec<String>,
    pub volumes: Vec<Mount>,
    pub files: Vec<FileMount>,
    pub tmpfs: Vec<String>,
    pub capabilities: Vec<String>,
    pub shm_size: String,
    pub health: Option<Health>,
    pub stop_grace: String,
    pub resources: Option<Resources>,
    pub networks: Vec<String>,
    pub ports: IndexMap<String, u16>,
    pub depends_on: Vec<DependencyView>,
    pub replicas: u16,
    pub restart: &'static str,
    pub dev: Option<DevView>,
}

/// A secret of the stack.
#[derive(Clone, Debug, Serialize)]
pub struct SecretView {
    pub name: String,
    pub file: String,
    pub help: String,
    pub generated: bool,
    pub users: Vec<String>,
}

/// A network.
#[derive(Clone, Debug, Serialize)]
pub struct NetworkView {
    pub name: String,
    pub internal: bool,
}

/// An environment with the settings of its file in `config/`.
#[derive(Clone, Debug, Serialize)]
pub struct EnvironmentView {
    pub name: String,
    pub domain: String,
    pub variables: Vec<Pair>,
}

/// What nginx sends where.
#[derive(Clone, Debug, Serialize)]
pub struct RouteView {
    pub path: String,
    pub service: String,
    pub service_id: String,
    pub port: u16,
    pub websocket: bool,
    /// Whether an API answers there, which wants a rate limit.
    pub api: bool,
}

/// A one-shot container that brings a store's schema up to date.
#[derive(Clone, Debug, Serialize)]
pub struct MigrationView {
    pub container: String,
    pub store: String,
    pub service: String,
    pub command: Vec<String>,
    /// The folder in the repository that holds the migrations, one file each.
    pub files: String,
}

/// A command that inserts data to look at.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SeedView {
    pub service: String,
    pub command: Vec<String>,
}

/// What all containers of production may use together.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Totals {
    pub cpus: String,
    pub memory_mib: u64,
    /// Of the services alone: a deploy that runs two versions at once needs this much more.
    pub overlap_mib: u64,
    pub pids: u64,
}

/// The whole joined model.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Model {
    pub services: Vec<ServiceView>,
    pub stores: Vec<StoreView>,
    pub features: Vec<ChosenView>,
    pub target: Option<ChosenView>,
    /// What the names of a service's two versions end in on a server; none where there is one version at a time.
    pub colours: Vec<String>,
    pub ci: Option<ChosenView>,
    pub containers: Vec<ContainerView>,
    pub networks: Vec<NetworkView>,
    pub volumes: Vec<Pair>,
    pub secrets: Vec<SecretView>,
    pub variables: Vec<VariableView>,
    pub settings: Vec<VariableView>,
    pub environments: Vec<EnvironmentView>,
    pub routes: Vec<RouteView>,
    pub domains: Vec<String>,
    pub migrations: Vec<MigrationView>,
    pub seeds: Vec<SeedView>,
    pub updates: Vec<Update>,
    pub debuggers: Vec<DebugView>,
    pub resources: Totals,
}

// The debugger's facts are reused by name only.
impl DebugView {
    /// A debugger of a service on the next free port of the developer's machine.
    pub fn new(service: &str, debug: &Debug, host_port: u16) -> Self {
        Self { service: service.to_owned(), port: debug.port, host_port, adapter: debug.adapter.clone() }
    }
}
