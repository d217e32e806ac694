#!/bin/sh
# Every JSON document validates against the schema that revident prints for it,
# and is laid out as promised: UTF-8, two-space indent, one final newline.

. "${0%/*}/lib.sh"
need_binary
/usr/bin/python3 -c 'import jsonschema' 2>/dev/null || skip "jsonschema is not installed"

it "prints its schemas"
for format in revident.scan.v1 revident.explain.v1 revident.audit.v1 revident.check.v1 revident.hooks.v1 revident.recover.v1 revident.report.v1; do
	run revident schema "$format"
	expect_exit 0
	expect_err </dev/null
	expect_json 'd["$id"]' "\"$format\""
done

it "every fixture has a document of every format, which the harness validates"
for stream in "$TOP"/testrepos/*.fi; do
	name=${stream##*/}
	name=${name%.fi}
	fixture "$name"
	[ "$name" = unborn ] || run revident scan --events all --format json
	run revident scan --events all --all --deep --format json
	run revident explain a1a1a1a1a1a1 --format json
	[ "$name" = unborn ] && continue
	run revident audit HEAD --format json
	run revident report --all-losses --format json
	run revident check --range "$(git rev-list --max-parents=0 HEAD | tail -n 1)..HEAD" --format json
	run revident recover --format json
	[ "$name" = overwritten ] || continue
	run revident hooks doctor --format json
	run revident hooks install --format json
	run revident hooks doctor --format json
	run revident hooks uninstall --format json
done
no_fsck
for format in scan explain audit check report recover; do
	grep -l "\"format\": \"revident.$format.v1\"" "$SANDBOX"/documents/* | wc -l
done >"$CASE_DIR/counts"
streams=$(find "$TOP/testrepos" -name '*.fi' | wc -l)
while read -r count; do
	[ "$count" -ge "$((streams - 12))" ] || fail "only $count documents of a format from $streams fixtures"
done <"$CASE_DIR/counts"

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

it "a schema is found by its command's name as well"
for name in audit check explain hooks recover report scan; do
	run revident schema "revident.$name.v1"
	expect_exit 0
	cp "$CASE_DIR/out" "$CASE_DIR/document"
	run revident schema "$name"
	expect_exit 0
	expect_out <"$CASE_DIR/document"
done
run revident schema scan.v1
expect_exit 2
