#!/usr/bin/env python3
"""Why: a comparison that sees no files, or no harm, finds every merge good. tests/merge-compare on histories that are made up."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

COMPARE = Path(__file__).resolve().parent.parent / "merge-compare"
sys.path.insert(0, f"{COMPARE}.d")

from judge import ABSENT, contradictions  # noqa: E402

STEADY = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"} | {
    f"GIT_{who}_{what}": "a@b.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
}

# The arguments are: merge-file --quiet -p --path NAME ours base theirs
AS_GIT = 'exec git merge-file -p "$6" "$7" "$8"'
ALWAYS_CONFLICTS = "exit 1"
TAKES_OURS = 'cat "$6"'
FAILS = "exit 255"

SERVICES = "services:\n  web:\n    image: web:1\n    init: true\n    restart: always\n  db:\n    image: db:1\n"
VARIABLES = "A=1\nB=2\nC=3\nD=4\nE=5\n"
BASE = {"compose.yaml": SERVICES, "deploy/.env": VARIABLES, "main.c": VARIABLES}
OURS = {
    "compose.yaml": SERVICES.replace("web:1", "web:slim"),
    "deploy/.env": VARIABLES.replace("A=1", "A=one"),
    "main.c": VARIABLES.replace("A", "Z"),
}
THEIRS = {
    "compose.yaml": SERVICES.replace("web:1", "web:fat"),
    "deploy/.env": VARIABLES + "F=6\n",
    "main.c": VARIABLES.replace("E", "Y"),
}


class TestMergeCompare(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="scaffold-compare-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def history(self, ours, theirs):
        """A git directory with one merge, the way a person leaves it: with what they settled on."""
        repository = self.folder / "project"

        def git(*arguments):
            subprocess.run(["git", "-C", repository, *arguments], env={**os.environ, **STEADY}, check=True, capture_output=True)

        def commit(files):
            for name, text in files.items():
                (repository / name).parent.mkdir(parents=True, exist_ok=True)
                (repository / name).write_text(text)
            git("add", "--all")
            git("commit", "--message", "change")

        repository.mkdir()
        git("init", "--initial-branch", "main")
        commit(BASE)
        git("branch", "theirs")
        commit(ours)
        git("checkout", "theirs")
        commit(theirs)
        git("checkout", "main")
        git("merge", "--strategy", "ours", "theirs")
        return repository / ".git"

    def compare(self, tool, *words):
        binary = self.folder / "tool"
        binary.write_text(f"#!/bin/sh\n{tool}\n")
        binary.chmod(0o755)
        ended = subprocess.run([COMPARE, "--scaffold", binary, *words], capture_output=True, text=True, timeout=60)
        rows = {line.split()[0]: line.split()[1:] for line in ended.stdout.splitlines()[-6:] if line[-1:].isdigit()}
        return ended.returncode, rows, ended.stdout

    def test_finds_the_files_that_both_sides_changed(self):
        history = self.history(OURS, THEIRS)
        code, rows, out = self.compare(AS_GIT, history)
        self.assertEqual(code, 0, out)
        # triples, then conflicts, wrong and lost of both tools
        self.assertEqual(rows["compose"], ["1", "1", "1", "0", "0", "0", "0"])
        self.assertEqual(rows["dotenv"], ["1", "0", "0", "0", "0", "0", "0"])
        self.assertEqual(rows["total"][0], "2")

    def test_what_was_kept_is_what_was_found(self):
        kept = self.folder / "kept"
        _, first, _ = self.compare(AS_GIT, "--keep", kept, self.history(OURS, THEIRS))
        code, again, _ = self.compare(AS_GIT, "--triples", kept)
        self.assertEqual((code, again), (0, first))

    def test_more_conflicts_than_git_is_a_failure(self):
        history = self.history(OURS, THEIRS)
        for tool in (ALWAYS_CONFLICTS, FAILS):
            code, rows, out = self.compare(tool, "--list", history)
            self.assertEqual((code, rows["total"][1:3]), (1, ["2", "1"]))
            self.assertIn("missed: more conflicts than git", out)
            self.assertRegex(out, r"deploy/\.env\n  conflict where clean: git")
        self.assertIn("scaffold: FAILED exit 255", out)

    def test_one_sides_text_is_a_wrong_merge_and_a_lost_line(self):
        code, rows, out = self.compare(TAKES_OURS, "--list", self.history(OURS, THEIRS))
        self.assertEqual((code, rows["total"]), (1, ["2", "0", "1", "2", "0", "1", "0"]))
        self.assertIn("scaffold: wrong: ./services/web/image: a conflict was settled", out)
        self.assertIn("scaffold: wrong: ./F: is gone", out)
        self.assertIn("scaffold: lost: F=6", out)

    def test_what_may_stand_where_the_sides_differ(self):
        step = {"name": "Scan", "uses": "acme/scan@v3.0.2"}
        newer = {**step, "uses": "acme/scan@v3.1.0"}
        volumes = {"db": {}}
        for at, base, ours, theirs, right in (
            # The newer version.
            ("./node-version", "18.1.0", "20.0.0", "18.2.0", "20.0.0"),
            # What we deleted, of which only the version moved.
            ("./steps/Scan", step, ABSENT, newer, ABSENT),
            # The one in which there is something.
            ("./on/workflow_dispatch", ABSENT, {"inputs": {}}, "", {"inputs": {}}),
            # Our form of the same thing.
            ("./jobs/a/needs", "x", ["y"], "y", ["y"]),
            # What one side added to what the other deleted.
            ("./volumes", volumes, {**volumes, "own": {}}, ABSENT, {"own": {}}),
        ):
            sides = [base, ours, theirs]
            self.assertEqual(list(contradictions(*sides, right, at)), [])
            for other in (one for one in (*sides, "else") if one is not right and one != right):
                self.assertNotEqual(list(contradictions(*sides, other, at)), [], (at, other))
        # Deleted by them, and with a change that is more than a version.
        self.assertNotEqual(list(contradictions(step, newer, ABSENT, ABSENT, "./steps/Scan")), [])
        self.assertNotEqual(list(contradictions(step, ABSENT, {**newer, "if": "always()"}, ABSENT, "./steps/Scan")), [])

    def test_nothing_to_merge_is_a_failure(self):
        code, _, out = self.compare(AS_GIT, self.history({"main.c": "int"}, {"main.c": "long"}))
        self.assertEqual((code, out), (1, "no triple was found\n"))


if __name__ == "__main__":
    result = unittest.main(exit=False).result
    print(f"checked {result.testsRun} cases", flush=True)
    raise SystemExit(not result.wasSuccessful())
