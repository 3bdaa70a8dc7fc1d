"""Why: a merge without conflicts proves nothing; what it says must be what both sides said.

The values that a file parses to are merged instead of its lines: mappings by key, lists of scalars as sets, lists of
mappings by a key that is unique in each version, long strings by lines. A result that says something else is wrong.
Where values give no answer (lists that are neither), nothing is claimed.
"""

import re
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

import yaml

ABSENT = object()
UNIQUE = ("name", "id", "key", "alias", "host")
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Twice(Exception):
    """A key stands twice."""


def of_node(node):
    if isinstance(node, yaml.ScalarNode):
        return node.value if node.tag.startswith("tag:yaml.org") else (node.tag, node.value)
    if isinstance(node, yaml.SequenceNode):
        return [of_node(item) for item in node.value]
    value = {}
    for key, item in node.value:
        name = key.value if isinstance(key, yaml.ScalarNode) else repr(of_node(key))
        if name in value and name != "<<":
            raise Twice(f"the key {name} stands twice")
        value[name] = of_node(item)
    return value


def of_yaml(text):
    # An alias is what it says, not what the anchor holds: another's edit of the anchor is no edit of its users.
    text = re.sub(r"(?m)((?:^|[\s\[,])\*[\w.-]+)(?=\s*(?:[,\]}]|#|$))", lambda found: found[1].replace("*", '"*') + '"', text)
    documents = [of_node(node) for node in yaml.compose_all(text, Loader) if node is not None]
    return documents[0] if len(documents) == 1 else {"documents": documents}


def of_assignments(text):
    value = {}
    for line in text.splitlines():
        name, equals, rest = line.removeprefix("export ").partition("=")
        if equals and not line.lstrip().startswith("#"):
            if name.strip() in value:
                raise Twice(f"{name.strip()} stands twice")
            value[name.strip()] = rest.strip()
    return value


def of_braces(text):
    """Blocks by their headers, as far as a duplicate or a lost brace can be seen. Strings and comments are left out."""
    bare = re.sub(r'"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'', lambda found: re.sub(r"[{}#;]", "_", found[0]), text)
    bare = re.sub(r"#.*|(?m:^\s*//.*)", "", bare)
    if bare.count("{") != bare.count("}"):
        raise ValueError("the braces are not balanced")
    heads = re.findall(r'(?m)^(?:resource|data|variable|output|module|upstream)\b[^{\n=]*(?=\{)', bare)
    for head, times in Counter(" ".join(head.split()) for head in heads).items():
        if times > 1:
            raise Twice(f"{head} stands twice")
    return None


def value(kind, text):
    text = text.decode()
    if kind in ("compose", "workflow", "kubernetes"):
        return of_yaml(text)
    if kind in ("hcl", "nginx"):
        return of_braces(text)
    return of_assignments(text) if kind == "dotenv" else None


def key_of(*lists):
    for key in UNIQUE:
        names = [[item.get(key) for item in items] for items in lists]
        if all(all(isinstance(one, str) for one in some) and len(set(some)) == len(some) for some in names):
            return key
    return None


def all_are(kind, *lists):
    return all(isinstance(item, kind) for items in lists for item in items)


def by_lines(base, ours, theirs):
    """What git makes of three strings, or None for a conflict."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("ours", "base", "theirs")]
        for path, text in zip(paths, (ours, base, theirs)):
            path.write_text(text)
        done = subprocess.run(["git", "merge-file", "-p", *paths], capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else None


def did_all(base, side, other):
    """Whether a side has each line that the other wrote, and none that it took out."""
    base, side, other = (Counter(text.splitlines()) for text in (base, side, other))
    return all(side[line] >= other[line] for line in other - base) and all(side[line] <= other[line] for line in base - other)


def version_moved(b, o, t, at):
    """The sides that may be right where both moved a version and nothing else: the newer is, as far as figures tell."""
    if not all(isinstance(one, str) and "\n" not in one for one in (b, o, t)):
        return ()
    # What a kustomization calls so stands beside the name of its image; a key may say that it is a version.
    before = "image:" if at.endswith("/newTag") or re.search(r"[/_-](version|release)$", at.lower()) else ""
    wholes = [re.split(r"[:@=<>~^ ]+v?(?=[\w.-]+$)", before + one, maxsplit=1) for one in (b, o, t)]
    if any(len(parts) != 2 or parts[0] != wholes[0][0] for parts in wholes):
        return ()
    versions = [parts[1] for parts in wholes]
    if not all(re.match(r"\d|[0-9a-f]{40}$", version) for version in versions):
        return ()
    figures = [[int(figure) for figure in re.findall(r"\d+", version)] for version in versions]
    if any(re.fullmatch(r"[0-9a-f]{40}", version) for version in versions) or figures[1] == figures[2]:
        return (o, t)
    return (max(zip(figures[1:], (o, t)))[1],)


def own_parts(before, now):
    """What a mapping has besides what it had before; nothing where any of that was changed."""
    if not (isinstance(before, dict) and isinstance(now, dict)) or any(now.get(key, item) != item for key, item in before.items()):
        return None
    return {key: item for key, item in now.items() if key not in before}


def only_versions_moved(b, t, at):
    """Whether two values differ in nothing but versions."""
    if isinstance(b, dict) and isinstance(t, dict):
        return b.keys() == t.keys() and all(only_versions_moved(b[key], t[key], f"{at}/{key}") for key in b)
    if isinstance(b, list) and isinstance(t, list):
        return len(b) == len(t) and all(only_versions_moved(*pair, at) for pair in zip(b, t))
    return b == t or bool(version_moved(b, t, t, at))


def one_of_both(b, o, t, at):
    """What may stand where the sides' values are not the same and still do not disagree."""
    yield from version_moved(b, o, t, at)
    # What we deleted stays deleted, whatever newer version of it there is.
    if o is ABSENT and only_versions_moved(b, t, at):
        yield o
    # Of what both made, one may have nothing in it yet.
    if b is ABSENT:
        yield from (one for one, other in ((o, t), (t, o)) if other == "")
    # The user's form of one thing.
    if [o] == t or o == [t]:
        yield o


def contradictions(b, o, t, r, at="."):
    """Where the result's value is not what the sides make together."""
    if o == t or b == t or b == o:
        expected = t if b == o else o
        if r != expected:
            yield f"{at}: " + ("is gone" if r is ABSENT else "should be gone" if expected is ABSENT else "is not what was asked for")
        return
    base = {} if b is ABSENT else b
    if all(isinstance(one, dict) for one in (base, o, t, r)):
        for key in dict.fromkeys((*base, *o, *t, *r)):
            yield from contradictions(*(one.get(key, ABSENT) for one in (base, o, t, r)), f"{at}/{key}")
        return
    base = [] if b is ABSENT else b
    if all(isinstance(one, list) for one in (base, o, t, r)):
        if all_are((str, tuple), base, o, t, r):
            expected = set(base) & set(o) & set(t) | set(o) - set(base) | set(t) - set(base)
            for item in sorted(map(str, expected ^ set(r))):
                yield f"{at}: {item} " + ("is gone" if item not in r else "should be gone")
        elif all_are(dict, base, o, t, r) and (key := key_of(base, o, t, r)):
            named = [{item[key]: item for item in one} for one in (base, o, t, r)]
            yield from contradictions(*named, f"{at}[{key}]")
        return
    if all(isinstance(one, str) and "\n" in one for one in (b, o, t)):
        # Neighbouring lines conflict for git and need not: what cannot be right is that one side's text stands alone.
        # Where that side did all that the other did, and more, there was no conflict.
        expected = by_lines(b, o, t)
        if r in (o, t) and not did_all(b, r, t if r == o else o) if expected is None else r != expected:
            yield f"{at}: " + ("a conflict was settled" if expected is None else "is not what its lines merge to")
        return
    if ABSENT in (o, t) and at.count("/") == 1 and (own := own_parts(b, t if o is ABSENT else o)):
        if r != own:
            yield f"{at}: is not what one side added to what the other deleted"
        return
    if not any(r is one or r == one for one in one_of_both(b, o, t, at)):
        yield f"{at}: a conflict was settled"


def wrong(triple, result):
    """Why a clean result cannot be right; an empty list says that nothing was found."""
    try:
        three = [value(triple.kind, text) for text in triple[3:]]
    except (ValueError, Twice, yaml.YAMLError, RecursionError):
        return []  # A template, or broken before: nothing to hold it against.
    try:
        merged = value(triple.kind, result)
    except (ValueError, Twice, yaml.YAMLError) as error:
        return [" ".join(str(error).split())]
    return [] if merged is None else list(contradictions(*three, merged))


def counted(text):
    return Counter(" ".join(line.split()).rstrip(",") for line in text.decode(errors="replace").splitlines())


def word(line):
    found = re.search(r"[\w./$-]+", line)
    return found[0] if found else None


def lost(triple, result):
    """Lines that a side wrote, or both left alone, and that are gone, unless the other side changed the same key."""
    base, ours, theirs, merged = map(counted, (*triple[3:], result))
    for mine, other in ((ours, theirs), (theirs, ours)):
        touched = {word(line) for line in base.keys() | other.keys() if base[line] != other[line]}
        for line, times in mine.items():
            if word(line) and merged[line] < times and other[line] >= base[line] and times > base[line] and word(line) not in touched:
                yield f"lost: {line}"
    for line, times in base.items():
        if word(line) and times <= min(ours[line], theirs[line]) and merged[line] < times:
            yield f"lost, though neither side touched it: {line}"
