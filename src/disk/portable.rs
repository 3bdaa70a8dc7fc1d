//! Why: systems without Unix's calls get the same steps by path. Links are refused there by a look before each step;
//! only a link that is swapped in between look and step is not seen.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::paths::{Kind, Meta};

/// A folder.
pub struct Dir(PathBuf);

impl Dir {
    pub fn open(path: &Path) -> io::Result<Self> {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        if fs::metadata(path)?.is_dir() { Ok(Self(fs::canonicalize(path)?)) } else { Err(io::ErrorKind::NotADirectory.into()) }
    }

    pub fn dir(&self, name: &str) -> io::Result<Self> {
        let path = self.0.join(name);
        if fs::symlink_metadata(&path)?.is_dir() { Ok(Self(path)) } else { Err(io::ErrorKind::NotADirectory.into()) }
    }

    pub fn names(&self) -> io::Result<Vec<OsString>> {
        fs::read_dir(&self.0)?.map(|entry| Ok(entry?.file_name())).collect()
    }

    pub fn own_meta(&self) -> io::Result<Meta> {
        Ok(meta_of(&fs::metadata(&self.0)?))
    }

    pub fn meta(&self, name: &str) -> io::Result<Option<Meta>> {
        match fs::symlink_metadata(self.0.join(name)) {
            Ok(meta) => Ok(Some(meta_of(&meta))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub fn read(&self, name: &str, limit: u64) -> io::Result<(Meta, Vec<u8>)> {
        let meta = self.meta(name)?.ok_or(io::ErrorKind::NotFound)?;
        if meta.kind != Kind::File {
            return Err(io::Error::other("no regular file"));
        }
        let mut bytes = vec![];
        File::open(self.0.join(name))?.take(limit + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > limit {
            return Err(io::Error::other(format!("larger than {} MiB", limit >> 20)));
        }
        Ok((meta, bytes))
    }

    pub fn create(&self, name: &str, _mode: u32, _exact: bool, _like: Option<&Meta>, bytes: &[u8]) -> io::Result<()> {
        OpenOptions::new().write(true).create_new(true).open(self.0.join(name))?.write_all(bytes)
    }

    pub fn lock_file(&self, name: &str) -> io::Result<File> {
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(self.0.join(name))
    }

    pub fn open_file(&self, name: &str) -> io::Result<File> {
        File::open(self.0.join(name))
    }

    pub fn as_file(&self) -> io::Result<File> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub fn make_dir(&self, name: &str, _mode: u32) -> io::Result<()> {
        fs::create_dir(self.0.join(name))
    }

    pub fn rename(&self, name: &str, to: &Self, new: &str) -> io::Result<()> {
        fs::rename(self.0.join(name), to.0.join(new))
    }

    pub fn rename_new(&self, name: &str, to: &Self, new: &str) -> io::Result<()> {
        if to.meta(new)?.is_some() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        self.rename(name, to, new)
    }

    pub fn link(&self, name: &str, to: &Self, new: &str) -> io::Result<()> {
        fs::hard_link(self.0.join(name), to.0.join(new))
    }

    pub fn unlink(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.0.join(name))
    }

    pub fn remove_dir(&self, name: &str) -> io::Result<()> {
        fs::remove_dir(self.0.join(name))
    }

    pub fn writable(&self) -> io::Result<bool> {
        Ok(true)
    }

    pub fn chown(&self, _name: &str, _like: &Meta) -> io::Result<()> {
        Ok(())
    }

    pub fn set_mode(&self, _mode: u32) -> io::Result<()> {
        Ok(())
    }

    pub fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    pub fn sync_all(&self) -> io::Result<()> {
        Ok(())
    }
}

pub fn is_root() -> bool {
    false
}

fn meta_of(meta: &fs::Metadata) -> Meta {
    let kind = match meta.file_type() {
        t if t.is_symlink() => Kind::Link,
        t if t.is_dir() => Kind::Folder,
        t if t.is_file() => Kind::File,
        _ => Kind::Other,
    };
    let modified = meta.modified().ok().and_then(|t| t.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    Meta {
        kind,
        mode: if meta.permissions().readonly() { 0o444 } else { 0o644 },
        size: meta.len(),
        inode: 0,
        device: 0,
        modified: (modified.as_secs().try_into().unwrap_or_default(), modified.subsec_nanos().into()),
        uid: 0,
        gid: 0,
    }
}
