"""What the checks share: which file is what, and how a tool's report becomes findings."""

import re


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


def devcontainer(path, _data):
    return path == ".devcontainer/devcontainer.json"


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


COMMENTED = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
LAST_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', re.DOTALL)


def without_comments(text):
    """JSON as TypeScript and VS Code read it, made strict."""
    for pattern in (COMMENTED, LAST_COMMA):
        text = pattern.sub(lambda match: match[1] or "", text)
    return text
