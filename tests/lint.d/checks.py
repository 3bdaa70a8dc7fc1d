"""The checks. Each takes the repositories and returns how many files it saw, and its findings, one line or more each."""

import json
import os
import re
from pathlib import PurePosixPath

import compose
import github
import languages
import nginx
import recipes
from files import base, by_case, dockerfile, shell, verdict, without_comments, workflow, yaml
from tools import run


# Beyond what is on by itself. Not: quoting of words that cannot split and braces around every variable (taste), functions
# in conditions (`set -e` does not reach into them, and the scripts count on that), and case patterns that catch all.
OPTIONAL = [
    "--enable=avoid-negated-conditions,avoid-nullary-conditions,deprecate-which,quote-safe-variables,require-double-brackets,"
    "useless-use-of-cat"
]


def hadolint(repos):
    files = repos.named(dockerfile)
    return repos.asked("hadolint", files, lambda new: verdict(*run(["hadolint", "--no-color", *new], cwd=repos.root), repos.root))


def shellcheck(repos):
    """In the repository itself, where its .shellcheckrc applies and the files that a script sources are found."""
    files = repos.named(shell)

    def ask(new):
        findings = []
        for case, paths in by_case(new).items():
            code, out, err = run(["shellcheck", "-x", *OPTIONAL, "--format=gcc", "--", *paths], cwd=repos.root / case)
            findings += [f"{case}/{line}" for line in verdict(code, out, err, repos.root / case)]
        return findings

    def beside(name):
        every = repos.every[name.partition("/")[0]]
        return b"".join(data for path, data in every.items() if path == ".shellcheckrc" or "/lib/" in path and shell(path, data))

    return repos.asked("shellcheck", files, ask, beside)


def bash(repos):
    files = repos.named(shell)
    ask = lambda new: [line for name in new for line in verdict(*run(["bash", "-n", name], cwd=repos.root), repos.root)]
    return repos.asked("bash", files, ask)


def yamllint(repos):
    rules = "{extends: relaxed, rules: {document-start: disable, line-length: disable}}"
    command = ["yamllint", "--strict", "--format", "parsable", "--config-data", rules]
    ask = lambda new: verdict(*run([*command, *new], cwd=repos.root), repos.root)
    return repos.asked("yamllint", repos.named(yaml), ask)


def checkov(repos):
    files = repos.named(lambda path, data: dockerfile(path, data) or workflow(path, data))
    return repos.asked("checkov", files, lambda new: checkov_tree(repos, new))


def checkov_tree(repos, files):
    """One run over one tree, for it takes half a minute to start."""
    tree = repos.scratch / "checkov"
    for name, data in files.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        # GitHub takes an expression here. Checkov knows a boolean only, and passes over the whole file without a word.
        (tree / name).write_bytes(re.sub(rb"(cancel-in-progress: )\$\{\{.*?\}\}", rb"\1true", data))
    command = ["checkov", "--directory", tree, "--framework", "dockerfile", "github_actions", "--output", "json"]
    # Workflows and the dev container live in folders that begin with a dot.
    code, out, err = run([*command, "--skip-download"], env={"CKV_IGNORE_HIDDEN_DIRECTORIES": "false", "LOG_LEVEL": "ERROR"})
    reports = json.loads(out)
    findings, seen = [], set()
    for report in reports if isinstance(reports, list) else [reports]:
        results = report.get("results", {})
        for record in sum((results.get(kind, []) for kind in ("passed_checks", "failed_checks", "skipped_checks")), []):
            seen.add(os.path.relpath(record["file_abs_path"], tree))
        for record in results.get("failed_checks", []):
            name = os.path.relpath(record["file_abs_path"], tree)
            findings.append(f"{name}:{record['file_line_range'][0]}: {record['check_id']}: {record['check_name']}")
        findings += [f"{name}: cannot be parsed" for name in results.get("parsing_errors", [])]
    findings += [f"{name}: was not looked at" for name in sorted(set(files) - seen)]
    if code and not findings:
        findings = verdict(code, "", err, tree)
    return findings


def parses(repos):
    """TypeScript and VS Code read JSON with comments; everybody else does not."""
    files = repos.named(lambda path, data: path.endswith(".json"))
    findings = []
    for name, data in files.items():
        text = data.decode()
        path = name.partition("/")[2]
        if path.startswith("nginx/errors/"):
            # nginx puts a word or a number in the place of each include.
            text = re.sub(r"<!--#.*?-->", "0", text)
        if path.startswith((".vscode/", ".devcontainer/")) or base(path).startswith("tsconfig"):
            text = without_comments(text)
        try:
            json.loads(text)
        except ValueError as error:
            findings.append(f"{name}: {error}")
    return len(files), findings


LINK = re.compile(r"(?<!!)\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)|!\[[^\]]*\]\(([^)\s]+)\)|^\[[^\]]+\]:\s*(\S+)", re.MULTILINE)


def links(repos):
    """Relative links lead to a file or a folder of the same repository, anchors to a heading."""
    findings, pages = set(), set()
    for case, files in repos.every.items():
        present = {"."} | set(files) | {str(parent) for path in files for parent in PurePosixPath(path).parents}
        for page in (path for path in files if path.endswith(".md")):
            pages.add((page, files[page]))
            text = prose(files[page])
            for link in (next(filter(None, match)) for match in LINK.findall(text)):
                if re.match(r"[a-z][a-z0-9+.-]*:", link):
                    continue
                target, _, anchor = link.partition("#")
                path = os.path.normpath(os.path.join(os.path.dirname(page), target)) if target else page
                line = files[page].decode()[: max(files[page].decode().find(f"]({link}"), 0)].count("\n") + 1
                if path not in present:
                    findings.add(f"{case}/{page}:{line}: {link} leads nowhere")
                elif anchor and path.endswith(".md") and anchor not in anchors(files[path]):
                    findings.add(f"{case}/{page}:{line}: {link}: no such heading")
    return len(pages), sorted(findings)


def prose(data):
    """Markdown without its code."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^(```|~~~).*?^\1", "", data.decode(), flags=re.MULTILINE | re.DOTALL))


def anchors(data):
    headings = re.findall(r"^#{1,6}\s+(.*?)\s*#*$", data.decode(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


# The slowest first, so that it runs beside all others.
ALL = {
    **languages.ALL,
    "checkov": checkov,
    "compose-config": compose.config,
    "nginx": nginx.nginx,
    "shellcheck": shellcheck,
    "embedded-scripts": recipes.embedded,
    "makefile": recipes.makefile,
    "bake": recipes.bake,
    "gixy": nginx.gixy,
    "hadolint": hadolint,
    "bash": bash,
    "actionlint": github.actionlint,
    "zizmor": github.zizmor,
    "yamllint": yamllint,
    "check-jsonschema": github.schemas,
    "json": parses,
    "markdown-links": links,
}
