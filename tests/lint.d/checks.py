"""The checks. Each takes the repositories and returns how many files it saw, and its findings, one line or more each."""

import io
import json
import os
import re
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath

from tools import Missing, run


def base(path):
    return path.rpartition("/")[2]


def dockerfile(path, _data):
    return base(path) == "Dockerfile"


def shell(path, data):
    return path.endswith(".sh") or re.match(rb"#!\S*(?:/| )(?:ba)?sh\b", data.partition(b"\n")[0]) is not None


def workflow(path, _data):
    return path.startswith(".github/workflows/")


def dependabot(path, _data):
    return path == ".github/dependabot.yml"


def compose(path, _data):
    return "/" not in path and re.fullmatch(r"compose(\..+)?\.yaml", path) is not None


def yaml(path, _data):
    return path.endswith((".yaml", ".yml"))


def lines(text, root=None):
    """The lines of a tool's report, with paths as `case/path`."""
    text = text.replace(f"{root}/", "") if root else text
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def verdict(code, out, err, root):
    """The findings of a tool that says nothing when all is well; one that fails must not stay silent."""
    return lines(out + "\n" + err, root) or ([f"it ended with {code} and said nothing"] if code else [])


def by_case(files):
    found = {}
    for name in files:
        case, _, path = name.partition("/")
        found.setdefault(case, []).append(path)
    return found


def hadolint(repos):
    files = repos.named(dockerfile)
    if not files:
        return 0, []
    return len(files), verdict(*run(["hadolint", "--no-color", *files], cwd=repos.root), repos.root)


def shellcheck(repos):
    """In the repository itself, where its .shellcheckrc applies and the files that a script sources are found."""
    files = repos.named(shell)
    findings = []
    for case, paths in by_case(files).items():
        code, out, err = run(["shellcheck", "-x", "--format=gcc", "--", *paths], cwd=repos.root / case)
        findings += [f"{case}/{line}" for line in verdict(code, out, err, repos.root / case)]
    return len(files), findings


def bash(repos):
    files = repos.named(shell)
    findings = []
    for name in files:
        code, out, err = run(["bash", "-n", name], cwd=repos.root)
        findings += verdict(code, out, err, repos.root)
    return len(files), findings


def actionlint(repos):
    files = repos.named(workflow)
    if not files:
        return 0, []
    # Without pyflakes: a workflow of ours that held Python would deserve better than a linter of fragments.
    command = ["actionlint", "-no-color", "-oneline", "-pyflakes="]
    return len(files), verdict(*run([*command, *files], cwd=repos.root), repos.root)


def zizmor(repos):
    files = repos.named(lambda path, data: workflow(path, data) or dependabot(path, data))
    if not files:
        return 0, []
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
    return len(files), findings


def nginx_trees(repos):
    """/etc/nginx of every container that runs nginx: label → ({path: bytes}, does it replace the image's folder)."""
    trees, seen = {}, set()

    def add(label, tree, whole):
        key = (whole, *sorted(tree.items()))
        if key not in seen:
            seen.add(key)
            trees[label] = (tree, whole)

    for case, files in repos.every.items():
        edge = {path.removeprefix("nginx/"): data for path, data in files.items() if path.startswith("nginx/")}
        common = {path: data for path, data in edge.items() if not path.startswith("servers/")}
        for servers in sorted({path.split("/")[1] for path in edge if path.startswith("servers/")}):
            prefix = f"servers/{servers}/"
            mounted = {f"servers/{p.removeprefix(prefix)}": data for p, data in edge.items() if p.startswith(prefix)}
            add(f"{case}/nginx ({servers})", {**common, **mounted}, True)
        for path, data in files.items():
            if path.startswith("services/") and base(path) == "nginx.conf":
                add(f"{case}/{path}", {"nginx.conf": data}, False)
    return trees


def distinct(trees):
    return len({(path, data) for tree, _ in trees.values() for path, data in tree.items()})


def nginx_image(repos):
    images = {m for files in repos.every.values() for m in re.findall(rb"image: (nginx:\S+)", files["compose.yaml"])}
    if len(images) != 1:
        raise Missing(f"one nginx image in the emitted compose.yaml, there are {len(images)}")
    return images.pop().decode()


def gixy(repos):
    trees = nginx_trees(repos)
    version = re.search(r":(\d+\.\d+\.\d+)", nginx_image(repos))[1]
    findings, first = [], {}
    for number, (label, (tree, _)) in enumerate(trees.items()):
        folder = repos.scratch / f"gixy-{number}"
        for path, data in tree.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        code, out, err = run(["gixy", "--nginx-version", version, "-f", "json", folder / "nginx.conf"])
        reported = json.loads(out or "[]")
        for item in reported:
            place = f"{item.get('file') or item['path']}:{item.get('line', '')}".replace(f"{folder}/", "")
            text = f"{place}: {item['severity']} {item['plugin']}: {item['summary']}: {item['reason']}"
            # The same words about the same place of another repository say nothing new.
            first.setdefault(text, []).append(label)
        if err.strip() or (code and not reported):
            findings += [f"{label}: {line}" for line in verdict(code, "", err, folder)]
    for text, labels in first.items():
        more = f" (and {len(labels) - 1} more)" if len(labels) > 1 else ""
        findings.append(f"{labels[0]}{more}: {text}")
    return distinct(trees), findings


NGINX_TESTS = """
set -eu
mkdir -p /all /etc/tls /image
tar -x -C /all
cp /all/tls/* /etc/tls/
cp -a /etc/nginx/. /image/
for tree in /all/image-* /all/whole-*; do
  [ -d "$tree" ] || continue
  find /etc/nginx -mindepth 1 -delete
  case $tree in /all/image-*) cp -a /image/. /etc/nginx/ ;; esac
  cp -a "$tree"/. /etc/nginx/
  echo "== ${tree##*-}"
  nginx -e stderr -t -q 2>&1 || echo "nginx ended with $?"
done
"""


def nginx(repos):
    """The pinned image itself, once for all trees: they travel through standard input, so any engine will do."""
    trees = nginx_trees(repos)
    image = nginx_image(repos)
    code, _, err = run(["docker", "image", "inspect", image])
    if code:
        code, _, err = run(["docker", "pull", "--quiet", image])
    if code:
        raise Missing(f"{image}: {err.strip()} (`tests/ground up` starts an engine that has it)")
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:

        def put(path, data):
            entry = tarfile.TarInfo(path)
            entry.size = len(data)
            entry.mode = 0o644
            tar.addfile(entry, io.BytesIO(data))

        for name, data in certificate(repos.scratch).items():
            put(f"tls/{name}", data)
        labels = list(trees)
        for number, (tree, whole) in enumerate(trees.values()):
            for path, data in tree.items():
                put(f"{'whole' if whole else 'image'}-{number}/{path}", data)
    command = ["docker", "run", "--rm", "--interactive", "--init", "--network=none", "--entrypoint=sh", image]
    code, out, err = run([*command, "-c", NGINX_TESTS], data=archive.getvalue())
    findings, label, tested = [], "", 0
    for line in lines(out):
        if line.startswith("== "):
            label = labels[int(line[3:])]
            tested += 1
        else:
            findings.append(f"{label}: {line}")
    if code or tested != len(trees):
        findings += [f"{tested} of {len(trees)} configurations were tested", *verdict(code, "", err, None)]
    return distinct(trees), findings


def certificate(folder):
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"]
    names = ["-keyout", "privkey.pem", "-out", "fullchain.pem", "-days", "2", "-subj", "/CN=pair.example"]
    code, _, err = run([*command, *names], cwd=folder)
    if code:
        raise Missing(f"openssl: {err.strip()}")
    return {name: (folder / name).read_bytes() for name in ("privkey.pem", "fullchain.pem")}


def yamllint(repos):
    files = repos.named(yaml)
    if not files:
        return 0, []
    rules = "{extends: relaxed, rules: {document-start: disable, line-length: disable}}"
    command = ["yamllint", "--strict", "--format", "parsable", "--config-data", rules]
    return len(files), verdict(*run([*command, *files], cwd=repos.root), repos.root)


def checkov(repos):
    """One run over one tree, for it takes half a minute to start."""
    files = repos.named(lambda path, data: dockerfile(path, data) or workflow(path, data))
    tree = repos.scratch / "checkov"
    for name, data in files.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        # GitHub takes an expression here. Checkov knows a boolean only, and passes over the whole file without a word.
        (tree / name).write_bytes(re.sub(rb"(cancel-in-progress: )\$\{\{.*?\}\}", rb"\1true", data))
    if not files:
        return 0, []
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
    return len(files), findings


def compose_config(repos):
    """Each list of files as it is used: what .env.example says, the tests, and a server with the images of a release."""
    runs, seen = [], set()
    for case, files in repos.every.items():
        parts = {path: data for path, data in files.items() if compose(path, data) or path.startswith("config/")}
        example = settings(files[".env.example"])
        images = re.findall(rb"^\s*image ([A-Z0-9_]+_IMAGE) ", files.get("scripts/release.sh", b""), re.MULTILINE)
        release = {name.decode(): f"registry.example/{case}@sha256:{0:064}" for name in images}
        for environment in sorted(Path(path).stem for path in parts if path.startswith("config/")):
            override = {"development": "compose.dev.yaml", "test": "compose.test.yaml"}.get(environment, "compose.prod.yaml")
            if override not in files:
                continue
            chosen = ["compose.yaml", override]
            values = {**example, "ENVIRONMENT": environment, "COMPOSE_FILE": ":".join(chosen)}
            if override == "compose.prod.yaml":
                values.update(release)
            key = (environment, *(files[path] for path in chosen), *sorted(values.items()))
            if key not in seen:
                seen.add(key)
                runs.append((case, environment, values))

    def one(item):
        case, environment, values = item
        file = repos.scratch / f"{case}-{environment}.env"
        file.write_text("".join(f"{name}={value}\n" for name, value in values.items()))
        # .env alone says which files are in force, as on a machine.
        env = {"COMPOSE_FILE": values["COMPOSE_FILE"], "COMPOSE_PROJECT_NAME": "lint"}
        code, out, err = run(["docker", "compose", "--env-file", file, "config", "--quiet"], cwd=repos.root / case, env=env)
        return [f"{case} ({environment}): {line}" for line in verdict(code, out, err, repos.root)]

    with ThreadPoolExecutor(2) as pool:
        findings = [line for found in pool.map(one, runs) for line in found]
    return len(repos.named(compose)) if runs else 0, findings


def settings(data):
    found = re.findall(r"^([A-Z][A-Z0-9_]*)=(.*)$", data.decode(), re.MULTILINE)
    return dict(found)


def schemas(repos):
    kinds = {
        "vendor.github-workflows": repos.named(workflow),
        "custom.github-workflows-require-timeout": repos.named(workflow),
        "vendor.dependabot": repos.named(dependabot),
        "vendor.compose-spec": repos.named(compose),
    }
    findings, seen = [], set()
    for schema, files in kinds.items():
        if not files:
            findings.append(f"{schema}: it saw no file")
            continue
        seen.update(files)
        command = ["check-jsonschema", "--builtin-schema", schema, "--output-format", "json"]
        code, out, err = run([*command, *files], cwd=repos.root)
        found = json.loads(out) if out.strip() else {}
        listed = [f"{e['filename']}: {e.get('path', '')}: {e.get('message', '')}" for e in found.get("errors", [])]
        listed += [f"{e['filename']}: {e.get('message', '')}" for e in found.get("parse_errors", [])]
        findings += [f"{line} ({schema})" for line in listed]
        if code and not listed:
            findings += verdict(code, "", err, repos.root)
    return len(seen), findings


COMMENTED = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
LAST_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', re.DOTALL)


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
            for pattern in (COMMENTED, LAST_COMMA):
                text = pattern.sub(lambda match: match[1] or "", text)
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
    "checkov": checkov,
    "compose-config": compose_config,
    "nginx": nginx,
    "shellcheck": shellcheck,
    "gixy": gixy,
    "hadolint": hadolint,
    "bash": bash,
    "actionlint": actionlint,
    "zizmor": zizmor,
    "yamllint": yamllint,
    "check-jsonschema": schemas,
    "json": parses,
    "markdown-links": links,
}
