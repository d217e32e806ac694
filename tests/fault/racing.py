#!/usr/bin/env python3
"""Run revident while git changes how and where the same history is stored, which refs name it, and who has it checked out.

Three repositories are changed by a thread each. What the commands are asked about does not change meanwhile, so each
answer is the one of a quiet repository, or exit status 3 with the reason (or, where a finding stands, an answer that says
that it is incomplete). The last line says how often each was.
"""
import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import threading
import time

from faults import SAYS_INCOMPLETE
from scenarios import ENV, drop_other_refs, git, make_repository, rev_parse


def whole(out):
    return out


def broken(out):
    """Of an answer that counts refs and commits, too, what does not depend on those."""
    scan = json.loads(out)
    return [(lost["revision"], lost["status"], lost["cause"], lost["removed_by"], lost["blob"]) for lost in scan["lost"]], \
        [missing["revision"] for missing in scan["missing"]]


def plan(out):
    recover = json.loads(out)
    return recover["steps"], recover["sources"], recover["unrecoverable"], recover["before"], recover["after"]


def cases(out):
    report = json.loads(out)
    return [(case["revision"], case["loss"], case["lost"]) for case in report["cases"]], report["repair"]


# Of the repository where a migration was overwritten: (command, what of its answer is compared[, standard input])
ACCIDENT = [
    (["scan"], whole),
    (["scan", "--format", "json", "--deep"], whole),
    (["scan", "--format", "json", "--all"], broken),
    (["explain", "189b1231afd4"], None),
    (["show", "189b1231afd4"], whole),
    (["recover"], whole),
    (["recover", "--patch"], whole),
    (["check", "--range", "HEAD~1..HEAD"], whole),
    (["check", "--staged"], whole),
    (["check", "--pre-push", "other", "../other"], whole, "refs/heads/main {HEAD} refs/heads/main {HEAD~1}\n"),
    (["audit", "HEAD"], whole),
    (["audit", "--staged"], whole),
    (["audit"], whole),
    (["report", "--format", "json"], cases),
]
# Before that: nothing may be found, whatever happens.
CLEAN = [
    (["scan", "--all"], None),
    (["scan"], whole),
    (["check", "--staged"], whole),
    (["check", "--range", "HEAD~1..HEAD"], whole),
    (["check", "--pre-push", "other", "../other"], whole, "refs/heads/main {HEAD} refs/heads/main {HEAD~1}\n"),
    (["audit", "--format", "json", "HEAD"], whole),
    (["recover"], whole),
    (["hooks", "doctor"], whole),
]
# Where the migration is in no history, and an object still.
LOST = [
    (["recover", "--format", "json", "--from", "unreachable"], plan),
    (["recover", "--format", "json", "--from", "unreachable", "--no-cache"], plan),
    (["recover", "--format", "json"], plan),
    (["show", "2a3f4c9d1cde"], whole),
    (["scan"], whole),
]

# By turns, over and over. $N counts; `other` is a clone next door, from which and to which is fetched and pushed.
KEEPING = """
    git commit-tree -m "noise $N" -p refs/heads/noise 'noise^{tree}' | xargs git update-ref refs/heads/noise
    git update-ref refs/heads/passing/$N main
    git repack -adkq
    git pack-refs --all
    git hash-object -w --stdin <<<$N
    git -C ../other commit-tree -m "theirs $N" 'main^{tree}' | xargs git -C ../other update-ref refs/heads/theirs
    git fetch -q --prune ../other '+refs/heads/*:refs/remotes/other/*'
    git worktree add -q --detach ../tree-$N noise
    git tag -f passing noise
    git -C ../other push -q ../r +refs/heads/theirs:refs/heads/noise
    git multi-pack-index write
    git commit-graph write --reachable --split=no-merge --changed-paths
    git repack -dq
    git multi-pack-index write
    git update-ref -d refs/heads/passing/$N
    git multi-pack-index repack --batch-size=0
    git pack-refs --all --no-prune
    git worktree remove --force ../tree-$N
    git multi-pack-index expire
    git commit-graph write --reachable --split --size-multiple=1
    git worktree prune --expire now
    git repack -AdqF
    echo $N >unrelated; git add unrelated
    git status
    git commit-graph write --reachable --split=replace
    git prune-packed -q
    git reset -q
    rm -f .git/objects/pack/multi-pack-index
    git -C ../other update-ref -d refs/heads/theirs
    git update-ref refs/heads/noise main
    git tag -d passing
    git reflog expire --expire=now --all
    rm -rf .git/objects/info/commit-graph .git/objects/info/commit-graphs
""".strip().splitlines()
PRUNING = KEEPING + """
    git gc -q --prune=now
    git repack -adq
    git prune --expire=now
    git gc -q --aggressive --prune=now
    git -c gc.writeCommitGraph=true maintenance run --task=gc --task=commit-graph --task=loose-objects --task=incremental-repack
""".strip().splitlines()

REPOSITORIES = {"accident": (ACCIDENT, PRUNING), "clean": (CLEAN, PRUNING), "lost": (LOST, KEEPING)}


class Repository(threading.Thread):
    """One that is changed by a thread of its own."""

    def __init__(self, name, work, binary):
        super().__init__(daemon=True)
        self.questions, self.changes = REPOSITORIES[name]
        self.work = os.path.join(work, name)
        self.repo = os.path.join(self.work, "r")
        self.ends, self.done = threading.Event(), 0
        self.binary = binary
        os.mkdir(self.work)
        make_repository(self.repo, "swept" if name == "lost" else "loose", binary)
        if name == "clean":
            git(self.repo, "reset", "-q", "--hard", "HEAD~3")
            drop_other_refs(self.repo)
            subprocess.run([binary, "hooks", "install"], cwd=self.repo, env=ENV, check=True, stdout=subprocess.DEVNULL)
        git(self.repo, "config", "gc.auto", "0")
        git(self.repo, "update-ref", "refs/heads/noise", "main")
        git(self.work, "clone", "-q", self.repo, os.path.join(self.work, "other"))
        self.expected = [self.ask(question)[:2] for question in self.questions]

    def run(self):
        while not self.ends.is_set():
            change = self.changes[self.done % len(self.changes)]
            env = dict(ENV, N=str(self.done // len(self.changes)))
            subprocess.run(["bash", "-c", change], cwd=self.repo, env=env, capture_output=True)
            self.done += 1

    def ask(self, question):
        command, stdin = question[0], question[2] if len(question) > 2 else ""
        for name in ("HEAD~1", "HEAD"):
            stdin = stdin.replace("{%s}" % name, rev_parse(self.repo, name)) if "{%s}" % name in stdin else stdin
        done = subprocess.run([self.binary, *command], cwd=self.repo, env=ENV, input=stdin.encode(), capture_output=True)
        return done.returncode, done.stdout, done.stderr

    def judge(self, n):
        """"same", "undecided" or "wrong", and what to say about it."""
        i = n % len(self.questions)
        question, (wanted, wanted_out) = self.questions[i], self.expected[i]
        status, out, err = self.ask(question)
        view = question[1] or (lambda out: b"")
        said = " ".join(question[0]) + ": exit %d, expected %d\n%s\n%s" % (
            status, wanted, out.decode(errors="replace")[-3000:], err.decode(errors="replace")[-1000:])
        says_why = any(words in out for words in SAYS_INCOMPLETE)
        if status == wanted and view(out) == view(wanted_out):
            return "same", said
        if status == 3 and (err or says_why) or status == wanted == 1 and says_why:
            return "undecided", said
        return "wrong", said


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=math.inf)
    parser.add_argument("repository", nargs="*")
    options = parser.parse_args()
    counts = dict.fromkeys(("same", "undecided", "wrong"), 0)
    with tempfile.TemporaryDirectory(prefix="revident-concurrent.") as work:
        repositories = [Repository(name, work, os.path.abspath(options.binary))
                        for name in options.repository or REPOSITORIES]
        for repository in repositories:
            repository.start()
        ends = time.monotonic() + options.seconds
        for n in range(options.runs):
            if time.monotonic() > ends:
                break
            end, said = repositories[n % len(repositories)].judge(n // len(repositories))
            counts[end] += 1
            if end != "same":
                print("# %s: %s" % (end, said))
            if n % 100 == 99:
                print("# %d answers" % (n + 1))
            sys.stdout.flush()
        for repository in repositories:
            repository.ends.set()
            repository.join()
            git(repository.repo, "fsck", "--no-progress", "--no-dangling", stderr=subprocess.DEVNULL)
    print("%d changes; %d answers the same, %d undecided, %d wrong" % (
        sum(repository.done for repository in repositories), *counts.values()))
    return 1 if counts["wrong"] or not counts["same"] else 0


if __name__ == "__main__":
    sys.exit(main())
