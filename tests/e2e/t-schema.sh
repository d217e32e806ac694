#!/bin/sh
# Every JSON document validates against the schema that revident prints for it,
# and is laid out as promised: UTF-8, two-space indent, one final newline.

. "${0%/*}/lib.sh"
need_binary
python=/usr/bin/python3
$python -c 'import jsonschema' 2>/dev/null || skip "jsonschema is not installed"

# validate.py DIRECTORY: each file in it is NAME.FORMAT; schemas are beside it.
cat >"$SANDBOX/validate.py" <<'PYTHON'
import json
import os
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


validators = {}
for name in sorted(os.listdir(sys.argv[1])):
    form = "revident." + name.split(".revident.")[1]
    if form not in validators:
        schema = json.load(open(f"{form}.json", encoding="utf-8"))
        kind = jsonschema.validators.validator_for(schema)
        kind.check_schema(schema)
        close(schema)
        validators[form] = kind(schema)
    text = open(os.path.join(sys.argv[1], name), "rb").read().decode("utf-8")
    document = json.loads(text)
    for error in validators[form].iter_errors(document):
        print(name, "/".join(str(step) for step in error.absolute_path), error.message[:200])
    if list(document)[:2] != ["format", "version"] or document["format"] != form:
        print(name, "does not begin with format and version")
    lines = text.split("\n")
    if lines[-1] != "" or lines[-2] != "}" or not lines[1].startswith('  "format": '):
        print(name, "is not laid out with two spaces and one final newline")
PYTHON

it "prints its schemas"
for format in revident.scan.v1 revident.explain.v1 revident.audit.v1 revident.check.v1 revident.hooks.v1 revident.recover.v1 revident.report.v1; do
	run revident schema "$format"
	expect_exit 0
	expect_err </dev/null
	cp "$CASE_DIR/out" "$SANDBOX/$format.json"
done

# keep FORMAT NAME ARGUMENTS...: one more document to validate.
keep() {
	kept=$SANDBOX/documents/$2.$1
	shift 2
	run revident "$@" --format json
	cp "$CASE_DIR/out" "$kept"
}

it "every fixture's documents validate"
mkdir "$SANDBOX/documents"
for stream in "$TOP"/testrepos/*.fi; do
	name=${stream##*/}
	name=${name%.fi}
	fixture "$name"
	[ "$name" = unborn ] || keep revident.scan.v1 "$name.scan" scan --events all
	keep revident.scan.v1 "$name.scan-all" scan --events all --all --deep
	keep revident.explain.v1 "$name.explain" explain a1a1a1a1a1a1
	[ "$name" = unborn ] && continue
	keep revident.audit.v1 "$name.audit" audit HEAD
	keep revident.report.v1 "$name.report" report --all-losses
	keep revident.check.v1 "$name.check" check --range "$(git rev-list --max-parents=0 HEAD | tail -n 1)..HEAD"
	keep revident.recover.v1 "$name.recover" recover
	[ "$name" = overwritten ] || continue
	keep revident.hooks.v1 "$name.doctor" hooks doctor
	keep revident.hooks.v1 "$name.install" hooks install
	keep revident.hooks.v1 "$name.installed" hooks doctor
	keep revident.hooks.v1 "$name.uninstall" hooks uninstall
done
no_fsck
cd "$SANDBOX"
$python validate.py documents >"$CASE_DIR/errors" 2>&1 || :
expect_file "$CASE_DIR/errors" </dev/null

it "scan's ndjson holds what its json holds, an item a line"
fixture september-17
rm habits_service/alembic/versions/3b7a1d2e4f56_soft_delete_program_templates.py
run revident scan --events all --format json
cp "$CASE_DIR/out" "$CASE_DIR/document"
run revident scan --events all --format ndjson
cat >"$CASE_DIR/gather.py" <<'PYTHON'
import json
import sys

KEYS = {"environment": "environments", "skipped_environment": "skipped_environments", "event": "events"}
document = json.load(open(sys.argv[1], encoding="utf-8"))
gathered = {key: [] for key in document if isinstance(document[key], list) and key != "tips"}
for line in open(sys.argv[2], encoding="utf-8"):
    item = json.loads(line)
    kind = item.pop("type")
    if kind == "scan":
        gathered.update(item)
    else:
        gathered[KEYS.get(kind, kind)].append(item)
if gathered != document or not document["worktree"]:
    print("differs")
PYTHON
python3 "$CASE_DIR/gather.py" "$CASE_DIR/document" "$CASE_DIR/out" >"$CASE_DIR/errors" 2>&1 || :
expect_file "$CASE_DIR/errors" </dev/null
