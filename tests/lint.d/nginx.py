"""nginx: the linter of its configuration, and the pinned server itself."""

import io
import json
import re
import tarfile

import known
from files import base, lines, verdict
from tools import Missing, run


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


def tree_key(check, tree, whole):
    return known.key(check, str(whole), *(part for item in sorted(tree.items()) for part in item))


def new_trees(check, trees):
    return {label: item for label, item in trees.items() if not tree_key(check, *item).exists()}


def keep_trees(check, trees, findings):
    for item in trees.values() if not findings else ():
        known.remember(tree_key(check, *item))


def distinct(trees):
    return len({(path, data) for tree, _ in trees.values() for path, data in tree.items()})


def nginx_image(repos):
    images = {m for files in repos.every.values() for m in re.findall(rb"image: (nginx:\S+)", files["compose.yaml"])}
    if len(images) != 1:
        raise Missing(f"one nginx image in the emitted compose.yaml, there are {len(images)}")
    return images.pop().decode()


def gixy(repos):
    every = nginx_trees(repos)
    trees = new_trees("gixy", every)
    version = re.search(r":(\d+\.\d+\.\d+)", nginx_image(repos))[1]
    findings, first = [], {}
    for number, (label, (tree, _)) in enumerate(trees.items()):
        folder = repos.scratch / f"gixy-{number}"
        for path, data in tree.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            # This file is the image's own, and it holds no directive that gixy would judge.
            (folder / path).write_bytes(data.replace(b"include /etc/nginx/mime.types;", b""))
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
    keep_trees("gixy", trees, findings)
    return distinct(every), findings


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
    every = nginx_trees(repos)
    image = nginx_image(repos)
    trees = new_trees(f"nginx {image}", every)
    code, _, err = run(["docker", "image", "inspect", image])
    if code:
        code, _, err = run(["docker", "pull", "--quiet", image])
    if code:
        raise Missing(f"{image}: {err.strip()} (`tests/ground up` starts an engine that has it)")
    if not trees:
        return distinct(every), []
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
    keep_trees(f"nginx {image}", trees, findings)
    return distinct(every), findings


def certificate(folder):
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"]
    names = ["-keyout", "privkey.pem", "-out", "fullchain.pem", "-days", "2", "-subj", "/CN=pair.example"]
    code, _, err = run([*command, *names], cwd=folder)
    if code:
        raise Missing(f"openssl: {err.strip()}")
    return {name: (folder / name).read_bytes() for name in ("privkey.pem", "fullchain.pem")}
