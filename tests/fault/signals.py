#!/usr/bin/env python3
"""Send SIGHUP, SIGINT, SIGTERM and SIGKILL to revident at random moments.

What must hold is what faults.py says of files: the old ones or the new ones, whole; and no program that revident started
goes on without it, but for the git that stages a repair: it ends what it began, in a moment, since git that is ended just
after it made its lock leaves that. SIGKILL alone may leave a temporary, which the next run of the same command removes.
"""
import argparse
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time

import faults
from scenarios import ENV, REPAIRS, SCENARIOS
from snapshot import changes

SIGNALS = [signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGKILL]
MARK = "REVIDENT_SIGNALS"
TEMPORARY = re.compile(r"(^|/)\.revident-.*\.tmp$")
NOTE_BEING_WRITTEN = re.compile(r"^\.git/revident/sweep/\.note-\d+\.tmp$")  # removed by a later sweep, after an hour


def heed_signals():
    """In the child: a shell that starts this program in the background has them ignored."""
    for number in SIGNALS:
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)


class Cut:
    """How a run ended that may have been cut off, as Scenario.judge_state() wants it."""

    def __init__(self, scenario, number, mark):
        options = scenario.options
        env = dict(ENV, TMPDIR=scenario.temporary, XDG_CACHE_HOME=scenario.cache, **{MARK: mark})
        with tempfile.TemporaryFile() as stdin:
            stdin.write(scenario.stdin)
            stdin.seek(0)
            process = subprocess.Popen([options.binary, *scenario.args], cwd=scenario.repo, env=env, stdin=stdin,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=heed_signals)
        time.sleep(random.random() * scenario.seconds * 1.2)
        process.send_signal(number)
        self.out, self.err = process.communicate(timeout=60)
        self.status = process.returncode
        self.signal = number


def orphans(mark):
    """The processes with that mark in their environment."""
    wanted = ("%s=%s" % (MARK, mark)).encode()
    found = []
    for name in os.listdir("/proc"):
        try:
            with open("/proc/%s/environ" % name, "rb") as file:
                if wanted in file.read().split(b"\0"):
                    found.append(name)
        except OSError:
            pass
    return [name for name in found if name.isdigit()]


def left_running(mark):
    for _ in range(100):
        if not orphans(mark):
            return False
        time.sleep(0.05)
    return True


def judge_killed(scenario):
    """Old or new, and the next run makes it new, with nothing beside it."""
    now = scenario.state()
    for path in changes(scenario.without_notes(scenario.before), now):
        if now.get(path) not in (scenario.before.get(path), scenario.after.get(path)) and not TEMPORARY.search(path) \
                and not NOTE_BEING_WRITTEN.match(path):
            return "leaves %s" % path
    again = scenario.run("none")
    for path in scenario.tree.look():
        if NOTE_BEING_WRITTEN.match(path):
            os.unlink(os.path.join(scenario.repo, path))
    if again.status not in (0, 1):
        return "the next run ends with %d: %r" % (again.status, again.err)
    left = changes(scenario.without_notes(scenario.after), scenario.state())
    if left:
        return "after the next run there is %s" % left[:4]
    return scenario.judge_temporary("signal")


def judge(scenario, cut, mark):
    if cut.status not in (-cut.signal, scenario.good.status):
        return "exit %d" % cut.status
    if cut.status == scenario.good.status and cut.out != scenario.good.out:
        return "another answer"
    if left_running(mark):
        return "a child goes on"
    if cut.status == -signal.SIGKILL and scenario.kind != REPAIRS:
        return judge_killed(scenario)
    return scenario.judge_temporary("signal") or scenario.judge_state(cut) or scenario.judge_cache("signal")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("scenario", nargs="*")
    options = parser.parse_args()
    options.binary = os.path.abspath(options.binary)
    options.library = ""
    runs = cut_off = failed = 0
    with tempfile.TemporaryDirectory(prefix="revident-signals.") as options.work:
        scenarios = [faults.Scenario(name, options) for name in options.scenario or SCENARIOS]
        ends = time.monotonic() + options.seconds
        while time.monotonic() < ends:
            scenario, number = scenarios[runs % len(scenarios)], random.choice(SIGNALS)
            scenario.reset()
            mark = "%d-%d" % (os.getpid(), runs)
            cut = Cut(scenario, number, mark)
            problem = judge(scenario, cut, mark)
            runs += 1
            cut_off += cut.status < 0
            if problem:
                failed += 1
                print("not ok %s, %s: %s" % (scenario.name, number.name, problem))
                sys.stdout.flush()
    print("%d runs, %d of them cut off, %d wrong" % (runs, cut_off, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
