"""Makes Alembic fail in every way that it knows, and keeps what it prints.

usage: alembic_errors.py DIRECTORY OUTPUT   (with a python3 that has alembic)

Each scenario is an environment DIRECTORY/NAME of its own; OUTPUT/NAME.text is
what the command line prints, warnings and tracebacks included. The scenario's
command runs in its environment, on a database of its own.
"""

import contextlib
import io
import os
import sqlite3
import sys
import traceback
import warnings

from alembic.config import CommandLine

ENV = """from alembic import context
from sqlalchemy import create_engine

with create_engine("sqlite:///" + context.config.get_main_option("database")).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""

MIGRATION = '''"""{name}

Revision ID: {id}
"""
revision = {id!r}
{rest}

def upgrade():
    pass


def downgrade():
    pass
'''


def chain(*pairs, **more):
    """File name -> text of migrations (id, parent); `more` adds lines to the migration of that id."""
    files = {}
    for name, parent in pairs:
        rest = f"down_revision = {parent!r}\n" + more.get(name, "")
        files[f"{name}_it.py"] = MIGRATION.format(name="make " + name, id=name, rest=rest)
    return files


BROKEN = chain(("aa01", None), ("aa03", "aa02"))
FORK = chain(("ab01", None), ("ab02", "ab01"), ("ab03", "ab01"))
LINE = chain(("ac01", None), ("ac02", "ac01"), ("ac03", "ac02"))
HELPER = {**chain(("ad01", None)), "helper.py": "def one():\n    return 1\n"}
HALF = {**chain(("ae01", None)), "ae02_half.py": "revision = 'ae02'\n"}
TWICE = {**chain(("af01", None), ("af02", "af01")), "copy.py": chain(("af02", "af01"))["af02_it.py"]}

# name: files, ids that the database is stamped with, arguments
SCENARIOS = {
    "parent": (BROKEN, [], ["heads"]),
    "lost": (chain(("ba01", None)), ["ba99"], ["upgrade", "head"]),
    "raised": (chain(("bb01", None)), ["bb99"], ["--raiseerr", "current"]),
    "heads": (FORK, [], ["upgrade", "head"]),
    "overlap": (LINE, ["ac01", "ac03"], ["upgrade", "heads"]),
    "cycle": (chain(("bc01", "bc02"), ("bc02", "bc01")), [], ["heads"]),
    "loop": (chain(("bd00", None), ("bd01", "bd01")), [], ["heads"]),
    "depends": (
        chain(("be01", None), ("be02", None), be01="depends_on = 'be02'", be02="depends_on = 'be01'"),
        [],
        ["heads"],
    ),
    "helper": (HELPER, [], ["heads"]),
    "half": (HALF, [], ["heads"]),
    "twice": (TWICE, [], ["heads"]),
    "labels": (
        chain(("bf01", None), ("bf02", "bf01"), bf01="branch_labels = ('shop',)", bf02="branch_labels = ('shop',)"),
        [],
        ["heads"],
    ),
    "label": (chain(("ca01", None), ca01="branch_labels = ('desk',)"), [], ["--raiseerr", "upgrade", "cellar@head"]),
    "range": (chain(("cb01", None), ("cb02", "cb01")), [], ["downgrade", "cb01:cb02", "--sql"]),
    "prefix": (chain(("cc01", None), ("cc02", "cc01")), [], ["--raiseerr", "upgrade", "cc"]),
    "relative": (chain(("cd01", None)), [], ["upgrade", "+5"]),
}


def make(top, files, stamps):
    os.makedirs(f"{top}/scripts/versions")
    ini = f"[alembic]\nscript_location = %(here)s/scripts\ndatabase = {top}/base.sqlite\n"
    for path, text in {"alembic.ini": ini, "scripts/env.py": ENV, ".gitignore": "*.sqlite\n"}.items():
        with open(f"{top}/{path}", "w", encoding="utf-8") as out:
            out.write(text)
    for name, text in files.items():
        with open(f"{top}/scripts/versions/{name}", "w", encoding="utf-8") as out:
            out.write(text)
    with contextlib.closing(sqlite3.connect(f"{top}/base.sqlite")) as base, base:
        base.execute("create table alembic_version (version_num varchar(32) not null primary key)")
        base.executemany("insert into alembic_version values (?)", [(stamp,) for stamp in stamps])


def said(ini, arguments):
    """Both streams as a terminal shows them."""
    text = io.StringIO()
    with contextlib.redirect_stdout(text), contextlib.redirect_stderr(text), warnings.catch_warnings():
        warnings.simplefilter("always")
        try:
            CommandLine(prog="alembic").main(["-c", ini, *arguments])
        except SystemExit:
            pass
        except Exception:  # noqa: BLE001 (it is what the test is after)
            traceback.print_exc()
    return text.getvalue()


directory, output = sys.argv[1:]
for scenario, (files, stamps, arguments) in SCENARIOS.items():
    make(f"{directory}/{scenario}", files, stamps)
    with open(f"{output}/{scenario}.text", "w", encoding="utf-8") as out:
        out.write(said(f"{directory}/{scenario}/alembic.ini", arguments))
