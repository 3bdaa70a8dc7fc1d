//! Why: where a file lands, and what becomes of it there, follows from its path in the blueprint.

use super::FileKind;
use crate::blueprint::Kind;
use crate::selection::Chosen;

/// Whether it may be another path where case does not count.
pub fn has_case(path: &str) -> bool {
    path.bytes().any(|b| b.is_ascii_uppercase() || !b.is_ascii())
}

/// A path with names in the place of what stands for them.
pub fn named<'a>(path: &str, names: impl Iterator<Item = (&'a String, &'a str)>) -> String {
    if !path.contains('{') {
        return path.to_owned();
    }
    names.fold(path.to_owned(), |path, (key, value)| path.replace(key, value))
}

/// As the manifest says; otherwise the code of a service is its owner's, and the rest is kept up to date.
pub fn kind_of(chosen: &Chosen, path: &str) -> FileKind {
    let manifest = &chosen.blueprint.manifest;
    if manifest.managed.iter().any(|p| matches(p, path)) {
        return FileKind::Managed;
    }
    if manifest.starter.iter().any(|p| matches(p, path)) {
        return FileKind::Starter;
    }
    let service = chosen.blueprint.kind == Kind::Service;
    if service && !matches!(path, "Dockerfile" | ".dockerignore") { FileKind::Starter } else { FileKind::Managed }
}

/// `*` stands for anything, also for several folders.
pub fn matches(pattern: &str, path: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| path.strip_prefix(first)) else { return false };
    let mut open = false;
    for piece in pieces {
        open = true;
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.is_empty() || (open && pattern.ends_with('*'))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_anything() {
        assert!(matches("Dockerfile", "Dockerfile"));
        assert!(!matches("Dockerfile", "Dockerfile.dev"));
        assert!(matches("nginx/*", "nginx/a/b.conf"));
        assert!(matches("*.conf", "a/b.conf"));
        assert!(!matches("*.conf", "a/b.yaml"));
    }
}
