"""A store that is gone makes its services unready, not dead; when it is back they are ready, and nobody restarted them."""

import json

from reload import lives
from repository import http, poll

PATIENCE = 60


def stores(config):
    return [name for name, service in config.items() if "build" not in service and name != "nginx"]


def check(repo, report):
    config = repo.config()
    for store in stores(config):
        users = {
            name: f"http://{repo.address(name)}:{config[name]['environment']['PORT']}"
            for name in repo.services
            if store in config[name].get("depends_on", {})
        }
        if not report.expect(users, f"{store}: somebody uses it"):
            continue
        before = {name: lives(repo, name) for name in users}
        ready = lambda name, status: http(f"{users[name]}/ready")[0] == status  # noqa: E731
        for name in users:
            report.expect(ready(name, 200), f"{name}: ready before {store} stops")
        repo.run("docker", "compose", "stop", store)
        try:
            for name, url in users.items():
                gone = poll(PATIENCE, ready, name, 503)
                _, body = http(f"{url}/ready")
                report.expect(gone, f"{name}: not ready without {store}", body)
                report.expect(gone and named(body) == [store], f"{name}: /ready names {store}, and only that", body)
                report.expect(http(f"{url}/health")[0] == 200, f"{name}: alive without {store}")
        finally:
            repo.run("docker", "compose", "start", store)
        for name in users:
            report.expect(poll(PATIENCE, ready, name, 200), f"{name}: ready again with {store}")
            report.expect(lives(repo, name) == before[name], f"{name}: it was not started again")
    report.expect(repo.code("make", "smoke") == 0, "`make smoke` is green after the faults")


def named(body):
    try:
        checks = json.loads(body)["checks"]
    except (ValueError, KeyError):
        return []
    return [name for name, answer in checks.items() if answer != "ok"]
