#!/bin/sh
# The fixtures themselves: each stream in testrepos/ imports, keeps its object
# ids (fixtures.ids; GOLDEN=1 rewrites it), passes git fsck unless its header
# says "# fsck: fails", and has a row in testrepos/README.md.

. "${0%/*}/lib.sh"

IDS=$E2E_DIR/fixtures.ids

for stream in "$TOP"/testrepos/*.fi; do
	name=${stream##*/}
	name=${name%.fi}
	it "$name imports, unchanged"
	if grep -q '^# fsck: fails' "$stream"; then
		fsck_fails "its header says so"
	fi
	fixture "$name" bare
	git for-each-ref --format="$name %(refname) %(objectname)" >"$CASE_DIR/ids"
	cat "$CASE_DIR/ids" >>"$SANDBOX/ids"
	if [ -z "${GOLDEN:-}" ]; then
		grep "^$name " "$IDS" >"$CASE_DIR/expected" || :
		compare "$CASE_DIR/expected" "$CASE_DIR/ids" "fixtures.ids"
	fi
	[ "$(head -n 1 "$stream")" = "feature done" ] || fail "does not begin with: feature done"
	[ "$(tail -n 1 "$stream")" = "done" ] || fail "does not end with: done"
	grep -q "^| \`$name\` |" "$TOP/testrepos/README.md" || fail "no row in testrepos/README.md"
done

if [ -n "${GOLDEN:-}" ]; then
	cp "$SANDBOX/ids" "$IDS"
fi

it "names no stream that does not exist"
# shellcheck disable=SC2016 # backquotes of Markdown
sed -n 's/^| `\([^`]*\)` |.*/\1/p' "$TOP/testrepos/README.md" | while read -r name; do
	[ -f "$TOP/testrepos/$name.fi" ] || echo "$name"
done >"$CASE_DIR/unknown"
: | expect_file "$CASE_DIR/unknown"
