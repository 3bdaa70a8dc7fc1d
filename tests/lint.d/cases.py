"""The repositories that are looked at: presets, cases of snapshots/, every pair of blueprints, and each service with all."""

import hashlib
import json
import os
import re
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import known
from binary import built
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

    def asked(self, check, files, ask, also=lambda name: b""):
        """Asks a tool about those files that were not found clean before: how many there are, and the findings."""
        new = known.unknown(check, files, also) if files else {}
        findings = ask(new) if new else []
        known.keep(check, new, findings, also)
        return len(files), findings


def generate(folder, blueprints=ROOT / "blueprints", only=lambda case: True):
    binary = newest_binary()
    repos = Repos(folder / "repos", folder / "scratch")
    repos.root.mkdir()
    repos.scratch.mkdir()
    answers = {case: text for case, text in all_answers(binary).items() if only(case)}

    def one(item):
        case, text = item
        with tempfile.NamedTemporaryFile("w", suffix=".yaml", dir=repos.scratch) as file:
            file.write(text)
            file.flush()
            command = [binary, "new", repos.root / case, "--answers", file.name, "--no-input"]
            return run([*command, "--blueprints", blueprints])

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
    if asked := os.environ.get("SCAFFOLD_BINARY"):
        return ROOT / asked
    binary = built("release", "debug")
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
    """Every pair of blueprints, and each service with everything around it."""
    of = {kind: [e for e in catalogue if e["kind"] == kind] for kind in ("service", "store", "feature", "target", "ci")}
    if not of["service"]:
        raise Missing("services in `scaffold list --json`")
    names = {kind: [entry["name"] for entry in entries] for kind, entries in of.items()}
    plain = next(entry for entry in of["service"] if not entry["needs"] and "api" in entry["provides"])
    found = {}
    for service in of["service"]:
        every = (names["feature"], *names["target"][:1], *names["ci"][:1])
        found[f"{service['name']}-whole"] = answers([service], of["store"], *every)
    every = [(kind, entry) for kind, entries in of.items() for entry in entries]
    for number, first in enumerate(every):
        for second in every[number:]:
            kinds = (first[0], second[0])
            if kinds in (("target", "target"), ("ci", "ci")) and first != second:
                continue
            pair = [first, second] if first != second or first[0] in ("service", "store") else [first]
            chosen = {kind: [entry for k, entry in pair if k == kind] for kind in of}
            one = {kind: chosen[kind][0]["name"] if chosen[kind] else "none" for kind in ("target", "ci")}
            features = [entry["name"] for entry in chosen["feature"]]
            text = answers(chosen["service"] or [plain], chosen["store"], features, one["target"], one["ci"])
            found[f"{first[1]['name']}-{second[1]['name']}"] = text
    return found


def answers(services, stores=(), features=(), target="none", ci="none"):
    text = "version: 1\nname: pair\ndomain: pair.example\nregistry: ghcr.io/acme/pair\nservices:\n"
    for number, service in enumerate(services):
        text += f"  s{number}-{service['name']}: {{ blueprint: {service['name']}{routing(service['name'], number)} }}\n"
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


def routing(name, number):
    """A route, and a websocket where the blueprint offers one."""
    path = ROOT / "blueprints/services" / name / "blueprint.yaml"
    manifest = path.read_text() if path.exists() else ""
    if re.search(r"^routable: false", manifest, re.MULTILINE):
        return ""
    socket = f", websocket: /live{number}" if re.search(r"^defaults:.*websocket", manifest, re.MULTILINE) else ""
    return f", route: {'/' if number else '/app'}{socket}"
