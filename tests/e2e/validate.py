"""Hold documents against the schemas that revident prints for them. Prints what does not fit.

usage: validate.py REVIDENT DIRECTORY   (with Debian's python3-jsonschema)

Each file of the directory is a document of ours. Beside the schema: UTF-8, two spaces, one final newline, format and
version first.
"""

import json
import os
import subprocess
import sys

import jsonschema


def close(schema):
    """In the tests a member that the schema does not name is a mistake; for users later versions may add some."""
    if isinstance(schema, dict):
        if "properties" in schema and schema.get("type") == "object":
            schema["additionalProperties"] = False
        schema = list(schema.values())
    for part in schema if isinstance(schema, list) else []:
        close(part)


def validator(revident, form):
    schema = json.loads(subprocess.run([revident, "schema", form], check=True, stdout=subprocess.PIPE).stdout)
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    close(schema)
    return kind(schema)


def main():
    revident, folder = sys.argv[1:]
    validators, seen = {}, set()
    for name in sorted(os.listdir(folder)):
        raw = open(os.path.join(folder, name), "rb").read()
        if raw in seen:
            continue
        seen.add(raw)
        text = raw.decode("utf-8")
        document = json.loads(text)
        form = document.get("format")
        if form not in validators:
            validators[form] = validator(revident, form)
        for error in validators[form].iter_errors(document):
            print(name, form, "/".join(str(step) for step in error.absolute_path), error.message[:200])
        if list(document)[:2] != ["format", "version"]:
            print(name, "does not begin with format and version")
        lines = text.split("\n")
        if lines[-1] != "" or lines[-2] != "}" or not lines[1].startswith('  "format": '):
            print(name, "is not laid out with two spaces and one final newline")


main()
