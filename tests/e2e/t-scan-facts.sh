#!/bin/sh
# What must be true of each fixture, written by hand after the rules and not
# after the program: facts/NAME.facts (or NAME+VARIANT.facts) holds the
# arguments, the exit status and one line a fact. facts.py reduces scan's JSON
# to the same lines.

. "${0%/*}/lib.sh"
need_binary

it "scan answers for every fixture, and says nothing else"
DONE=$CASE_DIR
for facts in "$E2E_DIR"/facts/*.facts; do
	variant=${facts##*/}
	variant=${variant%.facts}
	fixture "${variant%+*}"
	# shellcheck disable=SC2046 # words
	run revident $(sed -n '1s/^# revident //p' "$facts") --format json
	expect_err </dev/null
	mv "$CASE_DIR/out" "$DONE/$variant.json"
	mv "$CASE_DIR/status" "$DONE/$variant.status"
	printf '%s\t%s\t%s\n' "$MARKS" "$DONE/$variant.json" "$DONE/$variant.facts" >>"$DONE/jobs"
done
no_fsck
python3 "$E2E_DIR/facts.py" <"$DONE/jobs"

for facts in "$E2E_DIR"/facts/*.facts; do
	variant=${facts##*/}
	variant=${variant%.facts}
	it "$variant"
	sed -n '2s/^exit //p' "$facts" >"$CASE_DIR/exit"
	compare "$CASE_DIR/exit" "$DONE/$variant.status" "exit status"
	sed 1,2d "$facts" >"$CASE_DIR/facts"
	compare "$CASE_DIR/facts" "$DONE/$variant.facts" "facts"
done
