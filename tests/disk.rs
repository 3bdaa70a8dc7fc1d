//! Why: nothing that a person wrote may be lost, and nothing outside a repository may be touched, whatever stands in it.
#![cfg(unix)]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use scaffold::disk::{Change, Entry, Operation, Tree, Writer};
use scaffold::error::Result;

/// A repository in a folder of its own, with something beside it that must not change.
struct Ground {
    folder: tempfile::TempDir,
}

type Shown = BTreeMap<String, (u32, String)>;

impl Ground {
    fn new() -> Self {
        let ground = Self { folder: tempfile::tempdir().unwrap() };
        ground.put("../outside/secret", "secret");
        for (path, text) in [("a.txt", "one\n"), ("sub/b.txt", "two\n"), ("old/x/c.txt", "three\n"), ("old/d", "four")] {
            ground.put(path, text);
        }
        ground
    }

    fn root(&self) -> std::path::PathBuf {
        self.folder.path().join("repo")
    }

    fn put(&self, path: &str, text: &str) {
        let full = self.root().join(path);
        fs::create_dir_all(self.root()).unwrap();
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        fs::write(full, text).unwrap();
    }

    fn writer(&self) -> Writer {
        Tree::open(&self.root()).unwrap().writer().unwrap()
    }

    /// Everything, folders too, but scaffold's own folder.
    fn shown(&self) -> Shown {
        let all = walkdir::WalkDir::new(self.folder.path()).into_iter().map(|e| e.unwrap());
        let entry = |e: walkdir::DirEntry| {
            let path = e.path().strip_prefix(self.folder.path()).unwrap().to_string_lossy().into_owned();
            let meta = fs::symlink_metadata(e.path()).unwrap();
            let content = if meta.is_file() { fs::read_to_string(e.path()).unwrap() } else { format!("{:?}", meta.file_type()) };
            (path, (meta.mode(), content))
        };
        all.filter(|e| !e.path().starts_with(self.root().join(".scaffold"))).map(entry).collect()
    }
}

fn write(text: &str) -> Change {
    Change::Write { mode: 0o644, bytes: text.as_bytes().to_vec().into() }
}

fn operation(tree: &Tree, changes: &[(&str, Change)]) -> Operation {
    let changes = changes.iter().map(|(path, change)| ((*path).to_owned(), (change.clone(), tree.read(path).unwrap())));
    Operation { title: "test".to_owned(), moves: vec![], changes: changes.collect() }
}

fn execute(ground: &Ground, changes: &[(&str, Change)]) -> Result<()> {
    let writer = ground.writer();
    writer.execute(&operation(writer.tree(), changes))
}

fn message<T>(outcome: Result<T>) -> String {
    outcome.err().expect("an error").diagnostics()[0].to_string()
}

#[test]
fn an_operation_writes_creates_and_deletes_and_undo_takes_it_back() {
    let ground = Ground::new();
    fs::set_permissions(ground.root().join("a.txt"), fs::Permissions::from_mode(0o640)).unwrap();
    fs::set_permissions(ground.root().join("old/x"), fs::Permissions::from_mode(0o750)).unwrap();
    fs::create_dir(ground.root().join("empty")).unwrap();
    let before = ground.shown();
    let changes =
        [("a.txt", write("ONE\n")), ("old/x/c.txt", Change::Delete), ("new/deep/e.sh", write("e")), ("empty/f", write("f"))];
    execute(&ground, &changes).unwrap();
    assert_eq!(fs::read_to_string(ground.root().join("a.txt")).unwrap(), "ONE\n");
    assert_eq!(fs::metadata(ground.root().join("a.txt")).unwrap().mode() & 0o7777, 0o640);
    assert!(!ground.root().join("old/x").exists() && ground.root().join("old/d").exists());
    assert_eq!(fs::read_to_string(ground.root().join("new/deep/e.sh")).unwrap(), "e");
    let undone = ground.writer().undo().unwrap();
    assert_eq!((undone.title.as_str(), undone.paths.len()), ("test", 4));
    assert_eq!(ground.shown(), before);
    assert!(message(ground.writer().undo()).contains("nothing to undo"));
}

#[test]
fn a_move_carries_everything_along_and_comes_back() {
    let ground = Ground::new();
    let before = ground.shown();
    let writer = ground.writer();
    let seen = writer.tree().read("old/d").unwrap();
    let changes = [("parts/new/d".to_owned(), (write("4"), seen)), ("parts/new/e".to_owned(), (write("5"), None))];
    let moves = vec![("old".to_owned(), "parts/new".to_owned()), ("a.txt".to_owned(), "z.txt".to_owned())];
    writer.execute(&Operation { title: "rename".to_owned(), moves, changes: changes.into() }).unwrap();
    assert_eq!(fs::read_to_string(ground.root().join("parts/new/d")).unwrap(), "4");
    assert_eq!(fs::read_to_string(ground.root().join("parts/new/x/c.txt")).unwrap(), "three\n");
    assert!(!ground.root().join("old").exists() && ground.root().join("z.txt").exists());
    // What came into the moved folder by hand goes back with it.
    ground.put("parts/new/mine", "mine");
    writer.undo().unwrap();
    assert_eq!(fs::read_to_string(ground.root().join("old/mine")).unwrap(), "mine");
    fs::remove_file(ground.root().join("old/mine")).unwrap();
    assert_eq!(ground.shown(), before);
}

#[test]
fn a_file_becomes_a_folder_and_a_folder_a_file() {
    let ground = Ground::new();
    let before = ground.shown();
    let writer = ground.writer();
    let read = |path: &str| writer.tree().read(path).unwrap();
    let changes = [
        ("a.txt".to_owned(), (Change::Delete, read("a.txt"))),
        ("a.txt/in".to_owned(), (write("in"), None)),
        ("sub".to_owned(), (write("file"), None)),
        ("sub/b.txt".to_owned(), (Change::Delete, read("sub/b.txt"))),
    ];
    let operation = Operation { title: "turn".to_owned(), moves: vec![], changes: changes.into() };
    writer.execute(&operation).unwrap();
    assert_eq!(fs::read_to_string(ground.root().join("sub")).unwrap(), "file");
    assert_eq!(fs::read_to_string(ground.root().join("a.txt/in")).unwrap(), "in");
    writer.undo().unwrap();
    assert_eq!(ground.shown(), before);
}

#[test]
fn a_folder_with_something_else_in_it_does_not_become_a_file() {
    let ground = Ground::new();
    let before = ground.shown();
    let told = message(execute(&ground, &[("old", write("file")), ("old/d", Change::Delete)]));
    assert!(told.contains("`old` is no regular file"), "{told}");
    assert_eq!(ground.shown(), before);
}

#[test]
fn what_changed_since_the_plan_is_refused_and_nothing_is_written() {
    type Meddle = fn(&Ground);
    let meddlers: [Meddle; 5] = [
        |g| g.put("a.txt", "mine\n"),
        |g| g.put("new.txt", "mine\n"),
        |g| fs::remove_file(g.root().join("sub/b.txt")).unwrap(),
        |g| fs::set_permissions(g.root().join("a.txt"), fs::Permissions::from_mode(0o755)).unwrap(),
        |g| {
            fs::remove_file(g.root().join("sub/b.txt")).unwrap();
            symlink("../a.txt", g.root().join("sub/b.txt")).unwrap();
        },
    ];
    for (number, meddle) in meddlers.into_iter().enumerate() {
        let ground = Ground::new();
        let writer = ground.writer();
        let changes = [("a.txt", write("A")), ("new.txt", write("N")), ("sub/b.txt", Change::Delete)];
        let operation = operation(writer.tree(), &changes);
        meddle(&ground);
        let before = ground.shown();
        let told = message(writer.execute(&operation));
        assert!(told.contains("changed") || told.contains("no regular file"), "{number}: {told}");
        assert_eq!(ground.shown(), before, "{number}");
    }
}

#[test]
fn undo_refuses_and_names_what_was_touched_since() {
    let ground = Ground::new();
    execute(&ground, &[("a.txt", write("A")), ("new/n", write("N")), ("sub/b.txt", Change::Delete)]).unwrap();
    ground.put("a.txt", "A and mine");
    ground.put("sub/b.txt", "again");
    let before = ground.shown();
    let told = message(ground.writer().undo());
    assert!(told.contains("`a.txt`") && told.contains("`sub/b.txt`") && !told.contains("`new/n`"), "{told}");
    assert_eq!(ground.shown(), before);
    // So is a mode that somebody set; whether others may write follows from a umask.
    execute(&ground, &[("a.txt", write("A")), ("old/d", write("D"))]).unwrap();
    let set = |path, mode| fs::set_permissions(ground.root().join(path), fs::Permissions::from_mode(mode)).unwrap();
    set("a.txt", 0o755);
    let told = message(ground.writer().undo());
    assert!(told.contains("`a.txt`") && !told.contains("`old/d`"), "{told}");
    set("a.txt", 0o664);
    ground.writer().undo().unwrap();
}

#[test]
fn links_never_lead_outside() {
    let outside = |ground: &Ground| ground.folder.path().join("outside");
    for (number, target) in ["../outside", "../outside/missing", "chain", "/", "."].into_iter().enumerate() {
        let ground = Ground::new();
        symlink(outside(&ground), ground.root().join("chain")).unwrap();
        symlink(target, ground.root().join("link")).unwrap();
        symlink(outside(&ground).join("secret"), ground.root().join("file")).unwrap();
        symlink(outside(&ground), ground.root().join("sub/inner")).unwrap();
        let before = ground.shown();
        let writer = ground.writer();
        for path in ["link/secret", "link/new", "sub/inner/secret", "link/x/y"] {
            let told = message(writer.tree().read(path));
            assert!(told.contains("is a link"), "{number}: {told}");
            let planned = [(path.to_owned(), (write("pwned"), None))];
            let blind = Operation { title: "blind".to_owned(), moves: vec![], changes: planned.into() };
            assert!(message(writer.execute(&blind)).contains("is a link"));
        }
        for path in ["link", "file", "chain"] {
            assert_eq!(writer.tree().read(path).unwrap(), Some(Entry::Link));
            for change in [write("pwned"), Change::Delete] {
                message(writer.execute(&operation(writer.tree(), &[(path, change)])));
            }
        }
        assert!(writer.tree().list("link").is_err());
        assert_eq!(writer.tree().list("sub").unwrap(), ["sub/b.txt", "sub/inner"]);
        for moves in [("a.txt", "link/a.txt"), ("link/secret", "stolen"), ("a.txt", "../a.txt"), ("a.txt", "/tmp/a.txt")] {
            let moves = vec![(moves.0.to_owned(), moves.1.to_owned())];
            message(writer.execute(&Operation { title: "move".to_owned(), moves, changes: BTreeMap::new() }));
        }
        assert_eq!(ground.shown(), before, "{number}");
    }
}

#[test]
fn scaffolds_own_folder_may_be_no_link_and_holds_no_order_from_elsewhere() {
    let ground = Ground::new();
    symlink(ground.folder.path().join("outside"), ground.root().join(".scaffold")).unwrap();
    let before = ground.shown();
    let tree = Tree::open(&ground.root()).unwrap();
    assert!(message(tree.pending()).contains("`.scaffold` is no folder"));
    assert!(message(tree.writer()).contains("`.scaffold` is no folder"));
    assert_eq!(ground.shown(), before);
    fs::remove_file(ground.root().join(".scaffold")).unwrap();
    for path in ["../outside/secret", "/etc/passwd", ".git/hooks/pre-commit", ".scaffold/lock"] {
        let none = "0".repeat(32);
        ground.put(".scaffold/next/journal", &format!("scaffold journal 1\ndo evil\nfile - {none} {path}\nend\n"));
        ground.put(".scaffold/next/new/0", "pwned");
        ground.put(".scaffold/next/old/0", "pwned");
        let before = ground.shown();
        assert!(message(Tree::open(&ground.root()).unwrap().writer()).contains("cannot use"));
        assert_eq!(ground.shown(), before);
    }
}

#[test]
fn read_only_files_and_folders_are_told_at_once_and_before_anything_is_written() {
    let ground = Ground::new();
    fs::set_permissions(ground.root().join("a.txt"), fs::Permissions::from_mode(0o444)).unwrap();
    fs::set_permissions(ground.root().join("old"), fs::Permissions::from_mode(0o555)).unwrap();
    let before = ground.shown();
    let told = message(execute(&ground, &[("a.txt", write("A")), ("old/new/n", write("N")), ("sub/b.txt", write("B"))]));
    assert!(told.starts_with("error: read-only: `a.txt`, `old`; nothing was written\nhint: chmod u+w a.txt old"), "{told}");
    assert_eq!(ground.shown(), before);
    fs::set_permissions(ground.root().join("old"), fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_name_in_other_letters_of_case_is_neither_read_nor_written_over() {
    let ground = Ground::new();
    let writer = ground.writer();
    assert_eq!(writer.tree().read("A.TXT").unwrap(), None);
    let before = ground.shown();
    for path in ["A.txt", "SUB/new.txt", "old/D"] {
        assert!(message(writer.execute(&operation(writer.tree(), &[(path, write("x"))]))).contains("where case does not count"));
    }
    assert_eq!(ground.shown(), before);
}

#[test]
fn modes_owners_and_line_ends_stay() {
    let ground = Ground::new();
    let full = ground.root().join("a.txt");
    let root = fs::metadata(&full).unwrap().uid() == 0;
    for (was, wanted, then) in [(0o664, 0o644, 0o664), (0o600, 0o755, 0o700), (0o755, 0o644, 0o644), (0o2750, 0o755, 0o2750)] {
        fs::set_permissions(&full, fs::Permissions::from_mode(was)).unwrap();
        if root {
            std::os::unix::fs::chown(&full, Some(4321), Some(4322)).unwrap();
            fs::set_permissions(&full, fs::Permissions::from_mode(was)).unwrap();
        }
        let text = format!("{was:o}\r\nno end");
        execute(&ground, &[("a.txt", Change::Write { mode: wanted, bytes: text.clone().into_bytes().into() })]).unwrap();
        let meta = fs::metadata(&full).unwrap();
        assert_eq!(meta.mode() & 0o7777, then);
        assert_eq!(fs::read_to_string(&full).unwrap(), text);
        if root {
            assert_eq!((meta.uid(), meta.gid()), (4321, 4322));
        }
    }
    if root {
        // What root adds to another's repository is theirs.
        fs::remove_dir_all(ground.root().join(".scaffold")).unwrap();
        std::os::unix::fs::chown(ground.root(), Some(4321), Some(4322)).unwrap();
        execute(&ground, &[("more/deep/n", write("N"))]).unwrap();
        let own = walkdir::WalkDir::new(ground.root().join(".scaffold")).into_iter().map(|e| e.unwrap().into_path());
        let all: Vec<_> = own.chain(["more", "more/deep/n"].map(|path| ground.root().join(path))).collect();
        assert!(all.len() > 7 && all.iter().any(|path| path.ends_with("last/old")), "{all:?}");
        for path in all {
            assert_eq!(fs::metadata(&path).unwrap().uid(), 4321, "{path:?}");
        }
    }
}

#[test]
fn scaffolds_own_folder_is_private_and_unknown_to_git() {
    let ground = Ground::new();
    execute(&ground, &[("n", write("N"))]).unwrap();
    let own = ground.root().join(".scaffold");
    assert_eq!(fs::metadata(&own).unwrap().mode() & 0o777, 0o700);
    assert_eq!(fs::read_to_string(own.join(".gitignore")).unwrap(), "*\n");
}

#[test]
fn nothing_to_do_leaves_the_last_operation_to_undo() {
    let ground = Ground::new();
    execute(&ground, &[("a.txt", write("A"))]).unwrap();
    execute(&ground, &[("a.txt", write("A"))]).unwrap();
    ground.writer().undo().unwrap();
    assert_eq!(fs::read_to_string(ground.root().join("a.txt")).unwrap(), "one\n");
}

#[test]
fn the_second_process_waits_and_then_refuses() {
    let ground = Ground::new();
    let first = ground.writer();
    let root: &Path = &ground.root();
    std::thread::scope(|scope| {
        let second = scope.spawn(|| Tree::open(root).unwrap().writer().map(drop).err());
        let told = second.join().unwrap().expect("refused").diagnostics()[0].to_string();
        assert!(told.contains("another `scaffold` is writing"), "{told}");
        let third = scope.spawn(|| Tree::open(root).unwrap().writer().map(drop).err());
        drop(first);
        assert_eq!(third.join().unwrap(), None);
    });
}

#[test]
fn readers_are_inside_together_and_a_writer_that_waits_is_next() {
    let ground = Ground::new();
    execute(&ground, &[("n", write("N"))]).unwrap();
    let open = || Tree::open(&ground.root()).unwrap();
    let [first, second] = [open(), open()];
    for reader in [&first, &second] {
        assert_eq!(reader.read_alone().unwrap(), None);
    }
    let order = std::sync::Mutex::new(vec![]);
    let (order, pause) = (&order, || std::thread::sleep(std::time::Duration::from_millis(300)));
    std::thread::scope(|scope| {
        let note = |who| order.lock().unwrap().push(who);
        scope.spawn(move || {
            let writer = open().writer().unwrap();
            note("writer");
            pause();
            drop(writer);
        });
        pause();
        scope.spawn(move || {
            open().read_alone().unwrap();
            note("third reader");
        });
        pause();
        note("readers inside");
        first.let_writers_in();
        drop(second);
    });
    assert_eq!(*order.lock().unwrap(), ["readers inside", "writer", "third reader"]);
}
