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
        code, out = self.run_steps("quick | 1 | one | echo checked 3 files\nquick | 2 | two | echo checked 1 file\n")
        self.assertEqual(code, 0)
        self.assertRegex(out, r"(?m)^one +3 files +\d+  ok$")
        self.assertEqual(out.splitlines()[-1], "2 passed, 0 failed")

    def test_goes_on_after_a_failure_and_fails(self):
        code, out = self.run_steps("quick | 1 | one | false; echo checked 1 file\nquick | 2 | two | echo checked 1 file\n")
        self.assertEqual(code, 1)
        self.assertRegex(out, r"(?m)^one .*FAILED: exit 1$")
        self.assertRegex(out, r"(?m)^two .*ok$")
        self.assertEqual(out.splitlines()[-1], "1 passed, 1 failed")

    def test_a_failure_before_a_pipe_is_one(self):
        code, _ = self.run_steps("quick | 1 | one | { echo checked 1 file; false; } | cat\n")
        self.assertEqual(code, 1)

    def test_nothing_checked_is_a_failure(self):
        for command in ("true", "echo checked 0 files", "no-such-tool"):
            code, out = self.run_steps(f"quick | 1 | one | {command}\n")
            self.assertEqual(code, 1, command)
            self.assertEqual(out.splitlines()[-1], "0 passed, 1 failed")

    def test_unknown_words_run_nothing(self):
        for words in (["no-such-group"], ["quick", "no-such-step"], ["--help"]):
            code, out = self.run_steps("quick | 1 | one | touch ran; echo checked 1 file\n", *words)
            self.assertEqual((code, out), (2, ""))
        self.assertFalse((self.folder / "ran").exists())

    def test_a_group_comes_with_the_ground_and_its_environment(self):
        steps = "quick | 1 | q | false\nground | 1 | g | echo checked 1 thing\nlint | 1 | l a | false\nlint | 1 | l b | echo checked 1 $GROUND\n"
        code, out = self.run_steps(steps, "lint", "b")
        self.assertEqual(code, 0)
        self.assertIn("1 from the ground", out)
        self.assertEqual(out.splitlines()[-1], "2 passed, 0 failed")

    def test_the_ground_goes_down_only_if_it_was_down(self):
        self.run_steps("lint | 1 | l | echo checked 1 file\n")
        self.assertEqual(self.asked()[-1], "down")
        (self.folder / "up").touch()
        self.run_steps("lint | 1 | l | echo checked 1 file\n")
        self.assertNotEqual(self.asked()[-1], "down")

    def test_a_step_that_hangs_is_ended(self):
        code, out = self.run_steps("quick | 1 | one | sleep 600\n", SCAFFOLD_STEP_LIMIT="1")
        self.assertEqual(code, 1)
        self.assertIn("FAILED: not within 1 s", out)

    def test_lanes_run_side_by_side_and_stages_do_not(self):
        meet = "touch {0}; for i in $(seq 100); do test -e {1} && break; sleep 0.1; done; test -e {1}; echo checked 1 thing"
        steps = (
            f"quick | 1a | one | {meet.format('a', 'b')}\n"
            f"quick | 1b | two | {meet.format('b', 'a')}\n"
            "quick | 1b | three | test ! -e last; echo checked 1 thing\n"
            "quick | 2 | four | touch last; echo checked 1 thing\n"
        )
        code, out = self.run_steps(steps)
        self.assertEqual(code, 0, out)
        self.assertEqual([line.split()[0] for line in out.splitlines()[2:6]], ["one", "two", "three", "four"])

    def test_lanes_do_not_mix_what_they_say(self):
        many = "for i in $(seq 20); do echo {0} $i; sleep 0.01; done; echo checked 1 {0}"
        process = self.start(f"quick | 1a | one | {many.format('a')}\nquick | 1b | two | {many.format('b')}\n")
        _, err = process.communicate(timeout=60)
        said = [line[0] for line in err.splitlines() if line[:2] in ("a ", "b ")]
        self.assertEqual(len(said), 40)
        self.assertEqual(sum(1 for one, two in zip(said, said[1:]) if one != two), 1, err)

    def test_what_failed_is_said_at_the_end(self):
        lots = "for i in $(seq 500); do echo ok $i; done"
        steps = (
            f"quick | 1 | one | echo 'FAILED  the firewall'; {lots}; echo 'stack: FAILED  nginx'; exit 1\n"
            "quick | 1 | two | seq 30; exit 1\n"
            "quick | 1 | three | seq 30 | sed 's/^/error: /'; exit 1\n"
            "quick | 1 | four | echo FAILED as it should; echo checked 1 thing\n"
        )
        _, out = self.run_steps(steps)
        end = out.partition("\none (target/run/one.log):\n")[2].splitlines()
        self.assertEqual(end[:2], ["  FAILED  the firewall", "  stack: FAILED  nginx"])
        self.assertEqual(end[3:9], ["two (target/run/two.log):", "  26", "  27", "  28", "  29", "  30"])
        self.assertEqual(end[-3:], ["  error: 10", "  and 20 more", "1 passed, 3 failed"])

    def test_what_runs_aside_has_what_others_leave(self):
        command = [RUN.parent / "run.d/aside", "sh", "-c", "nice; cat /proc/self/autogroup 2>/dev/null; exit 3"]
        ended = subprocess.run(command, start_new_session=True, capture_output=True, text=True)
        said = ended.stdout.splitlines()
        self.assertEqual((ended.returncode, said[0]), (3, "19"))
        if len(said) > 1:
            self.assertTrue(said[1].endswith(" nice 19"), said[1])

    def test_ctrl_c_ends_every_lane(self):
        clean = "trap 'touch cleaned-{0}; exit 1' TERM; touch started-{0}; while :; do sleep 0.1; done"
        process = self.start("".join(f"quick | 1{name} | {name} | {clean.format(name)}\n" for name in "ab"))
        end = time.monotonic() + 20
        while len(list(self.folder.glob("started-?"))) < 2 and time.monotonic() < end:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        self.assertEqual(len(list(self.folder.glob("cleaned-?"))), 2)
        self.assertEqual(out.splitlines()[-1], "0 passed, 2 failed")

    def test_ctrl_c_lets_a_step_clean_up_and_runs_no_further_one(self):
        clean = "trap 'touch cleaned; exit 1' TERM; touch started; while :; do sleep 0.1; done"
        for number in (signal.SIGINT, signal.SIGTERM):
            for name in ("started", "cleaned"):
                (self.folder / name).unlink(missing_ok=True)
            process = self.start(f"lint | 1 | one | {clean}\nlint | 1 | two | touch second; echo checked 1 file\n")
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
