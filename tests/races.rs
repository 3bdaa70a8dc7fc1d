//! Why: a folder that becomes a link between two looks at it is how tools are led outside, so one does that all the time
//! while files are written below it. And whoever reads while another writes must not see a half of it.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use scaffold::disk::{Change, Operation, Tree};
use scaffold::repository::Repository;

const PATIENCE: Duration = Duration::from_mins(5);

#[test]
fn a_folder_that_turns_into_a_link_leads_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let (repo, outside) = (folder.path().join("repo"), folder.path().join("outside"));
    for path in ["repo/sub", "outside"] {
        fs::create_dir_all(folder.path().join(path)).unwrap();
        fs::write(folder.path().join(path).join("file"), "mine\n").unwrap();
    }
    let (done, refused, over) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        // By turns it swaps until a write met that, and rests until one came through: either alone can win every time.
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                let met = refused.load(Ordering::Relaxed);
                while refused.load(Ordering::Relaxed) == met && !over.load(Ordering::Relaxed) {
                    swap(&repo, &outside);
                    std::thread::yield_now();
                }
                let through = done.load(Ordering::Relaxed);
                while done.load(Ordering::Relaxed) == through && !over.load(Ordering::Relaxed) {
                    std::thread::yield_now();
                }
            }
        });
        let begin = Instant::now();
        while [&done, &refused].iter().any(|count| count.load(Ordering::Relaxed) < 100) && begin.elapsed() < PATIENCE {
            let outcome = Tree::open(&repo).and_then(Tree::writer).and_then(|writer| {
                let mut changes = std::collections::BTreeMap::new();
                for path in ["sub/file", "sub/new", "sub/deep/er"] {
                    let bytes = format!("written {done:?}\n").into_bytes().into();
                    changes.insert(path.to_owned(), (Change::Write { mode: 0o644, bytes }, writer.tree().read(path)?));
                }
                writer.execute(&Operation { title: "race".to_owned(), moves: vec![], changes })
            });
            let count = if outcome.is_ok() { &done } else { &refused };
            count.fetch_add(1, Ordering::Relaxed);
        }
        over.store(true, Ordering::Relaxed);
    });
    let (done, refused) = (done.into_inner(), refused.into_inner());
    assert!(done >= 100 && refused >= 100, "{done} came through and {refused} met the swap");
    let names: Vec<_> = fs::read_dir(&outside).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names, ["file"]);
    assert_eq!(fs::read_to_string(outside.join("file")).unwrap(), "mine\n");
}

#[test]
fn nobody_writes_into_what_is_being_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("scaffold.yaml"), "name: x\n").unwrap();
    let write = |text: &'static str| {
        let writer = Tree::open(folder.path()).unwrap().writer().unwrap();
        let change = Change::Write { mode: 0o644, bytes: text.as_bytes().into() };
        let changes = ["a", "b"].map(|path| (path.to_owned(), (change.clone(), writer.tree().read(path).unwrap())));
        writer.execute(&Operation { title: text.to_owned(), moves: vec![], changes: changes.into() }).unwrap();
    };
    write("old");
    let repository = Repository::without_answers(folder.path(), false).unwrap();
    let read = |path| repository.tree().read(path).unwrap();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| write("new"));
        let before = read("a");
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(read("b"), before);
        assert!(!writer.is_finished());
        repository.tree().let_writers_in();
        writer.join().unwrap();
    });
    assert_eq!(fs::read_to_string(folder.path().join("b")).unwrap(), "new");
}

fn swap(repo: &Path, outside: &Path) {
    fs::rename(repo.join("sub"), repo.join("aside")).unwrap();
    if symlink(outside, repo.join("sub")).is_ok() {
        fs::remove_file(repo.join("sub")).unwrap();
    }
    // While it is away, the writer may rightly make one.
    while fs::rename(repo.join("aside"), repo.join("sub")).is_err() {
        let _ = fs::remove_dir_all(repo.join("sub"));
    }
}
