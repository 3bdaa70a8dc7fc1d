//! Why: nobody foresees what people do to their files. Here random edits are made on files that scaffold really emits, by
//! two sides, and each merge is held against what must be true of all merges. `PROPTEST_CASES` makes other edits, and more.

mod beside;
mod commands;
mod comments;
mod documents;
mod edits;
mod files;
mod generated;
mod headings;
mod json;
mod known;
mod layout;
mod lists;
mod oracle;
mod pages;
mod paths;
mod rounds;
mod tables;
mod touching;
mod twice;
mod versions;
mod width;
mod words;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use edits::Edit;
use files::{File, Kind};
use oracle::{Settled, bounds};
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestCaseResult};
use scaffold::merge::{Conflicts, Labels, Merged, Style, merge_styled};

const LABELS: Labels = Labels { ours: "ours", base: "base", theirs: "theirs" };
const CASES: u32 = 1000;

static FILES: LazyLock<Vec<(Kind, Vec<File>)>> = LazyLock::new(files::all);

/// A file and what two sides did to it.
#[derive(Clone, Debug)]
struct Case {
    group: usize,
    file: usize,
    both: Vec<Edit>,
    ours: Vec<Edit>,
    theirs: Vec<Edit>,
}

fn cases() -> impl Strategy<Value = Case> {
    let group = prop_oneof![2 => Just(0_usize), 3 => 0..FILES.len()];
    (group, any::<prop::sample::Index>(), any::<u16>()).prop_flat_map(|(group, file, center)| {
        let file = file.index(FILES[group].1.len());
        let both = prop_oneof![3 => Just(Vec::new()), 1 => edits::edits(center)];
        (Just(group), Just(file), both, edits::edits(center), edits::edits(center))
            .prop_map(|(group, file, both, ours, theirs)| Case { group, file, both, ours, theirs })
    })
}

/// The three versions.
struct Sides {
    file: &'static File,
    base: String,
    shared: String,
    ours: String,
    theirs: String,
}

impl Sides {
    fn of(case: &Case) -> Self {
        let file = &FILES[case.group].1[case.file];
        let base = file.text.clone();
        let shared = edits::apply(file.kind, &base, &case.both, 's');
        let ours = edits::apply(file.kind, &shared, &case.ours, 'o');
        let theirs = edits::apply(file.kind, &shared, &case.theirs, 't');
        Self { file, base, shared, ours, theirs }
    }

    fn texts(&self) -> [&str; 3] {
        [&self.base, &self.ours, &self.theirs]
    }

    fn merge(&self, conflicts: Conflicts) -> (String, usize) {
        let merged = self.merged(self.texts(), conflicts);
        (String::from_utf8(merged.bytes).unwrap(), merged.conflicts)
    }

    fn merged(&self, [base, ours, theirs]: [&str; 3], conflicts: Conflicts) -> Merged {
        let style = Style { conflicts, ..Style::default() };
        merge_styled(self.file.language(), base.as_bytes(), ours.as_bytes(), theirs.as_bytes(), LABELS, style)
    }

    /// Whether nothing is to be decided between the sides, as far as values tell.
    fn decided(&self) -> bool {
        let [base, ours, theirs] = self.texts().map(oracle::parse);
        self.file.kind == Kind::Yaml && oracle::decided([base.as_ref(), ours.as_ref(), theirs.as_ref()], "")
    }

    /// Whether a side took away a line of which there are more in the same place.
    fn lacks_one_of_many(&self) -> bool {
        let [base, ours, theirs] = self.texts().map(|text| paths::counts(self.file.kind, text));
        let fewer = |(place, count): (&(String, String), &usize)| {
            *count > 1 && [&ours, &theirs].iter().any(|side| side.get(place).copied().unwrap_or(0) < *count)
        };
        base.iter().any(fewer)
    }

    /// Both sides' texts and the merged one, for a message.
    fn show(&self, merged: &str) -> String {
        let diff = |text: &str| similar::TextDiff::from_lines(&self.base[..], text).unified_diff().context_radius(2).to_string();
        format!(
            "{}\n--- ours\n{}\n--- theirs\n{}\n--- merged\n{}",
            self.file.path,
            diff(&self.ours),
            diff(&self.theirs),
            diff(merged)
        )
    }
}

fn is_long_run() -> bool {
    std::env::var_os("PROPTEST_CASES").is_some()
}

/// The same edits each time, so that a change of the code is what makes a difference; a longer run looks for new ones.
fn config() -> ProptestConfig {
    let longer = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let rng_seed = if longer.is_some() { RngSeed::Random } else { RngSeed::Fixed(1) };
    let cases = longer.unwrap_or(CASES);
    ProptestConfig { cases, rng_seed, failure_persistence: None, max_shrink_iters: 800, ..ProptestConfig::default() }
}

fn says_what_follows(sides: &Sides, merged: &str, settled: Settled) -> TestCaseResult {
    if sides.file.kind != Kind::Yaml {
        return Ok(());
    }
    let [base, ours, theirs] = sides.texts().map(oracle::parse);
    let value = oracle::parse(merged);
    prop_assert!(value.is_some(), "it is no YAML, or a key stands twice ({settled:?}): {}", sides.show(merged));
    // Where one side did all that the other did, and more; whether something is lost is asked of its lines.
    if settled == Settled::Clean && (value == ours || value == theirs) {
        return Ok(());
    }
    let wrong = oracle::wrong([base.as_ref(), ours.as_ref(), theirs.as_ref()], value.as_ref(), settled, "");
    prop_assert!(wrong.is_none(), "{} ({settled:?})\n{}", wrong.unwrap(), sides.show(merged));
    Ok(())
}

/// What a side wrote stands in a merge that took its conflicts from that side.
fn keeps_what_was_written(sides: &Sides, side: &str, merged: &str) -> TestCaseResult {
    let kind = sides.file.kind;
    let (wrote, now) = (paths::tokens(kind, side), paths::tokens(kind, merged));
    for (place, count) in &wrote {
        let found = now.get(place).copied().unwrap_or(0);
        let there = || under_new_name(place, &now) || below_its_place(place, &now);
        prop_assert!(found >= *count || there(), "{place:?} is lost\n{}", sides.show(merged));
    }
    Ok(())
}

/// Whether a token stands under the same path, but for what the other side renamed on the way to it.
fn under_new_name((token, path): &(String, String), now: &BTreeMap<(String, String), usize>) -> bool {
    now.keys().filter(|(known, _)| known == token).any(|(_, other)| {
        let (one, other): (Vec<_>, Vec<_>) = (path.split(paths::BELOW).collect(), other.split(paths::BELOW).collect());
        one.len() == other.len() && one.iter().zip(&other).all(|(a, b)| a == b || b.contains("zz"))
    })
}

/// Whether a token stands further down under its path: a line of a text whose header the other side wrote over.
fn below_its_place((token, path): &(String, String), now: &BTreeMap<(String, String), usize>) -> bool {
    let within = |other: &str| other.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with(paths::BELOW));
    now.keys().any(|(known, other)| known == token && within(other))
}

/// `twice`: what both have may stand in two places. Who moves a line that the other deletes or moves has deleted it too, and
/// written it elsewhere.
fn keeps_lines(sides: &Sides, twice: bool, merged: &str) -> TestCaseResult {
    let kind = sides.file.kind;
    let mut all = [&sides.base, &sides.ours, &sides.theirs, &sides.shared, merged].map(|text| paths::counts(kind, text));
    let renamed = paths::without_renamed(&mut all);
    let [base, ours, theirs, shared, now] = all;
    let count = |counts: &BTreeMap<(String, String), usize>, place| counts.get(place).copied().unwrap_or(0);
    prop_assert!(kind.accepts(merged), "it is no {kind:?}\n{}", sides.show(merged));
    let all = base.keys().chain(ours.keys()).chain(theirs.keys()).chain(now.keys());
    // One closing brace is like another, with and without a comment behind it: whether they match has been asked.
    for place in all.filter(|place| place.0 != "close") {
        // What both did alike may have been done before the rest, or not.
        let [one, other] = [&base, &shared].map(|base| bounds(count(base, place), count(&ours, place), count(&theirs, place)));
        let (low, mut high) = (one.0.min(other.0), one.1.max(other.1));
        // What one side renamed the other may have deleted under its old name. An item of a list is renamed by its
        // value, and so is a `server`.
        if twice {
            high = high.max(count(&ours, place) + count(&theirs, place));
        }
        if renamed.contains(&place.1) || place.0.contains("> - >") || place.0.contains("server {") {
            high = high.max(count(&ours, place)).max(count(&theirs, place));
        }
        // A collection that one side deleted stays for what the other added to it; its value tells what.
        if place.1.strip_suffix(':') == Some(&place.0) {
            high = high.max(count(&ours, place)).max(count(&theirs, place));
        }
        let found = count(&now, place);
        let combined = place.1.contains("zz");
        prop_assert!(
            combined || (low..=high).contains(&found),
            "{place:?} stands {found} times instead of {low} to {high}\n{}",
            sides.show(merged)
        );
    }
    Ok(())
}

/// Lines that stand once in both are in the same order in both, but for comments: those go with what they are about.
fn keeps_order(sides: &Sides, side: &str, merged: &str) -> TestCaseResult {
    let kind = sides.file.kind;
    let (a, b) = (paths::places(kind, side), paths::places(kind, merged));
    let (ones, others) = (paths::counts(kind, side), paths::counts(kind, merged));
    let once = |place: &&(String, String)| {
        ones.get(place) == Some(&1) && others.get(place) == Some(&1) && !(kind.has_comments() && place.1.starts_with('#'))
    };
    let (a, b): (Vec<_>, Vec<_>) = (a.iter().filter(once).collect(), b.iter().filter(once).collect());
    prop_assert!(a == b, "another order: {:?}\n{}", a.iter().zip(&b).find(|(a, b)| a != b), sides.show(merged));
    Ok(())
}

/// The lines that are not blank.
fn full(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim().is_empty())
}

fn moves(edits: &[Edit]) -> bool {
    edits.iter().any(|edit| edit.act == edits::Act::Move)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_merge_says_what_its_sides_say_and_keeps_what_they_wrote(case in cases()) {
        let sides = Sides::of(&case);
        let (merged, conflicts) = sides.merge(Conflicts::Diff3);
        if conflicts == 0 {
            says_what_follows(&sides, &merged, Settled::Clean)?;
            keeps_what_was_written(&sides, &sides.ours, &merged)?;
            keeps_what_was_written(&sides, &sides.theirs, &merged)?;
            // What both made anew is not known to be one thing where one side gave it another name.
            let renames = |edits: &[Edit]| edits.iter().any(|edit| edit.act == edits::Act::Rename);
            let torn = !case.both.is_empty() && (renames(&case.ours) || renames(&case.theirs));
            let moved = [&case.both, &case.ours, &case.theirs].iter().any(|edits| moves(edits));
            keeps_lines(&sides, moved || torn, &merged)?;
        } else {
            for (settled, style, side) in
                [(Settled::Ours, Conflicts::Ours, &sides.ours), (Settled::Theirs, Conflicts::Theirs, &sides.theirs)]
            {
                let (one, _) = sides.merge(style);
                // Of what somebody moved, one place may stand in a conflict and the other beside it.
                if ![&case.both, &case.ours, &case.theirs].iter().any(|edits| moves(edits)) {
                    says_what_follows(&sides, &one, settled)?;
                }
                keeps_what_was_written(&sides, side, &one)?;
            }
            for token in [&sides.ours, &sides.theirs].iter().flat_map(|text| paths::tokens(sides.file.kind, text).into_keys()) {
                prop_assert!(merged.contains(&token.0), "{} stands in no conflict\n{}", token.0, sides.show(&merged));
            }
        }
        // What the other side gave another name stands where that side has it, whatever was moved past its old one.
        let named_anew = case.theirs.iter().any(|edit| matches!(edit.act, edits::Act::Change | edits::Act::Rename));
        let elsewhere = moves(&case.both) || moves(&case.theirs) || moves(&case.ours) && named_anew;
        if !elsewhere {
            let (one, _) = sides.merge(Conflicts::Ours);
            keeps_order(&sides, &sides.ours, &one)?;
        }
    }

    #[test]
    fn merging_again_changes_nothing(case in cases()) {
        let sides = Sides::of(&case);
        let (merged, conflicts) = sides.merge(Conflicts::Diff3);
        // Who moves a line that the other deletes has deleted it too, and written it elsewhere. What both gave another name
        // is told from what both made anew by there being but one of it, and after the merge there may be more.
        let still = [&case.both, &case.ours, &case.theirs].iter().all(|edits| !moves(edits));
        // Of several blank lines nobody can say which one is new; by lines alone it may touch what the other side changed.
        let blank = |edit: &Edit| matches!(edit.act, edits::Act::Blank | edits::Act::Block);
        let still = still && (!matches!(sides.file.kind, Kind::Plain | Kind::Env | Kind::Ignore) || !case.ours.iter().chain(&case.theirs).any(blank));
        if conflicts == 0 && still && !case.both.iter().any(|edit| edit.act == edits::Act::Rename) {
            let again = sides.merged([&sides.base, &merged, &sides.theirs], Conflicts::Diff3);
            let text = String::from_utf8(again.bytes).unwrap();
            // Held against what was before both did the same, it may be asked which of them went on, and by lines, or of lines
            // that are alike, what is gone; no answer is made up. Among many cases there are some in which it asks elsewhere.
            let by_lines = sides.file.kind == Kind::Plain;
            let alike = sides.lacks_one_of_many() || case.ours.iter().chain(&case.theirs).any(blank);
            let asks = again.conflicts > 0 && (is_long_run() || by_lines || alike || !case.both.is_empty());
            prop_assert!(asks || full(&text).eq(full(&merged)), "again: {}\n{}", text, sides.show(&merged));
        }
        let [b, o, t] = sides.texts();
        prop_assert_eq!(sides.merged([b, b, t], Conflicts::Diff3).bytes, t.as_bytes());
        prop_assert_eq!(sides.merged([b, o, b], Conflicts::Diff3).bytes, o.as_bytes());
    }

    #[test]
    fn line_ends_make_no_difference(case in cases()) {
        let sides = Sides::of(&case);
        let crlf = |text: &str| text.replace('\n', "\r\n");
        let (merged, conflicts) = sides.merge(Conflicts::Diff3);
        let all = sides.texts().map(crlf);
        let three = sides.merged(all.each_ref().map(String::as_str), Conflicts::Diff3);
        prop_assert!(three.bytes == crlf(&merged).as_bytes(), "{}", sides.show(&String::from_utf8_lossy(&three.bytes)));
        prop_assert_eq!(three.conflicts, conflicts);
        // Where the user's editor changed them, they stay so; one line without an end does not tell.
        let one = sides.merged([&sides.base, &all[1], &sides.theirs], Conflicts::Diff3);
        if sides.ours.contains('\n') && sides.ours != sides.base && sides.ours != sides.theirs && sides.base != sides.theirs {
            prop_assert!(one.bytes == crlf(&merged).as_bytes(), "{}", sides.show(&String::from_utf8_lossy(&one.bytes)));
        }
    }

    #[test]
    fn the_users_indentation_stays(case in cases()) {
        let sides = Sides::of(&case);
        // Git leaves what was moved in both places, or in the one; the tree has but one.
        let moved = [&case.both, &case.ours, &case.theirs].iter().any(|edits| moves(edits));
        if moved || !matches!(sides.file.kind, Kind::Yaml | Kind::Nginx | Kind::Hcl) {
            return Ok(());
        }
        let (merged, conflicts) = sides.merge(Conflicts::Diff3);
        let ours = width::wider(sides.file.kind, &sides.ours);
        prop_assert!(sides.file.kind.accepts(&ours), "{}", ours);
        let wide = sides.merged([&sides.base, &ours, &sides.theirs], Conflicts::Diff3);
        let text = String::from_utf8(wide.bytes).unwrap();
        if conflicts == 0 && wide.conflicts == 0 {
            let expected = width::wider(sides.file.kind, &merged);
            // Where git's merge is clean it is taken as it is, with new lines as the other side indents them.
            // What stands within a directive, or was cut off from it by a move, has no column of its own.
            let loose = |line: &str| sides.file.kind == Kind::Nginx && width::is_within_directive(&sides.theirs, line);
            let same = |a: &str, b: &str| {
                a == b || a.trim() == b.trim() && (loose(a) || sides.theirs.lines().any(|line| line == a))
            };
            // What both wrote at one place may then come in another order.
            let sorted = |text: &str| {
                let mut lines: Vec<String> = full(text).map(str::to_owned).collect();
                lines.sort_unstable_by(|a, b| (a.trim(), a).cmp(&(b.trim(), b)));
                lines
            };
            let (found, expected) = (sorted(&text), sorted(&expected));
            let other = found.iter().zip(&expected).find(|(a, b)| !same(a, b));
            prop_assert!(other.is_none() && found.len() == expected.len(), "{:?}\n{}", other, sides.show(&merged));
        }
        // Where only git sees no conflict, because one side deleted or renamed what the other changed, there may be one.
        let gone = |edit: &Edit| matches!(edit.act, edits::Act::Delete | edits::Act::Rename);
        let item = |line: &&str| line.trim_start().starts_with("- ") && line.contains(": ");
        let renamed = sides.base.lines().filter(item).any(|line| !sides.ours.contains(line) || !sides.theirs.contains(line));
        if conflicts == 0 && sides.decided() && !renamed && !case.ours.iter().chain(&case.theirs).any(gone) {
            prop_assert!(wide.conflicts == 0, "{}\n{}", text, sides.show(&merged));
        }
    }
}
