#!/usr/bin/env python3
"""Replay a real history: judge every commit that touches migrations, and hold the verdicts against a model.

    replay.py --binary PATH --repo REPO [--case FILE] [--tip REV] [--limit N]

For each commit C, merged branches included, that changes a .py file below a directory called version*, `revident check
--range C^1..C --protect all` is asked, and the two trees are compared with Python's `ast` alone: which ids are gone,
which name other content (by its lines, and the code is not the same to `ast`), which got other parents. A false alarm is
an identity rule on an id that did not change so; an accident let through is such an id that is not blocked. With a case
file (what is true of that history) every loss that it knows has to be among those blocked, but for what a merge drops of
another parent than its first: no range shows that.

Prints one line for each difference, the errors of each rule, and a summary. Exit 0: no difference. 1: differences.
"""

import argparse
import ast
import collections
import json
import subprocess
import sys

import reference

LOSSES = {"identity-overwritten", "identity-edited", "identity-stripped", "identity-deleted", "identity-lost-in-merge"}


def is_migration_path(path):
    return path.endswith(".py") and any(part.startswith("version") for part in path.split("/")[:-1])


def code_of(source):
    """What Python makes of a module but for its look, docstrings, annotations and imports; None where it is no Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return None
    tree.body = [node for node in tree.body if not isinstance(node, (ast.Import, ast.ImportFrom))]
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            node.kind = None
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)) and node.body and \
                isinstance(node.body[0], ast.Expr) and isinstance(getattr(node.body[0].value, "value", None), str):
            del node.body[0]
        if isinstance(node, (ast.arg, ast.FunctionDef)):
            node.annotation = node.returns = None
    return ast.dump(tree)


def same_code(a, b):
    """A formatter and a linter leave few lines as they were, and replace nothing."""
    return code_of(a.source) is not None and code_of(a.source) == code_of(b.source)


class Step:
    """What one commit does to the ids of its first parent, as the files that it changes say."""

    def __init__(self, git, parse, parent, commit):
        sides = ({}, {})
        fields = git.run("diff-tree", "-r", "-z", "--no-renames", "--no-abbrev", parent, commit).split("\0")
        for meta, path in zip(fields[::2], fields[1::2]):
            if not is_migration_path(path):
                continue
            modes, blobs = meta.split()[:2], meta.split()[2:4]
            for side, mode, blob in zip(sides, (modes[0][1:], modes[1]), blobs):
                if mode.startswith("100"):
                    migration = parse(blob)
                    if migration.revision:
                        side.setdefault(migration.revision, []).append(migration)
        before, after = sides
        both = set(before) & set(after)
        self.lost = set(before) - set(after)
        self.new = set(after) - set(before)
        self.after = after
        self.replaced = {r for r in both if all(reference.other_content(b, a) and not same_code(b, a)
                                                for b in before[r] for a in after[r])}
        # of several holders each counts: which of them Alembic took was a matter of file names
        self.reparented = {r for r in both if any(all(reference.parents_of(b.down) != reference.parents_of(a.down)
                                                      for a in after[r]) for b in before[r])}


class Replay:
    def __init__(self, args):
        self.args, self.git = args, reference.Git(args.repo)
        self.tip = self.git.run("rev-parse", "--verify", args.tip + "^{commit}").strip()
        self.parsed, self.differences = {}, []
        self.rules, self.seen = collections.Counter(), {}
        self.steps = self.undecided = self.blocked = 0
        self.lost = collections.defaultdict(set)  # step: ids blocked as lost

    def parse(self, blob):
        if blob not in self.parsed:
            source = self.git.read(blob)[1]
            self.parsed[blob] = reference.Migration(source)
            self.parsed[blob].source = source
        return self.parsed[blob]

    def commits(self):
        """(first parent, commit), parents before children."""
        out = self.git.run("log", "--full-history", "--topo-order", "--reverse", "--format=%P %H", self.tip, "--",
                           ":(glob)**/version*/**/*.py")
        for line in out.splitlines():
            parts = line.split()
            if len(parts) > 1:
                yield parts[0], parts[-1]  # a merge with its first parent alone

    def check(self, parent, commit):
        done = subprocess.run([self.args.binary, "check", "-C", self.args.repo, "--protect", "all", "--no-progress", "--range",
                               "%s..%s" % (parent, commit), "--format", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              check=False)
        if done.returncode not in (0, 1):
            self.undecided += 1
            self.differences.append("%s: exit %d: %s" % (commit[:12], done.returncode, done.stderr.decode(errors="replace").strip()))
            return []
        return [v for v in json.loads(done.stdout)["violations"] if v["level"] == "error"]

    def say(self, what, commit, revisions):
        self.differences += ["%s: %s %s" % (commit[:12], what, revision) for revision in sorted(revisions)]

    def hold(self, commit, step, errors):
        by_rule = collections.defaultdict(set)
        for violation in errors:
            by_rule[violation["rule"]].add(violation["revision"])
        lost = set().union(*(by_rule[rule] for rule in LOSSES))
        self.lost[commit] = lost
        self.say("false alarm, not lost:", commit, lost - step.lost)
        self.say("let through, lost:", commit, step.lost - lost)
        self.say("false alarm, not replaced:", commit, by_rule["identity-replaced"] - step.replaced)
        self.say("let through, replaced:", commit, step.replaced - by_rule["identity-replaced"])
        self.say("false alarm, not reparented:", commit, by_rule["reparented"] - step.reparented)
        self.say("let through, reparented:", commit, step.reparented - by_rule["reparented"] - by_rule["identity-replaced"])
        reused = {r for r in by_rule["identity-reused"] if r in step.new and
                  not (r in self.seen and any(reference.much_the_same(a, self.seen[r]) for a in step.after[r]))}
        self.say("false alarm, not reused:", commit, by_rule["identity-reused"] - reused)
        for rule, revisions in by_rule.items():
            self.rules[rule] += len(revisions)

    def run(self):
        for parent, commit in self.commits():
            if self.steps == self.args.limit:
                break
            step = Step(self.git, self.parse, parent, commit)
            errors = self.check(parent, commit)
            self.steps += 1
            self.blocked += bool(errors)
            self.hold(commit, step, errors)
            for revision, migrations in step.after.items():
                self.seen[revision] = migrations[0]
        if self.args.case:
            self.hold_case()

    def hold_case(self):
        with open(self.args.case, encoding="utf-8") as file:
            losses = json.load(file)["on_head"]["losses"]
        others = 0
        for event in losses:
            step = event["commit"]
            if event["revision"] in self.lost.get(step, ()):
                continue
            if len(self.git.commit(step)[1]) > 1:
                others += 1
            elif self.args.limit < 0:
                self.say("let through, of the case:", step, {event["revision"]})
        print("case: %d losses, %d of them of a merge's other parents" % (len(losses), others))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--repo", required=True)
    parser.add_argument("--case")
    parser.add_argument("--tip", default="HEAD")
    parser.add_argument("--limit", type=int, default=-1)
    replay = Replay(parser.parse_args())
    replay.run()
    for difference in replay.differences:
        print(difference)
    for rule, count in sorted(replay.rules.items()):
        print("%6d %s" % (count, rule))
    print("%d commits, %d blocked, %d undecided, %d differences" % (
        replay.steps, replay.blocked, replay.undecided, len(replay.differences)))
    return 1 if replay.differences else 0


if __name__ == "__main__":
    sys.exit(main())
