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
