#!/usr/bin/env python3
"""Run revident while git changes how and where the same history is stored: gc, repack, prune, fetch, push, commits.

What the commands are asked about does not change meanwhile, so each answer is the one of a quiet repository, or exit
status 3 with the reason. The last line says how often each was.
"""
import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time

from faults import ENV, TOP, git

COMMANDS = [
    ["scan"],
    ["scan", "--format", "json", "--deep"],
    ["explain", "189b1231afd4"],
    ["show", "189b1231afd4"],
    ["recover"],
    ["recover", "--patch"],
    ["check", "--range", "HEAD~1..HEAD"],
    ["audit", "HEAD"],
]

# By turns, over and over. $N counts; `other` is a clone next door, from which and to which is fetched and pushed.
CHANGES = """
    git commit-tree -m "noise $N" -p refs/heads/noise 'noise^{tree}' | xargs git update-ref refs/heads/noise
    git repack -adq
    git update-ref refs/heads/passing-$N main
    git pack-refs --all
    git hash-object -w --stdin <<<$N
    git gc -q --prune=now
    git -C ../other commit-tree -m "theirs $N" 'main^{tree}' | xargs git -C ../other update-ref refs/heads/theirs
    git fetch -q --prune ../other '+refs/heads/*:refs/remotes/other/*'
    git -C ../other push -q ../r +refs/heads/theirs:refs/heads/noise
    git repack -dq
    git update-ref -d refs/heads/passing-$N
    git commit-graph write --reachable --changed-paths
    git prune-packed -q
    git multi-pack-index write
    git multi-pack-index expire
    git -C ../other update-ref -d refs/heads/theirs
    git update-ref refs/heads/noise main
    rm -rf .git/objects/info/commit-graph .git/objects/info/commit-graphs
""".strip().splitlines()


def prepare(work):
    repo, other = os.path.join(work, "r"), os.path.join(work, "other")
    os.mkdir(repo)
    git(repo, "init", "-q", "-b", "main")
    with open(os.path.join(TOP, "testrepos/september-17.fi"), "rb") as stream:
        git(repo, "fast-import", "--quiet", stdin=stream)
    git(repo, "checkout", "-qf", "main")
    git(repo, "config", "gc.auto", "0")
    git(repo, "update-ref", "refs/heads/noise", "main")
    git(work, "clone", "-q", repo, other)
    return repo


class Changer(threading.Thread):
    def __init__(self, repo):
        super().__init__(daemon=True)
        self.repo, self.ends, self.done = repo, threading.Event(), 0

    def run(self):
        while not self.ends.is_set():
            change = CHANGES[self.done % len(CHANGES)]
            env = dict(ENV, N=str(self.done // len(CHANGES)))
            subprocess.run(["bash", "-c", change], cwd=self.repo, env=env, capture_output=True)
            self.done += 1


def ask(binary, repo, command):
    done = subprocess.run([binary, *command], cwd=repo, env=ENV, stdin=subprocess.DEVNULL, capture_output=True)
    return done.returncode, done.stdout, done.stderr


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    binary = os.path.abspath(options.binary)
    wrong = same = undecided = 0
    with tempfile.TemporaryDirectory(prefix="revident-concurrent.") as work:
        repo = prepare(work)
        expected = {tuple(command): ask(binary, repo, command)[:2] for command in COMMANDS}
        changer = Changer(repo)
        changer.start()
        ends = time.monotonic() + options.seconds
        for n in range(options.runs):
            if time.monotonic() > ends:
                break
            command = COMMANDS[n % len(COMMANDS)]
            status, out, err = ask(binary, repo, command)
            if (status, out) == expected[tuple(command)]:
                same += 1
            elif status == 3 and (err or b"read" in out):
                undecided += 1
                print("# undecided: %s: %s" % (" ".join(command), (err or out).decode(errors="replace")[-300:].strip()))
            else:
                wrong += 1
                print("not ok %s: exit %d, expected %d\n%s\n%s" % (
                    " ".join(command), status, expected[tuple(command)][0], out.decode(errors="replace"),
                    err.decode(errors="replace")))
        changer.ends.set()
        changer.join()
        git(repo, "fsck", "--no-progress", "--no-dangling", stderr=subprocess.DEVNULL)
    print("%d changes; %d answers the same, %d undecided, %d wrong" % (changer.done, same, undecided, wrong))
    return 1 if wrong or not same else 0


if __name__ == "__main__":
    sys.exit(main())
