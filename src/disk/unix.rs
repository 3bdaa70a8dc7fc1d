//! Why: a path that was checked may lead elsewhere a moment later. Here every step goes from an open folder to a single
//! name in it and follows no link, so that nothing that is swapped in meanwhile leads outside.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;

use rustix::fs::{Access, AtFlags, CWD, FileType, Gid, Mode, OFlags, RawMode, Stat, Uid};
use rustix::{fs, io::Errno};

use super::paths::{Kind, Meta};

/// An open folder.
pub struct Dir(OwnedFd);

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
const PLAIN: OFlags = OFlags::NOFOLLOW.union(OFlags::CLOEXEC).union(OFlags::NONBLOCK).union(OFlags::NOCTTY);

impl Dir {
    /// Opens the folder that the user named, through links too: the root of everything else.
    pub fn open(path: &Path) -> io::Result<Self> {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        Ok(Self(fs::openat(CWD, path, FOLDER, Mode::empty())?))
    }

    /// Opens a folder in this one.
    pub fn dir(&self, name: &str) -> io::Result<Self> {
        Ok(Self(fs::openat(&self.0, name, FOLDER | OFlags::NOFOLLOW, Mode::empty())?))
    }

    /// The names in it.
    pub fn names(&self) -> io::Result<Vec<OsString>> {
        let mut out = vec![];
        for entry in fs::Dir::read_from(&self.0)? {
            let name = entry?.file_name().to_bytes().to_vec();
            if name != b"." && name != b".." {
                out.push(OsString::from_vec(name));
            }
        }
        Ok(out)
    }

    /// About the folder itself.
    pub fn own_meta(&self) -> io::Result<Meta> {
        Ok(meta_of(&fs::fstat(&self.0)?))
    }

    /// About what stands at a name; `None` when nothing does.
    pub fn meta(&self, name: &str) -> io::Result<Option<Meta>> {
        match fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(meta_of(&stat))),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// A regular file's content; nothing is waited for should it have become a pipe.
    pub fn read(&self, name: &str, limit: u64) -> io::Result<(Meta, Vec<u8>)> {
        let mut file = File::from(fs::openat(&self.0, name, OFlags::RDONLY | PLAIN, Mode::empty())?);
        let meta = meta_of(&fs::fstat(&file)?);
        if meta.kind != Kind::File {
            return Err(io::Error::other("no regular file"));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(meta.size.min(limit)).unwrap_or_default() + 1);
        (&mut file).take(limit + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > limit {
            return Err(io::Error::other(format!("larger than {} MiB", limit >> 20)));
        }
        Ok((meta, bytes))
    }

    /// Writes a file that is not there yet. `mode` loses what the process's mask takes away, unless it is `exact`. It
    /// gets the owner of `like`, where this process may give it away.
    pub fn create(&self, name: &str, mode: u32, exact: bool, like: Option<&Meta>, bytes: &[u8]) -> io::Result<()> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | PLAIN;
        let mut file = File::from(fs::openat(&self.0, name, flags, bits(mode))?);
        file.write_all(bytes)?;
        if let Some(like) = like {
            let is = fs::fstat(&file)?;
            if (is.st_uid, is.st_gid) != (like.uid, like.gid) {
                match fs::fchown(&file, Some(Uid::from_raw(like.uid)), Some(Gid::from_raw(like.gid))) {
                    // Only root may give files away; others may keep a group that they are in.
                    Err(_) if !is_root() => {}
                    other => other?,
                }
            }
        }
        // At last: whoever writes to a file or gives it away takes its special bits away.
        if exact { Ok(fs::fchmod(&file, bits(mode))?) } else { Ok(()) }
    }

    /// Opens a file for locking, and makes it when it is not there.
    pub fn lock_file(&self, name: &str) -> io::Result<File> {
        Ok(File::from(fs::openat(&self.0, name, OFlags::RDWR | OFlags::CREATE | PLAIN, bits(0o600))?))
    }

    /// Opens a file that is there, for locking.
    pub fn open_file(&self, name: &str) -> io::Result<File> {
        Ok(File::from(fs::openat(&self.0, name, OFlags::RDONLY | PLAIN, Mode::empty())?))
    }

    /// Opens the folder itself for locking.
    pub fn as_file(&self) -> io::Result<File> {
        Ok(File::from(self.0.try_clone()?))
    }

    /// Makes a folder.
    pub fn make_dir(&self, name: &str, mode: u32) -> io::Result<()> {
        Ok(fs::mkdirat(&self.0, name, bits(mode))?)
    }

    /// Renames, over a file that is there too.
    pub fn rename(&self, name: &str, to: &Self, new: &str) -> io::Result<()> {
        Ok(fs::renameat(&self.0, name, &to.0, new)?)
    }

    /// Renames to a name that is not taken.
    pub fn rename_new(&self, name: &str, to: &Self, new: &str) -> io::Result<()> {
        #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
        match fs::renameat_with(&self.0, name, &to.0, new, fs::RenameFlags::NOREPLACE) {
            // Some file systems do not know the flag.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {}
            other => return Ok(other?),
        }
        if to.meta(new)?.is_some() {
            return Err(Errno::EXIST.into());
        }
        self.rename(name, to, new)
    }

    /// Gives a file a second name.
    pub fn link(&self, name: &str, to: &Self, new: &str) -> io::Result<()> {
        Ok(fs::linkat(&self.0, name, &to.0, new, AtFlags::empty())?)
    }

    /// Removes a file or link.
    pub fn unlink(&self, name: &str) -> io::Result<()> {
        Ok(fs::unlinkat(&self.0, name, AtFlags::empty())?)
    }

    /// Removes an empty folder.
    pub fn remove_dir(&self, name: &str) -> io::Result<()> {
        Ok(fs::unlinkat(&self.0, name, AtFlags::REMOVEDIR)?)
    }

    /// Whether names in it may be changed. Root may everywhere; a folder that is read-only is respected all the same.
    pub fn writable(&self) -> io::Result<bool> {
        match fs::accessat(&self.0, ".", Access::WRITE_OK | Access::EXEC_OK, AtFlags::EACCESS) {
            Ok(()) => Ok(fs::fstat(&self.0)?.st_mode & 0o222 != 0),
            Err(Errno::ACCESS | Errno::ROFS | Errno::PERM) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Gives a file the owner that another one has, where this process may.
    pub fn chown(&self, name: &str, like: &Meta) -> io::Result<()> {
        let (uid, gid) = (Uid::from_raw(like.uid), Gid::from_raw(like.gid));
        Ok(fs::chownat(&self.0, name, Some(uid), Some(gid), AtFlags::SYMLINK_NOFOLLOW)?)
    }

    /// Gives the folder itself a mode.
    pub fn set_mode(&self, mode: u32) -> io::Result<()> {
        Ok(fs::fchmod(&self.0, bits(mode))?)
    }

    /// Writes the names in this folder through to the device.
    pub fn sync(&self) -> io::Result<()> {
        Ok(fs::fsync(&self.0)?)
    }

    /// Writes everything on this file system through to the device: one call, where one for each file would each be a
    /// commit of the file system's journal.
    pub fn sync_all(&self) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        return Ok(fs::syncfs(&self.0)?);
        #[cfg(not(target_os = "linux"))]
        return {
            rustix::fs::sync();
            Ok(())
        };
    }
}

/// Whether this process acts for other users' files.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn bits(mode: u32) -> Mode {
    Mode::from_raw_mode((mode & 0o7777) as RawMode)
}

#[allow(
    clippy::cast_sign_loss,
    clippy::unnecessary_cast,
    clippy::cast_lossless,
    clippy::cast_possible_wrap,
    reason = "the types differ between systems"
)]
fn meta_of(stat: &Stat) -> Meta {
    let kind = match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Kind::File,
        FileType::Symlink => Kind::Link,
        FileType::Directory => Kind::Folder,
        _ => Kind::Other,
    };
    Meta {
        kind,
        mode: stat.st_mode as u32 & 0o7777,
        size: stat.st_size as u64,
        inode: stat.st_ino as u64,
        device: stat.st_dev as u64,
        modified: (stat.st_mtime as i64, stat.st_mtime_nsec as i64),
        uid: stat.st_uid,
        gid: stat.st_gid,
    }
}
