#!/bin/sh
# The table "a database stamped with" of a report, every row of every loss of many histories, against real Alembic: now and
# after each way of repair; and the command of each row, which must bring the database to the heads.

. "${0%/*}/lib.sh"
need_command report
/usr/bin/python3 -c 'import alembic' 2>/dev/null || skip "alembic is not installed"

for name in base-removed cycle deleted-head deleted-parent duplicate-ids labels lost-twice merge-lost-by-overwrite \
	merge-lost-referenced multiple-heads never-there overwritten overwritten-continues overwritten-head reidentified \
	renumbered replaced-later-lost september-17 stripped; do
	it "$name"
	fixture "$name"
	run revident report --all-losses --format json
	cp "$CASE_DIR/out" "$CASE_DIR/report"
	/usr/bin/python3 "$E2E_DIR/report_rows.py" "$REVIDENT" "$CASE_DIR/report" >"$CASE_DIR/wrong" 2>&1 || :
	expect_file "$CASE_DIR/wrong" </dev/null
done

it "several heads that the repair leaves as they are"
fixture deleted-parent
printf '"""side"""\nrevision = "f6f6f6f6f6f6"\ndown_revision = "a1a1a1a1a1a1"\n\n\ndef upgrade():\n    pass\n' \
	>migrations/versions/f6f6f6f6f6f6_side.py
git add .
git commit -q -m 'a head more'
run revident report --format json
expect_json 'd["cases"][0]["chain_as_it_should_be"]["heads"]' '["c3c3c3c3c3c3", "f6f6f6f6f6f6"]'
cp "$CASE_DIR/out" "$CASE_DIR/report"
/usr/bin/python3 "$E2E_DIR/report_rows.py" "$REVIDENT" "$CASE_DIR/report" >"$CASE_DIR/wrong" 2>&1 || :
expect_file "$CASE_DIR/wrong" </dev/null
