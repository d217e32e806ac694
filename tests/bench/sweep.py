"""recover's search of all objects against `git fsck --lost-found`, which finds dangling ones and says nothing of their content.

The revision looked for is nowhere, so that every place is searched: all refs, and every blob of up to 64 KiB. Once with
nothing known, and once with the notes about packs that an earlier search keeps.
"""

import os
import shutil

from measure import Case

GOAL, GOAL_LARGE, LARGE = 0.25, 0.12, 250000  # objects
ROUNDS_LARGE = 3
COUNTED = 50000  # instructions are counted up to so many objects
NOWHERE = "f0f1f2f3f4f5f6f7"


def count(bench, repo):
    said = dict(line.split(": ") for line in bench.git(repo, "count-objects", "-v").splitlines())
    return int(said["count"]) + int(said["in-pack"])


def cases(bench, repos):
    for number, repo in enumerate(repos):
        copy = bench.copy(repo, "sweep-%d" % number)
        objects = count(bench, copy)
        large = objects > LARGE

        def forget():
            shutil.rmtree(os.path.join(copy, "revident"), ignore_errors=True)

        def case(name, before):
            return Case(
                os.path.basename(os.path.normpath(repo)), name,
                [bench.binary, "recover", "-C", copy, "--no-progress", NOWHERE],
                ["git", "-C", copy, "fsck", "--lost-found", "--no-progress"], GOAL_LARGE if large else GOAL, before, objects,
                "objects", ROUNDS_LARGE if large else None, objects <= COUNTED,
                range(8))  # ours: 3, not found; fsck: a bit for each sort of defect that real histories have

        yield case("sweep", forget)
        yield case("sweep, packs noted", None)
        shutil.rmtree(copy)
