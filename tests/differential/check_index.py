"""Holds our own reading of git's index against `git diff-index --cached`, over random indexes made by git.

Every index that git writes the plain way (versions 2 to 4, nothing in a conflict) has to be read without asking git, and
every other left to it. Exit status: 0 equal, 1 different.
"""
import argparse
import os
import random
import subprocess
import sys
import tempfile

NAMES = ["a", "b", "a.py", "a-b", "a.b", "ab", "v", "versions", "x.py", "é.py", "s", "long" * 30]
MODES = ["100644"] * 8 + ["100755", "120000", "160000"]
EMPTY = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"


class Repository:
    def __init__(self, directory, rng):
        self.directory, self.rng = directory, rng
        self.environment = dict(os.environ, GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_NOSYSTEM="1", LC_ALL="C")
        self.git("init", "-q", directory)
        self.git("read-tree", "--empty")
        self.blobs = [self.git("hash-object", "-w", "--stdin", data=b"%d" % i).decode().strip() for i in range(6)]
        self.trees = ["-"]

    def git(self, *arguments, data=None, index=None):
        environment = dict(self.environment, GIT_INDEX_FILE=index) if index else self.environment
        return subprocess.run(("git",) + arguments, cwd=self.directory, env=environment, input=data, stdout=subprocess.PIPE,
                              check=True).stdout

    def stage(self, lines):
        self.git("update-index", "--replace", "-z", "--index-info", data=b"".join(line + b"\0" for line in lines))

    def path(self):
        return "/".join(self.rng.choice(NAMES) for _ in range(self.rng.choice([1, 1, 2, 2, 3, 4, 6])))

    def change(self):
        """Adds, changes and removes entries; keeps what git knows of the trees that it does not touch."""
        staged = self.git("ls-files", "-z").decode().split("\0")[:-1]
        lines = []
        for _ in range(self.rng.choice([0, 1, 1, 2, 5, 30])):
            kind, path = self.rng.random(), self.rng.choice(staged or ["a"])
            if staged and kind < 0.3:
                lines.append(b"0 %s\t%s" % (b"0" * 40, path.encode()))
            elif staged and kind < 0.5:  # another mode alone; a directory in a file's place; a file in a directory's
                mode, blob = self.git("ls-files", "-s", "--", path).decode().split()[:2] if kind < 0.4 else (None, None)
                mode = {"100644": "100755", "100755": "100644"}.get(mode, "100644")
                path = path if kind < 0.4 else path + "/x.py" if kind < 0.45 else os.path.dirname(path) or path
                lines.append(("%s %s\t%s" % (mode, blob or self.rng.choice(self.blobs), path)).encode())
            else:
                lines.append(("%s %s\t%s" % (self.rng.choice(MODES), self.rng.choice(self.blobs), self.path())).encode())
        self.stage(lines)

    def unsorted_tree(self):
        """A tree that git would never write: its entries are not in order."""
        data = b"".join(b"100644 %s\0%s" % (name, bytes.fromhex(self.blobs[0])) for name in (b"b", b"a"))
        return self.git("hash-object", "-t", "tree", "-w", "--stdin", "--literally", data=data).decode().strip()

    def rewrite(self):
        """Writes the index another way. Returns whether it is still of the plain kind."""
        kind = self.rng.random()
        if kind < 0.3:
            self.trees.append(self.git("write-tree", "--missing-ok").decode().strip())
        elif kind < 0.4:
            self.git("read-tree", self.rng.choice(self.trees[1:] or [self.git("write-tree", "--missing-ok").decode().strip()]))
        elif kind < 0.6:
            self.git("update-index", "--index-version", self.rng.choice("234"))
        elif kind < 0.7:
            for path in self.git("ls-files", "-z").decode().split("\0")[:-1][:3]:
                self.git("update-index", self.rng.choice(["--skip-worktree", "--no-skip-worktree", "--assume-unchanged"]), "--",
                         path)

    def spoil(self):
        """Makes the index one of those that are left to git."""
        kind = self.rng.choice(["conflict", "intent", "split", "cut"])
        if kind == "conflict":
            self.stage([("100644 %s %d\tconflict/%s" % (self.rng.choice(self.blobs), stage, stage)).encode() for stage in (1, 2, 3)])
        elif kind == "intent":
            with open(os.path.join(self.directory, "intended.py"), "w", encoding="utf-8"):
                pass
            self.git("add", "-N", "intended.py")
        elif kind == "split":
            self.git("update-index", "--split-index")
        return kind

    def mend(self):
        self.git("update-index", "--no-split-index")
        self.git("rm", "-q", "--cached", "-r", "--ignore-unmatch", "conflict", "intended.py")


def asked_of_git(repository, index, tree):
    """What git says differs: {path: (mode, id)}."""
    if tree == "-":
        tree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    out = repository.git("diff-index", "--cached", "--raw", "-z", "--no-renames", "--no-abbrev", "--ignore-submodules=none",
                         "--ita-invisible-in-index", tree, index=index).split(b"\0")[:-1]
    return {path: (line.split()[1], line.split()[3]) for line, path in zip(out[::2], out[1::2])}


def read_dump(text):
    """What we read of each index: a list of None (git is asked), or ({path: (mode, id)}, [(tree, path)])."""
    found = []
    for line in text.splitlines():
        words = line.split(b" ")
        if words[0] == b"index":
            found.append(({}, []))
        elif words[0] == b"ask":
            found[-1] = None
        elif words[0] == b"dull":
            found[-1][1].append((words[1].decode(), bytes.fromhex(words[2].decode())))
        else:
            found[-1][0][bytes.fromhex(words[2].decode())] = (words[0], words[1])
    return found


def wrong_dull(repository, tree, dull):
    """A tree that we call dull, and that is not the base's, or holds a .py file."""
    for identity, path in dull:
        there = repository.git("rev-parse", b"%s:%s" % (tree.encode(), path)).decode().strip() if path else tree
        names = repository.git("ls-tree", "-r", "-z", "--name-only", identity).split(b"\0")
        if there != identity or any(name.endswith(b".py") for name in names):
            return identity, path
    return None


def run(build, seed, count):
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as directory:
        repository = Repository(directory, rng)
        cases = []
        for number in range(count):
            repository.change()
            repository.rewrite()
            spoiled = repository.spoil() if rng.random() < 0.15 else None
            index = os.path.join(directory, "case-%d" % number)
            with open(os.path.join(directory, ".git/index"), "rb") as source, open(index, "wb") as target:
                data = source.read()
                target.write(data[:rng.randrange(len(data))] if spoiled == "cut" else data)
            for tree in {"-", repository.trees[-1], rng.choice(repository.trees)}:
                cases.append((index, tree, spoiled))
            if spoiled:
                repository.mend()
        cases.append((cases[0][0], repository.unsorted_tree(), "unsorted"))
        listed = "".join("%s %s\n" % case[:2] for case in cases).encode()
        dumped = subprocess.run([os.path.join(build, "tests/support/index_dump")], cwd=directory, input=listed,
                                stdout=subprocess.PIPE, check=True).stdout
        dull = 0
        for (index, tree, spoiled), ours in zip(cases, read_dump(dumped), strict=True):
            where = "seed %d, %s against %s" % (seed, os.path.basename(index), tree)
            if (ours is None) != bool(spoiled):
                return "%s (%s): %s" % (where, spoiled, "git is asked" if ours is None else "read")
            if ours is None:
                continue
            theirs = asked_of_git(repository, index, tree)
            if ours[0] != theirs:
                return "%s: ours %r, git's %r" % (where, ours[0], theirs)
            wrong = wrong_dull(repository, tree, ours[1])
            if wrong:
                return "%s: %r is not dull" % (where, wrong)
            dull += len(ours[1])
        return None if dull else "seed %d: no tree was dull" % seed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--count", type=int, default=60)
    arguments = parser.parse_args()
    for seed in range(arguments.seeds):
        difference = run(os.path.abspath(arguments.build), seed, arguments.count)
        if difference:
            print(difference)
            return 1
    print("%d indexes read as git reads them" % (arguments.seeds * arguments.count))
    return 0


if __name__ == "__main__":
    sys.exit(main())
