#!/usr/bin/env python3
"""Random histories of Alembic migrations, as git repositories.

    generate.py --seed N --out REPO [--stream FILE]

One seed, one repository, always the same object ids (fixed authors, fixed dates that sometimes collide or run backwards).
10 to 60 commits with branches, merges of every sort and everything that happens to migrations in the wild; the operations
are the methods `op_…` of class Generator, the merges `merge_…`. Bodies have 8 to 30 significant lines (now and then few or none) and are
mutated to a wanted similarity. HEAD is `main`; what was never merged stays on branches and tags, for --all.
"""

import argparse
import os
import posixpath
import random
import subprocess
import sys
from collections import namedtuple

Raw = namedtuple("Raw", "mode data")
ENV_PY = Raw("100644", b"from alembic import context\n\ncontext.configure()\n")
STYLES = ("plain",) * 6 + ("annotated",) * 4 + ("double", "crlf", "bom", "tuple", "py2", "conflict", "conditional",
                                                 "bait", "nodoc", "dateonly", "twice", "oneline")
SIMILARITIES = (0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.25, 0.2, 0.15, 0.1, 0.0)
NAMES = ("users", "orders", "teams", "billing", "audit", "tokens", "labels", "events", "quota", "roles")


class Spec(namedtuple("Spec", "revision down body cut style date message depends labels")):
    """A migration; immutable, so that states of commits can share it."""

    def render(self):
        q = '"' if self.style == "double" else "'"

        def quoted(value):
            return q + value + q

        def tuple_of(values):
            return "None" if not values else quoted(values[0]) if len(values) == 1 and self.style != "tuple" \
                else "(" + "".join(quoted(v) + ", " for v in values).strip() + ")"

        out = []
        if self.style != "nodoc":
            out += ['"""' + self.message, ""]
            if self.style == "bait":
                out += ["revision = 'bait00000000'", "down_revision = 'bait11111111'", ""]
            out += ["Revision ID: " + self.revision, "Revises: " + ", ".join(self.down or ())]
            out += ["Create Date: " + (self.date[:10] if self.style == "dateonly" else self.date), "", '"""']
        out += ["from alembic import op", "import sqlalchemy as sa", ""]
        note = {"annotated": (": str", ": Union[str, Sequence[str], None]")}.get(self.style, ("", ""))
        if self.style == "annotated":
            out += ["from typing import (", "    Sequence,", "    Union,", ")", ""]
        out += ["# revision identifiers, used by Alembic."]
        down = "get_down(revision)" if self.down is None else tuple_of(self.down)
        if self.style == "twice":
            out += ["revision = 'first0000000'"]
        if self.style == "conditional":
            out += ["if True:", "    revision = " + quoted(self.revision), "else:", "    pass"]
        elif self.style == "oneline":
            out += ["revision, down_revision = %s, %s" % (quoted(self.revision), down)]
        else:
            out += ["revision%s = %s" % (note[0], quoted(self.revision))]
        if self.style != "oneline":
            out += ["down_revision%s = %s" % (note[1], down)]
        out += ["branch_labels%s = %s" % (note[1], tuple_of(self.labels))]
        out += ["depends_on%s = %s" % (note[1], tuple_of(self.depends)), "", ""]
        out += ["def upgrade()" + (" -> None:" if self.style == "annotated" else ":")]
        out += ["    " + line for line in self.body[:self.cut]] or ["    pass"]
        if self.style == "py2":
            out += ["    print 'done'"]
        if self.style == "conflict":
            out += ["<<<<<<< HEAD", "    op.execute('ours')", "=======", "    op.execute('theirs')", ">>>>>>> side"]
        out += ["", "", "def downgrade()" + (" -> None:" if self.style == "annotated" else ":")]
        out += ["    " + line for line in self.body[self.cut:]] or ["    pass"]
        text = "\n".join(out) + "\n"
        if self.style == "crlf":
            text = text.replace("\n", "\r\n")
        return (b"\xef\xbb\xbf" if self.style == "bom" else b"") + text.encode()


class Commit(namedtuple("Commit", "mark parents files time message")):
    pass


class Generator:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.seed = seed
        self.commits = []
        self.now = 1500000000 + self.r.randrange(10 ** 7)
        self.past = []              # every (path, Spec) that some commit held, for restores

    # --- pieces

    def new_id(self):
        return self.r.choice(("%012x", "%012x", "%012x", "%04d", "r%x")) % self.r.randrange(10 ** 4, 10 ** 12)

    def new_line(self):
        n = self.r.randrange(10 ** 6)
        return self.r.choice((
            "op.add_column('t%d', sa.Column('c%d', sa.Integer(), nullable=True))" % (n, n + 1),
            "op.create_index('ix_%d', 't%d', ['c%d'])" % (n, n // 7, n // 3),
            "op.execute(\"UPDATE t%d SET c%d = %d\")" % (n, n // 5, n // 11),
            "op.drop_column('t%d', 'c%d')" % (n, n // 2),
            "op.alter_column('t%d', 'c%d', type_=sa.Text())" % (n, n // 9)))

    def new_body(self):
        n = self.r.choice((0, 2, 4, 5)) if self.r.random() < 0.1 else self.r.randint(8, 30)
        return tuple(self.new_line() for _ in range(n))

    def new_date(self):
        r = self.r
        return "20%02d-%02d-%02d %02d:%02d:%02d.%06d" % (r.randint(12, 25), r.randint(1, 12), r.randint(1, 28), r.randint(0, 23),
                                                       r.randint(0, 59), r.randint(0, 59), r.randint(0, 999999))

    def new_spec(self, down, revision=None, body=None):
        body = self.new_body() if body is None else body
        return Spec(revision or self.new_id(), down, body, self.r.randint(0, len(body)), self.r.choice(STYLES),
                    self.new_date(), self.r.choice(("add ", "drop ", "alter ")) + self.r.choice(NAMES), (), ())

    def mutated(self, spec, wanted, keep_date=True):
        """The same migration with about `wanted` of its lines kept."""
        body = list(spec.body)
        keep = int(round(wanted * len(body)))
        for at in self.r.sample(range(len(body)), len(body) - keep):
            body[at] = self.new_line()
        spec = spec._replace(body=tuple(body))
        return spec if keep_date else spec._replace(date=self.new_date())

    def file_name(self, spec):
        name = spec.message.replace(" ", "_" if self.r.random() < 0.95 else self.r.choice((" ", "\u00e9", ":"))) + ".py"
        return self.r.choice((spec.revision + "_" + name, spec.revision + "_" + name, "%03d_%s" % (self.r.randrange(999), name)))

    # --- what a state holds: {path: Spec | Raw}

    @staticmethod
    def specs(state, directory=None):
        return sorted(p for p, e in state.items()
                      if isinstance(e, Spec) and (directory is None or posixpath.dirname(p) == directory))

    def directories(self, state):
        return sorted({posixpath.dirname(p) for p in self.specs(state)})

    def pick(self, state, directory=None):
        paths = self.specs(state, directory)
        return self.r.choice(paths) if paths else None

    def heads(self, state, directory):
        specs = [state[p] for p in self.specs(state, directory)]
        named = {d for s in specs for d in s.down or ()}
        return sorted({s.revision for s in specs} - named)

    def fresh(self, state, directory, spec):
        """A path of that directory that is free."""
        while True:
            path = posixpath.join(directory, self.file_name(spec))
            if path not in state:
                return path
            spec = spec._replace(message=spec.message + " %d" % self.r.randrange(99))

    # --- operations on a state

    def op_add(self, state):
        directory = self.r.choice(self.directories(state) or [self.home])
        heads = self.heads(state, directory)
        down = (self.r.choice(heads),) if heads and self.r.random() < 0.93 else ()
        if len(heads) > 1 and self.r.random() < 0.4:
            down = tuple(self.r.sample(heads, 2))
        if heads and self.r.random() < 0.04:
            down = None
        spec = self.new_spec(down)
        if heads and self.r.random() < 0.06:
            spec = spec._replace(depends=(self.r.choice(heads),))
        state[self.fresh(state, directory, spec)] = spec

    def op_add_sometimes_named_for_nothing(self, state):
        path = self.pick(state)
        if path and self.r.random() < 0.3:
            spec = self.new_spec(("absent%d" % self.r.randrange(9),))
            state[self.fresh(state, posixpath.dirname(path), spec)] = spec

    def op_edit(self, state):
        path = self.pick(state)
        if path:
            state[path] = self.mutated(state[path], self.r.choice(SIMILARITIES[:8]))

    def op_cosmetic(self, state):
        path = self.pick(state)
        if path:
            state[path] = state[path]._replace(style=self.r.choice(STYLES), message=state[path].message + "!")

    def op_replace(self, state):
        path = self.pick(state)
        if path:
            state[path] = self.mutated(state[path], self.r.choice(SIMILARITIES[7:]), self.r.random() < 0.5)

    def op_reparent(self, state):
        path = self.pick(state)
        if path:
            others = [state[p].revision for p in self.specs(state, posixpath.dirname(path)) if p != path]
            down = tuple(self.r.sample(others, min(len(others), self.r.choice((0, 1, 1, 1, 2)))))
            state[path] = state[path]._replace(down=down)

    def op_rename(self, state):
        path = self.pick(state)
        if path:
            spec = state.pop(path)
            if self.r.random() < 0.3:
                spec = self.mutated(spec, self.r.choice(SIMILARITIES))
            state[self.fresh(state, posixpath.dirname(path), spec._replace(message=spec.message + " v2"))] = spec

    def op_subdirectory(self, state):
        path = self.pick(state)
        if b"recursive" not in state.get("alembic.ini", ENV_PY).data:
            return                                  # what Alembic does not load is a question of its own
        if path and "/old" not in path:
            state[posixpath.join(posixpath.dirname(path), "old", posixpath.basename(path))] = state.pop(path)
        elif path:
            state[path.replace("/old", "", 1)] = state.pop(path)

    def op_other_environment(self, state):
        """Only a head, with a new parent: what it leaves behind names nothing there."""
        directories = [d for d in self.directories(state) if not d.endswith("old")]
        if len(directories) < 2:
            return
        source, target = self.r.sample(directories, 2)
        heads = self.heads(state, source)
        paths = [p for p in self.specs(state, source) if state[p].revision in heads]
        held = {state[p].revision for p in self.specs(state, target)}
        if len(paths) == 1 and state[paths[0]].revision not in held:
            spec = state.pop(paths[0])
            if self.r.random() < 0.9:
                spec = spec._replace(down=tuple(self.heads(state, target)[:1]))
            state[posixpath.join(target, posixpath.basename(paths[0]))] = spec

    def renumber(self, state, path, revision):
        old = state[path].revision
        for p in self.specs(state, posixpath.dirname(path)):
            if state[p].down and old in state[p].down and self.r.random() < 0.8:
                state[p] = state[p]._replace(down=tuple(revision if d == old else d for d in state[p].down))
        return state[path]._replace(revision=revision)

    def op_renumber_in_place(self, state):
        path = self.pick(state)
        if path:
            spec = self.renumber(state, path, self.new_id())
            state[path] = self.mutated(spec, self.r.choice((1.0, 1.0) + SIMILARITIES[:7]), self.r.random() < 0.6)

    def op_renumber_other_file(self, state):
        path = self.pick(state)
        if path:
            spec = self.renumber(state, path, self.new_id())
            state.pop(path)
            spec = self.mutated(spec, self.r.choice((1.0, 1.0) + SIMILARITIES[:7]), self.r.random() < 0.6)
            state[self.fresh(state, posixpath.dirname(path), spec)] = spec

    def op_renumber_several(self, state):
        for _ in range(self.r.randint(2, 4)):
            self.op_renumber_other_file(state)

    def op_overwrite(self, state):
        """The accident: a new migration, often a child, saved over an old one's file."""
        path = self.pick(state)
        if path:
            down = (state[path].revision,) if self.r.random() < 0.7 else state[path].down
            state[path] = self.new_spec(down)

    def op_overwrite_by_move(self, state):
        path = self.pick(state)
        other = self.pick(state, posixpath.dirname(path)) if path else None
        if path and other != path:
            state[path] = state.pop(other)

    def op_delete(self, state):
        path = self.pick(state)
        if path:
            spec = state.pop(path)
            if self.r.random() < 0.5:
                for p in self.specs(state, posixpath.dirname(path)):
                    if spec.revision in (state[p].down or ()):
                        state[p] = state[p]._replace(down=spec.down)

    def op_squash(self, state):
        directory = self.r.choice(self.directories(state) or [""])
        paths = self.specs(state, directory)
        if len(paths) > 2:
            gone = self.r.sample(paths, self.r.randint(2, len(paths) - 1))
            body = tuple(line for p in gone for line in state[p].body)[:40]
            for p in gone:
                state.pop(p)
            spec = self.new_spec((), body=body)
            state[self.fresh(state, directory, spec)] = spec

    def op_strip(self, state):
        path = self.pick(state)
        if path:
            data = state[path].render()
            state[path] = self.r.choice((
                Raw("100644", b""), Raw("100644", b"# moved away\n"), Raw("120000", b"elsewhere.py"),
                Raw("100644", data.replace(b"down_revision", b"down").replace(b"oneline", b"")),
                Raw("100644", data + b"\nrevision = make_id()\n")))

    def op_restore(self, state):
        held = {(posixpath.dirname(p), state[p].revision) for p in self.specs(state)}
        known = set(self.directories(state))
        lost = [(p, s) for p, s in self.past
                if posixpath.dirname(p) in known and (posixpath.dirname(p), s.revision) not in held]
        if lost:
            path, spec = self.r.choice(lost)
            how = self.r.random()
            if how < 0.3:
                spec = self.mutated(spec, self.r.choice(SIMILARITIES), self.r.random() < 0.5)
            elif how < 0.5:                       # the id given to another migration
                spec = self.new_spec(spec.down, revision=spec.revision)
            if self.r.random() < 0.3 or path in state:
                path = self.fresh(state, posixpath.dirname(path), spec)
            state[path] = spec

    def op_repair(self, state):
        """The repair: a lost migration back at its path, the usurper moved to a name of its own."""
        for path, spec in self.past:
            now = state.get(path)
            if isinstance(now, Spec) and now.revision != spec.revision and spec.revision not in {
                    state[p].revision for p in self.specs(state)}:
                state[self.fresh(state, posixpath.dirname(path), now)] = now
                state[path] = spec
                return

    def op_duplicate(self, state):
        path = self.pick(state)
        if path:
            spec = state[path]
            state[self.fresh(state, posixpath.dirname(path), spec._replace(message="copy of " + spec.message))] = \
                spec if self.r.random() < 0.6 else self.mutated(spec, self.r.choice(SIMILARITIES))

    def op_swap(self, state):
        directory = self.r.choice(self.directories(state) or [""])
        paths = self.specs(state, directory)
        if len(paths) > 1:
            a, b = self.r.sample(paths, 2)
            x, y = state[a], state[b]
            how = self.r.randrange(3)
            if how == 0:                                       # files
                state[a], state[b] = y, x
            elif how == 1:                                     # ids
                state[a], state[b] = x._replace(revision=y.revision), y._replace(revision=x.revision)
            else:                                              # bodies
                state[a] = x._replace(body=y.body, cut=y.cut)
                state[b] = y._replace(body=x.body, cut=x.cut)

    def op_shift(self, state):
        """One taken out, the rest renumbered down: 2 becomes 1, 3 becomes 2."""
        directory = self.r.choice(self.directories(state) or [""])
        paths = self.specs(state, directory)
        if len(paths) > 2:
            ids = [state[p].revision for p in paths]
            specs = [state.pop(p) for p in paths]
            for at in range(1, len(specs)):
                spec = specs[at]._replace(revision=ids[at - 1], down=(ids[at - 2],) if at > 1 else ())
                state[self.fresh(state, directory, spec)] = spec

    def op_move_environment(self, state):
        scripts = [p for p in state if posixpath.basename(p) == "env.py"]
        if scripts:
            old = posixpath.dirname(self.r.choice(sorted(scripts)))
            self.moves += 1
            new = self.r.choice(("moved%d/alembic", "pkg%d", "src/m%d/migrations")) % self.moves
            stay = self.r.random() < 0.15
            for path in sorted(state):
                inside = path.startswith(old + "/") if old else path == "env.py" or path.startswith("versions/")
                if inside and not (stay and isinstance(state[path], Spec) and self.r.random() < 0.2):
                    below = path[len(old) + 1:] if old else path
                    entry = state.pop(path)
                    if isinstance(entry, Spec) and self.r.random() < 0.1:
                        entry = self.mutated(entry, self.r.choice(SIMILARITIES))
                    state[new + "/" + below] = entry
            ini = state.get("alembic.ini")
            if ini:
                data = ini.data.replace(b"= " + (old or ".").encode() + b"\n", b"= " + new.encode() + b"\n")
                if old:
                    data = data.replace(b"= " + old.encode() + b"/", b"= " + new.encode() + b"/")
                state["alembic.ini"] = Raw(ini.mode, data)

    def op_split(self, state):
        directories = self.directories(state)
        if not directories:
            return
        directory = self.r.choice(directories)
        paths = self.specs(state, directory)
        if len(paths) > 3:
            self.moves += 1
            new = "split%d" % self.moves
            state[new + "/env.py"] = ENV_PY
            for path in self.r.sample(paths, len(paths) // 2):
                state[new + "/versions/" + posixpath.basename(path)] = state.pop(path)

    def op_noise(self, state):
        state["README.md"] = Raw("100644", b"%d\n" % self.r.randrange(10 ** 9))
        if self.r.random() < 0.2:
            directory = self.r.choice(self.directories(state) or [self.home])
            name = self.r.choice(("helpers.py", "__init__.py", "script.py.mako", "notes.txt", ".#a.py"))
            state[posixpath.join(directory, name)] = Raw("100644", b"value = %d\n" % self.r.randrange(99))

    WEIGHTS = (("add", 26), ("add_sometimes_named_for_nothing", 1), ("edit", 5), ("cosmetic", 3), ("replace", 3), ("reparent", 3), ("rename", 4),
               ("subdirectory", 2), ("other_environment", 2), ("renumber_in_place", 3), ("renumber_other_file", 4),
               ("renumber_several", 1), ("overwrite", 4), ("overwrite_by_move", 1), ("delete", 4), ("squash", 1),
               ("strip", 2), ("restore", 5), ("repair", 2), ("duplicate", 2), ("swap", 2), ("shift", 1),
               ("move_environment", 1), ("split", 1), ("noise", 3))

    STRUCTURAL = ("subdirectory", "other_environment", "move_environment", "split")

    def change(self, state):
        names = [n for n, _ in self.WEIGHTS]
        weights = [w if self.restless or n not in self.STRUCTURAL else 0 for n, w in self.WEIGHTS]
        done = self.r.choices(names, weights, k=self.r.choice((1, 1, 1, 1, 2, 3)))
        for name in done:
            getattr(self, "op_" + name)(state)
        return " + ".join(n.replace("_", " ") for n in done)

    # --- merges: each gives a state

    def ancestors(self, n):
        seen, todo = set(), [n]
        while todo:
            n = todo.pop()
            if n not in seen:
                seen.add(n)
                todo.extend(self.commits[n].parents)
        return seen

    def merge_clean(self, ours, theirs):
        common = self.ancestors(ours) & self.ancestors(theirs)
        base = self.commits[max(common)].files if common else {}
        a, b = self.commits[ours].files, self.commits[theirs].files
        out = {}
        for path in sorted(set(a) | set(b) | set(base)):
            x, y, z = a.get(path), b.get(path), base.get(path)
            entry = y if x == z else x if y == z or x == y else self.r.choice((x, y))
            if entry is not None:
                out[path] = entry
        return out

    def merge_drops(self, ours, theirs):
        """What one side alone has gets lost, in part."""
        out = self.merge_clean(ours, theirs)
        side, other = self.r.sample((ours, theirs), 2)
        for path in self.specs(self.commits[side].files):
            if path not in self.commits[other].files and self.r.random() < 0.6:
                out.pop(path, None)
        return out

    def merge_evil(self, ours, theirs):
        out = self.merge_clean(ours, theirs)
        self.change(out)
        return out

    def merge_ours(self, ours, theirs):
        return dict(self.commits[ours].files)

    def merge_theirs(self, ours, theirs):
        return dict(self.commits[theirs].files)

    def merge_resurrects(self, ours, theirs):
        """What one side deleted comes back because the other still has it."""
        out = self.merge_clean(ours, theirs)
        for side in (ours, theirs):
            for path in self.specs(self.commits[side].files):
                if path not in out and self.r.random() < 0.7:
                    out[path] = self.commits[side].files[path]
        return out

    def merge(self, ours, theirs):
        kind = self.r.choice(("clean",) * 5 + ("drops", "drops", "evil", "evil", "ours", "theirs", "resurrects", "resurrects"))
        return getattr(self, "merge_" + kind)(ours, theirs), "merge " + kind

    # --- the history

    def layout(self):
        kind = self.r.choice(("one", "one", "one", "two", "sharing", "nested", "ini", "locations"))
        state = {"README.md": Raw("100644", b"a repository\n")}
        root = self.r.choice(("alembic", "", "svc/migrations", "src/db/alembic"))
        if kind in ("one", "ini"):
            homes = [posixpath.join(root, "versions")]
        elif kind in ("two", "sharing"):
            homes = ["a/alembic/versions", "b/alembic/versions"]
        elif kind == "nested":
            homes = ["db/versions/sqlite", "db/versions/postgresql"]
        else:
            homes = ["app/alembic/versions", "plugin/migrations"]
        if kind == "ini":
            state["alembic.ini"] = Raw("100644", ("[alembic]\nscript_location = %s\n" % (root or ".")).encode()
                                       + self.r.choice((b"", b"recursive_version_locations = true\n")))
        if kind == "locations":
            state["alembic.ini"] = Raw("100644", b"[alembic]\nscript_location = app/alembic\n"
                                       b"version_locations = app/alembic/versions plugin/migrations\n")
        for home in homes if kind != "locations" else homes[:1]:
            script = home[:home.index("versions")].rstrip("/")
            state[posixpath.join(script, "env.py")] = ENV_PY
        self.home = homes[0]
        for home in homes:
            down = ()
            for _ in range(self.r.randint(2, 5)):
                spec = self.new_spec(down)
                state[posixpath.join(home, self.file_name(spec))] = spec
                down = (spec.revision,)
        if kind in ("sharing", "nested"):
            for path in self.specs(state, homes[0])[:self.r.randint(1, 3)]:
                spec = self.mutated(state[path], self.r.choice(SIMILARITIES))._replace(down=())
                state[posixpath.join(homes[1], self.file_name(spec))] = spec
        if kind == "locations" and self.r.random() < 0.5:
            first, second = self.heads(state, homes[0]), self.specs(state, homes[1])
            base = next(p for p in second if state[p].down == ())
            state[base] = state[base]._replace(down=tuple(first[:1]))
        return state

    def commit(self, parents, files, message):
        self.now += self.r.choice((0, self.r.randint(1, 5000), self.r.randint(1, 5000), self.r.randint(1, 5000),
                                   self.r.randint(1, 5000), -self.r.randint(1, 20000)))
        self.commits.append(Commit(len(self.commits) + 1, tuple(parents), dict(files), self.now, message))
        for path in self.specs(files):
            if (path, files[path]) not in self.past:
                self.past.append((path, files[path]))
        return len(self.commits) - 1

    def build(self):
        self.moves = 0
        self.restless = self.r.random() < 0.5       # half of all histories leave their directories where they are
        first = self.layout()
        branches = [self.commit((), first, "start")]
        size = self.r.randint(10, 60)
        while len(self.commits) < size:
            what = self.r.random()
            at = self.r.randrange(len(branches))
            if what < 0.10 and len(branches) < 5:
                branches.append(branches[at])
            elif what < 0.12 and len(branches) < 5:                     # another root
                state = self.layout() if self.r.random() < 0.5 else dict(first)
                self.change(state)
                branches.append(self.commit((), state, "another root"))
            elif what < 0.30 and len(branches) > 1:
                self.merge_branches(branches)
            else:
                state = dict(self.commits[branches[at]].files)
                message = self.change(state)
                branches[at] = self.commit((branches[at],), state, message)
        self.main = branches[0]
        for n in branches[1:]:
            if self.r.random() < 0.5 and n not in self.ancestors(self.main):
                state, how = self.merge(self.main, n)
                self.main = self.commit((self.main, n), state, how)
        self.refs = {"refs/heads/side%d" % i: n for i, n in enumerate(branches[1:])}
        if self.r.random() < 0.3:
            self.refs["refs/tags/v1"] = self.r.randrange(len(self.commits))
        if self.r.random() < 0.3:
            self.refs["refs/remotes/origin/topic"] = self.r.randrange(len(self.commits))

    def merge_branches(self, branches):
        chosen = self.r.sample(range(len(branches)), min(len(branches), self.r.choice((2, 2, 2, 2, 3, 4))))
        tips = list(dict.fromkeys(branches[c] for c in chosen))
        if len(tips) < 2 or any(t in self.ancestors(tips[0]) for t in tips[1:]):
            return
        ours = tips[0]
        if len(tips) > 2:
            state, how = dict(self.commits[ours].files), "octopus"
            for theirs in tips[1:]:
                merged, how = self.merge(ours, theirs)
                for path, entry in merged.items():
                    state.setdefault(path, entry)
            if self.r.random() < 0.3:
                how = "evil octopus: " + self.change(state)
        else:
            state, how = self.merge(ours, tips[1])
            if self.r.random() < 0.15:                                  # criss-cross
                other, how2 = self.merge(tips[1], ours)
                branches[chosen[1]] = self.commit((tips[1], ours), other, how2)
        branches[chosen[0]] = self.commit(tips, state, how)

    # --- the stream

    def stream(self):
        out = [b"feature done\n"]

        def data(blob):
            return b"data %d\n" % len(blob) + blob + b"\n"

        for c in self.commits:
            if not c.parents:
                out.append(b"reset refs/heads/main\n\n")
            who = b"Ann Author <ann@example.org> %d +0200\n" % c.time
            out.append(b"commit refs/heads/main\nmark :%d\nauthor %scommitter %s" % (c.mark, who, who))
            out.append(data(c.message.encode()))
            for n, parent in enumerate(c.parents):
                out.append(b"%s :%d\n" % (b"merge" if n else b"from", self.commits[parent].mark))
            out.append(b"deleteall\n")
            for path, entry in sorted(c.files.items()):
                mode, blob = ("100755" if entry.style == "bom" else "100644", entry.render()) if isinstance(entry, Spec) else entry
                out.append(b"M %s inline %s\n" % (mode.encode(), path.encode()) + data(blob))
            out.append(b"\n")
        self.refs["refs/heads/main"] = self.main
        for name, n in sorted(self.refs.items()):
            out.append(b"reset %s\nfrom :%d\n\n" % (name.encode(), self.commits[n].mark))
        out.append(b"done\n")
        return b"".join(out)


def generate(seed, out):
    """Make the repository of a seed at a path that does not exist yet."""
    generator = Generator(seed)
    generator.build()
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    env.update(GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL=os.devnull)
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", out], check=True, env=env)
    subprocess.run(["git", "-C", out, "fast-import", "--quiet", "--force", "--done"], check=True, env=env,
                   input=generator.stream())
    return generator


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", help="the repository to make")
    parser.add_argument("--stream", help="write the fast-import stream to this file instead")
    args = parser.parse_args()
    if args.stream:
        generator = Generator(args.seed)
        generator.build()
        with open(args.stream, "wb") as f:
            f.write(generator.stream())
    elif args.out:
        generate(args.seed, args.out)
    else:
        parser.error("give --out or --stream")
    return 0


if __name__ == "__main__":
    sys.exit(main())
