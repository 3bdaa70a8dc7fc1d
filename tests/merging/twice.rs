//! Why: two people may make a thing of one name, each their own. Both in one is a thing that nobody wrote; what only holds
//! things of other names (volumes, variables) is still one for both.

use crate::known::gives;

/// Both versions in a conflict, in this order.
fn either(before: &str, [ours, theirs]: [&str; 2], after: &str) -> String {
    format!("{before}<<<<<<< ours\n{ours}||||||| base\n=======\n{theirs}>>>>>>> theirs\n{after}")
}

/// Ours at one place, theirs at another: lines alone would have both.
fn apart(path: &str, [before, after]: [&str; 2], [ours, theirs]: [&str; 2]) {
    let base = format!("{before}{after}");
    let sides = [format!("{before}{ours}{after}"), format!("{before}{after}{theirs}")];
    gives(path, [&base, &sides[0], &sides[1]], &either(before, [ours, theirs], after));
}

#[test]
fn two_services_of_one_name_are_a_conflict() {
    let others =
        ["services:\n  api:\n    image: a\n    command: [run]\n", "  web:\n    build: .\n    environment:\n      A: 1\n"];
    let own = "  tools:\n    image: t\n    command: [t]\n";
    apart("compose.yaml", others, [own, "  tools:\n    image: t\n    environment:\n      B: 2\n"]);
    // One has all that the other one has; one was written, and its lists went on.
    let [base, before] = [others.concat(), format!("{}{own}{}", others[0], others[1])];
    let more = format!("{own}    environment:\n      B: 2\n");
    let long = format!("{}{more}{}", others[0], others[1]);
    gives("compose.yaml", [&base, &before, &format!("{base}{more}")], &long);
    let [mine, yours] = ["      C: 3\n", "      D: 4\n"].map(|line| format!("{more}{line}"));
    let [ours, both] = [&mine, &format!("{mine}      D: 4\n")].map(|one| format!("{}{one}{}", others[0], others[1]));
    gives("compose.yaml", [&base, &ours, &format!("{base}{yours}")], &both);
}

#[test]
fn two_collections_of_one_name_are_one() {
    let base = "services:\n  api:\n    image: a\n  web:\n    image: a\n";
    let [ours, theirs] = ["a", "b"].map(|name| format!("{base}\nvolumes:\n  {name}:\n    driver: {name}\n"));
    let both = format!("{ours}  b:\n    driver: b\n");
    gives("compose.yaml", [base, &ours, &theirs], &both);
    for key in ["environment", "labels", "deploy"] {
        let with = |names: &[&str]| {
            let parts = names.iter().map(|name| format!("      {name}: 1\n")).collect::<Vec<_>>().concat();
            base.replacen("image: a\n", &format!("image: a\n    {key}:\n{parts}"), 1)
        };
        gives("compose.yaml", [base, &with(&["a"]), &with(&["b"])], &with(&["a", "b"]));
    }
    let list = |names: &[&str]| {
        let parts = names.iter().map(|name| format!("      - {name}\n")).collect::<Vec<_>>().concat();
        base.replacen("image: a\n", &format!("image: a\n    depends_on:\n{parts}"), 1)
    };
    gives("compose.yaml", [base, &list(&["a"]), &list(&["b"])], &list(&["a", "b"]));
    let meta = |more: &str| format!("metadata:\n  name: x\n  labels:\n    app: x\n{more}spec:\n  replicas: 1\n");
    let [ours, theirs, both] =
        ["    a: 1\n", "    b: 2\n", "    a: 1\n    b: 2\n"].map(|parts| meta(&format!("  annotations:\n{parts}")));
    gives("x.yaml", [&meta(""), &ours, &theirs], &both);
    let locals = |parts: &str| format!("a {{\n  b = 1\n}}\n\nlocals {{\n{parts}}}\n");
    gives("main.tf", ["a {\n  b = 1\n}\n", &locals("  c = 1\n"), &locals("  d = 1\n")], &locals("  c = 1\n  d = 1\n"));
}

#[test]
fn two_steps_and_two_jobs_of_one_name_are_a_conflict() {
    let steps =
        ["jobs:\n  a:\n    steps:\n      - name: Build\n        run: make\n", "      - name: Push\n        uses: x/push@v1\n"];
    let [ours, theirs] = ["      - name: Scan\n        run: scan\n", "      - name: Scan\n        uses: x/scan@v1\n"];
    apart("ci.yaml", steps, [ours, theirs]);
    // Where others have no name, too.
    let unnamed = steps.map(|text| text.replace("      - name: Build\n        run", "      - run"));
    let base = unnamed.concat();
    let [mine, yours] = [ours, theirs].map(|step| format!("{}{step}{}", unnamed[0], unnamed[1]));
    gives("ci.yaml", [&base, &mine, &yours], &either(&unnamed[0], [ours, theirs], &unnamed[1]));
    let jobs = ["jobs:\n  a:\n    runs-on: x\n    steps: []\n", "  b:\n    needs: [a]\n    runs-on: x\n"];
    apart("ci.yaml", jobs, ["  c:\n    runs-on: x\n    steps: []\n", "  c:\n    needs: [b]\n    runs-on: x\n"]);
}

#[test]
fn two_blocks_of_one_name_are_a_conflict() {
    let file = ["upstream a {\n    server a:80;\n}\n", "upstream b {\n    server b:80;\n}\n"];
    apart("nginx/x.conf", file, ["upstream c {\n    server 10.0.0.1:80;\n}\n", "upstream c {\n    server c:80;\n}\n"]);
    let [ours, theirs] =
        ["location /c/ {\n    root /srv;\n    expires 1d;\n}\n", "location /c/ {\n    proxy_pass http://c;\n}\n"];
    apart("nginx/x.conf", file, [ours, theirs]);
    let file = ["variable \"a\" {\n  type = string\n}\n", "variable \"b\" {\n  type = string\n}\n"];
    apart("main.tf", file, ["variable \"c\" {\n  type = string\n}\n", "variable \"c\" {\n  default = 1\n}\n"]);
}
