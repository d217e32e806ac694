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
  * a command that only reads leaves every file of the repository as it was, but for whole notes of a sweep;
  * the directory for temporary files is empty, or where memory ended after the next run.
"""
import argparse
import concurrent.futures
import errno
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import zlib

from scenarios import CACHED, ENV, INSTALLS, READS, REPAIRS, SCENARIOS, TOP, WRITES_FILE, make_repository, rev_parse
from snapshot import Snapshot, changes

# As in inject.c, and how each fails: once unless "+" is there (a disk that is full stays full).
FAILURES = {
    "alloc": ["ENOMEM"],
    "open": ["EMFILE", "EIO", "EACCES", "EMFILE+"],
    "list": ["EIO", "EACCES"],
    "read": ["EIO", "EIO+", "EINTR", "short"],
    "write": ["ENOSPC", "ENOSPC+", "EDQUOT", "EIO", "EINTR", "short"],
    "sync": ["EIO", "EDQUOT+"],
    "close": ["EIO", "EDQUOT+"],
    "rename": ["EIO", "EACCES+"],
    "link": ["EPERM", "EIO", "EDQUOT+"],
    "remove": ["EACCES", "EROFS+"],
    "mkdir": ["ENOSPC", "EDQUOT+"],
    "stat": ["EIO", "EACCES", "EIO+"],
    "access": ["EIO"],
    "mmap": ["ENOMEM", "ENOMEM+"],
    "process": ["EAGAIN", "EMFILE+"],
    "wait": ["ECHILD", "EINTR"],
    "child": ["ENOENT", "killed", "cut"],
    "mode": ["EIO", "EPERM+"],
}
CLASSES = list(FAILURES)
HARMLESS = ("EINTR", "short")
SAYS_INCOMPLETE = (b'"complete": false', b'"complete":false', b'"limits": [\n', b"not read", b"cannot be read", b"cannot read", b"could not be read", b"could be read",
                   b"cannot be judged")
NO_ROOM_FOR_LIMITS = {"check-o"}  # GitLab's format: standard error has them
NOTES = ".git/revident/sweep/"
JOURNAL = ".git/revident/journal"
NOTE_DIRECTORIES = (".git/revident/", NOTES)


def ends_of_program(binary):
    """Where revident's xalloc.h calls the C library, relative to the start of the program: for FAULT_ENDS."""
    names = "xmalloc xcalloc xreallocarray xmemdup xstrdup xgrow".split()
    listed = subprocess.run(["nm", "-S", binary], capture_output=True, text=True).stdout
    ranges = []
    for line in listed.splitlines():
        words = line.split()
        if len(words) == 4 and words[3] in names:
            start = int(words[0], 16)
            ranges.append("%x-%x" % (start, start + int(words[1], 16)))
    return ",".join(ranges)


class Run:
    def __init__(self, options, scenario, fault):
        counts = scenario.repo + ".counts"
        if os.path.exists(counts):
            os.unlink(counts)
        env = dict(ENV, TMPDIR=scenario.temporary, XDG_CACHE_HOME=scenario.cache)
        if options.library:
            env.update(FAULT=fault, FAULT_PROGRAM="revident", FAULT_STATE=counts, LD_PRELOAD=options.library,
                       FAULT_ENDS=options.ends, FAULT_CUT=os.path.join(TOP, "tests/fault/cut.sh"))
        try:
            done = subprocess.run([options.binary, *scenario.args], cwd=scenario.repo, env=env, input=scenario.stdin,
                                  capture_output=True, timeout=60)
            self.status, self.out, self.err = done.returncode, done.stdout, done.stderr
        except subprocess.TimeoutExpired:
            self.status, self.out, self.err = None, b"", b""
        numbers = [0] * (len(CLASSES) + 1)
        if options.library:
            with open(counts, "rb") as file:
                numbers = struct.unpack("%dQ" % len(numbers), file.read())
        self.counts = dict(zip(CLASSES, numbers))
        self.failures = numbers[-1]


class Scenario:
    def __init__(self, name, options):
        self.name, self.options = name, options
        self.kind, self.form, self.args = SCENARIOS[name][:3]
        template = os.path.join(options.work, self.form)
        if not os.path.exists(template):
            make_repository(template, self.form, options.binary)
        self.stdin = self.read_stdin(template)
        self.repo = os.path.join(options.work, name)
        self.temporary = self.repo + ".tmp"
        self.cache = self.repo + ".cache" if name in CACHED else "/nonexistent"
        os.mkdir(self.temporary)
        self.tree = Snapshot(template, self.repo)
        if name in CACHED:
            time.sleep(0.2)  # until the packs are known by their times
            self.run("none")
        self.drop_cache()
        self.before = self.after = self.tree.state()
        started = time.monotonic()
        self.good = self.run("none")
        self.seconds = time.monotonic() - started
        self.after = self.tree.state()
        if self.good.status not in (0, 1):
            sys.exit("%s: cannot be tried: %r" % (name, self.good.err))
        self.problems = []
        self.runs = 0

    def read_stdin(self, template):
        text = (SCENARIOS[self.name] + ("",))[3]
        for name in re.findall("{(.*?)}", text):
            text = text.replace("{%s}" % name, rev_parse(template, name))
        return text.encode()

    def reset(self):
        self.tree.put_back()
        self.drop_cache()
        if os.listdir(self.temporary):
            shutil.rmtree(self.temporary)
            os.mkdir(self.temporary)

    def drop_cache(self):
        if not CACHED.get(self.name, True):
            shutil.rmtree(self.cache, ignore_errors=True)

    def judge_cache(self, how):
        """What the run left in the cache misleads nobody."""
        if self.name not in CACHED:
            return None
        problem = self.judge_answer(self.run("none"), how)
        return problem and "and then it " + problem

    def run(self, fault):
        return Run(self.options, self, fault)

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
        if not run.err and not self.written_incomplete(run) and not any(words in run.out for words in SAYS_INCOMPLETE):
            return "exit %d without a word" % run.status
        return None

    def without_notes(self, state):
        """But for notes that are whole."""
        return {k: v for k, v in state.items()
                if not (k in NOTE_DIRECTORIES or k.startswith(NOTES)) or self.after.get(k, "directory") != v}

    def state(self):
        return self.without_notes(self.tree.state())

    def judge_state(self, run):
        if self.tree.is_as_copied() and self.kind == READS:
            return None
        now, before, after = self.state(), self.without_notes(self.before), self.without_notes(self.after)
        if now == before:
            if before != after and run.status == self.good.status:
                return "says it is done, and nothing is"
            return None
        if now == after:
            return None
        if self.kind == READS:
            return "changes %s" % changes(before, now)[:4]
        if self.kind == REPAIRS:
            return self.judge_resumed(now)
        if self.written_incomplete(run):
            return None
        for path in changes(before, now):
            if now.get(path) not in (before.get(path), after.get(path)):
                return "leaves %s" % path
        if run.status == self.good.status and self.kind != WRITES_FILE:
            return "says it is done, and lacks %s" % changes(after, now)[:4]
        if self.kind == WRITES_FILE and 0 <= run.status < 2:
            return "half is done: %s" % changes(after, now)[:4]
        return None

    def judge_temporary(self, kind):
        """What cannot be removed stays. Where memory ends the program does, and its next run removes what is left."""
        left = os.listdir(self.temporary)
        if left and kind == "alloc":
            self.run("none")
            left = os.listdir(self.temporary)
        return "leaves %s in TMPDIR" % left[0] if left and kind != "remove" else None

    def written_incomplete(self, run):
        """Has a file been written that says itself that it is incomplete, or where it cannot, has standard error?"""
        return self.kind == WRITES_FILE and any(self.says_incomplete(path, run) for path in
                                                changes(self.before, self.after))

    def says_incomplete(self, path, run):
        path = os.path.join(self.repo, path)
        if not os.path.isfile(path):
            return False
        if self.name in NO_ROOM_FOR_LIMITS:
            text = run.err
        else:
            with open(path, "rb") as file:
                text = file.read()
        return any(words in text for words in SAYS_INCOMPLETE)

    def judge_resumed(self, now):
        """A repair that stopped half way: the next run of recover completes or undoes it, but for the index."""
        for path in changes(self.before, now):
            if ".revident-" not in path and path not in (JOURNAL, *NOTE_DIRECTORIES) and \
                    now.get(path) not in (self.before.get(path), self.after.get(path), None):
                return "%s is half written" % path
        subprocess.run([self.options.binary, "recover"], cwd=self.repo, env=ENV, capture_output=True)
        now, index = self.state(), ".git/index"
        if now.pop(index) not in (self.before[index], self.after[index]):
            return "the index is half written"
        ends = [{k: v for k, v in self.without_notes(end).items() if k != index} for end in (self.before, self.after)]
        if now not in ends:
            return "the next run leaves a mixture: %s" % [changes(end, now)[:4] for end in ends]
        return None

    def disturb(self):
        for kind in self.options.classes:
            for how in FAILURES[kind]:
                self.disturb_class(kind, how)
        self.tree.put_back()
        return self

    def disturb_class(self, kind, how):
        last = "+" if how.endswith("+") else ""
        code = str(getattr(errno, how.rstrip("+"), how))
        stride = self.stride(kind)
        n = 1 + (zlib.crc32(("%s %s %s" % (self.name, kind, how)).encode()) + self.options.offset) % stride
        while n <= self.good.counts[kind] + 100:
            self.reset()
            run = self.run("%s:%d%s:%s" % (kind, n, last, code))
            if run.failures == 0:
                break
            self.runs += 1
            for problem in (self.judge_answer(run, how), self.judge_state(run), self.judge_temporary(kind),
                            self.judge_cache(how)):
                if problem:
                    self.problems.append("%s: %s %d fails with %s: %s" % (self.name, kind, n, how, problem))
            n += stride

    def stride(self, kind):
        """So that a class has at most so many runs, or about twice as many."""
        most = self.options.most
        return max(1, self.good.counts[kind] // most) if most else 1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--library", required=True)
    parser.add_argument("--most", type=int, default=0, help="at most about so many runs of a command, class and errno")
    parser.add_argument("--offset", type=int, default=0, help="with --most: try others")
    parser.add_argument("--every-allocation", action="store_true", help="those, too, that end the program like another does")
    parser.add_argument("--show", type=int, default=20, help="so many problems of a command")
    parser.add_argument("--classes", default=",".join(CLASSES))
    parser.add_argument("scenario", nargs="*")
    options = parser.parse_args()
    options.classes = options.classes.split(",")
    options.binary = os.path.abspath(options.binary)
    options.library = os.path.abspath(options.library)
    options.ends = "" if options.every_allocation else ends_of_program(options.binary)
    with tempfile.TemporaryDirectory(prefix="revident-faults.") as options.work:
        names = options.scenario or list(SCENARIOS)
        scenarios = [Scenario(name, options) for name in names]
        failed = runs = 0
        with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
            for done in pool.map(Scenario.disturb, scenarios):
                runs += done.runs
                if done.problems:
                    failed += 1
                    print("not ok %s: %d runs, %d problems" % (done.name, done.runs, len(done.problems)))
                    for problem in done.problems[:options.show]:
                        print("#", problem)
                else:
                    print("ok %s: %d runs" % (done.name, done.runs))
                sys.stdout.flush()
        print("# %d runs" % runs)
        print("%d passed, %d failed" % (len(names) - failed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
