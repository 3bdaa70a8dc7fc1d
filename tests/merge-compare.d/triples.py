"""Why: an author's idea of how files diverge is what the merge was written for; only other people's histories can refute it.

A triple is a file as two branches had it and as it was where they parted. It is read out of a git directory, so nothing
foreign needs to be kept.
"""

import hashlib
import re
import subprocess
from collections import Counter, namedtuple
from concurrent.futures import ThreadPoolExecutor

Triple = namedtuple("Triple", "kind origin name base ours theirs")

BIGGEST = 1_000_000
KINDS = (
    ("compose", r"(^|/)(docker-)?compose[^/]*\.ya?ml$", None),
    ("workflow", r"(^|/)\.github/workflows/[^/]+\.ya?ml$", None),
    ("nginx", r"\.conf$", rb"(?m)^\s*(server|location|upstream|http|events)\b.*\{|^\s*(proxy_|fastcgi_|ssl_|add_header )"),
    ("hcl", r"\.(tf|hcl)$", None),
    ("kubernetes", r"\.ya?ml$", rb"(?m)^apiVersion:"),
    ("makefile", r"(^|/)Makefile$|\.mk$", None),
    ("dockerfile", r"(^|/)Dockerfile[^/]*$", None),
    ("dotenv", r"(^|/)(\.env[^/]*|[^/]*\.env)$", None),
    ("requirements", r"(^|/)requirements[^/]*\.txt$", None),
    ("markdown", r"(^|/)README\.md$|(^|/)docs/.*\.md$", None),
)
NAMES = tuple(kind for kind, _, _ in KINDS)


def kind_of(name, text):
    for kind, path, within in KINDS:
        if re.search(path, name) and (within is None or re.search(within, text)):
            return kind
    return None


def may_be_one(name):
    return any(re.search(path, name) for _, path, _ in KINDS)


def git(repository, *arguments, given=None):
    command = ["git", "-C", str(repository), "-c", "core.quotePath=false", *arguments]
    return subprocess.run(command, input=given, check=True, capture_output=True).stdout


def merges(repository):
    """Both parents and the base of each merge that has just one."""
    lines = git(repository, "rev-list", "--all", "--min-parents=2", "--max-parents=2", "--parents").decode().split("\n")
    pairs = dict.fromkeys(tuple(line.split()[1:]) for line in lines if line)

    def base(pair):
        # A shallow history lacks what it would take to find a base: no base then, and no triple.
        found = subprocess.run(["git", "-C", str(repository), "merge-base", "--all", *pair], capture_output=True, text=True)
        return found.stdout.split()

    with ThreadPoolExecutor(2) as pool:
        for pair, bases in zip(pairs, pool.map(base, pairs)):
            # With a parent as the base nothing was merged.
            if len(bases) == 1 and bases[0] not in pair:
                yield (*pair, bases[0])


def changes(repository, pairs):
    """For each pair of commits the files that stand in both and differ, as {path: (old blob, new blob)}."""
    # git takes "commit parent" for a commit that is to be compared with this parent, and --always keeps the answers paired.
    asked = "".join(f"{new} {old}\n" for new, old in pairs).encode()
    out = git(repository, "diff-tree", "--stdin", "-r", "--raw", "--no-abbrev", "--no-renames", "--always", given=asked)
    found = None
    for line in out.decode(errors="surrogateescape").split("\n"):
        if not line.startswith(":"):
            if found is not None:
                yield found
            found = {} if line else None
            continue
        head, _, path = line.partition("\t")
        mode, new_mode, old, new, status = head[1:].split()
        if status == "M" and mode.startswith("100") and new_mode.startswith("100") and may_be_one(path):
            found[path] = (old, new)
    if found is not None:
        yield found


def blobs(repository, ids):
    out = git(repository, "cat-file", "--batch", given="".join(f"{blob}\n" for blob in ids).encode())
    texts, at = {}, 0
    for blob in ids:
        end = out.index(b"\n", at)
        head, at = out[at:end].split(), end + 1
        # A snapshot may lack large files.
        if head[-1] == b"missing":
            continue
        size = int(head[2])
        texts[blob] = out[at : at + size]
        at += size + 1
    return texts


def of_history(repository):
    """The triples of one git directory."""
    parted = list(merges(repository))
    ours = changes(repository, [(one, base) for one, _, base in parted])
    theirs = changes(repository, [(other, base) for _, other, base in parted])
    candidates = {}
    for (one, other, base), left, right in zip(parted, ours, theirs, strict=True):
        for path in left.keys() & right.keys():
            versions = (left[path][0], left[path][1], right[path][1])
            if len(set(versions)) == 3:
                candidates.setdefault(versions, (path, f"{one[:10]}+{other[:10]}"))
    texts = blobs(repository, sorted({blob for versions in candidates for blob in versions}))
    label = repository.parent.name if repository.name in ("repo", ".git") else repository.name
    for versions, (path, where) in sorted(candidates.items(), key=lambda item: item[1]):
        three = [texts.get(blob) for blob in versions]
        if None not in three and all(len(text) <= BIGGEST and b"\0" not in text for text in three):
            kind = kind_of(path, b"\n".join(three))
            if kind:
                yield Triple(kind, f"{label}:{where}", path, *three)


def of_folder(folder):
    """The triples that `keep` wrote: base, ours, theirs and name in a folder each."""
    for name in sorted(folder.rglob("name")):
        three = [name.with_name(part).read_bytes() for part in ("base", "ours", "theirs")]
        path = name.read_text().strip()
        kind = kind_of(path, b"\n".join(three))
        if kind:
            yield Triple(kind, str(name.parent.relative_to(folder)), path, *three)


def distinct(triples):
    """Without those whose texts were already there: forks and backports carry the same edits."""
    seen = set()
    for triple in triples:
        if triple[3:] not in seen:
            seen.add(triple[3:])
            yield triple


def digest(triple):
    return hashlib.sha256(b"\0".join(triple[3:])).hexdigest()[:12]


def some(triples, most):
    """At most so many of a kind, chosen by their texts: one history with a thousand alike must not outvote the others."""
    taken = Counter()
    for triple in sorted(triples, key=digest) if most else triples:
        taken[triple.kind] += 1
        if not most or taken[triple.kind] <= most:
            yield triple


def keep(triple, folder):
    place = folder / triple.kind / digest(triple)
    place.mkdir(parents=True, exist_ok=True)
    for part in ("base", "ours", "theirs"):
        (place / part).write_bytes(getattr(triple, part))
    (place / "name").write_text(triple.name + "\n")
    (place / "origin").write_text(triple.origin + "\n")
