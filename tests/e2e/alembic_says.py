"""What Alembic itself finds in the script directory of an alembic.ini.

usage: alembic_says.py ALEMBIC_INI   (with a python3 that has alembic)

One line a fact: "heads …" and "bases …" of a chain that loads; "missing X" for
the KeyError of a parent that is not there; "cycle"; "duplicate X" for each id
that is present more than once; "error TEXT" for anything else.
"""

import re
import sys
import warnings

from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.script.revision import CycleDetected, DependencyCycleDetected


def facts(ini):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            scripts = ScriptDirectory.from_config(Config(ini))
            heads = sorted(scripts.get_heads())
            bases = sorted(scripts.get_bases())
        except (CycleDetected, DependencyCycleDetected):
            yield "cycle"
        except KeyError as error:
            yield f"missing {error.args[0]}"
        except Exception as error:  # noqa: BLE001 (whatever a migration does when it is imported)
            yield f"error {type(error).__name__}: {error}".splitlines()[0]
        else:
            yield "heads " + " ".join(heads)
            yield "bases " + " ".join(bases)
    for text in sorted({str(warning.message) for warning in caught}):
        found = re.match(r"Revision (\S+) is present more than once", text)
        if found:
            yield f"duplicate {found[1]}"


for fact in facts(sys.argv[1]):
    print(fact)
