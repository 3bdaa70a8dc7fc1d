"""The languages' own tools, on whole services, in the images that the services are built from.

Of all services that were generated, as many are looked at as are needed to see each distinct source file, and each
combination of locks, at least once. What is installed lies in the cache, one folder for each lock.
"""

import hashlib
import io
import json
import re
import tarfile

import known
from files import lines
from tools import CACHE, Missing, run

SOURCE = (".py", ".go", ".ts", ".tsx", ".js", ".mjs", ".toml", ".json", ".in", ".txt", ".mod", ".sum", ".sql", ".mako", ".css")
LOCKS = {"python": ("requirements.txt", "requirements-dev.txt"), "go": ("go.mod", "go.sum"), "node": ("package-lock.json", "package.json")}

SCRIPTS = {
    "python": """
        ready() { python -m venv "$1" && "$1/bin/pip" install --quiet --require-hashes -r requirements.txt -r requirements-dev.txt \
            && "$1/bin/pip" check; }
        check() { export PATH="$1/bin:$PATH" MYPY_CACHE_DIR=/tmp/mypy-$2; ruff check . && ruff format --check . && mypy .; }
    """,
    # Nothing may be taken that the lock does not name, and nothing may differ from it.
    "go": """
        export GOFLAGS=-mod=readonly GOMODCACHE=/cache/go/modules GOCACHE=/cache/go/build
        ready() { go mod download && go mod verify && go mod tidy -diff; }
        check() { test -z "$(gofmt -l . | tee /dev/stderr)" && go vet ./... && go build -o /dev/null ./...; }
    """,
    "node": """
        export npm_config_cache=/cache/npm npm_config_update_notifier=false NEXT_TELEMETRY_DISABLED=1 NODE_COMPILE_CACHE=/tmp/node
        ready() { npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && mkdir -p "$1" && mv node_modules "$1/"; }
        check() {
            ln -sfn "$1/node_modules" node_modules
            export PATH="$PWD/node_modules/.bin:$PATH"
            if [ -d src/app ]; then next typegen >/dev/null; fi
            eslint . && tsc --noEmit --incremental false
        }
    """,
}

# Folders come in by a bind mount, sources through standard input. What is checked must not be able to change the cache of
# another check, so each runs in a copy of its own. Installs come first and one by one, since several may need the same;
# then as many workers as there are processors share the folders, each with what its tools remember between two of them.
RUN = """
set -u
mkdir -p /work && tar -x -C /work
%s
folders=(/work/*/)
installed() {
    cd "$1" && lock=$(cat .lock) || exit 1
    [ ! -e "$lock/.complete" ] || return 0
    rm -rf "$lock" && mkdir -p "$(dirname "$lock")"
    ready "$lock" && mkdir -p "$lock" && touch "$lock/.complete"
}
checked() { cd "$1" && lock=$(cat .lock) && rm .lock && check "$lock" "$2"; }
work() {
    for ((i = $1; i < ${#folders[@]}; i += $2)); do
        said=${folders[i]%%/}.said
        [ ! -e "$said" ] || continue
        if ! out=$( (checked "${folders[i]}" "$1") 2>&1); then echo "$out" | tail -n 40; echo "FAILED"; fi >"$said"
    done
}
for folder in "${folders[@]}"; do
    if ! out=$( (installed "$folder") 2>&1); then
        echo "$out" | tail -n 20 >"${folder%%/}.said"
        echo "FAILED frozen install" >>"${folder%%/}.said"
    fi
done
many=$(nproc)
for ((one = 0; one < many; one++)); do work "$one" "$many" & done
wait
for folder in "${folders[@]}"; do
    [ -e "${folder%%/}.said" ] || continue
    echo "== $(basename "$folder")"
    cat "${folder%%/}.said"
done
echo "== all"
"""


def services(repos, language):
    """`case/services/name` → {path: bytes}, enough of them to have each file and each lock."""
    found = {}
    for case, files in repos.every.items():
        for path in (p for p in files if p.count("/") == 2 and p.endswith("/" + LOCKS[language][0])):
            folder = path.rpartition("/")[0]
            found[f"{case}/{folder}"] = {p[len(folder) + 1 :]: d for p, d in files.items() if p.startswith(folder + "/")}
    chosen, seen = {}, set()
    for name, files in sorted(found.items(), key=lambda item: (-len(item[1]), item[0])):
        parts = {(path, hashlib.sha256(data).digest()) for path, data in files.items() if path.endswith(SOURCE) and not manifest(path)}
        parts |= {("lock", lock(language, files))}
        if parts - seen:
            seen |= parts
            chosen[name] = files
    return chosen, len(seen)


def manifest(path):
    return any(path in names for names in LOCKS.values())


def lock(language, files):
    """The name of a service stands in its lock, and means nothing there."""
    digest = hashlib.sha256()
    for name in LOCKS[language]:
        data = files[name]
        if name.endswith(".json"):
            value = json.loads(data)
            value.pop("name", None)
            value.get("packages", {}).get("", {}).pop("name", None)
            data = json.dumps(value).encode()
        digest.update(data)
    return digest.hexdigest()[:20]


def image(files, language):
    """The image that development and the build begin with."""
    names = {"python": "python", "go": "golang", "node": "node"}
    return re.search(rf"^FROM (?:--\S+ )?({names[language]}:\S+)", files["Dockerfile"].decode(), re.MULTILINE)[1]


def check(repos, language):
    chosen, seen = services(repos, language)
    parts = {name: (part for item in sorted(files.items()) for part in item) for name, files in chosen.items()}
    keys = {name: known.key(language, image(chosen[name], language), *parts[name], judge=known.LANGUAGES) for name in chosen}
    new = [name for name in chosen if not keys[name].exists()]
    groups = {}
    for name in new:
        groups.setdefault(image(chosen[name], language), []).append(name)
    findings = []
    for base, names in groups.items():
        findings += ask(repos, language, base, {name: chosen[name] for name in names}, keys)
    return seen, findings


def ask(repos, language, base, services_, keys):
    code, _, err = run(["docker", "image", "inspect", base])
    if code and run(["docker", "pull", "--quiet", base])[0]:
        raise Missing(f"{base}: {err.strip()} (`tests/ground up` starts an engine that has it)")
    archive, labels = io.BytesIO(), list(services_)
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for number, (name, files) in enumerate(services_.items()):
            place = f"/cache/{language}-installed/{hashlib.sha256(base.encode()).hexdigest()[:8]}-{lock(language, files)}"
            for path, data in {**files, ".lock": place.encode()}.items():
                entry = tarfile.TarInfo(f"{number:04}/{path}")
                entry.size, entry.mode = len(data), 0o644
                tar.addfile(entry, io.BytesIO(data))
    folder = CACHE / "languages"
    folder.mkdir(parents=True, exist_ok=True)
    command = ["docker", "run", "--rm", "--interactive", "--init", "--entrypoint=bash", f"--volume={folder}:/cache", base]
    code, out, err = run([*command, "-c", RUN % SCRIPTS[language]], data=archive.getvalue())
    findings, label, dirty, done = [], None, set(), set()
    for line in lines(out):
        if line.startswith("== "):
            if label:
                done.add(label)
            label = labels[int(line[3:])] if line[3:].isdigit() else None
        else:
            dirty.add(label)
            findings.append(f"{label}: {line}")
    for name in done - dirty:
        known.remember(keys[name])
    if code or len(done) != len(labels):
        findings += [f"{len(done)} of {len(labels)} services were checked with {base}", *lines(err)[-10:]]
    return findings


ALL = {
    "python (ruff, mypy)": lambda repos: check(repos, "python"),
    "node (tsc, eslint)": lambda repos: check(repos, "node"),
    "go (gofmt, vet)": lambda repos: check(repos, "go"),
}
