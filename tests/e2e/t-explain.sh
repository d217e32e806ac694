#!/bin/sh
# revident explain: one revision's life, from an id or from a pasted error.

. "${0%/*}/lib.sh"
need_binary

explained() {
	expect_json '[d["revision"], d["state"], d["broken"]]' "$1"
}

it "the accident, in text and JSON"
fixture september-17
run revident explain 189b1231afd4
expect_exit 1
expect_err </dev/null
expect_golden september-17.explain.text
run revident explain 189b1231afd4 --format json
expect_exit 1
expect_err </dev/null
expect_golden september-17.explain.json
explained '["189b1231afd4", "lost", true]'
expect_json '[e["kind"] for e in d["events"]]' '["added", "overwritten"]'
expect_json '[c if isinstance(c, str) else c["revision"] for c in d["children"]]' '["2a3f4c9d1cde"]'
expect_json 'd["blob"]' "\"$(git rev-parse "$(mark :2):habits_service/alembic/versions/189b1231afd4_bootstrap_tables.py")\""

it "every error text that names it"
fixture september-17
ask() {
	run revident explain "$1" --format json
	expect_exit 1
	explained '["189b1231afd4", "lost", true]'
	printf '%s\n' "$1" >"$CASE_DIR/pasted"
	run sh -c '"$0" explain - --format json <"$1"' "$REVIDENT" "$CASE_DIR/pasted"
	expect_exit 1
	explained '["189b1231afd4", "lost", true]'
}
ask 189b
ask "Can't locate revision identified by '189b1231afd4'"
ask "FAILED: Can't locate revision identified by '189b1231afd4'"
ask "ERROR [flask_migrate] Error: Can't locate revision identified by '189b1231afd4'"
ask "ERROR [alembic.util.messaging] Can't locate revision identified by '189b1231afd4'"
ask "alembic.util.exc.CommandError: Can't locate revision identified by '189b1231afd4'"
ask "KeyError: '189b1231afd4'"
ask "UserWarning: Revision 189b1231afd4 referenced from 189b1231afd4 -> 2a3f4c9d1cde, add cascade is not present"
ask "Revision 189b1231afd4 referenced from 189b1231afd4 -> 2a3f4c9d1cde (head), add cascade deletes is not present"
ask "No such revision or branch '189b1231afd4'"
ask "Requested revision 189b1231afd4 overlaps with other requested revisions 2a3f4c9d1cde"
ask "  sqlalchemy.exc.Boom

  alembic.script.revision.ResolutionError: No such revision or branch '189b1231afd4'
"

it "a whole traceback of the real Alembic"
command -v alembic >/dev/null || skip "alembic is not installed"
fixture september-17
cd habits_service
DATABASE_URL=sqlite:///$CASE_DIR/x.db alembic upgrade head >"$CASE_DIR/traceback" 2>&1 || :
run sh -c '"$0" explain - --format json <"$1"' "$REVIDENT" "$CASE_DIR/traceback"
expect_exit 1
explained '["189b1231afd4", "lost", true]'

it "present and whole at HEAD"
fixture september-17
run revident explain 3b7a1d2e4f56
expect_exit 0
expect_err </dev/null
expect_golden september-17-head.explain.text
run revident explain 3b7a1d2e4f56 --format json
expect_exit 0
explained '["3b7a1d2e4f56", "present", false]'
expect_json '[e["kind"] for e in d["events"]]' '["added"]'
grep -q "$(mark :7)" "$CASE_DIR/out" || fail "does not name the commit that added it"

it "on another branch only"
fixture several-tips
run revident explain d4d4d4d4d4d4
expect_exit 1
grep -q topic "$CASE_DIR/out" || fail "does not name the branch"
run revident explain d4d4d4d4d4d4 --format json
expect_exit 1
explained '["d4d4d4d4d4d4", "present", false]'

it "named and never there"
fixture never-there
run revident explain b2b2b2b2b2b2 --format json
expect_exit 1
explained '["b2b2b2b2b2b2", "missing", true]'

it "never declared and never named"
fixture september-17
run revident explain ffffffffffff --format json
expect_exit 1
explained '["ffffffffffff", "unknown", false]'
run revident explain ffffffffffff
expect_exit 1
grep -q searched "$CASE_DIR/out" || fail "does not say what was searched"

it "unknown in a shallow clone: cannot decide, and git fetch"
fixture september-17
git init -q "$CASE_DIR/shallow"
cd "$CASE_DIR/shallow"
git fetch -q --depth 1 "file://$CASE_DIR/september-17" main:refs/heads/main
git checkout -q main
run revident explain ffffffffffff
expect_exit 3
cat "$CASE_DIR/out" "$CASE_DIR/err" | grep -q 'git fetch' || fail "does not say git fetch"

it "a prefix that fits several: listed, exit 2"
fixture much-the-same
run revident explain c
expect_exit 2
for id in c1c1c1c1c1c1 c2c2c2c2c2c2; do
	cat "$CASE_DIR/out" "$CASE_DIR/err" | grep -q "$id" || fail "does not list $id"
done

it "a text without an id"
fixture september-17
run revident explain "something went wrong"
expect_exit 2
[ -s "$CASE_DIR/err" ] || fail "says nothing"

it "a KeyError that is not about a revision"
fixture september-17
run revident explain "KeyError: 'DATABASE_URL'"
cat "$CASE_DIR/out" "$CASE_DIR/err" >"$CASE_DIR/both"
grep -q 'revision.py' "$CASE_DIR/both" || fail "does not say how to tell"

it "content that goes on under another id: how to point a database to it"
fixture renumbered
run revident explain b2b2b2b2b2b2
expect_exit 1
grep -q 'alembic stamp --purge' "$CASE_DIR/out" || fail "no stamp"
grep -q d4d4d4d4d4d4 "$CASE_DIR/out" || fail "does not name d4d4d4d4d4d4"
expect_golden renumbered.explain.text

it "a branch label"
fixture labels
run revident explain shop --format json
expect_exit 0
explained '["b2b2b2b2b2b2", "present", false]'

it "each loss, told in a few lines"
for name in overwritten-head deleted-parent stripped reidentified merge-ours criss-cross; do
	fixture "$name"
	revision=$(sed -n 's/^lost \([^ ]*\) .*/\1/p' "$E2E_DIR/facts/$name.facts")
	run revident explain "$revision"
	expect_exit 1
	expect_err </dev/null
	removed=$(sed -n 's/^lost .* removed=\(:[0-9]*\) .*/\1/p' "$E2E_DIR/facts/$name.facts")
	grep -q "$(mark "$removed" 7)" "$CASE_DIR/out" || fail "$name: does not name the commit $removed"
	grep -q 'revident ' "$CASE_DIR/out" || fail "$name: does not say what to run"
	[ "$(wc -l <"$CASE_DIR/out")" -le 20 ] || fail "$name: more than a few lines"
	expect_golden "$name.explain.text"
done
