//! Why: a folder that becomes a link between two looks at it is how tools are led outside, so one does that all the time
//! while files are written below it.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicBool, Ordering};

use scaffold::disk::{Change, Operation, Tree};

#[test]
fn a_folder_that_turns_into_a_link_leads_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let (repo, outside) = (folder.path().join("repo"), folder.path().join("outside"));
    for path in ["repo/sub", "outside"] {
        fs::create_dir_all(folder.path().join(path)).unwrap();
        fs::write(folder.path().join(path).join("file"), "mine\n").unwrap();
    }
    let over = AtomicBool::new(false);
    let (mut done, mut refused) = (0, 0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                fs::rename(repo.join("sub"), repo.join("aside")).unwrap();
                if symlink(&outside, repo.join("sub")).is_ok() {
                    fs::remove_file(repo.join("sub")).unwrap();
                }
                // While it is away, the writer may rightly make one.
                while fs::rename(repo.join("aside"), repo.join("sub")).is_err() {
                    let _ = fs::remove_dir_all(repo.join("sub"));
                }
                std::thread::yield_now();
            }
        });
        // Until both have happened often: an operation that came through, and one that met the swap.
        while (done < 20 || refused < 20) && done + refused < 20_000 {
            let outcome = Tree::open(&repo).and_then(Tree::writer).and_then(|writer| {
                let mut changes = std::collections::BTreeMap::new();
                for path in ["sub/file", "sub/new", "sub/deep/er"] {
                    let bytes = format!("written {done}\n").into_bytes().into();
                    changes.insert(path.to_owned(), (Change::Write { mode: 0o644, bytes }, writer.tree().read(path)?));
                }
                writer.execute(&Operation { title: "race".to_owned(), moves: vec![], changes })
            });
            if outcome.is_ok() { done += 1 } else { refused += 1 }
        }
        over.store(true, Ordering::Relaxed);
    });
    assert!(done >= 20 && refused >= 20, "{done} came through and {refused} met the swap");
    let names: Vec<_> = fs::read_dir(&outside).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names, ["file"]);
    assert_eq!(fs::read_to_string(outside.join("file")).unwrap(), "mine\n");
}
