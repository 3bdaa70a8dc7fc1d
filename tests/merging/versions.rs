//! Why: bots move versions every day. What they do is never worth a question, unless somebody wanted the older one.

use crate::known::gives;
use crate::touching::conflicts;

const STEPS: &str = "\
jobs:
  test:
    steps:
      - name: Check out
        uses: actions/checkout@v4.1.0
      - name: Scan
        if: always()
        uses: acme/scan@0123456789012345678901234567890123456789 # v3.0.2
        with:
          file: out.sarif
      - name: Test
        run: make test
";
const SCAN: &str = "      - name: Scan
        if: always()
        uses: acme/scan@0123456789012345678901234567890123456789 # v3.0.2
        with:
          file: out.sarif
";

fn bumped() -> String {
    STEPS.replace("@0123456789012345678901234567890123456789 # v3.0.2", "@9876543210987654321098765432109876543210 # v3.1.0")
}

#[test]
fn a_deleted_step_stays_deleted_when_its_version_moves() {
    let without = STEPS.replace(SCAN, "");
    gives("ci.yaml", [STEPS, &without, &bumped()], &without);
    // Beside other work of both.
    let ours = without.replace("make test", "make check");
    let theirs = bumped().replace("v4.1.0", "v4.2.0");
    gives("ci.yaml", [STEPS, &ours, &theirs], &ours.replace("v4.1.0", "v4.2.0"));
    let ours = STEPS.replace("uses: acme/scan@0123456789012345678901234567890123456789 # v3.0.2", "run: scan");
    gives("ci.yaml", [STEPS, &ours, &bumped()], &ours);
    gives(
        "Dockerfile",
        ["FROM a:1 AS a\nFROM b:1\nRUN x\n", "FROM b:1\nRUN x\n", "FROM a:2 AS a\nFROM b:2\nRUN x\n"],
        "FROM b:2\nRUN x\n",
    );
}

#[test]
fn what_is_gone_is_asked_for_when_more_than_its_version_moved() {
    let without = STEPS.replace(SCAN, "");
    conflicts("ci.yaml", [STEPS, &without, &bumped().replace("out.sarif", "new.sarif")]);
    // It was not deleted, it stands elsewhere.
    let moved = without.replace("jobs:\n", &format!("jobs:\n  scan:\n    steps:\n{SCAN}"));
    conflicts("ci.yaml", [STEPS, &moved, &bumped()]);
    // Whose version somebody moved goes only when they say so.
    conflicts("ci.yaml", [STEPS, &bumped(), &without]);
}

#[test]
fn the_newer_version_is_right() {
    for (path, line) in [
        ("ci.yaml", "with: {}\nnode-version: '@'\n"),
        ("ci.yaml", "with: {}\ncosign-release: v@\n"),
        ("ci.yaml", "with: {}\nCHART_VERSION: \"@\"\n"),
        ("compose.yaml", "services:\n  a:\n    image: a:@\n"),
    ] {
        let at = |version: &str| line.replace('@', version);
        gives(path, [&at("2.0.0"), &at("2.0.2"), &at("2.2.1")], &at("2.2.1"));
        gives(path, [&at("2.0.0"), &at("2.2.1"), &at("2.0.2")], &at("2.2.1"));
        // Whatever the new one is, further than the user is nobody.
        gives(path, [&at("2.0.1"), &at("2.2.1"), &at("2.0.0")], &at("2.2.1"));
        // The user went back, for a reason.
        conflicts(path, [&at("2.0.1"), &at("2.0.0"), &at("2.2.1")]);
        // Both did, or the user says less of it.
        gives(path, [&at("2.2.1"), &at("2.0.0"), &at("2.0.2")], &at("2.0.2"));
        gives(path, [&at("2.0.1"), &at("2.0"), &at("2.2.1")], &at("2.2.1"));
    }
    conflicts("x.yaml", ["apiVersion: v1beta1\n", "apiVersion: v1beta2\n", "apiVersion: v1\n"]);
}

#[test]
fn a_digest_is_not_dropped_and_a_moving_tag_stays() {
    let digest = "ab".repeat(32);
    for (path, line) in [("Dockerfile", "FROM @ AS base\n"), ("compose.yaml", "services:\n  a:\n    image: @\n")] {
        let at = |image: &str| line.replace('@', image);
        let fixed = at(&format!("node:24.1.0-slim@sha256:{digest}"));
        let [base, newer] = ["node:24.1.0-slim", "node:24.2.0-slim"].map(at);
        conflicts(path, [&base, &fixed, &newer]);
        // Both sides have digests: the newer one.
        let newer_fixed = at(&format!("node:24.2.0-slim@sha256:{digest}"));
        gives(path, [&fixed, &at(&format!("node:24.1.9-slim@sha256:{digest}")), &newer_fixed], &newer_fixed);
        // They begin to have one.
        gives(path, [&base, &at("node:24.1.9-slim"), &newer_fixed], &newer_fixed);
    }
    let uses = |reference: &str| format!("steps:\n  - uses: actions/checkout@{reference}\n");
    let [base, newer] =
        [("1a", "7.0.1"), ("3c", "7.0.3")].map(|(sha, version)| uses(&format!("{} # v{version}", sha.repeat(20))));
    gives("ci.yaml", [&base, &uses("v7"), &newer], &uses("v7"));
    conflicts("ci.yaml", [&base, &uses("v6"), &newer]);
    conflicts("ci.yaml", [&base, &uses("v7"), &newer.replace("7.0.3", "8.0.0")]);
    conflicts("ci.yaml", [&uses("v6"), &newer, &uses("v8")]);
}

#[test]
fn every_ecosystem_has_versions() {
    for (path, text) in [
        ("package.json", "{\n  \"dependencies\": {\n    \"pg\": \"^8.@.1\"\n  }\n}\n"),
        ("package.json", "{\n  \"devDependencies\": {\n    \"b\": \"2.@.1\",\n    \"c\": \"1.0.0\"\n  }\n}\n"),
        ("go.mod", "module app\n\nrequire (\n\tgithub.com/a/b v1.@.0\n\tgithub.com/c/d v1.0.0 // indirect\n)\n"),
        ("requirements.txt", "fastapi==0.@.0 \\\n    --hash=sha256:@bbb\nuvicorn==1.0.0\n"),
        ("main.tf", "module \"a\" {\n  source  = \"a/b\"\n  version = \"~> 2.@\"\n}\n"),
    ] {
        let [base, new, newer, older] = ["20", "30", "40", "10"].map(|version| text.replace('@', version));
        gives(path, [&base, &new, &newer], &newer);
        gives(path, [&base, &newer, &new], &newer);
        conflicts(path, [&base, &older, &newer]);
    }
    // What only looks like one.
    for (path, text) in [
        ("x.json", "{\n  \"port\": \"@\"\n}\n"),
        ("x.json", "{\n  \"ip\": \"10.0.0.@\"\n}\n"),
        ("main.tf", "a {\n  engine_version = \"@.0.0\"\n}\n"),
    ] {
        let [base, new, newer] = ["20", "30", "40"].map(|version| text.replace('@', version));
        conflicts(path, [&base, &new, &newer]);
    }
    let sum = |lines: &[&str]| lines.iter().fold(String::new(), |all, line| all + "github.com/" + line + " h1:x=\n");
    let [base, ours, theirs] =
        [&["a v1.0.0", "b v1.0.0"], &["a v1.2.0", "b v1.0.0"], &["a v1.1.0", "b v1.0.0"]].map(|lines| sum(lines));
    gives("go.sum", [&base, &ours, &theirs], &sum(&["a v1.2.0", "a v1.1.0", "b v1.0.0"]));
}

#[test]
fn a_newer_version_says_nothing_of_its_neighbours() {
    let base = "FROM node:1.0 AS base\nCMD run\n";
    let theirs = "FROM node:1.1 AS base\nCMD run\n";
    for (ours, merged) in [
        (
            "# syntax=docker/dockerfile:1\nFROM node:1.0 AS base\nCMD run\n",
            "# syntax=docker/dockerfile:1\nFROM node:1.1 AS base\nCMD run\n",
        ),
        ("FROM node:1.0 AS base\nRUN mine\nCMD run\n", "FROM node:1.1 AS base\nRUN mine\nCMD run\n"),
        ("FROM --platform=linux/amd64 node:1.0 AS base\nCMD run\n", "FROM --platform=linux/amd64 node:1.1 AS base\nCMD run\n"),
        ("ARG A\nFROM node:1.0 AS mine\nCMD run\n", "ARG A\nFROM node:1.1 AS mine\nCMD run\n"),
        ("ARG A\nFROM node:1.2 AS base\nCMD run\n", "ARG A\nFROM node:1.2 AS base\nCMD run\n"),
    ] {
        gives("Dockerfile", [base, ours, theirs], merged);
        gives("Dockerfile", [base, theirs, ours], merged);
    }
    conflicts("Dockerfile", [base, "FROM mine:1.0 AS base\nCMD run\n", theirs]);
    conflicts("Dockerfile", [base, theirs, "CMD run\n"]);
}
