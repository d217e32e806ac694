#!/usr/bin/env python3
"""Reference implementation of what `revident scan` says about a history.

    reference.py REPO [--all] [--summary] [TIP...]

Independent of the C program: written from the rules alone (model/event.h, alembic/content.h, the schemas), with Python's
`ast` and one `git cat-file --batch`. It is meant to be obviously right, not fast; sets and dictionaries, nothing clever. Every commit's
whole tree is searched for environments, as `scan --deep` does.

Where the text leaves room, this file reads it as follows. A test that differs on one of these points has found a
question for the text, not necessarily a fault of the program.

Environments
 R1  A versions directory is known by path: found in any walked commit's tree, it counts in all of them (a commit that only
     removes env.py takes no revision away).
 R2  Found by structure: a directory D beside env.py whose subtree (16 deep, without __pycache__, stopping at a directory
     with an env.py of its own) holds a migration. Found by configuration: `version_locations` of an alembic.ini.
 R3  The unit is the directory that holds migration files (a "leaf"). Leaves are one environment when they lie directly
     beside the same env.py, or one alembic.ini names them (`recursive_version_locations` joins what lies below), or a
     down_revision crosses: names an id that its own environment lacks and exactly one other leaf has, in the same tree.
     Other nested leaves stay apart. Leaves that hold a common id in some walked tree are never joined, unless by
     configuration or lineage ("ids are unique within one").
 R4  Lineage: the rule of section 1, on every parent edge, over what each script directory has of those environments
     (present = holds a migration), best overlap first, and never so that two leaves of one script directory that R3
     keeps apart are joined. A path that comes back is the environment it was.
 R5  Left one environment, appeared in another: `moved`, and neither added, restored nor lost, whatever earlier ancestors
     of the second one held.

Events
 R6  At a merge, moved, reparented and replaced must each hold against every parent that has the revision; edited when
     path and down_revision equal and the blob differs against every such parent and `replaced` does not hold. `parent`
     is the first parent that has the revision; where none has, the first parent.
 R7  "A path that C added, moved or gave another id": a path, of whatever environment, that holds Y in C and held Y in no
     parent. Its own predecessor: the parent's file of Y that is paired with it, and what the path itself held before
     (unless that was the lost revision).
 R8  continues_as of a `reidentified` at its own path is that path; `similarity` of one whose path is gone is the figure
     of the path that continues it.
 R9  "Last held" (restored): the last ancestor in walk order that held it; its first holder by path, the same path preferred.
 R10 before/after of several holders: pairs ordered by the parent's path. `duplicated`: after is the first new path,
     before the first parent's first holder.
 R11 A dynamic down_revision equals a dynamic one, and nothing else.

Lost and missing
 R12 Lost is judged per environment; an id that some commit moved to another environment is one revision in both.
 R13 missing is a matter of one tree: R3 by that tree alone and its own configuration. A leaf below another leaf of the
     same environment, which configuration neither names nor enters, is not loaded.
     A file that binds no `revision` and whose name begins with hex digits up to `.py` has that id.
"""

import argparse
import ast
import collections
import configparser
import heapq
import io
import json
import posixpath
import re
import subprocess
import sys
import warnings

warnings.simplefilter("ignore")

LOSSES = ("stripped", "reidentified", "overwritten", "deleted", "lost_in_merge")
KINDS = ("added", "restored", "moved", "reparented", "replaced", "edited", "duplicated") + LOSSES
MAX_DEPTH = 16
MAX_BLOB = 4 << 20
LOADABLE = re.compile(rb"(?!\.\#|__init__)(.*\.py)$")
NAME_ID = re.compile(r"([a-f0-9]+)\.py$")
DYNAMIC = object()
UNBOUND = object()

# --- git -----------------------------------------------------------------------------------------------------------


class Git:
    def __init__(self, path):
        self.path = path
        self.proc = subprocess.Popen(
            self.command("cat-file", "--batch"), stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def command(self, *args):
        return ["git", "--no-replace-objects", "-c", "safe.directory=*", "-C", self.path] + list(args)

    def run(self, *args):
        return subprocess.run(self.command(*args), check=True, stdout=subprocess.PIPE).stdout.decode(
            "utf-8", "surrogateescape")

    def close(self):
        self.proc.stdin.close()
        self.proc.stdout.close()
        self.proc.wait()

    def read(self, oid):
        """(type, bytes), or (None, b"") where the object is not there."""
        self.proc.stdin.write(oid.encode() + b"\n")
        self.proc.stdin.flush()
        head = self.proc.stdout.readline().split()
        if len(head) < 3:
            return None, b""
        size = int(head[2])
        data = self.proc.stdout.read(size)
        self.proc.stdout.read(1)
        return head[1].decode(), data

    def commit(self, oid):
        """(tree, parents, committer time) from the commit's bytes."""
        kind, data = self.read(oid)
        if kind != "commit":
            raise SystemExit("reference.py: %s is no readable commit" % oid)
        tree, parents, when = None, [], 0
        for line in data.split(b"\n\n", 1)[0].split(b"\n"):
            if line.startswith(b"tree ") and tree is None:
                tree = line[5:].decode()
            elif line.startswith(b"parent "):
                parents.append(line[7:].decode())
            elif line.startswith(b"committer "):
                m = re.search(rb"> (-?\d+)", line)
                when = int(m.group(1)) if m else 0
        return tree, parents, when

    def tree(self, oid):
        """[(name, mode, oid)] of one tree."""
        kind, data = self.read(oid)
        if kind != "tree":
            return []
        width = len(oid) // 2
        out, at = [], 0
        while at < len(data):
            space = data.index(b" ", at)
            nul = data.index(b"\0", space)
            out.append((data[space + 1:nul].decode("utf-8", "surrogateescape"), data[at:space].decode(),
                        data[nul + 1:nul + 1 + width].hex()))
            at = nul + 1 + width
        return out


# --- one file: identity --------------------------------------------------------------------------------------------


def literal(node):
    """A string, a tuple of strings, None, or DYNAMIC."""
    if isinstance(node, ast.Constant):
        if node.value is None or isinstance(node.value, str):
            return node.value
        return DYNAMIC
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        values = [literal(e) for e in node.elts]
        if all(isinstance(v, str) for v in values):
            return tuple(values)
    return DYNAMIC


class InDoubt(dict):
    """What an `except` block binds: whether it runs only Python knows."""

    def __init__(self, out):
        self.out = out

    def __setitem__(self, name, value):
        self.out[name] = DYNAMIC

    def pop(self, name, default):
        self.out[name] = DYNAMIC


def never_runs(node):
    """Below `if False:`, `while 0:`, `if TYPE_CHECKING:`."""
    test = ast.unparse(node.test) if isinstance(node, (ast.If, ast.While)) else ""
    return test in ("False", "None", "0") or re.fullmatch(r"(\w+\.)?TYPE_CHECKING", test)


def bind(target, value, out):
    if isinstance(target, ast.Name):
        out[target.id] = DYNAMIC if value is None else literal(value)
    elif isinstance(target, ast.Starred):
        bind(target.value, None, out)
    elif isinstance(target, (ast.Tuple, ast.List)):
        plain = not any(isinstance(e, ast.Starred) for e in target.elts)
        if plain and isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts) \
                and not any(isinstance(e, ast.Starred) for e in value.elts):
            for t, v in zip(target.elts, value.elts):
                bind(t, v, out)
        else:
            for t in target.elts:
                bind(t, None, out)


def walruses(node, out):
    if isinstance(node, (ast.Lambda, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.stmt):
            walruses(child, out)
    if isinstance(node, ast.NamedExpr):
        bind(node.target, node.value, out)


def bindings(body, out):
    for node in body:
        walruses(node, out)
        if isinstance(node, ast.Assign):
            for target in node.targets:
                bind(target, node.value, out)
        elif isinstance(node, ast.AnnAssign):
            if node.value is not None:
                bind(node.target, node.value, out)
        elif isinstance(node, ast.AugAssign):
            bind(node.target, None, out)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            out[node.name] = DYNAMIC
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                out[alias.asname or alias.name.split(".")[0]] = DYNAMIC
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    out.pop(target.id, None)
        if isinstance(node, (ast.For, ast.AsyncFor)):
            bind(node.target, None, out)
        if isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                if item.optional_vars is not None:
                    bind(item.optional_vars, None, out)
        if isinstance(node, (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try)) \
                or node.__class__.__name__ in ("TryStar", "Match"):
            if not never_runs(node):
                bindings(getattr(node, "body", []), out)
            for handler in getattr(node, "handlers", []):
                bindings(handler.body, InDoubt(out))
            for case in getattr(node, "cases", []):
                bindings(case.body, out)
            bindings(getattr(node, "orelse", []), out)
            bindings(getattr(node, "finalbody", []), out)


def outside_strings(text):
    """Line numbers (from 0) that do not begin inside a triple-quoted string: for files that do not parse."""
    token = re.compile(r"\"\"\"(?:[^\"\\]|\\.|\"(?!\"\"))*(?:\"\"\"|\Z)|'''(?:[^'\\]|\\.|'(?!''))*(?:'''|\Z)"
                       r"|\"(?:[^\"\\\n]|\\.)*\"?|'(?:[^'\\\n]|\\.)*'?|#[^\n]*|\n", re.S)
    inside, line = set(), 0
    for m in token.finditer(text):
        count = m.group().count("\n")
        if m.group()[:3] in ('"""', "'''"):
            inside.update(range(line + 1, line + count + 1))
        line += count
    return [n for n in range(text.count("\n") + 1) if n not in inside]


def fallback_bindings(text, out):
    lines = text.split("\n")
    for n in outside_strings(text):
        m = re.match(r"([A-Za-z_]\w*)[ \t]*(?::[^=]*)?=(?!=)[ \t]*", lines[n])
        if not m:
            continue
        value = DYNAMIC
        for end in range(n + 1, min(n + 40, len(lines)) + 1):
            source = "x = " + "\n".join([lines[n][m.end():]] + lines[n + 1:end])
            try:
                value = literal(ast.parse(source).body[0].value)
                break
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
        out[m.group(1)] = value


def decode(data):
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    return data.decode("utf-8", "surrogateescape").replace("\r\n", "\n").replace("\r", "\n")


def docstring_span(text, module):
    """(first line, last line) from 1 and the text of the module docstring, or (0, -1, None)."""
    if module is not None:
        if module.body and isinstance(module.body[0], ast.Expr) and isinstance(module.body[0].value, ast.Constant) \
                and isinstance(module.body[0].value.value, str):
            node = module.body[0]
            return node.lineno, node.end_lineno, node.value.value
        return 0, -1, None
    m = re.match(r"(?:[ \t\f]*(?:#[^\n]*)?\n)*([rRuU]?)(\"\"\"((?:[^\"\\]|\\.|\"(?!\"\"))*)\"\"\""
                 r"|'''((?:[^'\\]|\\.|'(?!''))*)'''|\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)')", text, re.S)
    if not m:
        return 0, -1, None
    first = text.count("\n", 0, m.start(1)) + 1
    return first, text.count("\n", 0, m.end()) + 1, next(g for g in m.groups()[2:] if g is not None)


HEADER = re.compile(r"(revision|down_revision|branch_labels|depends_on)\s*(:[^=]*)?=(?!=)")
SPACE = " \t\f\v"


def significant(text, first, last):
    out = collections.Counter()
    in_import = False
    for number, line in enumerate(text.split("\n"), 1):
        if first <= number <= last:
            continue
        bare = line.strip(SPACE)
        if in_import:
            in_import = ")" not in bare
            continue
        if not bare or bare.startswith("#") or HEADER.match(line):
            continue
        if re.match(r"import\s|from\s+.*\s+import\b|from\s+\.+import\b", bare):
            in_import = bare.endswith("(")
            continue
        if bare.startswith(("def upgrade", "def downgrade")) or bare == "pass" or re.fullmatch(r"[)\]}]+,?", bare):
            continue
        out[re.sub(r"[ \t\f\v]+", " ", bare).replace('"', "'")] += 1
    return out


class Migration:
    """What one blob says. `revision` None: no identity. `down` None: dynamic."""

    def __init__(self, data):
        self.revision, self.down, self.labels, self.depends = None, (), (), ()
        self.is_migration = self.binds_revision = False
        self.lines, self.date, self.title = collections.Counter(), None, None
        if len(data) > MAX_BLOB:
            return
        text = decode(data)
        bound, module = {}, None
        try:
            module = ast.parse(data)
            bindings(module.body, bound)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            bound, module = {}, None
            fallback_bindings(text, bound)
        revision, down = bound.get("revision", UNBOUND), bound.get("down_revision", UNBOUND)
        self.binds_revision = revision is not UNBOUND
        self.is_migration = isinstance(revision, str) and revision != "" and down is not UNBOUND
        if not self.is_migration:
            return
        self.revision = revision
        self.down = self.ids(down)
        self.labels = self.ids(bound.get("branch_labels"))
        self.depends = self.ids(bound.get("depends_on"))
        first, last, doc = docstring_span(text, module)
        self.lines = significant(text, first, last)
        self.total = sum(self.lines.values())
        self.title = doc.strip().split("\n")[0].strip() if doc is not None and doc.strip() else None
        m = re.search(r"^[ \t]*(Create Date:.*)$", text, re.M)
        if m and re.search(r"\d{1,2}:\d{2}", m.group(1)):
            self.date = m.group(1).strip()

    @staticmethod
    def ids(value):
        if value is DYNAMIC:
            return None
        if value is None:
            return ()
        return tuple(v for v in ((value,) if isinstance(value, str) else value) if v)


def similarity(a, b):
    if not a.total and not b.total:
        return None
    if not a.total or not b.total:
        return 0.0
    return 2.0 * sum((a.lines & b.lines).values()) / (a.total + b.total)


def much_the_same(a, b):
    s = similarity(a, b)
    if s is not None and s >= 0.6:
        return True
    if (s is None or s >= 0.2) and a.date is not None and a.date == b.date:
        return True
    return s is None and a.title == b.title


def other_content(a, b):
    s = similarity(a, b)
    if s is None or s >= 0.2:
        return False
    return not (a.date is not None and a.date == b.date) or (a.total >= 5 and b.total >= 5)


def shown(path):
    """A path as JSON has it: invalid UTF-8 becomes U+FFFD."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def parents_of(down):
    return None if down is None else frozenset(down)


# --- the walk ------------------------------------------------------------------------------------------------------


class UnionFind:
    def __init__(self):
        self.up = {}

    def find(self, x):
        self.up.setdefault(x, x)
        while self.up[x] != x:
            x = self.up[x]
        return x

    def join(self, a, b):
        a, b = sorted((self.find(a), self.find(b)))
        self.up[b] = a


class Layout:
    """Where the trees of some commits have migrations.

    versions: {versions directory: script directory}; joined: what one alembic.ini names together; recursive: script
    directories with recursive_version_locations.
    """

    def __init__(self, history, roots):
        self.h = history
        self.versions, self.joined, self.recursive = {}, set(), set()
        for root in roots:
            envs, inis = history.script_directories(root)
            for script in envs:
                for name, mode, oid in history.tree(history.subtree(root, script)):
                    if mode == "40000" and not name.endswith("__pycache__") and history.holds_migration(oid):
                        self.versions[posixpath.join(script, name)] = script
            for where, blob in inis:
                self.read_ini(root, where, blob)

    def script_of(self, leaf):
        """(versions directory, script directory) of a directory that holds migrations, or None."""
        found = [v for v in self.versions if v == "" or leaf == v or leaf.startswith(v + "/")]
        best = max(found, key=len, default=None)
        return None if best is None else (best, self.versions[best])

    def read_ini(self, root, where, blob):
        text = self.h.git.read(blob)[1].decode("utf-8", "replace")
        parser = configparser.ConfigParser(interpolation=None, strict=False)
        try:
            parser.read_file(io.StringIO(text))
        except configparser.Error:
            return
        if not parser.has_section("alembic"):
            return
        options = dict(parser.items("alembic"))

        def places(value):
            if "%(here)s" in value:
                return [posixpath.normpath(posixpath.join(where or ".", value.replace("%(here)s", ".")))]
            return [posixpath.normpath(posixpath.join(where or ".", value)), posixpath.normpath(value)]

        script = None
        for place in places(options.get("script_location", "").strip() or "."):
            place = "" if place == "." else place
            tree = self.h.subtree(root, place)
            if tree and any(n == "env.py" and m.startswith("100") for n, m, o in self.h.tree(tree)):
                script = place
                break
        if script is None:
            return
        if options.get("recursive_version_locations") == "true":
            self.recursive.add(script)
        locations = options.get("version_locations", "").strip()
        if not locations:
            return
        separator = options.get("path_separator", options.get("version_path_separator"))
        pattern = {"space": r"\s+", "newline": r"\n", "os": ":", ":": ":", ";": ";"}.get(separator, r", *| +|\n")
        named = []
        for value in re.split(pattern, locations):
            for place in places(value.strip()) if value.strip() else []:
                tree = self.h.subtree(root, "" if place == "." else place)
                if tree and any(self.h.is_migration(p, m, o) for p, m, o in self.h.listing(tree)):
                    named.append("" if place == "." else place)
                    break
        for place in named:
            self.versions.setdefault(place, script)
        if named:
            self.joined.add(tuple(sorted(named)))


class History:
    def __init__(self, path, tips=None, all_refs=False):
        self.git = Git(path)
        self.tip_ids = self.resolve(tips or [], all_refs)
        self.commits = {}
        todo = list(self.tip_ids)
        while todo:
            oid = todo.pop()
            if oid not in self.commits:
                self.commits[oid] = self.git.commit(oid)
                todo.extend(self.commits[oid][1])
        self.order = self.walk_order()
        self.rank = {oid: n for n, oid in enumerate(self.order)}
        self.trees, self.blobs, self.listings, self.scripts, self.holds = {}, {}, {}, {}, {}
        self.find_directories()
        self.read_states()
        self.group_environments()
        self.link_lineages()
        self.index_holders()
        self.make_events()
        self.make_lost()
        self.make_missing()
        self.git.close()

    def resolve(self, tips, all_refs):
        if not tips and not all_refs:
            tips = ["HEAD"]
        out = [self.git.run("rev-parse", "--verify", t + "^{commit}").strip() for t in tips]
        if all_refs:
            lines = self.git.run("for-each-ref", "--format=%(refname) %(objectname) %(objecttype) %(*objectname) %(*objecttype)")
            for line in lines.splitlines():
                name, oid, kind, *peeled = line.split(" ")
                if name.startswith("refs/replace/"):
                    continue
                if kind == "tag":
                    try:
                        oid = self.git.run("rev-parse", "--verify", "-q", name + "^{commit}").strip()
                    except subprocess.CalledProcessError:
                        continue
                elif kind != "commit":
                    continue
                out.append(oid)
            for line in self.git.run("worktree", "list", "--porcelain").splitlines():
                if line.startswith("HEAD ") and set(line[5:]) != {"0"}:
                    out.append(line[5:])
        return list(dict.fromkeys(out))

    def walk_order(self):
        children, waiting = collections.defaultdict(list), {}
        for oid, (_, parents, _) in self.commits.items():
            waiting[oid] = len(set(parents))
            for parent in set(parents):
                children[parent].append(oid)
        heap = [(self.commits[oid][2], oid) for oid, n in waiting.items() if n == 0]
        heapq.heapify(heap)
        order = []
        while heap:
            oid = heapq.heappop(heap)[1]
            order.append(oid)
            for child in children[oid]:
                waiting[child] -= 1
                if waiting[child] == 0:
                    heapq.heappush(heap, (self.commits[child][2], child))
        return order

    def parents(self, oid):
        return list(dict.fromkeys(self.commits[oid][1]))

    # --- trees

    def tree(self, oid):
        if oid not in self.trees:
            self.trees[oid] = self.git.tree(oid)
        return self.trees[oid]

    def migration(self, oid):
        if oid not in self.blobs:
            self.blobs[oid] = Migration(self.git.read(oid)[1])
        return self.blobs[oid]

    def subtree(self, root, path):
        for name in path.split("/") if path else []:
            root = next((o for n, m, o in self.tree(root) if n == name and m == "40000"), None)
            if root is None:
                return None
        return root

    def listing(self, tree, depth=0):
        """[(path, mode, oid)] of all files below a versions directory, 16 deep, __pycache__ not."""
        key = (tree, depth)
        if key not in self.listings:
            out = []
            for name, mode, oid in self.tree(tree):
                if mode != "40000":
                    out.append((name, mode, oid))
                elif depth < MAX_DEPTH and not name.endswith("__pycache__"):
                    out.extend((name + "/" + p, m, o) for p, m, o in self.listing(oid, depth + 1))
            self.listings[key] = out
        return self.listings[key]

    def is_migration(self, path, mode, oid):
        base = posixpath.basename(path).encode("utf-8", "surrogateescape")
        return mode.startswith("100") and LOADABLE.match(base) is not None and self.migration(oid).is_migration

    def holds_migration(self, tree, depth=0):
        """Is there a migration below, not looking into directories that have an env.py of their own?"""
        key = (tree, depth)
        if key not in self.holds:
            found = False
            entries = self.tree(tree)
            if not any(n == "env.py" and m.startswith("100") for n, m, o in entries):
                for name, mode, oid in entries:
                    if mode == "40000":
                        found = depth < MAX_DEPTH and not name.endswith("__pycache__") \
                            and self.holds_migration(oid, depth + 1)
                    else:
                        found = self.is_migration(name, mode, oid)
                    if found:
                        break
            self.holds[key] = found
        return self.holds[key]

    def script_directories(self, tree, depth=0):
        """Relative ([directories with env.py], [(directory, blob) of alembic.ini]) below a tree."""
        if tree not in self.scripts:
            envs, inis = [], []
            for name, mode, oid in self.tree(tree):
                if mode == "40000":
                    if depth < 64:
                        below = self.script_directories(oid, depth + 1)
                        envs.extend(posixpath.join(name, d) if d else name for d in below[0])
                        inis.extend((posixpath.join(name, d) if d else name, o) for d, o in below[1])
                elif mode.startswith("100") and name == "env.py":
                    envs.append("")
                elif mode.startswith("100") and name == "alembic.ini":
                    inis.append(("", oid))
            self.scripts[tree] = (envs, inis)
        return self.scripts[tree]

    # --- environments

    def find_directories(self):
        self.layout = Layout(self, dict.fromkeys(c[0] for c in self.commits.values()))

    def read_states(self):
        """self.state[commit]: index into self.states; a state is ({path: (mode, blob)}, {path: Migration})."""
        versions = self.layout.versions
        outer = [v for v in versions
                 if not any(v != o and (o == "" or v.startswith(o + "/")) for o in versions)]
        outer.sort()
        memo, known = {}, {}
        self.states, self.state = [], {}
        for oid in self.order:
            root = self.commits[oid][0]
            if root not in memo:
                key = tuple(self.subtree(root, v) for v in outer)
                if key not in known:
                    files, held = {}, {}
                    for v, tree in zip(outer, key):
                        for path, mode, blob in self.listing(tree) if tree else []:
                            full = posixpath.join(v, path)
                            files[full] = (mode, blob)
                            if self.is_migration(path, mode, blob):
                                held[full] = blob
                    known[key] = len(self.states)
                    self.states.append((files, held))
                memo[root] = known[key]
            self.state[oid] = memo[root]

    def group_environments(self):
        groups = Environments(self, self.layout, [held for files, held in self.states])
        self.leaves, self.direct, self.env, self.groups = groups.leaves, groups.direct, groups.env, groups

    def link_lineages(self):
        unit = {leaf: (self.direct[leaf][1], self.env.find(leaf)) for leaf in self.leaves}
        leaf_of = {}
        for leaf in self.leaves:
            leaf_of.setdefault(unit[leaf], leaf)
        present = []
        for ids, where in self.groups.per_tree:
            merged = collections.defaultdict(set)
            for leaf, revisions in ids.items():
                merged[unit[leaf]] |= revisions
            present.append(merged)
        done, self.lineage = set(), []
        for oid in self.order:
            for parent in self.parents(oid):
                edge = (self.state[parent], self.state[oid])
                if edge in done:
                    continue
                done.add(edge)
                before, after = present[edge[0]], present[edge[1]]
                pairs = []
                for old in set(before) - set(after):
                    for new in set(after) - set(before):
                        common = len(before[old] & after[new])
                        if common and 2 * common >= min(len(before[old]), len(after[new])):
                            pairs.append((-common, leaf_of[old], leaf_of[new]))
                for _, old, new in sorted(pairs):
                    if self.env.find(old) != self.env.find(new) and self.groups.same_lineage(old, new):
                        self.env.join(old, new)
                        self.lineage.append((oid, old, new))

    def environment(self, path):
        return self.env.find(posixpath.dirname(path))

    def index_holders(self):
        """self.holders[state]: {(environment, revision): {path: blob}}; bit sets of what each commit or an ancestor had."""
        self.holders, self.bit = [], {}
        masks = []
        for files, held in self.states:
            index, mask = collections.defaultdict(dict), 0
            for path in sorted(held):
                key = (self.environment(path), self.migration(held[path]).revision)
                index[key][path] = held[path]
                mask |= 1 << self.bit.setdefault(key, len(self.bit))
            self.holders.append(dict(index))
            masks.append(mask)
        self.ever = {}
        for oid in self.order:
            mask = masks[self.state[oid]]
            for parent in self.parents(oid):
                mask |= self.ever[parent]
            self.ever[oid] = mask

    def ever_had(self, oid, key):
        return key in self.bit and bool(self.ever[oid] >> self.bit[key] & 1)

    # --- events

    def make_events(self):
        self.events = []
        self.crossings = []
        for oid in self.order:
            if self.parents(oid) and all(self.state[p] == self.state[oid] for p in self.parents(oid)):
                continue
            found = Comparison(self, oid).events()
            found.sort(key=lambda e: (e["revision"], e["kind"], e["environment"]))
            self.events.extend(found)

    def last_held(self, oid, key):
        """{path: blob} in the last ancestor, in walk order, that held it."""
        seen, todo, best = set(), self.parents(oid), None
        while todo:
            one = todo.pop()
            if one in seen:
                continue
            seen.add(one)
            todo.extend(self.parents(one))
            if key in self.holders[self.state[one]] and (best is None or self.rank[one] > self.rank[best]):
                best = one
        return self.holders[self.state[best]][key]

    # --- lost and missing

    def make_lost(self):
        at_tips = set()
        for tip in self.tip_ids:
            at_tips.update(self.holders[self.state[tip]])
        named = collections.defaultdict(set)
        for tip in self.tip_ids:
            for key, children in self.references(tip).items():
                named[key] |= children
        follow = UnionFind()                    # an id that moved to another environment is one revision in both
        for old, new in self.crossings:
            follow.join(old, new)
        present = {follow.find(key) for key in at_tips}
        last = {}
        for event in self.events:               # in walk order
            if event["kind"] in LOSSES:
                key = (event["environment"], event["revision"])
                if follow.find(key) not in present:
                    last[follow.find(key)] = event
        self.lost = []
        for event in last.values():
            key = (event["environment"], event["revision"])
            children = sorted(named.get(key, ()))
            self.lost.append({
                "revision": key[1], "environment": key[0], "status": "broken" if children else "retired",
                "cause": event["kind"], "removed_by": event["commit"], "last_commit": event["parent"],
                "path": event["before"]["path"], "blob": event["before"]["blob"], "referenced_by": children,
                "continues_as": event["continues_as"]})
        self.lost.sort(key=lambda e: (e["revision"], e["environment"]))

    def loaded(self, tip):
        """{(environment, its directories at the tip): ([Migration], {ids that only file names give})}."""
        layout = Layout(self, [self.commits[tip][0]])
        files, held = self.states[self.state[tip]]
        here = Environments(self, layout, [held])
        units = {}
        for leaf in here.leaves:
            versions, script = here.direct[leaf]
            configured = script in layout.recursive or any(leaf in named for named in layout.joined)
            if leaf == versions or configured or not any(
                    leaf.startswith(other + "/") and self.env.find(leaf) == self.env.find(other) for other in here.leaves):
                units[leaf] = (self.env.find(leaf), here.env.find(leaf))
        out = collections.defaultdict(lambda: ([], set()))
        for path, (mode, blob) in files.items():
            unit = units.get(posixpath.dirname(path))
            if unit is None or not mode.startswith("100"):
                continue
            name = posixpath.basename(path)
            if path in held:
                out[unit][0].append(self.migration(blob))
            elif LOADABLE.match(name.encode("utf-8", "surrogateescape")) and NAME_ID.match(name) \
                    and not self.migration(blob).binds_revision:
                out[unit][1].add(NAME_ID.match(name).group(1))
        return out

    def references(self, tip):
        """{(environment, id): {children}} for what the tip's tree names and does not have."""
        out = collections.defaultdict(set)
        for (environment, _), (migrations, extra) in self.loaded(tip).items():
            ids = {m.revision for m in migrations} | extra
            labels = {label for m in migrations for label in m.labels or ()}
            for m in migrations:
                for name in m.down or ():
                    if name not in ids:
                        out[environment, name].add(m.revision)
                for name in m.depends or ():
                    if name not in ids and name not in labels:
                        out[environment, name].add(m.revision)
        return out

    def make_missing(self):
        found = collections.defaultdict(set)
        for tip in self.tip_ids:
            for key, children in self.references(tip).items():
                found[key] |= children
        self.missing = [{"revision": key[1], "environment": key[0], "referenced_by": sorted(found[key]),
                         "ever_in_history": key in self.bit} for key in sorted(found, key=lambda k: (k[1], k[0]))]


class Environments:
    """R3: which directories of some trees are one environment."""

    def __init__(self, history, layout, trees):
        self.env = UnionFind()
        self.sharing = set()
        self.per_tree = []
        leaves = set()
        for held in trees:
            ids, where = collections.defaultdict(set), collections.defaultdict(set)
            for path, blob in held.items():
                leaf, revision = posixpath.dirname(path), history.migration(blob).revision
                ids[leaf].add(revision)
                where[revision].add(leaf)
            for holders in where.values():
                self.sharing.update((a, b) for a in holders for b in holders if a != b)
            self.per_tree.append((ids, where))
            leaves.update(ids)
        self.leaves = sorted(leaves)
        self.direct = {leaf: layout.script_of(leaf) or history.layout.script_of(leaf) for leaf in self.leaves}
        for named in sorted(layout.joined):
            below = [leaf for leaf in self.leaves if leaf in named]
            for a, b in zip(below, below[1:]):
                self.env.join(a, b)
        for leaf in self.leaves:
            versions, script = self.direct[leaf]
            for other in self.leaves:
                if other < leaf and self.direct[other][1] == script:
                    if script in layout.recursive:
                        self.env.join(leaf, other)
                    elif self.direct[other][0] == other and versions == leaf and self.may_join(leaf, other):
                        self.env.join(leaf, other)
        for same_script in (True, False):
            for held, (ids, where) in zip(trees, self.per_tree):
                for path in sorted(held):
                    for down in history.migration(held[path]).down or ():
                        self.cross(posixpath.dirname(path), where.get(down, ()), same_script)

    def cross(self, leaf, holders, same_script):
        mine = self.env.find(leaf)
        if not holders or any(self.env.find(h) == mine for h in holders):
            return
        able = [h for h in holders if self.may_join(leaf, h)
                and (self.direct[h][1] == self.direct[leaf][1]) == same_script]
        if len({self.env.find(h) for h in able}) == 1:
            self.env.join(leaf, able[0])

    def may_join(self, a, b):
        """No directory of one ever held an id at the same time as a directory of the other."""
        return not any(pair in self.sharing for pair in self.pairs(a, b))

    def pairs(self, a, b):
        """The leaves of one environment with those of another."""
        a, b = self.env.find(a), self.env.find(b)
        if a == b:
            return []
        left = [leaf for leaf in self.leaves if self.env.find(leaf) == a]
        right = [leaf for leaf in self.leaves if self.env.find(leaf) == b]
        return [(x, y) for x in left for y in right]

    def same_lineage(self, a, b):
        """Would joining them join no two environments of one script directory (R4)?"""
        return not any(pair in self.sharing and self.direct[pair[0]][1] == self.direct[pair[1]][1]
                       for pair in self.pairs(a, b))


class Comparison:
    """One commit against its parents."""

    def __init__(self, history, oid):
        self.h = history
        self.oid = oid
        self.parents = history.parents(oid)
        self.files, self.held = history.states[history.state[oid]]
        self.now = history.holders[history.state[oid]]
        self.then = [history.holders[history.state[p]] for p in self.parents]
        self.before_held = [history.states[history.state[p]][1] for p in self.parents]

    def side(self, path, blob):
        m = self.h.migration(blob)
        return {"path": shown(path), "blob": blob, "revision": m.revision,
                "down_revision": None if m.down is None else list(m.down)}

    def event(self, kind, key, parent, before, after, **more):
        score = None
        if before and after and self.h.migration(before[1]).revision and self.h.migration(after[1]).revision:
            score = similarity(self.h.migration(before[1]), self.h.migration(after[1]))
        out = {"kind": kind, "environment": key[0], "revision": key[1], "commit": self.oid,
               "parent": None if parent is None else self.parents[parent],
               "before": self.side(*before) if before else None, "after": self.side(*after) if after else None,
               "similarity": None if score is None else round(score, 3), "continues_as": None}
        out.update(more)
        if after is None and out["continues_as"]:
            out["similarity"] = out["continues_as"]["similarity"]
        return out

    def events(self):
        out = []
        keys = set(self.now)
        for then in self.then:
            keys.update(then)
        keys = sorted(k for k in keys if not self.then or any(t.get(k) != self.now.get(k) for t in self.then))
        moved_from = self.environment_moves(keys)
        left = {(e, r) for (e, r) in keys if (e, r) not in self.now and any(k[1] == r for k in moved_from)}
        for key in keys:
            having = [n for n, then in enumerate(self.then) if key in then]
            if key in self.now:
                if key in moved_from:
                    parent, source = moved_from[key]
                    out.extend(self.changes(key, [(parent, self.then[parent][source])]))
                elif having:
                    out.extend(self.changes(key, [(n, self.then[n][key]) for n in having]))
                else:
                    out.append(self.appeared(key))
                most = max([len(then.get(key, ())) for then in self.then] or [0])
                if len(self.now[key]) > max(most, 1):
                    out.append(self.duplicated(key, having))
            elif key in left:
                self.h.crossings.extend((key, k) for k in moved_from if k[1] == key[1])
            else:
                event = self.loss(key, having)
                if event:
                    out.append(event)
        return out

    def environment_moves(self, keys):
        """{appearing key: (parent index, key it left)}."""
        out = {}
        for key in keys:
            if key not in self.now or any(key in then for then in self.then):
                continue
            for n, then in enumerate(self.then):
                sources = sorted(k for k in then if k[1] == key[1] and k not in self.now)
                if sources:
                    out[key] = (n, sources[0])
                    break
        return out

    def appeared(self, key):
        path, blob = min(self.now[key].items())
        first = 0 if self.parents else None
        if not any(self.h.ever_had(p, key) for p in self.parents):
            return self.event("added", key, first, None, (path, blob))
        last = self.h.last_held(self.oid, key)
        old = path if path in last else min(last)
        return self.event("restored", key, first, (old, last[old]), (path, blob), same_content=last[old] == blob,
                          reused=not much_the_same(self.h.migration(last[old]), self.h.migration(blob)))

    def duplicated(self, key, having):
        old = set()
        for n in having:
            old.update(self.then[n][key])
        new = sorted(set(self.now[key]) - old) or sorted(self.now[key])
        before = min(self.then[having[0]][key].items()) if having else None
        return self.event("duplicated", key, having[0] if having else (0 if self.parents else None), before,
                          (new[0], self.now[key][new[0]]))

    @staticmethod
    def pair(old, new):
        """[(old path, new path)]: same path; then vanished with new by blob, base name, path order."""
        pairs = [(p, p) for p in old if p in new]
        gone, come = sorted(set(old) - set(new)), sorted(set(new) - set(old))
        for rule in (lambda a, b: old[a] == new[b], lambda a, b: posixpath.basename(a) == posixpath.basename(b),
                     lambda a, b: True):
            for a in list(gone):
                b = next((b for b in come if rule(a, b)), None)
                if b is not None:
                    pairs.append((a, b))
                    gone.remove(a)
                    come.remove(b)
        return sorted(pairs)

    def changes(self, key, sides):
        """moved, reparented, replaced, edited: each must hold against every parent that has the revision."""
        new = self.now[key]
        found = []
        for parent, old in sides:
            kinds = {}
            for a, b in self.pair(old, new):
                x, y = self.h.migration(old[a]), self.h.migration(new[b])
                if a != b:
                    kinds.setdefault("moved", (a, b))
                if parents_of(x.down) != parents_of(y.down):
                    kinds.setdefault("reparented", (a, b))
                if other_content(x, y):
                    kinds.setdefault("replaced", (a, b))
                if a == b and parents_of(x.down) == parents_of(y.down) and old[a] != new[b]:
                    kinds.setdefault("edited", (a, b))
            found.append(kinds)
        out = []
        parent, old = sides[0]
        for kind in ("moved", "reparented", "replaced", "edited"):
            if not all(kind in kinds for kinds in found):
                continue
            if kind == "edited" and any(e["kind"] == "replaced" for e in out):
                continue
            a, b = found[0][kind]
            event = self.event(kind, key, parent, (a, old[a]), (b, new[b]))
            if kind == "moved":
                event["content_changed"] = old[a] != new[b]
            if kind == "replaced":
                event["continues_as"] = self.continuation(key, old[a])
            out.append(event)
        return out

    def loss(self, key, having):
        parent = having[0]
        path, blob = min(self.then[parent][key].items())
        there = self.files.get(path)
        after = (path, there[1]) if there else None
        if len(having) < len(self.parents):
            if any(self.h.ever_had(p, key) for n, p in enumerate(self.parents) if n not in having):
                return None
            return self.event("lost_in_merge", key, parent, (path, blob), after)
        if there and path not in self.held:
            return self.event("stripped", key, parent, (path, blob), after)
        if there:
            if much_the_same(self.h.migration(blob), self.h.migration(there[1])):
                return self.event("reidentified", key, parent, (path, blob), after,
                                  continues_as=self.continued(path, blob))
            return self.event("overwritten", key, parent, (path, blob), after,
                              continues_as=self.continuation(key, blob))
        onward = self.continuation(key, blob)
        return self.event("reidentified" if onward else "deleted", key, parent, (path, blob), None,
                          continues_as=onward)

    def continued(self, path, blob):
        m = self.h.migration(self.held[path])
        score = similarity(self.h.migration(blob), m)
        return {"path": shown(path), "revision": m.revision, "blob": self.held[path],
                "similarity": None if score is None else round(score, 3)}

    def continuation(self, key, blob):
        """The path, given an id of its own by this commit, that goes on with this content."""
        lost = self.h.migration(blob)
        best = None
        for path in sorted(self.held):
            m = self.h.migration(self.held[path])
            if m.revision == key[1]:
                continue
            if any(path in held and self.h.migration(held[path]).revision == m.revision for held in self.before_held):
                continue
            score = similarity(lost, m)
            if score is None or score < 0.6 or self.continues_itself(path, m, key):
                continue
            if best is None or score > best[0]:
                best = (score, path)
        return self.continued(best[1], blob) if best else None

    def continues_itself(self, path, m, key):
        mine = (self.h.environment(path), m.revision)
        for then, held in zip(self.then, self.before_held):
            old = then.get(mine, {})
            before = [old[a] for a, b in self.pair(old, self.now[mine]) if b == path]
            if path in held and self.h.migration(held[path]).revision != key[1]:
                before.append(held[path])
            for blob in before:
                score = similarity(self.h.migration(blob), m)
                if score is not None and score >= 0.6:
                    return True
        return False


def scan(path, tips=None, all_refs=False):
    h = History(path, tips, all_refs)
    return {"commits": len(h.order), "environments": sorted({h.env.find(leaf) for leaf in h.leaves}),
            "events": h.events, "lost": h.lost, "missing": h.missing, "history": h}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("repo")
    parser.add_argument("tips", nargs="*")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--summary", action="store_true", help="one line an event instead of JSON")
    args = parser.parse_args()
    result = scan(args.repo, args.tips, args.all)
    result.pop("history")
    if not args.summary:
        json.dump(result, sys.stdout, indent=2)
        print()
        return
    for e in result["events"]:
        print(e["commit"][:12], "%-13s" % e["kind"], e["revision"], (e["before"] or {}).get("path", "-"), "->",
              (e["after"] or {}).get("path", "-"), e["similarity"], (e["continues_as"] or {}).get("path", ""))
    for name in ("lost", "missing"):
        for one in result[name]:
            print(name, json.dumps(one))


if __name__ == "__main__":
    main()
