//! Why: a change of a template is reviewed as a change of real files. Each folder of `snapshots/` is a whole repository,
//! generated from the `scaffold.yaml` in it, and compared in both directions.

mod common;

use std::fs;
use std::sync::Mutex;

use scaffold::lock::ANSWERS;

const CASES: [&str; 5] = ["chatsphere", "consensusnet", "everything", "nasty", "smallest"];

/// Nobody compares with what is being rewritten.
static SNAPSHOTS: Mutex<()> = Mutex::new(());

#[test]
fn snapshots_are_what_their_answers_give() {
    let _alone = SNAPSHOTS.lock();
    let update = std::env::var_os("UPDATE_SNAPSHOTS").is_some();
    let mut differences = Vec::new();
    for case in CASES {
        let folder = common::root().join("snapshots").join(case);
        let answers = fs::read_to_string(folder.join(ANSWERS)).unwrap();
        let outcome = common::plan(&answers).unwrap_or_else(|e| panic!("{case}: {:#?}", e.diagnostics()));
        if update {
            let kept = common::tree(&folder);
            for gone in kept.keys().filter(|p| !outcome.plan.files.contains_key(*p)) {
                fs::remove_file(folder.join(gone)).unwrap();
            }
            for (path, file) in &outcome.plan.files {
                write(&folder.join(path), &file.bytes, file.mode);
            }
            continue;
        }
        let expected = common::tree(&folder);
        for (path, file) in &outcome.plan.files {
            match expected.get(path) {
                None => differences.push(format!("{case}: {path} is new")),
                Some((bytes, _)) if *bytes != *file.bytes => {
                    let (old, new) = (String::from_utf8_lossy(bytes), String::from_utf8_lossy(&file.bytes));
                    let diff = similar::TextDiff::from_lines(old.as_ref(), new.as_ref());
                    let text = diff.unified_diff().context_radius(1).to_string();
                    differences.push(format!("{case}: {path} differs\n{}", text.lines().take(20).collect::<Vec<_>>().join("\n")));
                }
                Some((_, executable)) if *executable != (file.mode == 0o755) => {
                    differences.push(format!("{case}: {path} has another mode"));
                }
                Some(_) => {}
            }
        }
        for gone in expected.keys().filter(|p| !outcome.plan.files.contains_key(*p)) {
            differences.push(format!("{case}: {gone} is gone"));
        }
    }
    assert!(differences.is_empty(), "{}\nrewrite them with UPDATE_SNAPSHOTS=1 and review the diff", differences.join("\n"));
}

#[test]
fn presets_give_the_snapshots_of_their_names() {
    let _alone = SNAPSHOTS.lock();
    for preset in ["chatsphere", "consensusnet"] {
        let folder = tempfile::tempdir().unwrap();
        common::scaffold(folder.path(), &["new", preset, "--preset", preset, "--no-input"]).passes();
        let expected = common::tree(&common::root().join("snapshots").join(preset));
        assert!(
            common::tree(&folder.path().join(preset)) == expected,
            "the preset {preset} gives another tree than its snapshot"
        );
    }
}

fn write(path: &std::path::Path, bytes: &[u8], mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}
