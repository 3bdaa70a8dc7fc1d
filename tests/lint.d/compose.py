"""Compose itself, once for each list of files that some machine uses, and the scripts inside of commands."""

import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import known
from files import compose, lines, verdict
from tools import run


def file_list(files, environment):
    """What the emitted files say themselves: .env.example, setup.sh for a server, lib/common.sh for tests."""
    if environment == "test":
        found = re.search(rb"--project-name \S+((?: --file \S+)+)", files["scripts/lib/common.sh"])
        return found[1].decode().split()[1::2] if found else None
    path, pattern = (".env.example", rb"^COMPOSE_FILE=(\S+)$")
    if environment in ("staging", "production"):
        path, pattern = ("scripts/setup.sh", rb"line=COMPOSE_FILE=(\S+)")
    found = re.search(pattern, files[path], re.MULTILINE)
    return found[1].decode().split(":") if found else None


def config(repos):
    """Development, tests, and a server as staging and as production with the images of a release."""
    runs, keys = [], {}
    for case, files in repos.every.items():
        example = settings(files[".env.example"])
        images = re.findall(rb"^\s*image ([A-Z0-9_]+_IMAGE) ", files.get("scripts/release.sh", b""), re.MULTILINE)
        for environment in sorted(Path(path).stem for path in files if path.startswith("config/")):
            chosen = file_list(files, environment)
            if not chosen or not all(path in files for path in chosen):
                continue
            values = {**example, "ENVIRONMENT": environment, "COMPOSE_FILE": ":".join(chosen)}
            if environment in ("staging", "production"):
                values.update({name.decode(): f"registry.example/app@sha256:{0:064}" for name in images})
            parts = [files[path] for path in sorted({*chosen, f"config/{environment}.env"})]
            key = known.key("compose-config", environment, *parts, *sorted(values.items()))
            if key not in keys:
                keys[key] = None
                runs.append((case, environment, values, key))

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        findings = [line for found in pool.map(lambda item: one(repos, *item), runs) for line in found]
    listed = {environment for _, environment, _, _ in runs}
    findings += [f"no list of files for {name}" for name in ("development", "test", "staging", "production") if name not in listed]
    return len(repos.named(compose)) if runs else 0, findings


def one(repos, case, environment, values, key):
    if key.exists():
        return []
    file = repos.scratch / f"{case}-{environment}.env"
    file.write_text("".join(f"{name}={value}\n" for name, value in values.items()))
    # .env alone says which files are in force, as on a machine.
    env = {"COMPOSE_FILE": values["COMPOSE_FILE"], "COMPOSE_PROJECT_NAME": "lint"}
    command = ["docker", "compose", "--env-file", file, "config", "--format", "json"]
    code, out, err = run(command, cwd=repos.root / case, env=env)
    findings = lines(err, repos.root)
    if code or not out.strip():
        findings = findings or [f"it ended with {code} and said nothing"]
    else:
        for name, service in json.loads(out).get("services", {}).items():
            for words in (service.get("command"), service.get("entrypoint"), service.get("healthcheck", {}).get("test")):
                findings += [f"{name}: {line}" for line in scripts(words or [])]
    if not findings:
        known.remember(key)
    return [f"{case} ({environment}): {line}" for line in findings]


def scripts(words):
    """`sh -c SCRIPT`, as the container's shell gets it, through shellcheck."""
    findings = []
    for number, word in enumerate(words):
        if number < 2 or words[number - 1] != "-c" or words[number - 2].rpartition("/")[2] not in ("sh", "bash"):
            continue
        # Compose prints a dollar as it reads it: doubled.
        script = word.replace("$$", "$") + "\n"
        findings += verdict(*run(["shellcheck", "--shell=sh", "--format=gcc", "-"], data=script.encode()), None)
    return findings


def settings(data):
    found = re.findall(r"^([A-Z][A-Z0-9_]*)=(.*)$", data.decode(), re.MULTILINE)
    return dict(found)
