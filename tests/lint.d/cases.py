"""The repositories that are looked at: presets, cases of snapshots/, and answers that bring in every blueprint."""

import hashlib
import json
import re
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tools import ROOT, Missing, run, say


@dataclass
class Repos:
    """What was generated. A file is named `case/path`, after the first case that has these bytes at that path."""

    root: Path
    scratch: Path
    cases: list = field(default_factory=list)
    files: dict = field(default_factory=dict)  # `case/path` of each distinct file → its bytes
    every: dict = field(default_factory=dict)  # case → {path: bytes}, repeated files included

    def named(self, wanted):
        """The distinct files whose path in the repository is wanted, as {`case/path`: bytes}."""
        return {name: data for name, data in self.files.items() if wanted(name.partition("/")[2], data)}


def generate(folder):
    binary = newest_binary()
    repos = Repos(folder / "repos", folder / "scratch")
    repos.root.mkdir()
    repos.scratch.mkdir()
    answers = all_answers(binary)

    def one(item):
        case, text = item
        with tempfile.NamedTemporaryFile("w", suffix=".yaml", dir=repos.scratch) as file:
            file.write(text)
            file.flush()
            command = [binary, "new", repos.root / case, "--answers", file.name, "--no-input"]
            return run([*command, "--blueprints", ROOT / "blueprints"])

    refused, seen = [], set()
    with ThreadPoolExecutor(2) as pool:
        for case, (code, _, err) in zip(answers, pool.map(one, answers.items())):
            if code:
                refused.append(f"{case}: scaffold new ended with {code}: {err.strip()}")
                continue
            # A tool that looks for the root of a repository finds it.
            (repos.root / case / ".git").mkdir()
            repos.cases.append(case)
            repos.every[case] = read(repos.root / case)
            for path, data in repos.every[case].items():
                key = (path.rpartition("/")[2], hashlib.sha256(data).digest())
                if key not in seen:
                    seen.add(key)
                    repos.files[f"{case}/{path}"] = data
    return repos, refused


def newest_binary():
    found = [path for kind in ("release", "debug") if (path := ROOT / "target" / kind / "scaffold").exists()]
    if not found:
        raise SystemExit("error: there is no target/*/scaffold\nhint: cargo build --release --locked")
    binary = max(found, key=lambda path: path.stat().st_mtime)
    say(f"generating with {binary.relative_to(ROOT)} and blueprints/")
    return binary


def read(root):
    paths = sorted(path for path in root.rglob("*") if path.is_file())
    return {str(path.relative_to(root)): path.read_bytes() for path in paths}


def all_answers(binary):
    """name of the case → answers."""
    found = {path.stem: path.read_text() for path in sorted(ROOT.glob("blueprints/presets/*.yaml"))}
    for path in sorted(ROOT.glob("snapshots/*/scaffold.yaml")):
        found.setdefault(path.parent.name, path.read_text())
    listed = subprocess.run([binary, "list", "--json"], capture_output=True, text=True, check=True).stdout
    catalogue = [entry for entry in json.loads(listed) if "kind" in entry]
    return {**found, **pair_answers(catalogue)}


def pair_answers(catalogue):
    """Each service alone, with each store and with everything around it; each store, feature, target and ci."""
    of = {kind: [e for e in catalogue if e["kind"] == kind] for kind in ("service", "store", "feature", "target", "ci")}
    if not of["service"]:
        raise Missing("services in `scaffold list --json`")
    names = {kind: [entry["name"] for entry in entries] for kind, entries in of.items()}
    target, ci = names["target"][:1], names["ci"][:1]
    plain = next(entry for entry in of["service"] if not entry["needs"] and "api" in entry["provides"])
    found = {}
    for service in of["service"]:
        name = service["name"]
        found[f"{name}-alone"] = answers([service])
        for store in of["store"]:
            found[f"{name}-{store['name']}"] = answers([service], [store])
        found[f"{name}-whole"] = answers([service], of["store"], names["feature"], *target, *ci)
    for feature in names["feature"]:
        found[f"feature-{feature}"] = answers([plain], [], [feature])
        found[f"feature-{feature}-stores"] = answers([plain], of["store"], [feature])
    for name in names["target"]:
        found[f"target-{name}"] = answers([plain], [], [], name)
    for name in names["ci"]:
        found[f"ci-{name}"] = answers([plain], [], [], "none", name)
        found[f"ci-{name}-stores"] = answers([plain], of["store"], [], "none", name)
    return found


def answers(services, stores=(), features=(), target="none", ci="none"):
    text = "version: 1\nname: pair\ndomain: pair.example\nregistry: ghcr.io/acme/pair\nservices:\n"
    for service in services:
        text += f"  s-{service['name']}: {{ blueprint: {service['name']}{routing(service['name'])} }}\n"
    provided = {capability for store in stores for capability in store["provides"]}
    needed = sorted({need for service in services for need in service["needs"]} - provided)
    lines, taken = [f"  {name}: {{}}\n" for name in needed], set(needed)
    for store in stores:
        # The second that provides the same needs a name of its own, for its variables are named after it.
        second = "second-" if taken & set(store["provides"]) else ""
        lines.append(f"  {second}{store['name']}: {{ blueprint: {store['name']} }}\n")
        taken |= set(store["provides"])
    if lines:
        text += "stores:\n" + "".join(lines)
    if features:
        text += "features:\n" + "".join(f"  {name}: {{}}\n" for name in features)
    return text + f"target: {target}\nci: {ci}\n"


def routing(name):
    """A route, and a websocket where the blueprint offers one."""
    path = ROOT / "blueprints/services" / name / "blueprint.yaml"
    manifest = path.read_text() if path.exists() else ""
    if re.search(r"^routable: false", manifest, re.MULTILINE):
        return ""
    return ", route: /app" + (", websocket: /live" if re.search(r"^defaults:.*websocket", manifest, re.MULTILINE) else "")
