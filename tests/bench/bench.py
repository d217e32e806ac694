#!/usr/bin/env python3
"""Time revident against what git itself needs for the same question, and print one table.

    bench.py --binary PATH [--rounds N] [--only SUBJECT] [--no-instructions] [--huge] [REPO...]

Each row's two commands run in turn, after one run of each that fills the page cache. Printed: the median wall
milliseconds of both; the median of each round's ratio, of wall and of processor time, with `!` where it misses the goal
in the next column; instructions as callgrind counts them, where valgrind is installed, and their ratio; the largest
anonymous memory and the largest resident set, which counts mapped packs, too; and what was read in a second.
Repositories named on the command line are copied, not changed; without any, one is made, the same every time. --huge
adds a repository of 1,000,000 commits and 5,000 migrations.
Standard library only; Linux.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile

import check
import made
import measure
import scan
import sweep

SUBJECTS = (scan, sweep, check)

COLUMNS = ("repository", 14), ("", 31), ("ms", 8), ("git ms", 8), ("wall", 6), ("cpu", 6), ("goal", 5), \
    ("M instr.", 9), ("ratio", 5), ("RssAnon", 8), ("RSS MiB", 7), ("a second", 18)


def line(cells):
    (_, first), (_, second), *others = COLUMNS
    print("%-*s %-*s" % (first, cells[0], second, cells[1]), *("%*s" % (width, cell) for (_, width), cell in
                                                               zip(others, cells[2:])), flush=True)


def judged(ratio, goal):
    return "%.2f%s" % (ratio, "!" if goal is not None and ratio > goal else " ")


def row(case, result):
    millions, ratio = "-", "-"
    if result.instructions and all(result.instructions):
        ours, git = result.instructions
        millions, ratio = "%.1f" % (ours / 1e6), "%.2f" % (ours / git)
    line((
        case.repository, case.name, "%.1f" % (1000 * result.wall[0]), "%.1f" % (1000 * result.wall[1]),
        judged(result.wall_ratio, case.goal), judged(result.cpu_ratio, case.goal),
        "-" if case.goal is None else "%.2f" % case.goal, millions, ratio,
        "%.1f" % (result.anonymous / 1024), "%.1f" % (result.resident / 1024),
        "{:,.0f} {}".format(case.amount / result.wall[0], case.unit) if case.amount else ""))


def machine(binary):
    """One line on what the figures were measured with."""
    processor = "?"
    with open("/proc/cpuinfo") as info:
        for text in info:
            if text.startswith("model name"):
                processor = text.split(":", 1)[1].strip()
                break

    def version(*argv):
        return subprocess.run(argv, stdout=subprocess.PIPE).stdout.decode().split("\n")[0]

    return "%s, %s, %d processors (%s), %s" % (
        version(binary, "--version"), version("git", "--version"), os.cpu_count(), processor, platform.platform())


def main():
    parser = argparse.ArgumentParser(description="time revident against git")
    parser.add_argument("--binary", required=True)
    parser.add_argument("--rounds", type=int, default=measure.ROUNDS)
    parser.add_argument("--only", choices=[subject.__name__ for subject in SUBJECTS])
    parser.add_argument("--no-instructions", action="store_true")
    parser.add_argument("--huge", action="store_true")
    parser.add_argument("repos", nargs="*", metavar="REPO")
    args = parser.parse_args()
    directory = tempfile.mkdtemp(prefix="revident-bench.")
    try:
        bench = measure.Bench(args.binary, directory, args.rounds, not args.no_instructions, args.huge)
        repos = [os.path.abspath(repo) for repo in args.repos] or [made.history(bench)]
        if not bench.valgrind and not args.no_instructions:
            print("skipped: no instruction counts, valgrind is not installed", file=sys.stderr)
        print("%s; medians of %d interleaved rounds" % (machine(bench.binary), bench.rounds))
        line([title for title, _ in COLUMNS])
        for subject in SUBJECTS:
            if args.only in (None, subject.__name__):
                for case in subject.cases(bench, repos):
                    row(case, bench.measure(case))
    finally:
        shutil.rmtree(directory)


if __name__ == "__main__":
    main()
