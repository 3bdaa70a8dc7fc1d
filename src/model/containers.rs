//! Why: every runtime (Compose, Kubernetes, ECS) runs the same containers. They are completed and cross-checked here, so
//! that none is without limits or refers to a volume, secret, network or container that does not exist.

use std::collections::{BTreeSet, HashMap, HashSet};

use indexmap::IndexMap;

use super::check::check;
use super::variables::variable_view;
use super::{BuiltService, Migration};
use crate::error::{Diagnostic, Error, Place, Result};
use crate::facts::{Condition, Container, Facts, FileMount, Resources, SecretFact};
use crate::selection::Selection;
use crate::views::{
    AsOwner, BindingView, Cache, ContainerView, DebugView, DependencyView, DevView, MigrationView, Model, NetworkView, Pair,
    SecretView, SeedView, ServiceView, Totals, VariableView,
};

/// Networks with whether they are cut off from the outside.
pub const NETWORKS: [(&str, bool); 3] = [("edge", false), ("data", true), ("egress", false)];

/// Completes the model with containers and everything that follows from them.
///
/// # Errors
/// References to nothing, missing limits, cycles: all at once.
pub fn join(
    model: &mut Model,
    mut services: Vec<BuiltService>,
    shared: &Facts,
    selection: &Selection,
    places: &HashMap<String, Place>,
) -> Result<()> {
    debug_ports(model, &mut services);
    let stores: HashSet<&str> = selection.stores.iter().map(|s| s.name.as_str()).collect();
    let mut secrets: IndexMap<String, SecretFact> = shared.secrets.clone();
    let mut volumes = shared.volumes.clone();
    let mut mistakes = Vec::new();
    for service in &services {
        for (name, fact) in service.facts.secrets.clone() {
            secrets.insert(name, fact);
        }
        volumes.extend(service.facts.volumes.clone());
        for secret in &service.view.secrets {
            let fact = SecretFact { generate: secret.generated, help: format!("{} of {}", secret.name, service.view.name) };
            match secrets.get(&secret.file) {
                None => {
                    secrets.insert(secret.file.clone(), fact);
                }
                Some(other) if other.generate == fact.generate => {}
                Some(_) => mistakes.push(Diagnostic::new(format!(
                    "the secret `{}` of `{}` is given by a person in one place and generated in another",
                    secret.name, service.view.name
                ))),
            }
        }
    }
    for service in &services {
        model.containers.push(service_container(service, &stores));
    }
    for service in &services {
        for Migration { store, command, files } in &service.migrations {
            let container = format!("migrate-{store}");
            model.containers.push(migration_container(&container, service, store, command, selection));
            model.migrations.push(MigrationView {
                container,
                store: store.clone(),
                service: service.view.name.clone(),
                command: command.clone(),
                files: if files.is_empty() { String::new() } else { format!("{}/{files}", service.view.path) },
            });
        }
        let seeds = service.seeds.iter().map(|command| SeedView { service: service.view.name.clone(), command: command.clone() });
        model.seeds.extend(seeds);
    }
    wait_for_migrations(model, &services);
    // Without a route there is nothing to put a proxy in front of, and no name to have a certificate for.
    let routed = !model.routes.is_empty();
    let mut others: Vec<ContainerView> = shared.containers.iter().map(|(n, c)| other_container(n, c, &stores)).collect();
    others.retain(|c| routed || !c.networks.iter().any(|n| n == "edge"));
    others.sort_by_key(|c| match c.kind {
        "store" => 0,
        "helper" => 1,
        "tool" => 3,
        _ => 2,
    });
    model.containers.extend(others);
    finish(model, &services, &secrets, &mut mistakes);
    model.volumes = volumes.iter().map(|(n, v)| Pair { name: n.clone(), value: String::new(), help: v.help.clone() }).collect();
    model.updates = updates(&services, shared);
    model.settings = shared.variables.iter().map(|v| variable_view(v, "")).collect();
    for (index, variable) in shared.variables.iter().enumerate() {
        if shared.variables[..index].iter().any(|v| v.name == variable.name) {
            mistakes.push(Diagnostic::new(format!("two blueprints state the setting `{}` with different values", variable.name)));
        }
    }
    mistakes.extend(check(model, places));
    model.services = services.into_iter().map(|s| s.view).collect();
    if mistakes.is_empty() { Ok(()) } else { Err(Error::Invalid(mistakes)) }
}

/// Two services of one language want the same debugger port; the second gets the next free one.
fn debug_ports(model: &mut Model, services: &mut [BuiltService]) {
    let mut taken = BTreeSet::new();
    for service in services {
        let Some(debug) = service.facts.dev.as_ref().and_then(|d| d.debug.as_ref()) else { continue };
        let mut port = debug.port;
        while !taken.insert(port) {
            port += 1;
        }
        service.view.debug_port = port;
        model.debuggers.push(DebugView::new(&service.view.name, debug, port));
    }
}

fn service_container(service: &BuiltService, stores: &HashSet<&str>) -> ContainerView {
    let ServiceView { name, path, public, .. } = &service.view;
    let facts = service.facts.container.clone().unwrap_or_default();
    let mut view = other_container(name, &facts, stores);
    view.kind = "service";
    view.service.clone_from(name);
    view.build = format!("./{path}");
    view.settings = service.view.settings;
    view.note = if facts.note.is_empty() { service.view.summary.clone() } else { facts.note.clone() };
    let own = service.view.variables.iter().filter(|v| v.by_environment.is_empty());
    let mut environment: Vec<Pair> = own.map(pair).collect();
    environment.append(&mut view.environment);
    view.environment = environment;
    let mut secrets = secret_files(service.view.variables.iter());
    secrets.append(&mut view.secrets);
    secrets.dedup();
    view.secrets = secrets;
    view.as_owner = as_owner(service.view.uses.iter());
    let uses: Vec<&str> = service.view.uses.iter().filter(|b| !b.store.is_empty()).map(|b| b.store.as_str()).collect();
    view.networks.push(if *public { "edge" } else { "egress" }.to_owned());
    if !uses.is_empty() {
        view.networks.push("data".to_owned());
    }
    for store in uses {
        view.depends_on.push(DependencyView { name: store.to_owned(), condition: "service_healthy" });
    }
    view.ports = IndexMap::from([("http".to_owned(), service.view.port)]);
    view.replicas = service.view.replicas;
    view.dev = service.facts.dev.as_ref().map(|dev| DevView {
        command: dev.command.clone(),
        workdir: dev.workdir.clone(),
        mounts: dev
            .mounts
            .iter()
            .map(|m| FileMount { source: format!("./{path}/{m}"), target: format!("{}/{m}", dev.workdir.trim_end_matches('/')) })
            .collect(),
        caches: dev.caches.iter().map(|target| Cache { name: cache_name(name, target), target: target.clone() }).collect(),
        tmpfs: dev.tmpfs.clone(),
        environment: pairs(&dev.environment),
        health: dev.health.clone(),
        debug: dev.debug.as_ref().map(|d| DebugView::new(name, d, service.view.debug_port)),
    });
    view
}

fn as_owner<'a>(bindings: impl Iterator<Item = &'a BindingView>) -> AsOwner {
    let variables: Vec<&VariableView> = bindings.flat_map(|b| &b.owner_variables).collect();
    AsOwner { environment: variables.iter().map(|v| pair(v)).collect(), secrets: secret_files(variables.into_iter()) }
}

/// The secrets whose files variables name.
fn secret_files<'a>(variables: impl Iterator<Item = &'a VariableView>) -> Vec<String> {
    variables.filter(|v| v.secret).filter_map(|v| v.value.strip_prefix("/run/secrets/")).map(str::to_owned).collect()
}

/// The owner's image, with what the owner reads, runs one command before anything that needs the new schema.
fn migration_container(
    name: &str,
    owner: &BuiltService,
    store: &str,
    command: &[String],
    selection: &Selection,
) -> ContainerView {
    let stores: HashSet<&str> = selection.stores.iter().map(|s| s.name.as_str()).collect();
    let mut view = service_container(owner, &stores);
    name.clone_into(&mut view.name);
    view.kind = "migration";
    view.note = format!("Brings the schema of {store} up to date with the image of {}, then ends", owner.view.name);
    view.command = command.to_vec();
    view.health = None;
    view.ports = IndexMap::new();
    view.networks = vec!["data".to_owned()];
    view.depends_on = vec![DependencyView { name: store.to_owned(), condition: "service_healthy" }];
    view.replicas = 1;
    view.restart = "no";
    view.as_owner = as_owner(owner.view.uses.iter().filter(|b| b.store == store));
    let replaced = owner.view.variables.iter().filter(|v| view.as_owner.environment.iter().any(|o| o.name == v.name));
    let unused = secret_files(replaced);
    view.secrets.retain(|s| !unused.contains(s));
    view.secrets.extend(view.as_owner.secrets.iter().cloned());
    if let Some(dev) = &mut view.dev {
        dev.command = command.to_vec();
        dev.debug = None;
        dev.health = None;
    }
    view
}

fn wait_for_migrations(model: &mut Model, services: &[BuiltService]) {
    let by_store: HashMap<&str, &str> = model.migrations.iter().map(|m| (m.store.as_str(), m.container.as_str())).collect();
    for container in model.containers.iter_mut().filter(|c| c.kind == "service") {
        let Some(service) = services.iter().find(|s| s.view.name == container.service) else { continue };
        for binding in &service.view.uses {
            if let Some(migration) = by_store.get(binding.store.as_str()) {
                let dependency = DependencyView { name: (*migration).to_owned(), condition: "service_completed_successfully" };
                container.depends_on.push(dependency);
            }
        }
    }
}

fn other_container(name: &str, facts: &Container, stores: &HashSet<&str>) -> ContainerView {
    let kind = if stores.contains(name) {
        "store"
    } else if facts.networks.iter().any(|n| n == "edge") && facts.ports.contains_key("https") {
        "edge"
    } else if facts.tool {
        "tool"
    } else {
        "helper"
    };
    ContainerView {
        name: name.to_owned(),
        kind,
        note: facts.note.clone(),
        image: facts.image.clone(),
        settings: false,
        user: facts.user.clone(),
        entrypoint: facts.entrypoint.clone(),
        command: facts.command.clone(),
        environment: pairs(&facts.environment),
        secrets: facts.secrets.clone(),
        volumes: facts.volumes.clone(),
        files: facts.files.clone(),
        tmpfs: facts.tmpfs.clone(),
        capabilities: facts.capabilities.clone(),
        shm_size: facts.shm_size.clone(),
        health: facts.health.clone(),
        stop_grace: if facts.stop_grace.is_empty() { "30s".to_owned() } else { facts.stop_grace.clone() },
        resources: facts.resources.clone(),
        networks: facts.networks.clone(),
        ports: facts.ports.clone(),
        depends_on: facts
            .depends_on
            .iter()
            .map(|(name, condition)| DependencyView {
                name: name.clone(),
                condition: match condition {
                    Condition::Healthy => "service_healthy",
                    Condition::Started => "service_started",
                    Condition::Completed => "service_completed_successfully",
                },
            })
            .collect(),
        replicas: 1,
        restart: "unless-stopped",
        ..ContainerView::default()
    }
}

fn finish(model: &mut Model, services: &[BuiltService], secrets: &IndexMap<String, SecretFact>, mistakes: &mut Vec<Diagnostic>) {
    let used: HashSet<&str> = model.containers.iter().flat_map(|c| c.networks.iter().map(String::as_str)).collect();
    model.networks = NETWORKS
        .iter()
        .filter(|(name, _)| used.contains(name))
        .map(|(name, internal)| NetworkView { name: (*name).to_owned(), internal: *internal })
        .collect();
    for (name, fact) in secrets {
        let users = model.containers.iter().filter(|c| c.secrets.contains(name)).map(|c| c.name.clone());
        model.secrets.push(SecretView {
            name: name.clone(),
            file: format!("secrets/{name}"),
            help: fact.help.clone(),
            generated: fact.generate,
            users: users.collect(),
        });
    }
    let mut variables: IndexMap<String, VariableView> = IndexMap::new();
    for variable in services.iter().flat_map(|s| &s.view.variables) {
        let known =
            variables.entry(variable.name.clone()).or_insert_with(|| VariableView { services: vec![], ..variable.clone() });
        known.services.extend(variable.services.iter().cloned());
        if known.value != variable.value {
            known.value = String::new();
        }
    }
    model.variables = variables.into_values().collect();
    let mut total = (0.0_f64, 0_u64, 0_u64);
    let mut overlap = 0;
    for container in model.containers.iter().filter(|c| c.kind != "migration") {
        let Some(Resources { cpus, memory, pids }) = &container.resources else { continue };
        let Some(memory) = mebibytes(memory) else {
            mistakes.push(Diagnostic::new(format!("`{memory}` of `{}` is no amount of memory such as `256M`", container.name)));
            continue;
        };
        let replicas = u64::from(container.replicas);
        total.0 += cpus.parse().unwrap_or(0.0) * f64::from(container.replicas);
        total.1 += memory * replicas;
        total.2 += u64::from(*pids) * replicas;
        if container.kind == "service" {
            overlap += memory * replicas;
        }
    }
    model.resources = Totals { cpus: format!("{:.2}", total.0), memory_mib: total.1, overlap_mib: overlap, pids: total.2 };
}

fn updates(services: &[BuiltService], shared: &Facts) -> Vec<crate::facts::Update> {
    let mut all: Vec<crate::facts::Update> = Vec::new();
    for update in services.iter().flat_map(|s| &s.facts.updates).chain(&shared.updates) {
        if !all.contains(update) {
            all.push(update.clone());
        }
    }
    all
}

fn pair(variable: &VariableView) -> Pair {
    Pair { name: variable.name.clone(), value: variable.value.clone(), help: variable.help.clone() }
}

fn pairs(map: &IndexMap<String, crate::scalar::Scalar>) -> Vec<Pair> {
    map.iter().map(|(n, v)| Pair { name: n.clone(), value: v.text(), help: String::new() }).collect()
}

fn cache_name(service: &str, target: &str) -> String {
    let slug: String = target.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let slug = slug.trim_matches('-').rsplit("--").next().unwrap_or_default().to_owned();
    format!("{service}-{slug}")
}

fn mebibytes(text: &str) -> Option<u64> {
    let (number, factor) = match text.as_bytes().last()? {
        b'M' | b'm' => (&text[..text.len() - 1], 1),
        b'G' | b'g' => (&text[..text.len() - 1], 1024),
        _ => return None,
    };
    number.parse::<u64>().ok().map(|n| n * factor)
}
