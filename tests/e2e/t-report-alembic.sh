#!/bin/sh
# The table "a database stamped with" of a report, each row against real Alembic on SQLite: now, and after restoring,
# re-linking, a stub and a squash. Alembic alone runs here; no answer is taken from anything but its output.

. "${0%/*}/lib.sh"
need_command report
command -v alembic >/dev/null || skip "alembic is not installed"

cat >"$SANDBOX/rows.py" <<'PYTHON'
import json
import sys

way = sys.argv[2]
for row in json.load(open(sys.argv[1], encoding="utf-8"))["cases"][0]["stamps"]:
    outcome = row[way]
    runs = " ".join(revision or "NEW" for revision in outcome["runs"])
    print(row["revision"] or "-", outcome["answer"], runs or "-", (outcome["says"] or ["-"])[-1], sep="\t")
PYTHON

# stamped REVISION: a new database in $DATABASE_URL that says it is at REVISION (- for nothing).
stamped() {
	rm -f "$CASE_DIR/stamped.db"
	DATABASE_URL=sqlite:///$CASE_DIR/stamped.db
	export DATABASE_URL
	python3 -c '
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
if sys.argv[2] != "-":
    db.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    db.execute("INSERT INTO alembic_version VALUES (?)", (sys.argv[2],))
    db.commit()' "$CASE_DIR/stamped.db" "$1"
}

# agrees WAY: every row of the report says what Alembic says in the work tree as it is.
agrees() {
	agrees_way=$1
	python3 "$SANDBOX/rows.py" "$CASE_DIR/report" "$agrees_way" >"$CASE_DIR/rows"
	[ -s "$CASE_DIR/rows" ] || fail "the report has no rows"
	tab=$(printf '\t')
	while IFS=$tab read -r revision answer runs says; do
		stamped "$revision"
		run alembic upgrade head
		case $answer in
		key-error)
			tail -n 1 "$CASE_DIR/err" | grep -qxF "$says" || fail "$agrees_way, $revision: not $says" ;;
		cannot-locate | several-heads)
			grep -qF "${says#FAILED: }" "$CASE_DIR/out" "$CASE_DIR/err" ||
				fail "$agrees_way, $revision: not $says: $(cat "$CASE_DIR/out" "$CASE_DIR/err")" ;;
		up-to-date)
			expect_exit 0
			! grep -q 'Running upgrade' "$CASE_DIR/err" || fail "$agrees_way, $revision: it runs something" ;;
		runs)
			sed -n 's/.*Running upgrade .*-> \([^,]*\),.*/\1/p' "$CASE_DIR/err" >"$CASE_DIR/ran"
			echo "$runs" | tr ' ' '\n' >"$CASE_DIR/all"
			# what fails on the way, for want of tables, is not the chain's: it ran the first ones
			head -n "$(wc -l <"$CASE_DIR/ran")" "$CASE_DIR/all" >"$CASE_DIR/expected"
			[ -s "$CASE_DIR/ran" ] || fail "$agrees_way, $revision: nothing runs: $(tail -n 3 "$CASE_DIR/err")"
			compare "$CASE_DIR/expected" "$CASE_DIR/ran" "$agrees_way, $revision: what runs" ;;
		*) fail "$agrees_way, $revision: $answer" ;;
		esac
	done <"$CASE_DIR/rows"
}

prepare() {
	fixture september-17
	run revident report --format json
	cp "$CASE_DIR/out" "$CASE_DIR/report"
	cd habits_service
}

it "now"
prepare
agrees now

it "after restoring"
prepare
revident recover --apply -C .. >/dev/null
agrees restore

it "after re-linking"
prepare
sed -i.bak 's/^down_revision = .*/down_revision = None/' alembic/versions/189b1231afd4_bootstrap_tables.py
rm -f alembic/versions/*.bak
agrees relink

it "after a stub"
prepare
printf '"""stand-in"""\nrevision = "189b1231afd4"\ndown_revision = None\n\n\ndef upgrade():\n    raise RuntimeError("a stand-in")\n' \
	>alembic/versions/stub.py
agrees stub
stamped -
run alembic upgrade head
grep -q 'RuntimeError: a stand-in' "$CASE_DIR/err" || fail "the stand-in does not raise"

it "after a squash"
prepare
rm alembic/versions/*.py
printf '"""new"""\nrevision = "NEW"\ndown_revision = None\n\n\ndef upgrade():\n    pass\n' >alembic/versions/new.py
agrees squash
