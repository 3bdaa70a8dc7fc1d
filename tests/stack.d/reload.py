"""An edit in the mounted source is served within seconds, and so is the repair of a mistake, without a restart."""

import secrets
import time

from repository import Failed, http, poll

PATIENCE = 45

# By blueprint: the file, what stands in it, what to put there, and where the change shows. A path is asked through
# nginx; a list is a command inside the container.
EDITS = {
    "fastapi": ("app/api/info.py", "service=settings.SERVICE_NAME", 'service="{mark}"', "{base}/info"),
    "go": ("internal/server/server.go", "s.cfg.ServiceName,", '"{mark}",', "{base}/info"),
    "node": ("src/app.ts", "environment: settings.ENVIRONMENT,", 'environment: "{mark}",', "{base}/info"),
    "nextjs": ("src/app/page.tsx", "<h1>", "<h1>{mark} ", "{base}/"),
    "react": ("src/App.tsx", "<h1>", "<h1>{mark} ", "{base}/src/App.tsx"),
    "static": ("public/index.html", "<h1>", "<h1>{mark} ", "{base}/"),
    "python-worker": (
        "app/kinds/echo.py",
        "return job.payload",
        'return {{"mark": "{mark}"}}',
        ["python", "-m", "app.queues.{queue}", "echo"],
    ),
}
# Pages in HTML have no mistake that a tool would refuse.
LENIENT = {"static"}


class Edit:
    def __init__(self, repo, name):
        self.repo, self.name = repo, name
        self.blueprint = repo.services[name]["blueprint"]
        if self.blueprint not in EDITS:
            raise Failed(f"no edit is known for {self.blueprint}")
        file, self.old, self.new, self.where = EDITS[self.blueprint]
        self.file = repo.folder / "services" / name / file
        self.text = self.file.read_text()
        if self.text.count(self.old) != 1:
            raise Failed(f"{self.file} has not once: {self.old}")

    def write(self, mark, end=""):
        self.file.write_text(self.text.replace(self.old, self.new.format(mark=mark)) + end)

    def shows(self, mark):
        if isinstance(self.where, str):
            status, body = http(self.repo.url(self.where.format(base=self.repo.base(self.name))))
            return status == 200 and mark in body
        queues = sorted((self.repo.folder / "services" / self.name / "app/queues").glob("[a-z]*.py"))
        words = [word.format(queue=queues[0].stem) for word in self.where]
        try:
            return mark in self.repo.read("docker", "compose", "exec", "-T", self.name, *words)
        except Failed:
            return False

    def complains(self, since):
        """Is the mistake in the log? Some tools look at a file only when it is asked for."""
        self.shows("")
        log = self.repo.read("docker", "compose", "logs", "--no-log-prefix", "--since", since, self.name)
        return "error" in log.lower()


def lives(repo, name):
    return [(one["Id"], one["State"]["StartedAt"], one["RestartCount"]) for one in repo.containers(name)]


def check(repo, report):
    for name in repo.services:
        edit = Edit(repo, name)
        before = lives(repo, name)
        try:
            mark = "edit-" + secrets.token_hex(4)
            begin = time.monotonic()
            edit.write(mark)
            served = poll(PATIENCE, edit.shows, mark)
            report.expect(served, f"{name}: an edit of {edit.file.name} is served", f"not within {PATIENCE} s")
            if served:
                report.note(f"{name} ({edit.blueprint}): an edit is served after {time.monotonic() - begin:.1f} s")
            if edit.blueprint not in LENIENT:
                # There is nothing to poll: a watcher takes two saves in one moment, which nobody's hands make, for one.
                time.sleep(1)
                since = repo.read("date", "--utc", "+%Y-%m-%dT%H:%M:%S.%NZ").strip()
                edit.write(mark, "\n)](\n")
                seen = poll(PATIENCE, edit.complains, since)
                report.expect(seen, f"{name}: a mistake is in its log")
        finally:
            edit.file.write_text(edit.text)
        repaired = poll(PATIENCE, lambda: edit.shows("") and not edit.shows(mark))
        report.expect(repaired, f"{name}: the repair is served", f"not within {PATIENCE} s")
        report.expect(lives(repo, name) == before, f"{name}: its container was not started again")
