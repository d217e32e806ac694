#!/bin/sh
# revident recover finds a lost file wherever git still has it (salvage.sh):
# it names the place, puts the file back byte for byte, and the chain is whole.

. "${0%/*}/lib.sh"
. "$E2E_DIR/salvage.sh"
need_binary

# recovered PLACE WHERE [PATH]
recovered() {
	it "$1: from $2"
	fixture never-there
	"hide_in_$1"
	run revident recover --format json
	expect_exit 1
	expect_err </dev/null
	expect_json '[(s["revision"], s["where"], s["blob"]) for s in d["sources"]]' \
		"[[\"$LOST\", \"$2\", \"$LOST_BLOB\"]]"
	expect_json '[d["applied"], d["before"]["missing"], d["after"]["missing"]]' \
		"[false, [\"$LOST\"], []]"
	expect_no_file "${3:-$LOST_PATH}"
	run revident recover --apply
	expect_exit 0
	expect_blob "${3:-$LOST_PATH}" "$LOST_BLOB"
	run revident audit
	expect_exit 0
	run revident recover
	expect_exit 0
}

NAMED_BY_ALEMBIC=migrations/versions/b2b2b2b2b2b2_add_orders.py

recovered amended_commit reflog
recovered reset_branch reflog
recovered rebased_branch reflog
recovered stash stash
recovered older_stash reflog
recovered stashed_index stash
recovered dropped_stash unreachable
recovered remote_branch refs
recovered tag refs
recovered pull_request refs
recovered deleted_branch unreachable
recovered index index
recovered unstaged_file unreachable $NAMED_BY_ALEMBIC
recovered unmerged_index index
recovered other_worktree_index index
recovered orig_head reflog
recovered fetch_head reflog
recovered merge_head reflog
recovered unfinished_rebase reflog
recovered pack unreachable
recovered cruft_pack unreachable $NAMED_BY_ALEMBIC
recovered alternate unreachable $NAMED_BY_ALEMBIC

it "--from restricts the search"
fixture never-there
hide_in_stash
run revident recover --from refs,reflog
expect_exit 3
run revident recover --from stash
expect_exit 1

it "--from refs looks at a branch that the history of HEAD has, too"
fixture deleted-parent
git branch old HEAD^
missing=$("$REVIDENT" recover --format json | sed -n 's/.*"revision": "\(.*\)",/\1/p' | head -n 1)
run revident recover --from refs --format json
expect_exit 1
expect_json '[(s["revision"], s["where"], s["ref"]) for s in d["sources"]]' "[[\"$missing\", \"refs\", \"refs/heads/old\"]]"

it "each commit is counted once, wherever it was met"
fixture never-there
hide_in_reset_branch
git branch same
git update-ref refs/pull/1/head HEAD
git commit -q --allow-empty -m 'and one more'
git reset -q --hard HEAD^
run revident recover --format json ffffffffffff
expect_exit 3
expect_json '[u["searched"]["commits"] for u in d["unrecoverable"]]' "[$(git rev-list --all --reflog | wc -l)]"
expect_json '[u["searched"]["refs"] for u in d["unrecoverable"]]' "[$(($(git for-each-ref | wc -l) + 1))]"

it "several unreachable files for one id: listed, and --blob chooses"
fixture unreachable-versions
run revident recover
expect_exit 2
first=$(git rev-parse "$(mark :2):migrations/versions/b2b2b2b2b2b2_orders.py")
second=$(git rev-parse "$(mark :3):migrations/versions/b2b2b2b2b2b2_orders.py")
for blob in "$first" "$second"; do
	cat "$CASE_DIR/out" "$CASE_DIR/err" | grep -q "$(echo "$blob" | cut -c1-7)" || fail "does not list $blob"
done
run revident recover --blob "$second" --apply
expect_exit 0
expect_blob migrations/versions/b2b2b2b2b2b2_orders.py "$second"

it "nowhere: says what was searched, exit 3"
fixture never-there
snapshot "$CASE_DIR/before"
run revident recover
expect_exit 3
cat "$CASE_DIR/out" "$CASE_DIR/err" | grep -q 'searched' || fail "does not say what was searched"
run revident recover --format json
expect_exit 3
expect_json '[(u["revision"], u["referenced_by"]) for u in d["unrecoverable"]]' '[["b2b2b2b2b2b2", ["c3c3c3c3c3c3"]]]'
expect_json 'sorted(d["unrecoverable"][0]["searched"])' \
	'["bytecode_files", "commits", "index_entries", "reflog_entries", "refs", "unreachable_objects"]'
snapshot "$CASE_DIR/after"
compare "$CASE_DIR/before" "$CASE_DIR/after" "the repository"

# compiled FILE SOURCE: the compiled file of a source with these times, and without the source
compiled() {
	printf '%s' "$2" >"$1"
	TZ=UTC touch -d '2024-02-12 10:00:00' "$1"
	python3 "${3:--B}" -c 'import py_compile, sys; print(py_compile.compile(sys.argv[1]))' "$1" >"$CASE_DIR/compiled"
	TZ=UTC touch -d '2024-02-13 11:00:00' "$(cat "$CASE_DIR/compiled")"
}

it "a line that a log has lost is told, and what the others remember is found"
fixture never-there
hide_in_reset_branch
run revident recover --from reflog --format json
expect_exit 1
expect_json '[s["where"] for s in d["sources"]], d["limits"]' '[["reflog"], []]'
head -c 200 /dev/zero >>.git/logs/refs/heads/main
echo nothing >.git/ORIG_HEAD
run revident recover --from reflog --format json
expect_exit 1
expect_json '[s["where"] for s in d["sources"]]' '["reflog"]'
expect_json 'd["limits"]' "[\"the log of \\\"refs/heads/main\\\" is damaged in line $(($(wc -l <.git/logs/refs/heads/main) + 1)): what it remembered is not known\", \
\"\\\"ORIG_HEAD\\\" is damaged in line 1: what it remembered is not known\"]"
no_fsck

it "a compiled file is evidence, with the times of its source and its own"
fixture never-there
compiled "$LOST_PATH" "$(lost_file)"
rm "$LOST_PATH"
run revident recover --format json
expect_exit 3
expect_json '[(u["searched"]["bytecode_files"], u["bytecode"]) for u in d["unrecoverable"]]' \
	"[[1, [{\"path\": \"$(cat "$CASE_DIR/compiled")\", \"source_time\": 1707732000, \"compile_time\": 1707822000}]]]"
run revident recover
tr -s '\n ' '  ' <"$CASE_DIR/out" | grep -q 'last changed 2024-02-12T10:00:00Z, compiled 2024-02-13T11:00:00Z. With `sourceless = true`' ||
	fail "does not say when"
tr -s '\n ' '  ' <"$CASE_DIR/out" | grep -q 'searched 1 commit, .* and 1 compiled file:' || fail "counts nothing"

for how in -B -OO; do
	it "a compiled child is no evidence of its parent: python3 $how"
	fixture never-there
	child=$(git ls-files migrations/versions/c3\*)
	compiled "$child" "$(cat "$child")" "$how"
	run revident recover --format json
	expect_exit 3
	expect_json '[(u["searched"]["bytecode_files"], u["bytecode"]) for u in d["unrecoverable"]]' '[[1, []]]'
done

it "a compiled file from before its source took another id is evidence"
fixture never-there
source=migrations/versions/a1a1a1a1a1a1_users.py
git mv "$(git ls-files migrations/versions/a1\*)" $source 2>/dev/null || :
now=$(cat $source)
compiled $source "revision = '$LOST'
down_revision = None"
printf '%s' "$now" >$source
run revident recover --format json
expect_exit 3
expect_json '[len(u["bytecode"]) for u in d["unrecoverable"]]' '[1]'

it "an object in a tree with names that no migration has gets Alembic's name"
for name in .. .git . 'x\ny.py' 'esc\033.py' README; do
	rm -rf "$CASE_DIR/never-there" "$CASE_DIR"/*.marks
	cd "$CASE_DIR"
	fixture never-there
	lost_blob
	lost_file | git hash-object -w --stdin >/dev/null
	{
		printf '100644 %b\0' "$name"
		echo "$LOST_BLOB" | sed 's/../\\x&/g' | xargs -0 printf '%b' | head -c 20
	} | git hash-object -w -t tree --literally --stdin >/dev/null
	run revident recover --apply
	expect_exit 0
	expect_blob $NAMED_BY_ALEMBIC "$LOST_BLOB"
done

it "a partial clone: nothing is fetched, and what is here of several versions is not called the last"
fixture edited
git rm -q migrations/versions/b2b2b2b2b2b2_orders.py
sed "s/a1a1a1a1a1a1/c3c3c3c3c3c3/; s/^down_revision.*/down_revision = 'b2b2b2b2b2b2'/" \
	migrations/versions/a1a1a1a1a1a1_users.py >migrations/versions/c3c3c3c3c3c3_users.py
git add -A
git commit -q -m 'Users once more, without orders'
git config uploadpack.allowFilter true
git config uploadpack.allowAnySHA1InWant true
middle=$(git rev-parse "$(mark :4):migrations/versions/b2b2b2b2b2b2_orders.py")
last=$(git rev-parse "$(mark :5):migrations/versions/b2b2b2b2b2b2_orders.py")
git clone -q --filter=blob:none "file://$PWD" ../partial
cd ../partial
objects() {
	git cat-file --batch-all-objects --batch-check 2>/dev/null | wc -l
}
before=$(objects)
run revident recover
expect_exit 3
tr -s ' \n' '  ' <"$CASE_DIR/out" | grep -q "'git cat-file -t $last'" ||
	fail "does not say how to get it"
[ "$(objects)" = "$before" ] || fail "objects were fetched"
git cat-file -e "$middle"
mv ../edited ../gone
run timeout 20 "$REVIDENT" recover --format json
expect_exit 1
expect_json '[(s["where"], s["blob"], s["newer_unread"]) for s in d["sources"]]' \
	"[[\"history\", \"$middle\", {\"blob\": \"$last\", \"commit\": \"$(mark :5)\"}]]"
run timeout 20 "$REVIDENT" recover --apply
expect_exit 3
[ "$(objects)" = "$((before + 1))" ] || fail "objects were fetched"
no_fsck
