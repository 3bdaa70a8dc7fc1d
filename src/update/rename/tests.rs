//! Why: what follows a new name, and what stays as the user wrote it, is told line by line here.

use super::*;

#[track_caller]
fn follows([base, ours, theirs]: [&str; 3], expected: [&str; 2]) {
    let renaming = Renaming::new("my-api", "core");
    let (told, now) = renaming.follow(base.as_bytes(), ours.as_bytes(), theirs.as_bytes()).unwrap();
    assert_eq!([told, now].map(|text| String::from_utf8(text).unwrap()), expected.map(str::to_owned));
}

const BASE: &str = "  my-api:\n    url: http://my-api/my-api\n    key: MY_API_URL\n    data: my-api-data\n  web: {}\n";
const THEIRS: &str = "  core:\n    url: http://core/my-api\n    key: CORE_URL\n    data: my-api-data\n  web: {}\n";

#[test]
fn a_word_changes_where_the_generated_line_has_it_changed() {
    follows([BASE, BASE, THEIRS], [THEIRS, THEIRS]);
    let edited = |text: &str| text.replace("/my-api\n", "/my-api # ours\n").replace("    ", "      ").replace('\n', "\r\n");
    follows([BASE, &edited(BASE), THEIRS], [THEIRS, &edited(THEIRS)]);
    let moved = |text: &str| format!("  web: {{}}\n{}", text.replace("  web: {}\n", ""));
    follows([BASE, &moved(BASE), THEIRS], [THEIRS, &moved(THEIRS)]);
}

#[test]
fn lines_of_the_users_own_keep_their_words_and_are_named() {
    let own = "  own: [my-api, my-apis]\n";
    follows([BASE, &format!("{BASE}{own}"), THEIRS], [THEIRS, &format!("{THEIRS}{own}")]);
    let left = Renaming::new("my-api", "core").left("f", format!("{THEIRS}{own}").as_bytes(), THEIRS.as_bytes());
    assert_eq!(left, [Left { path: "f".to_owned(), line: 6, text: "own: [my-api, my-apis]".to_owned() }]);
    let other = format!("{THEIRS}  own: [my-apis, CORE]\n");
    assert_eq!(Renaming::new("my-api", "core").left("f", other.as_bytes(), THEIRS.as_bytes()), []);
}

#[test]
fn an_edited_line_follows_the_one_that_it_was_made_of() {
    let base = "env:\n  NAME: \"my-api\"\n  PORT: \"80\"\n  PATH: \"/my-api\"\n";
    let theirs = base.replacen("my-api", "core", 1);
    // All of them by a formatter, or written as comments, and moved; the route is none of the name's business.
    for (old, new) in [("\"", "'"), ("\"", ""), ("  N", "  # N"), ("  P", "  # P")] {
        let edited = |text: &str| text.replace(old, new);
        follows([base, &edited(base), &theirs], [&theirs, &edited(&theirs)]);
    }
    let own = |name: &str| format!("env:\n  PATH: '/my-api'\n  NAME: '{name}'\n");
    follows([base, &own("my-api"), &theirs], [&theirs, &own("core")]);
    // Nothing tells which of the two it was.
    follows([base, "env:\n  OWN: 'my-api'\n", &theirs], [&theirs, "env:\n  OWN: 'my-api'\n"]);
    let (twice, once) = ("a:\n- my-api\nb:\n- my-api\n", "a:\n- core\nb:\n- my-api\n");
    follows([twice, "b:\n- my-api\na:\n", once], [once, "b:\n- my-api\na:\n"]);
}

#[test]
fn one_name_may_be_a_part_of_the_other() {
    let renaming = Renaming::new("api", "my-api");
    let (base, theirs) = ("a: api\nb: my-own-api\nc: API_X\n", "a: my-api\nb: my-own-api\nc: MY_API_X\n");
    let (told, now) = renaming.follow(base.as_bytes(), b"a: api # ours\nb: my-own-api\n", theirs.as_bytes()).unwrap();
    assert_eq!((told, now), (theirs.as_bytes().to_vec(), b"a: my-api # ours\nb: my-own-api\n".to_vec()));
}

#[test]
fn an_alias_of_the_users_own_goes_by_the_name_that_its_anchor_has() {
    let base = "my-api:\n  labels: &my-api-labels\n    a: b\nblue:\n  labels: *my-api-labels\n";
    let theirs = base.replace("my-api", "core");
    let own = |name: &str| {
        format!("own:\n  - {{<<: *{name}, x: \"*my-api-labels\"}} # *my-api-labels\n  - <<: [*{name}, *{name}]\n  - *{name}\n")
    };
    let with = |text: &str, name: &str| format!("{text}{}", own(name));
    follows([base, &with(base, "my-api-labels"), &theirs], [&theirs, &with(&theirs, "core-labels")]);
    // The name of an anchor of the user's own is the user's, also where the generated one had it before.
    let again = |text: &str| format!("{text}own: &my-api-labels {{}}\nx: *my-api-labels\n");
    follows([base, &again(base), &theirs], [&theirs, &again(&theirs)]);
}

#[test]
fn what_was_generated_in_lines_follows_on_one_line_or_is_left_to_the_merge() {
    let base = "a:\n  needs:\n    my-api:\n      state: healthy\n    init-my-api:\n      state: done\n  x: y\n";
    let theirs = base.replace("my-api", "core");
    let written = |needs: &str| format!("a:\n{needs}  x: y\n");
    for needs in [
        "  needs:\n    my-api: {state: healthy} # first, says Ana\n    init-my-api: {state: done}\n",
        "  needs: {my-api: {state: healthy}, init-my-api: {state: done}}\n",
        "  needs: [my-api, init-my-api]\n",
        "  needs:\n    - my-api\n    - init-my-api\n",
    ] {
        follows([base, &written(needs), &theirs], [&theirs, &written(&needs.replace("my-api", "core"))]);
    }
    // Too little is as it was: nothing follows, and so both are asked.
    let own = written("  needs: [my-api, one, two, three, four, five, six]\n");
    follows([base, &own, &theirs], [base, &own]);
}
