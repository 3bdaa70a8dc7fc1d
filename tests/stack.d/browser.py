"""A browser opens every page of the stack through nginx: no error on its console, what is in the database is on the page,
and what is added elsewhere appears by itself."""

import json
import re
import secrets
from pathlib import Path

from repository import ROOT, http, say

FOLDER = Path(__file__).resolve().parent / "page"
PAGES = ("nextjs", "react", "static")
IMAGE = "scaffold-ground/browser:current"
# Another stack that comes or goes on this machine is another network, and a browser gives up what it has begun.
DISTURBED, TRIES = "net::ERR_NETWORK_CHANGED", 5


def build(repo):
    pin = re.search(r"(?m)^  node: (\S+)$", (ROOT / "blueprints/pins.yaml").read_text())[1]
    say("building the browser")
    repo.run("docker", "buildx", "build", "--load", "--tag", IMAGE, "--build-arg", f"NODE={pin}", FOLDER, cwd=ROOT)


def look(repo, task, picture):
    """What the browser saw. It is on the machine's own network, as a developer's is."""
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.unlink(missing_ok=True)
    words = ["docker", "run", "--rm", "--init", "--interactive", "--network", "host", "--volume", f"{picture.parent}:/out", IMAGE]
    process = repo.start(*words, stdin=-1, stdout=-1)
    out, _ = process.communicate(json.dumps({**task, "screenshot": f"/out/{picture.name}"}).encode())
    return json.loads(out)


def lists(repo):
    """The lists of items, each with the service that has it: what the smoke test posts to."""
    paths = re.findall(r"http_json POST (\S+) 201", (repo.folder / "scripts/smoke.sh").read_text())
    bases = sorted((name for name in repo.services if repo.base(name)), key=repo.base, reverse=True)
    return [(path, next(name for name in bases if path.startswith(repo.base(name) + "/"))) for path in paths]


def check(repo, report, prefix="development", url=None, **more):
    build(repo)
    url = url or repo.url
    for name, service in repo.services.items():
        if service["blueprint"] not in PAGES:
            continue
        uses = service.get("uses", list(repo.services)) if service["blueprint"] != "static" else []
        items = [path for path, owner in lists(repo) if owner in uses]
        picture = repo.output / f"{prefix}-{name}.png"
        page = url(repo.base(name) + "/")
        for _ in range(TRIES):
            shows, announced = [], []
            for path in items:
                there, new = (f"{word} {secrets.token_hex(4)}" for word in ("there", "new"))
                status, _ = http(url(path), "POST", {"title": there})
                report.expect(status == 201, f"{name}: an item is put into {path}", str(status))
                shows.append(there)
                announced.append({"url": url(path), "body": {"title": new}, "text": new})
            seen = look(repo, {"url": page, "shows": shows, "announced": announced, "reportOnly": True, **more}, picture)
            if not any(DISTURBED in error for error in seen["errors"]):
                break
            say("the network of this machine changed: once more")
        report.expect(seen.get("status") == 200 and seen["title"], f"{name}: {page} opens", json.dumps(seen)[:300])
        report.expect(not seen["errors"], f"{name}: no error on the console", "\n  ".join(seen["errors"])[:2000])
        if items:
            report.expect(not seen["missing"], f"{name}: shows what is in the database", str(seen["missing"]))
            report.expect(not seen["late"], f"{name}: shows by itself what is added elsewhere", str(seen["late"]))
            report.expect(seen["reloads"] == 0, f"{name}: without a reload")
            sockets = {repo.services[owner]["websocket"] for path, owner in lists(repo) if path in items}
            report.expect(sockets <= set(seen["sockets"]), f"{name}: through websockets", str(seen["sockets"]))
        report.expect(picture.exists() and picture.stat().st_size > 5000, f"{name}: a screenshot, {picture.name}")
