#!/bin/sh
# Thousands of what few repositories have two of: the answer comes within bounds, and is the right one. HOSTILE=all takes
# full sizes.

. "${0%/*}/lib.sh"
. "$E2E_DIR/hostile.sh"
need_binary

keep_document() {
	: # that documents fit their schemas is shown by smaller ones
}

# size SMALL [BIG]: as hostile_pack takes them.
size() {
	[ "${HOSTILE:-}" = all ] && echo "${2:-$1}" || echo "$1"
}

id_of() {
	printf '%012x\n' "$1"
}

it "a chain without end, and a gap in it"
hostile_pack gap 5000 100000
gone=$(id_of $((HOSTILE_SIZE / 2)))
bounded scan
expect_exit 1
out_says "$gone is missing: $(id_of $((HOSTILE_SIZE / 2 + 1))) names it as its parent"
bounded audit
expect_exit 1
out_says "$((HOSTILE_SIZE - 1)) migrations, 2 heads, 1 base, 1 missing"
bounded recover
expect_exit 1
out_says "restore m/versions/$(printf %06d $((HOSTILE_SIZE / 2))).py $gone"
bounded report
out_says "# Lost migration \`$gone\`"
bounded explain "$gone"
expect_exit 1
bounded check --range HEAD~1..HEAD
expect_exit 1
out_says "identity-deleted: $gone"

it "circles, small and large"
for count in 2 3 "$(size 5000 50000)"; do
	hostile_pack cycle "$count"
	bounded scan
	expect_exit 0
	bounded audit
	expect_exit 1
	out_says "$count migrations, 0 heads, 0 bases"
	out_says "1 environment, $count migrations: 1 error"
	bounded recover
	expect_exit 0
	bounded report
	bounded explain "$(id_of 1)"
	expect_exit 0
done

it "thousands of heads, and a revision that merges them"
hostile_pack heads 5000
bounded scan
expect_exit 0
bounded audit
expect_exit 0
out_says "m: 5001 migrations, 5000 heads, 1 base"
hostile_pack merge 5000 50000
bounded scan
expect_exit 0
bounded audit
expect_exit 0
out_says "m: $((HOSTILE_SIZE + 2)) migrations, 1 head, 1 base"
bounded explain merge
expect_exit 0
bounded report

it "each of thousands names another that never was"
hostile_pack missing 3000 10000
bounded scan
expect_exit 1
out_says "$HOSTILE_SIZE missing"
bounded audit
expect_exit 1
out_says "$HOSTILE_SIZE errors"
bounded recover
expect_exit 3
bounded report
expect_exit 3
out_says 'name them to have them told'

it "one migration names thousands that never were"
git init -q -b main names
cd names
mkdir -p m/versions
printf '[alembic]\nscript_location = m\n' >alembic.ini
python3 -c 'print("revision = \"a1\"\ndown_revision = (" + "".join(f"\"p{i}\", " for i in range(20000)) + ")")' >m/versions/a1.py
git add .
git commit -q -m names
bounded report
expect_exit 3
out_says 'name them to have them told'
bounded check --worktree
bounded recover
expect_exit 3

it "thousands are deleted at once, and thousands renumbered"
hostile_pack deleted 3000 20000
bounded scan
expect_exit 1
out_says "1 missing, $HOSTILE_SIZE lost"
bounded recover
expect_exit 1
bounded report --all-losses --format json
bounded check --range HEAD~1..HEAD
expect_exit 1
[ "$(grep -c '^error identity-deleted' "$CASE_DIR/out")" -eq "$HOSTILE_SIZE" ] || fail "check: not all of them"
hostile_pack renumbered 1000 5000
bounded scan --format json
expect_exit 1
expect_json '[d["counts"]["broken"], {e["kind"] for e in d["events"]} == {"reidentified"}]' "[$HOSTILE_SIZE, true]"
bounded recover
expect_exit 1
bounded check --range HEAD~1..HEAD
expect_exit 1

it "one id, and one label, in thousands of files"
hostile_pack same 3000 10000
bounded scan
expect_exit 0
bounded audit
expect_exit 1
out_says 'duplicate-revision: same'
bounded explain same
expect_exit 0
bounded recover
bounded report

it "more environments than are looked at"
hostile_pack environments 2000 100000
bounded scan
expect_exit 3
out_says 'more than 1000 environments: the rest is left out'
bounded audit
expect_exit 3
bounded explain "$(id_of 7)"
expect_exit 0
out_says "$(id_of 7) of d000007 is present and whole"

it "one id in thousands of versions directories, each of which misses another"
hostile_pack children 2000 10000
bounded scan
expect_exit 1
out_says 'gone is missing in m/c000000'
bounded explain same
out_says "$((HOSTILE_SIZE - 1000)) more revisions fit than the 1000 that are told"
bounded audit
expect_exit 1
bounded recover
expect_exit 3
bounded report

it "a directory of more entries than anybody has"
for kind in entries beside; do
	hostile_pack $kind 10000 1000000
	bounded scan
	expect_exit 1
	out_says 'aaaa1111 is missing: bbbb1111 names it as its parent'
	bounded explain aaaa1111
	expect_exit 1
	if [ $kind = beside ] || [ "$HOSTILE_SIZE" -le 10000 ]; then # a finding for each entry
		bounded audit
	fi
done

it "configurations of thousands of keys and locations"
for kind in keys locations; do
	hostile_pack $kind 10000 50000
	bounded scan
	expect_exit 1
	out_says 'aaaa1111 is missing: bbbb1111 names it as its parent'
	bounded audit
	expect_exit 1
done

it "names and ids of 64 KiB"
hostile_pack names 65000
bounded scan
expect_exit 1
out_says 'aaaa1111 is missing in m: bbbb1111 names it as its parent'
out_says "eeee1111 is missing in $(head -c 65000 /dev/zero | tr '\0' d): dddd1111 names it as its parent"
bounded scan --format json
expect_json '[len(m["environment"]) for m in d["missing"]]' '[1, 65000]'
for command in audit recover report 'explain eeee1111' 'report --format html'; do
	# shellcheck disable=SC2086 # words
	bounded $command
done

it "a revision that comes and goes thousands of times"
hostile_pack edits 2000 20000
bounded scan --format json
expect_exit 1
expect_json 'd["counts"]["losses"]' $((HOSTILE_SIZE / 2))
bounded explain aaaa1111
expect_exit 1
bounded report

it "refs without number, packed and loose, and in a circle"
hostile_pack chain 3
head=$(git rev-parse main)
count=$(size 1000 100000)
awk -v id="$head" -v n="$count" 'BEGIN { for (i = 0; i < n; i++) printf "create refs/heads/b%06d %s\ncreate refs/tags/t%06d %s\n", i, id, i, id }' |
	git update-ref --stdin
for place in loose packed; do
	[ $place = loose ] || git pack-refs --all
	bounded scan --all --format json
	expect_exit 0
	expect_json 'len(d["tips"])' $((2 * count + 2))
	bounded explain "$(id_of 2)"
	expect_exit 0
	bounded report --all-losses
	expect_exit 0
done
git symbolic-ref refs/heads/one refs/heads/two
git symbolic-ref refs/heads/two refs/heads/one
bounded scan --all
[ "$(cat "$CASE_DIR/status")" -ne 1 ] || fail "a circle of refs is a finding"
git symbolic-ref HEAD refs/heads/one
bounded scan
expect_exit 3
