#!/bin/sh
# Packs of a few kilobytes that hold hundreds of megabytes, or more paths than anybody can walk: each command ends within
# bounds, and what stands beside the bomb is told. HOSTILE=all takes full sizes.

. "${0%/*}/lib.sh"
. "$E2E_DIR/hostile.sh"
need_binary

keep_document() {
	: # that documents fit their schemas is shown by smaller ones
}

# the_loss_is_told [STATUS]: by every command; what is in its way is no concern of theirs, but that show leaves with
# STATUS (3) where it was not read.
the_loss_is_told() {
	bounded audit
	expect_exit 1
	out_says 'missing-revision: aaaa1111 is not there, and bbbb1111 names it in down_revision'
	history_tells_the_loss "$@"
}

# history_tells_the_loss [STATUS]: the same by those commands that read it.
history_tells_the_loss() {
	bounded scan
	expect_exit 1
	out_says 'aaaa1111 is missing: bbbb1111 names it as its parent'
	bounded recover
	expect_exit 1
	out_says 'restore m/versions/a.py aaaa1111'
	bounded report
	out_says '# Lost migration `aaaa1111`'
	bounded explain aaaa1111
	expect_exit 1
	out_says 'aaaa1111 is lost'
	bounded show aaaa1111
	expect_exit "${1:-0}"
	out_says 'revision = "aaaa1111"'
}

the_change_is_blocked() {
	bounded check --range HEAD~1..HEAD
	expect_exit 1
	out_says 'identity-deleted: aaaa1111'
}

it "a packed migration of hundreds of megabytes is not read, and what it may declare is not known"
hostile_pack migration 300000000
bounded scan
[ "$(cat "$CASE_DIR/status")" -ne 0 ] || fail "scan: clean"
bounded audit
grep -q 'big.py\|cannot read object' "$CASE_DIR/out" || fail "audit: not a word"
the_change_is_blocked
bounded show aaaa1111
expect_exit 0

it "a packed env.py of hundreds of megabytes"
hostile_pack env.py 6000000 300000000
the_loss_is_told 3
the_change_is_blocked

it "a packed alembic.ini of hundreds of megabytes: it may say where the missing file is, but history tells that it is lost"
hostile_pack config 6000000 300000000
bounded audit
expect_exit 3
out_says 'missing-revision: aaaa1111 is not there'
out_says 'a configuration that cannot be read may say where it is'
history_tells_the_loss 3
the_change_is_blocked

it "deltas of deltas that double each time"
hostile_pack deltas 4 9
the_loss_is_told
the_change_is_blocked

if [ "${HOSTILE:-}" = all ]; then
	it "a tree of hundreds of megabytes"
	hostile_pack versions 300000000
	for command in scan audit recover 'check --range HEAD~1..HEAD'; do
		# shellcheck disable=SC2086 # words
		bounded $command
		expect_exit 3
	done
fi

for kind in nothing empty; do
	it "a hundred million paths to $kind"
	hostile_pack $kind-bomb 8
	the_loss_is_told
	bounded check --range HEAD~1..HEAD
	expect_exit 3
	err_says 'stands at too many paths that differ'
done

it "a hundred million environments"
hostile_pack environments-bomb 8
bounded scan
expect_exit 1
out_says 'aaaa1111 is missing in m: bbbb1111 names it as its parent'
out_says 'the same trees stand at too many paths: they were not looked at in all of them'
bounded scan --all --deep --format json
expect_exit 1
expect_json 'd["repository"]["complete"]' false
bounded audit
expect_exit 1
bounded recover
expect_exit 1
bounded report --all-losses
bounded check --range HEAD~1..HEAD
expect_exit 3

it "a hundred million migrations below one versions directory"
hostile_pack versions-bomb 8
bounded scan
expect_exit 3
out_says 'the same trees stand at too many paths: they were not looked at in all of them'
bounded audit
expect_exit 1
out_says 'has it, in a directory that Alembic does not enter'
bounded recover
expect_exit 3
bounded report
bounded check --range HEAD~1..HEAD
expect_exit 3

it "a commit message, an author and a header without end"
for kind in message lines author header; do
	hostile_pack $kind 2000000 100000000
	the_loss_is_told
	the_change_is_blocked
done

it "a tag without end"
hostile_pack tag 2000000 100000000
the_loss_is_told
the_change_is_blocked
out_says '1 tag'

it "tags of tags of tags"
hostile_pack tag-chain 10000
the_loss_is_told 3
the_change_is_blocked

it "tens of thousands of parents, one of them many times, each with an id of its own"
hostile_pack one-parent 65000
the_loss_is_told
the_change_is_blocked
hostile_pack parents 1500 70000
the_loss_is_told
the_change_is_blocked
hostile_pack parents-ids 1000 20000
bounded scan --format json --events all
expect_exit 1
expect_json 'd["counts"]["lost"] == d["counts"]["commits"] - 1' true
expect_json 'max((len(c["parents"]), c.get("parents_more")) for c in [e["commit"] for e in d["events"]] if len(c["parents"]) > 1)' "[100, $((HOSTILE_SIZE - 99))]"
