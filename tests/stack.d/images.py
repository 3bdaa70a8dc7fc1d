"""The production images: what is in them, how big they are, and that they refuse to start on a secret that is none."""

import hashlib
import json
import re
import subprocess
import tarfile

from repository import Failed

# Programs that make programs or bring new ones in. Debian's own package manager is in its images, upstream too.
COMPILERS = re.compile(
    r"(^|/)s?bin/(.*-)?(gcc|g\+\+|cc|c\+\+|cpp|clang|as|ld|rustc|cargo|go|gofmt|javac|tsc|make|dlv|air)(-\d+)?$"
)
INSTALLERS = re.compile(r"(^|/)s?bin/(npm|npx|yarn|yarnpkg|pnpm|corepack|pip[\d.]*|uv|poetry)$|site-packages/pip/__init__\.py$")
# Upstream's image has it beside Python, outside of the environment that the application runs in.
UPSTREAMS = re.compile(r"^usr/local/(s?bin/pip[\d.]*$|lib/python[\d.]+/site-packages/pip/)")
SOURCES = re.compile(r"\.(ts|tsx|mts|go|rs|c|cc|cpp|java|jsx)$")
DECLARATIONS = re.compile(r"\.d\.[mc]?ts$")
# What a production image is made of, as it stands in git, by blueprint: Python runs from source, pages are served as
# they are. Any other file of the repository in an image is one too many.
AS_IN_GIT = {
    "fastapi": r"app/.*",
    "python-worker": r"app/.*",
    "go": r"$.",
    "node": r"healthcheck\.js|package\.json",
    "nextjs": r"healthcheck\.js|package\.json|public/.*|src/app/icon\.svg",
    "react": r"nginx\.conf|public/.*",
    "static": r"nginx\.conf|public/.*",
}
ELSEWHERE = re.compile(r"(^|/)(node_modules|dist-packages|site-packages|lib/python[\d.]+)/")


def tags(repo):
    plan = json.loads(repo.read("docker", "buildx", "bake", "--file", "docker-bake.hcl", "--print"))
    return {target["tags"][0].rpartition("/")[2].partition(":")[0]: target["tags"][0] for target in plan["target"].values()}


def files(repo, image):
    """Path and hash of every file of an image: the image is not started, for some have no shell."""
    container = repo.read("docker", "create", image).strip()
    found = {}
    try:
        process = repo.start("docker", "export", container, stdout=subprocess.PIPE)
        with process.stdout, tarfile.open(fileobj=process.stdout, mode="r|") as archive:
            for entry in archive:
                content = archive.extractfile(entry) if entry.isreg() else None
                found[entry.name] = hashlib.sha256(content.read()).hexdigest() if content and entry.size else None
        if process.wait():
            raise Failed(f"docker export {image}")
    finally:
        repo.read("docker", "rm", container)
    return found


def check(repo, report):
    for name, image in tags(repo).items():
        blueprint = repo.services[name]["blueprint"]
        facts = json.loads(repo.read("docker", "image", "inspect", image))[0]
        found = files(repo, image)
        few = sorted(found)
        report.expect(len(found) > 2, f"{name}: the image holds files", str(few))
        report.note(f"{name} ({blueprint}): {facts['Size'] / 1e6:.0f} MB, {len(found)} files")
        report.expect(facts["Config"]["User"] not in ("", "0", "root", "0:0"), f"{name}: the image names a user")
        for what, wrong in (
            ("compiler", [path for path in few if COMPILERS.search(path)]),
            ("installer", [path for path in few if INSTALLERS.search(path) and not UPSTREAMS.search(path)]),
            (
                "source",
                [path for path in few if SOURCES.search(path) and not DECLARATIONS.search(path) and not ELSEWHERE.search(path)],
            ),
        ):
            report.expect(not wrong, f"{name}: no {what} in the image", ", ".join(wrong[:5]))
        folder = repo.folder / "services" / name
        tracked = repo.read("git", "ls-files", cwd=folder).split("\n")
        known = {hashlib.sha256(text).hexdigest(): path for path in filter(None, tracked) if (text := (folder / path).read_bytes())}
        copies = {known[digest] for digest in found.values() if digest in known}
        extra = sorted(path for path in copies if not re.fullmatch(AS_IN_GIT[blueprint], path))
        report.expect(not extra, f"{name}: only what runs is in the image", ", ".join(extra[:5]))
