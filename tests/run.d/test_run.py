#!/usr/bin/env python3
"""Why: a test command that passes when it should not is worse than none. tests/run on steps that are made up."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

RUN = Path(__file__).resolve().parent.parent / "run"

# Says whether it is up, and keeps what it was asked in a file.
GROUND = """#!/bin/sh
echo "$1" >>asked
case $1 in
  status) test -e up ;;
  env) echo "export GROUND='from the ground'" ;;
esac
"""


class TestRun(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="scaffold-run-"))
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "tests").mkdir()
        shutil.copy(RUN, self.folder / "tests/run")
        (self.folder / "tests/ground").write_text(GROUND)
        (self.folder / "tests/ground").chmod(0o755)

    def start(self, steps, *words, **env):
        (self.folder / "tests/steps").write_text("# a comment\n" + steps)
        return subprocess.Popen(
            ["tests/run", *words],
            cwd=self.folder,
            env={**os.environ, **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run_steps(self, steps, *words, **env):
        process = self.start(steps, *words, **env)
        out, _ = process.communicate(timeout=60)
        return process.returncode, out

    def asked(self):
        return (self.folder / "asked").read_text().split()

    def test_counts_and_times_each_step(self):
        code, out = self.run_steps("quick | one | echo checked 3 files\nquick | two | echo checked 1 file\n")
        self.assertEqual(code, 0)
        self.assertRegex(out, r"(?m)^one +3 files +\d+  ok$")
        self.assertEqual(out.splitlines()[-1], "2 passed, 0 failed")

    def test_goes_on_after_a_failure_and_fails(self):
        code, out = self.run_steps("quick | one | false; echo checked 1 file\nquick | two | echo checked 1 file\n")
        self.assertEqual(code, 1)
        self.assertRegex(out, r"(?m)^one .*FAILED: exit 1$")
        self.assertRegex(out, r"(?m)^two .*ok$")
        self.assertEqual(out.splitlines()[-1], "1 passed, 1 failed")

    def test_a_failure_before_a_pipe_is_one(self):
        code, _ = self.run_steps("quick | one | { echo checked 1 file; false; } | cat\n")
        self.assertEqual(code, 1)

    def test_nothing_checked_is_a_failure(self):
        for command in ("true", "echo checked 0 files", "no-such-tool"):
            code, out = self.run_steps(f"quick | one | {command}\n")
            self.assertEqual(code, 1, command)
            self.assertEqual(out.splitlines()[-1], "0 passed, 1 failed")

    def test_unknown_words_run_nothing(self):
        for words in (["no-such-group"], ["quick", "no-such-step"], ["--help"]):
            code, out = self.run_steps("quick | one | touch ran; echo checked 1 file\n", *words)
            self.assertEqual((code, out), (2, ""))
        self.assertFalse((self.folder / "ran").exists())

    def test_a_group_comes_with_the_ground_and_its_environment(self):
        steps = "quick | q | false\nground | g | echo checked 1 thing\nlint | l a | false\nlint | l b | echo checked 1 $GROUND\n"
        code, out = self.run_steps(steps, "lint", "b")
        self.assertEqual(code, 0)
        self.assertIn("1 from the ground", out)
        self.assertEqual(out.splitlines()[-1], "2 passed, 0 failed")

    def test_the_ground_goes_down_only_if_it_was_down(self):
        self.run_steps("lint | l | echo checked 1 file\n")
        self.assertEqual(self.asked()[-1], "down")
        (self.folder / "up").touch()
        self.run_steps("lint | l | echo checked 1 file\n")
        self.assertNotEqual(self.asked()[-1], "down")

    def test_a_step_that_hangs_is_ended(self):
        code, out = self.run_steps("quick | one | sleep 600\n", SCAFFOLD_STEP_LIMIT="1")
        self.assertEqual(code, 1)
        self.assertIn("FAILED: not within 1 s", out)

    def test_ctrl_c_lets_a_step_clean_up_and_runs_no_further_one(self):
        clean = "trap 'touch cleaned; exit 1' TERM; touch started; while :; do sleep 0.1; done"
        for number in (signal.SIGINT, signal.SIGTERM):
            for name in ("started", "cleaned"):
                (self.folder / name).unlink(missing_ok=True)
            process = self.start(f"lint | one | {clean}\nlint | two | touch second; echo checked 1 file\n")
            end = time.monotonic() + 20
            while not (self.folder / "started").exists() and time.monotonic() < end:
                time.sleep(0.05)
            process.send_signal(number)
            out, _ = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 130)
            self.assertTrue((self.folder / "cleaned").exists())
            self.assertFalse((self.folder / "second").exists())
            self.assertEqual(self.asked()[-1], "down")
            self.assertIn("FAILED: interrupted", out)
            self.assertEqual(out.splitlines()[-1], "0 passed, 1 failed")


if __name__ == "__main__":
    result = unittest.main(exit=False).result
    print(f"checked {result.testsRun} cases", flush=True)
    raise SystemExit(not result.wasSuccessful())
