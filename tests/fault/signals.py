#!/usr/bin/env python3
"""Send SIGINT, SIGTERM and SIGKILL to revident at random moments.

What must hold is what faults.py says of files: the old ones or the new ones, whole; and no program that revident started
goes on without it.
"""
import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

import faults

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGKILL]
MARK = "REVIDENT_SIGNALS"


class Cut:
    """How a run ended that may have been cut off, as Scenario.judge_state() wants it."""

    def __init__(self, scenario, number, mark):
        options = scenario.options
        process = subprocess.Popen([options.binary, *scenario.args], cwd=scenario.repo, env=dict(faults.ENV, **{MARK: mark}),
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
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
    for _ in range(40):
        if not orphans(mark):
            return False
        time.sleep(0.05)
    return True


def judge(scenario, cut, mark):
    if cut.status not in (-cut.signal, scenario.good.status):
        return "exit %d" % cut.status
    if cut.status == scenario.good.status and cut.out != scenario.good.out:
        return "another answer"
    if left_running(mark):
        return "a child goes on"
    if cut.status == -signal.SIGKILL:  # nobody can take away the temporary then; the file itself is old or new
        for path in [p for p in faults.state(scenario.repo) if os.path.basename(p).startswith(".revident-") or
                     p.endswith(".revident-new")]:
            if scenario.kind != faults.REPAIRS:
                os.unlink(os.path.join(scenario.repo, path))
    return scenario.judge_state(cut, "signal")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    options.binary = os.path.abspath(options.binary)
    options.library = ""
    runs = cut_off = failed = 0
    with tempfile.TemporaryDirectory(prefix="revident-signals.") as options.work:
        scenarios = []
        for name in faults.SCENARIOS:
            started = time.monotonic()
            scenarios.append(faults.Scenario(name, options))
            scenarios[-1].reset()
            started = time.monotonic()
            scenarios[-1].run("none")
            scenarios[-1].seconds = time.monotonic() - started
        ends = time.monotonic() + options.seconds
        while time.monotonic() < ends:
            scenario, number = scenarios[runs % len(scenarios)], random.choice(SIGNALS)
            scenario.reset()
            scenario.fresh = False
            mark = "%d-%d" % (os.getpid(), runs)
            cut = Cut(scenario, number, mark)
            problem = judge(scenario, cut, mark)
            runs += 1
            cut_off += cut.status < 0
            if problem:
                failed += 1
                print("not ok %s, %s: %s" % (scenario.name, number.name, problem))
    print("%d runs, %d of them cut off, %d wrong" % (runs, cut_off, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
