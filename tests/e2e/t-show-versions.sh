#!/bin/sh
# revident show: versions, commits, files to write to, and what cannot be shown.

. "${0%/*}/lib.sh"
need_command show

V=migrations/versions

blob_at() {
	git rev-parse "$(mark "$1"):$2"
}

it "every other version is named, with a commit that has it"
fixture edited
run revident show b2b2b2b2b2b2
expect_exit 0
expect_blob "$CASE_DIR/out" "$(blob_at :5 $V/b2b2b2b2b2b2_orders.py)"
head -n 1 "$CASE_DIR/err" | grep -q '^revident: 4 other versions; show one with --at COMMIT:$' || fail "$(cat "$CASE_DIR/err")"
for commit in :1 :2 :3 :4; do
	grep -q "commit $(mark $commit) of .*, blob $(blob_at $commit $V/b2b2b2b2b2b2_orders.py)" "$CASE_DIR/err" ||
		fail "does not name the version of $commit"
	run revident show b2b2b2b2b2b2 --at "$(mark $commit)"
	expect_blob "$CASE_DIR/out" "$(blob_at $commit $V/b2b2b2b2b2b2_orders.py)"
	expect_err </dev/null
	run revident show b2b2b2b2b2b2
done
run revident show -q b2b2b2b2b2b2
expect_err </dev/null

it "a commit that lacks it, and one that is not there"
fixture deleted-head
run revident show b2b2b2b2b2b2 --at HEAD
expect_exit 1
expect_out </dev/null
echo 'revident: "b2b2b2b2b2b2" is not in "HEAD"' | expect_err
run revident show b2b2b2b2b2b2 --at nowhere
expect_exit 2
expect_out </dev/null

it "to a file, whole or not at all"
fixture deleted-head
run revident show b2b2b2b2b2b2 -o "$CASE_DIR/file"
expect_exit 0
expect_out </dev/null
expect_blob "$CASE_DIR/file" "$(blob_at :1 $V/b2b2b2b2b2b2_orders.py)"
run revident show ffffffffffff -o "$CASE_DIR/none"
expect_exit 1
expect_no_file "$CASE_DIR/none"
run revident show b2b2b2b2b2b2 --blob-id -o "$CASE_DIR/id"
expect_exit 0
blob_at :1 $V/b2b2b2b2b2b2_orders.py | expect_file "$CASE_DIR/id"

it "replaced and then lost: the last before the loss, the original named"
fixture replaced-later-lost
run revident show b2b2b2b2b2b2
expect_exit 0
expect_blob "$CASE_DIR/out" "$(blob_at :2 $V/b2b2b2b2b2b2_orders.py)"
grep -q "$(blob_at :1 $V/b2b2b2b2b2b2_orders.py)" "$CASE_DIR/err" || fail "does not name the original"

it "lost at HEAD, though an older branch has an older version"
fixture lost-twice
git branch old "$(mark :1)"
run revident show b2b2b2b2b2b2
expect_exit 0
expect_blob "$CASE_DIR/out" "$(blob_at :3 $V/b2b2b2b2b2b2_orders.py)"

it "a blob that is not in the clone"
fixture deleted-head
git config uploadpack.allowFilter true
git clone -q --bare --filter=blob:none "file://$CASE_DIR/deleted-head" "$CASE_DIR/partial.git" 2>/dev/null ||
	skip "no partial clones"
run revident -C "$CASE_DIR/partial.git" show b2b2b2b2b2b2
expect_exit 3
grep -q "git fetch --unshallow" "$CASE_DIR/err" && fail "it is not shallow"
run revident -C "$CASE_DIR/partial.git" explain b2b2b2b2b2b2
expect_exit 3
tr -s ' \n' '  ' <"$CASE_DIR/out" | grep -q "'git fetch --refetch --no-filter' all of them" || fail "does not say what gets it"
cp -R "$CASE_DIR/partial.git" "$CASE_DIR/whole.git"
if git -C "$CASE_DIR/whole.git" fetch -q --refetch --no-filter 2>/dev/null; then # git 2.36
	run revident -C "$CASE_DIR/whole.git" show b2b2b2b2b2b2
	expect_exit 0
	git cat-file blob "$(mark :1):$V/b2b2b2b2b2b2_orders.py" | expect_out
fi
git -C "$CASE_DIR/partial.git" remote remove origin
run revident -C "$CASE_DIR/partial.git" show b2b2b2b2b2b2
expect_exit 3
expect_out </dev/null
[ -s "$CASE_DIR/err" ] || fail "says nothing"

it "the same content in every environment that has the id needs no choice"
fixture no-alembic
for environment in shop desk; do
	mkdir -p "$environment/$V"
	echo 'from alembic import context' >"$environment/migrations/env.py"
	printf '%s\n' "revision = 'aaaa1111'" 'down_revision = None' >"$environment/$V/one.py"
done
git add .
git commit -q -m 'Add shop and desk'
run revident show aaaa1111
expect_exit 0
expect_blob "$CASE_DIR/out" "$(git rev-parse "HEAD:shop/$V/one.py")"
