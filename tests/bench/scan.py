"""scan against `git log --raw` over the versions directories, the question that git itself answers from the same objects.

On HEAD and with --all, each without a commit-graph, with one, and with one that holds changed-path Bloom filters: with
what an earlier run found out about the packs, and ("first") as the first run answers.
"""

import json
import os
import shutil
import subprocess
import sys

import made
from measure import Case

STATES = {"no graph": [], "graph": ["--no-changed-paths"], "graph, Bloom": ["--changed-paths"]}
GOALS = {
    ("no graph", "HEAD"): 0.90, ("no graph", "--all"): 0.75,
    ("graph", "HEAD"): 0.75, ("graph", "--all"): 0.55,
    ("graph, Bloom", "HEAD"): 0.65, ("graph, Bloom", "--all"): 0.40,
}
HUGE_ROUNDS = 3


def versions_directories(bench, repo):
    done = subprocess.run([bench.binary, "scan", "-C", repo, "--all", "--format", "json"], stdout=subprocess.PIPE,
                          env=bench.env)
    if done.returncode not in (0, 1):
        sys.exit("bench: scan: exit status %d" % done.returncode)
    found = sorted({path for env in json.loads(done.stdout)["environments"] for path in env["versions"]})
    if not found:
        sys.exit("bench: no versions directory in %s" % repo)
    return found


def in_state(bench, repo, name, state):
    """A copy of the repository, brought into a state."""
    copy = bench.copy(repo, "%s-%s" % (name, state.replace(", ", "-").replace(" ", "-")))
    info = os.path.join(copy, "objects", "info")
    shutil.rmtree(os.path.join(info, "commit-graphs"), ignore_errors=True)
    if os.path.exists(os.path.join(info, "commit-graph")):
        os.unlink(os.path.join(info, "commit-graph"))
    if STATES[state]:
        bench.git(copy, "commit-graph", "write", "--reachable", "--no-progress", *STATES[state])
    return copy


def case(bench, repo, label, state, tip, versions, first=False, **more):
    commits = int(bench.git(repo, "rev-list", "--count", tip))
    return Case(
        label, "%sscan %s, %s" % ("first " if first else "", tip, state),
        [bench.binary, "scan", "-C", repo, "--no-progress", "--format", "json", tip] + (["--no-cache"] if first else []),
        ["git", "-C", repo, "log", "--raw", "-m", "--no-renames", "--full-history", "--no-abbrev", "--format=%H", tip, "--",
         *versions],
        GOALS.get((state, tip)), amount=commits, unit="commits", **more)


def cases(bench, repos):
    for number, repo in enumerate(repos):
        label, versions = os.path.basename(os.path.normpath(repo)), versions_directories(bench, repo)
        for state in STATES:
            copy = in_state(bench, repo, "scan-%d" % number, state)
            for tip in ("HEAD", "--all"):
                for first in (True, False):
                    yield case(bench, copy, label, state, tip, versions, first)
            shutil.rmtree(copy)
    if bench.huge:
        yield from huge_cases(bench)


def huge_cases(bench):
    """Is it linear in commits? The same history, cut off at each of a few lengths."""
    repo = made.huge_history(bench)
    versions = versions_directories(bench, repo)
    for commits in made.HUGE_PARTS:
        part = made.part_of_huge(bench, repo, commits)
        for state in STATES:
            copy = in_state(bench, part, "huge", state)
            yield case(bench, copy, "%dk commits" % (commits // 1000), state, "HEAD", versions, rounds=HUGE_ROUNDS,
                       instructions=False)
            shutil.rmtree(copy)
        shutil.rmtree(part)
    shutil.rmtree(repo)
