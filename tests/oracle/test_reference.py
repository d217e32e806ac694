#!/usr/bin/env python3
"""reference.py on small histories whose outcome is written out by hand. Run: python3 tests/oracle/test_reference.py"""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import reference  # noqa: E402

V = "alembic/versions/"


def body(name, count=10):
    return ["op.%s(%d)" % (name, n) for n in range(count)]


def mig(revision, down=None, lines=None, date=None, head="revision = %r\ndown_revision = %r\n"):
    doc = '"""m\n\nRevision ID: %s\n%s"""\n' % (revision, "Create Date: %s\n" % date if date else "")
    lines = body("x" + revision) if lines is None else lines
    return doc + "from alembic import op\n" + head % (revision, down) + "def upgrade():\n" \
        + "".join("    %s\n" % one for one in lines or ["pass"])


class Repository(unittest.TestCase):
    def setUp(self):
        self.where = tempfile.mkdtemp(prefix="revident-oracle-")
        self.addCleanup(shutil.rmtree, self.where)

    def scan(self, commits, refs=None, **how):
        """commits: [(name, parents, {path: text})], whole trees; HEAD is the last. Returns the reference's answer with names."""
        names = {}
        stream = ["feature done\n"]
        for n, (name, parents, files) in enumerate(commits, 1):
            names[name] = n
            stream.append("%scommit refs/heads/main\nmark :%d\ncommitter A <a@b> %d +0000\ndata %d\n%s\n" % (
                "" if parents else "reset refs/heads/main\n\n", n, n * 100, len(name), name))
            for at, parent in enumerate(parents):
                stream.append("%s :%d\n" % ("merge" if at else "from", names[parent]))
            stream.append("deleteall\n")
            for path, text in dict({"alembic/env.py": ""}, **files).items():
                mode = "120000" if text.startswith("->") else "100644"
                stream.append("M %s inline %s\ndata %d\n%s\n" % (mode, path, len(text.encode()), text))
        for ref, name in (refs or {}).items():
            stream.append("reset %s\nfrom :%d\n\n" % (ref, names[name]))
        stream.append("done\n")
        marks = os.path.join(self.where, "marks")
        repo = tempfile.mkdtemp(dir=self.where)
        env = dict({k: v for k, v in os.environ.items() if not k.startswith("GIT_")}, GIT_CONFIG_GLOBAL=os.devnull)
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", repo], check=True, env=env)
        subprocess.run(["git", "-C", repo, "fast-import", "--quiet", "--force", "--done", "--export-marks=" + marks],
                       input="".join(stream).encode(), check=True, env=env)
        with open(marks) as f:
            ids = {line.split()[1]: commits[int(line.split()[0][1:]) - 1][0] for line in f}
        self.result = reference.scan(repo, **how)
        self.names = ids
        return [(ids[e["commit"]], e["kind"], e["revision"]) for e in self.result["events"]]

    def event(self, commit, kind):
        return next(e for e in self.result["events"] if self.names[e["commit"]] == commit and e["kind"] == kind)

    def lost(self):
        return [(e["revision"], e["status"], e["cause"], self.names[e["removed_by"]], self.names[e["last_commit"]])
                for e in self.result["lost"]]

    def missing(self):
        return [(e["revision"], e["referenced_by"], e["ever_in_history"]) for e in self.result["missing"]]


class Linear(Repository):
    def test_overwritten__the_accident__broken(self):
        events = self.scan([
            ("one", [], {V + "a.py": mig("a")}),
            ("two", ["one"], {V + "a.py": mig("b", "a")})])
        self.assertEqual(events, [("one", "added", "a"), ("two", "overwritten", "a"), ("two", "added", "b")])
        self.assertEqual(self.lost(), [("a", "broken", "overwritten", "two", "one")])
        self.assertEqual(self.missing(), [("a", ["b"], True)])

    def test_renumbered__in_place_and_to_another_file__reidentified(self):
        events = self.scan([
            ("one", [], {V + "a.py": mig("a"), V + "b.py": mig("b", "a")}),
            ("two", ["one"], {V + "a.py": mig("c", lines=body("xa")), V + "d.py": mig("d", "c", lines=body("xb"))})])
        self.assertEqual(events[2:], [("two", "reidentified", "a"), ("two", "reidentified", "b"),
                                      ("two", "added", "c"), ("two", "added", "d")])
        self.assertEqual([e["continues_as"]["revision"] for e in self.result["lost"]], ["c", "d"])

    def test_renumbered__equal_create_date_at_another_path__deleted(self):
        half = body("xa", 5) + body("y", 5)
        events = self.scan([
            ("one", [], {V + "a.py": mig("a", date="2020-01-01 10:00:00")}),
            ("two", ["one"], {V + "b.py": mig("b", lines=half, date="2020-01-01 10:00:00")})])
        self.assertIn(("two", "deleted", "a"), events)
        events = self.scan([
            ("one", [], {V + "a.py": mig("a", date="2020-01-01 10:00:00")}),
            ("two", ["one"], {V + "a.py": mig("b", lines=half, date="2020-01-01 10:00:00")})])
        self.assertIn(("two", "reidentified", "a"), events)

    def test_deleted_stripped_symlink(self):
        events = self.scan([
            ("one", [], {V + "a.py": mig("a"), V + "b.py": mig("b", "a"), V + "c.py": mig("c", "b")}),
            ("two", ["one"], {V + "b.py": "x = 1\n", V + "c.py": "->b.py"})])
        self.assertEqual(events[3:], [("two", "deleted", "a"), ("two", "stripped", "b"), ("two", "stripped", "c")])

    def test_restored__same_other_and_reused(self):
        events = self.scan([
            ("one", [], {V + "a.py": mig("a"), V + "b.py": mig("b"), V + "c.py": mig("c")}),
            ("two", ["one"], {V + "z.py": mig("z")}),
            ("three", ["two"], {V + "z.py": mig("z"), V + "a.py": mig("a"), V + "b.py": mig("b", lines=body("xb", 9)),
                                V + "c.py": mig("c", lines=body("new"))})])
        self.assertEqual(events[-3:], [("three", "restored", x) for x in "abc"])
        self.assertEqual([(e["same_content"], e["reused"]) for e in self.result["events"][-3:]],
                         [(True, False), (False, False), (False, True)])
        self.assertEqual(self.lost(), [])

    def test_moved_reparented_replaced_edited_duplicated(self):
        events = self.scan([
            ("one", [], {V + "a.py": mig("a"), V + "b.py": mig("b", "a"), V + "c.py": mig("c", "b"), V + "d.py": mig("d", "c")}),
            ("two", ["one"], {V + "a2.py": mig("a", lines=body("xa", 9)), V + "b.py": mig("b", "c"),
                              V + "c.py": mig("c", "b", lines=body("other")), V + "d.py": mig("d", "c", lines=body("xd", 9)),
                              V + "e.py": mig("d", "c")})])
        self.assertEqual(events[4:], [("two", "moved", "a"), ("two", "reparented", "b"), ("two", "replaced", "c"),
                                      ("two", "duplicated", "d"), ("two", "edited", "d")])
        self.assertTrue(self.event("two", "moved")["content_changed"])

    def test_swapped_ids__moved_and_replaced_continue_in_each_other(self):
        events = self.scan([
            ("one", [], {V + "a.py": mig("a"), V + "b.py": mig("b")}),
            ("two", ["one"], {V + "a.py": mig("b", lines=body("xa")), V + "b.py": mig("a", lines=body("xb"))})])
        self.assertEqual(events[2:], [("two", "moved", "a"), ("two", "replaced", "a"),
                                      ("two", "moved", "b"), ("two", "replaced", "b")])
        self.assertEqual(self.event("two", "replaced")["continues_as"]["path"], V + "a.py")

    def test_import_above_the_docstring__edited(self):
        text = mig("a", lines=[], date="2020-01-01 10:00:00")
        events = self.scan([("one", [], {V + "a.py": text}), ("two", ["one"], {V + "a.py": "import os\n" + text})])
        self.assertEqual(events[1:], [("two", "edited", "a")])

    def test_tuple_and_string_are_equal__edited(self):
        events = self.scan([
            ("one", [], {V + "a.py": mig("a"), V + "b.py": mig("b", "a")}),
            ("two", ["one"], {V + "a.py": mig("a"), V + "b.py": mig("b", ("a",))})])
        self.assertEqual(events[2:], [("two", "edited", "b")])


class Merges(Repository):
    BASE = {V + "a.py": mig("a")}
    SIDE = {V + "a.py": mig("a"), V + "b.py": mig("b", "a")}
    MAIN = {V + "a.py": mig("a"), V + "c.py": mig("c", "a")}

    def test_side_dropped__lost_in_merge(self):
        events = self.scan([("base", [], self.BASE), ("side", ["base"], self.SIDE), ("main", ["base"], self.MAIN),
                            ("merge", ["main", "side"], self.MAIN)])
        self.assertEqual(events[-1], ("merge", "lost_in_merge", "b"))
        self.assertEqual(self.lost(), [("b", "retired", "lost_in_merge", "merge", "side")])

    def test_inherited_removal__no_event(self):
        events = self.scan([("base", [], self.SIDE), ("side", ["base"], self.BASE), ("main", ["base"], dict(self.SIDE, **self.MAIN)),
                            ("merge", ["main", "side"], self.MAIN)])
        self.assertEqual([e for e in events if e[0] == "merge"], [])
        self.assertEqual(self.lost(), [("b", "retired", "deleted", "side", "base")])

    def test_evil__gone_from_both_parents(self):
        events = self.scan([("base", [], self.SIDE), ("side", ["base"], dict(self.SIDE, **{V + "s.py": mig("s")})),
                            ("main", ["base"], dict(self.SIDE, **self.MAIN)),
                            ("merge", ["main", "side"], dict(self.MAIN, **{V + "s.py": mig("s")}))])
        self.assertEqual([e for e in events if e[0] == "merge"], [("merge", "deleted", "b")])

    def test_resurrected__restored_only_where_no_parent_has_it(self):
        events = self.scan([("base", [], self.SIDE), ("side", ["base"], self.BASE), ("main", ["base"], self.BASE),
                            ("merge", ["main", "side"], self.SIDE)])
        self.assertEqual([e for e in events if e[0] == "merge"], [("merge", "restored", "b")])

    def test_change_of_one_side__is_no_event_of_the_merge(self):
        moved = {V + "a2.py": mig("a")}
        events = self.scan([("base", [], self.BASE), ("side", ["base"], moved), ("main", ["base"], self.MAIN),
                            ("merge", ["main", "side"], dict(moved, **{V + "c.py": mig("c", "a")}))])
        self.assertEqual([e for e in events if e[0] == "merge"], [])

    def test_other_branch__only_with_all(self):
        commits = [("base", [], self.SIDE), ("side", ["base"], self.BASE), ("main", ["base"], self.SIDE)]
        self.assertEqual(len(self.scan(commits, {"refs/heads/side": "side"})), 2)
        self.assertEqual(self.scan(commits, {"refs/heads/side": "side"}, all_refs=True)[-1], ("side", "deleted", "b"))
        self.assertEqual(self.lost(), [])


class Environments(Repository):
    def test_directory_moved__every_revision_moved(self):
        events = self.scan([("one", [], {V + "a.py": mig("a"), V + "b.py": mig("b", "a")}),
                            ("two", ["one"], {"pkg/m/env.py": "", "pkg/m/versions/a.py": mig("a"), "pkg/m/versions/b.py": mig("b", "a")}),
                            ("three", ["two"], {"pkg/m/env.py": "", "pkg/m/versions/b.py": mig("b", "a")}),
                            ("four", ["three"], {"pkg/m/env.py": "", "pkg/m/versions/b.py": mig("b", "a"), "pkg/m/versions/a.py": mig("a")})])
        self.assertEqual(events[2:], [("two", "moved", "a"), ("two", "moved", "b"), ("three", "deleted", "a"), ("four", "restored", "a")])

    def test_nested_and_sharing_ids__two_environments(self):
        s, p = "db/versions/sqlite/", "db/versions/postgresql/"
        base = {"db/env.py": "", s + "a.py": mig("a"), s + "b.py": mig("b", "a"), p + "a.py": mig("a"), p + "c.py": mig("c", "a")}
        gone = {k: v for k, v in base.items() if k != p + "a.py"}
        events = self.scan([("one", [], base), ("two", ["one"], gone)])
        self.assertEqual(events[4:], [("two", "deleted", "a")])
        self.assertEqual(self.lost(), [("a", "broken", "deleted", "two", "one")])

    def test_left_one_and_appeared_in_another__moved(self):
        other = {"b/env.py": "", "b/versions/x.py": mig("x")}
        one = {V + "a.py": mig("a"), V + "b.py": mig("b", "a")}
        events = self.scan([("one", [], dict(one, **other)),
                            ("two", ["one"], dict(other, **{V + "a.py": mig("a"), "b/versions/b.py": mig("b", "x")}))])
        self.assertEqual(events[3:], [("two", "moved", "b"), ("two", "reparented", "b")])
        self.assertEqual(self.lost(), [])

    def test_nested_and_sharing_ids_moved__a_loss_in_one_is_a_loss(self):
        def tree(root):
            out = {root + "/env.py": ""}
            for place, ids in (("sqlite", "abc"), ("postgresql", "ab")):
                out.update({"%s/versions/%s/%s.py" % (root, place, x): mig(x) for x in ids})
            return out
        gone = {k: v for k, v in tree("n").items() if k != "n/versions/postgresql/b.py"}
        events = self.scan([("one", [], tree("db")), ("two", ["one"], tree("n")), ("three", ["two"], gone)])
        self.assertEqual([k for _, k, _ in events], ["added"] * 5 + ["moved"] * 5 + ["deleted"])
        self.assertEqual(self.lost(), [("b", "retired", "deleted", "three", "two")])

    def test_moved_on_a_side_that_the_merge_dropped__not_lost(self):
        other = {"s/env.py": "", "s/versions/x.py": mig("x")}
        base = dict(other, **{V + "a.py": mig("a"), V + "b.py": mig("b", "a")})
        side = dict(other, **{V + "a.py": mig("a"), "s/versions/b.py": mig("b", "x")})
        main = dict(base, **{V + "c.py": mig("c", "b")})
        events = self.scan([("base", [], base), ("side", ["base"], side), ("main", ["base"], main), ("merge", ["main", "side"], main)])
        self.assertEqual(events[-1], ("merge", "lost_in_merge", "b"))
        self.assertEqual(self.lost(), [])

    def test_content_goes_on_in_another_environment__reidentified(self):
        events = self.scan([("one", [], {V + "a.py": mig("a"), V + "b.py": mig("b", "a")}),
                            ("two", ["one"], {V + "a.py": mig("a"), "s/env.py": "", "s/versions/c.py": mig("c", lines=body("xb"))})])
        self.assertEqual(events[2:], [("two", "reidentified", "b"), ("two", "added", "c")])


class Identity(unittest.TestCase):
    def read(self, source):
        m = reference.Migration(source if isinstance(source, bytes) else source.encode())
        return (m.revision, m.down) if m.is_migration else None

    def test_what_binds(self):
        for source, want in (
                ("revision = 'a'\ndown_revision = None\n", ("a", ())),
                ("revision: str = 'a'\ndown_revision: str\n", None),
                ("revision = 'a'\nrevision = 'b'\ndown_revision = ('x', 'y')\n", ("b", ("x", "y"))),
                ("if x:\n    revision = 'a'\nelse:\n    revision = 'b'\ndown_revision = ''\n", ("b", ())),
                ("def f():\n    revision = 'a'\ndown_revision = None\n", None),
                ("revision = make()\ndown_revision = None\n", None),
                ("revision = 'a'\ndown_revision = make()\n", ("a", None)),
                ("revision = ('a'\n 'b')\ndown_revision = ['x']\n", ("ab", ("x",))),
                ("revision, down_revision = 'a', 'b'\n", ("a", ("b",))),
                ("revision = b'a'\ndown_revision = None\n", None),
                (b"\xef\xbb\xbfrevision = 'a'\r\ndown_revision = None\r\n", ("a", ())),
                ("revision = u'a'\ndown_revision = ('x',\n  'y')\nprint 'two'\n", ("a", ("x", "y"))),
                ("'''\nrevision = 'doc'\n'''\nrevision = 'a'\ndown_revision = 'b'\n<<<<<<< x\n", ("a", ("b",)))):
            self.assertEqual(self.read(source), want, source)

    def test_significant_lines(self):
        source = ('"""doc\nstill doc\n"""\nfrom a import (\n    b,\n    c)\nimport d\n\n# note\nrevision = "a"\n'
                  'down_revision: str = None\ndef upgrade():\n    op.x("1",   2)\n    pass\n    )\n},\nrevisions = 1\n')
        self.assertEqual(dict(reference.Migration(source.encode()).lines), {"op.x('1', 2)": 1, "revisions = 1": 1})


if __name__ == "__main__":
    unittest.main()
