//! Why: settings of editors are edited by people and by the editor itself; what they bring in stands beside what we add.

use scaffold::merge::{Language, merge};

use crate::LABELS;

fn json([base, ours, theirs]: [&str; 3]) -> (String, usize) {
    let language = Language::of(".vscode/settings.json");
    let merged = merge(language, base.as_bytes(), ours.as_bytes(), theirs.as_bytes(), LABELS);
    (String::from_utf8(merged.bytes).unwrap(), merged.conflicts)
}

#[track_caller]
fn gives(sides: [&str; 3], expected: &str) {
    assert_eq!(json(sides), (expected.to_owned(), 0));
}

#[test]
fn two_settings_at_the_end_both_stand() {
    let base = "{\n  \"a\": 1\n}\n";
    gives(
        [base, "{\n  \"a\": 1,\n  \"ours\": true\n}\n", "{\n  \"a\": 1,\n  \"theirs\": [\"x\"]\n}\n"],
        "{\n  \"a\": 1,\n  \"ours\": true,\n  \"theirs\": [\"x\"]\n}\n",
    );
    gives(
        [
            base,
            "{\n\t\"a\": 1,\n\t\"ours\": { \"b\": 2 } // mine\n}\n",
            "{\n  \"a\": 1,\n  \"theirs\": {\n    \"x\": 1\n  }\n}\n",
        ],
        "{\n\t\"a\": 1,\n\t\"ours\": { \"b\": 2 }, // mine\n\t\"theirs\": {\n\t\t\"x\": 1\n\t}\n}\n",
    );
}

#[test]
fn the_last_one_goes_beside_one_of_the_users() {
    let base = "{\n  \"a\": 1,\n  \"b\": 2\n}\n";
    gives(
        [base, "{\n  \"a\": 1,\n  // mine\n  \"ours\": 3,\n  \"b\": 2\n}\n", "{\n  \"a\": 1\n}\n"],
        "{\n  \"a\": 1,\n  // mine\n  \"ours\": 3\n}\n",
    );
}

#[test]
fn items_of_a_list_are_a_set_and_objects_are_known_by_their_names() {
    let base = "{\n  \"all\": [\n    {\n      \"name\": \"a\",\n      \"port\": 1\n    }\n  ]\n}\n";
    let ours = base.replace("\"port\": 1\n    }", "\"port\": 9\n    },\n    {\n      \"name\": \"ours\"\n    }");
    let theirs = base.replace("\"port\": 1\n    }", "\"port\": 1\n    },\n    {\n      \"name\": \"theirs\"\n    }");
    let both = ours.replace("\"ours\"\n    }", "\"ours\"\n    },\n    {\n      \"name\": \"theirs\"\n    }");
    gives([base, &ours, &theirs], &both);
    let list = |items: &str| format!("{{ \"all\": [{items}] }}\n");
    gives([&list("\"a\""), &list("\"a\", \"ours\""), &list("\"a\", \"theirs\"")], &list("\"a\", \"ours\", \"theirs\""));
}

#[test]
fn a_comma_behind_the_last_member_stays_where_the_user_has_one() {
    let base = "{\n  \"all\": [\n    \"a\"\n  ]\n}\n";
    gives(
        [base, "{\n  \"all\": [\n    \"a\",\n    \"ours\",\n  ]\n}\n", "{\n  \"all\": [\n    \"a\",\n    \"theirs\"\n  ]\n}\n"],
        "{\n  \"all\": [\n    \"a\",\n    \"ours\",\n    \"theirs\",\n  ]\n}\n",
    );
}

#[test]
fn two_values_of_one_setting_are_a_conflict() {
    let (text, conflicts) = json(["{\n  \"a\": 1\n}\n", "{\n  \"a\": 2,\n  \"b\": 1\n}\n", "{\n  \"a\": 3\n}\n"]);
    assert_eq!(conflicts, 1, "{text}");
    assert!(json(["{}\n", "{\n  \"a\": 2\n}\n", "{\n  \"a\": 3\n}\n"]).1 > 0);
}

#[test]
fn signs_in_texts_and_comments_are_none() {
    let base = "// {\n{\n  /* [\n     , */\n  \"a\": \"}, // \\\" {\", // {\n  \"b\": 1\n}\n";
    let ours = base.replace("  \"b\": 1", "  \"b\": 1, /* , */\n  \"ours\": \",\"");
    let theirs = base.replace("  \"b\": 1", "  \"b\": 1,\n  \"theirs\": \"//\"");
    gives([base, &ours, &theirs], &ours.replace("\"ours\": \",\"", "\"ours\": \",\",\n  \"theirs\": \"//\""));
}
