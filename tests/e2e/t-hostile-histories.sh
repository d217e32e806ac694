#!/bin/sh
# Histories in which each commit does once more what few do at all: the answer comes within bounds, and is the right one
# or says what is left out. HOSTILE=all takes full sizes.

. "${0%/*}/lib.sh"
. "$E2E_DIR/hostile.sh"
need_binary

keep_document() {
	: # that documents fit their schemas is shown by smaller ones
}

it "a versions directory more in each commit"
hostile_pack new-children 1200 4000
bounded scan
if [ "$HOSTILE_SIZE" -le 1200 ]; then
	expect_exit 0
else
	expect_exit 3
	out_says 'more versions directories came and went than are followed'
fi

it "an environment more in each commit"
hostile_pack new-environments 900 4000
bounded scan
if [ "$HOSTILE_SIZE" -le 900 ]; then
	expect_exit 0
else
	expect_exit 3
	out_says 'more than 1000 environments: the rest is left out'
fi
bounded audit

it "another name for the versions directory in each commit"
hostile_pack renames 1600 4000
bounded scan --format json
expect_exit 1
expect_json '[d["counts"]["commits"], d["counts"]["broken"], d["repository"]["complete"]]' \
	"[$((HOSTILE_SIZE + 1)), 1, true]"
bounded explain aaaa1111
expect_exit 1

it "files more that declare one id in each commit"
hostile_pack holders 1000 2000
bounded scan
expect_exit 0

it "all ids come and go in each commit"
hostile_pack come-and-go 1500 4000
bounded scan
expect_exit 1
out_says 'more than 1000000 changes: the rest is left out'

it "as many lost ids as tags that have them"
hostile_pack tagged 2500 4000
bounded check --range HEAD~1..HEAD
expect_exit 1
[ "$(grep -c '^error identity-deleted' "$CASE_DIR/out")" -eq "$HOSTILE_SIZE" ] || fail "check: not all of them"

it "a chain that loses its head in each commit, and a report of all of them"
hostile_pack dwindling 300 3000
bounded report --all-losses --format json
expect_exit 0
expect_json '[d["losses"], len(d["cases"]) >= 299]' "[$((HOSTILE_SIZE - 1)), true]"
[ "$(wc -c <"$CASE_DIR/out")" -lt 50000000 ] || fail "the report has $(wc -c <"$CASE_DIR/out") bytes"
