"""Hold the tables "a database stamped with" of a report against Alembic itself: now, and after each way of repair.

usage: report_rows.py REVIDENT REPORT [-v]   (with a python3 that has alembic; at the top of a work tree)

Each way of repair is gone in the work tree, by `revident recover` where the report has a plan, else by hand. Then each
row is tried on a database of its own (SQLite) with every operation of the migrations mocked: what is asked is what
Alembic would run, not whether the tables are there. Then the row's command is run, and must leave the database at the
heads. Prints what differs; with -v also what does not.
"""

import contextlib
import io
import json
import logging
import os
import re
import shlex
import sqlite3
import subprocess
import sys
import tempfile
import warnings
from unittest import mock

import alembic
from alembic.config import CommandLine, Config
from alembic.script import ScriptDirectory

ENV = """import os

from alembic import context
from sqlalchemy import create_engine

with create_engine(os.environ["DATABASE_URL"]).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""


class Ran(logging.Handler):
    """What was run, from what Alembic logs of it."""

    def __init__(self):
        super().__init__()
        self.revisions = []

    def emit(self, record):
        found = re.match(r"Running upgrade .*-> ([^,]*), ", record.getMessage())
        if found:
            self.revisions.append(found[1])


def stamped(path, revision):
    os.environ["DATABASE_URL"] = "sqlite:///" + path
    if revision is None:
        return
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        db.execute("INSERT INTO alembic_version VALUES (?)", (revision,))


def run(words):
    """(the last line that a person would read, warnings, ids that were run) of a command line of Alembic's."""
    handler = Ran()
    logger = logging.getLogger("alembic.runtime.migration")
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    error = io.StringIO()
    last = ""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            with contextlib.redirect_stderr(error), contextlib.redirect_stdout(error):
                CommandLine(prog="alembic").main(argv=words)
        except KeyError as key:
            last = "KeyError: " + str(key)
        except SystemExit:
            last = error.getvalue().strip()
        except Exception as other:  # noqa: BLE001 (a stand-in raises)
            last = f"{type(other).__name__}: {other}"
    logger.removeHandler(handler)
    return last, [str(warning.message) for warning in caught], handler.revisions


def plain(warning):
    return re.sub(r" \((head|branchpoint|mergepoint|effective head)\)", "", warning)


def fits(row, outcome, others, says, warned, ran):
    """What differs between a row and what happened; None if nothing does."""
    answer = outcome["answer"]
    expected = outcome["says"][-1] if outcome["says"] else ""
    if answer in ("key-error", "bare-key-error"):
        keys = [expected] + ["KeyError: " + repr(other) for other in others]
        if says not in keys:
            return f"Alembic says {says!r}, not {keys}"
        if says == expected and answer == "key-error":
            warning = outcome["says"][0][len("UserWarning: "):]
            if not any(plain(w) == warning for w in warned):
                return f"it does not warn {warning!r} but {warned}"
        if answer == "bare-key-error" and any("is not present" in w for w in warned):
            return "it warns"
        return None
    if answer in ("cannot-locate", "several-heads", "cycle", "unloadable"):
        return None if says.endswith(expected) else f"Alembic says {says!r}, not {expected!r}"
    wanted = [revision or "NEW" for revision in outcome["runs"]]
    if outcome["runs_stub"]:
        at = wanted.index(row["lost"])
        return None if ran == wanted[:at + 1] and "Error" in says else f"the stand-in does not stop it: {says} {ran}"
    if says:
        return f"Alembic says {says!r}"
    if answer == "up-to-date":
        return f"it runs {ran}" if ran else None
    if wanted != ran:
        return f"it runs {ran}, not {wanted}"
    return None


def obey(commands):
    """Runs them; what is wrong behind them, or None."""
    for words in commands.split(" && "):
        says, _, _ = run(shlex.split(words)[1:])
        if says:
            return f"{words} says {says!r}"
    scripts = ScriptDirectory.from_config(Config("alembic.ini"))
    with sqlite3.connect(os.environ["DATABASE_URL"][len("sqlite:///"):]) as db:
        at = {version for version, in db.execute("SELECT version_num FROM alembic_version")}
    left = {r.revision for r in scripts.walk_revisions()} - {
        r.revision for r in scripts.iterate_revisions(tuple(at), "base", inclusive=True)
    }
    return f"after {commands}, {sorted(left)} are not run" if left else None


# --- the ways of repair ---------------------------------------------------------------------------------------------


def git(*words):
    return subprocess.run(["git", *words], check=True, stdout=subprocess.PIPE).stdout


def versions_of(case):
    nodes = (case["chain"] or {"nodes": []})["nodes"]
    paths = [node["path"] for node in nodes if node["path"]] + [case["lost"]["path"] if case["lost"] else "."]
    return os.path.dirname(paths[0])


def relink(case, target):
    """The children name `target`, a base for None."""
    for node in case["chain"]["nodes"]:
        if not node["path"] or case["revision"] not in node["down_revision"]:
            continue
        lines = open(node["path"], encoding="utf-8").read().splitlines(keepends=True)
        for i, line in enumerate(lines):
            if line.startswith("down_revision"):
                whole = line if target else "down_revision = None\n"
                lines[i] = re.sub("(['\"])" + re.escape(case["revision"]) + "(['\"])", f"\\g<1>{target}\\g<2>", whole)
        with open(node["path"], "w", encoding="utf-8") as out:
            out.writelines(lines)


def stub(case):
    parents, message = [], "stand-in"
    if case["chain_as_it_should_be"]:
        nodes = case["chain_as_it_should_be"]["nodes"]
        parents, message = next((n["down_revision"], n["message"]) for n in nodes if n["revision"] == case["revision"])
    with open(os.path.join(versions_of(case), "zz_stub.py"), "w", encoding="utf-8") as out:
        out.write(f'"""{message}"""\nrevision = {case["revision"]!r}\ndown_revision = {tuple(parents)!r}\n\n\n')
        out.write('def upgrade():\n    raise NotImplementedError("a stand-in")\n')


def squash(case):
    for name in git("ls-files", "-z", versions_of(case)).decode().split("\0"):
        if name.endswith(".py"):
            os.remove(name)
    os.makedirs(versions_of(case), exist_ok=True)
    with open(os.path.join(versions_of(case), "new.py"), "w", encoding="utf-8") as out:
        out.write('"""new"""\nrevision = "NEW"\ndown_revision = None\n\n\ndef upgrade():\n    pass\n')


def go(revident, report, case, way):
    git("reset", "-q", "--hard")
    git("clean", "-q", "-d", "-f")
    if way == "restore" and report["repair"] and report["repair"]["steps"]:
        subprocess.run([revident, "recover", "--apply"], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    elif way == "restore":
        with open(os.path.join(versions_of(case), "zz_restored.py"), "wb") as out:
            out.write(git("cat-file", "blob", case["lost"]["blob"]))
    elif way == "relink":
        command = next(r for r in case["stamps"] if r["role"] == "lost")["relink"]["command"]
        if command:
            target = shlex.split(command)[3]
            relink(case, None if target == "base" else target)
    elif way == "stub":
        stub(case)
    elif way == "squash":
        squash(case)


def try_row(report, case, way, row):
    outcome = row[way]
    row["lost"] = case["revision"]
    with tempfile.TemporaryDirectory() as folder:
        stamped(os.path.join(folder, "db"), row["revision"])
        wrong = fits(row, outcome, case["also_missing"], *run(["upgrade", "head"]))
        if not wrong and outcome["command"] and way != "now":
            wrong = obey(outcome["command"])
    if wrong or "-v" in sys.argv:
        print(f"{case['revision']}, {way}, {row['role']} {row['revision']}: {wrong or outcome['answer']}")


def main():
    revident, path = sys.argv[1:3]
    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    alembic.op = sys.modules["alembic.op"] = mock.MagicMock()
    top = os.getcwd()
    for case in report["cases"]:
        for way in ("now", "restore", "relink", "stub", "squash"):
            rows = [row for row in case["stamps"] if row[way]["answer"] != "unavailable"]
            if not rows:
                continue
            os.chdir(top)
            go(revident, report, case, way)
            os.chdir(os.path.dirname(git("ls-files", "alembic.ini", "*/alembic.ini").decode().splitlines()[0]) or ".")
            with open(os.path.join(Config("alembic.ini").get_main_option("script_location"), "env.py"), "w") as env:
                env.write(ENV)
            for row in rows:
                try_row(report, case, way, row)


main()
