"""Workflows and what else GitHub reads, and the schemas of files that have one."""

import json
import re

from files import compose, dependabot, devcontainer, verdict, without_comments, workflow
from tools import HERE, run


def actionlint(repos):
    # Without pyflakes: a workflow of ours that held Python would deserve better than a linter of fragments.
    # Its scripts go through shellcheck, with the shell that each step has.
    command = ["actionlint", "-no-color", "-oneline", "-pyflakes=", "-shellcheck=shellcheck"]
    ask = lambda new: verdict(*run([*command, *new], cwd=repos.root), repos.root)
    # What is wrong with a call stands in the workflow that is called.
    beside = lambda name: b"".join(d for p, d in repos.every[name.partition("/")[0]].items() if workflow(p, d))
    return repos.asked("actionlint", repos.named(workflow), ask, beside)


def zizmor(repos):
    files = repos.named(lambda path, data: workflow(path, data) or dependabot(path, data))
    return repos.asked("zizmor", files, lambda new: zizmor_report(repos, new))


def zizmor_report(repos, files):
    command = ["zizmor", "--persona", "pedantic", "--offline", "--no-progress", "--quiet", "--format", "json-v1"]
    code, out, err = run([*command, *files], cwd=repos.root)
    findings = []
    for finding in json.loads(out or "[]"):
        if finding.get("ignored"):
            continue
        place = next(p for p in finding["locations"] if p["symbolic"]["kind"] == "Primary")
        key = place["symbolic"]["key"]["Local"]
        name = str(key.get("verbatim_path") or key["given_path"])
        row = place["concrete"]["location"]["start_point"]["row"] + 1
        findings.append(f"{name}:{row}: {finding['ident']}: {finding['desc']}: {place['symbolic']['annotation']}")
    if code and not findings:
        findings = verdict(code, "", err, repos.root)
    return findings


SCHEMAS = {
    "vendor.github-workflows": workflow,
    "custom.github-workflows-require-timeout": workflow,
    "vendor.dependabot": dependabot,
    "vendor.compose-spec": compose,
    # No registry has the one of its project, so this is ours: what its reference documents, and no other key.
    "devcontainer.schema.json": devcontainer,
}


def schemas(repos):
    seen, findings = set(), []
    for schema, kind in SCHEMAS.items():
        files = repos.named(kind)
        if not files:
            findings.append(f"{schema}: it saw no file")
        findings += repos.asked(f"schema {schema}", files, lambda new, schema=schema: validate(repos, schema, new))[1]
        seen.update(files)
    return len(seen), findings


def validate(repos, schema, files):
    option = ["--builtin-schema", schema]
    folder = repos.root
    if schema.endswith(".json"):
        option = ["--schemafile", HERE / schema]
        # Read as VS Code reads it: with comments.
        folder = repos.scratch / "schemas"
        for name, data in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(without_comments(data.decode()))
    elif schema == "vendor.compose-spec":
        # Tags of Compose's own merge, which its schema knows nothing of: what is reset is not there, the rest is as it says.
        folder = repos.scratch / "compose"
        for name, data in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            plain = re.sub(r"(?m)^ *[\w.-]+: !reset null\n", "", data.decode())
            (folder / name).write_text(plain.replace(": !override", ":"))
    code, out, err = run(["check-jsonschema", *option, "--output-format", "json", *files], cwd=folder)
    found = json.loads(out) if out.strip() else {}
    listed = [f"{e['filename']}: {e.get('path', '')}: {e.get('message', '')}" for e in found.get("errors", [])]
    listed += [f"{e['filename']}: {e.get('message', '')}" for e in found.get("parse_errors", [])]
    if code and not listed:
        listed = verdict(code, "", err, folder)
    return [f"{line} ({schema})" for line in listed]
