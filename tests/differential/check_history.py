"""Hold the git layer against git: random histories with merges, several roots, equal and backward times.

Parents against `git rev-list --all --parents`, the order against the rule of the walk order, what stands at watched
paths against `git ls-tree`; each loose, packed, with the object files of an alternate, and with commit-graphs: whole,
split, with changed-path filters, and older than the newest commits.
"""

import argparse
import heapq
import os
import random
import subprocess
import sys
import tempfile

PATHS = ["a/versions", "a", "b/c/versions", "b", "a/versions/1.py"]
GRAPHS = [[], ["--changed-paths"], ["--split=no-merge", "--changed-paths"]]
HISTORIES = 8
COMMITS = 60


def git(repo, *args, data=None):
    return subprocess.run(
        ["git", "-C", repo, *args], input=data, stdout=subprocess.PIPE, check=True, stderr=subprocess.DEVNULL
    ).stdout


def change(rng):
    """One line (or file) of a fast-import commit."""
    path = rng.choice(["a/versions/1.py", "a/versions/2.py", "a/x", "b/c/versions/1.py", "b/d", "e", "a/versions", "b/c"])
    if rng.random() < 0.25:
        return b"D %s\n" % rng.choice(["a", "a/versions", "b", "b/c", path]).encode()
    mode = rng.choice([b"644", b"644", b"755", b"120000"])
    return b"M %s inline %s\ndata 2\n%d\n" % (mode, path.encode(), rng.randrange(10))


def stream(rng):
    out = [b"feature done\n"]
    for mark in range(1, COMMITS + 1):
        time = rng.choice([1000, 1000 + mark, rng.randrange(2000)])
        out.append(b"commit refs/heads/b%d\nmark :%d\n" % (rng.randrange(6) + (mark if rng.random() < 0.1 else 0), mark))
        out.append(b"committer C <c@x> %d +0000\ndata 0\n" % time)
        if mark > 1 and rng.random() < 0.95:
            parents = rng.sample(range(1, mark), min(mark - 1, rng.choice([1, 1, 1, 1, 2, 2, 3])))
            out.append(b"from :%d\n" % parents[0])
            out.extend(b"merge :%d\n" % parent for parent in parents[1:])
        out.extend(change(rng) for _ in range(rng.randrange(3)))
    out.append(b"done\n")
    return b"".join(out)


def walk_order(parents, times):
    waiting = {c: len(ps) for c, ps in parents.items()}
    children = {c: [] for c in parents}
    for commit, own in parents.items():
        for parent in own:
            children[parent].append(commit)
    heap = [(times[c], c) for c, n in waiting.items() if n == 0]
    heapq.heapify(heap)
    order = []
    while heap:
        _, commit = heapq.heappop(heap)
        order.append(commit)
        for child in children[commit]:
            waiting[child] -= 1
            if waiting[child] == 0:
                heapq.heappush(heap, (times[child], child))
    return order


def expected(repo):
    parents, times, trees = {}, {}, {}
    for line in git(repo, "log", "--all", "--format=%H %T %ct %P").decode().splitlines():
        commit, tree, time, *own = line.split(" ")
        parents[commit] = [p for p in own if p]
        times[commit], trees[commit] = int(time), tree
    lines = []
    order = walk_order(parents, times)
    for commit in order:
        lines.append(" ".join(["commit", commit, trees[commit], str(times[commit]), *parents[commit]]))
    for commit in order:
        listing = {}
        for entry in git(repo, "ls-tree", "-r", "-t", "-z", commit).decode().split("\0")[:-1]:
            head, path = entry.split("\t")
            mode, _, oid = head.split(" ")
            kind = "tree" if mode == "040000" else "file" if mode.startswith("100") else "other"
            listing[path] = f"{kind} {oid}"
        lines.extend(f"entry {commit} {path} {listing[path]}" for path in PATHS if path in listing)
    return lines


def check(dump, repo, name):
    got = subprocess.run([dump, repo, "--all", *PATHS], stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()
    want = expected(repo)
    if got == want:
        return True
    for a, b in zip(got, want):
        if a != b:
            print(f"{name}: got '{a}', git says '{b}'", file=sys.stderr)
            return False
    print(f"{name}: {len(got)} lines, git says {len(want)}", file=sys.stderr)
    return False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--histories", type=int, default=HISTORIES)
    args = parser.parse_args()
    dump = os.path.join(args.build, "tests/support/history_dump")
    os.environ.update(GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL="/dev/null", LC_ALL="C")
    good = True
    for seed in range(args.seed, args.seed + args.histories):
        with tempfile.TemporaryDirectory(prefix="revident-history.") as sandbox:
            repo, other = os.path.join(sandbox, "r.git"), os.path.join(sandbox, "other.git")
            subprocess.run(["git", "init", "-q", "--bare", "-b", "b0", repo], check=True)
            git(repo, "fast-import", "--quiet", "--force", data=stream(random.Random(seed)))
            good &= check(dump, repo, f"seed {seed}, as imported")
            git(repo, "repack", "-adq")
            git(repo, "pack-refs", "--all")
            good &= check(dump, repo, f"seed {seed}, packed")
            subprocess.run(["git", "clone", "-q", "--mirror", "--shared", repo, other], check=True)
            good &= check(dump, other, f"seed {seed}, through an alternate")
            for number, graph in enumerate(GRAPHS):
                tips = git(repo, "for-each-ref", "--format=%(objectname)").split()
                some = b"\n".join(random.Random(seed + number).sample(tips, (len(tips) + 1) // 2)) + b"\n"
                git(repo, "commit-graph", "write", *graph, "--stdin-commits", data=some)
                good &= check(dump, repo, f"seed {seed}, {' '.join(graph)} of some")
                good &= check(dump, other, f"seed {seed}, {' '.join(graph)} in the alternate")
                git(repo, "commit-graph", "write", *graph, "--reachable")
                good &= check(dump, repo, f"seed {seed}, {' '.join(graph)} of all")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
