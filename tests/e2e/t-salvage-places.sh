#!/bin/sh
# The places of salvage.sh are what they say: git has the blob, and the history
# of HEAD and the branches has not.

. "${0%/*}/lib.sh"
. "$E2E_DIR/salvage.sh"

places=$(sed -n 's/^\(hide_in_[a-z_]*\)() {$/\1/p' "$E2E_DIR/salvage.sh")
for place in $places; do
	it "$place"
	fixture never-there
	"$place"
	git cat-file -e "$LOST_BLOB" || fail "git does not have the file"
	git rev-list --objects HEAD --branches >"$CASE_DIR/objects"
	if grep -q "^$LOST_BLOB" "$CASE_DIR/objects"; then
		fail "the history has the file"
	fi
	expect_no_file "$LOST_PATH"
done
