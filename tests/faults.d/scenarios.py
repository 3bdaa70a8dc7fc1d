"""Why: the trees that commands are cut short in hold what people do to theirs: edits, modes, line ends, links."""

import os
import shutil
import stat
from pathlib import Path
from typing import Callable, NamedTuple, Optional

from strace import run

SMALL = ["--no-input", "--set", "name=a", "--set", "services.web.blueprint=static", "--set", "services.web.route=/"]
REDIS = ["--set", "stores.redis={}"]


class Scenario(NamedTuple):
    name: str
    build: Callable  # (binary, folder): what is there before
    command: Callable  # (folder): the words of the command
    following: Optional[Callable]  # the next command, which changes nothing itself; none: the command again
    undoes: bool = True


def shown(folder):
    """Everything with mode, owner and content, but for scaffold's own folder. The folder's own name is not part of it."""
    out = {}
    for path, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != ".scaffold"]
        for name in files + folders:
            full = os.path.join(path, name)
            meta = os.lstat(full)
            content = None
            if stat.S_ISLNK(meta.st_mode):
                content = os.readlink(full)
            elif stat.S_ISREG(meta.st_mode):
                content = Path(full).read_bytes()
            out[os.path.relpath(full, folder)] = (meta.st_mode, meta.st_uid, meta.st_gid, content)
    return out


def remnants(folder):
    """What an operation that is over must not leave: what it staged, and folders beside the new one."""
    found = [str(path) for path in folder.rglob("*.scaffold-new")]
    return found + [str(path) for path in folder.rglob(".scaffold/next")]


def between(ground, state):
    lines = []
    for path in sorted(state.keys() | ground.before.keys() | ground.after.keys()):
        here = ["before" if state.get(path) == ground.before.get(path) else "", "after" if state.get(path) == ground.after.get(path) else ""]
        if here != ["before", "after"]:
            lines.append(f"\n    {path}: {' '.join(filter(None, here)) or 'neither'}")
    return "".join(lines)


def must(binary, *words):
    ended = run([binary, *words])
    if ended.code not in (0, 3):
        raise SystemExit(f"{words}: {ended.said}")


def edit(folder):
    """What people did to a repository of theirs."""
    put = lambda path, change: (folder / path).write_bytes(change((folder / path).read_bytes()))
    put("compose.yaml", lambda b: b.replace(b"\nservices:\n", b"\nservices:\n  mine:\n    image: mine:1\n", 1).replace(b"\n", b"\r\n"))
    put("README.md", lambda b: b + b"\nAsk Ada.")
    put("Makefile", lambda b: b + b"\nmine:\n\ttrue\n")
    os.chmod(folder / "compose.yaml", 0o640)
    os.chmod(folder / ".env.example", 0o600)
    os.chmod(folder / "docs", 0o2775)
    (folder / "own").mkdir(mode=0o700)
    (folder / "own/data.bin").write_bytes(bytes(range(256)))
    os.symlink("own/data.bin", folder / "link")
    os.symlink("/nonexistent/dangling", folder / "services/web/dangling")
    (folder / "services/web/mine.txt").write_text("mine")
    if os.geteuid() == 0:
        os.chown(folder / "Makefile", 1234, 1234)


def repository(*options, then=()):
    def build(binary, folder):
        must(binary, "new", folder, *SMALL, *options)
        edit(folder)
        for words in then:
            must(binary, *words, "-C", folder)

    return build


def answers(binary, folder):
    """Somebody edited the answers, and a line that this changes too: it gets markers."""
    repository(*REDIS)(binary, folder)
    file = folder / "scaffold.yaml"
    text = file.read_text().replace("domain: ", "# ours\ndomain: other.").replace("stores:\n  redis:\n    version: 8\n", "")
    file.write_text(text.replace("services:\n", "services:\n  docs: { blueprint: static, route: /docs }\n"))
    file = folder / "nginx/servers/production/default.conf"
    file.write_text(file.read_text().replace("a.example staging.a.example", "a.example mine.a.example"))


def verb(*words):
    return lambda folder: [*words, "-C", folder]


def tidy(folder):
    """It begins like each writing command, and then finds that there is no such thing."""
    return ["remove", "nosuch", "-C", folder]


def nothing(_binary, _folder):
    pass


def empty(_binary, folder):
    (folder / "app").mkdir(mode=0o750)


def inside(path):
    return lambda folder: ["new", folder / path, *SMALL, *REDIS]


ADD = ["add", "redis"]
SERVICE = ["add", "static", "--name", "docs", "--set", "route=/docs", "--no-input"]
RENAME = ["rename", "web", "site"]
ALL = [
    Scenario("new", nothing, inside("app"), None, False),
    Scenario("new-deep", nothing, inside("deep/er/app"), None, False),
    Scenario("new-empty", empty, inside("app"), None, False),
    Scenario("add", repository(), verb(*ADD), tidy),
    Scenario("add-service", repository(*REDIS, then=[RENAME]), verb(*SERVICE), tidy),
    Scenario("remove", repository(then=[ADD]), verb("remove", "redis"), tidy),
    Scenario("remove-service", repository(then=[SERVICE]), verb("remove", "docs"), tidy),
    Scenario("rename", repository(*REDIS), verb(*RENAME), tidy),
    Scenario("apply", answers, verb("apply"), tidy),
    Scenario("undo-add", repository(then=[ADD]), verb("undo"), tidy, False),
    Scenario("undo-remove", repository(*REDIS, then=[["remove", "redis"]]), verb("undo"), tidy, False),
    Scenario("undo-rename", repository(then=[RENAME]), verb("undo"), tidy, False),
]
