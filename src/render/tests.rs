use super::*;
use crate::blueprint::Kind;
use crate::catalogue::Catalogue;
use crate::compile;

#[test]
fn every_embedded_template_was_compiled_at_build_time_as_it_would_be_now() {
    let (catalogue, renderer) = (Catalogue::open(None).unwrap(), Renderer::new());
    let mut seen = 0;
    for (kind, name) in Kind::ALL.into_iter().flat_map(|kind| catalogue.names(kind).into_iter().map(move |name| (kind, name))) {
        let blueprint = catalogue.get(kind, &name).unwrap();
        let layers = std::iter::once(&blueprint.own).chain(blueprint.with.values());
        let files = layers.flat_map(|l| l.files.iter().chain(l.parts.iter().map(|p| &p.asset)));
        for asset in files.chain(blueprint.locks.values().flatten()).filter(|a| a.template) {
            let parsed = renderer.parse(asset).unwrap();
            let built = built(asset).unwrap_or_else(|| panic!("{}", asset.source));
            assert_eq!(listed(&built), listed(&machinery::get_compiled_template(&parsed).instructions), "{}", asset.source);
            seen += 1;
        }
    }
    assert!(seen > 200, "{seen}");
}

#[test]
fn every_text_of_an_embedded_manifest_was_compiled_at_build_time_as_it_would_be_now() {
    let renderer = Renderer::new();
    for (text, _) in TEXTS {
        let built = listed(&built_text(text).unwrap_or_else(|| panic!("{text}")));
        let now = match single_expression(text) {
            Some(expression) => compile::expression(expression).and_then(|bytes| bytecode::read(bytes.leak(), expression)),
            None => compile::template(text).and_then(|bytes| bytecode::read(bytes.leak(), text)),
        };
        assert_eq!(built, listed(&now.unwrap()), "{text}");
        if single_expression(text).is_none() {
            let parsed = renderer.env.template_from_str(text).unwrap();
            assert_eq!(built, listed(&machinery::get_compiled_template(&parsed).instructions), "{text}");
        }
    }
    assert!(TEXTS.len() > 40, "{}", TEXTS.len());
}

fn listed(instructions: &Instructions) -> Vec<String> {
    (0..).map_while(|at| instructions.get(at)).map(|instruction| format!("{instruction:?}")).collect()
}
