#!/bin/sh
# Alembic as the oracle: for each fixture's tip, audit's heads, bases, missing
# parents, cycles and duplicates are what Alembic itself finds.

. "${0%/*}/lib.sh"
need_binary
/usr/bin/python3 -c 'import alembic' 2>/dev/null || skip "Alembic is not installed"

cat >"$SANDBOX/audit_says.py" <<'EOF'
import json
import sys

document = json.load(open(sys.argv[1], encoding="utf-8"))
environment = next(e for e in document["environments"] if e["path"] == sys.argv[2])
rules = {}
for finding in environment["findings"]:
    if finding["level"] == "error":
        rules.setdefault(finding["rule"], []).append(finding["revision"])
if rules.keys() & {"invalid-revision", "unreadable-migration"}:
    print("error")
elif "missing-revision" in rules:
    print("missing", *sorted(rules["missing-revision"]))
elif "cycle" in rules:
    print("cycle")
else:
    print("heads", *environment["heads"])
    print("bases", *environment["bases"])
for revision in sorted(rules.get("duplicate-revision", [])):
    print("duplicate", revision)
EOF

# Alembic dies at the first missing parent; it does not know branch_labels of a
# file that it cannot import, nor what nested-joined and moved do not load.
for stream in "$TOP"/testrepos/*.fi; do
	name=${stream##*/}
	name=${name%.fi}
	case $name in
	dynamic | hostile-names | flask-migrate | pyproject | env-moved-no-config | nested-versions | \
		nested-recursive | not-loaded | not-migrations | no-alembic | unborn | september-17) continue ;;
	esac
	it "$name"
	grep -q '^# fsck: fails' "$stream" && fsck_fails
	fixture "$name"
	run revident audit --format json HEAD
	for ini in $(git ls-files '*alembic.ini'); do
		location=$(sed -n 's/^script_location = //p' "$ini")
		folder=${ini%alembic.ini}
		path=$folder$location
		(cd "./$folder" && /usr/bin/python3 "$E2E_DIR/alembic_says.py" alembic.ini) |
			sed 's/^error .*/error/' | tr -s ' ' '\n' | uniq | paste -s -d ' ' - >"$CASE_DIR/expected"
		python3 "$SANDBOX/audit_says.py" "$CASE_DIR/out" "$path" | tr -s ' ' '\n' | uniq |
			paste -s -d ' ' - >"$CASE_DIR/found"
		missing=$(sed -n 's/^missing \([^ ]*\).*/\1/p' "$CASE_DIR/expected")
		if [ -n "$missing" ]; then
			grep -q "^missing.* $missing\\( \\|\$\\)" "$CASE_DIR/found" || fail "Alembic misses $missing: $(cat "$CASE_DIR/found")"
		else
			compare "$CASE_DIR/expected" "$CASE_DIR/found" "$path"
		fi
	done
done
