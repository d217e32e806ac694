#!/usr/bin/env python3
"""hostile_pack.py KIND SIZE: a pack that few would write by accident, for the repository at hand, and what points to it.

In the first commit m/versions has aaaa1111 and bbbb1111, in the second a.py is gone, so that bbbb1111 names what is not
there; and something of SIZE is in the way. Others, of MANY, have SIZE of what few repositories have two of. refs/heads/main
is the last commit. (git fast-import takes minutes for a hundred thousand files in one directory.)
"""

import hashlib
import struct
import subprocess
import sys
import zlib

FILE, DIR = b"100644", b"40000"
TYPES = {b"commit": 1, b"tree": 2, b"blob": 3, b"tag": 4}
REF_DELTA = 7


def number(value, rest=0, bits=7):
    """A length as packs and deltas write it: the least bits first."""
    out = bytearray([rest | value & (1 << bits) - 1])
    value >>= bits
    while value:
        out[-1] |= 0x80
        out.append(value & 0x7F)
        value >>= 7
    return bytes(out)


def copy(offset, size):
    """Of a delta: `size` bytes of the base."""
    out = bytearray([0x80])
    for shift, value, bit in [(8 * i, offset, 1 << i) for i in range(4)] + [(8 * i, size, 16 << i) for i in range(3)]:
        if value >> shift & 0xFF:
            out[0] |= bit
            out.append(value >> shift & 0xFF)
    return bytes(out)


class Pack:
    def __init__(self):
        self.objects = []

    def add(self, kind, data):
        self.objects.append(number(len(data), TYPES[kind] << 4, 4) + zlib.compress(data, 1))
        return hashlib.sha1(b"%s %d\0" % (kind, len(data)) + data).digest()

    def add_doubled(self, base, data):
        """A blob that is its base twice, by copying alone."""
        pieces = [(at, min(0xFFFFFF, len(data) - at)) for at in range(0, len(data), 0xFFFFFF)]
        delta = number(len(data)) + number(2 * len(data)) + b"".join(copy(*piece) for piece in pieces) * 2
        self.objects.append(number(len(delta), REF_DELTA << 4, 4) + base + zlib.compress(delta, 1))
        return hashlib.sha1(b"blob %d\0" % (2 * len(data)) + data * 2).digest()

    def blob(self, text):
        return self.add(b"blob", text)

    def tree(self, entries):
        """Of (name, mode, id), sorted as git does."""
        entries = sorted(entries, key=lambda e: e[0] + (b"/" if e[1] == b"40000" else b""))
        return self.add(b"tree", b"".join(b"%s %s\0" % (mode, name) + id for name, mode, id in entries))

    def commit(self, tree, parents=(), message=b"x\n", author=b"A", more=b""):
        return self.add(
            b"commit",
            b"tree %s\n" % tree.hex().encode()
            + b"".join(b"parent %s\n" % p.hex().encode() for p in parents)
            + b"author %s <a@b> 1700000000 +0000\ncommitter C <c@d> 1700000000 +0000\n%s\n" % (author, more)
            + message,
        )

    def tag(self, target, kind, name, message=b"x\n"):
        return self.add(
            b"tag",
            b"object %s\ntype %s\ntag %s\ntagger T <t@t> 1700000000 +0000\n\n" % (target.hex().encode(), kind, name)
            + message,
        )

    def files(self, files):
        """A tree of texts (or ids of blobs) by path."""
        dirs = {}
        for path, text in files.items():
            dir, _, name = path.rpartition("/")
            dirs.setdefault(dir, []).append((name.encode(), FILE, text if isinstance(text, bytes) else self.blob(text.encode())))
        for dir in sorted(dirs, key=len, reverse=True):
            while dir:  # each into the one above, which may hold nothing else
                above, _, name = dir.rpartition("/")
                is_new = above not in dirs
                dirs.setdefault(above, []).append((name.encode(), DIR, self.tree(dirs.pop(dir))))
                if not is_new:
                    break
                dir = above
        return self.tree(dirs[""])

    def store(self):
        data = struct.pack(">4sII", b"PACK", 2, len(self.objects)) + b"".join(self.objects)
        command = ["git", "-c", "core.bigFileThreshold=2g", "index-pack", "--stdin", "--fix-thin"]
        subprocess.run(command, input=data + hashlib.sha1(data).digest(), stdout=subprocess.DEVNULL, check=True)


pack = Pack()
env_py = pack.blob(b"from alembic import context\n")
ini = pack.blob(b"[alembic]\nscript_location = m\n")
lost = (b"a.py", FILE, pack.blob(b'revision = "aaaa1111"\ndown_revision = None\n'))
left = (b"b.py", FILE, pack.blob(b'revision = "bbbb1111"\ndown_revision = "aaaa1111"\n'))


def root(versions, beside=(), script=env_py, config=ini):
    if isinstance(versions, list):
        versions = pack.tree(versions)
    m = pack.tree([(b"env.py", FILE, script), (b"versions", DIR, versions)])
    return pack.tree([(b"alembic.ini", FILE, config), (b"m", DIR, m), *beside])


first = pack.commit(root([lost, left]))


def second(versions=(), beside=(), **more):
    return pack.commit(root([left, *versions], beside), [first], **more)


def bomb(levels, tree):
    """Ten trees in each, so many deep: ten to the power of `levels` paths."""
    for _ in range(levels):
        tree = pack.tree([(b"d%d" % i, DIR, tree) for i in range(10)])
    return tree


def doubled(times):
    data = b'revision = "cccc1111"\ndown_revision = "bbbb1111"\n'.ljust(1 << 20, b"#")
    id, files = pack.blob(data), []
    for i in range(times):
        id = pack.add_doubled(id, data)
        data *= 2
        files.append((b"double%d.py" % i, FILE, id))
    return files


def tag_chain(length):
    commit = tag = second()
    for i in range(length):
        tag = pack.tag(tag, b"tag" if i else b"commit", b"t%d" % i)
    return commit, tag


def big_tag(size):
    commit = second()
    return commit, pack.tag(commit, b"commit", b"big", b"x" * size)


def environment():
    return pack.tree([(b"env.py", FILE, env_py), (b"versions", DIR, pack.tree([lost]))])


def parents(count, of):
    return pack.commit(root([left]), [first, *(of(i) for i in range(count))])


def with_id(number):
    text = b'revision = "%012x"\ndown_revision = "aaaa1111"\n' % number
    return pack.commit(root([lost, (b"c.py", FILE, pack.blob(text))]), message=b"%d\n" % number)


KINDS = {
    "migration": lambda n: second([(b"big.py", FILE, pack.blob(b"x" * n))]),
    "config": lambda n: pack.commit(root([left], config=pack.blob(b"x" * n)), [first]),
    "env.py": lambda n: pack.commit(root([left], script=pack.blob(b"x" * n)), [first]),
    "deltas": lambda n: second(doubled(n)),
    "versions": lambda n: pack.commit(root(pack.add(b"tree", (b"100644 a.py\0" + lost[2]) * (n // 32))), [first]),
    "environments-bomb": lambda n: second(beside=[(b"z", DIR, bomb(n, environment()))]),
    "nothing-bomb": lambda n: second(beside=[(b"z", DIR, bomb(n, pack.tree([(b"x.py", FILE, env_py)])))]),
    "empty-bomb": lambda n: second(beside=[(b"z", DIR, bomb(n, pack.tree([])))]),
    "versions-bomb": lambda n: second([(b"z", DIR, bomb(n, pack.tree([lost])))]),
    "message": lambda n: second(message=b"y" * n),
    "lines": lambda n: second(message=b"y\n" * (n // 2)),
    "author": lambda n: second(author=b"y" * n),
    "header": lambda n: second(more=b"gpgsig " + b"x\n " * (n // 3) + b"\n"),
    "tag": big_tag,
    "tag-chain": tag_chain,
    "parents": lambda n: parents(n, lambda i: pack.commit(root([lost, left]), message=b"%d\n" % i)),
    "parents-ids": lambda n: parents(n, with_id),
    "one-parent": lambda n: parents(n, lambda i: first),
}

ENVIRONMENT = {"alembic.ini": ini, "m/env.py": env_py}


def id_of(i):
    return f"{i:012x}"


def migration(id, down, more=""):
    return f"revision = {id!r}\ndown_revision = {down!r}\n{more}"


def history(*trees):
    commit = None
    for tree in trees:
        commit = pack.commit(pack.files(tree), [commit] if commit else [])
    return commit


def migrations(count, down):
    return {f"m/versions/{i:06}.py": migration(id_of(i), down(i)) for i in range(count)}


def chain(count):
    return ENVIRONMENT | migrations(count, lambda i: id_of(i - 1) if i else None)


def gap(count):
    whole = chain(count)
    return history(whole, {path: text for path, text in whole.items() if path != f"m/versions/{count // 2:06}.py"})


def heads(count):
    return ENVIRONMENT | {"m/versions/base.py": migration("base", None)} | migrations(count, lambda i: "base")


def renumbered(count):
    """Each gets an id of its own, and names the one it had."""
    new = {f"m/versions/{i:06}.py": migration(f"f{i:011x}", id_of(i)) for i in range(count)}
    return history(chain(count), ENVIRONMENT | new)


def environments(count):
    each = lambda i: {f"d{i:06}/env.py": env_py, f"d{i:06}/versions/a.py": migration(id_of(i), None)}
    return {path: text for i in range(count) for path, text in each(i).items()}


def edits(count):
    """Every other commit takes the revision away."""
    gone = ENVIRONMENT | {"m/versions/b.py": migration("bbbb1111", "aaaa1111")}
    back = lambda i: gone | {"m/versions/a.py": migration("aaaa1111", None, f"# {i}\n")}
    return history(back(0), *(gone if i % 2 else back(i) for i in range(1, count)))


def names(count):
    """The bytes of a directory's name, of a file's and of an id."""
    return ENVIRONMENT | {
        "m/versions/b.py": migration("bbbb1111", "aaaa1111"),
        f"m/versions/{'f' * count}.py": migration("c" * count, "bbbb1111"),
        f"{'d' * count}/env.py": env_py,
        f"{'d' * count}/versions/a.py": migration("dddd1111", "eeee1111"),
    }


def configured(ini_text, toml_text=""):
    return {
        "alembic.ini": "[alembic]\nscript_location = m\n" + ini_text,
        "pyproject.toml": "[tool.alembic]\nscript_location = 'm'\n" + toml_text,
        "m/env.py": env_py,
        "m/versions/b.py": migration("bbbb1111", "aaaa1111"),
    }


# Histories in which each commit does what few do once.


def line_of(roots):
    """A commit for each tree."""
    commit = None
    for root_tree in roots:
        commit = pack.commit(root_tree, [commit] if commit else [])
    return commit


def declares(id, down=None, more=""):
    return (f"{id}.py".encode(), FILE, pack.blob(migration(id, down, more).encode()))


def one_by_one(entries, place):
    """The entries come one after another; `place` makes the root tree of those that are there."""
    return line_of(place(entries[: i + 1]) for i in range(len(entries)))


def new_children(count):
    """Of a script directory that no configuration says anything of."""
    child = lambda i: (b"c%06d" % i, DIR, pack.tree([declares(id_of(i))]))
    script = (b"env.py", FILE, env_py)
    return one_by_one([child(i) for i in range(count)], lambda some: pack.tree([(b"m", DIR, pack.tree([script, *some]))]))


def new_environments(count):
    def environment(i):
        ini_file = (b"alembic.ini", FILE, pack.blob(b"[alembic]\nscript_location = %(here)s\n"))
        versions = (b"versions", DIR, pack.tree([declares(id_of(i))]))
        return (b"e%06d" % i, DIR, pack.tree([ini_file, (b"env.py", FILE, env_py), versions]))

    return one_by_one([environment(i) for i in range(count)], pack.tree)


def renames(count):
    """Of the directory that holds the versions; the last commit loses one of them."""
    versions = pack.tree([lost, left])
    moved = [(b"versions", DIR, versions)]
    roots = [pack.tree([(b"m%06d" % i, DIR, pack.tree(moved))]) for i in range(count)]
    roots.append(pack.tree([(b"m%06d" % count, DIR, pack.tree([(b"versions", DIR, pack.tree([left]))]))]))
    return line_of(roots)


def holders(count):
    """Four files more that declare one id, in each commit."""
    files = [(b"%06d.py" % i, FILE, pack.blob(migration("same", None, f"# {i}\n").encode())) for i in range(4 * count)]
    return line_of(root(files[: 4 * i + 4]) for i in range(count))


def come_and_go(count):
    """As many ids, all of them, in every other commit."""
    there = root([declares(id_of(i), id_of(i - 1) if i else None) for i in range(count)])
    return line_of([there, root([declares("last", id_of(0))])] * (count // 2))


def dwindling(count):
    """A chain that loses its head in each commit."""
    chain = [declares(id_of(i), id_of(i - 1) if i else None) for i in range(count)]
    return line_of(root(chain[: count - i]) for i in range(count))


def tagged(count):
    """As many ids, in as many tags; the last commit deletes them all."""
    versions = pack.tree([lost, *(declares(id_of(i), "aaaa1111") for i in range(count))])
    commit, tags = None, []
    for i in range(count):
        commit = pack.commit(root(versions, [(b"x", FILE, pack.blob(b"%d\n" % i))]), [commit] if commit else [])
        tags.append(commit)
    return pack.commit(root([lost]), [commit]), tags


HISTORIES = {
    "new-children": new_children,
    "new-environments": new_environments,
    "renames": renames,
    "holders": holders,
    "come-and-go": come_and_go,
    "dwindling": dwindling,
    "tagged": tagged,
}

MANY = {
    "chain": lambda n: history(chain(n)),
    "gap": gap,
    "cycle": lambda n: history(ENVIRONMENT | migrations(n, lambda i: id_of((i - 1) % n))),
    "heads": lambda n: history(heads(n)),
    "merge": lambda n: history(heads(n) | {"m/versions/m.py": migration("merge", tuple(id_of(i) for i in range(n)))}),
    "missing": lambda n: history(ENVIRONMENT | migrations(n, lambda i: id_of(i + n))),
    "deleted": lambda n: history(chain(n), ENVIRONMENT | {"m/versions/z.py": migration("last", id_of(n - 1))}),
    "renumbered": renumbered,
    "same": lambda n: history(
        ENVIRONMENT | {f"m/versions/{i:06}.py": migration("same", None, f"branch_labels = 'l'\n# {i}\n") for i in range(n)}
    ),
    "environments": lambda n: history(environments(n)),
    "children": lambda n: history({"m/env.py": env_py} | {f"m/c{i:06}/a.py": migration("same", "gone") for i in range(n)}),
    "entries": lambda n: history(
        ENVIRONMENT | {"m/versions/b.py": left[2]} | {f"m/versions/f{i:07}.py": env_py for i in range(n)}
    ),
    "beside": lambda n: history(ENVIRONMENT | {"m/versions/b.py": left[2]} | {f"f{i:07}": env_py for i in range(n)}),
    "locations": lambda n: history(configured("version_locations = m/versions" + "".join(f" v{i}" for i in range(n)) + "\n")),
    "keys": lambda n: history(
        configured("".join(f"k{i} = v\n" for i in range(n)), "".join(f"k{i} = 'v'\n" for i in range(n)))
    ),
    "edits": edits,
    "names": lambda n: history(names(n)),
}

found = (KINDS | MANY | HISTORIES)[sys.argv[1]](int(sys.argv[2]))
head, tags = found if isinstance(found, tuple) else (found, [])
if isinstance(tags, bytes):
    tags = [tags]
pack.store()
lines = [f"create refs/heads/main {head.hex()}\n"]
lines += [f"create refs/tags/t{i or ''} {tag.hex()}\n" for i, tag in enumerate(tags)]
subprocess.run(["git", "update-ref", "--stdin"], input="".join(lines).encode(), check=True)
