//! Why: one function says which names may be written, read or deleted, on whatever system the repository is checked out.

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A symbolic link.
    Link,
    /// A folder.
    Folder,
    /// A socket, a pipe, a device.
    Other,
}

/// What the file system knows about a file besides its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meta {
    /// File, link, folder.
    pub kind: Kind,
    /// Permission bits.
    pub mode: u32,
    /// Bytes.
    pub size: u64,
    /// Number of the file on its device; 0 where there is none.
    pub inode: u64,
    /// The device.
    pub device: u64,
    /// Seconds and nanoseconds of the last change of content.
    pub modified: (i64, i64),
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
}

impl Meta {
    /// Whether this is still the same file with the same content, as far as can be told without reading it.
    pub fn same_as(&self, other: &Self) -> bool {
        (self.kind, self.size, self.inode, self.device, self.modified)
            == (other.kind, other.size, other.inode, other.device, other.modified)
    }
}

/// Where scaffold keeps its journal: below the root of each repository.
pub const OWN: &str = ".scaffold";

/// Says why a path may not be written, read or deleted: it must stay inside the repository on every system, and outside
/// of git's folders and scaffold's own.
///
/// # Errors
/// The reason.
pub fn check_path(path: &str) -> std::result::Result<(), String> {
    let strange = |c: char| matches!(c, '\\' | ':') || c.is_control() || unseen(c);
    let (mut outside, mut taken) = (path.chars().any(strange), false);
    for (depth, part) in path.as_bytes().split(|byte| *byte == b'/').enumerate() {
        outside |= matches!(part, b"" | b"." | b"..");
        taken |= depth == 0 && part.eq_ignore_ascii_case(OWN.as_bytes()) || reserved(part);
    }
    match (outside, taken) {
        (true, _) => Err(format!("`{}` is no path inside a repository", path.escape_debug())),
        (_, true) => Err(format!("`{}` holds a name that is reserved", path.escape_debug())),
        _ => Ok(()),
    }
}

/// Characters that some file systems leave out of names.
fn unseen(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn reserved(part: &[u8]) -> bool {
    let is = |text: &[u8], name: &str| text.eq_ignore_ascii_case(name.as_bytes());
    let stem = part.split(|byte| *byte == b'.').next().unwrap_or_default();
    let numbered = stem.split_at_checked(3).is_some_and(|(name, number)| {
        let digit = matches!(number, [b'0'..=b'9']) || ["¹", "²", "³"].iter().any(|digit| number == digit.as_bytes());
        digit && (is(name, "COM") || is(name, "LPT"))
    });
    let device = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].iter().any(|device| is(stem, device)) || numbered;
    let git = is(part, ".git") || part.get(..4).is_some_and(|start| is(start, "git~"));
    device || git || matches!(part.last(), Some(b'.' | b' '))
}

/// What tells names apart where case does not count.
pub fn fold(name: &str) -> String {
    name.to_lowercase()
}

/// A path's folder and its last name.
pub fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// The folders above a path, the outermost first, without the root.
pub fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
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
            "sub/.GIT/hooks/x",
            "GIT~1/x",
            ".g\u{200c}it/x",
            ".scaffold/next/journal",
            ".Scaffold",
            "a/\n/b",
            "LPT\u{b9}",
            "conin$",
        ] {
            assert!(check_path(bad).is_err(), "{bad}");
        }
    }
}
