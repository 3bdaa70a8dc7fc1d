"""A repository as a new owner has it: generated, committed, cloned; and its stack, under names and ports of its own.

Nothing in it is edited. What two runs on one engine would fight for is set from the environment, as docs and .env.example
of the repository say: project name, ports, registry.
"""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import tools
from binary import built

ROOT = Path(__file__).resolve().parents[2]


def say(text):
    print(f"stack: {text}", file=sys.stderr, flush=True)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return str(listener.getsockname()[1])


def poll(seconds, condition, *words):
    """The first value that counts as true; when there is none in time, the last one that did not."""
    end = time.monotonic() + seconds
    while not (value := condition(*words)) and time.monotonic() < end:
        time.sleep(0.2)
    return value


def http(url, method="GET", body=None, timeout=10):
    """Status and text; 0 when nobody answers."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} if data else {}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method), timeout=timeout) as answer:
            return answer.status, answer.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")
    except (OSError, ValueError) as error:
        return 0, str(error)


class Failed(Exception):
    """A command that had to work did not."""


class Repository:
    def __init__(self, name, work):
        self.name, self.work = name, work
        self.origin, self.folder = work / "origin" / name, work / "clone" / name
        self.project = f"{name}-{secrets.token_hex(3)}"
        self.output = ROOT / "target/stacks" / name
        registry = os.environ.get("SCAFFOLD_REGISTRY") or tools.ENVIRONMENT.get("SCAFFOLD_REGISTRY") or "127.0.0.1:5000"
        self.env = {
            **tools.ENVIRONMENT,
            "COMPOSE_PROJECT_NAME": self.project,
            "COMPOSE_PROGRESS": "plain",
            "BUILDKIT_PROGRESS": "plain",
            "HTTP_PORT": free_port(),
            "REGISTRY": f"{registry}/{self.project}",
        }

    def make(self):
        preset = ROOT / "blueprints/presets" / f"{self.name}.yaml"
        answers = ROOT / "snapshots" / self.name / "scaffold.yaml"
        words = ["--preset", self.name] if preset.exists() else ["--answers", answers]
        self.run(built("release"), "new", self.origin, *words, "--no-input", cwd=ROOT)
        git = ["git", "-C", self.origin, "-c", "user.name=t", "-c", "user.email=t@example.com"]
        self.run(*git, "init", "--quiet", "--initial-branch=main", cwd=ROOT)
        self.run(*git, "add", "--all", cwd=ROOT)
        self.run(*git, "commit", "--quiet", "--message", "start", cwd=ROOT)
        self.clone(self.folder)
        import yaml

        self.answers = yaml.safe_load((self.folder / "scaffold.yaml").read_text())
        self.services = self.answers["services"]
        for line in (self.folder / ".env.example").read_text().splitlines():
            variable = line.lstrip("#").partition("=")[0]
            if variable.endswith("_DEBUG_PORT"):
                self.env[variable] = free_port()

    def clone(self, folder):
        self.run("git", "clone", "--quiet", self.origin, folder, cwd=ROOT)
        return folder

    def run(self, *words, cwd=None, env=None, data=None):
        """Runs a command that has to work; what it says goes where people see it."""
        code = self.code(*words, cwd=cwd, env=env, data=data)
        if code:
            raise Failed(f"{' '.join(map(str, words))}: exit {code}")

    def code(self, *words, cwd=None, env=None, data=None):
        return self.start(*words, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=sys.stderr).wait()

    def start(self, *words, cwd=None, env=None, **kind):
        return subprocess.Popen(
            [str(word) for word in words], cwd=cwd or self.folder, env={**self.env, **(env or {})}, **kind
        )

    def read(self, *words, cwd=None, env=None):
        """Its standard output; a failure is an exception that holds what it said."""
        pipe = subprocess.PIPE
        process = self.start(*words, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe)
        out, err = process.communicate()
        if process.returncode:
            text = (err or out).decode(errors="replace").strip()
            raise Failed(f"{' '.join(map(str, words))}: exit {process.returncode}: {text[-600:]}")
        return out.decode(errors="replace")

    def config(self):
        return json.loads(self.read("docker", "compose", "config", "--format", "json"))["services"]

    def containers(self, *services):
        """`docker inspect` of the containers of the stack that run."""
        ids = self.read("docker", "compose", "ps", "--quiet", *services).split()
        return json.loads(self.read("docker", "inspect", *ids)) if ids else []

    def address(self, service):
        """Of one of its containers, as the engine's machine reaches it."""
        networks = self.containers(service)[0]["NetworkSettings"]["Networks"].values()
        return next(network["IPAddress"] for network in networks if network["IPAddress"])

    def url(self, path):
        return f"http://127.0.0.1:{self.env['HTTP_PORT']}{path}"

    def base(self, service):
        return (self.services[service].get("route") or "").rstrip("/")

    def close(self):
        """Whatever a failure or Ctrl-C left: containers, networks, volumes, images."""
        previous = signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for project in (self.project, f"{self.project}-test"):
            mine = ["--filter", f"label=com.docker.compose.project={project}"]
            self.remove(["docker", "ps", "--all", "--quiet", *mine], ["docker", "rm", "--force", "--volumes"])
            self.remove(["docker", "network", "ls", "--quiet", *mine], ["docker", "network", "rm"])
            self.remove(["docker", "volume", "ls", "--quiet", *mine], ["docker", "volume", "rm", "--force"])
            self.remove(["docker", "images", "--quiet", *mine], ["docker", "rmi", "--force"])
        tagged = ["--filter", f"reference={self.env['REGISTRY']}/*", "--format", "{{.Repository}}:{{.Tag}}"]
        self.remove(["docker", "images", *tagged], ["docker", "rmi", "--force"])
        signal.signal(signal.SIGTERM, previous)

    def remove(self, find, remove):
        found = sorted(set(self.read(*find, cwd=ROOT).split()))
        if found:
            self.code(*remove, *found, cwd=ROOT)
