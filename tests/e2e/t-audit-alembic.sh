#!/bin/sh
# Alembic as the oracle: for each fixture's tip, audit's heads, bases, missing
# parents, cycles and duplicates are what Alembic itself finds.

. "${0%/*}/lib.sh"
need_binary
/usr/bin/python3 -c 'import alembic' 2>/dev/null || skip "Alembic is not installed"

it "every fixture that Alembic can be asked about"
names=
for stream in "$TOP"/testrepos/*.fi; do
	name=${stream##*/}
	name=${name%.fi}
	case $name in
	# configured in a way that Debian's Alembic does not know, or not at all
	flask-migrate | pyproject | env-moved-no-config | nested-versions | nested-recursive | not-loaded | no-alembic) continue ;;
	# what it imports, links or opens is not there
	dynamic | hostile-names | not-migrations | september-17) continue ;;
	unborn) continue ;;
	esac
	fixture "$name"
	git ls-files '*alembic.ini' >"$CASE_DIR/inis"
	[ -s "$CASE_DIR/inis" ] || continue
	names="$names $name"
	revident audit --format json HEAD >"$CASE_DIR/$name.json" || :
	while read -r ini; do
		folder=${ini%alembic.ini}
		printf '%s\t%s\t%s\t%s\n' "$name" "$PWD/$folder" \
			"$folder$(sed -n 's/^script_location = //p' "$ini")" "$CASE_DIR/$name.json"
	done <"$CASE_DIR/inis" >>"$SANDBOX/jobs"
done
no_fsck
/usr/bin/python3 "$E2E_DIR/alembic_agrees.py" <"$SANDBOX/jobs" >"$SANDBOX/differences" 2>&1 ||
	fail "$(tail -n 5 "$SANDBOX/differences")"
[ "$(wc -l <"$SANDBOX/jobs")" -gt 60 ] || fail "only $(wc -l <"$SANDBOX/jobs") environments"

for name in $names; do
	it "$name"
	! grep "^$name:" "$SANDBOX/differences" >"$CASE_DIR/difference" || fail "$(cat "$CASE_DIR/difference")"
done
