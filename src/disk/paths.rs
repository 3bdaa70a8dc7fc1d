//! Why: one function says which names may be written, read or deleted, on whatever system the repository is checked out.

use std::path::{Component, Path};

/// Says why a path may not be written, read or deleted: it must stay inside the repository on every system.
///
/// # Errors
/// The reason.
pub fn check_path(path: &str) -> std::result::Result<(), String> {
    let plain = Path::new(path).components().all(|c| matches!(c, Component::Normal(_)));
    let hostile = path.is_empty()
        || path.starts_with('/')
        || path.contains(|c: char| matches!(c, '\\' | ':') || c.is_control())
        || path.contains("//");
    if !plain || hostile {
        return Err(format!("`{}` is no path inside a repository", path.escape_debug()));
    }
    for part in path.split('/') {
        let stem = part.split('.').next().unwrap_or_default().to_ascii_uppercase();
        let device = matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
            || (stem.len() == 4
                && (stem.starts_with("COM") || stem.starts_with("LPT"))
                && stem.ends_with(|c: char| c.is_ascii_digit()));
        if device || part.ends_with(['.', ' ']) || part == ".git" {
            return Err(format!("`{}` holds a name that is reserved", path.escape_debug()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check_path;

    #[test]
    fn no_path_leads_outside() {
        for good in ["a", "a/b.c", ".github/workflows/ci.yml", "services/a-b/.dockerignore"] {
            assert!(check_path(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "/a",
            "..",
            "a/../b",
            "./a",
            "a//b",
            "C:\\x",
            "C:/x",
            "\\\\?\\x",
            "a\0b",
            "a/.",
            "con",
            "a/NUL.txt",
            "x.",
            "x /y",
            ".git/config",
        ] {
            assert!(check_path(bad).is_err(), "{bad}");
        }
    }
}
