//! Why: editors align tables, and then every line of one is changed and none says anything new. What comes of such a table is
//! said here to the byte.

use scaffold::merge::{Language, still_wanted};

use crate::pages::{conflicts, gives};

const BASE: &str = "# T\n\n| store | used by |\n|---|---|\n| postgres | api, web |\n| redis | web |\n";
const ALIGNED: &str = "\
# T

| store    | used by  |
| -------- | -------- |
| postgres | api, web |
| redis    | web      |
";

fn with_row(table: &str, row: &str) -> String {
    let at = table.find("| redis").unwrap();
    format!("{}{row}\n{}", &table[..at], &table[at..])
}

#[test]
fn rows_arrive_in_a_table_that_the_user_aligned() {
    let theirs = with_row(BASE, "| q | api |");
    let merged = with_row(ALIGNED, "| q        | api      |");
    gives([BASE, ALIGNED, &theirs], &merged);
    gives([&theirs, &merged, BASE], ALIGNED);
    // At the end, and in place of one that goes.
    let end = "| valkey   | jobs     |\n";
    gives([BASE, ALIGNED, &format!("{BASE}| valkey | jobs |\n")], &format!("{ALIGNED}{end}"));
    let gone = |table: &str| table[..table.find("| redis").unwrap()].to_owned();
    gives([BASE, ALIGNED, &format!("{}| valkey | jobs |\n", gone(BASE))], &format!("{}{end}", gone(ALIGNED)));
    // A changed one is a new one; what is too wide for its column stands out, and the next one is padded nevertheless.
    let wide = |table: &str, row: &str| table.replace(row, "| postgres | api, web, jobs |");
    let (theirs, merged) = (wide(BASE, "| postgres | api, web |"), wide(ALIGNED, "| postgres | api, web |"));
    gives([BASE, ALIGNED, &theirs], &merged);
    gives([&theirs, &merged, &with_row(&theirs, "| q | api |")], &with_row(&merged, "| q        | api      |"));
}

#[test]
fn a_row_is_laid_out_as_the_rows_of_the_user_are() {
    let table = |rows: &str| format!("| a | b |\n|---|--:|\n{rows}");
    let [base, theirs] = [table("| one | 1 |\n"), table("| one | 1 |\n| two | 22 |\n")];
    let right = "| a     |    b |\n| ----- | ---: |\n| one   |    1 |\n";
    gives([&base, right, &theirs], &format!("{right}| two   |   22 |\n"));
    let left = right.replace("   b", "b   ").replace("   1", "1   ");
    gives([&base, &left, &theirs], &format!("{left}| two   | 22   |\n"));
    let rows_only = "| a   | b |\n|---|--:|\n| one | 1 |\n";
    gives([&base, rows_only, &theirs], &format!("{rows_only}| two | 22 |\n"));
    // Where the rows are of no one make, a new one comes as it was written.
    let any = "|a|b|\n|:---|---:|\n|   one|1|\n".replace(":---|---:", "---|----:");
    gives([&base, &any, &theirs], &format!("{any}| two | 22 |\n"));
    // A bar in a cell is no end of it.
    let [base, theirs] = ["", "| e\\|f | 3 |\n"].map(|row| table(&format!("| c\\|d | 1 |\n{row}")));
    let ours = "| a    |   b |\n| ---- | --: |\n| c\\|d |   1 |\n";
    gives([&base, ours, &theirs], &format!("{ours}| e\\|f |   3 |\n"));
}

#[test]
fn what_the_user_changed_in_an_aligned_table_is_not_touched() {
    let ours = ALIGNED.replace("| redis    | web      |\n", "| redis    | ours     |\n| mine     | -        |\n");
    let theirs = BASE.replace("| store | used by |", "| store | for |").replace("api, web", "api");
    let merged = ours.replace("| used by  |", "| for      |").replace("api, web", "api     ");
    gives([BASE, &ours, &theirs], &merged);
    conflicts([BASE, &ours, &BASE.replace("| redis | web |", "| redis | theirs |")]);
    // Another way to align a column is a change that somebody made.
    let theirs = BASE.replace("|---|---|", "|---|:-:|");
    gives([BASE, ALIGNED, &theirs], &ALIGNED.replace("| -------- | -------- |", "|---|:-:|"));
}

#[test]
fn a_table_in_a_block_of_code_is_no_table() {
    let [base, ours] = [BASE, ALIGNED].map(|page| format!("```\n{page}```\n"));
    let [theirs, merged] = [BASE, ALIGNED].map(|page| format!("```\n{}```\n", with_row(page, "| q | api |")));
    gives([&base, &ours, &theirs], &merged);
}

#[test]
fn a_new_version_of_a_layout_arrives_where_the_user_has_none() {
    let theirs = with_row(ALIGNED, "| q        | api      |");
    gives([BASE, &format!("{BASE}\nOurs.\n"), &theirs], &format!("{theirs}\nOurs.\n"));
}

#[test]
fn an_aligned_table_is_no_section_that_was_thrown_away() {
    let theirs = with_row(BASE, "| q | api |");
    assert_eq!(still_wanted(Language::Markdown, BASE.as_bytes(), ALIGNED.as_bytes(), theirs.as_bytes()), None);
    let gone = still_wanted(Language::Markdown, BASE.as_bytes(), b"# T\n\nNo stores.\n", theirs.as_bytes());
    assert_eq!(gone.as_deref(), Some(BASE.as_bytes()));
}

#[test]
fn a_column_that_changes_in_most_rows_leaves_the_table_as_it_is_laid_out() {
    let page = |users: &str| {
        format!(
            "# T\n\n| name | read by |\n|---|---|\n| A | every |\n| B | {users} |\n| C | {users} |\n| D | {users} |\n| E | {users} |\n"
        )
    };
    let wide = |text: String| {
        let row = |line: &str| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            if cells[0] == "---" { "| ---- | -------- |".to_owned() } else { format!("| {:4} | {:8} |", cells[0], cells[1]) }
        };
        text.lines().map(|line| if line.starts_with('|') { row(line) } else { line.to_owned() } + "\n").collect::<String>()
    };
    let [base, theirs] = ["api", "api, jobs"].map(page);
    gives([&base, &wide(page("api")), &theirs], &wide(page("api, jobs")));
}
