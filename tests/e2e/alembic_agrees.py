"""Hold audit's documents against what Alembic itself finds in the same trees.

usage: alembic_agrees.py < JOBS   (with a python3 that has alembic)

A job is a line of four fields between tabs: a name, the directory that holds
alembic.ini, the environment's path in the repository, the document that
`revident audit --format json` printed. What differs is printed as
"NAME: Alembic says …, audit says …".

Facts of a tree: heads and bases of a chain that loads; the parent whose
absence makes Alembic die with a KeyError (it dies at the first); a cycle; ids
that are present more than once; an error for any other failure.
"""

import json
import os
import re
import sys
import warnings

from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.script.revision import CycleDetected, DependencyCycleDetected


def alembic_facts(folder):
    os.chdir(folder)
    facts = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            scripts = ScriptDirectory.from_config(Config("alembic.ini"))
            facts += [("heads", *sorted(set(scripts.get_heads()))), ("bases", *sorted(scripts.get_bases()))]
        except (CycleDetected, DependencyCycleDetected):
            facts.append(("cycle",))
        except KeyError as error:
            facts.append(("missing", error.args[0]))
        except Exception:  # noqa: BLE001 (whatever a migration does when it is imported)
            facts.append(("error",))
    for text in sorted({str(warning.message) for warning in caught}):
        found = re.match(r"Revision (\S+) is present more than once", text)
        if found:
            facts.append(("duplicate", found[1]))
    return facts


def audit_facts(document, path):
    environment = next(e for e in document["environments"] if e["path"] == path)
    errors = {}
    for finding in environment["findings"]:
        if finding["level"] == "error":
            errors.setdefault(finding["rule"], []).append(finding["revision"])
    facts = []
    if errors.keys() & {"invalid-revision", "unreadable-migration"}:
        facts.append(("error",))
    elif "missing-revision" in errors:
        facts.append(("missing", *sorted(errors["missing-revision"])))
    elif "cycle" in errors:
        facts.append(("cycle",))
    else:
        facts += [("heads", *environment["heads"]), ("bases", *environment["bases"])]
    facts += [("duplicate", revision) for revision in sorted(set(errors.get("duplicate-revision", [])))]
    return facts


def agree(alembic, audit):
    if alembic[0][0] == "missing" == audit[0][0]:
        return alembic[0][1] in audit[0][1:] and alembic[1:] == audit[1:]
    return alembic == audit


def main():
    for line in sys.stdin:
        name, folder, path, document = line.rstrip("\n").split("\t")
        with open(document, encoding="utf-8") as audit:
            found = audit_facts(json.load(audit), path)
        expected = alembic_facts(folder)
        if not agree(expected, found):
            print(f"{name}: Alembic says {expected}, audit says {found}")


main()
