"""Scripts inside of other files: recipes of make, commands of containers, here-documents of Dockerfiles; and who reads those."""

import json
import re

from files import dockerfile, lines, verdict
from tools import run


def makefile(repos):
    """Every target is planned by make itself, with a warning for each variable that nobody set."""
    files = repos.named(lambda path, data: path == "Makefile")

    def ask(new):
        findings = []
        for name, data in new.items():
            targets = re.findall(r"^([a-z][\w-]*):(?:[^=]|$)", data.decode(), re.MULTILINE)
            # What a person may give, and what a release names.
            given = re.findall(r"## .*?\b([A-Z]+)=", data.decode())
            command = ["make", "--warn-undefined-variables", "--dry-run", *(f"{key}=x" for key in given), *sorted(set(targets))]
            code, out, err = run(command, cwd=repos.root / name.rpartition("/")[0])
            findings += [f"{name}: {line}" for line in lines(err)] or ([f"{name}: it ended with {code}"] if code else [])
        return findings

    return repos.asked("makefile", files, ask)


def bake(repos):
    files = repos.named(lambda path, data: path == "docker-bake.hcl")

    def ask(new):
        findings = []
        for name in new:
            code, out, err = run(["docker", "buildx", "bake", "--file", repos.root / name, "--print"], cwd=repos.root / name.partition("/")[0])
            if code:
                findings += [f"{name}: {line}" for line in lines(err)]
            elif not json.loads(out)["target"]:
                findings.append(f"{name}: it builds nothing")
        return findings

    return repos.asked("bake", files, ask)


def embedded(repos):
    """Each script as the shell gets it, through shellcheck."""
    files = repos.named(lambda path, data: path == "Makefile" or dockerfile(path, data))

    def ask(new):
        findings = []
        for name, data in new.items():
            take = recipes if name.endswith("Makefile") else documents
            for line, script in take(data.decode()):
                # A target ends when its last command does: there is nothing after it to be unreachable or unused.
                code, out, err = run(["shellcheck", "--shell=sh", "--exclude=SC2317,SC2034", "--format=gcc", "-"], data=script.encode())
                findings += [f"{name}:{line}: {text.removeprefix('-:')}" for text in verdict(code, out, err, None)]
        return findings

    return repos.asked("embedded-scripts", files, ask)


def recipes(text):
    """One script for each logical line of a recipe, as make hands it to sh."""
    found, script, start = [], "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if script or line.startswith("\t"):
            start = start if script else number
            script += line.lstrip("\t").lstrip("@-+") if not script else line.removeprefix("\t")
            if script.endswith("\\"):
                script += "\n"
                continue
            # make's own variables have been replaced by then, with one word or more.
            script = re.sub(r"\$\((?:[^()]|\([^()]*\))*\)|\$[*@<^]", "word", script.replace("$$", "\0")).replace("\0", "$")
            found.append((start, script + "\n"))
            script = ""
    return found


def documents(text):
    """Here-documents that are scripts: those that begin with `#!`."""
    found = []
    for match in re.finditer(r"<<-?'?(\w+)'?[^\n]*\n(#!.*?\n)\1\n", text, re.DOTALL):
        found.append((text[: match.start(2)].count("\n") + 1, match[2]))
    return found
