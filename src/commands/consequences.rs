//! Why: a change of files is half of a change of a stack. What is left to do on machines where it runs (make new secrets,
//! start it anew, delete data that nobody needs) follows from the two models, and only people may do it.

use crate::model::Stack;

/// What follows from a change for what runs.
#[derive(Default)]
pub struct Consequences {
    /// For people to know.
    pub notes: Vec<String>,
    /// Commands, in order.
    pub next: Vec<String>,
    /// Commands that delete data that is not used any more.
    pub data: Vec<String>,
}

/// Compares the stack before and after. Without a `before` (its answers were not valid), only the start is told.
pub fn of(before: Option<&Stack>, after: &Stack, changed: bool) -> Consequences {
    let mut told = Consequences::default();
    if !changed {
        return told;
    }
    let Some(before) = before else {
        told.next.push("make up && make smoke".to_owned());
        return told;
    };
    let new: Vec<_> = after.model.secrets.iter().filter(|s| !before.model.secrets.iter().any(|b| b.file == s.file)).collect();
    let files = |generated: bool| {
        let of_kind = new.iter().filter(|s| s.generated == generated);
        of_kind.map(|s| s.file.clone()).collect::<Vec<_>>().join(", ")
    };
    if new.iter().any(|s| s.generated) {
        told.notes.push(format!("`scripts/setup.sh`, which `make up` runs, adds only what is missing: {}", files(true)));
    }
    if new.iter().any(|s| !s.generated) {
        told.notes.push(format!("staging and production need the real value in {}", files(false)));
    }
    told.next.push("make up && make smoke".to_owned());
    let gone = |name: &&str| !after.model.containers.iter().any(|c| c.name == *name);
    let stopped: Vec<&str> = before.model.containers.iter().map(|c| c.name.as_str()).filter(gone).collect();
    if !stopped.is_empty() {
        told.notes.push(format!(
            "nothing starts {} any more; what still runs is stopped by the second command below",
            stopped.join(", ")
        ));
        told.next.push("docker compose up --detach --remove-orphans".to_owned());
    }
    let project = &after.project.name;
    let volumes = before.model.volumes.iter().filter(|v| !after.model.volumes.iter().any(|a| a.name == v.name));
    told.data.extend(volumes.map(|v| format!("docker volume rm {project}_{}", v.name)));
    let secrets = before.model.secrets.iter().filter(|s| !after.model.secrets.iter().any(|a| a.file == s.file));
    told.data.extend(secrets.map(|s| format!("rm {}", s.file)));
    told
}
