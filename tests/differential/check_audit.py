#!/usr/bin/env python3
"""Hold `revident audit` against Alembic's own ScriptDirectory.

usage: check_audit.py --build BUILD [--environments N] [--seed N]

One repository with many generated environments is audited once; Alembic loads each of them in this process. Whatever
Alembic dies of must be a finding of level error, every such finding must stop Alembic, and where it loads, heads, bases
and duplicates must be equal. Exit status 0: equal; 1: not; 77: Alembic is not installed.
"""

import argparse
import contextlib
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

try:
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from alembic.script import revision as alembic_revision
except ImportError:
    print("Alembic is not installed", file=sys.stderr)
    sys.exit(77)

BASES = ["None", "()", "''", "[]"]


class Environment:
    """One generated environment: a directory with an alembic.ini and files."""

    def __init__(self, top, number, seed):
        self.name = f"e{number:04d}"
        self.random = random.Random(f"{seed}/{number}")
        self.root = top / self.name
        self.ids = []
        self.labels = []
        self.locations = [f"{self.name}/script/versions"]

    def new_id(self):
        form = self.random.random()
        stem = f"{self.name[1:]}{self.random.randrange(16**6):06x}"
        if form < 0.85:
            return stem
        if form < 0.9:
            return f"rev {stem}"
        if form < 0.94:
            return f"{len(self.ids):03d}_{stem}"
        if form < 0.98:
            return f"v/{stem}."
        return f"{stem}{self.random.choice('@-+')}"

    def value(self, names):
        r = self.random
        if not names:
            return r.choice(BASES)
        quoted = [repr(name) for name in names]
        if len(quoted) == 1 and r.random() < 0.7:
            return quoted[0]
        if r.random() < 0.5:
            return "(" + ", ".join(quoted) + ",)"
        return "[\n    " + ",\n    ".join(quoted) + ",\n]"

    def parents(self):
        r = self.random
        if not self.ids or r.random() < 0.1:
            return []
        if r.random() < 0.06:
            return [self.new_id()]  # missing
        count = r.choice([1, 1, 1, 1, 2, 3])
        pool = self.ids[-4:] if r.random() < 0.8 else self.ids
        return sorted(r.sample(pool, min(count, len(pool))))

    def depends_on(self):
        r = self.random
        if r.random() > 0.12 or not self.ids:
            return None
        if self.labels and r.random() < 0.5:
            return [r.choice(self.labels)]
        if r.random() < 0.1:
            return [self.new_id()]
        return [r.choice(self.ids)]

    def new_labels(self):
        r = self.random
        if r.random() > 0.1:
            return None
        if self.labels and r.random() < 0.15:
            return [r.choice(self.labels)]
        if self.ids and r.random() < 0.05:
            return [r.choice(self.ids)]
        return [f"label{len(self.labels)}"]

    def source(self, revision, down, depends, labels):
        r = self.random
        lines = [f'"""message {len(self.ids)}', "", f"Revision ID: {revision}", '"""']
        typed = r.random() < 0.3
        if revision is not None:
            lines.append(f"revision{': str' if typed else ''} = {revision!r}")
        if down is not False:
            lines.append(f"down_revision{': object' if typed else ''} = {self.value(down)}")
        if labels is not None or r.random() < 0.5:
            lines.append(f"branch_labels = {self.value(labels) if labels else 'None'}")
        if depends is not None or r.random() < 0.5:
            lines.append(f"depends_on = {self.value(depends) if depends else 'None'}")
        lines += ["", "", "def upgrade():", "    pass", ""]
        return r.choice(["\n", "\n", "\n", "\r\n"]).join(lines)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))

    def place(self, name):
        location = self.random.choice(self.locations)
        return f"{location[len(self.name) + 1:]}/{name}"

    def add_migration(self):
        r = self.random
        revision = r.choice(self.ids) if self.ids and r.random() < 0.03 else self.new_id()
        labels = self.new_labels()
        name = f"{re.sub('[^a-z0-9]', '_', revision)}_{len(self.ids)}.py"
        text = self.source(revision, self.parents(), self.depends_on(), labels)
        if r.random() < 0.04:
            revision = f"{r.randrange(16**8):08x}"
            name = revision + ".py"
            text = self.source(None, self.parents(), None, None)
        self.write(self.place(name), text)
        self.ids.append(revision)
        self.labels += labels or []

    def add_oddity(self):
        """Something that breaks the chain, or that Alembic passes over."""
        r = self.random
        kind = r.randrange(10)
        if kind == 0 and self.ids:  # a cycle
            one, other = self.new_id(), self.new_id()
            self.write(self.place("cycle_one.py"), self.source(one, [other], None, None))
            self.write(self.place("cycle_other.py"), self.source(other, [one] + self.ids[:1], None, None))
        elif kind == 1:
            own = self.new_id()
            self.write(self.place("loop.py"), self.source(own, [own], None, None))
        elif kind == 2 and self.ids:
            own = self.new_id()
            self.write(self.place("dependency_loop.py"), self.source(own, self.ids[-1:], [own], None))
        elif kind == 3 and self.ids:  # an ancestor that depends on its descendant
            one, other = self.new_id(), self.new_id()
            self.write(self.place("early.py"), self.source(one, [], [other], None))
            self.write(self.place("late.py"), self.source(other, [one], None, None))
        elif kind == 4:
            self.write(self.place("helpers.py"), "x = 1\n")
        elif kind == 5:
            self.write(self.place("no_down.py"), self.source(self.new_id(), False, None, None))
        elif kind == 6:
            self.write(self.place("conflict.py"), "<<<<<<< ours\n" + self.source(self.new_id(), [], None, None))
        elif kind == 7:
            self.write(self.place("open.py"), self.source(self.new_id(), [], None, None) + "x = (\n")
        elif kind == 8 and len(self.locations) == 1:
            self.write(self.place("sub/deep.py"), self.source(self.new_id(), [], None, None))
        else:
            for name in ("__init__.py", ".#lock.py", "README", "old.py.bak", "A.PY"):
                self.write(self.place(name), "not = python at all (\n")

    def build(self):
        r = self.random
        ini = "[alembic]\nscript_location = %(here)s/script\n"
        if r.random() < 0.2:
            self.locations = [f"{self.name}/{d}" for d in ("zeta", "alpha")]
            ini += "version_locations = %(here)s/zeta %(here)s/alpha\n"
        self.write("alembic.ini", ini)
        self.write("script/env.py", "from alembic import context\n")
        for location in self.locations:
            (self.root.parent / location).mkdir(parents=True, exist_ok=True)
        for _ in range(r.choice([1, 2, 4, 8, 12, 25])):
            self.add_migration()
        if r.random() < 0.45:
            self.add_oddity()


@contextlib.contextmanager
def sorted_directories():
    """Files in the order of their names, as later versions load them; Alembic 1.8 takes the file system's order."""
    listdir = os.listdir
    os.listdir = lambda path: sorted(listdir(path))
    try:
        yield
    finally:
        os.listdir = listdir


def own_ancestors(revision_map):
    """Alembic's check finds no cycle whose members all descend from a base and have a head among their descendants."""
    revisions = {r.revision: r for r in revision_map._revision_map.values() if r is not None}
    found = set()
    for start in revisions:
        seen, queue = set(), list(revisions[start]._all_down_revisions)
        while queue:
            revision = queue.pop()
            if revision not in seen:
                seen.add(revision)
                queue += revisions[revision]._all_down_revisions
        if start in seen:
            found.add(start)
    return found


def what_alembic_says(environment):
    """(kind, detail, duplicates, heads, bases, revisions that are their own ancestors though Alembic loads them)"""
    overlooked = set()
    with warnings.catch_warnings(record=True) as caught, sorted_directories():
        warnings.simplefilter("always")
        try:
            scripts = ScriptDirectory.from_config(Config(str(environment.root / "alembic.ini")))
            heads, bases = sorted(set(scripts.get_heads())), sorted(set(scripts.get_bases()))
            kind, detail = "loads", ""
            overlooked = own_ancestors(scripts.revision_map)
        except (alembic_revision.CycleDetected, alembic_revision.DependencyCycleDetected) as error:
            kind, detail, heads, bases = "cycle", str(error), [], []
        except KeyError as error:
            kind, detail, heads, bases = "missing-revision", error.args[0], [], []
        except alembic_revision.RevisionError as error:
            detail, heads, bases = str(error), [], []
            kind = "duplicate-label" if "already used by" in detail else "invalid-revision"
        except Exception as error:  # noqa: BLE001 (whatever importing a file may raise)
            kind, detail, heads, bases = "unreadable-migration", f"{type(error).__name__}: {error}", [], []
    found = [re.match(r"Revision (.+) is present more than once", str(w.message)) for w in caught]
    return kind, detail, sorted({match[1] for match in found if match}), heads, bases, overlooked


def compare(environment, audited):
    """Differences as sentences."""
    kind, detail, duplicates, heads, bases, overlooked = what_alembic_says(environment)
    errors = {}
    for finding in audited["findings"]:
        if finding["level"] == "error":
            errors.setdefault(finding["rule"], []).append(finding["revision"])
    ours = sorted(errors.pop("duplicate-revision", []))
    if kind == "loads":
        if not set(errors.get("cycle", [])) - overlooked:
            errors.pop("cycle", None)
        if errors:
            yield f"Alembic loads it, and audit says {errors}"
        if (heads, bases) != (audited["heads"], audited["bases"]):
            yield f"heads {heads} bases {bases}, and audit says {audited['heads']} {audited['bases']}"
        if duplicates != ours:
            yield f"duplicates {duplicates}, and audit says {ours}"
        return
    if kind not in errors:
        yield f"Alembic says {kind} ({detail}), and audit {errors}"
    elif kind == "missing-revision" and detail not in errors[kind]:
        yield f"Alembic misses {detail}, and audit {errors[kind]}"


def audit(build, top):
    subprocess.run(["git", "init", "-q", str(top)], check=True)
    command = [os.path.join(build, "revident"), "-C", str(top), "audit", "--worktree", "--format", "json"]
    result = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if result.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)}: exit status {result.returncode}")
    return {e["path"]: e for e in json.loads(result.stdout)["environments"]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--environments", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    started = time.monotonic()
    failed, kinds = 0, {}
    with tempfile.TemporaryDirectory() as directory:
        top = Path(directory)
        environments = [Environment(top, i, arguments.seed) for i in range(arguments.environments)]
        for environment in environments:
            environment.build()
        audited = audit(os.path.abspath(arguments.build), top)
        for environment in environments:
            path = f"{environment.name}/script"
            kind = what_alembic_says(environment)[0]
            kinds[kind] = kinds.get(kind, 0) + 1
            if path not in audited:
                failed += 1
                print(f"{path}: not found by audit", file=sys.stderr)
                continue
            for sentence in compare(environment, audited[path]):
                failed += 1
                print(f"{path}: {sentence}", file=sys.stderr)
    summary = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    print(f"audit against Alembic: {summary}: {failed} differences, {time.monotonic() - started:.1f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
