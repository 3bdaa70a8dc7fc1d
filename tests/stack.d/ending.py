"""`make down` leaves nothing but the data, `make clean` not even that."""

KINDS = {
    "containers": ["ps", "--all", "--quiet"],
    "networks": ["network", "ls", "--quiet"],
    "volumes": ["volume", "ls", "--quiet"],
    "images": ["images", "--quiet"],
}


def left(repo, kind):
    """Of development and of the tests."""
    found = []
    for project in (repo.project, f"{repo.project}-test"):
        mine = ["--filter", f"label=com.docker.compose.project={project}"]
        found += repo.read("docker", *KINDS[kind], *mine).split()
    return found


def check(repo, report):
    had = {kind: left(repo, kind) for kind in KINDS}
    report.expect(had["containers"] and had["networks"], "there is a stack to end")
    report.expect(repo.code("make", "down") == 0, "`make down`")
    for kind in ("containers", "networks"):
        report.expect(not left(repo, kind), f"`make down` leaves no {kind}", str(left(repo, kind)))
    report.expect(left(repo, "volumes") == had["volumes"], "`make down` keeps the volumes")
    report.expect(repo.code("make", "clean") == 0, "`make clean`")
    for kind in KINDS:
        report.expect(not left(repo, kind), f"`make clean` leaves no {kind}", str(left(repo, kind)))
    changed = repo.read("git", "status", "--porcelain")
    report.expect(not changed, "the clone is as it was", changed)
