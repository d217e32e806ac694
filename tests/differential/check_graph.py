#!/usr/bin/env python3
"""Hold `revident scan` against itself: a commit-graph, in whatever form, changes no byte of the answer.

For every history of testrepos and for random ones with several environments, all refs and every event: with one file;
with changed-path filters; with a split chain, a layer for each few commits, of which the newest commits are in none; and
with that chain in an alternate. `--no-commit-graph` on top must not change it either.
"""

import argparse
import glob
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "oracle"))

import generate  # noqa: E402

TOP = os.path.join(HERE, "..", "..")
SEEDS = 16
LAYERS = 4


def git(repo, *args, data=None):
    return subprocess.run(["git", "-C", repo, *args], input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          check=True).stdout


def histories(sandbox, seeds):
    """(name, repository) of each fixture and seed."""
    for path in sorted(glob.glob(os.path.join(TOP, "testrepos", "*.fi"))):
        name = os.path.basename(path)[:-3]
        repo = os.path.join(sandbox, name)
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", repo], check=True)
        with open(path, "rb") as stream:
            git(repo, "fast-import", "--quiet", data=stream.read())
        yield name, repo
    for seed in range(seeds):
        repo = os.path.join(sandbox, "seed-%d" % seed)
        generate.generate(seed, repo)
        yield "seed %d" % seed, repo


def answer(binary, repo, *options):
    done = subprocess.run([binary, "-C", repo, "scan", "--all", "--deep", "--format", "json", "--events", "all", *options],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return done.returncode, done.stdout, done.stderr


def write_chain(repo):
    """A layer for each few commits; the last ones stay outside."""
    commits = git(repo, "rev-list", "--all", "--topo-order", "--reverse").split()
    step = max(1, len(commits) // (LAYERS + 1))
    for end in range(step, len(commits), step):
        git(repo, "commit-graph", "write", "--split=no-merge", "--changed-paths", "--stdin-commits",
            data=b"\n".join(commits[max(0, end - step):end]) + b"\n")


def states(sandbox, name, repo):
    """(what it is called, the repository to ask), one state after another."""
    git(repo, "commit-graph", "write", "--reachable", "--no-changed-paths")
    yield "with a graph", repo
    git(repo, "commit-graph", "write", "--reachable", "--changed-paths")
    yield "with filters", repo
    os.unlink(os.path.join(repo, "objects", "info", "commit-graph"))
    write_chain(repo)
    yield "with a chain", repo
    other = os.path.join(sandbox, "other-" + os.path.basename(repo))
    subprocess.run(["git", "clone", "-q", "--mirror", "--shared", repo, other], check=True)
    yield "with a chain in the alternate", other


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    args = parser.parse_args()
    binary = os.path.join(os.path.abspath(args.build), "revident")
    os.environ.update(GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL="/dev/null", LC_ALL="C", HOME="/nonexistent")
    compared = differing = 0
    with tempfile.TemporaryDirectory(prefix="revident-graph.") as sandbox:
        for name, repo in histories(sandbox, args.seeds):
            expected = answer(binary, repo)
            for state, asked in states(sandbox, name, repo):
                compared += 1
                if answer(binary, asked) != expected or (state == "with a chain" and
                                                         answer(binary, asked, "--no-commit-graph") != expected):
                    print("%s, %s: another answer than without" % (name, state), file=sys.stderr)
                    differing += 1
    print("commit-graphs: %d answers compared, %d differ" % (compared, differing))
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
