#!/usr/bin/env python3
"""Make every call of revident fail in turn, and hold each run against an undisturbed one.

inject.so (tests/fault/inject.c) makes the Nth call of a class fail; this runs N = 1, 2, ... until a run has had no
failure. What must hold, whatever fails:

  * no signal ends the program, and it ends;
  * exit status 0 or 1 only with the bytes of the undisturbed run on standard output; else 3 (or 2), and standard error
    says why. A finding that stands is 1 in spite of what could not be read, if the output says that it is incomplete;
  * an interrupted call (EINTR) and half a transfer change nothing at all;
  * what is written is the old file or the new one, whole; nothing else is left but a journal, and the next run of
    recover ends what the journal is about;
  * a command that only reads leaves every file of the repository as it was.
"""
import argparse
import concurrent.futures
import errno
import hashlib
import os
import shutil
import struct
import subprocess
import sys
import tempfile

CLASSES = "alloc open list read write sync close rename remove mkdir stat mmap process mode".split()
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# How each class fails: once unless "+" is there (a disk that is full stays full).
FAILURES = {
    "alloc": ["ENOMEM"],
    "open": ["EMFILE", "EIO", "EMFILE+"],
    "list": ["EIO"],
    "read": ["EIO", "EINTR", "short"],
    "write": ["ENOSPC", "ENOSPC+", "EINTR", "short"],
    "sync": ["EIO"],
    "close": ["EIO"],
    "rename": ["EIO"],
    "remove": ["EACCES"],
    "mkdir": ["ENOSPC"],
    "stat": ["EIO"],
    "mmap": ["ENOMEM"],
    "process": ["EAGAIN"],
    "mode": ["EIO"],
}
# Without /proc/self/exe, installed hooks look for the program in PATH.
OTHERWISE_RIGHT = {("hooks-install", "list")}
HARMLESS = ("EINTR", "short")
SAYS_INCOMPLETE = (b'"complete": false', b"not read", b"cannot be read", b"cannot read", b"could not be read", b"could be read",
                   b"cannot be judged")

READS, WRITES_FILE, REPAIRS, INSTALLS = range(4)

SCENARIOS = {
    "scan": (READS, "packed", ["scan"]),
    "scan-loose": (READS, "loose", ["scan", "--format", "json"]),
    "scan-all": (READS, "packed", ["scan", "--all", "--deep", "--format", "json"]),
    "scan-o": (WRITES_FILE, "loose", ["scan", "-o", "out.txt"]),
    "explain": (READS, "packed", ["explain", "189b1231afd4"]),
    "show": (READS, "packed", ["show", "189b1231afd4"]),
    "audit": (READS, "loose", ["audit"]),
    "audit-head": (READS, "packed", ["audit", "--format", "json", "HEAD"]),
    "recover": (READS, "packed", ["recover", "--format", "json"]),
    "recover-lost": (READS, "dropped", ["recover"]),
    "recover-patch": (READS, "packed", ["recover", "--patch"]),
    "recover-o": (WRITES_FILE, "packed", ["recover", "-o", "out"]),
    "recover-apply": (REPAIRS, "packed", ["recover", "--apply"]),
    "check-staged": (READS, "staged", ["check", "--staged"]),
    "check-range": (READS, "packed", ["check", "--range", "HEAD~1..HEAD"]),
    "report": (READS, "packed", ["report", "--format", "markdown"]),
    "report-evidence": (WRITES_FILE, "packed", ["report", "--evidence", "evidence", "-o", "report.md"]),
    "hooks-install": (INSTALLS, "packed", ["hooks", "install"]),
    "hooks-uninstall": (INSTALLS, "hooked", ["hooks", "uninstall"]),
    "hooks-doctor": (READS, "hooked", ["hooks", "doctor"]),
}


def sealed():
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    env.update(HOME="/nonexistent", TZ="UTC", LC_ALL="C", TERM="dumb", GIT_CONFIG_NOSYSTEM="1",
               GIT_CONFIG_GLOBAL="/dev/null", GIT_AUTHOR_NAME="A", GIT_AUTHOR_EMAIL="a@example.com",
               GIT_COMMITTER_NAME="C", GIT_COMMITTER_EMAIL="c@example.com",
               GIT_AUTHOR_DATE="2025-10-21T09:00:00 +0000", GIT_COMMITTER_DATE="2025-10-21T09:00:00 +0000")
    return env


ENV = sealed()


def git(repo, *args, **kw):
    subprocess.run(["git", *args], cwd=repo, check=True, env=ENV, stdout=subprocess.DEVNULL, **kw)


def make_repository(path, form, binary):
    os.mkdir(path)
    git(path, "init", "-q", "-b", "main")
    with open(os.path.join(TOP, "testrepos/september-17.fi"), "rb") as stream:
        git(path, "fast-import", "--quiet", stdin=stream)
    git(path, "checkout", "-qf", "main")
    if form == "dropped":  # the lost migration is in no history any more, but an object still
        git(path, "checkout", "-q", "--orphan", "again")
        git(path, "commit", "-qm", "squashed")
        git(path, "branch", "-qM", "main")
        git(path, "reflog", "expire", "--expire=all", "--all")
    if form in ("packed", "staged", "hooked"):
        git(path, "pack-refs", "--all")
        git(path, "repack", "-qad")
        git(path, "commit-graph", "write", "--reachable")
    if form == "staged":
        versions = os.path.join(path, "habits_service/alembic/versions")
        for name in sorted(os.listdir(versions)):
            with open(os.path.join(versions, name)) as file:
                text = file.read()
            with open(os.path.join(versions, name), "w") as file:
                file.write(text.replace("revision = '", "revision = '9").replace('revision = "', 'revision = "9'))
        git(path, "add", "-A")
    if form == "hooked":
        subprocess.run([binary, "hooks", "install"], cwd=path, check=True, env=ENV, stdout=subprocess.DEVNULL)


def state(root, ignore=()):
    """Every file and directory with what is in it."""
    found = {}
    for directory, names, files in os.walk(root):
        for name in names:
            path = os.path.join(directory, name)
            found[os.path.relpath(path, root) + "/"] = "link" if os.path.islink(path) else "directory"
        for name in files:
            path = os.path.join(directory, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, root)] = "%o %s" % (
                    os.lstat(path).st_mode, hashlib.sha1(file.read()).hexdigest())
    return {k: v for k, v in found.items() if not any(k.startswith(i) for i in ignore)}


class Run:
    def __init__(self, binary, library, repo, args, fault):
        counts = repo + ".counts"
        if os.path.exists(counts):
            os.unlink(counts)
        env = dict(ENV)
        if library:
            env.update(FAULT=fault, FAULT_PROGRAM="revident", FAULT_STATE=counts, LD_PRELOAD=library)
        try:
            done = subprocess.run([binary, *args], cwd=repo, env=env, stdin=subprocess.DEVNULL, capture_output=True,
                                  timeout=60)
            self.status, self.out, self.err = done.returncode, done.stdout, done.stderr
        except subprocess.TimeoutExpired:
            self.status, self.out, self.err = None, b"", b""
        numbers = [0] * (len(CLASSES) + 1)
        if library:
            with open(counts, "rb") as file:
                numbers = struct.unpack("%dQ" % len(numbers), file.read())
        self.counts = dict(zip(CLASSES, numbers))
        self.failures = numbers[-1]


def changes(before, after):
    return sorted(k for k in before.keys() | after.keys() if before.get(k) != after.get(k))


class Scenario:
    def __init__(self, name, options):
        self.name, self.options = name, options
        self.kind, self.form, self.args = SCENARIOS[name]
        self.template = os.path.join(options.work, self.form)
        if not os.path.exists(self.template):
            make_repository(self.template, self.form, options.binary)
        self.ignore = (".git/revident/",)
        self.repo = os.path.join(options.work, name)
        self.fresh = False
        self.reset()
        self.before = state(self.repo, self.ignore)
        self.good = self.run("none")
        self.after = state(self.repo, self.ignore)
        self.fresh = False
        if self.good.status > 1:
            sys.exit("%s: cannot be tried: %r" % (name, self.good.err))
        self.problems = []
        self.runs = 0

    def reset(self):
        if not self.fresh:
            shutil.rmtree(self.repo, ignore_errors=True)
            shutil.copytree(self.template, self.repo, symlinks=True)
            self.fresh = True

    def run(self, fault):
        self.fresh = self.kind == READS
        return Run(self.options.binary, self.options.library, self.repo, self.args, fault)

    def judge_answer(self, run, how):
        if run.status is None:
            return "does not end"
        if run.status < 0 or run.status > 3:
            return "ends with %d" % run.status
        same = run.status == self.good.status and run.out == self.good.out
        if same:
            return None
        if how in HARMLESS:
            return "exit %d, other answer for what is no failure: %r" % (run.status, run.err[:200])
        if run.status < 2:
            if run.status == self.good.status and any(words in run.out for words in SAYS_INCOMPLETE):
                return None
            return "exit %d (not %d), other answer, %r" % (run.status, self.good.status, run.err[:200])
        if not run.err and not self.written_incomplete() and not any(words in run.out for words in SAYS_INCOMPLETE):
            return "exit %d without a word" % run.status
        return None

    def judge_state(self, run, kind):
        now = state(self.repo, self.ignore)
        if (self.name, kind) in OTHERWISE_RIGHT and run.status == self.good.status:
            return None
        if now == self.before:
            if self.before != self.after and run.status == self.good.status:
                return "says it is done, and nothing is"
            return None
        self.fresh = False
        if now == self.after:
            return None
        if self.kind == READS:
            return "changes %s" % changes(self.before, now)[:4]
        if self.kind == REPAIRS:
            return self.judge_resumed(now)
        if self.written_incomplete():
            return None
        for path in changes(self.before, now):
            if now.get(path) not in (self.before.get(path), self.after.get(path)):
                return "leaves %s" % path
        if run.status == self.good.status and self.kind != WRITES_FILE:
            return "says it is done, and lacks %s" % changes(self.after, now)[:4]
        if self.kind == WRITES_FILE and 0 <= run.status < 2:
            return "half is done: %s" % changes(self.after, now)[:4]
        return None

    def written_incomplete(self):
        """Has a file been written that says itself that it is incomplete?"""
        return self.kind == WRITES_FILE and any(self.says_incomplete(path) for path in
                                                changes(self.before, self.after))

    def says_incomplete(self, path):
        path = os.path.join(self.repo, path)
        if not os.path.isfile(path):
            return False
        with open(path, "rb") as file:
            text = file.read()
        return any(words in text for words in SAYS_INCOMPLETE)

    def judge_resumed(self, now):
        """A repair that stopped half way: the next run of recover completes or undoes it."""
        for path in changes(self.before, now):
            if ".revident-" not in path and now.get(path) not in (self.before.get(path), self.after.get(path), None):
                return "%s is half written" % path
        subprocess.run([self.options.binary, "recover"], cwd=self.repo, env=ENV, capture_output=True)
        after = state(self.repo, self.ignore)
        if after not in (self.before, self.after):
            return "the next run leaves a mixture: %s" % changes(self.before, after)[:4]
        return None

    def disturb(self):
        for kind in self.options.classes:
            for how in FAILURES[kind]:
                last = "+" if how.endswith("+") else ""
                code = how if how == "short" else str(getattr(errno, how.rstrip("+")))
                n = 1 + self.options.offset
                while True:
                    self.reset()
                    run = self.run("%s:%d%s:%s" % (kind, n, last, code))
                    self.runs += 1
                    if run.failures == 0:
                        break
                    for problem in (self.judge_answer(run, how), self.judge_state(run, kind)):
                        if problem:
                            self.problems.append("%s: %s %d fails with %s: %s" % (self.name, kind, n, how, problem))
                    n += self.stride(kind)

        return self

    def stride(self, kind):
        """So that a class has at most so many runs."""
        if not self.options.most:
            return 1
        return max(1, self.good.counts[kind] // self.options.most)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--library", required=True)
    parser.add_argument("--most", type=int, default=0, help="at most about so many runs of a command, class and errno")
    parser.add_argument("--offset", type=int, default=0, help="skip so many calls")
    parser.add_argument("--show", type=int, default=20, help="so many problems of a command")
    parser.add_argument("--classes", default=",".join(CLASSES))
    parser.add_argument("scenario", nargs="*")
    options = parser.parse_args()
    options.classes = options.classes.split(",")
    options.binary = os.path.abspath(options.binary)
    options.library = os.path.abspath(options.library)
    with tempfile.TemporaryDirectory(prefix="revident-faults.") as options.work:
        names = options.scenario or list(SCENARIOS)
        scenarios = [Scenario(name, options) for name in names]
        failed = 0
        with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
            for done in pool.map(Scenario.disturb, scenarios):
                if done.problems:
                    failed += 1
                    print("not ok %s: %d runs, %d problems" % (done.name, done.runs, len(done.problems)))
                    for problem in done.problems[:options.show]:
                        print("#", problem)
                else:
                    print("ok %s: %d runs" % (done.name, done.runs))
                sys.stdout.flush()
        print("%d passed, %d failed" % (len(names) - failed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
