"""The suites run beside a development stack that is in use: at the same time, and development notices nothing."""

import hashlib
import subprocess

import jobs
from faults import stores
from reload import lives

# Rows only. A dump is wrapped in two lines that hold a random word.
ROWS = """
set -eu
psql --username postgres --no-align --tuples-only --command \
  "select datname from pg_database where not datistemplate and datname <> 'postgres' order by 1" |
while read -r database; do
  pg_dump --username postgres --data-only --no-owner "$database" | grep -vE '^.(un)?restrict '
done
"""


class Watch:
    """The containers of the tests that started meanwhile, as the engine tells it."""

    def __init__(self, repo):
        mine = ["--filter", f"label=com.docker.compose.project={repo.project}-test"]
        words = ["docker", "events", "--filter", "type=container", "--filter", "event=start", *mine]
        self.process = repo.start(*words, "--format", "{{.Actor.Attributes.name}}", stdout=subprocess.PIPE, text=True)

    def end(self):
        self.process.terminate()
        return self.process.communicate()[0].split()


def rows(repo, store):
    """What is in a database, as one short word; how many keys are in a key-value store."""
    image = repo.containers(store)[0]["Config"]["Image"]
    if "postgres" in image:
        text = repo.read("docker", "compose", "exec", "-T", store, "sh", "-c", ROWS)
        assert "COPY " in text, text
        return hashlib.sha256(text.encode()).hexdigest()[:16]
    client = "valkey-cli" if "valkey" in image else "redis-cli"
    ask = f"REDISCLI_AUTH=$(cat /run/secrets/{store}_password) {client} --scan"
    return sorted(repo.read("docker", "compose", "exec", "-T", store, "sh", "-c", ask).split())


def check(repo, jobs_of_ci, report):
    config = repo.config()
    before = {store: rows(repo, store) for store in stores(config)}
    alive = {name: lives(repo, name) for name in repo.services}
    watch = Watch(repo)
    try:
        jobs.run(repo, report, jobs_of_ci, "test")
    finally:
        started = watch.end()
    for name in repo.services:
        ran = any(one.startswith(f"{repo.project}-test-{name}-run-") for one in started)
        report.expect(ran, f"{name}: its suite ran in a container of the tests", str(started))
    for store, had in before.items():
        has = rows(repo, store)
        same = has == had if isinstance(had, str) else set(has) <= set(had)
        report.expect(same, f"{store}: the tests wrote nothing into development's", f"{had} became {has}")
    for name, one in alive.items():
        report.expect(lives(repo, name) == one, f"{name}: development ran on through the tests")
    for kind in (["ps", "--all"], ["network", "ls"], ["volume", "ls"]):
        mine = ["--quiet", "--filter", f"label=com.docker.compose.project={repo.project}-test"]
        left = repo.read("docker", *kind, *mine).split()
        report.expect(not left, f"`docker {' '.join(kind)}`: the tests left nothing", str(left))
