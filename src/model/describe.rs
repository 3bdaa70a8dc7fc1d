//! The plain parts of the model: what answers say, in the words that templates use.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::BuiltService;
use crate::answers::ENVIRONMENTS;
use crate::names::{Variable, identifier, upper};
use crate::scalar::Scalar;
use crate::selection::{Chosen, ChosenService, ChosenStore, Link, Selection};
use crate::views::{
    BindingView, ChosenView, EnvironmentView, Pair, ProjectView, RouteView, ServiceSecret, ServiceView, StoreView,
};

pub fn project_view(selection: &Selection) -> ProjectView {
    let answers = &selection.answers;
    let registry = answers.registry.to_string();
    let first = registry.split('/').next().unwrap_or_default();
    let registry_host = if first.contains(['.', ':']) || first == "localhost" { first } else { "docker.io" };
    ProjectView {
        name: answers.name.to_string(),
        id: identifier(answers.name.as_str()),
        domain: answers.domain.to_string(),
        registry_host: registry_host.to_owned(),
        registry,
    }
}

pub fn store_view(store: &ChosenStore, selection: &Selection) -> StoreView {
    let users = selection.services.iter().filter(|s| s.links.iter().any(|l| l.store && l.to == store.name));
    StoreView {
        name: store.name.clone(),
        id: identifier(&store.name),
        data: store.data.clone(),
        data_id: identifier(&store.data),
        blueprint: store.chosen.blueprint.name.clone(),
        summary: store.chosen.blueprint.manifest.summary.clone(),
        prefix: store.prefix.clone(),
        options: store.chosen.options.clone(),
        users: users.map(|s| s.name.clone()).collect(),
        owner: store.owner.clone().unwrap_or_default(),
    }
}

pub fn service_view(service: &ChosenService, selection: &Selection) -> ServiceView {
    let answers = &service.answers;
    let manifest = &service.chosen.blueprint.manifest;
    let route = answers.route.as_ref().map(ToString::to_string).unwrap_or_default();
    let secret = |name: &Variable, generated| ServiceSecret {
        name: name.to_string(),
        file: name.as_str().to_ascii_lowercase(),
        generated,
    };
    ServiceView {
        name: service.name.clone(),
        id: identifier(&service.name),
        blueprint: service.chosen.blueprint.name.clone(),
        summary: manifest.summary.clone(),
        language: manifest.language.clone(),
        path: format!("services/{}", service.name),
        image: format!("{}/{}", selection.answers.registry, service.name),
        port: service.port,
        base: route.trim_end_matches('/').to_owned(),
        public: !route.is_empty(),
        route,
        websocket: answers.websocket.as_ref().map(ToString::to_string).unwrap_or_default(),
        settings: manifest.settings != Some(false),
        replicas: answers.replicas.unwrap_or(1),
        options: service.chosen.options.clone(),
        env: answers.env.iter().map(|(n, v)| Pair { name: n.to_string(), value: v.text(), help: String::new() }).collect(),
        secrets: answers
            .secrets
            .iter()
            .map(|n| secret(n, false))
            .chain(answers.generated.iter().map(|n| secret(n, true)))
            .collect(),
        ..ServiceView::default()
    }
}

pub fn api_binding(link: &Link, api: &ServiceView, endpoints: &Json) -> BindingView {
    BindingView {
        binding: api.name.clone(),
        binding_id: api.id.clone(),
        service: api.name.clone(),
        service_id: api.id.clone(),
        capability: link.capability.clone(),
        prefix: upper(&api.name),
        suffix: link.suffix.clone(),
        base: api.base.clone(),
        websocket: api.websocket.clone(),
        port: api.port,
        url: format!("http://{}:{}{}", api.name, api.port, api.base),
        endpoints: serde_json::from_value(endpoints.clone()).unwrap_or_default(),
        ..BindingView::default()
    }
}

pub fn chosen_view(chosen: &Chosen) -> ChosenView {
    ChosenView {
        name: chosen.blueprint.name.clone(),
        summary: chosen.blueprint.manifest.summary.clone(),
        options: chosen.options.clone(),
    }
}

pub fn staging_domain(selection: &Selection) -> String {
    let answers = &selection.answers;
    let given = answers.environments.staging.as_ref().and_then(|s| s.domain.as_ref());
    given.map_or_else(|| format!("staging.{}", answers.domain), ToString::to_string)
}

/// What tells two versions of a service apart on a server.
pub fn colours(selection: &Selection) -> Vec<String> {
    let target = selection.target.iter();
    target.flat_map(|t| &t.blueprint.manifest.colours).map(|colour| colour.as_str().to_owned()).collect()
}

pub fn domains(selection: &Selection) -> Vec<String> {
    vec![selection.answers.domain.to_string(), staging_domain(selection)]
}

pub fn environments(selection: &Selection, services: &[BuiltService]) -> Vec<EnvironmentView> {
    let mut views = Vec::new();
    for name in ENVIRONMENTS {
        let given = selection.answers.environments.env(name);
        let level = given.and_then(|g| g.get("LOG_LEVEL")).map(Scalar::text);
        let usual = if name == "development" {
            "debug"
        } else if name == "test" {
            "warning"
        } else {
            "info"
        };
        let mut variables: BTreeMap<String, Pair> = BTreeMap::new();
        for variable in services.iter().flat_map(|s| &s.view.variables) {
            if let Some(value) = variable.by_environment.get(name) {
                let pair = Pair { name: variable.name.clone(), value: value.clone(), help: variable.help.clone() };
                variables.insert(variable.name.clone(), pair);
            }
        }
        let common = [
            Pair { name: "ENVIRONMENT".into(), value: name.into(), help: "Which of the four environments this is".into() },
            Pair {
                name: "LOG_LEVEL".into(),
                value: level.unwrap_or_else(|| usual.into()),
                help: "debug, info, warning or error".into(),
            },
        ];
        let domain = match name {
            "production" => selection.answers.domain.to_string(),
            "staging" => staging_domain(selection),
            _ => "localhost".to_owned(),
        };
        views.push(EnvironmentView {
            name: name.to_owned(),
            domain,
            variables: common.into_iter().chain(variables.into_values()).collect(),
        });
    }
    views
}

pub fn routes(services: &[BuiltService], selection: &Selection) -> Vec<RouteView> {
    let mut routes = Vec::new();
    for service in services.iter().map(|s| &s.view).filter(|s| s.public) {
        let api = selection.service(&service.name).is_some_and(|s| s.chosen.blueprint.provides().contains(&"api"));
        let route = |path: &str, websocket| RouteView {
            path: path.to_owned(),
            service: service.name.clone(),
            service_id: service.id.clone(),
            port: service.port,
            websocket,
            api,
        };
        routes.push(route(&service.route, false));
        if !service.websocket.is_empty() {
            routes.push(route(&service.websocket, true));
        }
    }
    routes.sort_by(|a, b| b.path.len().cmp(&a.path.len()).then_with(|| a.path.cmp(&b.path)));
    routes
}
