"""Repositories that the benchmarks make: the same every time."""

import os
import subprocess
import sys

EVERY = 40  # a migration in every so many commits
HUGE_COMMITS = 1000000
HUGE_EVERY = 200  # 5,000 migrations
HUGE_PARTS = 250000, 500000, HUGE_COMMITS


def migration(number):
    down = "None" if number == 0 else '"%012x"' % (number - 1)
    return (
        '"""change %d\n\nRevision ID: %012x\nRevises: %s\n"""\nfrom alembic import op\n\nrevision = "%012x"\n'
        'down_revision = %s\n\n\ndef upgrade():\n    op.add_column("t%d", None)\n\n\ndef downgrade():\n'
        '    op.drop_column("t%d", "c")\n' % (number, number, down, number, down, number, number))


def file(path, content):
    return "M 100644 inline %s\ndata %d\n%s\n" % (path, len(content), content)


def stream(commits, every, tags):
    """A history with merges and tags: most commits touch the program, some add a migration, a few edit or delete one."""
    yield "feature done\n"
    made = 0
    for n in range(1, commits + 1):
        branch = "refs/heads/side" if n % 20 in (5, 6) else "refs/heads/main"
        yield "commit %s\nmark :%d\ncommitter T <t@example.com> %d +0000\ndata 2\nc\n" % (branch, n, 1500000000 + 60 * n)
        if n > 1 and n % 20 == 5:
            yield "from :%d\n" % (n - 1)
        elif n > 1 and n % 20 == 7:
            yield "from :%d\nmerge :%d\n" % (n - 3, n - 1)
        if n == 1:
            yield file("alembic.ini", "[alembic]\nscript_location = db/alembic\n")
            yield file("db/alembic/env.py", "from alembic import context\n")
        yield file("src/p%d/m%d.py" % (n % 30, n % 400), "x = %d\n" % n)
        if n % every == 1:
            yield file("db/alembic/versions/%012x_change.py" % made, migration(made))
            made += 1
        if n % (every * 25) == 9 and made > 3:
            yield file("db/alembic/versions/%012x_change.py" % (made - 2), migration(made - 2) + "\n# edited\n")
        if n % (every * 50) == 11 and made > 9:
            yield "D db/alembic/versions/%012x_change.py\n" % (made - 7)
        yield "\n"
        for tag in tags.get(n, ()):
            yield "reset refs/tags/%s\nfrom :%d\n\n" % (tag, n)
    yield "done\n"


def imported(bench, name, pieces):
    """A bare repository with what a fast-import stream says."""
    repo = os.path.join(bench.directory, name)
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", repo], check=True, env=bench.env)
    importer = subprocess.Popen(["git", "-C", repo, "fast-import", "--quiet"], stdin=subprocess.PIPE, env=bench.env)
    with importer.stdin as pipe:
        for piece in pieces:
            pipe.write(piece.encode())
    if importer.wait() != 0:
        sys.exit("bench: git fast-import failed")
    return repo


def history(bench, commits=20000):
    tags = {n: ["v%d" % (n // 1000)] for n in range(1000, commits + 1, 1000)}
    repo = imported(bench, "made", stream(commits, EVERY, tags))
    bench.git(repo, "repack", "-q", "-a", "-d", "-f")
    return repo


def huge_history(bench):
    """
    A million commits and 5,000 migrations, as fast-import packs them, since packing anew would take longer than all else;
    a tag stands at the end of each part.
    """
    return imported(bench, "huge", stream(HUGE_COMMITS, HUGE_EVERY, {n: [str(n)] for n in HUGE_PARTS}))


def part_of_huge(bench, repo, commits):
    """A copy whose history ends after so many commits."""
    copy = bench.copy(repo, "part")
    bench.git(copy, "update-ref", "refs/heads/main", "refs/tags/%d" % commits)
    others = bench.git(copy, "for-each-ref", "--format=delete %(refname)", "refs/tags", "refs/heads/side")
    bench.git(copy, "update-ref", "--stdin", input=(others + "\n").encode())
    return copy
