"""What GitHub would run: each job of the emitted workflows, in a clone of its own, without a second copy of its commands.

A job that is neither run here nor known to need a server is a failure, so that a new job cannot go unproven.
"""

import re

import yaml
from repository import Failed

# Bring up the code or the runner; the clone and this machine stand in for them.
PREPARE = ("actions/checkout@",)
# They go to a server over ssh; the tests of deploys own them.
SERVER = {"deploy.yml", "rollback.yml"}


def make_targets(repo):
    """The jobs as `make ci` has them."""
    line = re.search(r"(?m)^ci:(.*?)(##|$)", (repo.folder / "Makefile").read_text())
    return line[1].split() if line else []


def workflows(repo):
    folder = repo.folder / ".github/workflows"
    return {file.name: yaml.safe_load(file.read_text()) for file in sorted(folder.glob("*.yml"))}


def commands(job):
    """What the steps of a job run, when all goes well."""
    for step in job["steps"]:
        if step.get("uses", "").startswith(PREPARE):
            continue
        if "run" not in step:
            raise Failed(f"what does `uses: {step.get('uses')}` stand for here?")
        if "failure()" not in str(step.get("if", "")):
            yield step["run"]


def read(repo, report):
    """Target by job of ci.yml; where there are no workflows, what `make ci` has."""
    targets, found = make_targets(repo), workflows(repo)
    report.expect(targets, "`make ci` has targets")
    if not found:
        report.expect(repo.answers.get("ci") == "none", "there are no workflows because ci is none")
        return {target: f"make {target}" for target in targets}
    jobs = {name: "\n".join(commands(job)) for name, job in found["ci.yml"]["jobs"].items()}
    report.expect(
        sorted(jobs.values()) == sorted(f"make {target}" for target in targets),
        "each job of ci.yml is one target of `make ci`, and the other way round",
        f"{sorted(jobs.values())} and {targets}",
    )
    for file, workflow in found.items():
        for name, job in workflow["jobs"].items():
            if file == "ci.yml" or file in SERVER or (file, name) == ("release.yml", "build"):
                continue
            called = job.get("uses", "").removeprefix("./.github/workflows/")
            # YAML 1.1 reads the key `on` as true.
            callable_ = called in found and "workflow_call" in (found[called].get(True) or {})
            report.expect(callable_, f"{file}: job {name} calls a workflow that can be called", str(job)[:200])
    return jobs


def run(repo, report, jobs, *names):
    """Each job begins where GitHub's begins: with nothing but what is in git."""
    for name in names:
        folder = repo.clone(repo.work / "jobs" / name)
        code = repo.code("bash", "-e", "-c", jobs[name], cwd=folder, env={"CI": "true"})
        report.expect(code == 0, f"job {name}: {jobs[name]}", f"exit {code}")
        changed = repo.read("git", "status", "--porcelain", cwd=folder)
        report.expect(not changed, f"job {name} leaves the clone as it was", changed)
