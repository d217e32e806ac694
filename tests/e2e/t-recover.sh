#!/bin/sh
# revident recover: the plan, and what --apply does with it.

. "${0%/*}/lib.sh"
need_binary

HABITS=habits_service/alembic/versions

it "plans the accident's repair and touches nothing"
fixture september-17
snapshot "$CASE_DIR/before"
run revident recover
expect_exit 1
expect_err </dev/null
expect_golden september-17.recover.text
run revident recover --format json
expect_exit 1
expect_json '[{k: s[k] for k in ("action", "path", "from", "to", "revision") if k in s} for s in d["steps"]]' \
	"[{\"action\": \"rename\", \"from\": \"$HABITS/189b1231afd4_bootstrap_tables.py\", \"to\": \"$HABITS/2a3f4c9d1cde_add_cascade_deletes.py\", \"revision\": \"2a3f4c9d1cde\"}, {\"action\": \"restore\", \"path\": \"$HABITS/189b1231afd4_bootstrap_tables.py\", \"revision\": \"189b1231afd4\"}]"
expect_golden september-17.recover.json
snapshot "$CASE_DIR/after"
compare "$CASE_DIR/before" "$CASE_DIR/after" "the repository"

# accident_is_repaired: both files, byte for byte
accident_is_repaired() {
	expect_blob "$HABITS/189b1231afd4_bootstrap_tables.py" \
		"$(git rev-parse "$(mark :2):$HABITS/189b1231afd4_bootstrap_tables.py")"
	expect_blob "$HABITS/2a3f4c9d1cde_add_cascade_deletes.py" \
		"$(git rev-parse "$(mark :6):$HABITS/189b1231afd4_bootstrap_tables.py")"
}

it "--apply repairs the accident in the work tree alone"
fixture september-17
git ls-files -s >"$CASE_DIR/index"
run revident recover --apply
expect_exit 0
accident_is_repaired
git ls-files -s >"$CASE_DIR/index.after"
compare "$CASE_DIR/index" "$CASE_DIR/index.after" "the index"
run git status --porcelain
expect_out <<EOF
 M $HABITS/189b1231afd4_bootstrap_tables.py
?? $HABITS/2a3f4c9d1cde_add_cascade_deletes.py
EOF
run revident audit
expect_exit 0
run revident recover
expect_exit 0

it "--stage puts it into the index, too, and never commits"
fixture september-17
run revident recover --apply --stage
expect_exit 0
accident_is_repaired
run git diff --cached --name-status --no-renames
expect_out <<EOF
M	$HABITS/189b1231afd4_bootstrap_tables.py
A	$HABITS/2a3f4c9d1cde_add_cascade_deletes.py
EOF
[ "$(git rev-parse HEAD)" = "$(mark :7)" ] || fail "it committed"

it "--patch is a patch that git apply takes"
fixture september-17
run revident recover --patch
expect_exit 0
git apply --whitespace=nowarn "$CASE_DIR/out"
accident_is_repaired

it "-o DIR writes the recovered files only"
fixture september-17
snapshot "$CASE_DIR/before"
run revident recover -o "$CASE_DIR/out.d"
expect_exit 0
expect_blob "$CASE_DIR/out.d/$HABITS/189b1231afd4_bootstrap_tables.py" \
	"$(git rev-parse "$(mark :2):$HABITS/189b1231afd4_bootstrap_tables.py")"
snapshot "$CASE_DIR/after"
compare "$CASE_DIR/before" "$CASE_DIR/after" "the repository"

it "a dirty file is refused; --force keeps a copy"
fixture september-17
echo '# mine' >>"$HABITS/189b1231afd4_bootstrap_tables.py"
snapshot "$CASE_DIR/before"
run revident recover --apply
[ "$(cat "$CASE_DIR/status")" -ne 0 ] || fail "not refused"
snapshot "$CASE_DIR/after"
compare "$CASE_DIR/before" "$CASE_DIR/after" "the repository"

it "an untracked file in the way is refused"
fixture september-17
echo mine >"$HABITS/2a3f4c9d1cde_add_cascade_deletes.py"
run revident recover --apply
if [ "$(cat "$CASE_DIR/status")" -eq 0 ]; then
	expect_file "$HABITS/2a3f4c9d1cde_add_cascade_deletes.py" <<EOF
mine
EOF
fi

it "a symlinked directory is refused"
fixture september-17
mv habits_service/alembic "$CASE_DIR/away"
ln -s "$CASE_DIR/away" habits_service/alembic
run revident recover --apply
[ "$(cat "$CASE_DIR/status")" -ne 0 ] || fail "not refused"

# whole_again NAME REVISION MARK PATH: broken by that revision, repaired with
# the file as that commit had it.
whole_again() {
	it "$1"
	fixture "$1"
	run revident recover --format json
	expect_exit 1
	expect_json '[d["before"]["missing"], d["after"]["missing"]]' "[[\"$2\"], []]"
	run revident recover --apply
	expect_exit 0
	expect_blob "$4" "$(git rev-parse "$(mark "$3"):$4")"
	run revident audit --format json
	expect_json '[f for e in d["environments"] for f in e["findings"] if f["level"] == "error"]' '[]'
	run revident recover
	expect_exit 0
}

V=migrations/versions
whole_again overwritten a1a1a1a1a1a1 :1 $V/a1a1a1a1a1a1_users.py
whole_again deleted-parent b2b2b2b2b2b2 :1 $V/b2b2b2b2b2b2_orders.py
whole_again stripped a1a1a1a1a1a1 :1 $V/a1a1a1a1a1a1_users.py
whole_again merge-evil a1a1a1a1a1a1 :2 $V/a1a1a1a1a1a1_users.py
whole_again merge-lost-referenced b2b2b2b2b2b2 :3 $V/b2b2b2b2b2b2_orders.py
whole_again flask-migrate a1a1a1a1a1a1 :1 $V/a1a1a1a1a1a1_users.py
whole_again pyproject a1a1a1a1a1a1 :1 db/steps/a1a1a1a1a1a1_users.py
whole_again version-locations a1a1a1a1a1a1 :2 core/a1a1a1a1a1a1_users.py
whole_again env-at-top a1a1a1a1a1a1 :1 versions/a1a1a1a1a1a1_users.py
whole_again nested-recursive b2b2b2b2b2b2 :1 $V/newton/expand/b2b2b2b2b2b2_orders.py
whole_again crlf a1a1a1a1a1a1 :2 $V/a1a1a1a1a1a1_users.py
whole_again several-tips b2b2b2b2b2b2 :1 $V/b2b2b2b2b2b2_orders.py
whole_again replaced-later-lost b2b2b2b2b2b2 :2 $V/b2b2b2b2b2b2_orders.py

it "the environment moved since: the file goes to where it lives now"
fixture env-moved-lossy
run revident recover --apply
expect_exit 0
expect_blob db/$V/b2b2b2b2b2b2_orders.py "$(git rev-parse "$(mark :1):$V/b2b2b2b2b2b2_orders.py")"

it "nothing to do"
fixture multiple-heads
run revident recover
expect_exit 0
run revident recover --apply
expect_exit 0

it "a retired revision on request"
fixture deleted-head
run revident recover
expect_exit 0
run revident recover b2b2b2b2b2b2
expect_exit 1
run revident recover b2b2b2b2b2b2 --apply
expect_exit 0
expect_blob $V/b2b2b2b2b2b2_orders.py "$(git rev-parse "$(mark :1):$V/b2b2b2b2b2b2_orders.py")"
