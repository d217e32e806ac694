#!/bin/sh
# What must be true of each fixture, written by hand after the rules and not
# after the program: facts/NAME.facts (or NAME+VARIANT.facts) holds the arguments, the exit status and
# one line a fact. facts.py reduces scan's JSON to the same lines.

. "${0%/*}/lib.sh"
need_binary

for facts in "$E2E_DIR"/facts/*.facts; do
	name=${facts##*/}
	name=${name%.facts}
	it "$name"
	name=${name%+*}
	if grep -q '^# fsck: fails' "$TOP/testrepos/$name.fi"; then
		fsck_fails
	fi
	fixture "$name"
	arguments=$(sed -n '1s/^# revident //p' "$facts")
	# shellcheck disable=SC2086 # words
	run revident $arguments --format json
	expect_exit "$(sed -n '2s/^exit //p' "$facts")"
	expect_err </dev/null
	sed 1,2d "$facts" >"$CASE_DIR/facts"
	python3 "$E2E_DIR/facts.py" "$MARKS" <"$CASE_DIR/out" >"$CASE_DIR/out.facts" 2>&1 || :
	compare "$CASE_DIR/facts" "$CASE_DIR/out.facts" "facts of $name"
done
