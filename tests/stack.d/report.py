"""What was looked at and how it went: every expectation is counted, and one that fails says why."""

import time
import traceback

from repository import Failed, say


class Report:
    def __init__(self):
        self.rows, self.findings, self.count, self.notes = [], [], 0, []

    def expect(self, condition, what, why=""):
        self.count += 1
        if condition:
            say(f"ok      {what}")
        else:
            say(f"FAILED  {what}" + (f": {why}" if why else ""))
            self.findings.append(f"{what}: {why}" if why else what)
        return bool(condition)

    def note(self, text):
        """Something measured, which is shown but not judged."""
        say(f"note    {text}")
        self.notes.append(text)

    def section(self, name, check, *words):
        """One part; a part that breaks or looks at nothing has failed, and the next one runs all the same."""
        say(f"== {name}")
        self.findings, self.count, begin = [], 0, time.monotonic()
        try:
            check(*words, self)
        except Failed as error:
            self.expect(False, name, str(error))
        except Exception as error:
            traceback.print_exc()
            self.expect(False, name, f"the check broke: {type(error).__name__}: {error}")
        self.expect(self.count, f"{name}: something was looked at") if not self.count else None
        self.rows.append((name, self.count, self.findings, time.monotonic() - begin))
        return not self.findings

    def table(self):
        for name, _, findings, _ in self.rows:
            if findings:
                print(f"\n== {name}")
                print("\n".join(findings))
        if self.notes:
            print("\nmeasured:")
            print("\n".join(f"  {note}" for note in self.notes))
        print(f"\n{'part':<24} {'checks':>6} {'failed':>6} {'seconds':>8}")
        for name, count, findings, seconds in self.rows:
            print(f"{name:<24} {count:>6} {len(findings):>6} {seconds:>8.1f}")
        failed = sum(len(findings) for _, _, findings, _ in self.rows)
        print(f"checked {sum(row[1] for row in self.rows)} expectations")
        print(f"{sum(row[1] for row in self.rows) - failed} passed, {failed} failed", flush=True)
        return 1 if failed or not self.rows else 0
