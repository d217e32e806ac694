#!/usr/bin/env python3
"""Random changes, judged by `revident check` and by a model of a few lines.

A change is three trees: what was published (H, then P, on a protected ref), a base B that may hold more than was
published, and a target T made of B by a few random operations. The model knows trees only as {path: (revision, parent,
content)} and says "blocked" where the change loses, re-identifies, replaces, reuses, reparents or duplicates a
protected revision or leaves a chain that Alembic cannot load; everything else must be let through.

    check_model.py --binary revident [--seed N] [--count N]

Prints each difference with the operations that led to it, and a last line "N passed, M failed".
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile

LINES = 8  # significant lines of a content


def body(content):
    """A content is (number, variant): variants share all lines but one; other numbers share none."""
    number, variant = content
    lines = [f"    op.execute('content {number} line {i}')" for i in range(LINES - 1)]
    lines.append(f"    op.execute('content {number} variant {variant}')")
    return "\n".join(lines)


def source(migration, comment):
    revision, parent, content = migration
    return (
        f'"""change\n\nRevision ID: {revision}\n"""\nfrom alembic import op\n\n'
        f"revision = {revision!r}\ndown_revision = {parent!r}\n\n# {comment}\n\n"
        f"def upgrade():\n{body(content)}\n\n\ndef downgrade():\n    pass\n"
    )


class Names:
    def __init__(self, rng):
        self.rng, self.count = rng, 0

    def revision(self):
        self.count += 1
        return f"{self.rng.randrange(16 ** 8):08x}{self.count:04x}"

    def content(self):
        self.count += 1
        return (self.count, 0)

    def path(self, revision):
        self.count += 1
        return f"{revision}_file{self.count}.py"


def heads(tree):
    named = {m[1] for m in tree.values()}
    return sorted({m[0] for m in tree.values()} - named)


def grow(rng, names, tree, count):
    tree = dict(tree)
    for _ in range(count):
        tips = heads(tree)
        revision = names.revision()
        tree[names.path(revision)] = (revision, tips[-1] if tips else None, names.content())
    return tree


# --- operations: each takes the tree and one of its paths ------------------------------------------------------------


def op_add(rng, names, tree, path, past):
    tree.update(grow(rng, names, tree, 1))


def op_delete(rng, names, tree, path, past):
    del tree[path]


def op_move(rng, names, tree, path, past):
    moved = tree.pop(path)
    tree[names.path(moved[0])] = moved


def op_overwrite(rng, names, tree, path, past):
    tree[path] = (names.revision(), tree[path][0], names.content())


def op_renumber(rng, names, tree, path, past):
    revision, parent, content = tree.pop(path)
    new = names.revision()
    tree[rng.choice([path, names.path(new)])] = (new, parent, content)
    for other, m in tree.items():  # whoever renumbers takes the children along
        if m[1] == revision:
            tree[other] = (m[0], new, m[2])


def op_replace(rng, names, tree, path, past):
    tree[path] = (tree[path][0], tree[path][1], names.content())


def op_edit(rng, names, tree, path, past):
    number, variant = tree[path][2]
    tree[path] = (tree[path][0], tree[path][1], (number, variant + 1))


def op_reparent(rng, names, tree, path, past):
    parents = [None, names.revision()] + [m[0] for m in tree.values()]
    tree[path] = (tree[path][0], rng.choice(parents), tree[path][2])


def op_copy(rng, names, tree, path, past):
    tree[names.path(tree[path][0])] = tree[path]


def op_swap(rng, names, tree, path, past):
    other = rng.choice(sorted(tree))
    tree[path], tree[other] = tree[other], tree[path]


def op_restore(rng, names, tree, path, past):
    if past:
        old = rng.choice(sorted(past))
        tree[old] = past[old]


def op_reuse(rng, names, tree, path, past):
    if past:
        old = past[rng.choice(sorted(past))]
        tree[names.path(old[0])] = (old[0], old[1], names.content())


def op_touch(rng, names, tree, path, past):
    """Comments alone; see write()."""


OPERATIONS = [op_add, op_delete, op_move, op_overwrite, op_renumber, op_replace, op_edit, op_reparent, op_copy,
              op_swap, op_restore, op_reuse, op_touch]


# --- the model -------------------------------------------------------------------------------------------------------


def holders(tree, revision):
    return [m for m in tree.values() if m[0] == revision]


def alike(a, b):
    """Contents share all lines, all but one, or none."""
    return a[2][0] == b[2][0]


def unloadable(tree):
    """What Alembic cannot load, so that a change may not bring more of it."""
    ids = {m[0] for m in tree.values()}
    parents = {m[0]: m[1] for m in tree.values()}
    found = {("missing", m[1]) for m in tree.values() if m[1] and m[1] not in ids}
    found |= {("duplicate", r) for r in ids if len(holders(tree, r)) > 1}
    for start in ids:
        at, seen = parents[start], set()
        while at in parents and at not in seen:
            if at == start:
                found.add(("cycle", frozenset(seen | {start})))
            seen.add(at)
            at = parents[at]
    return found


def verdict(published, past, base, target):
    """Why the change must be blocked; empty if it must pass."""
    why = []
    for path, old in sorted(base.items()):
        revision = old[0]
        if revision not in {m[0] for m in published.values()}:
            continue
        now = holders(target, revision)
        if not now:
            why.append(f"{revision} is lost")
        elif not any(alike(old, m) for m in now):
            why.append(f"{revision} is replaced")
        elif all(m[1] != old[1] for m in now):
            why.append(f"{revision} is reparented")
    for m in target.values():
        former = holders(past, m[0])
        if former and not holders(base, m[0]) and not any(alike(m, f) for f in former):
            why.append(f"{m[0]} is reused")
    why += [" ".join(map(str, x)) for x in sorted(unloadable(target) - unloadable(base), key=str)]
    return why


# --- git -------------------------------------------------------------------------------------------------------------


class Stream:
    """A fast-import stream: marks for commits."""

    def __init__(self):
        self.out, self.mark = [], 0

    def data(self, text):
        raw = text.encode()
        self.out.append(b"data %d\n%s\n" % (len(raw), raw))

    def commit(self, ref, tree, parent, comment):
        self.mark += 1
        self.out.append(f"commit {ref}\nmark :{self.mark}\ncommitter A <a@example.com> {1700000000 + self.mark} +0000\n".encode())
        self.data(f"commit {self.mark}\n")
        if parent:
            self.out.append(f"from :{parent}\n".encode())
        self.out.append(b"deleteall\n")
        files = {"alembic.ini": "[alembic]\nscript_location = m\n", "m/env.py": "from alembic import context\n"}
        files.update({"m/versions/" + path: source(m, comment) for path, m in tree.items()})
        for path, text in sorted(files.items()):
            self.out.append(f"M 100644 inline {path}\n".encode())
            self.data(text)
        return self.mark


def make_trial(rng, number, stream):
    names = Names(rng)
    published = grow(rng, names, {}, rng.randint(2, 6))
    gone = grow(rng, names, published, rng.randint(0, 2))  # held once, on the protected ref's own line
    past = {path: m for path, m in gone.items() if path not in published}
    base = grow(rng, names, published, rng.randint(0, 3))
    target, story = dict(base), []
    for _ in range(rng.randint(1, 3)):
        if not target:
            break
        operation, path = rng.choice(OPERATIONS), rng.choice(sorted(target))
        operation(rng, names, target, path, past)
        story.append(f"{operation.__name__} {path}")
    ref = f"refs/published/{number}"
    first = stream.commit(ref, gone, None, "one")
    second = stream.commit(ref, published, first, "one")
    third = stream.commit(f"refs/work/{number}", base, second, "one")
    last = stream.commit(f"refs/work/{number}", target, third, rng.choice(["one", "two"]))
    return ref, third, last, story, verdict(published, past, base, target)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=300)
    args = parser.parse_args()
    rng, stream = random.Random(args.seed), Stream()
    trials = [make_trial(rng, i, stream) for i in range(args.count)]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    failed = 0
    with tempfile.TemporaryDirectory() as top:
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", top], check=True, env=environment)
        subprocess.run(["git", "-C", top, "fast-import", "--quiet", f"--export-marks={top}/marks"],
                       input=b"".join(stream.out), check=True, env=environment)
        with open(f"{top}/marks", encoding="ascii") as marks:
            ids = dict(line.split() for line in marks)
        for number, (ref, base, target, story, why) in enumerate(trials):
            command = [args.binary, "check", "-C", top, "--protected-ref", ref,
                       "--range", f"{ids[f':{base}']}..{ids[f':{target}']}"]
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment)
            if done.returncode != (1 if why else 0):
                failed += 1
                print(f"trial {number} of seed {args.seed}: exit {done.returncode}; the model says "
                      f"{'; '.join(why) or 'clean'}; after {', '.join(story)}")
                print("    " + done.stdout.decode(errors="replace").replace("\n", "\n    "))
    print(f"{args.count - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
