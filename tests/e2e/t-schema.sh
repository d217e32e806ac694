#!/bin/sh
# Every JSON document validates against the schema that revident prints for it,
# and is laid out as promised: UTF-8, two-space indent, one final newline.

. "${0%/*}/lib.sh"
need_binary
python=/usr/bin/python3
$python -c 'import jsonschema' 2>/dev/null || skip "jsonschema is not installed"

cat >"$SANDBOX/validate.py" <<'PYTHON'
import json
import sys

import jsonschema

schema = json.load(open(sys.argv[1], encoding="utf-8"))
text = open(sys.argv[2], "rb").read().decode("utf-8")
document = json.loads(text)
validator = jsonschema.validators.validator_for(schema)
validator.check_schema(schema)
for error in validator(schema).iter_errors(document):
    print("/".join(str(step) for step in error.absolute_path), error.message[:200])
if text != json.dumps(document, indent=2, ensure_ascii=False) + "\n" and "--layout" in sys.argv:
    print("not laid out with two spaces and one newline")
if list(document)[:2] != ["format", "version"]:
    print("format and version do not come first")
if document["format"] != sys.argv[3]:
    print("format is", document["format"])
PYTHON

# valid FORMAT ARGUMENTS...: what that prints validates.
valid() {
	format=$1
	shift
	run revident "$@" --format json
	$python "$SANDBOX/validate.py" "$SANDBOX/$format.json" "$CASE_DIR/out" "$format" >"$CASE_DIR/errors" 2>&1 || :
	: | expect_file "$CASE_DIR/errors"
}

it "prints its schemas"
for format in revident.scan.v1 revident.explain.v1 revident.audit.v1; do
	run revident schema "$format"
	expect_exit 0
	expect_err </dev/null
	cp "$CASE_DIR/out" "$SANDBOX/$format.json"
done

for stream in "$TOP"/testrepos/*.fi; do
	name=${stream##*/}
	name=${name%.fi}
	it "$name"
	if grep -q '^# fsck: fails' "$stream"; then
		fsck_fails
	fi
	fixture "$name"
	valid revident.scan.v1 scan --events all
	valid revident.scan.v1 scan --events all --all --deep
	valid revident.audit.v1 audit
	valid revident.explain.v1 explain a1a1a1a1a1a1
	valid revident.explain.v1 explain b2b2
done
