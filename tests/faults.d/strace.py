"""Why: what a program does to files is seen, and made to fail, where it asks the system for it: at its calls."""

import os
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import NamedTuple

CHANGING = (
    "openat,creat,write,pwrite64,copy_file_range,sendfile,rename,renameat,renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat,"
    "link,linkat,symlink,symlinkat,chmod,fchmod,fchmodat,chown,fchown,fchownat,fsync,fdatasync,syncfs,sync,ftruncate,"
    "fallocate,utimensat,fsetxattr,ioctl"
)
STRACE = ["strace", "-f", "-qq", "--seccomp-bpf", "-y"]
# What each fault does at the one call.
FAULTS = {"KILL": "signal=KILL", "INT": "signal=INT", "ENOSPC": "error=ENOSPC", "EACCES": "error=EACCES"}
# A disk that is full stays full: this and every later call that needs room fails.
FULL = "FULL"
NEEDS_ROOM = ("mkdirat", "linkat", "renameat", "renameat2", "fsync", "syncfs")


class Call(NamedTuple):
    """A call that changes files below the folder that is looked at."""

    name: str
    nth: int  # of its name, counted from 1
    seen: Counter  # how many calls of each name came before it
    text: str


class Ended(NamedTuple):
    code: int  # as a shell says it
    said: str


def install():
    """Says what it installs."""
    if shutil.which("strace"):
        return
    print("installing strace", flush=True)
    # The ground may fetch its own packages meanwhile.
    apt = ["apt-get", "-qq", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=600"]
    for words in (["update"], ["install", "strace"]):
        subprocess.run([*apt, *words], check=True, stdout=subprocess.DEVNULL)


def run(arguments, cwd=None):
    """With a home of its own, and the system's words in English."""
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"}
    done = subprocess.run(arguments, cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
    said = (done.stdout + done.stderr).decode(errors="replace")
    return Ended(128 - done.returncode if done.returncode < 0 else done.returncode, said)


def calls(arguments, folder, faults=()):
    """The calls of a run that change files below a folder, and how it ended."""
    log = Path(f"{folder}.trace")
    ended = run([*STRACE, "-o", log, "-e", f"trace={CHANGING}", *faults, *arguments])
    seen, found = Counter(), []
    for line in log.read_text(errors="replace").splitlines():
        match = re.match(r"\d+ +(\w+)\((.*)", line)
        if not match:
            continue
        name, rest = match.groups()
        reads = name == "openat" and not re.search(r"O_CREAT|O_TRUNC|O_WRONLY|O_RDWR", rest)
        if not reads and str(folder) in rest and not re.match(r"[012]<", rest):
            found.append(Call(name, seen[name] + 1, seen.copy(), line))
        seen[name] += 1
    log.unlink()
    return found, ended


def inject(call, fault):
    """What makes a call fail, as options of strace."""
    if fault != FULL:
        return ["-e", f"inject={call.name}:{FAULTS[fault]}:when={call.nth}"]
    rules = [f"inject={name}:error=ENOSPC:when={call.seen[name] + 1}+" for name in NEEDS_ROOM]
    # Where nothing can be written any more, a person is still told, and what is there can still be opened.
    if call.name in ("openat", "write"):
        rules.append(f"inject={call.name}:error=ENOSPC:when={call.nth}")
    return [word for rule in rules for word in ("-e", rule)]


def faulty(arguments, faults):
    """A run with faults."""
    return run([*STRACE, "-o", "/dev/null", *faults, *arguments])
