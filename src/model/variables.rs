//! Which variables a service's container gets, from where, and which of them differ by environment.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::{Builder, BuiltService, COMMON};
use crate::answers::ENVIRONMENTS;
use crate::error::{Diagnostic, did_you_mean};
use crate::facts::{ByEnvironment, Facts, VariableFact};
use crate::names::upper;
use crate::selection::ChosenService;
use crate::views::{ServiceView, VariableView};

impl Builder<'_> {
    /// Every variable a service's container gets; two sources for one name are a mistake.
    pub(super) fn variables(&mut self, service: &ChosenService, view: &ServiceView, facts: &Facts) -> Vec<VariableView> {
        let mut all: Vec<VariableView> = Vec::new();
        let mut sources: HashMap<String, &str> = COMMON.iter().map(|c| ((*c).to_owned(), "every service")).collect();
        let mut add = |variable: VariableView, source: &'static str, mistakes: &mut Vec<Diagnostic>| {
            if let Some(first) = sources.insert(variable.name.clone(), source) {
                mistakes.push(Diagnostic::new(format!(
                    "the variable `{}` of `{}` comes from {first} and from {source}",
                    variable.name, service.name
                )));
                return;
            }
            all.push(variable);
        };
        let plain = |name: &str, value: &str, help: &str| VariableView {
            name: name.to_owned(),
            value: value.to_owned(),
            help: help.to_owned(),
            services: vec![service.name.clone()],
            ..VariableView::default()
        };
        if view.settings {
            add(plain("SERVICE_NAME", &view.name, "Name in logs"), "every service", &mut self.mistakes);
            add(plain("PORT", &view.port.to_string(), "Port it listens on"), "every service", &mut self.mistakes);
            if view.public {
                add(
                    plain("BASE_PATH", &view.base, "Path prefix under which nginx routes to it"),
                    "every service",
                    &mut self.mistakes,
                );
            }
            if !view.websocket.is_empty() {
                add(plain("WEBSOCKET_PATH", &view.websocket, "Path of its websocket"), "every service", &mut self.mistakes);
            }
        }
        for binding in &view.uses {
            for variable in &binding.variables {
                add(variable.clone(), "a store", &mut self.mistakes);
            }
        }
        for fact in &facts.variables {
            add(variable_view(fact, &service.name), "its blueprint", &mut self.mistakes);
        }
        for (name, fact) in &facts.secrets {
            // The name by convention, unless the blueprint gives the path another one.
            if !facts.variables.iter().any(|v| v.secret.as_ref() == Some(name)) {
                let mut variable = plain(&format!("{}_FILE", upper(name)), &format!("/run/secrets/{name}"), &fact.help);
                variable.secret = true;
                add(variable, "a secret of its blueprint", &mut self.mistakes);
            }
        }
        for pair in &view.env {
            add(plain(&pair.name, &pair.value, ""), "its `env`", &mut self.mistakes);
        }
        for secret in &view.secrets {
            let mut variable = plain(&format!("{}_FILE", secret.name), &format!("/run/secrets/{}", secret.file), "");
            variable.secret = true;
            variable.help = if secret.generated { "Made by scripts/setup.sh".into() } else { "Given by a person".into() };
            add(variable, "its `secrets`", &mut self.mistakes);
        }
        all
    }

    /// Variables that an environment overrides move from compose.yaml to `config/*.env`.
    pub(super) fn environment_variables(&mut self, services: &mut [BuiltService]) {
        for environment in ENVIRONMENTS {
            let Some(overrides) = self.selection.answers.environments.env(environment) else { continue };
            for (name, value) in overrides {
                if COMMON.contains(&name.as_str()) {
                    continue;
                }
                let mut bases: Vec<(String, String)> = Vec::new();
                for service in services.iter_mut() {
                    for variable in service.view.variables.iter_mut().filter(|v| v.name == name.as_str() && !v.secret) {
                        bases.push((service.view.name.clone(), variable.value.clone()));
                        variable.by_environment.insert(environment.to_owned(), value.text());
                    }
                }
                if bases.is_empty() {
                    let known: Vec<&str> =
                        services.iter().flat_map(|s| s.view.variables.iter().map(|v| v.name.as_str())).collect();
                    let message = format!("no service reads `{name}`, which `environments.{environment}` sets");
                    self.mistakes.push(Diagnostic::new(message).maybe_hint(did_you_mean(name.as_str(), known)));
                } else if let Some((other, _)) = bases.iter().find(|(_, base)| *base != bases[0].1) {
                    let message = format!(
                        "`environments.{environment}` sets `{name}`, which `{}` and `{other}` read with different values",
                        bases[0].0
                    );
                    self.mistakes.push(Diagnostic::new(message).hint("give the variable another name in one of them"));
                }
            }
        }
        for service in services {
            for variable in service.view.variables.iter_mut().filter(|v| !v.by_environment.is_empty()) {
                for environment in ENVIRONMENTS {
                    let base = variable.value.clone();
                    variable.by_environment.entry(environment.to_owned()).or_insert(base);
                }
            }
        }
    }
}

/// The value of a variable as it stands in compose.yaml, and by environment when it differs.
pub fn variable_view(fact: &VariableFact, service: &str) -> VariableView {
    let secret = fact.secret.as_ref().map(|s| format!("/run/secrets/{s}"));
    let mut by_environment = IndexMap::new();
    if let Some(value @ ByEnvironment::Each(_)) = &fact.value {
        for environment in ENVIRONMENTS {
            by_environment.insert(environment.to_owned(), value.get(environment).unwrap_or_default());
        }
    }
    let value = fact.value.as_ref().and_then(|v| v.get("production")).unwrap_or_default();
    VariableView {
        name: fact.name.to_string(),
        value: secret.clone().unwrap_or(value),
        help: fact.help.clone(),
        secret: secret.is_some(),
        services: vec![service.to_owned()],
        by_environment,
    }
}
