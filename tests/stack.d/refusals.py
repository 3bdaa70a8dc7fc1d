"""Production refuses to start on each secret that is missing, empty or a stand-in of development: exit 1, one clear line for each.

All secrets of a service are bad at once, since an operator should hear of all of them at once.
"""

import re
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from images import tags

BAD = {"missing": None, "empty": "", "a stand-in of development": "development-only-0123456789abcdef"}
PATIENCE = 60


def start(repo, image, environment, folder):
    """Exit code and what was said; no network, so that a start that goes on does not get far."""
    words = ["docker", "run", "--rm", "--network", "none", "--read-only", "--tmpfs", "/tmp"]
    for variable, value in environment.items():
        words += ["--env", f"{variable}={value}"]
    words += ["--volume", f"{folder}:/run/secrets:ro", image]
    try:
        done = subprocess.run(words, cwd=repo.folder, env=repo.env, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return None, "it started"
    return done.returncode, (done.stdout + done.stderr).strip()


def names(service):
    """Secret file by the variable that the application reads it from."""
    prefix = "/run/secrets/"
    found = service.get("environment", {}).items()
    return {variable: value.removeprefix(prefix) for variable, value in found if str(value).startswith(prefix)}


def check(repo, report):
    config, images = repo.config(), tags(repo)
    settings = dict(
        line.split("=", 1)
        for line in (repo.folder / "config/production.env").read_text().splitlines()
        if "=" in line and not line.startswith("#")
    )
    report.expect(settings.get("ENVIRONMENT") == "production", "config/production.env is production's")
    with tempfile.TemporaryDirectory(dir=repo.work) as work, ThreadPoolExecutor(3) as pool:
        cases = []
        for name in repo.services:
            environment = {**config[name].get("environment", {}), **settings}
            for how, value in BAD.items() if names(config[name]) else ():
                folder = Path(work) / f"{name} {how}"
                folder.mkdir(mode=0o755)
                for secret in names(config[name]).values() if value is not None else ():
                    (folder / secret).write_text(value)
                cases.append((name, how, value, pool.submit(start, repo, images[name], environment, folder)))
        for name, how, value, result in cases:
            code, said = result.result()
            lines, secrets = said.splitlines(), names(config[name])
            report.expect(code == 1, f"{name}: exit 1 when secrets are {how}", f"exit {code}: {said[:400]}")
            for variable in secrets:
                about = [line for line in lines if re.match(rf"{variable.removesuffix('_FILE')}(_FILE)?\b", line)]
                report.expect(len(about) == 1, f"{name}: one line says that {variable} is {how}", said[:400])
            report.expect(len(lines) == len(secrets), f"{name}: and no line says anything else", said[:400])
            report.expect(not value or value not in said, f"{name}: what it refuses is not in its log")
