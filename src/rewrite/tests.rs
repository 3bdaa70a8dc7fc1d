use super::*;

const HEAD: &str = "version: 1\nname: a\ndomain: a.example\nregistry: ghcr.io/a/a\n";

fn canonical(text: &str) -> String {
    answers::to_text(&answers::from_document(&document(text.as_bytes()).unwrap()).unwrap())
}

/// The text after a change from what it says now to what `says` says.
#[track_caller]
fn becomes(text: &str, says: &str, expected: &str) {
    let (text, says, expected) = (format!("{HEAD}{text}"), format!("{HEAD}{says}"), format!("{HEAD}{expected}"));
    let edited = rewrite(text.as_bytes(), &canonical(&text), &canonical(&says)).unwrap();
    assert_eq!(String::from_utf8(edited).unwrap(), expected);
}

/// The same, there and back again.
#[track_caller]
fn there_and_back(text: &str, says: &str, expected: &str) {
    becomes(text, says, expected);
    becomes(expected, text, text);
}

const API: &str = "services:\n  api: { blueprint: go }\n";
const BOTH: &str = "services:\n  api: { blueprint: go }\nstores:\n  postgres: { version: 18 }\n  redis: { version: 8 }\n";
const REDIS: &str = "services:\n  api: { blueprint: go }\nstores:\n  redis: { version: 8 }\n";

#[test]
fn an_unedited_text_becomes_the_canonical_one() {
    let (old, new) = (canonical(&format!("{HEAD}{REDIS}")), canonical(&format!("{HEAD}{BOTH}")));
    assert_eq!(rewrite(old.as_bytes(), &old, &new).unwrap(), new.as_bytes());
    // The edits alone come to the same.
    let values = |text: &str| document(text.as_bytes()).unwrap().to_json();
    assert_eq!(edit::edit(&old, &values(&old), &values(&new)).unwrap(), new);
    assert_eq!(edit::edit(&new, &values(&new), &values(&old)).unwrap(), old);
}

#[test]
fn a_new_key_comes_after_its_neighbour_and_comments_stay() {
    there_and_back(
        "services: # all of them\n  api: { blueprint: go }   # ours\n\n# data\nstores:\n  # the queue\n  redis: { version: 8 } # eight\n\n# done\n",
        BOTH,
        "services: # all of them\n  api: { blueprint: go }   # ours\n\n# data\nstores:\n  postgres:\n    version: 18\n  # the queue\n  redis: { version: 8 } # eight\n\n# done\n",
    );
    there_and_back(
        "services:\n  api:\n    blueprint: go # x\n\nfeatures: { editor: {} }\n",
        "services:\n  api: { blueprint: go }\nstores:\n  redis: { version: 8 }\nfeatures: { editor: {} }\n",
        "services:\n  api:\n    blueprint: go # x\nstores:\n  redis:\n    version: 8\n\nfeatures: { editor: {} }\n",
    );
}

#[test]
fn braces_stay_braces() {
    there_and_back(
        "services: {api: {blueprint: go}}\nstores: {postgres: {version: 18}}\n",
        BOTH,
        "services: {api: {blueprint: go}}\nstores: {postgres: {version: 18}, redis: { version: 8 }}\n",
    );
    there_and_back(
        "services: {api: {blueprint: go}}\nstores: {}\n",
        REDIS,
        "services: {api: {blueprint: go}}\nstores: { redis: { version: 8 } }\n",
    );
    there_and_back(
        "services: {api: {blueprint: go}}\nstores: {redis: {version: 8}}\n",
        BOTH,
        "services: {api: {blueprint: go}}\nstores: {postgres: { version: 18 }, redis: {version: 8}}\n",
    );
    becomes(BOTH, API, API);
    becomes(
        "services:\n  api: { blueprint: go }\nstores: { postgres: { version: 18 }, redis: { version: 8 } }\n",
        API,
        "services:\n  api: { blueprint: go }\nstores: {}\n",
    );
}

#[test]
fn what_its_user_wrote_into_something_that_goes_stays() {
    becomes(
        "services:\n  api: { blueprint: go }\nstores:\n  # one\n  postgres: # two\n    # three\n    version: 18 # four\n    # five\n  redis: { version: 8 }\n",
        REDIS,
        "services:\n  api: { blueprint: go }\nstores:\n  # one\n  # two\n  # three\n  # four\n    # five\n  redis: { version: 8 }\n",
    );
    becomes(
        "services:\n  api: { blueprint: go }\nstores: {\n  postgres: { version: 18 }, # two\n  redis: { version: 8 } # one\n}\n",
        REDIS,
        "services:\n  api: { blueprint: go }\nstores: {\n   # two\n  redis: { version: 8 } # one\n}\n",
    );
    becomes(
        "services:\n  api: { blueprint: go }\nstores: {\n  postgres: { version: 18 }, # two\n  redis: { version: 8 } # one\n}\n",
        "services:\n  api: { blueprint: go }\nstores:\n  postgres: { version: 18 }\n",
        "services:\n  api: { blueprint: go }\nstores: {\n  postgres: { version: 18 } # two\n   # one\n}\n",
    );
}

#[test]
fn line_ends_indentation_and_the_last_line_stay_as_they_are() {
    let crlf = |text: &str| text.replace('\n', "\r\n");
    let wide = "services:\n    api:\n        blueprint: go\nfeatures:\n    editor: {}\n";
    let says = "services:\n  api: { blueprint: go }\nstores:\n  redis: { version: 8 }\nfeatures: { editor: {} }\n";
    let with = "services:\n    api:\n        blueprint: go\nstores:\n    redis:\n        version: 8\nfeatures:\n    editor: {}\n";
    there_and_back(wide, says, with);
    let (text, new, expected) =
        (crlf(&format!("{HEAD}{wide}")), canonical(&format!("{HEAD}{says}")), crlf(&format!("{HEAD}{with}")));
    let old = canonical(&text);
    assert_eq!(rewrite(text.as_bytes(), &old, &new).unwrap(), expected.as_bytes());
    assert_eq!(rewrite(expected.as_bytes(), &new, &old).unwrap(), text.as_bytes());
    there_and_back(
        "services:\n  api: {blueprint: go}\nstores:\n  postgres: {version: 18}",
        BOTH,
        "services:\n  api: {blueprint: go}\nstores:\n  postgres: {version: 18}\n  redis:\n    version: 8",
    );
    there_and_back(
        "services:\n  api: {blueprint: go}",
        REDIS,
        "services:\n  api: {blueprint: go}\nstores:\n  redis:\n    version: 8",
    );
}

#[test]
fn a_byte_order_mark_and_other_scripts_are_no_matter() {
    let text = format!(
        "\u{feff}# café ☕\n{HEAD}services:\n  api: {{ blueprint: go, env: {{ A: \"ü # no\" }} }} # ß\nstores:\n  redis: {{ version: 8 }}\n"
    );
    let old = canonical(text.trim_start_matches('\u{feff}'));
    let new = old.replace("stores:\n", "stores:\n  postgres:\n    version: 18\n");
    let edited = String::from_utf8(rewrite(text.as_bytes(), &old, &new).unwrap()).unwrap();
    assert_eq!(edited, text.replace("stores:\n", "stores:\n  postgres:\n    version: 18\n"));
}

#[test]
fn lists_keep_their_style() {
    let uses = |list: &str| format!("services:\n  api: {{ blueprint: go, uses: {list} }}\n");
    there_and_back(&uses("[postgres]"), &uses("[postgres, redis]"), &uses("[postgres, redis]"));
    there_and_back(&uses("[a, postgres ]"), &uses("[a, postgres, redis]"), &uses("[a, postgres, redis ]"));
    there_and_back(&uses("[]"), &uses("[redis]"), &uses("[redis]"));
    becomes(&uses("[a, b, c]"), &uses("[a, c]"), &uses("[a, c]"));
    becomes(&uses("[a, b, c]"), &uses("[b, c]"), &uses("[b, c]"));
    let block = "services:\n  api:\n    blueprint: go\n    uses:\n    # first\n    - a # x\n    - b\n    replicas: 2\n";
    there_and_back(
        block,
        "services:\n  api: { blueprint: go, uses: [a, b, c], replicas: 2 }\n",
        "services:\n  api:\n    blueprint: go\n    uses:\n    # first\n    - a # x\n    - b\n    - c\n    replicas: 2\n",
    );
    becomes(
        block,
        "services:\n  api: { blueprint: go, uses: [b], replicas: 2 }\n",
        "services:\n  api:\n    blueprint: go\n    uses:\n    # first\n    # x\n    - b\n    replicas: 2\n",
    );
    becomes(
        block,
        "services:\n  api: { blueprint: go, uses: [], replicas: 2 }\n",
        "services:\n  api:\n    blueprint: go\n    # first\n    # x\n    uses: []\n    replicas: 2\n",
    );
}

#[test]
fn comments_in_a_list_stay_with_its_items() {
    let says = |list: &str| format!("services:\n  api: {{ blueprint: go, uses: {list} }}\n");
    let block = "services:\n  api:\n    blueprint: go\n    uses:\n      # first\n      - a # x\n      - b # y\n";
    there_and_back(block, &says("[a, c]"), &block.replace("- b", "- c"));
    let flow = "services:\n  api: { blueprint: go, uses: [a, # x\n         b] } # y\n";
    there_and_back(flow, &says("[a, c]"), &flow.replace(" b]", " c]"));
    becomes(flow, &says("[a]"), "services:\n  api: { blueprint: go, uses: [a # x\n         ] } # y\n");
    becomes(flow, &says("[b]"), "services:\n  api: { blueprint: go, uses: [ # x\n                               b] } # y\n");
    becomes(flow, &says("[]"), "services:\n  api: { blueprint: go, uses: [] # x\n                         } # y\n");
}

#[test]
fn words_change_in_place() {
    there_and_back(
        "services:\n  api: { blueprint: go }\ntarget: none # not yet\nci: 'none'\n",
        "services:\n  api: { blueprint: go }\ntarget: vps\nci: none\n",
        "services:\n  api: { blueprint: go }\ntarget: vps # not yet\nci: 'none'\n",
    );
    becomes(
        "services:\n  api: { blueprint: go }\ntarget: vps # here\nci: none\n",
        "services:\n  api: { blueprint: go }\ntarget: { blueprint: vps, size: 3 }\nci: none\n",
        "services:\n  api: { blueprint: go }\ntarget: { blueprint: vps, size: 3 } # here\nci: none\n",
    );
}

#[test]
fn an_answers_file_may_be_json() {
    let json = "{\"version\": 1, \"name\": \"a\", \"domain\": \"a.example\", \"registry\": \"ghcr.io/a/a\",\n \"services\": {\"api\": {\"blueprint\": \"go\"}}}\n";
    let old = canonical(json);
    let new = format!("{old}stores:\n  redis:\n    version: 8\n");
    let edited = rewrite(json.as_bytes(), &old, &new).unwrap();
    let expected = json.replace("\"go\"}}}", "\"go\"}}, stores: { redis: { version: 8 } }}");
    assert_eq!(String::from_utf8(edited.clone()).unwrap(), expected);
    assert_eq!(String::from_utf8(rewrite(&edited, &new, &old).unwrap()).unwrap(), json);
}

#[test]
fn what_comes_into_braces_goes_from_them_again() {
    let all = |more: &str| {
        format!(
            "{{version: 1, name: a, domain: a.example, registry: ghcr.io/a/a, services: {{api: {{blueprint: go}}}}{more}, ci: none}}\n"
        )
    };
    let there_and_back = |text: &str, with: &str| {
        let edited = |text: &str, wanted: &str| rewrite(text.as_bytes(), &canonical(text), &canonical(wanted)).unwrap();
        assert_eq!(String::from_utf8(edited(text, with)).unwrap(), with);
        assert_eq!(String::from_utf8(edited(with, text)).unwrap(), text);
    };
    there_and_back(&all(""), &all(", features: { editor: {} }"));
    // What its user left empty is empty again.
    there_and_back(&all(", features: {}"), &all(", features: {editor: {}}"));
}

#[test]
fn a_comment_at_the_end_of_a_block_stays_in_it() {
    let stores =
        "services:\n  api: { blueprint: go }\nstores:\n  redis:\n    version: 8\n\n  # postgres: ask Ana\n\n# CI\nci: none\n";
    there_and_back(
        stores,
        "services:\n  api: { blueprint: go }\nstores: { redis: { version: 8 } }\nfeatures: { editor: {} }\nci: none\n",
        &stores.replace("Ana\n", "Ana\nfeatures:\n  editor: {}\n"),
    );
}
