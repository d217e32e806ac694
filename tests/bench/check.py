"""`check --staged`, which a pre-commit hook runs, against `git diff --cached --quiet`, which it can hardly do without.

On a work tree with 1,000 migrations, all of them published, and 100,000 files in the index.
"""

import os

import made
from measure import Case

MIGRATIONS = 1000
FILES = 99000
GOAL = 1.5
VERSIONS = "db/alembic/versions"


def stream():
    yield "feature done\n"
    yield "commit refs/heads/main\ncommitter T <t@example.com> 1500000000 +0000\ndata 2\nc\n"
    yield made.file("alembic.ini", "[alembic]\nscript_location = db/alembic\n")
    yield made.file("db/alembic/env.py", "from alembic import context\n")
    for number in range(MIGRATIONS):
        yield made.file("%s/%012x_change.py" % (VERSIONS, number), made.migration(number))
    for number in range(FILES):
        yield made.file("src/p%02d/q%02d/m%05d.py" % (number // 2500, number // 100 % 25, number), "x = %d\n" % number)
    yield "done\n"


def work_tree(bench):
    """Everything is checked out, and packed; the index is as git leaves it after a commit."""
    bare = made.imported(bench, "staged.git", stream())
    repo = os.path.join(bench.directory, "staged")
    bench.git(bare, "repack", "-q", "-a", "-d")
    bench.git(bench.directory, "clone", "-q", bare, repo)
    bench.git(repo, "commit", "-q", "--allow-empty", "-m", "c")
    return repo


def write(repo, path, content):
    with open(os.path.join(repo, path), "w", encoding="utf-8") as file:
        file.write(content)


def cases(bench, _):
    repo = work_tree(bench)

    def case(name):
        return Case("made, staged", "check, " + name, [bench.binary, "check", "--staged", "-C", repo],
                    ["git", "-C", repo, "diff", "--cached", "--quiet"], GOAL, rounds=max(bench.rounds, 21))

    def stage(*changes):
        bench.git(repo, "reset", "-q", "--hard")
        bench.git(repo, "read-tree", "HEAD")
        bench.git(repo, "update-index", "-q", "--refresh")
        for path, content in changes:
            write(repo, path, content)
            bench.git(repo, "add", path)

    stage(("src/p00/q00/m00000.py", "y = 1\n"))
    yield case("other files staged")
    stage(("%s/%012x_change.py" % (VERSIONS, MIGRATIONS), made.migration(MIGRATIONS)))
    yield case("a migration staged")
    stage(("%s/%012x_change.py" % (VERSIONS, 7), made.migration(MIGRATIONS)))
    yield case("an overwrite staged")
