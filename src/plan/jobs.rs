//! Why: what a file is to say is known before any file is rendered, because parts of it come from several blueprints.

use std::borrow::Cow;
use std::collections::BTreeMap;

use minijinja::value::Value;

use super::{FileKind, PlannedFile};
use crate::blueprint::Asset;
use crate::error::Diagnostic;
use crate::render::{Compiled, Renderer, value_of};

/// A file to render with all that it needs to know.
pub struct Job<'a> {
    pub asset: &'a Asset,
    pub path: String,
    pub context: Value,
    pub origin: String,
    pub kind: FileKind,
}

/// Rendered parts of one shared file by slot, each with who brought it.
pub type Slots = BTreeMap<String, Vec<(String, String)>>;

/// What becomes of a job: a file, none, or a mistake in its template.
type Rendered = Result<Option<PlannedFile>, Diagnostic>;

/// Renders all jobs; the results are in their order.
pub fn render(jobs: &[Job], renderer: &Renderer, parts: &BTreeMap<String, Slots>) -> Vec<Rendered> {
    // One template serves every service and binding that its blueprint is used for, and goes after the last of them: fresh
    // memory costs more than what is done with it.
    let mut uses: BTreeMap<*const u8, (usize, Option<Compiled>)> = BTreeMap::new();
    for job in jobs {
        uses.entry(job.asset.bytes.as_ptr()).or_default().0 += 1;
    }
    let mut results = Vec::with_capacity(jobs.len());
    for job in jobs {
        let (left, template) = uses.entry(job.asset.bytes.as_ptr()).or_default();
        results.push(job.render(renderer, template, parts.get(&job.path)));
        *left -= 1;
        if *left == 0 {
            *template = None;
        }
    }
    results
}

impl Job<'_> {
    fn render<'r>(&'r self, renderer: &'r Renderer, compiled: &mut Option<Compiled<'r>>, parts: Option<&Slots>) -> Rendered {
        let brought = || parts.into_iter().flatten();
        let bytes = if self.asset.template {
            let slots: BTreeMap<&str, Vec<&str>> =
                brought().map(|(slot, texts)| (slot.as_str(), texts.iter().map(|(_, text)| text.as_str()).collect())).collect();
            let context = if slots.is_empty() {
                self.context.clone()
            } else {
                minijinja::context! { slots => value_of(&slots), ..self.context.clone() }
            };
            let template = match compiled {
                Some(known) => known,
                None => compiled.insert(renderer.compile(self.asset)?),
            };
            let mut text = renderer.render(template, self.asset, &context)?;
            if text.trim().is_empty() {
                return Ok(None);
            }
            text.shrink_to_fit();
            Cow::Owned(text.into_bytes())
        } else {
            self.asset.bytes.clone()
        };
        let mut origin = vec![self.origin.clone()];
        for (who, _) in brought().flat_map(|(_, texts)| texts) {
            if !origin.contains(who) {
                origin.push(who.clone());
            }
        }
        let mode = if bytes.starts_with(b"#!") { 0o755 } else { 0o644 };
        Ok(Some(PlannedFile { bytes, mode, kind: self.kind, origin }))
    }
}
