"""What the benchmarks measure with: interleaved timing, memory, instruction counts, a sealed environment.

A subject is a module with one function, `cases(bench, repos)`, which yields a Case for each row of the table; bench.py
lists the subjects and prints the rows. Standard library only; Linux.
"""

import collections
import os
import re
import shutil
import statistics
import subprocess
import sys
import time

ROUNDS = 7

# One row: `ours` against `reference`, two argument lists that answer the same question in the same state of the same
# repository. `goal` is the ratio to reach; `before` is called, untimed, before each run of ours; `amount` of `unit` is
# what one run reads; `instructions` is false where counting them would take minutes; an exit status other than
# `statuses` ends the bench.
Case = collections.namedtuple(
    "Case", "repository name ours reference goal before amount unit rounds instructions statuses",
    defaults=(None, None, None, "", None, True, (0, 1)))

Result = collections.namedtuple("Result", "wall cpu wall_ratio cpu_ratio anonymous resident instructions")


class Bench:
    """What the subjects share: the program, a directory for what they make, and the environment they run in."""

    def __init__(self, binary, directory, rounds=ROUNDS, instructions=True, huge=False):
        self.binary = os.path.abspath(binary)
        self.directory = directory
        self.rounds = rounds
        self.huge = huge
        self.valgrind = shutil.which("valgrind") if instructions else None
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "XDG_"))}
        self.env.update(HOME=directory, GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL=os.devnull, LC_ALL="C", TZ="UTC",
                        GIT_PAGER="cat", GIT_AUTHOR_NAME="T", GIT_AUTHOR_EMAIL="t@example.com", GIT_COMMITTER_NAME="T",
                        GIT_COMMITTER_EMAIL="t@example.com")

    def git(self, repo, *arguments, **options):
        """Runs git in a repository and returns what it prints."""
        done = subprocess.run(["git", "-C", repo, *arguments], check=True, stdout=subprocess.PIPE, env=self.env, **options)
        return done.stdout.decode("utf-8", "surrogateescape").strip()

    def copy(self, repo, name):
        """A bare copy of a repository, with the same objects by hard link where that works: the original is not touched."""
        path = os.path.join(self.directory, name)
        subprocess.run(["git", "clone", "-q", "--mirror", repo, path], check=True, env=self.env)
        return path

    def _start(self, argv):
        return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                env=self.env)

    def _end(self, argv, process, statuses):
        """The processor time of a process that has nothing more to say."""
        said = process.stderr.read().decode("utf-8", "replace")
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stderr.close()
        if process.returncode not in statuses:
            sys.exit("bench: %s: exit status %d: %s" % (" ".join(argv), process.returncode, said))
        return usage.ru_utime + usage.ru_stime, said

    def timed(self, argv, statuses=(0, 1)):
        """(wall, processor) seconds of one run."""
        started = time.perf_counter()
        cpu, _ = self._end(argv, self._start(argv), statuses)
        return time.perf_counter() - started, cpu

    def memory(self, argv, statuses=(0, 1)):
        """The largest (RssAnon, RSS) in KiB of a run of its own: looking disturbs no timing. 0 where /proc does not say."""
        process = self._start(argv)
        peaks = {"RssAnon": 0, "VmHWM": 0}
        path = "/proc/%d/status" % process.pid
        while True:
            try:
                with open(path) as status:
                    found = re.findall(r"^(RssAnon|VmHWM):\s*(\d+)", status.read(), re.MULTILINE)
            except OSError:
                found = []
            if not found:  # it has ended
                break
            for name, value in found:
                peaks[name] = max(peaks[name], int(value))
            time.sleep(0.0005)
        self._end(argv, process, statuses)
        return peaks["RssAnon"], peaks["VmHWM"]

    def instructions(self, argv, statuses=(0, 1)):
        """The instructions that one run takes, or None without valgrind: the same number on a busy machine."""
        if not self.valgrind:
            return None
        out = os.path.join(self.directory, "callgrind.out")
        counted = [self.valgrind, "--tool=callgrind", "--callgrind-out-file=" + out, *argv]
        _, said = self._end(counted, self._start(counted), statuses)
        found = re.search(r"Collected : (\d+)", said)
        return int(found.group(1)) if found else None

    def measure(self, case):
        """Runs ours and the reference in turn, after one run of each that fills the page cache."""
        ours, reference = [], []
        for i in range((case.rounds or self.rounds) + 1):
            if case.before:
                case.before()
            mine, theirs = self.timed(case.ours, case.statuses), self.timed(case.reference, case.statuses)
            if i:
                ours.append(mine)
                reference.append(theirs)
        if case.before:
            case.before()
        anonymous, resident = self.memory(case.ours, case.statuses)
        counts = None
        if case.instructions and self.valgrind:
            if case.before:
                case.before()
            counts = [self.instructions(argv, case.statuses) for argv in (case.ours, case.reference)]

        def ratio(which):  # of each round: a busy machine disturbs both sides of it
            return statistics.median(a[which] / max(b[which], 1e-6) for a, b in zip(ours, reference))

        def median(which):
            return statistics.median(a[which] for a in ours), statistics.median(b[which] for b in reference)

        return Result(median(0), median(1), ratio(0), ratio(1), anonymous, resident, counts)
