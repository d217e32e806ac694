#!/usr/bin/env python3
"""Time `revident scan` against what git itself needs for the same question.

    bench.py --binary PATH [--rounds N] [REPO]

On HEAD and with --all: `git log --raw -m --no-renames --full-history --format=%H` over the versions directories, and
git's cheaper `git log -G^revision`, interleaved with revident in every round, git without a commit-graph. Printed: the
median wall and processor time of the rounds; for both the median of each round's ratio to `git log --raw` in that round,
which a busy machine disturbs least; and the largest RssAnon seen in a run of its own (polled from /proc, so that polling
disturbs no timing). Without REPO a repository is made, the same every time.
Standard library only; Linux.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 7
GENERATED_COMMITS = 20000
GENERATED_EVERY = 40  # a migration in every so many commits


def sealed_environment():
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    env.update(GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL=os.devnull, LC_ALL="C", TZ="UTC", GIT_PAGER="cat")
    return env


ENV = sealed_environment()


def migration(number):
    down = "None" if number == 0 else '"%012x"' % (number - 1)
    return (
        '"""change %d\n\nRevision ID: %012x\nRevises: %s\n"""\nfrom alembic import op\n\nrevision = "%012x"\n'
        'down_revision = %s\n\n\ndef upgrade():\n    op.add_column("t%d", None)\n\n\ndef downgrade():\n'
        '    op.drop_column("t%d", "c")\n' % (number, number, down, number, down, number, number))


def stream():
    """A history with merges and tags: most commits touch the program, some add a migration, a few edit or delete one."""
    yield "feature done\n"

    def file(path, content):
        return "M 100644 inline %s\ndata %d\n%s\n" % (path, len(content), content)

    made = 0
    for n in range(1, GENERATED_COMMITS + 1):
        side = n % 20 in (5, 6)
        branch = "refs/heads/side" if side else "refs/heads/main"
        yield "commit %s\nmark :%d\ncommitter T <t@example.com> %d +0000\ndata 2\nc\n" % (branch, n, 1500000000 + 60 * n)
        if n > 1:
            if n % 20 == 5:
                yield "from :%d\n" % (n - 1)
            elif n % 20 == 7:
                yield "from :%d\nmerge :%d\n" % (n - 3, n - 1)
        if n == 1:
            yield file("alembic.ini", "[alembic]\nscript_location = db/alembic\n")
            yield file("db/alembic/env.py", "run = 1\n")
        yield file("src/p%d/m%d.py" % (n % 30, n % 400), "x = %d\n" % n)
        if n % GENERATED_EVERY == 1:
            yield file("db/alembic/versions/%012x_change.py" % made, migration(made))
            made += 1
        if n % (GENERATED_EVERY * 25) == 9 and made > 3:
            yield file("db/alembic/versions/%012x_change.py" % (made - 2), migration(made - 2) + "\n# edited\n")
        if n % (GENERATED_EVERY * 50) == 11 and made > 9:
            yield "D db/alembic/versions/%012x_change.py\n" % (made - 7)
        yield "\n"
        if n % 1000 == 0:
            yield "reset refs/tags/v%d\nfrom :%d\n\n" % (n // 1000, n)
    yield "done\n"


def make_repository(directory):
    repo = os.path.join(directory, "generated")
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", repo], check=True, env=ENV)
    importer = subprocess.Popen(["git", "-C", repo, "fast-import", "--quiet"], stdin=subprocess.PIPE, env=ENV)
    for piece in stream():
        importer.stdin.write(piece.encode())
    importer.stdin.close()
    if importer.wait() != 0:
        sys.exit("bench.py: git fast-import failed")
    subprocess.run(["git", "-C", repo, "repack", "-q", "-a", "-d", "-f"], check=True, env=ENV)
    return repo


def run_timed(argv):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    done = subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=ENV)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        sys.exit("bench.py: %s: exit status %d: %s" % (" ".join(argv), done.returncode, done.stderr.decode("utf-8", "replace")))
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def peak_anonymous(argv):
    """The largest RssAnon of the process in KiB, or None where /proc does not say."""
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENV)
    peak = None
    while process.poll() is None:
        try:
            with open("/proc/%d/status" % process.pid) as status:
                for line in status:
                    if line.startswith("RssAnon:"):
                        peak = max(peak or 0, int(line.split()[1]))
        except OSError:
            pass
        time.sleep(0.0005)
    return peak


def versions_directories(binary, repo):
    done = subprocess.run([binary, "scan", "-C", repo, "--all", "--format", "json"], stdout=subprocess.PIPE, env=ENV)
    if done.returncode not in (0, 1):
        sys.exit("bench.py: scan: exit status %d" % done.returncode)
    environments = json.loads(done.stdout)["environments"]
    return sorted({path for environment in environments for path in environment["versions"]})


def measure(commands, rounds):
    """{name: [(wall, cpu) of each round]}, the commands interleaved."""
    for argv in commands.values():
        run_timed(argv)  # warm the page cache
    times = {name: [] for name in commands}
    for _ in range(rounds):
        for name, argv in commands.items():
            times[name].append(run_timed(argv))
    return times


def median_ratio(times, reference, which):
    return statistics.median(a[which] / b[which] for a, b in zip(times, reference))


def table(binary, repo, versions, scope, rounds):
    git = ["git", "-c", "core.commitGraph=false", "-C", repo, "log"]
    tail = ["--all" if scope == "--all" else "HEAD", "--"] + versions
    commands = {
        "revident scan": [binary, "scan", "-C", repo, "--no-progress"] + (["--all"] if scope == "--all" else []),
        "git log --raw": git + ["--raw", "-m", "--no-renames", "--full-history", "--format=%H"] + tail,
        "git log -G": git + ["-G^revision", "--format=%H"] + tail,
    }
    times = measure(commands, rounds)
    reference = times["git log --raw"]
    print("\n%s (%d interleaved rounds)" % (scope, rounds))
    print("%-16s %10s %8s %10s %8s %12s" % ("", "wall ms", "ratio", "cpu ms", "ratio", "RssAnon KiB"))
    for name, found in times.items():
        peak = peak_anonymous(commands[name])
        print("%-16s %10.1f %8.2f %10.1f %8.2f %12s" % (
            name, 1000 * statistics.median(t[0] for t in found), median_ratio(found, reference, 0),
            1000 * statistics.median(t[1] for t in found), median_ratio(found, reference, 1), "?" if peak is None else peak))


def main():
    parser = argparse.ArgumentParser(description="time revident scan against git log")
    parser.add_argument("--binary", required=True)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("repo", nargs="?")
    args = parser.parse_args()
    binary = os.path.abspath(args.binary)
    directory = None
    try:
        if args.repo:
            repo = os.path.abspath(args.repo)
        else:
            directory = tempfile.mkdtemp(prefix="revident-bench.")
            repo = make_repository(directory)
        versions = versions_directories(binary, repo)
        if not versions:
            sys.exit("bench.py: no versions directory in %s" % repo)
        count = subprocess.run(["git", "-C", repo, "rev-list", "--all", "--count"], stdout=subprocess.PIPE, env=ENV)
        print("%s commits in all; versions: %s" % (count.stdout.decode().strip(), " ".join(versions)))
        for scope in ("HEAD", "--all"):
            table(binary, repo, versions, scope, args.rounds)
    finally:
        if directory:
            shutil.rmtree(directory)


if __name__ == "__main__":
    main()
