"""Reduce documents of `revident scan --format json` to one line a fact.

usage: facts.py < JOBS

A job is a line of three paths between tabs: the marks of the fixture (what git
fast-import exported), the document, and the file to write the facts to.
Commits are named by marks, so that what must be true of a fixture can be written, and
reviewed, by hand: see facts/*.facts.

	:2 overwritten a1a1 v/a1.py -> v/a1.py=b2b2 sim=0
	lost a1a1 broken overwritten removed=:2 last=:1 v/a1.py refs=b2b2
	missing a1a1 refs=b2b2 ever

After an event's paths come, where they apply: env (when there are several),
parent (of a merge), sim (to three digits), down (old>new), what,
content_changed, same_content, reused, dynamic, continues.
"""

import json
import sys


def printable(text):
    """Keep a fact on one line, whatever is in a path or an id."""
    return "".join(c if c.isprintable() and c != " " else f"\\u{ord(c):04x}" for c in text)


class Facts:
    def __init__(self, document, marks):
        self.document = document
        self.marks = marks
        self.several = len({e["environment"] for e in document["events"]}) > 1

    def mark(self, oid):
        return self.marks.get(oid, oid) if oid else "-"

    def continues(self, item, path):
        other = item.get("continues_as")
        if not other or other["path"] == path:
            return []
        return [f"continues={printable(other['path'])}={printable(other['revision'])}"]

    def event(self, event):
        kind, before, after = event["kind"], event["before"], event["after"]
        commit = event["commit"]
        words = [self.mark(commit["id"]), kind, printable(event["revision"])]
        similarity = event["similarity"]
        if kind == "reidentified" and after is None:
            after = event["continues_as"]
            similarity = after["similarity"]
        if kind == "stripped":
            words.append(printable(before["path"]))
        elif kind == "restored":
            words += ["->", printable(after["path"])]
        elif kind != "duplicated":
            target = printable(after["path"]) if after else "-"
            if after and after["revision"] != event["revision"]:
                target += "=" + printable(after["revision"])
            words += [printable(before["path"]) if before else "-", "->", target]
        if self.several:
            words.append("env=" + printable(event["environment"]))
        if len(commit["parents"]) > 1:
            words.append("parent=" + self.mark(event["parent"]))
        if kind in ("overwritten", "reidentified", "replaced"):
            words.append("sim=" + ("null" if similarity is None else f"{similarity:.3g}"))
        if kind == "reparented":
            old, new = (",".join(side["down_revision"]) or "-" for side in (before, after))
            words.append(f"down={printable(old)}>{printable(new)}")
        if kind == "edited":
            words.append("what=" + event["what"])
        words += [flag for flag in ("content_changed", "same_content", "reused") if event.get(flag)]
        if after and after.get("dynamic"):
            words.append("dynamic=" + ",".join(after["dynamic"]))
        if kind != "reidentified":
            words += self.continues(event, before["path"] if before else None)
        return " ".join(words)

    def lost(self, lost):
        words = ["lost", printable(lost["revision"]), lost["status"], lost["cause"]]
        words.append("removed=" + self.mark(lost["removed_by"]))
        words.append("last=" + self.mark(lost["last_commit"]))
        words.append(printable(lost["path"]))
        words.append("refs=" + (printable(",".join(lost["referenced_by"])) or "-"))
        if self.several:
            words.append("env=" + printable(lost["environment"]))
        if lost["published"]:
            words.append("published")
        words += self.continues(lost, lost["path"])
        return " ".join(words)

    def missing(self, missing):
        words = ["missing", printable(missing["revision"])]
        words.append("refs=" + printable(",".join(missing["referenced_by"])))
        if missing["ever_in_history"]:
            words.append("ever")
        return " ".join(words)

    def lines(self):
        for event in self.document["events"]:
            yield self.event(event)
        for lost in self.document["lost"]:
            yield self.lost(lost)
        for missing in self.document["missing"]:
            yield self.missing(missing)


def reduce(marks_path, document_path, facts_path):
    marks = {}
    with open(marks_path, encoding="ascii") as exported:
        for line in exported:
            name, oid = line.split()
            marks[oid] = name
    with open(document_path, encoding="utf-8") as text, open(facts_path, "w", encoding="utf-8") as out:
        try:
            document = json.load(text)
        except ValueError as error:
            print(f"no JSON: {error}", file=out)
            return
        for line in Facts(document, marks).lines():
            print(line, file=out)


for job in sys.stdin:
    reduce(*job.rstrip("\n").split("\t"))
